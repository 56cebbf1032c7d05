package memo

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
)

func TestAMapAsksOnceForThoseWhoAskTogetherAndRemembersAnswers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var m Map[string, int]
		var asked atomic.Int32
		release := make(chan struct{})
		var wait sync.WaitGroup
		for range 10 {
			wait.Go(func() {
				if v, err := m.Get(t.Context(), "a", func() (int, error) { asked.Add(1); <-release; return 7, nil }); v != 7 || err != nil {
					t.Errorf("got %d, %v", v, err)
				}
			})
		}
		synctest.Wait()
		close(release)
		wait.Wait()
		if v, _ := m.Get(t.Context(), "a", func() (int, error) { asked.Add(1); return 8, nil }); v != 7 || asked.Load() != 1 {
			t.Errorf("then %d, after %d calls", v, asked.Load())
		}
	})
}

func TestThoseWhoWaitedForAFailureShareItAndTheNextAsksAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var m Map[string, int]
		broken := errors.New("broken")
		var asked atomic.Int32
		release := make(chan struct{})
		var wait sync.WaitGroup
		for range 10 {
			wait.Go(func() {
				if _, err := m.Get(t.Context(), "a", func() (int, error) { asked.Add(1); <-release; return 0, broken }); !errors.Is(err, broken) {
					t.Errorf("got %v", err)
				}
			})
		}
		synctest.Wait()
		close(release)
		wait.Wait()
		if asked.Load() != 1 {
			t.Errorf("asked %d times", asked.Load())
		}
		if v, err := m.Get(t.Context(), "a", func() (int, error) { return 7, nil }); v != 7 || err != nil {
			t.Errorf("then %d, %v", v, err)
		}
	})
}

func TestWhoWaitsIsNotStoppedWithWhoAskedAndCanBeStoppedAlone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var m Map[string, int]
		first, stopFirst := context.WithCancel(t.Context())
		third, stopThird := context.WithCancel(t.Context())
		var wait sync.WaitGroup
		wait.Go(func() {
			_, err := m.Get(first, "a", func() (int, error) { <-first.Done(); return 0, first.Err() })
			if !errors.Is(err, context.Canceled) {
				t.Errorf("the first got %v", err)
			}
		})
		synctest.Wait()
		wait.Go(func() {
			if v, err := m.Get(t.Context(), "a", func() (int, error) { return 7, nil }); v != 7 || err != nil {
				t.Errorf("the second got %d, %v", v, err)
			}
		})
		wait.Go(func() {
			if _, err := m.Get(third, "a", func() (int, error) { return 7, nil }); !errors.Is(err, context.Canceled) {
				t.Errorf("the third got %v", err)
			}
		})
		synctest.Wait()
		stopThird()
		synctest.Wait()
		stopFirst()
		wait.Wait()
	})
}

func TestAMapSaysWhatItHasBeenAsked(t *testing.T) {
	t.Parallel()
	var m Map[string, int]
	failed := errors.New("failed")
	for key, err := range map[string]error{"answered": nil, "failed": failed} {
		if _, got := m.Get(t.Context(), key, func() (int, error) { return 1, err }); !errors.Is(got, err) {
			t.Error(got)
		}
	}
	if !m.Has("answered") || m.Has("failed") || m.Has("other") {
		t.Errorf("answered: %v, failed: %v, other: %v", m.Has("answered"), m.Has("failed"), m.Has("other"))
	}
}

package transport_test

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/offboard/terraform-provider-offboard/internal/transport"
)

// slowly spaces what begins with /slow.
func slowly(o *transport.Options) {
	o.Vendor.Apart = func(r *http.Request) (string, time.Duration) {
		if len(r.URL.Path) >= 5 && r.URL.Path[:5] == "/slow" {
			return "slow", time.Second
		}
		return "", 0
	}
}

func TestRequestsOfALineAreApartAndTheOthersAreNot(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var slow []time.Time
	var v *vendor
	v = serve(t, slowly, func(n int, w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		if r.URL.Path != "/quick" {
			slow = append(slow, v.clock.Now())
		}
		// What is tried again keeps its distance too.
		if n == 3 {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		ok(w)
	})
	var wait sync.WaitGroup
	for _, path := range []string{"/slow/1", "/slow/2", "/slow/3", "/slow/4"} {
		wait.Go(func() {
			if _, status, err := v.do(t, http.MethodGet, path, ""); err != nil || status != http.StatusOK {
				t.Errorf("%s: %d, %v", path, status, err)
			}
		})
	}
	wait.Wait()
	if len(slow) != 5 {
		t.Fatalf("%d requests came", len(slow))
	}
	for i := range slow[1:] {
		if apart := slow[i+1].Sub(slow[i]); apart < time.Second {
			t.Errorf("two requests are %v apart", apart)
		}
	}
	slept := v.clock.Slept()
	for range 3 {
		if _, _, err := v.do(t, http.MethodGet, "/quick", ""); err != nil {
			t.Fatal(err)
		}
	}
	if v.clock.Slept() != slept {
		t.Errorf("others waited %v", v.clock.Slept()-slept)
	}
}

func TestWhoIsStoppedWhileWaitingForATurnHoldsUpNobody(t *testing.T) {
	t.Parallel()
	held, release := make(chan struct{}), make(chan struct{})
	v := serve(t, slowly, func(n int, w http.ResponseWriter, _ *http.Request) {
		if n == 1 {
			close(held)
			<-release
		}
		ok(w)
	})
	var wait sync.WaitGroup
	wait.Go(func() {
		if _, _, err := v.do(t, http.MethodGet, "/slow/1", ""); err != nil {
			t.Error(err)
		}
	})
	<-held
	ctx, stop := context.WithCancel(t.Context())
	wait.Go(func() {
		if _, _, err := v.doContext(ctx, t, http.MethodGet, "/slow/2", ""); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	})
	stop()
	close(release)
	wait.Wait()
	// Nor who is stopped when it is their turn, and not yet time.
	ended, end := context.WithCancel(t.Context())
	end()
	if _, _, err := v.doContext(ended, t, http.MethodGet, "/slow/3", ""); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if _, _, err := v.do(t, http.MethodGet, "/slow/4", ""); err != nil {
		t.Error(err)
	}
}

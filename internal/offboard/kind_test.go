package offboard

import (
	"context"
	"sync"
	"testing"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/access/accesstest"
)

// surveyed learns of everybody what it learns of one.
type surveyed struct {
	*accesstest.Memory
	mu      sync.Mutex
	surveys int
}

func (s *surveyed) Survey(ctx context.Context) (map[access.AccountID][]access.Grant, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.surveys++
	everybody := map[access.AccountID][]access.Grant{}
	for _, account := range []access.AccountID{"1", "2"} {
		listed, err := s.List(ctx, account)
		if err != nil {
			return nil, err
		}
		everybody[account] = listed
	}
	return everybody, nil
}

func TestWhatIsLearntOfEverybodyIsAskedOnceARun(t *testing.T) {
	t.Parallel()
	memory := &accesstest.Memory{}
	memory.Add(access.Account{ID: "1"}, access.Grant{ID: "g1", Label: "One"})
	memory.Add(access.Account{ID: "2"}, access.Grant{ID: "g2", Label: "Two"})
	connector := &surveyed{Memory: memory}
	system := &System{Connectors: map[string]access.Connector{"groups": connector}}
	var wait sync.WaitGroup
	for account, want := range map[access.AccountID]access.GrantID{"1": "g1", "2": "g2"} {
		for range 5 {
			wait.Go(func() {
				listed, err := system.list(t.Context(), "groups", account)
				if err != nil || len(listed) != 1 || listed[0].ID != want {
					t.Errorf("%s holds %v, %v", account, listed, err)
				}
			})
		}
	}
	wait.Wait()
	if connector.surveys != 1 {
		t.Errorf("asked %d times", connector.surveys)
	}
}

func TestASurveyThatFailsIsAnErrorForEverybodyAndIsMadeAgain(t *testing.T) {
	t.Parallel()
	memory := &accesstest.Memory{Fail: func(call string) error { return &access.Error{Kind: access.Unavailable, Op: call} }}
	connector := &surveyed{Memory: memory}
	system := &System{Connectors: map[string]access.Connector{"groups": connector}}
	for range 2 {
		if listed, err := system.list(t.Context(), "groups", "1"); access.KindOf(err) != access.Unavailable {
			t.Errorf("got %v, %v", listed, err)
		}
	}
	if connector.surveys != 2 {
		t.Errorf("asked %d times", connector.surveys)
	}
}

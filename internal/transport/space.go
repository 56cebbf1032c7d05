package transport

import (
	"context"
	"sync"
	"time"

	"github.com/offboard/terraform-provider-offboard/internal/clock"
	"github.com/offboard/terraform-provider-offboard/internal/turns"
)

// A spacer keeps requests apart where the vendor allows so few that there is no budget to speak of: one at a time, and
// each so long after the one before was answered. Reckoned from the answer they arrive apart, however long each was on
// its way.
type spacer struct {
	clock clock.Clock
	turns turns.Turns
	mu    sync.Mutex
	// last is when the last request of each line was answered.
	last map[string]time.Time
}

// wait returns when it is a request's turn, and what has to be called when it is answered.
func (s *spacer) wait(ctx context.Context, line string, apart time.Duration) (answered func(), err error) {
	done, err := s.turns.Wait(ctx, line)
	if err != nil {
		return nil, err
	}
	if pause := s.since(line).Add(apart).Sub(s.clock.Now()); pause > 0 {
		if err := s.clock.Sleep(ctx, pause); err != nil {
			done()
			return nil, err
		}
	}
	return func() {
		s.mark(line)
		done()
	}, nil
}

// since is when the last request of a line was answered, and long ago if there was none.
func (s *spacer) since(line string) time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.last[line]
}

func (s *spacer) mark(line string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.last == nil {
		s.last = map[string]time.Time{}
	}
	s.last[line] = s.clock.Now()
}

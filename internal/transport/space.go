package transport

import (
	"context"
	"sync"
	"time"

	"github.com/offboard/terraform-provider-offboard/internal/clock"
)

// A spacer keeps requests apart where the vendor allows so few that there is no budget to speak of: one at a time, and
// each so long after the one before was answered. Reckoned from the answer they arrive apart, however long each was on
// its way.
type spacer struct {
	clock clock.Clock
	mu    sync.Mutex
	lanes map[string]*lane
}

// A lane is a line of requests. Whoever has taken what is in turn is the one whose turn it is.
type lane struct {
	turn chan struct{}
	last time.Time
}

func (s *spacer) lane(name string) *lane {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.lanes == nil {
		s.lanes = map[string]*lane{}
	}
	if s.lanes[name] == nil {
		s.lanes[name] = &lane{turn: make(chan struct{}, 1)}
		s.lanes[name].turn <- struct{}{}
	}
	return s.lanes[name]
}

// wait returns when it is a request's turn, and what has to be called when it is answered.
func (s *spacer) wait(ctx context.Context, name string, apart time.Duration) (answered func(), err error) {
	l := s.lane(name)
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-l.turn:
	}
	leave := func() { l.turn <- struct{}{} }
	if pause := l.last.Add(apart).Sub(s.clock.Now()); !l.last.IsZero() && pause > 0 {
		if err := s.clock.Sleep(ctx, pause); err != nil {
			leave()
			return nil, err
		}
	}
	return func() {
		l.last = s.clock.Now()
		leave()
	}, nil
}

package google

import (
	"context"
	"sync"
	"time"
)

// until asks until what was changed shows, for about a minute, and says whether it does.
func (g *Google) until(ctx context.Context, shows func() (bool, error)) (bool, error) {
	for wait := time.Second; ; wait *= 2 {
		if seen, err := shows(); seen || err != nil || wait > 30*time.Second {
			return seen && err == nil, err
		}
		if err := g.clock.Sleep(ctx, wait); err != nil {
			return false, err
		}
	}
}

// turns have those who want to change the same thing take turns. The zero turns are ready.
type turns struct {
	mu    sync.Mutex
	taken map[string]chan struct{}
}

// wait waits for one's turn, or the end of the context. Whoever has it calls done.
func (t *turns) wait(ctx context.Context, key string) (done func(), err error) {
	t.mu.Lock()
	if t.taken == nil {
		t.taken = map[string]chan struct{}{}
	}
	if t.taken[key] == nil {
		t.taken[key] = make(chan struct{}, 1)
	}
	turn := t.taken[key]
	t.mu.Unlock()
	select {
	case turn <- struct{}{}:
		return func() { <-turn }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

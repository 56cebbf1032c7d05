// Package turns has those who want the same thing take turns.
package turns

import (
	"context"
	"sync"
)

// Turns let one at a time through for each key. The zero Turns are ready. They are safe for concurrent use.
type Turns struct {
	mu    sync.Mutex
	taken map[string]chan struct{}
}

// Wait waits for one's turn, or the end of the context. Whoever has it calls done.
func (t *Turns) Wait(ctx context.Context, key string) (done func(), err error) {
	turn := t.of(key)
	select {
	case turn <- struct{}{}:
		return func() { <-turn }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (t *Turns) of(key string) chan struct{} {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.taken == nil {
		t.taken = map[string]chan struct{}{}
	}
	if t.taken[key] == nil {
		t.taken[key] = make(chan struct{}, 1)
	}
	return t.taken[key]
}

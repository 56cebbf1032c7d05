package offboard

import (
	"context"
	"sync"
)

// atOnce is how many kinds of access are looked at in one system at a time, by however many data sources. A search asks
// for all of them at once, and Terraform for ten people at once; a system answers no sooner for being asked more.
const atOnce = 4

// A gate lets a few through at a time. The zero gate is ready.
type gate struct {
	once sync.Once
	free chan struct{}
}

// enter waits to be let through, or for the end of the context. Whoever is through calls leave.
func (g *gate) enter(ctx context.Context) (leave func(), err error) {
	g.once.Do(func() { g.free = make(chan struct{}, atOnce) })
	select {
	case g.free <- struct{}{}:
		return func() { <-g.free }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

package google

import (
	"context"
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

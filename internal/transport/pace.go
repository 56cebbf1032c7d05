package transport

import (
	"context"
	"sync"
	"time"

	"github.com/offboard/terraform-provider-offboard/internal/clock"
)

// A pacer keeps calls within the budgets that the vendor's answers tell of: a call that would be refused
// waits until it would not be. Runs that share a credential share its budget through what the vendor says.
type pacer struct {
	clock   clock.Clock
	mu      sync.Mutex
	buckets map[string]*bucket
}

// A bucket is what is known of one budget: calls left until it is full again.
type bucket struct {
	left  int
	until time.Time
}

// Two answers speak of the same window if their ends are no further apart than clocks and whole seconds
// can put them.
const sameWindow = 3 * time.Second

// wait takes one call out of the bucket, after waiting for a full one where it is empty, and returns how
// long it waited.
func (p *pacer) wait(ctx context.Context, name string) (time.Duration, error) {
	var waited time.Duration
	for {
		pause := p.take(name)
		if pause == 0 {
			return waited, nil
		}
		if err := p.clock.Sleep(ctx, pause); err != nil {
			return waited, err
		}
		waited += pause
	}
}

// take takes one call, or returns how long there is none.
func (p *pacer) take(name string) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	b, known := p.buckets[name]
	now := p.clock.Now()
	if !known || !now.Before(b.until) {
		return 0
	}
	if b.left <= 0 {
		return b.until.Sub(now) + jitter(time.Second)
	}
	b.left--
	return 0
}

// learn notes what an answer says of the bucket. Within a window the smaller number is the truth: answers
// overtake each other, and calls on their way are already taken out here.
func (p *pacer) learn(name string, told Budget) {
	if told.Limit <= 0 {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.buckets == nil {
		p.buckets = map[string]*bucket{}
	}
	until := p.clock.Now().Add(told.Window)
	if b, known := p.buckets[name]; known && until.Sub(b.until).Abs() <= sameWindow {
		b.left = min(b.left, told.Remaining)
		return
	}
	p.buckets[name] = &bucket{left: told.Remaining, until: until}
}

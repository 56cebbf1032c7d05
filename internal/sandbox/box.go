package sandbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/offboard/terraform-provider-offboard/internal/clock"
)

// A Box keeps what one vendor's sandbox knows, the state S, which is plain data. It is safe for concurrent use: everything
// that is done with the state is done under its lock.
type Box[S any] struct {
	clock clock.Clock

	mu       sync.Mutex
	state    *S
	watchers []func(s *S, now time.Time)
}

// NewBox keeps a state.
func NewBox[S any](clk clock.Clock, s *S) *Box[S] { return &Box[S]{clock: clk, state: s} }

// LoadBox reads a state that Save wrote. lacks says what data that is no state is without, and nil of a state.
func LoadBox[S any](path string, clk clock.Clock, lacks func(*S) error) (*Box[S], error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	s := new(S)
	if err = json.Unmarshal(data, s); err == nil {
		err = lacks(s)
	}
	if err != nil {
		return nil, fmt.Errorf("%s is not the state of a sandbox: %w", path, err)
	}
	return NewBox(clk, s), nil
}

// Save writes the state to a file. Readers of the file see it as it was or as it is, never half.
func (b *Box[S]) Save(path string) error {
	data, err := json.MarshalIndent(b, "", "  ")
	if err != nil {
		return err
	}
	file, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	_, err = file.Write(data)
	if err = errors.Join(err, file.Sync(), file.Close()); err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		err = errors.Join(err, os.Remove(file.Name()))
	}
	return err
}

// MarshalJSON gives the whole state.
func (b *Box[S]) MarshalJSON() ([]byte, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return json.Marshal(b.state)
}

// Clock is what the sandbox tells the time by.
func (b *Box[S]) Clock() clock.Clock { return b.clock }

// Watch has f told before each change, with the state as it still is.
func (b *Box[S]) Watch(f func(s *S, now time.Time)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.watchers = append(b.watchers, f)
}

// Change is how everything but the vendor's API changes the state.
func (b *Box[S]) Change(f func(s *S, now time.Time)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.clock.Now()
	b.AboutToChange(now)
	f(b.state, now)
}

// Serve does a call of the vendor's API with the state. One that may change something says so with AboutToChange first.
func (b *Box[S]) Serve(f func(s *S)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	f(b.state)
}

// AboutToChange tells the watchers. It is for within Serve.
func (b *Box[S]) AboutToChange(now time.Time) {
	for _, watch := range b.watchers {
		watch(b.state, now)
	}
}

// Look is how everything but the vendor's API looks at the state.
func Look[S, T any](b *Box[S], f func(s *S) T) (seen T) {
	b.Serve(func(s *S) { seen = f(s) })
	return seen
}

// Clone is a copy of a state that shares nothing with it.
func Clone[S any](s *S) *S {
	data, err := json.Marshal(s)
	if err != nil {
		panic(err) // a state is plain data
	}
	c := new(S)
	if err := json.Unmarshal(data, c); err != nil {
		panic(err)
	}
	return c
}

// A Lag has what was just written not be seen at once: after a write what is shown of those it concerns is for a number of
// reads as it was before. The zero Lag shows everything as it is.
type Lag[S any] struct {
	// Reads is for how many reads.
	Reads int

	behind map[string]*stale[S]
}

type stale[S any] struct {
	before *S
	// reads are how often each read was still answered from before.
	reads map[string]int
}

// Before is a copy of the state for Wrote, and nil where nothing lags.
func (l *Lag[S]) Before(s *S) *S {
	if l.Reads == 0 {
		return nil
	}
	return Clone(s)
}

// Wrote says that what is shown of the things with these ids has changed.
func (l *Lag[S]) Wrote(before *S, ids ...string) {
	if before == nil {
		return
	}
	if l.behind == nil {
		l.behind = map[string]*stale[S]{}
	}
	for _, id := range ids {
		l.behind[id] = &stale[S]{before: before, reads: map[string]int{}}
	}
}

// View is the state from which a read of a thing is answered: read tells one way of reading it from another, each of which
// catches up by itself.
func (l *Lag[S]) View(s *S, id, read string) *S {
	old, ok := l.behind[id]
	if !ok || old.reads[read] >= l.Reads {
		return s
	}
	old.reads[read]++
	return old.before
}

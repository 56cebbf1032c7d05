// Package memo remembers answers for the length of a run.
package memo

import (
	"context"
	"errors"
	"sync"
)

// A Map remembers answers by key. Several who ask for the same thing at once share one call, and its error if
// it fails; an error is not remembered beyond that. The zero Map is empty. It is safe for concurrent use.
type Map[K comparable, V any] struct {
	mu      sync.Mutex
	entries map[K]*entry[V]
}

// An entry is a call, under way until done is closed.
type entry[V any] struct {
	done  chan struct{}
	value V
	err   error
}

// Get returns the answer for a key, from ask if there is none yet. It gives up waiting for somebody else's
// call when the context ends; ask has to do so by itself.
func (m *Map[K, V]) Get(ctx context.Context, key K, ask func() (V, error)) (V, error) {
	for {
		e, mine := m.enter(key)
		if mine {
			e.value, e.err = ask()
			if e.err != nil {
				m.forget(key, e)
			}
			close(e.done)
			return e.value, e.err
		}
		select {
		case <-ctx.Done():
			var none V
			return none, ctx.Err()
		case <-e.done:
		}
		// Whoever asked may have been stopped, which is no answer to those who were not.
		if !errors.Is(e.err, context.Canceled) && !errors.Is(e.err, context.DeadlineExceeded) {
			return e.value, e.err
		}
	}
}

// Has says that there is an answer for a key, or that it is being asked for.
func (m *Map[K, V]) Has(key K) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	_, known := m.entries[key]
	return known
}

// enter returns the entry of a key, and whether the caller is the one who has to ask.
func (m *Map[K, V]) enter(key K) (e *entry[V], mine bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if e, known := m.entries[key]; known {
		return e, false
	}
	if m.entries == nil {
		m.entries = map[K]*entry[V]{}
	}
	e = &entry[V]{done: make(chan struct{})}
	m.entries[key] = e
	return e, true
}

func (m *Map[K, V]) forget(key K, e *entry[V]) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.entries[key] == e {
		delete(m.entries, key)
	}
}

// A Once is a Map of one thing.
type Once[V any] struct{ answers Map[struct{}, V] }

// Get is Map.Get of that thing.
func (o *Once[V]) Get(ctx context.Context, ask func() (V, error)) (V, error) {
	return o.answers.Get(ctx, struct{}{}, ask)
}

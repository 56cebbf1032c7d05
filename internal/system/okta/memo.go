package okta

import "sync"

// A memo remembers answers by key for the length of a run. Several who ask for the same thing at once share
// one call. Errors are not remembered. The zero memo is empty.
type memo[K comparable, V any] struct {
	mu      sync.Mutex
	entries map[K]*entry[V]
}

type entry[V any] struct {
	mu    sync.Mutex
	known bool
	value V
}

func (m *memo[K, V]) get(key K, ask func() (V, error)) (V, error) {
	m.mu.Lock()
	if m.entries == nil {
		m.entries = map[K]*entry[V]{}
	}
	e, ok := m.entries[key]
	if !ok {
		e = &entry[V]{}
		m.entries[key] = e
	}
	m.mu.Unlock()

	e.mu.Lock()
	defer e.mu.Unlock()
	if e.known {
		return e.value, nil
	}
	value, err := ask()
	if err == nil {
		e.known, e.value = true, value
	}
	return value, err
}

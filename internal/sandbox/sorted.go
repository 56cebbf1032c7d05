package sandbox

import (
	"cmp"
	"maps"
	"slices"
)

// Sorted are the values of a map in the order of their keys, which is the order of every list that a sandbox answers with.
func Sorted[K cmp.Ordered, V any](things map[K]V) []V {
	list := make([]V, 0, len(things))
	for _, key := range slices.Sorted(maps.Keys(things)) {
		list = append(list, things[key])
	}
	return list
}

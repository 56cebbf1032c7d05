package access

import "time"

// An Intent is what a configuration wants of one person's access of one kind.
type Intent struct {
	// Terminated says that the person has left, and that nothing should be held.
	Terminated bool
	// Tolerate are the grants that may stay although the person has left, each until its time.
	Tolerate map[GrantID]time.Time
}

// Plan divides what is held into what may stay and what is to go, as of the moment the list was taken.
// It is a pure function: the same arguments divide the same way at plan and at apply, however much time
// lies between, which is what binds an apply to the plan that was reviewed.
func (i Intent) Plan(held Holdings, asOf time.Time) (keep, remove Holdings) {
	keep, remove = Holdings{}, Holdings{}
	for id, label := range held {
		if i.Terminated && !i.tolerates(id, asOf) {
			remove[id] = label
		} else {
			keep[id] = label
		}
	}
	return keep, remove
}

// Lapsed returns the grants in held whose toleration has ended as of then, with the time it ended.
func (i Intent) Lapsed(held Holdings, asOf time.Time) map[GrantID]time.Time {
	lapsed := map[GrantID]time.Time{}
	for id, until := range i.Tolerate {
		if _, ok := held[id]; ok && !until.After(asOf) {
			lapsed[id] = until
		}
	}
	return lapsed
}

func (i Intent) tolerates(id GrantID, asOf time.Time) bool {
	until, ok := i.Tolerate[id]
	return ok && until.After(asOf)
}

// Approved returns the grants that a reviewed plan shows as going: held before, and not planned to stay.
func Approved(held, planned Holdings) Holdings { return held.Without(planned) }

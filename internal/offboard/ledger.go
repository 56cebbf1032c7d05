package offboard

import (
	"maps"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/offboard/terraform-provider-offboard/internal/access"
)

// A ledger is what the resources of a run tell a case that comes after them: what each has taken away, now or in an
// earlier run, and what its plan is about to. Without it a case could not tell a password that nobody knows from one that
// was forgotten, and would not know when a grant had gone, which is before it looked. A case believes none of it about
// what is held now. The zero ledger is empty; it is safe for concurrent use.
type ledger struct {
	mu    sync.Mutex
	deeds map[deedKey]deed
}

type deedKey struct {
	place
	account access.AccountID
}

// A deed is what the resources of one place did to one account: usually one, and two where an account is first suspended
// and deleted in the end.
type deed struct {
	// removed is what is gone, and how that is known; marks are the versions at which it was acknowledged.
	removed map[access.GrantID]access.Removal
	marks   access.Marks
	// going is what its plan is about to take away.
	going access.Holdings
	// successor is who receives what moves.
	successor string
}

// did notes what a resource has done to an account so far.
func (l *ledger) did(at place, account access.AccountID, removed types.Map, marks access.Marks, successor string) {
	l.change(at, account, func(d *deed) {
		for id, removal := range readRemovals(removed) {
			if before, known := d.removed[id]; !known || removal.At.After(before.At) {
				d.removed[id] = removal
			}
		}
		maps.Copy(d.marks, marks)
		if successor != "" {
			d.successor = successor
		}
	})
}

// plans notes what a resource's plan is about to take from an account.
func (l *ledger) plans(at place, account access.AccountID, going access.Holdings) {
	l.change(at, account, func(d *deed) { maps.Copy(d.going, going) })
}

func (l *ledger) change(at place, account access.AccountID, how func(*deed)) {
	if account == "" {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.deeds == nil {
		l.deeds = map[deedKey]deed{}
	}
	key := deedKey{at, account}
	d, known := l.deeds[key]
	if !known {
		d = deed{removed: map[access.GrantID]access.Removal{}, marks: access.Marks{}, going: access.Holdings{}}
	}
	how(&d)
	l.deeds[key] = d
}

// of is what was done there, or is about to be. It is a copy: a resource that the case does not depend on may be writing.
func (l *ledger) of(at place, account access.AccountID) deed {
	l.mu.Lock()
	defer l.mu.Unlock()
	d := l.deeds[deedKey{at, account}]
	return deed{maps.Clone(d.removed), maps.Clone(d.marks), maps.Clone(d.going), d.successor}
}

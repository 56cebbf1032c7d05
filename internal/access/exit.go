package access

import (
	"context"
	"errors"
	"maps"
	"time"

	"github.com/offboard/terraform-provider-offboard/internal/clock"
)

// An Exit takes approved grants away from one account, and finds out what came of it.
type Exit struct {
	Connector Connector
	Account   AccountID
	// Successor receives what the connector transfers. Empty where nothing is.
	Successor AccountID
	Clock     clock.Clock
	// Patience is how long a system that agreed to a removal may take to stop listing the grant.
	Patience time.Duration
	// Limit is how long the run may take. What is Moving is waited for until then.
	Limit time.Duration
	// Progress, if set, is told of each step, for the log.
	Progress func(step string, fields map[string]any)
}

// An Outcome is what is known after an Exit.
type Outcome struct {
	// Held is what the account holds now. Where that could not be established it is what has to be assumed:
	// everything that was held before.
	Held Holdings
	// Removed is what is gone, and how that is known.
	Removed map[GrantID]Removal
	// Marks are the versions at which removals were acknowledged, those given to Run included.
	Marks Marks
	// Left are the approved grants that could not be removed, or are still held, each with the reason.
	Left map[GrantID]error
	// Before is what was approved and had gone by itself before anything was asked for.
	Before Holdings
	// Appeared is what is held now and was not when the plan was made.
	Appeared Holdings
	// Listed is the last list of all that the account holds, where Whole says that there is one: single grants may
	// have been asked about instead.
	Listed []Grant
	Whole  bool
	// ListedAt is when Listed was made: not at the end, if the system could not be asked any more.
	ListedAt time.Time
	// Unverified says why Held could not be established, and is nil where it was.
	Unverified error
}

// Clean says that everything approved is known to be gone and nothing appeared.
func (o Outcome) Clean() bool {
	return o.Unverified == nil && len(o.Left) == 0 && len(o.Appeared) == 0
}

// The wait between two looks doubles from the first of these to the last.
const (
	firstWait = 500 * time.Millisecond
	longWait  = 10 * time.Second
)

// grace is for one more look after time has run out: without it nothing of what was done would be known.
const grace = 30 * time.Second

// unwellLimit is how many removals in a row may fail because the system itself is unwell before the rest
// are left for the next run.
const unwellLimit = 2

// Run removes the approved grants, one after the other, and nothing else; then it lists until the system
// shows gone what it agreed to remove, or patience ends. prior is what was held when the plan was made,
// of which approved is a part; marks are those of earlier removals.
//
// It lists before it removes: what the plan showed may be gone already, and a system that can't say what
// is there is not one to start removing from.
//
// One grant that can't be removed does not keep the others: each is tried. Only a system that is unwell
// twice in a row is left alone.
func (e Exit) Run(ctx context.Context, prior, approved Holdings, marks Marks) Outcome {
	out := Outcome{
		Held: prior, Removed: map[GrantID]Removal{}, Marks: Marks{}, Left: map[GrantID]error{}, Appeared: Holdings{}, Before: Holdings{},
	}
	maps.Copy(out.Marks, marks)

	end := e.Clock.Now().Add(e.Limit)
	about := prior.IDs()
	listedAt := e.Clock.Now()
	listed, err := e.list(ctx, about)
	if err != nil {
		out.Unverified = err
		return out
	}
	for id, label := range approved.Without(Held(listed, out.Marks)) {
		if !Sleeps(listed, id) {
			out.Before[id] = label
		}
	}
	agreed := e.remove(ctx, listed, approved, out)
	for id, receipt := range agreed {
		if receipt.Assurance == Acknowledged {
			out.Marks[id] = receipt.Version
		}
	}
	// A removal that failed may have been done all the same: after any attempt, what counts is a new list.
	if len(agreed)+len(out.Left) > 0 {
		look, done := lastLook(ctx)
		defer done()
		if listed, listedAt, err = e.settle(look, about, agreed, out.Marks, end); err != nil {
			out.Unverified = err
			return out
		}
	}

	_, inPart := e.Connector.(Rechecker)
	out.Listed, out.Whole, out.ListedAt = listed, !inPart, listedAt
	out.Held = Held(listed, out.Marks)
	out.Appeared = out.Held.Without(prior)
	out.Removed = Gone(approved, listed, out.Held, e.Clock.Now())
	stays := stays(listed)
	for id := range approved {
		_, held := out.Held[id]
		receipt, removed := agreed[id]
		switch {
		case !held && Sleeps(listed, id) && removed && !receipt.Moving:
			// The system agreed, and then the account fell asleep: there is nothing to look at any more.
			out.Removed[id] = Removal{Label: approved[id], At: e.Clock.Now(), Assurance: Acknowledged}
		case !held && Sleeps(listed, id):
			out.Left[id] = asleep()
		case !held:
			delete(out.Left, id)
		case out.Left[id] == nil:
			out.Left[id] = lingering(receipt)
			if reason := stays[id]; reason != nil {
				out.Left[id] = reason
			}
		}
	}
	return out
}

// Gone returns, for those of the grants that are no longer held, the fact that they are gone: observed
// where the list lacks them, acknowledged where it goes on showing what is left of them. Of one that is
// dormant it is not known.
func Gone(grants Holdings, listed []Grant, held Holdings, at time.Time) map[GrantID]Removal {
	assurance := map[GrantID]Assurance{}
	for _, grant := range listed {
		assurance[grant.ID] = Acknowledged
	}
	gone := map[GrantID]Removal{}
	for id, label := range grants.Without(held) {
		if Sleeps(listed, id) {
			continue
		}
		removal := Removal{Label: label, At: at, Assurance: Observed}
		if known, ok := assurance[id]; ok {
			removal.Assurance = known
		}
		gone[id] = removal
	}
	return gone
}

// list reads what the account holds, or, where that is all that can be afforded, which of these grants it
// holds. An account that is no longer there holds nothing, save what outlives it.
func (e Exit) list(ctx context.Context, about []GrantID) (listed []Grant, err error) {
	if rechecker, ok := e.Connector.(Rechecker); ok {
		listed, err = rechecker.Recheck(ctx, e.Account, about)
	} else {
		listed, err = e.Connector.List(ctx, e.Account)
	}
	if _, outlives := e.Connector.(Outliver); KindOf(err) == NotFound && !outlives {
		return nil, nil
	}
	return listed, err
}

// remove asks for the removal of each approved grant that is held, and returns the receipts of those the
// system agreed to; the reasons of the others go into out.Left.
func (e Exit) remove(ctx context.Context, listed []Grant, approved Holdings, out Outcome) map[GrantID]Receipt {
	agreed, left, held := map[GrantID]Receipt{}, out.Left, Held(listed, out.Marks)
	stays := stays(listed)
	unwell := 0
	for _, id := range approved.IDs() {
		if _, ok := held[id]; !ok {
			continue
		}
		if reason := stays[id]; reason != nil {
			left[id] = reason
			continue
		}
		if err := ctx.Err(); err != nil {
			left[id] = &Error{Reason: "not attempted: time ran out, or the run was stopped", Err: err}
			continue
		}
		if unwell == unwellLimit {
			left[id] = &Error{Kind: Unavailable, Reason: "not attempted, as the system had just failed twice"}
			continue
		}
		receipt, err := e.removeOne(ctx, id)
		switch kind := KindOf(err); {
		case err == nil, kind == NotFound:
			agreed[id] = receipt
			unwell = 0
			step := "removed"
			if receipt.Moving {
				step = "begun to move"
			}
			e.tell(step, map[string]any{"grant": string(id)})
			continue
		case kind == Unavailable, kind == RateLimited:
			unwell++
		case ctx.Err() != nil:
			err = &Error{Reason: "time ran out, or the run was stopped, before the system answered", Err: err}
		default:
			unwell = 0
		}
		left[id] = err
		e.tell("not removed", map[string]any{"grant": string(id), "error": err.Error()})
	}
	return agreed
}

// stays are the reasons why some of what is listed will not go.
func stays(listed []Grant) map[GrantID]*Error {
	reasons := map[GrantID]*Error{}
	for _, grant := range listed {
		reasons[grant.ID] = grant.Stays
	}
	return reasons
}

func (e Exit) removeOne(ctx context.Context, id GrantID) (Receipt, error) {
	if transferer, ok := e.Connector.(Transferer); ok && transferer.Moves(id) {
		return transferer.Transfer(ctx, e.Account, id, e.Successor)
	}
	return e.Connector.Remove(ctx, e.Account, id)
}

// lastLook is a context to look with. A deadline that has passed is extended by grace; a run that somebody
// stopped stays stopped.
func lastLook(ctx context.Context) (context.Context, context.CancelFunc) {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return context.WithTimeout(context.WithoutCancel(ctx), grace)
	}
	return ctx, func() {}
}

// settle lists until nothing is held that the system agreed to remove, or patience or time ends, and
// returns the last list there was, and when it was made. Only the first has to succeed: what one look showed gone is gone, whether
// or not the next could be made.
func (e Exit) settle(ctx context.Context, about []GrantID, agreed map[GrantID]Receipt, marks Marks, end time.Time) (
	last []Grant, at time.Time, err error,
) {
	at = e.Clock.Now()
	patience := at.Add(e.Patience)
	last, err = e.list(ctx, about)
	if err != nil {
		return nil, at, err
	}
	for wait := firstWait; ; wait = min(2*wait, longWait) {
		held, stays, still, deadline := Held(last, marks), stays(last), 0, patience
		moving := map[string]string{}
		for id, receipt := range agreed {
			// What the system agreed to and has come to refuse, as with a transfer that failed, is not waited for.
			if _, ok := held[id]; ok && stays[id] == nil {
				still++
				if receipt.Moving {
					moving[string(id)] = lingering(receipt).Error()
					deadline = latest(deadline, end)
				}
			}
		}
		if still == 0 || e.Clock.Now().Add(wait).After(deadline) {
			return last, at, nil
		}
		if len(moving) > 0 {
			e.tell("waiting for what is still moving", map[string]any{"still_moving": moving, "waits_until": deadline.UTC().Format(time.RFC3339)})
		} else {
			e.tell("waiting until the system shows it gone", map[string]any{"still_listed": still})
		}
		if e.Clock.Sleep(ctx, wait) != nil {
			return last, at, nil //nolint:nilerr // Time is over: the last look stands, and shows what lingers.
		}
		asked := e.Clock.Now()
		if listed, err := e.list(ctx, about); err == nil {
			last, at = listed, asked
		} else {
			e.tell("could not look again", map[string]any{"error": err.Error()})
		}
	}
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// asleep explains a grant that could not be removed because the account is no longer in a state in which it is
// there.
func asleep() error {
	return &Error{
		Kind: Blocked, Reason: "the account is no longer active, so that it can be neither used nor seen nor taken away, and is not gone",
		Fix: "It is a row again as soon as the account is active. To have it gone, let this resource come before offboard_account (depends_on).",
	}
}

// lingering explains a grant that the system agreed to remove and that is held all the same.
func lingering(receipt Receipt) error {
	switch {
	case receipt.Lingers != nil:
		return receipt.Lingers
	case receipt.Assurance == Acknowledged:
		return &Error{Kind: Blocked, Reason: "it was removed, and had been made anew when it was looked for"}
	}
	return &Error{
		Kind:   Unavailable,
		Reason: "the system agreed to remove it, and still lists it",
		Fix:    "Plan again in a minute. If it is there once more, something gives it back.",
	}
}

func (e Exit) tell(step string, fields map[string]any) {
	if e.Progress != nil {
		e.Progress(step, fields)
	}
}

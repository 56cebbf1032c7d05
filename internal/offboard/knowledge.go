package offboard

import (
	"context"
	"slices"

	"github.com/offboard/terraform-provider-offboard/internal/access"
)

// unrecorded is the row of what somebody knows and nobody can find out any more: they had been cut off, or their account had
// gone, when it was looked at for the first time. No list has it, and no system can settle it.
const unrecorded access.GrantID = "unrecorded"

func unrecordedGrant() access.Grant {
	return access.Grant{
		ID: unrecorded, Label: "what they could get at before they were cut off, which nobody recorded",
		Stays: &access.Error{
			Kind: access.Blocked, Op: "find out what they could get at", Reason: "they were cut off before anybody looked, and no system tells of that afterwards",
			Fix: "Have what they had access to changed, as far as it was recorded elsewhere; then tolerate the row.",
		},
	}
}

// missed says that what an account could get at has not been recorded, now that it has been seen. It is recorded by seeing the
// account while it can sign in; of an account that has gone, by having seen it before.
func missed(v values, known facts, seen sighting) bool {
	first := known.AsOf.IsZero()
	switch {
	case seen.None:
		return known.Unrecorded || first && v.account() != ""
	case seen.Renewed:
		return known.Unrecorded || first || !seen.Active
	case seen.Active:
		return false
	}
	return known.Unrecorded || first || v.account() == ""
}

// A knowing is an Outliver for the resources of a run: what several people know is changed once, for all of them, and what
// nobody recorded is held until it is tolerated.
type knowing struct {
	access.Outliver
	system *System
	kind   string
}

// A rotation is a removal that is asked for once a run, whoever asks for it.
type rotation struct {
	kind  string
	grant access.GrantID
}

func (k knowing) Recheck(ctx context.Context, account access.AccountID, grants []access.GrantID) (held []access.Grant, err error) {
	others := slices.DeleteFunc(slices.Clone(grants), func(id access.GrantID) bool { return id == unrecorded })
	if len(others) > 0 {
		held, err = k.Outliver.Recheck(ctx, account, others)
	}
	if err == nil && len(others) < len(grants) {
		held = append(held, unrecordedGrant())
	}
	return held, lost(err)
}

func (k knowing) Remove(ctx context.Context, account access.AccountID, grant access.GrantID) (access.Receipt, error) {
	return k.system.rotations.Get(ctx, rotation{k.kind, grant}, func() (access.Receipt, error) { return k.Outliver.Remove(ctx, account, grant) })
}

// replaced are those of the grants which somebody else changed before the exit did, of an account that could still get at what
// came in their place when they were planned to go.
func (k knowing) replaced(before access.Holdings, known facts) access.Holdings {
	replaced := access.Holdings{}
	for id, label := range before {
		if known.Active && !k.system.rotations.Has(rotation{k.kind, id}) {
			replaced[id] = label
		}
	}
	return replaced
}

// lost keeps "not found" from passing for the person's absence where that proves nothing.
func lost(err error) error {
	if access.KindOf(err) != access.NotFound {
		return err
	}
	return &access.Error{Kind: access.Malformed, Op: "look at what they know", Reason: "the system does not find it, and that does not say that it is gone", Err: err}
}

// rechecker is what single grants can be asked about, if they can.
func (s *System) rechecker(kind string) (access.Rechecker, bool) {
	if outliver, ok := s.Connectors[kind].(access.Outliver); ok && s.fades(kind) {
		return knowing{outliver, s, kind}, true
	}
	rechecker, ok := s.Connectors[kind].(access.Rechecker)
	return rechecker, ok
}

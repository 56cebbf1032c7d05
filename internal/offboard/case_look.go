package offboard

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/offboard/terraform-provider-offboard/internal/access"
)

// look finds out what the person holds, and adds it to what the case knows. The lines that it returns say what could not
// be looked at: then nothing is learnt at all, because half a look proves nothing. A case that has just been imported has no
// configuration yet, and what that says of accounts and of exceptions may be just what is missing: there each such place is
// outstanding itself, until it has been looked at once.
//
// Lists that resources of the same run have just made are shared. Where single grants can be asked about because a whole
// list costs one of the whole organisation, the whole list is made once, and after that those that are known are asked
// about: closing, if it comes soon after, asks again whether what went is gone, and what appeared elsewhere meanwhile is
// found by the next plan, as it is for a resource.
func (r *Case) look(ctx context.Context, v caseValues, known caseFacts, closing bool) (caseFacts, []string) {
	now := r.env.Clock.Now()
	single := func(at place, account access.AccountID) bool {
		return closing && known.whole(at, account, now.Add(-soon))
	}
	s := search{
		env: r.env, table: r.table, person: v.person(), pins: texts[string](v.AccountIDs), systems: r.env.names(), known: known.accounts(),
		former: known.former(), waived: waivedPlaces(v, now), made: known.made,
		late: func(at place, seen sighting) error { return r.late(at, seen, known, now) },
		lists: func(ctx context.Context, at place, system *System, kind Kind, account access.AccountID) listed {
			return r.share(ctx, at, system, kind, account, known, closing, single)
		},
	}
	if len(s.systems) == 0 {
		return known, []string{"  - No system is configured in the provider block, so there is nowhere to look."}
	}
	found := s.run(ctx)
	failures, gone := found.failures(), vanished(v, known, found, now)
	if len(gone) > 0 || len(failures) > 0 && (closing || !v.begins() && !known.neverSaw(found)) {
		return known, slices.Concat(failures, gone)
	}
	return r.learn(v, known, found, single, r.env.Clock.Now()), nil
}

// late returns an error where the case would take what an account can get at now for all that it ever could: it was cut off, or
// had gone, before anybody looked.
func (r *Case) late(at place, seen sighting, known caseFacts, now time.Time) error {
	before, checked := known.Accounts[at.system], !known.Controls[at.String()].CheckedAt.IsZero()
	switch {
	case seen.None && (checked || before.ID == "" || before.Alias),
		seen.Renewed && checked && seen.Active,
		!seen.None && !seen.Renewed && (seen.Active || checked && before.ID != ""):
		return nil
	}
	if list, listed := r.env.Systems[at.system].shelf.get(at.kind, seen.ID, now); listed && !list.late {
		return nil // A resource has watched.
	}
	return &access.Error{
		Kind:   access.Blocked,
		Reason: "the account is gone or can't sign in any more, and nobody recorded what it could get at before",
		Fix: fmt.Sprintf("Have offboard_%s watch people while they work here. For this one, have what they had access to changed, and say who "+
			"answers for that in an exception for %s.", at.kind, at),
	}
}

// neverSaw says that none of the places which could not be looked at ever was.
func (f caseFacts) neverSaw(found *inventory) bool {
	for at := range found.failed {
		if f.Controls[at.String()].Unseen == "" {
			return false
		}
	}
	return true
}

// share returns what an account holds of a kind: from the shelf, or by asking.
func (r *Case) share(
	ctx context.Context, at place, system *System, kind Kind, account access.AccountID, known caseFacts, closing bool,
	single func(place, access.AccountID) bool,
) listed {
	control, before, unsettled := known.Controls[at.String()], access.Holdings{}, access.Holdings{}
	for id, grant := range control.Grants {
		before[id] = grant.Label
		if grant.unsettled() {
			unsettled[id] = grant.Label
		}
	}
	if list, ok := system.shelf.get(kind.Name, account, r.env.Clock.Now()); ok {
		// Whoever made it asked again about what they knew of, which may be less.
		grants, err := system.recheck(ctx, kind.Name, account, list.grants, unsettled)
		return listed{dated{grants: grants, at: list.at}, err}
	}
	asked := r.env.Clock.Now()
	rechecker, rechecks := system.Connectors[kind.Name].(access.Rechecker)
	var grants []access.Grant
	var err error
	if !rechecks || !single(at, account) {
		grants, err = system.list(ctx, kind.Name, account)
	}
	switch {
	case err != nil:
	case rechecks && closing:
		// What everybody holds may have been listed earlier in the run, before something was taken from this account.
		for _, grant := range grants {
			before[grant.ID] = grant.Label
		}
		grants, err = rechecker.Recheck(ctx, account, before.IDs())
	default:
		grants, err = system.recheck(ctx, kind.Name, account, grants, before)
	}
	return listed{dated{grants: grants, at: asked}, err}
}

// soon is how long after a whole list single grants do. A plan is reviewed in that time; one that was kept for a week is of
// a person who may have been given anything since.
const soon = 4 * time.Hour

// whole says that the case was told all that the account holds at a place when it last looked, and not before a time.
func (f caseFacts) whole(at place, account access.AccountID, since time.Time) bool {
	control := f.Controls[at.String()]
	return !control.CheckedAt.IsZero() && !control.CheckedAt.Before(since) && !control.Waived && f.Accounts[at.system].ID == account
}

// made is what an account made at a place and was there when the case looked last.
func (f caseFacts) made(at place, account access.AccountID) access.Holdings {
	made := access.Holdings{}
	if f.Accounts[at.system].ID != account {
		return made
	}
	for id, grant := range f.Controls[at.String()].Grants {
		if grant.Held {
			made[id] = grant.Label
		}
	}
	return made
}

// accounts are the ids that the systems knew the person by. One to which the address was no more than an alias may be
// somebody else's, and is not looked at for longer than the alias leads to it.
func (f caseFacts) accounts() map[string]access.AccountID {
	ids := map[string]access.AccountID{}
	for name, account := range f.Accounts {
		if account.ID != "" && !account.Alias {
			ids[name] = account.ID
		}
	}
	return ids
}

// former are the accounts of the person that have been deleted.
func (f caseFacts) former() map[string][]access.AccountID {
	ids := map[string][]access.AccountID{}
	for name, account := range f.Accounts {
		ids[name] = slices.Clip(account.Former)
		if account.Gone {
			ids[name] = append(ids[name], account.ID)
		}
	}
	return ids
}

// waivedPlaces are those where nobody has to look, because somebody accepts that until a time that has not come.
func waivedPlaces(v caseValues, now time.Time) map[place]bool {
	waived := map[place]bool{}
	for key, e := range v.exceptions() {
		if system, kind, ok := strings.Cut(key, "/"); ok && !strings.Contains(kind, "/") && e.until.After(now) {
			waived[place{system, kind}] = true
		}
	}
	return waived
}

// vanished are the lines to say of kinds that a system no longer has, and of systems that are no longer configured, where
// the person was last seen to hold something: it is not gone because nobody can look any more.
func vanished(v caseValues, known caseFacts, found *inventory, now time.Time) (lines []string) {
	exceptions := v.exceptions()
	for name, control := range known.Controls {
		system, kind, _ := strings.Cut(name, "/")
		at := place{system, kind}
		_, failed := found.failed[at]
		_, leftOut := found.leftOut[at]
		if failed || leftOut || slices.Contains(found.checked, at) || known.Accounts[system].Alias || exceptions[name].until.After(now) {
			continue
		}
		reason, ok := found.notAvailable[at]
		if !ok {
			reason = "Nothing that the provider block configures has it."
		}
		for id, grant := range control.Grants {
			if grant.unsettled() && !exceptions[keyOf(name, id)].until.After(now) {
				lines = append(lines, fmt.Sprintf("  - %s: %s was held there, and can't be looked for any more: %s", name, grant.Label, reason))
			}
		}
	}
	slices.Sort(lines)
	return lines
}

// learn makes of what was found and of what was known what is known now.
func (r *Case) learn(v caseValues, known caseFacts, found *inventory, single func(place, access.AccountID) bool, now time.Time) caseFacts {
	next := caseFacts{AsOf: now, Accounts: map[string]accountFact{}, Controls: map[string]controlFact{}}
	pins := texts[string](v.AccountIDs)
	for name, seen := range found.accounts {
		fact := accountFact{ID: seen.ID, Status: seen.Status, Names: seen.Names, Alias: !seen.None && pins[name] == "" && !seen.Own(v.person())}
		before := known.Accounts[name]
		fact.Former = before.Former
		switch {
		case before.ID == "" || before.Alias && before.ID != seen.ID:
			// It may have been anybody's.
		case seen.None:
			fact = accountFact{ID: before.ID, Gone: true, Former: before.Former}
		case seen.Renewed, before.Gone && before.ID != seen.ID:
			fact.Former = append(slices.Clone(before.Former), before.ID)
		case before.ID == seen.ID:
			fact.Alias = fact.Alias && before.Alias // One that was known by its own address may be renamed.
		}
		next.Accounts[name] = fact
	}
	lists := map[place][]access.Grant{}
	for _, p := range slices.Concat(found.held, found.dormant, found.indirect) {
		lists[p.place] = append(lists[p.place], p.Grant)
	}
	for _, at := range found.checked {
		control, account := known.Controls[at.String()], next.Accounts[at.system]
		control.Grants, control.Marks = maps.Clone(control.Grants), maps.Clone(control.Marks)
		if before := known.Accounts[at.system]; before.ID != account.ID {
			control.Marks = nil // Another account has another password.
			if !found.accounts[at.system].Renewed && !before.Gone {
				control.Grants = nil // The one before was somebody else's, as it turned out, and what it holds is not gone.
			}
		}
		listedAt := found.listedAt[at]
		if listedAt.IsZero() {
			listedAt = now // Nobody was there to be asked about.
		}
		done := r.env.ledger.of(at, account.ID)
		control.take(lists[at], listedAt, done, "offboard_"+at.kind, search{env: r.env}.moving(at))
		if _, rechecks := r.env.Systems[at.system].Connectors[at.kind].(access.Rechecker); rechecks && single(at, account.ID) {
			control.CheckedAt = known.Controls[at.String()].CheckedAt // Single grants were asked about since.
		}
		next.Controls[at.String()] = control
	}
	for at, reason := range found.notAvailable {
		control := known.Controls[at.String()]
		control.Waived = false
		if len(control.Grants) == 0 {
			// Else it was there once, and what the person held is gone: that is what is known of it.
			control = controlFact{NotAvailable: reason}
		}
		next.Controls[at.String()] = control
	}
	for at, reason := range found.failed {
		next.Controls[at.String()] = controlFact{Unseen: reason}
	}
	for at := range found.leftOut {
		control := known.Controls[at.String()]
		control.Waived, control.NotAvailable, control.Unseen = true, "", ""
		next.Controls[at.String()] = control
	}
	for name, control := range known.Controls {
		// What is known of a system that is no longer configured is not forgotten.
		system, _, _ := strings.Cut(name, "/")
		if _, looked := next.Controls[name]; looked || len(control.Grants) == 0 || known.Accounts[system].Alias {
			continue
		}
		control.Waived = false
		next.Controls[name] = control
		if _, asked := next.Accounts[system]; !asked {
			next.Accounts[system] = known.Accounts[system]
		}
	}
	for name, control := range next.Controls {
		_, kind, _ := strings.Cut(name, "/")
		control.Indirect = slices.ContainsFunc(r.table, func(row TableRow) bool { return row.Indirect && row.Name == kind })
		next.Controls[name] = control
	}
	return next
}

// somebody says that some system knows the person, or did.
func (f caseFacts) somebody() bool {
	for _, account := range f.Accounts {
		if account.ID != "" {
			return true
		}
	}
	return false
}

// aliases are the systems in which the address is no more than an alias of an account that the configuration does not
// name, in order.
func (f caseFacts) aliases() (systems []string) {
	for _, name := range sorted(f.Accounts) {
		if f.Accounts[name].Alias {
			systems = append(systems, name)
		}
	}
	return systems
}

package offboard

import (
	"context"
	"maps"
	"slices"
	"sync"

	"github.com/offboard/terraform-provider-offboard/internal/access"
)

// A TableRow is a kind, and the systems that have it.
type TableRow struct {
	Kind
	Systems Systems
	// Indirect says that it is traced, and no resource takes it away.
	Indirect bool
}

// A search looks for everything that one person holds. It lists by the same calls as the resources, shares with them
// what is learnt once a run, and asks for nothing but lists.
type search struct {
	env    *Environment
	table  []TableRow
	person access.Person
	// pins are the accounts that the configuration names, by system.
	pins map[string]string
	// known are the accounts that were found in earlier runs, by system: they are looked at even after the address has
	// gone to somebody else.
	known map[string]access.AccountID
	// former are accounts of theirs that were deleted earlier, by system: what they made is looked for as well.
	former map[string][]access.AccountID
	// systems are those to look at, in order, and without the kinds to leave out.
	systems, without []string
	// lists is how an account's access of a kind is listed: list, or a way to share what the resources of the run listed.
	lists func(ctx context.Context, at place, system *System, kind Kind, account access.AccountID) listed
	// made is what an account was known to have made at a place. Nil knows of nothing.
	made func(at place, account access.AccountID) access.Holdings
	// late returns the error of a place where it is too late to look for what outlives the account. Nil knows of none.
	late func(at place, seen sighting) error
	// waived are places that nobody has to look at.
	waived map[place]bool
}

// A looked is what came of looking at one system.
type looked struct {
	seen sighting
	// err is why the account could not be found.
	err error
	// lists are what came of each kind, in the order of the table.
	lists []listed
}

type listed struct {
	dated
	err error
}

// run looks at the systems side by side.
func (s search) run(ctx context.Context) *inventory {
	found := make([]looked, len(s.systems))
	var wait sync.WaitGroup
	for i, name := range s.systems {
		wait.Go(func() { found[i] = s.look(ctx, name) })
	}
	wait.Wait()
	all := newInventory()
	for i, name := range s.systems {
		s.enter(all, name, found[i])
	}
	for _, name := range s.env.names() {
		if !slices.Contains(s.systems, name) {
			for _, kind := range s.kinds(name) {
				all.leftOut[place{name, kind.Name}] = "Not among systems."
			}
		}
	}
	return all
}

// look finds the person's account in one system, and lists what it holds, a few kinds at a time.
func (s search) look(ctx context.Context, name string) (found looked) {
	system, err := s.env.system(name)
	if err != nil {
		found.err = err
		return found
	}
	pin, known := access.AccountID(s.pins[name]), s.known[name]
	if pin != "" {
		known = pin
	}
	found.seen, err = system.locate(ctx, s.person, known, pin != "")
	switch {
	case err != nil:
		found.err = outOfTime(ctx, err)
		return found
	case pin != "" && found.seen.ID != pin && s.known[name] != pin:
		found.err = errNoAccount(name, pin)
		return found
	}
	kinds := s.kinds(name)
	found.lists = make([]listed, len(kinds))
	var wait sync.WaitGroup
	for i, kind := range kinds {
		at, accounts, outlives := place{name, kind.Name}, []access.AccountID{found.seen.ID}, system.outlives(kind.Name)
		if system.fades(kind.Name) && s.late != nil && !s.leavesOut(at) {
			if found.lists[i].err = s.late(at, found.seen); found.lists[i].err != nil {
				continue
			}
		}
		if kind.Indirect || outlives {
			// What a deleted account made or knows is still there, whether or not there is another account now.
			accounts = append(accounts, s.former[name]...)
			if found.seen.None || found.seen.Renewed {
				accounts = append(accounts, known)
			}
		}
		slices.Sort(accounts[1:])
		accounts = slices.DeleteFunc(slices.Compact(accounts), func(id access.AccountID) bool { return id == "" })
		if len(accounts) > 0 && !s.leavesOut(at) {
			cutOff := system.fades(kind.Name) && s.late == nil && !found.seen.None && !found.seen.Active
			wait.Go(func() {
				found.lists[i] = s.list(ctx, at, system, kind, accounts)
				if cutOff {
					// Nobody here remembers what it could get at before.
					found.lists[i].grants = append(slices.Clip(found.lists[i].grants), access.Grant{ID: unrecorded, Label: unrecordedGrant().Label, Dormant: true})
				}
			})
		}
	}
	wait.Wait()
	return found
}

// list returns what an account holds of a kind, as its resource would be imported; or what any of the accounts made.
func (s search) list(ctx context.Context, at place, system *System, kind TableRow, accounts []access.AccountID) listed {
	leave, err := system.gate.enter(ctx)
	if err != nil {
		return listed{err: outOfTime(ctx, err)}
	}
	defer leave()
	if kind.Indirect {
		asked := s.env.Clock.Now()
		grants, err := s.trace(ctx, at, system.Tracers[kind.Name], accounts)
		return listed{dated{grants: grants, at: asked}, outOfTime(ctx, err)}
	}
	found := s.lists(ctx, at, system, kind.Kind, accounts[0])
	if kind.Disposes {
		found.grants = access.Under(found.grants, access.Suspend)
	}
	found.err = outOfTime(ctx, found.err)
	return found
}

// trace returns what the accounts made, each once, with what of it the system has only forgotten who made.
func (s search) trace(ctx context.Context, at place, tracer access.Tracer, accounts []access.AccountID) (traced []access.Grant, err error) {
	there, missing := map[access.GrantID]bool{}, access.Holdings{}
	for _, account := range accounts {
		made, err := tracer.Trace(ctx, account)
		if err != nil {
			return nil, err
		}
		for _, grant := range made {
			if !there[grant.ID] {
				traced = append(traced, grant)
			}
			there[grant.ID] = true
		}
		if s.made != nil {
			maps.Copy(missing, s.made(at, account))
		}
	}
	retracer, ok := tracer.(access.Retracer)
	if !ok {
		return traced, nil
	}
	for _, grant := range traced {
		delete(missing, grant.ID)
	}
	if len(missing) == 0 {
		return traced, nil
	}
	still, err := retracer.Retrace(ctx, missing)
	return slices.Concat(traced, still), err
}

// listNow asks the system.
func listNow(ctx context.Context, _ place, system *System, kind Kind, account access.AccountID) listed {
	grants, err := system.list(ctx, kind.Name, account)
	return listed{dated{grants: grants}, err}
}

// enter puts what came of one system into the inventory.
func (s search) enter(all *inventory, name string, found looked) {
	if found.err == nil {
		all.accounts[name] = found.seen
	}
	for i, kind := range s.kinds(name) {
		at := place{name, kind.Name}
		switch {
		case s.waived[at]:
			all.leftOut[at] = "Waived."
		case s.leavesOut(at):
			all.leftOut[at] = "Named in without."
		case found.err != nil:
			all.fail(at, found.err)
		default:
			all.listedAt[at] = found.lists[i].at
			if kind.Indirect {
				all.trace(at, found.lists[i].grants, found.lists[i].err)
				continue
			}
			all.note(at, found.lists[i].grants, s.moving(at), found.lists[i].err)
		}
	}
}

// moving says what of a place needs a successor.
func (s search) moving(at place) func(access.GrantID) bool {
	if transferer, ok := s.env.Systems[at.system].Connectors[at.kind].(access.Transferer); ok {
		return transferer.Moves
	}
	return func(access.GrantID) bool { return false }
}

// kinds are those that a system has, in the order of the table.
func (s search) kinds(system string) (kinds []TableRow) {
	for _, row := range s.table {
		if row.Systems.has(system) {
			kinds = append(kinds, row)
		}
	}
	return kinds
}

func (s search) leavesOut(at place) bool { return s.waived[at] || slices.Contains(s.without, at.kind) }

// outOfTime says of an error that it is none of the system's.
func outOfTime(ctx context.Context, err error) error {
	if err == nil || ctx.Err() == nil || access.KindOf(err) != access.Other {
		return err
	}
	return &access.Error{
		Reason: "time ran out, or the run was stopped, before the system answered", Err: err,
		Fix: "Allow for more with timeouts, or leave out with without what takes so long.",
	}
}

// allOf are the systems that have any kind of the table, and the names of the kinds, in order.
func allOf(table []TableRow) (systems Systems, kinds []string) {
	for _, row := range table {
		systems, kinds = systems.and(row.Systems), append(kinds, row.Name)
	}
	slices.Sort(kinds)
	return systems, kinds
}

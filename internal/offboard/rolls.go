package offboard

import (
	"context"
	"slices"
	"sync"

	"github.com/offboard/terraform-provider-offboard/internal/access"
)

// roll returns every account of the system. It is asked for once a run, and nobody changes what it returns.
func (s *System) roll(ctx context.Context) ([]access.Entry, error) {
	registrar, ok := s.Directory.(access.Registrar)
	if !ok {
		return nil, &access.Error{
			Kind: access.NotAvailable, Op: "list everybody", Reason: "this system has no list of all its accounts",
			Fix: "Name the other systems in systems, and leave it out.",
		}
	}
	return s.rolls.Get(ctx, func() ([]access.Entry, error) { return registrar.Roll(ctx) })
}

// rolls lists the accounts of systems, side by side, and says why of each that could not be listed.
func (e *Environment) rolls(ctx context.Context, names []string) (map[string][]access.Entry, map[string]error) {
	type answer struct {
		roll []access.Entry
		err  error
	}
	answers := make([]answer, len(names))
	var wait sync.WaitGroup
	for i, name := range names {
		wait.Go(func() {
			system, err := e.system(name)
			if err == nil {
				answers[i].roll, err = system.roll(ctx)
			}
			if err != nil && ctx.Err() != nil && access.KindOf(err) == access.Other {
				err = &access.Error{Reason: "time ran out, or the run was stopped, before all accounts were listed", Err: err, Fix: "Allow for more with timeouts."}
			}
			answers[i].err = err
		})
	}
	wait.Wait()
	rolls, failed := map[string][]access.Entry{}, map[string]error{}
	for i, name := range names {
		if answers[i].err != nil {
			failed[name] = answers[i].err
			continue
		}
		rolls[name] = slices.Clip(answers[i].roll)
	}
	return rolls, failed
}

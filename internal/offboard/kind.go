// Package offboard is the one Terraform resource behind every offboard_* type that is a kind of access, the one of
// legal holds (hold.go), which is built the same way around rows that are to stay, the data source of all that
// somebody holds (access_data.go), and the one that compares HR's list with all accounts (reconciliation_data.go).
//
// Every kind of access is the same resource with another row meaning. Read lists, and is the only place
// where access is discovered. ModifyPlan subtracts: a pure function of configuration and prior state, so
// that it gives the same rows at apply as it gave at plan. Create adopts and removes nothing, because no
// plan has shown it yet. Update removes what the plan showed and nothing else, and then looks. Delete
// forgets.
package offboard

import (
	"context"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/clock"
	"github.com/offboard/terraform-provider-offboard/internal/evidence"
	"github.com/offboard/terraform-provider-offboard/internal/memo"
)

// A Kind is one kind of access: what sets its resource apart from the others, which is words and four
// switches.
type Kind struct {
	// Name is the resource type without the provider's prefix: "group_membership".
	Name string
	// Row is what one row of access means, for the documentation.
	Row string
	// About is the first paragraph of the documentation, in Markdown.
	About string
	// Transfers adds the successor argument.
	Transfers bool
	// Disposes adds the disposition argument.
	Disposes bool
	// Reminted says that an account which can sign in can make these anew; Contains, that removing these
	// keeps it from signing in.
	Reminted, Contains bool
	// Controls are those of standards that its removal is evidence for: "SOC 2 CC6.2".
	Controls []string
}

// A System is a configured system, as resources see it.
type System struct {
	Directory access.Directory
	// Connectors by the name of the kind.
	Connectors map[string]access.Connector
	// Tracers by the name of what they trace.
	Tracers map[string]access.Tracer
	// Custodian is nil where nobody can be put on legal hold.
	Custodian access.Custodian

	// rotations are the removals of what several people may know.
	rotations memo.Map[rotation, access.Receipt]

	surveys memo.Map[string, map[access.AccountID][]access.Grant]
	rolls   memo.Once[[]access.Entry]
	gate    gate
	shelf   shelf
	// met are the accounts that addresses led to in this run.
	met sync.Map
}

// outlives says that what the account held of a kind may be there when the account is not.
func (s *System) outlives(kind string) bool {
	_, outlives := s.Connectors[kind].(access.Outliver)
	return outlives
}

// fades says that List shows less of what outlives the account once that can't sign in.
func (s *System) fades(kind string) bool {
	_, remains := s.Connectors[kind].(access.Leftover)
	return s.outlives(kind) && !remains
}

// list returns what an account holds of a kind. A connector that learns what everybody holds in order to
// answer for one is asked once a run.
func (s *System) list(ctx context.Context, kind string, account access.AccountID) ([]access.Grant, error) {
	surveyor, ok := s.Connectors[kind].(access.Surveyor)
	if !ok {
		listed, err := s.Connectors[kind].List(ctx, account)
		if access.KindOf(err) == access.NotFound && s.outlives(kind) {
			return nil, nil // Who is gone gets at nothing any more. What they got at before is rechecked.
		}
		return listed, err
	}
	everybody, err := s.surveys.Get(ctx, kind, func() (map[access.AccountID][]access.Grant, error) { return surveyor.Survey(ctx) })
	return everybody[account], err
}

// recheck adds to a list what was held before, is not in it, and is there all the same. Where single grants can be asked
// about, the whole list is one that may be of an hour ago, or of earlier in the run, and nothing is gone on its word alone.
func (s *System) recheck(ctx context.Context, kind string, account access.AccountID, listed []access.Grant, before access.Holdings) ([]access.Grant, error) {
	rechecker, ok := s.rechecker(kind)
	if !ok {
		return listed, nil
	}
	missing := maps.Clone(before)
	for _, grant := range listed {
		delete(missing, grant.ID)
	}
	if len(missing) == 0 {
		return listed, nil
	}
	still, err := rechecker.Recheck(ctx, account, missing.IDs())
	return slices.Concat(listed, still), err
}

// An Environment is what the provider has made of its configuration, shared by all resources of a run.
type Environment struct {
	// Systems by name: those that are configured.
	Systems map[string]*System
	// Unknown are the systems whose configuration depends on something that is not applied yet.
	Unknown map[string]bool
	Guards  *Guards
	Clock   clock.Clock
	// Program is what looks: its name and version.
	Program string
	// Signer signs the evidence of cases. Nil signs nothing.
	Signer *evidence.Signer

	ledger ledger
}

// names are the systems that the provider block names, in order, whether or not their configuration is known yet.
func (e *Environment) names() []string {
	names := slices.AppendSeq(slices.Collect(maps.Keys(e.Systems)), maps.Keys(e.Unknown))
	slices.Sort(names)
	return names
}

// system returns a configured system, or an error that says which there are.
func (e *Environment) system(name string) (*System, error) {
	if found, ok := e.Systems[name]; ok {
		return found, nil
	}
	err := &access.Error{Kind: access.NotAvailable, Op: "use the system " + name}
	if e.Unknown[name] {
		err.Reason = "its configuration in the provider block depends on something that has not been applied yet"
		err.Fix = "Apply that first (-target), or give the provider values that are known when the plan is made."
		return nil, err
	}
	configured := "none is"
	if len(e.Systems) > 0 {
		configured = strings.Join(slices.Sorted(maps.Keys(e.Systems)), ", ")
	}
	err.Reason = "the provider block does not configure it; configured: " + configured
	err.Fix = "Add " + name + " = { … } to the provider block."
	return nil, err
}

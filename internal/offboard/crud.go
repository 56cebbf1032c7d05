package offboard

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/offboard/terraform-provider-offboard/internal/access"
)

// patience is how long a system may go on listing what it agreed to remove. Group and application
// assignments take Okta seconds, and a busy org a minute.
const patience = 2 * time.Minute

// lastMinute is kept back of the time to remove and verify: for what is said at the end.
const lastMinute = time.Minute

// Read lists. Whatever could not be listed is an error, and leaves the state as it was.
func (r *Resource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	diags := &resp.Diagnostics
	prior, known := r.read(ctx, req.State, diags), recall(ctx, req.Private, diags)
	limit, d := prior.Timeouts.Read(ctx, readTimeout)
	diags.Append(d...)
	if diags.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()

	now := r.look(ctx, prior, known, diags)
	if diags.HasError() {
		return
	}
	notes, stays := remarks(now.listed, now.held)
	attributes := map[string]any{attrAccess: holdings(now.held), attrNotes: notes, attrStays: stays, attrAccount: optional(now.account)}
	if prior.Terminated.ValueBool() {
		gone := access.Gone(prior.held(), now.listed, now.held, now.facts.AsOf)
		delete(gone, unrecorded) // The account can be seen now: rows of its own take the place of this one.
		attributes[attrRemoved] = removals(prior.Removed, gone)
		if asleep := access.Asleep(prior.held().Without(now.held), now.listed); len(asleep) > 0 {
			diags.Append(warnAsleep(prior, asleep))
		}
	}
	set(ctx, &resp.State, diags, attributes)
	now.facts.remember(ctx, resp.Private, diags)
	identify(ctx, resp.Identity, prior, diags)
	removed, _ := attributes[attrRemoved].(types.Map)
	r.env.ledger.did(r.at(prior), now.account, removed, now.facts.Marks, prior.Successor.ValueString())
}

// at is where this resource looks.
func (r *Resource) at(v values) place { return place{v.System.ValueString(), r.kind.Name} }

// A view is what a person holds, as of now.
type view struct {
	account access.AccountID
	// nobody says that the system has no account of this person.
	nobody bool
	listed []access.Grant
	held   access.Holdings
	facts  facts
}

// look finds the account and lists what it holds.
func (r *Resource) look(ctx context.Context, v values, known facts, diags *diag.Diagnostics) view {
	system, err := r.env.system(v.System.ValueString())
	if err != nil {
		diags.Append(errorAt(rootSystem, "Could not check "+r.what(v), err))
		return view{}
	}
	seen, err := system.locate(ctx, v.person(), v.account(), known.Pinned)
	if err != nil {
		diags.Append(errorCheck(r.what(v), err))
		return view{}
	}
	now := view{account: v.account(), held: access.Holdings{}, facts: facts{AsOf: r.env.Clock.Now(), Pinned: known.Pinned, Marks: known.Marks}}
	outlives, before := system.outlives(r.kind.Name), v.held()
	if system.fades(r.kind.Name) {
		delete(before, unrecorded)
		now.facts.Unrecorded = missed(v, known, seen)
		if now.facts.Unrecorded && !known.Unrecorded {
			diags.Append(warnTooLate(v))
		}
	}
	if seen.None {
		now.nobody = true
		if now.account == "" && known.AsOf.IsZero() {
			diags.Append(warnNobody(v, outlives))
		}
		now.facts.Names, now.facts.Aliases = known.Names, known.Aliases
		if outlives {
			if now.listed, err = system.recheck(ctx, r.kind.Name, now.account, nil, before); err != nil {
				diags.Append(errorCheck(r.what(v), err))
				return view{}
			}
			now.remember()
		}
		return now
	}
	if seen.Renewed {
		diags.Append(warnRenewed(v, seen.ID))
		now.facts.Marks = nil
	}
	now.account, now.facts.Names, now.facts.Aliases, now.facts.Active = seen.ID, seen.Names, seen.Aliases, seen.Active
	if seen.Unlinked && slices.Contains(known.Names, string(v.person())) {
		// The address was the account's own when the system could still tell.
		now.facts.Names = append(slices.Clone(seen.Names), string(v.person()))
	}
	turn := system.shelf.begin(r.kind.Name, seen.ID)
	if now.listed, err = system.list(ctx, r.kind.Name, seen.ID); err == nil {
		now.listed, err = system.recheck(ctx, r.kind.Name, seen.ID, now.listed, before)
	}
	if err == nil {
		system.shelf.put(r.kind.Name, seen.ID, turn, dated{grants: now.listed, at: now.facts.AsOf, late: now.facts.Unrecorded})
	}
	if err != nil && access.KindOf(err) != access.NotFound {
		diags.Append(errorCheck(r.what(v), err))
		return view{}
	}
	now.facts.learn(now.listed, r.kind.Disposes)
	if r.kind.Disposes {
		now.listed = access.Under(now.listed, v.disposition())
	}
	now.remember()
	return now
}

// remember makes what was listed, and what nobody could list any more, what is held.
func (now *view) remember() {
	if now.facts.Unrecorded {
		now.listed = append(slices.Clip(now.listed), unrecordedGrant())
	}
	now.held = access.Held(now.listed, now.facts.Marks)
}

// Create adopts: it records what is held, and removes nothing.
func (r *Resource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	diags := &resp.Diagnostics
	plan := r.read(ctx, req.Plan, diags)
	limit, d := plan.Timeouts.Read(ctx, readTimeout)
	diags.Append(d...)
	if diags.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()

	pinned := plan.account() != ""
	now := r.look(ctx, plan, facts{Pinned: pinned}, diags)
	if diags.HasError() {
		return
	}
	if pinned && (now.nobody || now.account != plan.account()) {
		diags.Append(errorNoAccount(plan))
		return
	}
	resp.State.Raw = req.Plan.Raw
	notes, stays := remarks(now.listed, now.held)
	set(ctx, &resp.State, diags, map[string]any{
		attrAccess: holdings(now.held), attrNotes: notes, attrStays: stays, attrAccount: optional(now.account), attrRemoved: removals(plan.Removed, nil),
	})
	now.facts.remember(ctx, resp.Private, diags)
	identify(ctx, resp.Identity, plan, diags)
	if plan.Terminated.ValueBool() && len(now.held) > 0 {
		diags.Append(warnAdoptsOnly(r.typeName(), plan, now.held))
	}
	if plan.Terminated.ValueBool() && len(now.facts.Dormant) > 0 {
		diags.Append(warnDormant(plan, now.facts.Dormant))
	}
}

// Update removes what the plan showed: what was held before and is not planned to stay, both read from the
// request alone. Then it looks. State and identity are set first, and what is left is told in errors after
// that, so that half an exit is saved as what it is.
func (r *Resource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	diags := &resp.Diagnostics
	plan, prior := r.read(ctx, req.Plan, diags), r.read(ctx, req.State, diags)
	known := recall(ctx, req.Private, diags)
	limit, d := plan.Timeouts.Update(ctx, updateTimeout)
	diags.Append(d...)
	if diags.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()

	identify(ctx, resp.Identity, plan, diags)
	known.Pinned = known.Pinned || r.pinned(ctx, req.Config, diags)
	if !plan.Terminated.ValueBool() {
		r.save(ctx, req.Plan, &resp.State, map[string]any{attrRemoved: removals(prior.Removed, nil)}, diags)
		known.remember(ctx, resp.Private, diags)
		return
	}
	if plan.Access.IsUnknown() {
		diags.Append(errorNoRows(r.what(plan)))
		r.save(ctx, req.Plan, &resp.State, map[string]any{
			attrAccess: prior.Access, attrNotes: prior.Notes, attrStays: prior.Stays, attrRemoved: removals(prior.Removed, nil),
		}, diags)
		return
	}
	planned := plan.held()
	approved := access.Approved(prior.held(), planned)
	out := r.exit(ctx, prior, plan, approved, known, limit, diags)

	held := out.Held
	if out.Clean() && !diags.HasError() {
		// Exactly what was planned, labels and all: what was tolerated may be called something else by now.
		held = planned
	}
	if replaced := r.replaced(plan, out, known); len(replaced) > 0 {
		known.Unrecorded = true
		held = maps.Clone(held)
		held[unrecorded] = unrecordedGrant().Label
		diags.Append(errorReplaced(plan, replaced))
	}
	removed := removals(prior.Removed, out.Removed)
	// What appeared is remarked on when it is next read.
	r.save(ctx, req.Plan, &resp.State, map[string]any{
		attrAccess: holdings(held), attrNotes: remarksOn(held, prior.Notes), attrStays: remarksOn(held, prior.Stays),
		attrRemoved: removed,
	}, diags)
	known.Marks = out.Marks
	known.remember(ctx, resp.Private, diags)
	r.env.ledger.did(r.at(plan), prior.account(), removed, out.Marks, plan.Successor.ValueString())
	r.tell(plan, approved, out, diags)
}

// exit runs the removal, or finds the reason why it can't begin.
func (r *Resource) exit(
	ctx context.Context, prior, plan values, approved access.Holdings, known facts, limit time.Duration, diags *diag.Diagnostics,
) access.Outcome {
	unchanged := access.Outcome{Held: prior.held(), Marks: known.Marks}
	system, err := r.env.system(plan.System.ValueString())
	if err != nil {
		diags.Append(errorAt(rootSystem, "Nothing was removed", err))
		return unchanged
	}
	account := prior.account()
	if account == "" {
		// There was nobody when the plan was made. That is clean only if there is still nobody.
		seen, err := system.locate(ctx, plan.person(), "", false)
		switch {
		case err != nil:
			unchanged.Unverified = err
		case !seen.None:
			diags.Append(errorSomebody(plan, seen.ID))
		}
		return unchanged
	}
	if !known.Pinned {
		system.meet(plan.person(), account)
	}
	connector, err := r.connector(system, plan.disposition())
	if err != nil {
		diags.Append(errorAt(rootDisposition, "Nothing was removed", err))
		return unchanged
	}
	run := access.Exit{
		Connector: connector, Account: account, Clock: r.env.Clock, Patience: patience, Limit: limit - lastMinute,
		Progress: func(step string, fields map[string]any) {
			fields["system"], fields["person"], fields["kind"] = plan.System.ValueString(), string(plan.person()), r.kind.Name
			tflog.Info(ctx, step, fields)
		},
	}
	if transferer, ok := connector.(access.Transferer); ok && moves(transferer, approved) {
		if run.Successor, err = heir(ctx, system, account, plan); err != nil {
			diags.Append(errorAt(rootSuccessor, "Nothing was removed, because nobody can receive it", err))
			return unchanged
		}
	}
	if rechecker, ok := system.rechecker(r.kind.Name); ok && !r.kind.Disposes {
		run.Connector = rechecker
	}
	expected := prior.held()
	maps.Copy(expected, plan.held())
	turn := system.shelf.clear(r.kind.Name, account)
	out := run.Run(ctx, expected, approved, known.Marks)
	if out.Whole {
		system.shelf.put(r.kind.Name, account, turn, dated{grants: out.Listed, at: out.ListedAt})
	}
	return out
}

// replaced is what the person knew and what was changed while they may have got at what came in its place.
func (r *Resource) replaced(plan values, out access.Outcome, known facts) access.Holdings {
	system, err := r.env.system(plan.System.ValueString())
	if err != nil {
		return nil
	}
	rechecker, _ := system.rechecker(r.kind.Name)
	if knows, ok := rechecker.(knowing); ok {
		return knows.replaced(out.Before, known)
	}
	return nil
}

func moves(transferer access.Transferer, approved access.Holdings) bool {
	for id := range approved {
		if transferer.Moves(id) {
			return true
		}
	}
	return false
}

// tell reports what is left, one error for each row at its own place.
func (r *Resource) tell(plan values, approved access.Holdings, out access.Outcome, diags *diag.Diagnostics) {
	if out.Unverified != nil {
		diags.Append(errorUnverified(r.what(plan), out))
	}
	for _, id := range approved.IDs() {
		reason, left := out.Left[id]
		_, held := out.Held[id]
		switch {
		case left && held:
			diags.Append(errorRemains(plan, id, approved[id], reason))
		case left:
			diags.Append(errorDormant(plan, id, approved[id], reason))
		}
	}
	for _, id := range out.Appeared.IDs() {
		diags.Append(errorAppeared(plan, id, out.Appeared[id]))
	}
}

// Delete forgets. The framework takes the resource out of the state; nothing is asked of anybody.
func (r *Resource) Delete(context.Context, resource.DeleteRequest, *resource.DeleteResponse) {}

// save sets the state to the plan, with the attributes that only the apply knows.
func (r *Resource) save(ctx context.Context, plan tfsdk.Plan, state *tfsdk.State, attributes map[string]any, diags *diag.Diagnostics) {
	state.Raw = plan.Raw
	set(ctx, state, diags, attributes)
}

func (r *Resource) pinned(ctx context.Context, config tfsdk.Config, diags *diag.Diagnostics) bool {
	v := r.read(ctx, config, diags)
	return !v.Account.IsNull()
}

// identify sets the identity, which older versions of Terraform do not keep by themselves.
func identify(ctx context.Context, identity *tfsdk.ResourceIdentity, v values, diags *diag.Diagnostics) {
	if identity == nil {
		return
	}
	diags.Append(identity.SetAttribute(ctx, path.Root(attrSystem), v.System)...)
	diags.Append(identity.SetAttribute(ctx, path.Root(attrPerson), string(v.person()))...)
}

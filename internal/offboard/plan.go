package offboard

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/offboard/terraform-provider-offboard/internal/access"
)

// ModifyPlan shows what goes. It runs at plan and once more at apply, where it has to come to the same
// rows: they follow from the configuration, the prior state and what was learnt with it, and from nothing
// that could change in between. What it asks of a system can only refuse the plan, never alter it.
func (r *Resource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	diags := &resp.Diagnostics
	if req.Plan.Raw.IsNull() {
		prior := r.read(ctx, req.State, diags)
		diags.Append(warnForgets(prior, r.outlives(prior)))
		return
	}
	if r.env == nil {
		return // Validation: there is no provider configuration yet.
	}
	plan := r.read(ctx, req.Plan, diags)
	if diags.HasError() {
		return
	}
	if req.State.Raw.IsNull() {
		r.planAdoption(ctx, plan, resp)
		return
	}
	config, prior := r.read(ctx, req.Config, diags), r.read(ctx, req.State, diags)
	known := recall(ctx, req.Private, diags)
	limit, d := plan.Timeouts.Read(ctx, readTimeout)
	diags.Append(d...)
	if diags.HasError() {
		return
	}
	if r.replaces(config, prior, plan) {
		if r.outlives(prior) && len(prior.held()) > 0 {
			diags.Append(warnReplaced(prior))
		}
		return
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	r.planExit(ctx, config, prior, plan, known, resp)
}

// outlives says that what the resource has found may be nowhere else by now. A system that is not configured any more is none.
func (r *Resource) outlives(prior values) bool {
	if r.env == nil {
		return false
	}
	system, err := r.env.system(prior.System.ValueString())
	return err == nil && system.fades(r.kind.Name)
}

// replaces says that another resource is to take this one's place: Terraform plans that one on its own.
func (r *Resource) replaces(config, prior, plan values) bool {
	return plan.System.IsUnknown() || plan.Person.IsUnknown() || config.Account.IsUnknown() ||
		!plan.System.Equal(prior.System) || plan.person() != prior.person() ||
		!config.Account.IsNull() && !config.Account.Equal(prior.Account)
}

// planAdoption plans a resource that is new to the state. It can show no rows, since nothing has been
// listed; so nothing will be removed either.
func (r *Resource) planAdoption(ctx context.Context, plan values, resp *resource.ModifyPlanResponse) {
	diags := &resp.Diagnostics
	set(ctx, &resp.Plan, diags, map[string]any{attrRemoved: removals(plan.Removed, nil)})
	if plan.System.IsUnknown() || plan.Person.IsUnknown() {
		return
	}
	name := plan.System.ValueString()
	system, err := r.env.system(name)
	if err != nil {
		if !r.env.Unknown[name] {
			diags.Append(errorAt(rootSystem, "Unknown system", err))
		}
		return
	}
	if _, err := r.connector(system, plan.disposition()); err != nil && !plan.Disposition.IsUnknown() {
		diags.Append(errorAt(rootDisposition, "Unknown disposition", err))
		return
	}
	if !plan.Terminated.ValueBool() {
		return
	}
	if err := r.refuseAdoption(plan); err != nil {
		diags.Append(errorAt(rootPerson, "Termination refused", err))
		return
	}
	if system.fades(r.kind.Name) {
		diags.Append(errorNotRecorded(r.typeName(), plan))
		return
	}
	diags.Append(warnAdoptsOnly(r.typeName(), plan, nil))
}

func (r *Resource) refuseAdoption(plan values) error {
	person := plan.person()
	if err := r.env.Guards.protect(string(person), plan.Account.ValueString()); err != nil {
		return err
	}
	if err := r.env.Guards.leave(byAddress(person), byAddress(plan.successor())); err != nil {
		return err
	}
	return r.env.Guards.count(person, plan.System.ValueString(), plan.account())
}

// planExit plans a resource whose access is known.
func (r *Resource) planExit(ctx context.Context, config, prior, plan values, known facts, resp *resource.ModifyPlanResponse) {
	diags := &resp.Diagnostics
	r.refuseUnknowns(plan, diags)
	if diags.HasError() {
		return
	}
	intent, held := plan.intent(), prior.held()
	base := held
	if r.kind.Disposes && plan.disposition() != prior.disposition() {
		base = known.under(plan.disposition())
	}
	keep, going := intent.Plan(base, known.AsOf)
	// What only the new disposition makes a grant of has not been shown as held before: it starts to count
	// now, and goes with the next plan.
	newly := going.Without(held)
	for id, label := range newly {
		keep[id] = label
	}
	going = access.Approved(held, keep)

	account := prior.Account
	if !config.Account.IsNull() {
		account = config.Account
	}
	set(ctx, &resp.Plan, diags, map[string]any{
		attrAccess: holdings(keep), attrNotes: remarksOn(keep, prior.Notes), attrStays: remarksOn(keep, prior.Stays),
		attrRemoved: plannedRemovals(prior.Removed, going), attrAccount: account,
	})
	r.env.ledger.plans(r.at(plan), access.AccountID(account.ValueString()), going)
	if len(newly) > 0 {
		diags.Append(warnNewDisposition(plan, newly))
	}
	if !intent.Terminated {
		return
	}
	if !prior.Terminated.ValueBool() && len(known.Dormant) > 0 {
		diags.Append(warnDormant(plan, known.Dormant))
	}
	if lapsed := intent.Lapsed(held, known.AsOf); len(lapsed) > 0 {
		diags.Append(warnLapsed(plan, lapsed, held))
	}
	r.refuseExit(ctx, prior, plan, known, !config.Account.IsNull(), going, diags)
	if diags.HasError() || len(going) == 0 {
		return
	}
	if notes := about(going, prior.Notes); len(notes) > 0 {
		diags.Append(warnNotes(r.kind, plan, notes))
	}
	if stays := about(going, prior.Stays); len(stays) > 0 {
		diags.Append(warnStays(r.kind, plan, stays))
	}
	if r.kind.Reminted && known.Active && !r.env.Guards.contains(plan.System.ValueString(), plan.person()) {
		diags.Append(warnReminted(r.kind, plan))
	}
	if r.kind.Contains {
		r.env.Guards.contain(plan.System.ValueString(), plan.person())
	}
}

// refuseUnknowns refuses to plan an exit of which the plan could not show everything.
func (r *Resource) refuseUnknowns(plan values, diags *diag.Diagnostics) {
	for _, unknown := range []struct {
		attribute string
		is        bool
	}{
		{attrTerminated, plan.Terminated.IsUnknown()},
		{attrTolerate, unknownIn(plan.Tolerate)},
		{attrDisposition, plan.Disposition.IsUnknown()},
		{attrSuccessor, plan.Successor.IsUnknown() && !plan.Terminated.Equal(types.BoolValue(false))},
	} {
		if unknown.is {
			diags.Append(errorUnknown(unknown.attribute))
		}
	}
}

func unknownIn(m types.Map) bool {
	if m.IsUnknown() {
		return true
	}
	for _, element := range m.Elements() {
		if element.IsUnknown() {
			return true
		}
	}
	return false
}

// refuseExit is where a termination is refused before anything is touched. named says that the configuration names
// the account.
func (r *Resource) refuseExit(
	ctx context.Context, prior, plan values, known facts, named bool, going access.Holdings, diags *diag.Diagnostics,
) {
	refuse := func(err error) { diags.Append(errorAt(rootTerminated, "Termination refused", err)) }
	guards, person, account := r.env.Guards, plan.person(), prior.account()
	if err := guards.protect(slices.Concat([]string{string(person), string(account)}, known.Names, known.Aliases)...); err != nil {
		refuse(err)
		return
	}
	// Who succeeds them counts as long as there is something to hand over.
	err := guards.leave(byAddress(person), leaver{})
	if err == nil && account != "" {
		err = guards.leave(byAccount(plan.System.ValueString(), account, person), leaver{})
	}
	if err != nil {
		diags.Append(errorAt(rootSuccessor, "Termination refused", err))
		return
	}
	// Somebody of whom something was removed before has been through this once: what comes back to them
	// is what the watch is for, and not a new termination.
	if !prior.Terminated.ValueBool() || len(prior.Removed.Elements()) == 0 && len(going) > 0 {
		if err := guards.count(person, plan.System.ValueString(), account); err != nil {
			refuse(err)
			return
		}
		if !named && len(going) > 0 && account != "" && !slices.Contains(known.Names, string(person)) {
			refuse(errNotTheirs(plan, account, known.Names))
			return
		}
	}
	if account == "" {
		return
	}
	system, err := r.env.system(plan.System.ValueString())
	if err != nil {
		diags.Append(errorAt(rootSystem, "Unknown system", err))
		return
	}
	caller, owned, err := system.Directory.Caller(ctx)
	switch {
	case err != nil:
		diags.Append(errorAt(rootTerminated, "Could not check whose the credential is", err))
		return
	case owned && caller == account:
		refuse(errCaller(plan))
		return
	case len(going) == 0:
		return
	}
	connector, err := r.connector(system, plan.disposition())
	if err != nil {
		diags.Append(errorAt(rootDisposition, "Termination refused", err))
		return
	}
	r.refuseTransfer(ctx, system, connector, account, plan, going, diags)
	if guard, ok := connector.(access.Guard); ok {
		if err := guard.Refuse(ctx, account, going); err != nil {
			refuse(err)
		}
	}
}

// refuseTransfer refuses a transfer to nobody, or to somebody who could not receive it.
func (r *Resource) refuseTransfer(
	ctx context.Context, system *System, connector access.Connector, account access.AccountID, plan values, going access.Holdings,
	diags *diag.Diagnostics,
) {
	transferer, ok := connector.(access.Transferer)
	if !ok {
		return
	}
	moving := access.Holdings{}
	for id, label := range going {
		if transferer.Moves(id) {
			moving[id] = label
		}
	}
	if len(moving) == 0 {
		return
	}
	if plan.Successor.IsNull() {
		diags.Append(errorNoSuccessor(plan, moving))
		return
	}
	receiver, err := heir(ctx, system, account, plan)
	if vetter, ok := connector.(access.Vetter); ok && err == nil {
		err = vetter.Vet(ctx, account, moving, receiver)
	}
	if err != nil {
		diags.Append(errorAt(rootSuccessor, "The successor can't receive anything", err))
		return
	}
	name := plan.System.ValueString()
	err = r.env.Guards.leave(byAddress(plan.person()), byAddress(plan.successor()))
	if err == nil {
		err = r.env.Guards.leave(byAccount(name, account, plan.person()), byAccount(name, receiver, plan.successor()))
	}
	if err != nil {
		diags.Append(errorAt(rootSuccessor, "Termination refused", err))
	}
}

// heir returns the successor's account, which has to be there and active, and not the leaver's under another
// address. An address that is an alias names nobody: it may have been that of somebody who has left, whose mail goes to
// this account now.
func heir(ctx context.Context, system *System, leaver access.AccountID, plan values) (access.AccountID, error) {
	found, err := system.Directory.Find(ctx, plan.successor())
	if err != nil {
		return "", err
	}
	account, err := system.Directory.Get(ctx, found.ID)
	if err != nil {
		return "", err
	}
	if account.ID == leaver {
		return "", &access.Error{
			Kind: access.Blocked, Op: "find the successor", Fix: "Name somebody who stays.",
			Reason: plan.Successor.ValueString() + " is " + plan.Person.ValueString() + " under another address",
		}
	}
	if !account.Own(plan.successor()) {
		return "", &access.Error{
			Kind: access.Blocked, Op: "find the successor",
			Reason: fmt.Sprintf("%s is an alias of the account of %s, and may have been somebody else's address", plan.Successor.ValueString(), strings.Join(account.Names, ", ")),
			Fix:    "If they are meant, name them by their own address.",
		}
	}
	if !account.Active {
		return "", &access.Error{
			Kind: access.Blocked, Op: "find the successor", Reason: plan.Successor.ValueString() + " is " + account.Status + " in " + plan.System.ValueString(),
			Fix: "Name a successor who can sign in.",
		}
	}
	return account.ID, nil
}

// about are the lines to say of what is going, in order.
func about(going access.Holdings, remarks types.Map) []string {
	var lines []string
	for _, id := range going.IDs() {
		if text, ok := remarks.Elements()[string(id)].(types.String); ok {
			lines = append(lines, "  - "+going[id]+": "+text.ValueString())
		}
	}
	return lines
}

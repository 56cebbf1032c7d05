package offboard

import (
	"context"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/offboard/terraform-provider-offboard/internal/access"
)

// ValidateConfig refuses what no plan could make right.
func (r *Case) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	diags := &resp.Diagnostics
	v := readCase(ctx, req.Config, diags)
	if v.Person.IsNull() || v.Person.IsUnknown() {
		return
	}
	for name, who := range map[string]types.String{attrApprovedBy: v.ApprovedBy, attrSuccessor: v.Successor} {
		if !who.IsNull() && !who.IsUnknown() && strings.EqualFold(who.ValueString(), v.Person.ValueString()) {
			diags.Append(errorThemselves(name, v))
		}
	}
	for key, e := range v.exceptions() {
		if strings.EqualFold(e.owner, v.Person.ValueString()) {
			diags.AddAttributeError(path.Root(attrExceptions).AtMapKey(key), "The leaver themselves", v.Person.ValueString()+
				" leaves, and can't accept that it stays. Name somebody else as its owner.")
		}
	}
	requested, asked := moment(v.RequestedAt)
	if approved, ok := moment(v.ApprovedAt); ok && asked && approved.Before(requested) {
		diags.AddAttributeError(path.Root(attrApprovedAt), "Approved before it was requested", "Set approved_at to when it was approved, and requested_at to when it was asked for.")
	}
	for name, a := range v.attestations() {
		at := path.Root(attrAttestations).AtMapKey(name)
		for attribute, value := range map[string]types.String{
			attrPerson: a.Person, attrApplication: a.Application, attrOwner: a.Owner, attrStatement: a.Statement,
		} {
			if value.IsNull() {
				diags.AddAttributeError(at.AtName(attribute), "Half an attestation", "An attestation has a person, an application, an owner and a statement. Set "+attribute+".")
			}
		}
		if !a.Person.IsNull() && !a.Person.IsUnknown() && !strings.EqualFold(a.Person.ValueString(), v.Person.ValueString()) {
			diags.AddAttributeError(at, "Another person's attestation", a.Application.ValueString()+" is attested of "+a.Person.ValueString()+", and this is "+v.what()+".")
		}
		for _, wrong := range a.wrong() {
			diags.AddAttributeError(at.AtName(wrong.attribute), wrong.summary, wrong.detail)
		}
	}
}

// ModifyPlan shows what has to be gone for the case to close. It follows from the configuration, the prior state and what
// was learnt with it: what is outstanding is planned to be empty, always, and whether that comes true the apply finds out.
func (r *Case) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	diags := &resp.Diagnostics
	if req.Plan.Raw.IsNull() {
		diags.Append(warnCaseForgets(readCase(ctx, req.State, diags)))
		return
	}
	if r.env == nil {
		return // Validation: there is no provider configuration yet.
	}
	plan := readCase(ctx, req.Plan, diags)
	if diags.HasError() {
		return
	}
	r.refuseMissing(plan, resp)
	if diags.HasError() || req.State.Raw.IsNull() {
		// New to the state: what is outstanding only the apply can find out.
		return
	}
	prior, known := readCase(ctx, req.State, diags), caseFacts{}
	recallFacts(ctx, req.Private, &known, diags)
	if diags.HasError() || plan.Person.IsUnknown() || plan.person() != prior.person() {
		return
	}
	if prior.Status.ValueString() == caseClosed && plan.asks(prior) {
		plan.Outstanding, plan.Status, plan.ClosedAt, plan.Coverage = prior.Outstanding, prior.Status, prior.ClosedAt, prior.Coverage
		plan.Evidence, plan.SHA256, plan.Signature, plan.Bundle = prior.Evidence, prior.SHA256, prior.Signature, prior.Bundle
		diags.Append(resp.Plan.Set(ctx, &plan)...)
		return
	}
	plan.Outstanding, plan.Status = textMap[string](nil), types.StringValue(caseClosed)
	plan.ClosedAt, plan.Evidence, plan.SHA256 = types.StringUnknown(), types.StringUnknown(), types.StringUnknown()
	plan.Signature, plan.Bundle, plan.Coverage = types.StringUnknown(), types.StringUnknown(), types.ObjectUnknown(caseCoverageTypes)
	diags.Append(resp.Plan.Set(ctx, &plan)...)

	if systems := known.aliases(); len(systems) > 0 && len(texts[string](plan.AccountIDs)) == len(texts[string](prior.AccountIDs)) {
		diags.Append(warnCaseAlias(plan, known, systems))
	}
	left := known.outstanding(plan, known.AsOf)
	if forgotten := r.forgotten(known, left); len(forgotten) > 0 {
		diags.Append(warnNothingTakes(plan, forgotten))
	}
	if prior.Status.ValueString() == caseOpen && !prior.begins() && len(left) > 0 {
		if requested, ok := moment(plan.RequestedAt); ok && known.AsOf.After(requested.Add(plan.sla())) {
			diags.Append(warnLate(plan, len(left)))
		}
	}
	r.warnExceptions(plan, known, resp)
}

// refuseMissing refuses to close a case over fewer systems than are expected.
func (r *Case) refuseMissing(plan caseValues, resp *resource.ModifyPlanResponse) {
	resp.Diagnostics.Append(r.env.errorsMissing("A system is missing", members(plan.Systems), inSystems)...)
	resp.Diagnostics.Append(r.env.errorsMissing("Unknown system", sorted(texts[string](plan.AccountIDs)), rootAccountIDs.AtMapKey)...)
	for name, at := range map[string]types.String{attrRequestedAt: plan.RequestedAt, attrApprovedAt: plan.ApprovedAt} {
		if when, ok := moment(at); ok && when.After(r.env.Clock.Now()) {
			resp.Diagnostics.AddAttributeError(path.Root(name), "It has not come yet", at.ValueString()+" is later than now, so it can't have happened. Set "+name+" to when it did.")
		}
	}
	// Protection is of people who must not leave at all: a case of one is a mistake whatever it removes.
	if !plan.Person.IsUnknown() {
		if err := r.env.Guards.protect(string(plan.person())); err != nil {
			resp.Diagnostics.Append(errorAt(rootPerson, "Termination refused", err))
		}
	}
}

// forgotten are the lines to say of what is outstanding and what nothing in the plan takes away.
func (r *Case) forgotten(known caseFacts, left map[string]string) (lines []string) {
	for _, key := range sorted(left) {
		system, rest, _ := strings.Cut(key, "/")
		kind, id, ok := strings.Cut(rest, "/")
		if known.Controls[key].Unseen != "" || known.Accounts[system].Alias {
			continue // Closing looks there again; and what another account holds is not to be taken away.
		}
		if !ok {
			lines = append(lines, "  - "+key+": "+left[key])
			continue
		}
		at := place{system, kind}
		if _, goes := r.env.ledger.of(at, known.Accounts[system].ID).going[access.GrantID(id)]; !goes {
			lines = append(lines, "  - "+key+": "+left[key])
		}
	}
	return lines
}

// warnExceptions tells of exceptions that are none any more, or never were.
func (r *Case) warnExceptions(plan caseValues, known caseFacts, resp *resource.ModifyPlanResponse) {
	var lapsed, idle []string
	for key, e := range plan.exceptions() {
		switch {
		case !e.until.After(known.AsOf):
			lapsed = append(lapsed, "  - "+key+" (until "+e.until.UTC().Format("2006-01-02 15:04 MST")+", "+e.owner+")")
		case !known.knows(key, plan):
			idle = append(idle, "  - "+key)
		}
	}
	slices.Sort(lapsed)
	slices.Sort(idle)
	if len(lapsed) > 0 {
		resp.Diagnostics.Append(warnExceptionsLapsed(plan, lapsed))
	}
	if len(idle) > 0 {
		resp.Diagnostics.Append(warnExceptionsIdle(plan, idle))
	}
}

// knows says that there is something for an exception to be one to.
func (f caseFacts) knows(key string, v caseValues) bool {
	if name, ok := strings.CutPrefix(key, attestationPrefix); ok {
		_, known := v.Attestations.Elements()[name]
		return known
	}
	for name, control := range f.Controls {
		if key == name {
			return true
		}
		if id, ok := strings.CutPrefix(key, name+"/"); ok {
			_, known := control.Grants[access.GrantID(id)]
			return known
		}
	}
	return false
}

package offboard

import (
	"context"
	"maps"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/offboard/terraform-provider-offboard/internal/access"
)

// ModifyPlan shows which holds are placed, placed again and released. Like that of a Resource it is the same at plan and
// at apply: it follows from the configuration, the prior state and what was learnt with it. What it asks of a system can
// only refuse the plan.
func (r *LegalHold) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	diags := &resp.Diagnostics
	if req.Plan.Raw.IsNull() {
		diags.Append(warnHoldStays(readHold(ctx, req.State, diags)))
		return
	}
	if r.env == nil {
		return // Validation: there is no provider configuration yet.
	}
	plan := readHold(ctx, req.Plan, diags)
	if diags.HasError() {
		return
	}
	prior, known := hold{}, custodyFacts{}
	if !req.State.Raw.IsNull() {
		prior, known = readHold(ctx, req.State, diags), recallCustody(ctx, req.Private, diags)
		if diags.HasError() {
			return
		}
		if replacesHold(prior, plan) {
			// Terraform plans the one that takes its place on its own.
			if len(prior.rows()) > 0 {
				diags.Append(warnHoldLeft(prior))
			}
			return
		}
	}
	for attribute, unknown := range map[string]bool{attrReleased: plan.Released.IsUnknown(), attrData: unknownData(plan.Data)} {
		if unknown {
			diags.Append(errorUnknown(attribute))
		}
	}
	if diags.HasError() {
		return
	}
	limit, d := plan.Timeouts.Read(ctx, readTimeout)
	diags.Append(d...)
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	if req.State.Raw.IsNull() {
		r.planFirst(ctx, plan, resp)
		return
	}
	r.planNext(ctx, prior, plan, known, resp)
}

// replacesHold says that another resource is to take this one's place.
func replacesHold(prior, plan hold) bool {
	return plan.System.IsUnknown() || plan.Person.IsUnknown() || plan.Matter.IsUnknown() ||
		!plan.System.Equal(prior.System) || plan.person() != prior.person() || !plan.Matter.Equal(prior.Matter)
}

func unknownData(data types.Set) bool {
	return data.IsUnknown() || slices.ContainsFunc(data.Elements(), func(element attr.Value) bool { return element.IsUnknown() })
}

// planFirst plans a resource that is new to the state.
func (r *LegalHold) planFirst(ctx context.Context, plan hold, resp *resource.ModifyPlanResponse) {
	diags := &resp.Diagnostics
	if plan.System.IsUnknown() {
		return
	}
	name := plan.System.ValueString()
	system, err := r.custodian(name)
	if err != nil {
		if !r.env.Unknown[name] {
			diags.Append(errorAt(rootSystem, "Unknown system", err))
		}
		return
	}
	if plan.Released.ValueBool() {
		// What is there already is for the next plan to show.
		diags.Append(warnReleasesNothing(plan))
		return
	}
	if plan.Person.IsUnknown() {
		return
	}
	r.refusePlacing(ctx, system, plan, diags)
	rows := map[access.Data]string{}
	for _, data := range plan.wanted() {
		rows[data] = system.Custodian.HoldName(plan.person(), data)
	}
	diags.Append(resp.Plan.SetAttribute(ctx, rootHolds, textMap(rows))...)
}

// refusePlacing refuses to plan a hold that could not be placed.
func (r *LegalHold) refusePlacing(ctx context.Context, system *System, plan hold, diags *diag.Diagnostics) {
	if err := unholdable(system.Custodian, plan.wanted()); err != nil {
		diags.Append(errorAt(rootData, "Can't be held", err))
		return
	}
	if _, wrong := whomToHold(ctx, system, plan); wrong != nil {
		diags.Append(wrong)
		return
	}
	if plan.Matter.IsNull() || plan.Matter.IsUnknown() {
		return
	}
	matter, err := system.Custodian.Matter(ctx, plan.person(), plan.Matter.ValueString())
	switch {
	case err != nil:
		diags.Append(errorAt(rootMatter, "The matter can't be used", err))
	case !matter.Open:
		diags.Append(errorMatterClosed(plan, matter))
	}
}

func unholdable(custodian access.Custodian, wanted []access.Data) error {
	for _, data := range wanted {
		if !slices.Contains(custodian.Holdable(), data) {
			return &access.Error{Kind: access.NotAvailable, Op: "hold " + string(data), Reason: "this system does not do that", Fix: "Leave it out of data."}
		}
	}
	return nil
}

// planNext plans a resource whose holds are known.
func (r *LegalHold) planNext(ctx context.Context, prior, plan hold, known custodyFacts, resp *resource.ModifyPlanResponse) {
	diags := &resp.Diagnostics
	system, err := r.custodian(plan.System.ValueString())
	if err != nil {
		diags.Append(errorAt(rootSystem, "Unknown system", err))
		return
	}
	if err := unholdable(system.Custodian, plan.wanted()); err != nil {
		diags.Append(errorAt(rootData, "Can't be held", err))
		return
	}
	held, rows := prior.rows(), map[access.Data]string{}
	times := prior.Since.Elements()
	lifted := map[access.Data]string{}
	placing := false
	for _, data := range plan.wanted() {
		ours, before := known.Holds[data]
		row, there := held[data]
		if there && !ours.narrowed() {
			rows[data] = row
			continue
		}
		rows[data], times[string(data)], placing = system.Custodian.HoldName(plan.person(), data), types.StringUnknown(), true
		switch {
		case there:
			lifted[data] = row
		case before:
			lifted[data] = rows[data]
		}
	}
	ending := maps.Clone(held)
	maps.DeleteFunc(ending, func(data access.Data, _ string) bool { _, stays := rows[data]; return stays })
	for data := range ending {
		delete(times, string(data))
	}
	plan.Account, plan.MatterID, plan.MatterName = prior.Account, prior.MatterID, prior.MatterName
	if placing && !known.Open {
		// Where depends on what there is then: what was closed is not opened again.
		plan.MatterID, plan.MatterName = types.StringUnknown(), types.StringUnknown()
	}
	plan.Holds, plan.Since, plan.CoveredBy = textMap(rows), types.MapValueMust(types.StringType, times), prior.CoveredBy
	diags.Append(resp.Plan.Set(ctx, &plan)...)

	if placing && known.Gone {
		diags.Append(errorNobodyToHold(plan))
		return
	}
	if len(lifted) > 0 {
		diags.Append(warnLifted(plan, prior, lifted, known.Open))
	}
	if len(ending) > 0 {
		diags.Append(warnEnds(prior, ending))
	}
}

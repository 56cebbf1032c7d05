package offboard

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/offboard/terraform-provider-offboard/internal/evidence"
)

// Read looks. Whatever could not be looked at is an error, which leaves the state as it was: then the case is neither
// open nor closed for it. Only where nobody has looked since the import it is a row. A closed case stays as it is, evidence
// and all, until something is outstanding.
func (r *Case) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	diags := &resp.Diagnostics
	v, known := readCase(ctx, req.State, diags), caseFacts{}
	recallFacts(ctx, req.Private, &known, diags)
	limit, d := v.Timeouts.Read(ctx, readTimeout)
	diags.Append(d...)
	if diags.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()

	now, failures := r.look(ctx, v, known, false)
	if len(failures) > 0 {
		diags.Append(errorCaseUnchecked(v, failures))
		return
	}
	if unseen := now.unseen(); len(unseen) > 0 {
		diags.Append(warnCaseUnseen(v, unseen))
	}
	left := now.outstanding(v, now.AsOf)
	if v.Status.ValueString() != caseClosed || len(left) > 0 {
		v.reopen(left)
	}
	v.Coverage = coverageObject(now.coverage(v, now.AsOf))
	diags.Append(resp.State.Set(ctx, &v)...)
	rememberFacts(ctx, resp.Private, now, diags)
	identifyCase(ctx, resp.Identity, v.Person.ValueString(), diags)
}

// Create closes a case that is new to the state, if nothing is outstanding. If something is, nothing is saved: a resource
// that failed to be created would be replaced by the next plan, which shows no rows. Importing it does.
func (r *Case) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	diags := &resp.Diagnostics
	plan := readCase(ctx, req.Plan, diags)
	limit, d := plan.Timeouts.Update(ctx, updateTimeout)
	diags.Append(d...)
	if diags.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	now, left := r.close(ctx, &plan, caseFacts{}, diags)
	if len(left) > 0 {
		diags.Append(errorCaseNotOpened(plan, now, left))
	}
	if diags.HasError() {
		return
	}
	diags.Append(resp.State.Set(ctx, &plan)...)
	rememberFacts(ctx, resp.Private, now, diags)
	identifyCase(ctx, resp.Identity, plan.Person.ValueString(), diags)
}

// Update closes the case, if everything that was outstanding is settled; else it is open, with what is left, and the apply
// fails with one error for each of it.
func (r *Case) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	diags := &resp.Diagnostics
	plan, prior, known := readCase(ctx, req.Plan, diags), readCase(ctx, req.State, diags), caseFacts{}
	recallFacts(ctx, req.Private, &known, diags)
	limit, d := plan.Timeouts.Update(ctx, updateTimeout)
	diags.Append(d...)
	if diags.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	identifyCase(ctx, resp.Identity, plan.Person.ValueString(), diags)
	if plan.Status.ValueString() == caseClosed && !plan.ClosedAt.IsUnknown() {
		// Only timeouts differ.
		diags.Append(resp.State.Set(ctx, &plan)...)
		return
	}

	now, left := r.close(ctx, &plan, known, diags)
	if diags.HasError() {
		// Nothing is known to be otherwise than it was. A case that was closed has its evidence still, of what it was then.
		if prior.Status.ValueString() == caseClosed {
			return
		}
		plan.reopen(texts[string](prior.Outstanding))
		plan.Coverage = coverageObject(known.coverage(plan, r.env.Clock.Now()))
		diags.Append(resp.State.Set(ctx, &plan)...)
		rememberFacts(ctx, resp.Private, known, diags)
		return
	}
	if len(left) > 0 {
		plan.reopen(left)
		plan.Coverage = coverageObject(now.coverage(plan, now.AsOf))
		for _, key := range sorted(left) {
			diags.Append(errorOutstanding(plan, now, key, left[key]))
		}
	}
	diags.Append(resp.State.Set(ctx, &plan)...)
	rememberFacts(ctx, resp.Private, now, diags)
}

// Delete forgets.
func (r *Case) Delete(context.Context, resource.DeleteRequest, *resource.DeleteResponse) {}

// close looks, and closes the case if nothing is left.
func (r *Case) close(ctx context.Context, plan *caseValues, known caseFacts, diags *diag.Diagnostics) (caseFacts, map[string]string) {
	now, failures := r.look(ctx, *plan, known, true)
	if len(failures) > 0 {
		diags.Append(errorCaseUnverified(*plan, failures))
		return known, nil
	}
	if systems := now.aliases(); len(systems) > 0 {
		diags.Append(errorCaseAlias(*plan, now, systems))
		return known, nil
	}
	if !now.somebody() {
		diags.Append(errorCaseNobody(*plan, r.env.names()))
		return known, nil
	}
	left := now.outstanding(*plan, now.AsOf)
	if len(left) > 0 {
		return now, left
	}
	readers, err := r.readers(ctx)
	if err != nil {
		diags.Append(errorCaseUnverified(*plan, []string{"  - " + sentence(err.Error())}))
		return known, nil
	}
	bundle, err := evidence.Seal(r.evidence(*plan, now, readers), r.env.Signer)
	if err == nil {
		err = plan.seal(bundle)
	}
	if err != nil {
		diags.AddError("The evidence can't be made", sentence(err.Error())+" Nothing is outstanding, and the case is open until the next apply. This is a bug in the provider; please report it.")
		return known, nil
	}
	plan.Outstanding, plan.Status = textMap[string](nil), types.StringValue(caseClosed)
	plan.ClosedAt = types.StringValue(now.AsOf.UTC().Format(time.RFC3339))
	plan.Coverage = coverageObject(now.coverage(*plan, now.AsOf))
	if dormant := now.dormant(); len(dormant) > 0 {
		diags.Append(warnClosedDormant(*plan, dormant))
	}
	return now, nil
}

func coverageObject(c coverage) types.Object {
	return types.ObjectValueMust(caseCoverageTypes, map[string]attr.Value{
		"expected": types.Int64Value(c.expected), "checked": types.Int64Value(c.checked), "not_available": types.Int64Value(c.notAvailable),
		attested: types.Int64Value(c.attested), "waived": types.Int64Value(c.waived), "outstanding": types.Int64Value(c.outstanding),
	})
}

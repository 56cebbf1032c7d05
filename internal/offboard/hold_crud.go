package offboard

import (
	"context"
	"slices"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/offboard/terraform-provider-offboard/internal/access"
)

// Read looks at each hold. Whatever could not be looked at is an error, and leaves the state as it was.
func (r *LegalHold) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	diags := &resp.Diagnostics
	h, known := readHold(ctx, req.State, diags), recallCustody(ctx, req.Private, diags)
	limit, d := h.Timeouts.Read(ctx, readTimeout)
	diags.Append(d...)
	if diags.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	system, err := r.custodian(h.System.ValueString())
	if err != nil {
		diags.Append(errorAt(rootSystem, "Could not check a legal hold", err))
		return
	}
	look := r.watch
	if known.Adopting {
		look = r.adopt
	}
	look(ctx, system, &h, &known, diags)
	if diags.HasError() {
		return
	}
	diags.Append(resp.State.Set(ctx, &h)...)
	known.remember(ctx, resp.Private, diags)
	identifyHold(ctx, resp.Identity, h, diags)
}

// watch looks at the holds that are known.
func (r *LegalHold) watch(ctx context.Context, system *System, h *hold, known *custodyFacts, diags *diag.Diagnostics) {
	_, err := system.Directory.Get(ctx, h.account())
	known.Gone = access.KindOf(err) == access.NotFound
	if err != nil && !known.Gone {
		diags.Append(errorWatch(*h, err))
		return
	}
	var matter access.Matter
	var still map[access.Data]access.Hold
	if h.matter() != "" {
		if matter, still, err = system.Custodian.Watch(ctx, h.account(), h.matter(), known.ids()); err != nil {
			diags.Append(errorWatch(*h, err))
			return
		}
	}
	known.Open = matter.Open
	if matter.Name != "" {
		h.MatterName = types.StringValue(matter.Name)
	}
	if known.Gone {
		// Of an account that is not there nothing is held, whatever names it yet.
		still = nil
	}
	h.show(still, known)
	r.cover(ctx, system, h, *known, diags)
}

// show sets the rows to the holds that there are.
func (h *hold) show(still map[access.Data]access.Hold, known *custodyFacts) {
	rows, times := map[access.Data]string{}, map[access.Data]string{}
	for data, found := range still {
		ours := known.Holds[data]
		ours.Now = found.Part
		known.Holds[data] = ours
		rows[data], times[data] = label(found), since(found)
	}
	h.Holds, h.Since = textMap(rows), textMap(times)
}

// cover sets what else covers the account.
func (r *LegalHold) cover(ctx context.Context, system *System, h *hold, known custodyFacts, diags *diag.Diagnostics) {
	h.CoveredBy = textMap[string](nil)
	if known.Gone {
		return
	}
	covers, err := system.Custodian.Covering(ctx, h.account())
	if err != nil {
		diags.Append(errorAt(rootCoveredBy, "Could not check which other holds there are", err))
		return
	}
	for _, ours := range known.Holds {
		delete(covers, ours.ID)
	}
	h.CoveredBy = textMap(covers)
}

// adopt takes the holds that there are for this resource's own. Nothing is changed.
func (r *LegalHold) adopt(ctx context.Context, system *System, h *hold, known *custodyFacts, diags *diag.Diagnostics) {
	account, wrong := whomToHold(ctx, system, *h)
	if wrong != nil {
		diags.Append(wrong)
		return
	}
	matter, err := system.Custodian.Matter(ctx, h.person(), h.Matter.ValueString())
	if err != nil {
		diags.Append(errorWatch(*h, err))
		return
	}
	h.Account, h.MatterID, h.MatterName = types.StringValue(string(account.ID)), types.StringValue(string(matter.ID)), types.StringValue(matter.Name)
	found := map[access.Data]access.Hold{}
	if matter.Open {
		if found, err = system.Custodian.Naming(ctx, account.ID, h.person(), matter.ID); err != nil {
			diags.Append(errorWatch(*h, err))
			return
		}
	}
	if len(found) == 0 {
		diags.Append(errorNothingToAdopt(*h, matter))
		return
	}
	*known = custodyFacts{Holds: map[access.Data]kept{}, Open: matter.Open}
	for data, its := range found {
		known.Holds[data] = kept{ID: its.ID, Part: its.Part}
	}
	h.Data = dataSet(sorted(found))
	h.show(found, known)
	r.cover(ctx, system, h, *known, diags)
}

// Create places the holds, and then looks. What could not be placed is an error after the state is saved: Terraform then
// plans the resource as to be replaced, which releases nothing, and the next apply finds by their names those that there
// are, and places the rest.
func (r *LegalHold) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	diags := &resp.Diagnostics
	plan := readHold(ctx, req.Plan, diags)
	limit, d := plan.Timeouts.Create(ctx, readTimeout)
	diags.Append(d...)
	if diags.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	system, err := r.custodian(plan.System.ValueString())
	if err != nil {
		diags.Append(errorAt(rootSystem, "Nobody was put on hold", err))
		return
	}
	account, wrong := whomToHold(ctx, system, plan)
	if wrong != nil {
		diags.Append(wrong)
		return
	}
	plan.Account = types.StringValue(string(account.ID))
	plan.Holds, plan.Since, plan.CoveredBy = textMap[string](nil), textMap[string](nil), textMap[string](nil)
	plan.MatterID, plan.MatterName = types.StringNull(), types.StringNull()
	known := custodyFacts{Holds: map[access.Data]kept{}}
	if plan.Released.ValueBool() {
		r.record(ctx, system, &plan, &known, diags)
	} else {
		r.placeFirst(ctx, system, &plan, &known, diags)
	}
	if diags.HasError() && len(known.Holds) == 0 {
		return // There is nothing to be saved, and nothing to be replaced.
	}
	diags.Append(resp.State.Set(ctx, &plan)...)
	known.remember(ctx, resp.Private, diags)
	identifyHold(ctx, resp.Identity, plan, diags)
}

// whomToHold is the account that is the person's: an alias may have been somebody else's address, who would then not be
// held.
func whomToHold(ctx context.Context, system *System, h hold) (access.Account, diag.Diagnostic) {
	account, err := system.Directory.Find(ctx, h.person())
	switch {
	case access.KindOf(err) == access.NotFound:
		return account, errorNobodyToHold(h)
	case err != nil:
		return account, errorAt(rootPerson, "Could not look for the account", err)
	case !account.Own(h.person()):
		return account, errorAliasToHold(h, account)
	}
	return account, nil
}

func (r *LegalHold) placeFirst(ctx context.Context, system *System, h *hold, known *custodyFacts, diags *diag.Diagnostics) {
	matter, err := system.Custodian.OpenMatter(ctx, h.person(), h.Matter.ValueString())
	if err != nil {
		diags.Append(errorAt(rootMatter, "Nobody was put on hold", err))
		return
	}
	h.MatterID, h.MatterName, known.Open = types.StringValue(string(matter.ID)), types.StringValue(matter.Name), true
	placed, refused := r.place(ctx, system, *h, h.wanted())
	for data, its := range placed {
		known.Holds[data] = kept{ID: its.ID}
	}
	if len(placed) > 0 {
		still, err := r.settle(ctx, system, *h, known.ids(), func(still map[access.Data]access.Hold) bool { return len(still) == len(placed) })
		if err != nil {
			diags.Append(errorUnwatched(*h, err))
			return
		}
		h.show(still, known)
		r.cover(ctx, system, h, *known, diags)
		r.tellBeside(ctx, system, *h, diags)
	}
	h.tellUnplaced(h.wanted(), refused, diags)
}

// tellBeside tells of holds under the names of this resource that it was not to place. It had placed them before, under
// a state that is lost or replaced, and nobody watches them.
func (r *LegalHold) tellBeside(ctx context.Context, system *System, h hold, diags *diag.Diagnostics) {
	found, err := system.Custodian.Naming(ctx, h.account(), h.person(), h.matter())
	if err != nil {
		diags.Append(errorUnwatched(h, err))
		return
	}
	beside := map[access.Data]string{}
	for data, its := range found {
		if !slices.Contains(h.wanted(), data) && its.Name == system.Custodian.HoldName(h.person(), data) {
			beside[data] = its.Name
		}
	}
	if len(beside) > 0 {
		diags.Append(warnBeside(h, beside))
	}
}

// record takes note of the holds of a resource that is new and released, for the next plan to show.
func (r *LegalHold) record(ctx context.Context, system *System, h *hold, known *custodyFacts, diags *diag.Diagnostics) {
	matter, err := system.Custodian.Matter(ctx, h.person(), h.Matter.ValueString())
	if err != nil && access.KindOf(err) != access.NotFound {
		diags.Append(errorWatch(*h, err))
		return
	}
	if err == nil {
		h.MatterID, h.MatterName, known.Open = types.StringValue(string(matter.ID)), types.StringValue(matter.Name), matter.Open
	}
	if matter.Open {
		found, err := system.Custodian.Naming(ctx, h.account(), h.person(), matter.ID)
		if err != nil {
			diags.Append(errorWatch(*h, err))
			return
		}
		for data, its := range found {
			if its.Name != system.Custodian.HoldName(h.person(), data) {
				// Under another name it is somebody else's, until it is imported.
				delete(found, data)
				continue
			}
			known.Holds[data] = kept{ID: its.ID, Part: its.Part}
		}
		h.show(found, known)
	}
	r.cover(ctx, system, h, *known, diags)
}

// place asks for the holds, one after the other, and returns those that the system agreed to, and why it did not.
func (r *LegalHold) place(ctx context.Context, system *System, h hold, wanted []access.Data) (map[access.Data]access.Hold, map[access.Data]error) {
	placed, refused := map[access.Data]access.Hold{}, map[access.Data]error{}
	for _, data := range wanted {
		its, err := system.Custodian.Place(ctx, h.account(), h.person(), h.matter(), data)
		if err != nil {
			refused[data] = err
			continue
		}
		placed[data] = its
		tflog.Info(ctx, "placed a legal hold", map[string]any{"person": string(h.person()), "data": string(data), "hold": string(its.ID)})
	}
	return placed, refused
}

// How long is waited between looks.
const (
	firstLook = 500 * time.Millisecond
	longLook  = 10 * time.Second
)

// settle looks at the holds until they are as they are to be, or patience or time ends, and returns what was seen last.
func (r *LegalHold) settle(
	ctx context.Context, system *System, h hold, ids map[access.Data]access.HoldID, done func(map[access.Data]access.Hold) bool,
) (map[access.Data]access.Hold, error) {
	end := r.env.Clock.Now().Add(patience)
	for wait := firstLook; ; wait = min(2*wait, longLook) {
		_, still, err := system.Custodian.Watch(ctx, h.account(), h.matter(), ids)
		if err != nil {
			return nil, err
		}
		if done(still) || r.env.Clock.Now().Add(wait).After(end) {
			return still, nil
		}
		if err := r.env.Clock.Sleep(ctx, wait); err != nil {
			return still, nil //nolint:nilerr // Time is over: the last look stands.
		}
	}
}

// tellUnplaced says of what is wanted and is not on hold why.
func (h hold) tellUnplaced(wanted []access.Data, refused map[access.Data]error, diags *diag.Diagnostics) {
	rows := h.rows()
	for _, data := range wanted {
		reason := refused[data]
		if _, there := rows[data]; there && reason == nil {
			continue
		}
		if reason == nil {
			reason = &access.Error{Kind: access.Unavailable, Reason: "the system agreed to it, and does not show it", Fix: "Plan again in a minute."}
		}
		diags.Append(errorNotPlaced(h, data, reason))
	}
}

// Update places what the plan shows as new, and releases what it shows as going: both are read from the request alone.
func (r *LegalHold) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	diags := &resp.Diagnostics
	plan, prior := readHold(ctx, req.Plan, diags), readHold(ctx, req.State, diags)
	known := recallCustody(ctx, req.Private, diags)
	limit, d := plan.Timeouts.Update(ctx, readTimeout)
	diags.Append(d...)
	if diags.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	system, err := r.custodian(plan.System.ValueString())
	if err != nil {
		diags.Append(errorAt(rootSystem, "Nothing was changed", err))
		return
	}
	change := turn{plan: plan, prior: prior, now: plan, known: known}
	change.now.Holds, change.now.Since, change.now.MatterID, change.now.MatterName = prior.Holds, prior.Since, prior.MatterID, prior.MatterName
	r.turn(ctx, system, &change, diags)
	diags.Append(resp.State.Set(ctx, &change.now)...)
	change.known.remember(ctx, resp.Private, diags)
	identifyHold(ctx, resp.Identity, plan, diags)
}

// A turn is the change from one state to the next, with what has become of it.
type turn struct {
	plan, prior, now hold
	known            custodyFacts
}

func (r *LegalHold) turn(ctx context.Context, system *System, t *turn, diags *diag.Diagnostics) {
	before, after := t.prior.rows(), t.plan.rows()
	var placing, ending []access.Data
	for _, data := range sorted(after) {
		if row, there := before[data]; !there || row != after[data] {
			placing = append(placing, data)
		}
	}
	for _, data := range sorted(before) {
		if _, stays := after[data]; !stays {
			ending = append(ending, data)
		}
	}
	refused := map[access.Data]error{}
	if len(placing) > 0 {
		refused = r.placeAgain(ctx, system, t, placing, diags)
	}
	for _, data := range ending {
		ours, known := t.known.Holds[data]
		if !known {
			refused[data] = &access.Error{Reason: "the state does not say which hold that is", Fix: "Refresh it (terraform apply -refresh-only), or import the hold anew."}
			continue
		}
		if err := system.Custodian.Release(ctx, t.prior.account(), t.prior.matter(), ours.ID); err != nil {
			refused[data] = err
		}
	}
	r.verify(ctx, system, t, placing, ending, refused, diags)
}

// placeAgain places holds in the matter that the plan says, or in the one that there is when it could not say.
func (r *LegalHold) placeAgain(ctx context.Context, system *System, t *turn, placing []access.Data, diags *diag.Diagnostics) map[access.Data]error {
	if t.plan.MatterID.IsUnknown() {
		matter, err := system.Custodian.OpenMatter(ctx, t.plan.person(), t.plan.Matter.ValueString())
		if err != nil {
			diags.Append(errorAt(rootMatter, "Nobody was put on hold", err))
			refused := map[access.Data]error{}
			for _, data := range placing {
				refused[data] = err
			}
			return refused
		}
		t.now.MatterID, t.now.MatterName, t.known.Open = types.StringValue(string(matter.ID)), types.StringValue(matter.Name), true
	}
	placed, refused := r.place(ctx, system, t.now, placing)
	for data, its := range placed {
		t.known.Holds[data] = kept{ID: its.ID}
	}
	return refused
}

// verify looks at what was changed, and sets the rows to what is so.
func (r *LegalHold) verify(
	ctx context.Context, system *System, t *turn, placing, ending []access.Data, refused map[access.Data]error, diags *diag.Diagnostics,
) {
	ids := map[access.Data]access.HoldID{}
	expected := 0
	for _, data := range placing {
		if refused[data] == nil {
			ids[data] = t.known.Holds[data].ID
			expected++
		}
	}
	for _, data := range ending {
		if ours, known := t.known.Holds[data]; known {
			ids[data] = ours.ID
			if refused[data] != nil {
				expected++
			}
		}
	}
	rows, times := t.prior.rows(), texts[access.Data](t.prior.Since)
	defer func() { t.now.Holds, t.now.Since = textMap(rows), textMap(times) }()
	if len(ids) > 0 {
		still, err := r.settle(ctx, system, t.now, ids, func(still map[access.Data]access.Hold) bool { return len(still) == expected })
		if err != nil {
			diags.Append(errorUnwatched(t.plan, err))
			return
		}
		for data := range ids {
			its, there := still[data]
			if !there {
				delete(rows, data)
				delete(times, data)
				continue
			}
			ours := t.known.Holds[data]
			ours.Now = its.Part
			t.known.Holds[data] = ours
			rows[data], times[data] = label(its), since(its)
		}
	}
	t.now.Holds = textMap(rows)
	t.now.tellUnplaced(placing, refused, diags)
	for _, data := range ending {
		row, there := rows[data]
		if !there {
			delete(t.known.Holds, data)
			continue
		}
		reason := refused[data]
		if reason == nil {
			reason = &access.Error{Kind: access.Unavailable, Reason: "the system agreed to release it, and still shows it", Fix: "Plan again in a minute."}
		}
		diags.Append(errorNotReleased(t.plan, data, row, reason))
	}
}

// Delete forgets. The framework takes the resource out of the state; nothing is asked of anybody.
func (r *LegalHold) Delete(context.Context, resource.DeleteRequest, *resource.DeleteResponse) {}

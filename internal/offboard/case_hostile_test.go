package offboard

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/access/accesstest"
)

// costly can be asked about single grants, and its whole list may be of earlier.
type costly struct {
	*accesstest.Memory
	old   []access.Grant
	whole int
}

func (c *costly) List(ctx context.Context, account access.AccountID) ([]access.Grant, error) {
	c.whole++
	if c.old != nil {
		return c.old, nil
	}
	return c.Memory.List(ctx, account)
}

func (c *costly) Recheck(ctx context.Context, account access.AccountID, ids []access.GrantID) ([]access.Grant, error) {
	listed, err := c.Memory.List(ctx, account)
	return slices.DeleteFunc(listed, func(g access.Grant) bool { return !slices.Contains(ids, g.ID) }), err
}

func TestSingleGrantsDoForClosingIfTheWholeListIsNotOld(t *testing.T) {
	t.Parallel()
	for after, want := range map[time.Duration]int{time.Hour: 0, 7 * 24 * time.Hour: 1} {
		doors := &costly{Memory: janes()}
		c := newClosing(map[string]access.Connector{"doors": doors}, "badges")
		c.look(t)
		c.clock.Advance(after)
		doors.Grant("1", access.Grant{ID: "g1", Label: "One"})
		left, e, _ := c.close(t)
		if len(left) != want || doors.whole != 1+want {
			t.Errorf("%v after: left %v, %d lists", after, left, doors.whole)
		}
		// Nobody says that they looked at everything just now.
		if want == 0 && !e.Controls[0].CheckedAt.Equal(noon) {
			t.Errorf("checked at %v", e.Controls[0].CheckedAt)
		}
	}
}

func TestWhatAResourceListedProvesNothingOfWhatItDidNotKnow(t *testing.T) {
	t.Parallel()
	doors := &costly{Memory: janes(access.Grant{ID: "g1", Label: "One"})}
	c := newClosing(map[string]access.Connector{"doors": doors}, "badges")
	c.look(t)
	// A resource that is new to the state lists, and is told of a while ago.
	system := c.env.Systems["doors"]
	system.shelf.put("badges", "1", system.shelf.begin("badges", "1"), dated{at: c.clock.Now()})
	if left, _ := c.look(t); left["doors/badges/g1"] != "One" {
		t.Errorf("left %v", left)
	}
}

func TestAnExceptionThatHasEndedDoesNotHideOneThatHasNot(t *testing.T) {
	t.Parallel()
	c := newClosing(map[string]access.Connector{"doors": janes(access.Grant{ID: "g1", Label: "One"})}, "badges")
	c.look(t)
	c.except("doors/badges/g1", "2026-11-19T00:00:00Z")
	c.except("doors/badges", "2026-11-21T00:00:00Z")
	left, e, diags := c.close(t)
	if len(left) != 0 || diags.HasError() || e.Coverage.Waived != 1 || !e.Controls[0].Grants[0].Exception.Until.Equal(noon.Add(12*time.Hour)) {
		t.Errorf("left %v, said %s, evidence %+v", left, spoken(diags), e)
	}
}

func TestWhatCanNotBeLookedForAnyMoreCanBeAccepted(t *testing.T) {
	t.Parallel()
	for _, key := range []string{"doors/badges", "doors/badges/g1"} {
		c := newClosing(map[string]access.Connector{"doors": janes(access.Grant{ID: "g1", Label: "One"}), "school": janes()}, "badges")
		c.look(t)
		delete(c.env.Systems, "doors")
		c.except(key, "2026-11-21T00:00:00Z")
		left, e, diags := c.close(t)
		if len(left) != 0 || diags.HasError() || len(e.Systems) != 2 || e.Controls[0].Grants[0].Assurance != "waived" {
			t.Errorf("%s: left %v, said %s, evidence %+v", key, left, spoken(diags), e)
		}
		c.clock.Advance(24 * time.Hour)
		if _, failures := c.look(t); len(failures) != 1 {
			t.Errorf("%s: failures %v", key, failures)
		}
	}
}

func TestWhatIsKnownOfASystemThatIsNoLongerConfiguredStaysInTheEvidence(t *testing.T) {
	t.Parallel()
	doors := janes(access.Grant{ID: "g1", Label: "One"})
	c := newClosing(map[string]access.Connector{"doors": doors, "school": &accesstest.Memory{}}, "badges")
	c.look(t)
	doors.Drop("1")
	c.look(t)
	delete(c.env.Systems, "doors")
	c.clock.Advance(time.Hour)
	left, e, diags := c.close(t)
	if len(left) != 0 || diags.HasError() || len(e.Controls) != 2 || !e.Controls[0].CheckedAt.Equal(noon) || e.Controls[0].Grants[0].ID != "g1" {
		t.Errorf("left %v, said %s, evidence %+v", left, spoken(diags), e)
	}
}

func TestWhatCouldNotBeLookedAtIsSaidOnce(t *testing.T) {
	t.Parallel()
	doors := janes(access.Grant{ID: "g1", Label: "One"})
	c := newClosing(map[string]access.Connector{"doors": doors}, "badges")
	c.look(t)
	doors.Fail = func(string) error { return &access.Error{Kind: access.Unavailable, Reason: "down"} }
	if _, failures := c.look(t); len(failures) != 1 || strings.Contains(failures[0], "Nothing that the provider block configures") {
		t.Errorf("failures %v", failures)
	}
}

func TestWhatIsListedAsItWasLeftIsAcknowledgedIfSomebodySaysWhen(t *testing.T) {
	t.Parallel()
	password := access.Grant{ID: "password", Label: "Password", Version: "2"}
	doors := janes(password)
	at := place{"doors", "badges"}
	c := newClosing(map[string]access.Connector{"doors": doors}, "badges")
	c.look(t)
	mark := func(d *deed) { d.marks["password"] = "2" }
	// The resource could not look after it, so that it does not say that it is gone.
	c.env.ledger.change(at, "1", mark)
	if left, _, diags := c.close(t); len(left) != 1 || diags.HasError() {
		t.Errorf("left %v, said %s", left, spoken(diags))
	}
	// It says so by a clock that is behind.
	c.env.ledger.change(at, "1", func(d *deed) {
		d.removed["password"] = access.Removal{Label: "Password", At: noon.Add(-5 * time.Second), Assurance: access.Acknowledged}
	})
	left, e, diags := c.close(t)
	if len(left) != 0 || diags.HasError() {
		t.Fatalf("left %v, said %s", left, spoken(diags))
	}
	if grant := e.Controls[0].Grants[0]; grant.Assurance != "acknowledged" || grant.AbsentAt != nil || grant.RemovedAt == nil {
		t.Errorf("%+v", grant)
	}
	// And one that is set between plan and apply is another.
	password.Version = "3"
	doors.Grant("1", password)
	if left, _, _ := c.close(t); len(left) != 1 {
		t.Errorf("left %v", left)
	}
}

func TestARemovalIsNotThatOfWhatCameBackAfterIt(t *testing.T) {
	t.Parallel()
	var c controlFact
	removed := deed{removed: map[access.GrantID]access.Removal{"g1": {Label: "One", At: noon, Assurance: access.Observed}}}
	stays := func(access.GrantID) bool { return false }
	held := []access.Grant{{ID: "g1", Label: "One"}}
	c.take(nil, noon.Add(time.Minute), removed, "offboard_badges", stays)
	c.take(held, noon.Add(2*time.Minute), removed, "offboard_badges", stays)
	if !c.Grants["g1"].Held {
		t.Error("it is held again")
	}
	c.take(nil, noon.Add(3*time.Minute), removed, "offboard_badges", stays)
	if got := c.Grants["g1"]; got.removed() != nil || !got.AbsentAt.Equal(noon.Add(3*time.Minute)) {
		t.Errorf("%+v", got)
	}
}

func TestOddKeysAcceptNothing(t *testing.T) {
	t.Parallel()
	c := newClosing(map[string]access.Connector{"doors": janes(access.Grant{ID: "a/b", Label: "One"})}, "badges")
	for _, key := range []string{"/", "doors", "doors/", "doors//a/b", "doors/badges/", "doors/badges/a", "attestation/", "/badges"} {
		c.except(key, "2026-11-21T00:00:00Z")
	}
	left, _ := c.look(t)
	if diff := cmp.Diff(map[string]string{"doors/badges/a/b": "One"}, left); diff != "" {
		t.Error(diff)
	}
	c.except("doors/badges/a/b", "2026-11-21T00:00:00Z")
	if left, _, diags := c.close(t); len(left) != 0 || diags.HasError() {
		t.Errorf("left %v, said %s", left, spoken(diags))
	}
}

func TestWhatAnImportCouldNotLookAtIsOutstandingItself(t *testing.T) {
	t.Parallel()
	doors := &accesstest.Memory{}
	doors.Add(access.Account{ID: "7", Names: []string{string(jane)}}, access.Grant{ID: "g7", Label: "Seven"})
	doors.Add(access.Account{ID: "8", Names: []string{string(jane)}}, access.Grant{ID: "g8", Label: "Eight"})
	c := newClosing(map[string]access.Connector{"doors": doors, "school": janes(access.Grant{ID: "g1", Label: "One"})}, "badges")
	requested := c.v.RequestedAt
	c.v.RequestedAt = types.StringNull()
	left, failures := c.look(t)
	if len(failures) != 0 || len(left) != 2 || left["school/badges/g1"] != "One" || !strings.HasPrefix(left["doors/badges"], "Not looked at: ") {
		t.Fatalf("left %v, failures %v", left, failures)
	}
	if got := c.known.coverage(c.v, noon); got != (coverage{expected: 2, outstanding: 2}) {
		t.Errorf("coverage %+v", got)
	}
	c.v.RequestedAt = requested
	if _, _, diags := c.close(t); !diags.HasError() {
		t.Error("it was closed without being looked at")
	}
	if left, failures := c.look(t); len(left) != 2 || len(failures) != 0 {
		t.Errorf("left %v, failures %v", left, failures) // Nor does the next plan fail: it may bring what is missing.
	}
	c.pin("8")
	if left, _, diags := c.close(t); len(left) != 2 || left["doors/badges/g8"] != "Eight" || diags.HasError() {
		t.Errorf("left %v, said %s", left, spoken(diags))
	}
	c.pin("")
	if _, failures := c.look(t); len(failures) != 1 {
		t.Errorf("failures %v", failures) // What was seen and can't be is unknown.
	}
}

// stateOf is a state, or a plan, with these attributes and no other.
func stateOf(t *testing.T, r *Case, attributes map[string]any) tfsdk.State {
	t.Helper()
	var described resource.SchemaResponse
	r.Schema(t.Context(), resource.SchemaRequest{}, &described)
	object, ok := described.Schema.Type().TerraformType(t.Context()).(tftypes.Object)
	if !ok {
		t.Fatal("the schema is no object")
	}
	nulls := map[string]tftypes.Value{}
	for name, kind := range object.AttributeTypes {
		nulls[name] = tftypes.NewValue(kind, nil)
	}
	state := tfsdk.State{Schema: described.Schema, Raw: tftypes.NewValue(object, nulls)}
	var diags diag.Diagnostics
	if set(t.Context(), &state, &diags, attributes); diags.HasError() {
		t.Fatal(diags)
	}
	return state
}

func TestAClosedCaseKeepsItsEvidenceIfItCouldNotBeClosedAnew(t *testing.T) {
	t.Parallel()
	doors := janes()
	c := newClosing(map[string]access.Connector{"doors": doors}, "badges")
	c.close(t)
	closed := map[string]any{
		attrPerson: c.v.Person, attrRequestedAt: c.v.RequestedAt, attrApprovedBy: c.v.ApprovedBy, attrReference: c.v.Reference, attrSLA: c.v.SLA, attrOutstanding: c.v.Outstanding,
		attrStatus: c.v.Status, "closed_at": c.v.ClosedAt, "coverage": c.v.Coverage, "evidence": c.v.Evidence, "evidence_sha256": c.v.SHA256, "bundle": c.v.Bundle,
	}
	prior := stateOf(t, c.Case, closed)
	closed[attrReference], closed["closed_at"], closed["evidence"] = "T-2", types.StringUnknown(), types.StringUnknown()
	closed["evidence_sha256"], closed["bundle"] = types.StringUnknown(), types.StringUnknown()
	plan := stateOf(t, c.Case, closed)
	doors.Fail = func(string) error { return &access.Error{Kind: access.Unavailable, Reason: "down"} }
	resp := resource.UpdateResponse{State: prior}
	c.Update(t.Context(), resource.UpdateRequest{Plan: tfsdk.Plan(plan), State: prior}, &resp)
	if !resp.Diagnostics.HasError() || !resp.State.Raw.Equal(prior.Raw) {
		t.Errorf("said %s, state %s", spoken(resp.Diagnostics), resp.State.Raw)
	}
}

package offboard

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/access/accesstest"
	"github.com/offboard/terraform-provider-offboard/internal/clock"
	"github.com/offboard/terraform-provider-offboard/internal/evidence"
)

var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

// A closing is a case of Jane's over systems in memory, at noon of her last day.
type closing struct {
	*Case
	clock *clock.Fake
	v     caseValues
	known caseFacts
}

func newClosing(systems map[string]access.Connector, kinds ...string) *closing {
	s := searching(systems, kinds...)
	c := &closing{clock: clock.NewFake(noon)}
	s.env.Clock, s.env.Program, s.env.Guards = c.clock, "test", &Guards{}
	c.Case = &Case{table: s.table, env: s.env}
	c.v = caseValues{
		Person: types.StringValue(string(jane)), RequestedAt: types.StringValue("2026-11-20T10:00:00Z"), ApprovedBy: types.StringValue("grace@acme.example"),
		Reference: types.StringValue("T-1"), SLA: types.StringValue("24h"),
	}
	return c
}

// look is what a refresh does.
func (c *closing) look(t *testing.T) (left map[string]string, failures []string) {
	t.Helper()
	now, failures := c.Case.look(t.Context(), c.v, c.known, false)
	c.known = c.remembered(t, now)
	return c.known.outstanding(c.v, c.known.AsOf), failures
}

// close is what an apply does.
func (c *closing) close(t *testing.T) (left map[string]string, e evidence.Evidence, diags diag.Diagnostics) {
	t.Helper()
	now, left := c.Case.close(t.Context(), &c.v, c.known, &diags)
	c.known = c.remembered(t, now)
	if text := c.v.Evidence.ValueString(); text != "" {
		if err := json.Unmarshal([]byte(text), &e); err != nil {
			t.Fatal(err)
		}
	}
	return left, e, diags
}

// remembered is what a run remembers of what it learnt.
func (c *closing) remembered(t *testing.T, f caseFacts) (again caseFacts) {
	t.Helper()
	text, err := json.Marshal(f)
	if err == nil {
		err = json.Unmarshal(text, &again)
	}
	if err != nil {
		t.Fatal(err)
	}
	return again
}

func (c *closing) except(key, until string) {
	exceptions := map[string]attr.Value{}
	maps.Copy(exceptions, c.v.Exceptions.Elements())
	exceptions[key] = types.ObjectValueMust(exceptionTypes, map[string]attr.Value{
		"owner": types.StringValue("mei@acme.example"), "reason": types.StringValue("hands over"), "until": types.StringValue(until),
	})
	c.v.Exceptions = types.MapValueMust(types.ObjectType{AttrTypes: exceptionTypes}, exceptions)
}

var exceptionTypes = map[string]attr.Type{"owner": types.StringType, "reason": types.StringType, "until": types.StringType}

func (c *closing) attest(arguments map[string]string) {
	kinds, values := map[string]attr.Type{}, map[string]attr.Value{}
	for _, name := range []string{attrPerson, attrApplication, attrOwner, attrStatement, attrAttestedBy, attrAttestedAt, attrReference, attrExpiresAt} {
		kinds[name], values[name] = types.StringType, types.StringNull()
		if text, ok := arguments[name]; ok {
			values[name] = types.StringValue(text)
		}
	}
	c.v.Attestations = types.MapValueMust(types.ObjectType{AttrTypes: kinds}, map[string]attr.Value{"badge": types.ObjectValueMust(kinds, values)})
}

func spoken(diags diag.Diagnostics) string {
	var texts []string
	for _, d := range diags {
		texts = append(texts, d.Summary()+": "+d.Detail())
	}
	return strings.Join(texts, "\n")
}

func TestACaseOfWhichOneSystemIsDownSaysNothing(t *testing.T) {
	t.Parallel()
	doors, school := janes(access.Grant{ID: "g1", Label: "One"}), janes()
	c := newClosing(map[string]access.Connector{"doors": doors, "school": school}, "badges")
	if left, failures := c.look(t); len(left) != 1 || len(failures) != 0 {
		t.Fatalf("left %v, failures %v", left, failures)
	}
	before := c.known
	school.Fail = func(call string) error {
		if strings.HasPrefix(call, "list") {
			return &access.Error{Kind: access.Unavailable, Reason: "the school is closed"}
		}
		return nil
	}
	if _, failures := c.look(t); len(failures) != 1 || !strings.Contains(failures[0], "school/badges") {
		t.Errorf("failures %v", failures)
	}
	_, _, diags := c.close(t)
	if !diags.HasError() || !strings.Contains(spoken(diags), "school/badges") || !c.v.Evidence.IsNull() {
		t.Errorf("said %s, evidence %s", spoken(diags), c.v.Evidence)
	}
	if diff := cmp.Diff(before, c.known); diff != "" {
		t.Errorf("it learnt half of something:\n%s", diff)
	}
}

func TestACaseOfSomebodyWhomNoSystemKnowsIsNotClosed(t *testing.T) {
	t.Parallel()
	c := newClosing(map[string]access.Connector{"doors": &accesstest.Memory{}}, "badges")
	left, _, diags := c.close(t)
	if len(left) != 0 || !strings.Contains(spoken(diags), "misspelt") {
		t.Errorf("left %v, said %s", left, spoken(diags))
	}
	// One that was known and has been deleted is another matter.
	doors := janes(access.Grant{ID: "g1", Label: "One"})
	c = newClosing(map[string]access.Connector{"doors": doors}, "badges")
	c.look(t)
	doors.Drop("1")
	left, e, diags := c.close(t)
	if len(left) != 0 || diags.HasError() || e.Systems[0].Account != "1" || e.Systems[0].Status != "deleted" || e.Controls[0].Grants[0].AbsentAt == nil {
		t.Errorf("left %v, said %s, evidence %+v", left, spoken(diags), e)
	}
}

func TestACaseUnderAnAliasIsNotClosedUnlessTheAccountIsNamed(t *testing.T) {
	t.Parallel()
	doors := &accesstest.Memory{}
	doors.Add(access.Account{ID: "7", Names: []string{"mei@acme.example"}, Aliases: []string{string(jane)}, Active: false})
	c := newClosing(map[string]access.Connector{"doors": doors}, "badges")
	if _, _, diags := c.close(t); !strings.Contains(spoken(diags), "mei@acme.example") {
		t.Errorf("said %s", spoken(diags))
	}
	c.v.AccountIDs = types.MapValueMust(types.StringType, map[string]attr.Value{"doors": types.StringValue("7")})
	if left, _, diags := c.close(t); len(left) != 0 || diags.HasError() {
		t.Errorf("left %v, said %s", left, spoken(diags))
	}
}

func TestWhatSomebodyAcceptsIsWaivedUntilItsTime(t *testing.T) {
	t.Parallel()
	c := newClosing(map[string]access.Connector{"doors": janes(access.Grant{ID: "g1", Label: "One"})}, "badges")
	c.except("doors/badges/g1", "2026-11-21T00:00:00Z")
	left, e, diags := c.close(t)
	if len(left) != 0 || diags.HasError() || e.Controls[0].Assurance != "waived" || e.Controls[0].Grants[0].Exception.Owner != "mei@acme.example" || e.Coverage.Checked != 1 {
		t.Fatalf("left %v, said %s, evidence %+v", left, spoken(diags), e)
	}
	c.clock.Advance(24 * time.Hour)
	if left, _ := c.look(t); left["doors/badges/g1"] != "One" {
		t.Errorf("left %v", left)
	}
}

func TestAPlaceWhereNobodyHasToLookIsNotLookedAtAndCountsAsWaived(t *testing.T) {
	t.Parallel()
	doors := janes(access.Grant{ID: "g1", Label: "One"})
	c := newClosing(map[string]access.Connector{"doors": doors}, "badges", "visits")
	c.except("doors/visits", "2026-11-21T00:00:00Z")
	left, _ := c.look(t)
	if diff := cmp.Diff(map[string]string{"doors/badges/g1": "One"}, left); diff != "" {
		t.Error(diff)
	}
	if lists := slices.DeleteFunc(doors.Calls(), func(call string) bool { return call != "list 1" }); len(lists) != 1 {
		t.Errorf("it was listed %d times", len(lists))
	}
	got := c.known.coverage(c.v, c.known.AsOf)
	if got != (coverage{expected: 2, waived: 1, outstanding: 1}) {
		t.Errorf("coverage %+v", got)
	}
}

func TestAnAttestationCountsFromWhenItIsSaidUntilItExpires(t *testing.T) {
	t.Parallel()
	badge := map[string]string{attrPerson: string(jane), attrApplication: "Badge", attrOwner: "Facilities", attrStatement: "It is blocked."}
	with := func(more map[string]string) map[string]string {
		all := maps.Clone(badge)
		maps.Copy(all, more)
		return all
	}
	for name, c := range map[string]struct {
		arguments map[string]string
		left      string
	}{
		"nobody says so":         {badge, "Badge: unattested (ask Facilities)"},
		"somebody does":          {with(map[string]string{attrAttestedBy: "Omar", attrAttestedAt: "2026-11-20T11:00:00Z"}), ""},
		"somebody will":          {with(map[string]string{attrAttestedBy: "Omar", attrAttestedAt: "2026-11-21T11:00:00Z"}), "Badge: unattested (ask Facilities)"},
		"somebody did for a day": {with(map[string]string{attrAttestedBy: "Omar", attrAttestedAt: "2026-11-19T11:00:00Z", attrExpiresAt: "2026-11-20T12:00:00Z"}), "Badge: expired (ask Facilities)"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			closing := newClosing(map[string]access.Connector{"doors": janes()}, "badges")
			closing.attest(c.arguments)
			left, e, diags := closing.close(t)
			if left["attestation/badge"] != c.left || diags.HasError() || (c.left == "") != (e.Coverage.Attested == 1) {
				t.Errorf("left %v, said %s, coverage %v", left, spoken(diags), e.Coverage)
			}
		})
	}
}

func TestWhatFellAsleepBeforeItWasSeenGoneIsOutstanding(t *testing.T) {
	t.Parallel()
	doors := janes(access.Grant{ID: "night/1", Label: "Night"}, access.Grant{ID: "day", Label: "Day"})
	c := newClosing(map[string]access.Connector{"doors": doors}, "badges")
	c.look(t)
	doors.Drop("1")
	doors.Add(access.Account{ID: "1", Names: []string{string(jane)}}, access.Grant{ID: "night/", Label: "whatever is at night", Dormant: true})
	c.clock.Advance(time.Hour)
	left, _, _ := c.close(t)
	if diff := cmp.Diff(map[string]string{"doors/badges/night/1": "Night (can't be seen as the account is now, and was not seen gone)"}, left); diff != "" {
		t.Fatal(diff)
	}
	// A resource that took it away first is believed.
	c.env.ledger.change(place{"doors", "badges"}, "1", func(d *deed) {
		d.removed["night/1"] = access.Removal{Label: "Night", At: noon.Add(time.Minute), Assurance: access.Observed}
	})
	left, e, diags := c.close(t)
	if len(left) != 0 || diags.HasError() || len(e.Controls[0].Dormant) != 1 {
		t.Errorf("left %v, said %s, evidence %+v", left, spoken(diags), e)
	}
}

func TestWhatWasHeldIsNotGoneBecauseNobodyCanLookAnyMore(t *testing.T) {
	t.Parallel()
	for name, forget := range map[string]func(*closing, *accesstest.Memory){
		"the system no longer has it": func(_ *closing, doors *accesstest.Memory) {
			doors.Fail = func(call string) error {
				if strings.HasPrefix(call, "list") {
					return &access.Error{Kind: access.NotAvailable, Reason: "not licensed"}
				}
				return nil
			}
		},
		"the system is no longer configured": func(c *closing, _ *accesstest.Memory) { delete(c.env.Systems, "doors") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			doors := janes(access.Grant{ID: "g1", Label: "One"})
			c := newClosing(map[string]access.Connector{"doors": doors, "school": janes()}, "badges")
			c.look(t)
			forget(c, doors)
			_, _, diags := c.close(t)
			if !diags.HasError() || !strings.Contains(spoken(diags), "doors/badges: One was held there") {
				t.Errorf("said %s", spoken(diags))
			}
		})
	}
}

func TestTheSameFactsAreTheSameEvidence(t *testing.T) {
	t.Parallel()
	var texts []string
	for range 5 {
		c := newClosing(map[string]access.Connector{
			"doors": janes(access.Grant{ID: "b", Label: "B"}, access.Grant{ID: "a", Label: "A"}), "school": janes(),
		}, "visits", "badges")
		c.except("doors/badges/a", "2026-11-21T02:00:00+02:00")
		c.except("doors/visits/a", "2026-11-21T00:00:00Z")
		c.look(t)
		for _, system := range c.env.Systems {
			for kind := range system.Connectors {
				system.Connectors[kind] = janes(access.Grant{ID: "a", Label: "A"})
			}
		}
		c.except("school/visits/a", "2026-11-21T00:00:00Z")
		c.except("school/badges/a", "2026-11-21T00:00:00Z")
		c.close(t)
		texts = append(texts, c.v.Bundle.ValueString())
	}
	if texts = slices.Compact(texts); len(texts) != 1 || texts[0] == "" {
		t.Errorf("they are %d: %q", len(texts), texts)
	}
}

func TestWhatAResourceHasJustListedIsNotListedAgain(t *testing.T) {
	t.Parallel()
	doors := janes(access.Grant{ID: "g1", Label: "One"})
	c := newClosing(map[string]access.Connector{"doors": doors}, "badges")
	system := c.env.Systems["doors"]
	put := func() {
		system.shelf.put("badges", "1", system.shelf.begin("badges", "1"), dated{grants: []access.Grant{{ID: "g1", Label: "One"}}, at: c.clock.Now()})
	}
	lists := func() (n int) {
		for _, call := range doors.Calls() {
			if call == "list 1" {
				n++
			}
		}
		return n
	}
	put()
	if left, _ := c.look(t); len(left) != 1 || lists() != 0 {
		t.Errorf("left %v, %d lists", left, lists())
	}
	c.clock.Advance(freshness + time.Second)
	if c.look(t); lists() != 1 {
		t.Errorf("%d lists after a while", lists())
	}
	// What was listed before something was taken away is of before.
	turn := system.shelf.begin("badges", "1")
	system.shelf.clear("badges", "1")
	system.shelf.put("badges", "1", turn, dated{at: c.clock.Now()})
	if left, _ := c.look(t); len(left) != 1 || lists() != 2 {
		t.Errorf("left %v, %d lists after a removal", left, lists())
	}
}

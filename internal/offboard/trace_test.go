package offboard

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/access/accesstest"
	"github.com/offboard/terraform-provider-offboard/internal/clock"
)

// made is a tracer of what every account that is asked about made.
type made struct {
	grants []access.Grant
	err    error
	asked  []access.AccountID
}

func (m *made) Trace(_ context.Context, account access.AccountID) ([]access.Grant, error) {
	m.asked = append(m.asked, account)
	return m.grants, m.err
}

// A forgetfulTracer knows what there is, and not who made it.
type forgetfulTracer struct {
	made
	there []access.Grant
	known access.Holdings
}

func (f *forgetfulTracer) Retrace(_ context.Context, known access.Holdings) ([]access.Grant, error) {
	f.known = known
	return f.there, nil
}

// tracing is a search of one system, in which robots are traced.
func tracing(directory *accesstest.Memory, robots access.Tracer) search {
	s := searching(map[string]access.Connector{"doors": directory}, "badges")
	s.env.Clock = clock.NewFake(time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC))
	s.env.Systems["doors"].Tracers = map[string]access.Tracer{"robots": robots}
	s.table = append(s.table, TableRow{Kind: Kind{Name: "robots", Row: "robots they built"}, Systems: Systems{Names: []string{"doors"}}, Indirect: true})
	s.lists = listNow
	return s
}

func TestWhatIsTracedIsBesideWhatIsHeldAndNeverInIt(t *testing.T) {
	t.Parallel()
	robots := &made{grants: []access.Grant{{ID: "r1", Label: "Marvin"}}}
	found := tracing(janes(access.Grant{ID: "g1", Label: "One"}), robots).run(t.Context())
	if len(found.held) != 1 || found.held[0].kind != "badges" || len(found.indirect) != 1 || found.indirect[0].String() != "doors/robots" {
		t.Errorf("held are %v, indirect %v", found.held, found.indirect)
	}
	if diff := cmp.Diff([]string{"doors/badges", "doors/robots"}, written(found.checked)); diff != "" {
		t.Error(diff)
	}
	s := tracing(janes(), robots)
	s.without = []string{"robots"}
	if found := s.run(t.Context()); found.leftOut[place{"doors", "robots"}] == "" || len(found.indirect) != 0 || len(robots.asked) != 1 {
		t.Errorf("left out is %v, and %v were asked about", found.leftOut, robots.asked)
	}
}

func TestATraceThatIsNoListIsNeverTakenForAnEmptyOne(t *testing.T) {
	t.Parallel()
	at := place{"doors", "robots"}
	for _, kind := range []access.ErrorKind{
		access.Other, access.NotFound, access.Denied, access.NotAvailable, access.Blocked, access.RateLimited, access.Unavailable, access.Malformed,
	} {
		found := tracing(janes(), &made{err: &access.Error{Kind: kind, Op: "trace", Reason: "no"}}).run(t.Context())
		_, notAvailable := found.notAvailable[at]
		_, failed := found.failed[at]
		if len(found.checked) != 1 || notAvailable != (kind == access.NotAvailable) || failed == notAvailable {
			t.Errorf("%v: checked %v, not available %v, failed %v", kind, found.checked, found.notAvailable, found.failed)
		}
	}
}

func TestWhatADeletedAccountMadeIsTracedByItsID(t *testing.T) {
	t.Parallel()
	robots := &made{grants: []access.Grant{{ID: "r1", Label: "Marvin"}}}
	s := tracing(&accesstest.Memory{}, robots)
	if found := s.run(t.Context()); len(found.indirect) != 0 || len(robots.asked) != 0 {
		t.Errorf("of nobody there is %v", found.indirect) // And nobody to ask about.
	}
	s.known = map[string]access.AccountID{"doors": "1"}
	if found := s.run(t.Context()); len(found.indirect) != 1 || len(found.held) != 0 || robots.asked[0] != "1" {
		t.Errorf("indirect is %v, asked about were %v", found.indirect, robots.asked)
	}
}

func TestACaseStaysOpenUntilSomebodyTakesOverWhatThePersonMade(t *testing.T) {
	t.Parallel()
	directory, robots := janes(), &made{grants: []access.Grant{{ID: "r1", Label: "Marvin"}}}
	s := tracing(directory, robots)
	r := &Case{env: s.env, table: s.table}
	v := caseValues{Person: types.StringValue(string(jane))}
	look := func(known caseFacts) caseFacts {
		t.Helper()
		now, failures := r.look(t.Context(), v, known, false)
		if len(failures) > 0 {
			t.Fatal(failures)
		}
		return now
	}
	now := s.env.Clock.Now()
	known := look(caseFacts{})
	if diff := cmp.Diff(map[string]string{"doors/robots/r1": "Marvin (indirect: theirs, and not their account's)"}, known.outstanding(v, now)); diff != "" {
		t.Error(diff)
	}
	if said := remedy(known, "doors/robots/r1"); strings.Contains(said, "offboard_") || !strings.Contains(said, "take it over") {
		t.Error(said) // There is no such resource.
	}
	// The account goes, and what it made does not.
	directory.Drop("1")
	if known = look(known); !known.Accounts["doors"].Gone || len(known.outstanding(v, now)) != 1 {
		t.Errorf("%+v", known)
	}
	accepted := v
	accepted.Exceptions = types.MapValueMust(types.ObjectType{AttrTypes: exceptionTypes}, map[string]attr.Value{
		"doors/robots/r1": types.ObjectValueMust(exceptionTypes, map[string]attr.Value{
			attrOwner: types.StringValue("mei@acme.example"), "reason": types.StringValue("Takes it over."), "until": types.StringValue("2027-01-01T00:00:00Z"),
		}),
	})
	if left := known.outstanding(accepted, now); len(left) != 0 {
		t.Errorf("outstanding is %v", left)
	}
	record := r.control(accepted, "doors/robots", known.Controls["doors/robots"])
	if record.Assurance != string(access.Waived) || record.Grants[0].Exception.Owner != "mei@acme.example" {
		t.Errorf("%+v", record)
	}
	// Who built it may be forgotten, and then it is asked for by its id.
	forgetful := &forgetfulTracer{made: made{}, there: robots.grants}
	s.env.Systems["doors"].Tracers["robots"] = forgetful
	if known = look(known); len(known.outstanding(v, now)) != 1 || forgetful.known["r1"] != "Marvin" {
		t.Errorf("outstanding is %v, asked for was %v", known.outstanding(v, now), forgetful.known)
	}
	s.env.Systems["doors"].Tracers["robots"] = robots
	robots.grants = nil
	if known = look(known); len(known.outstanding(v, now)) != 0 {
		t.Errorf("outstanding is %v", known.outstanding(v, now))
	}
	robots.err = &access.Error{Kind: access.Denied, Op: "trace", Reason: "no"}
	if _, failures := r.look(t.Context(), v, known, true); len(failures) != 1 || !strings.Contains(failures[0], "doors/robots") {
		t.Errorf("failures are %v", failures)
	}
}

package scim_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/access/accesstest"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
	sandboxscim "github.com/offboard/terraform-provider-offboard/internal/sandbox/scim"
	"github.com/offboard/terraform-provider-offboard/internal/system/scim"
)

func dispositions(s *scim.SCIM) (has []access.Disposition) {
	disposer, _ := scim.Account(s).(access.Disposer)
	for _, d := range access.Dispositions {
		if _, ok := disposer.Dispose(d); ok {
			has = append(has, d)
		}
	}
	return has
}

func TestWhereInactiveDeletesSuspendIsNotOffered(t *testing.T) {
	t.Parallel()
	for profile, want := range map[string][]access.Disposition{
		"generic":             {access.Deactivate, access.Delete},
		"slack":               {access.Suspend, access.Deactivate},
		"zoom":                {access.Suspend, access.Deactivate},
		"atlassian":           {access.Suspend, access.Deactivate, access.Delete},
		"figma":               {access.Deactivate},
		"pagerduty":           {access.Delete},
		"notion":              {access.Delete},
		"aws":                 {access.Suspend, access.Deactivate, access.Delete},
		"github_enterprise":   {access.Suspend, access.Deactivate, access.Delete},
		"github_organization": {access.Delete},
	} {
		w := newWorld(t, profile, sandboxscim.HandlerOptions{Dialect: sandboxscim.Dialects[profile]})
		if got := dispositions(w.scim); !slices.Equal(got, want) {
			t.Errorf("%s has %v, want %v", profile, got, want)
		}
	}
}

var forGood = regexp.MustCompile("for good|can't be (brought|undone)|anew")

func TestEveryProfileSaysInThePlanWhatItDoes(t *testing.T) {
	t.Parallel()
	for _, profile := range scim.Profiles() {
		w := newMisbehavingWorld(t, profile, sandboxscim.HandlerOptions{Dialect: sandboxscim.Dialects[profile]})
		if len(dispositions(w.scim)) == 0 {
			t.Errorf("%s ends no account", profile)
		}
		listed, err := scim.Account(w.scim).List(t.Context(), w.id(sandboxscim.Jane))
		if err != nil || len(listed) != 1 || listed[0].Note == "" || !strings.HasSuffix(listed[0].Note, ".") {
			t.Errorf("%s: %+v, %v", profile, listed, err)
		}
		for _, d := range dispositions(w.scim) {
			listed, err := disposed(t, w, d).List(t.Context(), w.id(sandboxscim.Jane))
			if irreversible := d == access.Delete; err != nil || listed[0].Note == "" || irreversible && (strings.Contains(listed[0].Note, "disposition =") || !forGood.MatchString(listed[0].Note)) {
				t.Errorf("%s, %s: %+v, %v", profile, d, listed, err)
			}
		}
	}
}

func TestWhoIsInactiveAlreadyHasReachedWhatInactiveIs(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "generic", sandboxscim.HandlerOptions{})
	for d, want := range map[access.Disposition]int{access.Deactivate: 0, access.Delete: 1} {
		if listed, err := disposed(t, w, d).List(t.Context(), w.id(sandboxscim.Gone)); err != nil || len(listed) != want {
			t.Errorf("%s: %v, %v", d, listed, err)
		}
	}
	account, err := w.scim.Find(t.Context(), sandboxscim.Gone)
	if err != nil || account.Active || account.Status != "inactive" {
		t.Errorf("%+v, %v", account, err)
	}
}

func TestTheOwnerIsRefusedAtPlan(t *testing.T) {
	t.Parallel()
	for _, profile := range []string{"slack", "pagerduty"} {
		w := newWorld(t, profile, sandboxscim.HandlerOptions{Dialect: sandboxscim.Dialects[profile]})
		for _, d := range dispositions(w.scim) {
			guard, ok := disposed(t, w, d).(access.Guard)
			if !ok {
				t.Fatal("no Guard")
			}
			err := guard.Refuse(t.Context(), w.id(sandboxscim.Owner), nil)
			if access.KindOf(err) != access.Blocked || !strings.Contains(err.Error(), "grace.kim@acme.example is the owner") {
				t.Errorf("%s, %s: %v", profile, d, err)
			}
			if err := guard.Refuse(t.Context(), w.id(sandboxscim.Jane), nil); err != nil {
				t.Errorf("%s, Jane: %v", profile, err)
			}
		}
		guard, ok := scim.RoleAssignments(w.scim).(access.Guard)
		if !ok {
			t.Fatal("no Guard")
		}
		if err := guard.Refuse(t.Context(), w.id(sandboxscim.Owner), access.Holdings{"owner": "Primary Owner"}); access.KindOf(err) != access.Blocked {
			t.Errorf("%s, the role: %v", profile, err)
		}
	}
}

func TestTheOwnerIsRefusedByWhateverNameTheRoleHas(t *testing.T) {
	t.Parallel()
	for _, role := range []string{"Primary Owner", "ORG_PRIMARY_OWNER", "workspace-primary-owner", "primaryOwner"} {
		w := newWorld(t, "slack", sandboxscim.HandlerOptions{Dialect: sandboxscim.Dialects["slack"]})
		w.app.AddRole(sandboxscim.Jane, role)
		guard, ok := disposed(t, w, access.Deactivate).(access.Guard)
		if !ok {
			t.Fatal("no Guard")
		}
		if err := guard.Refuse(t.Context(), w.id(sandboxscim.Jane), nil); access.KindOf(err) != access.Blocked {
			t.Errorf("%s: %v", role, err)
		}
	}
}

func TestWhoseTheTokenIsIsToldWhereTheApplicationSays(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "generic", sandboxscim.HandlerOptions{})
	if id, owned, err := w.scim.Caller(t.Context()); err != nil || !owned || id != w.id(sandboxscim.TokenOwner) {
		t.Errorf("%v, %v, %v", id, owned, err)
	}
	for name, do := range map[string]func(*world){
		"not implemented": func(*world) {},
		"HTML": func(w *world) {
			w.server.Inject(sandbox.Fault{Match: sandbox.PathMatch(sandboxscim.Base + "/Me"), Do: sandbox.HTML404()})
		},
		"forbidden": func(w *world) { w.server.Inject(sandbox.Fault{Do: breakages[accesstest.Forbidden]}) },
	} {
		w := newMisbehavingWorld(t, "generic", sandboxscim.HandlerOptions{Dialect: sandboxscim.Dialect{NoMe: true}})
		do(w)
		if id, owned, err := w.scim.Caller(t.Context()); err != nil || owned {
			t.Errorf("%s: %v, %v, %v", name, id, owned, err)
		}
	}
	w = newMisbehavingWorld(t, "generic", sandboxscim.HandlerOptions{})
	w.server.Inject(sandbox.Fault{Do: breakages[accesstest.Locked]})
	if _, _, err := w.scim.Caller(t.Context()); access.KindOf(err) != access.Denied {
		t.Errorf("locked: %v", err)
	}
}

func TestWhatOneProfileKeepsStaysAndSaysWhere(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "pagerduty", sandboxscim.HandlerOptions{Dialect: sandboxscim.Dialects["pagerduty"]})
	for _, connector := range []access.Connector{scim.RoleAssignments(w.scim), scim.AppAssignments(w.scim)} {
		listed, err := connector.List(t.Context(), w.id(sandboxscim.Jane))
		if err != nil || len(listed) != 2 {
			t.Fatalf("%v, %v", listed, err)
		}
		for _, grant := range listed {
			if _, err := connector.Remove(t.Context(), w.id(sandboxscim.Jane), grant.ID); grant.Stays == nil || access.KindOf(err) != access.Blocked {
				t.Errorf("%+v was removed: %v", grant, err)
			}
		}
	}
}

func TestAnAttributeThatIsNotThereIsNotNone(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		profile string
		dialect sandboxscim.Dialect
		who     string
		want    access.ErrorKind
	}{
		"no such attribute anywhere":           {"generic", sandboxscim.Dialect{NoAttributes: true}, sandboxscim.Jane, access.NotAvailable},
		"Snowflake has none":                   {"snowflake", sandboxscim.Dialects["snowflake"], sandboxscim.Jane, access.NotAvailable},
		"AWS has none":                         {"aws", sandboxscim.Dialects["aws"], sandboxscim.Jane, access.NotAvailable},
		"nor does it say what it has":          {"generic", sandboxscim.Dialect{NoAttributes: true, NoDiscovery: true}, sandboxscim.Jane, access.NotAvailable},
		"others have it":                       {"generic", sandboxscim.Dialect{NoDiscovery: true}, sandboxscim.Nobody, access.Other},
		"the schema has it":                    {"generic", sandboxscim.Dialect{}, sandboxscim.Nobody, access.Other},
		"it is not said, and no list is whole": {"generic", sandboxscim.Dialect{NoDiscovery: true, FromZero: true}, sandboxscim.Nobody, access.Malformed},
	} {
		w := newMisbehavingWorld(t, c.profile, sandboxscim.HandlerOptions{PageSize: 7, Dialect: c.dialect})
		for _, connector := range []access.Connector{scim.RoleAssignments(w.scim), scim.AppAssignments(w.scim)} {
			if listed, err := connector.List(t.Context(), w.id(c.who)); access.KindOf(err) != c.want || len(listed) != 0 || (err == nil) != (c.want == access.Other) {
				t.Errorf("%s: %v, %v", name, listed, err)
			}
		}
	}
}

func TestOnlyOneValueOfSeveralGoes(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "generic", sandboxscim.HandlerOptions{})
	w.app.AddRole(sandboxscim.Jane, "billing")
	roles, jane := scim.RoleAssignments(w.scim), w.id(sandboxscim.Jane)
	if _, err := roles.Remove(t.Context(), jane, "finance/billing"); err != nil {
		t.Fatal(err)
	}
	listed, err := roles.List(t.Context(), jane)
	var ids []access.GrantID
	for _, grant := range listed {
		ids = append(ids, grant.ID)
	}
	slices.Sort(ids)
	if want := []access.GrantID{"billing", "workspace_admin"}; err != nil || !slices.Equal(ids, want) {
		t.Errorf("left are %v, %v; want %v", ids, err, want)
	}
}

func TestRollConforms(t *testing.T) {
	t.Parallel()
	for _, profile := range []string{"generic", "slack", "zoom", "aws", "pagerduty"} {
		t.Run(profile, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, profile, sandboxscim.HandlerOptions{PageSize: 7, Dialect: sandboxscim.Dialects[profile]})
			roll, err := w.scim.Roll(t.Context())
			if err != nil || len(roll) != len(sandbox.Acme().People) {
				t.Fatalf("%d entries, %v", len(roll), err)
			}
			for _, entry := range roll {
				switch entry.ID {
				case w.id(sandboxscim.Jane):
					if !entry.Active || entry.FullName != "Jane Doe" || !slices.Equal(entry.Elsewhere, []string{sandboxscim.Private}) || entry.Sort != "Employee" || entry.Created.IsZero() {
						t.Errorf("Jane is %+v", entry)
					}
				case w.id(sandboxscim.Gone):
					if entry.Active {
						t.Errorf("who has left is %+v", entry)
					}
				}
			}
		})
	}
}

func TestWhereAListIsNotOfEverybodyThereIsNoRollAndNobodyIsMissing(t *testing.T) {
	t.Parallel()
	for _, profile := range []string{"figma", "notion", "1password"} {
		w := newWorld(t, profile, sandboxscim.HandlerOptions{Dialect: sandboxscim.Dialects[profile]})
		if _, err := w.scim.Roll(t.Context()); access.KindOf(err) != access.Denied {
			t.Errorf("%s, the roll: %v", profile, err)
		}
		if _, err := w.scim.Find(t.Context(), stranger); access.KindOf(err) != access.Denied || !strings.Contains(err.Error(), "offboard_attestation") {
			t.Errorf("%s, a stranger: %v", profile, err)
		}
		if account, err := w.scim.Find(t.Context(), sandboxscim.Jane); err != nil || account.ID != w.id(sandboxscim.Jane) {
			t.Errorf("%s, Jane: %v, %v", profile, account, err)
		}
	}
}

func TestPeopleAreLookedForOnceARunAndWhatTheyHoldEachTime(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "generic", sandboxscim.HandlerOptions{})
	for range 3 {
		if _, err := w.scim.Find(t.Context(), sandboxscim.Jane); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(w.server.Requests()); n != 2 {
		t.Errorf("%d requests to find one person three times", n)
	}
	groups, jane := scim.GroupMembership(w.scim), w.id(sandboxscim.Jane)
	before, err := groups.List(t.Context(), jane)
	if err != nil {
		t.Fatal(err)
	}
	w.app.AddToGroup(sandboxscim.Jane, "Sales")
	if after, err := groups.List(t.Context(), jane); err != nil || len(after) != len(before)+2 {
		t.Errorf("%d, then %d with Sales and what it is in (%v)", len(before), len(after), err)
	}
}

package provider_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/offboard/terraform-provider-offboard/internal/sandbox/okta"
)

// refused plans an exit and expects that it is refused, with nothing asked of Okta but reads.
func (w *world) refused(config, pattern string) {
	w.Helper()
	writes := w.mark()
	w.below(resource.TestStep{Config: config, PlanOnly: true, ExpectError: only(true, pattern)})
	w.check("writes", []string(nil), writes())
}

func TestAPlanThatTerminatesTheProtectedIsRefusedUnderEveryName(t *testing.T) {
	t.Parallel()
	for name, protected := range map[string]func(*world) string{
		"by the address":                 func(*world) string { return okta.BreakGlass },
		"by the address in another case": func(*world) string { return "BreakGlass@Acme.Example" },
		"by the account's id":            func(w *world) string { return w.org.UserID(okta.BreakGlass) },
		"by the login, of another address": func(w *world) string {
			w.org.SetAttribute(okta.BreakGlass, "email", "jane.alias@acme.example")
			return okta.BreakGlass
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			person := okta.BreakGlass
			w.settings = fmt.Sprintf("protected = [%q]", protected(w))
			if strings.Contains(name, "another address") {
				person = "jane.alias@acme.example"
			}
			w.refused(w.config(imported("account", person, terminated)), `Termination refused(.|\n)*protected`)
		})
	}
}

func TestAPlanThatNewlyTerminatesMoreThanMaxPeopleIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.settings = "max_people = 2"
	people := []string{okta.Jane, okta.Projects, okta.Omar}
	config := func(n int) string {
		var b strings.Builder
		for i, person := range people[:n] {
			for _, kind := range []string{"group_membership", "app_assignments"} {
				b.WriteString(strings.ReplaceAll(imported(kind, person, terminated), ".this", fmt.Sprintf(".p%d", i)))
				b.WriteString("\n")
			}
		}
		return w.config(strings.ReplaceAll(b.String(), `"this"`, `"REPLACED"`))
	}
	numbered := func(n int) string {
		text := config(n)
		for i := range n * 2 {
			text = strings.Replace(text, `"REPLACED"`, fmt.Sprintf(`"p%d"`, i/2), 1)
		}
		return text
	}
	w.refused(numbered(3), `Termination refused(.|\n)*max_people = 2`)
	// Two people, in four resources, are within it; and the third may go once the two are gone.
	w.run(
		resource.TestStep{Config: numbered(2), ExpectError: only(false, "")},
	)
}

func TestTheFirstExitOfTooManyPeopleIsRefusedAlsoWhereTheyWereAdoptedAsTerminated(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.settings = "max_people = 1"
	both := func() string {
		a := strings.ReplaceAll(one("group_membership", okta.Jane, terminated), `"this"`, `"a"`)
		b := strings.ReplaceAll(one("group_membership", okta.Projects, terminated), `"this"`, `"b"`)
		return a + b
	}
	w.refused(w.config(both()), "max_people = 1")
	w.settings = "max_people = 2"
	adopt := w.config(both())
	w.settings = "max_people = 1"
	w.below(
		resource.TestStep{Config: adopt, ExpectNonEmptyPlan: true},
		resource.TestStep{Config: w.config(both()), ExpectError: only(true, "max_people = 1")},
	)
}

func TestAccessThatComesBackToManyPeopleIsPlannedAndNotRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	config := func() string {
		a := strings.ReplaceAll(imported("group_membership", okta.Tomas, terminated), "this", "a")
		b := strings.ReplaceAll(imported("group_membership", okta.Projects, terminated), "this", "b")
		return w.config(a + b)
	}
	w.settings = "max_people = 2"
	first := config()
	w.settings = "max_people = 1"
	w.below(
		resource.TestStep{Config: first},
		resource.TestStep{
			PreConfig: func() {
				w.org.AddToGroup(okta.Tomas, "VPN users")
				w.org.AddToGroup(okta.Projects, "VPN users")
			},
			Config:           config(),
			ConfigPlanChecks: before(expectRows("offboard_group_membership.a", "VPN users"), expectRows("offboard_group_membership.b", "VPN users")),
		},
	)
}

func TestTheOwnerOfTheCredentialIsRefused(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"account", "keys", "sessions", "group_membership"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.refused(w.config(imported(kind, okta.Service, terminated)), `Termination refused(.|\n)*credential`)
		})
	}
}

func TestTheLastSuperAdministratorIsRefused(t *testing.T) {
	t.Parallel()
	// Sam is one through a group, and the break-glass account by itself.
	for kind, last := range map[string]string{
		"account": okta.BreakGlass, "role_assignments": okta.BreakGlass, "authenticators": okta.BreakGlass, "group_membership": okta.Sam,
	} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			// The credential is an application's: it can't sign in to the Admin Console.
			w.application = okta.ServiceApp
			for _, other := range []string{okta.Service, okta.Sam, okta.BreakGlass} {
				if other != last {
					w.org.Deactivate(other)
				}
			}
			w.refused(w.config(imported(kind, last, terminated)), `Termination refused(.|\n)*only\s+super\s+administrator`)
		})
	}
}

func TestTheLastTwoSuperAdministratorsAreNotEachOthersStandIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.application = okta.ServiceApp
	w.org.Deactivate(okta.Service)
	both := imported("account", okta.BreakGlass, terminated) + strings.ReplaceAll(imported("account", okta.Sam, terminated), "this", "sam")
	w.refused(w.config(both), `Termination refused(.|\n)*only\s+super\s+administrator`)
}

func TestASuperAdministratorWhoIsNotTheLastMayGo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	// The only other one who can sign in has the role through a group.
	w.below(resource.TestStep{Config: w.config(imported("account", okta.BreakGlass, terminated)), Check: expectAccess("offboard_account.this")})
	w.check("status", "SUSPENDED", w.org.Status(okta.BreakGlass))
}

func TestASuccessorWhoCanNotReceiveIsRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ successor, pattern string }{
		"nobody named":        {"", "A successor is needed"},
		"the leaver":          {okta.Jane, "The successor is the leaver"},
		"somebody suspended":  {okta.Suspended, `can't receive anything(.|\n)*SUSPENDED`},
		"somebody gone":       {okta.Deprovisioned, `can't receive anything(.|\n)*DEPROVISIONED`},
		"somebody unknown":    {"no.such.person@acme.example", "can't receive anything"},
		"two of them":         {okta.Twice, `can't receive anything(.|\n)*2 accounts`},
		"not an address":      {"mei", "Not an email address"},
		"who is leaving, too": {okta.Omar, `leaving\s+too`},
		"the leaver's alias":  {"jane@acme.example", `is\s+jane.doe@acme.example\s+under\s+another\s+address`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			arguments := []string{terminated}
			if c.successor != "" {
				arguments = append(arguments, fmt.Sprintf("successor = %q", c.successor))
			}
			config := imported("group_ownership", okta.Jane, arguments...)
			w.org.SetAttribute(okta.Jane, "email", "jane@acme.example")
			if strings.Contains(name, "leaving") {
				config += strings.ReplaceAll(imported("group_membership", okta.Omar, terminated), "this", "omar")
			}
			w.refused(w.config(config), c.pattern)
		})
	}
}

func TestWhoLeavesNothingNeedsNoSuccessor(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.below(resource.TestStep{Config: w.config(imported("group_ownership", okta.Projects, terminated)), ConfigPlanChecks: before(expectRows("offboard_group_ownership.this"))})
}

package provider_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"

	"github.com/offboard/terraform-provider-offboard/internal/provider"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox/okta"
)

// A company is what stands behind a system's API.
type company interface {
	UserID(address string) string
	Snapshot(except string) string
}

// A life is the case of one kind in one system: what Jane holds of it, and what gives some of it back.
type life[C company] struct {
	arguments []string
	holds     []string
	// prepares is somebody else's doing before the exit, without which not all of it could go.
	prepares func(C)
	// returns is somebody else's doing after the exit, and returned what it brings back.
	returns  func(C)
	returned string
	// stays says that what returns can't be removed.
	stays bool
	// moves says that others are touched, because what goes goes to them.
	moves bool
	// acknowledged is how many of the rows can only be acknowledged.
	acknowledged int
}

// leaveGroups ends the memberships that give Jane roles and applications: what comes with a group goes with it.
func leaveGroups(org *okta.Org) {
	org.RemoveFromGroup(okta.Jane, "GitHub users")
	org.RemoveFromGroup(okta.Jane, "IT operators")
}

// every is one case a kind in Okta.
var every = map[string]life[*okta.Org]{
	"authenticators": {
		holds: []string{
			"password (of 2026-08-22)", "recovery email address", "recovery question", "Okta Verify (authenticator)", "Phone (authenticator)",
			"Email (authenticator)", "Security Key or Biometric (authenticator)", "security key (prepared, not used yet)",
			"sign-in through Google (identity provider, GOOGLE)",
		},
		returns:  func(org *okta.Org) { org.SetPassword(okta.Jane) },
		returned: "password (of 2026-11-20)", acknowledged: 2,
	},
	"sessions": {
		holds:    []string{"all sign-ins and OAuth tokens (the last sign-in on 2026-11-19 09:00 UTC)"},
		returns:  func(org *okta.Org) { org.SignIn(okta.Jane) },
		returned: "all sign-ins and OAuth tokens (the last sign-in on 2026-11-20 10:00 UTC)", acknowledged: 1,
	},
	"tokens": {
		holds: []string{
			"Metrics Console (consent to alerts:mute, alerts:read, alerts:write, billing:read and 21 more)",
			"Release Dashboard (consent to openid, releases:read)",
		},
		returns:  func(org *okta.Org) { org.IssueTokens(okta.Jane, "Metrics Console", 1) },
		returned: "Metrics Console (tokens, no consent)",
	},
	"account": {
		holds:    []string{"jane.doe@acme.example (ACTIVE)"},
		returns:  func(org *okta.Org) { org.Unsuspend(okta.Jane) },
		returned: "jane.doe@acme.example (ACTIVE)",
	},
	"keys": {
		holds:    []string{"jane-ci (API token of 2026-11-19)", "jane-laptop (API token of 2026-11-19)"},
		returns:  func(org *okta.Org) { org.CreateAPIToken(okta.Jane, "back door") },
		returned: "back door (API token of 2026-11-20)",
	},
	"group_membership": {
		holds:    []string{"Engineering (rule: Engineering by department)", "GitHub users", "IT operators", "On-call", "VPN users"},
		returns:  func(org *okta.Org) { org.AddToGroup(okta.Jane, "Project A") },
		returned: "Project A",
	},
	"role_assignments": {
		holds: []string{
			"Application Administrator", "Lifecycle operator (custom role over: Engineering people)", "Organizational Administrator (via group: IT operators)",
		},
		prepares: leaveGroups,
		returns:  func(org *okta.Org) { org.AssignRole(okta.Jane, okta.ReadOnlyAdmin) },
		returned: "Read-Only Administrator",
	},
	"app_assignments": {
		holds:    []string{"Datadog", "Figma", "GitHub (via group: GitHub users)", "Jira (via group: IT operators)"},
		prepares: leaveGroups,
		returns:  func(org *okta.Org) { org.AssignApp(okta.Jane, "Zoom") },
		returned: "Zoom",
	},
	"devices": {
		holds:    []string{"Jane's iPhone (ios)", "jane-mbp (macos)"},
		returns:  func(org *okta.Org) { org.LinkDevice(okta.Jane, "omar-thinkpad") },
		returned: "omar-thinkpad (windows)", stays: true,
	},
	"delegations": {
		arguments: []string{fmt.Sprintf("successor = %q", okta.Mei)},
		holds: []string{
			"Assistant of victor.almeida@acme.example (linked object)", "Manager of lena.novak@acme.example (linked object)",
			"Manager of omar.haddad@acme.example (linked object)", "Manager of tomas.silva@acme.example (linked object)",
		},
		returns:  func(org *okta.Org) { org.SetManager(okta.Nobody, okta.Jane) },
		returned: "Manager of quinn.abbott@acme.example (linked object)", moves: true,
	},
	"group_ownership": {
		arguments: []string{fmt.Sprintf("successor = %q", okta.Mei)},
		holds:     []string{"Engineering (owner)", "On-call (owner)"},
		returns:   func(org *okta.Org) { org.SetOwner(okta.Jane, "Project A") },
		returned:  "Project A (owner)", moves: true,
	},
}

func TestTheTableOfKindsIsTestedWhole(t *testing.T) {
	t.Parallel()
	for _, row := range provider.Kinds {
		if _, ok := every[row.Name]; row.Okta != nil && !ok {
			t.Errorf("no lifecycle test of %s in Okta", row.Name)
		}
		if _, ok := everyInGoogle[row.Name]; row.Google != nil && !ok {
			t.Errorf("no lifecycle test of %s in Google", row.Name)
		}
	}
}

func TestEveryKindIsWatchedThenRemovedThenKeptGone(t *testing.T) {
	t.Parallel()
	for kind, c := range every {
		t.Run("okta, "+kind, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			c.lead(w, w.org, "okta", kind)
		})
	}
	for kind, c := range everyInGoogle {
		t.Run("google, "+kind, func(t *testing.T) {
			t.Parallel()
			w := newGoogleWorld(t)
			c.lead(w, w.tenant, "google", kind)
		})
	}
}

// lead leads Jane through an exit, and through what comes after it.
func (c life[C]) lead(w *world, behind C, system, kind string) {
	w.Helper()
	const jane = okta.Jane // by the same address in every system
	address := "offboard_" + kind + ".this"
	watch := w.config(oneIn(system, kind, jane, c.arguments...))
	exit := w.config(oneIn(system, kind, jane, append(c.arguments, terminated)...))
	var others string
	writes := w.mark()

	w.run(
		resource.TestStep{
			Config: watch,
			Check: resource.ComposeTestCheckFunc(
				expectAccess(address, c.holds...),
				expectAttribute(address, "account", behind.UserID(jane)),
				expectAttribute(address, "removed.%", "0"),
				func(*terraformState) error { w.check("writes while watching", []string(nil), writes()); return nil },
			),
		},
		resource.TestStep{
			PreConfig: func() {
				if c.prepares != nil {
					c.prepares(behind)
				}
				others = behind.Snapshot(jane)
			},
			Config:           exit,
			ConfigPlanChecks: before(plancheck.ExpectResourceAction(address, plancheck.ResourceActionUpdate)),
			Check: resource.ComposeTestCheckFunc(
				expectAccess(address),
				expectAcknowledged(address, c.acknowledged),
				func(*terraformState) error {
					if len(writes()) == 0 {
						w.Errorf("nothing was asked of %s", system)
					}
					if !c.moves {
						w.check("everybody else", others, behind.Snapshot(jane))
					}
					return nil
				},
			),
		},
		resource.TestStep{Config: exit, ConfigPlanChecks: nothing},
		resource.TestStep{
			PreConfig:        func() { w.clock.Advance(time.Hour); c.returns(behind); writes = w.mark() },
			Config:           exit,
			ConfigPlanChecks: before(expectRows(address, c.returned), plancheck.ExpectResourceAction(address, plancheck.ResourceActionUpdate)),
			ExpectError:      only(c.stays, "Access remains"),
			Check:            expectAccess(address),
		},
		resource.TestStep{
			PreConfig: func() { writes = w.mark() },
			Config:    watch,
			Check: func(*terraformState) error {
				w.check("writes after terminated = false", []string(nil), writes())
				return nil
			},
		},
	)
	w.check("writes by destroying", []string(nil), writes())
}

// expectAcknowledged checks how many of the rows that were removed are not known to be gone by looking.
func expectAcknowledged(address string, want int) resource.TestCheckFunc {
	return func(s *terraformState) error {
		got := 0
		for key, value := range s.RootModule().Resources[address].Primary.Attributes {
			if strings.HasPrefix(key, "removed.") && strings.HasSuffix(key, ".assurance") && value == "acknowledged" {
				got++
			}
		}
		if got != want {
			return fmt.Errorf("of what %s removed %d are acknowledged, want %d", address, got, want)
		}
		return nil
	}
}

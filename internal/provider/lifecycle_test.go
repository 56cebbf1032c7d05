package provider_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"

	"github.com/offboard/terraform-provider-offboard/internal/provider"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox/okta"
)

// every is one case a kind: what Jane holds of it, and what gives some of it back.
var every = map[string]struct {
	arguments []string
	holds     []string
	// returns is somebody else's doing after the exit, and returned what it brings back.
	returns  func(*okta.Org)
	returned string
	// stays says that what returns can't be removed.
	stays bool
	// moves says that others are touched, because what goes goes to them.
	moves bool
	// acknowledged is how many of the rows can only be acknowledged.
	acknowledged int
}{
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
		returns:  func(org *okta.Org) { org.AssignRole(okta.Jane, okta.ReadOnlyAdmin) },
		returned: "Read-Only Administrator",
	},
	"app_assignments": {
		holds:    []string{"Datadog", "Figma", "GitHub (via group: GitHub users)", "Jira (via group: IT operators)"},
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
		if _, ok := every[row.Name]; !ok {
			t.Errorf("no lifecycle test of %s", row.Name)
		}
	}
}

func TestEveryKindIsWatchedThenRemovedThenKeptGone(t *testing.T) {
	t.Parallel()
	for kind, c := range every {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			address := "offboard_" + kind + ".this"
			watch := w.config(one(kind, okta.Jane, c.arguments...))
			exit := w.config(one(kind, okta.Jane, append(c.arguments, terminated)...))
			// What comes with a group goes with the group.
			groups := kind == "role_assignments" || kind == "app_assignments"
			others := w.org.Snapshot(okta.Jane)
			writes := w.mark()

			w.run(
				resource.TestStep{
					Config: watch,
					Check: resource.ComposeTestCheckFunc(
						expectAccess(address, c.holds...),
						expectAttribute(address, "account", w.org.UserID(okta.Jane)),
						expectAttribute(address, "removed.%", "0"),
						func(*terraformState) error { w.check("writes while watching", []string(nil), writes()); return nil },
					),
				},
				resource.TestStep{
					PreConfig: func() {
						if groups {
							w.org.RemoveFromGroup(okta.Jane, "GitHub users")
							w.org.RemoveFromGroup(okta.Jane, "IT operators")
						}
					},
					Config:           exit,
					ConfigPlanChecks: before(plancheck.ExpectResourceAction(address, plancheck.ResourceActionUpdate)),
					Check: resource.ComposeTestCheckFunc(
						expectAccess(address),
						func(*terraformState) error {
							if len(writes()) == 0 {
								t.Error("nothing was asked of Okta")
							}
							if !c.moves {
								w.check("everybody else", others, w.org.Snapshot(okta.Jane))
							}
							return nil
						},
					),
				},
				resource.TestStep{
					PreConfig:        func() { w.clock.Advance(time.Hour); c.returns(w.org); writes = w.mark() },
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
		})
	}
}

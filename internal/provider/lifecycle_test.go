package provider_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"

	"github.com/offboard/terraform-provider-offboard/internal/provider"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox/google"
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
	// block are arguments of the system's block in the provider's.
	block string
	holds []string
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

// Each kind has an org of its own, and all of them are in one configuration: it is the number of times that the
// CLI is run which takes the time. What returns and stays makes the apply fail, and is led below the CLI, as are those of
// the systems that have fewer kinds.
func TestEveryKindIsWatchedThenRemovedThenKeptGone(t *testing.T) {
	t.Parallel()
	for _, stays := range []bool{false, true} {
		t.Run(fmt.Sprintf("okta, what returns stays: %v", stays), func(t *testing.T) {
			t.Parallel()
			clk := morning()
			leadAll(t, every, stays, "okta", func() (*world, *okta.Org) {
				w := newWorldOn(t, clk, okta.HandlerOptions{})
				return w, w.org
			})
		})
	}
	t.Run("google", func(t *testing.T) {
		t.Parallel()
		clk := morning()
		leadAll(t, everyInGoogle, false, "google", func() (*world, *google.Tenant) {
			w := newGoogleWorldOn(t, clk)
			return w, w.tenant
		})
	})
}

// leadAll leads Jane through an exit of all the kinds, and through what comes after it.
func leadAll[C company](t *testing.T, kinds map[string]life[C], stays bool, system string, found func() (*world, C)) {
	t.Helper()
	const jane = okta.Jane // by the same address in every system
	var first *world
	var watch, exit string
	var prepare, giveBack, mark []func()
	var adopted, removed, gone []resource.TestCheckFunc
	var going, returning []plancheck.PlanCheck
	var untouched []func(when string) resource.TestCheckFunc
	for kind, c := range kinds {
		if stays && !c.stays {
			continue
		}
		w, behind := found()
		w.arguments = c.block
		if first == nil {
			first = w
		}
		address, writes, others := "offboard_"+kind+".this", w.mark(), ""
		name := strings.ReplaceAll(kind, "_", "-")
		first.names = append(first.names, name)
		watch += w.named(name, oneIn(system, kind, jane, c.arguments...))
		exit += w.named(name, oneIn(system, kind, jane, append(c.arguments, terminated)...))
		quiet := func(when string) resource.TestCheckFunc {
			return func(*terraformState) error { w.check(kind+": writes "+when, []string(nil), writes()); return nil }
		}
		untouched = append(untouched, quiet)
		adopted = append(adopted, expectAccess(address, c.holds...), expectAttribute(address, "account", behind.UserID(jane)),
			expectAttribute(address, "removed.%", "0"), expectRemarks(address), quiet("while watching"))
		prepare = append(prepare, func() {
			if c.prepares != nil {
				c.prepares(behind)
			}
			others = behind.Snapshot(jane)
		})
		going = append(going, plancheck.ExpectResourceAction(address, plancheck.ResourceActionUpdate))
		removed = append(removed, expectAccess(address), expectRemarks(address), expectAcknowledged(address, c.acknowledged), func(*terraformState) error {
			if len(writes()) == 0 {
				w.Errorf("nothing was asked of %s for %s", system, kind)
			}
			if !c.moves {
				w.check(kind+": everybody else", others, behind.Snapshot(jane))
			}
			return nil
		})
		if c.stays == stays {
			giveBack = append(giveBack, func() { c.returns(behind) })
			returning = append(returning, expectRows(address, c.returned), plancheck.ExpectResourceAction(address, plancheck.ResourceActionUpdate))
		} else {
			returning = append(returning, expectRows(address))
		}
		gone = append(gone, expectAccess(address))
		mark = append(mark, func() { writes = w.mark() })
	}
	each := func(dos []func()) {
		for _, do := range dos {
			do()
		}
	}
	quiet := func(when string) (checks []resource.TestCheckFunc) {
		for _, check := range untouched {
			checks = append(checks, check(when))
		}
		return checks
	}
	// What the CLI makes of it is the same whichever system is behind: as make test-tofu runs them, all are on a CLI.
	run := first.below
	if !stays && (system == "okta" || system == "google") {
		run = first.run
	}
	run(
		resource.TestStep{Config: watch, Check: resource.ComposeAggregateTestCheckFunc(adopted...)},
		resource.TestStep{
			PreConfig: func() { each(prepare) }, Config: exit, ConfigPlanChecks: before(going...),
			Check: resource.ComposeAggregateTestCheckFunc(removed...),
		},
		// That the plan which follows is empty is expected of each step.
		resource.TestStep{
			PreConfig:        func() { first.clock.Advance(time.Hour); each(giveBack) },
			Config:           exit,
			ConfigPlanChecks: before(returning...),
			ExpectError:      only(stays, "Access remains"),
			Check:            resource.ComposeAggregateTestCheckFunc(gone...),
		},
		resource.TestStep{
			PreConfig: func() { each(mark) }, Config: watch,
			Check: resource.ComposeAggregateTestCheckFunc(quiet("after terminated = false")...),
		},
	)
	for _, check := range quiet("by destroying") {
		_ = check(nil)
	}
}

// named is a resource with a provider of its own name.
func (w *world) named(name, body string) string {
	config := w.config(strings.Replace(body, "{\n", "{\n  provider = "+name+"\n", 1))
	return strings.Replace(config, "provider \"offboard\" {", fmt.Sprintf("provider %q {", name), 1)
}

// expectRemarks checks that notes and stays are there, and about nothing but what is held.
func expectRemarks(address string) resource.TestCheckFunc {
	return func(s *terraformState) error {
		attributes := s.RootModule().Resources[address].Primary.Attributes
		for _, name := range []string{"notes", "stays"} {
			if _, ok := attributes[name+".%"]; !ok {
				return fmt.Errorf("%s of %s is null", name, address)
			}
			for key := range attributes {
				id, ok := strings.CutPrefix(key, name+".")
				if _, held := attributes["access."+id]; ok && id != "%" && !held {
					return fmt.Errorf("%s of %s is about %s, which is not held", name, address, id)
				}
			}
		}
		return nil
	}
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

package provider_test

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"

	"github.com/offboard/terraform-provider-offboard/internal/sandbox/google"
)

func TestMailSettingsOfASuspendedAccountAreNoRowsAndNotSaidToBeRemoved(t *testing.T) {
	t.Parallel()
	w := newGoogleWorld(t)
	const delegations = "offboard_delegations.this"
	exit := w.config(importedIn("google", "delegations", google.Jane, terminated, toMei))
	w.below(
		resource.TestStep{Config: exit, Check: expectAccess(delegations)},
		resource.TestStep{
			// The night after: nothing to do, and nothing that pretends to be known.
			PreConfig: func() { w.tenant.Suspend(google.Jane) }, Config: exit, ConfigPlanChecks: nothing,
			Check: resource.ComposeTestCheckFunc(expectAccess(delegations), expectAttribute(delegations, "removed.%", "13")),
		},
		resource.TestStep{
			// What was given to somebody in the meantime shows as soon as the account is active.
			PreConfig: func() {
				w.tenant.AddMailDelegate(google.Jane, google.Mei)
				w.tenant.Unsuspend(google.Jane)
			},
			Config:           exit,
			ConfigPlanChecks: before(expectRows(delegations, "mei.tanaka@acme.example (reads and sends their mail)")),
			Check:            expectAccess(delegations),
		},
		resource.TestStep{
			PreConfig: func() { w.tenant.AddMailDelegate(google.Jane, google.Omar) },
			Config:    exit, PlanOnly: true, ExpectNonEmptyPlan: true,
		},
		resource.TestStep{
			// A row of the last plan that can be seen no more is no row now, and not gone either.
			PreConfig: func() { w.tenant.Suspend(google.Jane) }, Config: exit, ConfigPlanChecks: nothing,
			Check: resource.ComposeTestCheckFunc(expectAccess(delegations), expectAttribute(delegations, "removed.%", "14")),
		},
		resource.TestStep{
			PreConfig: func() { w.tenant.Unsuspend(google.Jane) }, Config: exit,
			ConfigPlanChecks: before(expectRows(delegations, "omar.haddad@acme.example (reads and sends their mail)")),
			Check:            expectAccess(delegations),
		},
	)
}

func TestMailSettingsThatAreToGoAfterTheAccountRemainAndTheErrorSaysInWhichOrder(t *testing.T) {
	t.Parallel()
	w := newGoogleWorld(t)
	const delegations = "offboard_delegations.this"
	exit := importedIn("google", "delegations", google.Jane, terminated, toMei)
	w.below(
		resource.TestStep{Config: w.config(oneIn("google", "delegations", google.Jane))},
		resource.TestStep{
			Config: w.config(exit),
			ConfigPlanChecks: before(
				plancheck.ExpectResourceAction(delegations, plancheck.ResourceActionUpdate),
				meanwhile(func() { w.tenant.Suspend(google.Jane) }),
			),
			ExpectError: only(true, `(?s)Access remains,\s+out\s+of\s+reach.*not\s+gone.*offboard_account\s+\(depends_on\)`),
		},
		resource.TestStep{
			Config: w.config(exit), ConfigPlanChecks: nothing,
			Check: resource.ComposeTestCheckFunc(expectAccess(delegations), expectAttribute(delegations, "removed.%", "0")),
		},
		resource.TestStep{
			PreConfig: func() { w.tenant.Unsuspend(google.Jane) }, Config: w.config(exit),
			ConfigPlanChecks: before(expectRows(delegations, everyInGoogle["delegations"].holds...)),
			Check:            expectAccess(delegations),
		},
	)
}

func TestWhatCanNotBeSeenOfASuspendedAccountIsSaid(t *testing.T) {
	t.Parallel()
	s, tenant := newGoogleShell(t, importedIn("google", "delegations", google.Jane, terminated))
	s.workspace.Env = append(s.workspace.Env, "GOOGLE_IMPERSONATE_SERVICE_ACCOUNT="+google.ServiceAccount, "GOOGLE_OAUTH_ACCESS_TOKEN="+google.CallerToken)
	s.do(0, "init")
	tenant.Suspend(google.Jane)
	s.says(s.do(2, "plan", "-no-color", "-detailed-exitcode"), "Can't be seen in this state of the account", "mail delegates (the account is suspended)", "not known to be gone")
	s.do(0, "apply", "-auto-approve")
	// From then on it is said no more: nothing has changed.
	if out := s.do(0, "plan", "-no-color", "-detailed-exitcode"); strings.Contains(out, "Warning") {
		t.Errorf("warned again:\n%s", out)
	}
	tenant.Unsuspend(google.Jane)
	s.do(0, "apply", "-refresh-only", "-auto-approve")
	tenant.Suspend(google.Jane)
	s.says(s.do(0, "plan", "-no-color", "-detailed-exitcode"), "Rows out of reach", "omar.haddad@acme.example (reads and sends their mail)", "not recorded as removed")
}

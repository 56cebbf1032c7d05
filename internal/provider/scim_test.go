package provider_test

import (
	"fmt"
	"regexp"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"

	"github.com/offboard/terraform-provider-offboard/internal/clock"
	"github.com/offboard/terraform-provider-offboard/internal/provider"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox/conform"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox/scim"
)

// newSCIMWorldOn is a world with an application in it that is called wiki, of one vendor's kind.
func newSCIMWorldOn(t *testing.T, clk *clock.Fake, profile string) (*world, *scim.App) {
	t.Helper()
	app := scim.NewApp(sandbox.Acme(), clk)
	w := newWorldOver(t, clk, app.Handler(scim.HandlerOptions{Dialect: scim.Dialects[profile]}), conform.SCIM(t, scim.Base), func(w *world) string {
		return fmt.Sprintf("scim = {\n    wiki = {\n      url = %q\n      token = %q\n      profile = %q\n      %s\n    }\n  }",
			w.server.URL()+scim.Base, scim.Token, profile, w.arguments)
	})
	return w, app
}

// everyInSCIM is one case a kind in an application of which only the standard is known.
var everyInSCIM = map[string]life[*scim.App]{
	"account": {
		arguments: []string{`disposition = "deactivate"`},
		holds:     []string{"jane.doe@acme.example (active)"},
		returns:   func(app *scim.App) { app.SetActive(scim.Jane, true) },
		returned:  "jane.doe@acme.example (active)",
	},
	"group_membership": {
		holds:    []string{"Engineering", "Leads", "On-call"},
		returns:  func(app *scim.App) { app.AddToGroup(scim.Jane, "Admins") },
		returned: "Admins",
	},
	"role_assignments": {
		holds:    []string{"Billing [billing] (finance)", "Workspace Admin [workspace_admin]"},
		returns:  func(app *scim.App) { app.AddRole(scim.Jane, "auditor") },
		returned: "auditor",
	},
	"app_assignments": {
		holds:    []string{"Analytics [analytics]", "Premium seat [premium] (licence)"},
		returns:  func(app *scim.App) { app.AddEntitlement(scim.Jane, "export") },
		returned: "export",
	},
}

func TestEveryKindOfAnApplicationIsWatchedThenRemovedThenKeptGone(t *testing.T) {
	t.Parallel()
	for _, row := range provider.Kinds {
		if _, ok := everyInSCIM[row.Name]; row.SCIM != nil && !ok {
			t.Errorf("no lifecycle test of %s in an application", row.Name)
		}
	}
	clk := morning()
	leadAll(t, everyInSCIM, false, "wiki", func() (*world, *scim.App) { return newSCIMWorldOn(t, clk, "generic") })
}

func TestAnApplicationsAccountIsImportedAndDeletedInOnePlan(t *testing.T) {
	t.Parallel()
	w, app := newSCIMWorldOn(t, morning(), "pagerduty")
	w.below(
		resource.TestStep{
			Config:      w.config(oneIn("wiki", "account", scim.Jane)),
			ExpectError: regexp.MustCompile(`(?s)Unknown disposition.*this system does not have\s+it.*"delete"`),
		},
		resource.TestStep{
			Config:      w.config(importedIn("wiki", "account", scim.Owner, `disposition = "delete"`, terminated)),
			ExpectError: regexp.MustCompile(`(?s)Termination refused.*grace.kim@acme.example\s+is\s+the\s+owner`),
		},
		resource.TestStep{
			Config:           w.config(importedIn("wiki", "account", scim.Jane, `disposition = "delete"`, terminated)),
			ConfigPlanChecks: before(expectRows("offboard_account.this", "jane.doe@acme.example (active)"), plancheck.ExpectNonEmptyPlan()),
			Check:            resource.ComposeAggregateTestCheckFunc(expectAccess("offboard_account.this")),
		},
	)
	if app.Exists(scim.Jane) {
		t.Error("the account is still there")
	}
}

func TestTheOwnerOfAnApplicationsTokenIsRefusedAtPlan(t *testing.T) {
	t.Parallel()
	w, _ := newSCIMWorldOn(t, morning(), "generic")
	writes := w.mark()
	w.below(resource.TestStep{
		Config:      w.config(importedIn("wiki", "account", scim.TokenOwner, `disposition = "deactivate"`, terminated)),
		ExpectError: regexp.MustCompile("Termination refused"),
	})
	w.check("writes", []string(nil), writes())
}

func TestAnApplicationThatIsMisnamedOrMistypedIsRefusedWithWhatThereIs(t *testing.T) {
	t.Parallel()
	w, _ := newSCIMWorldOn(t, morning(), "generic")
	body := oneIn("wiki", "group_membership", scim.Jane)
	block := func(inside string) string {
		return "provider \"offboard\" {\n  scim = {\n" + inside + "\n  }\n}\n" + body
	}
	good := fmt.Sprintf("{ url = %q, token = \"t\" }", w.server.URL()+scim.Base)
	w.below(
		resource.TestStep{Config: w.config(oneIn("wikki", "group_membership", scim.Jane)), ExpectError: regexp.MustCompile(`(?s)does not\s+configure\s+it;\s+configured:\s+wiki`)},
		resource.TestStep{Config: w.config(oneIn("wiki", "sessions", scim.Jane)), ExpectError: regexp.MustCompile(`(?s)offboard_sessions has no system "wiki"`)},
		resource.TestStep{Config: block("okta = " + good), ExpectError: regexp.MustCompile(`(?s)"okta" is a system of its\s+own`)},
		resource.TestStep{Config: block("Wiki = " + good), ExpectError: regexp.MustCompile(`(?s)"Wiki" can't be the name of an\s+application`)},
		resource.TestStep{Config: block("a-b = " + good + "\na_b = " + good), ExpectError: regexp.MustCompile(`(?s)the\s+same\s+environment\s+variable`)},
		resource.TestStep{Config: block(fmt.Sprintf("wiki = { url = %q }", w.server.URL())), ExpectError: regexp.MustCompile(`(?s)wiki can't be used as configured.*OFFBOARD_SCIM_WIKI_TOKEN`)},
		resource.TestStep{Config: block(`wiki = { url = "http://wiki.example", token = "t" }`), ExpectError: regexp.MustCompile(`(?s)only\s+https`)},
	)
}

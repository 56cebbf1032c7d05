package provider_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/offboard"
	"github.com/offboard/terraform-provider-offboard/internal/provider"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox/okta"
	systemokta "github.com/offboard/terraform-provider-offboard/internal/system/okta"
)

func TestBadInputIsRefusedBeforeAnythingIsAsked(t *testing.T) {
	t.Parallel()
	change := func(kind string, replace ...string) string {
		return strings.NewReplacer(replace...).Replace(one(kind, okta.Jane))
	}
	for name, c := range map[string]struct{ config, pattern string }{
		"an email that isn't one":        {change("sessions", okta.Jane, "jane"), "Not an email address"},
		"a name with an email":           {change("sessions", okta.Jane, "Jane <jane@acme.example>"), "Not an email address"},
		"a system that nobody has":       {change("sessions", `"okta"`, `"otka"`), `Unknown system`},
		"a tolerate date that isn't one": {one("sessions", okta.Jane, `tolerate = { sessions = "31.12.2026" }`), "Not a time"},
		"a date without a time zone":     {one("sessions", okta.Jane, `tolerate = { sessions = "2026-12-31" }`), "Not a time"},
		"an empty grant":                 {one("sessions", okta.Jane, `tolerate = { "" = "2026-12-31T00:00:00Z" }`), `string length`},
		"an empty account":               {one("sessions", okta.Jane, `account = ""`), `string length`},
		"a disposition nobody has":       {one("account", okta.Jane, `disposition = "obliterate"`), `value must be one of`},
		"a disposition Okta lacks":       {one("account", okta.Jane, `disposition = "archive"`), `(?s)Unknown disposition.*"suspend",\s+"deactivate"\s+and\s+"delete"`},
		"a successor that isn't one":     {one("delegations", okta.Jane, `successor = "mei"`), "Not an email address"},
		"the leaver as successor":        {one("delegations", okta.Jane, fmt.Sprintf("successor = %q", strings.ToUpper(okta.Jane))), "The successor is the leaver"},
		"a successor where none is":      {one("sessions", okta.Jane, fmt.Sprintf("successor = %q", okta.Mei)), `Unsupported argument`},
		"a timeout that isn't one":       {one("sessions", okta.Jane, `timeouts = { read = "soon" }`), `(?s)must be a\s+string|time duration`},
		"an import id of nothing":        {strings.ReplaceAll(imported("sessions", okta.Jane), "okta/"+okta.Jane, "jane"), "Not an import id"},
		"an import id without a person":  {strings.ReplaceAll(imported("sessions", okta.Jane), "okta/"+okta.Jane, "okta/jane"), "Not an import id"},
		"an import id of another system": {strings.ReplaceAll(imported("sessions", okta.Jane), "okta/"+okta.Jane, "slack/"+okta.Jane), "Unknown system"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.below(resource.TestStep{Config: w.config(c.config), ExpectError: only(true, c.pattern)})
			if requests := w.server.Requests(); len(requests) != 0 {
				t.Errorf("%d requests were made, the first %s", len(requests), requests[0].Path)
			}
		})
	}
}

func TestASystemThatIsNotConfiguredIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.below(
		resource.TestStep{Config: "provider \"offboard\" {}\n" + one("sessions", okta.Jane), ExpectError: only(true, `(?s)Unknown system.*does\s+not\s+configure`)},
		resource.TestStep{Config: w.config(one("sessions", okta.Jane))},
		// It is in the state, and then not in the provider block: that is not clean either.
		resource.TestStep{Config: "provider \"offboard\" {}\n" + one("sessions", okta.Jane), ExpectError: only(true, `(?s)Could not check.*does\s+not\s+configure`)},
		resource.TestStep{Config: w.config(one("sessions", okta.Jane)), ConfigPlanChecks: nothing},
	)
}

func TestAKindThatASystemDoesNotHaveIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.kinds = []provider.Row{
		{Kind: offboard.Kind{Name: "sessions"}, Okta: systemokta.Sessions},
		{Kind: offboard.Kind{Name: "licenses"}},
	}
	w.below(resource.TestStep{Config: w.config(one("licenses", okta.Jane)), ExpectError: only(true, `Unknown system(.|\n)*offboard_licenses\s+has\s+no\s+system\s+"okta"`)})
}

func TestAProviderThatCanNotWorkIsRefusedAtTheArgument(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ block, pattern string }{
		"http over a network":   {`okta = { org_url = "http://acme.okta.com", api_token = "t" }`, `only\s+https`},
		"not a URL":             {`okta = { org_url = "acme", api_token = "t" }`, `is\s+not\s+a\s+URL`},
		"no org":                {`okta = { api_token = "t" }`, `which\s+org`},
		"the Admin Console":     {`okta = { org_url = "https://acme-admin.okta.com", api_token = "t" }`, `Admin\s+Console`},
		"no credential":         {`okta = { org_url = "https://acme.okta.com" }`, `no\s+credential`},
		"two credentials":       {`okta = { org_url = "https://acme.okta.com", api_token = "t", client_id = "0oa1", private_key = "k" }`, `exclude`},
		"a key that isn't one":  {`okta = { org_url = "https://acme.okta.com", client_id = "0oa1", private_key = "nope" }`, `private_key`},
		"nobody may be planned": {`max_people = 0`, `at\s+least\s+1`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.below(resource.TestStep{Config: "provider \"offboard\" {\n  " + c.block + "\n}\n" + one("sessions", okta.Jane), ExpectError: only(true, c.pattern)})
		})
	}
}

func TestAnAccountThatIsNamedHasToBeThere(t *testing.T) {
	t.Parallel()
	for name, account := range map[string]string{"no such id": "00uNobodyHasThisId00", "a login for an id": okta.Jane} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.below(resource.TestStep{
				Config:      w.config(one("sessions", okta.Jane, fmt.Sprintf("account = %q", account))),
				ExpectError: only(true, `No such account|is\s+not\s+the\s+id`),
			})
		})
	}
}

func TestAnotherPersonOrAccountIsAnotherResource(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	writes := w.mark()
	w.below(
		resource.TestStep{Config: w.config(one("group_membership", okta.Jane))},
		resource.TestStep{
			// The rows of the one must not be removed from the other.
			Config:             w.config(one("group_membership", okta.Projects, terminated)),
			ConfigPlanChecks:   before(plancheck.ExpectResourceAction(groups, plancheck.ResourceActionReplace)),
			Check:              expectAccess(groups, projects...),
			ExpectNonEmptyPlan: true,
		},
		resource.TestStep{
			Config:             w.config(one("group_membership", okta.Projects, terminated, fmt.Sprintf("account = %q", w.org.UserID(okta.Omar)))),
			ConfigPlanChecks:   before(plancheck.ExpectResourceAction(groups, plancheck.ResourceActionReplace)),
			ExpectNonEmptyPlan: true,
		},
	)
	w.check("writes", []string(nil), writes())
}

func TestAnotherSpellingOfTheAddressIsTheSamePerson(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.below(
		resource.TestStep{Config: w.config(one("group_membership", okta.Projects))},
		resource.TestStep{
			Config:           w.config(one("group_membership", "Jordan.Poor@Acme.Example")),
			ConfigPlanChecks: before(plancheck.ExpectResourceAction(groups, plancheck.ResourceActionUpdate)),
			Check:            expectAccess(groups, projects...),
		},
	)
}

func TestAnExitWhosePlanCouldNotShowEverythingIsRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ kind, argument, attribute string }{
		"whether":    {"group_membership", `terminated = terraform_data.later.output == "x"`, "terminated"},
		"save what":  {"group_membership", `terminated = true` + "\n" + `tolerate = { "00g1" = terraform_data.later.output }`, "tolerate"},
		"to whom":    {"group_ownership", `terminated = true` + "\n" + `successor = terraform_data.later.output`, "successor"},
		"what of it": {"account", `terminated = true` + "\n" + `disposition = terraform_data.later.output`, "disposition"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			later := "resource \"terraform_data\" \"later\" {\n  input = \"suspend\"\n}\n"
			w.run(resource.TestStep{
				Config:      w.config(later + imported(c.kind, okta.Jane, c.argument)),
				ExpectError: only(true, `(?s)Not known when the plan is made.*`+c.attribute),
			})
		})
	}
}

func TestAnUnknownProviderConfigurationPlansNothingAndClaimsNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	later := func(body string) string {
		return strings.Replace(w.config(body), fmt.Sprintf("api_token = %q", w.token), "api_token = terraform_data.later.output", 1) +
			fmt.Sprintf("resource \"terraform_data\" \"later\" {\n  input = %q\n}\n", w.token)
	}
	w.run(
		// New: nothing is listed, and nothing shown, until the credential is there.
		resource.TestStep{Config: later(one("group_membership", okta.Projects)), Check: expectAccess(groups, projects...)},
	)
	w = newWorld(t)
	w.run(
		resource.TestStep{Config: w.config(one("group_membership", okta.Projects))},
		resource.TestStep{Config: later(one("group_membership", okta.Projects)), ExpectError: only(true, `(?s)Could not check.*not\s+been\s+applied\s+yet`)},
	)
}

func TestReadOnlySendsNothingThatCouldChangeAnything(t *testing.T) {
	t.Parallel()
	t.Run("okta", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		changesNothing(w, w.org, "okta", every)
	})
	t.Run("google", func(t *testing.T) {
		t.Parallel()
		w := newGoogleWorld(t)
		changesNothing(w, w.tenant, "google", everyInGoogle)
	})
}

func changesNothing[C company](w *world, behind C, system string, kinds map[string]life[C]) {
	w.Helper()
	w.settings = "read_only = true"
	var body string
	var rows []plancheck.PlanCheck
	for kind, c := range kinds {
		body += importedIn(system, kind, okta.Jane, append(c.arguments, terminated)...)
		rows = append(rows, expectRows("offboard_"+kind+".this", c.holds...))
	}
	config, writes, everything := w.config(body), w.mark(), behind.Snapshot(okta.Mei)
	w.below(
		resource.TestStep{Config: config, ConfigPlanChecks: before(rows...), ExpectError: only(true, `(?s)Access remains.*read_only`)},
		// Every row is still there.
		resource.TestStep{Config: config, ConfigPlanChecks: before(rows...), ExpectError: only(true, `(?s)Access remains.*read_only`)},
	)
	w.check("writes", []string(nil), writes())
	w.check("everything", everything, behind.Snapshot(okta.Mei))
}

// Dispositions.

func TestEachDispositionEndsWhereItSays(t *testing.T) {
	t.Parallel()
	for disposition, want := range map[access.Disposition]string{access.Suspend: "SUSPENDED", access.Deactivate: "DEPROVISIONED", access.Delete: ""} {
		t.Run(string(disposition), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			exit := w.config(imported("account", okta.Projects, terminated, fmt.Sprintf("disposition = %q", disposition)))
			w.below(
				resource.TestStep{
					Config:           exit,
					ConfigPlanChecks: before(expectRows("offboard_account.this", "jordan.poor@acme.example (ACTIVE)")),
					Check:            expectAccess("offboard_account.this"),
				},
				resource.TestStep{Config: exit, ConfigPlanChecks: nothing},
			)
			if want == "" {
				w.check("is still there", false, w.org.HasUser(okta.Projects))
				return
			}
			w.check("status", want, w.org.Status(okta.Projects))
			w.check("groups are kept by the account's end", 6, len(w.org.Groups(okta.Projects)))
		})
	}
}

func TestSuspendIsRefusedWhereOktaWouldAndNothingHarsherIsDone(t *testing.T) {
	t.Parallel()
	for _, person := range []string{okta.Staged, okta.Provisioned, okta.Recovery, okta.LockedOut, okta.PasswordExpired} {
		t.Run(person, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			status := w.org.Status(person)
			w.refused(w.config(imported("account", person, terminated)), `(?s)Termination refused.*`+status+`.*deactivate`)
			w.check("status", status, w.org.Status(person))
			w.below(resource.TestStep{Config: w.config(imported("account", person, terminated, `disposition = "deactivate"`)), Check: expectAccess("offboard_account.this")})
			w.check("status", "DEPROVISIONED", w.org.Status(person))
		})
	}
}

func TestWhatHasReachedTheDispositionIsClean(t *testing.T) {
	t.Parallel()
	for person, disposition := range map[string]string{okta.Suspended: "suspend", okta.Deprovisioned: "deactivate"} {
		t.Run(disposition, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			writes := w.mark()
			w.below(resource.TestStep{
				Config:           w.config(imported("account", person, terminated, fmt.Sprintf("disposition = %q", disposition))),
				ConfigPlanChecks: before(expectRows("offboard_account.this")),
				Check:            expectAccess("offboard_account.this"),
			})
			w.check("writes", []string(nil), writes())
		})
	}
}

func TestAHarsherDispositionIsShownBeforeItIsDone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const account = "offboard_account.this"
	suspended := w.config(imported("account", okta.Projects, terminated))
	deleted := w.config(imported("account", okta.Projects, terminated, `disposition = "delete"`))
	w.below(
		resource.TestStep{Config: suspended, Check: expectAccess(account)},
		resource.TestStep{
			// The suspended account did not count. It begins to, and is not removed by the plan that could not
			// show it going.
			Config:             deleted,
			ConfigPlanChecks:   before(expectRows(account)),
			Check:              expectAccess(account, "jordan.poor@acme.example (SUSPENDED)"),
			ExpectNonEmptyPlan: true,
		},
		resource.TestStep{
			PreConfig:        func() { w.check("status", "SUSPENDED", w.org.Status(okta.Projects)) },
			Config:           deleted,
			ConfigPlanChecks: before(expectRows(account, "jordan.poor@acme.example (SUSPENDED)")),
			Check:            expectAccess(account),
		},
	)
	w.check("is still there", false, w.org.HasUser(okta.Projects))
}

func TestAnAccountIsNotDeletedWhileSomethingIsLeftToTransfer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	exit := imported("account", okta.Jane, terminated, `disposition = "delete"`)
	successor := fmt.Sprintf("successor = %q", okta.Mei)
	w.below(
		resource.TestStep{Config: w.config(exit), ExpectError: only(true, `(?s)Access remains.*offboard_(delegations|group_ownership)`)},
		resource.TestStep{
			PreConfig: func() { w.check("is still there", "ACTIVE", w.org.Status(okta.Jane)) },
			Config: w.config(strings.ReplaceAll(exit, "terminated", "depends_on = [offboard_delegations.this, offboard_group_ownership.this]\n  terminated") +
				imported("delegations", okta.Jane, terminated, successor) + imported("group_ownership", okta.Jane, terminated, successor)),
			Check: expectAccess("offboard_account.this"),
		},
	)
	w.check("is still there", false, w.org.HasUser(okta.Jane))
	w.check("the reports' manager", []string{okta.Mei, okta.Mei, okta.Mei}, []string{w.org.Manager(okta.Omar), w.org.Manager(okta.Lena), w.org.Manager(okta.Tomas)})
}

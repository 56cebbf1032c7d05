package provider_test

import (
	"archive/zip"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"

	"github.com/offboard/terraform-provider-offboard/internal/clock"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox/conform"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox/google"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox/okta"
)

// everyInGoogle is one case a kind in Google.
var everyInGoogle = map[string]life[*google.Tenant]{
	"authenticators": {
		holds: []string{
			"password (the last sign-in on 2026-11-19 09:00 UTC)", "recovery email address", "recovery phone", "backup codes",
			"2-step verification (with every second step)",
		},
		returns:  func(tenant *google.Tenant) { tenant.SignIn(google.Jane) },
		returned: "password (the last sign-in on 2026-11-20 10:00 UTC)", acknowledged: 1,
	},
	"sessions": {
		holds:    []string{"all web and device sign-ins (the last sign-in on 2026-11-19 09:00 UTC)"},
		returns:  func(tenant *google.Tenant) { tenant.SignIn(google.Jane) },
		returned: "all web and device sign-ins (the last sign-in on 2026-11-20 10:00 UTC)", acknowledged: 1,
	},
	"tokens": {
		holds: []string{
			"Superhuman (may use contacts.readonly, https://mail.google.com, userinfo.email)", "Notion (may use drive.file, userinfo.email, userinfo.profile)",
		},
		returns:  func(tenant *google.Tenant) { tenant.Authorize(google.Jane, google.NotesApp, "calendar") },
		returned: "Notion (may use calendar)",
	},
	"account": {
		holds:    []string{"jane.doe@acme.example (active)"},
		returns:  func(tenant *google.Tenant) { tenant.Unsuspend(google.Jane) },
		returned: "jane.doe@acme.example (active)",
	},
	"keys": {
		holds:    []string{"Thunderbird (app password of 2023-11-21)", "Office scanner (app password of 2023-11-21)"},
		returns:  func(tenant *google.Tenant) { tenant.CreateAppPassword(google.Jane, "back door") },
		returned: "back door (app password of 2026-11-20)",
	},
	"group_membership": {
		holds: []string{
			"Desk admins (desk-admins@acme.example)", "Engineering (engineering@acme.example)", "On call (on-call@acme.example)",
			"Social (social@acme.example)",
		},
		prepares: func(tenant *google.Tenant) { tenant.AddToGroup(google.Omar, google.OnCall, google.Owner) },
		returns:  func(tenant *google.Tenant) { tenant.AddToGroup(google.Jane, "project-a@acme.example", google.Member) },
		returned: "Project A (project-a@acme.example)",
	},
	"role_assignments": {
		holds: []string{
			"Directory readers", "User Management Administrator (over the organizational unit 03ph8a2z8z9exlw)",
			"User Management Administrator (via group: IT admins)", "Help Desk Administrator (via group: Desk admins)",
		},
		prepares: func(tenant *google.Tenant) {
			tenant.RemoveFromGroup(google.Jane, google.OnCall)
			tenant.RemoveFromGroup(google.Jane, google.DeskAdmins)
		},
		returns:  func(tenant *google.Tenant) { tenant.AssignRole(google.Jane, google.HelpDeskRole) },
		returned: "Help Desk Administrator",
	},
	"devices": {
		holds: []string{
			"iPhone 15 (their own, ios, approved)", "Pixel 8 (their own, android, approved)", "Pixel Tablet (the company's, android, approved)",
			"Latitude 7440 (the company's, windows, approved)", "Chromebook Spin 714 (ChromeOS, serial number 5CD3318644)", "Chromebox CXI5 (ChromeOS, serial number 5CD2189244)",
		},
		returns:  func(tenant *google.Tenant) { tenant.Enroll(google.Jane, "Pixel 9", "ANDROID", false) },
		returned: "Pixel 9 (their own, android, approved)", acknowledged: 4,
	},
	"delegations": {
		arguments: []string{toMei}, moves: true,
		holds: []string{
			"On-call rota (calendar they own)", "Team holidays (calendar they own)",
			"omar.haddad@acme.example (sees its events)", "Releases of omar.haddad@acme.example (changes its events)",
			"omar.haddad@acme.example (reads and sends their mail)", "sam.reed@acme.example (reads and sends their mail, pending)",
			"jane@personal.example (forwarding address)", "jane.doe@partner.example (forwarding address, pending)",
			"jane@personal.example (all mail is forwarded there)",
			"jane@personal.example (the filter ANe1Bf8c49b90n2qbk6o0yq68 forwards there)", "jane@personal.example (the filter ANe1B0zr9dr9fha4w2m7pex5e forwards there)",
			"jane@personal.example (sends as)", "press@acme.example (sends as)",
		},
		returns:  func(tenant *google.Tenant) { tenant.CreateCalendar(google.Jane, "Reunion") },
		returned: "Reunion (calendar they own)",
	},
	"received_delegations": {
		holds: []string{
			"the mailbox of mei.tanaka@acme.example (they read and send its mail)",
			"omar.haddad@acme.example (sees its events)", "Releases of omar.haddad@acme.example (changes its events)",
		},
		returns:  func(tenant *google.Tenant) { tenant.AddMailDelegate(google.Lena, google.Jane) },
		returned: "the mailbox of lena.novak@acme.example (they read and send its mail)",
	},
	"group_ownership": {
		arguments: []string{toMei},
		holds:     []string{"Engineering (owner)", "On call (owner)"},
		returns:   func(tenant *google.Tenant) { tenant.AddToGroup(google.Jane, google.Social, google.Owner) },
		returned:  "Social (owner)", moves: true,
	},
	"drive_ownership": {
		arguments: []string{toMei},
		holds:     []string{"My Drive (files: 5, private: 2, shared outside acme.example: 2; in the trash, which does not move: 1)"},
		returns:   func(tenant *google.Tenant) { tenant.CreateFile(google.Jane, "Copy of everything") },
		returned:  "My Drive (files: 1, private: 1, shared outside acme.example: 0; in the trash, which does not move: 1)", moves: true,
	},
	"calendar_ownership": {
		arguments: []string{toMei},
		holds:     []string{"primary calendar (events to come with guests: 2; private or without guests, which do not move: 1)"},
		returns:   func(tenant *google.Tenant) { tenant.Invite(google.Jane, "Reunion", google.Omar) },
		returned:  "primary calendar (events to come with guests: 1; private or without guests, which do not move: 1)", moves: true,
	},
	"licenses": {
		// The clock is everybody's, and to ask for a product takes a second.
		block:    `license_products = ["Google-Apps", "101033"]`,
		holds:    []string{"Google Voice Standard (Google Voice)", "Google Workspace Business Plus (Google Workspace)"},
		returns:  func(tenant *google.Tenant) { tenant.License(google.Jane, google.Voice, google.VoiceStandard) },
		returned: "Google Voice Standard (Google Voice)",
	},
	"dashboard_ownership": {
		arguments: []string{toMei},
		holds:     []string{"Looker Studio (whatever they own there: it can't be listed)"},
		returns:   func(tenant *google.Tenant) { tenant.CreateDashboard(google.Jane, "Back again") },
		returned:  "Looker Studio (whatever they own there: it can't be listed)", moves: true, acknowledged: 1,
	},
	"shared_drives": {
		arguments: []string{toMei},
		holds:     []string{"Platform handbook (the only manager)", "Incident reviews (manager)", "Runbooks (manager)", "Brand assets (viewer)"},
		returns:   func(tenant *google.Tenant) { tenant.ShareDrive(google.Books, google.Jane, google.FileOrganizer) },
		returned:  "Books (content manager)", moves: true,
	},
}

func TestAGoogleBlockThatCanNotWorkIsRefusedAtTheArgument(t *testing.T) {
	t.Parallel()
	const admin, account = `admin = "a@acme.example"`, `impersonate_service_account = "s@p.iam.gserviceaccount.com"`
	block := func(arguments ...string) string { return "google = {\n" + strings.Join(arguments, "\n") + "\n}" }
	for name, c := range map[string]struct{ block, pattern string }{
		"nobody to act as":          {block(account), `(?s)in\s+whose\s+name.*GOOGLEWORKSPACE_IMPERSONATED_USER_EMAIL`},
		"no address to act as":      {block(account, `admin = "admin"`), `(?s)"admin"\s+is\s+not\s+an\s+email`},
		"no credential":             {block(admin), `(?s)no\s+credential.*GOOGLE_IMPERSONATE_SERVICE_ACCOUNT`},
		"no service account":        {block(admin, `impersonate_service_account = "s"`), `(?s)not\s+the\s+address\s+of\s+a\s+service\s+account`},
		"a file that is not there":  {block(admin, `credentials = "/nowhere.json"`), `(?s)neither\s+JSON\s+nor\s+the\s+path`},
		"credentials of a person":   {block(admin, `credentials = "{\"type\":\"authorized_user\"}"`), `(?s)can't\s+act\s+as\s+anybody`},
		"a key that isn't one":      {block(admin, `credentials = "{\"type\":\"service_account\",\"client_email\":\"s@x\",\"private_key\":\"k\"}"`), `(?s)is\s+not\s+PEM`},
		"a product that isn't one":  {block(admin, account, `license_products = ["Google Apps"]`), `(?s)not\s+the\s+id\s+of\s+a\s+product`},
		"a customer that isn't one": {block(admin, account, `customer = "acme.example"`), `(?s)not\s+a\s+customer\s+id`},
		"http over a network":       {block(admin, account, `endpoint = "http://googleapis.com"`), `only\s+https`},
		"not a URL":                 {block(admin, account, `endpoint = "googleapis"`), `is\s+not\s+a\s+URL`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newGoogleWorld(t)
			w.below(resource.TestStep{
				Config: "provider \"offboard\" {\n  " + c.block + "\n}\n" + oneIn("google", "sessions", google.Jane), ExpectError: only(true, c.pattern),
			})
		})
	}
}

func TestBadInputForGoogleIsRefusedBeforeAnythingIsAsked(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ config, pattern string }{
		"a disposition Google lacks here": {oneIn("google", "account", google.Jane, `disposition = "deactivate"`), `(?s)Unknown disposition.*"suspend",\s+"archive"\s+and\s+"delete"`},
		"a kind Google lacks here":        {oneIn("google", "app_assignments", google.Jane), `(?s)Unknown system.*offboard_app_assignments\s+has\s+no\s+system\s+"google"`},
		"a system that isn't configured":  {one("sessions", google.Jane), `(?s)Unknown system.*does\s+not\s+configure`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newGoogleWorld(t)
			w.below(resource.TestStep{Config: w.config(c.config), ExpectError: only(true, c.pattern)})
			if requests := w.server.Requests(); len(requests) != 0 {
				t.Errorf("%d requests were made, the first %s", len(requests), requests[0].Path)
			}
		})
	}
}

func TestAnArchivedAccountIsBeyondASuspendedOne(t *testing.T) {
	t.Parallel()
	w := newGoogleWorld(t)
	const account = "offboard_account.this"
	archive := `disposition = "archive"`
	w.below(
		resource.TestStep{
			Config: w.config(importedIn("google", "account", google.Jane, terminated)),
			Check:  expectAccess(account),
		},
		resource.TestStep{
			// The suspended account begins to count, and goes with the next plan.
			Config:             w.config(importedIn("google", "account", google.Jane, terminated, archive)),
			Check:              expectAccess(account, "jane.doe@acme.example (suspended)"),
			ExpectNonEmptyPlan: true,
		},
		resource.TestStep{
			PreConfig:   func() { w.tenant.SetArchiveLicences(0) },
			Config:      w.config(importedIn("google", "account", google.Jane, terminated, archive)),
			ExpectError: only(true, `(?s)Access remains.*Archived\s+User\s+licence`),
		},
		resource.TestStep{
			PreConfig:        func() { w.tenant.SetArchiveLicences(1) },
			Config:           w.config(importedIn("google", "account", google.Jane, terminated, archive)),
			ConfigPlanChecks: before(expectRows(account, "jane.doe@acme.example (suspended)")),
			Check:            expectAccess(account),
		},
	)
	w.check("archived", true, w.tenant.IsArchived(google.Jane))
}

func TestInGoogleTheProtectedTheCallerAndWhoCanNotBeChangedAreRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		person, settings, admin, pattern string
	}{
		"protected by an alias":        {google.Jane, fmt.Sprintf("protected = [%q]", google.JaneAlias), google.Admin, `(?s)Termination refused.*protected`},
		"the administrator in use":     {google.Admin, "", google.Admin, `(?s)Termination refused.*credential`},
		"an administrator, by another": {google.Jane, "", google.Delegated, `(?s)Termination refused.*only\s+a\s+super\s+administrator`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newGoogleWorld(t)
			w.settings = c.settings
			everything := w.tenant.Snapshot(google.Deleted)
			config := strings.Replace(w.config(importedIn("google", "account", c.person, terminated)), google.Admin, c.admin, 1)
			w.below(resource.TestStep{Config: config, ExpectError: only(true, c.pattern)})
			w.check("everything", everything, w.tenant.Snapshot(google.Deleted))
		})
	}
}

func TestInGoogleNobodyHoldsNothingAndWhatCouldNotBeSeenIsAnError(t *testing.T) {
	t.Parallel()
	w := newGoogleWorld(t)
	w.below(resource.TestStep{
		Config: w.config(importedIn("google", "tokens", google.Stranger, terminated)), Check: expectAccess("offboard_tokens.this"),
	})
	w = newGoogleWorld(t)
	w.tenant.Undelegate("admin.directory.user.security")
	w.below(resource.TestStep{
		Config:      w.config(oneIn("google", "tokens", google.Jane)),
		ExpectError: only(true, `(?s)Could not check.*admin\.directory\.user\.security.*Domain-wide\s+delegation`),
	})
	w = newGoogleWorld(t)
	w.arguments = `customer = "C0other"`
	w.below(resource.TestStep{
		Config: w.config(oneIn("google", "tokens", google.Jane)), ExpectError: only(true, `(?s)Could not check.*C0other`),
	})
	w = newGoogleWorld(t)
	watch := w.config(oneIn("google", "tokens", google.Jane))
	w.below(
		resource.TestStep{Config: watch, Check: expectAccess("offboard_tokens.this", everyInGoogle["tokens"].holds...)},
		resource.TestStep{
			PreConfig: func() {
				w.server.Inject(sandbox.Fault{Match: sandbox.PathMatch("/admin/directory/v1/users/*/tokens"), Do: sandbox.Status(http.StatusOK, `{}`)})
			},
			Config: watch, PlanOnly: true, ExpectError: only(true, `(?s)Could not check.*other\s+than\s+a\s+list`),
		},
		resource.TestStep{
			PreConfig: w.server.Heal, Config: watch, ConfigPlanChecks: nothing,
			Check: expectAccess("offboard_tokens.this", everyInGoogle["tokens"].holds...),
		},
	)
}

func TestInGoogleAnAccountCreatedAgainUnderTheSameAddressIsWatched(t *testing.T) {
	t.Parallel()
	w := newGoogleWorld(t)
	exit := w.config(importedIn("google", "tokens", google.Jane, terminated))
	w.below(
		resource.TestStep{Config: exit, Check: expectAccess("offboard_tokens.this")},
		resource.TestStep{
			PreConfig: func() {
				w.tenant.Recreate(google.Jane)
				w.tenant.Authorize(google.Jane, google.DiagramApp)
			},
			Config: exit,
			ConfigPlanChecks: before(
				expectRows("offboard_tokens.this", "Lucidchart (may use drive.readonly, userinfo.email)"),
				plancheck.ExpectResourceAction("offboard_tokens.this", plancheck.ResourceActionUpdate),
			),
			Check: expectAccess("offboard_tokens.this"),
		},
	)
	w.check("tokens", 0, len(w.tenant.Tokens(google.Jane)))
}

const googleHead = `terraform {
  required_providers {
    offboard = {
      source = "offboard/offboard"
    }
  }
}

variable "endpoint" {
  type = string
}

provider "offboard" {
  google = { endpoint = var.endpoint }
}

`

func newGoogleShell(t *testing.T, main string) (*shell, *google.Tenant) {
	t.Helper()
	tenant := google.NewTenant(sandbox.Acme(), clock.System{})
	s := newShellOver(t, tenant.Handler(google.HandlerOptions{}), map[string]string{"main.tf": googleHead + main})
	s.server.Observe(conform.Google(t))
	s.workspace.Env = []string{"TF_VAR_endpoint=" + s.server.URL(), "GOOGLEWORKSPACE_IMPERSONATED_USER_EMAIL=" + google.Admin}
	return s, tenant
}

// Promise 8.

func TestNoSecretOfGooglesIsInStatePlanLogsOrErrors(t *testing.T) {
	t.Parallel()
	for name, credential := range map[string]func(*shell) []string{
		"with a key": func(s *shell) []string {
			var compact strings.Builder
			var fields map[string]string
			if err := json.Unmarshal([]byte(google.KeyFile(s.server.URL())), &fields); err != nil {
				t.Fatal(err)
			}
			if err := json.NewEncoder(&compact).Encode(fields); err != nil {
				t.Fatal(err)
			}
			return []string{"GOOGLEWORKSPACE_CREDENTIALS=" + compact.String()}
		},
		"without a key": func(*shell) []string {
			return []string{"GOOGLE_IMPERSONATE_SERVICE_ACCOUNT=" + google.ServiceAccount, "GOOGLE_OAUTH_ACCESS_TOKEN=" + google.CallerToken}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			// Everything of Jane's goes, the account last: its settings are shown as long as it is active.
			var others []string
			main := strings.ReplaceAll(oneIn("google", "sessions", google.Omar), "this", "omar")
			for kind, c := range everyInGoogle {
				if kind != "account" {
					arguments := append(slices.Clone(c.arguments), terminated)
					if kind == "licenses" {
						// None goes while something is still moving.
						arguments = append(arguments, "depends_on = [offboard_drive_ownership.this, offboard_calendar_ownership.this, offboard_dashboard_ownership.this]")
					}
					main += importedIn("google", kind, google.Jane, arguments...)
					others = append(others, "offboard_"+kind+".this")
				}
			}
			main += importedIn("google", "account", google.Jane, "depends_on = ["+strings.Join(others, ", ")+"]", terminated)
			s, tenant := newGoogleShell(t, main)
			s.write("main.tf", strings.Replace(s.read("main.tf"), "endpoint = var.endpoint", "endpoint = var.endpoint, license_products = "+google.Bought, 1))
			for _, kind := range []string{"group_membership", "role_assignments"} {
				everyInGoogle[kind].prepares(tenant)
			}
			codes := tenant.BackupCodes(google.Jane)
			log := filepath.Join(s.workspace.Dir, "trace.log")
			// Google's own client would log whole answers under this variable.
			s.workspace.Env = append(s.workspace.Env, "TF_LOG=TRACE", "TF_LOG_PATH="+log, "GOOGLE_SDK_GO_LOGGING_LEVEL=debug")
			s.workspace.Env = append(s.workspace.Env, credential(s)...)
			var printed strings.Builder
			printed.WriteString(s.do(0, "init"))
			printed.WriteString(s.do(2, "plan", "-detailed-exitcode", "-out=exit.tfplan"))
			printed.WriteString(s.do(0, "show", "-json", "exit.tfplan"))
			printed.WriteString(s.do(0, "apply", "exit.tfplan"))
			printed.WriteString(s.do(0, "show", "-json"))
			// And in errors: of a server that is not Google, and of a refused credential.
			s.server.Inject(sandbox.Fault{Do: sandbox.HTML404()})
			printed.WriteString(s.do(1, "plan"))
			s.server.Heal()
			tenant.Delegate()
			printed.WriteString(s.do(1, "plan"))

			secrets := append([]string{google.Mark, "assertion=ey", "Bearer ya29", `"access_token":"`, `"signedJwt"`}, codes...)
			for _, line := range strings.Split(google.KeyFile(""), `\n`) {
				if len(line) == 64 {
					secrets = append(secrets, line)
				}
			}
			search := map[string]string{
				"what was printed": printed.String(), "the state": s.read("terraform.tfstate"), "the plan file": unzipped(t, s.read("exit.tfplan")),
				"the trace": s.read("trace.log"),
			}
			if len(codes) == 0 || len(search["the trace"]) < 100_000 || !strings.Contains(search["the trace"], "/verificationCodes") {
				t.Fatal("the trace does not have the requests in it: nothing was searched")
			}
			// What takes a while says so in the log.
			if !strings.Contains(search["the trace"], "waiting for what is still moving") || !strings.Contains(search["the trace"], "it is still moving (transfer ") {
				t.Error("the trace does not say that a transfer is waited for")
			}
			for where, text := range search {
				for _, secret := range secrets {
					if at := strings.Index(text, secret); at >= 0 {
						t.Errorf("a secret is in %s: …%s…", where, text[max(0, at-200):min(len(text), at+40)])
					}
				}
			}
		})
	}
}

// unzipped is everything that is in a plan file.
func unzipped(t *testing.T, file string) string {
	t.Helper()
	archive, err := zip.NewReader(strings.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, f := range archive.File {
		content, err := archive.Open(f.Name)
		if err == nil {
			_, err = io.Copy(&all, content)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if !strings.Contains(all.String(), "offboard_authenticators") {
		t.Fatal("the plan file does not have the plan in it: nothing was searched")
	}
	return all.String()
}

func TestOnePlanIsOfTwoSystems(t *testing.T) {
	t.Parallel()
	w, second := newGoogleWorld(t), newWorld(t)
	w.settings = fmt.Sprintf("okta = {\n    org_url = %q\n    api_token = %q\n  }", second.server.URL(), okta.Token)
	both := importedIn("google", "sessions", google.Jane, terminated) + strings.ReplaceAll(imported("sessions", okta.Jane, terminated), "this", "okta")
	both = strings.Replace(both, `"offboard_sessions" "okta"`, `"offboard_sessions" "in_okta"`, 1)
	both = strings.Replace(both, "to = offboard_sessions.okta", "to = offboard_sessions.in_okta", 1)
	w.below(resource.TestStep{
		Config: w.config(both),
		ConfigPlanChecks: before(
			expectRows("offboard_sessions.this", everyInGoogle["sessions"].holds...),
			expectRows("offboard_sessions.in_okta", every["sessions"].holds...),
		),
		Check: resource.ComposeTestCheckFunc(expectAccess("offboard_sessions.this"), expectAccess("offboard_sessions.in_okta")),
	})
	w.check("sessions in Google", 0, w.tenant.Sessions(google.Jane))
	w.check("sessions in Okta", 0, second.org.Sessions(okta.Jane))
}

func TestTheLeaversExampleIsAWholeExitInGoogleToo(t *testing.T) {
	t.Parallel()
	s, tenant := newGoogleShell(t, "")
	if err := os.Remove(filepath.Join(s.workspace.Dir, "main.tf")); err != nil {
		t.Fatal(err)
	}
	s.copyLeavers()
	s.workspace.Env = append(s.workspace.Env, `TF_VAR_systems=["google"]`, "TF_VAR_google_endpoint="+s.server.URL(),
		"GOOGLE_IMPERSONATE_SERVICE_ACCOUNT="+google.ServiceAccount, "GOOGLE_OAUTH_ACCESS_TOKEN="+google.CallerToken,
		"TF_VAR_google_license_products="+google.Bought)
	s.do(0, "init")
	s.do(0, "apply", "-auto-approve")
	from := len(s.writes())
	s.terminate()
	s.says(s.do(2, "plan", "-no-color", "-detailed-exitcode", "-out=exit.tfplan"), "applications were allowed that may read the person's mail")
	s.do(0, "apply", "exit.tfplan")
	s.do(0, "plan", "-detailed-exitcode")

	writes := s.writes()[from:]
	last := func(part string) int {
		at := -1
		for i, write := range writes {
			if strings.Contains(write, part) {
				at = i
			}
		}
		if at < 0 {
			t.Fatalf("%s was not asked for in %v", part, writes)
		}
		return at
	}
	// The account is suspended by the last PUT: those before it are of the password and the recovery data.
	order := []string{
		"/twoStepVerification/turnOff", "/signOut", "/gmail/v1/users/me/settings/", "PUT /admin/directory/v1/users/" + tenant.UserID(google.Jane),
		"PATCH /admin/directory/v1/groups/", "/members/", "/roleassignments/",
	}
	if transferred, licences := last("/admin/datatransfer/v1/transfers"), last("/apps/licensing/"); licences < transferred || licences != len(writes)-1 {
		t.Errorf("the licences did not go last:\n%s", strings.Join(writes, "\n"))
	}
	for i := range order[1:] {
		if last(order[i]) > last(order[i+1]) {
			t.Errorf("%s came after %s:\n%s", order[i], order[i+1], strings.Join(writes, "\n"))
		}
	}
	for what, left := range map[string]int{
		"groups": len(tenant.Groups(google.Jane)), "roles": len(tenant.Roles(google.Jane)), "tokens": len(tenant.Tokens(google.Jane)),
		"app passwords": len(tenant.AppPasswords(google.Jane)), "backup codes": len(tenant.BackupCodes(google.Jane)),
	} {
		if left != 0 {
			t.Errorf("%d %s are left", left, what)
		}
	}
	if !tenant.IsSuspended(google.Jane) || len(tenant.Owners(google.OnCall)) != 1 {
		t.Errorf("suspended: %v; the group's owners: %v", tenant.IsSuspended(google.Jane), tenant.Owners(google.OnCall))
	}
}

func TestAnAccountIsNotTerminatedUnderAnAliasOfIts(t *testing.T) {
	t.Parallel()
	w := newGoogleWorld(t)
	exit := w.config(importedIn("google", "sessions", google.Jane, terminated))
	w.below(
		resource.TestStep{Config: exit, Check: expectAccess("offboard_sessions.this")},
		resource.TestStep{
			// Jane is gone for good, and Mei gets her mail.
			PreConfig:   func() { w.tenant.Delete(google.Jane); w.tenant.AddAlias(google.Mei, google.Jane) },
			Config:      exit,
			ExpectError: only(true, `(?s)is\s+an\s+alias\s+of\s+the\s+account.*mei.tanaka@acme.example`),
		},
	)
	sessions := w.tenant.Sessions(google.Mei)
	// Nor where nothing is known of Jane yet.
	second := newGoogleWorld(t)
	second.tenant.Delete(google.Jane)
	second.tenant.AddAlias(google.Mei, google.Jane)
	second.below(resource.TestStep{
		Config:      second.config(importedIn("google", "sessions", google.Jane, terminated)),
		ExpectError: only(true, `(?s)Termination refused.*is\s+mei.tanaka@acme.example,\s+and\s+that\s+address\s+is\s+not\s+its\s+own`),
	})
	if sessions == 0 || w.tenant.Sessions(google.Mei) != sessions || second.tenant.Sessions(google.Mei) != sessions {
		t.Error("Mei was signed out")
	}
}

func TestASuccessorOfAFinishedExitMayLeave(t *testing.T) {
	t.Parallel()
	w := newGoogleWorld(t)
	jane := importedIn("google", "group_ownership", google.Jane, terminated, fmt.Sprintf("successor = %q", google.Mei))
	mei := strings.ReplaceAll(importedIn("google", "sessions", google.Mei, terminated), "this", "mei")
	w.below(
		resource.TestStep{Config: w.config(jane), Check: expectAccess("offboard_group_ownership.this")},
		resource.TestStep{Config: w.config(jane + mei), Check: expectAccess("offboard_sessions.mei")},
	)
}

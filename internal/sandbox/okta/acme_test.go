package okta_test

import (
	"strings"
	"testing"
	"time"

	"github.com/offboard/terraform-provider-offboard/internal/clock"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox/okta"
)

func TestJaneHoldsSomethingOfEveryKind(t *testing.T) {
	t.Parallel()
	org := okta.NewOrg(sandbox.Acme(), clock.NewFake(start))
	equal(t, "status", org.Status(okta.Jane), "ACTIVE")
	equalLists(t, "groups", org.Groups(okta.Jane), []string{"Engineering", "Everyone", "GitHub users", "IT operators", "On-call", "VPN users"})
	equalLists(t, "apps", org.Apps(okta.Jane), []string{"Datadog", "Figma", "GitHub", "Jira"})
	equalLists(t, "direct apps", org.DirectApps(okta.Jane), []string{"Datadog", "Figma"})
	equalLists(t, "roles", org.Roles(okta.Jane), []string{"APP_ADMIN", "Lifecycle operator", "ORG_ADMIN via IT operators"})
	equalLists(t, "factors", org.Factors(okta.Jane), []string{"push", "sms", "token:software:totp", "webauthn"})
	equalLists(t, "enrollments", org.Enrollments(okta.Jane), []string{"okta_email", "okta_password", "okta_verify", "phone_number", "webauthn"})
	equalLists(t, "identity providers", org.IdPs(okta.Jane), []string{"Google"})
	equalLists(t, "API tokens", org.APITokens(okta.Jane), []string{"jane-ci", "jane-laptop"})
	equalLists(t, "devices", org.Devices(okta.Jane), []string{"Jane's iPhone", "jane-mbp"})
	equal(t, "consents", len(org.Consents(okta.Jane)), 27)
	equalLists(t, "refresh tokens", org.RefreshTokens(okta.Jane), []string{"Metrics Console", "Metrics Console", "Metrics Console", "Release Dashboard"})
	equal(t, "manager", org.Manager(okta.Jane), okta.Victor)
	equalLists(t, "reports", org.Linked(okta.Jane, okta.Manager), []string{okta.Lena, okta.Omar, okta.Tomas})
	equalLists(t, "assists", org.Linked(okta.Jane, okta.Assistant), []string{okta.Victor})
	equalLists(t, "owners of On-call", org.Owners("On-call"), []string{okta.Jane})
	equalLists(t, "owners of Engineering", org.Owners("Engineering"), []string{okta.Jane, okta.Victor})
	equal(t, "second email", org.Attribute(okta.Jane, "secondEmail"), "jane@personal.example")
	if org.RecoveryQuestion(okta.Jane) == "" || org.Sessions(okta.Jane) == 0 {
		t.Error("Jane has no recovery question or is not signed in")
	}
}

func TestTheOrgHasItsHardCases(t *testing.T) {
	t.Parallel()
	org := okta.NewOrg(sandbox.Acme(), clock.NewFake(start))
	equalLists(t, "the imported person's groups", org.Groups(okta.Imported), []string{"CORP Developers", "CORP Domain Users", "Engineering", "Everyone"})
	equalLists(t, "Jordan's groups", org.Groups(okta.Projects), []string{"Everyone", "Project A", "Project B", "Project C", "Project D", "Project E"})
	equalLists(t, "nobody's groups", org.Groups(okta.Nobody), []string{"Everyone"})
	equalLists(t, "nobody's apps", org.Apps(okta.Nobody), []string{})
	equal(t, "the second account's email", org.Attribute(okta.TwiceAdmin, "email"), okta.Twice)
	equal(t, "exclusions of the full rule", len(org.Excluded("Finance by department")), 100)
	equal(t, "exclusions of the other", len(org.Excluded("Sales by department")), 98)
	equalLists(t, "users of the shared device", []string{org.Devices(okta.Alan)[0], org.Devices(okta.Bianca)[0]}, []string{"support-ipad-1", "support-ipad-1"})
	equal(t, "its status", org.DeviceStatus(org.DeviceID("support-ipad-1")), "ACTIVE")
	equal(t, "of one that isn't there", org.DeviceStatus("guo"), "")
	if len(org.Logins()) < 40 {
		t.Errorf("the company has %d people", len(org.Logins()))
	}
	supers := []string{}
	for _, login := range org.Logins() {
		if strings.Contains(strings.Join(org.Roles(login), ","), "SUPER_ADMIN") {
			supers = append(supers, login)
		}
	}
	equalLists(t, "super admins", supers, []string{okta.BreakGlass, okta.Sam, okta.Service})
	equalLists(t, "Sam's", org.Roles(okta.Sam), []string{"SUPER_ADMIN via Okta admins"})
}

func TestAnOrgCanHaveMorePeopleThanItsTablesName(t *testing.T) {
	t.Parallel()
	company := sandbox.Acme()
	company.People = append(company.People, sandbox.Person{
		Email: "extra@acme.example", FirstName: "Ex", LastName: "Tra", Department: "Engineering", ManagerEmail: okta.Jane,
	})
	org := okta.NewOrg(company, clock.NewFake(start))
	equalLists(t, "groups", org.Groups("extra@acme.example"), []string{"Engineering", "Everyone"})
	equal(t, "reports", len(org.Linked(okta.Jane, okta.Manager)), 4)
}

func TestWhatHappensBehindTheAPIShowsInIt(t *testing.T) {
	t.Parallel()
	c := serve(t, okta.HandlerOptions{})
	c.clock.Advance(time.Hour)
	c.org.SetPassword(okta.Provisioned)
	equal(t, "password", at(c.get(c.user(okta.Provisioned)).object(), "passwordChanged"), "2026-03-02T10:00:00.000Z")
	c.org.SetManager(okta.Omar, "")
	equal(t, "manager", len(c.get(c.user(okta.Omar)+"/linkedObjects/manager").rows()), 0)
	c.org.GrantScopes(okta.PowerlessApp, "okta.users.read")
	c.asApp(okta.PowerlessApp, "okta.users.read")
	c.org.SetAppStatus(okta.PowerlessApp, "INACTIVE")
	c.as("").post("/oauth2/v1/token"+tokenQuery(assertion(c, okta.PowerlessApp, nil), "okta.users.read"), "").is(401)
}

func TestAWrongNameInATestIsLoud(t *testing.T) {
	t.Parallel()
	org := okta.NewOrg(sandbox.Acme(), clock.NewFake(start))
	for name, f := range map[string]func(){
		"login":  func() { org.Suspend("nobody@acme.example") },
		"group":  func() { org.GroupID("No such group") },
		"factor": func() { org.EnrollFactor(okta.Jane, "telepathy", "") },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("a wrong %s went unnoticed", name)
				}
			}()
			f()
		}()
	}
	equal(t, "the org goes on", org.Status(okta.Jane), "ACTIVE")
}

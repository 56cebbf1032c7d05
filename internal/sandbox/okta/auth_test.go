package okta_test

import (
	"context"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	sdk "github.com/okta/okta-sdk-golang/v2/okta"

	"github.com/offboard/terraform-provider-offboard/internal/sandbox/okta"
)

// assertion is what a service app proves itself with; change spoils it.
func assertion(c *client, app string, change func(*jwt.Claims)) string {
	c.t.Helper()
	block, _ := pem.Decode([]byte(okta.ClientKey))
	key, err := x509.ParsePKCS1PrivateKey(block.Bytes)
	if err != nil {
		c.t.Fatal(err)
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: key}, nil)
	if err != nil {
		c.t.Fatal(err)
	}
	claims := jwt.Claims{
		Issuer: c.org.AppID(app), Subject: c.org.AppID(app), Audience: jwt.Audience{c.url + "/oauth2/v1/token"},
		Expiry: jwt.NewNumericDate(c.clock.Now().Add(time.Minute)), IssuedAt: jwt.NewNumericDate(c.clock.Now()),
	}
	if change != nil {
		change(&claims)
	}
	signed, err := jwt.Signed(signer).Claims(claims).Serialize()
	if err != nil {
		c.t.Fatal(err)
	}
	return signed
}

func tokenQuery(assertion string, scopes ...string) string {
	return query(
		"grant_type", "client_credentials", "scope", strings.Join(scopes, " "),
		"client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer", "client_assertion", assertion)
}

// asApp is the client with an access token of a service app.
func (c *client) asApp(app string, scopes ...string) *client {
	c.t.Helper()
	got := c.as("").post("/oauth2/v1/token"+tokenQuery(assertion(c, app, nil), scopes...), "").object()
	if at(got, "token_type") != "Bearer" || at(got, "expires_in") != "3600" || at(got, "scope") != strings.Join(scopes, " ") ||
		!strings.HasPrefix(at(got, "access_token"), "00sandbox-bearer-") {
		c.t.Errorf("got %v for a token", got)
	}
	return c.as("Bearer " + at(got, "access_token"))
}

func TestAServiceAppGetsATokenWithASignedAssertion(t *testing.T) {
	t.Parallel()
	c := serve(t, okta.HandlerOptions{})
	reader := c.asApp(okta.ServiceApp, "okta.users.read", "okta.groups.read")
	reader.get(c.user(okta.Jane)).is(200)
	reader.get("/api/v1/users/me").fails(404, "E0000007")
	c.clock.Advance(61 * time.Minute)
	reader.get(c.user(okta.Jane)).fails(401, "E0000011")
}

func TestATokenIsIssuedForAFormToo(t *testing.T) {
	t.Parallel()
	c, _ := serveUnchecked(t, okta.HandlerOptions{})
	form := strings.TrimPrefix(tokenQuery(assertion(c, okta.ServiceApp, nil), "okta.users.read"), "?")
	c.as("").post("/oauth2/v1/token", form).is(200)
}

func TestAssertionsThatProveNothingAreRefused(t *testing.T) {
	t.Parallel()
	c := serve(t, okta.HandlerOptions{})
	good := assertion(c, okta.ServiceApp, nil)
	parts := strings.Split(good, ".")
	for name, bad := range map[string]string{
		"nothing": "", "no JWT": "abc", "another's signature": parts[0] + "." + parts[1] + "." + strings.Split(assertion(c, okta.ReaderApp, nil), ".")[2],
		"another audience":     assertion(c, okta.ServiceApp, func(claims *jwt.Claims) { claims.Audience = jwt.Audience{"https://elsewhere.invalid"} }),
		"expired":              assertion(c, okta.ServiceApp, func(claims *jwt.Claims) { claims.Expiry = jwt.NewNumericDate(start.Add(-time.Second)) }),
		"without expiry":       assertion(c, okta.ServiceApp, func(claims *jwt.Claims) { claims.Expiry = nil }),
		"too long":             assertion(c, okta.ServiceApp, func(claims *jwt.Claims) { claims.Expiry = jwt.NewNumericDate(start.Add(2 * time.Hour)) }),
		"another subject":      assertion(c, okta.ServiceApp, func(claims *jwt.Claims) { claims.Subject = "x" }),
		"an app without a key": assertion(c, "Figma", nil),
	} {
		a := c.as("").post("/oauth2/v1/token"+tokenQuery(bad, "okta.users.read"), "").is(401)
		if !strings.Contains(string(a.body), `"error":"invalid_client"`) {
			t.Errorf("%s: got %s", name, a.body)
		}
	}
	a := c.as("").post("/oauth2/v1/token"+query("grant_type", "password"), "").is(400)
	if !strings.Contains(string(a.body), "unsupported_grant_type") {
		t.Errorf("got %s", a.body)
	}
}

func TestScopesMustBeGrantedToTheApp(t *testing.T) {
	t.Parallel()
	c := serve(t, okta.HandlerOptions{})
	for _, scope := range []string{"okta.users.manage", "okta.nothing", ""} {
		a := c.as("").post("/oauth2/v1/token"+tokenQuery(assertion(c, okta.ReaderApp, nil), scope), "").is(400)
		if !strings.Contains(string(a.body), `"error":"invalid_scope"`) {
			t.Errorf("%q: got %s", scope, a.body)
		}
	}
}

func TestAMissingScopeIsToldInTheHeaderOnly(t *testing.T) {
	t.Parallel()
	c := serve(t, okta.HandlerOptions{})
	a := c.asApp(okta.ServiceApp, "okta.users.read").get("/api/v1/groups").is(403)
	header := a.header.Get("Www-Authenticate")
	for _, part := range []string{
		"Bearer ", `scope="okta.groups.read"`, `error="insufficient_scope"`,
		`error_description="The access token provided does not contain the required scopes."`,
	} {
		if !strings.Contains(header, part) {
			t.Errorf("the header %s lacks %s", header, part)
		}
	}
	if strings.Contains(string(a.body), "errorCode") {
		t.Errorf("the body has a code: %s", a.body)
	}
}

func TestTheSDKSignsInAndUnderstandsTheErrors(t *testing.T) {
	t.Parallel()
	c := serve(t, okta.HandlerOptions{})
	// The SDK signs with the machine's time.
	c.clock.Advance(time.Since(start))
	_, client, err := sdk.NewClient(context.Background(),
		sdk.WithOrgUrl(c.url), sdk.WithTestingDisableHttpsCheck(true), sdk.WithAuthorizationMode("PrivateKey"),
		sdk.WithClientId(c.org.AppID(okta.ServiceApp)), sdk.WithPrivateKey(okta.ClientKey), sdk.WithScopes([]string{"okta.users.read"}),
		sdk.WithCache(false), sdk.WithRequestTimeout(30))
	if err != nil {
		t.Fatal(err)
	}
	user, _, err := client.User.GetUser(context.Background(), okta.Jane)
	if err != nil || user.Id != c.org.UserID(okta.Jane) {
		t.Fatalf("got %v, %v", user, err)
	}
	groups, response, err := client.User.ListUserGroups(context.Background(), user.Id)
	if err != nil || len(groups) != 6 || response.HasNextPage() {
		t.Errorf("got %d groups, %v", len(groups), err)
	}
	_, _, err = client.Group.ListGroups(context.Background(), nil)
	failed, ok := errors.AsType[*sdk.Error](err)
	if !ok || failed.ErrorCode != "" || !strings.Contains(failed.ErrorSummary, "required scopes") {
		t.Errorf("got %#v for a missing scope", err)
	}
}

// orgLists are the lists that no role is asked for.
var orgLists = []string{"/api/v1/users", "/api/v1/groups", "/api/v1/apps", "/api/v1/groups/rules", "/api/v1/api-tokens", "/api/v1/idps"}

func everyScope() []string {
	return []string{
		"okta.users.read", "okta.users.manage", "okta.groups.read", "okta.groups.manage", "okta.apps.read", "okta.apps.manage",
		"okta.roles.read", "okta.roles.manage", "okta.apiTokens.read", "okta.idps.read", "okta.devices.read", "okta.linkedObjects.read",
	}
}

func TestAnAppWithoutARoleGetsEmptyListsAndNothingElse(t *testing.T) {
	t.Parallel()
	c := serve(t, okta.HandlerOptions{})
	powerless := c.asApp(okta.PowerlessApp, everyScope()...)
	for _, path := range orgLists {
		equal(t, path, len(powerless.get(path).rows()), 0)
	}
	jane := c.user(okta.Jane)
	equal(t, "Jane's apps", len(powerless.get("/api/v1/apps"+appsOf(c, okta.Jane)).rows()), 0)
	for _, path := range []string{
		jane, jane + "/groups", jane + "/roles", c.group("Sales"), "/api/v1/iam/assignees/users", "/api/v1/apps/" + c.org.AppID("Figma"),
		"/api/v1/devices/" + c.org.DeviceID("jane-mbp"), "/api/v1/meta/schemas/user/linkedObjects",
	} {
		powerless.get(path).fails(403, "E0000006")
	}
	equal(t, "own roles", len(powerless.get("/oauth2/v1/clients/"+c.org.AppID(okta.PowerlessApp)+"/roles").rows()), 0)
	powerless.get("/oauth2/v1/clients/"+c.org.AppID(okta.ServiceApp)+"/roles").fails(403, "E0000006")
}

func TestAReaderReadsEverythingButRolesAndChangesNothing(t *testing.T) {
	t.Parallel()
	c := serve(t, okta.HandlerOptions{})
	for name, reader := range map[string]*client{
		"app":    c.asApp(okta.ReaderApp, "okta.users.read", "okta.groups.read", "okta.apps.read", "okta.roles.read", "okta.apiTokens.read", "okta.idps.read", "okta.devices.read", "okta.linkedObjects.read", "okta.logs.read"),
		"person": c.asOwner(okta.Reader),
	} {
		for _, path := range reads(c) {
			if strings.Contains(path, "/roles") || strings.Contains(path, "/iam/") || strings.Contains(path, "/users/me") ||
				strings.Contains(path, "eventHooks") || strings.Contains(path, "api-services") {
				continue
			}
			if a := reader.get(path); a.status != 200 {
				t.Errorf("%s: %s: got %d: %s", name, path, a.status, a.body)
			}
		}
		reader.get(c.user(okta.Jane)+"/roles").fails(403, "E0000006")
	}
	reader := c.asOwner(okta.Reader)
	reader.get(c.user(okta.Reader) + "/roles").is(200)
	reader.post(c.user(okta.Jane)+"/lifecycle/suspend", "").fails(403, "E0000006")
	reader.delete(c.member("VPN users", okta.Jane)).fails(403, "E0000006")
	reader.post(c.user(okta.Jane), `{"profile":{"title":"x"}}`).fails(403, "E0000006")
}

func TestAnOrgAdminTouchesNeitherRolesNorSuperAdmins(t *testing.T) {
	t.Parallel()
	c := serve(t, okta.HandlerOptions{})
	admin := c.asOwner(okta.Jane)
	admin.delete(c.member("VPN users", okta.Omar)).is(204)
	admin.post(c.user(okta.Omar)+"/lifecycle/suspend", "").is(200)
	admin.get(c.user(okta.BreakGlass)).is(200)
	for _, login := range []string{okta.BreakGlass, okta.Sam, okta.Service} {
		admin.post(c.user(login)+"/lifecycle/suspend", "").fails(403, "E0000006")
		admin.delete(c.user(login)+"/sessions").fails(403, "E0000006")
	}
	// Membership of a group that makes people admins is a role, too.
	admin.delete(c.member("IT operators", okta.Jane)).fails(403, "E0000006")
	admin.get(c.user(okta.Omar)+"/roles").fails(403, "E0000006")
	admin.post(c.user(okta.Omar)+"/roles", `{"type":"REPORT_ADMIN"}`).fails(403, "E0000006")
	admin.get("/api/v1/iam/assignees/users").fails(403, "E0000006")
	equal(t, "own roles", len(admin.get(c.user(okta.Jane)+"/roles").rows()), 3)
}

func TestAnAuditorMayReadRolesAndSeesWhatItsSetHas(t *testing.T) {
	t.Parallel()
	c := serve(t, okta.HandlerOptions{})
	auditor := c.asOwner(okta.Auditor)
	auditor.get(c.user(okta.Jane) + "/roles").is(200)
	auditor.get("/api/v1/iam/assignees/users").is(200)
	equal(t, "people", len(auditor.get("/api/v1/users").rows()), len(c.org.Logins())-1)
	equal(t, "apps", len(auditor.get("/api/v1/apps?limit=200").rows()), 17)
	equal(t, "others' API tokens", len(auditor.get("/api/v1/api-tokens").rows()), 1)
	equal(t, "identity providers", len(auditor.get("/api/v1/idps").rows()), 0)
	auditor.post(c.user(okta.Jane)+"/lifecycle/suspend", "").fails(403, "E0000006")
}

func TestACustomRoleReachesWhatItsResourceSetNamesAndNoMore(t *testing.T) {
	t.Parallel()
	c := serve(t, okta.HandlerOptions{})
	c.org.AssignCustomRole(okta.Priya, "Lifecycle operator", "Engineering people")
	operator := c.asOwner(okta.Priya)
	engineers := len(c.org.Members("Engineering"))
	equal(t, "people", len(operator.get("/api/v1/users"+query("search", `status eq "ACTIVE" or status eq "SUSPENDED" or status eq "DEPROVISIONED"`)).rows()), engineers)
	equalLists(t, "groups", pluck(operator.get("/api/v1/groups").rows(), "profile", "name"), []string{"Engineering", "On-call"})
	// A list about somebody lacks what cannot be seen, and does not say so.
	equalLists(t, "Jane's groups", pluck(operator.get(c.user(okta.Jane)+"/groups").rows(), "profile", "name"), []string{"Engineering", "On-call"})
	equal(t, "Jane's apps", len(operator.get("/api/v1/apps"+appsOf(c, okta.Jane)).rows()), 0)
	operator.post(c.user(okta.Jane)+"/lifecycle/suspend", "").is(200)
	operator.delete(c.member("On-call", okta.Jane)).is(204)
	operator.delete(c.member("VPN users", okta.Jane)).fails(404, "E0000007")
	operator.get(c.user(okta.Auditor)).fails(404, "E0000007")
	operator.post(c.user(okta.Jane), `{"profile":{"title":"x"}}`).fails(403, "E0000006")
	operator.get(c.group("Engineering") + "/users").is(200)
	operator.get("/api/v1/groups/rules/" + c.org.RuleID("Engineering by department")).is(200)
	operator.get("/api/v1/groups/rules/"+c.org.RuleID("Sales by department")).fails(404, "E0000007")
}

func TestARoleThatReachesNoneOfAKindFindsNothingOfIt(t *testing.T) {
	t.Parallel()
	c := serve(t, okta.HandlerOptions{})
	c.org.AssignCustomRole(okta.Priya, "Access auditor", "Engineering people")
	auditor := c.asOwner(okta.Priya)
	auditor.get("/api/v1/apps/"+c.org.AppID("Figma")).fails(404, "E0000007")
	auditor.get(c.group("Sales")).fails(404, "E0000007")
	equal(t, "apps", len(auditor.get("/api/v1/apps").rows()), 0)
}

func TestOnlyAnAPITokenRevokesItself(t *testing.T) {
	t.Parallel()
	c := serve(t, okta.HandlerOptions{})
	c.asApp(okta.ServiceApp, "okta.apiTokens.read").delete("/api/v1/api-tokens/current").fails(401, "E0000011")
}

func TestAdminsWithTargetsSeeTheirGroupsPeopleOnly(t *testing.T) {
	t.Parallel()
	c := serve(t, okta.HandlerOptions{})
	admin := c.asOwner(okta.Alan)
	equalLists(t, "USER_ADMIN of Support", pluck(admin.get("/api/v1/users").rows(), "profile", "login"), c.org.Members("Support"))
	equalLists(t, "its groups", pluck(admin.get("/api/v1/groups").rows(), "profile", "name"), []string{"Support"})
	admin.get(c.user(okta.Jane)).fails(404, "E0000007")
	admin.post(c.user(okta.Bianca)+"/lifecycle/suspend", "").is(200)
	equal(t, "apps", len(admin.get("/api/v1/apps").rows()), 0)

	desk := c.asOwner(okta.HelpDesk)
	equalLists(t, "HELP_DESK_ADMIN of Sales", pluck(desk.get("/api/v1/users").rows(), "profile", "login"), c.org.Members("Sales"))
	desk.post(c.user("ben.okafor@acme.example")+"/lifecycle/reset_factors", "").is(200)
	desk.post(c.user("ben.okafor@acme.example")+"/lifecycle/suspend", "").fails(403, "E0000006")
	desk.delete(c.user(okta.Jane)+"/sessions").fails(404, "E0000007")
}

func TestSomebodyWithoutARoleMayOnlyLookAtThemselves(t *testing.T) {
	t.Parallel()
	c := serve(t, okta.HandlerOptions{})
	nobody := c.asOwner(okta.Nobody)
	nobody.get("/api/v1/users/me").is(200)
	equal(t, "roles", len(nobody.get(c.user(okta.Nobody)+"/roles").rows()), 0)
	nobody.get(c.user(okta.Jane)).fails(403, "E0000006")
	equal(t, "people", len(nobody.get("/api/v1/users").rows()), 0)
	equalLists(t, "own tokens", pluck(nobody.get("/api/v1/api-tokens").rows(), "name"), []string{"test"})
}

func TestEveryOtherStandardRoleDoesItsOwnThing(t *testing.T) {
	t.Parallel()
	c := serve(t, okta.HandlerOptions{})
	for role, allowed := range map[string][]string{
		okta.AppAdmin:             {"app"},
		okta.GroupMembershipAdmin: {"member"},
		okta.APIAccessAdmin:       {},
		okta.ReportAdmin:          {},
	} {
		c.org.AssignApp(okta.Omar, "Figma")
		c.org.AddToGroup(okta.Omar, "VPN users")
		login := "admin-" + strings.ToLower(role) + "@acme.example"
		c.org.CreateUser(login, "Ad", "Min", "Operations")
		c.org.AssignRole(login, role)
		admin := c.asOwner(login)
		for what, path := range map[string]string{"app": c.appOf("Figma", okta.Omar), "member": c.member("VPN users", okta.Omar)} {
			if a := admin.delete(path); (a.status == 204) != slices.Contains(allowed, what) {
				t.Errorf("%s: %s: got %d", role, what, a.status)
			}
		}
	}
}

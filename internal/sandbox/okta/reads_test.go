package okta_test

import (
	"strings"
	"testing"

	"github.com/offboard/terraform-provider-offboard/internal/sandbox/okta"
)

// reads are every GET there is, about Jane where it is about somebody.
func reads(c *client) []string {
	jane := c.user(okta.Jane)
	metrics := jane + "/clients/" + c.org.AppID("Metrics Console")
	list := []string{
		"/.well-known/okta-organization",
		"/api/v1/users?limit=5", "/api/v1/users/" + okta.Jane, "/api/v1/users/me",
		jane, jane + "/groups", jane + "/appLinks", jane + "/idps", jane + "/devices", jane + "/roles", jane + "/factors",
		jane + "/authenticator-enrollments", "/webauthn-registration" + jane + "/enrollments",
		jane + "/clients", jane + "/grants?limit=200&expand=scope", metrics + "/grants", metrics + "/tokens?expand=scope",
		jane + "/linkedObjects/manager", jane + "/linkedObjects/subordinate", "/api/v1/meta/schemas/user/linkedObjects",
		"/api/v1/groups?expand=stats", "/api/v1/groups?expand=app", c.group("CORP Finance"),
		c.group("Engineering") + "/users", c.group("IT operators") + "/apps", c.group("IT operators") + "/roles",
		c.group("CORP Finance") + "/owners", c.group("Engineering") + "/owners",
		"/api/v1/groups/rules?expand=groupIdToGroupNameMap", "/api/v1/groups/rules/" + c.org.RuleID("Sales by department"),
		"/api/v1/apps?limit=200&includeNonDeleted=true", "/api/v1/apps" + appsOf(c, okta.Jane),
		"/api/v1/apps/" + c.org.AppID("Figma") + "?expand=user%2F" + c.org.UserID(okta.Jane),
		"/api/v1/apps/" + c.org.AppID("GitHub") + "/users?expand=user", c.appOf("GitHub", okta.Jane) + "?expand=user",
		"/api/v1/apps/" + c.org.AppID("GitHub") + "/groups?expand=group",
		"/api/v1/api-tokens?limit=200", "/api/v1/api-tokens/" + c.org.APITokenID(okta.Jane, "jane-ci"),
		"/api/v1/iam/assignees/users", "/api/v1/iam/roles/" + c.org.CustomRoleID("Access auditor") + "/permissions",
		"/api/v1/iam/roles/Access%20auditor/permissions",
		"/api/v1/iam/resource-sets/" + c.org.ResourceSetID("Engineering people"),
		"/api/v1/iam/resource-sets/" + c.org.ResourceSetID("Engineering people") + "/resources",
		"/oauth2/v1/clients/" + c.org.AppID(okta.ServiceApp) + "/roles",
		"/api/v1/devices/" + c.org.DeviceID("jane-mbp"), "/api/v1/devices/" + c.org.DeviceID("jane-mbp") + "/users",
		"/api/v1/idps?limit=200",
		logOf(c), "/api/v1/eventHooks", "/integrations/api/v1/api-services",
	}
	for _, single := range []struct{ list, path string }{
		{jane + "/roles", jane + "/roles/"},
		{jane + "/factors", jane + "/factors/"},
		{jane + "/authenticator-enrollments", jane + "/authenticator-enrollments/"},
		{jane + "/grants?limit=1", jane + "/grants/"},
		{metrics + "/tokens?limit=1", metrics + "/tokens/"},
	} {
		for _, row := range c.get(single.list).rows() {
			list = append(list, single.path+at(row, "id"))
		}
	}
	return list
}

// appsOf is the query for a person's apps with the assignments.
func appsOf(c *client, login string) string {
	id := c.org.UserID(login)
	return query("filter", `user.id eq "`+id+`"`, "expand", "user/"+id)
}

func TestEveryReadAnswersAsOktaDocuments(t *testing.T) {
	t.Parallel()
	c := serve(t, okta.HandlerOptions{})
	for _, path := range reads(c) {
		a := c.get(path).is(200)
		for _, header := range []string{
			"X-Rate-Limit-Limit", "X-Rate-Limit-Remaining", "X-Rate-Limit-Reset", "X-Okta-Request-Id", "Date",
		} {
			if a.header.Get(header) == "" {
				t.Errorf("%s: the answer lacks the header %s", a.what, header)
			}
		}
		equal(t, a.what+": date", a.header.Get("Date"), start.Format("Mon, 02 Jan 2006 15:04:05 GMT"))
	}
}

func TestNothingIsReadWithoutAToken(t *testing.T) {
	t.Parallel()
	c := serve(t, okta.HandlerOptions{})
	for i, path := range reads(c)[1:] {
		authorization := []string{"", "SSWS wrong", "Bearer wrong", "Basic " + okta.Token, okta.Token}[i%5]
		c.as(authorization).get(path).fails(401, "E0000011")
	}
}

func TestEverySecretOfTheSandboxCanBeSearchedFor(t *testing.T) {
	t.Parallel()
	c := serve(t, okta.HandlerOptions{})
	secret := c.org.CreateAPIToken(okta.Jane, "new")
	if !strings.HasPrefix(secret, "00sandbox-SSWS-") || !strings.HasPrefix(okta.Token, "00sandbox-SSWS-") {
		t.Errorf("secrets without the mark: %s, %s", secret, okta.Token)
	}
	for _, path := range reads(c) {
		if body := string(c.get(path).body); strings.Contains(body, "00sandbox-") {
			t.Errorf("%s shows a secret", path)
		}
	}
	state, err := c.org.MarshalJSON()
	if err != nil || strings.Contains(string(state), "00sandbox-") {
		t.Errorf("the state has a secret in it, or none can be had: %v", err)
	}
}

func TestPathsAndMethodsThatOktaDoesNotHaveAreErrorsInItsOwnWords(t *testing.T) {
	t.Parallel()
	c, _ := serveUnchecked(t, okta.HandlerOptions{})
	for _, path := range []string{
		"/", "/api/v1", "/api/v1/users/", "/api/v1//users", "/api/v1/users/../users", "/api/v1/nothing",
		c.user(okta.Jane) + "/nothing", c.user(okta.Jane) + "/lifecycle/explode",
	} {
		c.get(path).fails(404, "E0000008")
	}
	c.do("PATCH", c.user(okta.Jane), "{}").fails(405, "E0000022")
	c.do("PUT", "/api/v1/users/me", "{}").fails(405, "E0000022")
	c.delete("/api/v1/groups").fails(405, "E0000022")
	c.post("/api/v1/groups/rules/"+c.org.RuleID("Support by department"), "{}").fails(405, "E0000022")
}

func TestIdsThatDoNotExistAreNamedWithTheirKind(t *testing.T) {
	t.Parallel()
	c := serve(t, okta.HandlerOptions{})
	jane := c.user(okta.Jane)
	const gone = "00u000000000000000gone"
	for path, kind := range map[string]string{
		"/api/v1/users/" + gone:              "(User)",
		"/api/v1/users/" + gone + "/groups":  "(User)",
		"/api/v1/users/" + gone + "/roles":   "(User)",
		"/api/v1/users/" + gone + "/devices": "(User)",
		"/api/v1/groups/" + gone:             "(UserGroup)",
		"/api/v1/groups/rules/" + gone:       "(GroupRule)",
		"/api/v1/apps/" + gone:               "(AppInstance)",
		"/api/v1/apps/" + c.org.AppID("Figma") + "/users/" + c.org.UserID(okta.Victor): "(AppUser)",
		"/api/v1/api-tokens/" + gone:                                  "(ApiToken)",
		"/api/v1/devices/" + gone:                                     "(UDDevice)",
		"/api/v1/iam/roles/" + gone + "/permissions":                  "(CustomRole)",
		"/api/v1/iam/resource-sets/" + gone + "/resources":            "(ResourceSet)",
		"/oauth2/v1/clients/" + gone + "/roles":                       "(PublicClientApp)",
		jane + "/factors/" + gone:                                     "(Factor)",
		jane + "/authenticator-enrollments/" + gone:                   "(AuthenticatorEnrollment)",
		jane + "/grants/" + gone:                                      "(OAuth2ScopeConsentGrant)",
		jane + "/roles/" + gone:                                       "(RoleAssignment)",
		jane + "/clients/" + gone + "/tokens":                         "(PublicClientApp)",
		jane + "/clients/" + c.org.AppID("Figma") + "/tokens/" + gone: "(OAuth2RefreshToken)",
		jane + "/linkedObjects/" + gone:                               "(LinkedObjectDefinition)",
	} {
		e := c.get(path).fails(404, "E0000007")
		if !strings.HasPrefix(e.ErrorSummary, "Not found: Resource not found: ") || !strings.HasSuffix(e.ErrorSummary, kind) {
			t.Errorf("%s: %q does not name the kind %s", path, e.ErrorSummary, kind)
		}
	}
}

func TestAParameterTheSandboxDoesNotUnderstandIsAnErrorAndNotIgnored(t *testing.T) {
	t.Parallel()
	c, _ := serveUnchecked(t, okta.HandlerOptions{})
	c.get("/api/v1/users?sortBy=status").fails(501, "E0000060")
	c.get("/api/v1/groups?nonsense=1").fails(501, "E0000060")
	c.get("/api/v1/groups?limit=0").fails(400, "E0000001")
	c.get("/api/v1/groups?limit=many").fails(400, "E0000001")
}

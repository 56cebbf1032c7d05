package okta_test

import (
	"net/url"
	"testing"

	"github.com/offboard/terraform-provider-offboard/internal/sandbox/okta"
)

// inStatus is somebody in each status.
var inStatus = map[string]string{
	"ACTIVE": okta.Jane, "STAGED": okta.Staged, "PROVISIONED": okta.Provisioned, "RECOVERY": okta.Recovery,
	"LOCKED_OUT": okta.LockedOut, "PASSWORD_EXPIRED": okta.PasswordExpired, "SUSPENDED": okta.Suspended,
	"DEPROVISIONED": okta.Deprovisioned,
}

func TestThereIsSomebodyInEveryStatus(t *testing.T) {
	t.Parallel()
	c := serve(t, okta.HandlerOptions{})
	for status, login := range inStatus {
		equal(t, login, at(c.get(c.user(login)).object(), "status"), status)
	}
}

func TestSuspendWorksFromActiveOnlyAndEndsSessions(t *testing.T) {
	t.Parallel()
	c := serve(t, okta.HandlerOptions{})
	groups, apps := c.org.Groups(okta.Jane), c.org.Apps(okta.Jane)
	for status, login := range inStatus {
		a := c.post(c.user(login)+"/lifecycle/suspend", "")
		if status == "ACTIVE" {
			a.is(200)
			continue
		}
		a.fails(400, "E0000001").causes(t, "Cannot suspend a user that is not active")
		equal(t, login, c.org.Status(login), status)
	}
	equal(t, "status", c.org.Status(okta.Jane), "SUSPENDED")
	equal(t, "sessions", c.org.Sessions(okta.Jane), 0)
	equalLists(t, "groups", c.org.Groups(okta.Jane), groups)
	equalLists(t, "apps", c.org.Apps(okta.Jane), apps)
}

func TestUnsuspendWorksFromSuspendedOnly(t *testing.T) {
	t.Parallel()
	c := serve(t, okta.HandlerOptions{})
	c.post(c.user(okta.Suspended)+"/lifecycle/unsuspend", "").is(200)
	equal(t, "status", c.org.Status(okta.Suspended), "ACTIVE")
	c.post(c.user(okta.Suspended)+"/lifecycle/unsuspend", "").fails(400, "E0000001").causes(t, "not suspended")
}

func TestDeactivationTakesAppsAndTokensAndLeavesGroups(t *testing.T) {
	t.Parallel()
	c := serve(t, okta.HandlerOptions{})
	groups, roles, factors := c.org.Groups(okta.Jane), c.org.Roles(okta.Jane), c.org.Factors(okta.Jane)
	before := c.org.Snapshot(okta.Jane)
	c.post(c.user(okta.Jane)+"/lifecycle/deactivate?sendEmail=false", "").is(200)

	equal(t, "status", c.org.Status(okta.Jane), "DEPROVISIONED")
	equalLists(t, "groups", c.org.Groups(okta.Jane), groups)
	equalLists(t, "roles", c.org.Roles(okta.Jane), roles)
	equalLists(t, "factors", c.org.Factors(okta.Jane), factors)
	equalLists(t, "apps", c.org.Apps(okta.Jane), []string{})
	equalLists(t, "API tokens", c.org.APITokens(okta.Jane), []string{})
	equalLists(t, "consents", c.org.Consents(okta.Jane), []string{})
	equalLists(t, "refresh tokens", c.org.RefreshTokens(okta.Jane), []string{})
	equal(t, "sessions", c.org.Sessions(okta.Jane), 0)
	equal(t, "everybody else", c.org.Snapshot(okta.Jane), before)

	c.post(c.user(okta.Jane)+"/lifecycle/deactivate", "").fails(403, "E0000038")
}

func TestReactivationBringsBackWhatGroupsGrant(t *testing.T) {
	t.Parallel()
	c := serve(t, okta.HandlerOptions{})
	c.post(c.user(okta.Jane)+"/lifecycle/deactivate", "").is(200)
	link := c.post(c.user(okta.Jane)+"/lifecycle/activate?sendEmail=false", "").object()
	if at(link, "activationUrl") == "" || at(link, "activationToken") == "" {
		t.Errorf("got %v, want a link", link)
	}
	equal(t, "status", c.org.Status(okta.Jane), "PROVISIONED")
	equalLists(t, "apps", c.org.Apps(okta.Jane), []string{"GitHub", "Jira"})
	c.post(c.user(okta.Jane)+"/lifecycle/activate", "").fails(403, "E0000016")
}

func TestDeleteDeactivatesFirstAndDeletesSecond(t *testing.T) {
	t.Parallel()
	c := serve(t, okta.HandlerOptions{})
	jane, id := c.user(okta.Jane), c.org.UserID(okta.Jane)
	before := c.org.Snapshot(okta.Jane)
	c.delete(jane).is(204)
	equal(t, "status", c.org.Status(okta.Jane), "DEPROVISIONED")
	equal(t, "everybody else", c.org.Snapshot(okta.Jane), before)
	c.delete(jane + "?sendEmail=false").is(204)
	equal(t, "still there", c.org.HasUser(okta.Jane), false)
	equal(t, "summary", c.get(jane).fails(404, "E0000007").ErrorSummary, "Not found: Resource not found: "+id+" (User)")
	c.delete(jane).fails(404, "E0000007")
}

func TestADeletedPersonStaysInTheExclusionsOfRules(t *testing.T) {
	t.Parallel()
	c := serve(t, okta.HandlerOptions{})
	id := c.org.UserID(okta.Jane)
	c.delete(c.group("Engineering") + "/users/" + id).is(204)
	c.org.DeleteUser(okta.Jane)
	excluded := at(c.get("/api/v1/groups/rules/"+c.org.RuleID("Engineering by department")).object(), "conditions", "people", "users", "exclude")
	if !contains(excluded, id) {
		t.Errorf("the rule excludes %s, and no longer %s", excluded, id)
	}
}

func TestUnlockIsForLockedOutPeopleWithAnOktaPassword(t *testing.T) {
	t.Parallel()
	c := serve(t, okta.HandlerOptions{})
	c.post(c.user(okta.Jane)+"/lifecycle/unlock", "").fails(403, "E0000032")
	c.post(c.user(okta.LockedOut)+"/lifecycle/unlock", "").is(200)
	equal(t, "status", c.org.Status(okta.LockedOut), "ACTIVE")
	c.org.SetStatus(okta.Imported, "LOCKED_OUT")
	c.post(c.user(okta.Imported)+"/lifecycle/unlock", "").fails(403, "E0000032")
}

func TestClearingSessionsTakesRefreshTokensIfTold(t *testing.T) {
	t.Parallel()
	c := serve(t, okta.HandlerOptions{})
	sessions := c.user(okta.Jane) + "/sessions"
	c.org.SignIn(okta.Jane)
	c.delete(sessions + "?forgetDevices=false").is(204)
	equal(t, "sessions", c.org.Sessions(okta.Jane), 0)
	equal(t, "refresh tokens", len(c.org.RefreshTokens(okta.Jane)), 4)
	equal(t, "browsers", c.org.RememberedBrowsers(okta.Jane), 2)
	c.delete(sessions + "?oauthTokens=true").is(204)
	equal(t, "refresh tokens", len(c.org.RefreshTokens(okta.Jane)), 0)
	equal(t, "consents", len(c.org.Consents(okta.Jane)), 27)
	equal(t, "browsers", c.org.RememberedBrowsers(okta.Jane), 0)
	c.delete(sessions).is(204)
	c.delete(c.user(okta.Suspended) + "/sessions").is(204)
	c.delete(c.user(okta.Deprovisioned)+"/sessions").fails(403, "E0000038")
}

func TestOnTheClassicEngineBrowsersAreForgottenOnlyIfTold(t *testing.T) {
	t.Parallel()
	c := serve(t, okta.HandlerOptions{})
	c.org.SetPipeline(okta.ClassicEngine)
	c.delete(c.user(okta.Jane) + "/sessions").is(204)
	equal(t, "browsers", c.org.RememberedBrowsers(okta.Jane), 1)
}

func TestSigningInShows(t *testing.T) {
	t.Parallel()
	c := serve(t, okta.HandlerOptions{})
	equal(t, "yesterday", at(c.get(c.user(okta.Jane)).object(), "lastLogin"), "2026-03-01T09:00:00.000Z")
	c.org.SignIn(okta.Jane)
	equal(t, "now", at(c.get(c.user(okta.Jane)).object(), "lastLogin"), "2026-03-02T09:00:00.000Z")
}

func TestARenamedPersonKeepsTheirId(t *testing.T) {
	t.Parallel()
	c := serve(t, okta.HandlerOptions{})
	id := c.org.UserID(okta.Jane)
	c.org.RenameUser(okta.Jane, "jane.smith@acme.example")
	equal(t, "id", at(c.get("/api/v1/users/jane.smith@acme.example").object(), "id"), id)
	c.get("/api/v1/users/"+url.PathEscape(okta.Jane)).fails(404, "E0000007")
}

package okta_test

import (
	"testing"

	"github.com/offboard/terraform-provider-offboard/internal/sandbox/okta"
)

// scopes are the apps of a person with how they have them, as the list of apps tells.
func scopes(c *client, login string) []string {
	var list []string
	for _, row := range c.all("/api/v1/apps" + appsOf(c, login)) {
		list = append(list, at(row, "label")+" "+at(row, "_embedded", "user", "scope"))
	}
	return sortedCopy(list)
}

func TestAppsOfAPersonAreListedWithHowTheyGotThem(t *testing.T) {
	t.Parallel()
	c := serve(t, okta.HandlerOptions{})
	equalLists(t, "Jane's", scopes(c, okta.Jane), []string{"Datadog USER", "Figma USER", "GitHub GROUP", "Jira GROUP"})
	equalLists(t, "Mei's", scopes(c, okta.Mei), []string{"Datadog USER", "GitHub USER"})
	equalLists(t, "nobody's", scopes(c, okta.Nobody), []string{})
	equalLists(t, "the deactivated person's", scopes(c, okta.Deprovisioned), []string{})
}

func TestInactiveAppsAreListedOnlyIfAskedFor(t *testing.T) {
	t.Parallel()
	c := serve(t, okta.HandlerOptions{})
	const priya = "priya.raman@acme.example"
	equalLists(t, "active", pluck(c.get("/api/v1/apps"+appsOf(c, priya)).rows(), "label"), []string{"Figma"})
	equalLists(t, "all", pluck(c.get("/api/v1/apps"+appsOf(c, priya)+"&includeNonDeleted=true").rows(), "label"), []string{"Figma", "Legacy Wiki"})
}

func TestExpandNeedsTheFilterForTheSamePerson(t *testing.T) {
	t.Parallel()
	c := serve(t, okta.HandlerOptions{})
	jane, mei := c.org.UserID(okta.Jane), c.org.UserID(okta.Mei)
	c.get("/api/v1/apps"+query("expand", "user/"+jane)).fails(400, "E0000001")
	c.get("/api/v1/apps"+query("expand", "user/"+jane, "filter", `user.id eq "`+mei+`"`)).fails(400, "E0000001")
	c.get("/api/v1/apps"+query("filter", `user.name eq "x"`)).fails(400, "E0000031")
}

func TestADirectAssignmentIsRemoved(t *testing.T) {
	t.Parallel()
	c := serve(t, okta.HandlerOptions{})
	c.delete(c.appOf("Figma", okta.Jane) + "?sendEmail=false").is(204)
	c.get(c.appOf("Figma", okta.Jane)).fails(404, "E0000007")
	c.delete(c.appOf("Figma", okta.Jane)).fails(404, "E0000007")
	equalLists(t, "apps", c.org.Apps(okta.Jane), []string{"Datadog", "GitHub", "Jira"})
}

func TestAnAssignmentThatAGroupGrantsIsNotRemoved(t *testing.T) {
	t.Parallel()
	c := serve(t, okta.HandlerOptions{})
	const cause = "The application cannot be unassigned from the user while their group memberships grant them access"
	c.delete(c.appOf("GitHub", okta.Jane)).fails(403, "E0000046").causes(t, cause)
	// Mei has it directly, too.
	c.delete(c.appOf("GitHub", okta.Mei)).fails(403, "E0000046").causes(t, cause)
	c.delete(c.member("GitHub users", okta.Mei)).is(204)
	equal(t, "scope", at(c.get(c.appOf("GitHub", okta.Mei)).object(), "scope"), "USER")
	c.delete(c.appOf("GitHub", okta.Mei)).is(204)
	c.delete(c.member("GitHub users", okta.Jane)).is(204)
	equalLists(t, "apps", c.org.Apps(okta.Jane), []string{"Datadog", "Figma", "Jira"})
}

func TestLeavingTheDirectoryLeavesAPersonWithoutAPassword(t *testing.T) {
	t.Parallel()
	c := serve(t, okta.HandlerOptions{})
	c.delete(c.appOf("Corp AD", okta.Imported)).is(204)
	credentials := c.get(c.user(okta.Imported)).object()["credentials"]
	equal(t, "provider", at(credentials, "provider", "type"), "OKTA")
	equal(t, "password", at(credentials, "password"), "")
}

func TestAnAssignmentsProfileAndUserNameAreWritten(t *testing.T) {
	t.Parallel()
	c := serve(t, okta.HandlerOptions{})
	path := c.appOf("GitHub", okta.Jane)
	got := c.post(path, `{"credentials":{"userName":"jdoe"}}`).object()
	equal(t, "user name", at(got, "credentials", "userName"), "jdoe")
	equal(t, "scope", at(got, "scope"), "GROUP")
	got = c.post(path, `{"profile":{"role":"maintainer"}}`).object()
	equal(t, "profile", at(got, "profile", "role"), "maintainer")
	c.post(path, `{"credentials":{"password":{"value":"kd83-Zb0q-fmX2"}}}`).fails(400, "E0000041")
	c.post(c.appOf("Payroll Portal", okta.Unexcludable), `{"credentials":{"userName":"p","password":{"value":"kd83-Zb0q-fmX2"}}}`).is(200)
	c.post(c.appOf("Figma", okta.Victor), `{"profile":{}}`).fails(404, "E0000007")
	c.delete(c.member("GitHub users", okta.Jane)).is(204)
	equalLists(t, "apps", c.org.Apps(okta.Jane), []string{"Datadog", "Figma", "Jira"})
}

func TestAppsAreFoundByNameAndTheirUsersByPrefix(t *testing.T) {
	t.Parallel()
	c := serve(t, okta.HandlerOptions{})
	equalLists(t, "q", pluck(c.get("/api/v1/apps?q=git").rows(), "label"), []string{"GitHub"})
	equalLists(t, "filter", pluck(c.get("/api/v1/apps"+query("filter", `name eq "slack" or name eq "google"`)).rows(), "label"), []string{"Google Workspace", "Slack"})
	equal(t, "users", len(c.get("/api/v1/apps/"+c.org.AppID("GitHub")+"/users?q=jane").rows()), 1)
}

func TestAppLinksAreTheTilesOfTheDashboard(t *testing.T) {
	t.Parallel()
	c := serve(t, okta.HandlerOptions{})
	equalLists(t, "Jane's", pluck(c.get(c.user(okta.Jane)+"/appLinks").rows(), "label"), []string{"Datadog", "Figma", "GitHub", "Jira"})
	equalLists(t, "the directory has none", pluck(c.get(c.user(okta.Imported)+"/appLinks").rows(), "label"), []string{})
}

func TestNoAppIsGrantedToEveryone(t *testing.T) {
	t.Parallel()
	c := serve(t, okta.HandlerOptions{})
	equal(t, "apps of Everyone", len(c.get(c.group("Everyone")+"/apps").rows()), 0)
}

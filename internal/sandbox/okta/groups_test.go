package okta_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/offboard/terraform-provider-offboard/internal/sandbox/okta"
)

func (c *client) member(group, login string) string {
	return c.group(group) + "/users/" + c.org.UserID(login)
}

func TestGroupsOfAPersonIncludeEveryone(t *testing.T) {
	t.Parallel()
	c := serve(t, okta.HandlerOptions{})
	want := []string{"Engineering", "Everyone", "GitHub users", "IT operators", "On-call", "VPN users"}
	equalLists(t, "groups", pluck(c.get(c.user(okta.Jane)+"/groups").rows(), "profile", "name"), want)
	equalLists(t, "nobody's", pluck(c.get(c.user(okta.Nobody)+"/groups").rows(), "profile", "name"), []string{"Everyone"})
}

func TestMembersIncludeDeactivatedPeople(t *testing.T) {
	t.Parallel()
	c := serve(t, okta.HandlerOptions{})
	rows := c.get(c.group("VPN users") + "/users").rows()
	if logins := pluck(rows, "profile", "login"); !contains(fmt.Sprintf("%q", logins), okta.Deprovisioned) {
		t.Errorf("got %q without %s", logins, okta.Deprovisioned)
	}
	c.delete(c.member("VPN users", okta.Deprovisioned)).is(204)
}

func TestADirectMembershipIsAddedAndRemoved(t *testing.T) {
	t.Parallel()
	c := serve(t, okta.HandlerOptions{})
	c.clock.Advance(time.Hour)
	c.delete(c.member("VPN users", okta.Jane)).is(204)
	c.delete(c.member("VPN users", okta.Jane)).fails(404, "E0000007")
	equal(t, "changed", at(c.get(c.group("VPN users")).object(), "lastMembershipUpdated"), "2026-03-02T10:00:00.000Z")
	c.put(c.member("VPN users", okta.Jane)).is(204)
	c.put(c.member("VPN users", okta.Jane)).is(204)
	equal(t, "groups", len(c.org.Groups(okta.Jane)), 6)
}

func TestGroupsThatAreNotOktasOwnRefuseEvenASuperAdmin(t *testing.T) {
	t.Parallel()
	c := serve(t, okta.HandlerOptions{})
	for group, login := range map[string]string{"Everyone": okta.Jane, "CORP Developers": okta.Imported} {
		c.delete(c.member(group, login)).fails(403, "E0000006")
		c.put(c.member(group, okta.Mei)).fails(403, "E0000006")
	}
	source := at(c.get(c.group("CORP Developers")).object(), "_links", "source", "href")
	equal(t, "source", source, c.url+"/api/v1/apps/"+c.org.AppID("Corp AD"))
}

func TestRemovingARuleManagedMemberExcludesThemFromTheRule(t *testing.T) {
	t.Parallel()
	c := serve(t, okta.HandlerOptions{})
	c.delete(c.member("Engineering", okta.Jane)).is(204)
	excluded := c.org.Excluded("Engineering by department")
	if len(excluded) != 2 || !contains(fmt.Sprintf("%q", excluded), okta.Jane) {
		t.Errorf("the rule excludes %q", excluded)
	}
	// The rule leaves them alone from now on, whatever happens to them.
	c.org.SetAttribute(okta.Jane, "title", "Consultant")
	c.org.SetRuleStatus("Engineering by department", "INACTIVE")
	c.org.SetRuleStatus("Engineering by department", "ACTIVE")
	equal(t, "groups", len(c.org.Groups(okta.Jane)), 5)
}

func TestLeavingAGroupThatNoActiveRuleManagesExcludesNobody(t *testing.T) {
	t.Parallel()
	c := serve(t, okta.HandlerOptions{})
	c.delete(c.member("Support", okta.Alan)).is(204)
	equalLists(t, "excluded", c.org.Excluded("Support by department"), []string{})
	c.delete(c.member("Engineering", okta.Victor)).fails(404, "E0000007")
}

func TestAnAdministratorsRemovalIsUndoneByTheRule(t *testing.T) {
	t.Parallel()
	c := serve(t, okta.HandlerOptions{})
	c.org.RemoveFromGroup(okta.Jane, "Engineering")
	c.org.SetAttribute(okta.Jane, "title", "Director")
	equal(t, "groups", len(c.org.Groups(okta.Jane)), 6)
}

func TestARuleExcludesNoMoreThanAHundred(t *testing.T) {
	t.Parallel()
	c := serve(t, okta.HandlerOptions{})
	for i, login := range []string{"ben.okafor@acme.example", "uma.patel@acme.example", "carla.rossi@acme.example"} {
		a := c.delete(c.member("Sales", login))
		if i < 2 {
			a.is(204)
			continue
		}
		a.fails(400, "E0000001").causes(t, "maximum number of users")
	}
	c.delete(c.member("Finance", okta.Unexcludable)).fails(400, "E0000001")
	equalLists(t, "groups", c.org.Groups(okta.Unexcludable), []string{"Everyone", "Finance", "Workday users"})
	equal(t, "excluded", len(c.org.Excluded("Sales by department")), 100)
}

func TestRulesFollowThePersonsAttributes(t *testing.T) {
	t.Parallel()
	c := serve(t, okta.HandlerOptions{})
	c.post(c.user(okta.Jane), `{"profile":{"department":"Support"}}`).is(200)
	equalLists(t, "groups", c.org.Groups(okta.Jane), []string{"Everyone", "GitHub users", "Go-to-market", "IT operators", "On-call", "VPN users"})
	c.post(c.user(okta.Jane), `{"profile":{"department":"IT"}}`).is(200)
	equalLists(t, "with &&", c.org.Groups(okta.Jane), []string{"Everyone", "GitHub users", "IT", "IT operators", "On-call", "VPN users"})
	c.post(c.user(okta.Jane), `{"profile":{"organization":"Other"}}`).is(200)
	equalLists(t, "with && no longer", c.org.Groups(okta.Jane), []string{"Everyone", "GitHub users", "IT operators", "On-call", "VPN users"})
}

func TestAnActivatedRuleAddsThoseItMatches(t *testing.T) {
	t.Parallel()
	c := serve(t, okta.HandlerOptions{})
	rule := "/api/v1/groups/rules/" + c.org.RuleID("Support by department")
	equal(t, "status", at(c.get(rule).object(), "status"), "INACTIVE")
	c.org.SetAttribute(okta.Jane, "department", "Support")
	equal(t, "members", len(c.org.Members("Support")), 5)
	c.post(rule+"/lifecycle/activate", "").is(204)
	equal(t, "members", len(c.org.Members("Support")), 6)
	c.post(rule+"/lifecycle/deactivate", "").is(204)
	equal(t, "members stay", len(c.org.Members("Support")), 6)
	equal(t, "status", at(c.get(rule).object(), "status"), "INACTIVE")
}

func TestRulesLeaveDeactivatedPeopleAlone(t *testing.T) {
	t.Parallel()
	c := serve(t, okta.HandlerOptions{})
	groups := c.org.Groups(okta.Deprovisioned)
	c.org.SetAttribute(okta.Deprovisioned, "department", "Sales")
	equalLists(t, "groups", c.org.Groups(okta.Deprovisioned), groups)
}

func TestRulesAreListedAndSearched(t *testing.T) {
	t.Parallel()
	c := serve(t, okta.HandlerOptions{})
	equal(t, "rules", len(c.get("/api/v1/groups/rules").rows()), 6)
	rows := c.get("/api/v1/groups/rules?search=engineering&expand=groupIdToGroupNameMap").rows()
	equal(t, "rules found", len(rows), 1)
	equal(t, "group", at(rows[0], "_embedded", "groupIdToGroupNameMap", c.org.GroupID("Engineering")), "Engineering")
}

func TestGroupsAreSearchedAndFiltered(t *testing.T) {
	t.Parallel()
	c := serve(t, okta.HandlerOptions{})
	c.clock.Advance(time.Hour)
	c.org.AddToGroup(okta.Nobody, "Project A")
	for _, test := range []struct {
		param, expression string
		want              []string
	}{
		{"filter", `type eq "APP_GROUP"`, []string{"CORP Developers", "CORP Domain Users", "CORP Finance"}},
		{"filter", `id eq "` + c.org.GroupID("Sales") + `"`, []string{"Sales"}},
		{"filter", `lastMembershipUpdated gt "2026-03-02T09:30:00.000Z"`, []string{"Project A"}},
		{"search", `profile.name eq "vpn USERS"`, []string{"VPN users"}},
		{"search", `type eq "OKTA_GROUP" and profile.name sw "Project"`, []string{"Project A", "Project B", "Project C", "Project D", "Project E"}},
		{"q", `IT`, []string{"IT", "IT operators"}},
	} {
		equalLists(t, test.expression, pluck(c.get("/api/v1/groups"+query(test.param, test.expression)).rows(), "profile", "name"), test.want)
	}
	c.get("/api/v1/groups"+query("filter", `profile.name eq "Sales"`)).fails(400, "E0000031")
	c.get("/api/v1/groups"+query("search", `nothing`)).fails(400, "E0000031")
}

func TestStatsSayWhetherAGroupMakesAdmins(t *testing.T) {
	t.Parallel()
	c := serve(t, okta.HandlerOptions{})
	want := map[string]string{"IT operators": "true", "Okta admins": "true", "Sales": "false"}
	for _, row := range c.get("/api/v1/groups?expand=stats").rows() {
		if admins, ok := want[at(row, "profile", "name")]; ok {
			equal(t, at(row, "profile", "name"), at(row, "_embedded", "stats", "hasAdminPrivlege"), admins)
		}
	}
}

func TestOwnersNeedGovernance(t *testing.T) {
	t.Parallel()
	c := serve(t, okta.HandlerOptions{})
	c.org.SetGovernance(false)
	c.get(c.group("On-call")+"/owners").fails(401, "E0000015")
	c.delete(c.group("On-call")+"/owners/"+c.org.UserID(okta.Jane)).fails(401, "E0000015")
}

func TestOwnersAreAddedAndRemoved(t *testing.T) {
	t.Parallel()
	c := serve(t, okta.HandlerOptions{})
	owners := c.group("On-call") + "/owners"
	added := c.post(owners, `{"id":"`+c.org.UserID(okta.Mei)+`","type":"USER"}`).is(201)
	var row map[string]any
	added.into(&row)
	equal(t, "name", at(row, "displayName"), "Mei Tanaka")
	c.post(owners, `{"id":"`+c.org.UserID(okta.Mei)+`","type":"USER"}`).fails(400, "E0000001")
	c.post(owners, `{"id":"00u000000000000000gone","type":"USER"}`).fails(404, "E0000007")
	c.delete(owners + "/" + c.org.UserID(okta.Jane)).is(204)
	c.delete(owners+"/"+c.org.UserID(okta.Jane)).fails(404, "E0000007")
	equalLists(t, "owners", c.org.Owners("On-call"), []string{okta.Mei})
	equal(t, "groups as owners", len(c.get(owners+query("search", `type eq "GROUP"`)).rows()), 0)
}

func TestAnOwnerThatAnAppManagesIsNotRemoved(t *testing.T) {
	t.Parallel()
	c := serve(t, okta.HandlerOptions{})
	owners := c.group("CORP Finance") + "/owners"
	equal(t, "origin", at(c.get(owners).rows()[0], "originType"), "APPLICATION")
	c.delete(owners+"/"+c.org.UserID(okta.AppOwner)).fails(403, "E0000006")
}

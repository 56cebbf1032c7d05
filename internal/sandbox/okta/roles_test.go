package okta_test

import (
	"testing"

	"github.com/offboard/terraform-provider-offboard/internal/sandbox/okta"
)

// roleIDs are the ids of a person's role assignments by what they are.
func roleIDs(c *client, login string) map[string]string {
	ids := map[string]string{}
	for _, row := range c.get(c.user(login) + "/roles").rows() {
		ids[at(row, "type")] = at(row, "id")
	}
	return ids
}

func TestRolesOfAPersonAreTheirOwnAndThoseOfTheirGroups(t *testing.T) {
	t.Parallel()
	c := serve(t, okta.HandlerOptions{})
	rows := c.get(c.user(okta.Jane) + "/roles").rows()
	equal(t, "roles", len(rows), 3)
	for _, row := range rows {
		switch at(row, "type") {
		case "APP_ADMIN":
			equal(t, "type", at(row, "assignmentType"), "USER")
		case "ORG_ADMIN":
			equal(t, "type", at(row, "assignmentType"), "GROUP")
			equal(t, "assignee", at(row, "_links", "assignee", "href"), c.url+c.group("IT operators"))
		case "CUSTOM":
			equal(t, "role", at(row, "role"), c.org.CustomRoleID("Lifecycle operator"))
			equal(t, "set", at(row, "resource-set"), c.org.ResourceSetID("Engineering people"))
		default:
			t.Errorf("an unexpected role %v", row)
		}
	}
}

func TestARoleIsAssignedOnceAndRemoved(t *testing.T) {
	t.Parallel()
	c := serve(t, okta.HandlerOptions{})
	roles := c.user(okta.Nobody) + "/roles"
	var row map[string]any
	c.post(roles, `{"type":"REPORT_ADMIN"}`).is(201).into(&row)
	c.post(roles, `{"type":"REPORT_ADMIN"}`).fails(409, "E0000090")
	c.delete(roles + "/" + at(row, "id")).is(204)
	c.delete(roles+"/"+at(row, "id")).fails(404, "E0000007")
	c.post(roles, `{"type":"CUSTOM","role":"`+c.org.CustomRoleID("Access auditor")+`","resource-set":"`+c.org.ResourceSetID("Everything")+`"}`).is(201).into(&row)
	equalLists(t, "roles", c.org.Roles(okta.Nobody), []string{"Access auditor"})
	c.delete(roles + "/" + at(row, "id")).is(204)
	c.post(roles, `{"type":"CUSTOM","role":"cr0","resource-set":"iam"}`).fails(404, "E0000007")
}

func TestABindingOfACustomRoleIsRemovedLikeAnyRole(t *testing.T) {
	t.Parallel()
	c := serve(t, okta.HandlerOptions{})
	ids := roleIDs(c, okta.Jane)
	c.delete(c.user(okta.Jane) + "/roles/" + ids["CUSTOM"]).is(204)
	c.delete(c.user(okta.Jane) + "/roles/" + ids["APP_ADMIN"]).is(204)
	c.delete(c.user(okta.Jane)+"/roles/"+ids["ORG_ADMIN"]).fails(404, "E0000007")
	c.delete(c.member("IT operators", okta.Jane)).is(204)
	equalLists(t, "roles", c.org.Roles(okta.Jane), []string{})
}

func TestRoleWritesConflictWhileSomebodyElseHoldsTheLock(t *testing.T) {
	t.Parallel()
	c := serve(t, okta.HandlerOptions{})
	path := c.user(okta.Jane) + "/roles/" + roleIDs(c, okta.Jane)["APP_ADMIN"]
	c.org.HoldRoleLock(2)
	c.delete(path).fails(409, "E0000268")
	c.post(c.user(okta.Jane)+"/roles", `{"type":"REPORT_ADMIN"}`).fails(409, "E0000268")
	c.get(path).is(200)
	c.delete(path).is(204)
}

func TestAssigneesArePagedInTheBodyAndLackThoseOfGroups(t *testing.T) {
	t.Parallel()
	c := serve(t, okta.HandlerOptions{PageSize: 3})
	seen := map[string]bool{}
	pages := 0
	for path := "/api/v1/iam/assignees/users?limit=100"; path != ""; pages++ {
		page := c.get(path).object()
		for _, row := range rowsOf(page, "value") {
			seen[at(row, "id")] = true
		}
		path = at(page, "_links", "next", "href")
	}
	equal(t, "assignees", len(seen), 7)
	equal(t, "pages", pages, 3)
	equal(t, "Jane", seen[c.org.UserID(okta.Jane)], true)
	equal(t, "Sam, of a group", seen[c.org.UserID(okta.Sam)], false)
}

func TestResourceSetsNameWhatACustomRoleReaches(t *testing.T) {
	t.Parallel()
	c := serve(t, okta.HandlerOptions{PageSize: 2})
	var orns []string
	for path := "/api/v1/iam/resource-sets/" + c.org.ResourceSetID("Engineering people") + "/resources"; path != ""; {
		page := c.get(path).object()
		for _, row := range rowsOf(page, "resources") {
			orns = append(orns, at(row, "orn"))
		}
		path = at(page, "_links", "next", "href")
	}
	prefix := "orn:okta:directory:" + c.org.ID() + ":groups:"
	equalLists(t, "resources", sortedCopy(orns), sortedCopy([]string{
		prefix + c.org.GroupID("Engineering"), prefix + c.org.GroupID("Engineering") + ":contained_resources", prefix + c.org.GroupID("On-call"),
	}))
}

func TestPermissionsOfACustomRoleAreListedByIdAndLabel(t *testing.T) {
	t.Parallel()
	c := serve(t, okta.HandlerOptions{})
	for _, name := range []string{c.org.CustomRoleID("Access auditor"), "Access%20auditor"} {
		rows := rowsOf(c.get("/api/v1/iam/roles/"+name+"/permissions").object(), "permissions")
		equal(t, name, len(rows), 4)
	}
}

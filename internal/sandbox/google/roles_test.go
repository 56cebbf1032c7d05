package google_test

import (
	"context"
	"strconv"
	"testing"

	admin "google.golang.org/api/admin/directory/v1"

	"github.com/offboard/terraform-provider-offboard/internal/sandbox/google"
)

func TestRolesAreListed(t *testing.T) {
	t.Parallel()
	w := serve(t, google.HandlerOptions{PageSize: 2})
	service := w.admin()
	var all []*admin.Role
	ok(t, service.Roles.List("my_customer").MaxResults(100).Pages(context.Background(), func(page *admin.Roles) error {
		all = append(all, page.Items...)
		return nil
	}))
	equalLists(t, "roles", pluck(all, func(r *admin.Role) string { return r.RoleName }),
		google.AccessAdminRole, google.ReaderRole, google.GroupsAdminRole, google.HelpDeskRole, google.SuperAdminRole, google.UserAdminRole)
	super := must[*admin.Role](t)(service.Roles.Get("my_customer", w.tenant.RoleID(google.SuperAdminRole)).Do())
	equal(t, "super", super.IsSuperAdminRole && super.IsSystemRole, true)
	_, err := service.Roles.Get("my_customer", "5").Do()
	fails(t, err, 404, "notFound")
	_, err = service.Roles.List("C0other").Do()
	fails(t, err, 400, "invalid")
	_, err = service.Roles.Get("C0other", "5").Do()
	fails(t, err, 400, "invalid")
}

func TestAPersonsRolesAreDirectUnlessTheOthersAreAskedFor(t *testing.T) {
	t.Parallel()
	w := serve(t, google.HandlerOptions{PageSize: 1})
	service := w.admin()
	assignments := func(key string, indirect bool) []*admin.RoleAssignment {
		t.Helper()
		var all []*admin.RoleAssignment
		ok(t, service.RoleAssignments.List(w.tenant.CustomerID()).UserKey(key).IncludeIndirectRoleAssignments(indirect).
			Pages(context.Background(), func(page *admin.RoleAssignments) error {
				all = append(all, page.Items...)
				return nil
			}))
		return all
	}
	to := func(a *admin.RoleAssignment) string { return a.AssigneeType + " " + a.ScopeType }
	equalLists(t, "direct", pluck(assignments(google.Jane, false), to), "user CUSTOMER", "user ORG_UNIT")
	all := assignments(google.JaneAlias, true)
	equalLists(t, "all", pluck(all, to), "group CUSTOMER", "group CUSTOMER", "user CUSTOMER", "user ORG_UNIT")
	groups := pluck(all, func(a *admin.RoleAssignment) string {
		if a.AssigneeType == "user" {
			return ""
		}
		return a.AssignedTo
	})[2:]
	for _, group := range []string{google.DeskAdmins, google.ITAdmins} {
		equal(t, group, groups[0] == w.tenant.GroupID(group) || groups[1] == w.tenant.GroupID(group), true)
	}
	equal(t, "of a group", len(assignments(google.ITAdmins, false)), 1)
	equal(t, "none", len(assignments(google.Mei, true)), 0)
	equalLists(t, "in words", w.tenant.Roles(google.Jane), google.ReaderRole,
		google.HelpDeskRole+" via "+google.DeskAdmins, google.UserAdminRole+" in one unit", google.UserAdminRole+" via "+google.ITAdmins)

	_, err := service.RoleAssignments.List("my_customer").UserKey(google.Stranger).Do()
	failsWith(t, err, 404, "notFound", "userKey")
	_, err = service.RoleAssignments.List("my_customer").IncludeIndirectRoleAssignments(true).Do()
	fails(t, err, 400, "invalid")
	_, err = service.RoleAssignments.List("C0other").Do()
	fails(t, err, 400, "invalid")
}

func TestAllAssignmentsAreListedAndThoseOfARole(t *testing.T) {
	t.Parallel()
	w := serve(t, google.HandlerOptions{})
	service := w.admin()
	equal(t, "all", len(must[*admin.RoleAssignments](t)(service.RoleAssignments.List("my_customer").Do()).Items), 10)
	super := service.RoleAssignments.List("my_customer").RoleId(w.tenant.RoleID(google.SuperAdminRole))
	equal(t, "super admins", len(must[*admin.RoleAssignments](t)(super.Do()).Items), 3)
}

func TestARoleIsTakenAway(t *testing.T) {
	t.Parallel()
	w := serve(t, google.HandlerOptions{})
	service := w.admin()
	id := w.tenant.AssignmentID(google.Jane, google.ReaderRole)
	equal(t, "before", must[*admin.RoleAssignment](t)(service.RoleAssignments.Get("my_customer", id).Do()).AssignedTo, w.tenant.UserID(google.Jane))
	ok(t, service.RoleAssignments.Delete("my_customer", id).Do())
	failsWith(t, service.RoleAssignments.Delete("my_customer", id).Do(), 404, "notFound", "roleAssignmentId")
	_, err := service.RoleAssignments.Get("my_customer", id).Do()
	fails(t, err, 404, "notFound")
	_, err = service.RoleAssignments.Get("C0other", id).Do()
	fails(t, err, 400, "invalid")
	equal(t, "left", len(w.tenant.Roles(google.Jane)), 3)
	ok(t, service.Members.Delete(google.OnCall, google.Jane).Do())
	equalLists(t, "after leaving the group inside", w.tenant.Roles(google.Jane),
		google.HelpDeskRole+" via "+google.DeskAdmins, google.UserAdminRole+" in one unit")
	ok(t, service.RoleAssignments.Delete("my_customer", w.tenant.AssignmentID(google.DeskAdmins, google.HelpDeskRole)).Do())
	equalLists(t, "of the group", w.tenant.GroupRoles(google.DeskAdmins))
}

func TestARoleIsGivenOnce(t *testing.T) {
	t.Parallel()
	w := serve(t, google.HandlerOptions{})
	service := w.admin()
	assign := func(role, assignee, scope, unit string) error {
		id, err := strconv.ParseInt(role, 10, 64)
		ok(t, err)
		_, err = service.RoleAssignments.Insert("my_customer", &admin.RoleAssignment{RoleId: id, AssignedTo: assignee, ScopeType: scope, OrgUnitId: unit}).Do()
		return err
	}
	reader, super := w.tenant.RoleID(google.ReaderRole), w.tenant.RoleID(google.SuperAdminRole)
	mei, security, plain := w.tenant.UserID(google.Mei), w.tenant.GroupID(google.DeskAdmins), w.tenant.GroupID(google.Social)
	ok(t, assign(reader, mei, "CUSTOMER", ""))
	failsWith(t, assign(reader, mei, "CUSTOMER", ""), 500, "backendError", "Role assignment exists")
	ok(t, assign(reader, mei, "ORG_UNIT", "03ph8a2zabc"))
	ok(t, assign(reader, security, "CUSTOMER", ""))
	equalLists(t, "of the group", w.tenant.GroupRoles(google.DeskAdmins), google.ReaderRole, google.HelpDeskRole)
	fails(t, assign(super, security, "CUSTOMER", ""), 400, "invalid")
	fails(t, assign(reader, plain, "CUSTOMER", ""), 400, "invalid")
	fails(t, assign(reader, mei, "ORG_UNIT", ""), 400, "invalid")
	fails(t, assign(reader, mei, "PLANET", ""), 400, "invalid")
	fails(t, assign("5", mei, "CUSTOMER", ""), 404, "notFound")
	fails(t, assign(reader, "5", "CUSTOMER", ""), 404, "notFound")
	fails(t, service.RoleAssignments.Delete("C0other", "5").Do(), 400, "invalid")
	_, err := service.RoleAssignments.Insert("C0other", &admin.RoleAssignment{}).Do()
	fails(t, err, 400, "invalid")
	raw := serveUnchecked(t, google.HandlerOptions{})
	token, path := raw.tenant.IssueToken(google.Admin), "/admin/directory/v1/customer/my_customer/roleassignments"
	raw.do(token, "POST", path, `{"role":"x"}`).is(400)
	raw.do(token, "GET", path+"?includeIndirectRoleAssignments=x", "").is(400)
}

func TestWhatAnAdminMayDoFollowsFromTheirRoles(t *testing.T) {
	t.Parallel()
	w := serve(t, google.HandlerOptions{})
	suspend := func(by, whom string) error {
		_, err := w.as(by).Users.Update(whom, &admin.User{Suspended: true}).Do()
		return err
	}
	get := func(by, whom string) error {
		_, err := w.as(by).Users.Get(whom).Do()
		return err
	}
	password := func(by, whom string) error {
		_, err := w.as(by).Users.Update(whom, &admin.User{Password: google.Mark + "-another"}).Do()
		return err
	}
	// A delegated admin changes people, and no other admin; only a super admin does.
	ok(t, suspend(google.Delegated, google.Priya))
	fails(t, suspend(google.Delegated, google.Jane), 403, "forbidden")
	fails(t, suspend(google.Delegated, google.BreakGlass), 403, "forbidden")
	fails(t, w.as(google.Delegated).Users.SignOut(google.Jane).Do(), 403, "forbidden")
	ok(t, w.as(google.Delegated).Users.SignOut(google.Priya).Do())
	ok(t, func() error { _, err := w.as(google.Delegated).Tokens.List(google.Jane).Do(); return err }())
	ok(t, w.as(google.Delegated).Members.Delete(google.Engineering, google.Jane).Do())
	_, err := w.as(google.Delegated).RoleAssignments.List("my_customer").Do()
	fails(t, err, 403, "forbidden")
	fails(t, w.as(google.Delegated).Users.MakeAdmin(google.Delegated, &admin.UserMakeAdmin{Status: true}).Do(), 403, "forbidden")
	ok(t, suspend(google.Admin, google.Jane))

	ok(t, get(google.HelpDesk, google.Mei))
	ok(t, password(google.HelpDesk, google.Mei))
	fails(t, suspend(google.HelpDesk, google.Mei), 403, "forbidden")
	_, err = w.as(google.HelpDesk).Groups.List().UserKey(google.Mei).Do()
	fails(t, err, 403, "forbidden")
	_, err = w.as(google.GroupsAdmin).Groups.List().UserKey(google.Mei).Do()
	ok(t, err)
	_, err = w.as(google.GroupsAdmin).Tokens.List(google.Mei).Do()
	fails(t, err, 403, "forbidden")

	// Sam's role comes through a group.
	ok(t, suspend(google.Sam, google.Lena))
	w.tenant.RemoveFromGroup(google.Sam, google.ITAdmins)
	fails(t, suspend(google.Sam, google.Mei), 403, "forbidden")

	// Everybody else may look at the public side of a person, and no more.
	fails(t, get(google.Mei, google.Mei), 403, "forbidden")
	public := must[*admin.User](t)(w.as(google.Mei).Users.Get(google.Omar).ViewType("domain_public").Do())
	equal(t, "public", public.PrimaryEmail == google.Omar && public.OrgUnitPath == "", true)
	equal(t, "listed", len(must[*admin.Users](t)(w.as(google.Mei).Users.List().Customer("my_customer").ViewType("domain_public").Do()).Users) > 30, true)
}

func TestARoleInOneUnitCountsThereOnly(t *testing.T) {
	t.Parallel()
	w := serve(t, google.HandlerOptions{})
	w.tenant.AssignRoleInOrgUnit(google.Nobody, google.UserAdminRole, "/Sales")
	service := w.as(google.Nobody)
	_, err := service.Users.Get(google.Anonymous).Do()
	ok(t, err)
	_, err = service.Users.Get(google.Priya).Do()
	fails(t, err, 403, "forbidden")
	_, err = service.Users.Update(google.Priya, &admin.User{Suspended: true}).Do()
	fails(t, err, 403, "forbidden")
	people := must[*admin.Users](t)(service.Users.List().Customer("my_customer").Do()).Users
	for _, u := range people {
		equal(t, u.PrimaryEmail, u.OrgUnitPath, "/Sales")
	}
	equal(t, "people", len(people), 4)
}

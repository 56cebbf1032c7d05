package google_test

import (
	"context"
	"testing"

	admin "google.golang.org/api/admin/directory/v1"

	"github.com/offboard/terraform-provider-offboard/internal/sandbox/google"
)

func emailOf(g *admin.Group) string        { return g.Email }
func memberOf(m *admin.Member) string      { return m.Email + " " + m.Role }
func onlyAddress(m *admin.Member) string   { return m.Email }
func members(list *admin.Members) []string { return pluck(list.Members, memberOf) }

func TestAPersonsDirectGroupsAreListed(t *testing.T) {
	t.Parallel()
	w := serve(t, google.HandlerOptions{PageSize: 2})
	service := w.admin()
	groups := func(key string) []string {
		t.Helper()
		var got []*admin.Group
		ok(t, service.Groups.List().UserKey(key).Pages(context.Background(), func(page *admin.Groups) error {
			got = append(got, page.Groups...)
			return nil
		}))
		return pluck(got, emailOf)
	}
	mine := []string{google.DeskAdmins, google.Engineering, google.OnCall, google.Social}
	for _, key := range []string{google.Jane, google.JaneAlias, w.tenant.UserID(google.Jane)} {
		equalLists(t, key, groups(key), mine...)
	}
	equalLists(t, "none", groups(google.Nobody))
	equalLists(t, "of a group", groups(google.OnCall), google.ITAdmins)
	equalLists(t, "of somebody outside", groups(google.Outsider), google.Partners)
	equalLists(t, "of somebody outside in none", groups("nobody@elsewhere.example"))
	equalLists(t, "projects", groups(google.Projects), w.tenant.Groups(google.Projects)...)
	equal(t, "projects", len(groups(google.Projects)), 5)
	_, err := service.Groups.List().UserKey(google.Stranger).Do()
	failsWith(t, err, 400, "invalid", "Invalid Input: memberKey")
	_, err = service.Groups.List().UserKey(google.Jane).Customer("my_customer").Do()
	fails(t, err, 400, "badRequest")
}

func TestAllGroupsAreListed(t *testing.T) {
	t.Parallel()
	w := serve(t, google.HandlerOptions{})
	service := w.admin()
	all := must[*admin.Groups](t)(service.Groups.List().Customer("my_customer").OrderBy("email").SortOrder("DESCENDING").Do()).Groups
	equal(t, "groups", len(all), 14)
	equal(t, "last", all[13].Email, google.DeskAdmins)
	g := must[*admin.Group](t)(service.Groups.Get(w.tenant.GroupID(google.Social)).Do())
	equal(t, "made by a person", g.AdminCreated, false)
	equal(t, "members", g.DirectMembersCount, 4)
	_, err := service.Groups.Get("nothing@acme.example").Do()
	failsWith(t, err, 404, "notFound", "groupKey")
	_, err = service.Groups.List().Do()
	fails(t, err, 400, "badRequest")
	_, err = service.Groups.List().Domain("elsewhere.example").Do()
	fails(t, err, 404, "notFound")
	raw := serveUnchecked(t, google.HandlerOptions{})
	token := raw.tenant.IssueToken(google.Admin)
	raw.do(token, "GET", "/admin/directory/v1/groups?customer=my_customer&orderBy=name", "").is(400)
	raw.do(token, "GET", "/admin/directory/v1/groups?customer=my_customer&sortOrder=up", "").is(400)
}

func TestMembersAreListedWithTheirRoles(t *testing.T) {
	t.Parallel()
	w := serve(t, google.HandlerOptions{PageSize: 3})
	service := w.admin()
	var all []*admin.Member
	ok(t, service.Members.List(google.Engineering).Pages(context.Background(), func(page *admin.Members) error {
		all = append(all, page.Members...)
		return nil
	}))
	equalLists(t, "members", pluck(all, memberOf), w.tenant.Members(google.Engineering)...)
	for _, m := range all {
		want := "ACTIVE"
		if m.Email == google.Suspended || m.Email == google.Archived {
			want = "SUSPENDED"
		}
		equal(t, m.Email, m.Status, want)
	}
	equalLists(t, "owners", members(must[*admin.Members](t)(service.Members.List(google.Engineering).Roles("OWNER").Do())),
		google.Jane+" OWNER", google.Victor+" OWNER")
	equal(t, "two roles", len(must[*admin.Members](t)(service.Members.List(google.Engineering).Roles("OWNER,MANAGER").Do()).Members), 3)
	everyone := must[*admin.Members](t)(service.Members.List(google.Everyone).Roles("MEMBER").Do()).Members
	equal(t, "everyone", everyone[0].Type+" "+everyone[0].Id+everyone[0].Email, "CUSTOMER "+w.tenant.CustomerID())
	_, err := service.Members.List("nothing@acme.example").Do()
	failsWith(t, err, 404, "notFound", "groupKey")
	_, err = service.Members.List(google.Engineering).Roles("BOSS").Do()
	fails(t, err, 400, "invalidParameter")
	one := must[*admin.Member](t)(service.Members.Get(google.Partners, google.Outsider).Do())
	equal(t, "outside", one.Type+one.Status+" "+one.Email, "EXTERNAL "+google.Outsider)
}

func TestMembersOfGroupsInAGroupAreDerived(t *testing.T) {
	t.Parallel()
	w := serve(t, google.HandlerOptions{})
	service := w.admin()
	direct := must[*admin.Members](t)(service.Members.List(google.ITAdmins).Do())
	equalLists(t, "direct", pluck(direct.Members, onlyAddress), google.BreakGlass, google.OnCall, google.Sam)
	derived := must[*admin.Members](t)(service.Members.List(google.ITAdmins).IncludeDerivedMembership(true).Do())
	equalLists(t, "derived", pluck(derived.Members, onlyAddress),
		google.BreakGlass, google.Jane, google.Omar, google.OnCall, google.Sam, google.Tomas)
	for key, want := range map[string]bool{google.Jane: true, google.Sam: true, google.OnCall: true, google.Mei: false, google.Social: false} {
		equal(t, key, must[*admin.MembersHasMember](t)(service.Members.HasMember(google.ITAdmins, key).Do()).IsMember, want)
	}
	equal(t, "everyone", must[*admin.MembersHasMember](t)(service.Members.HasMember(google.Everyone, google.Jane).Do()).IsMember, true)
	_, err := service.Members.HasMember(google.Partners, google.Outsider).Do()
	failsWith(t, err, 400, "invalid", "Invalid Input: memberKey")
	_, err = service.Members.HasMember("nothing@acme.example", google.Jane).Do()
	fails(t, err, 404, "notFound")
	_, err = service.Members.Get(google.ITAdmins, google.Jane).Do()
	failsWith(t, err, 404, "notFound", "memberKey")
}

func TestOwnershipPassesToASuccessor(t *testing.T) {
	t.Parallel()
	w := serve(t, google.HandlerOptions{})
	service := w.admin()
	insert := func(group, email, role string) error {
		_, err := service.Members.Insert(group, &admin.Member{Email: email, Role: role}).Do()
		return err
	}
	ok(t, insert(google.OnCall, google.Mei, "OWNER"))
	failsWith(t, insert(google.Engineering, google.Mei, "OWNER"), 409, "duplicate", "Member already exists")
	equal(t, "as before", w.tenant.RoleIn(google.Mei, google.Engineering), google.Manager)
	patched := must[*admin.Member](t)(service.Members.Patch(google.Engineering, google.Mei, &admin.Member{Role: "OWNER"}).Do())
	equal(t, "patched", patched.Role, "OWNER")
	equal(t, "put", must[*admin.Member](t)(service.Members.Update(google.OnCall, google.Omar, &admin.Member{Role: "MANAGER"}).Do()).Role, "MANAGER")
	for _, group := range []string{google.Engineering, google.OnCall} {
		ok(t, service.Members.Delete(group, google.Jane).Do())
		failsWith(t, service.Members.Delete(group, google.Jane).Do(), 404, "notFound", "memberKey")
	}
	equalLists(t, "owners", w.tenant.Owners(google.OnCall), google.Mei)
	equalLists(t, "owners", w.tenant.Owners(google.Engineering), google.Mei, google.Victor)
	equalLists(t, "owned", w.tenant.OwnedGroups(google.Mei), google.Engineering, google.OnCall)
	equal(t, "gone", w.tenant.RoleIn(google.Jane, google.OnCall), "")
}

func TestTheLastOwnerCanBeRemoved(t *testing.T) {
	t.Parallel()
	w := serve(t, google.HandlerOptions{})
	ok(t, w.admin().Members.Delete(google.OnCall, google.JaneAlias).Do())
	equalLists(t, "owners", w.tenant.Owners(google.OnCall))
	equalLists(t, "groups", w.tenant.Groups(google.Jane), google.DeskAdmins, google.Engineering, google.Social)
}

func TestMembershipsThatCannotBeAreRefused(t *testing.T) {
	t.Parallel()
	w := serve(t, google.HandlerOptions{})
	service := w.admin()
	before := w.tenant.Snapshot(google.Nobody)
	insert := func(group string, member *admin.Member) error {
		_, err := service.Members.Insert(group, member).Do()
		return err
	}
	fails(t, insert(google.OnCall, &admin.Member{Email: google.Stranger}), 404, "notFound")
	fails(t, insert("nothing@acme.example", &admin.Member{Email: google.Mei}), 404, "notFound")
	fails(t, insert(google.OnCall, &admin.Member{Email: google.Mei, Role: "BOSS"}), 400, "invalid")
	fails(t, insert(google.OnCall, &admin.Member{}), 400, "required")
	fails(t, insert(google.OnCall, &admin.Member{Email: google.ITAdmins}), 412, "conditionNotMet")
	fails(t, insert(google.OnCall, &admin.Member{Email: google.OnCall}), 412, "conditionNotMet")
	fails(t, insert(google.Dynamic, &admin.Member{Email: google.Mei}), 400, "failedPrecondition")
	fails(t, service.Members.Delete(google.Dynamic, google.Omar).Do(), 400, "failedPrecondition")
	fails(t, service.Members.Delete("nothing@acme.example", google.Omar).Do(), 404, "notFound")
	_, err := service.Members.Patch(google.Dynamic, google.Omar, &admin.Member{Role: "OWNER"}).Do()
	fails(t, err, 400, "failedPrecondition")
	_, err = service.Members.Patch(google.OnCall, google.Omar, &admin.Member{Role: "BOSS"}).Do()
	fails(t, err, 400, "invalid")
	_, err = service.Members.Patch(google.OnCall, google.Mei, &admin.Member{Role: "OWNER"}).Do()
	fails(t, err, 404, "notFound")
	_, err = service.Members.Patch("nothing@acme.example", google.Mei, &admin.Member{Role: "OWNER"}).Do()
	fails(t, err, 404, "notFound")
	_, err = service.Members.Get("nothing@acme.example", google.Mei).Do()
	fails(t, err, 404, "notFound")
	equal(t, "everything", w.tenant.Snapshot(google.Nobody), before)
	raw := serveUnchecked(t, google.HandlerOptions{})
	path := "/admin/directory/v1/groups/" + google.OnCall + "/members"
	raw.do(raw.tenant.IssueToken(google.Admin), "POST", path, `{"mail":"x"}`).is(400)
	raw.do(raw.tenant.IssueToken(google.Admin), "PATCH", path+"/"+google.Omar, `{"mail":"x"}`).is(400)
	raw.do(raw.tenant.IssueToken(google.Admin), "GET", path+"?includeDerivedMembership=x", "").is(400)
}

func TestMembersCanBeGroupsAndOutsiders(t *testing.T) {
	t.Parallel()
	w := serve(t, google.HandlerOptions{})
	service := w.admin()
	group := must[*admin.Member](t)(service.Members.Insert(google.Partners, &admin.Member{Id: w.tenant.GroupID(google.Social)}).Do())
	equal(t, "group", group.Type+" "+group.Email+" "+group.Role, "GROUP "+google.Social+" MEMBER")
	outside := must[*admin.Member](t)(service.Members.Insert(google.Partners, &admin.Member{Email: "x@elsewhere.example"}).Do())
	equal(t, "outsider", outside.Type, "EXTERNAL")
	equalLists(t, "by id", w.tenant.Groups(outside.Id), google.Partners)
	ok(t, service.Members.Delete(google.Partners, outside.Id).Do())
}

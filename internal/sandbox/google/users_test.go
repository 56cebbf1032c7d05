package google_test

import (
	"context"
	"strings"
	"testing"
	"time"

	admin "google.golang.org/api/admin/directory/v1"
	"google.golang.org/api/googleapi"

	"github.com/offboard/terraform-provider-offboard/internal/sandbox/google"
)

func TestAPersonIsFoundByEveryAddressAndById(t *testing.T) {
	t.Parallel()
	w := serve(t, google.HandlerOptions{})
	service := w.admin()
	for _, key := range []string{google.Jane, google.JaneAlias, "JANE.DOE@ACME.example", w.tenant.UserID(google.Jane)} {
		jane := must[*admin.User](t)(service.Users.Get(key).Projection("full").Do())
		equal(t, key, jane.PrimaryEmail, google.Jane)
		equal(t, "id", jane.Id, w.tenant.UserID(google.Jane))
		equal(t, "customer", jane.CustomerId, w.tenant.CustomerID())
		equal(t, "name", jane.Name.FullName, "Jane Doe")
	}
	for _, key := range []string{google.Stranger, google.Deleted, w.tenant.DeletedID(google.Deleted), google.NoAccount, google.NoAccountEither} {
		_, err := service.Users.Get(key).Do()
		failsWith(t, err, 404, "notFound", "userKey")
	}
	_, err := service.Users.Get("somebody@elsewhere.example").Do()
	fails(t, err, 403, "forbidden")
}

func TestAPersonShowsWhatDecidesAboutTheAccount(t *testing.T) {
	t.Parallel()
	w := serve(t, google.HandlerOptions{})
	service := w.admin()
	get := func(email string) *admin.User {
		t.Helper()
		return must[*admin.User](t)(service.Users.Get(email).Do())
	}
	suspended, abusive, archived := get(google.Suspended), get(google.Abusive), get(google.Archived)
	equal(t, "suspended", suspended.Suspended && suspended.SuspensionReason == "ADMIN" && suspended.SuspensionTime != "", true)
	equal(t, "for abuse", abusive.Suspended && abusive.SuspensionReason == "ABUSE", true)
	equal(t, "archived", archived.Archived && archived.ArchivalTime != "" && !archived.Suspended, true)
	equal(t, "super admin", get(google.Admin).IsAdmin, true)
	jane := get(google.Jane)
	equal(t, "delegated admin", jane.IsDelegatedAdmin && !jane.IsAdmin, true)
	equal(t, "through a group only", get(google.Tomas).IsDelegatedAdmin, true)
	equal(t, "no admin", get(google.Priya).IsDelegatedAdmin, false)
	equal(t, "2-step", jane.IsEnrolledIn2Sv && !jane.IsEnforcedIn2Sv, true)
	equal(t, "enforced", get(google.Enforced).IsEnforcedIn2Sv, true)
	equal(t, "recovery", jane.RecoveryEmail+" "+jane.RecoveryPhone, "jane@personal.example +15550100142")
	equal(t, "never signed in", get(google.NewHire).LastLoginTime, "1970-01-01T00:00:00.000Z")
	equal(t, "capitals", get(google.UpperCase).PrimaryEmail, strings.ToLower(google.UpperCase))
	equal(t, "password", strings.Contains(string(w.do(w.tenant.IssueToken(google.Admin), "GET", "/admin/directory/v1/users/"+google.Jane, "").body), google.Mark), false)
}

func TestAnUpdateChangesWhatItNamesAndNothingElse(t *testing.T) {
	t.Parallel()
	w := serve(t, google.HandlerOptions{})
	service := w.admin()
	update := func(user *admin.User) *admin.User {
		t.Helper()
		return must[*admin.User](t)(service.Users.Update(google.Jane, user).Do())
	}
	equal(t, "suspended", update(&admin.User{Suspended: true}).Suspended, true)
	equal(t, "false that the client leaves out", update(&admin.User{Suspended: false}).Suspended, true)
	equal(t, "false that it sends", update(&admin.User{ForceSendFields: []string{"Suspended"}}).Suspended, false)
	equal(t, "an empty address that the client leaves out", update(&admin.User{}).RecoveryEmail, "jane@personal.example")
	equal(t, "an empty address that it sends", update(&admin.User{ForceSendFields: []string{"RecoveryEmail"}}).RecoveryEmail, "")
	equal(t, "null", update(&admin.User{NullFields: []string{"RecoveryPhone"}}).RecoveryPhone, "")
	equal(t, "PATCH", must[*admin.User](t)(service.Users.Patch(google.Jane, &admin.User{RecoveryPhone: "+15550100777"}).Do()).RecoveryPhone, "+15550100777")
	equal(t, "change", update(&admin.User{ChangePasswordAtNextLogin: true}).ChangePasswordAtNextLogin, true)
	equal(t, "name", update(&admin.User{Name: &admin.UserName{GivenName: "Janet"}}).Name.FullName, "Janet Doe")
	equal(t, "unit", update(&admin.User{OrgUnitPath: "/Sales"}).OrgUnitPath, "/Sales")
	equal(t, "list", update(&admin.User{ForceSendFields: []string{"IncludeInGlobalAddressList"}}).IncludeInGlobalAddressList, false)
	renamed := update(&admin.User{PrimaryEmail: "Janet.Doe@acme.example"})
	equal(t, "renamed", renamed.PrimaryEmail, "janet.doe@acme.example")
	equal(t, "the address she had", w.tenant.UserID(google.Jane), renamed.Id)
}

func TestAnUpdateThatMakesNoSenseChangesNothing(t *testing.T) {
	t.Parallel()
	w := serve(t, google.HandlerOptions{})
	service := w.admin()
	before := w.tenant.Snapshot(google.Nobody)
	for name, user := range map[string]*admin.User{
		"phone":    {Suspended: true, RecoveryPhone: "0555"},
		"address":  {RecoveryEmail: "nowhere"},
		"password": {Suspended: true, Password: "short"},
		"unit":     {OrgUnitPath: "/Nowhere"},
		"rename":   {PrimaryEmail: "jane@elsewhere.example"},
		"unknown":  {Suspended: true, HashFunction: "MD5"},
	} {
		_, err := service.Users.Update(google.Jane, user).Do()
		if err == nil {
			t.Errorf("%s: it was done", name)
			continue
		}
		fails(t, err, 400, "invalid")
	}
	_, err := service.Users.Update(google.Jane, &admin.User{PrimaryEmail: google.Mei}).Do()
	fails(t, err, 409, "duplicate")
	equal(t, "everything", w.tenant.Snapshot(google.Nobody), before)
}

func TestFieldsThatAreNotTheApisAreRefused(t *testing.T) {
	t.Parallel()
	w := serveUnchecked(t, google.HandlerOptions{})
	token, path := w.tenant.IssueToken(google.Admin), "/admin/directory/v1/users/"+google.Jane
	for _, body := range []string{
		`{"suspend":true}`, `{"isAdmin":false}`, `{"suspended":"true"}`, `{"name":5}`, `{"recoveryEmail":5}`, `[]`, `{} {}`, ``,
		`{"archived":1}`, `{"password":null}`, `{"orgUnitPath":5}`, `{"primaryEmail":5}`,
	} {
		w.do(token, "PUT", path, body).is(400)
	}
	w.do(token, "POST", path+"/makeAdmin", `{}`).is(400)
	w.do(token, "POST", path+"/makeAdmin", `{"admin":true}`).is(400)
	w.do(token, "GET", path+"?userkey=x", "").is(501)
	w.do(token, "GET", path+"?alt=media", "").is(501)
	w.do(token, "GET", path+"?projection=custom", "").is(501)
	w.do(token, "GET", path+"?viewType=all", "").is(400)
	w.do(token, "GET", path+"?fields=name(", "").is(400)
	w.do(token, "GET", path+"?fields=,", "").is(400)
	w.do(token, "GET", path+"?fields=id)", "").is(400)
	for _, query := range []string{
		"", "?customer=C0other", "?customer=my_customer&maxResults=0", "?customer=my_customer&maxResults=501",
		"?customer=my_customer&pageToken=x", "?customer=my_customer&orderBy=age", "?customer=my_customer&sortOrder=up",
		"?customer=my_customer&showDeleted=maybe", "?customer=my_customer&query=jane", "?customer=my_customer&query=age:5",
	} {
		w.do(token, "GET", "/admin/directory/v1/users"+query, "").is(400)
	}
	w.do(token, "GET", "/admin/directory/v1/users?domain=elsewhere.example", "").is(404)
}

func TestANewPasswordEndsTheGrantsOfMailAppsOnly(t *testing.T) {
	t.Parallel()
	w := serve(t, google.HandlerOptions{})
	const password = google.Mark + "-new-password"
	must[*admin.User](t)(w.admin().Users.Update(google.Jane, &admin.User{Password: password}).Do())
	equalLists(t, "apps", w.tenant.Tokens(google.Jane), google.NotesApp)
	equalLists(t, "app passwords", w.tenant.AppPasswords(google.Jane), "Office scanner", "Thunderbird")
	equal(t, "password", w.tenant.HasPassword(google.Jane, password), true)
	equal(t, "time", w.tenant.PasswordChanged(google.Jane).Equal(w.clock.Now()), true)
	equal(t, "sessions", w.tenant.Sessions(google.Jane), 2)
}

func TestArchivingTakesALicence(t *testing.T) {
	t.Parallel()
	w := serve(t, google.HandlerOptions{})
	service := w.admin()
	archive := func(email string) error {
		_, err := service.Users.Update(email, &admin.User{Archived: true}).Do()
		return err
	}
	ok(t, archive(google.Jane))
	ok(t, archive(google.Jane))
	equal(t, "free", w.tenant.ArchiveLicences(), 1)
	w.tenant.SetArchiveLicences(0)
	failsWith(t, archive(google.Omar), 412, "conditionNotMet", "archived user licenses")
	equal(t, "archived", w.tenant.IsArchived(google.Omar), false)
	must[*admin.User](t)(service.Users.Update(google.Jane, &admin.User{ForceSendFields: []string{"Archived"}}).Do())
	equal(t, "free again", w.tenant.ArchiveLicences(), 1)
	equalLists(t, "groups of somebody archived", w.tenant.Groups(google.Archived), google.Engineering)
}

func TestNobodyBringsBackWhomGoogleSuspended(t *testing.T) {
	t.Parallel()
	w := serve(t, google.HandlerOptions{})
	unsuspend := &admin.User{ForceSendFields: []string{"Suspended"}}
	_, err := w.admin().Users.Update(google.Abusive, unsuspend).Do()
	failsWith(t, err, 412, "conditionNotMet", "abuse")
	ok(t, func() error { _, err := w.admin().Users.Update(google.Suspended, unsuspend).Do(); return err }())
	equal(t, "suspended by an admin", w.tenant.IsSuspended(google.Suspended), false)
}

func TestTheLastSuperAdminStays(t *testing.T) {
	t.Parallel()
	w := serve(t, google.HandlerOptions{})
	service := w.admin()
	no := &admin.UserMakeAdmin{ForceSendFields: []string{"Status"}}
	ok(t, service.Users.MakeAdmin(google.BreakGlass, no).Do())
	// SuspendedAdmin has the role, and can't sign in.
	fails(t, service.Users.MakeAdmin(google.Admin, no).Do(), 412, "conditionNotMet")
	_, err := service.Users.Update(google.Admin, &admin.User{Suspended: true}).Do()
	fails(t, err, 412, "conditionNotMet")
	err = service.RoleAssignments.Delete("my_customer", w.tenant.AssignmentID(google.Admin, google.SuperAdminRole)).Do()
	fails(t, err, 412, "conditionNotMet")
	ok(t, service.Users.MakeAdmin(google.Mei, &admin.UserMakeAdmin{Status: true}).Do())
	ok(t, service.Users.MakeAdmin(google.Mei, &admin.UserMakeAdmin{Status: true}).Do())
	equalLists(t, "roles", w.tenant.Roles(google.Mei), google.SuperAdminRole)
	ok(t, service.Users.MakeAdmin(google.Admin, no).Do())
	equal(t, "super", w.tenant.IsSuperAdmin(google.Admin), false)
}

func TestEverybodyIsListedPageByPage(t *testing.T) {
	t.Parallel()
	w := serve(t, google.HandlerOptions{PageSize: 7})
	var got []*admin.User
	pages := 0
	err := w.admin().Users.List().Customer("my_customer").MaxResults(500).OrderBy("email").
		Pages(context.Background(), func(page *admin.Users) error {
			got = append(got, page.Users...)
			pages++
			return nil
		})
	ok(t, err)
	equalLists(t, "people", pluck(got, func(u *admin.User) string { return u.PrimaryEmail }), w.tenant.Addresses()...)
	equal(t, "pages", pages, (len(got)+6)/7)
	equal(t, "first", got[0].PrimaryEmail, w.tenant.Addresses()[0])
	list := w.admin().Users.List().Domain("acme.example").OrderBy("familyName").SortOrder("DESCENDING")
	equal(t, "by name", must[*admin.Users](t)(list.Do()).Users[0].Name.FamilyName, "Zahra")
	equal(t, "given name", must[*admin.Users](t)(list.OrderBy("givenName").SortOrder("ASCENDING").Do()).Users[0].Name.GivenName, "Alan")
}

func TestAPageTokenIsForItsOwnListOnly(t *testing.T) {
	t.Parallel()
	w := serve(t, google.HandlerOptions{PageSize: 2})
	service := w.admin()
	page := must[*admin.Users](t)(service.Users.List().Customer("my_customer").Do())
	_, err := service.Groups.List().Customer("my_customer").PageToken(page.NextPageToken).Do()
	fails(t, err, 400, "invalidParameter")
	_, err = service.Users.List().Domain("acme.example").PageToken(page.NextPageToken).Do()
	fails(t, err, 400, "invalidParameter")
}

func TestTheDeletedAreListedForTwentyDays(t *testing.T) {
	t.Parallel()
	w := serve(t, google.HandlerOptions{})
	deleted := func() []*admin.User {
		t.Helper()
		return must[*admin.Users](t)(w.as(google.Admin).Users.List().Customer(w.tenant.CustomerID()).ShowDeleted("true").Do()).Users
	}
	equalLists(t, "deleted", pluck(deleted(), func(u *admin.User) string { return u.PrimaryEmail }), google.Deleted)
	equal(t, "time", deleted()[0].DeletionTime != "", true)
	w.tenant.Delete(google.Omar)
	equal(t, "deleted since", len(deleted()), 2)
	w.clock.Advance(14 * 24 * time.Hour)
	equalLists(t, "later", pluck(deleted(), func(u *admin.User) string { return u.PrimaryEmail }), google.Omar)
}

func TestASearchFindsPeopleAsTheyWere(t *testing.T) {
	t.Parallel()
	w := serve(t, google.HandlerOptions{SearchLag: time.Hour})
	service := w.as(google.Admin)
	search := func(query string) []string {
		t.Helper()
		found := must[*admin.Users](t)(w.as(google.Admin).Users.List().Customer("my_customer").Query(query).Do()).Users
		return pluck(found, func(u *admin.User) string { return u.PrimaryEmail })
	}
	suspended := []string{google.Suspended, google.Abusive, google.SuspendedAdmin}
	equalLists(t, "before", search("isSuspended=true"), suspended...)
	must[*admin.User](t)(service.Users.Update(google.Jane, &admin.User{Suspended: true}).Do())
	w.tenant.Suspend(google.Omar)
	equalLists(t, "at once", search("isSuspended=true"), suspended...)
	equal(t, "without a query", must[*admin.User](t)(service.Users.Get(google.Jane).Do()).Suspended, true)
	w.clock.Advance(2 * time.Hour)
	equalLists(t, "later", search("isSuspended=true"), suspended[0], suspended[1], google.Jane, suspended[2], google.Omar)
	equalLists(t, "by manager", search("directManager='jane.doe@acme.example'"), google.Lena, google.Omar, google.Tomas)
	equalLists(t, "by prefix", search("email:jane* isArchived=false"), google.Jane)
	equalLists(t, "by name", search("givenName=Jane familyName:Doe orgUnitPath=/Engineering"), google.Jane)
	equalLists(t, "admins", search("isAdmin=true"), google.BreakGlass, google.SuspendedAdmin, google.Admin)
	equal(t, "delegated", len(search("isDelegatedAdmin=true")) > 0, true)
}

func TestAliasesAreListed(t *testing.T) {
	t.Parallel()
	w := serve(t, google.HandlerOptions{})
	service := w.admin()
	w.tenant.AddAlias(google.Jane, "jd@acme.example")
	got := must[*admin.Aliases](t)(service.Users.Aliases.List(google.Jane).Do())
	equal(t, "aliases", len(got.Aliases), 2)
	equal(t, "none", len(must[*admin.Aliases](t)(service.Users.Aliases.List(google.Omar).Do()).Aliases), 0)
	w.tenant.Rename(google.Jane, "jane.roe@acme.example")
	equalLists(t, "after a new name", w.tenant.Aliases("jane.roe@acme.example"), google.JaneAlias, "jd@acme.example", google.Jane)
}

func TestTheCustomerIsShown(t *testing.T) {
	t.Parallel()
	w := serve(t, google.HandlerOptions{})
	customer := must[*admin.Customer](t)(w.admin().Customers.Get("my_customer").Do())
	equal(t, "id", customer.Id, w.tenant.CustomerID())
	equal(t, "domain", customer.CustomerDomain, "acme.example")
	_, err := w.admin().Customers.Get("C0other").Do()
	fails(t, err, 400, "invalid")
}

func TestOnlyTheFieldsThatAreAskedForComeBack(t *testing.T) {
	t.Parallel()
	w := serve(t, google.HandlerOptions{})
	service := w.admin()
	get := func(fields ...googleapi.Field) *admin.User {
		t.Helper()
		return must[*admin.User](t)(service.Users.Get(google.Jane).Fields(fields...).Do())
	}
	jane := get("id", "name/givenName")
	equal(t, "asked for", jane.Id != "" && jane.Name.GivenName == "Jane", true)
	equal(t, "not asked for", jane.PrimaryEmail+jane.Name.FamilyName, "")
	equal(t, "all", get("*").Name.FamilyName, "Doe")
	equal(t, "twice", get("name/givenName", "name/familyName").Name.FamilyName, "Doe")
	equal(t, "the whole and a part", get("name", "name/familyName").Name.GivenName, "Jane")
	equal(t, "a part and the whole", get("name/familyName", "name").Name.GivenName, "Jane")
	page := must[*admin.Users](t)(service.Users.List().Customer("my_customer").Fields("users(id,name(givenName,fullName))").Do())
	equal(t, "in rows", page.Kind == "" && page.Users[0].Id != "" && page.Users[0].Name.FamilyName == "", true)
	_, err := service.Users.Get(google.Stranger).Fields("id").Do()
	fails(t, err, 404, "notFound")
}

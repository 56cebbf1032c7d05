package google_test

import (
	"strings"
	"testing"

	admin "google.golang.org/api/admin/directory/v1"

	"github.com/offboard/terraform-provider-offboard/internal/sandbox/google"
)

func TestSigningOutEndsSessionsAndCanBeRepeated(t *testing.T) {
	t.Parallel()
	w := serve(t, google.HandlerOptions{})
	service := w.admin()
	w.tenant.SignIn(google.Jane)
	equal(t, "sessions", w.tenant.Sessions(google.Jane), 3)
	for range 2 {
		ok(t, service.Users.SignOut(google.Jane).Do())
		equal(t, "sessions", w.tenant.Sessions(google.Jane), 0)
	}
	ok(t, service.Users.SignOut(google.Suspended).Do())
	fails(t, service.Users.SignOut(google.Stranger).Do(), 404, "notFound")
}

func TestAppsThatPeopleLetInAreListedAndSentAway(t *testing.T) {
	t.Parallel()
	w := serve(t, google.HandlerOptions{})
	service := w.admin()
	tokens := must[*admin.Tokens](t)(service.Tokens.List(google.Jane).Do()).Items
	equalLists(t, "apps", pluck(tokens, func(x *admin.Token) string { return x.DisplayText }), google.NotesApp, google.MailApp)
	equal(t, "whose", tokens[0].UserKey, w.tenant.UserID(google.Jane))
	client := w.tenant.ClientIDOf(google.Jane, google.MailApp)
	one := must[*admin.Token](t)(service.Tokens.Get(google.Jane, client).Do())
	equal(t, "scope", one.Scopes[0], "https://mail.google.com/")
	ok(t, service.Tokens.Delete(google.Jane, client).Do())
	fails(t, service.Tokens.Delete(google.Jane, client).Do(), 404, "notFound")
	_, err := service.Tokens.Get(google.Jane, client).Do()
	fails(t, err, 404, "notFound")
	equalLists(t, "what is left", w.tenant.Tokens(google.Jane), google.NotesApp)
	equalLists(t, "of others", w.tenant.Tokens(google.Omar), google.CloudApp, google.NotesApp)

	anonymous := must[*admin.Tokens](t)(service.Tokens.List(google.Anonymous).Do()).Items[0]
	equal(t, "anonymous", anonymous.Anonymous && anonymous.ClientId == "crm.partner.example", true)
	ok(t, service.Tokens.Delete(google.Suspended, w.tenant.ClientIDOf(google.Suspended, google.NotesApp)).Do())
	equal(t, "none", len(must[*admin.Tokens](t)(service.Tokens.List(google.Suspended).Do()).Items), 0)
}

func TestAnAppThatIsLetInAgainHasMoreScopesAndNoSecondRow(t *testing.T) {
	t.Parallel()
	w := serve(t, google.HandlerOptions{})
	client := w.tenant.Authorize(google.Jane, google.NotesApp, "calendar", "drive.file")
	equal(t, "client", client, w.tenant.ClientIDOf(google.Jane, google.NotesApp))
	one := must[*admin.Token](t)(w.admin().Tokens.Get(google.Jane, client).Do())
	equal(t, "scopes", len(one.Scopes), 4)
	other := w.tenant.Authorize(google.Jane, "Anything", "https://example.com/scope")
	equal(t, "another app", must[*admin.Token](t)(w.admin().Tokens.Get(google.Jane, other).Do()).DisplayText, "Anything")
}

func TestAppPasswordsAreListedWithoutThePasswords(t *testing.T) {
	t.Parallel()
	w := serve(t, google.HandlerOptions{})
	service := w.admin()
	list := func() []*admin.Asp {
		t.Helper()
		return must[*admin.Asps](t)(service.Asps.List(google.Jane).Do()).Items
	}
	equalLists(t, "names", pluck(list(), func(x *admin.Asp) string { return x.Name }), "Office scanner", "Thunderbird")
	id := int64(w.tenant.AppPasswordID(google.Jane, "Thunderbird"))
	equal(t, "one", must[*admin.Asp](t)(service.Asps.Get(google.Jane, id).Do()).Name, "Thunderbird")
	ok(t, service.Asps.Delete(google.Jane, id).Do())
	fails(t, service.Asps.Delete(google.Jane, id).Do(), 404, "notFound")
	_, err := service.Asps.Get(google.Jane, id).Do()
	fails(t, err, 404, "notFound")
	equal(t, "another has another id", w.tenant.CreateAppPassword(google.Jane, "Thunderbird") != int(id), true)
	equal(t, "rows", len(list()), 2)
	raw := serveUnchecked(t, google.HandlerOptions{})
	raw.do(raw.tenant.IssueToken(google.Admin), "DELETE", "/admin/directory/v1/users/"+google.Jane+"/asps/x", "").is(400)
	raw.do(raw.tenant.IssueToken(google.Admin), "GET", "/admin/directory/v1/users/"+google.Jane+"/asps/x", "").is(400)
}

func TestBackupCodesAreSecretsThatTheListShows(t *testing.T) {
	t.Parallel()
	w := serve(t, google.HandlerOptions{})
	service := w.admin()
	codes := func(email string) []string {
		t.Helper()
		items := must[*admin.VerificationCodes](t)(service.VerificationCodes.List(email).Do()).Items
		return pluck(items, func(c *admin.VerificationCode) string { return c.VerificationCode })
	}
	first := codes(google.Jane)
	equal(t, "ten", len(first), 10)
	for _, code := range first {
		equal(t, code, strings.HasPrefix(code, google.Mark), true)
	}
	ok(t, service.VerificationCodes.Generate(google.Jane).Do())
	second := codes(google.Jane)
	equal(t, "others", len(second) == 10 && second[0] != first[0], true)
	ok(t, service.VerificationCodes.Invalidate(google.Jane).Do())
	equal(t, "none", len(codes(google.Jane)), 0)
	ok(t, service.VerificationCodes.Invalidate(google.Jane).Do())
	equal(t, "of others", len(w.tenant.BackupCodes(google.Mei)), 10)
	fields, err := service.VerificationCodes.List(google.Mei).Fields("items(etag)").Do()
	ok(t, err)
	equal(t, "counted without being seen", len(fields.Items) == 10 && fields.Items[0].VerificationCode == "", true)
}

func TestASuspendedPersonsSecondStepsStay(t *testing.T) {
	t.Parallel()
	w := serve(t, google.HandlerOptions{})
	service := w.admin()
	equal(t, "codes can be seen", len(must[*admin.VerificationCodes](t)(service.VerificationCodes.List(google.Suspended).Do()).Items), 10)
	fails(t, service.VerificationCodes.Invalidate(google.Suspended).Do(), 400, "invalid")
	fails(t, service.VerificationCodes.Generate(google.Suspended).Do(), 400, "invalid")
	fails(t, service.TwoStepVerification.TurnOff(google.Suspended).Do(), 400, "invalid")
	equal(t, "codes", len(w.tenant.BackupCodes(google.Suspended)), 10)
	w.tenant.Unsuspend(google.Suspended)
	ok(t, service.VerificationCodes.Invalidate(google.Suspended).Do())
}

func TestTwoStepVerificationIsTurnedOffWhereItMayBe(t *testing.T) {
	t.Parallel()
	w := serve(t, google.HandlerOptions{})
	service := w.admin()
	for _, email := range []string{google.Enforced, google.Protected, google.Unenrolled} {
		fails(t, service.TwoStepVerification.TurnOff(email).Do(), 400, "invalid")
	}
	ok(t, service.TwoStepVerification.TurnOff(google.Jane).Do())
	equal(t, "enrolled", w.tenant.IsEnrolledIn2Step(google.Jane), false)
	equal(t, "codes", len(w.tenant.BackupCodes(google.Jane)), 0)
	fails(t, service.TwoStepVerification.TurnOff(google.Jane).Do(), 400, "invalid")
	w.tenant.EnrollIn2Step(google.Jane)
	w.tenant.Enforce2Step(google.Jane, true)
	fails(t, service.TwoStepVerification.TurnOff(google.Jane).Do(), 400, "invalid")
}

func TestWhoIsNotThereIsNamedAsTheUser(t *testing.T) {
	t.Parallel()
	w := serve(t, google.HandlerOptions{})
	service := w.admin()
	_, tokens := service.Tokens.List(google.Stranger).Do()
	_, token := service.Tokens.Get(google.Stranger, "x").Do()
	_, asps := service.Asps.List(google.Stranger).Do()
	_, asp := service.Asps.Get(google.Stranger, 1).Do()
	_, codes := service.VerificationCodes.List(google.Stranger).Do()
	_, aliases := service.Users.Aliases.List(google.Stranger).Do()
	_, update := service.Users.Update(google.Stranger, &admin.User{Suspended: true}).Do()
	for name, err := range map[string]error{
		"tokens.list": tokens, "tokens.get": token, "asps.list": asps, "asps.get": asp, "codes.list": codes,
		"aliases.list": aliases, "users.update": update,
		"tokens.delete": service.Tokens.Delete(google.Stranger, "x").Do(),
		"asps.delete":   service.Asps.Delete(google.Stranger, 1).Do(),
		"invalidate":    service.VerificationCodes.Invalidate(google.Stranger).Do(),
		"turnOff":       service.TwoStepVerification.TurnOff(google.Stranger).Do(),
		"makeAdmin":     service.Users.MakeAdmin(google.Stranger, &admin.UserMakeAdmin{Status: true}).Do(),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			failsWith(t, err, 404, "notFound", "Resource Not Found: userKey")
		})
	}
}

package google_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/offboard/terraform-provider-offboard/internal/sandbox/google"
)

const (
	asAdmin  = "useDomainAdminAccess=true"
	ofDrives = "supportsAllDrives=true&" + asAdmin
	shown    = "&fields=permissions(id,emailAddress,role,type,deleted)"
)

func membersPath(w *world, drive string) string {
	return "/drive/v3/files/" + w.tenant.SharedDriveID(drive) + "/permissions"
}

// reason is why a request was refused.
func (a answer) reason() string {
	a.t.Helper()
	var body struct {
		Error struct{ Errors []struct{ Reason string } }
	}
	ok(a.t, json.Unmarshal(a.body, &body))
	return body.Error.Errors[0].Reason
}

func TestSharedDrivesAreAnAdministratorsToSee(t *testing.T) {
	t.Parallel()
	w := serve(t, google.HandlerOptions{PageSize: 4})
	token := w.tenant.IssueToken(google.Admin)
	first := w.do(token, http.MethodGet, "/drive/v3/drives?"+asAdmin, "").is(200)
	equal(t, "drives on a page", len(first.rows("drives")), 4)
	equal(t, "there are more", strings.Contains(string(first.body), "nextPageToken"), true)
	w.do(token, http.MethodGet, "/drive/v3/drives/"+w.tenant.SharedDriveID(google.Books)+"?"+asAdmin, "").is(200)
	w.do(token, http.MethodGet, "/drive/v3/drives/0A?"+asAdmin, "").is(404)
	w.do(token, http.MethodGet, membersPath(w, google.Books)+"?"+asAdmin, "").is(404)
	for _, who := range []string{google.Delegated, google.Jane} {
		refused := w.do(w.tenant.IssueToken(who), http.MethodGet, "/drive/v3/drives?"+asAdmin, "").is(403)
		equal(t, "the reason", refused.reason(), "insufficientAdministratorPrivileges")
		w.do(w.tenant.IssueToken(who), http.MethodGet, membersPath(w, google.Handbook)+"?"+ofDrives, "").is(403)
	}
}

func TestMembersOfASharedDriveShowLittleUnlessAskedAndTheDeletedAreWithoutAnAddress(t *testing.T) {
	t.Parallel()
	w := serve(t, google.HandlerOptions{})
	token := w.tenant.IssueToken(google.Admin)
	path := membersPath(w, google.Handbook) + "?" + ofDrives
	for _, row := range w.do(token, http.MethodGet, path, "").is(200).rows("permissions") {
		equal(t, "address, unasked for", row["emailAddress"] == nil, true)
	}
	w.tenant.Delete(google.Omar)
	deleted := 0
	for _, row := range w.do(token, http.MethodGet, path+shown, "").is(200).rows("permissions") {
		if row["deleted"] == true {
			deleted++
			equal(t, "address", row["emailAddress"] == nil, true)
		}
	}
	equal(t, "deleted", deleted, 1)
}

func TestMembersOfASharedDriveAreAddedRaisedAndTakenOff(t *testing.T) {
	t.Parallel()
	w := serve(t, google.HandlerOptions{})
	token := w.tenant.IssueToken(google.Admin)
	path := membersPath(w, google.Brand)
	body := func(kind, role, address string) string {
		return fmt.Sprintf(`{"type":%q,"role":%q,"emailAddress":%q}`, kind, role, address)
	}
	w.tenant.LimitSharing(1)
	limited := w.do(token, http.MethodPost, path+"?sendNotificationEmail=false&"+ofDrives, body("user", google.Writer, google.Mei)).is(403)
	equal(t, "the reason", limited.reason(), "sharingRateLimitExceeded")
	var made struct{ ID string }
	ok(t, json.Unmarshal(w.do(token, http.MethodPost, path+"?sendNotificationEmail=false&"+ofDrives, body("user", google.Writer, google.Mei)).is(200).body, &made))
	equalLists(t, "mail", w.tenant.Mailed())
	w.do(token, http.MethodPost, path+"?"+ofDrives, body("user", google.Reader, google.Mei)).is(200)
	equalLists(t, "mail", w.tenant.Mailed(), google.Mei)
	equalLists(t, "Mei's", w.tenant.SharedDrives(google.Mei), google.Brand+" (writer)", google.Handbook+" (reader)")
	w.do(token, http.MethodPost, path+"?"+ofDrives, body("group", google.Writer, google.Mei)).is(400)
	w.do(token, http.MethodPost, path+"?"+ofDrives, body("user", "boss", google.Mei)).is(400)

	one := path + "/" + made.ID + "?" + ofDrives
	w.do(token, http.MethodPatch, one, `{"role":"organizer"}`).is(200)
	w.do(token, http.MethodPatch, one, `{"role":"boss"}`).is(400)
	w.do(token, http.MethodGet, one, "").is(200)
	w.do(token, http.MethodDelete, one, "").is(204)
	equal(t, "the reason", w.do(token, http.MethodDelete, one, "").is(404).reason(), "notFound")
	w.do(token, http.MethodGet, one, "").is(404)
	equalLists(t, "Mei's", w.tenant.SharedDrives(google.Mei), google.Handbook+" (reader)")
	equalLists(t, "the others", w.tenant.DriveMembers(google.Brand), "ben.okafor@acme.example (reader)", "helen.brandt@acme.example (organizer)",
		"jane.doe@acme.example (reader)", "victor.almeida@acme.example (commenter)")
}

func TestAMemberIsOneAndTheSameInEveryDrive(t *testing.T) {
	t.Parallel()
	w := serve(t, google.HandlerOptions{})
	token := w.tenant.IssueToken(google.Admin)
	ids := map[any]bool{}
	for _, drive := range []string{google.Handbook, google.Reviews} {
		for _, row := range w.do(token, http.MethodGet, membersPath(w, drive)+"?"+ofDrives+shown, "").is(200).rows("permissions") {
			if row["emailAddress"] == google.Jane {
				ids[row["id"]] = true
			}
		}
	}
	equal(t, "ids of Jane's permissions", len(ids), 1)
}

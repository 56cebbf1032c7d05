package google_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/offboard/terraform-provider-offboard/internal/sandbox/google"
)

const (
	vaultMatters  = "/v1/matters"
	dataTransfers = "/admin/datatransfer/v1/transfers"
	driveID       = "55656082996"
)

// rows are the rows of a list under a name.
func (a answer) rows(name string) []map[string]any {
	a.t.Helper()
	var body map[string]json.RawMessage
	ok(a.t, json.Unmarshal(a.body, &body))
	rows := []map[string]any{}
	if body[name] != nil {
		ok(a.t, json.Unmarshal(body[name], &rows))
	}
	return rows
}

func transferBody(from, to, params string) string {
	return fmt.Sprintf(`{"oldOwnerUserId":%q,"newOwnerUserId":%q,"applicationDataTransfers":[{"applicationId":%q%s}]}`, from, to, driveID, params)
}

const bothLevels = `,"applicationTransferParams":[{"key":"PRIVACY_LEVEL","value":["PRIVATE","SHARED"]}]`

func TestHoldsAreMadeListedAndEnded(t *testing.T) {
	t.Parallel()
	w := serve(t, google.HandlerOptions{})
	token := w.tenant.IssueToken(google.Admin)
	var matter string
	for _, m := range w.do(token, "GET", vaultMatters+"?state=OPEN", "").is(200).rows("matters") {
		if m["name"] == google.Audit {
			matter = fmt.Sprint(m["matterId"])
		}
	}
	holds := vaultMatters + "/" + matter + "/holds"
	w.do(token, "POST", holds, fmt.Sprintf(`{"name":"Jane","corpus":"MAIL","accounts":[{"accountId":%q}]}`, w.tenant.UserID(google.Jane))).is(200)
	equal(t, "held", w.tenant.IsHeld(google.Jane), true)
	w.do(token, "POST", holds, `{"name":"Both","corpus":"MAIL"}`).is(400)
	w.do(token, "POST", holds, `{"name":"Nobody","corpus":"MAIL","accounts":[{"email":"`+google.Stranger+`"}]}`).is(400)
	for _, h := range w.do(token, "GET", holds+"?view=BASIC_HOLD", "").is(200).rows("holds") {
		equal(t, "accounts in the basic view", h["accounts"] == nil, true)
		if h["name"] == "Jane" {
			full := w.do(token, "GET", holds+"/"+fmt.Sprint(h["holdId"])+"?view=FULL_HOLD", "").is(200)
			equal(t, "in the full view", strings.Contains(string(full.body), w.tenant.UserID(google.Jane)), true)
			w.do(token, "DELETE", holds+"/"+fmt.Sprint(h["holdId"]), "").is(200)
			w.do(token, "GET", holds+"/"+fmt.Sprint(h["holdId"]), "").is(404)
		}
	}
	equal(t, "held", w.tenant.IsHeld(google.Jane), false)
	equalLists(t, "the others", w.tenant.Holds(google.Audit), "Books")

	other := w.tenant.IssueToken(google.Delegated)
	equal(t, "matters of one who is no super admin", len(w.do(other, "GET", vaultMatters, "").is(200).rows("matters")), 0)
	w.do(other, "GET", holds, "").is(404)
}

func TestAHoldOnAUnitCoversThoseBelowIt(t *testing.T) {
	t.Parallel()
	w := serve(t, google.HandlerOptions{})
	w.tenant.MoveToOrgUnit(google.Jane, "/Former staff/2026/May")
	equal(t, "below", w.tenant.IsHeld(google.Jane), true)
	w.tenant.MoveToOrgUnit(google.Jane, "/Former staffing")
	equal(t, "beside", w.tenant.IsHeld(google.Jane), false)
	token := w.tenant.IssueToken(google.Admin)
	units := "/admin/directory/v1/customer/my_customer/orgunits?type="
	all := w.do(token, "GET", units+"all", "").is(200).rows("organizationUnits")
	withRoot := w.do(token, "GET", units+"allIncludingParent", "").is(200).rows("organizationUnits")
	equal(t, "the root", len(withRoot), len(all)+1)
}

func TestATransferTakesSeveralLooksAndMovesWhatItWasAskedTo(t *testing.T) {
	t.Parallel()
	for params, left := range map[string]int{bothLevels: 0, "": 2} {
		w := serve(t, google.HandlerOptions{})
		token, jane := w.tenant.IssueToken(google.Admin), w.tenant.UserID(google.Jane)
		begun := w.do(token, "POST", dataTransfers, transferBody(jane, w.tenant.UserID(google.Mei), params)).is(200)
		var x struct{ ID, OverallTransferStatusCode string }
		ok(t, json.Unmarshal(begun.body, &x))
		looks := 0
		for ; x.OverallTransferStatusCode == "inProgress"; looks++ {
			ok(t, json.Unmarshal(w.do(token, "GET", dataTransfers+"/"+x.ID, "").is(200).body, &x))
		}
		equal(t, "looks", looks, 3)
		equal(t, "how it ended", x.OverallTransferStatusCode, "completed")
		equal(t, "files left", len(w.tenant.Files(google.Jane)), left)
		w.do(token, "POST", dataTransfers, transferBody(jane, w.tenant.UserID(google.Mei), params)).is(200)
		equalLists(t, "another, asked for again", w.tenant.Transfers(google.Jane), "completed", "inProgress")
	}
}

func TestATransferIsRefusedOnHoldAndToWhoIsNotActive(t *testing.T) {
	t.Parallel()
	w := serve(t, google.HandlerOptions{})
	token, jane, mei := w.tenant.IssueToken(google.Admin), w.tenant.UserID(google.Jane), w.tenant.UserID(google.Mei)
	w.do(token, "POST", dataTransfers, transferBody(jane, w.tenant.UserID(google.Suspended), bothLevels)).is(412)
	w.do(token, "POST", dataTransfers, transferBody(jane, "1", bothLevels)).is(404)
	w.do(token, "POST", dataTransfers, transferBody("1", mei, bothLevels)).is(404)
	w.do(token, "POST", dataTransfers, transferBody(jane, jane, bothLevels)).is(400)
	w.tenant.Hold(google.Jane, google.Audit, "VOICE")
	w.do(token, "POST", dataTransfers, transferBody(jane, mei, bothLevels)).is(412)
	w.do(token, "DELETE", "/admin/directory/v1/users/"+jane, "").is(412)
	equal(t, "there", w.tenant.HasUser(google.Jane), true)
	w.tenant.ReleaseHolds(google.Audit)
	w.do(token, "DELETE", "/admin/directory/v1/users/"+jane, "").is(204)
	equal(t, "there", w.tenant.HasUser(google.Jane), false)
	w.do(w.tenant.IssueToken(google.HelpDesk), "GET", dataTransfers, "").is(403)
}

func TestFilesAndCalendarsAreTheirOwnersToSee(t *testing.T) {
	t.Parallel()
	w := serve(t, google.HandlerOptions{PageSize: 2})
	me := w.tenant.IssueToken(google.Jane)
	files := "/drive/v3/files?q=" + url.QueryEscape("'me' in owners")
	first := w.do(me, "GET", files, "").is(200)
	equal(t, "a page", len(first.rows("files")), 2)
	equal(t, "shared, unasked for", first.rows("files")[0]["shared"] == nil, true)
	equal(t, "the calendars", len(w.do(me, "GET", "/calendar/v3/users/me/calendarList", "").is(200).rows("items")), 2)
	rota := "/calendar/v3/calendars/" + w.tenant.CalendarID(google.Jane, "On-call rota")
	w.do(me, "GET", rota, "").is(200)
	admin := w.tenant.IssueToken(google.Admin)
	w.do(admin, "GET", rota, "").is(404)
	give := rota + "/transferOwnership?useAdminAccess=true&newDataOwner="
	w.do(me, "POST", give+google.Mei, "").is(403)
	w.do(admin, "POST", give+google.Stranger, "").is(400)
	w.do(admin, "POST", give+google.Mei, "").is(204)
	equalLists(t, "Mei's", w.tenant.Calendars(google.Mei), "On-call rota")
	w.do(me, "GET", rota, "").is(404)
	w.tenant.Suspend(google.Jane)
	w.do(me, "GET", files, "").is(401)
}

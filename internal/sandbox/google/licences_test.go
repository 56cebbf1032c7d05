package google_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/offboard/terraform-provider-offboard/internal/sandbox/google"
)

const onProducts = "/apps/licensing/v1/product/"

// seat is the path of a person's licence.
func seat(product, sku, email string) string {
	return onProducts + product + "/sku/" + sku + "/user/" + email
}

// later is do, a second later: the API takes no more.
func (w *world) later(token, method, path, body string) answer {
	w.t.Helper()
	w.clock.Advance(time.Second)
	return w.do(token, method, path, body)
}

func TestLicencesAreAskedForOnceASecond(t *testing.T) {
	t.Parallel()
	w := serve(t, google.HandlerOptions{})
	token := w.tenant.IssueToken(google.Admin)
	list := onProducts + google.Workspace + "/users?customerId=" + w.tenant.CustomerID()
	w.do(token, "GET", list, "").is(200)
	w.clock.Advance(999 * time.Millisecond)
	again := w.do(token, "GET", list, "").is(http.StatusServiceUnavailable)
	equal(t, "reason", strings.Contains(string(again.body), "backendError"), true)
	w.clock.Advance(time.Millisecond)
	w.do(token, "GET", list, "").is(200)
	w.do(token, "GET", "/admin/directory/v1/users/"+google.Jane, "").is(200)
}

func TestLicencesAreListedByProductAndTakenOneAtATime(t *testing.T) {
	t.Parallel()
	w := serve(t, google.HandlerOptions{})
	token, customer := w.tenant.IssueToken(google.Admin), "/users?customerId="+w.tenant.CustomerID()
	equal(t, "telephones", len(w.later(token, "GET", onProducts+google.Voice+customer, "").is(200).rows("items")), 3)
	equal(t, "of what nobody has", len(w.later(token, "GET", onProducts+google.VaultProduct+customer, "").is(200).rows("items")), 0)
	w.later(token, "GET", onProducts+"no-such-product"+customer, "").is(400)
	w.later(token, "GET", onProducts+google.Voice+"/users?customerId=my_customer", "").is(403)
	w.later(w.tenant.IssueToken(google.HelpDesk), "GET", onProducts+google.Voice+customer, "").is(403)

	telephone := seat(google.Voice, google.VoiceStandard, google.Jane)
	w.later(token, "GET", telephone, "").is(200)
	for _, nothing := range []string{
		seat(google.Voice, google.VoiceStandard, google.JaneAlias), seat(google.Voice, google.VoiceStandard, google.Stranger),
		seat(google.Voice, google.VoiceStandard, google.Mei), seat(google.Voice, "1", google.Jane), seat("1", "1", google.Jane),
	} {
		w.later(token, "GET", nothing, "").is(404)
		w.later(token, "DELETE", nothing, "").is(404)
	}
	// A telephone number rests on the other licence.
	w.later(token, "DELETE", seat(google.Workspace, google.BusinessPlus, google.Jane), "").is(412)
	w.later(w.tenant.IssueToken(google.HelpDesk), "DELETE", telephone, "").is(403)
	w.later(token, "DELETE", telephone, "").is(200)
	w.later(token, "GET", telephone, "").is(404)
	equalLists(t, "left", w.tenant.Licences(google.Jane), google.Workspace+"/"+google.BusinessPlus)
	w.tenant.AutoLicense(google.Workspace)
	auto := w.later(token, "DELETE", seat(google.Workspace, google.BusinessPlus, google.Jane), "").is(412)
	equal(t, "why", strings.Contains(string(auto.body), "Auto License un-assignment"), true)
}

func TestTakingTheLicenceReleasesTheHoldAndSwappingItDoesNot(t *testing.T) {
	t.Parallel()
	w := serve(t, google.HandlerOptions{})
	token := w.tenant.IssueToken(google.Admin)
	licence := seat(google.Workspace, google.BusinessPlus, google.Mei)
	w.tenant.Hold(google.Mei, google.Audit, "MAIL")
	swap := `{"productId":"` + google.ArchivedUser + `","skuId":"` + google.ArchivedBusinessPlus + `"}`
	w.later(token, "PATCH", licence, swap).is(200)
	w.later(token, "PATCH", licence, swap).is(404)
	equalLists(t, "swapped", w.tenant.Licences(google.Mei), google.ArchivedUser+"/"+google.ArchivedBusinessPlus)
	equal(t, "held", w.tenant.IsHeld(google.Mei), true)
	w.later(token, "PATCH", seat(google.ArchivedUser, google.ArchivedBusinessPlus, google.Mei), `{"skuId":"1"}`).is(400)
	w.later(token, "DELETE", seat(google.ArchivedUser, google.ArchivedBusinessPlus, google.Mei), "").is(200)
	equal(t, "held", w.tenant.IsHeld(google.Mei), false)
}

func TestArchivingSwapsTheWorkspaceLicenceAndLeavesTheOthers(t *testing.T) {
	t.Parallel()
	w := serve(t, google.HandlerOptions{})
	token := w.tenant.IssueToken(google.Admin)
	voice, kept := google.Voice+"/"+google.VoiceStandard, google.ArchivedUser+"/"+google.ArchivedBusinessPlus
	before := w.tenant.Licences(google.Jane)
	for _, archived := range []string{"true", "false"} {
		w.do(token, "PUT", "/admin/directory/v1/users/"+google.Jane, `{"archived":`+archived+`}`).is(200)
		if archived == "true" {
			equalLists(t, "archived", w.tenant.Licences(google.Jane), voice, kept)
			w.later(token, "DELETE", seat(google.ArchivedUser, google.ArchivedBusinessPlus, google.Jane), "").is(412)
		}
	}
	equalLists(t, "back", w.tenant.Licences(google.Jane), before...)
	w.tenant.Archive(google.Jane)
	equalLists(t, "archived", w.tenant.Licences(google.Jane), voice, kept)
	w.tenant.Unarchive(google.Jane)
	equalLists(t, "back", w.tenant.Licences(google.Jane), before...)
	w.tenant.Recreate(google.Jane)
	equalLists(t, "nothing came along", w.tenant.Licences(google.Jane))
	others := w.tenant.Snapshot(google.Jane)
	w.tenant.License(google.Mei, google.Voice, google.VoiceStandard)
	equal(t, "it shows", w.tenant.Snapshot(google.Jane) == others, false)
	w.tenant.Unlicense(google.Mei, google.Voice)
	equal(t, "it is as before", w.tenant.Snapshot(google.Jane) == others, true)
}

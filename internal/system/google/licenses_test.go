package google_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
	sandboxgoogle "github.com/offboard/terraform-provider-offboard/internal/sandbox/google"
	"github.com/offboard/terraform-provider-offboard/internal/system/google"
)

const (
	workspaceSeat access.GrantID = sandboxgoogle.Workspace + "/" + sandboxgoogle.BusinessPlus
	voiceSeat     access.GrantID = sandboxgoogle.Voice + "/" + sandboxgoogle.VoiceStandard
	archiveSeat   access.GrantID = sandboxgoogle.ArchivedUser + "/" + sandboxgoogle.ArchivedBusinessPlus

	licensing = "/apps/licensing/"
)

// survey is what everybody holds.
func survey(t *testing.T, c access.Connector) map[access.AccountID][]access.Grant {
	t.Helper()
	surveyor, ok := c.(access.Surveyor)
	if !ok {
		t.Fatal("not a Surveyor")
	}
	all, err := surveyor.Survey(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// deletions are the licences that were asked to go, by path.
func (w *world) deletions() (paths []string) {
	for _, r := range w.server.Requests() {
		if r.Method != http.MethodGet && strings.HasPrefix(r.Path, licensing) {
			path, _, _ := strings.Cut(r.Path, "?")
			paths = append(paths, r.Method+" "+strings.TrimPrefix(path, licensing+"v1/product/"))
		}
	}
	return paths
}

// onProduct matches the list of a product, or with "*" of each.
func onProduct(product string) func(*http.Request) bool {
	return sandbox.PathMatch(licensing + "v1/product/" + product + "/users")
}

func TestOneSurveyIsTheListOfEverybody(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgoogle.HandlerOptions{PageSize: 7}, nil)
	c := google.Licenses(w.google)
	before := w.asked(licensing)
	all := survey(t, c)
	// 35 people at 7 a page, one more page for each product; of one product Google says that it does not know it.
	if asked := w.asked(licensing) - before; asked > 30 {
		t.Errorf("a survey took %d requests", asked)
	}
	same(t, "people", len(w.tenant.Addresses()), len(all))
	for _, address := range []string{sandboxgoogle.Jane, sandboxgoogle.Omar, sandboxgoogle.Suspended, sandboxgoogle.Archived, sandboxgoogle.Protected} {
		same(t, address, w.labels(t, c, address), access.Held(all[w.id(address)], nil))
	}
	same(t, "Jane's", access.Holdings{
		voiceSeat: "Google Voice Standard (Google Voice)", workspaceSeat: "Google Workspace Business Plus (Google Workspace)",
	}, access.Held(all[w.id(sandboxgoogle.Jane)], nil))
	same(t, "a suspended account's", []access.GrantID{workspaceSeat}, access.Held(all[w.id(sandboxgoogle.Suspended)], nil).IDs())
}

func TestRequestsForLicencesAreASecondApartAndTheOthersAreNot(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
	out := w.exit(t, google.Licenses(w.google), w.id(sandboxgoogle.Jane))
	if !out.Clean() || len(out.Removed) != 2 {
		t.Fatal(out.Left, out.Unverified, out.Removed)
	}
	var last time.Time
	asked := 0
	for _, r := range w.server.Requests() {
		if !strings.HasPrefix(r.Path, licensing) {
			continue
		}
		if asked++; asked > 1 && r.Time.Sub(last) < time.Second {
			t.Errorf("%s came %v after the one before", r.Path, r.Time.Sub(last))
		}
		if r.Status == http.StatusServiceUnavailable {
			t.Errorf("%s was one too many", r.Path)
		}
		last = r.Time
	}
	if slept := w.clock.Slept(); slept > time.Duration(asked+2)*time.Second {
		t.Errorf("slept %v over %d requests", slept, asked)
	}
}

func TestAQuotaOfLicensingIsWaitedOutAndARefusalIsNot(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		do     func(http.ResponseWriter, *http.Request, http.Handler)
		times  int
		asked  int
		kind   access.ErrorKind
		phrase []string
	}{
		"503 for now":  {refusal(503, "backendError", "Quota exceeded for the current request"), 2, 3, access.Other, nil},
		"503 for good": {refusal(503, "backendError", "Quota exceeded for the current request"), 0, 6, access.Unavailable, []string{"one query a second"}},
		"403": {
			refusal(403, "forbidden", "Unauthorized operation for the given domain."), 0, 1, access.Denied,
			[]string{"101033", "License Management", "does not understand", "license_products", "Unauthorized operation"},
		},
		"403, switched off": {refusal(403, "accessNotConfigured", "Not enabled"), 0, 1, access.Denied, []string{"Enable the Enterprise License Manager API"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
			w.server.Inject(sandbox.Fault{Match: onProduct("101033"), Times: c.times, Do: c.do})
			surveyor, _ := google.Licenses(w.google).(access.Surveyor)
			all, err := surveyor.Survey(t.Context())
			same(t, "asked", c.asked, w.asked("/101033/"))
			if c.kind == access.Other {
				if err != nil || len(all[w.id(sandboxgoogle.Jane)]) != 2 {
					t.Errorf("%v, %v", all, err)
				}
				return
			}
			// However many other products answered: what one of them has is not known.
			refused(t, err, c.kind, c.phrase...)
			_, err = google.Licenses(w.google).List(t.Context(), w.id(sandboxgoogle.Jane))
			refused(t, err, c.kind, c.phrase...)
		})
	}
}

func TestAProductThatGoogleDoesNotKnowIsAnErrorIfItWasNamed(t *testing.T) {
	t.Parallel()
	for _, do := range []func(http.ResponseWriter, *http.Request, http.Handler){
		refusal(400, "invalid", "Invalid product id."), refusal(404, "notFound", "Not Found"),
	} {
		w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
		unknown := func() {
			w.server.Inject(sandbox.Fault{Match: onProduct("Google-Vault"), Do: do})
		}
		unknown()
		if held := w.labels(t, google.Licenses(w.google), sandboxgoogle.Jane); len(held) != 2 {
			t.Errorf("held are %v", held)
		}
		named := w.connect(t, func(c *google.Config) { c.LicenseProducts = []string{"Google-Apps", "Google-Vault"} })
		_, err := google.Licenses(named).List(t.Context(), w.id(sandboxgoogle.Jane))
		refused(t, err, access.Blocked, "Google-Vault", "license_products")

		// Where nothing is known it is the request that is wrong.
		w.server.Heal()
		w.server.Inject(sandbox.Fault{Match: onProduct("*"), Do: do})
		_, err = google.Licenses(w.google).List(t.Context(), w.id(sandboxgoogle.Jane))
		refused(t, err, access.Blocked, "does not know")
		surveyor, _ := google.Licenses(w.google).(access.Surveyor)
		if all, err := surveyor.Survey(t.Context()); err == nil {
			t.Errorf("a survey of nothing: %v", all)
		}
	}
	// What names fewer products asks for no others; a product without licences is one all the same.
	w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
	few := w.connect(t, func(c *google.Config) { c.LicenseProducts = []string{"101033", "Google-Vault"} })
	same(t, "held", []access.GrantID{voiceSeat}, w.labels(t, google.Licenses(few), sandboxgoogle.Jane).IDs())
	same(t, "asked", 2, w.asked(licensing))
}

func TestWhatIsNoListOfLicencesIsNoEmptyOne(t *testing.T) {
	t.Parallel()
	const assignment = `"kind":"licensing#licenseAssignment","productId":"101033"`
	for name, c := range map[string]struct {
		status     int
		body, says string
		kind       access.ErrorKind
	}{
		"an object without a kind": {200, `{}`, "other than a list", access.Malformed},
		"another product":          {200, `{"kind":"licensing#licenseAssignmentList","items":[{"productId":"x","skuId":"y","userId":"a@b"}]}`, "another product", access.Malformed},
		"nobody's licence":         {200, `{"kind":"licensing#licenseAssignmentList","items":[{` + assignment + `,"skuId":"y"}]}`, "whose it is", access.Malformed},
		"no SKU":                   {200, `{"kind":"licensing#licenseAssignmentList","items":[{` + assignment + `,"userId":"a@b"}]}`, "without its SKU", access.Malformed},
		"an empty entry":           {200, `{"kind":"licensing#licenseAssignmentList","items":[null]}`, "empty entry", access.Malformed},
		"a page without an end":    {200, `{"kind":"licensing#licenseAssignmentList","nextPageToken":"again"}`, "circle", access.Malformed},
		"somebody else's 400":      {400, `{"status":"bad"}`, "400", access.Blocked},
		"somebody else's 404":      {404, `{"status":"none"}`, "404", access.Malformed},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
			w.server.Inject(sandbox.Fault{Match: onProduct("101033"), Do: sandbox.Status(c.status, c.body)})
			_, err := google.Licenses(w.google).List(t.Context(), w.id(sandboxgoogle.Jane))
			refused(t, err, c.kind, c.says)
		})
	}
	// That a later page can't be had says nothing of the product.
	w := newWorld(t, sandboxgoogle.HandlerOptions{PageSize: 20}, nil)
	w.server.Inject(sandbox.Fault{Match: onProduct("Google-Apps"), After: 1, Do: refusal(400, "invalid", "Invalid page token")})
	_, err := google.Licenses(w.google).List(t.Context(), w.id(sandboxgoogle.Jane))
	refused(t, err, access.Blocked, "Invalid page token")
}

func TestTheLicencesOfWhoIsOnHoldStayAndTheHoldIsNeverReleased(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
	c, jane := google.Licenses(w.google), w.id(sandboxgoogle.Jane)
	w.tenant.Hold(sandboxgoogle.Jane, sandboxgoogle.Dispute, "VOICE")
	for _, grant := range survey(t, c)[jane] {
		if grant.Stays == nil {
			t.Fatalf("%s goes", grant.ID)
		}
		refused(t, grant.Stays, access.Blocked, sandboxgoogle.Dispute, "tolerate", `disposition = "archive"`)
	}
	out := w.exit(t, c, jane)
	same(t, "left", 2, len(out.Left))
	for _, id := range []access.GrantID{workspaceSeat, voiceSeat} {
		refused(t, out.Left[id], access.Blocked, sandboxgoogle.Dispute)
		_, err := c.Remove(t.Context(), jane, id)
		refused(t, err, access.Blocked, sandboxgoogle.Dispute)
	}
	same(t, "deletions", []string(nil), w.deletions())
	same(t, "held", true, w.tenant.IsHeld(sandboxgoogle.Jane))
}

func TestAHoldThatIsMadeWhileLicencesGoIsSeenWithinAMinute(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
	c, jane := google.Licenses(w.google), w.id(sandboxgoogle.Jane)
	held := w.labels(t, c, sandboxgoogle.Jane)
	// The first licence goes; then somebody puts Jane on hold.
	w.server.Inject(sandbox.Fault{
		Match: sandbox.All(sandbox.Method(http.MethodDelete), sandbox.PathPrefix(licensing)), Times: 1,
		Do: func(rw http.ResponseWriter, r *http.Request, next http.Handler) {
			next.ServeHTTP(rw, r)
			w.tenant.Hold(sandboxgoogle.Jane, sandboxgoogle.Audit, "MAIL")
			w.clock.Advance(time.Minute)
		},
	})
	out := access.Exit{Connector: c, Account: jane, Clock: w.clock, Patience: time.Minute}.Run(t.Context(), held, held, nil)
	refused(t, out.Left[workspaceSeat], access.Blocked, sandboxgoogle.Audit)
	same(t, "deletions", []string{"DELETE " + sandboxgoogle.Voice + "/sku/" + sandboxgoogle.VoiceStandard + "/user/jane.doe%40acme.example"}, w.deletions())
	same(t, "held", true, w.tenant.IsHeld(sandboxgoogle.Jane))
}

func TestNobodyLosesALicenceWhileAHoldCanNotBeRuledOutOrATransferIsUnderWay(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
	c, jane := google.Licenses(w.google), w.id(sandboxgoogle.Jane)
	w.tenant.SetTransferPolls(100)
	w.tenant.StartTransfer(sandboxgoogle.Jane, sandboxgoogle.Mei)
	_, err := c.Remove(t.Context(), jane, voiceSeat)
	refused(t, err, access.Blocked, "is not over", "take the licence")
	w = newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
	c, jane = google.Licenses(w.google), w.id(sandboxgoogle.Jane)
	w.server.Inject(sandbox.Fault{Match: sandbox.PathPrefix("/v1/matters"), Do: refusal(403, "forbidden", "The caller does not have permission")})
	refused(t, w.why(t, c), access.Denied, "can't be ruled out", "vault = false")
	before := w.asked("/v1/matters")
	refused(t, survey(t, c)[jane][0].Stays, access.Denied, "can't be ruled out")
	same(t, "asked Vault, for everybody", 1, w.asked("/v1/matters")-before)
	_, err = c.Remove(t.Context(), jane, voiceSeat)
	refused(t, err, access.Denied, "can't be ruled out")
	same(t, "deletions", []string(nil), w.deletions())
	without := w.connect(t, func(c *google.Config) { c.NoVault = true })
	if out := w.exit(t, google.Licenses(without), jane); !out.Clean() || len(w.tenant.Licences(sandboxgoogle.Jane)) > 0 {
		t.Error(out.Left, w.tenant.Licences(sandboxgoogle.Jane))
	}
}

func TestTheLicenceThatKeepsAnArchiveIsNoRowAndOthersAre(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
	c, archived := google.Licenses(w.google), w.id(sandboxgoogle.Archived)
	same(t, "held", []access.GrantID{voiceSeat}, w.labels(t, c, sandboxgoogle.Archived).IDs())
	out := w.exit(t, c, archived)
	if !out.Clean() {
		t.Fatal(out.Left, out.Unverified)
	}
	same(t, "kept", []string{string(archiveSeat)}, w.tenant.Licences(sandboxgoogle.Archived))
	_, err := c.Remove(t.Context(), archived, archiveSeat)
	refused(t, err, access.Blocked, "is what keeps it")

	// Archived after the plan that shows the licence of somebody who was not.
	w.tenant.Unlicense(sandboxgoogle.Jane, sandboxgoogle.Workspace)
	w.tenant.License(sandboxgoogle.Jane, sandboxgoogle.ArchivedUser, sandboxgoogle.ArchivedBusinessPlus)
	held := w.labels(t, c, sandboxgoogle.Jane)
	same(t, "held", []access.GrantID{voiceSeat, archiveSeat}, held.IDs())
	w.tenant.Archive(sandboxgoogle.Jane)
	out = access.Exit{Connector: c, Account: w.id(sandboxgoogle.Jane), Clock: w.clock, Patience: time.Minute}.Run(t.Context(), held, held, nil)
	refused(t, out.Left[archiveSeat], access.Blocked, "is what keeps it", "no row any more")
	same(t, "kept", []string{string(archiveSeat)}, w.tenant.Licences(sandboxgoogle.Jane))
	same(t, "held", 0, len(w.labels(t, c, sandboxgoogle.Jane)))
}

func TestArchivingSwapsTheLicenceAndKeepsWhatIsOnHold(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
	c, jane := google.Licenses(w.google), w.id(sandboxgoogle.Jane)
	held := w.labels(t, c, sandboxgoogle.Jane)
	disposer, _ := google.Account(w.google).(access.Disposer)
	archive, _ := disposer.Dispose(access.Archive)
	if out := w.exit(t, archive, jane); !out.Clean() {
		t.Fatal(out.Left)
	}
	// The row of the plan is gone with the swap, and is not taken from anybody.
	out := access.Exit{Connector: c, Account: jane, Clock: w.clock, Patience: time.Minute}.Run(t.Context(), held, held, nil)
	if !out.Clean() || len(out.Removed) != 2 {
		t.Fatal(out.Left, out.Removed, out.Unverified)
	}
	same(t, "kept", []string{string(archiveSeat)}, w.tenant.Licences(sandboxgoogle.Jane))
	w.tenant.Hold(sandboxgoogle.Jane, sandboxgoogle.Audit, "MAIL")
	same(t, "held", true, w.tenant.IsHeld(sandboxgoogle.Jane))
}

func TestALicenceIsTakenFromTheAddressThatTheAccountHasNow(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
	c, jane := google.Licenses(w.google), w.id(sandboxgoogle.Jane)
	held := w.labels(t, c, sandboxgoogle.Jane)
	w.tenant.Rename(sandboxgoogle.Jane, "jane.roe@acme.example")
	out := access.Exit{Connector: c, Account: jane, Clock: w.clock, Patience: time.Minute}.Run(t.Context(), held, held, nil)
	if !out.Clean() || len(out.Removed) != 2 {
		t.Fatal(out.Left, out.Removed, out.Unverified)
	}
	for _, path := range w.deletions() {
		if !strings.HasSuffix(path, "/user/jane.roe%40acme.example") {
			t.Errorf("asked for %s", path)
		}
	}
}

func TestALicenceUnderAnotherAddressOfTheirsIsNamedAndStays(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
	// Google has not heard yet that Jane was renamed.
	w.tenant.Unlicense(sandboxgoogle.Jane, sandboxgoogle.Voice)
	w.server.Inject(sandbox.Fault{Match: onProduct("101033"), Do: sandbox.Status(http.StatusOK, fmt.Sprintf(
		`{"kind":"licensing#licenseAssignmentList","items":[{"productId":"101033","skuId":"1010330002","skuName":"Voice","userId":%q}]}`, sandboxgoogle.JaneAlias))})
	c, jane := google.Licenses(w.google), w.id(sandboxgoogle.Jane)
	id := voiceSeat + access.GrantID("/"+sandboxgoogle.JaneAlias)
	for _, listed := range [][]access.Grant{survey(t, c)[jane], must(c.List(t.Context(), jane))} {
		at := slices.IndexFunc(listed, func(g access.Grant) bool { return g.ID == id })
		if at < 0 || len(listed) != 2 {
			t.Fatalf("listed are %v", listed)
		}
		same(t, "label", "Voice (101033), assigned to "+sandboxgoogle.JaneAlias, listed[at].Label)
		refused(t, listed[at].Stays, access.Blocked, sandboxgoogle.JaneAlias, "primary")
	}
	_, err := c.Remove(t.Context(), jane, id)
	refused(t, err, access.Blocked, sandboxgoogle.JaneAlias)
	// That Google knows nobody by that address says nothing of the licence.
	out := w.exit(t, c, jane)
	refused(t, out.Unverified, access.Unavailable, "userId")
	same(t, "deletions", []string(nil), w.deletions())

	// And one that is nobody's any more is nobody's row.
	w = newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
	w.server.Inject(sandbox.Fault{Match: onProduct("101033"), Do: sandbox.Status(http.StatusOK,
		`{"kind":"licensing#licenseAssignmentList","items":[{"productId":"101033","skuId":"1010330002","userId":"`+sandboxgoogle.Deleted+`"}]}`)})
	for id, grants := range survey(t, google.Licenses(w.google)) {
		if len(grants) != 1 {
			t.Errorf("%s holds %v", id, grants)
		}
	}
}

func must(grants []access.Grant, err error) []access.Grant {
	if err != nil {
		panic(err)
	}
	return grants
}

func TestA404IsBelievedOnlyIfItIsAboutTheAssignment(t *testing.T) {
	t.Parallel()
	assignment := sandbox.PathMatch(licensing + "v1/product/101033/sku/*/user/*")
	for name, c := range map[string]struct {
		faults []sandbox.Fault
		kind   access.ErrorKind
		says   string
	}{
		"the product":    {[]sandbox.Fault{{Match: assignment, Do: refusal(404, "notFound", "Resource Not Found: productId")}}, access.Unavailable, "productId"},
		"the SKU":        {[]sandbox.Fault{{Match: assignment, Do: refusal(404, "notFound", "Resource Not Found: skuId")}}, access.Unavailable, "skuId"},
		"some web page":  {[]sandbox.Fault{{Match: assignment, Do: sandbox.HTML404()}}, access.Malformed, "404"},
		"another answer": {[]sandbox.Fault{{Match: assignment, Do: sandbox.Status(200, `{"kind":"licensing#licenseAssignment","productId":"101033","skuId":"1010330002","userId":"omar.haddad@acme.example"}`)}}, access.Malformed, "another licence"},
		"a product that is not known": {[]sandbox.Fault{
			{Match: assignment, Do: refusal(404, "notFound", "Not Found")}, {Match: onProduct("101033"), Do: refusal(400, "invalid", "Invalid product id.")},
		}, access.NotAvailable, "does not know"},
		"a product that may not be seen": {[]sandbox.Fault{
			{Match: assignment, Do: refusal(404, "notFound", "Not Found")}, {Match: onProduct("101033"), Do: refusal(403, "forbidden", "No")},
		}, access.Denied, "License Management"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
			for _, fault := range c.faults {
				w.server.Inject(fault)
			}
			rechecker, _ := google.Licenses(w.google).(access.Rechecker)
			left, err := rechecker.Recheck(t.Context(), w.id(sandboxgoogle.Jane), []access.GrantID{voiceSeat})
			if err == nil {
				t.Fatalf("left are %v", left)
			}
			refused(t, err, c.kind, c.says)
		})
	}
}

func TestARenameInTheMiddleIsNoAbsence(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
	w.server.Inject(sandbox.Fault{
		Match: sandbox.PathMatch(licensing + "v1/product/*/sku/*/user/*"), Times: 1,
		Do: func(rw http.ResponseWriter, r *http.Request, next http.Handler) {
			w.tenant.Rename(sandboxgoogle.Jane, "jane.roe@acme.example")
			refusal(404, "notFound", "User does not have a license for specified sku and product")(rw, r, next)
		},
	})
	rechecker, _ := google.Licenses(w.google).(access.Rechecker)
	jane := w.id(sandboxgoogle.Jane)
	_, err := rechecker.Recheck(t.Context(), jane, []access.GrantID{voiceSeat})
	refused(t, err, access.Unavailable, "renamed to jane.roe@acme.example")
	if left, err := rechecker.Recheck(t.Context(), jane, []access.GrantID{voiceSeat, "nonsense", "x/", "/y"}); err != nil || len(left) != 1 {
		t.Errorf("left are %v, %v", left, err)
	}
}

func TestALicenceThatGoogleDoesNotLetGoSaysWhy(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
	w.tenant.AutoLicense(sandboxgoogle.Voice)
	c := google.Licenses(w.google)
	for _, grant := range must(c.List(t.Context(), w.id(sandboxgoogle.Jane))) {
		if !strings.Contains(grant.Note, "organizational unit") {
			t.Errorf("the note on %s is %q", grant.ID, grant.Note)
		}
	}
	out := w.exit(t, c, w.id(sandboxgoogle.Jane))
	refused(t, out.Left[voiceSeat], access.Blocked, "Auto License un-assignment", "License settings")
	refused(t, out.Left[workspaceSeat], access.Blocked, "dependent", "apply again")
	same(t, "licences", 2, len(w.tenant.Licences(sandboxgoogle.Jane)))
}

func TestVerifyingIsDirectAndAsksForNobodyElse(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgoogle.HandlerOptions{Lag: 2}, nil)
	c, jane := google.Licenses(w.google), w.id(sandboxgoogle.Jane)
	held := access.Held(survey(t, c)[jane], nil)
	before, others := len(w.server.Requests()), w.tenant.Snapshot(sandboxgoogle.Jane)
	out := access.Exit{Connector: c, Account: jane, Clock: w.clock, Patience: time.Minute}.Run(t.Context(), held, held, nil)
	if !out.Clean() || len(out.Removed) != 2 {
		t.Fatal(out.Left, out.Unverified)
	}
	for _, removal := range out.Removed {
		same(t, "assurance", access.Observed, removal.Assurance)
	}
	looked := 0
	for _, r := range w.server.Requests()[before:] {
		if strings.HasPrefix(r.Path, licensing) && r.Method == http.MethodGet && strings.Contains(r.Path, "/user/") {
			looked++
			if !strings.Contains(r.Path, "/user/jane.doe%40acme.example?") {
				t.Errorf("asked for %s", r.Path)
			}
		}
	}
	if looked < 6 {
		t.Errorf("looked %d times: twice before, and until Google showed them gone", looked)
	}
	same(t, "others", others, w.tenant.Snapshot(sandboxgoogle.Jane))
}

func TestWhoMayNotSeeLicencesOrEverybodyIsToldSo(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
	limited := w.connect(t, func(c *google.Config) { c.Admin = sandboxgoogle.GroupsAdmin })
	_, err := google.Licenses(limited).List(t.Context(), w.id(sandboxgoogle.Jane))
	refused(t, err, access.Denied)
	same(t, "asked", 0, w.asked(licensing))
	w.tenant.Undelegate("apps.licensing")
	_, err = google.Licenses(w.google).List(t.Context(), w.id(sandboxgoogle.Jane))
	refused(t, err, access.Denied, "apps.licensing", "Domain-wide delegation")
}

package google_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
	sandboxgoogle "github.com/offboard/terraform-provider-offboard/internal/sandbox/google"
	"github.com/offboard/terraform-provider-offboard/internal/system/google"
)

// What google.golang.org/api and the Directory API get people into, and what must not come of it.

// sent are the bodies of the requests with this method whose path ends so.
func (w *world) sent(method, suffix string) (bodies []map[string]any) {
	for _, request := range w.server.Requests() {
		path, _, _ := strings.Cut(request.Path, "?")
		if request.Method != method || !strings.HasSuffix(path, suffix) {
			continue
		}
		body := map[string]any{}
		if err := json.Unmarshal([]byte(request.Body), &body); err != nil {
			panic(err)
		}
		bodies = append(bodies, body)
	}
	return bodies
}

// exit removes everything that somebody holds of a kind.
func (w *world) exit(t *testing.T, c access.Connector, account access.AccountID) access.Outcome {
	t.Helper()
	listed, err := c.List(t.Context(), account)
	if err != nil {
		t.Fatal(err)
	}
	held := access.Held(listed, nil)
	return access.Exit{
		Connector: c, Account: account, Successor: w.id(sandboxgoogle.Mei), Clock: w.clock, Patience: time.Minute,
	}.Run(t.Context(), held, held, nil)
}

func TestWhatIsFalseOrEmptyReachesGoogle(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
	jane := w.id(sandboxgoogle.Jane)
	if out := w.exit(t, google.Authenticators(w.google), jane); !out.Clean() {
		t.Fatal(out.Left, out.Unverified)
	}
	want := map[string]any{"changePasswordAtNextLogin": false, "recoveryEmail": "", "recoveryPhone": ""}
	for _, body := range w.sent(http.MethodPut, "/users/"+string(jane)) {
		for field, value := range body {
			if wanted, ok := want[field]; ok && wanted == value {
				delete(want, field)
			}
		}
	}
	if len(want) > 0 {
		t.Errorf("%v was not sent", want)
	}
	if w.tenant.MustChangePassword(sandboxgoogle.Jane) {
		t.Error("whoever signs in next may choose a password")
	}

	w.tenant.AssignRole(sandboxgoogle.Priya, sandboxgoogle.SuperAdminRole)
	if out := w.exit(t, google.RoleAssignments(w.google), w.id(sandboxgoogle.Priya)); !out.Clean() {
		t.Fatal(out.Left, out.Unverified)
	}
	if got := w.sent(http.MethodPost, "/makeAdmin"); fmt.Sprint(got) != "[map[status:false]]" || w.tenant.IsSuperAdmin(sandboxgoogle.Priya) {
		t.Errorf("sent %v; is a super administrator: %v", got, w.tenant.IsSuperAdmin(sandboxgoogle.Priya))
	}
}

func TestTheTwo403sAreToldApart(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		status          int
		reason, message string
		tries           int
		kind            access.ErrorKind
	}{
		"a quota":                  {403, "userRateLimitExceeded", "User Rate Limit Exceeded", 12, access.RateLimited},
		"another quota":            {403, "quotaExceeded", "Quota Exceeded", 12, access.RateLimited},
		"too many at once":         {429, "rateLimitExceeded", "Rate Limit Exceeded", 12, access.RateLimited},
		"a missing privilege":      {403, "forbidden", "Not Authorized to access this resource/api", 1, access.Denied},
		"an API that is off":       {403, "accessNotConfigured", "Admin SDK API has not been used in project 1", 1, access.Denied},
		"a breakdown":              {503, "backendError", "Service unavailable", 6, access.Unavailable},
		"a breakdown for good":     {500, "backendError", "Operation not supported", 1, access.Blocked},
		"a state that forbids it":  {412, "conditionNotMet", "Precondition is not met", 1, access.Blocked},
		"another customer's":       {404, "notFound", "Resource Not Found: domain", 1, access.Blocked},
		"something that is wrong":  {400, "invalid", "Invalid Input", 1, access.Blocked},
		"a 404 that is not theirs": {404, "", "nobody knows", 1, access.Malformed},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
			tokens, jane := google.Tokens(w.google), w.id(sandboxgoogle.Jane)
			if _, err := tokens.List(t.Context(), jane); err != nil {
				t.Fatal(err)
			}
			do := refusal(c.status, c.reason, c.message)
			if c.reason == "" {
				do = sandbox.Status(c.status, `{"error":"nobody knows"}`)
			}
			before := w.asked("/tokens")
			w.server.Inject(sandbox.Fault{Match: sandbox.PathMatch("/admin/directory/v1/users/*/tokens"), Do: do})
			_, err := tokens.List(t.Context(), jane)
			refused(t, err, c.kind)
			if n := w.asked("/tokens") - before; n != c.tries {
				t.Errorf("asked %d times, want %d", n, c.tries)
			}
		})
	}
}

func TestAQuotaThatIsUsedUpForAMomentCostsNoError(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgoogle.HandlerOptions{QueriesPerMinute: 20}, nil)
	for range 15 {
		if _, err := google.Tokens(w.google).List(t.Context(), w.id(sandboxgoogle.Jane)); err != nil {
			t.Fatal(err)
		}
	}
	if w.clock.Slept() == 0 {
		t.Error("the limit was not reached, and nothing was tested")
	}
}

func TestNothingIsVerifiedBySearching(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgoogle.HandlerOptions{SearchLag: 36 * time.Hour}, nil)
	leaveAdminGroups(w.tenant)
	if _, err := w.google.Find(t.Context(), sandboxgoogle.Jane); err != nil {
		t.Fatal(err)
	}
	// The account goes last: there is nobody to ask about afterwards.
	const last = "account, deleted"
	for _, name := range append(slices.DeleteFunc(slices.Collect(maps.Keys(kinds)), func(name string) bool { return name == last }), last) {
		kind := kinds[name]
		c := kind.connect(w.google)
		if disposer, ok := c.(access.Disposer); ok {
			c, _ = disposer.Dispose(kind.dispose)
		}
		if name == "devices" {
			continue // Found by searching, and verified by id: devices_test.go.
		}
		if out := w.exit(t, c, w.id(sandboxgoogle.Jane)); out.Unverified != nil {
			t.Errorf("%s: %v", name, out.Unverified)
		}
	}
	for _, request := range w.server.Requests() {
		path, query, _ := strings.Cut(request.Path, "?")
		if strings.Contains(query, "query=") || strings.HasSuffix(path, "/directory/v1/users") && !strings.Contains(query, "customer=") {
			t.Errorf("searched: %s", request.Path)
		}
	}
}

func TestAnAccountDeletedAndCreatedAgainIsAnother(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
	former := w.id(sandboxgoogle.Jane)
	w.tenant.Recreate(sandboxgoogle.Jane)
	account, err := w.google.Find(t.Context(), sandboxgoogle.Jane)
	if err != nil || account.ID == former || account.ID != w.id(sandboxgoogle.Jane) {
		t.Errorf("found %v (%v), and the one before was %s", account, err, former)
	}
	_, err = w.google.Get(t.Context(), former)
	refused(t, err, access.NotFound)
	for name, kind := range kinds {
		_, err := kind.connect(w.google).List(t.Context(), former)
		if access.KindOf(err) != access.NotFound {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestAnAccountIsFoundByEveryAddressItHas(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
	w.tenant.Rename(sandboxgoogle.Omar, "omar.h@acme.example")
	for address, of := range map[access.Person]string{
		sandboxgoogle.Jane: sandboxgoogle.Jane, sandboxgoogle.JaneAlias: sandboxgoogle.Jane, "maria.gonzalez@acme.example": sandboxgoogle.UpperCase,
		sandboxgoogle.Omar: "omar.h@acme.example", "omar.h@acme.example": "omar.h@acme.example",
	} {
		account, err := w.google.Find(t.Context(), address)
		if err != nil || account.ID != w.id(of) || account.Own(address) == slices.Contains(account.Aliases, string(address)) {
			t.Errorf("%s leads to %v, %v", address, account, err)
		}
	}
}

func TestWhoIsNotThereIsNotFoundOnGooglesWordAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
	for _, address := range []access.Person{sandboxgoogle.Stranger, sandboxgoogle.Deleted, sandboxgoogle.NoAccount, sandboxgoogle.NoAccountEither} {
		_, err := w.google.Find(t.Context(), address)
		refused(t, err, access.NotFound)
	}
	// Another domain is nobody's business, which is not the same.
	_, err := w.google.Find(t.Context(), sandboxgoogle.Outsider)
	refused(t, err, access.Denied, "domain")
	// And what is no id never reaches a path, where an address would lead to somebody.
	before := len(w.server.Requests())
	for _, id := range []access.AccountID{sandboxgoogle.Jane, "me", "", "../groups", "1?x=1", "a b"} {
		_, err := w.google.Get(t.Context(), id)
		refused(t, err, access.Blocked, "is not the id")
	}
	if n := len(w.server.Requests()) - before; n != 0 {
		t.Errorf("%d requests", n)
	}
}

// An account of another customer's, as a reseller is shown it.
func TestAnAccountOfAnotherCustomerIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
	if _, _, err := w.google.Caller(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.server.Inject(sandbox.Fault{Do: sandbox.Status(http.StatusOK,
		`{"kind":"admin#directory#user","id":"117","primaryEmail":"jane.doe@acme.example","customerId":"C0other"}`)})
	_, err := w.google.Find(t.Context(), sandboxgoogle.Jane)
	refused(t, err, access.Denied, "C0other")
}

func TestWhatIsNoListIsNotTakenForAnEmptyOne(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ body, says string }{
		"an empty object":          {`{}`, "other than a list"},
		"an object of some proxy":  {`{"status":"ok"}`, "other than a list"},
		"an empty entry":           {`{"kind":"admin#directory#groups","groups":[null]}`, "empty entry"},
		"a group without an id":    {`{"kind":"admin#directory#groups","groups":[{"name":"x"}]}`, "without an id"},
		"a page that has no end":   {`{"kind":"admin#directory#groups","nextPageToken":"again"}`, "circle"},
		"a field of another type":  {`{"kind":"admin#directory#groups","groups":{}}`, "can't be read"},
		"a list of something else": {`[]`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
			w.server.Inject(sandbox.Fault{Match: sandbox.PathMatch("/admin/directory/v1/groups"), Do: sandbox.Status(http.StatusOK, c.body)})
			_, err := google.GroupMembership(w.google).List(t.Context(), w.id(sandboxgoogle.Jane))
			refused(t, err, access.Malformed, c.says)
		})
	}
}

func TestPagesThatAreEmptyAreFollowedByOthers(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
	w.server.Inject(sandbox.Fault{
		Match: func(r *http.Request) bool {
			return strings.HasSuffix(r.URL.Path, "/roleassignments") && r.URL.Query().Get("pageToken") == ""
		},
		Do: sandbox.Status(http.StatusOK, `{"kind":"admin#directory#roleAssignments","nextPageToken":"second"}`),
	})
	w.server.Inject(sandbox.Fault{
		Match: func(r *http.Request) bool { return r.URL.Query().Get("pageToken") == "second" },
		Do: sandbox.Status(http.StatusOK, fmt.Sprintf(`{"kind":"admin#directory#roleAssignments","items":[{"roleAssignmentId":"7","roleId":"8","assignedTo":%q}]}`,
			w.tenant.UserID(sandboxgoogle.Jane))),
	})
	grants, err := google.RoleAssignments(w.google).List(t.Context(), w.id(sandboxgoogle.Jane))
	if err != nil || len(grants) != 1 || grants[0].Label != "role 8" {
		t.Errorf("got %v, %v", grants, err)
	}
}

func TestNoSecretIsInLabelsLogsOrErrors(t *testing.T) {
	t.Parallel()
	for name, use := range map[string]func(*google.Config){"with a key": nil, "without a key": keyless(sandboxgoogle.CallerToken)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var mu sync.Mutex
			var seen strings.Builder
			note := func(things ...any) {
				mu.Lock()
				defer mu.Unlock()
				fmt.Fprintln(&seen, things...)
			}
			w := newWorld(t, sandboxgoogle.HandlerOptions{}, func(c *google.Config) {
				if use != nil {
					use(c)
				}
				c.Log = func(_ context.Context, message string, fields map[string]any) { note(message, fields) }
			})
			jane := w.id(sandboxgoogle.Jane)
			codes := w.tenant.BackupCodes(sandboxgoogle.Jane)
			for _, connect := range []func(*google.Google) access.Connector{google.Authenticators, google.Keys} {
				out := w.exit(t, connect(w.google), jane)
				note(out.Removed, out.Left, out.Marks)
			}
			// And in errors: of a server that is not Google, of one that is unwell, and of one that repeats what it is told.
			for _, do := range []func(http.ResponseWriter, *http.Request, http.Handler){
				sandbox.HTML404(), sandbox.ResetConnection(), sandbox.Truncated(), sandbox.NotJSON(), parrot,
			} {
				w.clock.Advance(2 * time.Hour)
				w.server.Inject(sandbox.Fault{Do: do})
				_, err := google.Authenticators(w.google).List(t.Context(), jane)
				note(err, fmt.Sprintf("%+v", err))
				w.server.Heal()
			}
			text := seen.String()
			if !strings.Contains(text, "/token") || !strings.Contains(text, "verificationCodes") || len(codes) == 0 {
				t.Fatal("the log does not have the requests in it: nothing was searched")
			}
			for _, secret := range secrets(codes) {
				if at := strings.Index(text, secret); at >= 0 {
					t.Errorf("a secret was seen: …%s…", text[max(0, at-200):min(len(text), at+40)])
				}
			}
		})
	}
}

// parrot answers with a refusal that has the whole request in it.
func parrot(rw http.ResponseWriter, r *http.Request, next http.Handler) {
	body := make([]byte, 4096)
	n, _ := r.Body.Read(body)
	refusal(http.StatusForbidden, "forbidden", "you said "+string(body[:n])+" with "+r.Header.Get("Authorization"))(rw, r, next)
}

// secrets are what must not be seen of the sandbox's: everything with its mark, and the lines of the key.
func secrets(codes []string) []string {
	list := append([]string{sandboxgoogle.Mark, "eyJhbGciOi", "Bearer ya29"}, codes...)
	for _, line := range strings.Split(sandboxgoogle.KeyFile(""), `\n`) {
		if len(line) == 64 {
			list = append(list, line)
		}
	}
	return list
}

func TestWhatCanNotBeLookedAtIsNotDoneBecauseItWasNotFound(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		connect func(*google.Google) access.Connector
		method  string
		grant   access.GrantID
	}{
		"a sign-out":     {google.Sessions, http.MethodPost, "sessions"},
		"a new password": {google.Authenticators, http.MethodPut, "password"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
			jane := w.id(sandboxgoogle.Jane)
			w.server.Inject(sandbox.Fault{
				Match: sandbox.All(sandbox.Method(c.method), sandbox.PathPrefix("/admin/directory/v1/users/"+string(jane))),
				Do:    refusal(http.StatusNotFound, "notFound", "Resource Not Found: userKey"),
			})
			if receipt, err := c.connect(w.google).Remove(t.Context(), jane, c.grant); err == nil {
				t.Errorf("got %+v", receipt)
			}
		})
	}
}

func TestAQuotaThatGooglesFrontEndTellsInPlainWordsIsWaitedForToo(t *testing.T) {
	t.Parallel()
	plain := func(text string) func(http.ResponseWriter, *http.Request, http.Handler) {
		return func(rw http.ResponseWriter, _ *http.Request, _ http.Handler) {
			rw.Header().Set("Content-Type", "text/plain; charset=utf-8")
			rw.WriteHeader(http.StatusForbidden)
			_, _ = io.WriteString(rw, text)
		}
	}
	for text, c := range map[string]struct {
		kind  access.ErrorKind
		asked int
	}{
		"Request rate higher than configured.":                  {access.RateLimited, 12},
		"<html>Your client does not have permission to get URL": {access.Malformed, 1},
	} {
		w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
		jane := w.id(sandboxgoogle.Jane)
		w.server.Inject(sandbox.Fault{Match: sandbox.PathMatch("/admin/directory/v1/users/*/tokens"), Do: plain(text)})
		_, err := google.Tokens(w.google).List(t.Context(), jane)
		refused(t, err, c.kind)
		same(t, text, c.asked, w.asked("/tokens"))
	}
}

func TestOneThingIsNoEmptyList(t *testing.T) {
	t.Parallel()
	for path, c := range map[string]struct {
		kind    string
		connect func(*google.Google) access.Connector
	}{
		"/admin/directory/v1/users/*/tokens":                       {"admin#directory#token", google.Tokens},
		"/admin/directory/v1/users/*/asps":                         {"admin#directory#asp", google.Keys},
		"/admin/directory/v1/groups":                               {"admin#directory#group", google.GroupMembership},
		"/admin/directory/v1/customer/my_customer/roleassignments": {"admin#directory#roleAssignment", google.RoleAssignments},
		"/admin/directory/v1/customer/my_customer/devices/mobile":  {"admin#directory#mobiledevice", google.Devices},
		"/calendar/v3/users/me/calendarList":                       {"calendar#calendarListEntry", google.Delegations},
		"/calendar/v3/calendars/primary/events":                    {"calendar#event", google.CalendarOwnership},
		"/drive/v3/files":                                          {"drive#file", google.DriveOwnership},
		"/drive/v3/drives":                                         {"drive#drive", google.SharedDrives},
		"/apps/licensing/v1/product/*/users":                       {"licensing#licenseAssignment", google.Licenses},
		"/admin/datatransfer/v1/applications":                      {"admin#datatransfer#ApplicationResource", google.DashboardOwnership},
	} {
		w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
		jane := w.id(sandboxgoogle.Jane)
		w.server.Inject(sandbox.Fault{Match: sandbox.PathMatch(path), Do: sandbox.Status(http.StatusOK, `{"kind":"`+c.kind+`"}`)})
		listed, err := c.connect(w.google).List(t.Context(), jane)
		if access.KindOf(err) != access.Malformed {
			t.Errorf("%s: got %v and %v, want a malformed answer", path, listed, err)
		}
	}
}

package okta_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
	sandboxokta "github.com/offboard/terraform-provider-offboard/internal/sandbox/okta"
	"github.com/offboard/terraform-provider-offboard/internal/system/okta"
)

// What okta-sdk-golang v2.20.0 gets wrong, and what must not come of it. The configuration that it takes
// from files and from the environment is in internal/provider, where there is a process to give it to.

// asked are the requests whose path has the part in it.
func (w *world) asked(part string) (n int) {
	for _, request := range w.server.Requests() {
		if strings.Contains(request.Path, part) {
			n++
		}
	}
	return n
}

func TestAListIsNeverAnsweredFromTheSDKsCache(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxokta.HandlerOptions{}, nil)
	groups, jane := okta.GroupMembership(w.okta), w.id(sandboxokta.Jane)
	before, err := groups.List(t.Context(), jane)
	if err != nil {
		t.Fatal(err)
	}
	w.org.AddToGroup(sandboxokta.Jane, "Project A")
	after, err := groups.List(t.Context(), jane)
	if err != nil || len(after) != len(before)+1 {
		t.Errorf("%d groups, then %d with one more (%v)", len(before), len(after), err)
	}
	if n := w.asked("/groups"); w.asked("/users/"+string(jane)+"/groups") != 2 {
		t.Errorf("asked %d times", n)
	}
}

func TestARateLimitThatDoesNotEndIsAnErrorAndNotAPanic(t *testing.T) {
	t.Parallel()
	for name, header := range map[string]bool{"with the reset header": true, "without it": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, sandboxokta.HandlerOptions{}, nil)
			w.server.Inject(sandbox.Fault{Do: func(rw http.ResponseWriter, r *http.Request, next http.Handler) {
				if header {
					rw.Header().Set("Date", w.clock.Now().Format(http.TimeFormat))
					rw.Header().Set("X-Rate-Limit-Limit", "600")
					rw.Header().Set("X-Rate-Limit-Remaining", "0")
					rw.Header().Set("X-Rate-Limit-Reset", "1795165260")
				}
				sandbox.Status(http.StatusTooManyRequests, `{"errorCode":"E0000047","errorSummary":"API call exceeded rate limit due to too many requests."}`)(rw, r, next)
			}})
			_, err := okta.GroupMembership(w.okta).List(t.Context(), w.id(sandboxokta.Jane))
			if access.KindOf(err) != access.RateLimited {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestARateLimitIsWaitedOutAndCostsNoError(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxokta.HandlerOptions{EnforceRateLimits: true, RateLimitScale: 0.05}, nil)
	for range 40 {
		if _, err := okta.GroupMembership(w.okta).List(t.Context(), w.id(sandboxokta.Jane)); err != nil {
			t.Fatal(err)
		}
	}
	refused := 0
	for _, request := range w.server.Requests() {
		if request.Status == http.StatusTooManyRequests {
			refused++
		}
	}
	if refused > 0 {
		t.Errorf("%d of %d calls were refused", refused, len(w.server.Requests()))
	}
	if w.clock.Slept() < time.Minute {
		t.Errorf("waited %v: the limit was not reached, and nothing was tested", w.clock.Slept())
	}
}

func TestAConnectionThatKeepsBreakingIsTriedAFewTimesAndNotForEver(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxokta.HandlerOptions{}, nil)
	w.server.Inject(sandbox.Fault{Do: sandbox.ResetConnection()})
	_, err := okta.Sessions(w.okta).Remove(t.Context(), w.id(sandboxokta.Jane), "sessions")
	if access.KindOf(err) != access.Unavailable {
		t.Errorf("got %v", err)
	}
	if n := len(w.server.Requests()); n > 6 {
		t.Errorf("%d requests", n)
	}
}

func TestAFailureInPassingIsTriedAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxokta.HandlerOptions{}, nil)
	w.server.Inject(sandbox.Fault{Times: 2, Do: sandbox.Status(http.StatusServiceUnavailable, `{"errorCode":"E0000010","errorSummary":"Service is in read only mode"}`)})
	if _, err := okta.GroupMembership(w.okta).List(t.Context(), w.id(sandboxokta.Jane)); err != nil {
		t.Error(err)
	}
}

func TestARoleThatIsBeingChangedIsTriedAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxokta.HandlerOptions{}, nil)
	id := w.org.AssignRole(sandboxokta.Projects, sandboxokta.AppAdmin)
	w.org.HoldRoleLock(3)
	if _, err := okta.RoleAssignments(w.okta).Remove(t.Context(), w.id(sandboxokta.Projects), access.GrantID(id)); err != nil {
		t.Error(err)
	}
	if roles := w.org.Roles(sandboxokta.Projects); len(roles) != 0 {
		t.Errorf("still has %v", roles)
	}
}

func TestWhatIsNotAnIDNeverReachesAPath(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxokta.HandlerOptions{}, nil)
	for _, id := range []access.AccountID{sandboxokta.ContractorHash, sandboxokta.Slash, sandboxokta.Jane, "../groups", "00u?x=1", "a b"} {
		if _, err := w.okta.Get(t.Context(), id); access.KindOf(err) != access.Blocked {
			t.Errorf("%q: got %v", id, err)
		}
	}
	if requests := w.server.Requests(); len(requests) != 0 {
		t.Errorf("asked for %s", requests[0].Path)
	}
	// A shortname is a login too, and looks like an id.
	if _, err := w.okta.Get(t.Context(), "jordan"); err == nil {
		t.Error("a shortname was taken for an id")
	}
}

func TestTheAssertionDoesNotTravelInAURLAndAnAccessTokenIsUsedAgain(t *testing.T) {
	t.Parallel()
	w := newApplication(t)
	for range 3 {
		if _, err := okta.GroupMembership(w.okta).List(t.Context(), w.id(sandboxokta.Jane)); err != nil {
			t.Fatal(err)
		}
		w.clock.Advance(15 * time.Minute)
	}
	tokens := 0
	for _, request := range w.server.Requests() {
		if !strings.HasPrefix(request.Path, "/oauth2/v1/token") {
			continue
		}
		tokens++
		if strings.Contains(request.Path, "?") {
			t.Errorf("the token was asked for with %s", request.Path)
		}
	}
	if tokens != 1 {
		t.Errorf("%d access tokens for 3 lists, in half an hour", tokens)
	}
}

// newApplication is a world in which the credential is a service application's.
func newApplication(t *testing.T) *world {
	t.Helper()
	return newWorld(t, sandboxokta.HandlerOptions{}, func(c *okta.Config) {
		org := sandboxokta.NewOrg(sandbox.Acme(), c.Clock) // Ids follow from names: any org of the company tells them.
		c.APIToken, c.ClientID, c.PrivateKey = "", org.AppID(sandboxokta.ServiceApp), sandboxokta.ClientKey
	})
}

func TestAnAccessTokenThatExpiresInMidRunIsReplaced(t *testing.T) {
	t.Parallel()
	w := newApplication(t)
	groups := okta.GroupMembership(w.okta)
	for range 3 {
		if _, err := groups.List(t.Context(), w.id(sandboxokta.Jane)); err != nil {
			t.Fatal(err)
		}
		w.clock.Advance(2 * time.Hour)
	}
	// And one that Okta stops accepting before its time is replaced once, in mid-call.
	refuse := sandbox.Status(http.StatusUnauthorized, `{"errorCode":"E0000011","errorSummary":"Invalid token provided"}`)
	w.server.Inject(sandbox.Fault{Match: sandbox.PathMatch("/api/v1/users/*/groups"), Times: 1, Do: refuse})
	if _, err := groups.List(t.Context(), w.id(sandboxokta.Jane)); err != nil {
		t.Error(err)
	}
	if n := w.asked("/oauth2/v1/token"); n != 5 {
		t.Errorf("%d access tokens, want 5", n)
	}
}

func TestAScopeThatTheApplicationIsNotGrantedIsNamed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxokta.HandlerOptions{}, func(c *okta.Config) {
		org := sandboxokta.NewOrg(sandbox.Acme(), c.Clock)
		c.APIToken, c.ClientID, c.PrivateKey = "", org.AppID(sandboxokta.ServiceApp), sandboxokta.ClientKey
		c.Scopes = []string{"okta.users.read", "okta.roles.read"}
	})
	_, err := okta.AppAssignments(w.okta).List(t.Context(), w.id(sandboxokta.Jane))
	if access.KindOf(err) != access.Denied || !strings.Contains(err.Error(), "okta.apps.read") {
		t.Errorf("got %v", err)
	}
	if _, err := okta.Sessions(w.okta).List(t.Context(), w.id(sandboxokta.Jane)); err != nil {
		t.Errorf("what the scopes allow: %v", err)
	}
}

func TestWhatIsWrongWithAnApplicationsCredentialIsExplained(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*okta.Config)
		fault  string
		says   []string
		not    []string
	}{
		"a key that the application does not know": {
			change: func(c *okta.Config) { c.ClientID = "0oaNobodyHasThisId00" },
			says:   []string{"Is client_id the application's"}, not: []string{"okta.iam.read"},
		},
		"scopes that were asked for and are not granted": {
			// This one is granted what reads, and no more.
			change: func(c *okta.Config) { c.ClientID = readerID(c) },
			says:   []string{"Grant the application what it lacks", "okta.users.manage", "okta.roles.manage"},
			not:    []string{"okta.users.read,", "okta.iam.read"},
		},
		"DPoP": {
			fault: `{"error":"invalid_dpop_proof","error_description":"The DPoP proof JWT header is missing."}`,
			says:  []string{"Turn off DPoP"}, not: []string{"okta.iam.read"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, sandboxokta.HandlerOptions{}, func(config *okta.Config) {
				org := sandboxokta.NewOrg(sandbox.Acme(), config.Clock)
				config.APIToken, config.ClientID, config.PrivateKey = "", org.AppID(sandboxokta.ServiceApp), sandboxokta.ClientKey
				if c.change != nil {
					c.change(config)
				}
			})
			if c.fault != "" {
				w.server.Inject(sandbox.Fault{Match: sandbox.PathPrefix("/oauth2/v1/token"), Do: sandbox.Status(http.StatusBadRequest, c.fault)})
			}
			_, err := w.okta.Find(t.Context(), sandboxokta.Jane)
			if access.KindOf(err) != access.Denied {
				t.Fatalf("got %v", err)
			}
			for _, phrase := range c.says {
				if !strings.Contains(err.Error(), phrase) {
					t.Errorf("does not say %q: %v", phrase, err)
				}
			}
			for _, phrase := range c.not {
				if strings.Contains(err.Error(), phrase) {
					t.Errorf("says %q: %v", phrase, err)
				}
			}
			asked := w.asked("/oauth2/v1/token")
			if _, again := w.okta.Find(t.Context(), sandboxokta.Mei); again == nil || w.asked("/oauth2/v1/token") > asked+1 {
				t.Errorf("asked %d more times for what is refused (%v)", w.asked("/oauth2/v1/token")-asked, again)
			}
		})
	}
}

func readerID(c *okta.Config) string {
	return sandboxokta.NewOrg(sandbox.Acme(), c.Clock).AppID(sandboxokta.ReaderApp)
}

func TestWhatOktaDoesNotOfferIsToldApartFromWhatItDoesNotShow(t *testing.T) {
	t.Parallel()
	refused := sandbox.Status(http.StatusUnauthorized, `{"errorCode":"E0000015","errorSummary":"You do not have permission to access the feature you are requesting"}`)
	for name, c := range map[string]struct {
		application string
		rows        int
	}{
		"to a super administrator the org does not have it": {sandboxokta.ServiceApp, 0},
		"to anybody else it may be hidden":                  {sandboxokta.ReaderApp, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, sandboxokta.HandlerOptions{}, func(config *okta.Config) {
				org := sandboxokta.NewOrg(sandbox.Acme(), config.Clock)
				config.APIToken, config.ClientID, config.PrivateKey = "", org.AppID(c.application), sandboxokta.ClientKey
				config.ReadOnly = true
			})
			w.server.Inject(sandbox.Fault{Match: sandbox.PathPrefix("/webauthn-registration/"), Do: refused})
			listed, err := okta.Authenticators(w.okta).List(t.Context(), w.id(sandboxokta.Jane))
			rows := 0
			for _, grant := range listed {
				if grant.ID == "unlisted_prepared_keys" && grant.Stays != nil {
					rows++
				}
			}
			if err != nil || rows != c.rows {
				t.Errorf("%d such rows (%v), want %d", rows, err, c.rows)
			}
		})
	}
}

func TestAnAccountIsNotDeletedWhileWhatItLeavesCanNotBeListed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxokta.HandlerOptions{}, nil)
	// The credential is a super administrator's as far as anybody can tell, and then it can't.
	w.server.Inject(sandbox.Fault{
		Match: sandbox.PathMatch("/api/v1/groups/*/owners"),
		Do:    sandbox.Status(http.StatusNotFound, `{"errorCode":"E0000007","errorSummary":"Not found: Resource not found: x (UserGroup)"}`),
	})
	w.server.Inject(sandbox.Fault{
		Match: sandbox.PathPrefix("/api/v1/meta/schemas/user/linkedObjects"),
		Do:    sandbox.Status(http.StatusForbidden, `{"errorCode":"E0000006","errorSummary":"You do not have permission to perform the requested action"}`),
	})
	w.org.AssignRole(sandboxokta.Projects, sandboxokta.OrgAdmin)
	disposer, _ := okta.Account(w.okta).(access.Disposer)
	connector, _ := disposer.Dispose(access.Delete)
	id := w.id(sandboxokta.Jane)
	if _, err := connector.Remove(t.Context(), id, access.GrantID(id)); err == nil {
		t.Error("deleted, though nobody knows what it would take along")
	}
	if status := w.org.Status(sandboxokta.Jane); status != "ACTIVE" {
		t.Errorf("the account is %s", status)
	}
}

// bodyLink puts a link into the body of a page of /api/v1/iam.
func bodyLink(href string) func(http.ResponseWriter, *http.Request, http.Handler) {
	return func(rw http.ResponseWriter, r *http.Request, _ http.Handler) {
		rw.Header().Set("Content-Type", "application/json")
		_, _ = rw.Write([]byte(`{"value":[],"_links":{"next":{"href":"` + strings.ReplaceAll(href, "{self}", "http://"+r.Host+r.URL.RequestURI()) + `"}}}`))
	}
}

func TestListsWithTheirLinkInTheBodyAreReadToTheEnd(t *testing.T) {
	t.Parallel()
	for name, href := range map[string]string{"": "", "a link that loops": "{self}", "a link to another host": "https://evil.example/api/v1/iam/assignees/users?after=x"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, sandboxokta.HandlerOptions{PageSize: 1}, func(c *okta.Config) {
				org := sandboxokta.NewOrg(sandbox.Acme(), c.Clock)
				c.APIToken, c.ClientID, c.PrivateKey = "", org.AppID(sandboxokta.ServiceApp), sandboxokta.ClientKey
			})
			w.org.Deactivate(sandboxokta.Service)
			if href != "" {
				w.server.Inject(sandbox.Fault{Match: sandbox.PathPrefix("/api/v1/iam/assignees/users"), Do: bodyLink(href)})
			}
			disposer, _ := okta.Account(w.okta).(access.Disposer)
			connector, _ := disposer.Dispose(access.Suspend)
			id := w.id(sandboxokta.BreakGlass)
			err := connector.(access.Guard).Refuse(t.Context(), id, nil) //nolint:forcetypeassert // The interface is what is tested.
			switch {
			case href == "" && (err != nil || w.asked("/api/v1/iam/assignees/users") < 3):
				t.Errorf("after %d pages: %v", w.asked("/api/v1/iam/assignees/users"), err)
			case href != "" && access.KindOf(err) != access.Malformed:
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestRequestsSayWhoTheyAreFrom(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxokta.HandlerOptions{}, func(c *okta.Config) { c.UserAgent = "terraform-provider-offboard/9.9.9" })
	if _, err := w.okta.Find(t.Context(), sandboxokta.Jane); err != nil {
		t.Fatal(err)
	}
	for _, request := range w.server.Requests() {
		if !strings.HasSuffix(request.Header.Get("User-Agent"), " terraform-provider-offboard/9.9.9") {
			t.Errorf("%s from %q", request.Path, request.Header.Get("User-Agent"))
		}
	}
}

func TestAContextThatEndsStopsAWait(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxokta.HandlerOptions{}, nil)
	ctx, cancel := context.WithCancel(t.Context())
	w.server.Inject(sandbox.Fault{Do: func(http.ResponseWriter, *http.Request, http.Handler) { cancel() }})
	_, err := okta.GroupMembership(w.okta).List(ctx, w.id(sandboxokta.Jane))
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestARoleHeldTwiceUnderOneIDIsTwoRows(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxokta.HandlerOptions{}, nil)
	jane, group := w.id(sandboxokta.Jane), w.org.GroupID("IT operators")
	// As in Okta's documentation: the id of a standard role assignment says no more than the role.
	const one = `{"id":"IFIFAX2BIRGUSTQ","type":"APP_ADMIN","label":"Application Administrator","status":"ACTIVE",`
	own := one + `"assignmentType":"USER","_links":{"assignee":{"href":"` + w.server.URL() + `/api/v1/users/` + string(jane) + `"}}}`
	through := one + `"assignmentType":"GROUP","_links":{"assignee":{"href":"` + w.server.URL() + `/api/v1/groups/` + group + `"}}}`
	path := "/api/v1/users/" + string(jane) + "/roles"
	w.server.Inject(sandbox.Fault{
		Match: func(r *http.Request) bool { return r.Method == http.MethodGet && r.URL.Path == path },
		Do:    sandbox.Status(http.StatusOK, "["+own+","+through+"]"),
	})
	roles := okta.RoleAssignments(w.okta)
	listed, err := roles.List(t.Context(), jane)
	held := access.Held(listed, nil)
	want := access.Holdings{
		"IFIFAX2BIRGUSTQ":                          "Application Administrator",
		access.GrantID("IFIFAX2BIRGUSTQ@" + group): "Application Administrator (via group: IT operators)",
	}
	if err != nil || len(held) != 2 || len(want.Without(held)) != 0 {
		t.Fatalf("held %v (%v), want %v", held, err, want)
	}
	if _, err := roles.Remove(t.Context(), jane, access.GrantID("IFIFAX2BIRGUSTQ@"+group)); err != nil {
		t.Error(err)
	}
	for _, request := range w.server.Requests() {
		if request.Method == http.MethodDelete {
			t.Errorf("the person's own role was asked to go with the group's: %s", request.Path)
		}
	}
}

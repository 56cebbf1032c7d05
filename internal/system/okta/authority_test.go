package okta_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
	sandboxokta "github.com/offboard/terraform-provider-offboard/internal/sandbox/okta"
	"github.com/offboard/terraform-provider-offboard/internal/system/okta"
)

// What has authority to say that somebody, or something of theirs, is not there: Okta's own word on the account
// itself, and nothing else.

const (
	gone    = `{"errorCode":"E0000007","errorSummary":"Not found: Resource not found: it (User)"}`
	noRight = `{"errorCode":"E0000015","errorSummary":"You do not have permission to access the feature you are requesting"}`
)

func TestNotFoundOfSomethingElseIsNotThePersonsAbsence(t *testing.T) {
	t.Parallel()
	exactly := func(path string) func(*http.Request) bool {
		return func(r *http.Request) bool { return r.URL.Path == path }
	}
	for name, fault := range map[string]sandbox.Fault{
		"the caller":                      {Match: exactly("/api/v1/users/me"), Do: sandbox.Status(http.StatusNotFound, gone)},
		"the caller's roles":              {Match: sandbox.PathMatch("/api/v1/users/*/roles"), Do: sandbox.Status(http.StatusNotFound, gone)},
		"the list of users":               {Match: exactly("/api/v1/users"), Do: sandbox.Status(http.StatusNotFound, gone)},
		"the list of users, with another": {Match: exactly("/api/v1/users"), Do: sandbox.Status(http.StatusGone, `{"errorSummary":"gone"}`)},
		"the list of groups":              {Match: exactly("/api/v1/groups"), Do: sandbox.Status(http.StatusNotFound, gone)},
		"an account, in other words":      {Match: sandbox.PathPrefix("/api/v1/users/00u"), Do: sandbox.Status(http.StatusGone, `{"message":"gone"}`)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, sandboxokta.HandlerOptions{}, nil)
			jane := w.id(sandboxokta.Jane)
			w.server.Inject(fault)
			_, err := w.okta.Find(t.Context(), sandboxokta.Jane)
			if access.KindOf(err) == access.NotFound {
				t.Errorf("Find: %v", err)
			}
			for kind, connect := range map[string]func(*okta.Okta) access.Connector{
				"groups": okta.GroupMembership, "roles": okta.RoleAssignments, "owners": okta.GroupOwnership, "sessions": okta.Sessions,
			} {
				if listed, err := connect(w.okta).List(t.Context(), jane); access.KindOf(err) == access.NotFound || err == nil && len(listed) == 0 {
					t.Errorf("%s: %v, %v", kind, listed, err)
				}
			}
			owners, _ := okta.GroupOwnership(w.okta).(access.Surveyor)
			if all, err := owners.Survey(t.Context()); access.KindOf(err) == access.NotFound || err == nil && len(all) == 0 {
				t.Errorf("survey: %v, %v", all, err)
			}
		})
	}
}

func TestAnAccountWithHalfItsFieldsSaysNothingOfTheOthers(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		answer  string
		connect func(*okta.Okta) access.Connector
	}{
		"no status":      {`{"id":"{id}","lastLogin":null,"credentials":{"provider":{"type":"OKTA"}}}`, okta.Sessions},
		"no last login":  {`{"id":"{id}","status":"ACTIVE","credentials":{"provider":{"type":"OKTA"}}}`, okta.Sessions},
		"no credentials": {`{"id":"{id}","status":"ACTIVE","lastLogin":null}`, okta.Authenticators},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, sandboxokta.HandlerOptions{}, nil)
			jane := w.id(sandboxokta.Jane)
			w.server.Inject(sandbox.Fault{
				Match: sandbox.PathMatch("/api/v1/users/" + string(jane)),
				Do:    sandbox.Status(http.StatusOK, strings.ReplaceAll(c.answer, "{id}", string(jane))),
			})
			if listed, err := c.connect(w.okta).List(t.Context(), jane); access.KindOf(err) != access.Malformed {
				t.Errorf("got %v, %v", listed, err)
			}
		})
	}
}

func TestASignOutThatIsRefusedIsDoneOnlyIfNothingIsLeftOfIt(t *testing.T) {
	t.Parallel()
	notNow := sandbox.Status(http.StatusForbidden, `{"errorCode":"E0000038","errorSummary":"This operation is not allowed in the user's current status."}`)
	for name, c := range map[string]struct {
		tokens bool
		fault  func(http.ResponseWriter, *http.Request, http.Handler)
		clean  bool
	}{
		"refused to a suspended account, whose tokens are still there": {true, notNow, false},
		"refused to a suspended account, with no tokens left":          {false, notNow, true},
		"not found, of an account that is there":                       {true, sandbox.Status(http.StatusNotFound, gone), false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, sandboxokta.HandlerOptions{}, nil)
			jane := w.id(sandboxokta.Jane)
			w.org.Suspend(sandboxokta.Jane)
			if c.tokens {
				w.org.IssueTokens(sandboxokta.Jane, "Metrics Console", 2)
			} else {
				tokens := okta.Tokens(w.okta)
				listed, err := tokens.List(t.Context(), jane)
				for _, grant := range listed {
					if _, err := tokens.Remove(t.Context(), jane, grant.ID); err != nil {
						t.Fatal(err)
					}
				}
				if err != nil {
					t.Fatal(err)
				}
			}
			w.server.Inject(sandbox.Fault{Match: sandbox.All(sandbox.Method(http.MethodDelete), sandbox.PathMatch("/api/v1/users/*/sessions")), Do: c.fault})
			sessions := okta.Sessions(w.okta)
			listed, err := sessions.List(t.Context(), jane)
			if err != nil || len(listed) != 1 {
				t.Fatalf("%v, %v", listed, err)
			}
			held := access.Held(listed, nil)
			out := access.Exit{Connector: sessions, Account: jane, Clock: w.clock, Patience: time.Minute}.Run(t.Context(), held, held, nil)
			if out.Clean() != c.clean {
				t.Errorf("held %v, removed %v, left %v, unverified %v", out.Held, out.Removed, out.Left, out.Unverified)
			}
		})
	}
}

func TestARecoveryQuestionIsDealtWithOnlyIfItIsTheOneThatWasSet(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxokta.HandlerOptions{}, nil)
	jane, authenticators := w.id(sandboxokta.Jane), okta.Authenticators(w.okta)
	question := func(listed []access.Grant) access.Grant {
		for _, grant := range listed {
			if grant.ID == "recovery_question" {
				return grant
			}
		}
		t.Fatalf("no question among %v", listed)
		return access.Grant{}
	}
	receipt, err := authenticators.Remove(t.Context(), jane, "recovery_question")
	if err != nil || receipt.Assurance != access.Acknowledged {
		t.Fatalf("%+v, %v", receipt, err)
	}
	listed, err := authenticators.List(t.Context(), jane)
	if err != nil || question(listed).Version != receipt.Version {
		t.Errorf("listed at %q, and the mark is %q (%v)", question(listed).Version, receipt.Version, err)
	}
	// Somebody who can still sign in sets it to words they have read in the source.
	w.org.SetRecoveryQuestion(sandboxokta.Jane, "Removed by terraform-provider-offboard: ")
	listed, err = authenticators.List(t.Context(), jane)
	if _, held := access.Held(listed, access.Marks{"recovery_question": receipt.Version})["recovery_question"]; err != nil || !held {
		t.Errorf("their own question does not count as held (%v)", err)
	}
}

func TestAnAccountIsNotDeletedWhereOneGroupsOwnersAreRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxokta.HandlerOptions{}, nil)
	w.org.SetOwner(sandboxokta.Projects, "VPN users")
	w.server.Inject(sandbox.Fault{
		Match: sandbox.PathMatch("/api/v1/groups/" + w.org.GroupID("VPN users") + "/owners"), Do: sandbox.Status(http.StatusUnauthorized, noRight),
	})
	disposer, _ := okta.Account(w.okta).(access.Disposer)
	connector, _ := disposer.Dispose(access.Delete)
	id := w.id(sandboxokta.Projects)
	if _, err := connector.Remove(t.Context(), id, access.GrantID(id)); access.KindOf(err) != access.Denied || !w.org.HasUser(sandboxokta.Projects) {
		t.Errorf("got %v", err)
	}
}

func TestNoCredentialIsInAnErrorThatRepeatsIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxokta.HandlerOptions{}, nil)
	w.server.Inject(sandbox.Fault{
		Match: sandbox.PathMatch("/api/v1/users/*/groups"),
		Do:    sandbox.Status(http.StatusForbidden, `{"errorCode":"E0000006","errorSummary":"rejected: Authorization: SSWS `+sandboxokta.Token+`"}`),
	})
	_, err := okta.GroupMembership(w.okta).List(t.Context(), w.id(sandboxokta.Jane))
	if err == nil || strings.Contains(err.Error(), sandboxokta.Token) {
		t.Errorf("got %v", err)
	}
}

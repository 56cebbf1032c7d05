package okta_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/access/accesstest"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
	sandboxokta "github.com/offboard/terraform-provider-offboard/internal/sandbox/okta"
	"github.com/offboard/terraform-provider-offboard/internal/system"
	"github.com/offboard/terraform-provider-offboard/internal/system/okta"
)

// everybody are the ids of the accounts that the plain list has.
func (w *world) everybody() []access.AccountID {
	var ids []access.AccountID
	for _, person := range sandbox.Acme().People {
		if w.org.Status(person.Email) != "DEPROVISIONED" {
			ids = append(ids, w.id(person.Email))
		}
	}
	return ids
}

// rolled is somebody's entry in the roll.
func (w *world) rolled(t *testing.T, login string) (access.Entry, bool) {
	t.Helper()
	roll, err := w.okta.Roll(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	id := w.id(login)
	i := slices.IndexFunc(roll, func(e access.Entry) bool { return e.ID == id })
	if i < 0 {
		return access.Entry{}, false
	}
	return roll[i], true
}

func TestTheRollConforms(t *testing.T) {
	t.Parallel()
	accesstest.RunRoll(t, func(t *testing.T) accesstest.RollSubject {
		t.Helper()
		w := newWorld(t, sandboxokta.HandlerOptions{Lag: 1, PageSize: 7}, nil)
		w.org.Suspend(sandboxokta.Jane)
		return accesstest.RollSubject{
			Registrar: w.okta, Everybody: w.everybody, Inactive: w.id(sandboxokta.Jane),
			Break: breakages.Of(w.server),
		}
	})
}

func TestTheRollHasWhatTheListHasAndNoDeactivatedAccount(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxokta.HandlerOptions{}, nil)
	w.org.SetAttribute(sandboxokta.Jane, "secondEmail", "Jane@Home.example")
	w.org.SetAttribute(sandboxokta.Jane, "userType", "Contractor")
	w.org.Deactivate(sandboxokta.Mei)
	if entry, there := w.rolled(t, sandboxokta.Mei); there {
		t.Errorf("deactivated, and in the roll: %+v", entry)
	}
	got, _ := w.rolled(t, sandboxokta.Jane)
	if got.LastSignIn.IsZero() || got.Created.IsZero() || got.LastSignIn.Location() != time.UTC {
		t.Errorf("created at %v, last signed in at %v", got.Created, got.LastSignIn)
	}
	got.Created, got.LastSignIn = time.Time{}, time.Time{}
	want := access.Entry{
		Account:  access.Account{ID: w.id(sandboxokta.Jane), Names: []string{sandboxokta.Jane}, Status: "ACTIVE", Active: true},
		FullName: "Jane Doe", Elsewhere: []string{"jane@home.example"}, Sort: "Contractor",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Jane (- want, + got):\n%s", diff)
	}
}

func TestTheRollIsOneListWithNothingPerAccount(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxokta.HandlerOptions{}, nil)
	if _, err := w.okta.Roll(t.Context()); err != nil {
		t.Fatal(err)
	}
	var lists []string
	for _, request := range w.server.Requests() {
		if strings.HasPrefix(request.Path, "/api/v1/users") && !strings.Contains(request.Path, "/me") && !strings.Contains(request.Path, "/roles") {
			lists = append(lists, request.Path)
		}
	}
	if diff := cmp.Diff([]string{"/api/v1/users?limit=200"}, lists); diff != "" {
		t.Errorf("asked (- want, + got):\n%s", diff)
	}
}

func TestARollThatRepeatsItselfIsNone(t *testing.T) {
	t.Parallel()
	const again = `[{"id":"00u1","status":"ACTIVE","profile":{"login":"a@acme.example"}},{"id":"00u1","status":"ACTIVE","profile":{"login":"a@acme.example"}}]`
	for name, body := range map[string]string{
		"an account twice":            again,
		"an account without a name":   `[{"id":"00u1","status":"ACTIVE"}]`,
		"an account without a status": `[{"id":"00u1","profile":{"login":"a@acme.example"}}]`,
		"an account without an id":    `[{"status":"ACTIVE","profile":{"login":"a@acme.example"}}]`,
		"nobody":                      `[]`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, sandboxokta.HandlerOptions{}, nil)
			w.server.Inject(sandbox.Fault{Match: sandbox.PathMatch("/api/v1/users"), Do: sandbox.Status(http.StatusOK, body)})
			if roll, err := w.okta.Roll(t.Context()); access.KindOf(err) != access.Malformed {
				t.Errorf("Roll returned %v and %v, want Malformed", roll, err)
			}
		})
	}
}

func TestARollIsBelievedOfWhoIsShownEverybody(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxokta.HandlerOptions{}, nil)
	secret := w.org.CreateAPIToken(sandboxokta.Mei, "narrow")
	w.org.AssignRole(sandboxokta.Mei, sandboxokta.HelpDeskAdmin)
	narrow, err := okta.New(t.Context(), okta.Config{OrgURL: w.server.URL(), APIToken: secret, Run: system.Run{Clock: w.clock}})
	if err != nil {
		t.Fatal(err)
	}
	if roll, err := narrow.Roll(t.Context()); access.KindOf(err) != access.Denied {
		t.Errorf("a help desk's roll is %d accounts and %v, want Denied", len(roll), err)
	}
}

func TestTheDocumentedScopesAreEnoughForARollAndNoneIsTooMuch(t *testing.T) {
	t.Parallel()
	scopes := []string{"okta.users.read", "okta.roles.read"}
	if _, err := scoped(t, scopes).okta.Roll(t.Context()); err != nil {
		t.Errorf("with %v: %v", scopes, err)
	}
	for i, missing := range scopes {
		if _, err := scoped(t, scopes[1-i:2-i]).okta.Roll(t.Context()); access.KindOf(err) != access.Denied || !strings.Contains(err.Error(), missing) {
			t.Errorf("without %s: %v", missing, err)
		}
	}
}

package google_test

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
	sandboxgoogle "github.com/offboard/terraform-provider-offboard/internal/sandbox/google"
	"github.com/offboard/terraform-provider-offboard/internal/system/google"
)

func TestTheRollConforms(t *testing.T) {
	t.Parallel()
	accesstest.RunRoll(t, func(t *testing.T) accesstest.RollSubject {
		t.Helper()
		w := newWorld(t, sandboxgoogle.HandlerOptions{PageSize: 7}, nil)
		w.tenant.Suspend(sandboxgoogle.Jane)
		return accesstest.RollSubject{
			Registrar: w.google, Inactive: w.id(sandboxgoogle.Jane),
			Everybody: func() (ids []access.AccountID) {
				for _, address := range w.tenant.Addresses() {
					ids = append(ids, w.id(address))
				}
				return ids
			},
			Break: breakages.Of(w.server),
		}
	})
}

func TestTheRollHasWhatTheListHasAndNobodyWhoWasDeleted(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
	w.tenant.SetRecovery(sandboxgoogle.Jane, "Jane@Home.example", "")
	w.tenant.Delete(sandboxgoogle.Projects)
	w.tenant.Archive(sandboxgoogle.Mei)
	roll, err := w.google.Roll(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	find := func(id access.AccountID) access.Entry {
		if i := slices.IndexFunc(roll, func(e access.Entry) bool { return e.ID == id }); i >= 0 {
			return roll[i]
		}
		return access.Entry{}
	}
	if entry := find(access.AccountID(w.tenant.DeletedID(sandboxgoogle.Projects))); entry.ID != "" {
		t.Errorf("deleted, and in the roll: %+v", entry)
	}
	if mei := find(w.id(sandboxgoogle.Mei)); mei.Status != "archived" || mei.Active {
		t.Errorf("archived, and in the roll as %+v", mei)
	}
	if hire := find(w.id(sandboxgoogle.NewHire)); !hire.LastSignIn.IsZero() {
		t.Errorf("never signed in, and is said to have at %v", hire.LastSignIn)
	}
	jane := find(w.id(sandboxgoogle.Jane))
	if jane.LastSignIn.IsZero() || jane.Created.IsZero() || jane.LastSignIn.Location() != time.UTC {
		t.Errorf("created at %v, last signed in at %v", jane.Created, jane.LastSignIn)
	}
	if diff := cmp.Diff([]string{"jane@home.example"}, jane.Elsewhere); diff != "" || jane.FullName != "Jane Doe" || !slices.Contains(jane.Aliases, sandboxgoogle.JaneAlias) {
		t.Errorf("Jane is %+v", jane)
	}
}

func TestTheRollIsOneListWithNothingPerAccount(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
	if _, err := w.google.Roll(t.Context()); err != nil {
		t.Fatal(err)
	}
	lists := 0
	for _, request := range w.server.Requests() {
		if path, _, _ := strings.Cut(request.Path, "?"); path == "/admin/directory/v1/users" {
			lists++
		}
	}
	if all := len(w.server.Requests()); lists != 1 || all > 5 {
		t.Errorf("%d lists in %d requests", lists, all)
	}
}

func TestARollThatRepeatsItselfIsNone(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
	user := `{"kind":"admin#directory#user","id":"1","customerId":"` + w.tenant.CustomerID() + `","primaryEmail":"a@acme.example"`
	for name, body := range map[string]string{
		"an account twice":                       `{"kind":"admin#directory#users","users":[` + user + `},` + user + `}]}`,
		"a page again":                           `{"kind":"admin#directory#users","users":[` + user + `}],"nextPageToken":"again"}`,
		"a sign-in at a time that is none":       `{"kind":"admin#directory#users","users":[` + user + `,"lastLoginTime":"yesterday"}]}`,
		"a creation at a time that is none":      `{"kind":"admin#directory#users","users":[` + user + `,"creationTime":"yesterday"}]}`,
		"nobody":                                 `{"kind":"admin#directory#users"}`,
		"something else that has no users field": `{"kind":"admin#directory#group"}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
			w.server.Inject(sandbox.Fault{Match: sandbox.PathMatch("/admin/directory/v1/users"), Do: sandbox.Status(http.StatusOK, body)})
			if roll, err := w.google.Roll(t.Context()); access.KindOf(err) != access.Malformed {
				t.Errorf("Roll returned %v and %v, want Malformed", roll, err)
			}
		})
	}
}

func TestARollIsBelievedOfWhoIsShownEverybody(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
	w.tenant.AssignRoleInOrgUnit(sandboxgoogle.Mei, "_USER_MANAGEMENT_ADMIN_ROLE", "/Engineering")
	narrow := w.connect(t, func(c *google.Config) { c.Admin = sandboxgoogle.Mei })
	if roll, err := narrow.Roll(t.Context()); access.KindOf(err) != access.Denied {
		t.Errorf("the roll of one who is shown one unit is %d accounts and %v, want Denied", len(roll), err)
	}
}

func TestTheDocumentedScopeIsEnoughForARollOfASuperAdministrator(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
	w.tenant.Delegate("admin.directory.user.readonly")
	if _, err := w.google.Roll(t.Context()); err != nil {
		t.Error(err)
	}
	w = newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
	w.tenant.Delegate("admin.directory.group.readonly")
	_, err := w.google.Roll(t.Context())
	refused(t, err, access.Denied, "admin.directory.user.readonly")
}

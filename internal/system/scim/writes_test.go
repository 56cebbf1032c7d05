package scim_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
	sandboxscim "github.com/offboard/terraform-provider-offboard/internal/sandbox/scim"
	"github.com/offboard/terraform-provider-offboard/internal/system/scim"
)

// What a change takes along that nobody approved.

func TestAGroupThatShowsNoMembersIsNotPutBackWithoutThem(t *testing.T) {
	t.Parallel()
	w := misbehaving(t, sandboxscim.Dialect{NoPatch: true, NoMembers: true})
	groups, jane := scim.GroupMembership(w.scim), w.id(sandboxscim.Jane)
	listed, err := groups.List(t.Context(), jane)
	if err != nil || len(listed) != 3 {
		t.Fatalf("%v, %v", listed, err)
	}
	held := access.Held(listed, nil)
	out := access.Exit{Connector: groups, Account: jane, Clock: w.clock}.Run(t.Context(), held, held, nil)
	for _, name := range []string{"On-call", "Leads", "Engineering"} {
		if err := out.Left[w.groupID(name)]; access.KindOf(err) != access.Blocked || !strings.Contains(err.Error(), "as a whole") || len(w.app.Members(name)) < 3 {
			t.Errorf("%v, and %s has %v", err, name, w.app.Members(name))
		}
	}
}

// A filter for a value finds it under every type.
func TestAValueWithoutATypeGoesAndTheSameOneOfATypeStays(t *testing.T) {
	t.Parallel()
	for name, dialect := range map[string]sandboxscim.Dialect{"by patch": {}, "by put": {NoPatch: true}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, "generic", sandboxscim.HandlerOptions{Dialect: dialect})
			w.app.AddRole(sandboxscim.Jane, "billing")
			roles, jane := scim.RoleAssignments(w.scim), w.id(sandboxscim.Jane)
			if _, err := roles.Remove(t.Context(), jane, "billing"); err != nil {
				t.Fatal(err)
			}
			listed, err := roles.List(t.Context(), jane)
			if ids, want := access.Held(listed, nil).IDs(), []access.GrantID{"finance/billing", "workspace_admin"}; err != nil || !slices.Equal(ids, want) {
				t.Errorf("left are %v, %v; want %v", ids, err, want)
			}
		})
	}
}

func TestARemovalThatTakesOtherValuesAlongIsAnAlarmThatNamesThem(t *testing.T) {
	t.Parallel()
	for name, options := range map[string]sandboxscim.HandlerOptions{
		"":         {Dialect: sandboxscim.Dialect{PathFilterWipes: true}},
		"with lag": {Dialect: sandboxscim.Dialect{PathFilterWipes: true}, Lag: 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newMisbehavingWorld(t, "generic", options)
			roles, jane := scim.RoleAssignments(w.scim), w.id(sandboxscim.Jane)
			listed, err := roles.List(t.Context(), jane)
			if err != nil {
				t.Fatal(err)
			}
			held := access.Held(listed, nil)
			out := access.Exit{Connector: roles, Account: jane, Clock: w.clock}.Run(t.Context(), held, access.Holdings{"workspace_admin": held["workspace_admin"]}, nil)
			if said := fmt.Sprint(out.Unverified); out.Clean() || !strings.Contains(said, "Billing [billing] (finance)") {
				t.Errorf("clean: %v, and said %s", out.Clean(), said)
			}
			if _, err := roles.Remove(t.Context(), w.id(sandboxscim.Mei), "workspace_admin"); access.KindOf(err) != access.Blocked {
				t.Errorf("the next one's was touched as well: %v", err)
			}
		})
	}
}

// A resource that is put back is as it was when it was read: so nothing of it may be changed in between by this very run.
func TestWhoeverIsMadeInactiveIsNotMadeActiveByAnotherChange(t *testing.T) {
	t.Parallel()
	w := misbehaving(t, sandboxscim.Dialect{NoPatch: true})
	account, roles, jane := disposed(t, w, access.Deactivate), scim.RoleAssignments(w.scim), w.id(sandboxscim.Jane)
	ended := make(chan error, 1)
	w.server.Inject(sandbox.Fault{Match: sandbox.Method(http.MethodPut), Times: 1, Do: func(rw http.ResponseWriter, r *http.Request, next http.Handler) {
		go func() {
			_, err := account.Remove(t.Context(), jane, access.GrantID(jane))
			ended <- err
		}()
		time.Sleep(200 * time.Millisecond) // for as long as the other needs where it does not wait
		next.ServeHTTP(rw, r)
	}})
	if _, err := roles.Remove(t.Context(), jane, "workspace_admin"); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; err != nil || w.app.Active(sandboxscim.Jane) {
		t.Errorf("active: %v, %v", w.app.Active(sandboxscim.Jane), err)
	}
}

func TestWhatIsPutBackIsToTheDigitWhatWasRead(t *testing.T) {
	t.Parallel()
	w := misbehaving(t, sandboxscim.Dialect{NoPatch: true})
	jane := w.id(sandboxscim.Jane)
	w.server.Inject(sandbox.Fault{Match: sandbox.Method(http.MethodGet), Do: func(rw http.ResponseWriter, r *http.Request, next http.Handler) {
		if !strings.HasSuffix(r.URL.Path, "/Users/"+string(jane)) {
			next.ServeHTTP(rw, r)
			return
		}
		rw.Header().Set("Content-Type", "application/scim+json")
		fmt.Fprintf(rw, `{"id":%q,"userName":%q,"active":true,"urn:example:hr":{"number":9007199254740993}}`, jane, sandboxscim.Jane)
	}})
	put := make(chan string, 1)
	w.server.Observe(func(e sandbox.Exchange) {
		if e.Method == http.MethodPut {
			put <- string(e.Body)
		}
	})
	if _, err := disposed(t, w, access.Deactivate).Remove(t.Context(), jane, access.GrantID(jane)); err != nil {
		t.Fatal(err)
	}
	if body := <-put; !strings.Contains(body, `"number":9007199254740993`) {
		t.Errorf("put was %s", body)
	}
}

// A put loses what a server does not show, so that it is for those who say that they take no patches.
func TestWhoSaysNothingOfPatchesIsPatched(t *testing.T) {
	t.Parallel()
	w := misbehaving(t, sandboxscim.Dialect{})
	w.server.Inject(sandbox.Fault{
		Match: sandbox.PathMatch(sandboxscim.Base + "/ServiceProviderConfig"), Do: sandbox.Status(http.StatusOK, `{"schemas":[],"etag":{"supported":false}}`),
	})
	if _, err := disposed(t, w, access.Deactivate).Remove(t.Context(), w.id(sandboxscim.Jane), "x"); err != nil || w.app.Active(sandboxscim.Jane) {
		t.Fatal(err)
	}
	for _, request := range w.server.Requests() {
		if request.Method == http.MethodPut {
			t.Errorf("%s %s", request.Method, request.Path)
		}
	}
}

func TestADeletionThatOnlyMakesInactiveSaysSo(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "generic", sandboxscim.HandlerOptions{Dialect: sandboxscim.Dialect{DeleteDeactivates: true}})
	account, jane := disposed(t, w, access.Delete), w.id(sandboxscim.Jane)
	listed, err := account.List(t.Context(), jane)
	if err != nil {
		t.Fatal(err)
	}
	held := access.Held(listed, nil)
	out := access.Exit{Connector: account, Account: jane, Clock: w.clock}.Run(t.Context(), held, held, nil)
	if left := out.Left[access.GrantID(jane)]; out.Clean() || !strings.Contains(fmt.Sprint(left), `"deactivate"`) {
		t.Errorf("left is %v", left)
	}
}

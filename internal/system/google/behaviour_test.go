package google_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
	sandboxgoogle "github.com/offboard/terraform-provider-offboard/internal/sandbox/google"
	"github.com/offboard/terraform-provider-offboard/internal/system/google"
)

// holds is what somebody holds of a kind: id to label.
func (w *world) holds(t *testing.T, connect func(*google.Google) access.Connector, address string) access.Holdings {
	t.Helper()
	grants, err := connect(w.google).List(t.Context(), w.id(address))
	if err != nil {
		t.Fatal(err)
	}
	return access.Held(grants, nil)
}

// stays are the grants of a kind that somebody holds and that can't be removed.
func (w *world) stays(t *testing.T, connect func(*google.Google) access.Connector, address string) (ids []access.GrantID) {
	t.Helper()
	grants, err := connect(w.google).List(t.Context(), w.id(address))
	if err != nil {
		t.Fatal(err)
	}
	for _, grant := range grants {
		if grant.Stays != nil {
			ids = append(ids, grant.ID)
		}
	}
	return ids
}

func same(t *testing.T, what string, want, got any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (- want, + got):\n%s", what, diff)
	}
}

func TestEachDispositionEndsWhereItSays(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
	disposer, ok := google.Account(w.google).(access.Disposer)
	if !ok {
		t.Fatal("not a Disposer")
	}
	for _, none := range []access.Disposition{access.Deactivate} {
		if _, has := disposer.Dispose(none); has {
			t.Errorf("%s is offered", none)
		}
	}
	suspend, _ := disposer.Dispose(access.Suspend)
	archive, _ := disposer.Dispose(access.Archive)
	jane := w.id(sandboxgoogle.Jane)
	for _, step := range []struct {
		c                   access.Connector
		suspended, archived bool
		left                string
	}{
		{suspend, true, false, "jane.doe@acme.example (suspended)"},
		{archive, true, true, ""},
	} {
		if out := w.exit(t, step.c, jane); !out.Clean() {
			t.Fatal(out.Left, out.Unverified)
		}
		same(t, "suspended", step.suspended, w.tenant.IsSuspended(sandboxgoogle.Jane))
		same(t, "archived", step.archived, w.tenant.IsArchived(sandboxgoogle.Jane))
		listed, err := archive.List(t.Context(), jane)
		if err != nil || step.left == "" && len(listed) != 0 || step.left != "" && (len(listed) != 1 || listed[0].Label != step.left) {
			t.Errorf("archiving has %v left to do (%v), want %q", listed, err, step.left)
		}
	}
	account, err := w.google.Get(t.Context(), jane)
	if err != nil || account.Active || account.Status != "archived" {
		t.Errorf("got %v, %v", account, err)
	}
}

func TestArchivingWithoutALicenceIsRefusedAndNothingElseIsDone(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
	w.tenant.SetArchiveLicences(0)
	disposer, _ := google.Account(w.google).(access.Disposer)
	archive, _ := disposer.Dispose(access.Archive)
	out := w.exit(t, archive, w.id(sandboxgoogle.Jane))
	refused(t, out.Left[access.GrantID(w.id(sandboxgoogle.Jane))], access.Blocked, "Archived User licence", `disposition = "suspend"`)
	same(t, "suspended", false, w.tenant.IsSuspended(sandboxgoogle.Jane))
}

func TestASignInAfterwardsShowsThePasswordAndTheSessionsAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
	jane := w.id(sandboxgoogle.Jane)
	for name, connect := range map[access.GrantID]func(*google.Google) access.Connector{"password": google.Authenticators, "sessions": google.Sessions} {
		c := connect(w.google)
		out := w.exit(t, c, jane)
		same(t, "assurance", access.Acknowledged, out.Removed[name].Assurance)
		listed, err := c.List(t.Context(), jane)
		if err != nil || len(access.Held(listed, out.Marks)) != 0 {
			t.Errorf("held %v (%v)", access.Held(listed, out.Marks), err)
		}
		w.clock.Advance(time.Hour)
		w.tenant.SignIn(sandboxgoogle.Jane)
		listed, err = c.List(t.Context(), jane)
		if _, again := access.Held(listed, out.Marks)[name]; err != nil || !again {
			t.Errorf("%s does not show after a sign-in: %v (%v)", name, listed, err)
		}
	}
}

func TestTheNewPasswordIsLongAndOnlyOnTheWire(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
	for range 2 {
		if _, err := google.Authenticators(w.google).Remove(t.Context(), w.id(sandboxgoogle.Jane), "password"); err != nil {
			t.Fatal(err)
		}
	}
	sent := w.sent(http.MethodPut, w.tenant.UserID(sandboxgoogle.Jane))
	first, second := fmt.Sprint(sent[0]["password"]), fmt.Sprint(sent[1]["password"])
	if first == second || len(first) < 40 || len(first) > 100 || !w.tenant.HasPassword(sandboxgoogle.Jane, second) {
		t.Errorf("passwords of %d and %d characters", len(first), len(second))
	}
}

func TestWhoNeverSignedInHasNoSessions(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
	same(t, "sessions", access.Holdings{}, w.holds(t, google.Sessions, sandboxgoogle.NewHire))
	same(t, "label", "password (never signed in)", w.holds(t, google.Authenticators, sandboxgoogle.NewHire)["password"])
	out := w.exit(t, google.Authenticators(w.google), w.id(sandboxgoogle.Nobody))
	same(t, "left", 0, len(out.Left)+len(out.Held))
}

func TestWhatComesBackToLifeWithTheAccountCountsWhileItIsSuspended(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
	for _, address := range []string{sandboxgoogle.Suspended, sandboxgoogle.Archived} {
		for name, connect := range map[string]func(*google.Google) access.Connector{
			"tokens": google.Tokens, "keys": google.Keys, "sessions": google.Sessions, "groups": google.GroupMembership,
		} {
			if len(w.holds(t, connect, address)) == 0 {
				t.Errorf("%s: no %s", address, name)
			}
			if out := w.exit(t, connect(w.google), w.id(address)); !out.Clean() {
				t.Errorf("%s: %s are left: %v", address, name, out.Left)
			}
		}
	}
	// What Google changes of active accounts only stays, and says so; of an archived account it does not.
	same(t, "stays", []access.GrantID{"two_step_backup_codes", "two_step_verification"}, w.stays(t, google.Authenticators, sandboxgoogle.Suspended))
	same(t, "stays", []access.GrantID(nil), w.stays(t, google.Authenticators, sandboxgoogle.Archived))
	out := w.exit(t, google.Authenticators(w.google), w.id(sandboxgoogle.Suspended))
	for _, id := range []access.GrantID{"two_step_backup_codes", "two_step_verification"} {
		refused(t, out.Left[id], access.Blocked, "suspended", "depends_on")
		_, err := google.Authenticators(w.google).Remove(t.Context(), w.id(sandboxgoogle.Suspended), id)
		refused(t, err, access.Blocked, "suspended")
	}
	same(t, "the rest went", 2, len(out.Held))
}

func TestTwoStepVerificationThatCanNotBeTurnedOffSaysWhy(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
	for address, says := range map[string]string{sandboxgoogle.Enforced: "enforced", sandboxgoogle.Protected: "Advanced Protection"} {
		out := w.exit(t, google.Authenticators(w.google), w.id(address))
		same(t, address, 1, len(out.Left))
		refused(t, out.Left["two_step_verification"], access.Blocked, says, "tolerate")
	}
}

func TestAnApplicationThatGoogleDoesNotKnowIsListedAndRemoved(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
	same(t, "tokens", access.Holdings{"crm.partner.example": "crm.partner.example (may use calendar)"}, w.holds(t, google.Tokens, sandboxgoogle.Anonymous))
	if out := w.exit(t, google.Tokens(w.google), w.id(sandboxgoogle.Anonymous)); !out.Clean() {
		t.Error(out.Left)
	}
}

func TestGroupsOneIsInThroughOthersAreNoRows(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
	same(t, "groups", access.Holdings{
		w.group(sandboxgoogle.Engineering): "Engineering (engineering@acme.example)",
		w.group(sandboxgoogle.OnCall):      "On call (on-call@acme.example)",
		w.group(sandboxgoogle.DeskAdmins):  "Desk admins (desk-admins@acme.example)",
		w.group(sandboxgoogle.Social):      "Social (social@acme.example)",
	}, w.holds(t, google.GroupMembership, sandboxgoogle.Jane))
}

func TestTheLastOwnerIsNotTakenOutOfAGroup(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
	jane, onCall := w.id(sandboxgoogle.Jane), w.group(sandboxgoogle.OnCall)
	out := w.exit(t, google.GroupMembership(w.google), jane)
	refused(t, out.Left[onCall], access.Blocked, "nobody else owns", "offboard_group_ownership")
	same(t, "left", 1, len(out.Left))
	same(t, "owners", []string{sandboxgoogle.Jane}, w.tenant.Owners(sandboxgoogle.OnCall))
	// Once it has been given away they may go.
	if out := w.exit(t, google.GroupOwnership(w.google), jane); !out.Clean() {
		t.Fatal(out.Left)
	}
	if out := w.exit(t, google.GroupMembership(w.google), jane); !out.Clean() {
		t.Error(out.Left)
	}
}

func TestAMemberOfADynamicGroupIsToldWhereItComesFrom(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
	_, err := google.GroupMembership(w.google).Remove(t.Context(), w.id(sandboxgoogle.Priya), w.group(sandboxgoogle.Dynamic))
	refused(t, err, access.Blocked, "dynamic group")
}

func TestTheSuccessorOwnsTheGroupBeforeTheLeaverStopsOwningIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgoogle.HandlerOptions{Lag: 2}, nil)
	jane := w.id(sandboxgoogle.Jane)
	if out := w.exit(t, google.GroupOwnership(w.google), jane); !out.Clean() {
		t.Fatal(out.Left)
	}
	same(t, "owners", []string{sandboxgoogle.Mei}, w.tenant.Owners(sandboxgoogle.OnCall))
	same(t, "owners", []string{sandboxgoogle.Mei, sandboxgoogle.Victor}, w.tenant.Owners(sandboxgoogle.Engineering))
	// The membership is a row of another kind, and not taken along.
	same(t, "is still a member", sandboxgoogle.Member, w.tenant.RoleIn(sandboxgoogle.Jane, sandboxgoogle.OnCall))

	var writes []string
	for _, request := range w.server.Requests() {
		if request.Method == http.MethodPost && strings.HasSuffix(request.Path, "/token") || request.Method == http.MethodGet {
			continue
		}
		group := "Engineering"
		if strings.Contains(request.Path, string(w.group(sandboxgoogle.OnCall))) {
			group = "On call"
		}
		writes = append(writes, group+": "+request.Method+" "+strings.Join(strings.Fields(request.Body), ""))
	}
	order := strings.Join(writes, "\n")
	for _, want := range []string{
		`On call: POST {"email":"mei.tanaka@acme.example","role":"OWNER"}` + "\n" + `On call: PATCH {"role":"MEMBER"}`,
		`Engineering: PATCH {"role":"OWNER"}` + "\n" + `Engineering: PATCH {"role":"MEMBER"}`,
	} {
		if !strings.Contains(order, want) {
			t.Errorf("the writes were\n%s\nwant among them\n%s", order, want)
		}
	}
}

func TestAGroupThatTheSuccessorDoesNotComeToOwnIsNotTakenFromTheLeaver(t *testing.T) {
	t.Parallel()
	for name, do := range map[string]func(http.ResponseWriter, *http.Request, http.Handler){
		"a refusal":           refusal(http.StatusForbidden, "forbidden", "Not Authorized to access this resource/api"),
		"an empty promise":    sandbox.Status(http.StatusOK, `{"kind":"admin#directory#member","role":"OWNER","type":"USER"}`),
		"a broken connection": sandbox.ResetConnection(),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
			w.server.Inject(sandbox.Fault{Match: sandbox.All(sandbox.Method(http.MethodPost), sandbox.PathMatch("/admin/directory/v1/groups/*/members")), Do: do})
			transferer, _ := google.GroupOwnership(w.google).(access.Transferer)
			if _, err := transferer.Transfer(t.Context(), w.id(sandboxgoogle.Jane), w.group(sandboxgoogle.OnCall), w.id(sandboxgoogle.Mei)); err == nil {
				t.Error("it was taken for done")
			}
			same(t, "owners", []string{sandboxgoogle.Jane}, w.tenant.Owners(sandboxgoogle.OnCall))
		})
	}
}

func TestRolesSayWhereTheyComeFromAndWhatTheyAreOver(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
	held := w.holds(t, google.RoleAssignments, sandboxgoogle.Jane)
	for _, want := range []string{
		"Directory readers", "User Management Administrator (over the organizational unit ", "User Management Administrator (via group: IT admins)",
		"Help Desk Administrator (via group: Desk admins)",
	} {
		found := 0
		for _, label := range held {
			if strings.HasPrefix(label, want) {
				found++
			}
		}
		same(t, want, 1, found)
	}
	same(t, "roles", 4, len(held))
	out := w.exit(t, google.RoleAssignments(w.google), w.id(sandboxgoogle.Jane))
	same(t, "left", 2, len(out.Left))
	for _, reason := range out.Left {
		refused(t, reason, access.Blocked, "comes with the group", "offboard_group_membership")
	}
}

func TestAnAdministratorTakesASuperAdministratorToChange(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgoogle.HandlerOptions{}, func(c *google.Config) { c.Admin = sandboxgoogle.Delegated })
	for name, kind := range kinds {
		guard, ok := kind.connect(w.google).(access.Guard)
		if _, moves := guard.(access.Transferer); !ok || moves {
			// What is transferred takes no right to change the account.
			continue
		}
		refused(t, guard.Refuse(t.Context(), w.id(sandboxgoogle.Jane), nil), access.Blocked, "administrator", sandboxgoogle.Delegated)
		if err := guard.Refuse(t.Context(), w.id(sandboxgoogle.Priya), nil); err != nil {
			t.Errorf("%s: who is no administrator is refused: %v", name, err)
		}
	}
}

func TestTheAdministratorInWhoseNameThisIsDoneIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
	caller, owned, err := w.google.Caller(t.Context())
	if err != nil || !owned || caller != w.id(sandboxgoogle.Admin) {
		t.Fatalf("got %v, %v, %v", caller, owned, err)
	}
	for name, kind := range kinds {
		guard, ok := kind.connect(w.google).(access.Guard)
		if _, moves := guard.(access.Transferer); !ok || moves {
			// What is transferred takes no right to change the account.
			continue
		}
		refused(t, guard.Refuse(t.Context(), caller, nil), access.Blocked, "could be the last")
		if err := guard.Refuse(t.Context(), w.id(sandboxgoogle.BreakGlass), nil); err != nil {
			t.Errorf("%s: another super administrator is refused: %v", name, err)
		}
	}
	_, err = google.RoleAssignments(w.google).Remove(t.Context(), caller, "super_admin")
	refused(t, err, access.Blocked, "could be the last")
}

func TestAnAdministratorSeesWhatTheirPrivilegesShowAndIsToldTheRest(t *testing.T) {
	t.Parallel()
	for admin, sees := range map[string]map[string]bool{
		// Of groups these could be shown a part only, and they may not read which roles they have.
		sandboxgoogle.Delegated:   {"tokens": true, "keys": true, "sessions": true},
		sandboxgoogle.GroupsAdmin: {"sessions": true},
		sandboxgoogle.HelpDesk:    {"sessions": true},
		sandboxgoogle.Mei:         {},
	} {
		t.Run(admin, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, sandboxgoogle.HandlerOptions{}, func(c *google.Config) { c.Admin = admin })
			for _, kind := range []string{"tokens", "keys", "sessions", "group membership", "group ownership", "role assignments"} {
				listed, err := kinds[kind].connect(w.google).List(t.Context(), w.id(sandboxgoogle.Jane))
				switch {
				case sees[kind] && (err != nil || len(listed) == 0):
					t.Errorf("%s: got %v, %v", kind, listed, err)
				case !sees[kind]:
					refused(t, err, access.Denied)
				}
			}
		})
	}
}

func TestGroupsAreBelievedOfWhoIsShownAllOfThem(t *testing.T) {
	t.Parallel()
	for scope, believed := range map[string]bool{`"scopeType":"CUSTOMER"`: true, `"scopeType":"CUSTOMER","condition":"!api.getAttribute('cloudidentity.googleapis.com/groups.labels', []).hasAny(['groups.security'])"`: false} {
		w := newWorld(t, sandboxgoogle.HandlerOptions{}, func(c *google.Config) { c.Admin = sandboxgoogle.Delegated })
		w.server.Inject(sandbox.Fault{Match: sandbox.PathMatch("/admin/directory/v1/customer/my_customer/roleassignments"), Do: sandbox.Status(http.StatusOK,
			`{"kind":"admin#directory#roleAssignments","items":[{"roleAssignmentId":"1","roleId":"2","assignedTo":"3",`+scope+`}]}`)})
		w.server.Inject(sandbox.Fault{Match: sandbox.PathMatch("/admin/directory/v1/customer/my_customer/roles"), Do: sandbox.Status(http.StatusOK,
			`{"kind":"admin#directory#roles","items":[{"roleId":"2","rolePrivileges":[{"privilegeName":"USERS_ALL"},{"privilegeName":"GROUPS_RETRIEVE"}]}]}`)})
		listed, err := google.GroupMembership(w.google).List(t.Context(), w.id(sandboxgoogle.Jane))
		switch {
		case believed && (err != nil || len(listed) == 0):
			t.Errorf("got %v, %v", listed, err)
		case !believed:
			refused(t, err, access.Denied, "only part of the groups")
		}
	}
}

func TestAnAbsenceIsBelievedOfWhoIsShownEverybody(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgoogle.HandlerOptions{}, func(c *google.Config) { c.Admin = sandboxgoogle.Delegated })
	// An administrator who may not even read roles does not know what they are shown.
	_, err := w.google.Find(t.Context(), sandboxgoogle.Stranger)
	refused(t, err, access.Denied, "super administrator")
	// One who may, and has users everywhere, is believed; with users in one unit only not.
	for scope, believed := range map[string]bool{`"scopeType":"CUSTOMER"`: true, `"scopeType":"ORG_UNIT","orgUnitId":"03ph8a2z"`: false, `"scopeType":"CUSTOMER","condition":"x"`: false} {
		w := newWorld(t, sandboxgoogle.HandlerOptions{}, func(c *google.Config) { c.Admin = sandboxgoogle.Delegated })
		w.server.Inject(sandbox.Fault{Match: sandbox.PathMatch("/admin/directory/v1/customer/my_customer/roleassignments"), Do: sandbox.Status(http.StatusOK,
			`{"kind":"admin#directory#roleAssignments","items":[{"roleAssignmentId":"1","roleId":"2","assignedTo":"3",`+scope+`}]}`)})
		w.server.Inject(sandbox.Fault{Match: sandbox.PathMatch("/admin/directory/v1/customer/my_customer/roles"), Do: sandbox.Status(http.StatusOK,
			`{"kind":"admin#directory#roles","items":[{"roleId":"2","rolePrivileges":[{"privilegeName":"USERS_ALL"}]}]}`)})
		_, err := w.google.Find(t.Context(), sandboxgoogle.Stranger)
		if believed {
			refused(t, err, access.NotFound)
		} else {
			refused(t, err, access.Denied, "only part of the users")
		}
	}
}

func TestAReadOnlyRunSendsNothingThatCouldChangeAnything(t *testing.T) {
	t.Parallel()
	for name, use := range map[string]func(*google.Config){"with a key": func(*google.Config) {}, "without a key": keyless(sandboxgoogle.CallerToken)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, sandboxgoogle.HandlerOptions{}, func(c *google.Config) { use(c); c.ReadOnly = true })
			shareOnCall(w.tenant)
			everything := w.tenant.Snapshot(sandboxgoogle.Deleted)
			for kind, c := range kinds {
				connector := c.connect(w.google)
				if disposer, ok := connector.(access.Disposer); ok {
					connector, _ = disposer.Dispose(c.dispose)
				}
				out := w.exit(t, connector, w.id(sandboxgoogle.Jane))
				if len(out.Left) == 0 {
					t.Errorf("%s: nothing was refused", kind)
				}
				for id, reason := range out.Left {
					// What comes with a group is not asked for, whatever the run may do, and of a deletion it is said first what
					// is left to transfer.
					switch {
					case strings.HasPrefix(string(id), "two_step"):
						refused(t, reason, access.Blocked, "password could not be replaced")
					case !strings.Contains(string(id), "@") && c.dispose != access.Delete:
						refused(t, reason, access.Denied, "read_only")
					}
				}
			}
			same(t, "everything", everything, w.tenant.Snapshot(sandboxgoogle.Deleted))
		})
	}
}

func TestTheSecondStepsStayWhereThePasswordCouldNotBeReplaced(t *testing.T) {
	t.Parallel()
	for name, do := range map[string]func(http.ResponseWriter, *http.Request, http.Handler){
		"refused":                      refusal(http.StatusForbidden, "forbidden", "Not Authorized to access this resource/api"),
		"answered with something else": sandbox.Status(http.StatusOK, "{}"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
			jane := w.id(sandboxgoogle.Jane)
			w.server.Inject(sandbox.Fault{Match: sandbox.All(sandbox.Method(http.MethodPut), sandbox.PathPrefix("/admin/directory/v1/users/")), Do: do})
			out := w.exit(t, google.Authenticators(w.google), jane)
			for _, id := range []access.GrantID{"password", "two_step_backup_codes", "two_step_verification"} {
				if out.Left[id] == nil {
					t.Errorf("%s went: %v", id, out.Removed)
				}
			}
			if codes := w.tenant.BackupCodes(sandboxgoogle.Jane); len(codes) == 0 {
				t.Error("the backup codes are gone")
			}
		})
	}
}

func TestASuccessorWhoCanNotBeAppointedIsNamedAndNothingIsTakenAway(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
	w.server.Inject(sandbox.Fault{
		Match: sandbox.All(sandbox.Method(http.MethodPost), sandbox.PathMatch("/admin/directory/v1/groups/*/members")),
		Do:    refusal(http.StatusNotFound, "notFound", "Resource Not Found: memberKey"),
	})
	out := w.exit(t, google.GroupOwnership(w.google), w.id(sandboxgoogle.Jane))
	for id, err := range out.Left {
		if access.KindOf(err) != access.Blocked {
			t.Errorf("%s: %v", id, err)
		}
	}
	if len(out.Left) == 0 || w.clock.Slept() > 0 {
		t.Errorf("left %v, after %v", out.Left, w.clock.Slept())
	}
}

package google_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
	sandboxgoogle "github.com/offboard/terraform-provider-offboard/internal/sandbox/google"
	"github.com/offboard/terraform-provider-offboard/internal/system/google"
)

// drive is the id of the grant of a drive, and sole that of one of which nobody else is in charge.
func (w *world) drive(name string) access.GrantID {
	return access.GrantID(w.tenant.SharedDriveID(name))
}
func (w *world) sole(name string) access.GrantID { return "organizer/" + w.drive(name) }

func membersOf(w *world, name string) func(*http.Request) bool {
	return sandbox.PathMatch("/drive/v3/files/" + string(w.drive(name)) + "/permissions")
}

// off is an exit from these drives, of which the plan was made earlier.
func (w *world) off(t *testing.T, c access.Connector, address string, ids ...access.GrantID) access.Outcome {
	t.Helper()
	approved := access.Holdings{}
	for _, id := range ids {
		approved[id] = "as the plan showed it"
	}
	return access.Exit{
		Connector: c, Account: w.id(address), Successor: w.id(sandboxgoogle.Mei), Clock: w.clock, Patience: time.Minute,
	}.Run(t.Context(), approved, approved, nil)
}

func recheck(t *testing.T, c access.Connector, account access.AccountID, ids ...access.GrantID) []access.Grant {
	t.Helper()
	rechecker, ok := c.(access.Rechecker)
	if !ok {
		t.Fatal("not a Rechecker")
	}
	grants, err := rechecker.Recheck(t.Context(), account, ids)
	if err != nil {
		t.Fatal(err)
	}
	return grants
}

func surveyed(t *testing.T, c access.Connector) (map[access.AccountID][]access.Grant, error) {
	t.Helper()
	surveyor, ok := c.(access.Surveyor)
	if !ok {
		t.Fatal("not a Surveyor")
	}
	return surveyor.Survey(t.Context())
}

func TestSharedDrivesAreOnesOwnMembershipsHoweverTheyAreAskedFor(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgoogle.HandlerOptions{PageSize: 1}, nil)
	w.tenant.CreateSharedDrive(sandboxgoogle.Omar, "Deep archive")
	w.tenant.ShareDrive("Deep archive", sandboxgoogle.Jane, sandboxgoogle.Commenter)
	w.tenant.CreateSharedDrive(sandboxgoogle.Omar, "Press")
	w.tenant.ShareDrive("Press", sandboxgoogle.Jane, sandboxgoogle.Writer)
	w.tenant.CreateSharedDrive(sandboxgoogle.Omar, "Events")
	w.tenant.ShareDrive("Events", sandboxgoogle.Jane, sandboxgoogle.FileOrganizer)
	// In Releases Jane is through a group alone, and in Books not at all.
	want := access.Holdings{
		w.sole(sandboxgoogle.Handbook): "Platform handbook (the only manager)", w.drive(sandboxgoogle.Reviews): "Incident reviews (manager)",
		w.drive(sandboxgoogle.Runbooks): "Runbooks (manager)", w.drive(sandboxgoogle.Brand): "Brand assets (viewer)",
		w.drive("Deep archive"): "Deep archive (commenter)", w.drive("Press"): "Press (contributor)", w.drive("Events"): "Events (content manager)",
	}
	same(t, "listed", want, w.holds(t, google.SharedDrives, sandboxgoogle.Jane))
	c := google.SharedDrives(w.google)
	everybody, err := surveyed(t, c)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "surveyed", want, access.Held(everybody[w.id(sandboxgoogle.Jane)], nil))
	same(t, "asked again", want, access.Held(recheck(t, c, w.id(sandboxgoogle.Jane), want.IDs()...), nil))
	for address := range map[string]bool{sandboxgoogle.Omar: true, sandboxgoogle.Suspended: true, sandboxgoogle.Nobody: true, sandboxgoogle.Mei: true} {
		same(t, address, w.holds(t, google.SharedDrives, address), access.Held(everybody[w.id(address)], nil))
	}
}

func TestASurveyOfDrivesIsOneSweepAndVerifyingAsksTheDrivesConcernedAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
	c := google.SharedDrives(w.google)
	if _, err := surveyed(t, c); err != nil {
		t.Fatal(err)
	}
	if sweeps, drives := w.asked("/drive/v3/drives?"), w.asked("/permissions?"); sweeps != 1 || drives != 6 {
		t.Errorf("a survey listed the drives %d times, and members %d times for 6 drives", sweeps, drives)
	}
	recheck(t, c, w.id(sandboxgoogle.Jane), w.drive(sandboxgoogle.Brand))
	if sweeps, drives := w.asked("/drive/v3/drives?"), w.asked("/permissions?"); sweeps != 1 || drives != 7 {
		t.Errorf("asking about one drive listed the drives %d times more, and members %d times", sweeps-1, drives-6)
	}
}

func TestTheSuccessorManagesADriveBeforeTheOnlyManagerLeavesIt(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		prepare func(*sandboxgoogle.Tenant)
		how     string
	}{
		"a viewer is raised": {func(*sandboxgoogle.Tenant) {}, http.MethodPatch},
		"somebody who is no member is added": {func(x *sandboxgoogle.Tenant) {
			x.UnshareDrive(sandboxgoogle.Handbook, sandboxgoogle.Mei)
		}, http.MethodPost},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, sandboxgoogle.HandlerOptions{Lag: 2}, nil)
			c.prepare(w.tenant)
			out := w.off(t, google.SharedDrives(w.google), sandboxgoogle.Jane, w.sole(sandboxgoogle.Handbook))
			if !out.Clean() || out.Removed[w.sole(sandboxgoogle.Handbook)].Assurance != access.Observed {
				t.Fatal(out.Left, out.Unverified, out.Removed)
			}
			same(t, "members", []string{
				"lena.novak@acme.example (writer)", "mei.tanaka@acme.example (organizer)", "omar.haddad@acme.example (writer)",
			}, w.tenant.DriveMembers(sandboxgoogle.Handbook))
			var steps []string
			for _, r := range w.server.Requests() {
				if strings.Contains(r.Path, "/permissions") && (len(steps) == 0 || steps[len(steps)-1] != r.Method) {
					steps = append(steps, r.Method)
				}
			}
			same(t, "steps", []string{"GET", c.how, "GET", "DELETE", "GET"}, steps)
			if mailed := w.tenant.Mailed(); len(mailed) > 0 {
				t.Errorf("mail went to %v", mailed)
			}
			same(t, "Jane's other drives", []string{"Brand assets (reader)", "Incident reviews (organizer)", "Runbooks (organizer)"}, w.tenant.SharedDrives(sandboxgoogle.Jane))
		})
	}
}

func TestASuccessorWhoIsNotSeenToManageADriveKeepsTheOnlyManagerInIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgoogle.HandlerOptions{Lag: 100}, nil)
	out := w.off(t, google.SharedDrives(w.google), sandboxgoogle.Jane, w.sole(sandboxgoogle.Handbook))
	refused(t, out.Left[w.sole(sandboxgoogle.Handbook)], access.Unavailable, "nothing was taken away")
	if len(w.sent(http.MethodDelete, "")) > 0 {
		t.Error("somebody was taken off")
	}
}

func TestASuccessorWhoIsNotActiveReceivesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
	w.tenant.Suspend(sandboxgoogle.Mei)
	before := w.tenant.DriveMembers(sandboxgoogle.Handbook)
	out := w.off(t, google.SharedDrives(w.google), sandboxgoogle.Jane, w.sole(sandboxgoogle.Handbook))
	refused(t, out.Left[w.sole(sandboxgoogle.Handbook)], access.Blocked, "successor", "suspended")
	same(t, "members", before, w.tenant.DriveMembers(sandboxgoogle.Handbook))
}

// managedBy has a new group of these people manage a drive.
func managedBy(tenant *sandboxgoogle.Tenant, drive string, people ...string) {
	const group = "stewards@acme.example"
	tenant.CreateGroup(group, "Stewards")
	for _, person := range people {
		tenant.AddToGroup(person, group, sandboxgoogle.Member)
	}
	tenant.ShareDrive(drive, group, sandboxgoogle.Organizer)
}

func TestNobodyIsInChargeWhoCanNotAct(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		with  func(*sandboxgoogle.Tenant, string)
		alone bool
	}{
		"somebody active": {func(x *sandboxgoogle.Tenant, d string) { x.ShareDrive(d, sandboxgoogle.Omar, sandboxgoogle.Organizer) }, false},
		"a content manager": {func(x *sandboxgoogle.Tenant, d string) {
			x.ShareDrive(d, sandboxgoogle.Omar, sandboxgoogle.FileOrganizer)
		}, true},
		"somebody suspended": {func(x *sandboxgoogle.Tenant, d string) {
			x.ShareDrive(d, sandboxgoogle.Suspended, sandboxgoogle.Organizer)
		}, true},
		"somebody archived": {func(x *sandboxgoogle.Tenant, d string) {
			x.ShareDrive(d, sandboxgoogle.Archived, sandboxgoogle.Organizer)
		}, true},
		"somebody of another company": {func(x *sandboxgoogle.Tenant, d string) {
			x.ShareDrive(d, sandboxgoogle.Outsider, sandboxgoogle.Organizer)
		}, true},
		"somebody deleted": {func(x *sandboxgoogle.Tenant, d string) {
			x.ShareDrive(d, sandboxgoogle.Omar, sandboxgoogle.Organizer)
			x.Delete(sandboxgoogle.Omar)
		}, true},
		"somebody deleted whose address is another's": {func(x *sandboxgoogle.Tenant, d string) {
			x.ShareDrive(d, sandboxgoogle.Omar, sandboxgoogle.Organizer)
			x.Delete(sandboxgoogle.Omar)
			x.AddAlias(sandboxgoogle.Lena, sandboxgoogle.Omar)
		}, true},
		"a group with people": {func(x *sandboxgoogle.Tenant, d string) {
			x.ShareDrive(d, sandboxgoogle.Social, sandboxgoogle.Organizer)
		}, false},
		"a group with a group": {func(x *sandboxgoogle.Tenant, d string) {
			x.ShareDrive(d, sandboxgoogle.ITAdmins, sandboxgoogle.Organizer)
		}, false},
		"everybody": {func(x *sandboxgoogle.Tenant, d string) {
			x.ShareDrive(d, sandboxgoogle.Everyone, sandboxgoogle.Organizer)
		}, false},
		"a group that only writes": {func(x *sandboxgoogle.Tenant, d string) { x.ShareDrive(d, sandboxgoogle.Social, sandboxgoogle.Writer) }, true},
		"a group that is empty":    {func(x *sandboxgoogle.Tenant, d string) { managedBy(x, d) }, true},
		"a group of the person":    {func(x *sandboxgoogle.Tenant, d string) { managedBy(x, d, sandboxgoogle.Jane) }, true},
		"a group of the suspended": {func(x *sandboxgoogle.Tenant, d string) {
			managedBy(x, d, sandboxgoogle.Suspended, sandboxgoogle.Archived)
		}, true},
		"a group of another company's": {func(x *sandboxgoogle.Tenant, d string) { managedBy(x, d, sandboxgoogle.Outsider) }, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, sandboxgoogle.HandlerOptions{PageSize: 1}, nil)
			const drive = "Of two"
			w.tenant.CreateSharedDrive(sandboxgoogle.Jane, drive)
			c.with(w.tenant, drive)
			everybody, err := surveyed(t, google.SharedDrives(w.google))
			if err != nil {
				t.Fatal(err)
			}
			for how, held := range map[string]access.Holdings{
				"listed": w.holds(t, google.SharedDrives, sandboxgoogle.Jane), "surveyed": access.Held(everybody[w.id(sandboxgoogle.Jane)], nil),
			} {
				if _, alone := held[w.sole(drive)]; alone != c.alone {
					t.Errorf("%s: alone: %v, want %v: %v", how, alone, c.alone, held)
				}
			}
		})
	}
}

func TestADriveOfWhichNobodyElseIsInChargeAnyMoreIsNotLeftAndIsAnotherRowOfTheNextPlan(t *testing.T) {
	t.Parallel()
	for name, happens := range map[string]func(*sandboxgoogle.Tenant){
		"the other manager left":         func(x *sandboxgoogle.Tenant) { x.UnshareDrive(sandboxgoogle.Reviews, sandboxgoogle.Omar) },
		"the other manager is suspended": func(x *sandboxgoogle.Tenant) { x.Suspend(sandboxgoogle.Omar) },
		"the other manager is deleted":   func(x *sandboxgoogle.Tenant) { x.Delete(sandboxgoogle.Omar) },
		"the other manager edits only": func(x *sandboxgoogle.Tenant) {
			x.ShareDrive(sandboxgoogle.Reviews, sandboxgoogle.Omar, sandboxgoogle.Writer)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
			c := google.SharedDrives(w.google)
			if held := w.holds(t, google.SharedDrives, sandboxgoogle.Jane); held[w.drive(sandboxgoogle.Reviews)] == "" {
				t.Fatal(held)
			}
			happens(w.tenant)
			before := w.tenant.DriveMembers(sandboxgoogle.Reviews)
			out := w.off(t, c, sandboxgoogle.Jane, w.drive(sandboxgoogle.Reviews))
			refused(t, out.Left[w.drive(sandboxgoogle.Reviews)], access.Blocked, "nobody else", "Plan again")
			if len(out.Removed) > 0 || out.Held[w.drive(sandboxgoogle.Reviews)] == "" {
				t.Errorf("removed %v, held %v", out.Removed, out.Held)
			}
			// Nor does whoever asks the connector all the same get through.
			_, err := c.Remove(t.Context(), w.id(sandboxgoogle.Jane), w.drive(sandboxgoogle.Reviews))
			refused(t, err, access.Blocked, "nobody else")
			same(t, "members", before, w.tenant.DriveMembers(sandboxgoogle.Reviews))
			if held := w.holds(t, google.SharedDrives, sandboxgoogle.Jane); held[w.sole(sandboxgoogle.Reviews)] == "" || held[w.drive(sandboxgoogle.Reviews)] != "" {
				t.Errorf("the next plan shows %v", held)
			}
			if out := w.off(t, c, sandboxgoogle.Jane, w.sole(sandboxgoogle.Reviews)); !out.Clean() {
				t.Error(out.Left, out.Unverified)
			}
		})
	}
}

func TestADriveThatWasToGoToTheSuccessorDoesEvenIfSomebodyElseManagesItByNow(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
	w.tenant.ShareDrive(sandboxgoogle.Handbook, sandboxgoogle.Lena, sandboxgoogle.Organizer)
	out := w.off(t, google.SharedDrives(w.google), sandboxgoogle.Jane, w.sole(sandboxgoogle.Handbook))
	if !out.Clean() || len(out.Removed) != 1 {
		t.Fatal(out.Left, out.Appeared, out.Unverified, out.Removed)
	}
	same(t, "members", []string{
		"lena.novak@acme.example (organizer)", "mei.tanaka@acme.example (organizer)", "omar.haddad@acme.example (writer)",
	}, w.tenant.DriveMembers(sandboxgoogle.Handbook))
}

func TestWithoutASuccessorNobodyIsTakenOffADriveThatTheyAloneManage(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
	_, err := google.SharedDrives(w.google).Remove(t.Context(), w.id(sandboxgoogle.Jane), w.sole(sandboxgoogle.Handbook))
	refused(t, err, access.Blocked, "Set successor")
}

func TestATransferOfADriveThatWasHalfDoneGoesOnWithTheNextPlan(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
	w.server.Inject(sandbox.Fault{Match: sandbox.Method(http.MethodDelete), Times: 1, Do: refusal(403, "cannotDeletePermission", "Not now.")})
	c := google.SharedDrives(w.google)
	out := w.off(t, c, sandboxgoogle.Jane, w.sole(sandboxgoogle.Handbook))
	refused(t, out.Left[w.sole(sandboxgoogle.Handbook)], access.Blocked, "cannotDeletePermission")
	if out.Held[w.sole(sandboxgoogle.Handbook)] == "" || len(out.Appeared) > 0 {
		t.Errorf("held %v, appeared %v", out.Held, out.Appeared)
	}
	if held := w.holds(t, google.SharedDrives, sandboxgoogle.Jane); held[w.drive(sandboxgoogle.Handbook)] != "Platform handbook (manager)" {
		t.Errorf("the next plan shows %v", held)
	}
	if out := w.off(t, c, sandboxgoogle.Jane, w.drive(sandboxgoogle.Handbook)); !out.Clean() {
		t.Error(out.Left, out.Unverified)
	}
}

func TestASurveyOfDrivesNeedsNoMoreScopesThanAListAndLooksForHoldsOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
	w.tenant.Delegate("drive.readonly", "admin.directory.user.readonly", "admin.directory.group.readonly")
	everybody, err := surveyed(t, google.SharedDrives(w.google))
	if err != nil || len(everybody) < 10 {
		t.Fatalf("%d people are members of drives, %v", len(everybody), err)
	}
	for _, grants := range everybody {
		for _, grant := range grants {
			refused(t, grant.Stays, access.Denied, "ediscovery.readonly")
		}
	}
	if asked := w.asked("/token"); asked > 8 {
		t.Errorf("%d access tokens were asked for", asked)
	}
}

func TestADriveThatAGroupManagesStaysTheGroups(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
	if out := w.off(t, google.SharedDrives(w.google), sandboxgoogle.Jane, w.drive(sandboxgoogle.Runbooks)); !out.Clean() {
		t.Fatal(out.Left, out.Unverified)
	}
	same(t, "members", []string{"engineering@acme.example (organizer)"}, w.tenant.DriveMembers(sandboxgoogle.Runbooks))
	// She still sees Releases, which is the group's too, and that is a row of the group.
	same(t, "held", access.Holdings{
		w.sole(sandboxgoogle.Handbook): "Platform handbook (the only manager)", w.drive(sandboxgoogle.Reviews): "Incident reviews (manager)",
		w.drive(sandboxgoogle.Brand): "Brand assets (viewer)",
	}, w.holds(t, google.SharedDrives, sandboxgoogle.Jane))
}

func TestOfTwoWhoAloneManageADriveAndLeaveAtOnceOneStaysUntilTheNextPlan(t *testing.T) {
	t.Parallel()
	for range 4 {
		w := newWorld(t, sandboxgoogle.HandlerOptions{Lag: 1}, nil)
		w.tenant.ShareDrive(sandboxgoogle.Reviews, sandboxgoogle.Tomas, sandboxgoogle.Organizer)
		w.tenant.UnshareDrive(sandboxgoogle.Reviews, sandboxgoogle.Omar)
		most := w.changes()
		c := google.SharedDrives(w.google)
		outs := w.together(t, c, w.drive(sandboxgoogle.Reviews), sandboxgoogle.Jane, sandboxgoogle.Tomas)
		left, gone := 0, 0
		for _, out := range outs {
			gone += len(out.Removed)
			for _, reason := range out.Left {
				refused(t, reason, access.Blocked, "nobody else")
				left++
			}
		}
		if members := w.tenant.DriveMembers(sandboxgoogle.Reviews); left != 1 || gone != 1 || !strings.Contains(strings.Join(members, " "), "(organizer)") || most() != 1 {
			t.Errorf("%d left, %d gone, %d changes at once, members %v", left, gone, most(), members)
		}
	}
}

// together is the exits of several people from one drive, at once.
func (w *world) together(t *testing.T, c access.Connector, id access.GrantID, people ...string) []access.Outcome {
	t.Helper()
	outs := make([]access.Outcome, len(people))
	var all sync.WaitGroup
	for i, person := range people {
		all.Go(func() { outs[i] = w.off(t, c, person, id) })
	}
	all.Wait()
	return outs
}

// changes counts how many changes of members are under way at once, at most.
func (w *world) changes() (most func() int32) {
	var now, peak atomic.Int32
	w.server.Inject(sandbox.Fault{
		Match: func(r *http.Request) bool {
			return r.Method != http.MethodGet && strings.Contains(r.URL.Path, "/permissions")
		},
		Do: func(rw http.ResponseWriter, r *http.Request, next http.Handler) {
			n := now.Add(1)
			defer now.Add(-1)
			for old := peak.Load(); n > old && !peak.CompareAndSwap(old, n); old = peak.Load() {
				continue
			}
			time.Sleep(20 * time.Millisecond)
			next.ServeHTTP(rw, r)
		},
	})
	return peak.Load
}

func TestSeveralPeopleLeaveOneDriveOneAfterTheOther(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgoogle.HandlerOptions{Lag: 1}, nil)
	most := w.changes()
	for _, out := range w.together(t, google.SharedDrives(w.google), w.drive(sandboxgoogle.Reviews), sandboxgoogle.Jane, sandboxgoogle.Lena, sandboxgoogle.Tomas) {
		if !out.Clean() {
			t.Error(out.Left, out.Unverified)
		}
	}
	same(t, "members", []string{"omar.haddad@acme.example (organizer)"}, w.tenant.DriveMembers(sandboxgoogle.Reviews))
	if most() != 1 {
		t.Errorf("%d changes were made at once", most())
	}
}

func TestAMembershipIsFoundUnderWhateverAddressOfTheAccountDriveShows(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
	w.tenant.Rename(sandboxgoogle.Jane, "jane.smith@acme.example")
	c := google.SharedDrives(w.google)
	listed, err := c.List(t.Context(), w.id("jane.smith@acme.example"))
	if err != nil || len(listed) != 4 {
		t.Errorf("under the new address: %v, %v", listed, err)
	}
	// Drive has not noticed yet, or shows the alias that the drive was shared with.
	for _, address := range []string{"Jane.Doe@acme.example", sandboxgoogle.JaneAlias} {
		w.server.Inject(sandbox.Fault{Match: membersOf(w, sandboxgoogle.Brand), Times: 1, Do: sandbox.Status(200, fmt.Sprintf(
			`{"kind":"drive#permissionList","permissions":[{"id":"1","type":"user","role":"reader","emailAddress":%q}]}`, address))})
		if grants := recheck(t, c, w.id("jane.smith@acme.example"), w.drive(sandboxgoogle.Brand)); len(grants) != 1 {
			t.Errorf("%s was not taken for hers", address)
		}
	}
}

func TestNobodyIsTakenOffADriveForWhoHadTheirAddress(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
	// Mei gets Jane's mail, and a new Jane has nothing of the old one's.
	w.tenant.Recreate(sandboxgoogle.Jane)
	if held := w.holds(t, google.SharedDrives, sandboxgoogle.Jane); len(held) != 0 {
		t.Errorf("the new account holds %v", held)
	}
	before := w.tenant.DriveMembers(sandboxgoogle.Brand)
	if out := w.off(t, google.SharedDrives(w.google), sandboxgoogle.Jane, w.drive(sandboxgoogle.Brand)); !out.Clean() {
		t.Error(out.Left, out.Unverified)
	}
	same(t, "members", before, w.tenant.DriveMembers(sandboxgoogle.Brand))
}

func TestSharedDrivesThatCanNotAllBeSeenAreAnError(t *testing.T) {
	t.Parallel()
	unshared := `{"error":{"code":404,"message":"File not found: .","errors":[{"domain":"global","reason":"notFound","message":"File not found: ."}]}}`
	for name, c := range map[string]struct {
		admin   string
		spoil   func(*world)
		kind    access.ErrorKind
		phrases []string
	}{
		"to one who is no super administrator": {sandboxgoogle.Delegated, func(*world) {}, access.Denied, []string{"super administrator"}},
		"a drive that is refused": {sandboxgoogle.Admin, func(w *world) {
			w.server.Inject(sandbox.Fault{Match: membersOf(w, sandboxgoogle.Books), Do: refusal(403, "insufficientFilePermissions", "The user does not have sufficient permissions")})
		}, access.Denied, []string{"list the members"}},
		"a drive that is there and is not found": {sandboxgoogle.Admin, func(w *world) {
			w.server.Inject(sandbox.Fault{Match: membersOf(w, sandboxgoogle.Books), Do: sandbox.Status(404, unshared)})
		}, access.Unavailable, []string{"Try again"}},
		"a member of whom nobody knows who it is": {sandboxgoogle.Admin, func(w *world) {
			w.server.Inject(sandbox.Fault{
				Match: membersOf(w, sandboxgoogle.Books),
				Do:    sandbox.Status(200, `{"kind":"drive#permissionList","permissions":[{"id":"1","type":"user","role":"reader"}]}`),
			})
		}, access.Malformed, []string{"who it is"}},
		"something else than drives": {sandboxgoogle.Admin, func(w *world) {
			w.server.Inject(sandbox.Fault{Match: sandbox.PathMatch("/drive/v3/drives"), Do: sandbox.Status(200, `{}`)})
		}, access.Malformed, []string{"other than a list"}},
		"something else than members": {sandboxgoogle.Admin, func(w *world) {
			w.server.Inject(sandbox.Fault{Match: membersOf(w, sandboxgoogle.Books), Do: sandbox.Status(200, `{}`)})
		}, access.Malformed, []string{"other than a list"}},
		"the members of a group that manages are not to be had": {sandboxgoogle.Admin, func(w *world) {
			w.server.Inject(sandbox.Fault{Match: sandbox.PathMatch("/admin/directory/v1/groups/*/members"), Do: refusal(503, "backendError", "Backend Error")})
		}, access.Unavailable, []string{"manages a shared drive"}},
		"the scope is not delegated": {sandboxgoogle.Admin, func(w *world) { w.tenant.Undelegate("drive.readonly") }, access.Denied, []string{"drive.readonly", "Domain-wide delegation"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, sandboxgoogle.HandlerOptions{}, func(config *google.Config) { config.Admin = c.admin })
			c.spoil(w)
			connector := google.SharedDrives(w.google)
			_, err := connector.List(t.Context(), w.id(sandboxgoogle.Jane))
			refused(t, err, c.kind, c.phrases...)
			_, err = surveyed(t, connector)
			refused(t, err, c.kind, c.phrases...)
		})
	}
}

func TestADriveThatGoesWhileItIsListedIsNobodys(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
	id := w.drive(sandboxgoogle.Brand)
	w.server.Inject(sandbox.Fault{Match: membersOf(w, sandboxgoogle.Brand), Times: 1, Do: func(rw http.ResponseWriter, r *http.Request, next http.Handler) {
		w.tenant.DeleteSharedDrive(sandboxgoogle.Brand)
		next.ServeHTTP(rw, r)
	}})
	held := w.holds(t, google.SharedDrives, sandboxgoogle.Jane)
	if len(held) != 3 || held[id] != "" {
		t.Errorf("held %v", held)
	}
	if out := w.off(t, google.SharedDrives(w.google), sandboxgoogle.Jane, id); !out.Clean() {
		t.Error(out.Left, out.Unverified)
	}
}

func TestWhatDriveRefusesIsToldApart(t *testing.T) {
	t.Parallel()
	for reason, kind := range map[string]access.ErrorKind{
		"cannotModifyInheritedPermission": access.Blocked, "cannotDeletePermission": access.Blocked, "cannotRemoveOwner": access.Blocked,
		"insufficientAdministratorPrivileges": access.Denied, "insufficientFilePermissions": access.Denied, "teamDriveMembershipRequired": access.Denied,
		"sharingRateLimitExceeded": access.RateLimited,
	} {
		t.Run(reason, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
			w.server.Inject(sandbox.Fault{Match: sandbox.Method(http.MethodDelete), Do: refusal(403, reason, "Not this one.")})
			out := w.off(t, google.SharedDrives(w.google), sandboxgoogle.Jane, w.drive(sandboxgoogle.Brand))
			refused(t, out.Left[w.drive(sandboxgoogle.Brand)], kind, reason)
		})
	}
}

func TestTooMuchSharingIsTriedAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
	w.tenant.LimitSharing(2)
	if out := w.off(t, google.SharedDrives(w.google), sandboxgoogle.Jane, w.sole(sandboxgoogle.Handbook)); !out.Clean() {
		t.Error(out.Left, out.Unverified)
	}
}

func TestAHoldOnSharedDrivesKeepsMembershipsAndNoOtherDoes(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		hold func(*sandboxgoogle.Tenant)
		kept bool
	}{
		"on the drives of the person": {func(x *sandboxgoogle.Tenant) { x.HoldSharedDrives(sandboxgoogle.Jane, sandboxgoogle.Dispute) }, true},
		"on the drives of others":     {func(x *sandboxgoogle.Tenant) { x.HoldSharedDrives(sandboxgoogle.Omar, sandboxgoogle.Dispute) }, false},
		"on the person's own files":   {func(x *sandboxgoogle.Tenant) { x.Hold(sandboxgoogle.Jane, sandboxgoogle.Dispute, "DRIVE") }, false},
		"on mail":                     {func(x *sandboxgoogle.Tenant) { x.HoldOrgUnit("/", sandboxgoogle.Dispute, "MAIL") }, false},
		"in a matter that is closed": {func(x *sandboxgoogle.Tenant) {
			x.HoldSharedDrives(sandboxgoogle.Jane, sandboxgoogle.Dispute)
			x.CloseMatter(sandboxgoogle.Dispute)
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
			c.hold(w.tenant)
			ids := w.holds(t, google.SharedDrives, sandboxgoogle.Jane).IDs()
			stays := w.stays(t, google.SharedDrives, sandboxgoogle.Jane)
			slices.Sort(stays)
			out := w.off(t, google.SharedDrives(w.google), sandboxgoogle.Jane, ids...)
			if !c.kept {
				if len(stays) > 0 || !out.Clean() {
					t.Error(stays, out.Left)
				}
				return
			}
			same(t, "what stays", ids, stays)
			for _, id := range ids {
				refused(t, out.Left[id], access.Blocked, sandboxgoogle.Dispute, "tolerate", "never lifted")
			}
			same(t, "Mei's drives", []string{"Platform handbook (reader)"}, w.tenant.SharedDrives(sandboxgoogle.Mei))
		})
	}
}

func TestAHoldOnSharedDrivesIsLookedForRightBeforeAMembershipEnds(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
	c := google.SharedDrives(w.google)
	w.holds(t, func(*google.Google) access.Connector { return c }, sandboxgoogle.Jane)
	w.tenant.HoldSharedDrives(sandboxgoogle.Jane, sandboxgoogle.Dispute)
	for _, id := range []access.GrantID{w.drive(sandboxgoogle.Brand), w.sole(sandboxgoogle.Handbook)} {
		out := w.off(t, c, sandboxgoogle.Jane, id)
		refused(t, out.Left[id], access.Blocked, sandboxgoogle.Dispute)
	}
	same(t, "members", 4, len(w.tenant.SharedDrives(sandboxgoogle.Jane)))
	// Vault answers few questions in a minute: one sweep serves the drives of a moment, and the next moment has another.
	sweeps := w.asked("/v1/matters?")
	w.tenant.ReleaseHolds(sandboxgoogle.Dispute)
	w.clock.Advance(time.Minute)
	if out := w.off(t, c, sandboxgoogle.Jane, w.drive(sandboxgoogle.Brand), w.drive(sandboxgoogle.Runbooks), w.drive(sandboxgoogle.Reviews)); out.Unverified != nil {
		t.Error(out.Unverified)
	}
	if more := w.asked("/v1/matters?") - sweeps; more > 1 {
		t.Errorf("Vault was swept %d times for three drives", more)
	}
	same(t, "members", 1, len(w.tenant.SharedDrives(sandboxgoogle.Jane)))
}

func TestMembershipsStayWhileHoldsCanNotBeSeenAndGoWhereThereIsNoVault(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
	w.tenant.Undelegate("ediscovery.readonly")
	out := w.off(t, google.SharedDrives(w.google), sandboxgoogle.Jane, w.drive(sandboxgoogle.Brand))
	refused(t, out.Left[w.drive(sandboxgoogle.Brand)], access.Denied, "vault = false")
	without := google.SharedDrives(w.connect(t, func(config *google.Config) { config.NoVault = true }))
	if out := w.off(t, without, sandboxgoogle.Jane, w.drive(sandboxgoogle.Brand)); !out.Clean() {
		t.Error(out.Left, out.Unverified)
	}
}

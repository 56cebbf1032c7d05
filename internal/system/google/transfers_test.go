package google_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
	sandboxgoogle "github.com/offboard/terraform-provider-offboard/internal/sandbox/google"
	"github.com/offboard/terraform-provider-offboard/internal/system/google"
)

const onTransfers = "/admin/datatransfer/v1/transfers"

var moving = map[string]func(*google.Google) access.Connector{
	"drive": google.DriveOwnership, "calendar": google.CalendarOwnership, "dashboard": google.DashboardOwnership,
}

// why is what the plan is told of why a row of Jane's will not go.
func (w *world) why(t *testing.T, c access.Connector) error {
	t.Helper()
	listed, err := c.List(t.Context(), w.id(sandboxgoogle.Jane))
	if err != nil {
		t.Fatal(err)
	}
	for _, grant := range listed {
		if grant.Stays != nil {
			return grant.Stays
		}
	}
	return nil
}

// give is an exit to a successor that has so long.
func (w *world) give(t *testing.T, c access.Connector, successor string, limit time.Duration) access.Outcome {
	t.Helper()
	listed, err := c.List(t.Context(), w.id(sandboxgoogle.Jane))
	if err != nil {
		t.Fatal(err)
	}
	held := access.Held(listed, nil)
	return access.Exit{
		Connector: c, Account: w.id(sandboxgoogle.Jane), Successor: w.id(successor), Clock: w.clock, Patience: time.Minute, Limit: limit,
	}.Run(t.Context(), held, held, nil)
}

func TestALegalHoldBlocksWhateverWouldMoveAndNamesTheMatter(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		hold func(*sandboxgoogle.Tenant)
		says string
	}{
		"by name":             {func(x *sandboxgoogle.Tenant) { x.Hold(sandboxgoogle.Jane, sandboxgoogle.Audit, "MAIL") }, sandboxgoogle.Audit},
		"by their unit":       {func(x *sandboxgoogle.Tenant) { x.HoldOrgUnit("/Engineering", sandboxgoogle.Dispute, "DRIVE") }, "organizational unit"},
		"by the root":         {func(x *sandboxgoogle.Tenant) { x.HoldOrgUnit("/", sandboxgoogle.Dispute, "MAIL") }, sandboxgoogle.Dispute},
		"by a unit far above": {func(x *sandboxgoogle.Tenant) { x.MoveToOrgUnit(sandboxgoogle.Jane, "/Former staff/2026/May") }, sandboxgoogle.Dispute},
		"in the third matter": {func(x *sandboxgoogle.Tenant) { x.OpenMatter("Third"); x.Hold(sandboxgoogle.Jane, "Third", "VOICE") }, "Third"},
		"the third of a matter": {func(x *sandboxgoogle.Tenant) {
			x.Hold(sandboxgoogle.Omar, sandboxgoogle.Audit, "MAIL")
			x.Hold(sandboxgoogle.Lena, sandboxgoogle.Audit, "MAIL")
			x.Hold(sandboxgoogle.Jane, sandboxgoogle.Audit, "MAIL")
		}, sandboxgoogle.Audit},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, sandboxgoogle.HandlerOptions{PageSize: 1}, nil)
			c.hold(w.tenant)
			for kind, connect := range moving {
				refused(t, w.why(t, connect(w.google)), access.Blocked, c.says, "never lifted")
				out := w.give(t, connect(w.google), sandboxgoogle.Mei, 0)
				for _, reason := range out.Left {
					refused(t, reason, access.Blocked, c.says)
				}
				if len(out.Removed) > 0 || len(w.tenant.Transfers(sandboxgoogle.Jane)) > 0 || len(w.tenant.Calendars(sandboxgoogle.Jane)) != 2 {
					t.Errorf("%s: something moved: %v", kind, out.Removed)
				}
			}
		})
	}
}

func TestALegalHoldKeepsTheCalendarsThatThePersonOwns(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
	w.tenant.HoldOrgUnit("/Engineering", sandboxgoogle.Dispute, "MAIL")
	rota := access.GrantID("calendar/" + w.tenant.CalendarID(sandboxgoogle.Jane, "On-call rota"))
	refused(t, w.why(t, google.Delegations(w.google)), access.Blocked, sandboxgoogle.Dispute)
	out := w.give(t, google.Delegations(w.google), sandboxgoogle.Mei, 0)
	refused(t, out.Left[rota], access.Blocked, sandboxgoogle.Dispute, "organizational unit")
	same(t, "Jane's calendars", 2, len(w.tenant.Calendars(sandboxgoogle.Jane)))
	// And it is looked for right before one moves.
	w = newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
	c, _ := google.Delegations(w.google).(access.Transferer)
	w.tenant.Hold(sandboxgoogle.Jane, sandboxgoogle.Audit, "DRIVE")
	_, err := c.Transfer(t.Context(), w.id(sandboxgoogle.Jane), rota, w.id(sandboxgoogle.Mei))
	refused(t, err, access.Blocked, sandboxgoogle.Audit)
}

func TestAHoldOnOthersOrInAClosedMatterBlocksNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
	w.tenant.Hold(sandboxgoogle.Omar, sandboxgoogle.Audit, "DRIVE")
	w.tenant.HoldOrgUnit("/Finance", sandboxgoogle.Audit, "MAIL")
	w.tenant.Hold(sandboxgoogle.Jane, sandboxgoogle.Dispute, "DRIVE")
	w.tenant.CloseMatter(sandboxgoogle.Dispute)
	if err := w.why(t, google.DriveOwnership(w.google)); err != nil {
		t.Error(err)
	}
}

func TestAHoldThatEverybodyWasTakenOffBlocksNobody(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
	w.server.Inject(sandbox.Fault{Match: sandbox.PathMatch("/v1/matters/*/holds"), Do: sandbox.Status(200, `{"holds":[{"holdId":"1","name":"Old","corpus":"MAIL"}]}`)})
	w.server.Inject(sandbox.Fault{Match: sandbox.PathMatch("/v1/matters/*/holds/*/accounts"), Do: sandbox.Status(200, `{}`)})
	if out := w.give(t, google.DriveOwnership(w.google), sandboxgoogle.Mei, time.Minute); !out.Clean() {
		t.Error(out.Left, out.Unverified)
	}
}

func TestHoldsThatCanNotBeSeenBlock(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		spoil func(*world)
		admin string
		kind  access.ErrorKind
	}{
		"Vault is down": {func(w *world) {
			w.server.Inject(sandbox.Fault{Match: sandbox.PathMatch("/v1/matters"), Do: refusal(http.StatusServiceUnavailable, "", "")})
		}, sandboxgoogle.Admin, access.Unavailable},
		"a matter is gone while it is asked": {func(w *world) {
			w.server.Inject(sandbox.Fault{Match: sandbox.PathMatch("/v1/matters/*/holds"), Do: sandbox.Status(404, `{"error":{"code":404,"message":"gone","status":"NOT_FOUND"}}`)})
		}, sandboxgoogle.Admin, access.Unavailable},
		"a hold of nobody knows whom": {func(w *world) {
			w.server.Inject(sandbox.Fault{Match: sandbox.PathMatch("/v1/matters/*/holds"), Do: sandbox.Status(200, `{"holds":[{"holdId":"1"}]}`)})
			w.server.Inject(sandbox.Fault{Match: sandbox.PathMatch("/v1/matters/*/holds/*/accounts"), Do: sandbox.Status(200, `{"accounts":[{"accountId":"1"}]}`)})
		}, sandboxgoogle.Admin, access.Malformed},
		"a hold of a unit without a name": {func(w *world) {
			w.server.Inject(sandbox.Fault{Match: sandbox.PathMatch("/v1/matters/*/holds"), Do: sandbox.Status(200, `{"holds":[{"holdId":"1","orgUnit":{}}]}`)})
		}, sandboxgoogle.Admin, access.Malformed},
		"the units do not lead to the root": {func(w *world) {
			w.server.Inject(sandbox.Fault{Match: sandbox.PathMatch("/admin/directory/v1/customer/*/orgunits"), Do: sandbox.Status(200, `{"kind":"admin#directory#orgUnits"}`)})
		}, sandboxgoogle.Admin, access.Unavailable},
		"a role that may not see all": {func(*world) {}, sandboxgoogle.Delegated, access.Denied},
		"the scope is not delegated":  {func(w *world) { w.tenant.Undelegate("ediscovery.readonly") }, sandboxgoogle.Admin, access.Denied},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, sandboxgoogle.HandlerOptions{}, func(config *google.Config) { config.Admin = c.admin })
			c.spoil(w)
			refused(t, w.why(t, google.DriveOwnership(w.google)), c.kind)
			out := w.give(t, google.DriveOwnership(w.google), sandboxgoogle.Mei, 0)
			refused(t, out.Left["my_drive"], c.kind)
			same(t, "transfers", 0, len(w.tenant.Transfers(sandboxgoogle.Jane)))
		})
	}
}

func TestHoldsAreSweptOnceForAPlanAndAnewBeforeSomethingMoves(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
	for range 3 {
		for _, connect := range moving {
			if err := w.why(t, connect(w.google)); err != nil {
				t.Fatal(err)
			}
		}
	}
	same(t, "sweeps", 1, w.asked("/v1/matters?"))
	w.tenant.Hold(sandboxgoogle.Jane, sandboxgoogle.Audit, "MAIL")
	out := w.give(t, google.DriveOwnership(w.google), sandboxgoogle.Mei, 0)
	refused(t, out.Left["my_drive"], access.Blocked, sandboxgoogle.Audit)
}

func TestPrivateAndSharedFilesMoveAndWhatIsInTheTrashStays(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
	out := w.give(t, google.DriveOwnership(w.google), sandboxgoogle.Mei, time.Minute)
	same(t, "assurance", access.Observed, out.Removed["my_drive"].Assurance)
	same(t, "Jane's files", []string{}, w.tenant.Files(sandboxgoogle.Jane))
	same(t, "Mei's files", 5, len(w.tenant.Files(sandboxgoogle.Mei)))
	same(t, "who owns nothing", access.Holdings{}, w.holds(t, google.DriveOwnership, sandboxgoogle.Nobody))
}

func TestFilesThatAreInNoFolderAreCountedApartAndToldToStay(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
	w.tenant.CreateFile(sandboxgoogle.Jane, "Stray")
	w.tenant.Orphan(sandboxgoogle.Jane, "Stray")
	same(t, "held", access.Holdings{
		"my_drive": "My Drive (files: 5, private: 2, shared outside acme.example: 2; in no folder, which does not move: 1; in the trash, which does not move: 1)",
	}, w.holds(t, google.DriveOwnership, sandboxgoogle.Jane))
	out := w.give(t, google.DriveOwnership(w.google), sandboxgoogle.Mei, time.Hour)
	refused(t, out.Left["my_drive"], access.Blocked, "in no folder", "is:unorganized", "olerate")
	same(t, "Mei's files", 5, len(w.tenant.Files(sandboxgoogle.Mei)))
	// It is no reason to transfer again, and an account that still has such a file is not deleted.
	out = w.give(t, google.DriveOwnership(w.connect(t, nil)), sandboxgoogle.Mei, time.Hour)
	refused(t, out.Left["my_drive"], access.Blocked, "in no folder")
	same(t, "transfers", []string{"completed"}, w.tenant.Transfers(sandboxgoogle.Jane))
	w.tenant.Adopt(sandboxgoogle.Jane, "Stray")
	w.clock.Advance(2 * time.Hour)
	if out := w.give(t, google.DriveOwnership(w.connect(t, nil)), sandboxgoogle.Mei, time.Hour); !out.Clean() {
		t.Error(out.Left, out.Unverified)
	}
	same(t, "Mei's files", 6, len(w.tenant.Files(sandboxgoogle.Mei)))
}

func TestATransferThatIsRunningIsPickedUpAndNoneBegunBesideIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
	w.tenant.SetTransferPolls(1000)
	for range 2 {
		// Each apply is a run of its own.
		w.google = w.connect(t, nil)
		out := w.give(t, google.DriveOwnership(w.google), sandboxgoogle.Mei, 10*time.Minute)
		refused(t, out.Left["my_drive"], access.Unavailable, "still moving", "next apply")
	}
	same(t, "transfers", []string{"inProgress"}, w.tenant.Transfers(sandboxgoogle.Jane))
	if w.clock.Slept() < 15*time.Minute {
		t.Errorf("it was waited for %v", w.clock.Slept())
	}
	out := w.give(t, google.DriveOwnership(w.google), sandboxgoogle.Priya, 0)
	refused(t, out.Left["my_drive"], access.Blocked, "somebody else already")
	w.tenant.SetTransferPolls(1)
	if out := w.give(t, google.DriveOwnership(w.connect(t, nil)), sandboxgoogle.Mei, time.Minute); !out.Clean() {
		t.Error(out.Left, out.Unverified)
	}
	same(t, "transfers", []string{"completed"}, w.tenant.Transfers(sandboxgoogle.Jane))
}

func TestATransferThatFailsIsToldAndTheNextApplyBeginsAnother(t *testing.T) {
	t.Parallel()
	for name, connect := range map[access.GrantID]func(*google.Google) access.Connector{
		"my_drive": google.DriveOwnership, "primary": google.CalendarOwnership, "looker_studio": google.DashboardOwnership,
	} {
		w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
		w.tenant.FailTransfers(1)
		out := w.give(t, connect(w.google), sandboxgoogle.Mei, time.Hour)
		refused(t, out.Left[name], access.Blocked, "failed", "next apply")
		same(t, "transfers", []string{"failed"}, w.tenant.Transfers(sandboxgoogle.Jane))
		if w.clock.Slept() > time.Minute {
			t.Errorf("%s: what had failed was waited for: %v", name, w.clock.Slept())
		}
		w.clock.Advance(time.Minute)
		if out := w.give(t, connect(w.connect(t, nil)), sandboxgoogle.Mei, time.Hour); !out.Clean() {
			t.Error(out.Left, out.Unverified)
		}
		same(t, "transfers", []string{"failed", "completed"}, w.tenant.Transfers(sandboxgoogle.Jane))
	}
}

func TestATransferOfWhichNobodyKnowsWhetherItBeganIsNotBegunTwice(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
	asks := 0
	w.server.Inject(sandbox.Fault{Match: func(r *http.Request) bool { return r.Method == http.MethodPost && r.URL.Path == onTransfers },
		Do: func(rw http.ResponseWriter, r *http.Request, next http.Handler) {
			asks++
			next.ServeHTTP(&deaf{header: http.Header{}}, r)
			refusal(http.StatusServiceUnavailable, "backendError", "Service unavailable")(rw, r, next)
		}})
	if out := w.give(t, google.DriveOwnership(w.google), sandboxgoogle.Mei, time.Hour); !out.Clean() {
		t.Error(out.Left, out.Unverified)
	}
	same(t, "asked", 1, asks)
	same(t, "transfers", []string{"completed"}, w.tenant.Transfers(sandboxgoogle.Jane))
}

// deaf is an answer that nobody gets.
type deaf struct{ header http.Header }

func (d *deaf) Header() http.Header         { return d.header }
func (d *deaf) Write(b []byte) (int, error) { return len(b), nil }
func (d *deaf) WriteHeader(int)             {}

func TestOfASuspendedOwnerATransferIsAcknowledgedAndNeverObserved(t *testing.T) {
	t.Parallel()
	for name, connect := range map[access.GrantID]func(*google.Google) access.Connector{
		"my_drive": google.DriveOwnership, "primary": google.CalendarOwnership, "looker_studio": google.DashboardOwnership,
	} {
		w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
		// One that is completed before the suspension may have left what was made since.
		w.tenant.StartTransfer(sandboxgoogle.Jane, sandboxgoogle.Mei)
		w.tenant.SetTransferPolls(1)
		w.clock.Advance(time.Hour)
		w.tenant.Suspend(sandboxgoogle.Jane)
		w.clock.Advance(time.Minute)
		w.tenant.SetTransferPolls(3)
		jane, c := w.id(sandboxgoogle.Jane), connect(w.google)
		out := w.give(t, c, sandboxgoogle.Mei, time.Hour)
		if removed, ok := out.Removed[name]; !ok || removed.Assurance != access.Acknowledged {
			t.Errorf("%s: removed %v, left %v", name, out.Removed, out.Left)
		}
		listed, err := connect(w.connect(t, nil)).List(t.Context(), jane)
		if _, held := access.Held(listed, out.Marks)[name]; err != nil || held {
			t.Errorf("%s: it is held afterwards: %v (%v)", name, listed, err)
		}
		w.clock.Advance(time.Hour)
		w.tenant.Unsuspend(sandboxgoogle.Jane)
		w.tenant.SignIn(sandboxgoogle.Jane)
		w.tenant.CreateFile(sandboxgoogle.Jane, "New")
		w.tenant.Invite(sandboxgoogle.Jane, "New", sandboxgoogle.Omar)
		w.tenant.Suspend(sandboxgoogle.Jane)
		if listed, err = c.List(t.Context(), jane); err != nil {
			t.Fatal(err)
		}
		if _, held := access.Held(listed, out.Marks)[name]; !held {
			t.Errorf("%s: after a sign-in it is not held: %v", name, listed)
		}
	}
}

func TestACalendarThatThePersonOwnsMovesWhileTheAccountIsActiveAndIsSeenToHaveGone(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgoogle.HandlerOptions{PageSize: 1}, nil)
	out := w.give(t, google.Delegations(w.google), sandboxgoogle.Mei, time.Minute)
	if !out.Clean() {
		t.Fatal(out.Left, out.Unverified)
	}
	rota := access.GrantID("calendar/" + w.tenant.CalendarID(sandboxgoogle.Mei, "On-call rota"))
	same(t, "of a calendar", access.Observed, out.Removed[rota].Assurance)
	same(t, "Mei's", []string{"On-call rota", "Team holidays"}, w.tenant.Calendars(sandboxgoogle.Mei))
}

func TestACalendarOfSomebodyWhoWasSuspendedMeanwhileIsNotCalledGone(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
	c, jane := google.Delegations(w.google), w.id(sandboxgoogle.Jane)
	listed, err := c.List(t.Context(), jane)
	if err != nil {
		t.Fatal(err)
	}
	held := access.Held(listed, nil)
	w.tenant.Suspend(sandboxgoogle.Jane)
	out := access.Exit{Connector: c, Account: jane, Successor: w.id(sandboxgoogle.Mei), Clock: w.clock}.Run(t.Context(), held, held, nil)
	rota := access.GrantID("calendar/" + w.tenant.CalendarID(sandboxgoogle.Jane, "On-call rota"))
	refused(t, out.Left[rota], access.Blocked, "not gone")
	same(t, "removed", 0, len(out.Removed))
}

func TestWhatCanNotBeListedOfAnActiveOwnerIsAnError(t *testing.T) {
	t.Parallel()
	for path, connect := range map[string]func(*google.Google) access.Connector{
		"/drive/v3/files": google.DriveOwnership, "/calendar/v3/users/me/calendarList": google.Delegations,
		"/calendar/v3/calendars/*/events": google.CalendarOwnership, "/admin/datatransfer/v1/applications": google.DashboardOwnership,
	} {
		for says, do := range map[string]func(http.ResponseWriter, *http.Request, http.Handler){
			"the service is on":     refusal(http.StatusForbidden, "forbidden", "The domain administrators have disabled it"),
			"other than a list":     sandbox.Status(http.StatusOK, `{}`),
			"an incomplete search":  sandbox.Status(http.StatusOK, `{"kind":"drive#fileList","incompleteSearch":true}`),
			"went while it was bei": refusal(http.StatusNotFound, "notFound", "Not Found"),
		} {
			if (says == "the service is on") == strings.Contains(path, "datatransfer") || strings.Contains(says, "incomplete") && !strings.Contains(path, "drive") {
				continue
			}
			w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
			w.server.Inject(sandbox.Fault{Match: sandbox.PathMatch(path), Do: do})
			listed, err := connect(w.google).List(t.Context(), w.id(sandboxgoogle.Jane))
			if err == nil || !strings.Contains(err.Error(), says) || access.KindOf(err) == access.NotFound {
				t.Errorf("%s: got %v and %v, want an error that says %q", path, listed, err, says)
			}
		}
	}
	w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
	w.server.Inject(sandbox.Fault{Match: sandbox.PathMatch("/admin/datatransfer/v1/applications"), Do: sandbox.Status(200, `{"kind":"admin#datatransfer#applicationsList"}`)})
	_, err := google.DashboardOwnership(w.google).List(t.Context(), w.id(sandboxgoogle.Jane))
	refused(t, err, access.NotAvailable, "Looker Studio")
}

func TestASuccessorWithoutRoomIsRefusedAndOneInAPoolIsNot(t *testing.T) {
	t.Parallel()
	const ofFiles = 200_000_000 // five files of Jane's that move
	for name, c := range map[string]struct {
		prepare func(*sandboxgoogle.Tenant)
		refused bool
	}{
		"no limit":    {func(*sandboxgoogle.Tenant) {}, false},
		"just enough": {func(x *sandboxgoogle.Tenant) { x.LimitStorage(sandboxgoogle.Mei, ofFiles) }, false},
		"not enough":  {func(x *sandboxgoogle.Tenant) { x.LimitStorage(sandboxgoogle.Mei, ofFiles-1) }, true},
		"beyond her limit": {func(x *sandboxgoogle.Tenant) {
			x.LimitStorage(sandboxgoogle.Mei, 1)
			x.CreateFile(sandboxgoogle.Mei, "Mine")
		}, true},
		"can't be counted":  {func(x *sandboxgoogle.Tenant) { x.LimitStorage(sandboxgoogle.Mei, 1); x.Suspend(sandboxgoogle.Jane) }, false},
		"one pool for both": {func(x *sandboxgoogle.Tenant) { pool(x, ofFiles) }, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
			c.prepare(w.tenant)
			vetter, _ := google.DriveOwnership(w.google).(access.Vetter)
			err := vetter.Vet(t.Context(), w.id(sandboxgoogle.Jane), nil, w.id(sandboxgoogle.Mei))
			if c.refused {
				refused(t, err, access.Blocked, "the files take 200 MB", "left. Give the successor more storage")
			} else if err != nil {
				t.Error(err)
			}
		})
	}
}

// pool gives both the same limit, which both have used up.
func pool(tenant *sandboxgoogle.Tenant, size int64) {
	for range len(tenant.Files(sandboxgoogle.Jane)) + 1 {
		tenant.CreateFile(sandboxgoogle.Mei, "Hers")
	}
	tenant.LimitStorage(sandboxgoogle.Jane, size)
	tenant.LimitStorage(sandboxgoogle.Mei, size)
}

func TestAPoolIsRecognizedAlthoughItFillsBetweenTwoLooks(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		used    [2]int
		refused bool
	}{
		"a pool":                {[2]int{999_999_000_000, 999_999_500_000}, false},
		"two of the same limit": {[2]int{400_000_000, 999_999_500_000}, true},
	} {
		w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
		looks := 0
		w.server.Inject(sandbox.Fault{Match: sandbox.PathMatch("/drive/v3/about"), Do: func(rw http.ResponseWriter, r *http.Request, next http.Handler) {
			sandbox.Status(http.StatusOK, fmt.Sprintf(`{"kind":"drive#about","storageQuota":{"limit":"1000000000000","usage":"%d"}}`, c.used[looks]))(rw, r, next)
			looks++
		}})
		vetter, _ := google.DriveOwnership(w.google).(access.Vetter)
		err := vetter.Vet(t.Context(), w.id(sandboxgoogle.Jane), nil, w.id(sandboxgoogle.Mei))
		same(t, name, c.refused, access.KindOf(err) == access.Blocked)
	}
}

func TestRoomThatCanNotBeLookedAtIsNotTakenForEnough(t *testing.T) {
	t.Parallel()
	for name, do := range map[string]func(http.ResponseWriter, *http.Request, http.Handler){
		"nothing":   sandbox.Status(http.StatusOK, `{"kind":"drive#about"}`),
		"a list":    sandbox.Status(http.StatusOK, `{"kind":"drive#fileList"}`),
		"a refusal": refusal(http.StatusForbidden, "forbidden", "no"),
	} {
		w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
		w.server.Inject(sandbox.Fault{Match: sandbox.PathMatch("/drive/v3/about"), Do: do})
		vetter, _ := google.DriveOwnership(w.google).(access.Vetter)
		if err := vetter.Vet(t.Context(), w.id(sandboxgoogle.Jane), nil, w.id(sandboxgoogle.Mei)); err == nil {
			t.Errorf("%s passes for room enough", name)
		}
	}
}

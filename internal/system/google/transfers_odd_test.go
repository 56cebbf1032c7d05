package google_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
	sandboxgoogle "github.com/offboard/terraform-provider-offboard/internal/sandbox/google"
	"github.com/offboard/terraform-provider-offboard/internal/system/google"
)

// a transfer of Jane's files as Google could tell of it.
type told struct {
	id, to, overall, own, levels string
	at                           time.Time
}

// tell has Google list these transfers, whatever there is.
func (w *world) tell(all ...told) {
	var rows []string
	for _, x := range all {
		rows = append(rows, fmt.Sprintf(`{"kind":"admin#datatransfer#DataTransfer","id":%q,"oldOwnerUserId":%q,"newOwnerUserId":%q,"requestTime":%q,"overallTransferStatusCode":%q,`+
			`"applicationDataTransfers":[{"applicationId":"55656082996","applicationTransferStatus":%q,"applicationTransferParams":[{"key":"PRIVACY_LEVEL","value":[%s]}]}]}`,
			x.id, w.tenant.UserID(sandboxgoogle.Jane), w.tenant.UserID(x.to), x.at.Format(time.RFC3339), x.overall, x.own, x.levels))
	}
	body := fmt.Sprintf(`{"kind":"admin#datatransfer#dataTransfersList","dataTransfers":[%s]}`, strings.Join(rows, ","))
	w.server.Inject(sandbox.Fault{
		Match: func(r *http.Request) bool { return r.Method == http.MethodGet && r.URL.Path == onTransfers }, Do: sandbox.Status(http.StatusOK, body),
	})
}

const bothLevels, sharedOnly = `"PRIVATE","SHARED"`, `"SHARED"`

func TestNoTransferIsBegunBesideOneThatRunsForOneLevelOrOneApplicationOnly(t *testing.T) {
	t.Parallel()
	for name, x := range map[string]told{
		"what is shared, to the successor":   {"1", sandboxgoogle.Mei, "inProgress", "inProgress", sharedOnly, time.Time{}},
		"what is shared, to somebody else":   {"1", sandboxgoogle.Priya, "inProgress", "inProgress", sharedOnly, time.Time{}},
		"another application of it failed":   {"1", sandboxgoogle.Priya, "failed", "inProgress", bothLevels, time.Time{}},
		"over, and this application is not":  {"1", sandboxgoogle.Priya, "completed", "inProgress", bothLevels, time.Time{}},
		"over, and this application unknown": {"1", sandboxgoogle.Priya, "completed", "partiallyCompleted", bothLevels, time.Time{}},
	} {
		w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
		x.at = w.clock.Now()
		w.tell(x)
		out := w.give(t, google.DriveOwnership(w.google), sandboxgoogle.Mei, 0)
		if access.KindOf(out.Left["my_drive"]) != access.Blocked {
			t.Errorf("%s: %v", name, out.Left)
		}
		if begun := len(w.sent(http.MethodPost, onTransfers)); begun > 0 {
			t.Errorf("%s: another was begun", name)
		}
	}
}

func TestATransferMakesARowOfASuspendedOwnerGoneOnlyIfAllOfItIsKnownToBeOver(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		told []told
		gone bool
	}{
		"completed":                        {[]told{{"1", sandboxgoogle.Mei, "completed", "completed", bothLevels, time.Time{}}}, true},
		"for what is shared alone":         {[]told{{"1", sandboxgoogle.Mei, "completed", "completed", sharedOnly, time.Time{}}}, false},
		"this application is under way":    {[]told{{"1", sandboxgoogle.Mei, "completed", "inProgress", bothLevels, time.Time{}}}, false},
		"this application is nobody knows": {[]told{{"1", sandboxgoogle.Mei, "completed", "", bothLevels, time.Time{}}}, false},
		"an older one is under way": {[]told{
			{"1", sandboxgoogle.Mei, "completed", "completed", bothLevels, time.Time{}},
			{"2", sandboxgoogle.Priya, "inProgress", "inProgress", bothLevels, time.Time{}.Add(1)},
		}, false},
	} {
		w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
		w.tenant.Suspend(sandboxgoogle.Jane)
		w.clock.Advance(time.Hour)
		for i := range c.told {
			c.told[i].at = w.clock.Now().Add(-time.Duration(i) * time.Minute)
		}
		w.tell(c.told...)
		listed, err := google.DriveOwnership(w.google).List(t.Context(), w.id(sandboxgoogle.Jane))
		if err != nil || len(listed) != 1 {
			t.Fatal(listed, err)
		}
		same(t, name, c.gone, listed[0].Version != "")
	}
}

func TestAnAccountIsNotDeletedWhileAPartOfATransferIsUnderWay(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
	giveAway(w.tenant)
	w.tell(told{"1", sandboxgoogle.Mei, "failed", "inProgress", bothLevels, w.clock.Now()})
	disposer, _ := google.Account(w.google).(access.Disposer)
	remove, _ := disposer.Dispose(access.Delete)
	jane := w.id(sandboxgoogle.Jane)
	refused(t, w.exit(t, remove, jane).Left[access.GrantID(jane)], access.Blocked, "is not over")
}

func TestArchivingWhoIsSuspendedDoesNotBringBackWhatWasTransferred(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
	w.tenant.Suspend(sandboxgoogle.Jane)
	w.clock.Advance(time.Minute)
	out := w.give(t, google.DriveOwnership(w.google), sandboxgoogle.Mei, time.Hour)
	same(t, "assurance", access.Acknowledged, out.Removed["my_drive"].Assurance)
	w.clock.Advance(30 * 24 * time.Hour)
	w.tenant.Archive(sandboxgoogle.Jane)
	listed, err := google.DriveOwnership(w.connect(t, nil)).List(t.Context(), w.id(sandboxgoogle.Jane))
	if err != nil {
		t.Fatal(err)
	}
	same(t, "held", access.Holdings{}, access.Held(listed, out.Marks))
}

func TestOfWhatACompletedTransferLeftItIsNotSaidThatItIsMoving(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
	if out := w.give(t, google.DriveOwnership(w.google), sandboxgoogle.Mei, time.Hour); !out.Clean() {
		t.Fatal(out.Left, out.Unverified)
	}
	w.tenant.CreateFile(sandboxgoogle.Jane, "New")
	out := w.give(t, google.DriveOwnership(w.connect(t, nil)), sandboxgoogle.Mei, time.Hour)
	refused(t, out.Left["my_drive"], access.Unavailable, "is completed, and Google still lists", "an hour")
	if strings.Contains(out.Left["my_drive"].Error(), "still moving") {
		t.Error(out.Left["my_drive"])
	}
}

func TestTwoWhoAskAtOnceForTheSameTransferBeginOne(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
	c, _ := google.DriveOwnership(w.google).(access.Transferer)
	var asking sync.WaitGroup
	for range 4 {
		asking.Go(func() {
			if _, err := c.Transfer(t.Context(), w.id(sandboxgoogle.Jane), "my_drive", w.id(sandboxgoogle.Mei)); err != nil {
				t.Error(err)
			}
		})
	}
	asking.Wait()
	same(t, "begun", 1, len(w.sent(http.MethodPost, onTransfers)))
}

func TestASweepThatTakesLongServesThoseWhoWaitedForIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
	w.server.Inject(sandbox.Fault{Match: sandbox.PathMatch("/v1/matters"), Do: func(rw http.ResponseWriter, r *http.Request, next http.Handler) {
		w.clock.Advance(time.Minute)
		next.ServeHTTP(rw, r)
	}})
	c, _ := google.DriveOwnership(w.google).(access.Transferer)
	for _, person := range []string{sandboxgoogle.Jane, sandboxgoogle.Omar, sandboxgoogle.Lena} {
		w.tenant.CreateFile(person, "Plan")
		if _, err := c.Transfer(t.Context(), w.id(person), "my_drive", w.id(sandboxgoogle.Mei)); err != nil {
			t.Error(err)
		}
	}
	same(t, "sweeps", 1, w.asked("/v1/matters?"))
	w.clock.Advance(time.Minute)
	w.tenant.Hold(sandboxgoogle.Jane, sandboxgoogle.Audit, "MAIL")
	w.tenant.CreateFile(sandboxgoogle.Jane, "New")
	_, err := c.Transfer(t.Context(), w.id(sandboxgoogle.Jane), "my_drive", w.id(sandboxgoogle.Mei))
	refused(t, err, access.Blocked, sandboxgoogle.Audit)
}

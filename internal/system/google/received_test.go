package google_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
	sandboxgoogle "github.com/offboard/terraform-provider-offboard/internal/sandbox/google"
	"github.com/offboard/terraform-provider-offboard/internal/system/google"
)

// mailboxOf is the row of somebody's mailbox.
func (w *world) mailboxOf(address string) access.GrantID {
	return access.GrantID("mailbox/" + w.tenant.UserID(address))
}

func TestTheSweepFindsWhatTheLeaverNeverLookedAtWhateverStateTheirAccountIsIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgoogle.HandlerOptions{PageSize: 1}, nil)
	w.tenant.AddAlias(sandboxgoogle.Jane, "jd@acme.example")
	w.tenant.AddMailDelegate(sandboxgoogle.Lena, "jd@acme.example")
	w.tenant.Suspend(sandboxgoogle.Jane)
	held := w.labels(t, google.ReceivedDelegations(w.google), sandboxgoogle.Jane)
	same(t, "rows", 4, len(held))
	same(t, "of an alias", "the mailbox of lena.novak@acme.example (they read and send its mail)", held[w.mailboxOf(sandboxgoogle.Lena)])
	out := w.exit(t, google.ReceivedDelegations(w.google), w.id(sandboxgoogle.Jane))
	if !out.Clean() || len(out.Removed) != 4 {
		t.Fatal(out.Left, out.Unverified, out.Removed)
	}
	same(t, "left in Omar's calendar", 0, len(w.tenant.Shares(sandboxgoogle.Omar, "Releases")))
	same(t, "in Jane's", 1, len(w.tenant.Shares(sandboxgoogle.Jane, "")))
}

func TestOneSweepServesEverybodyAndTheVerificationAsksTheOwnersAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
	surveyor, _ := google.ReceivedDelegations(w.google).(access.Surveyor)
	everybody, err := surveyor.Survey(t.Context())
	if err != nil || len(everybody[w.id(sandboxgoogle.Jane)]) != 3 || len(everybody[w.id(sandboxgoogle.Omar)]) != 2 {
		t.Fatal(everybody[w.id(sandboxgoogle.Jane)], everybody[w.id(sandboxgoogle.Omar)], err)
	}
	before := w.asked("/gmail/v1/users/me/settings/delegates")
	held := access.Held(everybody[w.id(sandboxgoogle.Jane)], nil)
	out := access.Exit{Connector: surveyor, Account: w.id(sandboxgoogle.Jane), Clock: w.clock}.Run(t.Context(), held, held, nil)
	if !out.Clean() {
		t.Fatal(out.Left, out.Unverified)
	}
	// One mailbox: looked at, looked at again, changed, and looked at.
	same(t, "requests about delegates", 4, w.asked("/gmail/v1/users/me/settings/delegates")-before)
}

func TestWhatSomebodyLentWhoIsNoLongerActiveIsNotCalledGone(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(*world){
		"suspended":       func(w *world) { w.tenant.Suspend(sandboxgoogle.Mei) },
		"without Gmail":   func(w *world) { w.tenant.SetMailbox(sandboxgoogle.Mei, false) },
		"while it is due": func(*world) {},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
			c, jane := google.ReceivedDelegations(w.google), w.id(sandboxgoogle.Jane)
			held := w.labels(t, c, sandboxgoogle.Jane)
			spoil(w)
			if name == "while it is due" {
				w.server.Observe(func(e sandbox.Exchange) {
					if e.Method == http.MethodDelete && strings.Contains(e.URL.Path, "/delegates/") {
						w.tenant.Suspend(sandboxgoogle.Mei)
					}
				})
			}
			out := access.Exit{Connector: c, Account: jane, Clock: w.clock}.Run(t.Context(), held, held, nil)
			box := w.mailboxOf(sandboxgoogle.Mei)
			if removal, known := out.Removed[box]; known && removal.Assurance == access.Observed {
				t.Errorf("the mailbox of somebody who is %s is said to be seen without her", name)
			}
			_, is := out.Held[box]
			same(t, "held", false, is)
		})
	}
}

func TestASweepThatMissesOneMailboxIsNone(t *testing.T) {
	t.Parallel()
	for path, do := range map[string]func(http.ResponseWriter, *http.Request, http.Handler){
		"/gmail/v1/users/me/settings/delegates": refusal(http.StatusForbidden, "forbidden", "Delegation denied"),
		"/calendar/v3/calendars/*/acl":          sandbox.Status(http.StatusOK, `{"kind":"calendar#acl"}`),
		"/calendar/v3/users/me/calendarList":    sandbox.Status(http.StatusOK, `{}`),
		"/admin/directory/v1/users":             sandbox.Status(http.StatusOK, `{"kind":"admin#directory#users"}`),
	} {
		w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
		w.server.Inject(sandbox.Fault{Match: sandbox.PathMatch(path), Do: do, Times: 1})
		if listed, err := google.ReceivedDelegations(w.google).List(t.Context(), w.id(sandboxgoogle.Jane)); err == nil {
			t.Errorf("%s: got %v, want an error", path, listed)
		}
	}
}

func TestACalendarOfAColleagueGoesByNameAndWhatEverybodySeesStays(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
	w.tenant.ShareCalendar(sandboxgoogle.Victor, "", sandboxgoogle.Jane, "writer")
	w.tenant.ShareCalendar(sandboxgoogle.Tomas, "", sandboxgoogle.Jane, "reader")
	w.tenant.Suspend(sandboxgoogle.Victor)
	w.tenant.Suspend(sandboxgoogle.Tomas)
	listed, err := google.Delegations(w.google).List(t.Context(), w.id(sandboxgoogle.Jane))
	if err != nil {
		t.Fatal(err)
	}
	shared := map[access.GrantID]bool{}
	for _, grant := range listed {
		if strings.HasPrefix(string(grant.ID), "shared/") && !grant.Dormant {
			shared[grant.ID] = grant.Stays != nil
		}
	}
	releases := access.GrantID("shared/" + w.tenant.CalendarID(sandboxgoogle.Omar, "Releases"))
	same(t, "shared by name, and whether they stay", map[access.GrantID]bool{
		releases: false, "shared/" + sandboxgoogle.Omar: false, "shared/" + sandboxgoogle.Victor: true,
	}, shared)
	if _, err := google.Delegations(w.google).Remove(t.Context(), w.id(sandboxgoogle.Jane), releases); err != nil {
		t.Fatal(err)
	}
	same(t, "left in it", 0, len(w.tenant.Shares(sandboxgoogle.Omar, "Releases")))
	_, err = google.Delegations(w.google).Remove(t.Context(), w.id(sandboxgoogle.Jane), "shared/"+sandboxgoogle.Victor)
	refused(t, err, access.Blocked, "suspended", "tolerate")
}

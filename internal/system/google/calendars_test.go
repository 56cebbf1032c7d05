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

func TestAnEventMovesWithItsGuestsAndNotWithItsOrganizerAlone(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		event string
		held  int
	}{
		"nobody but the organizer":     {`"attendees":[{"email":"jane.doe@acme.example","self":true,"organizer":true,"responseStatus":"accepted"}]`, 0},
		"too many guests to be listed": {`"attendeesOmitted":true`, 1},
		"the organizer and a room":     {`"attendees":[{"email":"jane.doe@acme.example","self":true},{"email":"room@resource.calendar.google.com","resource":true}]`, 1},
	} {
		w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
		w.server.Inject(sandbox.Fault{Match: sandbox.PathMatch("/calendar/v3/calendars/*/events"), Do: sandbox.Status(http.StatusOK,
			`{"kind":"calendar#events","items":[{"kind":"calendar#event","id":"e1","status":"confirmed","organizer":{"email":"jane.doe@acme.example","self":true},`+c.event+`}]}`)})
		same(t, name, c.held, len(w.holds(t, google.CalendarOwnership, sandboxgoogle.Jane)))
	}
}

func TestACalendarIsItsDataOwnersUnderWhicheverOfTheirAddresses(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		owner, role string
		theirs      bool
	}{
		"an address of before": {"jd@acme.example", "owner", true},
		"in capitals":          {"Jane.Doe@ACME.example", "owner", true},
		"nobody says whose":    {"", "owner", true},
		"a colleague's":        {sandboxgoogle.Omar, "owner", false},
	} {
		w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
		w.tenant.AddAlias(sandboxgoogle.Jane, "jd@acme.example")
		w.server.Inject(sandbox.Fault{Match: sandbox.PathMatch("/calendar/v3/users/me/calendarList"), Do: sandbox.Status(http.StatusOK, fmt.Sprintf(
			`{"kind":"calendar#calendarList","items":[{"kind":"calendar#calendarListEntry","id":%q,"summary":"S","accessRole":%q,"dataOwner":%q}]}`,
			w.tenant.CalendarID(sandboxgoogle.Omar, "Releases"), c.role, c.owner))})
		found := false
		for id := range w.labels(t, google.Delegations(w.google), sandboxgoogle.Jane) {
			found = found || strings.HasPrefix(string(id), "calendar/")
		}
		same(t, name, c.theirs, found)
	}
}

func TestWhoGaveACalendarAwayHasNoAccessToItThatIsLeft(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
	out := w.give(t, google.Delegations(w.google), sandboxgoogle.Mei, 0)
	if !out.Clean() {
		t.Fatal(out.Left, out.Appeared, out.Unverified)
	}
	same(t, "who is in it", []string{}, w.tenant.Shares(sandboxgoogle.Mei, "On-call rota"))
}

// notACalendarUser is what Calendar answers in the name of somebody for whom it is off, or who is suspended.
var notACalendarUser = refusal(http.StatusForbidden, "notACalendarUser", "The user must be signed up for Google Calendar.")

func TestTheCalendarOfSomebodySuspendedOfWhomCalendarKnowsNothingIsARowAndNoError(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
	c := google.CalendarOwnership(w.google)
	w.labels(t, c, sandboxgoogle.Jane)
	// The access token of just now is good as yet.
	w.server.Inject(sandbox.Fault{Match: sandbox.PathMatch("/calendar/v3/calendars/*/events"), Do: notACalendarUser})
	if listed, err := c.List(t.Context(), w.id(sandboxgoogle.Jane)); access.KindOf(err) != access.Denied {
		t.Error("of somebody active it is an error: ", listed, err)
	}
	w.tenant.Suspend(sandboxgoogle.Jane)
	w.clock.Advance(time.Minute)
	same(t, "label", "primary calendar (can't be looked at: the account is suspended)", w.labels(t, c, sandboxgoogle.Jane)["primary"])
	out := w.give(t, c, sandboxgoogle.Mei, time.Hour)
	same(t, "assurance", access.Acknowledged, out.Removed["primary"].Assurance)
}

func TestWhoSeesACalendarOfSomebodySuspendedSinceIsNotSaidToBeSeenWithoutIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
	c, jane := google.Delegations(w.google), w.id(sandboxgoogle.Jane)
	held := w.labels(t, c, sandboxgoogle.Jane)
	w.tenant.Suspend(sandboxgoogle.Omar)
	listed, err := c.List(t.Context(), jane)
	if err != nil {
		t.Fatal(err)
	}
	gone := access.Gone(held, listed, access.Held(listed, nil), w.clock.Now())
	if removal, said := gone["shared/"+sandboxgoogle.Omar]; said {
		t.Errorf("she is in it as before: %v", removal)
	}
}

func TestSomebodyForWhomCalendarIsOffIsNoReasonToKnowNothingOfOthers(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
	delegations, received := google.Delegations(w.google), google.ReceivedDelegations(w.google)
	before, swept := w.labels(t, delegations, sandboxgoogle.Jane), w.labels(t, received, sandboxgoogle.Jane)
	// Omar's calendars alone.
	w.server.Inject(sandbox.Fault{Do: notACalendarUser, Match: func(r *http.Request) bool {
		return strings.HasSuffix(r.URL.Path, "/acl") && (strings.Contains(r.URL.Path, sandboxgoogle.Omar) ||
			strings.Contains(r.URL.Path, w.tenant.CalendarID(sandboxgoogle.Omar, "Releases")))
	}})
	for name, c := range map[string]struct {
		connector access.Connector
		held      access.Holdings
	}{"listed": {delegations, before}, "swept": {received, swept}} {
		listed, err := c.connector.List(t.Context(), w.id(sandboxgoogle.Jane))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if rechecker, ok := c.connector.(access.Rechecker); ok {
			if listed, err = rechecker.Recheck(t.Context(), w.id(sandboxgoogle.Jane), c.held.IDs()); err != nil {
				t.Error(err)
			}
		}
		for id, removal := range access.Gone(c.held, listed, access.Held(listed, nil), w.clock.Now()) {
			t.Errorf("%s: %s is said to be gone: %v", name, id, removal)
		}
	}
}

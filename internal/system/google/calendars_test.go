package google_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

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

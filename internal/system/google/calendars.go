package google

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	admin "google.golang.org/api/admin/directory/v1"
	"google.golang.org/api/calendar/v3"
	"google.golang.org/api/googleapi"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/system"
)

// CalendarOwnership is what is to come in the account's primary calendar and moves by Data Transfer, as one row. The
// calendars that it owns beside that one are among the delegations, since they can be seen and moved only while the
// account is active, and this is for when it no longer is.
//
// It is listed as the person. As somebody who is suspended Google may let nobody list (see cannotBeSeen). That it
// moved is then acknowledged only, as with Drive.
func CalendarOwnership(g *Google) access.Connector {
	return &calendarOwnership{mover{Google: g, application: calendarApp}}
}

type calendarOwnership struct{ mover }

var _ access.Transferer = (*calendarOwnership)(nil)

const primaryCalendar access.GrantID = "primary"

var calendars = thing{
	name: "calendars", api: "Google Calendar API", read: "calendar.readonly", manage: "calendar.calendars", kind: "calendar#", privilege: "Manage Calendars",
}

// events are what is to come in a person's primary calendar, as that person. A recurring event is one.
// GET /calendar/v3/calendars/primary/events?timeMin={now}, scope calendar.readonly.
func (c *calendarOwnership) events(ctx context.Context, u *admin.User) ([]*calendar.Event, error) {
	call := reading(calendars, "list what is to come in the calendar of %s", name(u)).as(u.PrimaryEmail)
	now := c.clock.Now().UTC().Format(time.RFC3339)
	found, err := listUnsighted(ctx, c.Google, call, func(ctx context.Context, token string) (page[calendar.Event], error) {
		answer, err := c.calendar.Events.List("primary").TimeMin(now).MaxResults(2500).PageToken(token).Context(ctx).Do()
		if err != nil {
			return page[calendar.Event]{}, err
		}
		return page[calendar.Event]{answer.Items, answer.Kind, answer.NextPageToken}, nil
	})
	return found, unsure(err)
}

// List returns the primary calendar, if anything in it would move.
func (c *calendarOwnership) List(ctx context.Context, account access.AccountID) ([]access.Grant, error) {
	u, err := c.user(ctx, account)
	if err != nil {
		return nil, err
	}
	found, err := c.events(ctx, u)
	var grant access.Grant
	switch {
	case cannotBeSeen(u, err):
		grant, err = c.unseen(ctx, u, primaryCalendar, "primary calendar (can't be looked at: the account is "+status(u)+")")
	case err != nil:
		return nil, err
	default:
		label, owns := agenda(found)
		if !owns {
			return nil, nil
		}
		grant = access.Grant{ID: primaryCalendar, Label: label}
	}
	if err != nil {
		return nil, err
	}
	grant.Stays, err = c.stays(ctx, u)
	return []access.Grant{grant}, err
}

// agenda counts what would move: events to come that are not private and have a guest
// (https://developers.google.com/workspace/admin/data-transfer/v1/parameters, and google.md section 8).
func agenda(found []*calendar.Event) (label string, owns bool) {
	moving, staying := 0, 0
	for _, e := range found {
		switch {
		case e.Organizer == nil || !e.Organizer.Self || e.Status == "cancelled":
		case e.Visibility == "private" || e.Visibility == "confidential" || !hasGuests(e):
			staying++
		default:
			moving++
		}
	}
	label = fmt.Sprintf("primary calendar (events to come with guests: %d", moving)
	if staying > 0 {
		label += fmt.Sprintf("; private or without guests, which do not move: %d", staying)
	}
	return label + ")", moving > 0
}

// hasGuests says that an event has a guest or a room beside its organizer, who is often listed among the guests. Of an
// event with very many Google may list none ([DISC] Event.attendeesOmitted).
func hasGuests(e *calendar.Event) bool {
	return e.AttendeesOmitted || slices.ContainsFunc(e.Attendees, func(a *calendar.EventAttendee) bool { return a != nil && !a.Self })
}

// withoutCalendar says that Calendar refused something because somebody does not use it: it is off for them, or they are
// suspended.
func withoutCalendar(err error) bool {
	refusal, ok := errors.AsType[*googleapi.Error](err)
	return ok && refusal.Code == http.StatusForbidden && reasonIn([]byte(refusal.Body)) == "notACalendarUser"
}

// Transfer moves what is to come in the primary calendar.
func (c *calendarOwnership) Transfer(
	ctx context.Context, account access.AccountID, _ access.GrantID, successor access.AccountID,
) (access.Receipt, error) {
	gone := access.Receipt{Assurance: access.Observed}
	u, err := c.user(ctx, account)
	if err != nil {
		return gone, system.IgnoreNotFound(err)
	}
	found, err := c.events(ctx, u)
	unseen := cannotBeSeen(u, err)
	if err != nil && !unseen {
		return gone, err
	}
	if _, owns := agenda(found); !owns && !unseen {
		return gone, nil
	}
	return c.give(ctx, u, successor, !unseen)
}

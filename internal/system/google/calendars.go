package google

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	admin "google.golang.org/api/admin/directory/v1"
	"google.golang.org/api/calendar/v3"

	"github.com/offboard/terraform-provider-offboard/internal/access"
)

// CalendarOwnership are the account's calendars: what is to come in the primary one and moves by Data Transfer, as
// one row, and each calendar beside it of which the account is the data owner, which moves by itself. They are
// deleted with the account.
//
// They are listed as the person. As somebody who is suspended Google may let nobody list (see cannotBeSeen). What
// moves of the primary calendar is then acknowledged only, as with Drive. The other calendars nothing shows, which
// is a row that stays. Those that a plan showed before are transferred all the same, and seen to be gone by asking
// as the successor, whose they are then.
func CalendarOwnership(g *Google) access.Connector {
	return &calendarOwnership{mover: mover{Google: g, application: calendarApp}}
}

type calendarOwnership struct {
	mover
	// given are the calendars that this run has transferred, with the successor's address.
	given sync.Map
}

var (
	_ access.Transferer = (*calendarOwnership)(nil)
	_ access.Guard      = (*calendarOwnership)(nil)
	_ access.Rechecker  = (*calendarOwnership)(nil)
)

const (
	primaryCalendar  access.GrantID = "primary"
	unseenCalendars  access.GrantID = "secondary_calendars"
	calendarsOfKind                 = "calendar#"
	manageCalendars                 = "calendar.calendars"
	ownCalendarsRead                = "calendar.readonly"
)

var (
	ownCalendars = thing{name: "calendars", read: ownCalendarsRead, kind: calendarsOfKind, own: true}
	calendars    = thing{name: "calendars", read: ownCalendarsRead, manage: manageCalendars, kind: calendarsOfKind, privilege: "Manage Calendars"}
)

// events are what is to come in a person's primary calendar, as that person. A recurring event is one.
// GET /calendar/v3/calendars/primary/events?timeMin={now}, scope calendar.readonly.
func (c *calendarOwnership) events(ctx context.Context, u *admin.User) ([]*calendar.Event, error) {
	call := reading(ownCalendars, "list what is to come in the calendar of %s", name(u))
	now := c.clock.Now().UTC().Format(time.RFC3339)
	found, err := listUnsighted(inTheNameOf(ctx, u.PrimaryEmail), c.Google, call, func(ctx context.Context, token string) (page[calendar.Event], error) {
		answer, err := c.calendar.Events.List("primary").TimeMin(now).MaxResults(2500).PageToken(token).Context(ctx).Do()
		if err != nil {
			return page[calendar.Event]{}, err
		}
		return page[calendar.Event]{answer.Items, answer.Kind, answer.NextPageToken}, nil
	})
	return found, unsure(err)
}

// beside are the calendars beside the primary one of which the person is the data owner. One that is owned, and does
// not say by whom, may be theirs.
// GET /calendar/v3/users/me/calendarList?minAccessRole=owner&showHidden=true, scope calendar.readonly.
func (c *calendarOwnership) beside(ctx context.Context, u *admin.User) ([]*calendar.CalendarListEntry, error) {
	call := reading(ownCalendars, "list the calendars of %s", name(u))
	found, err := listUnsighted(inTheNameOf(ctx, u.PrimaryEmail), c.Google, call,
		func(ctx context.Context, token string) (page[calendar.CalendarListEntry], error) {
			answer, err := c.calendar.CalendarList.List().MinAccessRole("owner").ShowHidden(true).MaxResults(250).PageToken(token).Context(ctx).Do()
			if err != nil {
				return page[calendar.CalendarListEntry]{}, err
			}
			return page[calendar.CalendarListEntry]{answer.Items, answer.Kind, answer.NextPageToken}, nil
		})
	if err != nil {
		return nil, unsure(err)
	}
	if slices.ContainsFunc(found, func(e *calendar.CalendarListEntry) bool { return e.Id == "" }) {
		return nil, malformed(call, "a calendar without an id")
	}
	return slices.DeleteFunc(found, func(e *calendar.CalendarListEntry) bool {
		return e.Primary || e.DataOwner != "" && !slices.Contains(addresses(u), strings.ToLower(e.DataOwner))
	}), nil
}

// List returns the primary calendar, if anything in it would move, and the calendars beside it.
func (c *calendarOwnership) List(ctx context.Context, account access.AccountID) ([]access.Grant, error) {
	u, err := c.user(ctx, account)
	if err != nil {
		return nil, err
	}
	grants, seen, err := c.primary(ctx, u)
	if err != nil {
		return nil, err
	}
	if !seen {
		return append(grants, access.Grant{
			ID: unseenCalendars, Label: "secondary calendars (whatever they have: it can't be listed, as the account is " + status(u) + ")",
			Stays: unlisted(u), Hides: true,
		}), nil
	}
	others, err := c.beside(ctx, u)
	if err != nil {
		return nil, err
	}
	for _, e := range others {
		grants = append(grants, access.Grant{ID: access.GrantID(e.Id), Label: or(oneLine(e.Summary), e.Id) + " (secondary calendar)"})
	}
	return grants, nil
}

func unlisted(u *admin.User) *access.Error {
	return &access.Error{
		Kind: access.Blocked, Op: "list the secondary calendars of " + name(u), Reason: "Google shows them to nobody while the account is " + status(u),
		Fix: "Let this resource be planned while the account is active: what the plan has shown moves in any state of it. Else have the account made active " +
			"for as long as this takes, or say in tolerate until when it may stay like this.",
	}
}

// primary is the row of the primary calendar, if there is one, and whether it was seen.
func (c *calendarOwnership) primary(ctx context.Context, u *admin.User) (grants []access.Grant, seen bool, err error) {
	found, err := c.events(ctx, u)
	var grant access.Grant
	switch {
	case cannotBeSeen(u, err):
		grant, err = c.unseen(ctx, u, primaryCalendar, "primary calendar (can't be looked at: the account is "+status(u)+")")
	case err != nil:
		return nil, false, err
	default:
		seen = true
		label, owns := agenda(found)
		if !owns {
			return nil, true, nil
		}
		grant = access.Grant{ID: primaryCalendar, Label: label}
	}
	if err != nil {
		return nil, false, err
	}
	grant.Stays, err = c.failure(ctx, access.AccountID(u.Id))
	return []access.Grant{grant}, seen, err
}

// agenda counts what would move: events to come that are not private and have a guest
// (https://developers.google.com/workspace/admin/data-transfer/v1/parameters, and google.md section 8).
func agenda(found []*calendar.Event) (label string, owns bool) {
	moving, staying := 0, 0
	for _, e := range found {
		switch {
		case e.Organizer == nil || !e.Organizer.Self || e.Status == "cancelled":
		case e.Visibility == "private" || e.Visibility == "confidential" || len(e.Attendees) == 0:
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

// Recheck is List where the account's calendars can be listed. Where they can't, a calendar that was listed before
// is held until the successor is seen to have it.
func (c *calendarOwnership) Recheck(ctx context.Context, account access.AccountID, grants []access.GrantID) ([]access.Grant, error) {
	listed, err := c.List(ctx, account)
	if err != nil {
		return nil, err
	}
	unseen := slices.ContainsFunc(listed, func(g access.Grant) bool { return g.ID == unseenCalendars })
	listed = slices.DeleteFunc(listed, func(g access.Grant) bool { return !slices.Contains(grants, g.ID) })
	if !unseen {
		return listed, nil
	}
	for i := range listed {
		// Of the others it is found out below.
		listed[i].Hides = false
	}
	for _, id := range grants {
		if id == primaryCalendar || id == unseenCalendars {
			continue
		}
		moved, err := c.hasMoved(ctx, id)
		if err != nil {
			return nil, err
		}
		if !moved {
			listed = append(listed, access.Grant{ID: id, Label: string(id) + " (secondary calendar)"})
		}
	}
	return listed, nil
}

// hasMoved asks for a calendar that this run has transferred, as the successor.
// GET /calendar/v3/calendars/{calendar}, scope calendar.readonly.
func (c *calendarOwnership) hasMoved(ctx context.Context, id access.GrantID) (bool, error) {
	heir, ok := c.given.Load(id)
	address, is := heir.(string)
	if !ok || !is {
		return false, nil
	}
	call := reading(ownCalendars, "look at the calendar %s as %s", id, address)
	found, err := do(inTheNameOf(ctx, address), c.Google, call, func(ctx context.Context) (*calendar.Calendar, error) {
		return c.calendar.Calendars.Get(string(id)).Context(ctx).Do()
	})
	if access.KindOf(err) == access.NotFound {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if !ownCalendars.speaks(found.Kind) {
		return false, malformed(call, "something other than a calendar")
	}
	return strings.EqualFold(found.DataOwner, address), nil
}

// Moves says that calendars need an owner. What can't be listed can't be moved.
func (c *calendarOwnership) Moves(grant access.GrantID) bool { return grant != unseenCalendars }

// Transfer moves what is to come in the primary calendar, or one calendar beside it.
func (c *calendarOwnership) Transfer(
	ctx context.Context, account access.AccountID, grant access.GrantID, successor access.AccountID,
) (access.Receipt, error) {
	gone := access.Receipt{Assurance: access.Observed}
	u, err := c.user(ctx, account)
	if err != nil {
		return gone, ignoreNotFound(err)
	}
	if grant != primaryCalendar {
		return gone, c.hand(ctx, u, grant, successor)
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

// hand gives one calendar to the successor, unless it is seen to be the account's no more.
// POST /calendar/v3/calendars/{calendar}/transferOwnership?useAdminAccess=true, scope calendar.calendars.
func (c *calendarOwnership) hand(ctx context.Context, u *admin.User, grant access.GrantID, successor access.AccountID) error {
	if err := c.refuseHeldNow(ctx, access.AccountID(u.Id)); err != nil {
		return err
	}
	others, err := c.beside(ctx, u)
	if err == nil && !slices.ContainsFunc(others, func(e *calendar.CalendarListEntry) bool { return e.Id == string(grant) }) {
		return nil
	}
	if err != nil && !cannotBeSeen(u, err) {
		return err
	}
	heir, err := c.user(ctx, successor)
	if err != nil {
		return unsure(err)
	}
	call := managing(calendars, "give the calendar %s of %s to %s", grant, name(u), name(heir))
	_, err = do(ctx, c.Google, call, func(ctx context.Context) (struct{}, error) {
		return struct{}{}, c.calendar.Calendars.TransferOwnership(string(grant), heir.PrimaryEmail, true).Context(ctx).Do()
	})
	if err != nil {
		return unsure(err)
	}
	c.given.Store(grant, name(heir))
	return nil
}

// Remove refuses: calendars have an owner.
func (c *calendarOwnership) Remove(ctx context.Context, account access.AccountID, grant access.GrantID) (access.Receipt, error) {
	if grant != unseenCalendars || ctx.Err() != nil {
		return refuseUnmoved(ctx, account, grant)
	}
	u, err := c.user(ctx, account)
	if err != nil {
		return access.Receipt{Assurance: access.Observed}, ignoreNotFound(err)
	}
	return access.Receipt{}, unlisted(u)
}

// Refuse refuses what a legal hold forbids.
func (c *calendarOwnership) Refuse(ctx context.Context, account access.AccountID, _ access.Holdings) error {
	return c.refuseHeld(ctx, account)
}

package google

import (
	"context"
	"strings"

	admin "google.golang.org/api/admin/directory/v1"
	"google.golang.org/api/calendar/v3"

	"github.com/offboard/terraform-provider-offboard/internal/access"
)

// Calendars of others that somebody has on their list are looked at as their owners: a rule about the person is a
// delegation, and goes. What they see because everybody in the company does, or through a group, comes with that.
//
// Not on the list, and so not among the delegations, are calendars that the person took off it or never accepted:
// ReceivedDelegations finds those. Of a calendar that another company shares, or that is nobody's (holidays, rooms),
// only others can change the rules.

const sharedPrefix = "shared/"

// shared are those on the list that are colleagues' and shared with the person by name.
func (c delegations) shared(ctx context.Context, u *admin.User, listed []*calendar.CalendarListEntry) (grants []access.Grant, err error) {
	for _, e := range listed {
		owner, err := c.colleague(ctx, u, e)
		if err != nil {
			return nil, err
		}
		if owner == nil {
			continue
		}
		id, away := access.GrantID(sharedPrefix+e.Id), status(owner) != active
		var found []*calendar.AclRule
		if !away {
			found, err = c.rules(ctx, owner, e.Id, everyAddress(u))
			away = withoutCalendar(err)
			if err != nil && !away && !notTheirs(err) {
				return nil, err
			}
		}
		switch {
		case away:
			grants = append(grants, unknownRule(id, e, owner))
		case len(found) > 0:
			grants = append(grants, access.Grant{ID: id, Label: sharedLabel(e.Summary, e.Id, owner, found[0].Role)})
		}
	}
	return grants, nil
}

// colleague is the account of this customer that owns a calendar on somebody's list, and nil if it is the person's own
// or owned by no such account. The data owner is said of calendars beside a primary one only ([DISC]
// CalendarListEntry.dataOwner); the id of a primary one is its owner's address.
func (c delegations) colleague(ctx context.Context, u *admin.User, e *calendar.CalendarListEntry) (*admin.User, error) {
	address := e.DataOwner
	if address == "" {
		address = e.Id
	}
	domain := domainOf(address)
	if e.Primary || strings.EqualFold(address, u.PrimaryEmail) || domain == "" || strings.HasSuffix(domain, ".calendar.google.com") {
		return nil, nil //nolint:nilnil // There is none.
	}
	owner, err := c.userBy(ctx, reading(users, "find out whose the calendar %s is", e.Id), address)
	switch kind := access.KindOf(err); {
	case kind == access.NotFound, kind == access.Blocked:
		return nil, nil //nolint:nilnil // Nobody of this customer.
	case kind == access.Denied:
		// Google refuses to show accounts of other customers; that this is one is known of whoever is shown everybody.
		if unsure := c.seesEverybody(ctx); unsure != nil {
			return nil, unsure
		}
		return nil, nil //nolint:nilnil // Nobody of this customer.
	case err != nil:
		return nil, err
	case owner.Id == u.Id:
		return nil, nil //nolint:nilnil // Their own, under another address.
	}
	return owner, nil
}

// unknownRule is the row of a calendar of which nobody can see by which rule the person is in it. Roles that everybody may
// have by default are let pass; but a rule of the person's own is then not known to be gone either.
func unknownRule(id access.GrantID, e *calendar.CalendarListEntry, owner *admin.User) access.Grant {
	row := access.Grant{ID: id, Label: sharedLabel(e.Summary, e.Id, owner, e.AccessRole)}
	if strings.HasPrefix(e.AccessRole, "writer") || e.AccessRole == "owner" {
		row.Stays = ownerAway(owner, e.Id)
	} else {
		row.Label, row.Dormant = row.Label+", of which the owner "+whyAway(owner), true
	}
	return row
}

// whyAway is why nobody can act in the name of an owner.
func whyAway(owner *admin.User) string {
	if status(owner) == active {
		return "has Calendar turned off"
	}
	return "is " + status(owner)
}

// ownerAway explains why nobody can be taken off a calendar.
func ownerAway(owner *admin.User, id string) *access.Error {
	return &access.Error{
		Kind: access.Blocked, Op: "look at who may see the calendar " + id, Reason: "only its owner could, and " + name(owner) + " " + whyAway(owner),
		Fix: "Give the calendar to somebody who is active, or say in tolerate until when it may stay.",
	}
}

// leaveCalendar takes the person off those who may see a calendar.
func (c delegations) leaveCalendar(ctx context.Context, u *admin.User, id string) error {
	listed, err := c.calendarList(ctx, u)
	if err != nil {
		return err
	}
	for _, e := range listed {
		if e.Id != id {
			continue
		}
		owner, err := c.colleague(ctx, u, e)
		switch {
		case err != nil || owner == nil:
			return err
		case status(owner) != active:
			return ownerAway(owner, id)
		}
		switch err := c.unshare(ctx, owner, id, everyAddress(u)); {
		case withoutCalendar(err):
			return ownerAway(owner, id)
		case !notTheirs(err):
			return err
		}
	}
	return nil
}

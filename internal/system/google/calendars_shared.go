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

// shared are the calendars of colleagues that are shared with the person by name.
func (c delegations) shared(ctx context.Context, u *admin.User) (grants []access.Grant, err error) {
	listed, err := c.calendarList(ctx, u)
	if err != nil {
		return nil, err
	}
	for _, e := range listed {
		owner, err := c.colleague(ctx, u, e)
		if err != nil {
			return nil, err
		}
		if owner == nil {
			continue
		}
		id := access.GrantID(sharedPrefix + e.Id)
		if status(owner) != active {
			if strings.HasPrefix(e.AccessRole, "writer") || e.AccessRole == "owner" {
				grants = append(grants, access.Grant{ID: id, Label: sharedLabel(e.Summary, e.Id, owner, e.AccessRole), Stays: ownerAway(owner, e.Id)})
			}
			continue
		}
		found, err := c.rules(ctx, owner, e.Id, everyAddress(u))
		if err != nil && !notTheirs(err) {
			return nil, err
		}
		for _, rule := range found[:min(1, len(found))] {
			grants = append(grants, access.Grant{ID: id, Label: sharedLabel(e.Summary, e.Id, owner, rule.Role)})
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

// ownerAway explains why nobody can be taken off a calendar. Roles that everybody may have by default are let pass: who
// else has them can't be seen.
func ownerAway(owner *admin.User, id string) *access.Error {
	return &access.Error{
		Kind: access.Blocked, Op: "look at who may see the calendar " + id,
		Reason: "only its owner could, and the account of " + name(owner) + " is " + status(owner),
		Fix:    "Give the calendar to somebody who is active, or say in tolerate until when it may stay.",
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
		if err := c.unshare(ctx, owner, id, everyAddress(u)); !notTheirs(err) {
			return err
		}
	}
	return nil
}

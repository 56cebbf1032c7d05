package google

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	admin "google.golang.org/api/admin/directory/v1"
	"google.golang.org/api/calendar/v3"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/system"
)

// Calendars beside somebody's primary one live and die with their data owner (google.md section 10). An administrator
// can give each to somebody else, and nobody but the owner can list them: so they are delegations, which go while the
// account is active, and are seen to have gone.

const calendarPrefix = "calendar/"

// owns says that a calendar beside a primary one is somebody's: they are its data owner, by whichever of their addresses,
// since it may have been another when it was noted. One that they own, and that does not say whose it is, may be theirs.
func owns(u *admin.User, e *calendar.CalendarListEntry) bool {
	if e.Primary || e.DataOwner == "" {
		return !e.Primary && e.AccessRole == "owner"
	}
	return slices.Contains(everyAddress(u), strings.ToLower(e.DataOwner))
}

// calendars are the calendars that the person owns beside the primary one, and those of others that are shared with them:
// one list has both.
func (c delegations) calendars(ctx context.Context, u *admin.User) ([]access.Grant, error) {
	listed, err := c.calendarList(ctx, u)
	if err != nil {
		return nil, err
	}
	own, err := c.owned(ctx, u, listed)
	if err != nil {
		return nil, err
	}
	shared, err := c.shared(ctx, u, listed)
	return slices.Concat(own, shared), err
}

// owned are those on the list that are the person's beside the primary one.
func (c delegations) owned(ctx context.Context, u *admin.User, listed []*calendar.CalendarListEntry) (grants []access.Grant, err error) {
	for _, e := range listed {
		if owns(u, e) {
			grants = append(grants, access.Grant{
				ID: access.GrantID(calendarPrefix + e.Id), Label: cmp.Or(system.OneLine(e.Summary), e.Id) + " (calendar they own)",
			})
		}
	}
	if len(grants) == 0 {
		return nil, nil
	}
	stays, err := c.heldStill(ctx, u)
	for i := range grants {
		grants[i].Stays = stays
	}
	return grants, err
}

// calendarList is every calendar on the person's list, as that person, hidden ones included.
// GET /calendar/v3/users/me/calendarList?showHidden=true, scope calendar.readonly.
func (c delegations) calendarList(ctx context.Context, u *admin.User) ([]*calendar.CalendarListEntry, error) {
	call := reading(calendars, "list the calendars of %s", name(u)).as(u.PrimaryEmail)
	listed, err := listUnsighted(ctx, c.Google, call, func(ctx context.Context, token string) (page[calendar.CalendarListEntry], error) {
		answer, err := c.calendar.CalendarList.List().ShowHidden(true).MaxResults(250).PageToken(token).Context(ctx).Do()
		if err != nil {
			return page[calendar.CalendarListEntry]{}, err
		}
		return page[calendar.CalendarListEntry]{answer.Items, answer.Kind, answer.NextPageToken}, nil
	})
	if err != nil {
		return nil, unsure(err)
	}
	if slices.ContainsFunc(listed, func(e *calendar.CalendarListEntry) bool { return e.Id == "" || e.AccessRole == "" }) {
		return nil, malformed(call, "a calendar without its id or what it is to them")
	}
	return listed, nil
}

// Transfer gives a calendar to the successor, unless it is seen to be the account's no more. Who gave one away in
// Calendar's own settings goes on changing it and its sharing, by a rule of their own; so, as its new owner, that is
// taken away with it.
// POST /calendar/v3/calendars/{calendar}/transferOwnership?useAdminAccess=true, scope calendar.calendars.
func (c delegations) Transfer(
	ctx context.Context, account access.AccountID, grant access.GrantID, successor access.AccountID,
) (access.Receipt, error) {
	gone := access.Receipt{Assurance: access.Observed}
	u, err := c.user(ctx, account)
	if err != nil {
		return gone, system.IgnoreNotFound(err)
	}
	if status(u) != active {
		return access.Receipt{}, whileActive(u, &access.Error{
			Kind: access.Blocked, Op: fmt.Sprintf("give away %s of %s", grant, name(u)), Reason: "whose it is can be seen in the owner's name only",
		})
	}
	if err := c.refuseHeldNow(ctx, u); err != nil {
		return access.Receipt{}, err
	}
	id := strings.TrimPrefix(string(grant), calendarPrefix)
	listed, err := c.calendarList(ctx, u)
	if err != nil {
		return access.Receipt{}, err
	}
	if !slices.ContainsFunc(listed, func(e *calendar.CalendarListEntry) bool { return e.Id == id && owns(u, e) }) {
		return gone, nil
	}
	heir, err := c.user(ctx, successor)
	if err != nil {
		return access.Receipt{}, unsure(err)
	}
	call := managing(calendars, "give the calendar %s of %s to %s", id, name(u), name(heir))
	_, err = do(ctx, c.Google, call, func(ctx context.Context) (struct{}, error) {
		return struct{}{}, c.calendar.Calendars.TransferOwnership(id, heir.PrimaryEmail, true).Context(ctx).Do()
	})
	if err != nil {
		return gone, unsure(err)
	}
	if err := c.unshare(ctx, heir, id, everyAddress(u)); !notTheirs(err) {
		return gone, err
	}
	return gone, nil
}

// keepCalendar refuses to take away a calendar, which would be nobody's.
func (c delegations) keepCalendar(ctx context.Context, u *admin.User, id string) error {
	_, err := refuseUnmoved(ctx, access.AccountID(u.Id), access.GrantID(calendarPrefix+id))
	return err
}

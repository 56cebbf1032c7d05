package google

import (
	"context"
	"slices"
	"strings"

	admin "google.golang.org/api/admin/directory/v1"

	"github.com/offboard/terraform-provider-offboard/internal/access"
)

// delete deletes the account, once nothing stands in the way. Google deletes with it what was not transferred, and
// the calendars (google.md section 10); for 20 days an administrator can bring it back.
// DELETE /admin/directory/v1/users/{id}, scope admin.directory.user.
func (c account) delete(ctx context.Context, u *admin.User) error {
	if err := c.refuseHeldNow(ctx, u); err != nil {
		return err
	}
	if err := c.refuseMoving(ctx, u, "delete "+name(u)); err != nil {
		return err
	}
	if err := c.nothingLeftToTransfer(ctx, u); err != nil {
		return err
	}
	err := c.write(ctx, managing(users, "delete %s", name(u)), func(ctx context.Context) error {
		return c.directory.Users.Delete(u.Id).Context(ctx).Do()
	})
	return withFix(err, "Google deletes nobody who is on legal hold, and not the last super administrator.")
}

// nothingLeftToTransfer refuses a deletion that would take along what nobody has been given yet, or that can't be
// looked at.
func (c account) nothingLeftToTransfer(ctx context.Context, u *admin.User) error {
	var left, resources []string
	for _, kind := range []struct {
		resource  string
		connector interface {
			List(ctx context.Context, account access.AccountID) ([]access.Grant, error)
		}
	}{
		{"offboard_drive_ownership", DriveOwnership(c.Google)},
		{"offboard_calendar_ownership", CalendarOwnership(c.Google)},
		{"offboard_dashboard_ownership", DashboardOwnership(c.Google)},
		{"offboard_group_ownership", soleOwnership{groupOwnership{c.Google}}},
		{"offboard_delegations", ownCalendars{c.Google}},
	} {
		grants, err := kind.connector.List(ctx, access.AccountID(u.Id))
		if access.KindOf(err) == access.NotAvailable {
			// The customer does not have it, and they nothing there.
			continue
		}
		if err != nil {
			return err
		}
		for _, grant := range grants {
			// What can't be looked at has a version once a transfer of it is completed.
			if grant.Version == "" {
				left = append(left, grant.Label)
				resources = append(resources, kind.resource)
			}
		}
	}
	if len(left) == 0 {
		return nil
	}
	return &access.Error{
		Kind: access.Blocked, Op: "delete " + name(u), Reason: "it would take along what nobody has been given yet: " + strings.Join(left, ", "),
		Fix: "Let " + strings.Join(slices.Compact(resources), ", ") + " give these to a successor first (depends_on).",
	}
}

// soleOwnership are the groups of which nobody else is an owner.
type soleOwnership struct{ groupOwnership }

func (c soleOwnership) List(ctx context.Context, account access.AccountID) (sole []access.Grant, err error) {
	owned, err := c.groupOwnership.List(ctx, account)
	if err != nil {
		return nil, err
	}
	for _, grant := range owned {
		switch err := c.refuseLastOwner(ctx, grant.ID, account); {
		case access.KindOf(err) == access.Blocked:
			sole = append(sole, grant)
		case err != nil:
			return nil, err
		}
	}
	return sole, nil
}

// ownCalendars are the calendars that the account owns beside its primary one, as far as they can be seen.
type ownCalendars struct{ *Google }

func (c ownCalendars) List(ctx context.Context, account access.AccountID) ([]access.Grant, error) {
	u, err := c.user(ctx, account)
	if err != nil || status(u) != active {
		return nil, err
	}
	listed, err := delegations(c).calendarList(ctx, u)
	if err != nil {
		return nil, err
	}
	return delegations(c).owned(ctx, u, listed)
}

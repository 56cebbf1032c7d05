package google

import (
	"context"
	"fmt"

	admin "google.golang.org/api/admin/directory/v1"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/system"
)

// Account is the account itself, until it has reached the end state chosen for it.
func Account(g *Google) access.Connector { return account{Google: g} }

type account struct {
	*Google
	disposition access.Disposition
}

var (
	_ access.Disposer = account{}
	_ access.Guard    = account{}
)

// Dispose knows three end states.
func (c account) Dispose(d access.Disposition) (access.Connector, bool) {
	switch d {
	case access.Suspend, access.Archive, access.Delete:
		return account{c.Google, d}, true
	}
	return nil, false
}

// List returns the account until it is suspended (or more), archived (or more), or gone.
// GET /admin/directory/v1/users/{id}, scope admin.directory.user.readonly.
func (c account) List(ctx context.Context, id access.AccountID) ([]access.Grant, error) {
	u, err := c.user(ctx, id)
	if err != nil {
		return nil, err
	}
	grant := access.Grant{ID: access.GrantID(u.Id), Label: fmt.Sprintf("%s (%s)", name(u), status(u)), Reached: reached(u)}
	switch {
	case c.disposition == "":
		return []access.Grant{grant}, nil
	case c.disposition == access.Delete && status(u) != active:
		grant.Note = "Google deletes with it the calendars beside the primary one that offboard_delegations has not handed over. Whether there are any " +
			"can't be seen while the account is " + status(u) + "."
	}
	return access.Under([]access.Grant{grant}, c.disposition), nil
}

// reached is how far the account has been brought. One that is gone can't be asked.
func reached(u *admin.User) access.Disposition {
	switch {
	case u.Archived:
		return access.Archive
	case u.Suspended:
		return access.Suspend
	}
	return ""
}

// Remove brings the account to its end state. Suspending and archiving do not end what applications have been allowed to do, or app
// passwords: they come back to life with the account, and are rows of their own.
// PUT /admin/directory/v1/users/{id}, scope admin.directory.user.
func (c account) Remove(ctx context.Context, id access.AccountID, _ access.GrantID) (access.Receipt, error) {
	gone := access.Receipt{Assurance: access.Observed}
	u, err := c.user(ctx, id)
	if err != nil {
		return gone, system.IgnoreNotFound(err)
	}
	if reached(u).Reaches(c.disposition) && c.disposition != "" {
		return gone, nil
	}
	switch c.disposition {
	case access.Suspend:
		return gone, c.updateUser(ctx, managing(users, "suspend %s", name(u)), id, &admin.User{Suspended: true})
	case access.Archive:
		err := c.updateUser(ctx, managing(users, "archive %s", name(u)), id, &admin.User{Archived: true})
		return gone, orSuspend(err)
	case access.Delete:
		return gone, c.delete(ctx, u)
	}
	return access.Receipt{}, &access.Error{Kind: access.Blocked, Op: "remove " + string(id), Reason: "no disposition is chosen", Fix: "Choose one."}
}

// orSuspend adds to a refusal to archive what needs no licence. Google answers 412 where there is none free
// (google.md section 1).
func orSuspend(err error) error {
	return withFix(err, "Archiving takes a free Archived User licence: buy or free one, or set disposition = \"suspend\", which takes none.")
}

// Refuse refuses what Google would not do. That things are left to transfer is for Remove to refuse: the same plan
// may be the one that transfers them.
func (c account) Refuse(ctx context.Context, id access.AccountID, _ access.Holdings) error {
	u, err := c.user(ctx, id)
	if err != nil {
		return system.IgnoreNotFound(err)
	}
	if err := c.refuseAdministratorUser(ctx, u); err != nil || c.disposition != access.Delete {
		return err
	}
	return c.refuseHeld(ctx, u)
}

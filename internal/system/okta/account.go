package okta

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/system"
)

// Account is the account itself, until it has reached the end state chosen for it.
func Account(o *Okta) access.Connector { return account{Okta: o} }

type account struct {
	*Okta
	disposition access.Disposition
}

var (
	_ access.Disposer = account{}
	_ access.Guard    = account{}
)

// Dispose knows three end states. Okta archives nothing.
func (c account) Dispose(d access.Disposition) (access.Connector, bool) {
	switch d {
	case access.Suspend, access.Deactivate, access.Delete:
		return account{c.Okta, d}, true
	}
	return nil, false
}

// List returns the account until it is suspended (or more), deactivated (or more), or gone.
// GET /api/v1/users/{id}, scope okta.users.read.
func (c account) List(ctx context.Context, id access.AccountID) ([]access.Grant, error) {
	u, err := c.user(ctx, id)
	if err != nil {
		return nil, err
	}
	status := u.Status
	if u.TransitioningToStatus != "" {
		status += ", becoming " + u.TransitioningToStatus
	}
	grant := access.Grant{ID: access.GrantID(u.ID), Label: fmt.Sprintf("%s (%s)", u.name(), status), Reached: reached(u)}
	if source := u.sourced(); source != "" {
		grant.Label = fmt.Sprintf("%s (%s, from %s)", u.name(), status, source)
		grant.Note = "The account comes from " + source + ": unless it is disabled there too, the next import can make it active again."
	}
	if c.disposition == "" {
		return []access.Grant{grant}, nil
	}
	return access.Under([]access.Grant{grant}, c.disposition), nil
}

// reached is how far the account has been brought. One that is gone can't be asked.
func reached(u *user) access.Disposition {
	switch {
	case u.deactivated():
		return access.Deactivate
	case u.Status == suspended:
		return access.Suspend
	}
	return ""
}

// Remove brings the account to its end state, and never to a harsher one: where Okta does not suspend, what
// else could be done is for the reviewer to choose.
// POST /api/v1/users/{id}/lifecycle/suspend or /deactivate, DELETE /api/v1/users/{id}, scope
// okta.users.manage.
func (c account) Remove(ctx context.Context, id access.AccountID, _ access.GrantID) (access.Receipt, error) {
	gone := access.Receipt{Assurance: access.Observed}
	if c.disposition == "" {
		return access.Receipt{}, &access.Error{Kind: access.Blocked, Op: "remove " + string(id), Reason: "no disposition is chosen", Fix: "Choose one."}
	}
	u, err := c.user(ctx, id)
	if err != nil {
		return gone, system.IgnoreNotFound(err)
	}
	if reached(u).Reaches(c.disposition) {
		return gone, nil
	}
	switch c.disposition {
	case access.Deactivate:
		return gone, c.deactivate(ctx, u)
	case access.Delete:
		return gone, c.delete(ctx, u)
	}
	if err := refuseSuspension(u); err != nil {
		return access.Receipt{}, err
	}
	call := managing("users", "suspend %s", u.name())
	return gone, c.write(ctx, call, http.MethodPost, path("/api/v1/users/%s/lifecycle/suspend", id))
}

// deactivate asks for no mail to the person. What it started may take a while; List shows when it is done.
func (c account) deactivate(ctx context.Context, u *user) error {
	if u.Status == deprovisioned {
		return nil
	}
	call := managing("users", "deactivate %s", u.name())
	return c.write(ctx, call, http.MethodPost, path("/api/v1/users/%s/lifecycle/deactivate", u.ID)+"?sendEmail=false")
}

// delete deactivates, waits until that is done, and deletes: in Okta a delete of anything but a deactivated
// account only deactivates it, with the same answer.
func (c account) delete(ctx context.Context, u *user) error {
	if err := c.nothingLeftToTransfer(ctx, u); err != nil {
		return err
	}
	if err := c.deactivate(ctx, u); err != nil {
		return err
	}
	for wait := time.Second; !u.deactivated(); wait = min(2*wait, 15*time.Second) {
		if wait > time.Second {
			if err := c.clock.Sleep(ctx, wait); err != nil {
				return err
			}
		}
		var err error
		if u, err = c.user(ctx, u.ID); err != nil {
			return system.IgnoreNotFound(err)
		}
	}
	call := managing("users", "delete %s", u.name())
	return c.write(ctx, call, http.MethodDelete, path("/api/v1/users/%s", u.ID))
}

// nothingLeftToTransfer refuses a deletion that would leave reports or groups without anybody.
func (c account) nothingLeftToTransfer(ctx context.Context, u *user) error {
	var left, resources []string
	for _, kind := range []struct {
		resource  string
		connector access.Transferer
	}{
		{"offboard_delegations", delegations{c.Okta}},
		{"offboard_group_ownership", groupOwnership{c.Okta}},
	} {
		grants, err := kind.connector.List(ctx, u.ID)
		switch {
		case access.KindOf(err) == access.NotAvailable && c.lacking(ctx, err):
			continue
		case err != nil:
			return system.IgnoreNotFound(err)
		}
		for _, grant := range grants {
			if kind.connector.Moves(grant.ID) {
				left = append(left, grant.Label)
				resources = append(resources, kind.resource)
			}
		}
	}
	if len(left) == 0 {
		return nil
	}
	return &access.Error{
		Kind: access.Blocked, Op: "delete " + u.name(),
		Reason: "it would take along what nobody has been given yet: " + strings.Join(left, ", "),
		Fix:    "Let " + strings.Join(slices.Compact(resources), " and ") + " give these to a successor first (depends_on).",
	}
}

// Refuse refuses what Okta would not do, and what would lock everybody out.
func (c account) Refuse(ctx context.Context, id access.AccountID, _ access.Holdings) error {
	u, err := c.user(ctx, id)
	if err != nil {
		return system.IgnoreNotFound(err)
	}
	if reached(u).Reaches(c.disposition) {
		return nil
	}
	if c.disposition == access.Suspend {
		if err := refuseSuspension(u); err != nil {
			return err
		}
	}
	return c.refuseIfLastSuperAdmin(ctx, id)
}

// refuseSuspension says which disposition works where suspend does not.
func refuseSuspension(u *user) error {
	if u.suspendable() {
		return nil
	}
	return &access.Error{
		Kind: access.Blocked, Op: "suspend " + u.name(),
		Reason: "the account is " + u.Status + ", from where Okta does not suspend",
		Fix:    `Set disposition = "deactivate", which works from here (it also unassigns every application, and can't be undone as easily).`,
	}
}

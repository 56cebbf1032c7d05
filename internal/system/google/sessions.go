package google

import (
	"context"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/system"
)

// Sessions are the account's sign-ins, as one grant: Google can end another person's sessions, but not list
// them.
func Sessions(g *Google) access.Connector { return sessions{g} }

type sessions struct{ *Google }

var _ access.Guard = sessions{}

// List returns the sign-ins of an account that has signed in, as of the last time it did. Whether suspending or
// archiving an account ends its sessions Google does not say, so that they count until they have been ended.
// GET /admin/directory/v1/users/{id}, scope admin.directory.user.readonly.
func (c sessions) List(ctx context.Context, id access.AccountID) ([]access.Grant, error) {
	u, err := c.user(ctx, id)
	if err != nil {
		return nil, err
	}
	call := reading(users, "read the account %s", id)
	version, text, err := signIn(call, u)
	if _, ever, _ := lastLogin(call, u); err != nil || !ever {
		return nil, err
	}
	return []access.Grant{{ID: "sessions", Label: "all web and device sign-ins (" + text + ")", Version: version}}, nil
}

// Remove signs the account out everywhere. Google acknowledges it and offers nothing to look at; a later
// sign-in makes the grant anew. A session of Gmail may live for another hour
// (https://support.google.com/a/answer/178854), and what applications have been allowed to do stays: those are
// tokens.
// POST /admin/directory/v1/users/{id}/signOut, scope admin.directory.user.security.
func (c sessions) Remove(ctx context.Context, id access.AccountID, _ access.GrantID) (access.Receipt, error) {
	u, err := c.user(ctx, id)
	if err != nil {
		return access.Receipt{Assurance: access.Observed}, system.IgnoreNotFound(err)
	}
	call := managing(security, "end the sessions of %s", name(u))
	version, _, err := signIn(call, u)
	if err != nil {
		return access.Receipt{}, err
	}
	err = c.acknowledge(ctx, call, id, func(ctx context.Context) error {
		return c.directory.Users.SignOut(string(id)).Context(ctx).Do()
	})
	return access.Receipt{Assurance: access.Acknowledged, Version: version}, whileActive(u, err)
}

// Refuse refuses what Google would not do.
func (c sessions) Refuse(ctx context.Context, id access.AccountID, _ access.Holdings) error {
	return c.refuseAdministrator(ctx, id)
}

package vault

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/offboard/terraform-provider-offboard/internal/access"
)

// Authenticators are the users that the auth methods keep for the person: with a password in userpass; in ldap, okta and
// radius with what policies they get, while the password is in that directory.
//
// An alias is no row. It is what ties a sign-in to the entity, and so what keeps the person out once that is disabled:
// without it the next sign-in makes a new entity (vault.md section 3).
func Authenticators(v *Vault) access.Connector { return authenticators{v} }

type authenticators struct{ *Vault }

// List finds the users of the entity. LIST auth/{mount}/users, GET auth/{mount}/users/{name}.
func (c authenticators) List(ctx context.Context, id access.AccountID) (grants []access.Grant, err error) {
	defer c.onlyIfGone(ctx, id, &err)
	e, err := c.entity(ctx, id)
	if err != nil {
		return nil, err
	}
	users, err := c.usersOf(ctx, e)
	if err != nil {
		return nil, err
	}
	for _, u := range users {
		grant := access.Grant{ID: access.GrantID(u.path()), Label: fmt.Sprintf("%s (password, auth method %s)", u.name, u.mount.Path)}
		if u.mount.Type != "userpass" {
			grant.Label = fmt.Sprintf("%s (auth method %s, of type %s)", u.name, u.mount.Path, u.mount.Type)
			grant.Note = "The account itself and its password are in the directory behind " + u.mount.Path + ": disable it there too."
		}
		grants = append(grants, grant)
	}
	return c.perhaps(ctx, e, grants)
}

// perhaps adds the users that bear the entity's name, and that no entity signs in as: whose they are nothing says.
func (c authenticators) perhaps(ctx context.Context, e *entity, grants []access.Grant) ([]access.Grant, error) {
	named, err := c.waiting(ctx, []*entity{e})
	named = slices.DeleteFunc(named, func(u *authUser) bool { return !slices.ContainsFunc(append(e.emails(""), e.Name), u.namedBy) })
	if err != nil || len(named) == 0 {
		return grants, err
	}
	all, err := c.roster(ctx)
	if err != nil {
		return nil, err
	}
	for _, u := range named {
		if !slices.ContainsFunc(all, func(e *entity) bool { return e.signsInAs(u.mount, u.name) }) {
			grants = append(grants, access.Grant{
				ID: access.GrantID(u.path()), Label: fmt.Sprintf("%s (auth method %s; nobody has signed in as it, and it may be theirs)", u.name, u.mount.Path),
				Stays: u.noEntity("delete " + u.path()),
			})
		}
	}
	return grants, nil
}

// Remove deletes a user. Tokens that it signed in for live on (vault.md section 4): they are rows of offboard_tokens.
// DELETE auth/{mount}/users/{name}, which answers 204 for one that is gone as well.
func (c authenticators) Remove(ctx context.Context, id access.AccountID, grant access.GrantID) (access.Receipt, error) {
	gone := access.Receipt{Assurance: access.Observed}
	e, err := c.entity(ctx, id)
	if err != nil {
		return gone, err
	}
	m, name, err := c.userIn(ctx, string(grant))
	if err != nil {
		return gone, err
	}
	if !e.signsInAs(m, name) {
		return gone, &access.Error{
			Kind: access.Blocked, Op: "delete " + string(grant), Reason: "the entity " + e.name() + " has no alias of that user any more, so that it may be somebody else's",
			Fix: "Where it is this person's all the same, delete it in Vault; else plan again.",
		}
	}
	return gone, c.remove(ctx, calling("delete", string(grant), "delete the user %s of %s", name, m.Path))
}

// userIn takes the path of a user apart: auth/userpass/users/jane.
func (v *Vault) userIn(ctx context.Context, path string) (*mount, string, error) {
	all, err := v.authMounts(ctx)
	if err != nil {
		return nil, "", err
	}
	m, rest, ok := all.of(withUsers...).under(strings.TrimPrefix(path, "auth/"))
	name, user := strings.CutPrefix(rest, "users/")
	if !ok || !user || name == "" || strings.Contains(name, "/") {
		return nil, "", &access.Error{
			Kind: access.Blocked, Op: "find " + path, Reason: "it is not a user of an auth method that is mounted",
			Fix: "Look at the auth methods in Vault, and plan again.",
		}
	}
	return m, name, nil
}

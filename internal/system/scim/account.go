package scim

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/system"
)

// Account is the account itself, until it has reached the end state chosen for it.
func Account(s *SCIM) access.Connector { return account{SCIM: s} }

type account struct {
	*SCIM
	disposition access.Disposition
}

var (
	_ access.Disposer = account{}
	_ access.Guard    = account{}
)

// Dispose knows what the profile has: active = false under the names of what it is, and a deletion where it is one.
func (c account) Dispose(d access.Disposition) (access.Connector, bool) {
	if slices.Contains(c.profile.Inactive, d) || d == access.Delete && c.profile.Deletes {
		return account{c.SCIM, d}, true
	}
	return nil, false
}

// List returns the account until it is inactive, or gone. GET /Users/{id}.
func (c account) List(ctx context.Context, id access.AccountID) ([]access.Grant, error) {
	u, err := c.user(ctx, id)
	if err != nil {
		return nil, err
	}
	grant := access.Grant{
		ID: access.GrantID(u.ID), Label: fmt.Sprintf("%s (%s)", u.name(), u.status()), Note: c.note(), Reached: c.reached(u),
	}
	if c.disposition == "" {
		return []access.Grant{grant}, nil
	}
	return access.Under([]access.Grant{grant}, c.disposition), nil
}

// reached is how far the account has been brought. One that is gone can't be asked. Where an inactive account is a deleted
// one, that it is inactive and still there says nothing.
func (c account) reached(u *user) access.Disposition {
	if !u.inactive() || len(c.profile.Inactive) == 0 {
		return ""
	}
	return c.profile.Inactive[len(c.profile.Inactive)-1]
}

// note is what a reviewer must know, of the disposition that is chosen or of each that there is.
func (c account) note() string {
	var parts []string
	if len(c.profile.Inactive) > 0 && c.disposition != access.Delete {
		parts = append(parts, c.profile.InactiveNote)
	}
	if c.profile.Deletes && (c.disposition == access.Delete || c.disposition == "") {
		note := c.profile.DeleteNote
		if len(parts) > 0 && note != "" {
			note = `With disposition = "delete": ` + note
		}
		parts = append(parts, note)
	}
	return strings.TrimSpace(strings.Join(parts, " "))
}

// Remove brings the account to its end state, and never to a harsher one.
// PATCH or PUT /Users/{id} with active = false (RFC 7644 3.5), DELETE /Users/{id} (3.6).
func (c account) Remove(ctx context.Context, id access.AccountID, _ access.GrantID) (access.Receipt, error) {
	gone := access.Receipt{Assurance: access.Observed}
	if c.disposition == "" {
		return access.Receipt{}, &access.Error{Kind: access.Blocked, Op: c.op("remove " + string(id)), Reason: "no disposition is chosen", Fix: "Choose one."}
	}
	u, err := c.user(ctx, id)
	if err != nil {
		return gone, system.IgnoreNotFound(err)
	}
	if c.reached(u).Reaches(c.disposition) {
		return gone, nil
	}
	if err := c.refuseOwner(u); err != nil {
		return access.Receipt{}, err
	}
	if c.disposition == access.Delete {
		what := "delete " + u.name()
		_, err := c.do(ctx, request{what: what, method: http.MethodDelete, path: "/Users/" + escaped(u.ID)})
		gone.Lingers = c.kept(what)
		return gone, system.IgnoreNotFound(err)
	}
	op := operation{Op: "replace", Path: "active", Value: false}
	if c.profile.Deactivation == ByValue {
		op = operation{Op: "replace", Value: map[string]any{"active": false}}
	}
	err = c.change(ctx, "make "+u.name()+" inactive", "/Users/"+escaped(u.ID), c.profile.Deactivation == ByPut, op, func(raw map[string]any) error {
		set(raw, "active", false)
		return nil
	})
	return gone, system.IgnoreNotFound(err)
}

// kept is the error of an account that was deleted and is there all the same.
func (c account) kept(what string) error {
	fix := "Look at it in " + c.profile.Vendor + " itself."
	if len(c.profile.Inactive) > 0 {
		fix = "See whether it reads active or inactive. If it is inactive, deletion is no more than that there, and disposition = \"deactivate\" says so."
	}
	return &access.Error{Kind: access.Unavailable, Op: c.op(what), Reason: c.config.Name + " agreed to delete it, and still finds it", Fix: fix}
}

// Refuse keeps whoever owns the application as a whole, and whoever it is told by that others are gone.
func (c account) Refuse(ctx context.Context, id access.AccountID, _ access.Holdings) error {
	u, err := c.user(ctx, id)
	if err != nil {
		return system.IgnoreNotFound(err)
	}
	if c.reached(u).Reaches(c.disposition) {
		return nil
	}
	if goes := c.disposition == access.Delete || c.profile.Reads != ActiveFalse; goes && strings.EqualFold(u.UserName, c.config.Control) {
		return &access.Error{
			Kind: access.Blocked, Op: c.op("terminate " + u.name()),
			Reason: u.name() + " is configured as control: that somebody is gone is believed if this account is found, and it would be gone itself",
			Fix:    "Set control to the userName of somebody who stays.",
		}
	}
	return c.refuseOwner(u)
}

// refuseOwner refuses where the application says that the account is the one that it can't be without.
func (s *SCIM) refuseOwner(u *user) error {
	for _, role := range u.Roles {
		for _, name := range []string{role.Value, role.Display} {
			plain := " " + system.OneLine(strings.ToLower(strings.NewReplacer("_", " ", "-", " ").Replace(name)))
			if slices.ContainsFunc(s.profile.Owners, func(owner string) bool { return strings.HasSuffix(plain, " "+owner) }) {
				return &access.Error{
					Kind: access.Blocked, Op: s.op("terminate " + u.name()),
					Reason: u.name() + " is the owner of the account at " + s.profile.Vendor + " (role " + system.OneLine(name) + ")",
					Fix:    "Make somebody else the owner first, in " + s.profile.Vendor + " itself.",
				}
			}
		}
	}
	return nil
}

// set replaces an attribute, whatever letter case it came in.
func set(raw map[string]any, name string, value any) {
	for have := range raw {
		if strings.EqualFold(have, name) {
			delete(raw, have)
		}
	}
	raw[name] = value
}

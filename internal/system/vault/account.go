package vault

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/system"
)

// Account is the entity itself, until it is disabled. It is never deleted: whoever signs in again by an alias of an entity
// that is gone is given a new one without a word, and that one is enabled (vault.md section 3).
func Account(v *Vault) access.Connector { return account{Vault: v} }

type account struct {
	*Vault
	disposition access.Disposition
}

var (
	_ access.Disposer = account{}
	_ access.Guard    = account{}
)

// Dispose knows one end state.
func (c account) Dispose(d access.Disposition) (access.Connector, bool) {
	if d != access.Suspend {
		return nil, false
	}
	return account{c.Vault, d}, true
}

// List returns the entity until it is disabled. GET identity/entity/id/{id}.
func (c account) List(ctx context.Context, id access.AccountID) ([]access.Grant, error) {
	e, err := c.entity(ctx, id)
	if err != nil {
		return nil, err
	}
	grant := access.Grant{
		ID: access.GrantID(e.ID), Label: fmt.Sprintf("%s (%s)", e.name(), e.state()),
		Note: "It stays in Vault, disabled: if it were deleted the next sign-in would make a new one. Tokens and leases of it are refused from " +
			"then on, and work again if it is enabled, until they are revoked (offboard_tokens).",
	}
	if e.Disabled {
		grant.Reached, grant.Note = access.Suspend, ""
	}
	if c.disposition == "" {
		return []access.Grant{grant}, nil
	}
	return access.Under([]access.Grant{grant}, c.disposition), nil
}

// state is the entity's state with where it signs in.
func (e *entity) state() string {
	var through []string
	for _, a := range e.Aliases {
		through = append(through, strings.TrimPrefix(a.MountPath, "auth/"))
	}
	slices.Sort(through)
	state := e.account("").Status
	if len(through) > 0 {
		state += ", signs in through " + strings.Join(slices.Compact(through), " and ")
	}
	return state
}

// Remove disables the entity. What is left out of the request is kept. POST identity/entity/id/{id} {"disabled": true}.
func (c account) Remove(ctx context.Context, id access.AccountID, _ access.GrantID) (access.Receipt, error) {
	gone := access.Receipt{Assurance: access.Observed}
	if c.disposition == "" {
		return access.Receipt{}, &access.Error{Kind: access.Blocked, Op: "remove " + string(id), Reason: "no disposition is chosen", Fix: "Choose suspend."}
	}
	e, err := c.entity(ctx, id)
	if err != nil {
		return gone, system.IgnoreNotFound(err)
	}
	if e.Disabled {
		return gone, nil
	}
	return gone, c.write(ctx, calling("update", "identity/entity/id/"+string(id), "disable the entity %s", e.name()), map[string]any{"disabled": true})
}

// Refuse keeps somebody in charge of the policies.
func (c account) Refuse(ctx context.Context, id access.AccountID, _ access.Holdings) error {
	return c.refuseLastAdministrator(ctx, id, nil)
}

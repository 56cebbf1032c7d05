package okta

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/offboard/terraform-provider-offboard/internal/access"
)

// GroupOwnership are the groups of which the account is an owner. Group owners come with Okta Identity
// Governance; an org without it answers NotAvailable.
func GroupOwnership(o *Okta) access.Connector { return groupOwnership{o} }

type groupOwnership struct{ *Okta }

var _ access.Transferer = groupOwnership{}

type owner struct {
	ID         access.AccountID `json:"id"`
	Type       string           `json:"type"`
	OriginType string           `json:"originType"`
}

// ownersAtOnce is how many groups are asked about side by side.
const ownersAtOnce = 5

// List asks every group, because Okta can't be asked for the groups that somebody owns
// (okta.md section 14).
// GET /api/v1/groups and /api/v1/groups/{id}/owners, scope okta.groups.read.
func (c groupOwnership) List(ctx context.Context, account access.AccountID) ([]access.Grant, error) {
	if _, err := c.user(ctx, account); err != nil {
		return nil, err
	}
	groups, err := list[group](ctx, c.Okta, reading("groups", "list the groups"), "/api/v1/groups?limit=200")
	if err != nil {
		return nil, err
	}
	var mu sync.Mutex
	var grants []access.Grant
	asking, askCtx := errgroup.WithContext(ctx)
	asking.SetLimit(ownersAtOnce)
	for _, g := range groups {
		if g.Type == builtIn {
			continue
		}
		asking.Go(func() error {
			owners, err := c.owners(askCtx, g.ID)
			if err != nil {
				return ignoreNotFound(err) // The group went while we were asking.
			}
			for _, o := range owners {
				if o.ID != account || o.Type != "USER" {
					continue
				}
				grant := access.Grant{ID: g.ID, Label: g.name() + " (owner)"}
				if o.OriginType == "APPLICATION" {
					grant.Label = g.name() + " (owner, managed by an application)"
					grant.Note = "The application that the group comes from says who owns it: Okta will refuse to change that. Change it there."
				}
				mu.Lock()
				grants = append(grants, grant)
				mu.Unlock()
			}
			return nil
		})
	}
	if err := asking.Wait(); err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, err
	}
	return grants, nil
}

func (c groupOwnership) owners(ctx context.Context, id access.GrantID) ([]*owner, error) {
	return list[owner](ctx, c.Okta, reading("groups", "list the owners of the group %s", id), "/api/v1/groups/"+esc(id)+"/owners?limit=1000")
}

// Moves says that every group needs an owner.
func (c groupOwnership) Moves(access.GrantID) bool { return true }

// Transfer makes the successor an owner, unless they are one, and then takes the account off the owners.
// POST /api/v1/groups/{id}/owners and DELETE /api/v1/groups/{id}/owners/{owner}, scope okta.groups.manage.
func (c groupOwnership) Transfer(
	ctx context.Context, account access.AccountID, grant access.GrantID, successor access.AccountID,
) (access.Receipt, error) {
	gone := access.Receipt{Assurance: access.Observed}
	owners, err := c.owners(ctx, grant)
	if err != nil {
		return gone, ignoreNotFound(err)
	}
	at := slices.IndexFunc(owners, func(o *owner) bool { return o.ID == account })
	call := managing("groups", "give the group %s of %s to %s", grant, account, successor)
	switch {
	case at < 0:
		return gone, nil
	case owners[at].OriginType == "APPLICATION":
		return access.Receipt{}, &access.Error{
			Kind: access.Blocked, Op: call.what, Reason: "the application that the group comes from says who owns it",
			Fix: "Change the owner there, or tolerate the row until that is done.",
		}
	}
	base := "/api/v1/groups/" + esc(grant) + "/owners"
	if !slices.ContainsFunc(owners, func(o *owner) bool { return o.ID == successor }) {
		body := map[string]string{"id": string(successor), "type": "USER"}
		if _, err := c.do(ctx, call, http.MethodPost, base, body, &owner{}); err != nil {
			return access.Receipt{}, err
		}
	}
	_, err = c.do(ctx, call, http.MethodDelete, base+"/"+esc(account), nil, nil)
	return gone, ignoreNotFound(err)
}

// Remove refuses: a group without an owner is nobody's.
func (c groupOwnership) Remove(ctx context.Context, account access.AccountID, grant access.GrantID) (access.Receipt, error) {
	if err := ctx.Err(); err != nil {
		return access.Receipt{}, err
	}
	return access.Receipt{}, needsSuccessor(fmt.Sprintf("take %s off the owners of the group %s", account, grant), "nobody would own the group")
}

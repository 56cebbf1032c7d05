package okta

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/system"
)

// GroupOwnership are the groups of which the account is an owner itself. What it owns as a member of a group
// that is an owner goes with the membership. Group owners come with Okta Identity Governance; an org without
// it answers NotAvailable.
func GroupOwnership(o *Okta) access.Connector { return groupOwnership{o} }

type groupOwnership struct{ *Okta }

var (
	_ access.Transferer = groupOwnership{}
	_ access.Surveyor   = groupOwnership{}
	_ access.Rechecker  = groupOwnership{}
)

type owner struct {
	ID         access.AccountID `json:"id"`
	Type       string           `json:"type"`
	OriginType string           `json:"originType"`
}

// byApplication says that the application a group is imported from says who owns it.
func (o *owner) byApplication() bool { return o.OriginType == "APPLICATION" }

// ownersAtOnce is how many groups are asked about side by side.
const ownersAtOnce = 5

// ownerLimit is how many owners a group can have
// (https://developer.okta.com/docs/api/openapi/okta-management/management/tag/GroupOwner/).
const ownerLimit = 10

// List asks every group, because Okta can't be asked for the groups that somebody owns
// (okta.md section 14).
// GET /api/v1/groups and /api/v1/groups/{id}/owners, scope okta.groups.read.
func (c groupOwnership) List(ctx context.Context, account access.AccountID) ([]access.Grant, error) {
	if _, err := c.user(ctx, account); err != nil {
		return nil, err
	}
	everybody, err := c.Survey(ctx)
	return everybody[account], err
}

// Survey asks every group for its owners.
func (c groupOwnership) Survey(ctx context.Context) (map[access.AccountID][]access.Grant, error) {
	call := reading("groups", "list the groups")
	groups, err := list[group](ctx, c.Okta, call, "/api/v1/groups?limit=200")
	if err != nil {
		return nil, there(call, err)
	}
	return c.owned(ctx, slices.DeleteFunc(groups, func(g *group) bool { return g.Type == builtIn }))
}

// Recheck asks these groups alone.
func (c groupOwnership) Recheck(ctx context.Context, account access.AccountID, grants []access.GrantID) ([]access.Grant, error) {
	groups := make([]*group, 0, len(grants))
	for _, id := range grants {
		name, err := c.groupName(ctx, string(id))
		if err != nil {
			return nil, err
		}
		g := &group{ID: id}
		g.Profile.Name = name
		groups = append(groups, g)
	}
	everybody, err := c.owned(ctx, groups)
	return everybody[account], err
}

// owned asks groups for their owners. A group that went meanwhile is nobody's. Whether the org has owners at all
// the first group says alone: where one has them and the next is said not to, something else is wrong.
func (c groupOwnership) owned(ctx context.Context, groups []*group) (map[access.AccountID][]access.Grant, error) {
	var mu sync.Mutex
	everybody := map[access.AccountID][]access.Grant{}
	ask := func(ctx context.Context, g *group) error {
		owners, err := c.owners(ctx, g.ID)
		if err != nil {
			return system.IgnoreNotFound(err)
		}
		mu.Lock()
		defer mu.Unlock()
		for _, o := range owners {
			if o.Type == "USER" {
				everybody[o.ID] = append(everybody[o.ID], g.owned(o))
			}
		}
		return nil
	}
	if len(groups) == 0 {
		return everybody, nil
	}
	if err := ask(ctx, groups[0]); err != nil {
		return nil, err
	}
	asking, askCtx := errgroup.WithContext(ctx)
	asking.SetLimit(ownersAtOnce)
	for _, g := range groups[1:] {
		asking.Go(func() error { return ask(askCtx, g) })
	}
	err := asking.Wait()
	switch {
	case err == nil:
		return everybody, nil
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case access.KindOf(err) == access.NotAvailable:
		return nil, &access.Error{
			Kind: access.Denied, Op: "list the owners of the groups", Err: err,
			Reason: "Okta tells the owners of one group and refuses those of another: " + err.Error(),
			Fix:    "Let the credential's role view all groups.",
		}
	}
	return nil, err
}

func (g *group) owned(by *owner) access.Grant {
	if by.byApplication() {
		return access.Grant{
			ID: g.ID, Label: g.name() + " (owner, managed by an application)",
			Stays: errAppOwns,
		}
	}
	return access.Grant{ID: g.ID, Label: g.name() + " (owner)"}
}

// errAppOwns is why the owner of a group stays that an application names.
var errAppOwns = &access.Error{
	Kind: access.Blocked, Op: "change the owner of a group", Reason: "the application that the group comes from says who owns it",
	Fix: "Change the owner in that application.",
}

func (c groupOwnership) owners(ctx context.Context, id access.GrantID) ([]*owner, error) {
	call := reading("groups", "list the owners of the group %s", id)
	owners, err := list[owner](ctx, c.Okta, call, path("/api/v1/groups/%s/owners", id)+"?limit=1000")
	if err != nil {
		return nil, c.notGoverned(ctx, call, err)
	}
	if slices.ContainsFunc(owners, func(o *owner) bool { return o.ID == "" || o.Type == "" }) {
		return nil, malformed(call, "an owner without an id or a type")
	}
	return owners, nil
}

// notGoverned recognizes an org without Identity Governance where it refuses as if a right were missing.
func (c groupOwnership) notGoverned(ctx context.Context, call op, err error) error {
	if code(err) != "E0000006" || !c.lacking(ctx, err) {
		return err
	}
	return &access.Error{
		Kind: access.NotAvailable, Op: call.what, Reason: "Okta refuses it to a super administrator, so this org does not have group owners " +
			"(they come with Okta Identity Governance)",
		Fix: "Leave offboard_group_ownership out for Okta.", Err: err,
	}
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
		return gone, system.IgnoreNotFound(err)
	}
	at := slices.IndexFunc(owners, func(o *owner) bool { return o.ID == account })
	if at < 0 {
		return gone, nil
	}
	owns := slices.ContainsFunc(owners, func(o *owner) bool { return o.ID == successor })
	call := managing("groups", "give the group %s of %s to %s", grant, account, successor)
	switch {
	case owners[at].byApplication():
		return access.Receipt{}, errAppOwns
	case !owns && len(owners) >= ownerLimit:
		return access.Receipt{}, &access.Error{
			Kind: access.Blocked, Op: call.what, Reason: fmt.Sprintf("the group has %d owners, which is as many as Okta takes", len(owners)),
			Fix: "Name a successor who is one of them, or take one of them off the owners.",
		}
	}
	base := path("/api/v1/groups/%s/owners", grant)
	if !owns {
		body := map[string]string{"id": string(successor), "type": "USER"}
		if _, err := c.do(ctx, call, http.MethodPost, base, body, &owner{}); err != nil {
			return access.Receipt{}, err
		}
	}
	return gone, c.write(ctx, call, http.MethodDelete, base+path("/%s", account))
}

// Remove refuses: a group without an owner is nobody's.
func (c groupOwnership) Remove(ctx context.Context, account access.AccountID, grant access.GrantID) (access.Receipt, error) {
	if err := ctx.Err(); err != nil {
		return access.Receipt{}, err
	}
	return access.Receipt{}, needsSuccessor(fmt.Sprintf("take %s off the owners of the group %s", account, grant), "nobody would own the group")
}

package okta

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"

	sdk "github.com/okta/okta-sdk-golang/v2/okta"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/system"
)

// Delegations are the account's linked objects: those who look up to it, in relationships such as manager
// and subordinate. They are given to a successor. What the account itself looks up to gives it no access,
// and is no grant.
func Delegations(o *Okta) access.Connector { return delegations{o} }

type delegations struct{ *Okta }

var _ access.Transferer = delegations{}

func (c delegations) relationships(ctx context.Context) ([]*sdk.LinkedObject, error) {
	return c.definitions.Get(ctx, func() ([]*sdk.LinkedObject, error) {
		call := reading("linkedObjects", "list the relationships that this org defines")
		definitions, err := list[sdk.LinkedObject](ctx, c.Okta, call, "/api/v1/meta/schemas/user/linkedObjects")
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(definitions, func(d *sdk.LinkedObject) bool {
			return d.Primary == nil || d.Associated == nil || d.Primary.Name == "" || d.Associated.Name == ""
		}) {
			return nil, malformed(call, "a relationship without names")
		}
		return definitions, nil
	})
}

// List asks, for each relationship, who looks up to the account.
// GET /api/v1/users/{id}/linkedObjects/{name}, scope okta.users.read, with the name of the other side.
func (c delegations) List(ctx context.Context, account access.AccountID) (grants []access.Grant, err error) {
	defer c.onlyIfGone(ctx, account, &err)
	// Relationships of nobody are none; only the account itself can say that it exists.
	if _, err := c.user(ctx, account); err != nil {
		return nil, err
	}
	definitions, err := c.relationships(ctx)
	if err != nil {
		return nil, err
	}
	for _, d := range definitions {
		others, err := c.linked(ctx, account, d.Associated.Name)
		if err != nil {
			return nil, err
		}
		title := cmp.Or(d.Primary.Title, d.Primary.Name)
		for _, other := range others {
			name, err := c.nameOf(ctx, other)
			if err != nil {
				return nil, err
			}
			grants = append(grants, access.Grant{
				ID:    access.GrantID(d.Primary.Name + "/" + string(other)),
				Label: title + " of " + name + " (linked object)",
			})
		}
	}
	return grants, nil
}

// linked returns who is on the other side of a relationship.
func (c delegations) linked(ctx context.Context, account access.AccountID, name string) ([]access.AccountID, error) {
	call := reading("users", "list the linked objects (%s) of %s", name, account)
	found, err := list[struct {
		Links struct {
			Self link `json:"self"`
		} `json:"_links"`
	}](ctx, c.Okta, call, path("/api/v1/users/%s/linkedObjects/%s", string(account), name))
	if err != nil {
		return nil, err
	}
	ids := make([]access.AccountID, 0, len(found))
	for _, f := range found {
		id := access.AccountID(f.Links.Self.id())
		if id == "" {
			return nil, malformed(call, "a link to nobody")
		}
		ids = append(ids, id)
	}
	return ids, nil
}

// Moves says that those who look up to the account need somebody else to look up to.
func (c delegations) Moves(access.GrantID) bool { return true }

// Transfer puts the successor in the account's place, in one step. Somebody who succeeds the person they
// looked up to looks up to nobody then.
// PUT /api/v1/users/{other}/linkedObjects/{primary}/{successor}, scope okta.users.manage.
func (c delegations) Transfer(
	ctx context.Context, account access.AccountID, grant access.GrantID, successor access.AccountID,
) (access.Receipt, error) {
	gone := access.Receipt{Assurance: access.Observed}
	name, other, _ := strings.Cut(string(grant), "/")
	// Whoever has been given to somebody else meanwhile stays there.
	now, err := c.linked(ctx, access.AccountID(other), name)
	if err != nil || !slices.Contains(now, account) {
		return gone, system.IgnoreNotFound(err)
	}
	at := path("/api/v1/users/%s/linkedObjects/%s", other, name)
	if other == string(successor) {
		return gone, c.write(ctx, managing("users", "cut the link of %s to their %s", other, name), http.MethodDelete, at)
	}
	call := managing("users", "make %s the %s of %s", successor, name, other)
	return gone, c.write(ctx, call, http.MethodPut, at+path("/%s", successor))
}

// Remove refuses: nobody is left without whom they look up to.
func (c delegations) Remove(ctx context.Context, _ access.AccountID, grant access.GrantID) (access.Receipt, error) {
	if err := ctx.Err(); err != nil {
		return access.Receipt{}, err
	}
	name, _, _ := strings.Cut(string(grant), "/")
	return access.Receipt{}, needsSuccessor("take away the "+name+" of others", "they would have none")
}

func needsSuccessor(op, otherwise string) error {
	return &access.Error{
		Kind: access.Blocked, Op: op, Reason: "it needs a successor: " + otherwise, Fix: "Set successor to somebody who stays.",
	}
}

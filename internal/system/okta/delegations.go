package okta

import (
	"context"
	"slices"
	"strings"

	sdk "github.com/okta/okta-sdk-golang/v2/okta"

	"github.com/offboard/terraform-provider-offboard/internal/access"
)

// Delegations are the account's linked objects: its place in relationships such as manager and subordinate.
// Those who look up to the account are given to a successor; what it looks up to is cut.
func Delegations(o *Okta) access.Connector { return delegations{o} }

type delegations struct{ *Okta }

var _ access.Transferer = delegations{}

// The two sides of a relationship, as the middle part of a grant's id: "manager/of/00u2" means that the
// account is 00u2's manager, "manager/is/00u3" that its own manager is 00u3.
const (
	primaryOf = "of"
	primaryIs = "is"
)

func (c delegations) relationships(ctx context.Context) ([]*sdk.LinkedObject, error) {
	return c.definitions.get("", func() ([]*sdk.LinkedObject, error) {
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

// List asks for both sides of each relationship.
// GET /api/v1/users/{id}/linkedObjects/{name}, scope okta.users.read.
func (c delegations) List(ctx context.Context, account access.AccountID) ([]access.Grant, error) {
	// Relationships of nobody are none; only the account itself can say that it exists.
	if _, err := c.user(ctx, account); err != nil {
		return nil, err
	}
	definitions, err := c.relationships(ctx)
	if err != nil {
		return nil, err
	}
	var grants []access.Grant
	for _, d := range definitions {
		sides := []struct{ ask, side, words string }{
			{d.Associated.Name, primaryOf, or(d.Primary.Title, d.Primary.Name) + " of "},
			{d.Primary.Name, primaryIs, or(d.Associated.Title, d.Associated.Name) + " of "},
		}
		for _, s := range sides {
			others, err := c.linked(ctx, account, s.ask)
			if err != nil {
				return nil, err
			}
			for _, other := range others {
				name, err := c.nameOf(ctx, other)
				if err != nil {
					return nil, err
				}
				grants = append(grants, access.Grant{
					ID:    access.GrantID(d.Primary.Name + "/" + s.side + "/" + string(other)),
					Label: strings.ToLower(s.words[:1]) + s.words[1:] + name + " (linked object)",
				})
			}
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
	}](ctx, c.Okta, call, "/api/v1/users/"+esc(account)+"/linkedObjects/"+esc(name))
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
func (c delegations) Moves(grant access.GrantID) bool {
	_, side, _ := splitDelegation(grant)
	return side == primaryOf
}

func splitDelegation(grant access.GrantID) (name, side string, other access.AccountID) {
	parts := strings.SplitN(string(grant), "/", 3)
	if len(parts) != 3 {
		return "", "", ""
	}
	return parts[0], parts[1], access.AccountID(parts[2])
}

// Transfer puts the successor in the account's place, in one step. Somebody who succeeds the person they
// looked up to looks up to nobody then.
// PUT /api/v1/users/{other}/linkedObjects/{primary}/{successor}, scope okta.users.manage. Okta's document
// allows it to OAuth only.
func (c delegations) Transfer(
	ctx context.Context, account access.AccountID, grant access.GrantID, successor access.AccountID,
) (access.Receipt, error) {
	gone := access.Receipt{Assurance: access.Observed}
	name, _, other := splitDelegation(grant)
	// Whoever has been given to somebody else meanwhile stays there.
	now, err := c.linked(ctx, other, name)
	if err != nil || !slices.Contains(now, account) {
		return gone, ignoreNotFound(err)
	}
	if other == successor {
		return gone, c.cut(ctx, other, name)
	}
	call := managing("users", "make %s the %s of %s", successor, name, other)
	return gone, c.write(ctx, call)(c.sdk.User.SetLinkedObjectForUser(ctx, esc(other), esc(name), esc(successor)))
}

// Remove cuts the account's own link. DELETE /api/v1/users/{id}/linkedObjects/{primary}, scope
// okta.users.manage.
func (c delegations) Remove(ctx context.Context, account access.AccountID, grant access.GrantID) (access.Receipt, error) {
	gone := access.Receipt{Assurance: access.Observed}
	name, side, _ := splitDelegation(grant)
	switch {
	case ctx.Err() != nil:
		return access.Receipt{}, ctx.Err()
	case side == primaryOf:
		return access.Receipt{}, needsSuccessor("take away the "+name+" of others", "they would have none")
	case side == primaryIs:
		return gone, c.cut(ctx, account, name)
	}
	return gone, nil
}

func (c delegations) cut(ctx context.Context, account access.AccountID, name string) error {
	call := managing("users", "cut the link of %s to their %s", account, name)
	return ignoreNotFound(c.write(ctx, call)(c.sdk.User.RemoveLinkedObjectForUser(ctx, esc(account), esc(name))))
}

func needsSuccessor(op, otherwise string) error {
	return &access.Error{
		Kind: access.Blocked, Op: op, Reason: "it needs a successor: " + otherwise, Fix: "Set successor to somebody who stays.",
	}
}

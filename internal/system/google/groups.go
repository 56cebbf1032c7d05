package google

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"

	admin "google.golang.org/api/admin/directory/v1"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/system"
)

// owner is the role of a member who owns the group.
const (
	owner  = "OWNER"
	member = "MEMBER"
)

// GroupMembership are the groups that the account is a member of itself. Those that it is in through another
// group, or as everybody is, come and go with that.
func GroupMembership(g *Google) access.Connector { return groupMembership{g} }

type groupMembership struct{ *Google }

// memberships lists the groups of an account.
// GET /admin/directory/v1/groups?userKey={id}, scope admin.directory.group.readonly.
func (g *Google) memberships(ctx context.Context, account access.AccountID) ([]*admin.Group, error) {
	// The groups of nobody are none; only the account itself can say that it exists.
	if _, err := g.user(ctx, account); err != nil {
		return nil, err
	}
	call := reading(groups, "list the groups of %s", account)
	found, err := list(ctx, g, call, func(ctx context.Context, token string) (page[admin.Group], error) {
		answer, err := g.directory.Groups.List().UserKey(string(account)).MaxResults(200).PageToken(token).Context(ctx).Do()
		if err != nil {
			return page[admin.Group]{}, err
		}
		return page[admin.Group]{answer.Groups, answer.Kind, answer.NextPageToken}, nil
	})
	if err != nil {
		return nil, err
	}
	if slices.ContainsFunc(found, func(g *admin.Group) bool { return g.Id == "" }) {
		return nil, malformed(call, "a group without an id")
	}
	return found, nil
}

// groupLabel names a group by its name and its address, of which names alone are not unique.
func groupLabel(g *admin.Group) string {
	switch {
	case g.Email == "":
		return cmp.Or(system.OneLine(g.Name), g.Id)
	case g.Name == "":
		return g.Email
	}
	return fmt.Sprintf("%s (%s)", system.OneLine(g.Name), g.Email)
}

// List says of no group where the membership comes from, because the Directory API does not.
func (c groupMembership) List(ctx context.Context, account access.AccountID) (grants []access.Grant, err error) {
	defer c.onlyIfGone(ctx, account, &err)
	found, err := c.memberships(ctx, account)
	if err != nil {
		return nil, err
	}
	for _, g := range found {
		grants = append(grants, access.Grant{ID: access.GrantID(g.Id), Label: groupLabel(g)})
	}
	return grants, nil
}

// Remove takes the account out of the group, unless nobody else owns it.
// DELETE /admin/directory/v1/groups/{group}/members/{id}, scope admin.directory.group.member.
func (c groupMembership) Remove(ctx context.Context, account access.AccountID, grant access.GrantID) (access.Receipt, error) {
	gone := access.Receipt{Assurance: access.Observed, Lingers: &access.Error{
		Kind:   access.Blocked,
		Reason: "Google says that the account is no member of the group any more, and lists the group as one of its groups",
		Fix:    "If everybody is in the group, or its members follow from a query, change that. Else plan again in a minute.",
	}}
	m, err := c.membership(ctx, grant, account)
	if err != nil {
		return gone, system.IgnoreNotFound(err)
	}
	if m.Role == owner {
		if err := c.refuseLastOwner(ctx, grant, account); err != nil {
			return access.Receipt{}, err
		}
	}
	gone.Lingers = nil
	call := managing(groups, "remove %s from the group %s", account, grant)
	err = c.write(ctx, call, func(ctx context.Context) error {
		return c.directory.Members.Delete(string(grant), string(account)).Context(ctx).Do()
	})
	return gone, c.unlessGone(ctx, grant, account, err)
}

// unlessGone looks for the reason of a refusal. Google answers 412 also where there is no such member, and in
// no known words where the members follow from a query (google.md section 6).
func (g *Google) unlessGone(ctx context.Context, group access.GrantID, account access.AccountID, refusal error) error {
	if code := statusOf(refusal); code != http.StatusPreconditionFailed && code != http.StatusBadRequest && code != http.StatusConflict {
		return refusal
	}
	if _, err := g.membership(ctx, group, account); access.KindOf(err) == access.NotFound {
		return nil
	}
	return withFix(refusal, "If the members of the group follow from a query (a dynamic group), or come from another directory, the person has to "+
		"drop out there: change what the query asks about, or remove them in that directory.")
}

// membership reads one member of a group: who is one directly.
// GET /admin/directory/v1/groups/{group}/members/{id}, scope admin.directory.group.readonly.
func (g *Google) membership(ctx context.Context, group access.GrantID, account access.AccountID) (*admin.Member, error) {
	call := reading(groups, "read the membership of %s in the group %s", account, group)
	m, err := do(ctx, g, call, func(ctx context.Context) (*admin.Member, error) {
		return g.directory.Members.Get(string(group), string(account)).Context(ctx).Do()
	})
	if err != nil {
		return nil, err
	}
	if !ofDirectory(m.Kind) || m.Role == "" {
		return nil, malformed(call, "a member without a role")
	}
	return m, nil
}

// refuseLastOwner refuses to take the only owner out of a group.
// GET /admin/directory/v1/groups/{group}/members?roles=OWNER, scope admin.directory.group.readonly.
func (g *Google) refuseLastOwner(ctx context.Context, group access.GrantID, account access.AccountID) error {
	call := reading(groups, "list the owners of the group %s", group)
	owners, err := list(ctx, g, call, func(ctx context.Context, token string) (page[admin.Member], error) {
		answer, err := g.directory.Members.List(string(group)).Roles(owner).MaxResults(200).PageToken(token).Context(ctx).Do()
		if err != nil {
			return page[admin.Member]{}, err
		}
		return page[admin.Member]{answer.Members, answer.Kind, answer.NextPageToken}, nil
	})
	if err != nil {
		return system.IgnoreNotFound(err)
	}
	if slices.ContainsFunc(owners, func(m *admin.Member) bool { return m.Id != "" && m.Id != string(account) }) {
		return nil
	}
	return &access.Error{
		Kind: access.Blocked, Op: fmt.Sprintf("remove %s from the group %s", account, group), Reason: "nobody else owns the group",
		Fix: "Let offboard_group_ownership give it to a successor first (depends_on).",
	}
}

// groupName is how labels name a group. GET /admin/directory/v1/groups/{id}, scope
// admin.directory.group.readonly.
func (g *Google) groupName(ctx context.Context, id string) (string, error) {
	return g.groupNames.Get(ctx, id, func() (string, error) {
		call := reading(groups, "read the group %s", id)
		found, err := do(ctx, g, call, func(ctx context.Context) (*admin.Group, error) {
			return g.directory.Groups.Get(id).Context(ctx).Do()
		})
		switch {
		case access.KindOf(err) == access.NotFound:
			return id, nil
		case err != nil:
			return "", err
		case !ofDirectory(found.Kind):
			return "", malformed(call, "something other than a group")
		}
		return cmp.Or(system.OneLine(found.Name), found.Email, id), nil
	})
}

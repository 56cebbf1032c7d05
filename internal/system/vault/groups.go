package vault

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/system"
)

// A group is an identity group. The members of an external one are whoever the identity provider says at their sign-in.
type group struct {
	ID       string             `json:"id"`
	Name     string             `json:"name"`
	Type     string             `json:"type"`
	Policies []string           `json:"policies"`
	Metadata map[string]string  `json:"metadata"`
	Members  []access.AccountID `json:"member_entity_ids"`
	Parents  []string           `json:"parent_group_ids"`
	Alias    *struct {
		Name      string `json:"name"`
		MountPath string `json:"mount_path"`
	} `json:"alias"`
}

const external = "external"

// group reads one group. GET identity/group/id/{id}.
func (v *Vault) group(ctx context.Context, id string) (*group, error) {
	c := calling("read", "identity/group/id/"+id, "read the group %s", id)
	g, err := get[group](ctx, v, c)
	switch {
	case err != nil:
		return nil, err
	case g.ID != id || g.Name == "" || g.Type == "":
		return nil, malformed(c, "another group, or one without a name or type")
	}
	return g, nil
}

// groupsOf are the groups of an entity: those that it is itself a member of, and those above.
func (v *Vault) groupsOf(ctx context.Context, e *entity) (direct, inherited []*group, err error) {
	for _, of := range []struct {
		ids  []string
		into *[]*group
	}{{e.DirectGroups, &direct}, {e.InheritedGroups, &inherited}} {
		for _, id := range of.ids {
			g, err := v.group(ctx, id)
			if err != nil {
				return nil, nil, err
			}
			*of.into = append(*of.into, g)
		}
	}
	return direct, inherited, nil
}

// GroupMembership are the identity groups that the entity is itself a member of. Those above come and go with them.
func GroupMembership(v *Vault) access.Connector { return groupMembership{v} }

type groupMembership struct{ *Vault }

var _ access.Guard = groupMembership{}

// List takes the groups from the entity. GET identity/entity/id/{id}, GET identity/group/id/{id}.
func (c groupMembership) List(ctx context.Context, id access.AccountID) (grants []access.Grant, err error) {
	defer c.onlyIfGone(ctx, id, &err)
	e, err := c.entity(ctx, id)
	if err != nil {
		return nil, err
	}
	direct, inherited, err := c.groupsOf(ctx, e)
	if err != nil {
		return nil, err
	}
	above := map[string]string{}
	for _, g := range inherited {
		above[g.ID] = g.Name
	}
	for _, g := range direct {
		grant := access.Grant{ID: access.GrantID(g.ID), Label: g.Name, Stays: g.stays()}
		if g.Type == external {
			grant.Label += " (from " + g.source() + ")"
		}
		var through []string
		for _, parent := range g.Parents {
			if name, ok := above[parent]; ok {
				through = append(through, name)
			}
		}
		if len(through) > 0 {
			grant.Note = "Through it they are in " + strings.Join(through, " and ") + " as well."
		}
		grants = append(grants, grant)
	}
	return grants, nil
}

// source names where an external group comes from.
func (g *group) source() string {
	if g.Alias == nil {
		return "an identity provider"
	}
	return fmt.Sprintf("%s: %s", strings.Trim(strings.TrimPrefix(g.Alias.MountPath, "auth/"), "/"), g.Alias.Name)
}

// stays is why nobody is taken out of an external group.
func (g *group) stays() *access.Error {
	if g.Type != external {
		return nil
	}
	return &access.Error{
		Kind: access.Blocked, Op: "take them out of " + g.Name, Reason: "the identity provider says at each sign-in who is in it, and Vault refuses to",
		Fix: "Take the person out of the group there (" + g.source() + "). Vault forgets the membership at their next sign-in, or when the group's alias or the " +
			"entity is changed; while the entity is disabled nobody can use it: tolerate the row until then, or delete the group's alias.",
	}
}

// Remove writes the members of a group without the entity: Vault has no smaller change. It reads them just before, one change
// at a time, and does not write where the entity is not among them.
// POST identity/group/id/{id} {"member_entity_ids": [...]}; what is left out is kept.
func (c groupMembership) Remove(ctx context.Context, id access.AccountID, grant access.GrantID) (access.Receipt, error) {
	gone := access.Receipt{Assurance: access.Observed}
	c.groupWrites.Lock()
	defer c.groupWrites.Unlock()
	g, err := c.group(ctx, string(grant))
	if err != nil {
		return gone, system.IgnoreNotFound(err)
	}
	if !slices.Contains(g.Members, id) {
		return gone, nil
	}
	if stays := g.stays(); stays != nil {
		return gone, stays
	}
	rest := slices.DeleteFunc(slices.Clone(g.Members), func(member access.AccountID) bool { return member == id })
	write := calling("update", "identity/group/id/"+g.ID, "take %s out of %s", id, g.Name)
	return gone, c.write(ctx, write, map[string]any{"member_entity_ids": rest})
}

// Refuse keeps somebody in charge of the policies.
func (c groupMembership) Refuse(ctx context.Context, id access.AccountID, going access.Holdings) error {
	return c.refuseLastAdministrator(ctx, id, func(from source) bool {
		_, goes := going[access.GrantID(from.group)]
		return from.group != "" && goes
	})
}

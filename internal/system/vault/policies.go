package vault

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/system"
	"github.com/offboard/terraform-provider-offboard/internal/system/vault/policy"
)

// RoleAssignments are the policies of the entity: its own, those of its groups, and those of its users in auth methods,
// which every sign-in by that user gets. default is none: everybody has it.
func RoleAssignments(v *Vault) access.Connector { return roleAssignments{v} }

type roleAssignments struct{ *Vault }

var _ access.Guard = roleAssignments{}

// A source is where a policy comes from: the entity itself if nothing else is named.
type source struct {
	policy string
	// group is the id of a group, and user the path of a user of an auth method.
	group, groupName string
	external         bool
	user             *authUser
}

func (s source) grant() access.GrantID {
	switch {
	case s.group != "":
		return access.GrantID(s.policy + "@group/" + s.group)
	case s.user != nil:
		return access.GrantID(s.policy + "@" + s.user.path())
	}
	return access.GrantID(s.policy)
}

func (s source) label() string {
	switch {
	case s.group != "":
		return s.policy + " (via group: " + s.groupName + ")"
	case s.user != nil:
		return fmt.Sprintf("%s (policy of the user %s of %s)", s.policy, s.user.name, s.user.mount.Path)
	}
	return s.policy + " (policy of the entity)"
}

// A standing is where an entity has its policies from, and the groups that it is in, itself or through others.
type standing struct {
	sources []source
	groups  []*group
}

// policies are their names, and default, which everybody has.
func (s *standing) policies() []string {
	names := []string{"default"}
	for _, from := range s.sources {
		names = append(names, from.policy)
	}
	return names
}

// standing reads the entity's groups and its users.
func (v *Vault) standing(ctx context.Context, e *entity) (*standing, error) {
	var all []source
	add := func(policies []string, from source) {
		for _, name := range policies {
			from.policy = name
			if name != "default" && !slices.ContainsFunc(all, func(s source) bool { return s.grant() == from.grant() }) {
				all = append(all, from)
			}
		}
	}
	add(e.Policies, source{})
	direct, inherited, err := v.groupsOf(ctx, e)
	if err != nil {
		return nil, err
	}
	groups := slices.Concat(direct, inherited)
	for _, g := range groups {
		add(g.Policies, source{group: g.ID, groupName: g.Name, external: g.Type == external})
	}
	users, err := v.usersOf(ctx, e)
	if err != nil {
		return nil, err
	}
	for _, u := range users {
		add(u.policies(), source{user: u})
	}
	return &standing{all, groups}, nil
}

// List reads the entity, its groups and its users.
func (c roleAssignments) List(ctx context.Context, id access.AccountID) (grants []access.Grant, err error) {
	defer c.onlyIfGone(ctx, id, &err)
	e, err := c.entity(ctx, id)
	if err != nil {
		return nil, err
	}
	stands, err := c.standing(ctx, e)
	if err != nil {
		return nil, err
	}
	for _, s := range stands.sources {
		grant := access.Grant{ID: s.grant(), Label: s.label()}
		if s.external {
			grant.Stays = &access.Error{
				Kind: access.Blocked, Op: "take " + s.policy + " away", Reason: "it comes with the group " + s.groupName + ", whose members the identity provider says",
				Fix: "It goes with the membership: take the person out of that group there.",
			}
		}
		grants = append(grants, grant)
	}
	return grants, nil
}

// Remove takes a policy off the entity or off a user, and leaves the others. One that comes through a group goes when the
// membership does: whether it does, List shows.
// POST identity/entity/id/{id} {"policies": [...]}, POST auth/{mount}/users/{name}.
func (c roleAssignments) Remove(ctx context.Context, id access.AccountID, grant access.GrantID) (access.Receipt, error) {
	gone := access.Receipt{Assurance: access.Observed}
	e, err := c.entity(ctx, id)
	if err != nil {
		return gone, err
	}
	name, where, elsewhere := strings.Cut(string(grant), "@")
	if !elsewhere {
		rest, has := less(e.Policies, name)
		if !has {
			return gone, nil
		}
		write := calling("update", "identity/entity/id/"+string(id), "take the policy %s off %s", name, e.name())
		return gone, c.write(ctx, write, map[string]any{"policies": rest})
	}
	if group, ok := strings.CutPrefix(where, "group/"); ok {
		return c.throughGroup(ctx, group, name)
	}
	m, user, err := c.userIn(ctx, where)
	if err != nil {
		return gone, err
	}
	u, err := c.authUser(ctx, m, user)
	if err != nil {
		return gone, system.IgnoreNotFound(err)
	}
	if !e.signsInAs(m, user) {
		return gone, nil // It is not this entity's, and List no longer has it.
	}
	rest, has := less(u.policies(), name)
	if !has {
		return gone, nil
	}
	write := calling("update", where, "take the policy %s off the user %s of %s", name, user, m.Path)
	if m.Type == "userpass" {
		return gone, c.write(ctx, write, map[string]any{"token_policies": rest})
	}
	// In these an omitted list is an empty one.
	return gone, c.write(ctx, write, map[string]any{"policies": rest, "groups": append([]string{}, u.Groups...)})
}

// less is a list without one name, and whether it was there. It is never nil, which Vault would take for "as it is".
func less(list []string, name string) ([]string, bool) {
	rest := slices.DeleteFunc(append([]string{}, list...), func(other string) bool { return other == name })
	return rest, len(rest) < len(list)
}

// throughGroup says why what comes with a group is still there, if it then is.
func (c roleAssignments) throughGroup(ctx context.Context, id, policy string) (access.Receipt, error) {
	gone := access.Receipt{Assurance: access.Observed}
	g, err := c.group(ctx, id)
	if err != nil {
		return gone, system.IgnoreNotFound(err)
	}
	blocked := &access.Error{
		Kind: access.Blocked, Op: "take " + policy + " away", Reason: "it comes with the group " + g.Name + ", and the membership is still there",
		Fix: "It goes when offboard_group_membership has taken the person out of that group, or out of the group below it.",
	}
	if g.Type == external {
		return access.Receipt{}, blocked
	}
	gone.Lingers = blocked
	return gone, nil
}

// document reads a policy. One that does not exist allows nothing. root is no document: it allows everything.
// GET sys/policies/acl/{name}.
func (v *Vault) document(ctx context.Context, name string) (policy.Policy, error) {
	if name == policy.Root {
		return policy.Policy{Name: name}, nil
	}
	return v.policies.Get(ctx, name, func() (policy.Policy, error) {
		c := calling("read", "sys/policies/acl/"+name, "read the policy %s", name)
		found, err := get[struct {
			Policy *string `json:"policy"`
		}](ctx, v, c)
		switch {
		case access.KindOf(err) == access.NotFound:
			return policy.Policy{Name: name}, nil
		case err != nil:
			return policy.Policy{}, err
		case found.Policy == nil:
			return policy.Policy{}, malformed(c, "a policy without a document")
		}
		p, err := policy.Parse(name, *found.Policy)
		if err != nil {
			return p, &access.Error{Kind: access.Malformed, Op: c.what, Reason: err.Error(), Fix: "Look at the policy in Vault."}
		}
		return p, nil
	})
}

// acl is what policies allow an entity together.
func (v *Vault) acl(ctx context.Context, who *policy.Identity, names []string) (*policy.ACL, error) {
	var documents []policy.Policy
	for _, name := range names {
		document, err := v.document(ctx, name)
		if err != nil {
			return nil, err
		}
		documents = append(documents, document)
	}
	return policy.New(who, documents...), nil
}

// allowed is what the entity's policies allow it, with those of its groups and its users, and default.
func (v *Vault) allowed(ctx context.Context, e *entity) (*policy.ACL, error) {
	stands, err := v.standing(ctx, e)
	if err != nil {
		return nil, err
	}
	return v.acl(ctx, e.identity(stands.groups), stands.policies())
}

// Refuse keeps somebody in charge of the policies.
func (c roleAssignments) Refuse(ctx context.Context, id access.AccountID, going access.Holdings) error {
	return c.refuseLastAdministrator(ctx, id, func(from source) bool {
		_, goes := going[from.grant()]
		return goes
	})
}

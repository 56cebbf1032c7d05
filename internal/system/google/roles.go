package google

import (
	"cmp"
	"context"
	"strconv"
	"strings"

	admin "google.golang.org/api/admin/directory/v1"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/system"
)

// RoleAssignments are the administrator roles of the account: its own and those it has through groups.
func RoleAssignments(g *Google) access.Connector { return roleAssignments{g} }

type roleAssignments struct{ *Google }

var _ access.Guard = roleAssignments{}

// superAdmin is the grant of being a super administrator. It is a role assignment and a property of the account
// at once, which may not change at the same moment: it is one row for as long as either says so.
const superAdmin access.GrantID = "super_admin"

// assignments lists the roles of an account, its own and those through groups.
// GET /admin/directory/v1/customer/{customer}/roleassignments?userKey={id}&includeIndirectRoleAssignments=true,
// scope admin.directory.rolemanagement.readonly.
func (g *Google) assignments(ctx context.Context, account access.AccountID) ([]*admin.RoleAssignment, error) {
	if err := g.sees(ctx, roles); err != nil {
		return nil, err
	}
	return g.assignmentsUnsighted(ctx, reading(roles, "list the administrator roles of %s", account), account)
}

func (g *Google) assignmentsUnsighted(ctx context.Context, call op, account access.AccountID) ([]*admin.RoleAssignment, error) {
	assigned, err := listUnsighted(ctx, g, call, func(ctx context.Context, token string) (page[admin.RoleAssignment], error) {
		answer, err := g.directory.RoleAssignments.List(g.customer()).UserKey(string(account)).IncludeIndirectRoleAssignments(true).
			MaxResults(200).PageToken(token).Context(ctx).Do()
		if err != nil {
			return page[admin.RoleAssignment]{}, err
		}
		return page[admin.RoleAssignment]{answer.Items, answer.Kind, answer.NextPageToken}, nil
	})
	if err != nil {
		return nil, err
	}
	for _, a := range assigned {
		if a.RoleAssignmentId == 0 || a.RoleId == 0 || a.AssignedTo == "" {
			return nil, malformed(call, "a role assignment without its id, its role or whose it is")
		}
	}
	return assigned, nil
}

// roles are what roles there are, by id.
// GET /admin/directory/v1/customer/{customer}/roles, scope admin.directory.rolemanagement.readonly.
func (g *Google) roles(ctx context.Context) (map[int64]*admin.Role, error) {
	return g.roleNames.Get(ctx, func() (map[int64]*admin.Role, error) {
		call := reading(roles, "list the administrator roles")
		all, err := listUnsighted(ctx, g, call, func(ctx context.Context, token string) (page[admin.Role], error) {
			answer, err := g.directory.Roles.List(g.customer()).MaxResults(100).PageToken(token).Context(ctx).Do()
			if err != nil {
				return page[admin.Role]{}, err
			}
			return page[admin.Role]{answer.Items, answer.Kind, answer.NextPageToken}, nil
		})
		known := map[int64]*admin.Role{}
		for _, role := range all {
			known[role.RoleId] = role
		}
		return known, err
	})
}

// List names the unit that a role is narrowed to, and the granting group where there is one.
func (c roleAssignments) List(ctx context.Context, account access.AccountID) (grants []access.Grant, err error) {
	defer c.onlyIfGone(ctx, account, &err)
	u, err := c.user(ctx, account)
	if err != nil {
		return nil, err
	}
	assigned, err := c.assignments(ctx, account)
	if err != nil {
		return nil, err
	}
	known, err := c.roles(ctx)
	if err != nil {
		return nil, err
	}
	isSuper := u.IsAdmin
	for _, a := range assigned {
		if role := known[a.RoleId]; own(a, account) && role != nil && role.IsSuperAdminRole {
			isSuper = true
			continue
		}
		grant, err := c.grant(ctx, account, a, known[a.RoleId])
		if err != nil {
			return nil, err
		}
		grants = append(grants, grant)
	}
	if isSuper {
		grants = append(grants, access.Grant{ID: superAdmin, Label: "Super Admin"})
	}
	return grants, nil
}

// own says that a role is assigned to the account itself.
func own(a *admin.RoleAssignment, account access.AccountID) bool {
	return a.AssignedTo == string(account)
}

func (c roleAssignments) grant(ctx context.Context, account access.AccountID, a *admin.RoleAssignment, role *admin.Role) (access.Grant, error) {
	id := strconv.FormatInt(a.RoleAssignmentId, 10)
	label := "role " + strconv.FormatInt(a.RoleId, 10)
	if role != nil {
		label = roleLabel(role)
	}
	var from []string
	if a.OrgUnitId != "" {
		from = append(from, "over the organizational unit "+a.OrgUnitId)
	}
	if a.Condition != "" {
		from = append(from, "on a condition")
	}
	if !own(a, account) {
		group, err := c.groupName(ctx, a.AssignedTo)
		if err != nil {
			return access.Grant{}, err
		}
		from = append(from, "via group: "+group)
		id += "@" + a.AssignedTo
	}
	if len(from) > 0 {
		label += " (" + strings.Join(from, ", ") + ")"
	}
	return access.Grant{ID: access.GrantID(id), Label: label}, nil
}

// roleLabel names a role. Google's own are named like constants, and described in words.
func roleLabel(role *admin.Role) string {
	if role.IsSystemRole || strings.HasPrefix(role.RoleName, "_") {
		return cmp.Or(system.OneLine(role.RoleDescription), role.RoleName)
	}
	return cmp.Or(system.OneLine(role.RoleName), "role "+strconv.FormatInt(role.RoleId, 10))
}

// Remove unassigns a role. One that comes through a group goes when the membership does, which may be about to
// happen in the same run: whether it does, List shows.
// DELETE /admin/directory/v1/customer/{customer}/roleassignments/{id}, scope admin.directory.rolemanagement.
func (c roleAssignments) Remove(ctx context.Context, account access.AccountID, grant access.GrantID) (access.Receipt, error) {
	gone := access.Receipt{Assurance: access.Observed}
	if err := ctx.Err(); err != nil {
		return gone, err
	}
	if grant == superAdmin {
		return gone, c.demote(ctx, account)
	}
	id, group, through := strings.Cut(string(grant), "@")
	if through {
		name, err := c.groupName(ctx, group)
		gone.Lingers = &access.Error{
			Kind:   access.Blocked,
			Reason: "it comes with the group " + name + ", and the membership is still there",
			Fix: "It goes when offboard_group_membership has removed the person from that group, or from the one in it that they are a member of. Where " +
				"that can't be, take the role from the group.",
		}
		return gone, err
	}
	return gone, c.unassign(ctx, account, id)
}

func (c roleAssignments) unassign(ctx context.Context, account access.AccountID, id string) error {
	call := managing(roles, "remove the role assignment %s of %s", id, account)
	return c.write(ctx, call, func(ctx context.Context) error {
		return c.directory.RoleAssignments.Delete(c.customer(), id).Context(ctx).Do()
	})
}

// demote takes away being a super administrator, and what is then left of it as an assignment.
// POST /admin/directory/v1/users/{id}/makeAdmin, scope admin.directory.user.
func (c roleAssignments) demote(ctx context.Context, account access.AccountID) error {
	u, err := c.user(ctx, account)
	if err != nil {
		return system.IgnoreNotFound(err)
	}
	if err := c.refuseAdministratorUser(ctx, u); err != nil {
		return err
	}
	if u.IsAdmin {
		call := managing(users, "make %s no super administrator", name(u))
		err := c.write(ctx, call, func(ctx context.Context) error {
			// Without the name of the field the false would not be sent, and the answer would be the same.
			no := &admin.UserMakeAdmin{Status: false, ForceSendFields: []string{"Status"}}
			return c.directory.Users.MakeAdmin(string(account), no).Context(ctx).Do()
		})
		if err != nil {
			return err
		}
	}
	assigned, err := c.assignments(ctx, account)
	if err != nil {
		return system.IgnoreNotFound(err)
	}
	known, err := c.roles(ctx)
	if err != nil {
		return err
	}
	for _, a := range assigned {
		if role := known[a.RoleId]; own(a, account) && role != nil && role.IsSuperAdminRole {
			if err := c.unassign(ctx, account, strconv.FormatInt(a.RoleAssignmentId, 10)); err != nil {
				return err
			}
		}
	}
	return nil
}

// Refuse keeps the customer from losing its last super administrator, and the provider from losing the one in
// whose name it acts.
func (c roleAssignments) Refuse(ctx context.Context, account access.AccountID, _ access.Holdings) error {
	return c.refuseAdministrator(ctx, account)
}

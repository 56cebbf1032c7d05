package okta

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/system"
)

// A role is an admin role assignment. The SDK's Role loses which custom role it is and over what
// (okta.md section 0.9).
type role struct {
	ID             string `json:"id"`
	Type           string `json:"type"`
	Label          string `json:"label"`
	Status         string `json:"status"`
	AssignmentType string `json:"assignmentType"`
	Role           string `json:"role"`
	ResourceSet    string `json:"resource-set"`
	Links          struct {
		Assignee link `json:"assignee"`
	} `json:"_links"`
}

type link struct {
	Href string `json:"href"`
}

// id is the last part of the link's path: the id of what it leads to.
func (l link) id() string { return l.Href[strings.LastIndex(l.Href, "/")+1:] }

type links struct {
	Next link `json:"next"`
}

func (r *role) active() bool { return r.Status == "" || r.Status == active }

func (r *role) name() string {
	name := cmp.Or(r.Label, r.Type)
	if r.Type == "CUSTOM" {
		name += " (custom role)"
	}
	return name
}

// group is the group through which the role is held, and empty where it is assigned directly.
func (r *role) group() string {
	if r.AssignmentType != "GROUP" {
		return ""
	}
	return r.Links.Assignee.id()
}

// grant is the id of the assignment within the account. Okta's own is not enough: for a standard role it says
// no more than the role, and is the same for the person's own assignment and for those through groups.
func (r *role) grant() access.GrantID {
	if group := r.group(); group != "" {
		return access.GrantID(r.ID + "@" + group)
	}
	return access.GrantID(r.ID)
}

// RoleAssignments are the admin roles of the account: standard and custom, its own and those it has
// through groups.
func RoleAssignments(o *Okta) access.Connector { return roleAssignments{o} }

type roleAssignments struct{ *Okta }

var _ access.Guard = roleAssignments{}

func (o *Okta) rolesOf(ctx context.Context, account access.AccountID) (roles []*role, err error) {
	defer o.onlyIfGone(ctx, account, &err)
	call := reading("roles", "list the admin roles of %s", account)
	roles, err = list[role](ctx, o, call, path("/api/v1/users/%s/roles", account))
	if err != nil {
		return nil, err
	}
	for _, r := range roles {
		if r.ID == "" || r.AssignmentType == "GROUP" && r.group() == "" {
			return nil, malformed(call, "a role assignment without its id or its group")
		}
	}
	return roles, nil
}

// List names what a custom role is over, and the granting group where there is one.
// GET /api/v1/users/{id}/roles, scope okta.roles.read.
func (c roleAssignments) List(ctx context.Context, account access.AccountID) (grants []access.Grant, err error) {
	defer c.onlyIfGone(ctx, account, &err)
	roles, err := c.rolesOf(ctx, account)
	if err != nil {
		return nil, err
	}
	for _, r := range roles {
		var from []string
		if r.ResourceSet != "" {
			set, err := c.setName(ctx, r.ResourceSet)
			if err != nil {
				return nil, err
			}
			from = append(from, "custom role over: "+set)
		}
		if group := r.group(); group != "" {
			name, err := c.groupName(ctx, group)
			if err != nil {
				return nil, err
			}
			from = append(from, "via group: "+name)
		}
		grant := access.Grant{ID: r.grant(), Label: cmp.Or(r.Label, r.Type)}
		if len(from) > 0 {
			grant.Label += " (" + strings.Join(from, ", ") + ")"
		}
		grants = append(grants, grant)
	}
	return grants, nil
}

// setName is how labels name a resource set. GET /api/v1/iam/resource-sets/{id}, scope okta.roles.read.
func (o *Okta) setName(ctx context.Context, id string) (string, error) {
	return o.sets.Get(ctx, id, func() (string, error) {
		call := reading("roles", "read the resource set %s", id)
		set, err := get[struct {
			Label string `json:"label"`
		}](ctx, o, call, path("/api/v1/iam/resource-sets/%s", id))
		if access.KindOf(err) == access.NotFound {
			return id, nil
		}
		if err != nil {
			return "", err
		}
		return cmp.Or(set.Label, id), nil
	})
}

// Remove unassigns a role. One that comes through a group goes when the membership does, which may be about
// to happen in the same run: whether it does, List shows.
// DELETE /api/v1/users/{id}/roles/{assignment}, scope okta.roles.manage.
func (c roleAssignments) Remove(ctx context.Context, account access.AccountID, grant access.GrantID) (access.Receipt, error) {
	gone := access.Receipt{Assurance: access.Observed}
	assignment, group, through := strings.Cut(string(grant), "@")
	if through {
		name, err := c.groupName(ctx, group)
		gone.Lingers = throughGroup(name, "take the role from the group")
		return gone, err
	}
	c.roleWrites.Lock()
	defer c.roleWrites.Unlock()
	call := managing("roles", "remove the admin role %s from %s", assignment, account)
	return gone, c.write(ctx, call, http.MethodDelete, path("/api/v1/users/%s/roles/%s", string(account), assignment))
}

// throughGroup says why what comes with a group is still there.
func throughGroup(group, otherwise string) error {
	return &access.Error{
		Kind:   access.Blocked,
		Reason: "it comes with the group " + group + ", and the membership is still there",
		Fix:    "It goes when offboard_group_membership has removed the person from that group. Where that can't be, " + otherwise + ".",
	}
}

// Refuse keeps the org from losing its last super administrator.
func (c roleAssignments) Refuse(ctx context.Context, account access.AccountID, going access.Holdings) error {
	roles, err := c.rolesOf(ctx, account)
	if err != nil {
		return system.IgnoreNotFound(err)
	}
	for _, r := range roles {
		if _, goes := going[r.grant()]; goes && r.Type == superAdmin {
			return c.refuseLastSuperAdmin(ctx, account)
		}
	}
	return nil
}

const superAdmin = "SUPER_ADMIN"

// refuseIfLastSuperAdmin refuses if the account is the only one that is a super administrator and can
// sign in.
func (o *Okta) refuseIfLastSuperAdmin(ctx context.Context, account access.AccountID) error {
	roles, err := o.rolesOf(ctx, account)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(roles, func(r *role) bool { return r.Type == superAdmin }) {
		return nil
	}
	return o.refuseLastSuperAdmin(ctx, account)
}

// refuseLastSuperAdmin looks for another super administrator who can sign in: first among those whom Okta
// lists as having roles, which may leave out who has them through a group (okta.md section 8),
// then among the members of groups with admin rights. Nobody counts who is leaving in the same run.
func (o *Okta) refuseLastSuperAdmin(ctx context.Context, account access.AccountID) error {
	o.departing.Store(account, true)
	seen := map[access.AccountID]bool{}
	for _, candidates := range []func(context.Context) ([]access.AccountID, error){o.assignees, o.adminGroupMembers} {
		ids, err := candidates(ctx)
		if err != nil {
			return err
		}
		for _, id := range ids {
			if _, leaves := o.departing.Load(id); leaves || seen[id] {
				continue
			}
			seen[id] = true
			another, err := o.isLiveSuperAdmin(ctx, id)
			if err != nil || another {
				return err
			}
		}
	}
	return &access.Error{
		Kind:   access.Blocked,
		Op:     "check that the org keeps a super administrator",
		Reason: "this is the only super administrator who can sign in and is not leaving in this run, and without one nobody can administer the org",
		Fix:    "Make somebody else a super administrator first.",
	}
}

func (o *Okta) isLiveSuperAdmin(ctx context.Context, id access.AccountID) (bool, error) {
	roles, err := o.rolesOf(ctx, id)
	if err != nil && access.KindOf(err) != access.NotFound {
		return false, err
	}
	if !slices.ContainsFunc(roles, func(r *role) bool { return r.Type == superAdmin && r.active() }) {
		return false, nil
	}
	u, err := o.user(ctx, id)
	return err == nil && u.Status == active, system.IgnoreNotFound(err)
}

// assignees lists the accounts with role assignments. GET /api/v1/iam/assignees/users, scope okta.roles.read.
func (o *Okta) assignees(ctx context.Context) ([]access.AccountID, error) {
	type page struct {
		Value []struct {
			ID access.AccountID `json:"id"`
		} `json:"value"`
		Links links `json:"_links"`
	}
	var ids []access.AccountID
	call := reading("roles", "list the administrators")
	err := bodyPages(ctx, o, call, "/api/v1/iam/assignees/users?limit=100", func(p *page) string {
		for _, assignee := range p.Value {
			ids = append(ids, assignee.ID)
		}
		return p.Links.Next.Href
	})
	return ids, err
}

// adminGroupMembers lists the members of the groups that confer admin rights.
func (o *Okta) adminGroupMembers(ctx context.Context) ([]access.AccountID, error) {
	call := reading("groups", "list the groups with admin rights")
	groups, err := list[struct {
		ID       string `json:"id"`
		Embedded struct {
			Stats struct {
				Admin bool `json:"hasAdminPrivlege"` // The spelling is Okta's.
			} `json:"stats"`
		} `json:"_embedded"`
	}](ctx, o, call, "/api/v1/groups?limit=200&expand=stats")
	if err != nil {
		return nil, err
	}
	var ids []access.AccountID
	for _, group := range groups {
		if !group.Embedded.Stats.Admin {
			continue
		}
		members, err := list[user](ctx, o, call, path("/api/v1/groups/%s/users", group.ID)+"?limit=200")
		if err != nil {
			return nil, err
		}
		for _, member := range members {
			ids = append(ids, member.ID)
		}
	}
	return ids, nil
}

package okta

import (
	"slices"
	"strings"
	"time"

	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
)

// roleRow is a role assignment as the API shows it. CUSTOM ones have a role and a resource set
// besides (okta.md section 8).
func (c *call) roleRow(a *assignment) object {
	assignee := map[string]string{
		userScope: "/api/v1/users/", groupScope: "/api/v1/groups/", clientScope: "/oauth2/v1/clients/",
	}[a.AssigneeType] + a.Assignee
	row := object{
		"id": a.ID, "type": a.Type, "label": c.state.roleLabel(a), "status": active, "assignmentType": a.AssigneeType,
		"created": timestamp(a.Created), "lastUpdated": timestamp(a.LastUpdated),
	}
	links := object{"assignee": c.link(assignee)}
	if a.Type == CustomRole {
		row["role"], row["resource-set"] = a.Role, a.ResourceSet
		set := "/api/v1/iam/resource-sets/" + a.ResourceSet
		links["role"] = c.link("/api/v1/iam/roles/" + a.Role)
		links["resource-set"] = c.link(set)
		links["permissions"] = c.link("/api/v1/iam/roles/" + a.Role + "/permissions")
		links["member"] = c.link(set + "/bindings/" + a.Role + "/members/" + a.ID)
	}
	row["_links"] = links
	return row
}

// clientScope is the assignee type of service apps.
const clientScope = "CLIENT"

func (s *state) roleLabel(a *assignment) string {
	if role, ok := s.CustomRoles[a.Role]; ok {
		return role.Label
	}
	return roleLabels[a.Type]
}

func (c *call) roleEntries(assignments []*assignment) []entry {
	return entries(assignments, func(a *assignment) string { return a.ID }, c.roleRow)
}

// listUserRoles has the roles that come through groups too.
func (c *call) listUserRoles() reply {
	s, u := c.viewUser()
	return whole(c.roleEntries(s.assignmentsOf(u)))
}

func (c *call) listGroupRoles() reply {
	s, g := c.viewGroup()
	return whole(c.roleEntries(s.assignmentsTo(g.ID)))
}

func (c *call) listClientRoles() reply { return whole(c.roleEntries(c.state.assignmentsTo(c.app.ID))) }

func (c *call) getUserRole() reply {
	wanted := c.pathValue("roleAssignmentId")
	for _, a := range c.state.assignmentsOf(c.user) {
		if a.ID == wanted {
			return ok(c.roleRow(a))
		}
	}
	return notFound(wanted, "RoleAssignment").reply()
}

// lockRoles says that another request holds the lock on role assignments (E0000268).
func (c *call) lockRoles() bool {
	if c.state.RoleLock == 0 {
		return false
	}
	c.state.RoleLock--
	return true
}

// assignRole gives a standard role, or binds a custom one to a resource set.
func (c *call) assignRole() reply {
	var body struct {
		Type        string `json:"type"`
		Role        string `json:"role"`
		ResourceSet string `json:"resource-set"`
	}
	if failed := c.decode(&body); failed != nil {
		return failed.reply()
	}
	if c.lockRoles() {
		return rolesLocked().reply()
	}
	if body.Type == CustomRole {
		if c.state.CustomRoles[body.Role] == nil {
			return notFound(body.Role, "CustomRole").reply()
		}
		if c.state.ResourceSets[body.ResourceSet] == nil {
			return notFound(body.ResourceSet, "ResourceSet").reply()
		}
	} else if roleLabels[body.Type] == "" || body.Role != "" || body.ResourceSet != "" {
		return invalid("type", "type: Invalid role type").reply()
	}
	for _, a := range c.state.assignmentsTo(c.user.ID) {
		if a.Type == body.Type && a.Role == body.Role && a.ResourceSet == body.ResourceSet {
			return alreadyAssigned().reply()
		}
	}
	a := c.state.assignRole(userScope, c.user.ID, body.Type, body.Role, body.ResourceSet, c.now)
	c.wrote(c.user.ID)
	return created(c.roleRow(a))
}

// assignRole records an assignment under an id of Okta's form.
func (s *state) assignRole(assigneeType, assignee, kind, role, set string, now time.Time) *assignment {
	prefix := map[string]string{
		userScope: userRolePrefix, groupScope: groupRolePrefix, clientScope: clientRolePrefix,
	}[assigneeType]
	if kind == CustomRole {
		prefix = bindingPrefix
	}
	a := &assignment{
		ID: s.newID(prefix, assignee, kind, role, set), Type: kind, Role: role, ResourceSet: set,
		AssigneeType: assigneeType, Assignee: assignee, Created: now, LastUpdated: now,
	}
	s.Assignments[a.ID] = a
	return a
}

// unassignRole takes away what was given to this very person. One that comes through a group is not theirs to
// lose; that Okta does not find it then is a guess (okta.md section 8: unconfirmed).
func (c *call) unassignRole() reply {
	wanted := c.pathValue("roleAssignmentId")
	a := c.state.Assignments[wanted]
	if a == nil || a.Assignee != c.user.ID {
		return notFound(wanted, "RoleAssignment").reply()
	}
	if c.lockRoles() {
		return rolesLocked().reply()
	}
	delete(c.state.Assignments, wanted)
	c.wrote(c.user.ID)
	return noContent()
}

// listRoleAssignees has people with a role of their own. Whether Okta's has those of groups is not known
// (okta.md section 8); without them nobody can rely on it. It is paged in the body.
func (c *call) listRoleAssignees() reply {
	users := slices.DeleteFunc(sandbox.Sorted(c.state.Users), func(u *user) bool { return len(c.state.assignmentsTo(u.ID)) == 0 })
	rows, next := c.page(entries(users, func(u *user) string { return u.ID }, func(u *user) object {
		path := "/api/v1/users/" + u.ID
		return object{
			"id": u.ID, "orn": "orn:okta:directory:" + c.state.ID + ":users:" + u.ID,
			"_links": object{"self": c.link(path), "roles": c.link(path + "/roles")},
		}
	}), pageSize{100, 200})
	links := object{}
	if next != "" {
		links["next"] = object{"href": c.after(next)}
	}
	return ok(object{"value": rows, "_links": links})
}

func (c *call) listPermissions() reply {
	path := "/api/v1/iam/roles/" + c.role.ID
	rows := []object{}
	for _, label := range c.role.Permissions {
		rows = append(rows, object{
			"label": label, "created": timestamp(c.role.Created), "lastUpdated": timestamp(c.role.LastUpdated),
			"_links": object{"role": c.link(path), "self": c.link(path + "/permissions/" + label)},
		})
	}
	return ok(object{"permissions": rows})
}

func (c *call) getResourceSet() reply {
	path := "/api/v1/iam/resource-sets/" + c.set.ID
	return ok(object{
		"id": c.set.ID, "label": c.set.Label, "description": c.set.Label,
		"created": timestamp(c.set.Created), "lastUpdated": timestamp(c.set.Created),
		"_links": object{"self": c.link(path), "resources": c.link(path + "/resources"), "bindings": c.link(path + "/bindings")},
	})
}

// listResources pages in the body, as all of /iam does.
func (c *call) listResources() reply {
	set := "/api/v1/iam/resource-sets/" + c.set.ID
	rows, next := c.page(entries(c.set.Resources, func(r resource) string { return r.ID }, func(r resource) object {
		return object{
			"id": r.ID, "orn": "orn:okta:" + r.Service + ":" + c.state.ID + ":" + r.Path,
			"created": timestamp(c.set.Created), "lastUpdated": timestamp(c.set.Created),
			"_links": object{"self": c.link(resourcePath(r)), "resource": c.link(set + "/resources/" + r.ID)},
		}
	}), pageSize{100, 200})
	links := object{"resource-set": c.link(set)}
	if next != "" {
		links["next"] = object{"href": c.after(next)}
	}
	return ok(object{"resources": rows, "_links": links})
}

// resourcePath is where the API has what a resource names.
func resourcePath(r resource) string {
	parts := strings.Split(r.Path, ":")
	if parts[len(parts)-1] == "contained_resources" {
		parts[len(parts)-1] = "users"
	}
	return "/api/v1/" + strings.Join(parts, "/")
}

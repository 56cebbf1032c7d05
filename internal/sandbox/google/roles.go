package google

import (
	"net/http"
	"slices"

	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
)

// listRoles lists Google's own roles and the company's.
func (c *call) listRoles() reply {
	if failed := c.checkCustomer(c.r.PathValue("customer")); failed != nil {
		return failed.reply()
	}
	rows := []object{}
	for _, r := range sandbox.Sorted(c.state.Roles) {
		rows = append(rows, r.row())
	}
	return c.list("admin#directory#roles", "items", rows, 100)
}

func (c *call) getRole() reply {
	if failed := c.checkCustomer(c.r.PathValue("customer")); failed != nil {
		return failed.reply()
	}
	if r := c.state.Roles[c.r.PathValue("roleId")]; r != nil {
		return ok(r.row())
	}
	return notFound("roleId").reply()
}

// directoryService is the id of the service whose privileges are here.
const directoryService = "00haapch16h1ysv"

func (r *role) row() object {
	privileges := []object{}
	for _, name := range r.Privileges {
		privileges = append(privileges, object{"privilegeName": name, "serviceId": directoryService})
	}
	row := object{
		"kind": "admin#directory#role", "roleId": r.ID, "roleName": r.Name, "roleDescription": r.Description,
		"rolePrivileges": privileges,
	}
	if r.System {
		row["isSystemRole"] = true
	}
	if r.Super {
		row["isSuperAdminRole"] = true
	}
	return tagged(row)
}

// listAssignments lists who has which role: all of it, or what one person or group has. Roles that a person has
// through a group are listed on demand, as the group's ([DISC] includeIndirectRoleAssignments).
func (c *call) listAssignments() reply {
	list, failed := c.listedAssignments()
	if failed != nil {
		return failed.reply()
	}
	if asked := c.query.Get("roleId"); asked != "" {
		list = slices.DeleteFunc(list, func(a *assignment) bool { return a.Role != asked })
	}
	rows := []object{}
	for _, a := range list {
		rows = append(rows, a.row())
	}
	return c.list("admin#directory#roleAssignments", "items", rows, 200)
}

func (c *call) listedAssignments() ([]*assignment, *failure) {
	if failed := c.checkCustomer(c.r.PathValue("customer")); failed != nil {
		return nil, failed
	}
	indirect, failed := c.flag("includeIndirectRoleAssignments")
	key := c.query.Get("userKey")
	switch {
	case failed != nil:
		return nil, failed
	case key == "" && indirect:
		return nil, invalid("Invalid Input: userKey")
	case key == "":
		return sandbox.Sorted(c.state.Assignments), nil
	}
	if u := c.state.find(key); u != nil {
		view := c.view(u.ID)
		if indirect && view.Users[u.ID] != nil {
			return view.assignmentsOf(u), nil
		}
		return view.assignmentsTo(u.ID), nil
	}
	if g := c.state.findGroup(key); g != nil {
		return c.view(g.ID).assignmentsTo(g.ID), nil
	}
	return nil, notFound("userKey")
}

func (a *assignment) row() object {
	row := object{
		"kind": "admin#directory#roleAssignment", "roleAssignmentId": a.ID, "roleId": a.Role,
		"assignedTo": a.Assignee, "assigneeType": a.AssigneeType, "scopeType": wholeCustomer,
	}
	if a.OrgUnitID != "" {
		row["scopeType"], row["orgUnitId"] = oneOrgUnit, a.OrgUnitID
	}
	return tagged(row)
}

const (
	wholeCustomer = "CUSTOMER"
	oneOrgUnit    = "ORG_UNIT"
)

func (c *call) getAssignment() reply {
	a, failed := c.assignmentAt()
	if failed != nil {
		return failed.reply()
	}
	return ok(a.row())
}

func (c *call) assignmentAt() (*assignment, *failure) {
	if failed := c.checkCustomer(c.r.PathValue("customer")); failed != nil {
		return nil, failed
	}
	if a := c.state.Assignments[c.r.PathValue("roleAssignmentId")]; a != nil {
		return a, nil
	}
	return nil, notFound("roleAssignmentId")
}

// insertAssignment gives somebody a role. Groups have to be security groups, and can't be super admins; that
// this is 400 is a guess.
func (c *call) insertAssignment() reply {
	if failed := c.checkCustomer(c.r.PathValue("customer")); failed != nil {
		return failed.reply()
	}
	var body struct {
		Kind, ETag, RoleID, AssignedTo, ScopeType, OrgUnitID string
	}
	if failed := c.decode(&body); failed != nil {
		return failed.reply()
	}
	r, u, g := c.state.Roles[body.RoleID], c.state.Users[body.AssignedTo], c.state.Groups[body.AssignedTo]
	switch {
	case r == nil:
		return notFound("roleId").reply()
	case u == nil && g == nil:
		return notFound("assignedTo").reply()
	case g != nil && (!g.Security || r.Super):
		return invalid("Invalid Input: assignedTo").reply()
	case (body.ScopeType == oneOrgUnit) != (body.OrgUnitID != "") ||
		body.ScopeType != wholeCustomer && body.ScopeType != oneOrgUnit:
		return invalid("Invalid Input: scopeType").reply()
	}
	for _, a := range c.state.assignmentsTo(body.AssignedTo) {
		if a.Role == r.ID && a.OrgUnitID == body.OrgUnitID {
			// A 500 that is no accident (google.md section 1, and GAM's checkGAPIError).
			return fail(http.StatusInternalServerError, "backendError", "Role assignment exists: roleAssignment").reply()
		}
	}
	kind := userAssignee
	if g != nil {
		kind = groupAssignee
	}
	a := c.state.assign(r, body.AssignedTo, kind, body.OrgUnitID)
	c.wroteAssignment(a)
	return ok(a.row())
}

// assign gives a user or a group a role.
func (s *state) assign(r *role, assignee, kind, orgUnitID string) *assignment {
	a := &assignment{
		ID: s.newAssignmentID(r.Name, assignee+orgUnitID), Role: r.ID, Assignee: assignee, AssigneeType: kind,
		OrgUnitID: orgUnitID,
	}
	s.Assignments[a.ID] = a
	return a
}

func (c *call) deleteAssignment() reply {
	a, failed := c.assignmentAt()
	if failed != nil {
		return failed.reply()
	}
	if u := c.state.Users[a.Assignee]; u != nil && c.state.Roles[a.Role].Super && c.state.isLastSuper(u) {
		return lastSuper().reply()
	}
	delete(c.state.Assignments, a.ID)
	c.wroteAssignment(a)
	return noContent()
}

// wroteAssignment: a role of a group is one of its members', too.
func (c *call) wroteAssignment(a *assignment) {
	ids := []string{a.Assignee}
	if g := c.state.Groups[a.Assignee]; g != nil {
		for _, m := range c.state.membersOf(g, true) {
			ids = append(ids, m.ID)
		}
	}
	c.wrote(ids...)
}

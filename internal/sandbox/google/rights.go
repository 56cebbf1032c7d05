package google

import (
	"net/http"
	"slices"
	"strings"

	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
)

// privileges are the children of each privilege that has any, of those that matter here ([GAM] wiki
// Administrators, from privileges.list): whoever has the parent has them.
var privileges = map[string][]string{
	"USERS_ALL":    {"USERS_CREATE", "USERS_DELETE", "USERS_RETRIEVE", "USERS_UPDATE"},
	"USERS_UPDATE": {"USERS_ADD_NICKNAME", "USERS_FORCE_PASSWORD_CHANGE", "USERS_MOVE", "USERS_ALIAS", "USERS_RESET_PASSWORD", "USERS_SUSPEND"},
	"GROUPS_ALL":   {"GROUPS_CREATE", "GROUPS_DELETE", "GROUPS_RETRIEVE", "GROUPS_UPDATE"},
	manageLicences: {readLicences},
}

const (
	readUsers     = "USERS_RETRIEVE"
	updateUsers   = "USERS_UPDATE"
	suspendUsers  = "USERS_SUSPEND"
	resetPassword = "USERS_RESET_PASSWORD"
	forceChange   = "USERS_FORCE_PASSWORD_CHANGE"
	moveUsers     = "USERS_MOVE"
	renameUsers   = "USERS_ALIAS"
	userSecurity  = "USER_SECURITY_ALL"
	readGroups    = "GROUPS_RETRIEVE"
	updateGroups  = "GROUPS_UPDATE"
	mobileDevices = "MOBILE_DEVICE_MANAGEMENT"
	chromeDevices = "MANAGE_DEVICES"
	readUnits     = "ORGANIZATION_UNITS_RETRIEVE"
	deleteUsers   = "USERS_DELETE"
	// What the last three are called in the API is a guess.
	moveData      = "ADMIN_DATA_TRANSFER"
	moveCalendars = "CALENDAR_MANAGE"
	readReports   = "REPORTS_ACCESS"
)

// implies says whether having one privilege is to have another.
func implies(has, wanted string) bool {
	return has == wanted || slices.ContainsFunc(privileges[has], func(child string) bool { return implies(child, wanted) })
}

// assignmentsTo are the roles assigned to a user or a group directly.
func (s *state) assignmentsTo(id string) []*assignment {
	return slices.DeleteFunc(sandbox.Sorted(s.Assignments), func(a *assignment) bool { return a.Assignee != id })
}

// assignmentsOf are a person's roles, directly and through groups. That a role reaches the members of groups in
// the group that has it is a guess; Google's page says "members" and no more.
func (s *state) assignmentsOf(u *user) []*assignment {
	list := s.assignmentsTo(u.ID)
	for _, g := range s.groupsAround(u.ID) {
		list = append(list, s.assignmentsTo(g.ID)...)
	}
	return list
}

// isSuper says whether a person is a super admin.
func (s *state) isSuper(u *user) bool {
	return slices.ContainsFunc(s.assignmentsTo(u.ID), func(a *assignment) bool { return s.Roles[a.Role].Super })
}

// isAdmin says whether a person has any administrator role.
func (s *state) isAdmin(u *user) bool { return len(s.assignmentsOf(u)) > 0 }

// isLastSuper says whether without this person there would be no super admin who can sign in.
func (s *state) isLastSuper(u *user) bool {
	return s.isSuper(u) && !slices.ContainsFunc(sandbox.Sorted(s.Users), func(other *user) bool {
		return other != u && !other.Suspended && !other.Archived && s.isSuper(other)
	})
}

// orgUnitID is the id of an organisational unit.
func orgUnitID(path string) string { return "03ph8a2z" + letters(7, "orgunit", path) }

// may says whether the caller has any of these privileges, separated by spaces, over a person; nil is over
// anybody or anything at all. A role that is narrowed to a unit counts for people of that unit.
func (c *call) may(wanted string, over *user) bool {
	for _, a := range c.state.assignmentsOf(c.by) {
		r := c.state.Roles[a.Role]
		if a.OrgUnitID != "" && over != nil && orgUnitID(over.OrgUnitPath) != a.OrgUnitID {
			continue
		}
		for _, privilege := range strings.Fields(wanted) {
			if r.Super || slices.ContainsFunc(r.Privileges, func(has string) bool { return implies(has, privilege) }) {
				return true
			}
		}
	}
	return false
}

// checkCaller: Google's admin API is for admins. Whether any but super admins may see and change roles is not
// known (google.md section 7); here they may not.
func (c *call) checkCaller() *failure {
	switch {
	case c.op.open || c.query.Get("viewType") == "domain_public":
		return nil
	case c.by == nil:
		return forbidden()
	case c.op.superOnly && !c.state.isSuper(c.by):
		return forbidden()
	case c.op.privilege != "" && !c.may(c.op.privilege, nil):
		return forbidden()
	}
	return nil
}

// target is the user whom the path names, if the caller may do this to them. "Only super admins can change
// another admin's settings" (google.md section 3).
func (c *call) target() (*user, *failure) {
	u, failed := c.userAt()
	switch {
	case failed != nil:
		return nil, failed
	case c.op.privilege != "" && !c.may(c.op.privilege, u):
		return nil, forbidden()
	case c.op.method != http.MethodGet && u != c.by && c.state.isAdmin(u) && !c.state.isSuper(c.by):
		return nil, forbidden()
	}
	return u, nil
}

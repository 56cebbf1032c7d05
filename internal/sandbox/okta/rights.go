package okta

import (
	"slices"
	"strings"

	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
)

// The standard admin roles, with the labels Okta gives them.
const (
	SuperAdmin           = "SUPER_ADMIN"
	OrgAdmin             = "ORG_ADMIN"
	AppAdmin             = "APP_ADMIN"
	UserAdmin            = "USER_ADMIN"
	HelpDeskAdmin        = "HELP_DESK_ADMIN"
	GroupMembershipAdmin = "GROUP_MEMBERSHIP_ADMIN"
	ReadOnlyAdmin        = "READ_ONLY_ADMIN"
	ReportAdmin          = "REPORT_ADMIN"
	APIAccessAdmin       = "API_ACCESS_MANAGEMENT_ADMIN"
	CustomRole           = "CUSTOM"
)

var roleLabels = map[string]string{
	SuperAdmin:           "Super Administrator",
	OrgAdmin:             "Organizational Administrator",
	AppAdmin:             "Application Administrator",
	UserAdmin:            "User Administrator",
	HelpDeskAdmin:        "Help Desk Administrator",
	GroupMembershipAdmin: "Group Membership Administrator",
	ReadOnlyAdmin:        "Read-Only Administrator",
	ReportAdmin:          "Report Administrator",
	APIAccessAdmin:       "API Access Management Administrator",
}

// assignRoles is the right to change role assignments. Only super admins have it (okta.md section 8), and no
// custom role can be given it.
const assignRoles = "okta.iam.manage"

// readRoles is the right to see role assignments of others. Of the standard roles only SUPER_ADMIN has it.
const readRoles = "okta.iam.read"

// standardRole says whether a standard role gives a right, and over which of it the role's targets narrow.
// The rights are named as the permissions of custom roles are, so that one table of operations serves both.
func standardRole(role, right string) bool {
	iam := strings.HasPrefix(right, "okta.iam.") || slices.Contains(superAdminsOnly, right)
	switch role {
	case SuperAdmin:
		return true
	case OrgAdmin:
		return !iam
	case ReadOnlyAdmin:
		return !iam && strings.HasSuffix(right, ".read")
	}
	return slices.ContainsFunc(standardRights[role], func(given string) bool { return covers(given, right) })
}

// standardRights are what the smaller standard roles may do of what this API offers, after Okta's comparison of
// standard administrator roles.
var standardRights = map[string][]string{
	AppAdmin:  {"okta.apps.manage", "okta.users.read", "okta.users.appAssignment.manage", "okta.groups.read"},
	UserAdmin: {"okta.users.manage", "okta.groups.manage"},
	HelpDeskAdmin: {
		"okta.users.read", "okta.users.credentials.manage", "okta.users.lifecycle.unlock",
		"okta.users.lifecycle.clearSessions", "okta.groups.read",
	},
	GroupMembershipAdmin: {
		"okta.users.read", "okta.users.groupMembership.manage", "okta.groups.read", "okta.groups.members.manage",
	},
	APIAccessAdmin: {"okta.users.read", "okta.groups.read", "okta.apps.read"},
}

// covers says that a permission includes another: okta.users.manage is every okta.users permission, and
// okta.users.lifecycle.manage every okta.users.lifecycle one (Okta's list of permissions).
func covers(given, right string) bool {
	if given == right {
		return true
	}
	prefix, ok := strings.CutSuffix(given, "manage")
	return ok && strings.HasPrefix(right, prefix)
}

// A caller is whoever sent a request: the owner of an API token, or an OAuth service app.
type caller struct {
	user *user
	app  *app
	// scopes are those of the access token. An API token has none, and needs none.
	scopes []string
	// principal tells callers apart for rate limiting: each token and each app has its own share.
	principal string
	// tokenID is the API token in use.
	tokenID string
	roles   []*assignment
}

// assignmentsOf are the admin roles of a person, their own and those of their groups.
func (s *state) assignmentsOf(u *user) []*assignment {
	return slices.DeleteFunc(sandbox.Sorted(s.Assignments), func(a *assignment) bool {
		switch a.AssigneeType {
		case userScope:
			return a.Assignee != u.ID
		case groupScope:
			g, ok := s.Groups[a.Assignee]
			return !ok || !s.isMember(g, u)
		default:
			return true
		}
	})
}

// assignmentsTo are the admin roles given to this very user, group or client.
func (s *state) assignmentsTo(assignee string) []*assignment {
	return slices.DeleteFunc(sandbox.Sorted(s.Assignments), func(a *assignment) bool { return a.Assignee != assignee })
}

func (s *state) isSuperAdmin(u *user) bool {
	return slices.ContainsFunc(s.assignmentsOf(u), func(a *assignment) bool { return a.Type == SuperAdmin })
}

// may says whether the caller has a right over something: a *user, *group, *app, or nil for the org as a whole.
func (s *state) may(by *caller, right string, over any) bool {
	return slices.ContainsFunc(by.roles, func(a *assignment) bool {
		if a.Type == CustomRole {
			return s.customGives(a, right) && s.inSet(s.ResourceSets[a.ResourceSet], over)
		}
		return standardRole(a.Type, right) && s.inTargets(a.GroupTargets, over)
	})
}

// mayAnywhere says whether the caller has a right over anything at all.
func (s *state) mayAnywhere(by *caller, right string) bool {
	return slices.ContainsFunc(by.roles, func(a *assignment) bool {
		if a.Type == CustomRole {
			return s.customGives(a, right)
		}
		return standardRole(a.Type, right)
	})
}

func (s *state) customGives(a *assignment, right string) bool {
	role, ok := s.CustomRoles[a.Role]
	return ok && slices.ContainsFunc(role.Permissions, func(given string) bool { return covers(given, right) })
}

// inTargets: a standard role with group targets reaches those groups and the people in them, and nothing else.
func (s *state) inTargets(targets []string, over any) bool {
	if len(targets) == 0 {
		return true
	}
	return slices.ContainsFunc(targets, func(groupID string) bool {
		g, ok := s.Groups[groupID]
		return ok && s.isOrIsIn(over, g)
	})
}

func (s *state) isOrIsIn(over any, g *group) bool {
	switch over := over.(type) {
	case *group:
		return over.ID == g.ID
	case *user:
		return s.isMember(g, over)
	default:
		return false
	}
}

// inSet says whether a resource set reaches something. The kinds of resource are those of Okta's "Supported
// resources": all users, all groups, one group, the people in one group, all apps, one app. What is none of
// them (role assignments, identity providers, devices) is the org's, and any set will do.
func (s *state) inSet(set *resourceSet, over any) bool {
	if set == nil {
		return false
	}
	if over == nil {
		return true
	}
	return slices.ContainsFunc(set.Resources, func(r resource) bool {
		switch over := over.(type) {
		case *user:
			if g, ok := s.Groups[strings.TrimSuffix(strings.TrimPrefix(r.Path, "groups:"), ":contained_resources")]; ok {
				return strings.HasSuffix(r.Path, ":contained_resources") && s.isMember(g, over)
			}
			return r.Path == "users"
		case *group:
			return r.Path == "groups" || r.Path == "groups:"+over.ID
		case *app:
			return r.Path == "apps"
		default:
			return false
		}
	})
}

package google

import (
	"slices"
	"time"
)

// An operation is one method on one path, as in the discovery documents.
type operation struct {
	method, path string
	// scopes are those of which a token needs one, without what all of Google's begin with.
	scopes string
	// query are the parameters that are understood besides the standard ones, separated by spaces.
	query string
	// most is the largest maxResults.
	most int
	// privilege is what the caller needs, over the user that the path names if it does; one of several. "" is
	// being an admin of any kind.
	privilege string
	// superOnly operations are for super admins.
	superOnly bool
	// open operations are for everybody with a token, and caller ones for those of iamcredentials.
	open, caller bool
	// mailbox operations are answered for whom the token speaks for, and refused in a way of their own to those who
	// are suspended.
	mailbox bool
	// verb is what is done to what the path names, after a colon. A pattern of ServeMux can't tell.
	verb string
	// each is how far apart calls have to be.
	each  time.Duration
	serve func(*call) reply
}

const (
	onUsers  = "admin/directory/v1/users"
	onUser   = onUsers + "/{userKey}"
	onGroups = "admin/directory/v1/groups"
	onGroup  = onGroups + "/{groupKey}"
	onRoles  = "admin/directory/v1/customer/{customer}"

	usersScope    = "admin.directory.user"
	securityScope = "admin.directory.user.security"
	groupsScope   = "admin.directory.group"
	membersScope  = "admin.directory.group admin.directory.group.member"
	rolesScope    = "admin.directory.rolemanagement"

	readUsersScope   = usersScope + " admin.directory.user.readonly"
	readGroupsScope  = groupsScope + " admin.directory.group.readonly"
	readMembersScope = membersScope + " admin.directory.group.member.readonly admin.directory.group.readonly"
	readRolesScope   = rolesScope + " admin.directory.rolemanagement.readonly"
	aliasScope       = usersScope + " admin.directory.user.alias"
	readAliasScope   = aliasScope + " admin.directory.user.alias.readonly admin.directory.user.readonly"
)

// operations are the whole of the APIs.
var operations = slices.Concat(
	directoryOperations, mailOperations, deviceOperations, vaultOperations, transferOperations, driveOperations, sharedDriveOperations,
	calendarOperations, shareOperations, licenceOperations, auditOperations,
)

// directoryOperations are those of the Directory API, and the one of iamcredentials.
var directoryOperations = []operation{
	{
		method: "GET", path: onUsers, scopes: readUsersScope + " cloud-platform", privilege: readUsers, most: 500,
		query: "customer domain maxResults orderBy pageToken projection query showDeleted sortOrder viewType",
		serve: (*call).listUsers,
	},
	{
		method: "GET", path: onUser, scopes: readUsersScope, privilege: readUsers,
		query: "projection viewType", serve: (*call).getUser,
	},
	{
		method: "PUT", path: onUser, scopes: usersScope, serve: (*call).updateUser,
		privilege: updateUsers + " " + suspendUsers + " " + resetPassword + " " + forceChange + " " + moveUsers + " " + renameUsers,
	},
	{
		method: "PATCH", path: onUser, scopes: usersScope, serve: (*call).updateUser,
		privilege: updateUsers + " " + suspendUsers + " " + resetPassword + " " + forceChange + " " + moveUsers + " " + renameUsers,
	},
	{
		method: "POST", path: onUser + "/makeAdmin", scopes: usersScope, superOnly: true,
		serve: (*call).makeAdmin,
	},
	{
		method: "POST", path: onUser + "/signOut", scopes: securityScope, privilege: userSecurity,
		serve: (*call).signOut,
	},
	{
		method: "POST", path: onUser + "/twoStepVerification/turnOff", scopes: securityScope, privilege: userSecurity,
		serve: (*call).turnOffTwoStep,
	},
	{
		method: "GET", path: onUser + "/aliases", scopes: readAliasScope, privilege: readUsers,
		serve: (*call).listAliases,
	},

	{
		method: "GET", path: onUser + "/tokens", scopes: securityScope, privilege: userSecurity,
		serve: (*call).listTokens,
	},
	{
		method: "GET", path: onUser + "/tokens/{clientId}", scopes: securityScope, privilege: userSecurity,
		serve: (*call).getToken,
	},
	{
		method: "DELETE", path: onUser + "/tokens/{clientId}", scopes: securityScope, privilege: userSecurity,
		serve: (*call).deleteToken,
	},
	{
		method: "GET", path: onUser + "/asps", scopes: securityScope, privilege: userSecurity,
		serve: (*call).listAppPasswords,
	},
	{
		method: "GET", path: onUser + "/asps/{codeId}", scopes: securityScope, privilege: userSecurity,
		serve: (*call).getAppPassword,
	},
	{
		method: "DELETE", path: onUser + "/asps/{codeId}", scopes: securityScope, privilege: userSecurity,
		serve: (*call).deleteAppPassword,
	},
	{
		method: "GET", path: onUser + "/verificationCodes", scopes: securityScope, privilege: userSecurity,
		serve: (*call).listCodes,
	},
	{
		method: "POST", path: onUser + "/verificationCodes/generate", scopes: securityScope, privilege: userSecurity,
		serve: (*call).generateCodes,
	},
	{
		method: "POST", path: onUser + "/verificationCodes/invalidate", scopes: securityScope, privilege: userSecurity,
		serve: (*call).invalidateCodes,
	},

	{
		method: "GET", path: onGroups, scopes: readGroupsScope, privilege: readGroups, most: 200,
		query: "customer domain maxResults orderBy pageToken sortOrder userKey", serve: (*call).listGroups,
	},
	{
		method: "GET", path: onGroup, scopes: readGroupsScope, privilege: readGroups,
		serve: (*call).getGroup,
	},
	{
		method: "GET", path: onGroup + "/members", scopes: readMembersScope, privilege: readGroups, most: 200,
		query: "includeDerivedMembership maxResults pageToken roles", serve: (*call).listMembers,
	},
	{
		method: "POST", path: onGroup + "/members", scopes: membersScope, privilege: updateGroups,
		serve: (*call).insertMember,
	},
	{
		method: "GET", path: onGroup + "/members/{memberKey}", scopes: readMembersScope, privilege: readGroups,
		serve: (*call).getMember,
	},
	{
		method: "PATCH", path: onGroup + "/members/{memberKey}", scopes: membersScope, privilege: updateGroups,
		serve: (*call).updateMember,
	},
	{
		method: "PUT", path: onGroup + "/members/{memberKey}", scopes: membersScope, privilege: updateGroups,
		serve: (*call).updateMember,
	},
	{
		method: "DELETE", path: onGroup + "/members/{memberKey}", scopes: membersScope, privilege: updateGroups,
		serve: (*call).deleteMember,
	},
	{
		method: "GET", path: onGroup + "/hasMember/{memberKey}", scopes: readMembersScope, privilege: readGroups,
		serve: (*call).hasMember,
	},

	{
		method: "GET", path: onRoles + "/roles", scopes: readRolesScope, superOnly: true, most: 100,
		query: "maxResults pageToken", serve: (*call).listRoles,
	},
	{
		method: "GET", path: onRoles + "/roles/{roleId}", scopes: readRolesScope, superOnly: true,
		serve: (*call).getRole,
	},
	{
		method: "GET", path: onRoles + "/roleassignments", scopes: readRolesScope, superOnly: true, most: 200,
		query: "includeIndirectRoleAssignments maxResults pageToken roleId userKey", serve: (*call).listAssignments,
	},
	{
		method: "POST", path: onRoles + "/roleassignments", scopes: rolesScope, superOnly: true,
		serve: (*call).insertAssignment,
	},
	{
		method: "GET", path: onRoles + "/roleassignments/{roleAssignmentId}", scopes: readRolesScope, superOnly: true,
		serve: (*call).getAssignment,
	},
	{
		method: "DELETE", path: onRoles + "/roleassignments/{roleAssignmentId}", scopes: rolesScope, superOnly: true,
		serve: (*call).deleteAssignment,
	},

	{
		method: "GET", path: "admin/directory/v1/customers/{customerKey}",
		scopes: "admin.directory.customer admin.directory.customer.readonly", superOnly: true, serve: (*call).getCustomer,
	},

	{
		method: "POST", path: "v1/projects/{project}/serviceAccounts/{account}", scopes: "cloud-platform",
		open: true, caller: true, serve: (*call).signJWT,
	},

	{
		method: "GET", path: onOrgUnits, scopes: readUnitsScope, privilege: readUnits,
		query: "orgUnitPath type", serve: (*call).listOrgUnits,
	},
	{
		method: "DELETE", path: onUser, scopes: usersScope, privilege: deleteUsers, serve: (*call).deleteUser,
	},
}

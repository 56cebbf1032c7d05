package okta

import "slices"

// An operation is one method on one path, as in Okta's document.
type operation struct {
	method, path string
	// scope is what an access token needs for it.
	scope string
	// query are the parameters that are understood, separated by spaces.
	query   string
	bucket  bucket
	needs   needs
	feature feature
	// open operations can be called by anybody, with anything.
	open  bool
	serve func(*call) reply
}

// needs are the rights that the caller's admin roles must give, over what the path names. Lists of a whole org
// need none: they show what the caller may see, and are empty for who may see nothing.
type needs struct {
	user, group, app string
	// org is a right over the org, and some a right over anything at all.
	org, some string
	// own says that everybody may, about themselves.
	own bool
}

// A feature is what an org must have for an operation to exist.
type feature int

const (
	everywhere feature = iota
	identityEngine
	governance
)

// Memberships and app assignments have two sides, and take a right over each.
var (
	changeMembership = needs{user: "okta.users.groupMembership.manage", group: "okta.groups.members.manage"}
	changeAssignment = needs{user: "okta.users.appAssignment.manage", app: "okta.apps.assignment.manage"}
)

const (
	readUser  = "okta.users.read"
	readGroup = "okta.groups.read"
	readApp   = "okta.apps.read"
	factorsOf = "okta.users.credentials.resetFactors"
)

// operations is the whole API.
var operations = slices.Concat(operationsOnUsers, operationsOnTheRest, operationsOnTraces)

// operationsOnUsers are the operations on a person and on what they hold.
var operationsOnUsers = []operation{
	{
		method: "GET", path: "/api/v1/users", scope: "okta.users.read",
		bucket: bucketUsers, query: "search filter q after limit", serve: (*call).listUsers,
	},
	{
		method: "POST", path: "/api/v1/users", scope: "okta.users.manage",
		bucket: bucketUsers, query: "activate", needs: needs{org: "okta.users.create"}, serve: (*call).createUser,
	},
	{
		method: "GET", path: "/api/v1/users/{id}", scope: "okta.users.read",
		bucket: bucketUserRead, needs: needs{user: readUser, own: true}, serve: (*call).getUser,
	},
	{
		method: "POST", path: "/api/v1/users/{id}", scope: "okta.users.manage",
		bucket: bucketUserChange, needs: needs{user: readUser}, serve: (*call).updateUser,
	},
	{
		method: "DELETE", path: "/api/v1/users/{id}", scope: "okta.users.manage",
		bucket: bucketUserChange, query: "sendEmail",
		needs: needs{user: "okta.users.lifecycle.delete"}, serve: (*call).deleteUser,
	},
	{
		method: "POST", path: "/api/v1/users/{id}/lifecycle/suspend", scope: "okta.users.manage",
		bucket: bucketUsers, needs: needs{user: "okta.users.lifecycle.suspend"}, serve: (*call).suspendUser,
	},
	{
		method: "POST", path: "/api/v1/users/{id}/lifecycle/unsuspend", scope: "okta.users.manage",
		bucket: bucketUsers, needs: needs{user: "okta.users.lifecycle.unsuspend"}, serve: (*call).unsuspendUser,
	},
	{
		method: "POST", path: "/api/v1/users/{id}/lifecycle/deactivate", scope: "okta.users.manage",
		bucket: bucketUsers, query: "sendEmail",
		needs: needs{user: "okta.users.lifecycle.deactivate"}, serve: (*call).deactivateUser,
	},
	{
		method: "POST", path: "/api/v1/users/{id}/lifecycle/activate", scope: "okta.users.manage",
		bucket: bucketUsers, query: "sendEmail",
		needs: needs{user: "okta.users.lifecycle.activate"}, serve: (*call).activateUser,
	},
	{
		method: "POST", path: "/api/v1/users/{id}/lifecycle/unlock", scope: "okta.users.manage",
		bucket: bucketUsers, needs: needs{user: "okta.users.lifecycle.unlock"}, serve: (*call).unlockUser,
	},
	{
		method: "POST", path: "/api/v1/users/{id}/lifecycle/reset_factors", scope: "okta.users.manage",
		bucket: bucketUsers, needs: needs{user: factorsOf}, serve: (*call).resetFactors,
	},
	{
		method: "DELETE", path: "/api/v1/users/{userId}/sessions", scope: "okta.users.manage",
		bucket: bucketUsers, query: "oauthTokens forgetDevices",
		needs: needs{user: "okta.users.lifecycle.clearSessions"}, serve: (*call).clearSessions,
	},

	{
		method: "GET", path: "/api/v1/users/{id}/groups", scope: "okta.users.read",
		bucket: bucketUsers, query: "after limit", needs: needs{user: readUser}, serve: (*call).listUserGroups,
	},
	{
		method: "GET", path: "/api/v1/users/{id}/appLinks", scope: "okta.users.read",
		bucket: bucketUsers, needs: needs{user: readUser, own: true}, serve: (*call).listAppLinks,
	},
	{
		method: "GET", path: "/api/v1/users/{id}/idps", scope: "okta.users.read",
		bucket: bucketUsers, needs: needs{user: readUser}, serve: (*call).listUserIdPs,
	},
	{
		method: "GET", path: "/api/v1/users/{userId}/devices", scope: "okta.users.read",
		bucket: bucketUsers, needs: needs{user: readUser}, feature: identityEngine, serve: (*call).listUserDevices,
	},

	{
		method: "GET", path: "/api/v1/users/{userId}/roles", scope: "okta.roles.read",
		bucket: bucketUsers, needs: needs{org: readRoles, own: true}, serve: (*call).listUserRoles,
	},
	{
		method: "POST", path: "/api/v1/users/{userId}/roles", scope: "okta.roles.manage",
		bucket: bucketUsers, query: "disableNotifications", needs: needs{org: assignRoles}, serve: (*call).assignRole,
	},
	{
		method: "GET", path: "/api/v1/users/{userId}/roles/{roleAssignmentId}", scope: "okta.roles.read",
		bucket: bucketUsers, needs: needs{org: readRoles, own: true}, serve: (*call).getUserRole,
	},
	{
		method: "DELETE", path: "/api/v1/users/{userId}/roles/{roleAssignmentId}", scope: "okta.roles.manage",
		bucket: bucketUsers, needs: needs{org: assignRoles}, serve: (*call).unassignRole,
	},

	{
		method: "GET", path: "/api/v1/users/{userId}/factors", scope: "okta.users.read",
		bucket: bucketUsers, needs: needs{user: readUser}, serve: (*call).listFactors,
	},
	{
		method: "GET", path: "/api/v1/users/{userId}/factors/{factorId}", scope: "okta.users.read",
		bucket: bucketUsers, needs: needs{user: readUser}, serve: (*call).getFactor,
	},
	{
		method: "DELETE", path: "/api/v1/users/{userId}/factors/{factorId}", scope: "okta.users.manage",
		bucket: bucketUsers, query: "removeRecoveryEnrollment",
		needs: needs{user: factorsOf}, serve: (*call).deleteFactor,
	},
	{
		method: "GET", path: "/api/v1/users/{userId}/authenticator-enrollments", scope: "okta.users.read",
		bucket: bucketUsers, needs: needs{user: readUser}, feature: identityEngine, serve: (*call).listEnrollments,
	},
	{
		method: "GET", path: "/api/v1/users/{userId}/authenticator-enrollments/{enrollmentId}", scope: "okta.users.read",
		bucket: bucketUsers, needs: needs{user: readUser}, feature: identityEngine, serve: (*call).getEnrollment,
	},
	{
		method: "DELETE", path: "/api/v1/users/{userId}/authenticator-enrollments/{enrollmentId}", scope: "okta.users.manage",
		bucket: bucketUsers, needs: needs{user: factorsOf}, feature: identityEngine, serve: (*call).deleteEnrollment,
	},
	{
		method: "GET", path: "/webauthn-registration/api/v1/users/{userId}/enrollments", scope: "okta.users.read",
		bucket: bucketOther,
		needs:  needs{user: readUser}, feature: identityEngine, serve: (*call).listPreregistrations,
	},
	{
		method: "DELETE", path: "/webauthn-registration/api/v1/users/{userId}/enrollments/{authenticatorEnrollmentId}",
		scope:  "okta.users.manage",
		bucket: bucketOther,
		needs:  needs{user: factorsOf}, feature: identityEngine, serve: (*call).deletePreregistration,
	},

	{
		method: "GET", path: "/api/v1/users/{userId}/clients", scope: "okta.users.read",
		bucket: bucketUsers, query: "after limit", needs: needs{user: readUser}, serve: (*call).listClients,
	},
	{
		method: "GET", path: "/api/v1/users/{userId}/clients/{clientId}/tokens", scope: "okta.users.read",
		bucket: bucketUsers, query: "expand after limit",
		needs: needs{user: readUser}, serve: (*call).listRefreshTokens,
	},
	{
		method: "DELETE", path: "/api/v1/users/{userId}/clients/{clientId}/tokens", scope: "okta.users.manage",
		bucket: bucketUsers,
		needs:  needs{user: "okta.users.lifecycle.clearSessions"}, serve: (*call).revokeRefreshTokens,
	},
	{
		method: "GET", path: "/api/v1/users/{userId}/clients/{clientId}/tokens/{tokenId}", scope: "okta.users.read",
		bucket: bucketUsers, query: "expand", needs: needs{user: readUser}, serve: (*call).getRefreshToken,
	},
	{
		method: "DELETE", path: "/api/v1/users/{userId}/clients/{clientId}/tokens/{tokenId}", scope: "okta.users.manage",
		bucket: bucketUsers,
		needs:  needs{user: "okta.users.lifecycle.clearSessions"}, serve: (*call).revokeRefreshToken,
	},
	{
		method: "GET", path: "/api/v1/users/{userId}/clients/{clientId}/grants", scope: "okta.users.read",
		bucket: bucketUsers, query: "expand after limit",
		needs: needs{user: readUser}, serve: (*call).listClientConsents,
	},
	{
		method: "DELETE", path: "/api/v1/users/{userId}/clients/{clientId}/grants", scope: "okta.users.manage",
		bucket: bucketUsers, needs: needs{user: "okta.users.manage"}, serve: (*call).revokeClientConsents,
	},
	{
		method: "GET", path: "/api/v1/users/{userId}/grants", scope: "okta.users.read",
		bucket: bucketUsers, query: "scopeId expand after limit",
		needs: needs{user: readUser}, serve: (*call).listConsents,
	},
	{
		method: "DELETE", path: "/api/v1/users/{userId}/grants", scope: "okta.users.manage",
		bucket: bucketUsers, needs: needs{user: "okta.users.manage"}, serve: (*call).revokeConsents,
	},
	{
		method: "GET", path: "/api/v1/users/{userId}/grants/{grantId}", scope: "okta.users.read",
		bucket: bucketUsers, query: "expand", needs: needs{user: readUser}, serve: (*call).getConsent,
	},
	{
		method: "DELETE", path: "/api/v1/users/{userId}/grants/{grantId}", scope: "okta.users.manage",
		bucket: bucketUsers, needs: needs{user: "okta.users.manage"}, serve: (*call).revokeConsent,
	},

	{
		method: "GET", path: "/api/v1/users/{userIdOrLogin}/linkedObjects/{relationshipName}", scope: "okta.users.read",
		bucket: bucketUsers, needs: needs{user: readUser}, serve: (*call).listLinks,
	},
	{
		method: "DELETE", path: "/api/v1/users/{userIdOrLogin}/linkedObjects/{relationshipName}", scope: "okta.users.manage",
		bucket: bucketUsers, needs: needs{user: "okta.users.userprofile.manage"}, serve: (*call).deleteLink,
	},
	{
		method: "PUT", path: "/api/v1/users/{userIdOrLogin}/linkedObjects/{primaryRelationshipName}/{primaryUserId}",
		scope:  "okta.users.manage",
		bucket: bucketUsers, needs: needs{user: "okta.users.userprofile.manage"}, serve: (*call).setLink,
	},
	{
		method: "GET", path: "/api/v1/meta/schemas/user/linkedObjects", scope: "okta.linkedObjects.read",
		bucket: bucketOther, needs: needs{some: readUser}, serve: (*call).listRelations,
	},
}

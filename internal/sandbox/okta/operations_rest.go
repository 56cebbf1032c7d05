package okta

// operationsOnTheRest are the operations on groups, apps, roles, devices and the org itself.
var operationsOnTheRest = []operation{
	{
		method: "GET", path: "/api/v1/groups", scope: "okta.groups.read",
		bucket: bucketGroups, query: "search filter q after limit expand", serve: (*call).listGroups,
	},
	{
		method: "GET", path: "/api/v1/groups/{groupId}", scope: "okta.groups.read",
		bucket: bucketGroup, needs: needs{group: readGroup}, serve: (*call).getGroup,
	},
	{
		method: "GET", path: "/api/v1/groups/{groupId}/users", scope: "okta.groups.read",
		bucket: bucketGroups, query: "after limit", needs: needs{group: readGroup}, serve: (*call).listGroupUsers,
	},
	{
		method: "PUT", path: "/api/v1/groups/{groupId}/users/{userId}", scope: "okta.groups.manage",
		bucket: bucketGroups,
		needs:  changeMembership, serve: (*call).addMember,
	},
	{
		method: "DELETE", path: "/api/v1/groups/{groupId}/users/{userId}", scope: "okta.groups.manage",
		bucket: bucketGroups,
		needs:  changeMembership, serve: (*call).removeMember,
	},
	{
		method: "GET", path: "/api/v1/groups/{groupId}/apps", scope: "okta.groups.read",
		bucket: bucketGroups, query: "after limit", needs: needs{group: readGroup}, serve: (*call).listGroupApps,
	},
	{
		method: "GET", path: "/api/v1/groups/{groupId}/roles", scope: "okta.roles.read",
		bucket: bucketGroups, needs: needs{org: readRoles}, serve: (*call).listGroupRoles,
	},
	{
		method: "GET", path: "/api/v1/groups/{groupId}/owners", scope: "okta.groups.read",
		bucket: bucketGroups, query: "search after limit",
		needs: needs{group: readGroup}, feature: governance, serve: (*call).listOwners,
	},
	{
		method: "POST", path: "/api/v1/groups/{groupId}/owners", scope: "okta.groups.manage",
		bucket: bucketGroups, needs: needs{group: "okta.groups.manage"}, feature: governance, serve: (*call).addOwner,
	},
	{
		method: "DELETE", path: "/api/v1/groups/{groupId}/owners/{ownerId}", scope: "okta.groups.manage",
		bucket: bucketGroups,
		needs:  needs{group: "okta.groups.manage"}, feature: governance, serve: (*call).removeOwner,
	},
	{
		method: "GET", path: "/api/v1/groups/rules", scope: "okta.groups.read",
		bucket: bucketGroups, query: "limit after search expand", serve: (*call).listRules,
	},
	{
		method: "GET", path: "/api/v1/groups/rules/{groupRuleId}", scope: "okta.groups.read",
		bucket: bucketGroups, query: "expand", needs: needs{some: readGroup}, serve: (*call).getRule,
	},
	{
		method: "POST", path: "/api/v1/groups/rules/{groupRuleId}/lifecycle/activate", scope: "okta.groups.manage",
		bucket: bucketGroups, needs: needs{org: "okta.groups.manage"}, serve: (*call).activateRule,
	},
	{
		method: "POST", path: "/api/v1/groups/rules/{groupRuleId}/lifecycle/deactivate", scope: "okta.groups.manage",
		bucket: bucketGroups, needs: needs{org: "okta.groups.manage"}, serve: (*call).deactivateRule,
	},

	{
		method: "GET", path: "/api/v1/apps", scope: "okta.apps.read",
		bucket: bucketApps, query: "q filter expand includeNonDeleted after limit", serve: (*call).listApps,
	},
	{
		method: "GET", path: "/api/v1/apps/{appId}", scope: "okta.apps.read",
		bucket: bucketApp, query: "expand", needs: needs{app: readApp}, serve: (*call).getApp,
	},
	{
		method: "GET", path: "/api/v1/apps/{appId}/users", scope: "okta.apps.read",
		bucket: bucketApps, query: "q expand after limit", needs: needs{app: readApp}, serve: (*call).listAppUsers,
	},
	{
		method: "GET", path: "/api/v1/apps/{appId}/users/{userId}", scope: "okta.apps.read",
		bucket: bucketApps, query: "expand", needs: needs{app: readApp, user: readUser}, serve: (*call).getAppUser,
	},
	{
		method: "POST", path: "/api/v1/apps/{appId}/users/{userId}", scope: "okta.apps.manage",
		bucket: bucketApps,
		needs:  changeAssignment, serve: (*call).updateAppUser,
	},
	{
		method: "DELETE", path: "/api/v1/apps/{appId}/users/{userId}", scope: "okta.apps.manage",
		bucket: bucketApps, query: "sendEmail",
		needs: changeAssignment, serve: (*call).unassign,
	},
	{
		method: "GET", path: "/api/v1/apps/{appId}/groups", scope: "okta.apps.read",
		bucket: bucketApps, query: "q expand after limit", needs: needs{app: readApp}, serve: (*call).listAppGroups,
	},

	{
		method: "GET", path: "/api/v1/api-tokens", scope: "okta.apiTokens.read",
		bucket: bucketOther, query: "q after limit", serve: (*call).listAPITokens,
	},
	{
		method: "GET", path: "/api/v1/api-tokens/{apiTokenId}", scope: "okta.apiTokens.read",
		bucket: bucketOther, needs: needs{user: "okta.users.apitokens.read", own: true}, serve: (*call).getAPIToken,
	},
	{
		method: "DELETE", path: "/api/v1/api-tokens/{apiTokenId}", scope: "okta.apiTokens.manage",
		bucket: bucketOther,
		needs:  needs{user: "okta.users.apitokens.manage", own: true}, serve: (*call).revokeAPIToken,
	},
	{
		method: "DELETE", path: "/api/v1/api-tokens/current",
		bucket: bucketOther, serve: (*call).revokeCurrentAPIToken,
	},

	{
		method: "GET", path: "/api/v1/iam/assignees/users", scope: "okta.roles.read",
		bucket: bucketIAM, query: "after limit", needs: needs{org: readRoles}, serve: (*call).listRoleAssignees,
	},
	{
		method: "GET", path: "/api/v1/iam/roles/{roleIdOrLabel}/permissions", scope: "okta.roles.read",
		bucket: bucketIAM, needs: needs{org: readRoles}, serve: (*call).listPermissions,
	},
	{
		method: "GET", path: "/api/v1/iam/resource-sets/{resourceSetIdOrLabel}", scope: "okta.roles.read",
		bucket: bucketIAM, needs: needs{org: readRoles}, serve: (*call).getResourceSet,
	},
	{
		method: "GET", path: "/api/v1/iam/resource-sets/{resourceSetIdOrLabel}/resources", scope: "okta.roles.read",
		bucket: bucketIAM, query: "after limit", needs: needs{org: readRoles}, serve: (*call).listResources,
	},
	{
		method: "GET", path: "/oauth2/v1/clients/{clientId}/roles", scope: "okta.roles.read",
		bucket: bucketOAuth, needs: needs{org: readRoles, own: true}, serve: (*call).listClientRoles,
	},

	{
		method: "GET", path: "/api/v1/devices/{deviceId}", scope: "okta.devices.read",
		bucket: bucketDevices,
		needs:  needs{org: "okta.devices.read"}, feature: identityEngine, serve: (*call).getDevice,
	},
	{
		method: "DELETE", path: "/api/v1/devices/{deviceId}", scope: "okta.devices.manage",
		bucket: bucketDevices,
		needs:  needs{org: "okta.devices.lifecycle.delete"}, feature: identityEngine, serve: (*call).deleteDevice,
	},
	{
		method: "POST", path: "/api/v1/devices/{deviceId}/lifecycle/suspend", scope: "okta.devices.manage",
		bucket: bucketDevices,
		needs:  needs{org: "okta.devices.lifecycle.suspend"}, feature: identityEngine, serve: (*call).suspendDevice,
	},
	{
		method: "POST", path: "/api/v1/devices/{deviceId}/lifecycle/deactivate", scope: "okta.devices.manage",
		bucket: bucketDevices,
		needs:  needs{org: "okta.devices.lifecycle.deactivate"}, feature: identityEngine, serve: (*call).deactivateDevice,
	},
	{
		method: "GET", path: "/api/v1/devices/{deviceId}/users", scope: "okta.devices.read",
		bucket: bucketDevices,
		needs:  needs{org: "okta.devices.read"}, feature: identityEngine, serve: (*call).listDeviceUsers,
	},

	{
		method: "GET", path: "/api/v1/idps", scope: "okta.idps.read",
		bucket: bucketOther, query: "q type after limit", serve: (*call).listIdPs,
	},
	{
		method: "DELETE", path: "/api/v1/idps/{idpId}/users/{userId}", scope: "okta.idps.manage",
		bucket: bucketOther, needs: needs{org: "okta.identityProviders.manage"}, serve: (*call).unlinkIdP,
	},

	{
		method: "GET", path: "/.well-known/okta-organization",
		bucket: bucketOther, open: true, serve: (*call).describeOrg,
	},
	{
		method: "POST", path: "/oauth2/v1/token",
		bucket: bucketOAuth, open: true, serve: (*call).issueToken,
	},
}

// describeOrg tells anybody which org this is and what engine it runs on.
func (c *call) describeOrg() reply {
	return ok(object{
		"id": c.state.ID, "pipeline": c.state.Pipeline, "_links": object{"organization": c.link("")},
	})
}

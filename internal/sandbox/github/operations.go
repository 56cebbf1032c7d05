package github

// An operation is one method on one path, as in GitHub's document.
type operation struct {
	method, path string
	needs        needs
	// asApp says that the App itself has to ask, and not its installation.
	asApp bool
	// reads and writes name what a list shows and what a change is about, for lists that lag behind.
	reads, writes string
	serve         func(*call) reply
}

// needs are what a credential needs: a permission of the App, or a scope of an owner's token.
type needs struct {
	permission string
	write      bool
	scopes     []string
	// anybody may ask, and members may who are no owners: they are shown less.
	anybody, members bool
}

var (
	readOrg     = []string{"read:org", "write:org", "admin:org"}
	adminOrg    = []string{"admin:org"}
	repoScope   = []string{"repo"}
	copilot     = []string{"manage_billing:copilot", "admin:org"}
	readMembers = needs{permission: "members", scopes: readOrg}
	seeMembers  = needs{permission: "members", scopes: readOrg, members: true}
	setMembers  = needs{permission: "members", write: true, scopes: adminOrg}
	readRepos   = needs{permission: "administration", scopes: repoScope}
	setRepos    = needs{permission: "administration", write: true, scopes: repoScope}
)

// operations is the whole API.
var operations = []operation{
	{method: "GET", path: "/user", needs: needs{anybody: true}, serve: (*call).getCaller},
	{method: "GET", path: "/user/{account_id}", needs: needs{anybody: true}, serve: (*call).getUserByID},
	{method: "GET", path: "/users/{username}", needs: needs{anybody: true}, serve: (*call).getUser},
	{method: "GET", path: "/app", asApp: true, serve: (*call).getApp},
	{method: "POST", path: "/app/installations/{installation_id}/access_tokens", asApp: true, serve: (*call).createAccessToken},
	{method: "POST", path: "/graphql", needs: needs{anybody: true}, reads: "graph", serve: (*call).query},

	{method: "GET", path: "/orgs/{org}/members", needs: seeMembers, reads: "people", serve: (*call).listMembers},
	{method: "GET", path: "/orgs/{org}/memberships/{username}", needs: seeMembers, reads: "people", serve: (*call).getMembership},
	{method: "PUT", path: "/orgs/{org}/memberships/{username}", needs: setMembers, writes: "people graph", serve: (*call).setMembership},
	{method: "DELETE", path: "/orgs/{org}/memberships/{username}", needs: setMembers, writes: "people teams graph", serve: (*call).removeMembership},
	{method: "GET", path: "/orgs/{org}/outside_collaborators", needs: readMembers, reads: "people", serve: (*call).listOutside},
	{method: "DELETE", path: "/orgs/{org}/outside_collaborators/{username}", needs: setMembers, writes: "people graph", serve: (*call).removeOutside},
	{method: "GET", path: "/orgs/{org}/invitations", needs: readMembers, reads: "people", serve: (*call).listInvitations},
	{method: "DELETE", path: "/orgs/{org}/invitations/{invitation_id}", needs: setMembers, writes: "people", serve: (*call).cancelInvitation},

	{method: "GET", path: "/orgs/{org}/teams", needs: readMembers, reads: "teams", serve: (*call).listTeams},
	{method: "GET", path: "/orgs/{org}/teams/{team_slug}/members", needs: readMembers, reads: "teams", serve: (*call).listTeamMembers},
	{method: "PUT", path: "/orgs/{org}/teams/{team_slug}/memberships/{username}", needs: setMembers, writes: "teams graph", serve: (*call).setTeamMember},
	{method: "DELETE", path: "/orgs/{org}/teams/{team_slug}/memberships/{username}", needs: setMembers, writes: "teams graph", serve: (*call).removeTeamMember},
	{method: "GET", path: "/orgs/{org}/teams/{team_slug}/team-sync/group-mappings", needs: needs{scopes: readOrg}, serve: (*call).listMappings},
	{method: "GET", path: "/orgs/{org}/teams/{team_slug}/external-groups", needs: readMembers, serve: (*call).listExternalGroups},

	{method: "GET", path: "/orgs/{org}/organization-roles", needs: needs{permission: "organization_custom_org_roles", scopes: adminOrg}, serve: (*call).listRoles},
	{method: "GET", path: "/orgs/{org}/organization-roles/{role_id}/users", needs: needs{permission: "members", scopes: adminOrg}, reads: "roles", serve: (*call).listRoleUsers},
	{method: "DELETE", path: "/orgs/{org}/organization-roles/users/{username}/{role_id}", needs: setMembers, writes: "roles", serve: (*call).removeRole},

	{
		method: "GET", path: "/orgs/{org}/personal-access-tokens", needs: needs{permission: "organization_personal_access_tokens"}, reads: "tokens",
		serve: func(c *call) reply { return c.listPATs(false) },
	},
	{
		method: "POST", path: "/orgs/{org}/personal-access-tokens/{pat_id}", needs: needs{permission: "organization_personal_access_tokens", write: true}, writes: "tokens",
		serve: func(c *call) reply { return c.endPAT(c.number("pat_id"), false, "revoke") },
	},
	{
		method: "GET", path: "/orgs/{org}/personal-access-token-requests", needs: needs{permission: "organization_personal_access_token_requests"}, reads: "tokens",
		serve: func(c *call) reply { return c.listPATs(true) },
	},
	{
		method: "POST", path: "/orgs/{org}/personal-access-token-requests/{pat_request_id}", needs: needs{permission: "organization_personal_access_token_requests", write: true},
		writes: "tokens", serve: func(c *call) reply { return c.endPAT(c.number("pat_request_id"), true, "deny") },
	},
	{
		method: "GET", path: "/orgs/{org}/credential-authorizations", needs: needs{permission: "organization_administration", scopes: readOrg}, reads: "tokens",
		serve: (*call).listAuthorizations,
	},
	{
		method: "DELETE", path: "/orgs/{org}/credential-authorizations/{credential_id}", needs: needs{permission: "organization_administration", write: true, scopes: adminOrg},
		writes: "tokens", serve: (*call).removeAuthorization,
	},

	{method: "GET", path: "/orgs/{org}/repos", needs: needs{permission: "metadata", scopes: repoScope, members: true}, serve: (*call).listRepos},
	{method: "GET", path: "/repos/{org}/{repo}/collaborators", needs: readRepos, reads: "graph", serve: (*call).listCollaborators},
	{method: "GET", path: "/repos/{org}/{repo}/keys", needs: readRepos, reads: "keys", serve: (*call).listKeys},
	{method: "DELETE", path: "/repos/{org}/{repo}/keys/{key_id}", needs: setRepos, writes: "keys", serve: (*call).removeKey},
	{method: "PUT", path: "/repos/{org}/{repo}/collaborators/{username}", needs: setRepos, writes: "graph", serve: (*call).setCollaborator},
	{method: "DELETE", path: "/repos/{org}/{repo}/collaborators/{username}", needs: setRepos, writes: "graph", serve: (*call).removeCollaborator},
	{method: "GET", path: "/repos/{org}/{repo}/invitations", needs: readRepos, reads: "invitations", serve: (*call).listRepoInvitations},
	{method: "DELETE", path: "/repos/{org}/{repo}/invitations/{invitation_id}", needs: setRepos, writes: "invitations", serve: (*call).cancelRepoInvitation},

	{method: "GET", path: "/orgs/{org}/copilot/billing/seats", needs: needs{permission: "organization_copilot_seat_management", scopes: copilot}, reads: "seats", serve: (*call).listSeats},
	{method: "GET", path: "/orgs/{org}/members/{username}/copilot", needs: needs{permission: "organization_copilot_seat_management", scopes: copilot}, reads: "seats", serve: (*call).getSeat},
	{
		method: "DELETE", path: "/orgs/{org}/copilot/billing/selected_users", needs: needs{permission: "organization_copilot_seat_management", write: true, scopes: copilot},
		writes: "seats", serve: (*call).cancelSeats,
	},

	orgSecrets("", "actions", "organization_secrets"), orgSecrets("/{secret_name}", "actions", "organization_secrets"),
	orgSecrets("/{secret_name}/repositories", "actions", "organization_secrets"),
	orgSecrets("", "dependabot", "organization_dependabot_secrets"), orgSecrets("/{secret_name}", "dependabot", "organization_dependabot_secrets"),
	orgSecrets("/{secret_name}/repositories", "dependabot", "organization_dependabot_secrets"),
	repoSecrets("/actions/secrets", "actions", "secrets"), repoSecrets("/actions/secrets/{secret_name}", "actions", "secrets"),
	repoSecrets("/dependabot/secrets", "dependabot", "dependabot_secrets"), repoSecrets("/dependabot/secrets/{secret_name}", "dependabot", "dependabot_secrets"),
	{method: "GET", path: "/repos/{org}/{repo}/environments", needs: needs{permission: "actions", scopes: repoScope}, serve: (*call).listEnvironments},
	repoSecrets("/environments/{environment_name}/secrets", "", "environments"),
	repoSecrets("/environments/{environment_name}/secrets/{secret_name}", "", "environments"),

	{method: "GET", path: "/scim/v2/enterprises/{enterprise}/Users", needs: needs{scopes: []string{"scim:enterprise"}}, reads: "people", serve: (*call).listManaged},
	{method: "GET", path: "/scim/v2/enterprises/{enterprise}/Users/{scim_user_id}", needs: needs{scopes: []string{"scim:enterprise"}}, reads: "people", serve: (*call).getManaged},
	{method: "PATCH", path: "/scim/v2/enterprises/{enterprise}/Users/{scim_user_id}", needs: needs{scopes: []string{"scim:enterprise"}}, writes: "people", serve: (*call).patchManaged},
}

func orgSecrets(rest, store, permission string) operation {
	return operation{
		method: "GET", path: "/orgs/{org}/" + store + "/secrets" + rest, needs: needs{permission: permission, scopes: adminOrg},
		serve: func(c *call) reply { return c.readOrgSecrets(store, rest) },
	}
}

func repoSecrets(rest, store, permission string) operation {
	return operation{
		method: "GET", path: "/repos/{org}/{repo}" + rest, needs: needs{permission: permission, scopes: repoScope},
		serve: func(c *call) reply { return c.readRepoSecrets(store) },
	}
}

package github

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/offboard/terraform-provider-offboard/internal/access"
)

// GitHub does not refuse a list to a credential with narrow rights. Members who don't show that they are are left out of
// it, private repositories are, and what is hidden answers "not found" (github.md sections 1 and 2). So before a list is
// believed the credential has to be one that is shown all of it: the token of an owner, which has all there is within its
// scopes, or a GitHub App with the permission, over all repositories.

// A need is what a call needs of a credential.
type need struct {
	// permission of a GitHub App, as the API names it, and whether it has to be to write. Empty where no App will do.
	permission string
	write      bool
	// scopes of an owner's token, of which one is enough. None where no token will do.
	scopes []string
	// repositories says that it is about repositories, all of which an App has to be installed on.
	repositories bool
	// enterprise says that the token's owner has to own the enterprise, of which GitHub tells when it refuses.
	enterprise bool
}

// The needs of the calls that this package makes, by the organisation's or repository's thing. The permissions are from
// https://docs.github.com/en/rest/authentication/permissions-required-for-github-apps, the scopes from the operations'
// own documentation (github.md section 1).
var (
	readMembers   = need{permission: "members", scopes: []string{"read:org", "write:org", "admin:org"}}
	writeMembers  = need{permission: "members", write: true, scopes: []string{"admin:org"}}
	readRoles     = need{permission: "organization_custom_org_roles", scopes: []string{"admin:org"}}
	readRoleUsers = need{permission: "members", scopes: []string{"admin:org"}}
	readSync      = need{scopes: []string{"read:org", "write:org", "admin:org"}}
	readSSO       = need{permission: "organization_administration", scopes: []string{"read:org", "write:org", "admin:org"}}
	writeSSO      = need{permission: "organization_administration", write: true, scopes: []string{"admin:org"}}
	readTokens    = need{permission: "organization_personal_access_tokens"}
	writeTokens   = need{permission: "organization_personal_access_tokens", write: true}
	readRequests  = need{permission: "organization_personal_access_token_requests"}
	writeRequests = need{permission: "organization_personal_access_token_requests", write: true}
	readCopilot   = need{permission: "organization_copilot_seat_management", scopes: []string{"manage_billing:copilot", "admin:org"}}
	writeCopilot  = need{permission: "organization_copilot_seat_management", write: true, scopes: []string{"manage_billing:copilot", "admin:org"}}
	readRepos     = need{permission: "metadata", scopes: []string{"repo"}, repositories: true}
	adminRepos    = need{permission: "administration", scopes: []string{"repo"}, repositories: true}
	writeRepos    = need{permission: "administration", write: true, scopes: []string{"repo"}, repositories: true}
	repoSecrets   = need{permission: "secrets", scopes: []string{"repo"}, repositories: true}
	botSecrets    = need{permission: "dependabot_secrets", scopes: []string{"repo"}, repositories: true}
	environments  = need{permission: "actions", scopes: []string{"repo"}, repositories: true}
	envSecrets    = need{permission: "environments", scopes: []string{"repo"}, repositories: true}
	orgSecrets    = need{permission: "organization_secrets", scopes: []string{"admin:org"}}
	orgBotSecrets = need{permission: "organization_dependabot_secrets", scopes: []string{"admin:org"}}
	enterprise    = need{scopes: []string{"read:enterprise", "admin:enterprise"}, enterprise: true}
	scim          = need{scopes: []string{"scim:enterprise", "admin:enterprise"}, enterprise: true}
	// anybody is for what every credential is shown.
	anybody = need{permission: "metadata", scopes: []string{""}}
)

// wanted says in whole sentences which credential would do.
func (n need) wanted() string {
	var ways []string
	if n.permission != "" {
		way := fmt.Sprintf("a GitHub App (app_id) with the permission %s: %s", n.permission, level(n.write))
		if n.repositories {
			way += ", installed on all repositories"
		}
		ways = append(ways, way)
	}
	if len(n.scopes) > 0 {
		whose := "an owner of the organization"
		if n.enterprise {
			whose = "an owner of the enterprise"
		}
		ways = append(ways, fmt.Sprintf("a classic token (token) of %s with the scope %s", whose, strings.Join(n.scopes, " or ")))
	}
	return "This takes " + strings.Join(ways, ", or ") + "."
}

func level(write bool) string {
	if write {
		return "write"
	}
	return "read"
}

// rights are what a credential may do.
type rights struct {
	// account and login are those of the token's owner, scopes the token's. Empty for an App.
	account int64
	login   string
	scopes  []string
	owner   bool
	// permissions are the App's, everywhere that it is installed on all repositories.
	permissions map[string]string
	everywhere  bool
}

// through finds the credential to make a call with: the App where it may, which has the larger budget and is nobody's, and
// the token otherwise.
func (g *GitHub) through(ctx context.Context, call op) (*door, error) {
	var lacks []string
	for _, credential := range []struct {
		door  *door
		may   func(need, *rights) string
		takes bool
	}{{g.app, appMay, call.need.permission != ""}, {g.token, tokenMay, len(call.need.scopes) > 0}} {
		if credential.door == nil || !credential.takes {
			continue
		}
		own, err := g.rightsOf(ctx, credential.door)
		if err != nil {
			return nil, err
		}
		lack := credential.may(call.need, own)
		if lack == "" {
			return credential.door, nil
		}
		lacks = append(lacks, credential.door.name+" "+lack)
	}
	reason := "no credential is configured that is shown this"
	if len(lacks) > 0 {
		reason = strings.Join(lacks, ", and ") + ", so that what it is shown can't be taken for all there is"
	}
	return nil, &access.Error{Kind: access.Denied, Op: call.what, Reason: reason, Fix: call.need.wanted()}
}

func appMay(n need, own *rights) string {
	has := own.permissions[n.permission]
	switch {
	case n.permission == "metadata" && !n.repositories:
		return ""
	case has == "" || n.write && has == "read":
		return "lacks the permission " + n.permission + ": " + level(n.write)
	case n.repositories && !own.everywhere:
		return "is installed on some repositories only"
	}
	return ""
}

func tokenMay(n need, own *rights) string {
	switch {
	case slices.Contains(n.scopes, ""):
		return ""
	case own.scopes == nil:
		return "is not a classic one, and GitHub does not tell what another may do"
	case !n.enterprise && !own.owner:
		return "is of " + own.login + ", who is not an owner of the organization"
	case !slices.ContainsFunc(n.scopes, func(scope string) bool { return slices.Contains(own.scopes, scope) }):
		return "lacks the scope " + strings.Join(n.scopes, " or ")
	}
	return ""
}

// rightsOf finds out what a credential may do, once a run.
func (g *GitHub) rightsOf(ctx context.Context, d *door) (*rights, error) {
	return d.rights.Get(ctx, func() (*rights, error) {
		if d == g.app {
			token, err := g.tokens.get(ctx, "")
			if err != nil {
				return nil, err
			}
			return &rights{permissions: token.Permissions, everywhere: token.Selection == "all"}, nil
		}
		return g.ownerOf(ctx, d)
	})
}

// ownerOf finds out whose the token is. GET /user and GET /orgs/{org}/memberships/{username}.
func (g *GitHub) ownerOf(ctx context.Context, d *door) (*rights, error) {
	call := anybody.to("find out who owns the token")
	var me account
	resp, err := d.do(ctx, call, http.MethodGet, "user", nil, &me)
	if err != nil {
		return nil, there(call, err)
	}
	if me.ID == 0 || !loginForm.MatchString(me.Login) {
		return nil, malformed(call, "an account without an id and a login")
	}
	own := &rights{account: me.ID, login: me.Login}
	if granted, classic := resp.Header["X-Oauth-Scopes"]; classic {
		own.scopes = strings.FieldsFunc(strings.Join(granted, ","), func(r rune) bool { return r == ',' || r == ' ' })
		if own.scopes == nil {
			own.scopes = []string{}
		}
	}
	call = readMembers.to("find out whether the token is an owner's")
	var m membership
	_, err = d.do(ctx, call, http.MethodGet, g.org("/memberships/%s", me.Login), nil, &m)
	switch kind := access.KindOf(err); {
	case kind == access.NotFound, status(err) == http.StatusForbidden:
		return own, nil
	case err != nil:
		return nil, err
	}
	own.owner = m.Role == "admin" && m.State == "active" && m.User.ID == me.ID
	return own, nil
}

// Caller returns the owner of the token. A GitHub App is nobody.
func (g *GitHub) Caller(ctx context.Context) (access.AccountID, bool, error) {
	if g.token == nil {
		return "", false, nil
	}
	own, err := g.rightsOf(ctx, g.token)
	if err != nil {
		return "", false, err
	}
	return accountID(own.account), true, nil
}

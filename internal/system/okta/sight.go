package okta

import (
	"context"
	"errors"
	"slices"
	"strings"

	sdk "github.com/okta/okta-sdk-golang/v2/okta"

	"github.com/offboard/terraform-provider-offboard/internal/access"
)

// Okta does not refuse a list to a credential with narrow rights. It leaves out what the credential may
// not see, down to an empty list with 200 OK for an application without any admin role (ConductorOne tells
// of it in the documentation of its connector, baton-okta). So before a list is believed, the credential has
// to show that it is shown all of it.

// ownRights are what the credential in use may do.
type ownRights struct {
	// account owns the API token. Empty for a service application.
	account access.AccountID
	roles   []*role
	// sees are the things of which custom roles show all.
	sees map[string]bool
}

func (r *ownRights) superAdmin() bool {
	return slices.ContainsFunc(r.roles, func(r *role) bool { return r.Type == superAdmin && r.active() })
}

// lacking says that the org itself does not have what Okta refused. Okta answers in the same words where it is
// the credential that lacks a right; but a super administrator lacks none.
func (o *Okta) lacking(ctx context.Context, err error) bool {
	switch code(err) {
	case "E0000008", "E0000060":
		return true
	case "E0000015", "E0000006":
		own, unknown := o.rights(ctx)
		return unknown == nil && own.superAdmin()
	}
	return false
}

// standardSight is what the standard roles are shown all of
// (https://help.okta.com/oie/en-us/content/topics/security/administrators-admin-comparison.htm), where they
// are not limited to target groups or apps, which for these three is not possible. The things are named as
// in scopes. What is not among them is either refused in so many words to a role that may not see it, as
// devices and role assignments are, or not known to be whole: the API tokens of others, and for
// organizational administrators the applications.
var standardSight = map[string][]string{
	"SUPER_ADMIN":     {"users", "groups", "apps", "apiTokens", logs, eventHooks, oauthIntegrations},
	"ORG_ADMIN":       {"users", "groups", logs},
	"READ_ONLY_ADMIN": {"users", "groups", "apps", logs},
}

// customSight is what a custom role needs to be shown all of a thing: one of the permissions, over all of a
// kind of resource (https://developer.okta.com/docs/api/openapi/okta-management/guides/permissions).
var customSight = map[string]struct {
	permissions []string
	over        string
}{
	"users":     {[]string{"okta.users.read", "okta.users.manage"}, "users"},
	"groups":    {[]string{"okta.groups.read", "okta.groups.manage"}, "groups"},
	"apps":      {[]string{"okta.apps.read", "okta.apps.manage"}, "apps"},
	"apiTokens": {[]string{"okta.users.apitokens.read", "okta.users.apitokens.manage"}, "users"},
}

// rights finds out whose the credential is, which admin roles it has, and what they show.
func (o *Okta) rights(ctx context.Context) (*ownRights, error) {
	return o.own.Get(ctx, func() (*ownRights, error) {
		own := &ownRights{sees: map[string]bool{}}
		at := path("/oauth2/v1/clients/%s/roles", o.config.ClientID)
		if o.config.APIToken != "" {
			call := reading("users", "find out who owns the API token")
			me, err := get[user](ctx, o, call, "/api/v1/users/me")
			if err != nil {
				return nil, there(call, err)
			}
			if me.ID == "" {
				return nil, malformed(call, "an account without an id")
			}
			own.account = me.ID
			at = path("/api/v1/users/%s/roles", me.ID)
		}
		roles, err := listUnsighted[role](ctx, o, reading("roles", "find out which admin roles the credential has"), at)
		if err != nil {
			return nil, blind(err)
		}
		own.roles = roles
		for _, r := range roles {
			if r.Type == "CUSTOM" && r.active() {
				if err := o.custom(ctx, r, own.sees); err != nil {
					return nil, blind(err)
				}
			}
		}
		return own, nil
	})
}

// sees returns nil if the credential is shown every one of a thing. A thing that Okta refuses rather than
// hides needs no more than the users it belongs to.
func (o *Okta) sees(ctx context.Context, thing string) error {
	if _, hidden := words[thing]; !hidden {
		thing = "users"
	}
	own, err := o.rights(ctx)
	if err != nil {
		return err
	}
	have := []string{}
	for _, r := range own.roles {
		if r.active() && slices.Contains(standardSight[r.Type], thing) {
			return nil
		}
		have = append(have, r.name())
	}
	if own.sees[thing] {
		return nil
	}
	roles := "no admin role"
	if len(have) > 0 {
		roles = strings.Join(have, ", ")
	}
	return &access.Error{
		Kind: access.Denied,
		Op:   "read from Okta",
		Reason: "the credential has " + roles + ", to which Okta may show only part of the " + words[thing] +
			" of the org, so a list of them can't be taken for all there is",
		Fix: "Give it a role that is shown all of them: Super Administrator" + enough[thing] + ".",
	}
}

var words = map[string]string{
	"users": "users", "groups": "groups", "apps": "applications", "apiTokens": "API tokens",
	logs: "events in the System Log", eventHooks: "event hooks", oauthIntegrations: "API service integrations",
}

// enough is what would do short of a super administrator.
var enough = map[string]string{
	"users":     ", Read-only or Organizational Administrator, or a custom role that may view users (okta.users.read) over all users",
	"groups":    ", Read-only or Organizational Administrator, or a custom role that may view groups (okta.groups.read) over all groups",
	"apps":      ", Read-only Administrator, or a custom role that may view applications (okta.apps.read) over all applications",
	"apiTokens": ", or a custom role that may view API tokens (okta.users.apitokens.read) over all users",
	logs:        ", or Read-only or Organizational Administrator",
}

// custom adds what a custom role shows all of. A permission with conditions shows only part, be it only of
// the attributes.
func (o *Okta) custom(ctx context.Context, r *role, sees map[string]bool) error {
	call := reading("roles", "find out what the role %s covers", r.name())
	over, err := o.resources(ctx, call, r.ResourceSet)
	if err != nil {
		return err
	}
	granted, err := get[struct {
		Permissions []struct {
			Label      string         `json:"label"`
			Conditions map[string]any `json:"conditions"`
		} `json:"permissions"`
	}](ctx, o, call, path("/api/v1/iam/roles/%s/permissions", r.Role))
	if err != nil {
		return err
	}
	for thing, needs := range customSight {
		if !slices.Contains(over, needs.over) {
			continue
		}
		for _, permission := range granted.Permissions {
			if len(permission.Conditions) == 0 && slices.Contains(needs.permissions, permission.Label) {
				sees[thing] = true
			}
		}
	}
	return nil
}

// resources lists the kinds of which a resource set has all, without exclusions: the last part of names
// such as orn:okta:directory:{org}:users.
func (o *Okta) resources(ctx context.Context, call op, set string) ([]string, error) {
	type page struct {
		Resources []struct {
			ORN        string         `json:"orn"`
			Conditions map[string]any `json:"conditions"`
		} `json:"resources"`
		Links links `json:"_links"`
	}
	var whole []string
	err := bodyPages(ctx, o, call, path("/api/v1/iam/resource-sets/%s/resources", set)+"?limit=100", func(p *page) string {
		for _, resource := range p.Resources {
			if parts := strings.Split(resource.ORN, ":"); len(parts) == 5 && len(resource.Conditions) == 0 {
				whole = append(whole, parts[4])
			}
		}
		return p.Links.Next.Href
	})
	return whole, err
}

// blind explains that not knowing the credential's rights means not knowing anything.
func blind(err error) error {
	e, ok := errors.AsType[*access.Error](err)
	_, oktas := errors.AsType[*sdk.Error](err)
	if !ok || !oktas || e.Kind != access.Denied && e.Kind != access.NotFound || unaccepted(err) {
		return err
	}
	blind := *e
	blind.Kind = access.Denied
	blind.Fix = "Without knowing its own rights the credential can't tell a whole list from one that leaves something out. Let it view role " +
		"assignments: the scope okta.roles.read, and Super Administrator or, beside its other role, a custom role with the permission to view " +
		"roles, resources and admin assignments (okta.iam.read)."
	return &blind
}

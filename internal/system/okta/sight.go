package okta

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/offboard/terraform-provider-offboard/internal/access"
)

// Okta does not refuse a list to a credential with narrow rights. It leaves out what the credential may
// not see, down to an empty list with 200 OK for an application without any admin role (ConductorOne tells
// of it in the documentation of its connector, baton-okta). So before a list is believed, the credential has to show that it sees all.

// ownRights are what the credential in use may do.
type ownRights struct {
	// account owns the API token. Empty for a service application.
	account access.AccountID
	roles   []*role
}

// seesEverything are the standard roles that may view all users, groups and applications of the org
// (https://help.okta.com/oie/en-us/content/topics/security/administrators-admin-comparison.htm), as long as
// they are not limited to target groups or apps, which for these three is not possible.
var seesEverything = []string{"SUPER_ADMIN", "ORG_ADMIN", "READ_ONLY_ADMIN"}

// rights finds out whose the credential is and which admin roles it has.
func (o *Okta) rights(ctx context.Context) (*ownRights, error) {
	return o.own.get("", func() (*ownRights, error) {
		own := &ownRights{}
		path := "/oauth2/v1/clients/" + esc(o.config.ClientID) + "/roles"
		if o.config.APIToken != "" {
			me, err := get[user](ctx, o, reading("users", "find out who owns the API token"), "/api/v1/users/me")
			if err != nil {
				return nil, err
			}
			own.account = me.ID
			path = "/api/v1/users/" + esc(me.ID) + "/roles"
		}
		roles, err := listUnsighted[role](ctx, o, reading("roles", "find out which admin roles the credential has"), path)
		if err != nil {
			return nil, o.blind(err)
		}
		own.roles = roles
		return own, nil
	})
}

// seesAll returns nil if the credential is shown every user, group and application of the org.
func (o *Okta) seesAll(ctx context.Context) error {
	own, err := o.rights(ctx)
	if err != nil {
		return err
	}
	var names []string
	for _, r := range own.roles {
		if slices.Contains(seesEverything, r.Type) && r.active() {
			return nil
		}
		names = append(names, r.name())
	}
	for _, r := range own.roles {
		if r.Type != "CUSTOM" || !r.active() {
			continue
		}
		whole, err := o.coversOrg(ctx, r)
		if err != nil {
			return o.blind(err)
		}
		if whole {
			return nil
		}
	}
	have := "no admin role"
	if len(names) > 0 {
		have = strings.Join(names, ", ")
	}
	return &access.Error{
		Kind:   access.Denied,
		Op:     "read from Okta",
		Reason: "the credential has " + have + ", to which Okta shows only part of the org, so what it lists can't be taken for all there is",
		Fix: "Give it the role Read-only Administrator to watch, Super Administrator to remove admin roles, or a custom role that may view " +
			"users, groups, applications and role assignments, with a resource set of all users, all groups and all applications.",
	}
}

// coversOrg says whether a custom role's binding is over all users, groups and apps, and lets them be read.
func (o *Okta) coversOrg(ctx context.Context, r *role) (bool, error) {
	call := reading("roles", "find out what the role %s covers", r.name())
	resources, err := o.resources(ctx, call, r.ResourceSet)
	if err != nil {
		return false, err
	}
	permissions, err := get[struct {
		Permissions []struct {
			Label string `json:"label"`
		} `json:"permissions"`
	}](ctx, o, call, "/api/v1/iam/roles/"+esc(r.Role)+"/permissions")
	if err != nil {
		return false, err
	}
	for _, thing := range []string{"users", "groups", "apps"} {
		readable := false
		for _, permission := range permissions.Permissions {
			readable = readable || permission.Label == "okta."+thing+".read" || permission.Label == "okta."+thing+".manage"
		}
		if !readable || !slices.ContainsFunc(resources, func(orn string) bool { return strings.HasSuffix(orn, ":"+thing) }) {
			return false, nil
		}
	}
	return true, nil
}

// resources lists the names of the resources in a set, those without exclusions.
func (o *Okta) resources(ctx context.Context, call op, set string) ([]string, error) {
	type page struct {
		Resources []struct {
			ORN        string `json:"orn"`
			Conditions struct {
				Exclude map[string][]string `json:"Exclude"`
			} `json:"conditions"`
		} `json:"resources"`
		Links links `json:"_links"`
	}
	var orns []string
	err := bodyPages(ctx, o, call, "/api/v1/iam/resource-sets/"+esc(set)+"/resources?limit=100", func(p *page) string {
		for _, resource := range p.Resources {
			if len(resource.Conditions.Exclude) == 0 {
				orns = append(orns, resource.ORN)
			}
		}
		return p.Links.Next.Href
	})
	return orns, err
}

// blind explains that not knowing the credential's rights means not knowing anything.
func (o *Okta) blind(err error) error {
	e, ok := errors.AsType[*access.Error](err)
	if !ok || e.Kind != access.Denied && e.Kind != access.NotFound {
		return err
	}
	blind := *e
	blind.Kind = access.Denied
	blind.Fix = "Without knowing its own rights the credential can't tell an empty list from one it is not shown. " +
		"Let it view admin role assignments: the scope okta.roles.read, and the role Super Administrator or a custom role " +
		"with the permission to view roles, resources and admin assignments (okta.iam.read). " + e.Fix
	return &blind
}

package github

import (
	"context"
	"fmt"
	"net/http"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/system"
)

// Managed users belong to the enterprise, which suspends them through SCIM: then nobody signs in as them, and none of their
// tokens and keys works (github.md section 15). Their login is another then; the id stays.

// A scimUser is what this package needs of a managed user.
type scimUser struct {
	ID       string `json:"id"`
	UserName string `json:"userName"`
	Active   *bool  `json:"active"`
}

// scimUsers lists the managed users by their ids. GET /scim/v2/enterprises/{enterprise}/Users, which pages from 1.
func (g *GitHub) scimUsers(ctx context.Context) (map[string]*scimUser, error) {
	call := scim.to("list the managed users of the enterprise")
	users := map[string]*scimUser{}
	for start := 1; ; {
		page, err := get[struct {
			Total     *int        `json:"totalResults"`
			Resources []*scimUser `json:"Resources"`
		}](ctx, g, call, path("scim/v2/enterprises/%s/Users", g.config.Enterprise)+fmt.Sprintf("?startIndex=%d&count=100", start))
		if err != nil {
			return nil, there(call, err)
		}
		if page.Total == nil {
			return nil, malformed(call, "something other than a list")
		}
		for _, u := range page.Resources {
			if u == nil || u.ID == "" || u.Active == nil || users[u.ID] != nil {
				return nil, malformed(call, "a managed user without an id or a state, or twice")
			}
			users[u.ID] = u
		}
		start += len(page.Resources)
		switch {
		case len(users) >= *page.Total:
			return users, nil
		case len(page.Resources) == 0:
			return nil, malformed(call, fmt.Sprintf("%d of %d managed users", len(users), *page.Total))
		}
	}
}

// managed reads the managed user that an account is, and nil if it is none.
func (g *GitHub) managed(ctx context.Context, s *subject) (*scimUser, error) {
	if g.config.Enterprise == "" || s.invited() {
		return nil, nil
	}
	all, err := g.everybody(ctx)
	if err != nil {
		return nil, err
	}
	guid, ok := all.guids[s.ID]
	if !ok {
		return nil, nil
	}
	call := scim.to("read the managed user %s", s.Login)
	u, err := get[scimUser](ctx, g, call, path("scim/v2/enterprises/%s/Users/%s", g.config.Enterprise, guid))
	switch {
	case access.KindOf(err) == access.NotFound:
		return nil, nil
	case err != nil:
		return nil, err
	case u.ID != guid || u.Active == nil:
		return nil, malformed(call, "another managed user, or one without a state")
	}
	return u, nil
}

// managedStatus is that of a managed user, wherever in the enterprise they are members.
func managedStatus(u *scimUser) string {
	switch {
	case u == nil:
		return notAMember
	case *u.Active:
		return managedUser
	}
	return suspended
}

// managedGrant is the account of a managed user as a grant.
func managedGrant(s *subject, u *scimUser) access.Grant {
	grant := access.Grant{ID: "managed", Label: s.Login + " (managed user, active)"}
	if !*u.Active {
		grant.Label, grant.Reached = s.Login+" (managed user, suspended)", access.Suspend
	}
	grant.Note = "While the identity provider provisions them it can make them active again: unassign the application there first."
	return grant
}

// suspend makes a managed user inactive. PATCH /scim/v2/enterprises/{enterprise}/Users/{id}.
func (g *GitHub) suspend(ctx context.Context, s *subject, u *scimUser) error {
	call := scim.to("suspend the managed user %s", s.Login)
	body := map[string]any{
		"schemas":    []string{"urn:ietf:params:scim:api:messages:2.0:PatchOp"},
		"Operations": []map[string]any{{"op": "replace", "path": "active", "value": "false"}},
	}
	var after scimUser
	_, err := g.do(ctx, call, http.MethodPatch, path("scim/v2/enterprises/%s/Users/%s", g.config.Enterprise, u.ID), body, &after)
	return system.IgnoreNotFound(err)
}

package github

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/system"
)

// RoleAssignments are the account's roles in the organisation: owner, and organisation roles, of which security manager is
// one (github.md section 8), its own and through teams.
func RoleAssignments(g *GitHub) access.Connector { return roleAssignments{g} }

type roleAssignments struct{ *GitHub }

var _ access.Guard = roleAssignments{}

type orgRole struct {
	ID     int64  `json:"id"`
	Name   string `json:"name"`
	Source string `json:"source"`
}

// A roleUser is somebody who has a role, directly, through teams, or both.
type roleUser struct {
	account
	Assignment    string  `json:"assignment"`
	InheritedFrom []*team `json:"inherited_from"`
}

const (
	ownerGrant   = "owner"
	billingGrant = "billing_manager"
	rolePrefix   = "role/"
)

// List asks every role who has it.
// GET /orgs/{org}/memberships/{username}, /orgs/{org}/organization-roles and /orgs/{org}/organization-roles/{role_id}/users.
func (c roleAssignments) List(ctx context.Context, id access.AccountID) (grants []access.Grant, err error) {
	s, err := c.subject(ctx, id)
	if err != nil || s.invited() {
		return nil, err
	}
	m, is, err := c.membership(ctx, s)
	switch {
	case err != nil:
		return nil, err
	case is && m.Role == adminRole:
		grants = append(grants, access.Grant{ID: ownerGrant, Label: "owner of the organization", Note: "They stay as a member, until offboard_account has removed them."})
	case is && m.Role == billingRole:
		grants = append(grants, access.Grant{ID: billingGrant, Label: "billing manager of the organization", Stays: errBillingManager})
	}
	call := readRoles.to("list the organization roles")
	// They come all at once.
	roles, err := get[struct {
		Total *int       `json:"total_count"`
		Roles []*orgRole `json:"roles"`
	}](ctx, c.GitHub, call, c.org("/organization-roles"))
	switch {
	case err != nil:
		return nil, there(call, err)
	case roles.Total == nil || *roles.Total != len(roles.Roles):
		return nil, malformed(call, "other roles than it counts")
	}
	for _, r := range roles.Roles {
		if r == nil || r.ID == 0 || r.Name == "" {
			return nil, malformed(call, "a role without an id or a name")
		}
		of := readRoleUsers.to("list who has the organization role %s", r.Name)
		users, err := list[roleUser](ctx, c.GitHub, of, c.org("/organization-roles/%v/users", r.ID))
		if err != nil {
			return nil, there(of, err)
		}
		for _, u := range users {
			switch {
			case !u.whole():
				return nil, malformed(of, "somebody without an id and a login")
			case u.ID == s.ID:
				grants = append(grants, r.grants(u)...)
			}
		}
	}
	return grants, nil
}

// errBillingManager is why a billing manager stays one: GitHub has no such person be a member only.
var errBillingManager = &access.Error{
	Kind: access.Blocked, Op: "take the role of billing manager away", Reason: "all that the account is in the organization is its billing manager",
	Fix: "It goes when offboard_account removes the account from the organization.",
}

// grants are one for a direct assignment and one for each team that brings the role. Where GitHub does not say, it is
// taken for direct.
func (r *orgRole) grants(u *roleUser) (grants []access.Grant) {
	name := system.OneLine(strings.ReplaceAll(r.Name, "_", " "))
	if u.Assignment != "indirect" {
		grants = append(grants, access.Grant{ID: repoGrant(rolePrefix, r.ID), Label: name + " (organization role)"})
	}
	for _, t := range u.InheritedFrom {
		grants = append(grants, access.Grant{
			ID: access.GrantID(fmt.Sprintf("%s@%d", repoGrant(rolePrefix, r.ID), t.ID)), Label: system.OneLine(fmt.Sprintf("%s (organization role, via team: %s)", name, cmp.Or(t.Name, t.Slug))),
		})
	}
	return grants
}

// Remove takes a role away. One that comes through a team goes when the membership does, which may be about to happen in
// the same run: whether it does, List shows.
// PUT /orgs/{org}/memberships/{username}, DELETE /orgs/{org}/organization-roles/users/{username}/{role_id}.
func (c roleAssignments) Remove(ctx context.Context, id access.AccountID, grant access.GrantID) (access.Receipt, error) {
	gone := access.Receipt{Assurance: access.Observed}
	s, err := c.subject(ctx, id)
	if err != nil || s.invited() {
		return gone, system.IgnoreNotFound(err)
	}
	role, teamID, through := strings.Cut(string(grant), "@")
	if _, ok := numbered(access.GrantID(role), rolePrefix, 1); through && ok && numberForm.MatchString(teamID) {
		gone.Lingers = &access.Error{
			Kind: access.Blocked, Reason: fmt.Sprintf("it comes with the team %s, and the membership is still there", teamID),
			Fix: "It goes when offboard_group_membership has removed the person from that team. Where that can't be, take " + role + " from the team.",
		}
		return gone, nil
	}
	switch grant {
	case billingGrant:
		return access.Receipt{}, errBillingManager
	case ownerGrant:
		return gone, c.demote(ctx, s)
	}
	parts, ok := numbered(grant, rolePrefix, 1)
	if !ok {
		return access.Receipt{}, noSuchGrant(grant)
	}
	call := writeMembers.to("take the organization role %d from %s", parts[0], s.Login)
	return gone, c.write(ctx, call, http.MethodDelete, c.org("/organization-roles/users/%s/%v", s.Login, parts[0]), nil)
}

// demote makes an owner a member. To somebody who is not in the organisation the same call would be an invitation.
func (c roleAssignments) demote(ctx context.Context, s *subject) error {
	m, is, err := c.membership(ctx, s)
	if err != nil || !is || m.Role != adminRole {
		return err
	}
	if m.State == activeState {
		if err := c.mustKeepOwner(ctx, s.ID); err != nil {
			return err
		}
	}
	call := writeMembers.to("make the owner %s a member", s.Login)
	var after membership
	_, err = c.do(ctx, call, http.MethodPut, c.org("/memberships/%s", s.Login), map[string]string{"role": "member"}, &after)
	return there(call, err)
}

// Refuse keeps the organisation from losing its last owner.
func (c roleAssignments) Refuse(ctx context.Context, id access.AccountID, going access.Holdings) error {
	if _, goes := going[ownerGrant]; !goes {
		return nil
	}
	s, err := c.subject(ctx, id)
	if err != nil || s.invited() {
		return system.IgnoreNotFound(err)
	}
	return c.mustNotBeLast(ctx, s)
}

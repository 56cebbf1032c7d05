package github

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/system"
)

// Account is what makes an account the organisation's: its membership, its being an outside collaborator of some
// repositories, and invitations that are open; of a managed user it is the user, until it is suspended.
func Account(g *GitHub) access.Connector { return theAccount{GitHub: g} }

type theAccount struct {
	*GitHub
	disposition access.Disposition
}

var (
	_ access.Disposer = theAccount{}
	_ access.Guard    = theAccount{}
)

// Dispose knows one end state. A managed user is suspended. A personal account is its owner's: an organisation has no such thing as
// a suspended member, and all it can do is to let go of it. That takes along what they have here, as the deletion of an account
// does, although GitHub undoes it for three months (github.md section 5).
func (c theAccount) Dispose(d access.Disposition) (access.Connector, bool) {
	has := access.Delete
	if c.config.Enterprise != "" {
		has = access.Suspend
	}
	if d != has {
		return nil, false
	}
	return theAccount{c.GitHub, d}, true
}

// The ids of the grants. An invitation's is followed by its number.
const (
	membershipGrant = "membership"
	outsiderGrant   = "collaborator"
	managedGrantID  = "managed"
)

// List asks for each of them.
// GET /orgs/{org}/memberships/{username}, /orgs/{org}/outside_collaborators, /orgs/{org}/invitations.
func (c theAccount) List(ctx context.Context, id access.AccountID) ([]access.Grant, error) {
	s, err := c.subject(ctx, id)
	if err != nil {
		return nil, err
	}
	u, err := c.managed(ctx, s)
	if err != nil {
		return nil, err
	}
	var grants []access.Grant
	if u != nil {
		grants = []access.Grant{managedGrant(s, u)}
	} else if grants, err = c.personal(ctx, s); err != nil {
		return nil, err
	}
	if c.disposition == "" {
		return grants, nil
	}
	return access.Under(grants, c.disposition), nil
}

func (c theAccount) personal(ctx context.Context, s *subject) (grants []access.Grant, err error) {
	if !s.invited() {
		m, is, err := c.membership(ctx, s)
		if err != nil {
			return nil, err
		}
		if is {
			grants = append(grants, m.grant(s))
		}
		outside, err := c.isOutsider(ctx, s)
		if err != nil {
			return nil, err
		}
		if outside {
			grants = append(grants, access.Grant{ID: outsiderGrant, Label: s.Login + " (outside collaborator)"})
		}
	}
	invitations, err := c.invitations(ctx)
	if err != nil {
		return nil, err
	}
	all, err := c.everybody(ctx)
	if err != nil {
		return nil, err
	}
	for _, i := range invitations {
		// One to the account is its membership, which has not been accepted.
		if s.invitation == i.ID || !s.invited() && i.Login == "" && slices.Contains(all.emails[s.ID], strings.ToLower(i.Email)) {
			grants = append(grants, access.Grant{
				ID: access.GrantID(fmt.Sprint(invitationPrefix, i.ID)), Label: fmt.Sprintf("%s (open invitation, as %s)", cmp.Or(i.Email, i.Login), cmp.Or(i.Role, member)),
			})
		}
	}
	return grants, nil
}

func (m *membership) grant(s *subject) access.Grant {
	grant := access.Grant{
		ID: membershipGrant, Label: fmt.Sprintf("%s (%s)", s.Login, m.status()),
		Note: "GitHub keeps what they had for three months, and gives it back to a member who is reinstated. With SAML single sign-on they can join again " +
			"for as long as the identity provider lets them in: have them disabled there first.",
	}
	if m.State == pendingState {
		grant.Label, grant.Note = s.Login+" (invited, has not accepted)", ""
	}
	if m.indirect() {
		teams := cmp.Or(strings.Join(m.Through, ", "), "unknown")
		grant.Label = fmt.Sprintf("%s (%s, via enterprise team: %s)", s.Login, m.status(), teams)
		grant.Stays = throughEnterprise(teams)
	}
	return grant
}

func throughEnterprise(teams string) *access.Error {
	return &access.Error{
		Kind: access.Blocked, Op: "remove a membership", Reason: "it comes with the enterprise team " + teams + ", and GitHub removes only what is direct",
		Fix: "Take the person out of that team in the enterprise's settings.",
	}
}

// Remove takes the account out of the organisation, cancels an invitation, or suspends a managed user.
// DELETE /orgs/{org}/memberships/{username}, /orgs/{org}/outside_collaborators/{username} and
// /orgs/{org}/invitations/{invitation_id}.
func (c theAccount) Remove(ctx context.Context, id access.AccountID, grant access.GrantID) (access.Receipt, error) {
	gone := access.Receipt{Assurance: access.Observed}
	if c.disposition == "" {
		return access.Receipt{}, &access.Error{Kind: access.Blocked, Op: "remove " + string(id), Reason: "no disposition is chosen", Fix: "Choose one."}
	}
	s, err := c.subject(ctx, id)
	if err != nil {
		return gone, system.IgnoreNotFound(err)
	}
	number, isInvitation := strings.CutPrefix(string(grant), invitationPrefix)
	switch {
	case isInvitation:
		n, err := strconv.ParseInt(number, 10, 64)
		if err != nil {
			return access.Receipt{}, noSuchGrant(grant)
		}
		return gone, c.write(ctx, writeMembers.to("cancel the invitation %d", n), http.MethodDelete, c.org("/invitations/%v", n), nil)
	case grant == managedGrantID:
		u, err := c.managed(ctx, s)
		if err != nil || u == nil || !*u.Active {
			return gone, err
		}
		if err := c.mustNotBeLast(ctx, s); err != nil {
			return access.Receipt{}, err
		}
		return gone, c.suspend(ctx, s, u)
	case grant == outsiderGrant:
		call := writeMembers.to("remove the outside collaborator %s", s.Login)
		return gone, c.write(ctx, call, http.MethodDelete, c.org("/outside_collaborators/%s", s.Login), nil)
	case grant != membershipGrant:
		return access.Receipt{}, noSuchGrant(grant)
	}
	// Who has this login is asked together with the membership: a login that was given up is somebody else's to have.
	m, is, err := c.membership(ctx, s)
	switch {
	case err != nil || !is:
		return gone, err
	case m.indirect():
		return access.Receipt{}, throughEnterprise(cmp.Or(strings.Join(m.Through, ", "), "unknown"))
	case m.State == activeState:
		if err := c.mayLeave(ctx, s, m); err != nil {
			return access.Receipt{}, err
		}
	}
	return gone, c.write(ctx, writeMembers.to("remove %s from the organization", s.Login), http.MethodDelete, c.org("/memberships/%s", s.Login), nil)
}

// mayLeave refuses to let a member go with whom the organisation would lose its last owner, or who something would be lost with.
func (c theAccount) mayLeave(ctx context.Context, s *subject, m *membership) error {
	if m.Role == adminRole {
		if err := c.mustKeepOwner(ctx, s.ID); err != nil {
			return err
		}
	}
	return groupOwnership{c.GitHub}.mustLeaveNothing(ctx, s)
}

func noSuchGrant(grant access.GrantID) error {
	return &access.Error{Kind: access.Blocked, Op: "remove " + string(grant), Reason: "that is not the id of anything here", Fix: "Plan again."}
}

// Refuse keeps the organisation from losing its last owner, and this run from losing its App or what starts it.
func (c theAccount) Refuse(ctx context.Context, id access.AccountID, going access.Holdings) error {
	s, err := c.subject(ctx, id)
	if err != nil || s.invited() {
		return system.IgnoreNotFound(err)
	}
	if err := c.mustNotBeOurs(ctx, s.ID); err != nil {
		return err
	}
	if strings.EqualFold(c.config.Actor, s.Login) {
		return &access.Error{
			Kind: access.Blocked, Op: "remove " + s.Login + " from the organization",
			Reason: "GitHub Actions runs this very workflow as them, and disables one on a schedule when who last changed the schedule has left: nothing would watch any more",
			Fix:    "Have somebody who stays start the run. If it runs on a schedule, have them commit a change to its cron line first.",
		}
	}
	if len(going) == 0 {
		return nil
	}
	return c.mustNotBeLast(ctx, s)
}

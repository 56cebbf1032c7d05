package github

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/system"
)

// AppAssignments are the repositories that the account was given access to by itself, and invitations to some that are
// open. What comes with a team or with the organisation goes with those.
func AppAssignments(g *GitHub) access.Connector { return appAssignments{g} }

type appAssignments struct{ *GitHub }

var (
	_ access.Surveyor  = appAssignments{}
	_ access.Rechecker = appAssignments{}
)

const repoInvitationPrefix = "repo_invitation/"

type repoInvitation struct {
	ID          int64    `json:"id"`
	NodeID      string   `json:"node_id"`
	Invitee     *account `json:"invitee"`
	Permissions string   `json:"permissions"`
	Expired     bool     `json:"expired"`
	// email is the address of one that went to no account.
	email string
}

// List asks every repository: GitHub can't be asked for what somebody was given.
func (c appAssignments) List(ctx context.Context, id access.AccountID) ([]access.Grant, error) {
	if _, err := c.subject(ctx, id); err != nil {
		return nil, err
	}
	everybody, err := c.Survey(ctx)
	return everybody[id], err
}

// Survey asks every repository who has rights of their own on it, and who is invited.
func (c appAssignments) Survey(ctx context.Context) (map[access.AccountID][]access.Grant, error) {
	repos, err := c.repositories(ctx)
	if err != nil {
		return nil, err
	}
	return c.given(ctx, repos)
}

// Recheck asks these repositories alone.
func (c appAssignments) Recheck(ctx context.Context, id access.AccountID, grants []access.GrantID) ([]access.Grant, error) {
	var ids []int64
	for _, grant := range grants {
		if parts, ok := numbered(grant, repoPrefix, 1); ok {
			ids = append(ids, parts[0])
		}
		if parts, ok := numbered(grant, repoInvitationPrefix, 2); ok {
			ids = append(ids, parts[0])
		}
	}
	found, err := c.repositoriesOf(ctx, ids)
	if err != nil {
		return nil, err
	}
	var repos []*repository
	for _, r := range found {
		repos = append(repos, r)
	}
	everybody, err := c.given(ctx, repos)
	return everybody[id], err
}

// given is what these repositories have given to whom. GraphQL tells where rights come from, which REST does not
// (github.md section 6); GET /repos/{owner}/{repo}/invitations.
func (c appAssignments) given(ctx context.Context, repos []*repository) (map[access.AccountID][]access.Grant, error) {
	var mu sync.Mutex
	everybody := map[access.AccountID][]access.Grant{}
	note := func(id int64, grant access.Grant) {
		mu.Lock()
		defer mu.Unlock()
		everybody[accountID(id)] = append(everybody[accountID(id)], grant)
	}
	all, err := c.everybody(ctx)
	if err != nil {
		return nil, err
	}
	err = eachRepository(ctx, repos, func(ctx context.Context, r *repository) error {
		people, err := c.collaborators(ctx, r)
		if err != nil {
			return err
		}
		for _, p := range people {
			if role, direct := p.given(); direct {
				note(p.Node.DatabaseID, access.Grant{ID: repoGrant(repoPrefix, r.ID), Label: c.repoLabel(r, role)})
			}
		}
		invitations, err := c.repoInvitations(ctx, r)
		if err != nil {
			return err
		}
		for _, i := range invitations {
			whose := all.byEmail[strings.ToLower(i.email)]
			if i.Invitee != nil {
				whose = []int64{i.Invitee.ID}
			}
			for _, id := range whose {
				note(id, access.Grant{
					ID: repoGrant(repoInvitationPrefix, r.ID, i.ID), Label: c.repoLabel(r, "open invitation, "+cmp.Or(i.Permissions, "unknown rights")),
				})
			}
		}
		return nil
	})
	return everybody, err
}

// repoInvitations lists the open invitations to a repository, each with the account or the address that it went to. Whose an
// address is that GitHub links to no account can't be told: it is nobody's account until the invitation is accepted.
func (c appAssignments) repoInvitations(ctx context.Context, r *repository) ([]*repoInvitation, error) {
	call := adminRepos.to("list the open invitations to the repository %s", r.Name)
	invitations, err := list[repoInvitation](ctx, c.GitHub, call, c.repo(r.Name, "/invitations"))
	if err != nil {
		return nil, there(call, err)
	}
	var addressed []string
	for _, i := range invitations {
		switch {
		case i.ID == 0 || i.Invitee != nil && !i.Invitee.whole() || i.Invitee == nil && i.NodeID == "":
			return nil, malformed(call, "an invitation without an id, or to an account without one")
		case i.Invitee == nil && !i.Expired:
			addressed = append(addressed, i.NodeID)
		}
	}
	emails, err := c.addresses(ctx, r, addressed)
	if err != nil {
		return nil, err
	}
	for _, i := range invitations {
		i.email = emails[i.NodeID]
	}
	return slices.DeleteFunc(invitations, func(i *repoInvitation) bool { return i.Expired }), nil
}

const addressesQuery = `query($ids: [ID!]!) { nodes(ids: $ids) { ... on RepositoryInvitation { id email } } }`

// addresses are those that invitations went to, which REST does not tell.
func (c appAssignments) addresses(ctx context.Context, r *repository, ids []string) (map[string]string, error) {
	emails := map[string]string{}
	for some := range slices.Chunk(ids, 100) {
		call := adminRepos.to("find out to whom the open invitations to the repository %s went", r.Name)
		answer, err := query[struct {
			Nodes []*struct {
				ID    string `json:"id"`
				Email string `json:"email"`
			} `json:"nodes"`
		}](ctx, c.GitHub, call, addressesQuery, map[string]any{"ids": some})
		if err != nil {
			return nil, err
		}
		for _, n := range answer.Nodes {
			if n != nil {
				emails[n.ID] = n.Email
			}
		}
		for _, id := range some {
			if emails[id] == "" {
				return nil, &access.Error{
					Kind: access.Denied, Op: call.what, Reason: "GitHub does not show the address that one of them went to, which may be anybody's",
					Fix: "Look at the open invitations in the settings of the repository, and cancel those that are not meant to be accepted.",
				}
			}
		}
	}
	return emails, nil
}

// Remove takes the account's own rights on the repository away, or cancels the invitation.
// DELETE /repos/{owner}/{repo}/collaborators/{username}, DELETE /repos/{owner}/{repo}/invitations/{invitation_id}.
func (c appAssignments) Remove(ctx context.Context, id access.AccountID, grant access.GrantID) (access.Receipt, error) {
	gone := access.Receipt{Assurance: access.Observed}
	given, isRepo := numbered(grant, repoPrefix, 1)
	invited, isInvitation := numbered(grant, repoInvitationPrefix, 2)
	if !isRepo && !isInvitation {
		return access.Receipt{}, noSuchGrant(grant)
	}
	s, err := c.subject(ctx, id)
	if err != nil || s.invited() {
		return gone, system.IgnoreNotFound(err)
	}
	r, err := c.oneRepository(ctx, append(given, invited...)[0])
	if err != nil || r == nil {
		return gone, err
	}
	if isInvitation {
		call := writeRepos.to("cancel an invitation to the repository %s", r.Name)
		return gone, c.unlessArchived(r, call, c.write(ctx, call, http.MethodDelete, c.repo(r.Name, "/invitations/%v", invited[1]), nil))
	}
	call := writeRepos.to("take the rights of %s on the repository %s away", s.Login, r.Name)
	owners, err := c.owners(ctx)
	if err != nil {
		return access.Receipt{}, err
	}
	switch only, err := groupOwnership(c).onlyAdmin(ctx, r, owners); {
	case err != nil:
		return access.Receipt{}, err
	case only == s.ID && !r.Archived:
		return access.Receipt{}, groupOwnership(c).leftBehind(call.what, []access.Grant{{Label: c.repoLabel(r, "repository, the only administrator")}})
	}
	return gone, c.unlessArchived(r, call, c.write(ctx, call, http.MethodDelete, c.repo(r.Name, "/collaborators/%s", s.Login), nil))
}

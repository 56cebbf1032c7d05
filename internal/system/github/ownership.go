package github

import (
	"context"
	"fmt"
	"net/http"
	"sync"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/system"
)

// GroupOwnership are the teams whose only maintainer the account is, and the repositories that nobody else administers but
// the organisation's owners. The successor becomes one; what the account has there itself is its membership of the team and
// its rights on the repository.
func GroupOwnership(g *GitHub) access.Connector { return groupOwnership{g} }

type groupOwnership struct{ *GitHub }

var (
	_ access.Vetter    = groupOwnership{}
	_ access.Surveyor  = groupOwnership{}
	_ access.Rechecker = groupOwnership{}
)

const repoPrefix = "repo/"

// List asks every team and every repository.
func (c groupOwnership) List(ctx context.Context, id access.AccountID) ([]access.Grant, error) {
	if _, err := c.subject(ctx, id); err != nil {
		return nil, err
	}
	everybody, err := c.Survey(ctx)
	return everybody[id], err
}

// Survey asks every team for its maintainers, and every repository for those who administer it.
func (c groupOwnership) Survey(ctx context.Context) (map[access.AccountID][]access.Grant, error) {
	teams, err := c.teams(ctx)
	if err != nil {
		return nil, err
	}
	repos, err := c.repositories(ctx)
	if err != nil {
		return nil, err
	}
	return c.owned(ctx, teams, repos)
}

// Recheck asks these alone.
func (c groupOwnership) Recheck(ctx context.Context, id access.AccountID, grants []access.GrantID) ([]access.Grant, error) {
	teams, err := c.teamsOf(ctx, grants)
	if err != nil {
		return nil, err
	}
	var ids []int64
	for _, grant := range grants {
		if parts, ok := numbered(grant, repoPrefix, 1); ok {
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
	everybody, err := c.owned(ctx, teams, repos)
	return everybody[id], err
}

func (c groupOwnership) owned(ctx context.Context, teams []*team, repos []*repository) (map[access.AccountID][]access.Grant, error) {
	everybody := map[access.AccountID][]access.Grant{}
	err := c.eachTeam(ctx, teams, func(t *team, members []teamMember) {
		var maintainers []access.AccountID
		for _, m := range members {
			if m.maintainer {
				maintainers = append(maintainers, accountID(m.ID))
			}
		}
		if len(maintainers) == 1 && !t.enterprise() {
			everybody[maintainers[0]] = append(everybody[maintainers[0]], access.Grant{
				ID: repoGrant(teamPrefix, t.ID), Label: system.OneLine(or(t.Name, t.Slug) + " (team, the only maintainer)"),
			})
		}
	})
	if err != nil {
		return nil, err
	}
	var mu sync.Mutex
	err = eachRepository(ctx, repos, func(ctx context.Context, r *repository) error {
		only, err := c.onlyAdmin(ctx, r)
		if err != nil || only == 0 {
			return err
		}
		mu.Lock()
		defer mu.Unlock()
		everybody[accountID(only)] = append(everybody[accountID(only)], access.Grant{
			ID: repoGrant(repoPrefix, r.ID), Label: c.repoLabel(r, "repository, the only administrator"),
		})
		return nil
	})
	return everybody, err
}

// onlyAdmin is who administers the repository if it is one alone, and 0 otherwise. Whoever has rights of their own is asked
// for first, as there are few of them; only where one of those is alone is everybody.
func (c groupOwnership) onlyAdmin(ctx context.Context, r *repository) (int64, error) {
	only := int64(0)
	for _, affiliation := range []string{"DIRECT", "ALL"} {
		people, err := c.collaborators(ctx, r, affiliation, "")
		if err != nil {
			return 0, err
		}
		var admins []int64
		for _, p := range people {
			if p.admin() {
				admins = append(admins, p.Node.DatabaseID)
			}
		}
		if len(admins) != 1 {
			return 0, nil
		}
		only = admins[0]
	}
	return only, nil
}

// Moves says that all of it needs somebody.
func (c groupOwnership) Moves(access.GrantID) bool { return true }

// Vet refuses a successor who is not in the organisation: GitHub would invite them, and whether they accept is up to them.
func (c groupOwnership) Vet(ctx context.Context, _ access.AccountID, _ access.Holdings, successor access.AccountID) error {
	s, err := c.subject(ctx, successor)
	if err != nil {
		return err
	}
	is := false
	if !s.invited() {
		var m *membership
		if m, is, err = c.membership(ctx, s); err != nil {
			return err
		}
		is = is && m.State == activeState
	}
	if is {
		return nil
	}
	return &access.Error{
		Kind: access.Blocked, Op: "give teams and repositories to " + or(s.Login, string(successor)), Reason: "they are not a member of the organization",
		Fix: "Name a successor who is.",
	}
}

// Transfer makes the successor a maintainer of the team, or an administrator of the repository.
// PUT /orgs/{org}/teams/{team_slug}/memberships/{username}, PUT /repos/{owner}/{repo}/collaborators/{username}.
func (c groupOwnership) Transfer(
	ctx context.Context, id access.AccountID, grant access.GrantID, successor access.AccountID,
) (access.Receipt, error) {
	gone := access.Receipt{Assurance: access.Observed}
	// What is no longer the account's to give is left alone.
	held, err := c.Recheck(ctx, id, []access.GrantID{grant})
	if err != nil || len(held) == 0 {
		return gone, err
	}
	if err := c.Vet(ctx, id, nil, successor); err != nil {
		return access.Receipt{}, err
	}
	heir, err := c.subject(ctx, successor)
	if err != nil {
		return access.Receipt{}, err
	}
	if parts, ok := numbered(grant, repoPrefix, 1); ok {
		r, err := c.oneRepository(ctx, parts[0])
		if err != nil || r == nil {
			return gone, err
		}
		call := writeRepos.to("make %s an administrator of the repository %s", heir.Login, r.Name)
		_, err = c.do(ctx, call, http.MethodPut, c.repo(r.Name, "/collaborators/%s", heir.Login), map[string]string{"permission": adminRole}, nil)
		return gone, c.unlessArchived(r, call, there(call, err))
	}
	teams, err := c.teamsOf(ctx, []access.GrantID{grant})
	if err != nil || len(teams) == 0 {
		return gone, err
	}
	call := writeMembers.to("make %s a maintainer of the team %s", heir.Login, teams[0].Slug)
	_, err = c.do(ctx, call, http.MethodPut, c.org("/teams/%s/memberships/%s", teams[0].Slug, heir.Login), map[string]string{"role": "maintainer"}, nil)
	if status(err) == http.StatusForbidden {
		err = groupMembership(c).whyNot(ctx, call, teams[0], err)
	}
	return gone, there(call, err)
}

// Remove refuses: somebody has to look after it.
func (c groupOwnership) Remove(ctx context.Context, id access.AccountID, grant access.GrantID) (access.Receipt, error) {
	return access.Receipt{}, needsSuccessor(ctx, fmt.Sprintf("take %s from %s", grant, id), "nobody but the organization's owners could look after it")
}

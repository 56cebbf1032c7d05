package github

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
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
				ID: repoGrant(teamPrefix, t.ID), Label: system.OneLine(cmp.Or(t.Name, t.Slug) + " (team, the only maintainer)"),
			})
		}
	})
	if err != nil {
		return nil, err
	}
	owners, err := c.owners(ctx)
	if err != nil {
		return nil, err
	}
	var mu sync.Mutex
	err = eachRepository(ctx, repos, func(ctx context.Context, r *repository) error {
		only, err := c.onlyAdmin(ctx, r, owners)
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

// onlyAdmin is who administers the repository if it is one alone, and 0 otherwise. The organisation's owners, who administer
// all of them, count where they were made one of this.
func (c groupOwnership) onlyAdmin(ctx context.Context, r *repository, owners []*account) (int64, error) {
	people, err := c.collaborators(ctx, r)
	if err != nil {
		return 0, err
	}
	admins := map[int64]bool{}
	for _, p := range people {
		if p.admin() {
			admins[p.Node.DatabaseID] = true
		}
	}
	if len(admins) <= 1 {
		// Through teams, and roles of the organisation: GET /repos/{owner}/{repo}/collaborators.
		call := adminRepos.to("list who administers the repository %s", r.Name)
		all, err := list[account](ctx, c.GitHub, call, c.repo(r.Name, "/collaborators")+"?permission=admin")
		if err != nil {
			return 0, there(call, err)
		}
		for _, a := range all {
			switch {
			case !a.whole():
				return 0, malformed(call, "somebody without an id and a login")
			case !slices.ContainsFunc(owners, func(o *account) bool { return o.ID == a.ID }):
				admins[a.ID] = true
			}
		}
	}
	if len(admins) != 1 {
		return 0, nil
	}
	for only := range admins {
		return only, nil
	}
	return 0, nil
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
		Kind: access.Blocked, Op: "give teams and repositories to " + cmp.Or(s.Login, string(successor)), Reason: "they are not a member of the organization",
		Fix: "Name a successor who is.",
	}
}

// leftBehind refuses what would leave these grants with nobody: what is the account's alone.
func (groupOwnership) leftBehind(what string, owned []access.Grant) error {
	if len(owned) == 0 {
		return nil
	}
	var labels []string
	for _, grant := range owned {
		labels = append(labels, grant.Label)
	}
	slices.Sort(labels)
	return &access.Error{
		Kind: access.Blocked, Op: what, Reason: "it would leave these to nobody but the organization's owners: " + some(labels),
		Fix: "Let offboard_group_ownership give them to a successor first (depends_on).",
	}
}

// mustLeaveNothing is leftBehind, of all that the account has alone. Where it may administer is asked of it alone.
func (c groupOwnership) mustLeaveNothing(ctx context.Context, s *subject) error {
	teams, err := c.teams(ctx)
	if err != nil {
		return err
	}
	all, err := c.reachOf(ctx, s)
	if err != nil {
		return err
	}
	var repos []*repository
	for _, r := range all {
		if r.admin() {
			repos = append(repos, &r.repository)
		}
	}
	everybody, err := c.owned(ctx, teams, repos)
	if err != nil {
		return err
	}
	return c.leftBehind("remove "+s.Login+" from the organization", everybody[accountID(s.ID)])
}

// Transfer makes the successor a maintainer of the team, or an administrator of the repository.
// PUT /orgs/{org}/teams/{team_slug}/memberships/{username}, PUT /repos/{owner}/{repo}/collaborators/{username}.
func (c groupOwnership) Transfer(
	ctx context.Context, id access.AccountID, grant access.GrantID, successor access.AccountID,
) (access.Receipt, error) {
	gone := access.Receipt{Assurance: access.Observed, Lingers: errStillAlone}
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

// errStillAlone is why a transfer may not show: whoever owns the organisation may do all of it anyhow, and GitHub may not note it.
var errStillAlone = &access.Error{
	Kind: access.Blocked, Reason: "GitHub agreed, and shows no other maintainer or administrator",
	Fix: "If the successor owns the organization, name one who does not: owners have these rights already, and are not counted.",
}

// Remove refuses: somebody has to look after it.
func (c groupOwnership) Remove(ctx context.Context, id access.AccountID, grant access.GrantID) (access.Receipt, error) {
	return access.Receipt{}, needsSuccessor(ctx, fmt.Sprintf("take %s from %s", grant, id), "nobody but the organization's owners could look after it")
}

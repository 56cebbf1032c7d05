package github

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/system"
)

// A team is named by its id, which stays; calls name it by the slug, which follows its name.
type team struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
	Slug string `json:"slug"`
	// Type is enterprise where the team is not the organisation's to change.
	Type string `json:"type"`
}

func (t *team) enterprise() bool { return t.Type == "enterprise" }

// A teamMember is somebody in a team. Inherited says that it is through a child team.
type teamMember struct {
	account
	Inherited  bool `json:"inherited"`
	maintainer bool
}

const teamPrefix = "team/"

// teams lists all of them, secret ones too. GET /orgs/{org}/teams.
func (g *GitHub) teams(ctx context.Context) ([]*team, error) {
	call := readMembers.to("list the teams")
	teams, err := list[team](ctx, g, call, g.org("/teams"))
	if err != nil {
		return nil, there(call, err)
	}
	if slices.ContainsFunc(teams, func(t *team) bool { return t.ID == 0 || t.Slug == "" }) {
		return nil, malformed(call, "a team without an id or a slug")
	}
	return teams, nil
}

// teamsOf are those teams that grants name, as they are called now.
func (g *GitHub) teamsOf(ctx context.Context, grants []access.GrantID) ([]*team, error) {
	teams, err := g.teams(ctx)
	return slices.DeleteFunc(teams, func(t *team) bool { return !slices.Contains(grants, repoGrant(teamPrefix, t.ID)) }), err
}

// members lists who is in a team by themselves. GET /orgs/{org}/teams/{team_slug}/members, by role, as not every answer
// says the role. A team that went meanwhile has none.
func (g *GitHub) members(ctx context.Context, t *team) (members []teamMember, err error) {
	for _, role := range []string{"maintainer", "member"} {
		call := readMembers.to("list the members of the team %s", t.Slug)
		found, err := list[teamMember](ctx, g, call, g.org("/teams/%s/members", t.Slug)+"?role="+role)
		if access.KindOf(err) == access.NotFound {
			return nil, g.teamIsGone(ctx, call, t, err)
		}
		if err != nil {
			return nil, err
		}
		for _, m := range found {
			if !m.whole() {
				return nil, malformed(call, "a member without an id and a login")
			}
			if !m.Inherited {
				m.maintainer = role == "maintainer"
				members = append(members, *m)
			}
		}
	}
	return members, nil
}

// teamIsGone returns nil if the team is not there any more.
func (g *GitHub) teamIsGone(ctx context.Context, call op, t *team, refused error) error {
	now, err := g.teamsOf(ctx, []access.GrantID{repoGrant(teamPrefix, t.ID)})
	switch {
	case err != nil:
		return err
	case len(now) == 0:
		return nil
	}
	return there(call, refused)
}

// eachTeam asks teams for their members side by side.
func (g *GitHub) eachTeam(ctx context.Context, teams []*team, tell func(*team, []teamMember)) error {
	var mu sync.Mutex
	asking, askCtx := errgroup.WithContext(ctx)
	asking.SetLimit(reposAtOnce)
	for _, t := range teams {
		asking.Go(func() error {
			members, err := g.members(askCtx, t)
			if err != nil {
				return err
			}
			mu.Lock()
			defer mu.Unlock()
			tell(t, members)
			return nil
		})
	}
	if err := asking.Wait(); err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return err
	}
	return nil
}

// GroupMembership are the teams the account is in by itself.
func GroupMembership(g *GitHub) access.Connector { return groupMembership{g} }

type groupMembership struct{ *GitHub }

var (
	_ access.Surveyor  = groupMembership{}
	_ access.Rechecker = groupMembership{}
)

// List asks every team. GraphQL would tell the teams of one person, from an index of which GitHub does not say how far it
// may be behind.
func (c groupMembership) List(ctx context.Context, id access.AccountID) ([]access.Grant, error) {
	if _, err := c.subject(ctx, id); err != nil {
		return nil, err
	}
	everybody, err := c.Survey(ctx)
	return everybody[id], err
}

// Survey asks every team for its members.
func (c groupMembership) Survey(ctx context.Context) (map[access.AccountID][]access.Grant, error) {
	teams, err := c.teams(ctx)
	if err != nil {
		return nil, err
	}
	return c.memberships(ctx, teams)
}

// Recheck asks these teams alone.
func (c groupMembership) Recheck(ctx context.Context, id access.AccountID, grants []access.GrantID) ([]access.Grant, error) {
	teams, err := c.teamsOf(ctx, grants)
	if err != nil {
		return nil, err
	}
	everybody, err := c.memberships(ctx, teams)
	return everybody[id], err
}

func (c groupMembership) memberships(ctx context.Context, teams []*team) (map[access.AccountID][]access.Grant, error) {
	everybody := map[access.AccountID][]access.Grant{}
	err := c.eachTeam(ctx, teams, func(t *team, members []teamMember) {
		for _, m := range members {
			id := accountID(m.ID)
			everybody[id] = append(everybody[id], t.membership(m))
		}
	})
	return everybody, err
}

func (t *team) membership(m teamMember) access.Grant {
	what := "team"
	if m.maintainer {
		what = "team, maintainer"
	}
	grant := access.Grant{ID: repoGrant(teamPrefix, t.ID), Label: system.OneLine(fmt.Sprintf("%s (%s)", cmp.Or(t.Name, t.Slug), what))}
	if t.enterprise() {
		grant.Label = system.OneLine(fmt.Sprintf("%s (enterprise %s)", cmp.Or(t.Name, t.Slug), what))
		grant.Stays = &access.Error{
			Kind: access.Blocked, Op: "remove a membership", Reason: "the team is the enterprise's, and its members only change there",
			Fix: "Take the person out of the team in the enterprise's settings.",
		}
	}
	return grant
}

// Remove takes the account out of the team. DELETE /orgs/{org}/teams/{team_slug}/memberships/{username}.
func (c groupMembership) Remove(ctx context.Context, id access.AccountID, grant access.GrantID) (access.Receipt, error) {
	gone := access.Receipt{Assurance: access.Observed}
	s, err := c.subject(ctx, id)
	if err != nil || s.invited() {
		return gone, err
	}
	teams, err := c.teamsOf(ctx, []access.GrantID{grant})
	if err != nil || len(teams) == 0 {
		return gone, err
	}
	t := teams[0]
	if stays := t.membership(teamMember{}).Stays; stays != nil {
		return access.Receipt{}, stays
	}
	call := writeMembers.to("remove %s from the team %s", s.Login, t.Slug)
	owned, err := groupOwnership(c).owned(ctx, teams, nil)
	if err == nil {
		err = groupOwnership(c).leftBehind(call.what, owned[id])
	}
	if err != nil {
		return access.Receipt{}, err
	}
	err = c.write(ctx, call, http.MethodDelete, c.org("/teams/%s/memberships/%s", t.Slug, s.Login), nil)
	if status(err) == http.StatusForbidden {
		err = c.whyNot(ctx, call, t, err)
	}
	return gone, err
}

// whyNot looks whether an identity provider manages the team: GitHub refuses it in the same words as a missing right.
// GET /orgs/{org}/teams/{team_slug}/team-sync/group-mappings and /orgs/{org}/teams/{team_slug}/external-groups.
func (c groupMembership) whyNot(ctx context.Context, call op, t *team, refused error) error {
	var groups []string
	for _, at := range []string{"/teams/%s/team-sync/group-mappings", "/teams/%s/external-groups"} {
		found, err := get[struct {
			Groups []struct {
				Name string `json:"group_name"`
			} `json:"groups"`
		}](ctx, c.GitHub, readSync.to("find out whether a group of the identity provider manages the team %s", t.Slug), c.org(at, t.Slug))
		if err != nil {
			continue
		}
		for _, group := range found.Groups {
			groups = append(groups, group.Name)
		}
	}
	if len(groups) == 0 {
		return refused
	}
	return &access.Error{
		Kind: access.Blocked, Op: call.what, Err: refused,
		Reason: "its members come from the identity provider (" + strings.Join(groups, ", ") + "), and only change there",
		Fix:    "Take the person out of that group at the identity provider.",
	}
}

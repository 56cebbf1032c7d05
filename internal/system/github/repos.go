package github

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/offboard/terraform-provider-offboard/internal/access"
)

// A repository is named by its id, which stays; its name can be changed and given to another.
type repository struct {
	ID       int64  `json:"id"`
	Name     string `json:"name"`
	FullName string `json:"full_name"`
	Private  bool   `json:"private"`
	Archived bool   `json:"archived"`
}

// reposAtOnce is how many repositories are asked about side by side. GitHub counts up to a hundred requests at once.
const reposAtOnce = 8

// repositories lists all of the organisation's. GET /orgs/{org}/repos.
func (g *GitHub) repositories(ctx context.Context) ([]*repository, error) {
	call := readRepos.to("list the repositories")
	repos, err := list[repository](ctx, g, call, g.org("/repos")+"?type=all")
	if err != nil {
		return nil, there(call, err)
	}
	if slices.ContainsFunc(repos, func(r *repository) bool { return r.ID == 0 || r.Name == "" }) {
		return nil, malformed(call, "a repository without an id or a name")
	}
	return repos, nil
}

// repositoriesOf are those of the organisation's repositories that are named by the first part of a grant, as they are
// called now. One that is not there any more is not among them, with all that was in it.
func (g *GitHub) repositoriesOf(ctx context.Context, ids []int64) (map[int64]*repository, error) {
	found := map[int64]*repository{}
	if len(ids) == 0 {
		return found, nil
	}
	repos, err := g.repositories(ctx)
	for _, r := range repos {
		if slices.Contains(ids, r.ID) {
			found[r.ID] = r
		}
	}
	return found, err
}

// oneRepository is repositoriesOf one, and nil if it is not there.
func (g *GitHub) oneRepository(ctx context.Context, id int64) (*repository, error) {
	found, err := g.repositoriesOf(ctx, []int64{id})
	return found[id], err
}

// eachRepository asks about repositories side by side.
func eachRepository(ctx context.Context, repos []*repository, ask func(context.Context, *repository) error) error {
	asking, askCtx := errgroup.WithContext(ctx)
	asking.SetLimit(reposAtOnce)
	for _, r := range repos {
		asking.Go(func() error { return ask(askCtx, r) })
	}
	if err := asking.Wait(); err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return err
	}
	return nil
}

// numbered reads a grant whose parts are numbers, such as repo/12/34 with the prefix repo/.
func numbered(grant access.GrantID, prefix string, parts int) ([]int64, bool) {
	rest, is := strings.CutPrefix(string(grant), prefix)
	texts := strings.Split(rest, "/")
	if !is || len(texts) != parts {
		return nil, false
	}
	var numbers []int64
	for _, text := range texts {
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil || !numberForm.MatchString(text) {
			return nil, false
		}
		numbers = append(numbers, n)
	}
	return numbers, true
}

func repoGrant(prefix string, numbers ...int64) access.GrantID {
	var parts []string
	for _, n := range numbers {
		parts = append(parts, strconv.FormatInt(n, 10))
	}
	return access.GrantID(prefix + strings.Join(parts, "/"))
}

// A grantedRole is a role on a repository with where it comes from.
type grantedRole struct {
	RoleName   string `json:"roleName"`
	Permission string `json:"permission"`
	Source     struct {
		Type string `json:"__typename"`
	} `json:"source"`
}

// A collaborator has rights on a repository, each from some source.
type collaborator struct {
	Permission string         `json:"permission"`
	Node       *user          `json:"node"`
	Sources    []*grantedRole `json:"permissionSources"`
}

// given is the role that somebody was given by themselves, and false if none was.
func (c *collaborator) given() (role string, has bool) {
	for _, s := range c.Sources {
		if s.Source.Type == "Repository" {
			return cmp.Or(s.RoleName, strings.ToLower(s.Permission)), true
		}
	}
	return "", false
}

// admin says that somebody administers the repository by themselves or through a team, and not as an owner of the
// organisation, who administers all of them.
func (c *collaborator) admin() bool {
	return slices.ContainsFunc(c.Sources, func(s *grantedRole) bool {
		return s.Source.Type != "Organization" && (s.RoleName == adminRole || s.Permission == "ADMIN")
	})
}

type collaboratorPage struct {
	Edges    []*collaborator `json:"edges"`
	PageInfo *pageInfo       `json:"pageInfo"`
}

const collaboratorFields = `edges { permission node { login databaseId } permissionSources { roleName permission source { __typename } } } pageInfo { hasNextPage endCursor }`

// read checks a page and adds it.
func (p *collaboratorPage) read(call op, add func(*collaborator)) (*pageInfo, error) {
	if p == nil || p.Edges == nil {
		return nil, &access.Error{
			Kind: access.Denied, Op: call.what, Reason: "GitHub does not show who has access to a repository", Fix: call.need.wanted(),
		}
	}
	for _, c := range p.Edges {
		if c == nil || !c.Node.whole() || c.Permission == "" || c.Sources == nil {
			return nil, malformed(call, "a collaborator without an id, a permission or where it comes from")
		}
		add(c)
	}
	return p.PageInfo, nil
}

const directQuery = `query($org: String!, $name: String!, $after: String) {
  repository(owner: $org, name: $name, followRenames: false) { databaseId collaborators(affiliation: DIRECT, first: 100, after: $after) { ` + collaboratorFields + ` } } }`

// collaborators lists those with rights on a repository, whether or not they are members of the organisation: DIRECT, in
// GitHub's words. Where theirs come from says whether they were given any by themselves; who is only in a team, or has what
// everybody in the organisation has, may be among them.
func (g *GitHub) collaborators(ctx context.Context, r *repository) (all []*collaborator, err error) {
	call := adminRepos.to("list who has access to the repository %s", r.Name)
	variables := map[string]any{"org": g.config.Organization, "name": r.Name}
	err = connection(call, func(after any) (*pageInfo, error) {
		variables["after"] = after
		answer, err := query[struct {
			Repository *struct {
				ID            int64             `json:"databaseId"`
				Collaborators *collaboratorPage `json:"collaborators"`
			} `json:"repository"`
		}](ctx, g, call, directQuery, variables)
		switch {
		case err != nil:
			return nil, err
		case answer.Repository == nil || answer.Repository.ID != r.ID:
			return nil, &access.Error{Kind: access.Unavailable, Op: call.what, Reason: "it was renamed or deleted while it was being looked at", Fix: "Try again."}
		}
		return answer.Repository.Collaborators.read(call, func(c *collaborator) { all = append(all, c) })
	})
	return all, err
}

// A reach is what one person may do with a repository.
type reach struct {
	repository
	*collaborator
}

const reachQuery = `query($org: String!, $login: String!, $after: String) { organization(login: $org) { repositories(first: 100, after: $after) {
  nodes { databaseId name isPrivate isArchived collaborators(login: $login, first: 100) { ` + collaboratorFields + ` } }
  pageInfo { hasNextPage endCursor }
} } }`

// reachOf lists the repositories that somebody has access to, from wherever it comes.
func (g *GitHub) reachOf(ctx context.Context, s *subject) (all []reach, err error) {
	call := adminRepos.to("list the repositories that %s has access to", s.Login)
	err = connection(call, func(after any) (*pageInfo, error) {
		answer, err := query[struct {
			Organization *struct {
				Repositories *struct {
					Nodes []*struct {
						ID            int64             `json:"databaseId"`
						Name          string            `json:"name"`
						Private       bool              `json:"isPrivate"`
						Archived      bool              `json:"isArchived"`
						Collaborators *collaboratorPage `json:"collaborators"`
					} `json:"nodes"`
					PageInfo *pageInfo `json:"pageInfo"`
				} `json:"repositories"`
			} `json:"organization"`
		}](ctx, g, call, reachQuery, map[string]any{"org": g.config.Organization, "login": s.Login, "after": after})
		if err != nil {
			return nil, err
		}
		if answer.Organization == nil || answer.Organization.Repositories == nil || answer.Organization.Repositories.Nodes == nil {
			return nil, malformed(call, "no repositories")
		}
		for _, n := range answer.Organization.Repositories.Nodes {
			if n == nil || n.ID == 0 || n.Name == "" {
				return nil, malformed(call, "a repository without an id or a name")
			}
			info, err := n.Collaborators.read(call, func(c *collaborator) {
				if c.Node.DatabaseID == s.ID {
					all = append(all, reach{repository{ID: n.ID, Name: n.Name, Private: n.Private, Archived: n.Archived}, c})
				}
			})
			switch {
			case err != nil:
				return nil, err
			case info == nil || info.HasNextPage:
				return nil, malformed(call, "many people where it was asked about one")
			}
		}
		return answer.Organization.Repositories.PageInfo, nil
	})
	return all, err
}

func (g *GitHub) repoLabel(r *repository, what string) string {
	return fmt.Sprintf("%s/%s (%s)", g.config.Organization, r.Name, what)
}

package github

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/system"
)

// SharedSecret are the secrets of Actions, Dependabot and environments that the account could read: whoever may write to a
// repository can have a workflow print what it gets (github.md section 11). A row is the value of a secret that was set at
// a time; it is gone when another value is set, or the secret is deleted. GitHub shows no value to anybody, and nobody but
// people can set one.
func SharedSecret(g *GitHub) access.Connector { return sharedSecret{g} }

type sharedSecret struct{ *GitHub }

var _ access.Outliver = sharedSecret{}

// A secret is what GitHub tells of one: its name and when its value was last set.
type secret struct {
	Name       string    `json:"name"`
	Updated    time.Time `json:"updated_at"`
	Visibility string    `json:"visibility"`
}

// A store is where secrets are kept. Each has its own names.
type store struct {
	// kind is actions, dependabot or environment.
	kind string
	// repo is 0 for the organisation's.
	repo int64
	// environment is that of a repository, for the kind environment.
	environment string
}

const environmentKind = "environment"

// id is the stable name of a secret's value as it was set at a time: actions/org/NAME@time, dependabot/12/NAME@time or
// environment/12/production/NAME@time, with the repository's id.
func (s store) id(v *secret) access.GrantID {
	parts := []string{s.kind, "org", v.Name}
	if s.repo != 0 {
		parts = []string{s.kind, strconv.FormatInt(s.repo, 10), v.Name}
	}
	if s.kind == environmentKind {
		parts = []string{s.kind, strconv.FormatInt(s.repo, 10), url.PathEscape(s.environment), v.Name}
	}
	return access.GrantID(strings.Join(parts, "/") + "@" + v.Updated.UTC().Format(time.RFC3339))
}

// parse is the inverse of id.
func parse(grant access.GrantID) (s store, name string, ok bool) {
	path, _, dated := strings.Cut(string(grant), "@")
	parts := strings.Split(path, "/")
	if !dated || len(parts) < 3 || !slices.Contains([]string{"actions", "dependabot", environmentKind}, parts[0]) ||
		len(parts) != map[bool]int{false: 3, true: 4}[parts[0] == environmentKind] {
		return store{}, "", false
	}
	s.kind, name = parts[0], parts[len(parts)-1]
	if parts[1] != "org" {
		id, err := strconv.ParseInt(parts[1], 10, 64)
		if err != nil {
			return store{}, "", false
		}
		s.repo = id
	}
	if s.kind == environmentKind {
		environment, err := url.PathUnescape(parts[2])
		if err != nil || s.repo == 0 {
			return store{}, "", false
		}
		s.environment = environment
	}
	return s, name, secretName(name)
}

// secretName says that a name is one GitHub gives: letters, digits and underscores.
func secretName(name string) bool {
	return name != "" && strings.Trim(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_") == ""
}

// List asks every repository that the account may write to for its secrets, and the organisation for those that such a
// repository gets.
func (c sharedSecret) List(ctx context.Context, id access.AccountID) ([]access.Grant, error) {
	s, err := c.subject(ctx, id)
	if err != nil || s.invited() {
		return nil, err
	}
	all, err := c.reachOf(ctx, s)
	if err != nil {
		return nil, err
	}
	var writable []*repository
	for _, r := range all {
		if slices.Contains([]string{"WRITE", "MAINTAIN", "ADMIN"}, r.Permission) {
			writable = append(writable, &r.repository)
		}
	}
	if len(writable) == 0 {
		return nil, nil
	}
	var mu sync.Mutex
	var grants []access.Grant
	add := func(in store, where string, secrets []*secret) {
		mu.Lock()
		defer mu.Unlock()
		for _, v := range secrets {
			grants = append(grants, in.grant(v, where))
		}
	}
	for _, kind := range []string{"actions", "dependabot"} {
		secrets, err := c.ofOrganization(ctx, kind, writable)
		if err != nil {
			return nil, err
		}
		add(store{kind: kind}, "the organization", secrets)
	}
	err = eachRepository(ctx, writable, func(ctx context.Context, r *repository) error { return c.ofRepository(ctx, r, add) })
	return grants, err
}

// grant is a value as a row.
func (s store) grant(v *secret, where string) access.Grant {
	kind := map[string]string{"actions": "Actions", "dependabot": "Dependabot", environmentKind: "environment " + s.environment}[s.kind]
	return access.Grant{
		ID:    s.id(v),
		Label: system.OneLine(fmt.Sprintf("%s (%s secret of %s, set on %s)", v.Name, kind, where, v.Updated.UTC().Format("2006-01-02 15:04 UTC"))),
		Stays: errRotate(v.Name),
	}
}

func errRotate(name string) *access.Error {
	return &access.Error{
		Kind: access.Blocked, Op: "rotate the secret " + name, Reason: "GitHub can't make a new value for a secret: whoever looks after what it is for has to",
		Fix: "Have a new credential made where it comes from, set it as the secret's new value, and have the old one revoked. The row goes when a newer value is " +
			"set or the secret is deleted; that the old one is refused GitHub can't tell.",
	}
}

// at is the path of a store, and what it takes to read it. r is the repository, as it is called now.
func (c sharedSecret) at(s store, r *repository) (string, need) {
	switch {
	case s.repo == 0 && s.kind == "actions":
		return c.org("/actions/secrets"), orgSecrets
	case s.repo == 0:
		return c.org("/dependabot/secrets"), orgBotSecrets
	case s.kind == environmentKind:
		return c.repo(r.Name, "/environments/%s/secrets", s.environment), envSecrets
	case s.kind == "actions":
		return c.repo(r.Name, "/actions/secrets"), repoSecrets
	}
	return c.repo(r.Name, "/dependabot/secrets"), botSecrets
}

func (c sharedSecret) in(ctx context.Context, s store, r *repository) ([]*secret, error) {
	at, need := c.at(s, r)
	call := need.to("list the secrets (%s)", at)
	secrets, err := listIn[secret](ctx, c.GitHub, call, at, "secrets", "total_count")
	if err != nil {
		return nil, there(call, err)
	}
	for _, v := range secrets {
		if !secretName(v.Name) || v.Updated.IsZero() {
			return nil, malformed(call, "a secret without a name or when it was set")
		}
	}
	return secrets, nil
}

// ofOrganization are the organisation's secrets that one of the repositories gets.
// GET /orgs/{org}/actions/secrets and /orgs/{org}/actions/secrets/{secret_name}/repositories, and the same for Dependabot.
func (c sharedSecret) ofOrganization(ctx context.Context, kind string, repos []*repository) ([]*secret, error) {
	all, err := c.in(ctx, store{kind: kind}, nil)
	if err != nil {
		return nil, err
	}
	private := slices.ContainsFunc(repos, func(r *repository) bool { return r.Private })
	var seen []*secret
	for _, v := range all {
		at, need := c.at(store{kind: kind}, nil)
		call := need.to("list the repositories that get the secret %s", v.Name)
		switch v.Visibility {
		case "all":
			seen = append(seen, v)
		case "private":
			if private {
				seen = append(seen, v)
			}
		case "selected":
			selected, err := listIn[repository](ctx, c.GitHub, call, at+path("/%s/repositories", v.Name), "repositories", "total_count")
			if err != nil {
				return nil, there(call, err)
			}
			if slices.ContainsFunc(selected, func(r *repository) bool {
				return slices.ContainsFunc(repos, func(mine *repository) bool { return mine.ID == r.ID })
			}) {
				seen = append(seen, v)
			}
		default:
			return nil, malformed(call, fmt.Sprintf("a visibility that is not known: %q", v.Visibility))
		}
	}
	return seen, nil
}

// ofRepository tells a repository's secrets, with those of its environments.
// GET /repos/{owner}/{repo}/actions/secrets, /dependabot/secrets, /environments and /environments/{environment_name}/secrets.
func (c sharedSecret) ofRepository(ctx context.Context, r *repository, add func(in store, where string, secrets []*secret)) error {
	stores := []store{{kind: "actions", repo: r.ID}, {kind: "dependabot", repo: r.ID}}
	call := environments.to("list the environments of the repository %s", r.Name)
	found, err := listIn[struct {
		Name string `json:"name"`
	}](ctx, c.GitHub, call, c.repo(r.Name, "/environments"), "environments", "total_count")
	if err != nil {
		return there(call, err)
	}
	for _, e := range found {
		if e.Name == "" {
			return malformed(call, "an environment without a name")
		}
		stores = append(stores, store{kind: environmentKind, repo: r.ID, environment: e.Name})
	}
	for _, s := range stores {
		secrets, err := c.in(ctx, s, r)
		if err != nil {
			return err
		}
		add(s, c.config.Organization+"/"+r.Name, secrets)
	}
	return nil
}

// Recheck looks which of these values are still the ones that are set, whoever can read them by now.
// GET …/secrets/{secret_name}.
func (c sharedSecret) Recheck(ctx context.Context, _ access.AccountID, grants []access.GrantID) (held []access.Grant, err error) {
	var ids []int64
	for _, grant := range grants {
		if s, _, ok := parse(grant); ok && s.repo != 0 {
			ids = append(ids, s.repo)
		}
	}
	repos, err := c.repositoriesOf(ctx, ids)
	if err != nil {
		return nil, err
	}
	for _, grant := range grants {
		s, name, ok := parse(grant)
		if !ok {
			return nil, noSuchGrant(grant)
		}
		r := repos[s.repo]
		where := "the organization"
		if s.repo != 0 {
			if r == nil {
				continue // Deleted, with its secrets.
			}
			where = c.config.Organization + "/" + r.Name
		}
		at, need := c.at(s, r)
		call := need.to("read when the secret %s was set", name)
		v, err := get[secret](ctx, c.GitHub, call, at+path("/%s", name))
		switch {
		case access.KindOf(err) == access.NotFound:
			// Only the list of what is there says that it is not: GitHub answers "not found" to whom it shows nothing as well.
			secrets, err := c.in(ctx, s, r)
			if err != nil && !c.environmentIsGone(ctx, s, r) {
				return nil, err
			}
			if slices.ContainsFunc(secrets, func(v *secret) bool { return v.Name == name }) {
				return nil, malformed(call, `"not found" for a secret that it lists`)
			}
			continue
		case err != nil:
			return nil, err
		case v.Name != name || v.Updated.IsZero():
			return nil, malformed(call, "another secret, or one without when it was set")
		}
		if s.id(v) == grant {
			held = append(held, s.grant(v, where))
		}
	}
	return held, nil
}

// environmentIsGone says that the environment is not among the repository's.
func (c sharedSecret) environmentIsGone(ctx context.Context, s store, r *repository) bool {
	if s.kind != environmentKind {
		return false
	}
	call := environments.to("list the environments of the repository %s", r.Name)
	found, err := listIn[struct {
		Name string `json:"name"`
	}](ctx, c.GitHub, call, c.repo(r.Name, "/environments"), "environments", "total_count")
	return err == nil && !slices.ContainsFunc(found, func(e *struct {
		Name string `json:"name"`
	},
	) bool {
		return e.Name == s.environment
	})
}

// Outlives says that Recheck answers of the values, whoever may read them.
func (sharedSecret) Outlives() {}

// Remove refuses, unless another value has been set: that is done by people.
func (c sharedSecret) Remove(ctx context.Context, id access.AccountID, grant access.GrantID) (access.Receipt, error) {
	_, name, ok := parse(grant)
	if !ok {
		return access.Receipt{}, noSuchGrant(grant)
	}
	held, err := c.Recheck(ctx, id, []access.GrantID{grant})
	switch {
	case err != nil:
		return access.Receipt{}, err
	case len(held) > 0:
		return access.Receipt{}, errRotate(name)
	}
	return access.Receipt{Assurance: access.Observed}, nil
}

package github

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// state is the organization as it is kept in memory and in a file. Secrets are kept as digests only.
type state struct {
	Login string
	ID    int64
	// Enterprise is the slug of the enterprise that manages the users, and empty where they bring their own accounts.
	Enterprise string
	// SAML says that the organization has single sign-on, Copilot that it has a subscription.
	SAML, Copilot bool
	Created       time.Time

	Users          map[int64]*user
	Teams          map[int64]*team
	Repos          map[int64]*repo
	Roles          map[int64]*role
	Invitations    []invitation
	PATs           []pat
	Authorizations []authorization
	Seats          []seat
	// Secrets are the organization's, by the store: actions or dependabot.
	Secrets map[string][]secret

	// Tokens are classic personal access tokens, by their digest.
	Tokens map[string]token
	App    app

	// Made counts what was made under a name, so that ids are not given twice.
	Made map[string]int
}

type user struct {
	ID          int64
	Login, Name string
	// Email is the work email. GitHub does not know it but through the identity or as one of a verified domain.
	Email    string
	Linked   bool
	Verified bool
	// Member is admin, member or billing_manager, and empty for who is not in the organization. Pending members have not
	// accepted; Through is the enterprise team by which alone they are members.
	Member  string
	Pending bool
	Through string
	// Suspended managed users can't sign in.
	Suspended bool
	Created   time.Time
}

type team struct {
	ID         int64
	Name, Slug string
	Parent     int64
	// Members are maintainer or member, by the id of the user.
	Members map[int64]string
	// Synced is the group at the identity provider that the members come from.
	Synced  string
	Created time.Time
}

type repo struct {
	ID                int64
	Name              string
	Private, Archived bool
	// Direct and Teams are roles by the id of a user or a team: read, triage, write, maintain, admin.
	Direct, Teams map[int64]string
	Keys          []deployKey
	Invitations   []repoInvitation
	// Secrets by the store, and Environments with theirs.
	Secrets      map[string][]secret
	Environments map[string][]secret
	Created      time.Time
}

type deployKey struct {
	ID       int64
	Title    string
	AddedBy  int64
	ReadOnly bool
	Created  time.Time
}

type repoInvitation struct {
	ID, Invitee, Inviter int64
	// Email is where one went that is to no account.
	Email       string
	Permissions string
	Created     time.Time
}

type role struct {
	ID           int64
	Name, Source string
	Users, Teams []int64
}

type invitation struct {
	ID, Inviter        int64
	Login, Email, Role string
	Created            time.Time
}

// A pat is the access that a fine-grained token was given, or that was requested for it.
type pat struct {
	ID, Owner int64
	Name      string
	Requested bool
	Created   time.Time
}

type authorization struct {
	ID, Owner   int64
	Type, Title string
	Created     time.Time
}

type seat struct {
	User, Team int64
	Ends       string
	// Nameless seats are listed without whose they are.
	Nameless bool
	Created  time.Time
}

type secret struct {
	Name             string
	Created, Updated time.Time
	Visibility       string
	Repos            []int64
}

type token struct {
	Owner  int64
	Scopes []string
}

// app is the GitHub App of the provider.
type app struct {
	ID, Installation, Owner int64
	Permissions             map[string]string
	// Repos are the ones that it is installed on; none is all of them.
	Repos []int64
	// Issued are the digests of the access tokens, with when they expire.
	Issued map[string]time.Time
}

// id derives an id from what it identifies, so that tests can name it: it fits the 32 bits that GraphQL has.
func id(of ...string) int64 {
	sum := sha256.Sum256([]byte(strings.Join(of, "\x00")))
	return 1_000_000 + int64(binary.BigEndian.Uint32(sum[:4])%2_000_000_000)
}

// newID is id for what can be made again after it was removed: another id each time.
func (s *state) newID(of ...string) int64 {
	name := strings.Join(of, " ")
	s.Made[name]++
	if n := s.Made[name]; n > 1 {
		of = append(of, fmt.Sprint(n))
	}
	return id(of...)
}

func digest(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

// sorted are the things in the order of their ids.
func sorted[T any](things map[int64]*T) []*T {
	list := make([]*T, 0, len(things))
	for _, id := range slices.Sorted(maps.Keys(things)) {
		list = append(list, things[id])
	}
	return list
}

func (s *state) byLogin(login string) *user {
	for _, u := range sorted(s.Users) {
		if strings.EqualFold(u.Login, login) {
			return u
		}
	}
	return nil
}

func (s *state) mustUser(email string) *user {
	for _, u := range sorted(s.Users) {
		if strings.EqualFold(u.Email, email) {
			return u
		}
	}
	panic(fmt.Sprintf("nobody in the sandbox has the address %q", email))
}

func mustNamed[T any](things map[int64]*T, kind, name string, nameOf func(*T) string) *T {
	for _, thing := range sorted(things) {
		if nameOf(thing) == name {
			return thing
		}
	}
	panic(fmt.Sprintf("the sandbox has no %s named %q", kind, name))
}

func (s *state) mustTeam(slug string) *team {
	return mustNamed(s.Teams, "team", slug, func(t *team) string { return t.Slug })
}

func (s *state) mustRepo(name string) *repo {
	return mustNamed(s.Repos, "repository", name, func(r *repo) string { return r.Name })
}

func (s *state) mustRole(name string) *role {
	return mustNamed(s.Roles, "role", name, func(r *role) string { return r.Name })
}

func (s *state) teamBySlug(slug string) *team {
	for _, t := range sorted(s.Teams) {
		if t.Slug == slug {
			return t
		}
	}
	return nil
}

func (s *state) repoByName(name string) *repo {
	for _, r := range sorted(s.Repos) {
		if strings.EqualFold(r.Name, name) {
			return r
		}
	}
	return nil
}

// outside says that somebody has rights on repositories and is not in the organization.
func (s *state) outside(u *user) bool {
	if u.Member != "" && !u.Pending {
		return false
	}
	for _, r := range s.Repos {
		if r.Direct[u.ID] != "" {
			return true
		}
	}
	return false
}

// inTeam is the role somebody has in a team, and whether only through a child of it.
func (s *state) inTeam(t *team, u int64) (role string, inherited bool) {
	if role = t.Members[u]; role != "" {
		return role, false
	}
	for _, child := range s.Teams {
		if child.Parent == t.ID {
			if role, _ := s.inTeam(child, u); role != "" {
				return "member", true
			}
		}
	}
	return "", false
}

// roleOrder are the roles on a repository, from the least to the most.
var roleOrder = []string{"", "read", "triage", "write", "maintain", "admin"}

// A source is where a right on a repository comes from: Organization, Repository or Team.
type source struct {
	Type, Role string
	Team       *team
}

// sources are all of somebody's on a repository. Everybody in the organization may read.
func (s *state) sources(r *repo, u *user) (sources []source) {
	if role := r.Direct[u.ID]; role != "" {
		sources = append(sources, source{Type: "Repository", Role: role})
	}
	for _, t := range sorted(s.Teams) {
		if role := r.Teams[t.ID]; role != "" {
			if in, _ := s.inTeam(t, u.ID); in != "" {
				sources = append(sources, source{"Team", role, t})
			}
		}
	}
	switch {
	case u.Pending:
	case u.Member == "admin":
		sources = append(sources, source{Type: "Organization", Role: "admin"})
	case u.Member == "member":
		sources = append(sources, source{Type: "Organization", Role: "read"})
	}
	return sources
}

func strongest(sources []source) string {
	best := slices.MaxFunc(sources, func(a, b source) int {
		return cmp.Compare(slices.Index(roleOrder, a.Role), slices.Index(roleOrder, b.Role))
	})
	return best.Role
}

// leave takes somebody out of the organization, with all that GitHub takes along (github.md section 5): teams, roles and
// rights on repositories. What they made stays.
func (s *state) leave(u *user) {
	u.Member, u.Pending = "", false
	for _, t := range s.Teams {
		delete(t.Members, u.ID)
	}
	for _, r := range s.Roles {
		r.Users = without(r.Users, func(id int64) bool { return id == u.ID })
	}
	s.letGo(u)
}

// letGo ends all of somebody's rights on repositories.
func (s *state) letGo(u *user) {
	for _, r := range s.Repos {
		delete(r.Direct, u.ID)
	}
}

func without[T any](list []T, drop func(T) bool) []T {
	return slices.DeleteFunc(slices.Clone(list), drop)
}

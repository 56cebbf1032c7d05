// Package scim is an application of one small company behind SCIM 2.0 (RFC 7643, RFC 7644), for tests, the demo and the
// benchmark.
//
// An App is the state; Handler serves it. By itself it keeps to the standard. A Dialect has it behave as a vendor does, or
// misbehave as servers are known to: every switch is something that scim.md (internal/system/scim) has evidence of. In
// tests every exchange that keeps to the standard is checked against it (package conform).
//
// Administrators, identity providers and the people themselves go on changing an application while the provider works in
// it. The methods of App that change it are what they do, each one line to call, by address and by name. They and the ones
// that read are for tests: they panic when a name is wrong, since that is a mistake in the test.
package scim

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/offboard/terraform-provider-offboard/internal/clock"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
)

// An App is one application. It is safe for concurrent use.
type App struct{ *sandbox.Box[state] }

// Load reads an application that Save wrote.
func Load(path string, clk clock.Clock) (*App, error) {
	box, err := sandbox.LoadBox(path, clk, func(s *state) error {
		if len(s.Users) == 0 {
			return errors.New("it has no users")
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &App{box}, nil
}

// A state is everything there is. Users and groups are in the order in which lists have them.
type state struct {
	Users  []*user
	Groups []*group
	// Deleted are the ids of accounts that were, by address.
	Deleted map[string]string
	// Owner is the account that the token is of.
	Owner string
}

type user struct {
	ID, UserName, ExternalID string
	Given, Family, Type      string
	Active                   bool
	Emails                   []value
	Roles, Entitlements      []value
	Created, Modified        time.Time
	Version                  int
}

type group struct {
	ID, Name, ExternalID string
	// Members are ids of users and of groups.
	Members           []string
	Created, Modified time.Time
	Version           int
}

// A value is one of a multi-valued attribute.
type value struct {
	Value   string `json:"value,omitempty"`
	Display string `json:"display,omitempty"`
	Type    string `json:"type,omitempty"`
	Primary bool   `json:"primary,omitempty"`
}

func (s *state) user(id string) *user {
	if i := slices.IndexFunc(s.Users, func(u *user) bool { return u.ID == id }); i >= 0 {
		return s.Users[i]
	}
	return nil
}

func (s *state) group(id string) *group {
	if i := slices.IndexFunc(s.Groups, func(g *group) bool { return g.ID == id }); i >= 0 {
		return s.Groups[i]
	}
	return nil
}

// byAddress finds somebody by userName or address.
func (s *state) byAddress(address string) *user {
	for _, u := range s.Users {
		if strings.EqualFold(u.UserName, address) || slices.ContainsFunc(u.Emails, func(e value) bool { return strings.EqualFold(e.Value, address) }) {
			return u
		}
	}
	return nil
}

func (s *state) byName(name string) *group {
	if i := slices.IndexFunc(s.Groups, func(g *group) bool { return g.Name == name }); i >= 0 {
		return s.Groups[i]
	}
	return nil
}

// delete removes an account, with its memberships.
func (s *state) delete(u *user, now time.Time) {
	s.Users = slices.DeleteFunc(s.Users, func(other *user) bool { return other == u })
	s.Deleted[strings.ToLower(u.UserName)] = u.ID
	for _, g := range s.Groups {
		if slices.Contains(g.Members, u.ID) {
			g.Members = slices.DeleteFunc(g.Members, func(id string) bool { return id == u.ID })
			g.touch(now)
		}
	}
}

func (u *user) touch(now time.Time) { u.Modified, u.Version = now, u.Version+1 }

func (g *group) touch(now time.Time) { g.Modified, g.Version = now, g.Version+1 }

// groupsOf are the groups that a user or a group is in itself.
func (s *state) groupsOf(id string) (groups []*group) {
	for _, g := range s.Groups {
		if slices.Contains(g.Members, id) {
			groups = append(groups, g)
		}
	}
	return groups
}

// around are the groups that somebody is in through others.
func (s *state) around(id string) (groups []*group) {
	direct := s.groupsOf(id)
	for reached := slices.Clone(direct); len(reached) > 0; reached = reached[1:] {
		for _, outer := range s.groupsOf(reached[0].ID) {
			if !slices.Contains(direct, outer) && !slices.Contains(groups, outer) {
				groups, reached = append(groups, outer), append(reached, outer)
			}
		}
	}
	return groups
}

// Snapshot is everything about everybody except one person, as JSON in a stable order: what must be the same before and
// after that person's exit, which may have deleted them.
func (a *App) Snapshot(except string) string {
	return sandbox.Look(a.Box, func(s *state) string {
		id := s.Deleted[strings.ToLower(except)]
		if u := s.byAddress(except); u != nil {
			id = u.ID
		}
		if id == "" {
			panic("nobody was ever called " + except)
		}
		shown := struct {
			Users  []user
			Groups map[string][]string
		}{Groups: map[string][]string{}}
		for _, u := range s.Users {
			if u.ID != id {
				shown.Users = append(shown.Users, *u)
			}
		}
		for _, g := range s.Groups {
			shown.Groups[g.Name] = slices.DeleteFunc(slices.Clone(g.Members), func(member string) bool { return member == id })
		}
		data, err := json.MarshalIndent(shown, "", "  ")
		if err != nil {
			panic(err) // it is plain data
		}
		return string(data)
	})
}

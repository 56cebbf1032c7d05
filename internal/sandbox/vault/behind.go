package vault

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
)

// The methods in this file change the cluster without its API: they are what an administrator, another system or the person
// does while nobody looks. People are named by email, and everything else by the name it shows.

func (s *state) find(email string) *entity {
	for _, e := range s.Entities {
		if strings.EqualFold(e.Metadata["email"], email) {
			return e
		}
	}
	return nil
}

func (s *state) must(email string) *entity {
	e := s.find(email)
	if e == nil {
		panic(fmt.Sprintf("the sandbox cluster has no entity of %q", email))
	}
	return e
}

func (s *state) mustGroup(name string) *group {
	for _, g := range s.Groups {
		if g.Name == name {
			return g
		}
	}
	panic(fmt.Sprintf("the sandbox cluster has no group named %q", name))
}

func (s *state) mustSecret(key string) *secret {
	if found := s.Engines["kv"].Secrets[key]; found != nil {
		return found
	}
	panic(fmt.Sprintf("the sandbox cluster has no secret %q", key))
}

// Seal seals the cluster, or unseals it.
func (c *Cluster) Seal(sealed bool) {
	c.Change(func(s *state, _ time.Time) { s.Sealed = sealed })
}

// Enable enables an entity again, or disables it.
func (c *Cluster) Enable(email string, enabled bool) {
	c.Change(func(s *state, now time.Time) {
		e := s.must(email)
		e.Disabled, e.Updated = !enabled, s.tick(now)
	})
}

// DeleteEntity deletes an entity, whose alias then is nobody's.
func (c *Cluster) DeleteEntity(email string) {
	c.Change(func(s *state, _ time.Time) { s.deleteEntity(s.must(email).ID) })
}

// Merge makes one person's entity part of another's: aliases, policies, groups and tokens.
func (c *Cluster) Merge(from, into string) {
	c.Change(func(s *state, _ time.Time) {
		gone, stays := s.must(from), s.must(into)
		stays.Merged = append(stays.Merged, gone.ID)
		stays.Aliases = append(stays.Aliases, gone.Aliases...)
		s.deleteEntity(gone.ID)
	})
}

// SignIn signs a person in through oidc, as whoever has that alias: without an entity a new one is made, which is enabled
// (vault.md section 3). It returns the accessor of the token, and nothing where the entity is disabled.
func (c *Cluster) SignIn(email string) (accessor string) {
	c.Change(func(s *state, now time.Time) {
		e := s.find(email)
		if e == nil {
			e = &entity{ID: s.id("entity", email), Name: "entity_" + s.id("name", email)[:8], Created: now, Updated: now}
			e.Aliases = []alias{{ID: s.id("alias", "oidc", email), Name: strings.ToLower(email), Mount: "oidc", Created: now}}
			s.Entities[e.ID] = e
		}
		if !e.Disabled {
			before := len(s.Tokens)
			s.signIn(e, "auth/oidc/oidc/callback", "oidc-"+strings.ToLower(email), false, now)
			if len(s.Tokens) > before {
				accessor = "made"
			}
		}
	})
	return accessor
}

// MakeOrphan makes a token of nobody.
func (c *Cluster) MakeOrphan() {
	c.Change(func(s *state, now time.Time) {
		t := s.newToken("auth/token/create-orphan", "token", now)
		t.Orphan = true
	})
}

// SetUser makes a user of an auth method, with an alias of the person's unless email is empty.
func (c *Cluster) SetUser(mount, name, email string, policies ...string) {
	c.Change(func(s *state, now time.Time) {
		s.Auth[mount].Users[name] = &user{Policies: policies}
		if email == "" {
			return
		}
		e := s.must(email)
		if !slices.ContainsFunc(e.Aliases, func(a alias) bool { return a.Mount == mount && a.Name == name }) {
			e.Aliases = append(e.Aliases, alias{ID: s.id("alias", mount, name), Name: name, Mount: mount, Created: now})
		}
	})
}

// DeleteUser deletes a user of an auth method.
func (c *Cluster) DeleteUser(mount, name string) {
	c.Change(func(s *state, _ time.Time) { delete(s.Auth[mount].Users, name) })
}

// AddToGroup makes a person a member.
func (c *Cluster) AddToGroup(email, name string) {
	c.Change(func(s *state, _ time.Time) {
		g := s.mustGroup(name)
		g.Members = append(g.Members, s.must(email).ID)
	})
}

// RemoveFromGroup ends a membership, which for an external group is the identity provider's doing.
func (c *Cluster) RemoveFromGroup(email, name string) {
	c.Change(func(s *state, _ time.Time) {
		g, id := s.mustGroup(name), s.must(email).ID
		g.Members = slices.DeleteFunc(g.Members, func(member string) bool { return member == id })
	})
}

// SetPolicies puts policies on an entity in place of those it has.
func (c *Cluster) SetPolicies(email string, policies ...string) {
	c.Change(func(s *state, now time.Time) {
		e := s.must(email)
		e.Policies, e.Updated = policies, s.tick(now)
	})
}

// WritePolicy writes a policy's document.
func (c *Cluster) WritePolicy(name, document string) {
	c.Change(func(s *state, _ time.Time) { s.Policies[name] = document })
}

// WriteSecret writes a new version of a secret.
func (c *Cluster) WriteSecret(key string) {
	c.Change(func(s *state, now time.Time) {
		found := s.mustSecret(key)
		found.Current++
		found.Updated = s.tick(now)
		found.Versions[found.Current] = &version{Created: found.Updated}
	})
}

// DestroySecret destroys the current version of a secret, or only deletes it.
func (c *Cluster) DestroySecret(key string, destroyed bool) {
	c.Change(func(s *state, now time.Time) {
		found := s.mustSecret(key)
		of := found.Versions[found.Current]
		of.Destroyed, of.Deleted = destroyed, s.tick(now)
	})
}

// CreateSecretID makes a secret id of an AppRole that says who made it.
func (c *Cluster) CreateSecretID(email, role string) {
	c.Change(func(s *state, now time.Time) { s.makeSecretID(role, map[string]string{"created_by": email}, now) })
}

// DeleteRole takes an AppRole away with its secret ids.
func (c *Cluster) DeleteRole(role string) {
	c.Change(func(s *state, _ time.Time) { delete(s.Auth["approle"].Roles, role) })
}

// Issue issues a certificate.
func (c *Cluster) Issue(name, email string) {
	c.Change(func(s *state, now time.Time) { s.issue(name, email, now) })
}

// SetOIDCRole has sign-ins through a role of oidc give policies.
func (c *Cluster) SetOIDCRole(name string, policies ...string) {
	c.Change(func(s *state, _ time.Time) { s.Auth["oidc"].Roles[name] = &role{Name: name, Policies: policies} })
}

// SetGroupPolicies has sign-ins of members of a group of the directory behind ldap give policies.
func (c *Cluster) SetGroupPolicies(group string, policies ...string) {
	c.Change(func(s *state, _ time.Time) { s.Auth["ldap"].GroupPolicies[group] = policies })
}

// Unmount takes a secrets engine away with all that is in it.
func (c *Cluster) Unmount(path string) {
	c.Change(func(s *state, _ time.Time) { delete(s.Engines, path) })
}

// UserID is the id of a person's entity.
func (c *Cluster) UserID(email string) string {
	return sandbox.Look(c.Box, func(s *state) string { return s.must(email).ID })
}

// Everybody are the ids of all entities, and the paths of the users of auth methods who have none.
func (c *Cluster) Everybody() []string {
	return sandbox.Look(c.Box, func(s *state) []string {
		everybody := slices.Sorted(maps.Keys(s.Entities))
		for path, m := range s.Auth {
			for name := range m.Users {
				theirs := func(a alias) bool { return a.Mount == path && a.Name == name }
				if !slices.ContainsFunc(sandbox.Sorted(s.Entities), func(e *entity) bool { return slices.ContainsFunc(e.Aliases, theirs) }) {
					everybody = append(everybody, "auth/"+path+"/users/"+name)
				}
			}
		}
		return everybody
	})
}

// GroupID is the id of a group.
func (c *Cluster) GroupID(name string) string {
	return sandbox.Look(c.Box, func(s *state) string { return s.mustGroup(name).ID })
}

// Members are the addresses of a group's members, in order.
func (c *Cluster) Members(name string) []string {
	return sandbox.Look(c.Box, func(s *state) (emails []string) {
		for _, id := range s.mustGroup(name).Members {
			emails = append(emails, s.Entities[id].Metadata["email"])
		}
		slices.Sort(emails)
		return emails
	})
}

// Disabled says whether a person's entity is disabled.
func (c *Cluster) Disabled(email string) bool {
	return sandbox.Look(c.Box, func(s *state) bool { return s.must(email).Disabled })
}

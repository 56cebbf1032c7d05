package scim

import (
	"fmt"
	"slices"
	"time"

	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
)

// UserID is the id of somebody's account.
func (a *App) UserID(address string) string {
	return sandbox.Look(a.Box, func(s *state) string { return s.mustUser(address).ID })
}

// GroupID is the id of a group.
func (a *App) GroupID(name string) string {
	return sandbox.Look(a.Box, func(s *state) string { return s.mustGroup(name).ID })
}

// Active says whether somebody's account is there and active.
func (a *App) Active(address string) bool {
	return sandbox.Look(a.Box, func(s *state) bool {
		u := s.byAddress(address)
		return u != nil && u.Active
	})
}

// Exists says whether somebody has an account.
func (a *App) Exists(address string) bool {
	return sandbox.Look(a.Box, func(s *state) bool { return s.byAddress(address) != nil })
}

// Members are the ids of the members of a group.
func (a *App) Members(name string) []string {
	return sandbox.Look(a.Box, func(s *state) []string { return slices.Clone(s.mustGroup(name).Members) })
}

// SetActive activates somebody's account, or makes it inactive. Whoever was deleted is made anew, with another id.
func (a *App) SetActive(address string, active bool) {
	a.Change(func(s *state, now time.Time) {
		if s.byAddress(address) == nil {
			s.Users = append(s.Users, &user{
				ID: uuid("user", address, now.String()), UserName: address, Emails: []value{{Value: address, Type: "work", Primary: true}}, Created: now,
			})
		}
		u := s.mustUser(address)
		u.Active = active
		u.touch(now)
	})
}

// AddToGroup makes somebody a member.
func (a *App) AddToGroup(address, name string) {
	a.Change(func(s *state, now time.Time) {
		g := s.mustGroup(name)
		g.Members = append(g.Members, s.mustUser(address).ID)
		g.touch(now)
	})
}

// Crowd makes people, and makes them members.
func (a *App) Crowd(name string, people int) {
	a.Change(func(s *state, now time.Time) {
		g := s.mustGroup(name)
		for i := range people {
			u := &user{ID: uuid("crowd", name, itoa(i)), UserName: fmt.Sprintf("%s-%d@crowd.example", name, i), Active: true, Created: now, Modified: now, Version: 1}
			s.Users, g.Members = append(s.Users, u), append(g.Members, u.ID)
		}
		g.touch(now)
	})
}

// Nest makes one group a member of another.
func (a *App) Nest(inner, outer string) {
	a.Change(func(s *state, now time.Time) {
		g := s.mustGroup(outer)
		g.Members = append(g.Members, s.mustGroup(inner).ID)
		g.touch(now)
	})
}

// RemoveFromGroup ends a membership.
func (a *App) RemoveFromGroup(address, name string) {
	a.Change(func(s *state, now time.Time) {
		g, id := s.mustGroup(name), s.mustUser(address).ID
		g.Members = slices.DeleteFunc(g.Members, func(member string) bool { return member == id })
		g.touch(now)
	})
}

// ClearGroups takes everybody out of all groups, and deletes them.
func (a *App) ClearGroups() { a.Change(func(s *state, _ time.Time) { s.Groups = nil }) }

// AddRole gives somebody a role.
func (a *App) AddRole(address, role string) {
	a.Change(func(s *state, now time.Time) {
		u := s.mustUser(address)
		u.Roles = append(u.Roles, value{Value: role})
		u.touch(now)
	})
}

// AddEntitlement entitles somebody to something.
func (a *App) AddEntitlement(address, entitlement string) {
	a.Change(func(s *state, now time.Time) {
		u := s.mustUser(address)
		u.Entitlements = append(u.Entitlements, value{Value: entitlement})
		u.touch(now)
	})
}

// Rename gives an account another userName, and leaves its addresses.
func (a *App) Rename(address, userName string) {
	a.Change(func(s *state, now time.Time) {
		u := s.mustUser(address)
		u.UserName = userName
		u.touch(now)
	})
}

// Provision makes an account for an address under another userName.
func (a *App) Provision(userName, address string) {
	a.Change(func(s *state, now time.Time) {
		s.Users = append(s.Users, &user{
			ID: uuid("user", userName), UserName: userName, Active: true, Emails: []value{{Value: address, Type: "work"}}, Created: now, Modified: now, Version: 1,
		})
	})
}

// Note notes an address with an account, as one of a type.
func (a *App) Note(who, address, kind string) {
	a.Change(func(s *state, now time.Time) {
		u := s.mustUser(who)
		u.Emails = append(u.Emails, value{Value: address, Type: kind})
		u.touch(now)
	})
}

// RenumberGroup gives a group another id.
func (a *App) RenumberGroup(name, id string) {
	a.Change(func(s *state, _ time.Time) {
		s.mustGroup(name).ID = id
	})
}

// Renumber gives an account another id, everywhere.
func (a *App) Renumber(address, id string) {
	a.Change(func(s *state, _ time.Time) {
		u := s.mustUser(address)
		for _, g := range s.groupsOf(u.ID) {
			g.Members[slices.Index(g.Members, u.ID)] = id
		}
		u.ID = id
	})
}

// Delete deletes an account.
func (a *App) Delete(address string) {
	a.Change(func(s *state, now time.Time) { s.delete(s.mustUser(address), now) })
}

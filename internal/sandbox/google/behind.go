package google

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
)

// The methods in this file change the tenant without its API: they are what an administrator, another system or
// the person does while nobody looks. People and groups are named by address, everything else by the name it
// shows.

func (s *state) mustUser(email string) *user {
	u := s.find(email)
	if u == nil {
		panic(fmt.Sprintf("the sandbox tenant has no user with the address %q", email))
	}
	return u
}

func (s *state) mustGroup(email string) *group {
	g := s.findGroup(email)
	if g == nil {
		panic(fmt.Sprintf("the sandbox tenant has no group with the address %q", email))
	}
	return g
}

func (s *state) mustRole(name string) *role {
	for _, r := range sandbox.Sorted(s.Roles) {
		if r.Name == name {
			return r
		}
	}
	panic(fmt.Sprintf("the sandbox tenant has no role named %q", name))
}

// mustMember is a member of a group, by address.
func (s *state) mustMember(g *group, email string) *member {
	id, failed := s.memberID(email)
	if failed != nil || g.Members[id] == nil {
		panic(fmt.Sprintf("in the sandbox tenant %s is no member of %s", email, g.Email))
	}
	return g.Members[id]
}

// SetPassword gives a person another password, as they do themselves: what apps hold that read mail is ended.
func (t *Tenant) SetPassword(email, password string) {
	t.change(func(s *state, now time.Time) { s.mustUser(email).setPassword(password, now) })
}

// SignIn opens a session.
func (t *Tenant) SignIn(email string) {
	t.change(func(s *state, now time.Time) {
		u := s.mustUser(email)
		u.Sessions++
		u.LastLogin, u.Agreed = now, true
	})
}

// Suspend suspends an account, as an admin does.
func (t *Tenant) Suspend(email string) {
	t.change(func(s *state, now time.Time) { s.suspend(s.mustUser(email), byAdmin, now) })
}

// Unsuspend brings an account back, whatever it was suspended for.
func (t *Tenant) Unsuspend(email string) {
	t.change(func(s *state, _ time.Time) { s.mustUser(email).Suspended = false })
}

// Archive archives an account, and takes a licence for it if one is free.
func (t *Tenant) Archive(email string) {
	t.change(func(s *state, now time.Time) {
		u := s.mustUser(email)
		if !u.Archived {
			u.Archived, u.ArchivalTime = true, now
			s.ArchiveLicences = max(0, s.ArchiveLicences-1)
			s.archive(u)
		}
	})
}

// Unarchive brings an archived account back, and frees its licence.
func (t *Tenant) Unarchive(email string) {
	t.change(func(s *state, _ time.Time) {
		if u := s.mustUser(email); u.Archived {
			u.Archived = false
			s.ArchiveLicences++
			s.unarchive(u)
		}
	})
}

// SetArchiveLicences sets how many licences for archived users are free.
func (t *Tenant) SetArchiveLicences(free int) {
	t.change(func(s *state, _ time.Time) { s.ArchiveLicences = free })
}

// Delete deletes an account, with its memberships and roles.
func (t *Tenant) Delete(email string) {
	t.change(func(s *state, now time.Time) { s.delete(s.mustUser(email), now) })
}

// Recreate gives the address of somebody who was there to a new account, with another id and nothing in it. If
// they are still there they are deleted first.
func (t *Tenant) Recreate(email string) {
	t.change(func(s *state, now time.Time) {
		former := s.find(email)
		if former != nil {
			s.delete(former, now)
		} else if former = s.deleted(email); former == nil {
			panic(fmt.Sprintf("nobody in the sandbox tenant ever had the address %q", email))
		}
		u := newUser(s.newUserID(former.PrimaryEmail), former.PrimaryEmail, now)
		u.GivenName, u.FamilyName = former.GivenName, former.FamilyName
		u.setPassword(Mark+"-password-recreated", now)
		s.Users[u.ID] = u
	})
}

// deleted is the last one who was deleted of those who had an address.
func (s *state) deleted(email string) *user {
	var last *user
	for _, u := range sandbox.Sorted(s.Deleted) {
		if strings.EqualFold(u.PrimaryEmail, email) && (last == nil || u.Deleted.After(last.Deleted)) {
			last = u
		}
	}
	return last
}

// Rename gives a person another primary address. The one they had becomes an alias.
func (t *Tenant) Rename(email, newEmail string) {
	t.change(func(s *state, _ time.Time) { s.mustUser(email).rename(newEmail) })
}

// AddAlias gives a person another address besides.
func (t *Tenant) AddAlias(email, alias string) {
	t.change(func(s *state, _ time.Time) { u := s.mustUser(email); u.Aliases = append(u.Aliases, alias) })
}

// AddToGroup makes a person, a group or somebody outside a member of a group, in a role: Owner, Manager or
// Member. Who is one already gets the role.
func (t *Tenant) AddToGroup(email, group, role string) {
	if !isRole(role) {
		panic(fmt.Sprintf("%q is no role of a member", role))
	}
	t.change(func(s *state, _ time.Time) { s.join(s.mustGroup(group), email, role) })
}

// RemoveFromGroup ends a membership.
func (t *Tenant) RemoveFromGroup(email, group string) {
	t.change(func(s *state, _ time.Time) {
		g := s.mustGroup(group)
		delete(g.Members, s.mustMember(g, email).ID)
	})
}

// CreateGroup makes a group without members.
func (t *Tenant) CreateGroup(email, name string) {
	t.change(func(s *state, _ time.Time) {
		g := &group{ID: s.newGroupID(email), Email: email, Name: name, AdminCreated: true, Members: map[string]*member{}}
		s.Groups[g.ID] = g
	})
}

// DeleteGroup deletes a group, with its memberships and roles.
func (t *Tenant) DeleteGroup(email string) {
	t.change(func(s *state, _ time.Time) {
		g := s.mustGroup(email)
		delete(s.Groups, g.ID)
		for _, other := range s.Groups {
			delete(other.Members, g.ID)
		}
		for _, a := range s.assignmentsTo(g.ID) {
			delete(s.Assignments, a.ID)
		}
	})
}

// RenameGroup gives a group another name.
func (t *Tenant) RenameGroup(email, name string) {
	t.change(func(s *state, _ time.Time) { s.mustGroup(email).Name = name })
}

// Authorize lets an app in, with these scopes or else with those that apps of this name have. The scopes may be
// without what all of Google's begin with. It returns the app's client id.
func (t *Tenant) Authorize(email, app string, scopes ...string) (clientID string) {
	t.change(func(s *state, _ time.Time) {
		u := s.mustUser(email)
		s.authorize(u, app, scopes...)
		for _, token := range u.Tokens {
			if token.DisplayText == app {
				clientID = token.ClientID
			}
		}
	})
	return clientID
}

// CreateAppPassword makes an app password, and returns its id.
func (t *Tenant) CreateAppPassword(email, name string) (codeID int) {
	t.change(func(s *state, now time.Time) { codeID = s.addAppPassword(s.mustUser(email), name, now) })
	return codeID
}

// GenerateBackupCodes replaces a person's backup codes by ten new ones.
func (t *Tenant) GenerateBackupCodes(email string) {
	t.change(func(s *state, _ time.Time) { s.generateCodes(s.mustUser(email)) })
}

// EnrollIn2Step enrolls a person in 2-step verification.
func (t *Tenant) EnrollIn2Step(email string) {
	t.change(func(s *state, _ time.Time) { s.mustUser(email).Enrolled = true })
}

// Enforce2Step says whether 2-step verification is enforced for a person.
func (t *Tenant) Enforce2Step(email string, enforced bool) {
	t.change(func(s *state, _ time.Time) { s.mustUser(email).Enforced = enforced })
}

// SetRecovery sets what a person can recover the account with: an address and a phone number, or "".
func (t *Tenant) SetRecovery(email, address, phone string) {
	t.change(func(s *state, _ time.Time) {
		u := s.mustUser(email)
		u.RecoveryEmail, u.RecoveryPhone = address, phone
	})
}

// AssignRole gives a person an administrator role, and returns the assignment's id.
func (t *Tenant) AssignRole(email, role string) (assignment string) {
	t.change(func(s *state, _ time.Time) {
		assignment = s.assign(s.mustRole(role), s.mustUser(email).ID, userAssignee, "").ID
	})
	return assignment
}

// AssignRoleInOrgUnit is AssignRole, narrowed to the people of one organisational unit.
func (t *Tenant) AssignRoleInOrgUnit(email, role, orgUnitPath string) (assignment string) {
	t.change(func(s *state, _ time.Time) {
		assignment = s.assign(s.mustRole(role), s.mustUser(email).ID, userAssignee, orgUnitID(orgUnitPath)).ID
	})
	return assignment
}

// AssignRoleToGroup gives a group an administrator role, and returns the assignment's id.
func (t *Tenant) AssignRoleToGroup(group, role string) (assignment string) {
	t.change(func(s *state, _ time.Time) {
		g := s.mustGroup(group)
		g.Security = true
		assignment = s.assign(s.mustRole(role), g.ID, groupAssignee, "").ID
	})
	return assignment
}

// UnassignRole takes a role from a person who has it directly.
func (t *Tenant) UnassignRole(email, role string) {
	t.change(func(s *state, _ time.Time) {
		u, r := s.mustUser(email), s.mustRole(role)
		maps.DeleteFunc(s.Assignments, func(_ string, a *assignment) bool { return a.Assignee == u.ID && a.Role == r.ID })
	})
}

// Delegate sets the scopes that the service account may use in anybody's name. They may be without what all of
// Google's begin with.
func (t *Tenant) Delegate(scopes ...string) {
	t.change(func(s *state, _ time.Time) {
		s.Delegated = nil
		for _, scope := range scopes {
			s.Delegated = append(s.Delegated, fullScope(scope))
		}
	})
}

// Undelegate takes scopes back, named as in Delegate.
func (t *Tenant) Undelegate(scopes ...string) {
	t.change(func(s *state, _ time.Time) {
		s.Delegated = slices.DeleteFunc(s.Delegated, func(has string) bool {
			return slices.Contains(scopes, has) || slices.Contains(scopes, strings.TrimPrefix(has, scopePrefix))
		})
	})
}

// ExpireTokens ends all access tokens of the API.
func (t *Tenant) ExpireTokens() {
	t.change(func(s *state, _ time.Time) { clear(s.AccessTokens) })
}

// IssueToken is an access token in somebody's name, with these scopes, or with all that are delegated if there
// are none: what the token endpoint gives without the trouble.
func (t *Tenant) IssueToken(email string, scopes ...string) (accessToken string) {
	t.change(func(s *state, now time.Time) {
		full := slices.Clone(s.Delegated)
		if len(scopes) > 0 {
			full = nil
		}
		for _, scope := range scopes {
			full = append(full, scopePrefix+strings.TrimPrefix(scope, scopePrefix))
		}
		accessToken = s.issue(s.mustUser(email).ID, full, now)
	})
	return accessToken
}

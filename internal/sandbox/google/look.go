package google

import (
	"slices"
	"strings"
	"time"
)

// The methods in this file look at the tenant without its API, for assertions. Names are sorted.

// CustomerID is the tenant's own id.
func (t *Tenant) CustomerID() string { return read(t, func(s *state) string { return s.CustomerID }) }

// Scopes are those that the service account may use in anybody's name.
func (t *Tenant) Scopes() []string {
	return read(t, func(s *state) []string { return slices.Clone(s.Delegated) })
}

// UserID is the id of the person with this address, an alias among them.
func (t *Tenant) UserID(email string) string {
	return read(t, func(s *state) string { return s.mustUser(email).ID })
}

// DeletedID is the id that the person had who was the last to be deleted with this address.
func (t *Tenant) DeletedID(email string) string {
	return read(t, func(s *state) string { return s.deleted(email).ID })
}

// HasUser says whether anybody has this address.
func (t *Tenant) HasUser(email string) bool {
	return read(t, func(s *state) bool { return s.find(email) != nil })
}

// GroupID is the id of the group with this address.
func (t *Tenant) GroupID(email string) string {
	return read(t, func(s *state) string { return s.mustGroup(email).ID })
}

// RoleID is the id of the role with this name.
func (t *Tenant) RoleID(name string) string {
	return read(t, func(s *state) string { return s.mustRole(name).ID })
}

// AssignmentID is the id of the assignment of a role to a person or a group, by address. The first if there are
// several.
func (t *Tenant) AssignmentID(email, role string) string {
	return read(t, func(s *state) string {
		var assignments []*assignment
		if u := s.find(email); u != nil {
			assignments = s.assignmentsTo(u.ID)
		} else {
			assignments = s.assignmentsTo(s.mustGroup(email).ID)
		}
		for _, a := range assignments {
			if a.Role == s.mustRole(role).ID {
				return a.ID
			}
		}
		panic("in the sandbox tenant " + email + " does not have the role " + role)
	})
}

// ClientIDOf is the client id of an app that a person has let in, by the name it shows.
func (t *Tenant) ClientIDOf(email, app string) string {
	return read(t, func(s *state) string {
		for _, token := range s.mustUser(email).Tokens {
			if token.DisplayText == app {
				return token.ClientID
			}
		}
		panic("in the sandbox tenant " + email + " has not let " + app + " in")
	})
}

// AppPasswordID is the id of a person's app password, by name.
func (t *Tenant) AppPasswordID(email, name string) int {
	return read(t, func(s *state) int {
		for _, p := range s.mustUser(email).AppPasswords {
			if p.Name == name {
				return p.ID
			}
		}
		panic("in the sandbox tenant " + email + " has no app password " + name)
	})
}

// IsSuspended and IsArchived are the states of a person's account.
func (t *Tenant) IsSuspended(email string) bool {
	return read(t, func(s *state) bool { return s.mustUser(email).Suspended })
}

// IsArchived says whether a person's account is archived.
func (t *Tenant) IsArchived(email string) bool {
	return read(t, func(s *state) bool { return s.mustUser(email).Archived })
}

// ArchiveLicences is how many licences for archived users are free.
func (t *Tenant) ArchiveLicences() int {
	return read(t, func(s *state) int { return s.ArchiveLicences })
}

// Sessions is how often a person is signed in.
func (t *Tenant) Sessions(email string) int {
	return read(t, func(s *state) int { return s.mustUser(email).Sessions })
}

// PasswordChanged is when a person's password was last set.
func (t *Tenant) PasswordChanged(email string) time.Time {
	return read(t, func(s *state) time.Time { return s.mustUser(email).PasswordChanged })
}

// HasPassword says whether this is a person's password.
func (t *Tenant) HasPassword(email, password string) bool {
	return read(t, func(s *state) bool { return s.mustUser(email).Password == digest(password) })
}

// MustChangePassword says whether a person has to choose another password at the next sign-in.
func (t *Tenant) MustChangePassword(email string) bool {
	return read(t, func(s *state) bool { return s.mustUser(email).ChangePassword })
}

// RecoveryEmail is the address that a person can recover the account with; "" if there is none.
func (t *Tenant) RecoveryEmail(email string) string {
	return read(t, func(s *state) string { return s.mustUser(email).RecoveryEmail })
}

// RecoveryPhone is the phone that a person can recover the account with; "" if there is none.
func (t *Tenant) RecoveryPhone(email string) string {
	return read(t, func(s *state) string { return s.mustUser(email).RecoveryPhone })
}

// IsEnrolledIn2Step says whether a person uses 2-step verification.
func (t *Tenant) IsEnrolledIn2Step(email string) bool {
	return read(t, func(s *state) bool { return s.mustUser(email).Enrolled })
}

// BackupCodes are a person's. They are secrets, each with the mark.
func (t *Tenant) BackupCodes(email string) []string {
	return read(t, func(s *state) []string { return slices.Clone(s.mustUser(email).Codes) })
}

// Aliases are the other addresses of a person.
func (t *Tenant) Aliases(email string) []string {
	return read(t, func(s *state) []string { return slices.Clone(s.mustUser(email).Aliases) })
}

// Groups are the addresses of the groups that a person, a group or somebody outside is a direct member of.
func (t *Tenant) Groups(email string) []string {
	return read(t, func(s *state) []string {
		id, failed := s.memberID(email)
		if failed != nil {
			panic("the sandbox tenant has nobody with the address " + email)
		}
		return addressesOf(s.groupsOf(id))
	})
}

// OwnedGroups are the addresses of the groups that a person owns.
func (t *Tenant) OwnedGroups(email string) []string {
	return read(t, func(s *state) []string {
		id := s.mustUser(email).ID
		return addressesOf(slices.DeleteFunc(s.groupsOf(id), func(g *group) bool { return g.Members[id].Role != Owner }))
	})
}

func addressesOf(groups []*group) []string {
	list := []string{}
	for _, g := range groups {
		list = append(list, g.Email)
	}
	slices.Sort(list)
	return list
}

// Members are the members of a group, as "address ROLE".
func (t *Tenant) Members(group string) []string {
	return read(t, func(s *state) []string { return s.memberNames(s.mustGroup(group), "") })
}

// memberNames are the members of a group but one.
func (s *state) memberNames(g *group, except string) []string {
	list := []string{}
	for _, m := range g.Members {
		if m.ID != except {
			list = append(list, strings.TrimSpace(s.address(m)+" "+m.Role))
		}
	}
	slices.Sort(list)
	return list
}

// Owners are the addresses of a group's owners.
func (t *Tenant) Owners(group string) []string {
	return read(t, func(s *state) []string {
		list := []string{}
		for _, m := range s.mustGroup(group).Members {
			if m.Role == Owner {
				list = append(list, s.address(m))
			}
		}
		slices.Sort(list)
		return list
	})
}

// RoleIn is a person's role in a group; "" if they are no direct member.
func (t *Tenant) RoleIn(email, group string) string {
	return read(t, func(s *state) string {
		if m := s.mustGroup(group).Members[s.mustUser(email).ID]; m != nil {
			return m.Role
		}
		return ""
	})
}

// Tokens are the apps that a person has let in, by the names they show.
func (t *Tenant) Tokens(email string) []string {
	return read(t, func(s *state) []string { return s.mustUser(email).tokenNames() })
}

func (u *user) tokenNames() []string {
	list := []string{}
	for _, t := range u.Tokens {
		list = append(list, t.DisplayText)
	}
	slices.Sort(list)
	return list
}

// AppPasswords are the names of a person's app passwords.
func (t *Tenant) AppPasswords(email string) []string {
	return read(t, func(s *state) []string { return s.mustUser(email).appPasswordNames() })
}

func (u *user) appPasswordNames() []string {
	list := []string{}
	for _, p := range u.AppPasswords {
		list = append(list, p.Name)
	}
	slices.Sort(list)
	return list
}

// Roles are a person's administrator roles by name, with " via " and the group's address for those that come
// through a group, and " in one unit" for those that are narrowed.
func (t *Tenant) Roles(email string) []string {
	return read(t, func(s *state) []string { return s.roleNames(s.assignmentsOf(s.mustUser(email))) })
}

// GroupRoles are the administrator roles that a group has, by name.
func (t *Tenant) GroupRoles(group string) []string {
	return read(t, func(s *state) []string {
		list := []string{}
		for _, a := range s.assignmentsTo(s.mustGroup(group).ID) {
			list = append(list, s.Roles[a.Role].Name)
		}
		slices.Sort(list)
		return list
	})
}

func (s *state) roleNames(assignments []*assignment) []string {
	list := []string{}
	for _, a := range assignments {
		name := s.Roles[a.Role].Name
		if a.OrgUnitID != "" {
			name += " in one unit"
		}
		if g := s.Groups[a.Assignee]; g != nil {
			name += " via " + g.Email
		}
		list = append(list, name)
	}
	slices.Sort(list)
	return list
}

// IsSuperAdmin says whether a person is a super admin.
func (t *Tenant) IsSuperAdmin(email string) bool {
	return read(t, func(s *state) bool { return s.isSuper(s.mustUser(email)) })
}

// Addresses are the primary addresses of everybody.
func (t *Tenant) Addresses() []string {
	return read(t, func(s *state) []string {
		list := []string{}
		for _, u := range s.Users {
			list = append(list, u.PrimaryEmail)
		}
		slices.Sort(list)
		return list
	})
}

package okta

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
)

// The methods in this file look at the org without its API, for assertions. Names are sorted.

// ID is the org's own id.
func (o *Org) ID() string { return read(o, func(s *state) string { return s.ID }) }

// UserID is the id of the person with this login, in any letter case.
func (o *Org) UserID(login string) string {
	return read(o, func(s *state) string { return s.mustUser(login).ID })
}

// HasUser says whether anybody has this login.
func (o *Org) HasUser(login string) bool {
	return read(o, func(s *state) bool { return s.userByLogin(login) != nil })
}

// GroupID is the id of the group with this name.
func (o *Org) GroupID(name string) string {
	return read(o, func(s *state) string { return s.mustGroup(name).ID })
}

// AppID is the id of the app with this label. It is the client id of an OAuth app, too.
func (o *Org) AppID(label string) string {
	return read(o, func(s *state) string { return s.mustApp(label).ID })
}

// RuleID is the id of the group rule with this name.
func (o *Org) RuleID(name string) string {
	return read(o, func(s *state) string { return s.mustRule(name).ID })
}

// DeviceID is the id of the device with this name.
func (o *Org) DeviceID(name string) string {
	return read(o, func(s *state) string { return s.mustDevice(name).ID })
}

// IdPID is the id of the identity provider with this name.
func (o *Org) IdPID(name string) string {
	return read(o, func(s *state) string {
		return mustNamed(s.IdPs, "identity provider", name, func(p *idp) string { return p.Name }).ID
	})
}

// CustomRoleID is the id of the custom role with this label.
func (o *Org) CustomRoleID(label string) string {
	return read(o, func(s *state) string { return s.mustRole(label).ID })
}

// ResourceSetID is the id of the resource set with this label.
func (o *Org) ResourceSetID(label string) string {
	return read(o, func(s *state) string { return s.mustSet(label).ID })
}

// APITokenID is the id of a person's API token.
func (o *Org) APITokenID(login, name string) string {
	return read(o, func(s *state) string {
		u := s.mustUser(login)
		return mustNamed(s.APITokens, "API token", name, func(t *apiToken) string {
			if t.Owner != u.ID {
				return ""
			}
			return t.Name
		}).ID
	})
}

// Status is the status of a person's account.
func (o *Org) Status(login string) string {
	return read(o, func(s *state) string { return s.mustUser(login).Status })
}

// Attribute is an attribute of a person's profile.
func (o *Org) Attribute(login, name string) string {
	return read(o, func(s *state) string { return s.mustUser(login).Profile[name] })
}

// Groups are the names of a person's groups, Everyone among them.
func (o *Org) Groups(login string) []string {
	return names(o, func(s *state) []*group { return s.groupsOf(s.mustUser(login)) },
		func(g *group) string { return g.Name })
}

// Members are the logins of a group's members.
func (o *Org) Members(group string) []string {
	return names(o, func(s *state) []*user { return s.membersOf(s.mustGroup(group)) }, (*user).login)
}

// Apps are the labels of the apps a person has, directly or through a group.
func (o *Org) Apps(login string) []string {
	return names(o, func(s *state) []*app { return s.appsOf(s.mustUser(login)) }, func(a *app) string { return a.Label })
}

// DirectApps are the labels of the apps that were given to the person and to no group of theirs.
func (o *Org) DirectApps(login string) []string {
	return names(o, func(s *state) []*app {
		u := s.mustUser(login)
		return slices.DeleteFunc(s.appsOf(u), func(a *app) bool { return a.Users[u.ID] == nil || !a.Users[u.ID].Direct })
	}, func(a *app) string { return a.Label })
}

// Roles are the admin roles of a person: the type of a standard role, the label of a custom one, with
// " via " and the group's name for those that come through a group.
func (o *Org) Roles(login string) []string {
	return read(o, func(s *state) []string { return s.roleNames(s.assignmentsOf(s.mustUser(login))) })
}

func (s *state) roleNames(assignments []*assignment) []string {
	list := []string{}
	for _, a := range assignments {
		name := a.Type
		if a.Type == CustomRole {
			name = s.roleLabel(a)
		}
		if g, ok := s.Groups[a.Assignee]; ok {
			name += " via " + g.Name
		}
		list = append(list, name)
	}
	slices.Sort(list)
	return list
}

// Factors are the types of a person's factors.
func (o *Org) Factors(login string) []string {
	return names(o, func(s *state) []factor { return s.mustUser(login).Factors }, func(f factor) string { return f.Type })
}

// Enrollments are the keys of a person's authenticators: okta_password, phone_number and so on.
func (o *Org) Enrollments(login string) []string {
	return names(o, func(s *state) []enrollment { return s.enrollments(s.mustUser(login)) },
		func(e enrollment) string { return e.key })
}

// PasswordChanged is when a person's password was last set.
func (o *Org) PasswordChanged(login string) time.Time {
	return read(o, func(s *state) time.Time { return s.mustUser(login).PasswordChanged })
}

// RecoveryQuestion is the question a person can recover their password with; "" if there is none.
func (o *Org) RecoveryQuestion(login string) string {
	return read(o, func(s *state) string { return s.mustUser(login).Question })
}

// Sessions is how often a person is signed in.
func (o *Org) Sessions(login string) int {
	return read(o, func(s *state) int { return s.mustUser(login).Sessions })
}

// RememberedBrowsers is how many browsers need no factor from a person.
func (o *Org) RememberedBrowsers(login string) int {
	return read(o, func(s *state) int { return s.mustUser(login).Remembered })
}

// Consents are what a person allows apps in their name, as "app: scope".
func (o *Org) Consents(login string) []string {
	return read(o, func(s *state) []string { return s.consentNames(s.mustUser(login)) })
}

func (s *state) consentNames(u *user) []string {
	list := []string{}
	for _, g := range u.Consents {
		list = append(list, s.appLabel(g.Client)+": "+g.Scope)
	}
	slices.Sort(list)
	return list
}

func (s *state) appLabel(id string) string {
	if a, ok := s.Apps[id]; ok {
		return a.Label
	}
	return id
}

// RefreshTokens are the labels of the apps that hold refresh tokens for a person, once a token.
func (o *Org) RefreshTokens(login string) []string {
	return read(o, func(s *state) []string {
		list := []string{}
		for _, t := range s.mustUser(login).RefreshTokens {
			list = append(list, s.appLabel(t.Client))
		}
		slices.Sort(list)
		return list
	})
}

// APITokens are the names of a person's API tokens.
func (o *Org) APITokens(login string) []string {
	return names(o, func(s *state) []*apiToken {
		u := s.mustUser(login)
		return slices.DeleteFunc(sandbox.Sorted(s.APITokens), func(t *apiToken) bool { return t.Owner != u.ID })
	}, func(t *apiToken) string { return t.Name })
}

// Devices are the names of the devices that a person is registered on.
func (o *Org) Devices(login string) []string {
	return names(o, func(s *state) []*device {
		u := s.mustUser(login)
		return slices.DeleteFunc(sandbox.Sorted(s.Devices), func(d *device) bool { _, linked := d.Users[u.ID]; return !linked })
	}, func(d *device) string { return d.Name })
}

// DeviceStatus is the status of a device; "" if it was deleted.
func (o *Org) DeviceStatus(id string) string {
	return read(o, func(s *state) string {
		if d, ok := s.Devices[id]; ok {
			return d.Status
		}
		return ""
	})
}

// IdPs are the names of the identity providers a person can sign in through.
func (o *Org) IdPs(login string) []string {
	return read(o, func(s *state) []string {
		list := []string{}
		for idpID := range s.mustUser(login).IdPs {
			if p, ok := s.IdPs[idpID]; ok {
				list = append(list, p.Name)
			}
		}
		slices.Sort(list)
		return list
	})
}

// Manager is the login of a person's manager; "" if they have none.
func (o *Org) Manager(login string) string {
	return read(o, func(s *state) string { return s.login(s.mustUser(login).Links[Manager]) })
}

// Linked are the logins of those who have this person as their primary in a relationship, by the primary's
// name: everybody who has them as Manager, for one.
func (o *Org) Linked(login, primary string) []string {
	return names(o, func(s *state) []*user {
		u := s.mustUser(login)
		return slices.DeleteFunc(sandbox.Sorted(s.Users), func(other *user) bool { return other.Links[primary] != u.ID })
	}, (*user).login)
}

// login is who has an id, or the id where nobody has it any more.
func (s *state) login(id string) string {
	if u, ok := s.Users[id]; ok {
		return u.login()
	}
	return id
}

// Owners are the logins, or names of groups, that own a group.
func (o *Org) Owners(group string) []string {
	return names(o, func(s *state) []string {
		list := []string{}
		for _, owner := range s.mustGroup(group).Owners {
			name, _ := s.ownerName(owner)
			if owner.Type == userScope {
				name = s.login(owner.ID)
			}
			list = append(list, name)
		}
		return list
	}, func(name string) string { return name })
}

// Excluded are the logins that a rule excludes; ids of those who are gone.
func (o *Org) Excluded(rule string) []string {
	return names(o, func(s *state) (logins []string) {
		for _, id := range s.mustRule(rule).Excluded {
			logins = append(logins, s.login(id))
		}
		return logins
	}, func(login string) string { return login })
}

func names[T any](o *Org, things func(s *state) []T, name func(T) string) []string {
	return read(o, func(s *state) []string {
		list := []string{}
		for _, thing := range things(s) {
			list = append(list, name(thing))
		}
		slices.SortFunc(list, strings.Compare)
		return list
	})
}

// Logins are those of everybody in the org.
func (o *Org) Logins() []string {
	return names(o, func(s *state) []*user { return slices.Collect(maps.Values(s.Users)) }, (*user).login)
}

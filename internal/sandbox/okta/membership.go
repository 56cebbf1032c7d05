package okta

import (
	"slices"
	"strings"
	"time"

	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
)

// The types of a group. Only the first can be changed through the API (okta.md section 6).
const (
	oktaGroup = "OKTA_GROUP"
	appGroups = "APP_GROUP"
	builtIn   = "BUILT_IN"
)

func (s *state) isMember(g *group, u *user) bool {
	_, listed := g.Members[u.ID]
	return listed || g.Type == builtIn
}

func (s *state) groupsOf(u *user) []*group {
	return slices.DeleteFunc(sandbox.Sorted(s.Groups), func(g *group) bool { return !s.isMember(g, u) })
}

// membersOf includes deactivated people: deactivation leaves memberships alone (okta.md section 3).
func (s *state) membersOf(g *group) []*user {
	return slices.DeleteFunc(sandbox.Sorted(s.Users), func(u *user) bool { return !s.isMember(g, u) })
}

// join makes u a member; rule is the rule that does it, if one does.
func (s *state) join(g *group, u *user, rule string, now time.Time) {
	if !s.isMember(g, u) {
		g.Members[u.ID] = rule
		g.LastMembershipUpdated = now
	}
}

func (s *state) leave(g *group, u *user, now time.Time) {
	delete(g.Members, u.ID)
	g.LastMembershipUpdated = now
}

// profileAttributes are those of Okta's default user profile, which this org has not extended.
var profileAttributes = []string{
	"login", "email", "secondEmail", "firstName", "lastName", "middleName", "honorificPrefix", "honorificSuffix",
	"title", "displayName", "nickName", "profileUrl", "primaryPhone", "mobilePhone", "streetAddress", "city", "state",
	"zipCode", "countryCode", "postalAddress", "preferredLanguage", "locale", "timezone", "userType", "employeeNumber",
	"costCenter", "organization", "division", "department", "managerId", "manager",
}

// maxExcluded is how many people a rule can exclude (okta.md section 6).
const maxExcluded = 100

const (
	active      = "ACTIVE"
	inactive    = "INACTIVE"
	deactivated = "DEACTIVATED"
)

// matches says that an active rule would put u into its groups.
func (r *rule) matches(u *user) bool {
	e, err := ruleDialect.parse(r.Expression)
	if err != nil || r.Status != active || slices.Contains(r.Excluded, u.ID) {
		return false
	}
	return e(func(name string) string { return u.Profile[strings.TrimPrefix(name, "user.")] })
}

// activeRules are the active rules that assign people to g.
func (s *state) activeRules(g *group) []*rule {
	return slices.DeleteFunc(sandbox.Sorted(s.Rules), func(r *rule) bool {
		return r.Status != active || !slices.Contains(r.Groups, g.ID)
	})
}

// ruleManaged says that a rule put u into g, or would: removal through the API then also excludes.
func (s *state) ruleManaged(g *group, u *user) bool {
	return slices.ContainsFunc(s.activeRules(g), func(r *rule) bool {
		return g.Members[u.ID] == r.ID || r.matches(u)
	})
}

// applyRules does what Okta does when a person appears or their attributes change: active rules add those who
// match, and take back what they had added to those who no longer do. Whom they joined on their own stays.
// Deactivated people are left alone (okta.md section 6).
func (s *state) applyRules(u *user, now time.Time) {
	if u.Status == deprovisioned {
		return
	}
	for _, r := range sandbox.Sorted(s.Rules) {
		if r.Status != active {
			continue
		}
		for _, groupID := range r.Groups {
			g, ok := s.Groups[groupID]
			switch {
			case !ok:
			case r.matches(u):
				s.join(g, u, r.ID, now)
			case g.Members[u.ID] == r.ID:
				s.leave(g, u, now)
			}
		}
	}
}

// appsOf are the apps that u has, in any way.
func (s *state) appsOf(u *user) []*app {
	return slices.DeleteFunc(sandbox.Sorted(s.Apps), func(a *app) bool {
		_, _, ok := s.assigned(a, u)
		return !ok
	})
}

// The scopes of an app assignment.
const (
	userScope  = "USER"
	groupScope = "GROUP"
)

// assigned says whether and how u has a. Assignments through a group follow from the membership and are kept
// nowhere. A deactivated person has no app, whatever their groups grant (okta.md section 3).
func (s *state) assigned(a *app, u *user) (au *appUser, scope string, ok bool) {
	if u.Status == deprovisioned {
		return nil, "", false
	}
	known := a.Users[u.ID]
	if known != nil && known.Direct {
		return known, userScope, true
	}
	if !s.grantedByGroup(a, u) {
		return nil, "", false
	}
	if known == nil {
		known = &appUser{UserName: u.login(), Created: u.Created, LastUpdated: u.Created}
	}
	return known, groupScope, true
}

func (s *state) grantedByGroup(a *app, u *user) bool {
	for groupID := range a.Groups {
		if g, ok := s.Groups[groupID]; ok && s.isMember(g, u) {
			return true
		}
	}
	return false
}

// assign gives u the app directly.
func (s *state) assign(a *app, u *user, now time.Time) {
	a.Users[u.ID] = &appUser{
		Direct: true, UserName: u.login(), Profile: map[string]any{}, Created: now, LastUpdated: now,
	}
}

// ownerName looks up what an owner is called. One that is gone stays in the list, unresolved.
func (s *state) ownerName(o owner) (name string, resolved bool) {
	if u, ok := s.Users[o.ID]; ok && o.Type == "USER" {
		return u.name(), true
	}
	if g, ok := s.Groups[o.ID]; ok && o.Type == "GROUP" {
		return g.Name, true
	}
	return "", false
}

func (u *user) login() string { return u.Profile["login"] }

func (u *user) name() string {
	return strings.TrimSpace(u.Profile["firstName"] + " " + u.Profile["lastName"])
}

// userByLogin finds a person by login, in any letter case.
func (s *state) userByLogin(login string) *user {
	for _, u := range s.Users {
		if strings.EqualFold(u.login(), login) {
			return u
		}
	}
	return nil
}

// findUser finds a person as a path names them: by id, by login, or by the part of the login before the @ as
// long as only one person has it (Okta's document, getUser).
func (s *state) findUser(name string) *user {
	if u, ok := s.Users[name]; ok {
		return u
	}
	if u := s.userByLogin(name); u != nil || strings.Contains(name, "@") {
		return u
	}
	var found *user
	for _, u := range s.Users {
		short, _, _ := strings.Cut(u.login(), "@")
		if strings.EqualFold(short, name) {
			if found != nil {
				return nil
			}
			found = u
		}
	}
	return found
}

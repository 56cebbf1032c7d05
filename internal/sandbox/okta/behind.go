package okta

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
)

// The methods in this file change the org without its API: they are what an administrator, another system or
// the person does while nobody looks. People are named by login, and everything else by the name it shows.

func (s *state) mustUser(login string) *user {
	u := s.userByLogin(login)
	if u == nil {
		panic(fmt.Sprintf("the sandbox org has no user with the login %q", login))
	}
	return u
}

// mustNamed finds a thing by its name.
func mustNamed[T any](things map[string]*T, kind, name string, nameOf func(*T) string) *T {
	for _, thing := range sandbox.Sorted(things) {
		if nameOf(thing) == name {
			return thing
		}
	}
	panic(fmt.Sprintf("the sandbox org has no %s named %q", kind, name))
}

func (s *state) mustGroup(name string) *group {
	return mustNamed(s.Groups, "group", name, func(g *group) string { return g.Name })
}

func (s *state) mustApp(label string) *app {
	return mustNamed(s.Apps, "app", label, func(a *app) string { return a.Label })
}

func (s *state) mustRule(name string) *rule {
	return mustNamed(s.Rules, "rule", name, func(r *rule) string { return r.Name })
}

func (s *state) mustRole(label string) *customRole {
	return mustNamed(s.CustomRoles, "custom role", label, func(r *customRole) string { return r.Label })
}

func (s *state) mustSet(label string) *resourceSet {
	return mustNamed(s.ResourceSets, "resource set", label, func(r *resourceSet) string { return r.Label })
}

func (s *state) mustDevice(name string) *device {
	return mustNamed(s.Devices, "device", name, func(d *device) string { return d.Name })
}

// SetPipeline moves the org to the other engine: IdentityEngine or ClassicEngine.
func (o *Org) SetPipeline(engine string) {
	o.change(func(s *state, _ time.Time) { s.Pipeline = engine })
}

// SetGovernance gives the org Okta Identity Governance, or takes it away.
func (o *Org) SetGovernance(on bool) {
	o.change(func(s *state, _ time.Time) { s.Governance = on })
}

// AddToGroup makes a person a member, of any type of group.
func (o *Org) AddToGroup(login, group string) {
	o.change(func(s *state, now time.Time) { s.join(s.mustGroup(group), s.mustUser(login), "", now) })
}

// RemoveFromGroup ends a membership. Unlike removal through the API it excludes nobody from any rule.
func (o *Org) RemoveFromGroup(login, group string) {
	o.change(func(s *state, now time.Time) { s.leave(s.mustGroup(group), s.mustUser(login), now) })
}

// SetRuleStatus activates or deactivates a group rule: "ACTIVE" or "INACTIVE".
func (o *Org) SetRuleStatus(rule, status string) {
	o.change(func(s *state, now time.Time) { s.setRule(s.mustRule(rule), status, now) })
}

// AssignApp gives a person an app directly.
func (o *Org) AssignApp(login, app string) {
	o.change(func(s *state, now time.Time) { s.assign(s.mustApp(app), s.mustUser(login), now) })
}

// UnassignApp takes a direct assignment away.
func (o *Org) UnassignApp(login, app string) {
	o.change(func(s *state, _ time.Time) { delete(s.mustApp(app).Users, s.mustUser(login).ID) })
}

// SetAppStatus activates or deactivates an app: "ACTIVE" or "INACTIVE".
func (o *Org) SetAppStatus(app, status string) {
	o.change(func(s *state, now time.Time) { a := s.mustApp(app); a.Status, a.LastUpdated = status, now })
}

// AssignRole gives a person a standard admin role, and returns the assignment's id.
func (o *Org) AssignRole(login, role string) (assignment string) {
	o.change(func(s *state, now time.Time) {
		assignment = s.assignRole(userScope, s.mustUser(login).ID, role, "", "", now).ID
	})
	return assignment
}

// AssignCustomRole binds a person to a custom role over a resource set, and returns the binding's id.
func (o *Org) AssignCustomRole(login, role, set string) (assignment string) {
	o.change(func(s *state, now time.Time) {
		assignment = s.assignRole(userScope, s.mustUser(login).ID, CustomRole, s.mustRole(role).ID, s.mustSet(set).ID, now).ID
	})
	return assignment
}

// AssignRoleToClient gives a service app a standard admin role.
func (o *Org) AssignRoleToClient(app, role string) {
	o.change(func(s *state, now time.Time) { s.assignRole(clientScope, s.mustApp(app).ID, role, "", "", now) })
}

// AssignNewRoleToClient takes a service app's admin roles away and gives it a custom one with these permissions,
// over a resource set.
func (o *Org) AssignNewRoleToClient(app, set string, permissions ...string) {
	o.change(func(s *state, now time.Time) {
		client := s.mustApp(app).ID
		for _, a := range s.assignmentsTo(client) {
			delete(s.Assignments, a.ID)
		}
		label := "Role of " + app
		r := &customRole{ID: s.newID(customRolePrefix, label), Label: label, Permissions: permissions, Created: now, LastUpdated: now}
		s.CustomRoles[r.ID] = r
		s.assignRole(clientScope, client, CustomRole, r.ID, s.mustSet(set).ID, now)
	})
}

// HoldRoleLock makes the next n changes of role assignments fail because another one is under way.
func (o *Org) HoldRoleLock(n int) {
	o.change(func(s *state, _ time.Time) { s.RoleLock = n })
}

// SignIn is the person signing in, in a browser that remembers them.
func (o *Org) SignIn(login string) {
	o.change(func(s *state, now time.Time) {
		u := s.mustUser(login)
		u.LastLogin = now
		u.Sessions++
		u.Remembered++
	})
}

// Consent is the person letting an app use these scopes in their name.
func (o *Org) Consent(login, app string, scopes ...string) {
	o.change(func(s *state, now time.Time) { s.consent(s.mustUser(login), s.mustApp(app), now, scopes...) })
}

func (s *state) consent(u *user, a *app, now time.Time, scopes ...string) {
	for _, scope := range scopes {
		u.Consents = append(u.Consents, consent{s.newID(consentPrefix, u.ID, a.ID, scope), a.ID, scope, now})
	}
}

// IssueTokens gives an app n refresh tokens for the person.
func (o *Org) IssueTokens(login, app string, n int) {
	o.change(func(s *state, now time.Time) { s.issueTokens(s.mustUser(login), s.mustApp(app), n, now) })
}

func (s *state) issueTokens(u *user, a *app, n int, now time.Time) {
	for range n {
		u.RefreshTokens = append(u.RefreshTokens, refreshToken{
			ID: s.newID(refreshTokenPrefix, u.ID, a.ID), Client: a.ID, Scopes: []string{"openid", "offline_access"},
			Created: now, Expires: now.Add(refreshTokenLife),
		})
	}
}

// CreateAPIToken is the person creating an API token. It returns the secret.
func (o *Org) CreateAPIToken(login, name string) (secret string) {
	o.change(func(s *state, now time.Time) {
		u := s.mustUser(login)
		secret = tokenMark + id("", "secret", u.ID, s.newID(apiTokenPrefix, "secret", u.ID, name))
		s.addAPIToken(u, name, secret, now)
	})
	return secret
}

func (s *state) addAPIToken(u *user, name, secret string, now time.Time) *apiToken {
	t := &apiToken{
		ID: s.newID(apiTokenPrefix, u.ID, name), Name: name, Owner: u.ID, Client: "Okta API", Digest: digest(secret),
		Created: now, LastUpdated: now, Expires: now.Add(apiTokenLife),
	}
	s.APITokens[t.ID] = t
	return t
}

// InstallAgent is the person installing an agent of Okta's, which gets an API token of theirs.
func (o *Org) InstallAgent(login, name, client string) {
	o.change(func(s *state, now time.Time) {
		u := s.mustUser(login)
		s.addAPIToken(u, name, tokenMark+id("", "agent", u.ID, name), now).Client = client
	})
}

// EnrollFactor enrolls a factor of one of the types above (Push, SMS, …), with a phone number, a device name or
// whatever identifies it.
func (o *Org) EnrollFactor(login, kind, value string) {
	if _, known := factorTypes[kind]; !known {
		panic(fmt.Sprintf("the sandbox org knows no factor type %q", kind))
	}
	o.change(func(s *state, now time.Time) {
		s.enroll(s.mustUser(login), factor{Type: kind, Value: value, Created: now})
	})
}

// SetRecoveryQuestion is the person setting a recovery question, to which they know the answer.
func (o *Org) SetRecoveryQuestion(login, question string) {
	o.change(func(s *state, _ time.Time) { s.mustUser(login).Question = question })
}

// SetPassword is the person choosing a password.
func (o *Org) SetPassword(login string) {
	o.change(func(s *state, now time.Time) { u := s.mustUser(login); u.Password, u.PasswordChanged = true, now })
}

// LinkIdP connects the person to their account at an identity provider.
func (o *Org) LinkIdP(login, idpName, externalID string) {
	o.change(func(s *state, _ time.Time) {
		p := mustNamed(s.IdPs, "identity provider", idpName, func(p *idp) string { return p.Name })
		s.mustUser(login).IdPs[p.ID] = externalID
	})
}

// LinkDevice registers a person on a device of the org.
func (o *Org) LinkDevice(login, device string) {
	o.change(func(s *state, now time.Time) { s.mustDevice(device).link(s.mustUser(login), now) })
}

func (d *device) link(u *user, now time.Time) {
	d.Users[u.ID] = deviceUser{
		ID: id(deviceUserPrefix, d.ID, u.ID), Management: "NOT_MANAGED", ScreenLock: "BIOMETRIC", Created: now,
	}
}

// SetStatus puts an account into a status without any of what the API does on the way.
func (o *Org) SetStatus(login, status string) {
	o.change(func(s *state, now time.Time) { s.setStatus(s.mustUser(login), status, now) })
}

// Suspend makes an account unusable for the time being, and ends its sessions.
func (o *Org) Suspend(login string) {
	o.change(func(s *state, now time.Time) { s.suspend(s.mustUser(login), now) })
}

// Unsuspend makes a suspended account active again.
func (o *Org) Unsuspend(login string) {
	o.change(func(s *state, now time.Time) { s.setStatus(s.mustUser(login), active, now) })
}

// Deactivate takes away what deactivation does.
func (o *Org) Deactivate(login string) {
	o.change(func(s *state, now time.Time) { s.deactivate(s.mustUser(login), now) })
}

// CreateUser hires somebody: an active account with a password, in the groups that the rules say.
func (o *Org) CreateUser(login, firstName, lastName, department string) {
	o.change(func(s *state, now time.Time) {
		u := newUser(s.newID(userPrefix, strings.ToLower(login)), now)
		u.Status, u.Password, u.Activated, u.StatusChanged, u.PasswordChanged = active, true, now, now, now
		u.Profile = map[string]string{
			"login": login, "email": login, "firstName": firstName, "lastName": lastName, "department": department,
		}
		s.Users[u.ID] = u
		s.applyRules(u, now)
	})
}

// DeleteUser deletes an account for good, whatever its status.
func (o *Org) DeleteUser(login string) {
	o.change(func(s *state, _ time.Time) { s.remove(s.mustUser(login)) })
}

// RenameUser gives an account another login, and the email address with it.
func (o *Org) RenameUser(login, newLogin string) {
	o.change(func(s *state, now time.Time) {
		u := s.mustUser(login)
		u.Profile["login"], u.Profile["email"], u.LastUpdated = newLogin, newLogin, now
	})
}

// SetAttribute changes an attribute of a person's profile, as an HR system does. Rules apply.
func (o *Org) SetAttribute(login, name, value string) {
	o.change(func(s *state, now time.Time) {
		u := s.mustUser(login)
		u.Profile[name], u.LastUpdated = value, now
		s.applyRules(u, now)
	})
}

// SetManager makes somebody a person's manager; "" leaves them without one.
func (o *Org) SetManager(login, manager string) {
	o.change(func(s *state, _ time.Time) {
		if u := s.mustUser(login); manager == "" {
			delete(u.Links, Manager)
		} else {
			u.Links[Manager] = s.mustUser(manager).ID
		}
	})
}

// SetOwner adds a person to the owners of a group.
func (o *Org) SetOwner(login, group string) {
	o.change(func(s *state, now time.Time) {
		g := s.mustGroup(group)
		g.Owners = append(g.Owners, owner{ID: s.mustUser(login).ID, Type: userScope, OriginType: fromOkta, LastUpdated: now})
	})
}

// GrantScopes sets the Okta API scopes that a service app may ask for.
func (o *Org) GrantScopes(app string, scopes ...string) {
	o.change(func(s *state, _ time.Time) { s.mustApp(app).Scopes = slices.Clone(scopes) })
}

package okta

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
)

// The statuses of a person's account.
const (
	staged          = "STAGED"
	provisioned     = "PROVISIONED"
	recovery        = "RECOVERY"
	lockedOut       = "LOCKED_OUT"
	passwordExpired = "PASSWORD_EXPIRED"
	suspended       = "SUSPENDED"
	deprovisioned   = "DEPROVISIONED"
)

// userRow is a person as the API shows them.
func (c *call) userRow(u *user) object {
	credentials := object{"provider": object{"type": u.Provider.Type, "name": u.Provider.Name}}
	if u.Password {
		credentials["password"] = object{}
	}
	if u.Question != "" {
		credentials["recovery_question"] = object{"question": u.Question}
	}
	profile := object{}
	// These four are always there, null or not (Okta's document, example of listUsers).
	for _, name := range []string{"firstName", "lastName", "mobilePhone", "secondEmail"} {
		profile[name] = nil
	}
	for name, value := range u.Profile {
		profile[name] = value
	}
	return object{
		"id": u.ID, "status": u.Status, "created": timestamp(u.Created), "activated": timestampOrNull(u.Activated),
		"statusChanged": timestampOrNull(u.StatusChanged), "lastLogin": timestampOrNull(u.LastLogin),
		"lastUpdated": timestamp(u.LastUpdated), "passwordChanged": timestampOrNull(u.PasswordChanged),
		"type": object{"id": id(userTypePrefix, c.state.ID)}, "profile": profile, "credentials": credentials,
		"_links": object{"self": c.link("/api/v1/users/" + u.ID)},
	}
}

func (c *call) userEntries(users []*user) []entry {
	users = slices.DeleteFunc(users, func(u *user) bool { return !c.sees("okta.users.read", u) })
	return entries(users, func(u *user) string { return u.ID }, c.userRow)
}

var userAttributes = map[string][]string{
	"id": {"eq"}, "status": {"eq"}, "profile.login": {"eq"}, "profile.email": {"eq"},
}

func (c *call) userAttribute(u *user) func(string) string {
	return func(name string) string {
		switch name {
		case "id":
			return u.ID
		case "status":
			return u.Status
		default:
			return u.Profile[strings.TrimPrefix(name, "profile.")]
		}
	}
}

// conditions reads the search and the filter of a list. A search does not mind letter case in values, and a
// filter does (Okta's document, listUsers).
func (c *call) conditions(search, filter map[string][]string) (all []expression, failed *failure) {
	for _, param := range []struct {
		name       string
		attributes map[string][]string
		fold       bool
	}{{"search", search, true}, {"filter", filter, false}} {
		text, given := c.query[param.name]
		if !given {
			continue
		}
		e, err := scim(param.fold, param.attributes).parse(text[0])
		if err != nil {
			return nil, invalidSearch("Invalid search syntax.")
		}
		all = append(all, e)
	}
	return all, nil
}

func satisfies(conditions []expression, attribute func(string) string) bool {
	return !slices.ContainsFunc(conditions, func(e expression) bool { return !e(attribute) })
}

// listUsers leaves out deactivated people unless it is told what to look for, which q is not (Okta's document).
func (c *call) listUsers() reply {
	conditions, failed := c.conditions(userAttributes, userAttributes)
	if failed != nil {
		return failed.reply()
	}
	q, byQ := c.query["q"]
	var users []*user
	for _, u := range sandbox.Sorted(c.state.Users) {
		switch {
		case len(conditions) == 0 && u.Status == deprovisioned:
		case byQ && !startsWith(q[0], u.Profile["firstName"], u.Profile["lastName"], u.Profile["email"]):
		case satisfies(conditions, c.userAttribute(u)):
			users = append(users, u)
		}
	}
	if byQ {
		rows, _ := c.page(c.userEntries(users), pageSize{10, 200}) // q has no second page
		return ok(rows)
	}
	return c.list(c.userEntries(users), pageSize{200, 200})
}

func startsWith(prefix string, values ...string) bool {
	return slices.ContainsFunc(values, func(value string) bool {
		return len(value) >= len(prefix) && strings.EqualFold(value[:len(prefix)], prefix)
	})
}

func (c *call) getUser() reply { return ok(c.userRow(c.user)) }

// createUser follows Okta's table of creation scenarios for people who sign in with Okta.
func (c *call) createUser() reply {
	var body struct {
		Profile     map[string]any `json:"profile"`
		Credentials credentials    `json:"credentials"`
		GroupIDs    []string       `json:"groupIds"`
	}
	if failed := c.decode(&body); failed != nil {
		return failed.reply()
	}
	u := newUser("", c.now)
	if failed := c.writeProfile(u, body.Profile); failed != nil {
		return failed.reply()
	}
	if failed := c.writeCredentials(u, body.Credentials); failed != nil {
		return failed.reply()
	}
	var groups []*group
	for _, groupID := range body.GroupIDs {
		g, known := c.state.Groups[groupID]
		if !known || g.Type != oktaGroup {
			return invalid("groupIds", "groupIds: Invalid group id: "+groupID).reply()
		}
		groups = append(groups, g)
	}
	u.ID = c.state.newID(userPrefix, strings.ToLower(u.login()))
	c.state.Users[u.ID] = u
	if c.flag("activate", true) {
		c.activate(u)
	}
	for _, g := range groups {
		c.state.join(g, u, "", c.now)
	}
	c.state.applyRules(u, c.now)
	return ok(c.userRow(u))
}

// newUser is a person who has nothing yet.
func newUser(id string, now time.Time) *user {
	return &user{
		ID: id, Status: staged, Created: now, LastUpdated: now, Profile: map[string]string{},
		Provider: provider{"OKTA", "OKTA"}, EmailEnrolled: true, IdPs: map[string]string{}, Links: map[string]string{},
	}
}

// deleteUser deactivates, and at the second call deletes (Okta's document).
func (c *call) deleteUser() reply {
	if c.user.Status != deprovisioned {
		c.state.deactivate(c.user, c.now)
		return noContent()
	}
	c.state.remove(c.user)
	return noContent()
}

// remove deletes a person for good. Rules go on excluding the id (okta.md section 3).
func (s *state) remove(u *user) {
	delete(s.Users, u.ID)
	s.Deleted[strings.ToLower(u.login())] = u.ID
	for _, g := range s.Groups {
		delete(g.Members, u.ID)
		g.Owners = slices.DeleteFunc(g.Owners, func(o owner) bool { return o.ID == u.ID })
	}
	for _, a := range s.Apps {
		delete(a.Users, u.ID)
	}
	for _, d := range s.Devices {
		delete(d.Users, u.ID)
	}
	for _, other := range s.Users {
		maps.DeleteFunc(other.Links, func(_, primary string) bool { return primary == u.ID })
	}
	maps.DeleteFunc(s.Assignments, func(_ string, a *assignment) bool { return a.Assignee == u.ID })
	maps.DeleteFunc(s.APITokens, func(_ string, t *apiToken) bool { return t.Owner == u.ID })
}

// clearSessions ends sign-ins, which nothing in the API lists.
func (c *call) clearSessions() reply {
	// Okta's document names no status in which it refuses this. okta.md section 4 expects it to for deactivated
	// people; which error is a guess.
	if c.user.Status == deprovisioned {
		return wrongStatus().reply()
	}
	c.user.Sessions = 0
	if c.flag("oauthTokens", false) {
		c.user.RefreshTokens = nil
	}
	if c.flag("forgetDevices", c.state.Pipeline == IdentityEngine) {
		c.user.Remembered = 0
	}
	return noContent()
}

// listUserGroups is paged although Okta's document has no parameters for it (okta.md section 6).
func (c *call) listUserGroups() reply {
	s, u := c.viewUser()
	return c.list(c.groupEntries(s.groupsOf(u)), pageSize{200, 200})
}

// viewUser is the user, and the state they are seen in by lists that lag behind.
func (c *call) viewUser() (*state, *user) {
	s := c.view(c.user.ID)
	return s, s.Users[c.user.ID]
}

package github

import (
	"crypto/rand"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

func (c *call) getCaller() reply {
	if c.by.app {
		return failure(http.StatusForbidden, "Resource not accessible by integration")
	}
	return ok(c.profile(c.by.user))
}

func (c *call) getUserByID() reply {
	u := c.state.Users[c.number("account_id")]
	if u == nil || c.unknown(u) {
		return notFound()
	}
	return ok(c.profile(u))
}

func (c *call) getUser() reply {
	u := c.state.byLogin(c.named("username"))
	if u == nil || c.unknown(u) {
		return notFound()
	}
	return ok(c.profile(u))
}

// unknown says that somebody has no account: all there is of them is an invitation to an address.
func (c *call) unknown(u *user) bool {
	return u.Member == "" && slices.ContainsFunc(c.state.Invitations, func(i invitation) bool { return i.Email == u.Email })
}

func (c *call) getApp() reply {
	owner := c.asUser()
	if u := c.state.Users[c.state.App.Owner]; u != nil {
		owner = c.user(u)
	}
	return ok(object{
		"id": c.state.App.ID, "slug": "offboard", "node_id": nodeID("A", c.state.App.ID), "owner": owner, "name": "Offboard", "description": nil,
		"external_url": c.base, "html_url": c.base + "/apps/offboard", "created_at": stamp(c.state.Created), "updated_at": stamp(c.state.Created),
		"permissions": object{}, "events": []string{},
	})
}

// createAccessToken gives the installation a token for an hour.
func (c *call) createAccessToken() reply {
	if c.number("installation_id") != c.real.App.Installation {
		return notFound()
	}
	secret := Mark + "_app_" + rand.Text()
	expires := c.now.Add(time.Hour).Truncate(time.Second)
	c.real.App.Issued[digest(secret)] = expires
	selection := "all"
	if len(c.real.App.Repos) > 0 {
		selection = "selected"
	}
	return reply{status: http.StatusCreated, body: object{
		"token": secret, "expires_at": stamp(expires), "permissions": c.real.App.Permissions, "repository_selection": selection,
	}}
}

// listMembers shows an owner and an App everybody, and a member those who show that they are, who are none here
// (github.md section 1).
func (c *call) listMembers() reply {
	role := c.r.URL.Query().Get("role")
	var list []entry
	for _, u := range sorted(c.state.Users) {
		shown := c.by.app || c.by.user.Member == "admin"
		if shown && !u.Pending && (u.Member == "admin" || u.Member == "member") && (role == "" || role == "all" || role == u.Member) {
			list = append(list, entry{u.ID, c.user(u)})
		}
	}
	return c.list(list)
}

func (c *call) getMembership() reply {
	u := c.state.byLogin(c.named("username"))
	if u == nil || u.Member == "" {
		return notFound()
	}
	return ok(c.membership(u))
}

func (c *call) setMembership() reply {
	var body struct {
		Role string `json:"role"`
	}
	u := c.state.byLogin(c.named("username"))
	switch {
	case u == nil:
		return notFound()
	case !c.decode(&body) || body.Role != "admin" && body.Role != "member":
		return invalid("Validation Failed")
	}
	if u.Member == "" {
		u.Pending = true
	}
	u.Member = body.Role
	return ok(c.membership(u))
}

// removeMembership takes only what is direct: who is a member through a team of the enterprise stays (github.md section 5).
func (c *call) removeMembership() reply {
	u := c.state.byLogin(c.named("username"))
	if u == nil || u.Member == "" {
		return notFound()
	}
	owners := 0
	for _, other := range c.state.Users {
		if other.Member == "admin" && !other.Pending {
			owners++
		}
	}
	if u.Member == "admin" && owners == 1 {
		return failure(http.StatusForbidden, "Cannot remove the last owner") // a guess (github.md section 2)
	}
	switch {
	case u.Pending:
		u.Member, u.Pending = "", false
	case u.Through == "":
		c.state.leave(u)
	}
	return done()
}

func (c *call) listOutside() reply {
	var list []entry
	for _, u := range sorted(c.state.Users) {
		if c.state.outside(u) {
			list = append(list, entry{u.ID, c.user(u)})
		}
	}
	return c.list(list)
}

func (c *call) removeOutside() reply {
	u := c.state.byLogin(c.named("username"))
	switch {
	case u == nil:
		return notFound()
	case u.Member != "" && !u.Pending:
		return reply{status: http.StatusUnprocessableEntity, body: object{
			"message": "You cannot specify an organization member to remove as an outside collaborator.", "documentation_url": "https://docs.github.com/rest",
		}}
	}
	c.state.letGo(u)
	return done()
}

// invitations are the open ones: to addresses, and to accounts, whose memberships they are until they are accepted.
func (s *state) invitations() []invitation {
	all := slices.Clone(s.Invitations)
	for _, u := range sorted(s.Users) {
		if u.Pending {
			all = append(all, invitation{ID: invitationOf(u), Login: u.Login, Role: "direct_member", Inviter: s.mustUser(Kofi).ID, Created: u.Created})
		}
	}
	return all
}

func invitationOf(u *user) int64 { return id("invitation", fmt.Sprint(u.ID)) }

func (c *call) listInvitations() reply {
	if c.state.Enterprise != "" {
		return notFound()
	}
	var list []entry
	for _, i := range c.state.invitations() {
		row := object{
			"id": i.ID, "node_id": nodeID("I", i.ID), "login": nil, "email": nil, "role": i.Role, "created_at": stamp(i.Created),
			"inviter": c.user(c.state.Users[i.Inviter]), "team_count": 0, "invitation_teams_url": c.base + "/organizations/1/invitations/1/teams",
			"invitation_source": "member",
		}
		if i.Login != "" {
			row["login"] = i.Login
		} else {
			row["email"] = i.Email
		}
		list = append(list, entry{i.ID, row})
	}
	return c.list(list)
}

func (c *call) cancelInvitation() reply {
	for _, u := range sorted(c.state.Users) {
		if u.Pending && invitationOf(u) == c.number("invitation_id") {
			u.Member, u.Pending = "", false
			return done()
		}
	}
	before := len(c.state.Invitations)
	c.state.Invitations = without(c.state.Invitations, func(i invitation) bool { return i.ID == c.number("invitation_id") })
	if len(c.state.Invitations) == before {
		return notFound()
	}
	return done()
}

// Managed users.

func guid(u *user) string { return fmt.Sprintf("%08x-0000-4000-8000-%012x", u.ID, u.ID) }

func (c *call) managed(u *user) object {
	return object{
		"schemas": []string{"urn:ietf:params:scim:schemas:core:2.0:User"}, "id": guid(u), "userName": u.Email, "displayName": u.Name, "active": !u.Suspended,
		"emails": []object{{"value": u.Email, "type": "work", "primary": true}},
		"meta":   object{"resourceType": "User", "created": stamp(u.Created), "lastModified": stamp(u.Created), "location": c.base + "/scim/v2/Users/" + guid(u)},
	}
}

func (c *call) managedUsers() (users []*user) {
	if c.state.Enterprise == "" || !strings.EqualFold(c.named("enterprise"), c.state.Enterprise) {
		return nil
	}
	return sorted(c.state.Users)
}

func (c *call) listManaged() reply {
	users := c.managedUsers()
	if users == nil {
		return scimFailure(http.StatusNotFound)
	}
	start, count := 1, 30
	_, _ = fmt.Sscan(c.r.URL.Query().Get("startIndex"), &start) // What is not a number leaves what GitHub takes.
	_, _ = fmt.Sscan(c.r.URL.Query().Get("count"), &count)
	if c.api.opts.PageSize > 0 {
		count = min(count, c.api.opts.PageSize)
	}
	rows := []object{}
	for _, u := range users[min(start-1, len(users)):min(start-1+count, len(users))] {
		rows = append(rows, c.managed(u))
	}
	return ok(object{
		"schemas": []string{"urn:ietf:params:scim:api:messages:2.0:ListResponse"}, "totalResults": len(users), "startIndex": start, "itemsPerPage": len(rows),
		"Resources": rows,
	})
}

func scimFailure(status int) reply {
	return reply{status: status, body: object{"schemas": []string{"urn:ietf:params:scim:api:messages:2.0:Error"}, "detail": "Resource not found", "status": status}}
}

func (c *call) managedUser() *user {
	for _, u := range c.managedUsers() {
		if guid(u) == c.named("scim_user_id") {
			return u
		}
	}
	return nil
}

func (c *call) getManaged() reply {
	u := c.managedUser()
	if u == nil {
		return notFound()
	}
	return ok(c.managed(u))
}

// patchManaged suspends: the login becomes another (github.md section 15).
func (c *call) patchManaged() reply {
	var body struct {
		Schemas    []string `json:"schemas"`
		Operations []struct {
			Op    string `json:"op"`
			Path  string `json:"path"`
			Value string `json:"value"`
		} `json:"Operations"`
	}
	u := c.managedUser()
	switch {
	case u == nil:
		return notFound()
	case !c.decode(&body) || len(body.Operations) != 1 || body.Operations[0].Path != "active":
		return scimFailure(http.StatusBadRequest)
	}
	u.Suspended = !strings.EqualFold(body.Operations[0].Value, "true")
	if u.Suspended {
		u.Login = fmt.Sprintf("%x_%s", u.ID, "acme")
	}
	return ok(c.managed(u))
}

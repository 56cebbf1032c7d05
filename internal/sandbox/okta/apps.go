package okta

import (
	"maps"
	"slices"
	"strings"

	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
)

// The ways to sign in to an app, of those that the org has.
const (
	saml          = "SAML_2_0"
	openID        = "OPENID_CONNECT"
	browserPlugin = "BROWSER_PLUGIN"
	autoLogin     = "AUTO_LOGIN"
	bookmark      = "BOOKMARK"
)

// appRow is an app as the API shows it. Its settings are the least that Okta's document asks for; nothing an
// exit does depends on them.
func (c *call) appRow(a *app) object {
	path := "/api/v1/apps/" + a.ID
	row := object{
		"id": a.ID, "name": a.Name, "label": a.Label, "status": a.Status, "signOnMode": a.SignOnMode,
		"orn":     "orn:okta:idp:" + c.state.ID + ":apps:" + a.Name + ":" + a.ID,
		"created": timestamp(a.Created), "lastUpdated": timestamp(a.LastUpdated), "features": list(a.Features),
		"accessibility": object{"selfService": false},
		"visibility": object{
			"autoSubmitToolbar": false, "hide": object{"iOS": false, "web": false}, "appLinks": object{a.Name + "_link": true},
		},
		"credentials": object{"userNameTemplate": object{"template": "${source.login}", "type": "BUILT_IN"}},
		"settings":    object{},
		"_links": object{
			"self": c.link(path), "users": c.link(path + "/users"), "groups": c.link(path + "/groups"),
		},
	}
	if a.SignOnMode == openID {
		kind := "web"
		if a.Key != "" {
			kind = "service"
		}
		row["credentials"] = object{"oauthClient": object{"client_id": a.ID, "autoKeyRotation": true}}
		row["settings"] = object{"oauthClient": object{
			"application_type": kind, "grant_types": []string{"client_credentials"},
		}}
	}
	return row
}

// appEntries are apps as rows, with the assignment of a person embedded in each if there is one to be.
func (c *call) appEntries(apps []*app, embed func(a *app) object) []entry {
	apps = slices.DeleteFunc(apps, func(a *app) bool { return !c.sees("okta.apps.read", a) })
	return entries(apps, func(a *app) string { return a.ID }, func(a *app) object {
		row := c.appRow(a)
		if embed != nil {
			row["_embedded"] = object{"user": embed(a)}
		}
		return row
	})
}

// appFilters: Okta's document no longer lists user.id among them, but relies on it for expand (okta.md
// section 7).
var appFilters = map[string][]string{"id": {"eq"}, "status": {"eq"}, "name": {"eq"}, "user.id": {"eq"}}

// listApps shows apps that are not active only to those who ask for them.
func (c *call) listApps() reply {
	conditions, failed := c.conditions(nil, appFilters)
	if failed != nil {
		return failed.reply()
	}
	q, byQ := c.query["q"]
	s, embed := c.state, (func(*app) object)(nil)
	userID := onlyUser(c.query.Get("filter"))
	if userID != "" {
		s = c.view(userID)
	}
	u := s.Users[userID]
	if expand := c.query.Get("expand"); expand != "" {
		if userID == "" || expand != "user/"+userID {
			return invalid("expand", `expand: must be user/{userId}, together with the filter user.id eq "{userId}"`).reply()
		}
		if u != nil {
			embed = func(a *app) object { return c.assignmentRow(s, a, u) }
		}
	}
	apps := slices.DeleteFunc(sandbox.Sorted(s.Apps), func(a *app) bool {
		return byQ && !startsWith(q[0], a.Name, a.Label) ||
			a.Status != active && !c.flag("includeNonDeleted", false) ||
			!satisfies(conditions, appAttribute(s, a, u))
	})
	return c.list(c.appEntries(apps, embed), pageSize{20, 200})
}

// onlyUser is the id in a filter that is user.id eq "{id}" and nothing more.
func onlyUser(filter string) string {
	words, err := tokens(filter)
	if err != nil || len(words) != 3 || words[0].text != "user.id" {
		return ""
	}
	return words[2].text
}

// appAttribute: user.id is that of the person the list is about, where they have the app.
func appAttribute(s *state, a *app, u *user) func(string) string {
	return func(name string) string {
		switch name {
		case "id":
			return a.ID
		case "status":
			return a.Status
		case "name":
			return a.Name
		}
		if u == nil {
			return ""
		}
		if _, _, ok := s.assigned(a, u); !ok {
			return ""
		}
		return u.ID
	}
}

// getApp embeds the assignment of the person that expand names, if they have the app.
func (c *call) getApp() reply {
	row := c.appRow(c.app)
	if userID, ok := strings.CutPrefix(c.query.Get("expand"), "user/"); ok {
		if u := c.state.Users[userID]; u != nil {
			if _, _, has := c.state.assigned(c.app, u); has {
				row["_embedded"] = object{"user": c.assignmentRow(c.state, c.app, u)}
			}
		}
	}
	return ok(row)
}

// assignmentRow is what an app knows of a person.
func (c *call) assignmentRow(s *state, a *app, u *user) object {
	au, scope, _ := s.assigned(a, u)
	status, sync := active, "DISABLED"
	if slices.Contains(a.Features, "PUSH_NEW_USERS") || slices.Contains(a.Features, "PROFILE_MASTERING") {
		status, sync = provisioned, "SYNCHRONIZED"
	}
	profile := object{}
	for _, name := range []string{"firstName", "lastName", "email"} {
		profile[name] = u.Profile[name]
	}
	maps.Copy(profile, au.Profile)
	links := object{"app": c.link("/api/v1/apps/" + a.ID), "user": c.link("/api/v1/users/" + u.ID)}
	if scope == groupScope {
		grantor := s.grantor(a, u)
		links["group"] = object{"name": grantor.Name, "href": c.base + "/api/v1/groups/" + grantor.ID}
	}
	return object{
		"id": u.ID, "created": timestamp(au.Created), "lastUpdated": timestamp(au.LastUpdated), "scope": scope,
		"status": status, "statusChanged": timestamp(au.Created), "passwordChanged": timestampOrNull(au.PasswordChanged),
		"syncState": sync, "credentials": object{"userName": au.UserName}, "profile": profile, "_links": links,
	}
}

// grantor is the group that an assignment comes from: the one with the smallest priority number.
func (s *state) grantor(a *app, u *user) *group {
	var first *group
	for _, g := range s.groupsOf(u) {
		if grant, ok := a.Groups[g.ID]; ok && (first == nil || grant.Priority < a.Groups[first.ID].Priority) {
			first = g
		}
	}
	return first
}

// viewApp is the app, and the state it is seen in by lists that lag behind.
func (c *call) viewApp() (*state, *app) {
	s := c.view(c.app.ID)
	return s, s.Apps[c.app.ID]
}

func (c *call) listAppUsers() reply {
	s, a := c.viewApp()
	q, byQ := c.query["q"]
	users := slices.DeleteFunc(sandbox.Sorted(s.Users), func(u *user) bool {
		au, _, ok := s.assigned(a, u)
		return !ok || !c.sees("okta.users.read", u) ||
			byQ && !startsWith(q[0], au.UserName, u.Profile["firstName"], u.Profile["lastName"], u.Profile["email"])
	})
	return c.list(entries(users, func(u *user) string { return u.ID }, func(u *user) object {
		return c.withUser(c.assignmentRow(s, a, u), u)
	}), pageSize{50, 500})
}

// withUser embeds the person into their assignment if that is asked for.
func (c *call) withUser(row object, u *user) object {
	if c.query.Get("expand") == "user" {
		row["_embedded"] = object{"user": c.userRow(u)}
	}
	return row
}

func (c *call) getAppUser() reply {
	if _, _, assigned := c.state.assigned(c.app, c.user); !assigned {
		return notFound(c.user.ID, "AppUser").reply()
	}
	return ok(c.withUser(c.assignmentRow(c.state, c.app, c.user), c.user))
}

// updateAppUser takes credentials or a profile. Which way the person got the app stays as it is.
func (c *call) updateAppUser() reply {
	var body struct {
		Credentials *struct {
			UserName string         `json:"userName"`
			Password *passwordValue `json:"password"`
		} `json:"credentials"`
		Profile map[string]any `json:"profile"`
	}
	if failed := c.decode(&body); failed != nil {
		return failed.reply()
	}
	au, _, assigned := c.state.assigned(c.app, c.user)
	if !assigned {
		return notFound(c.user.ID, "AppUser").reply()
	}
	c.app.Users[c.user.ID] = au
	if body.Credentials != nil {
		if body.Credentials.UserName != "" {
			au.UserName = body.Credentials.UserName
		}
		if body.Credentials.Password != nil {
			if c.app.SignOnMode != browserPlugin && c.app.SignOnMode != autoLogin {
				return wrongScheme().reply()
			}
			au.PasswordChanged = c.now
		}
	}
	if au.Profile == nil {
		au.Profile = map[string]any{}
	}
	maps.Copy(au.Profile, body.Profile)
	au.LastUpdated = c.now
	return ok(c.assignmentRow(c.state, c.app, c.user))
}

// unassign is refused as long as a group grants the app, be the assignment direct as well or not (okta.md
// section 7). Taking somebody from the directory that checks their password leaves them without one.
func (c *call) unassign() reply {
	if _, _, assigned := c.state.assigned(c.app, c.user); !assigned {
		return notFound(c.user.ID, "AppUser").reply()
	}
	if c.state.grantedByGroup(c.app, c.user) {
		return grantedByGroups().reply()
	}
	delete(c.app.Users, c.user.ID)
	if c.user.Source == c.app.ID {
		c.user.Source, c.user.Provider, c.user.Password = "", provider{"OKTA", "OKTA"}, false
	}
	c.wrote(c.user.ID, c.app.ID)
	return noContent()
}

// listAppGroups are the groups that grant an app.
func (c *call) listAppGroups() reply {
	q, byQ := c.query["q"]
	groups := slices.DeleteFunc(sandbox.Sorted(c.state.Groups), func(g *group) bool {
		_, grants := c.app.Groups[g.ID]
		return !grants || !c.sees("okta.groups.read", g) || byQ && !startsWith(q[0], g.Name)
	})
	return c.list(entries(groups, func(g *group) string { return g.ID }, func(g *group) object {
		row := object{
			"id": g.ID, "priority": c.app.Groups[g.ID].Priority, "lastUpdated": timestamp(c.app.Groups[g.ID].LastUpdated),
			"profile": object{},
			"_links": object{
				"app":   c.link("/api/v1/apps/" + c.app.ID),
				"group": c.link("/api/v1/groups/" + g.ID),
				"self":  c.link("/api/v1/apps/" + c.app.ID + "/groups/" + g.ID),
			},
		}
		if c.query.Get("expand") == "group" {
			row["_embedded"] = object{"group": c.groupRow(g)}
		}
		return row
	}), pageSize{20, 200})
}

func (c *call) listGroupApps() reply {
	apps := slices.DeleteFunc(sandbox.Sorted(c.state.Apps), func(a *app) bool {
		_, grants := a.Groups[c.group.ID]
		return !grants
	})
	return c.list(c.appEntries(apps, nil), pageSize{20, 200})
}

// listAppLinks are the tiles of a person's dashboard. Apps without one are missing, and so is whether a group
// grants it (okta.md section 7).
func (c *call) listAppLinks() reply {
	s, u := c.viewUser()
	apps := slices.DeleteFunc(s.appsOf(u), func(a *app) bool { return a.Status != active || a.isDirectory() })
	return whole(entries(apps, func(a *app) string { return a.ID }, func(a *app) object {
		return object{
			"id": u.ID, "label": a.Label, "linkUrl": c.base + "/home/" + a.Name + "/" + a.ID + "/1",
			"logoUrl": c.base + "/img/logos/" + a.Name + ".png", "appName": a.Name, "appInstanceId": a.ID,
			"appAssignmentId": id(appUserPrefix, a.ID, u.ID), "credentialsSetup": true, "hidden": false, "sortOrder": 0,
		}
	}))
}

func (a *app) isDirectory() bool { return a.Name == activeDirectory }

const activeDirectory = "active_directory"

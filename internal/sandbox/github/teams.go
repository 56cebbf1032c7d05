package github

import "net/http"

func (c *call) listTeams() reply {
	var list []entry
	for _, t := range sorted(c.state.Teams) {
		list = append(list, entry{t.ID, c.team(t)})
	}
	return c.list(list)
}

// listTeamMembers shows the members of child teams as well, and says so.
func (c *call) listTeamMembers() reply {
	t := c.state.teamBySlug(c.named("team_slug"))
	if t == nil {
		return notFound()
	}
	asked := c.r.URL.Query().Get("role")
	var list []entry
	for _, u := range sorted(c.state.Users) {
		role, inherited := c.state.inTeam(t, u.ID)
		if u.Member == "admin" && role != "" && !inherited {
			role = "maintainer"
		}
		if role == "" || asked != "" && asked != "all" && asked != role {
			continue
		}
		row := c.user(u)
		row["role"], row["inherited"] = role, inherited
		list = append(list, entry{u.ID, row})
	}
	return c.list(list)
}

// synced refuses what only the identity provider changes, in the words of a missing right.
func (t *team) synced() *reply {
	if t.Synced == "" {
		return nil
	}
	return &reply{status: http.StatusForbidden, body: object{
		"message": "This team is externally managed", "documentation_url": "https://docs.github.com/rest", "status": "403",
	}}
}

func (c *call) setTeamMember() reply {
	var body struct {
		Role string `json:"role"`
	}
	t, u := c.state.teamBySlug(c.named("team_slug")), c.state.byLogin(c.named("username"))
	if t == nil || u == nil || !c.decode(&body) {
		return notFound()
	}
	if refused := t.synced(); refused != nil {
		return *refused
	}
	if u.Member == "" {
		u.Member, u.Pending = "member", true
	}
	t.Members[u.ID] = body.Role
	state := "active"
	if u.Pending {
		state = "pending"
	}
	return ok(object{"url": c.base + "/teams", "role": body.Role, "state": state})
}

func (c *call) removeTeamMember() reply {
	t, u := c.state.teamBySlug(c.named("team_slug")), c.state.byLogin(c.named("username"))
	if t == nil || u == nil || t.Members[u.ID] == "" {
		return notFound()
	}
	if refused := t.synced(); refused != nil {
		return *refused
	}
	delete(t.Members, u.ID)
	return done()
}

func (c *call) listMappings() reply {
	t := c.state.teamBySlug(c.named("team_slug"))
	if t == nil {
		return notFound()
	}
	groups := []object{}
	if t.Synced != "" {
		groups = append(groups, object{"group_id": "1", "group_name": t.Synced, "group_description": ""})
	}
	return ok(object{"groups": groups})
}

func (c *call) listExternalGroups() reply {
	if c.state.Enterprise == "" {
		return notFound()
	}
	return ok(object{"groups": []object{}})
}

func (c *call) listRoles() reply {
	roles := []object{}
	for _, r := range sorted(c.state.Roles) {
		roles = append(roles, object{
			"id": r.ID, "name": r.Name, "description": nil, "base_role": nil, "source": r.Source, "permissions": []string{}, "organization": nil,
			"created_at": stamp(c.state.Created), "updated_at": stamp(c.state.Created),
		})
	}
	return ok(object{"total_count": len(roles), "roles": roles})
}

func (c *call) listRoleUsers() reply {
	r := c.state.Roles[c.number("role_id")]
	if r == nil {
		return notFound()
	}
	var list []entry
	for _, u := range sorted(c.state.Users) {
		direct := false
		for _, id := range r.Users {
			direct = direct || id == u.ID
		}
		from := []object{}
		for _, id := range r.Teams {
			if role, _ := c.state.inTeam(c.state.Teams[id], u.ID); role != "" {
				from = append(from, c.simpleTeam(c.state.Teams[id]))
			}
		}
		if !direct && len(from) == 0 {
			continue
		}
		row := c.user(u)
		row["assignment"] = map[[2]bool]string{{true, false}: "direct", {false, true}: "indirect", {true, true}: "mixed"}[[2]bool{direct, len(from) > 0}]
		row["inherited_from"] = from
		list = append(list, entry{u.ID, row})
	}
	return c.list(list)
}

func (c *call) removeRole() reply {
	r, u := c.state.Roles[c.number("role_id")], c.state.byLogin(c.named("username"))
	if r == nil || u == nil {
		return notFound()
	}
	r.Users = without(r.Users, func(id int64) bool { return id == u.ID })
	return done()
}

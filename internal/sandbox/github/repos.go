package github

import (
	"net/http"
	"slices"
)

// seen are the repositories that the caller is shown: an App those that it is installed on, and a member who is no owner
// the public ones and those they have rights on.
func (c *call) seen(r *repo) bool {
	switch {
	case c.by.app:
		return len(c.real.App.Repos) == 0 || slices.Contains(c.real.App.Repos, r.ID)
	case c.by.user.Member == "admin":
		return true
	}
	return !r.Private || len(c.state.sources(r, c.by.user)) > 0
}

// visible is the repository that the path names, and nil if there is none or it is hidden.
func (c *call) visible() *repo {
	r := c.state.repoByName(c.named("repo"))
	if r == nil || !c.seen(r) {
		return nil
	}
	return r
}

func (c *call) listRepos() reply {
	var list []entry
	for _, r := range sorted(c.state.Repos) {
		if c.seen(r) {
			list = append(list, entry{r.ID, c.repo(r)})
		}
	}
	return c.list(list)
}

// readOnly refuses to change what is archived. The words are a guess (github.md section 6).
func (r *repo) readOnly() *reply {
	if !r.Archived {
		return nil
	}
	refused := failure(http.StatusForbidden, "Repository was archived so is read-only.")
	return &refused
}

// listCollaborators is everybody with rights on a repository, from wherever they come.
func (c *call) listCollaborators() reply {
	r := c.visible()
	if r == nil {
		return notFound()
	}
	asked := c.r.URL.Query().Get("permission")
	var list []entry
	for _, u := range sorted(c.state.Users) {
		sources := c.state.sources(r, u)
		if len(sources) == 0 || asked != "" && asked != strongest(sources) {
			continue
		}
		row, role := c.user(u), strongest(sources)
		at := slices.Index(roleOrder, role)
		row["role_name"] = role
		row["permissions"] = object{"pull": at >= 1, "triage": at >= 2, "push": at >= 3, "maintain": at >= 4, "admin": at >= 5}
		list = append(list, entry{u.ID, row})
	}
	return c.list(list)
}

func (c *call) listKeys() reply {
	r := c.visible()
	if r == nil {
		return notFound()
	}
	var list []entry
	for _, key := range r.Keys {
		row := object{
			"id": key.ID, "key": "ssh-ed25519 AAAAC3Nz", "url": c.base + "/keys", "title": key.Title, "verified": true, "created_at": stamp(key.Created),
			"read_only": key.ReadOnly, "last_used": nil, "added_by": nil,
		}
		if u := c.state.Users[key.AddedBy]; u != nil {
			row["added_by"] = u.Login
		}
		list = append(list, entry{key.ID, row})
	}
	return c.list(list)
}

func (c *call) removeKey() reply {
	r := c.visible()
	if r == nil || !slices.ContainsFunc(r.Keys, func(k deployKey) bool { return k.ID == c.number("key_id") }) {
		return notFound()
	}
	if refused := r.readOnly(); refused != nil {
		return *refused
	}
	r.Keys = without(r.Keys, func(k deployKey) bool { return k.ID == c.number("key_id") })
	return done()
}

func (c *call) setCollaborator() reply {
	var body struct {
		Permission string `json:"permission"`
	}
	r, u := c.visible(), c.state.byLogin(c.named("username"))
	switch {
	case r == nil || u == nil:
		return notFound()
	case !c.decode(&body) || !slices.Contains(roleOrder, body.Permission):
		return invalid("Validation Failed")
	case u.Member == "":
		return invalid("the sandbox invites nobody")
	}
	if refused := r.readOnly(); refused != nil {
		return *refused
	}
	r.Direct[u.ID] = body.Permission
	return done()
}

func (c *call) removeCollaborator() reply {
	r, u := c.visible(), c.state.byLogin(c.named("username"))
	if r == nil || u == nil {
		return notFound()
	}
	if refused := r.readOnly(); refused != nil {
		return *refused
	}
	delete(r.Direct, u.ID)
	return done()
}

func (c *call) listRepoInvitations() reply {
	r := c.visible()
	if r == nil {
		return notFound()
	}
	var list []entry
	for _, i := range r.Invitations {
		row := object{
			"id": i.ID, "node_id": nodeID("RI", i.ID), "repository": c.repo(r), "invitee": nil, "inviter": nil, "permissions": i.Permissions,
			"created_at": stamp(i.Created), "expired": false, "url": c.base + "/user/repository_invitations/1", "html_url": c.base + "/invitations",
		}
		if u := c.state.Users[i.Invitee]; u != nil {
			row["invitee"] = c.user(u)
		}
		if u := c.state.Users[i.Inviter]; u != nil {
			row["inviter"] = c.user(u)
		}
		list = append(list, entry{i.ID, row})
	}
	return c.list(list)
}

func (c *call) cancelRepoInvitation() reply {
	r := c.visible()
	if r == nil || !slices.ContainsFunc(r.Invitations, func(i repoInvitation) bool { return i.ID == c.number("invitation_id") }) {
		return notFound()
	}
	r.Invitations = without(r.Invitations, func(i repoInvitation) bool { return i.ID == c.number("invitation_id") })
	return done()
}

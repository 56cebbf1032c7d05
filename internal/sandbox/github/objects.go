package github

import (
	"encoding/base64"
	"fmt"
	"time"
)

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// nodeID is the id that GraphQL has, which nobody here asks by.
func nodeID(kind string, id int64) string {
	return kind + "_" + base64.RawURLEncoding.EncodeToString(fmt.Append(nil, id))
}

func (c *call) user(u *user) object {
	at := c.base + "/users/" + u.Login
	return object{
		"login": u.Login, "id": u.ID, "node_id": nodeID("U", u.ID), "avatar_url": c.base + "/avatars/" + u.Login, "gravatar_id": "", "url": at,
		"html_url": c.base + "/" + u.Login, "followers_url": at + "/followers", "following_url": at + "/following", "gists_url": at + "/gists",
		"starred_url": at + "/starred", "subscriptions_url": at + "/subscriptions", "organizations_url": at + "/orgs", "repos_url": at + "/repos",
		"events_url": at + "/events", "received_events_url": at + "/received_events", "type": "User", "user_view_type": "public", "site_admin": false,
	}
}

// profile is a user by itself. The public email address is not the work email.
func (c *call) profile(u *user) object {
	o := c.user(u)
	for name, value := range (object{
		"name": u.Name, "company": nil, "blog": "", "location": nil, "email": nil, "hireable": nil, "bio": nil, "public_repos": 0, "public_gists": 0,
		"followers": 0, "following": 0, "created_at": stamp(u.Created), "updated_at": stamp(u.Created),
	}) {
		o[name] = value
	}
	return o
}

func (c *call) organization() object {
	at := c.base + "/orgs/" + c.state.Login
	return object{
		"login": c.state.Login, "id": c.state.ID, "node_id": nodeID("O", c.state.ID), "url": at, "repos_url": at + "/repos", "events_url": at + "/events",
		"hooks_url": at + "/hooks", "issues_url": at + "/issues", "members_url": at + "/members", "public_members_url": at + "/public_members",
		"avatar_url": c.base + "/avatars/" + c.state.Login, "description": nil,
	}
}

// asUser is the organization where a user is expected.
func (c *call) asUser() object {
	return c.user(&user{ID: c.state.ID, Login: c.state.Login})
}

func (c *call) team(t *team) object {
	o := c.simpleTeam(t)
	o["parent"] = nil
	if parent := c.state.Teams[t.Parent]; parent != nil {
		o["parent"] = c.simpleTeam(parent)
	}
	return o
}

func (c *call) simpleTeam(t *team) object {
	at := c.base + "/organizations/" + fmt.Sprint(c.state.ID) + "/team/" + fmt.Sprint(t.ID)
	return object{
		"id": t.ID, "node_id": nodeID("T", t.ID), "name": t.Name, "slug": t.Slug, "description": nil, "permission": "pull", "privacy": "closed",
		"url": at, "html_url": c.base + "/orgs/" + c.state.Login + "/teams/" + t.Slug, "members_url": at + "/members", "repositories_url": at + "/repos",
		"type": "organization",
	}
}

// repoPlaces are the fields of a repository that are addresses, which GitHub fills whether or not anybody follows them.
var repoPlaces = []string{
	"archive_url", "assignees_url", "blobs_url", "branches_url", "collaborators_url", "comments_url", "commits_url", "compare_url", "contents_url",
	"contributors_url", "deployments_url", "downloads_url", "events_url", "forks_url", "git_commits_url", "git_refs_url", "git_tags_url", "hooks_url",
	"html_url", "issue_comment_url", "issue_events_url", "issues_url", "keys_url", "labels_url", "languages_url", "merges_url", "milestones_url",
	"notifications_url", "pulls_url", "releases_url", "stargazers_url", "statuses_url", "subscribers_url", "subscription_url", "tags_url", "teams_url",
	"trees_url", "url",
}

func (c *call) repo(r *repo) object {
	o := object{
		"id": r.ID, "node_id": nodeID("R", r.ID), "name": r.Name, "full_name": c.state.Login + "/" + r.Name, "owner": c.asUser(), "private": r.Private,
		"description": nil, "fork": false, "archived": r.Archived,
	}
	for _, place := range repoPlaces {
		o[place] = c.base + "/repos/" + c.state.Login + "/" + r.Name + "/" + place
	}
	return o
}

func (c *call) membership(u *user) object {
	state := "active"
	if u.Pending {
		state = "pending"
	}
	at := c.base + "/orgs/" + c.state.Login
	o := object{
		"url": at + "/memberships/" + u.Login, "state": state, "role": u.Member, "organization_url": at, "organization": c.organization(), "user": c.user(u),
		"direct_membership": u.Through == "",
	}
	if u.Through != "" {
		o["enterprise_teams_providing_indirect_membership"] = []string{u.Through}
	}
	return o
}

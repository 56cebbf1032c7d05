package github

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
)

func (c *call) listPATs(requested bool) reply {
	owners := c.r.URL.Query()["owner[]"]
	var list []entry
	for _, p := range c.state.PATs {
		u := c.state.Users[p.Owner]
		if p.Requested != requested || u == nil || len(owners) > 0 && !slices.Contains(owners, u.Login) {
			continue
		}
		row := object{
			"id": p.ID, "owner": c.user(u), "repository_selection": "all", "repositories_url": c.base + "/repositories", "permissions": object{},
			"token_id": p.ID + 1, "token_name": p.Name, "token_expired": false, "token_expires_at": nil, "token_last_used_at": nil,
		}
		if requested {
			row["reason"], row["created_at"] = nil, stamp(p.Created)
		} else {
			row["access_granted_at"] = stamp(p.Created)
		}
		list = append(list, entry{p.ID, row})
	}
	return c.list(list)
}

func (c *call) endPAT(id int64, requested bool, action string) reply {
	var body struct {
		Action string `json:"action"`
		Reason string `json:"reason"`
	}
	if !c.decode(&body) || body.Action != action {
		return invalid("Validation Failed")
	}
	before := len(c.state.PATs)
	c.state.PATs = without(c.state.PATs, func(p pat) bool { return p.ID == id && p.Requested == requested })
	if len(c.state.PATs) == before {
		return notFound()
	}
	return done()
}

func (c *call) listAuthorizations() reply {
	if !c.state.SAML {
		return notFound()
	}
	login := c.r.URL.Query().Get("login")
	var list []entry
	for _, a := range c.state.Authorizations {
		u := c.state.Users[a.Owner]
		if u == nil || login != "" && !strings.EqualFold(login, u.Login) {
			continue
		}
		list = append(list, entry{a.ID, object{
			"login": u.Login, "credential_id": a.ID, "credential_type": a.Type, "credential_authorized_at": stamp(a.Created), "credential_accessed_at": nil,
			"authorized_credential_id": a.ID + 1, "authorized_credential_title": a.Title, "authorized_credential_note": nil, "authorized_credential_expires_at": nil,
		}})
	}
	return c.list(list)
}

func (c *call) removeAuthorization() reply {
	before := len(c.state.Authorizations)
	c.state.Authorizations = without(c.state.Authorizations, func(a authorization) bool { return a.ID == c.number("credential_id") })
	if len(c.state.Authorizations) == before {
		return notFound()
	}
	return done()
}

func (c *call) listSeats() reply {
	if !c.state.Copilot {
		return notFound()
	}
	var list []entry
	for _, seat := range c.state.Seats {
		list = append(list, entry{seat.User, c.seat(seat)})
	}
	return c.listIn("seats", "total_seats", list)
}

// seat is one with its assignee, of whom there is nothing to tell once their account is deleted.
func (c *call) seat(seat seat) object {
	row := object{
		"assignee": nil, "created_at": stamp(seat.Created), "updated_at": stamp(seat.Created), "pending_cancellation_date": nil, "last_activity_at": nil,
		"last_activity_editor": nil, "last_authenticated_at": nil, "plan_type": "business",
	}
	if u := c.state.Users[seat.User]; u != nil && !seat.Nameless {
		row["assignee"] = c.user(u)
	}
	if seat.Ends != "" {
		row["pending_cancellation_date"] = seat.Ends
	}
	if t := c.state.Teams[seat.Team]; t != nil {
		row["assigning_team"] = c.team(t)
	}
	return row
}

func (c *call) getSeat() reply {
	for _, seat := range c.state.Seats {
		if u := c.state.Users[seat.User]; c.state.Copilot && u != nil && strings.EqualFold(u.Login, c.named("username")) {
			return ok(c.seat(seat))
		}
	}
	return notFound()
}

// cancelSeats ends seats with the billing cycle, which is the month here.
func (c *call) cancelSeats() reply {
	var body struct {
		Names []string `json:"selected_usernames"`
	}
	if !c.decode(&body) {
		return invalid("Validation Failed")
	}
	cancelled := 0
	for i := range c.state.Seats {
		seat := &c.state.Seats[i]
		u := c.state.Users[seat.User]
		if u == nil || !slices.ContainsFunc(body.Names, func(name string) bool { return strings.EqualFold(name, u.Login) }) {
			continue
		}
		if seat.Team != 0 {
			return reply{status: http.StatusUnprocessableEntity}
		}
		next := c.now.AddDate(0, 1, 1-c.now.Day())
		seat.Ends = next.UTC().Format("2006-01-02")
		cancelled++
	}
	return ok(object{"seats_cancelled": cancelled})
}

func (c *call) secret(v secret, of string) object {
	row := object{"name": v.Name, "created_at": stamp(v.Created), "updated_at": stamp(v.Updated)}
	if v.Visibility != "" {
		row["visibility"] = v.Visibility
	}
	if v.Visibility == "selected" {
		row["selected_repositories_url"] = fmt.Sprintf("%s/orgs/%s/%s/secrets/%s/repositories", c.base, c.state.Login, of, v.Name)
	}
	return row
}

// readSecrets answers with a list of secrets, or one of them.
func (c *call) readSecrets(list []secret, of string) reply {
	var rows []entry
	for i, v := range list {
		if v.Name == c.named("secret_name") {
			return ok(c.secret(v, of))
		}
		rows = append(rows, entry{int64(i), c.secret(v, of)})
	}
	if c.named("secret_name") != "" {
		return notFound()
	}
	return c.listIn("secrets", "total_count", rows)
}

func (c *call) readOrgSecrets(store, rest string) reply {
	if !strings.HasSuffix(rest, "/repositories") {
		return c.readSecrets(c.state.Secrets[store], store)
	}
	var rows []entry
	for _, v := range c.state.Secrets[store] {
		for _, id := range v.Repos {
			if v.Name == c.named("secret_name") {
				rows = append(rows, entry{id, c.repo(c.state.Repos[id])})
			}
		}
	}
	return c.listIn("repositories", "total_count", rows)
}

func (c *call) readRepoSecrets(store string) reply {
	r := c.visible()
	if r == nil {
		return notFound()
	}
	if store != "" {
		return c.readSecrets(r.Secrets[store], store)
	}
	list, known := r.Environments[c.named("environment_name")]
	if !known {
		return notFound()
	}
	return c.readSecrets(list, "")
}

func (c *call) listEnvironments() reply {
	r := c.visible()
	if r == nil {
		return notFound()
	}
	var rows []entry
	for name := range r.Environments {
		n := id("environment", r.Name, name)
		rows = append(rows, entry{n, object{
			"id": n, "node_id": nodeID("EN", n), "name": name, "url": c.base + "/environments", "html_url": c.base + "/environments",
			"created_at": stamp(r.Created), "updated_at": stamp(r.Created), "protection_rules": []object{}, "deployment_branch_policy": nil,
		}})
	}
	return c.listIn("environments", "total_count", rows)
}

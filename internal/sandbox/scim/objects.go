package scim

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

func itoa(n int) string { return strconv.Itoa(n) }

func etag(version int) string { return fmt.Sprintf(`W/"%d"`, version) }

// called is what this answer calls something, and known is what it is that was called so.
func (c *call) called(id string) string {
	if c.opts.Dialect.Restless {
		return fmt.Sprintf("%s~%d", id, c.answers)
	}
	return id
}

func (c *call) known(id string) string {
	base, when, found := strings.Cut(id, "~")
	if c.opts.Dialect.Restless && found && when != itoa(c.answers) {
		return "" // that was its name then
	}
	return base
}

func (c *call) meta(kind, id string, created, modified time.Time, version int) object {
	m := object{
		"resourceType": kind, "location": c.base + "/" + kind + "s/" + c.called(id), "created": stamp(created), "lastModified": stamp(modified),
	}
	if c.opts.Dialect.ETags {
		m["version"] = etag(version)
	}
	return m
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

func (c *call) userObject(s *state, u *user) object {
	o := object{
		"schemas": []string{userSchema}, "id": c.called(u.ID), "userName": u.UserName, "active": u.Active, "emails": u.Emails,
		"displayName": strings.TrimSpace(u.Given + " " + u.Family), "name": object{"givenName": u.Given, "familyName": u.Family},
		"meta": c.meta("User", u.ID, u.Created, u.Modified, u.Version),
	}
	// What is empty is left out (RFC 7643 2.5).
	if u.ExternalID != "" {
		o["externalId"] = u.ExternalID
	}
	if u.Type != "" {
		o["userType"] = u.Type
	}
	if len(u.Roles) > 0 && !c.opts.Dialect.NoAttributes {
		o["roles"] = u.Roles
	}
	if len(u.Entitlements) > 0 && !c.opts.Dialect.NoAttributes {
		o["entitlements"] = u.Entitlements
	}
	var groups []object
	for _, g := range s.groupsOf(u.ID) {
		groups = append(groups, c.reference("Groups", g.ID, g.Name, "direct"))
	}
	for _, g := range s.around(u.ID) {
		groups = append(groups, c.reference("Groups", g.ID, g.Name, "indirect"))
	}
	if len(groups) > 0 && !c.opts.Dialect.NoGroups {
		o["groups"] = groups
	}
	return o
}

func (c *call) reference(kind, id, display, how string) object {
	return object{"value": c.called(id), "$ref": c.base + "/" + kind + "/" + c.called(id), "display": display, "type": how}
}

func (c *call) groupObject(s *state, g *group, alone bool) object {
	o := object{
		"schemas": []string{groupSchema}, "id": c.called(g.ID), "displayName": g.Name, "meta": c.meta("Group", g.ID, g.Created, g.Modified, g.Version),
	}
	if g.ExternalID != "" {
		o["externalId"] = g.ExternalID
	}
	if c.opts.Dialect.NoMembers || c.opts.Dialect.MembersByID && !alone {
		o["members"] = []object{}
		return o
	}
	members := []object{}
	for _, id := range g.Members {
		if u := s.user(id); u != nil {
			members = append(members, c.member("Users", u.ID, "User", u.UserName))
		} else if inner := s.group(id); inner != nil {
			members = append(members, c.member("Groups", inner.ID, "Group", inner.Name))
		}
	}
	if most := c.opts.Dialect.MembersMost; most > 0 && len(members) > most {
		members = members[:most]
	}
	if len(members) > 0 {
		o["members"] = members
	}
	return o
}

// member leaves display out, which the standard's schema of a group does not have (RFC 7643 8.7.1); its text does (4.2).
func (c *call) member(endpoint, id, kind, _ string) object {
	o := object{"value": c.called(id), "$ref": c.base + "/" + endpoint + "/" + c.called(id), "type": kind}
	if number, err := strconv.Atoi(id); err == nil && c.opts.Dialect.MembersNumbered {
		o["value"] = number
	}
	if c.opts.Dialect.MembersBare {
		delete(o, "value")
	}
	return o
}

// discovery is what the application says of itself (RFC 7644 section 4).
func (c *call) discovery() *reply {
	if c.opts.Dialect.NoDiscovery || c.r.Method != http.MethodGet {
		return noSuchEndpoint()
	}
	switch {
	case c.kind == "ServiceProviderConfig" && c.id == "":
		d := c.opts.Dialect
		o := object{
			"schemas": []string{"urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"},
			"patch":   object{"supported": !d.NoPatch}, "bulk": object{"supported": false, "maxOperations": 0, "maxPayloadSize": 0},
			"filter": object{"supported": true, "maxResults": c.opts.PageSize}, "changePassword": object{"supported": false},
			"sort": object{"supported": false}, "etag": object{"supported": d.ETags},
			"authenticationSchemes": []object{{"type": "oauthbearertoken", "name": "OAuth Bearer Token", "description": "A bearer token"}},
		}
		if d.Cursors {
			o["pagination"] = object{"cursor": true, "index": false}
		}
		return &reply{status: http.StatusOK, body: o}
	case c.kind == "Schemas" && c.id == userSchema:
		attributes := []object{}
		for _, name := range []string{"userName", "name", "displayName", "userType", "active", "emails", "groups", "roles", "entitlements"} {
			if !c.opts.Dialect.NoAttributes || !slices.Contains([]string{"roles", "entitlements"}, name) {
				attributes = append(attributes, object{"name": name, "type": "complex", "multiValued": true, "returned": "default"})
			}
		}
		return &reply{status: http.StatusOK, body: object{
			"schemas": []string{"urn:ietf:params:scim:schemas:core:2.0:Schema"}, "id": userSchema, "name": "User", "attributes": attributes,
		}}
	}
	return noSuchEndpoint()
}

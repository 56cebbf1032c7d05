package vault

import (
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
)

// identity serves what is under identity/.
func (c *call) identity(rest []string) reply {
	switch where := strings.Join(rest[:min(2, len(rest))], "/"); {
	case where == "entity/id" && len(rest) == 2 && c.operation == "list":
		return c.listEntities()
	case where == "entity/id" && len(rest) == 3:
		return c.entity(rest[2])
	case where == "group/id" && len(rest) == 2 && c.operation == "list":
		return list(slices.Sorted(maps.Keys(c.state.Groups)))
	case where == "group/id" && len(rest) == 3:
		return c.group(rest[2])
	}
	return unsupported()
}

// listEntities tells the names and aliases besides, and neither policies nor who is disabled (vault.md section 2).
func (c *call) listEntities() reply {
	if len(c.state.Entities) == 0 {
		return none()
	}
	info := object{}
	for _, e := range c.state.Entities {
		aliases := []object{}
		for _, a := range e.Aliases {
			m := c.state.Auth[a.Mount]
			aliases = append(aliases, object{
				"id": a.ID, "canonical_id": e.ID, "name": a.Name, "mount_accessor": m.Accessor, "mount_path": "auth/" + m.Path + "/", "mount_type": m.Type,
			})
		}
		info[e.ID] = object{"name": e.Name, "aliases": aliases}
	}
	return ok(object{"keys": slices.Sorted(maps.Keys(c.state.Entities)), "key_info": info})
}

func (c *call) entity(id string) reply {
	e := c.state.Entities[id]
	switch c.operation {
	case "read":
		if e == nil {
			return none()
		}
		return ok(c.entityRow(e))
	case "update":
		if e == nil {
			return said(http.StatusBadRequest, "entity not found from id")
		}
		if disabled, there := c.body["disabled"].(bool); there {
			e.Disabled = disabled
		}
		if policies, there := c.texts("policies"); there {
			e.Policies = policies
		}
		e.Updated = c.state.tick(c.now)
		return done()
	case "delete":
		c.state.deleteEntity(id)
		return done()
	}
	return unsupported()
}

// deleteEntity takes an entity out of its groups as well.
func (s *state) deleteEntity(id string) {
	delete(s.Entities, id)
	for _, g := range s.Groups {
		g.Members = slices.DeleteFunc(g.Members, func(member string) bool { return member == id })
	}
}

func (c *call) entityRow(e *entity) object {
	direct, inherited := c.state.groupsOf(e.ID)
	aliases := []object{}
	for _, a := range e.Aliases {
		m := c.state.Auth[a.Mount]
		aliases = append(aliases, object{
			"id": a.ID, "canonical_id": e.ID, "name": a.Name, "mount_accessor": m.Accessor, "mount_path": "auth/" + m.Path + "/", "mount_type": m.Type,
			"metadata": nil, "custom_metadata": object{}, "creation_time": stamp(a.Created), "last_update_time": stamp(a.Created), "local": false,
			"merged_from_canonical_ids": nil,
		})
	}
	return object{
		"id": e.ID, "name": e.Name, "disabled": e.Disabled, "metadata": orNull(e.Metadata), "policies": e.Policies, "aliases": aliases,
		"direct_group_ids": orEmpty(direct), "inherited_group_ids": orEmpty(inherited), "group_ids": orEmpty(slices.Concat(direct, inherited)),
		"merged_entity_ids": e.Merged, "creation_time": stamp(e.Created), "last_update_time": stamp(e.Updated), "namespace_id": "root",
	}
}

func orEmpty(list []string) []string { return append([]string{}, list...) }

func orNull(m map[string]string) any {
	if len(m) == 0 {
		return nil
	}
	return m
}

func (c *call) group(id string) reply {
	g := c.state.Groups[id]
	switch {
	case g == nil && c.operation == "read":
		return none()
	case g == nil:
		return said(http.StatusBadRequest, "invalid group ID")
	case c.operation == "read":
		return ok(c.groupRow(g))
	case c.operation == "update":
		members, there := c.texts("member_entity_ids")
		if there && g.Type == external {
			return said(http.StatusBadRequest, "member entities can't be set manually for external groups")
		}
		if there {
			g.Members = members
		}
		g.Updated = c.state.tick(c.now)
		return done()
	}
	return unsupported()
}

const external = "external"

func (c *call) groupRow(g *group) object {
	parents := []string{}
	for _, other := range sandbox.Sorted(c.state.Groups) {
		if slices.Contains(other.Groups, g.ID) {
			parents = append(parents, other.ID)
		}
	}
	row := object{
		"id": g.ID, "name": g.Name, "type": g.Type, "policies": g.Policies, "metadata": orNull(g.Metadata), "member_entity_ids": orEmpty(g.Members),
		"member_group_ids": g.Groups, "parent_group_ids": parents, "alias": object{}, "creation_time": stamp(g.Created),
		"last_update_time": stamp(g.Updated), "modify_index": 1, "namespace_id": "root",
	}
	if g.Alias != "" {
		m := c.state.Auth[g.Mount]
		row["alias"] = object{
			"id": g.ID + "-alias", "canonical_id": g.ID, "name": g.Alias, "mount_accessor": m.Accessor, "mount_path": "auth/" + m.Path + "/", "mount_type": m.Type,
			"metadata": nil, "creation_time": stamp(g.Created), "last_update_time": stamp(g.Created), "merged_from_canonical_ids": nil,
		}
	}
	return row
}

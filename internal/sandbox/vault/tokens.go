package vault

import (
	"net/http"
	"slices"

	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
)

// tokens serves what is under auth/token/.
func (c *call) tokens(rest []string) reply {
	switch at := rest[0]; {
	case len(rest) > 1:
		return unsupported()
	case at == "lookup-self" && c.operation == "read":
		row := c.tokenRow(c.by)
		row["id"] = c.by.ID
		return ok(row)
	case at == "accessors" && c.operation == "list":
		var accessors []string
		for _, t := range sandbox.Sorted(c.state.Tokens) {
			if !t.expired(c.now) {
				accessors = append(accessors, t.Accessor)
			}
		}
		return list(accessors)
	case at == "lookup-accessor" && c.operation == "update":
		t := c.state.Tokens[c.text("accessor")]
		if t == nil || t.expired(c.now) {
			return failed(http.StatusBadRequest, "invalid accessor")
		}
		row := c.tokenRow(t)
		row["id"] = ""
		return ok(row)
	case at == "revoke-accessor" && c.operation == "update":
		accessor := c.text("accessor")
		if c.state.Tokens[accessor] == nil {
			// vault.md section 0.7: it says yes to anything.
			return reply{status: http.StatusOK, data: nil, warnings: []string{"No token found with this accessor"}}
		}
		c.state.revoke(accessor)
		c.state.tick(c.now)
		return done()
	}
	return unsupported()
}

func (c *call) tokenRow(t *token) object {
	row := object{
		"accessor": t.Accessor, "creation_time": t.Created.Unix(), "creation_ttl": int(t.TTL.Seconds()), "display_name": t.DisplayName,
		"entity_id": t.Entity, "expire_time": nil, "explicit_max_ttl": 0, "meta": orNull(t.Meta), "num_uses": 0, "orphan": t.Orphan,
		"path": t.Path, "policies": t.Policies, "ttl": 0, "type": "service",
	}
	if t.TTL > 0 {
		end := t.Created.Add(t.TTL)
		row["expire_time"], row["ttl"], row["renewable"], row["issue_time"] = stamp(end), int(end.Sub(c.now).Seconds()), true, stamp(t.Created)
	}
	if e := c.state.Entities[t.Entity]; e != nil {
		if policies := c.state.identityPolicies(e.ID); len(policies) > 0 {
			row["identity_policies"] = slices.DeleteFunc(policies, func(name string) bool { return slices.Contains(t.Policies, name) })
		}
	}
	return row
}

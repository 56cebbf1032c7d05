package vault

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
)

// users serves the auth methods that keep users by name: userpass, ldap and okta.
func (c *call) users() reply {
	where, in := c.rest[0], c.mount
	switch {
	case where == "users" && len(c.rest) == 1 && c.operation == "list":
		return list(slices.Sorted(maps.Keys(in.Users)))
	case where == "groups" && in.Type != "userpass" && len(c.rest) == 1 && c.operation == "list":
		return list(slices.Sorted(maps.Keys(in.GroupPolicies)))
	case where == "groups" && in.Type != "userpass" && len(c.rest) == 2 && c.operation == "read":
		policies, there := in.GroupPolicies[c.rest[1]]
		if !there {
			return none()
		}
		return ok(object{"policies": policies})
	case where != "users" || len(c.rest) != 2:
		return unsupported()
	}
	name := strings.ToLower(c.rest[1])
	if in.Type == "userpass" && strings.Contains(name, "@") {
		return unsupported() // It takes no such name.
	}
	u := in.Users[name]
	switch {
	case c.operation == "delete":
		delete(in.Users, name)
		c.state.tick(c.now)
		return done()
	case u == nil && c.operation == "read":
		return none()
	case u == nil:
		return said(http.StatusBadRequest, `"password" or "password_hash" must be supplied`) // It would be a new user.
	case c.operation == "read" && in.Type == "userpass":
		return ok(userpassRow(u))
	case c.operation == "read":
		return ok(object{"policies": orEmpty(u.Policies), "groups": strings.Join(u.Groups, ",")})
	case in.Type == "userpass":
		if policies, there := c.texts("token_policies"); there {
			u.Policies = policies
		}
	default:
		// Here what is left out is made empty.
		u.Policies, _ = c.texts("policies")
		u.Groups, _ = c.texts("groups")
	}
	c.state.tick(c.now)
	return done()
}

// userpassRow names the policies twice if there are any: policies is the older name.
func userpassRow(u *user) object {
	row := object{
		"token_bound_cidrs": []string{}, "token_explicit_max_ttl": 0, "token_max_ttl": 0, "token_no_default_policy": false, "token_num_uses": 0,
		"token_period": 0, "token_policies": orEmpty(u.Policies), "token_ttl": 0, "token_type": "default",
	}
	return row
}

// oidc serves the roles of an auth method that takes an identity provider's word.
func (c *call) oidc() reply {
	switch {
	case c.rest[0] == "role" && len(c.rest) == 1 && c.operation == "list":
		return list(slices.Sorted(maps.Keys(c.mount.Roles)))
	case c.rest[0] == "role" && len(c.rest) == 2 && c.operation == "read":
		r := c.mount.Roles[c.rest[1]]
		if r == nil {
			return none()
		}
		return ok(object{"role_type": "oidc", "user_claim": "email", "token_policies": orEmpty(r.Policies)})
	}
	return unsupported()
}

// appRole serves AppRoles and the accessors of their secret ids.
func (c *call) appRole() reply {
	if c.rest[0] != "role" {
		return unsupported()
	}
	if len(c.rest) == 1 && c.operation == "list" {
		return list(slices.Sorted(maps.Keys(c.mount.Roles)))
	}
	if len(c.rest) < 2 {
		return unsupported()
	}
	r := c.mount.Roles[c.rest[1]]
	switch where := strings.Join(c.rest[2:], "/"); {
	case r == nil && c.operation == "update":
		return failed(http.StatusInternalServerError, fmt.Sprintf("role %q does not exist", c.rest[1]))
	case r == nil && where == "secret-id" && c.operation == "list":
		return said(http.StatusBadRequest, fmt.Sprintf("role %q does not exist", c.rest[1]))
	case r == nil:
		return none()
	case where == "" && c.operation == "read":
		return ok(object{"token_policies": orEmpty(r.Policies), "bind_secret_id": true})
	case where == "role-id" && c.operation == "read":
		return ok(object{"role_id": r.ID})
	case where == "secret-id" && c.operation == "list":
		return list(slices.Sorted(maps.Keys(r.SecretIDs)))
	case where == "secret-id-accessor/lookup" && c.operation == "update":
		return c.lookupSecretID(r)
	case where == "secret-id-accessor/destroy" && c.operation == "update":
		accessor := c.text("secret_id_accessor")
		if r.SecretIDs[accessor] == nil {
			return failed(http.StatusInternalServerError, "failed to find accessor entry for secret_id_accessor: \""+accessor+"\"")
		}
		delete(r.SecretIDs, accessor)
		c.state.tick(c.now)
		return done()
	}
	return unsupported()
}

// lookupSecretID answers for one that is gone with 404 and the error in the data (vault.md section 7).
func (c *call) lookupSecretID(r *role) reply {
	accessor := c.text("secret_id_accessor")
	s := r.SecretIDs[accessor]
	if s == nil {
		return reply{status: http.StatusNotFound, data: object{"error": "failed to find accessor entry for secret_id_accessor: \"" + accessor + "\""}}
	}
	return ok(object{
		"secret_id_accessor": s.Accessor, "creation_time": stamp(s.Created), "last_updated_time": stamp(s.Created), "expiration_time": "0001-01-01T00:00:00Z",
		"metadata": s.Metadata, "cidr_list": []string{}, "token_bound_cidrs": []string{}, "secret_id_num_uses": 0, "secret_id_ttl": 0,
	})
}

package vault

import (
	"maps"
	"slices"

	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
)

// sys serves what is under sys/.
func (c *call) sys(rest []string) reply {
	switch at := rest[0]; {
	case at == "auth" && len(rest) == 1 && c.operation == "read":
		return c.mounts(c.state.Auth, &mount{Path: "token", Type: "token", Accessor: "auth_token_00000000"})
	case at == "mounts" && len(rest) == 1 && c.operation == "read":
		return c.mounts(c.state.Engines, &mount{Path: "sys", Type: "system", Accessor: "system_00000000"},
			&mount{Path: "identity", Type: "identity", Accessor: "identity_00000000"}, &mount{Path: "cubbyhole", Type: "cubbyhole", Accessor: "cubbyhole_00000000"})
	case at == "capabilities-self" && c.operation == "update":
		return c.capabilities()
	case at == "policies" && len(rest) == 3 && rest[1] == "acl" && c.operation == "read":
		document, there := c.state.Policies[rest[2]]
		if !there {
			return none()
		}
		return ok(object{"name": rest[2], "policy": document})
	case at == "policies" && len(rest) == 2 && rest[1] == "acl" && c.operation == "list":
		return list(append(slices.Sorted(maps.Keys(c.state.Policies)), "root"))
	}
	return unsupported()
}

func (c *call) mounts(mounts map[string]*mount, always ...*mount) reply {
	data := object{}
	for _, m := range append(sandbox.Sorted(mounts), always...) {
		var options any
		if len(m.Options) > 0 {
			options = m.Options
		}
		data[m.Path+"/"] = object{
			"type": m.Type, "accessor": m.Accessor, "options": options, "description": "", "local": false, "seal_wrap": false,
			"uuid": m.Accessor, "external_entropy_access": false, "plugin_version": "", "running_plugin_version": "v1.21.4+builtin.vault",
			"running_sha256": "", "deprecation_status": "supported",
			"config": object{"default_lease_ttl": 0, "max_lease_ttl": 0, "force_no_cache": false},
		}
	}
	return ok(data)
}

// capabilities says what the token may do on each path. Of one path alone it says it twice.
func (c *call) capabilities() reply {
	paths, _ := c.texts("paths")
	acl := c.state.acl(c.by)
	data := object{}
	for _, path := range paths {
		may := acl.Capabilities(path)
		if len(may) == 0 {
			may = []string{"deny"}
		}
		data[path] = may
		if len(paths) == 1 {
			data["capabilities"] = may
		}
	}
	return ok(data)
}

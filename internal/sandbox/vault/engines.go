package vault

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
)

// kv serves the metadata of KV version 2, and the list of version 1. Values are not served: nobody here reads one.
func (c *call) kv() reply {
	if c.mount.Options["version"] != "2" {
		if c.operation != "list" {
			return unsupported()
		}
		return folder(c.mount.Plain, strings.Join(c.rest, "/"))
	}
	key := strings.Join(c.rest[1:], "/")
	switch {
	case c.rest[0] != "metadata":
		return unsupported()
	case c.operation == "list":
		return folder(slices.Collect(maps.Keys(c.mount.Secrets)), key)
	case c.operation != "read":
		return unsupported()
	}
	s := c.mount.Secrets[key]
	if s == nil {
		return none()
	}
	versions := object{}
	for n, v := range s.Versions {
		versions[fmt.Sprint(n)] = object{"created_time": stamp(v.Created), "deletion_time": stampOrEmpty(v.Deleted), "destroyed": v.Destroyed}
	}
	return ok(object{
		"cas_required": false, "created_time": stamp(s.Created), "current_version": s.Current, "custom_metadata": orNull(s.Custom),
		"delete_version_after": "0s", "max_versions": 0, "oldest_version": 0, "updated_time": stamp(s.Updated), "versions": versions,
	})
}

// folder lists what is in a folder: secrets by their names, and folders with a slash.
func folder(keys []string, in string) reply {
	if in != "" {
		in += "/"
	}
	var names []string
	for _, key := range keys {
		rest, ok := strings.CutPrefix(key, in)
		if !ok {
			continue
		}
		if slash := strings.Index(rest, "/"); slash >= 0 {
			rest = rest[:slash+1]
		}
		if !slices.Contains(names, rest) {
			names = append(names, rest)
		}
	}
	slices.Sort(names)
	return list(names)
}

// database serves static roles.
func (c *call) database() reply {
	at, rest := c.rest[0], c.rest[1:]
	switch {
	case at == "static-roles" && len(rest) == 0 && c.operation == "list":
		return list(slices.Sorted(maps.Keys(c.mount.Static)))
	case len(rest) == 1 && at == "static-roles" && c.operation == "read":
		r := c.mount.Static[rest[0]]
		if r == nil {
			return none()
		}
		return ok(object{
			"credential_type": "password", "db_name": r.Database, "username": r.Username, "rotation_period": 86400, "rotation_statements": []string{},
			"last_vault_rotation": stamp(r.Rotated),
		})
	case len(rest) == 1 && at == "rotate-role" && c.operation == "update":
		r := c.mount.Static[rest[0]]
		if r == nil {
			return said(http.StatusBadRequest, "no static role found for role name")
		}
		r.Rotated = c.state.tick(c.now)
		return done()
	}
	return unsupported()
}

// pki serves the certificates that the engine keeps.
func (c *call) pki() reply {
	at := strings.Join(c.rest, "/")
	switch {
	case at == "certs" && c.operation == "list":
		return list(slices.Sorted(maps.Keys(c.mount.Certificates)))
	case at == "certs/revoked" && c.operation == "list":
		var revoked []string
		for _, serial := range slices.Sorted(maps.Keys(c.mount.Certificates)) {
			if !c.mount.Certificates[serial].Revoked.IsZero() {
				revoked = append(revoked, serial)
			}
		}
		return list(revoked)
	case len(c.rest) == 2 && c.rest[0] == "cert" && c.operation == "read":
		cert := c.mount.Certificates[c.rest[1]]
		if cert == nil {
			return none()
		}
		row := object{"certificate": cert.PEM, "revocation_time": 0, "revocation_time_rfc3339": "", "issuer_id": ""}
		if !cert.Revoked.IsZero() {
			row["revocation_time"], row["revocation_time_rfc3339"] = cert.Revoked.Unix(), stamp(cert.Revoked)
		}
		return ok(row)
	case at == "revoke" && c.operation == "update":
		serial := c.text("serial_number")
		cert := c.mount.Certificates[serial]
		if cert == nil {
			return said(http.StatusBadRequest, "certificate with serial "+serial+" not found.")
		}
		if cert.Revoked.IsZero() {
			cert.Revoked = c.state.tick(c.now)
		}
		return ok(object{"revocation_time": cert.Revoked.Unix(), "revocation_time_rfc3339": stamp(cert.Revoked), "state": "revoked"})
	}
	return unsupported()
}

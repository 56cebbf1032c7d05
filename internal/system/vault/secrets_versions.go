package vault

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/offboard/terraform-provider-offboard/internal/access"
)

// unversioned stands for the version of what has none.
const unversioned = "unversioned"

// A version is a secret with its current version.
type version struct {
	// path is the secret's, with the mount's: kv/team/db. reads is the path that its value is read by.
	path, reads string
	number      string
	made        time.Time
	// owner is whom the secret's metadata names.
	owner string
	// rotates says that the engine makes a new one when told to.
	rotates bool
	deleted bool
}

func (s *version) id() access.GrantID { return access.GrantID(s.path + "@" + s.number) }

func (s *version) grant() access.Grant {
	words := "version " + s.number
	switch {
	case s.rotates:
		words = "password of a static role"
	case s.number == unversioned:
		words = "KV version 1"
	}
	if !s.made.IsZero() {
		words += ", of " + s.made.UTC().Format(time.DateOnly)
	}
	if s.deleted {
		words += ", deleted and not destroyed"
	}
	who := cmp.Or(s.owner, "whoever owns it")
	if !s.rotates {
		words += ", to be changed by " + who
	}
	grant := access.Grant{ID: s.id(), Label: fmt.Sprintf("%s (%s)", s.path, words)}
	switch {
	case s.rotates:
		grant.Note = "Vault gives the database account a new password: whatever keeps the old one, instead of asking Vault, can't sign in any more."
	case s.number == unversioned:
		grant.Stays = &access.Error{
			Kind: access.Blocked, Op: "rotate " + s.path, Reason: "KV version 1 does not tell when a value was written, so that a new one can't be told from the old",
			Fix: "Let " + who + " change it where it is used and write it here; then tolerate the row, or upgrade the engine to version 2 (kv enable-versioning).",
		}
	default:
		grant.Stays = &access.Error{
			Kind: access.Blocked, Op: "rotate " + s.path, Reason: "Vault keeps it and can't make a new one",
			Fix: "Let " + who + " change it where it is used, and write the new one: vault kv put. Where it is in use no more, destroy the version: vault kv " +
				"destroy -versions=" + s.number + ".",
		}
	}
	return grant
}

// versions are all secrets whose value may be read, each at its current version.
func (c sharedSecrets) versions(ctx context.Context, may func(path string) bool) (all []*version, err error) {
	engines, err := c.engines(ctx)
	if err != nil {
		return nil, err
	}
	for _, m := range engines {
		var found []*version
		switch {
		case m.Type == "kv" && m.Options["version"] == "2":
			found, err = c.kv2(ctx, m, may)
		case m.Type == "kv", m.Type == "generic":
			found, err = c.kv1(ctx, m, may)
		case m.Type == "database":
			found, err = c.staticRoles(ctx, m, may)
		}
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	return all, nil
}

// walk goes through the folders of a KV engine and returns the paths in it that are to be had. LIST {at}/{folder}, one call a
// folder.
func (c sharedSecrets) walk(ctx context.Context, m *mount, at string, may func(key string) bool) (keys []string, err error) {
	folders := []string{""}
	for len(folders) > 0 {
		folder := folders[0]
		folders = folders[1:]
		found, err := c.list(ctx, calling("list", at+"/"+folder, "list the secrets in %s/%s", m.Path, folder))
		if err != nil {
			return nil, err
		}
		for _, key := range found.Keys {
			switch key = folder + key; {
			case strings.HasSuffix(key, "/"):
				folders = append(folders, key)
			case may(key):
				keys = append(keys, key)
			}
		}
	}
	return keys, nil
}

func (c sharedSecrets) kv2(ctx context.Context, m *mount, may func(string) bool) (all []*version, err error) {
	keys, err := c.walk(ctx, m, m.Path+"/metadata", func(key string) bool { return may(m.Path + "/data/" + key) })
	if err != nil {
		return nil, err
	}
	var mu sync.Mutex
	err = each(ctx, keys, func(ctx context.Context, key string) error {
		s, err := c.current(ctx, m, key)
		if err != nil || s == nil {
			return err
		}
		mu.Lock()
		defer mu.Unlock()
		all = append(all, s)
		return nil
	})
	return all, err
}

// current is the version of a secret that counts, and nil where it has none or it is destroyed. GET {mount}/metadata/{key}.
func (c sharedSecrets) current(ctx context.Context, m *mount, key string) (*version, error) {
	asked := calling("read", m.Path+"/metadata/"+key, "read the metadata of %s/%s", m.Path, key)
	found, err := get[struct {
		Current  int               `json:"current_version"`
		Custom   map[string]string `json:"custom_metadata"`
		Versions map[string]*struct {
			Created   time.Time `json:"created_time"`
			Deleted   string    `json:"deletion_time"`
			Destroyed *bool     `json:"destroyed"`
		} `json:"versions"`
	}](ctx, c.Vault, asked)
	switch {
	case access.KindOf(err) == access.NotFound:
		return nil, nil //nolint:nilnil // It is gone, which is no failure.
	case err != nil:
		return nil, err
	case found.Current == 0:
		return nil, nil //nolint:nilnil // A secret to be, with nothing but metadata.
	}
	number := fmt.Sprint(found.Current)
	of := found.Versions[number]
	if of == nil || of.Destroyed == nil {
		return nil, malformed(asked, "a secret without its current version")
	}
	if *of.Destroyed {
		return nil, nil //nolint:nilnil // Nobody reads it any more.
	}
	path := m.Path + "/" + key
	return &version{
		path: path, reads: m.Path + "/data/" + key, number: number, made: of.Created, deleted: of.Deleted != "",
		owner: cmp.Or(found.Custom["owner"], found.Custom["team"], found.Custom["contact"]),
	}, nil
}

func (c sharedSecrets) kv1(ctx context.Context, m *mount, may func(string) bool) (all []*version, err error) {
	keys, err := c.walk(ctx, m, m.Path, func(key string) bool { return may(m.Path + "/" + key) })
	for _, key := range keys {
		all = append(all, &version{path: m.Path + "/" + key, reads: m.Path + "/" + key, number: unversioned})
	}
	return all, err
}

// static is the part of the path of a static role after the mount's.
const static = "/static-roles/"

// staticRoles are the database accounts whose password Vault keeps and changes.
// LIST {mount}/static-roles, GET {mount}/static-roles/{role}.
func (c sharedSecrets) staticRoles(ctx context.Context, m *mount, may func(string) bool) (all []*version, err error) {
	found, err := c.list(ctx, calling("list", m.Path+"/static-roles", "list the static roles of %s", m.Path))
	if err != nil {
		return nil, err
	}
	for _, role := range found.Keys {
		if !may(m.Path + "/static-creds/" + role) {
			continue
		}
		s, err := c.staticRole(ctx, m, role)
		if err != nil {
			return nil, err
		}
		if s != nil {
			all = append(all, s)
		}
	}
	return all, nil
}

// staticRole is the password of a static role, by when Vault last changed it.
func (c sharedSecrets) staticRole(ctx context.Context, m *mount, role string) (*version, error) {
	asked := calling("read", m.Path+static+role, "read the static role %s of %s", role, m.Path)
	found, err := get[struct {
		Rotated *time.Time `json:"last_vault_rotation"`
	}](ctx, c.Vault, asked)
	switch {
	case access.KindOf(err) == access.NotFound:
		return nil, nil //nolint:nilnil // It is gone, which is no failure.
	case err != nil:
		return nil, err
	case found.Rotated == nil:
		return nil, malformed(asked, "a static role without the time of its last rotation")
	}
	at := found.Rotated.UTC()
	return &version{
		path: m.Path + static + role, reads: m.Path + "/static-creds/" + role, number: at.Format(time.RFC3339Nano), made: at, rotates: true,
	}, nil
}

// unversioned looks for a secret in KV version 1, by its name in its folder: its value would come with anything more.
func (c sharedSecrets) unversioned(ctx context.Context, m *mount, key string) (*version, error) {
	folder, name := "", key
	if slash := strings.LastIndex(key, "/"); slash >= 0 {
		folder, name = key[:slash+1], key[slash+1:]
	}
	found, err := c.list(ctx, calling("list", m.Path+"/"+folder, "list the secrets in %s/%s", m.Path, folder))
	if err != nil || !slices.Contains(found.Keys, name) {
		return nil, err
	}
	return &version{path: m.Path + "/" + key, reads: m.Path + "/" + key, number: unversioned}, nil
}

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
	"github.com/offboard/terraform-provider-offboard/internal/system/vault/policy"
)

// SharedSecrets are the secrets that the person could read: a version each, which stops being one they know when there is a
// newer one. No value is ever read, only what Vault tells about it.
//
// What they can read is worked out from policies, as Vault itself does (package policy): those of the entity, of its groups,
// of its users in auth methods, and of its live tokens. So it is asked before access is cut. What a sign-in through a
// directory or an identity provider would give besides is not known, and is a row that says so.
//
// Covered are KV engines and static roles of database engines. Dynamic credentials go with their lease, and so with the token
// (Tokens).
func SharedSecrets(v *Vault) access.Connector { return sharedSecrets{v} }

type sharedSecrets struct{ *Vault }

var _ access.Outliver = sharedSecrets{}

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

// List works out what the entity can read, and asks what of that there is. Of an entity that is disabled it is what was there
// when it was last changed: what is newer it has never been able to read.
func (c sharedSecrets) List(ctx context.Context, id access.AccountID) (grants []access.Grant, err error) {
	defer c.onlyIfGone(ctx, id, &err)
	e, err := c.entity(ctx, id)
	if err != nil {
		return nil, err
	}
	acl, unseen, err := c.reach(ctx, e)
	if err != nil {
		return nil, err
	}
	all, err := c.versions(ctx, func(path string) bool { return acl.Allows(policy.Read, path) })
	if err != nil {
		return nil, err
	}
	for _, s := range all {
		if !e.Disabled || !s.made.After(e.Updated) {
			grants = append(grants, s.grant())
		}
	}
	if !e.Disabled {
		grants = append(grants, unseen...)
	}
	return grants, nil
}

// reach is what the entity may do, and a row for each auth method through which it may get policies that are not known.
func (c sharedSecrets) reach(ctx context.Context, e *entity) (*policy.ACL, []access.Grant, error) {
	sources, err := c.sources(ctx, e)
	if err != nil {
		return nil, nil, err
	}
	names := []string{"default"}
	for _, s := range sources {
		names = append(names, s.policy)
	}
	all, err := c.sweep(ctx)
	if err != nil {
		return nil, nil, err
	}
	var live []*token
	for _, t := range all {
		if e.owns(t) {
			live = append(live, t)
			names = append(append(names, t.Policies...), t.Identity...)
		}
	}
	slices.Sort(names)
	names = slices.Compact(names)
	direct, inherited, err := c.groupsOf(ctx, e)
	if err != nil {
		return nil, nil, err
	}
	acl, err := c.acl(ctx, e.identity(slices.Concat(direct, inherited)), names)
	if err != nil {
		return nil, nil, err
	}
	unseen, err := c.unseen(ctx, e, names, live)
	return acl, unseen, err
}

// unseen has a row for each auth method that the entity signs in through and that may give it policies which it is not known
// to have. In ldap and okta these are those of groups, which the directory knows; a live token shows what it said. Elsewhere
// they are those of the method's roles, of which the person may choose.
func (c sharedSecrets) unseen(ctx context.Context, e *entity, known []string, live []*token) (grants []access.Grant, err error) {
	auth, err := c.authMounts(ctx)
	if err != nil {
		return nil, err
	}
	for _, m := range auth {
		through := func(a alias) bool { return a.MountAccessor == m.Accessor }
		shown := func(t *token) bool { return strings.HasPrefix(t.Path, "auth/"+m.Path+"/") }
		if !slices.ContainsFunc(e.Aliases, through) {
			continue
		}
		var at string
		switch m.Type {
		case "userpass", "radius":
			continue
		case "ldap", "okta":
			if slices.ContainsFunc(live, shown) {
				continue
			}
			at = "groups"
		case "oidc", "jwt", "kubernetes", "approle", "aws", "azure", "gcp":
			at = "role"
		default:
			grants = append(grants, unknown(m, "policies"))
			continue
		}
		policies, err := c.policiesAt(ctx, m, at)
		if err != nil {
			return nil, err
		}
		rest := slices.DeleteFunc(policies, func(name string) bool { return slices.Contains(known, name) })
		if len(rest) > 0 {
			grants = append(grants, unknown(m, "the policies "+strings.Join(rest, ", ")+" of its "+strings.TrimSuffix(at, "s")+"s"))
		}
	}
	return grants, nil
}

// policiesAt are the policies that an auth method's groups or roles give. LIST auth/{mount}/groups or role, and each.
func (c sharedSecrets) policiesAt(ctx context.Context, m *mount, at string) ([]string, error) {
	path := "auth/" + m.Path + "/" + at
	found, err := c.list(ctx, calling("list", path, "list the %s of %s", at, m.Path))
	if err != nil {
		return nil, err
	}
	var policies []string
	for _, name := range found.Keys {
		of, err := get[struct {
			Policies      names    `json:"policies"`
			TokenPolicies []string `json:"token_policies"`
		}](ctx, c.Vault, calling("read", path+"/"+name, "read %s of %s", name, m.Path))
		if access.KindOf(err) == access.NotFound {
			continue
		}
		if err != nil {
			return nil, err
		}
		policies = append(append(policies, of.Policies...), of.TokenPolicies...)
	}
	slices.Sort(policies)
	return slices.Compact(policies), nil
}

const unseenPrefix = "unseen/"

func unknown(m *mount, what string) access.Grant {
	return access.Grant{
		ID: access.GrantID(unseenPrefix + "auth/" + m.Path), Label: fmt.Sprintf("what a sign-in through %s may have let them read (%s)", m.Path, what),
		Stays: &access.Error{
			Kind: access.Blocked, Op: "find out what they could read through " + m.Path, Reason: "whether a sign-in gives them " + what + " is not Vault's to say",
			Fix: "Look in the directory or identity provider behind it. If they had them, have what these policies let read changed; then tolerate the row.",
		},
	}
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

// Outlives says that what they read they know, whatever becomes of the entity.
func (sharedSecrets) Outlives() {}

// Recheck asks whether these versions are still the current ones, whoever can read them now.
func (c sharedSecrets) Recheck(ctx context.Context, _ access.AccountID, ids []access.GrantID) (grants []access.Grant, err error) {
	for _, id := range ids {
		grant, err := c.still(ctx, string(id))
		if err != nil {
			return nil, err
		}
		if grant != nil {
			grants = append(grants, *grant)
		}
	}
	return grants, nil
}

func (c sharedSecrets) still(ctx context.Context, id string) (*access.Grant, error) {
	if path, ok := strings.CutPrefix(id, unseenPrefix+"auth/"); ok {
		grant := unknown(&mount{Path: path}, "policies")
		return &grant, nil
	}
	engines, err := c.engines(ctx)
	if err != nil {
		return nil, err
	}
	at := strings.LastIndex(id, "@")
	if at < 0 {
		return nil, &access.Error{Kind: access.Blocked, Op: "look at " + id, Reason: "it is not a secret with a version", Fix: "Plan again."}
	}
	path := id[:at]
	m, key, ok := engines.under(path)
	if !ok {
		return &access.Grant{
			ID: access.GrantID(id), Label: path + " (nothing is mounted there any more)",
			Stays: &access.Error{
				Kind: access.Blocked, Op: "look at " + path, Reason: "its engine is mounted there no more: it may have been deleted, or moved with all that is in it",
				Fix: "Look where it went. If it was deleted, tolerate the row.",
			},
		}, nil
	}
	var now *version
	switch {
	case m.Type == "database":
		now, err = c.staticRole(ctx, m, strings.TrimPrefix("/"+key, static))
	case m.Options["version"] == "2":
		now, err = c.current(ctx, m, key)
	default:
		now, err = c.unversioned(ctx, m, key)
	}
	if err != nil || now == nil || string(now.id()) != id {
		return nil, err
	}
	grant := now.grant()
	return &grant, nil
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

// Remove has the database give the static role a new password. Everything else stays until somebody writes a new version.
// POST {mount}/rotate-role/{role}.
func (c sharedSecrets) Remove(ctx context.Context, _ access.AccountID, id access.GrantID) (access.Receipt, error) {
	gone := access.Receipt{Assurance: access.Observed}
	grant, err := c.still(ctx, string(id))
	switch {
	case err != nil || grant == nil:
		return gone, err
	case grant.Stays != nil:
		return access.Receipt{}, grant.Stays
	}
	engines, err := c.engines(ctx)
	if err != nil {
		return gone, err
	}
	path, _, _ := strings.Cut(string(id), "@")
	m, key, _ := engines.under(path)
	role := strings.TrimPrefix("/"+key, static)
	return gone, c.write(ctx, calling("update", m.Path+"/rotate-role/"+role, "rotate the static role %s of %s", role, m.Path), map[string]any{})
}

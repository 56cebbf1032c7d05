package vault

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

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

// List works out what the entity can read, and asks what of that there is. Of an entity that is disabled it is what was there
// when it was last changed: what is newer it has never been able to read.
func (c sharedSecrets) List(ctx context.Context, id access.AccountID) (grants []access.Grant, err error) {
	defer c.onlyIfGone(ctx, id, &err)
	e, err := c.entity(ctx, id)
	if err != nil {
		return nil, err
	}
	acl, err := c.reach(ctx, e)
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
	unseen, err := c.unseen(ctx, e)
	return append(grants, unseen...), err
}

// reach is what the entity may do, as far as it is known.
func (c sharedSecrets) reach(ctx context.Context, e *entity) (*policy.ACL, error) {
	stands, err := c.standing(ctx, e)
	if err != nil {
		return nil, err
	}
	names := stands.policies()
	all, err := c.sweep(ctx)
	if err != nil {
		return nil, err
	}
	for _, t := range all {
		if e.owns(t) {
			names = append(append(names, t.Policies...), t.Identity...)
		}
	}
	slices.Sort(names)
	return c.acl(ctx, e.identity(stands.groups), slices.Compact(names))
}

// unseen has a row for each auth method that the entity signs in through and that may give it policies which nothing in Vault
// says that it had. In ldap and okta these are those of groups, which the directory knows; elsewhere they are those of the
// method's roles, of which the person may choose.
//
// It goes by how the method is set up, and not by what else the person has or whether they are disabled: what it says is the
// same before and after an exit, and of somebody whom nobody looked at before they were disabled.
func (c sharedSecrets) unseen(ctx context.Context, e *entity) (grants []access.Grant, err error) {
	auth, err := c.authMounts(ctx)
	if err != nil {
		return nil, err
	}
	for _, m := range auth {
		if !slices.ContainsFunc(e.Aliases, func(a alias) bool { return a.MountAccessor == m.Accessor }) {
			continue
		}
		what, err := c.mayGive(ctx, m)
		if err != nil {
			return nil, err
		}
		if what != "" {
			grants = append(grants, unknown(m, what))
		}
	}
	return grants, nil
}

// mayGive is in words what a sign-in through an auth method may give beside what Vault knows, and nothing if that is nothing.
func (c sharedSecrets) mayGive(ctx context.Context, m *mount) (string, error) {
	var at string
	switch m.Type {
	case "userpass", "radius":
		return "", nil
	case "ldap", "okta":
		at = "groups"
	case "oidc", "jwt", "kubernetes", "approle", "aws", "azure", "gcp":
		at = "role"
	default:
		return "policies", nil
	}
	policies, err := c.policiesAt(ctx, m, at)
	policies = slices.DeleteFunc(policies, func(name string) bool { return name == "default" })
	if err != nil || len(policies) == 0 {
		return "", err
	}
	return "the policies " + strings.Join(policies, ", ") + " of its " + strings.TrimSuffix(at, "s") + "s", nil
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
		return c.stillUnseen(ctx, path)
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
	if err != nil || now == nil {
		return nil, err
	}
	grant := now.grant()
	if now.number == "1" && id == path+"@"+unversioned {
		grant.ID = access.GrantID(id) // The engine was upgraded since, which changes no value.
	}
	if string(grant.ID) != id {
		return nil, nil //nolint:nilnil // Another is the current one.
	}
	return &grant, nil
}

// stillUnseen is the row of an auth method: what a sign-in may have given once, nothing takes back.
func (c sharedSecrets) stillUnseen(ctx context.Context, path string) (*access.Grant, error) {
	auth, err := c.authMounts(ctx)
	if err != nil {
		return nil, err
	}
	m, what := &mount{Path: path}, ""
	if at := slices.IndexFunc(auth, func(m *mount) bool { return m.Path == path }); at >= 0 {
		m = auth[at]
		if what, err = c.mayGive(ctx, m); err != nil {
			return nil, err
		}
	}
	grant := unknown(m, cmp.Or(what, "policies"))
	return &grant, nil
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

package vault

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"github.com/offboard/terraform-provider-offboard/internal/access"
)

// A mount is an auth method or a secrets engine, by the path that it is mounted at, without the slash at the end.
type mount struct {
	Path     string            `json:"-"`
	Type     string            `json:"type"`
	Accessor string            `json:"accessor"`
	Options  map[string]string `json:"options"`
}

type mounts []*mount

// of are the mounts of these types, in order.
func (m mounts) of(types ...string) mounts {
	return slices.DeleteFunc(slices.Clone(m), func(m *mount) bool { return !slices.Contains(types, m.Type) })
}

// under is the mount that a path is in, and the rest of the path.
func (m mounts) under(path string) (*mount, string, bool) {
	var best *mount
	for _, mount := range m {
		if strings.HasPrefix(path, mount.Path+"/") && (best == nil || len(mount.Path) > len(best.Path)) {
			best = mount
		}
	}
	if best == nil {
		return nil, "", false
	}
	return best, strings.TrimPrefix(path, best.Path+"/"), true
}

// authMounts are the auth methods. GET sys/auth. It proves that they are there, before anything that is empty in one of
// them is believed to be (vault.md section 0.1).
func (v *Vault) authMounts(ctx context.Context) (mounts, error) {
	return v.auths.Get(ctx, func() (mounts, error) { return v.mountsAt(ctx, "sys/auth", "list the auth methods") })
}

// engines are the secrets engines. GET sys/mounts.
func (v *Vault) engines(ctx context.Context) (mounts, error) {
	return v.secrets.Get(ctx, func() (mounts, error) { return v.mountsAt(ctx, "sys/mounts", "list the secrets engines") })
}

func (v *Vault) mountsAt(ctx context.Context, path, what string) (mounts, error) {
	c := calling("read", path, "%s", what)
	found, err := get[map[string]*mount](ctx, v, c)
	if err != nil {
		return nil, there(c, err)
	}
	var all mounts
	for path, mount := range *found {
		if mount == nil || mount.Type == "" || mount.Accessor == "" || !strings.HasSuffix(path, "/") {
			return nil, malformed(c, "a mount without its type or its accessor")
		}
		mount.Path = strings.TrimSuffix(path, "/")
		all = append(all, mount)
	}
	if len(all) == 0 {
		return nil, malformed(c, "no mount at all")
	}
	slices.SortFunc(all, func(a, b *mount) int { return strings.Compare(a.Path, b.Path) })
	return all, nil
}

// withUsers are the auth methods that keep users by name under users/ (vault.md section 5).
var withUsers = []string{"userpass", "ldap", "okta", "radius"}

// An authUser is a user of an auth method, as the method has it.
type authUser struct {
	mount *mount
	name  string
	// TokenPolicies are given at sign-in; Policies are the same under their older name, and the only one that ldap, okta and
	// radius have.
	TokenPolicies []string `json:"token_policies"`
	Policies      names    `json:"policies"`
	// Groups are those of ldap and okta that Vault itself notes for the user.
	Groups names `json:"groups"`
}

// path is where the user is: auth/userpass/users/jane.
func (u *authUser) path() string { return "auth/" + u.mount.Path + "/users/" + u.name }

func (u *authUser) policies() []string {
	if u.mount.Type == "userpass" {
		return u.TokenPolicies
	}
	return u.Policies
}

// usersOf are the users of auth methods that the entity signs in as: those of its aliases, and those that are named by its
// email address, which would be given an entity of their own at their first sign-in.
// LIST auth/{mount}/users, GET auth/{mount}/users/{name}.
func (v *Vault) usersOf(ctx context.Context, e *entity) ([]*authUser, error) {
	all, err := v.authMounts(ctx)
	if err != nil {
		return nil, err
	}
	var users []*authUser
	for _, mount := range all.of(withUsers...) {
		found, err := v.usersAt(ctx, mount)
		if err != nil {
			return nil, err
		}
		for _, name := range found {
			if !e.signsInAs(mount, name) {
				continue
			}
			user, err := v.authUser(ctx, mount, name)
			if access.KindOf(err) == access.NotFound {
				continue // It went since it was listed.
			}
			if err != nil {
				return nil, err
			}
			users = append(users, user)
		}
	}
	return users, nil
}

func (v *Vault) usersAt(ctx context.Context, m *mount) ([]string, error) {
	c := calling("list", "auth/"+m.Path+"/users", "list the users of %s", m.Path)
	found, err := v.list(ctx, c)
	if err != nil {
		return nil, err
	}
	return found.Keys, nil
}

func (v *Vault) authUser(ctx context.Context, m *mount, name string) (*authUser, error) {
	u, err := get[authUser](ctx, v, calling("read", "auth/"+m.Path+"/users/"+name, "read the user %s of %s", name, m.Path))
	if err != nil {
		return nil, err
	}
	u.mount, u.name = m, name
	return u, nil
}

// names are a list of names, which the older parts of Vault write with commas in one string.
type names []string

// UnmarshalJSON takes a list, a string or null.
func (n *names) UnmarshalJSON(data []byte) error {
	if err := json.Unmarshal(data, (*[]string)(n)); err == nil {
		return nil
	}
	var text string
	if err := json.Unmarshal(data, &text); err != nil {
		return err
	}
	*n = strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' })
	return nil
}

package vault

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/system"
)

// A secretID is what Vault tells of a secret id by its accessor: all but itself.
type secretID struct {
	Accessor string            `json:"secret_id_accessor"`
	Created  time.Time         `json:"creation_time"`
	Metadata map[string]string `json:"metadata"`
}

// secretIDsOf goes through the secret ids of every AppRole. Their path is auth/{mount}/role/{role}/secret-id/{accessor}.
// LIST auth/{mount}/role, GET …/role/{role}/role-id, LIST …/secret-id, POST …/secret-id-accessor/lookup.
func (c keys) secretIDsOf(ctx context.Context, e *entity) (grants []access.Grant, err error) {
	auth, err := c.authMounts(ctx)
	if err != nil {
		return nil, err
	}
	for _, m := range auth.of("approle") {
		at := "auth/" + m.Path + "/role"
		roles, err := c.list(ctx, calling("list", at, "list the AppRoles of %s", m.Path))
		if err != nil {
			return nil, err
		}
		for _, role := range roles.Keys {
			found, err := c.secretIDsOfRole(ctx, e, m, at+"/"+role)
			if err != nil {
				return nil, err
			}
			grants = append(grants, found...)
		}
	}
	return grants, nil
}

func (c keys) secretIDsOfRole(ctx context.Context, e *entity, m *mount, role string) (grants []access.Grant, err error) {
	own, err := c.isRoleOf(ctx, e, m, role)
	if err != nil {
		return nil, system.IgnoreNotFound(err)
	}
	ids, err := c.list(ctx, calling("list", role+"/secret-id", "list the secret ids of %s", role))
	if answered(err, http.StatusBadRequest, noRole(role)) {
		return nil, nil // It went since it was listed.
	}
	if err != nil {
		return nil, err
	}
	for _, accessor := range ids.Keys {
		s, err := c.secretID(ctx, role, accessor)
		if access.KindOf(err) == access.NotFound {
			continue
		}
		if err != nil {
			return nil, err
		}
		if own || e.named(slices.Collect(maps.Values(s.Metadata))...) {
			grants = append(grants, access.Grant{
				ID:    access.GrantID(role + "/secret-id/" + accessor),
				Label: fmt.Sprintf("%s (secret id of %s, AppRole of %s)", role[strings.LastIndex(role, "/")+1:], s.Created.UTC().Format(time.DateOnly), m.Path),
				Note:  "Whatever signs in with it can't any more. Tokens that it has signed in for live on: they are the AppRole's, and no row of offboard_tokens.",
			})
		}
	}
	return grants, nil
}

// isRoleOf says that the entity signs in as this AppRole: the name of its alias is the role's id.
func (c keys) isRoleOf(ctx context.Context, e *entity, m *mount, role string) (bool, error) {
	if !slices.ContainsFunc(e.Aliases, func(a alias) bool { return a.MountAccessor == m.Accessor }) {
		return false, nil
	}
	found, err := get[struct {
		ID string `json:"role_id"`
	}](ctx, c.Vault, calling("read", role+"/role-id", "read the role id of %s", role))
	if err != nil {
		return false, err
	}
	return slices.ContainsFunc(e.Aliases, func(a alias) bool { return a.MountAccessor == m.Accessor && a.Name == found.ID }), nil
}

// secretID looks one up. One that is gone is answered with 404, with or without a reason in its data, or with 500, and one
// whose AppRole is gone with 500 (vault.md section 7).
func (v *Vault) secretID(ctx context.Context, role, accessor string) (*secretID, error) {
	c := calling("update", role+"/secret-id-accessor/lookup", "look up a secret id of %s", role)
	s, err := ask[secretID](ctx, v, c, map[string]any{"secret_id_accessor": accessor})
	switch {
	case answered(err, http.StatusInternalServerError, noSecretID, noRole(role)), answered(err, http.StatusNotFound, noSecretID):
		return nil, &access.Error{Kind: access.NotFound, Op: c.what, Reason: "there is no such secret id"}
	case err != nil:
		return nil, err
	case s.Accessor != accessor:
		return nil, malformed(c, "another secret id")
	}
	return s, nil
}

// noRole is how Vault says that an AppRole, auth/approle/role/ci, is not there.
func noRole(role string) string {
	return fmt.Sprintf("role %q does not exist", role[strings.LastIndex(role, "/")+1:])
}

// destroySecretID destroys one that is still the entity's. It is looked up first: to destroy one that is gone is a 500.
// POST auth/{mount}/role/{role}/secret-id-accessor/destroy.
func (c keys) destroySecretID(ctx context.Context, e *entity, grant string) (access.Receipt, error) {
	gone := access.Receipt{Assurance: access.Observed}
	role, accessor, ok := strings.Cut(grant, "/secret-id/")
	auth, err := c.authMounts(ctx)
	if err != nil {
		return gone, err
	}
	m, rest, mounted := auth.of("approle").under(strings.TrimPrefix(role, "auth/"))
	if !ok || !mounted || !strings.HasPrefix(rest, "role/") {
		return gone, &access.Error{Kind: access.Blocked, Op: "destroy " + grant, Reason: "it is not a secret id of an AppRole that is mounted", Fix: "Plan again."}
	}
	s, err := c.secretID(ctx, role, accessor)
	if err != nil {
		return gone, system.IgnoreNotFound(err)
	}
	own, err := c.isRoleOf(ctx, e, m, role)
	if err != nil {
		return gone, err
	}
	if !own && !e.named(slices.Collect(maps.Values(s.Metadata))...) {
		return gone, &access.Error{Kind: access.Blocked, Op: "destroy " + grant, Reason: "nothing says any more that it is " + e.name() + "'s", Fix: "Plan again."}
	}
	write := calling("update", role+"/secret-id-accessor/destroy", "destroy a secret id of %s", role)
	return gone, c.write(ctx, write, map[string]any{"secret_id_accessor": accessor})
}

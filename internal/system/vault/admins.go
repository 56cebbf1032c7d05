package vault

import (
	"context"
	"slices"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/system"
	"github.com/offboard/terraform-provider-offboard/internal/system/vault/policy"
)

// An administrator of Vault is who may write policies: they can give themselves everything else. There is no role of that
// name; it is read off what policies allow.

// anyPolicy is a policy that nobody has, in whose place a rule over all policies stands.
const anyPolicy = "sys/policies/acl/offboard-any"

// administers says that these policies let an entity write policies.
func (v *Vault) administers(ctx context.Context, e *entity, groups []*group, names []string) (bool, error) {
	acl, err := v.acl(ctx, e.identity(groups), names)
	if err != nil {
		return false, err
	}
	return acl.Allows(policy.Update, anyPolicy) || acl.Allows(policy.Create, anyPolicy), nil
}

// refuseLastAdministrator refuses if the entity is the only one that may write policies and would not any more. goes says
// what is taken away; nil is everything. One that is disabled, or gone, is none.
func (v *Vault) refuseLastAdministrator(ctx context.Context, id access.AccountID, goes func(source) bool) error {
	e, err := v.entity(ctx, id)
	if err != nil || e.Disabled {
		return system.IgnoreNotFound(err)
	}
	stands, err := v.standing(ctx, e)
	if err != nil {
		return err
	}
	var all, left []string
	for _, s := range stands.sources {
		all = append(all, s.policy)
		if goes != nil && !goes(s) {
			left = append(left, s.policy)
		}
	}
	is, err := v.administers(ctx, e, stands.groups, all)
	if err != nil || !is {
		return err
	}
	if still, err := v.administers(ctx, e, stands.groups, left); err != nil || still {
		return err
	}
	v.departing.Store(e.ID, true)
	another, err := v.anotherAdministrator(ctx, e.ID)
	if err != nil {
		return err
	}
	if !another {
		return &access.Error{
			Kind: access.Blocked, Op: "take the administration of Vault from " + e.name(),
			Reason: "no other entity that is enabled may write policies: afterwards only a root token could",
			Fix:    "Give somebody else such a policy first, on their entity or through a group.",
		}
	}
	return nil
}

// anotherAdministrator says whether an entity that stays may write policies, by policies of its own or of its groups. The
// one that this provider runs as is none: nobody is behind it.
func (v *Vault) anotherAdministrator(ctx context.Context, but access.AccountID) (bool, error) {
	caller, _, err := v.Caller(ctx)
	if err != nil {
		return false, err
	}
	all, err := v.everybody(ctx)
	if err != nil {
		return false, err
	}
	known := map[string]*group{}
	for _, e := range all {
		_, departs := v.departing.Load(e.ID)
		if departs || e.Disabled || e.ID == but || e.ID == caller {
			continue
		}
		var groups []*group
		names := slices.Clone(e.Policies)
		for _, id := range slices.Concat(e.DirectGroups, e.InheritedGroups) {
			g, ok := known[id]
			if !ok {
				if g, err = v.group(ctx, id); access.KindOf(err) == access.NotFound {
					continue
				} else if err != nil {
					return false, err
				}
				known[id] = g
			}
			groups = append(groups, g)
			names = append(names, g.Policies...)
		}
		if is, err := v.administers(ctx, e, groups, names); err != nil || is {
			return is, err
		}
	}
	return false, nil
}

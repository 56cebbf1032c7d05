package google

import (
	"context"
	"errors"
	"fmt"
	"strings"

	admin "google.golang.org/api/admin/directory/v1"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/system"
)

// Google refuses in so many words what belongs to a user whom an administrator may not see, because it is asked for
// by user. Three things are left to make sure of.
//
// A role that shows groups can be given on the condition that security groups or locked groups are left out
// (https://developers.google.com/workspace/admin/directory/reference/rest/v1/roleAssignments). Whether those are then
// missing from a list no page says.
//
// An administrator who is no super administrator may have the right to users over one organizational unit only.
// What Google answers about somebody outside of it no page says, and a 404 would be taken for nobody.
//
// The same goes for devices, by Google's own word (https://support.google.com/a/answer/6129577): a list has those of the
// units that the role is for. Which privileges show devices no page says by the names that the API has for them, so
// whoever has any role over a part of the organization is not believed.
//
// And who but super administrators is shown all role assignments no page says either.

// An actor is the administrator in whose name the service account acts.
type actor struct {
	id       access.AccountID
	customer string
	super    bool
}

// actor reads who that is. Everything else is measured by it: whose customer this is, and what is seen.
func (g *Google) actor(ctx context.Context) (*actor, error) {
	return g.self.Get(ctx, func() (*actor, error) {
		call := reading(users, "read the account of %s, in whose name the provider acts", g.config.Admin)
		u, err := g.userUnsighted(ctx, call, g.config.Admin)
		switch {
		case access.KindOf(err) == access.NotFound:
			// Whoever is not there can't have been given an access token; somebody is wrong about something.
			return nil, &access.Error{Kind: access.Denied, Op: call.what, Reason: "there is no such account", Fix: "Look at admin.", Err: err}
		case err != nil:
			return nil, err
		case g.config.Customer != myCustomer && g.config.Customer != u.CustomerId:
			return nil, &access.Error{
				Kind: access.Denied, Op: call.what, Reason: fmt.Sprintf("%s belongs to the customer %s, and customer is %s", g.config.Admin, u.CustomerId, g.config.Customer),
				Fix: "Look at admin and customer.",
			}
		}
		return &actor{access.AccountID(u.Id), u.CustomerId, u.IsAdmin}, nil
	})
}

// sees returns nil if the administrator is shown all of a thing, or would be told otherwise.
func (g *Google) sees(ctx context.Context, t thing) error {
	self, err := g.actor(ctx)
	if err != nil || self.super {
		return err
	}
	if t.byUnit {
		return g.seesUnits(ctx, self, t)
	}
	if len(t.shows) == 0 {
		if t.privilege != "" {
			return nil
		}
		return g.partly(t)
	}
	return g.seesAll(ctx, self, t)
}

// seesAll returns nil if the administrator has one of the privileges that show all of a thing.
func (g *Google) seesAll(ctx context.Context, self *actor, t thing) error {
	have, err := g.ownPrivileges(ctx, self)
	if err != nil {
		return err
	}
	for _, privilege := range t.shows {
		if have[privilege] {
			return nil
		}
	}
	return g.partly(t)
}

// narrowed stands among an administrator's privileges for a role that is over a part of the organization. It is no name
// of Google's.
const narrowed = ""

// seesUnits returns nil if the administrator has no role over a part of the organization, so that what they are not
// refused they are shown all of.
func (g *Google) seesUnits(ctx context.Context, self *actor, t thing) error {
	have, err := g.ownPrivileges(ctx, self)
	if err != nil || !have[narrowed] {
		return err
	}
	return g.partly(t)
}

// seesEverybody returns nil if an account that Google does not find is one that is not there.
func (g *Google) seesEverybody(ctx context.Context) error {
	self, err := g.actor(ctx)
	if err != nil || self.super {
		return err
	}
	return g.seesAll(ctx, self, users)
}

func (g *Google) partly(t thing) error {
	return &access.Error{
		Kind: access.Denied, Op: "read from Google",
		Reason: g.config.Admin + " is not a super administrator, and may be shown only part of the " + t.name + ", so what is not shown can't be taken " +
			"for not there",
		Fix: grant(t),
	}
}

// ownPrivileges are the administrator's over the whole organization, on no condition. They are found out only
// for one who is no super administrator.
func (g *Google) ownPrivileges(ctx context.Context, self *actor) (map[string]bool, error) {
	return g.privileges.Get(ctx, func() (map[string]bool, error) {
		assigned, err := g.assignmentsUnsighted(ctx, reading(roles, "find out which roles %s has", g.config.Admin), self.id)
		if err != nil {
			return nil, blind(err)
		}
		known, err := g.roles(ctx)
		if err != nil {
			return nil, blind(err)
		}
		have := map[string]bool{}
		for _, a := range assigned {
			if !strings.EqualFold(a.ScopeType, "CUSTOMER") {
				have[narrowed] = true
			}
			role := known[a.RoleId]
			if role == nil || a.Condition != "" || !strings.EqualFold(a.ScopeType, "CUSTOMER") {
				continue
			}
			for _, privilege := range role.RolePrivileges {
				have[privilege.PrivilegeName] = true
			}
		}
		return have, nil
	})
}

// blind explains that not knowing one's own privileges means not knowing anything.
func blind(err error) error {
	e, ok := errors.AsType[*access.Error](err)
	if !ok || e.Kind != access.Denied && e.Kind != access.NotFound {
		return err
	}
	blind := *e
	blind.Kind = access.Denied
	blind.Fix = "Without knowing what the administrator may see, a whole list can't be told from one that leaves something out. Let the provider act " +
		"as a super administrator (admin), or as one who may read roles, with the scope " + scopesBase + roles.read + " delegated."
	return &blind
}

// refuseAdministrator refuses what only a super administrator may do: to change an account that has an
// administrator role (https://support.google.com/a/answer/1219251). It is also what keeps the customer from
// losing its last super administrator: whoever may take one away is another one.
func (g *Google) refuseAdministrator(ctx context.Context, account access.AccountID) error {
	u, err := g.user(ctx, account)
	if err != nil {
		return system.IgnoreNotFound(err)
	}
	return g.refuseAdministratorUser(ctx, u)
}

func (g *Google) refuseAdministratorUser(ctx context.Context, u *admin.User) error {
	if !isAdministrator(u) {
		return nil
	}
	self, err := g.actor(ctx)
	if err != nil {
		return err
	}
	what := "check that this may be done to an administrator"
	switch {
	case self.id == access.AccountID(u.Id):
		return &access.Error{
			Kind: access.Blocked, Op: what, Reason: name(u) + " is the administrator in whose name the provider acts, and could be the last",
			Fix: "Have the provider act as another super administrator (admin).",
		}
	case !self.super:
		return &access.Error{
			Kind: access.Blocked, Op: what,
			Reason: name(u) + " is an administrator, whom only a super administrator may change, and " + g.config.Admin + " is none",
			Fix:    "Have the provider act as a super administrator (admin), or have one take the administrator roles away first.",
		}
	}
	return nil
}

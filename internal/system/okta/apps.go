package okta

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/system"
)

// An app is what this package needs of an application, and of the person's assignment to it.
type app struct {
	ID       access.GrantID `json:"id"`
	Name     string         `json:"name"`
	Label    string         `json:"label"`
	Features []string       `json:"features"`
	Embedded struct {
		User *assignment `json:"user"`
	} `json:"_embedded"`
}

type assignment struct {
	Scope  string `json:"scope"`
	Status string `json:"status"`
	Links  struct {
		Group link `json:"group"`
	} `json:"_links"`
}

func (a *app) name() string { return cmp.Or(a.Label, a.Name, string(a.ID)) }

// masters says that profiles come from the application, as they do from a directory or an HR system.
func (a *app) masters() bool {
	return slices.Contains(a.Features, "PROFILE_MASTERING") || a.Name == "active_directory"
}

// deprovisions says that Okta keeps accounts in the application in step with assignments.
func (a *app) deprovisions() bool {
	return slices.Contains(a.Features, "PUSH_USER_DEACTIVATION") || slices.Contains(a.Features, "PUSH_NEW_USERS")
}

func (a *app) note() string {
	switch {
	case a.masters():
		return "The account's profile comes from " + a.name() + ". Unassigning cuts it off from there, until the next import: have the person disabled " +
			"there too."
	case slices.Contains(a.Features, "PUSH_USER_DEACTIVATION"):
		return "Okta deactivates the person's account in " + a.name() + " with it, and what they own there may go too: transfer that first."
	}
	return ""
}

// AppAssignments are the applications the account is assigned to, itself or through groups.
func AppAssignments(o *Okta) access.Connector { return appAssignments{o} }

type appAssignments struct{ *Okta }

// List includes applications that are turned off: turning them on gives the assignment its effect.
//
// An application that everybody has, through Everyone, can't be taken from one person. It counts for as long
// as the account can be signed in to; after that there is nothing left in the assignment, unless Okta
// provisions an account in the application for it.
// GET /api/v1/apps?filter=user.id eq "…"&expand=user/…, scope okta.apps.read.
func (c appAssignments) List(ctx context.Context, account access.AccountID) (grants []access.Grant, err error) {
	defer c.onlyIfGone(ctx, account, &err)
	// The list of applications of nobody is empty; only the account itself can say that it exists.
	u, err := c.user(ctx, account)
	if err != nil {
		return nil, err
	}
	call := reading("apps", "list the applications of %s", account)
	apps, err := list[app](ctx, c.Okta, call, "/api/v1/apps?limit=200&includeNonDeleted=true&expand="+url.QueryEscape("user/"+string(account))+
		"&filter="+url.QueryEscape("user.id eq "+quote(string(account))))
	if err != nil {
		return nil, err
	}
	groups, err := c.memberships(ctx, account)
	if err != nil {
		return nil, err
	}
	for _, a := range apps {
		switch {
		case a.ID == "":
			return nil, malformed(call, "an application without an id")
		case a.Embedded.User == nil:
			// The filter was not applied: whose applications these are nobody knows.
			return nil, malformed(call, "an application without the person's assignment to it")
		case a.Embedded.User.Status == "DEPROVISIONED" || a.Embedded.User.Status == "REVOKED":
			continue
		}
		grant := access.Grant{ID: a.ID, Label: a.name(), Note: a.note()}
		if a.Embedded.User.Scope == "GROUP" {
			through, err := c.through(ctx, a, groups)
			if err != nil {
				return nil, err
			}
			everybody := len(through) > 0 && everyone(through)
			if everybody && !u.canSignIn() && !a.deprovisions() {
				continue
			}
			if everybody && !a.deprovisions() {
				grant.Stays = errEverybodyHas
			}
			grant.Label += " (via group: " + cmp.Or(strings.Join(groupNames(through), ", "), "unknown") + ")"
		} else if a.masters() {
			grant.Label += " (the account's profile comes from it)"
		}
		grants = append(grants, grant)
	}
	return grants, nil
}

// Remove unassigns the application. An assignment through a group goes when the membership does, which may
// be about to happen in the same run: whether it does, List shows. Okta refuses to unassign what a group
// gives as well as a direct assignment, so nothing of that one is taken either.
// DELETE /api/v1/apps/{app}/users/{id}, scope okta.apps.manage.
func (c appAssignments) Remove(ctx context.Context, account access.AccountID, grant access.GrantID) (access.Receipt, error) {
	gone := access.Receipt{Assurance: access.Observed}
	call := managing("apps", "unassign the application %s from %s", grant, account)
	refusal := c.write(ctx, call, http.MethodDelete, path("/api/v1/apps/%s/users/%s", string(grant), string(account))+"?sendEmail=false")
	if code(refusal) != "E0000046" {
		return gone, refusal
	}
	groups, err := c.memberships(ctx, account)
	if err != nil {
		return gone, system.IgnoreNotFound(err)
	}
	assigned, err := c.groupsOf(ctx, grant)
	if err != nil {
		return access.Receipt{}, err
	}
	through := among(groups, assigned)
	switch {
	case len(through) > 0 && everyone(through):
		return access.Receipt{}, errEverybodyHas
	case len(through) > 0:
		gone.Lingers = throughGroup(strings.Join(groupNames(through), ", "), "take the application from the group")
	default:
		// No longer a member: Okta is about to take the assignment away too, and List will show when.
		gone.Lingers = throughGroup("that assigns it", "take the application from the group")
	}
	return gone, nil
}

// everyone says that the groups are only those that everybody is in.
func everyone(groups []*group) bool {
	return !slices.ContainsFunc(groups, func(g *group) bool { return g.Type != builtIn })
}

// errEverybodyHas is why an application stays that is assigned to Everyone.
var errEverybodyHas = &access.Error{
	Kind: access.Blocked, Op: "unassign an application of everybody's",
	Reason: "everybody in the org has the application, through the group Everyone, which nobody can leave",
	Fix:    "It is over with the account: have offboard_account suspend, deactivate or delete that first (depends_on).",
}

// through returns those of the account's groups that an assignment comes from. The assignment names one of
// them, which is enough but where that is everybody's.
func (c appAssignments) through(ctx context.Context, a *app, groups []*group) ([]*group, error) {
	named := among(groups, []string{a.Embedded.User.Links.Group.id()})
	if len(named) > 0 && named[0].Type != builtIn {
		return named, nil
	}
	assigned, err := c.groupsOf(ctx, a.ID)
	if err != nil {
		return nil, err
	}
	return among(groups, assigned), nil
}

// groupsOf lists the groups that an application is assigned to. They only tell where an assignment comes
// from, so they are asked for once a run: the applications' rate limit is the tightest of all.
func (c appAssignments) groupsOf(ctx context.Context, id access.GrantID) ([]string, error) {
	return c.appGroups.Get(ctx, id, func() ([]string, error) {
		call := reading("apps", "list the groups of the application %s", id)
		assigned, err := list[group](ctx, c.Okta, call, path("/api/v1/apps/%s/groups", id)+"?limit=200")
		var ids []string
		for _, g := range assigned {
			ids = append(ids, string(g.ID))
		}
		return ids, err
	})
}

// appName is how labels name an application.
func (o *Okta) appName(ctx context.Context, id string) (string, error) {
	return o.apps.Get(ctx, id, func() (string, error) {
		a, err := get[app](ctx, o, reading("apps", "read the application %s", id), path("/api/v1/apps/%s", id))
		if access.KindOf(err) == access.NotFound {
			return id, nil
		}
		if err != nil {
			return "", err
		}
		return a.name(), nil
	})
}

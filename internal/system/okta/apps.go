package okta

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	sdk "github.com/okta/okta-sdk-golang/v2/okta"
	"github.com/okta/okta-sdk-golang/v2/okta/query"

	"github.com/offboard/terraform-provider-offboard/internal/access"
)

// An app is what this package needs of an application, and of the person's assignment to it.
type app struct {
	ID       access.GrantID `json:"id"`
	Name     string         `json:"name"`
	Label    string         `json:"label"`
	Features []string       `json:"features"`
	Embedded struct {
		User *struct {
			Scope  string `json:"scope"`
			Status string `json:"status"`
		} `json:"user"`
	} `json:"_embedded"`
}

func (a *app) name() string { return or(a.Label, or(a.Name, string(a.ID))) }

// AppAssignments are the applications the account is assigned to, itself or through groups.
func AppAssignments(o *Okta) access.Connector { return appAssignments{o} }

type appAssignments struct{ *Okta }

// List includes applications that are turned off: turning them on gives the assignment its effect.
// GET /api/v1/apps?filter=user.id eq "…"&expand=user/…, scope okta.apps.read.
func (c appAssignments) List(ctx context.Context, account access.AccountID) ([]access.Grant, error) {
	// The list of applications of nobody is empty; only the account itself can say that it exists.
	if _, err := c.user(ctx, account); err != nil {
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
	var grants []access.Grant
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
		grant := access.Grant{ID: a.ID, Label: a.name()}
		if a.Embedded.User.Scope == "GROUP" {
			assigned, err := c.groupsOf(ctx, a.ID)
			if err != nil {
				return nil, err
			}
			through := among(groups, assigned...)
			grant.Label = fmt.Sprintf("%s (via group: %s)", a.name(), or(strings.Join(through, ", "), "unknown"))
		}
		if slices.Contains(a.Features, "PUSH_USER_DEACTIVATION") {
			grant.Note = "Okta deactivates the person's account in " + a.name() + " with it, and what they own there may go too: transfer that first."
		}
		grants = append(grants, grant)
	}
	return grants, nil
}

// Remove unassigns the application. An assignment through a group goes with the group.
// DELETE /api/v1/apps/{app}/users/{id}, scope okta.apps.manage.
func (c appAssignments) Remove(ctx context.Context, account access.AccountID, grant access.GrantID) (access.Receipt, error) {
	gone := access.Receipt{Assurance: access.Observed}
	call := managing("apps", "unassign the application %s from %s", grant, account)
	resp, err := c.sdk.Application.DeleteApplicationUser(ctx, esc(grant), esc(account), query.NewQueryParams(query.WithSendEmail(false)))
	explained := c.explain(ctx, call, resp, err)
	if refusal, ok := errors.AsType[*sdk.Error](err); !ok || refusal.ErrorCode != "E0000046" {
		return gone, ignoreNotFound(explained)
	}
	groups, err := c.memberships(ctx, account)
	if err != nil {
		return access.Receipt{}, ignoreNotFound(err)
	}
	assigned, err := c.groupsOf(ctx, grant)
	through := among(groups, assigned...)
	if err != nil || len(through) == 0 {
		// No longer a member: Okta is about to take the assignment away too, and List will show when.
		return gone, err
	}
	return access.Receipt{}, &access.Error{
		Kind: access.Blocked, Op: call.what, Reason: "it is assigned through the group " + strings.Join(through, ", "), Err: explained,
		Fix: "It goes when the membership goes: have offboard_group_membership remove it first (depends_on), or take the application " +
			"from the group. What is assigned to Everyone goes only when the account is deactivated.",
	}
}

// groupsOf lists the groups that an application is assigned to. They only name where an assignment comes
// from, so they are asked for once a run: the applications' rate limit is the tightest of all.
func (c appAssignments) groupsOf(ctx context.Context, id access.GrantID) ([]string, error) {
	return c.appGroups.get(id, func() ([]string, error) {
		assigned, err := list[group](ctx, c.Okta, reading("apps", "list the groups of the application %s", id), "/api/v1/apps/"+esc(id)+"/groups?limit=200")
		var ids []string
		for _, g := range assigned {
			ids = append(ids, string(g.ID))
		}
		return ids, err
	})
}

// appName is how labels name an application.
func (o *Okta) appName(ctx context.Context, id string) (string, error) {
	return o.apps.get(id, func() (string, error) {
		a, err := get[app](ctx, o, reading("apps", "read the application %s", id), "/api/v1/apps/"+esc(id))
		if access.KindOf(err) == access.NotFound {
			return id, nil
		}
		if err != nil {
			return "", err
		}
		return a.name(), nil
	})
}

package okta

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	sdk "github.com/okta/okta-sdk-golang/v2/okta"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/system"
)

// A group is what this package needs of Okta's Group object.
type group struct {
	ID      access.GrantID `json:"id"`
	Type    string         `json:"type"`
	Profile struct {
		Name string `json:"name"`
	} `json:"profile"`
	Links struct {
		Source link `json:"source"`
	} `json:"_links"`
}

// The group types, by who manages the members: Okta itself, and everybody is one; an application that the
// group is imported from; or administrators and rules.
const (
	builtIn  = "BUILT_IN"
	appGroup = "APP_GROUP"
)

func (g *group) name() string { return cmp.Or(g.Profile.Name, string(g.ID)) }

// exclusionLimit is how many people a rule's exclusion list holds
// (https://support.okta.com, "removing user from exception list in group rule"; okta.md section 6).
const exclusionLimit = 100

// GroupMembership are the groups the account is a member of. Everyone is not among them: nobody can leave
// it but with the account.
func GroupMembership(o *Okta) access.Connector { return groupMembership{o} }

type groupMembership struct{ *Okta }

var _ access.Guard = groupMembership{}

// memberships lists the groups of an account. GET /api/v1/users/{id}/groups, scope okta.users.read; it
// pages, though Okta's document shows no parameters.
func (o *Okta) memberships(ctx context.Context, account access.AccountID) ([]*group, error) {
	call := reading("users", "list the groups of %s", account)
	groups, err := list[group](ctx, o, call, path("/api/v1/users/%s/groups", account))
	if err != nil {
		return nil, err
	}
	if slices.ContainsFunc(groups, func(g *group) bool { return g.ID == "" }) {
		return nil, malformed(call, "a group without an id")
	}
	return groups, nil
}

// List says of each group which rule manages it or where it is imported from.
func (c groupMembership) List(ctx context.Context, account access.AccountID) (grants []access.Grant, err error) {
	defer c.onlyIfGone(ctx, account, &err)
	groups, err := c.memberships(ctx, account)
	if err != nil {
		return nil, err
	}
	for _, g := range groups {
		if g.Type == builtIn {
			continue
		}
		grant := access.Grant{ID: g.ID, Label: g.name()}
		rules, err := c.rulesFor(ctx, account, g)
		if err != nil {
			return nil, err
		}
		switch {
		case g.Type == appGroup:
			source, err := c.sourceOf(ctx, g)
			if err != nil {
				return nil, err
			}
			grant.Label = fmt.Sprintf("%s (imported from %s)", g.name(), source)
			grant.Stays = imported(source)
		case len(rules) > 0:
			grant.Label = fmt.Sprintf("%s (rule: %s)", g.name(), strings.Join(names(rules), ", "))
			grant.Note = ruleNote(rules)
		}
		grants = append(grants, grant)
	}
	return grants, nil
}

// Remove takes the account out of the group.
// DELETE /api/v1/groups/{group}/users/{id}, scope okta.groups.manage.
func (c groupMembership) Remove(ctx context.Context, account access.AccountID, grant access.GrantID) (access.Receipt, error) {
	call := managing("groups", "remove %s from the group %s", account, grant)
	err := c.write(ctx, call, http.MethodDelete, path("/api/v1/groups/%s/users/%s", string(grant), string(account)))
	if kind := access.KindOf(err); kind == access.Denied || kind == access.Blocked {
		err = c.whyNot(ctx, call, account, grant, err)
	}
	return access.Receipt{Assurance: access.Observed}, err
}

// Refuse keeps the org from losing the last super administrator, where one is that through a group.
func (c groupMembership) Refuse(ctx context.Context, account access.AccountID, going access.Holdings) error {
	roles, err := c.rolesOf(ctx, account)
	if err != nil {
		return system.IgnoreNotFound(err)
	}
	for _, r := range roles {
		if _, goes := going[access.GrantID(r.group())]; goes && r.Type == superAdmin {
			return c.refuseLastSuperAdmin(ctx, account)
		}
	}
	return nil
}

// whyNot looks for the reason of a refusal: Okta answers in the same words whether the credential may not,
// or nobody may (okta.md section 1, E0000006).
func (c groupMembership) whyNot(ctx context.Context, call op, account access.AccountID, grant access.GrantID, refusal error) error {
	g, err := get[group](ctx, c.Okta, reading("groups", "read the group %s", grant), path("/api/v1/groups/%s", grant))
	if err != nil {
		return refusal
	}
	if g.Type == appGroup {
		source, err := c.sourceOf(ctx, g)
		if err != nil {
			return refusal
		}
		return imported(source)
	}
	rules, err := c.rulesFor(ctx, account, g)
	if err != nil {
		return refusal
	}
	for _, rule := range rules {
		if len(excluded(rule)) >= exclusionLimit {
			return &access.Error{
				Kind: access.Blocked, Op: call.what, Err: refusal,
				Reason: fmt.Sprintf("the rule %q adds to the group %s, and its list of exclusions is full (%d)", rule.Name, g.name(), exclusionLimit),
				Fix:    "Take people who are gone out of the rule's exclusions, or change the attribute that the rule goes by, and apply again.",
			}
		}
	}
	return refusal
}

// imported is why Okta lets nobody out of a group that it imports.
func imported(source string) *access.Error {
	return &access.Error{
		Kind: access.Blocked, Op: "remove an imported membership", Reason: "the group is imported from " + source + ", and its members only change there",
		Fix: "Remove the person from the group in " + source + " and let it be imported again.",
	}
}

// rulesFor returns the active rules that put people into the group, as far as they don't exclude the
// account. Whether the account is there because of the rule or was added by hand Okta does not say; taking
// it out has the same effect on the rule either way.
func (o *Okta) rulesFor(ctx context.Context, account access.AccountID, g *group) ([]*sdk.GroupRule, error) {
	rules, err := o.rules.Get(ctx, func() ([]*sdk.GroupRule, error) {
		return list[sdk.GroupRule](ctx, o, reading("groups", "list the group rules"), "/api/v1/groups/rules?limit=200")
	})
	if err != nil {
		return nil, err
	}
	var mine []*sdk.GroupRule
	for _, rule := range rules {
		if rule.Status == active && rule.Actions != nil && rule.Actions.AssignUserToGroups != nil &&
			slices.Contains(rule.Actions.AssignUserToGroups.GroupIds, string(g.ID)) && !excludes(rule, account) {
			mine = append(mine, rule)
		}
	}
	return mine, nil
}

func excludes(rule *sdk.GroupRule, account access.AccountID) bool {
	return slices.Contains(excluded(rule), string(account))
}

// excluded are the people whom a rule leaves out.
func excluded(rule *sdk.GroupRule) []string {
	if rule.Conditions == nil || rule.Conditions.People == nil || rule.Conditions.People.Users == nil {
		return nil
	}
	return rule.Conditions.People.Users.Exclude
}

func names(rules []*sdk.GroupRule) []string {
	var names []string
	for _, rule := range rules {
		names = append(names, rule.Name)
	}
	slices.Sort(names)
	return names
}

func ruleNote(rules []*sdk.GroupRule) string {
	var lists []string
	for _, rule := range rules {
		lists = append(lists, fmt.Sprintf("%q (%d of %d used)", rule.Name, len(excluded(rule)), exclusionLimit))
	}
	slices.Sort(lists)
	return "A rule manages this group. Removing the person adds them to the rule's exclusion list: " + strings.Join(lists, ", ") +
		". The list shows as drift to whoever manages the rule with Terraform."
}

// sourceOf names the application that a group is imported from.
func (o *Okta) sourceOf(ctx context.Context, g *group) (string, error) {
	id := g.Links.Source.id()
	if id == "" {
		return "another directory", nil
	}
	return o.appName(ctx, id)
}

// groupName is how labels name a group.
func (o *Okta) groupName(ctx context.Context, id string) (string, error) {
	return o.groupNames.Get(ctx, id, func() (string, error) {
		g, err := get[group](ctx, o, reading("groups", "read the group %s", id), path("/api/v1/groups/%s", id))
		if access.KindOf(err) == access.NotFound {
			return id, nil
		}
		if err != nil {
			return "", err
		}
		return g.name(), nil
	})
}

// among returns those of the groups that have one of the ids.
func among(groups []*group, ids []string) []*group {
	var some []*group
	for _, g := range groups {
		if slices.Contains(ids, string(g.ID)) {
			some = append(some, g)
		}
	}
	return some
}

func groupNames(groups []*group) []string {
	var names []string
	for _, g := range groups {
		names = append(names, g.name())
	}
	slices.Sort(names)
	return names
}

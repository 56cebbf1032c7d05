package scim

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/system"
)

// GroupMembership are the groups the account is a member of, themselves and through other groups.
func GroupMembership(s *SCIM) access.Connector { return groupMembership{s} }

type groupMembership struct{ *SCIM }

// List puts together what the groups say of their members, and what the account says of its groups (RFC 7643 4.1.2 and
// 4.2). GET /Users/{id}, /Groups, and /Groups/{id} for those that the list shows without members.
func (c groupMembership) List(ctx context.Context, account access.AccountID) (grants []access.Grant, err error) {
	defer system.OnlyIfGone(&err, func() error {
		_, about := c.user(ctx, account)
		return about
	})
	u, err := c.user(ctx, account)
	if err != nil {
		return nil, err
	}
	if harm := c.harm.Load(); harm != nil {
		return nil, harm
	}
	groups, err := c.groups(ctx)
	if err != nil || len(groups)+len(u.Groups) == 0 {
		return nil, err
	}
	direct, err := c.members(ctx, u, groups)
	if err != nil {
		return nil, err
	}
	through := nested(groups, direct)
	for _, said := range u.Groups {
		switch {
		case said.Value == "":
			return nil, c.malformed("list the groups of "+u.name(), "a group without an id")
		case direct[said.Value] || through[said.Value] != "":
		case strings.EqualFold(said.Type, "indirect"):
			through[said.Value] = "another group"
		default:
			direct[said.Value] = true
		}
	}
	found, err := c.byFilter(ctx, "list the groups of "+u.name(), u)
	if err != nil {
		return nil, err
	}
	for _, g := range found {
		if through[g.ID] == "" {
			direct[g.ID] = true
		}
	}
	names := map[string]*group{}
	for _, g := range slices.Concat(found, groups) {
		names[g.ID] = g
	}
	for id := range direct {
		grants = append(grants, membership(names[id], id, u))
	}
	for id, via := range through {
		grant := membership(names[id], id, u)
		grant.Label += " (via group: " + via + ")"
		grant.Stays = &access.Error{
			Kind: access.Blocked, Op: c.op("remove " + u.name() + " from " + grant.Label), Reason: "they are a member of it through " + via,
			Fix: "It goes with the membership there.",
		}
		grants = append(grants, grant)
	}
	return grants, nil
}

// membership is the row of one group. A group that the list lacks is named as the account names it.
func membership(g *group, id string, u *user) access.Grant {
	grant := access.Grant{ID: access.GrantID(id), Label: id}
	if g != nil {
		grant.Label = g.name()
		if g.ExternalID != "" {
			grant.Note = "The group is pushed by an identity provider: unless they are taken out of it there, they are put back."
		}
		return grant
	}
	for _, said := range u.Groups {
		if said.Value == id && system.OneLine(said.Display) != "" {
			grant.Label = system.OneLine(said.Display)
		}
	}
	return grant
}

// groups lists every group with its members.
func (s *SCIM) groups(ctx context.Context) ([]*group, error) {
	const what = "list the groups"
	groups, err := all[*group](ctx, s, what, "/Groups")
	if notImplemented(err) {
		unavailable := *mustError(err)
		unavailable.Kind = access.NotAvailable
		return nil, &unavailable
	}
	if err != nil {
		return nil, err
	}
	for _, g := range groups {
		if err := s.named(what, g); err != nil {
			return nil, err
		}
	}
	// Many lists leave the members out, or empty; a group by itself has them.
	shown := slices.ContainsFunc(groups, func(g *group) bool { return len(g.Members) > 0 })
	for i, g := range groups {
		if g.Members != nil && (shown || len(g.Members) > 0) {
			continue
		}
		whole, err := s.group(ctx, g.ID)
		if access.KindOf(err) == access.NotFound {
			// It went meanwhile, or the server does not know what it lists: not a group to leave out.
			return nil, s.part(what, "a group that it does not find by its id, "+g.name())
		}
		if err != nil {
			return nil, err
		}
		groups[i] = whole
	}
	return groups, nil
}

// group reads one group by its id.
func (s *SCIM) group(ctx context.Context, id string) (*group, error) {
	what := "read the group " + id
	if strings.Trim(id, ".") == "" {
		return nil, s.malformed(what, "a group whose id is "+strconv.Quote(id))
	}
	g, err := get[group](ctx, s, what, "/Groups/"+escaped(id), nil)
	if err == nil && g.ID != id {
		return nil, s.malformed(what, "another group, or none")
	}
	if err != nil {
		return nil, err
	}
	return g, s.named(what, g)
}

// named returns nil if every member of a group says who it is: one that does not may be anybody.
func (s *SCIM) named(what string, g *group) error {
	if g.Members.has("") {
		return s.malformed(what, "a member without an id, of the group "+g.name())
	}
	return nil
}

// members are the groups that the account is a member of itself, by what the groups say. A list in which no group has any
// member is no list of members, and neither is what an account says of its groups where none ever does: then it is asked
// for each group, by a filter that finds somebody who is in one; or it is not known.
func (c groupMembership) members(ctx context.Context, u *user, groups []*group) (map[string]bool, error) {
	direct, shown := map[string]bool{}, false
	for _, g := range groups {
		shown = shown || len(g.Members) > 0
		if g.Members.has(u.ID) {
			direct[g.ID] = true
		}
	}
	if shown || len(u.Groups) > 0 && c.profile.MemberFilter == "" {
		return direct, nil
	}
	what := "list the groups of " + u.name()
	if c.profile.MemberFilter == "" {
		return direct, c.showsGroups(ctx, what, len(groups))
	}
	unproven, err := c.membership.Get(ctx, func() (error, error) { return c.memberFilterWorks(ctx, what, groups) })
	if err != nil {
		return nil, err
	}
	if unproven != nil {
		return nil, unproven
	}
	for _, g := range groups {
		in, err := c.isMember(ctx, what, g.ID, u.ID)
		if err != nil {
			return nil, err
		}
		direct[g.ID] = in
	}
	for id, in := range direct {
		if !in {
			delete(direct, id)
		}
	}
	return direct, nil
}

// byFilter asks for the groups of an account by the standard's filter, where the vendor has none of its own and it finds
// nobody who does not exist. A group shows some of its members alone where they are many.
func (c groupMembership) byFilter(ctx context.Context, what string, u *user) ([]*group, error) {
	if c.profile.MemberFilter != "" {
		return nil, nil
	}
	ask := func(id string) (*page, error) {
		return c.page(ctx, what, "/Groups", url.Values{"filter": {"members.value eq " + quote(id)}})
	}
	works, err := c.filtersMembers.Get(ctx, func() (bool, error) {
		p, err := ask(nobody)
		if refusalOf(err) != nil && !unaccepted(err) || access.KindOf(err) == access.Malformed {
			return false, nil
		}
		return err == nil && len(*p.Resources) == 0, err
	})
	if err != nil || !works {
		return nil, err
	}
	p, err := ask(u.ID)
	if err != nil {
		return nil, err
	}
	if p.NextCursor != "" || p.TotalResults != nil && *p.TotalResults > len(*p.Resources) {
		return nil, c.part(what, "more groups than one page has")
	}
	return decode[*group](c.SCIM, what, p)
}

// nobody is the id of no account.
const nobody = "00000000-0000-0000-0000-000000000000"

// showsGroups returns nil if accounts say what groups they are in, so that one that says nothing is in none.
func (s *SCIM) showsGroups(ctx context.Context, what string, groups int) error {
	everybody, err := s.list(ctx)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(everybody, func(u *user) bool { return len(u.Groups) > 0 }) {
		return nil
	}
	return &access.Error{
		Kind: access.Denied, Op: s.op(what),
		Reason: fmt.Sprintf("%s shows %d groups and not one member of any, so that it can't be told who is in them", s.config.Name, groups),
		Fix:    "Check that the token is shown members. If the application is one that a profile is for, name the profile.",
	}
}

// isMember asks by the vendor's own filter whether somebody is in a group.
func (s *SCIM) isMember(ctx context.Context, what, groupID, accountID string) (bool, error) {
	filter := fmt.Sprintf(s.profile.MemberFilter, quote(groupID), quote(accountID))
	p, err := s.page(ctx, what, "/Groups", url.Values{"filter": {filter}})
	if err != nil {
		return false, err
	}
	hits, err := decode[*group](s, what, p)
	switch {
	case err != nil || len(hits) == 0:
		return false, err
	case len(hits) > 1 || hits[0].ID != groupID:
		return false, s.malformed(what, "groups that were not asked for, as if there were no filter")
	}
	return true, nil
}

// memberFilterWorks tries the filter on a few accounts and groups: it has to find one of them in one of these, and nobody
// who does not exist in any.
func (s *SCIM) memberFilterWorks(ctx context.Context, what string, groups []*group) (unproven, err error) {
	const fewAccounts, fewGroups = 20, 10
	query := url.Values{"startIndex": {"1"}, "count": {fmt.Sprint(fewAccounts)}}
	if s.profile.Cursors {
		query = url.Values{"cursor": {""}, "count": {fmt.Sprint(fewAccounts)}}
	}
	accounts, err := s.some(ctx, what, query)
	if err != nil {
		return nil, err
	}
	for _, g := range groups[:min(len(groups), fewGroups)] {
		if ignored, err := s.isMember(ctx, what, g.ID, nobody); err != nil || ignored {
			if err == nil {
				err = s.malformed(what, "a group for a member who does not exist, as if there were no filter")
			}
			return nil, err
		}
		for _, u := range accounts {
			if in, err := s.isMember(ctx, what, g.ID, u.ID); err != nil || in {
				return nil, err
			}
		}
	}
	return &access.Error{
		Kind: access.Denied, Op: s.op(what),
		Reason: fmt.Sprintf("%s shows no members of groups, and the filter for them finds none of the first %d accounts in any of the first groups, so that it can't be told that it works", s.config.Name, len(accounts)),
		Fix:    "Check that the profile is the application's.",
	}, nil
}

// nested are the groups that an account is in through those that it is in itself, each with the name of one through which.
func nested(groups []*group, direct map[string]bool) map[string]string {
	through := map[string]string{}
	for again := true; again; {
		again = false
		for _, inner := range groups {
			if !direct[inner.ID] && through[inner.ID] == "" {
				continue
			}
			for _, outer := range groups {
				if outer.Members.has(inner.ID) && !direct[outer.ID] && through[outer.ID] == "" {
					through[outer.ID], again = inner.name(), true
				}
			}
		}
	}
	return through
}

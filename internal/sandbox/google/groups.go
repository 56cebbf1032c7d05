package google

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
)

// listGroups lists the groups of the tenant, or those that somebody is a direct member of.
//
// A userKey that leads nowhere is 400 and not 404 ([GAM] GROUP_LIST_USERKEY_THROW_REASONS). An address outside
// of the tenant leads to the groups that have it.
func (c *call) listGroups() reply {
	groups, failed := c.listedGroups()
	if failed != nil {
		return failed.reply()
	}
	if by := c.query.Get("orderBy"); by == "email" {
		slices.SortFunc(groups, func(a, b *group) int { return cmp.Compare(a.Email, b.Email) })
	} else if by != "" {
		return invalidValue(by, "orderBy").reply()
	}
	switch direction := c.query.Get("sortOrder"); direction {
	case "", "ASCENDING":
	case "DESCENDING":
		slices.Reverse(groups)
	default:
		return invalidValue(direction, "sortOrder").reply()
	}
	rows := []object{}
	for _, g := range groups {
		rows = append(rows, g.row())
	}
	return c.list("admin#directory#groups", "groups", rows, 200)
}

func (c *call) listedGroups() ([]*group, *failure) {
	key := c.query.Get("userKey")
	if key == "" {
		return sandbox.Sorted(c.state.Groups), c.checkRealm()
	}
	if c.query.Get("customer") != "" {
		return nil, badRequest("Bad Request")
	}
	id, failed := c.state.memberID(key)
	if failed != nil {
		return nil, failed
	}
	view := c.view(id)
	return view.groupsOf(id), nil
}

// memberID is the id of whoever may be a member of a group: a user, a group, or an address outside of the
// tenant. An address of the tenant that nobody has is no member.
func (s *state) memberID(key string) (string, *failure) {
	if u := s.find(key); u != nil {
		return u.ID, nil
	}
	if g := s.findGroup(key); g != nil {
		return g.ID, nil
	}
	for _, g := range s.Groups {
		for _, m := range g.Members {
			if m.Type == externalMember && (m.ID == key || strings.EqualFold(m.Email, key)) {
				return m.ID, nil
			}
		}
	}
	if _, domain, isAddress := strings.Cut(key, "@"); isAddress && !strings.EqualFold(domain, s.Domain) {
		return number(21, "external", strings.ToLower(key)), nil
	}
	return "", invalid("Invalid Input: memberKey")
}

func (c *call) getGroup() reply {
	g, failed := c.groupAt()
	if failed != nil {
		return failed.reply()
	}
	return ok(g.row())
}

func (g *group) row() object {
	row := object{
		"kind": "admin#directory#group", "id": g.ID, "email": g.Email, "name": g.Name, "description": g.Description,
		"adminCreated": g.AdminCreated, "directMembersCount": strconv.Itoa(len(g.Members)),
	}
	if len(g.Aliases) > 0 {
		row["aliases"] = g.Aliases
	}
	return tagged(row)
}

package google

import (
	"slices"
	"strings"

	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
)

// listMembers lists the direct members of a group, or with includeDerivedMembership those of the groups in it,
// too.
func (c *call) listMembers() reply {
	g, failed := c.groupAt()
	if failed != nil {
		return failed.reply()
	}
	derived, failed := c.flag("includeDerivedMembership")
	if failed != nil {
		return failed.reply()
	}
	var roles []string
	if asked := c.query.Get("roles"); asked != "" {
		roles = strings.Split(asked, ",")
		for _, role := range roles {
			if !isRole(role) {
				return invalidValue(role, "roles").reply()
			}
		}
	}
	view := c.view(g.ID)
	if view.Groups[g.ID] == nil {
		view = c.state
	}
	rows := []object{}
	for _, m := range view.membersOf(view.Groups[g.ID], derived) {
		if roles == nil || slices.Contains(roles, m.Role) {
			rows = append(rows, view.memberRow(m))
		}
	}
	return c.list("admin#directory#members", "members", rows, 200)
}

func isRole(role string) bool { return role == Owner || role == Manager || role == Member }

// membersOf are the members of a group. Those of groups inside are plain members of the outer one (a guess).
func (s *state) membersOf(g *group, derived bool) []*member {
	list := sandbox.Sorted(g.Members)
	if !derived {
		return list
	}
	seen := map[string]bool{g.ID: true}
	for _, m := range list {
		seen[m.ID] = true
	}
	inside := list
	for len(inside) > 0 {
		var deeper []*member
		for _, m := range inside {
			if m.Type != groupMember || s.Groups[m.ID] == nil {
				continue
			}
			for _, inner := range sandbox.Sorted(s.Groups[m.ID].Members) {
				if !seen[inner.ID] {
					seen[inner.ID] = true
					plain := *inner
					plain.Role = Member
					deeper = append(deeper, &plain)
				}
			}
		}
		list, inside = append(list, deeper...), deeper
	}
	return list
}

// memberRow is a member as it is listed. The tenant itself has no address, and those outside of it no status.
func (s *state) memberRow(m *member) object {
	row := object{"kind": "admin#directory#member", "id": m.ID, "role": m.Role, "type": m.Type}
	if address := s.address(m); address != "" {
		row["email"] = address
	}
	switch u := s.Users[m.ID]; {
	case u != nil && (u.Suspended || u.Archived):
		row["status"] = "SUSPENDED"
	case m.Type == userMember || m.Type == groupMember:
		row["status"] = "ACTIVE"
	}
	return tagged(row)
}

// memberAt is the member that the path names, by address, alias or id.
func (c *call) memberAt(s *state, g *group) (*member, *failure) {
	id, failed := s.memberID(c.r.PathValue("memberKey"))
	if failed != nil || g.Members[id] == nil {
		return nil, notFound("memberKey")
	}
	return g.Members[id], nil
}

func (c *call) getMember() reply {
	g, failed := c.groupAt()
	if failed != nil {
		return failed.reply()
	}
	view := c.view(g.ID)
	m, failed := c.memberAt(view, view.Groups[g.ID])
	if failed != nil {
		return failed.reply()
	}
	row := view.memberRow(m)
	row["delivery_settings"] = m.Delivery
	return ok(row)
}

// memberBody is what a client says of a member. What of it is read-only is ignored.
type memberBody struct {
	Kind, ETag, ID, Email, Role, Type, Status string
	Delivery                                  string `json:"delivery_settings"`
}

// fixed: who is in a dynamic group follows from a query. How Google refuses to change it is not known
// (google.md section 6).
func fixed(g *group) *failure {
	if !g.Dynamic {
		return nil
	}
	return fail(400, "failedPrecondition", "Precondition check failed.")
}

func (c *call) insertMember() reply {
	g, failed := c.groupAt()
	if failed == nil {
		failed = fixed(g)
	}
	if failed != nil {
		return failed.reply()
	}
	body := memberBody{Role: Member, Delivery: allMail}
	if failed := c.decode(&body); failed != nil {
		return failed.reply()
	}
	key := body.Email
	if key == "" {
		key = body.ID
	}
	if key == "" {
		return fail(400, "required", "Missing required field: member").reply()
	}
	if !isRole(body.Role) {
		return invalid("Invalid Input: role").reply()
	}
	m, failed := c.state.newMember(key, body.Role)
	switch {
	case failed != nil:
		return notFound("memberKey").reply()
	case g.Members[m.ID] != nil:
		return duplicate("Member already exists.").reply()
	case m.Type == groupMember && c.state.contains(c.state.Groups[m.ID], g):
		return conditionNotMet("Cyclic memberships not allowed.").reply()
	}
	m.Delivery = body.Delivery
	g.Members[m.ID] = m
	c.wrote(g.ID, m.ID)
	return ok(c.state.memberRow(m))
}

const allMail = "ALL_MAIL"

// newMember is a member by an address or id, who is in no group yet.
func (s *state) newMember(key, role string) (*member, *failure) {
	id, failed := s.memberID(key)
	if failed != nil {
		return nil, failed
	}
	m := &member{ID: id, Role: role, Type: externalMember, Delivery: allMail}
	switch {
	case s.Users[id] != nil:
		m.Type = userMember
	case s.Groups[id] != nil:
		m.Type = groupMember
	default:
		m.Email = key
	}
	return m, nil
}

// updateMember changes what the body names, whether it is a PUT or a PATCH.
func (c *call) updateMember() reply {
	g, failed := c.groupAt()
	if failed != nil {
		return failed.reply()
	}
	m, failed := c.memberAt(c.state, g)
	if failed == nil {
		failed = fixed(g)
	}
	if failed != nil {
		return failed.reply()
	}
	body := memberBody{Role: m.Role, Delivery: m.Delivery}
	if failed := c.decode(&body); failed != nil {
		return failed.reply()
	}
	if !isRole(body.Role) {
		return invalid("Invalid Input: role").reply()
	}
	m.Role, m.Delivery = body.Role, body.Delivery
	c.wrote(g.ID, m.ID)
	return ok(c.state.memberRow(m))
}

// deleteMember ends a membership, also that of the last owner: it leaves a group without one (google.md section
// 6, which is not certain of it).
func (c *call) deleteMember() reply {
	g, failed := c.groupAt()
	if failed != nil {
		return failed.reply()
	}
	m, failed := c.memberAt(c.state, g)
	if failed == nil {
		failed = fixed(g)
	}
	if failed != nil {
		return failed.reply()
	}
	delete(g.Members, m.ID)
	c.wrote(g.ID, m.ID)
	return noContent()
}

// hasMember says whether somebody is in a group, directly or not. It is for people and groups of the tenant:
// others are 400, even if they are members.
func (c *call) hasMember() reply {
	g, failed := c.groupAt()
	if failed != nil {
		return failed.reply()
	}
	key := c.r.PathValue("memberKey")
	u, inner := c.state.find(key), c.state.findGroup(key)
	var id string
	switch {
	case u != nil:
		id = u.ID
	case inner != nil:
		id = inner.ID
	default:
		return invalid("Invalid Input: memberKey").reply()
	}
	view := c.view(id)
	is := slices.ContainsFunc(view.groupsAround(id), func(around *group) bool { return around.ID == g.ID }) ||
		u != nil && g.Members[c.state.CustomerID] != nil
	return ok(object{"isMember": is})
}

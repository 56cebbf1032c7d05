package google

import (
	"net/http"
	"slices"
	"strings"
)

const (
	onRules        = onCalendars + "/{calendarId}/acl"
	rulesScope     = "calendar calendar.acls"
	readRulesScope = rulesScope + " calendar.acls.readonly"
)

// shareOperations are those of Calendar that say who may see whose calendar.
var shareOperations = []operation{
	{
		method: "GET", path: onRules, scopes: readRulesScope, open: true, most: 250,
		query: "maxResults pageToken", serve: (*call).listRules,
	},
	{method: "DELETE", path: onRules + "/{ruleId}", scopes: rulesScope, open: true, serve: (*call).deleteRule},
}

// A share lets somebody into a calendar: into somebody's primary one by the id of its owner, or into one beside it by
// its own.
type share struct{ Calendar, With, Role string }

// A subscription puts a calendar on somebody's list that they see without a rule of their own: that of a colleague who
// shares with everybody, a public one, or one of another company.
type subscription struct{ User, Calendar, Summary, Role string }

func (b *builder) shares() {
	for _, row := range shareTable {
		calendar := b.person(row.owner).ID
		for _, c := range b.Calendars {
			if c.Owner == calendar && c.Summary == row.calendar {
				calendar = c.ID
			}
		}
		b.Shares = append(b.Shares, share{calendar, row.with, row.role})
	}
	for _, row := range subscriptionTable {
		b.Subscriptions = append(b.Subscriptions, subscription{b.person(row.person).ID, row.calendar, row.summary, row.role})
	}
}

// concerns says that a share is of a person's calendar or lets them into one.
func (s *state) concerns(x share, u *user) bool {
	return slices.Contains(u.addresses(), x.With) || s.ownerOf(x.Calendar) == u
}

// ownerOf is whose a calendar is.
func (s *state) ownerOf(calendar string) *user {
	if c := s.Calendars[calendar]; c != nil {
		return s.Users[c.Owner]
	}
	return s.Users[calendar]
}

// sharedRows are the entries on somebody's list of calendars that others own.
func (s *state) sharedRows(me *user) (rows []object) {
	for _, x := range s.Shares {
		owner := s.ownerOf(x.Calendar)
		if owner == nil || owner.ID == me.ID || !slices.ContainsFunc(me.addresses(), func(a string) bool { return strings.EqualFold(a, x.With) }) {
			continue
		}
		row := object{"kind": "calendar#calendarListEntry", "id": owner.PrimaryEmail, "summary": owner.PrimaryEmail, "accessRole": x.Role, "timeZone": "UTC"}
		if c := s.Calendars[x.Calendar]; c != nil {
			row["id"], row["summary"], row["dataOwner"] = c.ID, c.Summary, owner.PrimaryEmail
		}
		rows = append(rows, tagged(row))
	}
	for _, x := range s.Subscriptions {
		if x.User == me.ID {
			rows = append(rows, tagged(object{
				"kind": "calendar#calendarListEntry", "id": x.Calendar, "summary": x.Summary, "accessRole": x.Role, "timeZone": "UTC",
			}))
		}
	}
	return rows
}

// rulesAt is the calendar that the path names, whose rules its owner may read and change. Others are told that there is
// no such calendar, or that it is not theirs.
func (c *call) rulesAt() (calendar string, failed *failure) {
	me, failed := c.me()
	if failed != nil {
		return "", failed
	}
	id := c.r.PathValue("calendarId")
	if id == "primary" || strings.EqualFold(id, me.PrimaryEmail) {
		return me.ID, nil
	}
	switch s := c.state.Calendars[id]; {
	case s == nil:
		return "", fail(http.StatusNotFound, "notFound", "Not Found")
	case s.Owner != me.ID:
		return "", forbidden()
	}
	return id, nil
}

// listRules lists who may see a calendar: the owner, whoever it is shared with, and everybody by default.
func (c *call) listRules() reply {
	calendar, failed := c.rulesAt()
	if failed != nil {
		return failed.reply()
	}
	rule := func(kind, value, role string) object {
		scope, id := object{"type": kind}, kind
		if value != "" {
			scope["value"], id = value, kind+":"+value
		}
		return tagged(object{"kind": "calendar#aclRule", "id": id, "scope": scope, "role": role})
	}
	rows := []object{rule("default", "", "freeBusyReader"), rule("user", c.state.ownerOf(calendar).PrimaryEmail, "owner")}
	for _, x := range c.state.Shares {
		if x.Calendar == calendar {
			rows = append(rows, rule("user", x.With, x.Role))
		}
	}
	return c.list("calendar#acl", "items", rows, 100)
}

func (c *call) deleteRule() reply {
	calendar, failed := c.rulesAt()
	if failed != nil {
		return failed.reply()
	}
	before := len(c.state.Shares)
	c.state.Shares = slices.DeleteFunc(slices.Clone(c.state.Shares), func(x share) bool {
		return x.Calendar == calendar && strings.EqualFold("user:"+x.With, c.r.PathValue("ruleId"))
	})
	if len(c.state.Shares) == before {
		return fail(http.StatusNotFound, "notFound", "Not Found").reply()
	}
	return noContent()
}

// shareTable is who shares which calendar with whom; "" is the primary one.
var shareTable = []struct{ owner, calendar, with, role string }{
	{"omar.haddad", "Releases", "jane.doe@acme.example", "writer"},
	{"omar.haddad", "", "jane.doe@acme.example", "reader"},
	{"erik.lund", "Data loads", "omar.haddad@acme.example", "writer"},
	{"jane.doe", "", "omar.haddad@acme.example", "writer"},
}

// subscriptionTable is what people have on their lists of calendars besides.
var subscriptionTable = []struct{ person, calendar, summary, role string }{
	{"jane.doe", "lena.novak@acme.example", "Lena Novak", "reader"},
	{"jane.doe", "en.german#holiday@group.v.calendar.google.com", "Holidays in Germany", "reader"},
	{"jane.doe", "pat@partner.example", "Pat", "writer"},
}

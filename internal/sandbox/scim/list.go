package scim

import (
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// An entry is a row of a list: what is shown of it, and what filters find it by.
type entry struct {
	shown object
	id    string
	by    map[string][]string
}

// list serves a query (RFC 7644 3.4.2).
func (c *call) list() *reply {
	d := c.opts.Dialect
	for name := range c.r.URL.Query() {
		if !slices.Contains([]string{"filter", "startIndex", "count", "cursor"}, name) {
			return fault(http.StatusBadRequest, "invalidValue", "the sandbox does not do the parameter "+name)
		}
	}
	entries := c.entries()
	if filter := c.r.URL.Query().Get("filter"); filter != "" {
		found, failed := c.filtered(entries, filter)
		if failed != nil {
			return failed
		}
		return c.whole(found)
	}
	if d.Sample && c.kind == "Users" {
		return c.whole([]entry{{shown: object{"schemas": []string{userSchema}, "id": "1", "userName": "synthesis_user", "active": true}}})
	}
	if c.r.URL.Query().Has("cursor") && d.Cursors {
		return c.cursored(entries)
	}
	return c.indexed(entries)
}

func (c *call) entries() (entries []entry) {
	seen := c.lag.View(c.state, c.kind, "list")
	if c.kind == "Users" {
		for _, u := range seen.Users {
			if !u.Active && c.opts.Dialect.Inactive == Hides {
				continue
			}
			e := entry{c.userObject(seen, u), u.ID, map[string][]string{"id": {u.ID}, "username": {u.UserName}, "externalid": {u.ExternalID}}}
			for _, email := range u.Emails {
				for _, name := range []string{"emails", "emails.value", "email"} {
					e.by[name] = append(e.by[name], email.Value)
				}
			}
			entries = append(entries, e)
		}
		return entries
	}
	for _, g := range seen.Groups {
		entries = append(entries, entry{c.groupObject(seen, g, false), g.ID, map[string][]string{
			"id": {g.ID}, "displayname": {g.Name}, "externalid": {g.ExternalID}, "members": g.Members, "members.value": g.Members,
		}})
	}
	return entries
}

var comparison = regexp.MustCompile(`^([A-Za-z.]+) eq ("(?:[^"\\]|\\.)*")$`)

// filtered does comparisons for equality, joined with and.
func (c *call) filtered(entries []entry, filter string) ([]entry, *reply) {
	d := c.opts.Dialect
	switch {
	case d.FilterIgnored:
		return entries, nil
	case d.FilterFindsAnother:
		return entries[len(entries)-1:], nil
	}
	for _, part := range strings.Split(filter, " and ") {
		match := comparison.FindStringSubmatch(part)
		if match == nil {
			return nil, fault(http.StatusBadRequest, "invalidFilter", "the filter could not be read: "+filter)
		}
		name := match[1]
		wanted, err := strconv.Unquote(match[2])
		if err != nil {
			return nil, fault(http.StatusBadRequest, "invalidFilter", "the filter could not be read: "+filter)
		}
		known := slices.ContainsFunc(entries, func(e entry) bool { _, has := e.by[strings.ToLower(name)]; return has })
		if !known || d.Filters != nil && !slices.ContainsFunc(d.Filters, func(have string) bool { return strings.EqualFold(have, name) }) {
			if d.UnknownFilterIsNobody {
				return nil, nil
			}
			return nil, fault(http.StatusBadRequest, "invalidFilter", "cannot filter by "+name)
		}
		entries = slices.DeleteFunc(slices.Clone(entries), func(e entry) bool {
			return !slices.ContainsFunc(e.by[strings.ToLower(name)], func(have string) bool { return strings.EqualFold(have, c.known(wanted)) })
		})
	}
	return entries, nil
}

func shown(entries []entry) []object {
	objects := []object{}
	for _, e := range entries {
		objects = append(objects, e.shown)
	}
	return objects
}

// whole answers with everything in one page.
func (c *call) whole(entries []entry) *reply {
	return &reply{status: http.StatusOK, body: object{
		"schemas": []string{listResponse}, "totalResults": len(entries), "startIndex": 1, "itemsPerPage": len(entries), "Resources": shown(entries),
	}}
}

// indexed answers with a page by startIndex and count (3.4.2.4).
func (c *call) indexed(entries []entry) *reply {
	d, query := c.opts.Dialect, c.r.URL.Query()
	start, err := strconv.Atoi(query.Get("startIndex"))
	if err != nil || start < 1 {
		start = 1
	}
	from := start - 1
	switch {
	case d.StartIgnored:
		from = 0
	case d.FromZero:
		from = start
	case d.Repeats && start > 1:
		from--
	}
	size := c.opts.PageSize
	if count, err := strconv.Atoi(query.Get("count")); err == nil && count >= 0 {
		size = min(size, count)
	}
	if d.CountIgnored {
		size = len(entries)
	}
	from = min(from, len(entries))
	page := entries[from:min(from+size, len(entries))]
	total := len(entries) + d.TotalOff
	if d.TotalOfPage {
		total = len(page)
	}
	if d.Shrinks && start == 1 && c.kind == "Users" {
		c.state.delete(c.state.Users[3], c.now)
	}
	return &reply{status: http.StatusOK, body: object{
		"schemas": []string{listResponse}, "totalResults": total, "startIndex": start, "itemsPerPage": len(page),
		"Resources": shown(page),
	}}
}

// cursored answers with a page by cursor (RFC 9865), without a total.
func (c *call) cursored(entries []entry) *reply {
	query := c.r.URL.Query()
	from, err := strconv.Atoi(query.Get("cursor"))
	if err != nil {
		from = 0
	}
	size := c.opts.PageSize
	if count, err := strconv.Atoi(query.Get("count")); err == nil && count > 0 {
		size = min(size, count)
	}
	from = min(from, len(entries))
	page := entries[from:min(from+size, len(entries))]
	body := object{"schemas": []string{listResponse}, "itemsPerPage": len(page), "Resources": shown(page)}
	if from+len(page) < len(entries) {
		body["nextCursor"] = itoa(from + len(page))
	}
	return &reply{status: http.StatusOK, body: body}
}

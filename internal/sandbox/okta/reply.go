package okta

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
)

// An object is a JSON object of the API.
type object = map[string]any

// A reply is what an operation answers. A nil body is none.
type reply struct {
	status int
	header http.Header
	body   any
}

func ok(body any) reply      { return reply{status: http.StatusOK, body: body} }
func created(body any) reply { return reply{status: http.StatusCreated, body: body} }

// done is the answer to an operation that has nothing to say; Okta's document tells which have which.
func done() reply      { return reply{status: http.StatusOK} }
func noContent() reply { return reply{status: http.StatusNoContent} }

// A failure's reply has no errorId yet: that is given when it is sent.
func (f *failure) reply() reply {
	causes := []object{}
	for _, cause := range f.causes {
		causes = append(causes, object{"errorSummary": cause})
	}
	return reply{status: f.status, body: object{
		"errorCode": f.code, "errorSummary": f.summary, "errorLink": f.code, "errorCauses": causes,
	}}
}

func (f *failure) asReply() *reply {
	r := f.reply()
	return &r
}

// send writes the answer, with what every answer of Okta's carries.
func (c *call) send(w http.ResponseWriter, r reply) {
	c.api.mu.Lock()
	c.api.served++
	number := strconv.Itoa(c.api.served)
	c.api.mu.Unlock()

	for name, values := range r.header {
		w.Header()[name] = values
	}
	w.Header().Set("X-Okta-Request-Id", id("req", c.state.ID, number))
	w.Header().Set("Date", c.now.UTC().Format(http.TimeFormat))
	w.Header().Set("Cache-Control", "no-cache, no-store")
	if r.body == nil {
		w.WriteHeader(r.status)
		return
	}
	if failed, ok := r.body.(object); ok && failed["errorCode"] != nil {
		failed["errorId"] = id(errorPrefix, c.state.ID, number)
	}
	data, err := json.Marshal(r.body)
	if err != nil {
		panic(err) // bodies are made of plain data
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(r.status)
	_, _ = w.Write(data) // a client that has gone is no concern of the server's
}

// A pageSize is how many rows a list gives: when not asked for a number, and at most.
type pageSize struct{ usual, most int }

// An entry is a row of a list, with the id by which the list is ordered and paged.
type entry struct {
	id  string
	row func() any
}

// entries makes the rows of a list.
func entries[T any](things []T, idOf func(T) string, row func(T) object) []entry {
	list := make([]entry, len(things))
	for i, thing := range things {
		list[i] = entry{idOf(thing), func() any { return row(thing) }}
	}
	return list
}

// without is a list less what drop says. The list itself stays as it is.
func without[T any](list []T, drop func(T) bool) []T {
	return slices.DeleteFunc(slices.Clone(list), drop)
}

// page cuts a list to the page that is asked for, and says where the next one begins: "" at the end. A cursor
// is the id of the last row before it, so that it holds when rows come and go.
func (c *call) page(list []entry, size pageSize) (rows []any, next string) {
	slices.SortFunc(list, func(a, b entry) int {
		switch {
		case a.id < b.id:
			return -1
		case a.id > b.id:
			return 1
		}
		return 0
	})
	if after := c.query.Get("after"); after != "" {
		list = slices.DeleteFunc(list, func(e entry) bool { return e.id <= after })
	}
	limit := size.usual
	if asked, err := strconv.Atoi(c.query.Get("limit")); err == nil {
		limit = min(asked, size.most)
	}
	if c.api.opts.PageSize > 0 {
		limit = min(limit, c.api.opts.PageSize)
	}
	if len(list) > limit {
		next = list[limit-1].id
		list = list[:limit]
	}
	rows = []any{}
	for _, e := range list {
		rows = append(rows, e.row())
	}
	return rows, next
}

// list answers with a page of an array, and with links to this page and the next, each in a header line of its
// own.
func (c *call) list(list []entry, size pageSize) reply {
	rows, next := c.page(list, size)
	r := ok(rows)
	self := c.base + c.r.URL.RequestURI()
	r.header = http.Header{"Link": {"<" + self + `>; rel="self"`}}
	if next != "" {
		r.header.Add("Link", "<"+c.after(next)+`>; rel="next"`)
	}
	return r
}

// whole answers with an array that Okta does not page.
func whole(list []entry) reply {
	rows := []any{}
	for _, e := range list {
		rows = append(rows, e.row())
	}
	return ok(rows)
}

// after is the address of the page that follows a cursor.
func (c *call) after(cursor string) string {
	query := url.Values{}
	for name, values := range c.query {
		query[name] = values
	}
	query.Set("after", cursor)
	return c.base + c.r.URL.EscapedPath() + "?" + query.Encode()
}

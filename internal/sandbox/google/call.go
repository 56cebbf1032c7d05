package google

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A call is one request being served. The tenant's lock is held until it is known what to answer.
type call struct {
	api   *api
	op    operation
	r     *http.Request
	query url.Values
	body  []byte
	now   time.Time
	state *state
	// before is the state before a write, where reads lag behind.
	before *state

	// by is whom the token speaks for, and scopes what it may do in their name.
	by     *user
	scopes []string
	// selector is what the parameter fields selects; nil is everything.
	selector *selector
}

// standard are the query parameters that every method of Google's has.
var standard = []string{"alt", "fields", "key", "prettyPrint", "quotaUser"}

// sizes are the parameters that say how many rows a page is to have: an API has one of them.
var sizes = []string{"maxResults", "pageSize"}

// checkQuery refuses parameters that the sandbox does not understand, and numbers that are none. Google ignores
// the former, or does as they say; neither must go unnoticed here.
func (c *call) checkQuery() *failure {
	for name := range c.query {
		if !slices.Contains(standard, name) && !slices.Contains(strings.Fields(c.op.query), name) {
			return unsupported("the query parameter " + name)
		}
	}
	if alt := c.query.Get("alt"); alt != "" && alt != "json" {
		return unsupported("alt=" + alt)
	}
	for _, name := range sizes {
		if asked := c.query.Get(name); asked != "" {
			if n, err := strconv.Atoi(asked); err != nil || n < 1 || n > c.op.most {
				return invalidValue(asked, name)
			}
		}
	}
	return nil
}

// checkSelector reads the parameter fields.
func (c *call) checkSelector() *failure {
	if mask := c.query.Get("fields"); mask != "" {
		selector, err := parseSelector(mask)
		if err != nil {
			return fail(http.StatusBadRequest, "invalidParameter", "Invalid field selection "+err.Error())
		}
		c.selector = selector
	}
	return nil
}

// selected is an answer cut down to the fields that were asked for.
func (c *call) selected(r reply) reply {
	if c.selector == nil || r.status != http.StatusOK || r.body == nil {
		return r
	}
	data, err := json.Marshal(r.body)
	if err != nil {
		panic(err) // bodies are made of plain data
	}
	var body any
	if err := json.Unmarshal(data, &body); err != nil {
		panic(err)
	}
	r.body = c.selector.cut(body)
	return r
}

// decode reads the request's body. Google ignores what it does not know; here a field that the sandbox does not
// know fails the request, so that no test passes for its being ignored.
func (c *call) decode(into any) *failure {
	decoder := json.NewDecoder(bytes.NewReader(c.body))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil || decoder.More() {
		return fail(http.StatusBadRequest, "parseError", "Parse Error: the sandbox does not know all of this body")
	}
	return nil
}

// flag is a query parameter that is true or false.
func (c *call) flag(name string) (bool, *failure) {
	switch value := c.query.Get(name); value {
	case "true":
		return true, nil
	case "", "false":
		return false, nil
	default:
		return false, invalidValue(value, name)
	}
}

// userAt is the user that the path names.
func (c *call) userAt() (*user, *failure) { return c.findUser(c.r.PathValue("userKey")) }

// findUser: an address in another domain is nobody's business (a guess: 403 as for everything else that one may
// not see).
func (c *call) findUser(key string) (*user, *failure) {
	if u := c.state.find(key); u != nil {
		return u, nil
	}
	if _, domain, isAddress := strings.Cut(key, "@"); isAddress && !strings.EqualFold(domain, c.state.Domain) {
		return nil, forbidden()
	}
	return nil, notFound("userKey")
}

func (c *call) groupAt() (*group, *failure) {
	if g := c.state.findGroup(c.r.PathValue("groupKey")); g != nil {
		return g, nil
	}
	return nil, notFound("groupKey")
}

// checkCustomer: my_customer is the caller's own.
func (c *call) checkCustomer(name string) *failure {
	if name == "my_customer" || name == c.state.CustomerID {
		return nil
	}
	return fail(http.StatusBadRequest, "invalid", "Invalid Input: customer")
}

// page cuts a page out of rows: usual is how many rows it has when it isn't asked for a number; op.most is how many at most.
func (c *call) page(rows []object, usual int) (page []object, next string, failed *failure) {
	return cut(c, rows, usual)
}

// cut is page for what is not written out yet.
func cut[T any](c *call, rows []T, usual int) (page []T, next string, failed *failure) {
	start := 0
	if token := c.query.Get("pageToken"); token != "" {
		at, ok := c.cursor(token)
		if !ok || at > len(rows) {
			return nil, "", invalidValue(token, "pageToken")
		}
		start = at
	}
	limit := usual
	for _, name := range sizes {
		if asked, err := strconv.Atoi(c.query.Get(name)); err == nil {
			limit = asked
		}
	}
	if c.api.opts.PageSize > 0 {
		limit = min(limit, c.api.opts.PageSize)
	}
	rows = rows[start:]
	if len(rows) > limit {
		next = c.pageToken(start + limit)
		rows = rows[:limit]
	}
	return rows, next, nil
}

const tokenMark = "~!!~"

// pageToken says where the next page begins, of this list and no other. Its letters need escaping, as Google's
// do.
func (c *call) pageToken(at int) string {
	return tokenMark + c.listName() + "+" + strconv.Itoa(at) + "=="
}

func (c *call) cursor(token string) (int, bool) {
	rest, ok := strings.CutPrefix(token, tokenMark+c.listName()+"+")
	if !ok {
		return 0, false
	}
	at, err := strconv.Atoi(strings.TrimSuffix(rest, "=="))
	return at, err == nil && at >= 0
}

// listName is the same for all pages of one list, and no other.
func (c *call) listName() string {
	query := url.Values{}
	for name, values := range c.query {
		if !slices.Contains(standard, name) && name != "pageToken" && !slices.Contains(sizes, name) {
			query[name] = values
		}
	}
	return letters(10, c.r.URL.EscapedPath(), query.Encode())
}

// list answers with a page of rows under a name. A list without rows has no such field, as Google leaves empty
// ones out ([EXP] of every generated client: an absent list is an empty one).
func (c *call) list(kind, name string, rows []object, usual int) reply {
	page, next, failed := c.page(rows, usual)
	if failed != nil {
		return failed.reply()
	}
	return listed(kind, name, page, next)
}

// listed is the answer with a page.
func listed(kind, name string, page []object, next string) reply {
	body := object{"kind": kind}
	if len(page) > 0 {
		body[name] = page
	}
	if next != "" {
		body["nextPageToken"] = next
	}
	return ok(tagged(body))
}

// plainList is list for the APIs that tag nothing; a kind that is empty is none.
func (c *call) plainList(kind, name string, rows []object, usual int) reply {
	page, next, failed := c.page(rows, usual)
	if failed != nil {
		return failed.reply()
	}
	body := object{}
	if kind != "" {
		body["kind"] = kind
	}
	if len(page) > 0 {
		body[name] = page
	}
	if next != "" {
		body["nextPageToken"] = next
	}
	return ok(body)
}

// whole answers with rows that Google does not page.
func whole(kind string, rows []object) reply {
	body := object{"kind": kind}
	if len(rows) > 0 {
		body["items"] = rows
	}
	return ok(tagged(body))
}

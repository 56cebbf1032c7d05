package okta_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/offboard/terraform-provider-offboard/internal/clock"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox/conform"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox/okta"
)

// start is when every test begins.
var start = time.Date(2026, time.March, 2, 9, 0, 0, 0, time.UTC)

// A client talks to an org of its own, with a token of its choice.
type client struct {
	t     *testing.T
	org   *okta.Org
	clock *clock.Fake
	url   string
	// authorization is the header of that name.
	authorization string
}

// serve starts an org whose every exchange is checked against Okta's document.
func serve(t *testing.T, opts okta.HandlerOptions) *client {
	t.Helper()
	c, server := serveUnchecked(t, opts)
	server.Observe(conform.Okta(t))
	return c
}

// serveUnchecked is for requests that are not in Okta's document.
func serveUnchecked(t *testing.T, opts okta.HandlerOptions) (*client, *sandbox.Server) {
	t.Helper()
	clk := clock.NewFake(start)
	org := okta.NewOrg(sandbox.Acme(), clk)
	server, err := sandbox.Serve(org.Handler(opts), sandbox.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	return &client{t: t, org: org, clock: clk, url: server.URL(), authorization: "SSWS " + okta.Token}, server
}

// as is the same client with another token.
func (c *client) as(authorization string) *client {
	other := *c
	other.authorization = authorization
	return &other
}

// asOwner is the same client with a new API token of somebody's.
func (c *client) asOwner(login string) *client {
	return c.as("SSWS " + c.org.CreateAPIToken(login, "test"))
}

// An answer is what came back.
type answer struct {
	t      *testing.T
	what   string
	status int
	header http.Header
	body   []byte
}

func (c *client) do(method, path, body string) answer {
	c.t.Helper()
	target := path
	if !strings.HasPrefix(path, "http") {
		target = c.url + path
	}
	request, err := http.NewRequest(method, target, strings.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	if c.authorization != "" {
		request.Header.Set("Authorization", c.authorization)
	}
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		c.t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	data, err := io.ReadAll(response.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return answer{c.t, method + " " + path, response.StatusCode, response.Header, data}
}

func (c *client) get(path string) answer        { c.t.Helper(); return c.do("GET", path, "") }
func (c *client) delete(path string) answer     { c.t.Helper(); return c.do("DELETE", path, "") }
func (c *client) put(path string) answer        { c.t.Helper(); return c.do("PUT", path, "") }
func (c *client) post(path, body string) answer { c.t.Helper(); return c.do("POST", path, body) }

// user is the path of a person by id.
func (c *client) user(login string) string { return "/api/v1/users/" + c.org.UserID(login) }

// group is the path of a group by id.
func (c *client) group(name string) string { return "/api/v1/groups/" + c.org.GroupID(name) }

// appOf is the path of a person's assignment to an app.
func (c *client) appOf(app, login string) string {
	return "/api/v1/apps/" + c.org.AppID(app) + "/users/" + c.org.UserID(login)
}

// is fails the test unless this is the status.
func (a answer) is(status int) answer {
	a.t.Helper()
	if a.status != status {
		a.t.Fatalf("%s: got status %d, want %d: %s", a.what, a.status, status, a.body)
	}
	return a
}

// oktaError is the body of an error.
type oktaError struct {
	ErrorCode, ErrorSummary, ErrorLink, ErrorID string
	ErrorCauses                                 []struct{ ErrorSummary string }
}

// fails fails the test unless this is Okta's error.
func (a answer) fails(status int, code string) oktaError {
	a.t.Helper()
	a.is(status)
	var e oktaError
	a.into(&e)
	if e.ErrorCode != code || e.ErrorLink != code || e.ErrorID == "" || e.ErrorSummary == "" || e.ErrorCauses == nil {
		a.t.Fatalf("%s: got %s, want the error %s in full", a.what, a.body, code)
	}
	return e
}

// causes says that one of the error's causes contains this.
func (e oktaError) causes(t *testing.T, text string) {
	t.Helper()
	for _, cause := range e.ErrorCauses {
		if strings.Contains(cause.ErrorSummary, text) {
			return
		}
	}
	t.Errorf("the causes %v do not say %q", e.ErrorCauses, text)
}

func (a answer) into(target any) {
	a.t.Helper()
	if err := json.Unmarshal(a.body, target); err != nil {
		a.t.Fatalf("%s: %v: %s", a.what, err, a.body)
	}
}

// object is the answer as a JSON object.
func (a answer) object() map[string]any {
	a.t.Helper()
	var o map[string]any
	a.is(http.StatusOK).into(&o)
	return o
}

// rows is the answer as a list of JSON objects.
func (a answer) rows() []map[string]any {
	a.t.Helper()
	var rows []map[string]any
	a.is(http.StatusOK).into(&rows)
	if rows == nil {
		a.t.Fatalf("%s: got %s, want a list", a.what, a.body)
	}
	return rows
}

// rowsOf are the rows of a page that is an object.
func rowsOf(page map[string]any, name string) []any {
	rows, _ := page[name].([]any)
	return rows
}

// next is the address of the following page, "" on the last.
func (a answer) next() string {
	for _, link := range a.header.Values("Link") {
		if target, ok := strings.CutSuffix(link, `>; rel="next"`); ok {
			return strings.TrimPrefix(target, "<")
		}
	}
	return ""
}

// all follows the pages of a list.
func (c *client) all(path string) []map[string]any {
	c.t.Helper()
	var rows []map[string]any
	for path != "" {
		page := c.get(path)
		rows = append(rows, page.rows()...)
		path = page.next()
	}
	return rows
}

// pluck is one field of each row, by its path.
func pluck(rows []map[string]any, path ...string) []string {
	list := []string{}
	for _, row := range rows {
		list = append(list, at(row, path...))
	}
	slices.Sort(list)
	return list
}

// at is a field inside of an object; "" where there is none.
func at(value any, path ...string) string {
	for _, name := range path {
		object, _ := value.(map[string]any)
		value = object[name]
	}
	if text, ok := value.(string); ok {
		return text
	}
	if value == nil {
		return ""
	}
	var b bytes.Buffer
	_ = json.NewEncoder(&b).Encode(value)
	return strings.TrimSpace(b.String())
}

func equal[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

func equalLists(t *testing.T, what string, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s:\n got %q\nwant %q", what, got, want)
	}
}

func query(pairs ...string) string {
	values := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		values.Set(pairs[i], pairs[i+1])
	}
	return "?" + values.Encode()
}

func contains(list, item string) bool { return strings.Contains(list, `"`+item+`"`) }

func sortedCopy(list []string) []string {
	list = append([]string{}, list...)
	slices.Sort(list)
	return list
}

package github

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
)

// HandlerOptions are how the API behaves. The zero options are GitHub's own, without enforced limits.
type HandlerOptions struct {
	// PageSize is the most that any page holds, whatever the client asks for. 0 is GitHub's own limits.
	PageSize int
	// RateLimit is how many calls an hour a credential may make, and 0 GitHub's 5,000, which are then not enforced.
	RateLimit int
	// Lag is for how many reads a list goes on as it was after a change through the API. GitHub says of some that they take
	// time in the background (github.md section 6).
	Lag int
}

// Handler is the organization's API.
func (o *Org) Handler(opts HandlerOptions) http.Handler {
	a := &api{org: o, opts: opts, mux: http.NewServeMux(), used: map[string]*window{}}
	a.lag.Reads = opts.Lag
	byPath := map[string]map[string]operation{}
	for _, op := range operations {
		if byPath[op.path] == nil {
			byPath[op.path] = map[string]operation{}
		}
		byPath[op.path][op.method] = op
	}
	for pattern, methods := range byPath {
		a.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			op, ok := methods[r.Method]
			if !ok {
				op = operation{serve: func(*call) reply { return notFound() }}
			}
			a.serve(w, r, op)
		})
	}
	a.mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		a.serve(w, r, operation{serve: func(*call) reply { return notFound() }})
	})
	return a
}

type api struct {
	org  *Org
	opts HandlerOptions
	mux  *http.ServeMux
	lag  sandbox.Lag[state]

	mu   sync.Mutex
	used map[string]*window
}

// A window is an hour of a credential's calls.
type window struct {
	ends time.Time
	used int
}

// ServeHTTP serves the API. A path that ServeMux would tidy up and redirect is no path at all.
func (a *api) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if path.Clean(r.URL.Path) != r.URL.Path {
		a.serve(w, r, operation{serve: func(*call) reply { return notFound() }})
		return
	}
	a.mux.ServeHTTP(w, r)
}

// maxBody is more than any request here needs.
const maxBody = 1 << 20

func (a *api) serve(w http.ResponseWriter, r *http.Request, op operation) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	c := &call{api: a, op: op, r: r, body: body, now: a.org.Clock().Now(), base: "http://" + r.Host}
	var answer reply
	a.org.Serve(func(s *state) {
		c.state, c.real = s, s
		answer = c.answer(w.Header(), err)
	})
	w.Header().Set("Date", c.now.UTC().Format(http.TimeFormat))
	w.Header().Set("X-GitHub-Request-Id", fmt.Sprintf("%X", id(r.Method, r.URL.String())))
	for name, values := range answer.header {
		w.Header()[name] = values
	}
	if answer.body == nil {
		w.WriteHeader(answer.status)
		return
	}
	data, err := json.Marshal(answer.body)
	if err != nil {
		panic(err) // bodies are made of plain data
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	if strings.HasPrefix(op.path, "/scim/") {
		w.Header().Set("Content-Type", "application/scim+json")
	}
	w.WriteHeader(answer.status)
	_, _ = w.Write(data) // a client that has gone is no concern of the server's
}

// defaultLimit is the primary rate limit of a user's token (github.md section 3).
const defaultLimit = 5000

// limited counts a call, writes the headers that tell about it, and says whether it was one too many.
func (c *call) limited(header http.Header, who string) bool {
	a := c.api
	a.mu.Lock()
	defer a.mu.Unlock()
	resource := "core"
	if c.op.path == "/graphql" {
		resource = "graphql"
	}
	key := who + " " + resource
	w := a.used[key]
	if w == nil || !c.now.Before(w.ends) {
		w = &window{ends: c.now.Add(time.Hour).Truncate(time.Second)}
		a.used[key] = w
	}
	limit, over := defaultLimit, false
	if a.opts.RateLimit > 0 {
		limit = a.opts.RateLimit
		over = w.used >= limit
	} else {
		w.used = 0
	}
	if !over {
		w.used++
	}
	header.Set("X-RateLimit-Limit", strconv.Itoa(limit))
	header.Set("X-RateLimit-Remaining", strconv.Itoa(limit-w.used))
	header.Set("X-RateLimit-Used", strconv.Itoa(w.used))
	header.Set("X-RateLimit-Reset", strconv.FormatInt(w.ends.Unix(), 10))
	header.Set("X-RateLimit-Resource", resource)
	return over
}

// answer does what is asked, if the caller may.
func (c *call) answer(header http.Header, unread error) reply {
	if unread != nil {
		return failure(http.StatusBadRequest, "Problems parsing JSON")
	}
	who, refused := c.authenticate()
	if c.limited(header, who) {
		return reply{status: http.StatusForbidden, body: object{
			"message":           "API rate limit exceeded for user ID 1.",
			"documentation_url": "https://docs.github.com/rest/overview/resources-in-the-rest-api#rate-limiting",
		}}
	}
	if refused != nil {
		return *refused
	}
	if c.by.token != nil {
		header.Set("X-OAuth-Scopes", strings.Join(c.by.token.Scopes, ", "))
	}
	if failed := c.allowed(); failed != nil {
		return *failed
	}
	if org := c.r.PathValue("org"); org != "" && !strings.EqualFold(org, c.state.Login) {
		return notFound()
	}
	if c.op.writes != "" {
		before := c.api.lag.Before(c.state)
		c.api.org.AboutToChange(c.now)
		answer := c.op.serve(c)
		if answer.status < 300 {
			c.api.lag.Wrote(before, strings.Fields(c.op.writes)...)
		}
		return answer
	}
	if c.op.reads != "" {
		c.state = c.api.lag.View(c.real, c.op.reads, c.r.Method+c.r.URL.RequestURI()+string(c.body))
	}
	return c.op.serve(c)
}

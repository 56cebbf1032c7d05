package okta

import (
	"io"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/offboard/terraform-provider-offboard/internal/clock"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
)

// HandlerOptions are how an org's API behaves. The zero options are Okta's own, without enforced limits.
type HandlerOptions struct {
	// Clock is the org's own if nil.
	Clock clock.Clock
	// PageSize is the most that any page holds, whatever the client asks for. 0 is Okta's own limits.
	PageSize int
	// EnforceRateLimits answers 429 once a bucket is empty. Without it every answer says that the bucket is
	// as good as full: a client that paces itself by the headers has nothing to wait for.
	EnforceRateLimits bool
	// RateLimitScale multiplies Okta's limits. 0 is 1.
	RateLimitScale float64
	// Lag is for how many reads a list goes on as it was, after a membership, an app assignment or a role in it
	// was changed through the API (okta.md section 6, consistency).
	Lag int
}

// Handler is the org's API. What it calls itself follows from the request's Host.
func (o *Org) Handler(opts HandlerOptions) http.Handler {
	if opts.Clock == nil {
		opts.Clock = o.Clock()
	}
	if opts.RateLimitScale == 0 {
		opts.RateLimitScale = 1
	}
	a := &api{
		org: o, opts: opts, limits: limiter{scale: opts.RateLimitScale, enforce: opts.EnforceRateLimits}, lag: sandbox.Lag[state]{Reads: opts.Lag},
	}
	a.routes = routes(a)
	return a
}

type api struct {
	org    *Org
	opts   HandlerOptions
	routes http.Handler
	limits limiter
	lag    sandbox.Lag[state]

	mu     sync.Mutex
	served int
}

// routes has one pattern a path, and one for everything that is no path of the API. Methods are told apart
// afterwards: http.ServeMux has its own words for a wrong one, and Okta others.
func routes(a *api) http.Handler {
	byPath := map[string]map[string]operation{}
	for _, op := range operations {
		if byPath[op.path] == nil {
			byPath[op.path] = map[string]operation{}
		}
		byPath[op.path][op.method] = op
	}
	// /groups/rules/{id} and /groups/{id}/users both match /groups/rules/users, which ServeMux refuses to
	// decide. Group rules come first, in a mux of their own.
	rules, rest := http.NewServeMux(), http.NewServeMux()
	for pattern, methods := range byPath {
		mux := rest
		if strings.HasPrefix(pattern, "/api/v1/groups/rules/") {
			mux = rules
		}
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			op, ok := methods[r.Method]
			if !ok {
				op = refused(wrongMethod())
			}
			a.serve(w, r, op)
		})
	}
	rest.HandleFunc("/", a.unknown)
	rules.HandleFunc("/", rest.ServeHTTP)
	return rules
}

func (a *api) unknown(w http.ResponseWriter, r *http.Request) {
	a.serve(w, r, refused(noSuchPath()))
}

// refused is no operation of the API.
func refused(why *failure) operation {
	return operation{bucket: bucketOther, open: true, serve: func(*call) reply { return why.reply() }}
}

// ServeHTTP serves the API. A path that ServeMux would tidy up and redirect, and one with an encoded slash in
// it, which Okta's front end does not let through (Okta's document, getUser), is no path at all.
func (a *api) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	escaped := r.URL.EscapedPath()
	if path.Clean(r.URL.Path) != r.URL.Path || strings.Contains(strings.ToUpper(escaped), "%2F") {
		a.unknown(w, r)
		return
	}
	a.routes.ServeHTTP(w, r)
}

// maxBody is more than any request here needs.
const maxBody = 1 << 20

func (a *api) serve(w http.ResponseWriter, r *http.Request, op operation) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	c := &call{
		api: a, op: op, r: r, body: body, now: a.opts.Clock.Now(), base: "http://" + r.Host, query: r.URL.Query(),
	}
	if r.TLS != nil {
		c.base = "https://" + r.Host
	}
	c.send(w, c.answer(w.Header(), err))
}

// answer does what is asked.
func (c *call) answer(header http.Header, unread error) reply {
	return sandbox.Look(c.api.org.Box, func(s *state) reply {
		c.state = s
		return c.answerNow(header, unread)
	})
}

// answerNow is answer under the org's lock. The limits come first, but a call counts against its caller's.
func (c *call) answerNow(header http.Header, unread error) reply {
	refused := c.authenticate()
	principal := ""
	if c.by != nil {
		principal = c.by.principal
	}
	limited := c.api.limits.take(header, principal, c.op.bucket, c.now)
	switch {
	case limited:
		return tooManyRequests().reply()
	case refused != nil:
		return *refused
	case unread != nil:
		return malformedBody().reply()
	}
	return c.perform()
}

// perform checks that the feature exists, that the token has the scope, and that what the path names exists and
// may be touched; then it serves.
func (c *call) perform() reply {
	for _, check := range []func() *reply{c.checkFeature, c.checkScope, c.checkQuery, c.resolve, c.checkRights} {
		if failed := check(); failed != nil {
			return *failed
		}
	}
	if c.op.method != http.MethodGet {
		c.before = c.api.lag.Before(c.state)
	}
	return c.op.serve(c)
}

// checkFeature: some endpoints are missing on the Classic engine, and group owners without Identity
// Governance (okta.md section 1).
func (c *call) checkFeature() *reply {
	switch {
	case c.op.feature == identityEngine && c.state.Pipeline != IdentityEngine:
		return noSuchPath().asReply()
	case c.op.feature == governance && !c.state.Governance:
		return featureMissing().asReply()
	}
	return nil
}

// checkQuery refuses parameters that the sandbox does not understand. Okta would ignore them, or do as they
// say; neither must go unnoticed here.
func (c *call) checkQuery() *reply {
	known := strings.Fields(c.op.query)
	for name := range c.query {
		if !c.op.open && !slices.Contains(known, name) {
			return unsupported("the query parameter " + name).asReply()
		}
	}
	if limit, ok := c.query["limit"]; ok {
		if n, err := strconv.Atoi(limit[0]); err != nil || n < 1 {
			return invalid("limit", "limit: must be a positive number").asReply()
		}
	}
	return nil
}

// timestamp is Okta's way of writing a time.
func timestamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// timestampOrNull is timestamp, with null for what never happened.
func timestampOrNull(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return timestamp(t)
}

package google

import (
	"io"
	"net/http"
	"path"
	"slices"
	"sync"
	"time"

	"github.com/offboard/terraform-provider-offboard/internal/clock"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
)

// HandlerOptions are how a tenant's API behaves. The zero options are Google's own, at its most prompt and
// without limits.
type HandlerOptions struct {
	// Clock is the tenant's own if nil.
	Clock clock.Clock
	// PageSize is the most that any page holds, whatever the client asks for. 0 is Google's own limits.
	PageSize int
	// Lag is for how many reads each list, and each single thing, goes on as it was after what it shows was
	// changed through the API. Google promises nothing about it (google.md section 21).
	Lag int
	// SearchLag is how far users.list with a query is behind the truth, of changes by whomever: within an hour
	// mostly, and up to 36 hours (google.md section 3).
	SearchLag time.Duration
	// QueriesPerMinute is how many calls a caller has in each minute before 403 userRateLimitExceeded, of which
	// Google gives 2,400 (google.md section 1). 0 does not count.
	QueriesPerMinute int
	// Concurrency is how many calls are served at once before 429 rateLimitExceeded. 0 does not count.
	Concurrency int
}

// Handler is the tenant's API.
func (t *Tenant) Handler(opts HandlerOptions) http.Handler {
	if opts.Clock == nil {
		opts.Clock = t.Clock()
	}
	a := &api{tenant: t, opts: opts, limits: limiter{perMinute: opts.QueriesPerMinute}, lag: sandbox.Lag[state]{Reads: opts.Lag}}
	if opts.SearchLag > 0 {
		t.Watch(a.index.keep)
		a.index.lag = opts.SearchLag
	}
	a.routes = routes(a)
	return a
}

type api struct {
	tenant *Tenant
	opts   HandlerOptions
	routes http.Handler
	lag    sandbox.Lag[state]
	index  index
	limits limiter

	mu      sync.Mutex
	serving int
}

// routes has one pattern a path. Methods are told apart afterwards: http.ServeMux has its own words for a wrong
// one.
func routes(a *api) http.Handler {
	mux := http.NewServeMux()
	byPath := map[string]map[string]operation{}
	for _, op := range operations {
		if byPath[op.path] == nil {
			byPath[op.path] = map[string]operation{}
		}
		byPath[op.path][op.method] = op
	}
	for pattern, methods := range byPath {
		mux.HandleFunc("/"+pattern, func(w http.ResponseWriter, r *http.Request) {
			op, ok := methods[r.Method]
			if !ok {
				notFoundPage(w, r)
				return
			}
			a.serve(w, r, op)
		})
	}
	mux.HandleFunc("/", notFoundPage)
	mux.HandleFunc("/token", a.token)
	return mux
}

// ServeHTTP serves the API. A path that ServeMux would tidy up and redirect is no path at all.
func (a *api) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if path.Clean(r.URL.Path) != r.URL.Path {
		notFoundPage(w, r)
		return
	}
	a.routes.ServeHTTP(w, r)
}

// notFoundPage is what Google's front end says to a path or a method that no API has. It is no JSON, and no
// sign that anything is gone.
func notFoundPage(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=UTF-8")
	w.WriteHeader(http.StatusNotFound)
	_, _ = io.WriteString(w, "<!DOCTYPE html>\n<html lang=en>\n  <title>Error 404 (Not Found)!!1</title>\n"+
		"  <p><b>404.</b> <ins>That’s an error.</ins>\n  <p>The requested URL was not found on this server. "+
		"<ins>That’s all we know.</ins>\n")
}

// maxBody is more than any request here needs.
const maxBody = 1 << 20

func (a *api) serve(w http.ResponseWriter, r *http.Request, op operation) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		badRequest("Bad Request").reply().send(w)
		return
	}
	if !a.enter() {
		tooManyAtOnce().reply().send(w)
		return
	}
	defer a.leave()
	c := &call{api: a, op: op, r: r, body: body, now: a.opts.Clock.Now(), query: r.URL.Query()}
	c.answer().send(w)
}

// enter counts the calls that are being served.
func (a *api) enter() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.opts.Concurrency > 0 && a.serving >= a.opts.Concurrency {
		return false
	}
	a.serving++
	return true
}

func (a *api) leave() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.serving--
}

// answer does what is asked.
func (c *call) answer() reply {
	return sandbox.Look(c.api.tenant.Box, func(s *state) reply {
		c.state = s
		return c.answerNow()
	})
}

// answerNow is answer under the tenant's lock, step by step as Google does as far as can be seen: who calls, with which
// scopes, what for, and whether they may.
func (c *call) answerNow() reply {
	for _, check := range []func() *failure{
		c.authenticate, c.checkLimit, c.checkPace, c.checkScope, c.checkQuery, c.checkSelector, c.checkCaller,
	} {
		if failed := check(); failed != nil {
			return failed.reply()
		}
	}
	if c.op.method != http.MethodGet {
		c.api.tenant.AboutToChange(c.now)
		c.before = c.api.lag.Before(c.state)
	}
	r := c.op.serve(c)
	return c.selected(r)
}

// A limiter counts calls by caller and minute.
type limiter struct {
	perMinute int
	minute    time.Time
	calls     map[string]int
}

// take counts a call and says whether it is one too many. The tenant's lock is held.
func (l *limiter) take(caller string, now time.Time) bool {
	if l.perMinute == 0 {
		return false
	}
	if minute := now.Truncate(time.Minute); !minute.Equal(l.minute) || l.calls == nil {
		l.minute, l.calls = minute, map[string]int{}
	}
	l.calls[caller]++
	return l.calls[caller] > l.perMinute
}

// An index is what users.list searches when it is asked a question: the state as it was a while ago.
type index struct {
	lag    time.Duration
	states []indexed
}

// indexed is a state with the time when it ceased to be the truth.
type indexed struct {
	state *state
	until time.Time
}

// keep remembers the state that is about to change, for as long as the index is behind.
func (x *index) keep(s *state, now time.Time) {
	x.forget(now)
	x.states = append(x.states, indexed{sandbox.Clone(s), now})
}

func (x *index) forget(now time.Time) {
	x.states = slices.DeleteFunc(x.states, func(i indexed) bool { return !i.until.After(now.Add(-x.lag)) })
}

// at is the state that a search finds.
func (x *index) at(s *state, now time.Time) *state {
	x.forget(now)
	if len(x.states) == 0 {
		return s
	}
	return x.states[0].state
}

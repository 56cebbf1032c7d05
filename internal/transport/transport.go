// Package transport is the one way out of the process: an http.RoundTripper that every vendor's client is
// given, whatever that client does or does not do by itself.
//
// From the outside in: a write is refused in a read-only run; an attempt that failed in passing is made
// again, after as long as the vendor asks for; each attempt waits while the vendor's budget is used up,
// rather than be told so, and keeps its distance where the vendor asks for one; what comes back is read
// whole and checked to be an answer at all. Failures come back as *access.Error, and no error, log line or
// header that leaves here carries a credential.
package transport

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/hashicorp/go-cleanhttp"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/clock"
)

// A Vendor is what the transport has to know of the service it speaks to.
type Vendor struct {
	// Name of the system, for people.
	Name string
	// Bucket names the budget of calls that a request draws on. Nil means that all share one.
	Bucket func(*http.Request) string
	// Budget reads the budget from an answer's headers, and false where they don't tell.
	Budget func(http.Header) (Budget, bool)
	// Apart says how far apart the requests of a line have to be, and the line's name, where the vendor allows no more than
	// that and its answers don't tell. Nil, or nothing, is no distance.
	Apart func(*http.Request) (line string, apart time.Duration)
	// Transient says that an answer below 500 means "not now", and that asking again may help.
	Transient func(status int, body []byte) bool
	// Final says that an answer of 500 and above is the vendor's last word, and that asking again can't help.
	Final func(status int, body []byte) bool
	// Wrong reads an answer below 500, by its content type and body, of a vendor that answers in more than JSON, and says what
	// is wrong with it: "nothing, where XML was expected". Empty is nothing, and a nil Wrong is how JSON is read.
	Wrong func(status int, media string, body []byte) string
	// Harmless says that a request which is not a GET changes nothing, such as one for an access token.
	Harmless func(*http.Request) bool
	// Hint is what to look at when something answers that is not the vendor: "Check org_url."
	Hint string
}

// A Budget is how many calls the vendor still takes, by its own account.
type Budget struct {
	Limit, Remaining int
	// Window is how long until the budget is full again.
	Window time.Duration
}

// BudgetIn reads a budget from headers that begin alike and end with Limit, Remaining and Reset. The reset is a moment on the
// vendor's clock, in seconds since 1970, so it is taken as a distance from the Date of the same answer.
func BudgetIn(prefix string) func(http.Header) (Budget, bool) {
	return func(h http.Header) (Budget, bool) {
		limit, err1 := strconv.Atoi(h.Get(prefix + "Limit"))
		remaining, err2 := strconv.Atoi(h.Get(prefix + "Remaining"))
		reset, err3 := strconv.ParseInt(h.Get(prefix+"Reset"), 10, 64)
		date, err4 := http.ParseTime(h.Get("Date"))
		if err1 != nil || err2 != nil || err3 != nil || err4 != nil {
			return Budget{}, false
		}
		return Budget{Limit: limit, Remaining: remaining, Window: time.Unix(reset, 0).Sub(date)}, true
	}
}

// Options make a Transport.
type Options struct {
	Vendor Vendor
	Clock  clock.Clock
	// ReadOnly refuses every request that could change something, before it leaves the process.
	ReadOnly bool
	// Secrets are what must never be seen: tokens and keys.
	Secrets []string
	// Log, if set, is told of each attempt.
	Log func(ctx context.Context, message string, fields map[string]any)
	// Base does the sending. Nil is a pooled http.Transport of our own.
	Base http.RoundTripper
}

// A Transport is an http.RoundTripper for one vendor. It is safe for concurrent use.
type Transport struct {
	Options
	redact  redactor
	pace    pacer
	space   spacer
	health  health
	retrier http.RoundTripper
}

// New returns a Transport. The vendor's rate limits are learnt from its answers.
func New(o Options) *Transport {
	if o.Base == nil {
		o.Base = cleanhttp.DefaultPooledTransport()
	}
	t := &Transport{Options: o, redact: newRedactor(o.Secrets), pace: pacer{clock: o.Clock}, space: spacer{clock: o.Clock}}
	t.retrier = t.newRetrier()
	return t
}

// Client returns an http.Client over t that follows no redirect: an API that redirects is not the one that
// was meant, and a credential must not be carried along.
func (t *Transport) Client() *http.Client {
	return &http.Client{Transport: t, CheckRedirect: stayHere}
}

func stayHere(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// Redact returns s without anything that must not be seen.
func (t *Transport) Redact(s string) string { return t.redact.string(s) }

// RoundTrip sends a request and returns the vendor's answer with its body read. An error is an
// *access.Error, or the context's error. A 5xx that stays is returned as the answer it is; a 429 that
// stays is an error of kind RateLimited.
func (t *Transport) RoundTrip(req *http.Request) (*http.Response, error) {
	if t.ReadOnly && !t.harmless(req) {
		return nil, &access.Error{
			Kind:   access.Denied,
			Op:     req.Method + " " + req.URL.Path,
			Reason: "the provider is configured with read_only = true, so nothing was sent to " + t.Vendor.Name,
			Fix:    "Use a provider without read_only to remove access.",
		}
	}
	return t.retrier.RoundTrip(req)
}

func (t *Transport) harmless(req *http.Request) bool {
	return req.Method == http.MethodGet || req.Method == http.MethodHead ||
		t.Vendor.Harmless != nil && t.Vendor.Harmless(req)
}

// longestAttempt is how long one answer may take to arrive whole. Vendors give up on their side after a minute.
const longestAttempt = 90 * time.Second

// attempt sends a request once, when the budget allows, and reads the answer whole.
func (t *Transport) attempt(req *http.Request) (*http.Response, error) {
	ctx := req.Context()
	if t.Vendor.Apart != nil {
		if line, apart := t.Vendor.Apart(req); apart > 0 {
			answered, err := t.space.wait(ctx, line, apart)
			if err != nil {
				return nil, t.fail(req, err)
			}
			defer answered()
		}
	}
	bucket := ""
	if t.Vendor.Bucket != nil {
		bucket = t.Vendor.Bucket(req)
	}
	waited, err := t.pace.wait(ctx, bucket)
	if err != nil {
		return nil, t.fail(req, err)
	}
	// A connection that stalls is given up while there is time for another.
	once, cancel := context.WithTimeout(ctx, longestAttempt)
	defer cancel()
	resp, err := t.Base.RoundTrip(req.WithContext(once))
	if err == nil {
		resp.Request = req
		err = t.receive(resp)
	}
	fields := map[string]any{"system": t.Vendor.Name, "method": req.Method, "path": t.Redact(req.URL.RequestURI())}
	if waited > 0 {
		fields["paced"] = waited.String()
	}
	if err != nil {
		err = t.fail(req, err)
		fields["error"] = t.Redact(err.Error())
		t.log(ctx, "no answer", fields)
		return nil, err
	}
	fields["status"] = resp.StatusCode
	if t.Vendor.Budget != nil {
		if budget, ok := t.Vendor.Budget(resp.Header); ok {
			t.pace.learn(bucket, budget)
			fields["remaining"] = budget.Remaining
		}
	}
	t.log(ctx, "answer", fields)
	return resp, nil
}

// fail turns what kept an answer from arriving into an *access.Error, or into the context's own error. It
// wraps no cause: a client that sees an io.EOF through it may take that for something to try again, without
// end (okta.md section 0.4).
func (t *Transport) fail(req *http.Request, err error) error {
	if ended := req.Context().Err(); ended != nil {
		return ended
	}
	if e, ok := asAccess(err); ok {
		e.Op = req.Method + " " + req.URL.Path
		return e
	}
	why := t.Redact(err.Error())
	if errors.Is(err, context.DeadlineExceeded) {
		why = fmt.Sprintf("it took more than %v", longestAttempt)
	}
	return &access.Error{
		Kind:   access.Unavailable,
		Op:     req.Method + " " + req.URL.Path,
		Reason: fmt.Sprintf("no answer from %s: %s", req.URL.Host, why),
	}
}

func (t *Transport) log(ctx context.Context, message string, fields map[string]any) {
	if t.Log != nil {
		t.Log(ctx, message, fields)
	}
}

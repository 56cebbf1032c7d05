package transport

import (
	"context"
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/hashicorp/go-retryablehttp"

	"github.com/offboard/terraform-provider-offboard/internal/access"
)

// How often and how long it is worth trying again. The context's deadline always comes first.
const (
	// maxUnwell is for a system that fails or does not answer: with the waits below about a minute.
	maxUnwell = 6
	// maxLimited is for one that says "not now": where it does not say how long, some minutes, for budgets are
	// of a minute.
	maxLimited = 12

	firstWait = time.Second
	maxWait   = 30 * time.Second
	// maxAsked bounds what a vendor may ask us to wait at once. Okta's windows are of one minute.
	maxAsked = 15 * time.Minute
)

// tries is what one request has been through. It travels in the request's context, because that is all
// the hooks of retryablehttp share.
type tries struct {
	// what is being asked for: the method and the path, where Doing does not say.
	what string
	made int
	wait time.Duration
	once bool
}

type triesKey struct{}

type onceKey struct{}

// Once says that a request of this context does something again each time it is made. It is made again only where
// the vendor refused it for now, and not where nobody knows what became of it.
func Once(ctx context.Context) context.Context { return context.WithValue(ctx, onceKey{}, true) }

type doingKey struct{}

// Doing says what a request of this context asks for, where method and path are the same for all of them.
func Doing(ctx context.Context, what string) context.Context {
	return context.WithValue(ctx, doingKey{}, what)
}

// newRetrier puts retryablehttp around attempt. The waiting is done here, on the injected clock, when it
// is about to retry; its own back-off is nil.
func (t *Transport) newRetrier() http.RoundTripper {
	client := retryablehttp.NewClient()
	client.Logger = nil
	client.HTTPClient = &http.Client{Transport: roundTripper(t.attempt), CheckRedirect: stayHere}
	client.RetryMax = maxUnwell + maxLimited
	client.CheckRetry = t.checkRetry
	client.Backoff = func(time.Duration, time.Duration, int, *http.Response) time.Duration { return 0 }
	client.ErrorHandler = func(resp *http.Response, err error, _ int) (*http.Response, error) {
		if err != nil {
			return nil, err
		}
		return resp, nil
	}
	client.PrepareRetry = func(req *http.Request) error {
		return t.Clock.Sleep(req.Context(), triesOf(req.Context()).wait)
	}
	inner := &retryablehttp.RoundTripper{Client: client}
	return roundTripper(func(req *http.Request) (*http.Response, error) {
		what, said := req.Context().Value(doingKey{}).(string)
		if !said {
			what = req.Method + " " + req.URL.Path
		}
		return inner.RoundTrip(req.WithContext(context.WithValue(req.Context(), triesKey{}, &tries{what: what, once: req.Context().Value(onceKey{}) != nil})))
	})
}

// checkRetry decides whether an attempt is to be made again, and leaves in tries how long to wait before.
func (t *Transport) checkRetry(ctx context.Context, resp *http.Response, err error) (bool, error) {
	if ctx.Err() != nil {
		return false, ctx.Err()
	}
	tries := triesOf(ctx)
	tries.made++
	if err != nil {
		if access.KindOf(err) == access.Malformed {
			return false, nil
		}
		return t.unwell(ctx, tries)
	}
	if resp.StatusCode < 500 {
		t.health.good()
	}
	switch {
	case resp.StatusCode == http.StatusTooManyRequests:
		again, err := t.again(ctx, tries, maxLimited, t.asked(resp, tries.made))
		if !again && err == nil {
			err = &access.Error{
				Kind: access.RateLimited, Op: resp.Request.Method + " " + resp.Request.URL.Path,
				Reason: t.Vendor.Name + " takes no more calls for now, and waiting longer is not possible",
				Fix: "Raise the timeouts of this resource, run with less -parallelism, or give this credential a larger share " +
					"of the rate limit.",
			}
		}
		return again, err
	case resp.StatusCode >= 500 && (resp.StatusCode == http.StatusNotImplemented || saysSo(t.Vendor.Final, resp)):
		return false, nil
	case resp.StatusCode >= 500:
		return t.unwell(ctx, tries)
	case resp.StatusCode >= 400 && saysSo(t.Vendor.Transient, resp):
		return t.again(ctx, tries, maxLimited, backoff(tries.made))
	}
	return false, nil
}

// unwell says whether to try once more after a failure of the system itself. While it is known to be down
// each request is made once.
func (t *Transport) unwell(ctx context.Context, tries *tries) (bool, error) {
	now := t.Clock.Now()
	if tries.once || t.health.down(now) {
		return false, nil
	}
	again, err := t.again(ctx, tries, maxUnwell, backoff(tries.made))
	if !again && tries.made >= maxUnwell {
		t.health.bad(now, tries.what)
	}
	return again, err
}

// A health is what is known of the system as a whole. A plan over hundreds of people would otherwise find out
// for each of them that the system is down, a minute at a time.
type health struct {
	mu        sync.Mutex
	failed    string
	downUntil time.Time
}

// downFor is how long a system is taken to be down after two different requests in a row failed to the end. One
// alone may be that one thing's fault.
const downFor = time.Minute

func (h *health) down(now time.Time) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return now.Before(h.downUntil)
}

func (h *health) bad(now time.Time, what string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.failed != "" && h.failed != what {
		h.downUntil = now.Add(downFor)
	}
	h.failed = what
}

func (h *health) good() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.failed, h.downUntil = "", time.Time{}
}

// again says whether one more try is allowed after wait, and notes the wait.
func (t *Transport) again(ctx context.Context, tries *tries, most int, wait time.Duration) (bool, error) {
	if tries.made >= most || wait > maxAsked {
		return false, nil
	}
	// A context's deadline is of the machine's clock, whatever clock is injected.
	if deadline, ok := ctx.Deadline(); ok && time.Now().Add(wait).After(deadline) {
		return false, nil
	}
	tries.wait = wait
	return true, nil
}

// asked is how long the vendor wants to be left alone: by Retry-After, else by its budget, else as for any
// failure. A little chance keeps those who were all told the same time from all coming back at once.
func (t *Transport) asked(resp *http.Response, made int) time.Duration {
	if seconds, err := strconv.Atoi(resp.Header.Get("Retry-After")); err == nil && seconds >= 0 {
		return time.Duration(seconds)*time.Second + jitter(time.Second)
	}
	if t.Vendor.Budget != nil {
		// A limit of zero is how Okta refuses too many calls at once; its reset is then only a suggestion.
		if budget, ok := t.Vendor.Budget(resp.Header); ok && budget.Limit > 0 {
			return max(budget.Window, 0) + jitter(time.Second)
		}
	}
	return backoff(made)
}

// saysSo asks the vendor's reading of an answer, where there is one.
func saysSo(reading func(status int, body []byte) bool, resp *http.Response) bool {
	if reading == nil {
		return false
	}
	body, err := io.ReadAll(resp.Body)
	resp.Body = rewound(body)
	return err == nil && reading(resp.StatusCode, body)
}

// backoff doubles from firstWait to maxWait, less up to half by chance.
func backoff(made int) time.Duration {
	wait := min(firstWait<<min(made-1, 10), maxWait)
	return wait - jitter(wait/2)
}

func jitter(most time.Duration) time.Duration {
	return rand.N(most) //nolint:gosec // spreads load; nothing depends on it being unpredictable
}

func triesOf(ctx context.Context) *tries {
	if found, ok := ctx.Value(triesKey{}).(*tries); ok {
		return found
	}
	return &tries{}
}

// roundTripper is a function as an http.RoundTripper.
type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

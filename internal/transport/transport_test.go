package transport_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/clock"
	"github.com/offboard/terraform-provider-offboard/internal/transport"
)

const secret = "00-a-token-that-nobody-may-see"

// A vendor is an HTTP server, the clock it keeps, and a client over a Transport to it.
type vendor struct {
	*httptest.Server
	clock  *clock.Fake
	client *http.Client

	mu       sync.Mutex
	requests []string
	log      []string
}

func serve(t *testing.T, change func(*transport.Options), answer func(n int, w http.ResponseWriter, r *http.Request)) *vendor {
	t.Helper()
	v := &vendor{clock: clock.NewFake(time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC))}
	v.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		v.mu.Lock()
		v.requests = append(v.requests, strings.TrimSpace(r.Method+" "+r.URL.Path+" "+string(body)))
		n := len(v.requests)
		v.mu.Unlock()
		w.Header().Set("Content-Type", "application/json")
		answer(n, w, r)
	}))
	t.Cleanup(v.Close)
	options := transport.Options{
		Clock:   v.clock,
		Secrets: []string{secret},
		Log: func(_ context.Context, message string, fields map[string]any) {
			v.mu.Lock()
			defer v.mu.Unlock()
			v.log = append(v.log, fmt.Sprint(message, " ", fields))
		},
		Vendor: transport.Vendor{
			Name: "vendor",
			Hint: "Is the URL right?",
			Budget: func(h http.Header) (transport.Budget, bool) {
				limit, err := strconv.Atoi(h.Get("X-Limit"))
				remaining, _ := strconv.Atoi(h.Get("X-Remaining"))
				window, _ := strconv.Atoi(h.Get("X-Window"))
				return transport.Budget{Limit: limit, Remaining: remaining, Window: time.Duration(window) * time.Second}, err == nil
			},
			Transient: func(status int, body []byte) bool { return status == 409 && strings.Contains(string(body), "lock") },
			Final:     func(status int, body []byte) bool { return status == 500 && strings.Contains(string(body), "never") },
			Harmless:  func(r *http.Request) bool { return r.URL.Path == "/token" },
		},
	}
	if change != nil {
		change(&options)
	}
	v.client = transport.New(options).Client()
	return v
}

func (v *vendor) do(t *testing.T, method, path, body string) (string, int, error) {
	t.Helper()
	return v.doContext(t.Context(), t, method, path, body)
}

func (v *vendor) doContext(ctx context.Context, t *testing.T, method, path, body string) (string, int, error) {
	t.Helper()
	req, err := http.NewRequestWithContext(ctx, method, v.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "SSWS "+secret)
	resp, err := v.client.Do(req)
	if err != nil {
		return "", 0, err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(answer), resp.StatusCode, nil
}

func ok(w http.ResponseWriter) { fmt.Fprint(w, `[]`) }

func wantKind(t *testing.T, err error, want access.ErrorKind) {
	t.Helper()
	if access.KindOf(err) != want {
		t.Errorf("got %v (%v), want kind %v", err, access.KindOf(err), want)
	}
}

func TestARateLimitIsWaitedOutForAsLongAsTheVendorSays(t *testing.T) {
	t.Parallel()
	for name, header := range map[string]map[string]string{
		"by its budget":      {"X-Limit": "100", "X-Remaining": "0", "X-Window": "42"},
		"by the retry after": {"Retry-After": "42"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := serve(t, nil, func(n int, w http.ResponseWriter, _ *http.Request) {
				if n > 1 {
					ok(w)
					return
				}
				for key, value := range header {
					w.Header().Set(key, value)
				}
				w.WriteHeader(http.StatusTooManyRequests)
			})
			if _, status, err := v.do(t, "GET", "/list", ""); err != nil || status != 200 {
				t.Fatalf("got %d, %v", status, err)
			}
			if slept := v.clock.Slept(); slept < 42*time.Second || slept > 44*time.Second {
				t.Errorf("waited %v, want 42 s and a little", slept)
			}
		})
	}
}

func TestARateLimitThatDoesNotEndIsAnErrorThatSaysSo(t *testing.T) {
	t.Parallel()
	v := serve(t, nil, func(_ int, w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Limit", "100")
		w.Header().Set("X-Window", "60")
		w.WriteHeader(http.StatusTooManyRequests)
	})
	_, _, err := v.do(t, "GET", "/list", "")
	wantKind(t, err, access.RateLimited)
	if len(v.requests) > 12 {
		t.Errorf("asked %d times", len(v.requests))
	}
}

func TestTooManyCallsAtOnceIsNotTakenForAnEmptyBudget(t *testing.T) {
	t.Parallel()
	v := serve(t, nil, func(n int, w http.ResponseWriter, _ *http.Request) {
		if n == 1 {
			w.Header().Set("X-Limit", "0")
			w.Header().Set("X-Remaining", "0")
			w.Header().Set("X-Window", "3600")
			w.WriteHeader(http.StatusTooManyRequests)
			return
		}
		ok(w)
	})
	if _, _, err := v.do(t, "GET", "/list", ""); err != nil {
		t.Fatal(err)
	}
	if v.clock.Slept() > time.Minute {
		t.Errorf("waited %v", v.clock.Slept())
	}
}

func TestAFailureInPassingIsTriedAgainWithTheSameBody(t *testing.T) {
	t.Parallel()
	for name, fail := range map[string]func(w http.ResponseWriter){
		"503":                 func(w http.ResponseWriter) { w.WriteHeader(503) },
		"500 with a web page": func(w http.ResponseWriter) { w.Header().Set("Content-Type", "text/html"); w.WriteHeader(500) },
		"a lock":              func(w http.ResponseWriter) { w.WriteHeader(409); fmt.Fprint(w, `{"error":"lock"}`) },
		"a broken connection": func(http.ResponseWriter) { panic(http.ErrAbortHandler) },
		"half an answer":      func(w http.ResponseWriter) { w.Header().Set("Content-Length", "100"); fmt.Fprint(w, `[`) },
		"a torn chunked answer": func(w http.ResponseWriter) {
			fmt.Fprint(w, `[`)
			w.(http.Flusher).Flush() //nolint:forcetypeassert // httptest's writer is one
			panic(http.ErrAbortHandler)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := serve(t, nil, func(n int, w http.ResponseWriter, _ *http.Request) {
				if n <= 2 {
					fail(w)
					return
				}
				ok(w)
			})
			if _, status, err := v.do(t, "POST", "/suspend", "why"); err != nil || status != 200 {
				t.Fatalf("got %d, %v", status, err)
			}
			if want := slices.Repeat([]string{"POST /suspend why"}, 3); !slices.Equal(v.requests, want) {
				t.Errorf("got %q, want %q", v.requests, want)
			}
		})
	}
}

func TestWhatMustNotBeDoneTwiceIsTriedAgainOnlyWhereItWasRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fail  func(w http.ResponseWriter)
		tries int
	}{
		"a breakdown":         {func(w http.ResponseWriter) { w.WriteHeader(503) }, 1},
		"a broken connection": {func(http.ResponseWriter) { panic(http.ErrAbortHandler) }, 1},
		"too many":            {func(w http.ResponseWriter) { w.WriteHeader(429) }, 3},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := serve(t, nil, func(n int, w http.ResponseWriter, _ *http.Request) {
				if n <= 2 {
					c.fail(w)
					return
				}
				ok(w)
			})
			_, _, err := v.doContext(transport.Once(t.Context()), t, http.MethodPost, "/transfers", "x")
			if name == "a broken connection" {
				wantKind(t, err, access.Unavailable)
			}
			if len(v.requests) != c.tries {
				t.Errorf("tried %d times, want %d", len(v.requests), c.tries)
			}
		})
	}
}

func TestAServerErrorThatStaysIsReturnedAsTheAnswerItIs(t *testing.T) {
	t.Parallel()
	v := serve(t, nil, func(_ int, w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(500)
		fmt.Fprint(w, `{"errorCode":"E0000009"}`)
	})
	body, status, err := v.do(t, "GET", "/list", "")
	if err != nil || status != 500 || body != `{"errorCode":"E0000009"}` {
		t.Errorf("got %q, %d, %v", body, status, err)
	}
	if len(v.requests) != 6 {
		t.Errorf("tried %d times, want 6", len(v.requests))
	}
}

func TestAConnectionThatKeepsBreakingIsUnavailableAndNeverABareEOF(t *testing.T) {
	t.Parallel()
	v := serve(t, nil, func(int, http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	_, _, err := v.do(t, "GET", "/list", "")
	wantKind(t, err, access.Unavailable)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("%v is an io.EOF to a client that looks for one", err)
	}
}

func TestNothingIsTriedAgainOnceTheContextHasEnded(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	v := serve(t, nil, func(_ int, w http.ResponseWriter, _ *http.Request) {
		cancel()
		w.WriteHeader(503)
	})
	_, _, err := v.doContext(ctx, t, "GET", "/list", "")
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if len(v.requests) != 1 {
		t.Errorf("asked %d times", len(v.requests))
	}
}

func TestAWaitThatWouldOutlastTheDeadlineIsNotBegun(t *testing.T) {
	t.Parallel()
	v := serve(t, nil, func(_ int, w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "600")
		w.WriteHeader(http.StatusTooManyRequests)
	})
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	_, _, err := v.doContext(ctx, t, "GET", "/list", "")
	wantKind(t, err, access.RateLimited)
	if v.clock.Slept() != 0 {
		t.Errorf("waited %v", v.clock.Slept())
	}
}

// limited answers like a vendor with a budget of 5 calls a minute, and counts what it had to refuse.
func limited(clk func() time.Time, refused *int) func(int, http.ResponseWriter, *http.Request) {
	var mu sync.Mutex
	var began time.Time
	used := 0
	return func(_ int, w http.ResponseWriter, _ *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		if now := clk(); now.Sub(began) >= time.Minute {
			began, used = now, 0
		}
		used++
		w.Header().Set("X-Limit", "5")
		w.Header().Set("X-Remaining", strconv.Itoa(max(5-used, 0)))
		w.Header().Set("X-Window", strconv.Itoa(int((time.Minute - clk().Sub(began)).Seconds())))
		if used > 5 {
			*refused++
			w.WriteHeader(http.StatusTooManyRequests)
			return
		}
		ok(w)
	}
}

func TestCallsAreSpacedSoThatTheVendorNeedNotRefuseAny(t *testing.T) {
	t.Parallel()
	refused := 0
	var v *vendor
	v = serve(t, nil, limited(func() time.Time { return v.clock.Now() }, &refused))
	for range 23 {
		if _, _, err := v.do(t, "GET", "/list", ""); err != nil {
			t.Fatal(err)
		}
	}
	if refused != 0 {
		t.Errorf("%d calls were refused", refused)
	}
	if slept := v.clock.Slept(); slept < 4*time.Minute || slept > 5*time.Minute {
		t.Errorf("waited %v for 23 calls at 5 a minute", slept)
	}
}

func TestBucketsAreSpacedApartFromEachOther(t *testing.T) {
	t.Parallel()
	v := serve(t, func(o *transport.Options) {
		o.Vendor.Bucket = func(r *http.Request) string { return r.URL.Path }
	}, func(_ int, w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/apps" {
			w.Header().Set("X-Limit", "1")
			w.Header().Set("X-Remaining", "0")
			w.Header().Set("X-Window", "60")
		}
		ok(w)
	})
	for _, path := range []string{"/apps", "/users", "/users"} {
		if _, _, err := v.do(t, "GET", path, ""); err != nil {
			t.Fatal(err)
		}
	}
	if v.clock.Slept() != 0 {
		t.Errorf("the users' bucket waited %v for the apps'", v.clock.Slept())
	}
	if _, _, err := v.do(t, "GET", "/apps", ""); err != nil {
		t.Fatal(err)
	}
	if v.clock.Slept() < time.Minute {
		t.Errorf("the apps' bucket waited only %v", v.clock.Slept())
	}
}

func TestCallsSideBySideTakeFromTheSameBudget(t *testing.T) {
	t.Parallel()
	refused := 0
	var v *vendor
	v = serve(t, nil, limited(func() time.Time { return v.clock.Now() }, &refused))
	if _, _, err := v.do(t, "GET", "/list", ""); err != nil {
		t.Fatal(err)
	}
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() {
			if _, _, err := v.do(t, "GET", "/list", ""); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	if refused != 0 || v.clock.Slept() != 0 {
		t.Errorf("%d refused, %v waited, with exactly the budget used", refused, v.clock.Slept())
	}
}

func TestAReadOnlyRunSendsNothingThatCouldChangeAnything(t *testing.T) {
	t.Parallel()
	v := serve(t, func(o *transport.Options) { o.ReadOnly = true }, func(_ int, w http.ResponseWriter, _ *http.Request) { ok(w) })
	for _, method := range []string{"POST", "PUT", "PATCH", "DELETE", "PROPFIND"} {
		_, _, err := v.do(t, method, "/users/1", "")
		wantKind(t, err, access.Denied)
	}
	if len(v.requests) != 0 {
		t.Errorf("sent %q", v.requests)
	}
	for method, path := range map[string]string{"GET": "/users/1", "POST": "/token"} {
		if _, _, err := v.do(t, method, path, ""); err != nil {
			t.Errorf("%s %s: %v", method, path, err)
		}
	}
}

func TestWhatCouldBeTakenForNothingIsMalformed(t *testing.T) {
	t.Parallel()
	page := func(status int) func(http.ResponseWriter) {
		return func(w http.ResponseWriter) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			w.WriteHeader(status)
			fmt.Fprint(w, "<html>Not found</html>")
		}
	}
	for name, answer := range map[string]func(http.ResponseWriter){
		"a web page":                   page(200),
		"a web page of a missing page": page(404),
		"a web page of a refusal":      page(403),
		"an empty success":             func(w http.ResponseWriter) { w.WriteHeader(200) },
		"a null":                       func(w http.ResponseWriter) { fmt.Fprint(w, " null\n") },
		"half a list":                  func(w http.ResponseWriter) { fmt.Fprint(w, `[{"id":"1"},{"i`) },
		"text":                         func(w http.ResponseWriter) { fmt.Fprint(w, `all is well`) },
		"no content type":              func(w http.ResponseWriter) { w.Header()["Content-Type"] = nil; fmt.Fprint(w, `[]`) },
		"a redirect":                   func(w http.ResponseWriter) { w.Header().Set("Location", "https://sso.example/"); w.WriteHeader(302) },
		"more than anybody can read":   func(w http.ResponseWriter) { fmt.Fprint(w, `["`, strings.Repeat(" ", 65<<20), `"]`) },
		"a link to another host": func(w http.ResponseWriter) {
			w.Header().Set("Link", `<https://evil.example/list?after=1>; rel="next"`)
			ok(w)
		},
		"a link with a login in it": func(w http.ResponseWriter) { w.Header().Set("Link", `<http://x@127.0.0.1/list>; rel="next"`); ok(w) },
		"a link that is not one":    func(w http.ResponseWriter) { w.Header().Set("Link", `http://x/list; rel="next"`); ok(w) },
		"a link to nowhere":         func(w http.ResponseWriter) { w.Header().Set("Link", `<http://[::1>; rel="next"`); ok(w) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := serve(t, nil, func(_ int, w http.ResponseWriter, _ *http.Request) { answer(w) })
			body, _, err := v.do(t, "GET", "/list", "")
			wantKind(t, err, access.Malformed)
			if err == nil || !strings.Contains(err.Error(), "Is the URL right?") {
				t.Errorf("got %q and %v", body, err)
			}
			if len(v.requests) != 1 {
				t.Errorf("asked %d times for what will not get better", len(v.requests))
			}
		})
	}
}

func TestAWriteMayBeAnsweredWithNothing(t *testing.T) {
	t.Parallel()
	v := serve(t, nil, func(_ int, w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) })
	if _, status, err := v.do(t, "DELETE", "/users/1", ""); err != nil || status != 204 {
		t.Errorf("got %d, %v", status, err)
	}
}

func TestAnErrorOfTheVendorsOwnIsPassedOn(t *testing.T) {
	t.Parallel()
	for _, status := range []int{400, 401, 403, 404, 405, 501} {
		v := serve(t, nil, func(_ int, w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(status)
			fmt.Fprint(w, `{"errorCode":"E1"}`)
		})
		body, got, err := v.do(t, "GET", "/list", "")
		if err != nil || got != status || body != `{"errorCode":"E1"}` || len(v.requests) != 1 {
			t.Errorf("%d came back as %d, %q, %v after %d requests", status, got, body, err, len(v.requests))
		}
	}
}

func TestAServerErrorThatIsTheVendorsLastWordIsNotTriedAgain(t *testing.T) {
	t.Parallel()
	v := serve(t, nil, func(_ int, w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(500)
		fmt.Fprint(w, `{"error":"never supported"}`)
	})
	body, status, err := v.do(t, "DELETE", "/thing", "")
	if err != nil || status != 500 || body != `{"error":"never supported"}` || len(v.requests) != 1 {
		t.Errorf("it came back as %d, %q, %v after %d requests", status, body, err, len(v.requests))
	}
}

func TestPageLinksComeOneALineWithTheirTargetsWhole(t *testing.T) {
	t.Parallel()
	var v *vendor
	v = serve(t, nil, func(_ int, w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Link", fmt.Sprintf(`<%s/list>; rel="self", <%s/list?after=a,b;c>; title="x, y"; rel=next`, v.URL, v.URL))
		ok(w)
	})
	resp, err := v.client.Get(v.URL + "/list")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	want := []string{
		fmt.Sprintf(`<%s/list>; rel="self"`, v.URL),
		fmt.Sprintf(`<%s/list?after=a,b%%3Bc>; rel="next"`, v.URL),
	}
	if got := resp.Header.Values("Link"); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestNoCredentialIsInWhatIsLoggedOrInErrors(t *testing.T) {
	t.Parallel()
	v := serve(t, nil, func(n int, w http.ResponseWriter, _ *http.Request) {
		switch n {
		case 1:
			ok(w)
		case 2:
			w.Header().Set("Location", "https://elsewhere.example/?token="+secret)
			w.WriteHeader(302)
		default:
			panic(http.ErrAbortHandler)
		}
	})
	var texts []string
	for range 3 {
		_, _, err := v.do(t, "POST", "/token?client_assertion=eyJhbGciOi.J9.sig&x="+secret, `{"password":"`+secret+`"}`)
		if e, ok := errors.AsType[*access.Error](err); ok {
			texts = append(texts, e.Error())
		}
	}
	texts = append(texts, v.log...)
	if len(texts) < 5 {
		t.Fatalf("too little to search: %q", texts)
	}
	for _, text := range texts {
		if strings.Contains(text, secret) || strings.Contains(text, "eyJhbGciOi") {
			t.Errorf("a credential in %q", text)
		}
	}
}

func TestRedactTakesOutCredentialsInEveryPlaceTheyStand(t *testing.T) {
	t.Parallel()
	tr := transport.New(transport.Options{Clock: clock.System{}, Secrets: []string{secret, "short"}})
	cases := map[string]string{
		"token " + secret + ".":                            "token [redacted].",
		"Authorization: SSWS 00abc":                        "Authorization: SSWS [redacted]",
		"Bearer eyJ.a.b, error":                            "Bearer [redacted], error",
		`{"access_token":"eyJ.a.b","expires_in":3600}`:     `{"access_token":"[redacted]","expires_in":3600}`,
		"/oauth2/v1/token?client_assertion=eyJ.a.b&scope=": "/oauth2/v1/token?client_assertion=[redacted]&scope=",
		"in short, nothing":                                "in short, nothing",
	}
	for _, in := range slices.Sorted(maps.Keys(cases)) {
		if got := tr.Redact(in); got != cases[in] {
			t.Errorf("Redact(%q) = %q, want %q", in, got, cases[in])
		}
	}
}

type stalling struct{ calls int }

func (s *stalling) RoundTrip(req *http.Request) (*http.Response, error) {
	if s.calls++; s.calls == 1 {
		<-req.Context().Done()
		return nil, req.Context().Err()
	}
	return &http.Response{
		StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader("[1]")), Request: req,
	}, nil
}

func TestAConnectionThatStallsIsGivenUpAndTriedAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		base := &stalling{}
		client := transport.New(transport.Options{Vendor: transport.Vendor{Name: "vendor"}, Clock: clock.NewFake(time.Now()), Base: base}).Client()
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://vendor.example/things", nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := client.Do(req)
		if err != nil || base.calls != 2 {
			t.Fatalf("after %d calls: %v", base.calls, err)
		}
		body, err := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if string(body) != "[1]" || err != nil {
			t.Errorf("%q, %v", body, err)
		}
	})
}

func TestOneThingThatAlwaysFailsDoesNotTakeTheRetriesFromTheOthers(t *testing.T) {
	t.Parallel()
	hiccups := 1
	v := serve(t, nil, func(_ int, w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/broken" || hiccups > 0 && r.URL.Path == "/healthy" {
			if r.URL.Path == "/healthy" {
				hiccups--
			}
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		ok(w)
	})
	for path, want := range map[string]int{"/broken": http.StatusInternalServerError, "/healthy": http.StatusOK} {
		for range 2 {
			if _, status, err := v.do(t, http.MethodGet, path, ""); status != want || err != nil {
				t.Errorf("%s: %d, %v", path, status, err)
			}
		}
	}
}

func TestASystemThatIsDownIsNotAskedManyTimesForEachThing(t *testing.T) {
	t.Parallel()
	down := true
	v := serve(t, nil, func(_ int, w http.ResponseWriter, _ *http.Request) {
		if down {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		ok(w)
	})
	asked := func(path string) int {
		before := len(v.requests)
		if _, _, err := v.do(t, http.MethodGet, path, ""); err != nil {
			t.Fatal(err)
		}
		return len(v.requests) - before
	}
	if one, two, three := asked("/1"), asked("/2"), asked("/3"); one != 6 || two != 6 || three != 1 {
		t.Errorf("asked %d, %d and %d times", one, two, three)
	}
	down = false
	asked("/4")
	down = true
	if again := asked("/5"); again != 6 {
		t.Errorf("once it was well again, asked %d times", again)
	}
}

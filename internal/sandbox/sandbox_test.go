package sandbox_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/offboard/terraform-provider-offboard/internal/clock"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
)

// counter is an API that counts what it was asked to do.
type counter struct{ served atomic.Int64 }

func (c *counter) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.served.Add(1)
	w.Header().Set("Content-Type", "application/json")
	w.Header().Add("Link", `<http://`+r.Host+`/list?after=1>; rel="self"`)
	w.Header().Add("Link", `<http://`+r.Host+`/list?after=2>; rel="next"`)
	_, _ = io.WriteString(w, `{"rows":["one","two","three"],"_links":{"next":{"href":"/list?after=2"}}}`)
}

func serve(t *testing.T, api http.Handler, opts sandbox.Options) *sandbox.Server {
	t.Helper()
	server, err := sandbox.Serve(api, opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	return server
}

type got struct {
	status int
	header http.Header
	body   string
	err    error
}

func ask(server *sandbox.Server, method, path, body string) got {
	request, err := http.NewRequest(method, server.URL()+path, strings.NewReader(body))
	if err != nil {
		return got{err: err}
	}
	request.Header.Set("Authorization", "secret")
	// A reset connection is retried by net/http where it can't have been used before.
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Do(request)
	if err != nil {
		return got{err: err}
	}
	defer func() { _ = response.Body.Close() }()
	data, err := io.ReadAll(response.Body)
	return got{response.StatusCode, response.Header, string(data), err}
}

func TestRequestsAreRecordedInOrderAndWithoutCredentials(t *testing.T) {
	t.Parallel()
	server := serve(t, &counter{}, sandbox.Options{Clock: clock.NewFake(time.Unix(1000, 0))})
	ask(server, "GET", "/a%2Fb?x=1", "")
	ask(server, "POST", "/token?client_assertion=eyJ.secret&scope=s", `{"a":1}`)
	ask(server, "POST", "/token", "scope=s&client_assertion=eyJ.secret")
	ask(server, "POST", "/token", "assertion=eyJ.secret&grant_type=g")
	requests := server.Requests()
	if len(requests) != 4 {
		t.Fatalf("got %d requests", len(requests))
	}
	first := requests[0]
	if first.Method != "GET" || first.Path != "/a%2Fb?x=1" || first.Status != 200 || !first.Time.Equal(time.Unix(1000, 0)) {
		t.Errorf("got %+v", first)
	}
	if requests[1].Body != `{"a":1}` || requests[1].Path != "/token?client_assertion=REDACTED&scope=s" {
		t.Errorf("got %+v", requests[1])
	}
	if requests[2].Body != "scope=s&client_assertion=REDACTED" {
		t.Errorf("got %+v", requests[2])
	}
	if requests[3].Body != "assertion=REDACTED&grant_type=g" {
		t.Errorf("got %+v", requests[3])
	}
	for _, request := range requests {
		if request.Header.Get("Authorization") != "" {
			t.Errorf("%s was recorded with its credentials", request.Path)
		}
	}
}

func TestObserversAreToldBeforeTheClientIsAnswered(t *testing.T) {
	t.Parallel()
	server := serve(t, &counter{}, sandbox.Options{})
	var seen []sandbox.Exchange
	server.Observe(func(e sandbox.Exchange) { seen = append(seen, e) })
	server.Inject(sandbox.Fault{Match: sandbox.Method("DELETE"), Do: sandbox.Status(500, "")})
	answer := ask(server, "POST", "/list?x=1", "body")
	if len(seen) != 1 {
		t.Fatalf("got %d exchanges", len(seen))
	}
	e := seen[0]
	if e.Method != "POST" || e.URL.String() != server.URL()+"/list?x=1" || string(e.Body) != "body" || e.Status != 200 ||
		string(e.Answer) != answer.body || e.AnswerHeader.Get("Content-Type") != "application/json" || e.Faulted {
		t.Errorf("got %+v", e)
	}
	ask(server, "DELETE", "/list", "")
	if len(seen) != 2 || !seen[1].Faulted || seen[1].Status != 500 {
		t.Errorf("got %+v for a fault", seen[1:])
	}
}

func TestLatencyIsWaitedForOnTheClock(t *testing.T) {
	t.Parallel()
	clk := clock.NewFake(time.Unix(0, 0))
	server := serve(t, &counter{}, sandbox.Options{Latency: time.Hour, Clock: clk})
	ask(server, "GET", "/", "")
	if clk.Slept() != time.Hour {
		t.Errorf("waited for %v", clk.Slept())
	}
	if request := server.Requests()[0]; request.Answered.Sub(request.Time) != time.Hour {
		t.Errorf("arrived at %v and was answered at %v", request.Time, request.Answered)
	}
}

func TestOnlyLoopbackIsServed(t *testing.T) {
	t.Parallel()
	for _, addr := range []string{"0.0.0.0:0", ":0", "nonsense"} {
		if server, err := sandbox.Serve(&counter{}, sandbox.Options{Addr: addr}); err == nil {
			server.Close()
			t.Errorf("%s was served", addr)
		}
	}
}

func TestABodyTooLargeIsRefused(t *testing.T) {
	t.Parallel()
	server := serve(t, &counter{}, sandbox.Options{})
	if answer := ask(server, "POST", "/", strings.Repeat("x", 2<<20)); answer.err == nil && answer.status != 400 {
		t.Errorf("got %+v", answer)
	}
}

func TestFaultsStrikeTheRequestsTheyAreMeantFor(t *testing.T) {
	t.Parallel()
	server := serve(t, &counter{}, sandbox.Options{})
	server.Inject(sandbox.Fault{
		Match: sandbox.All(sandbox.Method("GET"), sandbox.PathMatch("/groups/*/users/*"), sandbox.PathPrefix("/groups")),
		After: 1, Times: 2, Do: sandbox.Status(503, `{"error":true}`),
	})
	for _, path := range []string{"/groups/1/users", "/groups/1/users/2/x", "/users/1/groups/2"} {
		if answer := ask(server, "GET", path, ""); answer.status != 200 {
			t.Errorf("%s: got %d", path, answer.status)
		}
	}
	if answer := ask(server, "DELETE", "/groups/1/users/2", ""); answer.status != 200 {
		t.Errorf("got %d for another method", answer.status)
	}
	for i, want := range []int{200, 503, 503, 200} {
		if answer := ask(server, "GET", "/groups/1/users/2", ""); answer.status != want {
			t.Errorf("request %d: got %d, want %d", i, answer.status, want)
		}
	}
	server.Inject(sandbox.Fault{Do: sandbox.Status(500, "")})
	if answer := ask(server, "GET", "/", ""); answer.status != 500 {
		t.Errorf("got %d", answer.status)
	}
	server.Heal()
	if answer := ask(server, "GET", "/", ""); answer.status != 200 {
		t.Errorf("got %d after Heal", answer.status)
	}
}

func TestEachFaultDoesWhatItSays(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		do func(http.ResponseWriter, *http.Request, http.Handler)
		// served is how often the API was really asked.
		served int64
		check  func(t *testing.T, answer got)
	}{
		"Status": {sandbox.Status(429, `{"errorCode":"E0000047"}`), 0, func(t *testing.T, a got) {
			wants(t, a, a.status == 429 && a.body == `{"errorCode":"E0000047"}` && a.header.Get("Content-Type") == "application/json")
		}},
		"HTML404": {sandbox.HTML404(), 0, func(t *testing.T, a got) {
			wants(t, a, a.status == 404 && strings.HasPrefix(a.header.Get("Content-Type"), "text/html") && strings.Contains(a.body, "<html>"))
		}},
		"Truncated": {sandbox.Truncated(), 1, func(t *testing.T, a got) {
			wants(t, a, a.status == 200 && errors.Is(a.err, io.ErrUnexpectedEOF) && strings.HasPrefix(a.body, `{"rows":[`))
		}},
		"NotJSON": {sandbox.NotJSON(), 1, func(t *testing.T, a got) {
			wants(t, a, a.status == 200 && a.header.Get("Content-Type") == "application/json" && strings.HasPrefix(a.body, "<!DOCTYPE"))
		}},
		"EmptyBody": {sandbox.EmptyBody(), 1, func(t *testing.T, a got) {
			wants(t, a, a.status == 200 && a.body == "" && a.err == nil)
		}},
		"ResetConnection": {sandbox.ResetConnection(), 0, func(t *testing.T, a got) { wants(t, a, a.err != nil) }},
		"LoopingNextLink": {sandbox.LoopingNextLink(), 1, func(t *testing.T, a got) {
			links := strings.Join(a.header.Values("Link"), "\n")
			wants(t, a, strings.Contains(links, `/list?after=0>; rel="next"`) && strings.Contains(links, `rel="self"`) &&
				strings.Count(links, `rel="next"`) == 1 && strings.Contains(a.body, `/list?after=0"`))
		}},
		"WrongHostNextLink": {sandbox.WrongHostNextLink(), 1, func(t *testing.T, a got) {
			wants(t, a, strings.Contains(a.header.Values("Link")[1], `<https://collector.invalid/list`) && strings.Contains(a.body, "collector.invalid"))
		}},
		"DoneButStatus":   {sandbox.DoneButStatus(500), 1, func(t *testing.T, a got) { wants(t, a, a.status == 500 && a.body == "") }},
		"AnsweredNotDone": {sandbox.AnsweredNotDone(204), 0, func(t *testing.T, a got) { wants(t, a, a.status == 204) }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := &counter{}
			server := serve(t, api, sandbox.Options{})
			server.Inject(sandbox.Fault{Do: test.do})
			test.check(t, ask(server, "GET", "/list?after=0", ""))
			if served := api.served.Load(); served != test.served {
				t.Errorf("the API was asked %d times, want %d", served, test.served)
			}
		})
	}
}

func wants(t *testing.T, answer got, ok bool) {
	t.Helper()
	if !ok {
		t.Errorf("got %+v", answer)
	}
}

func TestAHangingRequestEndsWithItsClientOrTheServer(t *testing.T) {
	t.Parallel()
	server := serve(t, &counter{}, sandbox.Options{})
	server.Inject(sandbox.Fault{Do: sandbox.Hang()})
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	request, _ := http.NewRequestWithContext(ctx, "GET", server.URL(), nil)
	response, err := http.DefaultClient.Do(request)
	if err == nil {
		_ = response.Body.Close()
	}
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
	failed := make(chan error)
	go func() { failed <- ask(server, "GET", "/second", "").err }()
	// The first may have been given up before it got here.
	for !slices.ContainsFunc(server.Requests(), func(r sandbox.Request) bool { return r.Path == "/second" }) {
		time.Sleep(time.Millisecond)
	}
	server.Close()
	if err := <-failed; err == nil {
		t.Error("the request was answered by a closed server")
	}
}

func TestAServerIsSafeForConcurrentUse(t *testing.T) {
	t.Parallel()
	server := serve(t, &counter{}, sandbox.Options{})
	var wait sync.WaitGroup
	for range 10 {
		wait.Go(func() {
			server.Observe(func(sandbox.Exchange) {})
			server.Inject(sandbox.Fault{After: 1, Do: sandbox.Status(500, "")})
			ask(server, "GET", "/", "")
			server.Requests()
			server.Heal()
		})
	}
	wait.Wait()
	if n := len(server.Requests()); n != 10 {
		t.Errorf("recorded %d requests", n)
	}
}

func TestAcmeIsACompanyThatFitsTogether(t *testing.T) {
	t.Parallel()
	acme := sandbox.Acme()
	if len(acme.People) != 40 {
		t.Errorf("Acme has %d people", len(acme.People))
	}
	seen := map[string]bool{}
	for _, person := range acme.People {
		if seen[strings.ToLower(person.Email)] || !strings.HasSuffix(person.Email, "@acme.example") || person.Name() == " " || person.Department == "" || person.Title == "" {
			t.Errorf("%+v is twice, or not whole", person)
		}
		seen[strings.ToLower(person.Email)] = true
		if _, known := acme.Find(person.ManagerEmail); person.ManagerEmail != "" && !known {
			t.Errorf("the manager of %s does not work here", person.Email)
		}
	}
	if reports := acme.Reports("JANE.DOE@acme.example"); len(reports) != 3 {
		t.Errorf("Jane has %d reports", len(reports))
	}
	acme.People[0].Email = "changed"
	if sandbox.Acme().People[0].Email == "changed" {
		t.Error("two companies share their people")
	}
}

func TestARequestThatOnlyAsksChangesNothingInWhicheverProtocol(t *testing.T) {
	t.Parallel()
	target := func(name string) http.Header { return http.Header{"X-Amz-Target": {"SWBExternalService." + name}} }
	for _, c := range []struct {
		request sandbox.Request
		changes bool
	}{
		{sandbox.Request{Method: "GET", Path: "/users"}, false},
		{sandbox.Request{Method: "DELETE", Path: "/users/1"}, true},
		{sandbox.Request{Method: "POST", Path: "/oauth2/v1/token?x=y"}, false},
		{sandbox.Request{Method: "LIST", Path: "/v1/sys/policies/acl"}, false},
		{sandbox.Request{Method: "POST", Path: "/v1/auth/token/lookup-accessor"}, false},
		{sandbox.Request{Method: "POST", Path: "/v1/auth/token/revoke-accessor"}, true},
		{sandbox.Request{Method: "POST", Path: "/", Body: "Action=ListUsers&Version=2010-05-08"}, false},
		{sandbox.Request{Method: "POST", Path: "/", Body: "Action=DeleteUser&Version=2010-05-08"}, true},
		{sandbox.Request{Method: "POST", Path: "/", Header: target("ListAccountAssignments"), Body: "{}"}, false},
		{sandbox.Request{Method: "POST", Path: "/", Header: target("DeleteAccountAssignment"), Body: "{}"}, true},
		{sandbox.Request{Method: "POST", Path: "/graphql", Body: `{"query":"query { viewer { login } }"}`}, false},
		{sandbox.Request{Method: "POST", Path: "/graphql", Body: `{"query":"mutation { deleteIt { id } }"}`}, true},
	} {
		if got := c.request.Changes(); got != c.changes {
			t.Errorf("%s %s %s: changes something: %v, want %v", c.request.Method, c.request.Path, c.request.Body, got, c.changes)
		}
	}
}

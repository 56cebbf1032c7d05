package google_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	oauth "golang.org/x/oauth2/google"
	admin "google.golang.org/api/admin/directory/v1"
	"google.golang.org/api/googleapi"
	"google.golang.org/api/option"

	"github.com/offboard/terraform-provider-offboard/internal/clock"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox/conform"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox/google"
)

// A world is a tenant of its own behind a server, with a clock that starts now: Google's client signs its
// assertions by the machine's.
type world struct {
	t      *testing.T
	tenant *google.Tenant
	clock  *clock.Fake
	server *sandbox.Server
}

// serve starts a tenant whose every exchange is checked against Google's discovery documents.
func serve(t *testing.T, opts google.HandlerOptions) *world {
	t.Helper()
	w := serveUnchecked(t, opts)
	w.server.Observe(conform.Google(t))
	return w
}

// serveUnchecked is for requests that are in no document of Google's.
func serveUnchecked(t *testing.T, opts google.HandlerOptions) *world {
	t.Helper()
	clk := clock.NewFake(time.Now())
	tenant := google.NewTenant(sandbox.Acme(), clk)
	server, err := sandbox.Serve(tenant.Handler(opts), sandbox.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	return &world{t: t, tenant: tenant, clock: clk, server: server}
}

// bearer adds a token to every request.
type bearer string

func (b bearer) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("Authorization", "Bearer "+string(b))
	return http.DefaultTransport.RoundTrip(r)
}

// as is Google's own client in somebody's name, with all scopes.
func (w *world) as(email string) *admin.Service {
	w.t.Helper()
	return w.with(&http.Client{Transport: bearer(w.tenant.IssueToken(email))})
}

func (w *world) with(client *http.Client) *admin.Service {
	w.t.Helper()
	service, err := admin.NewService(context.Background(), option.WithEndpoint(w.server.URL()+"/"), option.WithHTTPClient(client))
	if err != nil {
		w.t.Fatal(err)
	}
	return service
}

// admin is Google's own client as the provider has it: with the key file, in the name of the super admin.
func (w *world) admin() *admin.Service {
	w.t.Helper()
	config, err := oauth.JWTConfigFromJSON([]byte(google.KeyFile(w.server.URL())), w.tenant.Scopes()...)
	if err != nil {
		w.t.Fatal(err)
	}
	config.Subject = google.Admin
	return w.with(config.Client(context.Background()))
}

// An answer is what came back to a request that Google's client would not send.
type answer struct {
	t      *testing.T
	status int
	header http.Header
	body   []byte
}

// do sends a request with a token; "" sends none.
func (w *world) do(token, method, path, body string) answer {
	w.t.Helper()
	request, err := http.NewRequest(method, w.server.URL()+path, strings.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		w.t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	data, err := io.ReadAll(response.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return answer{w.t, response.StatusCode, response.Header, data}
}

func (a answer) is(status int) answer {
	a.t.Helper()
	if a.status != status {
		a.t.Fatalf("got status %d, want %d: %s", a.status, status, a.body)
	}
	return a
}

// must is the result of a call that succeeds.
func must[T any](t *testing.T) func(T, error) T {
	t.Helper()
	return func(result T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return result
	}
}

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// fails fails the test unless the error is Google's, with this status and reason.
func fails(t *testing.T, err error, status int, reason string) {
	t.Helper()
	var e *googleapi.Error
	if !errors.As(err, &e) || len(e.Errors) == 0 {
		t.Fatalf("got %v, want %d %s", err, status, reason)
	}
	if e.Code != status || e.Errors[0].Reason != reason {
		t.Fatalf("got %d %s, want %d %s: %s", e.Code, e.Errors[0].Reason, status, reason, e.Message)
	}
}

// failsWith is fails, and the message has to say this.
func failsWith(t *testing.T, err error, status int, reason, message string) {
	t.Helper()
	fails(t, err, status, reason)
	if !strings.Contains(err.Error(), message) {
		t.Errorf("got %v, want it to say %q", err, message)
	}
}

func equal[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

func equalLists(t *testing.T, what string, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s:\n got %q\nwant %q", what, got, want)
	}
}

// pluck is a field of each row, sorted.
func pluck[T any](rows []T, field func(T) string) []string {
	list := []string{}
	for _, row := range rows {
		list = append(list, field(row))
	}
	slices.Sort(list)
	return list
}

// Package github connects the model to an organisation on GitHub.
//
// It is built on go-github, of which it uses the client, its models and its reading of pages and errors. What that client
// gets wrong (github.md section 0) is kept from mattering here: it puts what it is given into a path as it is, so paths are
// made and escaped here and people are named by ids until the moment of a call; its own rate limits, which make calls fail
// without being sent, are off, because the transport's come first; and an answer that is empty where a list should be is
// refused by the transport.
package github

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"time"

	sdk "github.com/google/go-github/v92/github"
	"github.com/hashicorp/go-cleanhttp"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/clock"
	"github.com/offboard/terraform-provider-offboard/internal/memo"
	"github.com/offboard/terraform-provider-offboard/internal/transport"
)

// A GitHub is one organisation, seen with the credentials that the configuration has. It is safe for concurrent use.
//
// What it remembers for the length of a run is who is who and what its credentials may do. What an account holds is asked
// anew each time.
type GitHub struct {
	config Config
	clock  clock.Clock
	// token and app are the credentials: nil where there is none.
	token, app *door
	tokens     *appTokens

	people memo.Once[*people]
	logins memo.Map[string, int64]

	// departing are the owners whose removal was agreed to in this run, so that the last two are not each taken for the
	// other's stand-in.
	departing sync.Map
}

// A door is one credential, with the client that uses it and a budget of calls of its own.
type door struct {
	name      string
	transport *transport.Transport
	client    *sdk.Client
	rights    memo.Once[*rights]
}

// New connects to the organisation. It sends nothing yet.
func New(c Config) (*GitHub, error) {
	g := &GitHub{config: c, clock: c.Clock}
	var err error
	if c.Token != "" {
		secret := c.Token
		g.token, err = g.newDoor("the token", func(next http.RoundTripper) http.RoundTripper {
			return roundTripper(func(req *http.Request) (*http.Response, error) { return next.RoundTrip(bearing(req, secret)) })
		})
		if err != nil {
			return nil, err
		}
	}
	if c.AppID != "" {
		g.app, err = g.newDoor("the GitHub App", func(next http.RoundTripper) http.RoundTripper {
			g.tokens = &appTokens{config: c, next: next}
			return g.tokens
		})
	}
	return g, err
}

func (g *GitHub) newDoor(name string, authorized func(http.RoundTripper) http.RoundTripper) (*door, error) {
	d := &door{name: name}
	d.transport = transport.New(transport.Options{
		Vendor: vendor, Clock: g.clock, ReadOnly: g.config.ReadOnly, Secrets: g.config.secrets(), Log: g.config.Log,
		Base: limits{cleanhttp.DefaultPooledTransport()},
	})
	client := d.transport.Client()
	client.Transport = authorized(d.transport)
	base := g.config.BaseURL + "/"
	connected, err := sdk.NewClient(sdk.WithHTTPClient(client), sdk.WithUserAgent(g.config.UserAgent), sdk.WithURLs(&base, nil),
		sdk.WithDisableRateLimitCheck())
	if err != nil {
		return nil, &access.Error{Kind: access.Denied, Op: "connect to GitHub", Reason: d.transport.Redact(err.Error())}
	}
	d.client = connected
	return d, nil
}

// bearing is the request with a credential on it.
func bearing(req *http.Request, token string) *http.Request {
	clone := req.Clone(req.Context())
	clone.Header.Set("Authorization", "Bearer "+token)
	return clone
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// vendor is what the transport has to know of GitHub.
var vendor = transport.Vendor{
	Name:   "GitHub",
	Hint:   "Check that base_url is that of the REST API, such as https://api.github.com, that organization is what it is called now, and that no proxy answers in its place.",
	Bucket: bucket,
	Budget: transport.BudgetIn("X-RateLimit-"),
	Apart: func(r *http.Request) (string, time.Duration) {
		if reads(r) {
			return "", 0
		}
		return "writes", betweenWrites
	},
	Harmless: reads,
}

// betweenWrites is how far apart writes are. GitHub allows 900 points a minute, of which a write takes 5, so 180 writes a
// minute (github.md section 3).
const betweenWrites = time.Second / 3

// reads says that a request changes nothing. This package sends no mutation to GraphQL.
func reads(r *http.Request) bool {
	return r.Method == http.MethodGet || r.Method == http.MethodPost &&
		(strings.HasSuffix(r.URL.Path, "/graphql") || strings.HasSuffix(r.URL.Path, "/access_tokens"))
}

// bucket names the rate limit that a call counts against (x-ratelimit-resource; github.md section 3).
func bucket(r *http.Request) string {
	switch path := r.URL.Path; {
	case strings.HasSuffix(path, "/graphql"):
		return "graphql"
	case strings.HasSuffix(path, "/audit-log"):
		return "audit_log"
	case strings.Contains(path, "/scim/"):
		return "scim"
	}
	return "core"
}

// needsSuccessor is why what would be left without anybody is not simply taken away.
func needsSuccessor(ctx context.Context, what, otherwise string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return &access.Error{
		Kind: access.Blocked, Op: what, Reason: "it needs a successor: " + otherwise, Fix: "Set successor to somebody who stays.",
	}
}

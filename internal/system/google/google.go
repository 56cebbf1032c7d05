// Package google connects the model to a Google Workspace customer, through the Directory API and those of the services
// in which somebody has settings of their own.
//
// It is built on google.golang.org/api. What that client does not do (google.md section 0) is done
// around it: the transport makes again what failed in passing, which the client never does; fields are named
// where false or nothing has to reach the wire; pages are followed here, with a guard; and the client's own
// debug log, which would show backup codes, is off whatever the environment says.
package google

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"sync"

	datatransfer "google.golang.org/api/admin/datatransfer/v1"
	admin "google.golang.org/api/admin/directory/v1"
	"google.golang.org/api/option"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/clock"
	"github.com/offboard/terraform-provider-offboard/internal/memo"
	"github.com/offboard/terraform-provider-offboard/internal/transport"
)

// A Google is one Google Workspace customer, seen with one credential: a service account that acts as an
// administrator, by domain-wide delegation. It is safe for concurrent use.
//
// What it remembers for the length of a run is how the customer is set up: who is who, names for labels, whom
// it acts as and with which privileges. What an account holds is asked anew each time.
type Google struct {
	config    Config
	directory *admin.Service
	apis
	transport *transport.Transport
	clock     clock.Clock

	self       memo.Once[*actor]
	privileges memo.Once[map[string]bool]
	found      memo.Map[access.Person, finding]
	groupNames memo.Map[string, string]
	roleNames  memo.Once[map[int64]*admin.Role]
	// transferable are the applications that Data Transfer moves things of.
	transferable memo.Once[[]*datatransfer.Application]

	swept memo.Once[*holds]
	// latest are the holds that something which was to be done was last held against.
	latest latestHolds

	// unscrambled are the accounts on which a new password was to be set in this run and was not.
	unscrambled sync.Map
}

// New connects to the customer. It sends nothing yet.
func New(ctx context.Context, c Config) (*Google, error) {
	g := &Google{config: c, clock: c.Clock}
	g.transport = transport.New(transport.Options{
		Vendor:   vendor,
		Clock:    c.Clock,
		ReadOnly: c.ReadOnly,
		Secrets:  c.secrets(),
		Log:      c.Log,
	})
	tokens, err := g.newTokens(ctx)
	if err != nil {
		return nil, err
	}
	client := g.transport.Client()
	client.Transport = &shapes{next: &authorizer{next: g.transport, tokens: tokens}}
	g.directory, err = admin.NewService(ctx, clientOptions(client, c.base("https://admin.googleapis.com"))...)
	if err != nil {
		return nil, &access.Error{Kind: access.Denied, Op: "connect to Google", Reason: g.transport.Redact(err.Error())}
	}
	g.directory.UserAgent = c.UserAgent
	return g, g.newAPIs(ctx, client)
}

// clientOptions have one of Google's clients use ours, and leave it no other choice: the endpoint would else
// depend on the environment, and its logger on GOOGLE_SDK_GO_LOGGING_LEVEL, under which it logs whole answers.
func clientOptions(client *http.Client, base string) []option.ClientOption {
	return []option.ClientOption{
		option.WithHTTPClient(client), option.WithEndpoint(base + "/"), option.WithLogger(slog.New(slog.DiscardHandler)),
	}
}

// vendor is what the transport has to know of Google. Google tells of no budget: it has to be run into.
var vendor = transport.Vendor{
	Name: "Google",
	Hint: "Check endpoint, if it is set, and that no proxy or login page answers in Google's place.",
	Transient: func(status int, body []byte) bool {
		// 403 says both "not now" and "never", and only the reason tells them apart.
		return status == http.StatusForbidden && ofQuota(body)
	},
	Final: func(_ int, body []byte) bool {
		// A 500 that means "never", as role assignments answer with where they can't be changed.
		return notSupported(messageIn(body))
	},
	Apart: licensingApart,
	Harmless: func(r *http.Request) bool {
		return r.Method == http.MethodPost && (strings.HasSuffix(r.URL.Path, tokenPath) || strings.HasSuffix(r.URL.Path, ":signJwt"))
	},
}

// customer is how the customer is named in a path.
func (g *Google) customer() string { return g.config.Customer }

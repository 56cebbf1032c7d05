// Package okta connects the model to an Okta org through the Management API.
//
// It is built on okta-sdk-golang/v2, of which it uses the request executor, the models and the write
// calls; what that SDK gets wrong (okta.md section 0) is kept from mattering here: its cache is
// off, its configuration files and environment variables are overridden field by field, its retries are
// inert because the transport's come first, and ids are escaped before they reach a path.
package okta

import (
	"context"
	"net/http"
	"strings"
	"sync"

	sdk "github.com/okta/okta-sdk-golang/v2/okta"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/clock"
	"github.com/offboard/terraform-provider-offboard/internal/memo"
	"github.com/offboard/terraform-provider-offboard/internal/transport"
)

// An Okta is one Okta org, seen with one credential. It is safe for concurrent use.
//
// What it remembers for the length of a run is how the org is set up: who is who, names for labels, rules, the
// groups that applications are assigned to, its own rights. What an account holds is asked anew each time.
type Okta struct {
	config    Config
	sdk       *sdk.Client
	transport *transport.Transport
	clock     clock.Clock

	own          memo.Once[*ownRights]
	found        memo.Map[access.Person, finding]
	people       memo.Map[access.AccountID, string]
	groupNames   memo.Map[string, string]
	apps         memo.Map[string, string]
	appGroups    memo.Map[access.GrantID, []string]
	sets         memo.Map[string, string]
	rules        memo.Once[[]*sdk.GroupRule]
	definitions  memo.Once[[]*sdk.LinkedObject]
	organization memo.Once[*organization]

	// departing are the super administrators whose removal was agreed to in this run, so that the last two are
	// not each taken for the other's stand-in.
	departing sync.Map

	// roleWrites keeps changes of admin roles one after the other: Okta locks them against each other
	// (E0000268).
	roleWrites sync.Mutex
}

// New connects to the org. It sends nothing yet.
func New(ctx context.Context, c Config) (*Okta, error) {
	o := &Okta{config: c, clock: c.Clock}
	o.transport = transport.New(transport.Options{
		Vendor:   vendor,
		Clock:    c.Clock,
		ReadOnly: c.ReadOnly,
		Secrets:  c.secrets(),
		Log:      c.Log,
	})
	client := o.transport.Client()
	mode, token := "SSWS", c.APIToken
	if c.APIToken == "" {
		signer, err := c.signer()
		if err != nil {
			return nil, err
		}
		client.Transport = o.newAuthorizer(signer)
		// The SDK's own way of getting an access token ignores the context and puts the assertion into the
		// URL; ours is put in place of this word.
		mode, token = "Bearer", "replaced"
	}
	_, executor, err := sdk.NewClient(ctx,
		sdk.WithOrgUrl(c.OrgURL),
		sdk.WithAuthorizationMode(mode),
		sdk.WithToken(token),
		sdk.WithCache(false),
		sdk.WithRequestTimeout(0),
		sdk.WithRateLimitMaxRetries(0),
		sdk.WithRateLimitMaxBackOff(0),
		sdk.WithTestingDisableHttpsCheck(true), // Config has checked the URL, and allows http on loopback only.
		sdk.WithUserAgentExtra(c.UserAgent),
		sdk.WithHttpClientPtr(client),
	)
	if err != nil {
		return nil, &access.Error{Kind: access.Denied, Op: "connect to Okta", Reason: o.transport.Redact(err.Error())}
	}
	o.sdk = executor
	return o, nil
}

// vendor is what the transport has to know of Okta.
var vendor = transport.Vendor{
	Name:   "Okta",
	Hint:   "Check that org_url is the org's own URL, such as https://acme.okta.com, and that no proxy or login page answers in its place.",
	Bucket: bucket,
	Budget: transport.BudgetIn("X-Rate-Limit-"),
	Transient: func(status int, body []byte) bool {
		// A role assignment is being changed, a user is still being activated, a resource is locked.
		text := string(body)
		return (status == http.StatusConflict || status == http.StatusLocked) &&
			(strings.Contains(text, "E0000268") || strings.Contains(text, "E0000112") || strings.Contains(text, "E0000239"))
	},
	Harmless: func(r *http.Request) bool { return r.Method == http.MethodPost && r.URL.Path == tokenPath },
}

// bucket names the rate limit that a call counts against. The most specific wins; these are the ones that
// Okta sets apart (okta.md section 2).
func bucket(r *http.Request) string {
	parts := strings.Split(strings.Trim(r.URL.Path, "/"), "/")
	if len(parts) < 3 || parts[0] != "api" {
		return "other"
	}
	switch family := parts[2]; family {
	case "apps", "groups":
		if len(parts) == 4 && r.Method == http.MethodGet {
			return family + "/{id}"
		}
		return family
	case "users":
		if len(parts) == 4 {
			return r.Method + " users/{id}"
		}
		return family
	case "devices", "logs", "iam":
		return family
	}
	return "other"
}

package okta

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// apiTokenLife is how long an API token lives without being used (okta.md section 10).
const apiTokenLife = 30 * 24 * time.Hour

func (t *apiToken) expired(now time.Time) bool { return now.After(t.Expires) }

// authenticate finds out who calls.
func (c *call) authenticate() *reply {
	scheme, secret, _ := strings.Cut(c.r.Header.Get("Authorization"), " ")
	switch {
	case c.op.open:
		return nil
	case scheme == "SSWS":
		c.by = c.byAPIToken(secret)
	case scheme == "Bearer":
		c.by = c.byAccessToken(secret)
	}
	if c.by == nil {
		return invalidToken().asReply()
	}
	return nil
}

// byAPIToken: a token is as good as its owner. Okta contradicts itself about those of suspended people
// (okta.md section 3); here they are refused for as long as the owner is suspended, and come back.
func (c *call) byAPIToken(secret string) *caller {
	known := digest(secret)
	for _, token := range c.state.APITokens {
		owner := c.state.Users[token.Owner]
		if token.Digest != known || token.expired(c.now) || owner == nil ||
			owner.Status == suspended || owner.Status == deprovisioned {
			continue
		}
		token.LastUpdated, token.Expires = c.now, c.now.Add(apiTokenLife)
		return &caller{user: owner, principal: token.ID, tokenID: token.ID, roles: c.state.assignmentsOf(owner)}
	}
	return nil
}

func (c *call) byAccessToken(secret string) *caller {
	token := c.state.AccessTokens[digest(secret)]
	if token == nil || c.now.After(token.Expires) {
		return nil
	}
	client := c.state.Apps[token.Client]
	if client == nil || client.Status != active {
		return nil
	}
	return &caller{app: client, scopes: token.Scopes, principal: client.ID, roles: c.state.assignmentsTo(client.ID)}
}

// checkScope: an access token carries scopes, of which the operation needs one. The answer to one that lacks it
// is OAuth's and not Okta's: the header says what is missing, and the body has no errorCode (okta.md section
// 0.6).
func (c *call) checkScope() *reply {
	switch {
	case c.op.open || c.by.app == nil || slices.Contains(c.by.scopes, c.op.scope):
		return nil
	case c.op.scope == "":
		return invalidToken().asReply() // an operation for API tokens only
	}
	const description = "The access token provided does not contain the required scopes."
	header := fmt.Sprintf(
		`Bearer authorization_uri="%[1]s/oauth2/v1/authorize", realm="%[1]s", scope="%[2]s", `+
			`error="insufficient_scope", error_description="%[3]s"`,
		c.base, c.op.scope, description)
	return &reply{
		status: http.StatusForbidden,
		header: http.Header{"Www-Authenticate": {header}},
		body:   object{"errorSummary": description},
	}
}

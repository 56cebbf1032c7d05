package okta

import (
	"context"
	"net/http"
	"time"

	"github.com/offboard/terraform-provider-offboard/internal/access"
)

// Keys are the API tokens that the account created. They act with its rights.
func Keys(o *Okta) access.Connector { return keys{o} }

type keys struct{ *Okta }

// An apiToken is the metadata of an API token. The token itself Okta shows once, when it is made.
type apiToken struct {
	ID      access.GrantID   `json:"id"`
	Name    string           `json:"name"`
	Client  string           `json:"clientName"`
	UserID  access.AccountID `json:"userId"`
	Created *time.Time       `json:"created"`
}

// madeByHand is the client name of the tokens that people make in the Admin Console. Agents of directories
// and other software of Okta's make theirs under their own names, and stop working without them.
const madeByHand = "Okta API"

func (t *apiToken) grant() access.Grant {
	what := "API token"
	if t.Created != nil {
		what += " of " + t.Created.UTC().Format(time.DateOnly)
	}
	grant := access.Grant{ID: t.ID}
	if t.Client != "" && t.Client != madeByHand {
		what += ", in use by " + t.Client
		grant.Note = t.Client + " stops working without this API token."
	}
	grant.Label = t.Name + " (" + what + ")"
	return grant
}

// List picks the account's from all of the org's: Okta lists them only all together.
// GET /api/v1/api-tokens, scope okta.apiTokens.read. The document shows no paging; the public page does, with
// a default of 20 (okta.md section 10), which following the Link covers whatever it is.
func (c keys) List(ctx context.Context, account access.AccountID) (grants []access.Grant, err error) {
	defer c.onlyIfGone(ctx, account, &err)
	// The tokens of nobody are none; only the account itself can say that it exists.
	if _, err := c.user(ctx, account); err != nil {
		return nil, err
	}
	call := reading("apiTokens", "list the API tokens")
	tokens, err := list[apiToken](ctx, c.Okta, call, "/api/v1/api-tokens")
	if err != nil {
		return nil, err
	}
	for _, token := range tokens {
		switch {
		case token.ID == "" || token.UserID == "":
			return nil, malformed(call, "an API token without its id or its owner")
		case token.UserID != account:
			continue
		}
		grants = append(grants, token.grant())
	}
	return grants, nil
}

// Remove revokes the token. DELETE /api/v1/api-tokens/{id}, scope okta.apiTokens.manage.
func (c keys) Remove(ctx context.Context, account access.AccountID, grant access.GrantID) (access.Receipt, error) {
	call := managing("apiTokens", "revoke the API token %s of %s", grant, account)
	return access.Receipt{Assurance: access.Observed}, c.write(ctx, call, http.MethodDelete, path("/api/v1/api-tokens/%s", grant))
}

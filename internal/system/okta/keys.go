package okta

import (
	"context"
	"fmt"
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
	UserID  access.AccountID `json:"userId"`
	Created *time.Time       `json:"created"`
}

// List picks the account's from all of the org's: Okta lists them only all together.
// GET /api/v1/api-tokens, scope okta.apiTokens.read. The document shows no paging; the public page does, with
// a default of 20 (okta.md section 10), which following the Link covers whatever it is.
func (c keys) List(ctx context.Context, account access.AccountID) ([]access.Grant, error) {
	// The tokens of nobody are none; only the account itself can say that it exists.
	if _, err := c.user(ctx, account); err != nil {
		return nil, err
	}
	call := reading("apiTokens", "list the API tokens")
	tokens, err := list[apiToken](ctx, c.Okta, call, "/api/v1/api-tokens")
	if err != nil {
		return nil, err
	}
	var grants []access.Grant
	for _, token := range tokens {
		switch {
		case token.ID == "" || token.UserID == "":
			return nil, malformed(call, "an API token without its id or its owner")
		case token.UserID != account:
			continue
		}
		label := token.Name + " (API token)"
		if token.Created != nil {
			label = fmt.Sprintf("%s (API token of %s)", token.Name, token.Created.UTC().Format(time.DateOnly))
		}
		grants = append(grants, access.Grant{
			ID: token.ID, Label: label, Note: "Whatever uses the API token stops working.",
		})
	}
	return grants, nil
}

// Remove revokes the token. DELETE /api/v1/api-tokens/{id}, scope okta.apiTokens.manage.
func (c keys) Remove(ctx context.Context, account access.AccountID, grant access.GrantID) (access.Receipt, error) {
	call := managing("apiTokens", "revoke the API token %s of %s", grant, account)
	_, err := c.do(ctx, call, http.MethodDelete, "/api/v1/api-tokens/"+esc(grant), nil, nil)
	return access.Receipt{Assurance: access.Observed}, ignoreNotFound(err)
}

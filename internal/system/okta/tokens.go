package okta

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	sdk "github.com/okta/okta-sdk-golang/v2/okta"

	"github.com/offboard/terraform-provider-offboard/internal/access"
)

// Tokens are the OAuth clients that may act for the account: those it has consented to, and those that
// hold refresh tokens of it. A grant is all that one client has.
func Tokens(o *Okta) access.Connector { return oauthTokens{o} }

type oauthTokens struct{ *Okta }

// List joins the clients with grants or tokens and the consents, which can outlast the tokens.
// GET /api/v1/users/{id}/clients and /grants?limit=200, scope okta.users.read.
func (c oauthTokens) List(ctx context.Context, account access.AccountID) (grants []access.Grant, err error) {
	defer c.onlyIfGone(ctx, account, &err)
	call := reading("users", "list the OAuth clients of %s", account)
	clients, err := list[sdk.OAuth2Client](ctx, c.Okta, call, path("/api/v1/users/%s/clients", account))
	if err != nil {
		return nil, err
	}
	consents, err := list[sdk.OAuth2ScopeConsentGrant](ctx, c.Okta, call, path("/api/v1/users/%s/grants", account)+"?limit=200")
	if err != nil {
		return nil, err
	}
	names, scopes := map[string]string{}, map[string][]string{}
	for _, client := range clients {
		names[client.ClientId] = cmp.Or(client.ClientName, client.ClientId)
	}
	for _, consent := range consents {
		if consent.Status == "REVOKED" {
			continue
		}
		if names[consent.ClientId] == "" {
			names[consent.ClientId] = consent.ClientId
		}
		scopes[consent.ClientId] = append(scopes[consent.ClientId], consent.ScopeId)
	}
	for id, name := range names {
		if id == "" {
			return nil, malformed(call, "a client without an id")
		}
		grants = append(grants, access.Grant{ID: access.GrantID(id), Label: name + " (" + consented(scopes[id]) + ")"})
	}
	return grants, nil
}

// consented sums up the scopes; a few are named, the rest counted.
func consented(scopes []string) string {
	slices.Sort(scopes)
	scopes = slices.Compact(scopes)
	const shown = 4
	switch {
	case len(scopes) == 0:
		return "tokens, no consent"
	case len(scopes) <= shown:
		return "consent to " + strings.Join(scopes, ", ")
	}
	return fmt.Sprintf("consent to %s and %d more", strings.Join(scopes[:shown], ", "), len(scopes)-shown)
}

// Remove revokes the client's refresh tokens, so that it gets no new access token, and then the consent.
// Access tokens that it already has live on to their end, an hour in most orgs, where they are checked
// without asking Okta; ending the sessions revokes them as well.
// DELETE /api/v1/users/{id}/clients/{client}/tokens and /grants, scope okta.users.manage.
func (c oauthTokens) Remove(ctx context.Context, account access.AccountID, grant access.GrantID) (access.Receipt, error) {
	call := managing("users", "revoke what the OAuth client %s has of %s", grant, account)
	for _, what := range []string{"tokens", "grants"} {
		at := path("/api/v1/users/%s/clients/%s/", string(account), string(grant)) + what
		if err := c.write(ctx, call, http.MethodDelete, at); err != nil {
			return access.Receipt{}, err
		}
	}
	return access.Receipt{Assurance: access.Observed}, nil
}

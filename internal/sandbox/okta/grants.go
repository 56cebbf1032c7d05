package okta

import (
	"slices"
	"time"

	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
)

// grantPages is the paging of consents and refresh tokens: too small for some by default (okta.md section 5).
var grantPages = pageSize{20, 200}

// refreshTokenLife is longer than any test.
const refreshTokenLife = 90 * 24 * time.Hour

func (c *call) consentRow(g consent) object {
	path := "/api/v1/users/" + c.user.ID
	row := object{
		"id": g.ID, "status": active, "created": timestamp(g.Created), "lastUpdated": timestamp(g.Created),
		"issuer": c.base, "clientId": g.Client, "userId": c.user.ID, "scopeId": g.Scope, "source": "END_USER",
		"createdBy": object{"id": c.user.ID, "type": "User"},
		"_links": object{
			"self":   c.link(path + "/grants/" + g.ID),
			"client": c.link("/oauth2/v1/clients/" + g.Client),
			"user":   c.link(path),
		},
	}
	if c.query.Get("expand") == "scope" {
		row["_embedded"] = object{"scope": object{"id": g.Scope}}
	}
	return row
}

func (c *call) listConsents() reply {
	scope := c.query.Get("scopeId")
	return c.consents(func(g consent) bool { return scope == "" || g.Scope == scope })
}

func (c *call) listClientConsents() reply {
	return c.consents(func(g consent) bool { return g.Client == c.app.ID })
}

func (c *call) consents(wanted func(consent) bool) reply {
	consents := without(c.user.Consents, func(g consent) bool { return !wanted(g) })
	return c.list(entries(consents, func(g consent) string { return g.ID }, c.consentRow), grantPages)
}

func (c *call) getConsent() reply {
	wanted := c.pathValue("grantId")
	for _, g := range c.user.Consents {
		if g.ID == wanted {
			return ok(c.consentRow(g))
		}
	}
	return notFound(wanted, "OAuth2ScopeConsentGrant").reply()
}

// revoke takes consents back. Tokens are not touched: "a grant can outlast its tokens", and the other way
// round (okta.md section 5).
func (u *user) revoke(which func(consent) bool) (found bool) {
	left := without(u.Consents, which)
	found = len(left) < len(u.Consents)
	u.Consents = left
	return found
}

func (c *call) revokeConsents() reply {
	c.user.Consents = nil
	return noContent()
}

func (c *call) revokeClientConsents() reply {
	c.user.revoke(func(g consent) bool { return g.Client == c.app.ID })
	return noContent()
}

func (c *call) revokeConsent() reply {
	wanted := c.pathValue("grantId")
	if !c.user.revoke(func(g consent) bool { return g.ID == wanted }) {
		return notFound(wanted, "OAuth2ScopeConsentGrant").reply()
	}
	return noContent()
}

// listClients are the apps with consents or refresh tokens of the person.
func (c *call) listClients() reply {
	apps := slices.DeleteFunc(sandbox.Sorted(c.state.Apps), func(a *app) bool {
		return !slices.ContainsFunc(c.user.Consents, func(g consent) bool { return g.Client == a.ID }) &&
			!slices.ContainsFunc(c.user.RefreshTokens, func(t refreshToken) bool { return t.Client == a.ID })
	})
	return c.list(entries(apps, func(a *app) string { return a.ID }, func(a *app) object {
		path := "/api/v1/users/" + c.user.ID + "/clients/" + a.ID
		return object{
			"client_id": a.ID, "client_name": a.Label,
			"_links": object{"grants": c.link(path + "/grants"), "tokens": c.link(path + "/tokens")},
		}
	}), pageSize{200, 200})
}

func (c *call) tokenRow(t refreshToken) object {
	path := "/api/v1/users/" + c.user.ID
	row := object{
		"id": t.ID, "status": active, "created": timestamp(t.Created), "lastUpdated": timestamp(t.Created),
		"expiresAt": timestamp(t.Expires), "issuer": c.base, "clientId": t.Client, "userId": c.user.ID,
		"scopes": list(t.Scopes),
		"_links": object{
			"self":   c.link(path + "/clients/" + t.Client + "/tokens/" + t.ID),
			"app":    c.link("/api/v1/apps/" + t.Client),
			"client": c.link("/oauth2/v1/clients/" + t.Client),
			"user":   c.link(path),
		},
	}
	if c.query.Get("expand") == "scope" {
		scopes := []object{}
		for _, scope := range t.Scopes {
			scopes = append(scopes, object{"id": id("scp", scope), "name": scope})
		}
		row["_embedded"] = object{"scopes": scopes}
	}
	return row
}

func (c *call) listRefreshTokens() reply {
	tokens := without(c.user.RefreshTokens, func(t refreshToken) bool { return t.Client != c.app.ID })
	return c.list(entries(tokens, func(t refreshToken) string { return t.ID }, c.tokenRow), grantPages)
}

func (c *call) getRefreshToken() reply {
	wanted := c.pathValue("tokenId")
	for _, t := range c.user.RefreshTokens {
		if t.ID == wanted && t.Client == c.app.ID {
			return ok(c.tokenRow(t))
		}
	}
	return notFound(wanted, "OAuth2RefreshToken").reply()
}

func (c *call) revokeRefreshTokens() reply {
	c.user.RefreshTokens = without(c.user.RefreshTokens, func(t refreshToken) bool { return t.Client == c.app.ID })
	return noContent()
}

func (c *call) revokeRefreshToken() reply {
	wanted := c.pathValue("tokenId")
	left := without(c.user.RefreshTokens, func(t refreshToken) bool {
		return t.ID == wanted && t.Client == c.app.ID
	})
	if len(left) == len(c.user.RefreshTokens) {
		return notFound(wanted, "OAuth2RefreshToken").reply()
	}
	c.user.RefreshTokens = left
	return noContent()
}

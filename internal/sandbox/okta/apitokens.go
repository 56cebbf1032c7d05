package okta

import (
	"slices"

	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
)

func (c *call) apiTokenRow(t *apiToken) object {
	return object{
		"id": t.ID, "name": t.Name, "userId": t.Owner, "tokenWindow": "P30D", "clientName": t.Client,
		"network": object{"connection": "ANYWHERE"}, "created": timestamp(t.Created),
		"lastUpdated": timestamp(t.LastUpdated), "expiresAt": timestamp(t.Expires),
		"_link": object{"self": c.link("/api/v1/api-tokens/" + t.ID)},
	}
}

// listAPITokens has the live tokens of the whole org. Okta's document has no paging for it, and a copy of its
// public page does: 20 by default (okta.md section 10).
func (c *call) listAPITokens() reply {
	q, byQ := c.query["q"]
	tokens := slices.DeleteFunc(sandbox.Sorted(c.state.APITokens), func(t *apiToken) bool {
		owner := c.state.Users[t.Owner]
		return t.expired(c.now) || owner == nil || byQ && !startsWith(q[0], t.Name) ||
			owner != c.by.user && !c.sees("okta.users.apitokens.read", owner)
	})
	return c.list(entries(tokens, func(t *apiToken) string { return t.ID }, c.apiTokenRow), pageSize{20, 200})
}

func (c *call) getAPIToken() reply { return ok(c.apiTokenRow(c.token)) }

func (c *call) revokeAPIToken() reply {
	delete(c.state.APITokens, c.token.ID)
	return noContent()
}

// revokeCurrentAPIToken revokes the token it is called with.
func (c *call) revokeCurrentAPIToken() reply {
	delete(c.state.APITokens, c.by.tokenID)
	return noContent()
}

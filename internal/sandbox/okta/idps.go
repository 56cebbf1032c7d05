package okta

import (
	"slices"
	"strings"

	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
)

func (c *call) idpRow(p *idp) object {
	row := object{
		"id": p.ID, "type": p.Type, "name": p.Name, "status": p.Status, "issuerMode": "DYNAMIC",
		"created": timestamp(p.Created), "lastUpdated": timestamp(p.LastUpdated),
		"policy": object{
			"accountLink":  object{"action": "AUTO"},
			"provisioning": object{"action": "AUTO", "profileMaster": false, "groups": object{"action": "NONE"}},
			"subject":      object{"userNameTemplate": object{"template": "idpuser.email"}, "matchType": "USERNAME"},
			"maxClockSkew": 0,
		},
		"_links": object{"users": c.link("/api/v1/idps/" + p.ID + "/users")},
	}
	protocol := "OIDC"
	if p.Type == "SAML2" {
		protocol = "SAML2"
	}
	row["protocol"] = object{"type": protocol}
	return row
}

func (c *call) idpEntries(idps []*idp) []entry {
	return entries(idps, func(p *idp) string { return p.ID }, c.idpRow)
}

func (c *call) listUserIdPs() reply {
	idps := slices.DeleteFunc(sandbox.Sorted(c.state.IdPs), func(p *idp) bool {
		_, linked := c.user.IdPs[p.ID]
		return !linked
	})
	return whole(c.idpEntries(idps))
}

func (c *call) listIdPs() reply {
	name, kind := strings.ToLower(c.query.Get("q")), c.query.Get("type")
	idps := slices.DeleteFunc(sandbox.Sorted(c.state.IdPs), func(p *idp) bool {
		return !c.sees("okta.identityProviders.read", nil) || kind != "" && p.Type != kind ||
			!strings.Contains(strings.ToLower(p.Name), name)
	})
	return c.list(c.idpEntries(idps), pageSize{20, 200})
}

// unlinkIdP cuts the person off from their account there, until they sign in through it again.
func (c *call) unlinkIdP() reply {
	if _, linked := c.user.IdPs[c.idp.ID]; !linked {
		return notFound(c.user.ID, "IdpAppUser").reply()
	}
	delete(c.user.IdPs, c.idp.ID)
	return noContent()
}

package okta

import (
	"slices"
)

// The origins of an owner: who manages it. An owner from an app is managed there (okta.md section 14).
const (
	fromOkta = "OKTA_DIRECTORY"
	fromApp  = "APPLICATION"
)

func (c *call) ownerRow(o owner) object {
	name, resolved := c.state.ownerName(o)
	row := object{
		"id": o.ID, "type": o.Type, "resolved": resolved, "originType": o.OriginType, "displayName": name,
		"lastUpdated": timestamp(o.LastUpdated),
	}
	if o.OriginID != "" {
		row["originId"] = o.OriginID
	}
	return row
}

func (c *call) listOwners() reply {
	conditions, failed := c.conditions(map[string][]string{"type": {"eq"}}, nil)
	if failed != nil {
		return failed.reply()
	}
	owners := without(c.group.Owners, func(o owner) bool {
		return !satisfies(conditions, func(string) string { return o.Type })
	})
	return c.list(entries(owners, func(o owner) string { return o.ID }, c.ownerRow), pageSize{1000, 1000})
}

func (c *call) addOwner() reply {
	var body struct {
		ID   string `json:"id"`
		Type string `json:"type"`
	}
	if failed := c.decode(&body); failed != nil {
		return failed.reply()
	}
	o := owner{ID: body.ID, Type: body.Type, OriginType: fromOkta, LastUpdated: c.now}
	if o.Type != userScope && o.Type != groupScope {
		return invalid("type", "type: must be USER or GROUP").reply()
	}
	if _, resolved := c.state.ownerName(o); !resolved {
		return notFound(o.ID, map[string]string{userScope: "User", groupScope: "UserGroup"}[o.Type]).reply()
	}
	if c.owns(o.ID) {
		// Okta documents no error for it.
		return invalid("id", "id: "+o.ID+" is already an owner of this group").reply()
	}
	c.group.Owners = append(c.group.Owners, o)
	return created(c.ownerRow(o))
}

func (c *call) owns(id string) bool {
	return slices.ContainsFunc(c.group.Owners, func(o owner) bool { return o.ID == id })
}

// removeOwner refuses owners that an app manages. Which error Okta gives is a guess.
func (c *call) removeOwner() reply {
	ownerID := c.pathValue("ownerId")
	if !c.owns(ownerID) {
		return notFound(ownerID, "GroupOwner").reply()
	}
	if slices.ContainsFunc(c.group.Owners, func(o owner) bool { return o.ID == ownerID && o.OriginType == fromApp }) {
		return forbidden().reply()
	}
	c.group.Owners = slices.DeleteFunc(c.group.Owners, func(o owner) bool { return o.ID == ownerID })
	return noContent()
}

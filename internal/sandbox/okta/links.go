package okta

import (
	"slices"

	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
)

// listRelations are the definitions of linked objects.
func (c *call) listRelations() reply {
	rows := []object{}
	for _, r := range c.state.Relations {
		rows = append(rows, object{
			"primary": endRow(r.Primary), "associated": endRow(r.Associated),
			"_links": object{"self": c.link("/api/v1/meta/schemas/user/linkedObjects/" + r.Primary.Name)},
		})
	}
	return ok(rows)
}

func endRow(e relationEnd) object {
	return object{"name": e.Name, "title": e.Title, "description": e.Description, "type": "USER"}
}

// relation finds the relation that has this name at one of its ends.
func (s *state) relation(name string) (r relation, primary, known bool) {
	for _, r := range s.Relations {
		if r.Primary.Name == name || r.Associated.Name == name {
			return r, r.Primary.Name == name, true
		}
	}
	return relation{}, false, false
}

// listLinks answers with the one the person has, for the primary's name, and with everybody who has the person,
// for the associated's.
func (c *call) listLinks() reply {
	name := c.pathValue("relationshipName")
	r, primary, known := c.state.relation(name)
	if !known {
		return notFound(name, "LinkedObjectDefinition").reply()
	}
	linked := slices.DeleteFunc(sandbox.Sorted(c.state.Users), func(u *user) bool {
		if primary {
			return c.user.Links[name] != u.ID
		}
		return u.Links[r.Primary.Name] != c.user.ID
	})
	return whole(entries(linked, func(u *user) string { return u.ID }, func(u *user) object {
		return object{"_links": object{"self": c.link("/api/v1/users/" + u.ID)}}
	}))
}

// setLink gives the person a primary, in place of the one they have. Okta's document has it for OAuth only;
// whether API tokens may is not known (okta.md section 12), and here they may.
func (c *call) setLink() reply {
	name := c.pathValue("primaryRelationshipName")
	_, primary, known := c.state.relation(name)
	if !known || !primary {
		return notFound(name, "LinkedObjectDefinition").reply()
	}
	if c.user == c.primary {
		return invalid("linkedObjects", "A user cannot be linked to themselves").reply()
	}
	c.user.Links[name] = c.primary.ID
	return noContent()
}

// deleteLink takes away the person's primary. It succeeds when there is none, and changes nothing under the
// name of the associated end (Okta's document, deleteLinkedObjectForUser).
func (c *call) deleteLink() reply {
	name := c.pathValue("relationshipName")
	if _, _, known := c.state.relation(name); !known {
		return notFound(name, "LinkedObjectDefinition").reply()
	}
	delete(c.user.Links, name)
	return noContent()
}

package scim

import (
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// A change is the body of a PATCH (RFC 7644 3.5.2).
type change struct {
	Schemas    []string `json:"schemas"`
	Operations []struct {
		Op    string          `json:"op"`
		Path  string          `json:"path"`
		Value json.RawMessage `json:"value"`
	} `json:"Operations"`
}

// picked is a path that names values: roles[type eq "a" and value eq "b"].
var picked = regexp.MustCompile(`^(members|roles|entitlements)\[(.+)\]$`)

// patch does the operations that an exit needs, and says of others that the sandbox does not.
func (c *call) patch(u *user, g *group) *reply {
	d := c.opts.Dialect
	var asked change
	if err := json.Unmarshal(c.body, &asked); err != nil || !slices.Contains(asked.Schemas, patchOp) || len(asked.Operations) == 0 {
		return fault(http.StatusBadRequest, "invalidSyntax", "the request is no PatchOp")
	}
	if d.NoPatch {
		return fault(http.StatusNotImplemented, "", "PATCH is not implemented")
	}
	for _, op := range asked.Operations {
		if d.NoPath && op.Path != "" {
			return fault(http.StatusBadRequest, "invalidPath", "paths are not supported")
		}
		var failed *reply
		switch which := picked.FindStringSubmatch(op.Path); {
		case u != nil && op.Op == "replace" && (op.Path == "active" || op.Path == ""):
			failed = c.replaceActive(u, op.Path, op.Value)
		case u != nil && op.Op == "replace" && (op.Path == "roles" || op.Path == "entitlements"):
			failed = c.replaceValues(u, op.Path, op.Value)
		case g != nil && op.Op == "remove" && op.Path == "members":
			failed = c.removeMembers(g, op.Value)
		case op.Op == "remove" && which != nil && op.Value == nil:
			failed = c.removePicked(u, g, which[1], which[2])
		default:
			failed = fault(http.StatusBadRequest, "invalidPath", "the sandbox does not do "+op.Op+" "+op.Path)
		}
		if failed != nil {
			return failed
		}
	}
	return &reply{status: http.StatusNoContent}
}

func (c *call) replaceActive(u *user, path string, data json.RawMessage) *reply {
	var on *bool
	err := json.Unmarshal(data, &on)
	if path == "" {
		var of struct {
			Active *bool `json:"active"`
		}
		err = json.Unmarshal(data, &of)
		on = of.Active
	}
	if err != nil || on == nil {
		return fault(http.StatusBadRequest, "invalidValue", "active is a boolean")
	}
	c.setActive(u, *on)
	return nil
}

// replaceValues is a replace of a whole attribute.
func (c *call) replaceValues(u *user, attribute string, data json.RawMessage) *reply {
	var list []value
	if json.Unmarshal(data, &list) != nil || c.opts.Dialect.NoAttributes {
		return fault(http.StatusBadRequest, "invalidValue", attribute+" are a list")
	}
	if attribute == "roles" {
		u.Roles = list
	} else {
		u.Entitlements = list
	}
	u.touch(c.now)
	return nil
}

// setActive does what active = false does here.
func (c *call) setActive(u *user, on bool) {
	switch effect := c.opts.Dialect.Inactive; {
	case !on && effect == Deletes:
		c.state.delete(u, c.now)
	case effect != Nothing:
		u.Active = on
		u.touch(c.now)
	}
}

// removeMembers is a remove whose path is all members.
func (c *call) removeMembers(g *group, data json.RawMessage) *reply {
	named := []value{}
	if data != nil && json.Unmarshal(data, &named) != nil {
		return fault(http.StatusBadRequest, "invalidValue", "members are a list")
	}
	switch how := c.opts.Dialect.RemoveMembers; {
	case data == nil, how == All:
		g.Members = nil
	case how == Refused:
		return fault(http.StatusBadRequest, "invalidValue", "a remove has no value")
	default:
		g.Members = slices.DeleteFunc(g.Members, func(id string) bool {
			return slices.ContainsFunc(named, func(v value) bool { return c.known(v.Value) == id })
		})
	}
	g.touch(c.now)
	return nil
}

// removePicked is a remove whose path picks values.
func (c *call) removePicked(u *user, g *group, attribute, filter string) *reply {
	wanted := value{}
	for _, part := range strings.Split(filter, " and ") {
		match := comparison.FindStringSubmatch(part)
		if match == nil {
			return fault(http.StatusBadRequest, "invalidPath", "the path could not be read: "+filter)
		}
		text, err := strconv.Unquote(match[2])
		if err != nil {
			return fault(http.StatusBadRequest, "invalidPath", "the path could not be read: "+filter)
		}
		switch match[1] {
		case "value":
			wanted.Value = text
		case "type":
			wanted.Type = text
		case "display":
			wanted.Display = text
		default:
			return fault(http.StatusBadRequest, "invalidPath", "no such attribute: "+match[1])
		}
	}
	meant := func(v value) bool {
		return c.opts.Dialect.PathFilterWipes || (wanted.Value == "" || wanted.Value == v.Value) && (wanted.Type == "" || wanted.Type == v.Type) && (wanted.Display == "" || wanted.Display == v.Display)
	}
	switch {
	case g != nil && attribute == "members":
		id := c.known(wanted.Value)
		g.Members = slices.DeleteFunc(g.Members, func(member string) bool { return member == id || c.opts.Dialect.PathFilterWipes })
		g.touch(c.now)
	case u != nil && attribute == "roles" && !c.opts.Dialect.NoAttributes:
		u.Roles = slices.DeleteFunc(u.Roles, meant)
		u.touch(c.now)
	case u != nil && attribute == "entitlements" && !c.opts.Dialect.NoAttributes:
		u.Entitlements = slices.DeleteFunc(u.Entitlements, meant)
		u.touch(c.now)
	default:
		return fault(http.StatusBadRequest, "invalidPath", "no such attribute: "+attribute)
	}
	return nil
}

// put replaces a resource: what is not in the request is gone (3.5.1).
func (c *call) put(u *user, g *group) *reply {
	if g != nil {
		var asked struct {
			DisplayName, ExternalID string
			Members                 []value
		}
		if json.Unmarshal(c.body, &asked) != nil || asked.DisplayName == "" {
			return fault(http.StatusBadRequest, "invalidValue", "a group needs a displayName")
		}
		g.Name, g.ExternalID, g.Members = asked.DisplayName, asked.ExternalID, nil
		for _, member := range asked.Members {
			g.Members = append(g.Members, c.known(member.Value))
		}
		g.touch(c.now)
		return c.read(c.id)
	}
	var asked struct {
		UserName, ExternalID, UserType string
		Name                           struct{ GivenName, FamilyName string }
		Active                         *bool
		Emails, Roles, Entitlements    []value
	}
	if json.Unmarshal(c.body, &asked) != nil || asked.UserName == "" {
		return fault(http.StatusBadRequest, "invalidValue", "a user needs a userName")
	}
	u.UserName, u.ExternalID, u.Type, u.Given, u.Family = asked.UserName, asked.ExternalID, asked.UserType, asked.Name.GivenName, asked.Name.FamilyName
	u.Emails, u.Roles, u.Entitlements = asked.Emails, asked.Roles, asked.Entitlements
	u.touch(c.now)
	if asked.Active != nil {
		c.setActive(u, *asked.Active)
	}
	return c.show(u)
}

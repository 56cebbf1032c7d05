package scim

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/system"
)

// RoleAssignments are the values of the account's attribute roles (RFC 7643 4.1.2), as far as the application has it.
func RoleAssignments(s *SCIM) access.Connector {
	return valued{s, "roles", "role", s.profile.Roles, func(u *user) values { return u.Roles }}
}

// AppAssignments are the values of the account's attribute entitlements: what it is entitled to within the application.
func AppAssignments(s *SCIM) access.Connector {
	return valued{s, "entitlements", "entitlement", s.profile.Entitlements, func(u *user) values { return u.Entitlements }}
}

// valued is a kind whose grants are the values of one attribute of a user.
type valued struct {
	*SCIM
	attribute, word string
	rule            Attribute
	of              func(*user) values
}

var _ access.Guard = valued{}

// List returns the values. GET /Users/{id}.
func (c valued) List(ctx context.Context, account access.AccountID) ([]access.Grant, error) {
	u, err := c.user(ctx, account)
	if err != nil {
		return nil, err
	}
	what := fmt.Sprintf("list the %s of %s", c.attribute, u.name())
	if harm := c.harm.Load(); harm != nil {
		return nil, harm
	}
	if c.rule.Lacking {
		return nil, c.lacking(what)
	}
	var grants []access.Grant
	seen := map[access.GrantID]bool{}
	for _, one := range c.of(u) {
		id := keyOf(one)
		if id == "" {
			return nil, c.malformed(what, "a "+c.word+" without a value")
		}
		if seen[id] {
			continue
		}
		seen[id] = true
		grant := access.Grant{ID: id, Label: labelOf(one)}
		if c.rule.Kept != "" {
			grant.Stays = c.kept(u, id)
		}
		grants = append(grants, grant)
	}
	if len(grants) > 0 {
		return grants, nil
	}
	return nil, c.isShown(ctx, what)
}

// keyOf is the id of a value: with its type, where it has one, since a value may be there once of each.
func keyOf(one value) access.GrantID {
	name := system.OneLine(one.Value)
	if name == "" {
		name = system.OneLine(one.Display)
	}
	if one.Type != "" && name != "" {
		name = system.OneLine(one.Type) + "/" + name
	}
	return access.GrantID(name)
}

func labelOf(one value) string {
	name, kind := system.OneLine(one.Display), system.OneLine(one.Type)
	switch {
	case name == "":
		name = system.OneLine(one.Value)
	case one.Value != "" && one.Value != name:
		name += " [" + system.OneLine(one.Value) + "]"
	}
	if kind != "" {
		name += " (" + kind + ")"
	}
	return name
}

// kept is why a value can't be removed.
func (c valued) kept(u *user, id access.GrantID) *access.Error {
	return &access.Error{
		Kind: access.Blocked, Op: c.op(fmt.Sprintf("remove the %s %s of %s", c.word, id, u.name())), Reason: c.rule.Kept,
		Fix: "Let offboard_account come first (depends_on), which ends it.",
	}
}

func (c valued) lacking(what string) error {
	return &access.Error{
		Kind: access.NotAvailable, Op: c.op(what), Reason: fmt.Sprintf("%s does not show %s of accounts by SCIM", c.config.Name, c.attribute),
		Fix: "Leave this kind of access out for " + c.config.Name + ".",
	}
}

// isShown returns nil if the application has the attribute, so that an account that shows none has none: its schema says so
// (RFC 7643 section 7), or some account shows it.
func (c valued) isShown(ctx context.Context, what string) error {
	shown, err := c.shows.Get(ctx, c.attribute, func() (bool, error) {
		declared, err := c.declares(ctx)
		if declared || err != nil {
			return declared, err
		}
		everybody, err := c.everybody(ctx)
		return slices.ContainsFunc(everybody, func(u *user) bool { return len(c.of(u)) > 0 }), err
	})
	switch {
	case err != nil:
		return err
	case !shown:
		return c.lacking(what)
	}
	return nil
}

// declares says whether the application's schema of users has the attribute, and shows it unasked.
func (c valued) declares(ctx context.Context) (bool, error) {
	schema, err := get[struct {
		Attributes []struct{ Name, Returned string }
	}](ctx, c.SCIM, "read the schema of users", "/Schemas/"+escaped(userSchema), nil)
	switch kind := access.KindOf(err); {
	case refusalOf(err) != nil && kind != access.Unavailable && !unaccepted(err), kind == access.Malformed:
		return false, nil
	case err != nil:
		return false, err
	}
	for _, attribute := range schema.Attributes {
		if strings.EqualFold(attribute.Name, c.attribute) {
			return !strings.EqualFold(attribute.Returned, "never") && !strings.EqualFold(attribute.Returned, "request"), nil
		}
	}
	return false, nil
}

// Remove removes one value, and looks whether the others stay. PATCH or PUT /Users/{id} (RFC 7644 3.5).
func (c valued) Remove(ctx context.Context, account access.AccountID, grant access.GrantID) (access.Receipt, error) {
	gone := access.Receipt{Assurance: access.Observed}
	c.removals.Lock()
	defer c.removals.Unlock()
	if err := c.unharmed(fmt.Sprintf("remove the %s %s of %s", c.word, grant, account)); err != nil {
		return gone, err
	}
	before, err := c.user(ctx, account)
	if err != nil {
		return gone, system.IgnoreNotFound(err)
	}
	at := slices.IndexFunc(c.of(before), func(one value) bool { return keyOf(one) == grant })
	switch {
	case at < 0:
		return gone, nil
	case c.rule.Kept != "":
		return gone, c.kept(before, grant)
	}
	one := c.of(before)[at]
	op := operation{Op: "remove", Path: c.attribute + "[" + filterOf(one) + "]"}
	rest := slices.DeleteFunc(slices.Clone(c.of(before)), func(have value) bool { return keyOf(have) == grant })
	if slices.ContainsFunc(rest, one.finds) {
		// No filter finds it alone.
		op = operation{Op: "replace", Path: c.attribute, Value: rest}
	}
	what := fmt.Sprintf("remove the %s %s of %s", c.word, grant, before.name())
	err = c.change(ctx, what, "/Users/"+escaped(before.ID), false, op, func(raw map[string]any) error {
		removeValue(raw, c.attribute, func(have value) bool { return keyOf(have) == grant })
		return nil
	})
	if r := refusalOf(err); r != nil && strings.EqualFold(r.scimType, "noTarget") {
		return gone, nil
	}
	if err != nil {
		return gone, system.IgnoreNotFound(err)
	}
	return gone, c.restStays(ctx, what, before, rest, grant)
}

// restStays looks at the account again for what else is gone. What an account loses as it becomes inactive is not meant.
func (c valued) restStays(ctx context.Context, what string, before *user, rest values, grant access.GrantID) error {
	missing, err := c.alongside(ctx, func() (missing []string, shows bool, err error) {
		after, err := c.user(ctx, access.AccountID(before.ID))
		if access.KindOf(err) == access.NotFound || err == nil && after.inactive() && !before.inactive() {
			return nil, true, nil
		}
		if err != nil {
			return nil, false, err
		}
		has := func(id access.GrantID) bool {
			return slices.ContainsFunc(c.of(after), func(one value) bool { return keyOf(one) == id })
		}
		for _, one := range rest {
			if !has(keyOf(one)) {
				missing = append(missing, labelOf(one))
			}
		}
		return missing, !has(grant), nil
	})
	if err != nil || len(missing) == 0 {
		return err
	}
	return c.raise(what, fmt.Sprintf("of the %s of %s others are gone after the removal of %s", c.attribute, before.name(), grant), missing)
}

// finds says that filterOf of a value finds another as well: without a type it finds every type, and in either letter case.
func (v value) finds(other value) bool {
	same := strings.EqualFold(v.Value, other.Value)
	if v.Value == "" {
		same = strings.EqualFold(v.Display, other.Display)
	}
	return same && (v.Type == "" || strings.EqualFold(v.Type, other.Type))
}

// filterOf finds a value among the others.
func filterOf(one value) string {
	filter := "value eq " + quote(one.Value)
	if one.Value == "" {
		filter = "display eq " + quote(one.Display)
	}
	if one.Type != "" {
		filter = "type eq " + quote(one.Type) + " and " + filter
	}
	return filter
}

// Refuse keeps whoever owns the application as a whole.
func (c valued) Refuse(ctx context.Context, account access.AccountID, going access.Holdings) error {
	if len(c.profile.Owners) == 0 || c.attribute != "roles" {
		return nil
	}
	u, err := c.user(ctx, account)
	if err != nil {
		return system.IgnoreNotFound(err)
	}
	u.Roles = slices.DeleteFunc(u.Roles, func(one value) bool { _, goes := going[keyOf(one)]; return !goes })
	return c.refuseOwner(u)
}

// asValue is an entry of a multi-valued attribute as it was read.
func asValue(entry any) (one value) {
	data, err := json.Marshal(entry)
	if err != nil {
		panic(err) // it was read from JSON
	}
	if json.Unmarshal(data, &one) != nil {
		return value{}
	}
	return one
}

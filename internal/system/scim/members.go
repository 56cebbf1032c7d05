package scim

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/system"
)

// Remove takes one member out of a group. PATCH /Groups/{id} (RFC 7644 3.5.2.2), in the form of the profile.
//
// Servers differ in what that form means, and some take everybody out. So the members are counted before and after. If
// others are gone the group is named, and they; and no group of this application is touched any more in this run.
func (c groupMembership) Remove(ctx context.Context, account access.AccountID, grant access.GrantID) (access.Receipt, error) {
	gone := access.Receipt{Assurance: access.Observed}
	c.memberWrites.Lock()
	defer c.memberWrites.Unlock()
	what := fmt.Sprintf("remove %s from the group %s", account, grant)
	if harm := c.harm.Load(); harm != nil {
		return gone, &access.Error{
			Kind: access.Blocked, Op: c.op(what), Reason: "not attempted, as an earlier removal went wrong: " + harm.Reason, Fix: harm.Fix,
		}
	}
	u, err := c.user(ctx, account)
	if err != nil {
		return gone, system.IgnoreNotFound(err)
	}
	before, err := c.group(ctx, string(grant))
	switch {
	case access.KindOf(err) == access.NotFound:
		// There is no such group any more, as the list will show.
		return gone, nil
	case err != nil:
		return gone, err
	case len(before.Members) > 0 && !before.Members.has(u.ID) && !u.Groups.has(before.ID):
		return gone, nil
	}
	if err := c.refuseNested(ctx, what, u, before); err != nil {
		return gone, err
	}
	if err := c.takeOut(ctx, u, before); err != nil {
		if r := refusalOf(err); r != nil && strings.EqualFold(r.scimType, "noTarget") {
			// It says that there is no such member; the list says whether that is so.
			return gone, nil
		}
		return gone, system.IgnoreNotFound(err)
	}
	if err := c.othersStay(ctx, what, u, before); err != nil {
		return gone, err
	}
	return gone, nil
}

// refuseNested refuses to look for somebody in a group that they are in through another.
func (c groupMembership) refuseNested(ctx context.Context, what string, u *user, g *group) error {
	if g.Members.has(u.ID) || len(g.Members) == 0 {
		return nil
	}
	listed, err := c.List(ctx, access.AccountID(u.ID))
	if err != nil {
		return err
	}
	for _, grant := range listed {
		if grant.ID == access.GrantID(g.ID) && grant.Stays != nil {
			stays := *grant.Stays
			stays.Op = c.op(what)
			return &stays
		}
	}
	return nil
}

func (c groupMembership) takeOut(ctx context.Context, u *user, g *group) error {
	op := operation{Op: "remove", Path: "members[value eq " + quote(u.ID) + "]"}
	if c.profile.RemoveMember == ByValue {
		op = operation{Op: "remove", Path: "members", Value: []map[string]string{{"value": u.ID}}}
	}
	what := fmt.Sprintf("remove %s from the group %s", u.name(), g.name())
	return c.change(ctx, what, "/Groups/"+escaped(g.ID), c.profile.RemoveMember == ByPut, op, func(raw map[string]any) {
		removeValue(raw, "members", func(one value) bool { return one.Value == u.ID })
	})
}

// The wait for a group to show that somebody was taken out doubles from the first of these, so many times.
const (
	firstLook = 500 * time.Millisecond
	looks     = 5
)

// othersStay looks at the group again, as soon as it shows the removal, for who else is gone.
func (c groupMembership) othersStay(ctx context.Context, what string, u *user, before *group) error {
	for look, wait := 1, firstLook; ; look, wait = look+1, 2*wait {
		after, err := c.group(ctx, before.ID)
		if access.KindOf(err) == access.NotFound {
			// A group without members may be none any more; if there were others it is their group that is gone.
			after, err = &group{ID: before.ID}, nil
		}
		if err != nil {
			return err
		}
		var missing []string
		for _, member := range before.Members {
			if member.Value != u.ID && !after.Members.has(member.Value) {
				missing = append(missing, memberName(member))
			}
		}
		switch {
		case len(missing) > 0:
			return c.raise(what, before, u, missing)
		case !after.Members.has(u.ID) || look == looks:
			return nil
		}
		if err := c.clock().Sleep(ctx, wait); err != nil {
			return err
		}
	}
}

// raise remembers what was done to others.
func (c groupMembership) raise(what string, g *group, u *user, missing []string) error {
	slices.Sort(missing)
	harm := &access.Error{
		Kind: access.Malformed, Op: c.op(what),
		Reason: fmt.Sprintf("of the %d members of the group %s (%s) %d others are gone after the removal of %s: %s",
			len(g.Members), g.name(), g.ID, len(missing), u.name(), strings.Join(missing, ", ")),
		Fix: "Put them back by hand; nothing here does. The application took out more than it was asked to, or somebody else was taking people out at the " +
			"same moment: no group of it is touched any more in this run. Ask its vendor how one member is removed by SCIM.",
	}
	c.harm.Store(harm)
	return harm
}

func memberName(member value) string {
	if display := system.OneLine(member.Display); display != "" {
		return display + " (" + member.Value + ")"
	}
	return member.Value
}

// removeValue takes values out of a multi-valued attribute, as it was read.
func removeValue(raw map[string]any, name string, goes func(value) bool) {
	for have, part := range raw {
		list, ok := part.([]any)
		if !ok || !strings.EqualFold(have, name) {
			continue
		}
		raw[have] = slices.DeleteFunc(list, func(entry any) bool { return goes(asValue(entry)) })
	}
}

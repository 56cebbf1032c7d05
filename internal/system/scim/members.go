package scim

import (
	"context"
	"errors"
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
	c.removals.Lock()
	defer c.removals.Unlock()
	what := fmt.Sprintf("remove %s from the group %s", account, grant)
	if err := c.unharmed(what); err != nil {
		return gone, err
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
	}
	if held, err := c.holds(ctx, what, u, before); err != nil || !held {
		return gone, err
	}
	if err := c.takeOut(ctx, u, before); err != nil {
		if r := refusalOf(err); r != nil && strings.EqualFold(r.scimType, "noTarget") {
			// It says that there is no such member; the list says whether that is so.
			return gone, nil
		}
		if e, ok := asError(err); ok && errors.Is(err, errNotShown) {
			gone.Lingers = e
			return gone, nil
		}
		return gone, system.IgnoreNotFound(err)
	}
	if err := c.othersStay(ctx, what, u, before); err != nil {
		return gone, err
	}
	return gone, nil
}

// holds says whether the account is in a group, which the group need not show; that it is through another is an error.
func (c groupMembership) holds(ctx context.Context, what string, u *user, g *group) (bool, error) {
	if g.Members.has(u.ID) {
		return true, nil
	}
	listed, err := c.List(ctx, access.AccountID(u.ID))
	if err != nil {
		return false, system.IgnoreNotFound(err)
	}
	at := slices.IndexFunc(listed, func(grant access.Grant) bool { return grant.ID == access.GrantID(g.ID) })
	if at < 0 || listed[at].Stays == nil {
		return at >= 0, nil
	}
	stays := *listed[at].Stays
	stays.Op = c.op(what)
	return false, &stays
}

func (c groupMembership) takeOut(ctx context.Context, u *user, g *group) error {
	op := operation{Op: "remove", Path: "members[value eq " + quote(u.ID) + "]"}
	if c.profile.RemoveMember == ByValue {
		op = operation{Op: "remove", Path: "members", Value: []map[string]string{{"value": u.ID}}}
	}
	what := fmt.Sprintf("remove %s from the group %s", u.name(), g.name())
	return c.change(ctx, what, "/Groups/"+escaped(g.ID), c.profile.RemoveMember == ByPut, op, func(raw map[string]any) error {
		e := &access.Error{Kind: access.Blocked, Op: c.op(what), Fix: "Take them out of the group in " + c.profile.Vendor + " itself."}
		var why string
		switch removed := removeValue(raw, "members", func(one value) bool { return one.Value == u.ID }); {
		case !removed:
			why, e.Err = "does not show that they are a member of it", errNotShown
		case len(g.Members)%pageful == 0:
			why = fmt.Sprintf("shows exactly %d members, which may be the first of more", len(g.Members))
		default:
			return nil
		}
		e.Reason = c.config.Name + " takes a group back only as a whole, and " + why + ": whoever it does not show would be taken out as well"
		return e
	})
}

// errNotShown is in the tree of the error of a group that does not show the member who is to go: because they are gone, or
// because it does not show everybody.
var errNotShown = errors.New("not shown")

// pageful is what lists of members that are cut short are a multiple of.
const pageful = 100

// The wait for a removal to show doubles from the first of these, so many times.
const (
	firstLook = 500 * time.Millisecond
	looks     = 5
)

// alongside looks again, until a removal shows, for what is missing with it.
func (s *SCIM) alongside(ctx context.Context, look func() (missing []string, shows bool, err error)) ([]string, error) {
	for tries, wait := 1, firstLook; ; tries, wait = tries+1, 2*wait {
		missing, shows, err := look()
		if err != nil || len(missing) > 0 || shows || tries == looks {
			return missing, err
		}
		if err := s.clock().Sleep(ctx, wait); err != nil {
			return nil, err
		}
	}
}

// othersStay looks at the group again for who else is gone.
func (c groupMembership) othersStay(ctx context.Context, what string, u *user, before *group) error {
	missing, err := c.alongside(ctx, func() (missing []string, shows bool, err error) {
		after, err := c.group(ctx, before.ID)
		if access.KindOf(err) == access.NotFound {
			// A group without members may be none any more; if there were others it is their group that is gone.
			after, err = &group{ID: before.ID}, nil
		}
		if err != nil {
			return nil, false, err
		}
		for _, member := range before.Members {
			if member.Value != u.ID && !after.Members.has(member.Value) {
				missing = append(missing, memberName(member))
			}
		}
		return missing, !after.Members.has(u.ID), nil
	})
	if err != nil || len(missing) == 0 {
		return err
	}
	return c.raise(what, fmt.Sprintf("of the %d members of the group %s (%s) %d others are gone after the removal of %s",
		len(before.Members), before.name(), before.ID, len(missing), u.name()), missing)
}

// raise remembers what a removal took along.
func (s *SCIM) raise(what, happened string, missing []string) error {
	slices.Sort(missing)
	harm := &access.Error{
		Kind: access.Malformed, Op: s.op(what), Reason: happened + ": " + strings.Join(missing, ", "),
		Fix: "Put them back by hand; nothing here does. The application took out more than it was asked to, or somebody else was taking out more at the same " +
			"moment: no group, role or entitlement of it is touched any more in this run. Ask its vendor how one member or value is removed by SCIM.",
	}
	s.harm.Store(harm)
	return harm
}

// unharmed returns nil if no removal has taken anything along.
func (s *SCIM) unharmed(what string) error {
	harm := s.harm.Load()
	if harm == nil {
		return nil
	}
	return &access.Error{
		Kind: access.Blocked, Op: s.op(what), Reason: "not attempted, as an earlier removal went wrong: " + harm.Reason, Fix: harm.Fix,
	}
}

func memberName(member value) string {
	if display := system.OneLine(member.Display); display != "" {
		return display + " (" + member.Value + ")"
	}
	return member.Value
}

// removeValue takes values out of a multi-valued attribute, as it was read, and returns whether there were any.
func removeValue(raw map[string]any, name string, goes func(value) bool) (removed bool) {
	for have, part := range raw {
		list, ok := part.([]any)
		if !ok || !strings.EqualFold(have, name) {
			continue
		}
		rest := slices.DeleteFunc(list, func(entry any) bool { return goes(asValue(entry)) })
		raw[have], removed = rest, len(rest) < len(list)
	}
	return removed
}

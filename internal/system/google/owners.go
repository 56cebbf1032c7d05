package google

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"

	"golang.org/x/sync/errgroup"
	admin "google.golang.org/api/admin/directory/v1"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/system"
)

// GroupOwnership are the groups of which the account is an owner. An owner is a member with that role: what is
// taken away here is the role, and the membership is a row of its own.
func GroupOwnership(g *Google) access.Connector { return groupOwnership{g} }

type groupOwnership struct{ *Google }

var (
	_ access.Transferer = groupOwnership{}
	_ access.Rechecker  = groupOwnership{}
)

// groupsAtOnce is how many groups are asked about side by side.
const groupsAtOnce = 5

// List asks each of the account's groups for its role there: the list of groups does not tell.
// GET /admin/directory/v1/groups?userKey={id} and /groups/{group}/members/{id}, scope
// admin.directory.group.readonly.
func (c groupOwnership) List(ctx context.Context, account access.AccountID) (grants []access.Grant, err error) {
	defer c.onlyIfGone(ctx, account, &err)
	found, err := c.memberships(ctx, account)
	if err != nil {
		return nil, err
	}
	return c.owned(ctx, account, found)
}

// Recheck asks these groups alone.
func (c groupOwnership) Recheck(ctx context.Context, account access.AccountID, grants []access.GrantID) ([]access.Grant, error) {
	if _, err := c.user(ctx, account); err != nil {
		return nil, err
	}
	var some []*admin.Group
	for _, id := range grants {
		name, err := c.groupName(ctx, string(id))
		if err != nil {
			return nil, err
		}
		some = append(some, &admin.Group{Id: string(id), Name: name})
	}
	return c.owned(ctx, account, some)
}

// owned are those of the groups that the account owns. A group that went meanwhile is nobody's, and one whose
// list of members the account is not on itself it does not own.
func (c groupOwnership) owned(ctx context.Context, account access.AccountID, some []*admin.Group) ([]access.Grant, error) {
	var mu sync.Mutex
	var grants []access.Grant
	asking, askCtx := errgroup.WithContext(ctx)
	asking.SetLimit(groupsAtOnce)
	for _, g := range some {
		asking.Go(func() error {
			m, err := c.membership(askCtx, access.GrantID(g.Id), account)
			if err != nil {
				return system.IgnoreNotFound(err)
			}
			if m.Role == owner {
				mu.Lock()
				defer mu.Unlock()
				grants = append(grants, access.Grant{ID: access.GrantID(g.Id), Label: cmp.Or(system.OneLine(g.Name), g.Id) + " (owner)"})
			}
			return nil
		})
	}
	if err := asking.Wait(); err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, err
	}
	return grants, nil
}

// Moves says that every group needs an owner.
func (c groupOwnership) Moves(access.GrantID) bool { return true }

// Transfer makes the successor an owner, waits until Google shows it, and then makes the account a plain member.
// POST and PATCH /admin/directory/v1/groups/{group}/members, scope admin.directory.group.member.
func (c groupOwnership) Transfer(
	ctx context.Context, account access.AccountID, grant access.GrantID, successor access.AccountID,
) (access.Receipt, error) {
	gone := access.Receipt{Assurance: access.Observed}
	m, err := c.membership(ctx, grant, account)
	if err != nil {
		return gone, system.IgnoreNotFound(err)
	}
	if m.Role != owner {
		return gone, nil
	}
	call := managing(groups, "give the group %s of %s to %s", grant, account, successor)
	if err := c.appoint(ctx, call, grant, successor); err != nil {
		if e, ok := errors.AsType[*access.Error](err); ok && e.Kind == access.NotFound {
			// It is not the leaver's grant that is not there.
			blocked := *e
			blocked.Kind = access.Blocked
			err = &blocked
		}
		return access.Receipt{}, withFix(err, "If the members of the group follow from a query, or come from another directory, its owners are set there. "+
			"Else make the successor an owner in the Admin console (Directory, Groups), and apply again.")
	}
	return gone, c.setRole(ctx, call, grant, account, member)
}

// appoint makes somebody an owner, whether they are a member already or not, and makes sure of it.
func (c groupOwnership) appoint(ctx context.Context, call op, group access.GrantID, heir access.AccountID) error {
	role, err := c.roleIn(ctx, group, heir)
	if err != nil || role == owner {
		return err
	}
	if role == "" {
		u, err := c.user(ctx, heir)
		if err != nil {
			return err
		}
		_, err = do(ctx, c.Google, call, func(ctx context.Context) (*admin.Member, error) {
			return c.directory.Members.Insert(string(group), &admin.Member{Email: u.PrimaryEmail, Role: owner}).Context(ctx).Do()
		})
		if statusOf(err) == http.StatusConflict {
			// They are a member already, and what was read was older.
			role, err = member, nil
		}
		if err != nil {
			return err
		}
	}
	if role != "" {
		if err := c.setRole(ctx, call, group, heir, owner); err != nil {
			return err
		}
	}
	seen, err := c.until(ctx, func() (bool, error) {
		role, err := c.roleIn(ctx, group, heir)
		return role == owner, err
	})
	if err == nil && !seen {
		err = &access.Error{
			Kind: access.Unavailable, Op: call.what, Reason: "Google agreed to make the successor an owner, and does not show it, so nothing was taken away",
			Fix: "Plan again in a minute.",
		}
	}
	return err
}

// roleIn is somebody's role in a group, and empty if they are no member.
func (c groupOwnership) roleIn(ctx context.Context, group access.GrantID, account access.AccountID) (string, error) {
	m, err := c.membership(ctx, group, account)
	if err != nil {
		return "", system.IgnoreNotFound(err)
	}
	return m.Role, nil
}

func (c groupOwnership) setRole(ctx context.Context, call op, group access.GrantID, account access.AccountID, role string) error {
	return c.write(ctx, call, func(ctx context.Context) error {
		_, err := c.directory.Members.Patch(string(group), string(account), &admin.Member{Role: role}).Context(ctx).Do()
		return err
	})
}

// Remove refuses: a group without an owner is nobody's.
func (c groupOwnership) Remove(ctx context.Context, account access.AccountID, grant access.GrantID) (access.Receipt, error) {
	if err := ctx.Err(); err != nil {
		return access.Receipt{}, err
	}
	return access.Receipt{}, &access.Error{
		Kind: access.Blocked, Op: fmt.Sprintf("take %s off the owners of the group %s", account, grant), Reason: "the group could be left without an owner",
		Fix: "Set successor: they become an owner first.",
	}
}

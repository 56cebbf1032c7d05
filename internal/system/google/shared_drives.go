package google

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"
	admin "google.golang.org/api/admin/directory/v1"
	"google.golang.org/api/drive/v3"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/memo"
	"github.com/offboard/terraform-provider-offboard/internal/system"
	"github.com/offboard/terraform-provider-offboard/internal/turns"
)

// SharedDrives are the shared drives that the account is a member of itself. What is in a shared drive is the
// customer's and not the member's, so that nothing moves; but somebody has to be in charge of it.
//
// The permissions of the drive itself are its members (permissions.list, "a file's or shared drive's permissions").
// Those of single items in it are others, which no drive lists. Who is a member through a group is a member of the group.
//
// Where nobody else is in charge, the grant is another one, which needs a successor: its id begins with soleOrganizer.
// Between a plan and its apply that may change. A grant that the plan showed keeps its id until it is gone: one without
// a successor stays if nobody else is in charge any more, and one with a successor goes to them even if somebody else is
// by now, which is what was reviewed.
func SharedDrives(g *Google) access.Connector {
	return &sharedDrives{Google: g}
}

type sharedDrives struct {
	*Google
	// changing has each drive's members changed by one at a time: of changes made at once Google applies the last alone
	// (permissions.create, .update and .delete), and two who leave in one apply must each see that the other has left.
	changing turns.Turns
	names    memo.Map[string, string]
	// ended are the memberships that this run has ended: whatever a drive lists, nobody is in charge by one of them.
	ended sync.Map
}

var (
	_ access.Transferer = (*sharedDrives)(nil)
	_ access.Surveyor   = (*sharedDrives)(nil)
	_ access.Rechecker  = (*sharedDrives)(nil)
)

// soleOrganizer is what the id of a grant begins with if the account alone is in charge of the drive. The rest is the
// drive's id, which is the whole id of every other grant.
const soleOrganizer = "organizer/"

func driveIDOf(grant access.GrantID) string { return strings.TrimPrefix(string(grant), soleOrganizer) }

// drives, of which the Admin console has a privilege (Drive and Docs), and no page says how the API calls it, nor that it
// shows every drive. Only of a super administrator it is known.
var drives = thing{name: "shared drives", read: "drive.readonly", manage: "drive", api: "Google Drive API", kind: "drive#"}

// drivesAtOnce is how many drives are asked about side by side.
const drivesAtOnce = 5

// all lists every shared drive of the customer.
// GET /drive/v3/drives?useDomainAdminAccess=true, scope drive.readonly.
func (c *sharedDrives) all(ctx context.Context) ([]*drive.Drive, error) {
	call := reading(drives, "list the shared drives")
	found, err := list(ctx, c.Google, call, func(ctx context.Context, token string) (page[drive.Drive], error) {
		answer, err := c.drive.Drives.List().UseDomainAdminAccess(true).PageSize(100).PageToken(token).
			Fields("kind", "nextPageToken", "drives(id,name)").Context(ctx).Do()
		if err != nil {
			return page[drive.Drive]{}, err
		}
		return page[drive.Drive]{answer.Drives, answer.Kind, answer.NextPageToken}, nil
	})
	if err != nil {
		return nil, unsure(err)
	}
	if slices.ContainsFunc(found, func(d *drive.Drive) bool { return d.Id == "" }) {
		return nil, malformed(call, "a shared drive without an id")
	}
	return found, nil
}

// visit lists the members of every shared drive, several side by side.
func (c *sharedDrives) visit(ctx context.Context, see func(ctx context.Context, d *drive.Drive, members []*drive.Permission) error) error {
	found, err := c.all(ctx)
	if err != nil {
		return err
	}
	asking, askCtx := errgroup.WithContext(ctx)
	asking.SetLimit(drivesAtOnce)
	for _, d := range found {
		asking.Go(func() error {
			members, err := c.members(askCtx, d.Id)
			if err != nil {
				return err
			}
			return see(askCtx, d, members)
		})
	}
	if err := asking.Wait(); err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return err
	}
	return nil
}

// List asks every drive, because an administrator can't ask for the drives of somebody else.
// GET /drive/v3/drives and /drive/v3/files/{drive}/permissions, scope drive.readonly.
func (c *sharedDrives) List(ctx context.Context, account access.AccountID) ([]access.Grant, error) {
	u, err := c.user(ctx, account)
	if err != nil {
		return nil, err
	}
	var mu sync.Mutex
	var grants []access.Grant
	who := &charge{sharedDrives: c, user: c.userAt}
	err = c.visit(ctx, func(ctx context.Context, d *drive.Drive, members []*drive.Permission) error {
		grant, err := who.grant(ctx, d.Id, d.Name, members, u)
		if err != nil || grant == nil {
			return err
		}
		mu.Lock()
		defer mu.Unlock()
		grants = append(grants, *grant)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return c.stayOf(ctx, u, grants)
}

// Survey asks every drive for its members, and the directory who they are.
func (c *sharedDrives) Survey(ctx context.Context) (map[access.AccountID][]access.Grant, error) {
	all, err := c.everybody(ctx)
	if err != nil {
		return nil, err
	}
	everybody := peopleByAddress(all)
	var mu sync.Mutex
	held, people := map[access.AccountID][]access.Grant{}, map[access.AccountID]*admin.User{}
	who := &charge{sharedDrives: c, user: func(_ context.Context, address string) (*admin.User, error) { return everybody[address], nil }}
	err = c.visit(ctx, func(ctx context.Context, d *drive.Drive, members []*drive.Permission) error {
		seen := map[string]bool{}
		for _, m := range members {
			u := everybody[strings.ToLower(m.EmailAddress)]
			if u == nil || seen[u.Id] || len(of(members, u)) == 0 {
				continue
			}
			seen[u.Id] = true
			grant, err := who.grant(ctx, d.Id, d.Name, members, u)
			if err != nil {
				return err
			}
			mu.Lock()
			id := access.AccountID(u.Id)
			held[id], people[id] = append(held[id], *grant), u
			mu.Unlock()
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return held, c.stay(ctx, people, held)
}

// Recheck asks these drives alone.
func (c *sharedDrives) Recheck(ctx context.Context, account access.AccountID, ids []access.GrantID) (grants []access.Grant, err error) {
	u, err := c.user(ctx, account)
	if err != nil {
		return nil, err
	}
	who := &charge{sharedDrives: c, user: c.userAt}
	for _, id := range ids {
		members, err := c.members(ctx, driveIDOf(id))
		if err != nil {
			return nil, err
		}
		if len(of(members, u)) == 0 {
			continue
		}
		name, err := c.driveName(ctx, driveIDOf(id))
		if err != nil {
			return nil, err
		}
		grant, err := who.grant(ctx, driveIDOf(id), name, members, u)
		if err != nil {
			return nil, err
		}
		if grant.ID != id && !c.Moves(id) {
			grant.Stays = alone(u, name)
		}
		grant.ID = id
		grants = append(grants, *grant)
	}
	return c.stayOf(ctx, u, grants)
}

// stay gives the grants of people the reason why all of somebody's stay, where there is one.
func (c *sharedDrives) stay(ctx context.Context, people map[access.AccountID]*admin.User, held map[access.AccountID][]access.Grant) error {
	why, err := c.holding(ctx, (*holds).refuseInDrives)
	if err != nil {
		return err
	}
	for id, grants := range held {
		reason := why(people[id])
		for i := range grants {
			if reason != nil {
				grants[i].Stays = reason
			}
		}
	}
	return nil
}

// stayOf is stay, of one person.
func (c *sharedDrives) stayOf(ctx context.Context, u *admin.User, grants []access.Grant) ([]access.Grant, error) {
	if len(grants) == 0 {
		return nil, nil
	}
	id := access.AccountID(u.Id)
	return grants, c.stay(ctx, map[access.AccountID]*admin.User{id: u}, map[access.AccountID][]access.Grant{id: grants})
}

// alone explains that the plan did not foresee that nobody else is in charge.
func alone(u *admin.User, drive string) *access.Error {
	return &access.Error{
		Kind: access.Blocked, Op: fmt.Sprintf("take %s off the shared drive %s", name(u), drive),
		Reason: "nobody else who is active manages it any more, which was not so when the plan was made",
		Fix:    "Plan again: it is another row then, for which a successor becomes a manager first. Or have somebody made a manager in the Admin console, and apply again.",
	}
}

// Moves says that a drive of which nobody else is in charge needs somebody who is.
func (c *sharedDrives) Moves(grant access.GrantID) bool {
	return strings.HasPrefix(string(grant), soleOrganizer)
}

// Remove ends the membership, unless nobody else is in charge.
// DELETE /drive/v3/files/{drive}/permissions/{permission}, scope drive.
func (c *sharedDrives) Remove(ctx context.Context, account access.AccountID, grant access.GrantID) (access.Receipt, error) {
	if c.Moves(grant) {
		return refuseUnmoved(ctx, account, grant)
	}
	return c.end(ctx, account, grant, func(u *admin.User, members []*drive.Permission) error {
		who := &charge{sharedDrives: c, user: c.userAt}
		sole, err := who.sole(ctx, driveIDOf(grant), members, u)
		if err == nil && sole {
			return alone(u, string(grant))
		}
		return err
	})
}

// Transfer makes the successor a manager of the drive, waits until Google shows it, and then ends the membership.
// POST, PATCH and DELETE /drive/v3/files/{drive}/permissions, scope drive.
func (c *sharedDrives) Transfer(
	ctx context.Context, account access.AccountID, grant access.GrantID, successor access.AccountID,
) (access.Receipt, error) {
	if !c.Moves(grant) {
		return c.Remove(ctx, account, grant)
	}
	return c.end(ctx, account, grant, func(u *admin.User, members []*drive.Permission) error {
		call := managing(drives, "have %s manage the shared drive %s of %s", successor, driveIDOf(grant), name(u))
		heir, err := c.user(ctx, successor)
		if err != nil {
			return unsure(err)
		}
		if status(heir) != active || heir.Id == u.Id {
			return &access.Error{
				Kind: access.Blocked, Op: call.what, Reason: "the successor's account is " + status(heir), Fix: "Name a successor who stays and can sign in.",
			}
		}
		return c.appoint(ctx, call, driveIDOf(grant), members, heir)
	})
}

// end ends the account's membership of a drive, while nobody else in this run changes the members of it: after first has
// agreed, and so that the next to change them sees it.
func (c *sharedDrives) end(
	ctx context.Context, account access.AccountID, grant access.GrantID, first func(u *admin.User, members []*drive.Permission) error,
) (access.Receipt, error) {
	gone, id := access.Receipt{Assurance: access.Observed}, driveIDOf(grant)
	u, err := c.user(ctx, account)
	if err != nil {
		return gone, system.IgnoreNotFound(err)
	}
	done, err := c.changing.Wait(ctx, id)
	if err != nil {
		return access.Receipt{}, err
	}
	defer done()
	members, err := c.members(ctx, id)
	if err != nil {
		return access.Receipt{}, err
	}
	own := of(members, u)
	if len(own) == 0 {
		return gone, nil
	}
	if err := c.refuseHeldInDrives(ctx, u); err != nil {
		return access.Receipt{}, err
	}
	if err := first(u, members); err != nil {
		return access.Receipt{}, err
	}
	call := managing(drives, "take %s off the shared drive %s", name(u), id)
	for _, m := range own {
		err := c.write(ctx, call, func(ctx context.Context) error {
			return c.drive.Permissions.Delete(id, m.Id).SupportsAllDrives(true).UseDomainAdminAccess(true).Context(ctx).Do()
		})
		if err != nil {
			return access.Receipt{}, refusedByDrive(err)
		}
		c.ended.Store(id+"/"+m.Id, true)
	}
	_, err = c.until(ctx, id, func(members []*drive.Permission) bool { return len(of(members, u)) == 0 })
	return gone, err
}

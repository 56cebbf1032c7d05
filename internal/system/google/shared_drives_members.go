package google

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	admin "google.golang.org/api/admin/directory/v1"
	"google.golang.org/api/drive/v3"
	"google.golang.org/api/googleapi"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/memo"
	"github.com/offboard/terraform-provider-offboard/internal/system"
)

// The types of permissions that members have, and the role of those who manage a drive.
const (
	personMember = "user"
	groupOfThem  = "group"
	organizer    = "organizer"
)

// driveRoles are what the Admin console calls the roles in a shared drive, the highest first
// (https://developers.google.com/workspace/drive/api/guides/ref-roles).
var driveRoles = []struct{ role, name string }{
	{organizer, "manager"}, {"fileOrganizer", "content manager"}, {"writer", "contributor"}, {"commenter", "commenter"}, {"reader", "viewer"},
}

// members lists the permissions of a drive itself, each of them a member. A drive that is gone has none.
// GET /drive/v3/files/{drive}/permissions?useDomainAdminAccess=true, scope drive.readonly.
func (c *sharedDrives) members(ctx context.Context, id string) ([]*drive.Permission, error) {
	call := reading(drives, "list the members of the shared drive %s", id)
	members, err := list(ctx, c.Google, call, func(ctx context.Context, token string) (page[drive.Permission], error) {
		answer, err := c.drive.Permissions.List(id).SupportsAllDrives(true).UseDomainAdminAccess(true).PageSize(100).PageToken(token).
			Fields("kind", "nextPageToken", "permissions(id,type,role,emailAddress,deleted)").Context(ctx).Do()
		if err != nil {
			return page[drive.Permission]{}, err
		}
		return page[drive.Permission]{answer.Permissions, answer.Kind, answer.NextPageToken}, nil
	})
	if access.KindOf(err) == access.NotFound {
		return nil, c.gone(ctx, id, err)
	}
	if err != nil {
		return nil, err
	}
	for _, m := range members {
		named := m.EmailAddress != "" || m.Deleted || m.Type != personMember && m.Type != groupOfThem
		if m.Id == "" || m.Type == "" || m.Role == "" || !named {
			// It could be anybody's.
			return nil, malformed(call, "a member of whom it does not say who it is")
		}
	}
	return members, nil
}

// gone returns nil if a drive that was not found is among the drives no longer. Drive also does not find what it does
// not show; what it lists it would show.
func (c *sharedDrives) gone(ctx context.Context, id string, notFound error) error {
	there, err := c.all(ctx)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(there, func(d *drive.Drive) bool { return d.Id == id }) {
		return unsure(notFound)
	}
	return nil
}

// driveName is how labels name a drive. GET /drive/v3/drives/{drive}?useDomainAdminAccess=true, scope drive.readonly.
func (c *sharedDrives) driveName(ctx context.Context, id string) (string, error) {
	return c.names.Get(ctx, id, func() (string, error) {
		call := reading(drives, "read the shared drive %s", id)
		found, err := do(ctx, c.Google, call, func(ctx context.Context) (*drive.Drive, error) {
			return c.drive.Drives.Get(id).UseDomainAdminAccess(true).Fields("kind", "id", "name").Context(ctx).Do()
		})
		switch {
		case access.KindOf(err) == access.NotFound:
			return id, nil
		case err != nil:
			return "", err
		case !drives.speaks(found.Kind) || found.Id != id:
			return "", malformed(call, "something other than the shared drive")
		}
		return found.Name, nil
	})
}

// of are the permissions of a person: under their address, or one of their aliases, where it shows the one that the
// drive was shared with. What a deleted account had is nobody's, whatever address it had.
func of(members []*drive.Permission, u *admin.User) []*drive.Permission {
	addresses := everyAddress(u)
	var own []*drive.Permission
	for _, m := range members {
		if m.Type == personMember && !m.Deleted && slices.Contains(addresses, strings.ToLower(m.EmailAddress)) {
			own = append(own, m)
		}
	}
	return own
}

// roleOf is the highest of the roles in some permissions.
func roleOf(own []*drive.Permission) (role, name string) {
	for _, r := range driveRoles {
		if slices.ContainsFunc(own, func(m *drive.Permission) bool { return m.Role == r.role }) {
			return r.role, r.name
		}
	}
	return own[0].Role, system.OneLine(own[0].Role)
}

// A charge finds out who is in charge of drives, in one go over them: managers who are active users of the customer, and
// groups that manage if such a user is among their members, through however many groups. Somebody who is suspended,
// archived or deleted, or is of another customer, is in charge of nothing. How far that goes is far enough to know that
// somebody can act; that they know of it, nobody can see.
type charge struct {
	*sharedDrives
	// user is the user of the customer who has an address, and nil if nobody has.
	user   func(ctx context.Context, address string) (*admin.User, error)
	people memo.Map[string, *admin.User]
	groups memo.Map[string, []string]
}

// grant is what a person holds of a drive, and nil if they are no member.
func (who *charge) grant(ctx context.Context, id, drive string, members []*drive.Permission, u *admin.User) (*access.Grant, error) {
	own := of(members, u)
	if len(own) == 0 {
		return nil, nil //nolint:nilnil // There is none.
	}
	_, role := roleOf(own)
	grant := &access.Grant{ID: access.GrantID(id), Label: cmp.Or(system.OneLine(drive), id) + " (" + role + ")"}
	sole, err := who.sole(ctx, id, members, u)
	if sole {
		grant.ID, grant.Label = access.GrantID(soleOrganizer+id), cmp.Or(system.OneLine(drive), id)+" (the only "+role+")"
	}
	return grant, err
}

// sole says that a person is in charge of a drive and nobody else is. People are asked about before groups, which may
// take several calls.
func (who *charge) sole(ctx context.Context, id string, members []*drive.Permission, u *admin.User) (bool, error) {
	own := of(members, u)
	if len(own) == 0 {
		return false, nil
	}
	if role, _ := roleOf(own); role != organizer {
		return false, nil
	}
	for _, others := range []struct {
		kind string
		acts func(ctx context.Context, address string, but *admin.User) (bool, error)
	}{{personMember, who.personActs}, {groupOfThem, who.groupActs}} {
		for _, m := range members {
			_, ended := who.ended.Load(id + "/" + m.Id)
			if m.Type != others.kind || m.Role != organizer || m.Deleted || ended || slices.Contains(own, m) {
				continue
			}
			if acts, err := others.acts(ctx, strings.ToLower(m.EmailAddress), u); acts || err != nil {
				return false, err
			}
		}
	}
	return true, nil
}

func (who *charge) personActs(ctx context.Context, address string, but *admin.User) (bool, error) {
	u, err := who.people.Get(ctx, address, func() (*admin.User, error) { return who.user(ctx, address) })
	return u != nil && u.Id != but.Id && status(u) == active, err
}

// groupActs says that a group has an active member. Two are enough to know, of whom one may be the person.
// GET /admin/directory/v1/groups/{group}/members?includeDerivedMembership=true, scope admin.directory.group.readonly.
func (who *charge) groupActs(ctx context.Context, address string, but *admin.User) (bool, error) {
	acting, err := who.groups.Get(ctx, address, func() (ids []string, err error) {
		call := reading(groups, "list the members of the group %s, which manages a shared drive", address)
		_, err = list(ctx, who.Google, call, func(ctx context.Context, token string) (page[admin.Member], error) {
			answer, err := who.directory.Members.List(address).IncludeDerivedMembership(true).MaxResults(200).PageToken(token).Context(ctx).Do()
			if err != nil {
				return page[admin.Member]{}, err
			}
			for _, m := range answer.Members {
				// The customer as a member is everybody.
				if m != nil && (m.Type == "USER" && m.Status == "ACTIVE" || m.Type == "CUSTOMER") && m.Id != "" {
					ids = append(ids, m.Id)
				}
			}
			if len(ids) > 1 {
				answer.NextPageToken = ""
			}
			return page[admin.Member]{answer.Members, answer.Kind, answer.NextPageToken}, nil
		})
		if outside(err) {
			return nil, nil
		}
		return ids, err
	})
	return slices.ContainsFunc(acting, func(id string) bool { return id != but.Id }), err
}

// userAt asks for the user of the customer who has an address, and is nil if nobody has.
func (c *sharedDrives) userAt(ctx context.Context, address string) (*admin.User, error) {
	u, err := c.userUnsighted(ctx, reading(users, "read the account of %s, who manages a shared drive", address), address)
	if outside(err) {
		return nil, nil //nolint:nilnil // There is none.
	}
	if err != nil {
		return nil, err
	}
	self, err := c.actor(ctx)
	if err != nil || u.CustomerId != self.customer {
		return nil, err
	}
	return u, nil
}

// outside says that Google knows nobody by an address, or tells a super administrator nothing of them: they are of
// another customer.
func outside(err error) bool {
	refusal, ok := errors.AsType[*googleapi.Error](err)
	if !ok {
		return false
	}
	switch refusal.Code {
	case http.StatusNotFound:
		return access.KindOf(err) != access.Malformed
	case http.StatusForbidden:
		return reasonIn([]byte(refusal.Body)) == "forbidden"
	}
	return false
}

// appoint makes somebody a manager, whether they are a member already or not, and makes sure of it. Nobody's role is
// ever lowered, and no mail goes out about it.
// POST and PATCH /drive/v3/files/{drive}/permissions, scope drive.
func (c *sharedDrives) appoint(ctx context.Context, call op, id string, members []*drive.Permission, heir *admin.User) error {
	manages := func(members []*drive.Permission) bool {
		return slices.ContainsFunc(of(members, heir), func(m *drive.Permission) bool { return m.Role == organizer })
	}
	if manages(members) {
		return nil
	}
	_, err := do(ctx, c.Google, call, func(ctx context.Context) (*drive.Permission, error) {
		if known := of(members, heir); len(known) > 0 {
			return c.drive.Permissions.Update(id, known[0].Id, &drive.Permission{Role: organizer}).SupportsAllDrives(true).UseDomainAdminAccess(true).
				Fields("id").Context(ctx).Do()
		}
		return c.drive.Permissions.Create(id, &drive.Permission{Type: personMember, Role: organizer, EmailAddress: heir.PrimaryEmail}).
			SendNotificationEmail(false).SupportsAllDrives(true).UseDomainAdminAccess(true).Fields("id").Context(ctx).Do()
	})
	if err != nil {
		return refusedByDrive(unsure(err))
	}
	seen, err := c.until(ctx, id, manages)
	if err == nil && !seen {
		return &access.Error{
			Kind: access.Unavailable, Op: call.what, Reason: "Google agreed to make the successor a manager, and does not show it, so nothing was taken away",
			Fix: "Plan again in a minute.",
		}
	}
	return err
}

// until lists the members of a drive until what was changed shows.
func (c *sharedDrives) until(ctx context.Context, id string, shows func([]*drive.Permission) bool) (bool, error) {
	return c.Google.until(ctx, func() (bool, error) {
		members, err := c.members(ctx, id)
		return err == nil && shows(members), err
	})
}

// lackOfRights are the reasons of 403 that say something of the administrator and not of the drive; the others of
// Drive's say what can't be done to it, by whomever (https://developers.google.com/workspace/drive/api/guides/handle-errors).
var lackOfRights = map[string]bool{
	"forbidden": true, "insufficientAdministratorPrivileges": true, "insufficientFilePermissions": true, "insufficientPermissions": true,
	"teamDriveMembershipRequired": true, "accessNotConfigured": true, "SERVICE_DISABLED": true, "domainCannotUseApis": true, "PERMISSION_DENIED": true,
}

// refusedByDrive tells a permission that can't be changed from an administrator who may not change it: both are 403.
func refusedByDrive(err error) error {
	refusal, ok := errors.AsType[*googleapi.Error](err)
	if !ok || refusal.Code != http.StatusForbidden || access.KindOf(err) != access.Denied || lackOfRights[reasonIn([]byte(refusal.Body))] {
		return err
	}
	e, _ := errors.AsType[*access.Error](err)
	blocked := *e
	blocked.Kind = access.Blocked
	blocked.Fix = "Google does not let this be changed here. Look at the drive's members and sharing settings in the Admin console (Apps, Google Workspace, Drive and Docs, Manage shared drives), " +
		"and change it there."
	return &blocked
}

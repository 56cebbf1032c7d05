package google

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/dustin/go-humanize"
	admin "google.golang.org/api/admin/directory/v1"
	"google.golang.org/api/drive/v3"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/system"
)

// DriveOwnership is what the account owns in Drive, as one row: it moves as a whole. Somebody who owns nothing has
// no row.
//
// It is listed as the person, and seen to be gone when they own nothing any more. As somebody who is suspended
// Google may let nobody list (see cannotBeSeen). What is known then is the transfer alone: the row goes on being
// listed, and its removal is acknowledged, and never observed, once a transfer is completed that is newer than
// everything they can have made.
func DriveOwnership(g *Google) access.Connector {
	return &driveOwnership{mover{Google: g, application: driveApp}}
}

type driveOwnership struct{ mover }

var _ access.Vetter = (*driveOwnership)(nil)

const myDrive access.GrantID = "my_drive"

var files = thing{name: "files", read: "drive.metadata.readonly", api: "Google Drive API", kind: "drive#"}

// owned lists what a person owns in Drive, as that person, the trash included.
// GET /drive/v3/files?q='me' in owners, scope drive.metadata.readonly.
func (c *driveOwnership) owned(ctx context.Context, u *admin.User) ([]*drive.File, error) {
	call := reading(files, "list the files of %s", name(u)).as(u.PrimaryEmail)
	found, err := listUnsighted(ctx, c.Google, call, func(ctx context.Context, token string) (page[drive.File], error) {
		answer, err := c.drive.Files.List().Q("'me' in owners").Corpora("user").Spaces("drive").PageSize(1000).PageToken(token).
			Fields("kind", "incompleteSearch", "nextPageToken", "files(id,parents,trashed,shared,quotaBytesUsed,permissions(type,emailAddress,domain,deleted))").Context(ctx).Do()
		if err != nil {
			return page[drive.File]{}, err
		}
		if answer.IncompleteSearch {
			return page[drive.File]{}, malformed(call, "an incomplete search")
		}
		return page[drive.File]{answer.Files, answer.Kind, answer.NextPageToken}, nil
	})
	return found, unsure(err)
}

// List counts what would move. What is in the trash does not (google.md section 8), and goes with the account. Nor does what
// is in no folder: that is still theirs afterwards, and a row until somebody puts it into one.
func (c *driveOwnership) List(ctx context.Context, account access.AccountID) (grants []access.Grant, err error) {
	u, err := c.user(ctx, account)
	if err != nil {
		return nil, err
	}
	found, err := c.owned(ctx, u)
	var grant access.Grant
	switch {
	case cannotBeSeen(u, err):
		grant, err = c.unseen(ctx, u, myDrive, "My Drive (can't be counted: the account is "+status(u)+")")
	case err != nil:
		return nil, err
	default:
		o := c.count(u, found)
		if o.moving+o.orphaned == 0 {
			return nil, nil
		}
		grant = access.Grant{ID: myDrive, Label: o.label(u)}
		if o.moving == 0 {
			grant.Stays = strays(u, o.orphaned)
			return []access.Grant{grant}, nil
		}
	}
	if err != nil {
		return nil, err
	}
	grant.Note = "Google mails the administrator and both owners, and the files land in a folder named after the former one, who can still edit them."
	grant.Stays, err = c.stays(ctx, u)
	return []access.Grant{grant}, err
}

// owned is how many files somebody has.
type owned struct{ moving, private, outside, orphaned, trashed int }

func (c *driveOwnership) count(u *admin.User, found []*drive.File) (o owned) {
	domains := map[string]bool{}
	for _, address := range everyAddress(u) {
		domains[domainOf(address)] = true
	}
	for _, f := range found {
		switch {
		case f.Trashed:
			o.trashed++
			continue
		case len(f.Parents) == 0:
			o.orphaned++
			continue
		case !f.Shared:
			o.private++
		case slices.ContainsFunc(f.Permissions, func(p *drive.Permission) bool { return leadsOutside(p, domains) }):
			o.outside++
		}
		o.moving++
	}
	return o
}

func (o owned) label(u *admin.User) string {
	label := fmt.Sprintf("My Drive (files: %d, private: %d, shared outside %s: %d", o.moving, o.private, domainOf(name(u)), o.outside)
	if o.orphaned > 0 {
		label += fmt.Sprintf("; in no folder, which does not move: %d", o.orphaned)
	}
	if o.trashed > 0 {
		label += fmt.Sprintf("; in the trash, which does not move: %d", o.trashed)
	}
	return label + ")"
}

// strays is why the files that are left do not move.
func strays(u *admin.User, files int) *access.Error {
	return &access.Error{
		Kind: access.Blocked, Op: "transfer the files of " + name(u),
		Reason: fmt.Sprintf("%d of the files of %s are in no folder that they can see, and Google transfers none of these", files, name(u)),
		Fix: "In their name, search Drive for is:unorganized owner:me, and put what is to be kept into a folder or the trash. Or tolerate the row until " +
			"somebody has.",
	}
}

// leadsOutside says that a permission lets in somebody who has no address in one of the domains.
func leadsOutside(p *drive.Permission, domains map[string]bool) bool {
	switch {
	case p == nil || p.Deleted:
		return false
	case p.Type == "anyone":
		return true
	case p.Type == "domain":
		return !domains[strings.ToLower(p.Domain)]
	}
	return !domains[domainOf(p.EmailAddress)]
}

func domainOf(address string) string {
	_, domain, _ := strings.Cut(strings.ToLower(address), "@")
	return domain
}

// Vet refuses a successor whose storage is too small for the files.
// GET /drive/v3/about, scope drive.metadata.readonly. The storage of an organization can be one pool, of which everybody
// is shown the same limit and usage ([DISC] About.storageQuota): within it nothing that moves takes more.
func (c *driveOwnership) Vet(ctx context.Context, account access.AccountID, _ access.Holdings, successor access.AccountID) error {
	u, err := c.user(ctx, account)
	if err != nil {
		return system.IgnoreNotFound(err)
	}
	found, err := c.owned(ctx, u)
	if cannotBeSeen(u, err) {
		return nil
	}
	if err != nil {
		return err
	}
	own, err := c.storage(ctx, u)
	if err != nil {
		return err
	}
	heir, err := c.user(ctx, successor)
	if err != nil {
		return unsure(err)
	}
	room, err := c.storage(ctx, heir)
	if err != nil {
		return err
	}
	var size int64
	for _, f := range found {
		if !f.Trashed {
			size += f.QuotaBytesUsed
		}
	}
	free := room.Limit - room.Usage
	if room.Limit == 0 || size <= free || pooled(room, own) {
		return nil
	}
	return &access.Error{
		Kind: access.Blocked, Op: "find out whether " + name(heir) + " has room for the files of " + name(u),
		Reason: fmt.Sprintf("the files take %s, and %s has %s left", humanize.Bytes(uint64(size)), name(heir), humanize.Bytes(uint64(max(0, free)))),
		Fix:    "Give the successor more storage (Admin console, Storage), or name another.",
	}
}

// pooled says that two are told of one pool. Others fill it between the two looks.
func pooled(a, b *drive.AboutStorageQuota) bool {
	drift := max(a.Usage-b.Usage, b.Usage-a.Usage)
	return a.Limit == b.Limit && drift <= a.Limit/1000
}

// storage is how much somebody may store, and has stored, as that person.
func (c *driveOwnership) storage(ctx context.Context, u *admin.User) (*drive.AboutStorageQuota, error) {
	call := reading(files, "find out how much %s can store", name(u)).as(u.PrimaryEmail)
	about, err := do(ctx, c.Google, call, func(ctx context.Context) (*drive.About, error) {
		return c.drive.About.Get().Fields("kind", "storageQuota").Context(ctx).Do()
	})
	if err == nil && (!files.speaks(about.Kind) || about.StorageQuota == nil) {
		err = malformed(call, "something other than a storage quota")
	}
	if err != nil {
		return nil, unsure(err)
	}
	return about.StorageQuota, nil
}

// Transfer moves all files to the successor, private ones and shared ones.
func (c *driveOwnership) Transfer(
	ctx context.Context, account access.AccountID, _ access.GrantID, successor access.AccountID,
) (access.Receipt, error) {
	gone := access.Receipt{Assurance: access.Observed}
	u, err := c.user(ctx, account)
	if err != nil {
		return gone, system.IgnoreNotFound(err)
	}
	found, err := c.owned(ctx, u)
	unseen := cannotBeSeen(u, err)
	if err != nil && !unseen {
		return gone, err
	}
	if o := c.count(u, found); o.moving == 0 && !unseen {
		if o.orphaned > 0 {
			return gone, strays(u, o.orphaned)
		}
		return gone, nil
	}
	return c.give(ctx, u, successor, !unseen)
}

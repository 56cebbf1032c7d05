package google

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
)

const (
	onDrives      = "drive/v3/drives"
	onPermissions = onFiles + "/{fileId}/permissions"

	drivesScope          = "drive drive.readonly"
	permissionsScope     = "drive drive.file"
	readPermissionsScope = "drive drive.file drive.meet.readonly drive.metadata drive.metadata.readonly drive.photos.readonly drive.readonly"
)

// sharedDriveOperations are those of Drive about shared drives and who is in them.
var sharedDriveOperations = []operation{
	{
		method: "GET", path: onDrives, scopes: drivesScope, open: true, most: 100,
		query: "pageSize pageToken useDomainAdminAccess", serve: (*call).listDrives,
	},
	{
		method: "GET", path: onDrives + "/{driveId}", scopes: drivesScope, open: true,
		query: "useDomainAdminAccess", serve: (*call).getDrive,
	},
	{
		method: "GET", path: onPermissions, scopes: readPermissionsScope, open: true, most: 100,
		query: "pageSize pageToken supportsAllDrives useDomainAdminAccess", serve: (*call).listPermissions,
	},
	{
		method: "POST", path: onPermissions, scopes: permissionsScope, open: true,
		query: "sendNotificationEmail supportsAllDrives useDomainAdminAccess", serve: (*call).createPermission,
	},
	{
		method: "GET", path: onPermissions + "/{permissionId}", scopes: readPermissionsScope, open: true,
		query: "supportsAllDrives useDomainAdminAccess", serve: (*call).getPermission,
	},
	{
		method: "PATCH", path: onPermissions + "/{permissionId}", scopes: permissionsScope, open: true,
		query: "supportsAllDrives useDomainAdminAccess", serve: (*call).updatePermission,
	},
	{
		method: "DELETE", path: onPermissions + "/{permissionId}", scopes: permissionsScope, open: true,
		query: "supportsAllDrives useDomainAdminAccess", serve: (*call).deletePermission,
	},
}

// sharedState is the company's shared drives.
type sharedState struct {
	SharedDrives map[string]*sharedDrive
	// SharingLimit is how many of the next permissions are refused for there having been too many, and Mailed to whom
	// Drive wrote that something was shared with them.
	SharingLimit int
	Mailed       []string
}

// A sharedDrive has members by the ids of their permissions.
type sharedDrive struct {
	ID, Name string
	Members  map[string]*driveMember
}

// A driveMember is a user or a group of the tenant by their id, or somebody outside of it by their address.
type driveMember struct{ Grantee, Type, Role string }

// The roles in a shared drive, the highest first.
const (
	Organizer     = "organizer"
	FileOrganizer = "fileOrganizer"
	Writer        = "writer"
	Commenter     = "commenter"
	Reader        = "reader"
)

var driveRoles = []string{Organizer, FileOrganizer, Writer, Commenter, Reader}

// drives gives the company shared drives.
func (b *builder) drives() {
	b.SharedDrives = map[string]*sharedDrive{}
	for _, row := range driveTable {
		d := b.addDrive(row.name)
		for role, locals := range map[string]string{
			Organizer: row.organizers, FileOrganizer: row.fileOrganizers, Writer: row.writers, Commenter: row.commenters, Reader: row.readers,
		} {
			for _, local := range strings.Fields(locals) {
				if !strings.Contains(local, "@") {
					local += "@" + b.Domain
				}
				b.shareDrive(d, local, role)
			}
		}
	}
}

func (s *state) addDrive(name string) *sharedDrive {
	d := &sharedDrive{ID: "0A" + letters(17, s.again("drive", name)...), Name: name, Members: map[string]*driveMember{}}
	if s.SharedDrives == nil {
		s.SharedDrives = map[string]*sharedDrive{}
	}
	s.SharedDrives[d.ID] = d
	return d
}

// permissionID is a grantee's, and the same wherever something is shared with them ([DISC] Permission.id).
func permissionID(grantee string) string { return number(20, "permission", grantee) }

// grantee is whom an address leads to, and what that is.
func (s *state) grantee(address string) (id, kind string) {
	if u := s.find(address); u != nil {
		return u.ID, "user"
	}
	if g := s.findGroup(address); g != nil {
		return g.ID, "group"
	}
	return strings.ToLower(address), "user"
}

func (s *state) shareDrive(d *sharedDrive, address, role string) {
	id, kind := s.grantee(address)
	d.Members[permissionID(id)] = &driveMember{id, kind, role}
}

// driveAddress is what a member of a drive is shown as: the primary address; "" of an account that is deleted.
func (s *state) driveAddress(m *driveMember) string {
	switch {
	case s.Users[m.Grantee] != nil:
		return s.Users[m.Grantee].PrimaryEmail
	case s.Groups[m.Grantee] != nil:
		return s.Groups[m.Grantee].Email
	case strings.Contains(m.Grantee, "@"):
		return m.Grantee
	}
	return ""
}

// asDomainAdmin lets administrators at every shared drive, who say that they are one. That it takes a super admin is a
// guess: there is a privilege (Drive and Docs), of which no page says how the API calls it.
func (c *call) asDomainAdmin() *failure {
	me, failed := c.me()
	switch {
	case failed != nil:
		return failed
	case c.query.Get("useDomainAdminAccess") != "true":
		return unsupported("one's own shared drives")
	case !c.state.isSuper(me):
		return fail(http.StatusForbidden, "insufficientAdministratorPrivileges", "The user does not have sufficient administrator privileges.")
	}
	return nil
}

func (c *call) listDrives() reply {
	if failed := c.asDomainAdmin(); failed != nil {
		return failed.reply()
	}
	rows := []object{}
	for _, d := range sandbox.Sorted(c.state.SharedDrives) {
		rows = append(rows, driveRow(d))
	}
	return c.plainList("drive#driveList", "drives", rows, 10)
}

func driveRow(d *sharedDrive) object {
	return object{"kind": "drive#drive", "id": d.ID, "name": d.Name}
}

func (c *call) getDrive() reply {
	if failed := c.asDomainAdmin(); failed != nil {
		return failed.reply()
	}
	if d := c.state.SharedDrives[c.r.PathValue("driveId")]; d != nil {
		return ok(driveRow(d))
	}
	return fail(http.StatusNotFound, "notFound", "Shared drive not found: "+c.r.PathValue("driveId")).reply()
}

// driveAt is the shared drive that the path names as a file. Who does not say that they know shared drives is told that
// there is none.
func (c *call) driveAt() (*sharedDrive, *failure) {
	if failed := c.asDomainAdmin(); failed != nil {
		return nil, failed
	}
	d := c.state.SharedDrives[c.r.PathValue("fileId")]
	if d == nil || c.query.Get("supportsAllDrives") != "true" {
		return nil, fail(http.StatusNotFound, "notFound", "File not found: "+c.r.PathValue("fileId")+".")
	}
	return d, nil
}

func (c *call) listPermissions() reply {
	d, failed := c.driveAt()
	if failed != nil {
		return failed.reply()
	}
	view := c.view(d.ID)
	if view.SharedDrives[d.ID] == nil {
		view = c.state
	}
	rows := []object{}
	for _, id := range slices.Sorted(maps.Keys(view.SharedDrives[d.ID].Members)) {
		rows = append(rows, c.state.permissionRow(id, view.SharedDrives[d.ID].Members[id]))
	}
	// Without a selection Drive tells little of each permission ([DISC] Permission).
	if c.selector == nil {
		c.selector, _ = parseSelector("kind,nextPageToken,permissions(kind,id,type,role)")
	}
	return c.plainList("drive#permissionList", "permissions", rows, 100)
}

func (s *state) permissionRow(id string, m *driveMember) object {
	row := object{
		"kind": "drive#permission", "id": id, "type": m.Type, "role": m.Role, "deleted": false, "pendingOwner": false,
		"permissionDetails": []object{{"permissionType": "member", "role": m.Role, "inherited": false}},
	}
	if address := s.driveAddress(m); address != "" {
		row["emailAddress"] = address
	} else {
		row["deleted"] = true
	}
	return row
}

func (c *call) permission(id string, m *driveMember) reply {
	if c.selector == nil {
		c.selector, _ = parseSelector("kind,id,type,role")
	}
	return ok(c.state.permissionRow(id, m))
}

func (c *call) permissionAt() (*sharedDrive, string, *failure) {
	d, failed := c.driveAt()
	if failed != nil {
		return nil, "", failed
	}
	id := c.r.PathValue("permissionId")
	if d.Members[id] == nil {
		return nil, "", fail(http.StatusNotFound, "notFound", "Permission not found: "+id+".")
	}
	return d, id, nil
}

func (c *call) getPermission() reply {
	d, id, failed := c.permissionAt()
	if failed != nil {
		return failed.reply()
	}
	return c.permission(id, d.Members[id])
}

// limited says that there was too much sharing, which is 403 like a lack of rights.
func (c *call) limited() *failure {
	if c.state.SharingLimit == 0 {
		return nil
	}
	c.state.SharingLimit--
	f := fail(http.StatusForbidden, "sharingRateLimitExceeded", "Rate limit exceeded. User message: \"Sorry, you have exceeded your sharing quota.\"")
	f.domain = "global"
	return f
}

// createPermission makes somebody a member. Of one who is a member already it raises the role and never lowers it (a
// guess). In which words Drive refuses what makes no sense is a guess.
func (c *call) createPermission() reply {
	d, failed := c.driveAt()
	if failed != nil {
		return failed.reply()
	}
	var body struct{ Type, Role, EmailAddress string }
	if failed := c.decode(&body); failed != nil {
		return failed.reply()
	}
	grantee, kind := c.state.grantee(body.EmailAddress)
	if !slices.Contains(driveRoles, body.Role) || body.Type != kind || body.EmailAddress == "" {
		return fail(http.StatusBadRequest, "invalidSharingRequest", "Bad Request").reply()
	}
	if failed := c.limited(); failed != nil {
		return failed.reply()
	}
	id := permissionID(grantee)
	if known := d.Members[id]; known == nil || slices.Index(driveRoles, body.Role) < slices.Index(driveRoles, known.Role) {
		d.Members[id] = &driveMember{grantee, kind, body.Role}
	}
	if c.query.Get("sendNotificationEmail") != "false" {
		c.state.Mailed = append(c.state.Mailed, body.EmailAddress)
	}
	c.wrote(d.ID)
	return c.permission(id, d.Members[id])
}

func (c *call) updatePermission() reply {
	d, id, failed := c.permissionAt()
	if failed != nil {
		return failed.reply()
	}
	var body struct{ Role string }
	if failed := c.decode(&body); failed != nil {
		return failed.reply()
	}
	if !slices.Contains(driveRoles, body.Role) {
		return fail(http.StatusBadRequest, "invalid", fmt.Sprintf("The specified role is invalid or not supported: %q", body.Role)).reply()
	}
	if failed := c.limited(); failed != nil {
		return failed.reply()
	}
	changed := *d.Members[id]
	changed.Role = body.Role
	d.Members[id] = &changed
	c.wrote(d.ID)
	return c.permission(id, d.Members[id])
}

// deletePermission ends a membership, that of the last organizer too: there are drives without one ([DISC] drives.list,
// the query organizerCount).
func (c *call) deletePermission() reply {
	d, id, failed := c.permissionAt()
	if failed != nil {
		return failed.reply()
	}
	delete(d.Members, id)
	c.wrote(d.ID)
	return noContent()
}

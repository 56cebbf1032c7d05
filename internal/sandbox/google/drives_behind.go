package google

import (
	"fmt"
	"slices"
	"time"

	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
)

// What members of shared drives and administrators do with them, and what there is to see of it.

func (s *state) mustDrive(name string) *sharedDrive {
	for _, d := range sandbox.Sorted(s.SharedDrives) {
		if d.Name == name {
			return d
		}
	}
	panic(fmt.Sprintf("the sandbox tenant has no shared drive named %q", name))
}

// CreateSharedDrive makes a shared drive that somebody organizes.
func (t *Tenant) CreateSharedDrive(email, name string) {
	t.change(func(s *state, _ time.Time) { s.shareDrive(s.addDrive(name), s.mustUser(email).PrimaryEmail, Organizer) })
}

// DeleteSharedDrive deletes a shared drive.
func (t *Tenant) DeleteSharedDrive(name string) {
	t.change(func(s *state, _ time.Time) { delete(s.SharedDrives, s.mustDrive(name).ID) })
}

// ShareDrive gives somebody, or a group, a role in a shared drive, whatever role they had.
func (t *Tenant) ShareDrive(name, address, role string) {
	t.change(func(s *state, _ time.Time) { s.shareDrive(s.mustDrive(name), address, role) })
}

// UnshareDrive takes somebody, or a group, off a shared drive.
func (t *Tenant) UnshareDrive(name, address string) {
	t.change(func(s *state, _ time.Time) {
		id, _ := s.grantee(address)
		delete(s.mustDrive(name).Members, permissionID(id))
	})
}

// LimitSharing refuses the next changes of what is shared for there having been too many.
func (t *Tenant) LimitSharing(next int) {
	t.change(func(s *state, _ time.Time) { s.SharingLimit = next })
}

// HoldSharedDrives puts a person's Drive on hold in a matter, with the shared drives that they are a member of.
func (t *Tenant) HoldSharedDrives(email, matter string) {
	t.change(func(s *state, now time.Time) {
		h := s.addHold(s.mustMatter(matter), "Shared drives of "+email, "DRIVE", []string{s.mustUser(email).ID}, "", now)
		h.Query = withSharedDrives()
	})
}

// SharedDriveID is the id of the shared drive with this name.
func (t *Tenant) SharedDriveID(name string) string {
	return read(t, func(s *state) string { return s.mustDrive(name).ID })
}

// DriveMembers are the members of a shared drive, each with their role.
func (t *Tenant) DriveMembers(name string) []string {
	return read(t, func(s *state) []string { return s.driveMembers(s.mustDrive(name), "") })
}

func (s *state) driveMembers(d *sharedDrive, except string) []string {
	list := []string{}
	for _, m := range d.Members {
		if m.Grantee != except {
			list = append(list, s.driveAddress(m)+" ("+m.Role+")")
		}
	}
	slices.Sort(list)
	return list
}

// SharedDrives are the shared drives that a person is a member of, each with their role.
func (t *Tenant) SharedDrives(email string) []string {
	return read(t, func(s *state) []string {
		list, id := []string{}, permissionID(s.mustUser(email).ID)
		for _, d := range s.SharedDrives {
			if m := d.Members[id]; m != nil {
				list = append(list, d.Name+" ("+m.Role+")")
			}
		}
		slices.Sort(list)
		return list
	})
}

// Mailed are those to whom Drive wrote that something was shared with them.
func (t *Tenant) Mailed() []string {
	return read(t, func(s *state) []string { return slices.Clone(s.Mailed) })
}

// drivesBut are the members of every shared drive, but for one of them.
func (s *state) drivesBut(except string) map[string][]string {
	members := map[string][]string{}
	for _, d := range s.SharedDrives {
		members[d.Name] = s.driveMembers(d, except)
	}
	return members
}

package aws

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
)

// UserID is the id of somebody's IAM user, be it deleted.
func (c IAM) UserID(email string) string {
	return read(c.Cloud, func(s *state) string {
		for name, id := range s.Deleted {
			if _, still := s.Users[id]; !still && strings.EqualFold(name, strings.Split(email, "@")[0]) && s.userByName(name) == nil {
				return id
			}
		}
		return s.mustUser(email).ID
	})
}

// UserID is somebody's id in the identity store, be they deleted.
func (c Center) UserID(email string) string {
	return read(c.Cloud, func(s *state) string {
		if id, deleted := s.Center.Deleted[strings.ToLower(email)]; deleted {
			return id
		}
		return s.Center.byEmail(email).ID
	})
}

// PermissionSet is the last part of a permission set's ARN, by its name.
func (c *Cloud) PermissionSet(name string) string {
	return read(c, func(s *state) string {
		arn := s.Center.set(name).ARN
		return arn[strings.LastIndex(arn, "/")+1:]
	})
}

// RoleID is the id of a role.
func (c *Cloud) RoleID(name string) string {
	return read(c, func(s *state) string { return s.Roles[name].ID })
}

// SecretVersion is the ARN of a secret, an @, and the id of its current version.
func (c *Cloud) SecretVersion(name string) string {
	return read(c, func(s *state) string {
		return s.Secrets[name].ARN + "@" + s.Secrets[name].Versions[len(s.Secrets[name].Versions)-1].ID
	})
}

// Inline are the inline policies of somebody's user, by name.
func (c *Cloud) Inline(email string) map[string]string {
	return read(c, func(s *state) map[string]string { return maps.Clone(s.mustUser(email).Inline) })
}

// Credentials says how many passwords and keys somebody has.
func (c *Cloud) Credentials(email string) int {
	return read(c, func(s *state) int {
		u := s.mustUser(email)
		n := len(u.Keys) + len(u.Certificates) + len(u.SSHKeys) + len(u.Services)
		if !u.Password.IsZero() {
			n++
		}
		return n
	})
}

// MFADevices are the virtual MFA devices that there are.
func (c *Cloud) MFADevices() []string {
	return read(c, func(s *state) []string { return slices.Sorted(maps.Keys(s.Devices)) })
}

// Snapshot is everything about everybody except one person, as JSON in a stable order: what must be the same before and
// after that person's exit. What is everybody's and changes with an exit is not in it: versions of secrets, and the policy
// by which a role's older sessions are revoked.
func (c *Cloud) Snapshot(except string) string {
	return read(c, func(s *state) string {
		data, err := json.MarshalIndent(s.snapshot(except), "", "  ")
		if err != nil {
			panic(err) // it is plain data
		}
		return string(data)
	})
}

func (s *state) snapshot(except string) object {
	users, people, theirs := []user{}, []person{}, map[string]bool{}
	mine := func(addresses ...string) bool {
		return slices.ContainsFunc(addresses, func(a string) bool { return strings.EqualFold(a, except) })
	}
	for _, u := range sandbox.Sorted(s.Users) {
		if mine(u.Tags["email"], u.Name) {
			theirs[u.ID] = true
			continue
		}
		users = append(users, *u)
	}
	for _, p := range sandbox.Sorted(s.Center.Users) {
		if mine(p.Email) {
			theirs[p.ID] = true
			continue
		}
		people = append(people, *p)
	}
	theirs[s.Center.Deleted[strings.ToLower(except)]] = true
	groups, memberships := map[string][]string{}, map[string][]string{}
	for _, g := range s.Groups {
		groups[g.Name] = append([]string{}, g.Attached...)
		for _, member := range g.Members {
			if s.Users[member] != nil && !theirs[member] {
				groups[g.Name] = append(groups[g.Name], member)
			}
		}
	}
	for _, g := range s.Center.Groups {
		for _, member := range slices.Sorted(maps.Keys(g.Members)) {
			if !theirs[member] {
				memberships[g.Name] = append(memberships[g.Name], member)
			}
		}
	}
	roles := map[string][]string{}
	for _, r := range s.Roles {
		for _, name := range slices.Sorted(maps.Keys(r.Inline)) {
			if name != "AWSRevokeOlderSessions" {
				roles[r.Name] = append(roles[r.Name], name)
			}
		}
		roles[r.Name] = append(roles[r.Name], r.Attached...)
	}
	return object{
		"Users": users, "People": people, "Groups": groups, "Memberships": memberships, "Roles": roles,
		"Policies": slices.Sorted(maps.Keys(s.Policies)), "Secrets": slices.Sorted(maps.Keys(s.Secrets)),
		"Assignments": slices.DeleteFunc(slices.Clone(s.Center.Assignments), func(a assignment) bool { return theirs[a.Principal] }),
		"Applications": slices.DeleteFunc(slices.Clone(s.Center.AppAssignments), func(a appAssignment) bool {
			return theirs[a.Principal]
		}),
	}
}

// Everybody are the ids of all users of the account.
func (c IAM) Everybody() []string {
	return read(c.Cloud, func(s *state) []string { return slices.Sorted(maps.Keys(s.Users)) })
}

// Everybody are the ids of all users of the identity store.
func (c Center) Everybody() []string {
	return read(c.Cloud, func(s *state) []string { return slices.Sorted(maps.Keys(s.Center.Users)) })
}

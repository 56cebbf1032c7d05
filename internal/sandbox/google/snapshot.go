package google

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
)

// Snapshot is everything about everybody except one person, and about the tenant, as JSON in a stable order:
// what must be the same before and after that person's exit, which may have deleted them. It has names in place
// of ids.
func (t *Tenant) Snapshot(except string) string {
	return read(t, func(s *state) string {
		former := s.find(except)
		if former == nil {
			former = s.deleted(except)
		}
		if former == nil {
			panic("nobody in the sandbox tenant ever had the address " + except)
		}
		data, err := json.MarshalIndent(s.snapshot(former.ID), "", "  ")
		if err != nil {
			panic(err) // it is plain data
		}
		return string(data)
	})
}

type snapshot struct {
	People    []holdings
	Groups    map[string][]string // to the members but one
	Roles     map[string][]string // of groups
	Delegated []string
	// Devices are those of others, with their states, and Chromebooks all, but for whose they are noted to be.
	Devices     []device
	Chromebooks []chromebook
	Matters     map[string]*matter
	Owned       json.RawMessage
	Drives      map[string][]string // to the members but one, with their roles
}

// holdings is what one person is and has. The licences for archived users are nobody's.
type holdings struct {
	Account      user
	Groups       []string
	Roles        []string
	Tokens       []string
	AppPasswords []string
	Licences     []string
}

// is says that an address is a person's, who may be gone.
func (s *state) is(id, address string) bool {
	for _, u := range []*user{s.Users[id], s.Deleted[id]} {
		if u != nil && slices.ContainsFunc(u.addresses(), func(a string) bool { return strings.EqualFold(a, address) }) {
			return true
		}
	}
	return false
}

func (s *state) snapshot(except string) snapshot {
	snap := snapshot{Groups: map[string][]string{}, Roles: map[string][]string{}, Delegated: s.Delegated, Matters: s.Matters, Owned: s.ownedBut(except)}
	snap.Drives = s.drivesBut(except)
	for _, u := range sandbox.Sorted(s.Users) {
		if u.ID == except {
			continue
		}
		h := holdings{
			Account: *u, Groups: addressesOf(s.groupsOf(u.ID)), Roles: s.roleNames(s.assignmentsOf(u)),
			Tokens: u.tokenNames(), AppPasswords: u.appPasswordNames(), Licences: s.licencesOf(u),
		}
		h.Account.Mail.Delegates = slices.DeleteFunc(slices.Clone(u.Mail.Delegates), func(a mailAddress) bool { return s.is(except, a.Address) })
		// A grant shows by the app's name, and a backup code not at all.
		h.Account.Tokens, h.Account.AppPasswords = nil, nil
		h.Account.Password, h.Account.Codes = digest(u.Password), nil
		for _, code := range u.Codes {
			h.Account.Codes = append(h.Account.Codes, digest(code))
		}
		snap.People = append(snap.People, h)
	}
	for _, d := range sandbox.Sorted(s.Devices) {
		if d.User != except {
			snap.Devices = append(snap.Devices, *d)
		}
	}
	for _, d := range sandbox.Sorted(s.Chromebooks) {
		shown := *d
		for _, u := range []*user{s.Users[except], s.Deleted[except]} {
			if u != nil && u.PrimaryEmail == shown.AnnotatedUser {
				shown.AnnotatedUser = ""
			}
		}
		snap.Chromebooks = append(snap.Chromebooks, shown)
	}
	for _, g := range s.Groups {
		snap.Groups[g.Email] = s.memberNames(g, except)
		if roles := s.roleNames(s.assignmentsTo(g.ID)); len(roles) > 0 {
			snap.Roles[g.Email] = roles
		}
	}
	return snap
}

package google

import (
	"maps"
	"slices"
	"time"
)

// What lawyers do about holds of single people.

func (m *matter) mustHold(name string) *hold {
	for _, h := range m.Holds {
		if h.Name == name {
			return h
		}
	}
	panic("the matter " + m.Name + " has no hold named " + name)
}

// DeleteMatter deletes a matter, which ends its holds.
func (t *Tenant) DeleteMatter(name string) {
	t.CloseMatter(name)
	t.change(func(s *state, _ time.Time) { s.mustMatter(name).State = deletedMatter })
}

// RenameMatter gives a matter another name.
func (t *Tenant) RenameMatter(name, to string) {
	t.change(func(s *state, _ time.Time) { s.mustMatter(name).Name = to })
}

// MatterID is the id of a matter.
func (t *Tenant) MatterID(name string) string {
	return read(t, func(s *state) string { return s.mustMatter(name).ID })
}

// Matters are the names of all matters, with the state of those that are not open.
func (t *Tenant) Matters() []string {
	return read(t, func(s *state) (list []string) {
		for _, m := range s.Matters {
			name := m.Name
			if m.State != openMatter {
				name += " (" + m.State + ")"
			}
			list = append(list, name)
		}
		slices.Sort(list)
		return list
	})
}

// HoldOf puts people on a hold of this name in a matter, for a service such as MAIL or DRIVE. All of it is held.
func (t *Tenant) HoldOf(matter, name, corpus string, emails ...string) {
	t.change(func(s *state, now time.Time) {
		var accounts []string
		for _, email := range emails {
			accounts = append(accounts, s.mustUser(email).ID)
		}
		h := s.addHold(s.mustMatter(matter), name, corpus, accounts, "", now)
		switch corpus {
		case "DRIVE":
			h.Query.DriveQuery = &struct{ IncludeSharedDriveFiles bool }{true}
		case "HANGOUTS_CHAT":
			h.Query.HangoutsChatQuery = &struct{ IncludeRooms bool }{true}
		}
	})
}

// ReleaseHold ends a hold.
func (t *Tenant) ReleaseHold(matter, name string) {
	t.change(func(s *state, _ time.Time) {
		m := s.mustMatter(matter)
		delete(m.Holds, m.mustHold(name).ID)
	})
}

// NarrowHold has a hold on mail hold only what matches a search.
func (t *Tenant) NarrowHold(matter, name, terms string) {
	t.change(func(s *state, _ time.Time) {
		s.mustMatter(matter).mustHold(name).Query.MailQuery = &struct{ Terms, StartTime, EndTime string }{Terms: terms}
	})
}

// AddToHold has a hold name somebody more, and TakeOffHold somebody less.
func (t *Tenant) AddToHold(matter, name, email string) {
	t.change(func(s *state, now time.Time) { s.mustMatter(matter).mustHold(name).name(s.mustUser(email).ID, now) })
}

// TakeOffHold has a hold no longer name somebody.
func (t *Tenant) TakeOffHold(matter, name, email string) {
	t.change(func(s *state, _ time.Time) { s.mustMatter(matter).mustHold(name).unname(s.mustUser(email).ID) })
}

// HeldBy are those whom a hold names, by address.
func (t *Tenant) HeldBy(matter, name string) []string {
	return read(t, func(s *state) []string {
		list := []string{}
		for _, id := range s.mustMatter(matter).mustHold(name).Accounts {
			list = append(list, s.Users[id].PrimaryEmail)
		}
		slices.Sort(list)
		return list
	})
}

// TakeVaultLicence takes Vault away from what somebody's licence includes.
func (t *Tenant) TakeVaultLicence(email string) {
	t.change(func(s *state, _ time.Time) { s.WithoutVault = append(s.WithoutVault, s.mustUser(email).ID) })
}

// GiveVaultLicences gives everybody a licence that includes Vault.
func (t *Tenant) GiveVaultLicences() {
	t.change(func(s *state, _ time.Time) { s.WithoutVault = nil })
}

// AllHolds are the holds of all matters, by the name of the matter and their own.
func (t *Tenant) AllHolds() []string {
	return read(t, func(s *state) []string {
		list := map[string]bool{}
		for _, m := range s.Matters {
			for _, h := range m.Holds {
				list[m.Name+": "+h.Name] = true
			}
		}
		return slices.Sorted(maps.Keys(list))
	})
}

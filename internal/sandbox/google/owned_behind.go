package google

import (
	"slices"
	"time"

	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
)

// What people make and own, how transfers go, and what there is to see of it.

// CreateFile makes a file that a person owns, shared with these addresses or with Anyone.
func (t *Tenant) CreateFile(email, name string, shared ...string) {
	t.change(func(s *state, now time.Time) { s.addFile(s.mustUser(email), name, now, shared...) })
}

// Orphan takes a person's file out of every folder, as when the folder of somebody else that it was in is deleted.
func (t *Tenant) Orphan(email, name string) {
	t.eachFile(email, name, func(f *file) { f.Orphaned = true })
}

// Adopt puts a file that is in no folder into My Drive.
func (t *Tenant) Adopt(email, name string) {
	t.eachFile(email, name, func(f *file) { f.Orphaned = false })
}

func (t *Tenant) eachFile(email, name string, change func(*file)) {
	t.change(func(s *state, _ time.Time) {
		found := false
		for _, f := range s.Files {
			if f.Owner == s.mustUser(email).ID && f.Name == name {
				found = true
				change(f)
			}
		}
		if !found {
			panic("the sandbox tenant has no file of " + email + " called " + name)
		}
	})
}

// LimitStorage sets how much a person may store, in bytes.
func (t *Tenant) LimitStorage(email string, limit int64) {
	t.change(func(s *state, _ time.Time) { s.Rooms[s.mustUser(email).ID] = limit })
}

// CreateCalendar makes a calendar beside a person's primary one, and returns its id.
func (t *Tenant) CreateCalendar(email, summary string) (id string) {
	t.change(func(s *state, _ time.Time) { id = s.addCalendar(s.mustUser(email), summary).ID })
	return id
}

// Invite makes an event of tomorrow in a person's primary calendar, with these guests.
func (t *Tenant) Invite(email, summary string, guests ...string) {
	t.change(func(s *state, now time.Time) { s.addEvent(s.mustUser(email), summary, now.Add(day), guests...) })
}

// CreateDashboard makes a dashboard in Looker Studio, which takes a sign-in.
func (t *Tenant) CreateDashboard(email, name string) {
	t.change(func(s *state, now time.Time) {
		u := s.mustUser(email)
		u.LastLogin = now
		s.addDashboard(u, name)
	})
}

// StartTransfer begins a transfer of somebody's files, as an administrator does in the Admin console.
func (t *Tenant) StartTransfer(from, to string) {
	t.change(func(s *state, now time.Time) {
		old, heir := s.mustUser(from), s.mustUser(to)
		x := &transfer{
			ID: letters(36, s.again("transfer", old.ID, heir.ID)...), Old: old.ID, New: heir.ID, Requested: now,
			Apps: []moved{{App: driveApp, Status: inProgress, Privacy: "PRIVATE SHARED"}},
		}
		s.Transfers[x.ID] = x
	})
}

// GiveAway gives everything that a person owns beside groups to somebody else: a transfer that is completed, with
// what it leaves.
func (t *Tenant) GiveAway(from, to string) {
	t.change(func(s *state, now time.Time) {
		old, heir := s.mustUser(from), s.mustUser(to)
		x := &transfer{ID: letters(36, s.again("transfer", old.ID, heir.ID)...), Old: old.ID, New: heir.ID, Requested: now}
		for _, a := range applications {
			part := moved{App: a.id, Status: completed, Privacy: "PRIVATE SHARED"}
			x.Apps = append(x.Apps, part)
			s.move(x, part)
		}
		s.Transfers[x.ID] = x
		for _, c := range s.Calendars {
			if c.Owner == old.ID {
				c.Owner = heir.ID
			}
		}
	})
}

// SetTransferPolls sets how often a transfer is looked at before it is over.
func (t *Tenant) SetTransferPolls(polls int) {
	t.change(func(s *state, _ time.Time) { s.TransferPolls = polls })
}

// FailTransfers has the next transfers fail.
func (t *Tenant) FailTransfers(next int) {
	t.change(func(s *state, _ time.Time) { s.FailTransfers = next })
}

// Transfers are how the transfers from a person stand, in the order of their requests.
func (t *Tenant) Transfers(from string) []string {
	return read(t, func(s *state) []string {
		id := s.mustUser(from).ID
		list := slices.DeleteFunc(sandbox.Sorted(s.Transfers), func(x *transfer) bool { return x.Old != id })
		slices.SortStableFunc(list, func(a, b *transfer) int { return a.Requested.Compare(b.Requested) })
		words := []string{}
		for _, x := range list {
			words = append(words, x.status())
		}
		return words
	})
}

// Files are the names of the files that a person owns and that are not in the trash.
func (t *Tenant) Files(email string) []string {
	return owns(t, email, func(s *state) map[string]*file { return s.Files }, func(f *file) (owner, name string) {
		if f.Trashed {
			return "", ""
		}
		return f.Owner, f.Name
	})
}

// Calendars are the names of the calendars that a person owns beside the primary one.
func (t *Tenant) Calendars(email string) []string {
	return owns(t, email, func(s *state) map[string]*secondary { return s.Calendars }, func(c *secondary) (owner, name string) { return c.Owner, c.Summary })
}

// Events are the names of the events that a person is the organizer of.
func (t *Tenant) Events(email string) []string {
	return owns(t, email, func(s *state) map[string]*event { return s.Events }, func(e *event) (owner, name string) { return e.Organizer, e.Summary })
}

// Dashboards are the names of the dashboards that a person owns.
func (t *Tenant) Dashboards(email string) []string {
	return owns(t, email, func(s *state) map[string]*dashboard { return s.Dashboards }, func(d *dashboard) (owner, name string) { return d.Owner, d.Name })
}

// owns are the names of the things of one sort that a person owns, in order.
func owns[T any](t *Tenant, email string, all func(*state) map[string]*T, of func(*T) (owner, name string)) []string {
	return read(t, func(s *state) []string {
		list, id := []string{}, s.mustUser(email).ID
		for _, x := range all(s) {
			if owner, name := of(x); owner == id {
				list = append(list, name)
			}
		}
		slices.Sort(list)
		return list
	})
}

// CalendarID is the id of the calendar of a person with this name.
func (t *Tenant) CalendarID(email, summary string) string {
	return read(t, func(s *state) string { return s.mustCalendar(email, summary) })
}

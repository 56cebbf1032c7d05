package google

import (
	"slices"
	"time"
)

// ShareCalendar lets somebody into a person's calendar: the primary one if it has no name.
func (t *Tenant) ShareCalendar(email, summary, with, role string) {
	t.change(func(s *state, _ time.Time) {
		s.Shares = append(slices.Clone(s.Shares), share{s.mustCalendar(email, summary), with, role})
	})
}

// Shares are whom a person's calendar is shared with, each with their role.
func (t *Tenant) Shares(email, summary string) []string {
	return read(t, func(s *state) []string {
		rows, id := []string{}, s.mustCalendar(email, summary)
		for _, x := range s.Shares {
			if x.Calendar == id {
				rows = append(rows, x.With+" "+x.Role)
			}
		}
		return rows
	})
}

// Subscribe puts a calendar on a person's list.
func (t *Tenant) Subscribe(email, calendar, role string) {
	t.change(func(s *state, _ time.Time) {
		s.Subscriptions = append(slices.Clone(s.Subscriptions), subscription{s.mustUser(email).ID, calendar, calendar, role})
	})
}

func (s *state) mustCalendar(email, summary string) string {
	owner := s.mustUser(email).ID
	if summary == "" {
		return owner
	}
	for _, c := range s.Calendars {
		if c.Owner == owner && c.Summary == summary {
			return c.ID
		}
	}
	panic("in the sandbox tenant " + email + " has no calendar " + summary)
}

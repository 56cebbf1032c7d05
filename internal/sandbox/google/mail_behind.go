package google

import (
	"slices"
	"time"
)

// mailTable is what people have set in their mailboxes, one line a setting. Filters are by the address from which mail
// has to come.
var mailTable = []struct{ mailbox, setting, address, with string }{
	{"jane.doe", "delegate", "omar.haddad@acme.example", confirmed},
	{"jane.doe", "delegate", "sam.reed@acme.example", unconfirmed},
	{"jane.doe", "forwarding", "jane@personal.example", confirmed},
	{"jane.doe", "forwarding", "jane.doe@partner.example", unconfirmed},
	{"jane.doe", "auto", "jane@personal.example", ""},
	{"jane.doe", "filter", "jane@personal.example", "victor.almeida@acme.example"},
	{"jane.doe", "filter", "jane@personal.example", "offers@recruiter.example"},
	{"jane.doe", "label", "Label_7", "builds@acme.example"},
	{"jane.doe", "send as", "jane@personal.example", confirmed},
	{"jane.doe", "send as", "press@acme.example", confirmed},

	{"mei.tanaka", "delegate", "jane.doe@acme.example", confirmed},
	{"mei.tanaka", "forwarding", "mei@personal.example", confirmed},
	{"mei.tanaka", "auto", "mei@personal.example", ""},
	{"mei.tanaka", "filter", "mei@personal.example", "pager@acme.example"},
	{"erik.lund", "delegate", "omar.haddad@acme.example", confirmed},
	{"erik.lund", "forwarding", "erik@personal.example", confirmed},
	{"noah.fischer", "delegate", "omar.haddad@acme.example", confirmed},
}

func (b *builder) mailboxes() {
	for _, row := range mailTable {
		u := b.person(row.mailbox)
		switch row.setting {
		case "delegate":
			u.Mail.Delegates = append(u.Mail.Delegates, mailAddress{row.address, row.with})
		case "forwarding":
			u.Mail.Forwarding = append(u.Mail.Forwarding, mailAddress{row.address, row.with})
		case "auto":
			u.Mail.AutoForward = row.address
		case "filter":
			b.addFilter(u, row.with, "", row.address)
		case "label":
			b.addFilter(u, row.with, row.address, "")
		case "send as":
			u.Mail.SendAs = append(u.Mail.SendAs, mailAddress{row.address, row.with})
		}
	}
}

// addFilter: ids of filters look like ANe1BmjXnqhLr0a5q8ULDGx7NV0KT1UjXBVwqQ.
func (s *state) addFilter(u *user, from, label, forward string) string {
	id := "ANe1B" + letters(20, s.again("filter", u.ID, from)...)
	u.Mail.Filters = append(u.Mail.Filters, mailFilter{ID: id, From: from, Label: label, Forward: forward})
	return id
}

// AddMailDelegate lets somebody read a person's mail and send in their name.
func (t *Tenant) AddMailDelegate(email, delegate string) {
	t.change(func(s *state, _ time.Time) {
		u := s.mustUser(email)
		u.Mail.Delegates = append(u.Mail.Delegates, mailAddress{delegate, confirmed})
	})
}

// ForwardMail has all of a person's mail forwarded, as they do themselves.
func (t *Tenant) ForwardMail(email, to string) {
	t.change(func(s *state, _ time.Time) {
		u := s.mustUser(email)
		if !slices.Contains(u.Mail.Forwarding, mailAddress{to, confirmed}) {
			u.Mail.Forwarding = append(u.Mail.Forwarding, mailAddress{to, confirmed})
		}
		u.Mail.AutoForward = to
	})
}

// AddMailFilter forwards mail that comes from somebody, and returns the filter's id.
func (t *Tenant) AddMailFilter(email, from, to string) (id string) {
	t.change(func(s *state, _ time.Time) { id = s.addFilter(s.mustUser(email), from, "", to) })
	return id
}

// SetMailbox turns a person's mailbox on or off.
func (t *Tenant) SetMailbox(email string, on bool) {
	t.change(func(s *state, _ time.Time) { s.mustUser(email).Mailbox = on })
}

// MailSettings are what somebody else gets of a person's mailbox, in words, sorted.
func (t *Tenant) MailSettings(email string) []string {
	return read(t, func(s *state) []string {
		m := s.mustUser(email).Mail
		list := []string{}
		for what, addresses := range map[string][]mailAddress{"delegate ": m.Delegates, "forwarding ": m.Forwarding, "send as ": m.SendAs} {
			for _, a := range addresses {
				list = append(list, what+a.Address)
			}
		}
		if m.AutoForward != "" {
			list = append(list, "all mail to "+m.AutoForward)
		}
		for _, f := range m.Filters {
			if f.Forward != "" {
				list = append(list, "filter to "+f.Forward)
			}
		}
		slices.Sort(list)
		return list
	})
}

// MailFilterID is the id of a person's filter, by the address from which mail has to come.
func (t *Tenant) MailFilterID(email, from string) string {
	return read(t, func(s *state) string {
		for _, f := range s.mustUser(email).Mail.Filters {
			if f.From == from {
				return f.ID
			}
		}
		panic("in the sandbox tenant " + email + " has no filter for mail from " + from)
	})
}

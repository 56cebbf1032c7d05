package google

import (
	"slices"
	"time"

	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
)

// deviceTable is every device, and chromebookTable every ChromeOS device.
var deviceTable = []struct {
	user, model, kind string
	company           bool
}{
	{"jane.doe", "iPhone 15", "IOS", false},
	{"jane.doe", "Pixel 8", "ANDROID", false},
	{"jane.doe", "Pixel Tablet", "ANDROID", true},
	{"jane.doe", "Latitude 7440", "WINDOWS", true},
	{"omar.haddad", "iPhone 14", "IOS", false},
	{"omar.haddad", "MacBook Pro", "MAC_OS", true},
	{"mei.tanaka", "Pixel 7", "ANDROID", false},
}

var chromebookTable = []struct{ user, model string }{
	{"jane.doe", "Chromebook Spin 714"}, {"jane.doe", "Chromebox CXI5"}, {"omar.haddad", "Chromebook Plus"}, {"", "Chromebook Go"},
}

func (b *builder) devices() {
	for _, row := range deviceTable {
		b.enroll(b.person(row.user), row.model, row.kind, row.company)
	}
	for _, row := range chromebookTable {
		d := &chromebook{ID: letters(32, "chromebook", row.model), Serial: "5CD" + number(7, "chromebook", row.model), Model: row.model}
		if row.user != "" {
			d.AnnotatedUser = b.person(row.user).PrimaryEmail
		}
		b.Chromebooks[d.ID] = d
	}
}

// enroll makes a device known, with this person as its user.
func (s *state) enroll(u *user, model, kind string, company bool) {
	of := s.again("device", u.ID, model)
	d := &device{
		ID: letters(16, append(of, "id")...), Serial: "SN" + number(10, of...), Model: model, Type: kind, Company: company, User: u.ID,
		Resource: "AFiQxQ" + letters(20, append(of, "resource")...), Name: letters(24, append(of, "name")...), State: approvedState,
	}
	s.Devices[d.ID] = d
}

func (s *state) deviceOf(email, model string) *device {
	u := s.mustUser(email)
	for _, d := range sandbox.Sorted(s.Devices) {
		if d.User == u.ID && d.Model == model {
			return d
		}
	}
	panic("in the sandbox tenant " + email + " has no device " + model)
}

// Enroll has a person use a device of their own, or the company's, of a kind such as ANDROID.
func (t *Tenant) Enroll(email, model, kind string, company bool) {
	t.change(func(s *state, _ time.Time) { s.enroll(s.mustUser(email), model, kind, company) })
}

// SetDeviceState sets how a person's device is managed, such as BLOCKED.
func (t *Tenant) SetDeviceState(email, model, managed string) {
	t.change(func(s *state, _ time.Time) { s.deviceOf(email, model).State = managed })
}

// Sync has a person's device be in touch: what was to be wiped is.
func (t *Tenant) Sync(email, model string) {
	t.change(func(s *state, _ time.Time) {
		if d := s.deviceOf(email, model); d.State == wipingState {
			d.State = wipedState
		}
	})
}

// Devices are a person's devices with their states, and the ChromeOS devices noted as theirs, sorted.
func (t *Tenant) Devices(email string) []string {
	return read(t, func(s *state) []string {
		u := s.mustUser(email)
		list := []string{}
		for _, d := range s.Devices {
			if d.User == u.ID {
				list = append(list, d.Model+" "+d.State)
			}
		}
		for _, d := range s.Chromebooks {
			if d.AnnotatedUser == u.PrimaryEmail {
				list = append(list, d.Model)
			}
		}
		slices.Sort(list)
		return list
	})
}

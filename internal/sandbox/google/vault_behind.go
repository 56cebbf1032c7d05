package google

import (
	"fmt"
	"slices"
	"time"

	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
)

// What the company's lawyers do, and what there is to see of it.

func (s *state) mustMatter(name string) *matter {
	for _, m := range sandbox.Sorted(s.Matters) {
		if m.Name == name {
			return m
		}
	}
	panic(fmt.Sprintf("the sandbox tenant has no matter named %q", name))
}

// OpenMatter opens a matter in Vault.
func (t *Tenant) OpenMatter(name string) {
	t.change(func(s *state, _ time.Time) { _ = s.addMatter(name) })
}

// CloseMatter closes a matter, which ends its holds.
func (t *Tenant) CloseMatter(name string) {
	t.change(func(s *state, _ time.Time) {
		m := s.mustMatter(name)
		m.State = closedMatter
		clear(m.Holds)
	})
}

// Hold puts a person on hold in a matter, for a service such as MAIL or DRIVE.
func (t *Tenant) Hold(email, matter, corpus string) {
	t.change(func(s *state, now time.Time) {
		s.addHold(s.mustMatter(matter), corpus+" of "+email, corpus, []string{s.mustUser(email).ID}, "", now)
	})
}

// HoldOrgUnit puts everybody in and below an organisational unit on hold.
func (t *Tenant) HoldOrgUnit(orgUnitPath, matter, corpus string) {
	t.change(func(s *state, now time.Time) {
		if !slices.Contains(s.orgUnits(), orgUnitPath) {
			panic(fmt.Sprintf("the sandbox tenant has no organisational unit %q", orgUnitPath))
		}
		s.addHold(s.mustMatter(matter), corpus+" of "+orgUnitPath, corpus, nil, orgUnitPath, now)
	})
}

// ReleaseHolds ends all holds of a matter.
func (t *Tenant) ReleaseHolds(matter string) {
	t.change(func(s *state, _ time.Time) { clear(s.mustMatter(matter).Holds) })
}

// Holds are the holds of a matter, by name.
func (t *Tenant) Holds(matter string) []string {
	return read(t, func(s *state) []string {
		list := []string{}
		for _, h := range s.mustMatter(matter).Holds {
			list = append(list, h.Name)
		}
		slices.Sort(list)
		return list
	})
}

// IsHeld says whether anything holds a person, by name or by a unit.
func (t *Tenant) IsHeld(email string) bool {
	return read(t, func(s *state) bool { return s.isHeld(s.mustUser(email)) })
}

// MoveToOrgUnit puts a person into another organisational unit, which is made if there is none.
func (t *Tenant) MoveToOrgUnit(email, orgUnitPath string) {
	t.change(func(s *state, _ time.Time) { s.mustUser(email).OrgUnitPath = orgUnitPath })
}

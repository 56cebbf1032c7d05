package scim

import (
	"context"
	"slices"
	"strings"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/system"
)

var _ access.Registrar = (*SCIM)(nil)

// Roll lists everybody in the application. GET /Users.
//
// Not in it are, where the vendor hides them, accounts that are not active. Where the vendor's list is not of everybody
// who has access, there is no roll.
func (s *SCIM) Roll(ctx context.Context) ([]access.Entry, error) {
	const what = "list everybody"
	if s.profile.Partial != "" {
		return nil, &access.Error{
			Kind: access.Denied, Op: s.op(what), Reason: s.profile.Partial, Fix: "Take the list of accounts from " + s.profile.Vendor + " itself.",
		}
	}
	listed, err := s.list(ctx)
	if err != nil {
		return nil, err
	}
	roll := make([]access.Entry, 0, len(listed))
	for _, u := range listed {
		roll = append(roll, u.entry())
	}
	if fault := access.RollFault(roll); fault != "" {
		return nil, s.malformed(what, fault)
	}
	return roll, nil
}

// entry is the account with what else is noted with it.
func (u *user) entry() access.Entry {
	e := access.Entry{Account: u.account(), Sort: system.OneLine(u.UserType), FullName: u.fullName(), Created: u.Meta.Created.UTC()}
	for _, email := range u.Emails {
		address := strings.ToLower(strings.TrimSpace(email.Value))
		if address != "" && !slices.Contains(e.Names, address) && !slices.Contains(e.Elsewhere, address) {
			e.Elsewhere = append(e.Elsewhere, address)
		}
	}
	return e
}

func (u *user) fullName() string {
	for _, name := range []string{u.DisplayName, u.Name.Formatted, u.Name.GivenName + " " + u.Name.FamilyName} {
		if name = system.OneLine(name); name != "" {
			return name
		}
	}
	return ""
}

package okta

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/offboard/terraform-provider-offboard/internal/access"
)

var _ access.Registrar = (*Okta)(nil)

// Roll lists everybody in the org. GET /api/v1/users?limit=200, scope okta.users.read.
//
// Okta leaves out of the plain list who is DEPROVISIONED, and nobody else (Okta's document, listUsers). Such an account
// can't be signed in to, and only an administrator can activate it; one that is just being activated again is in the list
// when that is done. A search would have those too, but is answered from an index that may be behind, of which the
// document warns for the parameter search alone. Whether the plain list is ever behind it does not say: like every list,
// it is for finding people, and no removal is verified by it.
func (o *Okta) Roll(ctx context.Context) ([]access.Entry, error) {
	call := reading("users", "list everybody")
	users, err := list[user](ctx, o, call, "/api/v1/users?limit=200")
	if err != nil {
		return nil, there(call, err)
	}
	roll := make([]access.Entry, 0, len(users))
	for _, u := range users {
		roll = append(roll, u.entry())
	}
	if fault := access.RollFault(roll); fault != "" {
		wrong := malformed(call, fault)
		wrong.Fix = "Try again, as it may have changed while it was listed. " + wrong.Fix
		return nil, wrong
	}
	return roll, nil
}

// entry is the account with what else its profile says. What Okta calls userType is a word of the org's own; which
// accounts are machines' Okta does not say.
func (u *user) entry() access.Entry {
	e := access.Entry{
		Account: u.account(), Sort: strings.TrimSpace(u.Profile.UserType),
		FullName: cmp.Or(strings.TrimSpace(u.Profile.DisplayName), strings.TrimSpace(u.Profile.FirstName+" "+u.Profile.LastName)),
	}
	if second := strings.ToLower(u.Profile.SecondEmail); second != "" && !slices.Contains(e.Names, second) {
		e.Elsewhere = []string{second}
	}
	if u.Created != nil {
		e.Created = u.Created.UTC()
	}
	if u.LastLogin.Time != nil {
		e.LastSignIn = u.LastLogin.UTC()
	}
	return e
}

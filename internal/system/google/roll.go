package google

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	admin "google.golang.org/api/admin/directory/v1"

	"github.com/offboard/terraform-provider-offboard/internal/access"
)

var _ access.Registrar = (*Google)(nil)

// Roll lists everybody of the customer: active, suspended and archived. Not in the list is who was deleted, whom only an
// administrator can bring back, for 20 days (google.md section 3). It is the list without a question, as questions may be
// answered as of a day ago; whether it is ever behind itself no page says. Which accounts are machines' Google does not say:
// those of its own service accounts are no users.
func (g *Google) Roll(ctx context.Context) ([]access.Entry, error) {
	everybody, err := g.everybody(ctx)
	if err != nil {
		return nil, err
	}
	call := reading(users, "list everybody")
	roll := make([]access.Entry, 0, len(everybody))
	for _, u := range everybody {
		e, err := entryOf(call, u)
		if err != nil {
			return nil, err
		}
		roll = append(roll, e)
	}
	if fault := access.RollFault(roll); fault != "" {
		wrong := malformed(call, fault)
		wrong.Fix = "Try again, as it may have changed while it was listed. " + wrong.Fix
		return nil, wrong
	}
	return roll, nil
}

func entryOf(call op, u *admin.User) (access.Entry, error) {
	e := access.Entry{Account: accountOf(u)}
	if u.Name != nil {
		e.FullName = strings.TrimSpace(cmp.Or(u.Name.FullName, u.Name.GivenName+" "+u.Name.FamilyName))
	}
	if second := strings.ToLower(u.RecoveryEmail); second != "" && !slices.Contains(everyAddress(u), second) {
		e.Elsewhere = []string{second}
	}
	var err error
	if u.CreationTime != "" {
		if e.Created, err = time.Parse(time.RFC3339, u.CreationTime); err != nil {
			return access.Entry{}, malformed(call, "a time of creation that is none")
		}
		e.Created = e.Created.UTC()
	}
	at, ever, err := lastLogin(call, u)
	if ever {
		e.LastSignIn = at
	}
	return e, err
}

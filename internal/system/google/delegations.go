package google

import (
	"context"
	"fmt"
	"slices"
	"strings"

	admin "google.golang.org/api/admin/directory/v1"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/system"
)

// Delegations are the rights of others on what is the account's, and its own on what is others'. Ids tell the
// families apart by what they begin with.
//
// What is in the account's own name can be seen and changed only while the account is active: Google gives no access
// token for another, and Gmail answers 400 failedPrecondition (google.md section 11). Nor does any of it work then: a
// suspended account's mail is not delivered, and its services are unavailable
// (https://support.google.com/a/answer/33312; google.md section 3). So of an account that is not active these families
// are dormant: nothing of them is held, nothing counts as removed, and all of it is listed again once the account is
// active.
func Delegations(g *Google) access.Connector { return delegations{g} }

type delegations struct{ *Google }

var _ access.Transferer = delegations{}

// A family is one sort of delegation.
type family struct {
	// prefix is what the ids of its grants begin with.
	prefix string
	// name is what it is called while it is dormant.
	name string
	// list is nil where the rows are listed with those of another family.
	list   func(c delegations, ctx context.Context, u *admin.User) ([]access.Grant, error)
	remove func(c delegations, ctx context.Context, u *admin.User, key string) error
}

// inTheirName are the families that are seen in the account's own name.
var inTheirName = []family{
	{"delegate/", "mail delegates", delegations.delegates, delegations.removeDelegate},
	{calendarPrefix, "calendars they own", delegations.calendars, delegations.keepCalendar},
	{"auto_forwarding/", "forwarding of all mail", delegations.autoForwarding, delegations.removeAutoForwarding},
	{"filter/", "filters that forward mail", delegations.filters, delegations.removeFilter},
	{"forwarding/", "forwarding addresses", delegations.forwardingAddresses, delegations.removeForwardingAddress},
	{sharedPrefix, "calendars of others", nil, delegations.leaveCalendar},
	{"send_as/", "addresses to send as", delegations.sendAs, delegations.removeSendAs},
}

// List asks in the account's own name for the settings of its mailbox.
// GET /gmail/v1/users/me/settings/…, scope gmail.settings.basic. None of these lists has pages.
func (c delegations) List(ctx context.Context, account access.AccountID) (grants []access.Grant, err error) {
	defer c.onlyIfGone(ctx, account, &err)
	u, err := c.user(ctx, account)
	if err != nil {
		return nil, err
	}
	for _, f := range inTheirName {
		if status(u) != active {
			grants = append(grants, access.Grant{ID: access.GrantID(f.prefix), Label: f.name + " (the account is " + status(u) + ")", Dormant: true})
			continue
		}
		if f.list == nil {
			continue
		}
		listed, err := f.list(c, ctx, u)
		if err != nil {
			return nil, err
		}
		grants = append(grants, listed...)
	}
	return grants, nil
}

// Moves says that calendars need an owner.
func (c delegations) Moves(grant access.GrantID) bool {
	return strings.HasPrefix(string(grant), calendarPrefix)
}

// Remove takes one away.
func (c delegations) Remove(ctx context.Context, account access.AccountID, grant access.GrantID) (access.Receipt, error) {
	gone := access.Receipt{Assurance: access.Observed}
	at := slices.IndexFunc(inTheirName, func(f family) bool { return strings.HasPrefix(string(grant), f.prefix) })
	if at < 0 {
		// A row of a hand in the state: nothing of that name can be there.
		return gone, ctx.Err()
	}
	u, err := c.user(ctx, account)
	if err != nil {
		return gone, system.IgnoreNotFound(err)
	}
	if status(u) != active {
		return access.Receipt{}, whileActive(u, &access.Error{
			Kind: access.Blocked, Op: fmt.Sprintf("take %s away from %s", grant, name(u)), Reason: "Google changes this in the account's own name only",
		})
	}
	f := inTheirName[at]
	return gone, f.remove(c, ctx, u, strings.TrimPrefix(string(grant), f.prefix))
}

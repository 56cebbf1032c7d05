package aws

import (
	"context"
	"fmt"
	"strings"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/identitystore"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/system"
)

// CenterAccount is the user of the identity store, until it has reached the end state chosen for it.
//
// AWS has no API that disables a user (aws.md section 5). What there is to see is that somebody has: so with suspend the row goes
// when the user is disabled, and says until then who has to do it.
func CenterAccount(o *IdentityCenter) access.Connector {
	return centerAccount{centerGuarded: centerGuarded{o}}
}

type centerAccount struct {
	centerGuarded
	disposition access.Disposition
}

var (
	_ access.Disposer = centerAccount{}
	_ access.Guard    = centerAccount{}
)

// Dispose knows two end states, of which only the deletion is AWS's to bring about.
func (c centerAccount) Dispose(d access.Disposition) (access.Connector, bool) {
	switch d {
	case access.Suspend, access.Delete:
		return centerAccount{c.centerGuarded, d}, true
	}
	return nil, false
}

// sessionsStay is what has to be known of whoever signs in through Identity Center (aws.md section 5).
const sessionsStay = "AWS has no API for the user's sessions and MFA devices: end the active sessions in the console (Identity Center, Users). Those in accounts go on " +
	"for as long as their permission sets allow. "

// List returns the user until it is disabled, or gone.
func (c centerAccount) List(ctx context.Context, id access.AccountID) ([]access.Grant, error) {
	p, err := c.person(ctx, id)
	if err != nil {
		return nil, err
	}
	grant := access.Grant{ID: access.GrantID(p.id), Label: fmt.Sprintf("%s (Identity Center user, %s)", p.name, strings.ToLower(p.status)), Note: strings.TrimSpace(sessionsStay + p.synced())}
	if p.status == disabled {
		grant.Reached = access.Suspend
	}
	switch c.disposition {
	case "":
		return []access.Grant{grant}, nil
	case access.Suspend:
		grant.Stays = noDisabling(p)
	}
	return access.Under([]access.Grant{grant}, c.disposition), nil
}

// noDisabling says who can disable a user.
func noDisabling(p *person) *access.Error {
	fix := "Disable the user in the console (Identity Center, Users), end the active sessions there, and plan again; or choose disposition = \"delete\"."
	if p.external {
		fix = "Disable the person in the identity provider that Identity Center gets its users from, end the active sessions in the console (Identity Center, " +
			"Users), and plan again; or choose disposition = \"delete\"."
	}
	return &access.Error{Kind: access.Blocked, Op: "disable " + p.name, Reason: "AWS has no API that disables a user of Identity Center", Fix: fix}
}

// Remove deletes the user. DeleteUser.
func (c centerAccount) Remove(ctx context.Context, id access.AccountID, _ access.GrantID) (access.Receipt, error) {
	gone := access.Receipt{Assurance: access.Observed}
	p, err := c.person(ctx, id)
	switch {
	case err != nil:
		return gone, system.IgnoreNotFound(err)
	case c.disposition == "":
		return access.Receipt{}, &access.Error{Kind: access.Blocked, Op: "remove " + p.name, Reason: "no disposition is chosen", Fix: "Choose one."}
	case c.disposition == access.Suspend && p.status == disabled:
		return gone, nil
	case c.disposition == access.Suspend:
		return access.Receipt{}, noDisabling(p)
	}
	if err := c.nothingAssigned(ctx, p); err != nil {
		return access.Receipt{}, err
	}
	n, err := c.instance(ctx)
	if err != nil {
		return gone, err
	}
	call := doing("identitystore:DeleteUser", "delete the user %s", p.name)
	return gone, write(ctx, c.connection, call, c.store.DeleteUser, &identitystore.DeleteUserInput{IdentityStoreId: &n.store, UserId: sdk.String(string(id))})
}

// nothingAssigned refuses a deletion that would leave assignments behind to somebody who is no longer there.
func (c centerAccount) nothingAssigned(ctx context.Context, p *person) error {
	assigned, err := appAssignments{c.centerGuarded}.direct(ctx, p.id, user_)
	if err != nil {
		return system.IgnoreNotFound(err)
	}
	var left []string
	for _, grant := range assigned {
		left = append(left, grant.Label)
	}
	if len(left) == 0 {
		return nil
	}
	return &access.Error{
		Kind: access.Blocked, Op: "delete the user " + p.name,
		Reason: "it would leave behind what is assigned to the user directly: " + strings.Join(left, ", "),
		Fix:    "Let offboard_app_assignments remove these first (depends_on).",
	}
}

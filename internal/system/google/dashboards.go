package google

import (
	"context"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/system"
)

// DashboardOwnership is what the account owns in Looker Studio, as one row that is always there: Google has no way
// to list it. It is removed by a transfer, and only ever acknowledged; a later sign-in brings the row back.
func DashboardOwnership(g *Google) access.Connector {
	return &dashboardOwnership{mover{Google: g, application: lookerApp}}
}

type dashboardOwnership struct{ mover }

var _ access.Transferer = (*dashboardOwnership)(nil)

const lookerStudio access.GrantID = "looker_studio"

// List makes sure that the customer has Looker Studio, and looks at the transfers.
func (c *dashboardOwnership) List(ctx context.Context, account access.AccountID) ([]access.Grant, error) {
	u, err := c.user(ctx, account)
	if err != nil {
		return nil, err
	}
	if err := c.installed(ctx); err != nil {
		return nil, err
	}
	grant, err := c.unseen(ctx, u, lookerStudio, "Looker Studio (whatever they own there: it can't be listed)")
	if err != nil {
		return nil, err
	}
	grant.Stays, err = c.stays(ctx, u)
	return []access.Grant{grant}, err
}

// Transfer moves everything to the successor.
func (c *dashboardOwnership) Transfer(
	ctx context.Context, account access.AccountID, _ access.GrantID, successor access.AccountID,
) (access.Receipt, error) {
	u, err := c.user(ctx, account)
	if err != nil {
		return access.Receipt{Assurance: access.Observed}, system.IgnoreNotFound(err)
	}
	return c.give(ctx, u, successor, false)
}

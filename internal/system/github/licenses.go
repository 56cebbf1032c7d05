package github

import (
	"cmp"
	"context"
	"net/http"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/system"
)

// Licenses is the account's seat of Copilot.
func Licenses(g *GitHub) access.Connector { return licenses{g} }

type licenses struct{ *GitHub }

type seat struct {
	Assignee *account `json:"assignee"`
	Team     *team    `json:"assigning_team"`
	Ends     string   `json:"pending_cancellation_date"`
	Plan     string   `json:"plan_type"`
}

const (
	copilotGrant = "copilot"
	// cancelled is the version of a seat that is paid for until the end of the billing cycle, and not after.
	cancelled = "cancelled"
)

// seat finds the account's among all: GitHub lists those of people who have left as well.
// GET /orgs/{org}/copilot/billing/seats.
func (c licenses) seat(ctx context.Context, s *subject) (*seat, error) {
	call := readCopilot.to("list the Copilot seats")
	seats, err := listIn[seat](ctx, c.GitHub, call, c.org("/copilot/billing/seats"), "seats", "total_seats")
	if access.KindOf(err) == access.NotFound {
		return nil, &access.Error{
			Kind: access.NotAvailable, Op: call.what, Err: err, Reason: "the organization has no Copilot subscription", Fix: "Leave offboard_licenses out for GitHub.",
		}
	}
	if err != nil {
		return nil, err
	}
	nobodys := false
	for _, seat := range seats {
		switch {
		case seat.Assignee == nil:
			nobodys = true
		case !seat.Assignee.whole():
			return nil, malformed(call, "a seat of somebody without an id and a login")
		case seat.Assignee.ID == s.ID:
			return seat, nil
		}
	}
	if !nobodys {
		return nil, nil
	}
	return c.seatOf(ctx, s)
}

// seatOf asks for the account's seat by name, where the list has one of which GitHub does not say whose it is.
// GET /orgs/{org}/members/{username}/copilot.
func (c licenses) seatOf(ctx context.Context, s *subject) (*seat, error) {
	call := readCopilot.to("read the Copilot seat of %s", s.Login)
	found, err := get[seat](ctx, c.GitHub, call, c.org("/members/%s/copilot", s.Login))
	switch {
	case access.KindOf(err) == access.NotFound:
		return nil, nil
	case err != nil:
		return nil, err
	case found.Assignee != nil && found.Assignee.ID != s.ID:
		return nil, malformed(call, "the seat of somebody else")
	}
	return found, nil
}

// List goes on showing a seat that was cancelled until the billing cycle ends, and GitHub with it.
func (c licenses) List(ctx context.Context, id access.AccountID) ([]access.Grant, error) {
	s, err := c.subject(ctx, id)
	if err != nil || s.invited() {
		return nil, err
	}
	seat, err := c.seat(ctx, s)
	if err != nil || seat == nil {
		return nil, err
	}
	grant := access.Grant{
		ID: copilotGrant, Label: "GitHub Copilot (" + cmp.Or(seat.Plan, "unknown plan") + ")",
		Note: "A seat can be used, and is paid for, until the end of the billing cycle in which it is cancelled.",
	}
	if seat.Team != nil {
		grant.Label = system.OneLine("GitHub Copilot (" + cmp.Or(seat.Plan, "unknown plan") + ", via team: " + cmp.Or(seat.Team.Name, seat.Team.Slug) + ")")
		grant.Stays = errTeamsSeat(seat.Team)
	}
	if seat.Ends != "" {
		grant.Label, grant.Version, grant.Stays = "GitHub Copilot (cancelled, until "+seat.Ends+")", cancelled, nil
	}
	return []access.Grant{grant}, nil
}

func errTeamsSeat(t *team) *access.Error {
	return &access.Error{
		Kind: access.Blocked, Op: "cancel a Copilot seat", Reason: "the seat comes with the team " + cmp.Or(t.Name, t.Slug) + ", and GitHub cancels no single one of those",
		Fix: "It goes when offboard_group_membership has removed the person from that team.",
	}
}

// Remove cancels the seat. DELETE /orgs/{org}/copilot/billing/selected_users, which ends it with the billing cycle: there
// is nothing to wait for, and what was agreed is recorded as acknowledged.
func (c licenses) Remove(ctx context.Context, id access.AccountID, _ access.GrantID) (access.Receipt, error) {
	s, err := c.subject(ctx, id)
	if err != nil || s.invited() {
		return access.Receipt{Assurance: access.Observed}, system.IgnoreNotFound(err)
	}
	seat, err := c.seat(ctx, s)
	switch {
	case err != nil:
		return access.Receipt{}, err
	case seat == nil:
		return access.Receipt{Assurance: access.Observed}, nil
	case seat.Ends == "" && seat.Team != nil:
		return access.Receipt{}, errTeamsSeat(seat.Team)
	case seat.Ends == "":
		call := writeCopilot.to("cancel the Copilot seat of %s", s.Login)
		var done struct {
			Seats *int `json:"seats_cancelled"`
		}
		body := map[string][]string{"selected_usernames": {s.Login}}
		if _, err := c.do(ctx, call, http.MethodDelete, c.org("/copilot/billing/selected_users"), body, &done); err != nil {
			return access.Receipt{}, there(call, err)
		}
	}
	return access.Receipt{Assurance: access.Acknowledged, Version: cancelled}, nil
}

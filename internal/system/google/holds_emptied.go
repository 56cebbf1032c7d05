package google

import (
	"context"

	"google.golang.org/api/vault/v1"
)

// coversNobody makes sure of a hold which names nobody that it covers nobody. A hold whose last account was taken off it
// "will not apply to any accounts", and stays in its matter: so an older document of Google's about removeHeldAccounts
// (copied at https://developers.qodex.ai/google/g-suite-vault-api). A hold that was not told in full looks the same.
// GET /v1/matters/{matter}/holds/{hold}/accounts, scope ediscovery.readonly. The list has no pages.
func (g *Google) coversNobody(ctx context.Context, m *vault.Matter, h *vault.Hold) error {
	call := reading(matters, "list whom the hold %s of the matter %s covers", h.Name, m.Name)
	if h.HoldId == "" || len(h.Accounts) > 0 || h.OrgUnit != nil {
		return malformed(call, "a hold that does not say whom it covers")
	}
	covered, err := list(withShape(ctx, "accounts"), g, call, func(ctx context.Context, _ string) (page[vault.HeldAccount], error) {
		answer, err := g.vault.Matters.Holds.Accounts.List(m.MatterId, h.HoldId).Context(ctx).Do()
		if err != nil {
			return page[vault.HeldAccount]{}, err
		}
		return page[vault.HeldAccount]{answer.Accounts, shaped, ""}, nil
	})
	if err == nil && len(covered) > 0 {
		return malformed(call, "a hold that does not say whom it covers")
	}
	return err
}

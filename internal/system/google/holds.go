package google

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"
	admin "google.golang.org/api/admin/directory/v1"
	"google.golang.org/api/vault/v1"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/system"
	"github.com/offboard/terraform-provider-offboard/internal/turns"
)

// Holds in Vault are no access, and nothing here lifts one (custody.go does, for who says so). They stand in the way: of
// somebody on hold Google transfers nothing, whichever of their services is held
// (https://support.google.com/a/answer/1247799), and what is held is lost with the licence
// (https://support.google.com/vault/answer/4552977).
//
// Vault can't be asked about a person. One sweep reads every hold of every open matter, and serves all people.

// Who but super administrators is shown every matter depends on a privilege of Vault's own, View All Matters, and
// Vault leaves out the others without saying so. Only of a super administrator it is known.
var (
	matters = thing{name: "matters in Vault", read: "ediscovery.readonly", manage: "ediscovery", api: "Google Vault API"}
	units   = thing{
		name: "organizational units", read: "admin.directory.orgunit.readonly", manage: "admin.directory.orgunit", privilege: "Organizational Units",
	}
)

// holds are all that were found in one sweep.
type holds struct {
	found []heldIn
	units []*admin.OrgUnit
}

type heldIn struct {
	*vault.Hold
	matter *vault.Matter
}

// mattersAtOnce is how many matters are asked about side by side.
const mattersAtOnce = 5

// sweptOnce are the holds by the sweep that this run has made already.
func (g *Google) sweptOnce(ctx context.Context) (*holds, error) {
	return g.swept.Get(ctx, func() (*holds, error) { return g.sweep(ctx) })
}

// sweep reads all holds, and the tree of organizational units that holds can be on.
// GET /v1/matters?state=OPEN and /v1/matters/{matter}/holds?view=FULL_HOLD, scope ediscovery.readonly. A matter that
// is closed holds nothing any more.
func (g *Google) sweep(ctx context.Context) (*holds, error) {
	open, err := g.matters(ctx, "OPEN")
	if err != nil {
		return nil, unsure(err)
	}
	all := &holds{}
	of := make([][]heldIn, len(open))
	asking, askCtx := errgroup.WithContext(ctx)
	asking.SetLimit(mattersAtOnce)
	for i, m := range open {
		asking.Go(func() (err error) {
			of[i], err = g.holdsIn(askCtx, m)
			return err
		})
	}
	if err := asking.Wait(); err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, unsure(err)
	}
	all.found = slices.Concat(of...)
	all.units, err = g.orgUnits(ctx)
	return all, unsure(err)
}

// matters lists the matters in Vault that are in a state; "" is any.
func (g *Google) matters(ctx context.Context, state string) ([]*vault.Matter, error) {
	call := reading(matters, "list the matters in Vault")
	all, err := list(withShape(ctx, "matters", "nextPageToken"), g, call, func(ctx context.Context, token string) (page[vault.Matter], error) {
		asked := g.vault.Matters.List().View("BASIC").PageSize(100).PageToken(token)
		if state != "" {
			asked = asked.State(state)
		}
		answer, err := asked.Context(ctx).Do()
		if err != nil {
			return page[vault.Matter]{}, err
		}
		return page[vault.Matter]{answer.Matters, shaped, answer.NextPageToken}, nil
	})
	for _, m := range all {
		if m.MatterId == "" {
			return nil, malformed(call, "a matter without an id")
		}
	}
	return all, err
}

func (g *Google) holdsIn(ctx context.Context, m *vault.Matter) (found []heldIn, err error) {
	call := reading(matters, "list the holds of the matter %s", m.Name)
	held, err := list(withShape(ctx, "holds", "nextPageToken"), g, call, func(ctx context.Context, token string) (page[vault.Hold], error) {
		answer, err := g.vault.Matters.Holds.List(m.MatterId).View("FULL_HOLD").PageSize(100).PageToken(token).Context(ctx).Do()
		if err != nil {
			return page[vault.Hold]{}, err
		}
		return page[vault.Hold]{answer.Holds, shaped, answer.NextPageToken}, nil
	})
	for _, h := range held {
		if !saysWhom(h) {
			// In a hold that does not say whom it covers could be anybody.
			if err := g.coversNobody(ctx, m, h); err != nil {
				return nil, err
			}
		}
		found = append(found, heldIn{h, m})
	}
	return found, err
}

// saysWhom says that a hold names accounts or a unit, and not both.
func saysWhom(h *vault.Hold) bool {
	return (len(h.Accounts) > 0) != (h.OrgUnit != nil && h.OrgUnit.OrgUnitId != "")
}

// orgUnits lists the organizational units, with the one that all others are in. The list has no pages.
// GET /admin/directory/v1/customer/{customer}/orgunits?type=allIncludingParent, scope
// admin.directory.orgunit.readonly.
func (g *Google) orgUnits(ctx context.Context) ([]*admin.OrgUnit, error) {
	return list(ctx, g, reading(units, "list the organizational units"), func(ctx context.Context, _ string) (page[admin.OrgUnit], error) {
		answer, err := g.directory.Orgunits.List(g.customer()).Type("allIncludingParent").Context(ctx).Do()
		if err != nil {
			return page[admin.OrgUnit]{}, err
		}
		return page[admin.OrgUnit]{answer.OrganizationUnits, answer.Kind, ""}, nil
	})
}

// unsure keeps a 404 in the middle of a sweep from passing for somebody's absence.
func unsure(err error) error {
	e, ok := errors.AsType[*access.Error](err)
	if !ok || e.Kind != access.NotFound {
		return err
	}
	changed := *e
	changed.Kind, changed.Fix = access.Unavailable, "Try again."
	changed.Reason = "something went while it was being looked at: " + e.Reason
	return &changed
}

// above are the ids of a person's unit and of all those that it is in. A chain that does not end at the root is not
// known, and neither is what is on hold.
func (h *holds) above(u *admin.User) ([]string, error) {
	byID := map[string]*admin.OrgUnit{}
	var at *admin.OrgUnit
	for _, unit := range h.units {
		byID[bare(unit.OrgUnitId)] = unit
		if unit.OrgUnitPath == u.OrgUnitPath {
			at = unit
		}
	}
	var chain []string
	for ; at != nil && at.OrgUnitId != "" && len(chain) <= len(h.units); at = byID[bare(at.ParentOrgUnitId)] {
		chain = append(chain, bare(at.OrgUnitId))
		if at.OrgUnitPath == "/" {
			return chain, nil
		}
	}
	return nil, &access.Error{
		Kind: access.Unavailable, Op: "find out which organizational units " + name(u) + " is in",
		Reason: fmt.Sprintf("what Google lists does not lead from %q to the root, so a hold on one of them can't be ruled out", u.OrgUnitPath),
		Fix:    "Let the provider act as a super administrator (admin), or try again.",
	}
}

// bare is the id of a unit without what the APIs put in front of it, or don't.
func bare(unit string) string { return strings.TrimPrefix(unit, "id:") }

// A cover is a hold that covers a person, with how it does.
type cover struct {
	heldIn
	how string
}

// over are the holds that cover a person.
func (h *holds) over(u *admin.User) (covers []cover, err error) {
	chain, err := h.above(u)
	if err != nil {
		return nil, err
	}
	for _, held := range h.found {
		switch {
		case held.OrgUnit != nil && slices.Contains(chain, bare(held.OrgUnit.OrgUnitId)):
			covers = append(covers, cover{held, ", through an organizational unit that they are in"})
		case slices.ContainsFunc(held.Accounts, func(account *vault.HeldAccount) bool {
			return account.AccountId == u.Id || slices.Contains(everyAddress(u), strings.ToLower(account.Email))
		}):
			covers = append(covers, cover{held, ""})
		}
	}
	return covers, nil
}

// String names a hold and its matter.
func (c cover) String() string {
	return fmt.Sprintf("%q in the Vault matter %q%s", system.OneLine(c.Name), system.OneLine(c.matter.Name), c.how)
}

// refuseHeld refuses what must not happen to somebody on hold, by the sweep that this run has made already: for the
// plan.
func (g *Google) refuseHeld(ctx context.Context, u *admin.User) error {
	reason, err := g.heldStill(ctx, u)
	if reason != nil {
		return reason
	}
	return err
}

// heldStill is refuseHeld as the reason for which a grant stays.
func (g *Google) heldStill(ctx context.Context, u *admin.User) (*access.Error, error) {
	why, err := g.holding(ctx, (*holds).refuse)
	if err != nil {
		return nil, err
	}
	return why(u), nil
}

// holding says of anybody why what they hold stays, by the sweep that this run has made already. That a hold can't be
// ruled out is a reason too, and the same for everybody: it does not keep anybody from seeing what people hold.
func (g *Google) holding(ctx context.Context, refuse func(*holds, *admin.User) error) (why func(u *admin.User) *access.Error, err error) {
	if g.config.NoVault {
		return func(*admin.User) *access.Error { return nil }, nil
	}
	swept, failed := g.sweptOnce(ctx)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	return func(u *admin.User) *access.Error {
		err := withoutVault(failed)
		if failed == nil {
			err = refuse(swept, u)
		}
		// Whatever keeps it from being known is one of ours, or the context's, which has not ended.
		reason, _ := errors.AsType[*access.Error](err)
		return reason
	}, nil
}

// latestHolds are the holds of not long ago. Vault gives a project 120 reads of matters in a minute, of which a sweep
// takes more than ten (google.md section 2), and what is about to be done to a hundred people are hundreds of things.
type latestHolds struct {
	turns turns.Turns
	at    time.Time
	holds *holds
}

// recently is how old a sweep may be for what is about to be done.
const recently = 30 * time.Second

// refuseHeldNow is refuseHeld by a sweep of just now: for what is about to be done.
func (g *Google) refuseHeldNow(ctx context.Context, u *admin.User) error {
	return g.refuseNow(ctx, func(h *holds) error { return h.refuse(u) })
}

func (g *Google) refuseNow(ctx context.Context, refuse func(*holds) error) error {
	if g.config.NoVault {
		return nil
	}
	done, err := g.latest.turns.Wait(ctx, "")
	if err != nil {
		return err
	}
	defer done()
	if g.latest.holds == nil || g.clock.Now().Sub(g.latest.at) > recently {
		swept, err := g.sweep(ctx)
		if err != nil {
			return withoutVault(err)
		}
		// From its end on: of hundreds of matters a sweep takes minutes, and would be too old for everybody who waited for it.
		g.latest.holds, g.latest.at = swept, g.clock.Now()
	}
	return refuse(g.latest.holds)
}

// forgetHolds has what is about to be done be held against the holds that there are now.
func (g *Google) forgetHolds(ctx context.Context) error {
	done, err := g.latest.turns.Wait(ctx, "")
	if err != nil {
		return err
	}
	defer done()
	g.latest.holds = nil
	return nil
}

// withoutVault adds to a refusal what helps a customer who has no Vault.
func withoutVault(err error) error {
	e, ok := errors.AsType[*access.Error](err)
	if !ok || e.Kind != access.Denied {
		return err
	}
	refused := *e
	refused.Reason = "a legal hold can't be ruled out: " + e.Reason
	refused.Fix = strings.TrimSpace(e.Fix + " If this customer has no Google Vault, so that there can be no hold, set vault = false in the google block.")
	return &refused
}

func (h *holds) refuse(u *admin.User) error {
	covers, err := h.over(u)
	if len(covers) == 0 || err != nil {
		return err
	}
	return &access.Error{
		Kind: access.Blocked, Op: "make sure that nothing holds " + name(u),
		Reason: "they are on legal hold: " + covers[0].String(),
		Fix: "Whoever is responsible for the matter decides when the hold ends; it is never lifted from here. Until then Google transfers nothing of this " +
			"person, and deleting the account or taking its licence would lose what is held: say in tolerate until when it may stay.",
	}
}

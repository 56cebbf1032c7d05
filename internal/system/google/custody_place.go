package google

import (
	"context"
	"fmt"

	"google.golang.org/api/vault/v1"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/system"
	"github.com/offboard/terraform-provider-offboard/internal/transport"
)

// Place looks for the hold first, since a matter would be given two of them.
// POST /v1/matters/{matter}/holds and /v1/matters/{matter}/holds/{hold}/accounts, scope ediscovery.
func (c custodian) Place(
	ctx context.Context, account access.AccountID, person access.Person, matter access.MatterID, data access.Data,
) (placed access.Hold, err error) {
	what, err := corpusOf(data)
	if err != nil {
		return access.Hold{}, err
	}
	call := managing(custody, "put the %s of %s on hold", data, person)
	if err := c.refuseDeleted(ctx, call, account); err != nil {
		return access.Hold{}, err
	}
	name := c.HoldName(person, data)
	there, err := c.called(ctx, matter, name)
	if err != nil {
		return access.Hold{}, err
	}
	// From here on there may be a hold that nobody in this run has seen.
	defer func() {
		if forgotten := c.forgetHolds(ctx); err == nil {
			err = forgotten
		}
	}()
	if there != nil {
		return c.take(ctx, call, there, what, account, matter)
	}
	made, err := do(transport.Once(ctx), c.Google, call, func(ctx context.Context) (*vault.Hold, error) {
		return c.vault.Matters.Holds.Create(string(matter), &vault.Hold{
			Name: name, Corpus: what.name, Query: what.whole, Accounts: []*vault.HeldAccount{{AccountId: string(account)}},
		}).Context(ctx).Do()
	})
	if unheard(err) {
		if made, looked := c.called(ctx, matter, name); looked == nil && made != nil {
			return allOf(call, made, what, account)
		}
	}
	if err != nil {
		return access.Hold{}, refusedHold(err)
	}
	return allOf(call, made, what, account)
}

// refuseDeleted explains what Vault would refuse in fewer words. Suspended and archived accounts can be held.
func (c custodian) refuseDeleted(ctx context.Context, call op, account access.AccountID) error {
	_, err := c.user(ctx, account)
	if access.KindOf(err) != access.NotFound {
		return err
	}
	return &access.Error{
		Kind: access.Blocked, Op: call.what, Reason: "the account has been deleted, and Vault holds nothing of an account that is not there",
		Fix: "For 20 days a super administrator can bring it back (Admin console, Users, Recently deleted); do that first. What it had is not protected meanwhile.",
	}
}

// called is the hold of a matter that has this name.
func (c custodian) called(ctx context.Context, matter access.MatterID, name string) (*vault.Hold, error) {
	all, err := c.within(ctx, matter)
	for _, h := range all {
		if h.Name == name {
			return h.Hold, err
		}
	}
	return nil, err
}

// take makes the hold that there is hold the account. Whom else it names it goes on holding.
func (c custodian) take(
	ctx context.Context, call op, there *vault.Hold, what corpus, account access.AccountID, matter access.MatterID,
) (access.Hold, error) {
	if there.Corpus != what.name || there.OrgUnit != nil || part(there) != "" {
		return allOf(call, there, what, account)
	}
	if accountIn(there, account) == nil {
		_, err := do(transport.Once(ctx), c.Google, call, func(ctx context.Context) (*vault.HeldAccount, error) {
			return c.vault.Matters.Holds.Accounts.Create(string(matter), there.HoldId, &vault.HeldAccount{AccountId: string(account)}).Context(ctx).Do()
		})
		if err != nil && !unheard(err) {
			return access.Hold{}, refusedHold(err)
		}
		again, looked := c.hold(ctx, call, matter, access.HoldID(there.HoldId))
		switch {
		case looked != nil:
			return access.Hold{}, looked
		case again == nil:
			return access.Hold{}, &access.Error{Kind: access.Unavailable, Op: call.what, Reason: "the hold went while the account was put on it", Fix: "Apply again."}
		case err != nil && accountIn(again, account) == nil:
			return access.Hold{}, err
		}
		there = again
	}
	return allOf(call, there, what, account)
}

// allOf is a hold if it is what Place promises, and otherwise says what it is instead.
func allOf(call op, h *vault.Hold, what corpus, account access.AccountID) (access.Hold, error) {
	found, err := holdOf(call, h, account)
	if err != nil {
		return access.Hold{}, err
	}
	var instead string
	switch {
	case h.Corpus != what.name:
		instead = "of another service (" + h.Corpus + ")"
	case found == nil && h.OrgUnit != nil:
		instead = "of an organizational unit"
	case found == nil:
		instead = "which does not name the account"
	case found.Part != "":
		instead = "which holds a part of it: " + found.Part
	default:
		return *found, nil
	}
	return access.Hold{}, &access.Error{
		Kind: access.Blocked, Op: call.what, Reason: fmt.Sprintf("the matter has a hold %q %s", system.OneLine(h.Name), instead),
		Fix: "It was changed by somebody in Vault. Have its conditions taken out there, or have it renamed: the next apply then places another.",
	}
}

// refusedHold adds to a refusal what Vault asks for.
func refusedHold(err error) error {
	return withFix(unsure(err), "Vault holds what somebody has only in a matter that is open, and only while they have a licence that includes Vault "+
		"(an archived user's does if it did before): see to that, and apply again.")
}

// Release reads the hold right before: it is deleted if it names nobody else, since Vault has no hold of nobody, and
// otherwise the account is taken off it.
// DELETE /v1/matters/{matter}/holds/{hold} or /v1/matters/{matter}/holds/{hold}/accounts/{account}, scope ediscovery.
func (c custodian) Release(ctx context.Context, account access.AccountID, matter access.MatterID, id access.HoldID) error {
	if err := c.ready(ctx); err != nil {
		return err
	}
	call := managing(custody, "release %s from the hold %s", account, id)
	h, err := c.hold(ctx, reading(matters, "look at the hold %s before it is released", id), matter, id)
	if err != nil || h == nil {
		return err
	}
	if accountIn(h, account) == nil {
		return nil
	}
	return c.write(ctx, call, func(ctx context.Context) error {
		if len(h.Accounts) == 1 {
			_, err := c.vault.Matters.Holds.Delete(string(matter), string(id)).Context(ctx).Do()
			return err
		}
		_, err := c.vault.Matters.Holds.Accounts.Delete(string(matter), string(id), string(account)).Context(ctx).Do()
		return err
	})
}

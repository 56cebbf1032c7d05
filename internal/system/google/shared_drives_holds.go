package google

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	admin "google.golang.org/api/admin/directory/v1"

	"github.com/offboard/terraform-provider-offboard/internal/access"
)

// What is in a shared drive is the customer's, and nothing of it goes with a member. But Vault holds it through members
// alone: a drive can't be put on hold itself, and once the last member who is on hold is taken off it, its files are
// held no longer (https://support.google.com/vault/answer/7657464). So of somebody whom a hold on Drive covers that
// includes shared drives, memberships stay. Whether another member is on hold too is not looked at. A hold on anything
// else does not keep a membership.

// inDrives are the holds on shared drives.
func (h *holds) inDrives() *holds {
	return &holds{units: h.units, found: slices.DeleteFunc(slices.Clone(h.found), func(held heldIn) bool {
		if held.Corpus != "DRIVE" || held.Query == nil || held.Query.DriveQuery == nil {
			return true
		}
		return !held.Query.DriveQuery.IncludeSharedDriveFiles && !held.Query.DriveQuery.IncludeTeamDriveFiles
	})}
}

func (h *holds) refuseInDrives(u *admin.User) error {
	in := h.inDrives()
	if len(in.found) == 0 {
		return nil
	}
	held, how, err := in.covering(u)
	if held == nil || err != nil {
		return err
	}
	return &access.Error{
		Kind: access.Blocked, Op: "make sure that nothing holds the shared drives of " + name(u),
		Reason: fmt.Sprintf("they are on legal hold, shared drives included: %q in the Vault matter %q%s", oneLine(held.Name), oneLine(held.matter.Name), how),
		Fix: "Vault holds what is in a shared drive only while a member of it is on hold, so that it could be lost with this membership. Whoever is responsible for " +
			"the matter decides when the hold ends, or puts another member on hold in its place; it is never lifted from here. Until then say in tolerate until when " +
			"it may stay.",
	}
}

// holding says why the memberships of people stay, by the sweep that this run has made already. That a hold can't be
// ruled out is a reason too, and the same for everybody.
func (c *sharedDrives) holding(ctx context.Context) (why func(u *admin.User) *access.Error, err error) {
	if c.config.NoVault {
		return func(*admin.User) *access.Error { return nil }, nil
	}
	swept, failed := c.swept.Get(ctx, func() (*holds, error) { return c.sweep(ctx) })
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	return func(u *admin.User) *access.Error {
		err := failed
		if err == nil {
			err = swept.refuseInDrives(u)
		}
		// Whatever keeps it from being known is one of ours, or the context's, which has not ended.
		reason, _ := errors.AsType[*access.Error](withoutVault(err))
		return reason
	}, nil
}

// latestHolds are the holds of not long ago. Vault gives a project 120 reads of matters in a minute, of which a sweep
// takes more than ten (google.md section 2), and a person may be a member of many drives.
type latestHolds struct {
	turns turns
	at    time.Time
	holds *holds
}

// recently is how old a sweep may be for what is about to be done.
const recently = 30 * time.Second

// refuseHeldInDrives refuses to end a membership through which something is held, by a sweep of just now.
func (c *sharedDrives) refuseHeldInDrives(ctx context.Context, u *admin.User) error {
	if c.config.NoVault {
		return nil
	}
	done, err := c.latest.turns.wait(ctx, "")
	if err != nil {
		return err
	}
	defer done()
	if now := c.clock.Now(); c.latest.holds == nil || now.Sub(c.latest.at) > recently {
		swept, err := c.sweep(ctx)
		if err != nil {
			return withoutVault(err)
		}
		c.latest.holds, c.latest.at = swept, now
	}
	return c.latest.holds.refuseInDrives(u)
}

package google

import (
	"context"
	"slices"

	admin "google.golang.org/api/admin/directory/v1"
	"google.golang.org/api/vault/v1"

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
		return held.Corpus != "DRIVE" || !withSharedDrives(held.Hold)
	})}
}

// withSharedDrives says that a hold on Drive includes what is in shared drives, by the present name of that or its former.
func withSharedDrives(h *vault.Hold) bool {
	return h.Query != nil && h.Query.DriveQuery != nil && (h.Query.DriveQuery.IncludeSharedDriveFiles || h.Query.DriveQuery.IncludeTeamDriveFiles)
}

func (h *holds) refuseInDrives(u *admin.User) error {
	in := h.inDrives()
	if len(in.found) == 0 {
		return nil
	}
	covers, err := in.over(u)
	if len(covers) == 0 || err != nil {
		return err
	}
	return &access.Error{
		Kind: access.Blocked, Op: "make sure that nothing holds the shared drives of " + name(u),
		Reason: "they are on legal hold, shared drives included: " + covers[0].String(),
		Fix: "Vault holds what is in a shared drive only while a member of it is on hold, so that it could be lost with this membership. Whoever is responsible for " +
			"the matter decides when the hold ends, or puts another member on hold in its place; it is never lifted from here. Until then say in tolerate until when " +
			"it may stay.",
	}
}

// refuseHeldInDrives refuses to end a membership through which something is held, by a sweep of just now.
func (c *sharedDrives) refuseHeldInDrives(ctx context.Context, u *admin.User) error {
	return c.refuseNow(ctx, func(h *holds) error { return h.refuseInDrives(u) })
}

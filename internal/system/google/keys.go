package google

import (
	"cmp"
	"context"
	"fmt"
	"strconv"
	"time"

	admin "google.golang.org/api/admin/directory/v1"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/system"
)

// Keys are the account's app passwords: each signs in by itself, past 2-step verification. They work again when
// a suspended account does: they count in every state of the account.
func Keys(g *Google) access.Connector { return keys{g} }

type keys struct{ *Google }

var _ access.Guard = keys{}

// List returns a grant an app password, by the name that the person gave it.
// GET /admin/directory/v1/users/{id}/asps, scope admin.directory.user.security. It has no pages.
func (c keys) List(ctx context.Context, account access.AccountID) (grants []access.Grant, err error) {
	defer c.onlyIfGone(ctx, account, &err)
	if _, err := c.user(ctx, account); err != nil {
		return nil, err
	}
	call := reading(security, "list the app passwords of %s", account)
	passwords, err := list(ctx, c.Google, call, func(ctx context.Context, _ string) (page[admin.Asp], error) {
		answer, err := c.directory.Asps.List(string(account)).Context(ctx).Do()
		if err != nil {
			return page[admin.Asp]{}, err
		}
		return page[admin.Asp]{answer.Items, answer.Kind, ""}, nil
	})
	if err != nil {
		return nil, err
	}
	for _, p := range passwords {
		if p.CodeId == 0 {
			return nil, malformed(call, "an app password without an id")
		}
		what := "app password"
		if at, ok := moment(p.CreationTime); ok {
			what += " of " + at.Format(time.DateOnly)
		}
		if at, ok := moment(p.LastTimeUsed); ok {
			what += ", last used on " + at.Format(time.DateOnly)
		}
		id := strconv.FormatInt(p.CodeId, 10)
		grants = append(grants, access.Grant{ID: access.GrantID(id), Label: fmt.Sprintf("%s (%s)", cmp.Or(system.OneLine(p.Name), "app password "+id), what)})
	}
	return grants, nil
}

// moment reads a Unix time. Google's document does not say whether it is in seconds or milliseconds: no app
// password is from after the year 5000.
func moment(unix int64) (time.Time, bool) {
	const tooLate = 100_000_000_000
	if unix >= tooLate {
		return time.UnixMilli(unix).UTC(), true
	}
	return time.Unix(unix, 0).UTC(), unix > 0
}

// Remove revokes one. DELETE /admin/directory/v1/users/{id}/asps/{code}, scope admin.directory.user.security.
func (c keys) Remove(ctx context.Context, account access.AccountID, grant access.GrantID) (access.Receipt, error) {
	code, err := strconv.ParseInt(string(grant), 10, 64)
	if err != nil {
		// A row of an earlier version, or of a hand in the state: nothing of that name can be there.
		return access.Receipt{Assurance: access.Observed}, ctx.Err()
	}
	call := managing(security, "revoke the app password %d of %s", code, account)
	return access.Receipt{Assurance: access.Observed}, c.write(ctx, call, func(ctx context.Context) error {
		return c.directory.Asps.Delete(string(account), code).Context(ctx).Do()
	})
}

// Refuse refuses what Google would not do.
func (c keys) Refuse(ctx context.Context, account access.AccountID, _ access.Holdings) error {
	return c.refuseAdministrator(ctx, account)
}

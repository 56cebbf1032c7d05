package okta

import (
	"context"
	"net/http"
	"time"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/system"
)

// Sessions are the account's sign-ins, as one grant: Okta can end another person's sessions, but not list
// them.
func Sessions(o *Okta) access.Connector { return sessions{o} }

type sessions struct{ *Okta }

// List returns the sign-ins of an account that has signed in, as of the last time it did. A deactivated
// account has none: deactivation ends them, and nothing starts a new one.
// GET /api/v1/users/{id}, scope okta.users.read.
func (c sessions) List(ctx context.Context, id access.AccountID) ([]access.Grant, error) {
	u, err := c.signedIn(ctx, id)
	if err != nil || u == nil {
		return nil, err
	}
	return []access.Grant{{
		ID:      "sessions",
		Label:   "all sign-ins and OAuth tokens (the last sign-in on " + u.LastLogin.UTC().Format("2006-01-02 15:04 MST") + ")",
		Version: u.LastLogin.UTC().Format(time.RFC3339Nano),
	}}, nil
}

// Remove ends every session, revokes the OAuth access and refresh tokens that came of them, and forgets
// remembered devices. Okta acknowledges it and offers nothing to look at; a later sign-in makes the grant
// anew. Sessions that applications keep for themselves are not Okta's to end.
// DELETE /api/v1/users/{id}/sessions?oauthTokens=true&forgetDevices=true, scope okta.users.manage; the SDK
// has no forgetDevices, whose default differs between engines.
func (c sessions) Remove(ctx context.Context, id access.AccountID, _ access.GrantID) (access.Receipt, error) {
	u, err := c.signedIn(ctx, id)
	if err != nil || u == nil {
		return access.Receipt{Assurance: access.Observed}, system.IgnoreNotFound(err)
	}
	receipt := access.Receipt{Assurance: access.Acknowledged, Version: u.LastLogin.UTC().Format(time.RFC3339Nano)}
	call := managing("users", "end the sessions of %s", u.name())
	_, err = c.do(ctx, call, http.MethodDelete, path("/api/v1/users/%s/sessions", id)+"?oauthTokens=true&forgetDevices=true", nil, nil)
	c.onlyIfGone(ctx, id, &err)
	if refused := code(err); u.Status == suspended && (refused == "E0000038" || refused == "E0000107") {
		return receipt, c.endedBySuspension(ctx, id)
	}
	return receipt, system.IgnoreNotFound(err)
}

// signedIn returns an account that has signed in and could still be signed in with, and nil for any other.
func (c sessions) signedIn(ctx context.Context, id access.AccountID) (*user, error) {
	u, err := c.user(ctx, id)
	switch {
	case err != nil:
		return nil, err
	case u.deactivated():
		return nil, nil
	case !u.LastLogin.known:
		return nil, malformed(reading("users", "find out when %s signed in", id), "an account that does not say when it last signed in")
	case u.LastLogin.Time == nil:
		return nil, nil
	}
	return u, nil
}

// endedBySuspension returns nil if there is nothing left to end of an account that Okta signs out no more because
// it is suspended. Okta says that suspending ended the sessions
// (https://developer.okta.com/docs/concepts/role-assignment/), and nothing of the tokens: those are looked for.
func (c sessions) endedBySuspension(ctx context.Context, id access.AccountID) error {
	clients, err := oauthTokens(c).List(ctx, id)
	if err != nil || len(clients) == 0 {
		return err
	}
	return &access.Error{
		Kind: access.Blocked, Op: "end the sessions of " + string(id),
		Reason: "Okta signs a suspended account out no more, and applications still hold tokens of it",
		Fix:    "Have offboard_tokens remove them, and apply again; or choose disposition = \"deactivate\" in offboard_account, which ends them all.",
	}
}

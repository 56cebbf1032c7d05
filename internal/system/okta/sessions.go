package okta

import (
	"context"
	"net/http"
	"time"

	"github.com/offboard/terraform-provider-offboard/internal/access"
)

// Sessions are the account's sign-ins, as one grant: Okta can end another person's sessions, but not list
// them.
func Sessions(o *Okta) access.Connector { return sessions{o} }

type sessions struct{ *Okta }

// List returns the sign-ins of an account that has signed in, as of the last time it did. A deactivated
// account has none: deactivation ends them, and nothing starts a new one.
// GET /api/v1/users/{id}, scope okta.users.read.
func (c sessions) List(ctx context.Context, id access.AccountID) ([]access.Grant, error) {
	u, err := c.user(ctx, id)
	if err != nil {
		return nil, err
	}
	if u.LastLogin == nil || u.deactivated() {
		return nil, nil
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
	u, err := c.user(ctx, id)
	if err != nil {
		return access.Receipt{Assurance: access.Observed}, ignoreNotFound(err)
	}
	if u.LastLogin == nil || u.deactivated() {
		return access.Receipt{Assurance: access.Observed}, nil
	}
	receipt := access.Receipt{Assurance: access.Acknowledged, Version: u.LastLogin.UTC().Format(time.RFC3339Nano)}
	call := managing("users", "end the sessions of %s", u.name())
	err = c.write(ctx, call, http.MethodDelete, path("/api/v1/users/%s/sessions", id)+"?oauthTokens=true&forgetDevices=true", nil, nil)
	if refused := code(err); u.Status == suspended && (refused == "E0000038" || refused == "E0000107") {
		// Whether Okta takes this call for a suspended account it does not say. It does say that suspending
		// ended the sessions (https://developer.okta.com/docs/concepts/role-assignment/).
		return receipt, nil
	}
	return receipt, err
}

package google

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	admin "google.golang.org/api/admin/directory/v1"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/system"
)

// Tokens are the applications that the person has allowed to act in their name. They outlive a new password,
// unless they may read mail, and revive when a suspended account does: they count in every state of the account.
func Tokens(g *Google) access.Connector { return oauthTokens{g} }

type oauthTokens struct{ *Google }

var _ access.Guard = oauthTokens{}

// List returns a grant an application.
// GET /admin/directory/v1/users/{id}/tokens, scope admin.directory.user.security. It has no pages.
func (c oauthTokens) List(ctx context.Context, account access.AccountID) (grants []access.Grant, err error) {
	defer c.onlyIfGone(ctx, account, &err)
	if _, err := c.user(ctx, account); err != nil {
		return nil, err
	}
	call := reading(security, "list the applications that act for %s", account)
	tokens, err := list(ctx, c.Google, call, func(ctx context.Context, _ string) (page[admin.Token], error) {
		answer, err := c.directory.Tokens.List(string(account)).Context(ctx).Do()
		if err != nil {
			return page[admin.Token]{}, err
		}
		return page[admin.Token]{answer.Items, answer.Kind, ""}, nil
	})
	if err != nil {
		return nil, err
	}
	names, scopes := map[string]string{}, map[string][]string{}
	for _, token := range tokens {
		if token.ClientId == "" {
			return nil, malformed(call, "an application without an id")
		}
		names[token.ClientId] = cmp.Or(system.OneLine(token.DisplayText), names[token.ClientId], token.ClientId)
		scopes[token.ClientId] = append(scopes[token.ClientId], token.Scopes...)
	}
	for id, name := range names {
		grants = append(grants, access.Grant{ID: access.GrantID(id), Label: name + " (" + consented(scopes[id]) + ")"})
	}
	return grants, nil
}

// consented sums up the scopes; a few are named, the rest counted.
func consented(scopes []string) string {
	var names []string
	for _, scope := range scopes {
		names = append(names, strings.TrimPrefix(strings.TrimSuffix(system.OneLine(scope), "/"), scopesBase))
	}
	slices.Sort(names)
	names = slices.Compact(names)
	const shown = 4
	switch {
	case len(names) == 0:
		return "no scopes"
	case len(names) <= shown:
		return "may use " + strings.Join(names, ", ")
	}
	return fmt.Sprintf("may use %s and %d more", strings.Join(names[:shown], ", "), len(names)-shown)
}

// Remove takes back what one application was allowed.
// DELETE /admin/directory/v1/users/{id}/tokens/{client}, scope admin.directory.user.security.
func (c oauthTokens) Remove(ctx context.Context, account access.AccountID, grant access.GrantID) (access.Receipt, error) {
	call := managing(security, "revoke what the application %s may do for %s", grant, account)
	return access.Receipt{Assurance: access.Observed}, c.write(ctx, call, func(ctx context.Context) error {
		return c.directory.Tokens.Delete(string(account), string(grant)).Context(ctx).Do()
	})
}

// Refuse refuses what Google would not do.
func (c oauthTokens) Refuse(ctx context.Context, account access.AccountID, _ access.Holdings) error {
	return c.refuseAdministrator(ctx, account)
}

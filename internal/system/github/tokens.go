package github

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/system"
)

// Tokens are what the account can act in the organisation with, without a password: fine-grained personal access tokens
// that have been given access, the requests for it, and classic tokens, SSH keys and applications that are authorized for
// its single sign-on. All of them are the person's own and live on; what ends is their access.
func Tokens(g *GitHub) access.Connector { return tokens{g} }

type tokens struct{ *GitHub }

// A patGrant is a fine-grained token's access, or the request for it.
type patGrant struct {
	ID      int64      `json:"id"`
	Owner   *account   `json:"owner"`
	Name    string     `json:"token_name"`
	Expired bool       `json:"token_expired"`
	Expires *time.Time `json:"token_expires_at"`
}

// An authorization is a credential that may be used although the organisation wants single sign-on.
type authorization struct {
	Login string `json:"login"`
	ID    int64  `json:"credential_id"`
	Type  string `json:"credential_type"`
	Title string `json:"authorized_credential_title"`
	Note  string `json:"authorized_credential_note"`
}

const (
	patPrefix           = "pat/"
	requestPrefix       = "request/"
	authorizationPrefix = "authorization/"
)

// List asks for all three. Only a GitHub App is shown fine-grained tokens.
// GET /orgs/{org}/personal-access-tokens, /orgs/{org}/personal-access-token-requests and
// /orgs/{org}/credential-authorizations.
func (c tokens) List(ctx context.Context, id access.AccountID) (grants []access.Grant, err error) {
	s, err := c.subject(ctx, id)
	if err != nil || s.invited() {
		return nil, err
	}
	owned := "?owner%5B%5D=" + url.QueryEscape(s.Login)
	for _, part := range []struct {
		call       op
		at, prefix string
		what       string
	}{
		{readTokens.to("list the fine-grained tokens of %s", s.Login), "/personal-access-tokens", patPrefix, "fine-grained token"},
		{readRequests.to("list the requests of %s for fine-grained tokens", s.Login), "/personal-access-token-requests", requestPrefix, "request for a fine-grained token"},
	} {
		pats, err := list[patGrant](ctx, c.GitHub, part.call, c.org(part.at)+owned)
		if err != nil {
			return nil, there(part.call, err)
		}
		for _, pat := range pats {
			switch {
			case pat.ID == 0 || !pat.Owner.whole():
				return nil, malformed(part.call, "a token without an id or an owner")
			case pat.Owner.ID != s.ID:
				// Who is not the owner was not asked for, whatever the answer says.
				continue
			}
			grants = append(grants, access.Grant{
				ID: access.GrantID(part.prefix + strconv.FormatInt(pat.ID, 10)), Label: fmt.Sprintf("%s (%s%s)", cmp.Or(pat.Name, "unnamed"), part.what, pat.until()),
			})
		}
	}
	authorizations, err := c.authorizations(ctx, s)
	return append(grants, authorizations...), err
}

func (p *patGrant) until() string {
	switch {
	case p.Expired:
		return ", expired"
	case p.Expires == nil:
		return ", does not expire"
	}
	return ", until " + p.Expires.UTC().Format(time.DateOnly)
}

// authorizations lists what is authorized for single sign-on. Without it there is nothing to authorize: GitHub answers
// "not found" then, which is believed where the organisation's identity provider is not there either.
func (c tokens) authorizations(ctx context.Context, s *subject) (grants []access.Grant, err error) {
	call := readSSO.to("list the credentials of %s that are authorized for single sign-on", s.Login)
	found, err := list[authorization](ctx, c.GitHub, call, c.org("/credential-authorizations")+"?login="+url.QueryEscape(s.Login))
	if access.KindOf(err) == access.NotFound {
		signOn, unknown := c.hasSignOn(ctx)
		switch {
		case unknown != nil:
			return nil, unknown
		case !signOn:
			return nil, nil
		}
	}
	if err != nil {
		return nil, there(call, err)
	}
	for _, a := range found {
		switch {
		case a.ID == 0 || a.Login == "" || a.Type == "":
			return nil, malformed(call, "a credential without an id, an owner or a type")
		case !strings.EqualFold(a.Login, s.Login):
			continue
		}
		label := fmt.Sprintf("%s (%s, authorized for single sign-on)", cmp.Or(a.Title, cmp.Or(a.Note, "unnamed")), a.Type)
		grants = append(grants, access.Grant{ID: access.GrantID(authorizationPrefix + strconv.FormatInt(a.ID, 10)), Label: system.OneLine(label)})
	}
	return grants, nil
}

const signOnQuery = `query($org: String!) { organization(login: $org) { samlIdentityProvider { id } } }`

// hasSignOn says whether the organisation has SAML single sign-on of its own, or people are managed by an enterprise.
func (g *GitHub) hasSignOn(ctx context.Context) (bool, error) {
	if g.config.Enterprise != "" {
		return true, nil
	}
	call := readMembers.to("find out whether the organization has single sign-on")
	answer, err := query[struct {
		Organization *struct {
			Provider *struct{} `json:"samlIdentityProvider"`
		} `json:"organization"`
	}](ctx, g, call, signOnQuery, map[string]any{"org": g.config.Organization})
	switch {
	case err != nil:
		return false, err
	case answer.Organization == nil:
		return false, malformed(call, "no organization")
	}
	return answer.Organization.Provider != nil, nil
}

// Remove revokes a token's access, denies a request, or withdraws an authorization.
// POST /orgs/{org}/personal-access-tokens/{pat_id} and /orgs/{org}/personal-access-token-requests/{pat_request_id},
// DELETE /orgs/{org}/credential-authorizations/{credential_id}.
func (c tokens) Remove(ctx context.Context, _ access.AccountID, grant access.GrantID) (access.Receipt, error) {
	gone := access.Receipt{Assurance: access.Observed}
	kind, number, _ := strings.Cut(string(grant), "/")
	if !numberForm.MatchString(number) {
		return access.Receipt{}, noSuchGrant(grant)
	}
	switch kind + "/" {
	case patPrefix:
		call := writeTokens.to("revoke the access of the fine-grained token %s", number)
		return gone, c.write(ctx, call, http.MethodPost, c.org("/personal-access-tokens/%s", number), map[string]string{"action": "revoke"})
	case requestPrefix:
		call := writeRequests.to("deny the request %s for a fine-grained token", number)
		body := map[string]string{"action": "deny", "reason": "The person has left."}
		return gone, c.write(ctx, call, http.MethodPost, c.org("/personal-access-token-requests/%s", number), body)
	case authorizationPrefix:
		call := writeSSO.to("withdraw the authorization %s for single sign-on", number)
		return gone, c.write(ctx, call, http.MethodDelete, c.org("/credential-authorizations/%s", number), nil)
	}
	return access.Receipt{}, noSuchGrant(grant)
}

package okta

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	"github.com/offboard/terraform-provider-offboard/internal/access"
)

const tokenPath = "/oauth2/v1/token"

// tokens gets access tokens for a service application by private_key_jwt
// (https://developer.okta.com/docs/guides/implement-oauth-for-okta-serviceapp/), and keeps one until shortly
// before it expires.
type tokens struct {
	config Config
	signer jose.Signer
	client *http.Client
	redact func(string) string
	mu     sync.Mutex
	token  *oauth2.Token
	// refusal is of scopes that the application does not have, which no later try in this run will change.
	refusal error
}

func (o *Okta) newTokens(signer jose.Signer, scopes []string) *tokens {
	config := o.config
	config.Scopes = scopes
	return &tokens{config: config, signer: signer, client: o.transport.Client(), redact: o.transport.Redact}
}

// get returns the token at hand, or a new one if there is none or it is the spent one.
func (t *tokens) get(ctx context.Context, spent string) (string, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.token != nil && t.token.AccessToken != spent && t.config.Clock.Now().Before(t.token.Expiry) {
		return t.token.AccessToken, nil
	}
	if t.refusal != nil {
		return "", t.refusal
	}
	now := t.config.Clock.Now()
	token, err := t.ask(ctx, t.config.Scopes)
	if err != nil {
		return "", t.explain(ctx, err)
	}
	// The library reckons the expiry on the machine's clock, and ours may be another; of what Okta said it keeps
	// nothing else.
	seconds, _ := token.Extra("expires_in").(float64)
	token.Expiry = now.Add(time.Duration(max(seconds, 60)-30) * time.Second)
	t.token = token
	return token.AccessToken, nil
}

// ask asks for a token with these scopes.
func (t *tokens) ask(ctx context.Context, scopes []string) (*oauth2.Token, error) {
	now := t.config.Clock.Now()
	assertion, err := jwt.Signed(t.signer).Claims(jwt.Claims{
		Issuer: t.config.ClientID, Subject: t.config.ClientID, ID: rand.Text(),
		Audience: jwt.Audience{t.config.OrgURL + tokenPath},
		IssuedAt: jwt.NewNumericDate(now), Expiry: jwt.NewNumericDate(now.Add(5 * time.Minute)),
	}).Serialize()
	if err != nil {
		return nil, fmt.Errorf("sign the assertion: %w", err)
	}
	request := clientcredentials.Config{
		TokenURL: t.config.OrgURL + tokenPath, Scopes: scopes, AuthStyle: oauth2.AuthStyleInParams,
		EndpointParams: map[string][]string{
			"client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"},
			"client_assertion":      {assertion},
		},
	}
	return request.Token(context.WithValue(ctx, oauth2.HTTPClient, t.client))
}

// ungranted are the scopes that the application does not have. Okta does not say which of those that were asked
// for at once it refuses, so each is asked for alone.
func (t *tokens) ungranted(ctx context.Context) []string {
	var refused []string
	for _, scope := range t.config.Scopes {
		_, err := t.ask(ctx, []string{scope})
		if refusal, ok := errors.AsType[*oauth2.RetrieveError](err); ok && refusal.ErrorCode == "invalid_scope" {
			refused = append(refused, scope)
		}
	}
	return refused
}

func (t *tokens) explain(ctx context.Context, err error) error {
	refused, ok := errors.AsType[*oauth2.RetrieveError](err)
	if !ok {
		return err
	}
	e := &access.Error{
		Kind:   access.Denied,
		Op:     "get an access token for the service application " + t.config.ClientID,
		Reason: fmt.Sprintf("%s (%s)", t.redact(refused.ErrorDescription), refused.ErrorCode),
	}
	switch refused.ErrorCode {
	case "invalid_scope":
		e.Fix = "Grant the application what it lacks of the scopes that are asked for (Admin Console, the application, Okta API Scopes): " +
			cmp.Or(strings.Join(t.ungranted(ctx), ", "), strings.Join(t.config.Scopes, ", ")) + ". Or ask only for those it has, in scopes or OKTA_API_SCOPES."
		t.refusal = e
	case "invalid_client":
		e.Fix = "Is client_id the application's, and is its public key registered there under this private_key_id?"
	case "invalid_dpop_proof":
		e.Fix = "Turn off DPoP for the application (Admin Console, the application, General, Require Demonstrating Proof of Possession): Okta's Go " +
			"SDK does not speak it."
	}
	if refused.Response != nil && refused.Response.StatusCode >= 500 {
		e.Kind = access.Unavailable
	}
	return e
}

// An authorizer puts the access token on each request, and gets another when Okta no longer accepts it.
type authorizer struct {
	next   http.RoundTripper
	tokens *tokens
	// apart are the tokens for what is traced, by path.
	apart map[string]*tokens
}

func (o *Okta) newAuthorizer(signer jose.Signer) *authorizer {
	a := &authorizer{next: o.transport, tokens: o.newTokens(signer, o.config.Scopes), apart: map[string]*tokens{}}
	if o.config.apart {
		for path, thing := range tracedPaths {
			a.apart[path] = o.newTokens(signer, []string{reading(thing, "").scope()})
		}
	}
	return a
}

func (a *authorizer) RoundTrip(req *http.Request) (*http.Response, error) {
	tokens := a.tokens
	if apart, ok := a.apart[req.URL.Path]; ok {
		tokens = apart
	}
	token, err := tokens.get(req.Context(), "")
	if err != nil {
		return nil, err
	}
	resp, err := a.next.RoundTrip(a.authorized(req, token))
	if err != nil || resp.StatusCode != http.StatusUnauthorized || req.Body != nil && req.GetBody == nil {
		return resp, err
	}
	// Revoked, or expired by a clock other than ours: once more with a new one.
	token, err = tokens.get(req.Context(), token)
	if err != nil {
		return nil, err
	}
	again := a.authorized(req, token)
	if req.GetBody != nil {
		if again.Body, err = req.GetBody(); err != nil {
			return nil, fmt.Errorf("rewind the request: %w", err)
		}
	}
	return a.next.RoundTrip(again)
}

func (a *authorizer) authorized(req *http.Request, token string) *http.Request {
	clone := req.Clone(req.Context())
	clone.Header.Set("Authorization", "Bearer "+token)
	return clone
}

package google

import (
	"cmp"
	"context"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/hashicorp/go-cleanhttp"
	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"
	"golang.org/x/oauth2/google"
	"google.golang.org/api/googleapi"
	"google.golang.org/api/iamcredentials/v1"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/system"
)

const (
	tokenPath  = "/token"
	grantType  = "urn:ietf:params:oauth:grant-type:jwt-bearer"
	scopesBase = "https://www.googleapis.com/auth/"
)

// tokens gets access tokens with which a service account acts in the administrator's name
// (https://developers.google.com/identity/protocols/oauth2/service-account), and keeps each until shortly
// before it expires.
//
// There is one token a scope and a name: what belongs to a mailbox is asked for in the name of its owner. Google
// refuses a token outright if any of its scopes is not delegated, and does not say which; asked for one at a time, the
// missing one can be named, and a scope that this run has no use for need not be delegated.
type tokens struct {
	config Config
	signer signer
	client *http.Client
	redact func(string) string
	mu     sync.Mutex
	kept   map[authority]*ticket
}

// An authority is what an access token is good for: a scope, in somebody's name.
type authority struct{ subject, scope string }

// A ticket is the token at hand for an authority. It is asked for once at a time.
type ticket struct {
	mu    sync.Mutex
	token *oauth2.Token
}

func (t *tokens) ticket(of authority) *ticket {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.kept[of] == nil {
		t.kept[of] = &ticket{}
	}
	return t.kept[of]
}

// A signer signs assertions as the service account.
type signer interface {
	sign(ctx context.Context, claims []byte) (string, error)
	// account is the service account's address, and client its id as the Admin console asks for it.
	account() string
	client() string
}

func (g *Google) newTokens(ctx context.Context) (*tokens, error) {
	t := &tokens{config: g.config, client: g.transport.Client(), redact: g.transport.Redact, kept: map[authority]*ticket{}}
	if g.config.ServiceAccount == "" {
		file, err := g.config.file()
		if err != nil {
			return nil, err
		}
		key, err := file.key()
		if err != nil {
			return nil, err
		}
		t.signer, err = newKeySigner(file, key)
		return t, err
	}
	client := g.transport.Client()
	client.Transport = &oauth2.Transport{Base: g.transport, Source: &caller{config: g.config, redact: g.transport.Redact}}
	service, err := iamcredentials.NewService(ctx, clientOptions(client, g.config.base("https://iamcredentials.googleapis.com"))...)
	if err != nil {
		return nil, &access.Error{Kind: access.Denied, Op: "connect to Google", Reason: g.transport.Redact(err.Error())}
	}
	service.UserAgent = g.config.UserAgent
	t.signer = &remoteSigner{service: service, name: g.config.ServiceAccount}
	return t, nil
}

// url is where access tokens are given, which is also whom an assertion is for.
func (t *tokens) url() string { return t.config.base("https://oauth2.googleapis.com") + tokenPath }

// get returns the token at hand for an authority, or a new one if there is none or it is the spent one.
func (t *tokens) get(ctx context.Context, of authority, spent string) (string, error) {
	kept := t.ticket(of)
	kept.mu.Lock()
	defer kept.mu.Unlock()
	now := t.config.Clock.Now()
	if kept.token != nil && kept.token.AccessToken != spent && now.Before(kept.token.Expiry) {
		return kept.token.AccessToken, nil
	}
	// A little in the past, for the sake of clocks that disagree.
	issued := now.Add(-10 * time.Second)
	claims, err := json.Marshal(map[string]any{
		"iss": t.signer.account(), "sub": of.subject, "scope": scopesBase + of.scope, "aud": t.url(),
		"iat": issued.Unix(), "exp": issued.Add(time.Hour).Unix(),
	})
	if err != nil {
		return "", fmt.Errorf("write the claims: %w", err)
	}
	assertion, err := t.signer.sign(ctx, claims)
	if err != nil {
		return "", t.explainSigning(ctx, err)
	}
	request := clientcredentials.Config{
		TokenURL: t.url(), AuthStyle: oauth2.AuthStyleInParams,
		EndpointParams: map[string][]string{"grant_type": {grantType}, "assertion": {assertion}},
	}
	token, err := request.Token(context.WithValue(ctx, oauth2.HTTPClient, t.client))
	if err != nil {
		return "", t.explain(ctx, of, err)
	}
	// The library reckons the expiry on the machine's clock, and ours may be another; of what Google said it
	// keeps nothing else.
	seconds, _ := token.Extra("expires_in").(float64)
	token.Expiry = now.Add(time.Duration(max(seconds, 120)-60) * time.Second)
	kept.token = token
	return token.AccessToken, nil
}

// explain says what a refused exchange means
// (https://developers.google.com/identity/protocols/oauth2/service-account#error-codes).
func (t *tokens) explain(ctx context.Context, of authority, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if e, ok := errors.AsType[*access.Error](err); ok {
		return e
	}
	e := &access.Error{Kind: access.Denied, Op: "get an access token in the name of " + of.subject}
	refused, ok := errors.AsType[*oauth2.RetrieveError](err)
	if !ok {
		e.Kind, e.Reason, e.Fix = access.Malformed, "Google's token endpoint answered with what can't be read", vendor.Hint
		return e
	}
	e.Reason = fmt.Sprintf("Google gives the service account %s no access token in the name of %s: %s", t.signer.account(), of.subject,
		t.redact(cmp.Or(refused.ErrorDescription, refused.ErrorCode, refused.Response.Status)))
	if refused.ErrorDescription != "" {
		e.Reason += " (" + refused.ErrorCode + ")"
	}
	switch status := refused.Response.StatusCode; {
	case status >= 500:
		e.Kind = access.Unavailable
	case refused.ErrorCode == "unauthorized_client", refused.ErrorCode == "access_denied":
		e.Fix = "Delegate the scope " + scopesBase + of.scope + " to it: Admin console, Security, Access and data control, API controls, " +
			"Domain-wide delegation, client id " + t.signer.client() + ". A change there can take some minutes to hold, and in rare cases a day."
	case refused.ErrorCode == "invalid_grant" && of.subject != t.config.Admin:
		// The key and the clock are right, or the administrator's account could not have been read before.
		e.Kind = access.Blocked
		e.Fix = "Google lets nobody act in the name of an account that is suspended, archived or deleted. Plan again: the account is looked at first."
	case refused.ErrorCode == "invalid_grant":
		e.Fix = "Is admin (" + t.config.Admin + ") the address of an account of this customer that is neither suspended nor deleted, is the service " +
			"account's key still one of its keys, and is this machine's clock right?"
	case refused.ErrorCode == "invalid_client":
		e.Fix = "Is there still a service account " + t.signer.account() + ", and is it enabled?"
	}
	return e
}

// explainSigning says why iamcredentials does not sign.
func (t *tokens) explainSigning(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if e, ok := errors.AsType[*access.Error](err); ok {
		return e
	}
	e := &access.Error{Kind: access.Denied, Op: "sign in the name of " + t.signer.account()}
	refused, ok := errors.AsType[*googleapi.Error](err)
	if !ok {
		e.Kind, e.Reason, e.Fix = access.Malformed, "Google answered with what can't be read", vendor.Hint
		return e
	}
	e.Reason = fmt.Sprintf("Google does not sign as the service account %s: %s (%d)", t.signer.account(), t.redact(refused.Message), refused.Code)
	switch {
	case refused.Code >= 500:
		e.Kind = access.Unavailable
	case refused.Code == http.StatusUnauthorized:
		e.Fix = "The credentials of whoever runs this are not accepted, or have expired: sign in anew (gcloud auth application-default login), or " +
			"renew what the environment provides."
	default:
		e.Fix = "Whoever runs this needs the role Service Account Token Creator (roles/iam.serviceAccountTokenCreator) on that service account, " +
			"and its project the IAM Service Account Credentials API."
	}
	return e
}

// A keySigner has the service account's key.
type keySigner struct {
	signer jose.Signer
	file   *keyFile
}

func newKeySigner(file *keyFile, key *rsa.PrivateKey) (*keySigner, error) {
	options := (&jose.SignerOptions{}).WithType("JWT")
	if file.PrivateKeyID != "" {
		options = options.WithHeader("kid", file.PrivateKeyID)
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: key}, options)
	if err != nil {
		return nil, system.Wrong("credentials", "the key can't sign")
	}
	return &keySigner{signer, file}, nil
}

func (s *keySigner) account() string { return s.file.ClientEmail }
func (s *keySigner) client() string {
	return cmp.Or(s.file.ClientID, "the unique id of "+s.file.ClientEmail)
}

func (s *keySigner) sign(_ context.Context, claims []byte) (string, error) {
	signed, err := s.signer.Sign(claims)
	if err != nil {
		return "", &access.Error{Kind: access.Denied, Op: "sign the assertion", Reason: "the service account's key can't sign"}
	}
	return signed.CompactSerialize()
}

// A remoteSigner has Google sign with a key that never leaves it.
// POST https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/{email}:signJwt.
type remoteSigner struct {
	service *iamcredentials.Service
	name    string
}

func (s *remoteSigner) account() string { return s.name }

func (s *remoteSigner) client() string {
	return "the unique id of " + s.name + " (gcloud iam service-accounts describe)"
}

func (s *remoteSigner) sign(ctx context.Context, claims []byte) (string, error) {
	name := "projects/-/serviceAccounts/" + s.name
	signed, err := s.service.Projects.ServiceAccounts.SignJwt(name, &iamcredentials.SignJwtRequest{Payload: string(claims)}).Context(ctx).Do()
	if err != nil {
		return "", err
	}
	if signed.SignedJwt == "" {
		return "", &access.Error{Kind: access.Malformed, Reason: "Google signed nothing", Fix: vendor.Hint}
	}
	return signed.SignedJwt, nil
}

// caller is whoever runs this, as far as Google knows them: by the access token or the credentials given, or
// by the application default credentials. They are looked for when they are first needed.
type caller struct {
	config Config
	redact func(string) string
	mu     sync.Mutex
	source oauth2.TokenSource
}

// lookup bounds how long the machine's own credentials are looked for: where there are none, a metadata
// server that is not there is asked too.
const lookup = 30 * time.Second

// Token makes caller an oauth2.TokenSource.
func (c *caller) Token() (*oauth2.Token, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.source == nil {
		source, err := c.find()
		if err != nil {
			return nil, c.explain(err)
		}
		c.source = source
	}
	token, err := c.source.Token()
	if err != nil {
		return nil, c.explain(err)
	}
	return token, nil
}

func (c *caller) find() (oauth2.TokenSource, error) {
	if c.config.AccessToken != "" {
		return oauth2.StaticTokenSource(&oauth2.Token{AccessToken: c.config.AccessToken}), nil
	}
	// These credentials speak to whatever they name, such as the identity endpoint of a CI system, and are
	// none of the vendor's API.
	client := cleanhttp.DefaultPooledClient()
	client.Timeout = lookup
	ctx := context.WithValue(context.Background(), oauth2.HTTPClient, client)
	const scope = scopesBase + "cloud-platform"
	if c.config.Credentials == "" {
		found, err := google.FindDefaultCredentials(ctx, scope)
		if err != nil {
			return nil, err
		}
		return found.TokenSource, nil
	}
	file, err := c.config.file()
	if err != nil {
		return nil, err
	}
	found, err := google.CredentialsFromJSONWithType(ctx, []byte(c.config.Credentials), google.CredentialsType(file.Type), scope)
	if err != nil {
		return nil, err
	}
	return found.TokenSource, nil
}

func (c *caller) explain(err error) error {
	return &access.Error{
		Kind: access.Denied, Op: "find out who runs this",
		Reason: "there are no credentials with which to act as the service account " + c.config.ServiceAccount + ": " + c.redact(err.Error()),
		Fix: "Provide application default credentials (workload identity federation in CI, gcloud auth application-default login at a desk), or set " +
			"credentials.",
	}
}

type authorityKey struct{}

// withAuthority says with which scope and in whose name the requests of a context are to be made.
func withAuthority(ctx context.Context, of authority) context.Context {
	return context.WithValue(ctx, authorityKey{}, of)
}

// An authorizer puts the access token on each request, and gets another when Google no longer accepts it.
type authorizer struct {
	next   http.RoundTripper
	tokens *tokens
}

func (a *authorizer) RoundTrip(req *http.Request) (*http.Response, error) {
	of, ok := req.Context().Value(authorityKey{}).(authority)
	if !ok {
		return nil, errors.New("a request without a scope")
	}
	token, err := a.tokens.get(req.Context(), of, "")
	if err != nil {
		return nil, err
	}
	resp, err := a.next.RoundTrip(authorized(req, token))
	if err != nil || resp.StatusCode != http.StatusUnauthorized || req.Body != nil && req.GetBody == nil {
		return resp, err
	}
	// Revoked, or expired by a clock other than ours: once more with a new one.
	token, err = a.tokens.get(req.Context(), of, token)
	if err != nil {
		return nil, err
	}
	again := authorized(req, token)
	if req.GetBody != nil {
		if again.Body, err = req.GetBody(); err != nil {
			return nil, fmt.Errorf("rewind the request: %w", err)
		}
	}
	return a.next.RoundTrip(again)
}

func authorized(req *http.Request, token string) *http.Request {
	clone := req.Clone(req.Context())
	clone.Header.Set("Authorization", "Bearer "+token)
	return clone
}

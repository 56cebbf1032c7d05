package github

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/system"
)

// appTokens puts the access token of an installation on each request. It gets one with a signed word of the App's, and
// another shortly before the first expires, or when GitHub no longer accepts it
// (https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app).
type appTokens struct {
	config Config
	next   http.RoundTripper

	mu    sync.Mutex
	token *appToken
}

// An appToken is what GitHub gives an installation, with what it may do. Of an hour's life.
type appToken struct {
	Token       string            `json:"token"`
	Expires     time.Time         `json:"expires_at"`
	Permissions map[string]string `json:"permissions"`
	Selection   string            `json:"repository_selection"`
}

// RoundTrip sends a request as the installation.
func (t *appTokens) RoundTrip(req *http.Request) (*http.Response, error) {
	token, err := t.get(req.Context(), "")
	if err != nil {
		return nil, err
	}
	resp, err := t.next.RoundTrip(bearing(req, token.Token))
	if err != nil || resp.StatusCode != http.StatusUnauthorized || req.Body != nil && req.GetBody == nil {
		return resp, err
	}
	// Revoked, or expired by a clock other than ours: once more with a new one.
	if token, err = t.get(req.Context(), token.Token); err != nil {
		return nil, err
	}
	again := bearing(req, token.Token)
	if req.GetBody != nil {
		if again.Body, err = req.GetBody(); err != nil {
			return nil, fmt.Errorf("rewind the request: %w", err)
		}
	}
	return t.next.RoundTrip(again)
}

// get returns the token at hand, or a new one if there is none, it is about to expire, or it is the spent one.
func (t *appTokens) get(ctx context.Context, spent string) (*appToken, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.token != nil && t.token.Token != spent && t.config.Clock.Now().Add(time.Minute).Before(t.token.Expires) {
		return t.token, nil
	}
	var token appToken
	path := "/app/installations/" + t.config.AppInstallationID + "/access_tokens"
	if err := t.asApp(ctx, "get an access token for the GitHub App "+t.config.AppID, http.MethodPost, path, &token); err != nil {
		return nil, err
	}
	if token.Token == "" || token.Expires.IsZero() {
		return nil, malformed(op{what: "get an access token for the GitHub App"}, "an access token without the token or its end")
	}
	t.token = &token
	return t.token, nil
}

// assertion is the App's signed word that it is it. It is dated back a minute, as GitHub advises, and lives for nine.
func (t *appTokens) assertion() (string, error) {
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: t.config.key}, (&jose.SignerOptions{}).WithType("JWT"))
	if err != nil {
		return "", err
	}
	now := t.config.Clock.Now()
	return jwt.Signed(signer).Claims(jwt.Claims{
		Issuer: t.config.AppID, IssuedAt: jwt.NewNumericDate(now.Add(-time.Minute)), Expiry: jwt.NewNumericDate(now.Add(8 * time.Minute)),
	}).Serialize()
}

// asApp makes a call as the App itself, and not as its installation.
func (t *appTokens) asApp(ctx context.Context, what, method, path string, into any) error {
	assertion, err := t.assertion()
	if err != nil {
		return &access.Error{Kind: access.Denied, Op: what, Reason: "app_private_key can't sign"}
	}
	req, err := http.NewRequestWithContext(ctx, method, t.config.BaseURL+path, http.NoBody)
	if err != nil {
		return &access.Error{Kind: access.Other, Op: what, Reason: err.Error()}
	}
	req.Header.Set("Accept", "application/vnd.github+json")
	resp, err := t.next.RoundTrip(bearing(req, assertion))
	if err != nil {
		return system.Doing(what, err)
	}
	body, err := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	if err != nil {
		return malformed(op{what: what}, "half an answer")
	}
	switch status := resp.StatusCode; {
	case status >= 500:
		return &access.Error{Kind: access.Unavailable, Op: what, Reason: "GitHub answered " + resp.Status}
	case status >= 300:
		var said struct {
			Message string `json:"message"`
		}
		_ = json.Unmarshal(body, &said) // Without a message the status has to do.
		return &access.Error{
			Kind: access.Denied, Op: what, Reason: fmt.Sprintf("%s (%s)", cmp.Or(said.Message, "GitHub refuses it"), resp.Status),
			Fix: "Is app_id the App's, is app_private_key one of its keys, and is it installed in the organization under app_installation_id?",
		}
	}
	if err := json.NewDecoder(bytes.NewReader(body)).Decode(into); err != nil {
		return malformed(op{what: what}, "what can't be read")
	}
	return nil
}

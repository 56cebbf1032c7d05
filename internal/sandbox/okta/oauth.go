package okta

import (
	"crypto/x509"
	_ "embed"
	"encoding/pem"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

// accessTokenMark begins every access token of the sandbox, so that tests can search logs for it.
const accessTokenMark = "00sandbox-bearer-"

const accessTokenLife = time.Hour

// oauthFailure is an error of the token endpoint, in OAuth's words (RFC 6749 section 5.2).
func oauthFailure(status int, code, description string) reply {
	return reply{status: status, body: object{"error": code, "error_description": description}}
}

// issueToken is POST /oauth2/v1/token for service apps: client credentials, proved by a JWT signed with the
// client's own key, in the query or in a form (okta.md section 0.10: the SDK uses the query).
func (c *call) issueToken() reply {
	params := c.query
	if form, err := url.ParseQuery(string(c.body)); err == nil && len(form) > 0 {
		params = form
	}
	if grant := params.Get("grant_type"); grant != "client_credentials" {
		return oauthFailure(http.StatusBadRequest, "unsupported_grant_type",
			"The authorization grant type is not supported by the authorization server.")
	}
	if params.Get("client_assertion_type") != "urn:ietf:params:oauth:client-assertion-type:jwt-bearer" {
		return oauthFailure(http.StatusBadRequest, "invalid_request", "The 'client_assertion_type' is not supported.")
	}
	client, wrong := c.verifyAssertion(params.Get("client_assertion"))
	if wrong != "" {
		return oauthFailure(http.StatusUnauthorized, "invalid_client", wrong)
	}
	scopes := strings.Fields(params.Get("scope"))
	for _, scope := range scopes {
		if !slices.Contains(client.Scopes, scope) {
			return oauthFailure(http.StatusBadRequest, "invalid_scope",
				"The requested scope is invalid, unknown, or malformed.")
		}
	}
	if len(scopes) == 0 {
		return oauthFailure(http.StatusBadRequest, "invalid_scope",
			"The authorization server resource does not have any configured default scopes, 'scope' must be provided.")
	}
	c.state.Made["access token"]++
	token := accessTokenMark + id("", c.state.ID, client.ID, strconv.Itoa(c.state.Made["access token"]))
	c.state.AccessTokens[digest(token)] = &accessToken{
		Client: client.ID, Scopes: scopes, Expires: c.now.Add(accessTokenLife),
	}
	return ok(object{
		"token_type": "Bearer", "expires_in": int(accessTokenLife.Seconds()), "access_token": token,
		"scope": strings.Join(scopes, " "),
	})
}

// verifyAssertion returns the client that signed the assertion, or what is wrong with it.
func (c *call) verifyAssertion(assertion string) (client *app, wrong string) {
	signed, err := jwt.ParseSigned(assertion, []jose.SignatureAlgorithm{jose.RS256})
	if err != nil {
		return nil, "The client_assertion is not a JWT signed with RS256."
	}
	var claims jwt.Claims
	if err := signed.UnsafeClaimsWithoutVerification(&claims); err != nil {
		return nil, "The client_assertion has no claims."
	}
	client = c.state.Apps[claims.Issuer]
	if client == nil || client.Key == "" || client.Status != active || claims.Subject != claims.Issuer {
		return nil, "Invalid value for 'client_id' parameter."
	}
	key, err := publicKey(client.Key)
	if err == nil {
		err = signed.Claims(key, &claims)
	}
	switch {
	case err != nil:
		return nil, "The client_assertion signature is invalid."
	case !claims.Audience.Contains(c.base + c.r.URL.Path):
		return nil, "The audience claim for client_assertion must be the endpoint invoked for the request."
	case claims.Expiry == nil || c.now.After(claims.Expiry.Time()):
		return nil, "The client_assertion token is expired."
	case claims.Expiry.Time().Sub(c.now) > time.Hour:
		return nil, "The client_assertion token has an expiration too far into the future."
	}
	return client, ""
}

func publicKey(text string) (any, error) {
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		return nil, errors.New("not a PEM block")
	}
	return x509.ParsePKIXPublicKey(block.Bytes)
}

// ClientKey is the private key of the org's service apps, in PKCS#1, the only form that the SDK takes (okta.md
// section 0.10). It protects nothing: it is published with the source.
//
//go:embed client.pem
var ClientKey string

// clientPublicKey is the half of ClientKey that the apps have registered.
func clientPublicKey() string {
	block, _ := pem.Decode([]byte(ClientKey))
	private, err := x509.ParsePKCS1PrivateKey(block.Bytes)
	if err != nil {
		panic(err) // the file is part of the source
	}
	public, err := x509.MarshalPKIXPublicKey(&private.PublicKey)
	if err != nil {
		panic(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public}))
}

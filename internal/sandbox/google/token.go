package google

import (
	"crypto/rsa"
	"crypto/x509"
	_ "embed"
	"encoding/json"
	"encoding/pem"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

// privateKey is the key of ServiceAccount. It protects nothing: it is published with the source.
//
//go:embed key.pem
var privateKey string

// keyID is the key's name.
const keyID = "5f3c0a7d1e924b6c8a0d2e4f6a8b0c1d2e3f4a5b"

// ClientID is what the service account's domain-wide delegation is granted to.
func ClientID() string { return number(21, "client", ServiceAccount) }

// KeyFile is the service account's key file, for a server at this address.
func KeyFile(serverURL string) string {
	data, err := json.MarshalIndent(map[string]string{
		"type": "service_account", "project_id": "acme-automation",
		"private_key_id": keyID, "private_key": privateKey,
		"client_email": ServiceAccount, "client_id": ClientID(),
		"auth_uri":                    "https://accounts.google.com/o/oauth2/auth",
		"token_uri":                   serverURL + "/token",
		"auth_provider_x509_cert_url": "https://www.googleapis.com/oauth2/v1/certs",
		"universe_domain":             "googleapis.com",
	}, "", "  ")
	if err != nil {
		panic(err) // it is plain data
	}
	return string(data)
}

func signingKey() *rsa.PrivateKey {
	block, _ := pem.Decode([]byte(privateKey))
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		panic(err) // the file is part of the source
	}
	signing, ok := key.(*rsa.PrivateKey)
	if !ok {
		panic("the service account's key is not for RS256")
	}
	return signing
}

// Two names of one grant: that of RFC 7523, and that of its draft, which google.golang.org/api/impersonate
// goes on using.
const (
	jwtBearer      = "urn:ietf:params:oauth:grant-type:jwt-bearer"
	draftAssertion = "assertion"
)

// accessTokenLife is how long Google's access tokens live, and assertions at most.
const accessTokenLife = time.Hour

// skew is by how much the clocks may differ (a guess).
const skew = 5 * time.Minute

// A refusal is an error of the token endpoint, which are OAuth's and not the API's.
type refusal struct {
	status            int
	code, description string
}

func invalidGrant(description string) *refusal {
	return &refusal{http.StatusBadRequest, "invalid_grant", description}
}

// undelegated is the answer both to a client without delegation and to one that asks for a scope too many: all
// scopes are granted, or none.
func undelegated() *refusal {
	return &refusal{http.StatusUnauthorized, "unauthorized_client", "Client is unauthorized to retrieve access tokens " +
		"using this method, or client not authorized for any of the scopes requested."}
}

// token is the token endpoint: an assertion that the service account signed is exchanged for an access token,
// in the name of the service account or, by domain-wide delegation, of anybody in the tenant.
func (a *api) token(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	answer, refused := a.exchange(r)
	if refused != nil {
		reply{status: refused.status, body: object{"error": refused.code, "error_description": refused.description}}.send(w)
		return
	}
	ok(answer).send(w)
}

func (a *api) exchange(r *http.Request) (object, *refusal) {
	if r.Method != http.MethodPost || r.ParseForm() != nil {
		return nil, &refusal{http.StatusBadRequest, "invalid_request", "Could not determine client ID from request."}
	}
	if grant := r.PostForm.Get("grant_type"); grant != jwtBearer && grant != draftAssertion {
		return nil, &refusal{http.StatusBadRequest, "unsupported_grant_type", "Invalid grant_type: " + grant}
	}
	now := a.opts.Clock.Now()
	claims, refused := assertion(r.PostForm.Get("assertion"), "http://"+r.Host+"/token", now)
	if refused != nil {
		return nil, refused
	}
	var token string
	a.tenant.Serve(func(s *state) {
		var subject string
		scopes := strings.Fields(claims.Scope)
		if subject, refused = s.delegate(claims.Subject, scopes); refused == nil {
			token = s.issue(subject, scopes, now)
		}
	})
	if refused != nil {
		return nil, refused
	}
	return object{"access_token": token, "token_type": "Bearer", "expires_in": int(accessTokenLife.Seconds())}, nil
}

// assertionClaims are those that matter in an assertion.
type assertionClaims struct {
	jwt.Claims
	Scope string `json:"scope"`
}

// assertion verifies what the service account signed. The words of the errors are those that Google's endpoint
// is known for.
func assertion(text, audience string, now time.Time) (assertionClaims, *refusal) {
	var claims assertionClaims
	signed, err := jwt.ParseSigned(text, []jose.SignatureAlgorithm{jose.RS256})
	if err != nil {
		return claims, invalidGrant("Bad Request")
	}
	if err := signed.UnsafeClaimsWithoutVerification(&claims); err != nil || claims.Issuer != ServiceAccount {
		return claims, invalidGrant("Invalid grant: account not found")
	}
	var audiences struct {
		Audience jwt.Audience `json:"aud"`
	}
	verified := signed.Claims(&signingKey().PublicKey, &audiences)
	expiry, issued := claims.Expiry, claims.IssuedAt
	switch {
	case verified != nil:
		return claims, invalidGrant("Invalid JWT Signature.")
	case !audiences.Audience.Contains(audience) && !audiences.Audience.Contains(googleTokenEndpoint):
		return claims, invalidGrant("Invalid JWT: Failed audience check. The right audience is " + audience)
	case expiry == nil || issued == nil || now.After(expiry.Time().Add(skew)) || issued.Time().After(now.Add(skew)) ||
		expiry.Time().Sub(issued.Time()) > accessTokenLife:
		return claims, invalidGrant("Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable " +
			"timeframe. Check your iat and exp values in the JWT claim.")
	case strings.TrimSpace(claims.Scope) == "":
		return claims, &refusal{http.StatusBadRequest, "invalid_scope", "Empty or missing scope not allowed."}
	}
	return claims, nil
}

// googleTokenEndpoint is whom assertions are for, wherever the sandbox is.
const googleTokenEndpoint = "https://oauth2.googleapis.com/token"

// delegate finds whom a token is to speak for: the id of a user, or "" for the service account itself.
func (s *state) delegate(subject string, scopes []string) (string, *refusal) {
	if subject == "" {
		return "", nil
	}
	if _, domain, _ := strings.Cut(subject, "@"); !strings.EqualFold(domain, s.Domain) {
		return "", undelegated()
	}
	for _, scope := range scopes {
		if !slices.Contains(s.Delegated, scope) {
			return "", undelegated()
		}
	}
	u := s.find(subject)
	switch {
	case u == nil:
		return "", invalidGrant("Invalid email or User ID")
	case u.Suspended || u.Archived:
		return "", invalidGrant("User is disabled") // the words are a guess
	}
	return u.ID, nil
}

// issue makes an access token.
func (s *state) issue(subject string, scopes []string, now time.Time) string {
	s.Made["access token"]++
	secret := "ya29." + Mark + "-" + letters(40, s.CustomerID, subject, strconv.Itoa(s.Made["access token"]))
	s.AccessTokens[digest(secret)] = &accessToken{Subject: subject, Scopes: scopes, Expires: now.Add(accessTokenLife)}
	return secret
}

package okta

import (
	"cmp"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/go-jose/go-jose/v4"

	"github.com/offboard/terraform-provider-offboard/internal/system"
)

// A Config says which org to speak to, and with which credential: an API token, or the private key of an
// OAuth service application.
type Config struct {
	// OrgURL is the org's URL, such as https://acme.okta.com. Plain http is accepted for loopback only.
	OrgURL string
	// APIToken is an SSWS token.
	APIToken string
	// ClientID and PrivateKey are of a service application. The key is PEM (PKCS #1, PKCS #8 or SEC 1), a
	// JSON Web Key, or the path of a file with one of these.
	ClientID, PrivateKey string
	// PrivateKeyID is the kid under which the application knows the key. A JSON Web Key may bring its own.
	PrivateKeyID string
	// Scopes to ask for. None means all that this package uses, read-only or not.
	Scopes []string
	// apart says that Scopes are those of the rest, and that TraceScopes are asked for one by one.
	apart bool

	system.Run
}

// The scopes under which everything in this package works. Reading takes the first list alone.
var (
	ReadScopes = []string{
		"okta.users.read", "okta.groups.read", "okta.apps.read", "okta.roles.read", "okta.apiTokens.read", "okta.linkedObjects.read",
	}
	WriteScopes = []string{
		"okta.users.manage", "okta.groups.manage", "okta.apps.manage", "okta.roles.manage", "okta.apiTokens.manage",
		"okta.devices.read", "okta.devices.manage", "okta.idps.manage",
	}
	// TraceScopes are for what is traced, beside ReadScopes. Each is asked for when it is first needed, in a token of its
	// own: Okta refuses a token whole for one scope that was not granted, and no other kind of access needs these.
	TraceScopes = []string{"okta.eventHooks.read", "okta.logs.read", "okta.oauthIntegrations.read"}
)

// WithEnvironment fills what is empty from the environment variables that the okta provider reads, so that
// one set of them serves both. An API token and a service application exclude each other; where the
// configuration names one, the environment does not add the other.
func (c Config) WithEnvironment(getenv func(string) string) Config {
	if org, base := getenv("OKTA_ORG_NAME"), getenv("OKTA_BASE_URL"); c.OrgURL == "" && org != "" {
		if base == "" {
			base = "okta.com"
		}
		c.OrgURL = "https://" + org + "." + base
	}
	if c.ClientID == "" && c.PrivateKey == "" && c.APIToken == "" {
		c.APIToken = getenv("OKTA_API_TOKEN")
	}
	if c.APIToken == "" {
		c.ClientID = cmp.Or(c.ClientID, getenv("OKTA_API_CLIENT_ID"))
		c.PrivateKey = cmp.Or(c.PrivateKey, getenv("OKTA_API_PRIVATE_KEY"))
		c.PrivateKeyID = cmp.Or(c.PrivateKeyID, getenv("OKTA_API_PRIVATE_KEY_ID"))
		if len(c.Scopes) == 0 {
			c.Scopes = strings.FieldsFunc(getenv("OKTA_API_SCOPES"), func(r rune) bool { return r == ',' || r == ' ' })
		}
	}
	return c
}

// Validate says what is wrong with the configuration, as far as can be told without asking Okta, and
// returns it in the form in which it is used.
func (c Config) Validate() (Config, error) {
	orgURL, err := validOrgURL(c.OrgURL)
	if err != nil {
		return c, err
	}
	c.OrgURL = orgURL
	switch {
	case c.APIToken != "" && (c.ClientID != "" || c.PrivateKey != ""):
		return c, system.Wrong("api_token", "an API token and a service application (client_id, private_key) exclude each other: give one of them")
	case c.APIToken != "":
		return c, nil
	case c.ClientID == "" && c.PrivateKey == "":
		return c, system.Wrong("api_token", "no credential: set api_token or OKTA_API_TOKEN, or client_id and private_key "+
			"(OKTA_API_CLIENT_ID, OKTA_API_PRIVATE_KEY) of a service application")

	case c.ClientID == "":
		return c, system.Wrong("client_id", "private_key is set and client_id is not: a private key belongs to a service application")
	case c.PrivateKey == "":
		return c, system.Wrong("private_key", "client_id is set and private_key is not: a service application signs in with its key")
	}
	if !strings.Contains(c.PrivateKey, "-----BEGIN") && !strings.HasPrefix(strings.TrimSpace(c.PrivateKey), "{") {
		content, err := os.ReadFile(c.PrivateKey)
		if err != nil {
			return c, system.Wrong("private_key", "it is neither a key nor the path of a readable file")
		}
		c.PrivateKey = string(content)
	}
	if len(c.Scopes) == 0 {
		c.Scopes, c.apart = ReadScopes, true
		if !c.ReadOnly {
			c.Scopes = append(append([]string{}, ReadScopes...), WriteScopes...)
		}
	}
	_, err = c.signer()
	return c, err
}

func validOrgURL(s string) (string, error) {
	const argument, example = "org_url", "https://acme.okta.com"
	if s == "" {
		return "", system.Wrong(argument, "which org? Set org_url, such as "+example+", or OKTA_ORG_NAME and OKTA_BASE_URL")
	}
	org, err := system.BaseURL(argument, s, example)
	if err == nil && (strings.Contains(org, "-admin.okta") || strings.Contains(org, "-admin.oktapreview")) {
		return "", system.Wrong(argument, fmt.Sprintf("%q is the address of the Admin Console: leave out -admin", s))
	}
	return org, err
}

// signer reads the private key, with the algorithm and id it signs under.
func (c Config) signer() (jose.Signer, error) {
	key := jose.SigningKey{}
	id := c.PrivateKeyID
	text := strings.TrimSpace(strings.ReplaceAll(c.PrivateKey, `\n`, "\n"))
	if strings.HasPrefix(text, "{") {
		var jwk jose.JSONWebKey
		if err := json.Unmarshal([]byte(text), &jwk); err != nil || jwk.IsPublic() {
			return nil, system.Wrong("private_key", "it is not a private JSON Web Key")
		}
		key.Key, id = jwk.Key, cmp.Or(id, jwk.KeyID)
	} else {
		block, _ := pem.Decode([]byte(text))
		if block == nil {
			return nil, system.Wrong("private_key", "it is not PEM: it should begin with -----BEGIN PRIVATE KEY-----")
		}
		parsed, err := parsePrivateKey(block.Bytes)
		if err != nil {
			return nil, system.Wrong("private_key", "it is not an unencrypted RSA or EC private key (PEM type "+block.Type+")")
		}
		key.Key = parsed
	}
	switch k := key.Key.(type) {
	case *rsa.PrivateKey:
		key.Algorithm = jose.RS256
	case *ecdsa.PrivateKey:
		key.Algorithm = map[int]jose.SignatureAlgorithm{256: jose.ES256, 384: jose.ES384, 521: jose.ES512}[k.Curve.Params().BitSize]
	default:
		return nil, system.Wrong("private_key", "it is neither an RSA nor an EC key")
	}
	options := (&jose.SignerOptions{}).WithType("JWT")
	if id != "" {
		options = options.WithHeader("kid", id)
	}
	signer, err := jose.NewSigner(key, options)
	if err != nil {
		return nil, system.Wrong("private_key", "it can't sign")
	}
	return signer, nil
}

func parsePrivateKey(der []byte) (any, error) {
	for _, parse := range []func([]byte) (any, error){
		x509.ParsePKCS8PrivateKey,
		func(b []byte) (any, error) { return x509.ParsePKCS1PrivateKey(b) },
		func(b []byte) (any, error) { return x509.ParseECPrivateKey(b) },
	} {
		if key, err := parse(der); err == nil {
			return key, nil
		}
	}
	return nil, errors.New("no known form")
}

// secrets are the strings that must not be seen: the token, and the key as a whole and line by line, which
// is how it would turn up in a log.
func (c Config) secrets() []string {
	return append([]string{c.APIToken, c.PrivateKey}, system.KeyLines(c.PrivateKey)...)
}

package okta

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"

	"github.com/offboard/terraform-provider-offboard/internal/system"
)

func TestTheOrgURLIsAnOrgAndNothingElse(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"https://acme.okta.com":           "https://acme.okta.com",
		"https://acme.okta.com/":          "https://acme.okta.com",
		"https://login.acme.example":      "https://login.acme.example",
		"http://127.0.0.1:8080":           "http://127.0.0.1:8080",
		"http://localhost:8080/":          "http://localhost:8080",
		"http://[::1]:8080":               "http://[::1]:8080",
		"":                                "",
		"acme.okta.com":                   "",
		"http://acme.okta.com":            "",
		"http://127.0.0.1.evil.test":      "",
		"http://10.0.0.1":                 "",
		"https://acme-admin.okta.com":     "",
		"https://acme.okta.com/app/admin": "",
		"https://acme.okta.com?x=1":       "",
		"https://token@acme.okta.com":     "",
		"ftp://acme.okta.com":             "",
		"https://":                        "",
		"https://acme.okta.com:port":      "",
	} {
		got, err := Config{OrgURL: in, APIToken: "token"}.Validate()
		wrong, isConfig := errors.AsType[*system.ConfigError](err)
		switch {
		case want != "" && (err != nil || got.OrgURL != want):
			t.Errorf("%q became %q, %v; want %q", in, got.OrgURL, err, want)
		case want == "" && (!isConfig || wrong.Argument != "org_url"):
			t.Errorf("%q was accepted, or refused for something else: %v", in, err)
		}
	}
}

func TestOneCredentialIsNeededAndOneOnly(t *testing.T) {
	t.Parallel()
	key := privateKeys(t)["RSA, PKCS #8"]
	for name, c := range map[string]struct {
		config   Config
		argument string
	}{
		"a token":                   {Config{APIToken: "t"}, ""},
		"an application":            {Config{ClientID: "0oa1", PrivateKey: key}, ""},
		"none":                      {Config{}, "api_token"},
		"both":                      {Config{APIToken: "t", ClientID: "0oa1", PrivateKey: key}, "api_token"},
		"a token and half":          {Config{APIToken: "t", ClientID: "0oa1"}, "api_token"},
		"an application, no key":    {Config{ClientID: "0oa1"}, "private_key"},
		"a key, no application":     {Config{PrivateKey: key}, "client_id"},
		"a key that is none":        {Config{ClientID: "0oa1", PrivateKey: "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"}, "private_key"},
		"a file that is not there":  {Config{ClientID: "0oa1", PrivateKey: "/nowhere/key.pem"}, "private_key"},
		"a public key":              {Config{ClientID: "0oa1", PrivateKey: `{"kty":"RSA","n":"AQAB","e":"AQAB"}`}, "private_key"},
		"a key of the wrong family": {Config{ClientID: "0oa1", PrivateKey: privateKeys(t)["Ed25519"]}, "private_key"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c.config.OrgURL = "https://acme.okta.com"
			_, err := c.config.Validate()
			wrong, _ := errors.AsType[*system.ConfigError](err)
			switch {
			case c.argument == "" && err != nil:
				t.Error(err)
			case c.argument != "" && (wrong == nil || wrong.Argument != c.argument):
				t.Errorf("got %v, want an error at %s", err, c.argument)
			case err != nil && len(c.config.PrivateKey) > 40 && strings.Contains(err.Error(), c.config.PrivateKey[30:40]):
				t.Errorf("the error shows the key: %v", err)
			}
		})
	}
}

// privateKeys are private keys in the forms in which Okta and others hand them out.
func privateKeys(t *testing.T) map[string]string {
	t.Helper()
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	ecKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	_, edKey, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	asPEM := func(kind string, der []byte, err error) string {
		if err != nil {
			t.Fatal(err)
		}
		return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(rsaKey)
	keys := map[string]string{"RSA, PKCS #8": asPEM("PRIVATE KEY", pkcs8, err)}
	keys["RSA, PKCS #1"] = asPEM("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(rsaKey), nil)
	ec, err := x509.MarshalECPrivateKey(ecKey)
	keys["EC, SEC 1"] = asPEM("EC PRIVATE KEY", ec, err)
	ed, err := x509.MarshalPKCS8PrivateKey(edKey)
	keys["Ed25519"] = asPEM("PRIVATE KEY", ed, err)
	jwk, err := json.Marshal(jose.JSONWebKey{Key: rsaKey, KeyID: "from-the-key"})
	if err != nil {
		t.Fatal(err)
	}
	keys["JSON Web Key"] = string(jwk)
	keys["RSA, on one line"] = strings.ReplaceAll(keys["RSA, PKCS #8"], "\n", `\n`)
	return keys
}

func TestAPrivateKeyIsReadInEveryFormItIsHandedOutIn(t *testing.T) {
	t.Parallel()
	all := privateKeys(t)
	delete(all, "Ed25519")
	file := filepath.Join(t.TempDir(), "key.pem")
	if err := os.WriteFile(file, []byte(all["RSA, PKCS #1"]), 0o600); err != nil {
		t.Fatal(err)
	}
	all["the path of a file"] = file
	for _, name := range slices.Sorted(maps.Keys(all)) {
		c, err := Config{OrgURL: "https://acme.okta.com", ClientID: "0oa1", PrivateKey: all[name]}.Validate()
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		signer, err := c.signer()
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		signed, err := signer.Sign([]byte("payload"))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		compact, err := signed.CompactSerialize()
		if err != nil {
			t.Fatal(err)
		}
		parsed, err := jose.ParseSignedCompact(compact, []jose.SignatureAlgorithm{jose.RS256, jose.ES256})
		if err != nil {
			t.Fatal(err)
		}
		if id := parsed.Signatures[0].Header.KeyID; name == "JSON Web Key" && id != "from-the-key" {
			t.Errorf("%s: signed under the id %q", name, id)
		}
	}
}

func TestTheEnvironmentFillsWhatIsLeftOutAndOverridesNothing(t *testing.T) {
	t.Parallel()
	env := map[string]string{
		"OKTA_ORG_NAME": "acme", "OKTA_BASE_URL": "oktapreview.com", "OKTA_API_TOKEN": "from-env", "OKTA_API_CLIENT_ID": "0oaenv",
		"OKTA_API_PRIVATE_KEY": "env-key", "OKTA_API_PRIVATE_KEY_ID": "env-kid", "OKTA_API_SCOPES": "okta.users.read,okta.groups.read",
	}
	getenv := func(name string) string { return env[name] }
	for name, c := range map[string]struct{ given, want Config }{
		"nothing given": {Config{}, Config{OrgURL: "https://acme.oktapreview.com", APIToken: "from-env"}},
		"a token given": {
			Config{OrgURL: "https://other.okta.com", APIToken: "given"},
			Config{OrgURL: "https://other.okta.com", APIToken: "given"},
		},
		"an application given": {
			Config{ClientID: "0oa1"},
			Config{
				OrgURL: "https://acme.oktapreview.com", ClientID: "0oa1", PrivateKey: "env-key", PrivateKeyID: "env-kid",
				Scopes: []string{"okta.users.read", "okta.groups.read"},
			},
		},
	} {
		got := c.given.WithEnvironment(getenv)
		if got.OrgURL != c.want.OrgURL || got.APIToken != c.want.APIToken || got.ClientID != c.want.ClientID || got.PrivateKey != c.want.PrivateKey ||
			got.PrivateKeyID != c.want.PrivateKeyID || !slices.Equal(got.Scopes, c.want.Scopes) {
			t.Errorf("%s: got %+v, want %+v", name, got, c.want)
		}
	}
	delete(env, "OKTA_BASE_URL")
	if got := (Config{}).WithEnvironment(getenv).OrgURL; got != "https://acme.okta.com" {
		t.Errorf("without OKTA_BASE_URL the org is %q", got)
	}
}

func TestAReadOnlyRunAsksForReadScopesAlone(t *testing.T) {
	t.Parallel()
	for _, readOnly := range []bool{true, false} {
		c, err := Config{OrgURL: "https://acme.okta.com", ClientID: "0oa1", PrivateKey: privateKeys(t)["RSA, PKCS #8"], Run: system.Run{ReadOnly: readOnly}}.Validate()
		if err != nil {
			t.Fatal(err)
		}
		writes := slices.ContainsFunc(c.Scopes, func(s string) bool { return strings.HasSuffix(s, ".manage") })
		if writes == readOnly {
			t.Errorf("read_only = %v asks for %v", readOnly, c.Scopes)
		}
	}
}

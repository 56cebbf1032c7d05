package google

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/offboard/terraform-provider-offboard/internal/system"
)

const (
	someAdmin   = "offboarding@acme.example"
	someAccount = "offboard@acme.iam.gserviceaccount.com"
)

func TestTheEndpointIsAHostAndNothingElse(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"":                              "",
		"https://googleapis.acme.com":   "https://googleapis.acme.com",
		"https://Googleapis.acme.com/":  "https://googleapis.acme.com",
		"http://127.0.0.1:8080":         "http://127.0.0.1:8080",
		"http://localhost:8080/":        "http://localhost:8080",
		"http://[::1]:8080":             "http://[::1]:8080",
		"googleapis.com":                "refused",
		"http://googleapis.com":         "refused",
		"http://127.0.0.1.evil.test":    "refused",
		"http://10.0.0.1":               "refused",
		"https://acme.example/admin":    "refused",
		"https://acme.example?x=1":      "refused",
		"https://token@acme.example":    "refused",
		"ftp://acme.example":            "refused",
		"https://":                      "refused",
		"https://acme.example:port":     "refused",
		"https://acme.example#fragment": "refused",
	} {
		got, err := Config{Admin: someAdmin, ServiceAccount: someAccount, Endpoint: in}.Validate()
		wrong, isConfig := errors.AsType[*system.ConfigError](err)
		switch {
		case want != "refused" && (err != nil || got.Endpoint != want):
			t.Errorf("%q became %q, %v; want %q", in, got.Endpoint, err, want)
		case want == "refused" && (!isConfig || wrong.Argument != "endpoint"):
			t.Errorf("%q was accepted, or refused for something else: %v", in, err)
		}
	}
}

// keyFiles are credentials files, of a service account and of others.
func keyFiles(t *testing.T) map[string]string {
	t.Helper()
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	ecKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	asPEM := func(kind string, der []byte, err error) string {
		if err != nil {
			t.Fatal(err)
		}
		return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
	}
	file := func(fields map[string]string) string {
		content, err := json.Marshal(fields)
		if err != nil {
			t.Fatal(err)
		}
		return string(content)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(rsaKey)
	key := asPEM("PRIVATE KEY", pkcs8, err)
	ec, err := x509.MarshalPKCS8PrivateKey(ecKey)
	return map[string]string{
		"a key file":      file(map[string]string{"type": "service_account", "client_email": someAccount, "private_key": key}),
		"an old key file": file(map[string]string{"type": "service_account", "client_email": someAccount, "private_key": asPEM("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(rsaKey), nil)}),
		"no address":      file(map[string]string{"type": "service_account", "private_key": key}),
		"no key":          file(map[string]string{"type": "service_account", "client_email": someAccount}),
		"an EC key":       file(map[string]string{"type": "service_account", "client_email": someAccount, "private_key": asPEM("PRIVATE KEY", ec, err)}),
		"half a key":      file(map[string]string{"type": "service_account", "client_email": someAccount, "private_key": key[:200]}),
		"a person":        file(map[string]string{"type": "authorized_user", "client_id": "x", "client_secret": "a-secret-of-theirs", "refresh_token": "1//a-secret-of-theirs"}),
		"a workload":      file(map[string]string{"type": "external_account", "audience": "//iam.googleapis.com/x"}),
		"no type":         file(map[string]string{"client_email": someAccount, "private_key": key}),
		"no JSON":         "{" + key,
	}
}

func TestOneWayOfActingAsTheServiceAccountIsNeeded(t *testing.T) {
	t.Parallel()
	files := keyFiles(t)
	for name, c := range map[string]struct {
		config   Config
		argument string
	}{
		"without a key":                             {Config{ServiceAccount: someAccount}, ""},
		"without a key, as a person":                {Config{ServiceAccount: someAccount, Credentials: files["a person"]}, ""},
		"without a key, as a workload":              {Config{ServiceAccount: someAccount, Credentials: files["a workload"]}, ""},
		"without a key, by another service account": {Config{ServiceAccount: someAccount, Credentials: files["a key file"]}, ""},
		"with a key":                                {Config{Credentials: files["a key file"]}, ""},
		"with an old key":                           {Config{Credentials: files["an old key file"]}, ""},
		"none":                                      {Config{}, "impersonate_service_account"},
		"what is no address":                        {Config{ServiceAccount: "offboard"}, "impersonate_service_account"},
		"a person alone":                            {Config{Credentials: files["a person"]}, "credentials"},
		"a workload alone":                          {Config{Credentials: files["a workload"]}, "credentials"},
		"a key of nobody":                           {Config{Credentials: files["no address"]}, "credentials"},
		"no key":                                    {Config{Credentials: files["no key"]}, "credentials"},
		"a key of the wrong family":                 {Config{Credentials: files["an EC key"]}, "credentials"},
		"half a key":                                {Config{Credentials: files["half a key"]}, "credentials"},
		"what says not what it is":                  {Config{Credentials: files["no type"]}, "credentials"},
		"what is no JSON":                           {Config{Credentials: files["no JSON"]}, "credentials"},
		"a file that is not there":                  {Config{Credentials: "/nowhere/key.json"}, "credentials"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c.config.Admin = someAdmin
			_, err := c.config.Validate()
			wrong, _ := errors.AsType[*system.ConfigError](err)
			switch {
			case c.argument == "" && err != nil:
				t.Error(err)
			case c.argument != "" && (wrong == nil || wrong.Argument != c.argument):
				t.Errorf("got %v, want an error at %s", err, c.argument)
			case err != nil && (strings.Contains(err.Error(), "MII") || strings.Contains(err.Error(), "BEGIN") || strings.Contains(err.Error(), "a-secret")):
				t.Errorf("the error shows the key: %v", err)
			}
		})
	}
}

func TestAKeyFileIsReadFromItsPath(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "key.json")
	if err := os.WriteFile(file, []byte(keyFiles(t)["a key file"]), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := Config{Admin: someAdmin, Credentials: file}.Validate()
	if err != nil || !strings.Contains(c.Credentials, someAccount) {
		t.Errorf("got %v", err)
	}
}

func TestTheAdministratorAndTheCustomerAreNamedAsGoogleKnowsThem(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		config   Config
		argument string
	}{
		"an address":             {Config{Admin: "Offboarding@Acme.Example"}, ""},
		"a customer":             {Config{Admin: someAdmin, Customer: "C0123abcd"}, ""},
		"my_customer":            {Config{Admin: someAdmin, Customer: "my_customer"}, ""},
		"nobody":                 {Config{}, "admin"},
		"a name":                 {Config{Admin: "offboarding"}, "admin"},
		"a domain as customer":   {Config{Admin: someAdmin, Customer: "acme.example"}, "customer"},
		"a path as customer":     {Config{Admin: someAdmin, Customer: "C01/../x"}, "customer"},
		"a resource as customer": {Config{Admin: someAdmin, Customer: "customers/C0123abcd"}, "customer"},
	} {
		c.config.ServiceAccount = someAccount
		got, err := c.config.Validate()
		wrong, _ := errors.AsType[*system.ConfigError](err)
		switch {
		case c.argument == "" && (err != nil || got.Admin != someAdmin || got.Customer == ""):
			t.Errorf("%s: got %+v, %v", name, got, err)
		case c.argument != "" && (wrong == nil || wrong.Argument != c.argument):
			t.Errorf("%s: got %v, want an error at %s", name, err, c.argument)
		}
	}
}

func TestTheEnvironmentFillsWhatIsLeftOutAndOverridesNothing(t *testing.T) {
	t.Parallel()
	keyless := map[string]string{
		"GOOGLEWORKSPACE_IMPERSONATED_USER_EMAIL": "env@acme.example", "GOOGLEWORKSPACE_CUSTOMER_ID": "C0env",
		"GOOGLE_IMPERSONATE_SERVICE_ACCOUNT": "env@acme.iam.gserviceaccount.com",
	}
	with := func(more map[string]string) map[string]string {
		all := map[string]string{}
		for _, part := range []map[string]string{keyless, more} {
			for name, value := range part {
				all[name] = value
			}
		}
		return all
	}
	from := Config{Admin: "env@acme.example", Customer: "C0env"}
	for name, c := range map[string]struct {
		given Config
		env   map[string]string
		want  Config
	}{
		"nothing given": {Config{}, keyless, Config{Admin: from.Admin, Customer: from.Customer, ServiceAccount: "env@acme.iam.gserviceaccount.com"}},
		"everything given": {
			Config{Admin: "a@acme.example", Customer: "C1", ServiceAccount: "s@acme.example"}, keyless,
			Config{Admin: "a@acme.example", Customer: "C1", ServiceAccount: "s@acme.example"},
		},
		"an access token signs": {
			Config{}, with(map[string]string{"GOOGLE_OAUTH_ACCESS_TOKEN": "ya29.x", "GOOGLE_CREDENTIALS": "{}"}),
			Config{Admin: from.Admin, Customer: from.Customer, ServiceAccount: "env@acme.iam.gserviceaccount.com", AccessToken: "ya29.x"},
		},
		"other credentials sign": {
			Config{}, with(map[string]string{"GOOGLE_APPLICATION_CREDENTIALS": "/adc.json"}),
			Config{Admin: from.Admin, Customer: from.Customer, ServiceAccount: "env@acme.iam.gserviceaccount.com", Credentials: "/adc.json"},
		},
		"a key given is used as a key": {
			Config{Credentials: "/key.json"}, with(map[string]string{"GOOGLE_OAUTH_ACCESS_TOKEN": "ya29.x", "GOOGLE_CREDENTIALS": "{}"}),
			Config{Admin: from.Admin, Customer: from.Customer, Credentials: "/key.json"},
		},
		"a key of the googleworkspace provider comes first": {
			Config{}, map[string]string{"GOOGLE_APPLICATION_CREDENTIALS": "4", "GOOGLE_CREDENTIALS": "3", "GOOGLEWORKSPACE_CLOUD_KEYFILE_JSON": "2", "GOOGLEWORKSPACE_CREDENTIALS": "1"},
			Config{Credentials: "1"},
		},
		"a key of the google provider comes next": {
			Config{}, map[string]string{"GOOGLE_APPLICATION_CREDENTIALS": "4", "GOOGLE_CREDENTIALS": "3"},
			Config{Credentials: "3"},
		},
	} {
		got := c.given.WithEnvironment(func(name string) string { return c.env[name] })
		if got.Admin != c.want.Admin || got.Customer != c.want.Customer || got.ServiceAccount != c.want.ServiceAccount ||
			got.Credentials != c.want.Credentials || got.AccessToken != c.want.AccessToken {
			t.Errorf("%s: got %+v, want %+v", name, got, c.want)
		}
	}
}

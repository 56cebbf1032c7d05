package google

import (
	"cmp"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"os"
	"strings"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/system"
)

// A Config says which customer to speak to, as whom, and with which credential.
type Config struct {
	// Admin is the address of the administrator in whose name the service account acts.
	Admin string
	// Customer is the customer's id, such as C0123abcd. Empty means whichever Admin belongs to.
	Customer string
	// ServiceAccount is the address of the service account that has domain-wide delegation, where it is used
	// without a key: whoever runs this signs in its name through iamcredentials.
	ServiceAccount string
	// Credentials are a JSON file's content or path. Without ServiceAccount they are the key of the service
	// account that has the delegation; with it they are of whoever signs in its name, and empty means the
	// application default credentials.
	Credentials string
	// AccessToken is, with ServiceAccount, an access token of whoever signs in its name.
	AccessToken string
	// NoVault says that the customer has no Vault, so that there are no legal holds to look for.
	NoVault bool
	// LicenseProducts are the ids of the products that licences are looked for of. Empty means all that Google documents.
	LicenseProducts []string
	// Endpoint is a base URL for all of Google's APIs, in place of Google's own. Plain http is accepted for
	// loopback only.
	Endpoint string

	system.Run
}

// myCustomer is what Google calls the customer of whoever asks.
const myCustomer = "my_customer"

// WithEnvironment fills what is empty from the environment variables that the googleworkspace and the google
// provider read, so that one set of them serves all. Where the configuration names a credential, the
// environment does not change what kind it is.
func (c Config) WithEnvironment(getenv func(string) string) Config {
	first := func(names ...string) string {
		for _, name := range names {
			if value := getenv(name); value != "" {
				return value
			}
		}
		return ""
	}
	c.Admin = cmp.Or(c.Admin, getenv("GOOGLEWORKSPACE_IMPERSONATED_USER_EMAIL"))
	c.Customer = cmp.Or(c.Customer, getenv("GOOGLEWORKSPACE_CUSTOMER_ID"))
	if c.ServiceAccount == "" && c.Credentials == "" {
		c.ServiceAccount = getenv("GOOGLE_IMPERSONATE_SERVICE_ACCOUNT")
	}
	if c.ServiceAccount != "" && c.Credentials == "" && c.AccessToken == "" {
		c.AccessToken = getenv("GOOGLE_OAUTH_ACCESS_TOKEN")
	}
	if c.AccessToken == "" {
		c.Credentials = cmp.Or(c.Credentials, first("GOOGLEWORKSPACE_CREDENTIALS", "GOOGLEWORKSPACE_CLOUD_KEYFILE_JSON", "GOOGLE_CREDENTIALS",
			"GOOGLE_APPLICATION_CREDENTIALS"))
	}
	return c
}

// Validate says what is wrong with the configuration, as far as can be told without asking Google, and
// returns it in the form in which it is used.
func (c Config) Validate() (Config, error) {
	person, err := access.ParsePerson(c.Admin)
	switch {
	case c.Admin == "":
		return c, system.Wrong("admin", "in whose name? Set admin to the address of an administrator, or "+
			"GOOGLEWORKSPACE_IMPERSONATED_USER_EMAIL: a service account sees nothing of Workspace by itself")

	case err != nil:
		return c, system.Wrong("admin", err.Error())
	}
	c.Admin = string(person)
	c.Customer = cmp.Or(c.Customer, myCustomer)
	if c.Customer != myCustomer && (len(c.Customer) < 2 || c.Customer[0] != 'C' || strings.Trim(c.Customer, letters+digits) != "") {
		return c, system.Wrong("customer", fmt.Sprintf("%q is not a customer id such as C0123abcd (Admin console, Account settings, Profile)", c.Customer))
	}
	for _, product := range c.LicenseProducts {
		if product == "" || strings.Trim(product, letters+digits+"-_") != "" {
			return c, system.Wrong("license_products", fmt.Sprintf("%q is not the id of a product, such as Google-Apps or 101033", product))
		}
	}
	if c.Endpoint != "" {
		if c.Endpoint, err = system.BaseURL("endpoint", c.Endpoint, "https://googleapis.acme.com"); err != nil {
			return c, err
		}
	}
	if c.ServiceAccount == "" && c.Credentials == "" {
		return c, system.Wrong("impersonate_service_account", "no credential: set impersonate_service_account to the service account that has "+
			"domain-wide delegation (GOOGLE_IMPERSONATE_SERVICE_ACCOUNT), to act as it without a key, or credentials to a key of it "+
			"(GOOGLEWORKSPACE_CREDENTIALS, GOOGLE_CREDENTIALS)")

	}
	if c.ServiceAccount != "" {
		if _, err := access.ParsePerson(c.ServiceAccount); err != nil {
			return c, system.Wrong("impersonate_service_account", fmt.Sprintf(
				"%q is not the address of a service account, such as offboard@project.iam.gserviceaccount.com", c.ServiceAccount))

		}
	}
	if c.Credentials == "" {
		return c, nil
	}
	if !strings.HasPrefix(strings.TrimSpace(c.Credentials), "{") {
		content, err := os.ReadFile(c.Credentials)
		if err != nil {
			return c, system.Wrong("credentials", "it is neither JSON nor the path of a readable file")
		}
		c.Credentials = string(content)
	}
	file, err := c.file()
	switch {
	case err != nil:
		return c, err
	case c.ServiceAccount != "":
		return c, nil
	case file.Type != "service_account":
		return c, system.Wrong("credentials", fmt.Sprintf("credentials of the type %q can't act as anybody by themselves: name the service account that "+
			"has domain-wide delegation in impersonate_service_account, or give the key file of that account", file.Type))

	}
	_, err = file.key()
	return c, err
}

const (
	letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	digits  = "0123456789"
)

// base is where an API is: at the endpoint, if one is set.
func (c Config) base(own string) string { return cmp.Or(c.Endpoint, own) }

// A keyFile is what this package reads of a credentials file, most of which only a service account's key has.
type keyFile struct {
	Type         string `json:"type"`
	ClientEmail  string `json:"client_email"`
	ClientID     string `json:"client_id"`
	PrivateKey   string `json:"private_key"`
	PrivateKeyID string `json:"private_key_id"`
}

func (c Config) file() (*keyFile, error) {
	f := &keyFile{}
	// The decoder's errors quote what they could not read.
	if json.Unmarshal([]byte(c.Credentials), f) != nil || f.Type == "" {
		return nil, system.Wrong("credentials", "it is not a credentials file: JSON with a type, such as service_account")
	}
	return f, nil
}

func (f *keyFile) key() (*rsa.PrivateKey, error) {
	wrong := func(reason string) (*rsa.PrivateKey, error) { return nil, system.Wrong("credentials", reason) }
	if f.ClientEmail == "" {
		return wrong("the key file has no client_email")
	}
	block, _ := pem.Decode([]byte(f.PrivateKey))
	if block == nil {
		return wrong("the key file's private_key is not PEM")
	}
	if key, err := x509.ParsePKCS1PrivateKey(block.Bytes); err == nil {
		return key, nil
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if key, ok := parsed.(*rsa.PrivateKey); err == nil && ok {
		return key, nil
	}
	return wrong("the key file's private_key is not an RSA private key, which is what Google makes")
}

// secrets are the strings that must not be seen: the token, the file, and its key as a whole and line by line,
// which is how it would turn up in a log.
func (c Config) secrets() []string {
	secrets := []string{c.AccessToken, c.Credentials}
	f, err := c.file()
	if err != nil {
		return secrets
	}
	secrets = append(secrets, f.PrivateKey, strings.ReplaceAll(f.PrivateKey, "\n", `\n`))
	return append(secrets, system.KeyLines(f.PrivateKey)...)
}

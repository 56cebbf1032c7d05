package vault

import (
	"cmp"
	"strings"

	"github.com/offboard/terraform-provider-offboard/internal/system"
)

// A Config says which server to speak to, with which token, and how people are found in it.
type Config struct {
	// Address is the server's URL, such as https://vault.acme.com:8200. Plain http is accepted for loopback only.
	Address string
	// Token is a Vault token. It is never renewed here.
	Token string
	// Namespace is a namespace of Vault Enterprise, HCP or OpenBao. Empty is the root.
	Namespace string
	// CACertFile is the path of a PEM file with the certificates that the server's is signed with. Empty is the machine's own.
	CACertFile string
	// UserKey says where a person's email stands: "alias", the name of an alias; "name", the entity's own; or
	// "metadata.<key>" of the entity. Empty is the name of an alias or the metadata "email".
	UserKey string

	system.Run
}

// WithEnvironment fills what is empty from the variables that the clients of Vault and of OpenBao read. The client's own
// reading of them is overridden, so that a variable which the configuration contradicts changes nothing.
func (c Config) WithEnvironment(getenv func(string) string) Config {
	c.Address = cmp.Or(c.Address, getenv("VAULT_ADDR"), getenv("BAO_ADDR"))
	c.Token = cmp.Or(c.Token, getenv("VAULT_TOKEN"), getenv("BAO_TOKEN"))
	c.Namespace = cmp.Or(c.Namespace, getenv("VAULT_NAMESPACE"), getenv("BAO_NAMESPACE"))
	c.CACertFile = cmp.Or(c.CACertFile, getenv("VAULT_CACERT"), getenv("BAO_CACERT"))
	return c
}

// Validate says what is wrong with the configuration, as far as can be told without asking the server, and returns it
// in the form in which it is used.
func (c Config) Validate() (Config, error) {
	if c.Address == "" {
		return c, system.Wrong("address", "which server? Set address, such as https://vault.acme.com:8200, or VAULT_ADDR (BAO_ADDR)")
	}
	address, err := system.BaseURL("address", c.Address, "https://vault.acme.com:8200")
	if err != nil {
		return c, err
	}
	c.Address = address
	if c.Token = strings.TrimSpace(c.Token); c.Token == "" {
		return c, system.Wrong("token", "no credential: set token, or VAULT_TOKEN (BAO_TOKEN)")
	}
	if strings.ContainsFunc(c.Token, func(r rune) bool { return r < '!' || r > '~' }) {
		return c, system.Wrong("token", "a token has no spaces or line breaks in it")
	}
	c.Namespace = strings.Trim(c.Namespace, "/")
	if c.Namespace == "root" {
		c.Namespace = ""
	}
	switch key, ok := strings.CutPrefix(c.UserKey, "metadata."); {
	case c.UserKey == "", c.UserKey == "alias", c.UserKey == "name", ok && key != "":
	default:
		return c, system.Wrong("user_key", `it is "alias", "name" or "metadata." with a key, such as metadata.email`)
	}
	if c.CACertFile != "" {
		if _, err := certificatesIn(c.CACertFile); err != nil {
			return c, err
		}
	}
	return c, nil
}

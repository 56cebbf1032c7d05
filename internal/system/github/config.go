package github

import (
	"cmp"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"net/url"
	"os"
	"regexp"
	"strings"

	"github.com/offboard/terraform-provider-offboard/internal/system"
)

// A Config says which organisation to speak to, and with which credentials: the token of an owner, a GitHub App that is
// installed there, or both. No single one is shown everything (github.md section 1).
type Config struct {
	system.Run
	// BaseURL is where the REST API is, without a slash at the end: https://api.github.com if empty.
	BaseURL string
	// Organization is the organisation's login.
	Organization string
	// Enterprise is the slug of an enterprise with managed users. Empty where people bring their own accounts.
	Enterprise string
	// Token is a classic personal access token of an owner.
	Token string
	// AppID and AppInstallationID are numbers. AppPrivateKey is PEM, or the path of a file with one.
	AppID, AppInstallationID, AppPrivateKey string
	// Actor is the login as which GitHub Actions runs the workflow that this is part of, if it is.
	Actor string

	key *rsa.PrivateKey
}

// publicAPI is where everybody's GitHub is.
const publicAPI = "https://api.github.com"

// WithEnvironment fills what is empty from the environment variables that the github provider reads, so that one set of
// them serves both. The owner of that provider is an organisation here.
func (c Config) WithEnvironment(getenv func(string) string) Config {
	fill := func(value *string, names ...string) {
		for _, name := range names {
			if *value == "" {
				*value = getenv(name)
			}
		}
	}
	fill(&c.Organization, "GITHUB_OWNER", "GITHUB_ORGANIZATION")
	fill(&c.BaseURL, "GITHUB_BASE_URL")
	fill(&c.Token, "GITHUB_TOKEN")
	fill(&c.AppID, "GITHUB_APP_ID")
	fill(&c.AppInstallationID, "GITHUB_APP_INSTALLATION_ID")
	fill(&c.AppPrivateKey, "GITHUB_APP_PEM_FILE")
	here, err1 := restAPI(cmp.Or(c.BaseURL, publicAPI))
	runs, err2 := restAPI(cmp.Or(getenv("GITHUB_API_URL"), publicAPI))
	if getenv("GITHUB_ACTIONS") == "true" && err1 == nil && err2 == nil && here == runs {
		fill(&c.Actor, "GITHUB_ACTOR")
	}
	return c
}

// restAPI is where the REST API is of a GitHub that is named by it, or by its web site: the public one, a tenant of ghe.com, or
// a server of one's own, which has it below /api/v3
// (https://docs.github.com/en/enterprise-server/rest/using-the-rest-api/getting-started-with-the-rest-api).
func restAPI(named string) (string, error) {
	at, err := system.URLWithPath("base_url", named, publicAPI)
	if err != nil {
		return "", err
	}
	u, err := url.Parse(at)
	switch {
	case err != nil || u.Path != "" || system.Loopback(u.Hostname()) || strings.HasPrefix(u.Host, "api."):
		return at, nil //nolint:nilerr // It has been parsed before.
	case u.Host == "github.com", strings.HasSuffix(u.Host, ".ghe.com"):
		return u.Scheme + "://api." + u.Host, nil
	}
	return at + "/api/v3", nil
}

var (
	// A login as GitHub gives them out. Those of managed users have an underscore before the enterprise's short code.
	loginForm  = regexp.MustCompile(`^[A-Za-z0-9](?:[A-Za-z0-9_-]{0,99})$`)
	numberForm = regexp.MustCompile(`^[1-9][0-9]{0,18}$`)
)

// Validate says what is wrong with the configuration, as far as can be told without asking GitHub, and returns it in the
// form in which it is used.
func (c Config) Validate() (Config, error) {
	if c.BaseURL == "" {
		c.BaseURL = publicAPI
	}
	var err error
	if c.BaseURL, err = restAPI(c.BaseURL); err != nil {
		return c, err
	}
	app := c.AppID + c.AppInstallationID + c.AppPrivateKey
	switch {
	case c.Organization == "":
		return c, system.Wrong("organization", "which organization? Set organization to its login, such as acme, or GITHUB_OWNER")
	case !loginForm.MatchString(c.Organization):
		return c, system.Wrong("organization", "it is not the login of an organization, such as acme")
	case c.Enterprise != "" && !loginForm.MatchString(c.Enterprise):
		return c, system.Wrong("enterprise", "it is not the slug of an enterprise, such as acme")
	case c.Token == "" && app == "":
		return c, system.Wrong("token", "no credential: set token or GITHUB_TOKEN, or app_id, app_installation_id and app_private_key of a GitHub App "+
			"(GITHUB_APP_ID, GITHUB_APP_INSTALLATION_ID, GITHUB_APP_PEM_FILE), or better both")
	case app == "":
		return c, nil
	case !numberForm.MatchString(c.AppID):
		return c, system.Wrong("app_id", "a GitHub App is named by its number, app_id, beside app_installation_id and app_private_key")
	case !numberForm.MatchString(c.AppInstallationID):
		return c, system.Wrong("app_installation_id", "the installation of a GitHub App is named by its number, app_installation_id, beside app_id and app_private_key")
	case c.AppPrivateKey == "":
		return c, system.Wrong("app_private_key", "app_id is set and app_private_key is not: a GitHub App signs in with its key")
	}
	c.AppPrivateKey = strings.ReplaceAll(c.AppPrivateKey, `\n`, "\n")
	if !strings.Contains(c.AppPrivateKey, "-----BEGIN") {
		content, err := os.ReadFile(c.AppPrivateKey)
		if err != nil {
			return c, system.Wrong("app_private_key", "it is neither a key nor the path of a readable file")
		}
		c.AppPrivateKey = string(content)
	}
	c.key, err = parseKey(c.AppPrivateKey)
	return c, err
}

// parseKey reads the key of a GitHub App, which is RSA: GitHub gives it out as PKCS #1.
func parseKey(text string) (*rsa.PrivateKey, error) {
	block, _ := pem.Decode([]byte(strings.TrimSpace(text)))
	if block == nil {
		return nil, system.Wrong("app_private_key", "it is not PEM: it should begin with -----BEGIN RSA PRIVATE KEY-----")
	}
	if key, err := x509.ParsePKCS1PrivateKey(block.Bytes); err == nil {
		return key, nil
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if key, ok := parsed.(*rsa.PrivateKey); err == nil && ok {
		return key, nil
	}
	return nil, system.Wrong("app_private_key", "it is not an unencrypted RSA private key (PEM type "+block.Type+")")
}

// secrets are the strings that must not be seen.
func (c Config) secrets() []string {
	return append([]string{c.Token, c.AppPrivateKey}, system.KeyLines(c.AppPrivateKey)...)
}

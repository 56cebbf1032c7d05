package scim

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/offboard/terraform-provider-offboard/internal/system"
)

// A Config says which application to speak to, with which token, and what is known of its kind.
type Config struct {
	// Name is what the configuration calls the application, and the name of the system.
	Name string
	// URL is the SCIM base URL, to which /Users is added. Plain http is accepted for loopback only.
	URL string
	// Token is sent as a bearer token (RFC 6750).
	Token string
	// Profile is the name of one of Profiles. Empty is Generic.
	Profile string
	// Control is the userName of an account that is known to be there, for applications that don't list everybody.
	Control string

	system.Run
}

// Variable is the environment variable that an application's token may come from.
func Variable(name string) string {
	return "OFFBOARD_SCIM_" + strings.ToUpper(strings.ReplaceAll(name, "-", "_")) + "_TOKEN"
}

// WithEnvironment fills in the token from the environment if there is none.
func (c Config) WithEnvironment(getenv func(string) string) Config {
	if c.Token == "" {
		c.Token = getenv(Variable(c.Name))
	}
	return c
}

var nameRule = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]*$`)

// CheckName says what is wrong with the name of an application. taken are the names of the systems that are built in.
func CheckName(name string, taken []string) error {
	switch {
	case !nameRule.MatchString(name):
		return fmt.Errorf("%q can't be the name of an application: a name has lower-case letters, digits, - and _, and begins with a letter or a digit", name)
	case slices.Contains(taken, name):
		return fmt.Errorf("%q is a system of its own: give the application another name", name)
	}
	return nil
}

// Validate says what is wrong with the configuration, as far as can be told without asking the application, and returns it
// in the form in which it is used.
func (c Config) Validate() (Config, error) {
	if c.URL == "" {
		return c, system.Wrong("url", "which application? Set its SCIM base URL, such as "+exampleURL)
	}
	url, err := system.URLWithPath("url", c.URL, exampleURL)
	if err != nil {
		return c, err
	}
	if ending, found := endpointAtEnd(url); found {
		return c, system.Wrong("url", fmt.Sprintf("%q: leave out %s, which is added", c.URL, ending))
	}
	c.URL = url
	if c.Token == "" {
		return c, system.Wrong("token", "no credential: set token or "+Variable(c.Name))
	}
	if strings.ContainsAny(c.Token, " \t\r\n") {
		return c, system.Wrong("token", "it has white space in it: give the token alone, without Bearer before it")
	}
	if c.Profile == "" {
		c.Profile = Generic
	}
	if _, known := profiles[c.Profile]; !known {
		return c, system.Wrong("profile", fmt.Sprintf("there is no profile %q. There are %s", c.Profile, strings.Join(Profiles(), ", ")))
	}
	return c, nil
}

const exampleURL = "https://api.slack.com/scim/v2"

func endpointAtEnd(url string) (string, bool) {
	for _, ending := range []string{"/Users", "/Groups", "/Me", "/ServiceProviderConfig"} {
		if strings.HasSuffix(strings.ToLower(url), strings.ToLower(ending)) {
			return ending, true
		}
	}
	return "", false
}

// Profiles are the names of all profiles, in order.
func Profiles() []string { return slices.Sorted(maps.Keys(profiles)) }

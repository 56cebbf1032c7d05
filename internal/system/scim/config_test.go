package scim_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/offboard/terraform-provider-offboard/internal/system"
	"github.com/offboard/terraform-provider-offboard/internal/system/scim"
)

func TestAConfigurationThatIsWrongSaysWhichArgument(t *testing.T) {
	t.Parallel()
	good := scim.Config{Name: "slack", URL: "https://api.slack.com/scim/v2", Token: "t", Profile: "slack"}
	if _, err := good.Validate(); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		change   func(*scim.Config)
		argument string
		says     string
	}{
		"no URL":                {func(c *scim.Config) { c.URL = "" }, "url", "which application"},
		"not a URL":             {func(c *scim.Config) { c.URL = "slack" }, "url", "not a URL"},
		"in the open":           {func(c *scim.Config) { c.URL = "http://api.slack.com/scim/v2" }, "url", "only https"},
		"the endpoint of users": {func(c *scim.Config) { c.URL += "/Users" }, "url", "leave out /Users"},
		"a query":               {func(c *scim.Config) { c.URL += "?a=b" }, "url", "more to it"},
		"no token":              {func(c *scim.Config) { c.Token = "" }, "token", "OFFBOARD_SCIM_SLACK_TOKEN"},
		"Bearer before it":      {func(c *scim.Config) { c.Token = "Bearer t" }, "token", "without Bearer"},
		"no such profile":       {func(c *scim.Config) { c.Profile = "slak" }, "profile", "generic, "},
	} {
		config := good
		c.change(&config)
		_, err := config.Validate()
		wrong, ok := errors.AsType[*system.ConfigError](err)
		if !ok || wrong.Argument != c.argument || !strings.Contains(wrong.Reason, c.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestATokenComesFromTheEnvironmentUnderTheNameOfTheApplication(t *testing.T) {
	t.Parallel()
	env := func(name string) string {
		return map[string]string{"OFFBOARD_SCIM_BIG_APP_TOKEN": "from the environment"}[name]
	}
	if c := (scim.Config{Name: "big-app"}).WithEnvironment(env); c.Token != "from the environment" {
		t.Errorf("the token is %q", c.Token)
	}
	if c := (scim.Config{Name: "big-app", Token: "given"}).WithEnvironment(env); c.Token != "given" {
		t.Errorf("the token is %q", c.Token)
	}
}

func TestANameOfAnApplicationIsLowerCaseAndNoSystems(t *testing.T) {
	t.Parallel()
	for name, ok := range map[string]bool{
		"slack": true, "slack-eu": true, "a_1": true, "1password": true,
		"": false, "Slack": false, "slack eu": false, "slack/eu": false, "-x": false, "okta": false, "jürgen": false,
	} {
		if err := scim.CheckName(name, []string{"okta", "google"}); (err == nil) != ok {
			t.Errorf("%q: %v", name, err)
		}
	}
}

package github_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	sandboxgithub "github.com/offboard/terraform-provider-offboard/internal/sandbox/github"
	"github.com/offboard/terraform-provider-offboard/internal/system"
	"github.com/offboard/terraform-provider-offboard/internal/system/github"
)

func TestTheBaseURLIsTheRESTAPIOrTheServerThatHasIt(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"":                               "https://api.github.com",
		"https://api.github.com/":        "https://api.github.com",
		"https://github.com":             "https://api.github.com",
		"https://acme.ghe.com":           "https://api.acme.ghe.com",
		"https://api.acme.ghe.com/":      "https://api.acme.ghe.com",
		"https://github.acme.com/":       "https://github.acme.com/api/v3",
		"https://github.acme.com/api/v3": "https://github.acme.com/api/v3",
		"http://127.0.0.1:8080":          "http://127.0.0.1:8080",
		"http://github.acme.com":         "",
		"github.acme.com":                "",
		"https://token@github.acme.com":  "",
		"https://github.acme.com?x=1":    "",
	} {
		got, err := github.Config{BaseURL: in, Organization: "acme", Token: "t"}.Validate()
		wrong, isConfig := errors.AsType[*system.ConfigError](err)
		switch {
		case want != "" && (err != nil || got.BaseURL != want):
			t.Errorf("%q became %q, %v; want %q", in, got.BaseURL, err, want)
		case want == "" && (!isConfig || wrong.Argument != "base_url"):
			t.Errorf("%q was accepted, or refused for something else: %v", in, err)
		}
	}
}

func TestACredentialIsNeededAndAnAppIsWhole(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "app.pem")
	if err := os.WriteFile(file, []byte(sandboxgithub.AppKey), 0o600); err != nil {
		t.Fatal(err)
	}
	app := func(id, installation, key string) github.Config {
		return github.Config{Organization: "acme", AppID: id, AppInstallationID: installation, AppPrivateKey: key}
	}
	for name, c := range map[string]struct {
		config   github.Config
		argument string
	}{
		"a token":                   {github.Config{Organization: "acme", Token: "t"}, ""},
		"an App":                    {app("1", "2", sandboxgithub.AppKey), ""},
		"an App, its key in a line": {app("1", "2", strings.ReplaceAll(sandboxgithub.AppKey, "\n", `\n`)), ""},
		"an App, its key in a file": {app("1", "2", file), ""},
		"neither":                   {github.Config{Organization: "acme"}, "token"},
		"no organization":           {github.Config{Token: "t"}, "organization"},
		"a path for one":            {github.Config{Organization: "acme/api", Token: "t"}, "organization"},
		"a path for an enterprise":  {github.Config{Organization: "acme", Enterprise: "../acme", Token: "t"}, "enterprise"},
		"an App's name":             {app("offboard", "2", sandboxgithub.AppKey), "app_id"},
		"an App, not installed":     {app("1", "", sandboxgithub.AppKey), "app_installation_id"},
		"an App without a key":      {app("1", "2", ""), "app_private_key"},
		"a file that is not there":  {app("1", "2", "/nowhere/app.pem"), "app_private_key"},
		"a key that is none":        {app("1", "2", "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----"), "app_private_key"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := c.config.Validate()
			wrong, is := errors.AsType[*system.ConfigError](err)
			if is != (c.argument != "") || is && wrong.Argument != c.argument || !is && err != nil {
				t.Errorf("got %v, want something about %q", err, c.argument)
			}
			if err != nil && strings.Contains(err.Error(), "AAAA") {
				t.Errorf("the key is in the error: %v", err)
			}
		})
	}
}

func TestTheEnvironmentIsTheOneOfTheGitHubProvider(t *testing.T) {
	t.Parallel()
	env := map[string]string{
		"GITHUB_OWNER": "acme", "GITHUB_BASE_URL": "https://github.acme.com/", "GITHUB_TOKEN": "t", "GITHUB_APP_ID": "1",
		"GITHUB_APP_INSTALLATION_ID": "2", "GITHUB_APP_PEM_FILE": strings.ReplaceAll(sandboxgithub.AppKey, "\n", `\n`),
		"GITHUB_ACTIONS": "true", "GITHUB_ACTOR": "jane-doe", "GITHUB_API_URL": "https://api.github.com",
	}
	config, err := github.Config{}.WithEnvironment(func(name string) string { return env[name] }).Validate()
	if err != nil || config.Organization != "acme" || config.BaseURL != "https://github.acme.com/api/v3" || config.Token != "t" || config.AppID != "1" || config.Actor != "" {
		t.Errorf("got %+v, %v", config, err)
	}
	env["GITHUB_API_URL"] = "https://github.acme.com/api/v3"
	if config = (github.Config{}).WithEnvironment(func(name string) string { return env[name] }); config.Actor != "jane-doe" {
		t.Errorf("on a server of one's own: %+v", config)
	}
	env["GITHUB_API_URL"] = "https://api.github.com"
	given := github.Config{Organization: "other", BaseURL: "https://api.github.com", Token: "mine"}.WithEnvironment(func(name string) string { return env[name] })
	if given.Organization != "other" || given.Token != "mine" || given.Actor != "jane-doe" {
		t.Errorf("got %+v", given)
	}
}

func TestAPersonalAccountIsLetGoAndAManagedOneSuspended(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*github.Config)
		has    access.Disposition
	}{"personal": {nil, access.Delete}, "managed": {managed, access.Suspend}} {
		w := newWorld(t, sandboxgithub.HandlerOptions{}, c.change)
		for _, d := range access.Dispositions {
			if _, has := github.Account(w.github).(access.Disposer).Dispose(d); has != (d == c.has) { //nolint:forcetypeassert // The interface is what is tested.
				t.Errorf("%s: %s: %v", name, d, has)
			}
		}
	}
}

func TestNoSecretIsInWhatIsLoggedOrSaid(t *testing.T) {
	t.Parallel()
	var logged strings.Builder
	w := newWorld(t, sandboxgithub.HandlerOptions{}, func(c *github.Config) {
		c.Log = func(_ context.Context, message string, fields map[string]any) {
			logged.WriteString(message)
			for _, value := range fields {
				if text, is := value.(string); is {
					logged.WriteString(text)
				}
			}
		}
	})
	if _, err := github.RoleAssignments(w.github).List(t.Context(), w.id(sandboxgithub.Jane)); err != nil {
		t.Fatal(err)
	}
	if logged.Len() == 0 || strings.Contains(logged.String(), sandboxgithub.Mark) {
		t.Errorf("logged %q", logged.String())
	}
}

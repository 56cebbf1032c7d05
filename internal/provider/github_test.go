package provider_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"

	"github.com/offboard/terraform-provider-offboard/internal/clock"
	"github.com/offboard/terraform-provider-offboard/internal/provider"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox/conform"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox/github"
)

// newGitHubWorldOn is a world with an organization on GitHub in it, and both credentials.
func newGitHubWorldOn(t *testing.T, clk *clock.Fake) (*world, *github.Org) {
	t.Helper()
	org := github.NewOrg(sandbox.Acme(), clk)
	return newWorldOver(t, clk, org.Handler(github.HandlerOptions{}), conform.GitHub(t), githubBlock), org
}

func githubBlock(w *world) string {
	return fmt.Sprintf("github = {\n    base_url = %q\n    organization = %q\n    token = %q\n    app_id = %q\n    app_installation_id = %q\n    app_private_key = %q\n    %s\n  }",
		w.server.URL(), github.Login, github.Token, github.AppID, github.Installation, github.AppKey, w.arguments)
}

// handOver has Mei look after what Jane alone does.
func handOver(org *github.Org) {
	org.AddToTeam(github.Mei, "platform", "maintainer")
	org.Grant(github.Mei, "infra", "admin")
}

// everyInGitHub is one case a kind in GitHub, but of offboard_shared_secret, of which nothing goes by itself.
var everyInGitHub = map[string]life[*github.Org]{
	"tokens": {
		holds: []string{
			"jane-ci (fine-grained token, does not expire)", "jane-cli (request for a fine-grained token, does not expire)",
			"jane@mbp (SSH key, authorized for single sign-on)", "laptop (personal access token, authorized for single sign-on)",
		},
		returns:  func(org *github.Org) { org.CreateToken(github.Jane, "back door") },
		returned: "back door (fine-grained token, does not expire)",
	},
	"account": {
		arguments: []string{`disposition = "delete"`},
		holds:     []string{"jane-doe (member)"},
		prepares:  handOver,
		returns:   func(org *github.Org) { org.AddMember(github.Jane, "member") },
		returned:  "jane-doe (member)",
	},
	"keys": {
		holds:    []string{"deploy-prod on acme/api (deploy key, may write)", "mirror on acme/web (deploy key, reads only)"},
		returns:  func(org *github.Org) { org.AddDeployKey(github.Jane, "infra", "back door") },
		returned: "back door on acme/infra (deploy key, may write)",
	},
	"group_membership": {
		holds:    []string{"On-call (team)", "Platform (team, maintainer)"},
		prepares: handOver,
		returns:  func(org *github.Org) { org.AddToTeam(github.Jane, "engineering", "member") },
		returned: "Engineering (team)",
	},
	"role_assignments": {
		holds: []string{
			"all repo read (organization role, via team: Engineering)", "ci cd admin (organization role)", "ci cd admin (organization role, via team: Platform)", "security manager (organization role)",
		},
		prepares: func(org *github.Org) { org.RemoveFromTeam(github.Jane, "platform") },
		returns:  func(org *github.Org) { org.AddMember(github.Jane, "admin") },
		returned: "owner of the organization",
	},
	"app_assignments": {
		holds:    []string{"acme/api (admin)", "acme/infra (admin)", "acme/web (write)"},
		prepares: handOver,
		returns:  func(org *github.Org) { org.Grant(github.Jane, "website", "read") },
		returned: "acme/website (read)",
	},
	"group_ownership": {
		arguments: []string{fmt.Sprintf("successor = %q", github.Mei)},
		holds:     []string{"Platform (team, the only maintainer)", "acme/infra (repository, the only administrator)"},
		returns: func(org *github.Org) {
			org.Grant(github.Mei, "website", "")
			org.Grant(github.Jane, "website", "admin")
		},
		returned: "acme/website (repository, the only administrator)", moves: true,
	},
	"licenses": {
		holds:        []string{"GitHub Copilot (business)"},
		returns:      func(org *github.Org) { org.Seat(github.Jane) },
		returned:     "GitHub Copilot (business)",
		acknowledged: 1,
	},
}

func TestEveryKindInGitHubIsWatchedThenRemovedThenKeptGone(t *testing.T) {
	t.Parallel()
	for _, row := range provider.Kinds {
		if _, ok := everyInGitHub[row.Name]; row.GitHub != nil && !ok && row.Name != "shared_secret" {
			t.Errorf("no lifecycle test of %s in GitHub", row.Name)
		}
	}
	clk := morning()
	leadAll(t, everyInGitHub, false, "github", func() (*world, *github.Org) { return newGitHubWorldOn(t, clk) })
}

func TestASecretInGitHubIsARowUntilSomebodySetsAnotherValue(t *testing.T) {
	t.Parallel()
	w, org := newGitHubWorldOn(t, morning())
	const address = "offboard_shared_secret.this"
	set := []struct{ repo, store, name string }{
		{"", "actions", "NPM_TOKEN"}, {"", "actions", "SIGNING_KEY"}, {"", "actions", "SONAR_TOKEN"}, {"", "dependabot", "REGISTRY_TOKEN"},
		{"api", "actions", "AWS_ROLE_KEY"}, {"api", "dependabot", "NPM_READ"}, {"api", "production", "DB_PASSWORD"},
	}
	writes := w.mark()
	w.below(
		resource.TestStep{Config: w.config(oneIn("github", "shared_secret", github.Jane)), Check: expectAttribute(address, "access.%", "8")},
		resource.TestStep{
			PreConfig: func() {
				w.clock.Advance(time.Hour)
				org.RemoveMember(github.Jane)
				org.Forget(github.Jane)
			},
			Config:      w.config(oneIn("github", "shared_secret", github.Jane, terminated)),
			ExpectError: regexp.MustCompile(`(?s)Access remains.*PREVIEW_KEY.*whoever\s+looks\s+after`),
		},
		resource.TestStep{
			PreConfig: func() {
				for _, s := range set {
					org.SetSecret(s.repo, s.store, s.name)
				}
				org.DeleteEnvironment("api", "review/eu west")
			},
			Config: w.config(oneIn("github", "shared_secret", github.Jane, terminated)),
			Check:  expectAttribute(address, "access.%", "0"),
		},
	)
	w.check("writes", []string(nil), writes())
}

func TestADeployKeyOutlivesTheAccountThatAddedIt(t *testing.T) {
	t.Parallel()
	w, org := newGitHubWorldOn(t, morning())
	const address = "offboard_keys.this"
	// GitHub knows the address of everybody who is left.
	org.Link(github.Unlinked)
	org.Grant(github.Contractor, "website", "")
	w.below(
		resource.TestStep{Config: w.config(oneIn("github", "keys", github.Jane)), Check: expectAttribute(address, "access.%", "2")},
		resource.TestStep{
			PreConfig:        func() { org.DeleteUser(github.Jane) },
			Config:           w.config(oneIn("github", "keys", github.Jane, terminated)),
			ConfigPlanChecks: before(expectRows(address, "deploy-prod on acme/api (deploy key, may write)", "mirror on acme/web (deploy key, reads only)")),
			Check:            expectAccess(address),
		},
	)
	if keys := org.Keys("api"); len(keys) != 1 {
		t.Errorf("the keys of api are %v", keys)
	}
}

func TestAnAccountInGitHubIsImportedAndLetGoInOnePlan(t *testing.T) {
	t.Parallel()
	w, org := newGitHubWorldOn(t, morning())
	id := org.UserID(github.Jane)
	w.below(
		resource.TestStep{
			Config:      w.config(oneIn("github", "account", github.Jane)),
			ExpectError: regexp.MustCompile(`(?s)Unknown disposition.*this system does not have\s+it.*"delete"`),
		},
		resource.TestStep{
			Config:      w.config(oneIn("github", "account", github.Unlinked, `disposition = "delete"`)),
			ExpectError: regexp.MustCompile(`(?s)links\s+no\s+account\s+to\s+this\s+address.*quinn-abbott.*account\s+=`),
		},
		resource.TestStep{
			Config:      w.config(oneIn("github", "account", github.Unlinked, `disposition = "delete"`, `account = "quinn-abbott"`)),
			ExpectError: regexp.MustCompile(`(?s)is\s+a\s+login.*account\s+=\s+"` + org.UserID(github.Unlinked)),
		},
		resource.TestStep{
			Config:      w.config(importedIn("github", "account", github.Jane, `disposition = "delete"`, terminated)),
			ExpectError: regexp.MustCompile(`(?s)Access remains.*Platform.*offboard_group_ownership`),
		},
		resource.TestStep{
			PreConfig: func() { handOver(org) },
			Config:    w.config(oneIn("github", "account", github.Jane, `disposition = "delete"`, terminated)),
			Check:     resource.ComposeAggregateTestCheckFunc(expectAccess("offboard_account.this"), expectAttribute("offboard_account.this", "account", id)),
		},
	)
	if org.Membership(github.Jane) != "" {
		t.Error("she is still a member")
	}
}

func TestWhatKeepsTheOrganizationAndTheRunIsRefusedAtPlan(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		person   string
		prepares func(*github.Org)
		says     string
	}{
		"the last owner": {github.Victor, func(org *github.Org) {
			org.AddMember(github.Kofi, "member")
			org.AddMember(github.Service, "member")
			org.RestrictApp(github.Permissions())
		}, `only\s+owner`},
		"the owner of the token": {github.Service, nil, `credential`},
		"the owner of the App":   {github.Jane, func(org *github.Org) { org.OwnApp(github.Jane) }, `GitHub\s+App\s+offboard`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, org := newGitHubWorldOn(t, morning())
			if c.prepares != nil {
				c.prepares(org)
			}
			writes := w.mark()
			w.below(resource.TestStep{
				Config:      w.config(importedIn("github", "account", c.person, `disposition = "delete"`, terminated)),
				ExpectError: regexp.MustCompile(`(?s)Termination refused.*` + c.says),
			})
			w.check("writes", []string(nil), writes())
		})
	}
}

func TestWhatAMissingCredentialHidesInGitHubIsAnErrorAndNotClean(t *testing.T) {
	t.Parallel()
	w, _ := newGitHubWorldOn(t, morning())
	block := func(credential string) string {
		return fmt.Sprintf("provider \"offboard\" {\n  github = {\n    base_url = %q\n    organization = %q\n    %s\n  }\n}\n", w.server.URL(), github.Login, credential)
	}
	token := block(fmt.Sprintf("token = %q", github.Token))
	w.below(
		resource.TestStep{
			Config:      token + oneIn("github", "tokens", github.Jane),
			ExpectError: regexp.MustCompile(`(?s)GitHub\s+App\s+\(app_id\)\s+with\s+the\s+permission\s+organization_personal_access_tokens`),
		},
		resource.TestStep{Config: block("") + oneIn("github", "keys", github.Jane), ExpectError: regexp.MustCompile(`(?s)GitHub can't be used as configured.*GITHUB_TOKEN`)},
		resource.TestStep{Config: strings.Replace(token, `"acme"`, `"acme/api"`, 1) + oneIn("github", "keys", github.Jane), ExpectError: regexp.MustCompile(`(?s)not\s+the\s+login\s+of\s+an\s+organization`)},
		resource.TestStep{Config: token + oneIn("github", "keys", github.Jane), ConfigPlanChecks: before(plancheck.ExpectNonEmptyPlan())},
	)
}

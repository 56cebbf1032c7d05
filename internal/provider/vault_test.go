package provider_test

import (
	"fmt"
	"net/http"
	"regexp"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"

	"github.com/offboard/terraform-provider-offboard/internal/clock"
	"github.com/offboard/terraform-provider-offboard/internal/provider"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox/conform"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox/vault"
)

// newVaultWorldOn is a world with a Vault cluster in it, whose directory gives no policies to groups: what a sign-in may have
// given is a row that stays.
func newVaultWorldOn(t *testing.T, clk *clock.Fake) (*world, *vault.Cluster) {
	t.Helper()
	cluster := vault.NewCluster(sandbox.Acme(), clk)
	cluster.SetGroupPolicies("dba")
	w := newWorldOver(t, clk, cluster.Handler(vault.HandlerOptions{}), conform.Vault(t), func(w *world) string {
		return fmt.Sprintf("vault = {\n    address = %q\n    token = %q\n    %s\n  }", w.server.URL(), w.token, w.arguments)
	})
	w.token = vault.Token
	return w, cluster
}

// everyInVault is one case a kind in Vault.
var everyInVault = map[string]life[*vault.Cluster]{
	"account": {
		arguments: []string{`disposition = "suspend"`},
		holds:     []string{"jane.doe@acme.example (enabled, signs in through ldap/ and oidc/ and userpass/)"},
		returns:   func(c *vault.Cluster) { c.Enable(vault.Jane, true) },
		returned:  "jane.doe@acme.example (enabled, signs in through ldap/ and oidc/ and userpass/)",
	},
	"authenticators": {
		holds:    []string{"jane.doe (auth method ldap, of type ldap)", "jane.doe (password, auth method userpass)"},
		returns:  func(c *vault.Cluster) { c.SetUser("userpass", "jane.doe", vault.Jane) },
		returned: "jane.doe (password, auth method userpass)",
	},
	"tokens": {
		holds: []string{
			"oidc-jane.doe@acme.example (token of 2026-11-18 by auth/oidc/oidc/callback, until 2026-12-20)",
			"token-nightly (token of 2026-11-18 by auth/token/create, until 2026-12-20)",
			"userpass-jane.doe (token of 2026-11-18 by auth/userpass/login/jane.doe, until 2026-12-20)",
		},
		returns:  func(c *vault.Cluster) { c.SignIn(vault.Jane) },
		returned: "oidc-jane.doe@acme.example (token of 2026-11-20 by auth/oidc/oidc/callback, until 2026-12-22)",
	},
	"keys": {
		holds: []string{
			"ci (secret id of 2026-10-31, AppRole of approle)", "jane-laptop (certificate of pki until 2027-02-08)",
			"jane.doe@acme.example (certificate of pki until 2027-02-08)",
		},
		returns:  func(c *vault.Cluster) { c.CreateSecretID(vault.Jane, "ci") },
		returned: "ci (secret id of 2026-11-20, AppRole of approle)",
	},
	"group_membership": {
		holds:    []string{"Engineering", "On-call"},
		returns:  func(c *vault.Cluster) { c.AddToGroup(vault.Jane, "Platform") },
		returned: "Platform",
	},
	"role_assignments": {
		holds: []string{
			"deploy (policy of the user jane.doe of userpass)", "engineering (policy of the user jane.doe of ldap)", "engineering (via group: Engineering)",
			"oncall (policy of the entity)", "payments (policy of the entity)", "platform (via group: Platform)",
		},
		prepares: leaveVaultGroups,
		returns:  func(c *vault.Cluster) { c.SetPolicies(vault.Jane, "backup") },
		returned: "backup (policy of the entity)",
	},
	"shared_secret": {
		holds: []string{
			"database/static-roles/payments (password of a static role, of 2026-09-21)",
			"kv/deploy/staging (version 1, of 2026-10-21, to be changed by whoever owns it)",
			"kv/engineering/ci (version 3, of 2026-10-21, to be changed by priya.raman@acme.example)",
			"kv/engineering/registry (version 1, of 2026-10-21, to be changed by whoever owns it)",
			"kv/oncall/pagerduty (version 2, of 2026-10-21, to be changed by tomas.silva@acme.example)",
			"kv/platform/dns (version 1, of 2026-10-21, to be changed by whoever owns it)",
		},
		// She can read nothing any more, and the owners have changed what they own.
		prepares: func(c *vault.Cluster) {
			leaveVaultGroups(c)
			c.SetPolicies(vault.Jane)
			c.Enable(vault.Jane, false)
			for _, key := range []string{"deploy/staging", "engineering/ci", "engineering/registry", "oncall/pagerduty", "platform/dns"} {
				c.WriteSecret(key)
			}
		},
		returns: func(c *vault.Cluster) {
			c.SetUser("ldap", "jane.doe", vault.Jane)
			c.Enable(vault.Jane, true) // and with it the token that reads deploy
		},
		returned: "kv/deploy/staging (version 2, of 2026-11-20, to be changed by whoever owns it)", stays: true,
	},
}

// leaveVaultGroups ends the memberships that give Jane policies: what comes with a group goes with it.
func leaveVaultGroups(c *vault.Cluster) {
	c.RemoveFromGroup(vault.Jane, "Engineering")
	c.RemoveFromGroup(vault.Jane, "On-call")
}

func TestEveryKindOfVaultIsWatchedThenRemovedThenKeptGone(t *testing.T) {
	t.Parallel()
	for _, row := range provider.Kinds {
		if _, ok := everyInVault[row.Name]; row.Vault != nil && !ok {
			t.Errorf("no lifecycle test of %s in Vault", row.Name)
		}
	}
	for _, stays := range []bool{false, true} {
		t.Run(fmt.Sprintf("what returns stays: %v", stays), func(t *testing.T) {
			t.Parallel()
			clk := morning()
			leadAll(t, everyInVault, stays, "vault", func() (*world, *vault.Cluster) { return newVaultWorldOn(t, clk) })
		})
	}
}

func TestAnEntityIsImportedAndDisabledInOnePlan(t *testing.T) {
	t.Parallel()
	w, cluster := newVaultWorldOn(t, morning())
	w.run(resource.TestStep{
		Config:           w.config(importedIn("vault", "account", vault.Jane, `disposition = "suspend"`, terminated)),
		ConfigPlanChecks: before(expectRows("offboard_account.this", everyInVault["account"].holds[0]), plancheck.ExpectNonEmptyPlan()),
		Check:            resource.ComposeAggregateTestCheckFunc(expectAccess("offboard_account.this")),
	})
	if !cluster.Disabled(vault.Jane) {
		t.Error("the entity is not disabled")
	}
}

func TestWhatWouldLockEverybodyOutOfVaultIsRefusedAtPlan(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		config  string
		prepare func(*vault.Cluster)
		says    string
	}{
		"the entity of the token": {
			importedIn("vault", "account", vault.Service, `disposition = "suspend"`, terminated), nil, `(?s)Termination refused.*svc-terraform`,
		},
		"the token": {importedIn("vault", "tokens", vault.Service, terminated), nil, `(?s)Termination refused`},
		"the last who may write policies": {
			importedIn("vault", "account", vault.Victor, `disposition = "suspend"`, terminated),
			func(c *vault.Cluster) { c.SetPolicies(vault.Kofi) }, `(?s)Termination refused.*may\s+write\s+policies`,
		},
		"their policy": {
			importedIn("vault", "role_assignments", vault.Victor, terminated),
			func(c *vault.Cluster) { c.Enable(vault.Kofi, false) }, `(?s)Termination refused.*may\s+write\s+policies`,
		},
		"an end that Vault does not have": {
			importedIn("vault", "account", vault.Jane, `disposition = "delete"`, terminated), nil, `(?s)Termination refused.*It\s+has\s+"suspend"`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, cluster := newVaultWorldOn(t, morning())
			if c.prepare != nil {
				c.prepare(cluster)
			}
			writes := w.mark()
			w.below(resource.TestStep{Config: w.config(c.config), ExpectError: regexp.MustCompile(c.says)})
			w.check("writes", []string(nil), writes())
		})
	}
}

func TestAVaultThatSealsInAnApplyLosesNothingAndTheNextApplyGoesOn(t *testing.T) {
	t.Parallel()
	w, cluster := newVaultWorldOn(t, morning())
	config := w.config(importedIn("vault", "group_membership", vault.Jane, terminated))
	others := cluster.Snapshot(vault.Jane)
	// The first membership goes; then somebody seals it.
	w.server.Inject(sandbox.Fault{
		Match: sandbox.All(sandbox.Method(http.MethodPut), sandbox.PathPrefix("/v1/identity/group/id/")), After: 1, Times: 1,
		Do: func(rw http.ResponseWriter, r *http.Request, next http.Handler) {
			cluster.Seal(true)
			next.ServeHTTP(rw, r)
		},
	})
	w.below(
		resource.TestStep{Config: config, ExpectError: regexp.MustCompile(`(?s)sealed`)},
		resource.TestStep{
			PreConfig: func() {
				cluster.Seal(false)
				w.check("everybody else", others, cluster.Snapshot(vault.Jane))
			},
			Config: w.config(oneIn("vault", "group_membership", vault.Jane, terminated)),
			Check:  resource.ComposeAggregateTestCheckFunc(expectAccess("offboard_group_membership.this")),
		},
	)
	w.check("everybody else", others, cluster.Snapshot(vault.Jane))
}

func TestAVaultThatIsMisconfiguredIsRefusedWithWhatIsWrong(t *testing.T) {
	t.Parallel()
	w, _ := newVaultWorldOn(t, morning())
	for inside, says := range map[string]string{
		`token = "t"`: `(?s)In\s+vault,\s+address.*VAULT_ADDR`,
		`address = "http://vault.acme.example:8200", token = "t"`:                   `(?s)only\s+https`,
		`address = "https://vault.acme.example:8200/v1/", token = "t"`:              `(?s)In\s+vault,\s+address`,
		`address = "https://vault.acme.example:8200"`:                               `(?s)In\s+vault,\s+token.*VAULT_TOKEN`,
		`address = "https://vault.acme.example:8200", token = "a b"`:                `(?s)no\s+spaces`,
		`address = "https://vault.acme.example:8200", token = "t", user_key = "id"`: `(?s)In\s+vault,\s+user_key.*metadata\.email`,
		`address = "https://vault.acme.example", token = "t", ca_cert_file = "no"`:  `(?s)In\s+vault,\s+ca_cert_file.*PEM`,
	} {
		w.below(resource.TestStep{
			Config:      "provider \"offboard\" {\n  vault = { " + inside + " }\n}\n" + oneIn("vault", "tokens", vault.Jane),
			ExpectError: regexp.MustCompile(says),
		})
	}
}

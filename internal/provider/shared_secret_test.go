package provider_test

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox/vault"
)

// What a person knows, through the whole of the provider: secrets that outlive the access by which they were read.

const (
	secrets    = "offboard_shared_secret.this"
	unrecorded = "what they could get at before they were cut off, which nobody recorded"
)

// cutOff leaves somebody with nothing that she could read secrets by.
func cutOff(c *vault.Cluster, person string) {
	if person == vault.Jane {
		leaveVaultGroups(c)
	}
	c.SetPolicies(person)
	c.Enable(person, false)
}

// changeWhatIsChangedByHand is done by the owners of what Vault can't rotate.
func changeWhatIsChangedByHand(c *vault.Cluster) {
	for _, key := range []string{"deploy/staging", "engineering/ci", "engineering/registry", "oncall/pagerduty", "platform/dns"} {
		c.WriteSecret(key)
	}
}

func TestWhoIsImportedAfterTheyWereCutOffHoldsWhatNobodyRecorded(t *testing.T) {
	t.Parallel()
	w, cluster := newVaultWorldOn(t, morning())
	cutOff(cluster, vault.Jane)
	writes := w.mark()
	w.below(
		resource.TestStep{
			Config: w.config(importedIn("vault", "shared_secret", vault.Jane)), Check: resource.ComposeAggregateTestCheckFunc(holds(secrets, unrecorded)),
		},
		resource.TestStep{
			Config: w.config(oneIn("vault", "shared_secret", vault.Jane, terminated)), ExpectError: regexp.MustCompile(`(?s)Access remains.*nobody recorded.*tolerate`),
		},
		resource.TestStep{
			Config: w.config(oneIn("vault", "shared_secret", vault.Jane, terminated, tolerateUntilMonday)), ExpectError: regexp.MustCompile(`(?s)Access remains.*kv/`),
		},
	)
	w.check("writes", []string(nil), writes())
}

const tolerateUntilMonday = `tolerate = { unrecorded = "2026-11-23T00:00:00Z" }`

// holds checks that a row is in the state, beside others.
func holds(address, label string) resource.TestCheckFunc {
	return func(s *terraformState) error {
		for _, value := range s.RootModule().Resources[address].Primary.Attributes {
			if value == label {
				return nil
			}
		}
		return fmt.Errorf("%s does not hold %q: %v", address, label, s.RootModule().Resources[address].Primary.Attributes)
	}
}

func TestWhatTheyKnowIsNotCutOffBeforeItIsRecorded(t *testing.T) {
	t.Parallel()
	w, cluster := newVaultWorldOn(t, morning())
	writes := w.mark()
	w.below(resource.TestStep{
		Config: w.config(oneIn("vault", "shared_secret", vault.Jane, terminated)), ExpectError: regexp.MustCompile(`(?s)Not recorded yet.*import \{`),
	})
	w.check("writes", []string(nil), writes())
	if cluster.Disabled(vault.Jane) {
		t.Error("the entity is disabled")
	}
}

func TestWhoseAccountIsDeletedCanBeTerminatedOverWhatTheyKnow(t *testing.T) {
	t.Parallel()
	w, cluster := newVaultWorldOn(t, morning())
	w.below(
		resource.TestStep{Config: w.config(oneIn("vault", "shared_secret", vault.Jane)), Check: holds(secrets, everyInVault["shared_secret"].holds[0])},
		resource.TestStep{
			PreConfig: func() {
				cluster.DeleteEntity(vault.Jane)
				for _, mount := range []string{"userpass", "ldap"} {
					cluster.DeleteUser(mount, "jane.doe") // or somebody could still sign in by it
				}
			},
			Config: w.config(oneIn("vault", "shared_secret", vault.Jane)), Check: expectAccess(secrets, everyInVault["shared_secret"].holds...),
		},
		resource.TestStep{
			PreConfig: func() {
				changeWhatIsChangedByHand(cluster)
			},
			Config:           w.config(oneIn("vault", "shared_secret", vault.Jane, terminated)),
			ConfigPlanChecks: before(expectRows(secrets, everyInVault["shared_secret"].holds[0])),
			Check:            expectAccess(secrets),
		},
	)
}

func TestWhatTwoLeaversKnowIsRotatedOnce(t *testing.T) {
	t.Parallel()
	w, cluster := newVaultWorldOn(t, morning())
	cluster.SetPolicies(vault.Mei, "payments")
	both := func(arguments ...string) string {
		mei := strings.Replace(oneIn("vault", "shared_secret", vault.Mei, arguments...), `"this"`, `"other"`, 1)
		return w.config(oneIn("vault", "shared_secret", vault.Jane, arguments...) + mei)
	}
	static := everyInVault["shared_secret"].holds[0]
	writes := w.mark()
	w.below(
		resource.TestStep{Config: both(), Check: resource.ComposeAggregateTestCheckFunc(holds(secrets, static), holds("offboard_shared_secret.other", static))},
		resource.TestStep{
			PreConfig: func() {
				for _, person := range []string{vault.Jane, vault.Mei} {
					cutOff(cluster, person)
				}
				changeWhatIsChangedByHand(cluster)
			},
			Config: both(terminated), Check: resource.ComposeAggregateTestCheckFunc(expectAccess(secrets), expectAccess("offboard_shared_secret.other")),
		},
	)
	w.check("writes", []string{"PUT /v1/database/rotate-role/payments"}, writes())
}

func TestWhoRenamesALeaverForgetsNothingUnasked(t *testing.T) {
	t.Parallel()
	w, cluster := newVaultWorldOn(t, morning())
	w.below(
		resource.TestStep{Config: w.config(oneIn("vault", "shared_secret", vault.Jane))},
		resource.TestStep{
			PreConfig:   func() { cutOff(cluster, vault.Jane) },
			Config:      w.config(oneIn("vault", "shared_secret", "jane.poe@acme.example", terminated)),
			ExpectError: regexp.MustCompile(`(?s)Not recorded yet.*keep\s+its\s+person`),
		},
	)
}

func TestWhoIsWatchedAgainAfterTheExitHoldsWhatNobodyRecorded(t *testing.T) {
	t.Parallel()
	w, cluster := newVaultWorldOn(t, morning())
	w.below(
		resource.TestStep{Config: w.config(oneIn("vault", "shared_secret", vault.Jane))},
		resource.TestStep{PreConfig: func() { cutOff(cluster, vault.Jane) }, Config: w.config("")},
		resource.TestStep{
			Config: w.config(importedIn("vault", "shared_secret", vault.Jane, terminated)), ExpectError: regexp.MustCompile(`(?s)Access remains.*nobody recorded`),
		},
	)
}

func TestACaseAndItsResourceThatBothComeTooLateDoNotClose(t *testing.T) {
	t.Parallel()
	w, cluster := newVaultWorldOn(t, morning())
	cutOff(cluster, vault.Jane)
	w.below(resource.TestStep{
		Config: w.config(importedIn("vault", "shared_secret", vault.Jane) +
			"import {\n  to = offboard_case.this\n  id = \"" + vault.Jane + "\"\n}\n" + `
resource "offboard_case" "this" {
  person       = "` + vault.Jane + `"
  requested_at = "2026-11-20T08:00:00Z"
  approved_by  = "grace.kim@acme.example"
  reference    = "T-1"
  systems      = ["vault"]
  depends_on   = [offboard_shared_secret.this]
}
`),
		ExpectError: regexp.MustCompile(`(?s)vault/shared_secret.*nobody recorded`),
	})
}

// With the CLI, which is what keeps what was imported when the apply does not get as far.
func TestWhatWasImportedIsRememberedThoughTheExitFailsBeforeItsTurn(t *testing.T) {
	t.Parallel()
	w, cluster := newVaultWorldOn(t, morning())
	account := importedIn("vault", "account", vault.Jane, `disposition = "suspend"`, terminated)
	after := `depends_on = [offboard_account.this]`
	w.server.Inject(sandbox.Fault{
		Match: sandbox.All(sandbox.Method(http.MethodPut), sandbox.PathPrefix("/v1/identity/entity/id/")), Times: 1,
		Do: sandbox.Status(http.StatusForbidden, `{"errors":["permission denied"]}`),
	})
	w.run(
		resource.TestStep{
			Config: w.config(account + importedIn("vault", "shared_secret", vault.Jane, terminated, after)), ExpectError: regexp.MustCompile(`(?i)permission\s+denied`),
		},
		resource.TestStep{
			PreConfig: func() {
				cutOff(cluster, vault.Jane)
				changeWhatIsChangedByHand(cluster)
			},
			Config:           w.config(account + importedIn("vault", "shared_secret", vault.Jane, terminated, after)),
			ConfigPlanChecks: before(expectRows(secrets, everyInVault["shared_secret"].holds[0])),
			Check:            expectAccess(secrets),
		},
	)
}

func TestWhatWasChangedBetweenThePlanAndTheApplyMayBeKnownAndIsNotRotatedAgain(t *testing.T) {
	t.Parallel()
	w, cluster := newVaultWorldOn(t, morning())
	exit := w.config(oneIn("vault", "shared_secret", vault.Jane, terminated))
	w.below(
		resource.TestStep{Config: w.config(oneIn("vault", "shared_secret", vault.Jane))},
		resource.TestStep{
			Config: exit,
			ConfigPlanChecks: before(meanwhile(func() {
				changeWhatIsChangedByHand(cluster)
				cutOff(cluster, vault.Jane)
			})),
			ExpectError: regexp.MustCompile(`(?s)Changed after the plan.*engineering/ci`),
		},
		resource.TestStep{
			// What the entity could still read of it when it was disabled is listed; what went with its groups and policies is not.
			Config: exit, ExpectError: regexp.MustCompile(`nobody recorded`),
			ConfigPlanChecks: before(expectRows(secrets, everyInVault["shared_secret"].returned, unrecorded,
				"kv/engineering/ci (version 4, of 2026-11-20, to be changed by priya.raman@acme.example)",
				"kv/engineering/registry (version 2, of 2026-11-20, to be changed by whoever owns it)")),
		},
	)
}

func TestTwoLeaversOfOnePlanWhoKnowTheSameAreSettledTogether(t *testing.T) {
	t.Parallel()
	w, cluster := newVaultWorldOn(t, morning())
	cluster.SetPolicies(vault.Mei, "payments")
	both := func(arguments ...string) (config string) {
		for name, person := range map[string]string{"jane": vault.Jane, "mei": vault.Mei} {
			for kind, more := range map[string]string{
				"account": `disposition = "suspend"`, "shared_secret": "depends_on = [offboard_account.jane, offboard_account.mei]",
			} {
				config += strings.Replace(oneIn("vault", kind, person, append(arguments, more)...), `"this"`, `"`+name+`"`, 1)
			}
		}
		return w.config(config)
	}
	jane, mei, writes := "offboard_shared_secret.jane", "offboard_shared_secret.mei", w.mark()
	w.below(
		resource.TestStep{Config: both()},
		resource.TestStep{Config: both(terminated), ExpectError: regexp.MustCompile(`Access remains`)},
		resource.TestStep{
			PreConfig: func() {
				for _, person := range []string{vault.Jane, vault.Mei} {
					cutOff(cluster, person)
				}
				changeWhatIsChangedByHand(cluster)
			},
			Config: both(terminated), Check: resource.ComposeAggregateTestCheckFunc(expectAccess(jane), expectAccess(mei)),
		},
	)
	rotations := slices.DeleteFunc(writes(), func(request string) bool { return !strings.Contains(request, "rotate") })
	w.check("rotations", []string{"PUT /v1/database/rotate-role/payments"}, rotations)
}

package provider_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"

	"github.com/offboard/terraform-provider-offboard/internal/clock"
	"github.com/offboard/terraform-provider-offboard/internal/provider"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox/aws"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox/conform"
)

// newAWSWorldOn is a world with an AWS account in it, and its organisation's Identity Center. system is which of the two the
// provider is configured for.
func newAWSWorldOn(t *testing.T, clk *clock.Fake, system string, options aws.HandlerOptions) (*world, *aws.Cloud) {
	t.Helper()
	cloud := aws.NewCloud(sandbox.Acme(), clk)
	w := newWorldOver(t, clk, cloud.Handler(options), conform.AWS(t), func(w *world) string {
		return fmt.Sprintf("%s = {\n    region = %q\n    %s\n    endpoint = %q\n    %s\n  }", system, aws.Region, w.token, w.server.URL(), w.arguments)
	})
	w.token = awsKey(aws.AccessKey, aws.SecretKey, "")
	return w, cloud
}

func awsKey(id, secret, token string) string {
	if token != "" {
		token = fmt.Sprintf("token = %q", token)
	}
	return fmt.Sprintf("account_id = %q\n    access_key = %q\n    secret_key = %q\n    %s", aws.Number, id, secret, token)
}

const (
	inAccount = "aws"
	inCenter  = "aws_identity_center"
)

// everyInAWS is one case a kind in an account's IAM.
var everyInAWS = map[string]life[aws.IAM]{
	"authenticators": {
		holds:    []string{"console password (of 2025-02-08)", "jane-phone (MFA device of 2025-02-18)", "yubikey-R1V2B3 (MFA device of 2025-03-30)"},
		returns:  func(c aws.IAM) { c.SetPassword(aws.Jane) },
		returned: "console password (of 2026-11-20)",
	},
	"sessions": {
		block: `revoke_role_sessions = ["deploy"]`,
		holds: []string{
			"console sessions and temporary credentials (the last sign-in to the console on 2026-11-19 09:00 UTC)", "sessions of the role deploy, everybody's",
		},
		returns:  func(c aws.IAM) { c.DropRevocation("deploy") },
		returned: "sessions of the role deploy, everybody's", acknowledged: 1,
	},
	"account": {
		holds:    []string{"jane.doe (IAM user, active)"},
		returns:  func(c aws.IAM) { c.DeletePolicy(aws.Jane, "OffboardSuspended") },
		returned: "jane.doe (IAM user, active)",
	},
	"keys": {
		holds: []string{
			"ACCASWAEVAQHR5YL76YLO (bedrock credential of 2026-10-21)", "ACCAXCIEJ66BW6RA2AZR6 (codecommit credential of 2025-03-20)",
			"AKIA6LTXR4WCPOSPR452 (access key of 2025-02-18, inactive)", "AKIAKK7T7JGOHXLZGBZL (access key of 2025-10-16)",
			"APKAZKNGOZPLQ27GTTQLH (SSH public key of 2025-03-10)", "TA7SMP42TDN5Z26OBPJE7EXAMPLE (signing certificate of 2026-01-24)",
		},
		returns:  func(c aws.IAM) { c.CreateAccessKey(aws.Jane) },
		returned: "AKIAG5HE4ATAHRWSAGQJ (access key of 2026-11-20)",
	},
	"group_membership": {
		holds:    []string{"developers", "on-call"},
		returns:  func(c aws.IAM) { c.AddToGroup(aws.Jane, "on-call") },
		returned: "on-call",
	},
	"role_assignments": {
		holds: []string{
			"AmazonEC2FullAccess (AWS managed policy, via group: on-call)", "ReadOnlyAccess (AWS managed policy, via group: developers)",
			"acme-deploy (managed policy)", "ecs-exec (inline policy, via group: developers)", "no-billing (managed policy, via group: developers)",
			"prod-secrets (inline policy)",
		},
		prepares: func(c aws.IAM) {
			c.RemoveFromGroup(aws.Jane, "developers")
			c.RemoveFromGroup(aws.Jane, "on-call")
		},
		returns:  func(c aws.IAM) { c.AttachPolicy(aws.Jane, aws.AmazonManaged("ReadOnlyAccess")) },
		returned: "ReadOnlyAccess (AWS managed policy)",
	},
	"shared_secret": {
		holds: []string{
			"prod/cache (Secrets Manager, version 18c1600b-c3b9-6ac4-62c0-0acf525da2c3, changed on 2026-07-23, rotated by Secrets Manager)",
			"prod/db (Secrets Manager, version ad110880-8ce1-d72c-768c-af3c3ea4145e, changed on 2026-07-23, owner: platform team, rotated by Secrets Manager)",
		},
		// She can read nothing any more.
		prepares: func(c aws.IAM) { c.DeletePolicy(aws.Jane, "prod-secrets") },
		returns:  func(c aws.IAM) { c.ShareSecret(aws.Jane, "payments/stripe") },
		returned: "payments/stripe (Secrets Manager, version 8668c0de-0f25-5773-2a1f-4a47f9fd36da, changed on 2026-07-23, owner: payments team, rotated by hand)", stays: true,
	},
}

// everyInIdentityCenter is one case a kind in an organisation's Identity Center.
var everyInIdentityCenter = map[string]life[aws.Center]{
	"account": {
		arguments: []string{`disposition = "delete"`},
		holds:     []string{"jane.doe@acme.example (Identity Center user, enabled)"},
		prepares:  func(c aws.Center) { c.Unassign(aws.Jane) },
		returns:   func(c aws.Center) { c.Provision(aws.Jane, aws.Jane) },
		returned:  "jane.doe@acme.example (Identity Center user, enabled)",
	},
	"group_membership": {
		holds:    []string{"Engineering (from an external identity provider)", "On-call"},
		returns:  func(c aws.Center) { c.Join(aws.Jane, "Security") },
		returned: "Security",
	},
	"app_assignments": {
		holds: []string{
			"Grafana (application)", "PagerDuty (application) (via group: On-call)", "PowerUserAccess in the account 222233334444",
			"ReadOnlyAccess in the account 222233334444 (via group: Engineering)", "ReadOnlyAccess in the account 333344445555",
		},
		prepares: func(c aws.Center) {
			c.Leave(aws.Jane, "Engineering")
			c.Leave(aws.Jane, "On-call")
		},
		returns:  func(c aws.Center) { c.Assign(aws.Jane, "ReadOnlyAccess", aws.Other) },
		returned: "ReadOnlyAccess in the account " + aws.Other,
	},
}

func TestEveryKindOfAWSIsWatchedThenRemovedThenKeptGone(t *testing.T) {
	t.Parallel()
	for _, row := range provider.Kinds {
		if _, ok := everyInAWS[row.Name]; row.AWS != nil && !ok {
			t.Errorf("no lifecycle test of %s in AWS", row.Name)
		}
		if _, ok := everyInIdentityCenter[row.Name]; row.IdentityCenter != nil && !ok {
			t.Errorf("no lifecycle test of %s in Identity Center", row.Name)
		}
	}
	for _, stays := range []bool{false, true} {
		t.Run(fmt.Sprintf("%s, what returns stays: %v", inAccount, stays), func(t *testing.T) {
			t.Parallel()
			clk := morning()
			leadAll(t, everyInAWS, stays, inAccount, func() (*world, aws.IAM) {
				w, cloud := newAWSWorldOn(t, clk, inAccount, aws.HandlerOptions{})
				return w, aws.IAM{Cloud: cloud}
			})
		})
	}
	t.Run(inCenter, func(t *testing.T) {
		t.Parallel()
		clk := morning()
		leadAll(t, everyInIdentityCenter, false, inCenter, func() (*world, aws.Center) {
			w, cloud := newAWSWorldOn(t, clk, inCenter, aws.HandlerOptions{})
			return w, aws.Center{Cloud: cloud}
		})
	})
}

func TestAnIAMUserIsImportedAndDeletedAfterAllThatIsOnIt(t *testing.T) {
	t.Parallel()
	w, cloud := newAWSWorldOn(t, morning(), inAccount, aws.HandlerOptions{Lag: 1})
	others := cloud.Snapshot(aws.Noah)
	cloud.PutPolicy(aws.Noah, "never", `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"s3:*","Resource":"*"}]}`)
	key := cloud.CreateAccessKey(aws.Noah) + " (access key of 2026-11-20)"
	deleted := importedIn(inAccount, "account", aws.Noah, `disposition = "delete"`, terminated)
	w.below(
		resource.TestStep{
			Config:      w.config(deleted),
			ExpectError: regexp.MustCompile(`(?s)is\s+still\s+something\s+on\s+it.*offboard_keys`),
		},
		resource.TestStep{
			Config: w.config(importedIn(inAccount, "keys", aws.Noah, terminated) + importedIn(inAccount, "account", aws.Noah, `disposition = "delete"`,
				"depends_on = [offboard_keys.this]", terminated)),
			ConfigPlanChecks: before(expectRows("offboard_keys.this", key), expectRows("offboard_account.this", "noah.fischer (IAM user, active)")),
			Check:            resource.ComposeAggregateTestCheckFunc(expectAccess("offboard_keys.this"), expectAccess("offboard_account.this")),
		},
	)
	w.check("everybody else", others, cloud.Snapshot(aws.Noah))
}

func TestAUserOfIdentityCenterIsImportedAndDeletedInOnePlan(t *testing.T) {
	t.Parallel()
	w, cloud := newAWSWorldOn(t, morning(), inCenter, aws.HandlerOptions{Lag: 1})
	others := cloud.Snapshot(aws.Mei)
	w.below(
		// AWS has no API to suspend somebody: until somebody has, the row says so.
		resource.TestStep{
			Config:      w.config(importedIn(inCenter, "account", aws.Mei, `disposition = "suspend"`, terminated)),
			ExpectError: regexp.MustCompile(`(?s)AWS\s+has\s+no\s+API\s+that\s+disables\s+a\s+user`),
		},
		resource.TestStep{
			PreConfig: func() { cloud.Unassign(aws.Mei) },
			Config:    w.config(importedIn(inCenter, "account", aws.Mei, `disposition = "delete"`, terminated)),
			ConfigPlanChecks: before(
				expectRows("offboard_account.this", "mei.tanaka@acme.example (Identity Center user, enabled)"), plancheck.ExpectNonEmptyPlan(),
			),
			Check: resource.ComposeAggregateTestCheckFunc(expectAccess("offboard_account.this")),
		},
	)
	w.check("everybody else", others, cloud.Snapshot(aws.Mei))
}

// refusedInAWS checks that nobody is terminated by any kind, which is said at plan, and that nothing is written.
func refusedInAWS(w *world, kinds []provider.Row, has func(provider.Row) bool, system, person, pattern string) {
	w.Helper()
	writes := w.mark()
	for _, row := range kinds {
		if !has(row) {
			continue
		}
		arguments := []string{terminated}
		if row.Disposes {
			arguments = append(arguments, `disposition = "delete"`)
		}
		w.below(resource.TestStep{PlanOnly: true, Config: w.config(importedIn(system, row.Name, person, arguments...)), ExpectError: regexp.MustCompile(pattern)})
	}
	w.check("writes", []string(nil), writes())
}

func ofIAM(row provider.Row) bool { return row.AWS != nil && row.Name != "shared_secret" }

func ofCenter(row provider.Row) bool { return row.IdentityCenter != nil }

func TestWhoRunsAWSAndWhoKeepsItAreRefusedAtPlan(t *testing.T) {
	t.Parallel()
	const ssoRole = "AWSReservedSSO_ReadOnlyAccess_0f1e2d3c4b5a6978"
	for name, c := range map[string]struct {
		system, person, pattern string
		has                     func(provider.Row) bool
		prepare                 func(*world, *aws.Cloud)
	}{
		"the user whose key is used": {inAccount, aws.Own, `(?s)Termination refused`, ofIAM, nil},
		"the user whose key assumes the role that is used": {inAccount, aws.Own, `(?s)Termination refused`, ofIAM, func(w *world, _ *aws.Cloud) {
			w.arguments = fmt.Sprintf("assume_role = %q", aws.RoleARN)
		}},
		"the person after whom the session of a role is named": {inAccount, aws.Jane, `(?s)named\s+after\s+this\s+very\s+person`, ofIAM, func(w *world, c *aws.Cloud) {
			c.AttachToRole("deploy", aws.Managed("terraform-offboard-of-role"))
			w.token = awsKey(c.SignIn("deploy", aws.Jane))
		}},
		"the person who is signed in through Identity Center": {inCenter, aws.Kofi, `(?s)Termination refused`, ofCenter, func(w *world, c *aws.Cloud) {
			c.AttachToRole(ssoRole, aws.Managed("terraform-offboard-of-role"))
			w.token = awsKey(c.SignIn(ssoRole, aws.Kofi))
		}},
		"the last administrator of the account": {inAccount, aws.Victor, `(?s)only\s+user\s+with\s+every\s+right`, ofIAM, func(_ *world, c *aws.Cloud) {
			c.CreateAccessKey(aws.Victor)
			c.DetachPolicy(aws.Kofi, aws.AmazonManaged("AdministratorAccess"))
		}},
		"the last administrator of the organisation": {inCenter, aws.Victor, `(?s)only\s+person\s+in\s+Identity\s+Center`, ofCenter, func(_ *world, c *aws.Cloud) {
			c.SetStatus(aws.Kofi, "DISABLED")
		}},
		"the root user": {inAccount, "aws@acme.example", `(?s)root\s+user`, ofIAM, func(w *world, _ *aws.Cloud) {
			w.arguments = `root_email = "AWS@acme.example"`
		}},
		"who is protected": {inAccount, aws.Break, `(?s)protected\s+list`, ofIAM, func(w *world, _ *aws.Cloud) {
			w.settings = fmt.Sprintf("protected = [%q]", aws.Break)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, cloud := newAWSWorldOn(t, morning(), c.system, aws.HandlerOptions{})
			if c.prepare != nil {
				c.prepare(w, cloud)
			}
			refusedInAWS(w, provider.Kinds, c.has, c.system, c.person, c.pattern)
		})
	}
}

func TestAnAWSAccountThatThrottlesLosesNothing(t *testing.T) {
	t.Parallel()
	for system, kinds := range map[string][]string{inAccount: {"authenticators", "keys", "group_membership"}, inCenter: {"group_membership"}} {
		t.Run(system, func(t *testing.T) {
			t.Parallel()
			w, cloud := newAWSWorldOn(t, morning(), system, aws.HandlerOptions{Throttle: 3, PageSize: 2, Lag: 1})
			others, from := cloud.Snapshot(aws.Jane), w.clock.Now()
			var body string
			var gone []resource.TestCheckFunc
			for _, kind := range kinds {
				body += importedIn(system, kind, aws.Jane, terminated)
				gone = append(gone, expectAccess("offboard_"+kind+".this"))
			}
			w.below(resource.TestStep{Config: w.config(body), Check: resource.ComposeAggregateTestCheckFunc(gone...)})
			w.check("everybody else", others, cloud.Snapshot(aws.Jane))
			if !w.clock.Now().After(from) {
				t.Error("it did not wait")
			}
		})
	}
}

// What was throttled for too long is left, and is the next plan.
func TestAnAWSAccountThatStaysThrottledLeavesRowsForTheNextPlan(t *testing.T) {
	t.Parallel()
	w, cloud := newAWSWorldOn(t, morning(), inAccount, aws.HandlerOptions{})
	others := cloud.Snapshot(aws.Jane)
	throttled := sandbox.Fault{
		Match: func(r *http.Request) bool {
			body, err := io.ReadAll(r.Body)
			r.Body = io.NopCloser(bytes.NewReader(body))
			return err == nil && bytes.Contains(body, []byte("Action=RemoveUserFromGroup"))
		},
		Do: func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
			w.Header().Set("Content-Type", "text/xml")
			w.WriteHeader(http.StatusBadRequest)
			_, _ = w.Write([]byte(`<ErrorResponse><Error><Type>Sender</Type><Code>Throttling</Code><Message>Rate exceeded</Message></Error><RequestId>1</RequestId></ErrorResponse>`))
		},
	}
	exit := importedIn(inAccount, "group_membership", aws.Jane, terminated)
	w.below(
		resource.TestStep{PreConfig: func() { w.server.Inject(throttled) }, Config: w.config(exit), ExpectError: regexp.MustCompile(`(?s)Access remains.*Rate exceeded`)},
		resource.TestStep{
			PreConfig: w.server.Heal, Config: w.config(exit), ConfigPlanChecks: before(expectRows("offboard_group_membership.this", "developers", "on-call")),
			Check: resource.ComposeAggregateTestCheckFunc(expectAccess("offboard_group_membership.this")),
		},
	)
	w.check("everybody else", others, cloud.Snapshot(aws.Jane))
}

func TestAnAWSThatIsNotTheOneThatIsMeantIsNotAsked(t *testing.T) {
	t.Parallel()
	for _, system := range []string{inAccount, inCenter} {
		w, _ := newAWSWorldOn(t, morning(), system, aws.HandlerOptions{})
		body := oneIn(system, "group_membership", aws.Jane)
		w.token = fmt.Sprintf("account_id = %q\n    access_key = %q\n    secret_key = %q", aws.Other, aws.AccessKey, aws.SecretKey)
		w.below(resource.TestStep{Config: w.config(body), ExpectError: regexp.MustCompile(`(?s)credential\s+is\s+of\s+the\s+account\s+111122223333`)})
		for _, r := range w.server.Requests() {
			if !strings.Contains(r.Body, "Action=GetCallerIdentity") {
				t.Errorf("%s: asked %s", system, r.Body)
			}
		}
		w.token = fmt.Sprintf("secret_key = %q", aws.SecretKey)
		w.below(resource.TestStep{Config: w.config(body), ExpectError: regexp.MustCompile(`(?s)can't be used as configured.*access_key`)})
	}
}

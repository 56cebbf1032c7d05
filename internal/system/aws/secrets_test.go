package aws_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
	sandboxaws "github.com/offboard/terraform-provider-offboard/internal/sandbox/aws"
	"github.com/offboard/terraform-provider-offboard/internal/system/aws"
)

// secrets are the rows of somebody's secrets, by the names of the secrets.
func (w *world) secrets(t *testing.T, email string) map[string]access.Grant {
	t.Helper()
	rows := map[string]access.Grant{}
	for _, grant := range list(w, aws.SharedSecrets(w.iam), w.id(email)) {
		name, _, _ := strings.Cut(grant.Label, " (")
		rows[name] = grant
	}
	return rows
}

func TestASecretSaysWhichVersionHowItRotatesAndWhoHasTo(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxaws.HandlerOptions{}, nil)
	_, version, _ := strings.Cut(w.cloud.SecretVersion("prod/db"), "@")
	row := w.secrets(t, sandboxaws.Jane)["prod/db"]
	if want := "prod/db (Secrets Manager, version " + version + ", changed on 2026-07-23, owner: platform team, rotated by Secrets Manager)"; row.Label != want || row.Stays != nil {
		t.Error(cmp.Diff(want, row.Label), row.Stays)
	}
	if string(row.ID) != w.cloud.SecretVersion("prod/db") || !strings.Contains(row.Note, "until it is rotated once more") {
		t.Errorf("row %+v", row)
	}
	byHand := w.secrets(t, sandboxaws.Omar)["payments/stripe"]
	if byHand.Stays == nil || !strings.Contains(byHand.Stays.Fix, "Its owner (payments team) has to change the value") {
		t.Errorf("row %+v", byHand)
	}
	w.cloud.OwnSecret("payments/stripe", "rds")
	if byService := w.secrets(t, sandboxaws.Omar)["payments/stripe"]; !strings.Contains(byService.Label, "managed by rds") || !strings.Contains(byService.Stays.Fix, "The service that manages it (rds) has") {
		t.Errorf("row %+v", byService)
	}
}

// The simulation knows nothing of the request: whether a condition would be met it can't say.
func TestWhatMayBeReadUnderAConditionCountsAsRead(t *testing.T) {
	t.Parallel()
	const read = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"secretsmanager:GetSecretValue","Resource":"*","Condition":`
	for name, c := range map[string]struct {
		document string
		secrets  int
		note     string
	}{
		"from the office":         {read + `{"IpAddress":{"aws:SourceIp":["192.0.2.0/24"]}}}]}`, 4, "aws:SourceIp"},
		"with MFA":                {read + `{"Bool":{"aws:MultiFactorAuthPresent":"true"}}}]}`, 4, ""},
		"with MFA, in JSON's way": {read + `{"Bool":{"aws:MultiFactorAuthPresent":true}}}]}`, 4, ""},
		"nothing without MFA": {
			`{"Version":"2012-10-17","Statement":[{"Effect":"Deny","NotAction":"iam:*","Resource":"*","Condition":{"BoolIfExists":{"aws:MultiFactorAuthPresent":"false"}}}]}`,
			0, "",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, sandboxaws.HandlerOptions{PageSize: 2}, nil)
			w.cloud.PutPolicy(sandboxaws.Noah, "secrets", c.document)
			rows := w.secrets(t, sandboxaws.Noah)
			if len(rows) != c.secrets {
				t.Errorf("%d rows: %v", len(rows), rows)
			}
			for _, row := range rows {
				if depends := strings.Contains(row.Note, "depends on "); depends != (c.note != "") || !strings.Contains(row.Note, c.note) {
					t.Errorf("row %+v", row)
				}
			}
		})
	}
}

func TestASecretThatTheSimulationSaysNothingOfIsNotUnread(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxaws.HandlerOptions{}, nil)
	w.server.Inject(sandbox.Fault{Match: asks("SimulatePrincipalPolicy"), Do: tampered(func(body string) string {
		return regexp.MustCompile(`(?s)<ResourceSpecificResults>.*</ResourceSpecificResults>`).ReplaceAllString(body, "")
	})})
	if rows, err := aws.SharedSecrets(w.iam).List(t.Context(), w.id(sandboxaws.Jane)); access.KindOf(err) != access.Malformed {
		t.Errorf("rows %v, %v", rows, err)
	}
}

func TestASecretOfAnotherRegionOrAccountIsNotTakenForDeleted(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxaws.HandlerOptions{}, nil)
	id := w.cloud.SecretVersion("prod/db")
	for name, row := range map[string]string{
		"another region":  strings.Replace(id, sandboxaws.Region, "us-east-1", 1),
		"another account": strings.Replace(id, sandboxaws.Number, sandboxaws.Other, 1),
		"no secret":       "prod/db@3",
	} {
		connector, _ := aws.SharedSecrets(w.iam).(access.Rechecker)
		if held, err := connector.Recheck(t.Context(), w.id(sandboxaws.Jane), []access.GrantID{access.GrantID(row)}); access.KindOf(err) != access.Blocked {
			t.Errorf("%s: %v, %v", name, held, err)
		}
		if _, err := connector.Remove(t.Context(), w.id(sandboxaws.Jane), access.GrantID(row)); access.KindOf(err) != access.Blocked {
			t.Errorf("removing %s: %v", name, err)
		}
	}
	w.connect(t, func(l *aws.Login, _ *aws.IAMConfig) { l.Region = "us-east-1" })
	connector, _ := aws.SharedSecrets(w.iam).(access.Rechecker)
	if held, err := connector.Recheck(t.Context(), w.id(sandboxaws.Jane), []access.GrantID{access.GrantID(id)}); access.KindOf(err) != access.Blocked {
		t.Errorf("with another region configured: %v, %v", held, err)
	}
}

func TestASecretIsSettledWhenItHasANewerVersionAndByNothingElse(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxaws.HandlerOptions{}, nil)
	connector, _ := aws.SharedSecrets(w.iam).(access.Rechecker)
	omar := w.id(sandboxaws.Omar)
	id := access.GrantID(w.cloud.SecretVersion("payments/stripe"))
	left := func(when string, want int) {
		t.Helper()
		if held, err := connector.Recheck(t.Context(), omar, []access.GrantID{id}); err != nil || len(held) != want {
			t.Errorf("%s: %v, %v", when, held, err)
		}
	}
	w.cloud.DeletePolicy(sandboxaws.Omar, "payments")
	left("after the right was taken", 1)
	w.cloud.MarkForDeletion("payments/stripe")
	left("marked for deletion", 1)
	w.cloud.PutSecret("payments/stripe")
	left("with a newer version", 0)
}

// The policies that end sessions and suspend the user have conditions of their own, or none.
func TestWhoseSessionsAreEndedAndWhoIsSuspendedReadsNothingForAllTheConditionsOfThat(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxaws.HandlerOptions{}, nil)
	id, before := w.id(sandboxaws.Jane), len(w.secrets(t, sandboxaws.Jane))
	if _, err := aws.Sessions(w.iam).Remove(t.Context(), id, "sessions"); err != nil {
		t.Fatal(err)
	}
	if got := len(w.secrets(t, sandboxaws.Jane)); before == 0 || got != before {
		t.Errorf("with a key they read %d secrets, and without sessions %d", before, got)
	}
	w.cloud.DeletePolicy(sandboxaws.Jane, "prod-secrets")
	if got := w.secrets(t, sandboxaws.Jane); len(got) != 0 {
		t.Errorf("nothing allows it any more: %v", got)
	}
	w.cloud.PutPolicy(sandboxaws.Jane, "from-the-office", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"secretsmanager:*","Resource":"*","Condition":{"IpAddress":{"aws:SourceIp":["192.0.2.0/24"]}}}]}`)
	if got := w.secrets(t, sandboxaws.Jane); len(got) == 0 {
		t.Error("from the office they may")
	}
	suspending, _ := aws.Account(w.iam).(access.Disposer).Dispose(access.Suspend) //nolint:forcetypeassert // that is what an account is
	if _, err := suspending.Remove(t.Context(), id, access.GrantID(id)); err != nil {
		t.Fatal(err)
	}
	if got := w.secrets(t, sandboxaws.Jane); len(got) != 0 {
		t.Errorf("everything is denied: %v", got)
	}
}

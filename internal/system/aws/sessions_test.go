package aws_test

import (
	"strings"
	"testing"
	"time"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	sandboxaws "github.com/offboard/terraform-provider-offboard/internal/sandbox/aws"
	"github.com/offboard/terraform-provider-offboard/internal/system/aws"
)

const revokeOlder = "AWSRevokeOlderSessions"

// ofRole is the row of a role's sessions.
func (w *world) ofRole(t *testing.T, role string) access.Grant {
	t.Helper()
	for _, grant := range list(w, aws.Sessions(w.iam), w.id(sandboxaws.Jane)) {
		if strings.Contains(grant.Label, "role "+role+",") {
			return grant
		}
	}
	t.Fatalf("no row of the role %s", role)
	return access.Grant{}
}

func TestRolesSessionsAreARowOnlyWhereTheyAreAskedForAndSaidToBeEverybodys(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxaws.HandlerOptions{}, nil)
	rows := list(w, aws.Sessions(w.iam), w.id(sandboxaws.Jane))
	if len(rows) != 1 || !strings.Contains(rows[0].Note, "Sessions of roles that the person has assumed are not among them") {
		t.Errorf("rows %+v", rows)
	}
	w.cloud.TagRole("deploy", "ManagedBy", "terraform")
	w.connect(t, revoking("deploy"))
	row := w.ofRole(t, "deploy")
	for _, said := range []string{"everybody's", "not this person's alone", "ManagedBy = terraform"} {
		if !strings.Contains(row.Label+row.Note, said) {
			t.Errorf("%q is not said: %+v", said, row)
		}
	}
}

func TestAPolicyOfAWSsNameThatSaysSomethingElseIsLeftAsItIs(t *testing.T) {
	t.Parallel()
	for name, document := range map[string]string{
		"something else": denial,
		"more than that": `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"DateLessThan":{"aws:TokenIssueTime":` +
			`"2026-01-01T00:00:00Z"}}},{"Effect":"Deny","Action":"s3:*","Resource":"*"}]}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, sandboxaws.HandlerOptions{}, revoking("deploy"))
			row := w.ofRole(t, "deploy")
			w.cloud.PutRolePolicy("deploy", revokeOlder, document)
			if row := w.ofRole(t, "deploy"); row.Stays == nil || !strings.Contains(row.Stays.Error(), "something else") {
				t.Errorf("row %+v", row)
			}
			if _, err := aws.Sessions(w.iam).Remove(t.Context(), w.id(sandboxaws.Jane), row.ID); access.KindOf(err) != access.Blocked {
				t.Errorf("removed: %v", err)
			}
			if now := w.cloud.RolePolicy("deploy", revokeOlder); now != document {
				t.Errorf("it says %s", now)
			}
		})
	}
}

func TestTheMomentOfARevocationIsNeverMovedBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxaws.HandlerOptions{}, revoking("deploy"))
	until := func(at time.Time) string {
		return `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":["*"],"Resource":["*"],"Condition":{"DateLessThan":{"aws:TokenIssueTime":"` +
			at.UTC().Format(time.RFC3339) + `"}}}]}`
	}
	for _, at := range []time.Time{w.clock.Now().Add(time.Hour), w.clock.Now().Add(-time.Hour)} {
		document := until(at)
		w.cloud.PutRolePolicy("deploy", revokeOlder, document)
		receipt, err := aws.Sessions(w.iam).Remove(t.Context(), w.id(sandboxaws.Jane), w.ofRole(t, "deploy").ID)
		moved := w.cloud.RolePolicy("deploy", revokeOlder) != document
		if err != nil || receipt.Assurance != access.Acknowledged || receipt.Version != w.ofRole(t, "deploy").Version || moved != at.Before(w.clock.Now()) {
			t.Errorf("from %v: %+v, %v, moved %v", at, receipt, err, moved)
		}
	}
}

func TestARoleThatTheCredentialIsAssumedWithIsNotRevokedEither(t *testing.T) {
	t.Parallel()
	w := signedIn(t, "deploy", "pipeline", sandboxaws.RoleARN)
	guard, _ := aws.Sessions(w.iam).(access.Guard)
	for _, role := range []string{"deploy", sandboxaws.Role} {
		row := w.ofRole(t, role)
		if err := guard.Refuse(t.Context(), w.id(sandboxaws.Jane), access.Held([]access.Grant{row}, nil)); access.KindOf(err) != access.Blocked {
			t.Errorf("%s: %v", role, err)
		}
	}
}

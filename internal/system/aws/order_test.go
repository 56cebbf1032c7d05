package aws_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
	sandboxaws "github.com/offboard/terraform-provider-offboard/internal/sandbox/aws"
	"github.com/offboard/terraform-provider-offboard/internal/system/aws"
)

// removeAll removes everything that somebody holds, by kinds one after the other.
func (w *world) removeAll(t *testing.T, id access.AccountID, kinds ...func(*aws.IAM) access.Connector) {
	t.Helper()
	for _, kind := range kinds {
		for _, grant := range list(w, kind(w.iam), id) {
			if _, err := kind(w.iam).Remove(t.Context(), id, grant.ID); err != nil {
				t.Errorf("removing %s: %v", grant.Label, err)
			}
		}
	}
}

func deleting(w *world) access.Connector {
	connector, _ := aws.Account(w.iam).(access.Disposer).Dispose(access.Delete) //nolint:forcetypeassert // that is what an account is
	return connector
}

func TestAUserIsDeletedWhenEverythingElseIsGoneAndNotBefore(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxaws.HandlerOptions{Lag: 1, PageSize: 2}, nil)
	jane := w.id(sandboxaws.Jane)
	before := w.cloud.Snapshot("")
	_, err := deleting(w).Remove(t.Context(), jane, access.GrantID(jane))
	for _, resource := range []string{"offboard_authenticators", "offboard_keys", "offboard_group_membership", "offboard_role_assignments"} {
		if access.KindOf(err) != access.Blocked || !strings.Contains(err.Error(), resource) {
			t.Errorf("with everything on it: %v", err)
		}
	}
	if w.cloud.Snapshot("") != before {
		t.Error("something was changed")
	}
	others := w.cloud.Snapshot(sandboxaws.Jane)
	w.removeAll(t, jane, aws.Authenticators, aws.Sessions, aws.Keys, aws.GroupMembership, aws.RoleAssignments)
	if _, err := deleting(w).Remove(t.Context(), jane, access.GrantID(jane)); err != nil {
		t.Fatal(err)
	}
	if slices.Contains(sandboxaws.IAM{Cloud: w.cloud}.Everybody(), string(jane)) || w.cloud.Snapshot(sandboxaws.Jane) != others {
		t.Error("the user is still there, or another is not as before")
	}
}

// stripped is a world in which nothing is left on Jane's user but what denies.
func stripped(t *testing.T) (*world, access.AccountID) {
	t.Helper()
	w := newWorld(t, sandboxaws.HandlerOptions{}, nil)
	jane := w.id(sandboxaws.Jane)
	w.removeAll(t, jane, aws.Authenticators, aws.Keys, aws.GroupMembership, aws.RoleAssignments)
	return w, jane
}

func TestADeletionThatFailsLeavesAUserWhoMayDoNothing(t *testing.T) {
	t.Parallel()
	for _, fails := range []string{"DetachUserPolicy", "DeleteUser"} {
		w, jane := stripped(t)
		w.server.Inject(sandbox.Fault{Match: asks(fails), Do: refusal(http.StatusForbidden, "AccessDenied", "")})
		if _, err := deleting(w).Remove(t.Context(), jane, access.GrantID(jane)); access.KindOf(err) != access.Denied || !strings.Contains(err.Error(), "iam:"+fails) {
			t.Errorf("%s: %v", fails, err)
		}
		if account, err := w.iam.Get(t.Context(), jane); err != nil || account.Active {
			t.Errorf("after %s failed: %v, %v", fails, account, err)
		}
	}
}

func TestWhatIsGivenDuringADeletionIsNotTakenAlong(t *testing.T) {
	t.Parallel()
	for name, give := range map[string]func(*sandboxaws.Cloud){
		"an inline policy": func(c *sandboxaws.Cloud) { c.PutPolicy(sandboxaws.Jane, "new", everything) },
		"a managed policy": func(c *sandboxaws.Cloud) { c.AttachPolicy(sandboxaws.Jane, sandboxaws.AmazonManaged("ReadOnlyAccess")) },
	} {
		w, jane := stripped(t)
		// The last look before the deletion is at the policies of groups, of which there are none: the policy comes right after.
		looks := 0
		w.server.Inject(sandbox.Fault{Match: asks("ListGroupsForUser"), Do: func(rw http.ResponseWriter, r *http.Request, next http.Handler) {
			next.ServeHTTP(rw, r)
			if looks++; looks == 2 {
				give(w.cloud)
			}
		}})
		if _, err := deleting(w).Remove(t.Context(), jane, access.GrantID(jane)); access.KindOf(err) != access.Blocked || !strings.Contains(err.Error(), "just now") {
			t.Errorf("%s: %v", name, err)
		}
		if rows := list(w, aws.RoleAssignments(w.iam), jane); len(rows) != 1 {
			t.Errorf("%s: rows %v", name, rows)
		}
	}
}

func TestAnMFADeviceIsNotTakenFromWhoStillHasAPassword(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxaws.HandlerOptions{}, nil)
	jane := w.id(sandboxaws.Jane)
	w.server.Inject(sandbox.Fault{Match: asks("DeleteLoginProfile"), Do: refusal(http.StatusForbidden, "AccessDenied", "")})
	held := access.Held(list(w, aws.Authenticators(w.iam), jane), nil)
	out := access.Exit{Connector: aws.Authenticators(w.iam), Account: jane, Clock: w.clock}.Run(t.Context(), held, held, nil)
	if len(out.Left) != 3 || len(out.Held) != 3 || slices.Contains(w.asked(), "DeactivateMFADevice") {
		t.Errorf("left %v", out.Left)
	}
}

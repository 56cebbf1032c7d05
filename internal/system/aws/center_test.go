package aws_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
	sandboxaws "github.com/offboard/terraform-provider-offboard/internal/sandbox/aws"
	"github.com/offboard/terraform-provider-offboard/internal/system/aws"
)

var centerGuards = map[string]func(*aws.IdentityCenter) access.Connector{
	"account": aws.CenterAccount, "group membership": aws.CenterGroupMembership, "app assignments": aws.AppAssignments,
}

// refusedInCenter is what each kind of Identity Center says to a removal from somebody, where all of them say the same.
func (w *world) refusedInCenter(t *testing.T, email string) (said error) {
	t.Helper()
	first := true
	for name, kind := range centerGuards {
		guard, _ := kind(w.center).(access.Guard)
		err := guard.Refuse(t.Context(), w.inCenter(email), nil)
		if !first && access.KindOf(err) != access.KindOf(said) {
			t.Errorf("%s says %v, and another %v", name, err, said)
		}
		said, first = err, false
	}
	return said
}

func TestTheLastAdministratorOfTheOrganisationIsRefused(t *testing.T) {
	t.Parallel()
	const admins, set = "Cloud administrators", "AdministratorAccess"
	leave := func(c *sandboxaws.Cloud) { c.Leave(sandboxaws.Kofi, admins) }
	for name, c := range map[string]struct {
		prepare func(*sandboxaws.Cloud)
		blocked bool
	}{
		"with a second in the group":          {func(*sandboxaws.Cloud) {}, false},
		"with a second who is disabled":       {func(c *sandboxaws.Cloud) { c.SetStatus(sandboxaws.Kofi, "DISABLED") }, true},
		"without a second":                    {leave, true},
		"with a second by another assignment": {func(c *sandboxaws.Cloud) { leave(c); c.Assign(sandboxaws.Mei, set, sandboxaws.Number) }, false},
		"with a second in another group":      {func(c *sandboxaws.Cloud) { leave(c); c.AssignGroup("Security", set, sandboxaws.Number) }, false},
		"with a second by an inline policy": {func(c *sandboxaws.Cloud) {
			leave(c)
			c.SetPermissions("ReadOnlyAccess", everything)
			c.Assign(sandboxaws.Mei, "ReadOnlyAccess", sandboxaws.Number)
		}, false},
		"with a second who may only read": {func(c *sandboxaws.Cloud) { leave(c); c.Assign(sandboxaws.Mei, "ReadOnlyAccess", sandboxaws.Number) }, true},
		"where the set allows little": {func(c *sandboxaws.Cloud) {
			leave(c)
			c.SetPermissions(set, "", sandboxaws.AmazonManaged("ReadOnlyAccess"))
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, sandboxaws.HandlerOptions{PageSize: 1}, nil)
			c.prepare(w.cloud)
			err := w.refusedInCenter(t, sandboxaws.Victor)
			if c.blocked && (access.KindOf(err) != access.Blocked || !strings.Contains(err.Error(), "only person in Identity Center with every right")) || !c.blocked && err != nil {
				t.Errorf("got %v", err)
			}
			if err := w.refusedInCenter(t, sandboxaws.Jane); err != nil {
				t.Errorf("of who is no administrator: %v", err)
			}
		})
	}
}

func TestTheLastTwoAdministratorsOfTheOrganisationAreNotEachTakenForTheOthersStandIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxaws.HandlerOptions{}, nil)
	if err := w.refusedInCenter(t, sandboxaws.Victor); err != nil {
		t.Errorf("of the first: %v", err)
	}
	if err := w.refusedInCenter(t, sandboxaws.Kofi); access.KindOf(err) != access.Blocked {
		t.Errorf("of the second: %v", err)
	}
}

func TestWhoAdministersTheOrganisationIsNotKnownWithoutTheRightToSee(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		"sso:ListPermissionSetsProvisionedToAccount", "sso:ListManagedPoliciesInPermissionSet", "sso:GetInlinePolicyForPermissionSet", "sso:ListAccountAssignments",
		"identitystore:ListGroupMemberships", "identitystore:DescribeUser",
	} {
		w := newWorld(t, sandboxaws.HandlerOptions{}, nil)
		w.cloud.AssignGroup("Security", "ReadOnlyAccess", sandboxaws.Number)
		w.cloud.Allow(slices.DeleteFunc([]string{
			"sso:ListInstances", "sso:ListPermissionSetsProvisionedToAccount", "sso:ListManagedPoliciesInPermissionSet", "sso:GetInlinePolicyForPermissionSet",
			"sso:ListAccountAssignments", "identitystore:ListGroupMemberships", "identitystore:DescribeUser",
		}, func(right string) bool { return right == name })...)
		if err := w.refusedInCenter(t, sandboxaws.Victor); access.KindOf(err) != access.Denied || !strings.Contains(err.Error(), name) {
			t.Errorf("without %s: %v", name, err)
		}
	}
}

func TestWhatAWSHasNoAPIForIsSaid(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxaws.HandlerOptions{}, nil)
	w.cloud.TagApplication("Grafana", "managed-by", "terraform")
	jane := w.inCenter(sandboxaws.Jane)
	for _, grant := range list(w, aws.CenterAccount(w.center), jane) {
		if !strings.Contains(grant.Note, "no API for the user's sessions and MFA devices") || !strings.Contains(grant.Note, "external identity provider") {
			t.Errorf("%s: %s", grant.Label, grant.Note)
		}
	}
	said := map[string]string{
		"PowerUserAccess in the account " + sandboxaws.Other: "A session that is open goes on after it, for 1h at most. The permission set has the tag aws:cloudformation:stack-name",
		"Grafana (application)":                              "The application has the tag managed-by = terraform",
	}
	for _, grant := range list(w, aws.AppAssignments(w.center), jane) {
		if want, ok := said[grant.Label]; ok && strings.HasPrefix(grant.Note, want) {
			delete(said, grant.Label)
		}
	}
	if len(said) != 0 {
		t.Errorf("not said: %v", said)
	}
}

// The store says of what it did not find which sort of thing it is; where it does not, everybody is asked for.
func TestNotFoundOfNothingInParticularIsNobodysAbsence(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxaws.HandlerOptions{}, nil)
	jane := w.inCenter(sandboxaws.Jane)
	w.server.Inject(sandbox.Fault{Match: asks("DescribeUser"), Do: refusal(400, "", "ResourceNotFoundException")})
	for name, kind := range centerGuards {
		if grants, err := kind(w.center).List(t.Context(), jane); access.KindOf(err) != access.Malformed {
			t.Errorf("%s: %v, %v", name, grants, err)
		}
		if _, err := kind(w.center).List(t.Context(), "90672f0000-00000000-0000-4000-8000-000000000000"); access.KindOf(err) != access.NotFound {
			t.Errorf("%s of nobody: %v", name, err)
		}
	}
}

func TestWhoseSessionRunsThisIsTheCallerThereWhateverTheRole(t *testing.T) {
	t.Parallel()
	for name, session := range map[string]struct {
		name  string
		whose string
	}{
		"somebody's": {"Kofi.Mensah@acme.example", sandboxaws.Kofi}, "a pipeline's": {"pipeline", ""},
	} {
		w := signedIn(t, "deploy", session.name, "")
		caller, owned, err := w.center.Caller(t.Context())
		if err != nil || owned != (session.whose != "") || owned && caller != w.inCenter(session.whose) {
			t.Errorf("%s: the caller is %q, %v, %v", name, caller, owned, err)
		}
	}
}

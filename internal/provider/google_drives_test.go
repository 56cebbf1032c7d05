package provider_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/offboard/terraform-provider-offboard/internal/sandbox/google"
)

func TestASharedDriveThatWasReviewedWithAnotherManagerIsNotLeftWithoutOne(t *testing.T) {
	t.Parallel()
	s, tenant := newGoogleShell(t, importedIn("google", "shared_drives", google.Jane, terminated, toMei))
	s.workspace.Env = append(s.workspace.Env, "GOOGLE_IMPERSONATE_SERVICE_ACCOUNT="+google.ServiceAccount, "GOOGLE_OAUTH_ACCESS_TOKEN="+google.CallerToken)
	s.do(0, "init")
	id := tenant.SharedDriveID(google.Reviews)
	s.says(s.do(2, "plan", "-no-color", "-detailed-exitcode", "-out=exit.tfplan"),
		fmt.Sprintf(`- "%s" = "Incident reviews (manager)"`, id), `"Platform handbook (the only manager)"`)
	tenant.Suspend(google.Omar)
	applied := strings.Join(strings.Fields(s.do(1, "apply", "-no-color", "exit.tfplan")), " ")
	s.says(applied, "Access remains", "which was not so when the plan was made")
	if held := tenant.SharedDrives(google.Jane); len(held) != 1 || held[0] != "Incident reviews (organizer)" {
		t.Fatalf("Jane is a member of %v", held)
	}
	s.says(s.do(2, "plan", "-no-color", "-detailed-exitcode", "-out=exit.tfplan"), fmt.Sprintf(`- "organizer/%s" = "Incident reviews (the only manager)"`, id))
	s.do(0, "apply", "exit.tfplan")
	s.do(0, "plan", "-detailed-exitcode")
	if managed := tenant.SharedDrives(google.Mei); len(managed) != 2 || managed[0] != "Incident reviews (organizer)" || managed[1] != "Platform handbook (organizer)" {
		t.Errorf("Mei is a member of %v", managed)
	}
}

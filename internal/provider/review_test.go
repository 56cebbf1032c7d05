package provider_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/offboard/terraform-provider-offboard/internal/sandbox/google"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox/okta"
)

// shown is a plan file as JSON. Where OFFBOARD_PLANS names a folder it is left there as well, without the parts that no
// review reads: that is how the plans in internal/review/testdata were made.
func (s *shell) shown(file, name string) string {
	s.Helper()
	out, err := s.workspace.Command(s.Context(), "show", "-json", file).Output()
	if err != nil {
		s.Fatal(err)
	}
	if folder := os.Getenv("OFFBOARD_PLANS"); folder != "" {
		plan := map[string]any{}
		if err := json.Unmarshal(out, &plan); err != nil {
			s.Fatal(err)
		}
		for _, part := range []string{"planned_values", "prior_state", "relevant_attributes", "resource_drift", "variables"} {
			delete(plan, part)
		}
		if configuration, ok := plan["configuration"].(map[string]any); ok {
			delete(configuration, "root_module")
		}
		short, err := json.MarshalIndent(plan, "", " ")
		if err == nil {
			err = os.WriteFile(filepath.Join(folder, name+".json"), short, 0o600)
		}
		if err != nil {
			s.Fatal(err)
		}
	}
	return string(out)
}

func TestAReviewSaysWhatRealPlansDo(t *testing.T) {
	t.Parallel()
	d := newDeparture(t)
	d.terminate()
	d.write("hold.tf", oneIn("google", "legal_hold", google.Omar)+strings.Replace(one("group_membership", okta.Projects, terminated), "this", "projects", 1))
	d.do(0, "init")
	d.do(2, "plan", "-detailed-exitcode", "-out=exit.tfplan")
	exit := d.shown("exit.tfplan", "exit")
	d.do(0, "plan", "-target=module.leaver", "-out=targeted.tfplan")
	targeted := d.shown("targeted.tfplan", "targeted")
	d.do(0, "apply", "exit.tfplan")
	d.org.AddToGroup(okta.Jane, "VPN users")
	d.org.AddToGroup(okta.Jane, "Project A")
	d.do(2, "plan", "-detailed-exitcode", "-out=returned.tfplan")
	returned := d.shown("returned.tfplan", "returned")
	d.write("leavers.yaml", "{}")
	d.do(2, "plan", "-detailed-exitcode", "-out=forgotten.tfplan")
	forgotten := d.shown("forgotten.tfplan", "forgotten")
	_, _, _, _ = exit, targeted, returned, forgotten
}

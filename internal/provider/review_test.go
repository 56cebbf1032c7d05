package provider_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/offboard/terraform-provider-offboard/internal/provider"
	"github.com/offboard/terraform-provider-offboard/internal/review"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox/google"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox/okta"
)

// review reviews a plan file. Where OFFBOARD_PLANS names a folder its JSON is left there, without the parts that no
// review reads: that is how the plans in internal/review/testdata were made.
func (s *shell) review(name string) *review.Review {
	s.Helper()
	out, err := s.workspace.Command(s.Context(), "show", "-json", name+".tfplan").Output()
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
	found, err := review.Read(bytes.NewReader(out), review.Options{Kinds: provider.Reviewed(), MaxPeople: 10})
	if err != nil {
		s.Fatal(err)
	}
	return found
}

func TestAReviewSaysWhatRealPlansDo(t *testing.T) {
	t.Parallel()
	d := newDeparture(t)
	d.terminate()
	d.write("hold.tf", oneIn("google", "legal_hold", google.Omar)+strings.Replace(one("group_membership", okta.Projects, terminated), "this", "projects", 1))
	d.do(0, "init")
	planned := d.do(2, "plan", "-no-color", "-detailed-exitcode", "-out=exit.tfplan")
	exit := d.review("exit")
	// As many rows as the plan has, of access alone.
	access := 0
	for _, block := range strings.Split(planned, "~ access ")[1:] {
		block, _, _ = strings.Cut(block, "\n        }")
		access += strings.Count(block, " -> null")
	}
	if people := exit.People; len(people) != 3 || people[0].Email != okta.Jane || !people[0].Newly || len(people[0].Going) != access {
		t.Errorf("the plan has %d rows of %s, the review says %+v", access, okta.Jane, people)
	}
	out := exit.Markdown()
	for _, said := range []string{"only adopted", "1 of legal holds", "A rule manages this group", "the only manager", "27 of 27 kinds", "14 move to"} {
		if !strings.Contains(out, said) {
			t.Errorf("nothing says %q:\n%s", said, out)
		}
	}

	d.do(0, "plan", "-target=module.leaver", "-out=targeted.tfplan")
	d.review("targeted")
	d.do(0, "apply", "exit.tfplan")
	d.org.AddToGroup(okta.Jane, "VPN users")
	d.org.AddToGroup(okta.Jane, "Project A")
	d.do(2, "plan", "-detailed-exitcode", "-out=returned.tfplan")
	var back []bool
	for _, person := range d.review("returned").People {
		for _, row := range person.Going {
			if row.Again {
				back = append(back, row.Back)
			}
		}
	}
	// Project A she never had.
	if !slices.Equal(back, []bool{false, true}) {
		t.Errorf("what came back: %v", back)
	}
	d.write("leavers.yaml", "{}")
	d.do(2, "plan", "-detailed-exitcode", "-out=forgotten.tfplan")
	if out := d.review("forgotten").Text(); !strings.Contains(out, "27 no longer watched") || !strings.Contains(out, "nothing of it is removed") {
		t.Errorf("nothing says what is no longer watched:\n%s", out)
	}
}

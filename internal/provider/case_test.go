package provider_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"

	"github.com/offboard/terraform-provider-offboard/internal/evidence"
	"github.com/offboard/terraform-provider-offboard/internal/provider"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox/okta"
)

const theCase = "offboard_case.this"

// caseKinds are the kinds of the table that these tests have: what a case does with one it does with all.
var caseKinds = []string{"authenticators", "sessions", "account", "keys", "group_membership"}

func tableOf(kinds ...string) (table []provider.Row) {
	for _, row := range provider.Kinds {
		if slices.Contains(kinds, row.Name) {
			table = append(table, row)
		}
	}
	return table
}

// newCaseWorld is a world with those kinds only.
func newCaseWorld(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	w.kinds, w.traces = tableOf(caseKinds...), []provider.Trace{}
	return w
}

// exitOf are the resources of an exit of Jane's, and the case that depends on them, with the blocks that import them all.
func exitOf(kinds []string, arguments ...string) string {
	var config string
	var addresses []string
	for _, kind := range kinds {
		config += imported(kind, okta.Jane, terminated)
		addresses = append(addresses, "offboard_"+kind+".this")
	}
	arguments = append(arguments, "depends_on = ["+strings.Join(addresses, ", ")+"]")
	return config + importedCase(arguments...)
}

func importedCase(arguments ...string) string {
	return fmt.Sprintf("import {\n  to = %s\n  id = %q\n}\n", theCase, okta.Jane) + caseOf(arguments...)
}

func caseOf(arguments ...string) string {
	return fmt.Sprintf(`resource "offboard_case" "this" {
  person       = "Jane.Doe@acme.example"
  requested_at = "2026-11-20T08:00:00Z"
  approved_by  = "grace.kim@acme.example"
  approved_at  = "2026-11-20T08:30:00Z"
  reference    = "https://github.com/acme/exits/pull/12"
  systems      = ["okta"]
  %s
}
`, strings.Join(arguments, "\n  "))
}

// expectOutstanding checks the labels of exactly what the plan shows to go of the case.
func expectOutstanding(labels ...string) plancheck.PlanCheck {
	return planCheck(func(req plancheck.CheckPlanRequest) error {
		for _, change := range req.Plan.ResourceChanges {
			if change.Address != theCase {
				continue
			}
			object, _ := change.Change.Before.(map[string]any)
			before, _ := object["outstanding"].(map[string]any)
			var got []string
			for _, label := range before {
				got = append(got, fmt.Sprint(label))
			}
			slices.Sort(got)
			slices.Sort(labels)
			if diff := cmp.Diff(labels, got); diff != "" {
				return fmt.Errorf("outstanding (- want, + got):\n%s", diff)
			}
			after, _ := change.Change.After.(map[string]any)
			if left, _ := after["outstanding"].(map[string]any); left == nil || len(left) != 0 {
				return fmt.Errorf("planned to be outstanding: %v", after["outstanding"])
			}
			return nil
		}
		return fmt.Errorf("the plan has no case")
	})
}

// expectEvidence hands over the evidence of the case, which is closed.
func expectEvidence(check func(evidence.Evidence) error) resource.TestCheckFunc {
	return func(s *terraformState) error {
		attributes := s.RootModule().Resources[theCase].Primary.Attributes
		if attributes["status"] != "closed" {
			return fmt.Errorf("the case is %s", attributes["status"])
		}
		var bundle evidence.Bundle
		if err := json.Unmarshal([]byte(attributes["bundle"]), &bundle); err != nil {
			return err
		}
		if bundle.SHA256 != attributes["evidence_sha256"] || bundle.SHA256 == "" {
			return fmt.Errorf("the digests differ: %q and %q", bundle.SHA256, attributes["evidence_sha256"])
		}
		return check(bundle.Evidence)
	}
}

// assurances are those of the grants of each control.
func assurances(e evidence.Evidence) map[string]string {
	known := map[string]string{}
	for _, control := range e.Controls {
		counts := map[string]int{}
		for _, grant := range control.Grants {
			counts[grant.Assurance]++
		}
		known[control.ID] = control.Assurance + fmt.Sprint(counts)
	}
	return known
}

func expectAssurances(want map[string]string) resource.TestCheckFunc {
	return expectEvidence(func(e evidence.Evidence) error {
		if diff := cmp.Diff(want, assurances(e)); diff != "" {
			return fmt.Errorf("assurances (- want, + got):\n%s", diff)
		}
		return nil
	})
}

func heldOf(kinds ...string) (labels []string) {
	for _, kind := range kinds {
		labels = append(labels, every[kind].holds...)
	}
	return labels
}

const badge = `attestations = { badge = offboard_attestation.badge }`

func attestationOf(arguments ...string) string {
	return fmt.Sprintf(`resource "offboard_attestation" "badge" {
  person      = "jane.doe@acme.example"
  application = "Badge system"
  owner       = "facilities@acme.example"
  statement   = "The badge is blocked."
  %s
}
`, strings.Join(arguments, "\n  "))
}

const said = "attested_by = \"omar.haddad@acme.example\"\n  attested_at = \"2026-11-20T08:45:00Z\""

func TestACaseClosesWhenNothingIsLeftAndIsOpenAgainWhenSomethingReturns(t *testing.T) {
	t.Parallel()
	w := newCaseWorld(t)
	w.run(w.closes()[:3]...)
}

func TestACaseStaysClosedOverWhatIsAcceptedUntilItsDate(t *testing.T) {
	t.Parallel()
	w := newCaseWorld(t)
	w.below(w.closes()...)
}

// closes are the steps of a case: closed when nothing is left, open again and closed when something returns; and then
// what is accepted, and what can't be checked.
func (w *world) closes() []resource.TestStep {
	forgetful := slices.DeleteFunc(slices.Clone(caseKinds), func(kind string) bool { return kind == "keys" })
	settled := map[string]string{
		"okta/authenticators": "acknowledged" + fmt.Sprint(map[string]int{"acknowledged": 2, "observed": 7}), "okta/sessions": "acknowledged" + fmt.Sprint(map[string]int{"acknowledged": 1}),
		"okta/account": "observed" + fmt.Sprint(map[string]int{"observed": 1}), "okta/keys": "observed" + fmt.Sprint(map[string]int{"observed": 2}),
		"okta/group_membership": "observed" + fmt.Sprint(map[string]int{"observed": 5}), "attestation/badge": "attested" + fmt.Sprint(map[string]int{"attested": 1}),
	}
	with := func(changes map[string]string) map[string]string {
		changed := maps.Clone(settled)
		maps.Copy(changed, changes)
		return changed
	}
	tolerated := strings.Replace(exitOf(caseKinds, badge, fmt.Sprintf(`exceptions = {
    "okta/group_membership/%s" = { owner = "mei.tanaka@acme.example", reason = "hands over until Friday", until = "2026-11-27T00:00:00Z" }
  }`, w.org.GroupID("Project A"))), `resource "offboard_group_membership" "this" {`,
		fmt.Sprintf("resource \"offboard_group_membership\" \"this\" {\n  tolerate = { %q = \"2026-11-27T00:00:00Z\" }", w.org.GroupID("Project A")), 1)
	return []resource.TestStep{
		{
			// Nobody attested, and a resource forgotten: the plan says so, and the apply fails.
			Config:           w.config(exitOf(forgetful, badge) + attestationOf()),
			ConfigPlanChecks: before(expectOutstanding(heldOf(caseKinds...)...)),
			ExpectError:      only(true, `(?s)The case stays open.*Badge system.*attested_by.*jane-ci.*offboard_keys`),
		},
		{
			Config:           w.config(exitOf(caseKinds, badge) + attestationOf(said)),
			ConfigPlanChecks: before(expectOutstanding(append(heldOf("keys"), "Badge system: unattested (ask facilities@acme.example)")...)),
			Check: resource.ComposeAggregateTestCheckFunc(
				expectAssurances(settled),
				expectAttribute(theCase, "outstanding.%", "0"), expectAttribute(theCase, "coverage.expected", "6"), expectAttribute(theCase, "coverage.checked", "5"),
				expectAttribute(theCase, "coverage.attested", "1"), expectAttribute(theCase, "coverage.outstanding", "0"),
				expectEvidence(func(e evidence.Evidence) error {
					for _, control := range e.Controls {
						for _, grant := range control.Grants {
							if control.ID == "okta/keys" && (grant.RemovedBy != "offboard_keys" || grant.AbsentAt == nil || *grant.ElapsedSeconds < 3600 || !*grant.WithinSLA) {
								return fmt.Errorf("of the key: %+v", grant)
							}
						}
					}
					if e.Systems[0].Account != w.org.UserID(okta.Jane) || e.Systems[0].Status != "SUSPENDED" || e.Person != okta.Jane || e.Systems[0].Reader == "" {
						return fmt.Errorf("of the system: %+v", e.Systems)
					}
					return nil
				}),
			),
		},
		{
			PreConfig:        func() { w.clock.Advance(time.Hour); w.org.AddToGroup(okta.Jane, "Project A") },
			Config:           w.config(exitOf(caseKinds, badge) + attestationOf(said)),
			ConfigPlanChecks: before(expectOutstanding("Project A"), expectRows("offboard_group_membership.this", "Project A")),
			Check:            expectAssurances(with(map[string]string{"okta/group_membership": "observed" + fmt.Sprint(map[string]int{"observed": 6})})),
		},
		{
			// What somebody accepts stays, until it doesn't.
			PreConfig:        func() { w.clock.Advance(time.Hour); w.org.AddToGroup(okta.Jane, "Project A") },
			Config:           w.config(tolerated + attestationOf(said)),
			ConfigPlanChecks: before(expectRows("offboard_group_membership.this")),
			Check: resource.ComposeAggregateTestCheckFunc(
				expectAssurances(with(map[string]string{"okta/group_membership": "waived" + fmt.Sprint(map[string]int{"observed": 5, "waived": 1})})),
			),
		},
		{Config: w.config(tolerated + attestationOf(said)), ConfigPlanChecks: nothing},
		{
			PreConfig:        func() { w.clock.Advance(8 * 24 * time.Hour) },
			Config:           w.config(tolerated + attestationOf(said)),
			ConfigPlanChecks: before(expectOutstanding("Project A"), expectRows("offboard_group_membership.this", "Project A")),
			Check:            expectAssurances(with(map[string]string{"okta/group_membership": "observed" + fmt.Sprint(map[string]int{"observed": 6})})),
		},
		{
			// It could not be checked: neither open nor closed is said of it.
			PreConfig: func() {
				w.server.Inject(sandbox.Fault{Match: sandbox.PathMatch("/api/v1/api-tokens"), Do: sandbox.Status(http.StatusForbidden, `{}`)})
			},
			Config:      w.config(caseOf(badge) + attestationOf(said)),
			ExpectError: only(true, `(?s)Could not check access.*okta/keys`),
		},
		{
			PreConfig: func() { w.server.Heal() },
			Config:    w.config(caseOf(badge) + attestationOf(said)), Check: expectAttribute(theCase, "status", "closed"),
		},
	}
}

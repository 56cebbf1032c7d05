package provider_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/tfversion"

	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox/okta"
)

const groups = "offboard_group_membership.this"

var projects = []string{"Project A", "Project B", "Project C", "Project D", "Project E"}

// projectsExit is the exit of somebody who is in the five project groups.
func (w *world) projectsExit(arguments ...string) string {
	return w.config(imported("group_membership", okta.Projects, append(arguments, terminated)...))
}

func removal(r *http.Request) bool {
	return sandbox.All(sandbox.Method(http.MethodDelete), sandbox.PathMatch("/api/v1/groups/*/users/*"))(r)
}

func unwell(w http.ResponseWriter, r *http.Request, next http.Handler) {
	sandbox.Status(http.StatusInternalServerError, `{"errorCode":"E0000009","errorSummary":"Internal Server Error"}`)(w, r, next)
}

// Promise 1.

func TestAccessThatAppearsBetweenPlanAndApplyIsLeftAndNamedAndPlannedNext(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	writes := w.mark()
	w.run(
		resource.TestStep{
			Config: w.projectsExit(),
			ConfigPlanChecks: before(
				expectRows(groups, projects...),
				meanwhile(func() { w.org.AddToGroup(okta.Projects, "VPN users") }),
			),
			ExpectError: only(true, `Access appeared after the plan(.|\n)*VPN users`),
		},
		resource.TestStep{
			PreConfig: func() {
				w.check("what is still held", []string{"Everyone", "VPN users"}, w.org.Groups(okta.Projects))
				for _, write := range writes() {
					if strings.Contains(write, w.org.GroupID("VPN users")) {
						t.Errorf("what no plan had shown was touched: %s", write)
					}
				}
			},
			Config:           w.projectsExit(),
			ConfigPlanChecks: before(expectRows(groups, "VPN users")),
			Check:            expectAccess(groups),
		},
	)
}

func TestAccessThatWentBetweenPlanAndApplyIsNotAskedToGoAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	writes := w.mark()
	w.below(resource.TestStep{
		Config: w.projectsExit(),
		ConfigPlanChecks: before(
			expectRows(groups, projects...),
			meanwhile(func() { w.org.RemoveFromGroup(okta.Projects, "Project C") }),
		),
		Check: resource.ComposeTestCheckFunc(expectAccess(groups), expectAttribute(groups, "removed.%", "5")),
	})
	w.check("number of writes", 4, len(writes()))
}

// Promise 2 has a file of its own: unknown_test.go.

// Promise 3.

func TestARemovalThatOktaAgreedToAndDidNotMakeIsNotDone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.run(
		resource.TestStep{
			PreConfig: func() {
				w.server.Inject(sandbox.Fault{Match: removal, Do: sandbox.AnsweredNotDone(http.StatusNoContent)})
			},
			Config:      w.projectsExit(),
			ExpectError: only(true, `Access remains(.|\n)*agreed to remove it, and still\s+lists it`),
		},
		resource.TestStep{
			PreConfig:        w.server.Heal,
			Config:           w.projectsExit(),
			ConfigPlanChecks: before(expectRows(groups, projects...)),
			Check:            expectAccess(groups),
		},
	)
}

func TestARemovalThatOktaMadeAndCalledAFailureIsSeenDone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	one := sandbox.PathPrefix("/api/v1/groups/" + w.org.GroupID("Project C") + "/users/")
	w.server.Inject(sandbox.Fault{Match: sandbox.All(removal, one), Do: sandbox.DoneButStatus(http.StatusInternalServerError)})
	w.below(resource.TestStep{
		Config: w.projectsExit(),
		Check:  resource.ComposeTestCheckFunc(expectAccess(groups), expectAttribute(groups, "removed.%", "5")),
	})
}

func TestEventualConsistencyIsWaitedOut(t *testing.T) {
	t.Parallel()
	w := newWorldWith(t, okta.HandlerOptions{Lag: 4})
	w.below(resource.TestStep{
		Config: w.projectsExit(),
		Check:  resource.ComposeTestCheckFunc(expectAccess(groups), expectAttribute(groups, "removed.%", "5")),
	})
}

func TestWhatCanNotBeObservedIsAcknowledged(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const sessions = "offboard_sessions.this"
	w.below(
		resource.TestStep{
			Config: w.config(imported("sessions", okta.Jane, terminated)),
			Check: resource.ComposeTestCheckFunc(
				expectAccess(sessions),
				expectAttribute(sessions, "removed.sessions.assurance", "acknowledged"),
				expectAttribute(sessions, "removed.sessions.at", "2026-11-20T09:00:00Z"),
			),
		},
		resource.TestStep{
			// Nobody signed in, so that Okta still tells of the last sign-in is no reason to end it again.
			Config:           w.config(imported("sessions", okta.Jane, terminated)),
			ConfigPlanChecks: nothing,
		},
	)
	w.check("sessions", 0, w.org.Sessions(okta.Jane))
	w.check("remembered browsers", 0, w.org.RememberedBrowsers(okta.Jane))
}

// Promise 5.

func TestWhenOktaFailsFromTheThirdRemovalOfFiveOnStateHoldsThree(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.run(
		resource.TestStep{
			PreConfig:   func() { w.server.Inject(sandbox.Fault{Match: removal, After: 2, Do: unwell}) },
			Config:      w.projectsExit(),
			ExpectError: only(true, "Access remains"),
		},
		resource.TestStep{
			PreConfig: func() {
				w.check("what is still held", 4, len(w.org.Groups(okta.Projects))) // Three, and Everyone.
				w.server.Heal()
			},
			Config: w.projectsExit(),
			ConfigPlanChecks: before(
				plancheck.ExpectResourceAction(groups, plancheck.ResourceActionUpdate), // Not tainted.
				planCheck(func(req plancheck.CheckPlanRequest) error {
					if going := rows(req, groups); len(going) != 3 {
						return fmt.Errorf("the plan shows %v, want three rows", going)
					}
					return nil
				}),
			),
			Check: resource.ComposeTestCheckFunc(expectAccess(groups), expectAttribute(groups, "removed.%", "5")),
		},
	)
}

func TestStateHoldsWhatIsLeftAsSoonAsTheApplyHasEnded(t *testing.T) {
	t.Parallel()
	s := newShell(t, map[string]string{"main.tf": head + imported("group_membership", okta.Projects, terminated)})
	s.do(0, "init")
	s.server.Inject(sandbox.Fault{Match: removal, After: 2, Do: sandbox.Status(http.StatusForbidden, `{"errorCode":"E0000006","errorSummary":"No."}`)})
	s.says(s.do(1, "apply", "-no-color", "-auto-approve"), "Access remains", "State keeps the row")
	var state struct {
		Resources []struct {
			Instances []struct {
				Status     string
				Attributes struct{ Access, Removed map[string]any }
			}
		}
	}
	if err := json.Unmarshal([]byte(s.read("terraform.tfstate")), &state); err != nil {
		t.Fatal(err)
	}
	instance := state.Resources[0].Instances[0]
	if len(instance.Attributes.Access) != 3 || len(instance.Attributes.Removed) != 2 || instance.Status != "" {
		t.Errorf("state holds %v, removed %v, and is %q", instance.Attributes.Access, instance.Attributes.Removed, instance.Status)
	}
}

func TestOneRemovalThatAlwaysFailsDoesNotKeepTheOthers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	stuck := sandbox.PathPrefix("/api/v1/groups/" + w.org.GroupID("Project C") + "/users/")
	w.below(
		resource.TestStep{
			PreConfig:   func() { w.server.Inject(sandbox.Fault{Match: sandbox.All(removal, stuck), Do: unwell}) },
			Config:      w.projectsExit(),
			ExpectError: only(true, `Access remains(.|\n)*Project C`),
		},
		resource.TestStep{
			PreConfig:        w.server.Heal,
			Config:           w.projectsExit(),
			ConfigPlanChecks: before(expectRows(groups, "Project C")),
			Check:            expectAccess(groups),
		},
	)
}

func TestAnExitThatRunsOutOfTimeSavesHowFarItGot(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	exit := w.projectsExit(`timeouts = { update = "3s" }`)
	w.below(
		resource.TestStep{
			PreConfig:   func() { w.server.Inject(sandbox.Fault{Match: removal, After: 2, Do: sandbox.Hang()}) },
			Config:      exit,
			ExpectError: only(true, `(?s)Access remains.*time\s+ran\s+out`),
		},
		resource.TestStep{
			PreConfig: w.server.Heal,
			Config:    exit,
			ConfigPlanChecks: before(planCheck(func(req plancheck.CheckPlanRequest) error {
				if going := rows(req, groups); len(going) != 3 {
					return fmt.Errorf("the plan shows %v, want three rows", going)
				}
				return nil
			})),
			Check: resource.ComposeTestCheckFunc(expectAccess(groups), expectAttribute(groups, "removed.%", "5")),
		},
	)
}

func TestWhatCouldNotBeVerifiedStaysInStateUntilItIsSeenGone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	removed := false
	w.below(
		resource.TestStep{
			PreConfig: func() {
				w.server.Inject(sandbox.Fault{
					Match: func(r *http.Request) bool {
						removed = removed || removal(r)
						return removed && r.Method == http.MethodGet
					},
					Do: unwell,
				})
			},
			Config:      w.projectsExit(),
			ExpectError: only(true, "Could not verify"),
		},
		resource.TestStep{
			PreConfig: func() { removed = false; w.server.Heal() },
			Config:    w.projectsExit(),
			// The refresh sees that all of it is gone, and says so in removed.
			ConfigPlanChecks: nothing,
			Check:            resource.ComposeTestCheckFunc(expectAccess(groups), expectAttribute(groups, "removed.%", "5")),
		},
	)
}

// Promise 6.

func TestNothingIsGivenBackByGoingBackToNotTerminated(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var writes func() []string
	w.below(
		resource.TestStep{Config: w.projectsExit(), Check: expectAccess(groups)},
		resource.TestStep{
			PreConfig: func() { writes = w.mark() },
			Config:    w.config(one("group_membership", okta.Projects)),
			Check:     resource.ComposeTestCheckFunc(expectAccess(groups), expectAttribute(groups, "removed.%", "5")),
		},
		resource.TestStep{
			// And what they get then is watched, and not planned to go.
			PreConfig:        func() { w.org.AddToGroup(okta.Projects, "VPN users") },
			Config:           w.config(one("group_membership", okta.Projects)),
			ConfigPlanChecks: nothing,
			Check:            expectAccess(groups, "VPN users"),
		},
	)
	w.check("writes", []string(nil), writes())
}

func TestDestroyingAndRemovingTheBlockOnlyStopWatching(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	held := w.org.Groups(okta.Projects)
	writes := w.mark()
	w.run(
		resource.TestStep{Config: w.config(one("group_membership", okta.Projects)), Check: expectAccess(groups, projects...)},
		resource.TestStep{
			Config:           w.config(""),
			ConfigPlanChecks: before(plancheck.ExpectResourceAction(groups, plancheck.ResourceActionDestroy)),
		},
		resource.TestStep{Config: w.config(one("group_membership", okta.Projects)), Destroy: true},
	)
	w.check("writes", []string(nil), writes())
	w.check("groups", held, w.org.Groups(okta.Projects))
}

// Adoption.

func TestCreatingAdoptsAndTheNextPlanShowsTheRows(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	exit := w.config(one("group_membership", okta.Projects, terminated))
	writes := w.mark()
	w.below(
		resource.TestStep{
			Config:             exit,
			ConfigPlanChecks:   before(plancheck.ExpectResourceAction(groups, plancheck.ResourceActionCreate), expectRows(groups)),
			Check:              expectAccess(groups, projects...),
			ExpectNonEmptyPlan: true,
		},
		resource.TestStep{
			PreConfig:        func() { w.check("writes by creating", []string(nil), writes()) },
			Config:           exit,
			ConfigPlanChecks: before(expectRows(groups, projects...)),
			Check:            expectAccess(groups),
		},
	)
}

func TestImportAndExitAreOnePlan(t *testing.T) {
	t.Parallel()
	identity := "import {\n  to = offboard_group_membership.this\n  identity = {\n    system = \"okta\"\n    person = %q\n  }\n}\n\n"
	for name, c := range map[string]struct {
		config func(*world) string
		skip   []tfversion.TerraformVersionCheck
	}{
		"by id": {config: func(w *world) string { return w.projectsExit() }},
		"by identity": {
			config: func(w *world) string {
				return w.config(fmt.Sprintf(identity, okta.Projects) + one("group_membership", okta.Projects, terminated))
			},
			skip: []tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_12_0)},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.runOn(c.skip, resource.TestStep{
				Config: c.config(w),
				ConfigPlanChecks: before(
					expectRows(groups, projects...),
					planCheck(func(req plancheck.CheckPlanRequest) error {
						for _, change := range req.Plan.ResourceChanges {
							if change.Address == groups && change.Change.Importing == nil {
								return fmt.Errorf("%s is not imported", groups)
							}
						}
						return nil
					}),
				),
				Check: expectAccess(groups),
			})
		})
	}
}

func TestTheStateThatAnImportMakesIsTheOneThatCreatingMakes(t *testing.T) {
	t.Parallel()
	t.Run("okta", func(t *testing.T) { t.Parallel(); importsAll(newWorld(t), "okta", every) })
	t.Run("google", func(t *testing.T) { t.Parallel(); importsAll(newGoogleWorld(t), "google", everyInGoogle) })
}

func importsAll[C company](w *world, system string, kinds map[string]life[C]) {
	w.Helper()
	steps := []resource.TestStep{{}}
	var body string
	for kind, c := range kinds {
		body += oneIn(system, kind, okta.Jane, c.arguments...)
		ignore := []string{"timeouts"}
		for _, argument := range c.arguments {
			name, _, _ := strings.Cut(argument, " ")
			ignore = append(ignore, name)
		}
		steps = append(steps, resource.TestStep{
			ResourceName: "offboard_" + kind + ".this", ImportState: true, ImportStateId: system + "/" + okta.Jane, ImportStateVerify: true,
			ImportStateVerifyIdentifierAttribute: "person", ImportStateVerifyIgnore: ignore,
		})
	}
	steps[0].Config = w.config(body)
	w.below(steps...)
}

// Where access comes from.

func TestARuleManagedMembershipSaysItsRuleAndExcludesThePersonFromIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.below(resource.TestStep{
		Config:           w.config(imported("group_membership", "omar.haddad@acme.example", terminated)),
		ConfigPlanChecks: before(expectRows(groups, "Engineering (rule: Engineering by department)", "GitHub users", "Project E", "VPN users")),
		Check:            expectAccess(groups),
	})
	excluded := w.org.Excluded("Engineering by department")
	w.check("is excluded from the rule", true, contains(excluded, okta.Omar))
	// The rule runs again, and leaves them out.
	w.org.SetRuleStatus("Engineering by department", "INACTIVE")
	w.org.SetRuleStatus("Engineering by department", "ACTIVE")
	w.check("groups", []string{"Everyone"}, w.org.Groups(okta.Omar))
}

func TestARuleThatCanExcludeNobodyMoreIsNamed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.below(resource.TestStep{
		Config:      w.config(imported("group_membership", okta.Unexcludable, terminated)),
		ExpectError: only(true, `Access remains(.|\n)*Finance by department(.|\n)*exclusions\s+is\s+full`),
	})
}

func TestAnImportedGroupStaysAndTheErrorNamesItsSource(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	exit := w.config(imported("group_membership", okta.Imported, terminated))
	imports := []string{"CORP Developers (imported from Corp AD)", "CORP Domain Users (imported from Corp AD)"}
	w.below(
		resource.TestStep{
			Config:           exit,
			ConfigPlanChecks: before(expectRows(groups, append(imports, "Engineering (rule: Engineering by department)")...)),
			ExpectError:      only(true, `Access remains(.|\n)*imported from\s+Corp AD`),
		},
		resource.TestStep{
			Config:           exit,
			ConfigPlanChecks: before(expectRows(groups, imports...)),
			ExpectError:      only(true, "Access remains"),
		},
		resource.TestStep{
			// The directory's administrator does it.
			PreConfig: func() {
				w.org.RemoveFromGroup(okta.Imported, "CORP Developers")
				w.org.RemoveFromGroup(okta.Imported, "CORP Domain Users")
			},
			Config:           exit,
			ConfigPlanChecks: nothing,
			Check:            resource.ComposeTestCheckFunc(expectAccess(groups), expectAttribute(groups, "removed.%", "3")),
		},
	)
}

func TestARoleOrAnApplicationThatComesWithAGroupStaysWhileTheGroupDoes(t *testing.T) {
	t.Parallel()
	for kind, stays := range map[string]string{
		"role_assignments": "Organizational Administrator (via group: IT operators)",
		"app_assignments":  "Jira (via group: IT operators)",
	} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.org.RemoveFromGroup(okta.Jane, "GitHub users")
			address := "offboard_" + kind + ".this"
			w.below(
				resource.TestStep{
					Config:      w.config(imported(kind, okta.Jane, terminated)),
					ExpectError: only(true, `Access remains(.|\n)*IT\s+operators(.|\n)*offboard_group_membership`),
				},
				resource.TestStep{
					Config:           w.config(imported(kind, okta.Jane, terminated)),
					ConfigPlanChecks: before(expectRows(address, stays)),
					ExpectError:      only(true, "Access remains"),
				},
				resource.TestStep{
					PreConfig:        func() { w.org.RemoveFromGroup(okta.Jane, "IT operators") },
					Config:           w.config(imported(kind, okta.Jane, terminated)),
					ConfigPlanChecks: nothing,
					Check:            resource.ComposeTestCheckFunc(expectAccess(address), resource.TestCheckResourceAttrSet(address, "removed.%")),
				},
			)
		})
	}
}

// Exceptions.

func TestWhatIsToleratedStaysUntilItsDate(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	tolerate := fmt.Sprintf("tolerate = {\n    %q = \"2026-12-10T00:00:00Z\"\n  }", w.org.GroupID("Project C"))
	w.below(
		resource.TestStep{
			Config:           w.projectsExit(tolerate),
			ConfigPlanChecks: before(expectRows(groups, "Project A", "Project B", "Project D", "Project E")),
			Check:            expectAccess(groups, "Project C"),
		},
		resource.TestStep{
			PreConfig:        func() { w.clock.Advance(19 * 24 * time.Hour) }, // 9 December.
			Config:           w.projectsExit(tolerate),
			ConfigPlanChecks: nothing,
		},
		resource.TestStep{
			PreConfig:        func() { w.clock.Advance(24 * time.Hour) },
			Config:           w.projectsExit(tolerate),
			ConfigPlanChecks: before(expectRows(groups, "Project C")),
			Check:            expectAccess(groups),
		},
	)
}

func TestAnExceptionThatEndsBetweenPlanAndApplyIsLeftForTheNextPlan(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	tolerate := fmt.Sprintf("tolerate = {\n    %q = \"2026-11-20T10:00:00Z\"\n  }", w.org.GroupID("Project C"))
	w.below(
		resource.TestStep{
			Config: w.projectsExit(tolerate),
			ConfigPlanChecks: before(
				expectRows(groups, "Project A", "Project B", "Project D", "Project E"),
				meanwhile(func() { w.clock.Advance(2 * time.Hour) }),
			),
			Check:              expectAccess(groups, "Project C"),
			ExpectNonEmptyPlan: true,
		},
		resource.TestStep{
			Config:           w.projectsExit(tolerate),
			ConfigPlanChecks: before(expectRows(groups, "Project C")),
			Check:            expectAccess(groups),
		},
	)
}

func contains(list []string, want string) bool {
	for _, s := range list {
		if s == want {
			return true
		}
	}
	return false
}

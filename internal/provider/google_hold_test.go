package provider_test

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/tfversion"

	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox/google"
)

const (
	legalHold = "offboard_legal_hold.this"
	ownMatter = "Legal hold: " + google.Jane
	mailHold  = ownMatter + " (mail)"
	driveHold = ownMatter + " (drive)"
	chatHold  = ownMatter + " (chat)"
	released  = "released = true"
)

// held is a legal hold of Jane.
func held(arguments ...string) string {
	return oneIn("google", "legal_hold", google.Jane, arguments...)
}

// onHold are the rows of a hold of these kinds of data, as this resource names them.
func onHold(data ...string) map[string]string {
	rows := map[string]string{}
	for _, d := range data {
		rows[d] = fmt.Sprintf("%s (%s)", ownMatter, d)
	}
	return rows
}

var everythingHeld = onHold("mail", "drive", "chat")

// expectHolds checks what a plan shows of the rows of holds: what comes, and what goes.
func expectHolds(come, leave map[string]string) plancheck.PlanCheck {
	return planCheck(func(req plancheck.CheckPlanRequest) error {
		for _, change := range req.Plan.ResourceChanges {
			if change.Address != legalHold {
				continue
			}
			before, after := holdsOf(change.Change.Before), holdsOf(change.Change.After)
			coming, going := maps.Clone(after), maps.Clone(before)
			maps.DeleteFunc(coming, func(data, row string) bool { return before[data] == row })
			maps.DeleteFunc(going, func(data, row string) bool { return after[data] == row })
			if diff := cmp.Diff([]map[string]string{come, leave}, []map[string]string{coming, going}); diff != "" {
				return fmt.Errorf("the plan shows these rows coming and going (- want, + got):\n%s", diff)
			}
			return nil
		}
		return fmt.Errorf("the plan does not have %s", legalHold)
	})
}

var noHolds = map[string]string{}

func holdsOf(object any) map[string]string {
	rows := map[string]string{}
	attributes, _ := object.(map[string]any)
	holds, _ := attributes["holds"].(map[string]any)
	for data, row := range holds {
		rows[data] = fmt.Sprint(row)
	}
	return rows
}

// expectHeld checks the rows of the state.
func expectHeld(rows map[string]string) resource.TestCheckFunc {
	return func(s *terraformState) error {
		got := map[string]string{}
		for key, value := range s.RootModule().Resources[legalHold].Primary.Attributes {
			if data, ok := strings.CutPrefix(key, "holds."); ok && data != "%" {
				got[data] = value
			}
		}
		if diff := cmp.Diff(rows, got); diff != "" {
			return fmt.Errorf("on hold (- want, + got):\n%s", diff)
		}
		return nil
	}
}

// writesTo are the requests since a mark that change something in Vault, with their ids left out.
func (w *world) writesTo(writes func() []string) (list []string) {
	for _, write := range writes() {
		method, path, _ := strings.Cut(write, " ")
		parts := strings.Split(path, "/")
		for i := range parts {
			if i > 0 && slices.Contains([]string{"matters", "holds", "accounts"}, parts[i-1]) {
				parts[i] = "*"
			}
		}
		list = append(list, method+" "+strings.Join(parts, "/"))
	}
	return list
}

const (
	makeMatter = "POST /v1/matters"
	makeHold   = "POST /v1/matters/*/holds"
	endHold    = "DELETE /v1/matters/*/holds/*"
)

func TestALegalHoldIsShownThenPlacedThenWatchedThenPlacedAgainAndEndsOnlyWhenItIsReleased(t *testing.T) {
	t.Parallel()
	w := newGoogleWorld(t)
	writes := w.mark()
	others := w.tenant.AllHolds()
	again := func(come map[string]string, check ...resource.TestCheckFunc) resource.TestStep {
		return resource.TestStep{
			Config: w.config(held()), ConfigPlanChecks: before(expectHolds(come, noHolds), plancheck.ExpectResourceAction(legalHold, plancheck.ResourceActionUpdate)),
			Check: resource.ComposeAggregateTestCheckFunc(append(check, expectHeld(everythingHeld))...),
		}
	}
	after := func(do func(), step resource.TestStep) resource.TestStep {
		step.PreConfig = do
		return step
	}
	w.below(
		resource.TestStep{
			Config: w.config(held()), ConfigPlanChecks: before(expectHolds(everythingHeld, noHolds)),
			Check: resource.ComposeAggregateTestCheckFunc(
				expectHeld(everythingHeld), expectAttribute(legalHold, "account", w.tenant.UserID(google.Jane)), expectAttribute(legalHold, "matter_name", ownMatter),
				expectAttribute(legalHold, "since.mail", "2026-11-20T09:00:00Z"), expectAttribute(legalHold, "covered_by.%", "0"),
				func(*terraformState) error {
					w.check("writes", []string{makeMatter, makeHold, makeHold, makeHold}, w.writesTo(writes))
					w.check("holds", []string{chatHold, driveHold, mailHold}, w.tenant.Holds(ownMatter))
					writes = w.mark()
					return nil
				}),
		},
		resource.TestStep{Config: w.config(held()), ConfigPlanChecks: nothing},
		after(func() { w.tenant.ReleaseHold(ownMatter, mailHold) }, again(onHold("mail"), func(*terraformState) error {
			w.check("writes after one was released", []string{makeHold}, w.writesTo(writes))
			writes = w.mark()
			return nil
		})),
		after(func() { w.tenant.CloseMatter(ownMatter) }, again(everythingHeld, expectAttribute(legalHold, "matter_name", ownMatter+" (2)"), func(*terraformState) error {
			w.check("writes after the matter was closed", []string{makeMatter, makeHold, makeHold, makeHold}, w.writesTo(writes))
			return nil
		})),
		after(func() { w.tenant.DeleteMatter(ownMatter + " (2)") }, again(everythingHeld, expectAttribute(legalHold, "matter_name", ownMatter+" (3)"))),
		resource.TestStep{
			PreConfig: func() { writes = w.mark() },
			Config:    w.config(held(released)), ConfigPlanChecks: before(expectHolds(noHolds, everythingHeld)),
			Check: resource.ComposeAggregateTestCheckFunc(expectHeld(noHolds), func(*terraformState) error {
				w.check("writes to release", []string{endHold, endHold, endHold}, w.writesTo(writes))
				w.check("holds", others, w.tenant.AllHolds())
				return nil
			}),
		},
		resource.TestStep{Config: w.config(held(released)), ConfigPlanChecks: nothing},
		// Held again, which is then destroyed.
		again(everythingHeld, func(*terraformState) error { writes = w.mark(); return nil }),
	)
	w.check("writes by destroying", []string(nil), writes())
	w.check("holds after destroying", []string{chatHold, driveHold, mailHold}, w.tenant.Holds(ownMatter+" (3)"))
	w.check("is held", true, w.tenant.IsHeld(google.Jane))
}

func TestWithLessDataTheRestIsReleasedAndWithMoreItIsPlaced(t *testing.T) {
	t.Parallel()
	w := newGoogleWorld(t)
	writes := w.mark()
	w.run(
		resource.TestStep{Config: w.config(held()), Check: expectHeld(everythingHeld)},
		resource.TestStep{
			PreConfig: func() { writes = w.mark() },
			Config:    w.config(held(`data = ["mail", "drive"]`)), ConfigPlanChecks: before(expectHolds(noHolds, onHold("chat"))),
			Check: resource.ComposeAggregateTestCheckFunc(expectHeld(onHold("mail", "drive")), func(*terraformState) error {
				w.check("writes", []string{endHold}, w.writesTo(writes))
				writes = w.mark()
				return nil
			}),
		},
		resource.TestStep{Config: w.config(held(`data = ["mail", "drive"]`)), ConfigPlanChecks: nothing},
		resource.TestStep{
			// One comes and one goes.
			Config: w.config(held(`data = ["mail", "chat"]`)), ConfigPlanChecks: before(expectHolds(onHold("chat"), onHold("drive"))),
			Check: resource.ComposeAggregateTestCheckFunc(expectHeld(onHold("mail", "chat")), func(*terraformState) error {
				w.check("writes", []string{makeHold, endHold}, w.writesTo(writes))
				return nil
			}),
		},
	)
	w.check("holds", []string{chatHold, mailHold}, w.tenant.Holds(ownMatter))
}

func TestAHoldInAGivenMatterIsPlacedThereAndAMatterThatCanNotBeUsedIsToldByThePlan(t *testing.T) {
	t.Parallel()
	for name, matter := range map[string]func(*world) string{
		"by name": func(*world) string { return google.Audit },
		"by id":   func(w *world) string { return w.tenant.MatterID(google.Audit) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newGoogleWorld(t)
			writes, given := w.mark(), fmt.Sprintf("matter = %q", matter(w))
			w.below(
				resource.TestStep{
					Config: w.config(held(given)), ConfigPlanChecks: before(expectHolds(everythingHeld, noHolds)),
					Check: resource.ComposeAggregateTestCheckFunc(expectHeld(everythingHeld), expectAttribute(legalHold, "matter_name", google.Audit)),
				},
				resource.TestStep{
					// Under another name it is the same matter.
					PreConfig: func() { w.tenant.RenameMatter(google.Audit, "Audit"); w.tenant.ReleaseHold("Audit", mailHold) },
					Config:    w.config(held(given)), ConfigPlanChecks: before(expectHolds(onHold("mail"), noHolds)),
					Check: resource.ComposeAggregateTestCheckFunc(expectHeld(everythingHeld), expectAttribute(legalHold, "matter_name", "Audit")),
				},
				resource.TestStep{
					PreConfig: func() { w.tenant.CloseMatter("Audit") },
					Config:    w.config(held(given)), ConfigPlanChecks: before(expectHolds(everythingHeld, noHolds)),
					ExpectError: only(true, `(?s)Nobody was put on hold.*(is\s+not\s+open|there\s+is\s+none)`),
				},
			)
			w.check("writes", []string{makeHold, makeHold, makeHold, makeHold}, w.writesTo(writes))
		})
	}
	for name, c := range map[string]struct {
		prepare func(*google.Tenant)
		matter  string
		pattern string
	}{
		"none of that name": {func(*google.Tenant) {}, "No such matter", `(?s)matter\s+can't\s+be\s+used.*there\s+is\s+none`},
		"closed":            {func(x *google.Tenant) { x.CloseMatter(google.Audit) }, google.Audit, `(?s)matter\s+can't\s+be\s+used.*not\s+open.*Reopen`},
		"two of that name":  {func(x *google.Tenant) { x.OpenMatter(google.Audit) }, google.Audit, `(?s)matter\s+can't\s+be\s+used.*several\s+of\s+that\s+name`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newGoogleWorld(t)
			c.prepare(w.tenant)
			w.refused(w.config(held(fmt.Sprintf("matter = %q", c.matter))), c.pattern)
		})
	}
}

func TestWhoCanNotBeHeldIsToldAndTheSuspendedAndArchivedCan(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ person, pattern string }{
		"nobody by that address": {google.Stranger, `(?s)nobody\s+to\s+put\s+on\s+hold.*20\s+days`},
		"deleted":                {google.Deleted, `(?s)nobody\s+to\s+put\s+on\s+hold.*20\s+days`},
		"an alias":               {google.JaneAlias, `(?s)is\s+an\s+alias.*` + google.Jane},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newGoogleWorld(t)
			w.refused(w.config(oneIn("google", "legal_hold", c.person)), c.pattern)
		})
	}
	w := newGoogleWorld(t)
	w.below(resource.TestStep{
		Config: w.config(oneIn("google", "legal_hold", google.Suspended) + strings.Replace(oneIn("google", "legal_hold", google.Archived), "this", "archived", 1)),
		Check: resource.ComposeAggregateTestCheckFunc(expectAttribute(legalHold, "holds.%", "3"),
			expectAttribute("offboard_legal_hold.archived", "holds.%", "3")),
	})
}

func TestAnAccountThatIsDeletedIsNoLongerHeldAndThatIsAnError(t *testing.T) {
	t.Parallel()
	w := newGoogleWorld(t)
	w.below(
		resource.TestStep{Config: w.config(held()), Check: expectHeld(everythingHeld)},
		resource.TestStep{
			PreConfig: func() { w.tenant.Delete(google.Jane) },
			Config:    w.config(held()), ExpectError: only(true, `(?s)nobody\s+to\s+put\s+on\s+hold.*no\s+longer\s+there.*20\s+days`),
		},
		resource.TestStep{Config: w.config(held(released)), Check: expectHeld(noHolds)},
	)
}

func TestWithoutAVaultLicenceTheRefusalIsExplainedAndNothingIsSaved(t *testing.T) {
	t.Parallel()
	w := newGoogleWorld(t)
	w.tenant.TakeVaultLicence(google.Jane)
	w.below(
		resource.TestStep{Config: w.config(held()), ExpectError: only(true, `(?s)Not\s+on\s+hold.*Vault\s+license.*licence\s+that\s+includes\s+Vault`)},
		resource.TestStep{
			PreConfig: w.tenant.GiveVaultLicences,
			Config:    w.config(held()),
			ConfigPlanChecks: before(expectHolds(everythingHeld, noHolds),
				plancheck.ExpectResourceAction(legalHold, plancheck.ResourceActionCreate)),
			Check: expectHeld(everythingHeld),
		},
	)
	w.check("matters", 1, len(slices.DeleteFunc(w.tenant.Matters(), func(name string) bool { return !strings.HasPrefix(name, ownMatter) })))
}

func TestHalfAHoldIsSavedAndTheNextPlanShowsExactlyTheRest(t *testing.T) {
	t.Parallel()
	w := newGoogleWorld(t)
	fault := func(after int) func() {
		return func() {
			w.server.Inject(sandbox.Fault{
				Match: sandbox.All(sandbox.Method(http.MethodPost), sandbox.PathMatch("/v1/matters/*/holds")), After: after,
				Do: sandbox.Status(http.StatusForbidden, `{"error":{"code":403,"message":"The caller does not have permission","status":"PERMISSION_DENIED"}}`),
			})
		}
	}
	writes := w.mark()
	w.below(
		resource.TestStep{
			PreConfig: fault(1),
			Config:    w.config(held()), ExpectError: only(true, `(?s)Not\s+on\s+hold.*Manage\s+Matters\s+and\s+Manage\s+Holds`),
		},
		resource.TestStep{
			// The first of them is there.
			PreConfig: func() { w.server.Heal(); writes = w.mark() },
			Config:    w.config(held()), ConfigPlanChecks: before(expectHolds(onHold("drive", "mail"), noHolds)),
			Check: resource.ComposeAggregateTestCheckFunc(expectHeld(everythingHeld), func(*terraformState) error {
				w.check("writes", []string{makeHold, makeHold}, w.writesTo(writes))
				return nil
			}),
		},
		resource.TestStep{
			// And half of an update.
			PreConfig: func() { w.tenant.ReleaseHolds(ownMatter); fault(2)() },
			Config:    w.config(held()), ExpectError: only(true, `(?s)Not\s+on\s+hold`),
		},
		resource.TestStep{
			PreConfig: w.server.Heal,
			Config:    w.config(held()),
			ConfigPlanChecks: before(expectHolds(onHold("mail"), noHolds),
				plancheck.ExpectResourceAction(legalHold, plancheck.ResourceActionUpdate)),
			Check: expectHeld(everythingHeld),
		},
		resource.TestStep{
			// And half of a release: the rows that stay are kept.
			PreConfig: func() {
				w.server.Inject(sandbox.Fault{
					Match: sandbox.Method(http.MethodDelete), After: 2,
					Do: sandbox.Status(http.StatusForbidden, `{"error":{"code":403,"message":"The caller does not have permission","status":"PERMISSION_DENIED"}}`),
				})
			},
			Config: w.config(held(released)), ExpectError: only(true, `(?s)Still\s+on\s+hold`),
		},
		resource.TestStep{
			PreConfig: w.server.Heal,
			Config:    w.config(held(released)), ConfigPlanChecks: before(expectHolds(noHolds, onHold("mail"))), Check: expectHeld(noHolds),
		},
	)
}

func TestAHoldOfWhichNobodyKnowsWhetherItWasPlacedIsNotPlacedTwice(t *testing.T) {
	t.Parallel()
	for name, do := range map[string]func(http.ResponseWriter, *http.Request, http.Handler){
		"done, and answered with an error": sandbox.DoneButStatus(http.StatusServiceUnavailable),
		"done, and not answered in JSON":   sandbox.NotJSON(),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newGoogleWorld(t)
			w.server.Inject(sandbox.Fault{Match: sandbox.All(sandbox.Method(http.MethodPost), sandbox.PathPrefix("/v1/matters")), Do: do})
			writes := w.mark()
			w.below(resource.TestStep{Config: w.config(held()), Check: expectHeld(everythingHeld)})
			w.check("writes", []string{makeMatter, makeHold, makeHold, makeHold}, w.writesTo(writes))
			w.check("holds", []string{chatHold, driveHold, mailHold}, w.tenant.Holds(ownMatter))
		})
	}
	t.Run("not done, and not answered", func(t *testing.T) {
		t.Parallel()
		w := newGoogleWorld(t)
		w.server.Inject(sandbox.Fault{
			Match: sandbox.All(sandbox.Method(http.MethodPost), sandbox.PathMatch("/v1/matters/*/holds")), Times: 1, Do: sandbox.ResetConnection(),
		})
		writes := w.mark()
		w.below(
			resource.TestStep{Config: w.config(held()), ExpectError: only(true, `(?s)Not\s+on\s+hold.*chat.*No\s+answer`)},
			resource.TestStep{Config: w.config(held()), ConfigPlanChecks: before(expectHolds(onHold("chat"), noHolds)), Check: expectHeld(everythingHeld)},
		)
		w.check("writes", []string{makeMatter, makeHold, makeHold, makeHold, makeHold}, w.writesTo(writes))
	})
}

func TestAHoldThatCanNotBeLookedAtIsNeitherGoneNorThere(t *testing.T) {
	t.Parallel()
	w := newGoogleWorld(t)
	const matterPath, holdPath = "/v1/matters/*", "/v1/matters/*/holds/*"
	steps := []resource.TestStep{{Config: w.config(held()), Check: expectHeld(everythingHeld)}}
	var writes func() []string
	for _, c := range []struct {
		path    string
		do      func(http.ResponseWriter, *http.Request, http.Handler)
		pattern string
	}{
		{matterPath, sandbox.Status(http.StatusForbidden, `{"error":{"code":403,"message":"The caller does not have permission","status":"PERMISSION_DENIED"}}`), `(?s)Could\s+not\s+check\s+a\s+legal\s+hold.*permission`},
		{matterPath, sandbox.Status(http.StatusOK, `{}`), `(?s)Could\s+not\s+check\s+a\s+legal\s+hold.*another\s+matter`},
		{matterPath, sandbox.HTML404(), `Could\s+not\s+check\s+a\s+legal\s+hold`},
		{holdPath, sandbox.Status(http.StatusForbidden, `{"error":{"code":403,"message":"The caller does not have permission","status":"PERMISSION_DENIED"}}`), `(?s)Could\s+not\s+check\s+a\s+legal\s+hold.*permission`},
		{holdPath, sandbox.Status(http.StatusServiceUnavailable, `{"error":{"code":503,"message":"unwell","status":"UNAVAILABLE"}}`), `(?s)Could\s+not\s+check\s+a\s+legal\s+hold.*unwell`},
		{holdPath, sandbox.Status(http.StatusOK, `{"holdId":"1","name":"x","corpus":"MAIL"}`), `(?s)Could\s+not\s+check\s+a\s+legal\s+hold.*another\s+hold`},
		{holdPath, sandbox.EmptyBody(), `Could\s+not\s+check\s+a\s+legal\s+hold`},
		{"/v1/matters", sandbox.HTML404(), `Could\s+not\s+check\s+which\s+other\s+holds`},
	} {
		steps = append(steps, resource.TestStep{
			PreConfig: func() {
				w.server.Heal()
				w.server.Inject(sandbox.Fault{Match: sandbox.All(sandbox.Method(http.MethodGet), sandbox.PathMatch(c.path)), Do: c.do})
			},
			Config: w.config(held()), PlanOnly: true, ExpectError: only(true, c.pattern),
		})
	}
	steps[1].PreConfig = func(next func()) func() { return func() { writes = w.mark(); next() } }(steps[1].PreConfig)
	w.below(append(steps, resource.TestStep{PreConfig: w.server.Heal, Config: w.config(held()), ConfigPlanChecks: nothing, Check: expectHeld(everythingHeld)})...)
	w.check("writes", []string(nil), writes())
}

func TestAHoldThatWasNarrowedOrTakenOffThePersonIsSeen(t *testing.T) {
	t.Parallel()
	w := newGoogleWorld(t)
	narrowed := map[string]string{"mail": mailHold + " (only what matches a search)"}
	var writes func() []string
	w.below(
		resource.TestStep{Config: w.config(held()), Check: expectHeld(everythingHeld)},
		resource.TestStep{
			PreConfig: func() {
				w.tenant.AddToHold(ownMatter, driveHold, google.Omar)
				w.tenant.TakeOffHold(ownMatter, driveHold, google.Jane)
				writes = w.mark()
			},
			Config: w.config(held()), ConfigPlanChecks: before(expectHolds(onHold("drive"), noHolds)), Check: expectHeld(everythingHeld),
		},
		resource.TestStep{
			PreConfig: func() {
				w.check("writes", []string{"POST /v1/matters/*/holds/*/accounts"}, w.writesTo(writes))
				w.tenant.NarrowHold(ownMatter, mailHold, "from:ceo")
			},
			Config: w.config(held()), ConfigPlanChecks: before(expectHolds(onHold("mail"), narrowed)),
			ExpectError: only(true, `(?s)Not\s+on\s+hold.*only\s+what\s+matches\s+a\s+search.*changed\s+by\s+somebody\s+in\s+Vault`),
		},
		resource.TestStep{
			PreConfig: func() { writes = w.mark() },
			Config:    w.config(held(released)),
			ConfigPlanChecks: before(expectHolds(noHolds, map[string]string{
				"mail": narrowed["mail"], "drive": driveHold, "chat": chatHold,
			})),
			Check: expectHeld(noHolds),
		},
	)
	// Omar is on hold still.
	w.check("writes", []string{endHold, "DELETE /v1/matters/*/holds/*/accounts/*", endHold}, w.writesTo(writes))
	w.check("holds", []string{driveHold}, w.tenant.Holds(ownMatter))
	w.check("held", []string{google.Omar}, w.tenant.HeldBy(ownMatter, driveHold))
}

func TestOtherHoldsAreShownAndNeverTouched(t *testing.T) {
	t.Parallel()
	w := newGoogleWorld(t)
	w.tenant.Hold(google.Jane, google.Audit, "MAIL")
	w.tenant.HoldOrgUnit("/Engineering", google.Dispute, "DRIVE")
	others := w.tenant.AllHolds()
	covered := func(s *terraformState) error {
		var labels []string
		for key, value := range s.RootModule().Resources[legalHold].Primary.Attributes {
			if strings.HasPrefix(key, "covered_by.") && key != "covered_by.%" {
				labels = append(labels, value)
			}
		}
		slices.Sort(labels)
		w.check("covered by", []string{
			fmt.Sprintf("%q in the Vault matter %q, through an organizational unit that they are in", "DRIVE of /Engineering", google.Dispute),
			fmt.Sprintf("%q in the Vault matter %q", "MAIL of "+google.Jane, google.Audit),
		}, labels)
		return nil
	}
	w.below(
		resource.TestStep{Config: w.config(held()), Check: covered},
		resource.TestStep{Config: w.config(held(released)), Check: resource.ComposeAggregateTestCheckFunc(covered, expectHeld(noHolds))},
	)
	w.check("holds", others, w.tenant.AllHolds())
}

func importedHold(id string, arguments ...string) string {
	return fmt.Sprintf("import {\n  to = %s\n  id = %q\n}\n\n%s", legalHold, id, held(arguments...))
}

func TestHoldsThatAreThereAreAdoptedByImportAndReleasedWithoutTouchingOthers(t *testing.T) {
	t.Parallel()
	w := newGoogleWorld(t)
	given := fmt.Sprintf("matter = %q", google.Dispute)
	w.tenant.HoldOf(google.Dispute, "Mail of two", "MAIL", google.Jane, google.Omar)
	w.tenant.HoldOf(google.Dispute, "Files of one", "DRIVE", google.Jane)
	w.tenant.HoldOf(google.Dispute, "Chats of Omar", "HANGOUTS_CHAT", google.Omar)
	adopted := map[string]string{"mail": "Mail of two", "drive": "Files of one"}
	writes := w.mark()
	w.below(
		resource.TestStep{
			// Nothing changes but what is not on hold yet.
			Config: w.config(importedHold("google/"+google.Jane+"/"+google.Dispute, given)), ConfigPlanChecks: before(expectHolds(onHold("chat"), noHolds)),
			Check: resource.ComposeAggregateTestCheckFunc(expectAttribute(legalHold, "holds.mail", "Mail of two"), func(*terraformState) error {
				w.check("writes", []string{makeHold}, w.writesTo(writes))
				writes = w.mark()
				return nil
			}),
		},
		resource.TestStep{
			Config: w.config(held(given, released)),
			ConfigPlanChecks: before(expectHolds(noHolds, map[string]string{
				"mail": adopted["mail"], "drive": adopted["drive"], "chat": chatHold,
			})),
			Check: expectHeld(noHolds),
		},
	)
	w.check("writes", []string{endHold, endHold, "DELETE /v1/matters/*/holds/*/accounts/*"}, w.writesTo(writes))
	w.check("holds", []string{"Chats of Omar", "Mail of two", "Those who left"}, w.tenant.Holds(google.Dispute))
	w.check("held", []string{google.Omar}, w.tenant.HeldBy(google.Dispute, "Mail of two"))
}

func TestAnImportTakesTheOwnMatterAndIsRefusedWhereThereIsNothing(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ id, pattern string }{
		"no matter of their own": {"google/" + google.Jane, `(?s)Could\s+not\s+check\s+a\s+legal\s+hold.*there\s+is\s+none`},
		"no hold in the matter":  {"google/" + google.Jane + "/" + google.Dispute, `(?s)No\s+hold\s+to\s+import`},
		"no system that has it":  {"okta/" + google.Jane, `(?s)Unknown\s+system.*It\s+has\s+"google"`},
		"no person":              {"google/jane", `(?s)Not\s+an\s+import\s+id`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newGoogleWorld(t)
			w.refused(w.config(importedHold(c.id)), c.pattern)
		})
	}
	t.Run("by identity", func(t *testing.T) {
		t.Parallel()
		w := newGoogleWorld(t)
		w.tenant.OpenMatter(ownMatter)
		w.tenant.HoldOf(ownMatter, "Another name", "MAIL", google.Jane)
		w.runOn([]tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_12_0)}, resource.TestStep{
			Config: w.config(fmt.Sprintf("import {\n  to = %s\n  identity = {\n    system = \"google\"\n    person = %q\n  }\n}\n\n%s", legalHold, google.Jane,
				held(`data = ["mail"]`))),
			ConfigPlanChecks: before(plancheck.ExpectResourceAction(legalHold, plancheck.ResourceActionNoop)),
			Check:            expectHeld(map[string]string{"mail": "Another name"}),
		})
	})
}

func TestAnotherPersonOrMatterReleasesNothing(t *testing.T) {
	t.Parallel()
	w := newGoogleWorld(t)
	var writes func() []string
	w.below(
		resource.TestStep{Config: w.config(held()), Check: expectHeld(everythingHeld)},
		resource.TestStep{
			PreConfig: func() { writes = w.mark() },
			Config:    w.config(held(fmt.Sprintf("matter = %q", google.Audit))), Check: expectHeld(everythingHeld),
		},
		resource.TestStep{
			Config: w.config(oneIn("google", "legal_hold", google.Omar)), Check: expectAttribute(legalHold, "holds.%", "3"),
		},
	)
	w.check("writes", []string{makeHold, makeHold, makeHold, makeMatter, makeHold, makeHold, makeHold}, w.writesTo(writes))
	w.check("first", 3, len(w.tenant.Holds(ownMatter)))
	w.check("second", 4, len(w.tenant.Holds(google.Audit)))
}

func TestANewResourceThatIsReleasedRecordsWhatThereIsAndThenReleasesIt(t *testing.T) {
	t.Parallel()
	w := newGoogleWorld(t)
	w.tenant.OpenMatter(ownMatter)
	w.tenant.HoldOf(ownMatter, mailHold, "MAIL", google.Jane)
	w.tenant.HoldOf(ownMatter, "Somebody else's", "DRIVE", google.Jane)
	writes := w.mark()
	w.below(
		resource.TestStep{
			Config: w.config(held(released)), ExpectNonEmptyPlan: true,
			Check: resource.ComposeAggregateTestCheckFunc(expectHeld(onHold("mail")), func(*terraformState) error {
				w.check("writes", []string(nil), writes())
				return nil
			}),
		},
		resource.TestStep{Config: w.config(held(released)), ConfigPlanChecks: before(expectHolds(noHolds, onHold("mail"))), Check: expectHeld(noHolds)},
	)
	w.check("holds", []string{"Somebody else's"}, w.tenant.Holds(ownMatter))
}

func TestAHoldThatComesFirstKeepsTheTransferOfTheSameApplyFromBeginning(t *testing.T) {
	t.Parallel()
	w := newGoogleWorld(t)
	named := strings.ReplaceAll(ownMatter, " ", `\s+`)
	w.below(resource.TestStep{
		Config: w.config(held() + importedIn("google", "drive_ownership", google.Jane, "depends_on = ["+legalHold+"]", terminated, toMei) +
			importedIn("google", "account", google.Jane, "depends_on = ["+legalHold+"]", terminated, `disposition = "delete"`)),
		ConfigPlanChecks: before(expectHolds(everythingHeld, noHolds), expectRows("offboard_drive_ownership.this", everyInGoogle["drive_ownership"].holds...)),
		ExpectError:      only(true, `(?s)Access\s+remains.*legal\s+hold.*`+named),
	})
	w.check("transfers", 0, len(w.tenant.Transfers(google.Jane)))
	w.check("is still there", true, w.tenant.HasUser(google.Jane))
	w.check("holds", []string{chatHold, driveHold, mailHold}, w.tenant.Holds(ownMatter))
}

func TestWhatAHoldNeedsIsNamedWhenItIsMissing(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		prepare func(*world)
		pattern string
	}{
		"the scope to place": {func(w *world) { w.tenant.Undelegate("ediscovery") }, `(?s)Nobody\s+was\s+put\s+on\s+hold.*auth/ediscovery\s.*Domain-wide\s+delegation`},
		"a read-only run":    {func(w *world) { w.settings = "read_only = true" }, `(?s)Nobody\s+was\s+put\s+on\s+hold.*read_only\s+=\s+true`},
		"Vault":              {func(w *world) { w.arguments = "vault = false" }, `(?s)no\s+Google\s+Vault.*vault\s+=\s+false`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newGoogleWorld(t)
			c.prepare(w)
			everything := w.tenant.AllHolds()
			w.below(resource.TestStep{Config: w.config(held()), ExpectError: only(true, c.pattern)})
			w.check("holds", everything, w.tenant.AllHolds())
		})
	}
	t.Run("a system that has no holds", func(t *testing.T) {
		t.Parallel()
		w := newGoogleWorld(t)
		w.refused(w.config(oneIn("okta", "legal_hold", google.Jane)), `(?s)Unknown\s+system.*It\s+has\s+"google"`)
	})
}

func TestWhatALegalHoldDoesNotDoOfItselfIsWarnedOf(t *testing.T) {
	t.Parallel()
	s, tenant := newGoogleShell(t, held())
	s.workspace.Env = append(s.workspace.Env, "GOOGLE_IMPERSONATE_SERVICE_ACCOUNT="+google.ServiceAccount, "GOOGLE_OAUTH_ACCESS_TOKEN="+google.CallerToken)
	s.do(0, "init")
	s.do(0, "apply", "-auto-approve")
	s.do(0, "plan", "-detailed-exitcode")
	tenant.ReleaseHold(ownMatter, mailHold)
	s.says(s.do(2, "plan", "-no-color", "-detailed-exitcode"), "A legal hold was lifted", "- mail: "+mailHold, `+ "mail" = "`+mailHold+`"`)
	s.do(0, "apply", "-auto-approve")
	tenant.CloseMatter(ownMatter)
	s.says(s.do(2, "plan", "-no-color", "-detailed-exitcode"), `the matter "`+ownMatter+`" was closed or deleted`)
	s.do(0, "apply", "-auto-approve")
	tenant.Hold(google.Jane, google.Audit, "VOICE")
	s.write("main.tf", googleHead+held(released))
	s.says(s.do(2, "plan", "-no-color", "-detailed-exitcode"), "Before you approve: a legal hold ends", "- drive: "+driveHold, `- "drive" = "`+driveHold+`"`,
		"These cover them too, and stay: - \"VOICE of "+google.Jane)
	s.write("main.tf", googleHead+held(fmt.Sprintf("matter = %q", google.Audit)))
	s.says(s.do(2, "plan", "-no-color", "-detailed-exitcode"), "The hold before stays", "- drive: "+driveHold, "must be replaced")
	s.says(s.do(0, "destroy", "-no-color", "-auto-approve"), "Only stops watching", "- drive: "+driveHold)
	// And one that begins anew with less.
	s.write("main.tf", googleHead+held(`data = ["mail"]`))
	s.says(s.do(0, "apply", "-no-color", "-auto-approve"), "More is on hold than data says", "- drive: "+driveHold)
	s.write("main.tf", googleHead+strings.Replace(held(released), "this", "other", 1))
	s.says(s.do(2, "plan", "-no-color", "-detailed-exitcode"), "Nothing is placed, and nothing released")
	if holds := tenant.Holds(ownMatter + " (2)"); len(holds) != 3 {
		t.Errorf("the holds are %v", holds)
	}
}

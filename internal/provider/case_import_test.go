package provider_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox/okta"
)

func TestACaseCanBeginWhereNobodyMayLookAtSomething(t *testing.T) {
	t.Parallel()
	w := newCaseWorld(t)
	w.kinds = tableOf("keys", "group_membership")
	w.server.Inject(sandbox.Fault{Match: sandbox.PathMatch("/api/v1/api-tokens"), Do: sandbox.Status(http.StatusForbidden, `{}`)})
	exit := imported("group_membership", okta.Jane, terminated)
	const accepted = `exceptions = {
    "okta/keys" = { owner = "mei.tanaka@acme.example", reason = "no role for it yet", until = "2026-11-27T00:00:00Z" }
  }`
	const after = "depends_on = [offboard_group_membership.this]"
	w.below(
		resource.TestStep{
			Config:      w.config(exit + importedCase(after)),
			ExpectError: only(true, `(?s)Could not verify.*okta/keys`),
		},
		resource.TestStep{
			// What could not be looked at is no reason not to: it says so in the change that accepts it.
			Config: w.config(exit + importedCase(after, accepted)),
			Check: resource.ComposeAggregateTestCheckFunc(
				expectAttribute(theCase, "status", "closed"), expectAttribute(theCase, "coverage.waived", "1"), expectAttribute(theCase, "coverage.checked", "1"),
			),
		},
		resource.TestStep{Config: w.config(exit + importedCase(after, accepted)), ConfigPlanChecks: nothing},
		resource.TestStep{
			PreConfig:   func() { w.clock.Advance(8 * 24 * time.Hour) },
			Config:      w.config(exit + importedCase(after, accepted)),
			ExpectError: only(true, `(?s)Could not check access.*okta/keys.*-refresh=false`),
		},
	)
}

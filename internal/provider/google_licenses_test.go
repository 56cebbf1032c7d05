package provider_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/offboard/terraform-provider-offboard/internal/sandbox/google"
)

func TestTheLicencesOfWhoIsOnLegalHoldStayUntilItIsOver(t *testing.T) {
	t.Parallel()
	w := newGoogleWorld(t)
	w.arguments = "license_products = " + google.Bought
	w.tenant.Hold(google.Jane, google.Dispute, "MAIL")
	licenses, named := "offboard_licenses.this", strings.ReplaceAll(google.Dispute, " ", `\s+`)
	exit := w.config(importedIn("google", "licenses", google.Jane, terminated))
	writes := w.mark()
	w.below(
		resource.TestStep{Config: exit, ExpectError: only(true, `(?s)Access remains.*legal\s+hold.*`+named+`.*"archive"`)},
		resource.TestStep{
			PreConfig: func() {
				w.check("writes", []string(nil), writes())
				w.check("held", true, w.tenant.IsHeld(google.Jane))
				w.tenant.ReleaseHolds(google.Dispute)
			},
			Config:           exit,
			ConfigPlanChecks: before(expectRows(licenses, everyInGoogle["licenses"].holds...)),
			Check:            expectAccess(licenses),
		},
	)
	w.check("licences", []string{}, w.tenant.Licences(google.Jane))
}

func TestTheLicencesOfManyPeopleAreOneSurvey(t *testing.T) {
	t.Parallel()
	w := newGoogleWorld(t)
	w.arguments = "license_products = " + google.Bought
	var all strings.Builder
	for name, person := range map[string]string{"jane": google.Jane, "omar": google.Omar, "mei": google.Mei, "erik": google.Suspended} {
		all.WriteString(strings.ReplaceAll(oneIn("google", "licenses", person), "this", name))
	}
	config := w.config(all.String())
	w.below(resource.TestStep{Config: config}, resource.TestStep{Config: config, ConfigPlanChecks: nothing})
	lists, runs := 0, 0
	for _, request := range w.server.Requests() {
		// Each run is a second after the one before by nobody's clock but its own.
		if strings.Contains(request.Path, "/apps/licensing/") && request.Status == http.StatusOK {
			lists++
		}
		if strings.Contains(request.Path, "/directory/v1/users?") {
			runs++
		}
	}
	// Three products, however many people.
	if runs == 0 || lists != 3*runs {
		t.Errorf("%d requests in %d surveys", lists, runs)
	}
}

func TestALicenceProductThatIsNamedAndNotThereIsAnError(t *testing.T) {
	t.Parallel()
	w := newGoogleWorld(t)
	w.arguments = `license_products = ["Google-Apps", "Google-Telepathy"]`
	w.below(
		resource.TestStep{
			Config: w.config(oneIn("google", "licenses", google.Jane)), ExpectError: only(true, `(?s)Google-Telepathy.*license_products`),
		},
		resource.TestStep{
			// Nor is it something that the customer does not have, of which nothing needs to be known.
			Config:      w.config(allOf(google.Jane, `without = ["received_delegations"]`)),
			ExpectError: only(true, `(?s)Could not check access.*google/licenses: .*Google-Telepathy`),
		},
	)
}

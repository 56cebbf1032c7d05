package provider_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/offboard/terraform-provider-offboard/internal/sandbox/google"
)

var toMei = fmt.Sprintf("successor = %q", google.Mei)

func TestAGoogleAccountIsDeletedWhenEverythingIsTransferredInOnePlan(t *testing.T) {
	t.Parallel()
	w := newGoogleWorld(t)
	exit := importedIn("google", "account", google.Jane, terminated, `disposition = "delete"`)
	var transfers, names []string
	for _, kind := range []string{"drive_ownership", "calendar_ownership", "dashboard_ownership", "group_ownership", "delegations"} {
		transfers = append(transfers, importedIn("google", kind, google.Jane, terminated, toMei))
		names = append(names, "offboard_"+kind+".this")
	}
	w.below(
		resource.TestStep{Config: w.config(exit), ExpectError: only(true, `(?s)Access remains.*offboard_drive_ownership`)},
		resource.TestStep{
			PreConfig: func() { w.check("is still there", true, w.tenant.HasUser(google.Jane)) },
			Config: w.config(strings.ReplaceAll(exit, "terminated", "depends_on = ["+strings.Join(names, ", ")+"]\n  terminated") +
				strings.Join(transfers, "\n")),
			Check: expectAccess("offboard_account.this"),
		},
	)
	w.check("is still there", false, w.tenant.HasUser(google.Jane))
	w.check("Mei's files", 5, len(w.tenant.Files(google.Mei)))
	w.check("Mei's calendars", []string{"On-call rota", "Team holidays"}, w.tenant.Calendars(google.Mei))
	w.check("Mei's dashboards", []string{"Hiring", "Incidents"}, w.tenant.Dashboards(google.Mei))
}

func TestALegalHoldIsToldByThePlanAndNothingIsBegun(t *testing.T) {
	t.Parallel()
	w := newGoogleWorld(t)
	w.tenant.HoldOrgUnit("/", google.Dispute, "MAIL")
	named := strings.ReplaceAll(google.Dispute, " ", `\s+`)
	w.refused(w.config(importedIn("google", "account", google.Jane, terminated, `disposition = "delete"`)), `(?s)Termination refused.*legal\s+hold.*`+named)
	drive := importedIn("google", "drive_ownership", google.Jane, terminated, toMei)
	w.below(
		resource.TestStep{Config: w.config(drive), ExpectError: only(true, `(?s)Access remains.*legal\s+hold.*`+named+`.*tolerate`)},
		resource.TestStep{
			// Who knows of the hold says so, and until when.
			Config: w.config(importedIn("google", "drive_ownership", google.Jane, terminated, toMei, `tolerate = { my_drive = "2027-06-30T00:00:00Z" }`)),
			Check:  expectAccess("offboard_drive_ownership.this", everyInGoogle["drive_ownership"].holds...),
		},
	)
	w.check("transfers", 0, len(w.tenant.Transfers(google.Jane)))
}

func TestWithoutVaultThereAreNoHoldsToLookFor(t *testing.T) {
	t.Parallel()
	w := newGoogleWorld(t)
	w.tenant.Undelegate("ediscovery.readonly", "admin.directory.orgunit.readonly")
	exit := importedIn("google", "drive_ownership", google.Jane, terminated, toMei)
	with := w.config(exit)
	w.arguments = "vault = false"
	w.below(
		resource.TestStep{Config: with, ExpectError: only(true, `(?s)Access remains.*hold\s+can't\s+be\s+ruled\s+out.*vault\s+=\s+false`)},
		resource.TestStep{Config: w.config(exit), Check: expectAccess("offboard_drive_ownership.this")},
	)
}

func TestATransferThatOutlastsTheApplyIsSavedAndPickedUpByTheNext(t *testing.T) {
	t.Parallel()
	w := newGoogleWorld(t)
	w.tenant.SetTransferPolls(1000)
	exit := w.config(importedIn("google", "drive_ownership", google.Jane, terminated, toMei))
	w.below(
		resource.TestStep{Config: exit, ExpectError: only(true, `(?s)Access remains.*still\s+moving.*next\s+apply`)},
		resource.TestStep{
			PreConfig:        func() { w.tenant.SetTransferPolls(3) },
			Config:           exit,
			ConfigPlanChecks: before(expectRows("offboard_drive_ownership.this", everyInGoogle["drive_ownership"].holds...)),
			Check:            expectAccess("offboard_drive_ownership.this"),
		},
	)
	w.check("transfers", []string{"completed"}, w.tenant.Transfers(google.Jane))
}

func TestASuspendedOwnersFilesAreTransferredAndTheRowIsAcknowledged(t *testing.T) {
	t.Parallel()
	w := newGoogleWorld(t)
	drive := "offboard_drive_ownership.this"
	exit := w.config(importedIn("google", "account", google.Jane, terminated) +
		importedIn("google", "drive_ownership", google.Jane, "depends_on = [offboard_account.this]", terminated, toMei))
	w.below(
		resource.TestStep{
			Config:           exit,
			ConfigPlanChecks: before(expectRows(drive, everyInGoogle["drive_ownership"].holds...)),
			Check:            resource.ComposeTestCheckFunc(expectAccess(drive), expectAcknowledged(drive, 1)),
		},
		resource.TestStep{Config: exit, ConfigPlanChecks: nothing},
	)
	w.check("suspended", true, w.tenant.IsSuspended(google.Jane))
	w.check("transfers", []string{"completed"}, w.tenant.Transfers(google.Jane))
}

func TestASuccessorWhoCanNotReceiveInGoogleIsRefusedByThePlan(t *testing.T) {
	t.Parallel()
	w := newGoogleWorld(t)
	w.tenant.LimitStorage(google.Priya, 1)
	w.tenant.AddAlias(google.Jane, "jd@acme.example")
	w.tenant.AddAlias(google.Mei, "former.boss@acme.example")
	for name, c := range map[string]struct{ successor, says string }{
		"the leaver":                    {strings.ToUpper(google.Jane), `The\s+successor\s+is\s+the\s+leaver`},
		"the leaver under another name": {"jd@acme.example", `under\s+another\s+address`},
		"somebody by an alias":          {"former.boss@acme.example", `is\s+an\s+alias\s+of\s+the\s+account\s+of\s+mei.tanaka@acme.example`},
		"somebody suspended":            {google.Suspended, `is\s+suspended`},
		"somebody archived":             {google.Archived, `is\s+archived`},
		"somebody who is not there":     {google.Stranger, `Resource\s+Not\s+Found`},
		"somebody of another company":   {"pat@partner.example", `The\s+successor\s+can't\s+receive.*somebody\s+else's\s+domain`},
		"somebody who has not the room": {google.Priya, `200\s+MB.*1\s+B\s+left`},
		"nobody at all":                 {"", `successor`},
	} {
		arguments := []string{terminated}
		if c.successor != "" {
			arguments = append(arguments, fmt.Sprintf("successor = %q", c.successor))
		}
		t.Log(name)
		w.refused(w.config(importedIn("google", "drive_ownership", google.Jane, arguments...)), `(?s)`+c.says)
	}
	// Another who leaves with the same plan.
	w.refused(w.config(importedIn("google", "drive_ownership", google.Jane, terminated, toMei)+
		strings.ReplaceAll(importedIn("google", "sessions", google.Mei, terminated), "this", "mei")), `(?s)Termination\s+refused.*leav`)
	w.check("transfers", 0, len(w.tenant.Transfers(google.Jane)))
}

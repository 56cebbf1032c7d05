package offboard

import (
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/offboard/terraform-provider-offboard/internal/access"
)

// What is said to people of legal holds, in the way of diagnostics.go.

var (
	rootData      = path.Root(attrData)
	rootMatter    = path.Root(attrMatter)
	rootReleased  = path.Root(attrReleased)
	rootHolds     = path.Root(attrHolds)
	rootCoveredBy = path.Root(attrCoveredBy)
)

// errorWatch is for holds that could not be looked at.
func errorWatch(h hold, err error) diag.Diagnostic {
	return diag.NewErrorDiagnostic("Could not check a legal hold", fmt.Sprintf(
		"The %s could not be looked at, so it is neither known to be there nor to be gone. State is as it was.\n\n%s", h.what(), sentence(err.Error())))
}

func errorUnwatched(h hold, err error) diag.Diagnostic {
	return diag.NewErrorDiagnostic("Could not verify a legal hold", fmt.Sprintf(
		"The %s could not be looked at afterwards. State has only what was seen before: plan again, and apply what it then shows. What has been placed "+
			"already is not placed twice.\n\n%s", h.what(), sentence(err.Error())))
}

func errorNotPlaced(h hold, data access.Data, reason error) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(rootHolds.AtMapKey(string(data)), "Not on hold", fmt.Sprintf(
		"The %s of %s in %s is not on hold.\n\n%s\n\nThe next plan shows it again, and places what is missing and nothing twice.",
		data, h.Person.ValueString(), h.System.ValueString(), sentence(advice(reason))))
}

func errorNotReleased(h hold, data access.Data, row string, reason error) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(rootHolds.AtMapKey(string(data)), "Still on hold", fmt.Sprintf(
		"The %s of %s in %s is still on hold, by %q.\n\n%s\n\nState keeps the row, and the next plan shows it again.",
		data, h.Person.ValueString(), h.System.ValueString(), row, sentence(advice(reason))))
}

func errorNobodyToHold(h hold) diag.Diagnostic {
	who := fmt.Sprintf("Nobody in %s is %s.", h.System.ValueString(), h.Person.ValueString())
	if id := h.Account.ValueString(); id != "" {
		who = fmt.Sprintf("The account %s, which %s had in %s, is no longer there.", id, h.Person.ValueString(), h.System.ValueString())
	}
	return diag.NewAttributeErrorDiagnostic(rootPerson, "There is nobody to put on hold", fmt.Sprintf(
		"%s What somebody has is held only while they have the account: suspended and archived accounts can be put on hold, deleted ones can't. An account that "+
			"has been deleted can be brought back for some time (in Google for 20 days): do that first. Where there is nothing to be held any more, set "+
			"released = true, or take the resource out of the configuration; if they have another account now, plan with -replace.", who))
}

func errorAliasToHold(h hold, account access.Account) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(rootPerson, "The address is an alias", fmt.Sprintf(
		"%s is an alias of the account %s (%s), and may have been somebody else's before. Give person the address that the account has of its own, if it is the "+
			"one that is meant.", h.Person.ValueString(), account.ID, strings.Join(account.Names, ", ")))
}

func errorMatterClosed(h hold, matter access.Matter) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(rootMatter, "The matter can't be used", fmt.Sprintf(
		"The matter %q is not open, so nobody can be put on hold in it. Reopen it, or name another one, or none: %s then gets a matter of their own.",
		matter.Name, h.Person.ValueString()))
}

func errorNothingToAdopt(h hold, matter access.Matter) diag.Diagnostic {
	return diag.NewErrorDiagnostic("No hold to import", fmt.Sprintf(
		"No hold on mail, Drive or Chat in the matter %q names %s. A hold through an organizational unit, or in another matter, is none of this resource's. "+
			"Without the import the resource places its own.", matter.Name, h.Person.ValueString()))
}

func warnHoldStays(h hold) diag.Diagnostic {
	return diag.NewWarningDiagnostic("Only stops watching", fmt.Sprintf(
		"Destroying or removing this resource releases nothing of %s in %s. It only stops watching.%s\n\nTo end a hold, set released = true and apply that first.",
		h.Person.ValueString(), h.System.ValueString(), goOn(h)))
}

// warnHoldLeft is for a resource that another takes the place of.
func warnHoldLeft(h hold) diag.Diagnostic {
	return diag.NewWarningDiagnostic("The hold before stays", fmt.Sprintf(
		"Another person or another matter is another hold. The one before is not released, and is no longer watched.%s\n\nTo end it, set released = true and "+
			"apply that before this change; or import it into a resource of its own.", goOn(h)))
}

// goOn lists the holds that nobody watches any more.
func goOn(h hold) string {
	rows := h.rows()
	if len(rows) == 0 {
		return ""
	}
	return fmt.Sprintf(" What goes on holding %s, in the matter %q:\n%s", h.Person.ValueString(), h.MatterName.ValueString(), dataRows(rows))
}

func warnBeside(h hold, beside map[access.Data]string) diag.Diagnostic {
	return diag.NewAttributeWarningDiagnostic(rootData, "More is on hold than data says", fmt.Sprintf(
		"The matter %q has holds under the names that this resource gives, which it did not place now and does not watch:\n%s\n\nThey stay. To end them, add them "+
			"to data, apply, and take them out again.", h.MatterName.ValueString(), dataRows(beside)))
}

func warnReleasesNothing(h hold) diag.Diagnostic {
	return diag.NewAttributeWarningDiagnostic(rootReleased, "Nothing is placed, and nothing released", fmt.Sprintf(
		"This resource is new and released, so it places no hold on %s. If there are holds under the names that it gives, applying this records them, and the "+
			"plan after it shows them going.", h.Person.ValueString()))
}

// warnLifted tells that something was changed in the system which the configuration did not ask for.
func warnLifted(h, prior hold, lifted map[access.Data]string, open bool) diag.Diagnostic {
	how := "somebody released it, took the person off it, or narrowed it"
	if !open {
		how = fmt.Sprintf("the matter %q was closed or deleted", prior.MatterName.ValueString())
	}
	return diag.NewAttributeWarningDiagnostic(rootHolds, "A legal hold was lifted", fmt.Sprintf(
		"This resource had put %s on hold, and it is no longer so: %s.\n%s\n\nThis plan places it again. What was purged meanwhile it does not bring back. If the "+
			"hold was to end, say so with released = true, or leave the data out.", h.Person.ValueString(), how, dataRows(lifted)))
}

func warnEnds(prior hold, ending map[access.Data]string) diag.Diagnostic {
	others := "No other hold was found to cover them."
	if covers := texts[access.HoldID](prior.CoveredBy); len(covers) > 0 {
		var lines []string
		for _, id := range sorted(covers) {
			lines = append(lines, "  - "+covers[id])
		}
		others = "These cover them too, and stay:\n" + strings.Join(lines, "\n")
	}
	return diag.NewAttributeWarningDiagnostic(rootHolds, "Before you approve: a legal hold ends", fmt.Sprintf(
		"The apply releases %s from these holds in the matter %q:\n%s\n\nWhat neither another hold nor a retention rule keeps may be purged at once, and it no "+
			"longer stops what they have from being transferred, deleted or unlicensed. %s",
		prior.Person.ValueString(), prior.MatterName.ValueString(), dataRows(ending), others))
}

func dataRows(rows map[access.Data]string) string {
	var lines []string
	for _, data := range sorted(rows) {
		lines = append(lines, fmt.Sprintf("  - %s: %s", data, rows[data]))
	}
	return strings.Join(lines, "\n")
}

package offboard

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/offboard/terraform-provider-offboard/internal/roster"
)

// What is said to people of a comparison of HR's list with accounts, in the way of diagnostics.go.

var (
	rootRoster    = path.Root(attrRoster)
	rootMaxPeople = path.Root(attrMaxPeople)
	rootIgnore    = path.Root(attrIgnore)
)

// told is how many of a sort are named one by one.
const told = 20

func errorRoster(err error) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(rootRoster, "The roster can't be used", fmt.Sprintf(
		"Nothing is said of anybody's accounts, since the roster can't be taken for what HR says:\n%s\n\nRows are counted from 1, a header not among them.", err))
}

func errorRolls(failed map[string]error) diag.Diagnostic {
	var lines []string
	for _, system := range sorted(failed) {
		lines = append(lines, "  - "+system+": "+sentence(failed[system].Error()))
	}
	return diag.NewErrorDiagnostic("Could not list accounts", fmt.Sprintf(
		"Not every system told all of its accounts, so nothing is said of any:\n%s\n\nMend that. To compare with the other systems alone, name them in systems.",
		strings.Join(lines, "\n")))
}

func errorLingering(linger []roster.Standing, most int) diag.Diagnostic {
	var people []string
	for _, s := range linger {
		people = append(people, string(s.Email))
	}
	return diag.NewAttributeErrorDiagnostic(rootMaxPeople, "Too many people would leave at once", fmt.Sprintf(
		"HR says of %d people who can still sign in that they have left, and max_people is %d, so nothing is said that an exit could be planned from:\n%s\n\n"+
			"If the roster is wrong (a status or a date that means something else), mend that. If so many have really left, set max_people of this data source "+
			"in the same change, or take the exits in several.", len(people), most, bullets(people)))
}

// warnOf says what nobody acts on and somebody should look at.
func warnOf(found roster.Comparison) (diags diag.Diagnostics) {
	var contradictions, near, unused, disagreeing []string
	for _, s := range lingering(found) {
		if s.Employed {
			disagreeing = append(disagreeing, fmt.Sprintf("%s: status %q, last day %q (row %d)", s.Email, s.Status, s.LastDay, s.Row))
		}
	}
	for _, c := range found.Contradictions {
		contradictions = append(contradictions, fmt.Sprintf("%s (%s): %s", c.Ref, quotedWords(c.Names), strings.Join(emailsOf(c.People), ", ")))
	}
	for ref, suggestions := range found.Suggestions {
		for _, s := range suggestions {
			if s.Person.Gone {
				near = append(near, fmt.Sprintf("%s: %s (%s)", ref, s.Person.Email, strings.Join(s.Reasons, "; ")))
			}
		}
	}
	slices.Sort(near)
	for _, name := range found.Unused {
		unused = append(unused, fmt.Sprintf("%q", name))
	}
	if len(disagreeing) > 0 {
		diags.AddAttributeWarning(rootRoster, "Gone by the last day, and employed by the status", fmt.Sprintf(
			"The last day of these people is over, so they are taken to have left, although HR's word for them says that they work here:\n%s\n\nWhoever has come back has no last day: "+
				"have it taken off the roster before an exit is planned.", bullets(disagreeing)))
	}
	if len(contradictions) > 0 {
		diags.AddAttributeWarning(rootRoster, "An account of several people", fmt.Sprintf(
			"These accounts have the addresses of several people on the roster by their own names, and are taken for nobody's:\n%s\n\nSay in the system, or in HR, whose each is.",
			bullets(contradictions)))
	}
	if len(near) > 0 {
		diags.AddAttributeWarning(rootRoster, "Accounts that may be of people who left", fmt.Sprintf(
			"These accounts can be signed in to, and are nobody's by their own names; but they may be of somebody who has left. Nothing is done about them until somebody says so:\n%s\n\n"+
				"If one is theirs, plan its exit with account = \"<id>\" in the resources. If it is a shared or a service account, name it in ignore, with the reason.", bullets(near)))
	}
	if len(unused) > 0 {
		diags.AddAttributeWarning(rootIgnore, "Nothing to ignore by that name", fmt.Sprintf(
			"No account that can be signed in to and is nobody's has the name or the id:\n%s\n\nTake it out of ignore, or correct it. An account that is somebody's is not ignored.",
			bullets(unused)))
	}
	return diags
}

// bullets are lines of a list, of which a long one is cut and says so.
func bullets(lines []string) string {
	rest := ""
	if more := len(lines) - told; more > 0 {
		lines, rest = lines[:told], fmt.Sprintf("\n  - and %d more", more)
	}
	return "  - " + strings.Join(lines, "\n  - ") + rest
}

// reasonFor is what ignore says of an account.
func reasonFor(a roster.Account, ignore map[string]string) string {
	for _, name := range sorted(ignore) {
		if strings.EqualFold(name, a.String()) || slices.Contains(a.Names, strings.ToLower(name)) {
			return ignore[name]
		}
	}
	return ""
}

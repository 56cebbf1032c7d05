package offboard

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/offboard/terraform-provider-offboard/internal/access"
)

// Everything this package says to people stands in this file, and of legal holds, searches, cases and HR's list in the
// other files that end in _diagnostics.go. Each text says what happened, what is still open and what to do; errors about a
// row stand at the row. Warnings of one sort have one summary, which is what Terraform folds many of them under.

var (
	rootSystem      = path.Root(attrSystem)
	rootPerson      = path.Root(attrPerson)
	rootAccount     = path.Root(attrAccount)
	rootTerminated  = path.Root(attrTerminated)
	rootTolerate    = path.Root(attrTolerate)
	rootAccess      = path.Root(attrAccess)
	rootDisposition = path.Root(attrDisposition)
	rootSuccessor   = path.Root(attrSuccessor)
)

// what names what a resource is about: "group membership of jane@acme.com in okta".
func (r *Resource) what(v values) string {
	return fmt.Sprintf("%s of %s in %s", strings.ReplaceAll(r.kind.Name, "_", " "), v.Person.ValueString(), v.System.ValueString())
}

func (r *Resource) typeName() string { return "offboard_" + r.kind.Name }

// errorAt reports an error of the model at an attribute.
func errorAt(at path.Path, summary string, err error) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(at, summary, sentence(err.Error()))
}

// errorCheck is for access that could not be listed.
func errorCheck(what string, err error) diag.Diagnostic {
	return diag.NewErrorDiagnostic("Could not check access", fmt.Sprintf(
		"The %s could not be checked, so nothing can be said of it. State is as it was.\n\n%s", what, sentence(err.Error())))
}

func errorUnverified(what string, out access.Outcome) diag.Diagnostic {
	return diag.NewErrorDiagnostic("Could not verify", fmt.Sprintf(
		"The %s could not be listed, so nothing is known to be gone. State keeps every row until a refresh sees otherwise: plan again, and "+
			"apply what it then shows.\n\n%s", what, sentence(out.Unverified.Error())))
}

// errorNoRows is for what must never happen: an exit whose plan has no rows to be bound to.
func errorNoRows(what string) diag.Diagnostic {
	return diag.NewErrorDiagnostic("The plan shows no rows", fmt.Sprintf(
		"The plan does not say what of the %s may stay, so nothing was removed. Plan again. This is a bug in the provider; please report it.", what))
}

func errorRemains(v values, id access.GrantID, label string, reason error) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(rootAccess.AtMapKey(string(id)), "Access remains", fmt.Sprintf(
		"%s still holds %s (%s) in %s.\n\n%s\n\nState keeps the row, and the next plan shows it again.",
		v.Person.ValueString(), label, id, v.System.ValueString(), sentence(advice(reason))))
}

// errorDormant is for a row that could not be removed and can't be seen any more either.
func errorDormant(v values, id access.GrantID, label string, reason error) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(rootAccess.AtMapKey(string(id)), "Access remains, out of reach", fmt.Sprintf(
		"%s (%s) was not taken away from %s in %s.\n\n%s\n\nState no longer has the row, and does not say that it was removed.",
		label, id, v.Person.ValueString(), v.System.ValueString(), sentence(advice(reason))))
}

// advice is an error without what was being done, which the row it stands at says already.
func advice(err error) string {
	if e, ok := errors.AsType[*access.Error](err); ok {
		return e.Advice()
	}
	return err.Error()
}

func errorAppeared(v values, id access.GrantID, label string) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(rootAccess.AtMapKey(string(id)), "Access appeared after the plan", fmt.Sprintf(
		"%s now holds %s (%s) in %s. The plan that was approved did not show it, so it was left alone. Plan again: it is a row of the next plan.",
		v.Person.ValueString(), label, id, v.System.ValueString()))
}

func errorSomebody(v values, account access.AccountID) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(rootAccount, "An account appeared after the plan", fmt.Sprintf(
		"When the plan was made nobody in %s was %s. Now the account %s is. Plan again: it shows what that account holds.",
		v.System.ValueString(), v.Person.ValueString(), account))
}

func errorNoAccount(v values) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(rootAccount, "No such account", fmt.Sprintf(
		"There is no account %q in %s. If it has been deleted, leave out account: the address then says whether there is another one.",
		v.Account.ValueString(), v.System.ValueString()))
}

func errorPrivate(err error) diag.Diagnostic {
	return diag.NewErrorDiagnostic("The private state can't be read", "It was written by another version of this provider. "+
		"Refresh the state with this one (terraform apply -refresh-only). The cause: "+err.Error()+".")
}

func errorUnknown(attribute string) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(path.Root(attribute), "Not known when the plan is made", fmt.Sprintf(
		"%s depends on something that has not been applied yet, so this plan could not show what goes and to whom. Apply that first (-target), "+
			"or give %s a value that is known.", attribute, attribute))
}

func errCaller(v values) error {
	return &access.Error{
		Kind: access.Blocked, Op: "terminate " + v.Person.ValueString(),
		Reason: "the credential that this provider uses for " + v.System.ValueString() + " is theirs, and would die with their account in the middle of the exit",
		Fix:    "Use a credential of an account of its own, that nobody leaves with: in Google another admin, elsewhere a service account or a service application.",
	}
}

// errNotTheirs is for an account that does not carry the address it would be terminated under.
func errNotTheirs(v values, account access.AccountID, names []string) error {
	return &access.Error{
		Kind: access.Blocked, Op: "terminate " + v.Person.ValueString(),
		Reason: fmt.Sprintf("the account %s in %s is %s, and that address is not its own", account, v.System.ValueString(), strings.Join(names, ", ")),
		Fix: fmt.Sprintf("If that is the person's account, say so with account = %q in the configuration, or give person the address it has now. If not, "+
			"import the right one.", account),
	}
}

func errorNoSuccessor(v values, moving access.Holdings) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(rootSuccessor, "A successor is needed", fmt.Sprintf(
		"%s leaves what has to go to somebody in %s:\n%s\n\nSet successor to somebody who stays, or tolerate the rows until that is decided.",
		v.Person.ValueString(), v.System.ValueString(), rows(moving)))
}

// warnForgets is of a resource that goes from the state. What outlives the account may be nowhere else.
func warnForgets(v values, outlives bool) diag.Diagnostic {
	still := ""
	if held := v.held(); len(held) > 0 {
		still = fmt.Sprintf(" What was last seen and goes unwatched:\n%s", rows(held))
	}
	if still != "" && outlives {
		still += "\n\nThey know it whatever becomes of their account, and where they can't get at it any more nothing finds it again. Have it changed first."
	}
	return diag.NewWarningDiagnostic("Only stops watching", fmt.Sprintf(
		"Destroying or removing this resource removes nothing from %s in %s, and gives nothing back. It only stops watching.%s",
		v.Person.ValueString(), v.System.ValueString(), still))
}

// warnAdoptsOnly says that an exit of what is new to the state takes two steps, and how it takes one. held
// is nil as long as it is not known.
func warnAdoptsOnly(typeName string, v values, held access.Holdings) diag.Diagnostic {
	system, person := v.System.ValueString(), v.Person.ValueString()
	summary, begin := "Nothing is removed yet", fmt.Sprintf("This plan can't show what %s holds in %s, because it is not in the state yet. Applying it records that, and removes nothing; "+
		"the plan after it shows the rows.", person, system)
	if held != nil {
		summary = "Adopted, and nothing removed"
		begin = fmt.Sprintf("What %s holds in %s was recorded, and nothing was removed, because no plan has shown it yet. Plan again to see it go:\n%s",
			person, system, rows(held))
	}
	return diag.NewAttributeWarningDiagnostic(rootTerminated, summary, fmt.Sprintf(
		"%s\n\nTo see and remove it in one plan, import it in the same configuration:\n\n  import {\n    to = %s.<name>\n    id = %q\n  }",
		begin, typeName, system+"/"+person))
}

// errorNotRecorded is for an exit that would be over before anybody asked what they know.
func errorNotRecorded(typeName string, v values) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(rootTerminated, "Not recorded yet", fmt.Sprintf(
		"What %[1]s can get at in %[2]s can only be asked while they can, and it is not in the state yet: this plan could cut them off first, and what they know would "+
			"never be a row. Import it in the same configuration, so that the plan shows it:\n\n  import {\n    to = %[3]s.<name>\n    id = %[4]q\n  }\n\n"+
			"If this is to replace a resource that is in the state, let that one keep its person and its account: its rows would be forgotten.",
		v.Person.ValueString(), v.System.ValueString(), typeName, v.System.ValueString()+"/"+v.Person.ValueString()))
}

// warnReplaced is for rows of what outlives an account, which go with the resource that has them.
func warnReplaced(v values) diag.Diagnostic {
	return diag.NewWarningDiagnostic("What was recorded is forgotten", fmt.Sprintf(
		"Another resource takes the place of this one, which knows that %s could get at this in %s:\n%s\n\nThe new one has only what the account can get at by now. If it is the "+
			"same person, let the resource keep its person and its account.", v.Person.ValueString(), v.System.ValueString(), rows(v.held())))
}

func warnNobody(v values) diag.Diagnostic {
	return diag.NewAttributeWarningDiagnostic(rootPerson, "Nobody by that address", fmt.Sprintf(
		"%s says that nobody there is %s. If they never had an account, all is well. If the address is misspelt, or is an alias, this resource "+
			"watches nothing: correct it, or name the account.", v.System.ValueString(), v.Person.ValueString()))
}

// warnTooLate is for what outlives the account, and can be seen only while the account can get at it.
func warnTooLate(v values) diag.Diagnostic {
	return diag.NewAttributeWarningDiagnostic(rootPerson, "Too late to see all of it", fmt.Sprintf(
		"%s can't sign in to %s any more, so it can't be told what they could get at before: what is listed here is less than what they may know. Have this "+
			"resource watch people while they work here, and take what else they had access to from what was recorded elsewhere.",
		v.Person.ValueString(), v.System.ValueString()))
}

func warnRenewed(v values, account access.AccountID) diag.Diagnostic {
	return diag.NewAttributeWarningDiagnostic(rootAccount, "Another account under the same address", fmt.Sprintf(
		"The account %s of %s in %s is gone, and the address now leads to the account %s. It is watched from here on. Make sure that it is the same person.",
		v.Account.ValueString(), v.Person.ValueString(), v.System.ValueString(), account))
}

func warnNewDisposition(v values, newly access.Holdings) diag.Diagnostic {
	return diag.NewAttributeWarningDiagnostic(rootDisposition, "Nothing is removed yet", fmt.Sprintf(
		"With disposition = %q the account counts as held until it has got there:\n%s\n\nIt did not count before, so this plan only begins to show it. "+
			"The next plan shows it going.", v.disposition(), rows(newly)))
}

// warnDormant says once, when the exit begins, what its plan can't show.
func warnDormant(v values, dormant []string) diag.Diagnostic {
	return diag.NewAttributeWarningDiagnostic(rootAccess, "Can't be seen in this state of the account", fmt.Sprintf(
		"%s does not show of %s:\n  - %s\n\nNone of it can be used either, so it is no row; but it is not known to be gone, and is back as soon as the account is "+
			"active. Rows of it show then. To have it gone, have the account made active for as long as this takes.",
		v.System.ValueString(), v.Person.ValueString(), strings.Join(dormant, "\n  - ")))
}

// warnAsleep is for rows that a refresh takes out of the state without their being gone.
func warnAsleep(v values, asleep access.Holdings) diag.Diagnostic {
	return diag.NewAttributeWarningDiagnostic(rootAccess, "Rows out of reach", fmt.Sprintf(
		"In the state that the account of %s in %s is in now, these can be neither used nor seen:\n%s\n\nThey are no rows any more, are not recorded as removed, and "+
			"are rows again as soon as the account is active.", v.Person.ValueString(), v.System.ValueString(), rows(asleep)))
}

func warnLapsed(v values, lapsed map[access.GrantID]time.Time, held access.Holdings) diag.Diagnostic {
	var lines []string
	for _, id := range slices.Sorted(maps.Keys(lapsed)) {
		lines = append(lines, fmt.Sprintf("  - %s (%s), until %s", held[id], id, lapsed[id].Format(time.RFC3339)))
	}
	return diag.NewAttributeWarningDiagnostic(rootTolerate, "An exception has ended", fmt.Sprintf(
		"%s was tolerated to hold in %s:\n%s\n\nThat time is over, and the plan takes it away. Remove the line from tolerate, or give it a later date "+
			"with the owner's consent.", v.Person.ValueString(), v.System.ValueString(), strings.Join(lines, "\n")))
}

func warnNotes(kind Kind, v values, notes []string) diag.Diagnostic {
	return diag.NewAttributeWarningDiagnostic(rootAccess, "Before you approve: "+strings.ReplaceAll(kind.Name, "_", " "), fmt.Sprintf(
		"What removing this from %s in %s also means:\n%s", v.Person.ValueString(), v.System.ValueString(), strings.Join(notes, "\n")))
}

func warnStays(kind Kind, v values, stays []string) diag.Diagnostic {
	return diag.NewAttributeWarningDiagnostic(rootAccess, "Can't be removed from here: "+strings.ReplaceAll(kind.Name, "_", " "), fmt.Sprintf(
		"%s does not let go of some of these rows of %s by itself:\n%s\n\nThe apply removes the other rows, and ends with an error for each of these that is "+
			"still there by then; what depends on this resource (depends_on) is then not attempted. To go on without them, tolerate them until a date in this same change.",
		v.System.ValueString(), v.Person.ValueString(), strings.Join(stays, "\n")))
}

func warnReminted(kind Kind, v values) diag.Diagnostic {
	return diag.NewAttributeWarningDiagnostic(rootAccess, "The account can still sign in", fmt.Sprintf(
		"%s can sign in to %s, and so can make new %s while these are removed. offboard_account contains that: have it go first, in the same plan "+
			"(depends_on). What is made in between is a row of the next plan.",
		v.Person.ValueString(), v.System.ValueString(), strings.ReplaceAll(kind.Name, "_", " ")))
}

func rows(h access.Holdings) string {
	var lines []string
	for _, id := range h.IDs() {
		lines = append(lines, fmt.Sprintf("  - %s (%s)", h[id], id))
	}
	return strings.Join(lines, "\n")
}

// sentence begins with a capital and ends with a full stop.
func sentence(s string) string {
	if s == "" {
		return s
	}
	if !strings.HasSuffix(s, ".") {
		s += "."
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// quotedWords joins names as in prose: "a", "b" and "c".
func quotedWords(names []string) string {
	var quoted []string
	for _, name := range names {
		quoted = append(quoted, fmt.Sprintf("%q", name))
	}
	if len(quoted) < 2 {
		return strings.Join(quoted, "")
	}
	return strings.Join(quoted[:len(quoted)-1], ", ") + " and " + quoted[len(quoted)-1]
}

package offboard

import (
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/offboard/terraform-provider-offboard/internal/access"
)

// What is said to people of cases, in the way of diagnostics.go.

var rootOutstanding = path.Root(attrOutstanding)

func errorCaseUnchecked(v caseValues, failures []string) diag.Diagnostic {
	return diag.NewErrorDiagnostic("Could not check access", fmt.Sprintf(
		"What %s still holds could not be checked everywhere, so nothing is said of it. State is as it was: whether the case is open or closed is not known.\n%s\n\n"+
			"Where several accounts have the address, account_ids names the one that is meant. A refresh does not see yet what this change says in account_ids and "+
			"exceptions: if that is what mends it, plan and apply with -refresh=false.",
		v.Person.ValueString(), strings.Join(failures, "\n")))
}

func errorCaseUnverified(v caseValues, failures []string) diag.Diagnostic {
	return diag.NewErrorDiagnostic("Could not verify", fmt.Sprintf(
		"The case of %s can't be closed, because it could not be checked everywhere that nothing is left. What was removed is removed. Mend this and plan again:\n%s",
		v.Person.ValueString(), strings.Join(failures, "\n")))
}

func warnCaseUnseen(v caseValues, lines []string) diag.Diagnostic {
	return diag.NewWarningDiagnostic("Not looked at everywhere", fmt.Sprintf(
		"What %s holds could not be looked at in these places, so each is outstanding itself until it can:\n%s\n\nThe apply looks again, with the account_ids and exceptions of the "+
			"configuration, which an import does not see.", v.Person.ValueString(), strings.Join(lines, "\n")))
}

// errorOutstanding is for one thing that keeps a case open.
func errorOutstanding(v caseValues, now caseFacts, key, label string) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(rootOutstanding.AtMapKey(key), "The case stays open", fmt.Sprintf(
		"%s: %s.\n\n%s\n\nState keeps the row, and the next plan shows it again.", v.Person.ValueString(), label, remedy(now, key)))
}

func errorCaseNotOpened(v caseValues, now caseFacts, left map[string]string) diag.Diagnostic {
	var lines []string
	for _, key := range sorted(left) {
		lines = append(lines, "  - "+key+": "+left[key]+". "+remedy(now, key))
	}
	return diag.NewErrorDiagnostic("The case can't be closed", fmt.Sprintf(
		"This keeps the case of %s open, and it is not in the state:\n%s\n\nSettle that, and apply again. To see it as rows of a plan, and for the case to know what was taken away "+
			"in earlier runs, import it:\n\n%s",
		v.Person.ValueString(), strings.Join(lines, "\n"),
		fmt.Sprintf("import {\n  to = offboard_case.NAME\n  id = %q\n}", v.person())))
}

// remedy says what settles something that is outstanding.
func remedy(now caseFacts, key string) string {
	if name, ok := strings.CutPrefix(key, attestationPrefix); ok {
		return fmt.Sprintf("Have it attested, and set attested_by and attested_at of %s. If it can wait, name who accepts that, why and until when in exceptions.", name)
	}
	system, rest, _ := strings.Cut(key, "/")
	kind, id, _ := strings.Cut(rest, "/")
	control := now.Controls[system+"/"+kind]
	grant := control.Grants[access.GrantID(id)]
	const wait = " If it has to stay for a while, name who accepts that, why and until when in exceptions."
	switch {
	case control.Indirect:
		return "No resource takes it away, since others may depend on it: have somebody take it over or remove it in " + system + "." + wait
	case grant.Stays != "":
		return grant.Stays + wait
	case grant.Asleep:
		return "Make the account active, take it away, and suspend the account again: offboard_" + kind + " has to come before offboard_account." + wait
	}
	return fmt.Sprintf("offboard_%s with system = %q takes it away: if there is none in the configuration, add one (and its import block); if there is one, the case has to "+
		"come after it (depends_on), under the same provider configuration.%s", kind, system, wait)
}

func errorCaseAlias(v caseValues, now caseFacts, systems []string) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(rootPerson, "The address is an alias", "The case of "+v.Person.ValueString()+" stays open: "+aboutAlias(now, systems))
}

func warnCaseAlias(v caseValues, now caseFacts, systems []string) diag.Diagnostic {
	return diag.NewAttributeWarningDiagnostic(rootPerson, "The address is an alias", "The case of "+v.Person.ValueString()+" will stay open, and what it finds there may not be theirs: "+
		aboutAlias(now, systems))
}

func aboutAlias(now caseFacts, systems []string) string {
	var lines []string
	for _, name := range systems {
		account := now.Accounts[name]
		lines = append(lines, fmt.Sprintf("  - %s: the account %s (%s)", name, account.ID, strings.Join(account.Names, ", ")))
	}
	return fmt.Sprintf("the address is no more than an alias of another account, which may be somebody else's who gets their mail now.\n%s\n\nIf it is the same "+
		"person, say so in account_ids. If it is not, the case closes once the alias is taken off that account.", strings.Join(lines, "\n"))
}

func errorCaseNobody(v caseValues, systems []string) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(rootPerson, "Nobody by that address", fmt.Sprintf(
		"Nobody is %s in %s, nor was when the case was opened. An address that is misspelt would have nothing outstanding too, so this proves nothing and the case stays "+
			"open. Correct the address; or, where they go by another one, name the accounts in account_ids. Of an account that was deleted before there was a case nothing can be proved.", v.Person.ValueString(), strings.Join(systems, ", ")))
}

func errorThemselves(attribute string, v caseValues) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(path.Root(attribute), "The leaver themselves",
		fmt.Sprintf("%s leaves, and can't be %s. Name somebody else.", v.Person.ValueString(), attribute))
}

func warnNothingTakes(v caseValues, lines []string) diag.Diagnostic {
	return diag.NewAttributeWarningDiagnostic(rootOutstanding, "Nothing in this plan takes it away", fmt.Sprintf(
		"The case of %s can't be closed by this plan, and its apply will fail, as long as no resource that it depends on takes these away:\n%s\n\nAdd what is missing to the same change; "+
			"let the case depend on it (depends_on); or name in exceptions who accepts it until when.", v.Person.ValueString(), strings.Join(lines, "\n")))
}

func warnLate(v caseValues, left int) diag.Diagnostic {
	return diag.NewAttributeWarningDiagnostic(path.Root(attrSLA), "Later than agreed", fmt.Sprintf(
		"The exit of %s was requested at %s and should have been over within %s; %d are outstanding. The evidence will say so.",
		v.Person.ValueString(), v.RequestedAt.ValueString(), v.SLA.ValueString(), left))
}

func warnExceptionsLapsed(v caseValues, lines []string) diag.Diagnostic {
	return diag.NewAttributeWarningDiagnostic(path.Root(attrExceptions), "An exception has ended", fmt.Sprintf(
		"What these allowed %s to keep is outstanding again, if it is still there:\n%s\n\nTake it away, or have it accepted anew.", v.Person.ValueString(), strings.Join(lines, "\n")))
}

func warnExceptionsIdle(v caseValues, lines []string) diag.Diagnostic {
	return diag.NewAttributeWarningDiagnostic(path.Root(attrExceptions), "An exception to nothing", fmt.Sprintf(
		"%s holds none of these. A key is one of outstanding (system/kind/id), or system/kind for what nobody has to look at, or attestation/name:\n%s",
		v.Person.ValueString(), strings.Join(lines, "\n")))
}

func warnClosedDormant(v caseValues, lines []string) diag.Diagnostic {
	return diag.NewWarningDiagnostic("Closed, with what sleeps", fmt.Sprintf(
		"Nothing is outstanding of %s. In the state that the account is in these can be neither used nor seen, and the evidence says so; whatever is there is outstanding "+
			"as soon as the account is active again:\n%s", v.Person.ValueString(), strings.Join(lines, "\n")))
}

func warnCaseForgets(v caseValues) diag.Diagnostic {
	kept := "It is open: nothing will say any more what is outstanding."
	if v.Status.ValueString() == caseClosed {
		kept = "Its evidence goes from the state with it: keep the bundle first."
	}
	return diag.NewWarningDiagnostic("Only forgets", fmt.Sprintf("Removing %s from the configuration gives nothing back and takes nothing away. %s", v.what(), kept))
}

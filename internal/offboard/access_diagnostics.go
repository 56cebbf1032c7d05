package offboard

import (
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/offboard/terraform-provider-offboard/internal/access"
)

// What is said to people of a search for all that somebody holds, in the way of diagnostics.go.

var (
	rootSystems    = path.Root(attrSystems)
	rootAccountIDs = path.Root(attrAccountIDs)
)

// errorsMissing are of the names that are no system of the provider block, each at its place in the configuration. One whose
// configuration is not known yet is there, and can't be looked at.
func (e *Environment) errorsMissing(summary string, names []string, at func(name string) path.Path) (diags diag.Diagnostics) {
	for _, name := range names {
		if _, err := e.system(name); err != nil && !e.Unknown[name] {
			diags.Append(errorAt(at(name), summary, err))
		}
	}
	return diags
}

// inSystems is where systems are named in a set, and rootAccountIDs.AtMapKey where they are the keys of a map.
func inSystems(string) path.Path { return rootSystems }

func errorIncomplete(c search, failures []string) diag.Diagnostic {
	return diag.NewErrorDiagnostic("Could not check access", fmt.Sprintf(
		"What %s holds could not be checked everywhere, so nothing is said of it:\n%s\n\nMend that. To go on with what could be checked, set partial = true: "+
			"failed then says what is missing. To do without a kind of access for good, name it in without.", c.person, strings.Join(failures, "\n")))
}

func warnIncomplete(c search, failures []string) diag.Diagnostic {
	return diag.NewWarningDiagnostic("Not everything could be checked", fmt.Sprintf(
		"With partial = true, access of %s lacks whatever they hold here, which may be nothing or anything:\n%s", c.person, strings.Join(failures, "\n")))
}

func errorNoSystems() diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(rootSystems, "No system is configured",
		"There is nowhere to look, so nothing can be said of what anybody holds. Configure a system in the provider block.")
}

func warnNobodyAnywhere(c search) diag.Diagnostic {
	return diag.NewAttributeWarningDiagnostic(rootPerson, "Nobody by that address", fmt.Sprintf(
		"Nobody is %s in %s. If they never had an account, all is well, and if it has been deleted nothing is held; what it made is then not found by the address. "+
			"If the address is misspelt, correct it.",
		c.person, strings.Join(c.systems, ", ")))
}

func warnAlias(c search, system string, seen sighting) diag.Diagnostic {
	return diag.NewAttributeWarningDiagnostic(rootPerson, "The address is an alias", fmt.Sprintf(
		"In %s, %s is an alias of the account %s (%s), and what that account holds is listed. An alias may have been the address of somebody else, who has left: "+
			"make sure that it is the same person. import_id names the account, and its exit is refused unless the configuration does too.",
		system, c.person, seen.ID, strings.Join(seen.Names, ", ")))
}

// errNoAccount is for an account that the configuration names and that is not there.
func errNoAccount(system string, account access.AccountID) error {
	return &access.Error{
		Kind: access.Blocked, Op: "find the account", Reason: fmt.Sprintf("there is no account %q in %s", account, system),
		Fix: "If it has been deleted, take it out of account_ids: the address then says whether there is another one.",
	}
}

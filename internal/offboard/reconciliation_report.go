package offboard

import (
	"time"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/roster"
)

var (
	rosterType = types.MapType{ElemType: types.StringType}
	namesType  = types.SetType{ElemType: types.StringType}

	standingAccountTypes = map[string]attr.Type{
		"system": types.StringType, "id": types.StringType, "status": types.StringType, "active": types.BoolType, "names": namesType,
		"import_id": types.StringType,
	}
	lingeringTypes = map[string]attr.Type{
		"status": types.StringType, "last_day": types.StringType, "gone_since": types.StringType, "manager": types.StringType,
		"employment_type": types.StringType, "accounts": types.MapType{ElemType: types.ObjectType{AttrTypes: standingAccountTypes}},
	}
	leaverTypes = map[string]attr.Type{
		"terminated": types.BoolType, "successor": types.StringType, "no_successor": types.StringType, "systems": namesType, "gone_since": types.StringType,
		"lingering": types.BoolType,
	}
	unknownTypes = map[string]attr.Type{
		"system": types.StringType, "id": types.StringType, "status": types.StringType, "names": namesType, "full_name": types.StringType,
		"hint": types.StringType, "created": types.StringType, "last_sign_in": types.StringType,
	}
	suggestionTypes = map[string]attr.Type{
		"system": types.StringType, "id": types.StringType, "names": namesType, "full_name": types.StringType,
		"people": types.MapType{ElemType: namesType}, "gone": namesType,
	}
	contradictionTypes = map[string]attr.Type{
		"system": types.StringType, "id": types.StringType, "status": types.StringType, "active": types.BoolType, "names": namesType, "people": namesType,
	}
	listedTypes = map[string]attr.Type{
		"accounts": types.Int64Type, "matched": types.Int64Type, "unknown": types.Int64Type, "ignored": types.Int64Type, "inactive": types.Int64Type,
		"contradictory": types.Int64Type,
	}
)

// report puts what was found into the attributes. All are set, whatever was found: what is null says nothing, and what is
// empty says that there is nothing.
func (r *reconciling) report(people []roster.Person, rolls map[string][]access.Entry, found roster.Comparison, ignore map[string]string) {
	linger, leavers, leaving := map[string]attr.Value{}, map[string]attr.Value{}, map[string]string{}
	for _, s := range found.Gone {
		live := len(s.Live()) > 0
		if live {
			linger[string(s.Email)] = types.ObjectValueMust(lingeringTypes, map[string]attr.Value{
				"status": types.StringValue(s.Status), "last_day": optional(s.LastDay), "gone_since": stamp(s.Ends), "manager": optional(s.Manager),
				"employment_type": optional(s.EmploymentType), "accounts": accountsOf(s),
			})
		}
		if r.leaves(s) {
			leavers[string(s.Email)] = types.ObjectValueMust(leaverTypes, map[string]attr.Value{
				"terminated": types.BoolValue(true), "successor": optional(s.Heir), "no_successor": optional(s.NoHeir), "systems": textSet(systemsOf(s.Accounts)),
				"gone_since": stamp(s.Ends), "lingering": types.BoolValue(live),
			})
		}
	}
	for _, p := range people {
		if p.Leaving() {
			leaving[string(p.Email)] = p.Ends.Format(time.RFC3339)
		}
	}
	r.Lingering = types.MapValueMust(types.ObjectType{AttrTypes: lingeringTypes}, linger)
	r.Leavers = types.MapValueMust(types.ObjectType{AttrTypes: leaverTypes}, leavers)
	r.Leaving = textMap(leaving)
	r.reportStrays(found, ignore)
	r.reportCounts(rolls, found)
}

// reportStrays puts in the accounts that are nobody's, or not surely somebody's.
func (r *reconciling) reportStrays(found roster.Comparison, ignore map[string]string) {
	unknown, suggestions, contradictions, ignored := map[string]attr.Value{}, map[string]attr.Value{}, map[string]attr.Value{}, map[string]string{}
	at := map[roster.Ref]roster.Account{}
	for _, a := range found.Unknown {
		at[a.Ref] = a
		unknown[a.String()] = types.ObjectValueMust(unknownTypes, map[string]attr.Value{
			"system": types.StringValue(a.System), "id": types.StringValue(string(a.ID)), "status": types.StringValue(a.Status), "names": textSet(a.Names),
			"full_name": optional(a.FullName), "hint": optional(a.Sort), "created": stamp(a.Created), "last_sign_in": stamp(a.LastSignIn),
		})
	}
	for _, a := range found.Ignored {
		at[a.Ref] = a
		ignored[a.String()] = reasonFor(a, ignore)
	}
	for ref, near := range found.Suggestions {
		reasons, gone := map[string]attr.Value{}, []string{}
		for _, s := range near {
			reasons[string(s.Person.Email)] = textSet(s.Reasons)
			if s.Person.Gone {
				gone = append(gone, string(s.Person.Email))
			}
		}
		suggestions[ref.String()] = types.ObjectValueMust(suggestionTypes, map[string]attr.Value{
			"system": types.StringValue(ref.System), "id": types.StringValue(string(ref.ID)), "names": textSet(at[ref].Names), "full_name": optional(at[ref].FullName),
			"people": types.MapValueMust(namesType, reasons), "gone": textSet(gone),
		})
	}
	for _, c := range found.Contradictions {
		contradictions[c.String()] = types.ObjectValueMust(contradictionTypes, map[string]attr.Value{
			"system": types.StringValue(c.System), "id": types.StringValue(string(c.ID)), "status": types.StringValue(c.Status), "active": types.BoolValue(c.Active),
			"names": textSet(c.Names), "people": textSet(emailsOf(c.People)),
		})
	}
	r.Unknown = types.MapValueMust(types.ObjectType{AttrTypes: unknownTypes}, unknown)
	r.Ignored = textMap(ignored)
	r.Suggestions = types.MapValueMust(types.ObjectType{AttrTypes: suggestionTypes}, suggestions)
	r.Contradictions = types.MapValueMust(types.ObjectType{AttrTypes: contradictionTypes}, contradictions)
}

// reportCounts puts in how many accounts there are of which sort. Every account is of one.
func (r *reconciling) reportCounts(rolls map[string][]access.Entry, found roster.Comparison) {
	unknown, ignored, contradictory := map[string]int{}, map[string]int{}, map[string]int{}
	for _, a := range found.Unknown {
		unknown[a.System]++
	}
	for _, a := range found.Ignored {
		ignored[a.System]++
	}
	for _, c := range found.Contradictions {
		contradictory[c.System]++
	}
	matched, missing, coverage := map[string]attr.Value{}, map[string]attr.Value{}, map[string]attr.Value{}
	for system, roll := range rolls {
		count := func(n int) attr.Value { return types.Int64Value(int64(n)) }
		matched[system] = count(found.Matched[system])
		coverage[system] = types.ObjectValueMust(listedTypes, map[string]attr.Value{
			"accounts": count(len(roll)), "matched": count(found.Matched[system]), "unknown": count(unknown[system]), "ignored": count(ignored[system]),
			"inactive": count(found.Dormant[system]), "contradictory": count(contradictory[system]),
		})
		var absent []string
		for _, person := range found.Missing[system] {
			absent = append(absent, string(person))
		}
		missing[system] = textSet(absent)
	}
	r.Matched = types.MapValueMust(types.Int64Type, matched)
	r.Missing = types.MapValueMust(namesType, missing)
	r.Coverage = types.MapValueMust(types.ObjectType{AttrTypes: listedTypes}, coverage)
}

// accountsOf are all accounts of somebody, with the id under which the resources of each are imported: it names the account
// where the address leads to several.
func accountsOf(s roster.Standing) attr.Value {
	accounts := map[string]attr.Value{}
	in := map[string]int{}
	for _, a := range s.Accounts {
		in[a.System]++
	}
	for _, a := range s.Accounts {
		accounts[a.String()] = types.ObjectValueMust(standingAccountTypes, map[string]attr.Value{
			"system": types.StringValue(a.System), "id": types.StringValue(string(a.ID)), "status": types.StringValue(a.Status), "active": types.BoolValue(a.Active),
			"names": textSet(a.Names), "import_id": types.StringValue(importAs(a.System, s.Email, a.Account, in[a.System] > 1).String()),
		})
	}
	return types.MapValueMust(types.ObjectType{AttrTypes: standingAccountTypes}, accounts)
}

func systemsOf(accounts []roster.Account) (systems []string) {
	for _, a := range accounts {
		systems = append(systems, a.System)
	}
	return systems
}

func emailsOf(people []roster.Person) (emails []string) {
	for _, p := range people {
		emails = append(emails, string(p.Email))
	}
	return emails
}

// stamp is a time as it is written, and null where there is none.
func stamp(t time.Time) types.String {
	if t.IsZero() {
		return types.StringNull()
	}
	return types.StringValue(t.Format(time.RFC3339))
}

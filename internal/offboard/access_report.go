package offboard

import (
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

var (
	possessionTypes = map[string]attr.Type{
		"system": types.StringType, "kind": types.StringType, "id": types.StringType, "label": types.StringType, "account": types.StringType,
		"removable": types.BoolType, "stays": types.StringType, "note": types.StringType, "moves": types.BoolType, "resource": types.StringType,
		"import_id": types.StringType,
	}
	dormantTypes = map[string]attr.Type{
		"system": types.StringType, "kind": types.StringType, "id": types.StringType, "label": types.StringType,
	}
	indirectTypes = map[string]attr.Type{
		"system": types.StringType, "kind": types.StringType, "id": types.StringType, "label": types.StringType, "account": types.StringType,
		"note": types.StringType,
	}
	accountTypes = map[string]attr.Type{
		"id": types.StringType, "status": types.StringType, "active": types.BoolType, "names": types.SetType{ElemType: types.StringType},
	}
)

// report puts what was found into the attributes. All are set, whatever was found: what is null says nothing, and what
// is empty says that there is nothing.
func (s search) report(found *inventory, w *wanted) {
	held, dormant, accounts, indirect := map[string]attr.Value{}, map[string]attr.Value{}, map[string]attr.Value{}, map[string]attr.Value{}
	for _, p := range found.held {
		seen := found.accounts[p.system]
		stays := ""
		if p.Stays != nil {
			stays = sentence(p.Stays.Advice())
		}
		held[p.String()+"/"+string(p.ID)] = types.ObjectValueMust(possessionTypes, map[string]attr.Value{
			"system": types.StringValue(p.system), "kind": types.StringValue(p.kind), "id": types.StringValue(string(p.ID)),
			"label": types.StringValue(p.Label), "account": types.StringValue(string(seen.ID)),
			"removable": types.BoolValue(p.Stays == nil), "stays": optional(stays), "note": optional(p.Note), "moves": types.BoolValue(p.moves),
			"resource":  types.StringValue("offboard_" + p.kind),
			"import_id": types.StringValue(importAs(p.system, s.person, seen.Account, s.pins[p.system] != "").String()),
		})
	}
	for _, p := range found.indirect {
		indirect[p.String()+"/"+string(p.ID)] = types.ObjectValueMust(indirectTypes, map[string]attr.Value{
			"system": types.StringValue(p.system), "kind": types.StringValue(p.kind), "id": types.StringValue(string(p.ID)),
			"label": types.StringValue(p.Label), "account": optional(found.accounts[p.system].ID), "note": optional(p.Note),
		})
	}
	for _, p := range found.dormant {
		dormant[p.String()+"/"+string(p.ID)] = types.ObjectValueMust(dormantTypes, map[string]attr.Value{
			"system": types.StringValue(p.system), "kind": types.StringValue(p.kind), "id": types.StringValue(string(p.ID)),
			"label": types.StringValue(p.Label),
		})
	}
	for system, seen := range found.accounts {
		accounts[system] = types.ObjectValueMust(accountTypes, map[string]attr.Value{
			"id": optional(seen.ID), "status": optional(seen.Status), "active": types.BoolValue(seen.Active), "names": textSet(seen.Names),
		})
	}
	var checked []string
	for _, at := range found.checked {
		checked = append(checked, at.String())
	}
	w.Access = types.MapValueMust(types.ObjectType{AttrTypes: possessionTypes}, held)
	w.Indirect = types.MapValueMust(types.ObjectType{AttrTypes: indirectTypes}, indirect)
	w.Dormant = types.MapValueMust(types.ObjectType{AttrTypes: dormantTypes}, dormant)
	w.Accounts = types.MapValueMust(types.ObjectType{AttrTypes: accountTypes}, accounts)
	w.Checked = textSet(checked)
	w.NotAvailable, w.Failed, w.LeftOut = byPlace(found.notAvailable), byPlace(found.failed), byPlace(found.leftOut)
}

func byPlace(reasons map[place]string) types.Map {
	texts := map[string]string{}
	for at, reason := range reasons {
		texts[at.String()] = reason
	}
	return textMap(texts)
}

// textSet is a set of texts, each once and in order.
func textSet(texts []string) types.Set {
	elements := []attr.Value{}
	for _, text := range slices.Compact(slices.Sorted(slices.Values(texts))) {
		elements = append(elements, types.StringValue(text))
	}
	return types.SetValueMust(types.StringType, elements)
}

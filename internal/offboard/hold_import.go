package offboard

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/offboard/terraform-provider-offboard/internal/access"
)

// ImportState takes system/person, for the person's own matter, or system/person/matter, or the identity. Read adopts
// the holds that there are.
func (r *LegalHold) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	diags := &resp.Diagnostics
	var system, person, matter types.String
	if req.ID != "" || req.Identity == nil {
		// What is the account of a kind of access is the matter of a hold.
		id, err := parseImportID(req.ID)
		if err != nil {
			diags.AddError("Not an import id", sentence(err.Error())+" An import id is system/person, such as google/jane@acme.com, for holds in the "+
				"person's own matter; or system/person/matter, with the id or the name of another.")
			return
		}
		system, person, matter = types.StringValue(id.system), types.StringValue(id.person), optional(id.account)
	} else {
		diags.Append(req.Identity.GetAttribute(ctx, path.Root(attrSystem), &system)...)
		diags.Append(req.Identity.GetAttribute(ctx, path.Root(attrPerson), &person)...)
		diags.Append(req.Identity.GetAttribute(ctx, path.Root(attrMatter), &matter)...)
	}
	if diags.HasError() {
		return
	}
	if err := r.systems.lacks(holdTypeName, system.ValueString()); err != "" {
		diags.AddError("Unknown system", err)
		return
	}
	if _, err := access.ParsePerson(person.ValueString()); err != nil {
		diags.AddError("Not an email address", sentence(err.Error()))
		return
	}
	set(ctx, &resp.State, diags, map[string]any{
		attrSystem: system, attrPerson: person, attrMatter: matter, attrReleased: false, attrData: dataSet(everyData),
		attrHolds: textMap[string](nil), attrSince: textMap[string](nil), attrCoveredBy: textMap[string](nil),
	})
	custodyFacts{Adopting: true}.remember(ctx, resp.Private, diags)
	identifyHold(ctx, resp.Identity, hold{System: system, Person: person, Matter: matter}, diags)
}

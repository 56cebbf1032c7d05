package offboard

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/offboard/terraform-provider-offboard/internal/access"
)

// ImportState takes system/person, or system/person/account where the address leads to several accounts,
// or the identity. Read fills in the rest.
func (r *Resource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	diags := &resp.Diagnostics
	id := importID{}
	if req.ID != "" || req.Identity == nil {
		var err error
		if id, err = parseImportID(req.ID); err != nil {
			diags.AddError("Not an import id", sentence(err.Error())+" An import id is system/person, such as okta/jane@acme.com; "+
				"or system/person/account where several accounts have the address.")
			return
		}
	} else {
		diags.Append(req.Identity.GetAttribute(ctx, path.Root(attrSystem), &id.system)...)
		diags.Append(req.Identity.GetAttribute(ctx, path.Root(attrPerson), &id.person)...)
	}
	if diags.HasError() {
		return
	}
	if err := r.systems.lacks(r.typeName(), id.system); err != "" {
		diags.AddError("Unknown system", err)
		return
	}
	if _, err := access.ParsePerson(id.person); err != nil {
		diags.AddError("Not an email address", sentence(err.Error()))
		return
	}
	attributes := map[string]any{
		attrSystem: id.system, attrPerson: id.person, attrAccount: optional(id.account), attrTerminated: false,
		attrAccess: holdings(nil), attrNotes: holdings(nil), attrStays: holdings(nil), attrRemoved: removals(types.Map{}, nil),
	}
	if r.kind.Disposes {
		attributes[attrDisposition] = string(access.Suspend)
	}
	set(ctx, &resp.State, diags, attributes)
	facts{Pinned: id.account != ""}.remember(ctx, resp.Private, diags)
	identify(ctx, resp.Identity, values{System: types.StringValue(id.system), Person: types.StringValue(id.person)}, diags)
}

type importID struct{ system, person, account string }

func (id importID) String() string {
	if id.account == "" {
		return id.system + "/" + id.person
	}
	return id.system + "/" + id.person + "/" + id.account
}

// parseImportID reads system/person or system/person/account. An address may have a slash before its @,
// and can't have one after it.
func parseImportID(s string) (importID, error) {
	system, rest, ok := strings.Cut(s, "/")
	if !ok || system == "" || rest == "" {
		return importID{}, fmt.Errorf("%q does not name a system and a person", s)
	}
	id := importID{system: system, person: rest}
	at := strings.LastIndex(rest, "@")
	if slash := strings.IndexByte(rest[max(at, 0):], '/'); at >= 0 && slash >= 0 {
		id.person, id.account = rest[:at+slash], rest[at+slash+1:]
		if id.account == "" {
			return importID{}, fmt.Errorf("%q names no account after its last slash", s)
		}
	}
	if _, err := access.ParsePerson(id.person); err != nil {
		return importID{}, err
	}
	return id, nil
}

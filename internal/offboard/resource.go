package offboard

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/offboard/terraform-provider-offboard/internal/access"
)

// A Resource is the resource of one kind. The framework makes one for each call, so it keeps nothing.
type Resource struct {
	kind Kind
	// systems are those that have this kind.
	systems Systems
	env     *Environment
}

var (
	_ resource.ResourceWithConfigure      = (*Resource)(nil)
	_ resource.ResourceWithModifyPlan     = (*Resource)(nil)
	_ resource.ResourceWithImportState    = (*Resource)(nil)
	_ resource.ResourceWithIdentity       = (*Resource)(nil)
	_ resource.ResourceWithValidateConfig = (*Resource)(nil)
)

// New returns the factory of a kind's resource, for the systems that have it.
func New(kind Kind, systems Systems) func() resource.Resource {
	return func() resource.Resource { return &Resource{kind: kind, systems: systems} }
}

// Metadata names the resource type.
func (r *Resource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_" + r.kind.Name
}

// Configure takes the provider's Environment. Validation runs without one.
func (r *Resource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.env = environment(req.ProviderData, &resp.Diagnostics)
}

func environment(data any, diags *diag.Diagnostics) *Environment {
	if data == nil {
		return nil
	}
	env, ok := data.(*Environment)
	if !ok {
		diags.AddError("Wrong provider data", fmt.Sprintf("Got %T. This is always a bug in the provider; please report it.", data))
	}
	return env
}

// ValidateConfig refuses what no plan could make right.
func (r *Resource) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	if !r.kind.Transfers {
		return
	}
	v := r.read(ctx, req.Config, &resp.Diagnostics)
	if v.Successor.IsNull() || v.Successor.IsUnknown() || v.Person.IsUnknown() || v.successor() != v.person() {
		return
	}
	resp.Diagnostics.AddAttributeError(rootSuccessor, "The successor is the leaver",
		fmt.Sprintf("%s can't receive what %s leaves. Name somebody who stays.", v.Successor.ValueString(), v.Person.ValueString()))
}

// connector returns the connector for a resource: for an account, the one for its disposition.
func (r *Resource) connector(system *System, disposition access.Disposition) (access.Connector, error) {
	connector := system.Connectors[r.kind.Name]
	if !r.kind.Disposes {
		return connector, nil
	}
	disposer, ok := connector.(access.Disposer)
	if !ok {
		return connector, nil
	}
	var can []string
	for _, d := range access.Dispositions {
		disposed, has := disposer.Dispose(d)
		if has && d == disposition {
			return disposed, nil
		}
		if has {
			can = append(can, string(d))
		}
	}
	return nil, &access.Error{
		Kind: access.NotAvailable, Op: "use disposition = " + string(disposition), Reason: "this system does not have it",
		Fix: "It has " + quotedWords(can) + ".",
	}
}

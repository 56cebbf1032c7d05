package offboard

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/offboard/terraform-provider-offboard/internal/access"
)

// A Case is the resource of one person's exit as a whole. It looks at every kind of access in every configured system
// itself, whatever resources there are, and removes nothing. What it finds is outstanding: rows that its plan shows going,
// and that have to be gone when it is applied, last of all, or the apply fails. So a case can't be closed by forgetting a
// resource. When nothing is outstanding it closes, and makes the evidence; when something is found again it is open.
//
// Its arithmetic is that of controls in case_facts.go; what it knows from one run to the next travels in its private state.
type Case struct {
	table []TableRow
	env   *Environment
}

var (
	_ resource.ResourceWithConfigure      = (*Case)(nil)
	_ resource.ResourceWithModifyPlan     = (*Case)(nil)
	_ resource.ResourceWithImportState    = (*Case)(nil)
	_ resource.ResourceWithIdentity       = (*Case)(nil)
	_ resource.ResourceWithValidateConfig = (*Case)(nil)
)

// NewCase returns the factory of the resource, for all kinds there are.
func NewCase(table []TableRow) func() resource.Resource {
	return func() resource.Resource { return &Case{table: table} }
}

// Metadata names the resource type.
func (r *Case) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_case"
}

// Configure takes the provider's Environment. Validation runs without one.
func (r *Case) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.env = environment(req.ProviderData, &resp.Diagnostics)
}

// What a case can be.
const (
	caseOpen   = "open"
	caseClosed = "closed"
)

// A caseValues is the resource's attributes as Terraform has them: any may be null or unknown.
type caseValues struct {
	Person       types.String   `tfsdk:"person"`
	RequestedAt  types.String   `tfsdk:"requested_at"`
	ApprovedBy   types.String   `tfsdk:"approved_by"`
	ApprovedAt   types.String   `tfsdk:"approved_at"`
	Reference    types.String   `tfsdk:"reference"`
	Successor    types.String   `tfsdk:"successor"`
	SLA          types.String   `tfsdk:"sla"`
	Systems      types.Set      `tfsdk:"systems"`
	AccountIDs   types.Map      `tfsdk:"account_ids"`
	Attestations types.Map      `tfsdk:"attestations"`
	Exceptions   types.Map      `tfsdk:"exceptions"`
	Outstanding  types.Map      `tfsdk:"outstanding"`
	Status       types.String   `tfsdk:"status"`
	ClosedAt     types.String   `tfsdk:"closed_at"`
	Coverage     types.Object   `tfsdk:"coverage"`
	Evidence     types.String   `tfsdk:"evidence"`
	SHA256       types.String   `tfsdk:"evidence_sha256"`
	Signature    types.String   `tfsdk:"evidence_signature"`
	Bundle       types.String   `tfsdk:"bundle"`
	Timeouts     timeouts.Value `tfsdk:"timeouts"`
}

var caseCoverageTypes = map[string]attr.Type{
	"expected": types.Int64Type, "checked": types.Int64Type, "not_available": types.Int64Type, attested: types.Int64Type, "waived": types.Int64Type,
	"outstanding": types.Int64Type,
}

func readCase(ctx context.Context, from whole, diags *diag.Diagnostics) caseValues {
	var v caseValues
	diags.Append(from.Get(ctx, &v)...)
	return v
}

func (v caseValues) person() access.Person {
	return access.Person(strings.ToLower(v.Person.ValueString()))
}

// sla is how long the exit may take. The configuration was validated.
func (v caseValues) sla() time.Duration {
	d, err := time.ParseDuration(v.SLA.ValueString())
	if err != nil {
		d, _ = time.ParseDuration(defaultSLA)
	}
	return d
}

// An exception is what somebody accepts until a date, by what it is an exception to.
type exception struct {
	owner, reason string
	until         time.Time
}

func (v caseValues) exceptions() map[string]exception {
	exceptions := map[string]exception{}
	for key, element := range v.Exceptions.Elements() {
		text := textsIn(element)
		if until, ok := moment(text("until")); ok {
			exceptions[key] = exception{text(attrOwner).ValueString(), text("reason").ValueString(), until}
		}
	}
	return exceptions
}

func (v caseValues) attestations() map[string]attestation {
	attestations := map[string]attestation{}
	for name, element := range v.Attestations.Elements() {
		if element.IsUnknown() {
			continue
		}
		text := textsIn(element)
		attestations[name] = attestation{
			Person: text(attrPerson), Application: text(attrApplication), Owner: text(attrOwner), Statement: text(attrStatement),
			AttestedBy: text(attrAttestedBy), AttestedAt: text(attrAttestedAt), Reference: text(attrReference), ExpiresAt: text(attrExpiresAt),
		}
	}
	return attestations
}

// begins says that no configuration of the case has been applied yet: it has been imported.
func (v caseValues) begins() bool { return v.RequestedAt.IsNull() }

// asks says whether two configurations ask for the same.
func (v caseValues) asks(other caseValues) bool {
	for _, pair := range [][2]attr.Value{
		{v.RequestedAt, other.RequestedAt}, {v.ApprovedBy, other.ApprovedBy}, {v.ApprovedAt, other.ApprovedAt}, {v.Reference, other.Reference},
		{v.Successor, other.Successor}, {v.SLA, other.SLA}, {v.Systems, other.Systems}, {v.AccountIDs, other.AccountIDs},
		{v.Attestations, other.Attestations}, {v.Exceptions, other.Exceptions},
	} {
		if !pair[0].Equal(pair[1]) {
			return false
		}
	}
	return true
}

// reopen sets what a case that is not closed has.
func (v *caseValues) reopen(outstanding map[string]string) {
	v.Outstanding, v.Status = textMap(outstanding), types.StringValue(caseOpen)
	v.ClosedAt, v.Evidence, v.SHA256, v.Signature, v.Bundle = types.StringNull(), types.StringNull(), types.StringNull(), types.StringNull(), types.StringNull()
}

// ImportState takes the person, or the identity. Read finds what is outstanding.
func (r *Case) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	diags := &resp.Diagnostics
	person := req.ID
	if req.ID == "" && req.Identity != nil {
		diags.Append(req.Identity.GetAttribute(ctx, path.Root(attrPerson), &person)...)
	}
	if diags.HasError() {
		return
	}
	if _, err := access.ParsePerson(person); err != nil {
		diags.AddError("Not an import id", sentence(err.Error())+" The import id of a case is the person's work email.")
		return
	}
	set(ctx, &resp.State, diags, map[string]any{attrPerson: person, attrOutstanding: textMap[string](nil), attrStatus: caseOpen})
	identifyCase(ctx, resp.Identity, person, diags)
}

func identifyCase(ctx context.Context, identity *tfsdk.ResourceIdentity, person string, diags *diag.Diagnostics) {
	if identity != nil {
		diags.Append(identity.SetAttribute(ctx, path.Root(attrPerson), strings.ToLower(person))...)
	}
}

// what names what a resource is about.
func (v caseValues) what() string { return fmt.Sprintf("the case of %s", v.Person.ValueString()) }

package offboard

import (
	"context"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// An Attestation is the resource of a control without an API: a finance tool, a badge, a laptop. Nobody can look whether
// the access is gone, so somebody who can says so, and is named. It asks nothing of any system; a case counts it.
type Attestation struct{ env *Environment }

var (
	_ resource.ResourceWithConfigure      = (*Attestation)(nil)
	_ resource.ResourceWithModifyPlan     = (*Attestation)(nil)
	_ resource.ResourceWithValidateConfig = (*Attestation)(nil)
)

// NewAttestation is the factory of the resource.
func NewAttestation() resource.Resource { return &Attestation{} }

// The attributes of an attestation, besides the person.
const (
	attrApplication = "application"
	attrOwner       = "owner"
	attrStatement   = "statement"
	attrAttestedBy  = "attested_by"
	attrAttestedAt  = "attested_at"
	attrReference   = "reference"
	attrExpiresAt   = "expires_at"
	attrStatus      = "status"
)

// What an attestation can be.
const (
	unattested = "unattested"
	attested   = "attested"
	expired    = "expired"
)

// An attestation is its attributes as Terraform has them: any may be null or unknown.
type attestation struct {
	Person      types.String `tfsdk:"person"`
	Application types.String `tfsdk:"application"`
	Owner       types.String `tfsdk:"owner"`
	Statement   types.String `tfsdk:"statement"`
	AttestedBy  types.String `tfsdk:"attested_by"`
	AttestedAt  types.String `tfsdk:"attested_at"`
	Reference   types.String `tfsdk:"reference"`
	ExpiresAt   types.String `tfsdk:"expires_at"`
}

// status is what the attestation is worth at a time.
func (a attestation) status(now time.Time) string {
	until, ends := moment(a.ExpiresAt)
	at, said := moment(a.AttestedAt)
	switch {
	case !said || at.After(now) || a.AttestedBy.ValueString() == "":
		return unattested
	case ends && !until.After(now):
		return expired
	}
	return attested
}

// moment is an RFC 3339 time of the configuration, which was validated.
func moment(s types.String) (time.Time, bool) {
	at, err := time.Parse(time.RFC3339, s.ValueString())
	return at, err == nil
}

// Metadata names the resource type.
func (r *Attestation) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_attestation"
}

// Configure takes the provider's Environment. Validation runs without one.
func (r *Attestation) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.env = environment(req.ProviderData, &resp.Diagnostics)
}

// Schema is the same whatever is configured.
func (r *Attestation) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	something := []validator.String{stringvalidator.LengthAtLeast(1)}
	resp.Schema = schema.Schema{
		MarkdownDescription: "A control without an API: a finance tool, a badge, a laptop. Nobody can look whether the access is gone, so somebody who can says so: " +
			"`attested_by` and `attested_at` are set in a change of their own, which is reviewed like any. `offboard_case` does not close before that. " +
			"It asks nothing of any system.",
		Attributes: map[string]schema.Attribute{
			attrPerson: schema.StringAttribute{
				Required: true, Validators: []validator.String{email{}},
				MarkdownDescription: "Who leaves, by work email. Letter case does not matter.",
				PlanModifiers: []planmodifier.String{stringplanmodifier.RequiresReplaceIf(anotherPerson,
					"Another person is another attestation.", "Another person is another attestation.")},
			},
			attrApplication: schema.StringAttribute{Required: true, Validators: something, MarkdownDescription: "What the access is to: `Finance tool`."},
			attrOwner:       schema.StringAttribute{Required: true, Validators: something, MarkdownDescription: "Who answers for the application, and has to be asked."},
			attrStatement: schema.StringAttribute{
				Required: true, Validators: something,
				MarkdownDescription: "What is said: `The account is closed and the badge returned.` It can't be changed once it has been attested.",
			},
			attrAttestedBy: schema.StringAttribute{
				Optional: true, Validators: something, MarkdownDescription: "Who says so. Nobody does as long as it is not set; the person themselves can't.",
			},
			attrAttestedAt: schema.StringAttribute{
				Optional: true, Validators: []validator.String{rfc3339{}}, MarkdownDescription: "When they said so, as an RFC 3339 time.",
			},
			attrReference: schema.StringAttribute{Optional: true, Validators: something, MarkdownDescription: "Where they said so: a ticket, a mail."},
			attrExpiresAt: schema.StringAttribute{
				Optional: true, Validators: []validator.String{rfc3339{}},
				MarkdownDescription: "From when on it no longer counts, as an RFC 3339 time: a case that relied on it is open again then. It never ends if not set.",
			},
			attrStatus: schema.StringAttribute{
				Computed: true, MarkdownDescription: "`unattested`, `attested` or `expired`, as of the last refresh.",
				PlanModifiers: []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
			},
		},
	}
}

// attestationState is an attestation with what is computed.
type attestationState struct {
	attestation
	Status types.String `tfsdk:"status"`
}

func readAttestation(ctx context.Context, from whole, diags *diag.Diagnostics) attestationState {
	var a attestationState
	diags.Append(from.Get(ctx, &a)...)
	return a
}

// ValidateConfig refuses a word that nobody gave, or that the leaver gave.
func (r *Attestation) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	a := readAttestation(ctx, req.Config, &resp.Diagnostics)
	for _, wrong := range a.wrong() {
		resp.Diagnostics.AddAttributeError(path.Root(wrong.attribute), wrong.summary, wrong.detail)
	}
}

// A mistake is what no plan could make right, and where it stands.
type mistake struct{ attribute, summary, detail string }

func (a attestation) wrong() (mistakes []mistake) {
	if a.AttestedBy.IsUnknown() || a.AttestedAt.IsUnknown() {
		return nil
	}
	if a.AttestedBy.IsNull() != a.AttestedAt.IsNull() {
		mistakes = append(mistakes, mistake{attrAttestedBy, "Half an attestation", "Who attests it and when go together: set both, attested_by and attested_at, or neither."})
	}
	if !a.AttestedBy.IsNull() && strings.EqualFold(a.AttestedBy.ValueString(), a.Person.ValueString()) {
		mistakes = append(mistakes, mistake{attrAttestedBy, "The leaver can't attest their own exit", "Somebody else has to say it of " + a.Person.ValueString() + "."})
	}
	said, ok := moment(a.AttestedAt)
	if until, ends := moment(a.ExpiresAt); ok && ends && !until.After(said) {
		mistakes = append(mistakes, mistake{attrExpiresAt, "It would never count", "It expires no later than it is attested. Set expires_at to a later time."})
	}
	return mistakes
}

// ModifyPlan refuses a word that is yet to be given, and one that is put into somebody's mouth.
func (r *Attestation) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.Plan.Raw.IsNull() || r.env == nil {
		return
	}
	diags := &resp.Diagnostics
	plan := readAttestation(ctx, req.Plan, diags)
	if said, ok := moment(plan.AttestedAt); ok && said.After(r.env.Clock.Now()) {
		diags.AddAttributeError(path.Root(attrAttestedAt), "Attested in the future", plan.AttestedAt.ValueString()+
			" has not come yet, so nobody can have said so then. Set attested_at to when it was said.")
	}
	if diags.HasError() {
		return
	}
	if req.State.Raw.IsNull() {
		return
	}
	prior := readAttestation(ctx, req.State, diags)
	if diags.HasError() || plan.attestation == prior.attestation {
		if prior.status(r.env.Clock.Now()) == expired {
			diags.AddAttributeWarning(path.Root(attrExpiresAt), "An attestation has expired", plan.Application.ValueString()+" of "+plan.Person.ValueString()+
				" was attested until "+plan.ExpiresAt.ValueString()+". Have "+plan.Owner.ValueString()+" look again, and set attested_by, attested_at and expires_at anew.")
		}
		return
	}
	said := func(a attestation) [3]string {
		return [3]string{a.Application.ValueString(), a.Statement.ValueString(), strings.ToLower(a.Person.ValueString())}
	}
	if prior.status(r.env.Clock.Now()) != unattested && said(plan.attestation) != said(prior.attestation) && plan.AttestedAt.Equal(prior.AttestedAt) &&
		!plan.AttestedAt.IsUnknown() {
		diags.AddAttributeError(path.Root(attrStatement), "Changed after it was attested", prior.AttestedBy.ValueString()+" attested something else at "+
			prior.AttestedAt.ValueString()+". Have the new statement attested, and set attested_at to when that was; or take attested_by and attested_at out until then.")
		return
	}
	diags.Append(resp.Plan.SetAttribute(ctx, path.Root(attrStatus), types.StringUnknown())...)
}

// Create records it.
func (r *Attestation) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	r.record(ctx, req.Plan, &resp.State, &resp.Diagnostics)
}

// Update records it anew.
func (r *Attestation) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	r.record(ctx, req.Plan, &resp.State, &resp.Diagnostics)
}

// Read sees whether it still counts.
func (r *Attestation) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	r.record(ctx, req.State, &resp.State, &resp.Diagnostics)
}

// Delete forgets.
func (r *Attestation) Delete(context.Context, resource.DeleteRequest, *resource.DeleteResponse) {}

// settable is a state.
type settable interface {
	Set(ctx context.Context, value any) diag.Diagnostics
}

func (r *Attestation) record(ctx context.Context, from whole, to settable, diags *diag.Diagnostics) {
	a := readAttestation(ctx, from, diags)
	if diags.HasError() {
		return
	}
	a.Status = types.StringValue(a.status(r.env.Clock.Now()))
	diags.Append(to.Set(ctx, &a)...)
}

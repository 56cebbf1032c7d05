package offboard

import (
	"context"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/mapvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// The attributes of a case, besides those that it shares with others.
const (
	attrRequestedAt  = "requested_at"
	attrApprovedBy   = "approved_by"
	attrApprovedAt   = "approved_at"
	attrSLA          = "sla"
	attrAttestations = "attestations"
	attrExceptions   = "exceptions"
	attrOutstanding  = "outstanding"
)

// defaultSLA is what auditors take for granted where nothing else was agreed.
const defaultSLA = "24h"

// Schema is a pure function of the table.
func (r *Case) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	systems, _ := allOf(r.table)
	something := []validator.String{stringvalidator.LengthAtLeast(1)}
	text := func(about string) schema.StringAttribute {
		return schema.StringAttribute{Computed: true, MarkdownDescription: about}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "One person's exit as a whole, from the request to the proof. It looks at every kind of access in every configured system itself, whatever " +
			"resources the configuration has for the person, and removes nothing: what it finds is `outstanding`, and has to be gone when the case is applied, or the " +
			"apply fails and names it. So a case can't be closed by forgetting a resource. Let it depend on all resources of the person (`depends_on`), and import it in the same " +
			"change: then its rows stand in the plan. A closed case has the `evidence`; one that finds access again is open, and its plan shows the rows.",
		Attributes: map[string]schema.Attribute{
			attrPerson: schema.StringAttribute{
				Required: true, Validators: []validator.String{email{}},
				MarkdownDescription: "Who leaves, by work email. Letter case does not matter.",
				PlanModifiers: []planmodifier.String{stringplanmodifier.RequiresReplaceIf(anotherPerson,
					"Another person is another case.", "Another person is another case.")},
			},
			attrRequestedAt: schema.StringAttribute{
				Required: true, Validators: []validator.String{rfc3339{}},
				MarkdownDescription: "When the exit was asked for, as an RFC 3339 time. Elapsed times count from it.",
			},
			attrApprovedBy: schema.StringAttribute{Required: true, Validators: something, MarkdownDescription: "Who approved it. The person themselves can't."},
			attrApprovedAt: schema.StringAttribute{Optional: true, Validators: []validator.String{rfc3339{}}, MarkdownDescription: "When it was approved, as an RFC 3339 time."},
			attrReference:  schema.StringAttribute{Required: true, Validators: something, MarkdownDescription: "The ticket or the pull request."},
			attrSuccessor: schema.StringAttribute{
				Optional: true, Validators: []validator.String{email{}}, MarkdownDescription: "Who takes over, for the evidence. Transfers take theirs from their own resources.",
			},
			attrSLA: schema.StringAttribute{
				Optional: true, Computed: true, Default: stringdefault.StaticString(defaultSLA), Validators: []validator.String{duration{}},
				MarkdownDescription: "How long the exit may take from `requested_at`, such as `24h` or `90m`. `" + defaultSLA + "` if not set. The evidence says of each control whether it was in time.",
			},
			attrSystems: schema.SetAttribute{
				Required: true, ElementType: types.StringType,
				MarkdownDescription: "The systems that have to be looked at, of " + systems.markdown() + ". One that the provider block does not configure is an error: it must not be " +
					"missing from the count. One that is configured is looked at in any case.",
				Validators: []validator.Set{setvalidator.SizeAtLeast(1), setvalidator.ValueStringsAre(among{"offboard_case", systems})},
			},
			attrAccountIDs: schema.MapAttribute{
				Optional: true, ElementType: types.StringType,
				MarkdownDescription: "The person's account where the email does not lead to it, or to several: a system's own immutable id of it, by system.",
				Validators: []validator.Map{
					mapvalidator.KeysAre(among{"offboard_case", systems}), mapvalidator.ValueStringsAre(stringvalidator.LengthAtLeast(1)),
				},
			},
			attrAttestations: schema.MapNestedAttribute{
				Optional: true,
				MarkdownDescription: "Controls without an API, by a name of your own: `{ badge = offboard_attestation.badge }`. One that is not attested, or is no longer, is " +
					"outstanding as `attestation/badge`.",
				// What has to be there ValidateConfig says: an attestation that is not in the state yet is not known as a whole when
				// it is validated, which the framework takes for one that lacks everything.
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					attrPerson:      schema.StringAttribute{Optional: true, Validators: []validator.String{email{}}, MarkdownDescription: "Of whom it is said."},
					attrApplication: schema.StringAttribute{Optional: true, Validators: something, MarkdownDescription: "What the access is to."},
					attrOwner:       schema.StringAttribute{Optional: true, Validators: something, MarkdownDescription: "Who answers for the application."},
					attrStatement:   schema.StringAttribute{Optional: true, Validators: something, MarkdownDescription: "What is said."},
					attrAttestedBy:  schema.StringAttribute{Optional: true, Validators: something, MarkdownDescription: "Who says so."},
					attrAttestedAt:  schema.StringAttribute{Optional: true, Validators: []validator.String{rfc3339{}}, MarkdownDescription: "When they said so."},
					attrReference:   schema.StringAttribute{Optional: true, MarkdownDescription: "Where they said so."},
					attrExpiresAt:   schema.StringAttribute{Optional: true, Validators: []validator.String{rfc3339{}}, MarkdownDescription: "From when on it no longer counts."},
				}},
				Validators: []validator.Map{mapvalidator.KeysAre(stringvalidator.LengthAtLeast(1))},
			},
			attrExceptions: schema.MapNestedAttribute{
				Optional: true,
				MarkdownDescription: "What somebody accepts until a date. The key is one of `outstanding` (`system/kind/id`, `attestation/name`); or `system/kind` for a kind that " +
					"nobody has to look at, such as one that takes too long to ask: it is counted as `waived`. From its date on it is none.",
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					attrOwner: schema.StringAttribute{Required: true, Validators: something, MarkdownDescription: "Who accepts it."},
					"reason":  schema.StringAttribute{Required: true, Validators: something, MarkdownDescription: "Why."},
					"until":   schema.StringAttribute{Required: true, Validators: []validator.String{rfc3339{}}, MarkdownDescription: "Until when, as an RFC 3339 time."},
				}},
				Validators: []validator.Map{mapvalidator.KeysAre(stringvalidator.LengthAtLeast(1))},
			},
			attrOutstanding: schema.MapAttribute{
				Computed: true, ElementType: types.StringType,
				MarkdownDescription: "What keeps the case open: what the person holds, as `system/kind/id`, and what is not attested, as `attestation/name`. Empty when it is closed.",
			},
			attrStatus:  text("`open` or `closed`."),
			"closed_at": text("When everything was last seen settled, as an RFC 3339 time. Null while the case is open."),
			"coverage": schema.SingleNestedAttribute{
				Computed:            true,
				MarkdownDescription: "How many controls there are, and what is known of them. A control is a kind of access in a system, or an attestation.",
				Attributes: map[string]schema.Attribute{
					"expected":      schema.Int64Attribute{Computed: true, MarkdownDescription: "All: the sum of the others."},
					"checked":       schema.Int64Attribute{Computed: true, MarkdownDescription: "Looked at, and nothing outstanding."},
					"not_available": schema.Int64Attribute{Computed: true, MarkdownDescription: "What a system does not have as it is set up or licensed."},
					attested:        schema.Int64Attribute{Computed: true, MarkdownDescription: "Attested by somebody."},
					"waived":        schema.Int64Attribute{Computed: true, MarkdownDescription: "Not looked at, or not attested, which somebody accepts until a date."},
					attrOutstanding: schema.Int64Attribute{Computed: true, MarkdownDescription: "Those that keep the case open."},
				},
			},
			// Sensitive keeps pages of it out of every plan that reopens a case, and what people held out of the logs of CI.
			"evidence": schema.StringAttribute{
				Computed: true, Sensitive: true, MarkdownDescription: "The evidence of a closed case: canonical JSON (RFC 8785). Null while it is open. There is no secret in it; it is " +
					"marked sensitive so that plans and logs don't show what people held.",
			},
			"evidence_sha256":    text("The SHA-256 digest of `evidence`, in hexadecimal."),
			"evidence_signature": text("The Ed25519 signature of `evidence`, in Base64, by the `signing_key` of the provider. Null where there is none."),
			"bundle": schema.StringAttribute{
				Computed: true, Sensitive: true, MarkdownDescription: "Evidence, digest and signature as one JSON document: what `terraform-provider-offboard verify` and `provider::offboard::verify` take. Write it " +
					"to a file with `terraform output -raw`, from an output that is marked sensitive too.",
			},
			attrTimeouts: timeouts.Attributes(ctx, timeouts.Opts{
				Read: true, Update: true,
				ReadDescription:   fmt.Sprintf("How long looking may take, such as `30m`. %s if not set.", words(readTimeout)),
				UpdateDescription: fmt.Sprintf("How long closing may take, such as `1h`. %s if not set.", words(updateTimeout)),
			}),
		},
	}
}

// IdentitySchema is the person.
func (r *Case) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{Attributes: map[string]identityschema.Attribute{
		attrPerson: identityschema.StringAttribute{RequiredForImport: true, Description: "The person, by work email in lower case."},
	}}
}

// duration accepts what Go does, if it is a second or more: evidence has whole seconds.
type duration struct{}

func (duration) Description(context.Context) string             { return "must be a duration" }
func (v duration) MarkdownDescription(c context.Context) string { return v.Description(c) }

func (duration) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	if d, err := time.ParseDuration(req.ConfigValue.ValueString()); err != nil || d < time.Second {
		resp.Diagnostics.AddAttributeError(req.Path, "Not a duration", fmt.Sprintf("%q is not a time such as 24h or 90m.", req.ConfigValue.ValueString()))
	}
}

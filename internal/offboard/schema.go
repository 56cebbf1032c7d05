package offboard

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/mapvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/offboard/terraform-provider-offboard/internal/access"
)

// The attributes of every kind.
const (
	attrSystem     = "system"
	attrPerson     = "person"
	attrAccount    = "account"
	attrTerminated = "terminated"
	attrTolerate   = "tolerate"
	attrAccess     = "access"
	attrNotes      = "notes"
	attrStays      = "stays"
	attrRemoved    = "removed"
	attrTimeouts   = "timeouts"
	// And those of some.
	attrDisposition = "disposition"
	attrSuccessor   = "successor"
)

// How long reading and removing may take where the configuration does not say.
const (
	readTimeout   = 10 * time.Minute
	updateTimeout = 30 * time.Minute
)

// Schema is a pure function of the kind: the framework keeps it by type name.
func (r *Resource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	attributes := map[string]schema.Attribute{
		attrSystem: schema.StringAttribute{
			Required:            true,
			MarkdownDescription: "The system: " + r.systems.markdown() + ". It has to be configured in the provider block.",
			Validators:          []validator.String{among{r.typeName(), r.systems}},
			PlanModifiers:       []planmodifier.String{stringplanmodifier.RequiresReplace()},
		},
		attrPerson: schema.StringAttribute{
			Required:            true,
			MarkdownDescription: "The person, by work email. Letter case does not matter.",
			Validators:          []validator.String{email{}},
			PlanModifiers: []planmodifier.String{stringplanmodifier.RequiresReplaceIf(anotherPerson,
				"Another person is another resource.", "Another person is another resource.")},
		},
		attrAccount: schema.StringAttribute{
			Optional: true,
			Computed: true,
			MarkdownDescription: "The system's own immutable id of the person's account. Found by the email where that is not ambiguous; " +
				"set it where it is, or where the system does not know people by email.",
			Validators: []validator.String{stringvalidator.LengthAtLeast(1)},
			PlanModifiers: []planmodifier.String{stringplanmodifier.RequiresReplaceIf(anotherAccount,
				"Another account is another resource.", "Another account is another resource.")},
		},
		attrTerminated: schema.BoolAttribute{
			Optional: true,
			Computed: true,
			Default:  booldefault.StaticBool(false),
			MarkdownDescription: "`true` is the exit: everything in `access` is planned to go. `false` watches and removes nothing; " +
				"going back to `false` gives nothing back.",
		},
		attrTolerate: schema.MapAttribute{
			Optional:    true,
			ElementType: types.StringType,
			MarkdownDescription: "Known exceptions: the id of a grant (a key of `access`) and until when it may stay, as an RFC 3339 time such as " +
				"`2026-12-31T00:00:00Z`. From then on the grant is planned to go like any other.",
			Validators: []validator.Map{
				mapvalidator.KeysAre(stringvalidator.LengthAtLeast(1)),
				mapvalidator.ValueStringsAre(rfc3339{}),
			},
		},
		attrAccess: schema.MapAttribute{
			Computed:            true,
			ElementType:         types.StringType,
			MarkdownDescription: "What the person holds now: " + r.kind.Row + ". The key is the system's id, the value says what it is and where it comes from.",
		},
		attrNotes: schema.MapAttribute{
			Computed:            true,
			ElementType:         types.StringType,
			MarkdownDescription: "What a reviewer must know of single rows of `access` before they go: what breaks or changes with them. By the same ids.",
		},
		attrStays: schema.MapAttribute{
			Computed:            true,
			ElementType:         types.StringType,
			MarkdownDescription: "Which rows of `access` the system will not let go of from here, why, and what to do about it. By the same ids.",
		},
		attrRemoved: schema.MapNestedAttribute{
			Computed:            true,
			MarkdownDescription: "What is gone since the exit, by the ids of `access`.",
			NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
				"label": schema.StringAttribute{Computed: true, MarkdownDescription: "What it was."},
				"at":    schema.StringAttribute{Computed: true, MarkdownDescription: "When it was seen gone, as an RFC 3339 time."},
				"assurance": schema.StringAttribute{
					Computed: true,
					MarkdownDescription: "How that is known: `observed` (the system was asked afterwards and no longer lists it) or `acknowledged` " +
						"(the system said that it did, and offers nothing to look at).",
				},
			}},
		},
		attrTimeouts: timeouts.Attributes(ctx, timeouts.Opts{
			Read: true, Update: true,
			ReadDescription:   fmt.Sprintf("How long listing may take, such as `5m`. %s if not set.", words(readTimeout)),
			UpdateDescription: fmt.Sprintf("How long removing and verifying may take, such as `1h`. %s if not set.", words(updateTimeout)),
		}),
	}
	if r.kind.Disposes {
		attributes[attrDisposition] = schema.StringAttribute{
			Optional: true,
			Computed: true,
			Default:  stringdefault.StaticString(string(access.Suspend)),
			MarkdownDescription: "What becomes of the account: `suspend` (the default, and reversible), `deactivate`, `archive` or `delete`, as far as the " +
				"system has them and the account's state allows. Nothing harsher is ever chosen instead.",
			Validators: []validator.String{stringvalidator.OneOf(dispositions()...)},
		}
	}
	if r.kind.Transfers {
		attributes[attrSuccessor] = schema.StringAttribute{
			Optional:            true,
			MarkdownDescription: "Who receives what has to go to somebody, by work email: an active account of the same system, of a person who stays.",
			Validators:          []validator.String{email{}},
		}
	}
	resp.Schema = schema.Schema{MarkdownDescription: r.kind.About, Attributes: attributes}
}

// IdentitySchema is the same for every kind.
func (r *Resource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{Attributes: map[string]identityschema.Attribute{
		attrSystem: identityschema.StringAttribute{RequiredForImport: true, Description: "The system."},
		attrPerson: identityschema.StringAttribute{RequiredForImport: true, Description: "The person, by work email in lower case."},
	}}
}

func anotherPerson(_ context.Context, req planmodifier.StringRequest, resp *stringplanmodifier.RequiresReplaceIfFuncResponse) {
	resp.RequiresReplace = !strings.EqualFold(req.StateValue.ValueString(), req.PlanValue.ValueString())
}

// anotherAccount says that the configuration names an account other than the one whose access is known:
// the rows of the one must never be removed from the other.
func anotherAccount(_ context.Context, req planmodifier.StringRequest, resp *stringplanmodifier.RequiresReplaceIfFuncResponse) {
	resp.RequiresReplace = !req.ConfigValue.IsNull() && !req.ConfigValue.Equal(req.StateValue)
}

// email accepts what access.ParsePerson does.
type email struct{}

func (email) Description(context.Context) string             { return "must be an email address" }
func (v email) MarkdownDescription(c context.Context) string { return v.Description(c) }

func (email) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	if _, err := access.ParsePerson(req.ConfigValue.ValueString()); err != nil {
		resp.Diagnostics.AddAttributeError(req.Path, "Not an email address", sentence(err.Error()))
	}
}

// rfc3339 accepts a moment with a time zone: a date alone begins at a different time in every office.
type rfc3339 struct{}

func (rfc3339) Description(context.Context) string             { return "must be an RFC 3339 time" }
func (v rfc3339) MarkdownDescription(c context.Context) string { return v.Description(c) }

func (rfc3339) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	if _, err := time.Parse(time.RFC3339, req.ConfigValue.ValueString()); err != nil {
		resp.Diagnostics.AddAttributeError(req.Path, "Not a time",
			fmt.Sprintf("%q is not an RFC 3339 time with a time zone, such as 2026-12-31T00:00:00Z or 2026-12-31T18:00:00-05:00.", req.ConfigValue.ValueString()))
	}
}

func dispositions() []string {
	var names []string
	for _, d := range access.Dispositions {
		names = append(names, string(d))
	}
	return names
}

func quoted(names []string) string { return "`" + strings.Join(names, "`, `") + "`" }

func words(d time.Duration) string { return fmt.Sprintf("%d minutes", int(d.Minutes())) }

package offboard

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/setdefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/offboard/terraform-provider-offboard/internal/access"
)

// The attributes of a legal hold, besides those of every kind of access.
const (
	attrData       = "data"
	attrMatter     = "matter"
	attrMatterID   = "matter_id"
	attrMatterName = "matter_name"
	attrReleased   = "released"
	attrHolds      = "holds"
	attrSince      = "since"
	attrCoveredBy  = "covered_by"
)

const holdTypeName = "offboard_legal_hold"

// everyData are the kinds of data that are held where the configuration does not say.
var everyData = []access.Data{access.Chat, access.Drive, access.Mail}

// Schema is the same whatever is configured.
func (r *LegalHold) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	var names []string
	for _, data := range everyData {
		names = append(names, string(data))
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "A legal hold of one person: their mail, what they own in Drive, and their chats are kept from being purged, each by a hold in " +
			"Google Vault that names them. It is placed by the apply that creates the resource and watched from then on; while any hold covers them, this one or " +
			"another, nothing of theirs is transferred, deleted or unlicensed by other resources. Only `released = true`, or leaving a kind of data out of " +
			"`data`, ends a hold, and both show in the plan.",
		Attributes: map[string]schema.Attribute{
			attrSystem: schema.StringAttribute{
				Required:            true,
				MarkdownDescription: "The system: " + r.systems.markdown() + ". It has to be configured in the provider block.",
				Validators:          []validator.String{among{holdTypeName, r.systems}},
				PlanModifiers:       []planmodifier.String{stringplanmodifier.RequiresReplace()},
			},
			attrPerson: schema.StringAttribute{
				Required: true,
				MarkdownDescription: "The person, by work email. Letter case does not matter. Another person is another resource: the holds of the one " +
					"before stay.",
				Validators: []validator.String{email{}},
				PlanModifiers: []planmodifier.String{stringplanmodifier.RequiresReplaceIf(anotherPerson,
					"Another person is another resource.", "Another person is another resource.")},
			},
			attrAccount: schema.StringAttribute{
				Computed:            true,
				MarkdownDescription: "The system's own immutable id of the person's account.",
			},
			attrData: schema.SetAttribute{
				Optional: true, Computed: true,
				ElementType: types.StringType,
				MarkdownDescription: "What is held: `mail`, `drive` and `chat`, all of them if not set. Each is a hold of its own. What is left out later " +
					"is released, and shows as a `-` line of `holds`.",
				Default:    setdefault.StaticValue(dataSet(everyData)),
				Validators: []validator.Set{setvalidator.SizeAtLeast(1), setvalidator.ValueStringsAre(stringvalidator.OneOf(names...))},
			},
			attrMatter: schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "The matter to place the holds in, by the id or the name of one that is open. Without it the person has a matter of their " +
					"own, `Legal hold: ` and their address, which is made if there is none that is open. With another matter new holds are placed in that, " +
					"and those in the one before stay.",
				Validators:    []validator.String{stringvalidator.LengthAtLeast(1)},
				PlanModifiers: []planmodifier.String{stringplanmodifier.RequiresReplace()},
			},
			attrMatterID: schema.StringAttribute{
				Computed:            true,
				MarkdownDescription: "The id of the matter that the holds are in.",
			},
			attrMatterName: schema.StringAttribute{
				Computed:            true,
				MarkdownDescription: "Its name.",
			},
			attrReleased: schema.BoolAttribute{
				Optional: true, Computed: true,
				Default: booldefault.StaticBool(false),
				MarkdownDescription: "`true` ends the holds of this resource: every row of `holds` is planned to go. `false` again places new ones, which do not " +
					"bring back what was purged in between.",
			},
			attrHolds: schema.MapAttribute{
				Computed: true, ElementType: types.StringType,
				MarkdownDescription: "What is on hold now, by the kinds of `data`, with the name of the hold; and what part of it, if it is not all. A hold that " +
					"somebody has lifted is a row that is missing, and a `+` line of the next plan.",
			},
			attrSince: schema.MapAttribute{
				Computed: true, ElementType: types.StringType,
				MarkdownDescription: "From when on that is held, as RFC 3339 times, by the kinds of `data`.",
			},
			attrCoveredBy: schema.MapAttribute{
				Computed: true, ElementType: types.StringType,
				MarkdownDescription: "Which other holds cover the person, by name or through an organizational unit that they are in: by the id of the hold. " +
					"They are shown when the state is refreshed, and never touched.",
			},
			attrTimeouts: timeouts.Attributes(ctx, timeouts.Opts{
				Create: true, Read: true, Update: true,
				CreateDescription: fmt.Sprintf("How long placing holds may take, such as `5m`. %s if not set.", words(readTimeout)),
				ReadDescription:   fmt.Sprintf("How long looking at holds may take, such as `5m`. %s if not set.", words(readTimeout)),
				UpdateDescription: fmt.Sprintf("How long placing and releasing holds may take, such as `5m`. %s if not set.", words(readTimeout)),
			}),
		},
	}
}

// IdentitySchema has the matter too: a person may be on hold in several.
func (r *LegalHold) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{Attributes: map[string]identityschema.Attribute{
		attrSystem: identityschema.StringAttribute{RequiredForImport: true, Description: "The system."},
		attrPerson: identityschema.StringAttribute{RequiredForImport: true, Description: "The person, by work email in lower case."},
		attrMatter: identityschema.StringAttribute{OptionalForImport: true, Description: "The matter as the configuration names it; none for the person's own."},
	}}
}

func dataSet(data []access.Data) types.Set {
	var elements []attr.Value
	for _, d := range data {
		elements = append(elements, types.StringValue(string(d)))
	}
	return types.SetValueMust(types.StringType, elements)
}

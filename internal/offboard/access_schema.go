package offboard

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/datasource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/mapvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// The attributes of the data source, besides those that it shares with every kind of access.
const (
	attrSystems      = "systems"
	attrWithout      = "without"
	attrAccountIDs   = "account_ids"
	attrPartial      = "partial"
	attrIndirect     = "indirect"
	attrAccounts     = "accounts"
	attrDormant      = "dormant"
	attrChecked      = "checked"
	attrNotAvailable = "not_available"
	attrFailed       = "failed"
	attrLeftOut      = "left_out"
)

// Schema is a pure function of the table.
func (d *AccessData) Schema(ctx context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	text := func(about string) schema.StringAttribute {
		return schema.StringAttribute{Computed: true, MarkdownDescription: about}
	}
	reasons := func(about string) schema.MapAttribute {
		return schema.MapAttribute{Computed: true, ElementType: types.StringType, MarkdownDescription: about}
	}
	systems, kinds := allOf(d.table)
	resp.Schema = schema.Schema{
		MarkdownDescription: "Everything that one person holds, of every kind of access in every configured system: what the resources of this provider would list, in " +
			"one read, with the import id of the resource that takes it away; and what is theirs without being their account's, such as API clients that they made. " +
			"It only looks.",
		Attributes: map[string]schema.Attribute{
			attrPerson: schema.StringAttribute{
				Required: true, Validators: []validator.String{email{}},
				MarkdownDescription: "The person, by work email. Letter case does not matter.",
			},
			attrSystems: schema.SetAttribute{
				Optional: true, ElementType: types.StringType,
				MarkdownDescription: "Look in these systems only, of " + systems.markdown() + ". Else in every one that the provider block configures.",
				Validators:          []validator.Set{setvalidator.SizeAtLeast(1), setvalidator.ValueStringsAre(among{"offboard_access", systems})},
			},
			attrWithout: schema.SetAttribute{
				Optional: true, ElementType: types.StringType,
				MarkdownDescription: "Kinds to leave out: of access, by the names of their resources without `offboard_`; and of `indirect`. Nothing is left out if not set. " +
					"`received_delegations` asks every active account of a Google customer, once a run for everybody, which takes minutes in a big one.",
				Validators: []validator.Set{setvalidator.ValueStringsAre(stringvalidator.OneOf(kinds...))},
			},
			attrAccountIDs: schema.MapAttribute{
				Optional: true, ElementType: types.StringType,
				MarkdownDescription: "The person's account where the email does not lead to it, or to several: a system's own immutable id of it, by system. If it is not " +
					"there that is an error.",
				Validators: []validator.Map{
					mapvalidator.KeysAre(among{"offboard_access", systems}), mapvalidator.ValueStringsAre(stringvalidator.LengthAtLeast(1)),
				},
			},
			attrPartial: schema.BoolAttribute{
				Optional: true,
				MarkdownDescription: "`true` makes a warning of what could not be checked, and lists it in `failed`. Else it is an error, and the data source says " +
					"nothing.",
			},
			attrAccess: schema.MapNestedAttribute{
				Computed: true,
				MarkdownDescription: "What the person holds, by `system/kind/id`. What a resource has recorded as `acknowledged` is here for as long as the system lists " +
					"something of it: a password that nobody knows any more is a password.",
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"system":  text("The system."),
					"kind":    text("The kind of access."),
					"id":      text("The system's id of it: a key of `access` of the resource."),
					"label":   text("What it is and where it comes from."),
					"account": text("The system's own immutable id of the account that holds it."),
					"removable": schema.BoolAttribute{
						Computed: true, MarkdownDescription: "Whether the resource can take it away as things are.",
					},
					"stays": text("If not, why, and what to do. Else null."),
					"note":  text("What a reviewer must know before agreeing to the removal. Null if there is nothing."),
					"moves": schema.BoolAttribute{
						Computed: true, MarkdownDescription: "Whether it goes to a `successor`.",
					},
					"resource":  text("The type of the resource that takes it away."),
					"import_id": text("The id to import that resource with. It is the same for everything of one system."),
				}},
			},
			attrIndirect: schema.MapNestedAttribute{
				Computed: true,
				MarkdownDescription: "What the person made or answers for and that is not access of their account, by `system/kind/id`: it goes on working without the " +
					"account, for whoever has its secrets. No resource takes it away, since others may depend on it: somebody has to take it over.",
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"system":  text("The system."),
					"kind":    text("What it is: " + traced(d.table) + "."),
					"id":      text("The system's id of it."),
					"label":   text("What it is called, and what it is."),
					"account": text("The system's own immutable id of the account that made it."),
					"note":    text("What whoever takes it over must know, such as how far back the system remembers who made what. Null if there is nothing."),
				}},
			},
			attrAccounts: schema.MapNestedAttribute{
				Computed: true,
				MarkdownDescription: "How each system knows the person. A system that answered with authority that nobody there is them is in it, with no `id`; one that " +
					"could not be asked is not in it.",
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"id":     text("The system's own immutable id of the account. Null if there is none."),
					"status": text("The system's own word for the state that it is in. Null if there is none."),
					"active": schema.BoolAttribute{
						Computed:            true,
						MarkdownDescription: "Whether it can be signed in to, or will be without anybody deciding it: by an activation mail, a reset password, the end of a lock.",
					},
					"names": schema.SetAttribute{
						Computed: true, ElementType: types.StringType, MarkdownDescription: "Its own logins and addresses, in lower case; aliases are not among them.",
					},
				}},
			},
			attrDormant: schema.MapNestedAttribute{
				Computed: true,
				MarkdownDescription: "What can be neither used nor seen in the state that the account is in, by `system/kind/id`: each stands for all access of its kind whose " +
					"id begins with its own. Nothing of it is in `access`, and it is not known to be gone. Of somebody who can't sign in any more, `unrecorded` is what they " +
					"could get at before, and know: only a resource that watched them then can tell.",
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"system": text("The system."),
					"kind":   text("The kind of access."),
					"id":     text("What the ids begin with."),
					"label":  text("What it stands for."),
				}},
			},
			attrChecked: schema.SetAttribute{
				Computed: true, ElementType: types.StringType,
				MarkdownDescription: "What was checked, as `system/kind`. Of that, and of nothing else, `access` and `indirect` are all there is.",
			},
			attrNotAvailable: reasons("What a system does not have as it is set up or licensed, by `system/kind`, with how that is known."),
			attrFailed:       reasons("What could not be checked, by `system/kind`, with the reason. Empty without `partial = true`."),
			attrLeftOut:      reasons("What was not looked at because `systems` or `without` say so, by `system/kind`."),
			attrTimeouts: timeouts.AttributesWithOpts(ctx, timeouts.Opts{
				ReadDescription: fmt.Sprintf("How long all of it may take, such as `30m`. %s if not set.", words(readTimeout)),
			}),
		},
	}
}

// traced says what is traced, for the documentation.
func traced(table []TableRow) string {
	var kinds []string
	for _, row := range table {
		if row.Indirect {
			kinds = append(kinds, "`"+row.Name+"` ("+row.Row+")")
		}
	}
	return strings.Join(kinds, ", ")
}

package offboard

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/datasource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/mapvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/offboard/terraform-provider-offboard/internal/roster"
)

// The attributes of the data source, besides those that it shares with others.
const (
	attrRoster         = "roster"
	attrMinimum        = "minimum"
	attrMaxPeople      = "max_people"
	attrTimeZone       = "time_zone"
	attrDateFormat     = "date_format"
	attrEmployed       = "employed"
	attrGone           = "gone"
	attrIgnore         = "ignore"
	attrLingering      = "lingering"
	attrLeavers        = "leavers"
	attrLeaving        = "leaving"
	attrUnknown        = "unknown"
	attrIgnored        = "ignored"
	attrMissing        = "missing"
	attrMatched        = "matched"
	attrSuggestions    = "suggestions"
	attrContradictions = "contradictions"
	attrCoverage       = "coverage"
)

// Schema is a pure function of the systems.
func (d *ReconciliationData) Schema(ctx context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	attributes := d.arguments()
	for name, attribute := range outcomes() {
		attributes[name] = attribute
	}
	attributes[attrTimeouts] = timeouts.AttributesWithOpts(ctx, timeouts.Opts{
		ReadDescription: fmt.Sprintf("How long all of it may take, such as `30m`. %s if not set.", words(readTimeout)),
	})
	resp.Schema = schema.Schema{
		MarkdownDescription: "What HR says of who works here and who has left, compared with every account of every configured system, in one list a system: who has left " +
			"and can still sign in, which accounts HR does not know, and who has none. It only looks; its output drives the resources.",
		Attributes: attributes,
	}
}

// arguments are what the configuration says.
func (d *ReconciliationData) arguments() map[string]schema.Attribute {
	status := func(who string, usual []string) schema.SetAttribute {
		return schema.SetAttribute{
			Optional: true, ElementType: types.StringType,
			MarkdownDescription: "The words of `status` for who " + who + ", in place of: " + strings.Join(usual, ", ") + ". Letter case does not matter, nor whether there is a space, a " +
				"hyphen or an underscore between two words. A word that is neither in `employed` nor in `gone` is an error.",
			Validators: []validator.Set{setvalidator.SizeAtLeast(1), setvalidator.ValueStringsAre(stringvalidator.LengthAtLeast(1))},
		}
	}
	return map[string]schema.Attribute{
		attrRoster: schema.ListAttribute{
			Required: true, ElementType: rosterType,
			MarkdownDescription: "HR's list of people, as from `csvdecode`, `jsondecode`, `yamldecode` or an `http` data source: a row for each, who left included. It needs the " +
				"columns `" + strings.Join(roster.Required, "`, `") + "`, and may have `" + strings.Join(roster.Optional, "`, `") + "` and any others, as long as none is a list or an " +
				"object. What is null is empty. It is not kept in the state.",
		},
		attrMinimum: schema.Int64Attribute{
			Required: true, Validators: []validator.Int64{int64validator.AtLeast(1)},
			MarkdownDescription: "How many people the roster must have, at the least. Fewer is an error: an export was cut short. Take some less than there are.",
		},
		attrMaxPeople: schema.Int64Attribute{
			Optional: true, Validators: []validator.Int64{int64validator.AtLeast(0)},
			MarkdownDescription: "How many people who can still sign in HR may say have left, before that is refused as a mistake. `max_people` of the provider if not set.",
		},
		attrSystems: schema.SetAttribute{
			Optional: true, ElementType: types.StringType,
			MarkdownDescription: "Compare with these systems only, of " + d.systems.markdown() + ". Else with every one that the provider block configures.",
			Validators:          []validator.Set{setvalidator.SizeAtLeast(1), setvalidator.ValueStringsAre(among{"offboard_reconciliation", d.systems})},
		},
		attrTimeZone: schema.StringAttribute{
			Optional: true,
			MarkdownDescription: "The time zone in which a last day that is a date ends, such as `Europe/Berlin`, for rows without a `time_zone` of their own. A date with neither is " +
				"an error.",
		},
		attrDateFormat: schema.StringAttribute{
			Optional: true,
			MarkdownDescription: "How `last_day` is written, such as `DD/MM/YYYY` or `M/D/YYYY`, where it is neither `YYYY-MM-DD` nor RFC 3339, both of which always work. Another form " +
				"without this is an error.",
		},
		attrEmployed: status("works here", roster.UsualEmployed),
		attrGone:     status("has left", roster.UsualGone),
		attrIgnore: schema.MapAttribute{
			Optional: true, ElementType: types.StringType, Validators: []validator.Map{mapvalidator.ValueStringsAre(stringvalidator.LengthAtLeast(1))},
			MarkdownDescription: "Accounts that are known to be nobody's, such as shared and service accounts: `system/id` or an address of theirs, with the reason. They are in `ignored` " +
				"in place of `unknown`. An account that is somebody's is not ignored.",
		},
		attrSince: schema.StringAttribute{
			Optional: true, Validators: []validator.String{rfc3339{}},
			MarkdownDescription: "From when on those who left are in `leavers` although they can't sign in any more, as an RFC 3339 time: when this provider was taken into use. All who left " +
				"and have an account are if not set, and who left without a last day always is.",
		},
	}
}

// outcomes are what the comparison says.
func outcomes() map[string]schema.Attribute {
	text := func(about string) schema.StringAttribute {
		return schema.StringAttribute{Computed: true, MarkdownDescription: about}
	}
	texts := func(about string) schema.SetAttribute {
		return schema.SetAttribute{Computed: true, ElementType: types.StringType, MarkdownDescription: about}
	}
	number := func(about string) schema.Int64Attribute {
		return schema.Int64Attribute{Computed: true, MarkdownDescription: about}
	}
	truth := func(about string) schema.BoolAttribute {
		return schema.BoolAttribute{Computed: true, MarkdownDescription: about}
	}
	objects := func(about string, attributes map[string]schema.Attribute) schema.MapNestedAttribute {
		return schema.MapNestedAttribute{Computed: true, MarkdownDescription: about, NestedObject: schema.NestedAttributeObject{Attributes: attributes}}
	}
	system, id, names := text("The system."), text("The system's own immutable id of it."), texts("Its own logins and addresses, in lower case; aliases are not among them.")
	status, active := text("The system's own word for the state that it is in."), truth("Whether it can be signed in to, or will be without anybody deciding it.")
	fullName := text("The full name that the system has for it. Null if it has none.")
	since := text("When their last day was over, as an RFC 3339 time. Null if HR names none.")
	return map[string]schema.Attribute{
		attrLingering: objects("Who has left, as HR says, and can still sign in somewhere, by address.", map[string]schema.Attribute{
			"status": text("HR's word."), "last_day": text("As HR writes it. Null if it names none."), "gone_since": since,
			"manager": text("By address. Null if HR names none."), "employment_type": text("HR's word. Null if it has none."),
			"accounts": objects("All of their accounts, by `system/id`.", map[string]schema.Attribute{
				"system": system, "id": id, "status": status, "active": active, "names": names,
				"import_id": text("The id under which the resources of this account are imported. It names the account where they have several in the system."),
			}),
		}),
		attrLeavers: objects("Who has left and has an account, by address, in the form that `for_each` over the leaver module in examples/leavers takes. Who can't sign in any more "+
			"goes on being in it, as an exit that was applied has to be watched; see `since`.", map[string]schema.Attribute{
			"terminated": truth("`true`."),
			"successor": text("Who receives what they leave: the `successor` of their row, else their manager, if that is somebody who stays and has one account that can be " +
				"signed in to wherever the leaver has one. Else null; nobody else is chosen."),
			"no_successor": text("Why there is no `successor`. Null if there is one."),
			"systems":      texts("Where they have an account."), "gone_since": since,
			"lingering": truth("Whether they can still sign in somewhere."),
		}),
		attrLeaving: schema.MapAttribute{
			Computed: true, ElementType: types.StringType,
			MarkdownDescription: "Who will have left, by address, with when their last day is over as an RFC 3339 time.",
		},
		attrUnknown: objects("Accounts that can be signed in to and are nobody's on the roster, by `system/id`: of a contractor, shared, a service's, or of somebody who was "+
			"never taken off.", map[string]schema.Attribute{
			"system": system, "id": id, "status": status, "names": names, "full_name": fullName,
			"hint":         text("The system's own word for what sort of account it is, such as `Contractor` or `Service`. Null where the system says nothing."),
			"created":      text("When it was made, as an RFC 3339 time. Null where the list does not say."),
			"last_sign_in": text("When it was last signed in to, as an RFC 3339 time. Null where it never was, or the list does not say."),
		}),
		attrIgnored: schema.MapAttribute{
			Computed: true, ElementType: types.StringType,
			MarkdownDescription: "Accounts that would be in `unknown` and are named in `ignore`, by `system/id`, with the reason.",
		},
		attrMissing: schema.MapAttribute{
			Computed: true, ElementType: types.SetType{ElemType: types.StringType},
			MarkdownDescription: "Who works here and has no account, by system. Somebody whose account can't be signed in to has one.",
		},
		attrMatched: schema.MapAttribute{
			Computed: true, ElementType: types.Int64Type,
			MarkdownDescription: "How many accounts are somebody's on the roster, by system: whose own login or address is the person's. An alias is not enough.",
		},
		attrSuggestions: objects("Near misses, by `system/id`: accounts that can be signed in to, are nobody's, and may be somebody's all the same. Nothing acts on them, and they "+
			"count as no match.", map[string]schema.Attribute{
			"system": system, "id": id, "names": names, "full_name": fullName,
			"people": schema.MapAttribute{
				Computed: true, ElementType: types.SetType{ElemType: types.StringType}, MarkdownDescription: "Whose it may be, by address, with what speaks for it.",
			},
			"gone": texts("Those of them who have left."),
		}),
		attrContradictions: objects("Accounts with the addresses of several people on the roster by their own names, by `system/id`. They are taken for nobody's, and nothing acts on "+
			"them.", map[string]schema.Attribute{
			"system": system, "id": id, "status": status, "active": active, "names": names, "people": texts("Whose addresses they are."),
		}),
		attrCoverage: objects("How many accounts were compared, by system. Each is counted once besides in `accounts`.", map[string]schema.Attribute{
			"accounts": number("All that the system listed."), "matched": number("Those that are somebody's."), "unknown": number("Those in `unknown`."),
			"ignored": number("Those in `ignored`."), "inactive": number("Those that are nobody's and can't be signed in to."), "contradictory": number("Those in `contradictions`."),
		}),
	}
}

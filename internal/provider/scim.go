package provider

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/offboard"
	"github.com/offboard/terraform-provider-offboard/internal/system/scim"
)

// attrSCIM names the applications, each of which is a system.
const attrSCIM = "scim"

// inSCIM is the column of the applications, which have names of their own.
var inSCIM = columnOf[scim.SCIM]{
	attrSCIM,
	func(r Row) func(*scim.SCIM) access.Connector { return r.SCIM },
	tracesNothing[scim.SCIM],
}

var scimSchema = schema.MapNestedAttribute{
	Optional: true,
	MarkdownDescription: "Applications that speak SCIM 2.0, by names of your own: each name is a `system`. A name has lower-case letters, digits, `-` and `_`, " +
		"and is not that of a system that is built in. The token has to be one that is shown every account: SCIM has no other rights to choose from.",
	NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
		"url": schema.StringAttribute{
			Required: true,
			MarkdownDescription: "The SCIM base URL, to which `/Users` is added, such as `https://api.slack.com/scim/v2`. Only https is accepted, and http on " +
				"loopback for the sandbox.",
		},
		"token": schema.StringAttribute{
			Optional: true, Sensitive: true,
			MarkdownDescription: "The bearer token. Else from `OFFBOARD_SCIM_<NAME>_TOKEN`, the name in capitals and with `_` for `-`.",
		},
		"profile": schema.StringAttribute{
			Optional: true,
			MarkdownDescription: "What is known of the vendor: " + backquoted(scim.Profiles()) + ". `generic` if not set, with which only what the standard " +
				"guarantees is done.",
		},
		"control": schema.StringAttribute{
			Optional: true,
			MarkdownDescription: "The `userName` of an account that is known to be there. For applications that don't list everybody: that somebody is not there " +
				"is believed if this account is found in the same way.",
		},
	}},
}

func backquoted(names []string) string { return "`" + strings.Join(names, "`, `") + "`" }

type scimSettings struct {
	URL     types.String `tfsdk:"url"`
	Token   types.String `tfsdk:"token"`
	Profile types.String `tfsdk:"profile"`
	Control types.String `tfsdk:"control"`
}

// configureSCIM adds the applications to the environment.
func (p *offboardProvider) configureSCIM(ctx context.Context, all settings, env *offboard.Environment, diags *diag.Diagnostics) {
	at := path.Root(attrSCIM)
	if all.SCIM.IsUnknown() {
		diags.AddAttributeError(at, "Not known when the plan is made",
			"The names of the applications depend on something that has not been applied yet. Give them names that are known; a URL or a token may come later.")
		return
	}
	variables := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(all.SCIM.Elements())) {
		here := at.AtMapKey(name)
		if err := scim.CheckName(name, builtIn()); err != nil {
			diags.AddAttributeError(here, "Not a name for an application", "In scim, "+err.Error()+".")
			continue
		}
		if other, taken := variables[scim.Variable(name)]; taken {
			diags.AddAttributeError(here, "Not a name for an application",
				fmt.Sprintf("In scim, %q and %q would take their tokens from the same environment variable, %s. Give one of them another name.", other, name, scim.Variable(name)))
			continue
		}
		variables[scim.Variable(name)] = name
		b := block{here, name, name, all.SCIM.Elements()[name]}
		connect(ctx, p, inSCIM, b, env, diags, func(s scimSettings) (*scim.SCIM, error) {
			config, err := scim.Config{
				Name: name, URL: s.URL.ValueString(), Token: s.Token.ValueString(), Profile: s.Profile.ValueString(), Control: s.Control.ValueString(),
				Run: p.run(all),
			}.WithEnvironment(p.Getenv).Validate()
			if err != nil {
				return nil, err
			}
			return scim.New(config), nil
		})
	}
}

// builtIn are the names that no application can have.
func builtIn() []string {
	names := []string{attrSCIM}
	for _, c := range columns {
		names = append(names, c.system())
	}
	return names
}

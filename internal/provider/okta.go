package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/offboard/terraform-provider-offboard/internal/offboard"
	"github.com/offboard/terraform-provider-offboard/internal/system/okta"
)

var oktaSchema = schema.SingleNestedAttribute{
	Optional: true,
	MarkdownDescription: "The Okta org. What is left out is taken from the environment variables that the okta provider reads. " +
		"The credential is an API token, or the private key of an OAuth service application.",
	Attributes: map[string]schema.Attribute{
		"org_url": schema.StringAttribute{
			Optional: true,
			MarkdownDescription: "The org's URL, such as `https://acme.okta.com`. Else from `OKTA_ORG_NAME` and `OKTA_BASE_URL`. " +
				"Only https is accepted, and http on loopback for the sandbox.",
		},
		"api_token": schema.StringAttribute{
			Optional: true, Sensitive: true,
			MarkdownDescription: "An API token, of a service account that nobody leaves with. Else from `OKTA_API_TOKEN`.",
		},
		"client_id": schema.StringAttribute{
			Optional:            true,
			MarkdownDescription: "The client id of a service application. Else from `OKTA_API_CLIENT_ID`.",
		},
		"private_key": schema.StringAttribute{
			Optional: true, Sensitive: true,
			MarkdownDescription: "The application's private key: PEM, a JSON Web Key, or the path of a file with one. Else from `OKTA_API_PRIVATE_KEY`.",
		},
		"private_key_id": schema.StringAttribute{
			Optional:            true,
			MarkdownDescription: "The id (`kid`) under which the application knows the key. Else from `OKTA_API_PRIVATE_KEY_ID`.",
		},
		"scopes": schema.SetAttribute{
			Optional:    true,
			ElementType: types.StringType,
			MarkdownDescription: "The scopes to ask for. Else from `OKTA_API_SCOPES`, else all that this provider uses: the `.read` scopes alone with " +
				"`read_only = true`.",
		},
	},
}

type oktaSettings struct {
	OrgURL       types.String `tfsdk:"org_url"`
	APIToken     types.String `tfsdk:"api_token"`
	ClientID     types.String `tfsdk:"client_id"`
	PrivateKey   types.String `tfsdk:"private_key"`
	PrivateKeyID types.String `tfsdk:"private_key_id"`
	Scopes       types.Set    `tfsdk:"scopes"`
}

// configureOkta adds Okta to the environment, if the provider block names it.
func (p *offboardProvider) configureOkta(ctx context.Context, all settings, env *offboard.Environment, diags *diag.Diagnostics) {
	b := block{path.Root(systemOkta), systemOkta, "Okta", all.Okta}
	connect(ctx, p, inOkta, b, env, diags, func(s oktaSettings) (*okta.Okta, error) {
		config, err := okta.Config{
			OrgURL: s.OrgURL.ValueString(), APIToken: s.APIToken.ValueString(), ClientID: s.ClientID.ValueString(),
			PrivateKey: s.PrivateKey.ValueString(), PrivateKeyID: s.PrivateKeyID.ValueString(), Scopes: texts(s.Scopes),
			Run: p.run(all),
		}.WithEnvironment(p.Getenv).Validate()
		if err != nil {
			return nil, err
		}
		return okta.New(ctx, config)
	})
}

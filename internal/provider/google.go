package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/offboard/terraform-provider-offboard/internal/offboard"
	"github.com/offboard/terraform-provider-offboard/internal/system/google"
)

var googleSchema = schema.SingleNestedAttribute{
	Optional: true,
	MarkdownDescription: "The Google Workspace customer. What is left out is taken from the environment variables that the googleworkspace and the " +
		"google provider read. The credential is a service account with domain-wide delegation, which acts in the name of an administrator.",
	Attributes: map[string]schema.Attribute{
		"admin": schema.StringAttribute{
			Optional: true,
			MarkdownDescription: "The address of the administrator in whose name the service account acts: an account of its own, that nobody leaves with. " +
				"Else from `GOOGLEWORKSPACE_IMPERSONATED_USER_EMAIL`. Whoever has an administrator role is changed by super administrators only.",
		},
		"customer": schema.StringAttribute{
			Optional: true,
			MarkdownDescription: "The customer's id, such as `C0123abcd`, to make sure that it is the one that is meant. Else from " +
				"`GOOGLEWORKSPACE_CUSTOMER_ID`, else whichever `admin` belongs to.",
		},
		"impersonate_service_account": schema.StringAttribute{
			Optional: true,
			MarkdownDescription: "The address of the service account, to use it without a key: whoever runs Terraform signs in its name, and needs the role " +
				"`roles/iam.serviceAccountTokenCreator` on it. Else from `GOOGLE_IMPERSONATE_SERVICE_ACCOUNT`. Who that is comes from " +
				"`credentials`, else from `GOOGLE_OAUTH_ACCESS_TOKEN`, else from the application default credentials.",
		},
		"credentials": schema.StringAttribute{
			Optional: true, Sensitive: true,
			MarkdownDescription: "A credentials file, as JSON or as its path: the key of the service account or, with `impersonate_service_account`, the " +
				"credentials of whoever signs in its name. Else from `GOOGLEWORKSPACE_CREDENTIALS`, `GOOGLEWORKSPACE_CLOUD_KEYFILE_JSON`, " +
				"`GOOGLE_CREDENTIALS` or `GOOGLE_APPLICATION_CREDENTIALS`.",
		},
		"vault": schema.BoolAttribute{
			Optional: true,
			MarkdownDescription: "Set to false for a customer who does not have Google Vault. Otherwise nothing is transferred, deleted or unlicensed " +
				"unless every legal hold there is could be looked at.",
		},
		"license_products": schema.SetAttribute{
			Optional: true, ElementType: types.StringType,
			MarkdownDescription: "The ids of the products whose licences are looked for, such as `Google-Apps` or `101033`. Else all that Google documents, which " +
				"takes a second each. That Google does not know a product is an error only if it is named here.",
		},
		"endpoint": schema.StringAttribute{
			Optional:            true,
			MarkdownDescription: "A base URL for all of Google's APIs, in place of Google's own. Only https is accepted, and http on loopback for the sandbox.",
		},
	},
}

type googleSettings struct {
	Admin           types.String `tfsdk:"admin"`
	Customer        types.String `tfsdk:"customer"`
	ServiceAccount  types.String `tfsdk:"impersonate_service_account"`
	Credentials     types.String `tfsdk:"credentials"`
	Vault           types.Bool   `tfsdk:"vault"`
	LicenseProducts types.Set    `tfsdk:"license_products"`
	Endpoint        types.String `tfsdk:"endpoint"`
}

// configureGoogle adds Google to the environment, if the provider block names it.
func (p *offboardProvider) configureGoogle(ctx context.Context, all settings, env *offboard.Environment, diags *diag.Diagnostics) {
	b := block{path.Root(systemGoogle), systemGoogle, "Google", all.Google}
	connected := connect(ctx, p, inGoogle, b, env, diags, func(s googleSettings) (*google.Google, error) {
		config, err := google.Config{
			Admin: s.Admin.ValueString(), Customer: s.Customer.ValueString(), ServiceAccount: s.ServiceAccount.ValueString(),
			Credentials: s.Credentials.ValueString(), NoVault: s.Vault.Equal(types.BoolValue(false)), Endpoint: s.Endpoint.ValueString(),
			LicenseProducts: texts(s.LicenseProducts), Run: p.run(all),
		}.WithEnvironment(p.Getenv).Validate()
		if err != nil {
			return nil, err
		}
		return google.New(ctx, config)
	})
	if connected != nil {
		env.Systems[systemGoogle].Custodian = google.LegalHolds(connected)
	}
}

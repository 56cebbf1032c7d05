package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/offboard/terraform-provider-offboard/internal/offboard"
	"github.com/offboard/terraform-provider-offboard/internal/system/github"
)

var githubSchema = schema.SingleNestedAttribute{
	Optional: true,
	MarkdownDescription: "One organization on GitHub. No single credential is shown everything: fine-grained tokens are shown to GitHub Apps alone, and managed users to " +
		"an owner of the enterprise alone. Give both, `token` and the `app_` arguments, or one: what the other would show is then unknown, which is an error of the " +
		"resources that need it. What is left out is taken from the environment variables that the `github` provider reads.",
	Attributes: map[string]schema.Attribute{
		"organization": schema.StringAttribute{
			Optional:            true,
			MarkdownDescription: "The organization's login, such as `acme`. Else from `GITHUB_OWNER` or `GITHUB_ORGANIZATION`.",
		},
		"enterprise": schema.StringAttribute{
			Optional: true,
			MarkdownDescription: "The slug of an enterprise with managed users, who are suspended through it. Not to be set where people bring accounts of their own, " +
				"in whose case it is the organization that lets go of them.",
		},
		"base_url": schema.StringAttribute{
			Optional: true,
			MarkdownDescription: "GitHub's REST API, or the server that has one, such as `https://github.acme.com` or `https://acme.ghe.com`. Else from " +
				"`GITHUB_BASE_URL`, else `https://api.github.com`. Only https is accepted, and http on loopback for the sandbox.",
		},
		"token": schema.StringAttribute{
			Optional: true, Sensitive: true,
			MarkdownDescription: "A classic personal access token of an owner of the organization, who stays; GitHub does not tell what a fine-grained one may do. Else from `GITHUB_TOKEN`.",
		},
		"app_id": schema.StringAttribute{
			Optional:            true,
			MarkdownDescription: "The number of a GitHub App that is installed in the organization, on all repositories. Else from `GITHUB_APP_ID`.",
		},
		"app_installation_id": schema.StringAttribute{
			Optional:            true,
			MarkdownDescription: "The number of its installation. Else from `GITHUB_APP_INSTALLATION_ID`.",
		},
		"app_private_key": schema.StringAttribute{
			Optional: true, Sensitive: true,
			MarkdownDescription: "Its private key, as PEM, or the path of a file with it. Else from `GITHUB_APP_PEM_FILE`.",
		},
	},
}

type githubSettings struct {
	Organization      types.String `tfsdk:"organization"`
	Enterprise        types.String `tfsdk:"enterprise"`
	BaseURL           types.String `tfsdk:"base_url"`
	Token             types.String `tfsdk:"token"`
	AppID             types.String `tfsdk:"app_id"`
	AppInstallationID types.String `tfsdk:"app_installation_id"`
	AppPrivateKey     types.String `tfsdk:"app_private_key"`
}

// configureGitHub adds an organization to the environment, if the provider block names it.
func (p *offboardProvider) configureGitHub(ctx context.Context, all settings, env *offboard.Environment, diags *diag.Diagnostics) {
	b := block{path.Root(systemGitHub), systemGitHub, "GitHub", all.GitHub}
	connect(ctx, p, inGitHub, b, env, diags, func(s githubSettings) (*github.GitHub, error) {
		config, err := github.Config{
			Organization: s.Organization.ValueString(), Enterprise: s.Enterprise.ValueString(), BaseURL: s.BaseURL.ValueString(), Token: s.Token.ValueString(),
			AppID: s.AppID.ValueString(), AppInstallationID: s.AppInstallationID.ValueString(), AppPrivateKey: s.AppPrivateKey.ValueString(), Run: p.run(all),
		}.WithEnvironment(p.Getenv).Validate()
		if err != nil {
			return nil, err
		}
		return github.New(config)
	})
}

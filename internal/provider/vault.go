package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/offboard/terraform-provider-offboard/internal/offboard"
	"github.com/offboard/terraform-provider-offboard/internal/system/vault"
)

var vaultSchema = schema.SingleNestedAttribute{
	Optional: true,
	MarkdownDescription: "One namespace of HashiCorp Vault or OpenBao. What is left out is taken from the environment variables that their own clients read, " +
		"as each argument says; no token is taken from `~/.vault-token`.",
	Attributes: map[string]schema.Attribute{
		"address": schema.StringAttribute{
			Optional: true,
			MarkdownDescription: "The server's URL, such as `https://vault.acme.com:8200`. Else from `VAULT_ADDR` or `BAO_ADDR`. Only https is accepted, and http on " +
				"loopback for the sandbox.",
		},
		"token": schema.StringAttribute{
			Optional: true, Sensitive: true,
			MarkdownDescription: "A token, of a service that nobody leaves with; it is never renewed. Else from `VAULT_TOKEN` or `BAO_TOKEN`.",
		},
		"namespace": schema.StringAttribute{
			Optional:            true,
			MarkdownDescription: "A namespace of Vault Enterprise, HCP Vault or OpenBao. Else from `VAULT_NAMESPACE` or `BAO_NAMESPACE`, else the root.",
		},
		"ca_cert_file": schema.StringAttribute{
			Optional: true,
			MarkdownDescription: "The path of a PEM file with the certificates that the server's is signed with, in place of the machine's. Else from `VAULT_CACERT` or " +
				"`BAO_CACERT`.",
		},
		"user_key": schema.StringAttribute{
			Optional: true,
			MarkdownDescription: "Where a person's email stands: `alias`, the name of an alias of their entity; `name`, the entity's own; or `metadata.` and a key of the " +
				"entity's. If not set, the name of an alias or the metadata `email`.",
		},
	},
}

type vaultSettings struct {
	Address    types.String `tfsdk:"address"`
	Token      types.String `tfsdk:"token"`
	Namespace  types.String `tfsdk:"namespace"`
	CACertFile types.String `tfsdk:"ca_cert_file"`
	UserKey    types.String `tfsdk:"user_key"`
}

// configureVault adds Vault to the environment, if the provider block names it.
func (p *offboardProvider) configureVault(ctx context.Context, all settings, env *offboard.Environment, diags *diag.Diagnostics) {
	b := block{path.Root(systemVault), systemVault, "Vault", all.Vault}
	connect(ctx, p, inVault, b, env, diags, func(s vaultSettings) (*vault.Vault, error) {
		config, err := vault.Config{
			Address: s.Address.ValueString(), Token: s.Token.ValueString(), Namespace: s.Namespace.ValueString(),
			CACertFile: s.CACertFile.ValueString(), UserKey: s.UserKey.ValueString(), Run: p.run(all),
		}.WithEnvironment(p.Getenv).Validate()
		if err != nil {
			return nil, err
		}
		return vault.New(ctx, config)
	})
}

package provider

import (
	"context"
	"maps"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/offboard/terraform-provider-offboard/internal/offboard"
	"github.com/offboard/terraform-provider-offboard/internal/system/aws"
)

var awsSchema = schema.SingleNestedAttribute{
	Optional: true,
	MarkdownDescription: "One AWS account: its IAM users, and its Secrets Manager. A user is somebody's by a tag with their work email. The credential is what " +
		"the SDK finds in its environment, unless it is named here.",
	Attributes: with(awsLogin, map[string]schema.Attribute{
		"email_tag": schema.StringAttribute{
			Optional: true,
			MarkdownDescription: "The key of the tag that has the work email of a user's holder; of a service's user, that of the team that answers for it. `email` if not " +
				"set. As long as a user has no address, there or as its name, nobody is said to have no user.",
		},
		"root_email": schema.StringAttribute{
			Optional: true,
			MarkdownDescription: "The address of the account's root user, which IAM neither tells nor lists: whoever has it is not terminated, and it is said why. " +
				"Without it nobody is known to be the root user.",
		},
		"revoke_role_sessions": schema.SetAttribute{
			Optional: true, ElementType: types.StringType,
			MarkdownDescription: "The names of roles whose sessions that are older than an exit are to be ended by `offboard_sessions`: everybody's, people's and " +
				"machines', since AWS can't tell whose a session is. None if not set.",
		},
	}),
}

var identityCenterSchema = schema.SingleNestedAttribute{
	Optional: true,
	MarkdownDescription: "IAM Identity Center of an organisation: its users, groups, and what is assigned to them in all accounts. The credential is one of the " +
		"management account, which alone is shown every assignment.",
	Attributes: with(awsLogin, map[string]schema.Attribute{
		"instance_arn": schema.StringAttribute{
			Optional:            true,
			MarkdownDescription: "The instance, such as `arn:aws:sso:::instance/ssoins-1234567890abcdef`. Looked up where the account has one.",
		},
		"identity_store_id": schema.StringAttribute{
			Optional:            true,
			MarkdownDescription: "Its identity store, such as `d-1234567890`, to make sure that it is the one that is meant.",
		},
	}),
}

// awsLogin is what both blocks have.
var awsLogin = map[string]schema.Attribute{
	"region": schema.StringAttribute{
		Optional:            true,
		MarkdownDescription: "Where Secrets Manager or Identity Center is, such as `eu-central-1`. Else from `AWS_REGION` or `AWS_DEFAULT_REGION`, else that of the profile.",
	},
	"profile": schema.StringAttribute{
		Optional:            true,
		MarkdownDescription: "A profile of the shared configuration files.",
	},
	"access_key": schema.StringAttribute{
		Optional:            true,
		MarkdownDescription: "The id of an access key, with `secret_key`. Better leave it to the environment (`AWS_ACCESS_KEY_ID` and the like).",
	},
	"secret_key": schema.StringAttribute{
		Optional: true, Sensitive: true,
		MarkdownDescription: "The access key's secret.",
	},
	"token": schema.StringAttribute{
		Optional: true, Sensitive: true,
		MarkdownDescription: "The session token of a temporary access key.",
	},
	"assume_role": schema.StringAttribute{
		Optional:            true,
		MarkdownDescription: "The ARN of a role to assume with the credential.",
	},
	"account_id": schema.StringAttribute{
		Optional: true,
		MarkdownDescription: "The number of the account that the credential has to be of. To be given where nothing else here says which credential it is: then " +
			"whatever the environment has is not used on another account than this one.",
	},
	"endpoint": schema.StringAttribute{
		Optional:            true,
		MarkdownDescription: "A base URL for all of AWS's APIs, in place of AWS's own. Only https is accepted, and http on loopback for the sandbox.",
	},
}

// with is a map and another one.
func with(common, own map[string]schema.Attribute) map[string]schema.Attribute {
	all := maps.Clone(common)
	maps.Copy(all, own)
	return all
}

type awsLoginSettings struct {
	Region     types.String `tfsdk:"region"`
	Profile    types.String `tfsdk:"profile"`
	AccessKey  types.String `tfsdk:"access_key"`
	SecretKey  types.String `tfsdk:"secret_key"`
	Token      types.String `tfsdk:"token"`
	AssumeRole types.String `tfsdk:"assume_role"`
	AccountID  types.String `tfsdk:"account_id"`
	Endpoint   types.String `tfsdk:"endpoint"`
}

func (s awsLoginSettings) login(p *offboardProvider, all settings) aws.Login {
	return aws.Login{
		Region: s.Region.ValueString(), Profile: s.Profile.ValueString(), AccessKey: s.AccessKey.ValueString(), SecretKey: s.SecretKey.ValueString(),
		Token: s.Token.ValueString(), AssumeRole: s.AssumeRole.ValueString(), AccountID: s.AccountID.ValueString(), Endpoint: s.Endpoint.ValueString(),
		Run: p.run(all),
	}.WithEnvironment(p.Getenv)
}

type awsSettings struct {
	awsLoginSettings
	EmailTag           types.String `tfsdk:"email_tag"`
	RootEmail          types.String `tfsdk:"root_email"`
	RevokeRoleSessions types.Set    `tfsdk:"revoke_role_sessions"`
}

type identityCenterSettings struct {
	awsLoginSettings
	InstanceARN     types.String `tfsdk:"instance_arn"`
	IdentityStoreID types.String `tfsdk:"identity_store_id"`
}

// configureAWS adds an account's IAM and an organisation's Identity Center to the environment, those that the provider block
// names.
func (p *offboardProvider) configureAWS(ctx context.Context, all settings, env *offboard.Environment, diags *diag.Diagnostics) {
	account := block{path.Root(systemAWS), systemAWS, "AWS", all.AWS}
	connect(ctx, p, inAWS, account, env, diags, func(s awsSettings) (*aws.IAM, error) {
		config, err := aws.IAMConfig{
			Login: s.login(p, all), EmailTag: s.EmailTag.ValueString(), RootEmail: s.RootEmail.ValueString(), RevokeRoleSessions: texts(s.RevokeRoleSessions),
		}.Validate()
		if err != nil {
			return nil, err
		}
		return aws.NewIAM(ctx, config)
	})
	center := block{path.Root(systemIdentityCenter), systemIdentityCenter, "IAM Identity Center", all.IdentityCenter}
	connect(ctx, p, inIdentityCenter, center, env, diags, func(s identityCenterSettings) (*aws.IdentityCenter, error) {
		config, err := aws.IdentityCenterConfig{
			Login: s.login(p, all), InstanceARN: s.InstanceARN.ValueString(), IdentityStoreID: s.IdentityStoreID.ValueString(),
		}.Validate()
		if err != nil {
			return nil, err
		}
		return aws.NewIdentityCenter(ctx, config)
	})
}

// Package provider is the Terraform provider: its configuration, and the table of kinds it makes resources
// of.
package provider

import (
	"cmp"
	"context"
	"os"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/offboard/terraform-provider-offboard/internal/clock"
	"github.com/offboard/terraform-provider-offboard/internal/evidence"
	"github.com/offboard/terraform-provider-offboard/internal/offboard"
)

// Options make a provider. The zero Options are the ones for real use.
type Options struct {
	Version string
	// Kinds replaces the table. Nil is Kinds.
	Kinds []Row
	// Traces replaces the table of what is traced. Nil is Traces.
	Traces []Trace
	// Clock replaces the machine's.
	Clock clock.Clock
	// Getenv replaces os.Getenv.
	Getenv func(string) string
}

// New returns the factory of the provider.
func New(o Options) func() provider.Provider {
	if o.Kinds == nil {
		o.Kinds = Kinds
	}
	if o.Traces == nil {
		o.Traces = Traces
	}
	if o.Clock == nil {
		o.Clock = clock.System{}
	}
	if o.Getenv == nil {
		o.Getenv = os.Getenv
	}
	return func() provider.Provider { return &offboardProvider{o} }
}

type offboardProvider struct{ Options }

var _ provider.ProviderWithFunctions = (*offboardProvider)(nil)

// defaultMaxPeople is how many people one plan may newly terminate where the configuration does not say:
// more than leave a company of some hundreds in a week, and fewer than a mistake in a list would take.
const defaultMaxPeople = 25

func (p *offboardProvider) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName, resp.Version = "offboard", p.Version
}

func (p *offboardProvider) Schema(_ context.Context, _ provider.SchemaRequest, resp *provider.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "A person's access as Terraform state: a termination is a plan that shows exactly what goes, and every later plan proves " +
			"that nothing came back.",
		Attributes: map[string]schema.Attribute{
			systemOkta:           oktaSchema,
			systemGoogle:         googleSchema,
			systemGitHub:         githubSchema,
			systemAWS:            awsSchema,
			systemIdentityCenter: identityCenterSchema,
			systemVault:          vaultSchema,
			attrSCIM:             scimSchema,
			"max_people": schema.Int64Attribute{
				Optional: true,
				MarkdownDescription: "How many people one plan may newly terminate with this provider configuration, before it is refused as a mistake. 25 if not set. " +
					"Access that comes back to people who have left before does not count.",
				Validators: []validator.Int64{int64validator.AtLeast(1)},
			},
			"protected": schema.SetAttribute{
				Optional:    true,
				ElementType: types.StringType,
				MarkdownDescription: "People and accounts that must not be terminated, such as break-glass administrators: email addresses or account ids. " +
					"A plan that terminates one of them is refused, under whatever name it finds them.",
			},
			"signing_key": schema.StringAttribute{
				Optional: true, Sensitive: true,
				MarkdownDescription: "An Ed25519 private key, PKCS #8 in PEM, that signs the evidence of cases (`offboard_case`). It is never written to the state. It may come " +
					"from `OFFBOARD_SIGNING_KEY` instead, which keeps it out of plan files too. Without one evidence has a digest and no signature.",
			},
			"read_only": schema.BoolAttribute{
				Optional: true,
				MarkdownDescription: "Refuse every request that could change something, before it leaves the process. For the nightly watch, whose " +
					"credentials should not be able to either.",
			},
		},
	}
}

// settings are the provider block as Terraform has it.
type settings struct {
	Okta           types.Object `tfsdk:"okta"`
	Google         types.Object `tfsdk:"google"`
	GitHub         types.Object `tfsdk:"github"`
	AWS            types.Object `tfsdk:"aws"`
	IdentityCenter types.Object `tfsdk:"aws_identity_center"`
	Vault          types.Object `tfsdk:"vault"`
	SCIM           types.Map    `tfsdk:"scim"`
	MaxPeople      types.Int64  `tfsdk:"max_people"`
	Protected      types.Set    `tfsdk:"protected"`
	ReadOnly       types.Bool   `tfsdk:"read_only"`
	// SigningKey signs evidence.
	SigningKey types.String `tfsdk:"signing_key"`
}

func (p *offboardProvider) Configure(ctx context.Context, req provider.ConfigureRequest, resp *provider.ConfigureResponse) {
	diags := &resp.Diagnostics
	var s settings
	diags.Append(req.Config.Get(ctx, &s)...)
	refuseUnknown(diags, map[string]bool{
		"max_people": s.MaxPeople.IsUnknown(), "protected": hasUnknown(s.Protected), "read_only": s.ReadOnly.IsUnknown(),
	})
	if diags.HasError() {
		return
	}
	env := &offboard.Environment{
		Systems: map[string]*offboard.System{}, Unknown: map[string]bool{}, Clock: p.Clock,
		Guards: &offboard.Guards{MaxPeople: defaultMaxPeople}, Program: "terraform-provider-offboard " + p.Version,
	}
	if !s.MaxPeople.IsNull() {
		env.Guards.MaxPeople = int(s.MaxPeople.ValueInt64())
	}
	for _, name := range texts(s.Protected) {
		env.Guards.Protected = append(env.Guards.Protected, strings.ToLower(name))
	}
	if key := cmp.Or(s.SigningKey.ValueString(), p.Getenv("OFFBOARD_SIGNING_KEY")); key != "" {
		var err error
		if env.Signer, err = evidence.ParseSigner([]byte(key)); err != nil {
			diags.AddAttributeError(path.Root("signing_key"), "Not a signing key", err.Error())
		}
	}
	p.configureOkta(ctx, s, env, diags)
	p.configureGoogle(ctx, s, env, diags)
	p.configureGitHub(ctx, s, env, diags)
	p.configureAWS(ctx, s, env, diags)
	p.configureVault(ctx, s, env, diags)
	p.configureSCIM(ctx, s, env, diags)
	resp.ResourceData, resp.DataSourceData = env, env
}

// refuseUnknown refuses guards that would not be there while the plan is made.
func refuseUnknown(diags *diag.Diagnostics, unknown map[string]bool) {
	for name, is := range unknown {
		if is {
			diags.AddAttributeError(path.Root(name), "Not known when the plan is made",
				name+" guards the plan, and depends on something that has not been applied yet. Give it a value that is known.")
		}
	}
}

func (p *offboardProvider) Resources(context.Context) []func() resource.Resource {
	var factories []func() resource.Resource
	for _, row := range p.Kinds {
		factories = append(factories, offboard.New(row.Kind, row.Systems()))
	}
	return append(factories, offboard.NewLegalHold(offboard.Systems{Names: []string{systemGoogle}}), offboard.NewAttestation, offboard.NewCase(p.table()))
}

// table is the kinds, and after them what is traced, as the package offboard has them.
func (p *offboardProvider) table() (table []offboard.TableRow) {
	for _, row := range p.Kinds {
		table = append(table, offboard.TableRow{Kind: row.Kind, Systems: row.Systems()})
	}
	for _, trace := range p.Traces {
		kind := offboard.Kind{Name: trace.Name, Row: trace.Row, Controls: machineAccess}
		table = append(table, offboard.TableRow{Kind: kind, Systems: trace.Systems(), Indirect: true})
	}
	return table
}

func (p *offboardProvider) DataSources(context.Context) []func() datasource.DataSource {
	return []func() datasource.DataSource{offboard.NewAccessData(p.table()), offboard.NewReconciliationData(p.table())}
}

func (p *offboardProvider) Functions(context.Context) []func() function.Function {
	return []func() function.Function{offboard.NewVerify, offboard.NewKinds(p.table())}
}

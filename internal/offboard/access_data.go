package offboard

import (
	"context"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/datasource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/offboard/terraform-provider-offboard/internal/access"
)

// An AccessData is the data source of everything that one person holds: a search, and what it found.
type AccessData struct {
	table []TableRow
	env   *Environment
}

var _ datasource.DataSourceWithConfigure = (*AccessData)(nil)

// NewAccessData returns the factory of the data source, for all kinds there are.
func NewAccessData(table []TableRow) func() datasource.DataSource {
	return func() datasource.DataSource { return &AccessData{table: table} }
}

// Metadata names the data source.
func (d *AccessData) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_access"
}

// Configure takes the provider's Environment. Validation runs without one.
func (d *AccessData) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.env = environment(req.ProviderData, &resp.Diagnostics)
}

// wanted is the configuration of the data source. It is known as a whole: Terraform reads no data source before that.
type wanted struct {
	Person     types.String   `tfsdk:"person"`
	Systems    types.Set      `tfsdk:"systems"`
	Without    types.Set      `tfsdk:"without"`
	AccountIDs types.Map      `tfsdk:"account_ids"`
	Partial    types.Bool     `tfsdk:"partial"`
	Timeouts   timeouts.Value `tfsdk:"timeouts"`
	// What follows is for the outcome.
	Access       types.Map `tfsdk:"access"`
	Indirect     types.Map `tfsdk:"indirect"`
	Accounts     types.Map `tfsdk:"accounts"`
	Dormant      types.Map `tfsdk:"dormant"`
	Checked      types.Set `tfsdk:"checked"`
	NotAvailable types.Map `tfsdk:"not_available"`
	Failed       types.Map `tfsdk:"failed"`
	LeftOut      types.Map `tfsdk:"left_out"`
}

// Read searches. It says nothing at all if it could not look everywhere, unless that was asked for.
func (d *AccessData) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	diags := &resp.Diagnostics
	var w wanted
	diags.Append(req.Config.Get(ctx, &w)...)
	limit, more := w.Timeouts.Read(ctx, readTimeout)
	diags.Append(more...)
	if diags.HasError() {
		return
	}
	c := d.search(w, diags)
	if diags.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()

	found := c.run(ctx)
	if failures := found.failures(); len(failures) > 0 {
		if !w.Partial.ValueBool() {
			diags.Append(errorIncomplete(c, failures))
			return
		}
		diags.Append(warnIncomplete(c, failures))
	}
	if found.nobody() {
		diags.Append(warnNobodyAnywhere(c))
	}
	for _, system := range found.aliased(c.person) {
		diags.Append(warnAlias(c, system, found.accounts[system]))
	}
	c.report(found, &w)
	diags.Append(resp.State.Set(ctx, &w)...)
}

// search is what the configuration asks for.
func (d *AccessData) search(w wanted, diags *diag.Diagnostics) search {
	c := search{
		env: d.env, table: d.table, person: access.Person(strings.ToLower(w.Person.ValueString())),
		pins: texts[string](w.AccountIDs), systems: members(w.Systems), without: members(w.Without), lists: listNow,
	}
	if len(c.systems) == 0 {
		c.systems = d.env.names()
	}
	if len(c.systems) == 0 {
		diags.Append(errorNoSystems())
	}
	diags.Append(d.env.errorsMissing("Unknown system", c.systems, inSystems)...)
	// A pin for a system that isn't there is a slip of the pen, and would be heeded by nobody.
	diags.Append(d.env.errorsMissing("Unknown system", sorted(c.pins), rootAccountIDs.AtMapKey)...)
	return c
}

// members are the texts in a set, in order.
func members(s types.Set) (members []string) {
	for _, element := range s.Elements() {
		if text, ok := element.(types.String); ok {
			members = append(members, text.ValueString())
		}
	}
	slices.Sort(members)
	return members
}

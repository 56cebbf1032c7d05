package offboard

import (
	"context"
	"slices"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/datasource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/offboard/terraform-provider-offboard/internal/roster"
)

// A ReconciliationData is the data source that compares what HR says with the accounts of every system.
type ReconciliationData struct {
	systems Systems
	env     *Environment
}

var _ datasource.DataSourceWithConfigure = (*ReconciliationData)(nil)

// NewReconciliationData returns the factory of the data source, for all systems there are.
func NewReconciliationData(table []TableRow) func() datasource.DataSource {
	systems, _ := allOf(table)
	return func() datasource.DataSource { return &ReconciliationData{systems: systems} }
}

// Metadata names the data source.
func (d *ReconciliationData) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_reconciliation"
}

// Configure takes the provider's Environment. Validation runs without one.
func (d *ReconciliationData) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.env = environment(req.ProviderData, &resp.Diagnostics)
}

// reconciling is the configuration of the data source. It is known as a whole: Terraform reads no data source before that.
type reconciling struct {
	Roster     types.List     `tfsdk:"roster"`
	Minimum    types.Int64    `tfsdk:"minimum"`
	MaxPeople  types.Int64    `tfsdk:"max_people"`
	Systems    types.Set      `tfsdk:"systems"`
	TimeZone   types.String   `tfsdk:"time_zone"`
	DateFormat types.String   `tfsdk:"date_format"`
	Employed   types.Set      `tfsdk:"employed"`
	Gone       types.Set      `tfsdk:"gone"`
	Ignore     types.Map      `tfsdk:"ignore"`
	Since      types.String   `tfsdk:"since"`
	Timeouts   timeouts.Value `tfsdk:"timeouts"`
	// What follows is for the outcome.
	Lingering      types.Map `tfsdk:"lingering"`
	Leavers        types.Map `tfsdk:"leavers"`
	Leaving        types.Map `tfsdk:"leaving"`
	Unknown        types.Map `tfsdk:"unknown"`
	Ignored        types.Map `tfsdk:"ignored"`
	Missing        types.Map `tfsdk:"missing"`
	Matched        types.Map `tfsdk:"matched"`
	Suggestions    types.Map `tfsdk:"suggestions"`
	Contradictions types.Map `tfsdk:"contradictions"`
	Coverage       types.Map `tfsdk:"coverage"`
}

// Read reads the roster, lists the accounts, and compares. It says nothing at all if it could not read a row or list a
// system, or if more people linger than may.
func (d *ReconciliationData) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	diags := &resp.Diagnostics
	var r reconciling
	diags.Append(req.Config.Get(ctx, &r)...)
	limit, more := r.Timeouts.Read(ctx, readTimeout)
	diags.Append(more...)
	systems := d.wanted(r, diags)
	if diags.HasError() {
		return
	}
	people, err := roster.Read(rowsOf(r.Roster), r.reading(d.env.Clock.Now()))
	if err != nil {
		diags.Append(errorRoster(err))
		return
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	rolls, failed := d.env.rolls(ctx, systems)
	if len(failed) > 0 {
		diags.Append(errorRolls(failed))
		return
	}
	ignore := texts[string](r.Ignore)
	found := roster.Compare(people, rolls, sorted(ignore))
	if most := d.most(r); len(lingering(found)) > most {
		diags.Append(errorLingering(lingering(found), most))
		return
	}
	diags.Append(warnOf(found)...)
	r.report(people, rolls, found, ignore)
	// What HR says of everybody is no business of whoever reads the state, which has what came of it.
	r.Roster = types.ListNull(rosterType)
	diags.Append(resp.State.Set(ctx, &r)...)
}

// wanted are the systems to compare with.
func (d *ReconciliationData) wanted(r reconciling, diags *diag.Diagnostics) []string {
	systems := members(r.Systems)
	if len(systems) == 0 && d.env != nil {
		systems = d.env.names()
	}
	if len(systems) == 0 {
		diags.Append(errorNoSystems())
	}
	diags.Append(d.env.errorsMissing("Unknown system", systems, inSystems)...)
	return systems
}

// reading is how the configuration says that the roster is to be read.
func (r reconciling) reading(now time.Time) roster.Reading {
	return roster.Reading{
		Now: now, Zone: r.TimeZone.ValueString(), DateFormat: r.DateFormat.ValueString(), Employed: members(r.Employed), Gone: members(r.Gone),
		Minimum: int(r.Minimum.ValueInt64()),
	}
}

// most is how many people may linger.
func (d *ReconciliationData) most(r reconciling) int {
	if r.MaxPeople.IsNull() {
		return d.env.Guards.MaxPeople
	}
	return int(r.MaxPeople.ValueInt64())
}

// rowsOf are the rows of a list of maps. What is null says no more than what is empty.
func rowsOf(list types.List) []map[string]string {
	elements := list.Elements()
	rows := make([]map[string]string, len(elements))
	for i, element := range elements {
		row, ok := element.(types.Map)
		if !ok {
			continue
		}
		fields := row.Elements()
		rows[i] = make(map[string]string, len(fields))
		for name, value := range fields {
			text, _ := value.(types.String)
			rows[i][name] = text.ValueString()
		}
	}
	return rows
}

// lingering are the people who have left and can still sign in somewhere.
func lingering(found roster.Comparison) []roster.Standing {
	return slices.DeleteFunc(slices.Clone(found.Gone), func(s roster.Standing) bool { return len(s.Live()) == 0 })
}

// leaves says whether somebody who has left and has an account is one of those whose exit is to be planned: who can sign in,
// and who left since a moment. For as long as HR and the systems have both of them they stay among these: an exit that has
// been applied goes on being watched.
func (r reconciling) leaves(s roster.Standing) bool {
	if len(s.Live()) > 0 || r.Since.IsNull() || s.Ends.IsZero() {
		return true
	}
	since, err := time.Parse(time.RFC3339, r.Since.ValueString())
	return err != nil || !s.Ends.Before(since) // It is validated.
}

package offboard

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/access/accesstest"
	"github.com/offboard/terraform-provider-offboard/internal/clock"
)

// comparing is a run of the data source: the systems it has, and what its configuration says.
type comparing struct {
	env    *Environment
	config map[string]tftypes.Value
}

// newComparing is a run over systems in memory, of a roster that has at least one row.
func newComparing(systems map[string]access.Directory, rows ...map[string]string) *comparing {
	c := &comparing{
		env: &Environment{
			Systems: map[string]*System{}, Unknown: map[string]bool{}, Guards: &Guards{MaxPeople: 2},
			Clock: clock.NewFake(time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)),
		},
		config: map[string]tftypes.Value{"roster": rosterOf(rows...), "minimum": tftypes.NewValue(tftypes.Number, 1), "time_zone": tftypes.NewValue(tftypes.String, "UTC")},
	}
	for name, directory := range systems {
		c.env.Systems[name] = &System{Directory: directory}
	}
	return c
}

// rosterOf is a roster as Terraform has it.
func rosterOf(rows ...map[string]string) tftypes.Value {
	row := tftypes.Map{ElementType: tftypes.String}
	list := []tftypes.Value{}
	for _, fields := range rows {
		values := map[string]tftypes.Value{}
		for name, value := range fields {
			values[name] = tftypes.NewValue(tftypes.String, value)
			if value == "null" {
				values[name] = tftypes.NewValue(tftypes.String, nil)
			}
		}
		list = append(list, tftypes.NewValue(row, values))
	}
	return tftypes.NewValue(tftypes.List{ElementType: row}, list)
}

func textsOf(texts ...string) tftypes.Value {
	var list []tftypes.Value
	for _, text := range texts {
		list = append(list, tftypes.NewValue(tftypes.String, text))
	}
	return tftypes.NewValue(tftypes.Set{ElementType: tftypes.String}, list)
}

// read reads the data source, as Terraform would.
func (c *comparing) read(t *testing.T) (reconciling, diag.Diagnostics) {
	t.Helper()
	d := &ReconciliationData{systems: Systems{Names: []string{"google", "okta"}}, env: c.env}
	var schema datasource.SchemaResponse
	d.Schema(t.Context(), datasource.SchemaRequest{}, &schema)
	object, ok := schema.Schema.Type().TerraformType(t.Context()).(tftypes.Object)
	if !ok {
		t.Fatal("the schema is no object")
	}
	values := map[string]tftypes.Value{}
	for name, kind := range object.AttributeTypes {
		values[name] = tftypes.NewValue(kind, nil)
	}
	maps.Copy(values, c.config)
	resp := datasource.ReadResponse{State: tfsdk.State{Schema: schema.Schema, Raw: tftypes.NewValue(object, nil)}}
	d.Read(t.Context(), datasource.ReadRequest{Config: tfsdk.Config{Schema: schema.Schema, Raw: tftypes.NewValue(object, values)}}, &resp)
	var r reconciling
	if resp.Diagnostics.HasError() {
		if !resp.State.Raw.IsNull() {
			t.Error("an error, and a state")
		}
		return r, resp.Diagnostics
	}
	if diags := resp.State.Get(t.Context(), &r); diags.HasError() {
		t.Fatal(diags)
	}
	return r, resp.Diagnostics
}

// must is read where nothing is wrong.
func (c *comparing) must(t *testing.T) reconciling {
	t.Helper()
	r, diags := c.read(t)
	if diags.HasError() {
		t.Fatal(diags)
	}
	return r
}

// refused is read where something is wrong: what is said of it.
func (c *comparing) refused(t *testing.T, phrases ...string) {
	t.Helper()
	r, diags := c.read(t)
	text := ""
	for _, d := range diags.Errors() {
		text += d.Summary() + ": " + d.Detail() + "\n"
	}
	for _, phrase := range phrases {
		if !strings.Contains(text, phrase) {
			t.Errorf("nothing says %q:\n%s%v", phrase, text, r.Lingering)
		}
	}
}

// said are the summaries of warnings.
func said(diags diag.Diagnostics) (summaries []string) {
	for _, d := range diags.Warnings() {
		summaries = append(summaries, d.Summary())
	}
	return summaries
}

// at is an attribute of an object in a map, as text.
func at(t *testing.T, m types.Map, key, name string) string {
	t.Helper()
	object, ok := m.Elements()[key].(types.Object)
	if !ok {
		t.Fatalf("%s is not among %v", key, sorted(m.Elements()))
	}
	value := object.Attributes()[name]
	if text, ok := value.(types.String); ok {
		return text.ValueString()
	}
	return value.String()
}

func hr(email, status, lastDay string) map[string]string {
	return map[string]string{"email": email, "status": status, "last_day": lastDay, "manager": "mei@acme.com", "employment_type": "employee"}
}

func active(id access.AccountID, names ...string) access.Account {
	return access.Account{ID: id, Names: names, Status: "ACTIVE", Active: true}
}

func memory(accounts ...access.Account) *accesstest.Memory {
	m := &accesstest.Memory{}
	for _, a := range accounts {
		m.Add(a)
	}
	return m
}

func TestWhoLingersIsSaidWithAllThatAnExitNeeds(t *testing.T) {
	t.Parallel()
	suspended := access.Account{ID: "00uO", Names: []string{"omar@acme.com"}, Status: "SUSPENDED"}
	c := newComparing(map[string]access.Directory{
		"okta":   memory(active("00uJ", "jane@acme.com"), active("00uA", "jane-adm", "jane@acme.com"), active("00uM", "mei@acme.com"), suspended, active("00uB", "build")),
		"google": memory(active("1", "jane@acme.com"), active("2", "mei@acme.com")),
	}, hr("Jane@acme.com", "terminated", "2026-11-18"), hr("omar@acme.com", "left", "2026-01-31"), hr("mei@acme.com", "active", ""), hr("lena@acme.com", "active", "2026-12-31"))
	c.config["ignore"] = tftypes.NewValue(tftypes.Map{ElementType: tftypes.String}, map[string]tftypes.Value{"build": tftypes.NewValue(tftypes.String, "the build server")})
	r := c.must(t)

	if keys := sorted(r.Lingering.Elements()); !slices.Equal(keys, []string{"jane@acme.com"}) {
		t.Fatalf("lingering are %v", keys)
	}
	for name, want := range map[string]string{
		"status": "terminated", "last_day": "2026-11-18", "gone_since": "2026-11-19T00:00:00Z", "manager": "mei@acme.com", "employment_type": "employee",
	} {
		if got := at(t, r.Lingering, "jane@acme.com", name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	jane, _ := r.Lingering.Elements()["jane@acme.com"].(types.Object)
	accounts, _ := jane.Attributes()["accounts"].(types.Map)
	imports := map[string]string{}
	for key := range accounts.Elements() {
		imports[key] = at(t, accounts, key, "import_id")
	}
	want := map[string]string{"google/1": "google/jane@acme.com", "okta/00uA": "okta/jane@acme.com/00uA", "okta/00uJ": "okta/jane@acme.com/00uJ"}
	if diff := cmp.Diff(want, imports); diff != "" {
		t.Errorf("imported as (- want, + got):\n%s", diff)
	}
	// Whose exit was applied goes on being planned, and so watched.
	if keys := sorted(r.Leavers.Elements()); !slices.Equal(keys, []string{"jane@acme.com", "omar@acme.com"}) {
		t.Errorf("leavers are %v", keys)
	}
	for name, want := range map[string]string{"terminated": "true", "successor": "mei@acme.com", "no_successor": "", "systems": `["google","okta"]`, "lingering": "true"} {
		if got := at(t, r.Leavers, "jane@acme.com", name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if got := at(t, r.Leavers, "omar@acme.com", "lingering"); got != "false" {
		t.Errorf("suspended, and lingering: %s", got)
	}
	if diff := cmp.Diff(map[string]string{"lena@acme.com": "2027-01-01T00:00:00Z"}, texts[string](r.Leaving)); diff != "" {
		t.Errorf("leaving (- want, + got):\n%s", diff)
	}
	if diff := cmp.Diff(map[string]string{"okta/00uB": "the build server"}, texts[string](r.Ignored)); diff != "" || len(r.Unknown.Elements()) != 0 {
		t.Errorf("ignored (- want, + got):\n%s unknown %v", diff, r.Unknown)
	}
	if got := fmt.Sprint(r.Missing, r.Matched); got != `{"google":["lena@acme.com"],"okta":["lena@acme.com"]} {"google":2,"okta":4}` {
		t.Errorf("missing and matched are %s", got)
	}
	if got := at(t, r.Coverage, "okta", "accounts") + at(t, r.Coverage, "okta", "ignored") + at(t, r.Coverage, "okta", "unknown"); got != "510" {
		t.Errorf("counted %s", got)
	}
	if !r.Roster.IsNull() {
		t.Error("the roster is in the state")
	}
}

func TestWhoLeftBeforeAMomentIsALeaverOnlyWhileTheyCanSignIn(t *testing.T) {
	t.Parallel()
	suspended := func(id access.AccountID, name string) access.Account {
		return access.Account{ID: id, Names: []string{name}, Status: "SUSPENDED"}
	}
	c := newComparing(map[string]access.Directory{"okta": memory(
		suspended("1", "old@acme.com"), suspended("2", "new@acme.com"), suspended("3", "undated@acme.com"), active("4", "lingering@acme.com"), active("5", "mei@acme.com"))},
		hr("old@acme.com", "left", "2026-10-30"), hr("new@acme.com", "left", "2026-10-31"), hr("undated@acme.com", "left", ""), hr("lingering@acme.com", "left", "2020-01-01"),
		hr("mei@acme.com", "active", "null"))
	c.config["since"] = tftypes.NewValue(tftypes.String, "2026-11-01T00:00:00Z")
	if keys := sorted(c.must(t).Leavers.Elements()); !slices.Equal(keys, []string{"lingering@acme.com", "new@acme.com", "undated@acme.com"}) {
		t.Errorf("leavers are %v", keys)
	}
}

func TestMorePeopleThanMayLingerAreAnErrorBeforeAnythingIsPlanned(t *testing.T) {
	t.Parallel()
	okta := memory()
	var rows []map[string]string
	for i := range 3 {
		email := fmt.Sprintf("p%d@acme.com", i)
		okta.Add(active(access.AccountID(email), email))
		rows = append(rows, hr(email, "left", ""))
	}
	c := newComparing(map[string]access.Directory{"okta": okta}, rows...)
	c.refused(t, "Too many people would leave at once", "3 people", "max_people is 2", "p0@acme.com", "p2@acme.com", "set max_people")
	c.config["max_people"] = tftypes.NewValue(tftypes.Number, 3)
	c.must(t)
	c.config["max_people"] = tftypes.NewValue(tftypes.Number, 0)
	c.refused(t, "max_people is 0")
}

func TestARosterThatWasCutShortIsRefusedBeforeAnybodyIsAsked(t *testing.T) {
	t.Parallel()
	okta := memory(active("1", "jane@acme.com"))
	c := newComparing(map[string]access.Directory{"okta": okta}, hr("jane@acme.com", "left", ""))
	c.config["minimum"] = tftypes.NewValue(tftypes.Number, 2)
	c.refused(t, "The roster can't be used", "minimum is 2")
	c.config["roster"] = rosterOf()
	c.refused(t, "it has no rows")
	c.config["roster"] = rosterOf(hr("jane@acme.com", "sabbatical", "03/04/2026"))
	c.refused(t, `row 1: the status "sabbatical"`, "3 April 2026", "Rows are counted from 1")
	if calls := okta.Calls(); len(calls) != 0 {
		t.Errorf("asked for %v", calls)
	}
}

func TestASystemThatCanNotBeListedIsAnErrorThatNamesIt(t *testing.T) {
	t.Parallel()
	down := memory(active("1", "jane@acme.com"))
	down.Fail = func(string) error {
		return &access.Error{Kind: access.Unavailable, Op: "list everybody", Reason: "it is unwell"}
	}
	up := memory(active("1", "jane@acme.com"))
	c := newComparing(map[string]access.Directory{"okta": down, "google": up}, hr("jane@acme.com", "left", ""))
	c.refused(t, "Could not list accounts", "  - okta: List everybody: it is unwell.", "name them in systems")
	c.config["systems"] = textsOf("google")
	if r := c.must(t); len(r.Lingering.Elements()) != 1 || len(r.Coverage.Elements()) != 1 {
		t.Errorf("%v", r.Lingering)
	}
	// Embedding hides the roll.
	c.env.Systems["okta"] = &System{Directory: struct{ access.Directory }{up}}
	delete(c.config, "systems")
	c.refused(t, "no list of all its accounts")
	c.env.Unknown["okta"] = true
	delete(c.env.Systems, "okta")
	c.refused(t, "has not been applied yet")
	c.env.Systems, c.env.Unknown = nil, nil
	c.refused(t, "No system is configured")
}

func TestWhatNobodyActsOnIsWarnedOf(t *testing.T) {
	t.Parallel()
	near := active("1", "mei@acme.com")
	near.Aliases = []string{"jane@acme.com"}
	c := newComparing(map[string]access.Directory{"google": memory(near, active("2", "a@acme.com", "b@acme.com\x1b[2J", "b@acme.com"), active("3", "back@acme.com"))},
		hr("jane@acme.com", "left", ""), hr("a@acme.com", "active", ""), hr("b@acme.com", "active", ""), hr("back@acme.com", "active", "2026-01-31"))
	c.config["ignore"] = tftypes.NewValue(tftypes.Map{ElementType: tftypes.String}, map[string]tftypes.Value{"google/9": tftypes.NewValue(tftypes.String, "gone")})
	r, diags := c.read(t)
	want := []string{"Gone by the last day, and employed by the status", "An account of several people", "Accounts that may be of people who left", "Nothing to ignore by that name"}
	if diff := cmp.Diff(want, said(diags)); diff != "" {
		t.Errorf("warned (- want, + got):\n%s", diff)
	}
	for _, d := range diags {
		if strings.Contains(d.Detail(), "\x1b") {
			t.Errorf("a name breaks out: %q", d.Detail())
		}
	}
	if keys := sorted(r.Leavers.Elements()); !slices.Equal(keys, []string{"back@acme.com"}) {
		t.Errorf("somebody acts on it: %v", keys)
	}
	if got := at(t, r.Suggestions, "google/1", "gone"); got != `["jane@acme.com"]` {
		t.Errorf("of %s", got)
	}
	if got := at(t, r.Contradictions, "google/2", "people"); got != `["a@acme.com","b@acme.com"]` {
		t.Errorf("of %s", got)
	}
	if got := at(t, r.Unknown, "google/1", "names"); got != `["mei@acme.com"]` {
		t.Errorf("unknown is %s", got)
	}
}

func TestOneRollServesEverybodyInARun(t *testing.T) {
	t.Parallel()
	okta := memory(active("1", "jane@acme.com"))
	c := newComparing(map[string]access.Directory{"okta": okta}, hr("jane@acme.com", "left", ""))
	first, second := c.must(t), c.must(t)
	if !first.Leavers.Equal(second.Leavers) || !slices.Equal(okta.Calls(), []string{"roll"}) {
		t.Errorf("asked for %v", okta.Calls())
	}
}

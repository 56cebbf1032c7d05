package provider_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/access/accesstest"
	"github.com/offboard/terraform-provider-offboard/internal/offboard"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
	sandboxgoogle "github.com/offboard/terraform-provider-offboard/internal/sandbox/google"
	sandboxokta "github.com/offboard/terraform-provider-offboard/internal/sandbox/okta"
	"github.com/offboard/terraform-provider-offboard/internal/system"
	"github.com/offboard/terraform-provider-offboard/internal/system/google"
	"github.com/offboard/terraform-provider-offboard/internal/system/okta"
)

// This test calls the data source without a CLI between, which would have nothing to add and can't be given a third system.

// thousands is a company, and its roster as Terraform has it: of the last of its people HR knows nothing, and of those whom it
// knows the last have left.
func thousands(people, known, left int) (*sandbox.Company, tftypes.Value) {
	company := sandbox.Acme()
	for i := len(company.People); i < people; i++ {
		company.People = append(company.People, sandbox.Person{
			Email: fmt.Sprintf("first%d.last%d@%s", i, i, company.Domain), FirstName: fmt.Sprintf("First%d", i), LastName: fmt.Sprintf("Last%d", i), Department: "Support",
		})
	}
	text := func(s string) tftypes.Value { return tftypes.NewValue(tftypes.String, s) }
	row := tftypes.Map{ElementType: tftypes.String}
	var rows []tftypes.Value
	for i, person := range company.People[:known] {
		fields := map[string]tftypes.Value{
			"email": text(person.Email), "name": text(person.Name()), "manager": text(person.ManagerEmail), "employment_type": text("employee"),
			"status": text("active"), "last_day": text(""),
		}
		if i >= known-left {
			fields["status"], fields["last_day"] = text("terminated"), text("2026-11-13")
		}
		rows = append(rows, tftypes.NewValue(row, fields))
	}
	return company, tftypes.NewValue(tftypes.List{ElementType: row}, rows)
}

// reconciled is what the data source says of a company.
func reconciled(t *testing.T, env *offboard.Environment, arguments map[string]tftypes.Value) tfsdk.State {
	t.Helper()
	data, ok := offboard.NewReconciliationData(nil)().(datasource.DataSourceWithConfigure)
	if !ok {
		t.Fatal("not configured")
	}
	var configured datasource.ConfigureResponse
	data.Configure(t.Context(), datasource.ConfigureRequest{ProviderData: env}, &configured)
	var schema datasource.SchemaResponse
	data.Schema(t.Context(), datasource.SchemaRequest{}, &schema)
	object, ok := schema.Schema.Type().TerraformType(t.Context()).(tftypes.Object)
	if !ok {
		t.Fatal("the schema is no object")
	}
	for name, kind := range object.AttributeTypes {
		if _, set := arguments[name]; !set {
			arguments[name] = tftypes.NewValue(kind, nil)
		}
	}
	resp := datasource.ReadResponse{State: tfsdk.State{Schema: schema.Schema, Raw: tftypes.NewValue(object, nil)}}
	data.Read(t.Context(), datasource.ReadRequest{Config: tfsdk.Config{Schema: schema.Schema, Raw: tftypes.NewValue(object, arguments)}}, &resp)
	if resp.Diagnostics.HasError() {
		t.Fatal(resp.Diagnostics)
	}
	return resp.State
}

func TestACompanyOfThousandsIsOneListASystem(t *testing.T) {
	t.Parallel()
	const people, known, left = 20_000, 19_000, 25
	company, roster := thousands(people, known, left)
	clk := morning()
	inOkta, err := sandbox.Serve(sandboxokta.NewOrg(company, clk).Handler(sandboxokta.HandlerOptions{}), sandbox.Options{Clock: clk})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(inOkta.Close)
	inGoogle, err := sandbox.Serve(sandboxgoogle.NewTenant(company, clk).Handler(sandboxgoogle.HandlerOptions{}), sandbox.Options{Clock: clk})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(inGoogle.Close)
	toOkta, err := okta.New(t.Context(), okta.Config{OrgURL: inOkta.URL(), APIToken: sandboxokta.Token, Run: system.Run{Clock: clk}})
	if err != nil {
		t.Fatal(err)
	}
	config, err := google.Config{Admin: sandboxgoogle.Admin, Endpoint: inGoogle.URL(), Credentials: sandboxgoogle.KeyFile(inGoogle.URL()), Run: system.Run{Clock: clk}}.Validate()
	if err != nil {
		t.Fatal(err)
	}
	toGoogle, err := google.New(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	third := &accesstest.Memory{}
	for _, person := range company.People {
		third.Add(access.Account{ID: access.AccountID(person.Email), Names: []string{strings.ToLower(person.Email)}, Status: "active", Active: true})
	}
	env := &offboard.Environment{
		Systems: map[string]*offboard.System{"okta": {Directory: toOkta}, "google": {Directory: toGoogle}, "forge": {Directory: third}},
		Guards:  &offboard.Guards{MaxPeople: left}, Clock: clk,
	}
	began := time.Now()
	state := reconciled(t, env, map[string]tftypes.Value{
		"roster": roster, "minimum": tftypes.NewValue(tftypes.Number, known), "time_zone": tftypes.NewValue(tftypes.String, "UTC"),
	})
	t.Logf("compared in %v", time.Since(began))

	found := map[string]types.Map{}
	for _, name := range []string{"lingering", "leavers", "unknown", "coverage"} {
		var m types.Map
		if diags := state.GetAttribute(t.Context(), path.Root(name), &m); diags.HasError() {
			t.Fatal(diags)
		}
		found[name] = m
	}
	for what, n := range map[string][2]int{
		"lingering": {len(found["lingering"].Elements()), left}, "leavers": {len(found["leavers"].Elements()), left},
		"unknown":          {len(found["unknown"].Elements()), 3 * (people - known)},
		"lists of Okta":    {listed(inOkta, "/api/v1/users"), (people + 199) / 200},
		"lists of Google":  {listed(inGoogle, "/admin/directory/v1/users"), (people + 499) / 500},
		"rolls of a third": {len(third.Calls()), 1},
	} {
		if n[0] != n[1] {
			t.Errorf("%s: %d, want %d", what, n[0], n[1])
		}
	}
	// Besides the lists there is what tells whether they can be believed, which is the same for every company.
	if more := len(inOkta.Requests()) + len(inGoogle.Requests()) - (people+199)/200 - (people+499)/500; more > 8 {
		t.Errorf("%d more requests", more)
	}
	for system, value := range found["coverage"].Elements() {
		counts, _ := value.(types.Object)
		rest := 0
		for sort, value := range counts.Attributes() {
			n, err := strconv.Atoi(value.String())
			if err != nil {
				t.Fatal(err)
			}
			if rest -= n; sort == "accounts" {
				rest += 2 * n
			}
		}
		if rest != 0 {
			t.Errorf("in %s %d accounts are of no sort or of two: %v", system, rest, counts)
		}
	}
}

// listed is how often a list was asked for, itself and not something under it.
func listed(server *sandbox.Server, path string) (n int) {
	for _, request := range server.Requests() {
		if at, _, _ := strings.Cut(request.Path, "?"); at == path {
			n++
		}
	}
	return n
}

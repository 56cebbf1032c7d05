package provider_test

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfversion"

	"github.com/offboard/terraform-provider-offboard/internal/clock"
	"github.com/offboard/terraform-provider-offboard/internal/provider"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox/conform"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox/google"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox/okta"
)

// A world is a sandbox org or tenant of its own, the clock that it and the provider keep, and what a test does in
// it. Every request and answer is checked against the vendor's own description of its API.
type world struct {
	*testing.T
	clock *clock.Fake
	// org and tenant are the Okta org or the Google tenant, where the world is one of these.
	org    *okta.Org
	tenant *google.Tenant
	server *sandbox.Server
	// block is the block of the system in the provider's, with what arguments says.
	block func(w *world) string
	// settings go into the provider block.
	settings string
	// The credential is an API token, or a service application by its label.
	token, application string
	// arguments go into the block of the system.
	arguments string
	kinds     []provider.Row
	traces    []provider.Trace
	// names are those of the provider in the configuration: one for each world that the configuration is about, since
	// a provider that runs in the tests' own process keeps one configuration. Only offboard if empty.
	names []string
}

func newWorld(t *testing.T) *world { return newWorldWith(t, okta.HandlerOptions{}) }

// morning is when every world begins.
func morning() *clock.Fake { return clock.NewFake(time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)) }

func newWorldWith(t *testing.T, options okta.HandlerOptions) *world {
	t.Helper()
	return newWorldOn(t, morning(), options)
}

// newWorldOn is a world that keeps a clock which others keep too.
func newWorldOn(t *testing.T, clk *clock.Fake, options okta.HandlerOptions) *world {
	t.Helper()
	org := okta.NewOrg(sandbox.Acme(), clk)
	w := newWorldOver(t, clk, org.Handler(options), conform.Okta(t), oktaBlock)
	w.org, w.token = org, okta.Token
	return w
}

func oktaBlock(w *world) string {
	credential := fmt.Sprintf("api_token = %q", w.token)
	if w.application != "" {
		credential = fmt.Sprintf("client_id   = %q\n    private_key = %q", w.org.AppID(w.application), okta.ClientKey)
	}
	return fmt.Sprintf("okta = {\n    org_url = %q\n    %s\n    %s\n  }", w.server.URL(), credential, w.arguments)
}

// newGoogleWorld is a world with a Google tenant in it.
func newGoogleWorld(t *testing.T) *world {
	t.Helper()
	return newGoogleWorldOn(t, morning())
}

func newGoogleWorldOn(t *testing.T, clk *clock.Fake) *world {
	t.Helper()
	tenant := google.NewTenant(sandbox.Acme(), clk)
	w := newWorldOver(t, clk, tenant.Handler(google.HandlerOptions{}), conform.Google(t), googleBlock)
	w.tenant = tenant
	return w
}

func googleBlock(w *world) string {
	return fmt.Sprintf("google = {\n    admin = %q\n    endpoint = %q\n    credentials = %q\n    %s\n  }",
		google.Admin, w.server.URL(), google.KeyFile(w.server.URL()), w.arguments)
}

// newWorldOver is a world over any vendor's API, every exchange of which conforms is told of.
func newWorldOver(t *testing.T, clk *clock.Fake, api http.Handler, conforms func(sandbox.Exchange), block func(w *world) string) *world {
	t.Helper()
	server, err := sandbox.Serve(api, sandbox.Options{Clock: clk})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	server.Observe(conforms)
	return &world{T: t, clock: clk, server: server, block: block}
}

// run runs the steps with the real CLI.
func (w *world) run(steps ...resource.TestStep) {
	w.Helper()
	w.runOn(nil, steps...)
}

// runOn is run for the versions of the CLI that can do what the steps need.
func (w *world) runOn(versions []tfversion.TerraformVersionCheck, steps ...resource.TestStep) {
	w.Helper()
	resource.UnitTest(w.T, resource.TestCase{TerraformVersionChecks: versions, ProtoV6ProviderFactories: w.providers(), Steps: steps})
}

// providers are the servers of the provider under each of its names.
func (w *world) providers() map[string]func() (tfprotov6.ProviderServer, error) {
	factories := map[string]func() (tfprotov6.ProviderServer, error){}
	for _, name := range append(w.names, "offboard") {
		factories[name] = providerserver.NewProtocol6WithError(provider.New(provider.Options{
			Version: "test", Clock: w.clock, Kinds: w.kinds, Traces: w.traces, Getenv: func(string) string { return "" },
		})())
	}
	return factories
}

// config is a configuration with the provider block for this world.
func (w *world) config(body string) string {
	return fmt.Sprintf("provider \"offboard\" {\n  %s\n  %s\n}\n\n%s", w.block(w), w.settings, body)
}

// one is a resource of a kind, called "this", for somebody in okta.
func one(kind, person string, arguments ...string) string {
	return oneIn("okta", kind, person, arguments...)
}

func oneIn(system, kind, person string, arguments ...string) string {
	return fmt.Sprintf("resource \"offboard_%s\" \"this\" {\n  system = %q\n  person = %q\n  %s\n}\n", kind, system, person, strings.Join(arguments, "\n  "))
}

const terminated = "terminated = true"

// imported is one, with the block that adopts it in the same plan.
func imported(kind, person string, arguments ...string) string {
	return importedIn("okta", kind, person, arguments...)
}

func importedIn(system, kind, person string, arguments ...string) string {
	return fmt.Sprintf("import {\n  to = offboard_%s.this\n  id = \"%s/%s\"\n}\n\n%s", kind, system, person, oneIn(system, kind, person, arguments...))
}

// mark begins a count of requests; what it returns are those since that could change something, as "METHOD path".
func (w *world) mark() (writes func() []string) {
	from := len(w.server.Requests())
	return func() []string {
		var list []string
		for _, request := range w.server.Requests()[from:] {
			if path, _, _ := strings.Cut(request.Path, "?"); request.Changes() {
				list = append(list, request.Method+" "+path)
			}
		}
		return list
	}
}

// check fails the test if two things differ.
func (w *world) check(what string, want, got any) {
	w.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		w.Errorf("%s (- want, + got):\n%s", what, diff)
	}
}

// Checks of plans.

// planCheck is a function as a plan check.
type planCheck func(plancheck.CheckPlanRequest) error

func (f planCheck) CheckPlan(_ context.Context, req plancheck.CheckPlanRequest, resp *plancheck.CheckPlanResponse) {
	resp.Error = f(req)
}

// before are plan checks of the plan that is about to be applied.
func before(checks ...plancheck.PlanCheck) resource.ConfigPlanChecks {
	return resource.ConfigPlanChecks{PreApply: checks}
}

// rows are the rows of access that a plan shows going from a resource, id to label.
func rows(req plancheck.CheckPlanRequest, address string) (going map[string]string) {
	going = map[string]string{}
	for _, change := range req.Plan.ResourceChanges {
		if change.Address != address {
			continue
		}
		held, stays := accessOf(change.Change.Before), accessOf(change.Change.After)
		for id, label := range held {
			if _, ok := stays[id]; !ok {
				going[id] = fmt.Sprint(label)
			}
		}
		return going
	}
	return going
}

func accessOf(object any) map[string]any {
	attributes, _ := object.(map[string]any)
	access, _ := attributes["access"].(map[string]any)
	return access
}

// expectRows checks the labels of exactly the rows that go.
func expectRows(address string, labels ...string) plancheck.PlanCheck {
	return planCheck(func(req plancheck.CheckPlanRequest) error {
		going := rows(req, address)
		got := slices.Sorted(maps.Values(going))
		slices.Sort(labels)
		if diff := cmp.Diff(append([]string{}, labels...), append([]string{}, got...)); diff != "" {
			return fmt.Errorf("the plan for %s shows these rows going (- want, + got):\n%s", address, diff)
		}
		return nil
	})
}

// meanwhile is something that happens between the plan and the apply.
func meanwhile(do func()) plancheck.PlanCheck {
	return planCheck(func(plancheck.CheckPlanRequest) error { do(); return nil })
}

// Checks of state.

// expectAccess checks the labels of exactly the rows that state holds.
func expectAccess(address string, labels ...string) resource.TestCheckFunc {
	return func(s *terraform.State) error {
		found, ok := s.RootModule().Resources[address]
		if !ok {
			return fmt.Errorf("%s is not in the state", address)
		}
		got := []string{}
		for key, value := range found.Primary.Attributes {
			if strings.HasPrefix(key, "access.") && key != "access.%" {
				got = append(got, value)
			}
		}
		slices.Sort(got)
		slices.Sort(labels)
		if diff := cmp.Diff(append([]string{}, labels...), got); diff != "" {
			return fmt.Errorf("%s holds (- want, + got):\n%s", address, diff)
		}
		return nil
	}
}

func expectAttribute(address, key, value string) resource.TestCheckFunc {
	return resource.TestCheckResourceAttr(address, key, value)
}

type terraformState = terraform.State

// only is a pattern for ExpectError, and nil where no error is expected.
func only(expected bool, pattern string) *regexp.Regexp {
	if !expected {
		return nil
	}
	return regexp.MustCompile(pattern)
}

var nothing = resource.ConfigPlanChecks{
	PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()},
}

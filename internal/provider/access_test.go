package provider_test

import (
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"

	"github.com/offboard/terraform-provider-offboard/internal/provider"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox/google"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox/okta"
)

const all = "data.offboard_access.all"

// allOf is the data source, called "all".
func allOf(person string, arguments ...string) string {
	return fmt.Sprintf("data \"offboard_access\" \"all\" {\n  person = %q\n  %s\n}\n", person, strings.Join(arguments, "\n  "))
}

// newWorlds are a world in Google, whose provider block has an Okta org in it too, and the world of that.
func newWorlds(t *testing.T) (*world, *world) {
	t.Helper()
	clk := morning()
	w, second := newGoogleWorldOn(t, clk), newWorldOn(t, clk, okta.HandlerOptions{})
	w.arguments = "license_products = " + google.Bought
	w.settings = fmt.Sprintf("okta = {\n    org_url = %q\n    api_token = %q\n  }", second.server.URL(), okta.Token)
	return w, second
}

// everywhere are all places there are: "okta/sessions".
func everywhere() (places []string) {
	for _, row := range provider.Kinds {
		if row.Okta != nil {
			places = append(places, "okta/"+row.Name)
		}
		if row.Google != nil {
			places = append(places, "google/"+row.Name)
		}
	}
	places = append(places, indirectly()...)
	slices.Sort(places)
	return places
}

// indirectly are the places where something is traced.
func indirectly() (places []string) {
	for _, trace := range provider.Traces {
		if trace.Okta != nil {
			places = append(places, "okta/"+trace.Name)
		}
		if trace.Google != nil {
			places = append(places, "google/"+trace.Name)
		}
	}
	return places
}

func TestNothingThatIsTracedHasTheNameOfAKind(t *testing.T) {
	t.Parallel()
	names := map[string]bool{}
	for _, row := range provider.Kinds {
		names[row.Name] = true
	}
	for _, trace := range provider.Traces {
		if names[trace.Name] || trace.Row == "" {
			t.Errorf("%s is taken, or says nothing", trace.Name)
		}
		names[trace.Name] = true
	}
}

// janes are the labels of what Jane made, by place.
var janes = map[string][]string{
	"okta/event_hooks":      {"Joiners to Slack (event hook of 2023-11-21)"},
	"okta/api_integrations": {"Acme Log Shipper (API service integration of 2023-11-21, may use okta.logs.read)"},
	"google/api_clients":    {google.JanesClient + " (API client with domain-wide delegation, 2026-09-21)"},
	"google/trusted_apps": {
		google.JanesApp + " (trusted application for Acme, 2026-10-21)", google.JanesAddOn + " (application from the Marketplace, 2026-10-31)",
	},
	"okta/created_apps": {"Metrics Console (application, created on 2026-09-21)", "Release Dashboard (application, created on 2026-10-31)"},
}

// expectIndirect checks what the data source traced, and that each has what whoever takes it over needs.
func expectIndirect(account string) resource.TestCheckFunc {
	return func(s *terraformState) error {
		attributes := s.RootModule().Resources[all].Primary.Attributes
		if diff := cmp.Diff(janes, found(attributes, "indirect")); diff != "" {
			return fmt.Errorf("traced (- want, + got):\n%s", diff)
		}
		for key := range attributes {
			if object, ok := strings.CutSuffix(key, ".label"); ok && strings.HasPrefix(key, "indirect.okta/") {
				if attributes[object+".account"] != account || attributes[object+".id"] == "" || attributes[object+".note"] == "" {
					return fmt.Errorf("%s lacks something: %v", object, attributes)
				}
			}
		}
		return nil
	}
}

// found are the labels of what the data source found, by place.
func found(attributes map[string]string, attribute string) map[string][]string {
	labels := map[string][]string{}
	for key, label := range attributes {
		if object, ok := strings.CutSuffix(key, ".label"); ok && strings.HasPrefix(key, attribute+".") {
			place := attributes[object+".system"] + "/" + attributes[object+".kind"]
			labels[place] = append(labels[place], label)
			slices.Sort(labels[place])
		}
	}
	return labels
}

// expectFound checks what the data source found, and every place that it says it checked.
func expectFound(holds map[string][]string, checked []string) resource.TestCheckFunc {
	return func(s *terraformState) error {
		attributes := s.RootModule().Resources[all].Primary.Attributes
		want := map[string][]string{}
		for place, labels := range holds {
			if want[place] = slices.Sorted(slices.Values(labels)); len(labels) == 0 {
				delete(want, place)
			}
		}
		if diff := cmp.Diff(want, found(attributes, "access")); diff != "" {
			return fmt.Errorf("found (- want, + got):\n%s", diff)
		}
		got := []string{}
		for key, place := range attributes {
			if strings.HasPrefix(key, "checked.") && key != "checked.#" {
				got = append(got, place)
			}
		}
		slices.Sort(got)
		if diff := cmp.Diff(append([]string{}, checked...), got); diff != "" {
			return fmt.Errorf("checked (- want, + got):\n%s", diff)
		}
		return nil
	}
}

// boughtHead is googleHead with what was bought: to ask for every product there is takes a second each.
var boughtHead = strings.Replace(googleHead, "{ endpoint = var.endpoint }",
	"{\n    endpoint         = var.endpoint\n    license_products = "+google.Bought+"\n  }", 1)

// lives are the rows of the lifecycle tables, by place.
func lives() map[string][]string {
	holds := map[string][]string{}
	for kind, c := range every {
		holds["okta/"+kind] = c.holds
	}
	for kind, c := range everyInGoogle {
		holds["google/"+kind] = c.holds
	}
	return holds
}

// but is without some of the places.
func but(places []string, without ...string) []string {
	return slices.DeleteFunc(slices.Clone(places), func(place string) bool { return slices.Contains(without, place) })
}

func holdsBut(without ...string) map[string][]string {
	holds := lives()
	for _, place := range without {
		delete(holds, place)
	}
	return holds
}

func TestEverythingThatSomebodyHoldsIsFoundInOneReadAndCanBeImported(t *testing.T) {
	t.Parallel()
	w, second := newWorlds(t)
	w.tenant.Hold(google.Jane, google.Dispute, "MAIL")
	writes, others := w.mark(), second.mark()
	config, imports := allOf("Jane.Doe@acme.example"), ""
	var adopted []resource.TestCheckFunc
	for _, place := range but(everywhere(), indirectly()...) {
		system, kind, _ := strings.Cut(place, "/")
		name := "offboard_" + kind
		imports += fmt.Sprintf("import {\n  to = %s.%s\n  id = [for a in %s.access : a.import_id if a.resource == %q && a.system == %q][0]\n}\n\n", name, system, all, name, system)
		imports += strings.Replace(oneIn(system, kind, okta.Jane), `"this"`, fmt.Sprintf("%q", system), 1)
		adopted = append(adopted, expectAccess(name+"."+system, lives()[place]...))
	}
	w.run(
		resource.TestStep{
			Config: w.config(config),
			Check: resource.ComposeAggregateTestCheckFunc(
				expectFound(lives(), everywhere()), expectIndirect(second.org.UserID(okta.Jane)),
				expectAttribute(all, "accounts.okta.id", second.org.UserID(okta.Jane)), expectAttribute(all, "accounts.okta.status", "ACTIVE"),
				expectAttribute(all, "accounts.google.id", w.tenant.UserID(okta.Jane)), expectAttribute(all, "accounts.google.active", "true"),
				expectAttribute(all, "accounts.google.names.0", okta.Jane),
				expectAttribute(all, "failed.%", "0"), expectAttribute(all, "not_available.%", "0"), expectAttribute(all, "left_out.%", "0"),
				expectAttribute(all, "dormant.%", "0"),
				expectRow("okta/group_ownership", "Engineering (owner)", map[string]string{
					"resource": "offboard_group_ownership", "import_id": "okta/jane.doe@acme.example", "removable": "true", "moves": "true", "stays": "",
					"account": second.org.UserID(okta.Jane),
				}),
				expectRow("google/licenses", "Google Voice Standard (Google Voice)", map[string]string{"removable": "false", "moves": "false", "stays": "*"}),
				expectRow("google/tokens", "Notion (may use drive.file, userinfo.email, userinfo.profile)", map[string]string{"removable": "true", "stays": ""}),
			),
		},
		resource.TestStep{Config: w.config(config + imports), Check: resource.ComposeAggregateTestCheckFunc(adopted...)},
		resource.TestStep{Config: w.config(config + imports), ConfigPlanChecks: nothing},
	)
	w.check("writes in Google", []string(nil), writes())
	w.check("writes in Okta", []string(nil), others())
}

// expectRow checks some attributes of one of the things that the data source found. * is anything but nothing.
func expectRow(place, label string, want map[string]string) resource.TestCheckFunc {
	return func(s *terraformState) error {
		attributes := s.RootModule().Resources[all].Primary.Attributes
		for key, value := range attributes {
			object, ok := strings.CutSuffix(key, ".label")
			if !ok || value != label || !strings.HasPrefix(key, "access."+place+"/") {
				continue
			}
			for name, wanted := range want {
				got := attributes[object+"."+name]
				if wanted == "*" && got == "" || wanted != "*" && got != wanted {
					return fmt.Errorf("%s of %s is %q, want %q", name, label, got, wanted)
				}
			}
			return nil
		}
		return fmt.Errorf("%s is not among what was found at %s", label, place)
	}
}

func TestWhatCouldNotBeCheckedIsAnErrorThatNamesItUnlessThePartIsAskedFor(t *testing.T) {
	t.Parallel()
	w, second := newWorlds(t)
	wrong := func() {
		w.server.Inject(sandbox.Fault{Match: sandbox.PathMatch("/admin/directory/v1/users/*/tokens"), Do: sandbox.Status(http.StatusOK, `{}`)})
		second.server.Inject(sandbox.Fault{Match: sandbox.PathMatch("/api/v1/api-tokens"), Do: sandbox.HTML404()})
	}
	const pattern = `(?s)Could not check access.*google/tokens:.*other\s+than\s+a\s+list.*okta/keys:.*partial\s+=\s+true`
	missing := []string{"google/tokens", "okta/keys"}
	w.below(
		resource.TestStep{PreConfig: wrong, Config: w.config(allOf(okta.Jane)), ExpectError: only(true, pattern)},
		resource.TestStep{
			Config: w.config(allOf(okta.Jane, "partial = true")),
			Check: resource.ComposeAggregateTestCheckFunc(
				expectFound(holdsBut(missing...), but(everywhere(), missing...)),
				expectAttribute(all, "failed.%", "2"),
				resource.TestCheckResourceAttrSet(all, "failed.google/tokens"), resource.TestCheckResourceAttrSet(all, "failed.okta/keys"),
			),
		},
	)
}

func TestASystemThatCanNotBeAskedIsNotSaidToHaveNobody(t *testing.T) {
	t.Parallel()
	w, _ := newWorlds(t)
	w.settings = strings.Replace(w.settings, okta.Token, "revoked", 1)
	var missing []string
	for _, place := range everywhere() {
		if strings.HasPrefix(place, "okta/") {
			missing = append(missing, place)
		}
	}
	w.below(
		resource.TestStep{Config: w.config(allOf(okta.Jane)), ExpectError: only(true, `(?s)Could not check access.*okta/account,\s+okta/api_integrations.*does\s+not\s+accept`)},
		resource.TestStep{
			Config: w.config(allOf(okta.Jane, "partial = true")),
			Check: resource.ComposeAggregateTestCheckFunc(
				expectFound(holdsBut(missing...), but(everywhere(), missing...)),
				expectAttribute(all, "failed.%", fmt.Sprint(len(missing))), expectAttribute(all, "accounts.%", "1"),
				resource.TestCheckNoResourceAttr(all, "accounts.okta.id"),
			),
		},
		resource.TestStep{
			// What is not looked at can't fail, and is not said to be checked.
			Config: w.config(allOf(okta.Jane, `systems = ["google"]`)),
			Check: resource.ComposeAggregateTestCheckFunc(
				expectFound(holdsBut(missing...), but(everywhere(), missing...)), expectAttribute(all, "left_out.%", fmt.Sprint(len(missing))),
			),
		},
	)
}

func TestWhatASystemDoesNotHaveIsNotAvailableAndNoFailure(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.org.SetGovernance(false)
	var checked []string
	holds := map[string][]string{}
	for kind, c := range every {
		if kind != "group_ownership" && kind != "devices" {
			checked, holds["okta/"+kind] = append(checked, "okta/"+kind), c.holds
		}
	}
	for _, place := range indirectly() {
		if strings.HasPrefix(place, "okta/") && place != "okta/event_hooks" {
			checked = append(checked, place)
		}
	}
	slices.Sort(checked)
	w.below(resource.TestStep{
		Config: w.config(allOf(okta.Jane, `without = ["devices", "event_hooks"]`)),
		Check: resource.ComposeAggregateTestCheckFunc(
			expectFound(holds, checked), expectAttribute(all, "failed.%", "0"),
			expectAttribute(all, "not_available.%", "1"), resource.TestCheckResourceAttrSet(all, "not_available.okta/group_ownership"),
			expectAttribute(all, "left_out.%", "2"), expectAttribute(all, "left_out.okta/devices", "Named in without."),
			expectAttribute(all, "left_out.okta/event_hooks", "Named in without."), expectAttribute(all, "indirect.%", "3"),
		),
	})
}

func TestOfNobodyItIsCheckedThatThereIsNothing(t *testing.T) {
	t.Parallel()
	w, _ := newWorlds(t)
	w.below(resource.TestStep{
		Config: w.config(allOf("nobody.at.all@acme.example")),
		Check: resource.ComposeAggregateTestCheckFunc(
			expectFound(nil, everywhere()), expectAttribute(all, "access.%", "0"), expectAttribute(all, "failed.%", "0"), expectAttribute(all, "dormant.%", "0"),
			expectAttribute(all, "accounts.%", "2"), resource.TestCheckNoResourceAttr(all, "accounts.okta.id"),
			expectAttribute(all, "accounts.okta.active", "false"), expectAttribute(all, "accounts.google.active", "false"),
		),
	})
}

func TestWhatSleepsWithASuspendedAccountIsToldBesideWhatIsHeld(t *testing.T) {
	t.Parallel()
	w := newGoogleWorld(t)
	w.arguments = "license_products = " + google.Bought
	w.tenant.Suspend(google.Jane)
	w.below(resource.TestStep{
		Config: w.config(allOf(google.Jane)),
		Check: resource.ComposeAggregateTestCheckFunc(
			expectAttribute(all, "accounts.google.status", "suspended"), expectAttribute(all, "accounts.google.active", "false"),
			func(s *terraformState) error {
				attributes := s.RootModule().Resources[all].Primary.Attributes
				asleep, held := found(attributes, "dormant"), found(attributes, "access")
				if !slices.Contains(asleep["google/delegations"], "mail delegates (the account is suspended)") {
					return fmt.Errorf("asleep are %v", asleep)
				}
				// Suspended is what an exit would make of the account; the rest is as it was.
				if len(held["google/account"]) > 0 || len(held["google/delegations"]) > 0 || len(held["google/tokens"]) == 0 {
					return fmt.Errorf("held are %v", held)
				}
				return nil
			},
		),
	})
}

func TestAnAccountFoundByAnAliasIsImportedByItsID(t *testing.T) {
	t.Parallel()
	w := newGoogleWorld(t)
	w.arguments = "license_products = " + google.Bought
	id := w.tenant.UserID(google.Jane)
	config := allOf(google.JaneAlias, `without = ["received_delegations"]`) + fmt.Sprintf(
		"import {\n  to = offboard_tokens.this\n  id = [for a in %s.access : a.import_id if a.kind == \"tokens\"][0]\n}\n\n", all) + oneIn("google", "tokens", google.JaneAlias)
	w.below(resource.TestStep{
		Config: w.config(config),
		Check: resource.ComposeAggregateTestCheckFunc(
			expectRow("google/tokens", everyInGoogle["tokens"].holds[0], map[string]string{"import_id": "google/" + google.JaneAlias + "/" + id, "account": id}),
			expectAccess("offboard_tokens.this", everyInGoogle["tokens"].holds...), expectAttribute("offboard_tokens.this", "account", id),
		),
	})
}

func TestAnAccountThatTheConfigurationNamesIsTheOneThatIsLookedAt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.org.UserID(okta.Mei)
	w.below(
		resource.TestStep{
			Config: w.config(allOf("mei@elsewhere.example", fmt.Sprintf("account_ids = { okta = %q }", id))),
			Check: resource.ComposeAggregateTestCheckFunc(
				expectAttribute(all, "accounts.okta.id", id), resource.TestCheckResourceAttrWith(all, "access.%", func(n string) error {
					if n == "0" {
						return fmt.Errorf("nothing was found")
					}
					return nil
				}),
			),
		},
		resource.TestStep{
			Config:      w.config(allOf(okta.Mei, `account_ids = { okta = "00uGone00000000000000" }`)),
			ExpectError: only(true, `(?s)Could not check access.*there\s+is\s+no\s+account\s+"00uGone00000000000000"\s+in\s+okta.*account_ids`),
		},
	)
}

func TestASearchThatCanNotBeMeantIsRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ config, pattern string }{
		"nobody's address":           {allOf("jane"), `Not an email address`},
		"a kind that there isn't":    {allOf(okta.Jane, `without = ["magic"]`), `(?s)Invalid Attribute Value.*magic`},
		"a system that there isn't":  {allOf(okta.Jane, `systems = ["myspace"]`), `(?s)Unknown system.*myspace`},
		"no system":                  {allOf(okta.Jane, `systems = []`), `(?s)at\s+least\s+1`},
		"a system not configured":    {allOf(okta.Jane, `systems = ["google"]`, "partial = true"), `(?s)Unknown system.*does\s+not\s+configure`},
		"an account without its id":  {allOf(okta.Jane, `account_ids = { okta = "" }`), `(?s)at\s+least\s+1`},
		"an account in no system":    {allOf(okta.Jane, `account_ids = { myspace = "1" }`), `(?s)Unknown system.*myspace`},
		"nothing that is configured": {"provider \"offboard\" {}\n" + allOf(okta.Jane, "partial = true"), `No system is configured`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			config := c.config
			if !strings.HasPrefix(config, "provider") {
				config = w.config(config)
			}
			w.below(resource.TestStep{Config: config, ExpectError: only(true, c.pattern)})
			if requests := w.server.Requests(); len(requests) != 0 {
				t.Errorf("%d requests were made, the first %s", len(requests), requests[0].Path)
			}
		})
	}
}

func TestWhatIsLearntOfEverybodyIsNotAskedAgainForTheDataSource(t *testing.T) {
	t.Parallel()
	s, _ := newGoogleShell(t, "")
	s.workspace.Env = append(s.workspace.Env, "GOOGLE_IMPERSONATE_SERVICE_ACCOUNT="+google.ServiceAccount, "GOOGLE_OAUTH_ACCESS_TOKEN="+google.CallerToken)
	surveyed := []string{"licenses", "received_delegations", "shared_drives"}
	main := boughtHead
	for _, kind := range surveyed {
		main += oneIn("google", kind, google.Jane)
	}
	var without []string
	for _, row := range provider.Kinds {
		if !slices.Contains(surveyed, row.Name) {
			without = append(without, fmt.Sprintf("%q", row.Name))
		}
	}
	for _, trace := range provider.Traces {
		without = append(without, fmt.Sprintf("%q", trace.Name))
	}
	requests := func(config string) map[string]int {
		s.write("main.tf", config)
		from, asked := len(s.server.Requests()), map[string]int{}
		s.do(0, "plan", "-detailed-exitcode")
		for _, request := range s.server.Requests()[from:] {
			if request.Method == http.MethodGet && request.Status == http.StatusOK {
				asked[request.Path]++
			}
		}
		return asked
	}
	s.write("main.tf", main)
	s.do(0, "init")
	s.do(0, "apply", "-auto-approve")
	alone, together := requests(main), requests(main+allOf(google.Jane, fmt.Sprintf("without = [%s]", strings.Join(without, ", "))))
	if diff := cmp.Diff(alone, together); diff != "" || len(alone) < 50 {
		t.Errorf("asked without the data source and with it (-, +):\n%s", diff)
	}
}

func TestTheExampleOfASearchIsOne(t *testing.T) {
	t.Parallel()
	example, err := os.ReadFile("../../examples/data-sources/offboard_access/data-source.tf")
	if err != nil {
		t.Fatal(err)
	}
	s, _ := newGoogleShell(t, "")
	s.workspace.Env = append(s.workspace.Env, "GOOGLE_IMPERSONATE_SERVICE_ACCOUNT="+google.ServiceAccount, "GOOGLE_OAUTH_ACCESS_TOKEN="+google.CallerToken)
	s.write("main.tf", boughtHead+strings.ReplaceAll(string(example), "jane@acme.com", google.Jane))
	s.do(0, "init")
	s.do(0, "apply", "-auto-approve")
	s.do(0, "plan", "-detailed-exitcode")
	s.says(s.do(0, "state", "list"), `offboard_group_membership.jane["google"]`)
	s.says(s.do(0, "output", "-no-color"), `"google/group_membership" = 4`, `"google/keys" = 2`, "unchecked = tomap({})")
}

func TestASearchSaysOfWhomAndOfWhatItCanNotBeSure(t *testing.T) {
	t.Parallel()
	s, _ := newGoogleShell(t, allOf(google.JaneAlias, "partial = true", `without = ["licenses", "received_delegations"]`))
	s.workspace.Env = append(s.workspace.Env, "GOOGLE_IMPERSONATE_SERVICE_ACCOUNT="+google.ServiceAccount, "GOOGLE_OAUTH_ACCESS_TOKEN="+google.CallerToken)
	s.do(0, "init")
	s.server.Inject(sandbox.Fault{Match: sandbox.PathMatch("/admin/directory/v1/users/*/asps"), Do: sandbox.Status(http.StatusOK, `{}`)})
	s.says(s.do(0, "plan", "-no-color"), "The address is an alias", google.Jane, "Not everything could be checked", "google/keys: ")
	s.write("main.tf", strings.Replace(s.read("main.tf"), google.JaneAlias, google.Stranger, 1))
	s.server.Heal()
	s.says(s.do(0, "plan", "-no-color"), "Nobody by that address", "Nobody is "+google.Stranger+" in google")
}

func TestASearchOfASystemThatIsNotConfiguredYetFailsAndSaysSo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	config := strings.Replace(w.config("resource \"terraform_data\" \"url\" {\n  input = \"later\"\n}\n\n"+allOf(okta.Jane)), fmt.Sprintf("%q", w.server.URL()),
		`"https://${terraform_data.url.output}.okta.com"`, 1)
	w.run(resource.TestStep{
		Config: config, ExpectError: only(true, `(?s)Could not check access.*okta/account.*has\s+not\s+been\s+applied\s+yet`),
		ConfigPlanChecks: before(plancheck.ExpectEmptyPlan()),
	})
}

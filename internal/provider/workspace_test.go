package provider_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/offboard/terraform-provider-offboard/internal/cli"
	"github.com/offboard/terraform-provider-offboard/internal/clock"
	"github.com/offboard/terraform-provider-offboard/internal/provider"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox/conform"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox/okta"
)

// These tests run the provider as users do: built, installed, in a process of its own, on the machine's
// clock. They are for what terraform-plugin-testing does not show: warnings, logs, files, exit codes.

// A shell is a workspace beside a sandbox org.
type shell struct {
	*testing.T
	workspace *cli.Workspace
	org       *okta.Org
	server    *sandbox.Server
}

// installed is the one folder in which the provider is built for all of these tests.
var installed = sync.OnceValues(func() (*cli.Workspace, error) {
	dir := filepath.Join(scratch, "provider")
	if err := os.Mkdir(dir, 0o700); err != nil {
		return nil, err
	}
	found, err := cli.Find(context.Background(), os.Getenv("TF_ACC_TERRAFORM_PATH"), os.Stderr)
	if err != nil {
		return nil, err
	}
	return cli.NewWorkspace(context.Background(), found, dir)
})

func newShell(t *testing.T, files map[string]string) *shell {
	t.Helper()
	org := okta.NewOrg(sandbox.Acme(), clock.System{})
	s := newShellOver(t, org.Handler(okta.HandlerOptions{}), files)
	s.org = org
	s.server.Observe(conform.Okta(t))
	s.workspace.Env = []string{"TF_VAR_okta_org_url=" + s.server.URL(), `TF_VAR_systems=["okta"]`, "OKTA_API_TOKEN=" + okta.Token}
	return s
}

// newShellOver is a workspace beside any vendor's sandbox.
func newShellOver(t *testing.T, api http.Handler, files map[string]string) *shell {
	t.Helper()
	shared, err := installed()
	if err != nil {
		t.Fatal(err)
	}
	own := *shared
	own.Dir = t.TempDir()
	server, err := sandbox.Serve(api, sandbox.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	s := &shell{T: t, workspace: &own, server: server}
	for name, content := range files {
		s.write(name, content)
	}
	return s
}

func (s *shell) write(name, content string) {
	s.Helper()
	if err := os.WriteFile(filepath.Join(s.workspace.Dir, name), []byte(content), 0o600); err != nil {
		s.Fatal(err)
	}
}

// do runs a command, expects its exit code, and returns what it printed.
func (s *shell) do(code int, args ...string) string {
	s.Helper()
	out, err := s.workspace.Run(s.Context(), args...)
	got := 0
	if failed, ok := errors.AsType[*exec.ExitError](err); ok {
		got, err = failed.ExitCode(), nil
	}
	if err != nil || got != code {
		s.Fatalf("%v ended with %d (%v), want %d:\n%s", args, got, err, code, out)
	}
	return out
}

// says checks that text has every one of the phrases, however it is wrapped.
func (s *shell) says(text string, phrases ...string) {
	s.Helper()
	flat := strings.Join(strings.Fields(strings.NewReplacer("│", " ", "╷", " ", "╵", " ").Replace(text)), " ")
	for _, phrase := range phrases {
		if !strings.Contains(flat, phrase) {
			s.Errorf("nothing says %q:\n%s", phrase, text)
		}
	}
}

const head = `terraform {
  required_providers {
    offboard = {
      source = "offboard/offboard"
    }
  }
}

variable "okta_org_url" {
  type = string
}

provider "offboard" {
  okta = { org_url = var.okta_org_url }
}

`

func TestAReviewerIsWarnedOfWhatARemovalAlsoMeans(t *testing.T) {
	t.Parallel()
	s := newShell(t, map[string]string{"main.tf": head + imported("group_membership", okta.Omar, terminated) +
		strings.ReplaceAll(imported("tokens", okta.Jane, terminated), ".this", ".jane") + imported("keys", okta.Jane, terminated)})
	s.write("main.tf", strings.Replace(s.read("main.tf"), `"offboard_tokens" "this"`, `"offboard_tokens" "jane"`, 1))
	s.org.InstallAgent(okta.Jane, "jane-agent", "Okta AD agent")
	s.do(0, "init")
	out := s.do(2, "plan", "-no-color", "-detailed-exitcode")
	s.says(out,
		`Engineering (rule: Engineering by department): A rule manages this group. Removing the person adds them to the rule's exclusion list: "Engineering by department" (1 of 100 used)`,
		"The account can still sign in", "offboard_account contains that",
		"jane-agent (API token", "in use by Okta AD agent): Okta AD agent stops working without this API token.",
	)
}

func TestAReviewerIsToldWhatWillStayAndWhy(t *testing.T) {
	t.Parallel()
	s := newShell(t, map[string]string{"main.tf": head + imported("group_membership", okta.Imported, terminated)})
	s.do(0, "init")
	s.says(s.do(2, "plan", "-no-color", "-detailed-exitcode", "-out=exit.tfplan"),
		"Can't be removed from here: group membership",
		"CORP Developers (imported from Corp AD): The group is imported from Corp AD, and its members only change there. Remove the person from the group in Corp AD",
	)
	s.says(s.do(1, "apply", "-no-color", "exit.tfplan"), "Access remains", "CORP Developers (imported from Corp AD)", "only change there")
	for _, request := range s.server.Requests() {
		if request.Method == http.MethodDelete && strings.Contains(request.Path, s.org.GroupID("CORP Developers")) {
			t.Errorf("what stays was asked to go: %s", request.Path)
		}
	}
}

func TestWhatIsContainedFirstIsNotWarnedOf(t *testing.T) {
	t.Parallel()
	s := newShell(t, map[string]string{"main.tf": head + imported("account", okta.Jane, terminated) +
		strings.Replace(imported("sessions", okta.Jane, terminated), terminated, "depends_on = [offboard_account.this]\n  "+terminated, 1)})
	s.do(0, "init")
	if out := s.do(2, "plan", "-no-color", "-detailed-exitcode"); strings.Contains(out, "can still sign in") {
		t.Errorf("sessions that end after the account is suspended are warned of:\n%s", out)
	}
}

func TestCreatingAndDestroyingSayWhatTheyDoNotDo(t *testing.T) {
	t.Parallel()
	s := newShell(t, map[string]string{"main.tf": head + one("group_membership", okta.Projects, terminated)})
	s.do(0, "init")
	s.says(s.do(2, "plan", "-no-color", "-detailed-exitcode"),
		"Nothing is removed yet", "import { to = offboard_group_membership.<name> id = \"okta/jordan.poor@acme.example\" }")
	s.says(s.do(0, "apply", "-no-color", "-auto-approve"), "nothing was removed, because no plan has shown it yet", "Project A")
	s.says(s.do(0, "destroy", "-no-color", "-auto-approve"), "Only stops watching", "Project A")
	if held := s.org.Groups(okta.Projects); len(held) != 6 {
		t.Errorf("holds %v", held)
	}
}

func TestAnAddressThatNobodyHasIsWarnedOfWhenItIsAdopted(t *testing.T) {
	t.Parallel()
	s := newShell(t, map[string]string{"main.tf": head + imported("sessions", "jnae.doe@acme.example", terminated)})
	s.do(0, "init")
	s.says(s.do(2, "plan", "-no-color", "-detailed-exitcode"), "Nobody by that address", "jnae.doe@acme.example")
}

func TestAnExceptionThatHasEndedIsWarnedOf(t *testing.T) {
	t.Parallel()
	s := newShell(t, nil)
	s.write("main.tf", head+imported("group_membership", okta.Projects, terminated,
		fmt.Sprintf("tolerate = { %q = \"2020-01-01T00:00:00Z\" }", s.org.GroupID("Project A"))))
	s.do(0, "init")
	s.says(s.do(2, "plan", "-no-color", "-detailed-exitcode"), "An exception has ended", "Project A", "until 2020-01-01T00:00:00Z")
}

func TestWithoutARefreshOnlyWhatIsInTheStateGoes(t *testing.T) {
	t.Parallel()
	s := newShell(t, map[string]string{"main.tf": head + one("group_membership", okta.Projects)})
	s.do(0, "init")
	s.do(0, "apply", "-auto-approve")
	// The state grows old: one membership went, another came.
	s.org.RemoveFromGroup(okta.Projects, "Project A")
	s.org.AddToGroup(okta.Projects, "VPN users")
	s.write("main.tf", head+one("group_membership", okta.Projects, terminated))
	out := s.do(2, "plan", "-no-color", "-refresh=false", "-detailed-exitcode", "-out=exit.tfplan")
	if strings.Contains(out, "VPN users") || !strings.Contains(out, "Project A") {
		t.Errorf("the plan is not of the state:\n%s", out)
	}
	s.says(s.do(1, "apply", "-no-color", "exit.tfplan"), "Access appeared after the plan", "VPN users")
	if held := s.org.Groups(okta.Projects); !slices.Equal(held, []string{"Everyone", "VPN users"}) {
		t.Errorf("holds %v", held)
	}
	for _, request := range s.server.Requests() {
		if request.Method == "DELETE" && strings.Contains(request.Path, s.org.GroupID("Project A")) {
			t.Error("what had gone already was asked to go")
		}
	}
}

func TestExitCodesTellCleanReturnedAndCouldNotCheckApart(t *testing.T) {
	t.Parallel()
	s := newShell(t, map[string]string{"main.tf": head + imported("group_membership", okta.Projects, terminated)})
	s.do(0, "init")
	s.do(0, "apply", "-auto-approve")
	s.do(0, "plan", "-detailed-exitcode")
	s.org.AddToGroup(okta.Projects, "VPN users")
	s.says(s.do(2, "plan", "-no-color", "-detailed-exitcode"), `"VPN users" -> null`)
	s.server.Inject(sandbox.Fault{Do: sandbox.HTML404()})
	s.says(s.do(1, "plan", "-no-color", "-detailed-exitcode"), "Could not check access", "State is as it was")
}

// Promise 8.

var madeUp = regexp.MustCompile(`"(?:value|question|answer)":"([^"]+)"`)

func TestNoCredentialIsInStatePlanLogsOrErrors(t *testing.T) {
	t.Parallel()
	for name, credential := range map[string]func(*shell) []string{
		"an API token": func(*shell) []string { return []string{"OKTA_API_TOKEN=" + okta.Token} },
		"a service application": func(s *shell) []string {
			return []string{"OKTA_API_TOKEN=", "OKTA_API_CLIENT_ID=" + s.org.AppID(okta.ServiceApp), "OKTA_API_PRIVATE_KEY=" + okta.ClientKey}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newShell(t, map[string]string{
				"main.tf": head + imported("authenticators", okta.Jane, terminated) + imported("keys", okta.Jane, terminated) +
					strings.ReplaceAll(one("sessions", okta.Omar), "this", "omar"),
			})
			// What was made up on the way is known to Okta and to nobody else.
			var made []string
			s.server.Observe(func(e sandbox.Exchange) {
				for _, found := range madeUp.FindAllStringSubmatch(string(e.Body), -1) {
					made = append(made, found[1])
				}
			})
			log := filepath.Join(s.workspace.Dir, "trace.log")
			s.workspace.Env = append(s.workspace.Env, "TF_LOG=TRACE", "TF_LOG_PATH="+log)
			s.workspace.Env = append(s.workspace.Env, credential(s)...)
			var printed strings.Builder
			printed.WriteString(s.do(0, "init"))
			printed.WriteString(s.do(2, "plan", "-detailed-exitcode", "-out=exit.tfplan"))
			printed.WriteString(s.do(0, "show", "-json", "exit.tfplan"))
			printed.WriteString(s.do(0, "apply", "exit.tfplan"))
			printed.WriteString(s.do(0, "show", "-json"))
			// And in errors: of a server that is not Okta, and of a refused credential.
			s.server.Inject(sandbox.Fault{Do: sandbox.HTML404()})
			printed.WriteString(s.do(1, "plan"))
			s.server.Heal()
			s.server.Inject(sandbox.Fault{Do: sandbox.Status(401, `{"errorCode":"E0000011","errorSummary":"Invalid token provided"}`)})
			printed.WriteString(s.do(1, "plan"))

			if len(made) != 3 {
				t.Fatalf("the password, the question and its answer that were made up are not known: %q", made)
			}
			secrets := append([]string{okta.Token, "00sandbox-SSWS-", "00sandbox-bearer-"}, made...)
			for _, line := range strings.Split(okta.ClientKey, "\n") {
				if len(line) > 40 && !strings.HasPrefix(line, "-----") {
					secrets = append(secrets, line)
				}
			}
			search := map[string]string{"what was printed": printed.String(), "the state": s.read("terraform.tfstate"), "the trace": s.read("trace.log")}
			if len(search["the trace"]) < 100_000 || !strings.Contains(search["the trace"], "/api/v1/users/me") && name == "an API token" {
				t.Fatal("the trace does not have the requests in it: nothing was searched")
			}
			for where, text := range search {
				for _, secret := range secrets {
					if at := strings.Index(text, secret); at >= 0 {
						t.Errorf("a credential is in %s: …%s…", where, text[max(0, at-200):min(len(text), at+40)])
					}
				}
				for _, mark := range []string{"client_assertion=ey", `"access_token":"`, "Bearer ey"} {
					if strings.Contains(text, mark) {
						t.Errorf("%s is in %s", mark, where)
					}
				}
			}
		})
	}
}

func (s *shell) read(name string) string {
	s.Helper()
	content, err := os.ReadFile(filepath.Join(s.workspace.Dir, name))
	if err != nil {
		s.Fatal(err)
	}
	return string(content)
}

// The example.

func TestTheLeaversExampleIsAWholeExitInTheOrderOfContainment(t *testing.T) {
	t.Parallel()
	s := newShell(t, nil)
	s.copyLeavers()
	s.do(0, "init")
	// Watched from the start, and planned by the change of one line.
	s.do(0, "apply", "-auto-approve")
	if writes := s.writes(); len(writes) != 0 {
		t.Errorf("watching wrote %v", writes)
	}
	s.terminate()
	out := s.do(2, "plan", "-no-color", "-detailed-exitcode", "-out=exit.tfplan")
	if strings.Contains(out, "can still sign in") {
		t.Errorf("the example is warned of its own order:\n%s", out)
	}
	s.do(0, "apply", "exit.tfplan")
	s.do(0, "plan", "-detailed-exitcode")

	writes := s.writes()
	at := func(part string) int {
		i := slices.IndexFunc(writes, func(w string) bool { return strings.Contains(w, part) })
		if i < 0 {
			t.Fatalf("%s was not asked for in %v", part, writes)
		}
		return i
	}
	jane := "/api/v1/users/" + s.org.UserID(okta.Jane)
	order := []string{"POST " + jane, "DELETE " + jane + "/sessions", "POST " + jane + "/lifecycle/suspend", "/groups/", "/apps/"}
	for i := range order[1:] {
		if at(order[i]) > at(order[i+1]) {
			t.Errorf("%s came after %s:\n%s", order[i], order[i+1], strings.Join(writes, "\n"))
		}
	}
}

func TestTheLeaversExampleFitsAnOrgThatLacksSomeKinds(t *testing.T) {
	t.Parallel()
	s := newShell(t, nil)
	s.org.SetPipeline(okta.ClassicEngine)
	s.org.SetGovernance(false)
	s.copyLeavers()
	s.terminate()
	s.do(0, "init")
	s.says(s.do(1, "plan", "-no-color"), "devices of jane.doe@acme.example in okta could not be checked", "Leave this kind of access out for Okta",
		"group ownership of jane.doe@acme.example in okta could not be checked")
	s.workspace.Env = append(s.workspace.Env, `TF_VAR_without={"okta":["devices","group_ownership"]}`)
	s.do(0, "apply", "-auto-approve")
	s.do(0, "plan", "-detailed-exitcode")
}

func (s *shell) writes() (list []string) {
	for _, request := range s.server.Requests() {
		if path, _, _ := strings.Cut(request.Path, "?"); request.Changes() {
			list = append(list, request.Method+" "+path)
		}
	}
	return list
}

func TestThePlanAsJSONCarriesTheRowsForPolicyTools(t *testing.T) {
	t.Parallel()
	s := newShell(t, map[string]string{"main.tf": head + imported("group_membership", okta.Projects, terminated)})
	s.do(0, "init")
	s.do(2, "plan", "-detailed-exitcode", "-out=exit.tfplan")
	command := s.workspace.Command(t.Context(), "show", "-json", "exit.tfplan")
	out, err := command.Output()
	if err != nil {
		t.Fatal(err)
	}
	var plan struct {
		ResourceChanges []struct {
			Change struct {
				Before, After struct{ Access map[string]string }
				AfterUnknown  map[string]any `json:"after_unknown"`
			}
		} `json:"resource_changes"`
	}
	if err := json.Unmarshal(out, &plan); err != nil {
		t.Fatal(err)
	}
	change := plan.ResourceChanges[0].Change
	if len(change.Before.Access) != 5 || len(change.After.Access) != 0 || fmt.Sprint(change.AfterUnknown["access"]) != "map[]" {
		t.Errorf("got %+v", change)
	}
}

// Trap 2 of the SDK: it merges ~/.okta/okta.yaml and OKTA_CLIENT_* into what it is given.
func TestTheSDKsOwnConfigurationFilesAndVariablesHaveNoSay(t *testing.T) {
	t.Parallel()
	s := newShell(t, map[string]string{"main.tf": head + one("group_membership", okta.Projects)})
	home := t.TempDir()
	if err := os.MkdirAll(filepath.Join(home, ".okta"), 0o755); err != nil {
		t.Fatal(err)
	}
	hostile := "okta:\n  client:\n    orgUrl: https://evil.example\n    token: evil\n    authorizationMode: Bearer\n    cache:\n      enabled: true\n    requestTimeout: 1\n"
	if err := os.WriteFile(filepath.Join(home, ".okta", "okta.yaml"), []byte(hostile), 0o600); err != nil {
		t.Fatal(err)
	}
	s.workspace.Env = append(s.workspace.Env, "HOME="+home, "OKTA_CLIENT_ORGURL=https://evil.example", "OKTA_CLIENT_TOKEN=evil",
		"OKTA_CLIENT_AUTHORIZATIONMODE=Bearer", "OKTA_CLIENT_CACHE_ENABLED=true", "OKTA_CLIENT_RATELIMIT_MAXRETRIES=not-a-number")
	s.do(0, "init")
	s.do(0, "apply", "-auto-approve")
	s.says(s.do(0, "show", "-no-color"), "Project A")
}

// saysWhatTheREADMEDoes checks a plan of Jane's exit from Okta.
func (s *shell) saysWhatTheREADMEDoes(plan string) {
	s.Helper()
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		s.Fatal(err)
	}
	_, block, _ := strings.Cut(string(readme), "DeactivatedLater. -->\n```\n")
	block, _, found := strings.Cut(block, "```")
	if !found {
		s.Fatal("the README has no plan")
	}
	for _, line := range strings.Split(block, "\n") {
		if !strings.Contains(plan, line) {
			s.Errorf("no line of the plan is %q", line)
		}
	}
}

func TestTheREADMENamesEveryKindAndTheDocumentationWhatItIsInEachSystem(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	index, err := os.ReadFile("../../templates/index.md.tmpl")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(index), "\n## What a row is\n")
	section, _, _ = strings.Cut(section, "\n## ")
	inSystems := strings.Split(section, "\nIn ")[1:]
	numbers := map[int]string{16: "sixteen", 17: "seventeen", 18: "eighteen", 19: "nineteen", 20: "twenty"}
	if number := numbers[len(provider.Kinds)]; number == "" || !strings.Contains(string(readme), "the "+number+" kinds of access") {
		t.Errorf("the README does not say that there are %d kinds of access", len(provider.Kinds))
	}
	for _, kind := range provider.Kinds {
		_, row, found := strings.Cut(string(readme), "\n| `offboard_"+kind.Name+"` |")
		row, _, _ = strings.Cut(row, "\n")
		cells := strings.Split(strings.TrimSuffix(row, "|"), "|")
		has := []bool{kind.Okta != nil, kind.Google != nil, kind.GitHub != nil, kind.AWS != nil, kind.IdentityCenter != nil, kind.Vault != nil, kind.SCIM != nil}
		marked, documented := []bool{}, []bool{}
		for _, cell := range cells[1:] {
			marked = append(marked, strings.TrimSpace(cell) != "")
		}
		for _, list := range inSystems {
			documented = append(documented, strings.Contains(list, "\n- `offboard_"+kind.Name+"`: "))
		}
		if !found || !slices.Equal(has, marked) {
			t.Errorf("the README's row of %s does not have the systems that it has: %q", kind.Name, row)
		}
		if !slices.Equal(has, documented) {
			t.Errorf("the documentation says of %s what a row is in %v, and it is in %v", kind.Name, documented, has)
		}
	}
}

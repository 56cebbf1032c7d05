package provider_test

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox/okta"
)

// Promise 2: what could not be checked is an error, and state is as it was.

// lists are the calls by which each kind is listed.
var lists = map[string]string{
	"authenticators":   "/api/v1/users/*/authenticator-enrollments",
	"sessions":         "/api/v1/users/*",
	"tokens":           "/api/v1/users/*/grants",
	"account":          "/api/v1/users/*",
	"keys":             "/api/v1/api-tokens",
	"group_membership": "/api/v1/users/*/groups",
	"role_assignments": "/api/v1/users/*/roles",
	"app_assignments":  "/api/v1/apps",
	"devices":          "/api/v1/users/*/devices",
	"delegations":      "/api/v1/users/*/linkedObjects/*",
	"group_ownership":  "/api/v1/groups/*/owners",
}

var weather = map[string]struct {
	do      func(http.ResponseWriter, *http.Request, http.Handler)
	pattern string
}{
	"a web page in place of the API":       {sandbox.HTML404(), "org_url"},
	"an answer that breaks off":            {sandbox.Truncated(), `broke\s+off`},
	"an answer that is not JSON":           {sandbox.NotJSON(), `not\s+JSON`},
	"an empty answer":                      {sandbox.EmptyBody(), `nothing\s+in\s+it`},
	"a null in place of a list":            {sandbox.Status(http.StatusOK, "null"), "."},
	"a page link that leads in a circle":   {sandbox.LoopingNextLink(), "circle"},
	"a page link to somebody else":         {sandbox.WrongHostNextLink(), `another\s+place`},
	"an error of the service":              {unwell, "Internal Server Error"},
	"no answer":                            {sandbox.ResetConnection(), `no\s+answer`},
	"a redirect":                           {redirect, "redirect"},
	"a refusal":                            {sandbox.Status(http.StatusForbidden, `{"errorCode":"E0000006","errorSummary":"You do not have permission to perform the requested action"}`), `permission`},
	"a missing scope, with an empty code":  {missingScope, `lacks\s+the\s+scope\s+okta\.`},
	"a feature that the org does not have": {sandbox.Status(http.StatusUnauthorized, `{"errorCode":"E0000015","errorSummary":"You do not have permission to access the feature you are requesting"}`), "feature"},
	"a list of something else":             {sandbox.Status(http.StatusOK, `[{"id":7}]`), "."},
	"a list with an empty entry":           {sandbox.Status(http.StatusOK, `[null]`), "."},
}

func redirect(w http.ResponseWriter, r *http.Request, _ http.Handler) {
	http.Redirect(w, r, "https://sso.acme.example/login", http.StatusFound)
}

// missingScope is how Okta refuses an access token without the scope (requestExecutor.go of the SDK,
// CheckResponseForError): the code is empty, and the words are in a header.
func missingScope(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
	w.Header().Set("WWW-Authenticate", `Bearer authorization_uri="http://acme.example/oauth2/v1/authorize", realm="http://acme.example", `+
		`scope="okta.users.read", error="insufficient_scope", error_description="The access token provided does not contain the required scopes."`)
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusForbidden)
	fmt.Fprint(w, `{}`)
}

func TestWhateverOktaAnswersInPlaceOfAListIsAnErrorAndNeverClean(t *testing.T) {
	t.Parallel()
	// Every kind of weather over one kind of access, and one over every kind.
	t.Run("every weather", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		var breaks []breakage
		for _, name := range slices.Sorted(maps.Keys(weather)) {
			breaks = append(breaks, breakage{name, "group_membership", weather[name].do, weather[name].pattern})
		}
		w.neverClean([]string{"group_membership"}, breaks)
	})
	t.Run("every kind", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		kinds := slices.Sorted(maps.Keys(lists))
		var breaks []breakage
		for _, kind := range kinds {
			breaks = append(breaks, breakage{kind, kind, sandbox.HTML404(), "org_url"})
		}
		w.neverClean(kinds, breaks)
	})
}

// A breakage is what becomes of the list of a kind, and what is said of it.
type breakage struct {
	name, kind string
	do         func(http.ResponseWriter, *http.Request, http.Handler)
	pattern    string
}

// neverClean watches somebody, breaks one list after the other, and expects each time that a refresh fails; and in
// the end, when all is mended, that state is as it was and that nothing was written.
func (w *world) neverClean(kinds []string, breaks []breakage) {
	w.Helper()
	var body string
	var checks []resource.TestCheckFunc
	for _, kind := range kinds {
		body += one(kind, okta.Jane)
		checks = append(checks, expectAccess("offboard_"+kind+".this", every[kind].holds...))
	}
	config, all, writes := w.config(body), resource.ComposeAggregateTestCheckFunc(checks...), w.mark()
	steps := []resource.TestStep{{Config: config, Check: all}}
	for i, broken := range breaks {
		w.Logf("step %d: %s", i+2, broken.name)
		steps = append(steps, resource.TestStep{
			PreConfig: func() {
				w.server.Heal()
				w.server.Inject(sandbox.Fault{Match: sandbox.All(sandbox.Method(http.MethodGet), sandbox.PathMatch(lists[broken.kind])), Do: broken.do})
			},
			Config:      config,
			PlanOnly:    true,
			ExpectError: only(true, broken.pattern),
		})
	}
	w.below(append(steps, resource.TestStep{PreConfig: w.server.Heal, Config: config, ConfigPlanChecks: nothing, Check: all})...)
	w.check("writes", []string(nil), writes())
}

func TestACredentialThatIsShownOnlyPartOfTheOrgIsRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		use     func(*world)
		pattern string
	}{
		"an application without a role": {
			func(w *world) { w.application = okta.PowerlessApp }, `role`,
		},
		"the token of a group administrator": {
			func(w *world) { w.token = w.org.CreateAPIToken(okta.Alan, "mine") }, `role`,
		},
		"the token of a help desk administrator": {
			func(w *world) { w.token = w.org.CreateAPIToken(okta.HelpDesk, "mine") }, `role`,
		},
		"the token of somebody without a role": {
			func(w *world) { w.token = w.org.CreateAPIToken(okta.Projects, "mine") }, `role`,
		},
		"a custom role over a part": {
			func(w *world) {
				w.org.AssignCustomRole(okta.Projects, "Access auditor", "Engineering people")
				w.token = w.org.CreateAPIToken(okta.Projects, "mine")
			}, `part\s+of\s+the\s+users`,
		},
		"a token that is not one": {func(w *world) { w.token = "00not-a-token-of-this-org" }, `does\s+not\s+accept`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			c.use(w)
			w.below(resource.TestStep{Config: w.config(one("group_membership", okta.Omar)), ExpectError: only(true, c.pattern)})
		})
	}
}

func TestACredentialThatIsShownTheWholeOrgIsAccepted(t *testing.T) {
	t.Parallel()
	for name, use := range map[string]func(*world){
		"a super administrator's token":      func(*world) {},
		"an application, super admin":        func(w *world) { w.application = okta.ServiceApp },
		"an application, read-only, to read": func(w *world) { w.application = okta.ReaderApp; w.settings = "read_only = true" },
		"an auditor's custom role over all":  func(w *world) { w.token = w.org.CreateAPIToken(okta.Auditor, "mine") },
		"a read-only administrator's token":  func(w *world) { w.token = w.org.CreateAPIToken(okta.Reader, "mine") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			use(w)
			w.below(resource.TestStep{
				Config: w.config(one("group_membership", okta.Projects)),
				Check:  expectAccess(groups, projects...),
			})
		})
	}
}

func TestNobodyByThatAddressHoldsNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const person = "no.such.person@acme.example"
	writes := w.mark()
	w.below(
		resource.TestStep{
			Config: w.config(one("group_membership", person, terminated)),
			Check:  resource.ComposeTestCheckFunc(expectAccess(groups), resource.TestCheckNoResourceAttr(groups, "account")),
		},
		resource.TestStep{
			// Then there is: a plan shows what they hold.
			PreConfig: func() {
				w.org.CreateUser(person, "No", "Such", "Engineering")
				w.org.AddToGroup(person, "VPN users")
			},
			Config:           w.config(one("group_membership", person, terminated)),
			ConfigPlanChecks: before(expectRows(groups, "Engineering (rule: Engineering by department)", "VPN users")),
			Check:            resource.ComposeTestCheckFunc(expectAccess(groups), resource.TestCheckResourceAttrSet(groups, "account")),
		},
	)
	w.check("number of writes", 2, len(writes()))
}

func TestAnAccountThatAppearsAfterThePlanIsAnError(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const person = "no.such.person@acme.example"
	w.below(
		resource.TestStep{Config: w.config(one("group_membership", person))},
		resource.TestStep{
			Config:           w.config(one("group_membership", person, terminated)),
			ConfigPlanChecks: before(meanwhile(func() { w.org.CreateUser(person, "No", "Such", "Engineering") })),
			ExpectError:      only(true, `An account appeared after the plan`),
		},
	)
}

func TestAnAccountDeletedAndCreatedAgainUnderTheSameAddressIsWatched(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	old := w.org.UserID(okta.Projects)
	w.below(
		resource.TestStep{Config: w.projectsExit(), Check: expectAttribute(groups, "account", old)},
		resource.TestStep{
			PreConfig: func() {
				w.org.DeleteUser(okta.Projects)
				w.org.CreateUser(okta.Projects, "Jordan", "Poor", "Operations")
				w.org.AddToGroup(okta.Projects, "On-call")
			},
			Config:           w.projectsExit(),
			ConfigPlanChecks: before(expectRows(groups, "On-call")),
			Check: func(s *terraformState) error {
				return expectAttribute(groups, "account", w.org.UserID(okta.Projects))(s)
			},
		},
	)
	w.check("groups", []string{"Everyone"}, w.org.Groups(okta.Projects))
	w.check("another id", true, old != w.org.UserID(okta.Projects))
}

func TestAnAccountThatWasImportedByItsIDAndMadeAnewIsWatched(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	byID := strings.ReplaceAll(w.projectsExit(), `"okta/`+okta.Projects+`"`, fmt.Sprintf("%q", "okta/"+okta.Projects+"/"+w.org.UserID(okta.Projects)))
	w.below(
		resource.TestStep{Config: byID, Check: expectAccess(groups)},
		resource.TestStep{
			PreConfig: func() {
				w.org.DeleteUser(okta.Projects)
				w.org.CreateUser(okta.Projects, "Jordan", "Poor", "Operations")
				w.org.AddToGroup(okta.Projects, "On-call")
			},
			Config:           byID,
			ConfigPlanChecks: before(expectRows(groups, "On-call")),
		},
	)
}

func TestAnAccountThatDoesNotCarryTheAddressIsNotTerminatedUnderIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	omar := w.org.UserID(okta.Omar)
	asJane := fmt.Sprintf("import {\n  to = offboard_group_membership.this\n  id = \"okta/%s/%s\"\n}\n\n", okta.Jane, omar)
	w.refused(w.config(asJane+one("group_membership", okta.Jane, terminated)), `Termination refused(.|\n)*is\s+omar.haddad@acme.example`)
	// Whoever names the account in the configuration means it.
	w.below(resource.TestStep{
		Config: w.config(asJane + one("group_membership", okta.Jane, terminated, fmt.Sprintf("account = %q", omar))),
		Check:  expectAccess(groups),
	})
}

func TestAnAccountThatIsRenamedGoesOnBeingWatched(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	config := w.config(one("group_membership", okta.Projects))
	w.below(
		resource.TestStep{Config: config},
		resource.TestStep{
			PreConfig: func() {
				w.org.RenameUser(okta.Projects, "jordan.married@acme.example")
				w.org.SetAttribute("jordan.married@acme.example", "email", "jordan.married@acme.example")
				w.org.AddToGroup("jordan.married@acme.example", "VPN users")
			},
			Config: config,
			Check:  expectAccess(groups, append([]string{"VPN users"}, projects...)...),
		},
	)
}

func TestAnAddressThatTwoAccountsCarryIsAnErrorUntilOneIsNamed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	account := fmt.Sprintf("account = %q", w.org.UserID(okta.TwiceAdmin))
	w.below(
		resource.TestStep{
			Config:      w.config(one("group_membership", okta.Twice)),
			ExpectError: only(true, `2\s+accounts\s+carry\s+this\s+address(.|\n)*`+okta.TwiceAdmin),
		},
		resource.TestStep{
			Config: w.config(one("group_membership", okta.Twice, account)),
			Check:  expectAccess(groups, "IT (rule: IT by department)", "IT operators"),
		},
		resource.TestStep{
			Config: w.config(fmt.Sprintf("import {\n  to = offboard_group_membership.other\n  id = \"okta/%s/%s\"\n}\n", okta.Twice, w.org.UserID(okta.Twice)) +
				one("group_membership", okta.Twice, account) +
				`resource "offboard_group_membership" "other" {
  system = "okta"
  person = "` + okta.Twice + `"
}`),
			Check: resource.ComposeTestCheckFunc(
				expectAccess(groups, "IT (rule: IT by department)", "IT operators"),
				expectAccess("offboard_group_membership.other", "IT (rule: IT by department)", "VPN users"),
			),
		},
		resource.TestStep{
			// The login of the second account is nobody else's address.
			Config: w.config(one("group_membership", okta.TwiceAdmin)),
			Check:  expectAccess(groups, "IT (rule: IT by department)", "IT operators"),
		},
	)
}

func TestAddressesAreFoundWhateverTheirCaseAndCharacters(t *testing.T) {
	t.Parallel()
	for person, login := range map[string]string{
		"maria.gonzalez@acme.example": okta.UpperCase,
		"MARIA.GONZALEZ@acme.example": okta.UpperCase,
		okta.ContractorHash:           okta.ContractorHash,
		okta.Slash:                    okta.Slash,
	} {
		t.Run(person, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.below(resource.TestStep{
				Config: w.config(imported("account", person, terminated)),
				Check:  expectAttribute("offboard_account.this", "account", w.org.UserID(login)),
			})
			w.check("status", "SUSPENDED", w.org.Status(login))
			if login == okta.ContractorHash {
				w.check("whom an unescaped path would have hit", "ACTIVE", w.org.Status(okta.Contractor))
			}
		})
	}
}

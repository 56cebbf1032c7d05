package okta

// The content of the org. People are named by the part of their login before the @, with spaces between them.

// withoutFactors are those who have enrolled none.
const withoutFactors = "quinn.abbott svc-terraform isaac.brock nina.petrova noah.fischer sales/emea"

var groupTable = []struct {
	name, kind, description string
	members, owners         string
}{
	{"Everyone", builtIn, "All users in your organization", "", ""},

	{"Engineering", oktaGroup, "Everybody in the department", "", "jane.doe victor.almeida"},
	{"Sales", oktaGroup, "Everybody in the department", "", "carla.rossi"},
	{"Finance", oktaGroup, "Everybody in the department", "", "helen.brandt"},
	{"IT", oktaGroup, "Everybody in the department", "", "sam.reed"},
	{
		"Support", oktaGroup, "Everybody in the department",
		"alan.turner bianca.costa chen.wei dora.nagy ethan.cole", "alan.turner",
	},
	{"Go-to-market", oktaGroup, "Sales and support together", "", ""},
	{"People", oktaGroup, "Everybody in the department", "fatima.zahra isaac.brock nina.petrova", ""},
	{"Leadership", oktaGroup, "The executives", "grace.kim victor.almeida helen.brandt", ""},
	{"Contractors", oktaGroup, "People who are not employed", "contractor contractor#7", ""},

	{
		"VPN users", oktaGroup, "May connect from outside",
		"jane.doe omar.haddad tomas.silva erik.lund noah.fischer kofi.mensah", "sam.reed",
	},
	{"On-call", oktaGroup, "Wakes up at night", "jane.doe tomas.silva mei.tanaka", "jane.doe"},
	{
		"GitHub users", oktaGroup, "Has a seat in GitHub",
		"jane.doe omar.haddad lena.novak mei.tanaka erik.lund noah.fischer", "",
	},
	{"IT operators", oktaGroup, "Runs the org, and the ticket queue", "jane.doe kofi.mensah-adm", "sam.reed"},
	{"Okta admins", oktaGroup, "Super admins, by membership", "sam.reed", ""},
	{"Salesforce users", oktaGroup, "Has a seat in Salesforce", "carla.rossi ben.okafor sofia.lindqvist uma.patel", ""},
	{"Workday users", oktaGroup, "People and finance", "fatima.zahra daniel.weber peter.novotny Maria.Gonzalez", ""},

	{"Project A", oktaGroup, "", "jordan.poor priya.raman", ""},
	{"Project B", oktaGroup, "", "jordan.poor", ""},
	{"Project C", oktaGroup, "", "jordan.poor lena.novak", ""},
	{"Project D", oktaGroup, "", "jordan.poor", ""},
	{"Project E", oktaGroup, "", "jordan.poor omar.haddad", ""},

	{"CORP Domain Users", appGroups, "Imported from the directory", "hugo.martin", ""},
	{"CORP Developers", appGroups, "Imported from the directory", "hugo.martin", ""},
	{"CORP Finance", appGroups, "Imported from the directory", "wendy.cho", ""},
}

var ruleTable = []struct {
	name, status, group, expression string
	// excluded is how many former employees the rule excludes.
	excluded int
}{
	{"Engineering by department", active, "Engineering", `user.department=="Engineering"`, 1},
	{"Sales by department", active, "Sales", `user.department=="Sales"`, maxExcluded - 2},
	{"Finance by department", active, "Finance", `user.department=="Finance"`, maxExcluded},
	{"IT by department", active, "IT", `user.department=="IT" && user.organization=="Acme"`, 0},
	{"Go-to-market by department", active, "Go-to-market", `user.department=="Sales" || user.department=="Support"`, 0},
	{"Support by department", inactive, "Support", `user.department=="Support"`, 0},
}

var appTable = []struct {
	label, name, mode, features, users string
	groups                             []string
}{
	{"Figma", "figma", saml, "", "jane.doe lena.novak priya.raman", nil},
	{
		"Datadog", "datadog", saml, "PUSH_NEW_USERS PUSH_PROFILE_UPDATES PUSH_USER_DEACTIVATION",
		"jane.doe tomas.silva mei.tanaka", nil,
	},
	{"GitHub", "githubcloud", saml, "", "mei.tanaka", []string{"GitHub users"}},
	{"Jira", "jira_onprem", saml, "", "alan.turner", []string{"IT operators"}},
	{"Salesforce", "salesforce", saml, "PUSH_NEW_USERS", "", []string{"Salesforce users"}},
	{"Workday", "workday", saml, "", "", []string{"Workday users"}},
	{"Zoom", "zoomus", saml, "", "grace.kim carla.rossi", nil},
	{"Slack", "slack", saml, "", "bianca.costa kofi.mensah", []string{"Support"}},
	{"Google Workspace", "google", saml, "PUSH_NEW_USERS", "grace.kim helen.brandt", nil},
	{"Metrics Console", "oidc_client", openID, "", "tomas.silva erik.lund", nil},
	{"Release Dashboard", "oidc_client", openID, "", "omar.haddad", nil},
	{"Payroll Portal", "template_swa", browserPlugin, "", "peter.novotny", nil},
	{"Legacy Wiki", "acme_legacywiki_1", autoLogin, "", "priya.raman", nil},
	{"Cafeteria Menu", "bookmark", bookmark, "", "oscar.lane", nil},
	{
		"Corp AD", activeDirectory, autoLogin,
		"PROFILE_MASTERING IMPORT_NEW_USERS IMPORT_PROFILE_UPDATES OUTBOUND_DEL_AUTH", "hugo.martin", nil,
	},

	{ServiceApp, "oidc_client", openID, "", "", nil},
	{ReaderApp, "oidc_client", openID, "", "", nil},
	{PowerlessApp, "oidc_client", openID, "", "", nil},
}

var customRoleTable = []struct{ label, permissions string }{
	{"Access auditor", "okta.users.read okta.groups.read okta.apps.read okta.iam.read"},
	{
		"Lifecycle operator", "okta.users.read okta.users.lifecycle.manage okta.users.groupMembership.manage " +
			"okta.groups.read okta.groups.members.manage",
	},
}

// A resource is users, groups or apps for all of them, groups:{name} for one group, and
// groups:{name}:contained_resources for the people in it.
var resourceSetTable = []struct {
	label     string
	resources []string
}{
	{"Everything", []string{"users", "groups", "apps"}},
	{"Engineering people", []string{"groups:Engineering", "groups:Engineering:contained_resources", "groups:On-call"}},
}

var adminTable = []struct {
	assigneeType, assignee, role string
	custom, set                  string // in place of a standard role
	target                       string // the group that a standard role is narrowed to
}{
	{assigneeType: userScope, assignee: "svc-terraform", role: SuperAdmin},
	{assigneeType: userScope, assignee: "breakglass", role: SuperAdmin},
	{assigneeType: groupScope, assignee: "Okta admins", role: SuperAdmin},
	{assigneeType: groupScope, assignee: "IT operators", role: OrgAdmin},
	{assigneeType: userScope, assignee: "jane.doe", role: AppAdmin},
	{assigneeType: userScope, assignee: "jane.doe", custom: "Lifecycle operator", set: "Engineering people"},
	{assigneeType: userScope, assignee: "daniel.weber", custom: "Access auditor", set: "Everything"},
	{assigneeType: userScope, assignee: "fatima.zahra", role: ReadOnlyAdmin},
	{assigneeType: userScope, assignee: "alan.turner", role: UserAdmin, target: "Support"},
	{assigneeType: userScope, assignee: "rita.moss", role: HelpDeskAdmin, target: "Sales"},
	{assigneeType: clientScope, assignee: ServiceApp, role: SuperAdmin},
	{assigneeType: clientScope, assignee: ReaderApp, role: ReadOnlyAdmin},
}

var deviceTable = []struct {
	name, platform, maker, model, version, users string
}{
	{"jane-mbp", "MACOS", "Apple", "MacBookPro18,3", "15.5", "jane.doe"},
	{"Jane's iPhone", "IOS", "Apple", "iPhone15,2", "18.5", "jane.doe"},
	{"support-ipad-1", "IOS", "Apple", "iPad13,1", "18.5", "alan.turner bianca.costa"},
	{"omar-thinkpad", "WINDOWS", "Lenovo", "ThinkPad X1", "10.0.26100", "omar.haddad"},
}

// metricsScopes are more than a default page of consents holds.
var metricsScopes = []string{
	"openid", "profile", "email", "offline_access", "groups",
	"metrics:read", "metrics:write", "metrics:delete", "dashboards:read", "dashboards:write", "dashboards:share",
	"alerts:read", "alerts:write", "alerts:mute", "traces:read", "traces:export", "logs:read", "logs:export",
	"hosts:read", "hosts:tag", "reports:read", "reports:write", "usage:read", "billing:read", "integrations:manage",
}

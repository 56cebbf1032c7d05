package google

// People are in these tables by the part of the address before the @, groups and roles by name.

// groupTable is every group. Members are with the role MEMBER unless they are owners or managers; those that
// are groups begin with an @.
var groupTable = []struct {
	address, name, description string
	kind                       string // security, dynamic or neither
	owners, managers, members  string
	made                       string // by a person; "" is by an admin
}{
	{
		address: "engineering", name: "Engineering", description: "Everybody in Engineering",
		owners: "jane.doe victor.almeida", managers: "mei.tanaka",
		members: "omar.haddad lena.novak tomas.silva noah.fischer priya.raman erik.lund hugo.martin",
	},
	{
		address: "on-call", name: "On call", description: "Who is on call",
		owners: "jane.doe", members: "omar.haddad tomas.silva",
	},
	{
		address: "it-admins", name: "IT admins", description: "Administer people, by a role", kind: "security",
		owners: "breakglass", managers: "sam.reed", members: "@on-call",
	},
	{
		address: "desk-admins", name: "Desk admins", description: "Reset passwords, by a role", kind: "security",
		owners: "sam.reed", members: "jane.doe alan.turner",
	},
	{
		address: "eng-by-department", name: "Engineering by department", description: "user.organizations.department=='Engineering'",
		kind: "dynamic", members: "omar.haddad lena.novak tomas.silva priya.raman",
	},
	{
		address: "social", name: "Social", description: "After hours", owners: "lena.novak",
		members: "jane.doe ben.okafor priya.raman", made: "lena.novak",
	},
	{
		address: "legacy-wiki", name: "Legacy wiki", description: "Nobody's any more", members: "wendy.cho uma.patel",
	},
	{
		address: "partners", name: "Partners", description: "With people from outside", owners: "helen.brandt",
		members: "daniel.weber",
	},
	{address: "project-a", name: "Project A", members: "jordan.poor", owners: "oscar.lane"},
	{address: "project-b", name: "Project B", members: "jordan.poor", owners: "oscar.lane"},
	{address: "project-c", name: "Project C", members: "jordan.poor", owners: "oscar.lane"},
	{address: "project-d", name: "Project D", members: "jordan.poor", owners: "oscar.lane"},
	{address: "project-e", name: "Project E", members: "jordan.poor", owners: "oscar.lane"},
	{address: "everyone", name: "Everyone", description: "All of Acme", owners: "fatima.zahra"},
}

// roleTable is every administrator role. The privileges are separated by spaces.
var roleTable = []struct {
	name, description string
	system, super     bool
	privileges        string
}{
	{SuperAdminRole, "Google Apps Administrator Seed Role", true, true, "SUPER_ADMIN"},
	{GroupsAdminRole, "Groups Administrator", true, false, "GROUPS_ALL USERS_RETRIEVE"},
	{UserAdminRole, "User Management Administrator", true, false, "USERS_ALL USER_SECURITY_ALL GROUPS_RETRIEVE"},
	{HelpDeskRole, "Help Desk Administrator", true, false, "USERS_RETRIEVE USERS_RESET_PASSWORD USERS_FORCE_PASSWORD_CHANGE"},
	{AccessAdminRole, "Ends access when people leave", false, false, "USERS_ALL USER_SECURITY_ALL GROUPS_ALL"},
	{ReaderRole, "Looks and does not touch", false, false, "USERS_RETRIEVE GROUPS_RETRIEVE"},
}

// adminTable is who has which role. Groups begin with an @.
var adminTable = []struct{ role, assignee, orgUnit string }{
	{SuperAdminRole, "svc-terraform", ""},
	{SuperAdminRole, "breakglass", ""},
	{SuperAdminRole, "kofi.mensah-adm", ""},
	{UserAdminRole, "@it-admins", ""},
	{HelpDeskRole, "@desk-admins", ""},
	{AccessAdminRole, "kofi.mensah", ""},
	{HelpDeskRole, "rita.moss", ""},
	{GroupsAdminRole, "nina.petrova", ""},
	{ReaderRole, "jane.doe", ""},
	{UserAdminRole, "jane.doe", "/Engineering"},
}

// appTable is the apps that people have let in. The scopes are without what all of Google's begin with.
var appTable = []struct {
	name, client string
	scopes       string
	native       bool
}{
	{MailApp, "835214708111-q7t2superhuman.apps.googleusercontent.com", "mail.google.com userinfo.email contacts.readonly", false},
	{NotesApp, "905154081809-858sm3f0qnalqd8notion.apps.googleusercontent.com", "userinfo.email userinfo.profile drive.file", false},
	{CloudApp, "32555940559.apps.googleusercontent.com", "cloud-platform appengine.admin userinfo.email", true},
	{DiagramApp, "7081045131-4lcw1lucidchart.apps.googleusercontent.com", "userinfo.email drive.readonly", false},
}

// withoutTwoStep are the people who are not enrolled in 2-step verification.
const withoutTwoStep = "peter.novotny quinn.abbott dora.nagy oscar.lane jordan.poor contractor svc-terraform"

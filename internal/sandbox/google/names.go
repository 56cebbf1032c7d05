package google

// Mark is in every secret of the sandbox but the service account's private key, so that tests can search logs
// and state for it: access tokens, backup codes, passwords and app passwords.
const Mark = "google-sandbox-secret"

// The service account that the provider is. Its key file is KeyFile.
const (
	ServiceAccount = "offboard@acme-automation.iam.gserviceaccount.com"
	// CallerToken is an access token of somebody who may have iamcredentials sign in ServiceAccount's name:
	// what a CI runner gets from workload identity federation.
	CallerToken = "ya29." + Mark + "-caller"
	// StrangerToken is an access token of somebody who may not.
	StrangerToken = "ya29." + Mark + "-stranger"
)

// The people that tests and the demo are about, by primary address.
const (
	// Admin is whom the service account acts as: a super admin, and nobody's own account.
	Admin = "svc-terraform@acme.example"
	// BreakGlass is the emergency account, the only other active super admin by a role of their own.
	BreakGlass = "breakglass@acme.example"

	// Jane is the leaver of the demo: she holds something of every kind, and nothing that can't be removed.
	Jane = "jane.doe@acme.example"
	// JaneAlias is another address of hers.
	JaneAlias = "jane@acme.example"
	// Victor is Jane's manager. Omar, Lena and Tomas report to her.
	Victor = "victor.almeida@acme.example"
	Omar   = "omar.haddad@acme.example"
	Lena   = "lena.novak@acme.example"
	Tomas  = "tomas.silva@acme.example"
	// Mei manages the other half of Engineering: a successor for Jane. She is a MANAGER of the group
	// Engineering and no member of OnCall, both of which Jane owns.
	Mei = "mei.tanaka@acme.example"
	// Priya is an engineer without anything special.
	Priya = "priya.raman@acme.example"

	// Delegated administers users, their security and groups, with a role of the company's own, and is no super
	// admin: nobody who is an admin can be changed in this name.
	Delegated = "kofi.mensah@acme.example"
	// HelpDesk has Google's help desk role: users can be read, and their passwords reset.
	HelpDesk = "rita.moss@acme.example"
	// GroupsAdmin has Google's role for groups.
	GroupsAdmin = "nina.petrova@acme.example"
	// Sam administers users through the group ITAdmins, and has no role directly.
	Sam = "sam.reed@acme.example"
	// SuspendedAdmin is suspended and a super admin still.
	SuspendedAdmin = "kofi.mensah-adm@acme.example"

	// Suspended is suspended by an admin; Abusive was by Google, for abuse, and no admin can undo it. Both keep
	// everything they had.
	Suspended = "erik.lund@acme.example"
	Abusive   = "ethan.cole@acme.example"
	// Archived is archived.
	Archived = "noah.fischer@acme.example"
	// Deleted was deleted a week ago, and can be undeleted for another 13 days.
	Deleted = "isaac.brock@acme.example"
	// Enforced has to use 2-step verification by the policy of the organisational unit, so that it can't be
	// turned off; Protected is in the Advanced Protection Program, to the same effect.
	Enforced  = "wendy.cho@acme.example"
	Protected = "helen.brandt@acme.example"
	// Unenrolled uses no 2-step verification, and has the recovery address and phone only.
	Unenrolled = "peter.novotny@acme.example"
	// NewHire has never signed in.
	NewHire = "dora.nagy@acme.example"
	// Nobody is in no group, and has a password and nothing else.
	Nobody = "quinn.abbott@acme.example"
	// Projects is in the groups "project-a" to "project-e".
	Projects = "jordan.poor@acme.example"
	// Anonymous has allowed an app whose client id Google does not know.
	Anonymous = "ben.okafor@acme.example"
	// UpperCase writes her address with capitals. Google knows it without.
	UpperCase = "Maria.Gonzalez@acme.example"
	// NoAccount and NoAccountEither work here and have no Google account: their logins are no addresses that
	// Google allows.
	NoAccount       = "sales/emea@acme.example"
	NoAccountEither = "contractor#7@acme.example"
	// Outsider is a member of groups here, and has their account elsewhere.
	Outsider = "auditor@partner.example"
	// Stranger is in nobody's directory.
	Stranger = "no.such.person@acme.example"
)

// The groups, by address.
const (
	// Everyone has everybody as a member, as one member of type CUSTOMER.
	Everyone = "everyone@acme.example"
	// Engineering is a mailing list that Jane and Victor own.
	Engineering = "engineering@acme.example"
	// OnCall has no owner but Jane. It is a member of ITAdmins: whoever is on call administers through it.
	OnCall = "on-call@acme.example"
	// ITAdmins is a security group to which the role UserManagement is assigned.
	ITAdmins = "it-admins@acme.example"
	// DeskAdmins is a security group to which Google's help desk role is assigned. Jane is in it herself.
	DeskAdmins = "desk-admins@acme.example"
	// Dynamic has members by a query, whom nobody can add or remove.
	Dynamic = "eng-by-department@acme.example"
	// Social is a group that Lena made and owns.
	Social = "social@acme.example"
	// Ownerless has members and nobody who owns it.
	Ownerless = "legacy-wiki@acme.example"
	// Partners has Outsider in it.
	Partners = "partners@acme.example"
)

// The administrator roles. Those with a leading underscore are Google's own.
const (
	SuperAdminRole  = "_SEED_ADMIN_ROLE"
	GroupsAdminRole = "_GROUPS_ADMIN_ROLE"
	UserAdminRole   = "_USER_MANAGEMENT_ADMIN_ROLE"
	HelpDeskRole    = "_HELP_DESK_ADMIN_ROLE"
	// AccessAdminRole is the company's own: users, their security, and groups.
	AccessAdminRole = "Access administrators"
	// ReaderRole is the company's own: users and groups can be read.
	ReaderRole = "Directory readers"
)

// The apps that people have allowed in their name, as they are displayed.
const (
	MailApp    = "Superhuman" // has mail scopes: a new password revokes it
	NotesApp   = "Notion"     // has none: a new password leaves it alone
	CloudApp   = "Google Cloud SDK"
	DiagramApp = "Lucidchart"
)

// The matters in Vault.
const (
	// Audit holds the mail of Protected.
	Audit = "Audit of the books"
	// Dispute holds the files of whoever is in the organizational unit "/Former staff", which is nobody yet.
	Dispute = "Dispute with a supplier"
)

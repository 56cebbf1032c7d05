package okta

// Token is the secret of the API token that svc-terraform owns. It looks like nothing else, so that tests can
// search logs and state for it; every secret of the sandbox begins with tokenMark or accessTokenMark.
const Token = tokenMark + "provider-token-must-not-appear-anywhere"

const tokenMark = "00sandbox-SSWS-"

// The people that tests and the demo are about, by login.
const (
	// Jane is the leaver of the demo: she holds something of every kind, and nothing that can't be removed.
	Jane = "jane.doe@acme.example"
	// Victor is Jane's manager, and she is his assistant. Omar, Lena and Tomas report to her.
	Victor = "victor.almeida@acme.example"
	Omar   = "omar.haddad@acme.example"
	Lena   = "lena.novak@acme.example"
	Tomas  = "tomas.silva@acme.example"
	// Mei manages the other half of Engineering: a successor for Jane. She has the app GitHub both directly and
	// through a group.
	Mei = "mei.tanaka@acme.example"

	// Service owns Token. It is a super admin.
	Service = "svc-terraform@acme.example"
	// BreakGlass is the emergency account, a super admin.
	BreakGlass = "breakglass@acme.example"
	// Sam is a super admin through the group "Okta admins" only.
	Sam = "sam.reed@acme.example"

	// Imported comes from the directory app "Corp AD", which checks the password; two groups came with them.
	Imported = "hugo.martin@acme.example"
	// Alan and Bianca use the device "support-ipad-1" together. Alan is USER_ADMIN of the group Support.
	Alan   = "alan.turner@acme.example"
	Bianca = "bianca.costa@acme.example"
	// AppOwner owns the group "CORP Finance" by the word of the app it comes from.
	AppOwner = "wendy.cho@acme.example"
	// Unexcludable is in the group Finance, whose rule can exclude nobody more.
	Unexcludable = "peter.novotny@acme.example"

	// Somebody in each status but ACTIVE.
	Staged          = "isaac.brock@acme.example"
	Provisioned     = "nina.petrova@acme.example"
	Recovery        = "chen.wei@acme.example"
	LockedOut       = "dora.nagy@acme.example"
	PasswordExpired = "ethan.cole@acme.example"
	Suspended       = "erik.lund@acme.example"
	Deprovisioned   = "noah.fischer@acme.example"

	// Logins that a path has to escape, or cannot hold at all. Contractor is who a client gets that puts
	// ContractorHash into a path as it is.
	Contractor     = "contractor@acme.example"
	ContractorHash = "contractor#7@acme.example"
	Slash          = "sales/emea@acme.example"
	// UpperCase has capitals in the login.
	UpperCase = "Maria.Gonzalez@acme.example"
	// Twice has a second account, TwiceAdmin, with the same email address.
	Twice      = "kofi.mensah@acme.example"
	TwiceAdmin = "kofi.mensah-adm@acme.example"
	// Nobody is in Everyone, and has nothing else.
	Nobody = "quinn.abbott@acme.example"
	// Projects is in the groups "Project A" to "Project E".
	Projects = "jordan.poor@acme.example"
	// HelpDesk is HELP_DESK_ADMIN of the group Sales.
	HelpDesk = "rita.moss@acme.example"
	// Auditor has the custom role "Access auditor" over everything, which can read role assignments.
	Auditor = "daniel.weber@acme.example"
	// Priya is an engineer without anything special.
	Priya = "priya.raman@acme.example"
	// Reader is READ_ONLY_ADMIN.
	Reader = "fatima.zahra@acme.example"
)

// The OAuth service apps, by label. Each signs with ClientKey, and may ask for every scope that the API needs:
// what it can do is up to its roles.
const (
	// ServiceApp is a super admin.
	ServiceApp = "Terraform"
	// ReaderApp is a READ_ONLY_ADMIN, and is granted scopes to read only.
	ReaderApp = "Terraform plan"
	// PowerlessApp has no role: every list of an org is empty for it.
	PowerlessApp = "Terraform without a role"
)

// The linked objects. The first of each pair is the primary: a person has one manager.
const (
	Manager     = "manager"
	Subordinate = "subordinate"
	Assistant   = "assistant"
	Assisted    = "assisted"
)

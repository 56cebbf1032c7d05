package github

// Token is the secret of the classic token that svc-terraform owns, with every scope that the provider needs. It looks like
// nothing else, so that tests can search logs and state for it; every secret of the sandbox begins with Mark.
const Token = Mark + "provider-token-must-not-appear-anywhere"

// Mark begins every secret of the sandbox.
const Mark = "ghp_sandbox"

// The organization, its GitHub App, and the enterprise it is in once Manage is called.
const (
	Login      = "acme"
	Enterprise = "acme-inc"
	AppID      = "4711"
	// Installation is the App's in the organization.
	Installation = "815"
)

// The people that tests and the demo are about, by work email.
const (
	// Jane is the leaver of the demo: she holds something of every kind, and nothing that can't be removed but secrets.
	Jane = "jane.doe@acme.example"
	// Mei is her successor. GitHub knows her address by a verified domain, and not by single sign-on.
	Mei = "mei.tanaka@acme.example"
	// Victor and Kofi are owners, beside Service, who owns Token.
	Victor  = "victor.almeida@acme.example"
	Kofi    = "kofi.mensah@acme.example"
	Service = "svc-terraform@acme.example"
	// Omar has a role and a Copilot seat through the team Platform.
	Omar = "omar.haddad@acme.example"
	Lena = "lena.novak@acme.example"
	// Tomas added a deploy key to an archived repository, and is in the enterprise's team.
	Tomas = "tomas.silva@acme.example"
	// Sam is in the team Security, whose members come from the identity provider.
	Sam = "sam.reed@acme.example"
	// Helen is the billing manager, Priya a member through an enterprise team alone.
	Helen = "helen.brandt@acme.example"
	Priya = "priya.raman@acme.example"
	// Contractor is an outside collaborator, and Unlinked a member: GitHub knows neither's address.
	Contractor = "contractor@acme.example"
	Unlinked   = "quinn.abbott@acme.example"
	// Invited has an open invitation by address, and Pending has not accepted a membership.
	Invited = "isaac.brock@acme.example"
	Pending = "nina.petrova@acme.example"
)

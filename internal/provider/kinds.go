package provider

import (
	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/offboard"
	"github.com/offboard/terraform-provider-offboard/internal/system/aws"
	"github.com/offboard/terraform-provider-offboard/internal/system/github"
	"github.com/offboard/terraform-provider-offboard/internal/system/google"
	"github.com/offboard/terraform-provider-offboard/internal/system/okta"
	"github.com/offboard/terraform-provider-offboard/internal/system/scim"
	"github.com/offboard/terraform-provider-offboard/internal/system/vault"
)

// A Row is one kind of access, and what connects it in each system that has it. A system is a column.
type Row struct {
	offboard.Kind
	Okta   func(*okta.Okta) access.Connector
	Google func(*google.Google) access.Connector
	GitHub func(*github.GitHub) access.Connector
	// AWS connects the kind in one account's IAM, and IdentityCenter in an organisation's.
	AWS            func(*aws.IAM) access.Connector
	IdentityCenter func(*aws.IdentityCenter) access.Connector
	Vault          func(*vault.Vault) access.Connector
	// SCIM connects the kind in every application that speaks it.
	SCIM func(*scim.SCIM) access.Connector
}

// What the end of a kind of access is evidence for, besides what the end of any is (offboard_case): the letters of NIST
// SP 800-53 r5 PS-4, ISO 27001:2022 annex A, and the OWASP Non-Human Identities Top 10 of 2025.
var (
	signIns       = []string{"NIST SP 800-53 PS-4(a)"}                     // "Disable system access"
	credentials   = []string{"NIST SP 800-53 PS-4(b)"}                     // "Terminate or revoke any authenticators and credentials"
	machineAccess = []string{"NIST SP 800-53 PS-4(b)", "OWASP NHI1"}       // and improper offboarding of what acts without a person
	property      = []string{"ISO 27001 A.5.11", "NIST SP 800-53 PS-4(d)"} // "Retrieve all security-related … property"
	handedOver    = []string{"NIST SP 800-53 PS-4(e)"}                     // "Retain access to … information … formerly controlled by"
)

// Kinds is every resource of this provider, in the order of an exit: what locks out first, what is left
// over last.
var Kinds = []Row{
	{
		Kind: offboard.Kind{
			Name: "authenticators", Contains: true,
			Controls: credentials,
			Row: "what they can sign in with or recover the account by (password, recovery address, phone and question, backup codes, factors, linked " +
				"identity providers)",
			About: "What a person can sign in with. Removing the password sets one that nobody knows; it is recorded as `acknowledged`, since a " +
				"password can't be looked at. Google does not say when a password was set, so there a later sign-in brings the row back, and it " +
				"changes backup codes and 2-step verification of active accounts only: remove them before the account is suspended. In Vault the aliases of an " +
				"entity are no rows: they are what keeps whoever signs in by them out, once it is disabled.",
		},
		Okta:   okta.Authenticators,
		Google: google.Authenticators,
		AWS:    aws.Authenticators,
		Vault:  vault.Authenticators,
	},
	{
		Kind: offboard.Kind{
			Name: "sessions", Reminted: true,
			Controls: signIns,
			Row:      "their live sign-ins",
			About: "A person's live sign-ins. Where a system can end them but not list them they are one row, which is recorded as `acknowledged`; a " +
				"later sign-in brings the row back. In AWS a policy that denies everything to the user's temporary credentials ends them, and the older sessions " +
				"of roles are ended, everybody's, where `revoke_role_sessions` names the role.",
		},
		Okta:   okta.Sessions,
		Google: google.Sessions,
		AWS:    aws.Sessions,
	},
	{
		Kind: offboard.Kind{
			Name: "tokens", Reminted: true,
			Controls: machineAccess,
			Row:      "OAuth clients that may act for them, by consent or with refresh tokens, and tokens of Vault",
			About: "What applications may do in a person's name: OAuth consents and refresh tokens. In Google they outlive a new password, unless they " +
				"may read mail, and come back to life when a suspended account does. In Vault they are tokens by accessor; with one go its children and leases, and " +
				"one that belongs to nobody and that the person may have made is a row that stays. In GitHub they are fine-grained tokens with access to the organization, and " +
				"tokens, SSH keys and applications that are authorized for its single sign-on: the access ends, and the token stays the person's own.",
		},
		Okta:   okta.Tokens,
		Google: google.Tokens,
		GitHub: github.Tokens,
		Vault:  vault.Tokens,
	},
	{
		Kind: offboard.Kind{
			Name: "account", Disposes: true, Contains: true,
			Controls: signIns,
			Row:      "the account, until it has got to its `disposition`",
			About: "A person's account. By default it is suspended, which can be undone; deactivating (Okta), archiving (Google) or deleting it is an " +
				"explicit choice, and nothing harsher is ever chosen because the milder can't be done. A deletion is refused while anything is left to " +
				"transfer, and in Google while a transfer is under way or a legal hold in Vault covers the person. What an inactive and a deleted account are in " +
				"an application that speaks SCIM its `profile` says, in `notes`: where inactive is deleted there is no `suspend`. In AWS an IAM user is suspended " +
				"by an inline policy that denies everything to it; of Identity Center nobody can suspend a user by an API, so that the row stays until somebody has. " +
				"A Vault entity is disabled and never deleted, because the next sign-in would make a new one. In GitHub a managed user is suspended. An account of " +
				"somebody's own is theirs, so that there is only `delete`, which takes it out of the organization, and is refused while a team or a repository would be " +
				"left to nobody: let it come after `offboard_group_ownership` (`depends_on`). GitHub keeps what they had for three months, and gives it back to whoever is reinstated.",
		},
		Okta:           okta.Account,
		Google:         google.Account,
		GitHub:         github.Account,
		AWS:            aws.Account,
		IdentityCenter: aws.CenterAccount,
		Vault:          vault.Account,
		SCIM:           scim.Account,
	},
	{
		Kind: offboard.Kind{
			Name: "keys", Reminted: true,
			Controls: machineAccess,
			Row:      "long-lived keys they made, such as API tokens and app passwords",
			About: "Long-lived keys that a person made, and that act with their rights: API tokens in Okta, app passwords in Google, access keys and their kin in " +
				"AWS, secret ids and certificates in Vault; in GitHub deploy keys they added to repositories, which go on working when they have left. What uses such a key stops working when it goes. Of a key in Vault that does not say whose it is nothing is known.",
		},
		Okta:   okta.Keys,
		Google: google.Keys,
		GitHub: github.Keys,
		AWS:    aws.Keys,
		Vault:  vault.Keys,
	},
	{
		Kind: offboard.Kind{
			Name: "group_membership",
			Row:  "the groups they are a member of, with the rule or the directory that put them there",
			About: "The groups a person is a member of. The label says where a membership comes from, where the system tells, because one that a rule or " +
				"a directory gives comes back unless that is changed. The only owner of a Google group is not taken out of it: let " +
				"`offboard_group_ownership` come first; nor the only maintainer of a team in GitHub. In an application that speaks SCIM the members are counted before and after.",
		},
		Okta:           okta.GroupMembership,
		Google:         google.GroupMembership,
		GitHub:         github.GroupMembership,
		AWS:            aws.GroupMembership,
		IdentityCenter: aws.CenterGroupMembership,
		Vault:          vault.GroupMembership,
		SCIM:           scim.GroupMembership,
	},
	{
		Kind: offboard.Kind{
			Name: "role_assignments",
			Row:  "administrative roles, or policies, their own and through groups",
			About: "A person's administrative roles, standard and custom. One that comes with a group goes with the membership. " +
				"In AWS and Vault they are policies, in GitHub the roles of the organization, of which owner is one. In an application that speaks SCIM they are the `roles` of the user.",
		},
		Okta:   okta.RoleAssignments,
		Google: google.RoleAssignments,
		GitHub: github.RoleAssignments,
		AWS:    aws.RoleAssignments,
		Vault:  vault.RoleAssignments,
		SCIM:   scim.RoleAssignments,
	},
	{
		Kind: offboard.Kind{
			Name: "app_assignments",
			Row:  "applications they are assigned to, and in AWS accounts with a permission set, themselves and through groups",
			About: "The applications a person is assigned to. One that comes with a group goes with the membership; one that the system provisions may " +
				"take the account there along, so transfer first what they own in it. In GitHub they are the repositories that a person was given rights on by themselves, and " +
				"open invitations to some; an invitation to an address that GitHub links to no account is nobody's yet, and no row. In an application that speaks SCIM they are the `entitlements` of the user.",
		},
		Okta:           okta.AppAssignments,
		GitHub:         github.AppAssignments,
		IdentityCenter: aws.AppAssignments,
		SCIM:           scim.AppAssignments,
	},
	{
		Kind: offboard.Kind{
			Name:     "devices",
			Controls: property,
			Row:      "devices enrolled for them, or with their account on them",
			About: "The devices enrolled for a person. In Okta a device that others use too is left alone, and said so. In Google the person's account is " +
				"wiped from their own devices and from the company's, and never a whole device; it happens when the device is next in touch, so it is " +
				"recorded as `acknowledged`, until Google says that it is done. A ChromeOS device that is noted as theirs is released: it is the " +
				"company's, and stays enrolled. Google finds devices by a search, which may be up to a day and a half behind: one that was just " +
				"enrolled is a row of a later plan. A device that is noted of an alias of theirs is a row that is not removed from here: it may be " +
				"that of whoever had the address before.",
		},
		Okta:   okta.Devices,
		Google: google.Devices,
	},
	{
		Kind: offboard.Kind{
			Name: "delegations", Transfers: true,
			Controls: handedOver,
			Row: "those who look up to them in relationships between people, such as reports to their manager: they move to the successor; in Google who " +
				"reads their mail, where it is forwarded, as whom they send, and calendars of others that they see, and each calendar they own beside the primary one: that moves to the successor",
			About: "Rights on others' things, and others' on theirs. In Okta these are linked objects: reports move to the successor. To whom the person " +
				"reported gives them nothing, and is no row. In Google they are the settings of the person's own mailbox: mail delegates, forwarding " +
				"addresses, forwarding of all mail, filters that forward, and addresses to send as; the calendars of colleagues on " +
				"their list that are shared with them by name; and the calendars they own beside their primary one, " +
				"which are deleted with the account and move to the successor, unless a legal hold in Vault covers the person. Google shows and changes all " +
				"of this only while the account is active, so let this resource come before `offboard_account` (`depends_on`). Of a suspended or archived " +
				"account none of it works: it is no rows then, nor recorded as removed, and is rows again as soon as the account is active. " +
				"Mailboxes of others are rows of `offboard_received_delegations`. What other companies share is theirs to take back, and no row.",
		},
		Okta:   okta.Delegations,
		Google: google.Delegations,
	},
	{
		Kind: offboard.Kind{
			Name: "received_delegations",
			Row:  "mailboxes and calendars of others that they have been let into by name",
			About: "What others have delegated to a person: mailboxes that they read and send from, and calendars that are shared with them by name, whether or " +
				"not they have them on their list. Google can't be asked for these, so that every active account of the customer is asked in its own name, " +
				"once a run for everybody who leaves: in a big customer that takes minutes, and is worth it for those who could be let into much. What " +
				"somebody who is not active has lent can be neither seen nor used: it is no row, nor recorded as removed, and is a row again once they are active.",
		},
		Google: google.ReceivedDelegations,
	},
	{
		Kind: offboard.Kind{
			Name: "group_ownership", Transfers: true,
			Controls: handedOver,
			Row:      "groups they own, in GitHub teams and repositories that only they look after: the successor becomes an owner first",
			About: "The groups a person owns. The successor becomes an owner before the person stops being one. Every group has to be asked for its " +
				"owners, so an apply looks again at those it changed only: what somebody is made owner of meanwhile is a row of the next plan. " +
				"In Google an owner is a member with that role: what goes here is the role, and `offboard_group_membership` ends the membership. In GitHub these are teams " +
				"whose only maintainer the person is, and repositories that nobody else administers but the organization's owners: the successor, a member who is no owner, becomes another, and " +
				"what the person has there goes with their membership. It has to come before what ends that: `offboard_account`, `offboard_group_membership` and `offboard_app_assignments`.",
		},
		Okta:   okta.GroupOwnership,
		Google: google.GroupOwnership,
		GitHub: github.GroupOwnership,
	},
	{
		Kind: offboard.Kind{
			Name: "drive_ownership", Transfers: true,
			Controls: handedOver,
			Row:      "what they own in Drive, as one row with how much it is and what does not move: it goes to the successor",
			About: "The files a person owns in Google Drive, private and shared ones: they move to the successor by Google's Data Transfer, which takes as " +
				"long as it takes, can't be cancelled, and goes on by itself when an apply ends first; the next apply picks it up. What is in the trash does " +
				"not move, nor what is in no folder: that is told, and stays a row. While a legal hold in Vault covers the person nothing moves. Of a suspended account Google may not show what it owns: the row then " +
				"goes with a completed transfer, and is recorded as `acknowledged`.",
		},
		Google: google.DriveOwnership,
	},
	{
		Kind: offboard.Kind{
			Name: "calendar_ownership", Transfers: true,
			Controls: handedOver,
			Row:      "what is to come in their primary calendar, as one row: it goes to the successor",
			About: "What is to come in a person's primary calendar. Events that have guests and are not private move to the successor by Google's Data " +
				"Transfer, as files do (`offboard_drive_ownership`). Of a suspended account Google may not show them: the row then goes with a completed " +
				"transfer, and is recorded as `acknowledged`. While a legal hold in Vault covers the person nothing moves. The calendars that they own " +
				"beside it are rows of `offboard_delegations`.",
		},
		Google: google.CalendarOwnership,
	},
	{
		Kind: offboard.Kind{
			Name: "dashboard_ownership", Transfers: true,
			Controls: handedOver,
			Row:      "what they own in Looker Studio, as one row, since it can't be listed: it goes to the successor",
			About: "The dashboards and data sources a person owns in Looker Studio. They can't be listed, so that there is always a row; it goes when a transfer " +
				"is completed, is recorded as `acknowledged`, and comes back after a later sign-in. While a legal hold in Vault covers the person nothing moves.",
		},
		Google: google.DashboardOwnership,
	},
	{
		Kind: offboard.Kind{
			Name: "shared_drives", Transfers: true,
			Controls: handedOver,
			Row:      "the shared drives they are a member of, with their role; where they are the only manager the successor becomes one first",
			About: "The shared drives in Google Drive that a person is a member of themselves. What is in them is the company's, and stays. Where nobody else is " +
				"in charge the successor becomes a manager, without a mail about it, and is seen to be one, before the person is taken off. In charge are managers " +
				"who are active users of the company, and groups that manage with such a user among their members; somebody who is suspended, deleted or of another " +
				"company is not. Such a row has another id, `organizer/` and the drive's. If after the plan nobody else is in charge any more the person stays, and the " +
				"next plan shows that row: so with two who manage a drive and leave together. A group's membership is a row of `offboard_group_membership`. What " +
				"single files in a shared drive are shared with the person directly no drive lists, and is no row. Every drive has to be asked for its members, so an " +
				"apply looks again at those it changed only. While a legal hold in Vault that includes shared drives covers the person nothing goes: Vault holds them " +
				"through their members, and lets go with the last of them who is on hold.",
		},
		Google: google.SharedDrives,
	},
	{
		Kind: offboard.Kind{
			Name: "licenses",
			Row:  "the paid seats they have: each licence with its product",
			About: "The licences a person has been assigned. In Google they go last, when everything is transferred: one is not taken while a transfer from the " +
				"person is under way, nor while a legal hold in Vault covers them, which Google would end without a word. Archiving the account " +
				"(`offboard_account` with `disposition = \"archive\"`) swaps the Workspace licence for an Archived User licence, which is no row as long as the " +
				"account is archived: it is what keeps it. What an organizational unit assigns automatically Google does not let be taken. Google takes one " +
				"query a second and has to be asked product by product, once for everybody: name those that were bought in `license_products` to be quick. In GitHub it is the seat of " +
				"Copilot, which is paid for, and may be used, until the end of the billing cycle in which it is cancelled: that is recorded as `acknowledged`.",
		},
		Google: google.Licenses,
		GitHub: github.Licenses,
	},
	{
		Kind: offboard.Kind{
			Name:     "shared_secret",
			Controls: machineAccess,
			Row:      "each version of a secret that they could read, until there is a newer one and the old one is no longer of use",
			About: "What a person knows: the secrets that they could read. Who can read a secret can only be asked while they can, so have this resource watch " +
				"people while they work here; what was seen once is a row until there is a newer version, whether or not they still have an account. No value " +
				"is ever read. Where the system can rotate a secret by itself it is asked to, once for all who know it; otherwise the row stays until somebody " +
				"does, and says who. Rotate after the access is cut (`depends_on`), or they could read the new version as well. " +
				"In GitHub they are the secrets of Actions, Dependabot and environments that workflows of a repository get which the person may write to; nobody " +
				"but people can set another value, and that the old one is refused GitHub can't tell.\n\n" +
				"Nobody is cut off before it is known: with `terminated = true` a resource that is new to the state is refused at plan, unless it is imported. " +
				"Of an account that was cut off before it was looked at for the first time, the row `unrecorded` stands for all that nobody recorded, until it " +
				"is tolerated. What this can't know:\n\n" +
				"- What was only planned is not remembered. Keep the state up to date while people work here: `terraform apply -refresh-only` in the nightly run, " +
				"besides the plan.\n" +
				"- What they could read once and couldn't any more when it was first looked at; and anything at all of somebody whose account has gone by then, " +
				"which is a warning, as they may never have had one.\n" +
				"- Whether a newer version has another value, and whether what uses the secret refuses the old one. A secret that was deleted counts as out of use; " +
				"one that was made anew under the same name is another. Who brings the old value back after that is not found out: a row that is gone is not " +
				"looked at again, unless the account can read the secret.\n" +
				"- What the resource before this one knew: destroying it, a `-replace`, a taint, or another `person` or `account` forgets the rows. Where the person " +
				"can't get at them any more, no import finds them again.",
		},
		GitHub: github.SharedSecret,
		AWS:    aws.SharedSecrets,
		Vault:  vault.SharedSecrets,
	},
}

// A Trace is one kind of what is somebody's and is no access of their account, and what traces it in each system.
type Trace struct {
	// Name is as that of a kind, and is none of a kind's. Row is what one row of indirect means.
	Name, Row string
	Okta      func(*okta.Okta) access.Tracer
	Google    func(*google.Google) access.Tracer
}

// Traces is all that is traced.
var Traces = []Trace{
	{
		Name: "event_hooks",
		Row:  "event hooks they registered, which send what happens in the org to an address they chose",
		Okta: okta.EventHooks,
	},
	{
		Name: "api_integrations",
		Row:  "API service integrations they authorized",
		Okta: okta.APIIntegrations,
	},
	{
		Name: "created_apps",
		Row:  "applications and API clients they created, as far back as the System Log goes, which is 90 days",
		Okta: okta.CreatedApps,
	},
	{
		Name:   "api_clients",
		Row:    "API clients that they let act in the name of anybody in the company (domain-wide delegation), as far back as the admin audit log goes, which is 180 days",
		Google: google.APIClients,
	},
	{
		Name:   "trusted_apps",
		Row:    "applications that they trusted or installed for the company, as far back as the admin audit log goes, which is 180 days",
		Google: google.TrustedApps,
	},
}

package scim

import (
	"time"

	"github.com/offboard/terraform-provider-offboard/internal/access"
)

// Generic is the profile of which nothing is known but the standard.
const Generic = "generic"

var (
	// either is what active = false is where it can be undone by active = true, and nothing is lost.
	either = []access.Disposition{access.Suspend, access.Deactivate}
	// oneWay is what it is where that is not sure.
	oneWay = []access.Disposition{access.Deactivate}
)

// profiles is what is known of vendors. Where scim.md calls something unconfirmed it is not in here: a DELETE of which
// nobody knows what it does is not offered.
var profiles = map[string]Profile{
	Generic: {
		Inactive:     oneWay,
		InactiveNote: "What an inactive account is the application decides (RFC 7643 4.1.1): it may have to be made anew to be undone.",
		Deletes:      true,
		DeleteNote:   "A deleted account can't be brought back by SCIM (RFC 7644 3.6), and what becomes of what is in it the application decides.",
	},
	"slack": {
		Vendor:   "Slack",
		Inactive: either,
		InactiveNote: "They are signed out on all devices and taken out of all channels, and apps and integrations that they set up may be disabled: " +
			"give these to somebody else first. An owner is only deactivated by the Primary Owner, and the Primary Owner by nobody. If " +
			"the token is theirs, this connection ends with them.",
		// DELETE sets a user to deactivated, which is not what delete is.
		RemoveMember: ByValue,
		Find:         []string{"userName", "email"},
		PageSize:     1000,
		Owners:       []string{"primary owner", "primaryowner"},
	},
	"zoom": {
		Vendor:       "Zoom",
		Inactive:     either,
		InactiveNote: "Meetings, webinars and recordings don't move by SCIM: transfer them in Zoom first.",
		Find:         []string{"userName"},
		Apart:        time.Second, // per account and endpoint, by the older of Zoom's two pages on it
	},
	"atlassian": {
		Vendor:   "Atlassian",
		Inactive: either,
		InactiveNote: "Only an account that the organisation manages, of a verified domain, is deactivated: any other keeps its access, and is removed in " +
			"Atlassian Administration. API tokens are not SCIM's.",
		Deletes:    true,
		DeleteNote: "A deletion ends the link with the identity provider for good, and deactivates an account that the organisation manages, which can only be activated again in Atlassian Administration.",
		Find:       []string{"userName", "externalId"},
	},
	"datadog": {
		Vendor:       "Datadog",
		Inactive:     either,
		InactiveNote: "Their application keys are revoked, which breaks what uses them, this connection too if the keys are theirs. API keys, which are the organisation's and which they know, stay.",
		Find:         []string{"userName"},
		MemberFilter: `id eq %s and members eq %s`,
	},
	"figma": {
		Vendor:       "Figma",
		Inactive:     oneWay,
		InactiveNote: "They are removed from the organisation; what they own in it does not move by SCIM.",
		Partial:      "Figma lists only accounts that were provisioned by SCIM, and nobody who was invited by hand",
		Find:         []string{"userName", "externalId"},
		PageSize:     200,
		Roles:        Attribute{Kept: "a seat of Figma can't be taken away alone: it goes with the account"},
	},
	"pagerduty": {
		Vendor:  "PagerDuty",
		Deletes: true,
		DeleteNote: "PagerDuty knows no inactive accounts: this deletes it, for good. It refuses while they have assigned incidents, unless incident " +
			"reassignment is on; on-call shifts and escalation rules have to be given to somebody else first.",
		Reads:        NotThere,
		Find:         []string{"userName"},
		Roles:        Attribute{Kept: "a user of PagerDuty always has one base role: it goes with the account"},
		Entitlements: Attribute{Kept: "a user of PagerDuty always has one licence: it goes with the account"},
		Owners:       []string{"owner"},
	},
	"notion": {
		Vendor:  "Notion",
		Deletes: true,
		DeleteNote: "They are removed from the workspace, to which they have to be provisioned anew, and signed out of it; their private pages are not moved, and their " +
			"Notion account itself stays. If the token is theirs, this connection ends with them.",
		Reads:   Hidden,
		Partial: "Notion's SCIM shows members of the workspace, and no guests",
		Find:    []string{"userName"},
	},
	"1password": {
		Vendor:       "1Password",
		Inactive:     either,
		InactiveNote: "They are suspended; what is in their private vault stays there, and what they have seen of shared vaults they know.",
		Partial:      "1Password's SCIM bridge manages no guests",
		Find:         []string{"userName"},
	},
	"snowflake": {
		Vendor:   "Snowflake",
		Inactive: either,
		InactiveNote: "Only a user that the role of the SCIM integration owns is disabled. Key pairs, access tokens and roles that were granted by hand stay with " +
			"the user, and sessions under way may go on for a while.",
		Deletes:    true,
		DeleteNote: "The user is dropped for good, and what belongs to it alone with it.",
		Find:       []string{"userName"},
		Sample:     "synthesis_user",
		// Roles of Snowflake are its groups; multi-valued attributes of users it does not have.
		Roles:        Attribute{Lacking: true},
		Entitlements: Attribute{Lacking: true},
	},
	"aws": {
		Vendor:       "AWS IAM Identity Center",
		Inactive:     either,
		InactiveNote: "Sessions of roles that are under way go on until they expire.",
		Deletes:      true,
		DeleteNote:   "A deleted user and its assignments can't be brought back. Sessions of roles that are under way go on until they expire. The identity provider that provisioned them makes them anew, unless they are taken out there.",
		Find:         []string{"userName"},
		MemberFilter: `id eq %s and members eq %s`,
		// It refuses to take out everybody in one request, so that this form can only mean the one who is named.
		RemoveMember: ByValue,
		Cursors:      true,
		Roles:        Attribute{Lacking: true},
		Entitlements: Attribute{Lacking: true},
		NoMe:         true,
	},
	"github_enterprise": {
		Vendor:       "GitHub Enterprise Managed Users",
		Inactive:     either,
		InactiveNote: "They are suspended, their login and address are obfuscated, and their forks of private repositories are deleted within a day, for good.",
		Deletes:      true,
		DeleteNote:   "A deletion can't be undone: their tokens, keys and the repositories that they own are deleted with the account.",
		Deactivation: ByValue,
		RemoveMember: ByPut,
		Find:         []string{"userName", "externalId"},
		NoMe:         true,
	},
	"github_organization": {
		Vendor:     "GitHub",
		Deletes:    true,
		DeleteNote: "They are removed from the organisation, to which they have to be invited anew; what they have to do with it is rows of the system github.",
		Reads:      NotThere,
		Find:       []string{"userName", "externalId"},
		NoMe:       true,
	},
}

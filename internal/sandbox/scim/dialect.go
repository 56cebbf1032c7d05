package scim

// A Dialect is how a server departs from the standard. The zero Dialect keeps to it. What the evidence for each switch is
// stands in scim.md, in the sections that are named.
type Dialect struct {
	// Inactive is what active = false does (0.1, section 7).
	Inactive Effect
	// DeleteDeactivates: DELETE makes the account inactive, as Slack's does.
	DeleteDeactivates bool
	// NoDelete: DELETE is not implemented, as in Canva.
	NoDelete bool

	// Filters are the attributes that can be filtered by, and no others; nil is all that the standard has.
	Filters []string
	// UnknownFilterIsNobody: a filter that is not supported is answered 200 with nobody, and not 400 (Snowflake, 0.2).
	UnknownFilterIsNobody bool
	// FilterIgnored: a filter is answered with everybody (0.2).
	FilterIgnored bool
	// FilterFindsAnother: a filter is answered with one account, of somebody else.
	FilterFindsAnother bool

	// StartIgnored: every page is the first; CountIgnored: a page is the whole list (section 5).
	StartIgnored, CountIgnored bool
	// FromZero: the first entry has the index 0.
	FromZero bool
	// Repeats: each page begins with the last entry of the one before.
	Repeats bool
	// TotalOff is added to totalResults. TotalOfPage: it is how many there are on the page.
	TotalOff    int
	TotalOfPage bool
	// Shrinks: somebody who was on the first page is deleted while the list is read.
	Shrinks bool
	// Restless: every answer calls things by other ids than the one before.
	Restless bool
	// Cursors: pages are followed by cursor alone, and totals are not told (AWS).
	Cursors bool
	// Sample: a list without a filter is one sample (Snowflake).
	Sample bool

	// NoMembers: groups show no members; MembersByGroup: not in lists, and by id (0.3). NoGroups: users show no groups.
	NoMembers, MembersByID, NoGroups bool
	// MembersBare: a member is a $ref alone. MembersNumbered: an id of digits is a number where it is a member's, and a string
	// where it is a resource's own.
	MembersBare, MembersNumbered bool
	// MembersMost is how many members a group shows at most. 0 is all.
	MembersMost int
	// RemoveMembers is what becomes of a remove with the path members, and a list of members as its value (0.4).
	RemoveMembers MembersRemoved
	// PathFilterWipes: a remove with a path such as members[value eq "…"] takes everybody out.
	PathFilterWipes bool

	// NoPatch: PATCH is not implemented, and the configuration says so. NoPath: an operation must not have one.
	NoPatch, NoPath bool
	// ETags: writes take If-Match.
	ETags bool
	// NoMe: /Me is not implemented. NoDiscovery: nor are /ServiceProviderConfig and /Schemas.
	NoMe, NoDiscovery bool
	// NoAttributes: users have neither roles nor entitlements, and the schema does not either.
	NoAttributes bool

	// NoEscapes: a path with something escaped in it is not found, as behind some proxies.
	NoEscapes bool

	// ErrorsAre200: an error is answered with 200 and the error as the body.
	ErrorsAre200 bool
	// Media is the media type of answers, if not the standard's.
	Media string
	// OnlyJSON: requests of the media type application/scim+json are refused with 415.
	OnlyJSON bool
}

// An Effect is what active = false does.
type Effect int

// The effects.
const (
	// Stays: the account reads active = false.
	Stays Effect = iota
	// Hides: it is in no list any more, and reads active = false by its id.
	Hides
	// Deletes: it is gone.
	Deletes
	// Nothing: it is answered that it was done, and it was not.
	Nothing
)

// MembersRemoved is what a remove of members with a value does.
type MembersRemoved int

// What it may do.
const (
	// All: everybody is taken out, since the standard knows no value of a remove.
	All MembersRemoved = iota
	// Named: those whom the value names (Slack, Entra's form).
	Named
	// Refused: 400 invalidValue.
	Refused
)

// Dialects are those of vendors, by the name of the profile (internal/system/scim).
var Dialects = map[string]Dialect{
	"generic":             {},
	"slack":               {DeleteDeactivates: true, RemoveMembers: Named, NoMe: true, NoDiscovery: true},
	"zoom":                {Filters: []string{"userName"}, NoMe: true},
	"atlassian":           {Filters: []string{"userName", "externalId"}, NoMe: true},
	"datadog":             {Filters: []string{"userName", "id", "members"}, NoMembers: true, NoGroups: true, NoMe: true},
	"figma":               {Filters: []string{"userName", "externalId"}, NoMe: true},
	"pagerduty":           {Inactive: Deletes, Filters: []string{"userName"}, NoMe: true},
	"notion":              {Inactive: Hides, Filters: []string{"userName"}, NoMe: true},
	"1password":           {Filters: []string{"userName"}, NoMe: true},
	"snowflake":           {Filters: []string{"userName"}, UnknownFilterIsNobody: true, Sample: true, NoAttributes: true, NoMe: true},
	"aws":                 {Filters: []string{"userName", "externalId", "displayName", "id", "members"}, Cursors: true, NoMembers: true, RemoveMembers: Named, NoGroups: true, NoAttributes: true, NoMe: true},
	"github_enterprise":   {Filters: []string{"userName", "externalId", "id", "displayName"}, NoPath: true, NoMe: true},
	"github_organization": {Inactive: Deletes, Filters: []string{"userName", "externalId", "id", "emails"}, NoMe: true},
}

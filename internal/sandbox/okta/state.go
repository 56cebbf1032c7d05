package okta

import "time"

// state is the whole org as it is kept in memory and in a file. Secrets are kept as digests only.
//
// What follows from something else is not in it: who is in Everyone, which apps and roles a person has
// through a group, which authenticator enrollments their factors amount to.
type state struct {
	ID       string
	Pipeline string // idx or v1
	// Governance says that the org has Okta Identity Governance, without which groups have no owners.
	Governance bool
	Created    time.Time

	Users map[string]*user
	// Deleted are the ids of people who were deleted, by login in lower case. Okta tells nobody.
	Deleted      map[string]string
	Groups       map[string]*group
	Rules        map[string]*rule
	Apps         map[string]*app
	CustomRoles  map[string]*customRole
	ResourceSets map[string]*resourceSet
	Assignments  map[string]*assignment
	APITokens    map[string]*apiToken
	AccessTokens map[string]*accessToken // by the digest of the token
	Devices      map[string]*device
	IdPs         map[string]*idp
	EventHooks   map[string]*eventHook
	Integrations map[string]*integration
	Relations    []relation
	// Log are the events that the System Log has, in the order in which they happened: of applications being created,
	// and of nothing else.
	Log []logEvent

	// EnrollmentPolicy are the factor types that the authenticator enrollment policy names. The list of
	// factors shows no others on Identity Engine (okta.md section 9).
	EnrollmentPolicy []string
	// RoleLock is for how many more writes somebody else holds the lock on role assignments.
	RoleLock int
	// Made counts what was made under a name, so that ids are not given twice.
	Made map[string]int
}

type user struct {
	ID     string
	Status string

	Created, LastUpdated time.Time
	// The zero time is null in the API.
	Activated, StatusChanged, LastLogin, PasswordChanged time.Time `json:",omitzero"`

	Profile  map[string]string
	Provider provider
	// Source is the app that the profile comes from; empty is Okta itself.
	Source   string
	Password bool
	Question string
	// EmailEnrolled says that the email address is an authenticator, as it is from the start.
	EmailEnrolled    bool
	Factors          []factor
	Preregistrations []preregistration

	Sessions int
	// Remembered is the number of browsers that were told to remember the factors.
	Remembered    int
	Consents      []consent
	RefreshTokens []refreshToken

	IdPs map[string]string // id of the identity provider to the person's id there
	// Links are the people this one is linked to: the name of the primary relationship to the primary's id.
	Links map[string]string
}

type provider struct{ Type, Name string }

type factor struct {
	ID, Type, Provider string
	// Value is the phone number, the credential or the device's name, whichever the type has.
	Value string
	// Device is the device that an Okta Verify factor lives on.
	Device  string
	Created time.Time
}

type preregistration struct {
	ID, Authenticator string
	Created           time.Time
}

type consent struct {
	ID, Client, Scope string
	Created           time.Time
}

type refreshToken struct {
	ID, Client       string
	Scopes           []string
	Created, Expires time.Time
}

type group struct {
	ID, Type, Name, Description                 string
	Source                                      string // the app that an APP_GROUP is imported from
	Created, LastUpdated, LastMembershipUpdated time.Time
	// Members are ids of users, each with the rule that added them, if one did. Everyone's are not kept.
	Members map[string]string
	Owners  []owner
}

type owner struct {
	ID, Type    string
	OriginType  string
	OriginID    string
	LastUpdated time.Time
}

type rule struct {
	ID, Name, Status     string
	Expression           string
	Groups               []string
	Excluded             []string
	Created, LastUpdated time.Time
}

type app struct {
	ID, Name, Label, SignOnMode, Status string
	Features                            []string
	Created, LastUpdated                time.Time
	Users                               map[string]*appUser
	Groups                              map[string]appGroup
	// Scopes are the Okta API scopes granted to a service app, and Key the public key it signs with, as PEM.
	Scopes []string
	Key    string
}

// appUser is what an app knows of a person. Without Direct it is only what was changed about somebody who
// has the app through a group, and counts for nothing once no group grants it.
type appUser struct {
	Direct               bool
	UserName             string
	Profile              map[string]any
	PasswordChanged      time.Time `json:",omitzero"`
	Created, LastUpdated time.Time
}

type appGroup struct {
	Priority    int
	LastUpdated time.Time
}

type customRole struct {
	ID, Label            string
	Permissions          []string
	Created, LastUpdated time.Time
}

type resourceSet struct {
	ID, Label string
	Resources []resource
	Created   time.Time
}

// A resource is an ORN without its first three parts: "directory:users", "directory:groups:00g…",
// "directory:groups:00g…:contained_resources", "idp:apps".
type resource struct{ ID, Service, Path string }

type assignment struct {
	ID   string
	Type string // a standard role, or CUSTOM
	// Role and ResourceSet are those of a CUSTOM assignment.
	Role, ResourceSet string
	// AssigneeType is USER, GROUP or CLIENT.
	AssigneeType, Assignee string
	// GroupTargets narrow a standard role to these groups and the people in them.
	GroupTargets         []string
	Created, LastUpdated time.Time
}

type apiToken struct {
	ID, Name, Owner string
	// Client is what the token was made for: "Okta API", or an agent of Okta's.
	Client                        string
	Digest                        string
	Created, LastUpdated, Expires time.Time
}

type accessToken struct {
	Client  string
	Scopes  []string
	Expires time.Time
}

type device struct {
	ID, Status, Name, Platform, Manufacturer, Model, OSVersion, Serial string
	Created, LastUpdated                                               time.Time
	Users                                                              map[string]deviceUser
}

type deviceUser struct {
	ID, Management, ScreenLock string
	Created                    time.Time
}

type idp struct {
	ID, Type, Name, Status string
	Created, LastUpdated   time.Time
}

// A relation is a pair of linked objects: the associated of many has one primary.
type relation struct{ Primary, Associated relationEnd }

type relationEnd struct{ Name, Title, Description string }

type eventHook struct {
	ID, Name, URI, Status, CreatedBy string
	Created                          time.Time
}

// An integration is an API service integration: a client of another company's.
type integration struct {
	ID, Name, Type, CreatedBy string
	Scopes                    []string
	Created                   time.Time
}

type logEvent struct {
	ID, Type, Actor, Result        string
	Target, TargetType, TargetName string
	Published                      time.Time
}

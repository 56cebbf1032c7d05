package google

import (
	"slices"
	"strings"
	"time"

	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
)

// state is the whole tenant as it is kept in memory and in a file. Of secrets there are digests only, except
// for backup codes, which Google shows.
//
// What follows from something else is not in it: who is an admin, and who is in a group through another.
type state struct {
	CustomerID   string
	Domain, Name string
	Created      time.Time

	Users map[string]*user
	// Deleted are people who were deleted and are still remembered.
	Deleted     map[string]*user
	Groups      map[string]*group
	Roles       map[string]*role
	Assignments map[string]*assignment
	Devices     map[string]*device
	Chromebooks map[string]*chromebook

	// AccessTokens are what the token endpoint gave, by the digest of the token.
	AccessTokens map[string]*accessToken
	// Delegated are the scopes that the service account may use in anybody's name.
	Delegated []string
	// ArchiveLicences are those for archived users that are free.
	ArchiveLicences int

	vaultState
	ownedState
	sharedState
	licenceState
	auditState

	// Made counts what was made under a name, so that ids are not given twice.
	Made map[string]int
}

type user struct {
	ID, PrimaryEmail    string
	GivenName           string
	FamilyName          string
	Title, Department   string
	Manager             string // an address
	OrgUnitPath         string
	Aliases             []string
	NonEditableAliases  []string
	Created             time.Time
	LastLogin           time.Time `json:",omitzero"`
	Deleted             time.Time `json:",omitzero"`
	Agreed, Mailbox     bool
	InGlobalAddressList bool

	Suspended                    bool
	SuspensionReason             string
	SuspensionTime, ArchivalTime time.Time `json:",omitzero"`
	Archived                     bool

	Password                     string // the digest of it
	PasswordChanged              time.Time
	ChangePassword               bool
	RecoveryEmail, RecoveryPhone string
	Enrolled, Enforced           bool // in 2-step verification
	AdvancedProtection           bool
	Codes                        []string

	Sessions     int
	Tokens       []token
	AppPasswords []appPassword

	Mail mailSettings
}

// A token is everything that one app was granted.
type token struct {
	ClientID, DisplayText string
	Scopes                []string
	Anonymous, Native     bool
}

type appPassword struct {
	ID                int
	Name              string
	Created, LastUsed time.Time `json:",omitzero"`
}

type group struct {
	ID, Email, Name, Description string
	Aliases                      []string
	AdminCreated                 bool
	// Security groups can be assigned roles; Dynamic ones have members by a query. The Directory API shows
	// neither.
	Security, Dynamic bool
	// Members are by the member's id.
	Members map[string]*member
}

// A member is a user or a group of the tenant, the tenant itself, or somebody outside of it.
type member struct {
	ID, Type, Role string
	Email          string // of a member outside of the tenant
	Delivery       string
}

// The types of members.
const (
	userMember     = "USER"
	groupMember    = "GROUP"
	customerMember = "CUSTOMER"
	externalMember = "EXTERNAL"
)

// The roles of members.
const (
	Owner   = "OWNER"
	Manager = "MANAGER"
	Member  = "MEMBER"
)

type role struct {
	ID, Name, Description string
	System, Super         bool
	Privileges            []string
}

type assignment struct {
	ID, Role string
	// AssigneeType is user or group, as the discovery document spells them.
	Assignee, AssigneeType string
	// OrgUnitID is that of the unit that the assignment is narrowed to; "" is the whole customer.
	OrgUnitID string
}

const (
	userAssignee  = "user"
	groupAssignee = "group"
)

type accessToken struct {
	Subject string // the id of the user
	Scopes  []string
	Expires time.Time
}

// find is the user with this key: a primary address, an alias, or an id. Addresses are the same in any case.
func (s *state) find(key string) *user {
	if u, ok := s.Users[key]; ok {
		return u
	}
	for _, u := range s.Users {
		if slices.ContainsFunc(u.addresses(), func(address string) bool { return strings.EqualFold(address, key) }) {
			return u
		}
	}
	return nil
}

// addresses are all that mail for the person can be sent to, the primary one first.
func (u *user) addresses() []string {
	return slices.Concat([]string{u.PrimaryEmail}, u.Aliases, u.NonEditableAliases)
}

// findGroup is the group with this key: an address, an alias, or an id.
func (s *state) findGroup(key string) *group {
	if g, ok := s.Groups[key]; ok {
		return g
	}
	for _, g := range s.Groups {
		if strings.EqualFold(g.Email, key) || slices.ContainsFunc(g.Aliases, func(a string) bool { return strings.EqualFold(a, key) }) {
			return g
		}
	}
	return nil
}

// address is what a member is known by.
func (s *state) address(m *member) string {
	switch m.Type {
	case userMember:
		if u := s.Users[m.ID]; u != nil {
			return u.PrimaryEmail
		}
	case groupMember:
		if g := s.Groups[m.ID]; g != nil {
			return g.Email
		}
	}
	return m.Email
}

// groupsOf are the groups that have this id as a direct member.
func (s *state) groupsOf(id string) []*group {
	return slices.DeleteFunc(sandbox.Sorted(s.Groups), func(g *group) bool { return g.Members[id] == nil })
}

// groupsAround are the groups that a user or group is in, directly or through others.
func (s *state) groupsAround(id string) []*group {
	seen := map[string]bool{}
	var around []*group
	var climb func(id string)
	climb = func(id string) {
		for _, g := range s.groupsOf(id) {
			if !seen[g.ID] {
				seen[g.ID] = true
				around = append(around, g)
				climb(g.ID)
			}
		}
	}
	climb(id)
	return around
}

// contains says whether adding a group to itself, or to one that it contains, would make a circle.
func (s *state) contains(outer, inner *group) bool {
	return outer == inner || slices.Contains(s.groupsAround(inner.ID), outer)
}

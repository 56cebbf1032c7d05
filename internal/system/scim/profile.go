package scim

import (
	"slices"
	"strings"
	"time"

	"github.com/offboard/terraform-provider-offboard/internal/access"
)

// A Profile is what one vendor's SCIM does where the standard leaves it open, or where the vendor does not keep to it.
// The zero values are what the standard guarantees.
type Profile struct {
	// Vendor is the vendor's name. Empty is whatever the configuration calls the application.
	Vendor string

	// Inactive are the dispositions that active = false is: both suspend and deactivate where it can be undone by the same
	// way, deactivate alone where that is not sure, and none where it deletes.
	Inactive []access.Disposition
	// InactiveNote is what a reviewer must know of an account that becomes inactive.
	InactiveNote string
	// Reads is how an account that is inactive reads.
	Reads Reading
	// Deactivation is the form in which an account is made inactive.
	Deactivation Form

	// Deletes says that DELETE ends the account, and is what the vendor says it is.
	Deletes bool
	// DeleteNote is what a reviewer must know of a deletion.
	DeleteNote string

	// RemoveMember is the form in which one member is taken out of a group.
	RemoveMember Form
	// MemberFilter asks whether somebody is a member of a group, where the vendor shows no members: %s are the ids of
	// the group and of the account, quoted.
	MemberFilter string

	// Find are the attributes by which to look for an address. None are userName and emails.value.
	Find []string
	// Partial says why a list is not of everybody who has access. Empty where it is.
	Partial string
	// Sample is the userName of an account that is made up in place of a list. Empty where there is no such thing.
	Sample string
	// Cursors says that pages are followed by cursor (RFC 9865), and not by index.
	Cursors bool
	// PageSize is how many to ask for in a page. 0 is 100.
	PageSize int

	// Roles and Entitlements say what becomes of these attributes of a user.
	Roles, Entitlements Attribute
	// Owners are what the roles end in, in lower case and with spaces, of whoever must not be terminated before somebody else
	// has the role.
	Owners []string

	// NoMe says that /Me is not asked for.
	NoMe bool
	// Apart is how far apart the requests have to be. 0 is no distance.
	Apart time.Duration
}

// A Reading is how an account that is inactive reads.
type Reading int

// The readings.
const (
	// ActiveFalse: it is there, with active = false.
	ActiveFalse Reading = iota
	// Hidden: it is in no list any more; by its id it may be there.
	Hidden
	// NotThere: it is not found by its id either.
	NotThere
)

// A Form is the way in which a change is written.
type Form int

// The forms.
const (
	// ByPath is the standard's: a path that names the value, members[value eq "…"] or active.
	ByPath Form = iota
	// ByValue has no path that names the value: {"op":"replace","value":{"active":false}}, or a remove whose value lists
	// the members that go. On a server that keeps to the standard the second removes everybody, so it is only for a vendor
	// that is known to want it.
	ByValue
	// ByPut replaces the whole resource with what was read of it, less what goes.
	ByPut
)

// An Attribute is what becomes of a multi-valued attribute of a user. Both fields are empty where its values can be
// removed one by one.
type Attribute struct {
	// Kept says why none can be removed.
	Kept string
	// Lacking says that the vendor does not have the attribute.
	Lacking bool
}

func (p Profile) attributesToFind() []string {
	if len(p.Find) == 0 {
		return []string{"userName", "emails.value"}
	}
	return p.Find
}

// findsByAddress says that people are looked for by their addresses too, and not by what else they are called alone.
func (p Profile) findsByAddress() bool {
	return slices.ContainsFunc(p.attributesToFind(), func(attribute string) bool { return strings.HasPrefix(attribute, "email") })
}

func (p Profile) pageSize() int {
	if p.PageSize == 0 {
		return 100
	}
	return p.PageSize
}

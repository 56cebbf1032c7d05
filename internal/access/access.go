// Package access is the model of an exit: what a person holds in a system, what of it a reviewed plan
// takes away, and how it is known to be gone. It knows no vendor and nothing of Terraform.
//
// A person, known by their work email, has an account in a system. The account holds grants of some
// kind: sessions, tokens, group membership, and so on. A Connector lists the grants of one kind in one
// system and removes them one at a time; a Directory says which account is the person's. Everything
// else in this package is arithmetic over sets of grants, and one loop.
//
// The arithmetic has three sets:
//
//	held     what the system listed when access was last read. State remembers it.
//	planned  what may stay: nothing once the person has left, save what is tolerated until a date.
//	approved held less planned: the rows a reviewer saw going. Nothing else is ever removed.
//
// The loop is Exit: list, remove what is approved and still there, list again until the system agrees,
// compare. What it finds afterwards is told in an Outcome: what is held now, what was removed and how
// that is known, what is left and why, and what appeared behind the plan's back. A list that could not
// be made is never taken for an empty one.
package access

import (
	"fmt"
	"maps"
	"net/mail"
	"slices"
	"strings"
	"time"
)

// A Person is someone, by their work email in lower case: people are found by it in every system.
type Person string

// ParsePerson reads a work email: one bare address, such as jane@acme.com. Letter case does not matter.
func ParsePerson(s string) (Person, error) {
	address, err := mail.ParseAddress(s)
	// A display name, angle brackets or a quoted local part parse too, but name nobody in a directory.
	if err != nil || address.Address != s || !strings.Contains(s, "@") {
		return "", fmt.Errorf("%q is not an email address such as jane@acme.com", s)
	}
	return Person(strings.ToLower(s)), nil
}

// An AccountID is a system's own immutable id of an account. It is opaque.
type AccountID string

// An Account is how one system knows a person.
type Account struct {
	ID AccountID
	// Names are the account's own logins and addresses, in lower case. Aliases lead to it as well; but an alias may
	// have been somebody else's address, whose mail this account now gets, so it does not say whose account this is.
	Names, Aliases []string
	// Status is the system's own word for the state of the account, such as ACTIVE.
	Status string
	// Active says that the account can be signed in to, or will be without anybody deciding it: by an
	// activation mail, a reset password, the end of a lock.
	Active bool
}

// A GrantID names a grant within an account and a kind. It stays the same for as long as the grant does.
type GrantID string

// A Grant is one piece of access of one kind.
type Grant struct {
	ID GrantID
	// Label is for the reviewer: the name first, then in brackets where the grant comes from. It carries
	// names and ids only, never a secret.
	Label string
	// Version tells a grant from one made anew under the same ID, where removal leaves something that is
	// still listed: a scrambled password, sessions that cannot be enumerated. Empty for every other grant.
	Version string
	// Note is what a reviewer must know before agreeing to the removal: a side effect. Usually empty.
	Note string
	// Stays is the error with which the system would refuse to remove the grant: Blocked, with where to go
	// instead. Usually nil. Nobody asks for the removal of a grant that stays.
	Stays *Error
	// Dormant says that this is no grant but stands for every grant whose ID begins with its own: in the state the
	// account is in they can be neither used nor seen, and they are back when it is active. Nothing of that is held,
	// and what is not listed beside it is not known to be gone.
	Dormant bool
	// Reached is, for an account as a grant, the harshest disposition it has been brought to. Empty for one
	// that is as live as ever, and for every other grant.
	Reached Disposition
}

// Own says that a person's address is the account's own, and no alias of it.
func (a Account) Own(person Person) bool { return slices.Contains(a.Names, string(person)) }

// Assurance says how it is known that a grant is gone.
type Assurance string

// The assurances, strongest first.
const (
	// Observed: the system was asked afterwards, and no longer lists the grant.
	Observed Assurance = "observed"
	// Acknowledged: the system said that it removed the grant, and offers nothing to look at.
	Acknowledged Assurance = "acknowledged"
	// Attested: a named person says so.
	Attested Assurance = "attested"
	// Waived: a named person accepts it until a date.
	Waived Assurance = "waived"
)

// A Removal is what happened to a grant.
type Removal struct {
	Label string
	// At is when the grant was found gone, by looking after the removal.
	At        time.Time
	Assurance Assurance
}

// Holdings are the grants a person holds of one kind in one system: id to label.
type Holdings map[GrantID]string

// IDs are the ids of the grants, in order.
func (h Holdings) IDs() []GrantID { return slices.Sorted(maps.Keys(h)) }

// Without returns the grants of h that are not in other.
func (h Holdings) Without(other Holdings) Holdings {
	rest := Holdings{}
	for id, label := range h {
		if _, ok := other[id]; !ok {
			rest[id] = label
		}
	}
	return rest
}

// Marks are the versions at which removals were acknowledged. A grant that is still listed at its marked
// version has been dealt with; at any other version it is new.
type Marks map[GrantID]string

// Held returns what of a list counts as held: everything but what is dormant, and the grants whose removal was
// acknowledged and which have not been made anew since.
func Held(listed []Grant, marks Marks) Holdings {
	held := Holdings{}
	for _, grant := range listed {
		if grant.Dormant {
			continue
		}
		if mark, ok := marks[grant.ID]; ok && mark == grant.Version {
			continue
		}
		held[grant.ID] = grant.Label
	}
	return held
}

// Asleep are those of the grants that can't be seen now, and so are not known to be gone.
func Asleep(grants Holdings, listed []Grant) Holdings {
	asleep := Holdings{}
	for id, label := range grants {
		if Sleeps(listed, id) {
			asleep[id] = label
		}
	}
	return asleep
}

// Sleeps says that a grant is among those that can't be seen now, and so not known to be gone.
func Sleeps(listed []Grant, id GrantID) bool {
	return slices.ContainsFunc(listed, func(g Grant) bool { return g.Dormant && strings.HasPrefix(string(id), string(g.ID)) })
}

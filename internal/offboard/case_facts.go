package offboard

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/offboard/terraform-provider-offboard/internal/access"
)

// caseFacts are what a case knows: of every place where it looked, what the person held and what became of it.
type caseFacts struct {
	// AsOf is when it looked last. It is the plan's notion of now.
	AsOf time.Time `json:"as_of"`
	// Accounts are how the systems knew the person, when each last did.
	Accounts map[string]accountFact `json:"accounts,omitempty"`
	// Controls are the places, as system/kind.
	Controls map[string]controlFact `json:"controls,omitempty"`
}

type accountFact struct {
	ID     access.AccountID `json:"id"`
	Status string           `json:"status,omitempty"`
	// Gone says that the system no longer has the account.
	Gone bool `json:"gone,omitempty"`
	// Alias says that the address is no more than an alias of it, and that the configuration does not name it.
	Alias bool     `json:"alias,omitempty"`
	Names []string `json:"names,omitempty"`
	// Former are the ids of accounts of theirs that were deleted before they had this one. What those made may still be there.
	Former []access.AccountID `json:"former,omitempty"`
}

// A controlFact is what is known of one place.
type controlFact struct {
	// CheckedAt is when it was looked at.
	CheckedAt time.Time `json:"checked_at"`
	// NotAvailable is why the system does not have the kind, if it does not.
	NotAvailable string `json:"not_available,omitempty"`
	// Unseen is why it could not be looked at when the case was imported, nor since. No case closes with that.
	Unseen string `json:"unseen,omitempty"`
	// Waived says that nobody looked, as an exception allowed.
	Waived bool `json:"waived,omitempty"`
	// Indirect says that what is found here is theirs and not their account's.
	Indirect bool `json:"indirect,omitempty"`
	// Dormant are the labels of what could be neither used nor seen.
	Dormant []string                     `json:"dormant,omitempty"`
	Grants  map[access.GrantID]grantFact `json:"grants,omitempty"`
	Marks   access.Marks                 `json:"marks,omitempty"`
}

// A grantFact is what is known of one grant that the person holds, or held once.
type grantFact struct {
	Label string `json:"label"`
	// Held says that it was when last looked, and HeldAt when it last was seen to be.
	Held   bool      `json:"held,omitempty"`
	HeldAt time.Time `json:"held_at,omitzero"`
	// Asleep says that it could not be seen any more when last looked, and had not been seen gone before.
	Asleep bool `json:"asleep,omitempty"`
	// Stays is why it will not go, if it was seen not to.
	Stays string `json:"stays,omitempty"`
	// AbsentAt is when the case first looked and did not find it, since HeldAt. Acknowledged says that what is left of it
	// goes on being listed.
	AbsentAt     time.Time `json:"absent_at,omitzero"`
	Acknowledged bool      `json:"acknowledged,omitempty"`
	// Removed is what a resource says of its going.
	Removed *removedFact `json:"removed,omitempty"`
}

type removedFact struct {
	At        time.Time        `json:"at"`
	Assurance access.Assurance `json:"assurance"`
	By        string           `json:"by"`
	Successor string           `json:"successor,omitempty"`
}

// unsettled says that the grant stands in the way of closing, if nobody accepts it.
func (g grantFact) unsettled() bool { return g.Held || g.Asleep }

// removed is what a resource says of its going, unless it was held again after that. What is listed as it was left is not
// held again, whatever the clocks of two machines say.
func (g grantFact) removed() *removedFact {
	if g.Removed == nil || !g.Acknowledged && g.Removed.At.Before(g.HeldAt) {
		return nil
	}
	return g.Removed
}

// take learns what came of looking at a place that was checked: the grants that were listed there, and what resources of
// the run say they have done. What they say of a grant tells when it went and how that is known, never that it is not
// there.
func (c *controlFact) take(listed []access.Grant, at time.Time, done deed, by string, moves func(access.GrantID) bool) {
	at = at.UTC().Truncate(time.Second) // The precision of what resources say.
	c.CheckedAt, c.NotAvailable, c.Unseen, c.Waived, c.Dormant = at, "", "", false, nil
	if c.Grants == nil {
		c.Grants = map[access.GrantID]grantFact{}
	}
	if c.Marks == nil {
		c.Marks = access.Marks{}
	}
	maps.Copy(c.Marks, done.marks)
	there := map[access.GrantID]access.Grant{}
	for _, grant := range listed {
		if grant.Dormant {
			c.Dormant = append(c.Dormant, grant.Label)
			continue
		}
		there[grant.ID] = grant
		fact := c.Grants[grant.ID]
		fact.Label, fact.Stays = grant.Label, ""
		if grant.Stays != nil {
			fact.Stays = sentence(grant.Stays.Advice())
		}
		c.Grants[grant.ID] = fact
	}
	for id, removal := range done.removed {
		fact := c.Grants[id]
		if fact.Label == "" {
			fact.Label = removal.Label
		}
		fact.Removed = &removedFact{At: removal.At, Assurance: removal.Assurance, By: by}
		if moves(id) {
			fact.Removed.Successor = done.successor
		}
		c.Grants[id] = fact
	}
	held := access.Held(listed, c.Marks)
	for id, fact := range c.Grants {
		_, holds := held[id]
		_, isThere := there[id]
		holds = holds || isThere && fact.Removed == nil // A mark of which nobody says yet that it is a removal's.
		fact.Held, fact.Acknowledged, fact.Asleep = holds, isThere && !holds, false
		switch {
		case holds:
			fact.HeldAt, fact.AbsentAt = at, time.Time{}
		case isThere:
			fact.AbsentAt = time.Time{}
		case access.Sleeps(listed, id):
			fact.Asleep = fact.AbsentAt.IsZero() && fact.removed() == nil
		case fact.AbsentAt.IsZero():
			fact.AbsentAt = at
		}
		c.Grants[id] = fact
	}
	slices.Sort(c.Dormant)
}

// keyOf names a grant, or a place, in outstanding and in exceptions.
func keyOf(control string, id access.GrantID) string { return control + "/" + string(id) }

const attestationPrefix = "attestation/"

// outstanding is what stands in the way of closing as of a time: what is held and nobody accepts, and what nobody
// attests. The value is for the reader.
func (f caseFacts) outstanding(v caseValues, now time.Time) map[string]string {
	exceptions := v.exceptions()
	accepted := func(key string) bool { e, ok := exceptions[key]; return ok && e.until.After(now) }
	left := map[string]string{}
	for name, control := range f.Controls {
		if control.Unseen != "" && !accepted(name) {
			left[name] = "Not looked at: " + control.Unseen
		}
		for id, grant := range control.Grants {
			key := keyOf(name, id)
			if !grant.unsettled() || accepted(key) || accepted(name) {
				continue
			}
			left[key] = grant.Label
			switch {
			case grant.Asleep:
				left[key] += " (can't be seen as the account is now, and was not seen gone)"
			case control.Indirect:
				left[key] += " (indirect: theirs, and not their account's)"
			}
		}
	}
	for name, a := range v.attestations() {
		key := attestationPrefix + name
		if a.status(now) == attested || accepted(key) {
			continue
		}
		left[key] = a.Application.ValueString() + ": " + a.status(now) + " (ask " + a.Owner.ValueString() + ")"
	}
	return left
}

// A coverage counts controls by what is known of them.
type coverage struct{ expected, checked, notAvailable, attested, waived, outstanding int64 }

// coverage counts, as of a time. A control with something outstanding is that, and nothing else.
func (f caseFacts) coverage(v caseValues, now time.Time) coverage {
	left := f.outstanding(v, now)
	open := func(control string) bool {
		for key := range left {
			if key == control || strings.HasPrefix(key, control+"/") {
				return true
			}
		}
		return false
	}
	var c coverage
	for name, control := range f.Controls {
		c.expected++
		switch {
		case open(name):
			c.outstanding++
		case control.Waived, control.Unseen != "":
			c.waived++
		case control.NotAvailable != "":
			c.notAvailable++
		default:
			c.checked++
		}
	}
	for name, a := range v.attestations() {
		c.expected++
		switch {
		case left[attestationPrefix+name] != "":
			c.outstanding++
		case a.status(now) == attested:
			c.attested++
		default:
			c.waived++
		}
	}
	return c
}

package offboard

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/offboard/terraform-provider-offboard/internal/access"
)

// A place is where access is looked for: one kind in one system.
type place struct{ system, kind string }

func (p place) String() string { return p.system + "/" + p.kind }

// An inventory is everything that one person holds, and how far that is known. Every kind of every configured system
// is in it at one place: checked, not available, failed or left out. What it does not have is not there only where it
// was checked.
type inventory struct {
	// accounts are how the systems that could be asked know the person.
	accounts map[string]sighting
	held     []possession
	// indirect is theirs, and no access of their account.
	indirect []possession
	// dormant stand for what can't be seen in the state that the account is in.
	dormant []possession
	checked []place
	// listedAt is when a place was looked at, for those that need to know.
	listedAt map[place]time.Time
	// notAvailable is what a system as it is set up or licensed does not have; failed, what could not be looked at; and
	// leftOut, what nobody wanted looked at: each with the reason.
	notAvailable, failed, leftOut map[place]string
}

// A possession is a grant, at the place where it was found.
type possession struct {
	place
	access.Grant
	// moves says that it needs a successor.
	moves bool
}

func newInventory() *inventory {
	return &inventory{
		accounts: map[string]sighting{}, listedAt: map[place]time.Time{}, notAvailable: map[place]string{}, failed: map[place]string{}, leftOut: map[place]string{},
	}
}

// note takes in what came of looking at one place. An account that has gone since it was found holds nothing.
func (i *inventory) note(at place, listed []access.Grant, moves func(access.GrantID) bool, err error) {
	if access.KindOf(err) == access.NotFound {
		err = nil
	}
	if !i.check(at, err) {
		return
	}
	for _, grant := range listed {
		if grant.Dormant {
			i.dormant = append(i.dormant, possession{place: at, Grant: grant})
			continue
		}
		i.held = append(i.held, possession{place: at, Grant: grant, moves: moves(grant.ID)})
	}
}

// trace takes in what came of tracing at one place. What an account made does not go with it, so that "not found" is no
// answer to that.
func (i *inventory) trace(at place, listed []access.Grant, err error) {
	if !i.check(at, err) {
		return
	}
	for _, grant := range listed {
		i.indirect = append(i.indirect, possession{place: at, Grant: grant})
	}
}

// check enters a place under what came of looking there, and says whether there is a list to take in.
func (i *inventory) check(at place, err error) bool {
	switch {
	case err == nil:
		i.checked = append(i.checked, at)
		return true
	case access.KindOf(err) == access.NotAvailable:
		i.notAvailable[at] = sentence(err.Error())
	default:
		i.fail(at, err)
	}
	return false
}

func (i *inventory) fail(at place, err error) { i.failed[at] = sentence(err.Error()) }

// nobody says that every system that was asked answered, and none has an account of the person.
func (i *inventory) nobody() bool {
	for _, seen := range i.accounts {
		if !seen.None {
			return false
		}
	}
	return len(i.failed) == 0
}

// failures are the lines to say of what could not be looked at, in order: one for all that failed for one reason.
func (i *inventory) failures() []string {
	type cause struct{ system, reason string }
	kinds := map[cause][]string{}
	for at, reason := range i.failed {
		kinds[cause{at.system, reason}] = append(kinds[cause{at.system, reason}], at.String())
	}
	var lines []string
	for why, places := range kinds {
		lines = append(lines, "  - "+strings.Join(slices.Sorted(slices.Values(places)), ", ")+": "+why.reason)
	}
	slices.Sort(lines)
	return lines
}

// importAs is the id under which the resources of a system are imported. It names the account where the address does not
// by itself lead to the account that was looked at, or may one day lead to another.
func importAs(system string, person access.Person, account access.Account, pinned bool) importID {
	id := importID{system: system, person: string(person)}
	if pinned || !account.Own(person) {
		id.account = string(account.ID)
	}
	return id
}

// aliased are the systems in which the address is no more than an alias, in order.
func (i *inventory) aliased(person access.Person) []string {
	var systems []string
	for _, system := range slices.Sorted(maps.Keys(i.accounts)) {
		if seen := i.accounts[system]; !seen.None && !seen.Own(person) {
			systems = append(systems, system)
		}
	}
	return systems
}

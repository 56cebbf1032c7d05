package offboard

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/offboard/terraform-provider-offboard/internal/access"
)

// Guards bound what one run can do. They see every resource of a plan, in any order and from many
// goroutines at once.
type Guards struct {
	// MaxPeople is how many people may be newly terminated in one plan: by their addresses, and by the accounts of
	// each system.
	MaxPeople int
	// Protected are addresses and account ids, in lower case, that must not be terminated.
	Protected []string

	mu        sync.Mutex
	newcomers map[access.Person]bool
	accounts  map[string]map[access.AccountID]bool
	leaving   map[string]access.Person
	heirs     map[string]access.Person
	contained map[string]bool
}

// protect refuses to terminate somebody who is protected, under whatever name the account is known.
func (g *Guards) protect(names ...string) error {
	for _, name := range names {
		if name != "" && slices.Contains(g.Protected, strings.ToLower(name)) {
			return &access.Error{
				Kind: access.Blocked, Op: "terminate " + names[0], Reason: name + " is in the provider's protected list",
				Fix: "A break-glass account is taken out of that list in a change of its own, which somebody approves.",
			}
		}
	}
	return nil
}

// count notes that a plan newly terminates a person, and refuses once there are more than MaxPeople. Accounts are
// counted besides addresses, since a resource may name another account than its address leads to.
func (g *Guards) count(person access.Person, system string, account access.AccountID) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.newcomers == nil {
		g.newcomers, g.accounts = map[access.Person]bool{}, map[string]map[access.AccountID]bool{}
	}
	if g.accounts[system] == nil {
		g.accounts[system] = map[access.AccountID]bool{}
	}
	g.newcomers[person] = true
	if account != "" {
		g.accounts[system][account] = true
	}
	if len(g.newcomers) <= g.MaxPeople && len(g.accounts[system]) <= g.MaxPeople {
		return nil
	}
	var people []string
	for _, p := range slices.Sorted(maps.Keys(g.newcomers)) {
		people = append(people, string(p))
	}
	const shown = 30
	if more := len(people) - shown; more > 0 {
		people = append(people[:shown], fmt.Sprintf("and %d more", more))
	}
	return &access.Error{
		Kind: access.Blocked, Op: "terminate " + string(person),
		Reason: fmt.Sprintf("this plan newly terminates more people than max_people = %d allows, so far %s", g.MaxPeople, strings.Join(people, ", ")),
		Fix: "If a list was cut short or a variable is wrong, mend that. If so many people really leave, raise max_people in the provider block " +
			"in the same change, or plan them in several.",
	}
}

// A leaver is a person by a name that is one's alone: the address they are planned under, or a system and
// their account in it, which is the same under every address.
type leaver struct {
	name   string
	person access.Person
}

func byAddress(person access.Person) leaver { return leaver{string(person), person} }

func byAccount(system string, account access.AccountID, person access.Person) leaver {
	return leaver{system + "/" + string(account), person}
}

// leave notes that somebody leaves, with who succeeds them unless that is the zero leaver, and refuses if a
// successor leaves too, whichever of the two is planned first.
func (g *Guards) leave(who, heir leaver) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.leaving == nil {
		g.leaving, g.heirs = map[string]access.Person{}, map[string]access.Person{}
	}
	g.leaving[who.name] = who.person
	if heir.name != "" {
		g.heirs[heir.name] = who.person
	}
	for successor, of := range map[leaver]access.Person{heir: who.person, who: g.heirs[who.name]} {
		if _, leaves := g.leaving[successor.name]; leaves && of != "" {
			return &access.Error{
				Kind: access.Blocked, Op: "give what " + string(of) + " has to " + string(successor.person),
				Reason: string(successor.person) + " is leaving too, or is the leaver under another address", Fix: "Name a successor who stays.",
			}
		}
	}
	return nil
}

// contain notes that what has been planned so far keeps the person from signing in to the system. What
// depends on it is planned after it.
func (g *Guards) contain(system string, person access.Person) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.contained == nil {
		g.contained = map[string]bool{}
	}
	g.contained[system+"/"+string(person)] = true
}

func (g *Guards) contains(system string, person access.Person) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.contained[system+"/"+string(person)]
}

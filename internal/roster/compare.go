package roster

import (
	"maps"
	"slices"
	"strings"

	"github.com/offboard/terraform-provider-offboard/internal/access"
)

// A Ref names an account of a system: "okta/00u1".
type Ref struct {
	System string
	ID     access.AccountID
}

func (r Ref) String() string { return r.System + "/" + string(r.ID) }

func (r Ref) compare(other Ref) int { return strings.Compare(r.String(), other.String()) }

// An Account is an account of a system as its roll has it.
type Account struct {
	Ref
	access.Entry
}

// A Suggestion is a near miss: an account that may be a person's, and why. Nothing acts on it, and it counts as no match.
type Suggestion struct {
	Person Person
	// Reasons are in order of how much they say.
	Reasons []string
}

// A Contradiction is an account that several people have by its own names. It is nobody's until that is settled.
type Contradiction struct {
	Account
	People []Person
}

// A Standing is what became of somebody who has left: their accounts, and who succeeds them.
type Standing struct {
	Person
	// Accounts are theirs, in order, whatever the state that they are in.
	Accounts []Account
	// Heir is who is to receive what they leave: the successor that HR names, else the manager, if that is somebody who stays and
	// can sign in wherever the person has an account. NoHeir says why there is none.
	Heir   access.Person
	NoHeir string
}

// Live are the accounts that can be signed in to.
func (s Standing) Live() []Account {
	return slices.DeleteFunc(slices.Clone(s.Accounts), func(a Account) bool { return !a.Active })
}

// A Comparison is what came of comparing a roster with the rolls of systems. All of it is in order, and the same whatever
// order the rows and the rolls came in.
type Comparison struct {
	// Gone are the people who have left and have an account, live or not, by address.
	Gone []Standing
	// Unknown are live accounts that are nobody's, Ignored among them apart.
	Unknown, Ignored []Account
	// Missing are the people who work here and have no account, by system.
	Missing map[string][]access.Person
	// Matched is how many accounts are somebody's, and Dormant how many are nobody's and can't be signed in to, by system.
	Matched, Dormant map[string]int
	// Suggestions are of accounts that are live and nobody's.
	Suggestions    map[Ref][]Suggestion
	Contradictions []Contradiction
	// Unused are those of what was to be ignored that no account has.
	Unused []string
}

// Compare sets people, as Read made them, against the rolls of systems. ignore names accounts that are known to be nobody's: by
// "system/id", or by an address of theirs. An account that is somebody's is not ignored.
//
// An account is a person's if their address is one of its own names. An alias is none: it may have been somebody else's
// address, whose mail the account now gets.
func Compare(people []Person, rolls map[string][]access.Entry, ignore []string) Comparison {
	c := Comparison{
		Missing: map[string][]access.Person{}, Matched: map[string]int{}, Dormant: map[string]int{}, Suggestions: map[Ref][]Suggestion{},
	}
	m := newMatching(people)
	ignored := map[string]bool{}
	for _, name := range ignore {
		ignored[strings.ToLower(name)] = false
	}
	// Whose an account may be that is nobody's is asked when all that is somebody's is known.
	var stray []Account
	for _, system := range slices.Sorted(maps.Keys(rolls)) {
		c.Missing[system], c.Matched[system], c.Dormant[system] = []access.Person{}, 0, 0
		has := map[access.Person]bool{}
		for _, entry := range rolls[system] {
			account := Account{Ref{system, entry.ID}, entry}
			owners := m.owners(entry)
			for _, owner := range owners {
				has[owner.Email] = true
			}
			switch {
			case len(owners) > 1:
				c.Contradictions = append(c.Contradictions, Contradiction{account, owners})
			case len(owners) == 1:
				c.Matched[system]++
				m.own(owners[0], account)
			case !entry.Active:
				c.Dormant[system]++
			default:
				stray = append(stray, account)
			}
		}
		for _, p := range people {
			if !p.Gone && !has[p.Email] {
				c.Missing[system] = append(c.Missing[system], p.Email)
			}
		}
		slices.Sort(c.Missing[system])
	}
	for _, account := range stray {
		// Whoever says that an account is nobody's is believed, and shown whose it may be all the same.
		if near := m.near(account.Entry); len(near) > 0 {
			c.Suggestions[account.Ref] = near
		}
		if marks(ignored, account) {
			c.Ignored = append(c.Ignored, account)
		} else {
			c.Unknown = append(c.Unknown, account)
		}
	}
	c.Gone = m.standings(people)
	inOrder(c.Unknown)
	inOrder(c.Ignored)
	slices.SortFunc(c.Contradictions, func(a, b Contradiction) int { return a.compare(b.Ref) })
	for name, used := range ignored {
		if !used {
			c.Unused = append(c.Unused, name)
		}
	}
	slices.Sort(c.Unused)
	return c
}

func inOrder(accounts []Account) {
	slices.SortFunc(accounts, func(a, b Account) int { return a.compare(b.Ref) })
}

// marks notes that names of an account are among those to ignore, and says whether any was.
func marks(ignored map[string]bool, account Account) bool {
	found := false
	for _, name := range append([]string{strings.ToLower(account.String())}, account.Names...) {
		if _, named := ignored[name]; named {
			ignored[name], found = true, true
		}
	}
	return found
}

// A matching finds people by what an account says, in as many steps as the account has names: everything is looked up, and
// nothing compared with everything.
type matching struct {
	people   map[access.Person]Person
	personal map[string][]Person
	names    map[string][]Person
	locals   map[string][]Person
	accounts map[access.Person][]Account
	// known are the other names and the aliases of accounts that are somebody's.
	known map[string][]lead
}

// A lead is an address that leads to somebody's account.
type lead struct {
	person Person
	system string
}

// own notes that an account is somebody's.
func (m *matching) own(owner Person, account Account) {
	m.accounts[owner.Email] = append(m.accounts[owner.Email], account)
	for _, address := range slices.Concat(account.Names, account.Aliases) {
		if address != string(owner.Email) {
			m.known[address] = append(m.known[address], lead{owner, account.System})
		}
	}
}

func newMatching(people []Person) *matching {
	m := &matching{
		people: make(map[access.Person]Person, len(people)), personal: map[string][]Person{}, names: map[string][]Person{}, locals: map[string][]Person{},
		accounts: map[access.Person][]Account{}, known: map[string][]lead{},
	}
	// In order, so that what is found under one name is.
	for _, p := range slices.SortedFunc(slices.Values(people), func(a, b Person) int { return strings.Compare(string(a.Email), string(b.Email)) }) {
		m.people[p.Email] = p
		if p.PersonalEmail != "" {
			m.personal[p.PersonalEmail] = append(m.personal[p.PersonalEmail], p)
		}
		if name := spelling(p.Name); name != "" {
			m.names[name] = append(m.names[name], p)
		}
		if local := localPart(string(p.Email)); local != "" {
			m.locals[local] = append(m.locals[local], p)
		}
	}
	return m
}

// owners are the people whose address is one of the account's own names, in order.
func (m *matching) owners(entry access.Entry) (owners []Person) {
	for _, name := range entry.Names {
		p, known := m.people[access.Person(name)]
		if known && !slices.ContainsFunc(owners, func(other Person) bool { return other.Email == p.Email }) {
			owners = append(owners, p)
		}
	}
	slices.SortFunc(owners, func(a, b Person) int { return strings.Compare(string(a.Email), string(b.Email)) })
	return owners
}

// standings are those of people who have left and have an account.
func (m *matching) standings(people []Person) (gone []Standing) {
	for _, p := range people {
		accounts := m.accounts[p.Email]
		if !p.Gone || len(accounts) == 0 {
			continue
		}
		inOrder(accounts)
		s := Standing{Person: p, Accounts: accounts}
		s.Heir, s.NoHeir = m.heir(s)
		gone = append(gone, s)
	}
	slices.SortFunc(gone, func(a, b Standing) int { return strings.Compare(string(a.Email), string(b.Email)) })
	return gone
}

// heir is who receives what somebody leaves, or why nobody does. Where the one whom HR names won't do nobody else is chosen.
func (m *matching) heir(s Standing) (access.Person, string) {
	name, role := s.Successor, "successor"
	if name == "" {
		name, role = s.Manager, "manager"
	}
	if name == "" {
		return "", "HR names neither a successor nor a manager"
	}
	who := "the " + role + " " + string(name)
	heir, known := m.people[name]
	switch {
	case name == s.Email:
		return "", who + " is the leaver"
	case !known:
		return "", who + " is not on the roster"
	case heir.Gone:
		return "", who + " has left"
	case heir.Leaving():
		return "", who + " is leaving"
	}
	for _, account := range s.Accounts {
		live := func(a Account) bool { return a.System == account.System && a.Active }
		switch n := len(slices.DeleteFunc(slices.Clone(m.accounts[name]), func(a Account) bool { return !live(a) })); {
		case n == 0:
			return "", who + " has no account in " + account.System + " that can be signed in to"
		case n > 1:
			return "", who + " has several accounts in " + account.System
		}
	}
	return name, ""
}

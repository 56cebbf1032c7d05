package roster

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/offboard/terraform-provider-offboard/internal/access"
)

// crowd is how many people may share a name before it says nothing of whose an account is.
const crowd = 5

// near are the people whose an account may be although none of its own names is their address, with what speaks for it.
func (m *matching) near(entry access.Entry) []Suggestion {
	var found []Suggestion
	add := func(reason string, people ...Person) {
		if len(people) > crowd {
			return
		}
		for _, p := range people {
			at := slices.IndexFunc(found, func(s Suggestion) bool { return s.Person.Email == p.Email })
			if at < 0 {
				at = len(found)
				found = append(found, Suggestion{Person: p})
			}
			if !slices.Contains(found[at].Reasons, reason) {
				found[at].Reasons = append(found[at].Reasons, reason)
			}
		}
	}
	for _, alias := range entry.Aliases {
		if p, known := m.people[access.Person(alias)]; known {
			add("their address is an alias of it: it may be theirs under a name they have now or had before, or get the mail of somebody who left", p)
		}
	}
	for _, address := range entry.Names {
		for _, lead := range m.known[address] {
			add("its address is another one of their account in "+lead.system, lead.person)
		}
	}
	for _, address := range entry.Elsewhere {
		if p, known := m.people[access.Person(address)]; known {
			add("their address is noted in it as a secondary one", p)
		}
		add("their personal address is noted in it", m.personal[address]...)
	}
	for _, address := range slices.Concat(entry.Names, entry.Aliases) {
		add("their personal address leads to it", m.personal[address]...)
	}
	if name := spelling(entry.FullName); name != "" {
		add("it has their full name", m.names[name]...)
	}
	for _, address := range entry.Names {
		if local := localPart(address); local != "" {
			add("its address is theirs but for what follows the @", m.locals[local]...)
		}
	}
	return found
}

// localPart is an address up to the @, if it says anything of who somebody is: a first name alone does not, nor do those
// that every domain has.
func localPart(address string) string {
	local, _, isAddress := strings.Cut(address, "@")
	if !isAddress || !strings.ContainsAny(local, "._-") {
		return ""
	}
	return local
}

// spelling is a full name without what people write differently: letter case, accents, and the order of its parts. Empty for
// what is only one part.
func spelling(name string) string {
	var b strings.Builder
	for _, r := range norm.NFKD.String(strings.ToLower(name)) {
		switch {
		case unicode.Is(unicode.Mn, r):
		case unicode.IsLetter(r), unicode.IsDigit(r), r == '\'':
			b.WriteRune(r)
		default:
			b.WriteByte(' ')
		}
	}
	parts := strings.Fields(b.String())
	if len(parts) < 2 {
		return ""
	}
	slices.Sort(parts)
	return strings.Join(parts, " ")
}

package roster_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/roster"
)

// A world is people and the rolls of systems.
type world struct {
	people []roster.Person
	rolls  map[string][]access.Entry
	ignore []string
}

func (w world) compare() roster.Comparison { return roster.Compare(w.people, w.rolls, w.ignore) }

func here(email access.Person) roster.Person { return roster.Person{Email: email, Status: "active"} }

func gone(email access.Person) roster.Person {
	return roster.Person{Email: email, Status: "left", Gone: true, Manager: "mei@acme.com", Ends: friday.AddDate(0, 0, -7)}
}

func live(id access.AccountID, names ...string) access.Entry {
	return access.Entry{Account: access.Account{ID: id, Names: names, Status: "ACTIVE", Active: true}}
}

func dead(id access.AccountID, names ...string) access.Entry {
	return access.Entry{Account: access.Account{ID: id, Names: names, Status: "SUSPENDED"}}
}

// refs are accounts in short.
func refs(accounts []roster.Account) (refs []string) {
	for _, a := range accounts {
		refs = append(refs, a.String())
	}
	return refs
}

func TestWhoHasLeftIsThereWithAllTheirAccountsInWhateverState(t *testing.T) {
	t.Parallel()
	c := world{
		people: []roster.Person{here("mei@acme.com"), gone("jane@acme.com"), gone("omar@acme.com"), gone("lena@acme.com")},
		rolls: map[string][]access.Entry{
			"okta":   {live("00uj", "jane@acme.com"), live("00uk", "jane-adm@acme.com", "jane@acme.com"), dead("00uo", "omar@acme.com"), live("00um", "mei@acme.com")},
			"google": {dead("1", "jane@acme.com"), live("2", "mei@acme.com")},
		},
	}.compare()
	got := map[access.Person][]string{}
	alive := map[access.Person]int{}
	for _, s := range c.Gone {
		got[s.Email], alive[s.Email] = refs(s.Accounts), len(s.Live())
	}
	want := map[access.Person][]string{"jane@acme.com": {"google/1", "okta/00uj", "okta/00uk"}, "omar@acme.com": {"okta/00uo"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("gone (- want, + got):\n%s", diff)
	}
	// Somebody whose account is suspended has left and does not linger.
	if diff := cmp.Diff(map[access.Person]int{"jane@acme.com": 2, "omar@acme.com": 0}, alive); diff != "" {
		t.Errorf("live accounts (- want, + got):\n%s", diff)
	}
	if diff := cmp.Diff(map[string]int{"okta": 4, "google": 2}, c.Matched); diff != "" || len(c.Unknown)+len(c.Contradictions) != 0 {
		t.Errorf("matched %v, unknown %v, contradictions %v", c.Matched, refs(c.Unknown), c.Contradictions)
	}
}

func TestAnAliasIsASuggestionAndNoMatch(t *testing.T) {
	t.Parallel()
	entry := live("1", "mei@acme.com")
	entry.Aliases = []string{"jane@acme.com"}
	c := world{people: []roster.Person{gone("jane@acme.com")}, rolls: map[string][]access.Entry{"google": {entry}}}.compare()
	near := c.Suggestions[roster.Ref{System: "google", ID: "1"}]
	if len(c.Gone) != 0 || c.Matched["google"] != 0 || len(near) != 1 || near[0].Person.Email != "jane@acme.com" || !strings.Contains(near[0].Reasons[0], "an alias of it") {
		t.Errorf("gone %v, suggestions %v", c.Gone, c.Suggestions)
	}
	if diff := cmp.Diff([]string{"google/1"}, refs(c.Unknown)); diff != "" {
		t.Errorf("unknown (- want, + got):\n%s", diff)
	}
}

func TestANearMissSaysWhatSpeaksForIt(t *testing.T) {
	t.Parallel()
	jane := roster.Person{Email: "jane.doe@acme.com", Name: "Jané van der Doe", PersonalEmail: "jane@home.example", Gone: true}
	ref := roster.Ref{System: "okta", ID: "1"}
	for name, c := range map[string]struct {
		entry  access.Entry
		reason string // empty where there is no suggestion
	}{
		"a personal login":           {live("1", "jane@home.example"), "their personal address leads to it"},
		"a personal address in it":   {access.Entry{Elsewhere: []string{"jane@home.example"}}, "their personal address is noted in it"},
		"a work address in it":       {access.Entry{Elsewhere: []string{"jane.doe@acme.com"}}, "their address is noted in it as a secondary one"},
		"a full name":                {access.Entry{FullName: "VAN DER DOE, Jane"}, "it has their full name"},
		"another domain":             {live("1", "jane.doe@acme.example"), "its address is theirs but for what follows the @"},
		"a first name alone":         {access.Entry{FullName: "Jane"}, ""},
		"a local part that says no":  {live("1", "jane@acme.example"), ""},
		"another person of the name": {access.Entry{FullName: "Jane Roe"}, ""},
		"nothing":                    {access.Entry{}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c.entry.ID, c.entry.Status, c.entry.Active = "1", "ACTIVE", true
			if c.entry.Names == nil {
				c.entry.Names = []string{"someone"}
			}
			found := world{people: []roster.Person{jane}, rolls: map[string][]access.Entry{"okta": {c.entry}}}.compare()
			var reasons []string
			for _, s := range found.Suggestions[ref] {
				reasons = append(reasons, s.Reasons...)
			}
			if c.reason == "" && reasons != nil || c.reason != "" && !slices.Equal(reasons, []string{c.reason}) {
				t.Errorf("reasons %q, want %q", reasons, c.reason)
			}
			if len(found.Unknown) != 1 || len(found.Gone) != 0 || found.Matched["okta"] != 0 {
				t.Errorf("a suggestion counts as a match: %+v", found)
			}
		})
	}
}

func TestSomebodyRenamedInOneSystemAndNotInTheOtherIsSuggested(t *testing.T) {
	t.Parallel()
	renamed := live("1", "jane.smith@acme.com")
	renamed.Aliases = []string{"jane.doe@acme.com"}
	c := world{
		people: []roster.Person{here("jane.smith@acme.com")},
		rolls:  map[string][]access.Entry{"google": {renamed}, "okta": {live("00u1", "jane.doe@acme.com")}},
	}.compare()
	near := c.Suggestions[roster.Ref{System: "okta", ID: "00u1"}]
	if len(near) != 1 || near[0].Reasons[0] != "its address is another one of their account in google" {
		t.Errorf("suggestions %v", c.Suggestions)
	}
	if diff := cmp.Diff(map[string][]access.Person{"google": {}, "okta": {"jane.smith@acme.com"}}, c.Missing); diff != "" {
		t.Errorf("missing (- want, + got):\n%s", diff)
	}
}

func TestANameThatManyHaveSaysNothing(t *testing.T) {
	t.Parallel()
	w := world{rolls: map[string][]access.Entry{"okta": {{Account: live("1", "someone").Account, FullName: "John Smith"}}}}
	for i := range 6 {
		w.people = append(w.people, roster.Person{Email: access.Person(fmt.Sprintf("john%d@acme.com", i)), Name: "John Smith"})
	}
	if c := w.compare(); len(c.Suggestions) != 0 {
		t.Errorf("suggestions %v", c.Suggestions)
	}
}

func TestAnAccountOfTwoPeopleIsNobodysUntilThatIsSettled(t *testing.T) {
	t.Parallel()
	c := world{
		people: []roster.Person{gone("jane@acme.com"), here("june@acme.com")},
		rolls:  map[string][]access.Entry{"okta": {live("1", "june@acme.com", "jane@acme.com")}},
	}.compare()
	if len(c.Contradictions) != 1 || len(c.Gone) != 0 || len(c.Unknown) != 0 || len(c.Missing["okta"]) != 0 || c.Matched["okta"] != 0 {
		t.Errorf("%+v", c)
	}
	if people := c.Contradictions[0].People; len(people) != 2 || people[0].Email != "jane@acme.com" || people[1].Email != "june@acme.com" {
		t.Errorf("of %v", people)
	}
}

func TestWhatIsIgnoredIsNobodysAndSaysSo(t *testing.T) {
	t.Parallel()
	c := world{
		people: []roster.Person{gone("jane@acme.com")},
		rolls: map[string][]access.Entry{"okta": {
			live("00uB", "build@acme.com"), live("00uS", "sales@acme.com"), live("00uX", "x@acme.com"), live("00uJ", "jane@acme.com"), dead("00uD", "old@acme.com"),
		}},
		ignore: []string{"okta/00uB", "Sales@acme.com", "google/1", "jane@acme.com", "old@acme.com"},
	}.compare()
	if diff := cmp.Diff([][]string{{"okta/00uX"}, {"okta/00uB", "okta/00uS"}}, [][]string{refs(c.Unknown), refs(c.Ignored)}); diff != "" {
		t.Errorf("unknown and ignored (- want, + got):\n%s", diff)
	}
	// Nobody who has left is ignored, and what does nothing is told.
	if diff := cmp.Diff([]string{"google/1", "jane@acme.com", "old@acme.com"}, c.Unused); diff != "" || len(c.Gone) != 1 || c.Dormant["okta"] != 1 {
		t.Errorf("unused (- want, + got):\n%s%+v", diff, c)
	}
}

func TestTheHeirIsSomebodyWhoStaysAndCanReceiveEverywhere(t *testing.T) {
	t.Parallel()
	mei := here("mei@acme.com")
	both := map[string][]access.Entry{
		"okta":   {live("00uj", "jane@acme.com"), live("00um", "mei@acme.com"), live("00uo", "omar@acme.com")},
		"google": {live("1", "jane@acme.com"), live("2", "mei@acme.com")},
	}
	for name, c := range map[string]struct {
		jane   func(*roster.Person)
		mei    func(*roster.Person)
		rolls  map[string][]access.Entry
		heir   access.Person
		reason string
	}{
		"the manager":                     {heir: "mei@acme.com"},
		"the successor before them":       {jane: func(p *roster.Person) { p.Successor, p.Manager = "mei@acme.com", "omar@acme.com" }, heir: "mei@acme.com"},
		"nobody in place of a successor":  {jane: func(p *roster.Person) { p.Successor = "omar@acme.com" }, reason: "the successor omar@acme.com is not on the roster"},
		"nobody is named":                 {jane: func(p *roster.Person) { p.Manager = "" }, reason: "HR names neither a successor nor a manager"},
		"a manager of their own":          {jane: func(p *roster.Person) { p.Manager = "jane@acme.com" }, reason: "the manager jane@acme.com is the leaver"},
		"a manager who has left too":      {mei: func(p *roster.Person) { p.Gone = true }, reason: "the manager mei@acme.com has left"},
		"a manager who is leaving":        {mei: func(p *roster.Person) { p.Ends = friday.AddDate(0, 1, 0) }, reason: "the manager mei@acme.com is leaving"},
		"a manager without an account":    {rolls: map[string][]access.Entry{"google": {live("1", "jane@acme.com")}}, reason: "the manager mei@acme.com has no account in google that can be signed in to"},
		"a manager who can't sign in":     {rolls: map[string][]access.Entry{"google": {live("1", "jane@acme.com"), dead("2", "mei@acme.com")}}, reason: "the manager mei@acme.com has no account in google that can be signed in to"},
		"a manager with several accounts": {rolls: map[string][]access.Entry{"google": {live("1", "jane@acme.com"), live("2", "mei@acme.com"), live("3", "adm", "mei@acme.com")}}, reason: "the manager mei@acme.com has several accounts in google"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			jane, heir, rolls := gone("jane@acme.com"), mei, both
			if c.jane != nil {
				c.jane(&jane)
			}
			if c.mei != nil {
				c.mei(&heir)
			}
			if c.rolls != nil {
				rolls = c.rolls
			}
			for _, s := range (world{people: []roster.Person{jane, heir}, rolls: rolls}).compare().Gone {
				if s.Email == "jane@acme.com" && (s.Heir != c.heir || s.NoHeir != c.reason) {
					t.Errorf("heir %q because %q, want %q because %q", s.Heir, s.NoHeir, c.heir, c.reason)
				}
			}
		})
	}
}

// crowded is a company with thousands of accounts in three systems, of which some are of people who left, some nobody's, and
// some near misses.
func crowded(accounts, people int) world {
	w := world{rolls: map[string][]access.Entry{}}
	for i := range people {
		p := here(access.Person(fmt.Sprintf("first%d.last%d@acme.com", i, i)))
		p.Name, p.PersonalEmail = fmt.Sprintf("First%d Last%d", i, i), fmt.Sprintf("p%d@home.example", i)
		p.Manager = access.Person(fmt.Sprintf("first%d.last%d@acme.com", i/10, i/10))
		if i%1000 == 7 {
			p.Gone, p.Ends = true, friday.AddDate(0, 0, -1)
		}
		w.people = append(w.people, p)
	}
	for _, system := range []string{"okta", "google", "github"} {
		for i := range accounts {
			e := live(access.AccountID(fmt.Sprintf("%s%d", system, i)), fmt.Sprintf("first%d.last%d@acme.com", i, i))
			e.FullName = fmt.Sprintf("First%d Last%d", i, i)
			if i >= people {
				e.FullName = fmt.Sprintf("Last%d First%d", i-people, i-people)
			}
			w.rolls[system] = append(w.rolls[system], e)
		}
	}
	return w
}

func TestTheOrderOfPeopleAndAccountsDoesNotMatter(t *testing.T) {
	t.Parallel()
	w := crowded(200, 190)
	want := w.compare()
	random := rand.New(rand.NewPCG(3, 4))
	random.Shuffle(len(w.people), func(i, j int) { w.people[i], w.people[j] = w.people[j], w.people[i] })
	for _, roll := range w.rolls {
		random.Shuffle(len(roll), func(i, j int) { roll[i], roll[j] = roll[j], roll[i] })
	}
	if diff := cmp.Diff(want, w.compare()); diff != "" {
		t.Errorf("(- in order, + shuffled):\n%s", diff)
	}
}

func TestACompanyOfThousandsIsCompared(t *testing.T) {
	t.Parallel()
	c := crowded(20_000, 19_000).compare()
	if len(c.Gone) != 19 || len(c.Unknown) != 3_000 || len(c.Suggestions) != 3_000 || c.Matched["google"] != 19_000 {
		t.Errorf("%d gone, %d unknown, %d suggestions, %v matched", len(c.Gone), len(c.Unknown), len(c.Suggestions), c.Matched)
	}
}

func BenchmarkCompare(b *testing.B) {
	w := crowded(20_000, 19_000)
	for b.Loop() {
		w.compare()
	}
}

func BenchmarkRead(b *testing.B) {
	var rows []map[string]string
	for i := range 19_000 {
		rows = append(rows, row("email", fmt.Sprintf("first%d.last%d@acme.com", i, i), "last_day", "2026-12-31", "name", "First Last", "time_zone", "Europe/Berlin"))
	}
	for b.Loop() {
		if _, err := roster.Read(rows, reading("")); err != nil {
			b.Fatal(err)
		}
	}
}

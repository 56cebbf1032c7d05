// Package review says, for a pull request, what a plan does to people: who loses what, what moves to whom, what stays
// and why, what breaks, what came back, and what the plan can't tell. It reads plan JSON and nothing else.
//
// A removal is a removal, whatever Terraform calls the change. What is not known is said, loudly, and never left out: a
// plan of which nothing can be said is not one that is in order.
package review

import (
	"cmp"
	"io"
	"maps"
	"slices"
	"strings"
	"time"
)

const (
	caseType        = "offboard_case"
	attestationType = "offboard_attestation"
	holdType        = "offboard_legal_hold"
)

// A Kind is a kind of access, as far as a review has to know it.
type Kind struct {
	Name string
	// Systems are those that have it by a name that is known, and Applications says that those have it too whose names the
	// configuration makes up.
	Systems      []string
	Applications bool
	// Moves says whether a grant goes to a successor.
	Moves func(system, id string) bool
}

// Options say what needs a second pair of eyes.
type Options struct {
	Kinds []Kind
	// Indirect are the places, as system/kind, of what is theirs and not their account's: no resource takes it away.
	Indirect []string
	// MaxPeople is how many people may be newly terminated without.
	MaxPeople int
	// Protected are addresses and account ids, besides those that the provider block has as constants.
	Protected []string
	// ApprovedBy is who approved all of it, where that is known from elsewhere.
	ApprovedBy string
}

// A Review is what there is to say of a plan.
type Review struct {
	// Program made the plan.
	Program string
	// Blind is why the plan can't be judged at all, and empty where it can.
	Blind string
	// Alarms are what the plan can't tell.
	Alarms []Remark
	// Concerns are what needs a second pair of eyes.
	Concerns []Remark
	// People have those with the most to lose first.
	People []*Person
	// Kinds are all that the provider knows.
	Kinds []Kind
	// systems are those that a provider block names or a resource of the plan is about: true for certain, and false perhaps.
	systems map[string]bool
}

// A Remark is a sentence of ours, and names that are not.
type Remark struct {
	What  string
	Names []string
}

// A Person is somebody whom the plan is about.
type Person struct {
	Email string
	// Accounts are the systems' own ids of theirs.
	Accounts []string
	// Newly says that an exit begins.
	Newly bool
	Going []Row
	// Tolerated may stay until a time.
	Tolerated []Row
	Adopted   []Watch
	Forgotten []Watch
	Holds     []Hold
	Cases     []Case
	// Unattested are applications of which nobody has said yet that access is gone.
	Unattested []string
	watched    map[string]bool
}

// A Row is one piece of access.
type Row struct {
	System, Kind, ID, Label string
	// Note is what else its removal means; Stays is why it will not go.
	Note, Stays string
	// Moves says that it goes to the Successor.
	Moves     bool
	Successor string
	// Again says that it is held although the exit began before this plan; Back, that it had gone and came back.
	Again, Back bool
	// Until is when its exception ends.
	Until string
	// Deleted says that it is an account, and can't be brought back.
	Deleted bool
}

func (r Row) key() string { return r.System + "/" + r.Kind + "/" + r.ID }

// A Watch is a resource that begins or ceases to watch.
type Watch struct {
	System, Kind string
	Rows         []string
	// Terminated says that an exit was asked for.
	Terminated bool
}

// A Hold is what becomes of a legal hold.
type Hold struct {
	System string
	// What is placed, released or no longer watched.
	What string
	Data []string
}

// The words of what becomes of a hold.
const (
	placed    = "placed"
	released  = "released"
	unwatched = "no longer watched, and stays"
)

// A Case is an offboard_case of somebody.
type Case struct {
	ApprovedBy, Reference, Status string
	Systems                       []string
	Coverage                      map[string]int
	// Open is what the plan finds outstanding and no resource of it takes away: id to label.
	Open map[string]string
	// Waived are its exceptions.
	Waived map[string]Waiver
	// Indirect is what it finds that is theirs and not their account's, accepted or not: labels, in order.
	Indirect []string
	// Begins says that the plan does not show yet what is outstanding.
	Begins bool
}

// A Waiver is what somebody accepts until a time: something outstanding, which has a label, or a kind that nobody has to
// look at.
type Waiver struct{ Label, Owner, Until string }

// placeOf is the system and the kind of something outstanding: "okta/keys" of "okta/keys/00T1".
func placeOf(id string) string {
	parts := strings.SplitN(id, "/", 3)
	return strings.Join(parts[:min(2, len(parts))], "/")
}

// Read makes a review of plan JSON. An error says that it can't be read, and that nothing is known.
func Read(from io.Reader, o Options) (*Review, error) {
	p, err := decode(from)
	if err != nil {
		return nil, err
	}
	b := builder{Options: o, people: map[string]*Person{}, review: &Review{Program: program(p), Kinds: o.Kinds, systems: map[string]bool{}}}
	for _, kind := range o.Kinds {
		for _, system := range kind.Systems {
			if certain, perhaps := p.configures(system); perhaps {
				b.review.systems[system] = certain
			}
		}
	}
	for _, change := range p.ResourceChanges {
		if err := b.add(change); err != nil {
			return nil, err
		}
	}
	b.finish(p)
	return b.review, nil
}

func program(p plan) string {
	if p.TerraformVersion == "" {
		return "an unknown program"
	}
	return "Terraform or OpenTofu " + p.TerraformVersion
}

type builder struct {
	Options
	people map[string]*Person
	review *Review
	// resources counts those of this provider.
	resources           int
	hidden, odd, nobody []string
}

func (b *builder) person(email string) *Person {
	key := strings.ToLower(email)
	if b.people[key] == nil {
		b.people[key] = &Person{Email: key, watched: map[string]bool{}}
	}
	return b.people[key]
}

func (b *builder) kind(name string) (Kind, bool) {
	at := slices.IndexFunc(b.Kinds, func(k Kind) bool { return k.Name == name })
	if at < 0 {
		return Kind{}, false
	}
	return b.Kinds[at], true
}

// known are the actions whose meaning is known here.
var known = []string{"no-op", "read", "create", "update", "delete", "forget"}

func (b *builder) add(c change) error {
	if !c.ours() {
		return nil
	}
	b.resources++
	before, after, err := c.sides()
	if err != nil {
		return err
	}
	if slices.ContainsFunc(c.Change.Actions, func(a string) bool { return !slices.Contains(known, a) }) {
		b.odd = append(b.odd, c.Address+" ("+strings.Join(c.Change.Actions, ", ")+")")
	}
	was, is := cmp.Or(before, after), cmp.Or(after, before)
	if was == nil || is == nil || is.Person == "" {
		b.nobody = append(b.nobody, c.Address)
		return nil
	}
	name := strings.TrimPrefix(c.Type, prefix)
	switch c.Type {
	case caseType:
		b.addCase(c, before, after)
	case attestationType:
		if after != nil && after.Status != "attested" && !c.unknown("status") {
			p := b.person(after.Person)
			p.Unattested = append(p.Unattested, after.Application)
		}
	case holdType:
		b.addHold(c, before, after)
	default:
		kind, ok := b.kind(name)
		if !ok {
			b.odd = append(b.odd, c.Address+" ("+c.Type+")")
			kind = Kind{Name: name}
		}
		b.addKind(c, kind, before, after)
	}
	return nil
}

// addKind takes in a change of a kind of access.
func (b *builder) addKind(c change, kind Kind, before, after *object) {
	if c.ends() {
		p := b.person(before.Person)
		p.Forgotten = append(p.Forgotten, Watch{System: before.System, Kind: kind.Name, Rows: slices.Sorted(maps.Values(before.Access)), Terminated: before.Terminated})
	}
	if after == nil {
		return
	}
	p := b.person(after.Person)
	p.watched[after.System+"/"+kind.Name] = true
	b.review.systems[after.System] = true
	if after.Account != "" && !slices.Contains(p.Accounts, after.Account) {
		p.Accounts = append(p.Accounts, after.Account)
	}
	if c.does("create") {
		p.Adopted = append(p.Adopted, Watch{System: after.System, Kind: kind.Name, Terminated: after.Terminated})
		p.Newly = p.Newly || after.Terminated
		return
	}
	if c.unknown("access") || c.unknown("terminated") {
		b.hidden = append(b.hidden, c.Address)
		return
	}
	for id, label := range after.Access {
		if until, ok := after.Tolerate[id]; ok && after.Terminated {
			p.Tolerated = append(p.Tolerated, Row{System: after.System, Kind: kind.Name, ID: id, Label: label, Until: until})
		}
	}
	// As the provider counts: whom something was taken from before has been through this once.
	again := before.Terminated && len(before.Removed) > 0
	rows := len(p.Going)
	for id, label := range before.Access {
		if _, stays := after.Access[id]; stays {
			continue
		}
		row := Row{
			System: after.System, Kind: kind.Name, ID: id, Label: label, Note: before.Notes[id], Stays: before.Stays[id],
			Successor: after.Successor, Again: again, Deleted: after.Disposition == "delete",
			Moves: kind.Moves != nil && kind.Moves(after.System, id),
		}
		_, gone := before.Removed[id]
		row.Back = again && gone
		p.Going = append(p.Going, row)
	}
	if after.Terminated && (!before.Terminated || !again && len(p.Going) > rows) {
		p.Newly = true
	}
}

func (b *builder) addHold(c change, before, after *object) {
	if c.ends() {
		p := b.person(before.Person)
		p.Holds = append(p.Holds, Hold{before.System, unwatched, slices.Sorted(maps.Keys(before.Holds))})
	}
	if after == nil || c.does("no-op") {
		return
	}
	p := b.person(after.Person)
	if c.does("create") {
		p.Holds = append(p.Holds, Hold{after.System, placed, after.Data})
		return
	}
	if c.unknown("holds") {
		b.hidden = append(b.hidden, c.Address)
		return
	}
	for what, sides := range map[string][2]map[string]string{placed: {after.Holds, before.Holds}, released: {before.Holds, after.Holds}} {
		var data []string
		for one := range sides[0] {
			if _, ok := sides[1][one]; !ok {
				data = append(data, one)
			}
		}
		if len(data) > 0 {
			slices.Sort(data)
			p.Holds = append(p.Holds, Hold{after.System, what, data})
		}
	}
}

func (b *builder) addCase(c change, before, after *object) {
	if after == nil {
		p := b.person(before.Person)
		p.Forgotten = append(p.Forgotten, Watch{Kind: "case", Rows: slices.Sorted(maps.Values(before.Outstanding))})
		return
	}
	found := Case{
		ApprovedBy: after.ApprovedBy, Reference: after.Reference, Status: after.Status, Systems: after.Systems,
		Coverage: after.Coverage, Open: map[string]string{}, Waived: map[string]Waiver{}, Begins: c.does("create"),
	}
	var outstanding map[string]string
	if before != nil {
		outstanding = before.Outstanding
		if found.Status == "" {
			found.Status = before.Status
		}
		if found.Coverage == nil {
			found.Coverage = before.Coverage
		}
		maps.Copy(found.Open, before.Outstanding)
	}
	for what, why := range after.Exceptions {
		found.Waived[what] = Waiver{Label: found.Open[what], Owner: why.Owner, Until: why.Until}
	}
	for id, label := range outstanding {
		if place := placeOf(id); slices.Contains(b.Indirect, place) {
			found.Indirect = append(found.Indirect, label)
		}
	}
	slices.Sort(found.Indirect)
	p := b.person(after.Person)
	p.Cases = append(p.Cases, found)
}

// finish puts things in order, and says what needs saying of the whole.
func (b *builder) finish(p plan) {
	for _, person := range b.people {
		person.settle(p.Timestamp)
		b.review.People = append(b.review.People, person)
	}
	slices.SortFunc(b.review.People, func(a, c *Person) int {
		return cmp.Or(c.weight()-a.weight(), cmp.Compare(a.Email, c.Email))
	})
	b.alarm(p)
	b.concern(p)
}

// settle puts what is known of somebody in order, and takes out of the cases what the plan takes away, and what somebody
// accepts beyond the plan's time: of that a case says so itself.
func (p *Person) settle(planned string) {
	byPlace := func(a, c Row) int {
		return cmp.Or(cmp.Compare(a.System, c.System), cmp.Compare(a.Kind, c.Kind), cmp.Compare(a.Label, c.Label), cmp.Compare(a.ID, c.ID))
	}
	slices.SortFunc(p.Going, byPlace)
	slices.SortFunc(p.Tolerated, byPlace)
	watches := func(a, c Watch) int { return cmp.Or(cmp.Compare(a.System, c.System), cmp.Compare(a.Kind, c.Kind)) }
	slices.SortFunc(p.Adopted, watches)
	slices.SortFunc(p.Forgotten, watches)
	slices.SortFunc(p.Holds, func(a, c Hold) int { return cmp.Or(cmp.Compare(a.System, c.System), cmp.Compare(a.What, c.What)) })
	slices.Sort(p.Unattested)
	for _, found := range p.Cases {
		for _, row := range p.Going {
			if row.Stays == "" {
				delete(found.Open, row.key())
			}
		}
		maps.DeleteFunc(found.Open, func(key, _ string) bool {
			return found.Waived[key].outlasts(planned) || found.Waived[placeOf(key)].outlasts(planned)
		})
	}
}

// outlasts says that an exception has not ended when a plan is made. One of which that is not known has.
func (w Waiver) outlasts(planned string) bool {
	end, err := time.Parse(time.RFC3339, w.Until)
	made, unknown := time.Parse(time.RFC3339, planned)
	return err == nil && unknown == nil && end.After(made)
}

// weight is how much somebody has to lose: rows first, then what ceases to be watched.
func (p *Person) weight() int {
	weight := 1000*len(p.Going) + len(p.Adopted)
	for _, found := range p.Cases {
		weight += 1000 * len(found.Open)
	}
	for _, watch := range p.Forgotten {
		weight += 1 + len(watch.Rows)
	}
	return weight
}

// quiet says that the plan changes nothing for somebody.
func (p *Person) quiet() bool { return p.weight() == 0 && len(p.Holds) == 0 && len(p.Unattested) == 0 }

// rows are those of what goes that are so.
func (p *Person) rows(so func(Row) bool) (rows []Row) {
	for _, row := range p.Going {
		if so(row) {
			rows = append(rows, row)
		}
	}
	return rows
}

func again(r Row) bool { return r.Again }
func stays(r Row) bool { return r.Stays != "" }
func noted(r Row) bool { return r.Note != "" }
func moves(r Row) bool { return r.Moves }

// Second says that the plan needs a second pair of eyes.
func (r *Review) Second() bool {
	return len(r.Concerns) > 0 || slices.ContainsFunc(r.Alarms, func(a Remark) bool { return a.What != silent })
}

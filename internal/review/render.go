package review

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Limit is the most bytes that a review is written in: a comment on GitHub may have 65,535 characters, and what posts it
// adds some.
const Limit = 60_000

// Markdown writes the review for a pull request, in at most Limit bytes.
func (r *Review) Markdown() string { return r.write(markdown{}, Limit) }

// Text writes it for a terminal, in at most Limit bytes.
func (r *Review) Text() string { return r.write(text{}, Limit) }

// depths are how many rows are shown of a kind, tried in order until all of it fits.
var depths = []int{1 << 30, 100, 50, 20, 10, 5, 3}

// reserve is kept for what is said of what is left out.
const reserve = 600

// write leaves out, where it has to, first rows, from the longest lists; then details, of those who have the least to
// lose; and last whole people. What is left out is counted at the top.
func (r *Review) write(s style, limit int) string {
	people := r.loud()
	for _, depth := range depths {
		w := writer{style: s, depth: depth, review: r}
		body := w.people(people)
		var details strings.Builder
		for _, person := range people {
			if len(body)+details.Len() > limit {
				break // What follows can't make it shorter.
			}
			details.WriteString(w.details(person))
		}
		notice := ""
		if w.left > 0 {
			notice = w.notice(fmt.Sprintf("%s of these lists are left out below", count(w.left, "row", "rows")))
		}
		if whole := w.head() + notice + body + details.String(); len(whole) <= limit {
			return whole
		}
	}
	w := writer{style: s, depth: depths[len(depths)-1], review: r}
	head, room := w.head(), limit-reserve
	shown := len(people)
	body := w.people(people)
	for len(head)+len(body) > room && shown > 0 {
		// Each line is about as long as the others: a few steps find how many fit.
		shown = min(shown-1, shown*(room-len(head))/len(body))
		shown = max(shown, 0)
		body = w.people(people[:shown])
	}
	var details strings.Builder
	detailed := 0
	for _, person := range people[:shown] {
		more := w.details(person)
		if len(head)+len(body)+details.Len()+len(more) > room {
			break
		}
		details.WriteString(more)
		detailed++
	}
	rows := 0
	for _, person := range people[detailed:] {
		rows += len(person.Going)
	}
	said := fmt.Sprintf("the details of %s, who lose %s, are left out, and of others all but %d rows of a list", count(len(people)-detailed, "person", "people"), count(rows, "row", "rows"), w.depth)
	if shown < len(people) {
		said += fmt.Sprintf("; %s not even named", count(len(people)-shown, "of them is", "of them are"))
	}
	return head + w.notice(said) + body + details.String()
}

// loud are the people to whom the plan does something.
func (r *Review) loud() (people []*Person) {
	for _, person := range r.People {
		if !person.quiet() {
			people = append(people, person)
		}
	}
	return people
}

type writer struct {
	style
	depth  int
	review *Review
	// left counts what is not shown.
	left int
}

func (w *writer) notice(what string) string {
	return w.paragraph(w.strong("TRUNCATED:") + " this does not fit, and " + what + ". Read the plan itself before you approve it.")
}

// head is what stands before the people: what it comes to, and what needs a second pair of eyes.
func (w *writer) head() string {
	r := w.review
	people, going, systems := 0, 0, map[string]bool{}
	for _, person := range r.People {
		if len(person.Going) > 0 {
			people++
			going += len(person.Going)
		}
		for _, row := range person.Going {
			systems[row.System] = true
		}
	}
	title := "Nobody loses anything"
	switch {
	case r.Blind != "":
		title = "This plan can't be judged"
	case going > 0:
		title = fmt.Sprintf("%s: %s in %s", count(people, "person loses access", "people lose access"), count(going, "row", "rows"), count(len(systems), "system", "systems"))
	}
	out := w.heading("Offboarding: " + title)
	if r.Blind != "" {
		out += w.paragraph(w.strong(r.Blind))
	}
	if len(r.Concerns) > 0 {
		out += w.paragraph(w.strong("This needs a second pair of eyes:")) + w.remarks(r.Concerns) + "\n"
	}
	if len(r.Alarms) > 0 {
		out += w.paragraph(w.strong("What this plan can't tell:")) + w.remarks(r.Alarms) + "\n"
	}
	if r.Blind == "" && len(r.Concerns) == 0 {
		out += w.paragraph("Nothing of what is looked for here needs a second pair of eyes.")
	}
	out += w.paragraph("Planned by " + w.prose(r.Program) + ". " + count(len(r.People)-len(r.loud()), "person is", "people are") + " watched to whom it does nothing.")
	return out
}

// remarked is how many names a remark has before the others are counted.
const remarked = 5

func (w *writer) remarks(remarks []Remark) string {
	var out strings.Builder
	for _, remark := range remarks {
		line := remark.What
		if len(remark.Names) > 0 {
			line += " (" + fmt.Sprint(len(remark.Names)) + "): " + w.names(remark.Names, remarked)
		}
		out.WriteString(w.item(line))
	}
	return out.String()
}

// names are the first of some names, and how many more there are.
func (w *writer) names(names []string, most int) string {
	var shown []string
	for _, name := range names[:min(most, len(names))] {
		shown = append(shown, w.name(name))
	}
	line := strings.Join(shown, ", ")
	if more := len(names) - most; more > 0 {
		line += fmt.Sprintf(" and %d more", more)
	}
	return line
}

// people is a line for each of them.
func (w *writer) people(people []*Person) string {
	if len(people) == 0 {
		return ""
	}
	var out strings.Builder
	out.WriteString(w.table("person", "goes", "moves", "will not go", "came back, or still there", "tolerated", "besides"))
	for _, person := range people {
		cells := []string{w.name(person.Email)}
		for _, cell := range []struct {
			count int
			what  string
		}{
			{len(person.Going), count(len(person.Going), "row goes", "rows go") + w.in(person.Going)},
			{len(person.rows(moves)), count(len(person.rows(moves)), "moves", "move") + w.heirs(person.rows(moves))},
			{len(person.rows(stays)), count(len(person.rows(stays)), "will not go", "will not go")},
			{len(person.rows(again)), count(len(person.rows(again)), "again", "again")},
			{len(person.Tolerated), count(len(person.Tolerated), "tolerated", "tolerated")},
		} {
			if cell.count == 0 {
				cell.what = ""
			}
			cells = append(cells, cell.what)
		}
		out.WriteString(w.row(append(cells, person.besides())...))
	}
	return out.String() + "\n"
}

// in counts rows by system.
func (w *writer) in(rows []Row) string {
	counts := map[string]int{}
	for _, row := range rows {
		counts[row.System]++
	}
	var parts []string
	for _, system := range slices.Sorted(maps.Keys(counts)) {
		parts = append(parts, fmt.Sprintf("%s %d", w.prose(system), counts[system]))
	}
	if len(parts) > 4 {
		return fmt.Sprintf(", in %d systems", len(parts))
	}
	return " (" + strings.Join(parts, ", ") + ")"
}

func (w *writer) heirs(rows []Row) string {
	heirs := map[string]bool{}
	for _, row := range rows {
		if row.Successor != "" {
			heirs[row.Successor] = true
		}
	}
	if len(heirs) == 0 {
		return ", to nobody"
	}
	return " to " + w.names(slices.Sorted(maps.Keys(heirs)), 1)
}

func (p *Person) besides() string {
	open := 0
	for _, found := range p.Cases {
		open += len(found.Open)
	}
	var parts []string
	for _, part := range []struct {
		count int
		what  string
	}{
		{open, "outstanding that nothing takes away"}, {len(p.Adopted), "only adopted"}, {len(p.Forgotten), "no longer watched"},
		{len(p.Holds), "of legal holds"}, {len(p.Unattested), "not attested"},
	} {
		if part.count > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", part.count, part.what))
		}
	}
	return strings.Join(parts, ", ")
}

// list is a section of items, of which the first are shown and the others counted.
func (w *writer) list(title string, items []string) string {
	if len(items) == 0 {
		return ""
	}
	var out strings.Builder
	for _, item := range items[:min(w.depth, len(items))] {
		out.WriteString(w.item(item))
	}
	if more := len(items) - w.depth; more > 0 {
		w.left += more
		out.WriteString(w.item(fmt.Sprintf("… and %d more, left out here", more)))
	}
	return w.section(title, out.String())
}

// details are all there is to say of somebody: what matters most first.
func (w *writer) details(p *Person) string {
	var open, taken []string
	for _, found := range p.Cases {
		for _, id := range slices.Sorted(maps.Keys(found.Open)) {
			open = append(open, w.name(found.Open[id])+" ("+w.name(id)+")")
		}
	}
	describe := func(rows []Row, how func(Row) string) (lines []string) {
		for _, row := range rows {
			lines = append(lines, w.name(row.Label)+", "+w.prose(row.System)+" "+w.prose(words(row.Kind))+how(row))
		}
		return lines
	}
	out := w.list("Outstanding, and nothing in this plan takes these away", open)
	out += w.list("Returned, or not gone since an earlier plan", describe(p.rows(again), func(r Row) string {
		if r.Back {
			return ": came back after it had gone"
		}
		return ": new since the exit, not gone yet, or an exception that ended"
	}))
	out += w.list("Will not go from here", describe(p.rows(stays), func(r Row) string { return ": " + w.prose(r.Stays) }))
	out += w.list("What else it means, or breaks", describe(p.rows(noted), func(r Row) string { return ": " + w.prose(r.Note) }))
	out += w.list("Moves", describe(p.rows(moves), func(r Row) string {
		if r.Successor == "" {
			return ": to nobody"
		}
		return ": to " + w.name(r.Successor)
	}))
	for rest := p.Going; len(rest) > 0; {
		first, end := rest[0], 1
		for end < len(rest) && rest[end].System == first.System && rest[end].Kind == first.Kind {
			end++
		}
		var labels []string
		for _, row := range rest[:end] {
			labels = append(labels, row.Label)
		}
		w.left += max(0, end-w.depth)
		taken = append(taken, fmt.Sprintf("%s %s (%d): %s", w.prose(first.System), w.prose(words(first.Kind)), end, w.names(labels, w.depth)))
		rest = rest[end:]
	}
	out += w.list("Goes", taken)
	out += w.list("Tolerated", describe(p.Tolerated, func(r Row) string { return ": until " + w.name(r.Until) }))
	out += w.list("Only adopted: recorded by this apply, and shown and removed by no plan before the next one", w.watches(p.Adopted))
	out += w.list("No longer watched: nothing of it is removed, and it was not looked at again for this", w.watches(p.Forgotten))
	var holds []string
	for _, hold := range p.Holds {
		holds = append(holds, w.prose(hold.System)+": "+w.names(hold.Data, remarked)+" "+hold.What)
	}
	out += w.list("Legal hold", holds) + w.list("Not attested", w.each(p.Unattested)) + w.cases(p) + w.coverage(p)
	return w.fold(w.name(p.Email)+": "+strings.Join(without([]string{count(len(p.Going), "row goes", "rows go"), p.besides()}, ""), ", "), out)
}

func (w *writer) each(names []string) (lines []string) {
	for _, name := range names {
		lines = append(lines, w.name(name))
	}
	return lines
}

func (w *writer) watches(watches []Watch) (lines []string) {
	for _, watch := range watches {
		line := strings.TrimPrefix(w.prose(watch.System)+" "+w.prose(words(watch.Kind)), " ")
		if len(watch.Rows) > 0 {
			line += fmt.Sprintf(" (%d held when last looked at): ", len(watch.Rows)) + w.names(watch.Rows, w.depth)
			w.left += max(0, len(watch.Rows)-w.depth)
		}
		lines = append(lines, line)
	}
	return lines
}

func (w *writer) cases(p *Person) string {
	var lines []string
	for _, found := range p.Cases {
		line := "approved by "
		if found.ApprovedBy == "" {
			line += "nobody"
		} else {
			line += w.name(found.ApprovedBy)
		}
		if found.Reference != "" {
			line += ", " + w.name(found.Reference)
		}
		if found.Begins {
			line += "; it begins with this plan, so that what is outstanding shows with the next"
		} else {
			line += "; " + w.name(found.Status)
		}
		if len(found.Coverage) > 0 {
			line += fmt.Sprintf("; when last looked at: %d controls expected, %d checked, %d not available, %d attested, %d waived",
				found.Coverage["expected"], found.Coverage["checked"], found.Coverage["not_available"], found.Coverage["attested"], found.Coverage["waived"])
		}
		if len(found.Systems) > 0 {
			line += "; systems " + w.names(found.Systems, remarked)
		}
		lines = append(lines, line)
		for _, what := range slices.Sorted(maps.Keys(found.Waived)) {
			waiver := found.Waived[what]
			label := ""
			if waiver.Label != "" {
				label = w.name(waiver.Label) + ", "
			}
			lines = append(lines, "waived: "+label+w.name(what)+" until "+w.name(waiver.Until)+", by "+w.name(waiver.Owner))
		}
	}
	return w.list("Case", lines)
}

func (w *writer) coverage(p *Person) string {
	if len(p.Going)+len(p.Adopted)+len(p.Cases) == 0 {
		return ""
	}
	missing, watched, all := w.review.lacking(p)
	line := fmt.Sprintf("%d of %d kinds of access of the systems of this plan have a resource of theirs in it", watched, all)
	perhaps := w.review.perhaps()
	if len(missing)+len(perhaps) == 0 {
		return w.list("Coverage", []string{line})
	}
	if watched < all {
		line += "; of the others it says nothing"
	}
	lines := []string{line}
	for _, system := range slices.Sorted(maps.Keys(missing)) {
		lines = append(lines, "no resource in "+w.prose(system)+": "+strings.Join(missing[system], ", "))
	}
	if len(perhaps) > 0 {
		for i := range perhaps {
			perhaps[i] = w.prose(perhaps[i])
		}
		lines = append(lines, "nobody's resource in "+strings.Join(perhaps, ", ")+": if the configuration has them, the plan says nothing of them")
	}
	// It is never cut: there are a few systems.
	var out strings.Builder
	for _, line := range lines {
		out.WriteString(w.item(line))
	}
	return w.section("Coverage", out.String())
}

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

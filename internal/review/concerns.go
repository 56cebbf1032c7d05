package review

import (
	"fmt"
	"slices"
	"strings"
)

// alarm says what the plan can't tell.
func (b *builder) alarm(p plan) {
	r := b.review
	say := func(what string, names ...string) { r.Alarms = append(r.Alarms, Remark{what, names}) }
	var deferred []string
	for _, change := range p.DeferredChanges {
		if change.ResourceChange.ours() {
			deferred = append(deferred, change.ResourceChange.Address+" ("+change.Reason+")")
		}
	}
	switch {
	case p.Errored != nil && *p.Errored:
		r.Blind = "The plan ended with an error, so that it shows a part of what there is, and can't be applied. The error is in the output of the plan."
	case b.resources == 0 && len(deferred) == 0:
		r.Blind = "The plan has no resource of this provider, so that nothing can be said of anybody's access. If that is unexpected, it is the plan of another " +
			"folder, or a for_each has nobody in it."
	}
	if p.Complete != nil && !*p.Complete {
		say("The plan is not complete: it was made with -target, or something had to be deferred. What it leaves out it does not say.")
	}
	if p.Complete == nil {
		say(silent)
	}
	if len(deferred) > 0 {
		say("Deferred, and so not in this plan", deferred...)
	}
	if len(b.hidden) > 0 {
		say("Not known before the apply, so that no row can be shown", b.hidden...)
	}
	if len(b.nobody) > 0 {
		say("Whom it is about is not known before the apply", b.nobody...)
	}
	if len(b.odd) > 0 {
		say("Not known to this version, which can't say all that it does", b.odd...)
	}
}

// silent is what OpenTofu, and Terraform before 1.8, always leave open.
const silent = "The program that made the plan does not say whether it is complete: whether -target or -exclude left something out can't be seen."

// serious are the kinds of which a remark on a row says what happens to others: what uses a key stops, and what has one
// owner or one administrator has none.
var serious = []string{"keys", "tokens", "role_assignments", "group_ownership", "shared_drives"}

// concern says what needs a second pair of eyes.
func (b *builder) concern(p plan) {
	r := b.review
	say := func(what string, names []string) {
		if len(names) > 0 {
			r.Concerns = append(r.Concerns, Remark{what, names})
		}
	}
	guarded := slices.Concat(b.Protected, p.protected())
	var newly, protected, unapproved, self, open, unattested, unwatched []string
	rows := map[string][]string{}
	for _, person := range r.People {
		if person.Newly {
			newly = append(newly, person.Email)
			switch approver := b.approver(person); {
			case approver == "":
				unapproved = append(unapproved, person.Email)
			case strings.EqualFold(approver, person.Email):
				self = append(self, person.Email)
			}
		}
		if (person.Newly || len(person.Going) > 0) && slices.ContainsFunc(guarded, person.is) {
			protected = append(protected, person.Email)
		}
		for _, row := range person.Going {
			name := row.Label + ", of " + person.Email + " in " + row.System
			note := func(what string, so bool) {
				if so {
					rows[what] = append(rows[what], name)
				}
			}
			note(returnedRows, row.Again)
			note(stayingRows, row.Stays != "")
			note(indirectRows, row.Note != "" && slices.Contains(serious, row.Kind))
			note(heirlessRows, row.Moves && row.Successor == "")
			note(deletedRows, row.Deleted)
		}
		for _, found := range person.Cases {
			for _, label := range found.Indirect {
				rows[indirectRows] = append(rows[indirectRows], label+", of "+person.Email)
			}
			for id := range found.Open {
				open = append(open, id+", of "+person.Email)
			}
		}
		for _, watch := range person.Forgotten {
			if len(watch.Rows) > 0 || watch.Kind == "case" {
				unwatched = append(unwatched, fmt.Sprintf("%s of %s (%d held when last looked at)", strings.TrimPrefix(watch.System+" "+words(watch.Kind), " "), person.Email, len(watch.Rows)))
			}
		}
		for _, hold := range person.Holds {
			if hold.What != placed {
				rows["A legal hold is released, or no longer watched"] = append(rows["A legal hold is released, or no longer watched"], person.Email+" in "+hold.System)
			}
		}
		if len(person.Unattested) > 0 {
			unattested = append(unattested, person.Email)
		}
	}
	if len(newly) > b.MaxPeople {
		say(fmt.Sprintf("%d people are newly terminated, and more than %d need a second look", len(newly), b.MaxPeople), newly)
	}
	say("Somebody protected loses access", protected)
	slices.Sort(open)
	say("Outstanding, and nothing in this plan takes it away", open)
	for _, what := range []string{returnedRows, stayingRows, indirectRows, heirlessRows, deletedRows, "A legal hold is released, or no longer watched"} {
		say(what, rows[what])
	}
	say("No longer watched, and not removed", unwatched)
	say("Nobody is named who approved it (approved_by of an offboard_case, or --approved-by)", unapproved)
	say("Approved by the person themselves", self)
	say("Not attested", unattested)
}

// What rows may have in common that needs a second look.
const (
	returnedRows = "Returned, or not gone since an earlier plan"
	stayingRows  = "Will not go from here, so that the apply ends with an error"
	indirectRows = "Others or programs rely on it"
	heirlessRows = "Has to move, and there is no successor"
	deletedRows  = "Deleted, which can't be undone"
)

// is says that a name is one of theirs.
func (p *Person) is(name string) bool {
	return strings.EqualFold(name, p.Email) || slices.ContainsFunc(p.Accounts, func(id string) bool { return strings.EqualFold(id, name) })
}

// approver is who is known to have approved it: the person themselves only if nobody else has.
func (b *builder) approver(p *Person) string {
	names := []string{b.ApprovedBy}
	for _, found := range p.Cases {
		names = append(names, found.ApprovedBy)
	}
	own := ""
	for _, name := range names {
		if strings.EqualFold(name, p.Email) {
			own = name
		} else if name != "" {
			return name
		}
	}
	return own
}

// words is the name of a kind in prose.
func words(kind string) string { return strings.ReplaceAll(kind, "_", " ") }

// lacking are the kinds, by system, that no resource of the plan watches of somebody. A system that no kind has by its name is an
// application.
func (r *Review) lacking(p *Person) (missing map[string][]string, watched, all int) {
	missing = map[string][]string{}
	known := func(system string) bool {
		return slices.ContainsFunc(r.Kinds, func(k Kind) bool { return slices.Contains(k.Systems, system) })
	}
	for _, kind := range r.Kinds {
		for system, certain := range r.systems {
			if !certain || !slices.Contains(kind.Systems, system) && (!kind.Applications || known(system)) {
				continue
			}
			all++
			if p.watched[system+"/"+kind.Name] {
				watched++
			} else {
				missing[system] = append(missing[system], words(kind.Name))
			}
		}
	}
	return missing, watched, all
}

// perhaps are the systems that no resource of the plan is about and that its configuration may name.
func (r *Review) perhaps() (systems []string) {
	for system, certain := range r.systems {
		if !certain {
			systems = append(systems, system)
		}
	}
	slices.Sort(systems)
	return systems
}

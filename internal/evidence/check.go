package evidence

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/offboard/terraform-provider-offboard/internal/access"
)

// NotAvailable is the assurance of a control whose kind a system does not have as it is set up or licensed.
const NotAvailable = "not available"

// Attestations is what stands for the system in the id of a control without an API: "attestation/badge".
const Attestations = "attestation"

// strength has every assurance, the strongest first.
var strength = []string{string(access.Observed), string(access.Acknowledged), string(access.Attested), string(access.Waived)}

// Weakest is the weakest assurance of the grants, which is the assurance of their control. It is observed if there are
// none: somebody looked, and there was nothing.
func Weakest(grants []Grant) string {
	weakest := 0
	for _, g := range grants {
		weakest = max(weakest, slices.Index(strength, g.Assurance))
	}
	return strength[weakest]
}

// Count is the coverage of the controls. Each counts once: as not available; as waived where somebody accepts that nobody
// looked; as attested where there is no API; and as checked otherwise, whatever became of what was found.
func Count(controls []Control) Coverage {
	c := Coverage{Expected: len(controls)}
	for _, control := range controls {
		switch {
		case control.Assurance == NotAvailable:
			c.NotAvailable++
		case control.Exception != nil:
			c.Waived++
		case strings.HasPrefix(control.ID, Attestations+"/"):
			c.Attested++
		default:
			c.Checked++
		}
	}
	return c
}

// Elapsed is how long after the request something was, in whole seconds. What was before it took no time.
func Elapsed(requested, at time.Time) int64 {
	return max(0, int64(second(at).Sub(second(requested))/time.Second))
}

// Check says how the evidence contradicts itself, in the order of its controls. There is nothing to say of evidence that
// Seal made: it says so of what others made, whoever signed it.
func Check(e Evidence) []string {
	c := &checker{e: e}
	c.header()
	c.systems()
	c.coverage()
	for i, control := range e.Controls {
		if i > 0 && e.Controls[i-1].ID >= control.ID {
			c.say("the controls are out of order, or there twice, at %q", control.ID)
		}
		c.control(control)
	}
	return c.problems
}

type checker struct {
	e        Evidence
	problems []string
}

func (c *checker) say(format string, args ...any) {
	c.problems = append(c.problems, fmt.Sprintf(format, args...))
}

func (c *checker) header() {
	e := c.e
	for name, value := range map[string]string{"person": e.Person, "reference": e.Reference, "approved_by": e.ApprovedBy, "program": e.Program} {
		if value == "" {
			c.say("%s is empty", name)
		}
	}
	// A map has no order, and these must have one.
	slices.Sort(c.problems)
	if e.Type != Type {
		c.say("it is of the type %q, and not %q", e.Type, Type)
	}
	if e.RequestedAt.IsZero() {
		c.say("it does not say when the exit was requested")
	}
	if e.ClosedAt.Before(e.RequestedAt) {
		c.say("it was closed before it was requested")
	}
	if e.ApprovedAt != nil && e.ApprovedAt.After(e.ClosedAt) {
		c.say("it was approved after it was closed")
	}
	if e.SLASeconds <= 0 {
		c.say("the SLA is %d seconds", e.SLASeconds)
	}
}

func (c *checker) systems() {
	for i, system := range c.e.Systems {
		switch {
		case system.Name == "" || system.Name == Attestations:
			c.say("a system is called %q", system.Name)
		case i > 0 && c.e.Systems[i-1].Name >= system.Name:
			c.say("the systems are out of order, or there twice, at %q", system.Name)
		case !slices.ContainsFunc(c.e.Controls, func(control Control) bool { return strings.HasPrefix(control.ID, system.Name+"/") }):
			c.say("there is no control in %q", system.Name)
		}
	}
}

func (c *checker) coverage() {
	if len(c.e.Controls) == 0 {
		c.say("there are no controls, so that it is evidence of nothing")
	}
	if got := Count(c.e.Controls); got != c.e.Coverage {
		c.say("the coverage is said to be %s, and is %s", c.e.Coverage, got)
	}
}

// String is the coverage as a sentence has it.
func (c Coverage) String() string {
	return fmt.Sprintf("%d checked, %d not available, %d attested and %d waived of %d", c.Checked, c.NotAvailable, c.Attested, c.Waived, c.Expected)
}

func (c *checker) control(control Control) {
	at := fmt.Sprintf("%q", control.ID)
	system, kind, _ := strings.Cut(control.ID, "/")
	if kind == "" || system != Attestations && !slices.ContainsFunc(c.e.Systems, func(s System) bool { return s.Name == system }) {
		c.say("%s is in no system that was looked at", at)
	}
	if !slices.IsSorted(control.Tags) || !slices.IsSorted(control.Dormant) {
		c.say("the tags or the dormant access of %s are out of order", at)
	}
	c.within(at+" was checked", control.CheckedAt)
	c.assurance(at, control)
	var longest *int64
	for i, grant := range control.Grants {
		if grant.ID == "" || i > 0 && control.Grants[i-1].ID >= grant.ID {
			c.say("the grants of %s have no id, are out of order, or are there twice, at %q", at, grant.ID)
		}
		c.grant(fmt.Sprintf("%q in %s", grant.ID, at), grant)
		if grant.ElapsedSeconds != nil && (longest == nil || *longest < *grant.ElapsedSeconds) {
			longest = grant.ElapsedSeconds
		}
	}
	if (longest == nil) != (control.ElapsedSeconds == nil) || longest != nil && *longest != *control.ElapsedSeconds {
		c.say("%s does not take as long as the last of its grants", at)
	}
	c.sla(at, control.ElapsedSeconds, control.WithinSLA)
}

// assurance checks what a control says that it is known by.
func (c *checker) assurance(at string, control Control) {
	known := slices.Contains(strength, control.Assurance)
	if !known && control.Assurance != NotAvailable {
		c.say("%s has the assurance %q, which there is not", at, control.Assurance)
	}
	if (control.Assurance == NotAvailable) != (control.Reason != "") {
		c.say("%s does not say why it is not available, or says so where it is", at)
	}
	if control.Assurance == NotAvailable && (len(control.Grants) > 0 || control.Exception != nil || control.CheckedAt != nil) {
		c.say("%s is not available, and says what was found there", at)
	}
	if len(control.Grants) > 0 {
		// What was found before somebody accepted that nobody looks any more stands beside that.
		if known && control.Exception == nil && control.Assurance != Weakest(control.Grants) {
			c.say("%s is %s, and the weakest of its grants is %s", at, control.Assurance, Weakest(control.Grants))
		}
	} else if control.Assurance == string(access.Waived) && control.Exception == nil {
		c.say("%s is waived without an exception", at)
	}
	if control.Exception != nil && control.Assurance != string(access.Waived) {
		c.say("%s has an exception without being waived", at)
	}
	switch attestation := strings.HasPrefix(control.ID, Attestations+"/"); {
	case control.Assurance == string(access.Attested) && len(control.Grants) == 0:
		c.say("%s is attested, and nobody says so", at)
	case attestation && (control.Assurance == string(access.Observed) || control.Assurance == string(access.Acknowledged)):
		c.say("%s is %s, and no system can have been asked", at, control.Assurance)
	case !attestation && known && control.Exception == nil && control.CheckedAt == nil:
		c.say("%s does not say when it was checked", at)
	}
	c.exception(at, control.Exception)
}

func (c *checker) grant(at string, g Grant) {
	is := func(a access.Assurance) bool { return g.Assurance == string(a) }
	if !slices.Contains(strength, g.Assurance) {
		c.say("%s has the assurance %q, which there is not", at, g.Assurance)
	}
	if (is(access.Observed) || is(access.Acknowledged)) && g.RemovedAt == nil && g.AbsentAt == nil {
		c.say("%s is %s, and does not say when", at, g.Assurance)
	}
	if is(access.Waived) != (g.Exception != nil) {
		c.say("%s is waived without an exception, or has one without being waived", at)
	}
	if is(access.Attested) != (g.Attestation != nil) {
		c.say("%s is attested and nobody says so, or somebody says so and it is not", at)
	}
	if is(access.Waived) != (g.ElapsedSeconds == nil) {
		c.say("%s is waived and took some time, or is not and does not say how long it took", at)
	}
	c.within(at+" was removed", g.RemovedAt)
	c.within(at+" was looked for", g.AbsentAt)
	c.exception(at, g.Exception)
	c.attestation(at, g.Attestation)
	c.sla(at, g.ElapsedSeconds, g.WithinSLA)
	c.elapsed(at, g)
}

// within says that something was after the case was closed.
func (c *checker) within(what string, at *time.Time) {
	if at != nil && at.After(c.e.ClosedAt) {
		c.say("%s after the case was closed", what)
	}
}

func (c *checker) exception(at string, x *Exception) {
	if x == nil {
		return
	}
	if x.Owner == "" || x.Reason == "" {
		c.say("the exception of %s does not say who accepts it and why", at)
	}
	if !x.Until.After(c.e.ClosedAt) {
		c.say("the exception of %s had ended when the case was closed", at)
	}
}

func (c *checker) attestation(at string, a *Attestation) {
	if a == nil {
		return
	}
	if a.Owner == "" || a.By == "" || a.Statement == "" {
		c.say("the attestation of %s does not say who says what", at)
	}
	c.within("the attestation of "+at+" was made", &a.At)
	if a.ExpiresAt != nil && !a.ExpiresAt.After(c.e.ClosedAt) {
		c.say("the attestation of %s had expired when the case was closed", at)
	}
}

func (c *checker) sla(at string, elapsed *int64, within *bool) {
	switch {
	case (elapsed == nil) != (within == nil):
		c.say("%s does not say both how long it took and whether that was in time", at)
	case elapsed != nil && *within != (*elapsed <= c.e.SLASeconds):
		c.say("%s took %d seconds, and that is said to be %s", at, *elapsed, map[bool]string{true: "within the SLA", false: "outside the SLA"}[*within])
	}
}

// elapsed checks that what a grant took is what it took until one of its times.
func (c *checker) elapsed(at string, g Grant) {
	if g.ElapsedSeconds == nil {
		return
	}
	times := []*time.Time{g.RemovedAt, g.AbsentAt}
	if g.Attestation != nil {
		times = append(times, &g.Attestation.At)
	}
	for _, t := range times {
		if t != nil && *g.ElapsedSeconds == Elapsed(c.e.RequestedAt, *t) {
			return
		}
	}
	c.say("%s did not take %d seconds until any of its times", at, *g.ElapsedSeconds)
}

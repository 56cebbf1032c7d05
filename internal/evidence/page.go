package evidence

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"errors"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/offboard/terraform-provider-offboard/internal/printable"
)

var (
	//go:embed page.html
	pageHTML string
	//go:embed page.css
	pageCSS string
)

// page is parsed once, and is wrong for everybody or for nobody.
var page = template.Must(template.New("page").Funcs(template.FuncMap{
	"plain": printable.Text, "time": pageTime, "took": took, "mark": mark, "sentence": pageSentence,
	"late": func(within *bool) bool { return within != nil && !*within },
}).Parse(pageHTML))

// ErrNotShown is why there is no page of a bundle that does not hold together: a page is passed on without its exit code.
var ErrNotShown = errors.New("there is no page of a bundle that is not intact")

// view is what the page shows.
type view struct {
	V     Verdict
	E     *Evidence
	Valid bool
	Title string
	// Policy allows the one style and nothing else.
	Policy string
	Style  template.CSS
	// Open is how many seconds it took from the request until the case was closed, and Late that the SLA is shorter.
	Open        int64
	Late        bool
	Settled     int
	Unavailable []Control
	Tolerated   []tolerated
	Dormant     []string
	Events      []event
}

type tolerated struct {
	What   string
	Unseen bool
	X      *Exception
}

type event struct {
	At        time.Time
	After     string
	What, Who string
	Late      bool
}

// Page writes the evidence as one page of HTML that loads nothing. Of a bundle that nobody is known to have signed it
// says so at the top, and loudly; of one that is not intact there is none.
func Page(w io.Writer, v Verdict) error {
	if !v.Intact() {
		return ErrNotShown
	}
	e := v.Evidence
	style := sha256.Sum256([]byte(pageCSS))
	p := view{
		V: v, E: e, Valid: v.Status == Valid, Title: string(v.Status),
		Policy: "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(style[:]) + "'; base-uri 'none'; form-action 'none'",
		Style:  template.CSS(pageCSS), //nolint:gosec // It is the file beside this one, and nobody else's.
		Open:   Elapsed(e.RequestedAt, e.ClosedAt), Settled: e.Coverage.Checked + e.Coverage.Attested,
	}
	p.Late = p.Open > e.SLASeconds
	for _, c := range e.Controls {
		if c.Assurance == NotAvailable {
			p.Unavailable = append(p.Unavailable, c)
		}
		for _, d := range c.Dormant {
			p.Dormant = append(p.Dormant, c.Title+": "+d)
		}
	}
	p.Tolerated, p.Events = e.tolerated(), e.events()
	return page.Execute(w, p)
}

// tolerated are the exceptions there are.
func (e *Evidence) tolerated() (list []tolerated) {
	for _, c := range e.Controls {
		if c.Exception != nil {
			list = append(list, tolerated{c.Title, true, c.Exception})
		}
		for _, g := range c.Grants {
			if g.Exception != nil {
				list = append(list, tolerated{c.Title + ": " + g.Label, false, g.Exception})
			}
		}
	}
	return list
}

// events are what happened when: what went of one control is one of them, at the time of the last.
func (e *Evidence) events() []event {
	list := []event{{At: e.RequestedAt, What: "The exit was requested."}}
	if e.ApprovedAt != nil {
		list = append(list, event{At: *e.ApprovedAt, What: "Approved by", Who: e.ApprovedBy})
	}
	for _, c := range e.Controls {
		gone, last, late := 0, time.Time{}, false
		for _, g := range c.Grants {
			at := g.RemovedAt
			if g.Attestation != nil {
				list = append(list, event{At: g.Attestation.At, What: "Attested:", Who: g.Label, Late: g.WithinSLA != nil && !*g.WithinSLA})
				continue
			}
			if at == nil {
				continue
			}
			gone++
			late = late || g.WithinSLA != nil && !*g.WithinSLA
			if at.After(last) {
				last = *at
			}
		}
		if gone > 0 {
			list = append(list, event{At: last, What: fmt.Sprintf("%d removed:", gone), Who: c.Title, Late: late})
		}
	}
	list = append(list, event{At: e.ClosedAt, What: "The case was closed: " + e.Coverage.String() + ".", Late: Elapsed(e.RequestedAt, e.ClosedAt) > e.SLASeconds})
	slices.SortStableFunc(list, func(a, b event) int { return a.At.Compare(b.At) })
	for i := range list {
		if list[i].At.After(e.RequestedAt) {
			list[i].After = "after " + took(Elapsed(e.RequestedAt, list[i].At))
		}
	}
	return list
}

// mark is an assurance as a word in a border, which differs in more than its colour.
func mark(assurance string) template.HTML {
	class, sign := assurance, map[string]string{"observed": "✓", "acknowledged": "✓", "attested": "✎", "waived": "!", NotAvailable: "–"}[assurance]
	if assurance == NotAvailable {
		class = "unavailable"
	}
	//nolint:gosec // Every word in it is of a closed list; anything else is escaped.
	return template.HTML(fmt.Sprintf(`<span class="mark %s"><span aria-hidden="true">%s</span> %s</span>`,
		template.HTMLEscapeString(class), sign, template.HTMLEscapeString(assurance)))
}

// pageTime is a time as people read it, in UTC.
func pageTime(t any) string {
	switch t := t.(type) {
	case time.Time:
		return t.UTC().Format("2 Jan 2006 15:04:05 UTC")
	case *time.Time:
		return t.UTC().Format("2 Jan 2006 15:04:05 UTC")
	}
	return ""
}

// took is a number of seconds as people say it.
func took(n any) string {
	var seconds int64
	switch n := n.(type) {
	case int64:
		seconds = n
	case *int64:
		seconds = *n
	}
	if seconds == 0 {
		return "0 s"
	}
	var parts []string
	for _, unit := range []struct {
		name string
		of   int64
	}{{"d", 86400}, {"h", 3600}, {"min", 60}, {"s", 1}} {
		if count := seconds / unit.of; count > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", count, unit.name))
		}
		seconds %= unit.of
	}
	return strings.Join(parts, " ")
}

// pageSentence begins with a capital and ends with a full stop.
func pageSentence(s string) string { return strings.ToUpper(s[:1]) + s[1:] + "." }

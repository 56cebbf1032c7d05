package review

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/offboard/terraform-provider-offboard/internal/printable"
)

// clip writes characters until the next would go over so many bytes, and says how many characters it left out.
func clip(s string, most int, write func(before, c rune) string) string {
	var out strings.Builder
	before := rune(-1)
	for i, c := range s {
		piece := write(before, c)
		if out.Len()+len(piece) > most {
			return out.String() + fmt.Sprintf("… (%d more characters)", utf8.RuneCountInString(s[i:]))
		}
		out.WriteString(piece)
		before = c
	}
	return out.String()
}

// The most bytes that what others wrote may take.
const (
	nameLimit  = 300
	proseLimit = 700
)

// entity writes a character so that it means nothing to Markdown, HTML, or what makes links of addresses. Letters, digits
// and what is harmless anywhere but at the beginning of a line stay; so does a full stop, unless it could be that of www.
func entity(before, c rune) string {
	switch {
	case c >= utf8.RuneSelf || !unicode.IsPrint(c) || unicode.IsLetter(c) || unicode.IsDigit(c) || strings.ContainsRune(" ,;'?()/-", c):
		return printable.Rune(c)
	case c == '.' && before != 'w' && before != 'W':
		return "."
	}
	return fmt.Sprintf("&#%d;", c)
}

// A style is how a review is written.
type style interface {
	// name is what others wrote, and prose a sentence of ours with such names in it.
	name(s string) string
	prose(s string) string
	strong(s string) string
	heading(s string) string
	paragraph(s string) string
	item(s string) string
	// table begins one, row is a line of it.
	table(columns ...string) string
	row(cells ...string) string
	// fold is what is read on demand.
	fold(title, body string) string
	section(title, body string) string
}

// markdown is for pull requests: GitHub's, and what reads the same.
type markdown struct{}

// name is code, in which nobody is mentioned and nothing is linked.
func (markdown) name(s string) string {
	return "<code>" + clip(s, nameLimit, entity) + "</code>"
}

// prose has as code only what would mention somebody or link to an issue.
func (markdown) prose(s string) string {
	return clip(s, proseLimit, func(before, c rune) string {
		word := before < utf8.RuneSelf && (unicode.IsLetter(before) || unicode.IsDigit(before))
		if c == '#' || c == '@' && !word {
			return "<code>" + entity(before, c) + "</code>"
		}
		return entity(before, c)
	})
}

func (markdown) strong(s string) string    { return "**" + s + "**" }
func (markdown) heading(s string) string   { return "### " + s + "\n\n" }
func (markdown) paragraph(s string) string { return s + "\n\n" }
func (markdown) item(s string) string      { return "- " + s + "\n" }

func (m markdown) table(columns ...string) string {
	return m.row(columns...) + "|" + strings.Repeat("---|", len(columns)) + "\n"
}
func (markdown) row(cells ...string) string { return "| " + strings.Join(cells, " | ") + " |\n" }

func (markdown) fold(title, body string) string {
	return "<details><summary>" + title + "</summary>\n\n" + body + "\n</details>\n\n"
}
func (markdown) section(title, body string) string { return "**" + title + "**\n\n" + body + "\n" }

// text is for terminals.
type text struct{}

func (text) name(s string) string {
	return clip(s, nameLimit, func(_, c rune) string { return printable.Rune(c) })
}
func (text) prose(s string) string {
	return clip(s, proseLimit, func(_, c rune) string { return printable.Rune(c) })
}
func (text) strong(s string) string { return s }
func (text) heading(s string) string {
	return s + "\n" + strings.Repeat("=", min(utf8.RuneCountInString(s), 80)) + "\n\n"
}
func (text) paragraph(s string) string         { return s + "\n\n" }
func (text) item(s string) string              { return "  - " + s + "\n" }
func (text) table(...string) string            { return "" }
func (t text) row(cells ...string) string      { return t.item(strings.Join(without(cells, ""), "; ")) }
func (text) fold(title, body string) string    { return title + "\n\n" + body + "\n" }
func (text) section(title, body string) string { return title + ":\n" + body }

// without are the strings that are not this one.
func without(list []string, unwanted string) (rest []string) {
	for _, s := range list {
		if s != unwanted {
			rest = append(rest, s)
		}
	}
	return rest
}

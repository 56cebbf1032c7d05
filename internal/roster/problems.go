package roster

import (
	"fmt"
	"strings"
)

// shown is how many problems are told one by one. A column that is wrong is wrong in every row, and says so often enough.
const shown = 25

// A rowsError is what is wrong with a roster: as much of it at once as can be read.
type rowsError struct {
	list []string
	more int
}

func (p *rowsError) add(format string, args ...any) {
	if len(p.list) == shown {
		p.more++
		return
	}
	p.list = append(p.list, fmt.Sprintf(format, args...))
}

// row adds what is wrong with a row: which one, what, and what to do.
func (p *rowsError) row(number int, format string, args ...any) {
	p.add("row %d: %s", number, fmt.Sprintf(format, args...))
}

// err is nil if nothing is wrong.
func (p *rowsError) err() error {
	if len(p.list) == 0 {
		return nil
	}
	return p
}

// Error has a line for each problem.
func (p *rowsError) Error() string {
	text := "  - " + strings.Join(p.list, "\n  - ")
	if p.more > 0 {
		text += fmt.Sprintf("\n  - and %d more", p.more)
	}
	return text
}

// plain is what others wrote as it can be shown: quoted, with nothing in it that a terminal would obey, and not long.
func plain(text string) string {
	const longest = 80
	if runes := []rune(text); len(runes) > longest {
		text = string(runes[:longest]) + "…"
	}
	return fmt.Sprintf("%q", text)
}

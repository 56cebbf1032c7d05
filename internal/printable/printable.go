// Package printable shows names that others wrote so that they do nothing: on a terminal, in a log, in the direction of the
// text around them.
package printable

import (
	"fmt"
	"strings"
	"unicode"
)

// Text is a name that somebody else gave, as it can be shown on one line.
func Text(name string) string {
	var b strings.Builder
	for _, r := range name {
		b.WriteString(Rune(r))
	}
	return b.String()
}

// Rune is one character of it. What would move the cursor, change colours or turn the writing around is spelt out: \u{1b}.
// Joiners are left, of which emoji and some scripts are made.
func Rune(r rune) string {
	if unicode.IsPrint(r) || r == '\u200c' || r == '\u200d' {
		return string(r)
	}
	return fmt.Sprintf(`\u{%x}`, r)
}

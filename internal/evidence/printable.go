package evidence

import (
	"fmt"
	"strings"
	"unicode"
)

// Printable is a name that somebody else gave, as it can be shown: what would move the cursor, change colours or turn the
// writing around is spelt out. Joiners are left, of which emoji and some scripts are made.
func Printable(name string) string {
	var b strings.Builder
	for _, r := range name {
		switch {
		case unicode.IsPrint(r), r == '\u200c', r == '\u200d':
			b.WriteRune(r)
		default:
			fmt.Fprintf(&b, `\u{%x}`, r)
		}
	}
	return b.String()
}

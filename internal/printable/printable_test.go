package printable_test

import (
	"testing"

	"github.com/offboard/terraform-provider-offboard/internal/printable"
)

func TestWhatANameCouldDoIsSpeltOut(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"Jane Doe":        "Jane Doe",
		"\x1b[31mred\x07": `\u{1b}[31mred\u{7}`,
		"a\r\nb\tc":       `a\u{d}\u{a}b\u{9}c`,
		"\u202egnp.exe":   `\u{202e}gnp.exe`,
		"naïve 日本 \u200d": "naïve 日本 \u200d",
		"no\u00a0break":   `no\u{a0}break`,
		"\xff":            "\ufffd",
	} {
		if got := printable.Text(name); got != want {
			t.Errorf("%q is shown as %q, want %q", name, got, want)
		}
	}
}

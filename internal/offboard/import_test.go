package offboard

import (
	"strings"
	"testing"
)

func TestAnImportIDIsASystemAPersonAndPerhapsAnAccount(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]importID{
		"okta/jane@acme.example":             {"okta", "jane@acme.example", ""},
		"okta/Jane@Acme.Example":             {"okta", "Jane@Acme.Example", ""},
		"okta/jane@acme.example/00u1":        {"okta", "jane@acme.example", "00u1"},
		"okta/sales/emea@acme.example":       {"okta", "sales/emea@acme.example", ""},
		"okta/sales/emea@acme.example/00u1":  {"okta", "sales/emea@acme.example", "00u1"},
		"okta/contractor#7@acme.example":     {"okta", "contractor#7@acme.example", ""},
		"github/jane@acme.example/jane-acme": {"github", "jane@acme.example", "jane-acme"},
		"github/jane@acme.example/a/b":       {"github", "jane@acme.example", "a/b"},
	} {
		got, err := parseImportID(in)
		if err != nil || got != want {
			t.Errorf("parseImportID(%q) = %+v, %v; want %+v", in, got, err, want)
		}
	}
	for _, in := range []string{
		"", "okta", "okta/", "/jane@acme.example", "jane@acme.example", "okta/jane", "okta/jane@acme.example/", "okta//jane@acme.example/",
		"okta/jane@acme.example bob@acme.example", "okta/00u1", "okta/Jane <jane@acme.example>",
	} {
		if got, err := parseImportID(in); err == nil {
			t.Errorf("parseImportID(%q) = %+v, want an error", in, got)
		}
	}
}

// An import id is typed by people and made by scripts. Whatever it is, its parts must put together to what
// was given, or a resource would watch somebody else.
func FuzzImportID(f *testing.F) {
	for _, seed := range []string{"okta/jane@acme.example", "okta/a/b@c.d/00u1", "okta/a@b@c/d", "/", "okta/@/", "okta/\"a/b\"@c"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		id, err := parseImportID(s)
		if err != nil {
			return
		}
		if id.String() != s || id.system == "" || strings.Contains(id.system, "/") || !strings.Contains(id.person, "@") {
			t.Errorf("%q was read as %+v", s, id)
		}
	})
}

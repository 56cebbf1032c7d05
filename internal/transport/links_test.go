package transport

import (
	"net/url"
	"slices"
	"strings"
	"testing"
)

func TestLinkHeadersAreReadAsRFC8288WritesThem(t *testing.T) {
	t.Parallel()
	for in, want := range map[string][]pageLink{
		``:                              nil,
		`<https://a/x?y=1>; rel="next"`: {{"https://a/x?y=1", []string{"next"}}},
		`<a>;rel=self,<b,c;d>; REL="Next"; title="one, <two>; rel=prev"`: {{"a", []string{"self"}}, {"b,c;d", []string{"next"}}},
		`<a>`:                       {{"a", nil}},
		`<a>; rel="prefetch  Next"`: {{"a", []string{"prefetch", "next"}}},
	} {
		got, err := parseLinks(in)
		if err != nil || len(got) != len(want) {
			t.Fatalf("parseLinks(%q) = %v, %v", in, got, err)
		}
		for i := range want {
			if got[i].target != want[i].target || !slices.Equal(got[i].rels, want[i].rels) {
				t.Errorf("parseLinks(%q)[%d] = %v, want %v", in, i, got[i], want[i])
			}
		}
	}
	for _, in := range []string{`a`, `<a`, `<a>; rel=next, b`, `; rel=next`} {
		if got, err := parseLinks(in); err == nil {
			t.Errorf("parseLinks(%q) = %v, want an error", in, got)
		}
	}
}

// A vendor, or whoever sits in between, may send anything for a page link. It must never lead to another
// host, and what is passed on must read the same the second time.
func FuzzPageLinks(f *testing.F) {
	for _, seed := range []string{
		`<https://acme.okta.com/api/v1/users?after=00u1&limit=200>; rel="next"`, `<//evil.example/>; rel=next`,
		`<a>;rel="x, <b>; rel=next"`, `<https://acme.okta.com@evil.example/>; rel="next"`, "<\x00>", `<a>;;;=,`,
	} {
		f.Add(seed)
	}
	from, _ := url.Parse("https://acme.okta.com/api/v1/users")
	f.Fuzz(func(t *testing.T, line string) {
		links, err := parseLinks(line)
		if err != nil {
			return
		}
		for _, link := range links {
			target, here := link.leadsTo(from)
			if here && target.Host != from.Host {
				t.Errorf("%q is taken to stay here and leads to %q", line, target.Host)
			}
			for _, header := range link.headers() {
				again, err := parseLinks(header)
				if err != nil || len(again) != 1 || len(again[0].rels) != 1 || !slices.Contains(link.rels, again[0].rels[0]) ||
					again[0].target != strings.ReplaceAll(link.target, ";", "%3B") {
					t.Errorf("%q was passed on as %q and read as %v, %v", line, header, again, err)
				}
			}
		}
	})
}

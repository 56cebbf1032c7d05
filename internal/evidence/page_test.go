package evidence_test

import (
	"errors"
	"io"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/offboard/terraform-provider-offboard/internal/evidence"
	"github.com/offboard/terraform-provider-offboard/internal/evidence/evidencetest"
	"github.com/offboard/terraform-provider-offboard/internal/printable"
)

func pageOf(t *testing.T, bundle []byte, key *evidence.Key) string {
	t.Helper()
	var b strings.Builder
	if err := evidence.Page(&b, evidence.Verify(bundle, key)); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// walk calls visit for every element of a page, with its attributes.
func walk(t *testing.T, page string, visit func(tag string, attributes map[string]string)) (shown string) {
	t.Helper()
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	for node := range root.Descendants() {
		switch node.Type {
		case html.TextNode:
			if node.Parent.Data != "style" {
				text.WriteString(node.Data)
			}
		case html.ElementNode:
			attributes := map[string]string{}
			for _, a := range node.Attr {
				attributes[a.Key] = a.Val
			}
			visit(node.Data, attributes)
		}
	}
	return text.String()
}

func TestHostileNamesAreTextAndThePageLoadsNothing(t *testing.T) {
	t.Parallel()
	page := pageOf(t, evidencetest.Bundle(evidencetest.HostileEvidence(), "acme"), key(t, "acme"))
	known := " html head meta title style body main header section footer h1 h2 p div strong dl dt dd code pre ul ol li b bdi span table thead tbody tr th td br a "
	styles, policy := 0, ""
	shown := walk(t, page, func(tag string, attributes map[string]string) {
		if !strings.Contains(known, " "+tag+" ") {
			t.Errorf("there is a %s in the page", tag)
		}
		if tag == "style" {
			styles++
		}
		if attributes["http-equiv"] == "Content-Security-Policy" {
			policy = attributes["content"]
		}
		for name, value := range attributes {
			if strings.HasPrefix(name, "on") || name == "src" || name == "style" || name == "href" && value != "#check" {
				t.Errorf("%s has %s=%q", tag, name, value)
			}
		}
	})
	if styles != 1 || !regexp.MustCompile(`^default-src 'none'; style-src 'sha256-[A-Za-z0-9+/]{43}='; base-uri 'none'; form-action 'none'$`).MatchString(policy) {
		t.Errorf("%d styles under the policy %q", styles, policy)
	}
	if regexp.MustCompile(`url\(|@import`).MatchString(page) {
		t.Error("the style loads something")
	}
	for _, name := range evidencetest.Hostile {
		if !strings.Contains(shown, printable.Text(name)) {
			t.Errorf("the page does not show %q", name)
		}
	}
	if strings.ContainsAny(page, "\x00\x07\x1b\u202e") {
		t.Error("there are control characters in the page")
	}
}

func TestThePageSaysAllThatAnAuditorAsks(t *testing.T) {
	t.Parallel()
	e := evidencetest.Evidence()
	headings, last, tables, unscoped := []string{}, 0, 0, 0
	bundle := evidencetest.Bundle(e, "acme")
	v := evidence.Verify(bundle, key(t, "acme"))
	shown := walk(t, pageOf(t, bundle, key(t, "acme")), func(tag string, attributes map[string]string) {
		switch tag {
		case "h1", "h2":
			if level := int(tag[1] - '0'); level > last+1 {
				t.Errorf("a heading %s follows one of level %d", tag, last)
			} else {
				last = level
			}
			headings = append(headings, tag)
		case "table":
			tables++
		case "th":
			if attributes["scope"] == "" {
				unscoped++
			}
		case "details":
			t.Error("what is folded is not printed")
		}
	})
	if len(headings) != 8 || tables != 2 || unscoped != 0 {
		t.Errorf("headings %v, %d tables, %d headers without a scope", headings, tables, unscoped)
	}
	says := []string{
		e.Person, e.Reference, e.ApprovedBy, e.Successor, v.SHA256, v.Key, "✓ Valid when this page was made", "28 of 30", "✗ later than the SLA of 1 d",
		"is not available: the org runs the Classic Engine", "Nobody looked. mia.wong@acme.example accepts that until 29 Nov 2026 09:00:00 UTC",
		"Delegations in google: Delegates and forwarding of the mailbox", "The exit was requested.", "7 removed: App assignments in okta",
		"the system said that it is gone at", "“The badge was collected and its number blocked.” says facilities@acme.example", "verify --key", "NIST CSF 2.0 PR.AA-05",
	}
	for _, c := range e.Controls {
		says = append(says, c.Title)
		for _, g := range c.Grants {
			says = append(says, g.Label, g.ID)
		}
	}
	for _, phrase := range says {
		if !strings.Contains(shown, phrase) {
			t.Errorf("the page does not say %q", phrase)
		}
	}
}

func TestAPageOfWhatNobodyVouchesForLooksLikeIt(t *testing.T) {
	t.Parallel()
	e := evidencetest.Evidence()
	for name, page := range map[string]string{
		"unsigned": pageOf(t, evidencetest.Bundle(e, ""), key(t, "acme")), "unknown signer": pageOf(t, evidencetest.Bundle(e, "acme"), nil),
	} {
		if !strings.Contains(page, "NOT VERIFIED: "+name) || strings.Contains(page, "✓ Valid") || strings.Contains(page, "Signed by the key") {
			t.Errorf("the page of what is %s does not say so", name)
		}
	}
	if err := evidence.Page(io.Discard, evidence.Verify(evidencetest.Bundle(e, "acme"), key(t, "evil"))); !errors.Is(err, evidence.ErrNotShown) {
		t.Errorf("there is a page of what another key signed (%v)", err)
	}
}

package evidence_test

import (
	"encoding/json"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/offboard/terraform-provider-offboard/internal/evidence"
	"github.com/offboard/terraform-provider-offboard/internal/evidence/evidencetest"
)

func TestTheSameFactsAreTheSameBytesAnywhere(t *testing.T) {
	t.Parallel()
	golden, err := os.ReadFile("testdata/evidence.json")
	if err != nil {
		t.Fatal(err)
	}
	bundle, err := os.ReadFile("testdata/bundle.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, zone := range []*time.Location{time.UTC, time.FixedZone("Kathmandu", 20700), time.FixedZone("Marquesas", -34200)} {
		e := shuffled(evidencetest.Evidence(), zone)
		got, err := evidence.Canonical(e)
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != string(golden) {
			t.Errorf("in %s the evidence is\n%s\nand not\n%s", zone, got, golden)
		}
		if got := evidencetest.Bundle(e, "acme"); string(got) != string(bundle) {
			t.Errorf("in %s the bundle is\n%s\nand not\n%s", zone, got, bundle)
		}
	}
}

// shuffled has the same facts in another order, in another zone, and with fractions of seconds.
func shuffled(e evidence.Evidence, zone *time.Location) evidence.Evidence {
	in := func(at *time.Time) {
		if at != nil {
			*at = at.In(zone).Add(987654321)
		}
	}
	random := rand.New(rand.NewPCG(1, uint64(len(zone.String()))))
	random.Shuffle(len(e.Controls), func(i, j int) { e.Controls[i], e.Controls[j] = e.Controls[j], e.Controls[i] })
	slices.Reverse(e.Systems)
	in(&e.RequestedAt)
	in(e.ApprovedAt)
	in(&e.ClosedAt)
	for i := range e.Controls {
		c := &e.Controls[i]
		in(c.CheckedAt)
		slices.Reverse(c.Tags)
		random.Shuffle(len(c.Grants), func(i, j int) { c.Grants[i], c.Grants[j] = c.Grants[j], c.Grants[i] })
		for j := range c.Grants {
			in(c.Grants[j].RemovedAt)
			in(c.Grants[j].AbsentAt)
			if a := c.Grants[j].Attestation; a != nil {
				in(&a.At)
				in(a.ExpiresAt)
			}
		}
		if c.Exception != nil {
			in(&c.Exception.Until)
		}
		for _, g := range c.Grants {
			if g.Exception != nil {
				in(&g.Exception.Until)
			}
		}
	}
	return e
}

func TestSealingLeavesWhatItWasGivenAsItIs(t *testing.T) {
	t.Parallel()
	e := shuffled(evidencetest.Evidence(), time.FixedZone("elsewhere", 3600))
	before, _ := json.Marshal(e)
	evidencetest.Bundle(e, "acme")
	if after, _ := json.Marshal(e); string(after) != string(before) {
		t.Error("sealing changed the evidence that it was given")
	}
}

func TestAnEmptyListIsOneWayOfWritingIt(t *testing.T) {
	t.Parallel()
	none, err := evidence.Canonical(evidence.Evidence{Controls: []evidence.Control{{}}})
	if err != nil {
		t.Fatal(err)
	}
	empty, err := evidence.Canonical(evidence.Evidence{Systems: []evidence.System{}, Controls: []evidence.Control{{Tags: []string{}, Grants: []evidence.Grant{}, Dormant: []string{}}}})
	if err != nil {
		t.Fatal(err)
	}
	if string(none) != string(empty) || !strings.Contains(string(none), `"systems":[]`) || strings.Contains(string(none), "null") {
		t.Errorf("%s\n%s", none, empty)
	}
}

// The vectors are those of RFC 8785: section 3.2.2 and 3.2.4 as a whole, 3.2.3 for the order of names, and of appendix B
// for numbers.
func TestTheCanonicalFormIsThatOfRFC8785(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		`{"numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
  "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/", "literals": [null, true, false]}`: `{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}`,
		`{"\u20ac":"Euro Sign","\r":"Carriage Return","\ufb33":"Hebrew Letter Dalet With Dagesh","1":"One","\ud83d\ude00":"Emoji: Grinning Face","\u0080":"Control","\u00f6":"Latin Small Letter O With Diaeresis"}`:                                    "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\u0080\":\"Control\",\"ö\":\"Latin Small Letter O With Diaeresis\",\"€\":\"Euro Sign\",\"😀\":\"Emoji: Grinning Face\",\"\ufb33\":\"Hebrew Letter Dalet With Dagesh\"}",
		`[-0, 5e-324, -5e-324, 1.7976931348623157e308, 9007199254740992, 295147905179352830000, 9.999999999999997e22, 1e23, 1.0000000000000001e23, 999999999999999700000, 1e21, 9.999999999999997e-7, 0.000001, 333333333.3333332, 1424953923781206.2]`: `[0,5e-324,-5e-324,1.7976931348623157e+308,9007199254740992,295147905179352830000,9.999999999999997e+22,1e+23,1.0000000000000001e+23,999999999999999700000,1e+21,9.999999999999997e-7,0.000001,333333333.3333332,1424953923781206.2]`,
	} {
		text := jsontext.Value(in)
		if err := text.Canonicalize(); err != nil || string(text) != want {
			t.Errorf("%s is\n%s and not\n%s (%v)", in, text, want, err)
		}
	}
}

package evidence_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/offboard/terraform-provider-offboard/internal/evidence"
	"github.com/offboard/terraform-provider-offboard/internal/evidence/evidencetest"
)

func key(t testing.TB, name string) *evidence.Key {
	t.Helper()
	key, err := evidence.ParseKey(evidencetest.PublicKey(name))
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func expect(t *testing.T, name string, v evidence.Verdict, status evidence.Status, says string) {
	t.Helper()
	if v.Status != status || !strings.Contains(v.Reason, says) {
		t.Errorf("%s: %s (%s), want %s (%s)", name, v.Status, v.Reason, status, says)
	}
	intact := status == evidence.Valid || status == evidence.Unsigned || status == evidence.UnknownSigner
	if v.Intact() != intact || (v.Fix == "") != (status == evidence.Valid) {
		t.Errorf("%s: evidence %v, fix %q", name, v.Evidence, v.Fix)
	}
}

func TestEveryVerdictThereIs(t *testing.T) {
	t.Parallel()
	e, acme, evil := evidencetest.Evidence(), key(t, "acme"), key(t, "evil")
	valid := evidencetest.Bundle(e, "acme")
	replace := func(this, by string) []byte { return bytes.Replace(valid, []byte(this), []byte(by), 1) }
	resealed := func(change func(*evidence.Bundle)) []byte {
		other := e
		other.Person = "john.doe@acme.example"
		forged, err := evidence.Seal(other, evidencetest.Signer("evil"))
		if err != nil {
			t.Fatal(err)
		}
		change(&forged)
		return text(t, forged)
	}
	var mine evidence.Bundle
	if err := json.Unmarshal(valid, &mine); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		bundle []byte
		key    *evidence.Key
		status evidence.Status
		says   string
	}{
		"as it was made":            {valid, acme, evidence.Valid, acme.Fingerprint()},
		"no key":                    {valid, nil, evidence.UnknownSigner, "anybody may have made it"},
		"no signature":              {evidencetest.Bundle(e, ""), acme, evidence.Unsigned, "nobody signed it"},
		"neither":                   {evidencetest.Bundle(e, ""), nil, evidence.Unsigned, "nobody signed it"},
		"another key":               {valid, evil, evidence.AnotherKey, "the key " + acme.Fingerprint() + " signed it; the key to check with is " + evil.Fingerprint()},
		"tampered":                  {replace("jane.doe@", "john.doe@"), acme, evidence.Altered, "changed after it was made"},
		"tampered, digest too":      {resealed(func(b *evidence.Bundle) { b.Signature, b.Key = mine.Signature, mine.Key }), acme, evidence.BadSignature, "did not sign this"},
		"forged, under another":     {resealed(func(*evidence.Bundle) {}), acme, evidence.AnotherKey, evil.Fingerprint()},
		"forged, under a false key": {resealed(func(b *evidence.Bundle) { b.Key = acme.Fingerprint() }), acme, evidence.BadSignature, "did not sign this"},
		"the key is another":        {replace(acme.Fingerprint(), evil.Fingerprint()), acme, evidence.Malformed, "it names the key " + evil.Fingerprint()},
		"the signature taken off":   {replace(mine.Signature, ""), acme, evidence.Malformed, "was taken off"},
		"the signature is none":     {replace(mine.Signature, "!"), acme, evidence.Malformed, "not in Base64"},
		"half of it":                {valid[:len(valid)/2], acme, evidence.Truncated, "ends in the middle"},
		"nothing":                   {nil, acme, evidence.Truncated, "it is empty"},
		"a list":                    {[]byte("[]"), acme, evidence.Malformed, "not a bundle"},
		"null":                      {[]byte("null"), acme, evidence.Malformed, "no evidence"},
		"nothing in it":             {[]byte("{}"), acme, evidence.Malformed, "no evidence"},
		"null in it":                {[]byte(`{"evidence":null}`), acme, evidence.Malformed, "of the type"},
		"in quotes":                 {fmt.Appendf(nil, "%q", valid), acme, evidence.Malformed, "leave out what quotes it"},
		"with a byte order mark":    {append([]byte("\ufeff"), valid...), acme, evidence.Malformed, "PowerShell"},
		"more after it":             {append(bytes.Clone(valid), "{}"...), acme, evidence.Malformed, "not JSON"},
		"twice":                     {replace(`{"evidence"`, `{"sha256":"`+mine.SHA256+`","evidence"`), acme, evidence.Malformed, "duplicate"},
		"twice, deeper":             {replace(`"person":`, `"person":"x","person":`), acme, evidence.Malformed, "duplicate"},
		"unknown":                   {replace(`{"evidence"`, `{"note":"fine","evidence"`), acme, evidence.Malformed, "unknown"},
		"unknown, deeper":           {replace(`"person":`, `"note":"fine","person":`), acme, evidence.Malformed, "unknown"},
		"in other letters":          {replace(`"person":`, `"Person":`), acme, evidence.Malformed, "unknown"},
		"another version":           {replace("evidence/v1", "evidence/v2"), acme, evidence.Malformed, "of the type"},
		"another type":              {replace(`"sla_seconds":86400`, `"sla_seconds":"86400"`), acme, evidence.Malformed, "can't be read"},
		"null for a list":           {replace(`"tags":[`, `"dormant":null,"tags":[`), acme, evidence.Malformed, "null"},
		"a time elsewhere":          {replace(`"2026-11-20T09:00:00Z"`, `"2026-11-20T10:00:00+01:00"`), acme, evidence.Malformed, "UTC"},
		"no UTF-8":                  {replace("jane.doe@", "jane\xff@"), acme, evidence.Malformed, "UTF-8"},
		"half a surrogate":          {replace("jane.doe@", `jane\ud800@`), acme, evidence.Malformed, "surrogate"},
		"deep":                      {bytes.Repeat([]byte("["), 1<<20), acme, evidence.Malformed, "depth"},
		"deep inside":               {[]byte(`{"evidence":` + strings.Repeat(`{"a":`, 1<<16) + "1" + strings.Repeat("}", 1<<16) + "}"), acme, evidence.Malformed, "depth"},
		"too large":                 {bytes.Repeat([]byte(" "), evidence.MaxSize+1), acme, evidence.Malformed, "larger than 64 MiB"},
	} {
		expect(t, name, evidence.Verify(c.bundle, c.key), c.status, c.says)
	}
}

func text(t *testing.T, b evidence.Bundle) []byte {
	t.Helper()
	text, err := b.JSON()
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestABundleThatIsFormattedAnewIsStillValid(t *testing.T) {
	t.Parallel()
	valid := evidencetest.Bundle(evidencetest.HostileEvidence(), "acme")
	var indented bytes.Buffer
	if err := json.Indent(&indented, valid, "", "\t"); err != nil {
		t.Fatal(err)
	}
	var anyhow map[string]any
	if err := json.Unmarshal(valid, &anyhow); err != nil {
		t.Fatal(err)
	}
	// Escapes < as \u003c, and writes the names in its own order.
	reordered, err := json.Marshal(anyhow)
	if err != nil {
		t.Fatal(err)
	}
	// The fields in the order of the Go type.
	var b evidence.Bundle
	if err := json.Unmarshal(valid, &b); err != nil {
		t.Fatal(err)
	}
	declared, err := json.Marshal(b)
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string][]byte{
		"indented": indented.Bytes(), "reordered": reordered, "declared": declared, "with space": append([]byte("\n "), append(valid, " \r\n"...)...),
		"other numbers": bytes.Replace(valid, []byte(`"sla_seconds":86400`), []byte(`"sla_seconds":8.64e4`), 1),
	} {
		expect(t, name, evidence.Verify(text, key(t, "acme")), evidence.Valid, "")
	}
}

func TestWhateverByteIsChangedTheBundleIsNotValid(t *testing.T) {
	t.Parallel()
	e := evidencetest.Evidence()
	e.Controls = e.Controls[len(e.Controls)-1:]
	e.Systems, e.Coverage = nil, evidence.Count(e.Controls)
	valid := evidencetest.Bundle(e, "acme")
	trusted := key(t, "acme")
	for i := range valid {
		for _, flip := range []byte{1, 0x20, 0x80} {
			changed := bytes.Clone(valid)
			changed[i] ^= flip
			if v := evidence.Verify(changed, trusted); v.Status == evidence.Valid {
				t.Errorf("valid with byte %d changed: %s", i, changed[max(0, i-20):min(len(changed), i+20)])
			}
		}
		if v := evidence.Verify(valid[:i], trusted); v.Status != evidence.Truncated {
			t.Errorf("cut after %d bytes it is %s (%s)", i, v.Status, v.Reason)
		}
	}
}

func TestEvidenceThatContradictsItselfIsNeitherSealedNorBelieved(t *testing.T) {
	t.Parallel()
	for says, change := range map[string]func(*evidence.Evidence){
		"the coverage is said to be":            func(e *evidence.Evidence) { e.Coverage.Checked++; e.Coverage.Expected++ },
		"it was closed before it was requested": func(e *evidence.Evidence) { e.ClosedAt = e.RequestedAt.Add(-time.Hour) },
		"it was approved after it was closed":   func(e *evidence.Evidence) { at := e.ClosedAt.Add(time.Hour); e.ApprovedAt = &at },
		"person is empty":                       func(e *evidence.Evidence) { e.Person = "" },
		"approved_by is empty":                  func(e *evidence.Evidence) { e.ApprovedBy = "" },
		"the SLA is 0 seconds":                  func(e *evidence.Evidence) { e.SLASeconds = 0 },
		"it is evidence of nothing":             func(e *evidence.Evidence) { e.Controls = nil; e.Coverage = evidence.Coverage{} },
		"there is no control in \"github\"":     func(e *evidence.Evidence) { e.Systems = append(e.Systems, evidence.System{Name: "github"}) },
		"is in no system that was looked at":    func(e *evidence.Evidence) { e.Controls[5].ID = "vault/keys" },
		"out of order, or there twice":          func(e *evidence.Evidence) { e.Controls[1].ID = e.Controls[0].ID },
		"has the assurance \"certain\"":         func(e *evidence.Evidence) { e.Controls[5].Assurance = "certain" },
		"the weakest of its grants is observed": func(e *evidence.Evidence) { e.Controls[0].Assurance = "acknowledged" },
		"is observed, and does not say when": func(e *evidence.Evidence) {
			e.Controls[0].Grants[0].RemovedAt, e.Controls[0].Grants[0].AbsentAt = nil, nil
		},
		"is waived without an exception":           func(e *evidence.Evidence) { e.Controls[0].Grants[0].Assurance = "waived" },
		"is attested and nobody says so":           func(e *evidence.Evidence) { e.Controls[0].Grants[0].Assurance = "attested" },
		"does not say when it was checked":         func(e *evidence.Evidence) { e.Controls[0].CheckedAt = nil },
		"was checked after the case was closed":    func(e *evidence.Evidence) { at := e.ClosedAt.Add(time.Hour); e.Controls[0].CheckedAt = &at },
		"and that is said to be outside the SLA":   func(e *evidence.Evidence) { no := false; e.Controls[0].Grants[0].WithinSLA = &no },
		"does not take as long as the last":        func(e *evidence.Evidence) { none := int64(1); e.Controls[0].ElapsedSeconds = &none },
		"did not take 7 seconds until any":         func(e *evidence.Evidence) { seven := int64(7); e.Controls[0].Grants[0].ElapsedSeconds = &seven },
		"does not say why it is not available":     func(e *evidence.Evidence) { e.Controls[0].Reason = "because" },
		"the attestation of":                       func(e *evidence.Evidence) { e.Controls[27].Grants[0].Attestation.By = "" },
		"had expired when the case was closed":     func(e *evidence.Evidence) { at := e.ClosedAt; e.Controls[27].Grants[0].Attestation.ExpiresAt = &at },
		"is observed, and no system can have been": func(e *evidence.Evidence) { e.Controls[27].Grants, e.Controls[27].Assurance = nil, "observed" },
	} {
		e := evidencetest.Evidence()
		change(&e)
		if _, err := evidence.Seal(e, nil); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: sealing says %v", says, err)
		}
	}
	e := evidencetest.Evidence()
	e.Coverage.Checked++
	for name, c := range map[string]struct {
		signer *evidence.Signer
		says   string
	}{"signed": {evidencetest.Signer("acme"), "though the trusted key signed it"}, "unsigned": {nil, "contradicts itself"}} {
		b, err := evidence.SealAnyway(e, c.signer)
		if err != nil {
			t.Fatal(err)
		}
		v := evidence.Verify(text(t, b), key(t, "acme"))
		if v.Status != evidence.Inconsistent && name == "signed" || !strings.Contains(v.Reason, c.says) || len(v.Problems) == 0 {
			t.Errorf("%s: %s (%s) %v", name, v.Status, v.Reason, v.Problems)
		}
	}
}

func FuzzVerify(f *testing.F) {
	// One control: the fuzzer is slow with long seeds.
	e := evidencetest.Evidence()
	e.Controls = e.Controls[len(e.Controls)-1:]
	e.Systems, e.Coverage = nil, evidence.Count(e.Controls)
	for _, signer := range []string{"acme", "evil", ""} {
		bundle := evidencetest.Bundle(e, signer)
		f.Add(bundle)
		f.Add(bundle[:len(bundle)/3])
	}
	f.Add([]byte(`{"evidence":{"type":"` + evidence.Type + `"},"sha256":"","signature":"AA=="}`))
	trusted := key(f, "acme")
	f.Fuzz(func(t *testing.T, bundle []byte) {
		v := evidence.Verify(bundle, trusted)
		if v.Reason == "" || v.Intact() != (v.Status == evidence.Valid || v.Status == evidence.Unsigned) {
			t.Fatalf("%+v", v)
		}
		if !v.Intact() {
			return
		}
		// What is shown is what was digested.
		if again, err := evidence.Canonical(*v.Evidence); err != nil || evidence.Verify(bundle, nil).SHA256 != v.SHA256 || len(again) == 0 {
			t.Fatalf("%v %s", err, again)
		}
		if err := evidence.Page(&bytes.Buffer{}, v); err != nil {
			t.Fatal(err)
		}
	})
}

package evidence

import (
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// MaxSize is how large a bundle may be, in bytes: some hundred thousand grants.
const MaxSize = 64 << 20

// A Status is what a bundle turns out to be. The list is closed.
type Status string

// The statuses. Nothing but Valid says who made the bundle.
const (
	// Valid: the evidence is as the holder of the trusted key signed it, and does not contradict itself.
	Valid Status = "valid"
	// Unsigned: the digest is that of the evidence, and nobody signed it.
	Unsigned Status = "unsigned"
	// UnknownSigner: the digest is that of the evidence, and there was no key to check the signature with.
	UnknownSigner Status = "unknown signer"
	// AnotherKey: it says that another key than the trusted one signed it.
	AnotherKey Status = "another key"
	// BadSignature: it says that the trusted key signed it, and the signature is not that key's over this evidence.
	BadSignature Status = "bad signature"
	// Altered: the digest is not that of the evidence.
	Altered Status = "altered"
	// Inconsistent: the evidence contradicts itself, whoever signed it.
	Inconsistent Status = "inconsistent"
	// Malformed: it is no bundle.
	Malformed Status = "malformed"
	// Truncated: it ends in the middle.
	Truncated Status = "truncated"
)

// Statuses are all of them, in the order of the exit codes of verify.
var Statuses = []Status{Valid, Unsigned, UnknownSigner, AnotherKey, BadSignature, Altered, Inconsistent, Malformed, Truncated}

// A Verdict is what is known of a bundle.
type Verdict struct {
	Status Status
	// Reason is the status in a sentence, and Fix what to do about it. Fix is empty if it is valid.
	Reason, Fix string
	// Problems are how the evidence contradicts itself.
	Problems []string
	// Evidence is exactly what was digested and what the signature was checked over. It is there only where it is what
	// the digest says and does not contradict itself: if the bundle is valid, or nobody is known to have signed it.
	Evidence *Evidence
	// SHA256 is the digest of the evidence as it was computed, not as the bundle says it. Empty if it is no bundle.
	SHA256 string
	// Key is the fingerprint of the key that signed, if that is the trusted one; otherwise of the one that the bundle
	// names, which may be anybody's claim.
	Key string
}

// Intact says that the bundle holds together in itself, whoever made it.
func (v Verdict) Intact() bool { return v.Evidence != nil }

// envelope is a bundle as it is read: the evidence is kept as it was written until its digest is known.
type envelope struct {
	Evidence  jsontext.Value `json:"evidence"`
	SHA256    string         `json:"sha256"`
	Signature string         `json:"signature"`
	Key       string         `json:"key"`
}

// Verify says what a bundle is. The key is the one whose holder is trusted to have made it; what the bundle says of its
// key is a hint, and believed in nothing. A nil key leaves open who made it. How the bundle is formatted does not matter.
func Verify(bundle []byte, key *Key) Verdict {
	b, e, refused := read(bundle)
	if refused != nil {
		return *refused
	}
	v := Verdict{SHA256: digest(b.Evidence), Key: b.Key}
	const ask = "Ask whoever gave it to you for the bundle as the provider wrote it. Do not rely on this one."
	if v.SHA256 != b.SHA256 {
		return v.as(Altered, fmt.Sprintf("the SHA-256 of the evidence is %s, and the bundle says %s: it was changed after it was made", v.SHA256, b.SHA256), ask)
	}
	signature, err := base64.StdEncoding.Strict().DecodeString(b.Signature)
	if err != nil {
		return v.as(Malformed, "the signature is not in Base64", ask)
	}
	authentic := key != nil && len(signature) > 0 && ed25519.Verify(key.public, b.Evidence, signature)
	switch {
	case len(signature) == 0 && b.Key != "":
		return v.as(Malformed, "it names a key and has no signature: that was taken off", ask)
	case authentic && b.Key != key.fingerprint:
		return v.as(Malformed, "the trusted key signed it, and it names the key "+b.Key, ask)
	case key != nil && len(signature) > 0 && b.Key != key.fingerprint:
		return v.as(AnotherKey, fmt.Sprintf("it says that the key %s signed it; the key to check with is %s", b.Key, key.fingerprint),
			"If the signing key was changed, check with the key that was in use when the case was closed, and get it from whom you trust, not from who gave you the bundle. "+
				"If there is no such key, do not rely on this bundle.")
	case key != nil && len(signature) > 0 && !authentic:
		return v.as(BadSignature, "the key "+key.fingerprint+" did not sign this evidence: it was changed after it was made, and its digest with it", ask)
	}
	if v.Problems = Check(e); len(v.Problems) > 0 {
		reason := "the evidence contradicts itself, though the trusted key signed it"
		if !authentic {
			reason = "the evidence contradicts itself"
		}
		return v.as(Inconsistent, reason, "Ask whoever runs the provider how it was made; this provider makes no such evidence. Do not rely on it.")
	}
	v.Evidence = &e
	switch {
	case len(signature) == 0:
		return v.as(Unsigned, "nobody signed it: it is not damaged, and anybody may have made it",
			"Give the provider a signing_key, and close the case again.")
	case key == nil:
		return v.as(UnknownSigner, "there is no key to check the signature with: it is not damaged, and anybody may have made it",
			"Check it with the public key of whoever runs the provider, which they give you in another way than the bundle.")
	}
	return v.as(Valid, "the key "+key.fingerprint+" signed this evidence, and nothing of it was changed since", "")
}

func (v Verdict) as(status Status, reason, fix string) Verdict {
	v.Status, v.Reason, v.Fix = status, reason, fix
	return v
}

// read reads a bundle, or says why it is none. The evidence of the envelope is in its canonical form.
func read(bundle []byte) (envelope, Evidence, *Verdict) {
	refuse := func(status Status, reason string) (envelope, Evidence, *Verdict) {
		v := Verdict{}.as(status, reason, "Take the bundle as the provider wrote it, such as with: terraform output -raw bundle > bundle.json.")
		return envelope{}, Evidence{}, &v
	}
	if len(bundle) > MaxSize {
		return refuse(Malformed, fmt.Sprintf("it is larger than %d MiB", MaxSize>>20))
	}
	if strings.TrimSpace(string(bundle)) == "" {
		return refuse(Truncated, "it is empty")
	}
	text := jsontext.Value(append([]byte{}, bundle...))
	switch {
	case strings.HasPrefix(string(bundle), "\ufeff"), strings.HasPrefix(string(bundle), "\xff\xfe"), strings.HasPrefix(string(bundle), "\xfe\xff"):
		return refuse(Malformed, "it begins with a byte order mark, as PowerShell writes one: it has to be UTF-8 without")
	case text.Kind() == '"':
		return refuse(Malformed, "it is a text with JSON in it: leave out what quotes it")
	}
	// Numbers are in their canonical form before they are read, so that what is shown is what is signed.
	if err := text.Canonicalize(); err != nil {
		if errors.Is(err, io.ErrUnexpectedEOF) {
			return refuse(Truncated, "it ends in the middle")
		}
		return refuse(Malformed, "it is not JSON: "+err.Error())
	}
	var b envelope
	if err := json.Unmarshal(text, &b, json.RejectUnknownMembers(true)); err != nil {
		return refuse(Malformed, "it is not a bundle: "+err.Error())
	}
	if len(b.Evidence) == 0 {
		return refuse(Malformed, "it is not a bundle: there is no evidence in it")
	}
	var kind struct {
		Type string `json:"type"`
	}
	if err := json.Unmarshal(b.Evidence, &kind); err != nil || kind.Type != Type {
		return refuse(Malformed, fmt.Sprintf("the evidence is of the type %q, and not %q, which is what this version reads", kind.Type, Type))
	}
	e, err := parse(b.Evidence)
	if err != nil {
		return refuse(Malformed, "the evidence can't be read: "+err.Error())
	}
	return b, e, nil
}

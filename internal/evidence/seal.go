package evidence

import (
	"encoding/base64"
	"strings"

	"github.com/offboard/terraform-provider-offboard/internal/access"
)

// Seal makes the bundle of the evidence. A nil signer gives one without a signature, which shows that nothing was
// changed by accident, and not who made it. Evidence that contradicts itself is refused, with everything that is wrong
// with it.
func Seal(e Evidence, signer *Signer) (Bundle, error) {
	e = normal(e)
	if problems := Check(e); len(problems) > 0 {
		return Bundle{}, &access.Error{
			Kind: access.Malformed, Op: "seal the evidence", Reason: "it contradicts itself: " + strings.Join(problems, "; "),
			Fix: "This is a bug in the provider; please report it.",
		}
	}
	return seal(e, signer)
}

// seal is Seal of what need not be consistent.
func seal(e Evidence, signer *Signer) (Bundle, error) {
	text, err := canonical(e)
	if err == nil {
		// What can't be read back as it was written, such as a number that no other program can hold, is no evidence.
		e, err = parse(text)
	}
	if err != nil {
		return Bundle{}, &access.Error{Kind: access.Malformed, Op: "seal the evidence", Reason: err.Error(), Err: err}
	}
	b := Bundle{Evidence: e, SHA256: digest(text)}
	if signer != nil {
		b.Signature = base64.StdEncoding.EncodeToString(signer.sign(text))
		b.Key = signer.key.fingerprint
	}
	return b, nil
}

// JSON is the bundle as it is kept and passed on. It is in the canonical form too; whoever formats it anew breaks nothing.
func (b Bundle) JSON() ([]byte, error) { return canonical(b) }

package google

import (
	"encoding/json"
	"net/http"

	"github.com/go-jose/go-jose/v4"
)

// modern gives a failure the form of Google's newer APIs, which have a status, and no list of errors.
func (f *failure) modern(status, message string) {
	f.reason, f.message = "", message
	f.more = object{"status": status}
}

// signJWT signs claims in the service account's name, for a caller who has no key of it ([DISC]
// iamcredentials.projects.serviceAccounts.signJwt).
func (c *call) signJWT() reply {
	var body struct {
		Payload   string   `json:"payload"`
		Delegates []string `json:"delegates"`
	}
	if failed := c.decode(&body); failed != nil {
		return failed.reply()
	}
	var claims map[string]any
	if json.Unmarshal([]byte(body.Payload), &claims) != nil || c.r.PathValue("project") != "-" || len(body.Delegates) > 0 {
		f := fail(http.StatusBadRequest, "", "")
		f.modern("INVALID_ARGUMENT", "Request contains an invalid argument.")
		return f.reply()
	}
	signer, err := jose.NewSigner(
		jose.SigningKey{Algorithm: jose.RS256, Key: jose.JSONWebKey{Key: signingKey(), KeyID: keyID}},
		(&jose.SignerOptions{}).WithType("JWT"))
	if err != nil {
		panic(err) // the key is part of the source
	}
	signed, err := signer.Sign([]byte(body.Payload))
	if err != nil {
		panic(err)
	}
	compact, err := signed.CompactSerialize()
	if err != nil {
		panic(err)
	}
	return ok(object{"keyId": keyID, "signedJwt": compact})
}

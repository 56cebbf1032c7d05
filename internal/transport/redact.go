package transport

import (
	"bytes"
	"io"
	"regexp"
	"strings"
)

// A redactor takes out of text what must not be seen: the secrets it was given, and whatever stands where
// credentials stand.
type redactor struct{ secrets *strings.Replacer }

const redacted = "[redacted]"

// shortest is the length below which a secret is not searched for: it would take ordinary words along.
const shortest = 8

func newRedactor(secrets []string) redactor {
	var pairs []string
	for _, secret := range secrets {
		if len(secret) >= shortest {
			pairs = append(pairs, secret, redacted)
		}
	}
	return redactor{secrets: strings.NewReplacer(pairs...)}
}

// Authorization schemes, and the parameters and fields of OAuth that carry credentials.
var credentials = regexp.MustCompile(
	`(?i)((?:SSWS|Bearer|Basic)\s+|(?:client_assertion|client_secret|access_token|refresh_token|id_token|assertion|password)["']?\s*[=:]\s*["']?)` +
		`[^\s"'&,;]+`)

func (r redactor) string(s string) string {
	return credentials.ReplaceAllString(r.secrets.Replace(s), "${1}"+redacted)
}

func rewound(body []byte) io.ReadCloser { return io.NopCloser(bytes.NewReader(body)) }

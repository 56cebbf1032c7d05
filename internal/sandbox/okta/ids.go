package okta

import (
	"crypto/sha256"
	"encoding/hex"
	"math/big"
	"strconv"
	"strings"
)

// The prefixes of Okta's ids, by what they identify.
const (
	orgPrefix           = "00o"
	userPrefix          = "00u"
	groupPrefix         = "00g"
	rulePrefix          = "0pr"
	appPrefix           = "0oa" // identity providers have the same
	appUserPrefix       = "0ua"
	apiTokenPrefix      = "00T"
	consentPrefix       = "oag"
	refreshTokenPrefix  = "oar"
	devicePrefix        = "guo"
	deviceUserPrefix    = "lnk"
	userRolePrefix      = "ra1"
	groupRolePrefix     = "gra"
	clientRolePrefix    = "cra"
	bindingPrefix       = "irb"
	customRolePrefix    = "cr0"
	resourceSetPrefix   = "iam"
	resourcePrefix      = "ire"
	userTypePrefix      = "oty"
	authenticatorPrefix = "aut"
	errorPrefix         = "oae"
	eventHookPrefix     = "who"
)

const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// idLength is that of nearly all of Okta's ids.
const idLength = 20

// id derives an id from what it identifies, so that tests and the documentation can name it.
func id(prefix string, of ...string) string {
	sum := sha256.Sum256([]byte(prefix + "\x00" + strings.Join(of, "\x00")))
	rest, base, digit := new(big.Int).SetBytes(sum[:]), big.NewInt(int64(len(alphabet))), new(big.Int)
	var b strings.Builder
	b.WriteString(prefix)
	for b.Len() < idLength {
		rest.DivMod(rest, base, digit)
		b.WriteByte(alphabet[digit.Int64()])
	}
	return b.String()
}

// newID is id for what can be made again after it was removed: another id each time.
func (s *state) newID(prefix string, of ...string) string {
	name := prefix + " " + strings.Join(of, " ")
	s.Made[name]++
	if n := s.Made[name]; n > 1 {
		of = append(of, strconv.Itoa(n))
	}
	return id(prefix, of...)
}

// digest is what is kept of a secret.
func digest(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

package google

import (
	"crypto/sha256"
	"encoding/hex"
	"math/big"
	"strconv"
	"strings"
)

// number derives a decimal id of so many digits from what it identifies, so that tests and the documentation
// can name it.
func number(digits int, of ...string) string {
	lowest := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(digits-1)), nil)
	rest := new(big.Int).Mul(lowest, big.NewInt(9))
	sum := sha256.Sum256([]byte(strings.Join(of, "\x00")))
	rest.Mod(new(big.Int).SetBytes(sum[:]), rest)
	return rest.Add(rest, lowest).String()
}

const alphabet = "0123456789abcdefghijklmnopqrstuvwxyz"

// letters derives an id of digits and letters.
func letters(length int, of ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(of, "\x00")))
	rest, base, digit := new(big.Int).SetBytes(sum[:]), big.NewInt(int64(len(alphabet))), new(big.Int)
	var b strings.Builder
	for b.Len() < length {
		rest.DivMod(rest, base, digit)
		b.WriteByte(alphabet[digit.Int64()])
	}
	return b.String()
}

// again counts how often something was made under a name, and appends the count from the second time on:
// what is made again has another id.
func (s *state) again(of ...string) []string {
	name := strings.Join(of, " ")
	s.Made[name]++
	if n := s.Made[name]; n > 1 {
		of = append(of, strconv.Itoa(n))
	}
	return of
}

func (s *state) newUserID(email string) string { return number(21, s.again("user", email)...) }

// newGroupID: the ids of groups look like 03x8tuzt3b2rqf5.
func (s *state) newGroupID(email string) string { return "0" + letters(14, s.again("group", email)...) }

func (s *state) newAssignmentID(role, assignee string) string {
	return number(17, s.again("assignment", role, assignee)...)
}

// newCodeID is the id of an app password, which Google numbers from one for each person (a guess: the ids that
// one sees in examples are small).
func (s *state) newCodeID(user string) int {
	s.Made["asp "+user]++
	return s.Made["asp "+user]
}

// digest is what is kept of a secret.
func digest(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

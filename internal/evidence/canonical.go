package evidence

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Canonical is the one form of the evidence in which it is digested and signed: the JSON Canonicalization Scheme of
// RFC 8785. It makes lists ordered and times UTC first, so that it does not matter in what order facts were found, or
// where.
func Canonical(e Evidence) ([]byte, error) { return canonical(normal(e)) }

// canonical is the canonical form of anything, as it is.
func canonical(v any) (jsontext.Value, error) {
	// An empty list is [] wherever it is not left out: json/v2 writes no null for one, as encoding/json does.
	raw, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	text := jsontext.Value(raw)
	return text, text.Canonicalize()
}

// digest is the SHA-256 of a canonical form, as it is written in a bundle.
func digest(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// normal is a copy of the evidence with its times in UTC to the second and its lists in order. Those who gave it keep
// theirs as it is.
func normal(e Evidence) Evidence {
	e.RequestedAt, e.ApprovedAt, e.ClosedAt = second(e.RequestedAt), secondOf(e.ApprovedAt), second(e.ClosedAt)
	e.Systems = ordered(e.Systems, func(s System) string { return s.Name })
	e.Controls = ordered(e.Controls, func(c Control) string { return c.ID })
	for i := range e.Controls {
		normalControl(&e.Controls[i])
	}
	return e
}

func normalControl(c *Control) {
	c.CheckedAt, c.Exception = secondOf(c.CheckedAt), normalException(c.Exception)
	c.Tags, c.Dormant = words(c.Tags), words(c.Dormant)
	c.Grants = ordered(c.Grants, func(g Grant) string { return g.ID })
	for i := range c.Grants {
		g := &c.Grants[i]
		g.RemovedAt, g.AbsentAt, g.Exception = secondOf(g.RemovedAt), secondOf(g.AbsentAt), normalException(g.Exception)
		if g.Attestation != nil {
			a := *g.Attestation
			a.At, a.ExpiresAt = second(a.At), secondOf(a.ExpiresAt)
			g.Attestation = &a
		}
	}
}

func normalException(x *Exception) *Exception {
	if x == nil {
		return nil
	}
	return &Exception{Owner: x.Owner, Reason: x.Reason, Until: second(x.Until)}
}

// ordered is a copy of a list in the order of a name, byte by byte: no language has a say in it. Empty is not nil.
func ordered[T any](list []T, name func(T) string) []T {
	list = append([]T{}, list...)
	slices.SortStableFunc(list, func(a, b T) int { return cmp.Compare(name(a), name(b)) })
	return list
}

// words is a copy of a list of names in order, each of them once.
func words(list []string) []string {
	return slices.Compact(ordered(list, func(s string) string { return s }))
}

func second(t time.Time) time.Time { return t.UTC().Truncate(time.Second) }

func secondOf(t *time.Time) *time.Time {
	if t == nil {
		return nil
	}
	whole := second(*t)
	return &whole
}

// parse reads evidence from its canonical form, and refuses what would not give that same form again: everything that
// is signed is shown, and nothing else.
func parse(text jsontext.Value) (Evidence, error) {
	var e Evidence
	if err := json.Unmarshal(text, &e, json.RejectUnknownMembers(true)); err != nil {
		return Evidence{}, err
	}
	again, err := Canonical(e)
	if err != nil {
		return Evidence{}, err
	}
	if string(again) != string(text) {
		return Evidence{}, fmt.Errorf("the evidence is not in the form of %s: something is null, out of order, empty where it is left out, or a time that is not in UTC to the second", Type)
	}
	return e, nil
}

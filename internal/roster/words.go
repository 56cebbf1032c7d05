package roster

import (
	"fmt"
	"slices"
	"strings"
)

// words are the words of status, in the form in which they are compared.
type words struct{ employed, gone []string }

func (r Reading) words() (words, error) {
	w := words{employed: folded(r.Employed), gone: folded(r.Gone)}
	if len(w.employed) == 0 {
		w.employed = UsualEmployed
	}
	if len(w.gone) == 0 {
		w.gone = UsualGone
	}
	for _, word := range w.employed {
		if slices.Contains(w.gone, word) {
			return words{}, fmt.Errorf("%s is among the words of status for who is employed and among those for who is gone: take it out of one of them", plain(word))
		}
	}
	return w, nil
}

// folded are words without differences that mean nothing, in order.
func folded(list []string) (words []string) {
	for _, word := range list {
		if word = fold(word); word != "" {
			words = append(words, word)
		}
	}
	slices.Sort(words)
	return slices.Compact(words)
}

// fold takes from a word its letter case, spaces around it, and what joins its parts.
func fold(word string) string {
	return strings.Join(strings.Fields(strings.ToLower(strings.NewReplacer("_", " ", "-", " ", byteOrderMark, " ").Replace(word))), " ")
}

// says returns whether a status is that of somebody gone, and what is wrong with it if it says neither.
func (w words) says(status string) (gone bool, fault string) {
	switch word := fold(status); {
	case word == "":
		return false, "the status is empty: write what HR says of them"
	case slices.Contains(w.gone, word):
		return true, ""
	case slices.Contains(w.employed, word):
		return false, ""
	}
	return false, fmt.Sprintf("the status %s is none of the words for who is employed (%s) or gone (%s): add it to employed or to gone",
		plain(status), strings.Join(w.employed, ", "), strings.Join(w.gone, ", "))
}

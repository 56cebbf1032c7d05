package access

import (
	"context"
	"time"
)

// An Entry is an account as the roll of a system has it, with what else the list says of whose it may be.
type Entry struct {
	Account
	// FullName is the holder's, as the system has it. Empty where it has none.
	FullName string
	// Elsewhere are addresses that are noted with the account and do not lead to it, in lower case: a secondary or a
	// private one, or one to recover the account by. Whoever has one of them may be the holder, or may not.
	Elsewhere []string
	// Sort is the system's own word for what sort of account it is, such as Contractor or Service. Empty where the system
	// says nothing: it is never made up from a name.
	Sort string
	// Created and LastSignIn are zero where the list does not say, and LastSignIn where there was none.
	Created, LastSignIn time.Time
}

// A Registrar is a Directory that can list every account there is, in one list for the whole organisation.
type Registrar interface {
	Directory

	// Roll returns every account of the organisation, each once and in no particular order, whatever the state that it is
	// in: active, not activated yet, locked, suspended, archived. Not in it is what the system itself leaves out of its list
	// because it can't be signed in to and nobody but an administrator can change that: each implementation says what that
	// is. So of an account that is in the roll and is not Active, and of one that is not in the roll, the same is known:
	// nobody signs in to it.
	//
	// The roll is complete or an error. All pages are followed; pages that lead in a circle, that repeat an account, or that
	// have one without an id, a name or a status are Malformed, and so is a roll of nobody, unless another of the system's
	// answers says that there is nobody. A credential that may be shown only part of the accounts is Denied, even where the
	// system answers it with a list. Roll asks the system each time, for as many pages as there are and nothing per account;
	// callers share what it returned for the length of a run, and change nothing in it.
	Roll(ctx context.Context) ([]Entry, error)
}

// RollFault says what is wrong with a roll that can't be believed, as in "answered with …", and nothing of one that can.
func RollFault(roll []Entry) string {
	seen := make(map[AccountID]bool, len(roll))
	for _, entry := range roll {
		switch {
		case entry.ID == "":
			return "an account without an id"
		case entry.Status == "":
			return "an account without a status"
		case len(entry.Names) == 0:
			return "an account without a name"
		case seen[entry.ID]:
			return "the account " + string(entry.ID) + " twice"
		}
		seen[entry.ID] = true
	}
	if len(roll) == 0 {
		return "a list of nobody"
	}
	return ""
}

package access

import "errors"

// An ErrorKind is what code may branch on. The list is closed; nobody matches an error's text.
type ErrorKind int

const (
	// Other is an error that no system explained: a cancelled context, a defect.
	Other ErrorKind = iota
	// NotFound means: the system answered with authority that there is no such account or grant.
	NotFound
	// Denied means: the credential is not accepted, or lacks a right, or may see only part of the answer.
	Denied
	// NotAvailable means: the system as it is set up or licensed here does not have this kind of access.
	NotAvailable
	// Blocked means: something in the system stands in the way that a person has to change first.
	Blocked
	// RateLimited means: the system refused for now because of too many calls, for longer than could be waited.
	RateLimited
	// Unavailable means: the system did not answer, or answered that it is unwell.
	Unavailable
	// Malformed means: the answer is not one this system gives, or is incomplete.
	Malformed
)

var kindNames = [...]string{
	Other:        "failed",
	NotFound:     "not found",
	Denied:       "refused",
	NotAvailable: "not available",
	Blocked:      "blocked",
	RateLimited:  "rate limited",
	Unavailable:  "unavailable",
	Malformed:    "malformed answer",
}

func (k ErrorKind) String() string { return kindNames[k] }

// An Error is a failure to find out, or to remove, as the person who has to act on it reads it.
type Error struct {
	Kind ErrorKind
	// Op is what was being done: "list the groups of 00u1".
	Op string
	// Reason is what is wrong, in a sentence without a full stop.
	Reason string
	// Fix is what to do about it, in whole sentences. Empty when only trying again can help.
	Fix string
	// Err is the cause, when there is one worth unwrapping. It is not printed.
	Err error
}

// Error says what failed, why, and what to do.
func (e *Error) Error() string {
	if e.Op == "" {
		return e.Advice()
	}
	return e.Op + ": " + e.Advice()
}

// Advice is Error without what was being done, for where that stands already.
func (e *Error) Advice() string {
	reason := e.Reason
	if reason == "" {
		reason = e.Kind.String()
	}
	if e.Fix == "" {
		return reason
	}
	return reason + ". " + e.Fix
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// KindOf returns the kind of the first Error in err's tree, and Other where there is none.
func KindOf(err error) ErrorKind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return Other
}

// ErrUnresolved is the cause of a Directory's error where it can't tell whose an address is: the system links no account to
// it, and has accounts of which it tells no address. It is not that nobody has one.
var ErrUnresolved = errors.New("the system can't tell whose the address is")

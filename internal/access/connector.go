package access

import (
	"context"
	"slices"
)

// A Directory knows the accounts of one system. It is safe for concurrent use.
//
// Find may answer with what it was told earlier in the same run; Get asks. Neither is used to verify a
// removal.
type Directory interface {
	// Find returns the account that belongs to person. NotFound means that the system answered and nobody
	// in it has this address, and that the credential in use would have been shown such an account. Where
	// several accounts carry the address the error is Blocked and names them: which one is meant is not
	// for a program to guess.
	Find(ctx context.Context, person Person) (Account, error)

	// Get returns the account with this id, or NotFound with the same authority as Find.
	Get(ctx context.Context, id AccountID) (Account, error)

	// Caller returns the account that owns the credential in use, and false if the credential belongs to
	// no account (a service application).
	Caller(ctx context.Context) (AccountID, bool, error)
}

// A Connector lists and removes one kind of access in one system. It is safe for concurrent use, keeps
// nothing between calls that could make a list older than the call, and returns only *Error or the
// context's error.
type Connector interface {
	// List returns every grant of this kind that the account holds, directly from the system, in no
	// particular order, each ID once. An account that holds nothing gives an empty list and no error. An
	// account that does not exist gives NotFound. Whatever could not be seen is an error, or a grant whose
	// label says what could not be seen; a list is never shorter than the truth.
	List(ctx context.Context, account AccountID) ([]Grant, error)

	// Remove asks the system to remove one grant of the account and touches nothing else: no other grant,
	// nobody else's. Removing what is already gone is not an error. It returns once the system has agreed,
	// which may be before List shows it. Blocked means that the system refuses, or would, until somebody
	// changes something outside this grant; the error's Fix says what. Where List can know that beforehand the
	// grant Stays.
	Remove(ctx context.Context, account AccountID, grant GrantID) (Receipt, error)
}

// A Receipt is what the system gave for a removal.
type Receipt struct {
	// Assurance is Observed where List will come to show the grant gone, and Acknowledged where it can't.
	Assurance Assurance
	// Version is the version under which List goes on showing what is left of an Acknowledged grant.
	Version string
	// Moving says that the system has begun and takes as long as it takes, by itself: a transfer of files. It is
	// waited for until the run's time is over.
	Moving bool
	// Lingers is the error to report if List goes on showing the grant: what else has to go before it can,
	// where the connector can't tell whether that is about to happen. Usually nil.
	Lingers error
}

// A Transferer is a Connector some of whose grants have to go to somebody else before they can go.
type Transferer interface {
	Connector

	// Moves says whether this grant needs a successor. It makes no call.
	Moves(grant GrantID) bool

	// Transfer gives the grant to the successor's account first, and then removes it from the account. The
	// rules of Remove hold. A transfer that was half done is completed by doing it again.
	Transfer(ctx context.Context, account AccountID, grant GrantID, successor AccountID) (Receipt, error)
}

// A Vetter is a Transferer that knows reasons why somebody could not receive what is to go to them.
type Vetter interface {
	Transferer
	// Vet returns nil if the successor's account could receive the grants in going, a Blocked error that says why not
	// and what would do, or the error that kept it from finding out. It changes nothing.
	Vet(ctx context.Context, account AccountID, going Holdings, successor AccountID) error
}

// A Disposition is the end state chosen for an account.
type Disposition string

// The dispositions, from the one that is easiest to undo to the one that can't be undone. A system has
// some of them.
const (
	Suspend    Disposition = "suspend"
	Deactivate Disposition = "deactivate"
	Archive    Disposition = "archive"
	Delete     Disposition = "delete"
)

// Dispositions are all of them, in that order.
var Dispositions = []Disposition{Suspend, Deactivate, Archive, Delete}

// Reaches says that an account which has been brought to d needs nothing more to be at want. The empty
// disposition reaches none.
func (d Disposition) Reaches(want Disposition) bool {
	return slices.Index(Dispositions, d) >= slices.Index(Dispositions, want)
}

// Under returns the grants that still have to be brought to a disposition.
func Under(listed []Grant, d Disposition) []Grant {
	return slices.DeleteFunc(slices.Clone(listed), func(g Grant) bool { return g.Reached.Reaches(d) })
}

// A Disposer is a Connector to which the end state is a choice. By itself it lists the account for as long
// as there is one, with what it has Reached, and removes nothing.
type Disposer interface {
	Connector

	// Dispose returns the connector that lists the account until it has reached this end state, and brings
	// it there; and false if the system does not have it.
	Dispose(d Disposition) (Connector, bool)
}

// A Rechecker is a Connector whose whole list costs so much that verifying a removal asks about single
// grants instead. What appears elsewhere behind a plan's back is then found by the next List.
type Rechecker interface {
	Connector

	// Recheck is List, of those grants alone.
	Recheck(ctx context.Context, account AccountID, grants []GrantID) ([]Grant, error)
}

// An Outliver is a Rechecker of what a person keeps when their access is cut: the secrets they know. List shows what the
// account can get at now, so that it is short, and the account unknown, once it can't get at anything. What was listed once
// is gone only when Recheck does not return it any more.
type Outliver interface {
	Rechecker

	// Outlives says that Recheck answers of an account that is gone as of one that is there: it is the grants that it asks
	// about. It never returns NotFound. Outlives makes no call.
	Outlives()
}

// A Leftover is an Outliver of which List shows all for as long as there is the account, whether or not that can sign in: what
// somebody made, with their name on it.
type Leftover interface {
	Outliver

	// Remains makes no call.
	Remains()
}

// A Surveyor is a Connector that learns what everybody holds from the calls it needs to learn it of one
// account.
type Surveyor interface {
	Connector

	// Survey is List, of every account that holds something. That an account is not in it says that it holds
	// nothing, not that it exists.
	Survey(ctx context.Context) (map[AccountID][]Grant, error)
}

// A Guard is a Connector that knows reasons to refuse a removal before anything is touched.
type Guard interface {
	Connector

	// Refuse returns nil if the grants in going may be removed from the account, a Blocked error that says
	// why not and what would do, or the error that kept it from finding out. It changes nothing.
	Refuse(ctx context.Context, account AccountID, going Holdings) error
}

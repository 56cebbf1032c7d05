package access

import (
	"context"
	"time"
)

// Data is a kind of data that a system keeps from being purged while somebody is on legal hold.
type Data string

// The kinds of data.
const (
	Mail  Data = "mail"
	Drive Data = "drive"
	Chat  Data = "chat"
)

// A MatterID is a system's own immutable id of a matter. It is opaque.
type MatterID string

// A HoldID is a system's own immutable id of a hold. It is opaque.
type HoldID string

// A Matter is the legal case that holds belong to.
type Matter struct {
	ID   MatterID
	Name string
	// Open says that the matter can have holds. What was held in one that is not is held no more.
	Open bool
}

// A Hold keeps data of one kind, of those whom it names, from being purged.
type Hold struct {
	ID   HoldID
	Name string
	Data Data
	// Since is from when on it has held what the account has, and zero where the system does not say.
	Since time.Time
	// Part says which part of the data it holds, such as "only what matches a search". Empty is everything.
	Part string
}

// A Custodian is a system in which somebody can be put on legal hold. It is safe for concurrent use, keeps nothing
// between calls that could make what it says of a hold older than the call, and returns only *Error or the context's
// error.
//
// A hold that could not be looked at is an error: it is taken neither for there nor for gone. Nothing but Release
// ends one.
type Custodian interface {
	// Holdable are the kinds of data that it can hold, in order. It makes no call.
	Holdable() []Data

	// HoldName is what Place calls the hold of a person's data. It makes no call.
	HoldName(person Person, data Data) string

	// Matter returns the matter that given names by its id or its name, open or not; or, if given is empty, the latest of
	// those that are the person's own. NotFound means that there is none, and that the credential in use would have
	// been shown it.
	Matter(ctx context.Context, person Person, given string) (Matter, error)

	// OpenMatter returns the matter to place holds in: the one that is given, which is Blocked where it is not open, or
	// the person's own, which is made if there is none that is open.
	OpenMatter(ctx context.Context, person Person, given string) (Matter, error)

	// Naming returns the holds of a matter that name the account, one for each kind of data, of which it may hold a part:
	// the one that Place would make, else one that holds all, else one that names nobody else, else the oldest. It is how holds that are
	// there already are adopted.
	Naming(ctx context.Context, account AccountID, person Person, matter MatterID) (map[Data]Hold, error)

	// Watch returns the matter, and those of its holds with these ids that name the account still. It asks for each
	// directly. A hold which is gone, or has been taken off the account, is not among them; nor is any once the matter
	// is not open.
	Watch(ctx context.Context, account AccountID, matter MatterID, holds map[Data]HoldID) (Matter, map[Data]Hold, error)

	// Covering returns what keeps anything of the account from being purged, placed by whomever, by name or through
	// something that the account is part of: the holds in all matters, as labels. It may answer with what it was told
	// earlier in the same run, and so is for showing alone.
	Covering(ctx context.Context, account AccountID) (map[HoldID]string, error)

	// Place puts all of one kind of data of the account on hold in a matter, under HoldName, and returns once the system
	// has agreed. If there is such a hold already it is that one; if it has been taken off the account it is put on it
	// again. A request of which nobody knows what became is not made twice: what there is afterwards decides. Blocked
	// means that the system refuses until somebody changes something; the error's Fix says what.
	Place(ctx context.Context, account AccountID, person Person, matter MatterID, data Data) (Hold, error)

	// Release takes a hold off the account. Nobody else whom it names is touched: it ends for all only if it names nobody
	// else. Releasing what is gone already is not an error.
	Release(ctx context.Context, account AccountID, matter MatterID, hold HoldID) error
}

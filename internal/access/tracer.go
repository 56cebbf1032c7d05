package access

import "context"

// A Tracer lists one kind of what an account made or answers for in a system and that is not access of the account: it
// goes on working when the account is closed, in the hands of whoever has its secrets (OWASP Non-Human Identities Top 10
// of 2025, NHI1). Nothing in this provider removes it, because others may depend on it: somebody has to take it over. It
// is safe for concurrent use, keeps nothing between calls that could make a list older than the call, and returns only
// *Error or the context's error.
type Tracer interface {
	// Trace returns everything of this kind that is there and that the account made or answers for, each ID once, in no
	// particular order. What has been deleted since is not in it. As of a list, what could not be seen is an error, and
	// what the system as it is set up or licensed does not have is NotAvailable. The account may have been deleted: what it
	// made is still there, and is still listed.
	//
	// Where a system remembers for so many days only who made something, the list is of those days, and the Note of each
	// grant and the documentation of the kind say how many; what is older is not in it, whoever made it.
	//
	// Of a grant only ID, Label and Note are used. The label carries names and ids and never a secret: neither an address
	// that something is sent to, which may have one in it, nor a header.
	Trace(ctx context.Context, account AccountID) ([]Grant, error)
}

// A Retracer is a Tracer of what the system forgets who made. What was traced once and is not listed any more may only have
// been forgotten, which is not gone.
type Retracer interface {
	Tracer

	// Retrace is Trace, of these grants alone, whoever made them: what of them is still there, under the labels it is known by.
	Retrace(ctx context.Context, known Holdings) ([]Grant, error)
}

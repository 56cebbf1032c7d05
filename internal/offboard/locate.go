package offboard

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/offboard/terraform-provider-offboard/internal/access"
)

// A sighting is what a system says of a person: their account, or with authority that there is none.
type sighting struct {
	access.Account
	// None says that nobody in the system is this person.
	None bool
	// Renewed says that the account which was known is gone and that the person has another one.
	Renewed bool
	// Unlinked says that the system can't tell any more whose the address is, so that it is the one which was known.
	Unlinked bool
}

// locate is locate in the system's directory. Where the system can't tell any more whose an address is, it is that of the account
// which it led to earlier in the run: a case that comes after an exit is about the same account.
func (s *System) locate(ctx context.Context, person access.Person, known access.AccountID, pinned bool) (sighting, error) {
	seen, err := locate(ctx, s.Directory, person, known, pinned)
	if id, met := s.met.Load(person); met && known == "" && errors.Is(err, access.ErrUnresolved) {
		seen, err = locate(ctx, s.Directory, person, id.(access.AccountID), false) //nolint:forcetypeassert // Nothing else is stored.
	}
	if err == nil && !pinned {
		s.meet(person, seen.ID)
	}
	return seen, err
}

// meet notes which account a person's address leads to.
func (s *System) meet(person access.Person, account access.AccountID) {
	if account != "" {
		s.met.Store(person, account)
	}
}

// locate finds the account whose access is to be listed. known is the account of earlier, if any; pinned
// says that the configuration or an import names it, and then the address is asked about only once it is gone.
//
// A system may forget whose an address is, as when somebody is unlinked with their exit (access.ErrUnresolved). Then the
// account that was known goes on being watched, and nobody else is looked for.
//
// An account that was known goes on being watched when it is renamed. Only if it is gone does another
// account under the same address take its place. Several accounts at once are an error: watching one of
// them would be silent about the others.
func locate(ctx context.Context, directory access.Directory, person access.Person, known access.AccountID, pinned bool) (sighting, error) {
	var found access.Account
	var unresolved error
	if !pinned {
		var err error
		found, err = directory.Find(ctx, person)
		switch {
		case known != "" && errors.Is(err, access.ErrUnresolved):
			unresolved = err
		case err != nil && access.KindOf(err) != access.NotFound:
			return sighting{}, err
		case err != nil && known == "":
			return sighting{None: true}, nil
		case err == nil && (known == "" || known == found.ID):
			return sighting{Account: found}, nil
		}
	}
	account, err := directory.Get(ctx, known)
	switch {
	case err == nil && found.ID != "" && found.Own(person):
		return sighting{}, &access.Error{
			Kind: access.Blocked, Op: "find the account of " + string(person),
			Reason: fmt.Sprintf("the address now leads to the account %s, while %s, which is watched here, is still there as well", found.ID, known),
			Fix:    "Pin this resource to one of them with account, and watch the other with a resource of its own.",
		}
	case err == nil:
		return sighting{Account: account, Unlinked: unresolved != nil}, nil
	case access.KindOf(err) != access.NotFound:
		return sighting{}, err
	}
	if unresolved != nil {
		return sighting{}, &access.Error{
			Kind: access.Blocked, Op: "find the account of " + string(person), Err: unresolved,
			Reason: fmt.Sprintf("the account %s is gone, and whether the person has another can't be told: %v", known, unresolved),
			Fix: fmt.Sprintf("Name the one they have with account. If they have none, take the resource out of the state, and import it again with the account in "+
				"its id, as SYSTEM/%s/%s.", person, known),
		}
	}
	if pinned {
		// Where it can't be told either the configuration has said which account is the person's.
		if found, err = directory.Find(ctx, person); err != nil && access.KindOf(err) != access.NotFound && !errors.Is(err, access.ErrUnresolved) {
			return sighting{}, err
		}
	}
	switch {
	case found.ID == "":
		return sighting{None: true}, nil
	case found.Own(person):
		return sighting{Account: found, Renewed: true}, nil
	case pinned:
		// Somebody else has been given the address, and the account that is meant is gone.
		return sighting{None: true}, nil
	}
	return sighting{}, &access.Error{
		Kind: access.Blocked, Op: "find the account of " + string(person),
		Reason: fmt.Sprintf("the account %s is gone, and the address is an alias of the account %s (%s) now", known, found.ID, strings.Join(found.Names, ", ")),
		Fix: fmt.Sprintf("If that is the same person, say so with account = %q. If somebody else gets their mail now, say with account = %q that the account "+
			"which is gone is the one that is meant.", found.ID, known),
	}
}

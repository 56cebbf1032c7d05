package scim

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/offboard/terraform-provider-offboard/internal/access"
)

// A finding is what an application says of an address: one account, or with authority that it is nobody's or not only
// one's.
type finding struct {
	account access.Account
	err     error
}

// Find looks for the accounts that carry the person's address: as userName, as an address for work, or as an external id.
func (s *SCIM) Find(ctx context.Context, person access.Person) (access.Account, error) {
	f, err := s.found.Get(ctx, person, func() (finding, error) {
		account, err := s.find(ctx, person)
		if kind := access.KindOf(err); kind == access.NotFound || kind == access.Blocked && refusalOf(err) == nil {
			return finding{err: err}, nil
		}
		return finding{account: account}, err
	})
	if err != nil {
		return access.Account{}, err
	}
	return f.account, f.err
}

// find asks by filter, and believes of what comes only who carries the address. Where a filter is not taken, answers with
// somebody else or is not known to work, and where there is none by address, it looks through the list of everybody instead:
// somebody may have a second account. And so it does before it says that there is nobody.
func (s *SCIM) find(ctx context.Context, person access.Person) (access.Account, error) {
	what := "find the account of " + string(person)
	matches, obeyed := map[string]*user{}, s.profile.findsByAddress()
	found, noted := map[string][]*user{}, map[string]*user{}
	for _, attribute := range s.profile.attributesToFind() {
		hits, others, err := s.ask(ctx, what, attribute, string(person))
		if err != nil && !notImplemented(err) {
			return access.Account{}, err
		}
		obeyed = obeyed && err == nil && others == nil
		noting(noted, others, string(person))
		found[attribute] = hits
		for _, u := range hits {
			matches[u.ID] = u
		}
	}
	if !obeyed || len(matches) == 0 || len(matches) == 1 && !s.findsAll(ctx, what, string(person), matches, found) {
		everybody, err := s.everybody(ctx)
		switch {
		case err != nil && !inPart(err):
			return access.Account{}, err
		case err == nil:
			matches = map[string]*user{}
			for _, u := range everybody {
				if slices.Contains(u.names(), string(person)) {
					matches[u.ID] = u
				}
			}
			noting(noted, everybody, string(person))
		default:
			// There is no whole list, so that all rests on the filters: of nobody, and of there being no other.
			if unproven := s.provenByFilter(ctx, what, err); unproven != nil {
				return access.Account{}, unproven
			}
			if !s.profile.findsByAddress() {
				return access.Account{}, s.byNameAlone(what, err, matches)
			}
		}
	}
	if len(matches) == 0 && len(noted) > 0 {
		return access.Account{}, &access.Error{
			Kind: access.Blocked, Op: s.op(what),
			Reason: "nobody in " + s.config.Name + " has that userName or address for work, and it is noted as another address of " + strings.Join(described(noted), ", "),
			Fix:    "If that is the same person, say so with account = \"<id>\". If it is somebody else, have the address taken out there.",
		}
	}
	return s.only(what, matches)
}

// noting adds those of the accounts that have an address noted as neither for work nor for home.
func noting(noted map[string]*user, accounts []*user, address string) {
	for _, u := range accounts {
		if !slices.Contains(u.names(), address) && slices.ContainsFunc(u.Emails, func(email value) bool {
			return strings.EqualFold(strings.TrimSpace(email.Value), address) && !strings.EqualFold(email.Type, "home")
		}) {
			noted[u.ID] = u
		}
	}
}

// findsAll says that each filter finds whom it should among the matches; where none of them has the attribute, that it finds
// somebody else who has. One that is answered with nobody whatever it asks hides the second account of somebody.
func (s *SCIM) findsAll(ctx context.Context, what, address string, matches map[string]*user, found map[string][]*user) bool {
	for attribute, hits := range found {
		carried := false
		for _, u := range matches {
			if !strings.EqualFold(u.by(attribute), address) {
				continue
			}
			if carried = true; !slices.ContainsFunc(hits, func(hit *user) bool { return hit.ID == u.ID }) {
				return false
			}
		}
		if carried {
			continue
		}
		// Whatever keeps it from being known, the list decides.
		if unproven, err := s.obeyed(ctx, what, attribute); err != nil || unproven != nil {
			return false
		}
	}
	return true
}

// byNameAlone is the error of an application that lists nobody and finds people by userName alone.
func (s *SCIM) byNameAlone(what string, unlisted error, matches map[string]*user) error {
	reason := "there is no whole list (" + reasonOf(unlisted) + "), and no filter by address, so that whoever has another userName can't be seen"
	if len(matches) > 0 {
		reason += "; by userName it is " + strings.Join(described(matches), ", ")
	}
	return &access.Error{
		Kind: access.Denied, Op: s.op(what), Reason: reason, Err: errPart,
		Fix: "Look in " + s.profile.Vendor + " itself, and name each account that they have by its id (account = \"<id>\"), or attest that there is none (offboard_attestation).",
	}
}

// described are accounts with their ids, for people.
func described(matches map[string]*user) (accounts []string) {
	for _, u := range matches {
		accounts = append(accounts, fmt.Sprintf("%s (userName %s, %s)", u.ID, u.name(), u.status()))
	}
	slices.Sort(accounts)
	return accounts
}

// only is the one account that carries an address.
func (s *SCIM) only(what string, matches map[string]*user) (access.Account, error) {
	switch {
	case len(matches) == 0 && s.profile.Partial != "":
		return access.Account{}, &access.Error{
			Kind: access.Denied, Op: s.op(what), Reason: s.profile.Partial + ", so that somebody who is not found may have an account all the same",
			Fix: "Look in " + s.profile.Vendor + " itself, and attest it (offboard_attestation).",
		}
	case len(matches) == 0:
		reason := "nobody in " + s.config.Name + " has that userName or address"
		if s.profile.Reads != ActiveFalse {
			reason += "; who is not active is not shown"
		}
		return access.Account{}, &access.Error{Kind: access.NotFound, Op: s.op(what), Reason: reason}
	case len(matches) == 1:
		for _, u := range matches {
			return u.account(), nil
		}
	}
	return access.Account{}, &access.Error{
		Kind: access.Blocked, Op: s.op(what),
		Reason: fmt.Sprintf("%d accounts carry this address: %s", len(matches), strings.Join(described(matches), ", ")),
		Fix:    "Say which one with account = \"<id>\", and watch each of the others too, with a resource of its own that names it.",
	}
}

// ask asks by a filter on one attribute, and returns who carries the value, and who else is in the answer, which is nil if
// nobody is, and if there is no more of it than one page.
func (s *SCIM) ask(ctx context.Context, what, attribute, address string) (hits, others []*user, err error) {
	p, err := s.page(ctx, what, "/Users", url.Values{"filter": {attribute + " eq " + quote(address)}})
	if err != nil {
		return nil, nil, err
	}
	listed, err := decode[*user](s, what, p)
	if err != nil {
		return nil, nil, err
	}
	if p.TotalResults != nil && *p.TotalResults != len(listed) || p.NextCursor != "" {
		others = []*user{}
	}
	for _, u := range listed {
		if slices.Contains(u.names(), strings.ToLower(address)) {
			hits = append(hits, u)
		} else {
			others = append(others, u)
		}
	}
	return hits, others, nil
}

// everybody is the list of all accounts, once a run, for finding people.
func (s *SCIM) everybody(ctx context.Context) ([]*user, error) {
	return s.everyone.Get(ctx, func() ([]*user, error) { return s.list(ctx) })
}

// list lists all accounts. A sample in place of a list is none.
func (s *SCIM) list(ctx context.Context) ([]*user, error) {
	const what = "list everybody"
	listed, err := all[*user](ctx, s, what, "/Users")
	switch {
	case err != nil:
		return nil, err
	case len(listed) == 0:
		return nil, s.part(what, "a list of nobody")
	case slices.ContainsFunc(listed, s.madeUp):
		return nil, s.part(what, "a sample in place of a list")
	}
	return listed, nil
}

// provenByFilter returns nil if every filter by which people are looked for finds somebody who is known to be there, and
// nobody else. An application that answers 200 with nobody to a filter that it does not know has nobody to show for it.
func (s *SCIM) provenByFilter(ctx context.Context, what string, unlisted error) error {
	for _, attribute := range s.profile.attributesToFind() {
		unproven, err := s.obeyed(ctx, what, attribute)
		if err != nil {
			return err
		}
		if unproven != nil {
			return &access.Error{
				Kind: access.Malformed, Op: s.op(what), Err: errPart,
				Reason: unproven.Error() + "; and by a list it can't be told either (" + reasonOf(unlisted) + ")",
				Fix:    "Name the account by its id (account = \"<id>\"), or set control to the userName of somebody who is known to be there.",
			}
		}
	}
	return nil
}

// obeyed is obeysFilter, once a run.
func (s *SCIM) obeyed(ctx context.Context, what, attribute string) (unproven, err error) {
	return s.obeys.Get(ctx, attribute, func() (error, error) { return s.obeysFilter(ctx, what, attribute) })
}

// obeysFilter looks for somebody who is there by an attribute of theirs.
func (s *SCIM) obeysFilter(ctx context.Context, what, attribute string) (unproven, err error) {
	known, err := s.somebody(ctx, what, "")
	if err != nil {
		return nil, err
	}
	value := known.by(attribute)
	if value == "" {
		return fmt.Errorf("the filter %s eq could not be tried, as %s has no such attribute", attribute, known.name()), nil
	}
	hits, others, err := s.ask(ctx, what, attribute, value)
	switch {
	case err != nil && !notImplemented(err):
		return nil, err
	case err != nil || others != nil || len(hits) != 1 || hits[0].ID != known.ID:
		return fmt.Errorf("the filter %s eq does not find %s, who is there, so that whom it does not find may be there too", attribute, known.name()), nil
	}
	return nil, nil
}

// by is the value of an attribute by which people are looked for.
func (u *user) by(attribute string) string {
	switch attribute {
	case "userName":
		return u.UserName
	case "externalId":
		if strings.Contains(u.ExternalID, "@") {
			return u.ExternalID
		}
		return ""
	}
	for _, email := range u.Emails {
		if email.atWork() {
			return email.Value
		}
	}
	return ""
}

func reasonOf(err error) string {
	if e, ok := asError(err); ok {
		return e.Reason
	}
	return err.Error()
}

package google

import (
	"context"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"
	admin "google.golang.org/api/admin/directory/v1"
	"google.golang.org/api/calendar/v3"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/system"
)

// ReceivedDelegations are the mailboxes and the calendars of others in which the account has been let in by name,
// whether or not it has ever looked at them, and whatever state it is in.
//
// Google can't be asked for them. One sweep asks every active account of the customer, in its own name, for the
// delegates of its mailbox and for who may see the calendars it owns (google.md sections 10 and 11), and serves
// everybody who leaves: two access tokens and at least three requests for each account. That is why it is a kind of
// its own, which nobody has to use.
//
// What somebody who is not active has lent can be neither seen nor used, and so it is with a mailbox or calendars that
// are off. The sweep leaves it out; of what was there before it is found out that it is dormant, and not gone.
func ReceivedDelegations(g *Google) access.Connector { return receivedDelegations{g} }

type receivedDelegations struct{ *Google }

var (
	_ access.Surveyor  = receivedDelegations{}
	_ access.Rechecker = receivedDelegations{}
)

// ownersAtOnce is how many owners are asked side by side.
const ownersAtOnce = 8

const (
	mailboxOf  = "mailbox/"
	calendarOf = "calendar/"
)

// A lent thing is one that its owner has let others into, with what each of them may do there.
type lent struct {
	id   access.GrantID
	with map[string]string
	// label is of what somebody may do there.
	label func(role string) string
	// dormant says that nobody can be in it now, and who was in it can't be seen.
	dormant bool
}

// asleep is the row of a thing that nobody can be in now.
func (l lent) asleep() access.Grant {
	return access.Grant{ID: l.id, Label: string(l.id) + " (its owner is not active, or the service is off for them)", Dormant: true}
}

// Survey asks everybody.
func (c receivedDelegations) Survey(ctx context.Context) (map[access.AccountID][]access.Grant, error) {
	everybody, err := c.everybody(ctx)
	if err != nil {
		return nil, err
	}
	whose := peopleByAddress(everybody)
	var mu sync.Mutex
	held := map[access.AccountID][]access.Grant{}
	err = c.each(ctx, everybody, func(ctx context.Context, u *admin.User) error {
		things, err := c.lentBy(ctx, u)
		if err != nil {
			return err
		}
		mu.Lock()
		defer mu.Unlock()
		for _, thing := range things {
			// Two addresses of one account are one grant.
			to := map[string]bool{}
			for address, role := range thing.with {
				if other := whose[address]; other != nil && other.Id != u.Id && !to[other.Id] {
					account := access.AccountID(other.Id)
					to[other.Id] = true
					held[account] = append(held[account], access.Grant{ID: thing.id, Label: thing.label(role)})
				}
			}
		}
		return nil
	})
	return held, err
}

// each asks about several accounts side by side.
func (c receivedDelegations) each(ctx context.Context, some []*admin.User, ask func(context.Context, *admin.User) error) error {
	asking, askCtx := errgroup.WithContext(ctx)
	asking.SetLimit(ownersAtOnce)
	for _, u := range some {
		if status(u) == active {
			asking.Go(func() error { return ask(askCtx, u) })
		}
	}
	if err := asking.Wait(); err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return unsure(err)
	}
	return nil
}

// lentBy are the things of one account that others have been let into.
func (c receivedDelegations) lentBy(ctx context.Context, u *admin.User) (things []lent, err error) {
	mailbox, err := c.mailboxOf(ctx, u)
	if err != nil {
		return nil, err
	}
	owned, err := c.calendarsOf(ctx, u)
	if err != nil && !withoutCalendar(err) {
		return nil, err
	}
	things = append(things, mailbox)
	for _, e := range owned {
		thing, err := c.calendarLent(ctx, u, e)
		if err != nil {
			return nil, err
		}
		things = append(things, thing)
	}
	return things, nil
}

// mailboxOf is the mailbox of an account with its delegates. One that is off, or not set up, lets nobody in.
func (c receivedDelegations) mailboxOf(ctx context.Context, u *admin.User) (lent, error) {
	box := lent{id: access.GrantID(mailboxOf + u.Id), with: map[string]string{}, label: func(pending string) string {
		return "the mailbox of " + name(u) + " (they read and send its mail" + pending + ")"
	}}
	found, err := delegations(c).mailDelegates(ctx, u)
	if isPrecondition(err) {
		box.dormant = true
		return box, nil
	}
	for _, d := range found {
		box.with[strings.ToLower(d.DelegateEmail)] = unconfirmed(d.VerificationStatus)
	}
	return box, err
}

// calendarsOf are the calendars that an account owns, the primary one among them.
func (c receivedDelegations) calendarsOf(ctx context.Context, u *admin.User) ([]*calendar.CalendarListEntry, error) {
	listed, err := delegations(c).calendarList(ctx, u)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(listed, func(e *calendar.CalendarListEntry) bool {
		return !e.Primary && !owns(u, e)
	}), nil
}

// calendarLent is a calendar with those who were let in by name. One that went meanwhile has nobody in it. Of one whose
// owner has Calendar turned off nobody can see who is.
func (c receivedDelegations) calendarLent(ctx context.Context, u *admin.User, e *calendar.CalendarListEntry) (lent, error) {
	thing := lent{id: access.GrantID(calendarOf + u.Id + "/" + e.Id), with: map[string]string{}, label: func(role string) string {
		return sharedLabel(e.Summary, e.Id, u, role)
	}}
	found, err := c.rulesOf(ctx, u, e.Id)
	if thing.dormant = withoutCalendar(err); thing.dormant || notTheirs(err) {
		return thing, nil
	}
	for _, rule := range found {
		if rule.Scope.Type == "user" && rule.Role != "none" {
			thing.with[strings.ToLower(rule.Scope.Value)] = rule.Role
		}
	}
	return thing, err
}

// List is what the sweep finds of one account.
func (c receivedDelegations) List(ctx context.Context, account access.AccountID) ([]access.Grant, error) {
	if _, err := c.user(ctx, account); err != nil {
		return nil, err
	}
	everything, err := c.Survey(ctx)
	return everything[account], err
}

// Recheck asks the owners of these alone.
func (c receivedDelegations) Recheck(ctx context.Context, account access.AccountID, grants []access.GrantID) ([]access.Grant, error) {
	u, err := c.user(ctx, account)
	if err != nil {
		return nil, err
	}
	var still []access.Grant
	for _, id := range grants {
		thing, err := c.lookAt(ctx, id)
		if err != nil {
			return nil, err
		}
		if thing.dormant {
			still = append(still, thing.asleep())
		}
		for _, address := range everyAddress(u) {
			if role, in := thing.with[address]; in {
				still = append(still, access.Grant{ID: id, Label: thing.label(role)})
				break
			}
		}
	}
	return still, nil
}

// lookAt asks the owner of one thing. With an owner who is gone it is gone.
func (c receivedDelegations) lookAt(ctx context.Context, id access.GrantID) (lent, error) {
	owner, calendarID, err := c.lender(ctx, id)
	switch {
	case owner == nil || err != nil:
		return lent{}, err
	case status(owner) != active:
		return lent{id: id, dormant: true}, nil
	case calendarID == "":
		return c.mailboxOf(ctx, owner)
	}
	return c.calendarLent(ctx, owner, &calendar.CalendarListEntry{Id: calendarID, Summary: calendarID})
}

// lender is the owner whom an id names, if the account is there, and the calendar if it is one.
func (c receivedDelegations) lender(ctx context.Context, id access.GrantID) (owner *admin.User, calendarID string, err error) {
	of, isMailbox := strings.CutPrefix(string(id), mailboxOf)
	rest, isCalendar := strings.CutPrefix(string(id), calendarOf)
	if isCalendar {
		of, calendarID, isCalendar = strings.Cut(rest, "/")
	}
	if !isMailbox && !isCalendar {
		// A row of a hand in the state: nothing of that name can be there.
		return nil, "", nil
	}
	owner, err = c.user(ctx, access.AccountID(of))
	return owner, calendarID, system.IgnoreNotFound(err)
}

// Remove takes the account out of one mailbox or calendar, as its owner.
// DELETE /gmail/v1/users/me/settings/delegates/{address}, scope gmail.settings.sharing, and as in unshare.
func (c receivedDelegations) Remove(ctx context.Context, account access.AccountID, grant access.GrantID) (access.Receipt, error) {
	gone := access.Receipt{Assurance: access.Observed}
	u, err := c.user(ctx, account)
	if err != nil {
		return gone, system.IgnoreNotFound(err)
	}
	owner, calendarID, err := c.lender(ctx, grant)
	if owner == nil || err != nil {
		return gone, err
	}
	if status(owner) != active {
		return access.Receipt{}, ownerAway(owner, string(grant))
	}
	if calendarID != "" {
		if err := c.unshare(ctx, owner, calendarID, everyAddress(u)); !notTheirs(err) {
			return gone, err
		}
		return gone, nil
	}
	box, err := c.mailboxOf(ctx, owner)
	if err != nil {
		return gone, err
	}
	for _, address := range everyAddress(u) {
		if _, in := box.with[address]; !in {
			continue
		}
		if err := delegations(c).removeDelegate(ctx, owner, address); err != nil {
			return gone, err
		}
	}
	return gone, nil
}

package google

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	datatransfer "google.golang.org/api/admin/datatransfer/v1"
	admin "google.golang.org/api/admin/directory/v1"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/transport"
	"github.com/offboard/terraform-provider-offboard/internal/turns"
)

// What a person owns goes to a successor by Data Transfer. A transfer takes as long as it takes, is not idempotent
// (asked for twice there are two), and can't be cancelled. So before one is begun, those that there are are looked
// through; and an apply that runs out of time leaves it to the next to pick it up where it stands.

// An application is one that Data Transfer moves things of
// (https://developers.google.com/workspace/admin/data-transfer/v1/parameters).
type application struct {
	id   int64
	name string
	// levels are the privacy levels that have to be asked for: by default Drive moves only what is shared.
	levels []string
}

var (
	driveApp    = application{55656082996, "Drive and Docs", []string{"PRIVATE", "SHARED"}}
	calendarApp = application{435070579839, "Calendar", nil}
	lookerApp   = application{810260081642, "Looker Studio", nil}
)

var transfers = thing{
	name: "data transfers", read: "admin.datatransfer.readonly", manage: "admin.datatransfer", privilege: "Data Transfer",
	kind: "admin#datatransfer#",
}

const privacyLevel = "PRIVACY_LEVEL"

// part is what a transfer says of an application, and whether it is about all of it. Where the application is named more
// than once, what is not over yet decides.
func (a application) part(t *datatransfer.DataTransfer) (word string, whole, named bool) {
	var asked []string
	for _, part := range t.ApplicationDataTransfers {
		if part == nil || part.ApplicationId != a.id {
			continue
		}
		if own := strings.ToLower(part.ApplicationTransferStatus); !named || word == completed || word == failed && own != completed {
			word = own
		}
		named = true
		for _, param := range part.ApplicationTransferParams {
			if param != nil && param.Key == privacyLevel {
				asked = append(asked, param.Value...)
			}
		}
	}
	return word, !slices.ContainsFunc(a.levels, func(level string) bool { return !slices.Contains(asked, level) }), named
}

// A move is a transfer as far as one application goes.
type move struct {
	id string
	to access.AccountID
	at time.Time
	// whole says that it is about all of the application, and not about what is shared, or private, alone.
	whole  bool
	ended  bool
	failed bool
}

// The words that are known for how a transfer stands, in lower case. Google lists its words nowhere, so that every other
// one means that it is running.
const (
	completed = "completed"
	failed    = "failed"
	underWay  = "inprogress"
)

// over says that a transfer has ended, with all of its parts: that one of them failed is no word on the others.
func over(t *datatransfer.DataTransfer) bool {
	overall := strings.ToLower(t.OverallTransferStatusCode)
	return (overall == completed || overall == failed) && !slices.ContainsFunc(t.ApplicationDataTransfers, func(part *datatransfer.ApplicationDataTransfer) bool {
		return part != nil && strings.ToLower(part.ApplicationTransferStatus) == underWay
	})
}

// moved reads how a transfer stands. It is completed only if it says so as a whole and of this application.
func (a application) moved(call op, t *datatransfer.DataTransfer) (*move, error) {
	own, whole, named := a.part(t)
	if !named {
		return nil, nil //nolint:nilnil // A transfer of something else is none of this application's.
	}
	at, err := time.Parse(time.RFC3339, t.RequestTime)
	if t.Id == "" || t.NewOwnerUserId == "" || err != nil {
		return nil, malformed(call, "a transfer without its id, its new owner or its time")
	}
	m := &move{id: t.Id, to: access.AccountID(t.NewOwnerUserId), at: at, whole: whole}
	switch overall := strings.ToLower(t.OverallTransferStatusCode); {
	case !over(t):
	case overall == failed:
		m.ended, m.failed = true, own != completed
	case own == completed, own == failed:
		m.ended, m.failed = true, own == failed
	}
	return m, nil
}

// transfersFrom are the transfers from an account, of whatever application and to whomever.
// GET /admin/datatransfer/v1/transfers?oldOwnerUserId={id}, scope admin.datatransfer.readonly.
func (g *Google) transfersFrom(ctx context.Context, call op, account access.AccountID) ([]*datatransfer.DataTransfer, error) {
	all, err := list(ctx, g, call, func(ctx context.Context, token string) (page[datatransfer.DataTransfer], error) {
		answer, err := g.transfer.Transfers.List().OldOwnerUserId(string(account)).MaxResults(500).PageToken(token).Context(ctx).Do()
		if err != nil {
			return page[datatransfer.DataTransfer]{}, err
		}
		return page[datatransfer.DataTransfer]{answer.DataTransfers, answer.Kind, answer.NextPageToken}, nil
	})
	if err != nil {
		return nil, unsure(err)
	}
	if slices.ContainsFunc(all, func(t *datatransfer.DataTransfer) bool { return t.OldOwnerUserId != string(account) }) {
		return nil, malformed(call, "a transfer from somebody else")
	}
	return all, nil
}

// refuseMoving refuses to do something in the middle of a transfer, of whatever application and to whomever.
func (g *Google) refuseMoving(ctx context.Context, u *admin.User, what string) error {
	all, err := g.transfersFrom(ctx, reading(transfers, "list the transfers from %s", name(u)), access.AccountID(u.Id))
	if err != nil {
		return err
	}
	for _, t := range all {
		if !over(t) {
			return &access.Error{
				Kind: access.Blocked, Op: what, Reason: "what they own is being transferred, and the transfer " + t.Id + " is not over",
				Fix: "Apply again when it is: it takes as long as it takes.",
			}
		}
	}
	return nil
}

// moves are the transfers of an application from an account, the latest first.
func (g *Google) moves(ctx context.Context, a application, account access.AccountID) ([]*move, error) {
	call := reading(transfers, "list the transfers of %s from %s", a.name, account)
	all, err := g.transfersFrom(ctx, call, account)
	if err != nil {
		return nil, err
	}
	var found []*move
	for _, t := range all {
		m, err := a.moved(call, t)
		if err != nil {
			return nil, err
		}
		if m != nil {
			found = append(found, m)
		}
	}
	slices.SortStableFunc(found, func(a, b *move) int { return b.at.Compare(a.at) })
	return found, nil
}

// A mover moves what an account owns in one application. It remembers the transfers that this run has begun or
// picked up, so that one of them which fails is told to have failed, and another is begun by the next run only.
type mover struct {
	*Google
	application
	mu      sync.Mutex
	watched map[access.AccountID]string
	// beginning has those take turns who would begin a transfer of the same account's: each looks for that of the others.
	beginning turns.Turns
}

func (m *mover) watch(account access.AccountID, id string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.watched == nil {
		m.watched = map[access.AccountID]string{}
	}
	m.watched[account] = id
}

// failure is the error of the transfer that this run watches, once that has failed.
// GET /admin/datatransfer/v1/transfers/{id}, scope admin.datatransfer.readonly.
func (m *mover) failure(ctx context.Context, account access.AccountID) (*access.Error, error) {
	m.mu.Lock()
	id := m.watched[account]
	m.mu.Unlock()
	if id == "" {
		return nil, nil //nolint:nilnil // There is none.
	}
	call := reading(transfers, "look at the transfer %s of %s", id, m.name)
	t, err := do(ctx, m.Google, call, func(ctx context.Context) (*datatransfer.DataTransfer, error) {
		return m.transfer.Transfers.Get(id).Context(ctx).Do()
	})
	if err != nil {
		return nil, unsure(err)
	}
	stands, err := m.moved(call, t)
	switch {
	case err != nil:
		return nil, err
	case stands == nil || !stands.whole || !transfers.speaks(t.Kind):
		return nil, malformed(call, "another transfer")
	case !stands.failed:
		return nil, nil //nolint:nilnil // There is none.
	}
	return &access.Error{
		Kind: access.Blocked, Op: "transfer what " + string(account) + " owns in " + m.name, Reason: "the transfer failed, and Google does not say why",
		Fix: "Look at what Google's mail to the administrator says of it, and whether the successor has room for it. The next apply begins another transfer " +
			"of what is left.",
	}, nil
}

// stays is why what the account owns will not move now: the transfer that this run watches has failed, or a legal hold
// covers them, or none can be ruled out.
func (m *mover) stays(ctx context.Context, u *admin.User) (*access.Error, error) {
	if failed, err := m.failure(ctx, access.AccountID(u.Id)); failed != nil || err != nil {
		return failed, err
	}
	return m.heldStill(ctx, u)
}

// done is the transfer after which an account can't have got anything new in an application, as far as is known:
// one that is completed, was asked for after the account was last signed in to and after it was suspended or
// archived, and is about all of the application, while none is still running. It returns nil where there is none.
func (m *mover) done(ctx context.Context, call op, u *admin.User) (*move, error) {
	since, err := since(call, u)
	if err != nil {
		return nil, err
	}
	all, err := m.moves(ctx, m.application, access.AccountID(u.Id))
	if err != nil {
		return nil, err
	}
	if slices.ContainsFunc(all, func(x *move) bool { return !x.ended }) {
		return nil, nil //nolint:nilnil // One that is running moves something yet.
	}
	for _, x := range all {
		if x.whole && !x.failed && !x.at.Before(since) {
			return x, nil
		}
	}
	return nil, nil //nolint:nilnil // There is none.
}

// since is until when the account can have got something new: its last sign-in, or later than that the time from which
// on nobody could use it. Of somebody who was suspended and then archived that is the suspension, as long as it lasts.
func since(call op, u *admin.User) (time.Time, error) {
	latest, _, err := lastLogin(call, u)
	if err != nil {
		return latest, err
	}
	var closed time.Time
	for _, state := range []struct {
		is   bool
		text string
	}{{u.Suspended, u.SuspensionTime}, {u.Archived, u.ArchivalTime}} {
		if state.text == "" {
			continue
		}
		at, err := time.Parse(time.RFC3339, state.text)
		switch {
		case err != nil:
			return latest, malformed(call, "a time of suspension or archival that is none")
		case !state.is && at.After(latest):
			latest = at
		case state.is && (closed.IsZero() || at.Before(closed)):
			closed = at
		}
	}
	if closed.After(latest) {
		latest = closed
	}
	return latest, nil
}

// version is that of a row which can't be looked at. While nothing moved it away it is held; a transfer that
// moved it, and the last sign-in, make up the version at which its removal is acknowledged, so that the row is back
// after either.
func version(call op, u *admin.User, done *move) (string, error) {
	login, _, err := signIn(call, u)
	if done == nil || err != nil {
		return "", err
	}
	return done.id + "@" + login, nil
}

// unseen is the row of what can't be looked at.
func (m *mover) unseen(ctx context.Context, u *admin.User, id access.GrantID, label string) (access.Grant, error) {
	call := reading(users, "find out what became of what %s owns in %s", name(u), m.name)
	done, err := m.done(ctx, call, u)
	if err != nil {
		return access.Grant{}, err
	}
	v, err := version(call, u, done)
	return access.Grant{ID: id, Label: label, Version: v}, err
}

// justNow is for how long a list may go on showing what a transfer has moved, which Google says nothing about. A
// transfer that was asked for longer ago and left something is begun again.
const justNow = time.Hour

// give moves what the account owns to the successor. The receipt is Observed if seen says that what is owned can be
// listed, and Acknowledged with the transfer as its version where only the transfer can be looked at.
// POST /admin/datatransfer/v1/transfers, scope admin.datatransfer.
func (m *mover) give(ctx context.Context, u *admin.User, successor access.AccountID, seen bool) (access.Receipt, error) {
	account := access.AccountID(u.Id)
	call := managing(transfers, "transfer what %s owns in %s to %s", name(u), m.name, successor)
	if err := m.refuseHeldNow(ctx, u); err != nil {
		return access.Receipt{}, err
	}
	done, err := m.beginning.Wait(ctx, u.Id)
	if err != nil {
		return access.Receipt{}, err
	}
	defer done()
	found, err := m.take(ctx, call, u, successor, seen)
	if err != nil {
		return access.Receipt{}, err
	}
	if found == nil {
		if found, err = m.begin(ctx, call, account, successor); err != nil {
			return access.Receipt{}, err
		}
	}
	m.watch(account, found.id)
	receipt := access.Receipt{Assurance: access.Observed, Moving: !found.ended, Lingers: found.lingers(call)}
	if !seen {
		receipt.Assurance = access.Acknowledged
		receipt.Version, err = version(call, u, found)
	}
	return receipt, err
}

// lingers is why there is something left after a transfer that was begun or found.
func (x *move) lingers(call op) error {
	which := fmt.Sprintf("(transfer %s, asked for at %s)", x.id, x.at.UTC().Format(time.RFC3339))
	if x.ended {
		return &access.Error{
			Kind: access.Unavailable, Op: call.what, Reason: "a transfer is completed, and Google still lists something " + which,
			Fix: "What was made while it ran, or was listed too early, goes with another transfer, which the first apply begins that comes an hour after this one. What " +
				"stays after that too Google does not transfer, such as files in no folder and maps: the owner, or the successor, has to move it.",
		}
	}
	return &access.Error{
		Kind: access.Unavailable, Op: call.what, Reason: "it is still moving " + which,
		Fix: "A transfer takes as long as it takes, and can't be cancelled. The next apply picks it up where it stands.",
	}
}

// take is the transfer that there is already, if there is one.
func (m *mover) take(ctx context.Context, call op, u *admin.User, successor access.AccountID, seen bool) (*move, error) {
	all, err := m.moves(ctx, m.application, access.AccountID(u.Id))
	if err != nil {
		return nil, err
	}
	var running *move
	for _, x := range all {
		switch {
		case x.ended:
		case x.to != successor:
			return nil, &access.Error{
				Kind: access.Blocked, Op: call.what, Reason: fmt.Sprintf("it is being transferred to somebody else already, %s", x.to),
				Fix: "A transfer can't be cancelled: wait until it is over, or name that successor.",
			}
		case !x.whole:
			return nil, &access.Error{
				Kind: access.Blocked, Op: call.what, Reason: "a part of it is being transferred already, transfer " + x.id,
				Fix: "A transfer can't be cancelled. Apply again when it is over, for what is left.",
			}
		case running == nil:
			running = x
		}
	}
	if running != nil {
		return running, nil
	}
	all = slices.DeleteFunc(all, func(x *move) bool { return !x.whole })
	last, err := since(call, u)
	if err != nil {
		return nil, err
	}
	// The latest that ended decides: after a failure there is something to be done again.
	if len(all) > 0 && !all[0].failed && all[0].to == successor {
		if x := all[0]; seen && m.clock.Now().Sub(x.at) < justNow || !seen && !x.at.Before(last) {
			return x, nil
		}
	}
	return nil, nil //nolint:nilnil // There is none.
}

// begin asks for a transfer, once. Where nobody knows what became of the request, what there is afterwards decides.
func (m *mover) begin(ctx context.Context, call op, account, successor access.AccountID) (*move, error) {
	if err := m.installed(ctx); err != nil {
		return nil, err
	}
	part := &datatransfer.ApplicationDataTransfer{ApplicationId: m.id}
	if len(m.levels) > 0 {
		part.ApplicationTransferParams = []*datatransfer.ApplicationTransferParam{{Key: privacyLevel, Value: m.levels}}
	}
	started, err := do(transport.Once(ctx), m.Google, call, func(ctx context.Context) (*datatransfer.DataTransfer, error) {
		return m.transfer.Transfers.Insert(&datatransfer.DataTransfer{
			OldOwnerUserId: string(account), NewOwnerUserId: string(successor),
			ApplicationDataTransfers: []*datatransfer.ApplicationDataTransfer{part},
		}).Context(ctx).Do()
	})
	if kind := access.KindOf(err); kind == access.Unavailable || kind == access.Malformed {
		if all, looked := m.moves(ctx, m.application, account); looked == nil {
			for _, x := range all {
				if !x.ended && x.whole && x.to == successor {
					return x, nil
				}
			}
		}
	}
	if err != nil {
		return nil, withFix(unsure(err), "Google moves nothing of somebody who is on hold, and nothing to somebody who is suspended or of another customer.")
	}
	x, err := m.moved(call, started)
	if err == nil && (x == nil || !x.whole) {
		return nil, malformed(call, "another transfer than the one that was asked for")
	}
	return x, err
}

// installed makes sure that the customer has the application, which a run asks once.
// GET /admin/datatransfer/v1/applications, scope admin.datatransfer.readonly.
func (m *mover) installed(ctx context.Context) error {
	call := reading(transfers, "list the applications that things can be transferred of")
	all, err := m.transferable.Get(ctx, func() ([]*datatransfer.Application, error) {
		return list(ctx, m.Google, call, func(ctx context.Context, token string) (page[datatransfer.Application], error) {
			answer, err := m.transfer.Applications.List().MaxResults(500).PageToken(token).Context(ctx).Do()
			if err != nil {
				return page[datatransfer.Application]{}, err
			}
			return page[datatransfer.Application]{answer.Applications, answer.Kind, answer.NextPageToken}, nil
		})
	})
	if err != nil || slices.ContainsFunc(all, func(a *datatransfer.Application) bool { return a.Id == m.id }) {
		return unsure(err)
	}
	return &access.Error{
		Kind: access.NotAvailable, Op: call.what, Reason: "Google transfers nothing of " + m.name + " for this customer",
		Fix: "Turn the service on, or leave this kind out.",
	}
}

// Moves says that what somebody owns needs an owner.
func (m *mover) Moves(access.GrantID) bool { return true }

// Remove refuses: what somebody owns has an owner.
func (m *mover) Remove(ctx context.Context, account access.AccountID, grant access.GrantID) (access.Receipt, error) {
	return refuseUnmoved(ctx, account, grant)
}

// refuseUnmoved refuses to take away what somebody has to receive.
func refuseUnmoved(ctx context.Context, account access.AccountID, grant access.GrantID) (access.Receipt, error) {
	if err := ctx.Err(); err != nil {
		return access.Receipt{}, err
	}
	return access.Receipt{}, &access.Error{
		Kind: access.Blocked, Op: fmt.Sprintf("take %s from %s", grant, account), Reason: "it would be nobody's", Fix: "Set successor: they receive it.",
	}
}

// cannotBeSeen says that Google lets nobody act in the name of an account, because of the state that it is in.
// Whether it does for those who are suspended depends on the API and on nothing that is written down (google.md
// sections 9 and 21), so that it is always tried. Calendar is known to let in whoever has an access token in their name,
// and to say then that they don't use it (https://github.com/GAM-team/GAM/issues/806).
func cannotBeSeen(u *admin.User, err error) bool {
	return status(u) != active && (access.KindOf(err) == access.Blocked || withoutCalendar(err))
}

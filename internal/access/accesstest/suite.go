// Package accesstest is what a connector has to be: a suite that every one of them passes, and an
// in-memory system that passes it too.
package accesstest

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/clock"
)

// A Subject is a connector in a world of its own, which the suite may spoil.
type Subject struct {
	Connector access.Connector
	// Account holds grants that can all be removed.
	Account access.AccountID
	// Single says that this kind never has more than one grant; otherwise Account holds two at least.
	Single bool
	// Successor receives what is transferred. Needed for a Transferer.
	Successor access.AccountID
	// Nobody is an id like any other, of no account.
	Nobody access.AccountID
	// Disposer is where Connector comes from, if it comes from one.
	Disposer access.Disposer
	// KeptBy and Kept name a grant that the system refuses to remove. Empty where there is no such thing.
	KeptBy access.AccountID
	Kept   access.GrantID
	// Settle is what people do before a grant can go that the system itself can't end. Nil where it can.
	Settle func(access.GrantID)
	// Others describes everything in the system that is not Account's, in any stable form.
	Others func() string
	// Break makes every call to the system fail from now on.
	Break func(Breakage)
}

// Choose makes the subject the connector of one disposition. The empty one leaves it as it is.
func (s *Subject) Choose(t *testing.T, d access.Disposition) {
	t.Helper()
	if d == "" {
		return
	}
	disposer, ok := s.Connector.(access.Disposer)
	if !ok {
		t.Fatal("not a Disposer")
	}
	s.Disposer = disposer
	s.Connector, _ = disposer.Dispose(d)
}

// RunAll is Run for each of the kinds by their names.
func RunAll[K any](t *testing.T, kinds map[string]K, fresh func(t *testing.T, kind K) Subject) {
	t.Helper()
	for name, kind := range kinds {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			Run(t, func(t *testing.T) Subject {
				t.Helper()
				return fresh(t, kind)
			})
		})
	}
}

// A Breakage is a way in which a system fails.
type Breakage string

// The breakages, each with the kind of error that must come of it.
const (
	// Locked: the credential is no longer accepted.
	Locked Breakage = "locked"
	// Forbidden: the credential is accepted, and lacks the right; or, where that can't be, the system does not
	// have the thing.
	Forbidden Breakage = "forbidden"
	// Unwell: the system answers that something went wrong inside.
	Unwell Breakage = "unwell"
	// Silent: connections break before an answer.
	Silent Breakage = "silent"
	// Foreign: something else answers, such as the "not found" page of a web site.
	Foreign Breakage = "foreign"
	// Torn: the answer breaks off in the middle.
	Torn Breakage = "torn"
	// Empty: the answer says that all is well, and has nothing in it.
	Empty Breakage = "empty"
)

var breakages = map[Breakage][]access.ErrorKind{
	Locked:    {access.Denied},
	Forbidden: {access.Denied, access.NotAvailable},
	Unwell:    {access.Unavailable},
	Silent:    {access.Unavailable},
	Foreign:   {access.Malformed},
	Torn:      {access.Malformed, access.Unavailable},
	Empty:     {access.Malformed},
}

// Run holds a connector to the contract of access.Connector and of the optional interfaces it has. fresh
// makes a new Subject, in a world that nothing else uses, for each of the suite's tests.
func Run(t *testing.T, fresh func(t *testing.T) Subject) {
	t.Helper()
	for name, test := range map[string]func(*testing.T, Subject){
		"lists every grant once, with a label":                               listsOnce,
		"lists the same twice":                                               listsTheSame,
		"removes one grant and nothing else":                                 removesOne,
		"removing what is gone is not an error":                              removesTwice,
		"removes everything, and then lists nothing as held":                 removesAll,
		"an account that does not exist is not found":                        notFound,
		"what outlives the account is there whether or not the account is":   outlives,
		"a grant that the system keeps stays, and the error says what to do": keeps,
		"ends when the context ends":                                         ends,
		"is safe for concurrent use":                                         concurrent,
		"knows which grants need a successor":                                moves,
		"lists under a harsher disposition what it lists under a milder":     dispositions,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, fresh(t))
		})
	}
	for breakage, kinds := range breakages {
		t.Run("a system that is "+string(breakage)+" is an error, never an empty list", func(t *testing.T) {
			t.Parallel()
			s := fresh(t)
			ids := s.ids(t)
			s.Break(breakage)
			listed, err := s.Connector.List(t.Context(), s.Account)
			if err == nil {
				t.Fatalf("List returned %v and no error", listed)
			}
			checkError(t, "List", err, kinds)
			_, err = s.remove(t, ids[0])
			if err == nil && breakage != Empty && breakage != Torn {
				// An empty answer is what most systems give to a removal that they agreed to, and can't be torn.
				t.Fatal("Remove returned no error")
			}
			if err != nil {
				checkError(t, "Remove", err, kinds)
			}
		})
	}
}

func checkError(t *testing.T, call string, err error, kinds []access.ErrorKind) {
	t.Helper()
	e, ok := errors.AsType[*access.Error](err)
	switch {
	case !ok:
		t.Fatalf("%s returned %T, want *access.Error: %v", call, err, err)
	case !slices.Contains(kinds, e.Kind):
		t.Errorf("%s returned kind %v, want one of %v: %v", call, e.Kind, kinds, err)
	case e.Op == "" || e.Reason == "":
		t.Errorf("%s returned an error that does not say what was being done and what is wrong: %v", call, err)
	}
}

func (s Subject) list(t *testing.T) []access.Grant {
	t.Helper()
	listed, err := s.Connector.List(t.Context(), s.Account)
	if err != nil {
		t.Fatalf("List: %v", err)
	}
	slices.SortFunc(listed, func(a, b access.Grant) int { return cmp.Compare(a.ID, b.ID) })
	return listed
}

func (s Subject) ids(t *testing.T) []access.GrantID {
	t.Helper()
	ids := access.Held(s.list(t), nil).IDs()
	if want := 2; len(ids) < want && !s.Single || len(ids) == 0 {
		t.Fatalf("the suite needs an account with at least two grants, or one where Single is set; this one holds %v", ids)
	}
	return ids
}

func (s Subject) exit() access.Exit {
	return access.Exit{
		Connector: s.Connector, Account: s.Account, Successor: s.Successor,
		Clock: clock.NewFake(time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)), Patience: time.Minute,
	}
}

// settle does what people have to do before these grants can go.
func (s Subject) settle(ids ...access.GrantID) {
	if s.Settle == nil {
		return
	}
	for _, id := range ids {
		s.Settle(id)
	}
}

func (s Subject) remove(t *testing.T, id access.GrantID) (access.Receipt, error) {
	t.Helper()
	if transferer, ok := s.Connector.(access.Transferer); ok && transferer.Moves(id) {
		return transferer.Transfer(t.Context(), s.Account, id, s.Successor)
	}
	return s.Connector.Remove(t.Context(), s.Account, id)
}

func listsOnce(t *testing.T, s Subject) {
	s.ids(t)
	seen := map[access.GrantID]bool{}
	for _, grant := range s.list(t) {
		switch {
		case grant.ID == "" || strings.TrimSpace(grant.Label) == "":
			t.Errorf("a grant without id or label: %+v", grant)
		case strings.ContainsAny(string(grant.ID)+grant.Label, "\n\r\t"):
			t.Errorf("a grant that would break a line of a plan: %+v", grant)
		case seen[grant.ID]:
			t.Errorf("%s is listed twice", grant.ID)
		}
		seen[grant.ID] = true
	}
}

func listsTheSame(t *testing.T, s Subject) {
	if diff := gocmp.Diff(s.list(t), s.list(t)); diff != "" {
		t.Errorf("two lists with nothing in between differ:\n%s", diff)
	}
}

func removesOne(t *testing.T, s Subject) {
	held := access.Held(s.list(t), nil)
	id := held.IDs()[0]
	s.settle(id)
	others := s.Others()
	out := s.exit().Run(t.Context(), held, access.Holdings{id: held[id]}, nil)
	delete(held, id)
	if diff := gocmp.Diff(held, out.Held); diff != "" || !out.Clean() {
		t.Errorf("after the removal of %s (- want, + got):\n%s%v %v", id, diff, out.Left, out.Unverified)
	}
	if _, transfers := s.Connector.(access.Transferer); !transfers {
		if diff := gocmp.Diff(others, s.Others()); diff != "" {
			t.Errorf("somebody else was touched:\n%s", diff)
		}
	}
}

func removesTwice(t *testing.T, s Subject) {
	id := s.ids(t)[0]
	s.settle(id)
	for range 2 {
		if _, err := s.remove(t, id); err != nil {
			t.Fatalf("Remove(%s): %v", id, err)
		}
	}
}

func removesAll(t *testing.T, s Subject) {
	held := access.Held(s.list(t), nil)
	s.settle(held.IDs()...)
	exit := s.exit()
	out := exit.Run(t.Context(), held, held, nil)
	if !out.Clean() || len(out.Held) != 0 || len(out.Removed) != len(held) {
		t.Fatalf("after the removal of everything: held %v, left %v, appeared %v, unverified %v",
			out.Held, out.Left, out.Appeared, out.Unverified)
	}
	if out = exit.Run(t.Context(), out.Held, out.Held, out.Marks); !out.Clean() || len(out.Held) != 0 {
		t.Errorf("later: held %v, unverified %v", out.Held, out.Unverified)
	}
}

func notFound(t *testing.T, s Subject) {
	listed, err := s.Connector.List(t.Context(), s.Nobody)
	if access.KindOf(err) != access.NotFound {
		t.Errorf("List returned %v and %v, want NotFound", listed, err)
	}
}

func outlives(t *testing.T, s Subject) {
	outliver, ok := s.Connector.(access.Outliver)
	if !ok {
		return
	}
	listed := access.Held(mustList(t, s.Connector, s.Account), nil)
	for _, account := range []access.AccountID{s.Account, s.Nobody} {
		again, err := outliver.Recheck(t.Context(), account, listed.IDs())
		if err != nil {
			t.Fatalf("Recheck(%s): %v", account, err)
		}
		if diff := gocmp.Diff(listed, access.Held(again, nil)); diff != "" {
			t.Errorf("Recheck(%s) does not return what was listed:\n%s", account, diff)
		}
	}
}

func keeps(t *testing.T, s Subject) {
	if s.Kept == "" {
		return
	}
	listed, others := mustList(t, s.Connector, s.KeptBy), s.Others()
	before := access.Held(listed, nil)
	exit := s.exit()
	exit.Account = s.KeptBy
	out := exit.Run(t.Context(), before, access.Holdings{s.Kept: before[s.Kept]}, nil)
	e, ok := errors.AsType[*access.Error](out.Left[s.Kept])
	if !ok || e.Kind != access.Blocked || e.Fix == "" {
		t.Errorf("an exit left it with %v, want a Blocked error with a fix", out.Left)
	}
	for _, grant := range listed {
		if grant.Stays == nil {
			continue
		}
		// Whoever asks all the same is told so by the connector.
		if _, err := s.Connector.Remove(t.Context(), s.KeptBy, grant.ID); access.KindOf(err) != access.Blocked {
			t.Errorf("Remove(%s), which stays, returned %v, want Blocked", grant.ID, err)
		}
		if grant.Stays.Kind != access.Blocked || grant.Stays.Reason == "" || grant.Stays.Fix == "" {
			t.Errorf("%s stays, and the error does not say why and what to do: %v", grant.ID, grant.Stays)
		}
	}
	if diff := gocmp.Diff(before, access.Held(mustList(t, s.Connector, s.KeptBy), nil)); diff != "" {
		t.Errorf("the refused removal changed something:\n%s", diff)
	}
	if diff := gocmp.Diff(others, s.Others()); diff != "" {
		t.Errorf("the refused removal touched somebody else:\n%s", diff)
	}
}

func mustList(t *testing.T, c access.Connector, account access.AccountID) []access.Grant {
	t.Helper()
	listed, err := c.List(t.Context(), account)
	if err != nil {
		t.Fatalf("List(%s): %v", account, err)
	}
	return listed
}

func ends(t *testing.T, s Subject) {
	id := s.ids(t)[0]
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Connector.List(ctx, s.Account); !errors.Is(err, context.Canceled) {
		t.Errorf("List with an ended context returned %v", err)
	}
	if _, err := s.Connector.Remove(ctx, s.Account, id); !errors.Is(err, context.Canceled) {
		t.Errorf("Remove with an ended context returned %v", err)
	}
	if diff := gocmp.Diff(id, s.ids(t)[0]); diff != "" {
		t.Errorf("something was removed all the same: %s", diff)
	}
}

func concurrent(t *testing.T, s Subject) {
	want := s.list(t)
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() {
			listed, err := s.Connector.List(t.Context(), s.Account)
			if err != nil || len(listed) != len(want) {
				t.Errorf("List beside others returned %d grants and %v, want %d", len(listed), err, len(want))
			}
		})
	}
	wait.Wait()
}

func moves(t *testing.T, s Subject) {
	transferer, ok := s.Connector.(access.Transferer)
	if !ok {
		return
	}
	moving := 0
	for _, id := range s.ids(t) {
		if transferer.Moves(id) {
			moving++
		}
	}
	if moving == 0 {
		t.Error("nothing this account holds needs a successor: the suite can't see a transfer")
	}
}

func dispositions(t *testing.T, s Subject) {
	if s.Disposer == nil {
		return
	}
	listed := mustList(t, s.Disposer, s.Account)
	milder := access.Holdings{}
	for _, disposition := range access.Dispositions {
		connector, has := s.Disposer.Dispose(disposition)
		if !has {
			continue
		}
		held := access.Held(mustList(t, connector, s.Account), nil)
		if missing := milder.Without(held); len(missing) > 0 {
			t.Errorf("%s does not list %v, which a milder disposition does", disposition, missing)
		}
		if diff := gocmp.Diff(access.Held(access.Under(listed, disposition), nil), held); diff != "" {
			t.Errorf("%s does not list what the account has yet to reach (- by itself, + under it):\n%s", disposition, diff)
		}
		milder = held
	}
}

package access_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/access/accesstest"
	"github.com/offboard/terraform-provider-offboard/internal/clock"
)

var five = access.Holdings{"g1": "One", "g2": "Two", "g3": "Three", "g4": "Four", "g5": "Five"}

// leaver is a system in which account 1 holds what is in held, and an Exit of it.
func leaver(held access.Holdings) (*accesstest.Memory, *clock.Fake, access.Exit) {
	m := &accesstest.Memory{}
	m.Add(access.Account{ID: "1", Names: []string{"jane@acme.example"}, Active: true})
	m.Add(access.Account{ID: "2", Names: []string{"bob@acme.example"}, Active: true})
	for id, label := range held {
		m.Grant("1", access.Grant{ID: id, Label: label})
	}
	clk := clock.NewFake(time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC))
	return m, clk, access.Exit{Connector: m, Account: "1", Successor: "2", Clock: clk, Patience: time.Minute}
}

func unwell(call string) error {
	return &access.Error{Kind: access.Unavailable, Op: call, Reason: "500 Internal Server Error"}
}

func removals(m *accesstest.Memory) (calls []string) {
	for _, call := range m.Calls() {
		if strings.HasPrefix(call, "remove") || strings.HasPrefix(call, "transfer") {
			calls = append(calls, call)
		}
	}
	return calls
}

func check(t *testing.T, what string, want, got any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (- want, + got):\n%s", what, diff)
	}
}

func TestExitRemovesWhatIsApprovedAndNothingElse(t *testing.T) {
	t.Parallel()
	m, clk, exit := leaver(five)
	approved := access.Holdings{"g2": "Two", "g4": "Four"}
	out := exit.Run(t.Context(), five, approved, nil)
	check(t, "held", five.Without(approved), out.Held)
	check(t, "removed", map[access.GrantID]access.Removal{
		"g2": {Label: "Two", At: clk.Now(), Assurance: access.Observed},
		"g4": {Label: "Four", At: clk.Now(), Assurance: access.Observed},
	}, out.Removed)
	check(t, "calls", []string{"list 1", "remove 1 g2", "remove 1 g4", "list 1"}, m.Calls())
	if !out.Clean() {
		t.Errorf("not clean: %+v", out)
	}
}

func TestExitDoesNotAskForTheRemovalOfWhatIsGoneAlready(t *testing.T) {
	t.Parallel()
	m, _, exit := leaver(access.Holdings{"g1": "One"})
	out := exit.Run(t.Context(), five, five, nil)
	check(t, "removals asked for", []string{"remove 1 g1"}, removals(m))
	check(t, "number removed", 5, len(out.Removed))
	check(t, "gone before", five.Without(access.Holdings{"g1": ""}), out.Before)
	check(t, "clean", true, out.Clean())
}

func TestExitOfAnAccountThatIsGoneIsObserved(t *testing.T) {
	t.Parallel()
	m, _, exit := leaver(five)
	m.Drop("1")
	out := exit.Run(t.Context(), five, five, nil)
	check(t, "removals asked for", []string(nil), removals(m))
	check(t, "assurance", access.Observed, out.Removed["g1"].Assurance)
	check(t, "clean", true, out.Clean())
}

func TestExitWaitsUntilTheSystemShowsItGone(t *testing.T) {
	t.Parallel()
	m, clk, exit := leaver(five)
	m.Lag = 4
	out := exit.Run(t.Context(), five, access.Holdings{"g1": "One"}, nil)
	check(t, "clean", true, out.Clean())
	check(t, "waited", 7500*time.Millisecond, clk.Slept())
	check(t, "calls", 7, len(m.Calls()))
}

func TestExitSaysWhenItsLastListWasMade(t *testing.T) {
	t.Parallel()
	m, clk, exit := leaver(five)
	m.Lag = 1000
	lists, began := 0, clk.Now()
	m.Fail = func(call string) error {
		if lists++; strings.HasPrefix(call, "list") && lists > 3 {
			return unwell(call)
		}
		return nil
	}
	out := exit.Run(t.Context(), five, access.Holdings{"g1": "One"}, nil)
	if !out.Whole || !out.ListedAt.Equal(began) || !clk.Now().After(began.Add(30*time.Second)) {
		t.Errorf("listed at %v, and it is %v", out.ListedAt, clk.Now())
	}
}

func TestExitSaysWhatTheSystemAgreedToRemoveAndStillListsWhenPatienceEnds(t *testing.T) {
	t.Parallel()
	m, clk, exit := leaver(five)
	m.Lag = 1000
	out := exit.Run(t.Context(), five, access.Holdings{"g1": "One"}, nil)
	check(t, "held", five, out.Held)
	check(t, "removed", 0, len(out.Removed))
	check(t, "kind", access.Unavailable, access.KindOf(out.Left["g1"]))
	if clk.Slept() > time.Minute || clk.Slept() < 30*time.Second {
		t.Errorf("waited %v with a patience of a minute", clk.Slept())
	}
}

func TestOneGrantThatCanNotBeRemovedDoesNotKeepTheOthers(t *testing.T) {
	t.Parallel()
	for name, prepare := range map[string]func(*accesstest.Memory){
		"blocked": func(m *accesstest.Memory) { m.Keep = map[access.GrantID]string{"g3": "Ask the directory."} },
		"unwell": func(m *accesstest.Memory) {
			m.Fail = func(call string) error {
				if call == "remove 1 g3" {
					return unwell(call)
				}
				return nil
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m, _, exit := leaver(five)
			prepare(m)
			out := exit.Run(t.Context(), five, five, nil)
			check(t, "held", access.Holdings{"g3": "Three"}, out.Held)
			check(t, "left", []access.GrantID{"g3"}, slices.Collect(maps.Keys(out.Left)))
			check(t, "really held", []access.GrantID{"g3"}, m.Holds("1"))
		})
	}
}

func TestASystemThatIsUnwellTwiceInARowIsLeftAlone(t *testing.T) {
	t.Parallel()
	m, _, exit := leaver(five)
	m.Fail = func(call string) error {
		if strings.HasPrefix(call, "remove") && call >= "remove 1 g3" {
			return unwell(call)
		}
		return nil
	}
	out := exit.Run(t.Context(), five, five, nil)
	check(t, "asked for", []string{"remove 1 g1", "remove 1 g2", "remove 1 g3", "remove 1 g4"}, removals(m))
	check(t, "held", access.Holdings{"g3": "Three", "g4": "Four", "g5": "Five"}, out.Held)
	check(t, "number left", 3, len(out.Left))
	check(t, "number removed", 2, len(out.Removed))
}

func TestARemovalThatWasDoneAndAnsweredWithAnErrorIsSeenDone(t *testing.T) {
	t.Parallel()
	m, _, exit := leaver(five)
	exit.Connector = deaf{m}
	out := exit.Run(t.Context(), access.Holdings{"g3": "Three"}, access.Holdings{"g3": "Three"}, nil)
	check(t, "left", 0, len(out.Left))
	check(t, "removed", 1, len(out.Removed))
}

// deaf removes, and then answers that it did not.
type deaf struct{ *accesstest.Memory }

func (d deaf) Remove(ctx context.Context, account access.AccountID, grant access.GrantID) (access.Receipt, error) {
	_, _ = d.Memory.Remove(ctx, account, grant)
	return access.Receipt{}, unwell("remove " + string(grant))
}

func TestWhatAppearsBehindThePlansBackIsToldAndLeftAlone(t *testing.T) {
	t.Parallel()
	m, _, exit := leaver(five)
	m.After = func(call string) {
		if call == "remove 1 g2" {
			m.Grant("1", access.Grant{ID: "g9", Label: "Nine"})
		}
	}
	out := exit.Run(t.Context(), five, five, nil)
	check(t, "appeared", access.Holdings{"g9": "Nine"}, out.Appeared)
	check(t, "held", access.Holdings{"g9": "Nine"}, out.Held)
	check(t, "clean", false, out.Clean())
	if slices.Contains(removals(m), "remove 1 g9") {
		t.Error("what no plan had shown was removed")
	}
}

func TestNothingIsRemovedFromASystemThatCanNotBeRead(t *testing.T) {
	t.Parallel()
	m, _, exit := leaver(five)
	m.Fail = func(call string) error {
		if strings.HasPrefix(call, "list") {
			return unwell(call)
		}
		return nil
	}
	out := exit.Run(t.Context(), five, five, nil)
	check(t, "held", five, out.Held)
	check(t, "removals asked for", []string(nil), removals(m))
	check(t, "unverified", access.Unavailable, access.KindOf(out.Unverified))
}

func TestWhatCanNotBeLookedAtAfterwardsIsTakenToBeHeld(t *testing.T) {
	t.Parallel()
	m, _, exit := leaver(five)
	lists := 0
	m.Fail = func(call string) error {
		if strings.HasPrefix(call, "list") {
			if lists++; lists > 1 {
				return unwell(call)
			}
		}
		return nil
	}
	out := exit.Run(t.Context(), five, five, nil)
	check(t, "held", five, out.Held)
	check(t, "removed", 0, len(out.Removed))
	check(t, "really held", []access.GrantID(nil), m.Holds("1"))
	check(t, "unverified", access.Unavailable, access.KindOf(out.Unverified))
	check(t, "clean", false, out.Clean())
}

func TestAnAcknowledgedRemovalIsNeverCalledObserved(t *testing.T) {
	t.Parallel()
	m, _, exit := leaver(nil)
	m.Unlistable = map[access.GrantID]bool{"sessions": true}
	m.Grant("1", access.Grant{ID: "sessions", Label: "Live sign-ins", Version: "monday"})
	held := access.Holdings{"sessions": "Live sign-ins"}
	out := exit.Run(t.Context(), held, held, nil)
	check(t, "assurance", access.Acknowledged, out.Removed["sessions"].Assurance)
	check(t, "marks", access.Marks{"sessions": "monday'"}, out.Marks)
	check(t, "held", access.Holdings{}, out.Held)
	check(t, "clean", true, out.Clean())

	m.Grant("1", access.Grant{ID: "sessions", Label: "Live sign-ins", Version: "tuesday"})
	out = exit.Run(t.Context(), access.Holdings{}, access.Holdings{}, out.Marks)
	check(t, "appeared", held, out.Appeared)
}

func TestAGrantThatMovesGoesToTheSuccessor(t *testing.T) {
	t.Parallel()
	m, _, exit := leaver(five)
	m.Movable = map[access.GrantID]bool{"g1": true}
	out := exit.Run(t.Context(), five, five, nil)
	check(t, "clean", true, out.Clean())
	check(t, "the successor holds", []access.GrantID{"g1"}, m.Holds("2"))
	check(t, "first removal", "transfer 1 g1", removals(m)[0])
}

func TestAnExitThatIsStoppedSaysWhatItDidNotAttempt(t *testing.T) {
	t.Parallel()
	m, _, exit := leaver(five)
	ctx, cancel := context.WithCancel(t.Context())
	m.After = func(call string) {
		if call == "remove 1 g2" {
			cancel()
		}
	}
	out := exit.Run(ctx, five, five, nil)
	check(t, "held", five, out.Held)
	check(t, "removals asked for", []string{"remove 1 g1", "remove 1 g2"}, removals(m))
	check(t, "left", 3, len(out.Left))
	if out.Unverified == nil {
		t.Error("verified, although nothing could be asked any more")
	}
}

func TestAnExitWhoseTimeRunsOutLooksOnceMore(t *testing.T) {
	t.Parallel()
	m, _, exit := leaver(five)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	m.After = func(call string) {
		if call == "remove 1 g2" {
			<-ctx.Done()
		}
	}
	out := exit.Run(ctx, five, five, nil)
	check(t, "held", access.Holdings{"g3": "Three", "g4": "Four", "g5": "Five"}, out.Held)
	check(t, "removed", 2, len(out.Removed))
	check(t, "left", 3, len(out.Left))
	check(t, "unverified", nil, out.Unverified)
}

func TestAGrantThatStaysIsNotAskedToGoAndItsReasonIsTold(t *testing.T) {
	t.Parallel()
	m, _, exit := leaver(access.Holdings{"g1": "One", "g3": "Three"})
	stays := &access.Error{Kind: access.Blocked, Reason: "it is imported", Fix: "Change it there."}
	m.Grant("1", access.Grant{ID: "g2", Label: "Two", Stays: stays})
	held := access.Holdings{"g1": "One", "g2": "Two", "g3": "Three"}
	out := exit.Run(t.Context(), held, held, nil)
	check(t, "removals asked for", []string{"remove 1 g1", "remove 1 g3"}, removals(m))
	check(t, "held", access.Holdings{"g2": "Two"}, out.Held)
	check(t, "left", map[access.GrantID]error{"g2": stays}, out.Left)
}

func TestALookThatFailsLaterDoesNotUndoWhatAnEarlierOneShowed(t *testing.T) {
	t.Parallel()
	m, _, exit := leaver(five)
	lists := 0
	m.Fail = func(call string) error {
		if call != "list 1" {
			return nil
		}
		if lists++; lists == 3 {
			return unwell(call)
		}
		return nil
	}
	m.Lag = 2
	out := exit.Run(t.Context(), five, access.Holdings{"g1": "One"}, nil)
	check(t, "clean", true, out.Clean())
	check(t, "lists", 5, lists)
}

// partial can only be afforded to be asked about single grants.
type partial struct {
	*accesstest.Memory
	asked [][]access.GrantID
}

func (p *partial) Recheck(ctx context.Context, account access.AccountID, grants []access.GrantID) ([]access.Grant, error) {
	p.asked = append(p.asked, grants)
	listed, err := p.List(ctx, account)
	return slices.DeleteFunc(listed, func(g access.Grant) bool { return !slices.Contains(grants, g.ID) }), err
}

func TestARemovalIsVerifiedByAskingAboutSingleGrantsWhereAWholeListCostsTooMuch(t *testing.T) {
	t.Parallel()
	m, _, exit := leaver(five)
	p := &partial{Memory: m}
	exit.Connector = p
	prior := access.Holdings{"g1": "One", "g2": "Two"}
	out := exit.Run(t.Context(), prior, access.Holdings{"g1": "One"}, nil)
	check(t, "clean", true, out.Clean())
	check(t, "held", access.Holdings{"g2": "Two"}, out.Held)
	check(t, "asked", [][]access.GrantID{{"g1", "g2"}, {"g1", "g2"}}, p.asked)
}

// slow agrees to a transfer and takes its time over it.
type slow struct{ *accesstest.Memory }

func (s slow) Transfer(ctx context.Context, account access.AccountID, grant access.GrantID, successor access.AccountID) (access.Receipt, error) {
	receipt, err := s.Memory.Transfer(ctx, account, grant, successor)
	receipt.Moving, receipt.Lingers = true, &access.Error{Kind: access.Unavailable, Reason: "it is still moving", Fix: "Apply again later."}
	return receipt, err
}

func TestWhatIsMovingIsWaitedForUntilTheRunsTimeIsOver(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		lag   int
		clean bool
	}{
		"done in time":         {30, true},
		"still moving by then": {1000, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m, clk, exit := leaver(access.Holdings{"g1": "One"})
			m.Movable, m.Lag = map[access.GrantID]bool{"g1": true}, c.lag
			exit.Connector, exit.Limit = slow{m}, 20*time.Minute
			var told, steps []string
			exit.Progress = func(step string, fields map[string]any) {
				steps = append(steps, step)
				if step == "waiting for what is still moving" {
					told = append(told, fmt.Sprint(fields["still_moving"]))
				}
			}
			held := access.Holdings{"g1": "One"}
			out := exit.Run(t.Context(), held, held, nil)
			check(t, "clean", c.clean, out.Clean())
			check(t, "the first step", "begun to move", steps[0])
			if len(told) < 10 || told[0] != "map[g1:it is still moving. Apply again later.]" {
				t.Errorf("the log was told %q", told)
			}
			if !c.clean && (out.Left["g1"] == nil || out.Left["g1"].Error() != "it is still moving. Apply again later." || clk.Slept() < 19*time.Minute) {
				t.Errorf("after %v: %v", clk.Slept(), out.Left)
			}
			if clk.Slept() > 20*time.Minute {
				t.Errorf("waited %v", clk.Slept())
			}
		})
	}
}

// failing has transfers that the system begins, and that then fail.
type failing struct {
	*accesstest.Memory
	begun *bool
}

func (f failing) List(ctx context.Context, id access.AccountID) ([]access.Grant, error) {
	listed, err := f.Memory.List(ctx, id)
	for i := range listed {
		if *f.begun {
			listed[i].Stays = &access.Error{Kind: access.Blocked, Reason: "the transfer failed", Fix: "Apply again."}
		}
	}
	return listed, err
}

func (f failing) Transfer(context.Context, access.AccountID, access.GrantID, access.AccountID) (access.Receipt, error) {
	*f.begun = true
	return access.Receipt{Assurance: access.Observed, Moving: true}, nil
}

func TestWhatTheSystemBeganAndThenFailedToDoIsNotWaitedForAndItsReasonIsTold(t *testing.T) {
	t.Parallel()
	held := access.Holdings{"g1": "One"}
	m, clk, exit := leaver(held)
	m.Movable = map[access.GrantID]bool{"g1": true}
	exit.Connector, exit.Limit = failing{m, new(bool)}, 20*time.Minute
	out := exit.Run(t.Context(), held, held, nil)
	check(t, "held", held, out.Held)
	if out.Left["g1"] == nil || out.Left["g1"].Error() != "the transfer failed. Apply again." || clk.Slept() > 0 {
		t.Errorf("after %v: %v", clk.Slept(), out.Left)
	}
}

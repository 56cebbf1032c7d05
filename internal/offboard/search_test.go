package offboard

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/access/accesstest"
)

const jane = access.Person("jane@acme.example")

// janes is a system in which Jane has an account that holds the same of every kind.
func janes(grants ...access.Grant) *accesstest.Memory {
	m := &accesstest.Memory{}
	m.Add(access.Account{ID: "1", Names: []string{string(jane)}, Active: true}, grants...)
	return m
}

// searching is a search of systems that have all these kinds.
func searching(connectors map[string]access.Connector, kinds ...string) search {
	s := search{env: &Environment{Systems: map[string]*System{}, Unknown: map[string]bool{}}, person: jane, lists: listNow}
	for _, name := range slices.Sorted(maps.Keys(connectors)) {
		directory, _ := connectors[name].(access.Directory)
		system := &System{Directory: directory, Connectors: map[string]access.Connector{}}
		for _, kind := range kinds {
			system.Connectors[kind] = connectors[name]
		}
		s.env.Systems[name], s.systems = system, append(s.systems, name)
	}
	for _, kind := range kinds {
		s.table = append(s.table, TableRow{Kind: Kind{Name: kind}, Systems: Systems{Names: s.systems}})
	}
	return s
}

// written are places as texts, in order.
func written(places []place) (texts []string) {
	for _, at := range places {
		texts = append(texts, at.String())
	}
	slices.Sort(texts)
	return texts
}

func TestASearchLooksAtWhateverIsInTheTableAndOnlyLooks(t *testing.T) {
	t.Parallel()
	badges, chalk := janes(access.Grant{ID: "g1", Label: "One"}), janes()
	s := searching(map[string]access.Connector{"doors": badges, "school": chalk}, "badges", "visits")
	found := s.run(t.Context())
	if diff := cmp.Diff([]string{"doors/badges", "doors/visits", "school/badges", "school/visits"}, written(found.checked)); diff != "" {
		t.Error(diff)
	}
	if len(found.held) != 2 || found.held[0].String() != "doors/badges" || found.held[1].String() != "doors/visits" {
		t.Errorf("held are %+v", found.held)
	}
	for _, m := range []*accesstest.Memory{badges, chalk} {
		if diff := cmp.Diff([]string{"find jane@acme.example", "list 1", "list 1"}, m.Calls()); diff != "" {
			t.Error(diff)
		}
	}
}

func TestEveryPlaceIsInAnInventoryOnceWhateverHappensThere(t *testing.T) {
	t.Parallel()
	for kind, want := range map[access.ErrorKind]string{
		access.Other: "failed", access.NotFound: "checked", access.Denied: "failed", access.NotAvailable: "not available", access.Blocked: "failed",
		access.RateLimited: "failed", access.Unavailable: "failed", access.Malformed: "failed",
	} {
		t.Run(kind.String(), func(t *testing.T) {
			t.Parallel()
			m := janes(access.Grant{ID: "g1"})
			m.Fail = func(call string) error {
				if call == "list 1" {
					return &access.Error{Kind: kind, Op: call}
				}
				return nil
			}
			found := searching(map[string]access.Connector{"doors": m}, "badges").run(t.Context())
			got := map[string]int{"checked": len(found.checked), "not available": len(found.notAvailable), "failed": len(found.failed)}
			for outcome, n := range got {
				if outcome == want && n != 1 || outcome != want && n != 0 {
					t.Errorf("%s: %d", outcome, n)
				}
			}
			if len(found.held)+len(found.leftOut) != 0 {
				t.Errorf("held are %v, left out %v", found.held, found.leftOut)
			}
		})
	}
}

func TestThatTheAccountCouldNotBeFoundIsAFailureOfEveryKindWhateverTheError(t *testing.T) {
	t.Parallel()
	for _, kind := range []access.ErrorKind{access.NotAvailable, access.Denied, access.Blocked} {
		m := janes(access.Grant{ID: "g1"})
		m.Fail = func(call string) error { return &access.Error{Kind: kind, Op: call, Reason: "no"} }
		found := searching(map[string]access.Connector{"doors": m}, "badges", "visits").run(t.Context())
		want := []string{"  - doors/badges, doors/visits: Find jane@acme.example: no."}
		if diff := cmp.Diff(want, found.failures()); diff != "" || len(found.accounts) != 0 || found.nobody() {
			t.Errorf("%v: %s", kind, diff)
		}
	}
}

func TestWhatIsLeftOutIsNeitherAskedNorForgotten(t *testing.T) {
	t.Parallel()
	doors, school := janes(), janes()
	s := searching(map[string]access.Connector{"doors": doors, "school": school}, "badges", "visits")
	s.systems, s.without = []string{"doors"}, []string{"visits"}
	found := s.run(t.Context())
	want := map[place]string{
		{"doors", "visits"}: "Named in without.", {"school", "badges"}: "Not among systems.", {"school", "visits"}: "Not among systems.",
	}
	if diff := cmp.Diff(want, found.leftOut, cmp.AllowUnexported(place{})); diff != "" {
		t.Error(diff)
	}
	if len(doors.Calls()) != 2 || len(school.Calls()) != 0 {
		t.Errorf("asked %v and %v", doors.Calls(), school.Calls())
	}
}

// crowded takes an hour over each list, and counts who waits.
type crowded struct {
	*accesstest.Memory
	now, most *atomic.Int32
}

func (c crowded) List(ctx context.Context, account access.AccountID) ([]access.Grant, error) {
	now := c.now.Add(1)
	for most := c.most.Load(); now > most && !c.most.CompareAndSwap(most, now); most = c.most.Load() {
	}
	defer c.now.Add(-1)
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-time.After(time.Hour):
		return c.Memory.List(ctx, account)
	}
}

func TestSystemsAreSearchedSideBySideAndAFewKindsOfEachAtATime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var kinds []string
		for i := range 3 * atOnce {
			kinds = append(kinds, fmt.Sprintf("kind_%02d", i))
		}
		systems, most := map[string]access.Connector{}, map[string]*atomic.Int32{}
		for _, name := range []string{"doors", "school"} {
			most[name] = &atomic.Int32{}
			systems[name] = crowded{janes(), &atomic.Int32{}, most[name]}
		}
		s, began := searching(systems, kinds...), time.Now()
		found := s.run(t.Context())
		if took := time.Since(began); took != 3*time.Hour || len(found.checked) != 2*len(kinds) {
			t.Errorf("checked %d in %v", len(found.checked), took)
		}
		for name, n := range most {
			if n.Load() != atOnce {
				t.Errorf("%d at a time in %s", n.Load(), name)
			}
		}
		// And a time that runs out says so of what had to wait for it, and claims nothing.
		ctx, cancel := context.WithTimeout(t.Context(), 90*time.Minute)
		defer cancel()
		found = s.run(ctx)
		if len(found.checked) != 2*atOnce || len(found.failed) != 4*atOnce || len(found.failures()) != 2 || !strings.Contains(found.failures()[0], "with timeouts") {
			t.Errorf("checked %v; %v", found.checked, found.failures())
		}
	})
}

package offboard

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/offboard/terraform-provider-offboard/internal/access"
)

func TestMaxPeopleCountsPeopleAndNotResources(t *testing.T) {
	t.Parallel()
	guards := &Guards{MaxPeople: 2}
	for _, person := range []access.Person{"a@x.y", "b@x.y", "a@x.y", "b@x.y"} {
		if err := guards.count(person, "okta", ""); err != nil {
			t.Fatalf("%s: %v", person, err)
		}
	}
	err := guards.count("c@x.y", "okta", "")
	if access.KindOf(err) != access.Blocked || !strings.Contains(err.Error(), "a@x.y, b@x.y, c@x.y") {
		t.Errorf("the third person got %v", err)
	}
}

func TestMaxPeopleCountsAccountsUnderOneAddressToo(t *testing.T) {
	t.Parallel()
	guards := &Guards{MaxPeople: 1}
	for system, account := range map[string]access.AccountID{"okta": "00u1", "google": "117"} {
		if err := guards.count("a@x.y", system, account); err != nil {
			t.Fatalf("one person in %s: %v", system, err)
		}
	}
	if err := guards.count("a@x.y", "okta", "00u2"); access.KindOf(err) != access.Blocked {
		t.Errorf("a second account under the address got %v", err)
	}
}

func TestMaxPeopleHoldsWhenManyResourcesArePlannedAtOnce(t *testing.T) {
	t.Parallel()
	guards := &Guards{MaxPeople: 25}
	var wait sync.WaitGroup
	var mu sync.Mutex
	refused := 0
	for i := range 1000 {
		wait.Go(func() {
			if guards.count(access.Person(fmt.Sprintf("p%d@x.y", i%40)), "okta", "") != nil {
				mu.Lock()
				refused++
				mu.Unlock()
			}
		})
	}
	wait.Wait()
	if refused < 15 {
		t.Errorf("only %d resources were refused", refused)
	}
}

func TestTheProtectedAreRefusedUnderEveryName(t *testing.T) {
	t.Parallel()
	guards := &Guards{Protected: []string{"breakglass@acme.example", "00u1"}}
	for _, names := range [][]string{{"breakglass@acme.example"}, {"BreakGlass@acme.example"}, {"jane@acme.example", "00u1"}, {"jane@acme.example", "", "breakglass@acme.example"}} {
		if access.KindOf(guards.protect(names...)) != access.Blocked {
			t.Errorf("%q may be terminated", names)
		}
	}
	if err := guards.protect("jane@acme.example", "", "jane"); err != nil {
		t.Error(err)
	}
}

func TestASuccessorWhoLeavesIsRefusedWhicheverIsPlannedFirst(t *testing.T) {
	t.Parallel()
	for name, order := range map[string][][2]access.Person{
		"the successor first": {{"bob@x.y", "eve@x.y"}, {"jane@x.y", "bob@x.y"}},
		"the leaver first":    {{"jane@x.y", "bob@x.y"}, {"bob@x.y", ""}},
		"each other's":        {{"jane@x.y", "bob@x.y"}, {"bob@x.y", "jane@x.y"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			guards := &Guards{}
			if err := guards.leave(byAddress(order[0][0]), byAddress(order[0][1])); err != nil {
				t.Fatal(err)
			}
			if err := guards.leave(byAddress(order[1][0]), byAddress(order[1][1])); access.KindOf(err) != access.Blocked {
				t.Errorf("got %v", err)
			}
		})
	}
	guards := &Guards{}
	for _, person := range []access.Person{"jane@x.y", "bob@x.y", "jane@x.y"} {
		if err := guards.leave(byAddress(person), byAddress("eve@x.y")); err != nil {
			t.Errorf("two may leave to the same successor, who stays: %v", err)
		}
	}
}

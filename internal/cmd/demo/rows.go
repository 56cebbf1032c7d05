package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/offboard/terraform-provider-offboard/internal/provider"
)

// A row is where a plan shows something to go: a kind of access, by its resource type, in a system.
type row struct{ system, resource string }

// going counts what goes with the plan, read as a policy check would.
func (d *demo) going(ctx context.Context) (map[row]int, error) {
	out, err := d.Command(ctx, "show", "-json", planFile).Output()
	if err != nil {
		return nil, err
	}
	type held struct {
		System string
		Access map[string]string
	}
	var plan struct {
		ResourceChanges []struct {
			Type   string `json:"type"`
			Change struct{ Before, After held }
		} `json:"resource_changes"`
	}
	if err := json.Unmarshal(out, &plan); err != nil {
		return nil, err
	}
	going := map[row]int{}
	for _, change := range plan.ResourceChanges {
		for id := range change.Change.Before.Access {
			if _, stays := change.Change.After.Access[id]; !stays {
				going[row{change.Change.Before.System, change.Type}]++
			}
		}
	}
	return going, nil
}

// everyKindLosesSomething holds the plan against the table of kinds, system by system.
func (d *demo) everyKindLosesSomething(ctx context.Context) error {
	going, err := d.going(ctx)
	if err != nil {
		return err
	}
	for _, kind := range provider.Kinds {
		systems := kind.Systems().Names
		if kind.SCIM != nil {
			systems = append(systems, application)
		}
		for _, system := range systems {
			onlyKnown := slices.ContainsFunc(d.known, func(s secret) bool { return s.place == system+"/"+kind.Name+"/" })
			if going[row{system, "offboard_" + kind.Name}] == 0 && !onlyKnown {
				return fmt.Errorf("the plan shows nothing to go in offboard_%s of %s", kind.Name, system)
			}
		}
	}
	return nil
}

// exactlyLoses fails unless the plan shows one row to go in each of these places, and nothing else.
func (d *demo) exactlyLoses(ctx context.Context, rows ...row) error {
	going, err := d.going(ctx)
	if err != nil {
		return err
	}
	for _, r := range rows {
		if going[r] != 1 {
			return fmt.Errorf("the plan shows %d rows to go in %s of %s, want 1", going[r], r.resource, r.system)
		}
	}
	if len(going) != len(rows) {
		return fmt.Errorf("the plan shows more to go than was given back: %v", going)
	}
	return nil
}

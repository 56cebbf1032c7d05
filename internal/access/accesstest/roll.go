package accesstest

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/offboard/terraform-provider-offboard/internal/access"
)

// A RollSubject is a system in a world of its own, which the suite may spoil. Its pages are smaller than its roll.
type RollSubject struct {
	Registrar access.Registrar
	// Everybody is who has to be in the roll.
	Everybody func() []access.AccountID
	// Inactive is somebody in the roll who can't sign in. Empty where whoever can't is in no roll.
	Inactive access.AccountID
	// Break makes every call to the system fail from now on.
	Break func(Breakage)
}

// RunRoll holds a Registrar to its contract, as Run does a connector.
func RunRoll(t *testing.T, fresh func(t *testing.T) RollSubject) {
	t.Helper()
	for name, test := range map[string]func(*testing.T, RollSubject){
		"has everybody once":                      rollHasEverybody,
		"knows an account as Get does":            rollAgreesWithGet,
		"writes every address in lower case":      rollLowerCase,
		"ends when the context ends":              rollEnds,
		"is the same for several who ask at once": rollConcurrent,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, fresh(t))
		})
	}
	for breakage, kinds := range breakages {
		t.Run("a system that is "+string(breakage)+" is an error, never a short roll", func(t *testing.T) {
			t.Parallel()
			s := fresh(t)
			s.Break(breakage)
			roll, err := s.Registrar.Roll(t.Context())
			if err == nil {
				t.Fatalf("Roll returned %d accounts and no error", len(roll))
			}
			checkError(t, "Roll", err, kinds)
		})
	}
}

func (s RollSubject) roll(t *testing.T) []access.Entry {
	t.Helper()
	roll, err := s.Registrar.Roll(t.Context())
	if err != nil {
		t.Fatalf("Roll: %v", err)
	}
	roll = slices.Clone(roll)
	slices.SortFunc(roll, func(a, b access.Entry) int { return cmp.Compare(a.ID, b.ID) })
	return roll
}

func rollHasEverybody(t *testing.T, s RollSubject) {
	var got []access.AccountID
	for _, entry := range s.roll(t) {
		got = append(got, entry.ID)
	}
	want := slices.Sorted(slices.Values(s.Everybody()))
	if diff := gocmp.Diff(want, got); diff != "" || len(got) == 0 {
		t.Errorf("the roll (- want, + got):\n%s", diff)
	}
	if s.Inactive != "" && !slices.Contains(got, s.Inactive) {
		t.Errorf("%s, who can't sign in, is not in the roll", s.Inactive)
	}
}

func rollAgreesWithGet(t *testing.T, s RollSubject) {
	for _, entry := range s.roll(t) {
		account, err := s.Registrar.Get(t.Context(), entry.ID)
		if err != nil {
			t.Fatalf("Get(%s): %v", entry.ID, err)
		}
		if diff := gocmp.Diff(account, entry.Account); diff != "" {
			t.Errorf("%s (- Get, + Roll):\n%s", entry.ID, diff)
		}
		if entry.ID == s.Inactive && entry.Active {
			t.Errorf("%s is said to be able to sign in", entry.ID)
		}
	}
}

func rollLowerCase(t *testing.T, s RollSubject) {
	for _, entry := range s.roll(t) {
		for _, address := range slices.Concat(entry.Names, entry.Aliases, entry.Elsewhere) {
			if address == "" || address != strings.ToLower(address) {
				t.Errorf("%s has the address %q", entry.ID, address)
			}
		}
	}
}

func rollEnds(t *testing.T, s RollSubject) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Registrar.Roll(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("Roll with an ended context returned %v", err)
	}
}

func rollConcurrent(t *testing.T, s RollSubject) {
	want := s.roll(t)
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() {
			if roll, err := s.Registrar.Roll(t.Context()); err != nil || len(roll) != len(want) {
				t.Errorf("Roll beside others returned %d accounts and %v, want %d", len(roll), err, len(want))
			}
		})
	}
	wait.Wait()
}

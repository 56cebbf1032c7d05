package access_test

import (
	"testing"
	"time"

	"github.com/offboard/terraform-provider-offboard/internal/access"
)

func TestWhatIsDormantIsNeitherHeldNorKnownToBeGone(t *testing.T) {
	t.Parallel()
	listed := []access.Grant{{ID: "mail/", Label: "mail settings (the account is suspended)", Dormant: true}, {ID: "drive/1", Label: "Plans"}}
	check(t, "held", access.Holdings{"drive/1": "Plans"}, access.Held(listed, nil))
	prior := access.Holdings{"mail/bob": "bob@acme.example", "drive/1": "Plans", "drive/2": "Budget"}
	at := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	check(t, "gone", map[access.GrantID]access.Removal{"drive/2": {Label: "Budget", At: at, Assurance: access.Observed}},
		access.Gone(prior, listed, access.Held(listed, nil), at))
}

func TestExitSaysOfWhatFellAsleepThatItIsNotGone(t *testing.T) {
	t.Parallel()
	held := access.Holdings{"g1": "One", "g2": "Two"}
	m, _, exit := leaver(access.Holdings{"g2": "Two"})
	m.Grant("1", access.Grant{ID: "g1", Dormant: true})
	out := exit.Run(t.Context(), held, held, nil)
	if access.KindOf(out.Left["g1"]) != access.Blocked || len(out.Left) != 1 || out.Clean() {
		t.Errorf("left are %v", out.Left)
	}
	check(t, "held", access.Holdings{}, out.Held)
	check(t, "known to be gone", 1, len(out.Removed))
	check(t, "removals", []string{"remove 1 g2"}, removals(m))
}

func TestExitRecordsAsAcknowledgedWhatWasRemovedBeforeItFellAsleep(t *testing.T) {
	t.Parallel()
	held := access.Holdings{"g1": "One", "g2": "Two"}
	m, _, exit := leaver(held)
	// Something else in the same run suspends the account once g1 is removed.
	m.Keep = map[access.GrantID]string{"g2": "make the account active"}
	m.After = func(call string) {
		if call == "remove 1 g1" {
			m.Grant("1", access.Grant{ID: "g", Dormant: true})
		}
	}
	out := exit.Run(t.Context(), held, held, nil)
	check(t, "held", access.Holdings{"g2": "Two"}, out.Held)
	check(t, "g1 is gone", access.Acknowledged, out.Removed["g1"].Assurance)
	check(t, "known to be gone", 1, len(out.Removed))
	if len(out.Left) != 1 || access.KindOf(out.Left["g2"]) != access.Blocked {
		t.Errorf("left are %v", out.Left)
	}
}

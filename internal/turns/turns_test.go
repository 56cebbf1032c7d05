package turns_test

import (
	"context"
	"errors"
	"testing"

	"github.com/offboard/terraform-provider-offboard/internal/turns"
)

func TestOneAtATimeOfEachKeyAndWhoIsStoppedTakesNoTurn(t *testing.T) {
	t.Parallel()
	var line turns.Turns
	done, err := line.Wait(t.Context(), "a")
	if err != nil {
		t.Fatal(err)
	}
	if other, err := line.Wait(t.Context(), "b"); err != nil {
		t.Error(err)
	} else {
		other()
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if _, err := line.Wait(ctx, "a"); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v while somebody else has the turn", err)
	}
	done()
	if done, err = line.Wait(t.Context(), "a"); err != nil {
		t.Fatal(err)
	}
	done()
}

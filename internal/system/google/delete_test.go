package google_test

import (
	"testing"
	"time"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	sandboxgoogle "github.com/offboard/terraform-provider-offboard/internal/sandbox/google"
	"github.com/offboard/terraform-provider-offboard/internal/system/google"
)

func TestAnAccountIsDeletedOnlyWhenNothingStandsInTheWay(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		prepare func(*world)
		says    string
	}{
		"nothing given away":        {func(*world) {}, "offboard_drive_ownership, offboard_calendar_ownership, offboard_dashboard_ownership, offboard_group_ownership, offboard_delegations"},
		"the only owner of a group": {func(w *world) { w.tenant.GiveAway(sandboxgoogle.Jane, sandboxgoogle.Mei) }, "On call (owner)"},
		"a file since":              {func(w *world) { giveAway(w.tenant); w.tenant.CreateFile(sandboxgoogle.Jane, "New") }, "My Drive"},
		"a sign-in since": {func(w *world) {
			giveAway(w.tenant)
			w.clock.Advance(time.Hour)
			w.tenant.SignIn(sandboxgoogle.Jane)
		}, "Looker Studio"},
		"a calendar since": {func(w *world) { giveAway(w.tenant); w.tenant.CreateCalendar(sandboxgoogle.Jane, "Reunion") }, "Reunion"},
		"a transfer under way": {func(w *world) {
			giveAway(w.tenant)
			w.tenant.SetTransferPolls(100)
			w.tenant.StartTransfer(sandboxgoogle.Jane, sandboxgoogle.Mei)
		}, "is not over"},
		"a legal hold": {func(w *world) { giveAway(w.tenant); w.tenant.Hold(sandboxgoogle.Jane, sandboxgoogle.Audit, "MAIL") }, sandboxgoogle.Audit},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
			c.prepare(w)
			disposer, _ := google.Account(w.google).(access.Disposer)
			remove, _ := disposer.Dispose(access.Delete)
			jane := w.id(sandboxgoogle.Jane)
			out := w.exit(t, remove, jane)
			refused(t, out.Left[access.GrantID(jane)], access.Blocked, c.says)
			same(t, "there", true, w.tenant.HasUser(sandboxgoogle.Jane))
			guard, _ := remove.(access.Guard)
			err := guard.Refuse(t.Context(), jane, nil)
			if name == "a legal hold" {
				refused(t, err, access.Blocked, c.says)
			} else if err != nil {
				t.Errorf("the plan is refused, which may be the one that transfers it: %v", err)
			}
		})
	}
	w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
	giveAway(w.tenant)
	disposer, _ := google.Account(w.google).(access.Disposer)
	remove, _ := disposer.Dispose(access.Delete)
	if out := w.exit(t, remove, w.id(sandboxgoogle.Jane)); !out.Clean() || w.tenant.HasUser(sandboxgoogle.Jane) {
		t.Error(out.Left, out.Unverified)
	}
}

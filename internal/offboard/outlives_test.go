package offboard

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/access/accesstest"
)

// A vault has secrets, which whoever has an account can read.
type vault struct {
	*accesstest.Memory
	secrets map[access.GrantID]string
	// rotated are those that have another value now.
	rotated map[access.GrantID]bool
	// missing says that it answers "not found" to whoever asks for them.
	missing bool
}

func newVault() *vault {
	v := &vault{Memory: janes(), secrets: map[access.GrantID]string{"db@1": "database", "ci@4": "build"}, rotated: map[access.GrantID]bool{}}
	for id, label := range v.secrets {
		v.Grant("1", access.Grant{ID: id, Label: label})
	}
	return v
}

func (v *vault) Outlives() {}

func (v *vault) Recheck(_ context.Context, _ access.AccountID, ids []access.GrantID) (still []access.Grant, err error) {
	if v.missing {
		return nil, &access.Error{Kind: access.NotFound, Op: "look at secrets"}
	}
	for _, id := range ids {
		if !v.rotated[id] {
			still = append(still, access.Grant{ID: id, Label: v.secrets[id]})
		}
	}
	return still, nil
}

// lock cuts the account off: it is there, and gets at nothing.
func (v *vault) lock() {
	v.Drop("1")
	v.Add(access.Account{ID: "1", Names: []string{string(jane)}})
}

func TestWhatSomebodyKnowsIsHeldUntilItIsChangedThoughTheirAccountIsGone(t *testing.T) {
	t.Parallel()
	v := newVault()
	c := newClosing(map[string]access.Connector{"doors": v}, "secrets")
	r := &Resource{kind: c.table[0].Kind, systems: c.table[0].Systems, env: c.env}
	now := values{System: types.StringValue("doors"), Person: types.StringValue(string(jane))}
	known := facts{}
	for i, step := range []struct {
		happens func()
		want    access.Holdings
	}{
		{func() {}, access.Holdings{"db@1": "database", "ci@4": "build"}},
		{v.lock, access.Holdings{"db@1": "database", "ci@4": "build"}},
		{func() { v.Drop("1") }, access.Holdings{"db@1": "database", "ci@4": "build"}},
		{func() { v.rotated["db@1"] = true }, access.Holdings{"ci@4": "build"}},
		// Another account under the address gets at something new; what the person knew is not forgotten over that.
		{func() {
			v.Add(access.Account{ID: "2", Names: []string{string(jane)}, Active: true}, access.Grant{ID: "new@1", Label: "new"})
		}, access.Holdings{"ci@4": "build", "new@1": "new"}},
	} {
		step.happens()
		var diags diag.Diagnostics
		seen := r.look(t.Context(), now, known, &diags)
		if diff := cmp.Diff(step.want, seen.held); diff != "" || diags.HasError() {
			t.Errorf("%d: %s%s", i, diff, spoken(diags))
		}
		now.Account, now.Access, known = types.StringValue(string(seen.account)), holdings(seen.held), seen.facts
	}
}

func TestACaseDoesNotTakeWhatSomebodyKnowsForGoneWithTheirAccount(t *testing.T) {
	t.Parallel()
	v := newVault()
	c := newClosing(map[string]access.Connector{"doors": v}, "secrets")
	want := map[string]string{"doors/secrets/db@1": "database", "doors/secrets/ci@4": "build"}
	for i, happens := range []func(){func() {}, v.lock, func() { v.Drop("1") }} {
		happens()
		c.clock.Advance(time.Hour)
		if left, failures := c.look(t); cmp.Diff(want, left) != "" || len(failures) > 0 {
			t.Errorf("%d: %s%v", i, cmp.Diff(want, left), failures)
		}
	}
	v.rotated["db@1"] = true
	if left, _, _ := c.close(t); len(left) != 1 || left["doors/secrets/ci@4"] == "" {
		t.Errorf("closing left %v", left)
	}
	v.rotated["ci@4"] = true
	if left, e, diags := c.close(t); len(left) != 0 || diags.HasError() || len(e.Controls[0].Grants) != 2 {
		t.Errorf("closing left %v, said %s, evidence %+v", left, spoken(diags), e.Controls)
	}
}

func TestACaseThatComesTooLateSaysSoAndDoesNotClose(t *testing.T) {
	t.Parallel()
	v := newVault()
	v.lock()
	c := newClosing(map[string]access.Connector{"doors": v}, "secrets")
	if _, failures := c.look(t); !strings.Contains(strings.Join(failures, "\n"), "nobody recorded what it could get at before") {
		t.Errorf("failures %v", failures)
	}
	if _, _, diags := c.close(t); !diags.HasError() {
		t.Error("it closed")
	}
	c.except("doors/secrets", "2026-12-31T00:00:00Z")
	if left, _, diags := c.close(t); len(left) != 0 || diags.HasError() {
		t.Errorf("with somebody who answers for it closing left %v, said %s", left, spoken(diags))
	}

	r := &Resource{kind: c.table[0].Kind, systems: c.table[0].Systems, env: c.env}
	var diags diag.Diagnostics
	r.look(t.Context(), values{System: types.StringValue("doors"), Person: types.StringValue(string(jane))}, facts{}, &diags)
	if !strings.Contains(spoken(diags), "Too late to see all of it") {
		t.Errorf("the resource says %s", spoken(diags))
	}
}

func TestAnExitWaitsForWhatSomebodyKnowsToBeChanged(t *testing.T) {
	t.Parallel()
	v := newVault()
	v.Drop("1")
	held := access.Holdings{"db@1": "database", "ci@4": "build"}
	v.rotated["db@1"] = true
	out := access.Exit{Connector: v, Account: "1", Clock: newClosing(nil).clock}.Run(t.Context(), held, held, nil)
	if diff := cmp.Diff(access.Holdings{"ci@4": "build"}, out.Held); diff != "" || out.Clean() || out.Removed["db@1"].Assurance != access.Observed {
		t.Errorf("%s%+v", diff, out)
	}
}

func TestACaseDoesNotBelieveAResourceThatCameTooLateItself(t *testing.T) {
	t.Parallel()
	v := newVault()
	v.lock()
	c := newClosing(map[string]access.Connector{"doors": v}, "secrets")
	r := &Resource{kind: c.table[0].Kind, systems: c.table[0].Systems, env: c.env}
	var diags diag.Diagnostics
	r.look(t.Context(), values{System: types.StringValue("doors"), Person: types.StringValue(string(jane))}, facts{}, &diags)
	if _, failures := c.look(t); !strings.Contains(strings.Join(failures, "\n"), "nobody recorded what it could get at before") {
		t.Errorf("failures %v", failures)
	}
}

func TestACaseThatWaivedWhatSomebodyKnowsUntilTheyWereGoneSaysThatItIsTooLate(t *testing.T) {
	t.Parallel()
	v := newVault()
	c := newClosing(map[string]access.Connector{"doors": v}, "secrets", "badges")
	c.except("doors/secrets", "2026-11-20T12:30:00Z")
	if _, failures := c.look(t); len(failures) > 0 {
		t.Fatal(failures)
	}
	for i, happens := range []func(){v.lock, func() { v.Drop("1") }, func() {
		v.Add(access.Account{ID: "2", Names: []string{string(jane)}, Active: true})
	}} {
		happens()
		c.clock.Advance(time.Hour)
		if _, failures := c.look(t); !strings.Contains(strings.Join(failures, "\n"), "nobody recorded what it could get at before") {
			t.Errorf("%d: failures %v", i, failures)
		}
	}
}

func TestWhatNobodyRecordedIsARowUntilTheAccountIsSeenActive(t *testing.T) {
	t.Parallel()
	active := access.Account{ID: "1", Names: []string{string(jane)}, Active: true}
	locked := access.Account{ID: "1", Names: []string{string(jane)}}
	another := access.Account{ID: "2", Names: []string{string(jane)}}
	for name, c := range map[string]struct {
		account string
		looks   []access.Account // none is that there is nobody
		want    []bool
	}{
		"watched":                             {"", []access.Account{active, locked, {}}, []bool{false, false, false}},
		"cut off before, and active again":    {"", []access.Account{locked, {}, locked, active, locked}, []bool{true, true, true, false, false}},
		"never there":                         {"", []access.Account{{}, {}}, []bool{false, false}},
		"made and cut off in between":         {"", []access.Account{{}, locked}, []bool{false, true}},
		"imported by an account that is gone": {"1", []access.Account{{}}, []bool{true}},
		"another account, cut off in between": {"", []access.Account{active, another}, []bool{false, true}},
		"another account after one too late":  {"", []access.Account{locked, {ID: "2", Names: another.Names, Active: true}}, []bool{true, true}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := &vault{Memory: &accesstest.Memory{}}
			closing := newClosing(map[string]access.Connector{"doors": v}, "secrets")
			r := &Resource{kind: closing.table[0].Kind, systems: closing.table[0].Systems, env: closing.env}
			now := values{System: types.StringValue("doors"), Person: types.StringValue(string(jane)), Account: optional(c.account)}
			known := facts{Pinned: c.account != ""}
			for i, account := range c.looks {
				v.Drop("1")
				if account.ID != "" {
					v.Add(account)
				}
				var diags diag.Diagnostics
				seen := r.look(t.Context(), now, known, &diags)
				if _, got := seen.held[unrecorded]; got != c.want[i] || len(seen.held) > 1 || diags.HasError() {
					t.Errorf("look %d holds %v, said %s", i, seen.held, spoken(diags))
				}
				now.Account, now.Access, known = optional(seen.account), holdings(seen.held), seen.facts
			}
		})
	}
}

func TestWhatNobodyRecordedIsNoneOfTheSystemsAndStays(t *testing.T) {
	t.Parallel()
	v := newVault()
	c := newClosing(map[string]access.Connector{"doors": v}, "secrets")
	connector, _ := c.env.Systems["doors"].rechecker("secrets")
	held := access.Holdings{"db@1": "database", unrecorded: "all the rest"}
	v.rotated["db@1"] = true
	out := access.Exit{Connector: connector, Account: "1", Clock: c.clock}.Run(t.Context(), held, held, nil)
	if len(out.Held) != 1 || len(out.Left) != 1 || access.KindOf(out.Left[unrecorded]) != access.Blocked || out.Unverified != nil {
		t.Errorf("%+v", out)
	}
}

func TestASystemThatDoesNotFindWhatSomebodyKnowsProvesNothing(t *testing.T) {
	t.Parallel()
	v := newVault()
	c := newClosing(map[string]access.Connector{"doors": v}, "secrets")
	c.look(t)
	v.lock()
	v.missing = true
	if left, failures := c.look(t); len(left) != 2 || len(failures) != 1 {
		t.Errorf("left %v, failures %v", left, failures)
	}
}

func TestWhatSeveralKnowIsChangedOnceARun(t *testing.T) {
	t.Parallel()
	v := newVault()
	c := newClosing(map[string]access.Connector{"doors": v}, "secrets")
	connector, _ := c.env.Systems["doors"].rechecker("secrets")
	fails := true
	v.Fail = func(call string) error {
		if fails && strings.HasPrefix(call, "remove") {
			fails = false
			return &access.Error{Kind: access.Unavailable, Reason: "the vault is shut"}
		}
		return nil
	}
	for i, account := range []access.AccountID{"1", "1", "2"} {
		if _, err := connector.Remove(t.Context(), account, "db@1"); (err != nil) != (i == 0) {
			t.Errorf("%s: %v", account, err)
		}
	}
	var removals int
	for _, call := range v.Calls() {
		if strings.HasPrefix(call, "remove") {
			removals++
		}
	}
	if removals != 2 {
		t.Errorf("calls %v", v.Calls())
	}
}

func TestASearchNamesWhatSomebodyWhoIsCutOffMayKnowAsWhatCantBeSeen(t *testing.T) {
	t.Parallel()
	v := newVault()
	s := searching(map[string]access.Connector{"doors": v}, "secrets")
	if found := s.run(t.Context()); len(found.dormant) != 0 || len(found.held) != 2 {
		t.Errorf("%+v", found)
	}
	v.lock()
	if found := s.run(t.Context()); len(found.dormant) != 1 || found.dormant[0].ID != unrecorded || len(found.held) != 0 {
		t.Errorf("%+v", found)
	}
}

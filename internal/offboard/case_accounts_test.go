package offboard

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/access/accesstest"
)

// pin names the account in the system of the test, which is called doors.
func (c *closing) pin(account string) {
	c.v.AccountIDs = types.MapValueMust(types.StringType, map[string]attr.Value{"doors": types.StringValue(account)})
}

// madeBy lists what each account made.
type madeBy map[access.AccountID][]access.Grant

func (m madeBy) Trace(_ context.Context, account access.AccountID) ([]access.Grant, error) {
	return m[account], nil
}

func TestWhatADeletedAccountMadeIsOutstandingThoughThereIsANewAccount(t *testing.T) {
	t.Parallel()
	doors := janes()
	c := newClosing(map[string]access.Connector{"doors": doors}, "badges")
	c.table = append(c.table, TableRow{Kind: Kind{Name: "robots"}, Systems: Systems{Names: []string{"doors"}}, Indirect: true})
	c.env.Systems["doors"].Tracers = map[string]access.Tracer{"robots": madeBy{"1": {{ID: "r1", Label: "Marvin"}}}}
	want := map[string]string{"doors/robots/r1": "Marvin (indirect: theirs, and not their account's)"}
	for i, happens := range []func(){
		func() {},
		func() { doors.Drop("1"); doors.Add(access.Account{ID: "2", Names: []string{string(jane)}}) },
		func() {}, // And so in every later run.
		func() { doors.Drop("2") },
		func() { doors.Add(access.Account{ID: "3", Names: []string{string(jane)}}); c.pin("3") },
		func() {},
	} {
		happens()
		left, failures := c.look(t)
		if diff := cmp.Diff(want, left); diff != "" || len(failures) > 0 {
			t.Errorf("%d: %s%v", i, diff, failures)
		}
	}
}

func TestWhatAnotherAccountHoldsIsNotGoneWhenTheRightOneIsNamed(t *testing.T) {
	t.Parallel()
	doors := &accesstest.Memory{}
	doors.Add(access.Account{ID: "7", Names: []string{"mei@acme.example"}, Aliases: []string{string(jane)}}, access.Grant{ID: "g1", Label: "Mei's"})
	doors.Add(access.Account{ID: "8", Names: []string{"j.doe@acme.example"}}, access.Grant{ID: "g2", Label: "Jane's"})
	c := newClosing(map[string]access.Connector{"doors": doors}, "badges")
	c.look(t)
	c.pin("8")
	if left, failures := c.look(t); len(left) != 1 || left["doors/badges/g2"] == "" || len(failures) > 0 {
		t.Fatalf("left %v, failures %v", left, failures)
	}
	if _, told := c.known.Controls["doors/badges"].Grants["g1"]; told {
		t.Error("what Mei holds would be in Jane's evidence")
	}
	// History of her own stays when her account has been deleted and made anew.
	doors.Drop("7")
	doors.Drop("8")
	doors.Add(access.Account{ID: "9", Names: []string{string(jane)}})
	left, e, diags := c.close(t)
	if len(left) != 0 || diags.HasError() || len(e.Controls[0].Grants) != 1 || e.Systems[0].Account != "9" {
		t.Errorf("left %v, said %s, evidence %+v", left, spoken(diags), e)
	}
}

func TestAnAliasThatLeadsNowhereAnyMoreIsForgotten(t *testing.T) {
	t.Parallel()
	doors := &accesstest.Memory{}
	doors.Add(access.Account{ID: "7", Names: []string{"mei@acme.example"}, Aliases: []string{string(jane)}}, access.Grant{ID: "g1", Label: "Mei's"})
	c := newClosing(map[string]access.Connector{"doors": doors, "school": janes()}, "badges")
	c.look(t)
	doors.Drop("7")
	doors.Add(access.Account{ID: "7", Names: []string{"mei@acme.example"}}, access.Grant{ID: "g1", Label: "Mei's"})
	left, e, diags := c.close(t)
	if len(left) != 0 || diags.HasError() || e.Systems[0].Account != "" || e.Systems[0].Status != "" || len(e.Controls[0].Grants) != 0 {
		t.Errorf("left %v, said %s, evidence %+v", left, spoken(diags), e)
	}
}

func TestARenamedPersonIsNoAlias(t *testing.T) {
	t.Parallel()
	doors := janes()
	c := newClosing(map[string]access.Connector{"doors": doors}, "badges")
	c.look(t)
	doors.Drop("1")
	doors.Add(access.Account{ID: "1", Names: []string{"jane.roe@acme.example"}, Aliases: []string{string(jane)}})
	if left, _, diags := c.close(t); len(left) != 0 || diags.HasError() {
		t.Errorf("left %v, said %s", left, spoken(diags))
	}
}

func TestALedgerHandsOutCopies(t *testing.T) {
	t.Parallel()
	var l ledger
	at := place{"doors", "badges"}
	l.did(at, "1", types.Map{}, access.Marks{"password": "1"}, "")
	d := l.of(at, "1")
	l.did(at, "1", types.Map{}, access.Marks{"password": "2"}, "") // It would be a crash if somebody were ranging over it.
	if d.marks["password"] != "1" || l.of(at, "1").marks["password"] != "2" {
		t.Errorf("marks are %v", d.marks)
	}
}

func TestNobodyIsToldToTakeAwayWhatAnotherAccountHolds(t *testing.T) {
	t.Parallel()
	doors := &accesstest.Memory{}
	doors.Add(access.Account{ID: "7", Names: []string{"mei@acme.example"}, Aliases: []string{string(jane)}}, access.Grant{ID: "g1", Label: "Mei's"})
	c := newClosing(map[string]access.Connector{"doors": doors, "school": janes(access.Grant{ID: "g2", Label: "Jane's"})}, "badges")
	left, _ := c.look(t)
	if diff := cmp.Diff([]string{"  - school/badges/g2: Jane's"}, c.forgotten(c.known, left)); diff != "" {
		t.Error(diff)
	}
	if said := warnCaseAlias(c.v, c.known, c.known.aliases()).Detail(); !strings.Contains(said, "mei@acme.example") || !strings.Contains(said, "account_ids") {
		t.Error(said)
	}
}

package offboard

import (
	"cmp"
	"strings"
	"testing"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/access/accesstest"
)

func TestLocateFollowsTheAccountAndIsNeverSilentAboutAnother(t *testing.T) {
	t.Parallel()
	const jane = access.Person("jane@acme.example")
	old := access.Account{ID: "old", Names: []string{"jane@acme.example"}, Active: true}
	renamed := access.Account{ID: "old", Names: []string{"jane.married@acme.example"}, Active: true}
	second := access.Account{ID: "new", Names: []string{"jane@acme.example"}, Active: true}
	other := access.Account{ID: "other", Names: []string{"mei@acme.example"}, Aliases: []string{"jane@acme.example"}, Active: true}
	denied := &access.Error{Kind: access.Denied}
	unresolved := &access.Error{Kind: access.Blocked, Err: access.ErrUnresolved}

	for _, c := range []struct {
		name     string
		accounts []access.Account
		known    access.AccountID
		pinned   bool
		fail     string
		with     error            // denied if nil
		want     access.AccountID // None if empty
		renewed  bool
		wantErr  access.ErrorKind
	}{
		{name: "found by the address", accounts: []access.Account{old}, want: "old"},
		{name: "nobody", want: ""},
		{name: "two of them", accounts: []access.Account{old, second}, wantErr: access.Blocked},
		{name: "the one that is known", accounts: []access.Account{old}, known: "old", want: "old"},
		{name: "renamed", accounts: []access.Account{renamed}, known: "old", want: "old"},
		{name: "renamed, and the address given to another", accounts: []access.Account{renamed, second}, known: "old", wantErr: access.Blocked},
		{name: "gone", known: "old", want: ""},
		{name: "gone, and made anew", accounts: []access.Account{second}, known: "old", want: "new", renewed: true},
		{name: "known, and now one of two", accounts: []access.Account{old, second}, known: "old", wantErr: access.Blocked},
		{name: "pinned, one of two", accounts: []access.Account{old, second}, known: "new", pinned: true, want: "new"},
		{name: "pinned, and gone", known: "new", pinned: true, want: ""},
		{name: "pinned, gone, and the address leads to another", accounts: []access.Account{old}, known: "new", pinned: true, want: "old", renewed: true},
		{name: "pinned, gone, and the directory can't be asked", known: "new", pinned: true, fail: "find", wantErr: access.Denied},
		{name: "whose the address is can't be told", fail: "find", with: unresolved, wantErr: access.Blocked},
		{name: "known, and whose the address is can't be told any more", accounts: []access.Account{old}, known: "old", fail: "find", with: unresolved, want: "old"},
		{name: "gone, and whose the address is can't be told", known: "old", fail: "find", with: unresolved, wantErr: access.Blocked},
		{name: "pinned, gone, and whose the address is can't be told", known: "old", pinned: true, fail: "find", with: unresolved, want: ""},
		{name: "an alias of somebody's", accounts: []access.Account{other}, want: "other"},
		{name: "gone, and the address an alias of somebody's", accounts: []access.Account{other}, known: "old", wantErr: access.Blocked},
		{name: "pinned, gone, and the address an alias of somebody's", accounts: []access.Account{other}, known: "old", pinned: true, want: ""},
		{name: "there, and the address an alias of somebody else's", accounts: []access.Account{renamed, other}, known: "old", want: "old"},
		{name: "the directory can't be asked", accounts: []access.Account{old}, fail: "find", wantErr: access.Denied},
		{name: "known, and the directory can't be asked", accounts: []access.Account{old}, known: "old", fail: "find", wantErr: access.Denied},
		{name: "renamed, and can't be looked at", accounts: []access.Account{renamed}, known: "old", fail: "get", wantErr: access.Denied},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			m := &accesstest.Memory{}
			for _, account := range c.accounts {
				m.Add(account)
			}
			m.Fail = func(call string) error {
				if c.fail != "" && call[:len(c.fail)] == c.fail {
					return cmp.Or[error](c.with, denied)
				}
				return nil
			}
			got, err := locate(t.Context(), m, jane, c.known, c.pinned)
			switch {
			case c.wantErr != access.Other:
				if access.KindOf(err) != c.wantErr {
					t.Errorf("got %+v, %v; want an error of kind %v", got, err, c.wantErr)
				}
			case err != nil || got.ID != c.want || got.None != (c.want == "") || got.Renewed != c.renewed, got.Unlinked != (c.known != "" && !c.pinned && c.with != nil):
				t.Errorf("got %+v, %v; want %q", got, err, c.want)
			}
		})
	}
}

func TestAnAddressThatIsForgottenWithinARunIsThatOfTheAccountItLedTo(t *testing.T) {
	t.Parallel()
	m := &accesstest.Memory{}
	m.Add(access.Account{ID: "old", Names: []string{"jane@acme.example"}, Active: true})
	system := &System{Directory: m}
	if seen, err := system.locate(t.Context(), "jane@acme.example", "", false); err != nil || seen.ID != "old" {
		t.Fatalf("got %+v, %v", seen, err)
	}
	m.Fail = func(call string) error {
		if strings.HasPrefix(call, "find") {
			return &access.Error{Kind: access.Blocked, Err: access.ErrUnresolved}
		}
		return nil
	}
	if seen, err := system.locate(t.Context(), "jane@acme.example", "", false); err != nil || seen.ID != "old" || !seen.Unlinked {
		t.Errorf("got %+v, %v", seen, err)
	}
	if seen, err := system.locate(t.Context(), "mei@acme.example", "", false); access.KindOf(err) != access.Blocked {
		t.Errorf("of somebody else: %+v, %v", seen, err)
	}
}

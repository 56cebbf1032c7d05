package accesstest_test

import (
	"fmt"
	"testing"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/access/accesstest"
)

func TestTheMemorySystemConforms(t *testing.T) {
	t.Parallel()
	accesstest.Run(t, func(*testing.T) accesstest.Subject {
		m := &accesstest.Memory{
			Lag:        2,
			Keep:       map[access.GrantID]string{"kept": "Ask the directory."},
			Unlistable: map[access.GrantID]bool{"sessions": true},
			Movable:    map[access.GrantID]bool{"report": true},
		}
		m.Add(access.Account{ID: "1", Names: []string{"jane@acme.example"}, Active: true},
			access.Grant{ID: "g1", Label: "Engineering"},
			access.Grant{ID: "report", Label: "Manager of Bob"},
			access.Grant{ID: "sessions", Label: "Live sign-ins", Version: "monday"})
		m.Add(access.Account{ID: "2", Names: []string{"bob@acme.example"}, Active: true},
			access.Grant{ID: "g1", Label: "Engineering"}, access.Grant{ID: "kept", Label: "Imported"})
		return accesstest.Subject{
			Connector: m, Account: "1", Successor: "2", Nobody: "3", KeptBy: "2", Kept: "kept",
			Others: func() string { return fmt.Sprint(m.Holds("2")) },
			Break:  breaking(m),
		}
	})
}

func TestTheMemorySystemHasARoll(t *testing.T) {
	t.Parallel()
	accesstest.RunRoll(t, func(*testing.T) accesstest.RollSubject {
		m := &accesstest.Memory{}
		m.Add(access.Account{ID: "1", Names: []string{"jane@acme.example"}, Status: "active", Active: true})
		m.Note(access.Entry{Account: access.Account{ID: "2", Names: []string{"build@acme.example"}, Status: "suspended"}, Sort: "service"})
		return accesstest.RollSubject{
			Registrar: m, Everybody: func() []access.AccountID { return []access.AccountID{"1", "2"} }, Inactive: "2", Break: breaking(m),
		}
	})
}

// breaking makes the system fail in every way.
func breaking(m *accesstest.Memory) func(accesstest.Breakage) {
	return func(b accesstest.Breakage) {
		kind := map[accesstest.Breakage]access.ErrorKind{
			accesstest.Locked: access.Denied, accesstest.Forbidden: access.Denied,
			accesstest.Unwell: access.Unavailable, accesstest.Silent: access.Unavailable,
			accesstest.Foreign: access.Malformed, accesstest.Torn: access.Malformed, accesstest.Empty: access.Malformed,
		}[b]
		m.Fail = func(call string) error {
			return &access.Error{Kind: kind, Op: call, Reason: "the system is " + string(b)}
		}
	}
}

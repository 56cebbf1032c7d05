package vault_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/access/accesstest"
	sandboxvault "github.com/offboard/terraform-provider-offboard/internal/sandbox/vault"
	"github.com/offboard/terraform-provider-offboard/internal/system/vault"
)

func TestTheRollConforms(t *testing.T) {
	t.Parallel()
	accesstest.RunRoll(t, func(t *testing.T) accesstest.RollSubject {
		t.Helper()
		w := newWorld(t, sandboxvault.HandlerOptions{Lag: 1})
		w.cluster.Enable(sandboxvault.Omar, false)
		return accesstest.RollSubject{
			Registrar: w.vault, Inactive: w.id(sandboxvault.Omar), Break: breakages.Of(w.server),
			Everybody: func() (everybody []access.AccountID) {
				for _, id := range w.cluster.Everybody() {
					everybody = append(everybody, access.AccountID(id))
				}
				return everybody
			},
		}
	})
}

func TestTheRollSaysWhichEntitiesAreMachinesAndWhoHasNoneYet(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxvault.HandlerOptions{})
	roll, err := w.vault.Roll(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	at := func(id access.AccountID) access.Entry {
		i := slices.IndexFunc(roll, func(e access.Entry) bool { return e.ID == id })
		if i < 0 {
			t.Fatalf("%s is not in the roll", id)
		}
		return roll[i]
	}
	if jane, service := at(w.id(sandboxvault.Jane)), at(w.id(sandboxvault.Service)); jane.Sort != "" || service.Sort != "approle" || jane.Created.IsZero() {
		t.Errorf("Jane is %+v, the service %+v", jane, service)
	}
	waiting := at("auth/ldap/users/" + sandboxvault.Waiting)
	if !waiting.Active || waiting.Status != "has never signed in" || !slices.Equal(waiting.Names, []string{sandboxvault.Waiting}) {
		t.Errorf("who has never signed in is %+v", waiting)
	}
	// There is nothing to watch, which is no empty list.
	if listed, err := vault.Tokens(w.vault).List(t.Context(), waiting.ID); access.KindOf(err) != access.Blocked || !strings.Contains(err.Error(), "no entity yet") {
		t.Errorf("listed %v (%v)", listed, err)
	}
}

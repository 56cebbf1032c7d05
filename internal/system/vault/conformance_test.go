package vault_test

import (
	"cmp"
	"net/http"
	"testing"
	"time"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/access/accesstest"
	"github.com/offboard/terraform-provider-offboard/internal/clock"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox/conform"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox/sandboxtest"
	sandboxvault "github.com/offboard/terraform-provider-offboard/internal/sandbox/vault"
	"github.com/offboard/terraform-provider-offboard/internal/system"
	"github.com/offboard/terraform-provider-offboard/internal/system/vault"
)

// A company is in a Vault: the sandbox's cluster, or a real one.
type company interface {
	UserID(email string) string
	RemoveFromGroup(email, group string)
	Snapshot(except string) string
}

// A world is a company and a connection to its Vault.
type world struct {
	company company
	// cluster is the company where it is the sandbox's.
	cluster *sandboxvault.Cluster
	token   string
	server  *sandbox.Server
	clock   *clock.Fake
	vault   *vault.Vault
}

func newWorld(t *testing.T, options sandboxvault.HandlerOptions) *world {
	t.Helper()
	w := &world{clock: clock.NewFake(time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)), token: sandboxvault.Token}
	w.cluster = sandboxvault.NewCluster(sandbox.Acme(), w.clock)
	w.company = w.cluster
	server, err := sandbox.Serve(w.cluster.Handler(options), sandbox.Options{Clock: w.clock})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	server.Observe(conform.Vault(t))
	w.server = server
	w.vault = w.connect(t)
	return w
}

// connect is another run of the provider.
func (w *world) connect(t *testing.T) *vault.Vault {
	t.Helper()
	config := vault.Config{Address: w.server.URL(), Token: w.token, Run: system.Run{Clock: w.clock}}
	config, err := config.Validate()
	if err != nil {
		t.Fatal(err)
	}
	v, err := vault.New(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func (w *world) id(email string) access.AccountID { return access.AccountID(w.company.UserID(email)) }

// prepared is a kind, what has to be so that everything somebody holds of it can be removed, and something that somebody
// holds and nobody can remove.
type prepared struct {
	connect func(*vault.Vault) access.Connector
	email   string // Jane's if empty
	prepare func(company)
	single  bool
	dispose access.Disposition
	keptBy  string
	kept    func(*testing.T, *world) access.GrantID
}

// groupsGone ends the memberships that give Jane policies: what comes with a group goes with it.
func groupsGone(c company) {
	c.RemoveFromGroup(sandboxvault.Jane, "Engineering")
	c.RemoveFromGroup(sandboxvault.Jane, "On-call")
}

var kinds = map[string]prepared{
	"account":        {connect: vault.Account, single: true, dispose: access.Suspend},
	"authenticators": {connect: vault.Authenticators},
	"tokens":         {connect: vault.Tokens, keptBy: sandboxvault.Kofi, kept: stays(vault.Tokens, sandboxvault.Kofi)},
	"keys":           {connect: vault.Keys},
	"group membership": {
		connect: vault.GroupMembership, keptBy: sandboxvault.Omar, kept: stays(vault.GroupMembership, sandboxvault.Omar),
	},
	"role assignments": {
		connect: vault.RoleAssignments, prepare: groupsGone, keptBy: sandboxvault.Omar, kept: stays(vault.RoleAssignments, sandboxvault.Omar),
	},
	"shared secret": {
		connect: vault.SharedSecrets, email: sandboxvault.Erik, keptBy: sandboxvault.Jane, kept: stays(vault.SharedSecrets, sandboxvault.Jane),
	},
}

// stays finds the first grant of somebody that can't be removed.
func stays(connect func(*vault.Vault) access.Connector, email string) func(*testing.T, *world) access.GrantID {
	return func(t *testing.T, w *world) access.GrantID {
		t.Helper()
		listed, err := connect(w.vault).List(t.Context(), w.id(email))
		for _, grant := range listed {
			if grant.Stays != nil {
				return grant.ID
			}
		}
		t.Fatalf("nothing that %s holds stays: %v (%v)", email, listed, err)
		return ""
	}
}

func TestEveryConnectorConforms(t *testing.T) {
	t.Parallel()
	accesstest.RunAll(t, kinds, func(t *testing.T, kind prepared) accesstest.Subject {
		t.Helper()
		// A node that is behind is how a replicated Vault is on a bad day; a connector has to be right on that day too.
		return kind.subject(t, newWorld(t, sandboxvault.HandlerOptions{Lag: 1}))
	})
}

// connector is the kind's, of its disposition.
func (k prepared) connector(t *testing.T, v *vault.Vault) access.Connector {
	t.Helper()
	s := accesstest.Subject{Connector: k.connect(v)}
	s.Choose(t, k.dispose)
	return s.Connector
}

func (k prepared) subject(t *testing.T, w *world) accesstest.Subject {
	t.Helper()
	if k.prepare != nil {
		k.prepare(w.company)
	}
	email := cmp.Or(k.email, sandboxvault.Jane)
	s := accesstest.Subject{
		Connector: k.connect(w.vault), Account: w.id(email), Single: k.single, Successor: w.id(sandboxvault.Mei),
		Nobody: "00000000-0000-0000-0000-000000000000", Others: func() string { return w.company.Snapshot(email) },
		Break: breakages.Of(w.server),
	}
	s.Choose(t, k.dispose)
	if k.kept != nil {
		s.KeptBy, s.Kept = w.id(k.keptBy), k.kept(t, w)
	}
	return s
}

var breakages = sandboxtest.NewBreakages(
	sandbox.Status(http.StatusForbidden, `{"errors":["2 errors occurred:\n\t* permission denied\n\t* invalid token\n\n"]}`),
	sandbox.Status(http.StatusForbidden, `{"errors":["1 error occurred:\n\t* permission denied\n\n"]}`),
	sandbox.Status(http.StatusInternalServerError, `{"errors":["1 error occurred:\n\t* internal error\n\n"]}`),
)

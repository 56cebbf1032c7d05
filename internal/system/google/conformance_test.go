package google_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/access/accesstest"
	"github.com/offboard/terraform-provider-offboard/internal/clock"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox/conform"
	sandboxgoogle "github.com/offboard/terraform-provider-offboard/internal/sandbox/google"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox/sandboxtest"
	"github.com/offboard/terraform-provider-offboard/internal/system"
	"github.com/offboard/terraform-provider-offboard/internal/system/google"
)

// A world is a sandbox tenant and a connection to it.
type world struct {
	tenant *sandboxgoogle.Tenant
	server *sandbox.Server
	clock  *clock.Fake
	google *google.Google
}

func newWorld(t *testing.T, options sandboxgoogle.HandlerOptions, change func(*google.Config)) *world {
	t.Helper()
	w := &world{clock: clock.NewFake(time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC))}
	w.tenant = sandboxgoogle.NewTenant(sandbox.Acme(), w.clock)
	server, err := sandbox.Serve(w.tenant.Handler(options), sandbox.Options{Clock: w.clock})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	server.Observe(conform.Google(t))
	w.server = server
	w.google = w.connect(t, change)
	return w
}

// connect is a connection to the tenant in a run of its own.
func (w *world) connect(t *testing.T, change func(*google.Config)) *google.Google {
	t.Helper()
	config := google.Config{
		Admin: sandboxgoogle.Admin, Endpoint: w.server.URL(), Credentials: sandboxgoogle.KeyFile(w.server.URL()), Run: system.Run{Clock: w.clock},
	}
	if change != nil {
		change(&config)
	}
	config, err := config.Validate()
	if err != nil {
		t.Fatal(err)
	}
	connected, err := google.New(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	return connected
}

func (w *world) id(address string) access.AccountID {
	return access.AccountID(w.tenant.UserID(address))
}

func (w *world) group(address string) access.GrantID {
	return access.GrantID(w.tenant.GroupID(address))
}

// nobody is an id of no account.
const nobody access.AccountID = "100000000000000000001"

// prepared is a kind, what has to be so that everything Jane holds of it can be removed, and something that
// somebody holds and nobody can remove.
type prepared struct {
	connect func(*google.Google) access.Connector
	prepare func(*sandboxgoogle.Tenant)
	single  bool
	dispose access.Disposition
	keptBy  string
	kept    func(*world) access.GrantID
}

// leaveAdminGroups ends the memberships that give Jane roles.
func leaveAdminGroups(tenant *sandboxgoogle.Tenant) {
	tenant.RemoveFromGroup(sandboxgoogle.Jane, sandboxgoogle.OnCall)
	tenant.RemoveFromGroup(sandboxgoogle.Jane, sandboxgoogle.DeskAdmins)
}

// shareOnCall gives the group that only Jane owns another owner.
func shareOnCall(tenant *sandboxgoogle.Tenant) {
	tenant.AddToGroup(sandboxgoogle.Omar, sandboxgoogle.OnCall, sandboxgoogle.Owner)
}

// giveAway leaves nothing that a deletion would take along.
func giveAway(tenant *sandboxgoogle.Tenant) {
	shareOnCall(tenant)
	tenant.GiveAway(sandboxgoogle.Jane, sandboxgoogle.Mei)
}

var kinds = map[string]prepared{
	"authenticators": {
		connect: google.Authenticators, keptBy: sandboxgoogle.Enforced,
		kept: func(*world) access.GrantID { return "two_step_verification" },
	},
	"sessions":           {connect: google.Sessions, single: true},
	"tokens":             {connect: google.Tokens},
	"account, suspended": {connect: google.Account, single: true, dispose: access.Suspend},
	"account, archived":  {connect: google.Account, single: true, dispose: access.Archive},
	"account, deleted":   {connect: google.Account, single: true, dispose: access.Delete, prepare: giveAway},
	"keys":               {connect: google.Keys},
	"group membership": {
		connect: google.GroupMembership, prepare: shareOnCall, keptBy: sandboxgoogle.Priya,
		kept: func(w *world) access.GrantID { return w.group(sandboxgoogle.Dynamic) },
	},
	"role assignments": {
		connect: google.RoleAssignments, prepare: leaveAdminGroups, keptBy: sandboxgoogle.Sam,
		kept: func(w *world) access.GrantID {
			role := w.tenant.AssignmentID(sandboxgoogle.ITAdmins, sandboxgoogle.UserAdminRole)
			return access.GrantID(role + "@" + w.tenant.GroupID(sandboxgoogle.ITAdmins))
		},
	},
	"group ownership":      {connect: google.GroupOwnership},
	"delegations":          {connect: google.Delegations},
	"received delegations": {connect: google.ReceivedDelegations},
	"devices":              {connect: google.Devices},
	"drive ownership":      {connect: google.DriveOwnership, single: true},
	"calendar ownership":   {connect: google.CalendarOwnership, single: true},
	"dashboard ownership":  {connect: google.DashboardOwnership, single: true},
	"shared drives":        {connect: google.SharedDrives},
	"licenses": {
		connect: google.Licenses, keptBy: sandboxgoogle.Protected,
		kept: func(*world) access.GrantID { return "Google-Apps/1010020025" },
	},
}

func TestEveryConnectorConforms(t *testing.T) {
	t.Parallel()
	accesstest.RunAll(t, kinds, func(t *testing.T, kind prepared) accesstest.Subject {
		t.Helper()
		return kind.subject(t)
	})
}

func (k prepared) subject(t *testing.T) accesstest.Subject {
	t.Helper()
	// Lag and small pages are how Google is on a bad day; a connector has to be right on that day too.
	w := newWorld(t, sandboxgoogle.HandlerOptions{Lag: 1, PageSize: 2}, nil)
	if k.prepare != nil {
		k.prepare(w.tenant)
	}
	s := accesstest.Subject{
		Connector: k.connect(w.google), Account: w.id(sandboxgoogle.Jane), Single: k.single, Successor: w.id(sandboxgoogle.Mei),
		Nobody: nobody, Others: func() string { return w.tenant.Snapshot(sandboxgoogle.Jane) },
		Break: breakages.Of(w.server),
	}
	s.Choose(t, k.dispose)
	if k.kept != nil {
		s.KeptBy, s.Kept = w.id(k.keptBy), k.kept(w)
	}
	return s
}

// refusal is an error as Google words it.
func refusal(status int, reason, message string) func(http.ResponseWriter, *http.Request, http.Handler) {
	return sandbox.Status(status, fmt.Sprintf(
		`{"error":{"code":%d,"message":%q,"errors":[{"domain":"global","reason":%q,"message":%q}]}}`, status, message, reason, message))
}

var breakages = sandboxtest.NewBreakages(
	refusal(http.StatusUnauthorized, "authError", "Invalid Credentials"),
	refusal(http.StatusForbidden, "forbidden", "Not Authorized to access this resource/api"),
	refusal(http.StatusServiceUnavailable, "backendError", "Service unavailable. Please try again"),
)

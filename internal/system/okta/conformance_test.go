package okta_test

import (
	"context"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/access/accesstest"
	"github.com/offboard/terraform-provider-offboard/internal/clock"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox/conform"
	sandboxokta "github.com/offboard/terraform-provider-offboard/internal/sandbox/okta"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox/sandboxtest"
	"github.com/offboard/terraform-provider-offboard/internal/system"
	"github.com/offboard/terraform-provider-offboard/internal/system/okta"
)

// A world is a sandbox org and a connection to it.
type world struct {
	org    *sandboxokta.Org
	server *sandbox.Server
	clock  *clock.Fake
	okta   *okta.Okta
}

func newWorld(t *testing.T, options sandboxokta.HandlerOptions, change func(*okta.Config)) *world {
	t.Helper()
	w := &world{clock: clock.NewFake(time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC))}
	w.org = sandboxokta.NewOrg(sandbox.Acme(), w.clock)
	server, err := sandbox.Serve(w.org.Handler(options), sandbox.Options{Clock: w.clock})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	server.Observe(conform.Okta(t))
	w.server = server
	config := okta.Config{OrgURL: server.URL(), APIToken: sandboxokta.Token, Run: system.Run{Clock: w.clock}}
	if change != nil {
		change(&config)
	}
	if config, err = config.Validate(); err != nil {
		t.Fatal(err)
	}
	if w.okta, err = okta.New(t.Context(), config); err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *world) id(login string) access.AccountID { return access.AccountID(w.org.UserID(login)) }

// prepared is a kind, what has to be so that everything Jane holds of it can be removed, and something
// that somebody holds and nobody can remove.
type prepared struct {
	connect  func(*okta.Okta) access.Connector
	login    string // Jane's if empty
	prepare  func(*sandboxokta.Org)
	single   bool
	dispose  access.Disposition
	keptBy   string
	kept     func(*world) access.GrantID
	pipeline string
}

func groupsGone(org *sandboxokta.Org) {
	org.RemoveFromGroup(sandboxokta.Jane, "IT operators")
	org.RemoveFromGroup(sandboxokta.Jane, "GitHub users")
}

var kinds = map[string]prepared{
	"authenticators": {
		connect: okta.Authenticators, keptBy: sandboxokta.Imported, kept: func(*world) access.GrantID { return "password" },
	},
	"authenticators on Classic Engine": {connect: okta.Authenticators, pipeline: sandboxokta.ClassicEngine},
	"sessions":                         {connect: okta.Sessions, single: true},
	"tokens":                           {connect: okta.Tokens},
	"account, suspended":               {connect: okta.Account, single: true, dispose: access.Suspend, keptBy: sandboxokta.LockedOut, kept: itself},
	"account, deactivated":             {connect: okta.Account, single: true, dispose: access.Deactivate},
	"account, deleted":                 {connect: okta.Account, single: true, dispose: access.Delete, login: sandboxokta.Projects, keptBy: sandboxokta.Mei, kept: meiItself},
	"keys":                             {connect: okta.Keys},
	"group membership": {
		connect: okta.GroupMembership, keptBy: sandboxokta.Imported,
		kept: func(w *world) access.GrantID { return access.GrantID(w.org.GroupID("CORP Developers")) },
	},
	"role assignments": {
		connect: okta.RoleAssignments, prepare: groupsGone, keptBy: sandboxokta.Sam,
		kept: func(w *world) access.GrantID { return only(w, okta.RoleAssignments, sandboxokta.Sam) },
	},
	"app assignments": {
		connect: okta.AppAssignments, prepare: groupsGone, keptBy: sandboxokta.Mei,
		kept: func(w *world) access.GrantID { return access.GrantID(w.org.AppID("GitHub")) },
	},
	"devices": {
		connect: okta.Devices, keptBy: sandboxokta.Alan,
		kept: func(w *world) access.GrantID { return access.GrantID(w.org.DeviceID("support-ipad-1")) },
	},
	"delegations": {connect: okta.Delegations},
	"group ownership": {
		connect: okta.GroupOwnership, keptBy: sandboxokta.AppOwner,
		kept: func(w *world) access.GrantID { return access.GrantID(w.org.GroupID("CORP Finance")) },
	},
}

func itself(w *world) access.GrantID { return access.GrantID(w.org.UserID(sandboxokta.LockedOut)) }

func meiItself(w *world) access.GrantID { return access.GrantID(w.org.UserID(sandboxokta.Mei)) }

// only is the one grant that somebody holds.
func only(w *world, connect func(*okta.Okta) access.Connector, login string) access.GrantID {
	grants, err := connect(w.okta).List(context.Background(), w.id(login))
	if err != nil || len(grants) != 1 {
		panic(fmt.Sprint(login, " holds ", grants, " ", err))
	}
	return grants[0].ID
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
	// Lag and small pages are how Okta is on a bad day; a connector has to be right on that day too.
	w := newWorld(t, sandboxokta.HandlerOptions{Lag: 1, PageSize: 3}, nil)
	if k.pipeline != "" {
		w.org.SetPipeline(k.pipeline)
	}
	if k.prepare != nil {
		k.prepare(w.org)
	}
	login := sandboxokta.Jane
	if k.login != "" {
		login = k.login
	}
	s := accesstest.Subject{
		Connector: k.connect(w.okta), Account: w.id(login), Single: k.single, Successor: w.id(sandboxokta.Mei),
		Nobody: "00uNobodyHasThisId00", Others: func() string { return w.org.Snapshot(login) },
		Break: breakages.Of(w.server),
	}
	s.Choose(t, k.dispose)
	if k.kept != nil {
		s.KeptBy, s.Kept = w.id(k.keptBy), k.kept(w)
	}
	return s
}

var breakages = sandboxtest.NewBreakages(
	sandbox.Status(http.StatusUnauthorized, `{"errorCode":"E0000011","errorSummary":"Invalid token provided"}`),
	sandbox.Status(http.StatusForbidden, `{"errorCode":"E0000006","errorSummary":"You do not have permission to perform the requested action"}`),
	sandbox.Status(http.StatusInternalServerError, `{"errorCode":"E0000009","errorSummary":"Internal Server Error"}`),
)

package github_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/access/accesstest"
	"github.com/offboard/terraform-provider-offboard/internal/clock"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox/conform"
	sandboxgithub "github.com/offboard/terraform-provider-offboard/internal/sandbox/github"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox/sandboxtest"
	"github.com/offboard/terraform-provider-offboard/internal/system"
	"github.com/offboard/terraform-provider-offboard/internal/system/github"
)

// A world is a sandbox organization and a connection to it.
type world struct {
	org    *sandboxgithub.Org
	server *sandbox.Server
	clock  *clock.Fake
	github *github.GitHub
}

func newWorld(t *testing.T, options sandboxgithub.HandlerOptions, change func(*github.Config)) *world {
	t.Helper()
	w := &world{clock: clock.NewFake(time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC))}
	w.org = sandboxgithub.NewOrg(sandbox.Acme(), w.clock)
	server, err := sandbox.Serve(w.org.Handler(options), sandbox.Options{Clock: w.clock})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	server.Observe(conform.GitHub(t))
	w.server = server
	w.github = w.connect(t, change)
	return w
}

// connect is another run of the provider, with both credentials.
func (w *world) connect(t *testing.T, change func(*github.Config)) *github.GitHub {
	t.Helper()
	config := github.Config{
		BaseURL: w.server.URL(), Organization: sandboxgithub.Login, Token: sandboxgithub.Token, AppID: sandboxgithub.AppID,
		AppInstallationID: sandboxgithub.Installation, AppPrivateKey: sandboxgithub.AppKey, Run: system.Run{Clock: w.clock},
	}
	if change != nil {
		change(&config)
	}
	config, err := config.Validate()
	if err != nil {
		t.Fatal(err)
	}
	g, err := github.New(config)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func (w *world) id(email string) access.AccountID { return access.AccountID(w.org.UserID(email)) }

// prepared is a kind, what has to be so that everything somebody holds of it can be removed, and something that somebody
// holds and nobody can remove.
type prepared struct {
	connect func(*github.GitHub) access.Connector
	email   string // Jane's if empty
	prepare func(*sandboxgithub.Org)
	change  func(*github.Config)
	single  bool
	dispose access.Disposition
	keptBy  string
	kept    func(*world) access.GrantID
	// settle is what people do before a grant can go.
	settle func(*sandboxgithub.Org, access.GrantID)
}

// handedOver has Mei look after what Jane does.
func handedOver(o *sandboxgithub.Org) {
	o.AddToTeam(sandboxgithub.Mei, "platform", "maintainer")
	o.Grant(sandboxgithub.Mei, "infra", "admin")
}

func named(id access.GrantID) func(*world) access.GrantID {
	return func(*world) access.GrantID { return id }
}

var kinds = map[string]prepared{
	"account": {
		connect: github.Account, single: true, prepare: handedOver, dispose: access.Delete, keptBy: sandboxgithub.Priya, kept: named("membership"),
	},
	"account, an outside collaborator with an invitation": {
		connect: github.Account, email: sandboxgithub.Contractor, dispose: access.Delete,
		prepare: func(o *sandboxgithub.Org) { o.InviteAccount(sandboxgithub.Contractor) },
	},
	"account, a managed user": {
		connect: github.Account, single: true, dispose: access.Suspend, prepare: (*sandboxgithub.Org).Manage, change: managed,
	},
	"tokens": {connect: github.Tokens},
	"keys": {
		connect: github.Keys, keptBy: sandboxgithub.Tomas,
		kept: func(w *world) access.GrantID {
			return grantID("key", w.org.RepoID("legacy"), w.org.KeyID("legacy", "archive bot"))
		},
	},
	"group membership": {
		connect: github.GroupMembership, prepare: handedOver, keptBy: sandboxgithub.Sam,
		kept: func(w *world) access.GrantID { return grantID("team", w.org.TeamID("security")) },
	},
	"group ownership": {connect: github.GroupOwnership},
	"role assignments": {
		connect: github.RoleAssignments, keptBy: sandboxgithub.Helen, kept: named("billing_manager"),
		prepare: func(o *sandboxgithub.Org) { o.RemoveFromTeam(sandboxgithub.Jane, "platform") },
	},
	"role assignments, of an owner": {
		connect: github.RoleAssignments, email: sandboxgithub.Kofi, prepare: func(o *sandboxgithub.Org) { o.AssignRole(sandboxgithub.Kofi, "security_manager") },
	},
	"app assignments": {
		connect: github.AppAssignments, prepare: handedOver, keptBy: sandboxgithub.Tomas,
		kept: func(w *world) access.GrantID { return grantID("repo", w.org.RepoID("legacy")) },
	},
	"licenses": {
		connect: github.Licenses, single: true, keptBy: sandboxgithub.Omar, kept: named("copilot"),
	},
	"shared secret": {
		connect: github.SharedSecret, settle: rotate, keptBy: sandboxgithub.Jane,
		kept: func(w *world) access.GrantID { return only(w, github.SharedSecret, sandboxgithub.Jane, "SIGNING_KEY") },
	},
}

func grantID(kind string, numbers ...int64) access.GrantID {
	id := kind
	for _, n := range numbers {
		id += fmt.Sprint("/", n)
	}
	return access.GrantID(id)
}

// only is the one grant of somebody's whose label begins so.
func only(w *world, connect func(*github.GitHub) access.Connector, email, begins string) access.GrantID {
	grants, err := connect(w.github).List(context.Background(), w.id(email))
	grants = slices.DeleteFunc(grants, func(g access.Grant) bool { return !strings.HasPrefix(g.Label, begins) })
	if err != nil || len(grants) != 1 {
		panic(fmt.Sprint(email, " holds ", grants, " ", err))
	}
	return grants[0].ID
}

// rotate is somebody setting a new value in place of the one that a row of a secret is about.
func rotate(o *sandboxgithub.Org, id access.GrantID) {
	place, _, _ := strings.Cut(string(id), "@")
	parts := strings.Split(place, "/")
	repo, store := "", parts[0]
	if n, err := strconv.ParseInt(parts[1], 10, 64); err == nil {
		repo = o.RepoName(n)
	}
	if store == "environment" {
		store, _ = url.PathUnescape(parts[2])
	}
	o.SetSecret(repo, store, parts[len(parts)-1])
}

// managed is the configuration for an enterprise whose users are its own.
func managed(c *github.Config) { c.Enterprise = sandboxgithub.Enterprise }

func TestEveryConnectorConforms(t *testing.T) {
	t.Parallel()
	accesstest.RunAll(t, kinds, func(t *testing.T, kind prepared) accesstest.Subject {
		t.Helper()
		return kind.subject(t)
	})
}

func (k prepared) subject(t *testing.T) accesstest.Subject {
	t.Helper()
	// Lag and small pages are how GitHub is on a bad day; a connector has to be right on that day too.
	w := newWorld(t, sandboxgithub.HandlerOptions{Lag: 1, PageSize: 3}, k.change)
	if k.prepare != nil {
		k.prepare(w.org)
	}
	email := sandboxgithub.Jane
	if k.email != "" {
		email = k.email
	}
	s := accesstest.Subject{
		Connector: k.connect(w.github), Account: w.id(email), Single: k.single, Successor: w.id(sandboxgithub.Mei), Nobody: "99999999999",
		Others: func() string { return w.org.Snapshot(email) }, Break: breakages.Of(w.server),
	}
	s.Choose(t, k.dispose)
	if k.settle != nil {
		s.Settle = func(id access.GrantID) { k.settle(w.org, id) }
	}
	if k.kept != nil {
		s.KeptBy, s.Kept = w.id(k.keptBy), k.kept(w)
	}
	return s
}

var breakages = sandboxtest.NewBreakages(
	sandbox.Status(http.StatusUnauthorized, `{"message":"Bad credentials","documentation_url":"https://docs.github.com/rest","status":"401"}`),
	sandbox.Status(http.StatusForbidden, `{"message":"Resource not accessible by integration","documentation_url":"https://docs.github.com/rest","status":"403"}`),
	sandbox.Status(http.StatusInternalServerError, `{"message":"Server Error"}`),
)

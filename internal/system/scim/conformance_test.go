package scim_test

import (
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/access/accesstest"
	"github.com/offboard/terraform-provider-offboard/internal/clock"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox/conform"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox/sandboxtest"
	sandboxscim "github.com/offboard/terraform-provider-offboard/internal/sandbox/scim"
	"github.com/offboard/terraform-provider-offboard/internal/system"
	"github.com/offboard/terraform-provider-offboard/internal/system/scim"
)

// A world is a sandbox application and a connection to it.
type world struct {
	app    *sandboxscim.App
	server *sandbox.Server
	clock  *clock.Fake
	scim   *scim.SCIM
}

// newWorld is one whose exchanges are checked against the standard. The ways of Slack and of AWS are let through where the
// profile is theirs.
func newWorld(t *testing.T, profile string, options sandboxscim.HandlerOptions) *world {
	t.Helper()
	w := newMisbehavingWorld(t, profile, options)
	var except []conform.SCIMDeviation
	if profile == "slack" || profile == "aws" {
		except = []conform.SCIMDeviation{conform.RemoveWithValue, conform.OtherFilters}
	}
	w.server.Observe(conform.SCIM(t, sandboxscim.Base, except...))
	return w
}

// newMisbehavingWorld is one in which a server does not keep to the standard, so that nothing is checked against it.
func newMisbehavingWorld(t *testing.T, profile string, options sandboxscim.HandlerOptions) *world {
	t.Helper()
	w := &world{clock: clock.NewFake(time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC))}
	w.app = sandboxscim.NewApp(sandbox.Acme(), w.clock)
	server, err := sandbox.Serve(w.app.Handler(options), sandbox.Options{Clock: w.clock})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	w.server = server
	w.connect(t, profile, nil)
	return w
}

func (w *world) connect(t *testing.T, profile string, change func(*scim.Config)) {
	t.Helper()
	config := scim.Config{
		Name: "app", URL: w.server.URL() + sandboxscim.Base, Token: sandboxscim.Token, Profile: profile, Run: system.Run{Clock: w.clock},
	}
	if change != nil {
		change(&config)
	}
	config, err := config.Validate()
	if err != nil {
		t.Fatal(err)
	}
	w.scim = scim.New(config)
}

func (w *world) id(address string) access.AccountID { return access.AccountID(w.app.UserID(address)) }

func (w *world) groupID(name string) access.GrantID { return access.GrantID(w.app.GroupID(name)) }

// prepared is a kind as one vendor has it, and something that somebody holds and nobody can remove.
type prepared struct {
	profile string
	connect func(*scim.SCIM) access.Connector
	dispose access.Disposition
	single  bool
	keptBy  string
	kept    func(*world) access.GrantID
}

func itself(address string) func(*world) access.GrantID {
	return func(w *world) access.GrantID { return access.GrantID(w.app.UserID(address)) }
}

func field(w *world) access.GrantID { return w.groupID("Everyone in the field") }

var kinds = map[string]prepared{
	"account, deactivated":            {profile: "generic", connect: scim.Account, dispose: access.Deactivate, single: true},
	"account, deleted":                {profile: "generic", connect: scim.Account, dispose: access.Delete, single: true},
	"account, suspended in Slack":     {profile: "slack", connect: scim.Account, dispose: access.Suspend, single: true, keptBy: sandboxscim.Owner, kept: itself(sandboxscim.Owner)},
	"account, deactivated in Slack":   {profile: "slack", connect: scim.Account, dispose: access.Deactivate, single: true},
	"account, suspended in Zoom":      {profile: "zoom", connect: scim.Account, dispose: access.Suspend, single: true},
	"account, deleted at Atlassian":   {profile: "atlassian", connect: scim.Account, dispose: access.Delete, single: true},
	"account, suspended in Datadog":   {profile: "datadog", connect: scim.Account, dispose: access.Suspend, single: true},
	"account, deactivated in Figma":   {profile: "figma", connect: scim.Account, dispose: access.Deactivate, single: true},
	"account, deleted in PagerDuty":   {profile: "pagerduty", connect: scim.Account, dispose: access.Delete, single: true, keptBy: sandboxscim.Owner, kept: itself(sandboxscim.Owner)},
	"account, deleted in Notion":      {profile: "notion", connect: scim.Account, dispose: access.Delete, single: true},
	"account, suspended in 1Password": {profile: "1password", connect: scim.Account, dispose: access.Suspend, single: true},
	"account, suspended in Snowflake": {profile: "snowflake", connect: scim.Account, dispose: access.Suspend, single: true},
	"account, deleted in Snowflake":   {profile: "snowflake", connect: scim.Account, dispose: access.Delete, single: true},
	"group membership in Snowflake":   {profile: "snowflake", connect: scim.GroupMembership, keptBy: sandboxscim.Inner, kept: field},
	"account, suspended in AWS":       {profile: "aws", connect: scim.Account, dispose: access.Suspend, single: true},
	"account, suspended in GitHub":    {profile: "github_enterprise", connect: scim.Account, dispose: access.Suspend, single: true},
	"account, removed from GitHub":    {profile: "github_organization", connect: scim.Account, dispose: access.Delete, single: true},
	"group membership":                {profile: "generic", connect: scim.GroupMembership, keptBy: sandboxscim.Inner, kept: field},
	"group membership in Slack":       {profile: "slack", connect: scim.GroupMembership, keptBy: sandboxscim.Inner, kept: field},
	"group membership in AWS":         {profile: "aws", connect: scim.GroupMembership},
	"group membership in Datadog":     {profile: "datadog", connect: scim.GroupMembership},
	"group membership in GitHub":      {profile: "github_enterprise", connect: scim.GroupMembership, keptBy: sandboxscim.Inner, kept: field},
	"role assignments":                {profile: "generic", connect: scim.RoleAssignments},
	"role assignments in Slack":       {profile: "slack", connect: scim.RoleAssignments},
	"app assignments":                 {profile: "generic", connect: scim.AppAssignments},
	"app assignments in Zoom":         {profile: "zoom", connect: scim.AppAssignments},
}

func TestEveryConnectorConforms(t *testing.T) {
	t.Parallel()
	accesstest.RunAll(t, kinds, func(t *testing.T, kind prepared) accesstest.Subject {
		t.Helper()
		// Lag and small pages are how an application is on a bad day; a connector has to be right on that day too.
		return kind.subject(t, sandboxscim.HandlerOptions{Lag: 1, PageSize: 7, Dialect: sandboxscim.Dialects[kind.profile]})
	})
}

// What the standard leaves to a server is not what a connector may depend on.
func TestEveryConnectorConformsWhereTheStandardLeavesAChoice(t *testing.T) {
	t.Parallel()
	for name, dialect := range map[string]sandboxscim.Dialect{
		"without PATCH":                   {NoPatch: true},
		"with versions":                   {ETags: true},
		"with versions and without PATCH": {ETags: true, NoPatch: true},
		"by cursor":                       {Cursors: true},
		"members by id alone":             {MembersByID: true, NoGroups: true},
		"groups of users alone":           {NoMembers: true},
		"without a word of itself":        {NoDiscovery: true},
	} {
		for kindName, kind := range map[string]prepared{
			"account":          {connect: scim.Account, dispose: access.Deactivate, single: true},
			"group membership": {connect: scim.GroupMembership},
			"role assignments": {connect: scim.RoleAssignments},
		} {
			t.Run(name+", "+kindName, func(t *testing.T) {
				t.Parallel()
				accesstest.Run(t, func(t *testing.T) accesstest.Subject {
					t.Helper()
					return kind.subject(t, sandboxscim.HandlerOptions{Lag: 1, PageSize: 7, Dialect: dialect})
				})
			})
		}
	}
}

func (k prepared) subject(t *testing.T, options sandboxscim.HandlerOptions) accesstest.Subject {
	t.Helper()
	w := newWorld(t, k.profile, options)
	if k.profile == "snowflake" {
		w.connect(t, k.profile, func(c *scim.Config) { c.Control = sandboxscim.TokenOwner })
	}
	s := accesstest.Subject{
		Connector: k.connect(w.scim), Account: w.id(sandboxscim.Jane), Single: k.single, Nobody: "ffffffff-0000-0000-0000-000000000000",
		Others: func() string { return w.app.Snapshot(sandboxscim.Jane) },
		Break:  breakages.Of(w.server),
	}
	s.Choose(t, k.dispose)
	if k.kept != nil {
		s.KeptBy, s.Kept = w.id(k.keptBy), k.kept(w)
	}
	return s
}

// refused is an error answer of the standard's.
func refused(status int, detail string) string {
	return `{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"` + strconv.Itoa(status) + `","detail":"` + detail + `"}`
}

var breakages = sandboxtest.NewBreakages(
	sandbox.Status(http.StatusUnauthorized, refused(http.StatusUnauthorized, "Authorization failure.")),
	sandbox.Status(http.StatusForbidden, refused(http.StatusForbidden, "Not permitted.")),
	sandbox.Status(http.StatusInternalServerError, refused(http.StatusInternalServerError, "Internal error.")),
)

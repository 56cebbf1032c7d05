package github_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	sandboxgithub "github.com/offboard/terraform-provider-offboard/internal/sandbox/github"
	"github.com/offboard/terraform-provider-offboard/internal/system/github"
)

// account is the account's connector under the disposition that there is for people's own accounts.
func account(g *github.GitHub) access.Connector {
	connector, _ := github.Account(g).(access.Disposer).Dispose(access.Delete) //nolint:forcetypeassert // The interface is what is tested.
	return connector
}

// refuse is what a kind says at plan to the removal of all that somebody holds.
func refuse(t *testing.T, w *world, connector access.Connector, email string) error {
	t.Helper()
	listed, err := connector.List(t.Context(), w.id(email))
	if err != nil {
		t.Fatal(err)
	}
	return connector.(access.Guard).Refuse(t.Context(), w.id(email), access.Held(listed, nil)) //nolint:forcetypeassert // The interface is what is tested.
}

// writes are the requests that could change something.
func (w *world) writes() (writes []string) {
	for _, request := range w.server.Requests() {
		reads := request.Method == http.MethodGet || strings.HasSuffix(request.Path, "/graphql") || strings.HasSuffix(request.Path, "/access_tokens")
		if !reads {
			writes = append(writes, request.Method+" "+request.Path)
		}
	}
	return writes
}

func TestTheLastOwnerIsRefusedAtPlanAndKeptAtApply(t *testing.T) {
	t.Parallel()
	for name, kind := range map[string]func(*github.GitHub) access.Connector{"account": account, "role assignments": github.RoleAssignments} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, sandboxgithub.HandlerOptions{PageSize: 1}, nil)
			connector := kind(w.github)
			for _, email := range []string{sandboxgithub.Jane, sandboxgithub.Victor, sandboxgithub.Kofi} {
				if err := refuse(t, w, connector, email); err != nil {
					t.Errorf("of %s, beside whom there are others: %v", email, err)
				}
			}
			if err := refuse(t, w, connector, sandboxgithub.Service); access.KindOf(err) != access.Blocked || !strings.Contains(err.Error(), "only owner") {
				t.Errorf("of the last who is not leaving in the same run: %v", err)
			}
			// Another run, and meanwhile the others have gone.
			connector = kind(w.connect(t, nil))
			w.org.RemoveMember(sandboxgithub.Victor)
			w.org.AddMember(sandboxgithub.Kofi, "member")
			grant := map[string]access.GrantID{"account": "membership", "role assignments": "owner"}[name]
			if _, err := connector.Remove(t.Context(), w.id(sandboxgithub.Service), grant); access.KindOf(err) != access.Blocked {
				t.Errorf("removing the last: %v", err)
			}
			if writes := w.writes(); len(writes) != 0 {
				t.Errorf("wrote %v", writes)
			}
		})
	}
}

func TestTheOwnerOfTheTokenIsTheCallerAndAnAppIsNobody(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgithub.HandlerOptions{}, nil)
	if caller, owned, err := w.github.Caller(t.Context()); err != nil || !owned || caller != w.id(sandboxgithub.Service) {
		t.Errorf("the caller is %q, %v, %v", caller, owned, err)
	}
	app := w.connect(t, func(c *github.Config) { c.Token = "" })
	if caller, owned, err := app.Caller(t.Context()); err != nil || owned {
		t.Errorf("of an App the caller is %q, %v", caller, err)
	}
}

func TestWhoOwnsTheAppWeRunAsIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgithub.HandlerOptions{}, nil)
	if err := refuse(t, w, account(w.github), sandboxgithub.Jane); err != nil {
		t.Errorf("of an App that the organization owns: %v", err)
	}
	w.org.OwnApp(sandboxgithub.Jane)
	if err := refuse(t, w, account(w.github), sandboxgithub.Jane); access.KindOf(err) != access.Blocked || !strings.Contains(err.Error(), "GitHub App offboard") {
		t.Errorf("of the App's owner: %v", err)
	}
	if err := refuse(t, w, account(w.github), sandboxgithub.Lena); err != nil {
		t.Errorf("of somebody else: %v", err)
	}
}

func TestAsWhomTheWorkflowRunsIsRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		env     map[string]string
		refused bool
	}{
		"in this GitHub":       {map[string]string{"GITHUB_ACTIONS": "true", "GITHUB_ACTOR": "Jane-Doe", "GITHUB_API_URL": "here"}, true},
		"somebody else":        {map[string]string{"GITHUB_ACTIONS": "true", "GITHUB_ACTOR": "lena-novak", "GITHUB_API_URL": "here"}, false},
		"in another GitHub":    {map[string]string{"GITHUB_ACTIONS": "true", "GITHUB_ACTOR": "jane-doe"}, false},
		"in no GitHub Actions": {map[string]string{"GITHUB_ACTOR": "jane-doe", "GITHUB_API_URL": "here"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, sandboxgithub.HandlerOptions{}, nil)
			w.github = w.connect(t, func(config *github.Config) {
				*config = config.WithEnvironment(func(variable string) string { return strings.Replace(c.env[variable], "here", w.server.URL(), 1) })
			})
			err := refuse(t, w, account(w.github), sandboxgithub.Jane)
			if c.refused != (access.KindOf(err) == access.Blocked) || !c.refused && err != nil {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestWhatIsSomebodysAloneIsHandedOverBeforeTheyGo(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		kind  func(*github.GitHub) access.Connector
		grant func(*world) access.GrantID
		names string
	}{
		"account":          {account, named("membership"), "Platform (team, the only maintainer), acme/infra (repository, the only administrator)"},
		"group membership": {github.GroupMembership, func(w *world) access.GrantID { return grantID("team", w.org.TeamID("platform")) }, "Platform (team, the only maintainer)"},
		"app assignments":  {github.AppAssignments, func(w *world) access.GrantID { return grantID("repo", w.org.RepoID("infra")) }, "acme/infra (repository, the only administrator)"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, sandboxgithub.HandlerOptions{PageSize: 2}, nil)
			connector, jane, grant := c.kind(w.github), w.id(sandboxgithub.Jane), c.grant(w)
			_, err := connector.Remove(t.Context(), jane, grant)
			if access.KindOf(err) != access.Blocked || !strings.Contains(err.Error(), c.names) || !strings.Contains(err.Error(), "offboard_group_ownership") {
				t.Errorf("got %v", err)
			}
			if writes := w.writes(); len(writes) != 0 {
				t.Errorf("wrote %v", writes)
			}
			owned := github.GroupOwnership(w.github)
			listed, err := owned.List(t.Context(), jane)
			if err != nil || len(listed) != 2 {
				t.Fatalf("owns %v (%v)", listed, err)
			}
			for _, g := range listed {
				if _, err := owned.(access.Transferer).Transfer(t.Context(), jane, g.ID, w.id(sandboxgithub.Mei)); err != nil { //nolint:forcetypeassert // The interface is what is tested.
					t.Fatal(err)
				}
			}
			if _, err := connector.Remove(t.Context(), jane, grant); err != nil {
				t.Errorf("with a successor: %v", err)
			}
		})
	}
}

func TestOnlyMembersReceiveTeamsAndRepositories(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgithub.HandlerOptions{}, nil)
	owned := github.GroupOwnership(w.github).(access.Vetter) //nolint:forcetypeassert // The interface is what is tested.
	for _, email := range []string{sandboxgithub.Contractor, sandboxgithub.Pending} {
		if err := owned.Vet(t.Context(), w.id(sandboxgithub.Jane), nil, w.id(email)); access.KindOf(err) != access.Blocked {
			t.Errorf("%s would receive: %v", email, err)
		}
		grant := grantID("repo", w.org.RepoID("infra"))
		if _, err := owned.Transfer(t.Context(), w.id(sandboxgithub.Jane), grant, w.id(email)); access.KindOf(err) != access.Blocked {
			t.Errorf("%s received: %v", email, err)
		}
	}
	if err := owned.Vet(t.Context(), w.id(sandboxgithub.Jane), nil, w.id(sandboxgithub.Mei)); err != nil {
		t.Errorf("Mei would not: %v", err)
	}
	if writes := w.writes(); len(writes) != 0 {
		t.Errorf("wrote %v", writes)
	}
}

func TestWhoAdministersThroughATeamIsAnAdministrator(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgithub.HandlerOptions{PageSize: 2}, nil)
	labels := func(email string) string {
		listed, err := github.GroupOwnership(w.github).List(t.Context(), w.id(email))
		if err != nil {
			t.Fatal(err)
		}
		var labels []string
		for _, g := range listed {
			labels = append(labels, g.Label)
		}
		return strings.Join(labels, ", ")
	}
	// Three are in the team Platform, which administers api.
	if got := labels(sandboxgithub.Jane); strings.Contains(got, "acme/api") {
		t.Errorf("Jane is alone in %s", got)
	}
	w.org.RemoveFromTeam(sandboxgithub.Omar, "platform")
	w.org.RemoveFromTeam(sandboxgithub.Lena, "platform")
	if got := labels(sandboxgithub.Jane); !strings.Contains(got, "acme/api (repository, the only administrator)") {
		t.Errorf("with nobody else in the team Jane is alone in %s", got)
	}
	w.org.Grant(sandboxgithub.Jane, "api", "")
	if got := labels(sandboxgithub.Jane); !strings.Contains(got, "acme/api (repository, the only administrator)") {
		t.Errorf("through the team alone Jane is alone in %s", got)
	}
}

func TestAManagedUserWhoIsTheLastOwnerIsKeptAtApplyToo(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgithub.HandlerOptions{}, managed)
	w.org.Manage()
	connector, _ := github.Account(w.github).(access.Disposer).Dispose(access.Suspend) //nolint:forcetypeassert // The interface is what is tested.
	for _, email := range []string{sandboxgithub.Kofi, sandboxgithub.Service} {
		if err := refuse(t, w, connector, email); err != nil {
			t.Errorf("of %s, beside whom there are others: %v", email, err)
		}
	}
	if _, err := connector.Remove(t.Context(), w.id(sandboxgithub.Victor), "managed"); access.KindOf(err) != access.Blocked {
		t.Errorf("got %v", err)
	}
	if w.org.IsSuspended(sandboxgithub.Victor) {
		t.Error("the last owner is suspended")
	}
}

package okta_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/offboard/terraform-provider-offboard/internal/clock"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox/okta"
)

func TestAnEmptyBucketAnswers429UntilItsReset(t *testing.T) {
	t.Parallel()
	c := serve(t, okta.HandlerOptions{EnforceRateLimits: true, RateLimitScale: 0.06}) // 3 calls a minute
	c.clock.Advance(500 * time.Millisecond)
	for want := 2; want >= 0; want-- {
		a := c.get("/api/v1/apps").is(200)
		equal(t, "limit", a.header.Get("X-Rate-Limit-Limit"), "3")
		equal(t, "remaining", a.header.Get("X-Rate-Limit-Remaining"), strconv.Itoa(want))
	}
	limited := c.get("/api/v1/apps/" + c.org.AppID("Figma") + "/users")
	limited.fails(429, "E0000047")
	equal(t, "remaining", limited.header.Get("X-Rate-Limit-Remaining"), "0")
	reset := start.Add(61 * time.Second)
	equal(t, "reset", limited.header.Get("X-Rate-Limit-Reset"), strconv.FormatInt(reset.Unix(), 10))

	c.get("/api/v1/users?limit=1").is(200)
	c.asOwner(okta.Jane).get("/api/v1/apps").is(200)
	c.clock.Advance(time.Minute)
	c.get("/api/v1/apps").is(429)
	c.clock.Advance(500 * time.Millisecond)
	c.get("/api/v1/apps").is(200)
}

func TestATokenHasHalfOfEachBucket(t *testing.T) {
	t.Parallel()
	c := serve(t, okta.HandlerOptions{})
	for path, want := range map[string]string{
		"/api/v1/apps": "50", "/api/v1/apps/" + c.org.AppID("Figma"): "250", "/api/v1/groups": "250", c.group("Sales"): "500",
		c.group("Sales") + "/users": "250", "/api/v1/users": "300", c.user(okta.Jane): "1000", c.user(okta.Jane) + "/roles": "300",
		"/api/v1/devices/" + c.org.DeviceID("jane-mbp"): "50", "/api/v1/api-tokens": "600", "/api/v1/idps": "600",
	} {
		equal(t, path, c.get(path).header.Get("X-Rate-Limit-Limit"), want)
	}
	equal(t, "a change", c.post(c.user(okta.Jane), `{"profile":{"title":"x"}}`).header.Get("X-Rate-Limit-Limit"), "300")
}

func TestWithoutEnforcementABucketStaysFull(t *testing.T) {
	t.Parallel()
	c := serve(t, okta.HandlerOptions{RateLimitScale: 0.06})
	for range 5 {
		equal(t, "remaining", c.get("/api/v1/apps").is(200).header.Get("X-Rate-Limit-Remaining"), "2")
	}
}

func TestListsLagBehindMembershipWrites(t *testing.T) {
	t.Parallel()
	c := serve(t, okta.HandlerOptions{Lag: 2})
	groups := func() int { return len(c.get(c.user(okta.Jane) + "/groups").rows()) }
	members := func() int { return len(c.get(c.group("GitHub users") + "/users").rows()) }
	apps := func() int { return len(c.get("/api/v1/apps" + appsOf(c, okta.Jane)).rows()) }
	c.delete(c.member("GitHub users", okta.Jane)).is(204)
	for read, want := range []struct{ groups, members, apps int }{{6, 6, 4}, {6, 6, 4}, {5, 5, 3}, {5, 5, 3}} {
		equal(t, fmt.Sprint("groups, read ", read), groups(), want.groups)
		equal(t, fmt.Sprint("members, read ", read), members(), want.members)
		equal(t, fmt.Sprint("apps, read ", read), apps(), want.apps)
	}
	equal(t, "somebody else's", len(c.get(c.user(okta.Omar)+"/groups").rows()), 5)
	// The write itself is done, whatever the lists say.
	c.delete(c.member("GitHub users", okta.Jane)).fails(404, "E0000007")
}

func TestListsLagBehindAppAndRoleWrites(t *testing.T) {
	t.Parallel()
	c := serve(t, okta.HandlerOptions{Lag: 1})
	users := "/api/v1/apps/" + c.org.AppID("Figma") + "/users"
	c.delete(c.appOf("Figma", okta.Jane)).is(204)
	equal(t, "users of the app", len(c.get(users).rows()), 3)
	equal(t, "users of the app", len(c.get(users).rows()), 2)
	c.delete(c.user(okta.Jane) + "/roles/" + roleIDs(c, okta.Jane)["APP_ADMIN"]).is(204)
	equal(t, "roles", len(c.get(c.user(okta.Jane)+"/roles").rows()), 3)
	equal(t, "roles", len(c.get(c.user(okta.Jane)+"/roles").rows()), 2)
}

func TestAnOrgSurvivesItsFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "org.json")
	org := okta.NewOrg(sandbox.Acme(), clock.NewFake(start))
	org.Deactivate(okta.Jane)
	if err := org.Save(path); err != nil {
		t.Fatal(err)
	}
	again, err := okta.Load(path, clock.NewFake(start))
	if err != nil {
		t.Fatal(err)
	}
	want, _ := org.MarshalJSON()
	got, _ := again.MarshalJSON()
	equal(t, "state", string(got), string(want))
	equal(t, "status", again.Status(okta.Jane), "DEPROVISIONED")
	recorder := httptest.NewRecorder()
	request := httptest.NewRequest("GET", "/api/v1/users/me", nil)
	request.Header.Set("Authorization", "SSWS "+okta.Token)
	again.Handler(okta.HandlerOptions{}).ServeHTTP(recorder, request)
	equal(t, "the token", recorder.Code, 200)
	if files, _ := filepath.Glob(path + "*"); len(files) != 1 {
		t.Errorf("left behind: %q", files)
	}
}

func TestAFileThatIsNoOrgIsNotLoaded(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "org.json")
	for _, content := range []string{"", "{}", "[]", "null", `{"ID":"00o"}`} {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := okta.Load(path, clock.System{}); err == nil {
			t.Errorf("%q was loaded", content)
		}
	}
	if _, err := okta.Load(path+".missing", clock.System{}); !os.IsNotExist(err) {
		t.Errorf("got %v for a file that isn't there", err)
	}
	org := okta.NewOrg(sandbox.Acme(), clock.NewFake(start))
	if err := org.Save(filepath.Join(path, "nowhere")); err == nil {
		t.Error("saved into nowhere")
	}
}

func TestIdsAreTheSameInEveryOrg(t *testing.T) {
	t.Parallel()
	one, two := okta.NewOrg(sandbox.Acme(), clock.NewFake(start)), okta.NewOrg(sandbox.Acme(), clock.NewFake(start))
	a, _ := one.MarshalJSON()
	b, _ := two.MarshalJSON()
	if diff := cmp.Diff(string(a), string(b)); diff != "" {
		t.Errorf("two new orgs differ:\n%s", diff)
	}
	for prefix, id := range map[string]string{
		"00u": one.UserID(okta.Jane), "00g": one.GroupID("Engineering"), "0oa": one.AppID("Figma"), "0pr": one.RuleID("Sales by department"),
		"guo": one.DeviceID("jane-mbp"), "cr0": one.CustomRoleID("Access auditor"), "iam": one.ResourceSetID("Everything"),
		"00T": one.APITokenID(okta.Jane, "jane-ci"), "00o": one.ID(),
	} {
		if len(id) != 20 || !strings.HasPrefix(id, prefix) {
			t.Errorf("%s is not an id with the prefix %s", id, prefix)
		}
	}
}

func TestWhatIsMadeAnewHasAnotherId(t *testing.T) {
	t.Parallel()
	org := okta.NewOrg(sandbox.Acme(), clock.NewFake(start))
	first := org.UserID(okta.Jane)
	org.DeleteUser(okta.Jane)
	org.CreateUser(okta.Jane, "Jane", "Doe", "Engineering")
	if org.UserID(okta.Jane) == first {
		t.Error("the id was given twice")
	}
	if role := org.AssignRole(okta.Jane, okta.ReportAdmin); role == org.AssignRole(okta.Jane, okta.ReportAdmin) {
		t.Error("the assignment's id was given twice")
	}
}

func TestASnapshotShowsEveryChangeToAnybodyElse(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*okta.Org){
		"group":      func(o *okta.Org) { o.AddToGroup(okta.Omar, "Project A") },
		"no group":   func(o *okta.Org) { o.RemoveFromGroup(okta.Omar, "VPN users") },
		"app":        func(o *okta.Org) { o.AssignApp(okta.Omar, "Zoom") },
		"no app":     func(o *okta.Org) { o.UnassignApp(okta.Mei, "Datadog") },
		"role":       func(o *okta.Org) { o.AssignRole(okta.Omar, okta.ReportAdmin) },
		"custom":     func(o *okta.Org) { o.AssignCustomRole(okta.Omar, "Access auditor", "Everything") },
		"client":     func(o *okta.Org) { o.AssignRoleToClient(okta.PowerlessApp, okta.ReadOnlyAdmin) },
		"session":    func(o *okta.Org) { o.SignIn(okta.Omar) },
		"consent":    func(o *okta.Org) { o.Consent(okta.Omar, "Metrics Console", "openid") },
		"tokens":     func(o *okta.Org) { o.IssueTokens(okta.Omar, "Metrics Console", 1) },
		"API token":  func(o *okta.Org) { o.CreateAPIToken(okta.Omar, "x") },
		"factor":     func(o *okta.Org) { o.EnrollFactor(okta.Omar, okta.SMS, "+15550100") },
		"status":     func(o *okta.Org) { o.Suspend(okta.Omar) },
		"device":     func(o *okta.Org) { o.LinkDevice(okta.Omar, "jane-mbp") },
		"idp":        func(o *okta.Org) { o.LinkIdP(okta.Omar, "Google", "1") },
		"manager":    func(o *okta.Org) { o.SetManager(okta.Omar, okta.Mei) },
		"owner":      func(o *okta.Org) { o.SetOwner(okta.Omar, "Sales") },
		"rule":       func(o *okta.Org) { o.SetRuleStatus("Support by department", "ACTIVE") },
		"attribute":  func(o *okta.Org) { o.SetAttribute(okta.Omar, "title", "x") },
		"login":      func(o *okta.Org) { o.RenameUser(okta.Omar, "o@acme.example") },
		"hire":       func(o *okta.Org) { o.CreateUser("new@acme.example", "N", "E", "Sales") },
		"deletion":   func(o *okta.Org) { o.DeleteUser(okta.Omar) },
		"app status": func(o *okta.Org) { o.SetAppStatus("Figma", "INACTIVE") },
	} {
		org := okta.NewOrg(sandbox.Acme(), clock.NewFake(start))
		before := org.Snapshot(okta.Jane)
		equal(t, name+": unchanged", org.Snapshot(okta.Jane), before)
		change(org)
		if org.Snapshot(okta.Jane) == before {
			t.Errorf("%s: the snapshot does not show it", name)
		}
	}
}

func TestASnapshotShowsNothingOfThePerson(t *testing.T) {
	t.Parallel()
	org := okta.NewOrg(sandbox.Acme(), clock.NewFake(start))
	before := org.Snapshot(okta.Jane)
	org.AddToGroup(okta.Jane, "Project A")
	org.AssignApp(okta.Jane, "Zoom")
	org.AssignRole(okta.Jane, okta.ReportAdmin)
	org.SetOwner(okta.Jane, "Sales")
	org.CreateAPIToken(okta.Jane, "x")
	org.SignIn(okta.Jane)
	org.SetManager(okta.Jane, okta.Mei)
	org.Deactivate(okta.Jane)
	equal(t, "snapshot", org.Snapshot(okta.Jane), before)
}

func TestAnOrgIsSafeForConcurrentUse(t *testing.T) {
	t.Parallel()
	c := serve(t, okta.HandlerOptions{Lag: 1, EnforceRateLimits: true})
	paths := reads(c)
	var wait sync.WaitGroup
	for i := range 8 {
		wait.Go(func() {
			c.org.SignIn(okta.Jane)
			c.put(c.member("Project A", okta.Jane))
			c.get(paths[i*5])
			c.delete(c.member("Project A", okta.Jane))
			c.org.Snapshot(okta.Mei)
		})
	}
	wait.Wait()
}

func TestNoInputMakesTheServerPanic(t *testing.T) {
	t.Parallel()
	org := okta.NewOrg(sandbox.Acme(), clock.NewFake(start))
	handler := org.Handler(okta.HandlerOptions{PageSize: 1})
	jane := org.UserID(okta.Jane)
	nasty := []string{"%00", "%ff%fe", "me", jane, "..", "%2e%2e", "{id}", "a%20b", strings.Repeat("x", 5000)}
	queries := []string{
		"", "?limit=-1", "?limit=99999999999999999999", "?after=%ff", "?after=", "?filter=%22", "?search=(((", "?expand=user/", "?expand=user/me",
		"?filter=user.id+eq+%22nobody%22&expand=user/nobody", "?q=%ff%fe", "?;&=", "?limit=1&limit=x",
	}
	bodies := []string{"", "null", "[]", `{"profile":null,"credentials":null}`, `{"credentials":{"password":null}}`, `{"type":"CUSTOM"}`, `{"id":"","type":"GROUP"}`, "\xff"}
	for _, method := range []string{"GET", "POST", "PUT", "DELETE"} {
		for _, template := range []string{
			"/api/v1/users/%s", "/api/v1/users/%s/groups", "/api/v1/users/%s/roles/%[1]s", "/api/v1/users/%s/linkedObjects/%[1]s", "/api/v1/users/%s/linkedObjects/manager/%[1]s",
			"/api/v1/users/%s/clients/%[1]s/tokens/%[1]s", "/api/v1/groups/%s/owners/%[1]s", "/api/v1/groups/rules/%s", "/api/v1/apps/%s/users/%[1]s", "/api/v1/apps%.0s",
			"/api/v1/users%.0s", "/api/v1/groups%.0s", "/api/v1/iam/roles/%s/permissions", "/api/v1/api-tokens/%s", "/oauth2/v1/token%.0s", "/%s",
		} {
			for i, value := range nasty {
				if method == "DELETE" && value == "me" {
					continue // it would take its own token with it
				}
				target := fmt.Sprintf(template, value) + queries[(i+len(template))%len(queries)]
				request, err := http.NewRequest(method, "http://okta.test"+target, strings.NewReader(bodies[(i+len(method))%len(bodies)]))
				if err != nil {
					continue // no client could send it
				}
				request.Header.Set("Authorization", "SSWS "+okta.Token)
				recorder := httptest.NewRecorder()
				handler.ServeHTTP(recorder, request)
				if recorder.Code == http.StatusInternalServerError {
					t.Errorf("%s %s: got %d", method, target, recorder.Code)
				}
			}
		}
	}
}

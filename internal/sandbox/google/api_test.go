package google_test

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	admin "google.golang.org/api/admin/directory/v1"

	"github.com/offboard/terraform-provider-offboard/internal/clock"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox/google"
)

func TestWithoutAValidTokenNothingIsSaid(t *testing.T) {
	t.Parallel()
	w := serve(t, google.HandlerOptions{})
	for _, token := range []string{"", "nonsense", google.CallerToken} {
		answer := w.do(token, "GET", "/admin/directory/v1/users/"+google.Jane, "").is(401)
		equal(t, token, strings.Contains(string(answer.body), "jane"), false)
		equal(t, token, strings.Contains(answer.header.Get("Www-Authenticate"), "invalid_token"), true)
	}
	token := w.tenant.IssueToken(google.Admin)
	w.do(token, "GET", "/admin/directory/v1/users/"+google.Jane, "").is(200)
	w.tenant.ExpireTokens()
	w.do(token, "GET", "/admin/directory/v1/users/"+google.Jane, "").is(401)
}

func TestAScopeThatIsMissingIsNamed(t *testing.T) {
	t.Parallel()
	w := serve(t, google.HandlerOptions{})
	token := w.tenant.IssueToken(google.Admin, "admin.directory.user.readonly")
	path := "/admin/directory/v1/users/" + google.Jane
	w.do(token, "GET", path, "").is(200)
	answer := w.do(token, "PUT", path, `{"suspended":true}`).is(403)
	equal(t, "header", strings.Contains(answer.header.Get("Www-Authenticate"), `scope="https://www.googleapis.com/auth/admin.directory.user"`), true)
	equal(t, "suspended", w.tenant.IsSuspended(google.Jane), false)
}

func TestWhatIsNoPathOfTheApiIsAPageInHTML(t *testing.T) {
	t.Parallel()
	w := serveUnchecked(t, google.HandlerOptions{})
	token := w.tenant.IssueToken(google.Admin)
	for _, request := range [][2]string{
		{"GET", "/"}, {"GET", "/admin/directory/v1/users/" + google.Jane + "/secrets"}, {"DELETE", "/admin/directory/v1/users/" + google.Jane + "/signOut"},
		{"GET", "/admin/directory/v1/users/"}, {"GET", "/admin/directory/v1/users//tokens"}, {"GET", "/admin/directory/v1/../v1/users"},
	} {
		answer := w.do(token, request[0], request[1], "").is(404)
		equal(t, request[1], answer.header.Get("Content-Type"), "text/html; charset=UTF-8")
	}
}

func TestATenantLivesOnInAFile(t *testing.T) {
	t.Parallel()
	w := serve(t, google.HandlerOptions{})
	w.tenant.Suspend(google.Jane)
	path := filepath.Join(t.TempDir(), "tenant.json")
	ok(t, w.tenant.Save(path))
	again := must[*google.Tenant](t)(google.Load(path, w.clock))
	equal(t, "suspended", again.IsSuspended(google.Jane), true)
	equal(t, "others", again.Snapshot(google.Jane), w.tenant.Snapshot(google.Jane))
	equal(t, "id", again.UserID(google.Jane), w.tenant.UserID(google.Jane))
	if _, err := google.Load(filepath.Join(t.TempDir(), "nothing"), w.clock); err == nil {
		t.Error("a file that is not there was read")
	}
	for _, data := range []string{`{}`, `[]`, `{"CustomerID":5}`} {
		path := filepath.Join(t.TempDir(), "other.json")
		ok(t, os.WriteFile(path, []byte(data), 0o600))
		if _, err := google.Load(path, w.clock); err == nil {
			t.Errorf("%s was taken for a tenant", data)
		}
	}
	if err := w.tenant.Save(filepath.Join(t.TempDir(), "no", "folder")); err == nil {
		t.Error("it was saved nowhere")
	}
}

func TestReadsLagBehindWritesForAWhile(t *testing.T) {
	t.Parallel()
	w := serve(t, google.HandlerOptions{Lag: 2})
	service := w.admin()
	jane := w.tenant.UserID(google.Jane)
	ok(t, service.Tokens.Delete(google.Jane, w.tenant.ClientIDOf(google.Jane, google.MailApp)).Do())
	must[*admin.User](t)(service.Users.Update(google.Jane, &admin.User{Suspended: true}).Do())
	ok(t, service.Asps.Delete(google.Jane, int64(w.tenant.AppPasswordID(google.Jane, "Thunderbird"))).Do())
	ok(t, service.RoleAssignments.Delete("my_customer", w.tenant.AssignmentID(google.Jane, google.ReaderRole)).Do())
	ok(t, service.RoleAssignments.Delete("my_customer", w.tenant.AssignmentID(google.DeskAdmins, google.HelpDeskRole)).Do())
	ok(t, service.Members.Delete(google.OnCall, google.Jane).Do())
	for i, behind := range []bool{true, true, false} {
		// The last write concerned memberships: before it all the rest had been done.
		groups := must[*admin.Groups](t)(service.Groups.List().UserKey(jane).Do()).Groups
		equal(t, "groups", len(groups), map[bool]int{true: 4, false: 3}[behind])
		members := must[*admin.Members](t)(service.Members.List(google.OnCall).Do()).Members
		equal(t, "members", len(members), map[bool]int{true: 3, false: 2}[behind])
		has := must[*admin.MembersHasMember](t)(service.Members.HasMember(google.OnCall, jane).Do())
		equal(t, "has", has.IsMember, behind)
		_, err := service.Members.Get(google.OnCall, jane).Do()
		equal(t, "get", err == nil, behind)
		roles := must[*admin.RoleAssignments](t)(service.RoleAssignments.List("my_customer").UserKey(jane).IncludeIndirectRoleAssignments(true).Do()).Items
		equal(t, "roles", len(roles), map[bool]int{true: 2, false: 1}[behind])
		equal(t, "read", i < 3, true)
	}
	must[*admin.User](t)(service.Users.Update(google.Omar, &admin.User{Suspended: true}).Do())
	for _, behind := range []bool{true, true, false} {
		equal(t, "suspended", must[*admin.User](t)(service.Users.Get(google.Omar).Do()).Suspended, !behind)
	}
}

func TestAChangeBehindTheApiIsSeenAtOnce(t *testing.T) {
	t.Parallel()
	w := serve(t, google.HandlerOptions{Lag: 2})
	service := w.admin()
	must[*admin.User](t)(service.Users.Update(google.Mei, &admin.User{RecoveryEmail: "mei@personal.example"}).Do())
	w.tenant.Suspend(google.Omar)
	equal(t, "suspended", must[*admin.User](t)(service.Users.Get(google.Omar).Do()).Suspended, true)
	ok(t, service.Users.MakeAdmin(google.Lena, &admin.UserMakeAdmin{Status: true}).Do())
	w.tenant.DeleteGroup(google.Social)
	w.tenant.CreateGroup("new@acme.example", "New")
	w.tenant.AddToGroup(google.Lena, "new@acme.example", google.Owner)
	equal(t, "members", len(must[*admin.Members](t)(service.Members.List("new@acme.example").Do()).Members), 1)
}

func TestACallerHasSoManyCallsAMinute(t *testing.T) {
	t.Parallel()
	w := serve(t, google.HandlerOptions{QueriesPerMinute: 2})
	service := w.as(google.Admin)
	get := func(service *admin.Service) error {
		_, err := service.Users.Get(google.Jane).Do()
		return err
	}
	ok(t, get(service))
	ok(t, get(service))
	fails(t, get(service), 403, "userRateLimitExceeded")
	ok(t, get(w.as(google.HelpDesk)))
	w.clock.Advance(time.Minute)
	ok(t, get(service))
}

// slow is a clock on which time is told late: it holds the tenant's calls until it is let go.
type slow struct {
	clock.Clock
	entered chan struct{}
	letGo   chan struct{}
	once    sync.Once
}

func (s *slow) Now() time.Time {
	s.once.Do(func() {
		close(s.entered)
		<-s.letGo
	})
	return s.Clock.Now()
}

func TestATenantServesSoManyCallsAtOnce(t *testing.T) {
	t.Parallel()
	held := &slow{Clock: clock.NewFake(time.Now()), entered: make(chan struct{}), letGo: make(chan struct{})}
	tenant := google.NewTenant(sandbox.Acme(), held.Clock)
	server := must[*sandbox.Server](t)(sandbox.Serve(tenant.Handler(google.HandlerOptions{Clock: held, Concurrency: 1}), sandbox.Options{}))
	t.Cleanup(server.Close)
	w := &world{t: t, tenant: tenant, server: server}
	service := w.as(google.Admin)
	first := make(chan error)
	go func() {
		_, err := service.Users.Get(google.Jane).Do()
		first <- err
	}()
	<-held.entered
	_, err := service.Users.Get(google.Jane).Do()
	fails(t, err, 429, "rateLimitExceeded")
	close(held.letGo)
	ok(t, <-first)
	_, err = service.Users.Get(google.Jane).Do()
	ok(t, err)
}

func TestFaultsAreLetThroughByTheCheck(t *testing.T) {
	t.Parallel()
	w := serve(t, google.HandlerOptions{})
	w.server.Inject(sandbox.Fault{Do: sandbox.Status(http.StatusForbidden,
		`{"error":{"code":403,"message":"x","errors":[{"domain":"usageLimits","reason":"quotaExceeded"}]}}`), Times: 1})
	service := w.as(google.Admin)
	_, err := service.Users.Get(google.Jane).Do()
	fails(t, err, 403, "quotaExceeded")
	_, err = service.Users.Get(google.Jane).Do()
	ok(t, err)
}

func TestATenantIsSafeForConcurrentUse(t *testing.T) {
	t.Parallel()
	w := serve(t, google.HandlerOptions{Lag: 1, SearchLag: time.Hour, QueriesPerMinute: 10_000})
	service := w.as(google.Admin)
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			_, _ = service.Users.Update(google.Jane, &admin.User{Suspended: true}).Context(context.Background()).Do()
			_, _ = service.Users.List().Customer("my_customer").Query("isSuspended=true").Do()
			_, _ = service.Tokens.List(google.Jane).Do()
			w.tenant.SignIn(google.Jane)
			_ = w.tenant.Snapshot(google.Jane)
		})
	}
	wait.Wait()
	equal(t, "sessions", w.tenant.Sessions(google.Jane), 10)
}

package google_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
	sandboxgoogle "github.com/offboard/terraform-provider-offboard/internal/sandbox/google"
	"github.com/offboard/terraform-provider-offboard/internal/system/google"
)

// keyless has iamcredentials sign, for the holder of an access token.
func keyless(token string) func(*google.Config) {
	return func(c *google.Config) {
		c.Credentials, c.ServiceAccount, c.AccessToken = "", sandboxgoogle.ServiceAccount, token
	}
}

// asked are the requests whose path has the part in it.
func (w *world) asked(part string) (n int) {
	for _, request := range w.server.Requests() {
		if strings.Contains(request.Path, part) {
			n++
		}
	}
	return n
}

// refused fails unless err is of a kind and has every one of the phrases.
func refused(t *testing.T, err error, kind access.ErrorKind, phrases ...string) {
	t.Helper()
	e, ok := errors.AsType[*access.Error](err)
	if !ok || e.Kind != kind {
		t.Fatalf("got %v, want an error of the kind %v", err, kind)
	}
	for _, phrase := range phrases {
		if !strings.Contains(err.Error(), phrase) {
			t.Errorf("nothing says %q: %v", phrase, err)
		}
	}
}

func TestAServiceAccountActsWithoutAKey(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgoogle.HandlerOptions{}, keyless(sandboxgoogle.CallerToken))
	for range 3 {
		if _, err := google.Tokens(w.google).List(t.Context(), w.id(sandboxgoogle.Jane)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := google.Sessions(w.google).Remove(t.Context(), w.id(sandboxgoogle.Jane), "sessions"); err != nil {
		t.Fatal(err)
	}
	if n := w.asked(":signJwt"); n != 2 {
		t.Errorf("signed %d times for two scopes", n)
	}
}

func TestWhoMayNotSignIsToldWhichRoleIsMissing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgoogle.HandlerOptions{}, keyless(sandboxgoogle.StrangerToken))
	_, err := w.google.Find(t.Context(), sandboxgoogle.Jane)
	refused(t, err, access.Denied, "roles/iam.serviceAccountTokenCreator", sandboxgoogle.ServiceAccount)

	w = newWorld(t, sandboxgoogle.HandlerOptions{}, keyless("ya29.expired-long-ago"))
	_, err = w.google.Find(t.Context(), sandboxgoogle.Jane)
	refused(t, err, access.Denied, "sign in anew")
}

func TestAnAccessTokenIsUsedAgainAndReplacedBeforeItExpires(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
	sessions, jane := google.Sessions(w.google), w.id(sandboxgoogle.Jane)
	list := func() {
		t.Helper()
		if _, err := sessions.List(t.Context(), jane); err != nil {
			t.Fatal(err)
		}
	}
	list()
	list()
	w.clock.Advance(50 * time.Minute)
	list()
	if n := w.asked("/token"); n != 1 {
		t.Errorf("%d access tokens in 50 minutes", n)
	}
	w.clock.Advance(9*time.Minute + 30*time.Second)
	list()
	if n := w.asked("/token"); n != 2 {
		t.Errorf("%d access tokens in an hour, want a new one just before it ends", n)
	}
	// And one that Google stops accepting before its time is replaced once, in mid-call.
	w.tenant.ExpireTokens()
	list()
	if n := w.asked("/token"); n != 3 {
		t.Errorf("%d access tokens, want 3", n)
	}
}

func TestAScopeThatIsNotDelegatedIsNamed(t *testing.T) {
	t.Parallel()
	for name, use := range map[string]func(*google.Config){"with a key": nil, "without a key": keyless(sandboxgoogle.CallerToken)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, sandboxgoogle.HandlerOptions{}, use)
			w.tenant.Undelegate("admin.directory.user.security")
			_, err := google.Tokens(w.google).List(t.Context(), w.id(sandboxgoogle.Jane))
			refused(t, err, access.Denied, "https://www.googleapis.com/auth/admin.directory.user.security", "Domain-wide delegation", "client id")
			if use == nil {
				refused(t, err, access.Denied, sandboxgoogle.ClientID())
			}
			if _, err := google.Sessions(w.google).List(t.Context(), w.id(sandboxgoogle.Jane)); err != nil {
				t.Errorf("what is delegated: %v", err)
			}
		})
	}
}

func TestAnAdministratorWhoIsNotThereIsExplained(t *testing.T) {
	t.Parallel()
	for name, admin := range map[string]string{"suspended": sandboxgoogle.SuspendedAdmin, "nobody": sandboxgoogle.Stranger} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, sandboxgoogle.HandlerOptions{}, func(c *google.Config) { c.Admin = admin })
			_, err := w.google.Find(t.Context(), sandboxgoogle.Jane)
			refused(t, err, access.Denied, admin, "suspended nor deleted")
		})
	}
}

func TestTheCustomerHasToBeTheAdministratorsOwn(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgoogle.HandlerOptions{}, func(c *google.Config) { c.Customer = "C0other" })
	_, err := w.google.Find(t.Context(), sandboxgoogle.Jane)
	refused(t, err, access.Denied, "C0other", "customer")
	own := w.connect(t, func(c *google.Config) { c.Customer = w.tenant.CustomerID() })
	if _, err := google.RoleAssignments(own).List(t.Context(), w.id(sandboxgoogle.Jane)); err != nil {
		t.Error(err)
	}
}

func TestATokenEndpointThatIsNoneIsNotTakenForARefusal(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		do   sandbox.Fault
		kind access.ErrorKind
	}{
		"a web page":    {sandbox.Fault{Do: sandbox.HTML404()}, access.Malformed},
		"nothing":       {sandbox.Fault{Do: sandbox.EmptyBody()}, access.Malformed},
		"a breakdown":   {sandbox.Fault{Do: sandbox.Status(503, `{"error":"unavailable"}`)}, access.Unavailable},
		"a connection":  {sandbox.Fault{Do: sandbox.ResetConnection()}, access.Unavailable},
		"a closed door": {sandbox.Fault{Do: sandbox.Status(403, `{"error":{"code":403}}`)}, access.Denied},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
			c.do.Match = sandbox.PathPrefix("/token")
			w.server.Inject(c.do)
			_, err := w.google.Find(t.Context(), sandboxgoogle.Jane)
			refused(t, err, c.kind)
		})
	}
}

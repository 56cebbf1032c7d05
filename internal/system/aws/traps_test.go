package aws_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
	sandboxaws "github.com/offboard/terraform-provider-offboard/internal/sandbox/aws"
	"github.com/offboard/terraform-provider-offboard/internal/system/aws"
)

// operation is what a request asks for.
func operation(target, body string) string {
	if _, name, ok := strings.Cut(target, "."); ok {
		return name
	}
	form, err := url.ParseQuery(body)
	if err != nil {
		return ""
	}
	return form.Get("Action")
}

// asks matches the requests of an operation.
func asks(name string) func(*http.Request) bool {
	return func(r *http.Request) bool {
		body, err := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		return err == nil && operation(r.Header.Get("X-Amz-Target"), string(body)) == name
	}
}

// asked are the operations that were asked for, in order.
func (w *world) asked() (names []string) {
	for _, r := range w.server.Requests() {
		names = append(names, operation(r.Header.Get("X-Amz-Target"), r.Body))
	}
	return names
}

func reads(name string) bool {
	return slices.ContainsFunc([]string{"Get", "List", "Describe", "Simulate"}, func(prefix string) bool { return strings.HasPrefix(name, prefix) })
}

// of is the kind's connector in a world, with whose it is.
func (k prepared) of(w *world) (access.Connector, access.AccountID) {
	login := sandboxaws.Jane
	if k.login != "" {
		login = k.login
	}
	var connector access.Connector
	var id access.AccountID
	if k.iam != nil {
		connector, id = k.iam(w.iam), w.id(login)
	} else {
		connector, id = k.center(w.center), w.inCenter(login)
	}
	if disposer, ok := connector.(access.Disposer); ok {
		connector, _ = disposer.Dispose(k.dispose)
	}
	return connector, id
}

func (k prepared) world(t *testing.T, options sandboxaws.HandlerOptions, change func(*aws.Login)) *world {
	t.Helper()
	w := newWorld(t, options, func(l *aws.Login, c *aws.IAMConfig) {
		if k.change != nil {
			k.change(l, c)
		}
		if change != nil {
			change(l)
		}
	})
	if k.prepare != nil {
		k.prepare(w.cloud)
	}
	return w
}

// forEveryKind runs a test of each kind.
func forEveryKind(t *testing.T, test func(*testing.T, prepared)) {
	t.Helper()
	for name, kind := range kinds {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, kind)
		})
	}
}

func TestACredentialOfAnotherAccountReadsAndChangesNothing(t *testing.T) {
	t.Parallel()
	forEveryKind(t, func(t *testing.T, k prepared) {
		w := k.world(t, sandboxaws.HandlerOptions{}, nil)
		connector, id := k.of(w)
		held := list(w, connector, id)
		before, seen := w.cloud.Snapshot(""), len(w.asked())
		w.connect(t, func(l *aws.Login, c *aws.IAMConfig) {
			if k.change != nil {
				k.change(l, c)
			}
			l.AccountID = sandboxaws.Other
		})
		connector, id = k.of(w)
		if _, err := connector.List(t.Context(), id); access.KindOf(err) != access.Denied || !strings.Contains(err.Error(), "account_id is "+sandboxaws.Other) {
			t.Errorf("a list: %v", err)
		}
		for _, grant := range held {
			if _, err := connector.Remove(t.Context(), id, grant.ID); access.KindOf(err) != access.Denied {
				t.Errorf("removing %s: %v", grant.Label, err)
			}
		}
		for _, name := range w.asked()[seen:] {
			if name != "GetCallerIdentity" {
				t.Errorf("asked for %s", name)
			}
		}
		if w.cloud.Snapshot("") != before {
			t.Error("something was changed")
		}
	})
}

func TestAReadOnlyRunSendsNoWrite(t *testing.T) {
	t.Parallel()
	forEveryKind(t, func(t *testing.T, k prepared) {
		w := k.world(t, sandboxaws.HandlerOptions{}, func(l *aws.Login) { l.ReadOnly = true })
		before := w.cloud.Snapshot("")
		connector, id := k.of(w)
		for _, grant := range list(w, connector, id) {
			_, err := connector.Remove(t.Context(), id, grant.ID)
			// An MFA device stays because the password does.
			if refused := access.KindOf(err) == access.Denied && strings.Contains(err.Error(), "read_only"); !refused && access.KindOf(err) != access.Blocked {
				t.Errorf("removing %s: %v", grant.Label, err)
			}
		}
		if names := slices.DeleteFunc(w.asked(), reads); len(names) != 0 || w.cloud.Snapshot("") != before {
			t.Errorf("sent %v", names)
		}
	})
}

// A call to IAM that names no user is about the caller.
func TestEveryCallAboutAUserNamesTheUser(t *testing.T) {
	t.Parallel()
	about := regexp.MustCompile(`User|LoginProfile|MFADevices?$|AccessKeys?$|Certificates?$|SSHPublicKeys?$|ServiceSpecificCredentials?$`)
	forEveryKind(t, func(t *testing.T, k prepared) {
		w := k.world(t, sandboxaws.HandlerOptions{PageSize: 3}, nil)
		connector, id := k.of(w)
		for _, grant := range list(w, connector, id) {
			if _, err := connector.Remove(t.Context(), id, grant.ID); err != nil {
				t.Errorf("removing %s: %v", grant.Label, err)
			}
		}
		for _, r := range w.server.Requests() {
			name := operation(r.Header.Get("X-Amz-Target"), r.Body)
			form, err := url.ParseQuery(r.Body)
			if r.Header.Get("X-Amz-Target") != "" || name == "ListUsers" || name == "DeleteVirtualMFADevice" || !about.MatchString(name) {
				continue
			}
			if err != nil || form.Get("UserName") == "" {
				t.Errorf("%s names nobody: %s", name, r.Body)
			}
		}
	})
}

// tampered answers as the API does, after a change.
func tampered(change func(body string) string) func(http.ResponseWriter, *http.Request, http.Handler) {
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		genuine := httptest.NewRecorder()
		next.ServeHTTP(genuine, r)
		w.Header().Set("Content-Type", genuine.Header().Get("Content-Type"))
		w.WriteHeader(genuine.Code)
		_, _ = io.WriteString(w, change(genuine.Body.String())) // a client that has gone is no concern of the test's
	}
}

func TestAUserWithoutANameIsNobodysAndNotNobody(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"ListUsers", "GetUser"} {
		w := newWorld(t, sandboxaws.HandlerOptions{}, nil)
		nameless := regexp.MustCompile(`<UserName>[^<]*</UserName>`)
		w.server.Inject(sandbox.Fault{Match: asks(name), Do: tampered(func(body string) string { return nameless.ReplaceAllString(body, "") })})
		if grants, err := aws.Keys(w.iam).List(t.Context(), w.id(sandboxaws.Jane)); access.KindOf(err) != access.Malformed {
			t.Errorf("%s: %v, %v", name, grants, err)
		}
	}
}

// listing runs a test of each kind with each operation that its list needs.
func listing(t *testing.T, test func(t *testing.T, w *world, name string, whole []access.Grant, again func() ([]access.Grant, error))) {
	t.Helper()
	forEveryKind(t, func(t *testing.T, k prepared) {
		w := k.world(t, sandboxaws.HandlerOptions{}, nil)
		connector, id := k.of(w)
		whole := list(w, connector, id)
		names := w.asked()
		slices.Sort(names)
		for _, name := range slices.Compact(names) {
			w := k.world(t, sandboxaws.HandlerOptions{}, nil)
			connector, id := k.of(w)
			test(t, w, name, whole, func() ([]access.Grant, error) { return connector.List(t.Context(), id) })
		}
	})
}

// Of an object in JSON that has no list the SDK makes an empty one; XML without a result it refuses by itself.
func TestSuccessWithNothingInItIsNeverAnEmptyList(t *testing.T) {
	t.Parallel()
	result := regexp.MustCompile(`(?s)<(\w+)Result>.*</\w+Result>`)
	for name, hollow := range map[string]func(string) string{
		"no content": func(string) string { return "" },
		"a frame": func(body string) string {
			if strings.HasPrefix(body, "{") {
				return "{}"
			}
			return result.ReplaceAllString(body, "")
		},
		"a result": func(body string) string {
			return result.ReplaceAllString(body, "<${1}Result></${1}Result>")
		},
		"a result that says it is whole": func(body string) string {
			return result.ReplaceAllString(body, "<${1}Result><IsTruncated>false</IsTruncated></${1}Result>")
		},
		"null": func(body string) string {
			if strings.HasPrefix(body, "{") {
				return "null"
			}
			return "<a></a>"
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			listing(t, func(t *testing.T, w *world, operation string, whole []access.Grant, again func() ([]access.Grant, error)) {
				t.Helper()
				w.server.Inject(sandbox.Fault{Match: asks(operation), Do: tampered(hollow)})
				if got, err := again(); err == nil && len(got) < len(whole) || err != nil && access.KindOf(err) != access.Malformed {
					t.Errorf("%s: %d rows of %d, %v", operation, len(got), len(whole), err)
				}
			})
		})
	}
}

func TestAListThatGoesOnWithoutSayingWhereIsNotWhole(t *testing.T) {
	t.Parallel()
	listing(t, func(t *testing.T, w *world, operation string, _ []access.Grant, again func() ([]access.Grant, error)) {
		t.Helper()
		goesOn := false
		w.server.Inject(sandbox.Fault{Match: asks(operation), Do: tampered(func(body string) string {
			goesOn = goesOn || strings.Contains(body, "<IsTruncated>false")
			return strings.Replace(body, "<IsTruncated>false", "<IsTruncated>true", 1)
		})})
		if got, err := again(); goesOn && access.KindOf(err) != access.Malformed {
			t.Errorf("%s: %v, %v", operation, got, err)
		}
	})
}

func TestThrottlingLosesNothing(t *testing.T) {
	t.Parallel()
	forEveryKind(t, func(t *testing.T, k prepared) {
		calm, busy := k.world(t, sandboxaws.HandlerOptions{}, nil), k.world(t, sandboxaws.HandlerOptions{Throttle: 3, PageSize: 2}, nil)
		connector, id := k.of(calm)
		want := list(calm, connector, id)
		connector, id = k.of(busy)
		got := list(busy, connector, id)
		byID := func(a, b access.Grant) int { return strings.Compare(string(a.ID), string(b.ID)) }
		slices.SortFunc(want, byID)
		slices.SortFunc(got, byID)
		if diff := cmp.Diff(fmt.Sprint(want), fmt.Sprint(got)); diff != "" {
			t.Error(diff)
		}
		for _, grant := range got {
			if _, err := connector.Remove(t.Context(), id, grant.ID); err != nil {
				t.Errorf("removing %s: %v", grant.Label, err)
			}
		}
	})
}

func TestWhatIsBeingChangedIsTriedAgain(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ kind, operation, code string }{
		"an assignment":                {"identity center: app assignments", "DeleteAccountAssignment", "ConflictException"},
		"a user":                       {"account, suspended", "PutUserPolicy", "ConcurrentModification"},
		"a user that was just made":    {"account, deleted", "DeleteUser", "EntityTemporarilyUnmodifiable"},
		"a user of the identity store": {"identity center: account, deleted", "DeleteUser", "ConflictException"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k := kinds[c.kind]
			w := k.world(t, sandboxaws.HandlerOptions{}, nil)
			w.server.Inject(sandbox.Fault{Match: asks(c.operation), Times: 3, Do: refusal(http.StatusConflict, c.code, c.code)})
			connector, id := k.of(w)
			for _, grant := range list(w, connector, id) {
				if _, err := connector.Remove(t.Context(), id, grant.ID); err != nil {
					t.Errorf("removing %s: %v", grant.Label, err)
				}
			}
			if left, err := connector.List(t.Context(), id); len(left) != 0 {
				t.Errorf("left: %v, %v", left, err)
			}
		})
	}
}

func TestWhatStaysThrottledIsNoAnswer(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxaws.HandlerOptions{}, nil)
	w.server.Inject(sandbox.Fault{Match: asks("ListAccessKeys"), Do: refusal(http.StatusBadRequest, "Throttling", "ThrottlingException")})
	if grants, err := aws.Keys(w.iam).List(t.Context(), w.id(sandboxaws.Jane)); access.KindOf(err) != access.RateLimited {
		t.Errorf("got %v, %v", grants, err)
	}
}

// A signature is good for five minutes, and a role's credentials for an hour.
func TestEachAttemptIsSignedAnew(t *testing.T) {
	t.Parallel()
	wait := func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
		w.Header().Set("Retry-After", "840")
		w.WriteHeader(http.StatusTooManyRequests)
	}
	for name, role := range map[string]string{"with a key": "", "with a role": sandboxaws.RoleARN} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, sandboxaws.HandlerOptions{}, func(l *aws.Login, _ *aws.IAMConfig) { l.AssumeRole = role })
			whole := len(list(w, aws.Keys(w.iam), w.id(sandboxaws.Jane)))
			w.server.Inject(sandbox.Fault{Match: asks("ListAccessKeys"), Times: 6, Do: wait})
			from := w.clock.Now()
			if got, err := aws.Keys(w.iam).List(t.Context(), w.id(sandboxaws.Jane)); err != nil || len(got) != whole {
				t.Errorf("%d keys of %d, %v", len(got), whole, err)
			}
			if waited := w.clock.Now().Sub(from); waited < time.Hour {
				t.Errorf("waited only %v", waited)
			}
		})
	}
}

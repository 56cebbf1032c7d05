package google_test

import (
	"fmt"
	"maps"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
	sandboxgoogle "github.com/offboard/terraform-provider-offboard/internal/sandbox/google"
	"github.com/offboard/terraform-provider-offboard/internal/system/google"
)

// tracers are all there are.
var tracers = map[string]func(*google.Google) access.Tracer{"API clients": google.APIClients, "trusted apps": google.TrustedApps}

const auditPath = "/admin/reports/v1/activity/users/*/applications/admin"

const auditScope = "admin.reports.audit.readonly"

// trace is what a tracer finds of somebody, by label.
func (w *world) trace(t *testing.T, tracer func(*google.Google) access.Tracer, address string) (map[string]access.Grant, error) {
	t.Helper()
	traces, err := tracer(w.google).Trace(t.Context(), w.id(address))
	by := map[string]access.Grant{}
	for _, trace := range traces {
		if trace.ID == "" || !strings.Contains(trace.Note, "180 days") || by[trace.Label].ID != "" {
			t.Errorf("%+v has no id, or does not say how far the log goes, or is there twice", trace)
		}
		by[trace.Label] = trace
	}
	return by, err
}

func labels(traces map[string]access.Grant) []string { return slices.Sorted(maps.Keys(traces)) }

const (
	janesClient = sandboxgoogle.JanesClient + " (API client with domain-wide delegation, 2026-09-21)"
	janesApp    = sandboxgoogle.JanesApp + " (trusted application for Acme, 2026-10-21)"
	janesAddOn  = sandboxgoogle.JanesAddOn + " (application from the Marketplace, 2026-10-31)"
)

func TestWhatSomebodyAuthorizedForTheCompanyIsTracedAndNobodyElsesIs(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgoogle.HandlerOptions{PageSize: 1}, nil)
	// One client was let in before the log begins, one was taken out by somebody else, and one is Omar's.
	for name, want := range map[string]map[string]string{
		"API clients": {janesClient: "It may use drive.readonly, gmail.readonly in the name of anybody in the company, and so may whoever has a key of it."},
		"trusted apps": {
			janesApp:   "Whoever in the company lets it in lets it have whatever it asks for.",
			janesAddOn: "It may have been given scopes for everybody in the company.",
		},
	} {
		found, err := w.trace(t, tracers[name], sandboxgoogle.Jane)
		notes := map[string]string{}
		for label, trace := range found {
			notes[label], _, _ = strings.Cut(trace.Note, " Only Google's admin audit log")
		}
		if diff := cmp.Diff(want, notes); diff != "" || err != nil {
			t.Errorf("%s: %v\n%s", name, err, diff)
		}
		if app, ok := found[janesApp]; ok && !strings.HasSuffix(string(app.ID), ".apps.googleusercontent.com@Acme") {
			t.Errorf("the id is %s", app.ID)
		}
		if none, err := w.trace(t, tracers[name], sandboxgoogle.Priya); len(none) > 0 || err != nil {
			t.Errorf("%s of somebody who authorized nothing: %v, %v", name, none, err)
		}
	}
}

func TestAnAuthorizationCountsUntilItIsTakenBackAndAgainAfterThat(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
	expect := func(when string, tracer func(*google.Google) access.Tracer, want ...string) {
		t.Helper()
		found, err := w.trace(t, tracer, sandboxgoogle.Jane)
		if diff := cmp.Diff(append([]string{}, want...), append([]string{}, labels(found)...)); diff != "" || err != nil {
			t.Errorf("%s: %v\n%s", when, err, diff)
		}
	}
	w.tenant.RevokeClient(sandboxgoogle.Admin, sandboxgoogle.JanesClient)
	expect("revoked", google.APIClients)
	w.clock.Advance(time.Hour)
	w.tenant.DelegateTo(sandboxgoogle.Jane, sandboxgoogle.JanesClient)
	expect("authorized again", google.APIClients, sandboxgoogle.JanesClient+" (API client with domain-wide delegation, 2026-11-20)")
	w.tenant.Distrust(sandboxgoogle.Omar, sandboxgoogle.JanesApp)
	expect("one distrusted", google.TrustedApps, janesAddOn)
	w.clock.Advance(150 * 24 * time.Hour)
	expect("once the log has forgotten", google.TrustedApps, janesAddOn)
	w.clock.Advance(30 * 24 * time.Hour)
	expect("once it has forgotten all", google.TrustedApps)
}

func TestWhatTheAuditLogHasForgottenIsThereUntilItIsTakenBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
	known := access.Holdings{}
	found, err := w.trace(t, google.APIClients, sandboxgoogle.Jane)
	for _, trace := range found {
		known[trace.ID] = trace.Label
	}
	retracer, ok := google.APIClients(w.google).(access.Retracer)
	if err != nil || len(known) != 1 || !ok {
		t.Fatalf("%v, %v, %v", known, err, ok)
	}
	again := func() []access.Grant {
		still, err := retracer.Retrace(t.Context(), known)
		if err != nil {
			t.Fatal(err)
		}
		return still
	}
	w.clock.Advance(200 * 24 * time.Hour)
	if found, err = w.trace(t, google.APIClients, sandboxgoogle.Jane); len(found) != 0 || err != nil {
		t.Errorf("the log still tells of %v, %v", found, err)
	}
	if still := again(); len(still) != 1 || still[0].Label != janesClient {
		t.Errorf("still there are %+v", still)
	}
	w.tenant.RevokeClient(sandboxgoogle.Admin, sandboxgoogle.JanesClient)
	if still := again(); len(still) != 0 {
		t.Errorf("taken back, and still there are %+v", still)
	}
}

func TestWhatTheAuditLogDoesNotNameIsThereAllTheSame(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
	jane, omar := string(w.id(sandboxgoogle.Jane)), string(w.id(sandboxgoogle.Omar))
	answer := func(items string) {
		w.server.Inject(sandbox.Fault{
			Match: sandbox.PathMatch(auditPath), Do: sandbox.Status(http.StatusOK, `{"kind":"admin#reports#activities","items":[`+items+`]}`),
		})
	}
	activity := func(at, actor, event string) string {
		return fmt.Sprintf(`{"kind":"admin#reports#activity","id":{"time":%q,"uniqueQualifier":"7"},"actor":{"profileId":%q},"events":[{"name":%q}]}`, at, actor, event)
	}
	const at, authorized = "2026-11-01T09:00:00.000Z", "AUTHORIZE_API_CLIENT_ACCESS"
	w.server.Inject(sandbox.Fault{
		Match: sandbox.PathMatch("/admin/reports/v1/activity/users/" + jane + "/applications/admin"),
		Do:    sandbox.Status(http.StatusOK, `{"kind":"admin#reports#activities","items":[`+activity(at, jane, authorized)+`]}`),
	})
	found, err := w.trace(t, google.APIClients, sandboxgoogle.Jane)
	const nameless = "something without a name (API client with domain-wide delegation, 2026-11-01)"
	if err != nil || len(found) != 1 || found[nameless].ID != "activity/2026-11-01T09:00:00.000Z/7/0" {
		t.Errorf("%v, %v", found, err)
	}
	w.server.Heal()
	for what, items := range map[string]string{
		"somebody else's": activity(at, omar, authorized), "another event": activity(at, jane, "CREATE_USER"), "no time": activity("", jane, authorized),
		"no actor": `{"id":{"time":"2026-11-01T09:00:00.000Z"},"events":[]}`, "nothing": "null",
	} {
		answer(items)
		if found, err := w.trace(t, google.APIClients, sandboxgoogle.Jane); access.KindOf(err) != access.Malformed {
			t.Errorf("%s: %v, %v", what, found, err)
		}
		w.server.Heal()
	}
}

func TestAnAuditLogThatCouldNotBeReadIsAnErrorAndNoEmptyList(t *testing.T) {
	t.Parallel()
	for name, tracer := range tracers {
		// The first request is for what was done; those after it may be for what was undone.
		for after := range 2 {
			t.Run(fmt.Sprint(name, " ", after), func(t *testing.T) {
				t.Parallel()
				for breakage, answer := range breakages {
					w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
					w.server.Inject(sandbox.Fault{Match: sandbox.PathMatch(auditPath), After: after, Do: answer})
					found, err := w.trace(t, tracer, sandboxgoogle.Jane)
					if kind := access.KindOf(err); err == nil || len(found) > 0 || kind == access.NotFound || kind == access.NotAvailable {
						t.Errorf("%v: %v, %v", breakage, found, err)
					}
				}
				w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
				w.server.Inject(sandbox.Fault{Match: sandbox.PathMatch(auditPath), After: after, Do: refusal(http.StatusNotFound, "notFound", "Resource Not Found: userKey")})
				if found, err := w.trace(t, tracer, sandboxgoogle.Jane); access.KindOf(err) != access.Malformed {
					t.Errorf("not found: %v, %v", found, err)
				}
			})
		}
	}
}

func TestTheAuditLogTakesItsScopeAndItsPrivilege(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../../templates/index.md.tmpl")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(page), "| `offboard_access` | `"+auditScope+"`") {
		t.Error("the scope is not documented")
	}
	const always = "admin.directory.user.readonly"
	for name, tracer := range tracers {
		w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
		w.tenant.Delegate(always, auditScope)
		if found, err := w.trace(t, tracer, sandboxgoogle.Jane); err != nil || len(found) == 0 {
			t.Errorf("%s with the scope: %v, %v", name, found, err)
		}
		w = newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
		w.tenant.Delegate(always)
		if found, err := w.trace(t, tracer, sandboxgoogle.Jane); access.KindOf(err) != access.Denied || !strings.Contains(err.Error(), auditScope) {
			t.Errorf("%s without the scope: %v, %v", name, found, err)
		}
		w = newWorld(t, sandboxgoogle.HandlerOptions{}, func(c *google.Config) { c.Admin = sandboxgoogle.GroupsAdmin })
		if found, err := w.trace(t, tracer, sandboxgoogle.Jane); access.KindOf(err) != access.Denied || len(found) > 0 {
			t.Errorf("%s without the privilege: %v, %v", name, found, err)
		}
	}
}

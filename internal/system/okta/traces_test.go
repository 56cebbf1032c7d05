package okta_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
	sandboxokta "github.com/offboard/terraform-provider-offboard/internal/sandbox/okta"
	"github.com/offboard/terraform-provider-offboard/internal/system/okta"
)

// tracers is all that is traced, with the path and the scope of the list, and what Jane made.
var tracers = map[string]struct {
	connect     func(*okta.Okta) access.Tracer
	path, scope string
	made        []string
}{
	"event hooks": {
		okta.EventHooks, "/api/v1/eventHooks", "okta.eventHooks.read", []string{"Joiners to Slack (event hook of 2023-11-21)"},
	},
	"API integrations": {
		okta.APIIntegrations, "/integrations/api/v1/api-services", "okta.oauthIntegrations.read",
		[]string{"Acme Log Shipper (API service integration of 2023-11-21, may use okta.logs.read)"},
	},
	"created apps": {
		okta.CreatedApps, "/api/v1/logs", "okta.logs.read",
		[]string{"Metrics Console (application, created on 2026-09-21)", "Release Dashboard (application, created on 2026-10-31)"},
	},
}

// traced are the labels of what somebody made.
func traced(t *testing.T, w *world, connect func(*okta.Okta) access.Tracer, login string) []string {
	t.Helper()
	grants, err := connect(w.okta).Trace(t.Context(), w.id(login))
	if err != nil {
		t.Fatal(err)
	}
	labels, ids := []string{}, map[access.GrantID]bool{}
	for _, grant := range grants {
		if grant.ID == "" || ids[grant.ID] || grant.Note == "" {
			t.Errorf("%+v has no id, that of another, or no note", grant)
		}
		ids[grant.ID], labels = true, append(labels, grant.Label)
	}
	slices.Sort(labels)
	return labels
}

func TestWhatSomebodyMadeIsTracedAndWhatOthersMadeIsNot(t *testing.T) {
	t.Parallel()
	for name, c := range tracers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, sandboxokta.HandlerOptions{PageSize: 1}, nil)
			if diff := cmp.Diff(c.made, traced(t, w, c.connect, sandboxokta.Jane)); diff != "" {
				t.Error(diff)
			}
			if of := traced(t, w, c.connect, sandboxokta.Mei); len(of) > 0 {
				t.Errorf("Mei made %v", of)
			}
			if of := traced(t, w, c.connect, sandboxokta.Sam); len(of) == 0 || slices.Contains(of, c.made[0]) {
				t.Errorf("Sam made %v", of)
			}
			for _, request := range w.server.Requests() {
				if request.Method != http.MethodGet {
					t.Errorf("%s %s", request.Method, request.Path)
				}
			}
		})
	}
}

func TestWhatADeletedAccountMadeIsStillTraced(t *testing.T) {
	t.Parallel()
	for name, c := range tracers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, sandboxokta.HandlerOptions{}, nil)
			jane := w.id(sandboxokta.Jane)
			w.org.DeleteUser(sandboxokta.Jane)
			grants, err := c.connect(w.okta).Trace(t.Context(), jane)
			if err != nil || len(grants) != len(c.made) {
				t.Errorf("%v, %v", grants, err)
			}
		})
	}
}

func TestAnAddressOrAHeaderOfAHookIsInNoLabel(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxokta.HandlerOptions{}, nil)
	grants, err := okta.EventHooks(w.okta).Trace(t.Context(), w.id(sandboxokta.Jane))
	if text := fmt.Sprintf("%+v", grants); err != nil || strings.Contains(text, "hush") || strings.Contains(text, "example.com") {
		t.Errorf("%s, %v", text, err)
	}
}

func TestAnApplicationThatIsCreatedOrDeletedComesAndGoes(t *testing.T) {
	t.Parallel()
	w := newApplication(t) // An API token would not live as long.
	w.org.CreateAPIClient(sandboxokta.Jane, "nightly-export")
	w.org.FailToCreate(sandboxokta.Jane)
	w.org.DeleteApp("Metrics Console")
	w.clock.Advance(time.Minute)
	want := []string{"Release Dashboard (application, created on 2026-10-31)", "nightly-export (API client, created on " + w.clock.Now().Format(time.DateOnly) + ")"}
	if diff := cmp.Diff(want, traced(t, w, okta.CreatedApps, sandboxokta.Jane)); diff != "" {
		t.Error(diff)
	}
	w.org.SetAppStatus("nightly-export", "INACTIVE")
	if of := traced(t, w, okta.CreatedApps, sandboxokta.Jane); !strings.Contains(of[1], "API client, turned off") {
		t.Errorf("%v", of)
	}
	// What Okta has forgotten can't be listed, and the note of those that are listed says so.
	w.clock.Advance(89 * 24 * time.Hour)
	if of := traced(t, w, okta.CreatedApps, sandboxokta.Jane); len(of) != 1 || !strings.HasPrefix(of[0], "nightly-export") {
		t.Errorf("%v", of)
	}
	// Nor is it taken for deleted by whoever knew it.
	retracer, _ := okta.CreatedApps(w.okta).(access.Retracer)
	known := access.Holdings{access.GrantID(w.org.AppID("Release Dashboard")): "as it was called", "0oaDeleted0000000000": "Prototype"}
	still, err := retracer.Retrace(t.Context(), known)
	if err != nil || len(still) != 1 || still[0].Label != "as it was called" {
		t.Errorf("%v, %v", still, err)
	}
}

func TestATraceThatCanNotBeMadeIsAnError(t *testing.T) {
	t.Parallel()
	for name, c := range tracers {
		of := sandbox.PathMatch(c.path)
		for what, wrong := range map[string]struct {
			do   func(http.ResponseWriter, *http.Request, http.Handler)
			kind access.ErrorKind
			says string
		}{
			"a missing scope":         {sandbox.Status(http.StatusForbidden, `{"errorSummary":"The access token provided does not contain the required scopes."}`), access.Denied, c.scope},
			"no right":                {sandbox.Status(http.StatusForbidden, `{"errorCode":"E0000006","errorSummary":"You do not have permission"}`), access.Denied, c.scope},
			"no such feature":         {sandbox.Status(http.StatusUnauthorized, noRight), access.NotAvailable, "E0000015"},
			"no such path":            {sandbox.HTML404(), access.Malformed, ""},
			"nobody there":            {sandbox.Status(http.StatusNotFound, gone), access.Malformed, ""},
			"an object":               {sandbox.Status(http.StatusOK, `{}`), access.Malformed, ""},
			"an empty row":            {sandbox.Status(http.StatusOK, `[null]`), access.Malformed, ""},
			"a row without anything":  {sandbox.Status(http.StatusOK, `[{}]`), access.Malformed, ""},
			"a row without its maker": {sandbox.Status(http.StatusOK, `[{"id":"who1","uuid":"1","eventType":"application.lifecycle.create"}]`), access.Malformed, ""},
			"an outage":               {sandbox.Status(http.StatusServiceUnavailable, `{}`), access.Unavailable, ""},
		} {
			t.Run(name+", "+what, func(t *testing.T) {
				t.Parallel()
				w := newWorld(t, sandboxokta.HandlerOptions{}, nil)
				w.server.Inject(sandbox.Fault{Match: of, Do: wrong.do})
				grants, err := c.connect(w.okta).Trace(t.Context(), w.id(sandboxokta.Jane))
				if err == nil || grants != nil || access.KindOf(err) != wrong.kind || !strings.Contains(err.Error(), wrong.says) {
					t.Errorf("%v, %v", grants, err)
				}
			})
		}
	}
}

func TestALogOrAnApplicationThatSaysTooLittleIsAnError(t *testing.T) {
	t.Parallel()
	const event = `[{"uuid":"1","eventType":"application.lifecycle.create","actor":{"id":"{id}"},"target":[%s]}]`
	app := sandbox.PathMatch("/api/v1/apps/*")
	log := sandbox.PathMatch("/api/v1/logs")
	for name, c := range map[string]struct {
		match func(*http.Request) bool
		body  string
		code  int
		kind  access.ErrorKind
	}{
		"no application among the targets": {log, fmt.Sprintf(event, `{"id":"00u1","type":"User"}`), http.StatusOK, access.Malformed},
		"another's event":                  {log, strings.Replace(fmt.Sprintf(event, `{"id":"0oa1","type":"AppInstance"}`), "{id}", "00uSomebodyElse00000", 1), http.StatusOK, access.Malformed},
		"another application":              {app, `{"id":"0oaAnother0000000000","status":"ACTIVE"}`, http.StatusOK, access.Malformed},
		"an application without a status":  {app, `{"id":"0oaAnother0000000000"}`, http.StatusOK, access.Malformed},
		"an application that is refused":   {app, `{"errorCode":"E0000006","errorSummary":"no"}`, http.StatusForbidden, access.Denied},
		"an application that nobody knows": {app, `not found`, http.StatusNotFound, access.Malformed},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, sandboxokta.HandlerOptions{}, nil)
			jane := w.id(sandboxokta.Jane)
			w.server.Inject(sandbox.Fault{Match: c.match, Do: sandbox.Status(c.code, strings.ReplaceAll(c.body, "{id}", string(jane)))})
			if grants, err := okta.CreatedApps(w.okta).Trace(t.Context(), jane); access.KindOf(err) != c.kind || err == nil || grants != nil {
				t.Errorf("%v, %v", grants, err)
			}
		})
	}
}

func TestWhoMayNotSeeAllOfItIsToldWhichRoleTo(t *testing.T) {
	t.Parallel()
	for name, c := range tracers {
		w := newApplication(t)
		w.org.AssignNewRoleToClient(sandboxokta.ServiceApp, "Everything", "okta.users.read", "okta.apps.read", "okta.iam.read")
		grants, err := c.connect(w.okta).Trace(t.Context(), w.id(sandboxokta.Jane))
		if access.KindOf(err) != access.Denied || grants != nil || !strings.Contains(err.Error(), "Super Administrator") {
			t.Errorf("%s: %v, %v", name, grants, err)
		}
	}
}

func TestWhatIsTracedIsAskedForApartAndAMissingScopeStopsNothingElse(t *testing.T) {
	t.Parallel()
	for name, c := range tracers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newApplication(t)
			w.org.GrantScopes(sandboxokta.ServiceApp, slices.DeleteFunc(slices.Concat(okta.ReadScopes, okta.WriteScopes, okta.TraceScopes), func(scope string) bool { return scope == c.scope })...)
			grants, err := c.connect(w.okta).Trace(t.Context(), w.id(sandboxokta.Jane))
			if access.KindOf(err) != access.Denied || grants != nil || !strings.Contains(err.Error(), c.scope) {
				t.Errorf("%v, %v", grants, err)
			}
			for other, of := range tracers {
				if other != name {
					traced(t, w, of.connect, sandboxokta.Jane)
				}
			}
			if _, err := okta.Keys(w.okta).List(t.Context(), w.id(sandboxokta.Jane)); err != nil {
				t.Error(err)
			}
		})
	}
	// Named scopes are asked for as they are named.
	w := scoped(t, okta.ReadScopes)
	for name, c := range tracers {
		if _, err := c.connect(w.okta).Trace(t.Context(), w.id(sandboxokta.Jane)); access.KindOf(err) != access.Denied || !strings.Contains(err.Error(), c.scope) {
			t.Errorf("%s: %v", name, err)
		}
	}
	w = scoped(t, slices.Concat(okta.ReadScopes, okta.TraceScopes))
	for _, c := range tracers {
		traced(t, w, c.connect, sandboxokta.Jane)
	}
}

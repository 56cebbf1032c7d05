package google_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
	sandboxgoogle "github.com/offboard/terraform-provider-offboard/internal/sandbox/google"
	"github.com/offboard/terraform-provider-offboard/internal/system/google"
)

const onSettings = "/gmail/v1/users/me/settings"

// labels are what a list holds, id to label.
func (w *world) labels(t *testing.T, c access.Connector, person string) access.Holdings {
	t.Helper()
	listed, err := c.List(t.Context(), w.id(person))
	if err != nil {
		t.Fatal(err)
	}
	return access.Held(listed, nil)
}

func TestMailSettingsAreGoneAndNothingElseOfTheMailbox(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
	w.tenant.GiveAway(sandboxgoogle.Jane, sandboxgoogle.Mei)
	others := w.tenant.Snapshot(sandboxgoogle.Jane)
	out := w.exit(t, google.Delegations(w.google), w.id(sandboxgoogle.Jane))
	if !out.Clean() || len(out.Removed) != 11 {
		t.Fatal(out.Removed, out.Left, out.Unverified)
	}
	for id, removal := range out.Removed {
		if removal.Assurance != access.Observed {
			t.Errorf("%s is gone, %s", id, removal.Assurance)
		}
	}
	if left := w.tenant.MailSettings(sandboxgoogle.Jane); len(left) > 0 {
		t.Errorf("left are %v", left)
	}
	// A filter that forwards nothing stays.
	w.tenant.MailFilterID(sandboxgoogle.Jane, "builds@acme.example")
	if w.tenant.Snapshot(sandboxgoogle.Jane) != others {
		t.Error("somebody else was touched")
	}
	sent := w.sent(http.MethodPut, "/autoForwarding")
	if len(sent) != 1 || len(sent[0]) != 1 || sent[0]["enabled"] != false {
		t.Errorf("to turn forwarding off, %v was sent", sent)
	}
	for _, r := range w.server.Requests() {
		if strings.HasPrefix(r.Path, "/gmail/") && !strings.HasPrefix(r.Path, onSettings) {
			t.Errorf("another mailbox than one's own was asked for: %s", r.Path)
		}
	}
}

func TestOfAnAccountThatIsNotActiveMailSettingsAreAsleepAndNeverGone(t *testing.T) {
	t.Parallel()
	for name, put := range map[string]func(*sandboxgoogle.Tenant, string){
		"suspended": (*sandboxgoogle.Tenant).Suspend, "archived": (*sandboxgoogle.Tenant).Archive,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
			c, jane := google.Delegations(w.google), w.id(sandboxgoogle.Jane)
			before := w.labels(t, c, sandboxgoogle.Jane)
			put(w.tenant, sandboxgoogle.Jane)
			if held := w.labels(t, c, sandboxgoogle.Jane); len(held) != 0 {
				t.Errorf("held are %v", held)
			}
			if asked := w.asked(onSettings + "/delegates"); asked != 1 {
				t.Errorf("Gmail was asked %d times, once while active", asked)
			}
			// Between plan and apply: nothing passes for gone, each row says why.
			out := access.Exit{Connector: c, Account: jane, Clock: w.clock}.Run(t.Context(), before, before, nil)
			if len(out.Removed) != 0 || len(out.Left) != len(before) || len(out.Held) != 0 || out.Unverified != nil {
				t.Errorf("removed %v, left %v, held %v, unverified %v", out.Removed, out.Left, out.Held, out.Unverified)
			}
			for _, reason := range out.Left {
				refused(t, reason, access.Blocked, "depends_on")
			}
			_, err := c.Remove(t.Context(), jane, "delegate/"+sandboxgoogle.Omar)
			refused(t, err, access.Blocked, "own name", "depends_on")
			if name == "suspended" {
				w.tenant.Unsuspend(sandboxgoogle.Jane)
			} else {
				w.tenant.Unarchive(sandboxgoogle.Jane)
			}
			if after := w.labels(t, c, sandboxgoogle.Jane); len(after) != len(before) {
				t.Errorf("once it is active, %v is held, and was %v", after, before)
			}
		})
	}
}

func TestAnActiveAccountWithoutAMailboxIsAnErrorAndNotAnEmptyList(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
	w.tenant.SetMailbox(sandboxgoogle.Jane, false)
	listed, err := google.Delegations(w.google).List(t.Context(), w.id(sandboxgoogle.Jane))
	refused(t, err, access.Blocked, "Mail service not enabled", "Turn Gmail on")
	if len(listed) > 0 {
		t.Errorf("listed %v", listed)
	}
}

func TestWhatIsNotTheAnswerOfGmailIsNoEmptyList(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ path, body, says string }{
		"an object of some proxy":   {"/delegates", `{"status":"ok"}`, "other than delegates"},
		"a list of filters":         {"/forwardingAddresses", `{"filter":[]}`, "other than forwardingAddresses"},
		"a list":                    {"/filters", `[]`, "other than an object"},
		"nothing to send as":        {"/sendAs", `{}`, "not that of"},
		"another mailbox":           {"/sendAs", `{"sendAs":[{"sendAsEmail":"mei.tanaka@acme.example","isPrimary":true}]}`, "not that of"},
		"an empty entry":            {"/delegates", `{"delegates":[null]}`, "names nobody"},
		"a delegate without a name": {"/delegates", `{"delegates":[{}]}`, "names nobody"},
		"forwarding to nowhere":     {"/autoForwarding", `{"enabled":true}`, "names nobody"},
		"a filter without an id":    {"/filters", `{"filter":[{"action":{"forward":"x@y"}}]}`, "names nobody"},
		"a field of another type":   {"/filters", `{"filter":{}}`, "can't be read"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
			w.server.Inject(sandbox.Fault{Match: sandbox.PathMatch(onSettings + c.path), Do: sandbox.Status(http.StatusOK, c.body)})
			_, err := google.Delegations(w.google).List(t.Context(), w.id(sandboxgoogle.Jane))
			refused(t, err, access.Malformed, c.says)
		})
	}
}

func TestMailIsAskedForInTheOwnersNameWithOneScopeAtATime(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
	for _, person := range []string{sandboxgoogle.Jane, sandboxgoogle.Mei, sandboxgoogle.Jane} {
		w.labels(t, google.Delegations(w.google), person)
	}
	// One for the directory, two for each person, whose calendars take another scope than their mail, and two for what
	// may stand in the way of moving a calendar.
	if tokens := w.asked("/token"); tokens != 9 {
		t.Errorf("%d access tokens were asked for, want 9", tokens)
	}
	w.tenant.Undelegate("gmail.settings.sharing")
	_, err := google.Delegations(w.google).Remove(t.Context(), w.id(sandboxgoogle.Jane), "delegate/"+sandboxgoogle.Omar)
	refused(t, err, access.Denied, "gmail.settings.sharing", sandboxgoogle.Jane)
	// A filter is changed with the scope by which it is read.
	filter := "filter/" + w.tenant.MailFilterID(sandboxgoogle.Jane, sandboxgoogle.Victor)
	if _, err := google.Delegations(w.google).Remove(t.Context(), w.id(sandboxgoogle.Jane), access.GrantID(filter)); err != nil {
		t.Error(err)
	}
}

func TestARefusalInTheOwnersNameSaysWhoseItIs(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ reason, says string }{
		"the API is off":     {"accessNotConfigured", "Gmail API"},
		"the service is off": {"forbidden", "in the name of " + sandboxgoogle.Jane},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
			w.server.Inject(sandbox.Fault{Match: sandbox.PathMatch(onSettings + "/sendAs"), Do: refusal(http.StatusForbidden, c.reason, "no")})
			_, err := google.Delegations(w.google).List(t.Context(), w.id(sandboxgoogle.Jane))
			refused(t, err, access.Denied, c.says)
		})
	}
}

func TestAForwardingAddressThatIsInUseStaysWithWhatUsesIt(t *testing.T) {
	t.Parallel()
	const address = "forwarding/jane@personal.example"
	for name, keep := range map[string]func(access.GrantID) bool{
		"all mail is forwarded":  func(id access.GrantID) bool { return strings.HasPrefix(string(id), "auto_forwarding/") },
		"filters forward":        func(id access.GrantID) bool { return strings.HasPrefix(string(id), "filter/") },
		"all that uses it stays": func(id access.GrantID) bool { return id != address },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, sandboxgoogle.HandlerOptions{Lag: 1}, nil)
			w.tenant.GiveAway(sandboxgoogle.Jane, sandboxgoogle.Mei)
			c, jane := google.Delegations(w.google), w.id(sandboxgoogle.Jane)
			held := w.labels(t, c, sandboxgoogle.Jane)
			approved, tolerated := access.Holdings{}, access.Holdings{}
			for id, label := range held {
				if keep(id) {
					tolerated[id] = label
				} else {
					approved[id] = label
				}
			}
			out := access.Exit{Connector: c, Account: jane, Clock: w.clock, Patience: time.Minute}.Run(t.Context(), held, approved, nil)
			refused(t, out.Left[address], access.Blocked, "still forwarded there", "tolerate the address")
			for id := range tolerated {
				if out.Held[id] == "" {
					t.Errorf("%s went along", id)
				}
			}
			if len(out.Left) != 1 || len(out.Held) != len(tolerated)+1 {
				t.Errorf("left %v, held %v", out.Left, out.Held)
			}
		})
	}
}

func TestAFilterThatDoesMoreThanForwardSaysThatAllOfItGoes(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
	w.server.Inject(sandbox.Fault{Match: sandbox.PathMatch(onSettings + "/filters"), Do: sandbox.Status(http.StatusOK,
		`{"filter":[{"id":"a","action":{"forward":"x@y.example"}},{"id":"b","action":{"forward":"x@y.example","removeLabelIds":["INBOX"]}}]}`)})
	listed, err := google.Delegations(w.google).List(t.Context(), w.id(sandboxgoogle.Jane))
	if err != nil {
		t.Fatal(err)
	}
	for _, grant := range listed {
		if strings.HasPrefix(string(grant.ID), "filter/") && (grant.Note != "") != (grant.ID == "filter/b") {
			t.Errorf("the note of %s is %q", grant.ID, grant.Note)
		}
	}
}

func TestForwardingToSomebodyElseIsAnotherRow(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
	c, jane := google.Delegations(w.google), w.id(sandboxgoogle.Jane)
	const seen = "auto_forwarding/jane@personal.example"
	held := w.labels(t, c, sandboxgoogle.Jane)
	// After the plan, somebody hands the mail over.
	w.tenant.ForwardMail(sandboxgoogle.Jane, sandboxgoogle.Mei)
	if _, err := c.Remove(t.Context(), jane, seen); err != nil {
		t.Fatal(err)
	}
	out := access.Exit{Connector: c, Account: jane, Clock: w.clock, Patience: time.Minute}.Run(t.Context(), held, access.Holdings{seen: held[seen]}, nil)
	if len(w.sent(http.MethodPut, "/autoForwarding")) > 0 || out.Appeared["auto_forwarding/"+sandboxgoogle.Mei] == "" || out.Held[seen] != "" {
		t.Errorf("appeared %v, held %v", out.Appeared, out.Held)
	}
}

func TestWhatWasTakenAwayBeforeTheAccountWasSuspendedIsAcknowledgedAndTheRestIsLeft(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
	c, jane := google.Delegations(w.google), w.id(sandboxgoogle.Jane)
	held := w.labels(t, c, sandboxgoogle.Jane)
	w.server.Inject(sandbox.Fault{Match: sandbox.Method(http.MethodPut), Do: func(rw http.ResponseWriter, r *http.Request, api http.Handler) {
		api.ServeHTTP(rw, r)
		w.tenant.Suspend(sandboxgoogle.Jane)
	}})
	out := access.Exit{Connector: c, Account: jane, Clock: w.clock, Patience: time.Minute}.Run(t.Context(), held, held, nil)
	if len(out.Removed) != 1 || out.Removed["auto_forwarding/jane@personal.example"].Assurance != access.Acknowledged || len(out.Left) != len(held)-1 {
		t.Errorf("removed %v, left %v", out.Removed, out.Left)
	}
}

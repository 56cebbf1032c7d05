package google_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
	sandboxgoogle "github.com/offboard/terraform-provider-offboard/internal/sandbox/google"
	"github.com/offboard/terraform-provider-offboard/internal/system/google"
)

const (
	jane    access.Person = sandboxgoogle.Jane
	ownCase               = "Legal hold: " + sandboxgoogle.Jane
)

// hold places everything of Jane's in her own matter, and returns that and the holds.
func (w *world) hold(t *testing.T) (access.Matter, map[access.Data]access.HoldID) {
	t.Helper()
	c := google.LegalHolds(w.google)
	m, err := c.OpenMatter(t.Context(), jane, "")
	if err != nil {
		t.Fatal(err)
	}
	placed := map[access.Data]access.HoldID{}
	for _, data := range c.Holdable() {
		h, err := c.Place(t.Context(), w.id(sandboxgoogle.Jane), jane, m.ID, data)
		if err != nil {
			t.Fatal(err)
		}
		placed[data] = h.ID
	}
	return m, placed
}

func TestAHoldLeavesNothingOfAServiceOutAndIsPlacedOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgoogle.HandlerOptions{PageSize: 1}, nil)
	for i := range 30 {
		w.tenant.OpenMatter(fmt.Sprintf("Matter %d", i))
	}
	first, placed := w.hold(t)
	second, again := w.hold(t)
	same(t, "matters", first, second)
	same(t, "holds", placed, again)
	queries := map[string]any{}
	for _, body := range w.sent(http.MethodPost, "/holds") {
		queries[body["corpus"].(string)] = body["query"] //nolint:forcetypeassert // It is checked against the discovery document.
	}
	same(t, "queries", map[string]any{
		"MAIL": nil, "DRIVE": map[string]any{"driveQuery": map[string]any{"includeSharedDriveFiles": true}},
		"HANGOUTS_CHAT": map[string]any{"hangoutsChatQuery": map[string]any{"includeRooms": true}},
	}, queries)
	same(t, "holds placed", 3, len(w.sent(http.MethodPost, "/holds")))
}

func TestAPersonsOwnMatterIsTheOpenOneOfTheirName(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		prepare func(*sandboxgoogle.Tenant)
		want    string
	}{
		"none":             {func(*sandboxgoogle.Tenant) {}, ownCase},
		"open":             {func(x *sandboxgoogle.Tenant) { x.OpenMatter(ownCase) }, ownCase},
		"closed":           {func(x *sandboxgoogle.Tenant) { x.OpenMatter(ownCase); x.CloseMatter(ownCase) }, ownCase + " (2)"},
		"deleted":          {func(x *sandboxgoogle.Tenant) { x.OpenMatter(ownCase); x.DeleteMatter(ownCase) }, ownCase + " (2)"},
		"only the third":   {func(x *sandboxgoogle.Tenant) { x.OpenMatter(ownCase + " (3)") }, ownCase + " (3)"},
		"somebody else's":  {func(x *sandboxgoogle.Tenant) { x.OpenMatter(ownCase + ".uk"); x.OpenMatter(ownCase + " (old)") }, ownCase},
		"in capitals":      {func(x *sandboxgoogle.Tenant) { x.OpenMatter(strings.ToUpper(ownCase)) }, strings.ToUpper(ownCase)},
		"reopened, of two": {func(x *sandboxgoogle.Tenant) { x.OpenMatter(ownCase + " (2)"); x.OpenMatter(ownCase) }, ownCase},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
			c.prepare(w.tenant)
			m, err := google.LegalHolds(w.google).OpenMatter(t.Context(), jane, "")
			if err != nil || m.Name != c.want || !m.Open {
				t.Errorf("got %+v, %v, want %s", m, err, c.want)
			}
		})
	}
}

func TestAHoldOfThatNameThatIsSomethingElseIsLeftAsItIs(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		prepare func(*sandboxgoogle.Tenant)
		says    string
	}{
		"of another service": {func(x *sandboxgoogle.Tenant) { x.HoldOf(ownCase, ownCase+" (mail)", "VOICE", sandboxgoogle.Jane) }, "VOICE"},
		"of a part": {func(x *sandboxgoogle.Tenant) {
			x.HoldOf(ownCase, ownCase+" (mail)", "MAIL", sandboxgoogle.Jane)
			x.NarrowHold(ownCase, ownCase+" (mail)", "the merger")
		}, "only what matches a search"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
			w.tenant.OpenMatter(ownCase)
			c.prepare(w.tenant)
			_, err := google.LegalHolds(w.google).Place(t.Context(), w.id(sandboxgoogle.Jane), jane, access.MatterID(w.tenant.MatterID(ownCase)), access.Mail)
			refused(t, err, access.Blocked, c.says, ownCase)
			if strings.Contains(err.Error(), "merger") {
				t.Errorf("what is searched for is told: %v", err)
			}
			same(t, "holds", []string{ownCase + " (mail)"}, w.tenant.Holds(ownCase))
		})
	}
}

func TestWhatIsNotShownIsNotTakenForGone(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
	m, placed := w.hold(t)
	// To whom Vault does not show a matter it says that there is none.
	delegated := google.LegalHolds(w.connect(t, func(c *google.Config) { c.Admin = sandboxgoogle.Delegated }))
	_, still, err := delegated.Watch(t.Context(), w.id(sandboxgoogle.Jane), m.ID, placed)
	refused(t, err, access.Denied, "not a super administrator")
	same(t, "seen", 0, len(still))
	refused(t, delegated.Release(t.Context(), w.id(sandboxgoogle.Jane), m.ID, placed[access.Mail]), access.Denied, "not a super administrator")
	same(t, "holds", 3, len(w.tenant.Holds(ownCase)))
}

func TestAReleaseThatIsRefusedOrNotAnsweredIsAnErrorAndOneThatWasDoneIsNone(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
	c, id := google.LegalHolds(w.google), w.id(sandboxgoogle.Jane)
	m, placed := w.hold(t)
	w.server.Inject(sandbox.Fault{Match: sandbox.Method(http.MethodDelete), Do: sandbox.Status(403, `{"error":{"code":403,"message":"no","status":"PERMISSION_DENIED"}}`)})
	refused(t, c.Release(t.Context(), id, m.ID, placed[access.Mail]), access.Denied, "Manage Holds")
	w.server.Heal()
	w.server.Inject(sandbox.Fault{Match: sandbox.Method(http.MethodDelete), Times: 1, Do: sandbox.DoneButStatus(503)})
	for _, data := range c.Holdable() {
		if err := c.Release(t.Context(), id, m.ID, placed[data]); err != nil {
			t.Error(err)
		}
		if err := c.Release(t.Context(), id, m.ID, placed[data]); err != nil {
			t.Errorf("again: %v", err)
		}
	}
	_, still, err := c.Watch(t.Context(), id, m.ID, placed)
	same(t, "left", 0, len(still))
	same(t, "error", nil, err)
}

// custodyScopes are those that the page of the resource gives: to watch, and to place.
var custodyScopes = [2][]string{
	{"admin.directory.user.readonly", "ediscovery.readonly", "admin.directory.orgunit.readonly"},
	{"ediscovery"},
}

func TestTheDocumentedScopesOfALegalHoldAreEnoughAndNoneIsTooMuch(t *testing.T) {
	t.Parallel()
	of := documented(t)["legal_hold"]
	if !slices.Equal(of[0], custodyScopes[0]) {
		t.Errorf("documented to watch are %v", of[0])
	}
	all := slices.Concat(custodyScopes[0], custodyScopes[1])
	lead := func(scopes []string) error {
		w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
		w.tenant.Delegate(scopes...)
		c, id := google.LegalHolds(w.google), w.id(sandboxgoogle.Jane)
		m, err := c.OpenMatter(t.Context(), jane, "")
		if err != nil {
			return err
		}
		h, err := c.Place(t.Context(), id, jane, m.ID, access.Mail)
		if err != nil {
			return err
		}
		w.tenant.Delegate(slices.DeleteFunc(slices.Clone(scopes), func(s string) bool { return s == "ediscovery" })...)
		w.google = w.connect(t, nil)
		c = google.LegalHolds(w.google)
		if _, _, err := c.Watch(t.Context(), id, m.ID, map[access.Data]access.HoldID{access.Mail: h.ID}); err != nil {
			return err
		}
		_, err = c.Covering(t.Context(), id)
		return err
	}
	if err := lead(all); err != nil {
		t.Error(err)
	}
	for i, missing := range all {
		refused(t, lead(slices.Delete(slices.Clone(all), i, i+1)), access.Denied, missing)
	}
}

func TestAHoldThatTheSameRunPlacedKeepsWhatIsToGoRightAfterwards(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
	seats := google.Licenses(w.google)
	if _, err := seats.Remove(t.Context(), w.id(sandboxgoogle.Jane), voiceSeat); err != nil {
		t.Fatal(err)
	}
	w.hold(t)
	_, err := seats.Remove(t.Context(), w.id(sandboxgoogle.Jane), workspaceSeat)
	refused(t, err, access.Blocked, ownCase)
}

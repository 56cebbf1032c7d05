package google_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
	sandboxgoogle "github.com/offboard/terraform-provider-offboard/internal/sandbox/google"
	"github.com/offboard/terraform-provider-offboard/internal/system/google"
)

func TestADeviceInTwoListsIsOneRow(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
	held := w.labels(t, google.Devices(w.google), sandboxgoogle.Jane)
	count := map[string]int{}
	for id := range held {
		family, _, _ := strings.Cut(string(id), "/")
		count[family]++
	}
	if len(held) != 6 || count["mobile"] != 2 || count["devices"] != 2 || count["chromeos"] != 2 {
		t.Errorf("held are %v", held)
	}
}

func TestTheAccountIsWipedAndNeverTheDeviceAndAChromebookIsReleased(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
	others := w.tenant.Snapshot(sandboxgoogle.Jane)
	out := w.exit(t, google.Devices(w.google), w.id(sandboxgoogle.Jane))
	if !out.Clean() || len(out.Removed) != 6 {
		t.Fatal(out.Removed, out.Left, out.Unverified)
	}
	for id, removal := range out.Removed {
		want := access.Acknowledged
		if strings.HasPrefix(string(id), "chromeos/") {
			want = access.Observed
		}
		if removal.Assurance != want {
			t.Errorf("%s is gone, %s, want %s", id, removal.Assurance, want)
		}
	}
	for _, body := range w.sent(http.MethodPost, "/action") {
		if len(body) != 1 || body["action"] != "admin_account_wipe" {
			t.Errorf("of a device %v was asked", body)
		}
	}
	for _, r := range w.server.Requests() {
		if strings.HasPrefix(r.Path, "/v1/devices/") && r.Method != http.MethodGet && !strings.Contains(r.Path, "/deviceUsers/") {
			t.Errorf("a whole device was touched: %s %s", r.Method, r.Path)
		}
	}
	want := []string{"Latitude 7440 WIPING", "Pixel 8 WIPING", "Pixel Tablet WIPING", "iPhone 15 WIPING"}
	if got := w.tenant.Devices(sandboxgoogle.Jane); !slices.Equal(got, want) {
		t.Errorf("the devices are %v", got)
	}
	if w.tenant.Snapshot(sandboxgoogle.Jane) != others {
		t.Error("somebody else was touched")
	}
}

func TestAWipeIsObservedOnlyOnceGoogleSaysSoAndADeviceThatIsBackIsARow(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
	c, jane := google.Devices(w.google), w.id(sandboxgoogle.Jane)
	before := w.labels(t, c, sandboxgoogle.Jane)
	out := w.exit(t, c, jane)
	list := func() ([]access.Grant, access.Holdings) {
		listed, err := c.List(t.Context(), jane)
		if err != nil {
			t.Fatal(err)
		}
		return listed, access.Held(listed, out.Marks)
	}
	w.tenant.Sync(sandboxgoogle.Jane, "Pixel 8")
	w.tenant.Sync(sandboxgoogle.Jane, "Latitude 7440")
	listed, held := list()
	assurances := map[access.Assurance]int{}
	for _, removal := range access.Gone(before, listed, held, time.Time{}) {
		assurances[removal.Assurance]++
	}
	if len(held) > 0 || assurances[access.Acknowledged] != 2 || assurances[access.Observed] != 4 {
		t.Errorf("held are %v; gone %v", held, assurances)
	}
	// Somebody approves a device that was wiped.
	w.tenant.SetDeviceState(sandboxgoogle.Jane, "Pixel 8", "APPROVED")
	if _, held = list(); len(held) != 1 {
		t.Errorf("held are %v", held)
	}
}

func TestAWipeThatGoogleDoesNotShowLingersAndIsNotAskedForTwice(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
	// Google takes the request and goes on saying that all is well.
	w.server.Inject(sandbox.Fault{Match: func(r *http.Request) bool { return strings.HasSuffix(r.URL.Path, "/action") }, Do: sandbox.Status(http.StatusNoContent, "")})
	out := w.exit(t, google.Devices(w.google), w.id(sandboxgoogle.Jane))
	if len(out.Left) != 2 || len(out.Removed) != 4 {
		t.Fatal(out.Left, out.Removed)
	}
	for _, reason := range out.Left {
		refused(t, reason, access.Blocked, "does not say that it is doing so", "Admin console")
	}
	w.server.Heal()
	// One that somebody else had wiped already is not wiped again.
	w.tenant.SetDeviceState(sandboxgoogle.Omar, "iPhone 14", "WIPING")
	w.tenant.SetDeviceState(sandboxgoogle.Omar, "MacBook Pro", "WIPING")
	asked := w.asked("/action") + w.asked(":wipe")
	out = w.exit(t, google.Devices(w.google), w.id(sandboxgoogle.Omar))
	if !out.Clean() || w.asked("/action")+w.asked(":wipe") != asked {
		t.Errorf("left %v, asked %d times more", out.Left, w.asked("/action")+w.asked(":wipe")-asked)
	}
}

func TestAReleaseReachesGoogleAsAnEmptyNoteAndSomebodyElsesNoteStays(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
	c := google.Devices(w.google)
	for id, label := range w.labels(t, c, sandboxgoogle.Jane) {
		if strings.HasPrefix(string(id), "chromeos/") {
			for range 2 {
				if _, err := c.Remove(t.Context(), w.id(sandboxgoogle.Jane), id); err != nil {
					t.Fatal(label, err)
				}
			}
		}
	}
	var sent []map[string]any
	for id := range w.labels(t, c, sandboxgoogle.Omar) {
		if _, err := c.Remove(t.Context(), w.id(sandboxgoogle.Jane), id); err != nil {
			t.Error(err)
		}
	}
	for _, r := range w.server.Requests() {
		if r.Method == http.MethodPatch {
			sent = append(sent, nil)
			if r.Body != "{\"annotatedUser\":\"\"}\n" {
				t.Errorf("sent was %q", r.Body)
			}
		}
	}
	if len(sent) != 2 {
		t.Errorf("%d changes were made, want one for each of Jane's", len(sent))
	}
	if got := w.tenant.Devices(sandboxgoogle.Omar); !slices.Equal(got, []string{"Chromebook Plus", "MacBook Pro APPROVED", "iPhone 14 APPROVED"}) {
		t.Errorf("Omar's devices are %v", got)
	}
}

func TestWhatIsNoListOfDevicesIsNoEmptyOne(t *testing.T) {
	t.Parallel()
	const mobile, chromeOS, users = "/admin/directory/v1/customer/*/devices/mobile", "/admin/directory/v1/customer/*/devices/chromeos", "/v1/devices/-/deviceUsers"
	for name, c := range map[string]struct{ path, body, says string }{
		"an object without a kind":   {mobile, `{}`, "other than a list"},
		"a phone without an owner":   {mobile, `{"kind":"admin#directory#mobiledevices","mobiledevices":[{"resourceId":"x"}]}`, "an owner"},
		"an object of some proxy":    {users, `{"status":"ok"}`, "other than deviceUsers"},
		"a user of no device":        {users, `{"deviceUsers":[{"name":"x"}]}`, "user of no device"},
		"a user who is nobody":       {users, `{"deviceUsers":[{"name":"devices/x/deviceUsers/y"}]}`, "who is nobody"},
		"a page that has no end":     {users, `{"nextPageToken":"again"}`, "circle"},
		"a device without an id":     {chromeOS, `{"kind":"admin#directory#chromeosdevices","chromeosdevices":[{}]}`, "without an id"},
		"another device than wanted": {"/v1/devices/*", `{"name":"devices/other"}`, "another device"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
			w.server.Inject(sandbox.Fault{Match: sandbox.PathMatch(c.path), Do: sandbox.Status(http.StatusOK, c.body)})
			_, err := google.Devices(w.google).List(t.Context(), w.id(sandboxgoogle.Jane))
			refused(t, err, access.Malformed, c.says)
		})
	}
}

func TestDevicesAreVerifiedByTheirIdsAndNotBySearching(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgoogle.HandlerOptions{Lag: 1}, nil)
	c, held := google.Devices(w.google), w.labels(t, google.Devices(w.google), sandboxgoogle.Jane)
	before := len(w.server.Requests())
	out := access.Exit{Connector: c, Account: w.id(sandboxgoogle.Jane), Clock: w.clock, Patience: time.Minute}.Run(t.Context(), held, held, nil)
	if !out.Clean() {
		t.Fatal(out.Left, out.Unverified)
	}
	for _, r := range w.server.Requests()[before:] {
		if strings.Contains(r.Path, "query=") || strings.Contains(r.Path, "filter=") {
			t.Errorf("searched: %s", r.Path)
		}
	}
}

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

func TestDevicesAreAskedForWithEverythingThatTellsWhoseTheyAre(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
	if out := w.exit(t, google.Devices(w.google), w.id(sandboxgoogle.Jane)); !out.Clean() {
		t.Fatal(out.Left, out.Unverified)
	}
	for _, r := range w.server.Requests() {
		if r.Method == http.MethodGet && strings.Contains(r.Path, "/admin/directory/v1/customer/my_customer/devices/") && !strings.Contains(r.Path, "projection=FULL") {
			t.Errorf("asked for a part: %s", r.Path)
		}
	}
}

// labelled is the grant of a device whose label begins so.
func labelled(t *testing.T, held access.Holdings, label string) access.GrantID {
	t.Helper()
	for id, l := range held {
		if strings.HasPrefix(l, label) {
			return id
		}
	}
	t.Fatalf("no %s among %v", label, held)
	return ""
}

func TestADeviceThatIsNotFoundIsNoWordOnItsUser(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
	c, held := google.Devices(w.google), w.labels(t, google.Devices(w.google), sandboxgoogle.Jane)
	laptop := labelled(t, held, "Latitude 7440")
	device, _, _ := strings.Cut(string(laptop), "/deviceUsers/")
	w.server.Inject(sandbox.Fault{Match: sandbox.PathMatch("/v1/" + device), Do: sandbox.Status(http.StatusNotFound,
		`{"error":{"code":404,"message":"Requested entity was not found.","status":"NOT_FOUND"}}`)})
	if now := w.labels(t, c, sandboxgoogle.Jane); now[laptop] == "" {
		t.Errorf("held are %v", now)
	}
	out := access.Exit{Connector: c, Account: w.id(sandboxgoogle.Jane), Clock: w.clock, Patience: time.Minute}.Run(
		t.Context(), held, access.Holdings{laptop: held[laptop]}, nil)
	if !out.Clean() || out.Removed[laptop].Assurance != access.Acknowledged || w.asked(":wipe") != 1 {
		t.Errorf("removed %v, left %v, asked %d times to wipe", out.Removed, out.Left, w.asked(":wipe"))
	}
}

func TestDevicesThatTellNoSerialNumberAreNotOne(t *testing.T) {
	t.Parallel()
	const phone = `{"kind":"admin#directory#mobiledevices","mobiledevices":[{"resourceId":"r1","deviceId":"d1","model":"Pixel 8",
		"serialNumber":"unknown","email":["jane.doe@acme.example"],"status":"APPROVED"}]}`
	for name, c := range map[string]struct {
		device string
		rows   int
	}{
		"the same id":                        {`"deviceId":"d1","serialNumber":"other","model":"Pixel 8","ownerType":"BYOD"`, 1},
		"serial numbers that say nothing":    {`"deviceId":"d2","serialNumber":"unknown","model":"Pixel 8","ownerType":"BYOD"`, 2},
		"the company's with the same serial": {`"deviceId":"d1","serialNumber":"unknown","model":"Pixel 8","ownerType":"COMPANY"`, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
			for path, body := range map[string]string{
				"/admin/directory/v1/customer/*/devices/mobile":   phone,
				"/admin/directory/v1/customer/*/devices/chromeos": `{"kind":"admin#directory#chromeosdevices"}`,
				"/v1/devices/-/deviceUsers":                       `{"deviceUsers":[{"name":"devices/a/deviceUsers/b","userEmail":"jane.doe@acme.example"}]}`,
				"/v1/devices/a":                                   `{"name":"devices/a",` + c.device + `}`,
			} {
				w.server.Inject(sandbox.Fault{Match: sandbox.PathMatch(path), Do: sandbox.Status(http.StatusOK, body)})
			}
			if held := w.labels(t, google.Devices(w.google), sandboxgoogle.Jane); len(held) != c.rows {
				t.Errorf("held are %v", held)
			}
		})
	}
}

func TestAWipeIsUnderWayOrDoneOnlyInWordsThatSaySo(t *testing.T) {
	t.Parallel()
	for state, c := range map[string]struct{ rows, asked, left int }{
		"WIPED": {0, 0, 0}, "ACCOUNT_WIPED": {0, 0, 0}, "Account Wiped": {0, 0, 0},
		"WIPING": {1, 0, 0}, "ACCOUNT_WIPING": {1, 0, 0}, "ACCOUNT_WIPE_PENDING": {1, 0, 0},
		"WIPE_FAILED": {1, 1, 1}, "WIPE_CANCELLED": {1, 1, 1}, "": {1, 1, 1},
	} {
		t.Run(state, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
			phone := `"kind":"admin#directory#mobiledevice","resourceId":"r1","model":"Pixel 8","email":["jane.doe@acme.example"],"status":"` + state + `"`
			for path, body := range map[string]string{
				"/admin/directory/v1/customer/*/devices/mobile":    `{"kind":"admin#directory#mobiledevices","mobiledevices":[{` + phone + `}]}`,
				"/admin/directory/v1/customer/*/devices/mobile/r1": `{` + phone + `}`,
				"/admin/directory/v1/customer/*/devices/chromeos":  `{"kind":"admin#directory#chromeosdevices"}`,
				"/v1/devices/-/deviceUsers":                        `{}`,
			} {
				w.server.Inject(sandbox.Fault{Match: sandbox.PathMatch(path), Do: sandbox.Status(http.StatusOK, body)})
			}
			w.server.Inject(sandbox.Fault{Match: sandbox.PathMatch("/admin/directory/v1/customer/*/devices/mobile/r1/action"), Do: sandbox.Status(http.StatusNoContent, "")})
			rows := len(w.labels(t, google.Devices(w.google), sandboxgoogle.Jane))
			out := w.exit(t, google.Devices(w.google), w.id(sandboxgoogle.Jane))
			if asked := w.asked("/action"); rows != c.rows || asked != c.asked || len(out.Left) != c.left || len(out.Removed) != c.rows-c.left {
				t.Errorf("%d rows, asked %d times, left %v, removed %v", rows, asked, out.Left, out.Removed)
			}
		})
	}
}

// noted puts these in place of Google's answers on a phone that is noted of an address.
func (w *world) noted(address string) {
	phone := `"kind":"admin#directory#mobiledevice","resourceId":"r1","model":"Pixel 8","email":["` + address + `"],"status":"APPROVED"`
	used := `"name":"devices/a/deviceUsers/b","userEmail":"` + address + `","managementState":"APPROVED"`
	note := `"kind":"admin#directory#chromeosdevice","deviceId":"c1","annotatedUser":"` + address + `"`
	// A search finds what is noted so, and no more.
	found := func(r *http.Request) bool {
		return strings.Contains(r.URL.RawQuery, "%3A"+strings.ReplaceAll(address, "@", "%40"))
	}
	for path, bodies := range map[string][2]string{
		"/admin/directory/v1/customer/*/devices/mobile": {
			`{"kind":"admin#directory#mobiledevices"}`, `{"kind":"admin#directory#mobiledevices","mobiledevices":[{` + phone + `}]}`,
		},
		"/v1/devices/-/deviceUsers": {`{}`, `{"deviceUsers":[{` + used + `}]}`},
		"/admin/directory/v1/customer/*/devices/chromeos": {
			`{"kind":"admin#directory#chromeosdevices"}`, `{"kind":"admin#directory#chromeosdevices","chromeosdevices":[{` + note + `}]}`,
		},
	} {
		w.server.Inject(sandbox.Fault{Match: sandbox.All(sandbox.PathMatch(path), found), Do: sandbox.Status(http.StatusOK, bodies[1])})
		w.server.Inject(sandbox.Fault{Match: sandbox.PathMatch(path), Do: sandbox.Status(http.StatusOK, bodies[0])})
	}
	for path, body := range map[string]string{
		"/admin/directory/v1/customer/*/devices/mobile/r1": phone, "/v1/devices/a/deviceUsers/b": used,
		"/admin/directory/v1/customer/*/devices/chromeos/c1": note, "/v1/devices/a": `"name":"devices/a","model":"Pixel 8","ownerType":"COMPANY"`,
	} {
		w.server.Inject(sandbox.Fault{Match: sandbox.PathMatch(path), Do: sandbox.Status(http.StatusOK, "{"+body+"}")})
	}
}

func TestADeviceThatIsNotedOfAnAliasIsARowAndNeitherGoneNorWiped(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
	const former = "jane.before@acme.example"
	w.tenant.AddAlias(sandboxgoogle.Jane, former)
	w.noted(former)
	c, jane := google.Devices(w.google), w.id(sandboxgoogle.Jane)
	held := w.labels(t, c, sandboxgoogle.Jane)
	if len(held) != 3 {
		t.Fatalf("held are %v", held)
	}
	out := w.exit(t, c, jane)
	if len(out.Left) != 3 || len(out.Held) != 3 || len(out.Removed) != 0 {
		t.Errorf("removed %v, left %v, held %v", out.Removed, out.Left, out.Held)
	}
	for id := range held {
		refused(t, out.Left[id], access.Blocked, former, "Admin console")
		_, err := c.Remove(t.Context(), jane, id)
		refused(t, err, access.Blocked, former)
	}
	for _, r := range w.server.Requests() {
		if r.Method != http.MethodGet && !strings.HasSuffix(r.Path, "/token") {
			t.Errorf("changed something: %s %s", r.Method, r.Path)
		}
	}
}

func TestDevicesAreBelievedOfWhoIsShownThoseOfEveryUnit(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		scope    string
		believed bool
	}{
		"the whole organization": {`"scopeType":"CUSTOMER"`, true},
		"one unit":               {`"scopeType":"ORG_UNIT","orgUnitId":"03ph8a2z"`, false},
		"nobody says":            {`"orgUnitId":"03ph8a2z"`, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, sandboxgoogle.HandlerOptions{}, func(c *google.Config) { c.Admin = sandboxgoogle.Delegated })
			for path, body := range map[string]string{
				"/admin/directory/v1/customer/*/devices/mobile":            `{"kind":"admin#directory#mobiledevices"}`,
				"/admin/directory/v1/customer/*/devices/chromeos":          `{"kind":"admin#directory#chromeosdevices"}`,
				"/v1/devices/-/deviceUsers":                                `{}`,
				"/admin/directory/v1/customer/my_customer/roles":           `{"kind":"admin#directory#roles","items":[{"roleId":"2"}]}`,
				"/admin/directory/v1/customer/my_customer/roleassignments": `{"kind":"admin#directory#roleAssignments","items":[{"roleAssignmentId":"1","roleId":"2","assignedTo":"3",` + c.scope + `}]}`,
			} {
				w.server.Inject(sandbox.Fault{Match: sandbox.PathMatch(path), Do: sandbox.Status(http.StatusOK, body)})
			}
			devices := google.Devices(w.google)
			listed, err := devices.List(t.Context(), w.id(sandboxgoogle.Jane))
			var again error
			if rechecker, ok := devices.(access.Rechecker); ok {
				_, again = rechecker.Recheck(t.Context(), w.id(sandboxgoogle.Jane), nil)
			}
			switch {
			case c.believed && (err != nil || again != nil || len(listed) > 0):
				t.Errorf("got %v, %v, and then %v", listed, err, again)
			case !c.believed:
				refused(t, err, access.Denied, "only part of the mobile devices")
				refused(t, again, access.Denied, "only part of the mobile devices")
			}
		})
	}
}

func TestWhatAWipeTakesAlongIsSaidOfEachSortOfDevice(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
	listed, err := google.Devices(w.google).List(t.Context(), w.id(sandboxgoogle.Jane))
	if err != nil {
		t.Fatal(err)
	}
	for _, grant := range listed {
		family, _, _ := strings.Cut(string(grant.ID), "/")
		says := map[string]string{"mobile": "What is private on it is not touched", "devices": "its profile", "chromeos": "stays enrolled"}[family]
		if !strings.Contains(grant.Note, says) {
			t.Errorf("the note of %s is %q", grant.ID, grant.Note)
		}
	}
}

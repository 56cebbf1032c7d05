package google_test

import (
	"net/http"
	"strings"
	"testing"

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

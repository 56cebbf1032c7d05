package provider_test

import (
	"net/http"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox/google"
)

func TestADeviceThatASearchMissesIsAskedForBeforeItIsSaidToBeGone(t *testing.T) {
	t.Parallel()
	w := newGoogleWorld(t)
	const devices = "offboard_devices.this"
	config := w.config(oneIn("google", "devices", google.Jane, terminated))
	adopted := resource.TestStep{Config: config, ExpectNonEmptyPlan: true, Check: expectAccess(devices, everyInGoogle["devices"].holds...)}
	missed := resource.TestStep{
		PreConfig: func() {
			w.server.Inject(sandbox.Fault{
				Match: sandbox.PathMatch("/admin/directory/v1/customer/*/devices/chromeos"),
				Do:    sandbox.Status(http.StatusOK, `{"kind":"admin#directory#chromeosdevices"}`),
			})
		},
		RefreshState: true, ExpectNonEmptyPlan: true,
		Check: resource.ComposeTestCheckFunc(expectAccess(devices, everyInGoogle["devices"].holds...), expectAttribute(devices, "removed.%", "0")),
	}
	w.below(adopted, missed)
}

package provider_test

import (
	"os"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/offboard/terraform-provider-offboard/internal/provider/providertest"
)

// below runs the steps below the CLI, in the tests' own process, which takes a hundredth of the time: it is for what the
// provider does and says, where run is for what the CLI makes of it. With OFFBOARD_TEST_CLI in the environment it is the
// same as run, so that what is tested here can be held against a real CLI, and is before a release.
func (w *world) below(steps ...resource.TestStep) {
	w.Helper()
	if os.Getenv("OFFBOARD_TEST_CLI") != "" {
		w.run(steps...)
		return
	}
	providertest.Run(w.T, w.providers(), steps...)
}

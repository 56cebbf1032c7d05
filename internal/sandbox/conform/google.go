package conform

import (
	"testing"

	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
)

// Google returns a check of single exchanges.
func Google(t testing.TB) func(sandbox.Exchange) {
	t.Helper()
	return func(sandbox.Exchange) {}
}

// Package sandboxtest breaks sandboxes in the ways that the conformance suite of connectors tries.
package sandboxtest

import (
	"net/http"

	"github.com/offboard/terraform-provider-offboard/internal/access/accesstest"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
)

// An Answer is what a sandbox answers with in place of its own.
type Answer = func(w http.ResponseWriter, r *http.Request, api http.Handler)

// Breakages are how a vendor's API fails: locked, forbidden and unwell are the vendor's own words, and the rest is the same
// for all.
type Breakages map[accesstest.Breakage]Answer

// NewBreakages are those of one vendor.
func NewBreakages(locked, forbidden, unwell Answer) Breakages {
	return Breakages{
		accesstest.Locked:    locked,
		accesstest.Forbidden: forbidden,
		accesstest.Unwell:    unwell,
		accesstest.Silent:    sandbox.ResetConnection(),
		accesstest.Foreign:   sandbox.HTML404(),
		accesstest.Torn:      sandbox.Truncated(),
		accesstest.Empty:     sandbox.EmptyBody(),
	}
}

// Of makes every call to a server fail from now on, in the way that is asked for.
func (b Breakages) Of(server *sandbox.Server) func(accesstest.Breakage) {
	return func(how accesstest.Breakage) { server.Inject(sandbox.Fault{Do: b[how]}) }
}

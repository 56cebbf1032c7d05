// Package google is a Google Workspace tenant of one small company, behind Google's own HTTP API: the Directory
// API, Gmail's settings, Cloud Identity's devices, Vault's holds, shared drives, calendars and who they are shared with,
// Data Transfer with what it moves of Drive, Calendar and Looker Studio, the License Manager API, the OAuth token
// endpoint with domain-wide delegation, and the one method of iamcredentials that keyless delegation needs.
//
// A Tenant is the state; Handler serves it. It is meant to be so faithful that a test against it can be
// trusted: real paths, paging, error bodies and reasons, and the odd behaviours that an exit runs into. What
// Google does not document does not exist here. In tests every exchange is checked against Google's own
// discovery documents (package conform).
//
// In comments, google.md is internal/system/google/google.md, where the evidence for each behaviour is; [DISC]
// is the discovery document in google.golang.org/api, and [GAM] what GAM-team/GAM knows from the field. Where
// none says what Google does, the comment says that it is a guess.
//
// Administrators, other systems and the people themselves go on changing a tenant while the provider works in
// it. The methods of Tenant that change it are what they do, each one line to call, by address and by name.
// They and the ones that read are for tests: they panic when a name is wrong, since that is a mistake in the
// test.
package google

import (
	"errors"
	"time"

	"github.com/offboard/terraform-provider-offboard/internal/clock"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
)

// A Tenant is one Google Workspace customer. It is safe for concurrent use.
type Tenant struct{ *sandbox.Box[state] }

// Load reads a tenant that Save wrote.
func Load(path string, clk clock.Clock) (*Tenant, error) {
	box, err := sandbox.LoadBox(path, clk, func(s *state) error {
		if s.CustomerID == "" || s.Users == nil {
			return errors.New("it has no customer id and no users")
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &Tenant{box}, nil
}

// change is how everything but the API changes the tenant.
func (t *Tenant) change(f func(s *state, now time.Time)) { t.Change(f) }

// read is how everything but the API looks at the tenant.
func read[T any](t *Tenant, f func(s *state) T) T { return sandbox.Look(t.Box, f) }

// Package okta is an Okta org of one small company, behind Okta's own HTTP API.
//
// An Org is the state; Handler serves it. It is meant to be so faithful that a test against it can be
// trusted: real paths, paging, error bodies, status codes and rate-limit headers, and the odd behaviours that
// an exit runs into. What Okta does not document does not exist here. In tests every exchange is checked
// against Okta's own API description (package conform).
//
// In comments, okta.md is internal/system/okta/okta.md, where the evidence for each behaviour is; "Okta's document" is okta/api/openapi.yaml of okta-sdk-golang/v6. Where neither says what
// Okta does, the comment says that it is a guess.
//
// Administrators, other systems and the people themselves go on changing an org while the provider works in
// it. The methods of Org that change it are what they do, each one line to call, by login and by name. They
// and the ones that read are for tests: they panic when a name is wrong, since that is a mistake in the test.
package okta

import (
	"errors"
	"time"

	"github.com/offboard/terraform-provider-offboard/internal/clock"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
)

// An Org is one Okta org. It is safe for concurrent use.
type Org struct{ *sandbox.Box[state] }

// The two engines an org can run on, as /.well-known/okta-organization calls them.
const (
	IdentityEngine = "idx"
	ClassicEngine  = "v1"
)

// Load reads an org that Save wrote.
func Load(path string, clk clock.Clock) (*Org, error) {
	box, err := sandbox.LoadBox(path, clk, func(s *state) error {
		if s.ID == "" || s.Users == nil {
			return errors.New("it has no org id and no users")
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &Org{box}, nil
}

// change is how everything but the API changes the org.
func (o *Org) change(f func(s *state, now time.Time)) { o.Change(f) }

// read is how everything but the API looks at the org.
func read[T any](o *Org, f func(s *state) T) T { return sandbox.Look(o.Box, f) }

// Package github is an organization on GitHub of one small company, behind GitHub's own REST and GraphQL APIs.
//
// An Org is the state; Handler serves it. Paths, pages, error bodies, status codes and headers are GitHub's, with the odd
// behaviours that an exit runs into. What GitHub does not document does not exist here. In tests every exchange is checked
// against GitHub's own descriptions: the OpenAPI document for REST, the schema for GraphQL (package conform).
//
// In comments, github.md is internal/system/github/github.md, where the evidence for each behaviour is. Where neither that
// nor GitHub's document says what GitHub does, the comment says that it is a guess.
//
// Administrators and the people themselves go on changing an organization while the provider works in it. The methods of
// Org that change it are what they do, by the work email of a person and by the name of a thing. They and the ones that
// read are for tests: they panic when a name is wrong, since that is a mistake in the test.
package github

import (
	"errors"
	"time"

	"github.com/offboard/terraform-provider-offboard/internal/clock"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
)

// An Org is one organization, with the accounts of GitHub that have to do with it. It is safe for concurrent use.
type Org struct{ *sandbox.Box[state] }

// Load reads an organization that Save wrote.
func Load(path string, clk clock.Clock) (*Org, error) {
	box, err := sandbox.LoadBox(path, clk, func(s *state) error {
		if s.Login == "" || s.Users == nil {
			return errors.New("it has no login and no users")
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &Org{box}, nil
}

// change is how everything but the API changes the organization.
func (o *Org) change(f func(s *state, now time.Time)) { o.Change(f) }

// look is how everything but the API looks at the organization.
func look[T any](o *Org, f func(s *state) T) T { return sandbox.Look(o.Box, f) }

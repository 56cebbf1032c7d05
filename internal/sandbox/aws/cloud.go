// Package aws is one AWS account of one small company, which is also the management account of its organisation, behind
// AWS's own HTTP APIs: IAM and STS (query protocol), Secrets Manager, IAM Identity Center and its identity store (JSON 1.1).
//
// A Cloud is the state; Handler serves it. Requests have to be signed (Signature Version 4) with a key that the account
// knows, no longer than five minutes ago, and what the caller may do follows from its policies. What AWS does not document
// does not exist here. In tests every exchange is checked against AWS's own API models (package conform).
//
// In comments, aws.md is internal/system/aws/aws.md, where the evidence for each behaviour is. Where it does not say what
// AWS does, the comment says that it is a guess.
//
// The methods that change a Cloud are what administrators and people do meanwhile; they and those that read are for tests,
// and panic when a name is wrong, since that is a mistake in the test.
package aws

import (
	"errors"
	"time"

	"github.com/offboard/terraform-provider-offboard/internal/clock"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
)

// A Cloud is one AWS account with its Identity Center. It is safe for concurrent use.
type Cloud struct{ *sandbox.Box[state] }

// Load reads an account that Save wrote.
func Load(path string, clk clock.Clock) (*Cloud, error) {
	box, err := sandbox.LoadBox(path, clk, func(s *state) error {
		if s.Users == nil || s.Roles == nil {
			return errors.New("it has no users and no roles")
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &Cloud{box}, nil
}

// IAM is the account as the system aws sees it, which says who is who by the ids of IAM.
type IAM struct{ *Cloud }

// Center is the organisation as the system aws_identity_center sees it, which says it by those of the identity store.
type Center struct{ *Cloud }

// change is how administrators and people change the state.
func (c *Cloud) change(f func(s *state, now time.Time)) { c.Change(f) }

// read is how tests look at the state.
func read[T any](c *Cloud, f func(s *state) T) T { return sandbox.Look(c.Box, f) }

func newCloud(clk clock.Clock, s *state) *Cloud { return &Cloud{sandbox.NewBox(clk, s)} }

// Package scim connects the model to any application that speaks SCIM 2.0 (RFC 7643, RFC 7644): Slack, Zoom and the like.
//
// The standard leaves open what matters most in an exit, and vendors go their own ways in the rest (scim.md): what an
// inactive account is, whether a deleted one comes back, which filters are obeyed, and how one member is taken out of a
// group. What is known of a vendor is a Profile, which is data; without one only what the standard guarantees is done.
//
// Nothing a server says is believed for being said. A filter may be ignored, and answer with everybody, or be answered
// with nobody; pages may repeat or leave out; a group may show no members. So whoever a filter finds has to carry the
// address that was asked for; that nobody does is believed of a whole list, whose size is as announced, or of a filter
// that finds somebody who is known to be there; and what is not found by its id is gone if others are found by theirs.
package scim

import (
	"context"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/memo"
	"github.com/offboard/terraform-provider-offboard/internal/transport"
)

// A SCIM is one application, seen with one token. It is safe for concurrent use.
//
// What it remembers for the length of a run is how the application behaves, and who is who. What an account holds is
// asked anew each time.
type SCIM struct {
	config    Config
	profile   Profile
	transport *transport.Transport
	client    *http.Client

	features   memo.Once[features]
	caller     memo.Once[access.AccountID]
	found      memo.Map[access.Person, finding]
	everyone   memo.Once[[]*user]
	obeys      memo.Map[string, error]
	shows      memo.Map[string, bool]
	membership memo.Once[error]
	// filtersMembers says that the standard's filter for members finds nobody who does not exist.
	filtersMembers memo.Once[bool]

	// plain says that the application refused the media type of SCIM, and takes application/json.
	plain atomic.Bool

	// removals keeps removals from groups and from the attributes of users one after the other, so that what is missing
	// afterwards is the doing of one.
	removals sync.Mutex
	// harm is what a removal took along. Once there is any, no group and no attribute is touched any more.
	harm atomic.Pointer[access.Error]
	// puts keeps those who put a resource back from putting back what another has changed in between.
	puts sync.Mutex
}

// New connects to the application. It sends nothing yet. The configuration is one that Validate returned.
func New(c Config) *SCIM {
	s := &SCIM{config: c, profile: profiles[c.Profile]}
	if s.profile.Vendor == "" {
		s.profile.Vendor = c.Name
	}
	s.transport = transport.New(transport.Options{
		Vendor: transport.Vendor{
			Name: s.profile.Vendor, Hint: hint,
			Apart: func(*http.Request) (string, time.Duration) { return "", s.profile.Apart },
		},
		Clock:    c.Clock,
		ReadOnly: c.ReadOnly,
		Secrets:  []string{c.Token},
		Log:      c.Log,
	})
	s.client = s.transport.Client()
	return s
}

// hint is what to look at when something answers that is not SCIM.
const hint = "Check that url is the SCIM base URL of the application, such as https://api.slack.com/scim/v2, and that no proxy or login page answers in its place."

// Caller returns the account that the token is of, where the application says (/Me, RFC 7644 3.11). Most don't have it.
func (s *SCIM) Caller(ctx context.Context) (access.AccountID, bool, error) {
	if s.profile.NoMe {
		return "", false, nil
	}
	id, err := s.caller.Get(ctx, func() (access.AccountID, error) {
		me, err := get[user](ctx, s, "find out whose the token is", "/Me", nil)
		switch kind := access.KindOf(err); {
		case err == nil:
			return access.AccountID(me.ID), nil
		case kind == access.NotFound, kind == access.NotAvailable, kind == access.Blocked, kind == access.Malformed, forbidden(err):
			// Not implemented, in one of the ways in which servers say so, a redirect and a page of HTML among them.
			return "", nil
		}
		return "", err
	})
	return id, id != "", err
}

package aws_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
	sandboxaws "github.com/offboard/terraform-provider-offboard/internal/sandbox/aws"
	"github.com/offboard/terraform-provider-offboard/internal/system/aws"
)

func TestARoleThatCanNotBeAssumedIsNamedWithTheRightThatItTakes(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxaws.HandlerOptions{}, func(l *aws.Login, _ *aws.IAMConfig) { l.AssumeRole = sandboxaws.RoleARN })
	w.cloud.Allow("iam:*")
	_, err := aws.Keys(w.iam).List(t.Context(), w.id(sandboxaws.Jane))
	if access.KindOf(err) != access.Denied || !strings.Contains(err.Error(), "sts:AssumeRole") || !strings.Contains(err.Error(), sandboxaws.RoleARN) {
		t.Errorf("got %v", err)
	}
}

func TestACredentialThatExpiresOnTheWayLosesNothing(t *testing.T) {
	t.Parallel()
	w := signedIn(t, "deploy", "pipeline", "")
	jane := w.id(sandboxaws.Jane)
	held := access.Held(list(w, aws.Keys(w.iam), jane), nil)
	deleted := 0
	w.server.Inject(sandbox.Fault{Match: asks("DeleteAccessKey"), Do: func(rw http.ResponseWriter, r *http.Request, next http.Handler) {
		next.ServeHTTP(rw, r)
		if deleted++; deleted == 1 {
			w.clock.Advance(13 * time.Hour)
		}
	}})
	out := access.Exit{Connector: aws.Keys(w.iam), Account: jane, Clock: w.clock}.Run(t.Context(), held, held, nil)
	if access.KindOf(out.Unverified) != access.Denied || !strings.Contains(out.Unverified.Error(), "temporary one when it expires") {
		t.Errorf("unverified: %v", out.Unverified)
	}
	if len(out.Held) != len(held) || len(out.Removed) != 0 || deleted != 1 {
		t.Errorf("held %v, removed %v after %d deletions", out.Held, out.Removed, deleted)
	}
	w.connect(t, nil)
	out = access.Exit{Connector: aws.Keys(w.iam), Account: jane, Clock: w.clock}.Run(t.Context(), out.Held, out.Held, nil)
	if !out.Clean() || len(out.Held) != 0 || len(out.Removed) != len(held) {
		t.Errorf("with another credential: held %v, left %v", out.Held, out.Left)
	}
}

// The second page is refused: what the first one had is not the list.
func TestAListWhoseSecondPageIsRefusedIsNoList(t *testing.T) {
	t.Parallel()
	forEveryKind(t, func(t *testing.T, k prepared) {
		w := k.world(t, sandboxaws.HandlerOptions{PageSize: 1}, nil)
		connector, id := k.of(w)
		pages := map[string]int{}
		w.server.Inject(sandbox.Fault{
			Match: func(r *http.Request) bool {
				for _, name := range []string{"ListAccessKeys", "ListMFADevices", "ListGroupsForUser", "ListUserPolicies", "ListSecrets", "ListGroupMembershipsForMember",
					"ListAccountAssignmentsForPrincipal", "ListUsers"} {
					if asks(name)(r) {
						pages[name]++
						return pages[name] == 2
					}
				}
				return false
			},
			Do: refusal(http.StatusForbidden, "ExpiredToken", "ExpiredTokenException"),
		})
		if rows, err := connector.List(t.Context(), id); err == nil && len(pages) > 0 && !k.single {
			t.Errorf("rows %v", rows)
		} else if err != nil && access.KindOf(err) != access.Denied {
			t.Error(err)
		}
	})
}

// Every call is a POST to the same place: which of them failed is in what they are for.
func TestAnAWSThatIsDownIsNotWaitedForByEverybody(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxaws.HandlerOptions{}, nil)
	people := []string{sandboxaws.Jane, sandboxaws.Mei, sandboxaws.Omar, sandboxaws.Noah}
	for _, email := range people {
		list(w, aws.GroupMembership(w.iam), w.id(email))
	}
	w.server.Inject(sandbox.Fault{Do: refusal(http.StatusServiceUnavailable, "ServiceUnavailable", "")})
	var attempts []int
	for _, email := range people {
		before := len(w.asked())
		if _, err := aws.GroupMembership(w.iam).List(t.Context(), w.id(email)); access.KindOf(err) != access.Unavailable {
			t.Errorf("%s: %v", email, err)
		}
		attempts = append(attempts, len(w.asked())-before)
	}
	if attempts[0] < 3 || attempts[2] != 1 || attempts[3] != 1 {
		t.Errorf("attempts %v", attempts)
	}
}

func TestWhatAWSShowsLateIsWaitedFor(t *testing.T) {
	t.Parallel()
	forEveryKind(t, func(t *testing.T, k prepared) {
		w := k.world(t, sandboxaws.HandlerOptions{Lag: 4}, nil)
		connector, id := k.of(w)
		held := access.Held(list(w, connector, id), nil)
		out := access.Exit{Connector: connector, Account: id, Clock: w.clock, Patience: 5 * time.Minute, Limit: time.Hour}.Run(t.Context(), held, held, nil)
		if !out.Clean() || len(out.Held) != 0 {
			t.Errorf("held %v, left %v, unverified %v", out.Held, out.Left, out.Unverified)
		}
	})
}

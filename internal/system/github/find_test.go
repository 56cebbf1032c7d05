package github_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/access/accesstest"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
	sandboxgithub "github.com/offboard/terraform-provider-offboard/internal/sandbox/github"
	"github.com/offboard/terraform-provider-offboard/internal/system/github"
)

const nobody = "nobody@acme.example"

func TestAnAddressLeadsToWhomGitHubLinksItTo(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgithub.HandlerOptions{PageSize: 3}, nil)
	for email, want := range map[access.Person]access.AccountID{
		sandboxgithub.Jane:    w.id(sandboxgithub.Jane), // by the single sign-on
		sandboxgithub.Mei:     w.id(sandboxgithub.Mei),  // by a verified domain
		sandboxgithub.Invited: access.AccountID(w.org.InvitationID(sandboxgithub.Invited)),
	} {
		found, err := w.github.Find(t.Context(), email)
		if err != nil || found.ID != want || !found.Own(email) || !found.Active {
			t.Errorf("%s leads to %+v (%v), want %s", email, found, err, want)
		}
	}
}

func TestAnAddressThatGitHubLinksToNobodyIsNotNobodys(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgithub.HandlerOptions{PageSize: 3}, nil)
	for _, email := range []access.Person{sandboxgithub.Unlinked, nobody} {
		_, err := w.github.Find(t.Context(), email)
		if access.KindOf(err) != access.Blocked || !errors.Is(err, access.ErrUnresolved) || !strings.Contains(err.Error(), "quinn-abbott") {
			t.Errorf("%s: got %v", email, err)
		}
	}
	// Once GitHub knows the address of everybody, that one is nobody's is an answer.
	w.org.Link(sandboxgithub.Unlinked)
	w.org.Grant(sandboxgithub.Contractor, "website", "")
	if _, err := w.connect(t, nil).Find(t.Context(), nobody); access.KindOf(err) != access.NotFound {
		t.Errorf("got %v", err)
	}
}

func TestWithoutSingleSignOnAnAddressIsUnresolvedAndAPinnedAccountIsNot(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgithub.HandlerOptions{PageSize: 3}, nil)
	w.org.SetSAML(false)
	if _, err := w.github.Find(t.Context(), sandboxgithub.Jane); !errors.Is(err, access.ErrUnresolved) {
		t.Errorf("got %v", err)
	}
	if found, err := w.github.Find(t.Context(), sandboxgithub.Mei); err != nil || found.ID != w.id(sandboxgithub.Mei) {
		t.Errorf("by the verified domain: %v, %v", found, err)
	}
	found, err := w.github.Get(t.Context(), w.id(sandboxgithub.Jane))
	if err != nil || !slices.Equal(found.Names, []string{"jane-doe"}) || !found.Active {
		t.Errorf("by the id: %+v, %v", found, err)
	}
	listed, err := github.Tokens(w.github).List(t.Context(), w.id(sandboxgithub.Jane))
	if err != nil || len(listed) != 2 || !strings.HasPrefix(listed[0].Label, "jane-c") {
		t.Errorf("without single sign-on her tokens are %v (%v)", listed, err)
	}
}

func TestALoginIsRefusedWithTheIDItHasNow(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgithub.HandlerOptions{}, nil)
	if _, err := w.github.Get(t.Context(), "jane-doe"); access.KindOf(err) != access.Blocked || !strings.Contains(err.Error(), `account = "`+w.org.UserID(sandboxgithub.Jane)+`"`) {
		t.Errorf("got %v", err)
	}
	if _, err := w.github.Get(t.Context(), "no-such-login"); access.KindOf(err) != access.Blocked || !strings.Contains(err.Error(), "/users/LOGIN") {
		t.Errorf("got %v", err)
	}
}

func TestWhatIsNotAnIDNeverReachesAPath(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgithub.HandlerOptions{}, nil)
	for _, id := range []access.AccountID{"", "0", "-1", "1/../2", "a/../../orgs/acme", "a b#c", "jane@acme.example", "invitation/", "invitation/1/2", "99999999999999999999"} {
		if _, err := w.github.Get(t.Context(), id); access.KindOf(err) != access.Blocked {
			t.Errorf("%q: got %v", id, err)
		}
	}
	for _, grant := range []access.GrantID{"", "key/1", "key/1/2/3", "key/../1", "repo/x", "pat/1/../2", "authorization/", "invitation/x", "actions/org/NAME", "environment/1/NAME@2026-01-01T00:00:00Z"} {
		for name, kind := range kinds {
			if name == "licenses" || name == "account, a managed user" || name == "group membership" || name == "group ownership" {
				continue // There is one grant, or it is looked for among those that there are.
			}
			connector := kind.connect(w.github)
			if kind.dispose != "" {
				connector = account(w.github)
			}
			if _, err := connector.Remove(t.Context(), w.id(sandboxgithub.Jane), grant); access.KindOf(err) != access.Blocked {
				t.Errorf("%s, %q: got %v", name, grant, err)
			}
		}
	}
	if writes := w.writes(); len(writes) != 0 {
		t.Errorf("wrote %v", writes)
	}
}

func TestARenamedPersonIsStillThemAndWhoTakesTheLoginIsNot(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgithub.HandlerOptions{}, nil)
	handedOver(w.org)
	jane := w.id(sandboxgithub.Jane)
	w.org.Rename(sandboxgithub.Jane, "jane-married")
	w.org.Take("jane-doe")
	found, err := w.github.Get(t.Context(), jane)
	if err != nil || !slices.Contains(found.Names, "jane-married") {
		t.Errorf("got %+v, %v", found, err)
	}
	if _, err := account(w.github).Remove(t.Context(), jane, "membership"); err != nil {
		t.Error(err)
	}
	if w.org.Membership(sandboxgithub.Jane) != "" || !slices.Contains(w.writes(), "DELETE /orgs/acme/memberships/jane-married") {
		t.Errorf("wrote %v", w.writes())
	}
}

func TestWhoHasLeftHasAnAccountThatIsNoMembers(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgithub.HandlerOptions{}, nil)
	jane := w.id(sandboxgithub.Jane)
	w.org.RemoveMember(sandboxgithub.Jane)
	found, err := w.github.Get(t.Context(), jane)
	if err != nil || found.Active || found.Status != "not a member" {
		t.Errorf("got %+v, %v", found, err)
	}
	listed, err := github.Keys(w.github).List(t.Context(), jane)
	if err != nil || len(listed) != 2 {
		t.Errorf("the keys she added are %v (%v)", listed, err)
	}
	w.org.DeleteUser(sandboxgithub.Jane)
	if _, err := w.github.Get(t.Context(), jane); access.KindOf(err) != access.NotFound {
		t.Errorf("of a deleted account: %v", err)
	}
}

func TestTheRollConforms(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*github.Config){"of people's own accounts": nil, "of managed users": managed} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			accesstest.RunRoll(t, func(t *testing.T) accesstest.RollSubject {
				t.Helper()
				w := newWorld(t, sandboxgithub.HandlerOptions{Lag: 1, PageSize: 7}, change)
				inactive := access.AccountID("")
				if change != nil {
					w.org.Manage()
					w.org.Suspend(sandboxgithub.Jane)
					inactive = w.id(sandboxgithub.Jane)
				}
				return accesstest.RollSubject{
					Registrar: w.github, Inactive: inactive, Break: breakages.Of(w.server),
					Everybody: func() (ids []access.AccountID) {
						for _, person := range sandbox.Acme().People {
							switch email := person.Email; {
							case change == nil && email == sandboxgithub.Invited:
								ids = append(ids, access.AccountID(w.org.InvitationID(email)))
							case change != nil || w.org.Belongs(email):
								ids = append(ids, w.id(email))
							}
						}
						return ids
					},
				}
			})
		})
	}
}

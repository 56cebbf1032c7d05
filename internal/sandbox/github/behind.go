package github

import (
	"fmt"
	"slices"
	"time"
)

// The methods in this file change the organization without its API: they are what an owner, another system or the person
// does while nobody looks.

// AddMember makes somebody a member, or an owner with the role admin.
func (o *Org) AddMember(email, role string) {
	o.change(func(s *state, _ time.Time) { u := s.mustUser(email); u.Member, u.Pending = role, false })
}

// RemoveMember takes somebody out of the organization.
func (o *Org) RemoveMember(email string) {
	o.change(func(s *state, _ time.Time) { s.leave(s.mustUser(email)) })
}

// Forget unlinks somebody's address from the account.
func (o *Org) Forget(email string) {
	o.change(func(s *state, _ time.Time) { u := s.mustUser(email); u.Linked, u.Verified = false, false })
}

// Link links everybody's address to their account.
func (o *Org) Link(emails ...string) {
	o.change(func(s *state, _ time.Time) {
		for _, email := range emails {
			s.mustUser(email).Linked = true
		}
	})
}

// SetSAML turns single sign-on on or off. Without it nobody is linked.
func (o *Org) SetSAML(on bool) { o.change(func(s *state, _ time.Time) { s.SAML = on }) }

// SetCopilot starts or ends the subscription.
func (o *Org) SetCopilot(on bool) { o.change(func(s *state, _ time.Time) { s.Copilot = on }) }

// Manage makes everybody a managed user of the enterprise.
func (o *Org) Manage() {
	o.change(func(s *state, _ time.Time) {
		s.Enterprise, s.Invitations = Enterprise, nil
		for _, u := range s.Users {
			u.Login, u.Linked = u.Login+"_acme", true
		}
	})
}

// Suspend suspends a managed user.
func (o *Org) Suspend(email string) {
	o.change(func(s *state, _ time.Time) { s.mustUser(email).Suspended = true })
}

// Unsuspend makes a managed user active again.
func (o *Org) Unsuspend(email string) {
	o.change(func(s *state, _ time.Time) { s.mustUser(email).Suspended = false })
}

// Rename gives somebody another login.
func (o *Org) Rename(email, login string) {
	o.change(func(s *state, _ time.Time) { s.mustUser(email).Login = login })
}

// DeleteUser deletes an account from GitHub.
func (o *Org) DeleteUser(email string) {
	o.change(func(s *state, _ time.Time) {
		u := s.mustUser(email)
		s.leave(u)
		delete(s.Users, u.ID)
	})
}

// Take has a stranger take a login that is free.
func (o *Org) Take(login string) {
	o.change(func(s *state, now time.Time) {
		u := &user{ID: s.newID("stranger", login), Login: login, Name: "A stranger", Email: login + "@stranger.example", Created: now}
		s.Users[u.ID] = u
	})
}

// Invite opens an invitation to an address.
func (o *Org) Invite(email string) {
	o.change(func(s *state, now time.Time) {
		s.Invitations = append(s.Invitations, invitation{s.newID("invitation", email), s.mustUser(Kofi).ID, "", email, "direct_member", now})
	})
}

// InviteAccount opens an invitation to an account.
func (o *Org) InviteAccount(email string) {
	o.change(func(s *state, _ time.Time) {
		u := s.mustUser(email)
		u.Member, u.Pending = "member", true
	})
}

// AddToTeam puts somebody into a team, as member or maintainer.
func (o *Org) AddToTeam(email, slug, role string) {
	o.change(func(s *state, _ time.Time) { s.mustTeam(slug).Members[s.mustUser(email).ID] = role })
}

// RemoveFromTeam takes somebody out of a team.
func (o *Org) RemoveFromTeam(email, slug string) {
	o.change(func(s *state, _ time.Time) { delete(s.mustTeam(slug).Members, s.mustUser(email).ID) })
}

// Grant gives somebody a role on a repository; "" takes it away.
func (o *Org) Grant(email, repo, role string) {
	o.change(func(s *state, _ time.Time) {
		if u := s.mustUser(email); role == "" {
			delete(s.mustRepo(repo).Direct, u.ID)
		} else {
			s.mustRepo(repo).Direct[u.ID] = role
		}
	})
}

// InviteToRepo opens an invitation to a repository that goes to an address, and not to an account.
func (o *Org) InviteToRepo(email, repo string) {
	o.change(func(s *state, now time.Time) {
		r := s.mustRepo(repo)
		i := repoInvitation{ID: s.newID("repository invitation", repo, email), Inviter: s.mustUser(Kofi).ID, Email: email, Permissions: "write", Created: now}
		r.Invitations = append(r.Invitations, i)
	})
}

// Unname has GitHub not say any more whose somebody's Copilot seat is.
func (o *Org) Unname(email string) {
	o.change(func(s *state, _ time.Time) {
		for i := range s.Seats {
			if s.Seats[i].User == s.mustUser(email).ID {
				s.Seats[i].Nameless = true
			}
		}
	})
}

// RenameRepo gives a repository another name.
func (o *Org) RenameRepo(name, to string) {
	o.change(func(s *state, _ time.Time) { s.mustRepo(name).Name = to })
}

// AssignRole gives somebody an organization role.
func (o *Org) AssignRole(email, name string) {
	o.change(func(s *state, _ time.Time) {
		r := s.mustRole(name)
		r.Users = append(r.Users, s.mustUser(email).ID)
	})
}

// AddDeployKey is somebody adding a deploy key to a repository.
func (o *Org) AddDeployKey(email, repo, title string) {
	o.change(func(s *state, now time.Time) {
		r := s.mustRepo(repo)
		r.Keys = append(r.Keys, deployKey{s.newID("key", repo, title), title, s.mustUser(email).ID, false, now})
	})
}

// CreateToken is somebody getting access for a fine-grained token.
func (o *Org) CreateToken(email, name string) {
	o.change(func(s *state, now time.Time) {
		s.PATs = append(s.PATs, pat{s.newID("pat", name), s.mustUser(email).ID, name, false, now})
	})
}

// Seat gives somebody a Copilot seat of their own.
func (o *Org) Seat(email string) {
	o.change(func(s *state, now time.Time) {
		u := s.mustUser(email)
		s.Seats = append(without(s.Seats, func(seat seat) bool { return seat.User == u.ID }), seat{User: u.ID, Created: now})
	})
}

// find is a secret by its place: "actions/NAME" of the organization, "api/actions/NAME" of a repository, and
// "api/production/NAME" of an environment.
func (s *state) store(repo, store string) *[]secret {
	pick := func(of map[string][]secret) *[]secret {
		list := of[store]
		return &list
	}
	if repo == "" {
		return pick(s.Secrets)
	}
	r := s.mustRepo(repo)
	if _, environment := r.Environments[store]; environment {
		return pick(r.Environments)
	}
	return pick(r.Secrets)
}

// SetSecret is somebody setting a new value, in a store (actions, dependabot or the name of an environment) of a
// repository, or of the organization if repo is empty.
func (o *Org) SetSecret(repo, store, name string) {
	o.change(func(s *state, now time.Time) {
		list := *s.store(repo, store)
		i := slices.IndexFunc(list, func(v secret) bool { return v.Name == name })
		if i < 0 {
			panic(fmt.Sprintf("the sandbox has no secret %s/%s/%s", repo, store, name))
		}
		list[i].Updated = now.Truncate(time.Second)
	})
}

// DeleteSecret deletes a secret of a repository's store.
func (o *Org) DeleteSecret(repo, store, name string) {
	o.change(func(s *state, _ time.Time) {
		r := s.mustRepo(repo)
		drop := func(v secret) bool { return v.Name == name }
		if _, environment := r.Environments[store]; environment {
			r.Environments[store] = without(r.Environments[store], drop)
		} else {
			r.Secrets[store] = without(r.Secrets[store], drop)
		}
	})
}

// DeleteEnvironment deletes an environment with its secrets.
func (o *Org) DeleteEnvironment(repo, name string) {
	o.change(func(s *state, _ time.Time) { delete(s.mustRepo(repo).Environments, name) })
}

// RestrictApp leaves the App these permissions alone, and with repositories installs it on those only.
func (o *Org) RestrictApp(permissions map[string]string, repos ...string) {
	o.change(func(s *state, _ time.Time) {
		s.App.Permissions, s.App.Repos = permissions, nil
		for _, name := range repos {
			s.App.Repos = append(s.App.Repos, s.mustRepo(name).ID)
		}
	})
}

// OwnApp makes somebody the owner of the App.
func (o *Org) OwnApp(email string) {
	o.change(func(s *state, _ time.Time) { s.App.Owner = s.mustUser(email).ID })
}

// RestrictToken leaves the provider's token these scopes.
func (o *Org) RestrictToken(scopes ...string) {
	o.change(func(s *state, _ time.Time) { s.Tokens[digest(Token)] = token{s.mustUser(Service).ID, scopes} })
}

package github

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
)

// UserID is the id of somebody's account, as the provider has it.
func (o *Org) UserID(email string) string {
	return look(o, func(s *state) string { return strconv.FormatInt(s.mustUser(email).ID, 10) })
}

// InvitationID is the id of an open invitation to an address.
func (o *Org) InvitationID(email string) string {
	return look(o, func(s *state) string {
		i := slices.IndexFunc(s.Invitations, func(i invitation) bool { return i.Email == email })
		return fmt.Sprint("invitation/", s.Invitations[i].ID)
	})
}

// TeamID is the id of a team.
func (o *Org) TeamID(slug string) int64 {
	return look(o, func(s *state) int64 { return s.mustTeam(slug).ID })
}

// RepoID is the id of a repository.
func (o *Org) RepoID(name string) int64 {
	return look(o, func(s *state) int64 { return s.mustRepo(name).ID })
}

// RepoName is the name of a repository by its id.
func (o *Org) RepoName(id int64) string {
	return look(o, func(s *state) string { return s.Repos[id].Name })
}

// KeyID is the id of a deploy key.
func (o *Org) KeyID(repo, title string) int64 {
	return look(o, func(s *state) int64 {
		keys := s.mustRepo(repo).Keys
		return keys[slices.IndexFunc(keys, func(k deployKey) bool { return k.Title == title })].ID
	})
}

// Keys are the titles of a repository's deploy keys.
func (o *Org) Keys(repo string) []string {
	return look(o, func(s *state) (titles []string) {
		for _, key := range s.mustRepo(repo).Keys {
			titles = append(titles, key.Title)
		}
		return titles
	})
}

// Permissions are what the App may do unless it is restricted.
func Permissions() map[string]string { return maps.Clone(permissions) }

// Membership is admin, member, billing_manager or "".
func (o *Org) Membership(email string) string {
	return look(o, func(s *state) string { return s.mustUser(email).Member })
}

// Belongs says that somebody is a member, whether or not they have accepted, or an outside collaborator.
func (o *Org) Belongs(email string) bool {
	return look(o, func(s *state) bool { u := s.mustUser(email); return u.Member != "" || s.outside(u) })
}

// TeamRole is maintainer, member or "".
func (o *Org) TeamRole(email, slug string) string {
	return look(o, func(s *state) string { return s.mustTeam(slug).Members[s.mustUser(email).ID] })
}

// RepoRole is the role that somebody was given on a repository.
func (o *Org) RepoRole(email, repo string) string {
	return look(o, func(s *state) string { return s.mustRepo(repo).Direct[s.mustUser(email).ID] })
}

// IsSuspended says that a managed user is.
func (o *Org) IsSuspended(email string) bool {
	return look(o, func(s *state) bool { return s.mustUser(email).Suspended })
}

// Snapshot is everything about everybody except one person, and about the organization, as JSON in a stable order: what
// must be the same before and after that person's exit.
func (o *Org) Snapshot(except string) string {
	return look(o, func(s *state) string {
		id := s.mustUser(except).ID
		data, err := json.Marshal(s)
		c := &state{}
		if err == nil {
			err = json.Unmarshal(data, c)
		}
		if err == nil {
			c.withoutUser(id)
			data, err = json.MarshalIndent(c, "", " ")
		}
		if err != nil {
			panic(err) // it is plain data
		}
		return string(data)
	})
}

// withoutUser drops what is one person's.
func (s *state) withoutUser(id int64) {
	email := s.Users[id].Email
	delete(s.Users, id)
	s.App.Issued = nil
	for _, t := range s.Teams {
		delete(t.Members, id)
	}
	for _, r := range s.Repos {
		delete(r.Direct, id)
		r.Keys = without(r.Keys, func(k deployKey) bool { return k.AddedBy == id })
		r.Invitations = without(r.Invitations, func(i repoInvitation) bool { return i.Invitee == id || i.Email == email })
	}
	for _, r := range s.Roles {
		r.Users = without(r.Users, func(u int64) bool { return u == id })
	}
	s.Invitations = without(s.Invitations, func(i invitation) bool { return i.Email == email })
	s.PATs = without(s.PATs, func(p pat) bool { return p.Owner == id })
	s.Authorizations = without(s.Authorizations, func(a authorization) bool { return a.Owner == id })
	s.Seats = without(s.Seats, func(seat seat) bool { return seat.User == id })
}

package okta

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
)

// Snapshot is everything about everybody except one person, and about the org, as JSON in a stable order: what
// must be the same before and after that person's exit, which may have deleted them. It has names in place of ids, and no times that change
// because somebody looked, or because the person left a group.
func (o *Org) Snapshot(except string) string {
	return read(o, func(s *state) string {
		id, deleted := s.Deleted[strings.ToLower(except)]
		if !deleted || s.userByLogin(except) != nil {
			id = s.mustUser(except).ID
		}
		data, err := json.MarshalIndent(s.snapshot(id), "", "  ")
		if err != nil {
			panic(err) // it is plain data
		}
		return string(data)
	})
}

// holdings is what one person is and has.
type holdings struct {
	Status, Login    string
	Profile          map[string]string
	Provider, Source string
	Password         string
	Question         string
	Email            bool
	Factors          []string
	Preregistrations int
	Sessions         int
	Groups           []string
	Apps             []string
	Roles            []string
	Consents         []string
	RefreshTokens    int
	APITokens        []string
	Devices          []string
	IdPs             []string
	Links            map[string]string
}

type snapshot struct {
	People  []holdings
	Groups  map[string][]string // to the owners
	Rules   map[string][]string // to the status and whom it excludes
	Apps    map[string][]string // to the status and the groups that are granted it
	Roles   map[string][]string // of groups and service apps
	Devices map[string]string
	// Traces are what everybody registered and authorized: no exit takes any of it away.
	Traces map[string][]string
}

func (s *state) snapshot(except string) snapshot {
	snap := snapshot{
		Groups: map[string][]string{}, Rules: map[string][]string{}, Apps: map[string][]string{},
		Roles: map[string][]string{}, Devices: map[string]string{}, Traces: map[string][]string{},
	}
	for _, h := range s.EventHooks {
		snap.Traces[h.CreatedBy] = s.traceNames(h.CreatedBy)
	}
	for _, i := range s.Integrations {
		snap.Traces[i.CreatedBy] = s.traceNames(i.CreatedBy)
	}
	for _, u := range sandbox.Sorted(s.Users) {
		if u.ID != except {
			snap.People = append(snap.People, s.holdings(u, except))
		}
	}
	for _, g := range s.Groups {
		snap.Groups[g.Name] = []string{}
		for _, owner := range g.Owners {
			if owner.ID != except {
				snap.Groups[g.Name] = append(snap.Groups[g.Name], owner.ID)
			}
		}
		if roles := s.roleNames(s.assignmentsTo(g.ID)); len(roles) > 0 {
			snap.Roles[g.Name] = roles
		}
	}
	for _, r := range s.Rules {
		excluded := without(r.Excluded, func(id string) bool { return id == except })
		snap.Rules[r.Name] = append([]string{r.Status, r.Expression}, excluded...)
	}
	for _, a := range s.Apps {
		snap.Apps[a.Label] = append([]string{a.Status}, slices.Sorted(maps.Keys(a.Groups))...)
		if roles := s.roleNames(s.assignmentsTo(a.ID)); len(roles) > 0 {
			snap.Roles[a.Label] = roles
		}
	}
	for _, d := range s.Devices {
		// A device that only this person uses is theirs; so is one that nobody uses any more.
		if slices.ContainsFunc(slices.Collect(maps.Keys(d.Users)), func(id string) bool { return id != except }) {
			snap.Devices[d.Name] = d.Status
		}
	}
	return snap
}

func (s *state) holdings(u *user, except string) holdings {
	h := holdings{
		Status: u.Status, Login: u.login(), Profile: u.Profile, Provider: u.Provider.Type, Source: u.Source,
		Question: u.Question, Email: u.EmailEnrolled, Preregistrations: len(u.Preregistrations), Sessions: u.Sessions,
		Consents: s.consentNames(u), RefreshTokens: len(u.RefreshTokens), Links: map[string]string{},
		Roles: s.roleNames(s.assignmentsOf(u)), IdPs: slices.Sorted(maps.Keys(u.IdPs)),
	}
	if u.Password {
		h.Password = "set " + timestamp(u.PasswordChanged)
	}
	for _, f := range u.Factors {
		h.Factors = append(h.Factors, f.Type+" "+f.Value)
	}
	for _, g := range s.groupsOf(u) {
		h.Groups = append(h.Groups, g.Name)
	}
	for _, a := range s.appsOf(u) {
		_, scope, _ := s.assigned(a, u)
		h.Apps = append(h.Apps, a.Label+" "+strings.ToLower(scope))
	}
	for _, t := range sandbox.Sorted(s.APITokens) {
		if t.Owner == u.ID {
			h.APITokens = append(h.APITokens, t.Name)
		}
	}
	for _, d := range sandbox.Sorted(s.Devices) {
		if _, linked := d.Users[u.ID]; linked {
			h.Devices = append(h.Devices, d.Name)
		}
	}
	for relationship, primary := range u.Links {
		if primary != except {
			h.Links[relationship] = s.login(primary)
		}
	}
	return h
}

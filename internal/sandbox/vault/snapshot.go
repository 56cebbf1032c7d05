package vault

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
)

// Snapshot is everything about everybody except one person, and about the cluster, as JSON in a stable order: what must be
// the same before and after that person's exit. It has no times, and of shared secrets only which there are: an exit may
// well change them.
func (c *Cluster) Snapshot(except string) string {
	return sandbox.Look(c.Box, func(s *state) string {
		data, err := json.MarshalIndent(s.snapshot(s.find(except)), "", "  ")
		if err != nil {
			panic(err) // it is plain data
		}
		return string(data)
	})
}

type snapshot struct {
	Entities map[string]any
	Groups   map[string]any
	Tokens   []string
	Users    map[string]*user
	Secrets  map[string][]string
	Policies map[string]string
	Keys     []string
}

func (s *state) snapshot(but *entity) snapshot {
	snap := snapshot{
		Entities: map[string]any{}, Groups: map[string]any{}, Users: map[string]*user{}, Secrets: map[string][]string{}, Policies: s.Policies,
	}
	if but == nil {
		but = &entity{}
	}
	for id, e := range s.Entities {
		if e != but {
			snap.Entities[id] = []any{e.Name, e.Disabled, e.Metadata, e.Policies, e.Aliases}
		}
	}
	for id, g := range s.Groups {
		members := slices.DeleteFunc(slices.Clone(g.Members), func(member string) bool { return member == but.ID })
		slices.Sort(members)
		snap.Groups[id] = []any{g.Name, g.Type, g.Policies, append([]string{}, members...), g.Groups, g.Metadata}
	}
	for _, t := range sandbox.Sorted(s.Tokens) {
		if t.Entity != but.ID || t.Entity == "" {
			snap.Tokens = append(snap.Tokens, t.Accessor+" "+t.DisplayName)
		}
	}
	for path, m := range s.Auth {
		for name, u := range m.Users {
			if !slices.ContainsFunc(but.Aliases, func(a alias) bool { return a.Mount == path && a.Name == name }) {
				snap.Users[path+"/"+name] = u
			}
		}
		for _, r := range m.Roles {
			for accessor, id := range r.SecretIDs {
				if !strings.EqualFold(id.Metadata["created_by"], but.Metadata["email"]) || but.ID == "" {
					snap.Keys = append(snap.Keys, path+"/"+r.Name+"/"+accessor)
				}
			}
		}
	}
	for path, m := range s.Engines {
		snap.Secrets[path] = slices.Concat(slices.Sorted(maps.Keys(m.Secrets)), slices.Sorted(maps.Keys(m.Static)), m.Plain)
		for serial, cert := range m.Certificates {
			theirs := but.ID != "" && (strings.EqualFold(cert.Name, but.Metadata["email"]) || strings.EqualFold(cert.Email, but.Metadata["email"]))
			if !theirs && cert.Revoked.IsZero() {
				snap.Keys = append(snap.Keys, path+"/"+serial)
			}
		}
	}
	slices.Sort(snap.Keys)
	return snap
}

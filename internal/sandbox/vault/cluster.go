// Package vault is a Vault cluster of one small company, behind Vault's own HTTP API.
//
// A Cluster is the state; Handler serves it. It is meant to be so faithful that a test against it can be trusted: real
// paths, envelopes, status codes, error bodies and policies, and the odd behaviours that an exit runs into. In tests every exchange is checked against Vault's own API description
// (package conform).
//
// In comments, vault.md is internal/system/vault/vault.md, where the evidence for each behaviour is. Where that does not say
// what Vault does, the comment says that it is a guess.
//
// Administrators, other systems and the people themselves go on changing a cluster while the provider works in it. The
// methods of Cluster that change it are what they do, each one line to call, by email and by name. They and the ones that
// read are for tests: they panic when a name is wrong, since that is a mistake in the test.
package vault

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/offboard/terraform-provider-offboard/internal/clock"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
)

// A Cluster is one Vault cluster. It is safe for concurrent use.
type Cluster struct{ *sandbox.Box[state] }

// Load reads a cluster that Save wrote.
func Load(path string, clk clock.Clock) (*Cluster, error) {
	box, err := sandbox.LoadBox(path, clk, func(s *state) error {
		if s.Entities == nil || s.Tokens == nil {
			return errors.New("it has no entities and no tokens")
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &Cluster{box}, nil
}

// The state is plain data. Things are kept by the name that Vault finds them by.
type state struct {
	Sealed   bool
	Entities map[string]*entity
	Groups   map[string]*group
	// Auth and Engines are what is mounted, by path without the slash at the end.
	Auth, Engines map[string]*mount
	// Policies are the documents.
	Policies map[string]string
	// Tokens by accessor.
	Tokens map[string]*token
	// Index counts what was written: it is the time that a replicated cluster goes by.
	Index int
	Made  map[string]int
}

type entity struct {
	ID, Name         string
	Disabled         bool
	Metadata         map[string]string
	Policies         []string
	Aliases          []alias
	Merged           []string
	Created, Updated time.Time
}

type alias struct {
	ID, Name, Mount string
	Created         time.Time
}

type group struct {
	ID, Name, Type string
	Policies       []string
	Members        []string // ids of entities
	Groups         []string // ids of groups
	Metadata       map[string]string
	// Alias is how the identity provider behind Mount calls an external group.
	Alias, Mount     string
	Created, Updated time.Time
}

type token struct {
	// ID is the token itself.
	ID, Accessor, Parent, Entity, DisplayName, Path string
	Policies                                        []string
	Orphan                                          bool
	Meta                                            map[string]string
	Created                                         time.Time
	TTL                                             time.Duration
}

// A mount is an auth method or a secrets engine, with all that is in it.
type mount struct {
	Path, Type, Accessor string
	Options              map[string]string
	Users                map[string]*user
	// GroupPolicies are what ldap and okta give to groups of the directory.
	GroupPolicies map[string][]string
	Roles         map[string]*role
	Secrets       map[string]*secret
	Plain         []string // keys of KV version 1
	Static        map[string]*static
	Certificates  map[string]*certificate
}

type user struct {
	Policies []string
	Groups   []string
}

// A role is of AppRole or of oidc.
type role struct {
	ID, Name  string
	Policies  []string
	SecretIDs map[string]*secretID
}

type secretID struct {
	Accessor string
	Created  time.Time
	Metadata map[string]string
}

type secret struct {
	Current          int
	Custom           map[string]string
	Versions         map[int]*version
	Created, Updated time.Time
}

type version struct {
	Created, Deleted time.Time
	Destroyed        bool
}

type static struct {
	Database, Username string
	Rotated            time.Time
}

// A certificate says itself whose it is; Name and Email are for people.
type certificate struct {
	PEM, Name, Email string
	Revoked          time.Time
}

// id is an id like Vault's, and the same one each time the company is made.
func (s *state) id(words ...string) string {
	key := strings.Join(words, "/")
	s.Made[key]++
	sum := sha256.Sum256(fmt.Appendf(nil, "%s#%d", key, s.Made[key]))
	hexed := hex.EncodeToString(sum[:16])
	return hexed[:8] + "-" + hexed[8:12] + "-" + hexed[12:16] + "-" + hexed[16:20] + "-" + hexed[20:]
}

// tick is now, a little later for everything that was written: Vault's times have nanoseconds, and no two are the same.
func (s *state) tick(now time.Time) time.Time {
	s.Index++
	return now.Add(time.Duration(s.Index) * time.Microsecond).UTC()
}

// groupsOf are the ids of the groups that have the entity as a member, and of those above.
func (s *state) groupsOf(id string) (direct, inherited []string) {
	for _, g := range sandbox.Sorted(s.Groups) {
		if slices.Contains(g.Members, id) {
			direct = append(direct, g.ID)
		}
	}
	below := direct
	for len(below) > 0 {
		var above []string
		for _, g := range sandbox.Sorted(s.Groups) {
			of := func(id string) bool { return slices.Contains(g.Groups, id) }
			if slices.ContainsFunc(below, of) && !slices.Contains(direct, g.ID) && !slices.Contains(inherited, g.ID) {
				above = append(above, g.ID)
			}
		}
		inherited = append(inherited, above...)
		below = above
	}
	return direct, inherited
}

func (t *token) expired(now time.Time) bool { return t.TTL > 0 && !now.Before(t.Created.Add(t.TTL)) }

// revoke ends a token with its children, as Vault does. Orphans have no parent.
func (s *state) revoke(accessor string) {
	delete(s.Tokens, accessor)
	for _, t := range sandbox.Sorted(s.Tokens) {
		if t.Parent == accessor {
			s.revoke(t.Accessor)
		}
	}
}

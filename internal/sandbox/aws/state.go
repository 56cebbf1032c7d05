package aws

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
)

// state is all there is, as it is kept in memory and in a file.
type state struct {
	Account string // its number

	Users    map[string]*user    // by id
	Groups   map[string]*group   // by id
	Policies map[string]*policy  // managed ones, by ARN
	Roles    map[string]*role    // by name
	Devices  map[string]*device  // virtual MFA devices, by serial number
	Secrets  map[string]*secret  // by name
	Sessions map[string]*session // temporary credentials, by access key id
	// Deleted are the ids of users that were deleted, by name.
	Deleted map[string]string
	Center  center
	// Made counts what was made under a name, so that ids are not given twice.
	Made map[string]int
}

type user struct {
	ID, Name, Path   string
	Created          time.Time
	PasswordLastUsed time.Time `json:",omitzero"`
	// Password is when the login profile was created, and zero where there is none.
	Password     time.Time `json:",omitzero"`
	Tags         map[string]string
	Keys         []credential
	Certificates []credential
	SSHKeys      []credential
	Services     []credential // service-specific credentials
	MFA          []enabled
	Attached     []string // ARNs
	Inline       map[string]string
	Boundary     string
}

// A credential is an access key, a signing certificate, an SSH public key or a service-specific credential.
type credential struct {
	ID, Status string
	Created    time.Time
	// Secret is of an access key, and Service and Alias of a service-specific credential.
	Secret, Service, Alias string
}

type enabled struct {
	Serial string
	Since  time.Time
}

// A device is a virtual MFA device, which stays when it is deactivated.
type device struct {
	Serial string
	Owner  string // id of a user, or empty
	Since  time.Time
}

type group struct {
	ID, Name, Path string
	Created        time.Time
	Members        []string // ids of users
	Attached       []string
	Inline         map[string]string
}

type policy struct {
	ARN, Name, ID string
	Created       time.Time
	Document      string
	Tags          map[string]string
	// Version counts the versions that there were; only the last is kept.
	Version int
}

type role struct {
	ID, Name, Path string
	Created        time.Time
	Trust          string
	Attached       []string
	Inline         map[string]string
	Tags           map[string]string
}

type session struct {
	Role, Name, Secret, Token string
	Expires                   time.Time
}

type secret struct {
	Name, ARN   string
	Description string
	Created     time.Time
	Changed     time.Time
	Versions    []secretVersion // the last is AWSCURRENT
	// Rotates says that a rotation is configured, and Rotating that one is under way, which ends by itself.
	Rotates  bool
	Rotating int
	Owner    string // service
	Tags     map[string]string
	Policy   string
	Deleted  time.Time `json:",omitzero"`
}

type secretVersion struct {
	ID      string
	Created time.Time
}

// center is the Identity Center of the organisation.
type center struct {
	Instance, Store, Owner string
	Users                  map[string]*person
	Groups                 map[string]*directoryGroup
	Sets                   map[string]*permissionSet
	Assignments            []assignment
	Applications           map[string]string // ARN to name
	ApplicationTags        map[string]map[string]string
	AppAssignments         []appAssignment
	// Requests are deletions of assignments under way, by id: for how many more looks.
	Requests map[string]*request
	// Fails is why the next deletion of an assignment fails.
	Fails   string
	Deleted map[string]string
}

type person struct {
	ID, UserName, Email, Name, Status string
	External                          string // id in the external identity provider
}

type directoryGroup struct {
	ID, Name, External string
	Members            map[string]string // user id to membership id
}

type permissionSet struct {
	ARN, Name string
	Created   time.Time
	Tags      map[string]string
	Attached  []string // ARNs of AWS's own policies
	Inline    string
}

type assignment struct{ Account, Set, Kind, Principal string }

type appAssignment struct{ Application, Kind, Principal string }

type request struct {
	Left       int
	Assignment assignment
	Failure    string
	Created    time.Time
}

// id makes an id as IAM does: four letters for what it is and 17 more.
func (s *state) id(prefix, name string) string {
	s.Made[prefix+name]++
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %s %d", prefix, name, s.Made[prefix+name]))
	return prefix + base32.StdEncoding.EncodeToString(sum[:])[:17]
}

// uuid makes an id as the identity store and Secrets Manager do.
func (s *state) uuid(name string) string {
	s.Made["uuid"+name]++
	sum := sha256.Sum256(fmt.Appendf(nil, "uuid %s %d", name, s.Made["uuid"+name]))
	h := hex.EncodeToString(sum[:16])
	return strings.Join([]string{h[:8], h[8:12], h[12:16], h[16:20], h[20:32]}, "-")
}

func (s *state) userByName(name string) *user {
	for _, u := range s.Users {
		if strings.EqualFold(u.Name, name) {
			return u
		}
	}
	return nil
}

func (s *state) groupByName(name string) *group {
	for _, g := range s.Groups {
		if strings.EqualFold(g.Name, name) {
			return g
		}
	}
	return nil
}

func (s *state) groupsOf(id string) (groups []*group) {
	for _, g := range sandbox.Sorted(s.Groups) {
		if slices.Contains(g.Members, id) {
			groups = append(groups, g)
		}
	}
	return groups
}

func (s *state) arn(kind, path, name string) string {
	return fmt.Sprintf("arn:aws:iam::%s:%s%s%s", s.Account, kind, path, name)
}

func (s *state) userARN(u *user) string { return s.arn("user", u.Path, u.Name) }

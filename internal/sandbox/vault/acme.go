package vault

import (
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"

	"github.com/offboard/terraform-provider-offboard/internal/clock"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
)

const day = 24 * time.Hour

// The tokens to call the sandbox with. Token is the service's, with no more rights than the documentation asks for.
const (
	Token     = "hvs.offboard-sandbox"
	RootToken = "hvs.root-sandbox"
)

// People that tests are about.
const (
	Jane = "jane.doe@acme.example"
	Mei  = "mei.tanaka@acme.example"
	Omar = "omar.haddad@acme.example"
	// Erik reads nothing but databases.
	Erik = "erik.lund@acme.example"
	// Kofi and Victor administer Vault.
	Kofi   = "kofi.mensah@acme.example"
	Victor = "victor.almeida@acme.example"
	// Service is whose token Token is.
	Service = "svc-terraform@acme.example"
	// Waiting is known to ldap by what policies they get, and has never signed in.
	Waiting = "quinn.abbott@acme.example"
)

// NewCluster is the company's cluster as of now: the tables of acme_tables.go over the company's people, who may be more
// than the tables name. It panics if somebody whom they name does not work there.
func NewCluster(company *sandbox.Company, clk clock.Clock) *Cluster {
	b := &builder{now: clk.Now().UTC(), domain: company.Domain, state: &state{
		Entities: map[string]*entity{}, Groups: map[string]*group{}, Auth: map[string]*mount{}, Engines: map[string]*mount{},
		Policies: map[string]string{}, Tokens: map[string]*token{}, Made: map[string]int{},
	}}
	b.founded = b.now.Add(-3 * 365 * day)
	for name, document := range policyTable {
		b.Policies[name] = document
	}
	b.mounts()
	b.people(company)
	b.groups()
	b.secrets()
	b.machines()
	b.tokens()
	return &Cluster{sandbox.NewBox(clk, b.state)}
}

type builder struct {
	*state
	now, founded time.Time
	domain       string
}

func (b *builder) email(local string) string { return local + "@" + b.domain }

func (b *builder) mounts() {
	for _, row := range authTable {
		b.Auth[row.path] = &mount{
			Path: row.path, Type: row.kind, Accessor: "auth_" + row.kind + "_" + b.id("auth", row.path)[:8], Users: map[string]*user{}, Roles: map[string]*role{},
			GroupPolicies: map[string][]string{},
		}
	}
	for _, row := range engineTable {
		m := &mount{
			Path: row.path, Type: row.kind, Accessor: row.kind + "_" + b.id("engine", row.path)[:8], Secrets: map[string]*secret{}, Static: map[string]*static{},
			Certificates: map[string]*certificate{},
		}
		if row.version != "" {
			m.Options = map[string]string{"version": row.version}
		}
		b.Engines[row.path] = m
	}
	b.Auth["ldap"].GroupPolicies["dba"] = []string{"databases"}
	b.Auth["oidc"].Roles["default"] = &role{Name: "default", Policies: []string{"default"}}
}

func (b *builder) people(company *sandbox.Company) {
	for _, person := range company.People {
		email := strings.ToLower(person.Email)
		local, _, _ := strings.Cut(email, "@")
		if email == Waiting {
			continue
		}
		e := &entity{
			ID: b.id("entity", email), Name: local, Metadata: map[string]string{"email": person.Email}, Policies: strings.Fields(entityPolicies[local]),
			Created: b.founded, Updated: b.founded,
		}
		e.Name = strings.NewReplacer("/", "-", "#", "-").Replace(local)
		if local != "svc-terraform" {
			b.alias(e, "oidc", email)
		}
		b.Entities[e.ID] = e
	}
	for _, row := range userTable {
		b.Auth[row.mount].Users[row.name] = &user{Policies: strings.Fields(row.policies), Groups: strings.Fields(row.groups)}
		if row.of != "" {
			b.alias(b.must(b.email(row.of)), row.mount, row.name)
		}
	}
}

func (b *builder) alias(e *entity, mount, name string) {
	e.Aliases = append(e.Aliases, alias{ID: b.id("alias", mount, name), Name: name, Mount: mount, Created: b.founded})
}

func (b *builder) groups() {
	for _, row := range groupTable {
		g := &group{
			ID: b.id("group", row.name), Name: row.name, Type: "internal", Policies: append([]string{}, strings.Fields(row.policies)...),
			Groups: []string{}, Created: b.founded, Updated: b.founded,
		}
		if row.from != "" {
			g.Type, g.Mount, g.Alias = external, "oidc", row.from
		}
		for _, local := range strings.Fields(row.members) {
			g.Members = append(g.Members, b.must(b.email(local)).ID)
		}
		b.Groups[g.ID] = g
	}
	for _, row := range groupTable {
		for _, below := range row.groups {
			g := b.mustGroup(row.name)
			g.Groups = append(g.Groups, b.mustGroup(below).ID)
		}
	}
}

func (b *builder) secrets() {
	for _, row := range secretTable {
		s := &secret{Current: row.versions, Versions: map[int]*version{}, Created: b.founded, Updated: b.now.Add(-30 * day)}
		if row.owner != "" {
			s.Custom = map[string]string{"owner": row.owner}
		}
		for n := 1; n <= row.versions; n++ {
			s.Versions[n] = &version{Created: b.now.Add(-time.Duration(30*(row.versions-n+1)) * day)}
		}
		b.Engines["kv"].Secrets[row.key] = s
	}
	b.Engines["legacy"].Plain = slices.Clone(legacyKeys)
	for _, name := range staticRoles {
		b.Engines["database"].Static[name] = &static{Database: "postgres", Username: name, Rotated: b.now.Add(-60 * day)}
	}
}

func (b *builder) machines() {
	for _, name := range []string{"ci", "offboard"} {
		b.Auth["approle"].Roles[name] = &role{ID: b.id("role", name), Name: name, Policies: []string{name}, SecretIDs: map[string]*secretID{}}
	}
	service := b.must(Service)
	b.alias(service, "approle", b.Auth["approle"].Roles["offboard"].ID)
	for _, row := range secretIDTable {
		metadata := map[string]string{}
		if row.by != "" {
			metadata["created_by"] = b.email(row.by)
		}
		b.makeSecretID(row.role, metadata, b.now.Add(-20*day))
	}
	for _, row := range certificateTable {
		b.issue(row.name, row.email, b.now.Add(-10*day))
	}
}

func (s *state) makeSecretID(role string, metadata map[string]string, at time.Time) {
	id := &secretID{Accessor: s.id("secret-id", role), Created: at, Metadata: metadata}
	s.Auth["approle"].Roles[role].SecretIDs[id.Accessor] = id
}

// issue makes a certificate of the company's. It is always the same one for a name, but for its dates.
func (s *state) issue(name, email string, at time.Time) {
	seed := sha256.Sum256(fmt.Appendf(nil, "%s#%d", name, s.Index))
	s.Index++
	key := ed25519.NewKeyFromSeed(seed[:])
	template := &x509.Certificate{
		SerialNumber: new(big.Int).SetBytes(seed[:8]), Subject: pkix.Name{CommonName: name}, NotBefore: at, NotAfter: at.Add(90 * day),
	}
	if email != "" {
		template.EmailAddresses = []string{email}
	}
	der, err := x509.CreateCertificate(nil, template, template, key.Public(), key)
	if err != nil {
		panic(err) // the template is right
	}
	serial := ""
	for i, octet := range template.SerialNumber.Bytes() {
		if i > 0 {
			serial += ":"
		}
		serial += fmt.Sprintf("%02x", octet)
	}
	s.Engines["pki"].Certificates[serial] = &certificate{Name: name, Email: email, PEM: string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))}
}

func (b *builder) tokens() {
	b.Tokens["root-accessor"] = &token{ID: RootToken, Accessor: "root-accessor", DisplayName: "root", Path: "auth/token/root", Policies: []string{"root"}, Orphan: true, Created: b.founded}
	service := b.must(Service)
	b.Tokens["offboard-accessor"] = &token{
		ID: Token, Accessor: "offboard-accessor", Entity: service.ID, DisplayName: "approle", Path: "auth/approle/login", Policies: []string{"default", "offboard"},
		Orphan: true, Created: b.now.Add(-time.Hour), TTL: 30 * day, Meta: map[string]string{"role_name": "offboard"},
	}
	for _, row := range tokenTable {
		b.signIn(b.must(b.email(row.of)), row.path, row.display, row.parent, b.now.Add(-2*day))
	}
	// Of nobody: whoever made it did so with auth/token/create-orphan.
	orphan := b.newToken("auth/token/create-orphan", "token", b.now.Add(-100*day))
	orphan.TTL, orphan.Policies, orphan.Orphan = 400*day, []string{"backup", "default"}, true
}

// newToken is a token with an accessor of its own.
func (s *state) newToken(path, display string, at time.Time) *token {
	t := &token{
		ID: "hvs." + s.id("token", path, display), Accessor: strings.ReplaceAll(s.id("accessor", path, display), "-", "")[:24], Path: path, DisplayName: display,
		Policies: []string{"default"}, Created: at, TTL: 32 * day,
	}
	s.Tokens[t.Accessor] = t
	return t
}

// signIn makes a token of an entity, as a child of the entity's last one or as what a sign-in makes.
func (s *state) signIn(e *entity, path, display string, child bool, at time.Time) {
	t := s.newToken(path, display, at)
	t.Entity, t.Orphan = e.ID, !child
	if child {
		for _, parent := range sandbox.Sorted(s.Tokens) {
			if parent.Entity == e.ID && parent.Orphan {
				t.Parent = parent.Accessor
				break
			}
		}
	}
	if name, ok := strings.CutPrefix(path, "auth/userpass/login/"); ok {
		t.Policies = append(t.Policies, s.Auth["userpass"].Users[name].Policies...)
		slices.Sort(t.Policies)
		t.Meta = map[string]string{"username": name}
	}
}

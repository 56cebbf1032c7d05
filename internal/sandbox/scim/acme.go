package scim

import (
	"crypto/sha256"
	"fmt"
	"strings"
	"time"

	"github.com/offboard/terraform-provider-offboard/internal/clock"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
)

// Token is what the API accepts, and whose it is.
const (
	Token      = "scim-token-of-svc-terraform"
	TokenOwner = "svc-terraform@acme.example"
)

// People of the company whom tests need.
const (
	Jane = "jane.doe@acme.example"
	Mei  = "mei.tanaka@acme.example"
	// Owner has the role without which the application would be nobody's.
	Owner = "grace.kim@acme.example"
	// Inner is in a group through another alone.
	Inner = "ben.okafor@acme.example"
	// Gone has left before, and is inactive.
	Gone = "jordan.poor@acme.example"
	// Nobody has neither groups nor roles nor entitlements.
	Nobody = "quinn.abbott@acme.example"
	// Shared is the address of two accounts.
	Shared = "kofi.mensah@acme.example"
	// Private is where an address for home is Jane's as well: not by which she is known at work.
	Private = "jane@home.example"
)

// Base is the path under which the API is.
const Base = "/scim/v2"

var groupTable = []struct {
	name, external string
	members        string
	groups         []string
}{
	{"Engineering", "", "jane.doe omar.haddad lena.novak tomas.silva mei.tanaka noah.fischer priya.raman erik.lund hugo.martin", nil},
	{"On-call", "", "jane.doe tomas.silva mei.tanaka", nil},
	{"Leads", "pushed-leads", "jane.doe mei.tanaka sam.reed", nil},
	{"Sales", "", "carla.rossi ben.okafor sofia.lindqvist", nil},
	{"Everyone in the field", "", "uma.patel", []string{"Sales"}},
	{"Admins", "", "sam.reed kofi.mensah", nil},
	{"Empty", "", "", nil},
}

// NewApp is the company's application as of now.
func NewApp(company *sandbox.Company, clk clock.Clock) *App {
	founded := clk.Now().Add(-3 * 365 * 24 * time.Hour)
	s := &state{Deleted: map[string]string{}}
	for i, person := range company.People {
		s.Users = append(s.Users, &user{
			ID: uuid("user", person.Email), UserName: person.Email, ExternalID: fmt.Sprintf("hr-%04d", 1000+i), Given: person.FirstName, Family: person.LastName,
			Type: "Employee", Active: true, Emails: []value{{Value: person.Email, Type: "work", Primary: true}}, Created: founded, Modified: founded, Version: 1,
		})
	}
	at := func(local string) *user { return s.mustUser(local + "@" + company.Domain) }
	for _, row := range groupTable {
		g := &group{ID: uuid("group", row.name), Name: row.name, ExternalID: row.external, Created: founded, Modified: founded, Version: 1}
		for _, local := range strings.Fields(row.members) {
			g.Members = append(g.Members, at(local).ID)
		}
		for _, name := range row.groups {
			g.Members = append(g.Members, s.mustGroup(name).ID)
		}
		s.Groups = append(s.Groups, g)
	}
	jane := at("jane.doe")
	jane.Emails = append(jane.Emails, value{Value: Private, Type: "home"})
	jane.Roles = []value{{Value: "workspace_admin", Display: "Workspace Admin"}, {Value: "billing", Display: "Billing", Type: "finance"}}
	jane.Entitlements = []value{{Value: "analytics", Display: "Analytics"}, {Value: "premium", Display: "Premium seat", Type: "licence"}}
	at("mei.tanaka").Roles = []value{{Value: "workspace_admin", Display: "Workspace Admin"}}
	at("mei.tanaka").Entitlements = []value{{Value: "premium", Display: "Premium seat", Type: "licence"}}
	at("grace.kim").Roles = []value{{Value: "owner", Display: "Primary Owner"}}
	at("jordan.poor").Active = false
	// One mailbox, two accounts.
	at("kofi.mensah-adm").Emails = []value{{Value: Shared, Type: "work", Primary: true}}
	s.Owner = s.mustUser(TokenOwner).ID
	return &App{sandbox.NewBox(clk, s)}
}

// uuid is an id that is always the same for the same thing.
func uuid(of ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(of, "\n")))
	return fmt.Sprintf("%x-%x-%x-%x-%x", sum[0:4], sum[4:6], sum[6:8], sum[8:10], sum[10:16])
}

func (s *state) mustUser(address string) *user {
	if u := s.byAddress(address); u != nil {
		return u
	}
	panic("nobody is called " + address)
}

func (s *state) mustGroup(name string) *group {
	if g := s.byName(name); g != nil {
		return g
	}
	panic("no group is called " + name)
}

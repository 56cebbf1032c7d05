// Package evidencetest has evidence to test with: an exit as it would be, and one whose names are hostile.
package evidencetest

import (
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"strings"
	"time"

	"github.com/offboard/terraform-provider-offboard/internal/evidence"
)

// Requested is when every exit here was requested.
var Requested = time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)

const sla = 24 * 3600

// PrivateKey is a private key in PEM, the same for the same name. It protects nothing.
func PrivateKey(name string) []byte {
	der, err := x509.MarshalPKCS8PrivateKey(private(name))
	if err != nil {
		panic(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
}

// PublicKey is its public half in PEM.
func PublicKey(name string) []byte {
	der, err := x509.MarshalPKIXPublicKey(private(name).Public())
	if err != nil {
		panic(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
}

func private(name string) ed25519.PrivateKey {
	seed := sha256.Sum256([]byte(name))
	return ed25519.NewKeyFromSeed(seed[:])
}

// Signer is the signer of PrivateKey.
func Signer(name string) *evidence.Signer {
	signer, err := evidence.ParseSigner(PrivateKey(name))
	if err != nil {
		panic(err)
	}
	return signer
}

// Bundle is the evidence as a bundle, signed with the key of a name, or by nobody if that is empty.
func Bundle(e evidence.Evidence, name string) []byte {
	var signer *evidence.Signer
	if name != "" {
		signer = Signer(name)
	}
	b, err := evidence.Seal(e, signer)
	if err != nil {
		panic(err)
	}
	text, err := b.JSON()
	if err != nil {
		panic(err)
	}
	return text
}

// kinds are the kinds of access, with the systems that have them and what somebody holds of them.
var kinds = []struct {
	name, systems string
	grants        []string
}{
	{"account", "okta google", []string{"jane.doe@acme.example (ACTIVE)"}},
	{"app_assignments", "okta", []string{"Salesforce", "GitHub Enterprise (via group: Engineering)", "AWS production (via group: On-call)", "Figma", "Datadog", "PagerDuty", "Snowflake"}},
	{"authenticators", "okta google", []string{"Password", "Recovery address (j…@gmail.example)", "Security key", "Phone (+49 ··· 42)"}},
	{"calendar_ownership", "google", []string{"31 events to come, 12 of them with guests"}},
	{"dashboard_ownership", "google", []string{"All they own in Looker Studio"}},
	{"delegations", "okta google", []string{"Omar Haddad reports to them", "Tomás Ruiz reports to them"}},
	{"devices", "okta google", []string{"MacBook Pro 14 (macOS 16.1)", "Pixel 11 (Android 17)"}},
	{"drive_ownership", "google", []string{"1,284 files, 312 private, 17 shared outside the company"}},
	{"group_membership", "okta google", []string{"Engineering (rule: Engineering by department)", "VPN users", "On-call", "GitHub users", "IT operators", "All hands", "Berlin office", "Security champions", "Incident review", "Hiring", "Guild: Go", "Guild: Data", "Release managers", "Lunch"}},
	{"group_ownership", "okta google", []string{"On-call", "Berlin office"}},
	{"keys", "okta google", []string{"deploy-bot (API token, last used 2026-11-19)", "thunderbird (app password)"}},
	{"licenses", "google", []string{"Google Workspace Enterprise Plus"}},
	{"received_delegations", "google", nil},
	{"role_assignments", "okta google", []string{"Application Administrator", "Lifecycle operator (custom role over: Engineering people)"}},
	{"sessions", "okta google", []string{"All sign-ins"}},
	{"shared_drives", "google", []string{"Engineering (manager)", "Hiring (contributor)", "Postmortems (manager)"}},
	{"tokens", "okta google", []string{"Slack", "Notion", "Zoom", "CLI of a contractor", "Grammarly", "Miro"}},
}

// Evidence is one person's exit from Okta and Google Workspace, closed 26 hours after it was requested: 27 kinds, of
// which one is not available and one was not looked at; 85 grants, one of them tolerated; and three attestations, one of
// them late.
func Evidence() evidence.Evidence {
	approved := Requested.Add(25 * time.Minute)
	e := evidence.Evidence{
		Type: evidence.Type, Program: "terraform-provider-offboard 0.1.0", Person: "jane.doe@acme.example",
		Reference: "https://git.acme.example/people/leavers/pull/418", ApprovedBy: "mia.wong@acme.example", Successor: "omar.haddad@acme.example",
		RequestedAt: Requested, ApprovedAt: &approved, ClosedAt: Requested.Add(26 * time.Hour), SLASeconds: sla,
		Systems: []evidence.System{
			{Name: "google", Account: "108204268033311374519", Status: "suspended", Reader: "offboarding@acme.example"},
			{Name: "okta", Account: "00u1k2j3h4g5f6d7s8a9", Status: "SUSPENDED"},
		},
	}
	for i, kind := range kinds {
		for _, system := range strings.Fields(kind.systems) {
			e.Controls = append(e.Controls, control(system, kind.name, kind.grants, i))
		}
	}
	e.Controls = append(e.Controls,
		attested("badge", "Building access, Berlin", "facilities@acme.example", "The badge was collected and its number blocked.", 25*time.Hour),
		attested("datev", "DATEV", "finance@acme.example", "The user was deleted from the client list.", 5*time.Hour),
		attested("laptop", "Laptop C02XK1", "it@acme.example", "The laptop was returned and erased.", 22*time.Hour))
	e.Coverage = evidence.Count(e.Controls)
	return e
}

func control(system, kind string, labels []string, order int) evidence.Control {
	title := strings.ReplaceAll(kind, "_", " ")
	c := evidence.Control{
		ID: system + "/" + kind, Title: strings.ToUpper(title[:1]) + title[1:] + " in " + system, Assurance: "observed",
		Tags: []string{"ISO 27001 A.5.18", "NIST CSF 2.0 PR.AA-05", "SOC 2 CC6.2", "SOC 2 CC6.3", "SP 800-53 PS-4"},
	}
	switch c.ID {
	case "okta/devices":
		c.Assurance, c.Reason = evidence.NotAvailable, "the org runs the Classic Engine, which has no devices"
		return c
	case "google/received_delegations":
		c.Assurance = "waived"
		c.Exception = &evidence.Exception{Owner: "mia.wong@acme.example", Reason: "Asking every mailbox takes a night; the sweep of Sunday covers it", Until: Requested.AddDate(0, 0, 9)}
		return c
	case "google/delegations":
		c.Dormant = []string{"Delegates and forwarding of the mailbox, while the account is suspended"}
		labels = nil
	}
	checked := Requested.Add(26*time.Hour - 2*time.Minute)
	c.CheckedAt = &checked
	for i, label := range labels {
		c.Grants = append(c.Grants, grant(c.ID, label, order, i))
	}
	sum(&c)
	return c
}

func grant(place, label string, order, i int) evidence.Grant {
	system, kind, _ := strings.Cut(place, "/")
	id := sha256.Sum256([]byte(place + label))
	g := evidence.Grant{ID: fmt.Sprintf("%s%x", system[:2], id[:9]), Label: label, Assurance: "observed", RemovedBy: "offboard_" + kind}
	if label == "deploy-bot (API token, last used 2026-11-19)" && system == "okta" {
		g.Assurance, g.RemovedBy = "waived", ""
		g.Exception = &evidence.Exception{Owner: "omar.haddad@acme.example", Reason: "Deployments run with this token until the new pipeline is in use", Until: Requested.AddDate(0, 0, 14)}
		return g
	}
	at := Requested.Add(30*time.Minute + time.Duration(order*47+i*5)*time.Second)
	looked := Requested.Add(26*time.Hour - 2*time.Minute)
	g.RemovedAt = &at
	if kind == "sessions" || label == "Password" {
		g.Assurance = "acknowledged"
	} else {
		g.AbsentAt = &looked
	}
	if strings.HasSuffix(kind, "_ownership") {
		g.Successor = "omar.haddad@acme.example"
	}
	g.ElapsedSeconds, g.WithinSLA = took(at)
	return g
}

func attested(name, application, by, statement string, after time.Duration) evidence.Control {
	at, expires := Requested.Add(after), Requested.AddDate(1, 0, 0)
	g := evidence.Grant{ID: name, Label: application, Assurance: "attested", Attestation: &evidence.Attestation{
		Owner: "operations@acme.example", Statement: statement, By: by, At: at, Reference: "OPS-" + fmt.Sprint(1200+len(name)), ExpiresAt: &expires,
	}}
	g.ElapsedSeconds, g.WithinSLA = took(at)
	c := evidence.Control{ID: evidence.Attestations + "/" + name, Title: application, Grants: []evidence.Grant{g}, Tags: []string{"ISO 27001 A.5.18", "SP 800-53 PS-4"}}
	sum(&c)
	return c
}

func took(at time.Time) (*int64, *bool) {
	seconds := evidence.Elapsed(Requested, at)
	within := seconds <= sla
	return &seconds, &within
}

// sum fills what a control says of its grants as a whole.
func sum(c *evidence.Control) {
	c.Assurance = evidence.Weakest(c.Grants)
	for _, g := range c.Grants {
		if g.ElapsedSeconds != nil && (c.ElapsedSeconds == nil || *c.ElapsedSeconds < *g.ElapsedSeconds) {
			c.ElapsedSeconds, c.WithinSLA = g.ElapsedSeconds, g.WithinSLA
		}
	}
}

// Hostile are names that break out of where they are shown if they can, or that are merely hard to show.
var Hostile = []string{
	`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `</style><script src="https://evil.example/x.js"></script>`,
	"\x1b[2J\x1b[31mred\x07", "new\nline\r\ttab", "\u202egnp.exe", "דנה כהן", "👩\u200d🚀 Ada", strings.Repeat("unbroken", 25), "{{.}} ${x} %s | `a`",
}

// HostileEvidence is Evidence with hostile names wherever people and systems name things.
func HostileEvidence() evidence.Evidence {
	e := Evidence()
	next := 0
	name := func() string { next++; return Hostile[next%len(Hostile)] }
	e.Reference, e.ApprovedBy, e.Successor, e.Program = name(), name(), name(), name()
	for i := range e.Controls {
		c := &e.Controls[i]
		c.Title = name()
		c.Tags = append(c.Tags, name())
		if c.Reason != "" {
			c.Reason = name()
		}
		if len(c.Dormant) > 0 {
			c.Dormant = []string{name(), name()}
		}
		if c.Exception != nil {
			c.Exception.Owner, c.Exception.Reason = name(), name()
		}
		for j := range c.Grants {
			g := &c.Grants[j]
			g.Label, g.ID, g.RemovedBy = name(), name()+g.ID, name()
			if g.Exception != nil {
				g.Exception.Owner, g.Exception.Reason = name(), name()
			}
			if g.Attestation != nil {
				g.Attestation.Owner, g.Attestation.By, g.Attestation.Statement, g.Attestation.Reference = name(), name(), name(), name()
			}
		}
	}
	return e
}

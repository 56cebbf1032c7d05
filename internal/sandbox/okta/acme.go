package okta

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/offboard/terraform-provider-offboard/internal/clock"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
)

const (
	day  = 24 * time.Hour
	year = 365 * day
)

// NewOrg is the company's org as of now: the tables of acme_tables.go over the company's people, who may be
// more than the tables name. It panics if somebody whom they name does not work there.
func NewOrg(company *sandbox.Company, clk clock.Clock) *Org {
	now := clk.Now()
	b := &builder{
		now: now, founded: now.Add(-3 * year), domain: company.Domain,
		state: &state{
			ID: id(orgPrefix, company.Domain), Pipeline: IdentityEngine, Governance: true, Created: now.Add(-3 * year),
			Users: map[string]*user{}, Deleted: map[string]string{}, Groups: map[string]*group{}, Rules: map[string]*rule{}, Apps: map[string]*app{},
			CustomRoles: map[string]*customRole{}, ResourceSets: map[string]*resourceSet{},
			Assignments: map[string]*assignment{}, APITokens: map[string]*apiToken{}, AccessTokens: map[string]*accessToken{},
			Devices: map[string]*device{}, IdPs: map[string]*idp{}, EventHooks: map[string]*eventHook{}, Integrations: map[string]*integration{}, Made: map[string]int{},
			EnrollmentPolicy: []string{Push, SignedNonce, TOTP, SMS, WebAuthn},
			Relations: []relation{
				{
					Primary:    relationEnd{Manager, "Manager", "Whom the person reports to"},
					Associated: relationEnd{Subordinate, "Subordinate", "Who reports to the person"},
				},
				{
					Primary:    relationEnd{Assistant, "Assistant", "Who assists the person"},
					Associated: relationEnd{Assisted, "Assisted", "Whom the person assists"},
				},
			},
		},
	}
	b.people(company)
	b.groups()
	b.apps()
	b.rules()
	b.admins()
	b.things()
	b.jane()
	b.traces()
	b.statuses()
	return &Org{sandbox.NewBox(clk, b.state)}
}

// A builder fills a new org. Everything in it is as old as the company.
type builder struct {
	*state
	now, founded time.Time
	domain       string
}

// person finds somebody by the part of the login before the @.
func (b *builder) person(local string) *user { return b.mustUser(local + "@" + b.domain) }

func (b *builder) people(company *sandbox.Company) {
	// Found by a map: a company may be of thousands.
	by := make(map[string]*user, len(company.People))
	for i, person := range company.People {
		u := newUser(b.newID(userPrefix, strings.ToLower(person.Email)), b.founded)
		u.Status, u.Password = active, true
		u.Activated, u.StatusChanged = b.founded, b.founded
		u.PasswordChanged, u.LastLogin = b.now.Add(-90*day), b.now.Add(-time.Duration(i%5+1)*day)
		u.Profile = map[string]string{
			"login": person.Email, "email": person.Email, "firstName": person.FirstName, "lastName": person.LastName,
			"displayName": person.Name(), "title": person.Title, "department": person.Department, "organization": company.Name,
			"employeeNumber": fmt.Sprintf("%04d", 1000+i),
		}
		b.Users[u.ID], by[strings.ToLower(person.Email)] = u, u
	}
	for _, person := range company.People {
		u := by[strings.ToLower(person.Email)]
		if person.ManagerEmail != "" {
			u.Links[Manager] = by[strings.ToLower(person.ManagerEmail)].ID
		}
		if !slices.Contains(strings.Fields(withoutFactors), strings.TrimSuffix(person.Email, "@"+b.domain)) {
			b.enroll(u, factor{Type: Push, Value: person.FirstName + "'s phone", Created: b.founded})
			b.enroll(u, factor{Type: TOTP, Value: person.Email, Created: b.founded})
			u.Sessions, u.Remembered = 1, 1
		}
	}
	// One mailbox, two accounts: looking somebody up by email finds both.
	b.person("kofi.mensah-adm").Profile["email"] = "kofi.mensah@" + b.domain
}

func (b *builder) groups() {
	for _, row := range groupTable {
		g := &group{
			ID: b.newID(groupPrefix, row.name), Type: row.kind, Name: row.name, Description: row.description,
			Created: b.founded, LastUpdated: b.founded, LastMembershipUpdated: b.founded, Members: map[string]string{},
		}
		for _, local := range strings.Fields(row.members) {
			g.Members[b.person(local).ID] = ""
		}
		for _, local := range strings.Fields(row.owners) {
			g.Owners = append(g.Owners, b.personAsOwner(local))
		}
		b.Groups[g.ID] = g
	}
}

func (b *builder) apps() {
	for _, row := range appTable {
		a := &app{
			ID: b.newID(appPrefix, row.label), Name: row.name, Label: row.label, SignOnMode: row.mode, Status: active,
			Features: strings.Fields(row.features), Created: b.founded, LastUpdated: b.founded,
			Users: map[string]*appUser{}, Groups: map[string]appGroup{},
		}
		for _, local := range strings.Fields(row.users) {
			b.assign(a, b.person(local), b.founded)
		}
		for i, name := range row.groups {
			a.Groups[b.mustGroup(name).ID] = appGroup{Priority: i, LastUpdated: b.founded}
		}
		b.Apps[a.ID] = a
	}
	b.mustApp("Legacy Wiki").Status = inactive

	directory := b.mustApp("Corp AD")
	for _, g := range b.Groups {
		if g.Type == appGroups {
			g.Source = directory.ID
		}
	}
	byApp := b.personAsOwner("wendy.cho")
	byApp.OriginType, byApp.OriginID = fromApp, directory.ID
	finance := b.mustGroup("CORP Finance")
	finance.Owners = append(finance.Owners, byApp)
	imported := b.mustUser(Imported)
	imported.Source, imported.Password = directory.ID, false
	imported.Provider = provider{"ACTIVE_DIRECTORY", "corp." + b.domain}

	for label, scopes := range map[string][]string{
		ServiceApp: scopesOfAPI(""), ReaderApp: scopesOfAPI(".read"), PowerlessApp: scopesOfAPI(""),
	} {
		a := b.mustApp(label)
		a.Scopes, a.Key = scopes, clientPublicKey()
	}
}

func (b *builder) personAsOwner(local string) owner {
	return owner{ID: b.person(local).ID, Type: userScope, OriginType: fromOkta, LastUpdated: b.founded}
}

// scopesOfAPI are the scopes that the operations need, of those that end so.
func scopesOfAPI(suffix string) []string {
	var scopes []string
	for _, op := range operations {
		if op.scope != "" && strings.HasSuffix(op.scope, suffix) && !slices.Contains(scopes, op.scope) {
			scopes = append(scopes, op.scope)
		}
	}
	slices.Sort(scopes)
	return scopes
}

// rules are evaluated once, as if they had been activated when the company was founded.
func (b *builder) rules() {
	for _, row := range ruleTable {
		r := &rule{
			ID: b.newID(rulePrefix, row.name), Name: row.name, Status: row.status, Expression: row.expression,
			Groups: []string{b.mustGroup(row.group).ID}, Created: b.founded, LastUpdated: b.founded,
		}
		if _, err := ruleDialect.parse(r.Expression); err != nil {
			panic(fmt.Sprintf("the rule %s: %v", r.Name, err))
		}
		// Deleted people stay in the list for ever (okta.md section 3): that is how it fills.
		for i := range row.excluded {
			r.Excluded = append(r.Excluded, id(userPrefix, "former", row.name, fmt.Sprint(i)))
		}
		b.Rules[r.ID] = r
	}
	for _, u := range sandbox.Sorted(b.Users) {
		b.applyRules(u, b.founded)
	}
}

func (b *builder) admins() {
	for _, row := range customRoleTable {
		r := &customRole{
			ID: b.newID(customRolePrefix, row.label), Label: row.label, Permissions: strings.Fields(row.permissions),
			Created: b.founded, LastUpdated: b.founded,
		}
		b.CustomRoles[r.ID] = r
	}
	for _, row := range resourceSetTable {
		set := &resourceSet{ID: b.newID(resourceSetPrefix, row.label), Label: row.label, Created: b.founded}
		for _, named := range row.resources {
			service := "directory"
			if named == "apps" {
				service = "idp"
			}
			path := named
			if kind, name, one := strings.Cut(named, ":"); one {
				name, rest, _ := strings.Cut(name, ":")
				path = strings.TrimSuffix(kind+":"+b.mustGroup(name).ID+":"+rest, ":")
			}
			set.Resources = append(set.Resources, resource{b.newID(resourcePrefix, set.ID, path), service, path})
		}
		b.ResourceSets[set.ID] = set
	}
	for _, row := range adminTable {
		var assignee string
		switch row.assigneeType {
		case userScope:
			assignee = b.person(row.assignee).ID
		case groupScope:
			assignee = b.mustGroup(row.assignee).ID
		default:
			assignee = b.mustApp(row.assignee).ID
		}
		kind, role, set := row.role, "", ""
		if row.custom != "" {
			kind, role, set = CustomRole, b.mustRole(row.custom).ID, b.mustSet(row.set).ID
		}
		a := b.assignRole(row.assigneeType, assignee, kind, role, set, b.founded)
		if row.target != "" {
			a.GroupTargets = []string{b.mustGroup(row.target).ID}
		}
	}
}

// things are the identity providers, the devices and the provider's token.
func (b *builder) things() {
	for _, row := range []struct{ name, kind string }{{"Google", "GOOGLE"}, {"Partner SAML", "SAML2"}} {
		p := &idp{
			ID: b.newID(appPrefix, "idp", row.name), Type: row.kind, Name: row.name, Status: active,
			Created: b.founded, LastUpdated: b.founded,
		}
		b.IdPs[p.ID] = p
	}
	for _, row := range deviceTable {
		d := &device{
			ID: b.newID(devicePrefix, row.name), Status: active, Name: row.name, Platform: row.platform,
			Manufacturer: row.maker, Model: row.model, OSVersion: row.version,
			Serial:  strings.ToUpper(id("", "serial", row.name)[:10]),
			Created: b.founded, LastUpdated: b.founded, Users: map[string]deviceUser{},
		}
		for _, local := range strings.Fields(row.users) {
			d.link(b.person(local), b.founded)
		}
		b.Devices[d.ID] = d
	}
	b.addAPIToken(b.mustUser(Service), "terraform", Token, b.now)
}

// jane gives the demo's leaver one of everything.
func (b *builder) jane() {
	jane := b.mustUser(Jane)
	jane.LastLogin = b.now.Add(-day)
	jane.Profile["secondEmail"], jane.Profile["mobilePhone"] = "jane@personal.example", "+15550100142"
	jane.Question = "What was the name of your first pet?"

	phone := b.mustDevice("Jane's iPhone")
	for i := range jane.Factors {
		jane.Factors[i].Device = phone.ID
	}
	b.enroll(jane, factor{Type: SMS, Value: "+15550100142", Created: b.founded})
	b.enroll(jane, factor{Type: WebAuthn, Value: "YubiKey 5C", Created: b.founded})
	jane.Preregistrations = []preregistration{{id("fwf", jane.ID, "preregistered"), "YubiKey 5C Nano", b.founded}}

	for _, p := range b.IdPs {
		if p.Name == "Google" {
			jane.IdPs[p.ID] = "108204268033311374519"
		}
	}
	metrics, releases := b.mustApp("Metrics Console"), b.mustApp("Release Dashboard")
	b.consent(jane, metrics, b.founded, metricsScopes...)
	b.consent(jane, releases, b.founded, "openid", "releases:read")
	b.issueTokens(jane, metrics, 3, b.now.Add(-day))
	b.issueTokens(jane, releases, 1, b.now.Add(-day))
	b.addAPIToken(jane, "jane-ci", tokenMark+"jane-ci", b.now.Add(-day))
	b.addAPIToken(jane, "jane-laptop", tokenMark+"jane-laptop", b.now.Add(-day))
	b.mustUser(Victor).Links[Assistant] = jane.ID
}

// statuses puts somebody into each of them. The deactivated one keeps their groups, as they do.
func (b *builder) statuses() {
	for login, status := range map[string]string{
		Staged: staged, Provisioned: provisioned, Recovery: recovery, LockedOut: lockedOut,
		PasswordExpired: passwordExpired, Suspended: suspended,
	} {
		u := b.mustUser(login)
		b.setStatus(u, status, b.now.Add(-7*day))
		if status == staged || status == provisioned {
			u.Password, u.PasswordChanged, u.LastLogin = false, time.Time{}, time.Time{}
		}
		if status == staged {
			u.Activated = time.Time{}
		}
		if status != passwordExpired {
			u.Sessions = 0
		}
	}
	b.deactivate(b.mustUser(Deprovisioned), b.now.Add(-7*day))
}

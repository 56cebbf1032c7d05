package google

import (
	"fmt"
	"maps"
	"regexp"
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

// undeletable is for how long a deleted person is remembered (google.md section 3).
const undeletable = 20 * day

// NewTenant is the company's tenant as of now: the tables of acme_tables.go over the company's people, who may
// be more than the tables name. It panics if somebody whom they name does not work there.
func NewTenant(company *sandbox.Company, clk clock.Clock) *Tenant {
	now := clk.Now()
	b := &builder{
		now: now, founded: now.Add(-3 * year),
		state: &state{
			CustomerID: "C0" + letters(7, "customer", company.Domain), Domain: company.Domain, Name: company.Name,
			Created: now.Add(-3 * year), ArchiveLicences: 2,
			Users: map[string]*user{}, Deleted: map[string]*user{}, Groups: map[string]*group{},
			Devices: map[string]*device{}, Chromebooks: map[string]*chromebook{},
			Roles: map[string]*role{}, Assignments: map[string]*assignment{}, AccessTokens: map[string]*accessToken{},
			Made: map[string]int{}, Delegated: allScopes(),
		},
	}
	b.people(company)
	b.groups()
	b.admins()
	b.jane()
	b.others()
	b.mailboxes()
	b.devices()
	b.vault()
	b.owned()
	b.shares()
	b.drives()
	b.licences()
	b.audit()
	return &Tenant{sandbox.NewBox(clk, b.state)}
}

// allScopes are those that the operations need: what the service account is delegated.
func allScopes() []string {
	var scopes []string
	for _, op := range operations {
		for _, scope := range fullScopes(op.scopes) {
			if !slices.Contains(scopes, scope) {
				scopes = append(scopes, scope)
			}
		}
	}
	slices.Sort(scopes)
	return scopes
}

// A builder fills a new tenant. Everything in it is as old as the company.
type builder struct {
	*state
	now, founded time.Time
}

// person finds somebody by the part of the address before the @.
func (b *builder) person(local string) *user { return b.mustUser(local + "@" + b.Domain) }

var legalLocal = regexp.MustCompile(`^[A-Za-z0-9._'-]+$`)

// legal says whether Google gives out such an address: letters, numbers, dashes, underscores, apostrophes and
// periods before the @ (support.google.com/a/answer/9193374).
func legal(address, domain string) bool {
	local, rest, _ := strings.Cut(address, "@")
	return legalLocal.MatchString(local) && strings.EqualFold(rest, domain)
}

// people have an account each, if their login is an address that Google gives out. It is lower case, whatever
// the person likes to see (a guess, from what the admin console does).
func (b *builder) people(company *sandbox.Company) {
	for i, person := range company.People {
		if !legal(person.Email, company.Domain) {
			continue
		}
		email := strings.ToLower(person.Email)
		local, _, _ := strings.Cut(email, "@")
		u := newUser(b.newUserID(email), email, b.founded)
		u.GivenName, u.FamilyName = person.FirstName, person.LastName
		u.Title, u.Department, u.Manager = person.Title, person.Department, strings.ToLower(person.ManagerEmail)
		u.OrgUnitPath = "/" + person.Department
		u.setPassword(Mark+"-password-"+local, b.now.Add(-90*day))
		u.LastLogin, u.Agreed, u.Sessions = b.now.Add(-time.Duration(i%5+1)*day), true, 1
		u.NonEditableAliases = []string{email + ".test-google-a.com"}
		if !slices.Contains(strings.Fields(withoutTwoStep), local) {
			u.Enrolled = true
		}
		b.Users[u.ID] = u
	}
}

// newUser is an account with nothing in it.
func newUser(id, email string, now time.Time) *user {
	return &user{
		ID: id, PrimaryEmail: email, Created: now, OrgUnitPath: "/", Mailbox: true, InGlobalAddressList: true,
	}
}

func (b *builder) groups() {
	for _, row := range groupTable {
		email := row.address + "@" + b.Domain
		g := &group{
			ID: b.newGroupID(email), Email: email, Name: row.name, Description: row.description, AdminCreated: row.made == "",
			Security: row.kind == "security", Dynamic: row.kind == "dynamic", Members: map[string]*member{},
		}
		b.Groups[g.ID] = g
	}
	for _, row := range groupTable {
		g := b.mustGroup(row.address + "@" + b.Domain)
		for role, locals := range map[string]string{Owner: row.owners, Manager: row.managers, Member: row.members} {
			for _, local := range strings.Fields(locals) {
				b.join(g, strings.TrimPrefix(local, "@")+"@"+b.Domain, role)
			}
		}
	}
	b.join(b.mustGroup(Partners), Outsider, Member)
	everyone := b.mustGroup(Everyone)
	everyone.Members[b.CustomerID] = &member{ID: b.CustomerID, Type: customerMember, Role: Member, Delivery: allMail}
}

func (b *builder) admins() {
	for _, row := range roleTable {
		r := &role{
			ID: number(17, "role", row.name), Name: row.name, Description: row.description,
			System: row.system, Super: row.super, Privileges: strings.Fields(row.privileges),
		}
		b.Roles[r.ID] = r
	}
	for _, row := range adminTable {
		unit := ""
		if row.orgUnit != "" {
			unit = orgUnitID(row.orgUnit)
		}
		r := b.mustRole(row.role)
		if local, isGroup := strings.CutPrefix(row.assignee, "@"); isGroup {
			b.assign(r, b.mustGroup(local+"@"+b.Domain).ID, groupAssignee, unit)
		} else {
			b.assign(r, b.person(row.assignee).ID, userAssignee, unit)
		}
	}
}

// jane gives the demo's leaver one of everything, and two of what one can have several of.
func (b *builder) jane() {
	jane := b.mustUser(Jane)
	jane.LastLogin, jane.Sessions = b.now.Add(-day), 2
	jane.Aliases = []string{JaneAlias}
	jane.RecoveryEmail, jane.RecoveryPhone = "jane@personal.example", "+15550100142"
	b.authorize(jane, MailApp)
	b.authorize(jane, NotesApp)
	b.addAppPassword(jane, "Thunderbird", b.founded)
	b.addAppPassword(jane, "Office scanner", b.founded)
	b.generateCodes(jane)
}

// others are the people whom something is peculiar about.
func (b *builder) others() {
	b.suspend(b.mustUser(Suspended), byAdmin, b.now.Add(-7*day))
	b.suspend(b.mustUser(Abusive), forAbuse, b.now.Add(-7*day))
	b.suspend(b.mustUser(SuspendedAdmin), byAdmin, b.now.Add(-7*day))
	archived := b.mustUser(Archived)
	archived.Archived, archived.ArchivalTime = true, b.now.Add(-7*day)
	for _, address := range []string{Suspended, Archived} {
		u := b.mustUser(address)
		b.authorize(u, NotesApp)
		b.addAppPassword(u, "Mail", b.founded)
		b.generateCodes(u)
	}
	b.mustUser(Enforced).Enforced = true
	b.mustUser(Protected).AdvancedProtection = true
	for _, address := range []string{Enforced, Protected} {
		b.generateCodes(b.mustUser(address))
	}
	unenrolled := b.mustUser(Unenrolled)
	unenrolled.RecoveryEmail, unenrolled.RecoveryPhone = "peter@personal.example", "+15550100199"
	hire := b.mustUser(NewHire)
	hire.LastLogin, hire.Agreed, hire.Mailbox, hire.ChangePassword, hire.Sessions = time.Time{}, false, false, true, 0
	b.authorize(b.mustUser(Omar), CloudApp)
	b.authorize(b.mustUser(Omar), NotesApp)
	b.authorize(b.mustUser(Mei), DiagramApp)
	b.addAppPassword(b.mustUser(Mei), "Printer", b.founded)
	b.generateCodes(b.mustUser(Mei))
	anonymous := b.mustUser(Anonymous)
	anonymous.Tokens = append(anonymous.Tokens, token{
		ClientID: "crm.partner.example", DisplayText: "crm.partner.example", Anonymous: true,
		Scopes: []string{scopePrefix + "calendar"},
	})
	b.delete(b.mustUser(Deleted), b.now.Add(-7*day))
}

// join makes somebody a member, by address.
func (s *state) join(g *group, address, role string) {
	m, failed := s.newMember(address, role)
	if failed != nil {
		panic(fmt.Sprintf("the sandbox tenant has nobody with the address %q", address))
	}
	g.Members[m.ID] = m
}

// setPassword replaces the password, which ends the grants of apps that may read mail.
func (u *user) setPassword(password string, now time.Time) {
	u.Password, u.PasswordChanged = digest(password), now
	u.Tokens = slices.DeleteFunc(slices.Clone(u.Tokens), func(t token) bool { return slices.ContainsFunc(t.Scopes, isMail) })
}

func isMail(scope string) bool {
	return scope == mailScope || strings.HasPrefix(scope, scopePrefix+"gmail.")
}

const mailScope = "https://mail.google.com/"

// rename gives a person another address. The one they had stays theirs.
func (u *user) rename(address string) {
	aliases := append(slices.Clone(u.Aliases), u.PrimaryEmail)
	u.Aliases = slices.DeleteFunc(aliases, func(alias string) bool { return strings.EqualFold(alias, address) })
	u.PrimaryEmail = address
}

func (s *state) suspend(u *user, reason string, now time.Time) {
	u.Suspended, u.SuspensionReason, u.SuspensionTime = true, reason, now
}

// delete ends an account, with its memberships and roles. It is remembered, and its address is free.
func (s *state) delete(u *user, now time.Time) {
	u.Deleted = now
	for _, g := range s.Groups {
		delete(g.Members, u.ID)
	}
	for _, a := range s.assignmentsTo(u.ID) {
		delete(s.Assignments, a.ID)
	}
	maps.DeleteFunc(s.Devices, func(_ string, d *device) bool { return d.User == u.ID }) // a guess
	s.Shares = slices.DeleteFunc(slices.Clone(s.Shares), func(x share) bool { return s.concerns(x, u) })
	s.Subscriptions = slices.DeleteFunc(slices.Clone(s.Subscriptions), func(x subscription) bool { return x.User == u.ID })
	s.unlicense(u)
	s.Deleted[u.ID] = u
	delete(s.Users, u.ID)
}

// authorize lets an app of the table in.
func (s *state) authorize(u *user, name string, scopes ...string) {
	t := token{ClientID: number(12, "app", name) + "-" + letters(16, "app", name) + ".apps.googleusercontent.com", DisplayText: name}
	for _, row := range appTable {
		if row.name != name {
			continue
		}
		t.ClientID, t.Native = row.client, row.native
		if len(scopes) == 0 {
			scopes = strings.Fields(row.scopes)
		}
	}
	for _, scope := range scopes {
		switch {
		case scope == "mail.google.com":
			scope = mailScope
		case !strings.Contains(scope, "://"):
			scope = scopePrefix + scope
		}
		t.Scopes = append(t.Scopes, scope)
	}
	// An app that is let in again has what it had and what it got.
	for i, known := range u.Tokens {
		if known.ClientID == t.ClientID {
			for _, scope := range t.Scopes {
				if !slices.Contains(known.Scopes, scope) {
					u.Tokens[i].Scopes = append(u.Tokens[i].Scopes, scope)
				}
			}
			return
		}
	}
	u.Tokens = append(u.Tokens, t)
}

func (s *state) addAppPassword(u *user, name string, now time.Time) int {
	p := appPassword{ID: s.newCodeID(u.ID), Name: name, Created: now}
	u.AppPasswords = append(u.AppPasswords, p)
	return p.ID
}

// generateCodes replaces a person's backup codes by ten new ones. Google's have eight digits; these have them
// after the mark.
func (s *state) generateCodes(u *user) {
	s.Made["codes "+u.ID]++
	u.Codes = nil
	for i := range 10 {
		u.Codes = append(u.Codes, Mark+"-"+number(8, "code", u.ID, fmt.Sprint(s.Made["codes "+u.ID]), fmt.Sprint(i)))
	}
}

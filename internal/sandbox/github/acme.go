package github

import (
	"strings"
	"time"

	"github.com/offboard/terraform-provider-offboard/internal/clock"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
)

const (
	day  = 24 * time.Hour
	year = 365 * day
)

// permissions are what the App may do: everything that the provider asks for.
var permissions = map[string]string{
	"members": "write", "metadata": "read", "administration": "write", "organization_administration": "write", "organization_custom_org_roles": "read",
	"organization_personal_access_tokens": "write", "organization_personal_access_token_requests": "write",
	"organization_copilot_seat_management": "write", "organization_secrets": "read", "organization_dependabot_secrets": "read",
	"secrets": "read", "dependabot_secrets": "read", "environments": "read", "actions": "read",
}

// scopes are the token's.
var scopes = []string{"admin:org", "repo", "manage_billing:copilot", "read:enterprise", "scim:enterprise"}

// NewOrg is the company's organization as of now. It panics if somebody whom its tables name does not work there.
func NewOrg(company *sandbox.Company, clk clock.Clock) *Org {
	now := clk.Now()
	b := &builder{founded: now.Add(-3 * year), now: now, domain: company.Domain, state: &state{
		Login: Login, ID: id("org", Login), SAML: true, Copilot: true, Created: now.Add(-3 * year),
		Users: map[int64]*user{}, Teams: map[int64]*team{}, Repos: map[int64]*repo{}, Roles: map[int64]*role{}, Secrets: map[string][]secret{},
		Tokens: map[string]token{}, Made: map[string]int{},
	}}
	b.people(company)
	b.teams()
	b.repos()
	b.rest()
	return &Org{sandbox.NewBox(clk, b.state)}
}

type builder struct {
	*state
	now, founded time.Time
	domain       string
}

func (b *builder) person(local string) *user { return b.mustUser(local + "@" + b.domain) }

func (b *builder) people(company *sandbox.Company) {
	for _, person := range company.People {
		local, _, _ := strings.Cut(strings.ToLower(person.Email), "@")
		login := strings.NewReplacer(".", "-", "#", "-", "/", "-").Replace(local)
		u := &user{
			ID: id("user", login), Login: login, Name: person.Name(), Email: person.Email, Linked: true, Member: "member", Created: b.founded,
		}
		b.Users[u.ID] = u
	}
	for _, local := range []string{"victor.almeida", "kofi.mensah", "svc-terraform"} {
		b.person(local).Member = "admin"
	}
	b.person("mei.tanaka").Linked, b.person("mei.tanaka").Verified = false, true
	b.person("quinn.abbott").Linked = false
	b.person("helen.brandt").Member = "billing_manager"
	b.person("priya.raman").Through = "All engineers"
	b.person("nina.petrova").Pending = true
	contractor := b.person("contractor")
	contractor.Member, contractor.Linked = "", false
	// Whoever only has an invitation has no account that GitHub would tell of.
	invited := b.person("isaac.brock")
	invited.Member, invited.Linked = "", false
	b.Invitations = []invitation{{
		ID: b.newID("invitation", invited.Email), Inviter: b.person("kofi.mensah").ID, Email: invited.Email, Role: "direct_member", Created: b.now.Add(-day),
	}}
}

func (b *builder) teams() {
	for _, row := range []struct{ name, parent, maintainers, members, synced string }{
		{"Engineering", "", "victor.almeida", "mei.tanaka erik.lund", ""},
		{"Platform", "Engineering", "jane.doe", "omar.haddad lena.novak", ""},
		{"On-call", "", "mei.tanaka tomas.silva", "jane.doe", ""},
		{"Security", "", "", "sam.reed kofi.mensah", "sec-team"},
	} {
		slug := strings.ToLower(row.name)
		t := &team{ID: b.newID("team", slug), Name: row.name, Slug: slug, Members: map[int64]string{}, Synced: row.synced, Created: b.founded}
		if row.parent != "" {
			t.Parent = b.mustTeam(strings.ToLower(row.parent)).ID
		}
		for _, local := range strings.Fields(row.maintainers) {
			t.Members[b.person(local).ID] = "maintainer"
		}
		for _, local := range strings.Fields(row.members) {
			t.Members[b.person(local).ID] = "member"
		}
		b.Teams[t.ID] = t
	}
}

func (b *builder) repos() {
	for _, row := range []struct{ name, direct, teams string }{
		{"api", "jane.doe:admin omar.haddad:write", "platform:admin engineering:write"},
		{"infra", "jane.doe:admin", "engineering:read"},
		{"web", "jane.doe:write lena.novak:admin", "engineering:write"},
		{"website", "contractor:write mei.tanaka:admin", ""},
		{"legacy", "tomas.silva:admin", ""},
		{"finance-reports", "daniel.weber:admin wendy.cho:write", ""},
	} {
		r := &repo{
			ID: b.newID("repo", row.name), Name: row.name, Private: row.name != "website", Archived: row.name == "legacy", Created: b.founded,
			Direct: map[int64]string{}, Teams: map[int64]string{}, Secrets: map[string][]secret{}, Environments: map[string][]secret{},
		}
		for _, grant := range strings.Fields(row.direct) {
			local, role, _ := strings.Cut(grant, ":")
			r.Direct[b.person(local).ID] = role
		}
		for _, grant := range strings.Fields(row.teams) {
			slug, role, _ := strings.Cut(grant, ":")
			r.Teams[b.mustTeam(slug).ID] = role
		}
		b.Repos[r.ID] = r
	}
	for _, row := range []struct {
		repo, title, by string
		readOnly        bool
	}{
		{"api", "deploy-prod", "jane.doe", false},
		{"web", "mirror", "jane.doe", true},
		{"api", "nightly", "omar.haddad", true},
		{"legacy", "archive bot", "tomas.silva", false},
	} {
		r := b.mustRepo(row.repo)
		r.Keys = append(r.Keys, deployKey{b.newID("key", row.repo, row.title), row.title, b.person(row.by).ID, row.readOnly, b.founded})
	}
	website := b.mustRepo("website")
	website.Invitations = []repoInvitation{{
		b.newID("repository invitation", "website"), b.person("contractor#7").ID, b.person("mei.tanaka").ID, "", "write", b.now.Add(-day),
	}}
	// Robin has an account and an invitation, and is in nothing yet.
	robin := b.person("contractor#7")
	robin.Member, robin.Linked = "", false
}

func (b *builder) rest() {
	jane := b.person("jane.doe")
	for _, row := range []struct {
		name, source, users, teams string
	}{
		{"security_manager", "Predefined", "jane.doe", ""},
		{"ci_cd_admin", "Predefined", "jane.doe tomas.silva", "platform"},
		{"all_repo_read", "Predefined", "", "engineering"},
	} {
		r := &role{ID: b.newID("role", row.name), Name: row.name, Source: row.source}
		for _, local := range strings.Fields(row.users) {
			r.Users = append(r.Users, b.person(local).ID)
		}
		for _, slug := range strings.Fields(row.teams) {
			r.Teams = append(r.Teams, b.mustTeam(slug).ID)
		}
		b.Roles[r.ID] = r
	}
	for _, row := range []struct {
		owner, name string
		requested   bool
	}{{"jane.doe", "jane-ci", false}, {"jane.doe", "jane-cli", true}, {"omar.haddad", "omar-ci", false}} {
		b.PATs = append(b.PATs, pat{b.newID("pat", row.name), b.person(row.owner).ID, row.name, row.requested, b.now.Add(-30 * day)})
	}
	for _, row := range []struct{ owner, kind, title string }{
		{"jane.doe", "personal access token", "laptop"}, {"jane.doe", "SSH key", "jane@mbp"}, {"omar.haddad", "SSH key", "omar@thinkpad"},
	} {
		b.Authorizations = append(b.Authorizations, authorization{b.newID("authorization", row.owner, row.title), b.person(row.owner).ID, row.kind, row.title, b.now.Add(-90 * day)})
	}
	b.Seats = []seat{{User: jane.ID, Created: b.founded}, {User: b.person("omar.haddad").ID, Team: b.mustTeam("platform").ID, Created: b.founded}}
	b.secrets()
	b.Tokens[digest(Token)] = token{b.mustUser(Service).ID, scopes}
	b.App = app{ID: 4711, Installation: 815, Owner: b.ID, Permissions: permissions, Issued: map[string]time.Time{}}
}

func (b *builder) secrets() {
	set := func(name, visibility string, repos ...string) secret {
		s := secret{Name: name, Created: b.founded, Updated: b.now.Add(-200 * day).Truncate(time.Second), Visibility: visibility}
		for _, repo := range repos {
			s.Repos = append(s.Repos, b.mustRepo(repo).ID)
		}
		return s
	}
	b.Secrets["actions"] = []secret{set("NPM_TOKEN", "all"), set("SIGNING_KEY", "selected", "api"), set("LEDGER_TOKEN", "selected", "finance-reports"), set("SONAR_TOKEN", "private")}
	b.Secrets["dependabot"] = []secret{set("REGISTRY_TOKEN", "private")}
	api := b.mustRepo("api")
	api.Secrets["actions"] = []secret{set("AWS_ROLE_KEY", "")}
	api.Secrets["dependabot"] = []secret{set("NPM_READ", "")}
	api.Environments["production"] = []secret{set("DB_PASSWORD", "")}
	api.Environments["review/eu west"] = []secret{set("PREVIEW_KEY", "")}
	b.mustRepo("website").Secrets["actions"] = []secret{set("CDN_TOKEN", "")}
	b.mustRepo("finance-reports").Secrets["actions"] = []secret{set("BANK_KEY", "")}
}

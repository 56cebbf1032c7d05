package vault

import "github.com/offboard/terraform-provider-offboard/internal/system/vault/policy"

// What the company has in its Vault. People are named by the part of their address before the @.

var authTable = []struct{ path, kind string }{
	{"userpass", "userpass"}, {"oidc", "oidc"}, {"ldap", "ldap"}, {"approle", "approle"},
}

var engineTable = []struct{ path, kind, version string }{
	{"kv", "kv", "2"}, {"legacy", "kv", "1"}, {"database", "database", ""}, {"pki", "pki", ""},
}

var policyTable = map[string]string{
	"default": `
path "auth/token/lookup-self" { capabilities = ["read"] }
path "sys/capabilities-self" { capabilities = ["update"] }
path "kv/data/people/{{identity.entity.id}}/*" { capabilities = ["create", "read", "update"] }
`,
	"admin": `
path "*" { capabilities = ["create", "read", "update", "delete", "list", "sudo"] }
`,
	"offboard":    policy.Watch + policy.Remove,
	"engineering": `path "kv/data/engineering/*" { capabilities = ["read"] }`,
	"oncall":      `path "kv/data/oncall/*" { capabilities = ["read", "list"] }`,
	"deploy":      `path "kv/data/deploy/+" { capabilities = ["read"] }`,
	"platform":    `path "kv/data/platform/*" { capabilities = ["read"] } path "kv/data/platform/root" { capabilities = ["deny"] }`,
	"databases":   `path "database/static-creds/*" { capabilities = ["read"] }`,
	"payments":    `path "database/static-creds/payments" { capabilities = ["read"] }`,
	"legacy":      `path "legacy/*" { capabilities = ["read", "list"] }`,
	"ci":          `path "kv/data/deploy/*" { capabilities = ["read"] }`,
	"backup":      `path "sys/storage/raft/snapshot" { capabilities = ["read"] }`,
}

// entityPolicies are those that stand on the entities themselves.
var entityPolicies = map[string]string{
	"jane.doe": "oncall payments", "erik.lund": "databases", "kofi.mensah": "admin", "victor.almeida": "admin", "svc-terraform": "offboard", "tomas.silva": "legacy",
}

// userTable are the users of auth methods. One that is nobody's has never signed in.
var userTable = []struct{ mount, name, of, policies, groups string }{
	{"userpass", "jane.doe", "jane.doe", "deploy", ""},
	{"userpass", "mei.tanaka", "mei.tanaka", "deploy", ""},
	{"userpass", "kofi", "kofi.mensah", "", ""},
	{"ldap", Waiting, "", "", ""},
	{"ldap", "jane.doe", "jane.doe", "engineering", "dba"},
	{"ldap", "omar.haddad", "omar.haddad", "", ""},
}

type groupRow struct {
	name, policies, members, from string
	groups                        []string
}

// groupTable are the identity groups. One that is from somewhere is external.
var groupTable = []groupRow{
	{name: "Engineering", policies: "engineering", members: "jane.doe omar.haddad lena.novak mei.tanaka noah.fischer"},
	{name: "On-call", members: "jane.doe omar.haddad"},
	{name: "Platform", policies: "platform", groups: []string{"On-call"}},
	{name: "Data", policies: "databases", members: "omar.haddad", from: "data-team"},
}

var secretTable = []struct {
	key, owner string
	versions   int
}{
	{"engineering/ci", "priya.raman@acme.example", 3},
	{"engineering/registry", "", 1},
	{"oncall/pagerduty", "tomas.silva@acme.example", 2},
	{"deploy/staging", "", 1},
	{"deploy/prod/key", "", 1},
	{"platform/dns", "", 1},
	{"platform/root", "", 1},
	{"sales/crm", "carla.rossi@acme.example", 4},
}

// legacyKeys are the secrets of KV version 1, and staticRoles those of the database.
var (
	legacyKeys  = []string{"jenkins", "old/ftp"}
	staticRoles = []string{"payments", "reporting"}
)

var secretIDTable = []struct{ role, by string }{{"ci", "jane.doe"}, {"ci", "mei.tanaka"}, {"ci", ""}}

var certificateTable = []struct{ name, email string }{
	{"jane.doe@acme.example", ""}, {"jane-laptop", "jane.doe@acme.example"}, {"mei.tanaka@acme.example", ""}, {"www.acme.example", ""},
}

var tokenTable = []struct {
	of, path, display string
	parent            bool
}{
	{"jane.doe", "auth/userpass/login/jane.doe", "userpass-jane.doe", false},
	{"jane.doe", "auth/oidc/oidc/callback", "oidc-jane.doe@acme.example", false},
	{"jane.doe", "auth/token/create", "token-nightly", true},
	{"mei.tanaka", "auth/userpass/login/mei.tanaka", "userpass-mei.tanaka", false},
	{"omar.haddad", "auth/oidc/oidc/callback", "oidc-omar.haddad@acme.example", false},
}

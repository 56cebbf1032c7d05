package vault

import (
	"cmp"
	"crypto/ed25519"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// A Do sends one request to a Vault server and returns the data of the answer, or auth where that is what it has. By is the
// token to send it with, and empty the root token. It does not return where the server refuses.
type Do func(by, method, path string, body object) object

// A Recreated company is in a Vault server that nobody here wrote, which has its own ids for everything.
type Recreated struct {
	// Token is the service's, as Token is the sandbox's.
	Token string
	// Entities are their ids by address, and Groups by name.
	Entities, Groups map[string]string
	// NoDatabase says that the server has no AcceptingDatabase, and so none of what has to do with databases.
	NoDatabase bool
	do         Do
	accessors  map[string]string
	signer     ed25519.PrivateKey
}

// AcceptingDatabase is the plugin of a database that takes any password, which the server has to have for what has to do with
// databases.
const AcceptingDatabase = "accepting-database-plugin"

// Recreate makes the company of the sandbox in a Vault server by its API: the tables of acme_tables.go, of the people that
// these name. What it holds in the end is what NewCluster makes, but for the times.
func Recreate(do Do, domain string) *Recreated {
	r := &Recreated{do: do, Entities: map[string]string{}, Groups: map[string]string{}, accessors: map[string]string{}}
	email := func(local string) string { return local + "@" + domain }
	r.signer = ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	for name, document := range policyTable {
		do("", "PUT", "sys/policies/acl/"+name, object{"policy": document})
	}
	r.mount()
	r.people(email)
	r.groupsOf(email)
	r.secretsOf()
	r.machinesOf(email)
	r.tokensOf(email)
	return r
}

func (r *Recreated) mount() {
	for _, row := range authTable {
		r.do("", "POST", "sys/auth/"+row.path, object{"type": row.kind})
	}
	for path, of := range r.do("", "GET", "sys/auth", nil) {
		if m, ok := of.(object); ok {
			r.accessors[strings.TrimSuffix(path, "/")], _ = m["accessor"].(string)
		}
	}
	for _, row := range engineTable {
		options := object{}
		if row.version != "" {
			options["version"] = row.version
		}
		r.do("", "POST", "sys/mounts/"+row.path, object{"type": row.kind, "options": options})
	}
	der, err := x509.MarshalPKIXPublicKey(r.signer.Public())
	if err != nil {
		panic(err) // the key is right
	}
	key := string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
	r.do("", "POST", "auth/oidc/config", object{"jwt_validation_pubkeys": []string{key}, "jwt_supported_algs": []string{"EdDSA"}})
	r.do("", "POST", "auth/oidc/role/default", object{
		"role_type": "jwt", "user_claim": "email", "groups_claim": "groups", "bound_audiences": []string{"acme"}, "token_policies": []string{"default"},
	})
	r.do("", "POST", "auth/ldap/groups/dba", object{"policies": "databases"})
}

func (r *Recreated) people(email func(string) string) {
	locals := slices.Collect(maps.Keys(entityPolicies))
	for _, row := range userTable {
		locals = append(locals, row.of)
	}
	for _, row := range groupTable {
		locals = append(locals, strings.Fields(row.members)...)
	}
	slices.Sort(locals)
	for _, local := range slices.Compact(locals) {
		if local == "" {
			continue
		}
		made := r.do("", "POST", "identity/entity", object{
			"name": local, "metadata": object{"email": email(local)}, "policies": strings.Fields(entityPolicies[local]),
		})
		r.Entities[email(local)] = textOf(made, "id")
		if email(local) != Service {
			r.alias(email(local), "oidc", email(local))
		}
	}
	for _, row := range userTable {
		body := object{"password": passwordOf(row.name), "token_policies": strings.Fields(row.policies)}
		if row.mount != "userpass" {
			body = object{"policies": strings.Fields(row.policies), "groups": row.groups}
		}
		r.do("", "POST", "auth/"+row.mount+"/users/"+row.name, body)
		if row.of != "" {
			r.alias(email(row.of), row.mount, row.name)
		}
	}
}

func (r *Recreated) alias(email, mount, name string) {
	r.do("", "POST", "identity/entity-alias", object{"name": name, "canonical_id": r.Entities[email], "mount_accessor": r.accessors[mount]})
}

func passwordOf(name string) string { return "password-of-" + name }

func (r *Recreated) groupsOf(email func(string) string) {
	// Those that are in others first.
	rows := slices.Clone(groupTable)
	slices.SortStableFunc(rows, func(a, b groupRow) int { return cmp.Compare(len(a.groups), len(b.groups)) })
	for _, row := range rows {
		body := object{"name": row.name, "type": "internal", "policies": strings.Fields(row.policies)}
		members, below := []string{}, []string{}
		for _, local := range strings.Fields(row.members) {
			members = append(members, r.Entities[email(local)])
		}
		for _, name := range row.groups {
			below = append(below, r.Groups[name])
		}
		if row.from != "" {
			body["type"] = external
		} else {
			body["member_entity_ids"], body["member_group_ids"] = members, below
		}
		r.Groups[row.name] = textOf(r.do("", "POST", "identity/group", body), "id")
		if row.from != "" {
			r.do("", "POST", "identity/group-alias", object{"name": row.from, "canonical_id": r.Groups[row.name], "mount_accessor": r.accessors["oidc"]})
		}
	}
}

func (r *Recreated) secretsOf() {
	for _, row := range secretTable {
		for range row.versions {
			r.do("", "POST", "kv/data/"+row.key, object{"data": object{"value": "of the real company"}})
		}
		if row.owner != "" {
			r.do("", "POST", "kv/metadata/"+row.key, object{"custom_metadata": object{"owner": row.owner}})
		}
	}
	for _, key := range legacyKeys {
		r.do("", "POST", "legacy/"+key, object{"value": "of the real company"})
	}
	plugins, _ := r.do("", "LIST", "sys/plugins/catalog/database", nil)["keys"].([]any)
	if r.NoDatabase = !slices.Contains(plugins, any(AcceptingDatabase)); r.NoDatabase {
		return
	}
	r.do("", "POST", "database/config/postgres", object{"plugin_name": AcceptingDatabase, "allowed_roles": "*"})
	for _, name := range staticRoles {
		r.do("", "POST", "database/static-roles/"+name, object{"db_name": "postgres", "username": name, "rotation_period": "24h"})
	}
}

func (r *Recreated) machinesOf(email func(string) string) {
	for _, name := range []string{"ci", "offboard"} {
		r.do("", "POST", "auth/approle/role/"+name, object{"token_policies": []string{name}})
	}
	for _, row := range secretIDTable {
		metadata := "{}"
		if row.by != "" {
			metadata = fmt.Sprintf(`{"created_by": %q}`, email(row.by))
		}
		r.do("", "POST", "auth/approle/role/"+row.role+"/secret-id", object{"metadata": metadata})
	}
	r.do("", "POST", "pki/root/generate/internal", object{"common_name": "Acme", "key_type": "ec"})
	r.do("", "POST", "pki/roles/any", object{"allow_any_name": true, "enforce_hostnames": false, "key_type": "ec"})
	for _, row := range certificateTable {
		r.do("", "POST", "pki/issue/any", object{"common_name": row.name, "alt_names": row.email, "ttl": "24h"})
	}
	role := textOf(r.do("", "GET", "auth/approle/role/offboard/role-id", nil), "role_id")
	r.alias(Service, "approle", role)
	secret := textOf(r.do("", "POST", "auth/approle/role/offboard/secret-id", object{}), "secret_id")
	r.Token = textOf(r.do("", "POST", "auth/approle/login", object{"role_id": role, "secret_id": secret}), "client_token")
}

func (r *Recreated) tokensOf(email func(string) string) {
	first := map[string]string{}
	for _, row := range tokenTable {
		var made object
		switch name, password := strings.CutPrefix(row.path, "auth/userpass/login/"); {
		case password:
			made = r.do("", "POST", row.path, object{"password": passwordOf(name)})
		case row.parent:
			// For as long as this takes, the person may.
			r.do("", "PUT", "sys/policies/acl/default", object{"policy": policyTable["default"] + `path "auth/token/create" { capabilities = ["update"] }`})
			made = r.do(first[row.of], "POST", "auth/token/create", object{"display_name": strings.TrimPrefix(row.display, "token-")})
			r.do("", "PUT", "sys/policies/acl/default", object{"policy": policyTable["default"]})
		default:
			made = r.SignIn(email(row.of))
		}
		if first[row.of] == "" {
			first[row.of] = textOf(made, "client_token")
		}
	}
	r.do("", "POST", "auth/token/create-orphan", object{"policies": []string{"backup"}})
}

// SignIn signs somebody in through oidc, with the groups that the identity provider has them in. Nobody is not known there.
func (r *Recreated) SignIn(email string) object {
	groups := []string{}
	for _, row := range groupTable {
		local, _, _ := strings.Cut(email, "@")
		if row.from != "" && slices.Contains(strings.Fields(row.members), local) {
			groups = append(groups, row.from)
		}
	}
	return r.do("", "POST", "auth/oidc/login", object{"role": "default", "jwt": r.sign(object{
		"email": email, "sub": email, "aud": "acme", "groups": groups, "nbf": time.Now().Add(-time.Minute).Unix(),
		"exp": time.Now().Add(time.Hour).Unix(),
	})})
}

// sign makes a JWT (RFC 7519) of claims.
func (r *Recreated) sign(claims object) string {
	text := ""
	for _, part := range []object{{"alg": "EdDSA", "typ": "JWT"}, claims} {
		data, err := json.Marshal(part)
		if err != nil {
			panic(err) // it is plain data
		}
		text += "." + base64.RawURLEncoding.EncodeToString(data)
	}
	text = text[1:]
	return text + "." + base64.RawURLEncoding.EncodeToString(ed25519.Sign(r.signer, []byte(text)))
}

func textOf(data object, key string) string {
	text, _ := data[key].(string)
	return text
}

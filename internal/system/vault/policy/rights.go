package policy

// Watch and Remove are what the provider's own token needs, as the documentation has it: the first to see what there is, and
// both together to remove it. kv, database and pki stand for the engines as they are mounted.
const (
	Watch = `
path "auth/token/lookup-self"      { capabilities = ["read"] }
path "sys/capabilities-self"       { capabilities = ["update"] }
path "sys/auth"                    { capabilities = ["read"] }
path "sys/mounts"                  { capabilities = ["read"] }
path "sys/policies/acl/*"          { capabilities = ["read"] }
path "identity/entity/id"          { capabilities = ["list"] }
path "identity/entity/id/*"        { capabilities = ["read"] }
path "identity/group/id/*"         { capabilities = ["read"] }
path "auth/token/accessors"        { capabilities = ["list", "sudo"] }
path "auth/token/lookup-accessor"  { capabilities = ["update"] }
path "auth/+/users"                { capabilities = ["list"] }
path "auth/+/users/*"              { capabilities = ["read"] }
path "auth/+/groups"               { capabilities = ["list"] }
path "auth/+/groups/*"             { capabilities = ["read"] }
path "auth/+/role"                 { capabilities = ["list"] }
path "auth/+/role/*"               { capabilities = ["read", "list"] }
path "auth/+/role/+/secret-id-accessor/lookup" { capabilities = ["update"] }
path "kv/metadata/*"               { capabilities = ["read", "list"] }
path "legacy/*"                    { capabilities = ["list"] }
path "database/static-roles"       { capabilities = ["list"] }
path "database/static-roles/*"     { capabilities = ["read"] }
path "pki/certs"                   { capabilities = ["list"] }
path "pki/certs/revoked"           { capabilities = ["list"] }
path "pki/cert/*"                  { capabilities = ["read"] }
`
	Remove = `
path "identity/entity/id/*"        { capabilities = ["update"] }
path "identity/group/id/*"         { capabilities = ["update"] }
path "auth/token/revoke-accessor"  { capabilities = ["update"] }
path "auth/+/users/*"              { capabilities = ["update", "delete"] }
path "auth/+/role/+/secret-id-accessor/destroy" { capabilities = ["update"] }
path "database/rotate-role/*"      { capabilities = ["update"] }
path "pki/revoke"                  { capabilities = ["update"] }
`
)

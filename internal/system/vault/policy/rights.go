package policy

// Watch and Remove are what the provider's own token needs, as the documentation has it, word for word: the first to see what
// there is and what a removal would do, and both together to remove it. Behind each rule are the resources that need it, by
// the names of their kinds. kv, legacy, database and pki stand for the engines as they are mounted.
const (
	Watch = `path "auth/token/lookup-self"     { capabilities = ["read"] }         # all
path "sys/capabilities-self"      { capabilities = ["update"] }       # all
path "sys/auth"                   { capabilities = ["read"] }         # all
path "identity/entity/id"         { capabilities = ["list"] }         # all
path "identity/entity/id/*"       { capabilities = ["read"] }         # all
path "auth/+/users"               { capabilities = ["list"] }         # all
path "auth/+/users/*"             { capabilities = ["read"] }         # account authenticators group_membership role_assignments shared_secret tokens
path "identity/group/id/*"        { capabilities = ["read"] }         # account group_membership role_assignments shared_secret tokens
path "sys/policies/acl/*"         { capabilities = ["read"] }         # account group_membership role_assignments shared_secret tokens
path "auth/token/accessors"       { capabilities = ["list", "sudo"] } # shared_secret tokens
path "auth/token/lookup-accessor" { capabilities = ["update"] }       # shared_secret tokens
path "sys/mounts"                 { capabilities = ["read"] }         # keys shared_secret
path "auth/+/role/*"              { capabilities = ["read", "list"] } # keys shared_secret
path "auth/+/groups"              { capabilities = ["list"] }         # shared_secret
path "auth/+/groups/*"            { capabilities = ["read"] }         # shared_secret
path "kv/metadata/*"              { capabilities = ["read", "list"] } # shared_secret
path "legacy/*"                   { capabilities = ["list"] }         # shared_secret, with version 1 of KV
path "database/static-roles"      { capabilities = ["list"] }         # shared_secret
path "database/static-roles/*"    { capabilities = ["read"] }         # shared_secret
path "pki/certs"                  { capabilities = ["list"] }         # keys
path "pki/certs/revoked"          { capabilities = ["list"] }         # keys
path "pki/cert/*"                 { capabilities = ["read"] }         # keys
path "auth/+/role/+/secret-id-accessor/lookup" { capabilities = ["update"] } # keys
`
	Remove = `path "identity/entity/id/*"       { capabilities = ["update"] }           # account role_assignments
path "identity/group/id/*"        { capabilities = ["update"] }           # group_membership
path "auth/token/revoke-accessor" { capabilities = ["update"] }           # tokens
path "auth/+/users/*"             { capabilities = ["update", "delete"] } # authenticators role_assignments
path "auth/+/role/+/secret-id-accessor/destroy" { capabilities = ["update"] } # keys
path "pki/revoke"                 { capabilities = ["update"] }           # keys
path "database/rotate-role/*"     { capabilities = ["update"] }           # shared_secret
`
)

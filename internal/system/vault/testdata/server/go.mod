module github.com/offboard/terraform-provider-offboard/internal/system/vault/testdata/server

go 1.25.3

require (
	github.com/hashicorp/go-hclog v1.6.3
	github.com/hashicorp/vault v1.21.4
	github.com/hashicorp/vault-plugin-auth-jwt v0.25.0
	github.com/hashicorp/vault-plugin-secrets-kv v0.25.0
	github.com/hashicorp/vault/sdk v0.21.0
)

// Vault is built with the sdk of its own tree, which no version of that module is the same as: this one has one signature
// more than Vault calls. The makefile copies it to where it is built, and takes the parameter out.
replace github.com/hashicorp/vault/sdk => ./sdk

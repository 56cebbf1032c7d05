package policy_test

import (
	"strings"
	"testing"

	"github.com/offboard/terraform-provider-offboard/internal/system/vault/policy"
)

var jane = &policy.Identity{
	ID: "e1", Name: "jane", Metadata: map[string]string{"team": "core"},
	Aliases: []policy.Alias{{ID: "a1", Name: "jane.doe", MountAccessor: "auth_userpass_1", Metadata: map[string]string{"k": "v"}}},
	Groups:  []policy.Group{{ID: "g1", Name: "Engineering", Metadata: map[string]string{"cost": "7"}}},
}

func TestTheRuleThatCountsIsTheOneThatVaultPicks(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ document, path, want string }{
		"an exact path before a prefix":              {`path "kv/*" { capabilities = ["read"] } path "kv/a" { capabilities = ["list"] }`, "kv/a", "list"},
		"the longest prefix":                         {`path "kv/*" { capabilities = ["read"] } path "kv/data/*" { capabilities = ["list"] }`, "kv/data/a", "list"},
		"a prefix that is not one of the path":       {`path "kv/b*" { capabilities = ["read"] }`, "kv/a", ""},
		"a denial on a longer prefix":                {`path "kv/*" { capabilities = ["read"] } path "kv/data/secret/*" { capabilities = ["deny"] }`, "kv/data/secret/a", ""},
		"two rules of one path are one":              {`path "kv/a" { capabilities = ["read"] } path "kv/a" { capabilities = ["update"] }`, "kv/a", "read update"},
		"a segment":                                  {`path "kv/+/a" { capabilities = ["read"] }`, "kv/x/a", "read"},
		"a segment is one and no more":               {`path "kv/+/a" { capabilities = ["read"] }`, "kv/x/y/a", ""},
		"the later wildcard before the earlier":      {`path "kv/+/b" { capabilities = ["read"] } path "kv/data/*" { capabilities = ["list"] }`, "kv/data/b", "list"},
		"a whole pattern before a prefix of it":      {`path "kv/+/b" { capabilities = ["read"] } path "kv/+/b*" { capabilities = ["list"] }`, "kv/x/b", "read"},
		"fewer wildcards before more":                {`path "kv/+/+/c" { capabilities = ["read"] } path "kv/+/b/c" { capabilities = ["list"] }`, "kv/a/b/c", "list"},
		"a list of a folder by a rule without slash": {`path "kv/metadata" { capabilities = ["list"] }`, "kv/metadata/", "list"},
		"the older words":                            {`path "kv/*" { policy = "write" }`, "kv/a", "create delete list read update"},
		"JSON":                                       {`{"path": {"kv/*": {"capabilities": ["read"]}}}`, "kv/a", "read"},
		"a slash in front":                           {`path "/kv/a" { capabilities = ["read"] }`, "kv/a", "read"},
		"the entity's own folder":                    {`path "kv/data/people/{{identity.entity.id}}/*" { capabilities = ["read"] }`, "kv/data/people/e1/x", "read"},
		"nobody else's":                              {`path "kv/data/people/{{identity.entity.id}}/*" { capabilities = ["read"] }`, "kv/data/people/e2/x", ""},
		"by metadata":                                {`path "kv/data/{{identity.entity.metadata.team}}" { capabilities = ["read"] }`, "kv/data/core", "read"},
		"by metadata that is not there":              {`path "kv/data/{{identity.entity.metadata.floor}}" { capabilities = ["read"] }`, "kv/data/", ""},
		"by the alias":                               {`path "kv/data/{{identity.entity.aliases.auth_userpass_1.name}}" { capabilities = ["read"] }`, "kv/data/jane.doe", "read"},
		"by the alias's metadata":                    {`path "kv/data/{{identity.entity.aliases.auth_userpass_1.metadata.k}}" { capabilities = ["read"] }`, "kv/data/v", "read"},
		"by an alias at another mount":               {`path "kv/data/{{identity.entity.aliases.auth_oidc_1.name}}" { capabilities = ["read"] }`, "kv/data/jane.doe", ""},
		"by a group":                                 {`path "kv/data/{{identity.groups.names.Engineering.id}}" { capabilities = ["read"] }`, "kv/data/g1", "read"},
		"by a group's metadata":                      {`path "kv/data/{{identity.groups.ids.g1.metadata.cost}}" { capabilities = ["read"] }`, "kv/data/7", "read"},
		"by a group of others":                       {`path "kv/data/{{identity.groups.names.Sales.id}}" { capabilities = ["read"] }`, "kv/data/g1", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, err := policy.Parse("p", c.document)
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.Join(policy.New(jane, p).Capabilities(c.path), " "); got != c.want {
				t.Errorf("on %s: %q, want %q", c.path, got, c.want)
			}
		})
	}
}

func TestWhatOnePolicyDeniesNoOtherAllows(t *testing.T) {
	t.Parallel()
	deny, err := policy.Parse("deny", `path "kv/a" { capabilities = ["deny"] }`)
	if err != nil {
		t.Fatal(err)
	}
	allow, err := policy.Parse("allow", `path "kv/a" { capabilities = ["read"] }`)
	if err != nil {
		t.Fatal(err)
	}
	if got := policy.New(nil, allow, deny).Capabilities("kv/a"); len(got) != 0 {
		t.Errorf("allowed %v", got)
	}
	if !policy.New(nil, policy.Policy{Name: "root"}).Allows(policy.Sudo, "sys/seal") {
		t.Error("root is not allowed everything")
	}
}

func TestAPolicyThatCanNotBeReadIsAnError(t *testing.T) {
	t.Parallel()
	for _, document := range []string{`path "kv/a" { capabilities = [`, `path "kv/a" { capabilities = 7 }`} {
		if p, err := policy.Parse("p", document); err == nil {
			t.Errorf("%s was read as %v", document, p)
		}
	}
}

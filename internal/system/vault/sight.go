package vault

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/offboard/terraform-provider-offboard/internal/access"
)

// Vault refuses a list to a token that may not read it, and leaves nothing out of one that it gives. So a list is whole or
// an error, within the namespace: what is in another is not in it. The token's rights are asked for first all the same:
// a refusal in the middle of a sweep says less than the rule that is missing, and a path that the token may not see is
// answered like one that leads nowhere.

// An ownToken is the token in use.
type ownToken struct {
	Accessor string           `json:"accessor"`
	Entity   access.AccountID `json:"entity_id"`
	Policies []string         `json:"policies"`
	Path     string           `json:"path"`
}

func (v *Vault) token(ctx context.Context) (*ownToken, error) {
	return v.own.Get(ctx, func() (*ownToken, error) {
		c := calling("read", "auth/token/lookup-self", "look up the token in use")
		own, err := get[ownToken](ctx, v, c)
		if err != nil {
			return nil, there(c, err)
		}
		if own.Path == "" || len(own.Policies) == 0 {
			return nil, malformed(c, "a token without a path or policies")
		}
		return own, nil
	})
}

// Caller returns the entity of the token in use. A root token and an orphan have none.
func (v *Vault) Caller(ctx context.Context) (access.AccountID, bool, error) {
	own, err := v.token(ctx)
	if err != nil {
		return "", false, err
	}
	return own.Entity, own.Entity != "", nil
}

// there is for what every Vault has: that it is not found says nothing of what is in it.
func there(c call, err error) error {
	if access.KindOf(err) == access.NotFound {
		return malformed(c, `"not found" where there always is something`)
	}
	return err
}

// sees returns nil if the token may do all of this: "list,sudo auth/token/accessors".
// POST sys/capabilities-self, which the policy default allows.
func (v *Vault) sees(ctx context.Context, rules ...string) error {
	for _, rule := range rules {
		wanted, path, _ := strings.Cut(rule, " ")
		have, err := v.rights.Get(ctx, path, func() ([]string, error) { return v.capabilities(ctx, path) })
		if err != nil {
			return err
		}
		for _, want := range strings.Split(wanted, ",") {
			if slices.Contains(have, "root") || slices.Contains(have, want) {
				continue
			}
			return &access.Error{
				Kind: access.Denied, Op: "read " + path,
				Reason: fmt.Sprintf("the token may not (%s) there: it has %s", want, strings.Join(have, ", ")),
				Fix:    fmt.Sprintf("Give it a policy with path %q { capabilities = [\"%s\"] }.", path, strings.ReplaceAll(wanted, ",", `", "`)),
			}
		}
	}
	return nil
}

func (v *Vault) capabilities(ctx context.Context, path string) ([]string, error) {
	c := calling("update", "sys/capabilities-self", "find out what the token may do")
	// Beside data the answer has the paths themselves, as sys answers have.
	answer, err := ask[map[string][]string](ctx, v, c, map[string]any{"paths": []string{path}})
	if err != nil {
		return nil, there(c, err)
	}
	have, ok := (*answer)[path]
	if !ok {
		return nil, malformed(c, "nothing about "+path)
	}
	return have, nil
}

package vault

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/system"
	"github.com/offboard/terraform-provider-offboard/internal/system/vault/policy"
)

// Tokens are the live tokens of the entity, by accessor, which is no credential. With a token goes what it made: its
// children, and the leases of what it was given, such as database credentials.
//
// Two things can't be tied to anybody (vault.md section 4). Batch tokens are in no list: the entity's being disabled is what
// stops them, and their own end. And an orphan that was made with auth/token/create-orphan or the like has no entity; where
// the person was allowed to make such a token, and one was made while they were there, it is a row that says so and stays
// until the token is gone.
func Tokens(v *Vault) access.Connector { return tokens{v} }

type tokens struct{ *Vault }

var (
	_ access.Guard     = tokens{}
	_ access.Rechecker = tokens{}
	_ access.Surveyor  = tokens{}
)

// A token is what an accessor leads to.
type token struct {
	Accessor    string            `json:"accessor"`
	Entity      access.AccountID  `json:"entity_id"`
	DisplayName string            `json:"display_name"`
	Path        string            `json:"path"`
	Policies    []string          `json:"policies"`
	Identity    []string          `json:"identity_policies"`
	Orphan      bool              `json:"orphan"`
	Created     int64             `json:"creation_time"`
	Expires     *time.Time        `json:"expire_time"`
	Period      any               `json:"period"`
	Type        string            `json:"type"`
	Meta        map[string]string `json:"meta"`
}

func (t *token) created() time.Time { return time.Unix(t.Created, 0).UTC() }

func (t *token) grant() access.Grant {
	end := "no end"
	if t.Expires != nil {
		end = "until " + t.Expires.UTC().Format(time.DateOnly)
	}
	return access.Grant{
		ID: access.GrantID(t.Accessor), Label: fmt.Sprintf("%s (token of %s by %s, %s)", t.DisplayName, t.created().Format(time.DateOnly), t.Path, end),
		Note: "What was made with it goes with it: its child tokens, and leases such as database credentials.",
	}
}

// ownerless is the grant of a token that nobody is known to have made.
func (t *token) ownerless() access.Grant {
	grant := t.grant()
	grant.Label = fmt.Sprintf("a token of nobody (made on %s by %s: they may have)", t.created().Format(time.DateOnly), t.Path)
	grant.Note = ""
	grant.Stays = &access.Error{
		Kind: access.Blocked, Op: "revoke the token " + t.Accessor,
		Reason: "it belongs to no entity: nothing in Vault says who made it, and this person was allowed to",
		Fix: "The audit log knows (vault.md section 4). If they made it, revoke it: vault token revoke -accessor " + t.Accessor +
			". If a machine uses it, tolerate the row, or give the machine a token of its own and revoke this one.",
	}
	return grant
}

const (
	listAccessors   = "list,sudo auth/token/accessors"
	lookupAccessors = "update auth/token/lookup-accessor"
)

// lookup asks for one token. NotFound is one that is gone. POST auth/token/lookup-accessor.
func (v *Vault) lookup(ctx context.Context, accessor string) (*token, error) {
	c := calling("update", "auth/token/lookup-accessor", "look up a token by its accessor")
	t, err := ask[token](ctx, v, c, map[string]any{"accessor": accessor})
	switch {
	case answered(err, http.StatusBadRequest, "invalid accessor"), answered(err, http.StatusForbidden, "invalid accessor"),
		answered(err, http.StatusNotFound, "invalid accessor"):
		return nil, &access.Error{Kind: access.NotFound, Op: c.what, Reason: "there is no such token"}
	case err != nil:
		return nil, there(c, err)
	case t.Accessor != accessor || t.Path == "":
		return nil, malformed(c, "another token, or one without a path")
	}
	return t, nil
}

// sweep looks every token up. One that ends meanwhile is not in it; one that can't be looked up ends it.
// LIST auth/token/accessors, which is not paged (vault.md section 4).
func (v *Vault) sweep(ctx context.Context) ([]*token, error) {
	if err := v.sees(ctx, listAccessors, lookupAccessors); err != nil {
		return nil, err
	}
	c := calling("list", "auth/token/accessors", "list the accessors of all tokens")
	found, err := v.list(ctx, c)
	if err != nil {
		return nil, err
	}
	if len(found.Keys) == 0 {
		return nil, malformed(c, "no token at all, not even the one in use")
	}
	var mu sync.Mutex
	var all []*token
	err = each(ctx, found.Keys, func(ctx context.Context, accessor string) error {
		t, err := v.lookup(ctx, accessor)
		if err != nil {
			return system.IgnoreNotFound(err)
		}
		mu.Lock()
		defer mu.Unlock()
		all = append(all, t)
		return nil
	})
	slices.SortFunc(all, func(a, b *token) int { return strings.Compare(a.Accessor, b.Accessor) })
	return all, err
}

// List picks the entity's from all tokens.
func (c tokens) List(ctx context.Context, id access.AccountID) (grants []access.Grant, err error) {
	defer c.onlyIfGone(ctx, id, &err)
	e, err := c.entity(ctx, id)
	if err != nil {
		return nil, err
	}
	all, err := c.sweep(ctx)
	if err != nil {
		return nil, err
	}
	return c.of(ctx, e, all)
}

// Survey is one sweep for everybody.
func (c tokens) Survey(ctx context.Context) (map[access.AccountID][]access.Grant, error) {
	entities, err := c.roster(ctx)
	if err != nil {
		return nil, err
	}
	all, err := c.sweep(ctx)
	if err != nil {
		return nil, err
	}
	var mu sync.Mutex
	held := map[access.AccountID][]access.Grant{}
	err = each(ctx, entities, func(ctx context.Context, e *entity) error {
		grants, err := c.of(ctx, e, all)
		if access.KindOf(err) == access.NotFound {
			_, err = c.entity(ctx, e.ID)
			return system.IgnoreNotFound(err)
		}
		if len(grants) > 0 {
			mu.Lock()
			defer mu.Unlock()
			held[e.ID] = grants
		}
		return err
	})
	return held, err
}

// of are the grants of one entity among all tokens.
func (c tokens) of(ctx context.Context, e *entity, all []*token) (grants []access.Grant, err error) {
	var nobodys []*token
	for _, t := range all {
		switch {
		case e.owns(t):
			grants = append(grants, t.grant())
		case t.Entity == "" && strings.HasPrefix(t.Path, "auth/token/create") && !t.created().Before(e.Created.Truncate(time.Second)):
			nobodys = append(nobodys, t)
		}
	}
	if len(nobodys) == 0 {
		return grants, nil
	}
	could, err := c.couldMake(ctx, e)
	if err != nil {
		return nil, err
	}
	for _, t := range nobodys {
		if could(t) {
			grants = append(grants, t.ownerless())
		}
	}
	return grants, nil
}

// owns says that a token is the entity's, or was that of one which has become part of it.
func (e *entity) owns(t *token) bool {
	return t.Entity == e.ID || t.Entity != "" && slices.Contains(e.Merged, t.Entity)
}

// couldMake says of tokens whether the entity's policies, as they are now, let it make them. The one in use it did not.
func (c tokens) couldMake(ctx context.Context, e *entity) (func(*token) bool, error) {
	own, err := c.token(ctx)
	if err != nil {
		return nil, err
	}
	acl, err := c.allowed(ctx, e)
	if err != nil {
		return nil, err
	}
	return func(t *token) bool {
		may := acl.Allows(policy.Update, t.Path) || acl.Allows(policy.Create, t.Path)
		// Without a parent by auth/token/create only with sudo.
		return may && t.Accessor != own.Accessor && (t.Path != "auth/token/create" || acl.Allows(policy.Sudo, t.Path))
	}, nil
}

// Recheck looks up these tokens alone: a row of a token of nobody does not go because the person may not make such tokens any
// more.
func (c tokens) Recheck(ctx context.Context, id access.AccountID, ids []access.GrantID) (grants []access.Grant, err error) {
	e, err := c.entity(ctx, id)
	if err != nil && access.KindOf(err) != access.NotFound {
		return nil, err
	}
	for _, accessor := range ids {
		t, err := c.lookup(ctx, string(accessor))
		switch {
		case access.KindOf(err) == access.NotFound:
			continue
		case err != nil:
			return nil, err
		case e != nil && e.owns(t), t.Entity != "":
			grants = append(grants, t.grant())
		default:
			grants = append(grants, t.ownerless())
		}
	}
	return grants, nil
}

// Remove revokes a token with all that was made with it. Vault says yes to an accessor of nothing as well: List shows.
// POST auth/token/revoke-accessor.
func (c tokens) Remove(ctx context.Context, id access.AccountID, grant access.GrantID) (access.Receipt, error) {
	gone := access.Receipt{Assurance: access.Observed}
	e, err := c.entity(ctx, id)
	if err != nil {
		return gone, err
	}
	t, err := c.lookup(ctx, string(grant))
	if err != nil {
		return gone, system.IgnoreNotFound(err)
	}
	own, err := c.token(ctx)
	switch {
	case err != nil:
		return gone, err
	case own.Accessor == t.Accessor:
		return gone, ownRefused()
	}
	if !e.owns(t) {
		return access.Receipt{}, t.ownerless().Stays
	}
	write := calling("update", "auth/token/revoke-accessor", "revoke the token %s of %s", t.DisplayName, e.name())
	return gone, c.write(ctx, write, map[string]any{"accessor": string(grant)})
}

func ownRefused() *access.Error {
	return &access.Error{
		Kind: access.Blocked, Op: "revoke the token in use", Reason: "it is the one that this provider runs with",
		Fix: "Run with a token of an entity of its own, such as an AppRole's.",
	}
}

// Refuse keeps the token that this runs with.
func (c tokens) Refuse(ctx context.Context, _ access.AccountID, going access.Holdings) error {
	own, err := c.token(ctx)
	if err != nil {
		return err
	}
	if _, goes := going[access.GrantID(own.Accessor)]; goes {
		return ownRefused()
	}
	return nil
}

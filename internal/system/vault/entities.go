package vault

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/system"
	"github.com/offboard/terraform-provider-offboard/internal/system/vault/policy"
)

// An entity is what Vault knows a person as, however they sign in.
type entity struct {
	ID       access.AccountID  `json:"id"`
	Name     string            `json:"name"`
	Disabled bool              `json:"disabled"`
	Metadata map[string]string `json:"metadata"`
	Aliases  []alias           `json:"aliases"`
	Policies []string          `json:"policies"`
	// DirectGroups are those that the entity itself is a member of, and InheritedGroups those that these are members of.
	DirectGroups    []string `json:"direct_group_ids"`
	InheritedGroups []string `json:"inherited_group_ids"`
	// Merged are the entities that have become part of this one, and whose tokens go on under their ids.
	Merged  []access.AccountID `json:"merged_entity_ids"`
	Created time.Time          `json:"creation_time"`
	Updated time.Time          `json:"last_update_time"`
}

// An alias is the name under which an entity signs in through an auth method: the username, the role id of an AppRole, or
// whatever claim the method was told to take.
type alias struct {
	ID             string            `json:"id"`
	Name           string            `json:"name"`
	MountAccessor  string            `json:"mount_accessor"`
	MountPath      string            `json:"mount_path"`
	MountType      string            `json:"mount_type"`
	Metadata       map[string]string `json:"metadata"`
	CustomMetadata map[string]string `json:"custom_metadata"`
}

// emails are the addresses that the entity is found by, in lower case.
func (e *entity) emails(key string) []string {
	var found []string
	add := func(name string) {
		if name = strings.ToLower(strings.TrimSpace(name)); name != "" && !slices.Contains(found, name) {
			found = append(found, name)
		}
	}
	if key == "name" {
		add(e.Name)
	}
	if key == "" || key == "alias" {
		for _, a := range e.Aliases {
			add(a.Name)
		}
	}
	if key == "" {
		key = "metadata.email"
	}
	if of, ok := strings.CutPrefix(key, "metadata."); ok {
		add(e.Metadata[of])
	}
	return found
}

// account is the entity as an account. One that nothing but its own name names goes by that.
func (e *entity) account(key string) access.Account {
	a := access.Account{ID: e.ID, Names: e.emails(key), Status: "enabled", Active: !e.Disabled}
	if e.Disabled {
		a.Status = "disabled"
	}
	if len(a.Names) == 0 {
		a.Names = []string{strings.ToLower(e.Name)}
	}
	return a
}

// name is how labels name the entity: by an address if it has one.
func (e *entity) name() string {
	for _, name := range e.emails("") {
		if strings.Contains(name, "@") {
			return name
		}
	}
	return e.Name
}

// signsInAs says that a user of an auth method is this entity: an alias of it says so, or the user bears its email
// address and is nobody else's. Users are told apart without regard to letter case, as these methods do.
func (e *entity) signsInAs(m *mount, user string) bool {
	for _, a := range e.Aliases {
		if a.MountAccessor == m.Accessor && strings.EqualFold(a.Name, user) {
			return true
		}
	}
	return strings.Contains(user, "@") && slices.Contains(e.emails(""), strings.ToLower(user))
}

// identity is the entity as templates in policies see it.
func (e *entity) identity(groups []*group) *policy.Identity {
	who := &policy.Identity{ID: string(e.ID), Name: e.Name, Metadata: e.Metadata}
	for _, a := range e.Aliases {
		who.Aliases = append(who.Aliases, policy.Alias{
			ID: a.ID, Name: a.Name, MountAccessor: a.MountAccessor, Metadata: a.Metadata, CustomMetadata: a.CustomMetadata,
		})
	}
	for _, g := range groups {
		who.Groups = append(who.Groups, policy.Group{ID: g.ID, Name: g.Name, Metadata: g.Metadata})
	}
	return who
}

const (
	listEntities = "list identity/entity/id"
	readEntities = "read identity/entity/id/0"
)

// entity reads one entity, straight from Vault. GET identity/entity/id/{id}.
func (v *Vault) entity(ctx context.Context, id access.AccountID) (*entity, error) {
	c := calling("read", "identity/entity/id/"+string(id), "read the entity %s", id)
	if strings.HasPrefix(string(id), "auth/") {
		m, name, err := v.userIn(ctx, string(id))
		if err != nil {
			return nil, err
		}
		return nil, (&authUser{mount: m, name: name}).noEntity(c.what)
	}
	if id == "" || strings.ContainsAny(string(id), "/@ ") {
		return nil, &access.Error{
			Kind: access.Blocked, Op: c.what, Reason: fmt.Sprintf("%q is not the id of an entity", id),
			Fix: "Name the account by the id of its entity, such as 7d2e3179-f69b-450c-7179-ac8ee8bd8ca9.",
		}
	}
	e, err := get[entity](ctx, v, c)
	switch {
	case access.KindOf(err) == access.NotFound:
		return nil, v.gone(ctx, id, err)
	case err != nil:
		return nil, err
	case e.ID != id || e.Name == "":
		return nil, malformed(c, "another entity, or one without a name")
	}
	return e, nil
}

// gone says whether an entity that is not there any more has only become part of another one.
func (v *Vault) gone(ctx context.Context, id access.AccountID, notFound error) error {
	all, err := v.everybody(ctx)
	if err != nil {
		return err
	}
	for _, e := range all {
		if slices.Contains(e.Merged, id) {
			return &access.Error{
				Kind: access.Blocked, Op: "read the entity " + string(id), Reason: fmt.Sprintf("it has been merged into the entity %s (%s)", e.ID, e.name()),
				Fix: fmt.Sprintf("Watch that one: account = %q.", e.ID),
			}
		}
	}
	return notFound
}

// sweepWidth is how many things are looked at at once, where each has to be looked at by itself.
const sweepWidth = 8

// each does something for every one of a list, several at once, and ends with the first error.
func each[T any](ctx context.Context, list []T, do func(ctx context.Context, item T) error) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(sweepWidth)
	for _, item := range list {
		group.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			return do(ctx, item)
		})
	}
	return group.Wait()
}

// roster reads every entity. LIST identity/entity/id, which is not paged, and GET identity/entity/id/{id} of each: the list
// has neither the metadata nor whether an entity is disabled. One that is deleted meanwhile is not in it.
func (v *Vault) roster(ctx context.Context) ([]*entity, error) {
	if err := v.sees(ctx, listEntities, readEntities); err != nil {
		return nil, err
	}
	found, err := v.list(ctx, calling("list", "identity/entity/id", "list the entities"))
	if err != nil {
		return nil, err
	}
	var mu sync.Mutex
	var all []*entity
	err = each(ctx, found.Keys, func(ctx context.Context, id string) error {
		c := calling("read", "identity/entity/id/"+id, "read the entity %s", id)
		e, err := get[entity](ctx, v, c)
		switch {
		case access.KindOf(err) == access.NotFound:
			return nil
		case err != nil:
			return err
		case string(e.ID) != id || e.Name == "":
			return malformed(c, "another entity, or one without a name")
		}
		mu.Lock()
		defer mu.Unlock()
		all = append(all, e)
		return nil
	})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(all, func(a, b *entity) int { return strings.Compare(string(a.ID), string(b.ID)) })
	return all, nil
}

// everybody is the roster as it was earlier in the run.
func (v *Vault) everybody(ctx context.Context) ([]*entity, error) {
	return v.found.Get(ctx, func() ([]*entity, error) { return v.roster(ctx) })
}

// Find looks for the entity whose alias or metadata is the person's address. Somebody who has never signed in has no entity,
// and may have a user all the same: that is not nobody.
func (v *Vault) Find(ctx context.Context, person access.Person) (access.Account, error) {
	what := "find the entity of " + string(person)
	all, err := v.everybody(ctx)
	if err != nil {
		return access.Account{}, err
	}
	var matches []*entity
	for _, e := range all {
		if slices.Contains(e.emails(v.config.UserKey), string(person)) {
			matches = append(matches, e)
		}
	}
	switch len(matches) {
	case 0:
		waiting, err := v.waiting(ctx, all)
		if err != nil {
			return access.Account{}, err
		}
		for _, u := range waiting {
			if u.namedBy(string(person)) {
				return access.Account{}, u.noEntity(what)
			}
		}
		return access.Account{}, &access.Error{Kind: access.NotFound, Op: what, Reason: "no entity has that address, and no user of an auth method is named by it"}
	case 1:
		return matches[0].account(v.config.UserKey), nil
	}
	var ids []string
	for _, e := range matches {
		ids = append(ids, fmt.Sprintf("%s (%s, %s)", e.ID, e.Name, e.account("").Status))
	}
	return access.Account{}, &access.Error{
		Kind: access.Blocked, Op: what, Reason: fmt.Sprintf("%d entities carry this address: %s", len(matches), strings.Join(ids, ", ")),
		Fix: "Merge them in Vault (identity/entity/merge), or say which one with account = \"<id>\" and watch each of the others with a resource of its own.",
	}
}

// Get reads the entity, or the user that the roll has because there is no entity.
func (v *Vault) Get(ctx context.Context, id access.AccountID) (access.Account, error) {
	if strings.HasPrefix(string(id), "auth/") {
		m, name, err := v.userIn(ctx, string(id))
		if err != nil {
			return access.Account{}, err
		}
		u, err := v.authUser(ctx, m, name)
		if err != nil {
			return access.Account{}, err
		}
		return u.account(), nil
	}
	e, err := v.entity(ctx, id)
	if err != nil {
		return access.Account{}, err
	}
	return e.account(v.config.UserKey), nil
}

// onlyIfGone keeps a 404 for something else from passing for the entity's absence.
func (v *Vault) onlyIfGone(ctx context.Context, id access.AccountID, err *error) {
	system.OnlyIfGone(err, func() error {
		_, about := v.entity(ctx, id)
		return about
	})
}

package vault

import (
	"context"
	"slices"
	"strings"
	"sync"

	"github.com/offboard/terraform-provider-offboard/internal/access"
)

var _ access.Registrar = (*Vault)(nil)

// Roll lists every entity, and every user of an auth method who has none because nobody has signed in as them yet. The id of
// such a user is their path, auth/userpass/users/jane.
//
// Not in it is who could sign in through a directory or an identity provider and never has: that one's roll has them.
func (v *Vault) Roll(ctx context.Context) ([]access.Entry, error) {
	all, err := v.roster(ctx)
	if err != nil {
		return nil, err
	}
	var roll []access.Entry
	for _, e := range all {
		roll = append(roll, e.entry(v.config.UserKey))
	}
	waiting, err := v.waiting(ctx, all)
	if err != nil {
		return nil, err
	}
	for _, u := range waiting {
		roll = append(roll, access.Entry{Account: u.account()})
	}
	if fault := access.RollFault(roll); fault != "" {
		return nil, malformed(calling("list", "identity/entity/id", "list everybody"), fault)
	}
	return roll, nil
}

// machines are the auth methods that no person signs in through.
var machines = []string{"approle", "kubernetes", "aws", "azure", "gcp"}

// entry is the account with what else is noted with it. One that only a machine signs in as is of that method's sort.
func (e *entity) entry(key string) access.Entry {
	entry := access.Entry{Account: e.account(key), Created: e.Created.UTC()}
	for _, address := range e.emails("") {
		if strings.Contains(address, "@") && !slices.Contains(entry.Names, address) {
			entry.Elsewhere = append(entry.Elsewhere, address)
		}
	}
	for i, a := range e.Aliases {
		if !slices.Contains(machines, a.MountType) || i > 0 && a.MountType != entry.Sort {
			entry.Sort = ""
			break
		}
		entry.Sort = a.MountType
	}
	return entry
}

// waiting are the users of auth methods that are none of these entities'.
func (v *Vault) waiting(ctx context.Context, entities []*entity) (waiting []*authUser, err error) {
	auth, err := v.authMounts(ctx)
	if err != nil {
		return nil, err
	}
	var mu sync.Mutex
	err = each(ctx, auth.of(withUsers...), func(ctx context.Context, m *mount) error {
		names, err := v.usersAt(ctx, m)
		mu.Lock()
		defer mu.Unlock()
		for _, name := range names {
			if !slices.ContainsFunc(entities, func(e *entity) bool { return e.signsInAs(m, name) }) {
				waiting = append(waiting, &authUser{mount: m, name: name})
			}
		}
		return err
	})
	return waiting, err
}

// account is the user as an account of its own.
func (u *authUser) account() access.Account {
	return access.Account{ID: access.AccountID(u.path()), Names: []string{strings.ToLower(u.name)}, Status: "has never signed in", Active: true}
}

// namedBy says that the user's name is an address, or the part of it before the @: userpass takes no other names.
func (u *authUser) namedBy(address string) bool {
	local, _, _ := strings.Cut(address, "@")
	return strings.EqualFold(u.name, address) || strings.EqualFold(u.name, local)
}

// noEntity is why nothing can be watched of a user that nobody has signed in as.
func (u *authUser) noEntity(what string) *access.Error {
	return &access.Error{
		Kind: access.Blocked, Op: what, Reason: u.path() + " can sign in, may be theirs, and has no entity yet, because nobody has",
		Fix: "Delete that user; or, whoever's it is, make an entity with an alias of it (identity/entity, identity/entity-alias), which can then be watched and disabled.",
	}
}

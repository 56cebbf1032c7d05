package github

import (
	"cmp"
	"context"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/system"
)

// Keys are the deploy keys that the account added to repositories. They stay when it leaves, and work for whoever has the
// private half (github.md section 10). SSH keys of the account itself are its owner's; those that are authorized for
// single sign-on are among its tokens.
func Keys(g *GitHub) access.Connector { return keys{g} }

type keys struct{ *GitHub }

var (
	_ access.Surveyor = keys{}
	_ access.Leftover = keys{}
)

// A deployKey is what this package needs of one. The key itself is not read.
type deployKey struct {
	ID       int64      `json:"id"`
	Title    string     `json:"title"`
	ReadOnly *bool      `json:"read_only"`
	AddedBy  string     `json:"added_by"`
	LastUsed *time.Time `json:"last_used"`
}

const keyPrefix = "key/"

// List asks every repository, because GitHub can't be asked for the keys that somebody added.
// GET /orgs/{org}/repos and /repos/{owner}/{repo}/keys.
func (c keys) List(ctx context.Context, id access.AccountID) ([]access.Grant, error) {
	if _, err := c.subject(ctx, id); err != nil {
		return nil, err
	}
	everybody, err := c.Survey(ctx)
	return everybody[id], err
}

// Survey asks every repository for its keys. GitHub names who added one by login alone.
func (c keys) Survey(ctx context.Context) (map[access.AccountID][]access.Grant, error) {
	repos, err := c.repositories(ctx)
	if err != nil {
		return nil, err
	}
	var mu sync.Mutex
	everybody := map[access.AccountID][]access.Grant{}
	err = eachRepository(ctx, repos, func(ctx context.Context, r *repository) error {
		found, err := c.of(ctx, r)
		if err != nil {
			return err
		}
		for _, key := range found {
			if key.AddedBy == "" {
				continue
			}
			id, err := c.idOf(ctx, key.AddedBy)
			if err != nil {
				return err
			}
			mu.Lock()
			everybody[accountID(id)] = append(everybody[accountID(id)], c.grant(r, key))
			mu.Unlock()
		}
		return nil
	})
	return everybody, err
}

// of lists the keys of a repository. One that went meanwhile has none.
func (c keys) of(ctx context.Context, r *repository) ([]*deployKey, error) {
	call := adminRepos.to("list the deploy keys of the repository %s", r.Name)
	found, err := list[deployKey](ctx, c.GitHub, call, c.repo(r.Name, "/keys"))
	if access.KindOf(err) == access.NotFound {
		now, unknown := c.oneRepository(ctx, r.ID)
		if unknown != nil {
			return nil, unknown
		}
		if now == nil {
			return nil, nil
		}
		return nil, there(call, err)
	}
	for _, key := range found {
		if key.ID == 0 || key.ReadOnly == nil {
			return nil, malformed(call, "a key without an id or its rights")
		}
	}
	return found, err
}

func (c keys) grant(r *repository, key *deployKey) access.Grant {
	what := "deploy key, may write"
	if *key.ReadOnly {
		what = "deploy key, reads only"
	}
	if key.LastUsed != nil {
		what += ", last used on " + key.LastUsed.UTC().Format(time.DateOnly)
	}
	return access.Grant{
		ID: repoGrant(keyPrefix, r.ID, key.ID), Label: system.OneLine(cmp.Or(key.Title, "unnamed") + " on " + c.repoLabel(r, what)),
		Note: "What deploys or builds with this key stops working. A key can't be changed, so make a new one first where it is needed.",
	}
}

// Recheck looks whether these keys are still there, whoever added them: GitHub may have forgotten who did.
func (c keys) Recheck(ctx context.Context, _ access.AccountID, grants []access.GrantID) (held []access.Grant, err error) {
	asked := map[int64]bool{}
	var ids []int64
	for _, grant := range grants {
		if parts, ok := numbered(grant, keyPrefix, 2); ok && !asked[parts[0]] {
			asked[parts[0]] = true
			ids = append(ids, parts[0])
		}
	}
	repos, err := c.repositoriesOf(ctx, ids)
	if err != nil {
		return nil, err
	}
	wanted := map[access.GrantID]bool{}
	for _, grant := range grants {
		wanted[grant] = true
	}
	for _, r := range repos {
		found, err := c.of(ctx, r)
		if err != nil {
			return nil, err
		}
		for _, key := range found {
			if grant := c.grant(r, key); wanted[grant.ID] {
				held = append(held, grant)
			}
		}
	}
	return held, nil
}

// Outlives says that a key is there when the account is deleted.
func (keys) Outlives() {}

// Remains says that who added a key is told of whoever has an account, a member or not.
func (keys) Remains() {}

// Remove deletes the key. DELETE /repos/{owner}/{repo}/keys/{key_id}.
func (c keys) Remove(ctx context.Context, _ access.AccountID, grant access.GrantID) (access.Receipt, error) {
	gone := access.Receipt{Assurance: access.Observed}
	parts, ok := numbered(grant, keyPrefix, 2)
	if !ok {
		return access.Receipt{}, noSuchGrant(grant)
	}
	r, err := c.oneRepository(ctx, parts[0])
	if err != nil || r == nil {
		return gone, err
	}
	call := writeRepos.to("delete the deploy key %d of the repository %s", parts[1], r.Name)
	err = c.write(ctx, call, http.MethodDelete, c.repo(r.Name, "/keys/%v", parts[1]), nil)
	return gone, c.unlessArchived(r, call, err)
}

// unlessArchived explains a refusal to change what is archived: all of that is read-only.
func (g *GitHub) unlessArchived(r *repository, call op, err error) error {
	if !r.Archived || status(err) != http.StatusForbidden {
		return system.IgnoreNotFound(err)
	}
	return &access.Error{
		Kind: access.Blocked, Op: call.what, Err: err, Reason: "the repository is archived, and nothing of it can be changed: " + strings.TrimSpace(err.Error()),
		Fix: "Unarchive the repository, apply again, and archive it.",
	}
}

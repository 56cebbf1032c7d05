package accesstest

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/offboard/terraform-provider-offboard/internal/access"
)

// Memory is a system that keeps its accounts and their grants in memory. It is the reference against
// which the conformance suite itself is tried, and what tests of everything above connectors use. The
// zero Memory is an empty system.
type Memory struct {
	mu       sync.Mutex
	accounts map[access.AccountID]*memoryAccount
	notes    map[access.AccountID]access.Entry
	caller   access.AccountID
	calls    []string
	// stale holds lists that are still to be answered as they were, oldest first.
	stale map[access.AccountID][][]access.Grant

	// Lag is for how many reads a list answers as before after a removal: eventual consistency.
	Lag int
	// Fail, if set, is asked before each call, named "list <account>" or "remove <account> <grant>". What
	// it returns is the call's error; nothing is done then.
	Fail func(call string) error
	// After, if set, is called after each call that was not failed, without the lock: another actor.
	After func(call string)
	// Keep are the grants that the system refuses to remove, each with the fix.
	Keep map[access.GrantID]string
	// Unlistable are the grants of which removal leaves something that is still listed.
	Unlistable map[access.GrantID]bool
	// Movable are the grants that need a successor.
	Movable map[access.GrantID]bool
}

type memoryAccount struct {
	access.Account
	grants map[access.GrantID]access.Grant
}

var (
	_ access.Registrar  = (*Memory)(nil)
	_ access.Transferer = (*Memory)(nil)
)

// Add puts an account into the system, or grants onto an account that is there.
func (m *Memory) Add(account access.Account, grants ...access.Grant) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.accounts == nil {
		m.accounts = map[access.AccountID]*memoryAccount{}
	}
	known, ok := m.accounts[account.ID]
	if !ok {
		known = &memoryAccount{Account: account, grants: map[access.GrantID]access.Grant{}}
		m.accounts[account.ID] = known
	}
	for _, grant := range grants {
		known.grants[grant.ID] = grant
	}
}

// Grant gives one more grant to an account that is there.
func (m *Memory) Grant(id access.AccountID, grant access.Grant) { m.Add(access.Account{ID: id}, grant) }

// Drop removes an account with all it holds.
func (m *Memory) Drop(id access.AccountID) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.accounts, id)
}

// SetCaller says whose the credential in use is.
func (m *Memory) SetCaller(id access.AccountID) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.caller = id
}

// Calls are the calls made so far, in order, as Fail sees them.
func (m *Memory) Calls() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.calls)
}

// Holds says what an account really holds, whatever List answers.
func (m *Memory) Holds(id access.AccountID) []access.GrantID {
	m.mu.Lock()
	defer m.mu.Unlock()
	var ids []access.GrantID
	if account, ok := m.accounts[id]; ok {
		for id := range account.grants {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

// Find looks the person up among the names of all accounts.
func (m *Memory) Find(ctx context.Context, person access.Person) (access.Account, error) {
	done, err := m.call(ctx, "find "+string(person))
	if err != nil {
		return access.Account{}, err
	}
	defer done()
	var found []access.Account
	for _, account := range m.accounts {
		if account.Own(person) || slices.Contains(account.Aliases, string(person)) {
			found = append(found, account.Account)
		}
	}
	switch len(found) {
	case 0:
		return access.Account{}, &access.Error{Kind: access.NotFound, Op: "find " + string(person)}
	case 1:
		return found[0], nil
	}
	return access.Account{}, &access.Error{
		Kind: access.Blocked, Op: "find " + string(person),
		Reason: fmt.Sprintf("%d accounts carry this address", len(found)),
		Fix:    "Name the one that is meant with account.",
	}
}

// Get looks an account up by its id.
func (m *Memory) Get(ctx context.Context, id access.AccountID) (access.Account, error) {
	done, err := m.call(ctx, "get "+string(id))
	if err != nil {
		return access.Account{}, err
	}
	defer done()
	account, err := m.account("get "+string(id), id)
	if err != nil {
		return access.Account{}, err
	}
	return account.Account, nil
}

// Caller returns what SetCaller said.
func (m *Memory) Caller(ctx context.Context) (access.AccountID, bool, error) {
	done, err := m.call(ctx, "caller")
	if err != nil {
		return "", false, err
	}
	defer done()
	return m.caller, m.caller != "", nil
}

// Roll returns every account, with what Note has added.
func (m *Memory) Roll(ctx context.Context) ([]access.Entry, error) {
	done, err := m.call(ctx, "roll")
	if err != nil {
		return nil, err
	}
	defer done()
	roll := make([]access.Entry, 0, len(m.accounts))
	for id, account := range m.accounts {
		entry := m.notes[id]
		entry.Account = account.Account
		roll = append(roll, entry)
	}
	slices.SortFunc(roll, func(a, b access.Entry) int { return cmp.Compare(a.ID, b.ID) })
	if fault := access.RollFault(roll); fault != "" {
		return nil, &access.Error{Kind: access.Malformed, Op: "roll", Reason: "the system answered with " + fault}
	}
	return roll, nil
}

// Note puts an account into the system with what the roll says of it besides.
func (m *Memory) Note(entry access.Entry) {
	m.Add(entry.Account)
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.notes == nil {
		m.notes = map[access.AccountID]access.Entry{}
	}
	m.notes[entry.ID] = entry
}

// List returns the account's grants.
func (m *Memory) List(ctx context.Context, id access.AccountID) ([]access.Grant, error) {
	op := "list " + string(id)
	done, err := m.call(ctx, op)
	if err != nil {
		return nil, err
	}
	defer done()
	account, err := m.account(op, id)
	if err != nil {
		return nil, err
	}
	if old := m.stale[id]; len(old) > 0 {
		m.stale[id] = old[1:]
		return old[0], nil
	}
	return account.list(), nil
}

// Remove removes a grant, unless the system keeps it.
func (m *Memory) Remove(ctx context.Context, id access.AccountID, grant access.GrantID) (access.Receipt, error) {
	return m.take(ctx, "remove", id, grant, "")
}

// Moves says whether the grant is one of Movable.
func (m *Memory) Moves(grant access.GrantID) bool { return m.Movable[grant] }

// Transfer gives the grant to the successor and takes it from the account.
func (m *Memory) Transfer(
	ctx context.Context, id access.AccountID, grant access.GrantID, successor access.AccountID,
) (access.Receipt, error) {
	return m.take(ctx, "transfer", id, grant, successor)
}

func (m *Memory) take(
	ctx context.Context, verb string, id access.AccountID, grant access.GrantID, successor access.AccountID,
) (access.Receipt, error) {
	op := verb + " " + string(id) + " " + string(grant)
	done, err := m.call(ctx, op)
	if err != nil {
		return access.Receipt{}, err
	}
	defer done()
	account, err := m.account(op, id)
	if err != nil {
		return access.Receipt{}, err
	}
	held, ok := account.grants[grant]
	if !ok {
		return access.Receipt{Assurance: access.Observed}, nil
	}
	if fix, kept := m.Keep[grant]; kept {
		return access.Receipt{}, &access.Error{Kind: access.Blocked, Op: op, Reason: "the system keeps it", Fix: fix}
	}
	if successor != "" {
		heir, err := m.account(op, successor)
		if err != nil {
			return access.Receipt{}, err
		}
		heir.grants[grant] = held
	}
	if m.Unlistable[grant] {
		held.Version += "'"
		account.grants[grant] = held
		return access.Receipt{Assurance: access.Acknowledged, Version: held.Version}, nil
	}
	before := account.list()
	delete(account.grants, grant)
	if m.stale == nil {
		m.stale = map[access.AccountID][][]access.Grant{}
	}
	m.stale[id] = nil
	for range m.Lag {
		m.stale[id] = append(m.stale[id], before)
	}
	return access.Receipt{Assurance: access.Observed}, nil
}

// call records a call, fails it if it is to fail, and otherwise returns with the lock held; the caller
// gives it back with done.
func (m *Memory) call(ctx context.Context, name string) (done func(), err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	m.mu.Lock()
	m.calls = append(m.calls, name)
	if m.Fail != nil {
		if err := m.Fail(name); err != nil {
			m.mu.Unlock()
			return nil, err
		}
	}
	return func() {
		m.mu.Unlock()
		if m.After != nil {
			m.After(name)
		}
	}, nil
}

func (m *Memory) account(op string, id access.AccountID) (*memoryAccount, error) {
	if account, ok := m.accounts[id]; ok {
		return account, nil
	}
	return nil, &access.Error{Kind: access.NotFound, Op: op, Reason: "there is no account " + string(id)}
}

func (a *memoryAccount) list() []access.Grant {
	grants := make([]access.Grant, 0, len(a.grants))
	for _, grant := range a.grants {
		grants = append(grants, grant)
	}
	slices.SortFunc(grants, func(a, b access.Grant) int { return cmp.Compare(a.ID, b.ID) })
	return grants
}

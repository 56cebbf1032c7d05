package google

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	admin "google.golang.org/api/admin/directory/v1"

	"github.com/offboard/terraform-provider-offboard/internal/access"
)

// user reads one user by id, straight from Google. Google also takes an address for an id, and an address may
// be somebody else's by now.
func (g *Google) user(ctx context.Context, id access.AccountID) (*admin.User, error) {
	call := reading(users, "read the account %s", id)
	noID := &access.Error{
		Kind: access.Blocked, Op: call.what, Reason: fmt.Sprintf("%q is not the id of an account", id),
		Fix: "Name the account by its id, a number of 21 digits.",
	}
	if id == "" || strings.Trim(string(id), digits) != "" {
		return nil, noID
	}
	u, err := g.userBy(ctx, call, string(id))
	if err != nil {
		return nil, err
	}
	if u.Id != string(id) {
		return nil, noID
	}
	return u, nil
}

// userBy reads the user whom a key leads to: an id, the primary address or an alias. What it says is of the
// moment, unlike a search: users.list with a query may be 36 hours behind
// (https://developers.google.com/workspace/admin/directory/v1/guides/search-users).
// GET /admin/directory/v1/users/{key}, scope admin.directory.user.readonly.
func (g *Google) userBy(ctx context.Context, call op, key string) (*admin.User, error) {
	self, err := g.actor(ctx)
	if err != nil {
		return nil, err
	}
	u, err := g.userUnsighted(ctx, call, key)
	if access.KindOf(err) == access.NotFound {
		if unsure := g.seesEverybody(ctx); unsure != nil {
			return nil, unsure
		}
	}
	if err != nil {
		return nil, err
	}
	if u.CustomerId != self.customer {
		return nil, &access.Error{
			Kind: access.Denied, Op: call.what, Reason: fmt.Sprintf("the account belongs to the customer %s, and this is %s", u.CustomerId, self.customer),
			Fix: "Look at admin and customer.",
		}
	}
	return u, nil
}

func (g *Google) userUnsighted(ctx context.Context, call op, key string) (*admin.User, error) {
	u, err := do(ctx, g, call, func(ctx context.Context) (*admin.User, error) {
		return g.directory.Users.Get(key).Projection("basic").ViewType("admin_view").Context(ctx).Do()
	})
	if err != nil {
		return nil, err
	}
	if !ofDirectory(u.Kind) || u.Id == "" || u.PrimaryEmail == "" || u.CustomerId == "" {
		return nil, malformed(call, "an account without its id, address or customer")
	}
	return u, nil
}

// everybody lists the accounts of the customer, without a question, of which the answer might be old (google.md section
// 3).
// GET /admin/directory/v1/users?customer={customer}, scope admin.directory.user.readonly.
func (g *Google) everybody(ctx context.Context) ([]*admin.User, error) {
	if err := g.seesEverybody(ctx); err != nil {
		return nil, err
	}
	self, err := g.actor(ctx)
	if err != nil {
		return nil, err
	}
	call := reading(users, "list everybody")
	found, err := list(ctx, g, call, func(ctx context.Context, token string) (page[admin.User], error) {
		answer, err := g.directory.Users.List().Customer(self.customer).Projection("basic").ViewType("admin_view").MaxResults(500).PageToken(token).
			Fields("kind", "nextPageToken", "users(id,customerId,primaryEmail,aliases,nonEditableAliases,suspended,archived,orgUnitPath,"+
				"name,recoveryEmail,creationTime,lastLoginTime)").Context(ctx).Do()
		if err != nil {
			return page[admin.User]{}, err
		}
		return page[admin.User]{answer.Users, answer.Kind, answer.NextPageToken}, nil
	})
	if err != nil {
		return nil, unsure(err)
	}
	if len(found) == 0 || slices.ContainsFunc(found, func(u *admin.User) bool {
		return u.Id == "" || u.PrimaryEmail == "" || u.CustomerId != self.customer
	}) {
		return nil, malformed(call, "accounts without an id or an address, or of another customer, or none at all")
	}
	return found, nil
}

// peopleByAddress finds accounts by each of their addresses; their own come before aliases.
func peopleByAddress(everybody []*admin.User) map[string]*admin.User {
	by := map[string]*admin.User{}
	for _, u := range everybody {
		for _, alias := range aliases(u) {
			by[alias] = u
		}
	}
	for _, u := range everybody {
		by[name(u)] = u
	}
	return by
}

// updateUser changes an account. Fields that are false or empty have to be named to be sent.
// PUT /admin/directory/v1/users/{id}, which leaves alone what it is not given; scope admin.directory.user.
func (g *Google) updateUser(ctx context.Context, call op, id access.AccountID, change *admin.User) error {
	return g.write(ctx, call, func(ctx context.Context) error {
		_, err := g.directory.Users.Update(string(id), change).Context(ctx).Do()
		return err
	})
}

// The words for the states of an account, which are the Admin console's.
const (
	active    = "active"
	suspended = "suspended"
	archived  = "archived"
)

func status(u *admin.User) string {
	switch {
	case u.Archived:
		return archived
	case u.Suspended:
		return suspended
	}
	return active
}

func accountOf(u *admin.User) access.Account {
	return access.Account{ID: access.AccountID(u.Id), Names: []string{name(u)}, Aliases: aliases(u), Status: status(u), Active: status(u) == active}
}

// aliases lead to an account besides its own address: those that somebody gave it, and those that come with the
// customer's other domains.
func aliases(u *admin.User) []string {
	var names []string
	for _, alias := range slices.Concat(u.Aliases, u.NonEditableAliases) {
		if alias = strings.ToLower(alias); alias != "" && !slices.Contains(names, alias) {
			names = append(names, alias)
		}
	}
	return names
}

// everyAddress are all by which somebody may have been noted somewhere: their aliases and their own.
func everyAddress(u *admin.User) []string { return append(aliases(u), name(u)) }

// name is how labels name a person: by address, which reviewers know.
func name(u *admin.User) string { return strings.ToLower(u.PrimaryEmail) }

// whileActive adds to a refusal about an account that is not active what helps: Google changes some things of
// active accounts only (google.md section 5).
func whileActive(u *admin.User, err error) error {
	if status(u) == active {
		return err
	}
	return withFix(err, "The account is "+status(u)+", and Google may do this for an active one only: let it come before offboard_account (depends_on), "+
		"or have the account made active for as long as this takes.")
}

// isAdministrator says that only a super administrator may change the account.
func isAdministrator(u *admin.User) bool { return u.IsAdmin || u.IsDelegatedAdmin }

// lastLogin is when the account was last signed in to, and false if it never was, which Google writes as the
// beginning of 1970.
func lastLogin(call op, u *admin.User) (time.Time, bool, error) {
	if u.LastLoginTime == "" {
		return time.Time{}, false, nil
	}
	at, err := time.Parse(time.RFC3339, u.LastLoginTime)
	if err != nil {
		return time.Time{}, false, malformed(call, "a time of the last sign-in that is none")
	}
	return at.UTC(), at.Unix() > 0, nil
}

// signIn is the last sign-in as the version of what can't be looked at: whatever was done to an account before
// its last sign-in did not last.
func signIn(call op, u *admin.User) (version, text string, err error) {
	at, ever, err := lastLogin(call, u)
	if err != nil || !ever {
		return "never", "never signed in", err
	}
	return at.Format(time.RFC3339Nano), "the last sign-in on " + at.Format("2006-01-02 15:04 MST"), nil
}

// Find reads the account whose address is the person's: its own or an alias.
func (g *Google) Find(ctx context.Context, person access.Person) (access.Account, error) {
	f, err := g.found.Get(ctx, person, func() (finding, error) {
		account, err := g.find(ctx, person)
		if access.KindOf(err) == access.NotFound {
			return finding{err: err}, nil
		}
		return finding{account: account}, err
	})
	if err != nil {
		return access.Account{}, err
	}
	return f.account, f.err
}

// A finding is what Google says of an address: an account, or with authority that it is nobody's.
type finding struct {
	account access.Account
	err     error
}

func (g *Google) find(ctx context.Context, person access.Person) (access.Account, error) {
	call := reading(users, "find the account of %s", person)
	u, err := g.userBy(ctx, call, string(person))
	if err != nil {
		return access.Account{}, err
	}
	account := accountOf(u)
	if !account.Own(person) && !slices.Contains(account.Aliases, string(person)) {
		return access.Account{}, malformed(call, "an account that does not have this address")
	}
	return account, nil
}

// Get reads the account.
func (g *Google) Get(ctx context.Context, id access.AccountID) (access.Account, error) {
	u, err := g.user(ctx, id)
	if err != nil {
		return access.Account{}, err
	}
	return accountOf(u), nil
}

// Caller returns the administrator in whose name the service account acts. The service account itself is
// nobody in Workspace.
func (g *Google) Caller(ctx context.Context) (access.AccountID, bool, error) {
	self, err := g.actor(ctx)
	if err != nil {
		return "", false, err
	}
	return self.id, true, nil
}

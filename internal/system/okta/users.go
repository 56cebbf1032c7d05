package okta

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/offboard/terraform-provider-offboard/internal/access"
)

// A user is what this package needs of Okta's User object. The SDK's own keeps the profile as a map and
// has no account of transitions.
type user struct {
	ID                    access.AccountID `json:"id"`
	Status                string           `json:"status"`
	TransitioningToStatus string           `json:"transitioningToStatus"`
	Created               *time.Time       `json:"created"`
	LastLogin             sometime         `json:"lastLogin"`
	PasswordChanged       *time.Time       `json:"passwordChanged"`
	Profile               struct {
		Login       string `json:"login"`
		Email       string `json:"email"`
		SecondEmail string `json:"secondEmail"`
		FirstName   string `json:"firstName"`
		LastName    string `json:"lastName"`
		DisplayName string `json:"displayName"`
		UserType    string `json:"userType"`
	} `json:"profile"`
	Credentials *struct {
		Password *struct{} `json:"password"`
		Provider struct {
			Type string `json:"type"`
			Name string `json:"name"`
		} `json:"provider"`
		RecoveryQuestion struct {
			Question string `json:"question"`
		} `json:"recovery_question"`
	} `json:"credentials"`
	// Links are, besides others, the lifecycle operations that the account's status allows. Okta sends them
	// with a single user only.
	Links map[string]json.RawMessage `json:"_links"`
}

// A sometime is a time, or Okta's word that there is none. Known is false where an answer says neither.
type sometime struct {
	*time.Time
	known bool
}

// UnmarshalJSON takes a time or null.
func (s *sometime) UnmarshalJSON(data []byte) error {
	s.known = true
	return json.Unmarshal(data, &s.Time)
}

// The statuses of a user that this package tells apart from the rest.
const (
	active        = "ACTIVE"
	suspended     = "SUSPENDED"
	deprovisioned = "DEPROVISIONED"
)

// user reads one user by id, straight from Okta. Okta also takes a login for an id, and what it takes for a
// login may be somebody else's: "a#b@acme.com" in a path is the user "a".
func (o *Okta) user(ctx context.Context, id access.AccountID) (*user, error) {
	call := reading("users", "read the account %s", id)
	noID := &access.Error{
		Kind: access.Blocked, Op: call.what, Reason: fmt.Sprintf("%q is not the id of an account", id),
		Fix: "Name the account by its id, 20 characters that begin with 00u.",
	}
	if strings.Trim(string(id), idCharacters) != "" {
		return nil, noID
	}
	if err := o.sees(ctx, "users"); err != nil {
		return nil, err
	}
	u, err := get[user](ctx, o, call, path("/api/v1/users/%s", id))
	switch {
	case err != nil:
		return nil, err
	case u.ID != id:
		return nil, noID
	case u.Status == "":
		return nil, malformed(call, "an account without a status")
	}
	return u, nil
}

const idCharacters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"

func (u *user) account() access.Account {
	a := access.Account{ID: u.ID, Status: u.Status, Active: u.canSignIn()}
	for _, name := range []string{u.Profile.Login, u.Profile.Email} {
		if name = strings.ToLower(name); name != "" && !slices.Contains(a.Names, name) {
			a.Names = append(a.Names, name)
		}
	}
	return a
}

// canSignIn says whether the account can be signed in to, or can come to be without an administrator deciding
// it: by an activation mail, a reset password, the end of a lock. A staged account is among these, as whoever
// made it meant it to be activated.
func (u *user) canSignIn() bool { return u.Status != suspended && !u.deactivated() }

// deactivated says that the account is deactivated and that Okta has finished doing so.
func (u *user) deactivated() bool { return u.Status == deprovisioned && u.TransitioningToStatus == "" }

// suspendable says whether Okta would suspend the account: it shows a link to what it allows. Where it sends
// no lifecycle links at all, Okta's document counts: only from ACTIVE.
func (u *user) suspendable() bool {
	if _, ok := u.Links["suspend"]; ok {
		return true
	}
	_, deactivate := u.Links["deactivate"]
	return !deactivate && u.Status == active && u.TransitioningToStatus == ""
}

// name is how labels name a person: by login, which reviewers know.
func (u *user) name() string { return cmp.Or(strings.ToLower(u.Profile.Login), string(u.ID)) }

// sourced names the directory that checks the account's password in place of Okta, as an agent of that
// directory does. It is the only sign on the object that something else is master of the account. A password
// that was imported is Okta's own, and one who comes by federation or a social login has none.
func (u *user) sourced() string {
	words := map[string]string{"ACTIVE_DIRECTORY": "Active Directory", "LDAP": "LDAP"}
	if u.Credentials == nil {
		return ""
	}
	word, ok := words[u.Credentials.Provider.Type]
	if !ok {
		return ""
	}
	return strings.TrimSpace(word + " " + u.Credentials.Provider.Name)
}

// Find looks for the accounts whose login or email is the person's.
//
// It uses search, which takes letter case as people do but reads from an index that may be a second old.
// Where that finds nobody it asks again by filter, which is exact about both.
func (o *Okta) Find(ctx context.Context, person access.Person) (access.Account, error) {
	f, err := o.found.Get(ctx, person, func() (finding, error) {
		account, err := o.find(ctx, person)
		if kind := access.KindOf(err); kind == access.NotFound || kind == access.Blocked {
			return finding{err: err}, nil
		}
		return finding{account: account}, err
	})
	if err != nil {
		return access.Account{}, err
	}
	return f.account, f.err
}

// A finding is what Okta says of an address: one account, or with authority that it is nobody's or that
// it is not only one's.
type finding struct {
	account access.Account
	err     error
}

func (o *Okta) find(ctx context.Context, person access.Person) (access.Account, error) {
	call := reading("users", "find the account of %s", person)
	quoted := quote(string(person))
	expression := "profile.login eq " + quoted + " or profile.email eq " + quoted
	var matches []*user
	for _, parameter := range []string{"search", "filter"} {
		users, err := list[user](ctx, o, call, "/api/v1/users?limit=200&"+parameter+"="+url.QueryEscape(expression))
		if err != nil {
			return access.Account{}, there(call, err)
		}
		for _, u := range users {
			if u.ID == "" {
				return access.Account{}, malformed(call, "an account without an id")
			}
			// Who does not carry the address was not asked for, whatever the answer says.
			if slices.Contains(u.account().Names, string(person)) {
				matches = append(matches, u)
			}
		}
		if len(matches) > 0 {
			break
		}
	}
	switch len(matches) {
	case 0:
		return access.Account{}, &access.Error{Kind: access.NotFound, Op: call.what, Reason: "nobody in this org has that login or email"}
	case 1:
		return matches[0].account(), nil
	}
	var accounts []string
	for _, u := range matches {
		accounts = append(accounts, fmt.Sprintf("%s (login %s, %s)", u.ID, u.Profile.Login, u.Status))
	}
	slices.Sort(accounts)
	return access.Account{}, &access.Error{
		Kind:   access.Blocked,
		Op:     call.what,
		Reason: fmt.Sprintf("%d accounts carry this address: %s", len(matches), strings.Join(accounts, ", ")),
		Fix: "Say which one with account = \"<id>\", and watch each of the others too: by its own login as person, or with a resource of " +
			"its own that names it. To import, add the id: okta/" + string(person) + "/<id>.",
	}
}

// quote writes a string as a value in Okta's filter expressions.
func quote(s string) string { return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"` }

// Get reads the account.
func (o *Okta) Get(ctx context.Context, id access.AccountID) (access.Account, error) {
	u, err := o.user(ctx, id)
	if err != nil {
		return access.Account{}, err
	}
	return u.account(), nil
}

// Caller returns the owner of the API token. A service application belongs to nobody.
func (o *Okta) Caller(ctx context.Context) (access.AccountID, bool, error) {
	own, err := o.rights(ctx)
	if err != nil {
		return "", false, err
	}
	return own.account, own.account != "", nil
}

// nameOf is how a label names another person. A person who is gone is named by id.
func (o *Okta) nameOf(ctx context.Context, id access.AccountID) (string, error) {
	return o.people.Get(ctx, id, func() (string, error) {
		u, err := o.user(ctx, id)
		if access.KindOf(err) == access.NotFound {
			return string(id), nil
		}
		if err != nil {
			return "", err
		}
		return u.name(), nil
	})
}

package scim

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/system"
)

// user reads one account by its id, straight from the application. NotFound is believed if another account is found in the
// same way.
func (s *SCIM) user(ctx context.Context, id access.AccountID) (*user, error) {
	what := "read the account " + string(id)
	if strings.Trim(string(id), ".") == "" {
		return nil, &access.Error{
			Kind: access.Blocked, Op: s.op(what), Reason: strconv.Quote(string(id)) + " is not the id of an account",
			Fix: "Name the account by the id that the application gives it.",
		}
	}
	u, err := get[user](ctx, s, what, "/Users/"+escaped(string(id)), nil)
	switch {
	case access.KindOf(err) == access.NotFound:
		if blind := s.findsOthers(ctx, what, id); blind != nil {
			return nil, blind
		}
		if blind := s.listsNot(ctx, what, id); blind != nil {
			return nil, blind
		}
		return nil, err
	case err != nil:
		return nil, err
	case u.ID != string(id):
		return nil, s.malformed(what, "another account, or none")
	}
	return u, nil
}

// findsOthers returns nil if the application finds an account by its id, so that one that it does not find is gone: a wrong
// path, a token that may see nothing and ids that change all look like the absence of somebody.
func (s *SCIM) findsOthers(ctx context.Context, what string, but access.AccountID) error {
	other, err := s.somebody(ctx, what, but)
	if err != nil {
		return err
	}
	again, err := get[user](ctx, s, what, "/Users/"+escaped(other.ID), nil)
	switch {
	case access.KindOf(err) == access.NotFound, err == nil && again.ID != other.ID:
		return s.malformed(what, `"not found" for an account that it lists as well, `+other.name()+", so that nobody can be taken to be gone")
	}
	return err
}

// listsNot returns nil if an id is one that a path can have as it is, or nobody in the list has it. To what is escaped in a
// path some servers, and some proxies before them, answer "not found" whatever it is.
func (s *SCIM) listsNot(ctx context.Context, what string, id access.AccountID) error {
	if escaped(string(id)) == string(id) {
		return nil
	}
	listed, err := s.list(ctx)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(listed, func(u *user) bool { return u.ID == string(id) }) {
		return s.malformed(what, `"not found" for an account that it lists: its id has to be escaped in a path, which it, or a proxy before it, does not understand`)
	}
	return nil
}

// somebody is an account that is there, other than one: the one that the configuration names, else any that is listed.
func (s *SCIM) somebody(ctx context.Context, what string, but access.AccountID) (*user, error) {
	query := url.Values{"startIndex": {"1"}, "count": {"10"}}
	switch {
	case s.config.Control != "":
		query = url.Values{"filter": {"userName eq " + quote(s.config.Control)}}
	case s.profile.Cursors:
		query = url.Values{"cursor": {""}, "count": {"10"}}
	}
	listed, err := s.some(ctx, what, query)
	if err != nil {
		return nil, err
	}
	for _, u := range listed {
		if s.config.Control != "" && !strings.EqualFold(u.UserName, s.config.Control) || u.ID == string(but) || s.madeUp(u) {
			continue
		}
		return u, nil
	}
	reason := s.config.Name + " does not show any other account, so that one that it does not find can't be taken to be gone"
	if s.config.Control != "" {
		reason = s.config.Name + " does not show the account " + s.config.Control + ", which is configured as control, so that one that it does not find can't be taken to be gone"
	}
	return nil, &access.Error{
		Kind: access.Denied, Op: s.op(what), Reason: reason,
		Fix: "Check that the token is shown accounts. Where the application lists none, set control to the userName of one that is known to be there.",
	}
}

// some reads one page of accounts.
func (s *SCIM) some(ctx context.Context, what string, query url.Values) ([]*user, error) {
	p, err := s.page(ctx, what, "/Users", query)
	if err != nil {
		return nil, err
	}
	return decode[*user](s, what, p)
}

// madeUp says that an account is the vendor's sample.
func (s *SCIM) madeUp(u *user) bool {
	return s.profile.Sample != "" && strings.EqualFold(u.UserName, s.profile.Sample)
}

// Get reads the account.
func (s *SCIM) Get(ctx context.Context, id access.AccountID) (access.Account, error) {
	u, err := s.user(ctx, id)
	if err != nil {
		return access.Account{}, err
	}
	return u.account(), nil
}

// account is how the model has it. An account of which it is not said that it is inactive is active.
func (u *user) account() access.Account {
	return access.Account{ID: access.AccountID(u.ID), Names: u.names(), Status: u.status(), Active: !u.inactive()}
}

func (u *user) inactive() bool { return u.Active.said && !u.Active.on }

func (u *user) status() string {
	switch {
	case u.inactive():
		return "inactive"
	case !u.Active.said:
		return "not said to be active or inactive"
	}
	return "active"
}

// names are the userName, the addresses for work, and an external id that is an address. An address of another type, such
// as home, is not one by which somebody is known at work.
func (u *user) names() (names []string) {
	add := func(name string) {
		if name = strings.ToLower(strings.TrimSpace(name)); name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	add(u.UserName)
	for _, email := range u.Emails {
		if email.atWork() {
			add(email.Value)
		}
	}
	if strings.Contains(u.ExternalID, "@") {
		add(u.ExternalID)
	}
	return names
}

func (v value) atWork() bool { return v.Primary || v.Type == "" || strings.EqualFold(v.Type, "work") }

// name is how labels name somebody.
func (u *user) name() string {
	if u.UserName == "" {
		return u.ID
	}
	return strings.ToLower(system.OneLine(u.UserName))
}

// change writes a change of a resource: as a patch, or, where the form is that or the application takes no patches, by
// putting back what was read of it as edit leaves it. Somebody else's change in between is answered with 412 where there
// are versions, and the whole is done again; one of this run waits.
func (s *SCIM) change(ctx context.Context, what, path string, put bool, op operation, edit func(raw map[string]any) error) error {
	f := features{}
	if s.config.Profile == Generic {
		var err error
		if f, err = s.says(ctx); err != nil {
			return err
		}
	}
	if put = put || f.Patch != nil && !f.Patch.Supported; put {
		s.puts.Lock()
		defer s.puts.Unlock()
	}
	const tries = 3
	for try := 1; ; try++ {
		r := request{what: what, method: http.MethodPatch, path: path, body: patchOf(op)}
		if put || f.ETag.Supported {
			read, err := s.do(ctx, request{what: what, method: http.MethodGet, path: path})
			if err != nil {
				return err
			}
			raw, version, err := s.editable(what, read)
			if err != nil {
				return err
			}
			r.match = version
			if put {
				if err := edit(raw); err != nil {
					return err
				}
				r.method, r.body = http.MethodPut, raw
			}
		}
		_, err := s.do(ctx, r)
		if stale := refusalOf(err); stale != nil && stale.status == http.StatusPreconditionFailed && try < tries {
			continue
		}
		return err
	}
}

// editable is a resource as it was read, without what is the server's to say, and its version.
func (s *SCIM) editable(what string, read answer) (raw map[string]any, version string, err error) {
	if raw, err = asObject(read.body); err != nil {
		return nil, "", s.malformed(what, "what can't be read: "+err.Error())
	}
	version = read.etag
	for name, part := range raw {
		switch strings.ToLower(name) {
		case "meta":
			if said, ok := part.(map[string]any); ok && version == "" {
				version, _ = said["version"].(string)
			}
			delete(raw, name)
		case "groups":
			delete(raw, name)
		}
	}
	return raw, version, nil
}

package github

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/offboard/terraform-provider-offboard/internal/access"
)

// An account is what this package needs of a user object, which GitHub embeds in most others.
type account struct {
	ID    int64  `json:"id"`
	Login string `json:"login"`
}

func (a *account) whole() bool { return a != nil && a.ID != 0 && loginForm.MatchString(a.Login) }

// A membership is somebody's in the organisation.
type membership struct {
	State string  `json:"state"`
	Role  string  `json:"role"`
	User  account `json:"user"`
	// Direct is nil where GitHub does not say; Through are enterprise teams.
	Direct  *bool    `json:"direct_membership"`
	Through []string `json:"enterprise_teams_providing_indirect_membership"`
}

// indirect says that the person is a member through enterprise teams alone.
func (m *membership) indirect() bool { return m.Direct != nil && !*m.Direct }

// A subject is an account as calls name it, as of now: by a login, which may be another next time, and may be somebody
// else's then. An open invitation to an address that is nobody's yet has neither.
type subject struct {
	account
	invitation int64
}

// invited says that there is nobody yet, but an open invitation: it holds nothing.
func (s *subject) invited() bool { return s.invitation != 0 }

// invitationPrefix begins the id of what is not an account yet.
const invitationPrefix = "invitation/"

func accountID(id int64) access.AccountID { return access.AccountID(strconv.FormatInt(id, 10)) }

// subject asks who has an id now. A user's id never changes and is given to nobody else; a login is free for anybody once
// its owner takes another. GET /user/{account_id}.
func (g *GitHub) subject(ctx context.Context, id access.AccountID) (*subject, error) {
	if number, is := strings.CutPrefix(string(id), invitationPrefix); is {
		return g.invitee(ctx, id, number)
	}
	call := anybody.to("read the account %s", id)
	number, err := strconv.ParseInt(string(id), 10, 64)
	if err != nil || !numberForm.MatchString(string(id)) {
		return nil, g.notAnID(ctx, call, string(id))
	}
	found, err := get[account](ctx, g, call, path("user/%s", id))
	switch {
	case access.KindOf(err) == access.NotFound:
		// GitHub hides some accounts from everybody, and they are in organisations all the same (github.md section 2).
		return g.hidden(ctx, call, number)
	case err != nil:
		return nil, err
	case found.ID != number || !found.whole():
		return nil, malformed(call, "another account, or one without a login")
	}
	return &subject{account: *found}, nil
}

// notAnID explains what an account is named by, with the id where it is a login.
func (g *GitHub) notAnID(ctx context.Context, call op, id string) error {
	wrong := &access.Error{
		Kind: access.Blocked, Op: call.what, Reason: fmt.Sprintf("%q is not the id of an account", id),
		Fix: "Name the account by its number, the id at https://api.github.com/users/LOGIN.",
	}
	if !loginForm.MatchString(id) {
		return wrong
	}
	found, err := get[account](ctx, g, call, path("users/%s", id))
	switch {
	case err != nil && access.KindOf(err) != access.NotFound:
		return err
	case err == nil && found.whole() && strings.EqualFold(found.Login, id):
		wrong.Reason = fmt.Sprintf("%q is a login, which its owner can change and somebody else can take then", id)
		wrong.Fix = fmt.Sprintf("If that is the person, name the account by its number: account = \"%d\".", found.ID)
	}
	return wrong
}

// hidden looks for an account among the members and outside collaborators.
func (g *GitHub) hidden(ctx context.Context, call op, id int64) (*subject, error) {
	everybody, err := g.belonging(ctx)
	if err != nil {
		return nil, err
	}
	for _, b := range everybody {
		if b.ID == id {
			return &subject{account: b.account}, nil
		}
	}
	return nil, &access.Error{Kind: access.NotFound, Op: call.what, Reason: "GitHub has no such account, and nobody in the organization has this id"}
}

// A belonging is somebody's place in the organisation.
type belonging struct {
	account
	status string
}

// The statuses of an account, in this package's words where GitHub has none.
const (
	owner        = "owner"
	member       = "member"
	outsider     = "outside collaborator"
	pending      = "invited"
	notAMember   = "not a member"
	managedUser  = "managed user"
	suspended    = "suspended"
	billingOnly  = "billing manager"
	adminRole    = "admin"
	billingRole  = "billing_manager"
	activeState  = "active"
	pendingState = "pending"
)

// belonging lists everybody who is in the organisation or in some of its repositories.
// GET /orgs/{org}/members and /orgs/{org}/outside_collaborators.
func (g *GitHub) belonging(ctx context.Context) ([]belonging, error) {
	var everybody []belonging
	for _, part := range []struct{ status, at string }{
		{owner, g.org("/members") + "?role=admin"}, {member, g.org("/members") + "?role=member"}, {outsider, g.org("/outside_collaborators")},
	} {
		call := readMembers.to("list who is in the organization (%s)", part.status)
		accounts, err := list[account](ctx, g, call, part.at)
		if err != nil {
			return nil, there(call, err)
		}
		for _, a := range accounts {
			if !a.whole() {
				return nil, malformed(call, "an account without an id and a login")
			}
			everybody = append(everybody, belonging{*a, part.status})
		}
	}
	return everybody, nil
}

// membership reads somebody's membership, and false if there is none.
func (g *GitHub) membership(ctx context.Context, s *subject) (*membership, bool, error) {
	call := readMembers.to("read the membership of %s", s.Login)
	m, err := get[membership](ctx, g, call, g.org("/memberships/%s", s.Login))
	switch {
	case access.KindOf(err) == access.NotFound:
		return nil, false, nil
	case err != nil:
		return nil, false, err
	case m.User.ID == 0 || m.State == "" || m.Role == "":
		return nil, false, malformed(call, "a membership without its user, state or role")
	case m.User.ID != s.ID:
		// Between the two calls the login has become somebody else's.
		return nil, false, &access.Error{
			Kind: access.Unavailable, Op: call.what, Reason: fmt.Sprintf("%s is the login of the account %d now, and not of %d", s.Login, m.User.ID, s.ID), Fix: "Try again.",
		}
	}
	return m, true, nil
}

// isOutsider says that somebody is an outside collaborator.
func (g *GitHub) isOutsider(ctx context.Context, s *subject) (bool, error) {
	call := readMembers.to("list the outside collaborators")
	outsiders, err := list[account](ctx, g, call, g.org("/outside_collaborators"))
	return slices.ContainsFunc(outsiders, func(a *account) bool { return a.ID == s.ID }), there(call, err)
}

// Find looks for the account that GitHub links to the address: by a SAML or SCIM identity, by an email address of a
// verified domain, or by an open invitation. GitHub knows no others, and where it has people of whom it knows none the
// answer is not that nobody has this address, but access.ErrUnresolved.
func (g *GitHub) Find(ctx context.Context, person access.Person) (access.Account, error) {
	what := "find the account of " + string(person)
	all, err := g.everybody(ctx)
	if err != nil {
		return access.Account{}, err
	}
	found := all.byEmail[string(person)]
	var invitations []*invitation
	if len(found) == 0 {
		for _, i := range all.invitations {
			if strings.EqualFold(i.Email, string(person)) {
				invitations = append(invitations, i)
			}
		}
	}
	switch {
	case len(found) == 1:
		return all.account(found[0]), nil
	case len(found) > 1, len(invitations) > 1:
		return access.Account{}, all.ambiguous(what, person, found, invitations)
	case len(invitations) == 1:
		return invitations[0].account(), nil
	case len(all.unknown) == 0:
		return access.Account{}, &access.Error{
			Kind: access.NotFound, Op: what, Reason: "GitHub knows the addresses of everybody in the organization, and this is nobody's",
		}
	}
	return access.Account{}, &access.Error{
		Kind: access.Blocked, Op: what, Err: access.ErrUnresolved,
		Reason: fmt.Sprintf("GitHub links no account to this address, and of %d who have access it tells no address: %s", len(all.unknown), some(all.unknown)),
		Fix: "Say which account is the person's with account = \"<id>\", a number; GET /users/LOGIN of GitHub's API shows it. Or have the person link " +
			"their account (SAML single sign-on, or an email address of a verified domain). If they have none here, leave this system out for them.",
	}
}

// some names the first of many.
func some(names []string) string {
	const shown = 20
	if more := len(names) - shown; more > 0 {
		return strings.Join(names[:shown], ", ") + fmt.Sprintf(" and %d more", more)
	}
	return strings.Join(names, ", ")
}

func (p *people) ambiguous(what string, person access.Person, found []int64, invitations []*invitation) error {
	var names []string
	for _, id := range found {
		names = append(names, fmt.Sprintf("%d (%s, %s)", id, p.known[id].Login, p.known[id].status))
	}
	for _, i := range invitations {
		names = append(names, string(i.account().ID))
	}
	slices.Sort(names)
	return &access.Error{
		Kind: access.Blocked, Op: what, Reason: fmt.Sprintf("%d accounts carry this address: %s", len(names), strings.Join(names, ", ")),
		Fix: "Say which one with account = \"<id>\", and watch each of the others with a resource of its own that names it. To import, add the id: github/" +
			string(person) + "/<id>.",
	}
}

// Get reads the account. Somebody who has left the organisation still has one: what they made there may have stayed.
func (g *GitHub) Get(ctx context.Context, id access.AccountID) (access.Account, error) {
	s, err := g.subject(ctx, id)
	if err != nil {
		return access.Account{}, err
	}
	all, err := g.everybody(ctx)
	if err != nil {
		return access.Account{}, err
	}
	if s.invited() {
		for _, i := range all.invitations {
			if i.ID == s.invitation {
				return i.account(), nil
			}
		}
		return access.Account{ID: id, Names: []string{string(id)}, Status: pending, Active: true}, nil
	}
	u, err := g.managed(ctx, s)
	if err != nil {
		return access.Account{}, err
	}
	now := belonging{s.account, managedStatus(u)}
	if u == nil {
		if now.status, err = g.place(ctx, s); err != nil {
			return access.Account{}, err
		}
	}
	return now.entry(all.emails[s.ID]), nil
}

// place is somebody's in the organisation.
func (g *GitHub) place(ctx context.Context, s *subject) (string, error) {
	switch m, is, err := g.membership(ctx, s); {
	case err != nil:
		return "", err
	case is:
		return m.status(), nil
	}
	outside, err := g.isOutsider(ctx, s)
	if err != nil || !outside {
		return notAMember, err
	}
	return outsider, nil
}

func (m *membership) status() string {
	switch {
	case m.State == pendingState:
		return pending
	case m.Role == adminRole:
		return owner
	case m.Role == billingRole:
		return billingOnly
	}
	return member
}

// entry is the account with the addresses that GitHub links to it.
func (b belonging) entry(emails []string) access.Account {
	return access.Account{
		ID: accountID(b.ID), Names: append([]string{strings.ToLower(b.Login)}, emails...), Status: b.status, Active: b.status != notAMember && b.status != suspended,
	}
}

func (p *people) account(id int64) access.Account { return p.known[id].entry(p.emails[id]) }

// An invitation to the organisation is open: whoever has it can accept it.
type invitation struct {
	ID    int64  `json:"id"`
	Login string `json:"login"`
	Email string `json:"email"`
	Role  string `json:"role"`
}

func (i *invitation) account() access.Account {
	return access.Account{
		ID: access.AccountID(fmt.Sprint(invitationPrefix, i.ID)), Names: []string{strings.ToLower(cmp.Or(i.Email, i.Login))}, Status: pending, Active: true,
	}
}

// invitations lists the open ones. GET /orgs/{org}/invitations, which organisations of managed users do not have.
func (g *GitHub) invitations(ctx context.Context) ([]*invitation, error) {
	if g.config.Enterprise != "" {
		return nil, nil
	}
	call := readMembers.to("list the open invitations")
	invitations, err := list[invitation](ctx, g, call, g.org("/invitations"))
	if err != nil {
		return nil, there(call, err)
	}
	for _, i := range invitations {
		if i.ID == 0 || i.Login == "" && i.Email == "" {
			return nil, malformed(call, "an invitation without an id, or of nobody")
		}
	}
	return invitations, nil
}

// invitee finds the invitation that stands for an account.
func (g *GitHub) invitee(ctx context.Context, id access.AccountID, number string) (*subject, error) {
	call := readMembers.to("read the open invitation %s", id)
	n, err := strconv.ParseInt(number, 10, 64)
	if err != nil || !numberForm.MatchString(number) {
		return nil, &access.Error{
			Kind: access.Blocked, Op: call.what, Reason: fmt.Sprintf("%q is not the id of an invitation", id), Fix: "Name an invitation as invitation/NUMBER.",
		}
	}
	invitations, err := g.invitations(ctx)
	if err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(invitations, func(i *invitation) bool { return i.ID == n }) {
		return nil, &access.Error{Kind: access.NotFound, Op: call.what, Reason: "it is not open any more: it was accepted, cancelled, or has expired"}
	}
	return &subject{invitation: n}, nil
}

// idOf is the id of whoever has a login, and 0 if nobody has.
func (g *GitHub) idOf(ctx context.Context, login string) (int64, error) {
	return g.logins.Get(ctx, strings.ToLower(login), func() (int64, error) {
		call := anybody.to("read the account %s", login)
		if !loginForm.MatchString(login) {
			return 0, malformed(call, "a login that is none")
		}
		found, err := get[account](ctx, g, call, path("users/%s", login))
		switch {
		case access.KindOf(err) == access.NotFound:
			return 0, nil
		case err != nil:
			return 0, err
		case !found.whole():
			return 0, malformed(call, "an account without an id and a login")
		}
		return found.ID, nil
	})
}

// owners lists the organisation's. GET /orgs/{org}/members.
func (g *GitHub) owners(ctx context.Context) ([]*account, error) {
	call := readMembers.to("list the owners of the organization")
	owners, err := list[account](ctx, g, call, g.org("/members")+"?role=admin")
	switch {
	case err != nil:
		return nil, there(call, err)
	case slices.ContainsFunc(owners, func(o *account) bool { return !o.whole() }):
		return nil, malformed(call, "an account without an id and a login")
	case len(owners) == 0:
		return nil, malformed(call, "no owner, which no organization is without")
	}
	return owners, nil
}

// mustKeepOwner says whether an organisation keeps an owner when somebody stops being one. Nobody counts who is leaving in
// the same run.
func (g *GitHub) mustKeepOwner(ctx context.Context, id int64) error {
	g.departing.Store(id, true)
	owners, err := g.owners(ctx)
	if err != nil {
		return err
	}
	for _, o := range owners {
		if _, leaves := g.departing.Load(o.ID); !leaves && o.ID != id {
			return nil
		}
	}
	return &access.Error{
		Kind: access.Blocked, Op: "check that the organization keeps an owner",
		Reason: "this is the only owner who is not leaving in this run, and without one nobody can administer the organization",
		Fix:    "Make somebody else an owner first.",
	}
}

// mustNotBeLast is mustKeepOwner of somebody who may be no owner at all.
func (g *GitHub) mustNotBeLast(ctx context.Context, s *subject) error {
	m, is, err := g.membership(ctx, s)
	if err != nil || !is || m.Role != adminRole || m.State != activeState {
		return err
	}
	return g.mustKeepOwner(ctx, s.ID)
}

// mustNotBeOurs refuses to take the account that owns the GitHub App this provider runs as. GET /app.
func (g *GitHub) mustNotBeOurs(ctx context.Context, id int64) error {
	if g.app == nil {
		return nil
	}
	const what = "find out who owns the GitHub App that is used here"
	var app struct {
		Slug  string   `json:"slug"`
		Owner *account `json:"owner"`
	}
	if err := g.tokens.asApp(ctx, what, http.MethodGet, "/app", &app); err != nil {
		return err
	}
	if app.Owner == nil || app.Owner.ID == 0 {
		return malformed(op{what: what}, "an App without an owner")
	}
	if app.Owner.ID != id {
		return nil
	}
	return &access.Error{
		Kind: access.Blocked, Op: what, Reason: "the GitHub App " + cmp.Or(app.Slug, g.config.AppID) + ", as which this provider runs, is owned by this account",
		Fix: "Transfer the App to the organization first (its settings, Advanced).",
	}
}

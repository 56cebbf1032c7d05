package aws

import (
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/system"
)

var _ access.Registrar = (*IAM)(nil)

// A user is what this package needs of IAM's User.
type user struct {
	id   access.AccountID
	name string
	arn  string
	tags []tag
	// boundary is the ARN of the permissions boundary, and empty where there is none.
	boundary string
	// lastSignIn is when the console password was last used, as text, and empty where it never was.
	lastSignIn string
}

// userName is the name for a call. It is never empty: IAM takes a call that names no user to be about the caller (aws.md
// section 0.1).
func (u *user) userName() *string {
	if u.name == "" {
		panic("a call to IAM about a user without a name")
	}
	return &u.name
}

// managed is the note for what is the user's, where another state manages the user.
func (u *user) managed() string { return managed("The user", u.tags) }

// rowOf refuses a row that is not of the user who was asked about.
func (u *user) rowOf(call op, name *string) error {
	if sdk.ToString(name) != u.name {
		return malformed(call, "a row of "+sdk.ToString(name)+" in a list of "+u.name)
	}
	return nil
}

// userID is what the ids of users look like.
var userID = regexp.MustCompile(`^AIDA[A-Z0-9]{12,124}$`)

// user reads a user by id. IAM knows users by their names, which are given again after a deletion and can be changed: what
// counts is that the user of that name has this id. GetUser, and ListUsers where the name is not known or not right any more.
func (o *IAM) user(ctx context.Context, id access.AccountID) (*user, error) {
	call := doing("iam:GetUser", "read the user %s", id)
	if !userID.MatchString(string(id)) {
		return nil, &access.Error{
			Kind: access.Blocked, Op: call.what, Reason: fmt.Sprintf("%q is not the id of an IAM user", id),
			Fix: "Name the user by its unique id, which begins with AIDA (aws iam get-user). The root user is no IAM user: its access ends when the account's " +
				"root email address is another, and it can't be removed here.",
		}
	}
	if known, ok := o.names.Load(id); ok {
		u, err := o.userNamed(ctx, call, fmt.Sprint(known))
		if err == nil && u.id == id {
			return u, nil
		}
		if system.IgnoreNotFound(err) != nil {
			return nil, err
		}
	}
	// The list and the user may be seen at different times: a deletion or a new name shows in one of them first.
	for wait := time.Second; wait <= 8*time.Second; wait *= 2 {
		name, err := o.nameOf(ctx, id)
		if err != nil {
			return nil, err
		}
		u, err := o.userNamed(ctx, call, name)
		switch {
		case err == nil && u.id == id:
			o.names.Store(id, name)
			return u, nil
		case system.IgnoreNotFound(err) != nil:
			return nil, err
		}
		if err := o.clock.Sleep(ctx, wait); err != nil {
			return nil, err
		}
	}
	return nil, &access.Error{Kind: access.Unavailable, Op: call.what, Reason: "the user was deleted or renamed while it was being read", Fix: "Try again."}
}

func (o *IAM) userNamed(ctx context.Context, call op, name string) (*user, error) {
	out, err := ask(ctx, o.connection, call, o.iam.GetUser, &iam.GetUserInput{UserName: &name})
	switch {
	case err != nil:
		return nil, err
	case out.User == nil || sdk.ToString(out.User.UserId) == "" || sdk.ToString(out.User.Arn) == "" || !strings.EqualFold(sdk.ToString(out.User.UserName), name):
		return nil, malformed(call, "another user, or none")
	}
	u := &user{
		id: access.AccountID(*out.User.UserId), name: *out.User.UserName, arn: sdk.ToString(out.User.Arn), tags: tagsOf(out.User.Tags),
	}
	if out.User.PermissionsBoundary != nil {
		u.boundary = sdk.ToString(out.User.PermissionsBoundary.PermissionsBoundaryArn)
	}
	if used := out.User.PasswordLastUsed; used != nil {
		u.lastSignIn = used.UTC().Format("2006-01-02 15:04 MST")
	}
	return u, nil
}

func tagsOf(list []types.Tag) (tags []tag) {
	for _, t := range list {
		tags = append(tags, tag{sdk.ToString(t.Key), sdk.ToString(t.Value)})
	}
	return tags
}

// nameOf finds the name of a user by its id in the list of all users. Who is not in it does not exist: IAM lists all of them
// or refuses to.
func (o *IAM) nameOf(ctx context.Context, id access.AccountID) (name string, err error) {
	call := doing("iam:ListUsers", "find the user %s", id)
	listed := 0
	err = pages(call, func(mark *string) (string, error) {
		out, err := ask(ctx, o.connection, call, o.iam.ListUsers, &iam.ListUsersInput{Marker: mark, MaxItems: sdk.Int32(1000)})
		switch {
		case err != nil:
			return "", err
		case out.Users == nil:
			return "", malformed(call, "no list")
		}
		listed += len(out.Users)
		for _, u := range out.Users {
			if access.AccountID(sdk.ToString(u.UserId)) != id {
				continue
			}
			if name = sdk.ToString(u.UserName); name == "" {
				return "", malformed(call, "a user without a name")
			}
		}
		return marker(call, out.IsTruncated, out.Marker)
	})
	if err == nil && listed == 0 {
		err = o.nobody(ctx, call)
	}
	switch {
	case err != nil:
		return "", there(call, err)
	case name == "":
		return "", &access.Error{Kind: access.NotFound, Op: call.what, Reason: "the account has no user with this id"}
	}
	return name, nil
}

// there is for what an account always has, such as a list of its users: that it is not found says nothing of what is in it.
func there(call op, err error) error {
	if access.KindOf(err) == access.NotFound {
		return malformed(call, `"not found" in place of a list`)
	}
	return err
}

// onlyIfGone keeps "no such entity" about something of the user's from passing for the user's absence.
func (o *IAM) onlyIfGone(ctx context.Context, id access.AccountID, err *error) {
	system.OnlyIfGone(err, func() error {
		_, about := o.user(ctx, id)
		return about
	})
}

// Roll lists every user of the account, in whatever state. GetAccountAuthorizationDetails with the filter User, 1,000 a page:
// the only list that has tags and inline policies. IAM leaves nobody out of it. Federated people and those who come by roles
// are no users, and not in it; nor is the root user. When somebody signed in last it does not say.
func (o *IAM) Roll(ctx context.Context) ([]access.Entry, error) {
	call := doing("iam:GetAccountAuthorizationDetails", "list everybody")
	var roll []access.Entry
	err := o.details(ctx, call, []types.EntityType{types.EntityTypeUser}, func(page *iam.GetAccountAuthorizationDetailsOutput) {
		for _, u := range page.UserDetailList {
			roll = append(roll, o.entry(u))
		}
	})
	switch {
	case err != nil:
		return nil, err
	case len(roll) == 0:
		return nil, o.nobody(ctx, call)
	}
	if fault := access.RollFault(roll); fault != "" {
		wrong := malformed(call, fault)
		wrong.Fix = "Try again, as it may have changed while it was listed. " + wrong.Fix
		return nil, wrong
	}
	return roll, nil
}

// nobody returns nil if the account has no users, which is as it should be where people come through Identity Center: an empty list
// is believed when the account's own count says the same. GetAccountSummary.
func (o *IAM) nobody(ctx context.Context, listed op) error {
	call := doing("iam:GetAccountSummary", "count the users")
	out, err := ask(ctx, o.connection, call, o.iam.GetAccountSummary, &iam.GetAccountSummaryInput{})
	if err != nil {
		return there(call, err)
	}
	if users, told := out.SummaryMap[string(types.SummaryKeyTypeUsers)]; !told || users != 0 {
		return malformed(listed, "a list of nobody, though there are users")
	}
	return nil
}

// details reads GetAccountAuthorizationDetails.
func (o *IAM) details(ctx context.Context, call op, filter []types.EntityType, read func(*iam.GetAccountAuthorizationDetailsOutput)) error {
	return there(call, pages(call, func(mark *string) (string, error) {
		out, err := ask(ctx, o.connection, call, o.iam.GetAccountAuthorizationDetails, &iam.GetAccountAuthorizationDetailsInput{
			Filter: filter, Marker: mark, MaxItems: sdk.Int32(1000),
		})
		if err != nil {
			return "", err
		}
		for kind, there := range map[types.EntityType]bool{
			types.EntityTypeUser: out.UserDetailList != nil, types.EntityTypeGroup: out.GroupDetailList != nil,
			types.EntityTypeRole: out.RoleDetailList != nil, types.EntityTypeLocalManagedPolicy: out.Policies != nil,
		} {
			if !there && slices.Contains(filter, kind) {
				return "", malformed(call, "no list for "+string(kind))
			}
		}
		read(out)
		return marker(call, out.IsTruncated, out.Marker)
	}))
}

// The statuses of a user. IAM has no word of its own for either.
const (
	active    = "active"
	suspended = "suspended"
)

func (o *IAM) entry(u types.UserDetail) access.Entry {
	e := access.Entry{Account: access.Account{ID: access.AccountID(sdk.ToString(u.UserId)), Status: active, Active: true}}
	e.Names = o.namesOf(sdk.ToString(u.UserName), tagsOf(u.Tags))
	if detailDenied(u) {
		e.Status, e.Active = suspended, false
	}
	if path := sdk.ToString(u.Path); path != "/" {
		e.Sort = path
	}
	if u.CreateDate != nil {
		e.Created = u.CreateDate.UTC()
	}
	return e
}

// namesOf are what a user is known by: the address that its tag has, and its name.
func (o *IAM) namesOf(name string, tags []tag) (names []string) {
	for _, t := range tags {
		if strings.EqualFold(t.key, o.config.EmailTag) && t.value != "" {
			names = append(names, strings.ToLower(strings.TrimSpace(t.value)))
		}
	}
	if name = strings.ToLower(name); name != "" && !slices.Contains(names, name) {
		names = append(names, name)
	}
	return names
}

// Find looks for the user whose tag email has the address, or whose name it is, among all of them, which are listed once a
// run. A user with no address may be anybody's. Whoever has the root user's address is never found to have nothing: the root user is in no list of IAM's.
func (o *IAM) Find(ctx context.Context, person access.Person) (access.Account, error) {
	if o.config.RootEmail != "" && strings.EqualFold(string(person), o.config.RootEmail) {
		return access.Account{}, &access.Error{
			Kind: access.Blocked, Op: "find the user of " + string(person),
			Reason: "this is the address of the account's root user (root_email), which may do everything, and which IAM neither shows nor removes",
			Fix: "Give the account another root email address (AWS console, Account, or aws account start-primary-email-update), change the root " +
				"password and MFA, and correct root_email. An IAM user of the same person can be removed before that by account = \"<id>\".",
		}
	}
	roll, err := o.directory.Get(ctx, func() ([]access.Entry, error) { return o.Roll(ctx) })
	if err != nil {
		return access.Account{}, err
	}
	return pick(roll, person, "find the user of "+string(person), "no IAM user has this address in its tag "+o.config.EmailTag+" or as its name",
		"the tag "+o.config.EmailTag, systemIAM)
}

// The names of the two systems.
const (
	systemIAM    = "aws"
	systemCenter = "aws_identity_center"
)

// pick is the one account of a roll that has the address. Where nobody has it, an account that has no address at all may be the
// person's: only where each has one is it known that the person has none.
func pick(roll []access.Entry, person access.Person, what, none, address, system string) (access.Account, error) {
	matches := map[string]access.Account{}
	var nameless []string
	for _, e := range roll {
		if e.Own(person) {
			matches[fmt.Sprintf("%s (%s, %s)", e.ID, strings.Join(e.Names, ", "), e.Status)] = e.Account
		}
		if !slices.ContainsFunc(e.Names, func(name string) bool { return strings.Contains(name, "@") }) {
			nameless = append(nameless, strings.Join(e.Names, ", "))
		}
	}
	accounts := slices.Sorted(maps.Keys(matches))
	switch {
	case len(accounts) == 0 && len(nameless) > 0:
		slices.Sort(nameless)
		const shown = 10
		if more := len(nameless) - shown; more > 0 {
			nameless = append(nameless[:shown], fmt.Sprintf("and %d more", more))
		}
		return access.Account{}, &access.Error{
			Kind: access.Blocked, Op: what, Reason: none + ", and some have no address, so that one of them may be this person's: " + strings.Join(nameless, ", "),
			Fix: "Give each of them " + address + ", a service's that of the team which answers for it; or say which one is meant with account = \"<id>\".",
		}
	case len(accounts) == 0:
		return access.Account{}, &access.Error{Kind: access.NotFound, Op: what, Reason: none}
	case len(accounts) == 1:
		return matches[accounts[0]], nil
	}
	return access.Account{}, &access.Error{
		Kind: access.Blocked, Op: what,
		Reason: fmt.Sprintf("%d accounts carry this address: %s", len(accounts), strings.Join(accounts, "; ")),
		Fix: "Say which one with account = \"<id>\", and watch each of the others with a resource of its own that names it. To import, add the id: " +
			system + "/" + string(person) + "/<id>.",
	}
}

// Get reads the user.
func (o *IAM) Get(ctx context.Context, id access.AccountID) (access.Account, error) {
	u, err := o.user(ctx, id)
	if err != nil {
		return access.Account{}, err
	}
	denied, err := o.denied(ctx, u)
	if err != nil {
		return access.Account{}, err
	}
	account := access.Account{ID: u.id, Names: o.namesOf(u.name, u.tags), Status: active, Active: true}
	if denied {
		account.Status, account.Active = suspended, false
	}
	return account, nil
}

// Caller returns the user whose access key is used, be it to assume a role. A role belongs to nobody.
func (o *IAM) Caller(ctx context.Context) (access.AccountID, bool, error) {
	all, err := o.identities(ctx)
	if err != nil {
		return "", false, err
	}
	for _, own := range all {
		if userID.MatchString(own.id) {
			return access.AccountID(own.id), true, nil
		}
	}
	return "", false, nil
}

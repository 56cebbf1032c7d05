package aws

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/identitystore"
	"github.com/aws/aws-sdk-go-v2/service/identitystore/types"
	"github.com/aws/aws-sdk-go-v2/service/ssoadmin"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/system"
)

var _ access.Registrar = (*IdentityCenter)(nil)

// An instance is which Identity Center it is, and whose.
type instance struct{ arn, store, owner string }

// instance finds the instance that the configuration names, or the only one. ListInstances, in the region.
func (o *IdentityCenter) instance(ctx context.Context) (*instance, error) {
	return o.found.Get(ctx, func() (*instance, error) {
		call := doing("sso:ListInstances", "find the Identity Center instance")
		var matching []*instance
		err := pages(call, func(mark *string) (string, error) {
			out, err := ask(ctx, o.connection, call, o.admin.ListInstances, &ssoadmin.ListInstancesInput{NextToken: mark})
			switch {
			case err != nil:
				return "", err
			case out.Instances == nil:
				return "", malformed(call, "no list")
			}
			for _, i := range out.Instances {
				n := &instance{sdk.ToString(i.InstanceArn), sdk.ToString(i.IdentityStoreId), sdk.ToString(i.OwnerAccountId)}
				if n.arn == "" || n.store == "" {
					return "", malformed(call, "an instance without an id")
				}
				if (o.config.InstanceARN == "" || o.config.InstanceARN == n.arn) && (o.config.IdentityStoreID == "" || o.config.IdentityStoreID == n.store) {
					matching = append(matching, n)
				}
			}
			return sdk.ToString(out.NextToken), nil
		})
		switch {
		case err != nil:
			return nil, there(call, err)
		case len(matching) == 1:
			return matching[0], nil
		}
		return nil, &access.Error{
			Kind: access.Blocked, Op: call.what, Reason: fmt.Sprintf("%d instances in %s match the configuration", len(matching), o.sdk.Region),
			Fix: "Set region to where Identity Center is, and instance_arn where there are several.",
		}
	})
}

// seesAssignments returns nil if the credential is shown every assignment: they are listed by principal in the management account
// of the organisation alone.
func (o *IdentityCenter) seesAssignments(ctx context.Context) (*instance, error) {
	n, err := o.instance(ctx)
	if err != nil {
		return nil, err
	}
	own, err := o.identity(ctx)
	if err != nil {
		return nil, err
	}
	if n.owner != own.account {
		return nil, &access.Error{
			Kind: access.Denied, Op: "read from Identity Center",
			Reason: "the credential is of the account " + own.account + ", and assignments can be listed by person only in the account that owns the instance, " + n.owner,
			Fix:    "Use a credential of the management account, such as a role of it in assume_role.",
		}
	}
	return n, nil
}

// A person is what this package needs of a user of the identity store.
type person struct {
	id       access.AccountID
	name     string
	status   string
	emails   []string
	external bool
	fullName string
}

// The statuses of a user, as the identity store has them.
const (
	enabled  = "ENABLED"
	disabled = "DISABLED"
)

func (p *person) account() access.Account {
	a := access.Account{ID: p.id, Status: p.status, Active: p.status != disabled}
	for _, name := range append([]string{p.name}, p.emails...) {
		if name = strings.ToLower(strings.TrimSpace(name)); name != "" && !slices.Contains(a.Names, name) {
			a.Names = append(a.Names, name)
		}
	}
	return a
}

// synced is the note for what comes from another directory.
func (p *person) synced() string {
	if !p.external {
		return ""
	}
	return "The user comes from an external identity provider, whose next synchronisation may put this back: take it out there too."
}

func addresses(list []types.Email) (emails []string) {
	for _, e := range list {
		emails = append(emails, sdk.ToString(e.Value))
	}
	return emails
}

// status is the user's, and as good as enabled where the identity store does not say.
func status(s types.UserStatus) string {
	if s == "" {
		return enabled
	}
	return string(s)
}

// personID is what the ids of the identity store look like.
var personID = regexp.MustCompile(`^([0-9a-f]{10}-)?[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)

// person reads a user. DescribeUser.
func (o *IdentityCenter) person(ctx context.Context, id access.AccountID) (*person, error) {
	call := doing("identitystore:DescribeUser", "read the user %s", id)
	if !personID.MatchString(string(id)) {
		return nil, &access.Error{
			Kind: access.Blocked, Op: call.what, Reason: fmt.Sprintf("%q is not the id of a user of the identity store", id),
			Fix: "Name the user by its user id (Identity Center, Users, the user).",
		}
	}
	n, err := o.instance(ctx)
	if err != nil {
		return nil, err
	}
	out, err := ask(ctx, o.connection, call, o.store.DescribeUser, &identitystore.DescribeUserInput{IdentityStoreId: &n.store, UserId: sdk.String(string(id))})
	switch {
	case access.KindOf(err) == access.NotFound:
		return nil, o.absent(ctx, call, id, err)
	case err != nil:
		return nil, err
	case access.AccountID(sdk.ToString(out.UserId)) != id:
		return nil, malformed(call, "another user")
	}
	return &person{
		id: id, name: sdk.ToString(out.UserName), status: status(out.UserStatus), emails: addresses(out.Emails), external: len(out.ExternalIds) > 0,
		fullName: sdk.ToString(out.DisplayName),
	}, nil
}

// absent is the error for a user who is not found: the one that was given, if it is about the user. One that says nothing of what is
// not found is believed if the user is not among everybody.
func (o *IdentityCenter) absent(ctx context.Context, call op, id access.AccountID, err error) error {
	gone, ok := errors.AsType[*types.ResourceNotFoundException](err)
	if ok && gone.ResourceType == types.ResourceTypeUser {
		return err
	}
	if ok && gone.ResourceType == "" {
		roll, unread := o.Roll(ctx)
		switch {
		case unread != nil:
			return unread
		case !slices.ContainsFunc(roll, func(e access.Entry) bool { return e.ID == id }):
			return err
		}
	}
	return malformed(call, "that something other than the user is not found")
}

// onlyIfGone keeps a "not found" about something else from passing for the user's absence.
func (o *IdentityCenter) onlyIfGone(ctx context.Context, id access.AccountID, err *error) {
	system.OnlyIfGone(err, func() error {
		_, about := o.person(ctx, id)
		return about
	})
}

// Roll lists everybody in the identity store, disabled or not. ListUsers, 100 a page, without a filter: those are deprecated, and
// whether they mind letter case is not said.
func (o *IdentityCenter) Roll(ctx context.Context) ([]access.Entry, error) {
	call := doing("identitystore:ListUsers", "list everybody")
	n, err := o.instance(ctx)
	if err != nil {
		return nil, err
	}
	var roll []access.Entry
	err = pages(call, func(mark *string) (string, error) {
		out, err := ask(ctx, o.connection, call, o.store.ListUsers, &identitystore.ListUsersInput{
			IdentityStoreId: &n.store, MaxResults: sdk.Int32(100), NextToken: mark,
		})
		switch {
		case err != nil:
			return "", err
		case out.Users == nil:
			return "", malformed(call, "no list")
		}
		for _, u := range out.Users {
			p := &person{id: access.AccountID(sdk.ToString(u.UserId)), name: sdk.ToString(u.UserName), status: status(u.UserStatus), emails: addresses(u.Emails)}
			entry := access.Entry{Account: p.account(), FullName: sdk.ToString(u.DisplayName), Sort: sdk.ToString(u.UserType)}
			if u.CreatedAt != nil {
				entry.Created = u.CreatedAt.UTC()
			}
			roll = append(roll, entry)
		}
		return sdk.ToString(out.NextToken), nil
	})
	if err != nil {
		return nil, there(call, err)
	}
	if fault := access.RollFault(roll); fault != "" {
		wrong := malformed(call, fault)
		wrong.Fix = "Try again, as it may have changed while it was listed. " + wrong.Fix
		return nil, wrong
	}
	return roll, nil
}

func (o *IdentityCenter) everybody(ctx context.Context) ([]access.Entry, error) {
	return o.directory.Get(ctx, func() ([]access.Entry, error) { return o.Roll(ctx) })
}

// Find looks for the user who has the address as an email or as the user name, among all of them, which are listed once a run.
func (o *IdentityCenter) Find(ctx context.Context, person access.Person) (access.Account, error) {
	roll, err := o.everybody(ctx)
	if err != nil {
		return access.Account{}, err
	}
	return pick(roll, person, "find the user of "+string(person), "nobody in the identity store has this address or user name",
		"an email address", systemCenter)
}

// Get reads the user.
func (o *IdentityCenter) Get(ctx context.Context, id access.AccountID) (access.Account, error) {
	p, err := o.person(ctx, id)
	if err != nil {
		return access.Account{}, err
	}
	return p.account(), nil
}

// Caller returns who is in the identity store and signed in with the credential: a session of Identity Center's roles is named
// after the user, and of other roles often is. Anything else belongs to nobody in the identity store.
func (o *IdentityCenter) Caller(ctx context.Context) (access.AccountID, bool, error) {
	all, err := o.identities(ctx)
	if err != nil {
		return "", false, err
	}
	for _, own := range all {
		_, session, ok := own.assumed()
		if !ok {
			continue
		}
		roll, err := o.everybody(ctx)
		if err != nil {
			return "", false, err
		}
		for _, e := range roll {
			if e.Own(access.Person(strings.ToLower(session))) {
				return e.ID, true, nil
			}
		}
	}
	return "", false, nil
}

package aws

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/identitystore"
	storetypes "github.com/aws/aws-sdk-go-v2/service/identitystore/types"
	"github.com/aws/aws-sdk-go-v2/service/ssoadmin"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/system"
)

// centerGuarded is what the connectors of Identity Center have in common: the organisation keeps somebody who administers it.
type centerGuarded struct{ *IdentityCenter }

// Refuse refuses what would take away the last person in Identity Center who may do everything in the account that owns the
// instance: who is enabled, and not leaving in the same run. That an IAM user or the root user may too this credential need not be
// shown.
func (o centerGuarded) Refuse(ctx context.Context, id access.AccountID, _ access.Holdings) error {
	all, err := o.admins.Get(ctx, func() ([]access.AccountID, error) { return o.administrators(ctx) })
	if err != nil || !slices.Contains(all, id) {
		return err
	}
	o.departing.Store(id, true)
	for _, other := range all {
		if _, leaves := o.departing.Load(other); leaves {
			continue
		}
		p, err := o.person(ctx, other)
		switch {
		case access.KindOf(err) == access.NotFound:
			continue
		case err != nil || p.status != disabled:
			return err
		}
	}
	return &access.Error{
		Kind: access.Blocked, Op: "check that the organisation keeps an administrator",
		Reason: "this is the only person in Identity Center with every right (AdministratorAccess) on the management account who is enabled and not leaving in this run",
		Fix:    "Make somebody else an administrator first.",
	}
}

// administrators are who is assigned a permission set that allows everything on the account that owns the instance, directly or by a
// group. ListPermissionSetsProvisionedToAccount, and ListAccountAssignments of each such set. What policies of the account's own
// would add to a permission set is not looked at.
func (o *IdentityCenter) administrators(ctx context.Context) (people []access.AccountID, err error) {
	n, err := o.seesAssignments(ctx)
	if err != nil {
		return nil, err
	}
	call := doing("sso:ListPermissionSetsProvisionedToAccount", "list the permission sets of the management account")
	var sets []string
	err = pages(call, func(mark *string) (string, error) {
		out, err := ask(ctx, o.connection, call, o.admin.ListPermissionSetsProvisionedToAccount, &ssoadmin.ListPermissionSetsProvisionedToAccountInput{
			InstanceArn: &n.arn, AccountId: &n.owner, NextToken: mark,
		})
		switch {
		case err != nil:
			return "", err
		case out.PermissionSets == nil:
			return "", malformed(call, "no list")
		}
		sets = append(sets, out.PermissionSets...)
		return sdk.ToString(out.NextToken), nil
	})
	if err != nil {
		return nil, there(call, err)
	}
	for _, set := range sets {
		everything, err := o.allowsAll(ctx, n, set)
		switch {
		case access.KindOf(err) == access.NotFound:
			continue // It was deleted just now.
		case err != nil:
			return nil, err
		case !everything:
			continue
		}
		some, err := o.assigned(ctx, n, set)
		if err != nil {
			return nil, err
		}
		people = append(people, some...)
	}
	return people, nil
}

// allowsAll says that whoever has a permission set may do everything. ListManagedPoliciesInPermissionSet,
// GetInlinePolicyForPermissionSet.
func (o *IdentityCenter) allowsAll(ctx context.Context, n *instance, set string) (everything bool, err error) {
	call := doing("sso:ListManagedPoliciesInPermissionSet", "list the policies of the permission set %s", set)
	err = pages(call, func(mark *string) (string, error) {
		out, err := ask(ctx, o.connection, call, o.admin.ListManagedPoliciesInPermissionSet, &ssoadmin.ListManagedPoliciesInPermissionSetInput{
			InstanceArn: &n.arn, PermissionSetArn: &set, NextToken: mark,
		})
		switch {
		case err != nil:
			return "", err
		case out.AttachedManagedPolicies == nil:
			return "", malformed(call, "no list")
		}
		for _, p := range out.AttachedManagedPolicies {
			everything = everything || strings.HasSuffix(sdk.ToString(p.Arn), ":iam::aws:policy/AdministratorAccess")
		}
		return sdk.ToString(out.NextToken), nil
	})
	if err != nil || everything {
		return everything, err
	}
	call = doing("sso:GetInlinePolicyForPermissionSet", "read the inline policy of the permission set %s", set)
	out, err := ask(ctx, o.connection, call, o.admin.GetInlinePolicyForPermissionSet, &ssoadmin.GetInlinePolicyForPermissionSetInput{
		InstanceArn: &n.arn, PermissionSetArn: &set,
	})
	if err != nil || sdk.ToString(out.InlinePolicy) == "" {
		return false, err
	}
	var d document
	if json.Unmarshal([]byte(*out.InlinePolicy), &d) != nil {
		return false, malformed(call, "a policy that can't be read")
	}
	return d.allowsAll(true), nil
}

// assigned are the people to whom a permission set is assigned on the account that owns the instance.
func (o *IdentityCenter) assigned(ctx context.Context, n *instance, set string) (people []access.AccountID, err error) {
	call := doing("sso:ListAccountAssignments", "list who has the permission set %s on the management account", set)
	err = pages(call, func(mark *string) (string, error) {
		out, err := ask(ctx, o.connection, call, o.admin.ListAccountAssignments, &ssoadmin.ListAccountAssignmentsInput{
			InstanceArn: &n.arn, AccountId: &n.owner, PermissionSetArn: &set, NextToken: mark,
		})
		switch {
		case err != nil:
			return "", err
		case out.AccountAssignments == nil:
			return "", malformed(call, "no list")
		}
		for _, a := range out.AccountAssignments {
			some := []access.AccountID{access.AccountID(sdk.ToString(a.PrincipalId))}
			if a.PrincipalType == group {
				if some, err = o.members(ctx, n, sdk.ToString(a.PrincipalId)); err != nil {
					return "", err
				}
			}
			people = append(people, some...)
		}
		return sdk.ToString(out.NextToken), nil
	})
	return people, there(call, err)
}

// members are the users in a group, and nobody where the group is gone. ListGroupMemberships.
func (o *IdentityCenter) members(ctx context.Context, n *instance, id string) (people []access.AccountID, err error) {
	call := doing("identitystore:ListGroupMemberships", "list the members of the group %s", id)
	err = pages(call, func(mark *string) (string, error) {
		out, err := ask(ctx, o.connection, call, o.store.ListGroupMemberships, &identitystore.ListGroupMembershipsInput{
			IdentityStoreId: &n.store, GroupId: &id, NextToken: mark,
		})
		switch {
		case err != nil:
			return "", err
		case out.GroupMemberships == nil:
			return "", malformed(call, "no list")
		}
		for _, m := range out.GroupMemberships {
			if user, ok := m.MemberId.(*storetypes.MemberIdMemberUserId); ok {
				people = append(people, access.AccountID(user.Value))
			}
		}
		return sdk.ToString(out.NextToken), nil
	})
	return people, system.IgnoreNotFound(err)
}

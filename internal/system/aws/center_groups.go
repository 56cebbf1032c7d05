package aws

import (
	"context"
	"strings"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/identitystore"
	"github.com/aws/aws-sdk-go-v2/service/identitystore/types"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/system"
)

// CenterGroupMembership are the groups of the identity store that the user is in.
func CenterGroupMembership(o *IdentityCenter) access.Connector { return centerGroups{centerGuarded{o}} }

type centerGroups struct{ centerGuarded }

var _ access.Guard = centerGroups{}

// A directoryGroup is what labels need of a group.
type directoryGroup struct {
	name     string
	external bool
}

// group is a group by its id. One that is gone is named by its id. DescribeGroup.
func (o *IdentityCenter) group(ctx context.Context, id string) (directoryGroup, error) {
	return o.groups.Get(ctx, id, func() (directoryGroup, error) {
		n, err := o.instance(ctx)
		if err != nil {
			return directoryGroup{}, err
		}
		call := doing("identitystore:DescribeGroup", "read the group %s", id)
		out, err := ask(ctx, o.connection, call, o.store.DescribeGroup, &identitystore.DescribeGroupInput{IdentityStoreId: &n.store, GroupId: &id})
		switch {
		case access.KindOf(err) == access.NotFound:
			return directoryGroup{name: id}, nil
		case err != nil:
			return directoryGroup{}, err
		}
		name := sdk.ToString(out.DisplayName)
		if name == "" {
			name = id
		}
		return directoryGroup{name, len(out.ExternalIds) > 0}, nil
	})
}

// memberships are the ids of the groups that a user is in. ListGroupMembershipsForMember.
func (o *IdentityCenter) memberships(ctx context.Context, id access.AccountID) (groups []string, err error) {
	call := doing("identitystore:ListGroupMembershipsForMember", "list the groups of %s", id)
	n, err := o.instance(ctx)
	if err != nil {
		return nil, err
	}
	err = pages(call, func(mark *string) (string, error) {
		out, err := ask(ctx, o.connection, call, o.store.ListGroupMembershipsForMember, &identitystore.ListGroupMembershipsForMemberInput{
			IdentityStoreId: &n.store, MemberId: &types.MemberIdMemberUserId{Value: string(id)}, NextToken: mark,
		})
		switch {
		case err != nil:
			return "", err
		case out.GroupMemberships == nil:
			return "", malformed(call, "no list")
		}
		for _, m := range out.GroupMemberships {
			member, ok := m.MemberId.(*types.MemberIdMemberUserId)
			switch {
			case sdk.ToString(m.GroupId) == "":
				return "", malformed(call, "a membership without its group")
			case !ok || member.Value != string(id):
				return "", malformed(call, "a membership of somebody else")
			}
			groups = append(groups, *m.GroupId)
		}
		return sdk.ToString(out.NextToken), nil
	})
	return groups, err
}

// List names the groups.
func (c centerGroups) List(ctx context.Context, id access.AccountID) (grants []access.Grant, err error) {
	defer c.onlyIfGone(ctx, id, &err)
	if _, err := c.person(ctx, id); err != nil {
		return nil, err
	}
	groups, err := c.memberships(ctx, id)
	if err != nil {
		return nil, err
	}
	for _, group := range groups {
		g, err := c.group(ctx, group)
		if err != nil {
			return nil, err
		}
		grant := access.Grant{ID: access.GrantID(group), Label: g.name}
		if g.external {
			grant.Label += " (from an external identity provider)"
			grant.Note = "The group comes from an external identity provider, whose next synchronisation may put this back: take the person out there too."
		}
		grants = append(grants, grant)
	}
	return grants, nil
}

// Remove finds the membership and deletes it. GetGroupMembershipId, DeleteGroupMembership.
func (c centerGroups) Remove(ctx context.Context, id access.AccountID, grant access.GrantID) (access.Receipt, error) {
	gone := access.Receipt{Assurance: access.Observed}
	if _, err := c.person(ctx, id); err != nil {
		return gone, system.IgnoreNotFound(err)
	}
	n, err := c.instance(ctx)
	if err != nil {
		return gone, err
	}
	g, err := c.group(ctx, string(grant))
	if err != nil {
		return gone, err
	}
	call := doing("identitystore:GetGroupMembershipId", "find the membership of %s in the group %s", id, g.name)
	found, err := ask(ctx, c.connection, call, c.store.GetGroupMembershipId, &identitystore.GetGroupMembershipIdInput{
		IdentityStoreId: &n.store, GroupId: sdk.String(string(grant)), MemberId: &types.MemberIdMemberUserId{Value: string(id)},
	})
	switch {
	case err != nil:
		return gone, system.IgnoreNotFound(err)
	case strings.TrimSpace(sdk.ToString(found.MembershipId)) == "":
		return gone, malformed(call, "a membership without an id")
	}
	call = doing("identitystore:DeleteGroupMembership", "remove %s from the group %s", id, g.name)
	return gone, write(ctx, c.connection, call, c.store.DeleteGroupMembership, &identitystore.DeleteGroupMembershipInput{
		IdentityStoreId: &n.store, MembershipId: found.MembershipId,
	})
}

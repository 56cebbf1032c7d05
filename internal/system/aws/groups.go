package aws

import (
	"context"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/system"
)

// GroupMembership are the IAM groups that the user is in. A row is a group by its id: one of the same name that is made anew is
// another.
func GroupMembership(o *IAM) access.Connector { return groupMembership{guarded{o}} }

type groupMembership struct{ guarded }

var _ access.Guard = groupMembership{}

// groupsOf reads ListGroupsForUser.
func (o *IAM) groupsOf(ctx context.Context, u *user) (groups []types.Group, err error) {
	call := doing("iam:ListGroupsForUser", "list the groups of %s", u.name)
	err = pages(call, func(mark *string) (string, error) {
		out, err := ask(ctx, o.connection, call, o.iam.ListGroupsForUser, &iam.ListGroupsForUserInput{UserName: u.userName(), Marker: mark})
		switch {
		case err != nil:
			return "", err
		case out.Groups == nil:
			return "", malformed(call, "no list")
		}
		for _, g := range out.Groups {
			if sdk.ToString(g.GroupId) == "" || sdk.ToString(g.GroupName) == "" {
				return "", malformed(call, "a group without its id or its name")
			}
		}
		groups = append(groups, out.Groups...)
		return marker(call, out.IsTruncated, out.Marker)
	})
	return groups, err
}

// List names the groups.
func (c groupMembership) List(ctx context.Context, id access.AccountID) (grants []access.Grant, err error) {
	defer c.onlyIfGone(ctx, id, &err)
	u, err := c.user(ctx, id)
	if err != nil {
		return nil, err
	}
	groups, err := c.groupsOf(ctx, u)
	for _, g := range groups {
		grants = append(grants, access.Grant{ID: access.GrantID(*g.GroupId), Label: *g.GroupName, Note: u.managed()})
	}
	return grants, err
}

// Remove finds the name of the group among those of the user, as IAM takes no ids. RemoveUserFromGroup.
func (c groupMembership) Remove(ctx context.Context, id access.AccountID, grant access.GrantID) (access.Receipt, error) {
	gone := access.Receipt{Assurance: access.Observed}
	u, err := c.user(ctx, id)
	if err != nil {
		return gone, system.IgnoreNotFound(err)
	}
	groups, err := c.groupsOf(ctx, u)
	if err != nil {
		return gone, err
	}
	for _, g := range groups {
		if access.GrantID(*g.GroupId) == grant {
			call := doing("iam:RemoveUserFromGroup", "remove %s from the group %s", u.name, *g.GroupName)
			return gone, write(ctx, c.connection, call, c.iam.RemoveUserFromGroup, &iam.RemoveUserFromGroupInput{UserName: u.userName(), GroupName: g.GroupName})
		}
	}
	return gone, nil
}

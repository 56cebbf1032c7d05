package aws

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/system"
)

// RoleAssignments are the policies by which the user may do something: managed ones that are attached to it, inline ones, and
// those of its groups.
//
// What only denies is no row, nor is the permissions boundary: the user would have more without them. They are named beside
// the others, and stay.
func RoleAssignments(o *IAM) access.Connector { return roleAssignments{guarded{o}} }

type roleAssignments struct{ guarded }

var _ access.Guard = roleAssignments{}

// The families, as ids begin. One that comes with a group ends with @ and the group's id.
const (
	attachedFamily = "attached"
	inlineFamily   = "inline"
)

// List reads the policies of the user and those of each of its groups.
func (c roleAssignments) List(ctx context.Context, id access.AccountID) (grants []access.Grant, err error) {
	defer c.onlyIfGone(ctx, id, &err)
	u, err := c.user(ctx, id)
	if err != nil {
		return nil, err
	}
	grants, limits, err := c.direct(ctx, u)
	if err != nil {
		return nil, err
	}
	if u.boundary != "" {
		limits = append(limits, "the permissions boundary "+u.boundary[strings.LastIndex(u.boundary, "/")+1:])
	}
	groups, err := c.groupsOf(ctx, u)
	if err != nil {
		return nil, err
	}
	for _, g := range groups {
		some, err := c.through(ctx, g)
		if err != nil {
			return nil, err
		}
		grants = append(grants, some...)
	}
	if len(limits) > 0 {
		slices.Sort(limits)
		for i := range grants {
			grants[i].Note = strings.TrimSpace(grants[i].Note + " What takes away from it stays: " + strings.Join(limits, ", ") + ".")
		}
	}
	return grants, nil
}

// direct are the user's own policies that allow something, and the names of those that only deny.
func (c roleAssignments) direct(ctx context.Context, u *user) (grants []access.Grant, limits []string, err error) {
	attached, err := c.attached(ctx, u)
	if err != nil {
		return nil, nil, err
	}
	for _, p := range attached {
		policy, err := c.managed(ctx, *p.PolicyArn)
		if err != nil && access.KindOf(err) != access.NotFound {
			return nil, nil, err
		}
		if err == nil && policy.onlyDenies() {
			limits = append(limits, "the policy "+*p.PolicyName)
			continue
		}
		note := u.managed()
		if note == "" {
			note = managed("The policy", policy.tags)
		}
		grants = append(grants, access.Grant{ID: access.GrantID(attachedFamily + "/" + *p.PolicyArn), Label: *p.PolicyName + " (" + whose(*p.PolicyArn) + ")", Note: note})
	}
	policies, err := c.inline(ctx, u)
	if err != nil {
		return nil, nil, err
	}
	for _, name := range slices.Sorted(maps.Keys(policies)) {
		if policies[name].onlyDenies() {
			limits = append(limits, "the policy "+name)
			continue
		}
		grants = append(grants, access.Grant{ID: access.GrantID(inlineFamily + "/" + name), Label: name + " (inline policy)", Note: u.managed()})
	}
	return grants, limits, nil
}

// whose says whether a managed policy is AWS's or the account's.
func whose(arn string) string {
	if strings.Contains(arn, ":iam::aws:policy/") {
		return "AWS managed policy"
	}
	return "managed policy"
}

// through are the policies of a group, whatever they say: they go with the membership. ListAttachedGroupPolicies and
// ListGroupPolicies.
func (c roleAssignments) through(ctx context.Context, g types.Group) (grants []access.Grant, err error) {
	call := doing("iam:ListAttachedGroupPolicies", "list the policies attached to the group %s", *g.GroupName)
	add := func(family, id, name, what string) {
		grants = append(grants, access.Grant{
			ID: access.GrantID(family + "/" + id + "@" + *g.GroupId), Label: name + " (" + what + ", via group: " + *g.GroupName + ")",
		})
	}
	err = pages(call, func(mark *string) (string, error) {
		out, err := ask(ctx, c.connection, call, c.iam.ListAttachedGroupPolicies, &iam.ListAttachedGroupPoliciesInput{GroupName: g.GroupName, Marker: mark})
		switch {
		case err != nil:
			return "", err
		case out.AttachedPolicies == nil:
			return "", malformed(call, "no list")
		}
		if err := named(call, out.AttachedPolicies, nil); err != nil {
			return "", err
		}
		for _, p := range out.AttachedPolicies {
			add(attachedFamily, *p.PolicyArn, *p.PolicyName, whose(*p.PolicyArn))
		}
		return marker(call, out.IsTruncated, out.Marker)
	})
	if err != nil {
		return nil, err
	}
	call = doing("iam:ListGroupPolicies", "list the inline policies of the group %s", *g.GroupName)
	err = pages(call, func(mark *string) (string, error) {
		out, err := ask(ctx, c.connection, call, c.iam.ListGroupPolicies, &iam.ListGroupPoliciesInput{GroupName: g.GroupName, Marker: mark})
		switch {
		case err != nil:
			return "", err
		case out.PolicyNames == nil:
			return "", malformed(call, "no list")
		}
		for _, name := range out.PolicyNames {
			add(inlineFamily, name, name, "inline policy")
		}
		return marker(call, out.IsTruncated, out.Marker)
	})
	return grants, err
}

// cutGroup takes the group off an id. Names of policies may have an @ in them too.
func cutGroup(id string) (policy, group string, through bool) {
	at := strings.LastIndex(id, "@AGPA")
	if at < 0 {
		return id, "", false
	}
	return id[:at], id[at+1:], true
}

// Remove detaches or deletes a policy of the user's own. One that comes with a group goes when the membership does, which may
// be about to happen in the same run: whether it does, List shows. DetachUserPolicy, DeleteUserPolicy.
func (c roleAssignments) Remove(ctx context.Context, id access.AccountID, grant access.GrantID) (access.Receipt, error) {
	gone := access.Receipt{Assurance: access.Observed}
	u, err := c.user(ctx, id)
	if err != nil {
		return gone, system.IgnoreNotFound(err)
	}
	policy, group, through := cutGroup(string(grant))
	if through {
		groups, err := c.groupsOf(ctx, u)
		for _, g := range groups {
			if *g.GroupId == group {
				gone.Lingers = throughGroup(*g.GroupName)
			}
		}
		return gone, err
	}
	family, name, _ := strings.Cut(policy, "/")
	switch {
	case name == "":
	case family == attachedFamily:
		call := doing("iam:DetachUserPolicy", "detach the policy %s from %s", name, u.name)
		return gone, write(ctx, c.connection, call, c.iam.DetachUserPolicy, &iam.DetachUserPolicyInput{UserName: u.userName(), PolicyArn: &name})
	case family == inlineFamily:
		call := doing("iam:DeleteUserPolicy", "delete the inline policy %s of %s", name, u.name)
		return gone, write(ctx, c.connection, call, c.iam.DeleteUserPolicy, &iam.DeleteUserPolicyInput{UserName: u.userName(), PolicyName: &name})
	}
	// A row of an earlier version, or of a hand in the state: nothing of that name can be there.
	return gone, nil
}

// throughGroup says why what comes with a group is still there.
func throughGroup(group string) error {
	return &access.Error{
		Kind:   access.Blocked,
		Reason: "it comes with the group " + group + ", and the membership is still there",
		Fix:    "It goes when offboard_group_membership has removed the person from that group.",
	}
}

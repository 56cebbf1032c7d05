package aws

import (
	"cmp"
	"context"
	"strings"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssoadmin"
	"github.com/aws/aws-sdk-go-v2/service/ssoadmin/types"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/system"
)

// AppAssignments are the accounts of the organisation that the user has been given with a permission set, and the applications:
// directly, and through groups.
func AppAssignments(o *IdentityCenter) access.Connector { return appAssignments{centerGuarded{o}} }

type appAssignments struct{ centerGuarded }

var _ access.Guard = appAssignments{}

// The families, as ids begin. What comes through a group ends with @ and the group's id.
const (
	accountFamily     = "account"
	applicationFamily = "application"
)

const (
	user_ = types.PrincipalTypeUser
	group = types.PrincipalTypeGroup
)

// An assignable is what rows need of a permission set or an application.
type assignable struct{ name, note string }

// List reads the assignments of the user, and of each group that the user is in: whether those of the groups come with the
// user's AWS does not say. One that it lists with the user's and that is a group's counts as the group's.
func (c appAssignments) List(ctx context.Context, id access.AccountID) (grants []access.Grant, err error) {
	defer c.onlyIfGone(ctx, id, &err)
	if _, err := c.person(ctx, id); err != nil {
		return nil, err
	}
	if grants, err = c.direct(ctx, id, user_); err != nil {
		return nil, err
	}
	groups, err := c.memberships(ctx, id)
	if err != nil {
		return nil, err
	}
	for _, member := range groups {
		g, err := c.group(ctx, member)
		if err != nil {
			return nil, err
		}
		some, err := c.direct(ctx, access.AccountID(member), group)
		if err != nil {
			return nil, err
		}
		for _, grant := range some {
			grant.ID += access.GrantID("@" + member)
			grant.Label += " (via group: " + g.name + ")"
			grants = append(grants, grant)
		}
	}
	return grants, nil
}

// direct is what is assigned to one principal itself. ListAccountAssignmentsForPrincipal,
// ListApplicationAssignmentsForPrincipal.
func (c appAssignments) direct(ctx context.Context, principal access.AccountID, kind types.PrincipalType) (grants []access.Grant, err error) {
	n, err := c.seesAssignments(ctx)
	if err != nil {
		return nil, err
	}
	id := string(principal)
	call := doing("sso:ListAccountAssignmentsForPrincipal", "list the accounts assigned to %s", id)
	err = pages(call, func(mark *string) (string, error) {
		out, err := ask(ctx, c.connection, call, c.admin.ListAccountAssignmentsForPrincipal, &ssoadmin.ListAccountAssignmentsForPrincipalInput{
			InstanceArn: &n.arn, PrincipalId: &id, PrincipalType: kind, NextToken: mark,
		})
		switch {
		case err != nil:
			return "", err
		case out.AccountAssignments == nil:
			return "", malformed(call, "no list")
		}
		for _, a := range out.AccountAssignments {
			set := sdk.ToString(a.PermissionSetArn)
			switch {
			case sdk.ToString(a.AccountId) == "" || !strings.Contains(set, "/ps-"):
				return "", malformed(call, "an assignment without its account or its permission set")
			case a.PrincipalType == group && kind == user_:
				continue // It is the group's, and is listed with it.
			case a.PrincipalType != kind || sdk.ToString(a.PrincipalId) != id:
				return "", malformed(call, "an assignment of somebody else")
			}
			known, err := c.permissionSet(ctx, n, set)
			if err != nil {
				return "", err
			}
			grants = append(grants, access.Grant{
				ID:    access.GrantID(accountFamily + "/" + *a.AccountId + "/" + set[strings.LastIndex(set, "/")+1:]),
				Label: known.name + " in the account " + *a.AccountId, Note: known.note,
			})
		}
		return sdk.ToString(out.NextToken), nil
	})
	if err != nil {
		return nil, err
	}
	apps, err := c.applications(ctx, n, id, kind)
	return append(grants, apps...), err
}

func (c appAssignments) applications(ctx context.Context, n *instance, id string, kind types.PrincipalType) (grants []access.Grant, err error) {
	call := doing("sso:ListApplicationAssignmentsForPrincipal", "list the applications assigned to %s", id)
	err = pages(call, func(mark *string) (string, error) {
		out, err := ask(ctx, c.connection, call, c.admin.ListApplicationAssignmentsForPrincipal, &ssoadmin.ListApplicationAssignmentsForPrincipalInput{
			InstanceArn: &n.arn, PrincipalId: &id, PrincipalType: kind, NextToken: mark,
		})
		switch {
		case err != nil:
			return "", err
		case out.ApplicationAssignments == nil:
			return "", malformed(call, "no list")
		}
		for _, a := range out.ApplicationAssignments {
			switch {
			case sdk.ToString(a.ApplicationArn) == "":
				return "", malformed(call, "an assignment without its application")
			case a.PrincipalType == group && kind == user_:
				continue
			case a.PrincipalType != kind || sdk.ToString(a.PrincipalId) != id:
				return "", malformed(call, "an assignment of somebody else")
			}
			known, err := c.application(ctx, n, *a.ApplicationArn)
			if err != nil {
				return "", err
			}
			grants = append(grants, access.Grant{
				ID: access.GrantID(applicationFamily + "/" + *a.ApplicationArn), Label: known.name + " (application)", Note: known.note,
			})
		}
		return sdk.ToString(out.NextToken), nil
	})
	return grants, err
}

// permissionSet reads a permission set and its tags, once a run. DescribePermissionSet.
func (c appAssignments) permissionSet(ctx context.Context, n *instance, arn string) (assignable, error) {
	return c.assignables.Get(ctx, arn, func() (assignable, error) {
		call := doing("sso:DescribePermissionSet", "read the permission set %s", arn)
		out, err := ask(ctx, c.connection, call, c.admin.DescribePermissionSet, &ssoadmin.DescribePermissionSetInput{InstanceArn: &n.arn, PermissionSetArn: &arn})
		switch {
		case access.KindOf(err) == access.NotFound:
			return assignable{name: arn}, nil
		case err != nil:
			return assignable{}, err
		case out.PermissionSet == nil || sdk.ToString(out.PermissionSet.Name) == "":
			return assignable{}, malformed(call, "a permission set without a name")
		}
		tags, err := c.tags(ctx, n, arn)
		open := "A session that is open goes on after it"
		if longest, ok := strings.CutPrefix(sdk.ToString(out.PermissionSet.SessionDuration), "PT"); ok {
			open += ", for " + strings.ToLower(longest) + " at most"
		}
		return assignable{*out.PermissionSet.Name, strings.TrimSpace(open + ". " + managed("The permission set", tags))}, err
	})
}

// application reads an application and its tags, once a run. DescribeApplication.
func (c appAssignments) application(ctx context.Context, n *instance, arn string) (assignable, error) {
	return c.assignables.Get(ctx, arn, func() (assignable, error) {
		call := doing("sso:DescribeApplication", "read the application %s", arn)
		out, err := ask(ctx, c.connection, call, c.admin.DescribeApplication, &ssoadmin.DescribeApplicationInput{ApplicationArn: &arn})
		switch {
		case access.KindOf(err) == access.NotFound:
			return assignable{name: arn}, nil
		case err != nil:
			return assignable{}, err
		}
		tags, err := c.tags(ctx, n, arn)
		return assignable{cmp.Or(sdk.ToString(out.Name), arn), managed("The application", tags)}, err
	})
}

// tags are those of a permission set or an application. ListTagsForResource.
func (c appAssignments) tags(ctx context.Context, n *instance, arn string) (tags []tag, err error) {
	call := doing("sso:ListTagsForResource", "read the tags of %s", arn)
	err = pages(call, func(mark *string) (string, error) {
		out, err := ask(ctx, c.connection, call, c.admin.ListTagsForResource, &ssoadmin.ListTagsForResourceInput{InstanceArn: &n.arn, ResourceArn: &arn, NextToken: mark})
		if err != nil {
			return "", system.IgnoreNotFound(err)
		}
		for _, t := range out.Tags {
			tags = append(tags, tag{sdk.ToString(t.Key), sdk.ToString(t.Value)})
		}
		return sdk.ToString(out.NextToken), nil
	})
	return tags, err
}

// Remove takes away what is assigned to the user directly. What comes through a group goes when the membership does, which may be
// about to happen in the same run: whether it does, List shows. DeleteAccountAssignment, DeleteApplicationAssignment.
func (c appAssignments) Remove(ctx context.Context, id access.AccountID, grant access.GrantID) (access.Receipt, error) {
	gone := access.Receipt{Assurance: access.Observed}
	if _, err := c.person(ctx, id); err != nil {
		return gone, system.IgnoreNotFound(err)
	}
	assigned, through, inherited := strings.Cut(string(grant), "@")
	if inherited {
		g, err := c.group(ctx, through)
		gone.Lingers = throughGroup(g.name)
		return gone, err
	}
	n, err := c.seesAssignments(ctx)
	if err != nil {
		return gone, err
	}
	family, rest, _ := strings.Cut(assigned, "/")
	account, set, _ := strings.Cut(rest, "/")
	switch {
	case family == applicationFamily && rest != "":
		call := doing("sso:DeleteApplicationAssignment", "take the application %s from %s", rest, id)
		return gone, write(ctx, c.connection, call, c.admin.DeleteApplicationAssignment, &ssoadmin.DeleteApplicationAssignmentInput{
			ApplicationArn: &rest, PrincipalId: sdk.String(string(id)), PrincipalType: user_,
		})
	case family == accountFamily && set != "":
		return c.unassign(ctx, n, id, account, strings.Replace(n.arn, "instance/", "permissionSet/", 1)+"/"+set)
	}
	// A row of an earlier version, or of a hand in the state: nothing of that name can be there.
	return gone, nil
}

// patience is how long the end of a deletion is waited for. After that List goes on waiting.
const patience = 2 * time.Minute

// unassign begins the deletion of an assignment, and waits for its end: only that says why one fails.
func (c appAssignments) unassign(ctx context.Context, n *instance, id access.AccountID, account, set string) (access.Receipt, error) {
	gone := access.Receipt{Assurance: access.Observed}
	c.assigning.Lock()
	defer c.assigning.Unlock()
	call := doing("sso:DeleteAccountAssignment", "take the account %s from %s", account, id)
	out, err := ask(ctx, c.connection, call, c.admin.DeleteAccountAssignment, &ssoadmin.DeleteAccountAssignmentInput{
		InstanceArn: &n.arn, PermissionSetArn: &set, PrincipalId: sdk.String(string(id)), PrincipalType: user_, TargetId: &account,
		TargetType: types.TargetTypeAwsAccount,
	})
	if err != nil {
		return gone, system.IgnoreNotFound(err)
	}
	end := c.clock.Now().Add(patience)
	for state, wait := out.AccountAssignmentDeletionStatus, time.Second; ; wait = min(2*wait, 10*time.Second) {
		switch {
		case state == nil || sdk.ToString(state.RequestId) == "":
			return gone, malformed(call, "no status")
		case state.Status == types.StatusValuesSucceeded:
			return gone, nil
		case state.Status == types.StatusValuesFailed:
			return access.Receipt{}, &access.Error{
				Kind: access.Blocked, Op: call.what, Reason: "AWS began to and could not: " + c.transport.Redact(sdk.ToString(state.FailureReason)),
				Fix: "Look at the account " + account + " and its permission set in Identity Center, and plan again.",
			}
		case c.clock.Now().Add(wait).After(end):
			gone.Moving = true
			return gone, nil
		}
		if err := c.clock.Sleep(ctx, wait); err != nil {
			return gone, err
		}
		call := doing("sso:DescribeAccountAssignmentDeletionStatus", "see whether the account %s is taken from %s", account, id)
		looked, err := ask(ctx, c.connection, call, c.admin.DescribeAccountAssignmentDeletionStatus, &ssoadmin.DescribeAccountAssignmentDeletionStatusInput{
			InstanceArn: &n.arn, AccountAssignmentDeletionRequestId: state.RequestId,
		})
		if err != nil {
			return gone, err
		}
		state = looked.AccountAssignmentDeletionStatus
	}
}

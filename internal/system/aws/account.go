package aws

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/system"
)

// Account is the IAM user itself, until it has reached the end state chosen for it.
//
// IAM has no switch for a user. What comes nearest to suspending is an inline policy that denies everything: it works at once
// and whatever else allows, it stops the password, every key and every temporary credential at the same time, it can be seen,
// and deleting it undoes it. That the user can still open the console and see nothing there is no access.
func Account(o *IAM) access.Connector { return account{guarded: guarded{o}} }

type account struct {
	guarded
	disposition access.Disposition
}

var (
	_ access.Disposer = account{}
	_ access.Guard    = account{}
)

// suspension is the inline policy that denies everything, and denyAll what it says.
const (
	suspension = "OffboardSuspended"
	denyAll    = `{"Version":"2012-10-17","Statement":[{"Sid":"OffboardSuspended","Effect":"Deny","Action":"*","Resource":"*"}]}`
)

// Dispose knows two end states.
func (c account) Dispose(d access.Disposition) (access.Connector, bool) {
	switch d {
	case access.Suspend, access.Delete:
		return account{c.guarded, d}, true
	}
	return nil, false
}

// denied says that a policy of the user's own denies everything to it: ours, or another, or AWSDenyAll.
func (o *IAM) denied(ctx context.Context, u *user) (bool, error) {
	all, _, err := o.denials(ctx, u)
	return all, err
}

// denials says whether policies of the user's own deny everything to it, and whether they do to its temporary credentials.
func (o *IAM) denials(ctx context.Context, u *user) (all, temporary bool, err error) {
	policies, err := o.inline(ctx, u)
	if err != nil {
		return false, false, err
	}
	for _, d := range policies {
		all, temporary = all || d.deniesAll(), temporary || d.deniesTemporary()
	}
	if !all {
		attached, err := o.attached(ctx, u)
		if err != nil {
			return false, false, err
		}
		all = slices.ContainsFunc(attached, func(p types.AttachedPolicy) bool { return isDenyAll(sdk.ToString(p.PolicyArn)) })
	}
	return all, all || temporary, nil
}

// detailDenied is denied, of a user as GetAccountAuthorizationDetails has it.
func detailDenied(u types.UserDetail) bool {
	if slices.ContainsFunc(u.AttachedManagedPolicies, func(p types.AttachedPolicy) bool { return isDenyAll(sdk.ToString(p.PolicyArn)) }) {
		return true
	}
	return slices.ContainsFunc(u.UserPolicyList, func(p types.PolicyDetail) bool {
		d, err := parse(op{}, p.PolicyDocument)
		return err == nil && d.deniesAll()
	})
}

// List returns the user until everything is denied to it, or it is gone.
func (c account) List(ctx context.Context, id access.AccountID) (grants []access.Grant, err error) {
	defer c.onlyIfGone(ctx, id, &err)
	u, err := c.user(ctx, id)
	if err != nil {
		return nil, err
	}
	denied, err := c.denied(ctx, u)
	if err != nil {
		return nil, err
	}
	status := active
	grant := access.Grant{ID: access.GrantID(u.id), Note: u.managed()}
	if denied {
		status, grant.Reached = suspended, access.Suspend
	}
	grant.Label = fmt.Sprintf("%s (IAM user, %s)", u.name, status)
	if c.disposition == "" {
		return []access.Grant{grant}, nil
	}
	return access.Under([]access.Grant{grant}, c.disposition), nil
}

// Remove brings the user to its end state. PutUserPolicy, DeleteUser.
func (c account) Remove(ctx context.Context, id access.AccountID, _ access.GrantID) (access.Receipt, error) {
	gone := access.Receipt{Assurance: access.Observed}
	if c.disposition == "" {
		return access.Receipt{}, &access.Error{Kind: access.Blocked, Op: "remove " + string(id), Reason: "no disposition is chosen", Fix: "Choose one."}
	}
	u, err := c.user(ctx, id)
	if err != nil {
		return gone, system.IgnoreNotFound(err)
	}
	if c.disposition == access.Delete {
		return gone, c.delete(ctx, u)
	}
	return gone, c.put(ctx, u, suspension, denyAll)
}

// put gives the user an inline policy of ours.
func (o *IAM) put(ctx context.Context, u *user, name, document string) error {
	call := doing("iam:PutUserPolicy", "give %s the inline policy %s", u.name, name)
	return write(ctx, o.connection, call, o.iam.PutUserPolicy, &iam.PutUserPolicyInput{UserName: u.userName(), PolicyName: &name, PolicyDocument: &document})
}

// delete deletes a user of which everything else is gone but what only denies, which no other kind lists and which keeps a user
// from being deleted. So that the user never has more than before, everything is denied first, and again if the deletion fails.
func (c account) delete(ctx context.Context, u *user) error {
	if err := c.nothingLeft(ctx, u); err != nil {
		return system.IgnoreNotFound(err)
	}
	err := c.onlySuspended(ctx, u)
	if err != nil {
		return system.IgnoreNotFound(err)
	}
	if err = c.deleteInline(ctx, u, suspension); err == nil {
		call := doing("iam:DeleteUser", "delete the user %s", u.name)
		err = write(ctx, c.connection, call, c.iam.DeleteUser, &iam.DeleteUserInput{UserName: u.userName()})
	}
	if err == nil {
		return nil
	}
	if back := c.put(context.WithoutCancel(ctx), u, suspension, denyAll); back != nil {
		return &access.Error{
			Kind: access.KindOf(err), Op: "delete the user " + u.name, Err: err,
			Reason: fmt.Sprintf("%v; and the user is not suspended, as the policy %s could not be put back: %v", err, suspension, back),
			Fix:    "Plan again with disposition = \"suspend\", or give the user the policy AWSDenyAll.",
		}
	}
	return err
}

// onlySuspended has our suspension be the only policy that the user has, if there is any. What came in since it was looked for
// and does more than deny stays, and keeps the user.
func (c account) onlySuspended(ctx context.Context, u *user) error {
	policies, err := c.inline(ctx, u)
	if err != nil {
		return err
	}
	attached, err := c.attached(ctx, u)
	if err != nil || len(policies)+len(attached) == 0 {
		return err
	}
	if !policies[suspension].deniesAll() {
		if err := c.put(ctx, u, suspension, denyAll); err != nil {
			return err
		}
	}
	delete(policies, suspension)
	for name, d := range policies {
		if !d.onlyDenies() {
			return appeared(u, name)
		}
		if err := c.deleteInline(ctx, u, name); err != nil {
			return err
		}
	}
	for _, p := range attached {
		policy, err := c.managed(ctx, *p.PolicyArn)
		switch {
		case err != nil:
			return err
		case !policy.onlyDenies():
			return appeared(u, *p.PolicyName)
		}
		call := doing("iam:DetachUserPolicy", "detach the policy %s from %s", *p.PolicyName, u.name)
		if err := write(ctx, c.connection, call, c.iam.DetachUserPolicy, &iam.DetachUserPolicyInput{UserName: u.userName(), PolicyArn: p.PolicyArn}); err != nil {
			return err
		}
	}
	return nil
}

func (c account) deleteInline(ctx context.Context, u *user, name string) error {
	call := doing("iam:DeleteUserPolicy", "delete the inline policy %s of %s", name, u.name)
	return write(ctx, c.connection, call, c.iam.DeleteUserPolicy, &iam.DeleteUserPolicyInput{UserName: u.userName(), PolicyName: &name})
}

func appeared(u *user, policy string) error {
	return &access.Error{
		Kind: access.Blocked, Op: "delete the user " + u.name, Reason: "the user was given the policy " + policy + " just now",
		Fix: "Plan again, with offboard_role_assignments, which removes it.",
	}
}

// nothingLeft refuses a deletion that would take along what no plan has shown.
func (c account) nothingLeft(ctx context.Context, u *user) error {
	var left, resources []string
	for _, kind := range []struct {
		resource  string
		connector access.Connector
	}{
		{"offboard_authenticators", authenticators{c.guarded}},
		{"offboard_keys", keys{c.guarded}},
		{"offboard_group_membership", groupMembership{c.guarded}},
		{"offboard_role_assignments", roleAssignments{c.guarded}},
	} {
		grants, err := kind.connector.List(ctx, u.id)
		if err != nil {
			return err
		}
		for _, grant := range grants {
			left = append(left, grant.Label)
			resources = append(resources, kind.resource)
		}
	}
	if len(left) == 0 {
		return nil
	}
	return &access.Error{
		Kind: access.Blocked, Op: "delete the user " + u.name,
		Reason: "there is still something on it, which IAM does not delete along: " + strings.Join(left, ", "),
		Fix:    "Let " + strings.Join(slices.Compact(resources), ", ") + " remove these first (depends_on).",
	}
}

// text writes a policy that denies everything under a condition.
func text(sid string, condition map[string]map[string]string) string {
	data, err := json.Marshal(map[string]any{
		"Version":   "2012-10-17",
		"Statement": []any{map[string]any{"Sid": sid, "Effect": "Deny", "Action": "*", "Resource": "*", "Condition": condition}},
	})
	if err != nil {
		panic(err) // it is plain data
	}
	return string(data)
}

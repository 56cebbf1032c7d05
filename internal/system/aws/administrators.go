package aws

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/system"
)

// An administrator is a user or a role that may do everything in the account.
type administrator struct {
	id   access.AccountID // empty for a role
	name string
}

// guarded is what the connectors of users have in common: who runs this and who administers the account keeps what they have.
type guarded struct{ *IAM }

// Refuse refuses what would take away the credential in use, or the last administrator who can get in.
func (o guarded) Refuse(ctx context.Context, id access.AccountID, _ access.Holdings) error {
	u, err := o.user(ctx, id)
	if err != nil {
		return system.IgnoreNotFound(err)
	}
	all, err := o.identities(ctx)
	if err != nil {
		return err
	}
	for _, own := range all {
		if role, session, ok := own.assumed(); ok && slices.Contains(o.namesOf(u.name, u.tags), strings.ToLower(session)) {
			return &access.Error{
				Kind: access.Blocked, Op: "check whose credential this is",
				Reason: "the credential in use is a session of the role " + role + " that is named after this very person, " + session,
				Fix:    "Let somebody else run this, or a pipeline.",
			}
		}
	}
	return o.refuseLastAdministrator(ctx, u)
}

// refuseLastAdministrator looks for another user who can get in and may do everything and is not leaving in the same run, or a
// role that somebody can assume and that may.
func (o *IAM) refuseLastAdministrator(ctx context.Context, u *user) error {
	all, err := o.admins.Get(ctx, func() ([]administrator, error) { return o.administrators(ctx) })
	if err != nil || !slices.ContainsFunc(all, func(a administrator) bool { return a.id == u.id }) {
		return err
	}
	o.departing.Store(u.id, true)
	for _, a := range all {
		if a.id == "" {
			return nil
		}
		if _, leaves := o.departing.Load(a.id); leaves {
			continue
		}
		live, err := o.getsIn(ctx, a.id)
		if err != nil || live {
			return err
		}
	}
	return &access.Error{
		Kind: access.Blocked, Op: "check that the account keeps an administrator",
		Reason: "this is the only user with every right (AdministratorAccess) who can get in and is not leaving in this run, and no role has it that anybody " +
			"could assume: only the root user would be left",
		Fix: "Make somebody else an administrator first.",
	}
}

// getsIn says that a user has a console password or an active access key.
func (o *IAM) getsIn(ctx context.Context, id access.AccountID) (bool, error) {
	u, err := o.user(ctx, id)
	if err != nil {
		return false, system.IgnoreNotFound(err)
	}
	password, err := authenticators{guarded{o}}.password(ctx, u)
	if err != nil || len(password) > 0 {
		return len(password) > 0, err
	}
	accessKeys, err := o.accessKeys(ctx, u)
	return slices.ContainsFunc(accessKeys, func(k types.AccessKeyMetadata) bool { return k.Status == types.StatusTypeActive }), err
}

// administrators are the users who may do everything, by themselves or through a group, and to whom it is not denied; and the
// roles that may, unless only a service of AWS's can assume them. GetAccountAuthorizationDetails.
func (o *IAM) administrators(ctx context.Context) (found []administrator, err error) {
	call := doing("iam:GetAccountAuthorizationDetails", "list the administrators of the account")
	var users []types.UserDetail
	var roles []types.RoleDetail
	groups, every := map[string]types.GroupDetail{}, map[string]bool{}
	filter := []types.EntityType{types.EntityTypeUser, types.EntityTypeGroup, types.EntityTypeRole, types.EntityTypeLocalManagedPolicy}
	err = o.details(ctx, call, filter, func(page *iam.GetAccountAuthorizationDetailsOutput) {
		users, roles = append(users, page.UserDetailList...), append(roles, page.RoleDetailList...)
		for _, g := range page.GroupDetailList {
			groups[sdk.ToString(g.GroupName)] = g
		}
		for _, p := range page.Policies {
			for _, version := range p.PolicyVersionList {
				if d, err := parse(call, version.Document); version.IsDefaultVersion && err == nil && d.allowsAll(true) {
					every[sdk.ToString(p.Arn)] = true
				}
			}
		}
	})
	if err != nil {
		return nil, err
	}
	administers := func(attached []types.AttachedPolicy, inline []types.PolicyDetail) bool {
		return slices.ContainsFunc(attached, func(p types.AttachedPolicy) bool {
			arn := sdk.ToString(p.PolicyArn)
			return every[arn] || strings.HasSuffix(arn, ":iam::aws:policy/AdministratorAccess")
		}) || slices.ContainsFunc(inline, func(p types.PolicyDetail) bool {
			d, err := parse(call, p.PolicyDocument)
			return err == nil && d.allowsAll(true)
		})
	}
	for _, u := range users {
		through := slices.ContainsFunc(u.GroupList, func(name string) bool {
			return administers(groups[name].AttachedManagedPolicies, groups[name].GroupPolicyList)
		})
		if (through || administers(u.AttachedManagedPolicies, u.UserPolicyList)) && !detailDenied(u) {
			found = append(found, administrator{access.AccountID(sdk.ToString(u.UserId)), sdk.ToString(u.UserName)})
		}
	}
	for _, r := range roles {
		if administers(r.AttachedManagedPolicies, r.RolePolicyList) && assumable(r) {
			found = append(found, administrator{name: sdk.ToString(r.RoleName)})
		}
	}
	return found, nil
}

// assumable says that somebody other than a service can assume a role.
func assumable(r types.RoleDetail) bool {
	d, err := parse(op{}, r.AssumeRolePolicyDocument)
	return err == nil && slices.ContainsFunc(d.Statement, func(s statement) bool {
		var kinds map[string]json.RawMessage
		_ = json.Unmarshal(s.Principal, &kinds) // "*" is no map, and nobody's intention
		return s.Effect == "Allow" && (kinds["AWS"] != nil || kinds["Federated"] != nil)
	})
}

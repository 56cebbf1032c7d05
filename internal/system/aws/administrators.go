package aws

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strings"
	"sync"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/system"
)

// An administrator is a user or a role that may do everything in the account.
type administrator struct {
	id access.AccountID // empty for a role
	// trusted are those who may assume a role: ARNs, and numbers of accounts.
	trusted []string
}

// assumable says that somebody may assume the role: other than the user of an ARN in gone, and no service.
func (a administrator) assumable(gone *sync.Map) bool {
	return slices.ContainsFunc(a.trusted, func(who string) bool {
		_, leaves := gone.Load(who)
		return !leaves
	})
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
	names := o.namesOf(u.name, u.tags)
	for _, own := range all {
		role, session, ok := own.assumed()
		local, _, _ := strings.Cut(strings.ToLower(session), "@")
		if ok && (slices.Contains(names, strings.ToLower(session)) || slices.Contains(names, local)) {
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
	o.departing.Store(u.arn, true)
	for _, a := range all {
		if a.id == "" && a.assumable(&o.departing) {
			return nil
		}
		if _, leaves := o.departing.Load(a.id); leaves || a.id == "" {
			continue
		}
		live, err := o.getsIn(ctx, a.id)
		if err != nil || live {
			return err
		}
	}
	return &access.Error{
		Kind: access.Blocked, Op: "check that the account keeps an administrator",
		Reason: "this is the only user with every right (AdministratorAccess) who can get in and is not leaving in this run, and no role has it that anybody else " +
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
// roles that may, with who can assume them. GetAccountAuthorizationDetails.
func (o *IAM) administrators(ctx context.Context) (found []administrator, err error) {
	call := doing("iam:GetAccountAuthorizationDetails", "list the administrators of the account")
	var users []types.UserDetail
	var roles []types.RoleDetail
	groups := map[string]types.GroupDetail{}
	policies := policyBook{call: call, managed: map[string]document{}}
	filter := []types.EntityType{types.EntityTypeUser, types.EntityTypeGroup, types.EntityTypeRole, types.EntityTypeLocalManagedPolicy}
	err = o.details(ctx, call, filter, func(page *iam.GetAccountAuthorizationDetailsOutput) {
		users, roles = append(users, page.UserDetailList...), append(roles, page.RoleDetailList...)
		for _, g := range page.GroupDetailList {
			groups[sdk.ToString(g.GroupName)] = g
		}
		for _, p := range page.Policies {
			for _, version := range p.PolicyVersionList {
				if version.IsDefaultVersion {
					policies.managed[sdk.ToString(p.Arn)] = policies.read(version.Document)
				}
			}
		}
	})
	if err != nil {
		return nil, err
	}
	for _, u := range users {
		documents := policies.of(u.AttachedManagedPolicies, u.UserPolicyList)
		for _, name := range u.GroupList {
			documents = append(documents, policies.of(groups[name].AttachedManagedPolicies, groups[name].GroupPolicyList)...)
		}
		if administers(documents) {
			found = append(found, administrator{id: access.AccountID(sdk.ToString(u.UserId))})
		}
	}
	for _, r := range roles {
		if administers(policies.of(r.AttachedManagedPolicies, r.RolePolicyList)) {
			found = append(found, administrator{trusted: trusted(r)})
		}
	}
	return found, policies.unread
}

// administers says of who has these policies that it may do everything.
func administers(documents []document) bool {
	return slices.ContainsFunc(documents, func(d document) bool { return d.allowsAll(true) }) && !slices.ContainsFunc(documents, document.deniesAll)
}

// A policyBook has what policies say. One that can't be read may be the one that makes somebody an administrator: unread is the error of
// such a one.
type policyBook struct {
	call    op
	managed map[string]document
	unread  error
}

func (b *policyBook) read(text *string) document {
	d, err := parse(b.call, text)
	b.unread = cmp.Or(b.unread, err)
	return d
}

// of are the policies of a user, a group or a role. Of AWS's own only the two are known that are about everything.
func (b *policyBook) of(attached []types.AttachedPolicy, inline []types.PolicyDetail) (documents []document) {
	everything := statement{Action: texts{"*"}, Resource: texts{"*"}}
	for _, p := range attached {
		arn := sdk.ToString(p.PolicyArn)
		switch {
		case strings.HasSuffix(arn, ":iam::aws:policy/AdministratorAccess"):
			everything.Effect = "Allow"
			documents = append(documents, document{statements{everything}})
		case isDenyAll(arn):
			everything.Effect = "Deny"
			documents = append(documents, document{statements{everything}})
		default:
			documents = append(documents, b.managed[arn])
		}
	}
	for _, p := range inline {
		documents = append(documents, b.read(p.PolicyDocument))
	}
	return documents
}

// trusted are those whom the trust policy of a role lets assume it. A user who is gone is named by an id there.
func trusted(r types.RoleDetail) (who []string) {
	d, err := parse(op{}, r.AssumeRolePolicyDocument)
	if err != nil {
		return nil
	}
	for _, s := range d.Statement {
		var principals map[string]texts
		_ = json.Unmarshal(s.Principal, &principals) // "*" is no map, and nobody's intention
		if s.Effect == "Allow" {
			who = append(who, slices.DeleteFunc(principals["AWS"], userID.MatchString)...)
			who = append(who, principals["Federated"]...)
		}
	}
	return who
}

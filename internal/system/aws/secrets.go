package aws

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/system"
)

// SharedSecrets are the secrets of Secrets Manager, in the region of the configuration, whose current value the user may read, by
// its own policies and those of the secrets. No value is ever read. What the user could read by a role that it may assume, or in
// another region, is not in it.
func SharedSecrets(o *IAM) access.Connector { return sharedSecrets{o} }

type sharedSecrets struct{ *IAM }

var _ access.Outliver = sharedSecrets{}

const (
	getSecretValue = "secretsmanager:GetSecretValue"
	currentStage   = "AWSCURRENT"
	// simulated is how many resources are asked about at once.
	simulated = 50
	// tokenIssueTime is what policies that end sessions ask for, and what requests have that are made with one.
	tokenIssueTime = "aws:TokenIssueTime"
)

// asAPersonWould is how somebody asks for a secret: with MFA, and over TLS. Without it a policy that denies everything without MFA
// would have it look as if the user might read all or nothing.
var asAPersonWould = []iamtypes.ContextEntry{
	{ContextKeyName: sdk.String("aws:MultiFactorAuthPresent"), ContextKeyType: iamtypes.ContextKeyTypeEnumBoolean, ContextKeyValues: []string{"true"}},
	{ContextKeyName: sdk.String("aws:SecureTransport"), ContextKeyType: iamtypes.ContextKeyTypeEnumBoolean, ContextKeyValues: []string{"true"}},
}

// A secret is what this package needs of one.
type secret struct {
	name, arn, version string
	changed, deleted   *time.Time
	rotates            bool
	service            string
	tags               []tag
}

// grant is the secret's current version. Its id has the ARN, as a secret of the same name in another region is another.
func (s secret) grant() access.Grant {
	grant := access.Grant{ID: access.GrantID(s.arn + "@" + s.version), Note: managed("The secret", s.tags)}
	parts := []string{"Secrets Manager, version " + s.version}
	if s.service != "" {
		parts = append(parts, "managed by "+s.service)
	}
	if s.changed != nil {
		parts = append(parts, "changed on "+s.changed.UTC().Format(time.DateOnly))
	}
	owner := ""
	for _, t := range s.tags {
		if slices.Contains([]string{"owner", "team", "contact"}, strings.ToLower(t.key)) && owner == "" {
			owner = t.value
		}
	}
	if owner != "" {
		parts = append(parts, "owner: "+owner)
	}
	switch {
	case s.deleted != nil:
		parts = append(parts, "to be deleted on "+s.deleted.UTC().Format(time.DateOnly))
		grant.Stays = s.blocked("it is marked for deletion, and until then can be restored with the same value",
			"Change the value where it is used, or wait for the deletion.")
	case s.rotates:
		parts = append(parts, "rotated by Secrets Manager")
		grant.Note = strings.TrimSpace("Where its rotation takes turns with two users, the old value works until it is rotated once more. " + grant.Note)
	default:
		parts = append(parts, "rotated by hand")
		who := "Its owner has"
		switch {
		case s.service != "":
			who = "The service that manages it (" + s.service + ") has"
		case owner != "":
			who = "Its owner (" + owner + ") has"
		}
		grant.Stays = s.blocked("no rotation is configured for it, and Secrets Manager does not know what the value is for",
			who+" to change the value where it is used, and put the new one in (aws secretsmanager put-secret-value).")
	}
	grant.Label = s.name + " (" + strings.Join(parts, ", ") + ")"
	return grant
}

func (s secret) blocked(reason, fix string) *access.Error {
	return &access.Error{Kind: access.Blocked, Op: "rotate the secret " + s.name, Reason: reason, Fix: fix}
}

// List asks IAM which of all the secrets the user may read. ListSecrets, GetResourcePolicy of each, SimulatePrincipalPolicy.
func (c sharedSecrets) List(ctx context.Context, id access.AccountID) (grants []access.Grant, err error) {
	defer c.onlyIfGone(ctx, id, &err)
	u, err := c.user(ctx, id)
	if err != nil {
		return nil, err
	}
	// Of whom everything is denied to a simulation would say the same, were it not for the conditions of other policies.
	denied, ended, err := c.denials(ctx, u)
	if err != nil || denied {
		return nil, err
	}
	all, err := c.all(ctx)
	if err != nil {
		return nil, err
	}
	readable, err := c.readable(ctx, u, all)
	if err != nil {
		return nil, err
	}
	for _, s := range all {
		conditions, may := readable[s.arn]
		// Whose sessions are denied everything makes no request with this key: what is left to depend on it is the denial.
		if ended && slices.Equal(conditions, []string{tokenIssueTime}) {
			continue
		}
		if may {
			grant := s.grant()
			if len(conditions) > 0 {
				grant.Note = strings.TrimSpace(grant.Note + " Whether the person can read it depends on " + strings.Join(conditions, ", ") + ": it counts as read.")
			}
			grants = append(grants, grant)
		}
	}
	return grants, nil
}

// all are the secrets that have a value. Those that are marked for deletion can't be read, unless they are restored, and count.
func (c sharedSecrets) all(ctx context.Context) (all []secret, err error) {
	call := doing("secretsmanager:ListSecrets", "list the secrets")
	err = pages(call, func(mark *string) (string, error) {
		out, err := ask(ctx, c.connection, call, c.secrets.ListSecrets, &secretsmanager.ListSecretsInput{
			IncludePlannedDeletion: sdk.Bool(true), MaxResults: sdk.Int32(100), NextToken: mark,
		})
		switch {
		case err != nil:
			return "", err
		case out.SecretList == nil:
			return "", malformed(call, "no list")
		}
		for _, entry := range out.SecretList {
			s := secret{
				name: sdk.ToString(entry.Name), arn: sdk.ToString(entry.ARN), changed: entry.LastChangedDate, deleted: entry.DeletedDate,
				rotates: sdk.ToBool(entry.RotationEnabled), service: sdk.ToString(entry.OwningService), tags: secretTags(entry.Tags),
				version: current(entry.SecretVersionsToStages),
			}
			if s.name == "" || s.arn == "" {
				return "", malformed(call, "a secret without a name")
			}
			if s.version != "" {
				all = append(all, s)
			}
		}
		return sdk.ToString(out.NextToken), nil
	})
	return all, there(call, err)
}

// current is the version with the stage AWSCURRENT, and empty where there is none: then the secret has no value yet.
func current(stages map[string][]string) string {
	for version, labels := range stages {
		if slices.Contains(labels, currentStage) {
			return version
		}
	}
	return ""
}

func secretTags(list []types.Tag) (tags []tag) {
	for _, t := range list {
		tags = append(tags, tag{sdk.ToString(t.Key), sdk.ToString(t.Value)})
	}
	return tags
}

// readings are the ARNs of what may be read, each with the keys of the conditions that it depends on, where it does.
type readings map[string][]string

// readable are the secrets that the user may read. Policies of secrets count only where they are given with the question, one
// secret at a time.
func (c sharedSecrets) readable(ctx context.Context, u *user, all []secret) (readings, error) {
	readable := readings{}
	var plain []string
	for _, s := range all {
		policy, err := c.policyOf(ctx, s)
		switch {
		case access.KindOf(err) == access.NotFound:
			continue // It was deleted just now.
		case err != nil:
			return nil, err
		case policy == "":
			plain = append(plain, s.arn)
		default:
			if err := c.simulate(ctx, u, []string{s.arn}, &policy, readable); err != nil {
				return nil, err
			}
		}
	}
	for some := range slices.Chunk(plain, simulated) {
		if err := c.simulate(ctx, u, some, nil, readable); err != nil {
			return nil, err
		}
	}
	return readable, nil
}

func (c sharedSecrets) policyOf(ctx context.Context, s secret) (string, error) {
	call := doing("secretsmanager:GetResourcePolicy", "read the policy of the secret %s", s.name)
	out, err := ask(ctx, c.connection, call, c.secrets.GetResourcePolicy, &secretsmanager.GetResourcePolicyInput{SecretId: &s.arn})
	switch {
	case err != nil:
		return "", err
	case sdk.ToString(out.ARN) != s.arn:
		return "", malformed(call, "another secret")
	}
	return sdk.ToString(out.ResourcePolicy), nil
}

// simulate asks SimulatePrincipalPolicy, which has to answer about each of the resources: in the results for them, as what is above
// these is about a kind of resource. A decision that depends on what the request would be like (from where, with MFA or without)
// is none, and counts as that the user may.
func (c sharedSecrets) simulate(ctx context.Context, u *user, arns []string, policy *string, readable readings) error {
	call := doing("iam:SimulatePrincipalPolicy", "find out which secrets %s may read", u.name)
	answered := map[string]bool{}
	err := pages(call, func(mark *string) (string, error) {
		out, err := ask(ctx, c.connection, call, c.iam.SimulatePrincipalPolicy, &iam.SimulatePrincipalPolicyInput{
			PolicySourceArn: &u.arn, ActionNames: []string{getSecretValue}, ResourceArns: arns, ResourcePolicy: policy, Marker: mark,
			ContextEntries: asAPersonWould,
		})
		if err != nil {
			return "", err
		}
		for _, result := range out.EvaluationResults {
			for _, specific := range result.ResourceSpecificResults {
				arn := sdk.ToString(specific.EvalResourceName)
				answered[arn] = true
				if specific.EvalResourceDecision == iamtypes.PolicyEvaluationDecisionTypeAllowed {
					readable[arn] = nil
				} else if len(specific.MissingContextValues) > 0 {
					readable[arn] = specific.MissingContextValues
				}
			}
		}
		return marker(call, out.IsTruncated, out.Marker)
	})
	if err != nil {
		return err
	}
	for _, arn := range arns {
		if !answered[arn] {
			return malformed(call, "nothing about "+arn)
		}
	}
	return nil
}

// Recheck looks at the secrets alone: which of the versions are still the current ones, whoever may read them by now. A version
// is settled when there is a newer one, or the secret is deleted for good. DescribeSecret.
func (c sharedSecrets) Recheck(ctx context.Context, _ access.AccountID, grants []access.GrantID) (held []access.Grant, err error) {
	for _, id := range grants {
		s, err := c.describe(ctx, id)
		switch {
		case access.KindOf(err) == access.NotFound:
		case err != nil:
			return nil, err
		case s.grant().ID == id:
			held = append(held, s.grant())
		}
	}
	return held, nil
}

// Outlives says that Recheck answers of the versions, whoever may read them.
func (sharedSecrets) Outlives() {}

// describe reads the secret of a grant, which has to be one of this region and this account: in another it would not be found, and
// not be gone for that.
func (c sharedSecrets) describe(ctx context.Context, id access.GrantID) (secret, error) {
	call := doing("secretsmanager:DescribeSecret", "look at the secret %s", id)
	own, err := c.identity(ctx)
	if err != nil {
		return secret{}, err
	}
	named := secretID.FindStringSubmatch(string(id))
	if named == nil || named[2] != c.sdk.Region || named[3] != own.account {
		return secret{}, &access.Error{
			Kind: access.Blocked, Op: call.what, Reason: "it is no secret of the region " + c.sdk.Region + " of the account " + own.account,
			Fix: "Watch it with a provider that is configured for its region and its account.",
		}
	}
	out, err := ask(ctx, c.connection, call, c.secrets.DescribeSecret, &secretsmanager.DescribeSecretInput{SecretId: &named[1]})
	switch {
	case err != nil:
		return secret{}, err
	case sdk.ToString(out.ARN) != named[1] || sdk.ToString(out.Name) == "" || out.VersionIdsToStages == nil:
		return secret{}, malformed(call, "another secret, or one without its versions")
	}
	return secret{
		name: *out.Name, arn: named[1], changed: out.LastChangedDate, deleted: out.DeletedDate, rotates: sdk.ToBool(out.RotationEnabled),
		service: sdk.ToString(out.OwningService), tags: secretTags(out.Tags), version: current(out.VersionIdsToStages),
	}, nil
}

// secretID takes an id apart: the ARN with its region and its account, and the version. Names of secrets may have an @ in them.
var secretID = regexp.MustCompile(`^(arn:[a-z-]+:secretsmanager:([a-z0-9-]+):([0-9]{12}):secret:.+)@[^@]+$`)

// Remove rotates the secret, where a rotation is configured and the version is still the current one. It goes on by itself;
// Recheck shows when it is done. RotateSecret.
func (c sharedSecrets) Remove(ctx context.Context, _ access.AccountID, id access.GrantID) (access.Receipt, error) {
	gone := access.Receipt{Assurance: access.Observed}
	s, err := c.describe(ctx, id)
	if err != nil {
		return gone, system.IgnoreNotFound(err)
	}
	grant := s.grant()
	switch {
	case grant.ID != id:
		return gone, nil
	case grant.Stays != nil:
		return access.Receipt{}, grant.Stays
	}
	gone.Moving = true
	gone.Lingers = &access.Error{
		Kind: access.Unavailable, Op: "rotate the secret " + s.name, Reason: "the rotation has begun and is not done",
		Fix: "Plan again in a minute. If it stays, look at the log of its rotation function.",
	}
	call := doing("secretsmanager:RotateSecret", "rotate the secret %s", s.name)
	_, err = ask(ctx, c.connection, call, c.secrets.RotateSecret, &secretsmanager.RotateSecretInput{SecretId: &s.arn, RotateImmediately: sdk.Bool(true)})
	return gone, system.IgnoreNotFound(err)
}

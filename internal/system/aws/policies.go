package aws

import (
	"context"
	"encoding/json"
	"net/url"
	"slices"
	"strings"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/offboard/terraform-provider-offboard/internal/access"
)

// A document is a policy as JSON, as far as it is read here.
type document struct {
	Statement statements
}

type statement struct {
	Effect                string
	Action, NotAction     texts
	Resource, NotResource texts
	Condition             map[string]map[string]texts
	Principal             json.RawMessage
}

// statements are one statement or a list of them, and texts one text or a list.
type (
	statements []statement
	texts      []string
)

// UnmarshalJSON takes either.
func (s *statements) UnmarshalJSON(data []byte) error {
	return oneOrMore(data, (*[]statement)(s))
}

// UnmarshalJSON takes either, with numbers and booleans as they are written: values of conditions may be any of these.
func (t *texts) UnmarshalJSON(data []byte) error {
	var values []json.RawMessage
	if json.Unmarshal(data, &values) != nil {
		values = []json.RawMessage{data}
	}
	for _, value := range values {
		var text string
		if json.Unmarshal(value, &text) != nil {
			text = string(value)
		}
		*t = append(*t, text)
	}
	return nil
}

func oneOrMore[T any](data []byte, into *[]T) error {
	var one T
	if json.Unmarshal(data, &one) == nil {
		*into = []T{one}
		return nil
	}
	return json.Unmarshal(data, into)
}

// parse reads a document as IAM sends it, escaped by RFC 3986: there a plus is a plus.
func parse(call op, escaped *string) (document, error) {
	var d document
	text, err := url.PathUnescape(sdk.ToString(escaped))
	if err == nil {
		err = json.Unmarshal([]byte(text), &d)
	}
	// A policy may have a list of no statements; one that has no list is not whole.
	if err != nil || d.Statement == nil {
		return document{}, malformed(call, "a policy that can't be read")
	}
	return d, nil
}

// onlyDenies says that a policy takes away and gives nothing, so that the person would have more without it.
func (d document) onlyDenies() bool {
	return len(d.Statement) > 0 && !slices.ContainsFunc(d.Statement, func(s statement) bool { return s.Effect != "Deny" })
}

// everything says that a statement is about every action on every resource.
func (s statement) everything() bool {
	return slices.Contains(s.Resource, "*") && (slices.Contains(s.Action, "*") || slices.Contains(s.Action, "*:*"))
}

// deniesAll says that a policy denies everything, always.
func (d document) deniesAll() bool {
	return slices.ContainsFunc(d.Statement, func(s statement) bool { return s.Effect == "Deny" && s.everything() && len(s.Condition) == 0 })
}

// deniesTemporary says that a policy denies everything to temporary credentials.
func (d document) deniesTemporary() bool {
	return slices.ContainsFunc(d.Statement, func(s statement) bool {
		null := s.Condition["Null"]["aws:TokenIssueTime"]
		return s.Effect == "Deny" && s.everything() && len(s.Condition) == 1 && len(s.Condition["Null"]) == 1 && len(null) == 1 && null[0] == "false"
	})
}

// deniesOlder is the moment of which a policy denies everything to temporary credentials that are older, and empty where it
// does not.
func (d document) deniesOlder() string {
	for _, s := range d.Statement {
		before := s.Condition["DateLessThan"]["aws:TokenIssueTime"]
		if s.Effect == "Deny" && s.everything() && len(s.Condition) == 1 && len(s.Condition["DateLessThan"]) == 1 && len(before) == 1 {
			return before[0]
		}
	}
	return ""
}

// allowsAll says that whoever has the policy may do everything: always, or also under conditions.
func (d document) allowsAll(always bool) bool {
	return slices.ContainsFunc(d.Statement, func(s statement) bool {
		return s.Effect == "Allow" && s.everything() && (!always || len(s.Condition) == 0)
	})
}

// isDenyAll says of a policy by its ARN that it is AWS's own that denies everything.
func isDenyAll(arn string) bool { return strings.HasSuffix(arn, ":iam::aws:policy/AWSDenyAll") }

// inline reads the user's inline policies by name. ListUserPolicies, and GetUserPolicy for each. One that goes in between is
// left out.
func (o *IAM) inline(ctx context.Context, u *user) (map[string]document, error) {
	call := doing("iam:ListUserPolicies", "list the inline policies of %s", u.name)
	var names []string
	err := pages(call, func(mark *string) (string, error) {
		out, err := ask(ctx, o.connection, call, o.iam.ListUserPolicies, &iam.ListUserPoliciesInput{UserName: u.userName(), Marker: mark})
		switch {
		case err != nil:
			return "", err
		case out.PolicyNames == nil:
			return "", malformed(call, "no list")
		}
		names = append(names, out.PolicyNames...)
		return marker(call, out.IsTruncated, out.Marker)
	})
	if err != nil {
		return nil, err
	}
	policies := map[string]document{}
	for _, name := range names {
		call := doing("iam:GetUserPolicy", "read the inline policy %s of %s", name, u.name)
		out, err := ask(ctx, o.connection, call, o.iam.GetUserPolicy, &iam.GetUserPolicyInput{UserName: u.userName(), PolicyName: &name})
		switch {
		case access.KindOf(err) == access.NotFound:
			// IAM is eventually consistent: the list may be the older answer or the newer. As long as it names the policy it
			// counts, as one that gives something.
			policies[name] = document{}
			continue
		case err != nil:
			return nil, err
		}
		if err := u.rowOf(call, out.UserName); err != nil {
			return nil, err
		}
		if policies[name], err = parse(call, out.PolicyDocument); err != nil {
			return nil, err
		}
	}
	return policies, nil
}

// attached lists the managed policies attached to the user. ListAttachedUserPolicies.
func (o *IAM) attached(ctx context.Context, u *user) (policies []types.AttachedPolicy, err error) {
	call := doing("iam:ListAttachedUserPolicies", "list the policies attached to %s", u.name)
	err = pages(call, func(mark *string) (string, error) {
		out, err := ask(ctx, o.connection, call, o.iam.ListAttachedUserPolicies, &iam.ListAttachedUserPoliciesInput{UserName: u.userName(), Marker: mark})
		switch {
		case err != nil:
			return "", err
		case out.AttachedPolicies == nil:
			return "", malformed(call, "no list")
		}
		policies = append(policies, out.AttachedPolicies...)
		return marker(call, out.IsTruncated, out.Marker)
	})
	return policies, named(call, policies, err)
}

func named(call op, policies []types.AttachedPolicy, err error) error {
	if err == nil && slices.ContainsFunc(policies, func(p types.AttachedPolicy) bool {
		return sdk.ToString(p.PolicyArn) == "" || sdk.ToString(p.PolicyName) == ""
	}) {
		return malformed(call, "a policy without its name")
	}
	return err
}

// A managedPolicy is what a managed policy says now, and how it is tagged.
type managedPolicy struct {
	document
	tags []tag
}

// managed reads a managed policy. GetPolicy each time, and GetPolicyVersion once a run for a version, which never changes.
func (o *IAM) managed(ctx context.Context, arn string) (managedPolicy, error) {
	call := doing("iam:GetPolicy", "read the policy %s", arn)
	out, err := ask(ctx, o.connection, call, o.iam.GetPolicy, &iam.GetPolicyInput{PolicyArn: &arn})
	switch {
	case err != nil:
		return managedPolicy{}, err
	case out.Policy == nil || sdk.ToString(out.Policy.DefaultVersionId) == "":
		return managedPolicy{}, malformed(call, "a policy without a version")
	}
	version := *out.Policy.DefaultVersionId
	d, err := o.policies.Get(ctx, arn+" "+version, func() (document, error) {
		call := doing("iam:GetPolicyVersion", "read the version %s of the policy %s", version, arn)
		out, err := ask(ctx, o.connection, call, o.iam.GetPolicyVersion, &iam.GetPolicyVersionInput{PolicyArn: &arn, VersionId: &version})
		switch {
		case err != nil:
			return document{}, err
		case out.PolicyVersion == nil:
			return document{}, malformed(call, "nothing")
		}
		return parse(call, out.PolicyVersion.Document)
	})
	return managedPolicy{d, tagsOf(out.Policy.Tags)}, err
}

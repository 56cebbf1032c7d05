package aws

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
)

// escaped is a policy document as IAM sends it: by RFC 3986, in which a space is %20.
func escaped(document string) string {
	return strings.ReplaceAll(url.QueryEscape(document), "+", "%20")
}

func attached(s *state, arns []string) []object {
	list := []object{}
	for _, arn := range arns {
		list = append(list, object{"PolicyArn": arn, "PolicyName": s.Policies[arn].Name})
	}
	return list
}

func inline(policies map[string]string) []object {
	list := []object{}
	for _, name := range slices.Sorted(maps.Keys(policies)) {
		list = append(list, object{"PolicyName": name, "PolicyDocument": escaped(policies[name])})
	}
	return list
}

// details is everything about users, groups, roles and policies of the account, as far as Filter asks for it.
func (c *call) details() (object, *failure) {
	s, filter := c.view("users"), c.texts("Filter")
	type entry struct {
		list string
		item object
	}
	var all []entry
	wanted := func(kind string) bool { return len(filter) == 0 || slices.Contains(filter, kind) }
	if wanted("User") {
		for _, u := range sandbox.Sorted(s.Users) {
			groups := []string{}
			for _, g := range s.groupsOf(u.ID) {
				groups = append(groups, g.Name)
			}
			item := object{
				"UserId": u.ID, "UserName": u.Name, "Path": u.Path, "Arn": s.userARN(u), "CreateDate": u.Created, "GroupList": groups,
				"AttachedManagedPolicies": attached(s, u.Attached), "Tags": tags(u.Tags),
			}
			if len(u.Inline) > 0 {
				item["UserPolicyList"] = inline(u.Inline)
			}
			all = append(all, entry{"UserDetailList", item})
		}
	}
	if wanted("Group") {
		for _, g := range sandbox.Sorted(s.Groups) {
			all = append(all, entry{"GroupDetailList", object{
				"GroupId": g.ID, "GroupName": g.Name, "Path": g.Path, "Arn": s.arn("group", g.Path, g.Name), "CreateDate": g.Created,
				"AttachedManagedPolicies": attached(s, g.Attached), "GroupPolicyList": inline(g.Inline),
			}})
		}
	}
	if wanted("Role") {
		for _, r := range sandbox.Sorted(s.Roles) {
			all = append(all, entry{"RoleDetailList", object{
				"RoleId": r.ID, "RoleName": r.Name, "Path": r.Path, "Arn": s.arn("role", r.Path, r.Name), "CreateDate": r.Created,
				"AssumeRolePolicyDocument": escaped(r.Trust), "AttachedManagedPolicies": attached(s, r.Attached), "RolePolicyList": inline(r.Inline),
			}})
		}
	}
	if wanted("LocalManagedPolicy") {
		for _, p := range sandbox.Sorted(s.Policies) {
			if strings.HasPrefix(p.ARN, "arn:aws:iam::aws:") {
				continue
			}
			all = append(all, entry{"Policies", object{
				"PolicyName": p.Name, "PolicyId": p.ID, "Arn": p.ARN, "DefaultVersionId": p.version(),
				"PolicyVersionList": []object{{"VersionId": p.version(), "IsDefaultVersion": true, "Document": escaped(p.Document), "CreateDate": p.Created}},
			}})
		}
	}
	part, next := page(c, all, "MaxItems", "Marker")
	result := object{"IsTruncated": next != "", "Marker": orNothing(next)}
	for _, list := range []string{"UserDetailList", "GroupDetailList", "RoleDetailList", "Policies"} {
		result[list] = []object{}
	}
	for _, e := range part {
		list, _ := result[e.list].([]object)
		result[e.list] = append(list, e.item)
	}
	return result, nil
}

func (c *call) listAttachedUserPolicies() (object, *failure) {
	s, u, failed := c.viewed()
	if failed != nil {
		return nil, failed
	}
	return marked(c, "AttachedPolicies", attached(s, u.Attached)), nil
}

func (c *call) detachUserPolicy() (object, *failure) {
	u, failed := c.target()
	if failed != nil {
		return nil, failed
	}
	arn := c.text("PolicyArn")
	if !slices.Contains(u.Attached, arn) {
		return nil, noSuchEntity("Policy %s was not found.", arn)
	}
	u.Attached = slices.DeleteFunc(u.Attached, func(a string) bool { return a == arn })
	return c.changed(u)
}

func (c *call) listUserPolicies() (object, *failure) {
	_, u, failed := c.viewed()
	if failed != nil {
		return nil, failed
	}
	return marked(c, "PolicyNames", append([]string{}, slices.Sorted(maps.Keys(u.Inline))...)), nil
}

func (c *call) getUserPolicy() (object, *failure) {
	_, u, failed := c.viewed()
	if failed != nil {
		return nil, failed
	}
	name := c.text("PolicyName")
	text, ok := u.Inline[name]
	if !ok {
		return nil, noSuchEntity("The user policy with name %s cannot be found.", name)
	}
	return object{"UserName": u.Name, "PolicyName": name, "PolicyDocument": escaped(text)}, nil
}

func (c *call) putUserPolicy() (object, *failure) {
	u, failed := c.target()
	if failed != nil {
		return nil, failed
	}
	if failed := grammar(c.text("PolicyDocument")); failed != nil {
		return nil, failed
	}
	u.Inline[c.text("PolicyName")] = c.text("PolicyDocument")
	return c.changed(u)
}

func grammar(document string) *failure {
	if !json.Valid([]byte(document)) {
		return fail(http.StatusBadRequest, "MalformedPolicyDocument", "Syntax errors in policy.")
	}
	return nil
}

func (c *call) deleteUserPolicy() (object, *failure) {
	u, failed := c.target()
	if failed != nil {
		return nil, failed
	}
	name := c.text("PolicyName")
	if _, ok := u.Inline[name]; !ok {
		return nil, noSuchEntity("The user policy with name %s cannot be found.", name)
	}
	delete(u.Inline, name)
	return c.changed(u)
}

func (c *call) group() (*group, *failure) {
	g := c.state.groupByName(c.text("GroupName"))
	if g == nil {
		return nil, noSuchEntity("The group with name %s cannot be found.", c.text("GroupName"))
	}
	return g, nil
}

func (c *call) listAttachedGroupPolicies() (object, *failure) {
	g, failed := c.group()
	if failed != nil {
		return nil, failed
	}
	return marked(c, "AttachedPolicies", attached(c.state, g.Attached)), nil
}

func (c *call) listGroupPolicies() (object, *failure) {
	g, failed := c.group()
	if failed != nil {
		return nil, failed
	}
	return marked(c, "PolicyNames", append([]string{}, slices.Sorted(maps.Keys(g.Inline))...)), nil
}

func (p *policy) version() string { return fmt.Sprintf("v%d", p.Version) }

func (c *call) policy() (*policy, *failure) {
	p := c.state.Policies[c.text("PolicyArn")]
	if p == nil {
		return nil, noSuchEntity("Policy %s was not found.", c.text("PolicyArn"))
	}
	return p, nil
}

func (c *call) getPolicy() (object, *failure) {
	p, failed := c.policy()
	if failed != nil {
		return nil, failed
	}
	described := object{
		"PolicyName": p.Name, "PolicyId": p.ID, "Arn": p.ARN, "Path": "/", "DefaultVersionId": p.version(), "CreateDate": p.Created,
		"IsAttachable": true,
	}
	if len(p.Tags) > 0 {
		described["Tags"] = tags(p.Tags)
	}
	return object{"Policy": described}, nil
}

func (c *call) getPolicyVersion() (object, *failure) {
	p, failed := c.policy()
	switch {
	case failed != nil:
		return nil, failed
	case c.text("VersionId") != p.version():
		return nil, noSuchEntity("Policy %s version %s does not exist or is not attachable.", p.ARN, c.text("VersionId"))
	}
	return object{"PolicyVersion": object{
		"VersionId": p.version(), "IsDefaultVersion": true, "Document": escaped(p.Document), "CreateDate": p.Created,
	}}, nil
}

func (c *call) role() (*role, *failure) {
	r := c.state.Roles[c.text("RoleName")]
	if r == nil {
		return nil, noSuchEntity("The role with name %s cannot be found.", c.text("RoleName"))
	}
	return r, nil
}

func (c *call) getRole() (object, *failure) {
	r, failed := c.role()
	if failed != nil {
		return nil, failed
	}
	described := object{
		"RoleId": r.ID, "RoleName": r.Name, "Path": r.Path, "Arn": c.state.arn("role", r.Path, r.Name), "CreateDate": r.Created,
		"AssumeRolePolicyDocument": escaped(r.Trust),
	}
	if len(r.Tags) > 0 {
		described["Tags"] = tags(r.Tags)
	}
	return object{"Role": described}, nil
}

func (c *call) getRolePolicy() (object, *failure) {
	if _, failed := c.role(); failed != nil {
		return nil, failed
	}
	r := c.view("role/" + c.text("RoleName")).Roles[c.text("RoleName")]
	text, ok := r.Inline[c.text("PolicyName")]
	if !ok {
		return nil, noSuchEntity("The role policy with name %s cannot be found.", c.text("PolicyName"))
	}
	return object{"RoleName": r.Name, "PolicyName": c.text("PolicyName"), "PolicyDocument": escaped(text)}, nil
}

func (c *call) putRolePolicy() (object, *failure) {
	r, failed := c.role()
	switch {
	case failed != nil:
		return nil, failed
	case strings.HasPrefix(r.Path, "/aws-service-role/") || strings.HasPrefix(r.Path, "/aws-reserved/"):
		return nil, fail(http.StatusBadRequest, "UnmodifiableEntity", "Cannot perform the operation on the protected role '%s'.", r.Name)
	}
	if failed := grammar(c.text("PolicyDocument")); failed != nil {
		return nil, failed
	}
	r.Inline[c.text("PolicyName")] = c.text("PolicyDocument")
	c.wrote("role/" + r.Name)
	return nil, nil
}

// simulate says what a user's policies say of one action on each of some resources. A resource policy counts where it is
// given with the call, for a single resource, and not by itself.
func (c *call) simulate() (object, *failure) {
	var u *user
	for _, candidate := range c.state.Users {
		if c.state.userARN(candidate) == c.text("PolicySourceArn") {
			u = candidate
		}
	}
	if u == nil {
		return nil, noSuchEntity("The entity %s cannot be found.", c.text("PolicySourceArn"))
	}
	resources := c.texts("ResourceArns")
	if len(resources) == 0 {
		resources = []string{"*"}
	}
	given := map[string]string{}
	for _, entry := range c.objects("ContextEntries") {
		values, _ := entry["ContextKeyValues"].([]any)
		given[fmt.Sprint(entry["ContextKeyName"])] = fmt.Sprint(values[0])
	}
	list := []object{}
	for _, action := range c.texts("ActionNames") {
		// What is above the results for resources is about their kind, and the most restrictive decision (SDK:iam EvaluationResult).
		specific, strictest := []object{}, allowed
		for _, resource := range resources {
			decision := evaluate(c.state.policiesOf(u), action, resource, given)
			if policy := c.text("ResourcePolicy"); policy != "" && decision != explicitDeny {
				if by := c.state.byResource(policy, u, action, resource, given); by != implicitDeny {
					decision = by
				}
			}
			if decision != allowed && strictest != explicitDeny {
				strictest = decision
			}
			specific = append(specific, object{
				"EvalResourceName": resource, "EvalResourceDecision": decision,
				"MissingContextValues": missing(append(c.state.policiesOf(u), c.text("ResourcePolicy")), action, resource, given),
			})
		}
		service, _, _ := strings.Cut(action, ":")
		list = append(list, object{
			"EvalActionName": action, "EvalResourceName": "arn:${Partition}:" + service + ":${Region}:${Account}:*", "EvalDecision": strictest,
			"MissingContextValues": []string{}, "ResourceSpecificResults": specific,
		})
	}
	return marked(c, "EvaluationResults", list), nil
}

// missing are the keys that conditions on an action ask for and that were not given.
func missing(documents []string, action, resource string, given map[string]string) []string {
	keys := []string{}
	for _, text := range documents {
		var d document
		if text == "" || json.Unmarshal([]byte(text), &d) != nil {
			continue
		}
		for _, st := range d.Statement {
			conditions := st.Condition
			st.Condition = nil
			for _, by := range conditions {
				for key := range by {
					if _, known := given[key]; !known && st.applies(action, resource, nil) && !slices.Contains(keys, key) {
						keys = append(keys, key)
					}
				}
			}
		}
	}
	slices.Sort(keys)
	return keys
}

// byResource is what a resource policy says to a user whom it names.
func (s *state) byResource(text string, u *user, action, resource string, given map[string]string) string {
	var d document
	if json.Unmarshal([]byte(text), &d) != nil {
		return implicitDeny
	}
	decision := implicitDeny
	for _, st := range d.Statement {
		var anybody string
		var named struct{ AWS texts }
		_ = json.Unmarshal(st.Principal, &anybody)
		_ = json.Unmarshal(st.Principal, &named)
		if anybody != "*" && !slices.Contains(named.AWS, s.userARN(u)) && !slices.Contains(named.AWS, "*") || !st.applies(action, resource, given) {
			continue
		}
		if st.Effect == "Deny" {
			return explicitDeny
		}
		decision = allowed
	}
	return decision
}

package aws

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
)

var ssoOperations = map[string]operation{
	"ListInstances":                           {serve: (*call).listInstances},
	"ListAccountAssignmentsForPrincipal":      {serve: (*call).listAccountAssignments},
	"DeleteAccountAssignment":                 {writes: true, serve: (*call).deleteAccountAssignment},
	"DescribeAccountAssignmentDeletionStatus": {serve: (*call).deletionStatus},
	"DescribePermissionSet":                   {serve: (*call).describePermissionSet},
	"ListTagsForResource":                     {serve: (*call).listTagsForResource},
	"ListPermissionSetsProvisionedToAccount":  {serve: (*call).listProvisioned},
	"ListManagedPoliciesInPermissionSet":      {serve: (*call).listManagedPoliciesInSet},
	"GetInlinePolicyForPermissionSet":         {serve: (*call).getInlinePolicyOfSet},
	"ListAccountAssignments":                  {serve: (*call).listAssigned},
	"ListApplicationAssignmentsForPrincipal":  {serve: (*call).listApplicationAssignments},
	"DeleteApplicationAssignment":             {writes: true, serve: (*call).deleteApplicationAssignment},
	"DescribeApplication":                     {serve: (*call).describeApplication},
}

func (c *call) listInstances() (object, *failure) {
	list := []object{}
	if n := c.state.Center; n.Instance != "" {
		list = append(list, object{"InstanceArn": n.Instance, "IdentityStoreId": n.Store, "OwnerAccountId": n.Owner, "Status": "ACTIVE"})
	}
	return tokened(c, "Instances", list), nil
}

// instance checks that the call names the instance there is.
func (c *call) instance() *failure {
	if c.text("InstanceArn") != c.state.Center.Instance {
		return resourceNotFound("", "There is no instance %s", c.text("InstanceArn"))
	}
	return nil
}

// listAccountAssignments is for the management account alone (ListAccountAssignmentsForPrincipal in ssoadmin).
func (c *call) listAccountAssignments() (object, *failure) {
	if failed := c.instance(); failed != nil {
		return nil, failed
	}
	if c.state.Center.Owner != c.state.Account {
		return nil, fail(http.StatusBadRequest, "AccessDeniedException", "This operation is for the management account")
	}
	list := []object{}
	for _, a := range c.view("principal/" + c.text("PrincipalId")).Center.Assignments {
		if a.Kind == c.text("PrincipalType") && a.Principal == c.text("PrincipalId") {
			list = append(list, object{"AccountId": a.Account, "PermissionSetArn": a.Set, "PrincipalId": a.Principal, "PrincipalType": a.Kind})
		}
	}
	return tokened(c, "AccountAssignments", list), nil
}

// deleteAccountAssignment begins; the look that finds it done is the one that sees it gone.
func (c *call) deleteAccountAssignment() (object, *failure) {
	if failed := c.instance(); failed != nil {
		return nil, failed
	}
	n := &c.state.Center
	a := assignment{c.text("TargetId"), c.text("PermissionSetArn"), c.text("PrincipalType"), c.text("PrincipalId")}
	if !slices.Contains(n.Assignments, a) {
		return nil, resourceNotFound("", "Account assignment not found")
	}
	id := c.state.uuid("request")
	n.Requests[id] = &request{Left: 2, Assignment: a, Failure: n.Fails, Created: c.now}
	n.Fails = ""
	return object{"AccountAssignmentDeletionStatus": n.Requests[id].describe(id)}, nil
}

func (r *request) describe(id string) object {
	status := "IN_PROGRESS"
	switch {
	case r.Left <= 0 && r.Failure != "":
		status = "FAILED"
	case r.Left <= 0:
		status = "SUCCEEDED"
	}
	described := object{
		"RequestId": id, "Status": status, "CreatedDate": r.Created, "TargetType": "AWS_ACCOUNT", "TargetId": r.Assignment.Account,
		"PermissionSetArn": r.Assignment.Set, "PrincipalType": r.Assignment.Kind, "PrincipalId": r.Assignment.Principal,
	}
	if status == "FAILED" {
		described["FailureReason"] = r.Failure
	}
	return described
}

func (c *call) deletionStatus() (object, *failure) {
	n := &c.state.Center
	id := c.text("AccountAssignmentDeletionRequestId")
	r := n.Requests[id]
	if r == nil {
		return nil, resourceNotFound("", "There is no request %s", id)
	}
	if r.Left--; r.Left == 0 && r.Failure == "" {
		c.before = c.api.lag.Before(c.state)
		n.Assignments = slices.DeleteFunc(n.Assignments, func(a assignment) bool { return a == r.Assignment })
		c.wrote("principal/" + r.Assignment.Principal)
	}
	return object{"AccountAssignmentDeletionStatus": r.describe(id)}, nil
}

func (c *call) set() (*permissionSet, *failure) {
	arn := c.text("PermissionSetArn")
	set := c.state.Center.Sets[arn]
	if set == nil {
		return nil, resourceNotFound("", "There is no permission set %s", arn)
	}
	return set, nil
}

// listProvisioned has the permission sets by which somebody is assigned to an account.
func (c *call) listProvisioned() (object, *failure) {
	if failed := c.instance(); failed != nil {
		return nil, failed
	}
	sets := []string{}
	for _, a := range c.state.Center.Assignments {
		if a.Account == c.text("AccountId") && !slices.Contains(sets, a.Set) {
			sets = append(sets, a.Set)
		}
	}
	slices.Sort(sets)
	part, next := page(c, sets, "MaxResults", "NextToken")
	return object{"PermissionSets": append([]string{}, part...), "NextToken": orNothing(next)}, nil
}

func (c *call) listManagedPoliciesInSet() (object, *failure) {
	set, failed := c.set()
	if failed != nil {
		return nil, failed
	}
	list := []object{}
	for _, arn := range set.Attached {
		list = append(list, object{"Arn": arn, "Name": arn[strings.LastIndex(arn, "/")+1:]})
	}
	return tokened(c, "AttachedManagedPolicies", list), nil
}

// getInlinePolicyOfSet answers without a policy where there is none.
func (c *call) getInlinePolicyOfSet() (object, *failure) {
	set, failed := c.set()
	if failed != nil {
		return nil, failed
	}
	return object{"InlinePolicy": orNothing(set.Inline)}, nil
}

func (c *call) listAssigned() (object, *failure) {
	if failed := c.instance(); failed != nil {
		return nil, failed
	}
	list := []object{}
	for _, a := range c.state.Center.Assignments {
		if a.Account == c.text("AccountId") && a.Set == c.text("PermissionSetArn") {
			list = append(list, object{"AccountId": a.Account, "PermissionSetArn": a.Set, "PrincipalId": a.Principal, "PrincipalType": a.Kind})
		}
	}
	return tokened(c, "AccountAssignments", list), nil
}

func (c *call) describePermissionSet() (object, *failure) {
	set, failed := c.set()
	if failed != nil {
		return nil, failed
	}
	return object{"PermissionSet": object{"PermissionSetArn": set.ARN, "Name": set.Name, "CreatedDate": set.Created, "SessionDuration": "PT1H"}}, nil
}

func (c *call) listTagsForResource() (object, *failure) {
	n, arn := c.state.Center, c.text("ResourceArn")
	set, application := n.Sets[arn], n.Applications[arn]
	switch {
	case set != nil:
		return tokened(c, "Tags", tags(set.Tags)), nil
	case application != "":
		return tokened(c, "Tags", tags(n.ApplicationTags[application])), nil
	}
	return nil, resourceNotFound("", "There is no resource %s", arn)
}

func (c *call) listApplicationAssignments() (object, *failure) {
	list := []object{}
	for _, a := range c.view("principal/" + c.text("PrincipalId")).Center.AppAssignments {
		if a.Kind == c.text("PrincipalType") && a.Principal == c.text("PrincipalId") {
			list = append(list, object{"ApplicationArn": a.Application, "PrincipalId": a.Principal, "PrincipalType": a.Kind})
		}
	}
	return tokened(c, "ApplicationAssignments", list), nil
}

func (c *call) deleteApplicationAssignment() (object, *failure) {
	n := &c.state.Center
	a := appAssignment{c.text("ApplicationArn"), c.text("PrincipalType"), c.text("PrincipalId")}
	if !slices.Contains(n.AppAssignments, a) {
		return nil, resourceNotFound("", "Application assignment not found")
	}
	n.AppAssignments = slices.DeleteFunc(n.AppAssignments, func(b appAssignment) bool { return a == b })
	c.wrote("principal/" + a.Principal)
	return object{}, nil
}

func (c *call) describeApplication() (object, *failure) {
	arn := c.text("ApplicationArn")
	name, ok := c.state.Center.Applications[arn]
	if !ok {
		return nil, resourceNotFound("", "There is no application %s", arn)
	}
	return object{"ApplicationArn": arn, "Name": name, "InstanceArn": c.state.Center.Instance, "Status": "ENABLED"}, nil
}

var storeOperations = map[string]operation{
	"ListUsers":                     {serve: (*call).listPeople},
	"DescribeUser":                  {serve: (*call).describePerson},
	"DeleteUser":                    {writes: true, serve: (*call).deletePerson},
	"DescribeGroup":                 {serve: (*call).describeGroup},
	"ListGroupMembershipsForMember": {serve: (*call).listMemberships},
	"ListGroupMemberships":          {serve: (*call).listMembers},
	"GetGroupMembershipId":          {serve: (*call).membershipID},
	"DeleteGroupMembership":         {writes: true, serve: (*call).deleteMembership},
}

func (n *center) describe(p *person) object {
	described := object{
		"UserId": p.ID, "UserName": p.UserName, "IdentityStoreId": n.Store, "UserStatus": p.Status, "DisplayName": p.Name,
	}
	if p.Email != "" {
		described["Emails"] = []object{{"Value": p.Email, "Type": "work", "Primary": true}}
	}
	if p.External != "" {
		described["ExternalIds"] = []object{{"Issuer": "https://scim.aws.com/acme", "Id": p.External}}
	}
	return described
}

func (c *call) listPeople() (object, *failure) {
	n := &c.view("people").Center
	list := []object{}
	for _, p := range sandbox.Sorted(n.Users) {
		list = append(list, n.describe(p))
	}
	return tokened(c, "Users", list), nil
}

func (c *call) person(in *state, id string) (*person, *failure) {
	p := in.Center.Users[id]
	if p == nil {
		return nil, resourceNotFound("USER", "USER not found.")
	}
	return p, nil
}

func (c *call) describePerson() (object, *failure) {
	s := c.view("person/" + c.text("UserId"))
	p, failed := c.person(s, c.text("UserId"))
	if failed != nil {
		return nil, failed
	}
	return s.Center.describe(p), nil
}

// deletePerson leaves the assignments of the person behind, to nobody (aws.md section 5, unconfirmed).
func (c *call) deletePerson() (object, *failure) {
	p, failed := c.person(c.state, c.text("UserId"))
	if failed != nil {
		return nil, failed
	}
	n := &c.state.Center
	delete(n.Users, p.ID)
	n.Deleted[strings.ToLower(p.Email)] = p.ID
	for _, g := range n.Groups {
		delete(g.Members, p.ID)
	}
	c.wrote("person/"+p.ID, "people")
	return object{}, nil
}

func (c *call) describeGroup() (object, *failure) {
	g := c.state.Center.Groups[c.text("GroupId")]
	if g == nil {
		return nil, resourceNotFound("GROUP", "GROUP not found.")
	}
	described := object{"GroupId": g.ID, "DisplayName": g.Name, "IdentityStoreId": c.state.Center.Store}
	if g.External != "" {
		described["ExternalIds"] = []object{{"Issuer": "https://scim.aws.com/acme", "Id": g.External}}
	}
	return described, nil
}

func (c *call) member() string {
	member, _ := c.params["MemberId"].(object)
	return fmt.Sprint(member["UserId"])
}

func (n *center) membership(g *directoryGroup, id string) object {
	return object{"IdentityStoreId": n.Store, "MembershipId": g.Members[id], "GroupId": g.ID, "MemberId": object{"UserId": id}}
}

func (c *call) listMemberships() (object, *failure) {
	if _, failed := c.person(c.state, c.member()); failed != nil {
		return nil, failed
	}
	n := &c.view("member/" + c.member()).Center
	list := []object{}
	for _, g := range sandbox.Sorted(n.Groups) {
		if _, ok := g.Members[c.member()]; ok {
			list = append(list, n.membership(g, c.member()))
		}
	}
	return tokened(c, "GroupMemberships", list), nil
}

func (c *call) listMembers() (object, *failure) {
	g := c.state.Center.Groups[c.text("GroupId")]
	if g == nil {
		return nil, resourceNotFound("GROUP", "GROUP not found.")
	}
	list := []object{}
	for _, member := range slices.Sorted(maps.Keys(g.Members)) {
		list = append(list, c.state.Center.membership(g, member))
	}
	return tokened(c, "GroupMemberships", list), nil
}

func (c *call) membershipID() (object, *failure) {
	g := c.state.Center.Groups[c.text("GroupId")]
	if g == nil {
		return nil, resourceNotFound("GROUP", "GROUP not found.")
	}
	id, ok := g.Members[c.member()]
	if !ok {
		return nil, resourceNotFound("GROUP_MEMBERSHIP", "GROUP_MEMBERSHIP not found.")
	}
	return object{"MembershipId": id, "IdentityStoreId": c.state.Center.Store}, nil
}

func (c *call) deleteMembership() (object, *failure) {
	for _, g := range c.state.Center.Groups {
		for member, id := range g.Members {
			if id == c.text("MembershipId") {
				delete(g.Members, member)
				c.wrote("member/" + member)
				return object{}, nil
			}
		}
	}
	return nil, resourceNotFound("GROUP_MEMBERSHIP", "GROUP_MEMBERSHIP not found.")
}

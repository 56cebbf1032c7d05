package aws

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
)

// iamOperations are those of IAM. An operation is answered with nothing but its request's id where there is no result.
var iamOperations = map[string]operation{
	"GetAccountAuthorizationDetails": {serve: (*call).details},
	"GetAccountSummary":              {serve: (*call).summary},
	"ListUsers":                      {serve: (*call).listUsers},
	"GetUser":                        {serve: (*call).getUser},
	"DeleteUser":                     {writes: true, serve: (*call).deleteUser},
	"GetLoginProfile":                {serve: (*call).getLoginProfile},
	"DeleteLoginProfile":             {writes: true, serve: (*call).deleteLoginProfile},
	"ListMFADevices":                 {serve: (*call).listMFADevices},
	"DeactivateMFADevice":            {writes: true, serve: (*call).deactivateMFADevice},
	"DeleteVirtualMFADevice":         {writes: true, serve: (*call).deleteVirtualMFADevice},
	"ListAccessKeys":                 listCredentials("AccessKeyMetadata", "AccessKeyId", func(u *user) *[]credential { return &u.Keys }),
	"DeleteAccessKey":                deleteCredential("AccessKeyId", func(u *user) *[]credential { return &u.Keys }),
	"ListSigningCertificates":        listCredentials("Certificates", "CertificateId", func(u *user) *[]credential { return &u.Certificates }),
	"DeleteSigningCertificate":       deleteCredential("CertificateId", func(u *user) *[]credential { return &u.Certificates }),
	"ListSSHPublicKeys":              listCredentials("SSHPublicKeys", "SSHPublicKeyId", func(u *user) *[]credential { return &u.SSHKeys }),
	"DeleteSSHPublicKey":             deleteCredential("SSHPublicKeyId", func(u *user) *[]credential { return &u.SSHKeys }),
	"ListServiceSpecificCredentials": listCredentials("ServiceSpecificCredentials", "ServiceSpecificCredentialId", func(u *user) *[]credential { return &u.Services }),
	"DeleteServiceSpecificCredential": deleteCredential("ServiceSpecificCredentialId",
		func(u *user) *[]credential { return &u.Services }),
	"ListGroupsForUser":         {serve: (*call).listGroupsForUser},
	"RemoveUserFromGroup":       {writes: true, serve: (*call).removeUserFromGroup},
	"ListAttachedUserPolicies":  {serve: (*call).listAttachedUserPolicies},
	"DetachUserPolicy":          {writes: true, serve: (*call).detachUserPolicy},
	"ListUserPolicies":          {serve: (*call).listUserPolicies},
	"GetUserPolicy":             {serve: (*call).getUserPolicy},
	"PutUserPolicy":             {writes: true, serve: (*call).putUserPolicy},
	"DeleteUserPolicy":          {writes: true, serve: (*call).deleteUserPolicy},
	"ListAttachedGroupPolicies": {serve: (*call).listAttachedGroupPolicies},
	"ListGroupPolicies":         {serve: (*call).listGroupPolicies},
	"GetPolicy":                 {serve: (*call).getPolicy},
	"GetPolicyVersion":          {serve: (*call).getPolicyVersion},
	"GetRole":                   {serve: (*call).getRole},
	"GetRolePolicy":             {serve: (*call).getRolePolicy},
	"PutRolePolicy":             {writes: true, serve: (*call).putRolePolicy},
	"SimulatePrincipalPolicy":   {serve: (*call).simulate},
}

const active = "Active"

// target is the user that a call names. One that names none is about the caller (aws.md section 0.1).
func (c *call) target() (*user, *failure) { return c.targetIn(c.state) }

// viewed is target as a read sees it.
func (c *call) viewed() (*state, *user, *failure) {
	s := c.view("user/" + strings.ToLower(c.text("UserName")))
	u, failed := c.targetIn(s)
	return s, u, failed
}

func (c *call) targetIn(s *state) (*user, *failure) {
	name, given := c.params["UserName"]
	switch {
	case !given && c.by.user != nil:
		return s.Users[c.by.user.ID], nil
	case !given:
		return nil, validation("Must specify userName when calling with non-User credentials")
	case name == "":
		return nil, validation("1 validation error detected: Value at 'userName' failed to satisfy constraint: Member must have length greater than or equal to 1")
	}
	u := s.userByName(c.text("UserName"))
	if u == nil {
		return nil, noSuchEntity("The user with name %s cannot be found.", name)
	}
	return u, nil
}

// changed says that what is shown of a user has changed.
func (c *call) changed(u *user) (object, *failure) {
	c.wrote("user/"+strings.ToLower(u.Name), "users")
	return nil, nil
}

func (s *state) describe(u *user) object {
	described := object{
		"UserId": u.ID, "UserName": u.Name, "Path": u.Path, "Arn": s.userARN(u), "CreateDate": u.Created,
		"PasswordLastUsed": when(u.PasswordLastUsed),
	}
	if u.Boundary != "" {
		described["PermissionsBoundary"] = object{"PermissionsBoundaryType": "PermissionsBoundaryPolicy", "PermissionsBoundaryArn": u.Boundary}
	}
	return described
}

func (c *call) summary() (object, *failure) {
	s := c.view("users")
	return object{"SummaryMap": map[string]int{"Users": len(s.Users), "UsersQuota": 5000, "Groups": len(s.Groups)}}, nil
}

// listUsers leaves tags and boundaries out, as IAM does.
func (c *call) listUsers() (object, *failure) {
	s := c.view("users")
	list := []object{}
	for _, u := range sandbox.Sorted(s.Users) {
		described := s.describe(u)
		delete(described, "PermissionsBoundary")
		list = append(list, described)
	}
	return marked(c, "Users", list), nil
}

func (c *call) getUser() (object, *failure) {
	s, u, failed := c.viewed()
	if failed != nil {
		return nil, failed
	}
	described := s.describe(u)
	if len(u.Tags) > 0 {
		described["Tags"] = tags(u.Tags)
	}
	return object{"User": described}, nil
}

// deleteUser refuses while anything is attached.
func (c *call) deleteUser() (object, *failure) {
	u, failed := c.target()
	if failed != nil {
		return nil, failed
	}
	for what, attached := range map[string]bool{
		"login profile": !u.Password.IsZero(), "access keys": len(u.Keys) > 0, "signing certificates": len(u.Certificates) > 0,
		"SSH public keys": len(u.SSHKeys) > 0, "service specific credentials": len(u.Services) > 0, "MFA devices": len(u.MFA) > 0,
		"groups": len(c.state.groupsOf(u.ID)) > 0, "policies": len(u.Attached)+len(u.Inline) > 0,
	} {
		if attached {
			return nil, fail(http.StatusConflict, "DeleteConflict", "Cannot delete entity, must delete %s first.", what)
		}
	}
	delete(c.state.Users, u.ID)
	c.state.Deleted[u.Name] = u.ID
	return c.changed(u)
}

func (c *call) getLoginProfile() (object, *failure) {
	_, u, failed := c.viewed()
	switch {
	case failed != nil:
		return nil, failed
	case u.Password.IsZero():
		return nil, noSuchEntity("Login Profile for User %s cannot be found.", u.Name)
	}
	return object{"LoginProfile": object{"UserName": u.Name, "CreateDate": u.Password, "PasswordResetRequired": false}}, nil
}

func (c *call) deleteLoginProfile() (object, *failure) {
	u, failed := c.target()
	switch {
	case failed != nil:
		return nil, failed
	case u.Password.IsZero():
		return nil, noSuchEntity("Login Profile for User %s cannot be found.", u.Name)
	}
	u.Password = time.Time{}
	return c.changed(u)
}

func (c *call) listMFADevices() (object, *failure) {
	_, u, failed := c.viewed()
	if failed != nil {
		return nil, failed
	}
	list := []object{}
	for _, m := range u.MFA {
		list = append(list, object{"UserName": u.Name, "SerialNumber": m.Serial, "EnableDate": m.Since})
	}
	return marked(c, "MFADevices", list), nil
}

// deactivateMFADevice leaves a virtual device behind, without an owner.
func (c *call) deactivateMFADevice() (object, *failure) {
	u, failed := c.target()
	if failed != nil {
		return nil, failed
	}
	serial := c.text("SerialNumber")
	before := len(u.MFA)
	u.MFA = slices.DeleteFunc(u.MFA, func(m enabled) bool { return m.Serial == serial })
	if len(u.MFA) == before {
		return nil, noSuchEntity("MFA Device with serial number %s does not exist for user %s.", serial, u.Name)
	}
	if d := c.state.Devices[serial]; d != nil {
		d.Owner = ""
	}
	return c.changed(u)
}

func (c *call) deleteVirtualMFADevice() (object, *failure) {
	d := c.state.Devices[c.text("SerialNumber")]
	switch {
	case d == nil:
		return nil, noSuchEntity("VirtualMFADevice with serial number %s doesn't exist.", c.text("SerialNumber"))
	case d.Owner != "":
		return nil, fail(http.StatusConflict, "DeleteConflict", "MFA VirtualDevice in use. Must deactivate first.")
	}
	delete(c.state.Devices, d.Serial)
	return nil, nil
}

// listCredentials is an operation that lists one sort of a user's credentials.
func listCredentials(name, id string, of func(*user) *[]credential) operation {
	return operation{serve: func(c *call) (object, *failure) {
		_, u, failed := c.viewed()
		if failed != nil {
			return nil, failed
		}
		list := []object{}
		for _, k := range *of(u) {
			row := object{"UserName": u.Name, "Status": k.Status, id: k.ID}
			switch name {
			case "Certificates":
				row["UploadDate"], row["CertificateBody"] = k.Created, "-----BEGIN CERTIFICATE-----\nMIIC\n-----END CERTIFICATE-----"
			case "SSHPublicKeys":
				row["UploadDate"] = k.Created
			case "ServiceSpecificCredentials":
				row["CreateDate"], row["ServiceName"] = k.Created, k.Service
				if k.Alias != "" {
					row["ServiceCredentialAlias"] = k.Alias
				} else {
					row["ServiceUserName"] = u.Name + "-at-" + c.state.Account
				}
			default:
				row["CreateDate"] = k.Created
			}
			list = append(list, row)
		}
		return marked(c, name, list), nil
	}}
}

// deleteCredential is an operation that deletes one.
func deleteCredential(id string, of func(*user) *[]credential) operation {
	return operation{writes: true, serve: func(c *call) (object, *failure) {
		u, failed := c.target()
		if failed != nil {
			return nil, failed
		}
		all := of(u)
		before := len(*all)
		*all = slices.DeleteFunc(*all, func(k credential) bool { return k.ID == c.text(id) })
		if len(*all) == before {
			return nil, noSuchEntity("The %s with id %s cannot be found.", id, c.text(id))
		}
		return c.changed(u)
	}}
}

func (c *call) listGroupsForUser() (object, *failure) {
	s, u, failed := c.viewed()
	if failed != nil {
		return nil, failed
	}
	list := []object{}
	for _, g := range s.groupsOf(u.ID) {
		list = append(list, object{
			"GroupId": g.ID, "GroupName": g.Name, "Path": g.Path, "Arn": s.arn("group", g.Path, g.Name), "CreateDate": g.Created,
		})
	}
	return marked(c, "Groups", list), nil
}

func (c *call) removeUserFromGroup() (object, *failure) {
	u, failed := c.target()
	if failed != nil {
		return nil, failed
	}
	g := c.state.groupByName(c.text("GroupName"))
	if g == nil {
		return nil, noSuchEntity("The group with name %s cannot be found.", c.text("GroupName"))
	}
	// Removing somebody who is no member is answered as if it had been done. A guess: the page does not say.
	g.Members = slices.DeleteFunc(g.Members, func(id string) bool { return id == u.ID })
	return c.changed(u)
}

package aws

import (
	"slices"
	"strings"
	"time"

	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
)

// What administrators and people do while the provider works.

func (s *state) mustUser(email string) *user {
	for _, u := range sandbox.Sorted(s.Users) {
		if strings.EqualFold(u.Tags["email"], email) || strings.EqualFold(u.Name, email) {
			return u
		}
	}
	panic("no user of " + email)
}

func (n *center) byEmail(email string) *person {
	for _, p := range n.Users {
		if strings.EqualFold(p.Email, email) {
			return p
		}
	}
	panic("nobody has the address " + email)
}

func (n *center) group(name string) *directoryGroup {
	for _, g := range n.Groups {
		if g.Name == name {
			return g
		}
	}
	panic("no group " + name)
}

func (n *center) set(name string) *permissionSet {
	for _, set := range n.Sets {
		if set.Name == name {
			return set
		}
	}
	panic("no permission set " + name)
}

func (n *center) application(name string) string {
	for arn, application := range n.Applications {
		if application == name {
			return arn
		}
	}
	panic("no application " + name)
}

// CreateAccessKey gives somebody a new access key, and returns its id.
func (c *Cloud) CreateAccessKey(email string) (id string) {
	c.change(func(s *state, now time.Time) {
		u := s.mustUser(email)
		id = s.id("AKIA", u.Name)[:20]
		u.Keys = append(u.Keys, credential{ID: id, Status: active, Created: now, Secret: "secret of " + u.Name})
	})
	return id
}

// SetPassword gives somebody a console password.
func (c *Cloud) SetPassword(email string) {
	c.change(func(s *state, now time.Time) { s.mustUser(email).Password = now })
}

// DeletePassword takes it away.
func (c *Cloud) DeletePassword(email string) {
	c.change(func(s *state, _ time.Time) { s.mustUser(email).Password = time.Time{} })
}

// AddToGroup makes somebody a member of a group, and RemoveFromGroup ends that.
func (c *Cloud) AddToGroup(email, group string) {
	c.change(func(s *state, _ time.Time) {
		g := s.groupByName(group)
		g.Members = append(g.Members, s.mustUser(email).ID)
	})
}

// RemoveFromGroup ends a membership.
func (c *Cloud) RemoveFromGroup(email, group string) {
	c.change(func(s *state, _ time.Time) {
		g, id := s.groupByName(group), s.mustUser(email).ID
		g.Members = slices.DeleteFunc(g.Members, func(member string) bool { return member == id })
	})
}

// AttachPolicy attaches a managed policy to somebody.
func (c *Cloud) AttachPolicy(email, arn string) {
	c.change(func(s *state, _ time.Time) {
		s.mustUser(email).Attached = append(s.mustUser(email).Attached, s.Policies[arn].ARN)
	})
}

// DetachPolicy detaches one.
func (c *Cloud) DetachPolicy(email, arn string) {
	c.change(func(s *state, _ time.Time) {
		u := s.mustUser(email)
		u.Attached = slices.DeleteFunc(u.Attached, func(a string) bool { return a == arn })
	})
}

// PutPolicy gives somebody an inline policy.
func (c *Cloud) PutPolicy(email, name, document string) {
	c.change(func(s *state, _ time.Time) { s.mustUser(email).Inline[name] = document })
}

// DeletePolicy takes an inline policy from somebody.
func (c *Cloud) DeletePolicy(email, name string) {
	c.change(func(s *state, _ time.Time) { delete(s.mustUser(email).Inline, name) })
}

// Allow lets the provider's own credential, or whoever assumes Role, do these things and nothing else.
func (c *Cloud) Allow(actions ...string) {
	c.change(func(s *state, _ time.Time) {
		s.Policies[Managed("terraform-offboard")].Document = allow(actions...)
		s.Policies[Managed("terraform-offboard-of-role")].Document = allow(actions...)
	})
}

// Recreate deletes somebody's user and makes a new one of the same name, with a password: another account.
func (c *Cloud) Recreate(email string) {
	c.change(func(s *state, now time.Time) {
		old := s.mustUser(email)
		delete(s.Users, old.ID)
		for _, g := range s.Groups {
			g.Members = slices.DeleteFunc(g.Members, func(member string) bool { return member == old.ID })
		}
		u := &user{
			ID: s.id("AIDA", old.Name), Name: old.Name, Path: "/", Created: now, Password: now, Tags: old.Tags, Inline: map[string]string{},
			Attached: []string{AmazonManaged("ReadOnlyAccess")},
		}
		s.Users[u.ID] = u
		s.Deleted[old.Name] = old.ID
	})
}

// Rename gives somebody's user another name.
func (c *Cloud) Rename(email, name string) {
	c.change(func(s *state, _ time.Time) { s.mustUser(email).Name = name })
}

// Tag puts a tag on somebody's user.
func (c *Cloud) Tag(email, key, value string) {
	c.change(func(s *state, _ time.Time) { s.mustUser(email).Tags[key] = value })
}

// PutRolePolicy gives a role an inline policy, and RolePolicy is what one says.
func (c *Cloud) PutRolePolicy(role, name, document string) {
	c.change(func(s *state, _ time.Time) { s.Roles[role].Inline[name] = document })
}

// RolePolicy is what an inline policy of a role says, and empty where there is none.
func (c *Cloud) RolePolicy(role, name string) string {
	return read(c, func(s *state) string { return s.Roles[role].Inline[name] })
}

// TagRole puts a tag on a role.
func (c *Cloud) TagRole(role, key, value string) {
	c.change(func(s *state, _ time.Time) { s.Roles[role].Tags[key] = value })
}

// DropRevocation deletes the policy of a role that revokes its older sessions.
func (c *Cloud) DropRevocation(role string) {
	c.change(func(s *state, _ time.Time) { delete(s.Roles[role].Inline, "AWSRevokeOlderSessions") })
}

// PutSecret puts a new value into a secret, by hand.
func (c *Cloud) PutSecret(name string) {
	c.change(func(s *state, now time.Time) {
		x := s.Secrets[name]
		x.Versions, x.Changed = append(x.Versions, secretVersion{s.uuid(name), now}), now
	})
}

// OwnSecret has a service of AWS's manage a secret.
func (c *Cloud) OwnSecret(name, service string) {
	c.change(func(s *state, _ time.Time) { s.Secrets[name].Owner = service })
}

// MarkForDeletion has a secret be deleted in a month.
func (c *Cloud) MarkForDeletion(name string) {
	c.change(func(s *state, now time.Time) { s.Secrets[name].Deleted = now.AddDate(0, 1, 0) })
}

// SetSecretPolicy gives a secret a policy of its own.
func (c *Cloud) SetSecretPolicy(name, document string) {
	c.change(func(s *state, _ time.Time) { s.Secrets[name].Policy = document })
}

// ShareSecret lets somebody read a secret by the secret's own policy.
func (c *Cloud) ShareSecret(email, name string) {
	c.SetSecretPolicy(name, `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"`+
		read(c, func(s *state) string { return s.userARN(s.mustUser(email)) })+`"},"Action":"secretsmanager:GetSecretValue","Resource":"*"}]}`)
}

// Assign assigns somebody a permission set in an account.
func (c *Cloud) Assign(email, set, account string) {
	c.change(func(s *state, _ time.Time) {
		n := &s.Center
		n.Assignments = append(n.Assignments, assignment{account, n.set(set).ARN, "USER", n.byEmail(email).ID})
	})
}

// AssignGroup assigns a group a permission set in an account.
func (c *Cloud) AssignGroup(group, set, account string) {
	c.change(func(s *state, _ time.Time) {
		n := &s.Center
		n.Assignments = append(n.Assignments, assignment{account, n.set(set).ARN, "GROUP", n.group(group).ID})
	})
}

// SetPermissions has a permission set have these of AWS's own policies, and an inline one where that is not empty.
func (c *Cloud) SetPermissions(set, inline string, arns ...string) {
	c.change(func(s *state, _ time.Time) { s.Center.set(set).Attached, s.Center.set(set).Inline = arns, inline })
}

// TagApplication puts a tag on an application.
func (c *Cloud) TagApplication(application, key, value string) {
	c.change(func(s *state, _ time.Time) { s.Center.ApplicationTags[application] = map[string]string{key: value} })
}

// Unassign takes everything from somebody that was assigned directly.
func (c *Cloud) Unassign(email string) {
	c.change(func(s *state, _ time.Time) {
		n := &s.Center
		id := n.byEmail(email).ID
		n.Assignments = slices.DeleteFunc(n.Assignments, func(a assignment) bool { return a.Principal == id })
		n.AppAssignments = slices.DeleteFunc(n.AppAssignments, func(a appAssignment) bool { return a.Principal == id })
	})
}

// FailNextUnassignment has the next deletion of an assignment end in failure.
func (c *Cloud) FailNextUnassignment(reason string) {
	c.change(func(s *state, _ time.Time) { s.Center.Fails = reason })
}

// Join makes somebody a member of a group of the identity store, and Leave ends that.
func (c *Cloud) Join(email, group string) {
	c.change(func(s *state, _ time.Time) {
		s.Center.group(group).Members[s.Center.byEmail(email).ID] = "90672f" + s.uuid("membership")[6:]
	})
}

// Leave ends a membership.
func (c *Cloud) Leave(email, group string) {
	c.change(func(s *state, _ time.Time) { delete(s.Center.group(group).Members, s.Center.byEmail(email).ID) })
}

// SetStatus enables or disables somebody in the identity store: ENABLED or DISABLED.
func (c *Cloud) SetStatus(email, status string) {
	c.change(func(s *state, _ time.Time) { s.Center.byEmail(email).Status = status })
}

// Provision makes a new user of the identity store with somebody's address.
func (c *Cloud) Provision(email, userName string) {
	c.change(func(s *state, _ time.Time) {
		id := "90672f" + s.uuid(email)[6:]
		s.Center.Users[id] = &person{ID: id, UserName: userName, Email: email, Name: userName, Status: "ENABLED"}
	})
}

// SetOwner has another account be the management account.
func (c *Cloud) SetOwner(account string) {
	c.change(func(s *state, _ time.Time) { s.Center.Owner = account })
}

// AttachToRole attaches a managed policy to a role.
func (c *Cloud) AttachToRole(role, arn string) {
	c.change(func(s *state, _ time.Time) {
		s.Roles[role].Attached = append(s.Roles[role].Attached, s.Policies[arn].ARN)
	})
}

// DeleteEverybody deletes every user, as where people come through Identity Center.
func (c *Cloud) DeleteEverybody() {
	c.change(func(s *state, _ time.Time) {
		clear(s.Users)
		for _, g := range s.Groups {
			g.Members = nil
		}
	})
}

// Trust lets nobody but one user assume a role.
func (c *Cloud) Trust(role, email string) {
	c.change(func(s *state, _ time.Time) {
		s.Roles[role].Trust = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"` + s.userARN(s.mustUser(email)) + `"},"Action":"sts:AssumeRole"}]}`
	})
}

// SignIn is a session of a role under a name, as one that comes through a console has, and returns its credentials.
func (c *Cloud) SignIn(role, name string) (key, secret, token string) {
	c.change(func(s *state, now time.Time) {
		key = s.id("ASIA", role+name)[:20]
		secret, token = "secret-of-"+key, "token-of-"+key
		s.Sessions[key] = &session{Role: role, Name: name, Secret: secret, Token: token, Expires: now.Add(12 * time.Hour)}
	})
	return key, secret, token
}

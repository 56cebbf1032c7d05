package google

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// A change is one field of a person that may be updated.
type change struct {
	// privilege is what the caller needs for it.
	privilege string
	// apply makes the change, or says why not.
	apply func(c *call, u *user, value json.RawMessage) *failure
}

// changes are the fields that the sandbox can update. The others are refused, read-only ones among them, which
// Google would ignore.
var changes = map[string]change{
	"suspended":                 {suspendUsers, (*call).setSuspended},
	"archived":                  {updateUsers, (*call).setArchived},
	"password":                  {resetPassword, (*call).setPassword},
	"changePasswordAtNextLogin": {forceChange, boolean(func(u *user) *bool { return &u.ChangePassword })},
	"includeInGlobalAddressList": {
		updateUsers, boolean(func(u *user) *bool { return &u.InGlobalAddressList }),
	},
	"recoveryEmail": {updateUsers, text(func(u *user) *string { return &u.RecoveryEmail }, `^[^@\s]+@[^@\s]+$`)},
	"recoveryPhone": {updateUsers, text(func(u *user) *string { return &u.RecoveryPhone }, `^\+[1-9][0-9]{6,14}$`)},
	"orgUnitPath":   {moveUsers, (*call).setOrgUnit},
	"primaryEmail":  {renameUsers, (*call).setPrimaryEmail},
	"name":          {updateUsers, (*call).setName},
}

// updateUser changes what the body names and nothing else, whether it is a PUT or a PATCH ([DISC]: "This method
// supports patch semantics"). It changes everything or nothing.
func (c *call) updateUser() reply {
	u, failed := c.target()
	if failed != nil {
		return failed.reply()
	}
	var fields map[string]json.RawMessage
	if failed := c.decode(&fields); failed != nil {
		return failed.reply()
	}
	changed := *u
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		change, known := changes[name]
		switch {
		case !known:
			failed = invalid("Invalid Input: the sandbox does not update " + name)
		case !c.may(change.privilege, u):
			failed = forbidden()
		default:
			failed = change.apply(c, &changed, fields[name])
		}
		if failed != nil {
			return failed.reply()
		}
	}
	if (changed.Suspended || changed.Archived) && !u.Suspended && !u.Archived && c.state.isLastSuper(u) {
		return lastSuper().reply()
	}
	if changed.Archived != u.Archived {
		if changed.Archived {
			c.state.ArchiveLicences--
			c.state.archive(u)
		} else {
			c.state.ArchiveLicences++
			c.state.unarchive(u)
		}
	}
	*u = changed
	c.wrote(u.ID)
	return ok(c.state.userRow(u))
}

// lastSuper: whether Google minds that the last super admin goes, and in which words, is not known (google.md
// section 0.8).
func lastSuper() *failure { return conditionNotMet("Cannot remove the last super administrator") }

func wrongField() *failure { return invalid("Invalid Input: resource") }

// boolean is a change of a field that is true or false. null is as good as false.
func boolean(at func(u *user) *bool) func(*call, *user, json.RawMessage) *failure {
	return func(_ *call, u *user, value json.RawMessage) *failure {
		var set bool
		if json.Unmarshal(value, &set) != nil {
			return wrongField()
		}
		*at(u) = set
		return nil
	}
}

// text is a change of a field of text, which "" and null clear.
func text(at func(u *user) *string, pattern string) func(*call, *user, json.RawMessage) *failure {
	valid := regexp.MustCompile(pattern)
	return func(_ *call, u *user, value json.RawMessage) *failure {
		var set string
		if json.Unmarshal(value, &set) != nil || set != "" && !valid.MatchString(set) {
			return wrongField()
		}
		*at(u) = set
		return nil
	}
}

// setSuspended leaves everything that a person has where it is. Whom Google suspended for abuse no admin brings
// back (google.md section 1).
func (c *call) setSuspended(u *user, value json.RawMessage) *failure {
	was := u.Suspended
	if failed := boolean(func(u *user) *bool { return &u.Suspended })(c, u, value); failed != nil {
		return failed
	}
	switch {
	case u.Suspended && !was:
		u.SuspensionReason, u.SuspensionTime = byAdmin, c.now
	case was && !u.Suspended && u.SuspensionReason == forAbuse:
		return conditionNotMet("Cannot restore a user suspended for abuse.")
	}
	return nil
}

// The reasons of suspensions.
const (
	byAdmin  = "ADMIN"
	forAbuse = "ABUSE"
)

// setArchived needs a licence of its own (google.md section 3).
func (c *call) setArchived(u *user, value json.RawMessage) *failure {
	was := u.Archived
	if failed := boolean(func(u *user) *bool { return &u.Archived })(c, u, value); failed != nil {
		return failed
	}
	if u.Archived && !was {
		if c.state.ArchiveLicences < 1 {
			return conditionNotMet("Insufficient archived user licenses")
		}
		u.ArchivalTime = c.now
	}
	return nil
}

// setPassword takes 8 to 100 characters ([DISC] User.password). Of the apps it ends the grants of those that may
// read mail, and no others (google.md section 3). That an administrator's reset leaves sessions and app
// passwords alone is a guess.
func (c *call) setPassword(u *user, value json.RawMessage) *failure {
	var password string
	if json.Unmarshal(value, &password) != nil || len(password) < 8 || len(password) > 100 {
		return invalid("Invalid Password")
	}
	u.setPassword(password, c.now)
	return nil
}

// setOrgUnit takes any unit that there is.
func (c *call) setOrgUnit(u *user, value json.RawMessage) *failure {
	var path string
	if json.Unmarshal(value, &path) != nil || !slices.Contains(c.state.orgUnits(), path) {
		return invalid("Invalid Input: INVALID_OU_ID")
	}
	u.OrgUnitPath = path
	return nil
}

// setPrimaryEmail renames a person. The address they had becomes an alias ([DISC] User.primaryEmail).
func (c *call) setPrimaryEmail(u *user, value json.RawMessage) *failure {
	var address string
	if json.Unmarshal(value, &address) != nil || !legal(address, c.state.Domain) {
		return wrongField()
	}
	address = strings.ToLower(address)
	if other := c.state.find(address); other != nil && other.ID != u.ID || c.state.findGroup(address) != nil {
		return duplicate("Entity already exists.")
	}
	u.rename(address)
	return nil
}

// setName takes the parts of a name that are given.
func (c *call) setName(u *user, value json.RawMessage) *failure {
	var parts struct{ GivenName, FamilyName *string }
	if json.Unmarshal(value, &parts) != nil {
		return wrongField()
	}
	for part, at := range map[*string]*string{parts.GivenName: &u.GivenName, parts.FamilyName: &u.FamilyName} {
		if part != nil {
			*at = *part
		}
	}
	return nil
}

// makeAdmin makes a person a super admin, or no longer one.
func (c *call) makeAdmin() reply {
	u, failed := c.target()
	if failed != nil {
		return failed.reply()
	}
	var body struct{ Status *bool }
	if failed := c.decode(&body); failed != nil {
		return failed.reply()
	}
	if body.Status == nil {
		return fail(400, "required", "Missing required field: status").reply()
	}
	super := c.state.mustRole(SuperAdminRole)
	switch {
	case *body.Status && !c.state.isSuper(u):
		c.state.assign(super, u.ID, userAssignee, "")
	case !*body.Status && c.state.isSuper(u):
		if c.state.isLastSuper(u) {
			return lastSuper().reply()
		}
		maps.DeleteFunc(c.state.Assignments, func(_ string, a *assignment) bool {
			return a.Assignee == u.ID && c.state.Roles[a.Role].Super
		})
	}
	c.wrote(u.ID)
	return noContent()
}

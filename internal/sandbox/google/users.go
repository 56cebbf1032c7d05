package google

import (
	"cmp"
	"net/http"
	"slices"
	"strings"

	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
)

const userKind = "admin#directory#user"

// getUser shows a person. The projections basic and full differ in custom fields only, of which this tenant has
// none.
func (c *call) getUser() reply {
	if failed := c.checkView(); failed != nil {
		return failed.reply()
	}
	u, failed := c.userAt()
	if failed == nil && !c.isPublicView() && !c.may(c.op.privilege, u) {
		failed = forbidden()
	}
	if failed != nil {
		return failed.reply()
	}
	return ok(c.userRow(c.seen(u)))
}

// checkView checks the parameters that say how much of a person is asked for.
func (c *call) checkView() *failure {
	if projection := c.query.Get("projection"); !slices.Contains([]string{"", "basic", "full"}, projection) {
		return unsupported("projection=" + projection)
	}
	if view := c.query.Get("viewType"); !slices.Contains([]string{"", "admin_view", "domain_public"}, view) {
		return invalidValue(view, "viewType")
	}
	return nil
}

func (c *call) isPublicView() bool { return c.query.Get("viewType") == "domain_public" }

// userRow is a person as the caller asked for them.
func (c *call) userRow(u *user) object {
	if c.isPublicView() {
		return tagged(object{
			"kind": userKind, "id": u.ID, "primaryEmail": u.PrimaryEmail, "name": nameOf(u),
			"emails": emailsOf(u), "thumbnailPhotoUrl": "https://lh3.googleusercontent.com/" + letters(12, u.ID),
		})
	}
	return c.state.userRow(u)
}

func nameOf(u *user) object {
	return object{"givenName": u.GivenName, "familyName": u.FamilyName, "fullName": u.GivenName + " " + u.FamilyName}
}

func emailsOf(u *user) []object {
	emails := []object{}
	for i, address := range u.addresses() {
		email := object{"address": address}
		if i == 0 {
			email["primary"] = true
		}
		emails = append(emails, email)
	}
	return emails
}

// userRow is a person as an administrator sees them. What is empty is left out; false is not.
func (s *state) userRow(u *user) object {
	super := s.isSuper(u)
	row := object{
		"kind": userKind, "id": u.ID, "primaryEmail": u.PrimaryEmail, "name": nameOf(u), "emails": emailsOf(u),
		"isAdmin": super, "isDelegatedAdmin": !super && s.isAdmin(u),
		"lastLoginTime": timestampOrNever(u.LastLogin), "creationTime": timestamp(u.Created),
		"agreedToTerms": u.Agreed, "suspended": u.Suspended, "archived": u.Archived,
		"changePasswordAtNextLogin": u.ChangePassword, "ipWhitelisted": false,
		"isEnrolledIn2Sv": u.Enrolled, "isEnforcedIn2Sv": u.Enforced, "isMailboxSetup": u.Mailbox,
		"includeInGlobalAddressList": u.InGlobalAddressList, "orgUnitPath": u.OrgUnitPath, "customerId": s.CustomerID,
		"organizations": []object{{"title": u.Title, "department": u.Department, "primary": true, "customType": ""}},
	}
	for name, text := range map[string]string{"recoveryEmail": u.RecoveryEmail, "recoveryPhone": u.RecoveryPhone} {
		if text != "" {
			row[name] = text
		}
	}
	for name, list := range map[string][]string{"aliases": u.Aliases, "nonEditableAliases": u.NonEditableAliases} {
		if len(list) > 0 {
			row[name] = list
		}
	}
	if u.Manager != "" {
		row["relations"] = []object{{"value": u.Manager, "type": "manager"}}
	}
	if u.Suspended {
		row["suspensionReason"], row["suspensionTime"] = u.SuspensionReason, timestamp(u.SuspensionTime)
	}
	if u.Archived {
		row["archivalTime"] = timestamp(u.ArchivalTime)
	}
	if !u.Deleted.IsZero() {
		row["deletionTime"] = timestamp(u.Deleted)
	}
	return tagged(row)
}

// listUsers lists everybody, or those who were deleted. With a query it searches an index that may be hours old:
// it finds people as they were (google.md section 3).
func (c *call) listUsers() reply {
	people, failed := c.listedUsers()
	if failed != nil {
		return failed.reply()
	}
	if !c.isPublicView() && !c.state.isSuper(c.by) {
		people = slices.DeleteFunc(people, func(u *user) bool { return !c.may(c.op.privilege, u) })
	}
	// Only who is on the page is written out: there may be thousands.
	page, next, failed := cut(c, people, 100)
	if failed != nil {
		return failed.reply()
	}
	rows := []object{}
	for _, u := range page {
		rows = append(rows, c.userRow(u))
	}
	return listed("admin#directory#users", "users", rows, next)
}

func (c *call) listedUsers() ([]*user, *failure) {
	if failed := c.checkView(); failed != nil {
		return nil, failed
	}
	if failed := c.checkRealm(); failed != nil {
		return nil, failed
	}
	from := c.state
	match, failed := parseQuery(c.query.Get("query"))
	if failed != nil {
		return nil, failed
	}
	if c.query.Get("query") != "" {
		from = c.api.index.at(c.state, c.now)
	}
	var people []*user
	switch deleted := c.query.Get("showDeleted"); deleted {
	case "true":
		people = slices.DeleteFunc(sandbox.Sorted(from.Deleted), func(u *user) bool { return c.now.Sub(u.Deleted) > undeletable })
	case "", "false":
		for _, u := range sandbox.Sorted(from.Users) {
			if c.query.Get("query") == "" {
				u = c.seen(u)
			}
			people = append(people, u)
		}
	default:
		return nil, invalidValue(deleted, "showDeleted")
	}
	people = slices.DeleteFunc(people, func(u *user) bool { return !match(from, u) })
	return people, c.order(people)
}

// checkRealm: one of customer and domain says whose people, or groups, are asked for.
func (c *call) checkRealm() *failure {
	customer, domain := c.query.Get("customer"), c.query.Get("domain")
	switch {
	case customer == "" && domain == "":
		return badRequest("Bad Request")
	case customer != "":
		return c.checkCustomer(customer)
	case !strings.EqualFold(domain, c.state.Domain):
		return fail(http.StatusNotFound, "notFound", "Domain not found.")
	}
	return nil
}

// order sorts people as the parameters say.
func (c *call) order(people []*user) *failure {
	keys := map[string]func(u *user) string{
		"email":      func(u *user) string { return u.PrimaryEmail },
		"givenName":  func(u *user) string { return u.GivenName },
		"familyName": func(u *user) string { return u.FamilyName },
	}
	by, direction := c.query.Get("orderBy"), c.query.Get("sortOrder")
	sign, known := map[string]int{"": 1, "ASCENDING": 1, "DESCENDING": -1}[direction]
	if !known {
		return invalidValue(direction, "sortOrder")
	}
	if by == "" {
		return nil
	}
	key, known := keys[by]
	if !known {
		return invalidValue(by, "orderBy")
	}
	slices.SortStableFunc(people, func(a, b *user) int {
		return sign * cmp.Compare(strings.ToLower(key(a)), strings.ToLower(key(b)))
	})
	return nil
}

// parseQuery understands some of what Google's page on searching for users does: clauses of field:value,
// field=value and field:value*, all of which have to hold.
func parseQuery(query string) (func(s *state, u *user) bool, *failure) {
	var clauses []func(s *state, u *user) bool
	for _, text := range strings.Fields(query) {
		at := strings.IndexAny(text, "=:")
		if at < 0 {
			return nil, invalid("Invalid Input: query")
		}
		fields, known := searchable[text[:at]]
		if !known {
			return nil, invalid("Invalid Input: query")
		}
		value, isPrefix := strings.CutSuffix(strings.Trim(text[at+1:], `'"`), "*")
		clauses = append(clauses, func(s *state, u *user) bool {
			return slices.ContainsFunc(fields(s, u), func(has string) bool {
				if isPrefix {
					return len(has) >= len(value) && strings.EqualFold(has[:len(value)], value)
				}
				return strings.EqualFold(has, value)
			})
		})
	}
	return func(s *state, u *user) bool {
		return !slices.ContainsFunc(clauses, func(holds func(*state, *user) bool) bool { return !holds(s, u) })
	}, nil
}

// searchable are the fields that a query may ask about.
var searchable = map[string]func(s *state, u *user) []string{
	"email":         func(_ *state, u *user) []string { return u.addresses() },
	"givenName":     func(_ *state, u *user) []string { return []string{u.GivenName} },
	"familyName":    func(_ *state, u *user) []string { return []string{u.FamilyName} },
	"orgUnitPath":   func(_ *state, u *user) []string { return []string{u.OrgUnitPath} },
	"directManager": func(_ *state, u *user) []string { return []string{u.Manager} },
	"isAdmin":       func(s *state, u *user) []string { return []string{truth(s.isSuper(u))} },
	"isDelegatedAdmin": func(s *state, u *user) []string {
		return []string{truth(!s.isSuper(u) && s.isAdmin(u))}
	},
	"isSuspended": func(_ *state, u *user) []string { return []string{truth(u.Suspended)} },
	"isArchived":  func(_ *state, u *user) []string { return []string{truth(u.Archived)} },
}

func truth(b bool) string {
	if b {
		return "true"
	}
	return "false"
}

// listAliases lists the other addresses of a person.
func (c *call) listAliases() reply {
	u, failed := c.target()
	if failed != nil {
		return failed.reply()
	}
	u = c.seen(u)
	rows := []object{}
	for _, alias := range u.Aliases {
		rows = append(rows, tagged(object{
			"kind": "admin#directory#alias", "id": u.ID, "primaryEmail": u.PrimaryEmail, "alias": alias,
		}))
	}
	body := object{"kind": "admin#directory#aliases"}
	if len(rows) > 0 {
		body["aliases"] = rows
	}
	return ok(tagged(body))
}

// getCustomer shows the tenant itself.
func (c *call) getCustomer() reply {
	if failed := c.checkCustomer(c.r.PathValue("customerKey")); failed != nil {
		return failed.reply()
	}
	return ok(tagged(object{
		"kind": "admin#directory#customer", "id": c.state.CustomerID, "customerDomain": c.state.Domain,
		"customerCreationTime": timestamp(c.state.Created), "language": "en",
		"postalAddress": object{"organizationName": c.state.Name},
	}))
}

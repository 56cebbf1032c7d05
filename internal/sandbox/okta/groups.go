package okta

import (
	"slices"
	"strings"

	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
)

// groupRow is a group as the API shows it.
func (c *call) groupRow(g *group) object {
	profile := object{"name": g.Name, "description": g.Description}
	class := "okta:user_group"
	links := object{
		"users": c.link("/api/v1/groups/" + g.ID + "/users"),
		"apps":  c.link("/api/v1/groups/" + g.ID + "/apps"),
	}
	if g.Type == appGroups {
		class = "okta:windows_security_principal"
		profile["dn"] = "CN=" + g.Name + ",OU=Groups,DC=corp,DC=acme,DC=example"
		profile["samAccountName"] = g.Name
		profile["windowsDomainQualifiedName"] = `CORP\` + g.Name
		profile["externalId"] = id("", "objectGUID", g.ID)
		links["source"] = c.link("/api/v1/apps/" + g.Source)
	}
	row := object{
		"id": g.ID, "created": timestamp(g.Created), "lastUpdated": timestamp(g.LastUpdated),
		"lastMembershipUpdated": timestamp(g.LastMembershipUpdated), "objectClass": []string{class},
		"type": g.Type, "profile": profile, "_links": links,
	}
	if embedded := c.groupExtras(g); len(embedded) > 0 {
		row["_embedded"] = embedded
	}
	return row
}

// groupExtras is what expand adds. Okta spells hasAdminPrivlege so.
func (c *call) groupExtras(g *group) object {
	embedded := object{}
	expand := strings.Split(c.query.Get("expand"), ",")
	if slices.Contains(expand, "stats") {
		apps := 0
		for _, a := range c.state.Apps {
			if _, ok := a.Groups[g.ID]; ok {
				apps++
			}
		}
		embedded["stats"] = object{
			"usersCount": len(c.state.membersOf(g)), "appsCount": apps, "groupPushMappingsCount": 0,
			"hasAdminPrivlege": len(c.state.assignmentsTo(g.ID)) > 0,
		}
	}
	if source, ok := c.state.Apps[g.Source]; ok && slices.Contains(expand, "app") {
		embedded["app"] = object{
			"id": source.ID, "name": source.Name, "label": source.Label, "signOnMode": source.SignOnMode,
		}
	}
	return embedded
}

func (c *call) groupEntries(groups []*group) []entry {
	groups = slices.DeleteFunc(groups, func(g *group) bool { return !c.sees("okta.groups.read", g) })
	return entries(groups, func(g *group) string { return g.ID }, c.groupRow)
}

var (
	timeOperators = []string{"eq", "gt", "ge", "lt", "le"}
	groupFilters  = map[string][]string{
		"id": {"eq"}, "type": {"eq"}, "lastUpdated": timeOperators, "lastMembershipUpdated": timeOperators,
	}
	groupSearches = map[string][]string{
		"id": {"eq"}, "type": {"eq"}, "lastUpdated": timeOperators, "lastMembershipUpdated": timeOperators,
		"profile.name": {"eq", "sw"},
	}
)

func groupAttribute(g *group) func(string) string {
	return func(name string) string {
		switch name {
		case "id":
			return g.ID
		case "type":
			return g.Type
		case "profile.name":
			return g.Name
		case "lastUpdated":
			return timestamp(g.LastUpdated)
		default:
			return timestamp(g.LastMembershipUpdated)
		}
	}
}

// listGroups: the page sizes are those of Okta's document, which advises against the largest.
func (c *call) listGroups() reply {
	conditions, failed := c.conditions(groupSearches, groupFilters)
	if failed != nil {
		return failed.reply()
	}
	q, byQ := c.query["q"]
	groups := slices.DeleteFunc(sandbox.Sorted(c.state.Groups), func(g *group) bool {
		return !satisfies(conditions, groupAttribute(g)) || byQ && !startsWith(q[0], g.Name)
	})
	if byQ {
		rows, _ := c.page(c.groupEntries(groups), pageSize{300, 10000}) // q has no second page
		return ok(rows)
	}
	return c.list(c.groupEntries(groups), pageSize{10000, 10000})
}

func (c *call) getGroup() reply { return ok(c.groupRow(c.group)) }

// viewGroup is the group, and the state it is seen in by lists that lag behind.
func (c *call) viewGroup() (*state, *group) {
	s := c.view(c.group.ID)
	return s, s.Groups[c.group.ID]
}

func (c *call) listGroupUsers() reply {
	s, g := c.viewGroup()
	return c.list(c.userEntries(s.membersOf(g)), pageSize{1000, 1000})
}

// addMember is refused for groups that are not Okta's own to change, with an error that does not say why
// (okta.md section 1, E0000006).
func (c *call) addMember() reply {
	if c.group.Type != oktaGroup {
		return forbidden().reply()
	}
	c.state.join(c.group, c.user, "", c.now)
	c.wrote(c.user.ID, c.group.ID)
	return noContent()
}

// removeMember also excludes a rule-managed member from every active rule for the group, or the rule would add
// them again. A rule excludes no more than 100 people. Which error then comes Okta does not document
// (okta.md section 6): E0000001 is a guess.
func (c *call) removeMember() reply {
	if c.group.Type != oktaGroup {
		return forbidden().reply()
	}
	if !c.state.isMember(c.group, c.user) {
		return notFound(c.user.ID, "GroupMembership").reply()
	}
	if c.state.ruleManaged(c.group, c.user) {
		rules := slices.DeleteFunc(c.state.activeRules(c.group), func(r *rule) bool {
			return slices.Contains(r.Excluded, c.user.ID)
		})
		for _, r := range rules {
			if len(r.Excluded) >= maxExcluded {
				return invalid("conditions.people.users.exclude",
					"The rule "+r.Name+" already excludes the maximum number of users").reply()
			}
		}
		for _, r := range rules {
			r.Excluded = append(r.Excluded, c.user.ID)
			r.LastUpdated = c.now
		}
	}
	c.state.leave(c.group, c.user, c.now)
	c.wrote(c.user.ID, c.group.ID)
	return noContent()
}

package okta

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
)

func (c *call) ruleRow(r *rule) object {
	row := object{
		"type": "group_rule", "id": r.ID, "status": r.Status, "name": r.Name,
		"created": timestamp(r.Created), "lastUpdated": timestamp(r.LastUpdated),
		"conditions": object{
			"people": object{
				"users": object{"exclude": list(r.Excluded)}, "groups": object{"exclude": list(nil)},
			},
			"expression": object{"value": r.Expression, "type": "urn:okta:expression:1.0"},
		},
		"actions": object{"assignUserToGroups": object{"groupIds": list(r.Groups)}},
	}
	if c.query.Get("expand") == "groupIdToGroupNameMap" {
		names := object{}
		for _, groupID := range r.Groups {
			if g, ok := c.state.Groups[groupID]; ok {
				names[groupID] = g.Name
			}
		}
		row["_embedded"] = object{"groupIdToGroupNameMap": names}
	}
	return row
}

// list is never null: Okta writes [] for a list of nothing.
func list(values []string) []string { return append([]string{}, values...) }

func (c *call) listRules() reply {
	keyword := strings.ToLower(c.query.Get("search"))
	rules := slices.DeleteFunc(sandbox.Sorted(c.state.Rules), func(r *rule) bool {
		return !strings.Contains(strings.ToLower(r.Name), keyword) || !c.seesRule(r)
	})
	return c.list(entries(rules, func(r *rule) string { return r.ID }, c.ruleRow), pageSize{50, 200})
}

// seesRule: a rule shows who gets into its groups, so it takes sight of every one of them.
func (c *call) seesRule(r *rule) bool {
	return !slices.ContainsFunc(r.Groups, func(groupID string) bool {
		g, ok := c.state.Groups[groupID]
		return !ok || !c.sees("okta.groups.read", g)
	})
}

func (c *call) getRule() reply {
	if !c.seesRule(c.rule) {
		return notFound(c.rule.ID, "GroupRule").reply()
	}
	return ok(c.ruleRow(c.rule))
}

// activateRule runs the rule over everybody.
func (c *call) activateRule() reply {
	c.state.setRule(c.rule, active, c.now)
	c.wrote(append(slices.Collect(maps.Keys(c.state.Users)), c.rule.Groups...)...)
	return noContent()
}

// deactivateRule leaves those it added where they are.
func (c *call) deactivateRule() reply {
	c.state.setRule(c.rule, inactive, c.now)
	return noContent()
}

func (s *state) setRule(r *rule, status string, now time.Time) {
	r.Status, r.LastUpdated = status, now
	for _, u := range sandbox.Sorted(s.Users) {
		s.applyRules(u, now)
	}
}

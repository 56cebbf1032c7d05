package google

import (
	"cmp"
	"context"
	"slices"
	"strings"

	admin "google.golang.org/api/admin/directory/v1"
	"google.golang.org/api/calendar/v3"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/system"
)

// Who may see a calendar is said by rules that its owner reads and changes, and no administrator.

// sharing are the rules of calendars.
var sharing = thing{
	name: "who may see calendars", api: "Google Calendar API", read: "calendar.acls.readonly", manage: "calendar.acls", kind: "calendar#",
}

// rulesOf are the rules of a calendar, as its owner.
// GET /calendar/v3/calendars/{calendar}/acl, scope calendar.acls.readonly.
func (g *Google) rulesOf(ctx context.Context, owner *admin.User, id string) ([]*calendar.AclRule, error) {
	call := reading(sharing, "list who may see the calendar %s of %s", id, name(owner)).as(owner.PrimaryEmail)
	all, err := listUnsighted(ctx, g, call, func(ctx context.Context, token string) (page[calendar.AclRule], error) {
		answer, err := g.calendar.Acl.List(id).MaxResults(250).PageToken(token).Context(ctx).Do()
		if err != nil {
			return page[calendar.AclRule]{}, err
		}
		return page[calendar.AclRule]{answer.Items, answer.Kind, answer.NextPageToken}, nil
	})
	if err != nil {
		return nil, err
	}
	if len(all) == 0 {
		// There is always the owner's own.
		return nil, malformed(call, "no rule at all")
	}
	if slices.ContainsFunc(all, func(r *calendar.AclRule) bool { return r.Id == "" || r.Scope == nil || r.Scope.Type == "" }) {
		return nil, malformed(call, "a rule that is about nobody")
	}
	return all, nil
}

// rules are those of a calendar that are about one person.
func (g *Google) rules(ctx context.Context, owner *admin.User, id string, about []string) ([]*calendar.AclRule, error) {
	all, err := g.rulesOf(ctx, owner, id)
	return slices.DeleteFunc(all, func(r *calendar.AclRule) bool {
		return r.Scope.Type != "user" || r.Role == "none" || !slices.Contains(about, strings.ToLower(r.Scope.Value))
	}), err
}

// unshare deletes the rules of a calendar that are about one person, as its owner.
// DELETE /calendar/v3/calendars/{calendar}/acl/{rule}, scope calendar.acls.
func (g *Google) unshare(ctx context.Context, owner *admin.User, id string, about []string) error {
	found, err := g.rules(ctx, owner, id, about)
	if err != nil {
		return err
	}
	for _, rule := range found {
		call := managing(sharing, "take %s off those who may see the calendar %s of %s", rule.Scope.Value, id, name(owner)).as(owner.PrimaryEmail)
		err := g.write(ctx, call, func(ctx context.Context) error { return g.calendar.Acl.Delete(id, rule.Id).Context(ctx).Do() })
		if err != nil {
			return err
		}
	}
	return nil
}

// roleWords are the roles in a calendar, as the settings of a calendar call them.
var roleWords = map[string]string{
	"freeBusyReader": "sees when they are busy", "reader": "sees its events", "writerWithoutPrivateAccess": "changes its events, but private ones",
	"writer": "changes its events", "owner": "changes its events and who may see it",
}

// sharedLabel is how a calendar that is shared with somebody is labelled.
func sharedLabel(summary, id string, owner *admin.User, role string) string {
	title := cmp.Or(system.OneLine(summary), id)
	if title != name(owner) {
		title += " of " + name(owner)
	}
	return title + " (" + cmp.Or(roleWords[role], system.OneLine(role)) + ")"
}

// notTheirs says that an error of the API is about a calendar that is not there for its owner any more.
func notTheirs(err error) bool { return access.KindOf(err) == access.NotFound }

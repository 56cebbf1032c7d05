package google

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	reports "google.golang.org/api/admin/reports/v1"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/system"
)

// APIClients are the API clients that the account let act for everybody in the company, by domain-wide delegation.
func APIClients(g *Google) access.Tracer { return authorizations{g, []authorization{delegated}} }

// TrustedApps are the applications that the account trusted with the company's data, or installed for the company.
func TrustedApps(g *Google) access.Tracer {
	return authorizations{g, []authorization{trusted, installed}}
}

// An authorization is what an administrator does for the whole company, by the events of the admin audit log: that it was
// done, and that it was undone. The log is all that tells of it: Google has no list of what is authorized, and says of nothing
// who authorized it (google.md section 18;
// https://developers.google.com/workspace/admin/reports/v1/appendix/activity/admin-domain-settings and admin-security-settings).
type authorization struct {
	done, undone string
	// id and name are the parameters of the events that say of what, and where of the part of the company. In an event that is
	// the id again where there is no name.
	id, name, where string
	// what it is of.
	what string
	// note is what it can do.
	note func(scopes []string) string
}

var (
	delegated = authorization{
		done: "AUTHORIZE_API_CLIENT_ACCESS", undone: "REMOVE_API_CLIENT_ACCESS", id: "API_CLIENT_NAME",
		what: "API client with domain-wide delegation",
		note: func(scopes []string) string {
			return "It " + consented(scopes) + " in the name of anybody in the company, and so may whoever has a key of it."
		},
	}
	trusted = authorization{
		done: "ADD_TO_TRUSTED_OAUTH2_APPS", undone: "REMOVE_FROM_TRUSTED_OAUTH2_APPS", id: "OAUTH2_APP_ID", name: "OAUTH2_APP_NAME", where: "ORG_UNIT_NAME",
		what: "trusted application",
		note: func([]string) string {
			return "Whoever in the company lets it in lets it have whatever it asks for."
		},
	}
	installed = authorization{
		done: "ADD_APPLICATION", undone: "REMOVE_APPLICATION", id: "APP_ID", name: "APPLICATION_NAME",
		what: "application from the Marketplace",
		note: func([]string) string { return "It may have been given scopes for everybody in the company." },
	}
)

// auditLog is what Google calls the admin audit log.
var auditLog = thing{
	name: "admin audit log", read: "admin.reports.audit.readonly", privilege: "Reports", kind: "admin#reports#", byUnit: true,
	unaccepted: "The Reports API says the same to an administrator without the privilege Reports.",
}

// auditDays is how long Google keeps the log (google.md section 18).
const auditDays = 180

type authorizations struct {
	*Google
	of []authorization
}

// A deed is one event of the log.
type deed struct {
	at time.Time
	// activity tells it from every other.
	activity        string
	id, name, where string
	scopes          []string
}

var _ access.Retracer = authorizations{}

// Trace asks for what the account did, and leaves out what anybody has undone since.
// GET /admin/reports/v1/activity/users/{id}/applications/admin?eventName=…, scope admin.reports.audit.readonly.
func (c authorizations) Trace(ctx context.Context, account access.AccountID) (traces []access.Grant, err error) {
	for _, a := range c.of {
		done, err := c.deeds(ctx, a, a.done, string(account))
		if err != nil {
			return nil, err
		}
		if len(done) == 0 {
			continue
		}
		undone, err := c.deeds(ctx, a, a.undone, "all")
		if err != nil {
			return nil, err
		}
		traces = append(traces, a.traces(done, undone)...)
	}
	return traces, nil
}

// Retrace looks whether the log says that these were undone. Of what it has forgotten nothing else can be asked: until
// somebody undoes it, it is there. All that the log still has was undone after what it has forgotten was done.
func (c authorizations) Retrace(ctx context.Context, known access.Holdings) ([]access.Grant, error) {
	still := maps.Clone(known)
	for _, a := range c.of {
		if len(still) == 0 {
			break
		}
		undone, err := c.deeds(ctx, a, a.undone, "all")
		if err != nil {
			return nil, err
		}
		for _, d := range undone {
			delete(still, access.GrantID(d.thing()))
		}
	}
	var grants []access.Grant
	for _, id := range still.IDs() {
		grants = append(grants, access.Grant{ID: id, Label: still[id], Note: loggedNote})
	}
	return grants, nil
}

var loggedNote = fmt.Sprintf("Only Google's admin audit log tells who authorized what, and keeps it for %d days: nothing older is listed. Look through Domain-wide delegation and App "+
	"access control in the Admin console (Security, Access and data control, API controls).", auditDays)

// thing is what was authorized, and where; of what the log does not name, the event itself.
func (d deed) thing() string {
	if d.id == "" {
		return d.activity
	}
	return d.id + strings.TrimSuffix("@"+d.where, "@")
}

// deeds are what somebody, or all, did of one event.
func (c authorizations) deeds(ctx context.Context, a authorization, event, who string) (deeds []deed, err error) {
	call := reading(auditLog, "look in the admin audit log for %s of %s", event, who)
	activities, err := list(ctx, c.Google, call, func(ctx context.Context, token string) (page[reports.Activity], error) {
		answer, err := c.audit.Activities.List(who, "admin").EventName(event).CustomerId(c.customer()).MaxResults(1000).PageToken(token).Context(ctx).Do()
		if err != nil {
			return page[reports.Activity]{}, err
		}
		return page[reports.Activity]{answer.Items, answer.Kind, answer.NextPageToken}, nil
	})
	switch {
	case access.KindOf(err) == access.NotFound:
		return nil, malformed(call, `"not found" in place of a list`)
	case err != nil:
		return nil, err
	}
	for _, activity := range activities {
		if activity.Id == nil || activity.Actor == nil {
			return nil, malformed(call, "an activity without a time or an actor")
		}
		at, err := time.Parse(time.RFC3339, activity.Id.Time)
		if err != nil || who != "all" && activity.Actor.ProfileId != who {
			return nil, malformed(call, "an activity that was not asked for, or without a time")
		}
		named := 0
		for i, e := range activity.Events {
			if e == nil || e.Name != event {
				continue
			}
			named++
			deeds = append(deeds, a.deed(e.Parameters, at, fmt.Sprintf("activity/%s/%d/%d", activity.Id.Time, activity.Id.UniqueQualifier, i)))
		}
		if named == 0 {
			return nil, malformed(call, "an activity that was not asked for")
		}
	}
	return deeds, nil
}

func (a authorization) deed(parameters []*reports.ActivityEventsParameters, at time.Time, activity string) deed {
	d := deed{at: at, activity: activity}
	for _, p := range parameters {
		switch {
		case p == nil:
		case p.Name == a.id:
			d.id = p.Value
		case p.Name == a.name && a.name != "":
			d.name = system.OneLine(p.Value)
		case p.Name == a.where && a.where != "":
			d.where = system.OneLine(p.Value)
		case p.Name == "API_SCOPES":
			d.scopes = append(p.MultiValue, strings.FieldsFunc(p.Value, func(r rune) bool { return r == ',' || r == ' ' })...)
		}
	}
	return d
}

// traces are what was done last of each thing and not undone after that. What the log does not name nobody can have undone.
func (a authorization) traces(done, undone []deed) (traces []access.Grant) {
	last := map[string]deed{}
	for _, d := range done {
		id := d.thing()
		if known, ok := last[id]; !ok || d.at.After(known.at) {
			last[id] = d
		}
	}
	for id, d := range last {
		if d.id != "" && slices.ContainsFunc(undone, func(u deed) bool { return u.id == d.id && u.where == d.where && u.at.After(d.at) }) {
			continue
		}
		label := cmp.Or(d.name, system.OneLine(d.id), "something without a name") + " (" + a.what
		if d.where != "" {
			label += " for " + d.where
		}
		traces = append(traces, access.Grant{
			ID: access.GrantID(id), Label: label + ", " + d.at.UTC().Format(time.DateOnly) + ")", Note: a.note(d.scopes) + " " + loggedNote,
		})
	}
	return traces
}

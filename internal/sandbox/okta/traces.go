package okta

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
)

// Event hooks and API service integrations are shown to super administrators only
// (https://help.okta.com/oie/en-us/Content/Topics/automation-hooks/add-event-hooks.htm).
const (
	readEventHooks   = "okta.eventHooks.read"
	readIntegrations = "okta.oauthIntegrations.read"
	readLog          = "okta.logs.read"
)

// superAdminsOnly are rights that no other standard role has, besides those over roles.
var superAdminsOnly = []string{readEventHooks, readIntegrations}

// operationsOnTraces are the operations on what people leave behind.
var operationsOnTraces = []operation{
	{
		method: "GET", path: "/api/v1/eventHooks", scope: "okta.eventHooks.read",
		bucket: bucketOther, needs: needs{org: readEventHooks}, serve: (*call).listEventHooks,
	},
	{
		method: "GET", path: "/integrations/api/v1/api-services", scope: "okta.oauthIntegrations.read",
		bucket: bucketOther, query: "after", needs: needs{org: readIntegrations}, serve: (*call).listIntegrations,
	},
	{
		method: "GET", path: "/api/v1/logs", scope: "okta.logs.read",
		bucket: bucketLogs, query: "since until filter limit after", needs: needs{org: readLog}, serve: (*call).listLog,
	},
}

// listEventHooks has them all: Okta does not page them. The secret that is sent along is shown to nobody.
func (c *call) listEventHooks() reply {
	return whole(entries(sandbox.Sorted(c.state.EventHooks), func(h *eventHook) string { return h.ID }, func(h *eventHook) object {
		path := "/api/v1/eventHooks/" + h.ID
		return object{
			"id": h.ID, "name": h.Name, "description": nil, "status": h.Status, "verificationStatus": "VERIFIED",
			"created": timestamp(h.Created), "createdBy": h.CreatedBy, "lastUpdated": timestamp(h.Created),
			"events": object{"type": "EVENT_TYPE", "items": []string{"user.lifecycle.create", "user.lifecycle.deactivate"}},
			"channel": object{"type": "HTTP", "version": "1.0.0", "config": object{
				"uri": h.URI, "method": "POST", "headers": []object{},
				"authScheme": object{"type": "HEADER", "key": "authorization"},
			}},
			"_links": object{"self": c.link(path), "deactivate": c.link(path + "/lifecycle/deactivate")},
		}
	}))
}

func (c *call) listIntegrations() reply {
	return c.list(entries(sandbox.Sorted(c.state.Integrations), func(i *integration) string { return i.ID }, func(i *integration) object {
		path := "/integrations/api/v1/api-services/" + i.ID
		return object{
			"id": i.ID, "type": i.Type, "name": i.Name, "createdAt": timestamp(i.Created), "createdBy": i.CreatedBy,
			"configGuideUrl": "https://docs.example.com/" + i.Type, "grantedScopes": list(i.Scopes),
			"_links": object{"self": c.link(path), "client": c.link("/oauth2/v1/clients/" + i.ID)},
		}
	}), pageSize{50, 50})
}

// logRetention is for how long the System Log is kept, and logPageSize how much of it is in a page
// (https://developer.okta.com/docs/reference/system-log-query/).
const logRetention = 90 * day

var logPageSize = pageSize{100, 1000}

// logFilters are the attributes of an event that the sandbox can filter by.
var logFilters = map[string][]string{"actor.id": {"eq"}, "eventType": {"eq"}}

// listLog has the events of a time in the order in which they were published. Without until there is always a next page,
// for whoever waits for more: the sandbox refuses that, so that nobody waits for ever.
func (c *call) listLog() reply {
	conditions, failed := c.conditions(nil, logFilters)
	if failed != nil {
		return failed.reply()
	}
	since, err := time.Parse(time.RFC3339, c.query.Get("since"))
	if err != nil {
		return invalid("since", "since: must be an ISO 8601 timestamp").reply()
	}
	until, err := time.Parse(time.RFC3339, c.query.Get("until"))
	if err != nil {
		return invalid("until", "until: must be an ISO 8601 timestamp").reply()
	}
	if kept := c.now.Add(-logRetention); since.Before(kept) {
		since = kept
	}
	var found []entry
	for i, e := range c.state.Log {
		attribute := func(name string) string {
			if name == "actor.id" {
				return e.Actor
			}
			return e.Type
		}
		if !e.Published.Before(since) && e.Published.Before(until) && satisfies(conditions, attribute) {
			found = append(found, entry{fmt.Sprintf("%s_%06d", timestamp(e.Published), i), func() any { return c.logRow(e) }})
		}
	}
	return c.list(found, logPageSize)
}

func (c *call) logRow(e logEvent) object {
	login := ""
	if u := c.state.Users[e.Actor]; u != nil {
		login = u.login()
	}
	return object{
		"uuid": e.ID, "published": timestamp(e.Published), "eventType": e.Type, "version": "0", "severity": "INFO",
		"displayMessage": "Create application", "actor": object{"id": e.Actor, "type": "User", "alternateId": login, "displayName": login},
		"outcome": object{"result": e.Result},
		// Whom it is for comes first, as often as not.
		"target": []object{
			{"id": e.Actor, "type": "User", "alternateId": login, "displayName": login},
			{"id": e.Target, "type": e.TargetType, "alternateId": e.TargetName, "displayName": e.TargetName},
		},
	}
}

// logCreation writes down that somebody created an application. Of an OAuth client there are two events.
func (s *state) logCreation(by *user, id, label, mode string, at time.Time) {
	s.logEvent(by, "application.lifecycle.create", id, "AppInstance", label, at)
	if mode == openID {
		s.logEvent(by, "app.oauth2.client.lifecycle.create", id, "PublicClientApp", label, at)
	}
}

func (s *state) logEvent(by *user, kind, id, targetType, label string, at time.Time) {
	s.Log = append(s.Log, logEvent{
		ID: s.newID("", "event", kind, id), Type: kind, Actor: by.ID, Result: "SUCCESS", Target: id, TargetType: targetType, TargetName: label, Published: at,
	})
}

func (s *state) addEventHook(by *user, name, uri string, at time.Time) {
	h := &eventHook{ID: s.newID(eventHookPrefix, name), Name: name, URI: uri, Status: active, CreatedBy: by.ID, Created: at}
	s.EventHooks[h.ID] = h
}

func (s *state) addIntegration(by *user, name string, at time.Time, scopes ...string) {
	i := &integration{
		ID: s.newID(appPrefix, "integration", name), Name: name, Type: strings.ReplaceAll(strings.ToLower(name), " ", "_"),
		CreatedBy: by.ID, Scopes: scopes, Created: at,
	}
	s.Integrations[i.ID] = i
}

// traces leaves behind what Jane made, and others beside her.
func (b *builder) traces() {
	jane, sam := b.mustUser(Jane), b.mustUser(Sam)
	// The address has a secret in it, as those of Slack do.
	b.addEventHook(jane, "Joiners to Slack", "https://hooks.example.com/services/T024/B078/hush-hush", b.founded)
	b.addEventHook(sam, "Audit to SIEM", "https://siem.example.com/okta", b.founded)
	b.addIntegration(jane, "Acme Log Shipper", b.founded, "okta.logs.read")
	b.addIntegration(sam, "Backup Service", b.founded, "okta.groups.read", "okta.users.read")
	for _, row := range []struct {
		by    *user
		label string
		ago   int
	}{{sam, "Payroll Portal", 80}, {jane, "Figma", 200}, {jane, "Metrics Console", 60}, {sam, "Zoom", 40}, {jane, "Release Dashboard", 20}} {
		a := b.mustApp(row.label)
		b.logCreation(row.by, a.ID, a.Label, a.SignOnMode, b.now.Add(-time.Duration(row.ago)*day))
	}
	// This one has been deleted since.
	b.logCreation(jane, id(appPrefix, "deleted"), "Prototype", openID, b.now.Add(-10*day))
}

// CreateAPIClient is the person creating a service application.
func (o *Org) CreateAPIClient(login, label string) (id string) {
	o.change(func(s *state, now time.Time) {
		a := &app{
			ID: s.newID(appPrefix, label), Name: "oidc_client", Label: label, SignOnMode: openID, Status: active, Created: now, LastUpdated: now,
			Users: map[string]*appUser{}, Groups: map[string]appGroup{}, Key: clientPublicKey(),
		}
		s.Apps[a.ID] = a
		id = a.ID
		s.logCreation(s.mustUser(login), a.ID, a.Label, a.SignOnMode, now)
	})
	return id
}

// DeleteApp deletes an application.
func (o *Org) DeleteApp(label string) {
	o.change(func(s *state, _ time.Time) { delete(s.Apps, s.mustApp(label).ID) })
}

// FailToCreate is the person trying to create an application, and not being let.
func (o *Org) FailToCreate(login string) {
	o.change(func(s *state, now time.Time) {
		s.logEvent(s.mustUser(login), "application.lifecycle.create", "", "AppInstance", "", now)
		s.Log[len(s.Log)-1].Result = "FAILURE"
	})
}

// TraceIDs are the ids of what a person made and is still there, each after what it is, as the provider calls it:
// event_hooks/who….
func (o *Org) TraceIDs(login string) []string {
	return read(o, func(s *state) []string {
		of, ids := s.mustUser(login).ID, map[string]bool{}
		for _, h := range s.EventHooks {
			ids["event_hooks/"+h.ID] = h.CreatedBy == of
		}
		for _, i := range s.Integrations {
			ids["api_integrations/"+i.ID] = i.CreatedBy == of
		}
		for _, e := range s.Log {
			if e.Actor == of && s.Apps[e.Target] != nil && e.Published.After(o.Clock().Now().Add(-logRetention)) {
				ids["created_apps/"+e.Target] = true
			}
		}
		maps.DeleteFunc(ids, func(_ string, theirs bool) bool { return !theirs })
		return slices.Sorted(maps.Keys(ids))
	})
}

func (s *state) traceNames(of string) (names []string) {
	for _, h := range sandbox.Sorted(s.EventHooks) {
		if h.CreatedBy == of {
			names = append(names, h.Name)
		}
	}
	for _, i := range sandbox.Sorted(s.Integrations) {
		if i.CreatedBy == of {
			names = append(names, i.Name)
		}
	}
	return names
}

package okta

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/offboard/terraform-provider-offboard/internal/access"
)

// remembered is for how long Okta keeps the System Log (https://developer.okta.com/docs/reference/system-log-query/).
const remembered = 90 * 24 * time.Hour

const rememberedNote = "Okta keeps for 90 days who created an application: those that are older are not listed here. Whoever saw its secrets or keys can use them: " +
	"rotate them when somebody takes it over."

// CreatedApps are the applications and API clients that the account created in the last 90 days, and that are still there.
// Applications do not say who created them, so the System Log is asked (okta.md section 15).
func CreatedApps(o *Okta) access.Tracer { return createdApps{o} }

type createdApps struct{ *Okta }

var _ access.Retracer = createdApps{}

// creations are the events of an application being created: the first of any, the second of an OAuth client, which is one
// and has both.
var creations = []string{"application.lifecycle.create", "app.oauth2.client.lifecycle.create"}

type logEvent struct {
	UUID      string     `json:"uuid"`
	Type      string     `json:"eventType"`
	Published *time.Time `json:"published"`
	Actor     struct {
		ID access.AccountID `json:"id"`
	} `json:"actor"`
	Outcome struct {
		Result string `json:"result"`
	} `json:"outcome"`
	Target []struct {
		ID   access.GrantID `json:"id"`
		Type string         `json:"type"`
	} `json:"target"`
}

// apps are the applications among the targets of an event, which may have others beside them in any order.
func (e *logEvent) apps() (ids []access.GrantID) {
	for _, target := range e.Target {
		if target.ID != "" && slices.Contains([]string{"AppInstance", "PublicClientApp"}, target.Type) {
			ids = append(ids, target.ID)
		}
	}
	return ids
}

// nothing says that what was attempted did not happen.
func (e *logEvent) nothing() bool {
	return slices.Contains([]string{"FAILURE", "DENY"}, e.Outcome.Result)
}

// Trace asks the log whether the account created anything, and then for each application whether it is there. Without until
// the log is one that never ends: there always is a next page.
// GET /api/v1/logs?since=…&until=…&filter=…, scope okta.logs.read; GET /api/v1/apps/{id}, scope okta.apps.read.
func (t createdApps) Trace(ctx context.Context, account access.AccountID) ([]access.Grant, error) {
	// To a role that is not shown all applications one that is there is not found.
	if err := t.sees(ctx, "apps"); err != nil {
		return nil, err
	}
	call := reading(logs, "read in the System Log which applications %s created", account)
	var types []string
	for _, creation := range creations {
		types = append(types, "eventType eq "+quote(creation))
	}
	now := t.clock.Now().UTC()
	query := url.Values{
		"since": {now.Add(-remembered).Format(time.RFC3339)}, "until": {now.Format(time.RFC3339)}, "limit": {"1000"},
		"filter": {"actor.id eq " + quote(string(account)) + " and (" + strings.Join(types, " or ") + ")"},
	}
	events, err := list[logEvent](ctx, t.Okta, call, logsPath+"?"+query.Encode())
	if err != nil {
		return nil, t.whole(ctx, call, err)
	}
	created := map[access.GrantID]*time.Time{}
	for _, event := range events {
		ids := event.apps()
		switch {
		case event.Actor.ID != account || !slices.Contains(creations, event.Type):
			return nil, malformed(call, "an event that was not asked for")
		case event.nothing():
			continue
		case len(ids) == 0:
			return nil, malformed(call, "an event that does not say which application was created ("+event.UUID+")")
		}
		for _, id := range ids {
			created[id] = event.Published
		}
	}
	var grants []access.Grant
	for id, at := range created {
		a, err := t.application(ctx, id)
		if err != nil {
			return nil, err
		}
		if a != nil {
			grants = append(grants, access.Grant{ID: id, Label: a.name() + " (" + a.what() + ", created" + on(at) + ")", Note: rememberedNote})
		}
	}
	return grants, nil
}

// Retrace looks for the applications, which Okta still has when the System Log has forgotten who created them.
func (t createdApps) Retrace(ctx context.Context, known access.Holdings) ([]access.Grant, error) {
	if err := t.sees(ctx, "apps"); err != nil {
		return nil, err
	}
	var grants []access.Grant
	for _, id := range known.IDs() {
		a, err := t.application(ctx, id)
		if err != nil {
			return nil, err
		}
		if a != nil {
			grants = append(grants, access.Grant{ID: id, Label: known[id], Note: rememberedNote})
		}
	}
	return grants, nil
}

type createdApp struct {
	app
	Status     string `json:"status"`
	SignOnMode string `json:"signOnMode"`
	Settings   struct {
		Client struct {
			Type string `json:"application_type"`
		} `json:"oauthClient"`
	} `json:"settings"`
}

// what tells a client that acts by itself from an application that people sign in to.
func (a *createdApp) what() string {
	what := "application"
	if a.SignOnMode == "OPENID_CONNECT" && a.Settings.Client.Type == "service" {
		what = "API client"
	}
	if a.Status == "INACTIVE" {
		what += ", turned off"
	}
	return what
}

// application is the application as it is now, and nil if it has been deleted.
func (o *Okta) application(ctx context.Context, id access.GrantID) (*createdApp, error) {
	call := reading("apps", "read the application %s", id)
	a, err := get[createdApp](ctx, o, call, path("/api/v1/apps/%s", id))
	switch {
	case access.KindOf(err) == access.NotFound:
		return nil, nil
	case err != nil:
		return nil, err
	case a.ID != id || a.Status == "":
		return nil, malformed(call, "another application than the one asked for, or one without a status")
	case a.Status == "DELETED":
		return nil, nil
	}
	return a, nil
}

func on(at *time.Time) string {
	if at == nil {
		return ""
	}
	return " on " + at.UTC().Format(time.DateOnly)
}

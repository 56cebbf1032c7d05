package okta

import (
	"cmp"
	"context"
	"errors"
	"strings"
	"time"

	"github.com/offboard/terraform-provider-offboard/internal/access"
)

// The things of which traces are lists, as scopes name them.
const (
	logs              = "logs"
	eventHooks        = "eventHooks"
	oauthIntegrations = "oauthIntegrations"
)

const (
	logsPath        = "/api/v1/logs"
	eventHooksPath  = "/api/v1/eventHooks"
	apiServicesPath = "/integrations/api/v1/api-services"
)

// tracedPaths are the paths that nothing but traces asks, with what they list.
var tracedPaths = map[string]string{logsPath: logs, eventHooksPath: eventHooks, apiServicesPath: oauthIntegrations}

// EventHooks are the event hooks that the account registered: Okta goes on sending what happens in the org to their
// address, whoever listens there. Only super administrators are shown them
// (https://help.okta.com/oie/en-us/Content/Topics/automation-hooks/add-event-hooks.htm).
func EventHooks(o *Okta) access.Tracer { return hooks{o} }

type hooks struct{ *Okta }

// An eventHook is what this package needs of one. Where it sends to, and with which header, is not read: either may have
// a secret in it.
type eventHook struct {
	ID           access.GrantID   `json:"id"`
	Name         string           `json:"name"`
	Status       string           `json:"status"`
	Verification string           `json:"verificationStatus"`
	CreatedBy    access.AccountID `json:"createdBy"`
	Created      *time.Time       `json:"created"`
}

// Trace picks the account's from all of the org's, which Okta does not page. One that is turned off is still there: turning
// it on takes no more than a click.
// GET /api/v1/eventHooks, scope okta.eventHooks.read.
func (t hooks) Trace(ctx context.Context, account access.AccountID) ([]access.Grant, error) {
	call := reading(eventHooks, "list the event hooks")
	all, err := list[eventHook](ctx, t.Okta, call, eventHooksPath)
	if err != nil {
		return nil, t.whole(ctx, call, err)
	}
	var grants []access.Grant
	for _, hook := range all {
		switch {
		case hook.ID == "" || hook.CreatedBy == "":
			return nil, malformed(call, "an event hook without its id or who created it")
		case hook.CreatedBy != account:
			continue
		}
		what := "event hook" + since(hook.Created)
		switch {
		case hook.Status == "INACTIVE":
			what += ", turned off"
		case hook.Verification == "UNVERIFIED":
			what += ", unverified"
		}
		grants = append(grants, access.Grant{
			ID: hook.ID, Label: cmp.Or(hook.Name, string(hook.ID)) + " (" + what + ")",
			Note: "It sends what happens in the org to an address that the person chose: see in Okta that it is still the company's.",
		})
	}
	return grants, nil
}

// APIIntegrations are the API service integrations that the account authorized: clients of other companies' that act on the
// org with the scopes they were granted, until somebody revokes them.
func APIIntegrations(o *Okta) access.Tracer { return apiIntegrations{o} }

type apiIntegrations struct{ *Okta }

type apiIntegration struct {
	ID        access.GrantID   `json:"id"`
	Name      string           `json:"name"`
	Type      string           `json:"type"`
	CreatedBy access.AccountID `json:"createdBy"`
	CreatedAt *time.Time       `json:"createdAt"`
	Scopes    []string         `json:"grantedScopes"`
}

// Trace picks the account's from all of the org's.
// GET /integrations/api/v1/api-services, scope okta.oauthIntegrations.read.
func (t apiIntegrations) Trace(ctx context.Context, account access.AccountID) ([]access.Grant, error) {
	call := reading(oauthIntegrations, "list the API service integrations")
	all, err := list[apiIntegration](ctx, t.Okta, call, apiServicesPath)
	if err != nil {
		return nil, t.whole(ctx, call, err)
	}
	var grants []access.Grant
	for _, integration := range all {
		switch {
		case integration.ID == "" || integration.CreatedBy == "":
			return nil, malformed(call, "an API service integration without its id or who created it")
		case integration.CreatedBy != account:
			continue
		}
		what := "API service integration" + since(integration.CreatedAt)
		if len(integration.Scopes) > 0 {
			what += ", may use " + strings.Join(integration.Scopes, ", ")
		}
		grants = append(grants, access.Grant{
			ID: integration.ID, Label: cmp.Or(integration.Name, integration.Type, string(integration.ID)) + " (" + what + ")",
			Note: "Whoever saw its secret can use it: rotate that when somebody takes it over.",
		})
	}
	return grants, nil
}

// since is when something was made, for a label.
func since(made *time.Time) string {
	if made == nil {
		return ""
	}
	return " of " + made.UTC().Format(time.DateOnly)
}

// whole reads an error of a list that the org always has. Okta refuses a feature that the org lacks as it does a right that
// the credential lacks, so only to a super administrator does it say that there is no such feature.
func (o *Okta) whole(ctx context.Context, call op, err error) error {
	if access.KindOf(err) != access.NotAvailable || o.lacking(ctx, err) {
		return there(call, err)
	}
	refused, ok := errors.AsType[*access.Error](err)
	if !ok {
		return err
	}
	denied := *refused
	denied.Kind = access.Denied
	denied.Fix = "Okta refuses this to the credential, or the org does not have it: a super administrator would be told which."
	return &denied
}

package google

import (
	"context"
	"errors"
	"net/http"

	datatransfer "google.golang.org/api/admin/datatransfer/v1"
	reports "google.golang.org/api/admin/reports/v1"
	"google.golang.org/api/calendar/v3"
	"google.golang.org/api/cloudidentity/v1"
	"google.golang.org/api/drive/v3"
	"google.golang.org/api/gmail/v1"
	"google.golang.org/api/licensing/v1"
	"google.golang.org/api/option"
	"google.golang.org/api/vault/v1"

	"github.com/offboard/terraform-provider-offboard/internal/access"
)

// apis are those of Google's beside the Directory API. They are told apart by their paths, so that one endpoint
// can stand for all of them.
type apis struct {
	mail     *gmail.Service
	identity *cloudidentity.Service
	vault    *vault.Service
	transfer *datatransfer.Service
	drive    *drive.Service
	calendar *calendar.Service
	licences *licensing.Service
	audit    *reports.Service
}

func (g *Google) newAPIs(ctx context.Context, client *http.Client) error {
	var errs [8]error
	at := func(base, path string) []option.ClientOption { return clientOptions(client, g.config.base(base)+path) }
	g.mail, errs[0] = gmail.NewService(ctx, at("https://gmail.googleapis.com", "")...)
	g.identity, errs[1] = cloudidentity.NewService(ctx, at("https://cloudidentity.googleapis.com", "")...)
	g.vault, errs[2] = vault.NewService(ctx, at("https://vault.googleapis.com", "")...)
	g.transfer, errs[3] = datatransfer.NewService(ctx, at("https://admin.googleapis.com", "")...)
	g.drive, errs[4] = drive.NewService(ctx, at("https://www.googleapis.com", "/drive/v3")...)
	g.calendar, errs[5] = calendar.NewService(ctx, at("https://www.googleapis.com", "/calendar/v3")...)
	g.licences, errs[6] = licensing.NewService(ctx, at("https://licensing.googleapis.com", "")...)
	g.audit, errs[7] = reports.NewService(ctx, at("https://admin.googleapis.com", "")...)
	if err := errors.Join(errs[:]...); err != nil {
		return &access.Error{Kind: access.Denied, Op: "connect to Google", Reason: g.transport.Redact(err.Error())}
	}
	agent := g.config.UserAgent
	g.mail.UserAgent, g.identity.UserAgent, g.vault.UserAgent = agent, agent, agent
	g.transfer.UserAgent, g.drive.UserAgent, g.calendar.UserAgent = agent, agent, agent
	g.licences.UserAgent, g.audit.UserAgent = agent, agent
	return nil
}

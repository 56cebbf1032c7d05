package google

import (
	"context"
	"net/http"
	"strings"

	datatransfer "google.golang.org/api/admin/datatransfer/v1"
	"google.golang.org/api/calendar/v3"
	"google.golang.org/api/drive/v3"
	"google.golang.org/api/vault/v1"

	"github.com/offboard/terraform-provider-offboard/internal/access"
)

// apis are those of Google's beside the Directory API. They are told apart by their paths, so that one endpoint
// can stand for all of them.
type apis struct {
	vault    *vault.Service
	transfer *datatransfer.Service
	drive    *drive.Service
	calendar *calendar.Service
}

func (g *Google) newAPIs(ctx context.Context, client *http.Client) error {
	var err error
	c, agent := g.config, g.config.UserAgent
	if g.vault, err = vault.NewService(ctx, clientOptions(client, c.base("https://vault.googleapis.com"))...); err == nil {
		g.vault.UserAgent = agent
		g.transfer, err = datatransfer.NewService(ctx, clientOptions(client, c.base("https://admin.googleapis.com"))...)
	}
	if err == nil {
		g.transfer.UserAgent = agent
		g.drive, err = drive.NewService(ctx, clientOptions(client, c.base("https://www.googleapis.com")+"/drive/v3")...)
	}
	if err == nil {
		g.drive.UserAgent = agent
		g.calendar, err = calendar.NewService(ctx, clientOptions(client, c.base("https://www.googleapis.com")+"/calendar/v3")...)
	}
	if err != nil {
		return &access.Error{Kind: access.Denied, Op: "connect to Google", Reason: g.transport.Redact(err.Error())}
	}
	g.calendar.UserAgent = agent
	return nil
}

// untyped is what the answers of Vault say that they are: nothing.
const untyped = "-"

// speaks says that an answer is of the API that has this thing, by the kind that it says it is.
func (t thing) speaks(kind string) bool {
	switch t.kind {
	case "":
		return ofDirectory(kind)
	case untyped:
		return kind == ""
	}
	return strings.HasPrefix(kind, t.kind)
}

type subjectKey struct{}

// inTheNameOf says that the requests of a context are made in somebody else's name than the administrator's.
func inTheNameOf(ctx context.Context, address string) context.Context {
	return context.WithValue(ctx, subjectKey{}, address)
}

// subject is in whose name the requests of a context are made.
func (t *tokens) subject(ctx context.Context) string {
	address, _ := ctx.Value(subjectKey{}).(string)
	return or(address, t.config.Admin)
}

package okta_test

import (
	"strings"
	"testing"

	"github.com/offboard/terraform-provider-offboard/internal/sandbox/okta"
)

// logOf is the query for the applications that Jane created.
func logOf(c *client) string {
	return "/api/v1/logs" + query(
		"since", "2026-01-01T00:00:00Z", "until", "2027-01-01T00:00:00Z",
		"filter", `actor.id eq "`+c.org.UserID(okta.Jane)+`" and (eventType eq "application.lifecycle.create" or eventType eq "app.oauth2.client.lifecycle.create")`,
	)
}

func TestTracesAreForThoseWhoMaySeeThem(t *testing.T) {
	t.Parallel()
	c := serve(t, okta.HandlerOptions{})
	superOnly := []string{"/api/v1/eventHooks", "/integrations/api/v1/api-services"}
	for _, path := range superOnly {
		equal(t, path, len(c.get(path).is(200).rows()), 2)
		c.asOwner(okta.Reader).get(path).fails(403, "E0000006")
		c.asOwner(okta.Jane).get(path).fails(403, "E0000006")
	}
	equal(t, "events", len(c.asOwner(okta.Reader).get(logOf(c)).is(200).rows()), 6)
	for _, path := range append(superOnly, logOf(c)) {
		c.asApp(okta.PowerlessApp, "okta.eventHooks.read", "okta.oauthIntegrations.read", "okta.logs.read").get(path).fails(403, "E0000006")
		c.asApp(okta.ServiceApp, "okta.users.read").get(path).is(403)
	}
}

func TestTheLogIsPagedAndForgets(t *testing.T) {
	t.Parallel()
	c := serve(t, okta.HandlerOptions{PageSize: 2})
	page := c.get(logOf(c)).is(200)
	equal(t, "rows", len(page.rows()), 2)
	if !strings.Contains(strings.Join(page.header.Values("Link"), " "), `rel="next"`) {
		t.Errorf("no next page: %v", page.header)
	}
	for _, wrong := range []string{query("until", "2027-01-01T00:00:00Z"), query("since", "2026-01-01T00:00:00Z"), query("since", "yesterday", "until", "today")} {
		c.get("/api/v1/logs"+wrong).fails(400, "E0000001")
	}
	c.get("/api/v1/logs"+query("since", "2026-01-01T00:00:00Z", "until", "2027-01-01T00:00:00Z", "filter", `target.id eq "x"`)).fails(400, "E0000031")
}

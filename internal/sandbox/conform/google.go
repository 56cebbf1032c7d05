package conform

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
)

// google is Google's discovery documents, read once in a test process.
var google = sync.OnceValues(func() (*discovery, error) {
	d, err := loadDiscovery("google.golang.org/api",
		"admin/directory/v1/admin-api.json", "iamcredentials/v1/iamcredentials-api.json", "gmail/v1/gmail-api.json",
		"cloudidentity/v1/cloudidentity-api.json", "vault/v1/vault-api.json", "admin/datatransfer/v1/admin-api.json", "drive/v3/drive-api.json", "calendar/v3/calendar-api.json",
		"licensing/v1/licensing-api.json", "admin/reports/v1/admin-api.json")
	if err != nil {
		return nil, err
	}
	return d, correctGoogle(d)
})

// Google returns a check of single exchanges against Google's discovery documents, to be given to
// Server.Observe. What they do not have fails the test: a path, a method, a parameter, a field, a type. Exchanges
// that a fault has tampered with are let through.
//
// Discovery documents say nothing of errors, nor of the token endpoint. Both are checked against what is known of
// them.
//
// The server must be closed before the test ends, as with t.Cleanup: a check after that has nobody to tell.
func Google(t testing.TB) func(sandbox.Exchange) {
	t.Helper()
	d, err := google()
	if err != nil {
		t.Fatalf("Google's discovery documents: %v", err)
	}
	return func(exchange sandbox.Exchange) {
		for _, wrong := range d.check(exchange) {
			t.Errorf("%s %s: %s", exchange.Method, exchange.URL.RequestURI(), wrong)
		}
	}
}

// check returns what is wrong with an exchange.
func (d *discovery) check(exchange sandbox.Exchange) []string {
	if exchange.Faulted {
		return nil
	}
	if exchange.URL.Path == "/token" {
		return checkToken(exchange)
	}
	m, path := d.find(exchange.Method, exchange.URL.EscapedPath())
	if m == nil {
		return []string{"the discovery documents have no such path and method"}
	}
	c := &checker{schemas: m.schemas}
	c.path(m, path)
	c.query(m, exchange.URL.Query())
	c.request(m, exchange)
	c.answer(m, exchange)
	return c.wrong
}

// A checker collects what is wrong with one exchange. What is wrong with every row of a list is said once.
type checker struct {
	schemas map[string]*schema
	// asking says that it is a request that is looked at, in which null clears a field and nothing read-only may
	// be.
	asking bool
	wrong  []string
}

func (c *checker) say(format string, args ...any) {
	if line := fmt.Sprintf(format, args...); !slices.Contains(c.wrong, line) {
		c.wrong = append(c.wrong, line)
	}
}

func (c *checker) path(m *method, values map[string]string) {
	for name, value := range values {
		c.text("path parameter "+name, m.Parameters[name], value)
	}
}

func (c *checker) query(m *method, query url.Values) {
	for name, values := range query {
		parameter := m.Parameters[name]
		if parameter == nil || parameter.Location != "query" {
			parameter = m.standard[name]
		}
		where := "query parameter " + name
		switch {
		case parameter == nil:
			c.say("%s: there is none", where)
			continue
		case len(values) > 1 && !parameter.Repeated:
			c.say("%s: it is there %d times", where, len(values))
		}
		for _, value := range values {
			c.text(where, parameter, value)
		}
	}
	for name, parameter := range m.Parameters {
		if parameter.Location == "query" && parameter.Required && !query.Has(name) {
			c.say("query parameter %s: it is required", name)
		}
	}
}

func (c *checker) request(m *method, exchange sandbox.Exchange) {
	c.asking = true
	switch {
	case m.Request == nil:
		if len(exchange.Body) > 0 {
			c.say("request: the method takes no body")
		}
	case len(exchange.Body) == 0:
		c.say("request: it has no body")
	case !isJSON(exchange.Header):
		c.say("request: Content-Type is %q", exchange.Header.Get("Content-Type"))
	default:
		c.body("request", m.Request, exchange.Body)
	}
}

func (c *checker) answer(m *method, exchange sandbox.Exchange) {
	c.asking = false
	where := fmt.Sprintf("answer %d", exchange.Status)
	switch {
	case exchange.Status >= 400:
		if isJSON(exchange.AnswerHeader) {
			c.body(where, errorSchema, exchange.Answer)
			c.code(where, exchange)
		} else {
			c.say("%s: the error is not JSON", where)
		}
	case m.Response == nil && len(exchange.Answer) > 0:
		c.say("%s: the method answers with no body", where)
	case m.Response == nil && exchange.Status == http.StatusNoContent:
	case m.Response == nil || exchange.Status != http.StatusOK:
		c.say("%s: there is no such status", where)
	case !isJSON(exchange.AnswerHeader):
		c.say("%s: Content-Type is %q", where, exchange.AnswerHeader.Get("Content-Type"))
	default:
		c.body(where, m.Response, exchange.Answer)
	}
}

// code checks that an error says of itself what status it has.
func (c *checker) code(where string, exchange sandbox.Exchange) {
	var body struct{ Error struct{ Code int } }
	if json.Unmarshal(exchange.Answer, &body) == nil && body.Error.Code != exchange.Status {
		c.say("%s: error.code is %d", where, body.Error.Code)
	}
}

func isJSON(header http.Header) bool {
	return strings.HasPrefix(header.Get("Content-Type"), "application/json")
}

// errorSchema is the error of Google's APIs, which googleapi.CheckResponse reads: with a list of errors in the
// older ones, and a status in the newer.
var errorSchema = objectOf(map[string]*schema{"error": objectOf(map[string]*schema{
	"code": {Type: "integer"}, "message": {Type: "string"}, "status": {Type: "string"},
	"errors": {Type: "array", Items: objectOf(map[string]*schema{
		"message": {Type: "string"}, "domain": {Type: "string"}, "reason": {Type: "string"},
		"location": {Type: "string"}, "locationType": {Type: "string"}, "extendedHelp": {Type: "string"},
	})},
	"details": {Type: "array", Items: &schema{Type: "any"}},
})})

func objectOf(properties map[string]*schema) *schema {
	return &schema{Type: "object", Properties: properties}
}

// tokenAnswers are what the token endpoint answers with (RFC 6749 sections 5.1 and 5.2).
var tokenAnswers = map[int]*schema{
	http.StatusOK: objectOf(map[string]*schema{
		"access_token": {Type: "string"}, "token_type": {Type: "string", Enum: []string{"Bearer"}},
		"expires_in": {Type: "integer"}, "scope": {Type: "string"}, "id_token": {Type: "string"},
	}),
	http.StatusBadRequest:   tokenError,
	http.StatusUnauthorized: tokenError,
}

var tokenError = objectOf(map[string]*schema{"error": {Type: "string"}, "error_description": {Type: "string"}})

// checkToken checks an exchange with the token endpoint, which takes an assertion (RFC 7523 section 2.1, and the
// draft that google.golang.org/api/impersonate goes by).
func checkToken(exchange sandbox.Exchange) []string {
	c := &checker{}
	if exchange.Method != http.MethodPost || exchange.URL.RawQuery != "" {
		c.say("the token endpoint takes a POST without a query")
	}
	form, err := url.ParseQuery(string(exchange.Body))
	if err != nil {
		c.say("request: %v", err)
	}
	for name := range form {
		if !slices.Contains([]string{"grant_type", "assertion", "assertion_type"}, name) {
			c.say("request: %s: there is no such field", name)
		}
	}
	for _, name := range []string{"grant_type", "assertion"} {
		if form.Get(name) == "" {
			c.say("request: %s: it is required", name)
		}
	}
	where := fmt.Sprintf("answer %d", exchange.Status)
	if answer := tokenAnswers[exchange.Status]; answer != nil {
		c.body(where, answer, exchange.Answer)
	} else {
		c.say("%s: there is no such status", where)
	}
	return c.wrong
}

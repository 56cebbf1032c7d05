package conform

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
)

// exchange is a request with its answer.
func exchange(t *testing.T, method, target, body string, status int, answer string) sandbox.Exchange {
	t.Helper()
	u, err := url.Parse("http://127.0.0.1:1" + target)
	if err != nil {
		t.Fatal(err)
	}
	e := sandbox.Exchange{
		Method: method, URL: u, Header: http.Header{"Authorization": {"SSWS x"}}, Body: []byte(body),
		Status: status, AnswerHeader: http.Header{"Link": {"x"}, "X-Rate-Limit-Limit": {"1"}}, Answer: []byte(answer),
	}
	if body != "" {
		e.Header.Set("Content-Type", "application/json")
	}
	if answer != "" {
		e.AnswerHeader.Set("Content-Type", "application/json")
	}
	return e
}

const (
	group  = `{"id":"00g1","type":"OKTA_GROUP","profile":{"name":"x","description":"y"},"objectClass":["okta:user_group"]}`
	failed = `{"errorCode":"E0000007","errorSummary":"x","errorLink":"E0000007","errorId":"oae","errorCauses":[]}`
)

// A recorder is a test that remembers its errors.
type recorder struct {
	testing.TB
	errors []string
}

func (r *recorder) Errorf(format string, args ...any) {
	r.errors = append(r.errors, fmt.Sprintf(format, args...))
}
func (r *recorder) Helper() {}

func TestWhatOktaDocumentsPasses(t *testing.T) {
	t.Parallel()
	check := Okta(t)
	for _, e := range []sandbox.Exchange{
		exchange(t, "GET", "/api/v1/users/00u1/groups?limit=200", "", 200, "["+group+"]"),
		exchange(t, "GET", "/api/v1/users/00u1/groups", "", 404, failed),
		exchange(t, "GET", "/api/v1/users/00u1/groups", "", 401, failed),
		exchange(t, "POST", "/api/v1/users/00u1/lifecycle/suspend", "", 200, ""),
		exchange(t, "DELETE", "/api/v1/groups/00g1/users/00u1", "", 204, ""),
		exchange(t, "POST", "/api/v1/users/00u1", `{"profile":{"nickName":null},"credentials":{"password":{"value":"x"}}}`, 200, `{"id":"00u1","status":"ACTIVE"}`),
		exchange(t, "GET", "/api/v1/users/00u1/roles", "", 200, `[{"id":"irb1","type":"CUSTOM","role":"cr0","resource-set":"iam","assignmentType":"USER"},{"id":"ra1","type":"APP_ADMIN"}]`),
		exchange(t, "GET", "/api/v1/users/00u1/factors", "", 200, `[{"id":"opf1","factorType":"push","provider":"OKTA","profile":{"name":"phone"}},{"id":"sms1","factorType":"sms","provider":"OKTA","profile":{"phoneNumber":"+15550100"}}]`),
		exchange(t, "GET", "/api/v1/groups/rules/0pr1", "", 200, `{"id":"0pr1","type":"group_rule","conditions":{"people":{"users":{"exclude":["00u1"]}}}}`),
		exchange(t, "GET", "/api/v1/users/00u1/authenticator-enrollments", "", 200, `[{"id":"lae1","key":"okta_password"}]`),
		exchange(t, "POST", "/oauth2/v1/token?grant_type=client_credentials&scope=x&client_assertion_type=y&client_assertion=z", "", 200, `{"access_token":"x","token_type":"Bearer","expires_in":3600,"scope":"x"}`),
	} {
		check(e)
	}
}

func TestWhatOktaDoesNotDocumentFailsTheTest(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		exchange sandbox.Exchange
		says     string
	}{
		"path":             {exchange(t, "GET", "/api/v1/users/00u1/secrets", "", 200, "[]"), "no such path and method"},
		"method":           {exchange(t, "PATCH", "/api/v1/users/00u1", "{}", 200, "{}"), "no such path and method"},
		"query parameter":  {exchange(t, "GET", "/api/v1/users/00u1/roles?bogus=1", "", 200, "[]"), "bogus"},
		"query value":      {exchange(t, "GET", "/api/v1/apps/0oa1/users?limit=many", "", 200, "[]"), "limit"},
		"too large a page": {exchange(t, "GET", "/api/v1/apps/0oa1/users?limit=501", "", 200, "[]"), "500"},
		"request field":    {exchange(t, "POST", "/api/v1/groups/00g1/owners", `{"id":"00u1","kind":"USER"}`, 201, `{"id":"00u1"}`), "kind"},
		"request type":     {exchange(t, "POST", "/api/v1/groups/00g1/owners", `{"id":5}`, 201, `{"id":"00u1"}`), "want string"},
		"request header":   {withHeader(exchange(t, "GET", "/api/v1/users/00u1/roles", "", 200, "[]"), "X-Invented", "1"), "X-Invented"},
		"answer field":     {exchange(t, "GET", "/api/v1/users/00u1/groups", "", 200, `[`+strings.Replace(group, `"type"`, `"kind"`, 1)+`]`), "kind"},
		"nested field":     {exchange(t, "GET", "/api/v1/users/00u1/groups", "", 200, `[{"id":"00g1","profile":{"nom":"x"}}]`), "nom"},
		"field of another": {exchange(t, "GET", "/api/v1/users/00u1/roles", "", 200, `[{"id":"ra1","type":"APP_ADMIN","resource-set":"iam"}]`), "resource-set"},
		"answer type":      {exchange(t, "GET", "/api/v1/users/00u1/groups", "", 200, `[{"id":5}]`), "want string"},
		"not a list":       {exchange(t, "GET", "/api/v1/users/00u1/groups", "", 200, `{"groups":[]}`), "want array"},
		"time":             {exchange(t, "GET", "/api/v1/groups/00g1", "", 200, `{"id":"00g1","created":"yesterday"}`), "date-time"},
		"status":           {exchange(t, "GET", "/api/v1/groups/00g1", "", 418, ""), "418"},
		"error field":      {exchange(t, "GET", "/api/v1/groups/00g1", "", 404, `{"errorCode":"E0000007","hint":"x"}`), "hint"},
		"not JSON":         {exchange(t, "GET", "/api/v1/groups/00g1", "", 200, "<html>"), "answer 200"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := &recorder{TB: t}
			Okta(r)(test.exchange)
			if len(r.errors) == 0 {
				t.Fatal("it went unnoticed")
			}
			if said := strings.Join(r.errors, "\n"); !strings.Contains(said, test.says) || !strings.Contains(said, test.exchange.Method+" "+test.exchange.URL.RequestURI()) {
				t.Errorf("the errors do not say %q and which request:\n%s", test.says, said)
			}
		})
	}
}

func withHeader(e sandbox.Exchange, name, value string) sandbox.Exchange {
	e.Header.Set(name, value)
	return e
}

func TestWhatIsWrongWithEveryRowIsSaidOnce(t *testing.T) {
	t.Parallel()
	r := &recorder{TB: t}
	Okta(r)(exchange(t, "GET", "/api/v1/users/00u1/groups", "", 200, `[{"id":5},{"id":5},{"id":5}]`))
	if len(r.errors) != 1 || strings.Count(r.errors[0], "want string") != 1 {
		t.Errorf("got %q", r.errors)
	}
}

func TestAFaultedExchangeIsLetThrough(t *testing.T) {
	t.Parallel()
	e := exchange(t, "GET", "/nowhere", "", 500, "<html>")
	e.Faulted = true
	Okta(t)(e)
}

func TestACorrectionOfWhatIsNotThereIsAnError(t *testing.T) {
	t.Parallel()
	const description = "paths: {/here: {get: {responses: {}}}}\ncomponents: {schemas: {}}"
	for _, table := range [][]correction{{{operation: "GET /nowhere"}}, {{schema: "Nothing", edit: func(object) {}}}} {
		if _, err := parse([]byte(description), func(d *document) error { return d.correct(table) }); err == nil {
			t.Errorf("%+v was applied to nothing", table)
		}
	}
}

func TestADescriptionThatCannotBeHadIsAnError(t *testing.T) {
	t.Parallel()
	none := func(*document) error { return nil }
	if _, err := load("not a module", "x.yaml", none); err == nil {
		t.Error("a module that is not there was found")
	}
	if _, err := load("github.com/okta/okta-sdk-golang/v6", "nothing.yaml", none); err == nil {
		t.Error("a file that is not there was read")
	}
	for _, data := range []string{"", "module x", "paths: {}", "\t"} {
		if _, err := parse([]byte(data), none); err == nil {
			t.Errorf("%q was taken for a description", data)
		}
	}
}

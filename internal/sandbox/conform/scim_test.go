package conform

import (
	"strings"
	"testing"

	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
)

const (
	scimJane = `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"id":"1","userName":"jane","active":true,"emails":[{"value":"jane@acme.example","type":"work","primary":true}],` +
		`"groups":[{"value":"g1","display":"Engineering","type":"direct"}],"meta":{"resourceType":"User","created":"2026-01-01T00:00:00Z"}}`
	scimRefused = `{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"404","detail":"x"}`
	scimBase    = "/scim/v2"
)

func scimExchange(t *testing.T, method, target, body string, status int, answer string) sandbox.Exchange {
	t.Helper()
	e := exchange(t, method, scimBase+target, body, status, answer)
	e.Header.Set("Accept", "application/scim+json")
	if body != "" {
		e.Header.Set("Content-Type", "application/scim+json")
	}
	if answer != "" {
		e.AnswerHeader.Set("Content-Type", "application/scim+json; charset=utf-8")
	}
	return e
}

func scimListOf(rows string) string {
	return `{"schemas":["urn:ietf:params:scim:api:messages:2.0:ListResponse"],"totalResults":1,"startIndex":1,"itemsPerPage":1,"Resources":[` + rows + `]}`
}

func scimPatchOf(op string) string {
	return `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[` + op + `]}`
}

func TestWhatSCIMHasPasses(t *testing.T) {
	t.Parallel()
	check := SCIM(t, scimBase)
	for _, e := range []sandbox.Exchange{
		scimExchange(t, "GET", "/Users/1", "", 200, scimJane),
		scimExchange(t, "GET", "/Users/1", "", 404, scimRefused),
		scimExchange(t, "GET", `/Users?filter=userName%20eq%20%22a%5C%22b%22`, "", 200, scimListOf(scimJane)),
		scimExchange(t, "GET", `/Users?startIndex=1&count=10`, "", 200, scimListOf(scimJane)),
		scimExchange(t, "GET", `/Groups?filter=id%20eq%20%22g1%22%20and%20members.value%20eq%20%221%22`, "", 200, `{"schemas":["urn:ietf:params:scim:api:messages:2.0:ListResponse"],"totalResults":0}`),
		scimExchange(t, "PATCH", "/Users/1", scimPatchOf(`{"op":"replace","path":"active","value":false}`), 204, ""),
		scimExchange(t, "PATCH", "/Users/1", scimPatchOf(`{"op":"replace","value":{"active":false}}`), 200, scimJane),
		scimExchange(t, "PATCH", "/Users/1", scimPatchOf(`{"op":"remove","path":"roles[type eq \"a\" and value eq \"b\"]"}`), 204, ""),
		scimExchange(t, "PATCH", "/Groups/g1", scimPatchOf(`{"op":"remove","path":"members[value eq \"1\"]"}`), 204, ""),
		scimExchange(t, "DELETE", "/Users/1", "", 204, ""),
	} {
		check(e)
	}
}

func TestWhatSCIMDoesNotHaveFailsTheTest(t *testing.T) {
	t.Parallel()
	with := func(old, replacement string) string { return strings.Replace(scimJane, old, replacement, 1) }
	for name, test := range map[string]struct {
		exchange sandbox.Exchange
		says     string
	}{
		"path":                  {scimExchange(t, "GET", "/People/1", "", 200, scimJane), "no such path"},
		"no id in the path":     {scimExchange(t, "DELETE", "/Users/", "", 204, ""), "no such path"},
		"method":                {scimExchange(t, "POST", "/Users/1", scimJane, 200, scimJane), "no such path and method"},
		"parameter":             {scimExchange(t, "GET", "/Users?page=2", "", 200, scimListOf(scimJane)), "page"},
		"index 0":               {scimExchange(t, "GET", "/Users?startIndex=0", "", 200, scimListOf(scimJane)), "startIndex"},
		"filter":                {scimExchange(t, "GET", "/Users?filter=userName%20is%20%22a%22", "", 200, scimListOf(scimJane)), "can't be read"},
		"unescaped filter":      {scimExchange(t, "GET", `/Users?filter=userName%20eq%20%22a%22b%22`, "", 200, scimListOf(scimJane)), "can't be read"},
		"filter by nothing":     {scimExchange(t, "GET", "/Users?filter=mail%20eq%20%22a%22", "", 200, scimListOf(scimJane)), "no attribute"},
		"remove with a value":   {scimExchange(t, "PATCH", "/Groups/g1", scimPatchOf(`{"op":"remove","path":"members","value":[{"value":"1"}]}`), 204, ""), "with a value"},
		"remove without a path": {scimExchange(t, "PATCH", "/Groups/g1", scimPatchOf(`{"op":"remove"}`), 204, ""), "without a path"},
		"capital operation":     {scimExchange(t, "PATCH", "/Users/1", scimPatchOf(`{"op":"Replace","path":"active","value":false}`), 204, ""), "Replace"},
		"active as a string":    {scimExchange(t, "PATCH", "/Users/1", scimPatchOf(`{"op":"replace","path":"active","value":"False"}`), 204, ""), "no boolean"},
		"read-only":             {scimExchange(t, "PATCH", "/Users/1", scimPatchOf(`{"op":"remove","path":"groups[value eq \"g1\"]"}`), 204, ""), "can't be changed"},
		"path to nothing":       {scimExchange(t, "PATCH", "/Users/1", scimPatchOf(`{"op":"remove","path":"seats"}`), 204, ""), "no attribute"},
		"attribute":             {scimExchange(t, "GET", "/Users/1", "", 200, with(`"active"`, `"enabled"`)), "enabled"},
		"sub-attribute":         {scimExchange(t, "GET", "/Users/1", "", 200, with(`"primary"`, `"main"`)), "main"},
		"type":                  {scimExchange(t, "GET", "/Users/1", "", 200, with(`true`, `"yes"`)), "no boolean"},
		"time":                  {scimExchange(t, "GET", "/Users/1", "", 200, with(`2026-01-01T00:00:00Z`, `yesterday`)), "dateTime"},
		"canonical value":       {scimExchange(t, "GET", "/Users/1", "", 200, with(`"direct"`, `"nested"`)), "nested"},
		"required":              {scimExchange(t, "GET", "/Users/1", "", 200, with(`"userName":"jane",`, ``)), "userName is missing"},
		"no id":                 {scimExchange(t, "GET", "/Users/1", "", 200, with(`"id":"1",`, ``)), "without an id"},
		"other schema":          {scimExchange(t, "GET", "/Groups/1", "", 200, scimJane), "schemas"},
		"not a list":            {scimExchange(t, "GET", "/Users?count=1", "", 200, scimJane), "list"},
		"too many":              {scimExchange(t, "GET", "/Users?count=1", "", 200, scimListOf(scimJane+","+scimJane)), "at most 1"},
		"error with 200":        {scimExchange(t, "GET", "/Users/1", "", 200, scimRefused), "schemas"},
		"status as a number":    {scimExchange(t, "GET", "/Users/1", "", 404, strings.Replace(scimRefused, `"404"`, `404`, 1)), "string"},
		"media type":            {withHeader(scimExchange(t, "PATCH", "/Users/1", scimPatchOf(`{"op":"replace","path":"active","value":false}`), 204, ""), "Content-Type", "application/json"), "Content-Type"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := &recorder{TB: t}
			SCIM(r, scimBase)(test.exchange)
			if said := strings.Join(r.errors, "\n"); !strings.Contains(said, test.says) {
				t.Errorf("the errors do not say %q:\n%s", test.says, said)
			}
		})
	}
}

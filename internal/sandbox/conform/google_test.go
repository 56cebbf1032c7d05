package conform

import (
	"net/http"
	"strings"
	"testing"

	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
)

const (
	googleUser   = `{"kind":"admin#directory#user","id":"1","primaryEmail":"x@acme.example","suspended":false,"name":{"givenName":"X"},"emails":[{"address":"x"}],"creationTime":"2026-03-02T09:00:00.000Z"}`
	googleFailed = `{"error":{"code":404,"message":"Resource Not Found: userKey","errors":[{"domain":"global","reason":"notFound","message":"x"}]}}`
	onJane       = "/admin/directory/v1/users/jane.doe@acme.example"
	onSignJWT    = "/v1/projects/-/serviceAccounts/x@y.iam.gserviceaccount.com:signJwt"
)

func TestWhatGoogleDocumentsPasses(t *testing.T) {
	t.Parallel()
	check := Google(t)
	for _, e := range []sandbox.Exchange{
		exchange(t, "GET", onJane+"?projection=full&alt=json&prettyPrint=false&fields=id", "", 200, googleUser),
		exchange(t, "GET", strings.Replace(onJane, "@", "%40", 1), "", 200, googleUser),
		exchange(t, "GET", onJane, "", 404, googleFailed),
		exchange(t, "GET", "/admin/directory/v1/users?customer=my_customer&maxResults=500", "", 200, `{"kind":"admin#directory#users","users":[`+googleUser+`],"nextPageToken":"x"}`),
		exchange(t, "PUT", onJane, `{"suspended":true,"recoveryEmail":null}`, 200, googleUser),
		exchange(t, "POST", onJane+"/signOut", "", 204, ""),
		exchange(t, "POST", onJane+"/makeAdmin", `{"status":false}`, 204, ""),
		exchange(t, "DELETE", onJane+"/asps/5", "", 204, ""),
		exchange(t, "GET", onJane+"/asps", "", 200, `{"items":[{"codeId":5,"creationTime":"1700000000000","name":"x"}]}`),
		exchange(t, "GET", "/admin/directory/v1/groups?userKey=x&orderBy=email&sortOrder=DESCENDING", "", 200, `{"groups":[{"email":"g","directMembersCount":"3"}]}`),
		exchange(t, "GET", "/admin/directory/v1/customer/my_customer/roleassignments?includeIndirectRoleAssignments=true&userKey=x", "", 200, `{"items":[{"roleId":"5","assigneeType":"group"}]}`),
		exchange(t, "POST", onSignJWT, `{"payload":"{}"}`, 200, `{"keyId":"x","signedJwt":"y"}`),
		exchange(t, "POST", onSignJWT, `{"payload":"{}"}`, 403, `{"error":{"code":403,"message":"x","status":"PERMISSION_DENIED"}}`),
		form(t, "grant_type=urn:ietf:params:oauth:grant-type:jwt-bearer&assertion=x", 200, `{"access_token":"x","token_type":"Bearer","expires_in":3600}`),
		form(t, "grant_type=assertion&assertion_type=y&assertion=x", 400, `{"error":"invalid_grant","error_description":"x"}`),
	} {
		check(e)
	}
}

func form(t *testing.T, body string, status int, answer string) sandbox.Exchange {
	t.Helper()
	return withHeader(exchange(t, "POST", "/token", body, status, answer), "Content-Type", "application/x-www-form-urlencoded")
}

func TestWhatGoogleDoesNotDocumentFailsTheTest(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		exchange sandbox.Exchange
		says     string
	}{
		"path":              {exchange(t, "GET", onJane+"/secrets", "", 200, "{}"), "no such path and method"},
		"method":            {exchange(t, "DELETE", onJane+"/tokens", "", 204, ""), "no such path and method"},
		"path type":         {exchange(t, "DELETE", onJane+"/asps/five", "", 204, ""), "codeId"},
		"path size":         {exchange(t, "DELETE", onJane+"/asps/5000000000", "", 204, ""), "codeId"},
		"query parameter":   {exchange(t, "GET", onJane+"?bogus=1", "", 200, googleUser), "query parameter bogus: there is none"},
		"of another method": {exchange(t, "GET", onJane+"?maxResults=1", "", 200, googleUser), "query parameter maxResults: there is none"},
		"path in the query": {exchange(t, "GET", onJane+"?userKey=x", "", 200, googleUser), "query parameter userKey: there is none"},
		"enum":              {exchange(t, "GET", onJane+"?projection=most", "", 200, googleUser), "projection"},
		"query type":        {exchange(t, "GET", "/admin/directory/v1/users?maxResults=many", "", 200, "{}"), "maxResults"},
		"query boolean":     {exchange(t, "GET", "/admin/directory/v1/customer/c/roleassignments?includeIndirectRoleAssignments=yes", "", 200, "{}"), "boolean"},
		"too small a page":  {exchange(t, "GET", "/admin/directory/v1/users?maxResults=0", "", 200, "{}"), "at least 1"},
		"too large a page":  {exchange(t, "GET", "/admin/directory/v1/users?maxResults=501", "", 200, "{}"), "at most 500"},
		"query twice":       {exchange(t, "GET", "/admin/directory/v1/users?domain=a&domain=b", "", 200, "{}"), "2 times"},
		"request field":     {exchange(t, "PUT", onJane, `{"suspend":true}`, 200, googleUser), "no field suspend"},
		"request type":      {exchange(t, "PUT", onJane, `{"suspended":"true"}`, 200, googleUser), "request.suspended: want boolean"},
		"nested request":    {exchange(t, "PUT", onJane, `{"name":{"nick":"x"}}`, 200, googleUser), "no field nick"},
		"read-only":         {exchange(t, "PUT", onJane, `{"isAdmin":false}`, 200, googleUser), "read-only"},
		"request of none":   {exchange(t, "POST", onJane+"/signOut", "{}", 204, ""), "takes no body"},
		"no request":        {exchange(t, "POST", onJane+"/makeAdmin", "", 204, ""), "has no body"},
		"request as a form": {withHeader(exchange(t, "PUT", onJane, "suspended=true", 200, googleUser), "Content-Type", "application/x-www-form-urlencoded"), "Content-Type"},
		"request not JSON":  {exchange(t, "PUT", onJane, `{"suspended":`, 200, googleUser), "not JSON"},
		"answer field":      {exchange(t, "GET", onJane, "", 200, `{"email":"x"}`), "no field email"},
		"nested answer":     {exchange(t, "GET", onJane, "", 200, `{"name":{"nick":"x"}}`), "no field nick"},
		"field in a row":    {exchange(t, "GET", onJane+"/tokens", "", 200, `{"items":[{"client":"x"}]}`), "no field client"},
		"answer type":       {exchange(t, "GET", onJane+"/asps", "", 200, `{"items":[{"codeId":"5"}]}`), "want integer"},
		"answer fraction":   {exchange(t, "GET", onJane+"/asps", "", 200, `{"items":[{"codeId":5.5}]}`), "want integer"},
		"answer number":     {exchange(t, "GET", onJane+"/asps", "", 200, `{"items":[{"creationTime":"yesterday"}]}`), "int64"},
		"answer enum":       {exchange(t, "GET", "/admin/directory/v1/customer/c/roleassignments/1", "", 200, `{"assigneeType":"USER"}`), "assigneeType"},
		"not a list":        {exchange(t, "GET", onJane+"/tokens", "", 200, `{"items":{}}`), "want array"},
		"not an object":     {exchange(t, "GET", onJane, "", 200, `[]`), "want object"},
		"null":              {exchange(t, "GET", onJane, "", 200, `{"id":null}`), "null"},
		"time":              {exchange(t, "GET", onJane, "", 200, `{"creationTime":"yesterday"}`), "date-time"},
		"status":            {exchange(t, "GET", onJane, "", 202, googleUser), "no such status"},
		"body where none":   {exchange(t, "POST", onJane+"/signOut", "", 200, "{}"), "no body"},
		"status of nothing": {exchange(t, "POST", onJane+"/signOut", "", 202, ""), "no such status"},
		"error field":       {exchange(t, "GET", onJane, "", 404, `{"error":{"code":404,"hint":"x"}}`), "no field hint"},
		"error of another":  {exchange(t, "GET", onJane, "", 403, googleFailed), "error.code is 404"},
		"error in HTML":     {withAnswerHeader(exchange(t, "GET", onJane, "", 404, "<html>"), "text/html"), "not JSON"},
		"answer in HTML":    {withAnswerHeader(exchange(t, "GET", onJane, "", 200, "<html>"), "text/html"), "Content-Type"},
		"project":           {exchange(t, "POST", "/v1/projects/a/b/serviceAccounts/x:signJwt", `{}`, 200, `{}`), "no such path"},
		"mail setting":      {exchange(t, "GET", "/gmail/v1/users/me/settings/delegates", "", 200, `{"delegates":[{"email":"x"}]}`), "no field email"},
		"transfer":          {exchange(t, "POST", "/admin/datatransfer/v1/transfers", `{"oldOwner":"1"}`, 200, `{}`), "no field oldOwner"},
		"transfer as one":   {exchange(t, "POST", "/admin/datatransfer/v1/transfers", `{"applicationDataTransfers":{}}`, 200, `{}`), "want array"},
		"drive query":       {exchange(t, "GET", "/drive/v3/files?query=x", "", 200, `{}`), "query parameter query: there is none"},
		"drive page":        {exchange(t, "GET", "/drive/v3/files?pageSize=1001", "", 200, `{}`), "at most 1000"},
		"calendar rule":     {exchange(t, "GET", "/calendar/v3/calendars/x/acl", "", 200, `{"items":[{"scope":{"kind":"user"}}]}`), "no field kind"},
		"calendar unnamed":  {exchange(t, "POST", "/calendar/v3/calendars/x/transferOwnership?useAdminAccess=true", "", 204, ""), "newDataOwner: it is required"},
		"vault state":       {exchange(t, "GET", "/v1/matters?state=ANY", "", 200, `{}`), "state"},
		"vault corpus":      {exchange(t, "POST", "/v1/matters/x/holds", `{"name":"x","corpus":"PAPER"}`, 200, `{}`), "corpus"},
		"device state":      {exchange(t, "GET", "/v1/devices/-/deviceUsers", "", 200, `{"deviceUsers":[{"managementState":"GONE"}]}`), "managementState"},
		"token field":       {form(t, "grant_type=x&assertion=y&scope=z", 200, `{}`), "scope"},
		"token without":     {form(t, "grant_type=x", 200, `{}`), "assertion: it is required"},
		"token form":        {form(t, "grant_type=x&assertion=%zz", 200, `{}`), "escape"},
		"token answer":      {form(t, "grant_type=x&assertion=y", 200, `{"refresh_token":"x"}`), "refresh_token"},
		"token status":      {form(t, "grant_type=x&assertion=y", 403, `{}`), "no such status"},
		"token in a query":  {exchange(t, "GET", "/token?grant_type=x", "", 200, `{}`), "POST"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := &recorder{TB: t}
			Google(r)(test.exchange)
			if len(r.errors) == 0 {
				t.Fatal("it went unnoticed")
			}
			if said := strings.Join(r.errors, "\n"); !strings.Contains(said, test.says) || !strings.Contains(said, test.exchange.Method+" "+test.exchange.URL.RequestURI()) {
				t.Errorf("the errors do not say %q and which request:\n%s", test.says, said)
			}
		})
	}
}

func withAnswerHeader(e sandbox.Exchange, contentType string) sandbox.Exchange {
	e.AnswerHeader = http.Header{"Content-Type": {contentType}}
	return e
}

func TestWhatIsWrongWithEveryRowOfGooglesIsSaidOnce(t *testing.T) {
	t.Parallel()
	r := &recorder{TB: t}
	Google(r)(exchange(t, "GET", onJane+"/tokens", "", 200, `{"items":[{"x":5},{"x":5},{"x":5}]}`))
	if len(r.errors) != 1 || !strings.Contains(r.errors[0], "items[*]") {
		t.Errorf("got %q", r.errors)
	}
}

func TestAFaultedExchangeWithGoogleIsLetThrough(t *testing.T) {
	t.Parallel()
	e := exchange(t, "GET", "/nowhere", "", 500, "<html>")
	e.Faulted = true
	Google(t)(e)
}

func TestADiscoveryDocumentThatCannotBeHadIsAnError(t *testing.T) {
	t.Parallel()
	if _, err := loadDiscovery("not a module", "x.json"); err == nil {
		t.Error("a module that is not there was found")
	}
	if _, err := loadDiscovery("google.golang.org/api", "nothing.json"); err == nil {
		t.Error("a file that is not there was read")
	}
	for _, data := range []string{"", "{}", "[]"} {
		if err := new(discovery).add([]byte(data)); err == nil {
			t.Errorf("%q was taken for a description", data)
		}
	}
}

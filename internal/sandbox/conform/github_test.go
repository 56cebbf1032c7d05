package conform

import (
	"encoding/json"
	"maps"
	"strings"
	"testing"

	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
)

// githubExchange is exchange, as GitHub's client and GitHub have it.
func githubExchange(t *testing.T, method, target, body string, status int, answer string) sandbox.Exchange {
	t.Helper()
	e := exchange(t, method, target, body, status, answer)
	e.Header.Set("Authorization", "Bearer x")
	e.Header.Set("Accept", "application/vnd.github+json")
	e.Header.Set("X-Github-Api-Version", "2022-11-28")
	e.AnswerHeader.Set("X-Github-Request-Id", "1")
	if answer != "" {
		e.AnswerHeader.Set("Content-Type", "application/json; charset=utf-8")
	}
	return e
}

const (
	githubRefused = `{"message":"Not Found","documentation_url":"https://docs.github.com/rest","status":"404"}`
	githubKey     = `{"id":1,"key":"ssh-ed25519 AAAA","url":"https://api.github.com/repos/acme/web/keys/1","title":"deploy","verified":true,` +
		`"created_at":"2026-01-01T00:00:00Z","read_only":true,"added_by":"jane","last_used":null}`
)

const githubSCIM = `{"schemas":["urn:ietf:params:scim:api:messages:2.0:ListResponse"],"totalResults":1,"startIndex":1,"itemsPerPage":1,"Resources":[` +
	`{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"id":"1","externalId":"1","userName":"jane","displayName":"Jane","active":true,` +
	`"emails":[{"value":"jane@acme.example","type":"work","primary":true}],"meta":{"resourceType":"User"}}]}`

func scimOfGitHub(e sandbox.Exchange) sandbox.Exchange {
	e.AnswerHeader.Set("Content-Type", "application/scim+json")
	return e
}

// githubUser is a user as lists have it.
var githubUser = func() string {
	user := object{"id": 1, "site_admin": false}
	for _, name := range strings.Fields("login node_id avatar_url gravatar_id url html_url followers_url following_url gists_url starred_url " +
		"subscriptions_url organizations_url repos_url events_url received_events_url type") {
		user[name] = "https://api.github.com/" + name
	}
	data, err := json.Marshal(user)
	if err != nil {
		panic(err)
	}
	return string(data)
}()

func TestWhatGitHubDocumentsPasses(t *testing.T) {
	t.Parallel()
	check := GitHub(t)
	for _, e := range []sandbox.Exchange{
		githubExchange(t, "GET", "/orgs/acme/members?role=admin&per_page=100&page=2", "", 200, "["+githubUser+"]"),
		githubExchange(t, "GET", "/orgs/acme/members", "", 403, githubRefused),
		githubExchange(t, "GET", "/user", "", 401, `{"message":"Bad credentials","documentation_url":"https://docs.github.com/rest","status":"401"}`),
		githubExchange(t, "GET", "/repos/acme/web/keys", "", 200, "["+githubKey+"]"),
		githubExchange(t, "DELETE", "/repos/acme/web/keys/1", "", 204, ""),
		githubExchange(t, "DELETE", "/repos/acme/web/keys/1", "", 404, githubRefused),
		githubExchange(t, "PUT", "/orgs/acme/teams/web/memberships/jane", `{"role":"member"}`, 200, `{"url":"https://api.github.com/teams/1/memberships/jane","role":"member","state":"active"}`),
		githubExchange(t, "GET", "/repos/acme/web/environments/a%2Fb/secrets/KEY", "", 200, `{"name":"KEY","created_at":"2026-01-01T00:00:00Z","updated_at":"2026-01-01T00:00:00Z"}`),
		githubExchange(t, "DELETE", "/orgs/acme/copilot/billing/selected_users", `{"selected_usernames":["jane"]}`, 200, `{"seats_cancelled":1}`),
		// Where the document is corrected, or says it in a way of its own.
		githubExchange(t, "GET", "/orgs/acme/personal-access-tokens?owner%5B%5D=jane", "", 200, "[]"),
		githubExchange(t, "GET", "/orgs/acme/copilot/billing/seats", "", 200, `{"total_seats":1,"seats":[{"created_at":"2026-01-01T00:00:00Z","assigning_team":null}]}`),
		githubExchange(t, "POST", "/app/installations/1/access_tokens", "", 201, `{"token":"x","expires_at":"2026-01-01T00:00:00Z","permissions":{"organization_dependabot_secrets":"read"}}`),
		scimOfGitHub(githubExchange(t, "GET", "/scim/v2/enterprises/acme/Users?startIndex=1&count=10", "", 200, githubSCIM)),
		// A fixed path is not the one with a parameter in its place.
		githubExchange(t, "GET", "/orgs/acme/actions/secrets/public-key", "", 200, `{"key_id":"1","key":"x"}`),
	} {
		check(e)
	}
}

func TestWhatGitHubDoesNotDocumentFailsTheTest(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		exchange sandbox.Exchange
		says     string
	}{
		"path":            {githubExchange(t, "GET", "/orgs/acme/people", "", 200, "[]"), "no such path and method"},
		"method":          {githubExchange(t, "PATCH", "/orgs/acme/members", "{}", 200, "{}"), "no such path and method"},
		"query parameter": {githubExchange(t, "GET", "/orgs/acme/members?bogus=1", "", 200, "[]"), "bogus"},
		"query value":     {githubExchange(t, "GET", "/orgs/acme/members?role=boss", "", 200, "[]"), "boss"},
		"path parameter":  {githubExchange(t, "DELETE", "/repos/acme/web/keys/first", "", 204, ""), "first"},
		"request field":   {githubExchange(t, "PUT", "/orgs/acme/teams/web/memberships/jane", `{"rule":"member"}`, 404, githubRefused), "rule"},
		"request value":   {githubExchange(t, "PUT", "/orgs/acme/teams/web/memberships/jane", `{"role":"boss"}`, 404, githubRefused), "role"},
		"no request":      {githubExchange(t, "DELETE", "/orgs/acme/copilot/billing/selected_users", `{}`, 200, `{"seats_cancelled":1}`), "selected_usernames"},
		"answer field":    {githubExchange(t, "GET", "/repos/acme/web/keys", "", 200, "["+strings.Replace(githubKey, `"added_by"`, `"owner"`, 1)+"]"), "owner"},
		"missing field":   {githubExchange(t, "GET", "/repos/acme/web/keys", "", 200, `[`+strings.Replace(githubKey, `"id":1,`, "", 1)+`]`), "id"},
		"answer type":     {githubExchange(t, "GET", "/repos/acme/web/keys", "", 200, "["+strings.Replace(githubKey, `"id":1`, `"id":"1"`, 1)+"]"), "want integer"},
		"null":            {githubExchange(t, "GET", "/orgs/acme/members", "", 200, "["+strings.Replace(githubUser, `"id":1`, `"id":null`, 1)+"]"), "null"},
		"not a list":      {githubExchange(t, "GET", "/orgs/acme/members", "", 200, "{}"), "want array"},
		"status":          {githubExchange(t, "GET", "/orgs/acme/members", "", 409, githubRefused), "409"},
		"error field":     {githubExchange(t, "GET", "/orgs/acme/members", "", 404, `{"error":"x"}`), "error"},
		"permission":      {githubExchange(t, "POST", "/app/installations/1/access_tokens", "", 201, `{"token":"x","expires_at":"2026-01-01T00:00:00Z","permissions":{"members":"some"}}`), "members"},
		"seat":            {githubExchange(t, "GET", "/orgs/acme/copilot/billing/seats", "", 200, `{"total_seats":1,"seats":[{"created_at":"2026-01-01T00:00:00Z","assigning_team":{"id":1}}]}`), "assigning_team"},
		"nothing":         {githubExchange(t, "GET", "/orgs/acme/members", "", 200, ""), "content type"},
		"a body for none": {githubExchange(t, "DELETE", "/repos/acme/web/keys/1", `{"id":1}`, 204, ""), "request: it has a body"},
		"a body of none":  {githubExchange(t, "DELETE", "/repos/acme/web/keys/1", "", 204, "{}"), "answer 204: it has a body"},
		"media type":      {githubExchange(t, "GET", "/scim/v2/enterprises/acme/Users", "", 200, githubSCIM), "content type"},
		"SCIM field":      {scimOfGitHub(githubExchange(t, "GET", "/scim/v2/enterprises/acme/Users", "", 200, strings.Replace(githubSCIM, "userName", "username", 1))), "username"},
		"not JSON":        {githubExchange(t, "GET", "/orgs/acme/members", "", 200, "<html>"), "answer 200"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			found(t, test.exchange, test.says)
		})
	}
}

// found checks that what is wrong with an exchange with GitHub is found, and said.
func found(t *testing.T, e sandbox.Exchange, says string) {
	t.Helper()
	r := &recorder{TB: t}
	GitHub(r)(e)
	if len(r.errors) == 0 {
		t.Fatal("it went unnoticed")
	}
	if said := strings.Join(r.errors, "\n"); !strings.Contains(said, says) || !strings.Contains(said, e.Method+" "+e.URL.RequestURI()) {
		t.Errorf("the errors do not say %q and which request:\n%s", says, said)
	}
}

// asking are the parts of the one query of these tests, its answer too, with some of them replaced.
func asking(t *testing.T, replace ...string) sandbox.Exchange {
	t.Helper()
	swap := strings.NewReplacer(replace...).Replace
	variables := object{"org": "acme"}
	const query = `query($org: String!, $after: String) { organization(login: $org) { samlIdentityProvider { id } membersWithRole(first: 100, after: $after) {
		edges { hasTwoFactorEnabled role node { login databaseId createdAt } } pageInfo { hasNextPage endCursor } } } }`
	const answer = `{"data":{"organization":{"samlIdentityProvider":null,"membersWithRole":{"edges":[{"hasTwoFactorEnabled":null,"role":"ADMIN",` +
		`"node":{"login":"jane","databaseId":1,"createdAt":"2026-01-01T00:00:00Z"}}],"pageInfo":{"hasNextPage":false,"endCursor":"x"}}}}}`
	body, err := json.Marshal(object{"query": swap(query), "variables": maps.Clone(variables)})
	if err != nil {
		t.Fatal(err)
	}
	return githubExchange(t, "POST", "/graphql", swap(string(body)), 200, swap(answer))
}

func TestWhatGitHubsSchemaHasPasses(t *testing.T) {
	t.Parallel()
	check := GitHub(t)
	check(asking(t))
	check(asking(t, `"samlIdentityProvider":null`, `"samlIdentityProvider":{"id":"x"}`, `"node":{"login":"jane","databaseId":1,"createdAt":"2026-01-01T00:00:00Z"}`, `"node":null`))
	for _, e := range []sandbox.Exchange{
		githubExchange(t, "POST", "/graphql", `{"query":"{ viewer { login } }"}`, 401, `{"message":"Bad credentials","documentation_url":"x","status":"401"}`),
		githubExchange(t, "POST", "/graphql", `{"query":"{ organization(login: \"nobody\") { id } }"}`, 200,
			`{"data":{"organization":null},"errors":[{"type":"NOT_FOUND","path":["organization"],"locations":[{"line":1,"column":3}],"message":"Could not resolve"}]}`),
		githubExchange(t, "POST", "/graphql", `{"query":"{ node(id: \"x\") { __typename id ... on User { login } ... on Team { slug } } }"}`, 200,
			`{"data":{"node":{"__typename":"User","id":"x","login":"jane"}}}`),
		githubExchange(t, "POST", "/graphql", `{"query":"{ node(id: \"x\") { id ...person } } fragment person on User { login }"}`, 200,
			`{"data":{"node":{"id":"x","login":"jane"}}}`),
		removing(t, `{"enterpriseId":"x","userId":"y"}`),
	} {
		check(e)
	}
}

func TestWhatGitHubsSchemaDoesNotHaveFailsTheTest(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		exchange sandbox.Exchange
		says     string
	}{
		"field":            {asking(t, "databaseId", "number"), `Cannot query field "number"`},
		"argument":         {asking(t, "login: $org", "name: $org"), `Unknown argument "name"`},
		"no argument":      {asking(t, "(login: $org)", ""), `"login"`},
		"variable":         {asking(t, `{"org"`, `{"organization":"acme","org"`), "$organization"},
		"no variable":      {asking(t, `{"org":"acme"}`, `{}`), "$org is missing"},
		"variable's type":  {asking(t, `{"org":"acme"}`, `{"org":1}`), "$org is 1, which is no String"},
		"variable's field": {removing(t, `{"enterpriseId":"x","user":"y"}`), "$input.user"},
		"no field":         {removing(t, `{"enterpriseId":"x"}`), "$input.userId is missing"},
		"a field's type":   {removing(t, `{"enterpriseId":"x","userId":["y"]}`), "which is no ID"},
		"not an input":     {removing(t, `"x"`), "no RemoveEnterpriseMemberInput"},
		"request field":    {asking(t, `"variables"`, `"values"`), "values"},
		"syntax":           {asking(t, "query(", "query(("), "Expected"},
		"no page size":     {asking(t, "first: 100, ", ""), "neither first nor last"},
		"too large a page": {asking(t, "first: 100", "first: 101"), "not within 1 and 100"},
		"too many nodes": {githubExchange(t, "POST", "/graphql", `{"query":"query($org: String!, $n: Int!) { organization(login: $org) { repositories(first: $n) { nodes { collaborators(first: $n) `+
			`{ nodes { repositories(first: $n) { totalCount } } } } } } }","variables":{"org":"acme","n":100}}`, 200, `{"data":{"organization":null}}`), "500000"},
		"GET":                  {githubExchange(t, "GET", "/graphql", "", 200, `{}`), "POST"},
		"status":               {withStatus(asking(t), 418), "418"},
		"error's field":        {githubExchange(t, "POST", "/graphql", `{"query":"{ viewer { login } }"}`, 401, `{"error":"x"}`), "error"},
		"null":                 {asking(t, `"login":"jane"`, `"login":null`), "data.organization.membersWithRole.edges[*].node.login is null"},
		"missing field":        {asking(t, `"login":"jane",`, ""), "login was asked for and is not there"},
		"answer field":         {asking(t, `"login":"jane"`, `"login":"jane","name":"Jane"`), "name was not asked for"},
		"type":                 {asking(t, `"databaseId":1`, `"databaseId":"1"`), "databaseId is 1, which is no Int"},
		"type of a text":       {asking(t, `"login":"jane"`, `"login":5`), "no String"},
		"type of a Boolean":    {asking(t, `"hasNextPage":false`, `"hasNextPage":"false"`), "no Boolean"},
		"enumeration":          {asking(t, `"ADMIN"`, `"OWNER"`), "OWNER, which is no OrganizationMemberRole"},
		"time":                 {asking(t, "2026-01-01T00:00:00Z", "yesterday"), "no DateTime"},
		"not a list":           {asking(t, `[{`, `{`, `}]`, `}`), "no list"},
		"not an object":        {asking(t, `"samlIdentityProvider":null`, `"samlIdentityProvider":[]`), "no OrganizationIdentityProvider"},
		"nothing":              {asking(t, `{"data"`, `{"date"`), "date"},
		"no data":              {githubExchange(t, "POST", "/graphql", `{"query":"{ viewer { login } }"}`, 200, `{"data":null}`), "neither data nor errors"},
		"what can't be":        {githubExchange(t, "POST", "/graphql", `{"query":"{ node(id: \"x\") { __typename } }"}`, 200, `{"data":{"node":{"__typename":"Person"}}}`), "Person"},
		"field of another":     {githubExchange(t, "POST", "/graphql", `{"query":"{ node(id: \"x\") { __typename ... on User { login } } }"}`, 200, `{"data":{"node":{"__typename":"Team","login":"jane"}}}`), "not asked for"},
		"fragment":             {githubExchange(t, "POST", "/graphql", `{"query":"{ node(id: \"x\") { __typename ... on User { login } } }"}`, 200, `{"data":{"node":{"__typename":"User"}}}`), "login"},
		"an error of no words": {githubExchange(t, "POST", "/graphql", `{"query":"{ viewer { login } }"}`, 200, `{"errors":[{"type":"NOT_FOUND"}]}`), "without a message"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			found(t, test.exchange, test.says)
		})
	}
}

func TestAGitHubThatDoesNotNeedItsCorrectionsAnyMoreSaysSo(t *testing.T) {
	t.Parallel()
	if _, err := newGraph("type Query { one: Int }", correctGraph); err == nil {
		t.Error("a schema without EnterpriseOwnerInfo was corrected")
	}
	if _, err := newGraph("type Query { one: Int } type EnterpriseOwnerInfo { one: Int }", correctGraph); err == nil {
		t.Error("a schema with nothing twice was corrected")
	}
	for _, components := range []string{
		`{}`,
		`{"parameters":{"personal-access-token-owner":{"name":"owner[]"}},"schemas":{"app-permissions":{"properties":{}}}}`,
		`{"parameters":{"personal-access-token-owner":{"name":"owner"}},"schemas":{"app-permissions":{"properties":{"organization_dependabot_secrets":{}}}}}`,
	} {
		var r restAPI
		if err := json.Unmarshal([]byte(`{"components":`+components+`}`), &r); err != nil {
			t.Fatal(err)
		}
		if err := r.prepare(); err == nil {
			t.Errorf("%s was corrected", components)
		}
	}
}

func withStatus(e sandbox.Exchange, status int) sandbox.Exchange {
	e.Status = status
	return e
}

func TestAFaultedExchangeWithGitHubIsLetThrough(t *testing.T) {
	t.Parallel()
	e := githubExchange(t, "GET", "/nowhere", "", 500, "<html>")
	e.Faulted = true
	GitHub(t)(e)
}

// removing is a change with a variable of several fields.
func removing(t *testing.T, input string) sandbox.Exchange {
	t.Helper()
	return githubExchange(t, "POST", "/graphql", `{"query":"mutation($input: RemoveEnterpriseMemberInput!) { removeEnterpriseMember(input: $input) { clientMutationId } }",`+
		`"variables":{"input":`+input+`}}`, 200, `{"data":{"removeEnterpriseMember":{"clientMutationId":null}}}`)
}

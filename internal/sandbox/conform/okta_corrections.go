package conform

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// ignoredHeaders are headers that the documents describe in prose only (rate limits, paging), and those that clients send
// without being asked.
var ignoredHeaders = []string{
	"Link", "X-Rate-Limit-Limit", "X-Rate-Limit-Remaining", "X-Rate-Limit-Reset", "X-Okta-Request-Id",
	"Www-Authenticate", "X-Okta-User-Agent-Extended", "X-Vault-Request", "X-Vault-Token", "X-Vault-Index", "X-Vault-Namespace",
	"X-Github-Request-Id", "X-Github-Api-Version", "X-Oauth-Scopes", "X-Ratelimit-Limit", "X-Ratelimit-Remaining", "X-Ratelimit-Used",
	"X-Ratelimit-Reset", "X-Ratelimit-Resource",
}

// A correction is where Okta's document is wrong or silent, and the service is known to do otherwise. It is of
// an operation, "GET /path", of the schema with a name, or of every operation.
type correction struct {
	operation, schema string
	// statuses are answered with an error besides those the document has.
	statuses []int
	// query are parameters taken besides those the document has.
	query []string
	// edit changes the definition of the operation or schema.
	edit func(def object)
}

// oktaCorrections is all that is known to be wrong. okta.md is internal/system/okta/okta.md.
var oktaCorrections = []correction{
	// Any request can have a bad token; the document leaves 401 out everywhere (okta.md section 1, E0000011).
	{statuses: []int{http.StatusUnauthorized}},

	// The list of error codes has E0000031 for a search that can't be read, and E0000001 for a bad limit.
	{operation: "GET /api/v1/users", statuses: []int{http.StatusBadRequest}},
	{operation: "GET /api/v1/groups", statuses: []int{http.StatusBadRequest}},
	{operation: "GET /api/v1/apps", statuses: []int{http.StatusBadRequest}},
	// E0000268: role assignments are locked; E0000090: it is already assigned (okta.md section 1).
	{operation: "POST /api/v1/users/{userId}/roles", statuses: []int{http.StatusConflict}},
	{operation: "DELETE /api/v1/users/{userId}/roles/{roleAssignmentId}", statuses: []int{http.StatusConflict}},
	// A rule that can exclude nobody more: Okta documents no error for it (okta.md section 6).
	{operation: "DELETE /api/v1/groups/{groupId}/users/{userId}", statuses: []int{http.StatusBadRequest}},
	// Somebody linked to themselves: a precondition that does not hold (okta.md section 1, E0000001).
	{
		operation: "PUT /api/v1/users/{userIdOrLogin}/linkedObjects/{primaryRelationshipName}/{primaryUserId}",
		statuses:  []int{http.StatusBadRequest},
	},
	// 404 for somebody who is not there, and for an org on the Classic engine (okta.md section 11).
	{operation: "GET /api/v1/users/{userId}/devices", statuses: []int{http.StatusNotFound}},

	// Lists that are paged although the document has no parameters for it (okta.md sections 5, 6 and 10).
	{operation: "GET /api/v1/users/{id}/groups", query: []string{"after", "limit"}},
	{operation: "GET /api/v1/users/{userId}/clients", query: []string{"after", "limit"}},
	{operation: "GET /api/v1/api-tokens", query: []string{"after", "limit", "q"}},

	// "Lists all authenticator enrollments", and then describes one.
	{
		operation: "GET /api/v1/users/{userId}/authenticator-enrollments",
		edit: func(def object) {
			media := answer(def, http.StatusOK)
			media["schema"] = object{"type": "array", "items": media["schema"]}
		},
	},

	// What expand embeds is described as a map of objects. It is the assignment, the person or the group (okta.md
	// section 7, and the prose of each expand).
	{schema: "Application__embedded", edit: property("user", "AppUser")},
	{schema: "AppUser", edit: embeds("user", "User")},
	{schema: "ApplicationGroupAssignment", edit: embeds("group", "Group")},
	// Removing a signed_nonce factor is described, and the factor is not: it is Okta Verify's, as push is.
	{schema: "listFactors_200_response_inner", edit: func(def object) {
		child(def, "discriminator", "mapping")["signed_nonce"] = "#/components/schemas/UserFactorPush"
	}},
	// Credentials or a profile, neither of them required: whatever is one is the other, too.
	{schema: "AppUserUpdateRequest", edit: func(def object) {
		def["allOf"] = def["oneOf"]
		delete(def, "oneOf")
	}},
	// A duration, whose pattern has lost the ! of a look-ahead: it matches nothing but "P".
	{schema: "ApiToken", edit: func(def object) {
		delete(child(def, "properties", "tokenWindow"), "pattern")
	}},
	// One of two profiles, of which the group's objectClass says which: out of sight of the profile itself. That of
	// imported groups has every property of the other.
	{schema: "GroupProfile", edit: func(def object) {
		delete(def, "anyOf")
		def["$ref"] = "#/components/schemas/OktaActiveDirectoryGroupProfile"
	}},
}

// property makes a property of a schema be of another schema.
func property(name, schema string) func(object) {
	return func(def object) {
		properties, _ := def["properties"].(object)
		if properties == nil {
			properties = object{}
			def["properties"] = properties
		}
		properties[name] = object{"$ref": "#/components/schemas/" + schema}
	}
}

// embeds is property, inside of _embedded.
func embeds(name, schema string) func(object) {
	return func(def object) {
		embedded := object{"type": "object"}
		property(name, schema)(embedded)
		child(def, "properties")["_embedded"] = embedded
	}
}

// correct applies the table.
func (d *document) correct(table []correction) error {
	schemas := child(d.root, "components", "schemas")
	for _, c := range table {
		if c.schema != "" {
			def, ok := schemas[c.schema].(object)
			if !ok {
				return fmt.Errorf("there is no schema %s to correct", c.schema)
			}
			c.edit(def)
			continue
		}
		applied := false
		for _, op := range d.operations {
			if c.operation == "" || c.operation == op.method+" "+op.template {
				c.correct(op.def)
				applied = true
			}
		}
		if !applied {
			return fmt.Errorf("there is no %s to correct", c.operation)
		}
	}
	// Not in this document, but in the one of Okta's authorization servers: the OAuth token endpoint.
	d.add("post", "/oauth2/v1/token", tokenEndpoint())
	return nil
}

// correct changes the definition of an operation.
func (c correction) correct(def object) {
	for _, status := range c.statuses {
		child(def, "responses")[strconv.Itoa(status)] = object{"description": "", "content": object{
			"application/json": object{"schema": object{"$ref": "#/components/schemas/Error"}},
		}}
	}
	for _, name := range c.query {
		parameters, _ := def["parameters"].([]any)
		def["parameters"] = append(slices.Clone(parameters), object{
			"name": name, "in": "query", "schema": object{"type": "string"},
		})
	}
	if c.edit != nil {
		c.edit(def)
	}
}

// answer is what an operation answers with a status.
func answer(def object, status int) object {
	return child(def, "responses", strconv.Itoa(status), "content", "application/json")
}

// tokenEndpoint describes client credentials with a signed assertion, in the query as the SDK has it or in a
// form.
func tokenEndpoint() object {
	parameters := []any{}
	for _, name := range []string{"grant_type", "scope", "client_assertion_type", "client_assertion"} {
		parameters = append(parameters, object{"name": name, "in": "query", "schema": object{"type": "string"}})
	}
	text := object{"type": "string"}
	responses := object{}
	for status, fields := range map[int]string{
		http.StatusOK:           "token_type access_token scope",
		http.StatusBadRequest:   "error error_description",
		http.StatusUnauthorized: "error error_description",
	} {
		properties := object{}
		for _, name := range strings.Fields(fields) {
			properties[name] = maps.Clone(text)
		}
		if status == http.StatusOK {
			properties["expires_in"] = object{"type": "integer"}
		}
		responses[strconv.Itoa(status)] = object{"description": "", "content": object{
			"application/json": object{"schema": object{"type": "object", "properties": properties}},
		}}
	}
	responses["429"] = object{"description": ""}
	return object{"parameters": parameters, "responses": responses}
}

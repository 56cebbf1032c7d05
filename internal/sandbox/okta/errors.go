package okta

import "net/http"

// A failure is an answer that is an error, as Okta words it. The codes and summaries are those of its list of
// error codes (okta.md section 1, [ERR]).
type failure struct {
	status        int
	code, summary string
	causes        []string
}

func fail(status int, code, summary string, causes ...string) *failure {
	return &failure{status, code, summary, causes}
}

// invalid: a precondition of the operation does not hold. what names it: the operation, or an attribute.
func invalid(what string, causes ...string) *failure {
	return fail(http.StatusBadRequest, "E0000001", "Api validation failed: "+what, causes...)
}

// notFound names the thing that isn't there and its kind, in Okta's words: "(User)", "(UserGroup)".
func notFound(id, kind string) *failure {
	return fail(http.StatusNotFound, "E0000007", "Not found: Resource not found: "+id+" ("+kind+")")
}

func malformedBody() *failure {
	return fail(http.StatusBadRequest, "E0000003", "The request body was not well-formed.")
}

func forbidden() *failure {
	return fail(http.StatusForbidden, "E0000006", "You do not have permission to perform the requested action")
}

func noSuchPath() *failure {
	return fail(http.StatusNotFound, "E0000008", "The requested path was not found")
}

func invalidToken() *failure {
	return fail(http.StatusUnauthorized, "E0000011", "Invalid token provided")
}

func featureMissing() *failure {
	return fail(http.StatusUnauthorized, "E0000015", "You do not have permission to access the feature you are requesting")
}

func alreadyActive() *failure {
	return fail(http.StatusForbidden, "E0000016", "Activation failed because the user is already active")
}

func wrongMethod() *failure {
	return fail(http.StatusMethodNotAllowed, "E0000022", "The endpoint does not support the provided HTTP method")
}

func sourcedElsewhere() *failure {
	return fail(http.StatusForbidden, "E0000023", "Operation failed because user profile is mastered under another system")
}

func invalidSearch(cause string) *failure {
	return fail(http.StatusBadRequest, "E0000031", "Invalid search criteria.", cause)
}

func unlockForbidden() *failure {
	return fail(http.StatusForbidden, "E0000032", "Unlock is not allowed for this user.")
}

func wrongStatus() *failure {
	return fail(http.StatusForbidden, "E0000038", "This operation is not allowed in the user's current status.")
}

// wrongScheme is quoted from the example of Okta's old page on apps.
func wrongScheme() *failure {
	return fail(http.StatusBadRequest, "E0000041", "Credentials should not be set on this resource based on the scheme.",
		"User level credentials should not be provided for this scheme.")
}

// grantedByGroups is quoted in okta.md section 1 from articulate/terraform-provider-okta#120.
func grantedByGroups() *failure {
	return fail(http.StatusForbidden, "E0000046", "Deactivate application for user forbidden.",
		"The application cannot be unassigned from the user while their group memberships grant them access")
}

func tooManyRequests() *failure {
	return fail(http.StatusTooManyRequests, "E0000047", "API call exceeded rate limit due to too many requests.")
}

// unsupported is for what Okta documents and this sandbox does not do. A client that relies on it has to find
// out here.
func unsupported(cause string) *failure {
	return fail(http.StatusNotImplemented, "E0000060", "Unsupported operation.", "the sandbox does not implement "+cause)
}

func alreadyAssigned() *failure {
	return fail(http.StatusConflict, "E0000090", "The role specified is already assigned to the user.")
}

func wrongDeviceStatus() *failure {
	return fail(http.StatusForbidden, "E0000152", "Illegal device status, cannot perform action.")
}

func rolesLocked() *failure {
	return fail(http.StatusConflict, "E0000268",
		"Another request is making changes to the role assignments. Please try again.")
}

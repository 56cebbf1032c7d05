package google

import "net/http"

// A failure is an answer that is an error, as the Directory API words it. The reasons and messages are those
// that GAM tells apart (google.md section 1).
type failure struct {
	status          int
	reason, message string
	// domain is global, but for the limits.
	domain string
	// more are further fields of the error, as newer parts of Google's have them.
	more   object
	header http.Header
}

func fail(status int, reason, message string) *failure {
	return &failure{status: status, reason: reason, message: message, domain: "global"}
}

func (f *failure) reply() reply {
	e := object{"code": f.status, "message": f.message}
	if f.reason != "" {
		e["errors"] = []object{{"message": f.message, "domain": f.domain, "reason": f.reason}}
	}
	for name, value := range f.more {
		e[name] = value
	}
	return reply{status: f.status, header: f.header, body: object{"error": e}}
}

// notFound names the parameter that leads nowhere, and not what it says.
func notFound(parameter string) *failure {
	return fail(http.StatusNotFound, "notFound", "Resource Not Found: "+parameter)
}

// forbidden is all that Google says to those who lack a privilege.
func forbidden() *failure {
	return fail(http.StatusForbidden, "forbidden", "Not Authorized to access this resource/api")
}

func badRequest(message string) *failure {
	return fail(http.StatusBadRequest, "badRequest", message)
}

// invalid is an operation that makes no sense, or not in this state.
func invalid(message string) *failure {
	return fail(http.StatusBadRequest, "invalid", message)
}

func invalidValue(value, parameter string) *failure {
	return fail(http.StatusBadRequest, "invalidParameter", "Invalid value '"+value+"' for the parameter "+parameter)
}

func duplicate(message string) *failure {
	return fail(http.StatusConflict, "duplicate", message)
}

func conditionNotMet(message string) *failure {
	return fail(http.StatusPreconditionFailed, "conditionNotMet", message)
}

func unauthenticated() *failure {
	f := fail(http.StatusUnauthorized, "authError", "Invalid Credentials")
	f.more = object{"status": "UNAUTHENTICATED"}
	f.header = http.Header{"Www-Authenticate": {`Bearer realm="https://accounts.google.com/", error="invalid_token"`}}
	return f
}

// scopeMissing tells a token that lacks a scope from a person who lacks a privilege, both of which are 403.
func scopeMissing(scopes string) *failure {
	f := fail(http.StatusForbidden, "insufficientPermissions", "Request had insufficient authentication scopes.")
	f.more = object{"status": "PERMISSION_DENIED", "details": []object{{
		"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "ACCESS_TOKEN_SCOPE_INSUFFICIENT",
		"domain": "googleapis.com", "metadata": object{"service": "admin.googleapis.com"},
	}}}
	f.header = http.Header{"Www-Authenticate": {
		`Bearer realm="https://accounts.google.com/", error="insufficient_scope", scope="` + scopes + `"`,
	}}
	return f
}

// tooMany is the limit of one caller, and looks like a lack of rights but for its reason.
func tooMany() *failure {
	f := fail(http.StatusForbidden, "userRateLimitExceeded", "User Rate Limit Exceeded")
	f.domain = "usageLimits"
	return f
}

// tooManyAtOnce is the limit of one customer.
func tooManyAtOnce() *failure {
	f := fail(http.StatusTooManyRequests, "rateLimitExceeded", "Rate Limit Exceeded")
	f.domain = "usageLimits"
	return f
}

// unsupported is for what Google documents and this sandbox does not do. A client that relies on it has to find
// out here.
func unsupported(what string) *failure {
	return fail(http.StatusNotImplemented, "notImplemented", "the sandbox does not implement "+what)
}

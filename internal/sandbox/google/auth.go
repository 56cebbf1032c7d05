package google

import (
	"net/http"
	"slices"
	"strings"
)

// authenticate finds out whom the token speaks for. Tokens of people who are suspended or gone are worth
// nothing (a guess for the former: google.md section 3 has no word of Google's on it).
func (c *call) authenticate() *failure {
	scheme, secret, _ := strings.Cut(c.r.Header.Get("Authorization"), " ")
	if scheme != "Bearer" {
		return unauthenticated()
	}
	if c.op.caller {
		return c.authenticateCaller(secret)
	}
	token := c.state.AccessTokens[digest(secret)]
	if token == nil || c.now.After(token.Expires) {
		return unauthenticated()
	}
	c.scopes = token.Scopes
	if token.Subject == "" {
		return nil // the service account itself, who is nobody in the directory
	}
	u := c.state.Users[token.Subject]
	if u == nil || (u.Suspended || u.Archived) && !c.op.mailbox {
		return unauthenticated()
	}
	c.by = u
	return nil
}

// checkScope: any one of the operation's scopes will do.
func (c *call) checkScope() *failure {
	if c.op.caller {
		return nil
	}
	for _, scope := range strings.Fields(c.op.scopes) {
		if slices.Contains(c.scopes, fullScope(scope)) {
			return nil
		}
	}
	return scopeMissing(strings.Join(fullScopes(c.op.scopes), " "))
}

// fullScope is a scope with what nearly all of Google's begin with.
func fullScope(scope string) string {
	if strings.Contains(scope, "://") {
		return scope
	}
	return scopePrefix + scope
}

func fullScopes(scopes string) []string {
	var full []string
	for _, scope := range strings.Fields(scopes) {
		full = append(full, fullScope(scope))
	}
	return full
}

const scopePrefix = "https://www.googleapis.com/auth/"

// checkLimit counts the call against the caller's minute.
func (c *call) checkLimit() *failure {
	caller := c.r.Header.Get("Authorization")
	if c.by != nil {
		caller = c.by.ID
	}
	if c.api.limits.take(caller, c.now) {
		return tooMany()
	}
	return nil
}

// authenticateCaller is for iamcredentials, whose callers are no users of the tenant.
func (c *call) authenticateCaller(secret string) *failure {
	if secret != CallerToken && secret != StrangerToken {
		f := unauthenticated()
		f.modern("UNAUTHENTICATED", "Request had invalid authentication credentials.")
		return f
	}
	if c.r.PathValue("account") != ServiceAccount+":signJwt" || secret == StrangerToken {
		f := fail(http.StatusForbidden, "", "")
		f.modern("PERMISSION_DENIED", "Permission 'iam.serviceAccounts.signJwt' denied on resource (or it may not exist).")
		return f
	}
	return nil
}

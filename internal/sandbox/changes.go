package sandbox

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// asking are how the paths of requests end that ask for something with another method than GET: access tokens, having one's
// own words signed, and what Vault looks up without having it in a path.
var asking = []string{"/token", ":signJwt", "/access_tokens", "/lookup-accessor", "/capabilities-self", "/secret-id-accessor/lookup"}

// Changes says that a request could change something. In AWS every request is a POST, and its name says it; in GraphQL its
// first word does.
func (r Request) Changes() bool {
	path, _, _ := strings.Cut(r.Path, "?")
	switch {
	case r.Method == http.MethodGet, r.Method == http.MethodHead, r.Method == "LIST":
		return false
	case strings.HasSuffix(path, "/graphql"):
		return strings.Contains(r.Body, `"mutation`)
	}
	if action := r.action(); action != "" {
		return !slices.ContainsFunc([]string{"Get", "List", "Describe", "Simulate", "Assume"}, func(verb string) bool { return strings.HasPrefix(action, verb) })
	}
	return !slices.ContainsFunc(asking, func(end string) bool { return strings.HasSuffix(path, end) })
}

// action is what a request asks of AWS, and empty if it asks it of somebody else.
func (r Request) action() string {
	if _, action, ok := strings.Cut(r.Header.Get("X-Amz-Target"), "."); ok {
		return action
	}
	form, err := url.ParseQuery(r.Body)
	if err != nil || r.Path != "/" {
		return ""
	}
	return form.Get("Action")
}

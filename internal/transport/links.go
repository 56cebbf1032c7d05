package transport

import (
	"errors"
	"net/url"
	"strings"
)

// A pageLink is one link of a Link header (RFC 8288): where it leads, and its relation, such as next.
type pageLink struct{ target, rel string }

var errLink = errors.New("not a list of links")

// parseLinks reads a Link header line. The two Go packages for this lose commas inside a URL, which Okta's
// cursors may contain.
func parseLinks(line string) ([]pageLink, error) {
	var links []pageLink
	for rest := strings.TrimSpace(line); rest != ""; {
		target, after, closed := strings.Cut(rest, ">")
		if !closed || !strings.HasPrefix(target, "<") {
			return nil, errLink
		}
		parameters, more := cutUnquoted(after, ',')
		link := pageLink{target: target[1:]}
		for parameters = strings.TrimSpace(parameters); parameters != ""; {
			var parameter string
			parameter, parameters = cutUnquoted(parameters, ';')
			name, value, _ := strings.Cut(parameter, "=")
			if strings.EqualFold(strings.TrimSpace(name), "rel") {
				link.rel = strings.ToLower(strings.Trim(strings.TrimSpace(value), `"`))
			}
		}
		links = append(links, link)
		rest = strings.TrimSpace(more)
	}
	return links, nil
}

// cutUnquoted is strings.Cut at the first separator that stands outside double quotes.
func cutUnquoted(s string, separator byte) (before, after string) {
	quoted := false
	for i := range len(s) {
		switch {
		case s[i] == '"':
			quoted = !quoted
		case s[i] == separator && !quoted:
			return s[:i], s[i+1:]
		}
	}
	return s, ""
}

// usable says that the relation is a plain word: every one that leads to another page is.
func (l pageLink) usable() bool {
	return l.rel != "" && strings.Trim(l.rel, "abcdefghijklmnopqrstuvwxyz-") == ""
}

// header is the link as a header line of its own. A semicolon in the target is escaped: some clients end
// the target there.
func (l pageLink) header() string {
	return "<" + strings.ReplaceAll(l.target, ";", "%3B") + `>; rel="` + l.rel + `"`
}

// leadsTo parses the target and says whether it stays on the host that gave the link.
func (l pageLink) leadsTo(from *url.URL) (*url.URL, bool) {
	target, err := url.Parse(l.target)
	if err != nil {
		return nil, false
	}
	target = from.ResolveReference(target)
	return target, target.Host == from.Host && target.Scheme == from.Scheme && target.User == nil
}

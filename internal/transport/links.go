package transport

import (
	"errors"
	"net/url"
	"strings"
)

// A pageLink is one link of a Link header (RFC 8288): where it leads, and its relations, such as next.
type pageLink struct {
	target string
	rels   []string
}

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
				link.rels = strings.Fields(strings.ToLower(strings.Trim(strings.TrimSpace(value), `"`)))
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

// headers are the link as a header line of its own for each relation that is a plain word, as every one is that
// leads to another page. A semicolon in the target is escaped: some clients end the target there.
func (l pageLink) headers() []string {
	var lines []string
	for _, rel := range l.rels {
		if strings.Trim(rel, "abcdefghijklmnopqrstuvwxyz-") == "" {
			lines = append(lines, "<"+strings.ReplaceAll(l.target, ";", "%3B")+`>; rel="`+rel+`"`)
		}
	}
	return lines
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

// Package system is what the connections to the systems have in common, each of which is a package below this one:
// how a configuration is wrong, how pages are followed, and what "not found" may be taken for.
package system

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/clock"
)

// A Run is what the configuration of every system has of the run it is for.
type Run struct {
	// ReadOnly refuses every request that could change something.
	ReadOnly  bool
	UserAgent string
	Clock     clock.Clock
	// Log, if set, is told of each request.
	Log func(ctx context.Context, message string, fields map[string]any)
}

// A ConfigError says which argument of a system's block is wrong, and what about it.
type ConfigError struct{ Argument, Reason string }

func (e *ConfigError) Error() string { return e.Argument + ": " + e.Reason }

// Wrong is a ConfigError.
func Wrong(argument, reason string) error { return &ConfigError{Argument: argument, Reason: reason} }

// BaseURL is the value of an argument that says where a system is, as scheme and host in lower case. Plain http is accepted
// for loopback only. example is one that would do.
func BaseURL(argument, value, example string) (string, error) {
	u, err := parseURL(argument, value, example)
	switch {
	case err != nil:
		return "", err
	case strings.Trim(u.Path, "/") != "":
		return "", Wrong(argument, fmt.Sprintf("%q: it ends after the host, as in %s", value, example))
	}
	return strings.ToLower(u.Scheme + "://" + u.Host), nil
}

// URLWithPath is BaseURL where the path says where the system is as well. It ends without a slash.
func URLWithPath(argument, value, example string) (string, error) {
	u, err := parseURL(argument, value, example)
	if err != nil {
		return "", err
	}
	return strings.ToLower(u.Scheme+"://"+u.Host) + strings.TrimRight(u.EscapedPath(), "/"), nil
}

func parseURL(argument, value, example string) (*url.URL, error) {
	u, err := url.Parse(value)
	switch {
	case err != nil || u.Host == "" || u.Opaque != "":
		return nil, Wrong(argument, fmt.Sprintf("%q is not a URL such as %s", value, example))
	case u.User != nil:
		// The login is not repeated.
		return nil, Wrong(argument, "a URL with a login in it: credentials have arguments of their own")
	case u.Scheme != "https" && (u.Scheme != "http" || !Loopback(u.Hostname())):
		return nil, Wrong(argument, fmt.Sprintf("%q: only https is accepted (and http on loopback, for the sandbox): the credential would travel in the open", value))
	case u.RawQuery != "" || u.Fragment != "":
		return nil, Wrong(argument, fmt.Sprintf("%q: there is more to it than a place, such as %s", value, example))
	}
	return u, nil
}

// Loopback says that a host is this machine.
func Loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// KeyLines is a private key in PEM line by line, which is how it would turn up in a log.
func KeyLines(key string) (lines []string) {
	for _, line := range strings.FieldsFunc(strings.ReplaceAll(key, `\n`, "\n"), func(r rune) bool { return r == '\n' || r == '\r' }) {
		if !strings.HasPrefix(line, "-----") {
			lines = append(lines, line)
		}
	}
	return lines
}

// OneLine is a name that somebody gave, on one line.
func OneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// maxPages bounds how many pages are followed. At any vendor's page sizes it is beyond any organisation.
const maxPages = 10_000

// ErrCircle is what Pages ends with where the pages do not.
var ErrCircle = errors.New("pages that lead in a circle")

// Pages follows the pages of a list. read gets the mark of a page, which is empty for the first one, and returns that of
// the next, which is empty after the last. An error of read ends it and is returned as it is; marks that lead in a circle
// end it with ErrCircle, which a caller returns as Malformed.
func Pages(read func(mark string) (next string, err error)) error {
	seen := map[string]bool{}
	for mark := ""; ; {
		if seen[mark] || len(seen) >= maxPages {
			return ErrCircle
		}
		seen[mark] = true
		next, err := read(mark)
		if err != nil || next == "" {
			return err
		}
		mark = next
	}
}

// Doing puts what was being done into an error that says what to do already, as the transport's do. Any other stays as it is.
func Doing(what string, err error) error {
	if e, ok := errors.AsType[*access.Error](err); ok {
		explained := *e
		explained.Op = what
		return &explained
	}
	return err
}

// Explained says whether an error of a vendor's client needs no more explaining, and what it is then: none, the context's own,
// which stays as it is, or one that says what to do already, as one of doing what.
func Explained(ctx context.Context, what string, err error) (done bool, explained error) {
	if err != nil && ctx.Err() != nil {
		return true, ctx.Err()
	}
	_, says := errors.AsType[*access.Error](err)
	return err == nil || says, Doing(what, err)
}

// IgnoreNotFound is for removals: what is gone already needs no removing.
func IgnoreNotFound(err error) error {
	if access.KindOf(err) == access.NotFound {
		return nil
	}
	return err
}

// OnlyIfGone keeps a NotFound that is about something else from passing for the person's absence, which would make a list
// empty: a group, an application or a rule may go while a list is being put together. Only the system's word on the account
// itself counts. look asks for the account, and err is what is to be returned.
func OnlyIfGone(err *error, look func() error) {
	if access.KindOf(*err) != access.NotFound {
		return
	}
	if about := look(); about != nil {
		*err = about
		return
	}
	if e, ok := errors.AsType[*access.Error](*err); ok {
		changed := *e
		changed.Kind = access.Unavailable
		changed.Reason = "something went while it was being listed: " + e.Reason
		changed.Fix = "Try again."
		*err = &changed
	}
}

package github

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	sdk "github.com/google/go-github/v92/github"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/system"
)

// An op is a call to GitHub as people name it, and what it needs of a credential.
type op struct {
	what string
	need need
}

func (n need) to(format string, args ...any) op { return op{fmt.Sprintf(format, args...), n} }

// path puts names into a path, escaped: the client puts there what it is given.
func path(format string, names ...any) string {
	escaped := make([]any, len(names))
	for i, name := range names {
		escaped[i] = url.PathEscape(fmt.Sprint(name))
	}
	return fmt.Sprintf(format, escaped...)
}

// org is a path below the organisation.
func (g *GitHub) org(format string, names ...any) string {
	return path("orgs/%s", g.config.Organization) + path(format, names...)
}

// repo is a path below a repository of the organisation.
func (g *GitHub) repo(name, format string, names ...any) string {
	return path("repos/%s/%s", g.config.Organization, name) + path(format, names...)
}

// perPage is as many rows as GitHub gives at once.
const perPage = "per_page=100"

// list reads all pages of a list, with a credential that is shown every row (see sight.go).
func list[T any](ctx context.Context, g *GitHub, call op, path string) ([]*T, error) {
	return pages(ctx, g, call, path, func(data json.RawMessage) (page []*T, err error) {
		return page, json.Unmarshal(data, &page)
	})
}

// listIn is list, where the rows are a field of an object that also says how many there are.
func listIn[T any](ctx context.Context, g *GitHub, call op, path, field, count string) ([]*T, error) {
	total := -1
	rows, err := pages(ctx, g, call, path, func(data json.RawMessage) (page []*T, err error) {
		var object map[string]json.RawMessage
		if err := json.Unmarshal(data, &object); err != nil {
			return nil, err
		}
		if err := json.Unmarshal(object[count], &total); err != nil {
			return nil, fmt.Errorf("%s: %w", count, err)
		}
		if page = []*T(nil); len(object[field]) == 0 || json.Unmarshal(object[field], &page) != nil || page == nil {
			return nil, errors.New("no " + field)
		}
		return page, nil
	})
	if err == nil && total != len(rows) {
		return nil, &access.Error{
			Kind: access.Malformed, Op: call.what, Reason: fmt.Sprintf("GitHub says that there are %d and shows %d", total, len(rows)), Fix: "Try again.",
		}
	}
	return rows, err
}

// pages follows the links to the next page: by number, or in the audit log by a mark.
func pages[T any](ctx context.Context, g *GitHub, call op, path string, read func(json.RawMessage) ([]*T, error)) ([]*T, error) {
	var all []*T
	join := "?"
	if strings.Contains(path, "?") {
		join = "&"
	}
	err := system.Pages(func(mark string) (string, error) {
		at := path + join + perPage
		if mark != "" {
			at += "&" + mark
		}
		var data json.RawMessage
		resp, err := g.do(ctx, call, http.MethodGet, at, nil, &data)
		if err != nil {
			return "", err
		}
		page, err := read(data)
		if err != nil {
			return "", malformed(call, "something other than a list: "+err.Error())
		}
		for _, item := range page {
			if item == nil {
				return "", malformed(call, "a list with an empty entry")
			}
		}
		all = append(all, page...)
		switch {
		case resp.After != "":
			return "after=" + url.QueryEscape(resp.After), nil
		case resp.NextPage != 0:
			return "page=" + strconv.Itoa(resp.NextPage), nil
		}
		return "", nil
	})
	if errors.Is(err, system.ErrCircle) {
		return nil, malformed(call, "page links that lead in a circle")
	}
	return all, err
}

// get reads one object.
func get[T any](ctx context.Context, g *GitHub, call op, path string) (*T, error) {
	var object *T
	if _, err := g.do(ctx, call, http.MethodGet, path, nil, &object); err != nil {
		return nil, err
	}
	if object == nil {
		return nil, malformed(call, "nothing")
	}
	return object, nil
}

// write makes a call that changes something. A thing that is gone needs no changing.
func (g *GitHub) write(ctx context.Context, call op, method, path string, body any) error {
	_, err := g.do(ctx, call, method, path, body, nil)
	return system.IgnoreNotFound(err)
}

// do makes a call with the credential that may.
func (g *GitHub) do(ctx context.Context, call op, method, path string, body, into any) (*sdk.Response, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	d, err := g.through(ctx, call)
	if err != nil {
		return nil, err
	}
	return d.do(ctx, call, method, path, body, into)
}

func (d *door) do(ctx context.Context, call op, method, path string, body, into any) (*sdk.Response, error) {
	req, err := d.client.NewRequest(ctx, method, path, body)
	if err != nil {
		return nil, &access.Error{Kind: access.Other, Op: call.what, Reason: d.transport.Redact(err.Error())}
	}
	resp, err := d.client.Do(req, into)
	return resp, d.explain(ctx, call, resp, err)
}

func malformed(call op, what string) *access.Error {
	return &access.Error{Kind: access.Malformed, Op: call.what, Reason: "GitHub answered with " + what, Fix: vendor.Hint}
}

// explain turns an error of the client into one that says what to do, and nil into nil. Only the context's own error stays
// as it is.
func (d *door) explain(ctx context.Context, call op, resp *sdk.Response, err error) error {
	if done, explained := system.Explained(ctx, call.what, err); done {
		return explained
	}
	if resp == nil || resp.Response == nil || resp.StatusCode < 300 {
		return malformed(call, "what can't be read: "+d.transport.Redact(err.Error()))
	}
	kind, fix := classify(resp.StatusCode, call, d)
	return &access.Error{Kind: kind, Op: call.what, Reason: d.reason(resp, err), Fix: fix, Err: &refusal{resp.StatusCode}}
}

// A refusal is an error answer of GitHub's, by its status: it has no codes.
type refusal struct{ status int }

func (r *refusal) Error() string { return http.StatusText(r.status) }

// status is that of GitHub's own error answer, and 0 where something else went wrong.
func status(err error) int {
	if r, ok := errors.AsType[*refusal](err); ok {
		return r.status
	}
	return 0
}

// classify says what an error answer means (github.md section 2).
func classify(status int, call op, d *door) (access.ErrorKind, string) {
	switch {
	case status == http.StatusUnauthorized:
		return access.Denied, "GitHub does not accept " + d.name + ". A token dies when it expires or is revoked, and with the account of its owner."
	case status == http.StatusForbidden:
		return access.Denied, call.need.wanted() + " A token has to be authorized for the organization's single sign-on as well."
	case status == http.StatusNotFound:
		return access.NotFound, ""
	case status == http.StatusMethodNotAllowed, status == http.StatusGone:
		return access.Malformed, vendor.Hint
	case status >= 500, status == http.StatusConflict:
		return access.Unavailable, ""
	}
	return access.Blocked, ""
}

// reason is GitHub's own account of the error.
func (d *door) reason(resp *sdk.Response, err error) string {
	text := ""
	if refused, ok := errors.AsType[*sdk.ErrorResponse](err); ok {
		parts := []string{refused.Message}
		for _, e := range refused.Errors {
			if e.Message != "" {
				parts = append(parts, e.Message)
			}
		}
		text = strings.Trim(strings.Join(parts, "; "), "; ")
	}
	return d.transport.Redact(strings.TrimSpace(text + " (" + resp.Status + ")"))
}

// there is for what an organisation always has, such as a list of its members: that it is not found says nothing of what
// is in it. GitHub says so of what it hides.
func there(call op, err error) error {
	if access.KindOf(err) != access.NotFound {
		return err
	}
	return &access.Error{
		Kind: access.Denied, Op: call.what, Err: err,
		Reason: `GitHub answers "not found" in place of a list, which is how it hides what a credential may not see`,
		Fix:    call.need.wanted(),
	}
}

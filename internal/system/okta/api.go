package okta

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	sdk "github.com/okta/okta-sdk-golang/v2/okta"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/system"
)

// An op is a call to Okta as people name it, and the OAuth scope that it needs by Okta's own document.
type op struct{ what, thing, right string }

func reading(thing, format string, args ...any) op {
	return op{fmt.Sprintf(format, args...), thing, "read"}
}

func managing(thing, format string, args ...any) op {
	return op{fmt.Sprintf(format, args...), thing, "manage"}
}

func (o op) scope() string { return "okta." + o.thing + "." + o.right }

// path puts ids into a path, escaped: the SDK puts there what it is given.
func path[S ~string](format string, ids ...S) string {
	escaped := make([]any, len(ids))
	for i, id := range ids {
		escaped[i] = url.PathEscape(string(id))
	}
	return fmt.Sprintf(format, escaped...)
}

// list reads all pages of a list. The credential has to be one that is shown every row (see sight), or a
// short list would pass for a whole one.
func list[T any](ctx context.Context, o *Okta, call op, path string) ([]*T, error) {
	if err := o.sees(ctx, call.thing); err != nil {
		return nil, err
	}
	return listUnsighted[T](ctx, o, call, path)
}

// listUnsighted is list for the calls by which the credential's sight is established.
func listUnsighted[T any](ctx context.Context, o *Okta, call op, path string) ([]*T, error) {
	var all []*T
	err := o.pages(call, path, func(path string) (string, error) {
		var page []*T
		resp, err := o.do(ctx, call, http.MethodGet, path, nil, &page)
		if err != nil {
			return "", err
		}
		for _, item := range page {
			if item == nil {
				return "", malformed(call, "a list with an empty entry")
			}
		}
		all = append(all, page...)
		return resp.NextPage, nil
	})
	if err != nil {
		return nil, err
	}
	return all, nil
}

// pages reads the pages from the one at path on. read returns the path of the next.
func (o *Okta) pages(call op, path string, read func(path string) (next string, err error)) error {
	err := system.Pages(func(mark string) (string, error) { return read(cmp.Or(mark, path)) })
	if errors.Is(err, system.ErrCircle) {
		return malformed(call, err.Error())
	}
	return err
}

// bodyPages reads the lists that carry the link to the next page in the body, as those under /api/v1/iam
// do. read takes what it needs of a page and returns that link.
func bodyPages[T any](ctx context.Context, o *Okta, call op, path string, read func(*T) (next string)) error {
	return o.pages(call, path, func(path string) (string, error) {
		page, err := get[T](ctx, o, call, path)
		if err != nil {
			return "", err
		}
		next := read(page)
		if next == "" {
			return "", nil
		}
		target, err := url.Parse(next)
		if err != nil || target.Host != "" && !strings.EqualFold(target.Scheme+"://"+target.Host, o.config.OrgURL) {
			return "", malformed(call, "a page link to another place")
		}
		return target.RequestURI(), nil
	})
}

// get reads one object.
func get[T any](ctx context.Context, o *Okta, call op, path string) (*T, error) {
	var object *T
	if _, err := o.do(ctx, call, http.MethodGet, path, nil, &object); err != nil {
		return nil, err
	}
	if object == nil {
		return nil, malformed(call, "nothing")
	}
	return object, nil
}

// write makes a call that changes something. A thing that is gone needs no changing.
func (o *Okta) write(ctx context.Context, call op, method, path string) error {
	_, err := o.do(ctx, call, method, path, nil, nil)
	return system.IgnoreNotFound(err)
}

// do makes a call through the SDK's executor.
func (o *Okta) do(ctx context.Context, call op, method, path string, body, into any) (*sdk.Response, error) {
	executor := o.sdk.CloneRequestExecutor()
	req, err := executor.WithAccept("application/json").WithContentType("application/json").NewRequest(method, path, body)
	if err != nil {
		return nil, &access.Error{Kind: access.Other, Op: call.what, Reason: o.transport.Redact(err.Error())}
	}
	resp, err := executor.Do(ctx, req, into)
	return resp, o.explain(ctx, call, resp, err)
}

func malformed(call op, what string) *access.Error {
	return &access.Error{Kind: access.Malformed, Op: call.what, Reason: "Okta answered with " + what, Fix: vendor.Hint}
}

// explain turns an error of the SDK into one that says what to do, and nil into nil. Only the context's
// own error stays as it is.
func (o *Okta) explain(ctx context.Context, call op, resp *sdk.Response, err error) error {
	if done, explained := system.Explained(ctx, call.what, err); done {
		return explained
	}
	refusal, ok := errors.AsType[*sdk.Error](err)
	if !ok || resp == nil || resp.Response == nil {
		// The SDK could not read the answer: a field of another type, a time that is not one.
		return malformed(call, "what can't be read: "+o.transport.Redact(err.Error()))
	}
	kind, fix := classify(resp, refusal, call)
	return &access.Error{Kind: kind, Op: call.what, Reason: o.reason(resp, refusal), Fix: fix, Err: refusal}
}

// classify says what an error answer means (okta.md section 1; Okta's list of error codes).
func classify(resp *sdk.Response, refusal *sdk.Error, call op) (access.ErrorKind, string) {
	switch refusal.ErrorCode {
	case "E0000007", "E0000153", "E0000154", "E0000156":
		return access.NotFound, ""
	case "E0000008", "E0000015", "E0000060":
		return access.NotAvailable, "This org does not have the feature, or not for this credential. Leave this kind of access out for Okta, " +
			"or have the feature turned on."
	case "E0000004", "E0000011":
		return access.Denied, "Okta does not accept the credential. An API token dies when it is revoked, when it was not used for 30 days, " +
			"and with the account of its owner."
	case "E0000005", "E0000006", "E0000022":
		return access.Denied, "The admin role of the credential does not allow this. With OAuth, check the roles of the service application, " +
			"not only its scopes (" + call.scope() + ")."
	case "E0000038", "E0000107", "E0000155":
		return access.Blocked, "Look at the account's status in Okta: in that status this is not possible."
	case "E0000023", "E0000076":
		return access.Blocked, "The account is managed in another directory. Change it there."
	}
	switch status := resp.StatusCode; {
	case status == http.StatusForbidden && refusal.ErrorCode == "":
		return access.Denied, "The service application lacks the scope " + call.scope() + ". Grant it (Admin Console, the application, " +
			"Okta API Scopes), and name it in scopes if scopes is set."
	case status == http.StatusUnauthorized:
		return access.Denied, "Okta refuses this to the credential (scope " + call.scope() + ")."
	case status == http.StatusNotFound, status == http.StatusMethodNotAllowed, status == http.StatusGone:
		return access.Malformed, vendor.Hint
	case status >= 500, status == http.StatusConflict, status == http.StatusLocked:
		return access.Unavailable, ""
	}
	return access.Blocked, ""
}

// unaccepted says that Okta does not know the credential at all.
func unaccepted(err error) bool { return code(err) == "E0000004" || code(err) == "E0000011" }

// code is Okta's error code, where an error of Okta's is what happened.
func code(err error) string {
	if refusal, ok := errors.AsType[*sdk.Error](err); ok {
		return refusal.ErrorCode
	}
	return ""
}

// reason is Okta's own account of the error: the summary, the causes, and the code to look up.
func (o *Okta) reason(resp *sdk.Response, refusal *sdk.Error) string {
	parts := []string{}
	for _, text := range []string{refusal.ErrorSummary, refusal.ErrorDescription} {
		// The SDK adds the id of the request to a 500, whether or not there is one.
		if text = strings.TrimSpace(strings.TrimSuffix(text, ", x-okta-request-id=")); text != "" {
			parts = append(parts, text)
		}
	}
	for _, cause := range refusal.ErrorCauses {
		if text, ok := cause["errorSummary"].(string); ok && text != "" {
			parts = append(parts, text)
		}
	}
	status := resp.Status
	if refusal.ErrorCode != "" {
		status += ", " + refusal.ErrorCode
	}
	return o.transport.Redact(strings.TrimSpace(strings.Join(parts, "; ") + " (" + status + ")"))
}

// there is for what an org always has, such as a list of its users: that it is not found says nothing of what is
// in it.
func there(call op, err error) error {
	if access.KindOf(err) == access.NotFound {
		return malformed(call, `"not found" in place of a list`)
	}
	return err
}

// onlyIfGone keeps a 404 for something else from passing for the person's absence, which would make a list
// empty: a group, an application or a rule may go while a list is being put together. Only Okta's word on
// the account itself counts.
func (o *Okta) onlyIfGone(ctx context.Context, account access.AccountID, err *error) {
	system.OnlyIfGone(err, func() error {
		_, about := o.user(ctx, account)
		return about
	})
}

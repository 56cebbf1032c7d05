package google

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"google.golang.org/api/googleapi"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/system"
)

// A thing is a part of the Directory API with what it takes to read and to change it: OAuth scopes, and the
// privileges of which the administrator needs one.
type thing struct {
	name string
	// read and manage are scopes, without what all of Google's begin with.
	read, manage string
	// privilege is what the Admin console calls the one that an administrator needs over the whole organization.
	// Where there is none it takes a super administrator.
	privilege string
	// api is the API as it is enabled in a project, where it is not the Admin SDK API.
	api string
	// shows are the names of privileges of which one shows all of it, if given over the whole organization and on no
	// condition. Only for what could be left out of an answer.
	shows []string
	// kind is how the kinds of answers begin, where it is not the Directory API that has the thing.
	kind string
	// byUnit says that the privilege can be given over a part of the organization, whose things alone are then shown.
	byUnit bool
	// forbidden and unwell are what a 403 and a 5xx may mean besides what they mean of any thing.
	forbidden, unwell string
	// unaccepted is what a 401 may mean besides.
	unaccepted string
}

// The things, with their scopes by the discovery document and their privileges by
// https://developers.google.com/workspace/admin/directory/v1/guides/manage-roles.
var (
	users = thing{
		name: "users", read: "admin.directory.user.readonly", manage: "admin.directory.user", privilege: "Users",
		shows: []string{"USERS_RETRIEVE", "USERS_ALL"},
	}
	security = thing{
		name: "users' security settings", read: "admin.directory.user.security", manage: "admin.directory.user.security",
		privilege: "User Security Management",
	}
	groups = thing{
		name: "groups", read: "admin.directory.group.readonly", manage: "admin.directory.group.member", privilege: "Groups",
		shows: []string{"GROUPS_RETRIEVE", "GROUPS_ALL"},
	}
	roles = thing{
		name: "administrator roles", read: "admin.directory.rolemanagement.readonly", manage: "admin.directory.rolemanagement",
	}
)

// An op is a call to Google as people name it, and what it needs.
type op struct {
	what  string
	thing thing
	scope string
	// subject is in whose name it is made, where that is not the administrator.
	subject string
}

// as is the call in somebody's own name, by which they are shown all that is theirs.
func (o op) as(address string) op {
	o.subject = address
	return o
}

// authority is what the call's access token has to be good for.
func (g *Google) authority(call op) authority {
	return authority{cmp.Or(call.subject, g.config.Admin), call.scope}
}

func reading(t thing, format string, args ...any) op {
	return op{what: fmt.Sprintf(format, args...), thing: t, scope: t.read}
}

func managing(t thing, format string, args ...any) op {
	return op{what: fmt.Sprintf(format, args...), thing: t, scope: t.manage}
}

// do makes a call through the client.
func do[T any](ctx context.Context, g *Google, call op, send func(ctx context.Context) (T, error)) (T, error) {
	if err := ctx.Err(); err != nil {
		var none T
		return none, err
	}
	answer, err := send(withAuthority(ctx, g.authority(call)))
	return answer, g.explain(ctx, call, err)
}

// write makes a call that changes something and answers with nothing worth knowing. A thing that is gone needs
// no changing.
func (g *Google) write(ctx context.Context, call op, send func(ctx context.Context) error) error {
	_, err := do(ctx, g, call, func(ctx context.Context) (struct{}, error) { return struct{}{}, send(ctx) })
	return system.IgnoreNotFound(err)
}

// acknowledge is write for what can't be looked at afterwards: that it was not found means that it was done only
// if the account itself is gone.
func (g *Google) acknowledge(ctx context.Context, call op, account access.AccountID, send func(ctx context.Context) error) error {
	_, err := do(ctx, g, call, func(ctx context.Context) (struct{}, error) { return struct{}{}, send(ctx) })
	g.onlyIfGone(ctx, account, &err)
	return system.IgnoreNotFound(err)
}

// A page is one of a list: what is on it, what kind of list it says it is, and where the next one is.
type page[T any] struct {
	items      []*T
	kind, next string
}

// list reads all pages of a list. A page may be empty and have another after it
// (https://developers.google.com/workspace/admin/directory/v1/guides/manage-roles). The administrator has to be
// one who is shown every row (see sight), or a short list would pass for a whole one.
func list[T any](ctx context.Context, g *Google, call op, turn func(ctx context.Context, token string) (page[T], error)) ([]*T, error) {
	if err := g.sees(ctx, call.thing); err != nil {
		return nil, err
	}
	return listUnsighted(ctx, g, call, turn)
}

// listUnsighted is list for the calls by which the administrator's sight is established.
func listUnsighted[T any](ctx context.Context, g *Google, call op, turn func(ctx context.Context, token string) (page[T], error)) ([]*T, error) {
	var all []*T
	err := system.Pages(func(token string) (string, error) {
		p, err := do(ctx, g, call, func(ctx context.Context) (page[T], error) { return turn(ctx, token) })
		if err != nil {
			return "", err
		}
		// Google leaves out what a list has none of, so that any object at all could pass for an empty list.
		if !call.thing.speaks(p.kind) || !ofMany(p.kind) {
			return "", malformed(call, "something other than a list")
		}
		for _, item := range p.items {
			if item == nil {
				return "", malformed(call, "a list with an empty entry")
			}
		}
		all = append(all, p.items...)
		return p.next, nil
	})
	switch {
	case errors.Is(err, system.ErrCircle):
		return nil, malformed(call, err.Error())
	case err != nil:
		return nil, err
	}
	return all, nil
}

// shaped is the kind of a list that has none, and is told by its shape (shape.go).
const shaped = "shaped"

// speaks says that an answer is of the API that has this thing, by the kind that it says it is.
func (t thing) speaks(kind string) bool {
	return kind == shaped || strings.HasPrefix(kind, cmp.Or(t.kind, "admin#directory#"))
}

// ofMany says that a kind is that of a list: one thing has all the fields of an empty list as well, which are none.
// Google's lists are called by the plural of what is on them, or some sort of list ([DISC]).
func ofMany(kind string) bool {
	return kind == shaped || strings.HasSuffix(kind, "s") || strings.HasSuffix(strings.ToLower(kind), "list") || kind == "calendar#acl"
}

// ofDirectory says that an answer says of itself that it is of the Directory API.
func ofDirectory(kind string) bool { return strings.HasPrefix(kind, "admin#directory#") }

func malformed(call op, what string) *access.Error {
	return &access.Error{Kind: access.Malformed, Op: call.what, Reason: "Google answered with " + what, Fix: vendor.Hint}
}

// quota are the reasons of 403 that mean "not now"
// (https://developers.google.com/workspace/admin/directory/v1/limits, and google.md section 1).
var quota = map[string]bool{
	"userRateLimitExceeded": true, "rateLimitExceeded": true, "quotaExceeded": true, "sharingRateLimitExceeded": true,
	"concurrentLimitExceeded": true, "limitExceeded": true, "RATE_LIMIT_EXCEEDED": true, "RESOURCE_EXHAUSTED": true,
}

// ofQuota says that a refusal means "not now": by its reason or, where it is no JSON, in the words that Google's front
// end has for it (google.md section 1).
func ofQuota(body []byte) bool {
	if json.Valid(body) {
		return quota[reasonIn(body)]
	}
	words := strings.ToLower(string(body))
	return strings.Contains(words, "request rate higher than configured") || strings.Contains(words, "quota exceeded")
}

// answer is the part of an error that all of Google's APIs share.
type answer struct {
	Error struct {
		Message string `json:"message"`
		Status  string `json:"status"`
		Errors  []struct {
			Reason string `json:"reason"`
		} `json:"errors"`
	} `json:"error"`
}

func readAnswer(body []byte) (a answer) {
	// What can't be read has no reason.
	_ = json.Unmarshal(body, &a)
	return a
}

func reasonIn(body []byte) string {
	a := readAnswer(body)
	if len(a.Error.Errors) > 0 {
		return a.Error.Errors[0].Reason
	}
	return a.Error.Status
}

func messageIn(body []byte) string { return readAnswer(body).Error.Message }

// notSupported recognizes the 500 that is no accident (google.md section 1).
func notSupported(message string) bool {
	return strings.Contains(strings.ToLower(message), "operation not supported")
}

// explain turns an error of the client into one that says what to do, and nil into nil. Only the context's
// own error stays as it is.
func (g *Google) explain(ctx context.Context, call op, err error) error {
	if done, explained := system.Explained(ctx, call.what, err); done {
		return explained
	}
	refusal, ok := errors.AsType[*googleapi.Error](err)
	if !ok {
		return malformed(call, "what can't be read: "+g.transport.Redact(err.Error()))
	}
	kind, fix := g.classify(refusal, call)
	return &access.Error{Kind: kind, Op: call.what, Reason: g.transport.Redact(reason(refusal)), Fix: fix, Err: refusal}
}

// classify says what an error answer means (google.md section 1).
func (g *Google) classify(refusal *googleapi.Error, call op) (access.ErrorKind, string) {
	why := reasonIn([]byte(refusal.Body))
	switch status := refusal.Code; {
	case status == http.StatusUnauthorized:
		return access.Denied, strings.TrimSpace("Google does not accept the access token, although it gave it: look at the service account, and at what the Admin " +
			"console says of its domain-wide delegation. " + call.thing.unaccepted)
	case status == http.StatusForbidden && ofQuota([]byte(refusal.Body)):
		return access.RateLimited, "Run with less -parallelism, or have the quota of the service account's project raised."
	case status == http.StatusForbidden && (why == "accessNotConfigured" || why == "domainCannotUseApis" || why == "SERVICE_DISABLED"):
		return access.Denied, "Enable the " + cmp.Or(call.thing.api, "Admin SDK API") + " in the service account's project, and API access for the customer."
	case status == http.StatusForbidden && call.subject != "":
		return access.Denied, "Google refuses this in the name of " + call.subject + ": look at whether the service is on for them (Admin console, Apps), and whether they " +
			"have a licence for it."
	case status == http.StatusForbidden:
		return access.Denied, "Google refuses this to " + g.config.Admin + ", or the account belongs to somebody else's domain. " +
			strings.TrimSpace(grant(call.thing)+" "+call.thing.forbidden)
	case status == http.StatusNotFound && why == "":
		return access.Malformed, vendor.Hint
	case status == http.StatusNotFound && notOfUs(refusal.Message):
		return access.Blocked, "The domain of that address is none of this customer's: leave Google out for this person, or look at customer and admin."
	case status == http.StatusNotFound:
		return access.NotFound, ""
	case status == http.StatusMethodNotAllowed:
		return access.Malformed, vendor.Hint
	case status >= 500 && notSupported(refusal.Message):
		return access.Blocked, "Google does not let this be changed through its API: change it in the Admin console."
	case status >= 500, status == http.StatusConflict:
		return access.Unavailable, call.thing.unwell
	}
	return access.Blocked, ""
}

// grant says what an administrator needs for a thing.
func grant(t thing) string {
	if t.privilege == "" {
		return "It takes a super administrator."
	}
	return "It takes a role with the privilege " + t.privilege + " over the whole organization; for whoever is an administrator, a super administrator."
}

// notOfUs recognizes a 404 that is not about the account but about its domain or customer: Google's answer
// names the object in its message alone.
func notOfUs(message string) bool {
	_, object, found := strings.Cut(message, ": ")
	if !found {
		object = message
	}
	object = strings.ToLower(object)
	return strings.HasPrefix(object, "domain") || strings.HasPrefix(object, "customer")
}

// reason is Google's own account of the error, with the word to look up.
func reason(refusal *googleapi.Error) string {
	text := strings.TrimRight(strings.TrimSpace(refusal.Message), ".")
	status := fmt.Sprintf("%d %s", refusal.Code, http.StatusText(refusal.Code))
	if why := reasonIn([]byte(refusal.Body)); why != "" {
		status += ", " + why
	}
	return strings.TrimSpace(text + " (" + status + ")")
}

// statusOf is the HTTP status with which Google refused something, and 0 where it did not.
func statusOf(err error) int {
	if refusal, ok := errors.AsType[*googleapi.Error](err); ok {
		return refusal.Code
	}
	return 0
}

// isPrecondition says that Google refused something for the state that the account is in.
func isPrecondition(err error) bool {
	refusal, ok := errors.AsType[*googleapi.Error](err)
	if !ok {
		return false
	}
	a := readAnswer([]byte(refusal.Body))
	return a.Error.Status == "FAILED_PRECONDITION" || reasonIn([]byte(refusal.Body)) == "failedPrecondition"
}

// withFix adds to a Blocked error what to do, and leaves every other as it is.
func withFix(err error, fix string) error {
	e, ok := errors.AsType[*access.Error](err)
	if !ok || e.Kind != access.Blocked {
		return err
	}
	blocked := *e
	blocked.Fix = strings.TrimSpace(e.Fix + " " + fix)
	return &blocked
}

// onlyIfGone keeps a 404 for something else from passing for the person's absence, which would make a list
// empty: a group or a role may go while a list is being put together. Only Google's word on the account itself
// counts.
func (g *Google) onlyIfGone(ctx context.Context, account access.AccountID, err *error) {
	system.OnlyIfGone(err, func() error {
		_, about := g.user(ctx, account)
		return about
	})
}

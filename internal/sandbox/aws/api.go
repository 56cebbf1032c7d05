package aws

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
)

// HandlerOptions are how the APIs behave. The zero options are AWS's own, without lag.
type HandlerOptions struct {
	// PageSize is the most that any page holds, whatever the client asks for. 0 is as many as are asked for.
	PageSize int
	// Lag is for how many reads what was just written is not seen (aws.md section 2: IAM is eventually consistent).
	Lag int
	// Throttle refuses every so manieth request: 3 is every third. 0 is none.
	Throttle int
}

// Handler is the APIs, all at one address: which service is meant follows from the signature and the request itself.
func (c *Cloud) Handler(opts HandlerOptions) http.Handler {
	return &api{cloud: c, opts: opts, lag: sandbox.Lag[state]{Reads: opts.Lag}}
}

type api struct {
	cloud *Cloud
	opts  HandlerOptions
	lag   sandbox.Lag[state]
	count int
}

// A call is one request being served. The state's lock is held.
type call struct {
	api       *api
	service   string // as in the scope of the signature: iam, sts, sso, identitystore, secretsmanager
	operation string
	params    object
	state     *state
	now       time.Time
	by        principal
	// before is the state before a write, where reads lag behind.
	before *state
}

// An operation is one of a service's.
type operation struct {
	writes bool
	serve  func(*call) (object, *failure)
}

// targets are the services of the JSON protocol, by what X-Amz-Target begins with.
var targets = map[string]string{"SWBExternalService": "sso", "AWSIdentityStore": "identitystore", "secretsmanager": "secretsmanager"}

// versions are the services of the query protocol, by the version that a request names.
var versions = map[string]string{"2010-05-08": "iam", "2011-06-15": "sts"}

var services = map[string]map[string]operation{
	"iam": iamOperations, "sts": stsOperations, "sso": ssoOperations, "identitystore": storeOperations, "secretsmanager": secretOperations,
}

// ServeHTTP serves every API.
func (a *api) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // nobody is there any more
	}
	c := &call{api: a, now: a.cloud.Clock().Now()}
	if failed := c.parse(r, body); failed != nil {
		c.service = "iam"
		c.send(w, nil, failed)
		return
	}
	var result object
	var failed *failure
	ctx := r.Context()
	a.cloud.Serve(func(s *state) {
		c.state = s
		result, failed = c.answer(ctx, r, body)
	})
	c.send(w, result, failed)
}

// parse finds out which operation of which service is called, with what.
func (c *call) parse(r *http.Request, body []byte) *failure {
	if r.Method != http.MethodPost || r.URL.Path != "/" {
		return fail(http.StatusNotFound, "UnknownOperationException", "%s %s", r.Method, r.URL.Path)
	}
	c.params = object{}
	if target := r.Header.Get("X-Amz-Target"); target != "" {
		prefix, name, _ := strings.Cut(target, ".")
		c.service, c.operation = targets[prefix], name
		if err := json.Unmarshal(body, &c.params); err != nil {
			return fail(http.StatusBadRequest, "SerializationException", "not JSON")
		}
		return nil
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return fail(http.StatusBadRequest, "MalformedQueryString", "not a form")
	}
	c.service, c.operation = versions[form.Get("Version")], form.Get("Action")
	c.params = grown(form, "")
	return nil
}

// grown is what a form has below a prefix: what a list has is name.member.1, and its fields follow a dot.
func grown(form url.Values, prefix string) object {
	params := object{}
	for field, values := range form {
		below, ok := strings.CutPrefix(field, prefix)
		name, rest, deeper := strings.Cut(below, ".")
		switch {
		case !ok || name == "":
		case !deeper:
			params[name] = values[0]
		case params[name] == nil && strings.HasPrefix(rest, "member."):
			list := []any{}
			members := grown(form, prefix+name+".member.")
			for n := 1; members[strconv.Itoa(n)] != nil; n++ {
				list = append(list, members[strconv.Itoa(n)])
			}
			params[name] = list
		case params[name] == nil:
			params[name] = grown(form, prefix+name+".")
		}
	}
	return params
}

// answer checks the signature and the caller's rights, and does what is asked.
func (c *call) answer(ctx context.Context, r *http.Request, body []byte) (object, *failure) {
	op, known := services[c.service][c.operation]
	if !known {
		return nil, fail(http.StatusBadRequest, "InvalidAction", "Could not find operation %s of %s", c.operation, c.service)
	}
	if failed := c.authenticate(ctx, r, body); failed != nil {
		return nil, failed
	}
	c.api.count++
	if every := c.api.opts.Throttle; every > 0 && c.api.count%every == 0 {
		if _, query := namespaces[c.service]; query {
			return nil, fail(http.StatusBadRequest, "Throttling", "Rate exceeded")
		}
		return nil, fail(http.StatusBadRequest, "ThrottlingException", "Rate exceeded")
	}
	if failed := c.authorize(); failed != nil {
		return nil, failed
	}
	if op.writes {
		c.before = c.api.lag.Before(c.state)
		c.api.cloud.AboutToChange(c.now)
	}
	return op.serve(c)
}

// wrote says that what is shown of these things has changed.
func (c *call) wrote(ids ...string) { c.api.lag.Wrote(c.before, ids...) }

// view is the state from which a read of a thing is answered.
func (c *call) view(id string) *state { return c.api.lag.View(c.state, id, c.operation) }

func (c *call) text(name string) string {
	text, _ := c.params[name].(string)
	return text
}

func (c *call) number(name string) int {
	switch n := c.params[name].(type) {
	case float64:
		return int(n)
	case string:
		parsed, _ := strconv.Atoi(n)
		return parsed
	}
	return 0
}

func (c *call) texts(name string) (list []string) {
	items, _ := c.params[name].([]any)
	for _, item := range items {
		if text, ok := item.(string); ok {
			list = append(list, text)
		}
	}
	return list
}

func (c *call) objects(name string) (list []object) {
	items, _ := c.params[name].([]any)
	for _, item := range items {
		if structure, ok := item.(object); ok {
			list = append(list, structure)
		}
	}
	return list
}

// page is the part of a list that is asked for, and the mark of the next, which is empty after the last.
func page[T any](c *call, all []T, size, mark string) (part []T, next string) {
	most := c.number(size)
	if most == 0 {
		most = 100
	}
	if limit := c.api.opts.PageSize; limit > 0 {
		most = min(most, limit)
	}
	from, _ := strconv.Atoi(c.text(mark))
	from = min(from, len(all))
	to := min(from+most, len(all))
	if to < len(all) {
		next = strconv.Itoa(to)
	}
	return all[from:to], next
}

// marked is a list of IAM's as an answer.
func marked[T any](c *call, name string, all []T) object {
	part, next := page(c, all, "MaxItems", "Marker")
	return object{name: append([]T{}, part...), "IsTruncated": next != "", "Marker": orNothing(next)}
}

// tokened is a list of the JSON services' as an answer.
func tokened(c *call, name string, all []object) object {
	part, next := page(c, all, "MaxResults", "NextToken")
	return object{name: append([]object{}, part...), "NextToken": orNothing(next)}
}

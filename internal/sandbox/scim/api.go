package scim

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
)

// HandlerOptions are how an application's API behaves.
type HandlerOptions struct {
	// PageSize is the most that any page holds, whatever the client asks for. 0 is 1000.
	PageSize int
	// Lag is for how many reads what was written through the API is shown as it was.
	Lag int
	// Dialect is how it departs from the standard.
	Dialect Dialect
}

const (
	listResponse  = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
	patchOp       = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
	errorResponse = "urn:ietf:params:scim:api:messages:2.0:Error"
	userSchema    = "urn:ietf:params:scim:schemas:core:2.0:User"
	groupSchema   = "urn:ietf:params:scim:schemas:core:2.0:Group"
	mediaType     = "application/scim+json"
)

type object = map[string]any

// Handler is the application's API, under Base.
func (a *App) Handler(opts HandlerOptions) http.Handler {
	if opts.PageSize == 0 {
		opts.PageSize = 1000
	}
	return &api{app: a, opts: opts, lag: sandbox.Lag[state]{Reads: opts.Lag}}
}

type api struct {
	app  *App
	opts HandlerOptions
	// Under the lock of the state.
	lag     sandbox.Lag[state]
	answers int
}

// A call is one request being served, under the lock of the state.
type call struct {
	*api
	r     *http.Request
	body  []byte
	now   time.Time
	state *state
	base  string
	// kind is Users or Groups, and id what is after it.
	kind, id string
}

// A reply is what to answer. An error has a detail.
type reply struct {
	status           int
	scimType, detail string
	body             any
	etag             string
}

func fault(status int, scimType, detail string) *reply {
	return &reply{status: status, scimType: scimType, detail: detail}
}

// ServeHTTP serves the API.
func (a *api) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	a.app.Serve(func(s *state) {
		a.answers++
		c := &call{api: a, r: r, body: body, now: a.app.Clock().Now(), state: s, base: "http://" + r.Host + Base}
		answer := c.answer()
		if err != nil {
			answer = fault(http.StatusBadRequest, "invalidSyntax", "the body could not be read")
		}
		c.send(w, answer)
	})
}

func (c *call) answer() *reply {
	if c.r.Header.Get("Authorization") != "Bearer "+Token {
		return fault(http.StatusUnauthorized, "", "Authorization failure. The authorization header is invalid or missing.")
	}
	path, ok := strings.CutPrefix(c.r.URL.EscapedPath(), Base+"/")
	if !ok || c.opts.Dialect.NoEscapes && strings.Contains(path, "%") {
		return noSuchEndpoint()
	}
	if len(c.body) > 0 {
		if media := c.r.Header.Get("Content-Type"); c.opts.Dialect.OnlyJSON && media != "application/json" || media != "application/json" && media != mediaType {
			return fault(http.StatusUnsupportedMediaType, "", "unsupported media type "+media)
		}
	}
	var err error
	c.kind, c.id, _ = strings.Cut(path, "/")
	if strings.Contains(c.id, "/") {
		return noSuchEndpoint()
	}
	if c.id, err = url.PathUnescape(c.id); err != nil {
		return noSuchEndpoint()
	}
	switch c.kind {
	case "Users", "Groups":
		return c.resources()
	case "Me":
		if c.opts.Dialect.NoMe {
			return noSuchEndpoint()
		}
		return c.show(c.state.user(c.state.Owner))
	}
	return c.discovery()
}

func noSuchEndpoint() *reply { return fault(http.StatusNotFound, "", "Endpoint not found.") }

func (c *call) resources() *reply {
	if c.id == "" && c.r.Method == http.MethodGet {
		return c.list()
	}
	u, g := c.state.user(c.known(c.id)), c.state.group(c.known(c.id))
	if c.kind == "Users" && u == nil || c.kind == "Groups" && g == nil {
		return fault(http.StatusNotFound, "", "Resource "+c.id+" not found.")
	}
	if c.r.Method != http.MethodGet {
		c.app.AboutToChange(c.now)
	}
	var version int
	if u != nil {
		version = u.Version
	} else {
		version = g.Version
	}
	if match := c.r.Header.Get("If-Match"); match != "" && c.opts.Dialect.ETags && match != etag(version) {
		return fault(http.StatusPreconditionFailed, "", "Failed to update. Resource changed on the server.")
	}
	switch c.r.Method {
	case http.MethodGet:
		return c.read(c.id)
	case http.MethodPatch:
		return c.writing(func() *reply { return c.patch(u, g) })
	case http.MethodPut:
		return c.writing(func() *reply { return c.put(u, g) })
	case http.MethodDelete:
		return c.writing(func() *reply { return c.delete(u, g) })
	}
	return fault(http.StatusNotImplemented, "", c.r.Method+" is not implemented")
}

// writing does a change, and has lists lag behind it.
func (c *call) writing(do func() *reply) *reply {
	before := c.lag.Before(c.state)
	answer := do()
	if answer.status < 300 {
		c.lag.Wrote(before, c.known(c.id), "Users", "Groups")
	}
	return answer
}

// read answers with one resource.
func (c *call) read(id string) *reply {
	seen := c.lag.View(c.state, c.known(id), "GET")
	if c.kind == "Users" {
		return c.show(seen.user(c.known(id)))
	}
	g := seen.group(c.known(id))
	if g == nil {
		return fault(http.StatusNotFound, "", "Resource "+id+" not found.")
	}
	return &reply{status: http.StatusOK, body: c.groupObject(seen, g, true), etag: etag(g.Version)}
}

func (c *call) show(u *user) *reply {
	if u == nil {
		return fault(http.StatusNotFound, "", "Resource "+c.id+" not found.")
	}
	seen := c.lag.View(c.state, u.ID, "show")
	if was := seen.user(u.ID); was != nil {
		u = was
	}
	return &reply{status: http.StatusOK, body: c.userObject(seen, u), etag: etag(u.Version)}
}

func (c *call) delete(u *user, g *group) *reply {
	switch {
	case c.opts.Dialect.NoDelete:
		return fault(http.StatusNotImplemented, "", "DELETE is not implemented")
	case g != nil:
		c.state.Groups = slices.DeleteFunc(c.state.Groups, func(other *group) bool { return other == g })
	case c.opts.Dialect.DeleteDeactivates:
		u.Active = false
		u.touch(c.now)
	default:
		c.state.delete(u, c.now)
	}
	return &reply{status: http.StatusNoContent}
}

// send writes the answer.
func (c *call) send(w http.ResponseWriter, answer *reply) {
	if answer.detail != "" {
		message := object{"schemas": []string{errorResponse}, "status": itoa(answer.status), "detail": answer.detail}
		if answer.scimType != "" {
			message["scimType"] = answer.scimType
		}
		answer.body = message
		if c.opts.Dialect.ErrorsAre200 {
			answer.status = http.StatusOK
		}
	}
	media := mediaType
	if c.opts.Dialect.Media != "" {
		media = c.opts.Dialect.Media
	}
	if answer.etag != "" && c.opts.Dialect.ETags {
		w.Header().Set("ETag", answer.etag)
	}
	if answer.body == nil {
		w.WriteHeader(answer.status)
		return
	}
	data, err := json.Marshal(answer.body)
	if err != nil {
		panic(err) // it is plain data
	}
	w.Header().Set("Content-Type", media)
	w.WriteHeader(answer.status)
	_, _ = w.Write(data) // a client that has gone is no concern of the server's
}

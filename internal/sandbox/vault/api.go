package vault

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
	"github.com/offboard/terraform-provider-offboard/internal/system/vault/policy"
)

// HandlerOptions are how a cluster's API behaves. The zero options are a single node.
type HandlerOptions struct {
	// Lag is for how many requests after a write a client that asks to see its own writes is told that this node has not got
	// them yet (412, Vault Enterprise), and one that does not ask is shown everything as it was.
	Lag int
}

// Handler is the cluster's API.
func (c *Cluster) Handler(opts HandlerOptions) http.Handler {
	a := &api{cluster: c, opts: opts, lag: sandbox.Lag[state]{Reads: opts.Lag}}
	return http.HandlerFunc(a.serve)
}

type api struct {
	cluster *Cluster
	opts    HandlerOptions

	mu      sync.Mutex
	lag     sandbox.Lag[state]
	refuses int
}

// An object is a JSON object of the API.
type object = map[string]any

// A call is one request being served.
type call struct {
	state *state
	now   time.Time
	by    *token
	// path is the path after /v1/, and operation what a policy has to allow: read, list, update or delete.
	path, operation string
	body            object
	// mount and rest are where the path leads: the mount, and what is behind it.
	mount *mount
	rest  []string
}

// A reply is what is answered. A nil data is no body.
type reply struct {
	status   int
	data     any
	errors   []string
	warnings []string
}

func ok(data any) reply { return reply{status: http.StatusOK, data: data} }
func done() reply       { return reply{status: http.StatusNoContent} }

// failed is an error as Vault words the ones that its backends return.
func failed(status int, message string) reply {
	return reply{status: status, errors: []string{"1 error occurred:\n\t* " + message + "\n\n"}}
}

// said is an error as a backend words it.
func said(status int, message string) reply { return reply{status: status, errors: []string{message}} }

// none is how Vault says that there is nothing there, be it a thing or a list.
func none() reply { return reply{status: http.StatusNotFound, errors: []string{}} }

func unsupported() reply { return failed(http.StatusNotFound, "unsupported path") }

// maxBody is more than any request here needs.
const maxBody = 1 << 20

func (a *api) serve(w http.ResponseWriter, r *http.Request) {
	path, ok := strings.CutPrefix(r.URL.Path, "/v1/")
	if !ok || strings.Contains(r.URL.Path, "//") {
		send(w, said(http.StatusNotFound, "not found"))
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		send(w, said(http.StatusBadRequest, "error reading the body"))
		return
	}
	c := &call{now: a.cluster.Clock().Now().UTC(), path: strings.TrimSuffix(path, "/"), operation: operationOf(r)}
	if len(body) > 0 && json.Unmarshal(body, &c.body) != nil {
		send(w, said(http.StatusBadRequest, "failed to parse JSON input"))
		return
	}
	var answer reply
	a.cluster.Serve(func(s *state) { answer = a.answer(c, s, r, w.Header()) })
	send(w, answer)
}

func operationOf(r *http.Request) string {
	switch r.Method {
	case http.MethodGet:
		if r.URL.Query().Get("list") == "true" {
			return policy.List
		}
		return policy.Read
	case http.MethodPut, http.MethodPost:
		return policy.Update
	case http.MethodDelete:
		return policy.Delete
	case "LIST":
		return policy.List
	}
	return ""
}

// answer does what is asked, with the checks in Vault's order: the seal, the token, the policies, and then what there is.
func (a *api) answer(c *call, s *state, r *http.Request, header http.Header) reply {
	c.state = s
	if s.Sealed {
		return said(http.StatusServiceUnavailable, "Vault is sealed")
	}
	if c.operation == "" {
		return said(http.StatusMethodNotAllowed, "")
	}
	if refused := c.authenticate(cmp.Or(r.Header.Get("X-Vault-Token"), strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "))); refused != nil {
		return *refused
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if c.writes() {
		a.cluster.AboutToChange(c.now)
		before := a.lag.Before(s)
		answer := c.perform()
		a.lag.Wrote(before, "all")
		a.refuses = a.opts.Lag
		if a.opts.Lag > 0 {
			header.Set("X-Vault-Index", index(s.Index))
		}
		return answer
	}
	if r.Header.Get("X-Vault-Index") != "" {
		if a.refuses > 0 {
			a.refuses--
			return said(http.StatusPreconditionFailed, "required index state not present")
		}
	} else {
		c.state = a.lag.View(s, "all", c.operation+" "+c.path)
	}
	return c.perform()
}

// writes says that the call may change something: not every update does.
func (c *call) writes() bool {
	looks := strings.HasPrefix(c.path, "sys/capabilities") || c.path == "auth/token/lookup-accessor" || strings.HasSuffix(c.path, "/secret-id-accessor/lookup")
	return c.operation == policy.Delete || c.operation == policy.Update && !looks
}

// index is a replication state as the client reads it: version, cluster, local and replicated index, and a MAC.
func index(n int) string {
	return base64.StdEncoding.EncodeToString(fmt.Appendf(nil, "v1:acme:%d:%d:00", n, n))
}

// send writes the answer in Vault's envelope.
func send(w http.ResponseWriter, r reply) {
	w.Header().Set("Cache-Control", "no-store")
	if r.status == http.StatusNoContent {
		w.WriteHeader(r.status)
		return
	}
	body := object{"errors": r.errors}
	if r.errors == nil {
		body = object{
			"request_id": "00000000-0000-0000-0000-000000000000", "lease_id": "", "renewable": false, "lease_duration": 0,
			"data": r.data, "wrap_info": nil, "warnings": nil, "auth": nil,
		}
		if len(r.warnings) > 0 {
			body["warnings"] = r.warnings
		}
	}
	data, err := json.Marshal(body)
	if err != nil {
		panic(err) // bodies are made of plain data
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(r.status)
	_, _ = w.Write(data) // a client that has gone is no concern of the server's
}

// authenticate finds the token, which is refused while its entity is disabled (vault.md section 3).
func (c *call) authenticate(id string) *reply {
	if id == "" {
		r := said(http.StatusForbidden, "permission denied")
		return &r
	}
	for _, t := range c.state.Tokens {
		if t.ID != id || t.expired(c.now) {
			continue
		}
		if e := c.state.Entities[t.Entity]; t.Entity != "" && (e == nil || e.Disabled) {
			break
		}
		c.by = t
		return nil
	}
	r := reply{status: http.StatusForbidden, errors: []string{"2 errors occurred:\n\t* permission denied\n\t* invalid token\n\n"}}
	return &r
}

// acl is what a token may do: by its own policies, and by those of its entity and its groups.
func (s *state) acl(t *token) *policy.ACL {
	names := slices.Clone(t.Policies)
	who := &policy.Identity{}
	if e := s.Entities[t.Entity]; e != nil {
		who.ID, who.Name, who.Metadata = e.ID, e.Name, e.Metadata
		for _, a := range e.Aliases {
			who.Aliases = append(who.Aliases, policy.Alias{ID: a.ID, Name: a.Name, MountAccessor: s.Auth[a.Mount].Accessor})
		}
		names = append(names, s.identityPolicies(e.ID)...)
		direct, inherited := s.groupsOf(e.ID)
		for _, id := range slices.Concat(direct, inherited) {
			g := s.Groups[id]
			who.Groups = append(who.Groups, policy.Group{ID: g.ID, Name: g.Name, Metadata: g.Metadata})
		}
	}
	var documents []policy.Policy
	for _, name := range names {
		p, err := policy.Parse(name, s.Policies[name])
		if err != nil {
			panic(err) // the company's policies are right
		}
		documents = append(documents, p)
	}
	return policy.New(who, documents...)
}

// identityPolicies are those that an entity's tokens get beside their own.
func (s *state) identityPolicies(id string) []string {
	policies := slices.Clone(s.Entities[id].Policies)
	direct, inherited := s.groupsOf(id)
	for _, group := range slices.Concat(direct, inherited) {
		policies = append(policies, s.Groups[group].Policies...)
	}
	slices.Sort(policies)
	return slices.Compact(policies)
}

// perform checks the policies, finds the mount, and serves.
func (c *call) perform() reply {
	asked := c.path
	if c.operation == policy.List {
		asked += "/"
	}
	acl := c.state.acl(c.by)
	allowed := acl.Allows(c.operation, asked) || c.operation == policy.Update && acl.Allows(policy.Create, asked)
	if !allowed || c.needsSudo() && !acl.Allows(policy.Sudo, asked) {
		return failed(http.StatusForbidden, "permission denied")
	}
	parts := strings.Split(c.path, "/")
	switch {
	case parts[0] == "sys":
		return c.sys(parts[1:])
	case parts[0] == "identity":
		return c.identity(parts[1:])
	case parts[0] == "auth" && len(parts) > 2 && parts[1] == "token":
		return c.tokens(parts[2:])
	case parts[0] == "auth":
		return c.route(c.state.Auth, strings.TrimPrefix(c.path, "auth/"))
	}
	return c.route(c.state.Engines, c.path)
}

// needsSudo: Vault's token backend protects the list of accessors.
func (c *call) needsSudo() bool { return c.path == "auth/token/accessors" }

// route finds the mount that a path is in: the longest.
func (c *call) route(mounts map[string]*mount, path string) reply {
	for _, m := range sandbox.Sorted(mounts) {
		if strings.HasPrefix(path+"/", m.Path+"/") && (c.mount == nil || len(m.Path) > len(c.mount.Path)) {
			c.mount = m
		}
	}
	if c.mount == nil {
		at := c.path
		if c.operation == policy.List {
			at += "/"
		}
		return said(http.StatusNotFound, fmt.Sprintf("no handler for route %q. route entry not found.", at))
	}
	c.rest = strings.Split(strings.TrimPrefix(strings.TrimPrefix(path, c.mount.Path), "/"), "/")
	serve, known := backends[c.mount.Type]
	if !known {
		return unsupported()
	}
	return serve(c)
}

// backends serve what is mounted, by its type.
var backends = map[string]func(*call) reply{
	"userpass": (*call).users, "ldap": (*call).users, "okta": (*call).users,
	"approle": (*call).appRole, "oidc": (*call).oidc,
	"kv": (*call).kv, "database": (*call).database, "pki": (*call).pki,
}

// list answers with names. A list of nothing is not there.
func list(names []string) reply {
	if len(names) == 0 {
		return none()
	}
	return ok(object{"keys": names})
}

// text is a string of the request's body.
func (c *call) text(name string) string {
	value, _ := c.body[name].(string)
	return value
}

// texts is a list of strings of the request's body, which Vault takes with commas in one string as well, and whether it is
// there.
func (c *call) texts(name string) ([]string, bool) {
	value, there := c.body[name]
	texts := []string{}
	switch value := value.(type) {
	case []any:
		for _, item := range value {
			if text, ok := item.(string); ok {
				texts = append(texts, text)
			}
		}
	case string:
		texts = append(texts, strings.FieldsFunc(value, func(r rune) bool { return r == ',' })...)
	}
	return texts, there && value != nil
}

// stamp is Vault's way of writing a time.
func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }

// stampOrEmpty is stamp, with nothing for what never happened.
func stampOrEmpty(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return stamp(t)
}

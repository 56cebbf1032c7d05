package conform

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/pb33f/libopenapi-validator/cache"

	"github.com/offboard/terraform-provider-offboard/internal/cli"
	"github.com/offboard/terraform-provider-offboard/internal/npm"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
)

// GitHub's own descriptions: of the REST API of Enterprise Cloud, which has everything that an organization elsewhere has as
// well, and of GraphQL. GitHub publishes them to npm.
var (
	githubREST = npm.File{
		Package: "@octokit/openapi", Version: "23.0.2", Name: "generated/ghec.json",
		Integrity: "sha512-pV8M7L9GY23AybNvTmo2nyjmpmnt6+2sRE/tqr0ZLQcPS4lnw7u5eZGNmwRNkBC3D7gZXbFx5AHzLUVRBXGDhg==",
	}
	githubGraphQL = npm.File{
		Package: "@octokit/graphql-schema", Version: "15.26.1", Name: "schema.graphql",
		Integrity: "sha512-RFDC2MpRBd4AxSRvUeBIVeBU7ojN/SxDfALUd7iVYOSeEK3gZaqR2MGOysj4Zh2xj2RY5fQAUT+Oqq7hWTraMA==",
	}
)

// github is both of them, read once in a test process.
var github = sync.OnceValues(func() (*githubDescriptions, error) {
	rest, err := published(githubREST)
	if err != nil {
		return nil, err
	}
	var d githubDescriptions
	if err := json.Unmarshal(rest, &d.rest); err != nil {
		return nil, err
	}
	if err := d.rest.prepare(); err != nil {
		return nil, err
	}
	graphql, err := published(githubGraphQL)
	if err != nil {
		return nil, err
	}
	d.graph, err = newGraph(string(graphql), correctGraph)
	return &d, err
})

type githubDescriptions struct {
	rest  restAPI
	graph *graph
}

// published is a description that a vendor publishes to npm.
func published(file npm.File) ([]byte, error) {
	cache, err := cli.CacheDir()
	if err != nil {
		return nil, err
	}
	path, err := file.Get(context.Background(), cache, cmp.Or(os.Getenv("npm_config_registry"), npm.Registry))
	if err != nil {
		return nil, err
	}
	return os.ReadFile(path)
}

// GitHub is Okta, of GitHub: its OpenAPI document and its GraphQL schema, and the limits that GitHub sets to queries. What
// GraphQL answers is checked as well: every field that was asked for and no other, of its type, and null only where that
// can be.
func GitHub(t testing.TB) func(sandbox.Exchange) {
	t.Helper()
	d, err := github()
	if err != nil {
		t.Fatalf("GitHub's API descriptions: %v", err)
	}
	return func(exchange sandbox.Exchange) {
		for _, wrong := range d.check(exchange) {
			t.Errorf("%s %s: %s", exchange.Method, exchange.URL.RequestURI(), wrong)
		}
	}
}

func (d *githubDescriptions) check(exchange sandbox.Exchange) []string {
	switch {
	case exchange.Faulted:
		return nil
	case exchange.URL.Path == "/graphql":
		return d.graph.check(exchange)
	}
	return d.rest.check(exchange)
}

// A restAPI is an OpenAPI description of which only what is called is read, and that at its first use: GitHub's is 14 MB, and
// a test needs a handful of its thousand operations.
type restAPI struct {
	OpenAPI    string                                `json:"openapi"`
	Info       object                                `json:"info"`
	Paths      map[string]map[string]json.RawMessage `json:"paths"`
	Components map[string]map[string]json.RawMessage `json:"components"`

	// all are the operations, by which one is found, and documents what is said of each.
	all       document
	documents map[*operation]func() (*document, error)
}

// prepare lists the operations.
func (r *restAPI) prepare() error {
	r.all.schemas = cache.NewDefaultCache()
	r.documents = map[*operation]func() (*document, error){}
	for template, item := range r.Paths {
		for _, method := range methods {
			if raw, there := item[method]; there {
				op := r.all.add(method, template, nil)
				r.documents[op] = sync.OnceValues(func() (*document, error) { return r.read(op, raw) })
			}
		}
	}
	return r.correctable()
}

// read makes a document of one operation, with the components that it reaches.
func (r *restAPI) read(op *operation, raw json.RawMessage) (*document, error) {
	var def object
	if err := json.Unmarshal(raw, &def); err != nil {
		return nil, err
	}
	addGitHubErrors(def)
	components := object{}
	var wrong []error
	copyReferences(def, func(kind, name string) any {
		if kind == "examples" {
			return object{} // nobody looks at them
		}
		component, err := r.component(kind, name)
		wrong = append(wrong, err)
		return component
	}, components)
	if err := errors.Join(wrong...); err != nil {
		return nil, err
	}
	return newDocument(object{
		"openapi": r.OpenAPI, "info": r.Info, "components": components,
		"paths": object{op.template: object{strings.ToLower(op.method): def}},
	}, r.all.schemas, func(*document) error { return nil })
}

func (r *restAPI) check(exchange sandbox.Exchange) []string {
	op := r.all.find(exchange.Method, exchange.URL.EscapedPath())
	if op == nil {
		return []string{"the API description has no such path and method"}
	}
	d, err := r.documents[op]()
	if err != nil {
		return []string{"the API description could not be read: " + err.Error()}
	}
	return append(d.check(exchange), d.surplus(exchange)...)
}

// surplus says where there is a body that the description knows nothing of, which the validator does not look for.
func (d *document) surplus(exchange sandbox.Exchange) (wrong []string) {
	def := d.operations[0].def
	if len(exchange.Body) > 0 && def["requestBody"] == nil {
		wrong = append(wrong, "request: it has a body")
	}
	answer := d.resolve(child(def, "responses")[strconv.Itoa(exchange.Status)])
	if len(exchange.Answer) > 0 && exchange.Status < 300 && answer != nil && answer["content"] == nil {
		wrong = append(wrong, fmt.Sprintf("answer %d: it has a body", exchange.Status))
	}
	return wrong
}

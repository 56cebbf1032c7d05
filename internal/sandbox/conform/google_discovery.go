package conform

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
)

// A discovery is what some of Google's discovery documents describe, as far as it is checked. Their schemas are
// an old draft of JSON Schema with types of Google's own, and few enough to be checked by hand
// (google_schema.go).
type discovery struct{ methods []*method }

// A description is one discovery document.
type description struct {
	resources
	// ServicePath is what stands before the paths of all methods.
	ServicePath string
	Parameters  map[string]*schema
	Schemas     map[string]*schema
}

type resources struct {
	Methods   map[string]*method
	Resources map[string]resources
}

// A method is one of an API's.
type method struct {
	ID         string
	HTTPMethod string
	Path       string
	Parameters map[string]*schema
	Request    *schema
	Response   *schema

	// standard are the parameters that every method of the document has.
	standard map[string]*schema
	schemas  map[string]*schema

	once    sync.Once
	pattern *regexp.Regexp
	names   []string // what the groups of the pattern are
}

// A schema is that of a body, a field or a parameter.
type schema struct {
	Ref                  string `json:"$ref"`
	Type, Format         string
	Pattern              string
	Enum                 []string
	Minimum, Maximum     string
	Properties           map[string]*schema
	AdditionalProperties *schema
	Items                *schema
	ReadOnly             bool

	// Of parameters only.
	Location           string
	Required, Repeated bool
}

// loadDiscovery reads documents out of a module.
func loadDiscovery(module string, files ...string) (*discovery, error) {
	dir, err := moduleDir(module)
	if err != nil {
		return nil, err
	}
	d := &discovery{}
	for _, file := range files {
		data, err := os.ReadFile(filepath.Join(dir, file))
		if err == nil {
			err = d.add(data)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
	}
	return d, nil
}

func (d *discovery) add(data []byte) error {
	var found description
	if err := json.Unmarshal(data, &found); err != nil {
		return err
	}
	before := len(d.methods)
	d.collect(found.resources, &found)
	if len(d.methods) == before {
		return errors.New("the description has no methods")
	}
	return nil
}

func (d *discovery) collect(from resources, in *description) {
	for _, m := range from.Methods {
		m.standard, m.schemas, m.Path = in.Parameters, in.Schemas, in.ServicePath+m.Path
		d.methods = append(d.methods, m)
	}
	for _, deeper := range from.Resources {
		d.collect(deeper, in)
	}
}

// find is the method that a request calls, with the values in its path. Of several that match it is the one that
// says more of the path literally, as every router has it.
func (d *discovery) find(httpMethod, path string) (found *method, values map[string]string) {
	for _, m := range d.methods {
		if m.HTTPMethod != httpMethod {
			continue
		}
		matched, ok := m.match(path)
		if ok && (found == nil || m.literal() > found.literal()) {
			found, values = m, matched
		}
	}
	return found, values
}

var placeholder = regexp.MustCompile(`\{\+?\w+\}`)

// compile makes an expression of the path: {name} is one segment, and {+name} whatever the parameter's own
// pattern says.
func (m *method) compile() {
	var b strings.Builder
	b.WriteString("^/")
	rest := m.Path
	for _, at := range placeholder.FindAllString(m.Path, -1) {
		before, after, _ := strings.Cut(rest, at)
		name := strings.Trim(at, "{+}")
		inner := "[^/]+"
		if strings.HasPrefix(at, "{+") && m.Parameters[name] != nil && m.Parameters[name].Pattern != "" {
			inner = strings.TrimSuffix(strings.TrimPrefix(m.Parameters[name].Pattern, "^"), "$")
		}
		b.WriteString(regexp.QuoteMeta(before) + "(" + inner + ")")
		m.names, rest = append(m.names, name), after
	}
	b.WriteString(regexp.QuoteMeta(rest) + "$")
	m.pattern = regexp.MustCompile(b.String())
}

// match returns the values in a path, still escaped.
func (m *method) match(path string) (map[string]string, bool) {
	m.once.Do(m.compile)
	groups := m.pattern.FindStringSubmatch(path)
	if groups == nil {
		return nil, false
	}
	values := map[string]string{}
	for i, name := range m.names {
		values[name] = groups[i+1]
	}
	return values, true
}

// literal is how much of the path is no parameter.
func (m *method) literal() int { return len(placeholder.ReplaceAllString(m.Path, "")) }

// Package conform checks what goes over the wire against the vendors' own published API descriptions. It is
// what keeps the sandbox honest, and the provider within what the vendor documents. Tests only.
package conform

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/pb33f/libopenapi"
	validator "github.com/pb33f/libopenapi-validator"
	"github.com/pb33f/libopenapi-validator/cache"
	"github.com/pb33f/libopenapi-validator/config"
	"gopkg.in/yaml.v3"
)

type object = map[string]any

// A document is an OpenAPI description, from which a validator is made for one operation at a time, at its
// first use. Making one for the whole of Okta's takes a quarter of a minute, and a test needs a handful.
type document struct {
	root       object
	operations []*operation
	// schemas are the compiled ones, shared by the operations: most answer with the same error.
	schemas cache.SchemaCache
}

// An operation is one method on one path of the document.
type operation struct {
	method   string
	template string
	segments []string
	def      object

	once      sync.Once
	validator validator.Validator
	err       error
}

// moduleDir is where the go command keeps a module that go.mod requires.
func moduleDir(path string) (string, error) {
	out, err := exec.Command("go", "mod", "download", "-json", path).Output()
	if err != nil {
		return "", fmt.Errorf("go mod download %s: %w", path, err)
	}
	var module struct{ Dir string }
	if err := json.Unmarshal(out, &module); err != nil {
		return "", err
	}
	if module.Dir == "" {
		return "", fmt.Errorf("go mod download %s names no folder", path)
	}
	return module.Dir, nil
}

// load reads a description out of a module, corrects it and prepares it for the validator.
func load(module, file string, correct func(*document) error) (*document, error) {
	dir, err := moduleDir(module)
	if err != nil {
		return nil, err
	}
	data, err := os.ReadFile(filepath.Join(dir, file))
	if err != nil {
		return nil, err
	}
	return parse(data, correct)
}

func parse(data []byte, correct func(*document) error) (*document, error) {
	var root object
	if err := yaml.Unmarshal(data, &root); err != nil {
		return nil, err
	}
	return newDocument(root, cache.NewDefaultCache(), correct)
}

var methods = []string{"get", "put", "post", "delete", "patch"}

func newDocument(root object, schemas cache.SchemaCache, correct func(*document) error) (*document, error) {
	d := &document{root: root, schemas: schemas}
	paths := child(d.root, "paths")
	for _, template := range slices.Sorted(maps.Keys(paths)) {
		for _, method := range methods {
			if def := child(paths, template, method); len(def) > 0 {
				d.add(method, template, def)
			}
		}
	}
	if len(d.operations) == 0 {
		return nil, errors.New("the description has no operations")
	}
	if err := correct(d); err != nil {
		return nil, err
	}
	d.prepare(d.root, false)
	return d, nil
}

func (d *document) add(method, template string, def object) *operation {
	op := &operation{method: strings.ToUpper(method), template: template, segments: strings.Split(template, "/"), def: def}
	d.operations = append(d.operations, op)
	return op
}

// prepare makes of a description what the validator understands. Examples go, as not all of them are valid.
// oneOf with a discriminator becomes anyOf: the validator takes the discriminator for a hint, and complains
// that several variants match. So does oneOf that may be null, which the validator knows of a type only. allOf is merged into one schema, as the strict mode does not look for the
// fields of a variant in it. A map, and an object of which nothing is said, may have any keys, which the strict
// mode has to be told in so many words. In a map of properties the keys are names, whatever they are called.
func (d *document) prepare(node any, properties bool) {
	switch node := node.(type) {
	case object:
		if !properties {
			delete(node, "example")
			delete(node, "examples")
			if variants, ok := node["oneOf"]; ok && node["discriminator"] != nil {
				node["anyOf"] = variants
				delete(node, "oneOf")
			}
			d.mergeAllOf(node)
			orNull(node)
			openMap(node)
		}
		for key, value := range node {
			d.prepare(value, key == "properties" && !properties)
		}
	case []any:
		for _, value := range node {
			d.prepare(value, false)
		}
	}
}

// orNull makes null one of the variants.
func orNull(schema object) {
	for _, of := range []string{"oneOf", "anyOf"} {
		if variants := listOf(schema[of]); len(variants) > 0 && schema["nullable"] == true && schema["type"] == nil {
			delete(schema, of)
			schema["anyOf"] = append(slices.Clone(variants), object{"type": "string", "nullable": true, "enum": []any{nil}})
		}
	}
}

// openMap declares every key of an object that has no properties of its own.
func openMap(schema object) {
	if schema["type"] != "object" || schema["properties"] != nil || schema["oneOf"] != nil || schema["anyOf"] != nil {
		return
	}
	values, ok := schema["additionalProperties"].(object)
	if !ok {
		values = object{}
	}
	schema["patternProperties"] = object{".*": values}
}

// mergeAllOf puts the parts of an allOf into the schema itself; a later part has the last word on a property.
func (d *document) mergeAllOf(schema object) {
	parts, ok := schema["allOf"].([]any)
	if !ok {
		return
	}
	delete(schema, "allOf")
	properties := object{}
	var required []any
	for _, part := range append(parts, maps.Clone(schema)) {
		part := d.resolve(part)
		d.mergeAllOf(part)
		for key, value := range part {
			switch key {
			case "properties":
				maps.Copy(properties, child(part, "properties"))
			case "required":
				required = append(required, listOf(value)...)
			case "discriminator":
				// It is the base's, and chooses among the likes of this schema.
			default:
				schema[key] = value
			}
		}
	}
	if len(properties) > 0 {
		schema["properties"] = properties
	}
	if len(required) > 0 {
		schema["required"] = unique(required)
	}
}

// child is the object at the end of a path of keys. Where there is none it is an empty one, and writing to it is
// without consequence.
func child(node any, path ...string) object {
	for _, name := range path {
		parent, _ := node.(object)
		node = parent[name]
	}
	if found, ok := node.(object); ok {
		return found
	}
	return object{}
}

func listOf(node any) []any {
	list, _ := node.([]any)
	return list
}

func unique(values []any) []any {
	var list []any
	for _, value := range values {
		if !slices.Contains(list, value) {
			list = append(list, value)
		}
	}
	return list
}

// resolve follows a reference.
func (d *document) resolve(node any) object {
	schema, _ := node.(object)
	ref, ok := schema["$ref"].(string)
	if !ok {
		return schema
	}
	return d.resolve(child(d.root, strings.Split(ref, "/")[1:]...))
}

// find is the operation that a request calls, by its path as it was sent: of several templates that match, the one that
// is literal where the others first differ from it, as every router has it.
func (d *document) find(method, path string) *operation {
	segments := strings.Split(path, "/")
	var best *operation
	for _, op := range d.operations {
		if op.method == method && op.matches(segments) && (best == nil || op.before(best)) {
			best = op
		}
	}
	return best
}

func (op *operation) matches(segments []string) bool {
	return slices.EqualFunc(op.segments, segments, func(want, got string) bool {
		return want == got || strings.HasPrefix(want, "{") && got != ""
	})
}

// before says which of two templates that match the same path is the more literal one.
func (op *operation) before(other *operation) bool {
	for i, segment := range op.segments {
		if literal := !strings.HasPrefix(segment, "{"); literal == strings.HasPrefix(other.segments[i], "{") {
			return literal
		}
	}
	return false
}

// validatorOf compiles the operation with the components it reaches, and nothing else.
func (d *document) validatorOf(op *operation) (validator.Validator, error) {
	op.once.Do(func() {
		op.validator, op.err = d.compile(op)
	})
	return op.validator, op.err
}

func (d *document) compile(op *operation) (validator.Validator, error) {
	item := object{strings.ToLower(op.method): op.def}
	if shared := child(d.root, "paths", op.template); shared["parameters"] != nil {
		item["parameters"] = shared["parameters"]
	}
	all := child(d.root, "components")
	components := object{"securitySchemes": all["securitySchemes"]}
	copyReferences(item, func(kind, name string) any { return child(all, kind)[name] }, components)
	data, err := yaml.Marshal(object{
		"openapi": d.root["openapi"], "info": d.root["info"], "paths": object{op.template: item}, "components": components,
	})
	if err != nil {
		return nil, err
	}
	parsed, err := libopenapi.NewDocument(data)
	if err != nil {
		return nil, err
	}
	v, errs := validator.NewValidator(parsed,
		config.WithStrictMode(), config.WithFormatAssertions(), config.WithSchemaCache(d.schemas),
		config.WithStrictIgnoredHeadersExtra(ignoredHeaders...))
	return v, errors.Join(errs...)
}

// copyReferences copies the components that node refers to, and those that they refer to. from has them, by kind and name.
func copyReferences(node any, from func(kind, name string) any, into object) {
	switch node := node.(type) {
	case object:
		if ref, ok := node["$ref"].(string); ok {
			parts := strings.Split(ref, "/")
			if len(parts) != 4 {
				return
			}
			kind, name := parts[2], parts[3]
			if into[kind] == nil {
				into[kind] = object{}
			}
			known := child(into, kind)
			if _, done := known[name]; done {
				return
			}
			known[name] = from(kind, name)
			copyReferences(known[name], from, into)
		}
		for _, value := range node {
			copyReferences(value, from, into)
		}
	case []any:
		for _, value := range node {
			copyReferences(value, from, into)
		}
	}
}

package providertest

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
)

// unsupported says that a configuration has to be run with the CLI. No test expects it as an error.
type unsupported string

func (e unsupported) Error() string {
	return string(e) + " is not known here: run this test with the CLI"
}

// A config is what one step has written.
type config struct {
	providers map[string]*hclsyntax.Body
	// blocks are the resources and data sources, in an order in which what is referred to comes first.
	blocks []*block
}

// A block is a resource or a data source.
type block struct {
	address, typeName, name, provider string
	data                              bool
	body                              *hclsyntax.Body
	// needs are the addresses that it refers to or depends on.
	needs []string
	// imports is the id by which the resource is imported where it is not in the state yet.
	imports hclsyntax.Expression
}

func parse(source string) (*config, error) {
	file, diags := hclsyntax.ParseConfig([]byte(source), "main.tf", hcl.InitialPos)
	if diags.HasErrors() {
		return nil, diags
	}
	body, _ := file.Body.(*hclsyntax.Body)
	c := &config{providers: map[string]*hclsyntax.Body{}}
	imports := map[string]hclsyntax.Expression{}
	for _, b := range body.Blocks {
		switch b.Type {
		case "provider":
			c.providers[b.Labels[0]] = b.Body
		case "resource", "data":
			n := &block{typeName: b.Labels[0], name: b.Labels[1], data: b.Type == "data", body: b.Body, provider: strings.SplitN(b.Labels[0], "_", 2)[0]}
			n.address = n.typeName + "." + n.name
			if n.data {
				n.address = "data." + n.address
			}
			c.blocks = append(c.blocks, n)
		case "import":
			to, id := b.Body.Attributes["to"], b.Body.Attributes["id"]
			if to == nil || id == nil || len(b.Body.Attributes) != 2 {
				return nil, unsupported("an import that has not just to and id")
			}
			traversal, diags := hcl.AbsTraversalForExpr(to.Expr)
			if diags.HasErrors() {
				return nil, diags
			}
			imports[addressIn(traversal)] = id.Expr
		default:
			return nil, unsupported("the block " + b.Type)
		}
	}
	for _, b := range c.blocks {
		b.imports = imports[b.address]
		if err := b.read(); err != nil {
			return nil, err
		}
	}
	return c, c.order()
}

// read finds what the block needs, and takes its meta-arguments out of it.
func (b *block) read() error {
	var refer []hcl.Traversal
	for name, attribute := range b.body.Attributes {
		switch name {
		case "depends_on":
			list, diags := hcl.ExprList(attribute.Expr)
			if diags.HasErrors() {
				return diags
			}
			for _, one := range list {
				refer = append(refer, one.Variables()...)
			}
		case "provider":
			b.provider = hcl.ExprAsKeyword(attribute.Expr)
		case "for_each", "count":
			return unsupported(name)
		default:
			refer = append(refer, attribute.Expr.Variables()...)
		}
	}
	if b.imports != nil {
		refer = append(refer, b.imports.Variables()...)
	}
	for _, meta := range []string{"depends_on", "provider"} {
		delete(b.body.Attributes, meta)
	}
	for _, traversal := range refer {
		b.needs = append(b.needs, addressIn(traversal))
	}
	return nil
}

// addressIn is the address of the resource or data source that a reference leads to.
func addressIn(traversal hcl.Traversal) string {
	length := 2
	if traversal.RootName() == "data" {
		length = 3
	}
	var parts []string
	for _, step := range traversal[:min(length, len(traversal))] {
		switch step := step.(type) {
		case hcl.TraverseRoot:
			parts = append(parts, step.Name)
		case hcl.TraverseAttr:
			parts = append(parts, step.Name)
		}
	}
	return strings.Join(parts, ".")
}

// order puts what is needed before what needs it.
func (c *config) order() error {
	byAddress := map[string]*block{}
	for _, b := range c.blocks {
		byAddress[b.address] = b
	}
	var ordered []*block
	visited := map[string]bool{}
	var visit func(b *block) error
	visit = func(b *block) error {
		if visited[b.address] {
			return nil
		}
		visited[b.address] = true
		for _, need := range b.needs {
			needed, ok := byAddress[need]
			if !ok {
				return unsupported("a reference to " + need)
			}
			if err := visit(needed); err != nil {
				return err
			}
		}
		ordered = append(ordered, b)
		return nil
	}
	for _, b := range c.blocks {
		if err := visit(b); err != nil {
			return err
		}
	}
	c.blocks = ordered
	return nil
}

// block returns the block of an address, or nil.
func (c *config) block(address string) *block {
	if i := slices.IndexFunc(c.blocks, func(b *block) bool { return b.address == address }); i >= 0 {
		return c.blocks[i]
	}
	return nil
}

// values are what the resources and data sources are known to be, by address.
type values map[string]cty.Value

// context is what expressions can refer to.
func (v values) context() *hcl.EvalContext {
	managed, data := map[string]map[string]cty.Value{}, map[string]map[string]cty.Value{}
	for address, value := range v {
		into, rest := managed, address
		if of, ok := strings.CutPrefix(address, "data."); ok {
			into, rest = data, of
		}
		typeName, name, _ := strings.Cut(rest, ".")
		if into[typeName] == nil {
			into[typeName] = map[string]cty.Value{}
		}
		into[typeName][name] = value
	}
	objects := func(of map[string]map[string]cty.Value) map[string]cty.Value {
		variables := map[string]cty.Value{}
		for typeName, named := range of {
			variables[typeName] = cty.ObjectVal(named)
		}
		return variables
	}
	variables := objects(managed)
	if len(data) > 0 {
		variables["data"] = cty.ObjectVal(objects(data))
	}
	return &hcl.EvalContext{Variables: variables}
}

// decode evaluates a body as a schema has it.
func decode(s *schema, body *hclsyntax.Body, known values) (cty.Value, error) {
	if len(body.Blocks) > 0 {
		return cty.NilVal, unsupported("the block " + body.Blocks[0].Type)
	}
	for _, name := range slices.Sorted(maps.Keys(body.Attributes)) {
		if s.attributes[name] == nil {
			return cty.NilVal, fmt.Errorf("Unsupported argument: An argument named %q is not expected here.", name) //nolint:staticcheck // core's words
		}
	}
	decoded, context := map[string]cty.Value{}, known.context()
	for name, attribute := range s.attributes {
		written := body.Attributes[name]
		if written == nil {
			if attribute.Required {
				return cty.NilVal, fmt.Errorf("Missing required argument: The argument %q is required, but no definition was found.", name) //nolint:staticcheck // core's words
			}
			decoded[name] = cty.NullVal(s.object.AttributeType(name))
			continue
		}
		value, diags := written.Expr.Value(context)
		if diags.HasErrors() {
			return cty.NilVal, diags
		}
		converted, err := convert.Convert(value, configured(attribute))
		if err != nil {
			return cty.NilVal, fmt.Errorf("Incorrect attribute value type: Inappropriate value for attribute %q: %w.", name, err) //nolint:staticcheck // core's words
		}
		decoded[name] = converted
	}
	return cty.ObjectVal(decoded), nil
}

// configured is the type of what may be written for an attribute: of an object, what is not required may be left out.
func configured(attribute *tfprotov6.SchemaAttribute) cty.Type {
	if attribute.NestedType == nil {
		return typeOf(attribute.Type)
	}
	types, optional := map[string]cty.Type{}, []string(nil)
	for _, nested := range attribute.NestedType.Attributes {
		types[nested.Name] = configured(nested)
		if !nested.Required {
			optional = append(optional, nested.Name)
		}
	}
	object := cty.ObjectWithOptionalAttrs(types, optional)
	switch attribute.NestedType.Nesting {
	case tfprotov6.SchemaObjectNestingModeList:
		return cty.List(object)
	case tfprotov6.SchemaObjectNestingModeSet:
		return cty.Set(object)
	case tfprotov6.SchemaObjectNestingModeMap:
		return cty.Map(object)
	default:
		return object
	}
}

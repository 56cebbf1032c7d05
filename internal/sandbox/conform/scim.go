package conform

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
)

// scimSchemaFile are the schemas of RFC 7643 section 8.7 ("Schema Representation"), without descriptions and without what is
// not checked here. What that section lacks and the text of the standard has is in scimCorrections.
//
//go:embed scim_schemas.json
var scimSchemaFile []byte

// A scimSchema is one of them.
type scimSchema struct {
	ID         string          `json:"id"`
	Attributes []scimAttribute `json:"attributes"`
}

// A scimAttribute is the characteristics of an attribute (RFC 7643 section 2.2).
type scimAttribute struct {
	Name            string          `json:"name"`
	Type            string          `json:"type"`
	MultiValued     bool            `json:"multiValued"`
	Required        bool            `json:"required"`
	Mutability      string          `json:"mutability"`
	Returned        string          `json:"returned"`
	CanonicalValues []string        `json:"canonicalValues"`
	SubAttributes   []scimAttribute `json:"subAttributes"`
}

const (
	scimUser   = "urn:ietf:params:scim:schemas:core:2.0:User"
	scimGroup  = "urn:ietf:params:scim:schemas:core:2.0:Group"
	scimConfig = "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"
	scimList   = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
	scimPatch  = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
	scimError  = "urn:ietf:params:scim:api:messages:2.0:Error"
)

// A scimStandard is the schemas by id.
type scimStandard map[string][]scimAttribute

var scim = sync.OnceValues(func() (scimStandard, error) {
	var schemas []scimSchema
	if err := json.Unmarshal(scimSchemaFile, &schemas); err != nil {
		return nil, err
	}
	standard := scimStandard{}
	for _, schema := range schemas {
		standard[schema.ID] = schema.Attributes
	}
	return standard, scimCorrections(standard)
})

// scimCorrections add what section 8.7 does not have and the text does.
func scimCorrections(standard scimStandard) error {
	type addition struct{ schema, attribute, sub, kind string }
	for _, a := range []addition{
		{scimGroup, "members", "display", "string"},                 // RFC 7643 section 2.4; figure 8.4 has it
		{scimConfig, "authenticationSchemes", "type", "string"},     // section 5
		{scimConfig, "authenticationSchemes", "primary", "boolean"}, // section 5, figure 8.5
		{scimConfig, "etag", "supported", "boolean"},                // section 5
		{scimConfig, "pagination", "cursor", "boolean"},             // RFC 9865 section 4
		{scimConfig, "pagination", "index", "boolean"},
	} {
		attributes := standard[a.schema]
		at := slices.IndexFunc(attributes, func(have scimAttribute) bool { return have.Name == a.attribute })
		if at < 0 {
			attributes = append(attributes, scimAttribute{Name: a.attribute, Type: "complex"})
			at = len(attributes) - 1
		}
		sub := scimAttribute{Name: a.sub, Type: a.kind}
		if slices.ContainsFunc(attributes[at].SubAttributes, func(have scimAttribute) bool { return have.Name == a.sub }) {
			return fmt.Errorf("the schema %s has %s.%s already", a.schema, a.attribute, a.sub)
		}
		attributes[at].SubAttributes = append(attributes[at].SubAttributes, sub)
		standard[a.schema] = attributes
	}
	return nil
}

// A SCIMDeviation is something that is not the standard's and that a vendor wants.
type SCIMDeviation string

// The deviations.
const (
	// RemoveWithValue is a remove with a value, of whom it names (Slack).
	RemoveWithValue SCIMDeviation = "a remove with a value"
	// OtherFilters are filters by attributes that the standard does not have (Slack's email).
	OtherFilters SCIMDeviation = "a filter by an attribute of the vendor's own"
)

// SCIM returns a check of single exchanges against RFC 7643 and RFC 7644, to be given to Server.Observe: paths, parameters,
// media types, filters, the shapes of messages, and every resource against its schema. base is the path of the base URL.
// What the standard does not have fails the test, but for the deviations. Exchanges that a fault has tampered with are let
// through.
func SCIM(t testing.TB, base string, except ...SCIMDeviation) func(sandbox.Exchange) {
	t.Helper()
	standard, err := scim()
	if err != nil {
		t.Fatalf("the schemas of SCIM: %v", err)
	}
	return func(exchange sandbox.Exchange) {
		if exchange.Faulted {
			return
		}
		for _, wrong := range standard.check(base, exchange, except) {
			t.Errorf("%s %s: %s", exchange.Method, exchange.URL.RequestURI(), wrong)
		}
	}
}

// A scimCheck is the check of one exchange.
type scimCheck struct {
	scimStandard
	exchange sandbox.Exchange
	except   []SCIMDeviation
	// schema is that of the resources at the endpoint, and single says that the path names one.
	schema string
	single bool
	wrong  []string
}

func (s scimStandard) check(base string, exchange sandbox.Exchange, except []SCIMDeviation) []string {
	c := &scimCheck{scimStandard: s, exchange: exchange, except: except}
	if !c.route(base) {
		return []string{"the standard has no such path and method"}
	}
	c.request()
	c.answer()
	return c.wrong
}

func (c *scimCheck) say(format string, args ...any) {
	if line := fmt.Sprintf(format, args...); !slices.Contains(c.wrong, line) {
		c.wrong = append(c.wrong, line)
	}
}

// route finds the endpoint (RFC 7644 section 3.2).
func (c *scimCheck) route(base string) bool {
	path, ok := strings.CutPrefix(c.exchange.URL.EscapedPath(), base+"/")
	endpoint, id, named := strings.Cut(path, "/")
	methods := []string{"GET"}
	switch endpoint {
	case "Users", "Groups":
		c.schema, c.single = map[string]string{"Users": scimUser, "Groups": scimGroup}[endpoint], named
		if named {
			methods = []string{"GET", "PUT", "PATCH", "DELETE"}
		}
	case "Me":
		c.schema, c.single = scimUser, true
	case "ServiceProviderConfig":
		c.schema, c.single = scimConfig, true
	case "Schemas", "ResourceTypes":
		// What these answer is read for names alone.
	default:
		return false
	}
	return ok && (!named || id != "" && !strings.Contains(id, "/")) && slices.Contains(methods, c.exchange.Method)
}

func (c *scimCheck) request() {
	e := c.exchange
	if !strings.Contains(e.Header.Get("Accept"), "application/scim+json") {
		c.say("request: Accept is %q (RFC 7644 3.1)", e.Header.Get("Accept"))
	}
	for name, values := range e.URL.Query() {
		c.parameter(name, values[0])
	}
	if len(e.Body) == 0 {
		return
	}
	if media := e.Header.Get("Content-Type"); media != "application/scim+json" {
		c.say("request: Content-Type is %q (RFC 7644 3.1)", media)
	}
	body, ok := c.object("request", e.Body)
	if !ok {
		return
	}
	if e.Method == "PATCH" {
		c.patch(body)
		return
	}
	c.resource("request", body)
}

// parameter checks one of a query (RFC 7644 3.4.2 and 3.9, RFC 9865).
func (c *scimCheck) parameter(name, value string) {
	number := func(least int) {
		if n, err := strconv.Atoi(value); err != nil || n < least {
			c.say("request: %s is %q", name, value)
		}
	}
	switch name {
	case "startIndex":
		number(1)
	case "count":
		number(0)
	case "cursor", "attributes", "excludedAttributes":
	case "filter":
		c.filter(value)
	default:
		c.say("request: the standard has no parameter %s", name)
	}
	if c.single && name != "attributes" && name != "excludedAttributes" {
		c.say("request: the parameter %s is for lists", name)
	}
}

var (
	scimComparison = regexp.MustCompile(`^([A-Za-z$][A-Za-z0-9$_.-]*) (eq|ne|co|sw|ew|gt|ge|lt|le) ("(?:[^"\\]|\\.)*")`)
	scimPath       = regexp.MustCompile(`^([A-Za-z$][A-Za-z0-9$_.-]*)(?:\[(.*)\](?:\.([A-Za-z$]+))?)?$`)
)

// filter checks the part of the grammar that is in use: comparisons joined with and (RFC 7644 3.4.2.2).
func (c *scimCheck) filter(text string) {
	for _, name := range c.compared("filter", text) {
		if c.attribute(name) == nil && !slices.Contains(c.except, OtherFilters) {
			c.say("request: a filter by %s, which is no attribute", name)
		}
	}
}

// compared are the attributes that a filter compares.
func (c *scimCheck) compared(where, text string) (names []string) {
	for rest := text; ; {
		match := scimComparison.FindStringSubmatch(rest)
		if match == nil {
			c.say("request: the %s %q can't be read", where, text)
			return nil
		}
		var value string
		if json.Unmarshal([]byte(match[3]), &value) != nil {
			c.say("request: a value of the %s %q is not JSON", where, text)
		}
		names = append(names, match[1])
		if rest = rest[len(match[0]):]; rest == "" {
			return names
		}
		var joined bool
		if rest, joined = strings.CutPrefix(rest, " and "); !joined {
			c.say("request: the %s %q can't be read", where, text)
			return nil
		}
	}
}

// attribute finds an attribute by its path, and nil if there is none.
func (c *scimCheck) attribute(path string) *scimAttribute {
	name, sub, nested := strings.Cut(path, ".")
	for _, a := range append(slices.Clone(c.scimStandard[c.schema]), scimCommon...) {
		if !strings.EqualFold(a.Name, name) {
			continue
		}
		if !nested {
			return &a
		}
		for _, s := range a.SubAttributes {
			if strings.EqualFold(s.Name, sub) {
				return &s
			}
		}
	}
	return nil
}

// patch checks the body of a PATCH (RFC 7644 3.5.2).
func (c *scimCheck) patch(body map[string]any) {
	if !onlyURN(body["schemas"], scimPatch) {
		c.say("request: the schemas of a patch are %v", body["schemas"])
	}
	operations, ok := body["Operations"].([]any)
	if !ok || len(operations) == 0 || len(body) != 2 {
		c.say("request: a patch has schemas and Operations, and nothing else")
	}
	for _, one := range operations {
		op, _ := one.(map[string]any)
		path, _ := op["path"].(string)
		value, hasValue := op["value"]
		for key := range op {
			if !slices.Contains([]string{"op", "path", "value"}, key) {
				c.say("request: an operation has %s", key)
			}
		}
		switch op["op"] {
		case "remove":
			if path == "" {
				c.say("request: a remove without a path (3.5.2.2)")
			}
			if hasValue && !slices.Contains(c.except, RemoveWithValue) {
				c.say("request: a remove with a value (3.5.2.2 has none)")
			}
		case "add", "replace":
			if !hasValue {
				c.say("request: %v without a value", op["op"])
			}
			if parts, isObject := value.(map[string]any); path == "" && !isObject {
				c.say("request: %v without a path needs an object", op["op"])
			} else if path == "" {
				c.partial(parts)
			}
		default:
			c.say("request: the operation %v", op["op"])
		}
		if path != "" {
			c.path(path, op["op"], value)
		}
	}
}

// path checks the path of an operation, and a value against what it leads to.
func (c *scimCheck) path(path string, op, value any) {
	match := scimPath.FindStringSubmatch(path)
	if match == nil {
		c.say("request: the path %q can't be read", path)
		return
	}
	a := c.attribute(match[1])
	switch {
	case a == nil:
		c.say("request: the path %q leads to no attribute", path)
		return
	case a.Mutability == "readOnly":
		c.say("request: %s can't be changed", a.Name)
	case match[2] != "":
		for _, name := range c.compared("path", match[2]) {
			if !slices.ContainsFunc(a.SubAttributes, func(s scimAttribute) bool { return s.Name == name }) {
				c.say("request: the path %q compares %s, which %s does not have", path, name, a.Name)
			}
		}
	case op != "remove":
		c.value("request: "+a.Name, *a, value)
	}
}

// partial checks an object of attributes of which others may be missing.
func (c *scimCheck) partial(parts map[string]any) {
	for name, value := range parts {
		if a := c.attribute(name); a == nil {
			c.say("request: there is no attribute %s", name)
		} else {
			c.value("request: "+name, *a, value)
		}
	}
}

func onlyURN(have any, want string) bool {
	list, _ := have.([]any)
	return len(list) == 1 && list[0] == want
}

func (c *scimCheck) object(where string, data []byte) (object map[string]any, ok bool) {
	if err := json.Unmarshal(data, &object); err != nil || object == nil {
		c.say("%s: it is no JSON object", where)
		return nil, false
	}
	return object, true
}

// isReference says that a text is a URI, or a part of one.
func isReference(text string) bool {
	_, err := url.Parse(text)
	return err == nil
}

package conform

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"

	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
)

// A graph is a GraphQL schema.
type graph struct{ schema *ast.Schema }

// newGraph reads a schema. correct changes it before it is looked at as a whole.
func newGraph(text string, correct func(*ast.SchemaDocument) error) (*graph, error) {
	document, err := parser.ParseSchemas(validator.Prelude, &ast.Source{Name: "schema.graphql", Input: text})
	if err != nil {
		return nil, err
	}
	if err := correct(document); err != nil {
		return nil, err
	}
	schema, err := validator.ValidateSchemaDocument(document)
	return &graph{schema}, err
}

// check returns what is wrong with an exchange.
func (g *graph) check(exchange sandbox.Exchange) []string {
	if exchange.Method != http.MethodPost {
		return []string{"GraphQL is asked with POST"}
	}
	q := &queryCheck{graph: g}
	q.request(exchange.Body)
	if exchange.Status != http.StatusOK {
		q.refusal(exchange)
	} else {
		q.answer(exchange.Answer)
	}
	return q.wrong
}

// A queryCheck collects what is wrong with one query. What is wrong with every row of a list is said once.
type queryCheck struct {
	*graph
	// operation is nil where the request can't be read.
	operation *ast.OperationDefinition
	variables map[string]any
	// nodes are how many the query could be answered with.
	nodes int
	wrong []string
}

func (q *queryCheck) say(format string, args ...any) {
	if line := fmt.Sprintf(format, args...); !slices.Contains(q.wrong, line) {
		q.wrong = append(q.wrong, line)
	}
}

// read reads JSON that has these fields and no others.
func (q *queryCheck) read(what string, data []byte, into any) bool {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	decoder.UseNumber()
	if err := decoder.Decode(into); err != nil {
		q.say("%s: %v", what, err)
		return false
	}
	return true
}

func (q *queryCheck) request(body []byte) {
	var asked struct {
		Query         string         `json:"query"`
		OperationName *string        `json:"operationName"`
		Variables     map[string]any `json:"variables"`
	}
	if !q.read("request", body, &asked) {
		return
	}
	document, errs := gqlparser.LoadQueryWithRules(q.schema, asked.Query, nil)
	for _, err := range errs {
		q.say("request: %s", err.Message)
	}
	if len(errs) > 0 {
		return
	}
	name := ""
	if asked.OperationName != nil {
		name = *asked.OperationName
	}
	operation := document.Operations.ForName(name)
	if operation == nil {
		q.say("request: it is not said which of %d operations is asked for", len(document.Operations))
		return
	}
	q.operation, q.variables = operation, asked.Variables
	q.given(operation.VariableDefinitions)
	q.limits(operation.SelectionSet, 1)
	if q.nodes > maxNodes {
		q.say("request: it asks for up to %d nodes, and GitHub gives no more than %d", q.nodes, maxNodes)
	}
}

// given checks the variables. GitHub takes each as it is and makes nothing else of it: a number is no text.
func (q *queryCheck) given(wanted ast.VariableDefinitionList) {
	for name := range q.variables {
		if wanted.ForName(name) == nil {
			q.say("request: the query has no variable $%s", name)
		}
	}
	for _, variable := range wanted {
		value, there := q.variables[variable.Variable]
		if there || variable.DefaultValue == nil {
			q.input("$"+variable.Variable, variable.Type, value)
		}
	}
}

func (q *queryCheck) input(at string, of *ast.Type, value any) {
	def := q.schema.Types[of.NamedType]
	list, isList := value.([]any)
	fields, isObject := value.(object)
	switch {
	case value == nil:
		if of.NonNull {
			q.say("request: %s is missing or null, and %s cannot be", at, of)
		}
	case of.Elem != nil && isList:
		for _, row := range list {
			q.input(at+"[*]", of.Elem, row)
		}
	case of.Elem != nil:
		q.input(at, of.Elem, value) // one is a list of one
	case def.Kind != ast.InputObject:
		if !fits(def, value) {
			q.say("request: %s is %v, which is no %s", at, value, def.Name)
		}
	case !isObject:
		q.say("request: %s is no %s", at, def.Name)
	default:
		for name := range fields {
			if def.Fields.ForName(name) == nil {
				q.say("request: %s.%s: %s has no such field", at, name, def.Name)
			}
		}
		for _, field := range def.Fields {
			inside, there := fields[field.Name]
			if there || field.DefaultValue == nil {
				q.input(at+"."+field.Name, field.Type, inside)
			}
		}
	}
}

// The limits of GitHub's "Rate limits and query limits for the GraphQL API": "Clients must supply a first or last argument on
// any connection", "Values of first and last must be within 1-100" and "Individual calls cannot request more than 500,000
// total nodes".
const (
	maxNodes = 500_000
	maxFirst = 100
)

// limits counts the nodes that selections ask for in each of so many objects.
func (q *queryCheck) limits(selections ast.SelectionSet, objects int) {
	for _, selection := range selections {
		switch selection := selection.(type) {
		case *ast.InlineFragment:
			q.limits(selection.SelectionSet, objects)
		case *ast.FragmentSpread:
			q.limits(selection.Definition.SelectionSet, objects)
		case *ast.Field:
			inside := objects
			if selection.Definition.Arguments.ForName("first") != nil && strings.HasSuffix(selection.Definition.Type.Name(), "Connection") {
				inside *= q.size(selection)
				q.nodes += inside
			}
			q.limits(selection.SelectionSet, inside)
		}
	}
}

// size is how many rows of a connection are asked for.
func (q *queryCheck) size(field *ast.Field) int {
	arguments := field.ArgumentMap(q.variables)
	for _, name := range []string{"first", "last"} {
		if arguments[name] == nil {
			continue
		}
		var n int
		if _, err := fmt.Sscan(fmt.Sprint(arguments[name]), &n); err != nil || n < 1 || n > maxFirst {
			q.say("request: %s(%s: %v) is not within 1 and %d", field.Name, name, arguments[name], maxFirst)
			return 1
		}
		return n
	}
	q.say("request: %s has neither first nor last", field.Name)
	return 1
}

// refusal checks an answer that is not of GraphQL, but of what is before it.
func (q *queryCheck) refusal(exchange sandbox.Exchange) {
	switch exchange.Status {
	case http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden, http.StatusTooManyRequests:
	default:
		q.say("answer %d: GraphQL has no such status", exchange.Status)
	}
	var said struct {
		Message          string `json:"message"`
		DocumentationURL string `json:"documentation_url"`
		Status           string `json:"status"`
	}
	if q.read(fmt.Sprintf("answer %d", exchange.Status), exchange.Answer, &said) && said.Message == "" {
		q.say("answer %d: it has no message", exchange.Status)
	}
}

func (q *queryCheck) answer(body []byte) {
	var answer struct {
		Data   json.RawMessage `json:"data"`
		Errors []struct {
			Type       string `json:"type"`
			Message    string `json:"message"`
			Path       []any  `json:"path"`
			Extensions object `json:"extensions"`
			Locations  []struct {
				Line   int `json:"line"`
				Column int `json:"column"`
			} `json:"locations"`
		} `json:"errors"`
	}
	if !q.read("answer", body, &answer) {
		return
	}
	for _, err := range answer.Errors {
		if err.Message == "" {
			q.say("answer: an error without a message")
		}
	}
	var data object
	if len(answer.Data) > 0 && !q.read("answer: data", answer.Data, &data) {
		return
	}
	switch {
	case data == nil && len(answer.Errors) == 0:
		q.say("answer: neither data nor errors")
	case data != nil && q.operation != nil:
		q.object("data", q.root(), q.operation.SelectionSet, data)
	}
}

func (q *queryCheck) root() *ast.Definition {
	if q.operation.Operation == ast.Mutation {
		return q.schema.Mutation
	}
	return q.schema.Query
}

// object checks the fields of an object: those that were asked for are there, and no others.
func (q *queryCheck) object(at string, of *ast.Definition, selections ast.SelectionSet, value object) {
	asked := map[string]bool{}
	q.fields(at, q.concrete(at, of, selections, value), selections, value, asked)
	for name := range value {
		if !asked[name] {
			q.say("answer: %s.%s was not asked for", at, name)
		}
	}
}

// concrete is the type of an object of which only an interface or union is known: by its __typename, and nil if that was
// not asked for.
func (q *queryCheck) concrete(at string, of *ast.Definition, selections ast.SelectionSet, value object) *ast.Definition {
	if of.Kind == ast.Object {
		return of
	}
	for _, selection := range selections {
		field, is := selection.(*ast.Field)
		if !is || field.Name != "__typename" {
			continue
		}
		for _, possible := range q.schema.GetPossibleTypes(of) {
			if possible.Name == value[field.Alias] {
				return possible
			}
		}
		q.say("answer: %s is a %v, and no %s can be", at, value[field.Alias], of.Name)
	}
	return nil
}

func (q *queryCheck) fields(at string, of *ast.Definition, selections ast.SelectionSet, value object, asked map[string]bool) {
	for _, selection := range selections {
		switch selection := selection.(type) {
		case *ast.InlineFragment:
			q.fragment(at, of, selection.TypeCondition, selection.SelectionSet, value, asked)
		case *ast.FragmentSpread:
			q.fragment(at, of, selection.Definition.TypeCondition, selection.Definition.SelectionSet, value, asked)
		case *ast.Field:
			asked[selection.Alias] = true
			got, there := value[selection.Alias]
			if !there {
				q.say("answer: %s.%s was asked for and is not there", at, selection.Alias)
				continue
			}
			q.value(at+"."+selection.Alias, selection.Definition.Type, selection.SelectionSet, got)
		}
	}
}

// fragment checks the fields of a fragment, which an object has if it is of that type.
func (q *queryCheck) fragment(at string, of *ast.Definition, condition string, selections ast.SelectionSet, value object, asked map[string]bool) {
	wanted := q.schema.Types[condition]
	switch {
	case wanted == nil || of != nil && slices.Contains(q.schema.GetPossibleTypes(wanted), of):
		q.fields(at, of, selections, value, asked)
	case of == nil:
		// It may be one. What it has is checked, and nothing missed.
		present := slices.DeleteFunc(slices.Clone(selections), func(selection ast.Selection) bool {
			field, is := selection.(*ast.Field)
			return is && value[field.Alias] == nil
		})
		q.fields(at, of, present, value, asked)
	}
}

// value checks a value by its type.
func (q *queryCheck) value(at string, of *ast.Type, selections ast.SelectionSet, value any) {
	if value == nil {
		if of.NonNull {
			q.say("answer: %s is null, and %s cannot be", at, of)
		}
		return
	}
	if of.Elem != nil {
		list, is := value.([]any)
		if !is {
			q.say("answer: %s is no list of %s", at, of.Elem)
		}
		for _, row := range list {
			q.value(at+"[*]", of.Elem, selections, row)
		}
		return
	}
	def := q.schema.Types[of.NamedType]
	switch def.Kind {
	case ast.Scalar, ast.Enum:
		if !fits(def, value) {
			q.say("answer: %s is %v, which is no %s", at, value, def.Name)
		}
	default:
		inside, is := value.(object)
		if !is {
			q.say("answer: %s is no %s", at, def.Name)
			return
		}
		q.object(at, def, selections, inside)
	}
}

// fits says that a value is one of a scalar or an enumeration. The scalars that are GitHub's own are all strings.
func fits(def *ast.Definition, value any) bool {
	text, isText := value.(string)
	number, isNumber := value.(json.Number)
	switch def.Name {
	case "Boolean":
		_, is := value.(bool)
		return is
	case "Int":
		n, err := number.Int64()
		return isNumber && err == nil && n >= math.MinInt32 && n <= math.MaxInt32
	case "Float":
		return isNumber
	case "DateTime", "PreciseDateTime", "GitTimestamp":
		_, err := time.Parse(time.RFC3339, text)
		return err == nil
	case "Date":
		_, err := time.Parse(time.DateOnly, text)
		return err == nil
	}
	return isText && (def.Kind != ast.Enum || def.EnumValues.ForName(text) != nil)
}

package conform

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// githubErrors are what every operation may be answered with. The document has them here and there; what they mean is told
// for all of the API (github.md section 2, GitHub's "Troubleshooting the REST API").
var githubErrors = []string{"401", "403", "404"}

// addGitHubErrors adds githubErrors to an operation, with the one form that errors have.
func addGitHubErrors(def object) {
	for _, status := range githubErrors {
		responses := child(def, "responses")
		if responses[status] == nil {
			responses[status] = object{"description": "", "content": object{
				"application/json": object{"schema": object{"$ref": "#/components/schemas/basic-error"}},
			}}
		}
	}
}

// githubCorrections are where GitHub's document is wrong or silent, and the service is known to do otherwise, by operation.
// githubSchemas are the same, by the name of a schema.
var (
	githubCorrections = map[string]func(def object){}
	githubSchemas     = map[string]func(def object){}
)

// correctGitHub says which corrections are of nothing.
func correctGitHub(r *restAPI) error {
	for of := range githubCorrections {
		method, template, _ := strings.Cut(of, " ")
		if !slices.ContainsFunc(r.all.operations, func(op *operation) bool { return op.method == method && op.template == template }) {
			return fmt.Errorf("there is no %s to correct", of)
		}
	}
	for of := range githubSchemas {
		if r.Components["schemas"][of] == nil {
			return fmt.Errorf("there is no schema %s to correct", of)
		}
	}
	return nil
}

// correctGraph puts right what GitHub's schema has wrong. It describes two settings of an enterprise twice over, word for word.
func correctGraph(document *ast.SchemaDocument) error {
	settings := document.Definitions.ForName("EnterpriseOwnerInfo")
	if settings == nil {
		return errors.New("there is no EnterpriseOwnerInfo to correct")
	}
	known := map[string]bool{}
	fields := slices.DeleteFunc(slices.Clone(settings.Fields), func(field *ast.FieldDefinition) bool {
		again := known[field.Name]
		known[field.Name] = true
		return again
	})
	if len(fields) == len(settings.Fields) {
		return errors.New("EnterpriseOwnerInfo has no field twice any more")
	}
	settings.Fields = fields
	return nil
}

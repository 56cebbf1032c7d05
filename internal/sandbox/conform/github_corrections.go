package conform

import (
	"encoding/json"
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

// githubCorrections are where GitHub's document is wrong or silent, and the service is known to do otherwise, by the component
// of the document. Each says whether it was still so.
var githubCorrections = map[string]func(component object) bool{
	// Its example is "owner[]=octocat1,owner[]=octocat2", and that is how GitHub's clients send it (github.md section 0).
	"parameters/personal-access-token-owner": func(parameter object) bool {
		was := parameter["name"]
		parameter["name"] = "owner[]"
		return was == "owner"
	},
	// "Organization permissions for Organization dependabot secrets" of GitHub's "Permissions required for GitHub Apps" has been
	// left out.
	"schemas/app-permissions": func(schema object) bool {
		permissions := child(schema, "properties")
		_, there := permissions["organization_dependabot_secrets"]
		permissions["organization_dependabot_secrets"] = object{"type": "string", "enum": []any{"read", "write"}}
		return !there
	},
}

// component is one of the document's, corrected.
func (r *restAPI) component(kind, name string) (component object, err error) {
	if err := json.Unmarshal(r.Components[kind][name], &component); err != nil {
		return nil, fmt.Errorf("%s/%s of the document: %w", kind, name, err)
	}
	if correct := githubCorrections[kind+"/"+name]; correct != nil && !correct(component) {
		return nil, fmt.Errorf("%s/%s of the document needs no correction any more", kind, name)
	}
	return component, nil
}

// correctable says which corrections are of nothing: none outlives what it corrects.
func (r *restAPI) correctable() error {
	for of := range githubCorrections {
		kind, name, _ := strings.Cut(of, "/")
		if _, err := r.component(kind, name); err != nil {
			return err
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

package offboard

import (
	"context"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// A Kinds is the function that says which kinds of access a system has, so that a module over several systems need not.
type Kinds struct{ table []TableRow }

// NewKinds returns the factory of the function, for a table of kinds.
func NewKinds(table []TableRow) func() function.Function {
	return func() function.Function { return Kinds{table} }
}

// Metadata names the function.
func (Kinds) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = "kinds"
}

// Definition is its argument and its result.
func (k Kinds) Definition(_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse) {
	systems, _ := allOf(k.table)
	resp.Definition = function.Definition{
		Summary: "Lists the kinds of access that a system has",
		MarkdownDescription: "The kinds of access that a system has, by the names of their resources without `offboard_`: for `for_each` in a module over several systems. " +
			"It calls no system, so what yours does not have as it is set up or licensed is among them. It needs Terraform 1.8 or OpenTofu 1.7.",
		Parameters: []function.Parameter{
			function.StringParameter{Name: "system", MarkdownDescription: "The system: " + systems.markdown() + "."},
		},
		Return: function.SetReturn{ElementType: types.StringType},
	}
}

// Run looks into the table.
func (k Kinds) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	var system string
	if resp.Error = req.Arguments.Get(ctx, &system); resp.Error != nil {
		return
	}
	kinds := []string{}
	for _, row := range k.table {
		if !row.Indirect && row.Systems.has(system) {
			kinds = append(kinds, row.Name)
		}
	}
	if len(kinds) == 0 {
		systems, _ := allOf(k.table)
		resp.Error = function.NewArgumentFuncError(0, sentence(systems.lacks("offboard", system)))
		return
	}
	slices.Sort(kinds)
	resp.Error = resp.Result.Set(ctx, kinds)
}

package providertest

import (
	"context"
	"regexp"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/zclconf/go-cty/cty"
)

// liar is a provider of one resource, toy_thing, with a name that is configured and a size that is computed. What it
// answers can be made wrong.
type liar struct {
	tfprotov6.ProviderServer
	// plans and applies are what becomes of the size each time; the first is the last, too, if it is the only one.
	plans, applies []string
	// renames makes the planned name another than the configured.
	renames bool
	// fails lets the apply fail.
	fails bool
	// identities are what it says of the resource when it is applied and when it is read.
	applied, seen string
}

var thing = &tfprotov6.Schema{Block: &tfprotov6.SchemaBlock{Attributes: []*tfprotov6.SchemaAttribute{
	{Name: "name", Type: tftypes.String, Required: true}, {Name: "size", Type: tftypes.String, Computed: true},
}}}

func next(from *[]string) string {
	first := (*from)[0]
	if len(*from) > 1 {
		*from = (*from)[1:]
	}
	return first
}

func (*liar) GetProviderSchema(context.Context, *tfprotov6.GetProviderSchemaRequest) (*tfprotov6.GetProviderSchemaResponse, error) {
	return &tfprotov6.GetProviderSchemaResponse{
		Provider: &tfprotov6.Schema{Block: &tfprotov6.SchemaBlock{}}, ResourceSchemas: map[string]*tfprotov6.Schema{"toy_thing": thing},
	}, nil
}

func (*liar) ValidateProviderConfig(context.Context, *tfprotov6.ValidateProviderConfigRequest) (*tfprotov6.ValidateProviderConfigResponse, error) {
	return &tfprotov6.ValidateProviderConfigResponse{}, nil
}

func (*liar) ConfigureProvider(context.Context, *tfprotov6.ConfigureProviderRequest) (*tfprotov6.ConfigureProviderResponse, error) {
	return &tfprotov6.ConfigureProviderResponse{}, nil
}

func (*liar) ValidateResourceConfig(context.Context, *tfprotov6.ValidateResourceConfigRequest) (*tfprotov6.ValidateResourceConfigResponse, error) {
	return &tfprotov6.ValidateResourceConfigResponse{}, nil
}

func (*liar) UpgradeResourceState(_ context.Context, req *tfprotov6.UpgradeResourceStateRequest) (*tfprotov6.UpgradeResourceStateResponse, error) {
	value, err := req.RawState.Unmarshal(thing.ValueType())
	if err != nil {
		return nil, err
	}
	made, err := tfprotov6.NewDynamicValue(thing.ValueType(), value)
	return &tfprotov6.UpgradeResourceStateResponse{UpgradedState: &made}, err
}

func identity(of string) *tfprotov6.ResourceIdentityData {
	if of == "" {
		return nil
	}
	return &tfprotov6.ResourceIdentityData{IdentityData: &tfprotov6.DynamicValue{MsgPack: []byte(of)}}
}

func (l *liar) ReadResource(_ context.Context, req *tfprotov6.ReadResourceRequest) (*tfprotov6.ReadResourceResponse, error) {
	return &tfprotov6.ReadResourceResponse{NewState: req.CurrentState, NewIdentity: identity(l.seen)}, nil
}

func (l *liar) PlanResourceChange(_ context.Context, req *tfprotov6.PlanResourceChangeRequest) (*tfprotov6.PlanResourceChangeResponse, error) {
	s := schemaOf(thing)
	proposed, err := s.unwire(req.ProposedNewState)
	if err != nil || proposed.IsNull() {
		return &tfprotov6.PlanResourceChangeResponse{PlannedState: req.ProposedNewState}, err
	}
	planned := proposed.AsValueMap()
	if size := next(&l.plans); size == "?" {
		planned["size"] = cty.UnknownVal(cty.String)
	} else {
		planned["size"] = cty.StringVal(size)
	}
	if l.renames {
		planned["name"] = cty.StringVal("another")
	}
	return &tfprotov6.PlanResourceChangeResponse{PlannedState: s.wire(cty.ObjectVal(planned))}, nil
}

func (l *liar) ApplyResourceChange(_ context.Context, req *tfprotov6.ApplyResourceChangeRequest) (*tfprotov6.ApplyResourceChangeResponse, error) {
	s := schemaOf(thing)
	planned, err := s.unwire(req.PlannedState)
	if err != nil || planned.IsNull() {
		return &tfprotov6.ApplyResourceChangeResponse{NewState: req.PlannedState}, err
	}
	made := planned.AsValueMap()
	made["size"] = cty.StringVal(next(&l.applies))
	resp := &tfprotov6.ApplyResourceChangeResponse{NewState: s.wire(cty.ObjectVal(made)), NewIdentity: identity(l.applied)}
	if l.fails {
		resp.Diagnostics = []*tfprotov6.Diagnostic{{Severity: tfprotov6.DiagnosticSeverityError, Summary: "It broke"}}
	}
	return resp, nil
}

const toy = "provider \"toy\" {}\n\nresource \"toy_thing\" \"this\" {\n  name = \"a\"\n}\n"

func (l *liar) providers() Providers {
	return Providers{"toy": func() (tfprotov6.ProviderServer, error) { return l, nil }}
}

func TestAProviderIsHeldToWhatCoreHoldsItTo(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		liar    *liar
		pattern string
	}{
		"another plan when it is applied":    {&liar{plans: []string{"1", "2"}, applies: []string{"2"}}, `inconsistent final plan`},
		"another result than was planned":    {&liar{plans: []string{"1"}, applies: []string{"2"}}, `inconsistent result after apply`},
		"another plan than was configured":   {&liar{plans: []string{"1"}, applies: []string{"1"}, renames: true}, `invalid plan: \.name`},
		"another identity than it once had":  {&liar{plans: []string{"1"}, applies: []string{"1"}, applied: "a", seen: "b"}, `unexpected identity change`},
		"a plan that never comes to an end":  {&liar{plans: []string{"?"}, applies: []string{"1"}}, `the plan that follows, refresh false, is not empty`},
		"a failure, of which the rest stays": {&liar{plans: []string{"1"}, applies: []string{"1"}, fails: true}, `It broke`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			Run(t, c.liar.providers(), resource.TestStep{Config: toy, ExpectError: regexp.MustCompile(c.pattern)})
		})
	}
}

func TestWhatWasNotKnownInThePlanMayBeAnything(t *testing.T) {
	t.Parallel()
	l := &liar{plans: []string{"?", "?", "1"}, applies: []string{"1"}}
	Run(t, l.providers(), resource.TestStep{Config: toy, Check: resource.TestCheckResourceAttr("toy_thing.this", "size", "1")})
}

func TestAResourceThatCouldNotBeMadeWholeIsMadeAnew(t *testing.T) {
	t.Parallel()
	l := &liar{plans: []string{"1"}, applies: []string{"1"}, fails: true}
	Run(t, l.providers(),
		resource.TestStep{Config: toy, ExpectError: regexp.MustCompile("It broke")},
		resource.TestStep{
			PreConfig: func() { l.fails = false },
			Config:    toy,
			Check: func(s *terraform.State) error {
				if s.RootModule().Resources["toy_thing.this"].Primary.Tainted {
					t.Error("it is still tainted")
				}
				return nil
			},
		},
	)
}

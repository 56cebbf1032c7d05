package providertest

import (
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"
	"github.com/zclconf/go-cty/cty/msgpack"
)

// A schema is one of the provider's, with its types as core has them.
type schema struct {
	version    int64
	attributes map[string]*tfprotov6.SchemaAttribute
	object     cty.Type
}

func schemaOf(s *tfprotov6.Schema) *schema {
	if len(s.Block.BlockTypes) > 0 {
		panic("providertest: schemas with blocks are not known here")
	}
	made := &schema{version: s.Version, attributes: map[string]*tfprotov6.SchemaAttribute{}, object: typeOf(s.ValueType())}
	for _, attribute := range s.Block.Attributes {
		made.attributes[attribute.Name] = attribute
	}
	return made
}

func typeOf(t tftypes.Type) cty.Type {
	text, err := t.MarshalJSON() //nolint:staticcheck // there is no other way from one to the other
	if err != nil {
		panic(err)
	}
	made, err := ctyjson.UnmarshalType(text)
	if err != nil {
		panic(err)
	}
	return made
}

// wire is a value as it goes to the provider.
func (s *schema) wire(value cty.Value) *tfprotov6.DynamicValue {
	packed, err := msgpack.Marshal(value, s.object)
	if err != nil {
		panic(err) // The value was made by the schema.
	}
	return &tfprotov6.DynamicValue{MsgPack: packed}
}

// unwire is a value as it comes from there.
func (s *schema) unwire(value *tfprotov6.DynamicValue) (cty.Value, error) {
	if value == nil {
		return cty.NullVal(s.object), nil
	}
	return msgpack.Unmarshal(value.MsgPack, s.object)
}

// proposed merges configuration and prior state, as core does before it asks for a plan: what is computed and not
// configured is as it was.
func (s *schema) proposed(prior, config cty.Value) cty.Value {
	merged := config.AsValueMap()
	for name, attribute := range s.attributes {
		if attribute.Computed && config.GetAttr(name).IsNull() && !prior.IsNull() {
			merged[name] = prior.GetAttr(name)
		}
	}
	return cty.ObjectVal(merged)
}

// valid says what is wrong with a plan: what is configured has to be planned, unless it was that way already, and only
// what is computed can be planned otherwise.
func (s *schema) valid(prior, config, planned cty.Value) error {
	for name, attribute := range s.attributes {
		want, got := config.GetAttr(name), planned.GetAttr(name)
		if attribute.Computed && want.IsNull() || got.RawEquals(want) || attribute.NestedType != nil {
			continue
		}
		if !prior.IsNull() && got.RawEquals(prior.GetAttr(name)) {
			continue
		}
		return fmt.Errorf("Provider produced invalid plan: .%s: planned value %v for a configured %v. This is a bug in the provider", name, plain(got), plain(want)) //nolint:staticcheck // core's words
	}
	return nil
}

// agrees says whether a value is what was planned: what was known has to be so, and what was not may be anything.
func agrees(planned, got cty.Value) bool {
	if !planned.IsKnown() {
		return true
	}
	if planned.IsNull() || got.IsNull() || !got.IsKnown() {
		return planned.RawEquals(got)
	}
	switch kind := planned.Type(); {
	case kind.IsObjectType(), kind.IsMapType():
		want, have := planned.AsValueMap(), got.AsValueMap()
		for key, value := range want {
			if other, ok := have[key]; !ok || !agrees(value, other) {
				return false
			}
		}
		return len(want) == len(have)
	case kind.IsListType(), kind.IsTupleType():
		want, have := planned.AsValueSlice(), got.AsValueSlice()
		for i, value := range want {
			if i >= len(have) || !agrees(value, have[i]) {
				return false
			}
		}
		return len(want) == len(have)
	case kind.IsSetType() && !planned.IsWhollyKnown():
		return true
	default:
		return planned.RawEquals(got)
	}
}

// plain is a value as JSON is decoded, and what is unknown is left out.
func plain(value cty.Value) any {
	switch {
	case value == cty.NilVal, value.IsNull(), !value.IsKnown():
		return nil
	case value.Type() == cty.String:
		return value.AsString()
	case value.Type() == cty.Bool:
		return value.True()
	case value.Type() == cty.Number:
		return json.Number(value.AsBigFloat().Text('f', -1))
	case value.Type().IsObjectType(), value.Type().IsMapType():
		object := map[string]any{}
		for key, element := range value.AsValueMap() {
			if element.IsKnown() {
				object[key] = plain(element)
			}
		}
		return object
	default:
		list := []any{}
		for _, element := range value.AsValueSlice() {
			list = append(list, plain(element))
		}
		return list
	}
}

// shown is the state as Check functions look at it.
func (s state) shown() *terraform.State {
	root := &terraform.ModuleState{Path: []string{"root"}, Outputs: map[string]*terraform.OutputState{}, Resources: map[string]*terraform.ResourceState{}}
	for address, instance := range s {
		attributes := map[string]string{}
		flatten(attributes, "", plain(instance.value))
		root.Resources[address] = &terraform.ResourceState{
			Type:    instance.typeName,
			Primary: &terraform.InstanceState{ID: "id-attribute-not-set", Attributes: attributes, Tainted: instance.tainted},
		}
	}
	return &terraform.State{Version: 3, Modules: []*terraform.ModuleState{root}}
}

// flatten writes a value in the form in which Check functions name its parts.
func flatten(into map[string]string, at string, value any) {
	under := func(key string) string {
		if at == "" {
			return key
		}
		return at + "." + key
	}
	switch value := value.(type) {
	case nil:
	case map[string]any:
		into[under("%")] = strconv.Itoa(len(value))
		for key, element := range value {
			flatten(into, under(key), element)
		}
	case []any:
		into[under("#")] = strconv.Itoa(len(value))
		for i, element := range value {
			flatten(into, under(strconv.Itoa(i)), element)
		}
	default:
		into[at] = fmt.Sprint(value)
	}
}

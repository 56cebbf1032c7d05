package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/offboard"
)

// A block is what the provider block says of one system.
type block struct {
	at path.Path
	// name is the system's, and called its name for people.
	name, called string
	said         attr.Value
}

// connect adds a system to the environment, unless the provider block does not name it, or says what is not known yet: dial
// makes it of the settings, T. It returns nil where the system has not been added.
func connect[T, S any, D interface {
	*S
	access.Directory
}](ctx context.Context, p *offboardProvider, in columnOf[S], b block, env *offboard.Environment, diags *diag.Diagnostics, dial func(T) (D, error)) D {
	object, ok := b.said.(types.Object)
	if !ok || object.IsNull() {
		return nil
	}
	if hasUnknown(object) {
		env.Unknown[b.name] = true
		return nil
	}
	var s T
	if read := object.As(ctx, &s, basetypes.ObjectAsOptions{}); read.HasError() {
		diags.Append(read...)
		return nil
	}
	connected, err := dial(s)
	if err != nil {
		unusable(diags, b.at, b.called, err)
		return nil
	}
	env.Systems[b.name] = in.connect(p, connected, connected)
	return connected
}

// hasUnknown says that a value, or one in it, is not known yet.
func hasUnknown(value attr.Value) bool {
	if value.IsUnknown() {
		return true
	}
	var inside []attr.Value
	switch all := value.(type) {
	case types.Object:
		for _, one := range all.Attributes() {
			inside = append(inside, one)
		}
	case types.Set:
		inside = all.Elements()
	}
	for _, one := range inside {
		if hasUnknown(one) {
			return true
		}
	}
	return false
}

// texts are the elements of a set of strings.
func texts(set types.Set) (list []string) {
	for _, element := range set.Elements() {
		if text, ok := element.(types.String); ok {
			list = append(list, text.ValueString())
		}
	}
	return list
}

package offboard

import (
	"context"
	"fmt"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
)

// Systems are those that have a kind of access.
type Systems struct {
	// Names are those of them that are in the table by a name of their own, and Without the rest of those that are.
	Names, Without []string
	// Applications says that the applications have it too, which get their names in the provider block.
	Applications bool
}

// has says that a system has the kind. A name that the table does not know may be an application's.
func (s Systems) has(name string) bool {
	return slices.Contains(s.Names, name) || s.Applications && !slices.Contains(s.Without, name)
}

// and are the systems that have one of two kinds.
func (s Systems) and(other Systems) Systems {
	names := slices.Concat(s.Names, other.Names)
	slices.Sort(names)
	names = slices.Compact(names)
	without := slices.DeleteFunc(slices.Concat(s.Without, other.Without), func(name string) bool { return slices.Contains(names, name) })
	return Systems{Names: names, Without: without, Applications: s.Applications || other.Applications}
}

// markdown lists them for the documentation.
func (s Systems) markdown() string {
	if s.Applications {
		return quoted(s.Names) + ", or the name of an application in `scim`"
	}
	return quoted(s.Names)
}

// lacks says of a resource type that a system does not have it, and which ones do. It is empty for one that has.
func (s Systems) lacks(typeName, system string) string {
	switch {
	case s.has(system):
		return ""
	case len(s.Names) == 0:
		return fmt.Sprintf("%s has no system %q, and no other.", typeName, system)
	case s.Applications:
		return fmt.Sprintf("%s has no system %q. It has %s, and applications that speak SCIM.", typeName, system, quotedWords(s.Names))
	}
	return fmt.Sprintf("%s has no system %q. It has %s.", typeName, system, quotedWords(s.Names))
}

// among accepts the systems that a resource type has.
type among struct {
	typeName string
	systems  Systems
}

func (v among) Description(context.Context) string {
	return "must be one of " + quotedWords(v.systems.Names)
}
func (v among) MarkdownDescription(c context.Context) string { return v.Description(c) }

func (v among) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	if err := v.systems.lacks(v.typeName, req.ConfigValue.ValueString()); err != "" {
		resp.Diagnostics.AddAttributeError(req.Path, "Unknown system", err)
	}
}

package conform

import (
	"regexp"
	"slices"
	"unicode/utf8"
)

// ref checks a value, as JSON has it, against a shape.
func (c *awsCheck) ref(where string, ref *awsRef, value any) {
	if ref == nil {
		c.say("%s: there is to be nothing", where)
		return
	}
	shape := c.model.Shapes[ref.Shape]
	if shape == nil || shape.Document {
		return
	}
	switch shape.Type {
	case "structure":
		c.structure(where, shape, value)
	case "list":
		list, ok := value.([]any)
		if !ok {
			c.say("%s: it is no list", where)
			return
		}
		for _, item := range list {
			c.ref(where+"[]", shape.Member, item)
		}
	case "map":
		object, ok := value.(map[string]any)
		if !ok {
			c.say("%s: it is no map", where)
		}
		for _, item := range object {
			c.ref(where+"{}", shape.Value, item)
		}
	case "boolean":
		if _, ok := value.(bool); !ok {
			c.say("%s: it is no boolean", where)
		}
	case "integer", "long", "double", "float", "timestamp":
		if _, ok := value.(float64); !ok {
			c.say("%s: it is no %s", where, shape.Type)
		}
	default:
		c.text(where, shape, value)
	}
}

func (c *awsCheck) structure(where string, shape *awsShape, value any) {
	object, ok := value.(map[string]any)
	if !ok {
		c.say("%s: it is no structure", where)
		return
	}
	for name, inner := range object {
		member := shape.Members[name]
		if member == nil {
			c.say("%s: %s: there is no such member", where, name)
			continue
		}
		c.ref(where+"."+name, member, inner)
	}
	for _, name := range shape.Required {
		if _, ok := object[name]; !ok {
			c.say("%s: %s: it is required", where, name)
		}
	}
	if shape.Union && len(object) != 1 {
		c.say("%s: it is one of several, and there are %d", where, len(object))
	}
}

func (c *awsCheck) text(where string, shape *awsShape, value any) {
	text, ok := value.(string)
	if !ok {
		c.say("%s: it is no text", where)
		return
	}
	if length := float64(utf8.RuneCountInString(text)); shape.Min != nil && length < *shape.Min || shape.Max != nil && length > *shape.Max {
		c.say("%s: it has %v characters", where, length)
	}
	if len(shape.Enum) > 0 && !slices.Contains(shape.Enum, text) {
		c.say("%s: %q is none of %v", where, text, shape.Enum)
	}
	// Patterns that Go's expressions do not know, such as with \u, are let through.
	if pattern, err := regexp.Compile("^(?:" + shape.Pattern + ")$"); shape.Pattern != "" && err == nil && !pattern.MatchString(text) {
		c.say("%s: %q does not match %s", where, text, shape.Pattern)
	}
}

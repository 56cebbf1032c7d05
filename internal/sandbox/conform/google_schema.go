package conform

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"math"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"time"
)

// body checks a body, which has to be one JSON value.
func (c *checker) body(where string, s *schema, data []byte) {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil || decoder.More() {
		c.say("%s: it is not JSON", where)
		return
	}
	c.value(where, s, value)
}

// value checks a JSON value against its schema.
func (c *checker) value(where string, s *schema, value any) {
	if s.Ref != "" {
		s = c.schemas[s.Ref]
	}
	switch {
	case s == nil:
		c.say("%s: its schema is not in the document", where)
		return
	case c.asking && s.ReadOnly:
		c.say("%s: it is read-only", where)
		return
	case value == nil:
		if !c.asking {
			c.say("%s: it is null", where)
		}
		return
	}
	switch s.Type {
	case "any":
	case "object":
		c.object(where, s, value)
	case "array":
		rows, ok := value.([]any)
		if !ok {
			c.mismatch(where, s, value)
		}
		for _, row := range rows {
			c.value(where+"[*]", s.Items, row)
		}
	case "string":
		if text, ok := value.(string); ok {
			c.text(where, s, text)
		} else {
			c.mismatch(where, s, value)
		}
	case "boolean":
		if _, ok := value.(bool); !ok {
			c.mismatch(where, s, value)
		}
	case "integer", "number":
		if number, ok := value.(json.Number); ok {
			c.text(where, s, number.String())
		} else {
			c.mismatch(where, s, value)
		}
	default:
		c.say("%s: the document calls it %q, which is not known here", where, s.Type)
	}
}

func (c *checker) mismatch(where string, s *schema, value any) {
	c.say("%s: want %s, got %T", where, s.Type, value)
}

func (c *checker) object(where string, s *schema, value any) {
	fields, ok := value.(map[string]any)
	if !ok {
		c.mismatch(where, s, value)
		return
	}
	for name, field := range fields {
		inner := s.Properties[name]
		if inner == nil {
			inner = s.AdditionalProperties
		}
		if inner == nil {
			c.say("%s: there is no field %s", where, name)
			continue
		}
		c.value(where+"."+name, inner, field)
	}
}

// text checks what is written as text: strings, numbers, and parameters of every type.
func (c *checker) text(where string, s *schema, value string) {
	if s == nil {
		c.say("%s: there is none", where)
		return
	}
	if s.Location == "path" {
		if unescaped, err := url.PathUnescape(value); err == nil {
			value = unescaped
		}
	}
	if err := s.parse(value); err != nil {
		c.say("%s: want %s %s, got %q", where, s.Type, s.Format, value)
		return
	}
	if len(s.Enum) > 0 && !slices.Contains(s.Enum, value) {
		c.say("%s: want one of %q, got %q", where, s.Enum, value)
	}
	if s.Pattern != "" {
		if matched, err := regexp.MatchString(s.Pattern, value); err != nil || !matched {
			c.say("%s: want %s, got %q", where, s.Pattern, value)
		}
	}
	if n, err := strconv.ParseInt(value, 10, 64); err == nil && s.Type == "integer" {
		if low, err := strconv.ParseInt(s.Minimum, 10, 64); err == nil && n < low {
			c.say("%s: want at least %d, got %d", where, low, n)
		}
		if high, err := strconv.ParseInt(s.Maximum, 10, 64); err == nil && n > high {
			c.say("%s: want at most %d, got %d", where, high, n)
		}
	}
}

// parse checks that a text is of the schema's type and format. A format that is not checked is any text.
func (s *schema) parse(value string) error {
	var err error
	switch s.Type + " " + s.Format {
	case "boolean ":
		if value != "true" && value != "false" {
			err = errors.New("neither true nor false")
		}
	case "integer int32", "integer ":
		var n int64
		if n, err = strconv.ParseInt(value, 10, 64); err == nil && (n < math.MinInt32 || n > math.MaxInt32) {
			err = strconv.ErrRange
		}
	case "integer uint32":
		_, err = strconv.ParseUint(value, 10, 32)
	case "number double", "number float":
		_, err = strconv.ParseFloat(value, 64)
	case "string int64":
		_, err = strconv.ParseInt(value, 10, 64)
	case "string uint64":
		_, err = strconv.ParseUint(value, 10, 64)
	case "string date-time", "string google-datetime":
		_, err = time.Parse(time.RFC3339Nano, value)
	case "string date":
		_, err = time.Parse(time.DateOnly, value)
	case "string byte":
		_, err = base64.StdEncoding.DecodeString(value)
	}
	return err
}

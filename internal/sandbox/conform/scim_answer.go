package conform

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// scimCommon are the attributes of every resource (RFC 7643 section 3.1).
var scimCommon = []scimAttribute{
	{Name: "id", Type: "string", Mutability: "readOnly"},
	{Name: "externalId", Type: "string"},
	{Name: "meta", Type: "complex", Mutability: "readOnly", SubAttributes: []scimAttribute{
		{Name: "resourceType", Type: "string"}, {Name: "created", Type: "dateTime"}, {Name: "lastModified", Type: "dateTime"},
		{Name: "location", Type: "reference"}, {Name: "version", Type: "string"},
	}},
}

// scimTypes are the error types of RFC 7644 section 3.12, table 9, and of RFC 9865.
var scimTypes = []string{
	"invalidFilter", "tooMany", "uniqueness", "mutability", "invalidSyntax", "invalidPath", "noTarget", "invalidValue", "invalidVers", "sensitive",
	"invalidCursor", "expiredCursor", "invalidCount",
}

func (c *scimCheck) answer() {
	e := c.exchange
	where := fmt.Sprintf("answer %d", e.Status)
	if len(e.Answer) == 0 {
		if e.Status != 204 && e.Status != 304 {
			c.say("%s: nothing in it", where)
		}
		return
	}
	media, _, _ := strings.Cut(e.AnswerHeader.Get("Content-Type"), ";")
	if media != "application/scim+json" {
		c.say("%s: Content-Type is %q (RFC 7644 3.1)", where, media)
	}
	body, ok := c.object(where, e.Answer)
	switch {
	case !ok:
	case e.Status == 204:
		c.say("%s: something in it", where)
	case e.Status >= 400:
		c.failure(where, body)
	case c.schema == "":
		// Schemas and resource types are read for names alone.
	case c.single:
		c.resource(where, body)
	default:
		c.list(where, body)
	}
}

// failure checks an error message (RFC 7644 section 3.12).
func (c *scimCheck) failure(where string, body map[string]any) {
	if !onlyURN(body["schemas"], scimError) {
		c.say("%s: the schemas of an error are %v", where, body["schemas"])
	}
	if body["status"] != strconv.Itoa(c.exchange.Status) {
		c.say("%s: the status in it is %v, and a string is wanted", where, body["status"])
	}
	for key, value := range body {
		text, isText := value.(string)
		switch {
		case key == "schemas" || key == "status":
		case key == "detail" && isText:
		case key == "scimType" && slices.Contains(scimTypes, text):
		default:
			c.say("%s: an error has %s = %v", where, key, value)
		}
	}
}

// list checks a list response (RFC 7644 section 3.4.2, RFC 9865 section 2).
func (c *scimCheck) list(where string, body map[string]any) {
	if !onlyURN(body["schemas"], scimList) {
		c.say("%s: the schemas of a list are %v", where, body["schemas"])
	}
	rows, isList := body["Resources"].([]any)
	if !isList && body["totalResults"] != 0.0 {
		c.say("%s: a list without Resources", where)
	}
	query := c.exchange.URL.Query()
	if _, counted := body["totalResults"]; !counted && !query.Has("cursor") {
		c.say("%s: a list without totalResults", where)
	}
	for key, value := range body {
		number, isNumber := value.(float64)
		switch key {
		case "schemas", "Resources":
		case "totalResults", "itemsPerPage":
			if !isNumber || number != float64(int(number)) || number < 0 {
				c.say("%s: %s is %v", where, key, value)
			}
		case "startIndex":
			if !isNumber || number < 1 {
				c.say("%s: %s is %v", where, key, value)
			}
		case "nextCursor", "previousCursor":
			if _, isText := value.(string); !isText {
				c.say("%s: %s is %v", where, key, value)
			}
		default:
			c.say("%s: a list has %s", where, key)
		}
	}
	if count, err := strconv.Atoi(query.Get("count")); err == nil && len(rows) > count {
		c.say("%s: %d resources where at most %d were asked for", where, len(rows), count)
	}
	for _, row := range rows {
		if resource, ok := row.(map[string]any); ok {
			c.resource(where, resource)
		} else {
			c.say("%s: a row that is no resource", where)
		}
	}
}

// resource checks a resource against its schema (RFC 7643).
func (c *scimCheck) resource(where string, body map[string]any) {
	known := append(slices.Clone(c.scimStandard[c.schema]), scimCommon...)
	urns, _ := body["schemas"].([]any)
	if !slices.Contains(urns, any(c.schema)) {
		c.say("%s: the schemas of the resource are %v", where, body["schemas"])
	}
	if _, hasID := body["id"].(string); !hasID && strings.HasPrefix(where, "answer") && c.schema != scimConfig {
		c.say("%s: a resource without an id", where)
	}
	for key, value := range body {
		if key == "schemas" {
			continue
		}
		if extension, ok := c.scimStandard[key]; ok && slices.Contains(urns, any(key)) {
			c.complex(where+": "+key, extension, value)
			continue
		}
		at := slices.IndexFunc(known, func(a scimAttribute) bool { return a.Name == key })
		switch {
		case at < 0:
			c.say("%s: the standard has no attribute %s", where, key)
		case known[at].Returned == "never" && strings.HasPrefix(where, "answer"):
			c.say("%s: %s is never to be returned", where, key)
		default:
			c.value(where+": "+key, known[at], value)
		}
	}
	for _, a := range known {
		if _, has := body[a.Name]; a.Required && !has {
			c.say("%s: %s is missing", where, a.Name)
		}
	}
}

// value checks what an attribute has.
func (c *scimCheck) value(where string, a scimAttribute, value any) {
	if !a.MultiValued {
		c.one(where, a, value)
		return
	}
	list, ok := value.([]any)
	if !ok {
		c.say("%s: it is no list", where)
	}
	primaries := 0
	for _, item := range list {
		c.one(where, a, item)
		if parts, ok := item.(map[string]any); ok && parts["primary"] == true {
			primaries++
		}
	}
	if primaries > 1 {
		c.say("%s: more than one of them is primary (RFC 7643 2.4)", where)
	}
}

func (c *scimCheck) complex(where string, known []scimAttribute, value any) {
	parts, ok := value.(map[string]any)
	if !ok {
		c.say("%s: it is no object", where)
	}
	for name, part := range parts {
		at := slices.IndexFunc(known, func(a scimAttribute) bool { return a.Name == name })
		if at < 0 {
			c.say("%s: the standard has no %s in it", where, name)
			continue
		}
		c.value(where+"."+name, known[at], part)
	}
}

// one checks a single value (RFC 7643 section 2.3).
func (c *scimCheck) one(where string, a scimAttribute, value any) {
	text, isText := value.(string)
	number, isNumber := value.(float64)
	_, isBool := value.(bool)
	ok := true
	switch a.Type {
	case "complex":
		c.complex(where, a.SubAttributes, value)
	case "string", "binary":
		ok = isText
	case "reference":
		ok = isText && isReference(text)
	case "boolean":
		ok = isBool
	case "decimal":
		ok = isNumber
	case "integer":
		ok = isNumber && number == float64(int(number))
	case "dateTime":
		_, err := time.Parse(time.RFC3339, text)
		ok = err == nil
	}
	switch {
	case !ok:
		c.say("%s: %v is no %s", where, value, a.Type)
	case a.Name == "type" && isText && closed(a.CanonicalValues) && !slices.Contains(a.CanonicalValues, text):
		c.say("%s: %q is none of %v", where, text, a.CanonicalValues)
	}
}

// closed says that a list of canonical values is all there is: of members and groups it is, and of others a suggestion.
func closed(values []string) bool {
	return slices.Contains(values, "direct") || slices.Contains(values, "User")
}

package conform

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
)

// An element is one of an XML document.
type element struct {
	name     string
	text     string
	children []*element
}

func (e *element) child(name string) *element {
	for _, child := range e.children {
		if child.name == name {
			return child
		}
	}
	return nil
}

func parseXML(data []byte) (*element, error) {
	decoder := xml.NewDecoder(bytes.NewReader(data))
	root := &element{}
	open := []*element{root}
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		top := open[len(open)-1]
		switch token := token.(type) {
		case xml.StartElement:
			e := &element{name: token.Name.Local}
			top.children, open = append(top.children, e), append(open, e)
		case xml.EndElement:
			open = open[:len(open)-1]
		case xml.CharData:
			top.text += string(token)
		}
	}
	if len(root.children) != 1 {
		return nil, errors.New("not one element")
	}
	return root.children[0], nil
}

// checkAWSQuery checks an exchange in the query protocol: a form is asked with, and XML answered.
func checkAWSQuery(models []*awsModel, exchange sandbox.Exchange) []string {
	c := &awsCheck{}
	form, err := url.ParseQuery(string(exchange.Body))
	if err != nil {
		return []string{"request: it is not a form"}
	}
	for _, m := range models {
		if m.Metadata.Protocol == "query" && m.Metadata.APIVersion == form.Get("Version") {
			c.model = m
		}
	}
	name := form.Get("Action")
	if c.model == nil || c.model.Operations[name] == nil {
		return []string{"the models have no such operation"}
	}
	op := c.model.Operations[name]
	if got := exchange.Header.Get("Content-Type"); got != "application/x-www-form-urlencoded" {
		c.say("request: Content-Type is %q", got)
	}
	c.form(op, form)
	if got := exchange.AnswerHeader.Get("Content-Type"); got != "text/xml" {
		c.say("answer: Content-Type is %q", got)
	}
	root, err := parseXML(exchange.Answer)
	if err != nil {
		c.say("answer: it is not XML: %v", err)
		return c.wrong
	}
	where := fmt.Sprintf("answer %d", exchange.Status)
	if exchange.Status != http.StatusOK {
		failed := root.child("Error")
		if root.name != "ErrorResponse" || failed == nil || failed.child("Code") == nil || root.child("RequestId") == nil {
			c.say("%s: it is not an ErrorResponse with an Error and a RequestId", where)
			return c.wrong
		}
		c.refusal(where, op, failed.child("Code").text, exchange.Status)
		return c.wrong
	}
	if root.name != name+"Response" || root.child("ResponseMetadata") == nil || root.child("ResponseMetadata").child("RequestId") == nil {
		c.say("%s: it is not a %sResponse with its metadata", where, name)
	}
	if op.Output == nil {
		if len(root.children) != 1 {
			c.say("%s: the operation answers with nothing", where)
		}
		return c.wrong
	}
	result := root.child(op.Output.ResultWrapper)
	if result == nil {
		c.say("%s: there is no %s", where, op.Output.ResultWrapper)
		return c.wrong
	}
	c.ref(where, op.Output, c.value(op.Output, result))
	return c.wrong
}

// form checks the fields of a request, which are a tree: what a list has is name.member.1, and its fields follow a dot.
func (c *awsCheck) form(op *awsOperation, form url.Values) {
	root := &element{}
	for name, values := range form {
		if name == "Action" || name == "Version" {
			continue
		}
		if len(values) != 1 {
			c.say("request: %s: it is there %d times", name, len(values))
		}
		at := root
		for part := range strings.SplitSeq(strings.ReplaceAll(name, ".member.", ".member "), ".") {
			next := at.child(part)
			if next == nil {
				next = &element{name: part}
				at.children = append(at.children, next)
			}
			at = next
		}
		at.text = values[0]
	}
	if op.Input == nil {
		if len(root.children) > 0 {
			c.say("request: the operation takes nothing")
		}
		return
	}
	c.members(root)
	c.ref("request", op.Input, c.value(op.Input, root))
}

// members has the members of lists be called as in an answer, after their numbers were looked at.
func (c *awsCheck) members(e *element) {
	for _, child := range e.children {
		if _, index, member := strings.Cut(child.name, "member "); member {
			if n, err := strconv.Atoi(index); err != nil || n < 1 || n > len(e.children) {
				c.say("request: %s: no such member", e.name)
			}
			child.name = "member"
		}
		c.members(child)
	}
}

// typed is a text as JSON would have it; one that is not of the type stays a text.
func typed(kind, text string) any {
	switch kind {
	case "boolean":
		if b, err := strconv.ParseBool(text); err == nil {
			return b
		}
	case "integer", "long", "double", "float":
		if n, err := strconv.ParseFloat(text, 64); err == nil {
			return n
		}
	case "timestamp":
		if t, err := time.Parse(time.RFC3339, text); err == nil {
			return float64(t.Unix())
		}
	}
	return text
}

// value is an element as the value that its shape says.
func (c *awsCheck) value(ref *awsRef, e *element) any {
	shape := c.model.Shapes[ref.Shape]
	switch shape.Type {
	case "structure":
		object := map[string]any{}
		for _, child := range e.children {
			if inner := shape.Members[child.name]; inner != nil {
				object[child.name] = c.value(inner, child)
			} else {
				object[child.name] = child.text
			}
		}
		return object
	case "list":
		list := []any{}
		for _, child := range e.children {
			if child.name != "member" {
				c.say("answer: %s has a %s for a member", e.name, child.name)
			}
			list = append(list, c.value(shape.Member, child))
		}
		return list
	case "map":
		object := map[string]any{}
		for _, child := range e.children {
			key, value := child.child("key"), child.child("value")
			if child.name != "entry" || key == nil || value == nil {
				c.say("answer: %s has an entry that is none", e.name)
				continue
			}
			object[key.text] = c.value(shape.Value, value)
		}
		return object
	}
	return typed(shape.Type, e.text)
}

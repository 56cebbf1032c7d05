package scim

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/offboard/terraform-provider-offboard/internal/system"
)

// The messages of RFC 7644, section 3 and 3.12.
const (
	listResponse  = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
	patchOp       = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
	errorResponse = "urn:ietf:params:scim:api:messages:2.0:Error"
	userSchema    = "urn:ietf:params:scim:schemas:core:2.0:User"
)

// A page is one answer to a query (RFC 7644 3.4.2, RFC 9865).
type page struct {
	Schemas      []string           `json:"schemas"`
	TotalResults *int               `json:"totalResults"`
	Resources    *[]json.RawMessage `json:"Resources"`
	NextCursor   string             `json:"nextCursor"`
}

// A patch is a change of some attributes (RFC 7644 3.5.2).
type patch struct {
	Schemas    []string    `json:"schemas"`
	Operations []operation `json:"Operations"`
}

type operation struct {
	Op    string `json:"op"`
	Path  string `json:"path,omitempty"`
	Value any    `json:"value,omitempty"`
}

func patchOf(operations ...operation) patch {
	return patch{Schemas: []string{patchOp}, Operations: operations}
}

// A refusal is an error answer (RFC 7644 3.12), or what stands for one where a server has words of its own.
type refusal struct {
	status   int
	scimType string
	detail   string
}

func (r *refusal) Error() string { return r.detail }

// errorOf is what a body has of an error. said is false for one that is no error message.
func errorOf(body []byte) (r refusal, said bool) {
	var message struct {
		Schemas   []string        `json:"schemas"`
		Detail    string          `json:"detail"`
		Status    json.RawMessage `json:"status"`
		SCIMType  string          `json:"scimType"`
		ID        string          `json:"id"`
		Resources json.RawMessage `json:"Resources"`
		// What others say: SCIM 1.1 (Slack), and no standard at all.
		Errors  []struct{ Description string } `json:"Errors"`
		Error   json.RawMessage                `json:"error"`
		Message string                         `json:"message"`
	}
	if json.Unmarshal(body, &message) != nil {
		return refusal{}, false
	}
	r = refusal{scimType: message.SCIMType, detail: message.Detail}
	if r.detail == "" {
		r.detail = message.Message
	}
	isError := func(schema string) bool { return strings.EqualFold(schema, errorResponse) }
	switch {
	case slices.ContainsFunc(message.Schemas, isError):
		return r, true
	case len(message.Errors) > 0:
		r.detail = message.Errors[0].Description
		return r, true
	case message.ID == "" && message.Resources == nil && len(message.Error) > 0:
		if r.detail == "" {
			r.detail = strings.Trim(string(message.Error), `"`)
		}
		return r, true
	}
	return r, false
}

// A resource is something that has an id.
type resource interface{ identity() string }

// A user is what this package needs of a User (RFC 7643 4.1).
type user struct {
	ID          string `json:"id"`
	ExternalID  string `json:"externalId"`
	UserName    string `json:"userName"`
	DisplayName string `json:"displayName"`
	UserType    string `json:"userType"`
	Name        struct {
		Formatted  string `json:"formatted"`
		GivenName  string `json:"givenName"`
		FamilyName string `json:"familyName"`
	} `json:"name"`
	Active       flag   `json:"active"`
	Emails       values `json:"emails"`
	Groups       values `json:"groups"`
	Roles        values `json:"roles"`
	Entitlements values `json:"entitlements"`
	Meta         meta   `json:"meta"`
}

func (u *user) identity() string { return u.ID }

// A group is what this package needs of a Group (RFC 7643 4.2). Members is nil where the answer says nothing of them.
type group struct {
	ID          string `json:"id"`
	ExternalID  string `json:"externalId"`
	DisplayName string `json:"displayName"`
	Members     values `json:"members"`
	Meta        meta   `json:"meta"`
}

func (g *group) identity() string { return g.ID }

func (g *group) name() string {
	if g.DisplayName == "" {
		return g.ID
	}
	return system.OneLine(g.DisplayName)
}

type meta struct {
	Version string  `json:"version"`
	Created instant `json:"created"`
}

// A value is one value of a multi-valued attribute (RFC 7643 2.4).
type value struct {
	Value   string `json:"value,omitempty"`
	Display string `json:"display,omitempty"`
	Type    string `json:"type,omitempty"`
	Primary bool   `json:"primary,omitempty"`
}

// UnmarshalJSON takes an object, or a plain string for its value. A number is taken as it is written, and a reference alone
// for what it refers to, the last part of its path. Other types that are not the standard's are let be.
func (v *value) UnmarshalJSON(data []byte) error {
	*v = value{}
	if json.Unmarshal(data, &v.Value) == nil {
		return nil
	}
	parts, err := asObject(data)
	if err != nil {
		return err
	}
	var ref string
	for name, part := range parts {
		switch strings.ToLower(name) {
		case "value":
			v.Value = text(part)
		case "$ref":
			ref, _ = part.(string)
		case "display":
			v.Display, _ = part.(string)
		case "type":
			v.Type, _ = part.(string)
		case "primary":
			v.Primary, _ = part.(bool)
		}
	}
	if u, err := url.Parse(ref); v.Value == "" && ref != "" && err == nil {
		v.Value = path.Base(u.Path)
	}
	return nil
}

// text is a string, or a number as it is written.
func text(part any) string {
	if number, ok := part.(json.Number); ok {
		return number.String()
	}
	s, _ := part.(string)
	return s
}

// values is nil where the attribute is missing or null.
type values []value

func (v values) has(wanted string) bool {
	return slices.ContainsFunc(v, func(one value) bool { return one.Value == wanted })
}

// A flag is a boolean that may be missing, or a string as some servers have it.
type flag struct{ said, on bool }

// UnmarshalJSON takes true, false, the same as a string, and null for nothing said.
func (f *flag) UnmarshalJSON(data []byte) error {
	switch strings.ToLower(strings.Trim(string(data), `"`)) {
	case "true":
		*f = flag{true, true}
	case "false":
		*f = flag{true, false}
	case "null":
		*f = flag{}
	default:
		return fmt.Errorf("active is %s", data)
	}
	return nil
}

// An instant is a time, and zero where it can't be read: nothing depends on it.
type instant struct{ time.Time }

// UnmarshalJSON takes anything.
func (i *instant) UnmarshalJSON(data []byte) error {
	if json.Unmarshal(data, &i.Time) != nil {
		i.Time = time.Time{}
	}
	return nil
}

// quote writes a string as a value in a filter: as JSON has it (RFC 7644 3.4.2.2).
func quote(s string) string {
	var b strings.Builder
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(s); err != nil {
		panic(err) // a string is always JSON
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// refusalOf is the application's own error in an error's tree, and nil where there is none.
func refusalOf(err error) *refusal {
	if r, ok := errors.AsType[*refusal](err); ok {
		return r
	}
	return nil
}

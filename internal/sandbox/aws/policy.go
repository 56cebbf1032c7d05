package aws

import (
	"encoding/json"
	"path"
	"slices"
	"strings"

	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
)

// The decisions of a policy evaluation, as SimulatePrincipalPolicy calls them.
const (
	allowed      = "allowed"
	explicitDeny = "explicitDeny"
	implicitDeny = "implicitDeny"
)

type document struct {
	Statement []statement
}

type statement struct {
	Effect              string
	Action, NotAction   texts
	Resource            texts
	Principal           json.RawMessage
	Condition           map[string]map[string]texts
	NotResource, Unused json.RawMessage `json:",omitempty"`
}

// texts are one text or a list of them.
type texts []string

// UnmarshalJSON takes either. Numbers and booleans may be written without quotes.
func (t *texts) UnmarshalJSON(data []byte) error {
	if data[0] == '[' {
		return json.Unmarshal(data, (*[]string)(t))
	}
	*t = texts{strings.Trim(string(data), `"`)}
	return nil
}

// evaluate is what identity-based policies say of an action on a resource: an explicit Deny wins, and what nothing allows
// is denied.
func evaluate(documents []string, action, resource string, context map[string]string) string {
	decision := implicitDeny
	for _, text := range documents {
		var d document
		if err := json.Unmarshal([]byte(text), &d); err != nil {
			panic("a policy that is not JSON: " + text) // it was put there by a test
		}
		for _, st := range d.Statement {
			if !st.applies(action, resource, context) {
				continue
			}
			if st.Effect == "Deny" {
				return explicitDeny
			}
			decision = allowed
		}
	}
	return decision
}

func (st statement) applies(action, resource string, context map[string]string) bool {
	matches := func(patterns texts, value string) bool {
		return slices.ContainsFunc(patterns, func(pattern string) bool { return glob(strings.ToLower(pattern), strings.ToLower(value)) })
	}
	if len(st.Action) > 0 && !matches(st.Action, action) || len(st.NotAction) > 0 && matches(st.NotAction, action) {
		return false
	}
	if len(st.Resource) > 0 && !matches(st.Resource, resource) {
		return false
	}
	for operator, keys := range st.Condition {
		for key, values := range keys {
			if !condition(operator, context[key], values) {
				return false
			}
		}
	}
	return true
}

// condition knows the operators that the tests use. A key that is not there meets none but Null.
func condition(operator, value string, wants texts) bool {
	switch operator {
	case "Null":
		return (value == "") == (wants[0] == "true")
	case "DateLessThan":
		return value != "" && value < wants[0]
	case "StringEquals", "Bool":
		return slices.Contains(wants, value)
	case "BoolIfExists":
		return value == "" || slices.Contains(wants, value)
	}
	return false
}

// glob matches * and ?, with * standing for slashes too.
func glob(pattern, value string) bool {
	hide := strings.NewReplacer("/", "\x00", "[", "\x01")
	ok, err := path.Match(hide.Replace(pattern), hide.Replace(value))
	return err == nil && ok
}

// policiesOf are the documents of all of a user's policies: its own and its groups'.
func (s *state) policiesOf(u *user) []string {
	documents := append(s.managed(u.Attached), sandbox.Sorted(u.Inline)...)
	for _, g := range s.groupsOf(u.ID) {
		documents = append(append(documents, s.managed(g.Attached)...), sandbox.Sorted(g.Inline)...)
	}
	return documents
}

func (s *state) policiesOfRole(r *role) []string {
	return append(s.managed(r.Attached), sandbox.Sorted(r.Inline)...)
}

func (s *state) managed(arns []string) (documents []string) {
	for _, arn := range arns {
		documents = append(documents, s.Policies[arn].Document)
	}
	return documents
}

package review

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/offboard/terraform-provider-offboard/internal/printable"
)

// A plan is what is read of plan JSON, as https://developer.hashicorp.com/terraform/internals/json-format describes it and
// OpenTofu writes it too. terraform-json is not used: it leaves out errored and applyable, and refuses a plan for parts
// of it that no review reads.
type plan struct {
	// Timestamp is when the plan was made, which exceptions are measured by.
	Timestamp        string          `json:"timestamp"`
	FormatVersion    string          `json:"format_version"`
	TerraformVersion string          `json:"terraform_version"`
	Errored          *bool           `json:"errored"`
	Complete         *bool           `json:"complete"`
	Values           json.RawMessage `json:"values"`
	ResourceChanges  []change        `json:"resource_changes"`
	DeferredChanges  []struct {
		Reason         string `json:"reason"`
		ResourceChange change `json:"resource_change"`
	} `json:"deferred_changes"`
	Configuration struct {
		ProviderConfig map[string]struct {
			Name        string                     `json:"name"`
			FullName    string                     `json:"full_name"`
			Expressions map[string]json.RawMessage `json:"expressions"`
		} `json:"provider_config"`
	} `json:"configuration"`
}

type change struct {
	Address string `json:"address"`
	Mode    string `json:"mode"`
	Type    string `json:"type"`
	Change  struct {
		Actions      []string        `json:"actions"`
		Before       json.RawMessage `json:"before"`
		After        json.RawMessage `json:"after"`
		AfterUnknown json.RawMessage `json:"after_unknown"`
	} `json:"change"`
}

// An object is what a resource of this provider says of itself, before or after: of each what it has.
type object struct {
	System      string                     `json:"system"`
	Person      string                     `json:"person"`
	Account     string                     `json:"account"`
	Successor   string                     `json:"successor"`
	Disposition string                     `json:"disposition"`
	Terminated  bool                       `json:"terminated"`
	Access      map[string]string          `json:"access"`
	Notes       map[string]string          `json:"notes"`
	Stays       map[string]string          `json:"stays"`
	Tolerate    map[string]string          `json:"tolerate"`
	Removed     map[string]json.RawMessage `json:"removed"`
	// Of a legal hold.
	Data  []string          `json:"data"`
	Holds map[string]string `json:"holds"`
	// Of a case.
	ApprovedBy  string               `json:"approved_by"`
	Reference   string               `json:"reference"`
	Status      string               `json:"status"`
	Systems     []string             `json:"systems"`
	Outstanding map[string]string    `json:"outstanding"`
	Exceptions  map[string]exception `json:"exceptions"`
	Coverage    map[string]int       `json:"coverage"`
	// Of an attestation.
	Application string `json:"application"`
	Owner       string `json:"owner"`
}

type exception struct {
	Owner  string `json:"owner"`
	Reason string `json:"reason"`
	Until  string `json:"until"`
}

const howToRead = "Give it what `terraform show -json FILE` or `tofu show -json FILE` prints, where FILE is from `plan -out=FILE`"

// decode reads plan JSON whole, or says why it is none.
func decode(from io.Reader) (plan, error) {
	var p plan
	text, err := io.ReadAll(from)
	if err != nil {
		return p, fmt.Errorf("the plan could not be read: %w", err)
	}
	// Windows PowerShell puts a byte-order mark before what it pipes.
	text = bytes.TrimSpace(bytes.TrimPrefix(text, []byte("\xef\xbb\xbf")))
	if len(text) == 0 {
		return p, errors.New("there is nothing on standard input, so nothing can be said. " + howToRead)
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	var whole json.RawMessage
	if err := decoder.Decode(&whole); err != nil {
		if errors.Is(err, io.ErrUnexpectedEOF) {
			return p, errors.New("the plan JSON is cut short, so nothing can be said. " + howToRead)
		}
		return p, fmt.Errorf("this is not JSON (%w), so nothing can be said. %s", err, howToRead)
	}
	if decoder.More() {
		return p, errors.New("this is more than one JSON document, such as the log of `terraform plan -json`, so nothing can be said. " + howToRead)
	}
	if err := json.Unmarshal(whole, &p); err != nil {
		return p, fmt.Errorf("this is not plan JSON as it is known here (%w), so nothing can be said", err)
	}
	switch major, _, _ := strings.Cut(p.FormatVersion, "."); {
	case p.FormatVersion == "":
		return p, errors.New("this JSON has no format_version and so is no plan. " + howToRead)
	case major != "1":
		return p, fmt.Errorf("the plan JSON is of format %q, and only 1.x is known here, so nothing can be said. A newer version of this provider may know it", p.FormatVersion)
	case len(p.Values) > 0 && p.ResourceChanges == nil:
		return p, errors.New("this is the JSON of a state, and not of a plan. " + howToRead)
	}
	return p, nil
}

// ours says that a change is of this provider.
func (c change) ours() bool { return c.Mode != "data" && strings.HasPrefix(c.Type, prefix) }

const prefix = "offboard_"

func (c change) does(action string) bool { return slices.Contains(c.Change.Actions, action) }

// ends says that the resource leaves the state: what it watched goes unwatched.
func (c change) ends() bool { return c.does("delete") || c.does("forget") }

// sides are what the resource says before and after; one that is not there is nil.
func (c change) sides() (before, after *object, err error) {
	if err := errors.Join(parse(c.Change.Before, &before), parse(c.Change.After, &after)); err != nil {
		return nil, nil, fmt.Errorf("the change of %s is not as this version of the provider knows it (%w), so nothing can be said", printable.Text(c.Address), err)
	}
	switch {
	case len(c.Change.Actions) == 0:
		err = errors.New("it has no actions")
	case before == nil && (c.ends() || c.does("update")):
		err = errors.New("it changes what was not there before")
	case after == nil && !c.ends():
		err = errors.New("it says nothing of what comes of it")
	case c.does("update") && c.hasRows() && (before.Access == nil || after.Access == nil && !c.unknown("access")):
		err = errors.New("it has no access")
	}
	if err != nil {
		return nil, nil, fmt.Errorf("the change of %s makes no sense: %w; so nothing can be said", printable.Text(c.Address), err)
	}
	return before, after, nil
}

func (c change) hasRows() bool {
	return !slices.Contains([]string{caseType, attestationType, holdType}, c.Type)
}

func parse(text json.RawMessage, into **object) error {
	if len(text) == 0 {
		return nil
	}
	return json.Unmarshal(text, into)
}

// unknown says that an attribute is not known before the apply.
func (c change) unknown(attribute string) bool {
	var attributes map[string]json.RawMessage
	if json.Unmarshal(c.Change.AfterUnknown, &attributes) != nil {
		return false
	}
	return string(attributes[attribute]) == "true"
}

// arguments are those of the provider blocks, by name.
func (p plan) arguments() (all []map[string]json.RawMessage) {
	for _, config := range p.Configuration.ProviderConfig {
		if config.Name == "offboard" || strings.HasSuffix(config.FullName, "/offboard") {
			all = append(all, config.Expressions)
		}
	}
	return all
}

// protected are the constants of the provider blocks.
func (p plan) protected() (names []string) {
	for _, arguments := range p.arguments() {
		var protected struct {
			ConstantValue []string `json:"constant_value"`
		}
		if json.Unmarshal(arguments["protected"], &protected) == nil {
			names = append(names, protected.ConstantValue...)
		}
	}
	return names
}

// configures says whether a provider block names a system: for certain, if what it says is a constant, and perhaps, if that depends
// on something, since it may be null then; or if there is no block to be seen.
func (p plan) configures(system string) (certain, perhaps bool) {
	all := p.arguments()
	for _, arguments := range all {
		var said struct {
			ConstantValue json.RawMessage `json:"constant_value"`
		}
		perhaps = perhaps || arguments[system] != nil
		certain = certain || json.Unmarshal(arguments[system], &said) == nil && said.ConstantValue != nil
	}
	return certain, perhaps || len(all) == 0
}

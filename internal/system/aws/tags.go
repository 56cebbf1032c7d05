package aws

import (
	"slices"
	"strings"
)

// A tag is one of a thing's, in whichever service.
type tag struct{ key, value string }

// manages names the tools that keep a state of their own and put back what is missing from it.
var manages = []string{"terraform", "opentofu", "terragrunt", "cloudformation", "pulumi", "cdk", "crossplane"}

// managed says that a thing's tags name such a tool, as a note for whoever agrees to a removal, and is empty where they
// don't. what is the thing, as in "The user".
func managed(what string, tags []tag) string {
	for _, t := range tags {
		key, value := strings.ToLower(t.key), strings.ToLower(t.value)
		var by string
		switch {
		case strings.HasPrefix(key, "aws:cloudformation:"):
			by = "a CloudFormation stack"
		case slices.Contains([]string{"managedby", "managed-by", "managed_by", "provisioner", "iac"}, key) && value != "" && value != "manual":
			by = t.value
		case slices.Contains(manages, key) && value != "false" && value != "no":
			by = t.key
		case slices.ContainsFunc(manages, func(tool string) bool { return value == tool }):
			by = t.value
		default:
			continue
		}
		return what + " has the tag " + t.key + " = " + t.value + ": another state (" + by + ") manages it and may put this back. Take it out there too."
	}
	return ""
}

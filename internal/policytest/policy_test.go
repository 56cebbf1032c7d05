// Package policytest tests the policy pack in examples/policy with OPA, as conftest runs it. It is a module of its own:
// nobody who builds the provider builds OPA.
package policytest

import (
	"context"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/open-policy-agent/opa/v1/loader"
	"github.com/open-policy-agent/opa/v1/rego"
	"github.com/open-policy-agent/opa/v1/storage/inmem"
	"github.com/open-policy-agent/opa/v1/tester"
)

const pack = "../../examples/policy/"

func TestThePolicyPassesItsOwnTests(t *testing.T) {
	t.Parallel()
	modules, store, err := tester.Load([]string{pack + "policy"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	ran, err := tester.NewRunner().SetStore(store).SetModules(modules).Run(t.Context(), modules)
	if err != nil {
		t.Fatal(err)
	}
	count := 0
	for result := range ran {
		count++
		if !result.Pass() {
			t.Errorf("%s: %v", result.Name, result.Error)
		}
	}
	if count < 15 {
		t.Errorf("only %d tests were found", count)
	}
}

// denied are the messages over a real plan of the sandbox, with the settings of the example.
func denied(t *testing.T, plan string, change func(map[string]any)) []string {
	t.Helper()
	text, err := os.ReadFile("../review/testdata/" + plan + ".json")
	if err != nil {
		t.Fatal(err)
	}
	input := map[string]any{}
	if err := json.Unmarshal(text, &input); err != nil {
		t.Fatal(err)
	}
	if change != nil {
		change(input)
	}
	settings, err := loader.NewFileLoader().All([]string{pack + "data"})
	if err != nil {
		t.Fatal(err)
	}
	policy, err := os.ReadFile(pack + "policy/offboard.rego")
	if err != nil {
		t.Fatal(err)
	}
	found, err := rego.New(rego.Query("data.main.deny"), rego.Module("offboard.rego", string(policy)),
		rego.Store(inmem.NewFromObject(settings.Documents)), rego.Input(input)).Eval(context.Background())
	if err != nil || len(found) != 1 {
		t.Fatalf("%v, %v", found, err)
	}
	var messages []string
	for _, message := range found[0].Expressions[0].Value.([]any) {
		messages = append(messages, message.(string))
	}
	slices.Sort(messages)
	return messages
}

// approve adds a case to a plan for each of the people.
func approve(people ...string) func(map[string]any) {
	return func(plan map[string]any) {
		for _, person := range people {
			plan["resource_changes"] = append(plan["resource_changes"].([]any), map[string]any{
				"address": "offboard_case.x", "mode": "managed", "type": "offboard_case",
				"change": map[string]any{"actions": []any{"create"}, "before": nil, "after": map[string]any{"person": person, "approved_by": "ciso@acme.example"}},
			})
		}
	}
}

func TestRealPlansAreJudged(t *testing.T) {
	t.Parallel()
	const jane, jordan = "jane.doe@acme.example", "jordan.poor@acme.example"
	unapproved := func(who string) string { return who + " leaves, and no offboard_case names who approved it" }
	for name, c := range map[string]struct {
		plan   string
		change func(map[string]any)
		want   []string
	}{
		"without an approver":       {"exit", nil, []string{unapproved(jane), unapproved(jordan)}},
		"of OpenTofu":               {"tofu-exit", nil, []string{unapproved(jane), unapproved(jordan)}},
		"approved":                  {"exit", approve(jane, jordan), nil},
		"what came back is no exit": {"returned", approve(jordan), nil},
		"a case with an exception":  {"case", nil, nil},
		"with -target":              {"targeted", approve(jane), []string{"the plan is not complete: it was made with -target, or something was deferred"}},
		"what is no longer watched": {"tofu-forgotten", approve(jordan), nil},
		"without who succeeds anyone": {"exit", func(plan map[string]any) {
			approve(jane, jordan)(plan)
			for _, r := range plan["resource_changes"].([]any) {
				if after, ok := r.(map[string]any)["change"].(map[string]any)["after"].(map[string]any); ok {
					delete(after, "successor")
				}
			}
		}, slices.Repeat([]string{"there is no successor"}, 14)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := denied(t, c.plan, c.change)
			if len(got) != len(c.want) {
				t.Fatalf("got %d, want %d:\n%s", len(got), len(c.want), strings.Join(got, "\n"))
			}
			for i, want := range c.want {
				if !strings.Contains(got[i], want) {
					t.Errorf("got %q, want %q", got[i], want)
				}
			}
		})
	}
}

package vault_test

import (
	"cmp"
	"errors"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	sandboxvault "github.com/offboard/terraform-provider-offboard/internal/sandbox/vault"
	"github.com/offboard/terraform-provider-offboard/internal/system/vault/policy"
)

// rulesOf are the rules of a policy document that a kind needs, as their comments say.
func rulesOf(document, kind string) (rules []string) {
	for rule := range strings.Lines(document) {
		_, needs, _ := strings.Cut(rule, "#")
		if words := strings.Fields(strings.ReplaceAll(needs, ",", " ")); words[0] == "all" || slices.Contains(words, strings.ReplaceAll(kind, " ", "_")) {
			rules = append(rules, rule)
		}
	}
	return rules
}

// attempt watches people with no more rights than these rules, and with removing lets one of them go. It returns the first
// error.
func (k prepared) attempt(t *testing.T, rules []string, removing bool) error {
	t.Helper()
	w := newWorld(t, sandboxvault.HandlerOptions{})
	if k.prepare != nil {
		k.prepare(w.company)
	}
	w.cluster.WritePolicy("default", "") // It would allow some of it.
	w.cluster.WritePolicy("offboard", strings.Join(rules, ""))
	if _, _, err := w.vault.Caller(t.Context()); err != nil {
		return err
	}
	if _, err := w.vault.Find(t.Context(), "nobody@acme.example"); access.KindOf(err) != access.NotFound {
		return err
	}
	account, administrator := w.id(cmp.Or(k.email, sandboxvault.Jane)), w.id(sandboxvault.Kofi)
	for _, whose := range []access.AccountID{administrator, w.id(sandboxvault.Omar)} {
		if _, err := k.connect(w.vault).List(t.Context(), whose); err != nil {
			return err
		}
	}
	connector := k.connector(t, w.vault)
	listed, err := connector.List(t.Context(), account)
	if err != nil {
		return err
	}
	held := access.Held(listed, nil)
	if guard, ok := connector.(access.Guard); ok {
		for _, whose := range []access.AccountID{account, administrator} {
			if err := guard.Refuse(t.Context(), whose, held); err != nil {
				return err
			}
		}
	}
	if !removing {
		return nil
	}
	out := access.Exit{Connector: connector, Account: account, Clock: w.clock, Patience: time.Minute}.Run(t.Context(), held, held, nil)
	failures := []error{out.Unverified}
	for _, err := range out.Left {
		failures = append(failures, err)
	}
	return errors.Join(failures...)
}

func TestTheDocumentedPolicyIsEnoughForEachKindAndNoRuleOfItIsTooMuch(t *testing.T) {
	t.Parallel()
	for name, kind := range kinds {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			watch := rulesOf(policy.Watch, name)
			if err := kind.attempt(t, watch, false); err != nil {
				t.Errorf("to watch, %s is not enough: %v", watch, err)
			}
			all := append(watch, rulesOf(policy.Remove, name)...)
			if err := kind.attempt(t, all, true); err != nil {
				t.Errorf("to remove, %s is not enough: %v", all, err)
			}
			for i, rule := range all {
				err := kind.attempt(t, slices.Delete(slices.Clone(all), i, i+1), true)
				if err == nil || !names(t, rule, err) {
					t.Errorf("without %sthe error is %v", rule, err)
				}
			}
		})
	}
}

// names says that an error has a rule in it that this rule would have been enough for.
func names(t *testing.T, rule string, err error) bool {
	t.Helper()
	allows, parseErr := policy.Parse("the rule", rule)
	if parseErr != nil {
		t.Fatal(parseErr)
	}
	acl := policy.New(&policy.Identity{}, allows)
	for _, named := range regexp.MustCompile(`path "([^"]+)" \{ capabilities = \["(\w+)"`).FindAllStringSubmatch(err.Error(), -1) {
		if acl.Allows(named[2], named[1]) || acl.Allows(named[2], named[1]+"/") { // A list is asked for with the slash.
			return true
		}
	}
	return false
}

func TestThePolicyIsDocumentedWordForWord(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../../templates/index.md.tmpl")
	if err != nil {
		t.Fatal(err)
	}
	for _, document := range []string{policy.Watch, policy.Remove} {
		if !strings.Contains(string(page), "```hcl\n"+document+"```\n") {
			t.Errorf("the documentation does not have this policy:\n%s", document)
		}
	}
}

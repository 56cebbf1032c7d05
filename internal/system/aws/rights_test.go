package aws_test

import (
	"encoding/json"
	"errors"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	sandboxaws "github.com/offboard/terraform-provider-offboard/internal/sandbox/aws"
)

// statements are what each of the kinds of this package needs of the documented policies: their statements, by the ids of these.
var statements = map[string][]string{
	"account, suspended":                {"All", "AllButSharedSecret", "Account"},
	"account, deleted":                  {"All", "AllButSharedSecret", "Account", "AccountDeleted"},
	"authenticators":                    {"All", "AllButSharedSecret", "Authenticators"},
	"keys":                              {"All", "AllButSharedSecret", "Keys"},
	"group membership":                  {"All", "AllButSharedSecret", "GroupMembership"},
	"role assignments":                  {"All", "AllButSharedSecret", "RoleAssignments"},
	"sessions":                          {"All", "AllButSharedSecret", "Sessions"},
	"sessions, with those of roles":     {"All", "AllButSharedSecret", "Sessions", "SessionsOfRoles"},
	"shared secrets":                    {"All", "SharedSecret"},
	"identity center: account, deleted": {"All", "AccountDeleted"},
	"identity center: group membership": {"All", "GroupMembership"},
	"identity center: app assignments":  {"All", "AppAssignments"},
}

// allowed are the actions that a documented policy allows in the statements with these ids.
func allowed(t *testing.T, file string, ids []string) (actions []string) {
	t.Helper()
	data, err := os.ReadFile("../../../examples/aws/" + file + ".json")
	if err != nil {
		t.Fatal(err)
	}
	var policy struct {
		Statement []struct {
			Sid    string
			Action []string
		}
	}
	if err := json.Unmarshal(data, &policy); err != nil {
		t.Fatal(err)
	}
	for _, s := range policy.Statement {
		if slices.Contains(ids, s.Sid) {
			actions = append(actions, s.Action...)
		}
	}
	slices.Sort(actions)
	return slices.Compact(actions)
}

// attempt watches people with no more rights than these, and with removing lets one of them go. It returns the first error.
func (k prepared) attempt(t *testing.T, rights []string, removing bool) error {
	t.Helper()
	w := k.world(t, sandboxaws.HandlerOptions{}, nil)
	// There are administrators who get in by a key alone, and sets that allow little.
	w.cloud.DeletePassword(sandboxaws.Kofi)
	w.cloud.CreateAccessKey(sandboxaws.Kofi)
	w.cloud.AssignGroup("Security", "ReadOnlyAccess", sandboxaws.Number)
	w.cloud.Allow(rights...)
	var directory access.Directory = w.iam
	victor, omar, known := w.id(sandboxaws.Victor), w.id(sandboxaws.Omar), w.id(sandboxaws.Jane)
	if k.iam == nil {
		directory, victor, omar, known = w.center, w.inCenter(sandboxaws.Victor), w.inCenter(sandboxaws.Mei), w.inCenter(sandboxaws.Jane)
	}
	if _, _, err := directory.Caller(t.Context()); err != nil {
		return err
	}
	if _, err := directory.Find(t.Context(), "nobody@acme.example"); access.KindOf(err) != access.NotFound {
		return err
	}
	if _, err := directory.Get(t.Context(), known); err != nil {
		return err
	}
	connector, id := k.of(w)
	for _, whose := range []access.AccountID{victor, omar} {
		if _, err := connector.List(t.Context(), whose); err != nil {
			return err
		}
	}
	listed, err := connector.List(t.Context(), id)
	if err != nil {
		return err
	}
	held := access.Held(listed, nil)
	if guard, ok := connector.(access.Guard); ok {
		for _, whose := range []access.AccountID{id, victor} {
			if err := guard.Refuse(t.Context(), whose, held); err != nil {
				return err
			}
		}
	}
	if rechecker, ok := connector.(access.Rechecker); ok {
		if _, err := rechecker.Recheck(t.Context(), id, held.IDs()); err != nil {
			return err
		}
	}
	if !removing {
		return nil
	}
	var failures []error
	for _, grant := range held.IDs() {
		_, err := connector.Remove(t.Context(), id, grant)
		failures = append(failures, err)
	}
	return errors.Join(failures...)
}

// inAnEmptyAccount looks for somebody in an account without users.
func inAnEmptyAccount(t *testing.T, rights []string) error {
	t.Helper()
	w := signedIn(t, "deploy", "pipeline", "")
	w.cloud.Allow(rights...)
	w.cloud.DeleteEverybody()
	_, err := w.iam.Find(t.Context(), sandboxaws.Jane)
	if access.KindOf(err) == access.NotFound {
		return nil
	}
	return err
}

func TestTheDocumentedPoliciesAreEnoughForEachKindAndNoActionOfThemIsTooMuch(t *testing.T) {
	t.Parallel()
	for name, kind := range kinds {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			system := "account"
			if kind.center != nil {
				system = "identity-center"
			}
			watch := allowed(t, system+"-watch", statements[name])
			if err := kind.attempt(t, watch, false); err != nil {
				t.Errorf("to watch, %s is not enough: %v", watch, err)
			}
			all := append(watch, allowed(t, system+"-remove", statements[name])...)
			if err := kind.attempt(t, all, true); err != nil {
				t.Errorf("to remove, %s is not enough: %v", all, err)
			}
			for _, action := range all {
				rest := slices.DeleteFunc(slices.Clone(all), func(a string) bool { return a == action })
				err := kind.attempt(t, rest, true)
				if action == "iam:GetAccountSummary" {
					err = inAnEmptyAccount(t, rest)
				}
				if err == nil || !strings.Contains(err.Error(), action) {
					t.Errorf("without %s the error is %v", action, err)
				}
			}
		})
	}
	if err := inAnEmptyAccount(t, allowed(t, "account-watch", []string{"All"})); err != nil {
		t.Errorf("in an empty account: %v", err)
	}
}

func TestEveryStatementOfTheDocumentedPoliciesIsOfAKind(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../../templates/index.md.tmpl")
	if err != nil {
		t.Fatal(err)
	}
	for _, system := range []string{"account", "identity-center"} {
		for _, to := range []string{"-watch", "-remove"} {
			if !strings.Contains(string(page), `{{ codefile "json" "examples/aws/`+system+to+`.json" }}`) {
				t.Errorf("the documentation does not have %s%s", system, to)
			}
			var ids []string
			for name, kind := range kinds {
				if (kind.center != nil) == (system == "identity-center") {
					ids = append(ids, statements[name]...)
				}
			}
			data, err := os.ReadFile("../../../examples/aws/" + system + to + ".json")
			if err != nil {
				t.Fatal(err)
			}
			for line := range strings.Lines(string(data)) {
				if _, rest, ok := strings.Cut(line, `"Sid": "`); ok && !slices.Contains(ids, rest[:strings.Index(rest, `"`)]) {
					t.Errorf("%s%s: %s is of no kind", system, to, strings.TrimSpace(line))
				}
			}
		}
	}
}

func TestNoDocumentedPolicyLetsASecretBeRead(t *testing.T) {
	t.Parallel()
	for _, file := range []string{"account-watch", "account-remove", "identity-center-watch", "identity-center-remove"} {
		for _, action := range allowed(t, file, slices.Concat(slices.Collect(maps.Values(statements))...)) {
			if strings.Contains(action, "*") || strings.Contains(action, "SecretValue") {
				t.Errorf("%s: %s", file, action)
			}
		}
	}
}

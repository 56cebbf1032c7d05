package okta_test

import (
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
	sandboxokta "github.com/offboard/terraform-provider-offboard/internal/sandbox/okta"
	"github.com/offboard/terraform-provider-offboard/internal/system/okta"
)

// documented are the scopes that the provider's documentation gives for a resource: to watch, and to remove.
func documented(t *testing.T) map[string][2][]string {
	t.Helper()
	page, err := os.ReadFile("../../../templates/index.md.tmpl")
	if err != nil {
		t.Fatal(err)
	}
	scope := regexp.MustCompile(`okta\.[A-Za-z]+\.[a-z]+`)
	scopes := map[string][2][]string{}
	for _, line := range strings.Split(string(page), "\n") {
		columns := strings.Split(line, "|")
		if len(columns) == 5 && strings.HasPrefix(columns[1], " `offboard_") {
			kind := strings.TrimPrefix(strings.Trim(columns[1], " `"), "offboard_")
			watch := append([]string{"okta.users.read", "okta.roles.read"}, scope.FindAllString(columns[2], -1)...)
			scopes[kind] = [2][]string{watch, append(slices.Clone(watch), scope.FindAllString(columns[3], -1)...)}
		}
	}
	return scopes
}

// scoped is a world in which the credential is an application's with some scopes.
func scoped(t *testing.T, scopes []string) *world {
	t.Helper()
	return newWorld(t, sandboxokta.HandlerOptions{}, func(c *okta.Config) {
		org := sandboxokta.NewOrg(sandbox.Acme(), c.Clock)
		c.APIToken, c.ClientID, c.PrivateKey, c.Scopes = "", org.AppID(sandboxokta.ServiceApp), sandboxokta.ClientKey, scopes
	})
}

func TestTheDocumentedScopesAreEnoughAndNoneIsTooMuch(t *testing.T) {
	t.Parallel()
	scopes := documented(t)
	for name, kind := range kinds {
		documentedAs := strings.ReplaceAll(strings.Split(name, ",")[0], " ", "_")
		if kind.pipeline != "" {
			continue
		}
		of, ok := scopes[documentedAs]
		if !ok {
			t.Errorf("the scopes of %s are not documented", documentedAs)
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if err := kind.list(t, of[0]); err != nil {
				t.Errorf("watching with %v: %v", of[0], err)
			}
			if left := kind.exit(t, of[1]); left != nil {
				t.Errorf("removing with %v: %v", of[1], left)
			}
			for i, missing := range of[1] {
				without := slices.Delete(slices.Clone(of[1]), i, i+1)
				left := kind.exit(t, without)
				switch {
				case left == nil && kind.dispose != access.Delete && strings.HasPrefix(name, "account"):
					// Two of the account's are for deleting it.
				case left == nil && documentedAs == "group_membership" && missing == "okta.apps.read":
					// Nobody who was imported is among what was removed.
				case access.KindOf(left) != access.Denied || !strings.Contains(left.Error(), missing):
					t.Errorf("without %s: got %v, want an error that names it", missing, left)
				}
			}
		})
	}
}

// list is what a refresh does.
func (k prepared) list(t *testing.T, scopes []string) error {
	t.Helper()
	w := scoped(t, scopes)
	account, err := w.okta.Find(t.Context(), sandboxokta.Jane)
	if err != nil {
		return err
	}
	_, err = k.connect(w.okta).List(t.Context(), account.ID)
	return err
}

// exit is what an apply does: it removes everything, and returns a reason why something stayed.
func (k prepared) exit(t *testing.T, scopes []string) error {
	t.Helper()
	if err := k.list(t, scopes); err != nil {
		return err
	}
	return k.exitIn(t, scoped(t, scopes))
}

func (k prepared) exitIn(t *testing.T, w *world) error {
	t.Helper()
	if k.prepare != nil {
		k.prepare(w.org)
	}
	account := w.id(sandboxokta.Jane)
	if k.login != "" {
		account = w.id(k.login)
	}
	connector := k.connect(w.okta)
	if disposer, ok := connector.(access.Disposer); ok {
		connector, _ = disposer.Dispose(k.dispose)
	}
	listed, err := connector.List(t.Context(), account)
	if err != nil {
		return err
	}
	held := access.Held(listed, nil)
	out := access.Exit{
		Connector: connector, Account: account, Successor: w.id(sandboxokta.Mei), Clock: w.clock, Patience: time.Minute,
	}.Run(t.Context(), held, held, nil)
	for _, id := range held.IDs() {
		if reason := out.Left[id]; reason != nil {
			return reason
		}
	}
	return out.Unverified
}

func TestWhatIsAskedForIsWhatIsDocumentedAndNothingMore(t *testing.T) {
	t.Parallel()
	watch, remove := map[string]bool{}, map[string]bool{}
	for _, of := range documented(t) {
		for _, scope := range of[0] {
			watch[scope] = true
		}
		for _, scope := range of[1] {
			remove[scope] = true
		}
	}
	readme, err := os.ReadFile("../../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	for what, c := range map[string]struct {
		documented map[string]bool
		asked      []string
	}{
		"to watch":  {watch, okta.ReadScopes},
		"to remove": {remove, slices.Concat(okta.ReadScopes, okta.WriteScopes)},
	} {
		if want, got := slices.Sorted(maps.Keys(c.documented)), slices.Sorted(slices.Values(c.asked)); !slices.Equal(want, got) {
			t.Errorf("%s: documented are %v, asked for %v", what, want, got)
		}
		for _, scope := range c.asked {
			if !strings.Contains(string(readme), "`"+scope+"`") {
				t.Errorf("the README does not name %s", scope)
			}
		}
	}
}

func TestTheScopesOfWhatIsTracedAreDocumented(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../../templates/index.md.tmpl")
	if err != nil {
		t.Fatal(err)
	}
	readme, err := os.ReadFile("../../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	var rows []string
	for _, line := range strings.Split(string(page), "\n") {
		if columns := strings.Split(line, "|"); len(columns) == 5 && regexp.MustCompile("^ `[a-z]+_[a-z]+` $").MatchString(columns[1]) && !strings.Contains(columns[1], "offboard_") {
			rows = append(rows, columns[2])
		}
	}
	for _, scope := range okta.TraceScopes {
		if !slices.ContainsFunc(rows, func(row string) bool { return strings.Contains(row, "`"+scope+"`") }) || !strings.Contains(string(readme), "`"+scope+"`") {
			t.Errorf("%s is not documented", scope)
		}
		if slices.Contains(okta.ReadScopes, scope) {
			t.Errorf("%s is asked for with all the rest", scope)
		}
	}
}

// documentedRoles are the permissions of the custom roles in the provider's documentation: to watch, and to remove.
func documentedRoles(t *testing.T) (watch, remove []string) {
	t.Helper()
	page, err := os.ReadFile("../../../templates/index.md.tmpl")
	if err != nil {
		t.Fatal(err)
	}
	permission := regexp.MustCompile("`(okta\\.[A-Za-z.]+)`")
	for _, line := range strings.Split(string(page), "\n") {
		var of *[]string
		switch {
		case strings.HasPrefix(line, "| watch |"):
			of = &watch
		case strings.HasPrefix(line, "| remove everything but admin roles |"):
			of = &remove
		default:
			continue
		}
		for _, found := range permission.FindAllStringSubmatch(line, -1) {
			*of = append(*of, found[1])
		}
	}
	if len(watch) == 0 || len(remove) == 0 {
		t.Fatal("the roles are not documented")
	}
	return watch, append(remove, watch...)
}

func TestTheDocumentedRolesAreEnoughForEveryKind(t *testing.T) {
	t.Parallel()
	watch, remove := documentedRoles(t)
	for name, kind := range kinds {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			as := func(permissions []string) *world {
				w := newApplication(t)
				w.org.AssignNewRoleToClient(sandboxokta.ServiceApp, "Everything", permissions...)
				if kind.pipeline != "" {
					w.org.SetPipeline(kind.pipeline)
				}
				return w
			}
			w := as(watch)
			account, err := w.okta.Find(t.Context(), sandboxokta.Jane)
			if err != nil {
				t.Fatal(err)
			}
			if listed, err := kind.connect(w.okta).List(t.Context(), account.ID); err != nil || len(listed) == 0 {
				t.Errorf("watching with %v: %v, %v", watch, listed, err)
			}
			if name == "role assignments" {
				return
			}
			w = as(remove)
			// A group with an admin role is a super administrator's to change.
			w.org.RemoveFromGroup(sandboxokta.Jane, "IT operators")
			if left := kind.exitIn(t, w); left != nil {
				t.Errorf("removing with %v: %v", remove, left)
			}
		})
	}
}

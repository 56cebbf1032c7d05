package google_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	sandboxgoogle "github.com/offboard/terraform-provider-offboard/internal/sandbox/google"
)

// documented are the scopes that the provider's documentation gives for a resource: to watch, and to remove.
func documented(t *testing.T) map[string][2][]string {
	t.Helper()
	page, err := os.ReadFile("../../../templates/index.md.tmpl")
	if err != nil {
		t.Fatal(err)
	}
	scope := regexp.MustCompile(`\b(?:admin\.directory|admin\.datatransfer|gmail|cloud-identity|drive|calendar|ediscovery|apps)(?:\.[a-z]+)+|\badmin\.datatransfer\b|\bdrive\b`)
	scopes := map[string][2][]string{}
	for _, line := range strings.Split(string(page), "\n") {
		columns := strings.Split(line, "|")
		if len(columns) == 6 && strings.HasPrefix(columns[1], " `offboard_") {
			kind := strings.TrimPrefix(strings.Trim(columns[1], " `"), "offboard_")
			watch := append([]string{"admin.directory.user.readonly"}, scope.FindAllString(columns[2], -1)...)
			usually, _, _ := strings.Cut(columns[3], "; with `disposition = \"delete\"`")
			scopes[kind] = [2][]string{watch, append(slices.Clone(watch), scope.FindAllString(usually, -1)...)}
			scopes[kind+", deleted"] = [2][]string{watch, append(slices.Clone(watch), scope.FindAllString(columns[3], -1)...)}
		}
	}
	return scopes
}

func TestTheDocumentedScopesAreEnoughAndNoneIsTooMuch(t *testing.T) {
	t.Parallel()
	scopes := documented(t)
	for name, kind := range kinds {
		documentedAs := strings.ReplaceAll(strings.Split(name, ",")[0], " ", "_")
		of, ok := scopes[name]
		if !ok {
			of, ok = scopes[documentedAs]
		}
		if !ok {
			t.Errorf("the scopes of %s are not documented", documentedAs)
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := kind.watch(t, of[0]); err != nil {
				t.Errorf("watching with %v: %v", of[0], err)
			}
			if left := kind.exit(t, of[1]); left != nil {
				t.Errorf("removing with %v: %v", of[1], left)
			}
			for i, missing := range of[1] {
				left := kind.exit(t, slices.Delete(slices.Clone(of[1]), i, i+1))
				if access.KindOf(left) != access.Denied || !strings.Contains(left.Error(), missing) {
					t.Errorf("without %s: got %v, want an error that names it", missing, left)
				}
			}
		})
	}
}

func TestTheDocumentedScopesAreEnoughToWatchWhoIsSuspended(t *testing.T) {
	t.Parallel()
	scopes := documented(t)
	for name, kind := range kinds {
		of := scopes[strings.ReplaceAll(strings.Split(name, ",")[0], " ", "_")]
		if _, err := kind.watch(t, of[0], sandboxgoogle.Jane); err != nil {
			t.Errorf("watching %s with %v: %v", name, of[0], err)
		}
	}
}

// watch is what a refresh does, with nothing but these scopes, once some are suspended.
func (k prepared) watch(t *testing.T, scopes []string, suspended ...string) (*world, error) {
	t.Helper()
	w := newWorld(t, sandboxgoogle.HandlerOptions{}, nil)
	for _, person := range suspended {
		w.tenant.Suspend(person)
	}
	w.tenant.AssignRole(sandboxgoogle.Jane, sandboxgoogle.SuperAdminRole)
	w.tenant.Delegate(scopes...)
	account, err := w.google.Find(t.Context(), sandboxgoogle.Jane)
	if err == nil {
		_, err = k.connect(w.google).List(t.Context(), account.ID)
	}
	return w, err
}

// exit is what an apply does: it removes everything, and returns a reason why something stayed.
func (k prepared) exit(t *testing.T, scopes []string) error {
	t.Helper()
	w, err := k.watch(t, scopes)
	if err != nil {
		return err
	}
	if k.prepare != nil {
		k.prepare(w.tenant)
	}
	connector := k.connect(w.google)
	if disposer, ok := connector.(access.Disposer); ok {
		connector, _ = disposer.Dispose(k.dispose)
	}
	listed, err := connector.List(t.Context(), w.id(sandboxgoogle.Jane))
	if err != nil {
		return err
	}
	held := access.Held(listed, nil)
	out := access.Exit{
		Connector: connector, Account: w.id(sandboxgoogle.Jane), Successor: w.id(sandboxgoogle.Mei), Clock: w.clock, Patience: time.Minute,
	}.Run(t.Context(), held, held, nil)
	for _, id := range held.IDs() {
		if reason := out.Left[id]; reason != nil {
			return reason
		}
	}
	return out.Unverified
}

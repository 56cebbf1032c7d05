package github_test

import (
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	sandboxgithub "github.com/offboard/terraform-provider-offboard/internal/sandbox/github"
	"github.com/offboard/terraform-provider-offboard/internal/system/github"
)

// rights are what a resource needs: permissions of an App, or scopes of a token.
type rights struct {
	permissions map[string]string
	scopes      []string
}

var right = regexp.MustCompile("`([a-z_]+): (read|write)`|`([a-z_]+(?::[a-z]+)?)`")

// documented are the rights that the provider's documentation gives for a resource: to watch, and to remove.
func documented(t *testing.T) map[string][2]rights {
	t.Helper()
	page, err := os.ReadFile("../../../templates/index.md.tmpl")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(page), "\n## Permissions in GitHub\n")
	all := map[string][2]rights{}
	for _, line := range strings.Split(section, "\n") {
		columns := strings.Split(line, "|")
		if len(columns) != 7 || !strings.HasPrefix(columns[1], " `offboard_") {
			continue
		}
		watch := rights{map[string]string{"metadata": "read", "members": "read"}, []string{"read:org"}}
		watch.add(columns[2] + columns[4])
		remove := rights{maps.Clone(watch.permissions), slices.Clone(watch.scopes)}
		remove.add(columns[3] + columns[5])
		all[strings.TrimPrefix(strings.Trim(columns[1], " `"), "offboard_")] = [2]rights{watch, remove}
	}
	return all
}

func (r *rights) add(text string) {
	for _, found := range right.FindAllStringSubmatch(text, -1) {
		if found[1] != "" {
			r.permissions[found[1]] = found[2]
		} else {
			r.scopes = append(r.scopes, found[3])
		}
	}
	if slices.Contains(r.scopes, "admin:org") { // It has the other in it.
		r.scopes = slices.DeleteFunc(r.scopes, func(scope string) bool { return scope == "read:org" })
	}
}

// with is a world in which the credential is an App or a token with some rights.
func with(t *testing.T, r rights, app bool) *world {
	t.Helper()
	w := newWorld(t, sandboxgithub.HandlerOptions{}, func(c *github.Config) {
		if app {
			c.Token = ""
		} else {
			c.AppID, c.AppInstallationID, c.AppPrivateKey = "", "", ""
		}
	})
	w.org.RestrictApp(r.permissions)
	w.org.RestrictToken(r.scopes...)
	return w
}

// exit is what a refresh does, and with removing what an apply does: it returns a reason why something could not be seen, or
// stayed.
func (k prepared) exit(t *testing.T, w *world, removing bool) error {
	t.Helper()
	account, err := w.github.Find(t.Context(), sandboxgithub.Jane)
	if err != nil {
		return err
	}
	connector := k.connect(w.github)
	listed, err := connector.List(t.Context(), account.ID)
	if err != nil || !removing {
		return err
	}
	if k.prepare != nil {
		k.prepare(w.org)
	}
	if disposer, ok := connector.(access.Disposer); ok {
		connector, _ = disposer.Dispose(k.dispose)
	}
	held := access.Held(listed, nil)
	if k.settle != nil {
		for id := range held {
			k.settle(w.org, id)
		}
	}
	out := access.Exit{
		Connector: connector, Account: account.ID, Successor: w.id(sandboxgithub.Mei), Clock: w.clock, Patience: time.Minute,
	}.Run(t.Context(), held, held, nil)
	for _, id := range held.IDs() {
		if reason := out.Left[id]; reason != nil {
			return reason
		}
	}
	return out.Unverified
}

func TestTheDocumentedRightsAreEnoughAndNoneIsTooMuch(t *testing.T) {
	t.Parallel()
	all := documented(t)
	for name, kind := range kinds {
		of, ok := all[strings.ReplaceAll(name, " ", "_")]
		if strings.Contains(name, ",") {
			continue
		}
		if !ok {
			t.Errorf("the rights of %s are not documented", name)
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, app := range []bool{true, false} {
				if name == "tokens" && !app {
					continue
				}
				if err := kind.exit(t, with(t, of[0], app), false); err != nil {
					t.Errorf("watching with %v, an App: %v: %v", of[0], app, err)
				}
				if err := kind.exit(t, with(t, of[1], app), true); err != nil {
					t.Errorf("removing with %v, an App: %v: %v", of[1], app, err)
				}
			}
			for permission, level := range of[1].permissions {
				if permission == "metadata" {
					continue // Every App has it.
				}
				less := rights{maps.Clone(of[1].permissions), nil}
				if less.permissions[permission] = "read"; level == "read" {
					delete(less.permissions, permission)
				}
				left := kind.exit(t, with(t, less, true), true)
				if access.KindOf(left) != access.Denied || !strings.Contains(left.Error(), permission+": "+level) {
					t.Errorf("without %s: %s: got %v, want an error that names it", permission, level, left)
				}
			}
			for i, scope := range of[1].scopes {
				less := rights{nil, slices.Delete(slices.Clone(of[1].scopes), i, i+1)}
				if name == "tokens" {
					continue
				}
				left := kind.exit(t, with(t, less, false), true)
				if access.KindOf(left) != access.Denied || !strings.Contains(left.Error(), scope) {
					t.Errorf("without %s: got %v, want an error that names it", scope, left)
				}
			}
		})
	}
}

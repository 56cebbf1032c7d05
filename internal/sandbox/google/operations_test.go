package google

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// documented is a discovery document, as far as operations go.
type documented struct {
	ServicePath string
	Methods     map[string]struct {
		HTTPMethod, Path string
		// FlatPath is the path with a parameter for each segment, where Path has one for several.
		FlatPath   string
		Scopes     []string
		Parameters map[string]struct{ Location, Maximum string }
	}
	Resources map[string]documented
}

// visit calls f with every method.
func (d documented) visit(f func(method, path string, scopes, query []string)) {
	for _, m := range d.Methods {
		var query []string
		for name, parameter := range m.Parameters {
			if parameter.Location == "query" {
				query = append(query, name)
			}
		}
		if strings.Contains(m.Path, "{+") {
			m.Path = m.FlatPath
		}
		f(m.HTTPMethod, m.Path, m.Scopes, query)
	}
	for _, deeper := range d.Resources {
		deeper.visit(f)
	}
}

func TestEveryOperationHasTheScopesAndParametersOfTheDiscoveryDocument(t *testing.T) {
	t.Parallel()
	out, err := exec.Command("go", "mod", "download", "-json", "google.golang.org/api").Output()
	if err != nil {
		t.Fatal(err)
	}
	var module struct{ Dir string }
	if err := json.Unmarshal(out, &module); err != nil {
		t.Fatal(err)
	}
	found := map[string]bool{}
	for _, file := range []string{
		"admin/directory/v1/admin-api.json", "gmail/v1/gmail-api.json", "cloudidentity/v1/cloudidentity-api.json", "vault/v1/vault-api.json",
		"admin/datatransfer/v1/admin-api.json", "drive/v3/drive-api.json", "calendar/v3/calendar-api.json",
		"licensing/v1/licensing-api.json", "admin/reports/v1/admin-api.json",
	} {
		data, err := os.ReadFile(filepath.Join(module.Dir, file))
		if err != nil {
			t.Fatal(err)
		}
		var document documented
		if err := json.Unmarshal(data, &document); err != nil {
			t.Fatal(err)
		}
		document.visit(func(method, path string, scopes, query []string) {
			checkOperation(t, method, document.ServicePath+path, scopes, query, found)
		})
	}
	for _, op := range operations {
		if !op.caller && !found[op.method+" "+op.path] {
			t.Errorf("%s %s is not documented", op.method, op.path)
		}
	}
}

// checkOperation compares a documented method with the operation that it is, if there is one.
func checkOperation(t *testing.T, method, path string, scopes, query []string, found map[string]bool) {
	t.Helper()
	for _, op := range operations {
		if op.method != method || op.path != path && op.path+op.verb != path {
			continue
		}
		found[method+" "+op.path] = true
		mine := fullScopes(op.scopes)
		slices.Sort(mine)
		slices.Sort(scopes)
		if !slices.Equal(mine, scopes) {
			t.Errorf("%s %s: the scopes are\n %q, documented are\n %q", method, path, mine, scopes)
		}
		for _, name := range strings.Fields(op.query) {
			if !slices.Contains(query, name) {
				t.Errorf("%s %s: the parameter %s is not documented", method, path, name)
			}
		}
	}
}

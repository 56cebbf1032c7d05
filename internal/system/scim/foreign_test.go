package scim_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/clock"
	"github.com/offboard/terraform-provider-offboard/internal/system"
	"github.com/offboard/terraform-provider-offboard/internal/system/scim"
)

// A foreign is a SCIM server that nobody here wrote: scimmy-routers, from npm. make test-scim installs it and says where
// by OFFBOARD_SCIMMY.
type foreign struct {
	*testing.T
	url  string
	scim *scim.SCIM
	ids  map[string]string
}

const foreignToken = "token-of-the-foreign-server"

func newForeign(t *testing.T) *foreign {
	t.Helper()
	modules := os.Getenv("OFFBOARD_SCIMMY")
	if modules == "" {
		t.Skip("SKIPPED: there is no SCIM server of somebody else's here. make test-scim installs one (it needs Node.js and npm) and runs this.")
	}
	// The server is stopped when the test ends.
	server := exec.CommandContext(t.Context(), "node", "testdata/scimmy/server.js")
	server.Env = append(os.Environ(), "NODE_PATH="+modules, "SCIM_TOKEN="+foreignToken)
	server.Stderr = os.Stderr
	out, err := server.StdoutPipe()
	if err == nil {
		err = server.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Wait() })
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("the server did not say where it is: %v", err)
	}
	f := &foreign{T: t, url: strings.TrimSpace(line), ids: map[string]string{}}
	config, err := scim.Config{Name: "foreign", URL: f.url, Token: foreignToken, Run: system.Run{Clock: clock.System{}}}.Validate()
	if err != nil {
		t.Fatal(err)
	}
	f.scim = scim.New(config)
	for _, name := range []string{"jane", "mei", "omar", "lena"} {
		f.post("Users", name, map[string]any{
			"schemas": []string{"urn:ietf:params:scim:schemas:core:2.0:User"}, "userName": name + "@acme.example", "active": true,
			"emails": []any{map[string]any{"value": name + "@acme.example", "type": "work"}},
			"roles":  []any{map[string]any{"value": "admin"}, map[string]any{"value": "billing"}}, "entitlements": []any{map[string]any{"value": "pro"}, map[string]any{"value": "seat"}},
		})
	}
	for group, members := range map[string][]string{"Engineering": {"jane", "mei", "omar"}, "On-call": {"jane", "mei"}, "Leads": {"mei"}} {
		list := []any{}
		for _, member := range members {
			list = append(list, map[string]any{"value": f.ids[member]})
		}
		f.post("Groups", group, map[string]any{"schemas": []string{"urn:ietf:params:scim:schemas:core:2.0:Group"}, "displayName": group, "members": list})
	}
	return f
}

func (f *foreign) post(kind, name string, body map[string]any) {
	f.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		f.Fatal(err)
	}
	var made struct {
		ID string `json:"id"`
	}
	f.do(http.MethodPost, "/"+kind, text, &made)
	f.ids[name] = made.ID
}

func (f *foreign) do(method, path string, body []byte, into any) {
	f.Helper()
	// What is looked at after a test is looked at whether or not its context has ended.
	req, err := http.NewRequestWithContext(context.WithoutCancel(f.Context()), method, f.url+path, bytes.NewReader(body))
	if err != nil {
		f.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+foreignToken)
	req.Header.Set("Content-Type", "application/scim+json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		f.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode >= http.StatusMultipleChoices {
		f.Fatalf("%s %s: %s", method, path, resp.Status)
	}
	if err := json.NewDecoder(resp.Body).Decode(into); err != nil {
		f.Fatal(err)
	}
}

// others is everything that is not Jane's, as the server itself shows it.
func (f *foreign) others() string {
	f.Helper()
	var users, groups struct {
		Resources []map[string]any `json:"Resources"`
	}
	f.do(http.MethodGet, "/Users", nil, &users)
	f.do(http.MethodGet, "/Groups", nil, &groups)
	users.Resources = slices.DeleteFunc(users.Resources, func(u map[string]any) bool { return u["id"] == f.ids["jane"] })
	for _, group := range groups.Resources {
		members, _ := group["members"].([]any)
		group["members"] = slices.DeleteFunc(members, func(m any) bool {
			member, _ := m.(map[string]any)
			return member["value"] == f.ids["jane"]
		})
	}
	text, err := json.MarshalIndent([]any{users, groups}, "", " ")
	if err != nil {
		f.Fatal(err)
	}
	return string(text)
}

func TestEveryKindConformsOnAServerThatNobodyHereWrote(t *testing.T) {
	t.Parallel()
	for name, kind := range map[string]struct {
		connect func(*scim.SCIM) access.Connector
		dispose access.Disposition
		holds   []string
	}{
		"account, deactivated": {scim.Account, access.Deactivate, []string{"jane@acme.example (active)"}},
		"account, deleted":     {scim.Account, access.Delete, []string{"jane@acme.example (active)"}},
		"group membership":     {scim.GroupMembership, "", []string{"Engineering", "On-call"}},
		"role assignments":     {scim.RoleAssignments, "", []string{"admin", "billing"}},
		"app assignments":      {scim.AppAssignments, "", []string{"pro", "seat"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newForeign(t)
			jane, err := f.scim.Find(t.Context(), "jane@acme.example")
			if err != nil || string(jane.ID) != f.ids["jane"] {
				t.Fatalf("Jane is %v (%v), want %s", jane, err, f.ids["jane"])
			}
			if nobody, err := f.scim.Find(t.Context(), "nobody@acme.example"); access.KindOf(err) != access.NotFound {
				t.Errorf("nobody is %v (%v)", nobody, err)
			}
			connector := kind.connect(f.scim)
			if disposer, ok := connector.(access.Disposer); ok {
				connector, _ = disposer.Dispose(kind.dispose)
			}
			listed, err := connector.List(t.Context(), jane.ID)
			if err != nil {
				t.Fatal(err)
			}
			held, others := access.Held(listed, nil), f.others()
			if got := slices.Sorted(maps.Values(held)); !slices.Equal(got, kind.holds) {
				t.Errorf("Jane holds %q, want %q", got, kind.holds)
			}
			// One row first: the rest has to stay.
			first := held.IDs()[0]
			for _, approved := range []access.Holdings{{first: held[first]}, held} {
				out := access.Exit{Connector: connector, Account: jane.ID, Clock: clock.System{}, Patience: 10 * time.Second, Limit: time.Minute}.Run(t.Context(), held, approved, nil)
				if !out.Clean() || len(out.Held) != len(held.Without(approved)) {
					t.Errorf("after removing %v: %+v", approved, out)
				}
			}
			if after := f.others(); after != others {
				t.Errorf("somebody else was touched; before:\n%s\nafter:\n%s", others, after)
			}
		})
	}
}

package vault_test

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"

	sandboxvault "github.com/offboard/terraform-provider-offboard/internal/sandbox/vault"
)

// An answered request is what a server said to it, as far as two servers can say the same: the status, the errors without
// ids, and the names in the data.
type answered struct {
	Status int
	Errors []string
	Data   []string
}

var (
	ids   = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f-]{27}`)
	zeros = "00000000-0000-0000-0000-000000000000"
)

func answerOf(t *testing.T, status int, body []byte) answered {
	t.Helper()
	var read struct {
		Errors   []string
		Warnings []string
		Data     map[string]any
	}
	if len(body) > 0 {
		if err := json.Unmarshal(body, &read); err != nil {
			t.Fatalf("%s: %v", body, err)
		}
	}
	a := answered{Status: status, Data: slices.Sorted(maps.Keys(read.Data))}
	for _, text := range read.Errors {
		a.Errors = append(a.Errors, ids.ReplaceAllString(text, "<id>"))
	}
	return a
}

// What the connector believes when something is not there, or refused, it believes because Vault says it in these words.
func TestTheSandboxAnswersAsAServerThatNobodyHereWroteDoes(t *testing.T) {
	t.Parallel()
	server, f := newForeign(t)
	sandboxed := newWorld(t, sandboxvault.HandlerOptions{})
	// Not all of this is in the API description.
	plain := httptest.NewServer(sandboxed.cluster.Handler(sandboxvault.HandlerOptions{}))
	t.Cleanup(plain.Close)
	const root, service, wrong = "root", "service", "hvs.nobodys"
	for _, c := range []struct {
		by, method, path string
		body             map[string]any
	}{
		{wrong, "GET", "auth/token/lookup-self", nil},
		{"", "GET", "sys/auth", nil},
		{service, "GET", "kv/data/engineering/ci", nil},
		{service, "GET", "sys/mounts/kv", nil},
		{service, "GET", "nowhere/at/all", nil},
		{root, "GET", "nowhere/at/all", nil},
		{root, "LIST", "auth/nowhere/users", nil},
		{root, "GET", "identity/entity/id/" + zeros, nil},
		{root, "GET", "identity/entity/id/{jane}", nil},
		{root, "PUT", "identity/entity/id/" + zeros, map[string]any{"disabled": true}},
		{root, "DELETE", "identity/entity/id/" + zeros, nil},
		{root, "LIST", "identity/entity/id", nil},
		{root, "GET", "identity/group/id/" + zeros, nil},
		{root, "GET", "identity/group/id/{engineering}", nil},
		{root, "GET", "identity/group/id/{data}", nil},
		{root, "PUT", "identity/group/id/" + zeros, map[string]any{"member_entity_ids": []string{}}},
		{root, "PUT", "identity/group/id/{data}", map[string]any{"member_entity_ids": []string{}}},
		{root, "LIST", "identity/group/id", nil},
		{root, "LIST", "auth/token/accessors", nil},
		{root, "PUT", "auth/token/lookup-accessor", map[string]any{"accessor": "nothing"}},
		{root, "PUT", "auth/token/revoke-accessor", map[string]any{"accessor": "nothing"}},
		{service, "GET", "auth/token/lookup-self", nil},
		{root, "LIST", "auth/userpass/users", nil},
		{root, "GET", "auth/userpass/users/jane.doe", nil},
		{root, "GET", "auth/userpass/users/nobody", nil},
		{root, "GET", "auth/userpass/users/a@b", nil},
		{root, "PUT", "auth/userpass/users/nobody", map[string]any{"token_policies": []string{}}},
		{root, "DELETE", "auth/userpass/users/nobody", nil},
		{root, "LIST", "auth/userpass/role", nil},
		{root, "GET", "auth/ldap/users/jane.doe", nil},
		{root, "GET", "auth/ldap/users/nobody", nil},
		{root, "DELETE", "auth/ldap/users/nobody", nil},
		{root, "GET", "auth/ldap/groups/dba", nil},
		{root, "LIST", "auth/ldap/groups", nil},
		{root, "LIST", "auth/oidc/role", nil},
		{root, "GET", "auth/oidc/role/nothing", nil},
		{root, "LIST", "auth/approle/role", nil},
		{root, "GET", "auth/approle/role/nothing", nil},
		{root, "GET", "auth/approle/role/nothing/role-id", nil},
		{root, "LIST", "auth/approle/role/nothing/secret-id", nil},
		{root, "LIST", "auth/approle/role/ci/secret-id", nil},
		{root, "PUT", "auth/approle/role/ci/secret-id-accessor/lookup", map[string]any{"secret_id_accessor": "nothing"}},
		{root, "PUT", "auth/approle/role/ci/secret-id-accessor/destroy", map[string]any{"secret_id_accessor": "nothing"}},
		{root, "PUT", "auth/approle/role/nothing/secret-id-accessor/lookup", map[string]any{"secret_id_accessor": "nothing"}},
		{root, "PUT", "auth/approle/role/nothing/secret-id-accessor/destroy", map[string]any{"secret_id_accessor": "nothing"}},
		{root, "LIST", "kv/metadata", nil},
		{root, "LIST", "kv/metadata/nothing", nil},
		{root, "GET", "kv/metadata/nothing", nil},
		{root, "GET", "kv/metadata/engineering/ci", nil},
		{root, "LIST", "legacy", nil},
		{root, "LIST", "legacy/nothing", nil},
		{root, "LIST", "database/static-roles", nil},
		{root, "GET", "database/static-roles/nothing", nil},
		{root, "GET", "database/static-roles/payments", nil},
		{root, "PUT", "database/rotate-role/nothing", map[string]any{}},
		{root, "PUT", "database/rotate-role/payments", map[string]any{}},
		{root, "LIST", "pki/certs", nil},
		{root, "LIST", "pki/certs/revoked", nil},
		{root, "GET", "pki/cert/01:02", nil},
		{root, "PUT", "pki/revoke", map[string]any{"serial_number": "01:02"}},
		{root, "GET", "sys/policies/acl/nothing", nil},
		{root, "GET", "sys/policies/acl/engineering", nil},
		{root, "PUT", "sys/capabilities-self", map[string]any{"paths": []string{"kv/data/engineering/ci"}}},
		{service, "PUT", "sys/capabilities-self", map[string]any{"paths": []string{"kv/data/engineering/ci"}}},
	} {
		if f.NoDatabase && strings.HasPrefix(c.path, "database/") {
			continue
		}
		ask := func(w *world, url string, tokens map[string]string, groups func(string) string) answered {
			path := strings.NewReplacer("{jane}", string(w.id(sandboxvault.Jane)), "{engineering}", groups("Engineering"), "{data}", groups("Data")).Replace(c.path)
			token, named := tokens[c.by]
			if !named {
				token = c.by
			}
			status, body := request(t, token, c.method, url+"/v1/"+path, c.body)
			return answerOf(t, status, body)
		}
		want := ask(server, f.url, map[string]string{root: f.root, service: f.Token}, func(name string) string { return f.Groups[name] })
		got := ask(sandboxed, plain.URL, map[string]string{root: sandboxvault.RootToken, service: sandboxvault.Token}, sandboxed.cluster.GroupID)
		extra := slices.DeleteFunc(slices.Clone(got.Data), func(name string) bool { return slices.Contains(want.Data, name) })
		if got.Status != want.Status || !slices.Equal(got.Errors, want.Errors) || len(extra) > 0 || (got.Data == nil) != (want.Data == nil) {
			t.Errorf("%s %s %s:\n  the server  %+v\n  the sandbox %+v", c.by, c.method, c.path, want, got)
		}
	}
}

func request(t *testing.T, token, method, url string, body map[string]any) (int, []byte) {
	t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	if body == nil {
		text = nil
	}
	req, err := http.NewRequestWithContext(t.Context(), method, url, bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("X-Vault-Token", token)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, answer
}

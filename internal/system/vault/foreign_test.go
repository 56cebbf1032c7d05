package vault_test

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/access/accesstest"
	"github.com/offboard/terraform-provider-offboard/internal/clock"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox/conform"
	sandboxvault "github.com/offboard/terraform-provider-offboard/internal/sandbox/vault"
	"github.com/offboard/terraform-provider-offboard/internal/system/vault"
)

// A foreign is a Vault server that nobody here wrote, with the sandbox's company in it. It is a dev server of its own, in
// memory, from the binary that OFFBOARD_VAULT names, or from bao or vault on PATH; or the server at OFFBOARD_VAULT_ADDR, of
// which OFFBOARD_VAULT_TOKEN is a root token, and which is emptied of what the company has each time.
type foreign struct {
	*testing.T
	*sandboxvault.Recreated
	url, root, unseal string
}

const noServer = "SKIPPED: there is no Vault or OpenBao server here. make test-vault builds one and runs this; or put bao or vault on PATH, or set " +
	"OFFBOARD_VAULT_ADDR and OFFBOARD_VAULT_TOKEN to a server that may be emptied and its root token."

const noDatabase = "SKIPPED: the server has no database that this could use. The one that make test-vault builds has."

// newForeign returns the company on a real server, and a connection to it through the sandbox's server: what goes wrong
// on the way goes wrong there, and each answer is held to Vault's own API description.
func newForeign(t *testing.T) (*world, *foreign) {
	t.Helper()
	f := &foreign{T: t, url: strings.TrimSuffix(os.Getenv("OFFBOARD_VAULT_ADDR"), "/"), root: os.Getenv("OFFBOARD_VAULT_TOKEN")}
	if f.url == "" {
		f.start(binary(t))
	} else {
		oneAtATime(t)
	}
	f.empty()
	f.Recreated = sandboxvault.Recreate(f.do, sandbox.Acme().Domain)
	target, err := url.Parse(f.url)
	if err != nil {
		t.Fatal(err)
	}
	w := &world{company: f, token: f.Token, clock: clock.NewFake(time.Now())}
	w.server, err = sandbox.Serve(httputil.NewSingleHostReverseProxy(target), sandbox.Options{Clock: w.clock})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.server.Close)
	if f.version() == described {
		w.server.Observe(conform.Vault(t))
	}
	w.vault = w.connect(t)
	return w, f
}

// described is the version that the API description has been brought up to: another may have more to tell.
const described = "1.21.4"

func (f *foreign) version() string {
	f.Helper()
	_, answer := f.send(f.root, http.MethodGet, "sys/health", nil)
	var health struct{ Version string }
	if err := json.Unmarshal(answer, &health); err != nil {
		f.Fatal(err)
	}
	return health.Version
}

var turn = make(chan struct{}, 1)

// oneAtATime is for tests that share a server.
func oneAtATime(t *testing.T) {
	t.Helper()
	turn <- struct{}{}
	t.Cleanup(func() { <-turn })
}

func binary(t *testing.T) string {
	t.Helper()
	for _, name := range []string{os.Getenv("OFFBOARD_VAULT"), "bao", "vault"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Skip(noServer)
	return ""
}

// start runs a server until the test ends.
func (f *foreign) start(binary string) {
	f.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		f.Fatal(err)
	}
	address := listener.Addr().String()
	if err := listener.Close(); err != nil {
		f.Fatal(err)
	}
	server := exec.CommandContext(f.Context(), binary, "server", "-dev", "-dev-no-store-token", "-dev-listen-address="+address)
	server.Env = append(os.Environ(), "HOME="+f.TempDir())
	out, err := server.StdoutPipe()
	if err == nil {
		err = server.Start()
	}
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = server.Wait() })
	lines := bufio.NewScanner(out)
	for f.root == "" && lines.Scan() {
		if key, ok := strings.CutPrefix(lines.Text(), "Unseal Key: "); ok {
			f.unseal = strings.TrimSpace(key)
		}
		if token, ok := strings.CutPrefix(lines.Text(), "Root Token: "); ok {
			f.root = strings.TrimSpace(token)
		}
	}
	if f.root == "" {
		f.Fatalf("%s did not say what its root token is", binary)
	}
	go func() { _, _ = io.Copy(io.Discard, out) }()
	f.url = "http://" + address
}

// do is a request of the administrator's, or of whoever has the token by.
func (f *foreign) do(by, method, path string, body map[string]any) map[string]any {
	f.Helper()
	var status int
	var answer []byte
	// An engine that has just been mounted is not ready yet, and says so.
	for range 100 {
		status, answer = f.send(cmp.Or(by, f.root), method, path, body)
		if status != http.StatusBadRequest || !strings.Contains(string(answer), "Upgrading from non-versioned") {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	if status == http.StatusNotFound && method == "LIST" {
		return nil
	}
	if status >= http.StatusMultipleChoices {
		f.Fatalf("%s %s: %d %s", method, path, status, answer)
	}
	var read struct{ Data, Auth map[string]any }
	if len(answer) > 0 {
		if err := json.Unmarshal(answer, &read); err != nil {
			f.Fatalf("%s %s: %v", method, path, err)
		}
	}
	if read.Auth != nil {
		return read.Auth
	}
	return read.Data
}

func (f *foreign) send(token, method, path string, body map[string]any) (int, []byte) {
	f.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		f.Fatal(err)
	}
	// What is looked at after a test is looked at whether or not its context has ended.
	req, err := http.NewRequestWithContext(context.WithoutCancel(f.Context()), method, f.url+"/v1/"+path, bytes.NewReader(text))
	if err != nil {
		f.Fatal(err)
	}
	req.Header.Set("X-Vault-Token", token)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		f.Fatal(err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		f.Fatal(err)
	}
	return resp.StatusCode, answer
}

func (f *foreign) keys(path string) (keys []string) {
	f.Helper()
	listed, _ := f.do("", "LIST", path, nil)["keys"].([]any)
	for _, key := range listed {
		keys = append(keys, fmt.Sprint(key))
	}
	return keys
}

// empty takes away what the company had when it was last here, and what a dev server begins with.
func (f *foreign) empty() {
	f.Helper()
	for _, kind := range []string{"group", "entity"} {
		for _, id := range f.keys("identity/" + kind + "/id") {
			f.do("", "DELETE", "identity/"+kind+"/id/"+id, nil)
		}
	}
	for _, at := range []string{"auth/userpass", "auth/oidc", "auth/ldap", "auth/approle", "mounts/kv", "mounts/legacy", "mounts/database", "mounts/pki", "mounts/secret"} {
		f.do("", "DELETE", "sys/"+at, nil)
	}
	for _, accessor := range f.keys("auth/token/accessors") {
		if token := f.do("", "POST", "auth/token/lookup-accessor", map[string]any{"accessor": accessor}); token["path"] == "auth/token/create-orphan" {
			f.do("", "POST", "auth/token/revoke-accessor", map[string]any{"accessor": accessor})
		}
	}
}

// UserID, RemoveFromGroup and Snapshot are what a company has.
func (f *foreign) UserID(email string) string {
	f.Helper()
	if f.Entities[email] == "" {
		f.Fatalf("there is no %s", email)
	}
	return f.Entities[email]
}

func (f *foreign) RemoveFromGroup(email, group string) {
	f.Helper()
	at := "identity/group/id/" + f.Groups[group]
	members, _ := f.do("", "GET", at, nil)["member_entity_ids"].([]any)
	members = slices.DeleteFunc(members, func(member any) bool { return member == f.UserID(email) })
	f.do("", "POST", at, map[string]any{"member_entity_ids": members})
}

func (f *foreign) Snapshot(except string) string {
	f.Helper()
	theirs, local := f.UserID(except), strings.Split(except, "@")[0]
	snap := map[string]any{}
	look := func(path string) map[string]any {
		found, _ := settled(f.do("", "GET", path, nil)).(map[string]any)
		snap[path] = found
		return found
	}
	for _, id := range f.keys("identity/entity/id") {
		if id != theirs {
			look("identity/entity/id/" + id)
		}
	}
	for _, id := range f.keys("identity/group/id") {
		group := look("identity/group/id/" + id)
		members, _ := group["member_entity_ids"].([]any)
		group["member_entity_ids"] = slices.DeleteFunc(append([]any{}, members...), func(member any) bool { return member == theirs })
	}
	for _, accessor := range f.keys("auth/token/accessors") {
		if token := f.do("", "POST", "auth/token/lookup-accessor", map[string]any{"accessor": accessor}); token["entity_id"] != theirs {
			snap["token "+accessor] = fmt.Sprint(token["display_name"], token["path"], token["policies"])
		}
	}
	for _, mount := range []string{"userpass", "ldap"} {
		for _, name := range f.keys("auth/" + mount + "/users") {
			if name != local {
				look("auth/" + mount + "/users/" + name)
			}
		}
	}
	for _, role := range f.keys("auth/approle/role") {
		at := "auth/approle/role/" + role
		for _, accessor := range f.keys(at + "/secret-id") {
			id := f.do("", "POST", at+"/secret-id-accessor/lookup", map[string]any{"secret_id_accessor": accessor})
			if of := fmt.Sprint(id["metadata"]); !strings.Contains(of, except) {
				snap[at+" "+accessor] = of
			}
		}
	}
	for _, name := range f.keys("sys/policies/acl") {
		if name != "root" {
			look("sys/policies/acl/" + name)
		}
	}
	for _, path := range []string{"kv/metadata", "kv/metadata/engineering", "kv/metadata/deploy", "legacy", "database/static-roles"} {
		snap[path] = f.keys(path)
	}
	revoked := f.keys("pki/certs/revoked")
	for _, serial := range f.keys("pki/certs") {
		if !slices.Contains(revoked, serial) && !f.names(serial, except) {
			snap["pki "+serial] = true
		}
	}
	text, err := json.MarshalIndent(snap, "", " ")
	if err != nil {
		f.Fatal(err)
	}
	return string(text)
}

func TestAServerThatNobodyHereWroteSealsInAnExitAndNothingIsLost(t *testing.T) {
	t.Parallel()
	w, f := newForeign(t)
	if f.unseal == "" {
		t.Skip("SKIPPED: the server at OFFBOARD_VAULT_ADDR is not sealed, since this test does not know how to unseal it.")
	}
	groups, jane := vault.GroupMembership(w.vault), w.id(sandboxvault.Jane)
	listed, err := groups.List(t.Context(), jane)
	if err != nil || len(listed) != 2 {
		t.Fatalf("listed %v (%v)", listed, err)
	}
	held, others := access.Held(listed, nil), f.Snapshot(sandboxvault.Jane)
	w.server.Inject(sandbox.Fault{
		Match: sandbox.All(sandbox.Method(http.MethodPut), sandbox.PathPrefix("/v1/identity/group/id/")), After: 1, Times: 1,
		Do: func(rw http.ResponseWriter, r *http.Request, next http.Handler) {
			f.do("", "PUT", "sys/seal", nil)
			next.ServeHTTP(rw, r)
		},
	})
	exit := access.Exit{Connector: groups, Account: jane, Clock: w.clock, Patience: time.Minute}
	out := exit.Run(t.Context(), held, held, nil)
	if len(out.Held) == 0 || out.Clean() {
		t.Errorf("of a sealed server: held %v, removed %v, left %v, unverified %v", out.Held, out.Removed, out.Left, out.Unverified)
	}
	for _, reason := range out.Left {
		if access.KindOf(reason) != access.Unavailable || !strings.Contains(reason.Error(), "sealed") {
			t.Errorf("left with %v", reason)
		}
	}
	f.do("", "PUT", "sys/unseal", map[string]any{"key": f.unseal})
	if out = exit.Run(t.Context(), out.Held, out.Held, nil); !out.Clean() || len(out.Held) != 0 {
		t.Errorf("unsealed again: held %v, left %v, unverified %v", out.Held, out.Left, out.Unverified)
	}
	if diff := gocmp.Diff(others, f.Snapshot(sandboxvault.Jane)); diff != "" {
		t.Errorf("somebody else was touched:\n%s", diff)
	}
}

// settled is an answer without what changes by itself: times, and the order and emptiness of lists, which are others after a
// server was sealed.
func settled(value any) any {
	switch value := value.(type) {
	case map[string]any:
		for key, of := range value {
			if value[key] = settled(of); value[key] == nil || key == "last_update_time" || key == "modify_index" {
				delete(value, key)
			}
		}
		if len(value) == 0 {
			return nil
		}
	case []any:
		if len(value) == 0 {
			return nil
		}
		for i := range value {
			value[i] = settled(value[i])
		}
		slices.SortFunc(value, func(a, b any) int { return cmp.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
	}
	return value
}

// names says whether a certificate is a person's.
func (f *foreign) names(serial, email string) bool {
	f.Helper()
	block, _ := pem.Decode([]byte(fmt.Sprint(f.do("", "GET", "pki/cert/"+serial, nil)["certificate"])))
	cert, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		f.Fatal(err)
	}
	return cert.Subject.CommonName == email || slices.Contains(cert.EmailAddresses, email)
}

// NobodyHereWrote is in the names of the tests that make test-vault runs.
func TestEveryConnectorConformsOnAServerThatNobodyHereWrote(t *testing.T) {
	t.Parallel()
	accesstest.RunAll(t, kinds, func(t *testing.T, kind prepared) accesstest.Subject {
		t.Helper()
		w, f := newForeign(t)
		if f.NoDatabase && kind.email == sandboxvault.Erik {
			t.Skip(noDatabase)
		}
		return kind.subject(t, w)
	})
}

func TestTheSandboxHasWhatAServerThatNobodyHereWroteHas(t *testing.T) {
	t.Parallel()
	server, f := newForeign(t)
	if f.NoDatabase {
		t.Skip(noDatabase)
	}
	sandboxed := newWorld(t, sandboxvault.HandlerOptions{})
	for name, kind := range kinds {
		for _, email := range []string{sandboxvault.Jane, sandboxvault.Mei, sandboxvault.Omar, sandboxvault.Erik, sandboxvault.Kofi, sandboxvault.Victor} {
			got, want := server.labels(t, kind, email), sandboxed.labels(t, kind, email)
			if !slices.Equal(got, want) {
				t.Errorf("%s of %s: the server has\n  %s\nand the sandbox\n  %s", name, email, strings.Join(got, "\n  "), strings.Join(want, "\n  "))
			}
		}
	}
}

// labels are what somebody holds of a kind, in order, without the dates and the paths that can't be the same: those who
// sign in through oidc do so with another flow.
func (w *world) labels(t *testing.T, kind prepared, email string) (labels []string) {
	t.Helper()
	listed, err := kind.connect(w.vault).List(t.Context(), w.id(email))
	if err != nil {
		t.Fatal(err)
	}
	for _, grant := range listed {
		label := dates.ReplaceAllString(grant.Label, "<date>")
		if grant.Stays != nil {
			label += ", which stays"
		}
		labels = append(labels, strings.ReplaceAll(label, "auth/oidc/oidc/callback", "auth/oidc/login"))
	}
	slices.Sort(labels)
	return labels
}

var dates = regexp.MustCompile(`\d{4}-\d\d-\d\d`)

package vault_test

import (
	"cmp"
	"encoding/pem"
	"errors"
	"io"
	"log"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	sandboxvault "github.com/offboard/terraform-provider-offboard/internal/sandbox/vault"
	"github.com/offboard/terraform-provider-offboard/internal/system"
	"github.com/offboard/terraform-provider-offboard/internal/system/vault"
)

func TestWhatIsWrongWithTheConfigurationIsSaidOfItsArgument(t *testing.T) {
	t.Parallel()
	notPEM := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(notPEM, []byte("no certificate"), 0o600); err != nil {
		t.Fatal(err)
	}
	const address, token = "https://vault.acme.example:8200", "hvs.token"
	for name, c := range map[string]struct {
		config   vault.Config
		argument string
	}{
		"no address":                {vault.Config{Token: token}, "address"},
		"plain http":                {vault.Config{Address: "http://vault.acme.example", Token: token}, "address"},
		"an address with a path":    {vault.Config{Address: address + "/v1", Token: token}, "address"},
		"an address with a login":   {vault.Config{Address: "https://me:secret@vault.acme.example", Token: token}, "address"},
		"no token":                  {vault.Config{Address: address}, "token"},
		"a token of two lines":      {vault.Config{Address: address, Token: "hvs.one\nhvs.two"}, "token"},
		"a key of another sort":     {vault.Config{Address: address, Token: token, UserKey: "email"}, "user_key"},
		"a key of the metadata":     {vault.Config{Address: address, Token: token, UserKey: "metadata."}, "user_key"},
		"a file that is not there":  {vault.Config{Address: address, Token: token, CACertFile: "nowhere.pem"}, "ca_cert_file"},
		"a file of something else":  {vault.Config{Address: address, Token: token, CACertFile: notPEM}, "ca_cert_file"},
		"nothing, and it is enough": {vault.Config{Address: address + "/", Token: token + "\n", Namespace: "root/"}, ""},
	} {
		config, err := c.config.Validate()
		wrong, ok := errors.AsType[*system.ConfigError](err)
		switch {
		case c.argument == "" && (err != nil || config.Address != address || config.Token != token || config.Namespace != ""):
			t.Errorf("%s: %+v (%v)", name, config, err)
		case c.argument != "" && (!ok || wrong.Argument != c.argument || wrong.Reason == ""):
			t.Errorf("%s: %v", name, err)
		}
		if err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: a password is in the error: %v", name, err)
		}
	}
}

func TestWhatIsLeftOutIsTakenFromTheEnvironment(t *testing.T) {
	t.Parallel()
	for _, prefix := range []string{"VAULT_", "BAO_"} {
		getenv := func(name string) string {
			return map[string]string{prefix + "ADDR": "https://env", prefix + "TOKEN": "token", prefix + "NAMESPACE": "team", prefix + "CACERT": "ca.pem"}[name]
		}
		if c := (vault.Config{}).WithEnvironment(getenv); c.Address != "https://env" || c.Token != "token" || c.Namespace != "team" || c.CACertFile != "ca.pem" {
			t.Errorf("from %s: %+v", prefix, c)
		}
		if c := (vault.Config{Address: "https://said", Token: "said", Namespace: "said", CACertFile: "said"}).WithEnvironment(getenv); c.Address != "https://said" ||
			c.Token != "said" || c.Namespace != "said" || c.CACertFile != "said" {
			t.Errorf("what is said is not kept: %+v", c)
		}
	}
}

func TestTheNamespaceIsInEveryRequest(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxvault.HandlerOptions{})
	v, err := vault.New(t.Context(), vault.Config{Address: w.server.URL(), Token: w.token, Namespace: "team/a", Run: system.Run{Clock: w.clock, UserAgent: "tests"}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := v.Find(t.Context(), sandboxvault.Jane); err != nil {
		t.Fatal(err)
	}
	for _, request := range w.server.Requests() {
		if header := request.Header; header.Get("X-Vault-Namespace") != "team/a" || header.Get("User-Agent") != "tests" {
			t.Errorf("%s was asked with %v", request.Path, header)
		}
	}
}

func TestACertificateOfTheCompanysOwnIsBelievedIfItIsNamed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxvault.HandlerOptions{})
	server := httptest.NewUnstartedServer(w.cluster.Handler(sandboxvault.HandlerOptions{}))
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	file := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, named := range []bool{true, false} {
		c := vault.Config{Address: server.URL, Token: w.token, Run: system.Run{Clock: w.clock}}
		if named {
			c.CACertFile = file
		}
		c, err := c.Validate()
		if err != nil {
			t.Fatal(err)
		}
		v, err := vault.New(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		_, err = v.Find(t.Context(), sandboxvault.Jane)
		if named && err != nil || !named && (access.KindOf(err) != access.Unavailable || !strings.Contains(err.Error(), "certificate")) {
			t.Errorf("named %v: %v", named, err)
		}
	}
}

func TestWithReadOnlyNothingIsWritten(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxvault.HandlerOptions{})
	v, err := vault.New(t.Context(), vault.Config{Address: w.server.URL(), Token: w.token, Run: system.Run{Clock: w.clock, ReadOnly: true}})
	if err != nil {
		t.Fatal(err)
	}
	for name, kind := range kinds {
		email, s := cmp.Or(kind.email, sandboxvault.Jane), kind.connector(t, v)
		listed, err := s.List(t.Context(), w.id(email))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for _, grant := range listed {
			if grant.Stays != nil || strings.Contains(string(grant.ID), "@group/") {
				continue
			}
			if _, err := s.Remove(t.Context(), w.id(email), grant.ID); err == nil || !strings.Contains(err.Error(), "read_only") {
				t.Errorf("%s: %s went, or %v", name, grant.ID, err)
			}
		}
	}
	for _, request := range w.server.Requests() {
		if request.Changes() {
			t.Errorf("%s %s was sent", request.Method, request.Path)
		}
	}
}

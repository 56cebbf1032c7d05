// Package vault connects the model to HashiCorp Vault or OpenBao, which speak the same API.
//
// It is built on github.com/hashicorp/vault/api, of which it uses the raw calls: what that client makes of an answer it
// can't be trusted with (vault.md section 0). It takes every 404 for nothing, be it an empty list or a mount that does not
// exist; it repeats writes by itself; it reads the environment whatever it is told. Here the first is told apart by what
// the answer says, and the others are overridden.
package vault

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"os"
	"strings"
	"sync"

	"github.com/hashicorp/go-cleanhttp"
	"github.com/hashicorp/vault/api"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/memo"
	"github.com/offboard/terraform-provider-offboard/internal/system"
	"github.com/offboard/terraform-provider-offboard/internal/system/vault/policy"
	"github.com/offboard/terraform-provider-offboard/internal/transport"
)

// A Vault is one namespace of a Vault or OpenBao cluster, seen with one token. It is safe for concurrent use.
//
// What it remembers for the length of a run is how the cluster is set up: what is mounted, what policies say, what its own
// token may do, what a certificate says, and who is who for finding people. What an account holds is asked anew each time.
type Vault struct {
	config    Config
	client    *api.Client
	transport *transport.Transport

	own      memo.Once[*ownToken]
	rights   memo.Map[string, []string]
	found    memo.Once[[]*entity]
	auths    memo.Once[mounts]
	secrets  memo.Once[mounts]
	policies memo.Map[string, policy.Policy]
	certs    memo.Map[string, *certificate]

	// departing are the administrators whose removal was agreed to in this run, so that the last two are not each taken
	// for the other's stand-in.
	departing sync.Map
	// groupWrites keeps changes of groups one after the other: the members of a group are written whole, and Vault has no
	// way to say "if nobody has changed them since" (vault.md section 6).
	groupWrites sync.Mutex
}

// New connects to the server. It sends nothing yet.
func New(_ context.Context, c Config) (*Vault, error) {
	v := &Vault{config: c}
	base := cleanhttp.DefaultPooledTransport()
	if c.CACertFile != "" {
		pool, err := certificatesIn(c.CACertFile)
		if err != nil {
			return nil, err
		}
		base.TLSClientConfig = &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}
	}
	v.transport = transport.New(transport.Options{
		Vendor: vendor, Clock: c.Clock, ReadOnly: c.ReadOnly, Secrets: []string{c.Token}, Log: c.Log, Base: base,
	})
	client, err := api.NewClient(&api.Config{Address: c.Address, HttpClient: v.transport.Client(), DisableRedirects: true, ReadYourWrites: true})
	if err != nil {
		return nil, &access.Error{Kind: access.Denied, Op: "connect to Vault", Reason: v.transport.Redact(err.Error())}
	}
	// Whatever VAULT_TOKEN, VAULT_NAMESPACE, VAULT_HEADERS and the like had put there.
	client.SetHeaders(http.Header{"X-Vault-Request": {"true"}})
	client.SetToken(c.Token)
	if c.Namespace != "" {
		client.SetNamespace(c.Namespace)
	}
	client.AddHeader("User-Agent", c.UserAgent)
	client.SetMaxRetries(0)
	client.SetClientTimeout(0)
	v.client = client
	return v, nil
}

func certificatesIn(file string) (*x509.CertPool, error) {
	pem, err := os.ReadFile(file)
	pool := x509.NewCertPool()
	if err != nil || !pool.AppendCertsFromPEM(pem) {
		return nil, &system.ConfigError{Argument: "ca_cert_file", Reason: "it is not the path of a readable file with certificates in PEM"}
	}
	return pool, nil
}

// vendor is what the transport has to know of Vault.
var vendor = transport.Vendor{
	Name: "Vault",
	Hint: "Check that address is the server's own URL, such as https://vault.acme.com:8200, and that no proxy or login page answers in its place.",
	// Of a replicated cluster: this node has not seen yet what another has written (Vault Enterprise).
	Transient: func(status int, _ []byte) bool { return status == http.StatusPreconditionFailed },
	// Nobody unseals a Vault within a minute; and a secret id or an AppRole that is gone is answered with 500 (vault.md section 7).
	Final: func(status int, body []byte) bool {
		text := string(body)
		return status == http.StatusServiceUnavailable && strings.Contains(text, sealed) || strings.Contains(text, noSecretID) ||
			strings.Contains(text, `role \"`) && strings.Contains(text, "does not exist")
	},
	// Looking something up is a POST in Vault wherever what is looked up is not fit for a path.
	Harmless: func(r *http.Request) bool {
		path := r.URL.Path
		return strings.HasSuffix(path, "/auth/token/lookup-accessor") || strings.HasSuffix(path, "/sys/capabilities-self") ||
			strings.HasPrefix(path, "/v1/auth/") && strings.HasSuffix(path, "/secret-id-accessor/lookup")
	},
}

const (
	sealed     = "Vault is sealed"
	noSecretID = "failed to find accessor entry for secret_id_accessor"
)

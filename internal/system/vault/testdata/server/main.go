// Server is a Vault server for tests: HashiCorp's own core, HTTP API, auth methods and secrets engines, in memory. It takes of
// the arguments of "vault server -dev" those that the tests give, and prints what that prints of them.
//
// It is not built from HashiCorp's main package, which would build every cloud's client with it. Ours is one thing: a database
// that takes any password, so that the database engine has one whose passwords it can change.
package main

import (
	"context"
	"encoding/base64"
	"flag"
	"fmt"
	"log"
	"maps"
	"net"
	"net/http"
	"os"
	"slices"
	"time"

	"github.com/hashicorp/go-hclog"
	credjwt "github.com/hashicorp/vault-plugin-auth-jwt"
	"github.com/hashicorp/vault-plugin-secrets-kv"
	"github.com/hashicorp/vault/builtin/credential/approle"
	"github.com/hashicorp/vault/builtin/credential/ldap"
	"github.com/hashicorp/vault/builtin/credential/okta"
	"github.com/hashicorp/vault/builtin/credential/radius"
	"github.com/hashicorp/vault/builtin/credential/userpass"
	"github.com/hashicorp/vault/builtin/logical/database"
	"github.com/hashicorp/vault/builtin/logical/pki"
	vaulthttp "github.com/hashicorp/vault/http"
	"github.com/hashicorp/vault/internalshared/configutil"
	"github.com/hashicorp/vault/sdk/database/dbplugin/v5"
	"github.com/hashicorp/vault/sdk/helper/consts"
	"github.com/hashicorp/vault/sdk/logical"
	"github.com/hashicorp/vault/sdk/physical/inmem"
	"github.com/hashicorp/vault/vault"
)

// Accepting is the name of the database plugin that takes any password.
const Accepting = "accepting-database-plugin"

var (
	auth = map[string]logical.Factory{
		"approle": approle.Factory, "jwt": credjwt.Factory, "ldap": ldap.Factory, "oidc": credjwt.Factory, "okta": okta.Factory, "radius": radius.Factory,
		"userpass": userpass.Factory,
	}
	engines = map[string]logical.Factory{"database": database.Factory, "kv": kv.Factory, "pki": pki.Factory}
)

func main() {
	flags := flag.NewFlagSet("server", flag.ExitOnError)
	flags.Bool("dev", false, "always so")
	flags.Bool("dev-no-store-token", false, "always so")
	address := flags.String("dev-listen-address", "127.0.0.1:8200", "where to listen")
	if len(os.Args) < 2 || os.Args[1] != "server" {
		log.Fatal("usage: server server -dev ...")
	}
	_ = flags.Parse(os.Args[2:]) // It exits by itself.
	if err := serve(*address); err != nil {
		log.Fatal(err)
	}
}

func serve(address string) error {
	logger := hclog.New(&hclog.LoggerOptions{Level: hclog.Error})
	storage, err := inmem.NewInmem(nil, logger)
	if err != nil {
		return err
	}
	core, err := vault.NewCore(&vault.CoreConfig{
		Physical: storage, Logger: logger, DisableMlock: true, CredentialBackends: auth, LogicalBackends: engines, BuiltinRegistry: registry{},
	})
	if err != nil {
		return err
	}
	made, err := core.Initialize(context.Background(), &vault.InitParams{
		BarrierConfig: &vault.SealConfig{SecretShares: 1, SecretThreshold: 1}, RecoveryConfig: &vault.SealConfig{},
	})
	if err != nil {
		return err
	}
	key := base64.StdEncoding.EncodeToString(made.SecretShares[0])
	if _, err := core.Unseal(slices.Clone(made.SecretShares[0])); err != nil {
		return err
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	fmt.Printf("Unseal Key: %s\nRoot Token: %s\n", key, made.RootToken)
	server := &http.Server{ReadHeaderTimeout: time.Minute, Handler: vaulthttp.Handler.Handler(&vault.HandlerProperties{
		Core: core, ListenerConfig: &configutil.Listener{Address: address},
	})}
	return server.Serve(listener)
}

// A registry has what there is by its kind. Vault asks it for the version of whatever it mounts.
type registry struct{}

func (registry) Keys(kind consts.PluginType) []string {
	switch kind {
	case consts.PluginTypeCredential:
		return slices.Collect(maps.Keys(auth))
	case consts.PluginTypeSecrets:
		return slices.Collect(maps.Keys(engines))
	case consts.PluginTypeDatabase:
		return []string{Accepting}
	}
	return nil
}

func (r registry) Contains(name string, kind consts.PluginType) bool {
	return slices.Contains(r.Keys(kind), name)
}

func (r registry) Get(name string, kind consts.PluginType) (func() (any, error), bool) {
	if kind == consts.PluginTypeDatabase {
		return func() (any, error) { return accepting{}, nil }, name == Accepting
	}
	factory := auth[name]
	if kind == consts.PluginTypeSecrets {
		factory = engines[name]
	}
	return func() (any, error) { return factory, nil }, factory != nil
}

func (r registry) DeprecationStatus(name string, kind consts.PluginType) (consts.DeprecationStatus, bool) {
	return consts.Supported, r.Contains(name, kind)
}

func (registry) IsBuiltinEntPlugin(string, consts.PluginType) bool { return false }

// An accepting database takes any password of anybody.
type accepting struct{}

func (accepting) Initialize(_ context.Context, r dbplugin.InitializeRequest) (dbplugin.InitializeResponse, error) {
	return dbplugin.InitializeResponse{Config: r.Config}, nil
}

func (accepting) NewUser(_ context.Context, r dbplugin.NewUserRequest) (dbplugin.NewUserResponse, error) {
	return dbplugin.NewUserResponse{Username: r.UsernameConfig.RoleName}, nil
}

func (accepting) UpdateUser(context.Context, dbplugin.UpdateUserRequest) (dbplugin.UpdateUserResponse, error) {
	return dbplugin.UpdateUserResponse{}, nil
}

func (accepting) DeleteUser(context.Context, dbplugin.DeleteUserRequest) (dbplugin.DeleteUserResponse, error) {
	return dbplugin.DeleteUserResponse{}, nil
}

func (accepting) Type() (string, error) { return "accepting", nil }
func (accepting) Close() error          { return nil }

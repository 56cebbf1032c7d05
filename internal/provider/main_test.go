package provider_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"testing"

	"github.com/offboard/terraform-provider-offboard/internal/cli"
)

// The tests run the real CLI: the one TF_ACC_TERRAFORM_PATH names, or whichever there is.
func TestMain(m *testing.M) {
	code := 1
	if err := prepare(); err != nil {
		fmt.Fprintln(os.Stderr, err)
	} else {
		code = m.Run()
	}
	_ = os.RemoveAll(scratch)
	os.Exit(code)
}

// scratch is a folder for what all tests share. It goes when they have ended.
var scratch string

func prepare() error {
	// What the tests keep is small, and what they throw away is much.
	debug.SetGCPercent(400)
	found, err := cli.Find(context.Background(), os.Getenv("TF_ACC_TERRAFORM_PATH"), os.Stderr)
	if err != nil {
		return err
	}
	if scratch, err = os.MkdirTemp("", "offboard-test-*"); err != nil {
		return err
	}
	config := filepath.Join(scratch, "empty.tfrc")
	if err := os.WriteFile(config, nil, 0o600); err != nil {
		return err
	}
	env := map[string]string{
		"TF_ACC_TERRAFORM_PATH": found.Path,
		// An empty file: the environment may name one that is not there.
		"TF_CLI_CONFIG_FILE": config,
		"CHECKPOINT_DISABLE": "1",
		// The CLI is started some thousand times and lives for half a second: it need not tidy up so often.
		"GOGC": "400",
	}
	if found.OpenTofu {
		env["TF_ACC_PROVIDER_HOST"], env["TF_ACC_PROVIDER_NAMESPACE"] = "registry.opentofu.org", "hashicorp"
	}
	for name, value := range env {
		if err := os.Setenv(name, value); err != nil {
			return err
		}
	}
	return nil
}

package provider_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/offboard/terraform-provider-offboard/internal/cli"
)

// The tests run the real CLI: the one TF_ACC_TERRAFORM_PATH names, or whichever there is.
func TestMain(m *testing.M) {
	if err := prepare(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

func prepare() error {
	found, err := cli.Find(context.Background(), os.Getenv("TF_ACC_TERRAFORM_PATH"), os.Stderr)
	if err != nil {
		return err
	}
	config, err := os.CreateTemp("", "offboard-test-*.tfrc")
	if err != nil {
		return err
	}
	if err := config.Close(); err != nil {
		return err
	}
	env := map[string]string{
		"TF_ACC_TERRAFORM_PATH": found.Path,
		// An empty file: the environment may name one that is not there.
		"TF_CLI_CONFIG_FILE": filepath.Clean(config.Name()),
		"CHECKPOINT_DISABLE": "1",
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

// Docs writes docs/ from the provider's schemas, templates/ and examples/, with tfplugindocs. The schemas
// come from one version of one CLI, because what a CLI tells of them differs from version to version.
package main

import (
	"bytes"
	"context"
	"fmt"
	"log"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/offboard/terraform-provider-offboard/internal/cli"
)

const tfplugindocs = "github.com/hashicorp/terraform-plugin-docs/cmd/tfplugindocs@v0.25.0"

func main() {
	if err := generate(context.Background()); err != nil {
		log.Fatal(err)
	}
}

func generate(ctx context.Context) error {
	work, err := os.MkdirTemp("", "offboard-docs-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	schema, err := providerSchema(ctx, work)
	if err != nil {
		return err
	}
	// Which registry the provider comes from depends on the CLI; tfplugindocs looks in one only.
	schema = bytes.ReplaceAll(schema, []byte(`"registry.opentofu.org/offboard/offboard"`), []byte(`"registry.terraform.io/hashicorp/offboard"`))
	file := filepath.Join(work, "schema.json")
	if err := os.WriteFile(file, schema, 0o600); err != nil {
		return err
	}
	return run(exec.CommandContext(ctx, "go", "run", tfplugindocs, "generate",
		"--provider-name", "offboard", "--rendered-provider-name", "Offboard", "--providers-schema", file))
}

// providerSchema builds the provider and asks the CLI for what it tells of itself.
func providerSchema(ctx context.Context, work string) ([]byte, error) {
	tofu, err := cli.Find(ctx, "tofu", os.Stderr)
	if err != nil {
		return nil, err
	}
	workspace, err := cli.NewWorkspace(ctx, tofu, work)
	if err != nil {
		return nil, err
	}
	main := "terraform {\n  required_providers {\n    offboard = {\n      source = \"offboard/offboard\"\n    }\n  }\n}\n"
	if err := os.WriteFile(filepath.Join(workspace.Dir, "main.tf"), []byte(main), 0o600); err != nil {
		return nil, err
	}
	if out, err := workspace.Run(ctx, "init"); err != nil {
		return nil, fmt.Errorf("%w\n%s", err, out)
	}
	return workspace.Command(ctx, "providers", "schema", "-json").Output()
}

func run(command *exec.Cmd) error {
	out, err := command.CombinedOutput()
	if err != nil {
		return fmt.Errorf("%v: %w\n%s", command.Args, err, out)
	}
	return nil
}

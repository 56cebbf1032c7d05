package cli

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"
)

// module is this module: the provider is its main package.
const module = "github.com/offboard/terraform-provider-offboard"

// configuring are how the variables begin that configure Terraform, or one of the vendors.
var configuring = []string{"TF_", "OFFBOARD_", "OKTA_", "GOOGLE", "GITHUB_", "AWS_", "VAULT_", "BAO_"}

// A Workspace is a folder of configuration in which a CLI installs this provider, built from the source,
// as it would install it from the registry.
type Workspace struct {
	CLI CLI
	// Dir is where the configuration is.
	Dir string
	// Env are environment variables in addition to those of this process, of which none that configures
	// Terraform or a vendor is passed on.
	Env []string
	// Provider is the binary of the provider, which has commands of its own.
	Provider string
	config   string
}

// NewWorkspace builds the provider and makes an empty Workspace below dir.
func NewWorkspace(ctx context.Context, c CLI, dir string) (*Workspace, error) {
	w := &Workspace{CLI: c, Dir: filepath.Join(dir, "work"), config: filepath.Join(dir, "cli.tfrc")}
	mirror := filepath.Join(dir, "mirror")
	const version = "0.0.1"
	binary := filepath.Join(mirror, c.registry(), "offboard", "offboard", version, runtime.GOOS+"_"+runtime.GOARCH, "terraform-provider-offboard_v"+version)
	w.Provider = binary
	build := exec.CommandContext(ctx, "go", "build", "-o", binary, module)
	build.Env = append(os.Environ(), "CGO_ENABLED=0") // As releases are built.
	if out, err := build.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("build the provider: %w\n%s", err, out)
	}
	content := fmt.Sprintf("provider_installation {\n  filesystem_mirror {\n    path = %q\n  }\n}\n", mirror)
	if err := os.WriteFile(w.config, []byte(content), 0o600); err != nil {
		return nil, err
	}
	return w, os.MkdirAll(w.Dir, 0o755)
}

// registry is where a CLI looks for a provider that names none.
func (c CLI) registry() string {
	if c.OpenTofu {
		return "registry.opentofu.org"
	}
	return "registry.terraform.io"
}

// Command returns a command of the CLI in the workspace.
func (w *Workspace) Command(ctx context.Context, args ...string) *exec.Cmd {
	command := exec.CommandContext(ctx, w.CLI.Path, args...)
	command.Dir = w.Dir
	// A CLI that is interrupted stops its providers and lets go of the state; one that is killed does neither.
	command.Cancel = func() error { return command.Process.Signal(os.Interrupt) }
	command.WaitDelay = 20 * time.Second
	command.Env = slices.DeleteFunc(os.Environ(), func(v string) bool {
		return slices.ContainsFunc(configuring, func(prefix string) bool { return strings.HasPrefix(v, prefix) })
	})
	command.Env = append(command.Env, "TF_CLI_CONFIG_FILE="+w.config, "TF_IN_AUTOMATION=1", "CHECKPOINT_DISABLE=1")
	command.Env = append(command.Env, w.Env...)
	return command
}

// Run runs a command and returns what it printed on both streams.
func (w *Workspace) Run(ctx context.Context, args ...string) (string, error) {
	out, err := w.Command(ctx, args...).CombinedOutput()
	if err != nil {
		err = fmt.Errorf("%s %s: %w", filepath.Base(w.CLI.Path), strings.Join(args, " "), err)
	}
	return string(out), err
}

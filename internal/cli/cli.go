// Package cli finds the Terraform CLI that the tests and the demo run, and builds OpenTofu where there is
// none: a bare machine with Go and the module proxy is enough.
package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// OpenTofuVersion is the OpenTofu that is built, and that the tests are run on beside Terraform.
const OpenTofuVersion = "1.12.6"

// A CLI is a terraform or tofu binary.
type CLI struct {
	Path string
	// OpenTofu says which of the two it is: they look for providers in different registries.
	OpenTofu bool
}

// Find returns the CLI that is named ("terraform", "tofu" or a path), or without a name the one to use:
// terraform on PATH, else tofu on PATH, else OpenTofu built from the module proxy. "tofu" is always the
// built one, so that everybody tests the same version. log is told of work that takes minutes.
func Find(ctx context.Context, name string, log io.Writer) (CLI, error) {
	switch name {
	case "", "terraform":
		if path, err := exec.LookPath("terraform"); err == nil {
			return CLI{Path: path}, nil
		}
		if name == "terraform" {
			return CLI{}, errors.New("there is no terraform on PATH")
		}
		if path, err := exec.LookPath("tofu"); err == nil {
			return CLI{Path: path, OpenTofu: true}, nil
		}
		return build(ctx, log)
	case "tofu":
		return build(ctx, log)
	}
	path, err := exec.LookPath(name)
	return CLI{Path: path, OpenTofu: strings.HasPrefix(filepath.Base(name), "tofu")}, err
}

// CacheDir is where built tools are kept, outside the tree: $OFFBOARD_CACHE, else a folder of the user's
// cache.
func CacheDir() (string, error) {
	if dir := os.Getenv("OFFBOARD_CACHE"); dir != "" {
		return dir, nil
	}
	dir, err := os.UserCacheDir()
	return filepath.Join(dir, "terraform-provider-offboard"), err
}

// build builds OpenTofu once and keeps it. `go install` refuses modules with replace directives, so its
// source is copied out of the module cache and built where it then is the main module.
func build(ctx context.Context, log io.Writer) (CLI, error) {
	cache, err := CacheDir()
	if err != nil {
		return CLI{}, err
	}
	built := CLI{Path: filepath.Join(cache, "bin", "tofu-"+OpenTofuVersion), OpenTofu: true}
	if _, err := os.Stat(built.Path); err == nil {
		return built, nil
	}
	fmt.Fprintf(log, "Building OpenTofu %s from the Go module proxy into %s. This is done once, and takes some minutes.\n", OpenTofuVersion, built.Path)
	source, err := download(ctx, "github.com/opentofu/opentofu@v"+OpenTofuVersion)
	if err != nil {
		return CLI{}, err
	}
	work, err := os.MkdirTemp("", "opentofu-*")
	if err != nil {
		return CLI{}, err
	}
	defer os.RemoveAll(work)
	if err := copyTree(work, source); err != nil {
		return CLI{}, err
	}
	if err := os.MkdirAll(filepath.Dir(built.Path), 0o755); err != nil {
		return CLI{}, err
	}
	// Into place in one step, so that nobody ever runs half a binary.
	unfinished := fmt.Sprintf("%s.%d", built.Path, os.Getpid())
	command := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags", "-s -w", "-o", unfinished, "./cmd/tofu")
	command.Dir = work
	command.Env = append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=-mod=mod")
	command.Stdout, command.Stderr = log, log
	if err := command.Run(); err != nil {
		return CLI{}, fmt.Errorf("build OpenTofu: %w", err)
	}
	return built, os.Rename(unfinished, built.Path)
}

// download returns the folder of a module in the module cache.
func download(ctx context.Context, module string) (string, error) {
	command := exec.CommandContext(ctx, "go", "mod", "download", "-json", module)
	command.Dir = os.TempDir()
	out, err := command.Output()
	if err != nil {
		return "", fmt.Errorf("download %s: %w: %s", module, err, out)
	}
	var found struct{ Dir string }
	return found.Dir, json.Unmarshal(out, &found)
}

// copyTree copies files without their read-only mode.
func copyTree(to, from string) error {
	return filepath.WalkDir(from, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		target := filepath.Join(to, relative)
		if entry.IsDir() {
			return os.MkdirAll(target, 0o755)
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(target, content, 0o644)
	})
}

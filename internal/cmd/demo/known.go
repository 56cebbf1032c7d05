package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/offboard/terraform-provider-offboard/internal/provider"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox/aws"
)

// A secret is a row of what she knows: where it is, such as "vault/shared_secret/", and its id there.
type secret struct{ place, id string }

// asking is a configuration that asks for the secrets that somebody could read and that no system changes by itself.
const asking = `
terraform {
  required_providers {
    offboard = { source = "offboard/offboard" }
  }
}

provider "offboard" {
  github = {}
  vault  = {}
  aws    = { account_id = %q, endpoint = %q }
}

data "offboard_access" "leaver" {
  person  = %q
  without = %s
}

output "known" {
  value = { for key, secret in data.offboard_access.leaver.access : key => secret.label if !secret.removable }
}
`

// knows asks which secrets the person could read, and shows those that only their owners can change.
func (d *demo) knows(ctx context.Context) error {
	var others []string
	for _, kind := range provider.Kinds {
		if kind.Name != "shared_secret" {
			others = append(others, kind.Name)
		}
	}
	for _, trace := range provider.Traces {
		others = append(others, trace.Name)
	}
	without, err := json.Marshal(others)
	if err != nil {
		return err
	}
	question := *d.Workspace
	question.Dir = filepath.Join(d.Dir, "..", "known")
	if err := os.Mkdir(question.Dir, 0o700); err != nil {
		return err
	}
	configuration := fmt.Sprintf(asking, aws.Number, d.aws.URL(), leaver, without)
	if err := os.WriteFile(filepath.Join(question.Dir, "main.tf"), []byte(configuration), 0o600); err != nil {
		return err
	}
	for _, args := range [][]string{{"init", "-no-color", "-input=false"}, {"apply", "-no-color", "-input=false", "-auto-approve"}} {
		if out, err := question.Run(ctx, args...); err != nil {
			return fmt.Errorf("%w\n%s", err, out)
		}
	}
	out, err := question.Command(ctx, "output", "-json", "known").Output()
	if err != nil {
		return err
	}
	var known map[string]string
	if err := json.Unmarshal(out, &known); err != nil {
		return err
	}
	for _, key := range slices.Sorted(maps.Keys(known)) {
		system, rest, _ := strings.Cut(key, "/")
		kind, id, _ := strings.Cut(rest, "/")
		d.known = append(d.known, secret{system + "/" + kind + "/", id})
		fmt.Printf("    %-7s %s\n", system, known[key])
	}
	return nil
}

// puttingUpWith are the tolerations of what she knows, until it is changed.
func (d *demo) puttingUpWith(now time.Time) string {
	var lines strings.Builder
	for _, secret := range d.known {
		fmt.Fprintf(&lines, "\n      %q: %q", secret.id, fortnight(now))
	}
	return lines.String()
}

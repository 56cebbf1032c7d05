package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// pullRequest is the example with the one line changed that makes it an exit.
func (d *demo) pullRequest(ctx context.Context) error {
	if err := os.CopyFS(d.Dir, os.DirFS("examples/leavers")); err != nil {
		return err
	}
	file := filepath.Join(d.Dir, "leavers.yaml")
	people, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	now := time.Now().UTC()
	merged := bytes.Replace(people, []byte("terminated: false"), fmt.Appendf(nil, exit, d.puttingUpWith(now),
		now.Add(-2*time.Hour).Format(time.RFC3339), now.Add(-time.Hour).Format(time.RFC3339), now.Add(-30*time.Minute).Format(time.RFC3339), d.handedOver(now)), 1)
	if err := os.WriteFile(file, merged, 0o600); err != nil {
		return err
	}
	if out, err := d.Run(ctx, "init", "-no-color", "-input=false"); err != nil {
		return fmt.Errorf("%w\n%s", err, out)
	}
	return nil
}

// exit is what the pull request changes in leavers.yaml: until when what she knows is put up with, when it was requested, when
// approved, when the badge was handed in, and who takes over what goes on without her.
const exit = `terminated: true
  tolerate:
    shared_secret:%s
  case:
    requested_at: %q
    approved_by: grace.kim@acme.example
    approved_at: %q
    reference: https://github.com/acme/exits/pull/12
    attestations:
      badge:
        application: Badge system
        owner: facilities@acme.example
        statement: The badge is blocked and was handed in.
        attested_by: omar.haddad@acme.example
        attested_at: %q
    exceptions:%s`

// handedOver are the exceptions that say who has taken over what she made, which no exit takes away: the event hooks, the
// integrations and the applications that go on without her.
func (d *demo) handedOver(now time.Time) string {
	var lines strings.Builder
	var made []string
	for _, id := range d.org.TraceIDs(leaver) {
		made = append(made, "okta/"+id)
	}
	for _, id := range d.tenant.TraceIDs(leaver) {
		made = append(made, "google/"+id)
	}
	for _, secret := range d.known {
		fmt.Fprintf(&lines, "\n      %q: { owner: priya.raman@acme.example, reason: The owner changes it, until: %q }", secret.place+secret.id, fortnight(now))
	}
	for _, id := range made {
		fmt.Fprintf(&lines, "\n      %s: { owner: sam.reed@acme.example, reason: Taken over by IT with new secrets, until: %q }", id, now.AddDate(0, 6, 0).Format(time.RFC3339))
	}
	return lines.String()
}

// fortnight is the time in two weeks, as a configuration has it.
func fortnight(now time.Time) string { return now.AddDate(0, 0, 14).Format(time.RFC3339) }

// The exit codes of plan -detailed-exitcode.
const (
	clean   = 0
	changes = 2
)

const planFile = "exit.tfplan"

// plan shows a plan, and fails unless it ends with the exit code that is expected.
func (d *demo) plan(ctx context.Context, want int) error {
	err := d.show(ctx, "plan", "-no-color", "-input=false", "-detailed-exitcode", "-out="+planFile)
	got := 0
	if failed, ok := errors.AsType[*exec.ExitError](err); ok {
		got, err = failed.ExitCode(), nil
	}
	if err == nil && got != want {
		err = fmt.Errorf("the plan ended with exit code %d, want %d", got, want)
	}
	return err
}

// apply applies the plan that was shown. What it warned of is not said at length a second time.
func (d *demo) apply(ctx context.Context) error {
	return d.show(ctx, "apply", "-no-color", "-input=false", "-compact-warnings", planFile)
}

// show runs a command and shows what it prints, but for its lines of progress: a resource has three of them.
func (d *demo) show(ctx context.Context, args ...string) error {
	command := d.Command(ctx, args...)
	out := &without{lines: progress}
	command.Stdout, command.Stderr = out, os.Stderr
	err := command.Run()
	fmt.Printf("%s", out.rest)
	return err
}

var progress = regexp.MustCompile(`: (Preparing import|Importing|Refreshing state|Modifying)\.\.\.|: Import complete`)

// A without prints whole lines, as they come, without some and without the empty ones before the first.
type without struct {
	lines *regexp.Regexp
	begun bool
	rest  []byte
}

func (w *without) Write(p []byte) (int, error) {
	w.rest = append(w.rest, p...)
	for {
		line, rest, whole := bytes.Cut(w.rest, []byte("\n"))
		if !whole {
			return len(p), nil
		}
		if w.begun = w.begun || len(line) > 0 && !w.lines.Match(line); w.begun && !w.lines.Match(line) {
			fmt.Printf("%s\n", line)
		}
		w.rest = rest
	}
}

// provider runs a command of the provider's own over some input, and returns what it writes and its exit code.
func (d *demo) provider(ctx context.Context, input []byte, args ...string) (string, int, error) {
	command := exec.CommandContext(ctx, d.Provider, args...)
	command.Dir, command.Stdin, command.Stderr = d.Dir, bytes.NewReader(input), os.Stderr
	out, err := command.Output()
	if failed, ok := errors.AsType[*exec.ExitError](err); ok {
		return string(out), failed.ExitCode(), nil
	}
	return string(out), 0, err
}

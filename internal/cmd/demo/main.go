// Demo takes one person through an exit, with the real CLI and the provider as it is built, against the
// sandbox. It ends with an error if anything is not as it says.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/offboard/terraform-provider-offboard/internal/cli"
	"github.com/offboard/terraform-provider-offboard/internal/clock"
	"github.com/offboard/terraform-provider-offboard/internal/provider"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox/okta"
)

const leaver = "jane.doe@acme.example"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintf(os.Stderr, "\nThe demo failed: %v\n", err)
		stop()
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	work, err := os.MkdirTemp("", "offboard-demo-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	binary, err := cli.Find(ctx, "", os.Stderr)
	if err != nil {
		return err
	}
	org := okta.NewOrg(sandbox.Acme(), clock.System{})
	server, err := sandbox.Serve(org.Handler(okta.HandlerOptions{}), sandbox.Options{})
	if err != nil {
		return err
	}
	defer server.Close()
	workspace, err := cli.NewWorkspace(ctx, binary, work)
	if err != nil {
		return err
	}
	workspace.Env = []string{"TF_VAR_okta_org_url=" + server.URL(), "OKTA_API_TOKEN=" + okta.Token}
	d := &demo{Workspace: workspace, server: server, org: org}
	if err := d.pullRequest(ctx); err != nil {
		return err
	}
	return d.story(ctx)
}

type demo struct {
	*cli.Workspace
	server *sandbox.Server
	org    *okta.Org
}

// story is what the demo shows.
func (d *demo) story(ctx context.Context) error {
	say("%s leaves. The pull request sets terminated = true in leavers.yaml; this is the plan its approvers read:", leaver)
	if err := d.plan(ctx, changes); err != nil {
		return err
	}
	if err := d.everyKindLosesSomething(ctx); err != nil {
		return err
	}
	say("Approved and merged. The apply removes exactly these rows, and then looks whether they are gone:")
	if err := d.show(ctx, "apply", "-no-color", "-input=false", "exit.tfplan"); err != nil {
		return err
	}
	say("Every later plan is the proof. Nothing has come back (exit code 0):")
	if err := d.plan(ctx, clean); err != nil {
		return err
	}
	say("Weeks later an administrator puts her back into a group, through Okta's own API:")
	if err := d.giveBack(ctx, "VPN users"); err != nil {
		return err
	}
	say("The nightly plan catches it (exit code 2, and the row to go):")
	if err := d.plan(ctx, changes); err != nil {
		return err
	}
	if err := d.show(ctx, "apply", "-no-color", "-input=false", "exit.tfplan"); err != nil {
		return err
	}
	say("And it is gone again (exit code 0):")
	if err := d.plan(ctx, clean); err != nil {
		return err
	}
	say("Done. What was asked of Okta: %d requests, %d of them changes. Nothing is left running.", len(d.server.Requests()), d.writes())
	return nil
}

func say(format string, args ...any) { fmt.Printf("\n=== "+format+"\n\n", args...) }

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
	merged := bytes.Replace(people, []byte("terminated: false"), []byte("terminated: true"), 1)
	if err := os.WriteFile(file, merged, 0o600); err != nil {
		return err
	}
	if out, err := d.Run(ctx, "init", "-no-color", "-input=false"); err != nil {
		return fmt.Errorf("%w\n%s", err, out)
	}
	return nil
}

// The exit codes of plan -detailed-exitcode.
const (
	clean   = 0
	changes = 2
)

// plan shows a plan, and fails unless it ends with the exit code that is expected.
func (d *demo) plan(ctx context.Context, want int) error {
	command := d.Command(ctx, "plan", "-no-color", "-input=false", "-detailed-exitcode", "-out=exit.tfplan")
	command.Stdout, command.Stderr = os.Stdout, os.Stderr
	err := command.Run()
	got := 0
	if failed, ok := errors.AsType[*exec.ExitError](err); ok {
		got, err = failed.ExitCode(), nil
	}
	if err == nil && got != want {
		err = fmt.Errorf("the plan ended with exit code %d, want %d", got, want)
	}
	return err
}

// everyKindLosesSomething reads the plan as a policy check would.
func (d *demo) everyKindLosesSomething(ctx context.Context) error {
	out, err := d.Command(ctx, "show", "-json", "exit.tfplan").Output()
	if err != nil {
		return err
	}
	var plan struct {
		ResourceChanges []struct {
			Type   string `json:"type"`
			Change struct {
				Before, After struct{ Access map[string]string }
			}
		} `json:"resource_changes"`
	}
	if err := json.Unmarshal(out, &plan); err != nil {
		return err
	}
	going := map[string]int{}
	for _, change := range plan.ResourceChanges {
		for id := range change.Change.Before.Access {
			if _, stays := change.Change.After.Access[id]; !stays {
				going[change.Type]++
			}
		}
	}
	for _, kind := range provider.Kinds {
		if going["offboard_"+kind.Name] == 0 {
			return fmt.Errorf("the plan shows nothing to go in offboard_%s", kind.Name)
		}
	}
	return nil
}

// giveBack is what an administrator does behind Terraform's back.
func (d *demo) giveBack(ctx context.Context, group string) error {
	path := "/api/v1/groups/" + d.org.GroupID(group) + "/users/" + d.org.UserID(leaver)
	fmt.Printf("    PUT %s\n", path)
	req, err := http.NewRequestWithContext(ctx, http.MethodPut, d.server.URL()+path, nil)
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "SSWS "+okta.Token)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusNoContent {
		return fmt.Errorf("giving %s back: %s", group, resp.Status)
	}
	return nil
}

func (d *demo) writes() int {
	writes := 0
	for _, request := range d.server.Requests() {
		if request.Method != http.MethodGet {
			writes++
		}
	}
	return writes
}

func (d *demo) show(ctx context.Context, args ...string) error {
	command := d.Command(ctx, args...)
	command.Stdout, command.Stderr = os.Stdout, os.Stderr
	return command.Run()
}

// Demo takes one person through an exit from Okta, Google and an application that speaks SCIM, with the real CLI and the provider as it is built,
// against the sandbox. It ends with an error if anything is not as it says.
package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"syscall"

	"github.com/offboard/terraform-provider-offboard/internal/cli"
	"github.com/offboard/terraform-provider-offboard/internal/clock"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox/google"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox/okta"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox/scim"
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
	d, err := open()
	if err != nil {
		return err
	}
	defer d.close()
	if d.Workspace, err = cli.NewWorkspace(ctx, binary, work); err != nil {
		return err
	}
	d.Env = []string{
		"TF_VAR_okta_org_url=" + d.inOkta.URL(), "OKTA_API_TOKEN=" + okta.Token,
		"TF_VAR_google_admin=" + google.Admin, "TF_VAR_google_endpoint=" + d.inGoogle.URL(), `TF_VAR_sweep=["google"]`,
		"TF_VAR_google_license_products=" + google.Bought,
		"GOOGLEWORKSPACE_CREDENTIALS=" + google.KeyFile(d.inGoogle.URL()),
		fmt.Sprintf(`TF_VAR_scim={ %s = { url = %q, profile = "slack" } }`, inApp, d.inApp.URL()+scim.Base), "OFFBOARD_SCIM_SLACK_TOKEN=" + scim.Token,
	}
	if err := d.pullRequest(ctx); err != nil {
		return err
	}
	if err := d.signing(); err != nil {
		return err
	}
	return d.story(ctx)
}

// A demo is one company in three systems, and the folder in which somebody leaves it.
type demo struct {
	*cli.Workspace
	org                     *okta.Org
	tenant                  *google.Tenant
	app                     *scim.App
	inOkta, inGoogle, inApp *sandbox.Server
}

// inApp is the name of the application in the configuration.
const inApp = "slack"

func open() (*demo, error) {
	company, clk := sandbox.Acme(), clock.System{}
	d := &demo{org: okta.NewOrg(company, clk), tenant: google.NewTenant(company, clk), app: scim.NewApp(company, clk)}
	for _, system := range []struct {
		server **sandbox.Server
		api    http.Handler
	}{
		{&d.inOkta, d.org.Handler(okta.HandlerOptions{})},
		{&d.inGoogle, d.tenant.Handler(google.HandlerOptions{})},
		{&d.inApp, d.app.Handler(scim.HandlerOptions{Dialect: scim.Dialects[inApp]})},
	} {
		var err error
		if *system.server, err = sandbox.Serve(system.api, sandbox.Options{}); err != nil {
			d.close()
			return nil, err
		}
	}
	return d, nil
}

func (d *demo) close() {
	for _, server := range []*sandbox.Server{d.inOkta, d.inGoogle, d.inApp} {
		if server != nil {
			server.Close()
		}
	}
}

// story is what the demo shows.
func (d *demo) story(ctx context.Context) error {
	say("%s leaves. Her accounts are in Okta, in Google Workspace and in Slack, here three sandboxes that speak the vendors' own APIs.\n"+
		"    The pull request sets terminated: true in leavers.yaml, and opens the case, with who takes over what she made; this is the plan its approvers read:", leaver)
	if err := d.plan(ctx, changes); err != nil {
		return err
	}
	if err := d.everyKindLosesSomething(ctx); err != nil {
		return err
	}
	say("The pull request gets the summary first (terraform show -json exit.tfplan | terraform-provider-offboard review), whose exit code\n" +
		"    says whether it needs a second pair of eyes. This one does (exit code 3), because of what she made that others rely on:")
	if err := d.review(ctx); err != nil {
		return err
	}
	say("Approved and merged. The apply removes exactly these rows, and then looks whether they are gone:")
	exit := d.mark()
	if err := d.apply(ctx); err != nil {
		return err
	}
	say("For how long could she still sign in? From the first request of this apply, as the two identity systems logged it:")
	if err := d.contained(exit); err != nil {
		return err
	}
	say("Nothing is outstanding, so the case is closed. This is what an auditor does with its evidence, offline (terraform output -json evidence; verify --key):")
	if err := d.evidence(ctx); err != nil {
		return err
	}
	say("Every later plan is the proof. Nothing has come back (exit code 0):")
	if err := d.plan(ctx, clean); err != nil {
		return err
	}
	say("Weeks later administrators put her back into a group in Okta, make her an administrator in Google and her account in Slack active again, through the vendors' own APIs:")
	if err := d.giveBack(ctx); err != nil {
		return err
	}
	say("The nightly plan catches all three, and the case is open again (exit code 2, and the rows to go):")
	if err := d.plan(ctx, changes); err != nil {
		return err
	}
	if err := d.exactlyLoses(ctx, row{"okta", "offboard_group_membership"}, row{"google", "offboard_role_assignments"}, row{inApp, "offboard_account"}); err != nil {
		return err
	}
	say("It is approved as any plan is, and applied:")
	if err := d.apply(ctx); err != nil {
		return err
	}
	say("All are gone again, and the case is closed (exit code 0):")
	if err := d.plan(ctx, clean); err != nil {
		return err
	}
	say("Done. %s; %s; %s. Nothing is left running.", asked("Okta", d.inOkta), asked("Google", d.inGoogle), asked("Slack", d.inApp))
	return nil
}

func say(format string, args ...any) { fmt.Printf("\n=== "+format+"\n\n", args...) }

// asked counts what was asked of a system.
func asked(system string, server *sandbox.Server) string {
	requests, changes := server.Requests(), 0
	for _, request := range requests {
		if changing(request) {
			changes++
		}
	}
	return fmt.Sprintf("%s was asked %d times, %d of them to change something", system, len(requests), changes)
}

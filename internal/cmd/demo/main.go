// Demo takes one person through an exit from every system the provider has, with the real CLI and the provider as it is built,
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
	"github.com/offboard/terraform-provider-offboard/internal/sandbox/aws"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox/github"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox/google"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox/okta"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox/scim"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox/vault"
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
		`TF_VAR_systems=["okta", "google", "github", "aws", "aws_identity_center", "vault"]`,
		"TF_VAR_okta_org_url=" + d.okta.URL(), "OKTA_API_TOKEN=" + okta.Token,
		"TF_VAR_google_admin=" + google.Admin, "TF_VAR_google_endpoint=" + d.google.URL(), `TF_VAR_sweep=["google"]`,
		"TF_VAR_google_license_products=" + google.Bought,
		"GOOGLEWORKSPACE_CREDENTIALS=" + google.KeyFile(d.google.URL()),
		"GITHUB_OWNER=" + github.Login, "GITHUB_BASE_URL=" + d.github.URL(), "GITHUB_TOKEN=" + github.Token,
		"GITHUB_APP_ID=" + github.AppID, "GITHUB_APP_INSTALLATION_ID=" + github.Installation, "GITHUB_APP_PEM_FILE=" + github.AppKey,
		fmt.Sprintf("TF_VAR_aws={ account_id = %q, endpoint = %q }", aws.Number, d.aws.URL()),
		fmt.Sprintf("TF_VAR_aws_identity_center={ account_id = %q, endpoint = %q }", aws.Number, d.aws.URL()),
		"AWS_REGION=" + aws.Region, "AWS_ACCESS_KEY_ID=" + aws.AccessKey, "AWS_SECRET_ACCESS_KEY=" + aws.SecretKey,
		"VAULT_ADDR=" + d.vault.URL(), "VAULT_TOKEN=" + vault.Token,
		fmt.Sprintf(`TF_VAR_scim={ %s = { url = %q, profile = "slack" } }`, application, d.slack.URL()+scim.Base), "OFFBOARD_SCIM_SLACK_TOKEN=" + scim.Token,
		// An organization on GitHub can only let somebody go, and users of Identity Center can't be disabled by an API.
		`TF_VAR_dispositions={ github = "delete", aws_identity_center = "delete" }`,
	}
	if err := d.signing(); err != nil {
		return err
	}
	return d.story(ctx)
}

// A demo is one company in all systems, and the folder in which somebody leaves it.
type demo struct {
	*cli.Workspace
	org     *okta.Org
	tenant  *google.Tenant
	code    *github.Org
	cloud   *aws.Cloud
	cluster *vault.Cluster
	app     *scim.App

	okta, google, github, aws, vault, slack *sandbox.Server

	// known are the secrets that she could read and that no system changes by itself.
	known []secret
}

// application is the name of the application in the configuration.
const application = "slack"

func open() (*demo, error) {
	company, clk := sandbox.Acme(), clock.System{}
	d := &demo{
		org: okta.NewOrg(company, clk), tenant: google.NewTenant(company, clk), code: github.NewOrg(company, clk),
		cloud: aws.NewCloud(company, clk), cluster: vault.NewCluster(company, clk), app: scim.NewApp(company, clk),
	}
	for _, system := range []struct {
		server **sandbox.Server
		api    http.Handler
	}{
		{&d.okta, d.org.Handler(okta.HandlerOptions{})},
		{&d.google, d.tenant.Handler(google.HandlerOptions{})},
		{&d.github, d.code.Handler(github.HandlerOptions{})},
		{&d.aws, d.cloud.Handler(aws.HandlerOptions{})},
		{&d.vault, d.cluster.Handler(vault.HandlerOptions{})},
		{&d.slack, d.app.Handler(scim.HandlerOptions{Dialect: scim.Dialects[application]})},
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
	for _, server := range []*sandbox.Server{d.okta, d.google, d.github, d.aws, d.vault, d.slack} {
		if server != nil {
			server.Close()
		}
	}
}

// story is what the demo shows.
func (d *demo) story(ctx context.Context) error {
	say("%s leaves. Her accounts are in Okta, Google Workspace, GitHub, AWS and its Identity Center, Vault and Slack, here sandboxes that speak the\n"+
		"    vendors' own APIs. What she knows does not go with them, so somebody asks before anything is cut which secrets she can read that only\n"+
		"    their owners can change (data.offboard_access):", leaver)
	if err := d.knows(ctx); err != nil {
		return err
	}
	if err := d.pullRequest(ctx); err != nil {
		return err
	}
	say("The pull request sets terminated: true in leavers.yaml, and opens the case, with who takes over what she made, and until when these secrets\n" +
		"    may be as they are; this is the plan its approvers read:")
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
	say("Days later administrators put her back into a group in Okta, make her an administrator in Google, invite her to GitHub, make her account in Slack\n" +
		"    and her entity in Vault active again, and give her a new access key in AWS:")
	if err := d.giveBack(ctx); err != nil {
		return err
	}
	say("The nightly plan catches all of it, and the case is open again (exit code 2, and the rows to go):")
	if err := d.plan(ctx, changes); err != nil {
		return err
	}
	if err := d.exactlyLoses(ctx, row{"okta", "offboard_group_membership"}, row{"google", "offboard_role_assignments"}, row{application, "offboard_account"},
		row{"vault", "offboard_account"}, row{"aws", "offboard_keys"}, row{"github", "offboard_account"}); err != nil {
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
	say("Done. %s; %s; %s; %s; %s; %s. Nothing is left running.",
		asked("Okta", d.okta), asked("Google", d.google), asked("GitHub", d.github), asked("AWS", d.aws), asked("Vault", d.vault), asked("Slack", d.slack))
	return nil
}

func say(format string, args ...any) { fmt.Printf("\n=== "+format+"\n\n", args...) }

// asked counts what was asked of a system.
func asked(system string, server *sandbox.Server) string {
	requests, changes := server.Requests(), 0
	for _, request := range requests {
		if request.Changes() {
			changes++
		}
	}
	return fmt.Sprintf("%s was asked %d times, %d of them to change something", system, len(requests), changes)
}

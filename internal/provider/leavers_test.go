package provider_test

import (
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/offboard/terraform-provider-offboard/internal/clock"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox/aws"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox/conform"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox/google"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox/okta"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox/scim"
)

// copyLeavers puts the example into the workspace.
func (s *shell) copyLeavers() {
	s.Helper()
	if err := os.CopyFS(s.workspace.Dir, os.DirFS("../../examples/leavers")); err != nil {
		s.Fatal(err)
	}
}

// terminate is the change of one line that is the exit, with what else the person's lines are to say.
func (s *shell) terminate(lines ...string) {
	s.Helper()
	s.write("leavers.yaml", strings.Replace(s.read("leavers.yaml"), "terminated: false", strings.Join(append([]string{"terminated: true"}, lines...), "\n  "), 1))
}

// A departure is the example over both systems, beside the Okta org of the shell.
type departure struct {
	*shell
	tenant   *google.Tenant
	inGoogle *sandbox.Server

	mu sync.Mutex
	// log is what was asked of both, in the order of the answers: "okta GET /path".
	log []string
}

func newDeparture(t *testing.T) *departure {
	t.Helper()
	d := &departure{shell: newShell(t, nil), tenant: google.NewTenant(sandbox.Acme(), clock.System{})}
	server, err := sandbox.Serve(d.tenant.Handler(google.HandlerOptions{}), sandbox.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	server.Observe(conform.Google(t))
	d.inGoogle = server
	for system, server := range map[string]*sandbox.Server{"okta": d.server, "google": d.inGoogle} {
		server.Observe(func(e sandbox.Exchange) {
			d.mu.Lock()
			defer d.mu.Unlock()
			d.log = append(d.log, system+" "+e.Method+" "+e.URL.EscapedPath())
		})
	}
	d.copyLeavers()
	d.workspace.Env = append(slices.DeleteFunc(d.workspace.Env, func(v string) bool { return strings.HasPrefix(v, "TF_VAR_systems=") }),
		"TF_VAR_google_admin="+google.Admin, "TF_VAR_google_endpoint="+server.URL(), `TF_VAR_sweep=["google"]`, "GOOGLEWORKSPACE_CREDENTIALS="+google.KeyFile(server.URL()),
		"TF_VAR_google_license_products="+google.Bought)
	return d
}

// asked is the log so far.
func (d *departure) asked() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.log)
}

// span is where the requests of the log are that contain one of the parts, in which a $ is the end: the first and the
// last.
func (d *departure) span(log []string, parts ...string) (first, last int) {
	d.Helper()
	first = -1
	for i, request := range log {
		if slices.ContainsFunc(parts, func(part string) bool { return strings.Contains(request+"$", part) }) {
			last = i
			if first < 0 {
				first = i
			}
		}
	}
	if first < 0 {
		d.Fatalf("none of %q was asked for:\n%s", parts, strings.Join(log, "\n"))
	}
	return first, last
}

func TestTheLeaversExampleLocksOutOfBothSystemsBeforeAnythingElse(t *testing.T) {
	t.Parallel()
	d := newDeparture(t)
	d.terminate()
	d.do(0, "init")
	out := d.do(2, "plan", "-no-color", "-detailed-exitcode", "-out=exit.tfplan")
	if strings.Contains(out, "can still sign in") {
		t.Errorf("the example is warned of its own order:\n%s", out)
	}
	from := len(d.asked())
	d.do(0, "apply", "exit.tfplan")
	log := d.asked()[from:]
	d.do(0, "plan", "-detailed-exitcode")

	okta, google := " /api/v1/users/"+d.org.UserID(okta.Jane), " /admin/directory/v1/users/"+d.tenant.UserID(google.Jane)
	signedOut, suspended := "okta DELETE"+okta+"/sessions", "okta POST"+okta+"/lifecycle/suspend"
	signedOutOfGoogle := "google POST" + google + "/signOut"
	// The settings of a mailbox are read, too, only as long as the account is active. Those of others the sweep asks for
	// their delegates alone.
	const mail = "/gmail/v1/users/me/settings/sendAs"
	rest := []string{
		mail, "google DELETE" + google, "okta DELETE" + okta + "/clients/", "/linkedObjects/",
		"DELETE /api/v1/api-tokens/", "POST /api/v1/devices/", "POST /v1/devices/", "POST /api/v1/groups/", "DELETE /api/v1/groups/",
		"POST /admin/directory/v1/groups/", "PATCH /admin/directory/v1/groups/", "DELETE /admin/directory/v1/groups/",
		"DELETE" + okta + "/roles/", "/roleassignments/", "DELETE /api/v1/apps/",
		"POST /admin/datatransfer/v1/transfers$", "DELETE /apps/licensing/", "POST /drive/v3/", "PATCH /drive/v3/", "DELETE /drive/v3/",
		"POST /calendar/v3/", "DELETE /calendar/v3/", "DELETE /gmail/v1/", "PUT /gmail/v1/",
	}
	_, lastAuthenticator := d.span(log, "okta DELETE"+okta+"/authenticator-enrollments/", "okta DELETE /webauthn-registration/", "okta POST"+okta+"$")
	newPassword, _ := d.span(log, "google PUT"+google+"$")
	_, secondSteps := d.span(log, "google POST"+google+"/twoStepVerification/turnOff", "google POST"+google+"/verificationCodes/invalidate")
	oktaOut, _ := d.span(log, signedOut)
	_, oktaSuspended := d.span(log, suspended)
	_, googleOut := d.span(log, signedOutOfGoogle)
	others, _ := d.span(log, rest...)
	_, lastMail := d.span(log, mail)
	_, googleSuspended := d.span(log, "google PUT"+google+"$")
	firstLicence, _ := d.span(log, "google DELETE /apps/licensing/")
	firstTransfer, lastTransfer := d.span(log, "google POST /admin/datatransfer/v1/transfers$")
	drives, _ := d.span(log, "POST /drive/v3/", "PATCH /drive/v3/", "DELETE /drive/v3/")
	owners, _ := d.span(log, "PATCH /admin/directory/v1/groups/", "POST /admin/directory/v1/groups/", "POST /api/v1/groups/")
	for _, order := range []struct {
		what          string
		before, after int
	}{
		{"Okta changes authenticators of an account that is active", lastAuthenticator, oktaOut},
		{"in Okta the sessions end before the account is suspended", oktaOut, oktaSuspended},
		{"in Google nobody knows the password when the second steps go", newPassword, secondSteps},
		{"in Google the sessions end when nobody can start one", secondSteps, googleOut},
		{"suspended in Okta before anything else", oktaSuspended, others},
		{"signed out of Google before anything else", googleOut, others},
		{"the settings of the mailbox while the account is active", lastMail, googleSuspended},
		{"suspended before anybody receives a group", googleSuspended, owners},
		{"suspended before anything is transferred", googleSuspended, firstTransfer},
		{"suspended before anybody receives a shared drive", googleSuspended, drives},
		{"the licences when everything is transferred", lastTransfer, firstLicence},
		{"the licences when the account is suspended", googleSuspended, firstLicence},
	} {
		if order.before >= order.after {
			t.Errorf("%s: %d is not before %d in\n%s", order.what, order.before, order.after, strings.Join(log, "\n"))
		}
	}
}

func TestWhatFailsInOneSystemKeepsNobodySignedInToTheOther(t *testing.T) {
	t.Parallel()
	refused := sandbox.Fault{Do: sandbox.Status(http.StatusForbidden, `{"error":{"code":403,"message":"Not Authorized to access this resource/api","errors":[{"reason":"forbidden"}]}}`)}
	for name, c := range map[string]struct {
		fails func(d *departure) *sandbox.Server
		path  func(d *departure) string
		out   func(d *departure) bool
	}{
		"Google": {
			func(d *departure) *sandbox.Server { return d.inGoogle },
			func(d *departure) string { return "/admin/directory/v1/users/" + d.tenant.UserID(google.Jane) },
			func(d *departure) bool {
				return d.org.Sessions(okta.Jane) == 0 && d.org.Status(okta.Jane) == "SUSPENDED"
			},
		},
		"Okta": {
			func(d *departure) *sandbox.Server { return d.server },
			func(d *departure) string { return "/api/v1/users/" + d.org.UserID(okta.Jane) },
			func(d *departure) bool { return d.tenant.Sessions(google.Jane) == 0 },
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDeparture(t)
			d.terminate()
			d.do(0, "init")
			d.do(2, "plan", "-detailed-exitcode", "-out=exit.tfplan")
			fault := refused
			fault.Match = sandbox.All(sandbox.PathMatch(c.path(d)), func(r *http.Request) bool { return r.Method != http.MethodGet })
			c.fails(d).Inject(fault)
			d.says(d.do(1, "apply", "-no-color", "exit.tfplan"), "Access remains", "password")
			if !c.out(d) {
				t.Error("can sign in to the other system")
			}
			c.fails(d).Heal()
			// What is left is the next plan.
			d.do(2, "plan", "-detailed-exitcode", "-out=exit.tfplan")
			d.do(0, "apply", "exit.tfplan")
			d.do(0, "plan", "-detailed-exitcode")
		})
	}
}

func TestInTheLeaversExampleOnlyASuspensionComesFirst(t *testing.T) {
	t.Parallel()
	s := newShell(t, nil)
	s.copyLeavers()
	s.terminate("disposition: deactivate")
	s.do(0, "init")
	s.do(0, "apply", "-auto-approve")
	s.do(0, "plan", "-detailed-exitcode")
	writes := s.writes()
	reports := slices.IndexFunc(writes, func(w string) bool { return strings.Contains(w, "/linkedObjects/") })
	deactivated := slices.IndexFunc(writes, func(w string) bool { return strings.HasSuffix(w, "/lifecycle/deactivate") })
	if reports < 0 || deactivated < reports {
		t.Errorf("deactivated before what it may take along was seen to:\n%s", strings.Join(writes, "\n"))
	}
}

func TestInTheLeaversExampleThePlanIsTheOneInTheREADMEAndWhoIsSuspendedCanBeDeactivatedLater(t *testing.T) {
	t.Parallel()
	s := newShell(t, nil)
	s.copyLeavers()
	s.terminate()
	s.do(0, "init")
	s.saysWhatTheREADMEDoes(s.do(2, "plan", "-no-color", "-detailed-exitcode", "-out=exit.tfplan"))
	s.do(0, "apply", "exit.tfplan")
	// A suspended account begins to count with the first plan, as wherever a harsher end is chosen, and goes with the next.
	s.write("leavers.yaml", s.read("leavers.yaml")+"\n  disposition: deactivate\n")
	s.says(s.do(2, "plan", "-no-color", "-detailed-exitcode", "-out=exit.tfplan"),
		"With disposition = \"deactivate\" the account counts as held", "Only stops watching")
	s.do(0, "apply", "exit.tfplan")
	s.says(s.do(2, "plan", "-no-color", "-detailed-exitcode", "-out=exit.tfplan"), `"jane.doe@acme.example (SUSPENDED)" -> null`)
	s.do(0, "apply", "exit.tfplan")
	s.do(0, "plan", "-detailed-exitcode")
	if status := s.org.Status(okta.Jane); status != "DEPROVISIONED" {
		t.Errorf("the account is %s", status)
	}
}

func TestInTheLeaversExampleADeletionComesLast(t *testing.T) {
	t.Parallel()
	d := newDeparture(t)
	inOkta, inGoogle := " /api/v1/users/"+d.org.UserID(okta.Jane), " /admin/directory/v1/users/"+d.tenant.UserID(google.Jane)
	d.terminate("disposition: delete")
	d.do(0, "init")
	d.do(2, "plan", "-detailed-exitcode", "-out=exit.tfplan")
	from := len(d.asked())
	d.do(0, "apply", "exit.tfplan")
	log := d.asked()[from:]
	d.do(0, "plan", "-detailed-exitcode")

	_, suspended := d.span(log, "okta POST"+inOkta+"/lifecycle/suspend", "google PUT"+inGoogle+"$")
	transfers, _ := d.span(log, "google POST /admin/datatransfer/v1/transfers$")
	_, rest := d.span(log, "google DELETE /apps/licensing/", "/roleassignments/", "okta DELETE /api/v1/apps/", "okta DELETE"+inOkta+"/roles/")
	deleted, _ := d.span(log, "okta DELETE"+inOkta+"$", "google DELETE"+inGoogle+"$")
	if suspended > transfers || rest > deleted {
		t.Errorf("suspended at %d, transferred from %d on, everything gone at %d, deleted at %d:\n%s", suspended, transfers, rest, deleted, strings.Join(log, "\n"))
	}
	if d.tenant.HasUser(google.Jane) || len(d.tenant.Files(google.Mei)) != 5 {
		t.Errorf("in Google: she is there: %v; Mei's files: %v", d.tenant.HasUser(google.Jane), d.tenant.Files(google.Mei))
	}
}

func TestInTheLeaversExampleTheAccountInASystemBecomesWhatThatSystemHas(t *testing.T) {
	t.Parallel()
	app, cloud := scim.NewApp(sandbox.Acme(), clock.System{}), aws.NewCloud(sandbox.Acme(), clock.System{})
	s := newShellOver(t, app.Handler(scim.HandlerOptions{Dialect: scim.Dialects["generic"]}), nil)
	s.server.Observe(conform.SCIM(t, scim.Base))
	inAWS, err := sandbox.Serve(cloud.Handler(aws.HandlerOptions{}), sandbox.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(inAWS.Close)
	inAWS.Observe(conform.AWS(t))
	s.copyLeavers()
	s.workspace.Env = []string{
		`TF_VAR_systems=["aws_identity_center"]`,
		fmt.Sprintf("TF_VAR_aws_identity_center={ account_id = %q, region = %q, endpoint = %q }", aws.Number, aws.Region, inAWS.URL()),
		"AWS_ACCESS_KEY_ID=" + aws.AccessKey, "AWS_SECRET_ACCESS_KEY=" + aws.SecretKey,
		fmt.Sprintf("TF_VAR_scim={ wiki = { url = %q } }", s.server.URL()+scim.Base), "OFFBOARD_SCIM_WIKI_TOKEN=" + scim.Token,
	}
	s.terminate()
	s.do(0, "init")
	s.says(s.do(1, "plan", "-no-color"), `Use disposition = suspend: this system does not have it. It has "deactivate" and "delete".`)
	s.workspace.Env = append(s.workspace.Env, `TF_VAR_dispositions={ wiki = "deactivate", aws_identity_center = "delete" }`)
	s.do(2, "plan", "-detailed-exitcode", "-out=exit.tfplan")
	from := len(inAWS.Requests())
	s.do(0, "apply", "exit.tfplan")
	last := ""
	for _, request := range inAWS.Requests()[from:] {
		if request.Changes() {
			last = request.Header.Get("X-Amz-Target")
		}
	}
	if last != "AWSIdentityStore.DeleteUser" || !app.Exists(scim.Jane) {
		t.Errorf("the last change in Identity Center is %s; the account in the application is there: %v", last, app.Exists(scim.Jane))
	}
	s.do(0, "plan", "-detailed-exitcode")
}

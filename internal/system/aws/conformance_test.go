package aws_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/access/accesstest"
	"github.com/offboard/terraform-provider-offboard/internal/clock"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
	sandboxaws "github.com/offboard/terraform-provider-offboard/internal/sandbox/aws"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox/conform"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox/sandboxtest"
	"github.com/offboard/terraform-provider-offboard/internal/system"
	"github.com/offboard/terraform-provider-offboard/internal/system/aws"
)

// A world is a sandbox account with its Identity Center, and a connection to each.
type world struct {
	cloud  *sandboxaws.Cloud
	server *sandbox.Server
	clock  *clock.Fake
	iam    *aws.IAM
	center *aws.IdentityCenter
}

func newWorld(t *testing.T, options sandboxaws.HandlerOptions, change func(*aws.Login, *aws.IAMConfig)) *world {
	t.Helper()
	w := &world{clock: clock.NewFake(time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC))}
	w.cloud = sandboxaws.NewCloud(sandbox.Acme(), w.clock)
	server, err := sandbox.Serve(w.cloud.Handler(options), sandbox.Options{Clock: w.clock})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	server.Observe(conform.AWS(t))
	w.server = server
	w.connect(t, change)
	return w
}

// connect connects anew, with another configuration.
func (w *world) connect(t *testing.T, change func(*aws.Login, *aws.IAMConfig)) {
	t.Helper()
	login := aws.Login{
		Region: sandboxaws.Region, AccessKey: sandboxaws.AccessKey, SecretKey: sandboxaws.SecretKey, AccountID: sandboxaws.Number,
		Endpoint: w.server.URL(), Run: system.Run{Clock: w.clock, UserAgent: "terraform-provider-offboard/test"},
	}
	inAccount := aws.IAMConfig{}
	if change != nil {
		change(&login, &inAccount)
	}
	inAccount.Login = login
	inAccount, err := inAccount.Validate()
	if err != nil {
		t.Fatal(err)
	}
	if w.iam, err = aws.NewIAM(t.Context(), inAccount); err != nil {
		t.Fatal(err)
	}
	inCenter, err := aws.IdentityCenterConfig{Login: login}.Validate()
	if err != nil {
		t.Fatal(err)
	}
	if w.center, err = aws.NewIdentityCenter(t.Context(), inCenter); err != nil {
		t.Fatal(err)
	}
}

// id is somebody's in IAM, and inCenter in Identity Center.
func (w *world) id(email string) access.AccountID {
	return access.AccountID(sandboxaws.IAM{Cloud: w.cloud}.UserID(email))
}

func (w *world) inCenter(email string) access.AccountID {
	return access.AccountID(sandboxaws.Center{Cloud: w.cloud}.UserID(email))
}

// prepared is a kind, what has to be so that everything Jane holds of it can be removed, and something that somebody holds and
// nobody can remove.
type prepared struct {
	iam     func(*aws.IAM) access.Connector
	center  func(*aws.IdentityCenter) access.Connector
	login   string // Jane's if empty
	prepare func(*sandboxaws.Cloud)
	change  func(*aws.Login, *aws.IAMConfig)
	single  bool
	dispose access.Disposition
	keptBy  string
	kept    func(*world) access.GrantID
}

func groupsGone(cloud *sandboxaws.Cloud) {
	cloud.RemoveFromGroup(sandboxaws.Jane, "developers")
	cloud.RemoveFromGroup(sandboxaws.Jane, "on-call")
	cloud.Leave(sandboxaws.Jane, "Engineering")
	cloud.Leave(sandboxaws.Jane, "On-call")
}

func revoking(roles ...string) func(*aws.Login, *aws.IAMConfig) {
	return func(_ *aws.Login, c *aws.IAMConfig) { c.RevokeRoleSessions = roles }
}

var kinds = map[string]prepared{
	"account, suspended": {iam: aws.Account, single: true, dispose: access.Suspend},
	"account, deleted": {
		iam: aws.Account, single: true, dispose: access.Delete, login: sandboxaws.Noah, keptBy: sandboxaws.Jane,
		prepare: func(cloud *sandboxaws.Cloud) {
			cloud.PutPolicy(sandboxaws.Noah, "nothing-at-night", denial)
			cloud.AttachPolicy(sandboxaws.Noah, sandboxaws.Managed("no-billing"))
		},
		kept: func(w *world) access.GrantID { return access.GrantID(w.id(sandboxaws.Jane)) },
	},
	"authenticators":   {iam: aws.Authenticators},
	"keys":             {iam: aws.Keys},
	"group membership": {iam: aws.GroupMembership},
	"role assignments": {
		iam: aws.RoleAssignments, prepare: groupsGone, keptBy: sandboxaws.Mei,
		kept: func(w *world) access.GrantID {
			for _, grant := range list(w, aws.RoleAssignments(w.iam), w.id(sandboxaws.Mei)) {
				if strings.HasPrefix(grant.Label, "ReadOnlyAccess") {
					return grant.ID
				}
			}
			return ""
		},
	},
	"sessions": {iam: aws.Sessions, single: true},
	"sessions, with those of roles": {
		iam: aws.Sessions, change: revoking("deploy", "analytics"),
	},
	"shared secrets": {
		iam: aws.SharedSecrets, keptBy: sandboxaws.Omar,
		kept: func(w *world) access.GrantID {
			return access.GrantID(w.cloud.SecretVersion("payments/stripe"))
		},
	},
	"identity center: account, deleted": {
		center: aws.CenterAccount, single: true, dispose: access.Delete, keptBy: sandboxaws.Mei,
		prepare: func(cloud *sandboxaws.Cloud) { groupsGone(cloud); cloud.Unassign(sandboxaws.Jane) },
		kept:    func(w *world) access.GrantID { return access.GrantID(w.inCenter(sandboxaws.Mei)) },
	},
	"identity center: group membership": {center: aws.CenterGroupMembership},
	"identity center: app assignments": {
		center: aws.AppAssignments, prepare: groupsGone, keptBy: sandboxaws.Mei,
		kept: func(w *world) access.GrantID {
			for _, grant := range list(w, aws.AppAssignments(w.center), w.inCenter(sandboxaws.Mei)) {
				if strings.HasSuffix(grant.Label, "(via group: Engineering)") {
					return grant.ID
				}
			}
			return ""
		},
	},
}

const denial = `{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"StringEquals":{"acme:night":"yes"}}}}`

func list(_ *world, connector access.Connector, id access.AccountID) []access.Grant {
	grants, err := connector.List(context.Background(), id)
	if err != nil {
		panic(err)
	}
	return grants
}

func TestEveryConnectorConforms(t *testing.T) {
	t.Parallel()
	accesstest.RunAll(t, kinds, func(t *testing.T, kind prepared) accesstest.Subject {
		t.Helper()
		return kind.subject(t)
	})
}

func (k prepared) subject(t *testing.T) accesstest.Subject {
	t.Helper()
	// Lag and small pages are how AWS is on a bad day; a connector has to be right on that day too.
	w := newWorld(t, sandboxaws.HandlerOptions{Lag: 1, PageSize: 3}, k.change)
	if k.prepare != nil {
		k.prepare(w.cloud)
	}
	login := sandboxaws.Jane
	if k.login != "" {
		login = k.login
	}
	s := accesstest.Subject{
		Single: k.single, Others: func() string { return w.cloud.Snapshot(login) },
		Break: breakages.Of(w.server),
	}
	id := w.id
	if k.iam != nil {
		s.Connector, s.Nobody = k.iam(w.iam), "AIDANOBODYHASTHISID0X"
	} else {
		s.Connector, s.Nobody, id = k.center(w.center), "90672f0000-00000000-0000-4000-8000-000000000000", w.inCenter
	}
	s.Account = id(login)
	s.Choose(t, k.dispose)
	if k.kept != nil {
		s.KeptBy, s.Kept = id(k.keptBy), k.kept(w)
	}
	return s
}

const (
	refusedXML = `<ErrorResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><Error><Type>Sender</Type><Code>%</Code><Message>no</Message></Error>` +
		`<RequestId>1</RequestId></ErrorResponse>`
	refusedJSON = `{"__type":"%","message":"no"}`
)

// refusal answers with an error in the protocol of the call.
func refusal(status int, code, codeInJSON string) func(http.ResponseWriter, *http.Request, http.Handler) {
	return func(w http.ResponseWriter, r *http.Request, _ http.Handler) {
		body := strings.Replace(refusedXML, "%", code, 1)
		w.Header().Set("Content-Type", "text/xml")
		if r.Header.Get("X-Amz-Target") != "" {
			body = strings.Replace(refusedJSON, "%", codeInJSON, 1)
			w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		}
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body)) // a client that has gone is no concern of the test's
	}
}

var breakages = sandboxtest.NewBreakages(
	refusal(http.StatusForbidden, "InvalidClientTokenId", "UnrecognizedClientException"),
	refusal(http.StatusForbidden, "AccessDenied", "AccessDeniedException"),
	refusal(http.StatusInternalServerError, "ServiceFailure", "InternalServerException"),
)

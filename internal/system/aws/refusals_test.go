package aws_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
	sandboxaws "github.com/offboard/terraform-provider-offboard/internal/sandbox/aws"
	"github.com/offboard/terraform-provider-offboard/internal/system/aws"
)

// guards are the kinds of IAM that could take the credential, or the last administrator.
var guards = map[string]func(*aws.IAM) access.Connector{
	"account": aws.Account, "authenticators": aws.Authenticators, "keys": aws.Keys, "group membership": aws.GroupMembership,
	"role assignments": aws.RoleAssignments, "sessions": aws.Sessions,
}

// refused is what each kind says to a removal from somebody, where all of them say the same.
func (w *world) refused(t *testing.T, email string) error {
	t.Helper()
	var said error
	first := true
	for name, kind := range guards {
		guard, ok := kind(w.iam).(access.Guard)
		if !ok {
			t.Fatalf("%s refuses nothing", name)
		}
		err := guard.Refuse(t.Context(), w.id(email), nil)
		if !first && access.KindOf(err) != access.KindOf(said) {
			t.Errorf("%s says %v, and another %v", name, err, said)
		}
		said, first = err, false
	}
	return said
}

// signedIn is a world in which the credential is a session of a role, by the name of somebody.
func signedIn(t *testing.T, role, name, assumes string) *world {
	t.Helper()
	w := newWorld(t, sandboxaws.HandlerOptions{}, nil)
	w.cloud.AttachToRole(role, sandboxaws.Managed("terraform-offboard-of-role"))
	key, secret, token := w.cloud.SignIn(role, name)
	w.connect(t, func(l *aws.Login, c *aws.IAMConfig) {
		l.AccessKey, l.SecretKey, l.Token, l.AssumeRole = key, secret, token, assumes
		c.RevokeRoleSessions = []string{"deploy", sandboxaws.Role}
	})
	return w
}

func TestTheUserWhoseKeyIsUsedIsTheCaller(t *testing.T) {
	t.Parallel()
	for name, role := range map[string]string{"by itself": "", "to assume a role": sandboxaws.RoleARN} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, sandboxaws.HandlerOptions{}, func(l *aws.Login, _ *aws.IAMConfig) { l.AssumeRole = role })
			if caller, owned, err := w.iam.Caller(t.Context()); err != nil || !owned || caller != w.id(sandboxaws.Own) {
				t.Errorf("the caller is %q, %v, %v", caller, owned, err)
			}
			if caller, owned, err := w.center.Caller(t.Context()); err != nil || owned {
				t.Errorf("in Identity Center the caller is %q, %v", caller, err)
			}
		})
	}
}

func TestASessionThatIsNamedAfterThePersonIsRefused(t *testing.T) {
	t.Parallel()
	for name, assumes := range map[string]string{"itself": "", "one that assumes another role": sandboxaws.RoleARN} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := signedIn(t, "deploy", "Jane.Doe@acme.example", assumes)
			err := w.refused(t, sandboxaws.Jane)
			if access.KindOf(err) != access.Blocked || !strings.Contains(err.Error(), "named after this very person") {
				t.Errorf("got %v", err)
			}
			if err := w.refused(t, sandboxaws.Mei); err != nil {
				t.Errorf("of somebody else: %v", err)
			}
			if caller, owned, err := w.iam.Caller(t.Context()); err != nil || owned {
				t.Errorf("a role belongs to %q, %v", caller, err)
			}
		})
	}
}

func TestTheSessionsOfTheRoleInUseAreNotRevoked(t *testing.T) {
	t.Parallel()
	w := signedIn(t, "deploy", "pipeline", "")
	guard, _ := aws.Sessions(w.iam).(access.Guard)
	going := func(role string) access.Holdings {
		var rows []access.Grant
		for _, grant := range list(w, aws.Sessions(w.iam), w.id(sandboxaws.Jane)) {
			if strings.Contains(grant.Label, "role "+role) {
				rows = append(rows, grant)
			}
		}
		if len(rows) != 1 {
			t.Fatalf("%d rows of the role %s", len(rows), role)
		}
		return access.Held(rows, nil)
	}
	if err := guard.Refuse(t.Context(), w.id(sandboxaws.Jane), going("deploy")); access.KindOf(err) != access.Blocked {
		t.Errorf("of the role in use: %v", err)
	}
	if err := guard.Refuse(t.Context(), w.id(sandboxaws.Jane), going(sandboxaws.Role)); err != nil {
		t.Errorf("of another role: %v", err)
	}
}

func TestWhoIsSignedInThroughIdentityCenterIsTheCallerThere(t *testing.T) {
	t.Parallel()
	for name, assumes := range map[string]string{"by the session": "", "by one that assumes a role": sandboxaws.RoleARN} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := signedIn(t, "AWSReservedSSO_ReadOnlyAccess_0f1e2d3c4b5a6978", sandboxaws.Kofi, assumes)
			if caller, owned, err := w.center.Caller(t.Context()); err != nil || !owned || caller != w.inCenter(sandboxaws.Kofi) {
				t.Errorf("the caller is %q, %v, %v", caller, owned, err)
			}
		})
	}
}

func TestTheLastAdministratorIsRefused(t *testing.T) {
	t.Parallel()
	const forServices, forPeople = "AWSServiceRoleForSupport", "analytics"
	administrator := sandboxaws.AmazonManaged("AdministratorAccess")
	for name, c := range map[string]struct {
		prepare func(*sandboxaws.Cloud)
		blocked bool
	}{
		"with a second who can sign in":       {func(*sandboxaws.Cloud) {}, false},
		"with a second to whom all is denied": {func(c *sandboxaws.Cloud) { c.AttachPolicy(sandboxaws.Kofi, sandboxaws.AmazonManaged("AWSDenyAll")) }, true},
		"with a second to whom a group denies all": {func(c *sandboxaws.Cloud) {
			c.AttachToGroup("on-call", sandboxaws.AmazonManaged("AWSDenyAll"))
			c.AddToGroup(sandboxaws.Kofi, "on-call")
		}, true},
		"with a role to which all is denied": {func(c *sandboxaws.Cloud) {
			c.DetachPolicy(sandboxaws.Kofi, administrator)
			c.AttachToRole(forPeople, administrator)
			c.PutRolePolicy(forPeople, "stop", `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}`)
		}, true},
		"without a second": {func(c *sandboxaws.Cloud) { c.DetachPolicy(sandboxaws.Kofi, administrator) }, true},
		"with a role that somebody can assume": {func(c *sandboxaws.Cloud) {
			c.DetachPolicy(sandboxaws.Kofi, administrator)
			c.AttachToRole(forPeople, administrator)
		}, false},
		"with a role that only the one who leaves can assume": {func(c *sandboxaws.Cloud) {
			c.DetachPolicy(sandboxaws.Kofi, administrator)
			c.AttachToRole(forPeople, administrator)
			c.Trust(forPeople, sandboxaws.Victor)
		}, true},
		"with a role that somebody else can assume": {func(c *sandboxaws.Cloud) {
			c.DetachPolicy(sandboxaws.Kofi, administrator)
			c.AttachToRole(forPeople, administrator)
			c.Trust(forPeople, sandboxaws.Mei)
		}, false},
		"with a role that only a service can": {func(c *sandboxaws.Cloud) {
			c.DetachPolicy(sandboxaws.Kofi, administrator)
			c.AttachToRole(forServices, administrator)
		}, true},
		"with a second who has a policy of its own": {func(c *sandboxaws.Cloud) {
			c.DetachPolicy(sandboxaws.Kofi, administrator)
			c.PutPolicy(sandboxaws.Mei, "all", everything)
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, sandboxaws.HandlerOptions{PageSize: 5}, nil)
			c.prepare(w.cloud)
			err := w.refused(t, sandboxaws.Victor)
			if c.blocked && (access.KindOf(err) != access.Blocked || !strings.Contains(err.Error(), "only user with every right")) || !c.blocked && err != nil {
				t.Errorf("got %v", err)
			}
			if err := w.refused(t, sandboxaws.Jane); err != nil {
				t.Errorf("of who is no administrator: %v", err)
			}
		})
	}
}

const everything = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`

func TestTheLastTwoAdministratorsAreNotEachTakenForTheOthersStandIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxaws.HandlerOptions{}, nil)
	if err := w.refused(t, sandboxaws.Victor); err != nil {
		t.Errorf("of the first: %v", err)
	}
	if err := w.refused(t, sandboxaws.Kofi); access.KindOf(err) != access.Blocked {
		t.Errorf("of the second: %v", err)
	}
}

func TestWhoAdministersIsNotKnownFromHalfAnAnswer(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]*regexp.Regexp{
		"no list of groups":           regexp.MustCompile(`(?s)<GroupDetailList>.*</GroupDetailList>`),
		"no list of roles":            regexp.MustCompile(`(?s)<RoleDetailList>.*</RoleDetailList>`),
		"no list of policies":         regexp.MustCompile(`(?s)<Policies>.*</Policies>`),
		"policies that can't be read": regexp.MustCompile(`%22Effect%22`),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, sandboxaws.HandlerOptions{}, nil)
			w.server.Inject(sandbox.Fault{Match: asks("GetAccountAuthorizationDetails"), Do: tampered(func(body string) string {
				return change.ReplaceAllString(body, "")
			})})
			if err := w.refused(t, sandboxaws.Victor); access.KindOf(err) != access.Malformed {
				t.Errorf("got %v", err)
			}
		})
	}
}

package aws_test

import (
	"strings"
	"testing"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	sandboxaws "github.com/offboard/terraform-provider-offboard/internal/sandbox/aws"
	"github.com/offboard/terraform-provider-offboard/internal/system/aws"
)

func TestAPersonIsFoundByTheTagAndByTheNameInWhateverCase(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxaws.HandlerOptions{PageSize: 4}, nil)
	w.cloud.Tag(sandboxaws.Noah, "Email", " Noah.FISCHER@acme.example ")
	for _, person := range []access.Person{sandboxaws.Jane, sandboxaws.Mei, sandboxaws.Omar, sandboxaws.Noah} {
		account, err := w.iam.Find(t.Context(), person)
		if err != nil || account.ID != w.id(string(person)) || !account.Active {
			t.Errorf("%s is %v, %v", person, account, err)
		}
		if account, err := w.center.Find(t.Context(), person); err != nil || account.ID != w.inCenter(string(person)) {
			t.Errorf("in Identity Center %s is %v, %v", person, account, err)
		}
	}
}

func TestAnAddressOfTwoUsersIsForSomebodyToDecide(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxaws.HandlerOptions{}, nil)
	w.cloud.Provision(sandboxaws.Jane, "jane-2")
	for name, c := range map[string]struct {
		directory access.Directory
		person    access.Person
		system    string
	}{
		"IAM":             {w.iam, sandboxaws.Sam, "aws/" + sandboxaws.Sam},
		"Identity Center": {w.center, sandboxaws.Jane, "aws_identity_center/" + sandboxaws.Jane},
	} {
		account, err := c.directory.Find(t.Context(), c.person)
		if access.KindOf(err) != access.Blocked || !strings.Contains(err.Error(), "2 accounts") || account.ID != "" {
			t.Errorf("%s: found %v, %v", name, account, err)
		}
	}
}

func TestWhoIsNotThereIsNotFoundByWhoeverMayLookOnly(t *testing.T) {
	t.Parallel()
	const absent = "no.such@acme.example"
	w := newWorld(t, sandboxaws.HandlerOptions{PageSize: 4}, nil)
	for name, directory := range map[string]access.Directory{"IAM": w.iam, "Identity Center": w.center} {
		if account, err := directory.Find(t.Context(), absent); access.KindOf(err) != access.NotFound {
			t.Errorf("%s: found %v, %v", name, account, err)
		}
	}
	w.connect(t, nil)
	w.cloud.Allow("iam:GetUser", "sso:ListInstances")
	for name, directory := range map[string]access.Directory{"IAM": w.iam, "Identity Center": w.center} {
		if account, err := directory.Find(t.Context(), absent); access.KindOf(err) != access.Denied {
			t.Errorf("%s, without the right: found %v, %v", name, account, err)
		}
	}
	for name, kind := range guards {
		if grants, err := kind(w.iam).List(t.Context(), "AIDANOBODYHASTHISID0X"); access.KindOf(err) != access.Denied {
			t.Errorf("%s, without the right: %v, %v", name, grants, err)
		}
	}
}

func TestAUserOfTheSameNameIsAnotherAccount(t *testing.T) {
	t.Parallel()
	for name, kind := range guards {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, sandboxaws.HandlerOptions{}, nil)
			old := w.id(sandboxaws.Jane)
			connector := kind(w.iam)
			if disposer, ok := connector.(access.Disposer); ok {
				connector, _ = disposer.Dispose(access.Suspend)
			}
			held := list(w, connector, old) // which is when the name is learnt
			w.cloud.Recreate(sandboxaws.Jane)
			before := w.cloud.Snapshot("")
			if grants, err := connector.List(t.Context(), old); access.KindOf(err) != access.NotFound {
				t.Errorf("the old id holds %v, %v", grants, err)
			}
			if _, err := w.iam.Get(t.Context(), old); access.KindOf(err) != access.NotFound {
				t.Errorf("the old id: %v", err)
			}
			for _, grant := range held {
				if _, err := connector.Remove(t.Context(), old, grant.ID); err != nil {
					t.Errorf("removing %s, which is gone: %v", grant.Label, err)
				}
			}
			if w.cloud.Snapshot("") != before {
				t.Error("the new user was changed")
			}
		})
	}
}

func TestAUserWithANewNameIsTheSameAccount(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxaws.HandlerOptions{PageSize: 4}, nil)
	id := w.id(sandboxaws.Jane)
	keys := len(list(w, aws.Keys(w.iam), id))
	w.cloud.Rename(sandboxaws.Jane, "j.smith")
	if now := len(list(w, aws.Keys(w.iam), id)); now != keys || keys == 0 {
		t.Errorf("%d keys, and %d before", now, keys)
	}
}

func TestTheRootUsersAddressIsNeverFoundToHaveNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxaws.HandlerOptions{}, func(_ *aws.Login, c *aws.IAMConfig) { c.RootEmail = "AWS@acme.example" })
	if account, err := w.iam.Find(t.Context(), "aws@acme.example"); access.KindOf(err) != access.Blocked || !strings.Contains(err.Error(), "root user") {
		t.Errorf("found %v, %v", account, err)
	}
	if requests := w.server.Requests(); len(requests) != 0 {
		t.Errorf("asked %s", requests[0].Body)
	}
	if _, err := w.iam.Find(t.Context(), sandboxaws.Quinn); access.KindOf(err) != access.NotFound {
		t.Errorf("of somebody else: %v", err)
	}
	if _, err := w.iam.Get(t.Context(), sandboxaws.Number); access.KindOf(err) != access.Blocked || !strings.Contains(err.Error(), "root user") {
		t.Errorf("by the root user's id: %v", err)
	}
}

func TestWhoseAUserWithoutAnAddressIsCanNotBeTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxaws.HandlerOptions{PageSize: 4}, nil)
	w.cloud.Tag(sandboxaws.Noah, "email", "")
	w.cloud.Provision("", "jdoe")
	for name, c := range map[string]struct {
		directory        access.Directory
		nameless, advice string
	}{
		"IAM":             {w.iam, "noah.fischer", "the tag email"},
		"Identity Center": {w.center, "jdoe", "an email address"},
	} {
		const absent = "no.such@acme.example"
		account, err := c.directory.Find(t.Context(), absent)
		if access.KindOf(err) != access.Blocked || !strings.Contains(err.Error(), c.nameless) || !strings.Contains(err.Error(), c.advice) {
			t.Errorf("%s: found %v, %v", name, account, err)
		}
		if account, err := c.directory.Find(t.Context(), sandboxaws.Jane); err != nil {
			t.Errorf("%s: who has an address is %v, %v", name, account, err)
		}
	}
}

func TestAPolicyIsReadHoweverItsValuesAreWritten(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxaws.HandlerOptions{}, nil)
	for name, document := range map[string]string{
		"denies": `{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":false}}}}`,
		"gives":  `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:*"],"Resource":["*"],"Condition":{"NumericLessThan":{"aws:MultiFactorAuthAge":[3600]}}}]}`,
		"empty":  `{"Version":"2012-10-17","Statement":[]}`,
	} {
		w.cloud.PutPolicy(sandboxaws.Noah, name, document)
	}
	rows := list(w, aws.RoleAssignments(w.iam), w.id(sandboxaws.Noah))
	if len(rows) != 2 || rows[0].Label != "empty (inline policy)" || rows[1].Label != "gives (inline policy)" || !strings.Contains(rows[1].Note, "the policy denies") {
		t.Errorf("rows %+v", rows)
	}
}

package aws_test

import (
	"regexp"
	"testing"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/access/accesstest"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
	sandboxaws "github.com/offboard/terraform-provider-offboard/internal/sandbox/aws"
	"github.com/offboard/terraform-provider-offboard/internal/system/aws"
)

func TestTheRollsConform(t *testing.T) {
	t.Parallel()
	for name, pick := range map[string]func(*world) (access.Registrar, []string, access.AccountID){
		"IAM": func(w *world) (access.Registrar, []string, access.AccountID) {
			w.cloud.AttachPolicy(sandboxaws.Noah, sandboxaws.AmazonManaged("AWSDenyAll"))
			return w.iam, sandboxaws.IAM{Cloud: w.cloud}.Everybody(), w.id(sandboxaws.Noah)
		},
		"Identity Center": func(w *world) (access.Registrar, []string, access.AccountID) {
			w.cloud.SetStatus(sandboxaws.Noah, "DISABLED")
			return w.center, sandboxaws.Center{Cloud: w.cloud}.Everybody(), w.inCenter(sandboxaws.Noah)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			accesstest.RunRoll(t, func(t *testing.T) accesstest.RollSubject {
				t.Helper()
				w := newWorld(t, sandboxaws.HandlerOptions{Lag: 1, PageSize: 7}, nil)
				registrar, ids, inactive := pick(w)
				return accesstest.RollSubject{
					Registrar: registrar, Inactive: inactive,
					Everybody: func() (everybody []access.AccountID) {
						for _, id := range ids {
							everybody = append(everybody, access.AccountID(id))
						}
						return everybody
					},
					Break: breakages.Of(w.server),
				}
			})
		})
	}
}

func TestAnAccountWithoutUsersIsBelievedToHaveNoneIfItsCountSaysSo(t *testing.T) {
	t.Parallel()
	w := signedIn(t, "deploy", "pipeline", "")
	jane := w.id(sandboxaws.Jane)
	w.cloud.DeleteEverybody()
	if roll, err := w.iam.Roll(t.Context()); len(roll) != 0 || err != nil {
		t.Errorf("the roll is %v, %v", roll, err)
	}
	if _, err := w.iam.Find(t.Context(), sandboxaws.Jane); access.KindOf(err) != access.NotFound {
		t.Errorf("found: %v", err)
	}
	if _, err := w.iam.Get(t.Context(), jane); access.KindOf(err) != access.NotFound {
		t.Errorf("by the id: %v", err)
	}
}

func TestAListOfNobodyIsNotBelievedWhereThereAreUsers(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]sandbox.Fault{
		"the count says so": {},
		"there is no count": {Match: asks("GetAccountSummary"), Do: tampered(func(body string) string {
			return regexp.MustCompile(`(?s)<SummaryMap>.*</SummaryMap>`).ReplaceAllString(body, "<SummaryMap></SummaryMap>")
		})},
	} {
		w := newWorld(t, sandboxaws.HandlerOptions{}, nil)
		w.server.Inject(sandbox.Fault{Match: asks("GetAccountAuthorizationDetails"), Do: tampered(func(body string) string {
			return regexp.MustCompile(`(?s)<UserDetailList>.*</UserDetailList>`).ReplaceAllString(body, "<UserDetailList></UserDetailList>")
		})})
		if fault.Do != nil {
			w.server.Inject(fault)
		}
		w.server.Inject(sandbox.Fault{Match: asks("ListUsers"), Do: tampered(func(body string) string {
			return regexp.MustCompile(`(?s)<Users>.*</Users>`).ReplaceAllString(body, "<Users></Users>")
		})})
		if _, err := w.iam.Find(t.Context(), sandboxaws.Jane); access.KindOf(err) != access.Malformed {
			t.Errorf("%s: %v", name, err)
		}
		if rows, err := aws.Keys(w.iam).List(t.Context(), w.id(sandboxaws.Jane)); access.KindOf(err) != access.Malformed {
			t.Errorf("%s: rows %v, %v", name, rows, err)
		}
	}
}

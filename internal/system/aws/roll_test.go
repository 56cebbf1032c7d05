package aws_test

import (
	"testing"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/access/accesstest"
	sandboxaws "github.com/offboard/terraform-provider-offboard/internal/sandbox/aws"
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

package google_test

import (
	"testing"

	"github.com/offboard/terraform-provider-offboard/internal/sandbox/google"
)

func TestAPersonIsFoundByEveryAddressAndById(t *testing.T) {
	t.Parallel()
	w := serve(t, google.HandlerOptions{})
	service := w.admin()
	for _, key := range []string{google.Jane, google.JaneAlias, "JANE.DOE@ACME.example", w.tenant.UserID(google.Jane)} {
		jane, err := service.Users.Get(key).Projection("full").Do()
		ok(t, err)
		equal(t, key, jane.PrimaryEmail, google.Jane)
		equal(t, "id", jane.Id, w.tenant.UserID(google.Jane))
		equal(t, "customer", jane.CustomerId, w.tenant.CustomerID())
	}
	_, err := service.Users.Get(google.Stranger).Do()
	failsWith(t, err, 404, "notFound", "userKey")
	_, err = service.Users.Get("somebody@elsewhere.example").Do()
	fails(t, err, 403, "forbidden")
}

package google_test

import (
	"net/http"
	"testing"

	"google.golang.org/api/googleapi"
	"google.golang.org/api/option"
	"google.golang.org/api/vault/v1"

	"github.com/offboard/terraform-provider-offboard/internal/sandbox/google"
)

// vault is Google's own client of Vault, in somebody's name.
func (w *world) vault(email string) *vault.MattersService {
	w.t.Helper()
	service, err := vault.NewService(w.t.Context(), option.WithEndpoint(w.server.URL()+"/"),
		option.WithHTTPClient(&http.Client{Transport: bearer(w.tenant.IssueToken(email))}))
	if err != nil {
		w.t.Fatal(err)
	}
	return service.Matters
}

func refusedWith(t *testing.T, err error, status int) {
	t.Helper()
	e, ok := err.(*googleapi.Error) //nolint:errorlint // It is what the client returns.
	if !ok || e.Code != status {
		t.Errorf("got %v, want %d", err, status)
	}
}

func TestVaultRefusesWhatItCanNotHold(t *testing.T) {
	t.Parallel()
	w := serve(t, google.HandlerOptions{})
	matters := w.vault(google.Admin)
	m := must[*vault.Matter](t)(matters.Create(&vault.Matter{Name: "Case"}).Do())
	equal(t, "state", must[*vault.Matter](t)(matters.Get(m.MatterId).Do()).State, "OPEN")
	_, err := matters.Create(&vault.Matter{Name: "case"}).Do()
	refusedWith(t, err, http.StatusConflict)
	_, err = w.vault(google.Delegated).Create(&vault.Matter{Name: "Mine"}).Do()
	refusedWith(t, err, http.StatusForbidden)
	_, err = w.vault(google.Delegated).Get(m.MatterId).Do()
	refusedWith(t, err, http.StatusNotFound)

	of := func(email string) *vault.Hold {
		return &vault.Hold{Name: "Mail", Corpus: "MAIL", Accounts: []*vault.HeldAccount{{Email: email}}}
	}
	w.tenant.TakeVaultLicence(google.Omar)
	_, err = matters.Holds.Create(m.MatterId, of(google.Omar)).Do()
	refusedWith(t, err, http.StatusBadRequest)
	_, err = matters.Holds.Create(m.MatterId, of(google.Stranger)).Do()
	refusedWith(t, err, http.StatusBadRequest)
	wrong := of(google.Jane)
	wrong.Query = &vault.CorpusQuery{DriveQuery: &vault.HeldDriveQuery{IncludeSharedDriveFiles: true}}
	_, err = matters.Holds.Create(m.MatterId, wrong).Do()
	refusedWith(t, err, http.StatusBadRequest)
	h := must[*vault.Hold](t)(matters.Holds.Create(m.MatterId, of(google.Jane)).Do())
	_, err = matters.Holds.Create(m.MatterId, of(google.Mei)).Do()
	refusedWith(t, err, http.StatusConflict)

	mei := &vault.HeldAccount{AccountId: w.tenant.UserID(google.Mei)}
	must[*vault.HeldAccount](t)(matters.Holds.Accounts.Create(m.MatterId, h.HoldId, mei).Do())
	_, err = matters.Holds.Accounts.Create(m.MatterId, h.HoldId, mei).Do()
	refusedWith(t, err, http.StatusConflict)
	must[*vault.Empty](t)(matters.Holds.Accounts.Delete(m.MatterId, h.HoldId, w.tenant.UserID(google.Jane)).Do())
	_, err = matters.Holds.Accounts.Delete(m.MatterId, h.HoldId, w.tenant.UserID(google.Jane)).Do()
	refusedWith(t, err, http.StatusNotFound)
	equalLists(t, "held", w.tenant.HeldBy("Case", "Mail"), google.Mei)

	w.tenant.CloseMatter("Case")
	equal(t, "state", must[*vault.Matter](t)(matters.Get(m.MatterId).Do()).State, "CLOSED")
	_, err = matters.Holds.Create(m.MatterId, of(google.Jane)).Do()
	refusedWith(t, err, http.StatusBadRequest)
}

package vault_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
	sandboxvault "github.com/offboard/terraform-provider-offboard/internal/sandbox/vault"
	"github.com/offboard/terraform-provider-offboard/internal/system/vault"
)

// What Vault and its client do that looks like something else, and what must not come of it (vault.md).

func TestAVaultThatSealsInTheMiddleLosesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxvault.HandlerOptions{})
	groups, jane := vault.GroupMembership(w.vault), w.id(sandboxvault.Jane)
	listed, err := groups.List(t.Context(), jane)
	if err != nil {
		t.Fatal(err)
	}
	held := access.Held(listed, nil)
	// The first membership goes; then Vault is sealed.
	w.server.Inject(sandbox.Fault{
		Match: sandbox.Method(http.MethodPut), After: 1,
		Do: sandbox.Status(http.StatusServiceUnavailable, `{"errors":["Vault is sealed"]}`),
	})
	out := access.Exit{Connector: groups, Account: jane, Clock: w.clock, Patience: time.Minute}.Run(t.Context(), held, held, nil)
	if len(out.Held) != 1 || len(out.Removed) != 1 || len(out.Left) != 1 {
		t.Errorf("held %v, removed %v, left %v", out.Held, out.Removed, out.Left)
	}
	for _, reason := range out.Left {
		if access.KindOf(reason) != access.Unavailable || !strings.Contains(reason.Error(), "sealed") {
			t.Errorf("left with %v", reason)
		}
	}
	w.cluster.Seal(true)
	out = access.Exit{Connector: groups, Account: jane, Clock: w.clock, Patience: time.Minute}.Run(t.Context(), out.Held, out.Held, nil)
	if out.Unverified == nil || len(out.Held) != 1 {
		t.Errorf("of a sealed Vault: held %v, unverified %v", out.Held, out.Unverified)
	}
}

func TestAnEntityThatBecamePartOfAnotherIsNotGone(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxvault.HandlerOptions{})
	jane, mei := w.id(sandboxvault.Jane), w.id(sandboxvault.Mei)
	w.cluster.Merge(sandboxvault.Jane, sandboxvault.Mei)
	if _, err := w.vault.Get(t.Context(), jane); access.KindOf(err) != access.Blocked || !strings.Contains(err.Error(), string(mei)) {
		t.Errorf("got %v", err)
	}
}

func TestWhoHasAUserAndHasNeverSignedInIsNotNobody(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxvault.HandlerOptions{})
	if _, err := w.vault.Find(t.Context(), sandboxvault.Waiting); access.KindOf(err) != access.Blocked {
		t.Errorf("got %v", err)
	}
	if _, err := w.vault.Find(t.Context(), "nobody@acme.example"); access.KindOf(err) != access.NotFound {
		t.Errorf("got %v", err)
	}
}

func TestAUserThatMayBeTheirsIsToldAndNotDeleted(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxvault.HandlerOptions{})
	const user = "auth/userpass/users/omar.haddad"
	w.cluster.SetUser("userpass", "omar.haddad", "")
	connector, omar := vault.Authenticators(w.vault), w.id(sandboxvault.Omar)
	listed, err := connector.List(t.Context(), omar)
	if err != nil {
		t.Fatal(err)
	}
	row := slices.IndexFunc(listed, func(g access.Grant) bool { return g.ID == user })
	if row < 0 || listed[row].Stays == nil || !strings.Contains(listed[row].Label, "may be theirs") {
		t.Errorf("listed %v", listed)
	}
	if _, err := connector.Remove(t.Context(), omar, user); access.KindOf(err) != access.Blocked {
		t.Errorf("removed: %v", err)
	}
	// Of whom there is no entity at all it is not nobody either.
	w.cluster.SetUser("userpass", "rita.gone", "")
	if _, err := w.connect(t).Find(t.Context(), "rita.gone@acme.example"); access.KindOf(err) != access.Blocked {
		t.Errorf("got %v", err)
	}
	// Once somebody has signed in as it, it is theirs alone.
	w.cluster.SetUser("userpass", "omar.haddad", sandboxvault.Mei)
	if listed, err = vault.Authenticators(w.connect(t)).List(t.Context(), omar); err != nil || slices.ContainsFunc(listed, func(g access.Grant) bool { return g.ID == user }) {
		t.Errorf("listed %v (%v)", listed, err)
	}
}

func TestANewEntityAfterADeletedOneIsFound(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxvault.HandlerOptions{})
	before := w.id(sandboxvault.Jane)
	w.cluster.DeleteEntity(sandboxvault.Jane)
	w.cluster.SignIn(sandboxvault.Jane)
	found, err := w.connect(t).Find(t.Context(), sandboxvault.Jane)
	if err != nil || found.ID == before || !found.Active {
		t.Errorf("found %v (%v)", found, err)
	}
}

func TestAnAppRoleThatIsDeletedMeanwhileIsGoneWithItsSecretIDs(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxvault.HandlerOptions{})
	keys, jane := vault.Keys(w.vault), w.id(sandboxvault.Jane)
	listed, err := keys.List(t.Context(), jane)
	if err != nil {
		t.Fatal(err)
	}
	// Somebody deletes it after it was listed.
	w.server.Inject(sandbox.Fault{
		Match: sandbox.PathPrefix("/v1/auth/approle/role/ci/secret-id"), Times: 1,
		Do: func(rw http.ResponseWriter, r *http.Request, next http.Handler) {
			w.cluster.DeleteRole("ci")
			next.ServeHTTP(rw, r)
		},
	})
	left, err := keys.List(t.Context(), jane)
	if err != nil || len(left) != len(listed)-1 {
		t.Errorf("listed %v (%v)", left, err)
	}
	for id := range access.Held(listed, nil).Without(access.Held(left, nil)) {
		before := len(w.server.Requests())
		if _, err := keys.Remove(t.Context(), jane, id); err != nil {
			t.Errorf("Remove: %v", err)
		}
		for _, request := range w.server.Requests()[before:] {
			if request.Changes() {
				t.Errorf("%s was sent", request.Path)
			}
		}
	}
}

func TestAMountThatIsNotThereIsNotAnEmptyList(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxvault.HandlerOptions{})
	if _, err := vault.SharedSecrets(w.vault).List(t.Context(), w.id(sandboxvault.Jane)); err != nil {
		t.Fatal(err)
	}
	w.cluster.Unmount("kv")
	if listed, err := vault.SharedSecrets(w.vault).List(t.Context(), w.id(sandboxvault.Jane)); access.KindOf(err) != access.Malformed {
		t.Errorf("listed %v (%v)", listed, err)
	}
}

func TestTheLastWhoMayWritePoliciesIsKept(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxvault.HandlerOptions{})
	refuse := func(email string) error {
		connector, _ := vault.Account(w.vault).(access.Disposer).Dispose(access.Suspend) //nolint:forcetypeassert // The interface is what is tested.
		return connector.(access.Guard).Refuse(t.Context(), w.id(email), nil)            //nolint:forcetypeassert // As above.
	}
	if err := refuse(sandboxvault.Jane); err != nil {
		t.Errorf("of somebody else: %v", err)
	}
	if err := refuse(sandboxvault.Kofi); err != nil {
		t.Errorf("of one of two: %v", err)
	}
	if err := refuse(sandboxvault.Victor); access.KindOf(err) != access.Blocked {
		t.Errorf("of the other in the same run: %v", err)
	}
}

func TestTheTokenInUseIsKept(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxvault.HandlerOptions{})
	tokens, service := vault.Tokens(w.vault), w.id(sandboxvault.Service)
	if caller, ok, err := w.vault.Caller(t.Context()); err != nil || !ok || caller != service {
		t.Errorf("the caller is %v, %v, %v", caller, ok, err)
	}
	listed, err := tokens.List(t.Context(), service)
	if err != nil || len(listed) != 1 {
		t.Fatalf("listed %v (%v)", listed, err)
	}
	going := access.Held(listed, nil)
	if err := tokens.(access.Guard).Refuse(t.Context(), service, going); access.KindOf(err) != access.Blocked { //nolint:forcetypeassert // The interface is what is tested.
		t.Errorf("at plan: %v", err)
	}
	if _, err := tokens.Remove(t.Context(), service, listed[0].ID); access.KindOf(err) != access.Blocked {
		t.Errorf("at apply: %v", err)
	}
}

func TestASecretIsSettledByANewerVersionOrByItsDestruction(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxvault.HandlerOptions{})
	secrets, jane := vault.SharedSecrets(w.vault).(access.Rechecker), w.id(sandboxvault.Jane) //nolint:forcetypeassert // The interface is what is tested.
	listed, err := secrets.List(t.Context(), jane)
	if err != nil {
		t.Fatal(err)
	}
	ids := access.Held(listed, nil).IDs()
	for _, want := range []access.GrantID{"kv/engineering/ci@3", "kv/oncall/pagerduty@2", "kv/deploy/staging@1", "kv/platform/dns@1"} {
		if !slices.Contains(ids, want) {
			t.Errorf("%s is not among %v", want, ids)
		}
	}
	for _, id := range ids {
		if strings.Contains(string(id), "platform/root") || strings.Contains(string(id), "sales") || strings.Contains(string(id), "deploy/prod") {
			t.Errorf("%s is none that she can read", id)
		}
	}
	w.cluster.SetPolicies(sandboxvault.Jane)
	w.cluster.Enable(sandboxvault.Jane, false)
	w.clock.Advance(time.Hour)
	w.cluster.WriteSecret("engineering/ci")
	w.cluster.DestroySecret("oncall/pagerduty", true)
	w.cluster.DestroySecret("deploy/staging", false)
	still, err := secrets.Recheck(t.Context(), jane, ids)
	if err != nil {
		t.Fatal(err)
	}
	left := access.Held(still, nil).IDs()
	if slices.Contains(left, "kv/engineering/ci@3") || slices.Contains(left, "kv/oncall/pagerduty@2") || !slices.Contains(left, "kv/deploy/staging@1") {
		t.Errorf("still known: %v", left)
	}
	again, err := secrets.List(t.Context(), jane)
	if _, newer := access.Held(again, nil)["kv/engineering/ci@4"]; err != nil || newer {
		t.Errorf("what was written after the entity was disabled is taken for known: %v (%v)", again, err)
	}
	for _, request := range w.server.Requests() {
		if strings.Contains(request.Path, "/data/") || strings.Contains(request.Path, "static-creds") {
			t.Errorf("a value was read: %s", request.Path)
		}
	}
}

func TestWhatNobodyCanKnowIsToldOfWhoWasDisabledBeforeAnybodyLooked(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxvault.HandlerOptions{})
	secrets, jane := vault.SharedSecrets(w.vault).(access.Outliver), w.id(sandboxvault.Jane) //nolint:forcetypeassert // The interface is what is tested.
	w.cluster.SetOIDCRole("admin", "admin", "default")
	unseen := func() access.Holdings {
		listed, err := secrets.List(t.Context(), jane)
		if err != nil {
			t.Fatal(err)
		}
		rows := access.Holdings{}
		for _, grant := range listed {
			if !strings.HasPrefix(string(grant.ID), "unseen/") {
				continue
			}
			if rows[grant.ID] = grant.Label; grant.Stays == nil {
				t.Errorf("%s could be removed", grant.ID)
			}
		}
		return rows
	}
	want := access.Holdings{
		"unseen/auth/ldap": "what a sign-in through ldap may have let them read (the policies databases of its groups)",
		"unseen/auth/oidc": "what a sign-in through oidc may have let them read (the policies admin of its roles)",
	}
	if diff := gocmp.Diff(want, unseen()); diff != "" {
		t.Errorf("of who works here: %s", diff)
	}
	// An exit ends them, or somebody did by hand; it is told in the same words.
	w.cluster.SetPolicies(sandboxvault.Jane)
	w.cluster.RemoveFromGroup(sandboxvault.Jane, "Engineering")
	w.cluster.RemoveFromGroup(sandboxvault.Jane, "On-call")
	w.cluster.Enable(sandboxvault.Jane, false)
	if diff := gocmp.Diff(want, unseen()); diff != "" {
		t.Errorf("of who is disabled: %s", diff)
	}
	w.cluster.DeleteEntity(sandboxvault.Jane)
	still, err := secrets.Recheck(t.Context(), jane, want.IDs())
	if diff := gocmp.Diff(want, access.Held(still, nil)); diff != "" || err != nil {
		t.Errorf("of who is gone: %s%v", diff, err)
	}
}

func TestWithoutTheRightToSeeEverythingNothingIsListed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxvault.HandlerOptions{})
	w.cluster.WritePolicy("offboard", `path "identity/*" { capabilities = ["read", "list"] } path "auth/token/accessors" { capabilities = ["list"] }`)
	if listed, err := vault.Tokens(w.vault).List(t.Context(), w.id(sandboxvault.Jane)); access.KindOf(err) != access.Denied || !strings.Contains(err.Error(), "sudo") {
		t.Errorf("listed %v (%v)", listed, err)
	}
}

func TestTheEnvironmentOfTheClientChangesNothing(t *testing.T) {
	t.Setenv("VAULT_TOKEN", "hvs.somebody-elses")
	t.Setenv("VAULT_NAMESPACE", "elsewhere")
	w := newWorld(t, sandboxvault.HandlerOptions{})
	if _, err := w.vault.Find(t.Context(), sandboxvault.Jane); err != nil {
		t.Error(err)
	}
	for _, request := range w.server.Requests() {
		if namespace := request.Header.Get("X-Vault-Namespace"); namespace != "" {
			t.Errorf("asked in the namespace %s", namespace)
		}
	}
}

func TestAnUpgradeOfItsEngineDoesNotChangeASecret(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxvault.HandlerOptions{})
	secrets := vault.SharedSecrets(w.vault).(access.Outliver) //nolint:forcetypeassert // The interface is what is tested.
	// As listed when kv was of KV version 1. Since then it was upgraded, and one of them written twice.
	known := []access.GrantID{"kv/deploy/staging@unversioned", "kv/engineering/ci@unversioned"}
	still, err := secrets.Recheck(t.Context(), w.id(sandboxvault.Jane), known)
	if diff := gocmp.Diff(known[:1], access.Held(still, nil).IDs()); diff != "" || err != nil || still[0].Stays == nil {
		t.Errorf("%v\n%s", err, diff)
	}
}

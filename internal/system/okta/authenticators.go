package okta

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	sdk "github.com/okta/okta-sdk-golang/v2/okta"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/system"
)

// Authenticators are what the account can be signed in to with, or recovered by: the password, the recovery
// address and question, the factors or authenticator enrollments, prepared security keys, and the identity
// providers it is linked to.
func Authenticators(o *Okta) access.Connector { return authenticators{o} }

type authenticators struct{ *Okta }

var _ access.Guard = authenticators{}

// The ids of grants that an account has one of. The others are a family and Okta's id: "factor/mbl1…".
const (
	password         access.GrantID = "password"
	recoveryEmail    access.GrantID = "recovery_email"
	recoveryQuestion access.GrantID = "recovery_question"
	// oktaVerify stands for all factors of Okta Verify: removing one of them removes the others
	// (https://developer.okta.com/docs/api/openapi/okta-management/management/tag/UserFactor/#tag/UserFactor/operation/unenrollFactor).
	oktaVerify access.GrantID = "okta_verify"
	// unlisted stands for enrollments that this org does not let anybody list.
	unlisted access.GrantID = "unlisted_enrollments"
	// unlistedKeys stands for prepared security keys that Okta does not list to the credential.
	unlistedKeys access.GrantID = "unlisted_prepared_keys"
)

const (
	factorFamily     = "factor"
	enrollmentFamily = "enrollment"
	preparedFamily   = "prepared_key"
	providerFamily   = "idp"
)

// replacedQuestion takes the place of a recovery question, which can be changed but not removed: this, with a word
// that nobody can guess, and an answer that nobody knows. Only that very question counts as dealt with.
const replacedQuestion = "Removed by terraform-provider-offboard: "

// List puts together what Okta keeps in five places. On Identity Engine the enrollments are the whole
// truth, and the factors only those that the enrollment policy asks for, as it applies to the caller; on
// Classic Engine there are only factors (okta.md section 9).
//
// A deactivated account is signed in to with nothing, and Okta changes nothing of it any more: what counts
// there are the identity providers, which could lead to it being linked to and activated again.
func (c authenticators) List(ctx context.Context, account access.AccountID) (grants []access.Grant, err error) {
	defer c.onlyIfGone(ctx, account, &err)
	u, err := c.user(ctx, account)
	if err != nil {
		return nil, err
	}
	parts := []func(context.Context, *user) ([]access.Grant, error){c.linkedProviders}
	if !u.deactivated() {
		if u.Credentials == nil {
			return nil, malformed(reading("users", "read the credentials of %s", account), "an account without its credentials")
		}
		org, err := c.org(ctx)
		if err != nil {
			return nil, err
		}
		grants = secrets(u)
		if org.Pipeline == classic {
			parts = append(parts, c.factors)
		} else {
			parts = append(parts, c.enrollments, c.preparedKeys)
		}
	}
	for _, part := range parts {
		some, err := part(ctx, u)
		if err != nil {
			return nil, err
		}
		grants = append(grants, some...)
	}
	return grants, nil
}

// secrets are what the user object itself tells of. A password that a directory checks is over once the
// account can't be signed in to; one that Okta keeps comes back with the account.
func secrets(u *user) []access.Grant {
	var grants []access.Grant
	if source := u.sourced(); source != "" {
		if u.canSignIn() {
			grants = append(grants, access.Grant{
				ID: password, Label: "password (checked by " + source + ")",
				Stays: keptBy(source),
			})
		}
	} else if u.Credentials.Password != nil {
		grant := access.Grant{ID: password, Label: "password"}
		if u.PasswordChanged != nil {
			grant.Label = fmt.Sprintf("password (of %s)", u.PasswordChanged.UTC().Format(time.DateOnly))
			grant.Version = u.PasswordChanged.UTC().Format(time.RFC3339Nano)
		}
		grants = append(grants, grant)
	}
	if u.Profile.SecondEmail != "" {
		grants = append(grants, access.Grant{ID: recoveryEmail, Label: "recovery email address"})
	}
	if question := u.Credentials.RecoveryQuestion.Question; question != "" {
		grants = append(grants, access.Grant{ID: recoveryQuestion, Label: "recovery question", Version: digest(question)})
	}
	return grants
}

// digest tells one question from another without saying what it is.
func digest(question string) string {
	sum := sha256.Sum256([]byte(question))
	return hex.EncodeToString(sum[:8])
}

// A factor is an enrolled MFA factor.
type factor struct {
	ID         string `json:"id"`
	FactorType string `json:"factorType"`
	Provider   string `json:"provider"`
}

func (f *factor) isOktaVerify() bool {
	return f.Provider == "OKTA" && slices.Contains([]string{"push", "signed_nonce", "token:software:totp"}, f.FactorType)
}

var factorNames = map[string]string{
	"push": "push notification", "sms": "SMS", "call": "voice call", "email": "email", "question": "security question",
	"token:software:totp": "authenticator app", "token:hardware": "hardware token", "token:hotp": "hardware token",
	"u2f": "security key", "webauthn": "security key or passkey", "web": "web factor",
}

// factors lists GET /api/v1/users/{id}/factors, scope okta.users.read.
func (c authenticators) factors(ctx context.Context, u *user) ([]access.Grant, error) {
	factors, err := c.enrolledFactors(ctx, u.ID)
	if err != nil {
		return nil, err
	}
	var grants []access.Grant
	verify := false
	for _, f := range factors {
		if f.isOktaVerify() {
			verify = true
			continue
		}
		grants = append(grants, access.Grant{
			ID:    grantID(factorFamily, f.ID),
			Label: fmt.Sprintf("%s (factor, %s)", cmp.Or(factorNames[f.FactorType], f.FactorType), cmp.Or(f.Provider, "unknown provider")),
		})
	}
	if verify {
		grants = append(grants, access.Grant{ID: oktaVerify, Label: "Okta Verify (factor, all of its enrollments)"})
	}
	return grants, nil
}

func (c authenticators) enrolledFactors(ctx context.Context, account access.AccountID) ([]*factor, error) {
	call := reading("users", "list the factors of %s", account)
	factors, err := list[factor](ctx, c.Okta, call, path("/api/v1/users/%s/factors", account))
	if err != nil {
		return nil, err
	}
	if slices.ContainsFunc(factors, func(f *factor) bool { return f.ID == "" }) {
		return nil, malformed(call, "a factor without an id")
	}
	return factors, nil
}

// An enrollment is an authenticator that the account has enrolled.
type enrollment struct {
	ID   string `json:"id"`
	Key  string `json:"key"`
	Name string `json:"name"`
}

// enrollments lists GET /api/v1/users/{id}/authenticator-enrollments, scope okta.users.read. Okta's document
// describes the answer to "list all" as one object; a list is what it says in words, so both are read.
// Where the org has no such call the factors are listed, with a grant that says what they may leave out.
func (c authenticators) enrollments(ctx context.Context, u *user) ([]access.Grant, error) {
	call := reading("users", "list the authenticator enrollments of %s", u.ID)
	answer, err := get[json.RawMessage](ctx, c.Okta, call, path("/api/v1/users/%s/authenticator-enrollments", u.ID))
	if access.KindOf(err) == access.NotAvailable {
		grants, err := c.factors(ctx, u)
		return append(grants, access.Grant{
			ID: unlisted, Label: "enrollments outside the enrollment policy (this org does not list them)",
			Stays: errNotListed,
		}), err
	}
	if err != nil {
		return nil, err
	}
	var enrolled []enrollment
	if json.Unmarshal(*answer, &enrolled) != nil {
		var one enrollment
		if json.Unmarshal(*answer, &one) != nil {
			return nil, malformed(call, "something other than enrollments")
		}
		enrolled = []enrollment{one}
	}
	var grants []access.Grant
	for _, e := range enrolled {
		switch {
		case e.ID == "":
			return nil, malformed(call, "an enrollment without an id")
		case e.Key == "okta_password":
			continue // The user object tells more of it.
		case e.Key == "okta_email" && !u.canSignIn():
			continue
		}
		grant := access.Grant{ID: grantID(enrollmentFamily, e.ID), Label: cmp.Or(e.Name, e.Key) + " (authenticator)"}
		if e.Key == "okta_email" {
			grant.Note = "Okta enrolls the account's own address by itself, and may do so again. It is over with the account: when that is suspended, " +
				"deactivated or deleted."
		}
		grants = append(grants, grant)
	}
	return grants, nil
}

// preparedKeys lists security keys that somebody enrolled for the person and that wait for a first use.
// GET /webauthn-registration/api/v1/users/{id}/enrollments, scope okta.users.read. Where the org does not
// have them there are none; where only the credential may not see them that is a grant of its own.
func (c authenticators) preparedKeys(ctx context.Context, u *user) ([]access.Grant, error) {
	call := reading("users", "list the prepared security keys of %s", u.ID)
	prepared, err := list[factor](ctx, c.Okta, call, path("/webauthn-registration/api/v1/users/%s/enrollments", u.ID))
	switch {
	case c.lacking(ctx, err):
		return nil, nil
	case access.KindOf(err) == access.NotAvailable:
		return []access.Grant{{ID: unlistedKeys, Label: "prepared security keys (this credential can't list them)", Stays: errKeysNotListed}}, nil
	}
	var grants []access.Grant
	for _, p := range prepared {
		if p.ID == "" {
			return nil, malformed(call, "a security key without an id")
		}
		grants = append(grants, access.Grant{ID: grantID(preparedFamily, p.ID), Label: "security key (prepared, not used yet)"})
	}
	return grants, err
}

// linkedProviders lists GET /api/v1/users/{id}/idps, scope okta.users.read.
func (c authenticators) linkedProviders(ctx context.Context, u *user) ([]access.Grant, error) {
	call := reading("users", "list the identity providers of %s", u.ID)
	providers, err := list[sdk.IdentityProvider](ctx, c.Okta, call, path("/api/v1/users/%s/idps", u.ID))
	var grants []access.Grant
	for _, p := range providers {
		if p.Id == "" {
			return nil, malformed(call, "an identity provider without an id")
		}
		grants = append(grants, access.Grant{ID: grantID(providerFamily, p.Id), Label: fmt.Sprintf("sign-in through %s (identity provider, %s)", cmp.Or(p.Name, p.Id), p.Type)})
	}
	return grants, err
}

// Remove removes one of them. The scope is okta.users.manage for all but the links to identity providers,
// which need okta.idps.manage.
func (c authenticators) Remove(ctx context.Context, account access.AccountID, grant access.GrantID) (access.Receipt, error) {
	family, id, _ := strings.Cut(string(grant), "/")
	who := string(account)
	switch {
	case grant == password:
		return c.scramble(ctx, account)
	case grant == recoveryEmail:
		return c.update(ctx, account, "clear the recovery address of %s", map[string]any{"profile": map[string]any{"secondEmail": nil}})
	case grant == recoveryQuestion:
		question := replacedQuestion + rand.Text()
		receipt, err := c.update(ctx, account, "replace the recovery question of %s", map[string]any{"credentials": map[string]any{
			"recovery_question": map[string]any{"question": question, "answer": rand.Text()},
		}})
		receipt.Assurance, receipt.Version = access.Acknowledged, digest(question)
		return receipt, err
	case grant == oktaVerify:
		return c.removeOktaVerify(ctx, account)
	case grant == unlisted:
		return access.Receipt{}, errNotListed
	case grant == unlistedKeys:
		return access.Receipt{}, errKeysNotListed
	case family == factorFamily:
		return c.removeFactor(ctx, account, id)
	case family == enrollmentFamily:
		call := managing("users", "remove an authenticator of %s", who)
		return c.removeAt(ctx, call, path("/api/v1/users/%s/authenticator-enrollments/%s", who, id))
	case family == preparedFamily:
		call := managing("users", "remove a prepared security key of %s", who)
		return c.removeAt(ctx, call, path("/webauthn-registration/api/v1/users/%s/enrollments/%s", who, id))
	case family == providerFamily:
		return c.removeAt(ctx, managing("idps", "unlink an identity provider from %s", who), path("/api/v1/idps/%s/users/%s", id, who))
	}
	// A row of an earlier version, or of a hand in the state: nothing of that name can be there.
	return access.Receipt{Assurance: access.Observed}, nil
}

func (c authenticators) removeAt(ctx context.Context, call op, path string) (access.Receipt, error) {
	return access.Receipt{Assurance: access.Observed}, orDeactivate(c.write(ctx, call, http.MethodDelete, path))
}

// removeFactor takes the use of a phone for recovery away along with the factor.
func (c authenticators) removeFactor(ctx context.Context, account access.AccountID, id string) (access.Receipt, error) {
	call := managing("users", "remove a factor of %s", account)
	return c.removeAt(ctx, call, path("/api/v1/users/%s/factors/%s", string(account), id)+"?removeRecoveryEnrollment=true")
}

// removeOktaVerify removes every factor of Okta Verify. After the first the others are usually gone too.
func (c authenticators) removeOktaVerify(ctx context.Context, account access.AccountID) (access.Receipt, error) {
	factors, err := c.enrolledFactors(ctx, account)
	if err != nil {
		return access.Receipt{}, system.IgnoreNotFound(err)
	}
	for _, f := range factors {
		if !f.isOktaVerify() {
			continue
		}
		if receipt, err := c.removeFactor(ctx, account, f.ID); err != nil {
			return receipt, err
		}
	}
	return access.Receipt{Assurance: access.Observed}, nil
}

// scramble sets a password that nobody knows: Okta has no way to take one away. It does so only where the
// account stays as it is: setting the password of an account that waits for one would make it active.
// POST /api/v1/users/{id}, scope okta.users.manage.
func (c authenticators) scramble(ctx context.Context, account access.AccountID) (access.Receipt, error) {
	u, err := c.user(ctx, account)
	if err != nil {
		return access.Receipt{Assurance: access.Observed}, system.IgnoreNotFound(err)
	}
	call := managing("users", "set a random password on %s", u.name())
	blocked := &access.Error{Kind: access.Blocked, Op: call.what}
	if source := u.sourced(); source != "" {
		return access.Receipt{}, keptBy(source)
	}
	if u.Status != active && u.Status != suspended {
		blocked.Reason = "the account is " + u.Status + ", and a new password would make it ACTIVE"
		blocked.Fix = "Have offboard_account deactivate it (disposition = \"deactivate\"): the password is over with the account."
		return access.Receipt{}, blocked
	}
	// Every policy's classes of characters, within the 72 bytes that Okta keeps of a password.
	value := rand.Text() + "-" + strings.ToLower(rand.Text()) + "7"
	body := map[string]any{"credentials": map[string]any{"password": map[string]any{"value": value}}}
	changed := &user{}
	_, err = c.do(ctx, call, http.MethodPost, path("/api/v1/users/%s", account), body, changed)
	c.onlyIfGone(ctx, account, &err)
	if access.KindOf(err) == access.NotFound {
		return access.Receipt{Assurance: access.Observed}, nil
	}
	if err != nil {
		return access.Receipt{}, orDeactivate(err)
	}
	receipt := access.Receipt{Assurance: access.Acknowledged}
	if changed.PasswordChanged != nil {
		receipt.Version = changed.PasswordChanged.UTC().Format(time.RFC3339Nano)
	}
	return receipt, nil
}

// keptBy is why a password stays that a directory checks.
func keptBy(source string) *access.Error {
	return &access.Error{
		Kind: access.Blocked, Op: "remove the password", Reason: "the password is kept by " + source,
		Fix: "It is over once offboard_account has suspended, deactivated or deleted the account. Disable the person in " + source + " too.",
	}
}

// errKeysNotListed is why prepared keys stay of which it is not known whether there are any.
var errKeysNotListed = &access.Error{
	Kind: access.Blocked, Op: "remove prepared security keys",
	Reason: "Okta does not list prepared security keys to this credential, or this org does not have them",
	Fix:    "Use a credential with the role Super Administrator, which can tell, or tolerate this row until the account is deactivated.",
}

// errNotListed is why the enrollments stay that nobody can list.
var errNotListed = &access.Error{
	Kind: access.Blocked, Op: "remove unlisted enrollments",
	Reason: "this org lists only the factors that the enrollment policy asks for, so of others there is nothing to name",
	Fix:    "Look at the person's authenticators in the Admin Console, reset them there, and tolerate this row until the account is deactivated.",
}

func (c authenticators) update(ctx context.Context, account access.AccountID, what string, body map[string]any) (access.Receipt, error) {
	_, err := c.do(ctx, managing("users", what, account), http.MethodPost, path("/api/v1/users/%s", account), body, &user{})
	c.onlyIfGone(ctx, account, &err)
	return access.Receipt{Assurance: access.Observed}, orDeactivate(system.IgnoreNotFound(err))
}

// orDeactivate adds to a refusal for the account's state what helps in any state.
func orDeactivate(err error) error {
	if e, ok := errors.AsType[*access.Error](err); ok && e.Kind == access.Blocked {
		blocked := *e
		blocked.Fix = strings.TrimSpace(e.Fix + " Whatever Okta does not remove is over when the account is deactivated " +
			"(offboard_account, disposition = \"deactivate\").")
		return &blocked
	}
	return err
}

// Refuse keeps the org from losing the last super administrator who can sign in.
func (c authenticators) Refuse(ctx context.Context, account access.AccountID, _ access.Holdings) error {
	return system.IgnoreNotFound(c.refuseIfLastSuperAdmin(ctx, account))
}

func grantID(family, id string) access.GrantID { return access.GrantID(family + "/" + id) }

// An organization is what Okta tells anybody about an org.
type organization struct {
	Pipeline string `json:"pipeline"`
}

// classic is the pipeline of orgs on Classic Engine; Identity Engine's is idx.
const classic = "v1"

// org reads GET /.well-known/okta-organization.
func (o *Okta) org(ctx context.Context) (*organization, error) {
	return o.organization.Get(ctx, func() (*organization, error) {
		return get[organization](ctx, o, reading("orgs", "read the org's metadata"), "/.well-known/okta-organization")
	})
}

package google_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"golang.org/x/oauth2"
	oauth "golang.org/x/oauth2/google"
	oauthjwt "golang.org/x/oauth2/jwt"
	admin "google.golang.org/api/admin/directory/v1"
	"google.golang.org/api/iamcredentials/v1"
	"google.golang.org/api/impersonate"
	"google.golang.org/api/option"

	"github.com/offboard/terraform-provider-offboard/internal/sandbox/google"
)

const usersScope = "https://www.googleapis.com/auth/admin.directory.user"

// refused fails the test unless the token endpoint says this.
func refused(t *testing.T, err error, status int, code, description string) {
	t.Helper()
	var e *oauth2.RetrieveError
	if !errors.As(err, &e) {
		t.Fatalf("got %v, want %d %s", err, status, code)
	}
	var body struct {
		Error       string
		Description string `json:"error_description"`
	}
	ok(t, json.Unmarshal(e.Body, &body))
	if e.Response.StatusCode != status || body.Error != code || !strings.Contains(body.Description, description) {
		t.Errorf("got %d %s, want %d %s saying %q", e.Response.StatusCode, e.Body, status, code, description)
	}
}

// config is what the key file says, with a subject and scopes.
func (w *world) config(subject string, scopes ...string) *oauthjwt.Config {
	w.t.Helper()
	config, err := oauth.JWTConfigFromJSON([]byte(google.KeyFile(w.server.URL())), scopes...)
	if err != nil {
		w.t.Fatal(err)
	}
	config.Subject = subject
	return config
}

func exchange(config *oauthjwt.Config) (*oauth2.Token, error) {
	return config.TokenSource(context.Background()).Token()
}

func TestTheKeyFileGivesATokenInAnAdminsName(t *testing.T) {
	t.Parallel()
	w := serve(t, google.HandlerOptions{})
	token := must[*oauth2.Token](t)(exchange(w.config(google.Admin, usersScope)))
	equal(t, "type", token.TokenType, "Bearer")
	equal(t, "marked", strings.Contains(token.AccessToken, google.Mark), true)
	service := w.with(&http.Client{Transport: bearer(token.AccessToken)})
	_, err := service.Users.Get(google.Jane).Do()
	ok(t, err)
	_, err = service.Tokens.List(google.Jane).Do()
	fails(t, err, 403, "insufficientPermissions")
	w.clock.Advance(time.Hour + time.Second)
	_, err = service.Users.Get(google.Jane).Do()
	fails(t, err, 401, "authError")
	var key map[string]string
	ok(t, json.Unmarshal([]byte(google.KeyFile("x")), &key))
	equal(t, "client", key["client_id"], google.ClientID())
}

func TestATokenIsRefusedForWhatIsNotDelegated(t *testing.T) {
	t.Parallel()
	w := serve(t, google.HandlerOptions{})
	_, err := exchange(w.config(google.Admin, usersScope, "https://www.googleapis.com/auth/documents"))
	refused(t, err, 401, "unauthorized_client", "any of the scopes requested")
	_, err = exchange(w.config("somebody@elsewhere.example", usersScope))
	refused(t, err, 401, "unauthorized_client", "")
	w.tenant.Undelegate("admin.directory.user")
	_, err = exchange(w.config(google.Admin, usersScope))
	refused(t, err, 401, "unauthorized_client", "")
	w.tenant.Delegate("admin.directory.user")
	_, err = exchange(w.config(google.Admin, usersScope))
	ok(t, err)
	equalLists(t, "scopes", w.tenant.Scopes(), usersScope)
}

func TestATokenIsRefusedForWhoCannotSignIn(t *testing.T) {
	t.Parallel()
	w := serve(t, google.HandlerOptions{})
	for _, subject := range []string{google.Stranger, google.Deleted} {
		_, err := exchange(w.config(subject, usersScope))
		refused(t, err, 400, "invalid_grant", "Invalid email or User ID")
	}
	for _, subject := range []string{google.Suspended, google.Archived} {
		_, err := exchange(w.config(subject, usersScope))
		refused(t, err, 400, "invalid_grant", "disabled")
	}
	// One that was given before is worth nothing either.
	service := w.as(google.Sam)
	w.tenant.Suspend(google.Sam)
	_, err := service.Users.Get(google.Jane).Do()
	fails(t, err, 401, "authError")
}

func TestAnAssertionThatIsNotRightIsRefused(t *testing.T) {
	t.Parallel()
	w := serve(t, google.HandlerOptions{})
	wrong := func(change func(*oauthjwt.Config)) error {
		config := w.config(google.Admin, usersScope)
		change(config)
		_, err := exchange(config)
		return err
	}
	refused(t, wrong(func(c *oauthjwt.Config) { c.Email = "other@acme-automation.iam.gserviceaccount.com" }), 400, "invalid_grant", "account not found")
	refused(t, wrong(func(c *oauthjwt.Config) { c.Audience = "https://elsewhere.example/token" }), 400, "invalid_grant", "audience")
	refused(t, wrong(func(c *oauthjwt.Config) { c.Scopes = nil }), 400, "invalid_scope", "")
	refused(t, wrong(func(c *oauthjwt.Config) { c.Expires = 2 * time.Hour }), 400, "invalid_grant", "short-lived")
	ok(t, wrong(func(c *oauthjwt.Config) { c.Audience = "https://oauth2.googleapis.com/token" }))
	w.clock.Advance(3 * time.Hour)
	refused(t, wrong(func(*oauthjwt.Config) {}), 400, "invalid_grant", "Check your iat and exp")

	raw := serveUnchecked(t, google.HandlerOptions{})
	for body, code := range map[string]string{
		assertion + "x": "invalid_grant", "grant_type=password": "unsupported_grant_type", "%zz": "invalid_request",
	} {
		var answer struct{ Error string }
		ok(t, json.Unmarshal([]byte(raw.post(body)), &answer))
		equal(t, body, answer.Error, code)
	}
	raw.do("", "GET", "/token", "").is(400)
}

func TestAForgedSignatureIsRefused(t *testing.T) {
	t.Parallel()
	w := serve(t, google.HandlerOptions{})
	signed := must[*iamcredentials.SignJwtResponse](t)(w.signer(google.CallerToken).Sign(google.ServiceAccount, w.claims(time.Hour)))
	parts := strings.Split(signed.SignedJwt, ".")
	other := must[*iamcredentials.SignJwtResponse](t)(w.signer(google.CallerToken).Sign(google.ServiceAccount, w.claims(time.Minute)))
	parts[2] = strings.Split(other.SignedJwt, ".")[2]
	equal(t, "answer", strings.Contains(w.post(assertion+strings.Join(parts, ".")), "Invalid JWT Signature"), true)
}

// assertion is a form for the token endpoint, but for the assertion itself.
const assertion = "grant_type=urn:ietf:params:oauth:grant-type:jwt-bearer&assertion="

// post sends the token endpoint a form, and returns what it answers.
func (w *world) post(form string) string {
	w.t.Helper()
	response, err := http.Post(w.server.URL()+"/token", "application/x-www-form-urlencoded", strings.NewReader(form))
	if err != nil {
		w.t.Fatal(err)
	}
	body, err := io.ReadAll(response.Body)
	if err = errors.Join(err, response.Body.Close()); err != nil {
		w.t.Fatal(err)
	}
	return string(body)
}

// A signer calls iamcredentials.
type signer struct{ service *iamcredentials.Service }

func (w *world) signer(token string) signer {
	w.t.Helper()
	service, err := iamcredentials.NewService(context.Background(),
		option.WithEndpoint(w.server.URL()+"/"), option.WithHTTPClient(&http.Client{Transport: bearer(token)}))
	if err != nil {
		w.t.Fatal(err)
	}
	return signer{service}
}

func (s signer) Sign(account, payload string) (*iamcredentials.SignJwtResponse, error) {
	return s.service.Projects.ServiceAccounts.
		SignJwt("projects/-/serviceAccounts/"+account, &iamcredentials.SignJwtRequest{Payload: payload}).Do()
}

// claims are those of an assertion in the admin's name.
func (w *world) claims(life time.Duration) string {
	data, err := json.Marshal(map[string]any{
		"iss": google.ServiceAccount, "sub": google.Admin, "aud": w.server.URL() + "/token", "scope": usersScope,
		"iat": w.clock.Now().Unix(), "exp": w.clock.Now().Add(life).Unix(),
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return string(data)
}

func TestACallerWithoutAKeyHasTheAssertionSigned(t *testing.T) {
	t.Parallel()
	w := serve(t, google.HandlerOptions{})
	signed := must[*iamcredentials.SignJwtResponse](t)(w.signer(google.CallerToken).Sign(google.ServiceAccount, w.claims(time.Hour)))
	var token oauth2.Token
	ok(t, json.Unmarshal([]byte(w.post(assertion+signed.SignedJwt)), &token))
	_, err := w.with(&http.Client{Transport: bearer(token.AccessToken)}).Users.Get(google.Jane).Do()
	ok(t, err)
}

func TestOnlyTheCallerMayHaveSomethingSigned(t *testing.T) {
	t.Parallel()
	w := serve(t, google.HandlerOptions{})
	for name, test := range map[string]struct {
		token, account, payload string
		says                    string
	}{
		"no caller":       {"ya29.nothing", google.ServiceAccount, "{}", "invalid authentication credentials"},
		"a stranger":      {google.StrangerToken, google.ServiceAccount, "{}", "iam.serviceAccounts.signJwt"},
		"another account": {google.CallerToken, "other@acme-automation.iam.gserviceaccount.com", "{}", "iam.serviceAccounts.signJwt"},
		"no claims":       {google.CallerToken, google.ServiceAccount, "x", "invalid argument"},
		"an admin":        {w.tenant.IssueToken(google.Admin), google.ServiceAccount, "{}", "invalid authentication credentials"},
	} {
		_, err := w.signer(test.token).Sign(test.account, test.payload)
		if err == nil || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	raw := serveUnchecked(t, google.HandlerOptions{})
	path := "/v1/projects/-/serviceAccounts/" + google.ServiceAccount
	raw.do(google.CallerToken, "POST", path+":signJwt", `{"claims":"{}"}`).is(400)
	raw.do(google.CallerToken, "POST", path+":signBlob", `{}`).is(403)
	raw.do(google.CallerToken, "GET", "/admin/directory/v1/users/"+google.Jane, "").is(401)
}

// towards sends what is meant for Google to the sandbox.
type towards struct{ url *url.URL }

func (to towards) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	if r.Header.Get("Authorization") == "" {
		r.Header.Set("Authorization", "Bearer "+google.CallerToken)
	}
	r.URL.Scheme, r.URL.Host, r.Host = to.url.Scheme, to.url.Host, ""
	return http.DefaultTransport.RoundTrip(r)
}

func TestGooglesOwnImpersonationWorks(t *testing.T) {
	t.Parallel()
	w := serve(t, google.HandlerOptions{})
	base := must[*url.URL](t)(url.Parse(w.server.URL()))
	source, err := impersonate.CredentialsTokenSource(context.Background(), impersonate.CredentialsConfig{
		TargetPrincipal: google.ServiceAccount, Scopes: []string{usersScope}, Subject: google.Admin,
	}, option.WithHTTPClient(&http.Client{Transport: towards{base}}))
	ok(t, err)
	token := must[*oauth2.Token](t)(source.Token())
	jane := must[*admin.User](t)(w.with(&http.Client{Transport: bearer(token.AccessToken)}).Users.Get(google.Jane).Do())
	equal(t, "jane", jane.PrimaryEmail, google.Jane)
}

func TestTheServiceAccountItselfIsNobodyInTheDirectory(t *testing.T) {
	t.Parallel()
	w := serve(t, google.HandlerOptions{})
	service := w.with(w.config("", usersScope).Client(context.Background()))
	_, err := service.Users.Get(google.Jane).Do()
	fails(t, err, 403, "forbidden")
}

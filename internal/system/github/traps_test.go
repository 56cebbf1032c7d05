package github_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
	sandboxgithub "github.com/offboard/terraform-provider-offboard/internal/sandbox/github"
	"github.com/offboard/terraform-provider-offboard/internal/system/github"
)

// What GitHub does that looks like something else, and what must not come of it (github.md).

// graphql matches queries that have the text in them.
func graphql(text string) func(*http.Request) bool {
	return func(r *http.Request) bool {
		if !strings.HasSuffix(r.URL.Path, "/graphql") {
			return false
		}
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(strings.NewReader(string(body)))
		return strings.Contains(string(body), text)
	}
}

// instead has the API answer, and changes the answer.
func instead(change func(answer *httptest.ResponseRecorder)) func(http.ResponseWriter, *http.Request, http.Handler) {
	return func(w http.ResponseWriter, r *http.Request, api http.Handler) {
		answer := httptest.NewRecorder()
		api.ServeHTTP(answer, r)
		change(answer)
		for name, values := range answer.Header() {
			w.Header()[name] = values
		}
		w.WriteHeader(answer.Code)
		_, _ = w.Write(answer.Body.Bytes()) // a client that has gone is no concern of the test's
	}
}

// secondary is GitHub's refusal for too many calls at once, with or without saying for how long.
func secondary(status int, wait string) func(http.ResponseWriter, *http.Request, http.Handler) {
	return func(w http.ResponseWriter, r *http.Request, api http.Handler) {
		if wait != "" {
			w.Header().Set("Retry-After", wait)
		}
		w.Header().Set("X-RateLimit-Remaining", "4000")
		sandbox.Status(status, `{"message":"You have exceeded a secondary rate limit. Please wait a few minutes before you try again.",`+
			`"documentation_url":"https://docs.github.com/rest/overview/rate-limits-for-the-rest-api#about-secondary-rate-limits"}`)(w, r, api)
	}
}

func TestTheSecondaryRateLimitIsWaitedOutAndCostsNothing(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		do      func(http.ResponseWriter, *http.Request, http.Handler)
		atLeast time.Duration
	}{
		"403, with how long":        {secondary(http.StatusForbidden, "90"), 90 * time.Second},
		"429, with how long":        {secondary(http.StatusTooManyRequests, "90"), 90 * time.Second},
		"403, in words alone":       {secondary(http.StatusForbidden, ""), time.Minute},
		"429, without how long":     {secondary(http.StatusTooManyRequests, ""), time.Minute},
		"through GraphQL, with 200": {sandbox.Status(http.StatusOK, `{"errors":[{"type":"RATE_LIMITED","message":"API rate limit exceeded"}]}`), time.Minute},
		"403, for a short while":    {secondary(http.StatusForbidden, "5"), 5 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, sandboxgithub.HandlerOptions{PageSize: 3}, nil)
			handedOver(w.org)
			connector, jane := github.AppAssignments(w.github), w.id(sandboxgithub.Jane)
			listed, err := connector.List(t.Context(), jane)
			if err != nil {
				t.Fatal(err)
			}
			slept := w.clock.Slept()
			match := func(*http.Request) bool { return true }
			if strings.Contains(name, "GraphQL") {
				match = graphql("repository(")
			}
			w.server.Inject(sandbox.Fault{Match: match, After: 2, Times: 2, Do: c.do})
			again, err := connector.List(t.Context(), jane)
			if err != nil || len(again) != len(listed) {
				t.Errorf("listed %d, then %d (%v)", len(listed), len(again), err)
			}
			if waited := w.clock.Slept() - slept; waited < c.atLeast {
				t.Errorf("waited %v", waited)
			}
			// A removal that was refused for now is done later, once.
			w.server.Heal()
			w.server.Inject(sandbox.Fault{Match: sandbox.Method(http.MethodDelete), Times: 1, Do: secondary(http.StatusForbidden, "10")})
			if _, err := connector.Remove(t.Context(), jane, listed[0].ID); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestALimitThatDoesNotEndIsAnErrorAndNotAnEmptyList(t *testing.T) {
	t.Parallel()
	for name, do := range map[string]func(http.ResponseWriter, *http.Request, http.Handler){
		"secondary": secondary(http.StatusForbidden, "60"),
		"in words":  secondary(http.StatusForbidden, ""),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, sandboxgithub.HandlerOptions{}, nil)
			w.server.Inject(sandbox.Fault{Do: do})
			if listed, err := github.GroupMembership(w.github).List(t.Context(), w.id(sandboxgithub.Jane)); access.KindOf(err) != access.RateLimited {
				t.Errorf("listed %v, %v", listed, err)
			}
		})
	}
}

func TestThePrimaryRateLimitIsKeptTo(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgithub.HandlerOptions{RateLimit: 30, PageSize: 2}, nil)
	for range 3 {
		if _, err := github.GroupMembership(w.github).List(t.Context(), w.id(sandboxgithub.Jane)); err != nil {
			t.Fatal(err)
		}
	}
	if w.clock.Slept() < time.Minute {
		t.Errorf("waited %v: the limit was not reached, and nothing was tested", w.clock.Slept())
	}
}

func TestAMissingRightWhileTheBudgetIsSpentIsSeenForWhatItIs(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgithub.HandlerOptions{}, nil)
	spent := true
	w.server.Inject(sandbox.Fault{Match: sandbox.PathPrefix("/orgs/acme/teams"), Do: func(rw http.ResponseWriter, r *http.Request, api http.Handler) {
		if spent {
			rw.Header().Set("Date", w.clock.Now().UTC().Format(http.TimeFormat))
			rw.Header().Set("X-RateLimit-Limit", "5000")
			rw.Header().Set("X-RateLimit-Remaining", "0")
			rw.Header().Set("X-RateLimit-Reset", strconv.FormatInt(w.clock.Now().Add(time.Minute).Unix(), 10))
			spent = false
		}
		sandbox.Status(http.StatusForbidden, `{"message":"Resource not accessible by integration"}`)(rw, r, api)
	}})
	if listed, err := github.GroupMembership(w.github).List(t.Context(), w.id(sandboxgithub.Jane)); access.KindOf(err) != access.Denied {
		t.Errorf("listed %v, %v", listed, err)
	}
}

// credentials are ways in which the provider is configured with less than both credentials, or with one that may less.
var credentials = map[string]struct {
	change  func(*github.Config)
	prepare func(*sandboxgithub.Org)
	// sees are the kinds that are seen all the same.
	sees []string
	// says is in the error of the others, save of those that say something else.
	says      string
	otherwise []string
}{
	"an owner's token alone": {
		change: func(c *github.Config) { c.AppID, c.AppInstallationID, c.AppPrivateKey = "", "", "" },
		sees: []string{
			"account", "keys", "group membership", "group ownership", "role assignments", "app assignments", "licenses", "shared secret",
		},
		says: "a GitHub App (app_id) with the permission organization_personal_access_tokens: read",
	},
	"an App alone": {
		change: func(c *github.Config) { c.Token = "" },
		sees: []string{
			"account", "tokens", "keys", "group membership", "group ownership", "role assignments", "app assignments", "licenses", "shared secret",
		},
	},
	"an App on some repositories": {
		change:  func(c *github.Config) { c.Token = "" },
		prepare: func(o *sandboxgithub.Org) { o.RestrictApp(sandboxgithub.Permissions(), "api") },
		sees:    []string{"account", "tokens", "group membership", "role assignments", "licenses"},
		says:    "is installed on some repositories only",
	},
	"an App without members": {
		change: func(c *github.Config) { c.Token = "" },
		prepare: func(o *sandboxgithub.Org) {
			permissions := sandboxgithub.Permissions()
			delete(permissions, "members")
			o.RestrictApp(permissions)
		},
		sees: []string{"keys", "tokens", "licenses"},
		says: "members: read", otherwise: []string{"shared secret"}, // It is the organization that is not found.
	},
	"a token of somebody who is no owner": {
		change:  func(c *github.Config) { c.AppID, c.AppInstallationID, c.AppPrivateKey = "", "", "" },
		prepare: func(o *sandboxgithub.Org) { o.AddMember(sandboxgithub.Service, "member") },
		says:    "svc-terraform, who is not an owner", otherwise: []string{"tokens"}, // No token would do.
	},
	"a token with few scopes": {
		change:  func(c *github.Config) { c.AppID, c.AppInstallationID, c.AppPrivateKey = "", "", "" },
		prepare: func(o *sandboxgithub.Org) { o.RestrictToken("read:org") },
		sees:    []string{"account", "group membership"},
		says:    "lacks the scope", otherwise: []string{"tokens"},
	},
}

func TestWhatACredentialDoesNotShowIsUnknownAndNotClean(t *testing.T) {
	t.Parallel()
	for name, credential := range credentials {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for kind, prepared := range kinds {
				if strings.Contains(kind, ",") {
					continue
				}
				w := newWorld(t, sandboxgithub.HandlerOptions{}, credential.change)
				if credential.prepare != nil {
					credential.prepare(w.org)
				}
				listed, err := prepared.connect(w.github).List(t.Context(), w.id(sandboxgithub.Jane))
				switch sees := slices.Contains(credential.sees, kind); {
				case sees && (err != nil || len(listed) == 0):
					t.Errorf("%s: listed %v, %v", kind, listed, err)
				case !sees && (access.KindOf(err) != access.Denied || !strings.Contains(err.Error(), credential.says) && !slices.Contains(credential.otherwise, kind)):
					t.Errorf("%s: listed %v, %v", kind, listed, err)
				}
			}
		})
	}
}

func TestATokenThatDoesNotTellItsScopesIsBelievedNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgithub.HandlerOptions{}, func(c *github.Config) { c.AppID, c.AppInstallationID, c.AppPrivateKey = "", "", "" })
	w.server.Inject(sandbox.Fault{Do: instead(func(answer *httptest.ResponseRecorder) { answer.Header().Del("X-OAuth-Scopes") })})
	if listed, err := github.GroupMembership(w.github).List(t.Context(), w.id(sandboxgithub.Jane)); access.KindOf(err) != access.Denied {
		t.Errorf("listed %v, %v", listed, err)
	}
}

func TestNotFoundForAListIsNoEmptyList(t *testing.T) {
	t.Parallel()
	const notFound = `{"message":"Not Found","documentation_url":"https://docs.github.com/rest","status":"404"}`
	for kind, at := range map[string][]string{
		"account":          {"/orgs/acme/outside_collaborators", "/orgs/acme/invitations", "/graphql"},
		"tokens":           {"/orgs/acme/personal-access-tokens", "/orgs/acme/personal-access-token-requests", "/orgs/acme/credential-authorizations"},
		"keys":             {"/orgs/acme/repos", "/repos/acme/api/keys"},
		"group membership": {"/orgs/acme/teams", "/orgs/acme/teams/platform/members"},
		"group ownership":  {"/orgs/acme/teams", "/orgs/acme/repos", "/orgs/acme/members", "/graphql", "/repos/acme/infra/collaborators"},
		"role assignments": {"/orgs/acme/organization-roles"},
		"app assignments":  {"/orgs/acme/repos", "/repos/acme/api/invitations", "/graphql"},
		"licenses":         {"/orgs/acme/copilot/billing/seats"},
		"shared secret":    {"/graphql", "/orgs/acme/actions/secrets", "/orgs/acme/actions/secrets/SIGNING_KEY/repositories", "/repos/acme/api/environments", "/repos/acme/api/environments/production/secrets"},
	} {
		for _, path := range at {
			t.Run(kind+" at "+path, func(t *testing.T) {
				t.Parallel()
				w := newWorld(t, sandboxgithub.HandlerOptions{}, nil)
				w.server.Inject(sandbox.Fault{Match: sandbox.PathMatch(path), Do: sandbox.Status(http.StatusNotFound, notFound)})
				listed, err := kinds[kind].connect(w.github).List(t.Context(), w.id(sandboxgithub.Jane))
				if kind := access.KindOf(err); kind != access.Denied && kind != access.NotAvailable {
					t.Errorf("listed %v, %v", listed, err)
				}
			})
		}
	}
}

func TestPagesThatLeadInACircleAreAnError(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgithub.HandlerOptions{PageSize: 2}, nil)
	w.server.Inject(sandbox.Fault{Match: sandbox.PathPrefix("/orgs/acme/teams"), Do: instead(func(answer *httptest.ResponseRecorder) {
		answer.Header().Set("Link", `<`+w.server.URL()+`/orgs/acme/teams?page=2>; rel="next"`)
	})})
	if listed, err := github.GroupMembership(w.github).List(t.Context(), w.id(sandboxgithub.Jane)); access.KindOf(err) != access.Malformed || !strings.Contains(err.Error(), "circle") {
		t.Errorf("listed %v, %v", listed, err)
	}
	w.server.Heal()
	w.server.Inject(sandbox.Fault{Match: graphql("collaborators"), Do: instead(func(answer *httptest.ResponseRecorder) {
		body := strings.Replace(answer.Body.String(), `"hasNextPage":false`, `"hasNextPage":true`, 1)
		answer.Body.Reset()
		answer.Body.WriteString(body)
	})})
	for _, kind := range []string{"app assignments", "shared secret"} {
		if listed, err := kinds[kind].connect(w.github).List(t.Context(), w.id(sandboxgithub.Jane)); access.KindOf(err) != access.Malformed {
			t.Errorf("%s: listed %v, %v", kind, listed, err)
		}
	}
}

func TestANextPageAtSomebodyElsesIsNotFollowed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgithub.HandlerOptions{PageSize: 2}, nil)
	w.server.Inject(sandbox.Fault{Match: sandbox.PathMatch("/orgs/acme/teams"), Times: 1, Do: sandbox.WrongHostNextLink()})
	// The number of the page is all that is taken from a link.
	listed, err := github.GroupMembership(w.github).List(t.Context(), w.id(sandboxgithub.Jane))
	if err == nil && len(listed) != 2 {
		t.Errorf("listed %v", listed)
	}
}

func TestPartOfAnAnswerBesideAnErrorIsNotTheWhole(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		kind   string // of the error
		change func(answer map[string]any)
		want   access.ErrorKind
	}{
		"an error without data":        {"SOMETHING", func(a map[string]any) { a["data"] = nil }, access.Unavailable},
		"an error beside all the data": {"SOMETHING", func(map[string]any) {}, access.Unavailable},
		"a right that is missing":      {"FORBIDDEN", func(map[string]any) {}, access.Denied},
		"a scope that is missing":      {"INSUFFICIENT_SCOPES", func(a map[string]any) { a["data"] = nil }, access.Denied},
		"neither data nor an error":    {"", func(a map[string]any) { a["data"] = nil }, access.Malformed},
		"nothing of the organization":  {"", func(a map[string]any) { a["data"] = map[string]any{"organization": nil, "repository": nil} }, access.Malformed},
	} {
		for _, kind := range []string{"app assignments", "shared secret"} {
			t.Run(name+", "+kind, func(t *testing.T) {
				t.Parallel()
				w := newWorld(t, sandboxgithub.HandlerOptions{}, nil)
				w.server.Inject(sandbox.Fault{Match: graphql("collaborators"), Do: instead(func(answer *httptest.ResponseRecorder) {
					var body map[string]any
					if err := json.Unmarshal(answer.Body.Bytes(), &body); err != nil {
						panic(err)
					}
					c.change(body)
					if c.kind != "" {
						body["errors"] = []any{map[string]any{"type": c.kind, "message": "it went wrong", "path": []any{}}}
					}
					changed, err := json.Marshal(body)
					if err != nil {
						panic(err)
					}
					answer.Body.Reset()
					answer.Body.Write(changed)
				})})
				listed, err := kinds[kind].connect(w.github).List(t.Context(), w.id(sandboxgithub.Jane))
				got := access.KindOf(err)
				if gone := name == "nothing of the organization" && got == access.Unavailable; got != c.want && !gone {
					t.Errorf("listed %v, %v", listed, err)
				}
			})
		}
	}
}

func TestWhatOnlySingleSignOnHasIsAskedAboutBeforeItsAbsenceIsBelieved(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgithub.HandlerOptions{}, nil)
	tokens, jane := github.Tokens(w.github), w.id(sandboxgithub.Jane)
	listed, err := tokens.List(t.Context(), jane)
	if err != nil || len(listed) != 4 {
		t.Fatalf("listed %v, %v", listed, err)
	}
	w.org.SetSAML(false)
	if listed, err = tokens.List(t.Context(), jane); err != nil || len(listed) != 2 {
		t.Errorf("without single sign-on: %v, %v", listed, err)
	}
	w.server.Inject(sandbox.Fault{Match: graphql("samlIdentityProvider"), Do: sandbox.Status(http.StatusBadGateway, `{"message":"Server Error"}`)})
	if listed, err = tokens.List(t.Context(), jane); access.KindOf(err) != access.Unavailable {
		t.Errorf("where it can't be told whether there is any: %v, %v", listed, err)
	}
}

func TestAnInvitationToAnAddressIsWhoseAddressItIs(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgithub.HandlerOptions{}, nil)
	connector, jane := github.AppAssignments(w.github), w.id(sandboxgithub.Jane)
	before, err := connector.List(t.Context(), jane)
	if err != nil {
		t.Fatal(err)
	}
	w.org.InviteToRepo(sandboxgithub.Jane, "website")
	w.org.InviteToRepo(nobody, "web")
	after, err := connector.List(t.Context(), jane)
	if err != nil || len(after) != len(before)+1 {
		t.Fatalf("%d rows, then %v (%v)", len(before), after, err)
	}
	at := slices.IndexFunc(after, func(g access.Grant) bool { return strings.HasPrefix(string(g.ID), "repo_invitation/") })
	if _, err := connector.Remove(t.Context(), jane, after[at].ID); err != nil {
		t.Error(err)
	}
	if after, err = connector.List(t.Context(), jane); err != nil || len(after) != len(before) {
		t.Errorf("then %v (%v)", after, err)
	}
	// Where GitHub does not show the address it may be hers.
	w.server.Inject(sandbox.Fault{Match: graphql("RepositoryInvitation"), Do: sandbox.Status(http.StatusOK, `{"data":{"nodes":[null]}}`)})
	if after, err = connector.List(t.Context(), jane); access.KindOf(err) != access.Denied {
		t.Errorf("of an address that is not shown: %v, %v", after, err)
	}
}

func TestASeatOfNobodyIsNotTakenForSomebodyElses(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgithub.HandlerOptions{}, nil)
	licenses := github.Licenses(w.github)
	w.org.Unname(sandboxgithub.Jane)
	if listed, err := licenses.List(t.Context(), w.id(sandboxgithub.Jane)); err != nil || len(listed) != 1 {
		t.Errorf("hers: %v, %v", listed, err)
	}
	if listed, err := licenses.List(t.Context(), w.id(sandboxgithub.Lena)); err != nil || len(listed) != 0 {
		t.Errorf("of somebody without: %v, %v", listed, err)
	}
	w.server.Inject(sandbox.Fault{Match: sandbox.PathPrefix("/orgs/acme/members/"), Do: sandbox.Status(http.StatusInternalServerError, `{"message":"Server Error"}`)})
	if listed, err := licenses.List(t.Context(), w.id(sandboxgithub.Lena)); access.KindOf(err) != access.Unavailable {
		t.Errorf("where it can't be told: %v, %v", listed, err)
	}
}

func TestARunWithoutCopilotIsToldAndNotClean(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgithub.HandlerOptions{}, nil)
	w.org.SetCopilot(false)
	if listed, err := github.Licenses(w.github).List(t.Context(), w.id(sandboxgithub.Jane)); access.KindOf(err) != access.NotAvailable {
		t.Errorf("listed %v, %v", listed, err)
	}
}

func TestASecretIsSettledWhenAnotherValueIsSetOrItIsDeleted(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgithub.HandlerOptions{PageSize: 2}, nil)
	secrets, jane := github.SharedSecret(w.github), w.id(sandboxgithub.Jane)
	listed, err := secrets.List(t.Context(), jane)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, g := range listed {
		name, _, _ := strings.Cut(g.Label, " ")
		names = append(names, name)
	}
	slices.Sort(names)
	// Not those of repositories that she may only read, nor the organization's that no repository of hers gets.
	want := []string{"AWS_ROLE_KEY", "DB_PASSWORD", "NPM_READ", "NPM_TOKEN", "PREVIEW_KEY", "REGISTRY_TOKEN", "SIGNING_KEY", "SONAR_TOKEN"}
	if !slices.Equal(names, want) {
		t.Errorf("could read %v, want %v", names, want)
	}
	ids := access.Held(listed, nil).IDs()
	w.org.RemoveMember(sandboxgithub.Jane)
	w.org.SetSecret("", "actions", "NPM_TOKEN")
	w.org.DeleteSecret("api", "dependabot", "NPM_READ")
	w.org.DeleteEnvironment("api", "review/eu west")
	again, err := secrets.(access.Outliver).Recheck(t.Context(), jane, ids) //nolint:forcetypeassert // The interface is what is tested.
	if err != nil || len(again) != len(listed)-3 {
		t.Errorf("of %v there are %v (%v)", ids, again, err)
	}
	if listed, err = secrets.List(t.Context(), jane); err != nil || len(listed) != 0 {
		t.Errorf("once she has left she gets at %v (%v)", listed, err)
	}
}

func TestWhatDeletesFromGitHubNeverReachesALoginThatIsEmpty(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgithub.HandlerOptions{}, nil)
	handedOver(w.org)
	w.server.Inject(sandbox.Fault{Match: sandbox.PathPrefix("/user/"), Do: sandbox.Status(http.StatusOK, `{"id":`+w.org.UserID(sandboxgithub.Jane)+`,"login":""}`)})
	for name, kind := range kinds {
		connector := kind.connect(w.github)
		if kind.dispose != "" {
			connector = account(w.github)
		}
		if name == "tokens" || name == "keys" || name == "shared secret" {
			continue // They name what they remove, and nobody.
		}
		if _, err := connector.Remove(t.Context(), w.id(sandboxgithub.Jane), "membership"); err == nil {
			t.Errorf("%s removed from nobody", name)
		}
	}
	if writes := w.writes(); len(writes) != 0 {
		t.Errorf("wrote %v", writes)
	}
}

func TestReadOnlySeesEverythingAndWritesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandboxgithub.HandlerOptions{}, func(c *github.Config) { c.ReadOnly = true })
	handedOver(w.org)
	for name, kind := range kinds {
		if strings.Contains(name, ",") || name == "shared secret" {
			continue
		}
		connector, jane := kind.connect(w.github), w.id(sandboxgithub.Jane)
		if kind.dispose != "" {
			connector = account(w.github)
		}
		listed, err := connector.List(t.Context(), jane)
		if err != nil || name != "group ownership" && len(listed) == 0 {
			t.Errorf("%s: listed %v, %v", name, listed, err)
		}
		for _, g := range listed {
			if receipt, err := connector.Remove(t.Context(), jane, g.ID); err == nil && receipt.Lingers == nil {
				t.Errorf("%s: removed %s", name, g.Label)
			}
		}
	}
	if writes := w.writes(); len(writes) != 0 {
		t.Errorf("wrote %v", writes)
	}
}

package okta_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/offboard/terraform-provider-offboard/internal/sandbox/okta"
)

func TestUsersAreFoundByIdLoginShortNameAndMe(t *testing.T) {
	t.Parallel()
	c := serve(t, okta.HandlerOptions{})
	want := c.org.UserID(okta.Jane)
	for _, name := range []string{want, okta.Jane, "JANE.DOE@ACME.example", "jane.doe"} {
		equal(t, name, at(c.get("/api/v1/users/"+name).object(), "id"), want)
	}
	equal(t, "me", at(c.get("/api/v1/users/me").object(), "profile", "login"), okta.Service)
	equal(t, "an escaped login", at(c.get("/api/v1/users/"+url.PathEscape(okta.ContractorHash)).object(), "id"), c.org.UserID(okta.ContractorHash))
	equal(t, "upper case", at(c.get("/api/v1/users/"+strings.ToLower(okta.UpperCase)).object(), "profile", "login"), okta.UpperCase)
}

func TestALoginThatIsNotEscapedFindsSomebodyElse(t *testing.T) {
	t.Parallel()
	c := serve(t, okta.HandlerOptions{})
	// What is behind the # never leaves the client (okta.md section 0.7).
	equal(t, "contractor#7, unescaped", at(c.get("/api/v1/users/"+okta.ContractorHash).object(), "profile", "login"), okta.Contractor)
}

func TestAShortNameThatTwoPeopleHaveFindsNobody(t *testing.T) {
	t.Parallel()
	c := serve(t, okta.HandlerOptions{})
	c.org.CreateUser("jane.doe@partner.example", "Jane", "Doe", "Partners")
	c.get("/api/v1/users/jane.doe").fails(404, "E0000007")
}

func TestALoginWithASlashCanOnlyBeFetchedById(t *testing.T) {
	t.Parallel()
	c, _ := serveUnchecked(t, okta.HandlerOptions{})
	c.get("/api/v1/users/"+url.PathEscape(okta.Slash)).fails(404, "E0000008")
	equal(t, "by id", at(c.get(c.user(okta.Slash)).object(), "profile", "login"), okta.Slash)
}

func TestOnlyThePathsThatTakeALoginDo(t *testing.T) {
	t.Parallel()
	c := serve(t, okta.HandlerOptions{})
	c.get("/api/v1/users/" + okta.Jane + "/groups").is(200)
	c.get("/api/v1/users/"+okta.Jane+"/factors").fails(404, "E0000007")
}

func TestUsersAreSearchedAndFiltered(t *testing.T) {
	t.Parallel()
	c := serve(t, okta.HandlerOptions{})
	jane, mei := c.org.UserID(okta.Jane), c.org.UserID(okta.Mei)
	for _, test := range []struct {
		param, expression string
		want              []string
	}{
		{"search", `id eq "` + jane + `" or id eq "` + mei + `"`, []string{okta.Jane, okta.Mei}},
		{"search", `profile.login eq "JANE.DOE@acme.example"`, []string{okta.Jane}},
		{"search", `profile.email EQ "Kofi.Mensah@acme.example"`, []string{okta.TwiceAdmin, okta.Twice}},
		{"search", `(profile.login eq "` + okta.Jane + `" or profile.login eq "` + okta.Mei + `") and status eq "active"`, []string{okta.Jane, okta.Mei}},
		{"search", `status eq "SUSPENDED" and profile.login eq "` + okta.Jane + `"`, []string{}},
		{"search", `status eq "DEPROVISIONED"`, []string{okta.Deprovisioned}},
		{"filter", `status eq "DEPROVISIONED"`, []string{okta.Deprovisioned}},
		{"filter", `profile.login eq "` + okta.UpperCase + `"`, []string{okta.UpperCase}},
		{"filter", `profile.login eq "` + strings.ToLower(okta.UpperCase) + `"`, []string{}},
	} {
		got := pluck(c.get("/api/v1/users"+query(test.param, test.expression)).rows(), "profile", "login")
		equalLists(t, test.param+" "+test.expression, got, test.want)
	}
}

func TestSearchesThatCannotBeReadAreRefused(t *testing.T) {
	t.Parallel()
	c := serve(t, okta.HandlerOptions{})
	for _, expression := range []string{
		``, `id`, `id eq`, `id eq 5`, `id eq "x`, `id eq "x\`, `id ne "x"`, `profile.city eq "x"`, `not id eq "x"`, `id eq "x" or`,
		`(id eq "x"`, `id eq "x")`, `"id" eq "x"`, `id eq "x" id eq "y"`, `，`, `ä，"`, "\xff\xfe", `&& || ==`,
		strings.Repeat("(", 1000) + `id eq "x"` + strings.Repeat(")", 1000),
	} {
		for _, param := range []string{"search", "filter"} {
			c.get("/api/v1/users"+query(param, expression)).fails(400, "E0000031").causes(t, "Invalid search syntax.")
		}
	}
}

func TestPlainListsLeaveOutDeactivatedPeople(t *testing.T) {
	t.Parallel()
	c := serve(t, okta.HandlerOptions{})
	got := pluck(c.all("/api/v1/users?limit=7"), "profile", "login")
	equal(t, "people", len(got), len(c.org.Logins())-1)
	for _, login := range got {
		if login == okta.Deprovisioned {
			t.Error("the list has the deactivated person")
		}
	}
	equalLists(t, "q", pluck(c.get("/api/v1/users?q=noah").rows(), "profile", "login"), []string{})
	equalLists(t, "q", pluck(c.get("/api/v1/users?q=jane").rows(), "profile", "login"), []string{okta.Jane})
}

func TestQHasOnePageOfTen(t *testing.T) {
	t.Parallel()
	c := serve(t, okta.HandlerOptions{})
	a := c.get("/api/v1/users?q=")
	equal(t, "rows", len(a.rows()), 10)
	equal(t, "next", a.next(), "")
}

func TestPagesFollowFromLinksInHeaderLinesOfTheirOwn(t *testing.T) {
	t.Parallel()
	c := serve(t, okta.HandlerOptions{})
	first := c.get("/api/v1/users?limit=2").is(200)
	links := first.header.Values("Link")
	if len(links) != 2 || !strings.HasSuffix(links[0], `; rel="self"`) || !strings.HasSuffix(links[1], `; rel="next"`) ||
		!strings.HasPrefix(first.next(), c.url+"/api/v1/users?") {
		t.Errorf("got links %q", links)
	}
	equal(t, "a page", len(first.rows()), 2)
	if last := c.get("/api/v1/users?limit=200"); last.next() != "" {
		t.Errorf("the last page has a next one: %s", last.next())
	}
}

func TestPageSizeForcesPagingWhateverIsAskedFor(t *testing.T) {
	t.Parallel()
	c := serve(t, okta.HandlerOptions{PageSize: 2})
	jane := c.user(okta.Jane)
	metrics := jane + "/clients/" + c.org.AppID("Metrics Console")
	for path, want := range map[string]int{
		jane + "/groups": 6, "/api/v1/users?limit=200": len(c.org.Logins()) - 1, "/api/v1/apps?limit=200": 17,
		jane + "/grants?limit=200": 27, metrics + "/tokens?limit=200": 3, jane + "/clients": 2, "/api/v1/api-tokens?limit=200": 3,
		"/api/v1/groups/rules?limit=200": 6, c.group("GitHub users") + "/users?limit=200": 6,
		c.group("Engineering") + "/owners": 2, "/api/v1/idps?limit=200": 2, "/api/v1/apps/" + c.org.AppID("GitHub") + "/users?limit=500": 5,
	} {
		equal(t, path, len(c.all(path)), want)
	}
}

func TestTheDefaultPageOfGrantsIsTwenty(t *testing.T) {
	t.Parallel()
	c := serve(t, okta.HandlerOptions{})
	grants := c.user(okta.Jane) + "/clients/" + c.org.AppID("Metrics Console") + "/grants"
	first := c.get(grants)
	equal(t, "first page", len(first.rows()), 20)
	equal(t, "all", len(c.all(grants)), 25)
	equal(t, "limit", len(c.get(grants+"?limit=200").rows()), 25)
}

func TestCreatedUsersAreAsOktaSaysForTheirCredentials(t *testing.T) {
	t.Parallel()
	c := serve(t, okta.HandlerOptions{})
	create := func(params, login, rest string) map[string]any {
		t.Helper()
		return c.post("/api/v1/users"+params, `{"profile":{"firstName":"New","lastName":"Hire","department":"Engineering",
			"email":"`+login+`","login":"`+login+`"}`+rest+`}`).object()
	}
	password := `,"credentials":{"password":{"value":"correct horse battery"}}`
	equal(t, "with a password", at(create("", "one@acme.example", password), "status"), "ACTIVE")
	equal(t, "without one", at(create("?activate=true", "two@acme.example", ""), "status"), "PROVISIONED")
	equal(t, "not activated", at(create("?activate=false", "three@acme.example", password), "status"), "STAGED")
	create("", "four@acme.example", `,"groupIds":["`+c.org.GroupID("VPN users")+`"]`)
	equalLists(t, "groups", c.org.Groups("four@acme.example"), []string{"Engineering", "Everyone", "VPN users"})

	c.post("/api/v1/users", `{"profile":{"firstName":"A","lastName":"B","email":"x@acme.example","login":"`+okta.Jane+`"}}`).
		fails(400, "E0000001").causes(t, "already exists")
	c.post("/api/v1/users", `{"profile":{"firstName":"A","email":"x@acme.example","login":"x@acme.example"}}`).
		fails(400, "E0000001").causes(t, "lastName")
}

func TestAnUpdateIsPartialAndNullClears(t *testing.T) {
	t.Parallel()
	c := serve(t, okta.HandlerOptions{})
	c.post(c.user(okta.Jane), `{"profile":{"secondEmail":null,"nickName":"JD"}}`).is(200)
	equal(t, "cleared", c.org.Attribute(okta.Jane, "secondEmail"), "")
	equal(t, "set", c.org.Attribute(okta.Jane, "nickName"), "JD")
	equal(t, "not mentioned", c.org.Attribute(okta.Jane, "title"), "Engineering Manager")
	c.post(c.user(okta.Jane), `{"profile":{"lastName":null}}`).fails(400, "E0000001")
	c.post(c.user(okta.Jane), `{"profile":{"title":"x","firstName":null}}`).fails(400, "E0000001")
	equal(t, "nothing of a refused update", c.org.Attribute(okta.Jane, "title"), "Engineering Manager")
}

func TestBodiesThatAreNotWhatTheyShouldBeAreRefused(t *testing.T) {
	t.Parallel()
	c, _ := serveUnchecked(t, okta.HandlerOptions{})
	for _, body := range []string{"", "{", "[]", `{"profile":5}`, `{"unknown":{}}`, `{}{}`, `null null`, strings.Repeat("[", 100000)} {
		c.post(c.user(okta.Jane), body).fails(400, "E0000003")
	}
	c.post(c.user(okta.Jane), `{"profile":{"nothingLikeIt":"x"}}`).fails(400, "E0000001")
	c.post(c.user(okta.Jane), `{"profile":{"title":5}}`).fails(400, "E0000001")
}

func TestSettingAPasswordLeavesTheStatusAlone(t *testing.T) {
	t.Parallel()
	c := serve(t, okta.HandlerOptions{})
	c.clock.Advance(time.Hour)
	got := c.post(c.user(okta.Jane), `{"credentials":{"password":{"value":"kd83-Zb0q-fmX2"}}}`).object()
	equal(t, "status", at(got, "status"), "ACTIVE")
	equal(t, "password changed", at(got, "passwordChanged"), "2026-03-02T10:00:00.000Z")
	equal(t, "password", at(got, "credentials", "password"), "{}")
}

func TestPasswordsHaveRules(t *testing.T) {
	t.Parallel()
	c := serve(t, okta.HandlerOptions{})
	before := c.org.PasswordChanged(okta.Jane)
	for _, password := range []string{"short", strings.Repeat("x", 73), "my-name-is-JANE", "x-Jane.Doe-x"} {
		c.post(c.user(okta.Jane), `{"credentials":{"password":{"value":"`+password+`"}}}`).
			fails(400, "E0000001").causes(t, "Password requirements were not met")
	}
	equal(t, "password changed", c.org.PasswordChanged(okta.Jane), before)
	c.post(c.user(okta.Jane), `{"credentials":{"password":{"value":"`+strings.Repeat("x", 72)+`"}}}`).is(200)
}

func TestARecoveryQuestionNeedsAnAnswerOfFourCharacters(t *testing.T) {
	t.Parallel()
	c := serve(t, okta.HandlerOptions{})
	c.post(c.user(okta.Jane), `{"credentials":{"recovery_question":{"question":"Q?","answer":"abc"}}}`).fails(400, "E0000001").causes(t, "at least 4")
	c.post(c.user(okta.Jane), `{"credentials":{"recovery_question":{"question":"Q?","answer":"abcd"}}}`).is(200)
	equal(t, "question", c.org.RecoveryQuestion(okta.Jane), "Q?")
}

func TestNobodysCredentialsAreWrittenWhereOktaDoesNotKeepThem(t *testing.T) {
	t.Parallel()
	c := serve(t, okta.HandlerOptions{})
	c.post(c.user(okta.Imported), `{"credentials":{"password":{"value":"kd83-Zb0q-fmX2"}}}`).fails(403, "E0000023")
	c.post(c.user(okta.Imported), `{"profile":{"title":"x"}}`).fails(403, "E0000023")
	got := c.get(c.user(okta.Imported)).object()
	equal(t, "provider", at(got, "credentials", "provider", "type"), "ACTIVE_DIRECTORY")
	equal(t, "password", at(got, "credentials", "password"), "")
}

func TestADeactivatedPersonIsNotUpdated(t *testing.T) {
	t.Parallel()
	c := serve(t, okta.HandlerOptions{})
	c.post(c.user(okta.Deprovisioned), `{"profile":{"title":"x"}}`).fails(403, "E0000038")
}

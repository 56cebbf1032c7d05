package okta_test

import (
	"strings"
	"testing"
	"time"

	"github.com/offboard/terraform-provider-offboard/internal/sandbox/okta"
)

// factorID is the id of a person's factor of one type.
func factorID(c *client, login, kind string) string {
	for _, row := range c.get(c.user(login) + "/factors").rows() {
		if at(row, "factorType") == kind {
			return at(row, "id")
		}
	}
	c.t.Fatalf("%s has no factor %s", login, kind)
	return ""
}

func TestFactorsAreListedAndRemoved(t *testing.T) {
	t.Parallel()
	c := serve(t, okta.HandlerOptions{})
	factors := c.user(okta.Jane) + "/factors"
	equalLists(t, "factors", pluck(c.get(factors).rows(), "factorType"), []string{"push", "sms", "token:software:totp", "webauthn"})
	sms := factors + "/" + factorID(c, okta.Jane, "sms")
	c.delete(sms + "?removeRecoveryEnrollment=true").is(204)
	c.get(sms).fails(404, "E0000007")
	c.delete(sms).fails(404, "E0000007")
	equalLists(t, "factors", c.org.Factors(okta.Jane), []string{"push", "token:software:totp", "webauthn"})
}

func TestRemovingPushTakesTheRestOfOktaVerifyWithIt(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{okta.Push, okta.SignedNonce} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			c := serve(t, okta.HandlerOptions{})
			c.org.EnrollFactor(okta.Jane, okta.SignedNonce, "Jane's laptop")
			c.delete(c.user(okta.Jane) + "/factors/" + factorID(c, okta.Jane, kind)).is(204)
			equalLists(t, "factors", c.org.Factors(okta.Jane), []string{"sms", "webauthn"})
		})
	}
	t.Run("but not totp", func(t *testing.T) {
		t.Parallel()
		c := serve(t, okta.HandlerOptions{})
		c.delete(c.user(okta.Jane) + "/factors/" + factorID(c, okta.Jane, okta.TOTP)).is(204)
		equalLists(t, "factors", c.org.Factors(okta.Jane), []string{"push", "sms", "webauthn"})
	})
}

func TestFactorsAreNotRemovedFromADeactivatedPerson(t *testing.T) {
	t.Parallel()
	c := serve(t, okta.HandlerOptions{})
	c.org.Deactivate(okta.Jane)
	factors := c.get(c.user(okta.Jane) + "/factors").rows()
	c.delete(c.user(okta.Jane)+"/factors/"+at(factors[0], "id")).fails(403, "E0000038")
	c.post(c.user(okta.Jane)+"/lifecycle/reset_factors", "").fails(403, "E0000038")
	enrollments := c.get(c.user(okta.Jane) + "/authenticator-enrollments").rows()
	c.delete(c.user(okta.Jane)+"/authenticator-enrollments/"+at(enrollments[0], "id")).fails(403, "E0000038")
}

func TestTheListOfFactorsIsNotCompleteOnIdentityEngine(t *testing.T) {
	t.Parallel()
	c := serve(t, okta.HandlerOptions{})
	c.org.EnrollFactor(okta.Jane, okta.Question, "first car")
	equal(t, "factors", len(c.get(c.user(okta.Jane)+"/factors").rows()), 4)
	equalLists(t, "enrollments", pluck(c.get(c.user(okta.Jane)+"/authenticator-enrollments").rows(), "key"),
		[]string{"okta_email", "okta_password", "okta_verify", "phone_number", "security_question", "webauthn"})
	c.org.SetPipeline(okta.ClassicEngine)
	equal(t, "factors on Classic", len(c.get(c.user(okta.Jane)+"/factors").rows()), 5)
}

func TestEnrollmentsAreRemovedWithTheirFactors(t *testing.T) {
	t.Parallel()
	c := serve(t, okta.HandlerOptions{})
	enrollments := c.user(okta.Jane) + "/authenticator-enrollments"
	for _, row := range c.get(enrollments).rows() {
		c.get(enrollments + "/" + at(row, "id")).is(200)
		c.delete(enrollments + "/" + at(row, "id")).is(204)
		c.delete(enrollments+"/"+at(row, "id")).fails(404, "E0000007")
	}
	equalLists(t, "enrollments", c.org.Enrollments(okta.Jane), []string{})
	equalLists(t, "factors", c.org.Factors(okta.Jane), []string{})
	equal(t, "password", at(c.get(c.user(okta.Jane)).object(), "credentials", "password"), "")
}

func TestResettingFactorsLeavesThePasswordAndTheStatus(t *testing.T) {
	t.Parallel()
	c := serve(t, okta.HandlerOptions{})
	c.post(c.user(okta.Jane)+"/lifecycle/reset_factors", "").is(200)
	equalLists(t, "factors", c.org.Factors(okta.Jane), []string{})
	equalLists(t, "enrollments", c.org.Enrollments(okta.Jane), []string{"okta_email", "okta_password"})
	equal(t, "status", c.org.Status(okta.Jane), "ACTIVE")
}

func TestAPreregistrationIsRemoved(t *testing.T) {
	t.Parallel()
	c := serve(t, okta.HandlerOptions{})
	path := "/webauthn-registration" + c.user(okta.Jane) + "/enrollments"
	row := c.get(path).rows()[0]
	c.delete(path + "/" + at(row, "id")).is(204)
	c.delete(path+"/"+at(row, "id")).fails(404, "E0000007")
	equal(t, "left", len(c.get(path).rows()), 0)
}

func TestTheClassicEngineHasNeitherEnrollmentsNorDevices(t *testing.T) {
	t.Parallel()
	c := serve(t, okta.HandlerOptions{})
	equal(t, "pipeline", at(c.get("/.well-known/okta-organization").object(), "pipeline"), "idx")
	device := "/api/v1/devices/" + c.org.DeviceID("jane-mbp")
	c.org.SetPipeline(okta.ClassicEngine)
	equal(t, "pipeline", at(c.as("").get("/.well-known/okta-organization").object(), "pipeline"), "v1")
	jane := c.user(okta.Jane)
	for _, path := range []string{jane + "/authenticator-enrollments", "/webauthn-registration" + jane + "/enrollments", jane + "/devices", device, device + "/users"} {
		c.get(path).fails(404, "E0000008")
	}
	c.post(device+"/lifecycle/deactivate", "").fails(404, "E0000008")
}

func TestGrantsAndTokensAreRevokedApartFromEachOther(t *testing.T) {
	t.Parallel()
	c := serve(t, okta.HandlerOptions{})
	jane := c.user(okta.Jane)
	metrics := jane + "/clients/" + c.org.AppID("Metrics Console")
	releases := jane + "/clients/" + c.org.AppID("Release Dashboard")

	grant := at(c.get(jane + "/grants?limit=1").rows()[0], "id")
	c.delete(jane + "/grants/" + grant).is(204)
	c.delete(jane+"/grants/"+grant).fails(404, "E0000007")
	c.delete(metrics + "/grants").is(204)
	equal(t, "tokens of the client without grants", len(c.get(metrics+"/tokens").rows()), 3)

	token := metrics + "/tokens/" + at(c.get(metrics + "/tokens").rows()[0], "id")
	c.delete(token).is(204)
	c.delete(token).fails(404, "E0000007")
	c.delete(metrics + "/tokens").is(204)
	c.delete(metrics + "/tokens").is(204)
	equalLists(t, "clients", pluck(c.get(jane+"/clients").rows(), "client_name"), []string{"Release Dashboard"})

	c.delete(jane + "/grants").is(204)
	equal(t, "tokens without a grant", len(c.get(releases+"/tokens").rows()), 1)
	c.delete(releases + "/tokens").is(204)
	equal(t, "clients", len(c.get(jane+"/clients").rows()), 0)
}

func TestGrantsAreFilteredByScope(t *testing.T) {
	t.Parallel()
	c := serve(t, okta.HandlerOptions{})
	equal(t, "grants", len(c.get(c.user(okta.Jane)+"/grants?scopeId=openid").rows()), 2)
}

func TestAPITokensAreListedForTheWholeOrgAndRevoked(t *testing.T) {
	t.Parallel()
	c := serve(t, okta.HandlerOptions{})
	equalLists(t, "tokens", pluck(c.get("/api/v1/api-tokens?limit=200").rows(), "name"), []string{"jane-ci", "jane-laptop", "terraform"})
	equalLists(t, "q", pluck(c.get("/api/v1/api-tokens?q=jane-c").rows(), "name"), []string{"jane-ci"})
	path := "/api/v1/api-tokens/" + c.org.APITokenID(okta.Jane, "jane-ci")
	c.delete(path).is(204)
	c.delete(path).fails(404, "E0000007")
	equalLists(t, "left", c.org.APITokens(okta.Jane), []string{"jane-laptop"})
}

func TestATokenDiesOfIdlenessAndOfItsOwnersDeactivation(t *testing.T) {
	t.Parallel()
	c := serve(t, okta.HandlerOptions{})
	c.org.AssignRole(okta.Victor, okta.SuperAdmin)
	victor := c.asOwner(okta.Victor)
	victor.get("/api/v1/users/me").is(200)
	c.org.Suspend(okta.Victor)
	victor.get("/api/v1/users/me").fails(401, "E0000011")
	c.org.Unsuspend(okta.Victor)
	victor.get("/api/v1/users/me").is(200)
	c.clock.Advance(29 * 24 * time.Hour)
	c.get("/api/v1/users/me").is(200)
	c.clock.Advance(2 * 24 * time.Hour)
	victor.get("/api/v1/users/me").fails(401, "E0000011")
	equalLists(t, "tokens", pluck(c.get("/api/v1/api-tokens").rows(), "name"), []string{"terraform"})

	again := c.asOwner(okta.Victor)
	c.org.Deactivate(okta.Victor)
	again.get("/api/v1/users/me").fails(401, "E0000011")
	c.delete("/api/v1/api-tokens/current").is(204)
	c.get("/api/v1/users/me").fails(401, "E0000011")
}

func TestDeactivatingADeviceDropsEverybodyOnIt(t *testing.T) {
	t.Parallel()
	c := serve(t, okta.HandlerOptions{})
	shared := "/api/v1/devices/" + c.org.DeviceID("support-ipad-1")
	equalLists(t, "users", pluck(c.get(shared+"/users").rows(), "user", "profile", "login"), []string{okta.Alan, okta.Bianca})
	c.delete(shared).fails(403, "E0000152")
	c.post(shared+"/lifecycle/suspend", "").is(204)
	c.delete(shared).fails(403, "E0000152")
	equalLists(t, "devices of a suspended one", c.org.Devices(okta.Alan), []string{"support-ipad-1"})
	c.post(shared+"/lifecycle/deactivate", "").is(204)
	c.post(shared+"/lifecycle/deactivate", "").is(204)
	c.post(shared+"/lifecycle/suspend", "").fails(403, "E0000152")
	equalLists(t, "Alan's", c.org.Devices(okta.Alan), []string{})
	equalLists(t, "Bianca's", c.org.Devices(okta.Bianca), []string{})
	c.delete(shared).is(204)
	c.get(shared).fails(404, "E0000007")
}

func TestDeactivatingAPhoneTakesOktaVerifyWithIt(t *testing.T) {
	t.Parallel()
	c := serve(t, okta.HandlerOptions{})
	equal(t, "devices", len(c.get(c.user(okta.Jane)+"/devices").rows()), 2)
	c.post("/api/v1/devices/"+c.org.DeviceID("Jane's iPhone")+"/lifecycle/deactivate", "").is(204)
	equalLists(t, "factors", c.org.Factors(okta.Jane), []string{"sms", "webauthn"})
	equal(t, "devices", len(c.get(c.user(okta.Jane)+"/devices").rows()), 1)
}

func TestLinkedObjectsAreReadFromBothEnds(t *testing.T) {
	t.Parallel()
	c := serve(t, okta.HandlerOptions{})
	links := c.user(okta.Jane) + "/linkedObjects/"
	ends := func(name string) []string {
		t.Helper()
		var logins []string
		for _, href := range pluck(c.get(links+name).rows(), "_links", "self", "href") {
			logins = append(logins, at(c.get(strings.TrimPrefix(href, c.url)).object(), "profile", "login"))
		}
		return sortedCopy(logins)
	}
	equalLists(t, "manager", ends(okta.Manager), []string{okta.Victor})
	equalLists(t, "reports", ends(okta.Subordinate), []string{okta.Lena, okta.Omar, okta.Tomas})
	equalLists(t, "assists", ends(okta.Assisted), []string{okta.Victor})
	equalLists(t, "assistant", ends(okta.Assistant), []string{})
	equal(t, "definitions", len(c.get("/api/v1/meta/schemas/user/linkedObjects").rows()), 2)
}

func TestAReportIsGivenToAnotherManagerInOneStep(t *testing.T) {
	t.Parallel()
	c := serve(t, okta.HandlerOptions{})
	c.put(c.user(okta.Omar) + "/linkedObjects/manager/" + c.org.UserID(okta.Mei)).is(204)
	equal(t, "manager", c.org.Manager(okta.Omar), okta.Mei)
	equalLists(t, "reports", c.org.Linked(okta.Jane, okta.Manager), []string{okta.Lena, okta.Tomas})
	c.put(c.user(okta.Omar)+"/linkedObjects/manager/"+c.org.UserID(okta.Omar)).fails(400, "E0000001")
	c.put(c.user(okta.Omar)+"/linkedObjects/subordinate/"+c.org.UserID(okta.Mei)).fails(404, "E0000007")
}

func TestRemovingALinkSucceedsWhenThereIsNone(t *testing.T) {
	t.Parallel()
	c := serve(t, okta.HandlerOptions{})
	manager := c.user(okta.Jane) + "/linkedObjects/manager"
	c.delete(manager).is(204)
	c.delete(manager).is(204)
	equal(t, "manager", c.org.Manager(okta.Jane), "")
	c.delete(c.user(okta.Jane) + "/linkedObjects/subordinate").is(204)
	equal(t, "reports", len(c.org.Linked(okta.Jane, okta.Manager)), 3)
}

func TestAnIdentityProviderIsUnlinkedOnce(t *testing.T) {
	t.Parallel()
	c := serve(t, okta.HandlerOptions{})
	google := c.org.IdPID("Google")
	equalLists(t, "linked", pluck(c.get(c.user(okta.Jane)+"/idps").rows(), "name"), []string{"Google"})
	path := "/api/v1/idps/" + google + "/users/" + c.org.UserID(okta.Jane)
	c.delete(path).is(204)
	c.delete(path).fails(404, "E0000007")
	equal(t, "linked", len(c.get(c.user(okta.Jane)+"/idps").rows()), 0)
	equalLists(t, "by type", pluck(c.get("/api/v1/idps?type=SAML2").rows(), "name"), []string{"Partner SAML"})
	equalLists(t, "by name", pluck(c.get("/api/v1/idps?q=goo").rows(), "name"), []string{"Google"})
}

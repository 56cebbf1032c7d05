package okta

import "slices"

// The types of factor that the org knows.
const (
	Push        = "push"
	SignedNonce = "signed_nonce"
	TOTP        = "token:software:totp"
	SMS         = "sms"
	WebAuthn    = "webauthn"
	Question    = "question"
)

// A factorType is how a type of factor appears in the API: as a factor, and on Identity Engine as an
// enrollment of an authenticator. Several factors can be one enrollment.
type factorType struct {
	prefix, provider, vendor string
	// value is the name of the profile attribute that identifies the factor.
	value string
	// key, kind and name are the authenticator's.
	key, kind, name string
}

var factorTypes = map[string]factorType{
	Push:        {"opf", "OKTA", "OKTA", "name", oktaVerify, "app", "Okta Verify"},
	SignedNonce: {"pfd", "OKTA", "OKTA", "name", oktaVerify, "app", "Okta Verify"},
	TOTP:        {"ost", "OKTA", "OKTA", "credentialId", oktaVerify, "app", "Okta Verify"},
	SMS:         {"sms", "OKTA", "OKTA", "phoneNumber", "phone_number", "phone", "Phone"},
	WebAuthn:    {"fwf", "FIDO", "FIDO", "authenticatorName", "webauthn", "security_key", "Security Key or Biometric"},
	Question:    {"ufs", "OKTA", "OKTA", "question", "security_question", "security_question", "Security Question"},
}

const oktaVerify = "okta_verify"

func (c *call) factorRow(f factor) object {
	kind := factorTypes[f.Type]
	path := "/api/v1/users/" + c.user.ID
	profile := object{kind.value: f.Value}
	if f.Type == WebAuthn || f.Type == Push {
		profile["credentialId"] = id("", "credential", f.ID)
	}
	return object{
		"id": f.ID, "factorType": f.Type, "provider": kind.provider, "vendorName": kind.vendor, "status": active,
		"created": timestamp(f.Created), "lastUpdated": timestamp(f.Created), "profile": profile,
		"_links": object{"self": c.link(path + "/factors/" + f.ID), "user": c.link(path)},
	}
}

// listed: on Identity Engine only the factors that the enrollment policy names are listed, so that the list is
// no proof of there being no others (okta.md section 9).
func (c *call) listed(f factor) bool {
	return c.state.Pipeline != IdentityEngine || slices.Contains(c.state.EnrollmentPolicy, f.Type)
}

func (c *call) listFactors() reply {
	factors := without(c.user.Factors, func(f factor) bool { return !c.listed(f) })
	return whole(entries(factors, func(f factor) string { return f.ID }, c.factorRow))
}

// findFactor finds the factor that the path names.
func (c *call) findFactor() (factor, *failure) {
	wanted := c.pathValue("factorId")
	for _, f := range c.user.Factors {
		if f.ID == wanted {
			return f, nil
		}
	}
	return factor{}, notFound(wanted, "Factor")
}

func (c *call) getFactor() reply {
	f, failed := c.findFactor()
	if failed != nil {
		return failed.reply()
	}
	return ok(c.factorRow(f))
}

// deleteFactor: "If you unenroll the push or the signed_nonce factors, Okta also unenrolls any other totp,
// signed_nonce, or Okta Verify push factors" and "You can't unenroll a factor from a deactivated user" (Okta's
// document, unenrollFactor).
func (c *call) deleteFactor() reply {
	if c.user.Status == deprovisioned {
		return wrongStatus().reply()
	}
	f, failed := c.findFactor()
	if failed != nil {
		return failed.reply()
	}
	c.user.Factors = slices.DeleteFunc(c.user.Factors, func(other factor) bool {
		withIt := (f.Type == Push || f.Type == SignedNonce) && factorTypes[other.Type].key == oktaVerify
		return other.ID == f.ID || withIt
	})
	return noContent()
}

// enroll adds a factor to a person.
func (s *state) enroll(u *user, f factor) {
	f.ID = s.newID(factorTypes[f.Type].prefix, u.ID, f.Type)
	f.Provider = factorTypes[f.Type].provider
	u.Factors = append(u.Factors, f)
}

package okta

import (
	"slices"
	"time"
)

// An enrollment is an authenticator a person can use, as Identity Engine sees it: the password, the email
// address, and what the factors amount to. It is the complete list that the one of factors is not (okta.md
// section 9).
type enrollment struct {
	id, key, kind, name string
	phone               string
	created             time.Time
	// remove takes the enrollment from the person.
	remove func(u *user)
}

func (s *state) enrollments(u *user) []enrollment {
	var all []enrollment
	if u.Password {
		all = append(all, enrollment{
			id: id("lae", u.ID), key: "okta_password", kind: "password", name: "Password", created: u.Created,
			remove: func(u *user) { u.Password = false },
		})
	}
	if u.EmailEnrolled {
		all = append(all, enrollment{
			id: id("eae", u.ID), key: "okta_email", kind: "email", name: "Email", created: u.Created,
			remove: func(u *user) { u.EmailEnrolled = false },
		})
	}
	for _, f := range u.Factors {
		kind := factorTypes[f.Type]
		if kind.key == oktaVerify && slices.ContainsFunc(all, func(e enrollment) bool { return e.key == oktaVerify }) {
			continue // push, totp and signed_nonce are one app
		}
		e := enrollment{id: f.ID, key: kind.key, kind: kind.kind, name: kind.name, created: f.Created}
		if f.Type == SMS {
			e.phone = masked(f.Value)
		}
		e.remove = func(u *user) {
			u.Factors = slices.DeleteFunc(u.Factors, func(other factor) bool {
				return other.ID == f.ID || kind.key == oktaVerify && factorTypes[other.Type].key == oktaVerify
			})
		}
		all = append(all, e)
	}
	return all
}

// masked shows a phone number as Okta does unless told to disclose it.
func masked(phone string) string {
	if len(phone) < 4 {
		return phone
	}
	return "+X XXX-XXX-" + phone[len(phone)-4:]
}

func (c *call) enrollmentRow(e enrollment) object {
	path := "/api/v1/users/" + c.user.ID
	row := object{
		"id": e.id, "key": e.key, "type": e.kind, "name": e.name, "status": active,
		"created": timestamp(e.created), "lastUpdated": timestamp(e.created),
		"_links": object{
			"self": c.link(path + "/authenticator-enrollments/" + e.id), "user": c.link(path),
			"authenticator": c.link("/api/v1/authenticators/" + id(authenticatorPrefix, e.key)),
		},
	}
	if e.phone != "" {
		row["profile"] = object{"phoneNumber": e.phone}
	}
	return row
}

func (c *call) listEnrollments() reply {
	return whole(entries(c.state.enrollments(c.user), func(e enrollment) string { return e.id }, c.enrollmentRow))
}

func (c *call) findEnrollment() (enrollment, *failure) {
	wanted := c.pathValue("enrollmentId")
	for _, e := range c.state.enrollments(c.user) {
		if e.id == wanted {
			return e, nil
		}
	}
	return enrollment{}, notFound(wanted, "AuthenticatorEnrollment")
}

func (c *call) getEnrollment() reply {
	e, failed := c.findEnrollment()
	if failed != nil {
		return failed.reply()
	}
	return ok(c.enrollmentRow(e))
}

// deleteEnrollment is refused for deactivated people, as removing the factor is.
func (c *call) deleteEnrollment() reply {
	if c.user.Status == deprovisioned {
		return wrongStatus().reply()
	}
	e, failed := c.findEnrollment()
	if failed != nil {
		return failed.reply()
	}
	e.remove(c.user)
	return noContent()
}

// listPreregistrations are security keys made ready for a person who has not used them yet.
func (c *call) listPreregistrations() reply {
	idOf := func(p preregistration) string { return p.ID }
	return whole(entries(c.user.Preregistrations, idOf, func(p preregistration) object {
		return object{
			"id": p.ID, "factorType": WebAuthn, "provider": "FIDO", "vendorName": "FIDO", "status": "PENDING_ACTIVATION",
			"created": timestamp(p.Created), "lastUpdated": timestamp(p.Created),
			"profile": object{"credentialId": id("", "credential", p.ID), "authenticatorName": p.Authenticator},
			"_links": object{
				"self": c.link("/webauthn-registration/api/v1/users/" + c.user.ID + "/enrollments/" + p.ID),
			},
		}
	}))
}

func (c *call) deletePreregistration() reply {
	wanted := c.pathValue("authenticatorEnrollmentId")
	left := without(c.user.Preregistrations, func(p preregistration) bool { return p.ID == wanted })
	if len(left) == len(c.user.Preregistrations) {
		return notFound(wanted, "AuthenticatorEnrollment").reply()
	}
	c.user.Preregistrations = left
	return noContent()
}

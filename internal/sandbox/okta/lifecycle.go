package okta

import (
	"maps"
	"time"
)

func (s *state) setStatus(u *user, status string, now time.Time) {
	u.Status, u.StatusChanged, u.LastUpdated = status, now, now
}

// suspendUser works from ACTIVE only; groups and apps stay (okta.md section 3).
func (c *call) suspendUser() reply {
	if c.user.Status != active {
		return invalid("suspendUser", "Cannot suspend a user that is not active").reply()
	}
	c.state.suspend(c.user, c.now)
	return done()
}

// suspend also ends sessions: "When a user is suspended, their user sessions are also cleared" (Okta's concept
// page on role assignment).
func (s *state) suspend(u *user, now time.Time) {
	s.setStatus(u, suspended, now)
	u.Sessions = 0
}

func (c *call) unsuspendUser() reply {
	if c.user.Status != suspended {
		return invalid("unsuspendUser", "Cannot unsuspend a user that is not suspended").reply()
	}
	c.state.setStatus(c.user, active, c.now)
	return done()
}

// deactivateUser is refused for who is deactivated already. Okta's document has 403 for it; the code is a guess.
func (c *call) deactivateUser() reply {
	if c.user.Status == deprovisioned {
		return wrongStatus().reply()
	}
	c.state.deactivate(c.user, c.now)
	return done()
}

// deactivate takes away apps, API tokens, consents, refresh tokens and sessions. Group memberships stay, and so
// what they grant comes back with a reactivation. Of roles, factors, links and devices it is not known whether
// Okta touches them (okta.md section 3): here they stay, which leaves more to be found.
func (s *state) deactivate(u *user, now time.Time) {
	s.setStatus(u, deprovisioned, now)
	for _, a := range s.Apps {
		delete(a.Users, u.ID)
	}
	maps.DeleteFunc(s.APITokens, func(_ string, t *apiToken) bool { return t.Owner == u.ID })
	u.Consents, u.RefreshTokens, u.Sessions = nil, nil, 0
}

// activateUser answers with the link that the person would be sent, unless they are sent it.
func (c *call) activateUser() reply {
	if c.user.Status != staged && c.user.Status != deprovisioned {
		return alreadyActive().reply()
	}
	c.activate(c.user)
	c.state.applyRules(c.user, c.now)
	answer := object{}
	if !c.flag("sendEmail", true) {
		token := id("", "activation", c.user.ID, timestamp(c.now))
		answer["activationToken"] = token
		answer["activationUrl"] = c.base + "/welcome/" + token
	}
	return ok(answer)
}

// activate makes an account usable. Whoever was deactivated has to choose a new password.
func (c *call) activate(u *user) {
	if u.Status == deprovisioned {
		u.Password = false
	}
	status := provisioned
	if u.Password {
		status = active
	}
	c.state.setStatus(u, status, c.now)
	u.Activated = c.now
}

// unlockUser is not for people whose password is kept elsewhere (Okta's document).
func (c *call) unlockUser() reply {
	if c.user.Status != lockedOut || c.user.Provider.Type != "OKTA" {
		return unlockForbidden().reply()
	}
	c.state.setStatus(c.user, active, c.now)
	return done()
}

// resetFactors unenrolls every factor. The password and the email address, which Okta enrolls by itself, stay.
func (c *call) resetFactors() reply {
	if c.user.Status == deprovisioned {
		return wrongStatus().reply()
	}
	c.user.Factors = nil
	return done()
}

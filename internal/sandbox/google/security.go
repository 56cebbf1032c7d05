package google

import (
	"slices"
	"strconv"
)

// signOut ends all sessions. Nothing can be read afterwards that shows it.
func (c *call) signOut() reply {
	u, failed := c.target()
	if failed != nil {
		return failed.reply()
	}
	u.Sessions = 0
	return noContent()
}

// turnOffTwoStep takes all second steps away at once. It is refused to those who are suspended, not enrolled, or
// not free to be without (google.md section 5). The words are guesses; that it is 400 invalid is GAM's.
func (c *call) turnOffTwoStep() reply {
	u, failed := c.target()
	switch {
	case failed != nil:
		return failed.reply()
	case u.Suspended:
		return invalid("User is suspended.").reply()
	case !u.Enrolled:
		return invalid("User is not enrolled in 2-step verification.").reply()
	case u.Enforced:
		return invalid("2-step verification is enforced for this user.").reply()
	case u.AdvancedProtection:
		return invalid("User is in the Advanced Protection Program.").reply()
	}
	u.Enrolled, u.Codes = false, nil
	c.wrote(u.ID)
	return noContent()
}

// listCodes shows a person's backup codes. They are as good as the second step itself.
func (c *call) listCodes() reply {
	u, failed := c.target()
	if failed != nil {
		return failed.reply()
	}
	rows := []object{}
	for _, code := range c.seen(u).Codes {
		rows = append(rows, tagged(object{
			"kind": "admin#directory#verificationCode", "userId": u.ID, "verificationCode": code,
		}))
	}
	return whole("admin#directory#verificationCodesList", rows)
}

// generateCodes and invalidateCodes are refused to suspended people: "User is suspended. You must unsuspend to
// process backupcodes" (google.md section 5, with the reason 400 invalid from GAM).
func (c *call) generateCodes() reply { return c.setCodes((*state).generateCodes) }

func (c *call) invalidateCodes() reply {
	return c.setCodes(func(_ *state, u *user) { u.Codes = nil })
}

func (c *call) setCodes(set func(s *state, u *user)) reply {
	u, failed := c.target()
	switch {
	case failed != nil:
		return failed.reply()
	case u.Suspended:
		return invalid("User is suspended.").reply()
	}
	set(c.state, u)
	c.wrote(u.ID)
	return noContent()
}

// listTokens shows what apps a person has let in, an app a row.
func (c *call) listTokens() reply {
	u, failed := c.target()
	if failed != nil {
		return failed.reply()
	}
	rows := []object{}
	for _, t := range c.seen(u).Tokens {
		rows = append(rows, t.row(u))
	}
	return whole("admin#directory#tokenList", rows)
}

func (t token) row(u *user) object {
	return tagged(object{
		"kind": "admin#directory#token", "clientId": t.ClientID, "displayText": t.DisplayText, "userKey": u.ID,
		"scopes": t.Scopes, "anonymous": t.Anonymous, "nativeApp": t.Native,
	})
}

func (c *call) getToken() reply {
	u, failed := c.target()
	if failed != nil {
		return failed.reply()
	}
	for _, t := range c.seen(u).Tokens {
		if t.ClientID == c.r.PathValue("clientId") {
			return ok(t.row(u))
		}
	}
	return notFound("clientId").reply()
}

// deleteToken takes back everything an app was granted. It works for suspended people, too ([GAM]
// deprovisionUser).
func (c *call) deleteToken() reply {
	u, failed := c.target()
	if failed != nil {
		return failed.reply()
	}
	client := c.r.PathValue("clientId")
	kept := slices.DeleteFunc(slices.Clone(u.Tokens), func(t token) bool { return t.ClientID == client })
	if len(kept) == len(u.Tokens) {
		return notFound("clientId").reply()
	}
	u.Tokens = kept
	c.wrote(u.ID)
	return noContent()
}

// listAppPasswords shows the names of a person's app passwords. The passwords themselves were shown once.
func (c *call) listAppPasswords() reply {
	u, failed := c.target()
	if failed != nil {
		return failed.reply()
	}
	rows := []object{}
	for _, p := range c.seen(u).AppPasswords {
		rows = append(rows, p.row(u))
	}
	return whole("admin#directory#aspList", rows)
}

func (p appPassword) row(u *user) object {
	return tagged(object{
		"kind": "admin#directory#asp", "codeId": p.ID, "name": p.Name, "userKey": u.ID,
		"creationTime": milliseconds(p.Created), "lastTimeUsed": milliseconds(p.LastUsed),
	})
}

// codeID is the app password that the path names.
func (c *call) codeID() (int, *failure) {
	id, err := strconv.ParseInt(c.r.PathValue("codeId"), 10, 32)
	if err != nil {
		return 0, invalidValue(c.r.PathValue("codeId"), "codeId")
	}
	return int(id), nil
}

func (c *call) getAppPassword() reply {
	u, failed := c.target()
	if failed != nil {
		return failed.reply()
	}
	id, failed := c.codeID()
	if failed != nil {
		return failed.reply()
	}
	for _, p := range c.seen(u).AppPasswords {
		if p.ID == id {
			return ok(p.row(u))
		}
	}
	return notFound("codeId").reply()
}

func (c *call) deleteAppPassword() reply {
	u, failed := c.target()
	if failed != nil {
		return failed.reply()
	}
	id, failed := c.codeID()
	if failed != nil {
		return failed.reply()
	}
	kept := slices.DeleteFunc(slices.Clone(u.AppPasswords), func(p appPassword) bool { return p.ID == id })
	if len(kept) == len(u.AppPasswords) {
		return notFound("codeId").reply()
	}
	u.AppPasswords = kept
	c.wrote(u.ID)
	return noContent()
}

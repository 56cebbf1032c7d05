package google

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

// heldQuery is what a hold is narrowed or widened by ([DISC] CorpusQuery).
type heldQuery struct {
	MailQuery *struct {
		Terms, StartTime, EndTime string
	} `json:",omitempty"`
	DriveQuery *struct {
		IncludeSharedDriveFiles bool
	} `json:",omitempty"`
	HangoutsChatQuery *struct {
		IncludeRooms bool
	} `json:",omitempty"`
}

// withSharedDrives widens a hold on Drive by the shared drives that they are members of.
func withSharedDrives() (q heldQuery) {
	q.DriveQuery = &struct{ IncludeSharedDriveFiles bool }{true}
	return q
}

// row is the query as Vault shows it, which leaves out what is false or empty.
func (q heldQuery) row() object {
	row := object{}
	if q.MailQuery != nil {
		mail := object{}
		for name, value := range map[string]string{"terms": q.MailQuery.Terms, "startTime": q.MailQuery.StartTime, "endTime": q.MailQuery.EndTime} {
			if value != "" {
				mail[name] = value
			}
		}
		row["mailQuery"] = mail
	}
	if q.DriveQuery != nil {
		drive := object{}
		if q.DriveQuery.IncludeSharedDriveFiles {
			drive["includeSharedDriveFiles"] = true
		}
		row["driveQuery"] = drive
	}
	if q.HangoutsChatQuery != nil {
		chat := object{}
		if q.HangoutsChatQuery.IncludeRooms {
			chat["includeRooms"] = true
		}
		row["hangoutsChatQuery"] = chat
	}
	return row
}

// fits says whether the query is of the corpus: "If set, CorpusQuery must match CorpusType" ([DISC]).
func (q heldQuery) fits(corpus string) bool {
	return (q.MailQuery == nil || corpus == "MAIL") && (q.DriveQuery == nil || corpus == "DRIVE") && (q.HangoutsChatQuery == nil || corpus == "HANGOUTS_CHAT")
}

// In which words Vault refuses something is a guess; the statuses are those that GAM expects of it ([GAM]
// doCreateVaultHold, doCreateVaultMatter: ALREADY_EXISTS, FAILED_PRECONDITION, INVALID_ARGUMENT).

func badHold() *failure {
	f := fail(http.StatusBadRequest, "", "")
	f.modern("INVALID_ARGUMENT", "Request contains an invalid argument.")
	return f
}

func holdPrecondition(message string) *failure {
	f := fail(http.StatusBadRequest, "", "")
	f.modern("FAILED_PRECONDITION", message)
	return f
}

func alreadyExists(message string) *failure {
	f := fail(http.StatusConflict, "", "")
	f.modern("ALREADY_EXISTS", message)
	return f
}

// checkHoldable: a closed matter has no holds, a name is given once in a matter, and of those whose licence does not
// include Vault there is nothing to hold (https://support.google.com/vault/answer/4552977).
func (c *call) checkHoldable(m *matter, name string, accounts ...string) *failure {
	if m.State != openMatter {
		return holdPrecondition("The matter is not open.")
	}
	for _, h := range m.Holds {
		if h.Name == name {
			return alreadyExists("A hold with this name already exists.")
		}
	}
	for _, id := range accounts {
		if slices.Contains(c.state.WithoutVault, id) {
			return holdPrecondition("The account does not have a Vault license.")
		}
	}
	return nil
}

func (m *matter) row() object {
	return object{"matterId": m.ID, "name": m.Name, "description": m.Description, "state": m.State}
}

func (c *call) getMatter() reply {
	m, failed := c.matterAt()
	if failed != nil {
		return failed.reply()
	}
	return ok(m.row())
}

// createMatter opens a matter. Its name has to be its own, whatever became of the one that has it
// (https://support.google.com/vault/answer/2462419: "Each matter must have a unique name"; that a deleted one counts is
// a guess). Who but super admins may make one depends on a privilege of Vault's own, which nobody here has.
func (c *call) createMatter() reply {
	var body struct{ Name, Description string }
	if failed := c.decode(&body); failed != nil {
		return failed.reply()
	}
	switch {
	case c.by == nil || !c.state.isSuper(c.by):
		f := fail(http.StatusForbidden, "", "")
		f.modern("PERMISSION_DENIED", "The caller does not have permission")
		return f.reply()
	case body.Name == "":
		return badHold().reply()
	}
	for _, m := range c.state.Matters {
		if strings.EqualFold(m.Name, body.Name) {
			return alreadyExists("A matter with this name already exists.").reply()
		}
	}
	m := c.state.addMatter(body.Name)
	m.Description = body.Description
	return ok(m.row())
}

// heldAccount is how a hold shows somebody whom it names.
func (c *call) heldAccount(h *hold, id string) object {
	since := h.Updated
	if at, later := h.Since[id]; later {
		since = at
	}
	account := object{"accountId": id, "holdTime": since.UTC().Format(time.RFC3339)}
	if u := c.state.Users[id]; u != nil {
		account["email"], account["firstName"], account["lastName"] = u.PrimaryEmail, u.GivenName, u.FamilyName
	}
	return account
}

// addHeldAccount has a hold name somebody more ([DISC] holds.accounts.create: not if it is on a unit).
func (c *call) addHeldAccount() reply {
	m, h, failed := c.holdAt()
	if failed != nil {
		return failed.reply()
	}
	var body struct{ AccountID, Email string }
	if failed := c.decode(&body); failed != nil {
		return failed.reply()
	}
	key := body.Email
	if key == "" {
		key = body.AccountID
	}
	u := c.state.find(key)
	if u == nil || h.OrgUnit != "" {
		return badHold().reply()
	}
	if slices.Contains(h.Accounts, u.ID) {
		return alreadyExists("The account is already on hold.").reply()
	}
	if failed := c.checkHoldable(m, "", u.ID); failed != nil {
		return failed.reply()
	}
	h.name(u.ID, c.now)
	return ok(c.heldAccount(h, u.ID))
}

// name has the hold name an account more.
func (h *hold) name(account string, now time.Time) {
	if h.Since == nil {
		h.Since = map[string]time.Time{}
	}
	h.Accounts, h.Since[account] = append(h.Accounts, account), now
}

// removeHeldAccount takes somebody off a hold. That the hold then names nobody and goes on existing is a guess.
func (c *call) removeHeldAccount() reply {
	_, h, failed := c.holdAt()
	if failed != nil {
		return failed.reply()
	}
	id := c.r.PathValue("accountId")
	if !slices.Contains(h.Accounts, id) {
		f := fail(http.StatusNotFound, "", "")
		f.modern("NOT_FOUND", "Account not found.")
		return f.reply()
	}
	h.unname(id)
	return ok(object{})
}

func (h *hold) unname(account string) {
	h.Accounts = slices.DeleteFunc(h.Accounts, func(id string) bool { return id == account })
	delete(h.Since, account)
}

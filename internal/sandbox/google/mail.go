package google

import (
	"net/http"
	"slices"
	"strings"
)

// The settings of mailboxes, of Gmail's API: who else gets at a mailbox, and where its mail goes. They are the
// mailbox's own: no administrator is shown them, but the service account is, in the owner's name.

const (
	onSettings = "gmail/v1/users/{userId}/settings"

	mailScopes     = "https://mail.google.com/ gmail.modify gmail.readonly gmail.settings.basic"
	filterScope    = "gmail.settings.basic"
	mailShareScope = "gmail.settings.sharing"
)

// mailOperations are those of Gmail's API.
var mailOperations = []operation{
	{method: "GET", path: onSettings + "/delegates", scopes: mailScopes, open: true, mailbox: true, serve: (*call).listDelegates},
	{method: "DELETE", path: onSettings + "/delegates/{delegateEmail}", scopes: mailShareScope, open: true, mailbox: true, serve: (*call).deleteDelegate},
	{method: "GET", path: onSettings + "/forwardingAddresses", scopes: mailScopes, open: true, mailbox: true, serve: (*call).listForwarding},
	{
		method: "DELETE", path: onSettings + "/forwardingAddresses/{forwardingEmail}", scopes: mailShareScope, open: true, mailbox: true,
		serve: (*call).deleteForwarding,
	},
	{method: "GET", path: onSettings + "/autoForwarding", scopes: mailScopes, open: true, mailbox: true, serve: (*call).getAutoForwarding},
	{method: "PUT", path: onSettings + "/autoForwarding", scopes: mailShareScope, open: true, mailbox: true, serve: (*call).updateAutoForwarding},
	{method: "GET", path: onSettings + "/filters", scopes: mailScopes, open: true, mailbox: true, serve: (*call).listFilters},
	{method: "DELETE", path: onSettings + "/filters/{id}", scopes: filterScope, open: true, mailbox: true, serve: (*call).deleteFilter},
	{method: "GET", path: onSettings + "/sendAs", scopes: mailScopes, open: true, mailbox: true, serve: (*call).listSendAs},
	{method: "DELETE", path: onSettings + "/sendAs/{sendAsEmail}", scopes: mailShareScope, open: true, mailbox: true, serve: (*call).deleteSendAs},
}

// mailSettings are those of one mailbox that give others something.
type mailSettings struct {
	Delegates  []mailAddress
	Forwarding []mailAddress
	// AutoForward is where all mail goes; "" is nowhere.
	AutoForward string
	Filters     []mailFilter
	// SendAs are the addresses besides the primary one.
	SendAs []mailAddress
}

// A mailAddress is an address with how far it has been confirmed.
type mailAddress struct{ Address, Status string }

// A mailFilter does something with mail from somebody.
type mailFilter struct{ ID, From, Label, Forward string }

const (
	confirmed   = "accepted"
	unconfirmed = "pending"
)

// mailFailure is an error in the form that Gmail's have: the older list of reasons, and the newer status.
func mailFailure(status int, reason, name, message string) *failure {
	f := fail(status, reason, message)
	f.more = object{"status": name}
	return f
}

// mailboxAt is the mailbox that the path names, which has to be that of whom the token speaks for. Of a mailbox that
// is off nothing is shown (google.md section 11); the words are those that GAM and other clients have met.
func (c *call) mailboxAt() (*user, *failure) {
	id := c.r.PathValue("userId")
	switch {
	case c.by == nil:
		return nil, mailFailure(http.StatusBadRequest, "failedPrecondition", "FAILED_PRECONDITION", "Precondition check failed.")
	case id != "me" && !strings.EqualFold(id, c.by.PrimaryEmail):
		return nil, mailFailure(http.StatusForbidden, "forbidden", "PERMISSION_DENIED", "Delegation denied for "+c.by.PrimaryEmail)
	case !c.by.Mailbox || c.by.Suspended || c.by.Archived:
		return nil, mailFailure(http.StatusBadRequest, "failedPrecondition", "FAILED_PRECONDITION", "Mail service not enabled")
	}
	return c.by, nil
}

// shown answers with a part of the settings, under a name; none is left out.
func (c *call) shown(field string, rows func(mailSettings) []object) reply {
	u, failed := c.mailboxAt()
	if failed != nil {
		return failed.reply()
	}
	body := object{}
	if list := rows(c.seen(u).Mail); len(list) > 0 {
		body[field] = list
	}
	return ok(body)
}

// changed changes a part of the settings, and answers 404 if what the path names is not there.
func (c *call) changed(drop func(*mailSettings) (dropped bool)) reply {
	u, failed := c.mailboxAt()
	if failed != nil {
		return failed.reply()
	}
	if !drop(&u.Mail) {
		return mailFailure(http.StatusNotFound, "notFound", "NOT_FOUND", "Requested entity was not found.").reply()
	}
	c.wrote(u.ID)
	return noContent()
}

func dropAddress(from *[]mailAddress, address string) bool {
	before := len(*from)
	*from = slices.DeleteFunc(slices.Clone(*from), func(a mailAddress) bool { return strings.EqualFold(a.Address, address) })
	return len(*from) < before
}

func addressRows(name string, addresses []mailAddress) []object {
	rows := []object{}
	for _, a := range addresses {
		rows = append(rows, object{name: a.Address, "verificationStatus": a.Status})
	}
	return rows
}

func (c *call) listDelegates() reply {
	return c.shown("delegates", func(m mailSettings) []object { return addressRows("delegateEmail", m.Delegates) })
}

func (c *call) deleteDelegate() reply {
	return c.changed(func(m *mailSettings) bool { return dropAddress(&m.Delegates, c.r.PathValue("delegateEmail")) })
}

func (c *call) listForwarding() reply {
	return c.shown("forwardingAddresses", func(m mailSettings) []object { return addressRows("forwardingEmail", m.Forwarding) })
}

// deleteForwarding: that what uses the address goes with it is a guess; nobody says.
func (c *call) deleteForwarding() reply {
	return c.changed(func(m *mailSettings) bool {
		address := c.r.PathValue("forwardingEmail")
		if strings.EqualFold(m.AutoForward, address) {
			m.AutoForward = ""
		}
		return dropAddress(&m.Forwarding, address)
	})
}

func (m mailSettings) forwardingRow() object {
	row := object{"enabled": m.AutoForward != ""}
	if m.AutoForward != "" {
		row["emailAddress"], row["disposition"] = m.AutoForward, "leaveInInbox"
	}
	return row
}

func (c *call) getAutoForwarding() reply {
	u, failed := c.mailboxAt()
	if failed != nil {
		return failed.reply()
	}
	return ok(c.seen(u).Mail.forwardingRow())
}

// updateAutoForwarding: what is left out stays as it is (a guess), so that a false that is not sent turns nothing off.
func (c *call) updateAutoForwarding() reply {
	u, failed := c.mailboxAt()
	if failed != nil {
		return failed.reply()
	}
	body := struct {
		Enabled      *bool  `json:"enabled"`
		EmailAddress string `json:"emailAddress"`
		Disposition  string `json:"disposition"`
	}{}
	if failed := c.decode(&body); failed != nil {
		return failed.reply()
	}
	if body.Enabled == nil {
		return ok(u.Mail.forwardingRow())
	}
	if *body.Enabled && !slices.Contains(u.Mail.Forwarding, mailAddress{body.EmailAddress, confirmed}) {
		return mailFailure(http.StatusBadRequest, "invalidArgument", "INVALID_ARGUMENT", "Unrecognized forwarding address").reply()
	}
	u.Mail.AutoForward = ""
	if *body.Enabled {
		u.Mail.AutoForward = body.EmailAddress
	}
	c.wrote(u.ID)
	return ok(u.Mail.forwardingRow())
}

func (c *call) listFilters() reply {
	return c.shown("filter", func(m mailSettings) []object {
		rows := []object{}
		for _, f := range m.Filters {
			action := object{}
			if f.Label != "" {
				action["addLabelIds"] = []string{f.Label}
			}
			if f.Forward != "" {
				action["forward"] = f.Forward
			}
			rows = append(rows, object{"id": f.ID, "criteria": object{"from": f.From}, "action": action})
		}
		return rows
	})
}

func (c *call) deleteFilter() reply {
	return c.changed(func(m *mailSettings) bool {
		before := len(m.Filters)
		m.Filters = slices.DeleteFunc(slices.Clone(m.Filters), func(f mailFilter) bool { return f.ID == c.r.PathValue("id") })
		return len(m.Filters) < before
	})
}

func (c *call) listSendAs() reply {
	u, failed := c.mailboxAt()
	if failed != nil {
		return failed.reply()
	}
	u = c.seen(u)
	rows := []object{{
		"sendAsEmail": u.PrimaryEmail, "displayName": u.GivenName + " " + u.FamilyName, "isPrimary": true, "isDefault": true,
		"replyToAddress": "", "signature": "",
	}}
	for _, a := range u.Mail.SendAs {
		rows = append(rows, object{
			"sendAsEmail": a.Address, "displayName": u.GivenName + " " + u.FamilyName, "verificationStatus": a.Status, "treatAsAlias": true,
			"replyToAddress": "", "signature": "",
		})
	}
	return ok(object{"sendAs": rows})
}

// deleteSendAs: the primary one cannot be deleted ([DISC] SendAs.isPrimary).
func (c *call) deleteSendAs() reply {
	address := c.r.PathValue("sendAsEmail")
	if c.by != nil && strings.EqualFold(address, c.by.PrimaryEmail) {
		return mailFailure(http.StatusBadRequest, "invalidArgument", "INVALID_ARGUMENT", "Cannot delete primary send-as").reply()
	}
	return c.changed(func(m *mailSettings) bool { return dropAddress(&m.SendAs, address) })
}

package google

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
)

const (
	onTransfers        = "admin/datatransfer/v1/transfers"
	transfersScope     = "admin.datatransfer"
	readTransfersScope = transfersScope + " admin.datatransfer.readonly"
)

// transferOperations are those of Data Transfer.
var transferOperations = []operation{
	{
		method: "GET", path: "admin/datatransfer/v1/applications", scopes: readTransfersScope, privilege: moveData, most: 500,
		query: "customerId maxResults pageToken", serve: (*call).listApplications,
	},
	{
		method: "GET", path: onTransfers, scopes: readTransfersScope, privilege: moveData, most: 500,
		query: "customerId maxResults newOwnerUserId oldOwnerUserId pageToken", serve: (*call).listTransfers,
	},
	{
		method: "GET", path: onTransfers + "/{dataTransferId}", scopes: readTransfersScope, privilege: moveData,
		serve: (*call).getTransfer,
	},
	{
		method: "POST", path: onTransfers, scopes: transfersScope, privilege: moveData, serve: (*call).insertTransfer,
	},
}

// A transfer moves what a person owns in some applications to somebody else. It can't be cancelled.
type transfer struct {
	ID, Old, New string
	Requested    time.Time
	Apps         []moved
	// Polls are how often it was looked at, and Fails says how it will end.
	Polls int
	Fails bool
}

// moved is the part of a transfer that is about one application.
type moved struct{ App, Status, Privacy string }

// The words for how a transfer stands, as GAM knows them (google.md section 8).
const (
	inProgress = "inProgress"
	completed  = "completed"
	failedWord = "failed"
)

// The applications, as google.md section 8 has their ids.
const (
	driveApp    = "55656082996"
	calendarApp = "435070579839"
	lookerApp   = "810260081642"
)

var applications = []struct{ id, name, param string }{
	{driveApp, "Drive and Docs", "PRIVACY_LEVEL"}, {calendarApp, "Calendar", "RELEASE_RESOURCES"}, {lookerApp, "Looker Studio", ""},
}

const transferKind = "admin#datatransfer#DataTransfer"

func (c *call) listApplications() reply {
	rows := []object{}
	for _, a := range applications {
		row := object{"kind": "admin#datatransfer#ApplicationResource", "id": a.id, "name": a.name}
		if a.param != "" {
			values := []string{"TRUE", "FALSE"}
			if a.id == driveApp {
				values = []string{"PRIVATE", "SHARED"}
			}
			row["transferParams"] = []object{{"key": a.param, "value": values}}
		}
		rows = append(rows, tagged(row))
	}
	return c.list("admin#datatransfer#applicationsList", "applications", rows, 100)
}

// look is what happens to a transfer when it is looked at: it gets on.
func (s *state) look(x *transfer) {
	x.Polls++
	if x.Polls < s.TransferPolls || x.status() != inProgress {
		return
	}
	for i := range x.Apps {
		if x.Fails || x.Apps[i].App == driveApp && !s.fits(x) {
			x.Apps[i].Status = failedWord
			continue
		}
		x.Apps[i].Status = completed
		s.move(x, x.Apps[i])
	}
}

// fits says that the new owner may store what the old one has.
func (s *state) fits(x *transfer) bool {
	limit, limited := s.Rooms[x.New]
	return !limited || s.stored(x.Old)+s.stored(x.New) <= limit
}

// move gives what a transfer is about to the new owner, and leaves what Google leaves (google.md section 8): what is
// in the trash or in no folder, and events that are past, private or without guests.
func (s *state) move(x *transfer, part moved) {
	switch part.App {
	case driveApp:
		for _, f := range s.Files {
			level := "PRIVATE"
			if len(f.Shared) > 0 {
				level = "SHARED"
			}
			if f.Owner == x.Old && !f.Trashed && !f.Orphaned && strings.Contains(part.Privacy, level) {
				f.Owner = x.New
			}
		}
	case calendarApp:
		for _, e := range s.Events {
			if e.Organizer == x.Old && !e.Private && len(e.Guests) > 0 && e.Start.After(x.Requested) {
				e.Organizer = x.New
			}
		}
	case lookerApp:
		for _, d := range s.Dashboards {
			if d.Owner == x.Old {
				d.Owner = x.New
			}
		}
	}
}

func (x *transfer) status() string {
	status := completed
	for _, part := range x.Apps {
		if part.Status == inProgress {
			return inProgress
		}
		if part.Status == failedWord {
			status = failedWord
		}
	}
	return status
}

func (x *transfer) row() object {
	parts := []object{}
	for _, part := range x.Apps {
		row := object{"applicationId": part.App, "applicationTransferStatus": part.Status}
		if part.Privacy != "" {
			row["applicationTransferParams"] = []object{{"key": "PRIVACY_LEVEL", "value": strings.Fields(part.Privacy)}}
		}
		parts = append(parts, row)
	}
	return tagged(object{
		"kind": transferKind, "id": x.ID, "oldOwnerUserId": x.Old, "newOwnerUserId": x.New, "requestTime": timestamp(x.Requested),
		"overallTransferStatusCode": x.status(), "applicationDataTransfers": parts,
	})
}

func (c *call) getTransfer() reply {
	x := c.state.Transfers[c.r.PathValue("dataTransferId")]
	if x == nil {
		return notFound("dataTransferId").reply()
	}
	c.state.look(x)
	return ok(x.row())
}

func (c *call) listTransfers() reply {
	if customer := c.query.Get("customerId"); customer != "" {
		if failed := c.checkCustomer(customer); failed != nil {
			return failed.reply()
		}
	}
	rows := []object{}
	for _, x := range sandbox.Sorted(c.state.Transfers) {
		if from, to := c.query.Get("oldOwnerUserId"), c.query.Get("newOwnerUserId"); from != "" && from != x.Old || to != "" && to != x.New {
			continue
		}
		if c.query.Get("pageToken") == "" {
			c.state.look(x)
		}
		rows = append(rows, x.row())
	}
	return c.list("admin#datatransfer#dataTransfersList", "dataTransfers", rows, 100)
}

// insertTransfer begins a transfer, also where there is one already: it is not idempotent (google.md section 8). That
// the source is on hold, or the target not active, is refused; in which words is a guess.
func (c *call) insertTransfer() reply {
	var body struct {
		Kind, OldOwnerUserID, NewOwnerUserID string
		ApplicationDataTransfers             []struct {
			ApplicationID             string
			ApplicationTransferParams []struct {
				Key   string
				Value []string
			}
		}
	}
	if failed := c.decode(&body); failed != nil {
		return failed.reply()
	}
	from, to := c.state.Users[body.OldOwnerUserID], c.state.Users[body.NewOwnerUserID]
	switch {
	case from == nil:
		return notFound("oldOwnerUserId").reply()
	case to == nil:
		return notFound("newOwnerUserId").reply()
	case from == to || len(body.ApplicationDataTransfers) == 0:
		return invalid("Invalid Input: resource").reply()
	case to.Suspended || to.Archived:
		return conditionNotMet("The new owner is suspended.").reply()
	case c.state.isHeld(from):
		return conditionNotMet("The old owner is on a litigation hold.").reply()
	}
	x := &transfer{ID: letters(36, c.state.again("transfer", from.ID, to.ID)...), Old: from.ID, New: to.ID, Requested: c.now}
	for _, part := range body.ApplicationDataTransfers {
		if !slices.ContainsFunc(applications, func(a struct{ id, name, param string }) bool { return a.id == part.ApplicationID }) {
			return invalid("Invalid Input: applicationId").reply()
		}
		one := moved{App: part.ApplicationID, Status: inProgress}
		if part.ApplicationID == driveApp {
			one.Privacy = "SHARED" // unless both are asked for
		}
		for _, param := range part.ApplicationTransferParams {
			if part.ApplicationID == driveApp && param.Key == "PRIVACY_LEVEL" {
				one.Privacy = strings.Join(param.Value, " ")
			}
		}
		x.Apps = append(x.Apps, one)
	}
	if c.state.FailTransfers > 0 {
		c.state.FailTransfers--
		x.Fails = true
	}
	c.state.Transfers[x.ID] = x
	return ok(x.row())
}

// deleteUser ends an account. Whom a hold covers can't be deleted (google.md section 14); the words are a guess.
func (c *call) deleteUser() reply {
	u, failed := c.target()
	switch {
	case failed != nil:
		return failed.reply()
	case c.state.isHeld(u):
		return conditionNotMet("The user is on a litigation hold.").reply()
	case c.state.isLastSuper(u):
		return lastSuper().reply()
	}
	c.state.delete(u, c.now)
	c.wrote(u.ID)
	return reply{status: http.StatusNoContent}
}

// ownedBut is what everybody but one person owns, as plain data that shares nothing with the state.
func (s *state) ownedBut(except string) json.RawMessage {
	data, err := json.Marshal(s.ownedState)
	if err != nil {
		panic(err)
	}
	var c ownedState
	if err := json.Unmarshal(data, &c); err != nil {
		panic(err)
	}
	maps.DeleteFunc(c.Files, func(_ string, f *file) bool { return f.Owner == except })
	maps.DeleteFunc(c.Calendars, func(_ string, s *secondary) bool { return s.Owner == except })
	maps.DeleteFunc(c.Events, func(_ string, e *event) bool { return e.Organizer == except })
	maps.DeleteFunc(c.Dashboards, func(_ string, d *dashboard) bool { return d.Owner == except })
	maps.DeleteFunc(c.Transfers, func(_ string, x *transfer) bool { return x.Old == except })
	c.Subscriptions = slices.DeleteFunc(c.Subscriptions, func(x subscription) bool { return x.User == except })
	if u := s.Users[except]; u != nil {
		c.Shares = slices.DeleteFunc(c.Shares, func(x share) bool { return s.concerns(x, u) })
	}
	if data, err = json.Marshal(c); err != nil {
		panic(err)
	}
	return data
}

package google

import (
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
)

const (
	onFiles       = "drive/v3/files"
	onCalendars   = "calendar/v3/calendars"
	onMyCalendars = "calendar/v3/users/me/calendarList"

	aboutScope     = "drive drive.appdata drive.file drive.metadata drive.metadata.readonly drive.photos.readonly drive.readonly"
	readFilesScope = "drive drive.appdata drive.file drive.meet.readonly drive.metadata drive.metadata.readonly drive.photos.readonly drive.readonly"
	calendarsScope = "calendar calendar.calendars"

	readListScope      = "calendar calendar.calendarlist calendar.calendarlist.readonly calendar.readonly"
	readCalendarsScope = "calendar calendar.app.created calendar.calendars calendar.calendars.readonly calendar.readonly"
	readEventsScope    = "calendar calendar.app.created calendar.events calendar.events.freebusy calendar.events.owned " +
		"calendar.events.owned.readonly calendar.events.public.readonly calendar.events.readonly calendar.readonly"
)

// calendarOperations are those of Calendar.
var calendarOperations = []operation{
	{
		method: "GET", path: onMyCalendars, scopes: readListScope, open: true, most: 250,
		query: "maxResults minAccessRole pageToken showHidden", serve: (*call).listMyCalendars,
	},
	{
		method: "GET", path: onCalendars + "/{calendarId}", scopes: readCalendarsScope, open: true, serve: (*call).getCalendar,
	},
	{
		method: "GET", path: onCalendars + "/{calendarId}/events", scopes: readEventsScope, open: true, most: 2500,
		query: "maxResults pageToken timeMin", serve: (*call).listEvents,
	},
	{
		method: "POST", path: onCalendars + "/{calendarId}/transferOwnership", scopes: calendarsScope, privilege: moveCalendars,
		query: "newDataOwner useAdminAccess", serve: (*call).transferCalendar,
	},
}

// driveOperations are those of Drive.
var driveOperations = []operation{
	{method: "GET", path: "drive/v3/about", scopes: aboutScope, open: true, serve: (*call).getAbout},
	{
		method: "GET", path: onFiles, scopes: readFilesScope, open: true, most: 1000,
		query: "corpora pageSize pageToken q spaces", serve: (*call).listFiles,
	},
}

// ownedState is what people own: files, calendars beside their primary one, what is in that, and dashboards.
type ownedState struct {
	Files      map[string]*file
	Calendars  map[string]*secondary
	Events     map[string]*event
	Dashboards map[string]*dashboard
	Transfers  map[string]*transfer
	// Rooms are how much each may store, in bytes; who is not in it may store anything.
	Rooms map[string]int64
	// Shares and Subscriptions are what people see of calendars of others.
	Shares        []share
	Subscriptions []subscription
	// TransferPolls is how often a transfer is looked at before it is over, and FailTransfers how many of the next
	// ones fail.
	TransferPolls, FailTransfers int
}

type file struct {
	ID, Name, Owner string
	Trashed         bool
	// Orphaned is in no folder.
	Orphaned bool
	// Shared are the addresses that a file is shared with, or "anyone".
	Shared  []string
	Created time.Time
}

type secondary struct{ ID, Summary, Owner string }

// An event is one of somebody's primary calendar, of which they are the organizer.
type event struct {
	ID, Summary, Organizer string
	Start                  time.Time
	Guests                 []string
	Private                bool
}

type dashboard struct{ ID, Name, Owner string }

// owned gives Jane files, calendars, events and dashboards, and others some for comparison.
func (b *builder) owned() {
	b.Files, b.Calendars, b.Events = map[string]*file{}, map[string]*secondary{}, map[string]*event{}
	b.Rooms = map[string]int64{}
	b.Dashboards, b.Transfers, b.TransferPolls = map[string]*dashboard{}, map[string]*transfer{}, 3
	for _, row := range fileTable {
		f := b.addFile(b.person(row.owner), row.name, b.founded, strings.Fields(row.shared)...)
		f.Trashed = row.trashed
	}
	for _, row := range calendarTable {
		b.addCalendar(b.person(row.owner), row.summary)
	}
	for _, row := range eventTable {
		e := b.addEvent(b.person(row.organizer), row.summary, b.now.Add(time.Duration(row.in)*day), strings.Fields(row.guests)...)
		e.Private = row.private
	}
	for _, row := range dashboardTable {
		b.addDashboard(b.person(row.owner), row.name)
	}
}

func (s *state) addFile(u *user, name string, now time.Time, shared ...string) *file {
	f := &file{ID: "1" + letters(32, s.again("file", u.ID, name)...), Name: name, Owner: u.ID, Shared: shared, Created: now}
	s.Files[f.ID] = f
	return f
}

func (s *state) addCalendar(u *user, summary string) *secondary {
	c := &secondary{ID: "c_" + letters(26, s.again("calendar", u.ID, summary)...) + "@group.calendar.google.com", Summary: summary, Owner: u.ID}
	s.Calendars[c.ID] = c
	return c
}

func (s *state) addEvent(u *user, summary string, start time.Time, guests ...string) *event {
	e := &event{ID: letters(26, s.again("event", u.ID, summary)...), Summary: summary, Organizer: u.ID, Start: start, Guests: guests}
	s.Events[e.ID] = e
	return e
}

func (s *state) addDashboard(u *user, name string) {
	d := &dashboard{ID: letters(30, s.again("dashboard", u.ID, name)...), Name: name, Owner: u.ID}
	s.Dashboards[d.ID] = d
}

// me is whom Drive and Calendar are asked by. The service account in its own name has nothing there, which the
// sandbox does not show.
func (c *call) me() (*user, *failure) {
	if c.by == nil {
		return nil, forbidden()
	}
	return c.by, nil
}

var fileQuery = regexp.MustCompile(`^'me' in owners(?: and trashed ?= ?(true|false))?$`)

// listFiles lists the files that the caller owns.
func (c *call) listFiles() reply {
	me, failed := c.me()
	if failed != nil {
		return failed.reply()
	}
	asked := fileQuery.FindStringSubmatch(c.query.Get("q"))
	if asked == nil || !slices.Contains([]string{"", "user"}, c.query.Get("corpora")) || !slices.Contains([]string{"", "drive"}, c.query.Get("spaces")) {
		return unsupported("these files").reply()
	}
	rows := []object{}
	for _, f := range sandbox.Sorted(c.state.Files) {
		if f.Owner == me.ID && (asked[1] == "" || asked[1] == strconv.FormatBool(f.Trashed)) {
			rows = append(rows, c.state.fileRow(f))
		}
	}
	r := c.plainList("drive#fileList", "files", rows, 100)
	if body, ok := r.body.(object); ok && r.status == http.StatusOK {
		body["incompleteSearch"] = false
	}
	// Without a selection Drive tells little of each file ([DISC] files.list).
	if c.selector == nil {
		c.selector, _ = parseSelector("kind,incompleteSearch,nextPageToken,files(kind,id,name,mimeType)")
	}
	return r
}

func (s *state) fileRow(f *file) object {
	permissions := []object{{"kind": "drive#permission", "id": number(20, "permission", f.Owner), "type": "user", "role": "owner"}}
	if u := s.Users[f.Owner]; u != nil {
		permissions[0]["emailAddress"] = u.PrimaryEmail
	}
	for _, address := range f.Shared {
		permission := object{"kind": "drive#permission", "id": number(20, "permission", address), "type": "user", "role": "reader", "emailAddress": address}
		if address == Anyone {
			permission = object{"kind": "drive#permission", "id": "anyoneWithLink", "type": "anyone", "role": "reader", "allowFileDiscovery": false}
		}
		permissions = append(permissions, permission)
	}
	row := object{
		"kind": "drive#file", "id": f.ID, "name": f.Name, "mimeType": "application/vnd.google-apps.document", "ownedByMe": true,
		"quotaBytesUsed": strconv.Itoa(fileSize), "trashed": f.Trashed, "shared": len(f.Shared) > 0, "permissions": permissions, "createdTime": timestamp(f.Created),
	}
	if !f.Orphaned {
		// The id of My Drive, of which nothing is known but how it looks.
		row["parents"] = []string{"0A" + letters(17, "my drive", f.Owner)}
	}
	return row
}

// fileSize is how much every file takes, in bytes.
const fileSize = 40_000_000

// stored is how much somebody's files take.
func (s *state) stored(id string) (size int64) {
	for _, f := range s.Files {
		if f.Owner == id {
			size += fileSize
		}
	}
	return size
}

// getAbout tells the caller how much they may store. Drive insists on being told what to tell.
func (c *call) getAbout() reply {
	me, failed := c.me()
	switch {
	case failed != nil:
		return failed.reply()
	case c.selector == nil:
		return fail(http.StatusBadRequest, "required", "The 'fields' parameter is required for this method.").reply()
	}
	used := strconv.FormatInt(c.state.stored(me.ID), 10)
	quota := object{"usage": used, "usageInDrive": used, "usageInDriveTrash": "0"}
	if limit, limited := c.state.Rooms[me.ID]; limited {
		quota["limit"] = strconv.FormatInt(limit, 10)
	}
	return ok(object{"kind": "drive#about", "storageQuota": quota})
}

// listMyCalendars lists the calendars on the caller's list: those that they own, with the primary one, and those of
// others.
func (c *call) listMyCalendars() reply {
	me, failed := c.me()
	if failed != nil {
		return failed.reply()
	}
	rows := []object{tagged(object{
		"kind": "calendar#calendarListEntry", "id": me.PrimaryEmail, "summary": me.PrimaryEmail, "accessRole": "owner", "primary": true, "timeZone": "UTC",
	})}
	for _, s := range sandbox.Sorted(c.state.Calendars) {
		if s.Owner == me.ID {
			rows = append(rows, tagged(object{
				"kind": "calendar#calendarListEntry", "id": s.ID, "summary": s.Summary, "accessRole": "owner", "dataOwner": me.PrimaryEmail, "timeZone": "UTC",
			}))
		}
	}
	return c.list("calendar#calendarList", "items", c.withRole(append(rows, c.state.sharedRows(me)...)), 100)
}

// withRole are the entries in which the caller is something at least, if that is asked for.
func (c *call) withRole(rows []object) []object {
	if c.query.Get("minAccessRole") != "owner" {
		return rows
	}
	return slices.DeleteFunc(rows, func(row object) bool { return row["accessRole"] != "owner" })
}

// calendarAt is the secondary calendar that the path names. Calendars of others are not found, but by an
// administrator who says that they are one.
func (c *call) calendarAt(asAdmin bool) (*secondary, *failure) {
	me, failed := c.me()
	if failed != nil {
		return nil, failed
	}
	if s := c.state.Calendars[c.r.PathValue("calendarId")]; s != nil && (asAdmin || s.Owner == me.ID) {
		return s, nil
	}
	return nil, fail(http.StatusNotFound, "notFound", "Not Found")
}

func (c *call) getCalendar() reply {
	s, failed := c.calendarAt(false)
	if failed != nil {
		return failed.reply()
	}
	return ok(tagged(object{
		"kind": "calendar#calendar", "id": s.ID, "summary": s.Summary, "timeZone": "UTC", "dataOwner": c.state.Users[s.Owner].PrimaryEmail,
	}))
}

// listEvents lists what is in the caller's primary calendar, of which they are the organizer.
func (c *call) listEvents() reply {
	me, failed := c.me()
	if failed != nil {
		return failed.reply()
	}
	from, err := time.Parse(time.RFC3339, c.query.Get("timeMin"))
	if err != nil || c.r.PathValue("calendarId") != "primary" {
		return unsupported("these events").reply()
	}
	rows := []object{}
	for _, e := range sandbox.Sorted(c.state.Events) {
		if e.Organizer != me.ID || !e.Start.Add(time.Hour).After(from) {
			continue
		}
		row := object{
			"kind": "calendar#event", "id": e.ID, "status": "confirmed", "summary": e.Summary, "eventType": "default",
			"organizer": object{"email": me.PrimaryEmail, "self": true},
			"start":     object{"dateTime": e.Start.UTC().Format(time.RFC3339)}, "end": object{"dateTime": e.Start.Add(time.Hour).UTC().Format(time.RFC3339)},
		}
		if e.Private {
			row["visibility"] = "private"
		}
		guests := []object{}
		for _, guest := range e.Guests {
			guests = append(guests, object{"email": guest, "responseStatus": "needsAction"})
		}
		if len(guests) > 0 {
			row["attendees"] = guests
		}
		rows = append(rows, tagged(row))
	}
	r := c.list("calendar#events", "items", rows, 250)
	if body, ok := r.body.(object); ok && r.status == http.StatusOK {
		body["summary"], body["timeZone"], body["accessRole"] = me.PrimaryEmail, "UTC", "owner"
	}
	return r
}

// transferCalendar gives a secondary calendar to somebody else of the tenant ([DISC] calendars.transferOwnership).
// Whoever had it goes on changing it and its sharing (https://teamdynamix.umich.edu/TDClient/30/Portal/KB/ArticleDet?ID=9012
// says so of Calendar's own settings, and no page of Google's of the API). The words of its refusals are guesses.
func (c *call) transferCalendar() reply {
	s, failed := c.calendarAt(true)
	if failed != nil {
		return failed.reply()
	}
	heir := c.state.find(c.query.Get("newDataOwner"))
	switch {
	case c.query.Get("useAdminAccess") != "true":
		return unsupported("giving one's own calendar away").reply()
	case heir == nil || heir.Suspended || heir.Archived:
		return invalidValue(c.query.Get("newDataOwner"), "newDataOwner").reply()
	}
	if former := c.state.Users[s.Owner]; former != nil && former != heir {
		c.state.Shares = append(slices.Clone(c.state.Shares), share{s.ID, former.PrimaryEmail, "owner"})
	}
	s.Owner = heir.ID
	return noContent()
}

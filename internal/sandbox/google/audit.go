package google

import (
	"slices"
	"strconv"
	"time"
)

// auditState is the admin audit log.
type auditState struct {
	Audit []activity
}

// An activity is one event of the log, with its parameters in order.
type activity struct {
	At         time.Time
	Number     int
	Actor      string // the id of a user
	Type, Name string
	Parameters []parameter
}

// A parameter has one value, or several.
type parameter struct {
	Name, Value string
	Values      []string `json:",omitempty"`
}

// auditKept is how long Google keeps the log (google.md section 18).
const auditKept = 180 * 24 * time.Hour

var auditOperations = []operation{
	{
		method: "GET", path: "admin/reports/v1/activity/users/{userKey}/applications/{applicationName}", scopes: "admin.reports.audit.readonly", privilege: readReports,
		most: 1000, query: "customerId eventName maxResults pageToken", serve: (*call).listActivities,
	},
}

// listActivities has the latest first. Whoever is asked about is the actor, and has to be there ([DISC], userKey).
func (c *call) listActivities() reply {
	if of := c.r.PathValue("applicationName"); of != "admin" {
		return unsupported("the activities of " + of).reply()
	}
	actor := c.r.PathValue("userKey")
	if actor != "all" {
		u, failed := c.findUser(actor)
		if failed != nil {
			return failed.reply()
		}
		actor = u.ID
	}
	if customer := c.query.Get("customerId"); customer != "" {
		if failed := c.checkCustomer(customer); failed != nil {
			return failed.reply()
		}
	}
	rows := []object{}
	for _, a := range slices.Backward(c.state.Audit) {
		event := c.query.Get("eventName")
		if c.now.Sub(a.At) > auditKept || actor != "all" && a.Actor != actor || event != "" && a.Name != event {
			continue
		}
		rows = append(rows, c.activityRow(a))
	}
	return c.list("admin#reports#activities", "items", rows, 1000)
}

func (c *call) activityRow(a activity) object {
	actor := object{"callerType": "USER", "profileId": a.Actor}
	if u := c.state.Users[a.Actor]; u != nil {
		actor["email"] = u.PrimaryEmail
	}
	parameters := []object{}
	for _, p := range a.Parameters {
		row := object{"name": p.Name}
		if p.Values != nil {
			row["multiValue"] = p.Values
		} else {
			row["value"] = p.Value
		}
		parameters = append(parameters, row)
	}
	return tagged(object{
		"kind": "admin#reports#activity",
		"id": object{
			"time": a.At.UTC().Format("2006-01-02T15:04:05.000Z"), "uniqueQualifier": strconv.Itoa(a.Number), "applicationName": "admin",
			"customerId": c.state.CustomerID,
		},
		"actor": actor, "ipAddress": "203.0.113.7",
		"events": []object{{"type": a.Type, "name": a.Name, "parameters": parameters}},
	})
}

func (s *state) log(at time.Time, by *user, kind, name string, parameters ...parameter) {
	s.Audit = append(s.Audit, activity{At: at, Number: len(s.Audit) + 1, Actor: by.ID, Type: kind, Name: name, Parameters: parameters})
}

const (
	domainSettings   = "DOMAIN_SETTINGS"
	securitySettings = "SECURITY_SETTINGS"
)

// What administrators authorize, as tests and the demo name it.
const (
	// JanesClient acts for everybody by domain-wide delegation, and JanesOldClient did.
	JanesClient    = "104729182734650912837"
	JanesOldClient = "104729182734650912838"
	// OmarsClient is somebody else's.
	OmarsClient = "104729182734650912839"
	JanesApp    = "Calendly"
	JanesAddOn  = "Lucidchart for Drive"
)

// audit is what Jane and others authorized. Each has something that is none of hers, or is gone.
func (b *builder) audit() {
	const day = 24 * time.Hour
	ago := func(days int) time.Time { return b.now.Add(-time.Duration(days) * day) }
	jane, omar := b.person("jane.doe"), b.person("omar.haddad")
	b.letAct(ago(200), jane, "104729182734650912830", "https://www.googleapis.com/auth/drive")
	b.letAct(ago(90), jane, JanesOldClient, "https://www.googleapis.com/auth/drive")
	b.letAct(ago(60), jane, JanesClient, "https://www.googleapis.com/auth/gmail.readonly", "https://www.googleapis.com/auth/drive.readonly")
	b.letAct(ago(50), omar, OmarsClient, "https://www.googleapis.com/auth/calendar")
	b.log(ago(40), omar, domainSettings, "REMOVE_API_CLIENT_ACCESS", parameter{Name: "API_CLIENT_NAME", Value: JanesOldClient})
	b.trust(ago(30), jane, "ADD_TO_TRUSTED_OAUTH2_APPS", JanesApp)
	b.log(ago(20), jane, domainSettings, "ADD_APPLICATION", parameter{Name: "APP_ID", Value: "7081040131"},
		parameter{Name: "APPLICATION_ENABLED", Value: "true"}, parameter{Name: "APPLICATION_NAME", Value: JanesAddOn})
}

func (s *state) letAct(at time.Time, by *user, client string, scopes ...string) {
	s.log(at, by, domainSettings, "AUTHORIZE_API_CLIENT_ACCESS", parameter{Name: "API_CLIENT_NAME", Value: client},
		parameter{Name: "API_SCOPES", Values: scopes}, parameter{Name: "DOMAIN_NAME", Value: s.Domain})
}

func (s *state) trust(at time.Time, by *user, event, app string) {
	s.log(at, by, securitySettings, event, parameter{Name: "OAUTH2_APP_ID", Value: number(12, "oauth2 app", app) + ".apps.googleusercontent.com"},
		parameter{Name: "OAUTH2_APP_NAME", Value: app}, parameter{Name: "ORG_UNIT_NAME", Value: s.Name})
}

// DelegateTo is an administrator letting an API client act for everybody.
func (t *Tenant) DelegateTo(email, client string, scopes ...string) {
	t.change(func(s *state, now time.Time) { s.letAct(now, s.mustUser(email), client, scopes...) })
}

// RevokeClient is an administrator taking that back.
func (t *Tenant) RevokeClient(email, client string) {
	t.change(func(s *state, now time.Time) {
		s.log(now, s.mustUser(email), domainSettings, "REMOVE_API_CLIENT_ACCESS", parameter{Name: "API_CLIENT_NAME", Value: client})
	})
}

// Distrust is an administrator taking an application off those that are trusted.
func (t *Tenant) Distrust(email, app string) {
	t.change(func(s *state, now time.Time) { s.trust(now, s.mustUser(email), "REMOVE_FROM_TRUSTED_OAUTH2_APPS", app) })
}

// TraceIDs are the places and ids of what somebody authorized and nobody has taken back, as a case has them: "api_clients/1047…".
func (t *Tenant) TraceIDs(email string) []string {
	return read(t, func(s *state) (ids []string) {
		actor, of := s.mustUser(email).ID, map[string]string{
			"AUTHORIZE_API_CLIENT_ACCESS": "api_clients", "ADD_TO_TRUSTED_OAUTH2_APPS": "trusted_apps", "ADD_APPLICATION": "trusted_apps",
		}
		back := map[string]bool{}
		for _, a := range slices.Backward(s.Audit) {
			id := a.value("API_CLIENT_NAME", "OAUTH2_APP_ID", "APP_ID")
			if unit := a.value("ORG_UNIT_NAME"); unit != "" {
				id += "@" + unit
			}
			place, authorized := of[a.Name]
			switch {
			case !authorized:
				back[id] = true
			case a.Actor == actor && !back[id] && t.Clock().Now().Sub(a.At) <= auditKept:
				ids = append(ids, place+"/"+id)
			}
		}
		slices.Sort(ids)
		return ids
	})
}

// value is that of the first of these parameters which the activity has.
func (a activity) value(names ...string) string {
	for _, p := range a.Parameters {
		if slices.Contains(names, p.Name) {
			return p.Value
		}
	}
	return ""
}

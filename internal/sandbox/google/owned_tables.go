package google

// Anyone is whom a file is shared with that everybody may see who has its address.
const Anyone = "anyone"

// fileTable is whose files there are, by the part of the owner's address before the @.
var fileTable = []struct {
	owner, name, shared string
	trashed             bool
}{
	{"jane.doe", "Team plan", "mei.tanaka@acme.example omar.haddad@acme.example", false},
	{"jane.doe", "One to one notes", "", false},
	{"jane.doe", "Reviews", "", false},
	{"jane.doe", "Vendor contract", "auditor@partner.example", false},
	{"jane.doe", "Public talk", Anyone, false},
	{"jane.doe", "Old draft", "", true},
	{"omar.haddad", "Runbook", "jane.doe@acme.example", false},
	{"erik.lund", "Pipeline notes", "", false},
}

// calendarTable is whose calendars there are beside the primary ones.
var calendarTable = []struct{ owner, summary string }{
	{"jane.doe", "On-call rota"}, {"jane.doe", "Team holidays"}, {"omar.haddad", "Releases"}, {"erik.lund", "Data loads"},
}

// eventTable is what is in primary calendars, so many days from now.
var eventTable = []struct {
	organizer, summary string
	in                 int
	guests             string
	private            bool
}{
	{"jane.doe", "Standup", 1, "omar.haddad@acme.example lena.novak@acme.example", false},
	{"jane.doe", "Planning", 7, "victor.almeida@acme.example", false},
	{"jane.doe", "Dentist", 2, "", true},
	{"jane.doe", "Last week", -7, "omar.haddad@acme.example", false},
	{"omar.haddad", "Retro", 3, "jane.doe@acme.example", false},
}

// dashboardTable is whose dashboards there are in Looker Studio.
var dashboardTable = []struct{ owner, name string }{
	{"jane.doe", "Incidents"}, {"jane.doe", "Hiring"}, {"omar.haddad", "Latency"},
}

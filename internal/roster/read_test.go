package roster_test

import (
	"encoding/csv"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/roster"
)

// friday is when these rosters are read: noon in London, a quarter to six in the evening in Kathmandu.
var friday = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

func reading(zone string) roster.Reading { return roster.Reading{Now: friday, Zone: zone} }

// row is a row in which everything is right but what a test changes: name, value, name, value.
func row(changes ...string) map[string]string {
	r := map[string]string{"email": "jane@acme.com", "status": "active", "last_day": "", "manager": "mei@acme.com", "employment_type": "employee"}
	for i := 0; i < len(changes); i += 2 {
		r[changes[i]] = changes[i+1]
	}
	return r
}

// one reads a roster of one row, in Berlin.
func one(t *testing.T, changes ...string) roster.Person {
	t.Helper()
	people, err := roster.Read([]map[string]string{row(changes...)}, reading("Europe/Berlin"))
	if err != nil {
		t.Fatal(err)
	}
	return people[0]
}

func TestARowIsAPerson(t *testing.T) {
	t.Parallel()
	got := one(t, "email", "  Jane.Doe@ACME.com\u00a0", "status", "On-Leave", "last_day", " 2026-11-30 ", "manager", "Mei@Acme.com", "successor", "omar@acme.com",
		"personal_email", "Jane@Home.example", "name", "Jane Doe", "employment_type", "contractor", "shoe_size", "39")
	want := roster.Person{
		Email: "jane.doe@acme.com", Row: 1, Name: "Jane Doe", Status: "On-Leave", Ends: time.Date(2026, 11, 30, 23, 0, 0, 0, time.UTC), LastDay: "2026-11-30",
		Employed: true, Manager: "mei@acme.com", Successor: "omar@acme.com", EmploymentType: "contractor", PersonalEmail: "jane@home.example",
	}
	if diff := cmp.Diff(want, got); diff != "" || !got.Leaving() {
		t.Errorf("(- want, + got):\n%s", diff)
	}
}

func TestColumnsAreFoundHoweverTheyAreWritten(t *testing.T) {
	t.Parallel()
	people, err := roster.Read([]map[string]string{
		{"\ufeffEmail": "a@acme.com", " STATUS ": "active", "Last Day": "", "MANAGER": "", "Employment-Type": "employee"},
		// A row may lack what others have, as JSON has it.
		{"email": "b@acme.com", "status": "active"},
	}, reading(""))
	if err != nil || len(people) != 2 || people[0].Email != "a@acme.com" || people[0].EmploymentType != "employee" {
		t.Errorf("read as %+v and %v", people, err)
	}
}

func TestTheLastDayDecidesAndEndsAtMidnightWhereThePersonIs(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		changes       []string
		gone, leaving bool
		ends          string
	}{
		"employed, without a day":                                  {nil, false, false, ""},
		"gone, without a day":                                      {[]string{"status", "terminated"}, true, false, ""},
		"yesterday":                                                {[]string{"last_day", "2026-11-19"}, true, false, "2026-11-19T23:00:00Z"},
		"today is a day of work":                                   {[]string{"last_day", "2026-11-20"}, false, true, "2026-11-20T23:00:00Z"},
		"a status of gone before the day is over":                  {[]string{"status", "terminated", "last_day", "2026-11-20"}, false, true, "2026-11-20T23:00:00Z"},
		"a status of gone with a day to come":                      {[]string{"status", "terminated", "last_day", "2026-12-31"}, false, true, "2026-12-31T23:00:00Z"},
		"a status of employed after the day":                       {[]string{"status", "active", "last_day", "2026-10-31"}, true, false, "2026-10-31T23:00:00Z"},
		"over where it is Saturday already":                        {[]string{"status", "left", "last_day", "2026-11-20", "time_zone", "Pacific/Kiritimati"}, true, false, "2026-11-20T10:00:00Z"},
		"dated tomorrow where it is tomorrow already":              {[]string{"status", "left", "last_day", "2026-11-21", "time_zone", "Pacific/Kiritimati"}, false, true, "2026-11-21T10:00:00Z"},
		"dated yesterday where it was yesterday until a while ago": {[]string{"status", "left", "last_day", "2026-11-19", "time_zone", "Pacific/Pago_Pago"}, true, false, "2026-11-20T11:00:00Z"},
		"a day of 25 hours":                                        {[]string{"last_day", "2026-10-25"}, true, false, "2026-10-25T23:00:00Z"},
		"the end of a year":                                        {[]string{"last_day", "2025-12-31"}, true, false, "2025-12-31T23:00:00Z"},
		"a leap day":                                               {[]string{"last_day", "2024-02-29"}, true, false, "2024-02-29T23:00:00Z"},
		"a moment, to the second":                                  {[]string{"last_day", "2026-11-20T13:00:00+01:00"}, true, false, "2026-11-20T12:00:00Z"},
		"a moment to come":                                         {[]string{"last_day", "2026-11-20T13:00:01+01:00"}, false, true, "2026-11-20T12:00:01Z"},
		"a moment, in small letters":                               {[]string{"last_day", "2026-11-20t11:59:59z"}, true, false, "2026-11-20T11:59:59Z"},
		"a moment needs no zone":                                   {[]string{"last_day", "2026-11-20T17:00:00-08:00", "time_zone", "Europe/Berlin"}, false, true, "2026-11-21T01:00:00Z"},
		"a day that is never":                                      {[]string{"last_day", "9999-12-31", "time_zone", "UTC"}, false, false, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := one(t, c.changes...)
			ends := ""
			if !p.Ends.IsZero() {
				ends = p.Ends.Format(time.RFC3339)
			}
			if p.Gone != c.gone || p.Leaving() != c.leaving || ends != c.ends {
				t.Errorf("gone: %v, leaving: %v, ends %s; want %v, %v, %s", p.Gone, p.Leaving(), ends, c.gone, c.leaving, c.ends)
			}
		})
	}
}

func TestWhatCouldMeanSomethingElseIsAnErrorThatNamesTheRow(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		changes []string
		says    []string
	}{
		"no email":                         {[]string{"email", " "}, []string{"the email is empty"}},
		"no address":                       {[]string{"email", "Jane"}, []string{`the email "Jane" is not an address`}},
		"an address that hides another":    {[]string{"email", "jane\u202e@acme.com"}, []string{`"jane\u202e@acme.com" is not an address`}},
		"an address with a name":           {[]string{"email", "Jane <jane@acme.com>"}, []string{`is not an address`}},
		"a manager by name":                {[]string{"manager", "Mei Tanaka"}, []string{`the manager "Mei Tanaka" is not an email address`}},
		"a successor by name":              {[]string{"successor", "Mei"}, []string{`the successor "Mei" is not an email address`}},
		"a personal address that is none":  {[]string{"personal_email", "none"}, []string{`the personal_email "none"`}},
		"no status":                        {[]string{"status", ""}, []string{"the status is empty"}},
		"a status nobody has named":        {[]string{"status", "Inactive"}, []string{`the status "Inactive" is none of the words`, "active, current", "terminated)", "add it to employed or to gone"}},
		"two readings":                     {[]string{"last_day", "03/04/2026"}, []string{`"03/04/2026" is 3 April 2026 (date_format = "DD/MM/YYYY") or 4 March 2026 (date_format = "MM/DD/YYYY")`}},
		"two readings, in short":           {[]string{"last_day", "3.4.2026"}, []string{`3 April 2026 (date_format = "D.M.YYYY") or 4 March 2026 (date_format = "M.D.YYYY")`}},
		"the same either way":              {[]string{"last_day", "03/03/2026"}, []string{`3 March 2026 (date_format = "DD/MM/YYYY") or 3 March 2026 (date_format = "MM/DD/YYYY")`}},
		"one reading":                      {[]string{"last_day", "25/12/2026"}, []string{`can only be 25 December 2026 (date_format = "DD/MM/YYYY")`}},
		"no reading":                       {[]string{"last_day", "31/31/2026"}, []string{"not in the calendar, whichever way"}},
		"a date that is not there":         {[]string{"last_day", "2026-02-30"}, []string{`"2026-02-30" is not in the calendar`}},
		"a leap day in another year":       {[]string{"last_day", "2026-02-29"}, []string{"not in the calendar"}},
		"a date of zeros":                  {[]string{"last_day", "0000-00-00"}, []string{"not in the calendar"}},
		"a date that stands for none":      {[]string{"last_day", "1900-01-01"}, []string{"leave it empty if there is none"}},
		"a moment that stands for none":    {[]string{"last_day", "0001-01-01T10:00:00Z"}, []string{"leave it empty if there is none"}},
		"words":                            {[]string{"last_day", "20 Nov 2026"}, []string{"not a date of the form YYYY-MM-DD"}},
		"a number of a spreadsheet":        {[]string{"last_day", "46346"}, []string{"not a date of the form YYYY-MM-DD"}},
		"two digits for the year":          {[]string{"last_day", "20-11-26"}, []string{"not a date of the form YYYY-MM-DD"}},
		"midnight, as of a YAML date":      {[]string{"last_day", "2026-11-20T00:00:00Z"}, []string{"is midnight: either 2026-11-20 is the last day, or 2026-11-19 is", "in quotes", "substr"}},
		"a moment without an offset":       {[]string{"last_day", "2026-11-20T17:00:00"}, []string{"with its offset from UTC"}},
		"a moment of another form":         {[]string{"last_day", "2026-11-20 17:00"}, []string{"with its offset from UTC"}},
		"an hour that is not there":        {[]string{"last_day", "2026-11-20T25:00:00Z"}, []string{"neither a date"}},
		"a zone that is not there":         {[]string{"last_day", "2026-11-20", "time_zone", "Berlin"}, []string{`the time zone "Berlin" is not known`}},
		"the machine's own zone":           {[]string{"last_day", "2026-11-20", "time_zone", "Local"}, []string{`the time zone "Local" is not known`}},
		"gone, and a day that never comes": {[]string{"status", "terminated", "last_day", "9999-12-31"}, []string{"says that they are gone", "more than a year ahead"}},
		"two columns of one name":          {[]string{"Email", "june@acme.com"}, []string{`the columns "Email" and "email" are both email`, "leave one of them out"}},
		"what would clear a terminal":      {[]string{"status", "\x1b[2Jactive\n"}, []string{`"\x1b[2Jactive"`}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			people, err := roster.Read([]map[string]string{row("email", "other@acme.com"), row(c.changes...)}, reading("Europe/Berlin"))
			if err == nil {
				t.Fatalf("read as %+v", people)
			}
			for _, phrase := range append(c.says, "row 2: ") {
				if !strings.Contains(err.Error(), phrase) {
					t.Errorf("nothing says %q: %v", phrase, err)
				}
			}
		})
	}
}

func TestADateWithoutAZoneIsAnError(t *testing.T) {
	t.Parallel()
	if _, err := roster.Read([]map[string]string{row("last_day", "2026-11-20")}, reading("")); err == nil || !strings.Contains(err.Error(), "has no time zone") {
		t.Errorf("read with %v", err)
	}
	people, err := roster.Read([]map[string]string{row("last_day", "2026-11-20", "time_zone", "UTC"), row("email", "b@acme.com", "last_day", "2026-11-20T17:00:00Z")}, reading(""))
	if err != nil || people[1].Ends != time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC) {
		t.Errorf("read as %+v and %v", people, err)
	}
}

func TestAFormOfDatesThatIsNamedIsReadAndNoOtherBesideTheStandardOnes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ format, text, want string }{
		{"DD/MM/YYYY", "03/04/2026", "2026-04-03"},
		{"MM/DD/YYYY", "03/04/2026", "2026-03-04"},
		{"D.M.YYYY", "3.4.2026", "2026-04-03"},
		{"dd-mm-yyyy", "03-04-2026", "2026-04-03"},
		{"YYYY/MM/DD", "2026/04/03", "2026-04-03"},
		{"DD/MM/YYYY", "2026-04-03", "2026-04-03"},
		{"DD/MM/YYYY", "31/02/2026", ""},
		{"DD/MM/YYYY", "04/13/2026", ""},
		{"DD/MM/YYYY", "3 April 2026", ""},
	} {
		people, err := roster.Read([]map[string]string{row("last_day", c.text)}, roster.Reading{Now: friday, Zone: "UTC", DateFormat: c.format})
		got := ""
		if err == nil {
			got = people[0].Ends.AddDate(0, 0, -1).Format(time.DateOnly)
		}
		if got != c.want {
			t.Errorf("%s as %s is %q (%v), want %q", c.text, c.format, got, err, c.want)
		}
	}
	for _, format := range []string{"DD/MM", "DD/MM/YY", "DD/DD/YYYY", "2006-01-02", "YYYYMMDD", "DD/MM/YYYY HH", "DD|MM|YYYY", "MMM/DD/YYYY"} {
		if _, err := roster.Read([]map[string]string{row()}, roster.Reading{Now: friday, DateFormat: format}); err == nil || !strings.Contains(err.Error(), "date_format") {
			t.Errorf("%s is taken for a way to write a date: %v", format, err)
		}
	}
}

func TestWordsOfStatusAreTheCompanysOwn(t *testing.T) {
	t.Parallel()
	how := roster.Reading{Now: friday, Employed: []string{"Inactive-On Leave", "A"}, Gone: []string{"T"}}
	people, err := roster.Read([]map[string]string{row("status", "inactive on_leave"), row("email", "b@acme.com", "status", "t")}, how)
	if err != nil || people[0].Email != "b@acme.com" || !people[0].Gone || people[1].Gone {
		t.Errorf("read as %+v and %v", people, err)
	}
	if _, err := roster.Read([]map[string]string{row()}, how); err == nil {
		t.Error("the usual words still count")
	}
	if _, err := roster.Read([]map[string]string{row()}, roster.Reading{Now: friday, Employed: []string{"active"}, Gone: []string{"ACTIVE"}}); err == nil {
		t.Error("a word means both")
	}
	for _, word := range slices.Concat(roster.UsualEmployed, roster.UsualGone) {
		p := one(t, "status", strings.ToUpper(word))
		if p.Gone != slices.Contains(roster.UsualGone, word) {
			t.Errorf("%s is gone: %v", word, p.Gone)
		}
	}
}

func TestAPersonWithSeveralRowsIsOnePersonOrAnError(t *testing.T) {
	t.Parallel()
	left := row("status", "terminated", "last_day", "2024-03-31")
	for name, c := range map[string]struct {
		rows []map[string]string
		row  int // of the row that counts; 0 is an error
		gone bool
	}{
		"the same twice":                             {[]map[string]string{row(), row()}, 1, false},
		"the same but for letter case":               {[]map[string]string{row(), row("email", "JANE@acme.com", "status", "Active")}, 1, false},
		"back again":                                 {[]map[string]string{left, row()}, 2, false},
		"back again, and the rows the other way":     {[]map[string]string{row(), left}, 1, false},
		"back again, and leaving":                    {[]map[string]string{left, row("last_day", "2026-12-31")}, 2, false},
		"left twice":                                 {[]map[string]string{left, row("status", "terminated", "last_day", "2026-03-31")}, 2, true},
		"left twice and back again":                  {[]map[string]string{left, row("last_day", "2026-03-31"), row()}, 3, false},
		"left, nobody knows when, and here":          {[]map[string]string{row("status", "terminated"), row()}, 0, false},
		"left, nobody knows when, and left":          {[]map[string]string{row("status", "terminated"), left}, 0, false},
		"here twice, with two managers":              {[]map[string]string{row(), row("manager", "omar@acme.com")}, 0, false},
		"left on one day, under two managers":        {[]map[string]string{left, row("status", "terminated", "last_day", "2024-03-31", "manager", "omar@acme.com")}, 0, false},
		"here, and leaving":                          {[]map[string]string{row(), row("last_day", "2026-12-31")}, 0, false},
		"back again, in two rows that are different": {[]map[string]string{left, row(), row("employment_type", "contractor")}, 0, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			people, err := roster.Read(c.rows, reading("UTC"))
			switch {
			case c.row == 0 && (err == nil || !strings.Contains(err.Error(), "jane@acme.com is in the rows ")):
				t.Errorf("read as %+v and %v", people, err)
			case c.row != 0 && (err != nil || len(people) != 1 || people[0].Row != c.row || people[0].Gone != c.gone):
				t.Errorf("read as %+v and %v", people, err)
			}
		})
	}
}

func TestARosterThatIsEmptyOrShortIsAnError(t *testing.T) {
	t.Parallel()
	how := reading("UTC")
	how.Minimum = 2
	for name, rows := range map[string][]map[string]string{"no rows": nil, "blank rows": {nil, {"email": " "}}, "one": {row()}, "one, twice": {row(), row()}} {
		if people, err := roster.Read(rows, how); err == nil {
			t.Errorf("%s: read as %+v", name, people)
		}
	}
	if _, err := roster.Read([]map[string]string{row(), row("email", "b@acme.com")}, how); err != nil {
		t.Error(err)
	}
	_, err := roster.Read([]map[string]string{row()}, how)
	if err == nil || !strings.Contains(err.Error(), "1 people in 1 rows, and minimum is 2") {
		t.Errorf("says %v", err)
	}
}

func TestRowsWithNothingInThemCountAsRowsAndMeanNothing(t *testing.T) {
	t.Parallel()
	blank := map[string]string{"email": "", "status": " ", "last_day": ""}
	people, err := roster.Read([]map[string]string{blank, row(), blank}, reading("UTC"))
	if err != nil || len(people) != 1 || people[0].Row != 2 {
		t.Errorf("read as %+v and %v", people, err)
	}
	blank["last_day"] = "2026-11-20"
	if _, err = roster.Read([]map[string]string{row(), blank}, reading("UTC")); err == nil || !strings.Contains(err.Error(), "row 2: the email is empty") {
		t.Errorf("says %v", err)
	}
}

func TestAMissingColumnIsNamedWithThoseThereAre(t *testing.T) {
	t.Parallel()
	_, err := roster.Read([]map[string]string{{"Work Email": "a@acme.com", "status": "active", "manager": "", "employment_type": ""}}, reading("UTC"))
	if err == nil || !strings.Contains(err.Error(), `no column email, last_day. There are: "employment_type", "manager", "status", "work_email"`) {
		t.Errorf("says %v", err)
	}
}

func TestManyProblemsAreToldAtOnceAndNotWithoutEnd(t *testing.T) {
	t.Parallel()
	var rows []map[string]string
	for i := range 1000 {
		rows = append(rows, row("email", fmt.Sprintf("p%d@acme.com", i), "last_day", "03/04/2026"))
	}
	rows[1] = row("email", "nobody")
	_, err := roster.Read(rows, reading("UTC"))
	if err == nil || !strings.Contains(err.Error(), "row 1: ") || !strings.Contains(err.Error(), `row 2: the email "nobody"`) || !strings.HasSuffix(err.Error(), "and 975 more") {
		t.Errorf("says %v", err)
	}
	if n := len(err.Error()); n > 10_000 {
		t.Errorf("%d bytes of it", n)
	}
}

func TestTheOrderOfRowsDoesNotMatter(t *testing.T) {
	t.Parallel()
	var rows []map[string]string
	for i := range 50 {
		rows = append(rows, row("email", fmt.Sprintf("p%d@acme.com", i), "last_day", "2026-10-01"))
	}
	want, err := roster.Read(rows, reading("UTC"))
	if err != nil {
		t.Fatal(err)
	}
	rand.New(rand.NewPCG(1, 2)).Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
	got, err := roster.Read(rows, reading("UTC"))
	for i := range want {
		want[i].Row, got[i].Row = 0, 0
	}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v (- in order, + shuffled):\n%s", err, diff)
	}
}

// FuzzRead reads any file of comma-separated values: it makes people of it, of whom all is well known, or an error.
func FuzzRead(f *testing.F) {
	const header = "\ufeffEmail,status,last_day,manager,employment_type,time_zone\n"
	for _, seed := range []string{
		header + "jane@acme.com,active,,mei@acme.com,employee,\n",
		header + "jane@acme.com,terminated,2026-11-20,,employee,Europe/Berlin\njane@acme.com,active,,,employee,\n",
		header + "Jane@acme.com,left,03/04/2026,,employee,UTC\n",
		header + "jane@acme.com,left,2026-11-20T17:00:00+01:00,,,\n",
		header + "jane@acme.com,gone,2026-02-30,,,UTC\n",
		header + "\"a\"\"b@acme.com\",active,9999-12-31,,,Pacific/Kiritimati\n",
		"email;status\njane@acme.com;active\n",
		"",
	} {
		f.Add(seed, "UTC", "DD/MM/YYYY")
		f.Add(seed, "", "")
	}
	f.Fuzz(func(t *testing.T, text, zone, format string) {
		reader := csv.NewReader(strings.NewReader(text))
		reader.FieldsPerRecord = -1
		records, err := reader.ReadAll()
		if err != nil || len(records) == 0 {
			return
		}
		rows := []map[string]string{}
		for _, record := range records[1:] {
			fields := map[string]string{}
			for i, value := range record {
				if i < len(records[0]) {
					fields[records[0][i]] = value
				}
			}
			rows = append(rows, fields)
		}
		how := roster.Reading{Now: friday, Zone: zone, DateFormat: format}
		before := make([]map[string]string, len(rows))
		for i := range rows {
			before[i] = maps.Clone(rows[i])
		}
		people, err := roster.Read(rows, how)
		if !cmp.Equal(before, rows) {
			t.Error("the rows were changed")
		}
		if err != nil {
			if len(people) != 0 || strings.TrimSpace(err.Error()) == "" {
				t.Errorf("an error with %d people: %q", len(people), err)
			}
			return
		}
		if len(people) == 0 || len(people) > len(rows) {
			t.Errorf("%d people of %d rows", len(people), len(rows))
		}
		for i, p := range people {
			if parsed, err := access.ParsePerson(string(p.Email)); err != nil || parsed != p.Email {
				t.Errorf("%q is a person: %v", p.Email, err)
			}
			if i > 0 && people[i-1].Email >= p.Email {
				t.Errorf("%q after %q", p.Email, people[i-1].Email)
			}
			if !p.Ends.IsZero() && p.Gone == p.Ends.After(friday) {
				t.Errorf("%+v", p)
			}
		}
	})
}

package roster

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/offboard/terraform-provider-offboard/internal/access"
)

// byteOrderMark is what some programs begin a file with, and so the name of its first column.
const byteOrderMark = "\ufeff"

// spaces are what may stand around a value without meaning anything, a byte-order mark and a no-break space among them.
const spaces = " \t\r\n\v\f\u00a0" + byteOrderMark

func trim(text string) string { return strings.Trim(text, spaces) }

// column is the name of a column as this package knows it.
func column(name string) string { return strings.ReplaceAll(fold(trim(name)), " ", "_") }

// Read makes people of the rows of a roster, in the order of their addresses. Its error has a line for each problem, as many
// as fit on a screen, or one about the Reading itself. rows are not changed. Columns that it does not know mean nothing,
// and neither do rows with nothing in them.
//
// Where there is a last day it decides: who has one is gone once it is over, whatever the status says by then, and not a
// moment sooner, though HR may call them terminated from the day on which they give notice. Where there is none the status
// decides.
func Read(rows []map[string]string, how Reading) ([]Person, error) {
	words, err := how.words()
	if err != nil {
		return nil, err
	}
	dates, err := how.dates()
	if err != nil {
		return nil, err
	}
	problems := &rowsError{}
	fields := make([]map[string]string, len(rows))
	// columns are the names that rows give them, each with the one by which this package knows it.
	columns := map[string]string{}
	filled := 0
	for i, row := range rows {
		if blank(row) {
			continue
		}
		filled++
		fields[i] = normal(row, i+1, columns, problems)
	}
	if lacking(slices.Collect(maps.Values(columns)), filled, problems); problems.err() != nil {
		return nil, problems
	}
	stints := map[access.Person][]Person{}
	for i, row := range fields {
		if row == nil {
			continue
		}
		if person, right := read(row, i+1, words, dates, problems); right {
			stints[person.Email] = append(stints[person.Email], person)
		}
	}
	people := make([]Person, 0, len(stints))
	for _, email := range slices.Sorted(maps.Keys(stints)) {
		people = append(people, one(stints[email], problems))
	}
	if err := problems.err(); err != nil {
		return nil, err
	}
	if len(people) < how.Minimum {
		return nil, fmt.Errorf("the roster has %d people in %d rows, and minimum is %d: look for what cut it short. If so few really work here or have left, "+
			"lower minimum in a change of its own", len(people), filled, how.Minimum)
	}
	return people, nil
}

// blank says that there is nothing in a row, as in those with which spreadsheets end.
func blank(row map[string]string) bool {
	for _, value := range row {
		if trim(value) != "" {
			return false
		}
	}
	return true
}

// normal is a row by the names of columns that this package knows, its values without spaces around them. It notes which
// columns there are.
func normal(row map[string]string, number int, columns map[string]string, problems *rowsError) map[string]string {
	fields := make(map[string]string, len(known))
	names := make(map[string]string, len(known))
	for _, name := range slices.Sorted(maps.Keys(row)) {
		at, noted := columns[name]
		if !noted {
			at = column(name)
			columns[name] = at
		}
		value := trim(row[name])
		if !slices.Contains(known, at) {
			continue
		}
		if other, twice := names[at]; twice && fields[at] != value {
			problems.row(number, "the columns %s and %s are both %s, and say %s and %s: leave one of them out", plain(other), plain(name), at, plain(fields[at]), plain(value))
			continue
		}
		names[at], fields[at] = name, value
	}
	return fields
}

// lacking tells of required columns that no row has.
func lacking(columns []string, rows int, problems *rowsError) {
	if rows == 0 {
		problems.add("it has no rows: look at where it comes from")
		return
	}
	var missing []string
	for _, name := range Required {
		if !slices.Contains(columns, name) {
			missing = append(missing, name)
		}
	}
	if len(missing) == 0 {
		return
	}
	slices.Sort(columns)
	there := slices.Compact(columns)
	for i, name := range there {
		there[i] = plain(name)
	}
	const most = 40
	if len(there) > most {
		there = append(there[:most], fmt.Sprintf("and %d more", len(there)-most))
	}
	problems.add("it has no column %s. There are: %s. Give the columns these names, as in [for row in …: { email = row[\"Work Email\"], … }]; one that HR does not "+
		"have may be empty", strings.Join(missing, ", "), strings.Join(there, ", "))
}

// read makes a person of a row, or tells what is wrong with it.
func read(row map[string]string, number int, words words, dates *dates, problems *rowsError) (Person, bool) {
	right := true
	wrong := func(format string, args ...any) {
		problems.row(number, format, args...)
		right = false
	}
	p := Person{Row: number, Name: row[Name], Status: row[Status], LastDay: row[LastDay], EmploymentType: row[EmploymentType]}
	var err error
	if row[Email] == "" {
		wrong("the email is empty: every row needs the work email of somebody; leave out who never had one")
	} else if p.Email, err = address(row[Email]); err != nil {
		wrong("the email %s is not an address such as jane@acme.com", plain(row[Email]))
	}
	for _, other := range []struct {
		column string
		into   *access.Person
	}{{Manager, &p.Manager}, {Successor, &p.Successor}} {
		if row[other.column] == "" {
			continue
		}
		if *other.into, err = address(row[other.column]); err != nil {
			wrong("the %s %s is not an email address: write theirs, or leave it empty", other.column, plain(row[other.column]))
		}
	}
	if row[PersonalEmail] != "" {
		personal, err := address(row[PersonalEmail])
		if err != nil {
			wrong("the %s %s is not an email address: correct it, or leave it empty", PersonalEmail, plain(row[PersonalEmail]))
		}
		p.PersonalEmail = string(personal)
	}
	said, fault := words.says(row[Status])
	if fault != "" {
		wrong("%s", fault)
	}
	ends, fault := dates.ends(row[LastDay], row[TimeZone])
	if fault != "" {
		wrong("%s", fault)
	}
	if !said && ends.Year() >= never {
		ends = time.Time{}
	}
	p.Ends, p.Gone, p.Employed = ends, said, !said
	if !ends.IsZero() {
		p.Gone = !ends.After(dates.now)
	}
	if said && ends.After(dates.now.Add(farAhead)) {
		wrong("the status %s says that they are gone, and the last day %s is more than a year ahead: correct the one that is wrong", plain(row[Status]), plain(row[LastDay]))
	}
	return p, right
}

// never is the year in which those end who have no end, in systems that need one.
const never = 9999

// address is access.ParsePerson for what may come from anywhere: in what nobody can see an address may hide another.
func address(text string) (access.Person, error) {
	if strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return "", fmt.Errorf("%q is not an email address", text)
	}
	return access.ParsePerson(text)
}

// farAhead is how long before their last day nobody is called gone: a day as far off as that stands for none.
const farAhead = 366 * 24 * time.Hour

// one makes one person of all rows about them. Rows that say the same are one. Who worked here, left, and works here again
// has a row that is over, with the day it ended on, beside the one that counts; of several that are over the last counts.
// Anything else contradicts itself.
func one(stints []Person, problems *rowsError) Person {
	distinct := stints[:0:0]
	for _, p := range stints {
		if !slices.ContainsFunc(distinct, p.same) {
			distinct = append(distinct, p)
		}
	}
	if len(distinct) == 1 {
		return distinct[0]
	}
	var current, over []Person
	for _, p := range distinct {
		switch {
		case !p.Gone:
			current = append(current, p)
		case !p.Ends.IsZero():
			over = append(over, p)
		}
	}
	latest := slices.MaxFunc(distinct, func(a, b Person) int { return a.Ends.Compare(b.Ends) })
	once := 0
	for _, p := range over {
		if p.Ends.Equal(latest.Ends) {
			once++
		}
	}
	switch {
	case len(current)+len(over) == len(distinct) && len(current) == 1:
		return current[0]
	case len(over) == len(distinct) && once == 1:
		return latest
	}
	var numbers []string
	for _, p := range distinct {
		numbers = append(numbers, fmt.Sprint(p.Row))
	}
	problems.row(distinct[len(distinct)-1].Row, "%s is in the rows %s, which say different things: leave the one that counts. (Somebody who came back may have a row with the "+
		"last day of the earlier time beside one of now.)", distinct[0].Email, strings.Join(numbers, ", "))
	return distinct[0]
}

// same says that two rows say the same of a person.
func (p Person) same(other Person) bool {
	other.Row = p.Row
	other.Status, p.Status = fold(other.Status), fold(p.Status)
	return p == other
}

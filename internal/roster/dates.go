package roster

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // A container often has no time zones, and when somebody's last day ends must not depend on that.
)

// dates read last days.
type dates struct {
	now time.Time
	// layout is DateFormat as Go writes it.
	format, layout string
	zone           string
	zones          map[string]*time.Location
}

func (r Reading) dates() (*dates, error) {
	d := &dates{now: r.Now, format: r.DateFormat, zone: strings.TrimSpace(r.Zone), zones: map[string]*time.Location{}}
	if d.zone != "" {
		if _, fault := d.location(d.zone); fault != "" {
			return nil, fmt.Errorf("time_zone: %s", fault)
		}
	}
	var err error
	if r.DateFormat != "" {
		d.layout, err = layout(r.DateFormat)
	}
	return d, err
}

// layout makes Go's way of writing a format of a way that people write one.
func layout(format string) (string, error) {
	wrong := fmt.Errorf("date_format: %s is not a way to write a date: use YYYY, MM (or M) and DD (or D) once each, as in DD/MM/YYYY or M/D/YYYY", plain(format))
	parts := map[string]string{"YYYY": "2006", "MM": "01", "M": "1", "DD": "02", "D": "2"}
	if !wellFormed.MatchString(format) {
		return "", wrong
	}
	seen := map[byte]bool{}
	out := letters.ReplaceAllStringFunc(format, func(part string) string {
		if part = strings.ToUpper(part); parts[part] == "" || seen[part[0]] {
			return part + "?"
		}
		seen[part[0]] = true
		return parts[part]
	})
	if len(seen) != 3 || strings.Contains(out, "?") {
		return "", wrong
	}
	return out, nil
}

var (
	letters    = regexp.MustCompile(`[A-Za-z]+`)
	wellFormed = regexp.MustCompile(`^[A-Za-z]+[ ./-][A-Za-z]+[ ./-][A-Za-z]+$`)
	isoDate    = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}$`)
	isoTime    = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}`)
	swappable  = regexp.MustCompile(`^(\d{1,2})[ ./-](\d{1,2})[ ./-](\d{4})$`)
)

// location is the time zone of this name.
func (d *dates) location(name string) (*time.Location, string) {
	if zone, known := d.zones[name]; known {
		return zone, ""
	}
	// Local is whatever the machine is set to, and would make of one roster several.
	zone, err := time.LoadLocation(name)
	if err != nil || name == "" || strings.EqualFold(name, "local") {
		return nil, fmt.Sprintf("the time zone %s is not known: write one as Europe/Berlin or UTC", plain(name))
	}
	d.zones[name] = zone
	return zone, ""
}

// ends returns when a last day is over, the zero time where there is none, and otherwise what is wrong with it. zone is the
// row's own; where it is empty that of the roster counts.
func (d *dates) ends(text, zone string) (time.Time, string) {
	if text == "" {
		return time.Time{}, ""
	}
	day, fault := d.day(text)
	if fault != "" {
		return time.Time{}, fault
	}
	ends := day
	if day.Location() == noZone {
		if zone == "" {
			zone = d.zone
		}
		if zone == "" {
			return time.Time{}, fmt.Sprintf("the last day %s has no time zone, and ends at another moment in each: give the row a %s, or the roster a time_zone", plain(text), TimeZone)
		}
		location, fault := d.location(zone)
		if fault != "" {
			return time.Time{}, fault
		}
		ends = time.Date(day.Year(), day.Month(), day.Day()+1, 0, 0, 0, 0, location)
	}
	if day.Year() < 1970 {
		return time.Time{}, fmt.Sprintf("the last day %s is none that somebody with an account can have had: leave it empty if there is none", plain(text))
	}
	return ends.UTC(), ""
}

// noZone marks a date, which has none, apart from a moment.
var noZone = time.FixedZone("none", 0)

// day reads a date, or a moment, which has a zone.
func (d *dates) day(text string) (time.Time, string) {
	switch {
	case isoDate.MatchString(text):
		day, err := time.ParseInLocation(time.DateOnly, text, noZone)
		if err != nil {
			return time.Time{}, fmt.Sprintf("the last day %s is not in the calendar", plain(text))
		}
		return day, ""
	case isoTime.MatchString(text):
		return moment(text)
	case d.layout != "":
		day, err := time.ParseInLocation(d.layout, text, noZone)
		if err != nil {
			return time.Time{}, fmt.Sprintf("the last day %s is not a date of the form %s (date_format), nor YYYY-MM-DD", plain(text), d.format)
		}
		return day, ""
	}
	return time.Time{}, otherForm(text)
}

// moment reads RFC 3339. What is the first moment of a day is a date to some (YAML makes it of a date without quotes) and
// to others the end of the day before.
func moment(text string) (time.Time, string) {
	at, err := time.Parse(time.RFC3339, strings.ToUpper(text))
	if err != nil {
		return time.Time{}, fmt.Sprintf("the last day %s is neither a date (YYYY-MM-DD) nor a moment with its offset from UTC (RFC 3339, such as 2026-11-20T17:00:00+01:00)", plain(text))
	}
	if hour, minute, second := at.Clock(); hour+minute+second == 0 && at.Nanosecond() == 0 {
		date, before := at.Format(time.DateOnly), at.AddDate(0, 0, -1).Format(time.DateOnly)
		return time.Time{}, fmt.Sprintf("the last day %s is midnight: either %s is the last day, or %s is, and this is its end. Write the date alone (in YAML in quotes; of "+
			"a timestamp it is substr(…, 0, 10)), or a moment that is not midnight", plain(text), date, before)
	}
	_, offset := at.Zone()
	return at.In(time.FixedZone("", offset)), ""
}

// otherForm says what is wrong with a date of a form that nobody has named.
func otherForm(text string) string {
	parts := swappable.FindStringSubmatch(text)
	if parts == nil {
		return fmt.Sprintf("the last day %s is not a date of the form YYYY-MM-DD: write it so, or name its form with date_format", plain(text))
	}
	var readings []string
	for format, at := range map[string][2]string{"DD/MM/YYYY": {parts[1], parts[2]}, "MM/DD/YYYY": {parts[2], parts[1]}} {
		if day, err := time.Parse("2/1/2006", number(at[0])+"/"+number(at[1])+"/"+parts[3]); err == nil {
			readings = append(readings, fmt.Sprintf("%s (date_format = \"%s\")", day.Format("2 January 2006"), sameSeparators(format, text)))
		}
	}
	switch len(readings) {
	case 0:
		return fmt.Sprintf("the last day %s is not in the calendar, whichever way it is read: write it as YYYY-MM-DD", plain(text))
	case 1:
		return fmt.Sprintf("the last day %s can only be %s; say so, or write it as YYYY-MM-DD", plain(text), readings[0])
	}
	if readings[1] < readings[0] {
		readings[0], readings[1] = readings[1], readings[0]
	}
	return fmt.Sprintf("the last day %s is %s or %s: say which, or write it as YYYY-MM-DD", plain(text), readings[0], readings[1])
}

// number is digits without leading zeros.
func number(digits string) string {
	n, err := strconv.Atoi(digits)
	if err != nil {
		return digits
	}
	return strconv.Itoa(n)
}

// sameSeparators writes a format with what a text has between its numbers, and no zeros before them if it has none.
func sameSeparators(format, text string) string {
	parts := swappable.FindStringSubmatchIndex(text)
	names := strings.Split(format, "/")
	for i, at := range [][2]int{{parts[2], parts[3]}, {parts[4], parts[5]}} {
		if at[1]-at[0] == 1 {
			names[i] = names[i][:1]
		}
	}
	return names[0] + text[parts[3]:parts[4]] + names[1] + text[parts[5]:parts[6]] + names[2]
}

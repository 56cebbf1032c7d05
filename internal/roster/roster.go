// Package roster is what HR says of who works here and who has left, and how the accounts of each system compare with it.
// It knows no vendor and nothing of Terraform.
//
// Read makes people of rows. Every row is either right or an error that names it and says what to do: a word or a date that
// could mean two things is never guessed at, as somebody's access hangs on it. Compare sets people against the rolls of
// systems. What it is sure of, an account whose own name is the person's address, may be acted on; what it is not sure of is
// a suggestion, which nothing acts on.
package roster

import (
	"slices"
	"time"

	"github.com/offboard/terraform-provider-offboard/internal/access"
)

// The columns of a roster. Their names mind neither letter case nor spaces around them, and a space or a hyphen in them is
// as good as an underscore.
const (
	Email          = "email"
	Status         = "status"
	LastDay        = "last_day"
	Manager        = "manager"
	EmploymentType = "employment_type"
	// These may be left out.
	PersonalEmail = "personal_email"
	Name          = "name"
	TimeZone      = "time_zone"
	Successor     = "successor"
)

// Required are the columns that a roster has, Optional those it may have.
var (
	Required = []string{Email, Status, LastDay, Manager, EmploymentType}
	Optional = []string{PersonalEmail, Name, TimeZone, Successor}
)

// known are all of them.
var known = slices.Concat(Required, Optional)

// Reading is how a roster is to be read.
type Reading struct {
	// Now is the moment as of which somebody has left or not.
	Now time.Time
	// Zone is the time zone in which the last day ends, where the row does not say. Empty if each has to.
	Zone string
	// DateFormat is how dates are written, such as DD/MM/YYYY, besides YYYY-MM-DD and RFC 3339, which always work.
	DateFormat string
	// Employed and Gone are the words of status for who works here and who has left: the usual ones if empty.
	Employed, Gone []string
	// Minimum is how many people the roster must have.
	Minimum int
}

// The words of status where the configuration names none. What means one thing in one company and the other in the next,
// such as inactive, resigned or suspended, is in neither.
var (
	UsualEmployed = []string{"active", "current", "employed", "leave", "leave of absence", "notice period", "on leave", "on notice"}
	UsualGone     = []string{"deceased", "departed", "former", "former employee", "gone", "left", "retired", "separated", "terminated"}
)

// A Person is somebody on the roster.
type Person struct {
	Email access.Person
	// Row is the row of the roster that says so, counted from 1.
	Row  int
	Name string
	// Status is HR's own word.
	Status string
	// Gone says that they have left, as of Reading.Now.
	Gone bool
	// Employed says that by Status they work here, whatever the last day says.
	Employed bool
	// Ends is when their last day is over, in UTC. Zero where HR names none.
	Ends time.Time
	// LastDay is as HR writes it.
	LastDay        string
	Manager        access.Person
	Successor      access.Person
	EmploymentType string
	// PersonalEmail is in lower case.
	PersonalEmail string
}

// Leaving says that the person works here still, and will have left.
func (p Person) Leaving() bool { return !p.Gone && !p.Ends.IsZero() }

package sandbox

import "strings"

// A Company is who works where. Every vendor's sandbox is built from the same one, so that a person is the
// same person in each of them.
type Company struct {
	Name string
	// Domain is what follows the @ in everybody's work email.
	Domain string
	People []Person
}

// A Person is somebody the company employs, or did.
type Person struct {
	// Email is the work email, with the letter case the person likes to see.
	Email      string
	FirstName  string
	LastName   string
	Title      string
	Department string
	// ManagerEmail is empty for whoever has nobody above them.
	ManagerEmail string
}

// Name is the person's full name.
func (p Person) Name() string { return p.FirstName + " " + p.LastName }

// Find returns the person with this email, in whatever letter case, and whether there is one.
func (c *Company) Find(email string) (Person, bool) {
	for _, person := range c.People {
		if strings.EqualFold(person.Email, email) {
			return person, true
		}
	}
	return Person{}, false
}

// Reports are the people who name this email as their manager, in the order of People.
func (c *Company) Reports(email string) []Person {
	var reports []Person
	for _, person := range c.People {
		if strings.EqualFold(person.ManagerEmail, email) {
			reports = append(reports, person)
		}
	}
	return reports
}

// Acme is the company of the demo and the tests. It is a new value at each call.
func Acme() *Company {
	const domain = "acme.example"
	company := &Company{Name: "Acme", Domain: domain}
	for _, row := range acme {
		person := Person{
			Email: row.local + "@" + domain, FirstName: row.first, LastName: row.last,
			Title: row.title, Department: row.department,
		}
		if row.manager != "" {
			person.ManagerEmail = row.manager + "@" + domain
		}
		company.People = append(company.People, person)
	}
	return company
}

// acme is everybody at Acme, by the part of their address before the @.
var acme = []struct{ local, first, last, title, department, manager string }{
	{"grace.kim", "Grace", "Kim", "Chief Executive Officer", "Executive", ""},
	{"victor.almeida", "Victor", "Almeida", "Chief Technology Officer", "Executive", "grace.kim"},
	{"helen.brandt", "Helen", "Brandt", "Chief Financial Officer", "Executive", "grace.kim"},

	{"jane.doe", "Jane", "Doe", "Engineering Manager", "Engineering", "victor.almeida"},
	{"omar.haddad", "Omar", "Haddad", "Senior Software Engineer", "Engineering", "jane.doe"},
	{"lena.novak", "Lena", "Novak", "Software Engineer", "Engineering", "jane.doe"},
	{"tomas.silva", "Tomas", "Silva", "Site Reliability Engineer", "Engineering", "jane.doe"},
	{"mei.tanaka", "Mei", "Tanaka", "Engineering Manager", "Engineering", "victor.almeida"},
	{"noah.fischer", "Noah", "Fischer", "Software Engineer", "Engineering", "mei.tanaka"},
	{"priya.raman", "Priya", "Raman", "Staff Engineer", "Engineering", "mei.tanaka"},
	{"erik.lund", "Erik", "Lund", "Data Engineer", "Engineering", "mei.tanaka"},
	{"hugo.martin", "Hugo", "Martin", "Software Engineer", "Engineering", "mei.tanaka"},

	{"carla.rossi", "Carla", "Rossi", "VP Sales", "Sales", "grace.kim"},
	{"ben.okafor", "Ben", "Okafor", "Account Executive", "Sales", "carla.rossi"},
	{"sofia.lindqvist", "Sofia", "Lindqvist", "Account Executive", "Sales", "carla.rossi"},
	{"sales/emea", "Sales", "EMEA", "Shared account", "Sales", "carla.rossi"},
	{"uma.patel", "Uma", "Patel", "Sales Engineer", "Sales", "carla.rossi"},

	{"daniel.weber", "Daniel", "Weber", "Finance Director", "Finance", "helen.brandt"},
	{"Maria.Gonzalez", "Maria", "Gonzalez", "Accountant", "Finance", "daniel.weber"},
	{"peter.novotny", "Peter", "Novotny", "Payroll Specialist", "Finance", "daniel.weber"},
	{"wendy.cho", "Wendy", "Cho", "Controller", "Finance", "daniel.weber"},

	{"fatima.zahra", "Fatima", "Zahra", "Head of People", "People", "grace.kim"},
	{"isaac.brock", "Isaac", "Brock", "Recruiter", "People", "fatima.zahra"},
	{"nina.petrova", "Nina", "Petrova", "People Partner", "People", "fatima.zahra"},

	{"sam.reed", "Sam", "Reed", "IT Manager", "IT", "victor.almeida"},
	{"kofi.mensah", "Kofi", "Mensah", "Systems Administrator", "IT", "sam.reed"},
	{"kofi.mensah-adm", "Kofi", "Mensah", "Systems Administrator (admin account)", "IT", "sam.reed"},
	{"rita.moss", "Rita", "Moss", "IT Support Analyst", "IT", "sam.reed"},
	{"breakglass", "Break", "Glass", "Emergency account", "IT", ""},
	{"svc-terraform", "Terraform", "Service", "Service account", "IT", ""},

	{"alan.turner", "Alan", "Turner", "Support Lead", "Support", "carla.rossi"},
	{"bianca.costa", "Bianca", "Costa", "Support Engineer", "Support", "alan.turner"},
	{"chen.wei", "Chen", "Wei", "Support Engineer", "Support", "alan.turner"},
	{"dora.nagy", "Dora", "Nagy", "Support Engineer", "Support", "alan.turner"},
	{"ethan.cole", "Ethan", "Cole", "Support Engineer", "Support", "alan.turner"},

	{"oscar.lane", "Oscar", "Lane", "Facilities Coordinator", "Operations", "helen.brandt"},
	{"jordan.poor", "Jordan", "Poor", "Project Coordinator", "Operations", "oscar.lane"},
	{"quinn.abbott", "Quinn", "Abbott", "Receptionist", "Operations", "oscar.lane"},
	{"contractor", "Casey", "Contractor", "Contractor", "Operations", "oscar.lane"},
	{"contractor#7", "Robin", "Contractor", "Contractor", "Operations", "oscar.lane"},
}

package google

// The shared drives, by name.
const (
	// Handbook has no organizer but Jane. Mei sees it.
	Handbook = "Platform handbook"
	// Reviews is organized by Jane and Omar.
	Reviews = "Incident reviews"
	// Runbooks is organized by Jane and by the group Engineering.
	Runbooks = "Runbooks"
	// Brand is Helen's. Jane sees it.
	Brand = "Brand assets"
	// Releases is organized by Omar. Jane is in it through the group Engineering alone.
	Releases = "Release notes"
	// Books is of people of Finance, and of Outsider.
	Books = "Books"
)

// driveTable is every shared drive with its members, by the part of the address before the @ or by the whole address.
var driveTable = []struct{ name, organizers, fileOrganizers, writers, commenters, readers string }{
	{name: Handbook, organizers: "jane.doe", writers: "omar.haddad lena.novak", readers: "mei.tanaka"},
	{name: Reviews, organizers: "jane.doe omar.haddad", fileOrganizers: "lena.novak", writers: "tomas.silva"},
	{name: Runbooks, organizers: "jane.doe engineering"},
	{name: Brand, organizers: "helen.brandt", commenters: "victor.almeida", readers: "jane.doe ben.okafor"},
	{name: Releases, organizers: "omar.haddad", writers: "engineering"},
	{name: Books, organizers: "oscar.lane erik.lund", readers: Outsider},
}

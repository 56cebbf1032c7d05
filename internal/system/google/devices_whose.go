package google

import (
	"slices"
	"strings"

	admin "google.golang.org/api/admin/directory/v1"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/system"
)

// search asks for what there is under the account's address and under the aliases that it was given, and returns each
// thing once. Those that come with a domain follow the address, so that nothing is noted of them alone. What is noted of a
// device need not be the address that the account has now: a mobile device's may be of an earlier day, by the discovery
// document, and whoever is renamed keeps the former address as an alias.
func search[T any](u *admin.User, ask func(address string) ([]*T, error), id func(*T) string) (found []*T, err error) {
	seen := map[string]bool{}
	for _, address := range slices.Concat([]string{u.PrimaryEmail}, u.Aliases) {
		some, err := ask(address)
		if err != nil {
			return nil, err
		}
		for _, thing := range some {
			if !seen[id(thing)] {
				found = append(found, thing)
			}
			seen[id(thing)] = true
		}
	}
	return found, nil
}

// An ownership is whose a device is by the address that is noted of it.
type ownership int

const (
	others ownership = iota
	theirs
	// perhaps is for an alias: it may be the person's own of earlier, or have been another person's, whose device this is.
	perhaps
)

func whose(u *admin.User, noted ...string) ownership {
	is := others
	for _, address := range noted {
		address = strings.ToLower(strings.TrimSpace(address))
		switch {
		case address == name(u):
			return theirs
		case slices.Contains(aliases(u), address):
			is = perhaps
		}
	}
	return is
}

// doubted is a grant that stays if the device is only perhaps the person's: it is not left out, and nobody else's is
// wiped for it.
func doubted(u *admin.User, g *access.Grant, noted ...string) *access.Grant {
	if whose(u, noted...) == perhaps {
		g.Label = strings.TrimSuffix(g.Label, ")") + ", noted of " + system.OneLine(strings.ToLower(strings.Join(noted, ", "))) + ")"
		g.Stays = onlyPerhaps(u, strings.Join(noted, ", "))
	}
	return g
}

func onlyPerhaps(u *admin.User, noted string) *access.Error {
	return &access.Error{
		Kind: access.Blocked, Op: "take a device away from " + name(u),
		Reason: "it is noted of " + system.OneLine(noted) + ", an alias of the account: it may be theirs, and may be another person's who had that address before",
		Fix:    "Look at it in the Admin console (Devices). If it is theirs, wipe the account or change the note there; if not, tolerate the row.",
	}
}

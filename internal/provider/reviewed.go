package provider

import (
	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/review"
)

// Indirect are the places of what is traced, as a review of a plan has to know them: "okta/event_hooks".
func Indirect() (places []string) {
	for _, trace := range Traces {
		for _, system := range trace.Systems().Names {
			places = append(places, system+"/"+trace.Name)
		}
	}
	return places
}

// Reviewed is the table of kinds, as far as a review of a plan has to know it. Whether a grant moves a connector says
// without a call, and so without a system behind it.
func Reviewed() []review.Kind {
	var kinds []review.Kind
	for _, row := range Kinds {
		idle := map[string]access.Connector{}
		for _, c := range columns {
			idle[c.system()] = c.idle(row)
		}
		kinds = append(kinds, review.Kind{Name: row.Name, Systems: row.Systems().Names, Applications: row.SCIM != nil, Moves: func(system, id string) bool {
			transferer, ok := idle[system].(access.Transferer)
			return ok && transferer.Moves(access.GrantID(id))
		}})
	}
	return kinds
}

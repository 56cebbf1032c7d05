package provider

import (
	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/review"
	"github.com/offboard/terraform-provider-offboard/internal/system/google"
	"github.com/offboard/terraform-provider-offboard/internal/system/okta"
)

// Indirect are the places of what is traced, as a review of a plan has to know them: "okta/event_hooks".
func Indirect() (places []string) {
	for _, trace := range Traces {
		for _, system := range trace.systems() {
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
		connectors := map[string]access.Connector{}
		if row.Okta != nil {
			connectors[systemOkta] = row.Okta(&okta.Okta{})
		}
		if row.Google != nil {
			connectors[systemGoogle] = row.Google(&google.Google{})
		}
		kinds = append(kinds, review.Kind{Name: row.Name, Systems: row.systems(), Moves: func(system, id string) bool {
			transferer, ok := connectors[system].(access.Transferer)
			return ok && transferer.Moves(access.GrantID(id))
		}})
	}
	return kinds
}

package github

import (
	"context"

	"github.com/offboard/terraform-provider-offboard/internal/access"
)

var _ access.Registrar = (*GitHub)(nil)

// Roll lists everybody who has access to the organisation: members, outside collaborators, and open invitations. Not in it
// is who has left: they are in no list of GitHub's, and nothing lets them in. A billing manager who is no member is in no
// list either.
// GET /orgs/{org}/members, /orgs/{org}/outside_collaborators and /orgs/{org}/invitations, and the identities in GraphQL.
func (g *GitHub) Roll(ctx context.Context) ([]access.Entry, error) {
	all, err := g.everybodyNow(ctx)
	if err != nil {
		return nil, err
	}
	var roll []access.Entry
	for id, b := range all.known {
		if b.status != notAMember || all.guids[id] != "" && g.config.Enterprise != "" {
			roll = append(roll, access.Entry{Account: all.account(id)})
		}
	}
	for _, i := range all.invitations {
		roll = append(roll, access.Entry{Account: i.account()})
	}
	if fault := access.RollFault(roll); fault != "" {
		return nil, malformed(op{what: "list everybody"}, fault)
	}
	return roll, nil
}
